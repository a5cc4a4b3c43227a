//! "What is on its way where work may no longer go on, and must it stop?"

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::decide::{Asked, no_policy, with_case};
use super::frozen;
use super::in_force::InForce;
use super::item::Members;
use super::question::DecideQuestion;
use super::snapshot::Snapshot;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, ReleaseId, StageId};
use crate::base::limits::IN_FLIGHT_MAX;
use crate::base::{Instant, Subject};
use crate::gate::freeze;
use crate::gate::freeze::rule::InFlight;
use crate::gate::judge::{self, Case};
use crate::history::Records;
use crate::model::{Deployment, Fact};
use crate::reason::tree::Reasons;
use crate::reason::{ReasonCode, Verdict};

/// A deployment of one change that has begun and not ended while its place is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Flight {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The change.
    pub change: ChangeId,
    /// The stage.
    pub stage: StageId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Since when it is on its way.
    pub since: Instant,
    /// What was to be said of it when it began, or when that was recorded, if that was later;
    /// nothing, if it was not known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<Verdict>,
    /// What it must do.
    pub must: Must,
    /// What closed the place: the codes of the reasons, in their order.
    pub because: Vec<ReasonCode>,
}

/// What becomes of a deployment whose place has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Must {
    /// It may be finished: it was a go when it began, and the policy lets such work end.
    Finish,
    /// It must stop.
    Stop,
}

/// What the verdict on a deployment's begin depends on: the change, the stage, the release that it
/// was a part of, and when it was recorded.
type Begun = (ChangeId, StageId, Option<ReleaseId>, Instant);

/// Every deployment under way whose place has closed, by change, stage and environment. What a rule
/// or an exception lets pass goes on and is not told.
pub(super) fn in_flight(snapshot: &Snapshot, at: Instant) -> Result<Vec<Flight>> {
    let records = snapshot.records(at);
    let in_force = snapshot.in_force(at);
    let rule = in_force.policy.map_or(InFlight::default(), |policy| policy.freeze.in_flight);
    let mut flights = Vec::new();
    let mut begun: BTreeMap<Begun, Option<Verdict>> = BTreeMap::new();
    for (change, stage, environment, number) in under_way(&records) {
        let Some(started) = records.portfolio().deployments.get(number) else { continue };
        let because = closed(&records, &in_force, (&change, &stage, at), started);
        if because.is_empty() {
            continue;
        }
        let key = (change.clone(), stage.clone(), started.release.clone(), told(started));
        let known = begun.len();
        let begun = begun.entry(key).or_insert_with(|| began(snapshot, &change, &stage, started));
        if known > IN_FLIGHT_MAX {
            let message = format!("more than {IN_FLIGHT_MAX} deployments are under way there");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let was_a_go = begun.is_some_and(Verdict::is_go);
        let may_end = rule == InFlight::Finish && was_a_go;
        flights.push(Flight {
            deployment: started.id.clone(),
            since: started.at,
            begun: *begun,
            must: if may_end { Must::Finish } else { Must::Stop },
            change,
            stage,
            environment,
            because,
        });
    }
    Ok(flights)
}

/// The deployments that have begun and not ended, by the number of the fact that says so.
fn under_way(records: &Records) -> Vec<(ChangeId, StageId, EnvironmentId, usize)> {
    let mut found = Vec::new();
    let stages: Vec<(&StageId, Vec<EnvironmentId>)> =
        records.stages().map(|stage| (&stage.id, records.environments(&stage.id))).collect();
    for change in records.presence.changes() {
        for (stage, environments) in &stages {
            for environment in environments {
                let place = records.presence.place(change, environment);
                let numbers = place.into_iter().flat_map(|place| place.flights.values());
                found.extend(numbers.map(|number| {
                    (change.clone(), (*stage).clone(), environment.clone(), *number)
                }));
            }
        }
    }
    found
}

/// What holds work on a change back now: freezes, quarantine and the windows that its gates ask
/// for. Nothing else is judged again once it has begun.
fn closed(
    records: &Records,
    in_force: &InForce<'_>,
    (change, stage, at): (&ChangeId, &StageId, Instant),
    started: &Deployment,
) -> Vec<ReasonCode> {
    let release = started.release.clone().map(Subject::Release);
    let itself = Subject::Change(change.clone());
    let mut of = [release, Some(itself)].into_iter().flatten();
    let found = of.find_map(|subject| {
        let members = Members::of(records, &subject).ok()?;
        members.get(change).map(|change| (subject, members, change))
    });
    let nothing = no_policy();
    let policy = in_force.policy.unwrap_or(&nothing);
    let Some((subject, members, change)) = found else {
        let (subject, members) = (Subject::Change(change.clone()), Members::nobody());
        let asked = Asked { subject: &subject, members: &members, stage, at };
        return with_case(records, in_force.by(policy, records.as_of), &asked, |case| {
            closed_to_unknown(case, change, started)
        });
    };
    let asked = Asked { subject: &subject, members: &members, stage, at };
    with_case(records, in_force.by(policy, records.as_of), &asked, |case| {
        let parts = frozen::parts(case, &members, change).into_iter();
        let parts: Vec<Reasons> = parts.chain(judge::windows(case, change)).collect();
        let codes: BTreeSet<ReasonCode> =
            parts.iter().flat_map(Reasons::root_blockers).map(|node| node.code).collect();
        codes.into_iter().collect()
    })
}

/// What holds work back of which nothing is known but what its deployment says: every freeze that
/// may be on there, and quarantine.
fn closed_to_unknown(case: &Case<'_>, change: &ChangeId, started: &Deployment) -> Vec<ReasonCode> {
    let mut codes = freeze::on(case, started.service.as_slice());
    let filed = &case.records.freezes;
    let shipped = started.artifacts.iter().flat_map(|artifact| filed.quarantines_on(artifact));
    if filed.quarantines_of(change).iter().chain(shipped).next().is_some() {
        codes.insert(ReasonCode::Quarantined);
    }
    codes.into_iter().collect()
}

/// When a begin counts from: nobody may tell late what began before a place closed.
fn told(started: &Deployment) -> Instant {
    started.at.max(started.envelope().recorded)
}

/// What was to be said of a change when its deployment began, by what was known then.
fn began(
    snapshot: &Snapshot,
    change: &ChangeId,
    stage: &StageId,
    started: &Deployment,
) -> Option<Verdict> {
    let release = started.release.clone().map(Subject::Release);
    let subject = release.unwrap_or_else(|| Subject::Change(change.clone()));
    let question = DecideQuestion::new(subject, told(started)).with_stage(stage.clone());
    snapshot.decide(&question).ok().map(|decision| decision.verdict())
}
