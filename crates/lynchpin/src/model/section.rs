//! Which field of a change is covered by which digest.
//!
//! A change's content falls into six sections. Each section is the SHA-256 of its canonical
//! object, and the revision's digest is the SHA-256 over the six. What was approved stays
//! approved while no section that matters to the requirement differs; by default all but the text
//! matter.

use serde::{Deserialize, Serialize};

use super::change::{Change, Needs};
use crate::base::canonical;
use crate::base::digest::Digest;
use crate::base::error::Result;

/// A part of a change's content that is digested, and compared, as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What ships.
    Artifacts,
    /// What it is and whom it concerns.
    Scope,
    /// What it needs and what it must be kept apart from.
    Dependencies,
    /// How it is done, tested and undone.
    Plans,
    /// When it is done.
    Schedule,
    /// Words about it, and what the history of its source says.
    Text,
}

impl Section {
    /// All six, in the order in which they are digested.
    pub const ALL: [Section; 6] = [
        Section::Artifacts,
        Section::Scope,
        Section::Dependencies,
        Section::Plans,
        Section::Schedule,
        Section::Text,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Section::Artifacts => "artifacts",
            Section::Scope => "scope",
            Section::Dependencies => "dependencies",
            Section::Plans => "plans",
            Section::Schedule => "schedule",
            Section::Text => "text",
        }
    }

    /// The fields of a change that this section covers: every field but its number, its digest
    /// and those that all facts share, each exactly once.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Section::Artifacts => &["artifacts", "commits"],
            Section::Scope => &[
                "id",
                "kind",
                "model",
                "requester",
                "author",
                "uploader",
                "committers",
                "services",
                "size",
                "supersedes",
            ],
            Section::Dependencies => &["requires", "together", "after", "conflicts"],
            Section::Plans => &["plans", "reversibility"],
            Section::Schedule => &["planned", "effort_minutes"],
            Section::Text => {
                &["title", "description", "tickets", "history", "coverage", "measures"]
            }
        }
    }
}

/// The digests of the six sections of one revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SectionDigests([Digest; 6]);

impl SectionDigests {
    /// Digests the sections of a revision.
    ///
    /// Lists that are sets (services, artifacts, dependencies and the like) are sorted first, so
    /// that the order in which a source names them changes nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NumberOutOfRange`](crate::base::ErrorCode::NumberOutOfRange) if a size is
    /// beyond 2^53-1.
    pub fn of(change: &Change) -> Result<Self> {
        let sorted = normal(change);
        let value = serde_json::to_value(&sorted).map_err(|error| {
            crate::base::Error::new(crate::base::ErrorCode::Other, error.to_string())
        })?;
        let mut digests = [Digest::of(b""); 6];
        for (digest, section) in digests.iter_mut().zip(Section::ALL) {
            let part: std::collections::BTreeMap<&str, &serde_json::Value> = section
                .fields()
                .iter()
                .filter_map(|field| value.get(field).map(|found| (*field, found)))
                .collect();
            *digest = canonical::digest(&part)?;
        }
        Ok(SectionDigests(digests))
    }

    /// The digest of one section.
    #[must_use]
    pub fn get(&self, section: Section) -> Digest {
        let [artifacts, scope, dependencies, plans, schedule, text] = self.0;
        match section {
            Section::Artifacts => artifacts,
            Section::Scope => scope,
            Section::Dependencies => dependencies,
            Section::Plans => plans,
            Section::Schedule => schedule,
            Section::Text => text,
        }
    }

    /// The digest of the whole revision: the SHA-256 over the six, in order.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut bytes = Vec::with_capacity(6 * 32);
        self.0.iter().for_each(|digest| bytes.extend_from_slice(digest.as_bytes()));
        Digest::of(&bytes)
    }

    /// The digest of all that the revision says but the text.
    #[must_use]
    pub fn without_text(&self) -> Digest {
        let sections = Section::ALL.into_iter().filter(|section| *section != Section::Text);
        let bytes: Vec<u8> = sections.flat_map(|section| *self.get(section).as_bytes()).collect();
        Digest::of(&bytes)
    }

    /// The sections that differ from another revision's, in their fixed order.
    pub fn changed<'a>(&'a self, other: &'a SectionDigests) -> impl Iterator<Item = Section> + 'a {
        let pairs = self.0.iter().zip(&other.0).zip(Section::ALL);
        pairs.filter(|((mine, theirs), _)| mine != theirs).map(|(_, section)| section)
    }
}

/// The same content with every list that is a set in sorted order, without doubles.
fn normal(change: &Change) -> Change {
    fn set<T: Ord>(items: &mut Vec<T>) {
        items.sort_unstable();
        items.dedup();
    }
    let mut change = change.clone();
    set(&mut change.committers);
    set(&mut change.services);
    set(&mut change.artifacts);
    set(&mut change.together);
    set(&mut change.after);
    set(&mut change.supersedes);
    set(&mut change.commits);
    set(&mut change.tickets);
    for needs in &mut change.requires {
        if let Needs::Any(any) = needs {
            set(any);
        }
    }
    set(&mut change.requires);
    set(&mut change.conflicts);
    change
}
