//! What is said about a change whatever it depends on, and about a release as a whole.

use std::collections::BTreeMap;

use super::decide::no_policy;
use super::dependencies::{self, Priority};
use super::family;
use super::frozen;
use super::item::Members;
use crate::base::id::{ChangeId, GateId, ReleaseId};
use crate::base::{Actor, Subject};
use crate::gate::judge::gates_for;
use crate::gate::leaf::Target;
use crate::gate::policy::{Gate, Judges};
use crate::gate::{Case, judge, obligation};
use crate::model::{Change, Release};
use crate::reason::tree::{Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What is said about a change whatever it depends on.
pub(super) struct Itself {
    pub(super) parts: Vec<Reasons>,
    /// Whether its stage is open or a gate asked anything of it.
    pub(super) judged: bool,
}

/// What is said about each member whatever it depends on, in order of ids.
pub(super) fn of_each<'a>(
    case: &'a Case<'a>,
    members: &'a Members<'a>,
    gates: &'a ReleaseGates<'a>,
) -> impl Iterator<Item = (&'a Change, Itself)> {
    let priority = Priority::of(members.release);
    let gates_clear = gates.values().flatten().map(Reasons::clears).max();
    members.changes.iter().map(move |change| {
        let mut itself = by_itself(case, members, &priority, change);
        frozen::lapse(case, members, change, (&mut itself.parts, gates_clear));
        if members.release.is_some() && !itself.judged && !is_judged_by(case, gates, change) {
            itself.parts.push(Reasons::single(not_judged(case, change)));
        }
        (*change, itself)
    })
}

/// Whether a gate of its release asked anything of a change itself.
fn is_judged_by(case: &Case<'_>, gates: &ReleaseGates<'_>, change: &Change) -> bool {
    let asks = |gate: &Gate| {
        let mut named = gate.require.names().into_iter();
        named.any(|name| {
            let requirement = case.policy.requirements.get(name);
            requirement.is_none_or(|requirement| requirement.is_for(case, change))
        })
    };
    let mut meant = gates_for(case, Judges::Release, change);
    meant.any(|(id, gate)| {
        let found = gates.get(id).and_then(|said| said.first()).map(Reasons::verdict);
        found.is_some_and(|found| found != Verdict::NotApplicable) && asks(gate)
    })
}

/// That no policy asks anything of a change.
pub(super) fn not_judged(case: &Case<'_>, change: &Change) -> Node {
    let subject = Subject::Change(change.id.clone());
    let none = case.policy.name.is_empty() && case.policy.digest == no_policy().digest;
    let code = if none { ReasonCode::NoPolicyInForce } else { ReasonCode::NoPolicyApplies };
    let node = Node::new(Verdict::NoGo, code, &subject);
    node.act(case.policy.owner.clone())
}

/// What is said about a change whatever it depends on: cancelled, on hold, in conflict, its gates.
fn by_itself(
    case: &Case<'_>,
    members: &Members<'_>,
    priority: &Priority<'_>,
    change: &Change,
) -> Itself {
    let subject = Subject::Change(change.id.clone());
    let mut parts = standing(case, &subject, case.owners(change));
    parts.extend(frozen::parts(case, members, change));
    let conflicts = dependencies::conflicts(case, members, priority, change);
    parts.extend(conflicts.into_iter().map(Reasons::single));
    parts.extend(obligation::holds(case, change).into_iter().map(Reasons::single));
    let mut asked: Vec<Reasons> = Vec::new();
    if case.policy.open.contains(case.stage) {
        asked.push(Reasons::single(Node::new(Verdict::Go, ReasonCode::StageOpen, &subject)));
    }
    let target = Target { subject: &subject, members: &[change] };
    let gates = gates_for(case, Judges::Change, change);
    asked.extend(gates.map(|(id, gate)| judge::judge(case, target, id, gate)));
    let mut judged = asked.iter().any(|part| part.verdict() != Verdict::NotApplicable);
    let by_release = gates_for(case, Judges::Release, change).next().is_some();
    if members.release.is_none() {
        let releases = case.records.releases_of(&change.id).iter();
        let rests = by_release && !judged;
        let found: Vec<OfRelease> =
            releases.map(|id| release_of(case, id, change, rests)).collect();
        judged |= found.iter().any(|of| of.judged);
        let free = found.iter().find(|of| of.said.verdict().is_met());
        let gone = free.map(|of| of.no_longer_apart.clone()).unwrap_or_default();
        parts.extend(gone.into_iter().filter(|_| !by_release).map(Reasons::single));
        let said: Vec<Reasons> = found.into_iter().map(|of| of.said).collect();
        let gone = case.records.cancelled_releases_of(&change.id).iter();
        parts.extend(
            gone.map(|id| Reasons::single(was_cancelled(case, Subject::Release(id.clone())))),
        );
        if by_release {
            parts.push(best_of(case, change, said));
        } else if !said.is_empty() && said.iter().all(|of| !of.verdict().is_met()) {
            // What holds back every release it is in would be slipped past by asking for it alone.
            parts.push(best_of(case, change, said));
        }
    }
    if asked.is_empty() && !by_release {
        judged = true;
        asked.push(Reasons::single(not_judged(case, change)));
    }
    parts.extend(asked);
    Itself { parts, judged }
}

