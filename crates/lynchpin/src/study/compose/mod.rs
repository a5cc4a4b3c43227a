//! "Which of these changes make the best release that can ship?"

mod own;
mod pick;

use serde::{Deserialize, Serialize};

pub use self::pick::compose;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, ReleaseId, RequirementId, StageId};
use crate::base::{Actor, Digest, Failures, Instant, Probability, Span};
use crate::plan::Step;
use crate::reason::{ReasonCode, Verdict};

/// Which of some changes make the best release?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComposeQuestion {
    /// The release whose members are the candidates.
    pub release: Option<ReleaseId>,
    /// Further candidates, and what is said of any.
    pub candidates: Vec<Candidate>,
    /// What a candidate is worth of which nothing else is said.
    pub value: i64,
    /// How long a candidate takes of which nothing else is said.
    pub duration: Option<Span>,
    /// What there is only so much of.
    pub budgets: Budgets,
    /// The stage; the first that the candidates have not all entered, if it is not said.
    pub stage: Option<StageId>,
    /// As of when.
    pub at: Instant,
    /// Which candidates are held to be able to go.
    pub assume: Assume,
}

impl ComposeQuestion {
    /// Asks for the best of nothing yet: name a release or candidates.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        ComposeQuestion {
            release: None,
            candidates: Vec::new(),
            value: 1,
            duration: None,
            budgets: Budgets::default(),
            stage: None,
            at,
            assume: Assume::Go,
        }
    }

    /// Asks about the members of a release.
    #[must_use]
    pub fn of(mut self, release: ReleaseId) -> Self {
        self.release = Some(release);
        self
    }

    /// Asks about one more change.
    #[must_use]
    pub fn with(mut self, candidate: Candidate) -> Self {
        self.candidates.push(candidate);
        self
    }

    fn check(&self) -> Result<()> {
        if self.release.is_none() && self.candidates.is_empty() {
            let message = "nothing is there to choose from: name a release or list candidates";
            return Err(Error::new(ErrorCode::Empty, message));
        }
        let mut ids: Vec<&ChangeId> = self.candidates.iter().map(|it| &it.change).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|pair| pair.first() == pair.last());
        let Some([id, _]) = twice else { return Ok(()) };
        let message = format!("the candidate `{id}` is listed twice: list each once");
        Err(Error::new(ErrorCode::DuplicateId, message))
    }
}

/// A change that may be chosen, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The change.
    pub change: ChangeId,
    /// What it is worth; a negative value is a cost. That of the question, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// How likely it is to cause a failure; what the scorecard says, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Probability>,
    /// The work left, in minutes; what the change says itself, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort_minutes: Option<u32>,
    /// How long it takes to ship; as long as the change is planned for, if it is not said, else
    /// what the question says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl Candidate {
    /// A candidate of which nothing is said.
    #[must_use]
    pub fn new(change: ChangeId) -> Self {
        Candidate { change, value: None, risk: None, effort_minutes: None, duration: None }
    }
}

/// What there is only so much of; what is not said is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// How many failures are to be expected at most: the sum of the risks of what is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Failures>,
    /// How much work there may be, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort_minutes: Option<u64>,
    /// How long there is to ship it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ShippingWindow>,
}

/// How long there is, and how what is chosen ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingWindow {
    /// How long there is.
    pub length: Span,
    /// How it ships.
    #[serde(default)]
    pub shipping: ShippingOrder,
}

/// How what is chosen ships, which says how long that takes. A group that ships as one takes as
/// long as its changes one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShippingOrder {
    /// One change after the other: the sum of what each takes.
    #[default]
    OneByOne,
    /// Wave by wave, the groups of a wave at once: the sum of the longest group of each.
    InWaves,
    /// Each group as soon as what it waits for has shipped: the longest chain of dependencies.
    InParallel,
}

/// Which candidates are held to be able to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assume {
    /// Those that are a go by themselves.
    #[default]
    Go,
    /// All but those that can never be one: as if everybody did what is theirs to do.
    All,
}

