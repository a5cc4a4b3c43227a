//! Requirements that can never be met, and gates that can therefore never pass.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, FindingCode};
use crate::base::id::{GroupId, PersonId, RequirementId, StageId};
use crate::base::{Instant, Probability};
use crate::gate::policy::{ApprovalLeaf, Gate, Policy, Requirement, SoakLeaf, Tree};
use crate::history::Records;

/// What is known about a requirement in one gate without looking at any change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Can {
    /// It is never asked of what the gate judges.
    NeverAsked,
    /// It may be met.
    Pass,
    /// It can never be met.
    Never,
}

pub(super) fn check(policy: &Policy, known: Option<(&Records, Instant)>, found: &mut Vec<Finding>) {
    for (id, requirement) in &policy.requirements {
        let rule = requirement.waiver.as_ref().zip(known);
        let nobody = rule.filter(|(rule, (records, at))| seats(records, &rule.group, *at) == 0);
        if let Some((rule, _)) = nobody {
            let why = format!("group `{}` has no member who can", rule.group);
            let finding = Finding::new(FindingCode::NobodyCanWaive).requirement(id);
            found.push(finding.because(&why));
        }
    }
    for (id, gate) in &policy.gates {
        let mut answers: BTreeMap<&RequirementId, Can> = BTreeMap::new();
        for name in gate.require.names() {
            let Some(requirement) = policy.requirements.get(name) else { continue };
            let mut can = Can::Pass;
            if is_never_asked(gate, requirement) {
                can = Can::NeverAsked;
                let finding = Finding::new(FindingCode::RequirementNeverAsked);
                found.push(finding.gate(id).requirement(name));
            } else if let Some((code, why)) = obstacle((policy, gate), requirement, known) {
                can = Can::Never;
                found.push(Finding::new(code).requirement(name).because(&why));
            }
            let waivable = requirement.waiver.as_ref().is_some_and(|rule| {
                known.is_none_or(|(records, at)| seats(records, &rule.group, at) > 0)
            });
            answers.insert(name, if waivable { can.min(Can::Pass) } else { can });
        }
        match fold(&gate.require, &answers) {
            Can::Pass => {}
            Can::Never => found.push(Finding::new(FindingCode::GateNeverPasses).gate(id)),
            Can::NeverAsked => found.push(Finding::new(FindingCode::GateAsksNothing).gate(id)),
        }
    }
}

/// Only kinds tell for sure: a change may touch services of several tiers and profiles.
fn is_never_asked(gate: &Gate, requirement: &Requirement) -> bool {
    let Some(only_for) = &requirement.only_for else { return false };
    let (of_gate, asked) = (&gate.only_for.kind, &only_for.kind);
    // A release is judged if any change in it is meant, so all of its kinds may be there.
    let alone = gate.judges == crate::gate::policy::Judges::Change;
    alone
        && !of_gate.is_empty()
        && !asked.is_empty()
        && !of_gate.iter().any(|kind| asked.contains(kind))
}

/// Why a requirement can never be met, if it cannot.
fn obstacle(
    (policy, gate): (&Policy, &Gate),
    requirement: &Requirement,
    known: Option<(&Records, Instant)>,
) -> Option<(FindingCode, String)> {
    if requirement.risk.is_some_and(|leaf| leaf.below == Probability::ZERO) {
        let why = "no probability is below 0".to_owned();
        return Some((FindingCode::RequirementNeverPasses, why));
    }
    if requirement.lane.is_some() && policy.risk.is_none() {
        let why = "the policy names no `risk.model`, and the scorecard is certified for no lane";
        return Some((FindingCode::RequirementNeverPasses, why.to_owned()));
    }
    let (records, at) = known?;
    if let Some(leaf) = &requirement.soak {
        let why = cannot_soak(gate, leaf, records)?;
        return Some((FindingCode::RequirementNeverPasses, why));
    }
    if let Some(leaf) = &requirement.preauthorised {
        let nobody = seats(records, &leaf.group, at) == 0;
        let why = format!("group `{}` has no member who can", leaf.group);
        return nobody.then_some((FindingCode::NobodyCanApprove, why));
    }
    let leaf = requirement.approval.as_ref()?;
    Some((FindingCode::NobodyCanApprove, too_few(leaf, records, at)?))
}

