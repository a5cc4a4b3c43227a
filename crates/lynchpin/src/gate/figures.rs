//! Figures that gates compare and do not compute: the portfolio hands them in.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChangeId, ModelId, RequirementId, ServiceId, StageId};
use crate::base::{Actor, Instant, Probability, Span, When};
use crate::slo::Figure;

/// The figures of everything that a requirement may ask them of.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// What is left of each error budget, by who asks and the service.
    pub budgets: BTreeMap<(RequirementId, ServiceId), Figure>,
    /// Whether a risk model scores that is not known, so that no risk is either.
    pub model_unknown: bool,
    /// The lane that the risk model is certified for, if it is for one.
    pub lane: Option<Lane>,
    /// How the changes of each model or team went, by who asks, whose they are and the stage.
    pub records: BTreeMap<(RequirementId, Whose, StageId), Record>,
}

/// The lane that a risk model is certified for, and whom it vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Changes up to this probability are in it.
    pub at_most: Probability,
    /// How many changes of the history would have passed, and how many of them failed.
    pub seen: (u32, u32),
    /// How often these fail, by who asks.
    pub bounds: BTreeMap<RequirementId, LaneBounds>,
    /// As of which instant that was looked up.
    pub as_of: Instant,
    /// How long each of these changes had had to fail by then, at least; none, if it is not said.
    pub maturity: Option<Span>,
    /// When that was told.
    pub told: Instant,
    /// The features for which the model vouches for no more than it says, by the change.
    pub abstains: BTreeMap<ChangeId, Vec<String>>,
}

/// How often changes of a lane fail, at the confidence that a requirement asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneBounds {
    /// The rate that is not exceeded, by what was seen when the lane was certified.
    pub at_most: Probability,
    /// What came of changes since.
    pub since: LaneSince,
    /// The rate that is reached, by what came since.
    pub since_at_least: Probability,
}

/// What came of the changes that a lane would have let through since it was certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneSince {
    /// How many there were that failed, or succeeded and had time to fail.
    pub passed: u32,
    /// How many of them are known to have failed.
    pub failed: u32,
    /// The last of those that failed, the last to come first.
    pub failures: Vec<ChangeId>,
    /// Until when that stands without a new fact.
    pub until: When,
}

/// Whose changes make a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Those that followed a model.
    Model(ModelId),
    /// Those of services of an owner.
    Team(Actor),
}

/// How the changes of a model or a team went that came to a stage lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How many there were that failed or had time to.
    pub changes: u32,
    /// How many of them succeeded and had time to fail, whether they did or not.
    pub settled: u32,
    /// Those that failed, confirmed by an incident, in order of ids.
    pub failures: Vec<ChangeId>,
    /// The rate of failure that is not exceeded, at the confidence that the policy asks for.
    pub at_most: Probability,
    /// Until when the figure stands without a new fact.
    pub until: When,
    /// The facts that it rests on: their kind and number.
    pub cites: BTreeSet<(&'static str, usize)>,
}

impl Default for Record {
    /// No change at all: a failure is certain.
    fn default() -> Self {
        Record {
            changes: 0,
            settled: 0,
            failures: Vec::new(),
            at_most: Probability::ONE,
            until: When::Never,
            cites: BTreeSet::new(),
        }
    }
}
