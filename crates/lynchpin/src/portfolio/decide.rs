//! "May it go to this stage now, and if not, why and who can change that?"

use std::collections::BTreeMap;

use super::decision::Decision;
use super::dependencies::{self, Flow, Own};
use super::item::Members;
use super::question::DecideQuestion;
use super::scoring;
use super::snapshot::InForce;
use crate::base::error::Result;
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::base::{Actor, Instant, Probability, Subject, When};
use crate::gate::judge::gates_for;
use crate::gate::leaf::Target;
use crate::gate::policy::{CycleRule, Judges};
use crate::gate::{Case, Policy, judge};
use crate::history::Records;
use crate::model::{Change, Release};
use crate::plan::Item;
use crate::reason::tree::{Arg, Clears, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn decide(
    records: &Records,
    in_force: &InForce<'_>,
    question: &DecideQuestion,
) -> Result<Decision> {
    let members = Members::of(records, &question.subject)?;
    let stage = members.stage(records, in_force.policy, question.stage.as_ref())?;
    let before = members.before(records, &stage);
    let nothing = no_policy();
    let policy = in_force.policy.unwrap_or(&nothing);
    let risks = risks(records, policy, &question.subject, &members, question.at);
    let case = Case {
        records,
        policy,
        adopted: if in_force.what_if { &[] } else { in_force.adopted },
        stage: &stage,
        previous: before.as_ref(),
        at: question.at,
        risks: &risks,
    };
    let mut judged = judge_members(&case, &members)?;
    let reasons = match &question.subject {
        Subject::Change(id) => judged.remove(id).unwrap_or_default(),
        Subject::Release(id) => whole(&case, id, &members, judged),
    };
    Ok(Decision {
        subject: question.subject.clone(),
        stage: stage.clone(),
        at: question.at,
        policy: in_force.policy.map(|policy| policy.digest),
        risk_model: asks_for_risk(policy).then_some(crate::risk::MODEL),
        what_if: in_force.what_if,
        reasons,
    })
}

/// The members that a decision lets go, for a plan of what is ready: none, if the release as a
/// whole does not.
pub(super) fn ready(
    records: &Records,
    in_force: &InForce<'_>,
    subject: &Subject,
    stage: &StageId,
    at: Instant,
) -> Result<Vec<ChangeId>> {
    let question = DecideQuestion::new(subject.clone(), at).with_stage(stage.clone());
    let decision = decide(records, in_force, &question)?;
    let nodes = decision.reasons().nodes();
    let of_change = |node: &Node| matches!(node.code, ReasonCode::Change);
    let parts = decision.reasons().children(0).filter_map(|index| nodes.get(index));
    let as_a_whole = match subject {
        Subject::Release(_) => {
            Verdict::all(parts.filter(|node| !of_change(node)).map(|node| node.verdict))
        }
        Subject::Change(_) => decision.verdict(),
    };
    // Where nothing at all was asked, nothing was let go either.
    let asked = decision.verdict() != Verdict::NotApplicable;
    if as_a_whole > Verdict::GoWaived || !asked {
        return Ok(Vec::new());
    }
    let numbered = nodes.iter().enumerate().filter(|(_, node)| of_change(node));
    let going = numbered.filter(|(index, _)| !is_held_by_itself(nodes, *index));
    let ids = going.filter_map(|(_, node)| match &node.subject {
        Subject::Change(id) => Some(id.clone()),
        Subject::Release(_) => None,
    });
    Ok(ids.collect())
}

/// Whether something below a node holds it back that was not merely passed on by other members:
/// what those hold back, the order of a plan finds with its roots.
fn is_held_by_itself(nodes: &[Node], index: usize) -> bool {
    let end = nodes.get(index).map_or(index, |node| node.next);
    let mut at = index;
    while let Some(node) = nodes.get(at).filter(|_| at < end) {
        let met = node.verdict <= Verdict::GoWaived;
        let leaf = node.next <= at + 1 || node.code == ReasonCode::CannotPass;
        if leaf && !met && !node.is_propagated() {
            return true;
        }
        at = if met { node.next.max(at + 1) } else { at + 1 };
    }
    false
}

/// A policy that names nothing, so that nothing passes.
fn no_policy() -> Policy {
    Policy {
        name: String::new(),
        owner: None,
        open: Vec::new(),
        cycles: CycleRule::Forbidden,
        requirements: BTreeMap::new(),
        gates: BTreeMap::new(),
        digest: crate::base::Digest::of(b""),
    }
}

/// The risk of everything that a gate of the policy may ask it of.
fn risks(
    records: &Records,
    policy: &Policy,
    subject: &Subject,
    members: &Members<'_>,
    at: Instant,
) -> BTreeMap<Subject, (Probability, When)> {
    if !asks_for_risk(policy) {
        return BTreeMap::new();
    }
    let mut subjects = vec![subject.clone()];
    subjects.extend(members.changes.iter().map(|change| Subject::Change(change.id.clone())));
    if let Subject::Change(id) = subject {
        subjects.extend(records.releases_of(id).iter().cloned().map(Subject::Release));
    }
    scoring::risks(records, &subjects, at)
}

fn asks_for_risk(policy: &Policy) -> bool {
    policy.requirements.values().any(|requirement| requirement.risk.is_some())
}

/// The tree of each member, dependencies and all, by id.
fn judge_members(case: &Case<'_>, members: &Members<'_>) -> Result<BTreeMap<ChangeId, Reasons>> {
    let stages = members.stages(case.records);
    let own: BTreeMap<&ChangeId, Vec<Reasons>> = members
        .changes
        .iter()
        .map(|change| (&change.id, by_itself(case, members, &stages, change)))
        .collect();
    let alone: BTreeMap<&ChangeId, Own> =
        own.iter().map(|(id, parts)| (*id, by_parts(parts))).collect();
    let item = Item::new(case.records, &members.changes, case.stage)?;
    let mut flow = Flow::new(item, &alone, case.policy.cycles)?;
    let mut clauses: BTreeMap<ChangeId, Reasons> = BTreeMap::new();
    for group in flow.groups() {
        for id in &group {
            if let Some(change) = members.get(id) {
                clauses.insert(id.clone(), with_cycles(case, &flow, change));
            }
        }
        flow.settle(&group, |id| clauses.get(id).map_or(Clears::Now, Reasons::clears));
    }
    let so_far = |id: &ChangeId| {
        let own = alone.get(id).map_or(Verdict::NoGo, |own| own.verdict);
        own.max(clauses.get(id).map_or(Verdict::NotApplicable, Reasons::verdict))
    };
    let mut judged = BTreeMap::new();
    for change in &members.changes {
        let subject = Subject::Change(change.id.clone());
        let mut reasons = Reasons::default();
        let root = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Change, &subject));
        for part in own.get(&change.id).into_iter().flatten() {
            reasons.graft(part);
        }
        if let Some(found) = clauses.get(&change.id) {
            reasons.graft_children(found);
        }
        if let Some(node) = dependencies::partners(case, &flow, change, so_far) {
            reasons.push(node);
        }
        reasons.close(root, Join::All);
        reasons.hold_until(root, flow.holds_until(&change.id));
        judged.insert(change.id.clone(), reasons);
    }
    Ok(judged)
}

