//! How the changes of a model went so far, for the gates to compare.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, ModelId, StageId};
use crate::base::{Instant, When};
use crate::gate::figures::Record;
use crate::gate::policy::RecordRule;
use crate::history::Records;
use crate::history::order::{end_of, lasting};
use crate::model::{Attribution, Deployment, DeploymentOutcome};
use crate::risk::failures_at_most;

/// How the changes of a model went that came to a stage lately.
pub(super) fn record(
    records: &Records,
    rule: &RecordRule,
    model: &ModelId,
    (stage, at): (&StageId, Instant),
) -> Record {
    let mut record = Record::default();
    for (id, (deployment, number)) in entries(records, model, stage, at) {
        let entered = deployment.at;
        let ages = entered.after(rule.over);
        if ages <= at {
            continue;
        }
        record.until = record.until.min(When::At(ages));
        let failed = confirmed(records, id);
        let settles = entered.after(rule.settles_after);
        if failed.is_empty() && at < settles {
            // It has not had time to fail.
            record.until = record.until.min(When::At(settles));
            continue;
        }
        record.changes = record.changes.saturating_add(1);
        record.cites.insert(("deployments", number));
        if !failed.is_empty() {
            record.failures.push(id.clone());
            record.cites.extend(failed.into_iter().map(|number| ("incidents", number)));
        }
    }
    let failures = u32::try_from(record.failures.len()).unwrap_or(u32::MAX);
    record.at_most = failures_at_most(record.changes, failures, rule.confidence);
    record
}

/// Each change that came to a stage and followed a model when it did, with when it came there first
/// and by which deployment.
fn entries<'a>(
    records: &'a Records,
    model: &ModelId,
    stage: &StageId,
    at: Instant,
) -> BTreeMap<&'a ChangeId, (&'a Deployment, usize)> {
    let environments = records.environments(stage);
    let mut found: BTreeMap<&ChangeId, (&Deployment, usize)> = BTreeMap::new();
    for (number, deployment) in records.portfolio().deployments.iter().enumerate() {
        let came = deployment.outcome == DeploymentOutcome::Succeeded
            && deployment.at <= at
            && deployment.recorded.unwrap_or(deployment.at) <= records.as_of
            && environments.contains(&deployment.environment);
        for id in deployment.changes.iter().filter(|_| came) {
            let row = records.change(id);
            let known = row.and_then(|row| row.known_by(records, end_of(deployment.at)));
            let then = known.and_then(|(row, position)| row.at(records, position));
            if then.is_some_and(|change| change.model.as_ref() == Some(model)) {
                let first = found.entry(id).or_insert((deployment, number));
                // Of those that tie, the one that says less, wherever it stands.
                if (deployment.at, deployment) < (first.0.at, first.0) {
                    *first = (deployment, number);
                }
            }
        }
    }
    found
}

/// The numbers of what was told of the incidents that a change is confirmed to have caused; none,
/// if it is not.
fn confirmed(records: &Records, id: &ChangeId) -> BTreeSet<usize> {
    let all = &records.portfolio().incidents;
    let mut found = BTreeSet::new();
    for (_, numbers) in records.incidents_of(id) {
        let told = numbers.iter().filter_map(|number| all.get(*number));
        let said = told.filter(|fact| fact.change.as_ref() == Some(id));
        let last = lasting(said.filter(|fact| fact.attribution.is_some()));
        if last.iter().any(|fact| fact.attribution == Some(Attribution::Confirmed)) {
            found.extend(numbers.iter().copied());
        }
    }
    found
}
