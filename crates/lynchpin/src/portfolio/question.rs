//! What can be asked of a snapshot.

use crate::base::id::{ChangeId, EnvironmentId, ServiceId, StageId};
use crate::base::{Instant, Subject};
use crate::plan::{Direction, PlanScope};

/// May it go to this stage, at that instant, and if not, why and who can change that?
///
/// The answer rests on facts recorded at or before the instant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecideQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
}

/// In which order does it ship, and what does not?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Which changes are held to be able to go.
    pub scope: PlanScope,
}

/// What does a change need, or what needs it, directly or through others?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReachQuestion {
    /// The change.
    pub change: ChangeId,
    /// Which way.
    pub direction: Direction,
    /// The instant.
    pub at: Instant,
}

impl ReachQuestion {
    /// Asks what a change reaches.
    #[must_use]
    pub fn new(change: ChangeId, direction: Direction, at: Instant) -> Self {
        ReachQuestion { change, direction, at }
    }
}

/// May work go on there, and when does that change?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CalendarQuestion {
    /// Where.
    pub of: Where,
    /// The stage.
    pub stage: StageId,
    /// The environment; all of the stage that the services have, if it is not said.
    pub environment: Option<EnvironmentId>,
    /// The instant.
    pub at: Instant,
}

/// What goes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// A change or a release: every service of it.
    Subject(Subject),
    /// One service.
    Service(ServiceId),
    /// Something of which nothing is known: what holds for some services or tiers holds.
    Anywhere,
}

impl CalendarQuestion {
    /// Asks about all environments of a stage.
    #[must_use]
    pub fn new(of: Where, stage: StageId, at: Instant) -> Self {
        CalendarQuestion { of, stage, environment: None, at }
    }

    /// Asks about one environment.
    #[must_use]
    pub fn with_environment(mut self, environment: EnvironmentId) -> Self {
        self.environment = Some(environment);
        self
    }
}

/// How likely is it to cause a failure?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The instant.
    pub at: Instant,
}

impl DecideQuestion {
    /// Asks about the first stage that the subject has not wholly entered.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        DecideQuestion { subject, stage: None, at }
    }

    /// Asks about that stage.
    #[must_use]
    pub fn with_stage(mut self, stage: StageId) -> Self {
        self.stage = Some(stage);
        self
    }
}

impl PlanQuestion {
    /// Asks for the order of all changes, for the first stage that the subject has not wholly
    /// entered.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        PlanQuestion { subject, stage: None, at, scope: PlanScope::All }
    }

    /// Asks about that stage.
    #[must_use]
    pub fn with_stage(mut self, stage: StageId) -> Self {
        self.stage = Some(stage);
        self
    }

    /// Asks which changes are held to be able to go.
    #[must_use]
    pub fn with_scope(mut self, scope: PlanScope) -> Self {
        self.scope = scope;
        self
    }
}

impl ScoreQuestion {
    /// Asks for the risk of a subject.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        ScoreQuestion { subject, at }
    }
}