/// What the parts of a member's tree come to.
fn by_parts(parts: &[Reasons]) -> Own {
    let roots = || parts.iter().filter_map(Reasons::root);
    Own {
        verdict: Verdict::all(roots().map(|root| root.verdict)),
        clears: roots().map(|root| root.clears).max().unwrap_or(Clears::Now),
        holds_until: roots().map(|root| root.holds_until).min().unwrap_or(When::Never),
    }
}

/// The answer for each clause of a change and for each cycle that it is in, under one node.
fn with_cycles(case: &Case<'_>, flow: &Flow, change: &Change) -> Reasons {
    let subject = Subject::Change(change.id.clone());
    let mut reasons = Reasons::default();
    let open = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::All, &subject));
    reasons.graft(&dependencies::clauses(case, flow, change));
    dependencies::cycles(case, flow, change).into_iter().for_each(|node| reasons.push(node));
    reasons.close(open, Join::All);
    reasons
}

/// What is said about a change whatever it depends on: cancelled, on hold, in conflict, its gates.
fn by_itself(
    case: &Case<'_>,
    members: &Members<'_>,
    stages: &[StageId],
    change: &Change,
) -> Vec<Reasons> {
    let subject = Subject::Change(change.id.clone());
    let mut parts = standing(case, &subject, case.owners(change));
    let priority = members.release.map(|release| release.priority.as_slice()).unwrap_or_default();
    let conflicts = dependencies::conflicts(case, &members.changes, priority, stages, change);
    parts.extend(conflicts.into_iter().map(single));
    if case.policy.open.contains(case.stage) {
        parts.push(single(Node::new(Verdict::Go, ReasonCode::StageOpen, &subject)));
    }
    let target = Target { subject: &subject, members: &[change] };
    let mut judged = case.policy.open.contains(case.stage);
    for (id, gate) in gates_for(case, Judges::Change, change) {
        parts.push(judge::judge(case, target, id, gate));
        judged = true;
    }
    let by_release = gates_for(case, Judges::Release, change).next().is_some();
    if by_release && members.release.is_none() {
        parts.push(release_gates_of(case, change));
    }
    if !judged && !by_release {
        let owner = case.policy.owner.clone();
        let node = Node::new(Verdict::NoGo, ReasonCode::NoPolicyApplies, &subject).act(owner);
        parts.push(single(node));
    }
    parts
}

