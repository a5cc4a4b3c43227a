//! Entries into stages: what was decided, what was claimed on the strength of it, and how things
//! moved through their workflows.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::Instant;
use crate::base::digest::Digest;
use crate::base::id::{
    ChangeId, CloseCodeId, ReleaseId, StageId, StateId, TriggerId, WaiverId, WorkflowId,
};
use crate::reason::Verdict;

/// One change as it was when something was decided on or entered: its revision then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entered {
    /// The change.
    pub change: ChangeId,
    /// The revision that was current.
    pub revision: u32,
    /// The digest of that revision.
    pub digest: Digest,
}

fact! {
    /// A decision that was recorded: the receipt that a claim may show.
    ///
    /// It never lets anything through by itself. A revision on which something was decided is
    /// judged by the policy of that decision, too, whatever is adopted later.
    "decisions" pub struct RecordedDecision {
        /// The change that was decided on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release that was decided on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The revision that was decided on.
        pub revision: u32,
        /// The digest of all that was decided on: of the revision and, in a release, of the
        /// current revision of each change in it.
        pub digest: Digest,
        /// The stage it was for.
        pub stage: StageId,
        /// The policy that was applied.
        pub policy: Digest,
        /// What it came to.
        pub verdict: Verdict,
        /// The first instant at which it no longer stands; it stands until a new fact, if it is
        /// not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires: Option<Instant>,
    }
}

fact! {
    /// An entry into a stage: `by` took a go and used it. A deployment without one is unauthorised.
    "claims" pub struct Claim {
        /// The change that entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release that entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The revision that entered.
        pub revision: u32,
        /// The digest of all that entered, as that of a decision.
        pub digest: Digest,
        /// The changes that entered, each with its revision then.
        pub changes: Vec<Entered>,
        /// The stage that was entered.
        pub stage: StageId,
        /// Which entry of that subject into that stage it is, from 1.
        pub attempt: u32,
        /// The policy that let it in.
        pub policy: Digest,
        /// A go, or a waived one.
        pub verdict: Verdict,
        /// The waivers that it uses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub waivers: Vec<WaiverId>,
        /// The first instant at which a deployment may no longer begin on the strength of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub not_after: Option<Instant>,
    }
}

/// What a change is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeclaredAs {
    /// It cannot wait, as its kind says.
    Emergency,
    /// It was made before anybody authorised it.
    Unauthorised,
}

impl DeclaredAs {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            DeclaredAs::Emergency => "emergency",
            DeclaredAs::Unauthorised => "unauthorised",
        }
    }
}

fact! {
    /// `by` declares a change an emergency, or unauthorised: what the policy lets be met afterwards
    /// then holds it back no longer, and is owed.
    "declarations" pub struct Declaration {
        /// The change.
        pub change: ChangeId,
        /// The revision that was declared.
        pub revision: u32,
        /// What it is declared to be.
        pub kind: DeclaredAs,
    }
}

fact! {
    /// `by` moved a change or a release to another state of a workflow. It happened, so it counts
    /// whatever the workflow says of it; what it does not allow is shown as a breach.
    "moves" pub struct StateMove {
        /// The change that was moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release that was moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The workflow by its name. Moves in another one begin anew.
        pub workflow: WorkflowId,
        /// The state that it is in from then on.
        pub to: StateId,
        /// What set it off, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub on: Option<TriggerId>,
        /// How it ended, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub close_code: Option<CloseCodeId>,
    }
}
