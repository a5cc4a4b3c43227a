//! "May it go to this stage now, and if not, why and who can change that?"

use std::collections::{BTreeMap, BTreeSet};

use super::decision::Decision;
use super::dependencies::{self, Held, Priority};
use super::family;
use super::figures::asks_for_figures;
use super::flow::{Flow, Own};
use super::frozen;
use super::item::Members;
use super::owed;
use super::pinned;
use super::question::DecideQuestion;
use super::setting::Setting;
use super::snapshot::{Adopted, InForce};
use crate::base::error::Result;
use crate::base::id::{ChangeId, GateId, ReleaseId, StageId};
use crate::base::{Actor, Instant, Subject, When};
use crate::calendar::ZONE_DATA_VERSION;
use crate::gate::freeze::rule::FreezeRule;
use crate::gate::judge::gates_for;
use crate::gate::leaf::Target;
use crate::gate::policy::{ClaimRule, CycleRule, Gate, Judges};
use crate::gate::{Case, Policy, judge, obligation};
use crate::history::Records;
use crate::model::{Change, Release};
use crate::plan::Item;
use crate::reason::join::{Child, Joined};
use crate::reason::tree::{Arg, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn decide(
    records: &Records,
    in_force: &InForce<'_>,
    question: &DecideQuestion,
) -> Result<Decision> {
    let members = Members::of(records, &question.subject)?;
    let stage = members.stage(records, in_force.policy, question.stage.as_ref())?;
    let nothing = no_policy();
    let policy = in_force.policy.unwrap_or(&nothing);
    let (subject, at) = (&question.subject, question.at);
    let asked = Asked { subject, members: &members, stage: &stage, at };
    let decision = Decision {
        subject: subject.clone(),
        stage: stage.clone(),
        at,
        policy: in_force.policy.map(|policy| policy.digest),
        risk_model: asks_for_risk(policy).then_some(crate::risk::MODEL),
        zone_data: records.reads_zones().then_some(ZONE_DATA_VERSION),
        what_if: in_force.what_if,
        reasons: by_policy(records, policy, in_force.before(), &asked)?,
    };
    pinned::join(records, in_force, &asked, decision)
}

/// What is asked about, resolved.
pub(super) struct Asked<'a> {
    pub(super) subject: &'a Subject,
    pub(super) members: &'a Members<'a>,
    pub(super) stage: &'a StageId,
    pub(super) at: Instant,
}

/// What one policy says.
pub(super) fn by_policy(
    records: &Records,
    policy: &Policy,
    adopted: &[Adopted],
    asked: &Asked<'_>,
) -> Result<Reasons> {
    let (subject, members) = (asked.subject, asked.members);
    match subject {
        Subject::Change(id) => family::check(records, records.releases_of(id))?,
        Subject::Release(id) => {
            family::check(records, records.descendants(id).into_iter().chain([id]))?
        }
    }
    with_case(records, policy, adopted, asked, |case| judged(case, subject, members))
}

