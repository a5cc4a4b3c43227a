//! What people and machines said about a change or a release: evidence, approvals, waivers, holds.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::digest::Digest;
use crate::base::id::{
    ChangeId, CheckId, ConfigurationId, EnvironmentId, ExceptionId, GroupId, PersonId, ReleaseId,
    RequirementId, StageId, WaiverId,
};
use crate::base::{Actor, Instant, When};

/// How a run of a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The check ran and found nothing wrong.
    Passed,
    /// The check says something, but judges nothing; counts as missing.
    Info,
    /// The check did not run; counts as missing.
    Skipped,
    /// The check is still running.
    Running,
    /// The check ran and could not tell.
    Inconclusive,
    /// The check could not run, for technical reasons.
    Errored,
    /// The check ran and found something wrong.
    Failed,
}

impl Outcome {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Info => "info",
            Outcome::Skipped => "skipped",
            Outcome::Running => "running",
            Outcome::Inconclusive => "inconclusive",
            Outcome::Errored => "errored",
            Outcome::Failed => "failed",
        }
    }
}

fact! {
    /// The result of one run of a check, produced by `by`.
    ///
    /// It is about an artifact, or, where a change has none, about one revision of that change.
    "evidence" pub struct Evidence {
        /// The check.
        pub check: CheckId,
        /// The artifact that was checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub artifact: Option<Digest>,
        /// The change that was checked, where it has no artifact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The revision of the change that was checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub revision: Option<u32>,
        /// The configuration in which the check ran.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub configuration: Option<ConfigurationId>,
        /// The environment in which the check ran.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub environment: Option<EnvironmentId>,
        /// The number of the run; a later run is larger.
        pub run: u64,
        /// How it came out.
        pub outcome: Outcome,
        /// The first instant at which it no longer counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires: Option<Instant>,
    }
}

/// What somebody decided about a requirement, in the words of CDEvents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// Yes.
    Approved,
    /// Passed on to a group that the policy names for it: its members may answer, too.
    Escalated,
    /// Passed on to one person, who may answer in this one's seat.
    Delegated,
    /// What the person said before no longer stands.
    Withdrawn,
    /// Not now: to be decided at a later meeting.
    Deferred,
    /// Not like this: the change's owner has to act first.
    RequestChanges,
    /// No.
    Rejected,
}

fact! {
    /// What `by` decided about one requirement of one revision, for one stage.
    "approvals" pub struct Approval {
        /// The change that was decided on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release that was decided on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The revision that was decided on.
        pub revision: u32,
        /// The digest of that revision as the person saw it; it must be the true one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub digest: Option<Digest>,
        /// The requirement that it answers.
        pub requirement: RequirementId,
        /// The stage that it is for.
        pub stage: StageId,
        /// What was decided.
        pub decision: Vote,
        /// Whom it was passed on to, if it was `delegated`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<PersonId>,
        /// Which group it was passed on to, if it was `escalated`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to_group: Option<GroupId>,
        /// From when on it counts; at once, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub effective_from: Option<Instant>,
        /// The first instant at which it no longer counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires: Option<Instant>,
    }
}

fact! {
    /// Leave to pass one requirement, for one revision and one stage, until it expires; granted
    /// by `by`.
    "waivers" pub struct Waiver {
        /// The waiver.
        pub id: WaiverId,
        /// The change it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The revision it is for.
        pub revision: u32,
        /// The digest of that revision as the grantor saw it; it must be the true one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub digest: Option<Digest>,
        /// The requirement it waives.
        pub requirement: RequirementId,
        /// The stage it is for.
        pub stage: StageId,
        /// Who asked for it; never the same person as the grantor.
        pub requester: PersonId,
        /// The first instant at which it no longer counts. There is no waiver without an end.
        pub expires: Instant,
        /// How many claims may use it; as many as the policy allows, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub uses: Option<u32>,
    }
}

fact! {
    /// A waiver, or an exception from a freeze, that was taken back.
    "revocations" pub struct Revocation {
        /// The waiver that no longer counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub waiver: Option<WaiverId>,
        /// The exception that no longer counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exception: Option<ExceptionId>,
    }
}

/// Whether a hold begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HoldEvent {
    /// It is on hold from now on.
    Held,
    /// It is no longer on hold.
    Released,
}

fact! {
    /// A change or a release was put on hold, or released from it.
    "holds" pub struct Hold {
        /// The change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// Held or released.
        pub event: HoldEvent,
        /// Who can release it; whoever put it on hold, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Actor>,
    }
}

fact! {
    /// A change or a release was cancelled, for good.
    "cancellations" pub struct Cancellation {
        /// The change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
    }
}

/// An expiry as an end that may be absent.
#[must_use]
pub fn end(expires: Option<Instant>) -> When {
    expires.map_or(When::Never, When::At)
}
