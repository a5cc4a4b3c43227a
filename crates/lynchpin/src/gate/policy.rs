//! A policy: named requirements, and gates that are trees of their names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::freeze::rule::FreezeRule;
pub use super::leaves::{
    BudgetLeaf, PreauthorisedLeaf, RecordOf, RecordRule, TasksLeaf, TicketsLeaf,
};
pub use super::risk_rules::{LaneLeaf, RiskBand, RiskLeaf, RiskRule};
use super::signed::key::Key;
use super::signed::rule::Signed;
use crate::base::id::{
    CheckId, ConfigurationId, EnvironmentId, GateId, GroupId, KeyId, ModelId, PersonId, ProfileId,
    RequirementId, StageId, WindowId,
};
use crate::base::{Actor, Digest, Instant, Span};
use crate::calendar::Unwindowed;
use crate::model::{Kind, Section};

/// A policy, checked and ready to be applied.
///
/// ```
/// use lynchpin::gate::Policy;
///
/// let policy: Policy = r#"
///     name = "acme"
///     requirement.unit = { evidence = { check = "unit" } }
///     gate.fast = { stage = "production", judges = "change", require = "unit" }
/// "#
/// .parse()?;
/// assert_eq!(policy.gates.len(), 1);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The name for people to read.
    pub name: String,
    /// Who answers for the policy, and can act where no gate of it applies.
    pub owner: Option<Actor>,
    /// The stages that ask for nothing.
    pub open: Vec<StageId>,
    /// Whether changes that require each other in a circle may ship as one group.
    pub cycles: CycleRule,
    /// What passes a freeze, and who lifts one.
    pub freeze: FreezeRule,
    /// Whether a deployment without a claim is a breach.
    pub claims: ClaimRule,
    /// Who has to approve the policy that follows; nobody, if it is not said.
    pub adoption: Option<AdoptionRule>,
    /// What scores changes; the scorecard, if it is not said.
    pub risk: Option<RiskRule>,
    /// The keys that signed statements are verified by, by name.
    pub keys: BTreeMap<KeyId, Key>,
    /// The requirements, by name.
    pub requirements: BTreeMap<RequirementId, Requirement>,
    /// The gates, by name. All that match bind; there is no first match.
    pub gates: BTreeMap<GateId, Gate>,
    /// The digest of what it says, whatever its spaces and comments.
    pub digest: Digest,
}

/// What becomes of changes that require each other in a circle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CycleRule {
    /// They are refused.
    #[default]
    Forbidden,
    /// They ship as one atomic group.
    Atomic,
}

/// Who has to approve the policy that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptionRule {
    /// The role or board whose members may.
    pub group: GroupId,
    /// How many distinct people must, who neither adopt it nor wrote it; one by default.
    #[serde(default)]
    pub people: Quorum,
}

/// Whether a deployment needs a claim of the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimRule {
    /// A claim may be made, and none is missed.
    #[default]
    Optional,
    /// A deployment without one is unauthorised, and shown as a breach.
    Required,
}

impl ClaimRule {
    /// Whether none is missed.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        matches!(self, ClaimRule::Optional)
    }
}

/// One named requirement: exactly one question, and what bends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// A check must have passed on what ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceLeaf>,
    /// A signed statement of some kind must be there about what ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// People must have approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalLeaf>,
    /// It must have been in the stage before for so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<SoakLeaf>,
    /// Its risk must be below a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskLeaf>,
    /// It must be in the lane that the risk model is certified for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneLeaf>,
    /// A maintenance window must be open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowLeaf>,
    /// It must be inside its planned times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedLeaf>,
    /// A plan must be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanLeaf>,
    /// It must be possible to undo it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversible: Option<ReversibleLeaf>,
    /// Its tickets must be in one of some states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<TicketsLeaf>,
    /// Its tasks must be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<TasksLeaf>,
    /// Enough must be left of the error budget of each of its services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetLeaf>,
    /// A change authority must have given leave for its model beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preauthorised: Option<PreauthorisedLeaf>,
    /// An expression must hold; see [`expression`](super::expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<Expression>,
    /// Who may waive it, and for how long at most; nobody, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverRule>,
    /// Whether it may be met after the entry, of emergencies and of what was made without leave;
    /// never, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrospective: Option<RetrospectiveRule>,
    /// The sections whose change makes what was decided stale; all but the text, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<Vec<Section>>,
    /// The changes that it is asked of; all, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<Selector>,
}

