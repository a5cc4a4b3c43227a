//! A gate's tree of requirements, answered for one subject.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Figures;
use super::freeze::times::Times;
use super::leaf::{self, Target};
use super::obligation::{self, Obligation};
use super::policy::{Gate, Judges, Policy, Requirement, Selector, Tree};
use super::rolls::Rolls;
use super::signed::Proofs;
use super::waiver;
use crate::base::id::{ChangeId, GateId, PersonId, ReleaseId, RequirementId, ServiceId, StageId};
use crate::base::{Actor, Instant, Probability, Subject, When};
use crate::history::Records;
use crate::history::order::{Position, end_of};
use crate::model::{Change, Service};
use crate::reason::tree::{Arg, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// How many members of a lot its tree names.
const LOT_NAMED: usize = 16;

/// Tells the risk that something had when it entered a stage, which no later fact changes.
pub trait EntryRisk {
    /// The risk of a subject at an instant, by what was known up to that place in the order of
    /// facts; certain, if it was not known then.
    fn risk_then(
        &self,
        records: &Records,
        subject: &Subject,
        entry: (Position, Instant),
    ) -> Probability;
}

/// Everything that a gate is judged by: what is known, what is asked, where and when.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What is known.
    pub records: &'a Records,
    /// What is asked.
    pub policy: &'a Policy,
    /// The policies that were in force before, by when they were recorded, oldest first.
    pub adopted: &'a [(Instant, Policy)],
    /// The stage that is asked about.
    pub stage: &'a StageId,
    /// The stage before it.
    pub previous: Option<&'a StageId>,
    /// The instant that is asked about.
    pub at: Instant,
    /// The release that changes are judged as parts of, if they are.
    pub release: Option<&'a ReleaseId>,
    /// The risk of each subject and until when it stands, as the portfolio computed it.
    pub risks: &'a BTreeMap<Subject, (Probability, When)>,
    /// The risks of what entered a stage.
    pub entered: &'a dyn EntryRisk,
    /// Up to where was known what entered and when it did, where it is asked what is owed since.
    pub entry: Option<(Position, Instant)>,
    /// What else the portfolio counted.
    pub figures: &'a Figures,
    /// Who sits in which group, as far as it was asked for.
    pub rolls: &'a Rolls,
    /// Which freezes matter when, as far as it was asked for.
    pub times: &'a Times,
    /// Whether what may be met afterwards holds nothing back once it is declared.
    pub afterwards: bool,
    /// Everything that is owed, in order of ends.
    pub obligations: &'a [Obligation],
    /// Which signatures are right, as far as it was asked for.
    pub proofs: &'a Proofs,
    /// Of which members alone is asked what is asked of changes; of all, if that is left out. What
    /// is said of a release as a whole stays what it is.
    pub only: Option<&'a BTreeSet<&'a ChangeId>>,
}

impl Case<'_> {
    /// The risk of a subject and until when it stands; certain, if it was not handed in. Of what is
    /// owed since an entry, it is that of the entry.
    #[must_use]
    pub fn risk(&self, subject: &Subject) -> (Probability, When) {
        if let Some(entry) = self.entry {
            return (self.entered.risk_then(self.records, subject, entry), When::Never);
        }
        self.risks.get(subject).copied().unwrap_or((Probability::ONE, When::Never))
    }

    /// A service as it is declared; of what is owed since an entry, as it was known then: nobody
    /// sheds what is owed, or adds to it, by declaring a service again.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.records.service_by(id, self.known())
    }

    /// The place in the order of facts up to which services are known.
    #[must_use]
    pub fn known(&self) -> Position {
        self.entry.map_or_else(|| end_of(self.at), |(known, _)| known)
    }

    /// Who answers for a change: its author, and the owners of its services.
    #[must_use]
    pub fn owners(&self, change: &Change) -> Vec<Actor> {
        let author = change.author.as_ref().unwrap_or(&change.by);
        let services = change.services.iter().filter_map(|id| self.records.service(id));
        let owners = services.filter_map(|service| service.owner.clone());
        std::iter::once(Actor::Person(self.records.people.principal(author).clone()))
            .chain(owners)
            .collect()
    }

    /// The instant, still to come, from which a person is suspended.
    #[must_use]
    pub fn suspension(&self, person: &PersonId) -> Option<Instant> {
        let from = self.records.people.suspended_from(person, self.at);
        from.filter(|from| *from > self.at)
    }

    /// Whether a requirement asks the same now as it did when somebody answered it, be that when
    /// they say they did or when that was recorded, and ever since: what a policy voided does not
    /// come back with the policy before it.
    #[must_use]
    pub fn requirement_unchanged_since(&self, name: &RequirementId, said: [Instant; 2]) -> bool {
        let now = self.policy.requirements.get(name);
        let [one, other] = said;
        let then = one.min(other);
        let by_then = self.adopted.partition_point(|(recorded, _)| *recorded <= then);
        // Before any policy was adopted, the first one is taken to have been meant.
        let since = self.adopted.get(by_then.saturating_sub(1)..).unwrap_or_default();
        since.iter().all(|(_, policy)| policy.requirements.get(name) == now)
    }
}