/// Whether a subject was cancelled or is on hold.
pub(super) fn standing(case: &Case<'_>, subject: &Subject, owners: Vec<Actor>) -> Vec<Reasons> {
    let records = case.records;
    let mut parts = Vec::new();
    if let Some(number) = records.cancellation(subject) {
        let node = Node::new(Verdict::NoGo, ReasonCode::Cancelled, subject)
            .citing("cancellations", number)
            .act(owners);
        parts.push(Reasons::single(node));
    }
    for number in records.holds(subject) {
        let hold = records.portfolio().holds.get(*number);
        let owner =
            hold.map(|hold| hold.owner.clone().unwrap_or_else(|| Actor::Person(hold.by.clone())));
        let node = Node::new(Verdict::NeedsAction, ReasonCode::OnHold, subject)
            .citing("holds", *number)
            .act(owner);
        parts.push(Reasons::single(node));
    }
    parts
}

/// The best of what the releases that a change is in say of it, where it is asked about alone.
fn best_of(case: &Case<'_>, change: &Change, said: Vec<Reasons>) -> Reasons {
    let subject = Subject::Change(change.id.clone());
    if said.is_empty() {
        let node = Node::new(Verdict::NeedsAction, ReasonCode::NotInARelease, &subject);
        return Reasons::single(node.act(case.owners(change)));
    }
    let mut reasons = Reasons::default();
    let any = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Any, &subject));
    said.into_iter().for_each(|release| reasons.graft(release));
    reasons.close(any, Join::Any);
    reasons
}

/// What one release says of a change in it, and whether a gate of it asked anything.
struct OfRelease {
    said: Reasons,
    judged: bool,
    /// The cancellations of members that it would have to be kept apart from.
    no_longer_apart: Vec<Node>,
}

/// What one release says of a change in it: what stands on it, its gates, and what keeps the change
/// apart from others there. What its gates ask of others only makes no go of a change that rests on
/// them.
fn release_of(case: &Case<'_>, id: &ReleaseId, change: &Change, rests: bool) -> OfRelease {
    let subject = Subject::Release(id.clone());
    let mut reasons = Reasons::default();
    let mut judged = false;
    let mut no_longer_apart = Vec::new();
    let all = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Release, &subject));
    if let Ok(members) = Members::of(case.records, &subject) {
        // Gates that do not mean this change ask nothing of it.
        let meant = gates_for(case, Judges::Release, change).next();
        let gates = meant.map(|_| release_gates(case, &subject, &members.all)).unwrap_or_default();
        judged = is_judged_by(case, &gates, change);
        let mut parts = release_parts(case, &subject, &members, gates);
        parts.extend(family::parts(case, id));
        let asked = parts.iter().any(|part| part.verdict() != Verdict::NotApplicable);
        parts.into_iter().for_each(|part| reasons.graft(part));
        if rests && asked && !judged {
            reasons.push(not_judged(case, change));
        }
        let priority = Priority::of(members.release);
        let conflicts = dependencies::conflicts_within(case, &members, &priority, change);
        conflicts.into_iter().for_each(|node| reasons.push(node));
        cancelled_members(case, &members).for_each(|node| reasons.push(node));
        let apart = |id: &&ChangeId| case.records.conflicts(&change.id).any(|(o, _)| o == *id);
        let gone = members.cancelled.iter().filter(apart);
        no_longer_apart.extend(gone.map(|id| was_cancelled(case, Subject::Change(id.clone()))));
    }
    reasons.close(all, Join::All);
    OfRelease { said: reasons, judged, no_longer_apart }
}

/// The members that were cancelled and so are left out.
pub(super) fn cancelled_members<'a>(
    case: &'a Case<'_>,
    members: &'a Members<'_>,
) -> impl Iterator<Item = Node> + 'a {
    members.cancelled.iter().map(|id| was_cancelled(case, Subject::Change(id.clone())))
}

/// Tells of a cancellation that left something out of what is judged.
pub(super) fn was_cancelled(case: &Case<'_>, subject: Subject) -> Node {
    let node = Node::new(Verdict::NotApplicable, ReasonCode::Cancelled, &subject);
    let number = case.records.cancellation(&subject);
    number.into_iter().fold(node, |node, number| node.citing("cancellations", number))
}

/// The trees of the gates that judge a release: of the whole first, then of those members that a
/// gate asks less of.
pub(super) type ReleaseGates<'a> = BTreeMap<&'a GateId, Vec<Reasons>>;

pub(super) fn release_gates<'a>(
    case: &Case<'a>,
    subject: &Subject,
    members: &[&Change],
) -> ReleaseGates<'a> {
    let target = Target { subject, members };
    let binds = |gate: &Gate| {
        gate.judges == Judges::Release
            && gate.stages.contains(case.stage)
            && members.iter().any(|c| gate.only_for.matches(case, c))
    };
    let gates = case.policy.gates.iter().filter(|(_, gate)| binds(gate));
    gates.map(|(id, gate)| (id, judge::trees(case, target, id, gate))).collect()
}

/// What is said about a release as a whole: cancelled, on hold, its gates.
pub(super) fn release_parts(
    case: &Case<'_>,
    subject: &Subject,
    members: &Members<'_>,
    gates: ReleaseGates<'_>,
) -> Vec<Reasons> {
    let by = members.release.map(|release: &Release| Actor::Person(release.by.clone()));
    let mut parts = standing(case, subject, by.clone().into_iter().collect());
    if members.all.is_empty() {
        parts.push(Reasons::single(
            Node::new(Verdict::NoGo, ReasonCode::ReleaseEmpty, subject).act(by),
        ));
        return parts;
    }
    parts.extend(gates.into_values().flatten());
    parts
}
