//! What the portfolio knows of a change that bears on its risk.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, DeploymentId, IncidentId, PersonId, ServiceId};
use crate::base::{Instant, Span, When};
use crate::history::Records;
use crate::history::order::{is_known, lasting};
use crate::model::{
    Attribution, Change, DeploymentOutcome, Incident, IncidentEvent, Reversibility,
};
use crate::risk::Features;

/// For how long a failure of a service counts against the next change of it, in days.
const FAILURE_DAYS: u32 = 90;

/// What failed. One cause counts once, however many facts tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    Deployment(&'a DeploymentId),
    Incident(&'a IncidentId),
}

/// What authors and services have behind them, gathered once for a whole question.
#[derive(Debug, Default)]
pub(super) struct Track<'a> {
    /// The changes of each author that went live.
    live: BTreeMap<&'a PersonId, BTreeSet<&'a ChangeId>>,
    /// The changes of each author that are confirmed to have caused an incident.
    failed: BTreeMap<&'a PersonId, BTreeSet<&'a ChangeId>>,
    /// When each service failed, and what it was.
    failures: BTreeMap<&'a ServiceId, BTreeSet<(Instant, Cause<'a>)>>,
}

impl<'a> Track<'a> {
    /// Gathers it from everything that is known.
    pub(super) fn new(records: &'a Records) -> Track<'a> {
        let mut track = Track::default();
        let current = |id: &ChangeId| records.change(id).and_then(|row| row.current(records));
        for change in records.presence.changes().filter_map(current) {
            if went_live(records, &change.id) {
                track.live.entry(author(records, change)).or_default().insert(&change.id);
            }
        }
        let failed = [DeploymentOutcome::Failed, DeploymentOutcome::RolledBack];
        let known = records.portfolio().deployments.iter().filter(|d| is_known(*d, records.as_of));
        for deployment in known.filter(|d| failed.contains(&d.outcome)) {
            let cause = Cause::Deployment(&deployment.id);
            track.add_failure(deployment.service.as_slice(), deployment.at, cause);
            for change in deployment.changes.iter().filter_map(current) {
                track.add_failure(&change.services, deployment.at, cause);
            }
        }
        for (id, numbers) in records.incidents() {
            track.add_incident(records, id, numbers);
        }
        track
    }

    fn add_failure(&mut self, services: &'a [ServiceId], at: Instant, cause: Cause<'a>) {
        for service in services {
            self.failures.entry(service).or_default().insert((at, cause));
        }
    }

    /// An incident counts once a change is confirmed as its cause.
    fn add_incident(&mut self, records: &'a Records, id: &'a IncidentId, numbers: &[usize]) {
        let all = &records.portfolio().incidents;
        let facts: Vec<&'a Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
        let linked: BTreeSet<&ChangeId> = facts.iter().filter_map(|f| f.change.as_ref()).collect();
        let opened = facts.iter().filter(|fact| fact.event == IncidentEvent::Opened);
        let opened = opened.map(|fact| fact.at).min();
        for change in linked {
            let Some(confirmed) = confirmation(&facts, change) else { continue };
            let at = opened.unwrap_or(confirmed.at);
            let cause = Cause::Incident(id);
            facts.iter().for_each(|fact| self.add_failure(&fact.services, at, cause));
            let found = records.change(change).and_then(|row| row.current(records));
            let Some(change) = found else { continue };
            self.failed.entry(author(records, change)).or_default().insert(&change.id);
            // Where no service is named, it hit those that its cause changed.
            if facts.iter().all(|fact| fact.services.is_empty()) {
                self.add_failure(&change.services, at, cause);
            }
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
        let failures = self.failures(change).into_iter().filter(|(failed, _)| counts(*failed, at));
        let causes: BTreeSet<Cause<'_>> = failures.map(|(_, cause)| cause).collect();
        Features {
            lines: lines.map(|(added, deleted)| added.saturating_add(deleted)),
            files: size.files,
            folders: size.folders,
            services: count(services).filter(|services| *services > 0),
            tier: tier(records, change),
            kind: Some(change.kind),
            author_record: record(others(&self.live), change.history.experience),
            author_failures: failed(others(&self.failed), change.history.author_failures),
            service_failures: count(causes.len()).filter(|_| services > 0),
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
    fn failures(&self, change: &Change) -> BTreeSet<(Instant, Cause<'a>)> {
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

/// The changes that an author has behind them. Most of those that went live are in the history of
/// the source, too, and one that counts twice would make the next look safer than it is: so it is
/// the larger of the two figures, not their sum.
fn record(live: usize, experience: Option<u64>) -> Option<u64> {
    count(live).max(experience)
}

/// The failures that an author has behind them. An incident and the fix of what caused it may be
/// the same failure; which, nobody says, so both count.
fn failed(incidents: usize, fixed: Option<u64>) -> Option<u64> {
    count(incidents).map(|incidents| incidents.saturating_add(fixed.unwrap_or(0)))
}

/// The person who wrote a change; who made its first revision, if it is not said.
fn author<'a>(records: &'a Records, change: &'a Change) -> &'a PersonId {
    let first = records.change(&change.id).and_then(|row| row.at(records, 0)).unwrap_or(change);
    records.people.principal(change.author.as_ref().unwrap_or(&first.by))
}

/// Whether a change is live where the users are: in the last stage, or anywhere if no stages are
/// declared. What was only ever tried elsewhere says little about its author.
fn went_live(records: &Records, change: &ChangeId) -> bool {
    match records.stages().next_back() {
        Some(last) => records.live_since(change, &last.id).is_some(),
        None => records.presence.places(change).any(|(_, place)| place.live().next().is_some()),
    }
}

/// The newest word on whether a change caused an incident, if that is that it did.
fn confirmation<'a>(facts: &[&'a Incident], change: &ChangeId) -> Option<&'a Incident> {
    let said = facts.iter().filter(|fact| fact.change.as_ref() == Some(change));
    // Facts that say nothing of it, such as that it was resolved, leave it as it was.
    let last = lasting(said.copied().filter(|fact| fact.attribution.is_some()));
    last.into_iter().find(|fact| fact.attribution == Some(Attribution::Confirmed))
}

/// The most critical tier of the services; unknown, if that of any of them is.
fn tier(records: &Records, change: &Change) -> Option<u64> {
    let tiers = change.services.iter().map(|id| records.service(id)?.tier);
    let tiers: Option<Vec<u8>> = tiers.collect();
    tiers?.into_iter().min().map(u64::from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Portfolio;
    use crate::risk::scorecard;

    /// The features of change `A` on 1 April, from a portfolio given without its version.
    fn of_a(json: &str) -> Features {
        let portfolio: Portfolio =
            serde_json::from_str(&format!(r#"{{"lynchpin": "portfolio/1", {json}}}"#)).unwrap();
        let at: Instant = "2026-04-01T00:00:00Z".parse().unwrap();
        let records = Records::new(Arc::new(portfolio), at);
        let row = records.change(&ChangeId::new("A").unwrap()).unwrap();
        Track::new(&records).features(&records, row.current(&records).unwrap(), at)
    }

    /// A change by raj of the shop; `rest` begins with a comma.
    fn change(id: &str, rest: &str) -> String {
        format!(
            r#"{{"id": "{id}", "revision": 1, "at": "2026-01-01T00:00:00Z", "by": "raj",
            "services": ["shop"]{rest}}}"#
        )
    }

    fn deployment(id: &str, environment: &str, outcome: &str, day: &str) -> String {
        format!(
            r#"{{"id": "{id}", "environment": "{environment}", "outcome": "{outcome}",
            "changes": ["B"], "at": "2026-{day}T00:00:00Z", "by": "bot"}}"#
        )
    }

    fn incident(rest: &str, day: &str) -> String {
        format!(r#"{{"id": "I", {rest}, "at": "2026-{day}T00:00:00Z", "by": "ops"}}"#)
    }

    fn portfolio(parts: &[(&str, &[String])]) -> String {
        let arrays: Vec<String> = parts
            .iter()
            .map(|(name, facts)| format!(r#""{name}": [{}]"#, facts.join(",")))
            .collect();
        arrays.join(",")
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let bare = r#"{"id": "A", "revision": 1, "at": "2026-01-01T00:00:00Z", "by": "raj",
            "size": {"lines_added": 3}}"#;
        let found = of_a(&portfolio(&[("changes", &[bare.to_owned()])]));
        assert_eq!(
            (found.lines, found.files, found.services, found.tier),
            (None, None, None, None)
        );
        assert_eq!((found.reversible, found.back_out_plan), (None, Some(0)));
        assert_eq!((found.author_record, found.service_failures), (Some(0), None));
    }

    #[test]
    fn what_is_said_is_taken() {
        let rest = r#", "size": {"lines_added": 3, "lines_deleted": 4, "files": 2, "folders": 1},
            "plans": {"back_out": "undo"}, "reversibility": "reversible", "after": ["B"],
            "requires": [{"change": "C"}, {"any": ["D", "E"]}]"#;
        let shop = r#"{"id": "shop", "tier": 2}"#.to_owned();
        let found = of_a(&portfolio(&[("changes", &[change("A", rest)]), ("services", &[shop])]));
        assert_eq!((found.lines, found.files, found.folders), (Some(7), Some(2), Some(1)));
        assert_eq!((found.services, found.tier, found.dependencies), (Some(1), Some(2), Some(3)));
        assert_eq!((found.reversible, found.back_out_plan), (Some(1), Some(1)));
    }

    #[test]
    fn only_what_reached_the_users_is_a_record() {
        let changes = [change("A", ""), change("B", "")];
        let stages = [r#"{"id": "test"}"#.to_owned(), r#"{"id": "production"}"#.to_owned()];
        for (environment, record) in [("test", 0), ("production", 1)] {
            let live = [deployment("D", environment, "succeeded", "03-01")];
            let parts: [(&str, &[String]); 3] =
                [("changes", &changes), ("deployments", &live), ("stages", &stages)];
            assert_eq!(of_a(&portfolio(&parts)).author_record, Some(record), "{environment}");
        }
    }

    #[test]
    fn the_history_of_the_source_is_a_record_too() {
        let live = [deployment("D", "production", "succeeded", "03-01")];
        let told = r#""event": "linked", "change": "B", "attribution": "confirmed""#;
        let incidents = [incident(told, "03-02")];
        let cases = [
            // Nothing is said: one change went live, and it failed.
            ("", Some(1), Some(1)),
            (r#", "history": {}"#, Some(1), Some(1)),
            // What went live is among those in the history; a failure may be another one.
            (r#", "history": {"experience": 31, "author_failures": 2}"#, Some(31), Some(3)),
            // Less than what is known takes nothing away.
            (r#", "history": {"experience": 0, "author_failures": 0}"#, Some(1), Some(1)),
            (r#", "history": {"looked_back": 90}"#, Some(1), Some(1)),
        ];
        for (rest, record, failures) in cases {
            let changes = [change("A", rest), change("B", "")];
            let parts: [(&str, &[String]); 3] =
                [("changes", &changes), ("deployments", &live), ("incidents", &incidents)];
            let found = of_a(&portfolio(&parts));
            assert_eq!((found.author_record, found.author_failures), (record, failures), "{rest}");
        }
    }

    #[test]
    fn experience_that_is_not_said_never_lowers_the_risk() {
        let score = |rest: &str| {
            let changes = [change("A", rest)];
            scorecard(&of_a(&portfolio(&[("changes", &changes)]))).log_odds.billionths()
        };
        let history = |experience: u64| format!(r#", "history": {{"experience": {experience}}}"#);
        let unsaid = score("");
        let said: Vec<i64> = [0, 1, 7, 54, 90_000].map(|number| score(&history(number))).to_vec();
        assert_eq!(said.first(), Some(&unsaid));
        assert!(said.is_sorted_by(|more, less| more >= less), "{said:?}");
        // 0.6 - 0.15 ln 55 is below 0, so the whole 0.6 is gone.
        assert_eq!(unsaid - score(&history(54)), 600_000_000);
        let failed = score(r#", "history": {"author_failures": 1}"#);
        // 0.3 ln 2 = 0.207944154
        assert_eq!(failed - unsaid, 207_944_154);
    }

    #[test]
    fn who_edits_a_change_lends_it_no_record() {
        let second = r#"{"id": "A", "revision": 2, "at": "2026-01-02T00:00:00Z", "by": "ann"}"#;
        let changes = [change("A", ""), second.to_owned(), change("B", r#", "author": "ann""#)];
        let live = [deployment("D", "production", "succeeded", "03-01")];
        let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &live)]));
        assert_eq!(found.author_record, Some(0));
    }

    #[test]
    fn a_deployment_that_failed_and_was_undone_is_one_failure() {
        let changes = [change("A", ""), change("B", "")];
        let both = [
            deployment("D", "production", "failed", "03-01"),
            deployment("D", "production", "rolled_back", "03-02"),
        ];
        let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &both)]));
        assert_eq!(found.service_failures, Some(1));
        // Ninety days before 1 April is 1 January: what failed then no longer counts.
        for (day, failures) in [("01-01", 0), ("01-02", 1)] {
            let one = [deployment("D", "production", "failed", day)];
            let found = of_a(&portfolio(&[("changes", &changes), ("deployments", &one)]));
            assert_eq!(found.service_failures, Some(failures), "{day}");
        }
    }

    #[test]
    fn a_failure_counts_for_the_service_that_the_deployment_names() {
        let failed = r#"{"id": "D", "environment": "production", "outcome": "failed",
            "changes": ["Z"], "service": "shop", "at": "2026-03-01T00:00:00Z", "by": "bot"}"#;
        let parts: [(&str, &[String]); 2] =
            [("changes", &[change("A", "")]), ("deployments", &[failed.to_owned()])];
        assert_eq!(of_a(&portfolio(&parts)).service_failures, Some(1));
    }

    #[test]
    fn an_incident_counts_while_its_cause_is_confirmed() {
        let changes = [change("A", ""), change("B", "")];
        let word = |attribution: &str, day: &str| {
            let rest =
                format!(r#""event": "linked", "change": "B", "attribution": "{attribution}""#);
            incident(&rest, day)
        };
        let resolved = || incident(r#""event": "resolved", "change": "B""#, "03-09");
        let cases = [
            (vec![word("suspect", "03-01")], 0),
            (vec![word("confirmed", "03-01")], 1),
            // That it was resolved takes nothing back.
            (vec![word("confirmed", "03-01"), resolved()], 1),
            (vec![word("confirmed", "03-01"), word("exonerated", "03-02")], 0),
            // Of words that tie, the less favourable counts, in any order of the file.
            (vec![word("confirmed", "03-01"), word("exonerated", "03-01")], 1),
            (vec![word("exonerated", "03-01"), word("confirmed", "03-01")], 1),
        ];
        for (index, (incidents, expected)) in cases.into_iter().enumerate() {
            let found = of_a(&portfolio(&[("changes", &changes), ("incidents", &incidents)]));
            let counted = (found.service_failures, found.author_failures);
            assert_eq!(counted, (Some(expected), Some(expected)), "case {index}");
        }
    }
}
