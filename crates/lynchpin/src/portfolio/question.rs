//! What can be asked of a snapshot.

use crate::base::id::{ChangeId, EnvironmentId, PersonId, Reference, ServiceId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::model::RecordedDecision;
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

/// May each of them go, at that instant: every release that is not cancelled and every change in
/// none?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerdictsQuestion {
    /// The stage; of each the first that it has not wholly entered, if it is not said.
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

/// May it enter the stage now? A go is used at once.
///
/// `at` is not before anything known was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimQuestion {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Who enters.
    pub by: PersonId,
    /// The connector that relays it.
    pub via: Option<Reference>,
    /// The digest of what was decided on, from the recorded decision; whatever there is now, if it
    /// is not said.
    pub digest: Option<Digest>,
    /// When that decision no longer stands.
    pub expires: Option<Instant>,
    /// The first instant at which a deployment may no longer begin on the strength of the claim.
    pub not_after: Option<Instant>,
}

impl VerdictsQuestion {
    /// Asks of each for the first stage that it has not wholly entered.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        VerdictsQuestion { stage: None, at }
    }

    /// Asks for that stage.
    #[must_use]
    pub fn with_stage(mut self, stage: StageId) -> Self {
        self.stage = Some(stage);
        self
    }
}

impl ClaimQuestion {
    /// Claims the first stage that the subject has not wholly entered.
    #[must_use]
    pub fn new(subject: Subject, at: Instant, by: PersonId) -> Self {
        ClaimQuestion {
            subject,
            stage: None,
            at,
            by,
            via: None,
            digest: None,
            expires: None,
            not_after: None,
        }
    }

    /// Claims that stage.
    #[must_use]
    pub fn with_stage(mut self, stage: StageId) -> Self {
        self.stage = Some(stage);
        self
    }

    /// Claims on the strength of a decision: what is no longer the same is refused.
    #[must_use]
    pub fn with_receipt(mut self, receipt: &RecordedDecision) -> Self {
        self.stage = Some(receipt.stage.clone());
        self.digest = Some(receipt.digest);
        self.expires = receipt.expires;
        self
    }

    /// Lets the claim lapse then, if no deployment has begun.
    #[must_use]
    pub fn with_not_after(mut self, not_after: Instant) -> Self {
        self.not_after = Some(not_after);
        self
    }

    /// The decision that it rests on.
    pub(super) fn decide(&self) -> DecideQuestion {
        let question = DecideQuestion::new(self.subject.clone(), self.at);
        DecideQuestion { stage: self.stage.clone(), ..question }
    }
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
    /// The parts in which it ships, if it is asked what that comes to.
    pub parts: Vec<Vec<ChangeId>>,
    /// The change that is split and into how many pieces, if it is asked what that comes to.
    pub split: Option<(ChangeId, u32)>,
}

/// What may a risk model be fitted to?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RiskHistoryQuestion {
    /// The instant.
    pub at: Instant,
    /// The features; all that there are, if none is named.
    pub features: Vec<String>,
}

impl RiskHistoryQuestion {
    /// Asks for all features.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        RiskHistoryQuestion { at, features: Vec::new() }
    }

    /// Asks for some features, by their names.
    #[must_use]
    pub fn with_features(mut self, features: Vec<String>) -> Self {
        self.features = features;
        self
    }
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
        ScoreQuestion { subject, at, parts: Vec::new(), split: None }
    }

    /// Asks also what the release comes to if it ships in parts, one after the other: what is in
    /// none of them does not ship.
    #[must_use]
    pub fn in_parts(mut self, parts: Vec<Vec<ChangeId>>) -> Self {
        self.parts = parts;
        self
    }

    /// Asks also what the whole comes to if a change of it is split into equal pieces.
    #[must_use]
    pub fn with_split(mut self, change: ChangeId, into: u32) -> Self {
        self.split = Some((change, into));
        self
    }
}
