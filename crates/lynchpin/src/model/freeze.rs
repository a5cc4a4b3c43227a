//! When work may not go on, and when it may: freezes with their exceptions, windows, quarantine.

use serde::{Deserialize, Serialize};

use super::calendar::{Occasions, Scope};
use super::decision::HoldEvent;
use super::fact::fact;
use crate::base::digest::Digest;
use crate::base::id::{ChangeId, ExceptionId, FreezeId, PersonId, ReleaseId, StageId, WindowId};
use crate::base::{Actor, Instant};

/// Whether rules of a policy may let changes pass a freeze.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grading {
    /// They may.
    #[default]
    Allowed,
    /// They may not: the freeze is strict, and only exceptions pass it.
    Forbidden,
}

impl Grading {
    /// Whether they may.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Grading::Allowed)
    }
}

fact! {
    /// A freeze (blackout), imposed by `by`: while it is on, nothing in its scope goes on, whatever
    /// a policy asks. Its end is part of it; [`Lift`] ends it early.
    ///
    /// ```
    /// use lynchpin::model::Freeze;
    ///
    /// let freeze: Freeze = serde_json::from_str(
    ///     r#"{"id": "year-end", "by": "mei", "at": "2026-11-01T00:00:00Z",
    ///         "when": {"from": "2026-12-18T00:00:00Z", "to": "2027-01-04T06:00:00Z"},
    ///         "scope": {"stages": ["production"], "tiers": [1, 2]}, "reason": "closing"}"#,
    /// )?;
    /// assert!(freeze.grading.is_allowed());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    "freezes" pub struct Freeze {
        /// The freeze.
        pub id: FreezeId,
        /// When it is on.
        pub when: Occasions,
        /// Where it holds; everywhere, if it is not said.
        #[serde(default, skip_serializing_if = "Scope::is_everywhere")]
        pub scope: Scope,
        /// Whether rules of a policy may let changes pass it.
        #[serde(default, skip_serializing_if = "Grading::is_allowed")]
        pub grading: Grading,
    }
}

fact! {
    /// The early end of a freeze, for good. Only who imposed the freeze may end it so, and the
    /// group that the policy names.
    "lifts" pub struct Lift {
        /// The freeze that is over.
        pub freeze: FreezeId,
    }
}

fact! {
    /// Leave for one revision to pass one freeze, for one stage, until it expires; granted by `by`.
    "exceptions" pub struct FreezeException {
        /// The exception.
        pub id: ExceptionId,
        /// The freeze that it is from. It must have been recorded before.
        pub freeze: FreezeId,
        /// The change it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The release it is for, with all of its changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The revision it is for.
        pub revision: u32,
        /// The digest of that revision as the grantor saw it; it must be the true one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub digest: Option<Digest>,
        /// The stage it is for.
        pub stage: StageId,
        /// Who asked for it; never the same person as the grantor.
        pub requester: PersonId,
        /// The first instant at which it no longer counts. There is no exception without an end.
        pub expires: Instant,
    }
}

fact! {
    /// A maintenance window: while it is on, work in its scope may go on, where a policy asks for
    /// one.
    "windows" pub struct Window {
        /// The window.
        pub id: WindowId,
        /// When it is on.
        pub when: Occasions,
        /// Where it holds; everywhere, if it is not said.
        #[serde(default, skip_serializing_if = "Scope::is_everywhere")]
        pub scope: Scope,
    }
}

fact! {
    /// A change or an artifact was put in quarantine, or released from it. It binds whoever ships
    /// the artifact; for a change, every artifact that it ever had.
    "quarantines" pub struct Quarantine {
        /// The change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// The artifact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub artifact: Option<Digest>,
        /// Put in quarantine (`held`), or released from it.
        pub event: HoldEvent,
        /// Who can release it; whoever put it there, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Actor>,
    }
}
