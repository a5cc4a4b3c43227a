//! "What is in this, and in which order does it ship?"

use std::collections::BTreeSet;

use super::decide;
use super::dependencies::goes_first;
use super::item::Members;
use super::question::PlanQuestion;
use super::snapshot::InForce;
use crate::base::error::Result;
use crate::base::id::ChangeId;
use crate::graph::NodeSet;
use crate::history::Records;
use crate::plan::{Conflict, Item, Plan, PlanScope};

pub(super) fn plan(
    records: &Records,
    in_force: &InForce<'_>,
    question: &PlanQuestion,
) -> Result<Plan> {
    let members = Members::of(records, &question.subject)?;
    let stage = members.stage(records, in_force.policy, question.stage.as_ref())?;
    let mut candidates = members.changes.clone();
    candidates.retain(|change| !records.is_cancelled(&change.id));
    let item = Item::new(records, &candidates, &stage)?;
    let priority = members.release.map(|release| release.priority.as_slice()).unwrap_or_default();
    let conflicts = conflicts(records, &item, priority);
    let ready = match question.scope {
        PlanScope::All => None,
        PlanScope::Ready => {
            let ids = decide::ready(records, in_force, &question.subject, &stage, question.at)?;
            Some(BTreeSet::from_iter(ids))
        }
    };
    let refused = |id: &ChangeId| {
        let loses = |conflict: &Conflict| {
            conflict.changes.contains(id) && conflict.goes.as_ref() != Some(id)
        };
        ready.as_ref().is_some_and(|ready| !ready.contains(id)) || conflicts.iter().any(loses)
    };
    let goes = |node: &u32| item.id(*node).is_some_and(|id| !refused(id));
    let go: NodeSet = item.candidates().iter().filter(goes).collect();
    let cycles = in_force.policy.map(|policy| policy.cycles).unwrap_or_default();
    let order = item.order(&go, cycles)?;
    let mut plan = Plan::new(records, &item, &order, (&question.subject, &stage, question.at));
    plan.scope = question.scope;
    plan.policy = in_force.policy.map(|policy| policy.digest);
    plan.conflicts = conflicts;
    plan.cancelled = members.cancelled;
    plan.unknown = members.unknown;
    Ok(plan)
}

/// The conflicts within an item, each pair once.
fn conflicts(records: &Records, item: &Item, priority: &[ChangeId]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for node in item.candidates().iter() {
        let Some(id) = item.id(node) else { continue };
        for (other, scope) in records.conflicts(id) {
            if id < other && item.has(other) {
                let goes = [(id, other), (other, id)]
                    .into_iter()
                    .find(|(first, second)| goes_first(priority, first, second));
                found.push(Conflict {
                    changes: [id.clone(), other.clone()],
                    scope,
                    goes: goes.map(|(first, _)| first.clone()),
                });
            }
        }
    }
    found
}
