//! Time spent live in the stage before.
//!
//! What counts is the current stay: without a break, in every environment, with the artifacts
//! that ship now. A rollback ends it; a confirmed incident or a failed verification there begins
//! it anew.

use super::Target;
use crate::base::id::StageId;
use crate::base::{Instant, When};
use crate::gate::judge::Case;
use crate::gate::policy::SoakLeaf;
use crate::model::{Attribution, Change, IncidentEvent, Outcome};
use crate::reason::tree::{Arg, Clears, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(case: &Case<'_>, change: &Change, leaf: &SoakLeaf) -> Node {
    let subject = Target::member(change);
    let Some(stage) = leaf.stage.as_ref().or(case.previous) else {
        return Node::new(Verdict::NoGo, ReasonCode::NoStageBefore, &subject)
            .act(case.policy.owner.clone());
    };
    let missing = |why: &'static str| {
        Node::new(Verdict::NeedsAction, ReasonCode::NotSoaking, &subject)
            .with("stage", Arg::text(stage))
            .with("why", Arg::text(why))
            .act(case.owners(change))
    };
    let (since, cites) = match stay(case, change, stage) {
        Ok(stay) => stay,
        Err(why) => return missing(why),
    };
    let since = match healthy_since(case, change, stage, since) {
        Ok(since) => since,
        Err(why) => return missing(why),
    };
    let done = since.after(leaf.span);
    let node = if done <= case.at {
        Node::new(Verdict::Go, ReasonCode::Soaked, &subject)
    } else {
        Node::new(Verdict::Wait, ReasonCode::Soaking, &subject)
            .clears(Clears::At(done))
            .until(When::At(done))
    };
    let node = node
        .with("stage", Arg::text(stage))
        .with("since", Arg::text(since))
        .with("until", Arg::text(done));
    cites.into_iter().fold(node, |node, number| node.citing("deployments", number))
}

/// Since when it is live in every environment of the stage with the artifacts that ship now.
fn stay(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
) -> Result<(Instant, Vec<usize>), &'static str> {
    let records = case.records;
    let ships = &change.artifacts;
    let (mut since, mut cites) = (None, Vec::new());
    for environment in records.environments_for(change, stage) {
        let found = records.presence.stay(&change.id, &environment);
        let Some(stay) = found.filter(|stay| stay.live_since.is_some()) else {
            return Err("not_live");
        };
        if !ships.iter().all(|artifact| stay.artifacts.contains(artifact)) {
            return Err("other_artifacts");
        }
        if ships.is_empty() && !unchanged(case, change, stay.live_since) {
            return Err("other_content");
        }
        since = since.max(stay.live_since);
        cites.extend(stay.cites);
    }
    since.map(|since| (since, cites)).ok_or("not_live")
}

/// Whether a change without artifacts says the same, but for its text, as when it went live.
fn unchanged(case: &Case<'_>, change: &Change, at: Option<Instant>) -> bool {
    use crate::history::revision::{Difference, since_position};
    let records = case.records;
    let (Some(row), Some(at)) = (records.change(&change.id), at) else { return false };
    let position = row.known_by(records, at).map(|(_, position)| position);
    let mut differences = std::collections::BTreeSet::new();
    since_position(records, row, position, &mut differences);
    differences.iter().all(|d| matches!(d, Difference::Section(_, crate::model::Section::Text)))
}

/// The start of the stay, moved up by what went wrong during it.
fn healthy_since(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    since: Instant,
) -> Result<Instant, &'static str> {
    let after_incidents = since_incidents(case, change, since)?;
    since_failures(case, change, stage, after_incidents)
}

/// Confirmed incidents begin the stay anew when they are resolved; an open one ends it.
fn since_incidents(
    case: &Case<'_>,
    change: &Change,
    mut since: Instant,
) -> Result<Instant, &'static str> {
    let incidents = &case.records.portfolio().incidents;
    for (_, numbers) in case.records.incidents_of(&change.id) {
        let facts: Vec<_> = numbers.iter().filter_map(|number| incidents.get(*number)).collect();
        let link = facts.iter().rev().find(|fact| fact.change.as_ref() == Some(&change.id));
        if link.and_then(|link| link.attribution) != Some(Attribution::Confirmed) {
            continue;
        }
        let state = facts.iter().rev().find(|fact| fact.event != IncidentEvent::Linked);
        match state {
            Some(last) if last.event == IncidentEvent::Resolved => since = since.max(last.at),
            _ => return Err("incident_open"),
        }
    }
    Ok(since)
}

/// A failed verification there begins the stay anew; one that still stands ends it.
fn since_failures(
    case: &Case<'_>,
    change: &Change,
    stage: &StageId,
    mut since: Instant,
) -> Result<Instant, &'static str> {
    let records = case.records;
    let environments = records.environments(stage);
    let on: Vec<usize> = change
        .artifacts
        .iter()
        .flat_map(|artifact| records.evidence_on(artifact))
        .chain(records.evidence_of(&change.id).iter().filter(|_| change.artifacts.is_empty()))
        .copied()
        .collect();
    let all = &records.portfolio().evidence;
    let here: Vec<_> = on
        .iter()
        .filter_map(|number| all.get(*number))
        .filter(|e| e.environment.as_ref().is_some_and(|e| environments.contains(e)))
        .filter(|e| e.outcome != Outcome::Running)
        .collect();
    for failed in here.iter().filter(|e| e.outcome == Outcome::Failed && e.at >= since) {
        let cleared = here.iter().any(|later| {
            later.check == failed.check
                && later.configuration == failed.configuration
                && later.environment == failed.environment
                && later.run > failed.run
                && later.outcome == Outcome::Passed
        });
        if !cleared {
            return Err("verification_failed");
        }
    }
    let failures = here.iter().filter(|e| e.outcome == Outcome::Failed);
    since = failures.map(|failed| failed.at).fold(since, Instant::max);
    Ok(since)
}
