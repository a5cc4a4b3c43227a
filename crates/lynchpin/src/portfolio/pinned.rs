//! By which policies a revision is judged: the one in force, and those by which something was
//! decided on it before.
//!
//! Who could loosen the policy after a request was made would let it through a gate that it was
//! made for. So what a revision was once decided by binds it as long as it is the current one, and
//! the worse of the answers counts. A new revision is judged by the policy in force alone. What was
//! decided of a release was decided of the changes in it: they stay bound when the release is made
//! anew or cancelled, or leaves them out.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Asked, by_policy, risk_model, with_case};
use super::decision::Decision;
use super::in_force::{By, InForce};
use super::item::Members;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{GateId, ReleaseId};
use crate::base::limits::POLICIES_OF_DECISIONS_MAX;
use crate::base::{Actor, Digest, Subject};
use crate::gate::Policy;
use crate::gate::judge::gates_for;
use crate::gate::policy::{Gate, Judges};
use crate::history::Records;
use crate::model::Entered;
use crate::reason::tree::{Arg, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// The facts by which a policy binds a revision.
type Cites = BTreeSet<(&'static str, usize)>;

/// The policies by which something was decided on the current revision of a subject, with the facts
/// that say so; of a change also where it was decided of a release that it was in.
fn pins(records: &Records, subject: &Subject) -> BTreeMap<Digest, Cites> {
    let mut found: BTreeMap<Digest, Cites> = BTreeMap::new();
    let current = match subject {
        Subject::Change(id) => {
            records.change(id).and_then(|row| row.current(records)?.revision.into())
        }
        Subject::Release(id) => {
            records.release(id).and_then(|row| row.current(records)?.revision.into())
        }
    };
    for number in records.decisions(subject) {
        let decision = records.recorded_decision(*number);
        let decision = decision.filter(|decision| Some(decision.revision) == current);
        if let Some(decision) = decision {
            found.entry(decision.policy).or_default().insert(("decisions", *number));
        }
    }
    for number in records.claims(subject) {
        let claim = records.claim(*number).filter(|claim| Some(claim.revision) == current);
        if let Some(claim) = claim {
            found.entry(claim.policy).or_default().insert(("claims", *number));
        }
    }
    let Subject::Change(id) = subject else { return found };
    for number in records.decisions_with(id) {
        if let Some(decision) = records.recorded_decision(number) {
            found.entry(decision.policy).or_default().insert(("decisions", number));
        }
    }
    for number in records.claims_with(id) {
        let entered = |it: &Entered| it.change == *id && Some(it.revision) == current;
        let claim = records.claim(*number).filter(|claim| claim.changes.iter().any(entered));
        if let Some(claim) = claim {
            found.entry(claim.policy).or_default().insert(("claims", *number));
        }
    }
    found
}

fn join_in(into: &mut BTreeMap<Digest, Cites>, more: BTreeMap<Digest, Cites>) {
    for (policy, cites) in more {
        into.entry(policy).or_default().extend(cites);
    }
}

/// The policies that bind a subject as a whole, and those that bind a member of it only.
struct Pins {
    whole: BTreeMap<Digest, Cites>,
    members: BTreeMap<Subject, BTreeMap<Digest, Cites>>,
}

impl Pins {
    fn of(records: &Records, subject: &Subject, members: &Members<'_>, but: Digest) -> Pins {
        let mut whole = pins(records, subject);
        let mut of_members = BTreeMap::new();
        let add = |releases: BTreeSet<&ReleaseId>, into: &mut BTreeMap<Digest, Cites>| {
            for id in releases {
                join_in(into, pins(records, &Subject::Release(id.clone())));
            }
        };
        match subject {
            // What was decided of a release was decided of what is in it.
            Subject::Change(id) => {
                let above = records.releases_of(id).iter();
                let above = above.flat_map(|id| records.ancestors(id).into_iter().chain([id]));
                add(above.collect(), &mut whole);
            }
            Subject::Release(id) => {
                let mut family = records.ancestors(id);
                let below = records.descendants(id);
                let within = below.iter().flat_map(|id| records.release(id)?.current(records));
                for change in within.flat_map(|release| &release.changes) {
                    let member = Subject::Change(change.clone());
                    if members.changes.iter().all(|own| own.id != *change) {
                        join_in(&mut whole, pins(records, &member));
                    }
                }
                family.extend(below);
                add(family, &mut whole);
                for change in &members.changes {
                    let member = Subject::Change(change.id.clone());
                    let mut found = pins(records, &member);
                    found.remove(&but);
                    if !found.is_empty() {
                        of_members.insert(member, found);
                    }
                }
            }
        }
        whole.remove(&but);
        Pins { whole, members: of_members }
    }

    /// The gates of an older policy that judge a release and mean a member that it binds, with the
    /// facts by which it does.
    fn release_gates(
        &self,
        records: &Records,
        by: By<'_>,
        asked: &Asked<'_>,
    ) -> (BTreeSet<GateId>, Cites) {
        let policy = by.policy;
        let (mut gates, mut cites) = (BTreeSet::new(), Cites::new());
        let judges =
            |gate: &Gate| gate.judges == Judges::Release && gate.stages.contains(asked.stage);
        if !policy.gates.values().any(judges) {
            return (gates, cites);
        }
        with_case(records, by, asked, |case| {
            for change in &asked.members.changes {
                let bound = self.members.get(&Subject::Change(change.id.clone()));
                let Some(by) = bound.and_then(|bound| bound.get(&policy.digest)) else { continue };
                for (id, _) in gates_for(case, Judges::Release, change) {
                    gates.insert(id.clone());
                    cites.extend(by);
                }
            }
        });
        (gates, cites)
    }

    /// Every policy that binds anything here.
    fn policies(&self) -> BTreeSet<Digest> {
        let members = self.members.values().flat_map(BTreeMap::keys);
        self.whole.keys().chain(members).copied().collect()
    }
}

/// Whether any policy but the one in force binds a subject or a member of it.
pub(super) fn binds(records: &Records, in_force: &InForce<'_>, asked: &Asked<'_>) -> bool {
    let none = records.portfolio().decisions.is_empty() && records.portfolio().claims.is_empty();
    let Some(policy) = in_force.policy.filter(|_| !none) else { return false };
    !Pins::of(records, asked.subject, asked.members, policy.digest).policies().is_empty()
}

/// Joins what the policy in force says with what those say by which it was decided before.
pub(super) fn join(
    records: &Records,
    in_force: &InForce<'_>,
    asked: &Asked<'_>,
    decision: Decision,
) -> Result<Decision> {
    let Some(policy) = in_force.policy else { return Ok(decision) };
    let pins = Pins::of(records, asked.subject, asked.members, policy.digest);
    let policies = pins.policies();
    if policies.is_empty() {
        return Ok(decision);
    }
    if policies.len() > POLICIES_OF_DECISIONS_MAX {
        let message = format!(
            "{} was decided by more than {POLICIES_OF_DECISIONS_MAX} policies: make a new revision",
            asked.subject
        );
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    let mut said: BTreeMap<Digest, (&Policy, Reasons)> = BTreeMap::new();
    let mut gates = BTreeMap::new();
    let mut risk = decision.risk_model.clone();
    for digest in policies {
        let known = in_force.adopted.iter().map(|(_, policy)| policy);
        if let Some(policy) = known.into_iter().find(|policy| policy.digest == digest) {
            // An approval of what the requirement asks today counts for what it asked then, too.
            said.insert(
                digest,
                (policy, by_policy(records, in_force.by_older(policy, records.as_of), asked)?),
            );
            if !pins.whole.contains_key(&digest) {
                gates.insert(
                    digest,
                    pins.release_gates(records, in_force.by_older(policy, records.as_of), asked),
                );
            }
            risk = risk.or_else(|| risk_model(policy));
        }
    }
    let owner = policy.owner.clone();
    let subject = asked.subject;
    let joined = Joined { pins: &pins, said: &said, gates: &gates, owner, subject };
    let reasons = joined.tree(&decision.reasons, policy);
    Ok(Decision { reasons, risk_model: risk, ..decision })
}

/// The answers of several policies, on their way into one tree.
struct Joined<'a> {
    pins: &'a Pins,
    said: &'a BTreeMap<Digest, (&'a Policy, Reasons)>,
    /// Of those that bind members only, the gates that judge the release.
    gates: &'a BTreeMap<Digest, (BTreeSet<GateId>, Cites)>,
    owner: Option<Actor>,
    subject: &'a Subject,
}

impl Joined<'_> {
    fn tree(&self, first: &Reasons, in_force: &Policy) -> Reasons {
        let mut reasons = Reasons::default();
        let Some(root) = first.root() else { return reasons };
        let open = reasons.open(Node { next: 0, ..root.clone() });
        for child in first.children(0) {
            self.child(first, child, &mut reasons);
        }
        for (digest, cites) in &self.pins.whole {
            // The members tell it each for itself.
            let own = |reasons: &Reasons, index| !is_member(reasons, index);
            reasons.graft(self.one(self.subject, *digest, cites, 0, own));
        }
        for (digest, (gates, cites)) in self.gates.iter().filter(|(_, (ids, _))| !ids.is_empty()) {
            // What was decided of a member alone was decided by the gates of its release, and by
            // those of the parents of that.
            let own = |reasons: &Reasons, index: usize| {
                reasons.nodes().get(index).is_some_and(|node| {
                    matches!(node.code, ReasonCode::ParentOpen | ReasonCode::ParentNotOpen)
                        || node.gate.as_ref().is_some_and(|id| gates.contains(id))
                })
            };
            reasons.graft(self.one(self.subject, *digest, cites, 0, own));
        }
        if first.verdict() == Verdict::NotApplicable {
            // What the policy in force asks nothing of is no go by what an older one says.
            let node = Node::new(Verdict::NoGo, ReasonCode::NoPolicyApplies, self.subject);
            reasons.push(node.act(in_force.owner.clone()));
        }
        reasons.close(open, Join::All);
        reasons
    }

    /// A child of the tree by the policy in force; under a member what binds it, too.
    fn child(&self, first: &Reasons, index: usize, into: &mut Reasons) {
        let part = first.part(index);
        let Some(root) = part.root().filter(|_| is_member(first, index)) else {
            return into.graft(part);
        };
        let subject = root.subject.clone();
        let mut bound = self.pins.members.get(&subject).cloned().unwrap_or_default();
        for (digest, cites) in &self.pins.whole {
            bound.entry(*digest).or_default().extend(cites);
        }
        let open = into.open(Node { next: 0, ..root.clone() });
        into.graft_children(part);
        for (digest, cites) in &bound {
            // One that nobody knows is told once, for the whole.
            if self.said.contains_key(digest) || !self.pins.whole.contains_key(digest) {
                into.graft(self.member(&subject, *digest, cites));
            }
        }
        into.close(open, Join::All);
    }

    /// What one older policy says of a member.
    fn member(&self, subject: &Subject, digest: Digest, cites: &Cites) -> Reasons {
        let tree = self.said.get(&digest).map(|(_, tree)| tree);
        let found = tree.and_then(|tree| {
            let mut members = tree.children(0).filter(|index| is_member(tree, *index));
            members.find(|i| tree.nodes().get(*i).is_some_and(|node| node.subject == *subject))
        });
        self.one(subject, digest, cites, found.unwrap_or(usize::MAX), |_, _| true)
    }

    /// What one older policy says below a node of its tree, of the children that are asked for.
    fn one(
        &self,
        subject: &Subject,
        digest: Digest,
        cites: &Cites,
        below: usize,
        own: impl Fn(&Reasons, usize) -> bool,
    ) -> Reasons {
        let Some((policy, tree)) = self.said.get(&digest) else {
            let node = Node::new(Verdict::Unknown, ReasonCode::PolicyUnknown, subject)
                .with("policy", Arg::text(digest))
                .act(self.owner.clone());
            return Reasons::single(citing(node, cites));
        };
        let node = Node::new(Verdict::NotApplicable, ReasonCode::PolicyOfDecision, subject)
            .with("policy", Arg::text(digest))
            .with("name", Arg::text(&policy.name));
        let mut reasons = Reasons::default();
        let open = reasons.open(citing(node, cites));
        for child in tree.children(below).filter(|child| own(tree, *child)) {
            reasons.graft(tree.part(child));
        }
        reasons.close(open, Join::All);
        let until = tree.nodes().get(below).map_or(crate::base::When::Never, |n| n.holds_until);
        reasons.hold_until(open, until);
        reasons
    }
}

/// Whether a node is the tree of a member of a release.
fn is_member(reasons: &Reasons, index: usize) -> bool {
    let root = reasons.root().map(|root| root.code);
    let node = reasons.nodes().get(index);
    root == Some(ReasonCode::Release) && node.is_some_and(|node| node.code == ReasonCode::Change)
}

fn citing(node: Node, cites: &Cites) -> Node {
    cites.iter().fold(node, |node, (kind, number)| node.citing(kind, *number))
}