/// Sets up all that gates are judged by, and asks.
pub(super) fn with_case<T>(
    records: &Records,
    policy: &Policy,
    adopted: &[Adopted],
    asked: &Asked<'_>,
    ask: impl FnOnce(&Case<'_>) -> T,
) -> T {
    let (subject, members) = (asked.subject, asked.members);
    let before = members.before(records, asked.stage);
    let subjects = subjects(records, policy, subject, members);
    let setting = Setting::of(records, policy, &subjects, (Some(asked.stage), asked.at));
    let stages = (asked.stage, before.as_ref());
    let case = setting.case(records, (policy, adopted), stages, asked.at);
    let obligations = obligation::unpaid(&case);
    let release = members.release.map(|release| &release.id);
    ask(&Case { obligations: &obligations, release, ..case })
}

fn judged(case: &Case<'_>, subject: &Subject, members: &Members<'_>) -> Result<Reasons> {
    let gates = match subject {
        Subject::Change(_) => ReleaseGates::new(),
        Subject::Release(_) => release_gates(case, subject, &members.all),
    };
    let mut judged = judge_members(case, members, &gates)?;
    match subject {
        Subject::Change(id) => Ok(judged.remove(id).unwrap_or_default()),
        Subject::Release(id) if !case.records.is_parent(id) => {
            let mut parts = release_parts(case, subject, members, gates);
            parts.extend(family::parts(case, id));
            Ok(whole(case, id, members, parts, judged, Vec::new()))
        }
        Subject::Release(id) => parent(case, id, members, gates, judged),
    }
}

/// The tree of a parent: its own, with what keeps changes of several releases below it apart, then
/// that of each of these, whichever is its parent. Who is above any of them is told once.
fn parent(
    case: &Case<'_>,
    id: &ReleaseId,
    members: &Members<'_>,
    gates: ReleaseGates<'_>,
    judged: BTreeMap<ChangeId, Reasons>,
) -> Result<Reasons> {
    let within = case.records.descendants(id);
    let mut below = Vec::new();
    for child in within.iter().filter(|child| **child != id) {
        let case = &Case { release: Some(child), ..*case };
        let subject = Subject::Release((*child).clone());
        let members = Members::of(case.records, &subject)?;
        let gates = release_gates(case, &subject, &members.all);
        let judged = judge_members(case, &members, &gates)?;
        let mut parts = release_parts(case, &subject, &members, gates);
        parts.extend(family::below(case, child));
        below.push(whole(case, child, &members, parts, judged, Vec::new()));
    }
    let subject = Subject::Release(id.clone());
    let mut parts = release_parts(case, &subject, members, gates);
    parts.extend(family::below(case, id));
    parts.extend(family::apart(case, id, members)?);
    parts.extend(family::above(case, within.into_iter().chain([id])));
    Ok(whole(case, id, members, parts, judged, below))
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
    if !as_a_whole.is_met() || !asked {
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
        let met = node.verdict.is_met();
        let leaf = node.next <= at + 1 || node.code == ReasonCode::CannotPass;
        if leaf && !met && !node.is_propagated() {
            return true;
        }
        at = if met { node.next.max(at + 1) } else { at + 1 };
    }
    false
}

/// A policy that names nothing, so that nothing passes.
pub(super) fn no_policy() -> Policy {
    Policy {
        name: String::new(),
        owner: None,
        open: Vec::new(),
        cycles: CycleRule::Forbidden,
        freeze: FreezeRule::default(),
        claims: ClaimRule::Optional,
        adoption: None,
        keys: BTreeMap::new(),
        requirements: BTreeMap::new(),
        gates: BTreeMap::new(),
        digest: crate::base::Digest::of(b""),
    }
}

/// Everything that a gate of the policy may ask for a risk or another figure; nothing, if none
/// does.
fn subjects(
    records: &Records,
    policy: &Policy,
    subject: &Subject,
    members: &Members<'_>,
) -> Vec<Subject> {
    if !asks_for_risk(policy) && !asks_for_figures(policy) {
        return Vec::new();
    }
    let by_risk = policy.selects_by_risk();
    let mut subjects = vec![subject.clone()];
    let each = |members: &[&Change]| -> Vec<Subject> {
        members.iter().map(|change| Subject::Change(change.id.clone())).collect()
    };
    subjects.extend(each(&members.all));
    let releases: BTreeSet<&ReleaseId> = match subject {
        Subject::Change(id) => records.releases_of(id).iter().collect(),
        Subject::Release(id) => records.descendants(id).into_iter().chain([id]).collect(),
    };
    let above = releases.iter().flat_map(|id| records.ancestors(id));
    let releases = releases.iter().copied().chain(above);
    for release in releases.cloned().map(Subject::Release) {
        // Which gates judge it, the risk of any change in it may say.
        if let Some(members) = Members::of(records, &release).ok().filter(|_| by_risk) {
            subjects.extend(each(&members.all));
        }
        subjects.push(release);
    }
    subjects.extend(owed::declared(records));
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

pub(super) fn asks_for_risk(policy: &Policy) -> bool {
    policy.freeze.asks_for_risk()
        || policy.selects_by_risk()
        || policy.requirements.values().any(|named| named.risk.is_some())
}

/// The tree of each member, dependencies and all, by id.
fn judge_members(
    case: &Case<'_>,
    members: &Members<'_>,
    gates: &ReleaseGates<'_>,
) -> Result<BTreeMap<ChangeId, Reasons>> {
    let priority = Priority::of(members.release);
    let mut own: BTreeMap<&ChangeId, Itself> = BTreeMap::new();
    let gates_clear = gates.values().flatten().map(Reasons::clears).max();
    for change in &members.changes {
        let mut itself = by_itself(case, members, &priority, change);
        frozen::lapse(case, members, change, (&mut itself.parts, gates_clear));
        if members.release.is_some() && !itself.judged && !is_judged_by(case, gates, change) {
            itself.parts.push(Reasons::single(not_judged(case, change)));
        }
        own.insert(&change.id, itself);
    }
    let selected = selected_until(case);
    let alone: BTreeMap<&ChangeId, Own> =
        own.iter().map(|(id, itself)| (*id, by_parts(selected, &itself.parts))).collect();
    let item = Item::new(case.records, &members.changes, case.stage)?;
    let mut flow = Flow::new(item, &alone, case.policy.cycles)?;
    let mut clauses: BTreeMap<ChangeId, Reasons> = BTreeMap::new();
    for group in flow.groups() {
        for id in &group {
            if let Some(change) = members.get(id) {
                clauses.insert(id.clone(), with_cycles(case, &flow, change));
            }
        }
        flow.settle(&group, |id| clauses.get(id).and_then(Reasons::root));
    }
    let so_far: BTreeMap<ChangeId, Verdict> = alone
        .iter()
        .map(|(id, own)| {
            let found = clauses.get(*id).map_or(Verdict::NotApplicable, Reasons::verdict);
            ((*id).clone(), own.verdict.max(found))
        })
        .collect();
    let so_far = |id: &ChangeId| so_far.get(id).copied().unwrap_or(Verdict::NoGo);
    let held = Held::of(case, &flow, so_far);
    let mut trees = BTreeMap::new();
    for change in &members.changes {
        let subject = Subject::Change(change.id.clone());
        let mut reasons = Reasons::default();
        let root = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Change, &subject));
        let itself = own.remove(&change.id);
        let judged = itself.as_ref().is_some_and(|itself| itself.judged);
        let parts = itself.map(|itself| itself.parts).unwrap_or_default();
        let passes = parts.iter().any(frozen::passes);
        parts.into_iter().for_each(|part| reasons.graft(part));
        if let Some(found) = clauses.remove(&change.id) {
            // That what it depends on is there, or that it passes a freeze, makes no go of what
            // nobody judged.
            let depends = found.verdict() != Verdict::NotApplicable || passes;
            reasons.graft_children(found);
            if members.release.is_none() && depends && !judged {
                reasons.push(not_judged(case, change));
            }
        }
        let partners = dependencies::partners(case, &flow, &held, change, so_far(&change.id));
        partners.into_iter().for_each(|node| reasons.push(node));
        reasons.close(root, Join::All);
        reasons.hold_until(root, flow.holds_until(&change.id).min(selected));
        trees.insert(change.id.clone(), reasons);
    }
    Ok(trees)
}

