//! "What is in this, and in which order does it ship?"

use std::collections::BTreeSet;

use super::decide;
use super::dependencies::{Priority, planned_end, under_way};
use super::in_force::InForce;
use super::item::Members;
use super::question::PlanQuestion;
use crate::base::Instant;
use crate::base::error::Result;
use crate::base::id::{ChangeId, StageId};
use crate::graph::NodeSet;
use crate::history::Records;
use crate::plan::{Conflict, Item, Late, Plan, PlanScope};

pub(super) fn plan(
    records: &Records,
    in_force: &InForce<'_>,
    question: &PlanQuestion,
) -> Result<Plan> {
    let members = Members::of(records, &question.subject)?;
    let stage = members.stage(records, in_force.policy, question.stage.as_ref())?;
    let mut candidates = members.all.clone();
    candidates.retain(|change| !records.is_cancelled(&change.id));
    let item = Item::new(records, &candidates, &stage)?;
    let conflicts = conflicts(records, &members, &item, &stage);
    let ready = match question.scope {
        PlanScope::All => None,
        PlanScope::Ready => {
            let ids = decide::ready(records, in_force, &question.subject, &stage, question.at)?;
            Some(BTreeSet::from_iter(ids))
        }
    };
    let sides = conflicts.iter().flat_map(|conflict| conflict.changes.iter().zip([conflict; 2]));
    let loses = sides.filter(|(id, conflict)| conflict.goes.as_ref() != Some(*id));
    let losers: BTreeSet<ChangeId> = loses.map(|(id, _)| id.clone()).collect();
    let refused = |id: &ChangeId| {
        ready.as_ref().is_some_and(|ready| !ready.contains(id)) || losers.contains(id)
    };
    let goes = |node: &u32| item.id(*node).is_some_and(|id| !refused(id));
    let go: NodeSet = item.candidates().iter().filter(goes).collect();
    let cycles = in_force.policy.map(|policy| policy.cycles).unwrap_or_default();
    let order = item.order(&go, cycles)?;
    let mut plan = Plan::new(records, &item, &order, (&question.subject, &stage, question.at));
    plan.scope = question.scope;
    plan.policy = in_force.policy.map(|policy| policy.digest);
    plan.conflicts = conflicts;
    plan.late = late(records, &members, &item, &stage, question.at);
    plan.cancelled = members.cancelled;
    plan.unknown = members.unknown;
    Ok(plan)
}

/// The conflicts within an item, each pair once, and those with what is under way or live already,
/// which goes first.
fn conflicts(
    records: &Records,
    members: &Members<'_>,
    item: &Item,
    stage: &StageId,
) -> Vec<Conflict> {
    let priority = Priority::of(members.release);
    let way = members.way(records, stage);
    let mut found = Vec::new();
    for node in item.candidates().iter() {
        let Some(id) = item.id(node) else { continue };
        for (other, apart) in records.conflicts_in(id, stage) {
            let inside = item.has(other) && apart.stated;
            let goes = if !inside {
                under_way(records, &way, stage, other, apart.scope).map(|_| other)
            } else if priority.goes_first(id, other) {
                Some(id)
            } else {
                Some(other).filter(|other| priority.goes_first(other, id))
            };
            if inside && other < id || !inside && goes.is_none() {
                continue;
            }
            let mut changes = [id.clone(), other.clone()];
            changes.sort_unstable();
            found.push(Conflict { changes, scope: apart.scope, goes: goes.cloned() });
        }
    }
    found.sort_unstable();
    found
}

/// What members need that is neither live nor in the item, and planned to be done too late.
fn late(
    records: &Records,
    members: &Members<'_>,
    item: &Item,
    stage: &StageId,
    at: Instant,
) -> Vec<Late> {
    let mut found = Vec::new();
    for change in &members.all {
        let of_release = members.release.and_then(|release| release.planned);
        let Some(planned) = change.planned.or(of_release) else { continue };
        for needs in &change.requires {
            let there = |id: &ChangeId| {
                !item.stand_ins(records, &change.id, id).is_empty() || records.is_live(id, stage)
            };
            if needs.alternatives().iter().any(there) {
                continue;
            }
            let done = needs.alternatives().iter().filter_map(|id| {
                let other = records.change(id)?.current(records)?;
                Some((planned_end(records, other, at)?, id))
            });
            let Some((done, first)) = done.min() else { continue };
            if done > planned.from {
                let (change, needs) = (change.id.clone(), first.clone());
                found.push(Late { change, starts: planned.from, needs, done });
            }
        }
    }
    found.sort_unstable();
    found
}
