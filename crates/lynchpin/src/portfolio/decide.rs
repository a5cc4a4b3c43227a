//! "May it go to this stage now, and if not, why and who can change that?"

use std::collections::{BTreeMap, BTreeSet};

use super::alone::{
    self, Itself, ReleaseGates, cancelled_members, not_judged, release_gates, release_parts,
};
use super::decision::Decision;
use super::dependencies::{self, Held};
use super::family;
use super::figures::asks_for_figures;
use super::flow::{Flow, Own};
use super::frozen;
use super::in_force::{By, InForce};
use super::item::Members;
use super::owed;
use super::pinned;
use super::question::DecideQuestion;
use super::scoring;
use super::setting::Setting;
use crate::base::error::Result;
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::base::{Actor, Instant, Subject, When};
use crate::calendar::ZONE_DATA_VERSION;
use crate::gate::freeze::rule::FreezeRule;
use crate::gate::policy::{ClaimRule, CycleRule};
use crate::gate::{Case, Policy, obligation};
use crate::history::Records;
use crate::model::Change;
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
        risk_model: risk_model(policy),
        zone_data: records.reads_zones().then_some(ZONE_DATA_VERSION),
        what_if: in_force.what_if,
        reasons: by_policy(records, in_force.by(policy, records.as_of), &asked)?,
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
pub(super) fn by_policy(records: &Records, by: By<'_>, asked: &Asked<'_>) -> Result<Reasons> {
    let (subject, members) = (asked.subject, asked.members);
    match subject {
        Subject::Change(id) => family::check(records, records.releases_of(id))?,
        Subject::Release(id) => {
            family::check(records, records.descendants(id).into_iter().chain([id]))?
        }
    }
    with_case(records, by, asked, |case| judged(case, subject, members))
}

/// Sets up all that gates are judged by, and asks.
pub(super) fn with_case<T>(
    records: &Records,
    by: By<'_>,
    asked: &Asked<'_>,
    ask: impl FnOnce(&Case<'_>) -> T,
) -> T {
    let (subject, members) = (asked.subject, asked.members);
    let before = members.before(records, asked.stage);
    let subjects = subjects(records, by.policy, subject, members);
    let setting = Setting::of(records, by, &subjects, (Some(asked.stage), asked.at));
    let stages = (asked.stage, before.as_ref());
    let case = setting.case(records, (by.policy, by.before), stages, asked.at);
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
        risk: None,
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
        || policy.requirements.values().any(|it| it.risk.is_some() || it.lane.is_some())
}

/// The name of the risk model of a policy, if that asks for a risk.
pub(super) fn risk_model(policy: &Policy) -> Option<String> {
    asks_for_risk(policy).then(|| scoring::model_name(policy.risk.as_ref()))
}

/// The tree of each member, dependencies and all, by id.
fn judge_members(
    case: &Case<'_>,
    members: &Members<'_>,
    gates: &ReleaseGates<'_>,
) -> Result<BTreeMap<ChangeId, Reasons>> {
    let mut own: BTreeMap<&ChangeId, Itself> =
        alone::of_each(case, members, gates).map(|(change, itself)| (&change.id, itself)).collect();
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
    let so_far: BTreeMap<&ChangeId, Verdict> = alone
        .iter()
        .map(|(id, own)| {
            let found = clauses.get(*id).map_or(Verdict::NotApplicable, Reasons::verdict);
            (*id, own.verdict.max(found))
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
