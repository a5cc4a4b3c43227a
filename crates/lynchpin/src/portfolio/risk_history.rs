//! What risk models are fitted to: each change as it was known when it came to the last stage, and
//! what became of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::features::Known;
use super::question::RiskHistoryQuestion;
use super::track::{Seen, Track, confirmations, deployments, last_stage, of_each};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{ChangeId, ReleaseId};
use crate::base::limits::RISK_HISTORY_MAX;
use crate::base::{Instant, Span, When};
use crate::history::Records;
use crate::history::order::end_of;
use crate::model::{Change, Deployment, DeploymentOutcome, Fact, Incident};
use crate::risk::backtest::is_mature;
use crate::risk::{Feature, MEASURE};

/// A history as columns: one entry for each change that came to the last stage, in the order of
/// [`made`](RiskHistory::made); of those that came at once, in order of ids.
///
/// A change comes there with its first deployment, however that ended; without any stage, with its
/// first to anywhere. It failed if a deployment of it there failed or was rolled back, or if an
/// incident is confirmed to come from it; what neither failed nor succeeded yet is left out. Its
/// features are what was recorded before that instant, of the revision known then: nothing that was
/// found out with its deployment or later. A change that was told of only after it came is left
/// out: nobody can say what was known of it then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RiskHistory {
    /// As of which instant.
    pub at: Instant,
    /// The changes.
    pub changes: Vec<ChangeId>,
    /// The release that each was deployed with, if its first deployment names one.
    pub releases: Vec<Option<ReleaseId>>,
    /// From when on each could fail: when it first succeeded at the last stage, or, if it failed,
    /// when it was first brought there.
    pub made: Vec<Instant>,
    /// Whether each failed, as far as is known.
    pub failed: Vec<bool>,
    /// Since when that is known of those that failed.
    pub known: Vec<Option<Instant>>,
    /// The features that were asked for, in that order.
    pub features: Vec<FeatureColumn>,
}

/// One feature of all changes of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FeatureColumn {
    /// The name of the [feature](Feature), or of a figure of the host: `measure.alerts`.
    pub name: String,
    /// Its value for each change, in millionths; none, where it is not known.
    pub values: Vec<Option<i64>>,
}

pub(super) fn of(records: &Records, question: &RiskHistoryQuestion) -> Result<RiskHistory> {
    let mut came = came(records);
    // Of what is under way yet it is not known that it held.
    came.retain(|came| came.failed.is_some() || came.settled.is_some());
    if came.len() > RISK_HISTORY_MAX {
        let message = format!("more than {RISK_HISTORY_MAX} changes came to the last stage");
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    let names = names(records, question)?;
    let mut history = RiskHistory {
        at: question.at,
        changes: Vec::with_capacity(came.len()),
        releases: Vec::with_capacity(came.len()),
        made: Vec::with_capacity(came.len()),
        failed: Vec::with_capacity(came.len()),
        known: Vec::with_capacity(came.len()),
        features: Vec::with_capacity(names.len()),
    };
    let track = Track::whole(records);
    let mut columns: Vec<Vec<Option<i64>>> = vec![Vec::with_capacity(came.len()); names.len()];
    for came in came {
        let known =
            Known { records, track: &track, change: came.change, seen: Seen::then(came.at) };
        for (column, name) in columns.iter_mut().zip(&names) {
            column.push(known.value(name));
        }
        history.changes.push(came.change.id.clone());
        history.releases.push(came.release.cloned());
        history.made.push(came.made);
        history.failed.push(came.failed.is_some());
        history.known.push(came.failed);
    }
    let named = names.into_iter().zip(columns);
    history.features = named.map(|(name, values)| FeatureColumn { name, values }).collect();
    Ok(history)
}

/// The features that are asked for; all, and every figure of the host, if none is named.
fn names(records: &Records, question: &RiskHistoryQuestion) -> Result<Vec<String>> {
    if question.features.is_empty() {
        let changes = records.changes().filter_map(|row| row.current(records));
        let own = changes.flat_map(|change| change.measures.keys());
        let own: BTreeSet<_> = own.collect();
        let own = own.into_iter().map(|name| format!("{MEASURE}{name}"));
        let all = Feature::ALL.iter().map(|feature| feature.name().to_owned());
        return Ok(all.chain(own).collect());
    }
    let mut problems = Vec::new();
    for (number, name) in question.features.iter().enumerate() {
        if Feature::named(name).is_none() && !name.starts_with(MEASURE) {
            let message = format!("there is no feature `{name}`");
            let problem = Problem::new(ErrorCode::UnknownWord, message);
            problems.push(problem.at(format!("$.features[{number}]")));
        }
    }
    Error::from_problems(problems).map_or_else(|| Ok(question.features.clone()), Err)
}

/// A change that came to the last stage.
pub(super) struct Came<'a> {
    pub(super) change: &'a Change,
    /// When it was first brought there: what was known earlier says how risky it was.
    pub(super) at: Instant,
    /// When it could begin to fail: when it first succeeded there, or was brought there, if it
    /// failed.
    pub(super) made: Instant,
    /// From when on it has time to fail: since it is known that it came there and succeeded.
    pub(super) settled: Option<Instant>,
    release: Option<&'a ReleaseId>,
    /// Since when it is known to have failed.
    pub(super) failed: Option<Instant>,
}