/// The best release that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Composition {
    /// For which stage.
    pub stage: StageId,
    /// As of when.
    pub at: Instant,
    /// The policy that was applied, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// Which candidates were held to be able to go.
    pub assume: Assume,
    /// What is chosen is worth this.
    pub value: i64,
    /// What no choice can exceed.
    pub bound: i64,
    /// The bound less the value: nothing, if the choice is proven to be the best.
    pub gap: i64,
    /// Whether it is.
    pub optimal: bool,
    /// What is chosen, in order of ids.
    pub chosen: Vec<Chosen>,
    /// The order in which it would ship.
    pub waves: Vec<Vec<Step>>,
    /// How many failures are to be expected of it: the sum of its risks.
    pub risk: Failures,
    /// How much work is left of it, in minutes, as far as that is known.
    pub effort_minutes: u64,
    /// How long it takes, if a window was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takes: Option<Span>,
    /// What there was only so much of.
    pub budgets: Budgets,
    /// What is left out, in order of ids, and why.
    pub left_out: Vec<LeftOut>,
}

/// A change that is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Chosen {
    /// The change.
    pub change: ChangeId,
    /// What it is worth.
    pub value: i64,
    /// How likely it is to cause a failure.
    pub risk: Probability,
    /// The work left, in minutes, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort_minutes: Option<u32>,
    /// How long it takes to ship, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

/// A candidate that is not chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The change.
    pub change: ChangeId,
    /// What it would bring along: what ships with it or what it needs and is not chosen either. Of
    /// what can never be chosen, only what ships with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<ChangeId>,
    /// What all of them would be worth.
    pub worth: i64,
    /// Why it is left out; each is enough.
    pub because: Vec<Because>,
}

/// Why a candidate is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Because {
    /// The kind of reason.
    pub kind: BecauseKind,
    /// The changes that it is about, if it is about others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeId>,
    /// The verdict by itself, if it is not a go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What holds it back by itself, if it is not a go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<HeldBy>,
}

impl Because {
    fn new(kind: BecauseKind) -> Self {
        Because { kind, changes: Vec::new(), verdict: None, reasons: Vec::new() }
    }

    fn about(kind: BecauseKind, changes: Vec<ChangeId>) -> Self {
        Because { changes, ..Because::new(kind) }
    }
}

/// Something that holds a change back by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct HeldBy {
    /// Why.
    pub code: ReasonCode,
    /// What is asked, if it is a requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// Who can change that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub act: Vec<Actor>,
}

/// The kinds of reasons for which a candidate is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BecauseKind {
    /// The release names it, and it is not known.
    Unknown,
    /// It was cancelled.
    Cancelled,
    /// It is live in the stage already.
    Live,
    /// It is not a go by itself.
    NotGo,
    /// There is a budget of work, and nobody says how much it is.
    EffortUnknown,
    /// There is a window, and nobody says how long it takes.
    DurationUnknown,
    /// It requires, or ships together with, what is neither live nor a candidate.
    Missing,
    /// It is on a circle of dependencies, or needs what is, or conflicts with its own group.
    Cycle,
    /// It needs candidates that are out and cannot be in.
    Needs,
    /// It conflicts with what is chosen, or with what it would bring along.
    Conflicts,
    /// More failures would be to be expected than the budget allows.
    OverRisk,
    /// There would be more work than the budget allows.
    OverEffort,
    /// The window would be too short.
    OverWindow,
    /// It would fit, and add nothing to the value.
    NotWorth,
    /// It would fit and add to the value: the choice is not the best, and its gap says so.
    NotFound,
}

impl BecauseKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            BecauseKind::Unknown => "unknown",
            BecauseKind::Cancelled => "cancelled",
            BecauseKind::Live => "live",
            BecauseKind::NotGo => "not_go",
            BecauseKind::EffortUnknown => "effort_unknown",
            BecauseKind::DurationUnknown => "duration_unknown",
            BecauseKind::Missing => "missing",
            BecauseKind::Cycle => "cycle",
            BecauseKind::Needs => "needs",
            BecauseKind::Conflicts => "conflicts",
            BecauseKind::OverRisk => "over_risk",
            BecauseKind::OverEffort => "over_effort",
            BecauseKind::OverWindow => "over_window",
            BecauseKind::NotWorth => "not_worth",
            BecauseKind::NotFound => "not_found",
        }
    }
}
