//! Changes and releases, each fact being one revision with its full content.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fact::fact;
use super::source_history::SourceHistory;
use crate::base::Instant;
use crate::base::digest::Digest;
use crate::base::id::{
    ChangeId, MeasureId, ModelId, PersonId, Reference, ReleaseId, ServiceId, StageId,
};

/// The ITIL kind of a change.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Pre-authorised, well known, low risk.
    Standard,
    /// Assessed and authorised one by one.
    #[default]
    Normal,
    /// Must go as soon as possible, to resolve or prevent a major incident.
    Emergency,
}

impl Kind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Standard => "standard",
            Kind::Normal => "normal",
            Kind::Emergency => "emergency",
        }
    }
}

/// One clause of what a change requires: a change, or any one of several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// That change.
    Change(ChangeId),
    /// Any of those changes; at least one must be named.
    Any(Vec<ChangeId>),
}

impl Needs {
    /// The alternatives, in declared order.
    #[must_use]
    pub fn alternatives(&self) -> &[ChangeId] {
        match self {
            Needs::Change(id) => std::slice::from_ref(id),
            Needs::Any(ids) => ids,
        }
    }
}

/// Until when two changes must be kept apart; the later variant is the stricter.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictScope {
    /// Never in the same release, nor in flight or soaking in a stage at the same time.
    #[default]
    InFlight,
    /// Also never live together, until superseded or rolled back.
    Exclusive,
}

/// A change that must not ship together with this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The other change.
    pub change: ChangeId,
    /// In flight only, unless it says exclusive.
    #[serde(default, skip_serializing_if = "is_in_flight")]
    pub scope: ConflictScope,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_in_flight(scope: &ConflictScope) -> bool {
    *scope == ConflictScope::InFlight
}

/// The plans that a change is judged by, in the words of those who wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// How it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<String>,
    /// How it is tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// How it is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_out: Option<String>,
}

impl Plans {
    fn is_empty(&self) -> bool {
        *self == Plans::default()
    }
}

/// Whether a change can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reversibility {
    /// Rolling back restores the state before.
    Reversible,
    /// It cannot be undone, such as a migration that drops data.
    Irreversible,
}

/// A period, from its first instant to the first instant no longer in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first instant of it.
    pub from: Instant,
    /// The first instant after it.
    pub to: Instant,
}

/// How large a change is. What is not said is unknown, not zero.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Lines added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines_added: Option<u64>,
    /// Lines deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines_deleted: Option<u64>,
    /// Files touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// Folders touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folders: Option<u64>,
    /// Files touched that define or migrate the schema of a database, or the contract of an
    /// interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_files: Option<u64>,
    /// Files touched that configure rather than program, and are none of a schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_files: Option<u64>,
}

impl Size {
    fn is_empty(&self) -> bool {
        *self == Size::default()
    }
}

fact! {
    /// One revision of a change: its full content as it was from then on.
    "changes" pub struct Change {
        /// The change.
        pub id: ChangeId,
        /// The number of this revision, from 1; later ones are larger.
        pub revision: u32,
        /// Standard, normal or emergency.
        #[serde(default)]
        pub kind: Kind,
        /// What it is, in a line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// What it is, at length.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub description: Option<String>,
        /// The change model that it follows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub model: Option<ModelId>,
        /// Who asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub requester: Option<PersonId>,
        /// Who wrote it; who made the first revision, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub author: Option<PersonId>,
        /// Who uploaded it on the author's behalf.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub uploader: Option<PersonId>,
        /// Who else contributed commits to it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub committers: Vec<PersonId>,
        /// The services that it changes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub services: Vec<ServiceId>,
        /// The digests of what ships.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub artifacts: Vec<Digest>,
        /// What must be live in the stage before it, or ship earlier in the same release.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub requires: Vec<Needs>,
        /// What ships with it as one atomic group.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub together: Vec<ChangeId>,
        /// What it comes after, where both are present.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub after: Vec<ChangeId>,
        /// What it must be kept apart from.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub conflicts: Vec<Conflict>,
        /// The changes that it takes the place of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub supersedes: Vec<ChangeId>,
        /// The implementation, test and back-out plan.
        #[serde(default, skip_serializing_if = "Plans::is_empty")]
        pub plans: Plans,
        /// Whether it can be undone; unknown, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reversibility: Option<Reversibility>,
        /// When it is planned to be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned: Option<Period>,
        /// The work left, in minutes; the weight on the critical path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub effort_minutes: Option<u32>,
        /// How large it is.
        #[serde(default, skip_serializing_if = "Size::is_empty")]
        pub size: Size,
        /// What the history of the source says about it; derived, so it is part of the text.
        #[serde(default, skip_serializing_if = "SourceHistory::is_empty")]
        pub history: SourceHistory,
        /// How many of the executable lines that it adds or changes tests ran: in whole percent, at
        /// most 100. It is measured, and may be so late, so it is part of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub coverage: Option<u64>,
        /// Figures about it that the host gives itself, for risk models to weigh: whole numbers of
        /// at most 2^53-1. They are derived, as the history is, so they are part of the text.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub measures: BTreeMap<MeasureId, u64>,
        /// The commits it consists of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub commits: Vec<Reference>,
        /// The tickets it is filed under elsewhere.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tickets: Vec<Reference>,
        /// The digest of this revision, if its source states one; it must be the true one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub digest: Option<Digest>,
    }
}

fact! {
    /// One revision of a release: which changes ship together, and through which stages.
    "releases" pub struct Release {
        /// The release.
        pub id: ReleaseId,
        /// The number of this revision, from 1; later ones are larger.
        pub revision: u32,
        /// What it is, in a line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// The changes in it.
        pub changes: Vec<ChangeId>,
        /// The releases that it is the parent of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub releases: Vec<ReleaseId>,
        /// The stages it passes, in order; those of the portfolio, if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub stages: Vec<StageId>,
        /// Who asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub requester: Option<PersonId>,
        /// When it is planned to be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub planned: Option<Period>,
        /// Which side of a conflict goes: the earlier named of the two.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub priority: Vec<ChangeId>,
        /// The digest of this revision, if its source states one; it must be the true one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub digest: Option<Digest>,
    }
}