/// Every change that came to the last stage by the time of the records, as it was known then.
pub(super) fn came(records: &Records) -> Vec<Came<'_>> {
    among(records, &confirmed(records), None)
}

/// Those of them that came lately, or of which it was told lately that they failed, and perhaps
/// others: all of which a certificate of changes no younger than that says nothing.
pub(super) fn came_lately(records: &Records, (then, young): (Instant, Span)) -> Vec<Came<'_>> {
    let confirmed = confirmed(records);
    let is_late =
        |it: &&Deployment| !is_mature(it.at, then, young) || it.envelope().recorded > then;
    let brought = deployments(records).filter(is_late).flat_map(|it| &it.changes);
    let blamed = confirmed.iter().filter(|(_, since)| **since > then).map(|(id, _)| *id);
    let ids: BTreeSet<&ChangeId> = brought.chain(blamed).collect();
    among(records, &confirmed, Some(&ids))
}

/// The changes that came to the last stage; of some only, if these are named.
fn among<'a>(
    records: &'a Records,
    confirmed: &BTreeMap<&ChangeId, Instant>,
    ids: Option<&BTreeSet<&ChangeId>>,
) -> Vec<Came<'a>> {
    let last = last_stage(records);
    let mut first: BTreeMap<&ChangeId, (Instant, Option<&ReleaseId>)> = BTreeMap::new();
    let mut failed: BTreeMap<&ChangeId, Instant> = BTreeMap::new();
    let mut succeeded: BTreeMap<&ChangeId, (Instant, Instant)> = BTreeMap::new();
    for deployment in deployments(records) {
        if last.as_ref().is_some_and(|last| !last.contains(&deployment.environment)) {
            continue;
        }
        let outcomes = [DeploymentOutcome::Failed, DeploymentOutcome::RolledBack];
        let went_wrong = outcomes.contains(&deployment.outcome);
        let went_well = deployment.outcome == DeploymentOutcome::Succeeded;
        let known = deployment.envelope().recorded;
        for id in deployment.changes.iter().filter(|id| ids.is_none_or(|ids| ids.contains(id))) {
            // Before a change was told of nothing can have brought it: whatever says so takes it
            // out of no history.
            if records
                .change(id)
                .is_some_and(|row| row.known_by(records, end_of(deployment.at)).is_some())
            {
                let came = (deployment.at, deployment.release.as_ref());
                let earliest = first.entry(id).or_insert(came);
                *earliest = came.min(*earliest);
            }
            if went_wrong {
                let since = failed.entry(id).or_insert(known);
                *since = known.min(*since);
            }
            if went_well {
                let (at, known) = (deployment.at, known.max(deployment.at));
                let since = succeeded.entry(id).or_insert((at, known));
                *since = (at.min(since.0), known.min(since.1));
            }
        }
    }
    let came = first.into_iter().filter_map(|(id, (at, release))| {
        let row = records.change(id)?;
        // What was told of only afterwards may have been told by what came of it.
        let then = row.known_by(records, end_of(at)).and_then(|(row, it)| row.at(records, it));
        let change = then?;
        let failed = failed.get(id).into_iter().chain(confirmed.get(id)).min().copied();
        let (made, settled) = succeeded.get(id).copied().unzip();
        let made = made.filter(|_| failed.is_none()).unwrap_or(at).max(at);
        Some(Came { change, at, made, settled, release, failed })
    });
    let mut came: Vec<Came<'_>> = came.collect();
    came.sort_by(|a, b| a.made.cmp(&b.made).then_with(|| a.change.id.cmp(&b.change.id)));
    came
}

/// Since when an incident is confirmed to come from each change, if one is still.
fn confirmed(records: &Records) -> BTreeMap<&ChangeId, Instant> {
    let all = &records.portfolio().incidents;
    let mut since: BTreeMap<&ChangeId, Instant> = BTreeMap::new();
    for (_, numbers) in records.incidents() {
        let facts: Vec<&Incident> = numbers.iter().filter_map(|n| all.get(*n)).collect();
        for (change, said) in of_each(&facts) {
            let last = confirmations(&said).pop();
            if let Some((word, _)) = last.filter(|(_, until)| *until == When::Never) {
                let recorded = word.envelope().recorded;
                let first = since.entry(change).or_insert(recorded);
                *first = recorded.min(*first);
            }
        }
    }
    since
}