impl Requirement {
    /// Whether it is asked of a change.
    #[must_use]
    pub fn is_for(&self, case: &Case<'_>, change: &Change) -> bool {
        self.only_for.as_ref().is_none_or(|only| only.matches(case, change))
    }
}

impl Selector {
    /// Whether a change is meant: by its kind, its model, its risk, by when it was first recorded,
    /// and by the tier and profile of any of its services. What is not known of a service matches,
    /// so that a gate is not slipped past by leaving it out, and a risk that was not handed in is
    /// certain.
    #[must_use]
    pub fn matches(&self, case: &Case<'_>, change: &Change) -> bool {
        let records = case.records;
        let kind = self.kind.is_empty() || self.kind.contains(&change.kind);
        let followed = change.model.as_ref().is_some_and(|model| self.model.contains(model));
        let model = self.model.is_empty() || followed;
        let risk = || case.risk(&Subject::Change(change.id.clone())).0;
        let within = || self.risk.is_none_or(|band| band.holds(risk()));
        let fits = |service: &Service| {
            let tier = service.tier.is_none_or(|tier| self.tier.contains(&tier));
            let profile = service.profile.as_ref().is_none_or(|p| self.profile.contains(p));
            (self.tier.is_empty() || tier) && (self.profile.is_empty() || profile)
        };
        let unknown = change.services.is_empty()
            || change.services.iter().any(|id| case.service(id).is_none());
        let narrowed = !(self.tier.is_empty() && self.profile.is_empty());
        let known = change.services.iter().filter_map(|id| case.service(id));
        let first = || records.change(&change.id).and_then(|row| row.first_recorded(records));
        let since = self.recorded_since.is_none_or(|since| first().is_none_or(|at| at >= since));
        let placed = !narrowed || unknown || known.into_iter().any(fits);
        // The risk comes last: that of an entry is worked out only where it matters.
        kind && model && since && placed && within()
    }
}

/// The gates before a stage that judge changes, or releases, and mean that change.
pub fn gates_for<'a>(
    case: &Case<'a>,
    judges: Judges,
    change: &Change,
) -> impl Iterator<Item = (&'a GateId, &'a Gate)> {
    let (case, stage) = (*case, case.stage);
    case.policy.gates.iter().filter(move |(_, gate)| {
        gate.judges == judges && gate.stages.contains(stage) && gate.only_for.matches(&case, change)
    })
}

/// What the gates before a stage ask a change of windows, where it must hold in any case.
#[must_use]
pub fn windows(case: &Case<'_>, change: &Change) -> Vec<Reasons> {
    let subject = Subject::Change(change.id.clone());
    let target = Target { subject: &subject, members: &[change] };
    let mut found = Vec::new();
    for judges in [Judges::Change, Judges::Release] {
        for (id, gate) in gates_for(case, judges, change) {
            for tree in gate.require.conjuncts() {
                let Tree::Leaf(name) = tree else { continue };
                let asked = case.policy.requirements.get(name);
                if asked.is_some_and(|requirement| requirement.window.is_some()) {
                    found.push(requirement(case, target, id, name));
                }
            }
        }
    }
    found
}

/// Answers one gate for a subject: the tree of the whole, then one for each lot of members. All of
/// them must hold.
#[must_use]
pub fn trees(case: &Case<'_>, target: Target<'_>, id: &GateId, gate: &Gate) -> Vec<Reasons> {
    let mut trees = vec![judge(case, target, id, gate)];
    trees.extend(by_lot(case, target, id, gate));
    trees
}