/// Whether a subject was cancelled or is on hold.
fn standing(case: &Case<'_>, subject: &Subject, owners: Vec<Actor>) -> Vec<Reasons> {
    let records = case.records;
    let mut parts = Vec::new();
    if let Some(number) = records.cancellation(subject) {
        let node = Node::new(Verdict::NoGo, ReasonCode::Cancelled, subject)
            .citing("cancellations", number)
            .act(owners);
        parts.push(single(node));
    }
    if let Some(number) = records.hold(subject) {
        let hold = records.portfolio().holds.get(number);
        let owner =
            hold.map(|hold| hold.owner.clone().unwrap_or_else(|| Actor::Person(hold.by.clone())));
        let node = Node::new(Verdict::NeedsAction, ReasonCode::OnHold, subject)
            .citing("holds", number)
            .act(owner);
        parts.push(single(node));
    }
    parts
}

fn single(node: Node) -> Reasons {
    let mut reasons = Reasons::default();
    reasons.push(node);
    reasons
}

/// The gates that judge whole releases, for a change that is asked about alone: those of a
/// release it is in.
fn release_gates_of(case: &Case<'_>, change: &Change) -> Reasons {
    let subject = Subject::Change(change.id.clone());
    let releases = case.records.releases_of(&change.id);
    if releases.is_empty() {
        let node = Node::new(Verdict::NeedsAction, ReasonCode::NotInARelease, &subject);
        return single(node.act(case.owners(change)));
    }
    let mut reasons = Reasons::default();
    let any = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Any, &subject));
    for id in releases {
        let subject = Subject::Release(id.clone());
        let Ok(members) = Members::of(case.records, &subject) else { continue };
        let all = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Release, &subject));
        for part in release_parts(case, &subject, &members) {
            reasons.graft(&part);
        }
        reasons.close(all, Join::All);
    }
    reasons.close(any, Join::Any);
    reasons
}

/// What is said about a release as a whole: cancelled, on hold, its gates.
fn release_parts(case: &Case<'_>, subject: &Subject, members: &Members<'_>) -> Vec<Reasons> {
    let by = members.release.map(|release: &Release| Actor::Person(release.by.clone()));
    let mut parts = standing(case, subject, by.clone().into_iter().collect());
    if members.changes.is_empty() {
        parts.push(single(Node::new(Verdict::NoGo, ReasonCode::ReleaseEmpty, subject).act(by)));
        return parts;
    }
    let target = Target { subject, members: &members.changes };
    for (id, gate) in &case.policy.gates {
        let binds = gate.judges == Judges::Release
            && gate.stages.contains(case.stage)
            && members.changes.iter().any(|c| gate.only_for.matches(case.records, c));
        if binds {
            parts.push(judge::judge(case, target, id, gate));
        }
    }
    parts
}

/// The tree of a release: what is said of it as a whole, then each of its changes.
fn whole(
    case: &Case<'_>,
    id: &ReleaseId,
    members: &Members<'_>,
    judged: BTreeMap<ChangeId, Reasons>,
) -> Reasons {
    let subject = Subject::Release(id.clone());
    let mut reasons = Reasons::default();
    let root = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Release, &subject));
    for part in release_parts(case, &subject, members) {
        reasons.graft(&part);
    }
    let by = members.release.map(|release| Actor::Person(release.by.clone()));
    for unknown in &members.unknown {
        let change = Subject::Change(unknown.clone());
        let node = Node::new(Verdict::Unknown, ReasonCode::ChangeUnknown, &change)
            .with("release", Arg::text(id))
            .act(by.clone());
        reasons.push(node);
    }
    for tree in judged.values() {
        reasons.graft(tree);
    }
    reasons.close(root, Join::All);
    reasons
}