/// Why too few people are there to approve, if they are: before anybody is excluded for having
/// had a hand in it.
fn too_few(leaf: &ApprovalLeaf, records: &Records, at: Instant) -> Option<String> {
    let group = &leaf.group;
    if !records.people.has_group(group) {
        return Some(format!("there is no group `{group}`"));
    }
    let asked = sitting(records, group, at);
    let needed = leaf.people.needed(asked.len());
    // The question may be passed on.
    let others = leaf.escalates_to.iter().flat_map(|group| sitting(records, group, at));
    let sitting: BTreeSet<&PersonId> = asked.into_iter().chain(others).collect();
    if sitting.len() < needed {
        return Some(format!("group `{group}` has {} who may, {needed} must", sitting.len()));
    }
    let teams: BTreeSet<&GroupId> =
        sitting.iter().flat_map(|person| records.people.teams(person, at)).collect();
    let wanted = leaf.teams.unwrap_or(0);
    let short = u32::try_from(teams.len()).is_ok_and(|count| count < wanted);
    short.then(|| format!("they are of {} teams, {wanted} must be represented", teams.len()))
}

/// Why nothing can soak for this gate, if nothing can.
fn cannot_soak(gate: &Gate, leaf: &SoakLeaf, records: &Records) -> Option<String> {
    let way: Vec<&StageId> = records.stages().map(|stage| &stage.id).collect();
    let place = |stage: &StageId| way.iter().position(|known| *known == stage);
    let fits = |stage: &&StageId| {
        let Some(here) = place(stage) else { return true };
        let before = match &leaf.stage {
            Some(named) => place(named),
            None => here.checked_sub(1),
        };
        before.is_some_and(|before| before < here)
    };
    // Where the portfolio declares no stages, nothing of the policy itself is wrong.
    if gate.stages.iter().any(|stage| fits(&stage)) {
        return None;
    }
    Some("there is no such stage before the one that the gate stands before".to_owned())
}

fn seats(records: &Records, group: &GroupId, at: Instant) -> usize {
    sitting(records, group, at).len()
}

fn sitting<'a>(records: &'a Records, group: &GroupId, at: Instant) -> BTreeSet<&'a PersonId> {
    let members = records.people.members(group, at).into_iter();
    members.filter(|person| records.people.can_sit(person, at)).collect()
}

/// What a whole tree can come to.
fn fold(tree: &Tree, answers: &BTreeMap<&RequirementId, Can>) -> Can {
    enum Step<'t> {
        Enter(&'t Tree),
        Leave(&'t Tree, usize),
    }
    let mut steps = vec![Step::Enter(tree)];
    let mut done: Vec<Can> = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(Tree::Leaf(name)) => {
                done.push(answers.get(name).copied().unwrap_or(Can::Pass));
            }
            Step::Enter(tree) => {
                let (Tree::All(children) | Tree::Any(children) | Tree::AtLeast(_, children)) = tree
                else {
                    continue;
                };
                steps.push(Step::Leave(tree, children.len()));
                steps.extend(children.iter().map(Step::Enter));
            }
            Step::Leave(tree, count) => {
                let children = done.split_off(done.len().saturating_sub(count));
                done.push(join(tree, &children));
            }
        }
    }
    done.pop().unwrap_or(Can::Pass)
}

fn join(tree: &Tree, children: &[Can]) -> Can {
    let applicable = children.iter().filter(|can| **can != Can::NeverAsked).count();
    let passing = children.iter().filter(|can| **can == Can::Pass).count();
    let needed = match tree {
        Tree::AtLeast(count, _) => usize::try_from(*count).unwrap_or(usize::MAX),
        Tree::All(_) => applicable,
        Tree::Leaf(_) | Tree::Any(_) => 1,
    };
    match applicable {
        0 => Can::NeverAsked,
        _ if passing >= needed => Can::Pass,
        _ => Can::Never,
    }
}