/// Answers one gate for a subject as a whole.
#[must_use]
pub fn judge(case: &Case<'_>, target: Target<'_>, id: &GateId, gate: &Gate) -> Reasons {
    let mut reasons = Reasons::default();
    let mut node = Node::new(Verdict::NotApplicable, ReasonCode::Gate, target.subject);
    node.gate = Some(id.clone());
    if let Some(only) = case.only {
        let named = only.iter().take(LOT_NAMED).map(ToString::to_string).collect();
        node = node.with("changes", Arg::Texts(named));
    }
    let root = reasons.open(node);
    // Entered and left nodes of the tree; its depth is bounded when the policy is read.
    enum Step<'t> {
        Enter(&'t Tree),
        Leave(usize, Join),
    }
    let mut steps = vec![Step::Enter(&gate.require)];
    while let Some(step) = steps.pop() {
        let tree = match step {
            Step::Leave(index, join) => {
                reasons.close(index, join);
                continue;
            }
            Step::Enter(tree) => tree,
        };
        let (code, join, children) = match tree {
            Tree::Leaf(name) => {
                reasons.graft(requirement(case, target, id, name));
                continue;
            }
            Tree::All(children) => (ReasonCode::All, Join::All, children),
            Tree::Any(children) => (ReasonCode::Any, Join::Any, children),
            Tree::AtLeast(count, children) => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                (ReasonCode::AtLeast, Join::AtLeast(count), children)
            }
        };
        let mut node = Node::new(Verdict::NotApplicable, code, target.subject);
        if let Join::AtLeast(count) = join {
            node = node.with("needed", Arg::count(count));
        }
        let index = reasons.open(node);
        steps.push(Step::Leave(index, join));
        steps.extend(children.iter().rev().map(Step::Enter));
    }
    reasons.close(root, Join::All);
    reasons
}

/// What a gate asks of those members of a release that it asks less of than of the whole: a tree
/// for each such lot. Where all must hold, the whole tells it; where alternatives are enough, those
/// of some would be met by what is asked of others.
pub(super) fn by_lot(
    case: &Case<'_>,
    target: Target<'_>,
    id: &GateId,
    gate: &Gate,
) -> Vec<Reasons> {
    let narrowed = narrowed(case.policy, gate);
    if narrowed.is_empty() {
        return Vec::new();
    }
    let asks = |name: &RequirementId| case.policy.requirements.get(name)?.only_for.as_ref();
    let asked_of = |change: &Change| -> BTreeSet<&RequirementId> {
        let meant = |name: &&RequirementId| asks(name).is_some_and(|it| it.matches(case, change));
        narrowed.iter().copied().filter(meant).collect()
    };
    let mut lots: BTreeMap<BTreeSet<&RequirementId>, BTreeSet<&ChangeId>> = BTreeMap::new();
    let mut whole = BTreeSet::new();
    for change in target.members {
        let asked = asked_of(change);
        whole.extend(asked.iter().copied());
        if gate.only_for.matches(case, change) {
            lots.entry(asked).or_default().insert(&change.id);
        }
    }
    let less = lots.iter().filter(|(asked, _)| **asked != whole);
    let said = less.map(|(_, lot)| judge(&Case { only: Some(lot), ..*case }, target, id, gate));
    said.filter(|said| said.verdict() != Verdict::NotApplicable).collect()
}

/// Trees of one subject that all must hold.
pub(super) fn together(subject: &Subject, trees: Vec<Reasons>) -> Reasons {
    let trees = match <[Reasons; 1]>::try_from(trees) {
        Ok([only]) => return only,
        Err(trees) => trees,
    };
    let mut reasons = Reasons::default();
    let all = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::All, subject));
    trees.into_iter().for_each(|tree| reasons.graft(tree));
    reasons.close(all, Join::All);
    reasons
}

/// The requirements by which a gate asks more of some members of a release than of others, in
/// such a way that the whole does not tell it.
pub(super) fn narrowed<'a>(policy: &Policy, gate: &'a Gate) -> BTreeSet<&'a RequirementId> {
    if gate.require.conjuncts().iter().all(|tree| matches!(tree, Tree::Leaf(_))) {
        return BTreeSet::new();
    }
    let asks = |name: &RequirementId| policy.requirements.get(name)?.only_for.as_ref();
    gate.require.names().into_iter().filter(|name| asks(name).is_some()).collect()
}

/// Answers one named requirement, with the waiver or the declaration that applies to it.
pub(super) fn requirement(
    case: &Case<'_>,
    target: Target<'_>,
    gate: &GateId,
    name: &RequirementId,
) -> Reasons {
    let Some(requirement) = case.policy.requirements.get(name) else {
        // Refused when the policy is read, so this is not reached; if it were, it must not pass.
        let mut reasons = Reasons::default();
        reasons.push(Node::new(Verdict::Unknown, ReasonCode::NoPolicyApplies, target.subject));
        return reasons;
    };
    let answer = leaf::judge(case, target, name, requirement);
    let answer = waiver::apply(case, target, name, requirement, answer);
    let mut reasons = obligation::apply(case, target, requirement, answer);
    reasons.name(gate, name);
    reasons
}
