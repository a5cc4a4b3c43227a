//! What was read, without the portfolio: what the command prints first and Python reads.

use lynchpin::base::Instant;
use lynchpin::base::id::ReleaseId;
use serde::Serialize;

use super::assessment::{Assessed, Assessment};
use super::dependency::Dependency;
use super::features::Failure;
use super::notes::Notes;

/// An assessment as a document: an object whose only key is `assessment`, with everything but the
/// portfolio, which is a document of its own. Write it with any serializer.
///
/// All counts are there, those of nothing too, so that a reader need not know which there are.
#[derive(Clone, Debug, Serialize)]
pub struct Summary<'a> {
    assessment: Told<'a>,
}

#[derive(Clone, Debug, Serialize)]
struct Told<'a> {
    repositories: &'a [Assessed],
    release: Option<&'a ReleaseId>,
    at: Instant,
    changes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<&'a [Dependency]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<&'a [Failure]>,
    notes: &'a Notes,
}

impl Assessment {
    /// What was read, to be written as a document.
    #[must_use]
    pub fn summary(&self) -> Summary<'_> {
        Summary {
            assessment: Told {
                repositories: &self.repositories,
                at: self.at,
                release: self.release.as_ref(),
                changes: self.portfolio.changes.len(),
                dependencies: Some(&self.dependencies),
                failures: Some(&self.failures),
                notes: &self.notes,
            },
        }
    }
}

impl Summary<'_> {
    /// The same for answers as of another instant than that of the newest commit.
    #[must_use]
    pub fn as_of(mut self, at: Instant) -> Self {
        self.assessment.at = at;
        self
    }

    /// The same without the dependencies and failures, which can be most of it.
    #[must_use]
    pub fn head(mut self) -> Self {
        self.assessment.dependencies = None;
        self.assessment.failures = None;
        self
    }
}