/// What is said about a change whatever it depends on.
struct Itself {
    parts: Vec<Reasons>,
    /// Whether its stage is open or a gate asked anything of it.
    judged: bool,
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

fn not_judged(case: &Case<'_>, change: &Change) -> Node {
    let subject = Subject::Change(change.id.clone());
    let none = case.policy.name.is_empty() && case.policy.digest == no_policy().digest;
    let code = if none { ReasonCode::NoPolicyInForce } else { ReasonCode::NoPolicyApplies };
    let node = Node::new(Verdict::NoGo, code, &subject);
    node.act(case.policy.owner.clone())
}

/// Until when the same gates mean what is judged, without a new fact.
pub(super) fn selected_until(case: &Case<'_>) -> When {
    let risks = case.risks.values().filter(|_| case.policy.selects_by_risk());
    risks.map(|(_, until)| *until).min().unwrap_or(When::Never)
}

/// What the parts of a member's tree come to.
pub(super) fn by_parts(selected: When, parts: &[Reasons]) -> Own {
    let mut children: Vec<Child> =
        parts.iter().filter_map(Reasons::root).map(Node::as_child).collect();
    let Joined { verdict, clears, holds_until, lapses, .. } = Join::All.of(&mut children);
    let lapses = Child { verdict, clears, holds_until, lapses }.lapses_at();
    Own { verdict, clears, holds_until: holds_until.min(selected), lapses }
}

/// The answer for each clause of a change and for each cycle that it is in, under one node.
fn with_cycles(case: &Case<'_>, flow: &Flow, change: &Change) -> Reasons {
    let subject = Subject::Change(change.id.clone());
    let mut reasons = Reasons::default();
    let open = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::All, &subject));
    reasons.graft(dependencies::clauses(case, flow, change));
    dependencies::cycles(case, flow, change).into_iter().for_each(|node| reasons.push(node));
    reasons.close(open, Join::All);
    reasons
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
fn cancelled_members<'a>(
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
fn release_parts(
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

/// The tree of a release: what is said of it as a whole, then each of its changes.
fn whole(
    case: &Case<'_>,
    id: &ReleaseId,
    members: &Members<'_>,
    parts: Vec<Reasons>,
    judged: BTreeMap<ChangeId, Reasons>,
    below: Vec<Reasons>,
) -> Reasons {
    let subject = Subject::Release(id.clone());
    let mut reasons = Reasons::default();
    let root = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Release, &subject));
    parts.into_iter().for_each(|part| reasons.graft(part));
    let by = members.release.map(|release| Actor::Person(release.by.clone()));
    for unknown in &members.unknown {
        let change = Subject::Change(unknown.clone());
        let node = Node::new(Verdict::Unknown, ReasonCode::ChangeUnknown, &change)
            .with("release", Arg::text(id))
            .act(by.clone());
        reasons.push(node);
    }
    cancelled_members(case, members).for_each(|node| reasons.push(node));
    for tree in judged.into_values() {
        reasons.graft(tree);
    }
    below.into_iter().for_each(|tree| reasons.graft(tree));
    reasons.close(root, Join::All);
    reasons.hold_until(root, selected_until(case));
    reasons
}
