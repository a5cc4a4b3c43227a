//! How the changes of a model or a team went so far, for the gates to compare.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, StageId};
use crate::base::{Instant, When};
use crate::gate::figures::{Record, Whose};
use crate::gate::policy::RecordRule;
use crate::history::Records;
use crate::history::order::{end_of, lasting};
use crate::model::{Attribution, Change, Deployment, DeploymentOutcome};
use crate::risk::failures_at_most;

/// How the changes of a model or a team went that came to a stage lately.
///
/// A change counts once it has had time to fail, and at once if an incident confirms that it
/// failed, however its deployment ended. Only the former are settled: no failure makes a record
/// long enough.
pub(super) fn record(
    records: &Records,
    rule: &RecordRule,
    whose: &Whose,
    (stage, at): (&StageId, Instant),
) -> Record {
    let mut record = Record::default();
    for (id, entry) in entries(records, rule, whose, (stage, at)) {
        let mut cites = BTreeSet::new();
        if let Some((deployment, number)) = entry.came {
            let settles = deployment.at.after(rule.settles_after);
            record.until = record.until.min(When::At(deployment.at.after(rule.over)));
            if settles <= at {
                record.settled = record.settled.saturating_add(1);
                cites.insert(("deployments", number));
            } else {
                // It has not had time to fail.
                record.until = record.until.min(When::At(settles));
            }
        }
        let failed = confirmed(records, id);
        if !failed.is_empty() {
            let (deployment, number) = entry.tried;
            record.until = record.until.min(When::At(deployment.at.after(rule.over)));
            record.failures.push(id.clone());
            cites.insert(("deployments", number));
            cites.extend(failed.into_iter().map(|number| ("incidents", number)));
        }
        if !cites.is_empty() {
            record.changes = record.changes.saturating_add(1);
            record.cites.append(&mut cites);
        }
    }
    let failures = u32::try_from(record.failures.len()).unwrap_or(u32::MAX);
    record.at_most = failures_at_most(record.changes, failures, rule.confidence);
    record
}

/// A deployment and its number.
type Numbered<'a> = (&'a Deployment, usize);

/// How a change came to a stage within the time that a record goes back.
struct Entry<'a> {
    /// The first deployment of it, however it ended.
    tried: Numbered<'a>,
    /// The first that succeeded.
    came: Option<Numbered<'a>>,
}

/// The first of two; of those that tie, the one that says less, wherever it stands.
fn first<'a>(one: Numbered<'a>, other: Numbered<'a>) -> Numbered<'a> {
    if (other.0.at, other.0) < (one.0.at, one.0) { other } else { one }
}

/// Each change that was brought to a stage lately and was of the model or the team when it was.
fn entries<'a>(
    records: &'a Records,
    rule: &RecordRule,
    whose: &Whose,
    (stage, at): (&StageId, Instant),
) -> BTreeMap<&'a ChangeId, Entry<'a>> {
    let environments = records.environments(stage);
    let mut found: BTreeMap<&ChangeId, Entry<'_>> = BTreeMap::new();
    for (number, deployment) in records.portfolio().deployments.iter().enumerate() {
        let counts = deployment.at <= at
            && at < deployment.at.after(rule.over)
            && deployment.recorded.unwrap_or(deployment.at) <= records.as_of
            && environments.contains(&deployment.environment);
        for id in deployment.changes.iter().filter(|_| counts) {
            let row = records.change(id);
            let known = row.and_then(|row| row.known_by(records, end_of(deployment.at)));
            let then = known.and_then(|(row, position)| row.at(records, position));
            // What was told of only afterwards earns nothing, and may have failed all the same.
            let told = then.or_else(|| row?.at(records, 0));
            let of = told.and_then(|change| is_of(records, whose, (change, deployment.at)));
            if let Some(earns) = of {
                let tried = (deployment, number);
                let entry = found.entry(id).or_insert(Entry { tried, came: None });
                entry.tried = first(entry.tried, tried);
                let succeeded = deployment.outcome == DeploymentOutcome::Succeeded;
                if succeeded && then.is_some() && earns {
                    entry.came = Some(entry.came.map_or(tried, |came| first(came, tried)));
                }
            }
        }
    }
    found
}

/// Whether a change is held against a model or a team, and whether it also earns them anything. By
/// handing on what failed nobody sheds the failure, nor earns what others did by taking it over.
fn is_of(records: &Records, whose: &Whose, (change, at): (&Change, Instant)) -> Option<bool> {
    match whose {
        Whose::Model(model) => (change.model.as_ref() == Some(model)).then_some(true),
        Whose::Team(team) => {
            let then = |id| records.service_by(id, end_of(at))?.owner.as_ref();
            let earns = change.services.iter().any(|it| then(it) == Some(team));
            let bears = earns || change.services.iter().any(|it| records.owner(it) == Some(team));
            bears.then_some(earns)
        }
    }
}

/// Whether an incident is confirmed to come from a change.
pub(crate) fn is_confirmed(records: &Records, id: &ChangeId) -> bool {
    !confirmed(records, id).is_empty()
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
