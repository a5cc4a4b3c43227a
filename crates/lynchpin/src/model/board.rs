//! Boards: when they meet, who keeps their minutes, and what they decided.

use serde::{Deserialize, Serialize};

use super::calendar::Occasions;
use super::decision::Vote;
use super::fact::fact;
use crate::base::digest::Digest;
use crate::base::id::{ChangeId, GroupId, PersonId, ReleaseId, RequirementId, StageId};
use crate::base::{Actor, Instant, Span};

/// One meeting of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// When it begins, by which it is named.
    pub from: Instant,
    /// The first instant after it; it is over as soon as it has begun, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

fact! {
    /// A group is a board: it meets, and its minutes say how those present voted. The newest one
    /// that was recorded by then counts, whole.
    ///
    /// Whoever may declare groups may declare boards; the two say alike who may answer.
    ///
    /// ```
    /// use lynchpin::model::Board;
    ///
    /// let board: Board = serde_json::from_str(
    ///     r#"{"board": "cab", "secretary": {"person": "mei"}, "agenda_closes": "24h",
    ///         "meetings": [{"from": "2026-11-10T10:00:00Z", "to": "2026-11-10T11:00:00Z"}],
    ///         "by": "mei", "at": "2026-11-01T00:00:00Z"}"#,
    /// )?;
    /// assert_eq!(board.meetings.len(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    "boards" pub struct Board {
        /// The group.
        pub board: GroupId,
        /// Who leads it, and may record its minutes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chair: Option<Actor>,
        /// Who else may record its minutes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub secretary: Option<Actor>,
        /// When it meets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub meetings: Vec<Meeting>,
        /// When it meets besides, by the clock of a zone again and again; a meeting that is left
        /// out or moved is named in its `except`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meets: Option<Occasions>,
        /// How long before a meeting its agenda closes; when it begins, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub agenda_closes: Option<Span>,
    }
}

/// What a board decided on one requirement of one revision, for one stage, and by whose votes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The change that was decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
    /// The release that was decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// The revision that was decided on.
    pub revision: u32,
    /// The digest of that revision as it was shown; it must be the true one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The requirement that it answers.
    pub requirement: RequirementId,
    /// The stage that it is for.
    pub stage: StageId,
    /// What was decided; nothing can be passed on in minutes.
    pub decision: Vote,
    /// Who voted so.
    pub voters: Vec<PersonId>,
}

fact! {
    /// The minutes of a meeting, recorded by `by`: they relay the votes of those who were present.
    ///
    /// ```
    /// use lynchpin::model::Minutes;
    ///
    /// let minutes: Minutes = serde_json::from_str(
    ///     r#"{"board": "cab", "meeting": "2026-11-10T10:00:00Z", "present": ["ann", "bob"],
    ///         "decisions": [{"change": "C-7", "revision": 1, "requirement": "board",
    ///           "stage": "production", "decision": "approved", "voters": ["ann", "bob"]}],
    ///         "by": "mei", "at": "2026-11-10T12:00:00Z"}"#,
    /// )?;
    /// assert_eq!(minutes.decisions.len(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    "minutes" pub struct Minutes {
        /// The board.
        pub board: GroupId,
        /// When the meeting began.
        pub meeting: Instant,
        /// Who was there.
        pub present: Vec<PersonId>,
        /// What was decided; two entries where some voted one way and some another.
        pub decisions: Vec<Resolution>,
    }
}