impl Requirement {
    /// Whether a section's change makes what was decided stale.
    #[must_use]
    pub fn is_material(&self, section: Section) -> bool {
        match &self.material {
            Some(material) => material.contains(&section),
            None => section != Section::Text,
        }
    }
}

/// A check must have passed on each artifact that ships.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLeaf {
    /// The check.
    pub check: CheckId,
    /// The configurations that must each have passed; whichever ran, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configurations: Vec<ConfigurationId>,
    /// The environment in which it must have run; any, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// Whose results count; everybody's, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
    /// How old a result may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// How many runs may have failed before the one that passed; any number, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_runs_at_most: Option<u32>,
    /// What a failure is judged against.
    #[serde(default, skip_serializing_if = "is_default")]
    pub against: Against,
    /// Which signed statements are its results; what is not signed, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// Who answers for the check; the change's owner, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Actor>,
}

/// What a failed check is judged against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Nothing: it has failed.
    #[default]
    Nothing,
    /// What runs in the stage already: a failure is borne that this has, too.
    Baseline,
}

/// People of a group must have approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalLeaf {
    /// The role, team or board whose members may approve.
    pub group: GroupId,
    /// How many distinct people must: a number, `"all"`, a percentage such as `"50%"`, or
    /// `"first"`: whoever answers first decides; one by default.
    #[serde(default)]
    pub people: Quorum,
    /// From how many distinct teams they must come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<u32>,
    /// Whether a rejection stands across edits until its giver decides again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub veto: Veto,
    /// How long an approval counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Span>,
    /// Whether a member may let somebody else answer in their seat.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delegation: Delegating,
    /// The groups that a member may pass the question on to; none, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalates_to: Vec<GroupId>,
    /// When whose seat is filled must have belonged to the group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub members: MembersWhen,
    /// Whether an approval must state the digest of what was seen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub states_digest: Stating,
    /// The requirements of evidence that must have been met when an approval was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after_evidence: Vec<RequirementId>,
    /// The requirements of evidence whose producers may not approve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes_producers_of: Vec<RequirementId>,
}

/// Whether something must be stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stating {
    /// It may be left out.
    #[default]
    Optional,
    /// What does not state it does not count.
    Required,
}

/// Whether members may let others answer in their seats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delegating {
    /// They may.
    #[default]
    Allowed,
    /// Each answers for themselves.
    Forbidden,
}

/// When whose seat is filled must have belonged to the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembersWhen {
    /// When the approval was given.
    #[default]
    AtApproval,
    /// Then, and when the decision is made: an approval goes with who leaves.
    AlsoNow,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Whether rejections are vetoes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Veto {
    /// A rejection goes stale with the revision it was given for.
    #[default]
    None,
    /// A rejection stands until its giver decides again.
    Stands,
}

/// How many people must approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// So many.
    Count(u32),
    /// Everybody who may.
    All,
    /// So many of a hundred who may, rounded up, at least one.
    Percent(u8),
    /// Whoever answers first decides, for or against it.
    First,
}

impl Default for Quorum {
    fn default() -> Self {
        Quorum::Count(1)
    }
}

impl Quorum {
    /// Whether nobody at all would do, or more than there can ever be must.
    #[must_use]
    pub fn is_nobody(self) -> bool {
        match self {
            Quorum::Count(count) => count == 0 || count > 1_000_000,
            Quorum::Percent(percent) => percent == 0 || percent > 100,
            Quorum::All | Quorum::First => false,
        }
    }

    /// How many of so many eligible people must approve.
    #[must_use]
    pub fn needed(self, eligible: usize) -> usize {
        match self {
            Quorum::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Quorum::All => eligible.max(1),
            Quorum::First => 1,
            Quorum::Percent(percent) => {
                eligible.saturating_mul(usize::from(percent)).div_ceil(100).max(1)
            }
        }
    }
}

/// It must have been live in the stage before, without a break and with the same artifacts, for
/// so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoakLeaf {
    /// For how long.
    #[serde(rename = "for")]
    pub span: Span,
    /// In which stage; the one before, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
}

