//! What the portfolio knows of a change that bears on its risk.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, PersonId, ServiceId};
use crate::base::{Instant, Span, When};
use crate::history::Records;
use crate::model::{
    Attribution, Change, DeploymentOutcome, Incident, IncidentEvent, Reversibility,
};
use crate::risk::Features;

/// For how long a failure of a service counts against the next change of it, in days.
const FAILURE_DAYS: u32 = 90;

/// What authors and services have behind them, gathered once for a whole question.
#[derive(Debug, Default)]
pub(super) struct Track<'a> {
    /// The changes of each author that went live.
    live: BTreeMap<&'a PersonId, BTreeSet<&'a ChangeId>>,
    /// The changes of each author that are confirmed to have caused an incident.
    failed: BTreeMap<&'a PersonId, BTreeSet<&'a ChangeId>>,
    /// When each service failed, each failure by its own number so that none counts twice.
    failures: BTreeMap<&'a ServiceId, BTreeSet<(Instant, usize)>>,
}

impl<'a> Track<'a> {
    /// Gathers it from everything that is known.
    pub(super) fn new(records: &'a Records) -> Track<'a> {
        let mut track = Track::default();
        let current = |id: &ChangeId| records.change(id).and_then(|row| row.current(records));
        for id in records.presence.changes() {
            let live = records.presence.stays(id).any(|(_, stay)| stay.live_since.is_some());
            if let Some(change) = current(id).filter(|_| live) {
                track.live.entry(author(records, change)).or_default().insert(&change.id);
            }
        }
        let portfolio = records.portfolio();
        for (number, deployment) in portfolio.deployments.iter().enumerate() {
            let known = deployment.recorded.unwrap_or(deployment.at) <= records.as_of;
            let failed = [DeploymentOutcome::Failed, DeploymentOutcome::RolledBack];
            if known && failed.contains(&deployment.outcome) {
                for change in deployment.changes.iter().filter_map(current) {
                    track.add_failure(&change.services, deployment.at, number);
                }
            }
        }
        for (index, (_, numbers)) in records.incidents().enumerate() {
            track.add_incident(records, numbers, portfolio.deployments.len() + index);
        }
        track
    }

    fn add_failure(&mut self, services: &'a [ServiceId], at: Instant, number: usize) {
        for service in services {
            self.failures.entry(service).or_default().insert((at, number));
        }
    }

    /// An incident counts once a change is confirmed as its cause.
    fn add_incident(&mut self, records: &'a Records, numbers: &[usize], index: usize) {
        let all = &records.portfolio().incidents;
        let facts: Vec<&'a Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
        let linked: BTreeSet<&ChangeId> = facts.iter().filter_map(|f| f.change.as_ref()).collect();
        let opened = facts.iter().find(|fact| fact.event == IncidentEvent::Opened);
        for id in linked {
            let last = facts.iter().rev().find(|fact| fact.change.as_ref() == Some(id));
            let Some(last) = last.filter(|f| f.attribution == Some(Attribution::Confirmed)) else {
                continue;
            };
            if let Some(change) = records.change(id).and_then(|row| row.current(records)) {
                self.failed.entry(author(records, change)).or_default().insert(&change.id);
            }
            let at = opened.map_or(last.at, |opened| opened.at);
            facts.iter().for_each(|fact| self.add_failure(&fact.services, at, index));
        }
    }

    /// The features of a change at an instant.
    pub(super) fn features(&self, records: &Records, change: &Change, at: Instant) -> Features {
        let size = &change.size;
        let lines = size.lines_added.zip(size.lines_deleted);
        let services = change.services.iter().collect::<BTreeSet<_>>().len();
        let clauses = change.requires.len() + change.after.len() + change.together.len();
        let plan = change.plans.back_out.as_ref().is_some_and(|plan| !plan.trim().is_empty());
        let author = author(records, change);
        let others = |of: &BTreeMap<&PersonId, BTreeSet<&ChangeId>>| {
            let found = of.get(author).into_iter().flatten();
            found.filter(|id| ***id != change.id).count()
        };
        let counting = self.failures(change).into_iter().filter(|(failed, _)| counts(*failed, at));
        Features {
            lines: lines.map(|(added, deleted)| added.saturating_add(deleted)),
            files: size.files,
            folders: size.folders,
            services: count(services).filter(|services| *services > 0),
            tier: tier(records, change),
            kind: Some(change.kind),
            author_record: count(others(&self.live)),
            author_failures: count(others(&self.failed)),
            service_failures: count(counting.count()),
            dependencies: count(clauses),
            back_out_plan: Some(u64::from(plan)),
            reversible: change.reversibility.map(|r| u64::from(r == Reversibility::Reversible)),
        }
    }

    /// The first instant after `at` at which a failure begins or stops to count.
    pub(super) fn holds_until(&self, change: &Change, at: Instant) -> When {
        let failures = self.failures(change);
        let turns = failures.iter().flat_map(|(failed, _)| [*failed, failed.after(window())]);
        turns.filter(|turn| *turn > at).min().map_or(When::Never, When::At)
    }

    /// The failures of all services of a change.
    fn failures(&self, change: &Change) -> BTreeSet<(Instant, usize)> {
        change.services.iter().filter_map(|id| self.failures.get(id)).flatten().copied().collect()
    }
}

fn window() -> Span {
    Span::from_seconds(FAILURE_DAYS * 24 * 60 * 60)
}

fn counts(failed: Instant, at: Instant) -> bool {
    failed <= at && at < failed.after(window())
}

fn count(number: usize) -> Option<u64> {
    u64::try_from(number).ok()
}

/// The person who wrote a change.
fn author<'a>(records: &'a Records, change: &'a Change) -> &'a PersonId {
    records.people.principal(change.author.as_ref().unwrap_or(&change.by))
}

/// The most critical tier of the services; unknown, if that of any of them is.
fn tier(records: &Records, change: &Change) -> Option<u64> {
    let tiers = change.services.iter().map(|id| records.service(id)?.tier);
    let tiers: Option<Vec<u8>> = tiers.collect();
    tiers?.into_iter().min().map(u64::from)
}