/// A maintenance window must be open wherever the change goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowLeaf {
    /// The windows; any that is declared, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowId>,
    /// Whose windows count; everybody's, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_by: Option<Actor>,
    /// What holds where no such window is declared.
    #[serde(default, skip_serializing_if = "is_default")]
    pub without: Without,
}

/// What holds where no window is declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Without {
    /// Nothing goes on until one is declared.
    #[default]
    Closed,
    /// Work may go on at any time.
    Open,
}

impl From<Without> for Unwindowed {
    fn from(without: Without) -> Self {
        match without {
            Without::Closed => Unwindowed::Closed,
            Without::Open => Unwindowed::Open,
        }
    }
}

/// It must be inside its planned times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedLeaf {}

/// A plan that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanLeaf {
    /// How it is done.
    Implementation,
    /// How it is tested.
    Test,
    /// How it is undone.
    BackOut,
}

/// It must be possible to undo it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReversibleLeaf {}

/// Who may waive a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverRule {
    /// The role or board whose members may.
    pub group: GroupId,
    /// For how long at most.
    pub for_at_most: Span,
    /// How many claims may use one waiver; any number, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_at_most: Option<u32>,
}

/// What may be met afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrospectiveRule {
    /// The role or board whose members may declare a change an emergency, or unauthorised.
    pub group: GroupId,
    /// How long after the entry it is to be met at the latest.
    pub within: Span,
}

/// Which changes are meant: those that match everything that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// Standard, normal, emergency; any, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<Kind>,
    /// The tiers of the services; any, if none is named. A service of unknown tier counts as
    /// every tier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tier: Vec<u8>,
    /// The delivery profiles of the services; any, if none is named. A service without one counts
    /// as every profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<ProfileId>,
    /// The changes that were first recorded then or later; all, if it is not said. When a change
    /// says that it was made does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_since: Option<Instant>,
    /// The change models; any, if none is named. A change that follows no model is not meant where
    /// one is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model: Vec<ModelId>,
    /// The band that the risk of the change lies in; any, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskBand>,
}

/// What a gate judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judges {
    /// Each change by itself.
    Change,
    /// The release as a whole.
    Release,
}

/// A gate of a stage: which changes or releases it judges, and what it asks of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// The stages it stands before.
    pub stages: Vec<StageId>,
    /// The changes it is for; a release is judged if any change in it is.
    pub only_for: Selector,
    /// Changes or releases.
    pub judges: Judges,
    /// What it asks.
    pub require: Tree,
}

/// What a gate asks: names of requirements, combined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tree {
    /// One requirement.
    Leaf(RequirementId),
    /// Every one of these.
    All(Vec<Tree>),
    /// Any one of these.
    Any(Vec<Tree>),
    /// So many of these.
    AtLeast(u32, Vec<Tree>),
}

impl Policy {
    /// Whether the risk of a change says which gates it meets, or what they ask of it.
    #[must_use]
    pub fn selects_by_risk(&self) -> bool {
        let asked = self.requirements.values().filter_map(|named| named.only_for.as_ref());
        let mut all = self.gates.values().map(|gate| &gate.only_for).chain(asked);
        all.any(|selector| selector.risk.is_some())
    }
}

impl Tree {
    /// The names of all requirements in it, in the order in which they stand.
    #[must_use]
    pub fn names(&self) -> Vec<&RequirementId> {
        let mut names = Vec::new();
        let mut open = vec![self];
        while let Some(next) = open.pop() {
            match next {
                Tree::Leaf(name) => names.push(name),
                Tree::All(children) | Tree::Any(children) | Tree::AtLeast(_, children) => {
                    open.extend(children.iter().rev());
                }
            }
        }
        names
    }

    /// What must all hold, one by one: the tree itself, if it is no `all`.
    #[must_use]
    pub fn conjuncts(&self) -> Vec<&Tree> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(next) = open.pop() {
            match next {
                Tree::All(children) => open.extend(children.iter().rev()),
                Tree::Leaf(_) | Tree::Any(_) | Tree::AtLeast(..) => found.push(next),
            }
        }
        found
    }
}
