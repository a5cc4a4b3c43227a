//! The question about a queue of releases, as a document.

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use crate::base::Instant;
use crate::base::error::Result;
use crate::base::id::StageId;
use crate::portfolio::Snapshot;
use crate::study::queue::queue;
use crate::study::{QueueEntry, QueueQuestion};

/// Which releases or changes may go in parallel, which must wait, and what if one fails?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// The stage that all of them are to enter.
    pub stage: StageId,
    /// The instant.
    pub at: Instant,
    /// What is in the queue, first to go first.
    pub items: Vec<QueueEntry>,
    /// How many may be on their way at once, at least one; any number, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u32>,
    /// How many runs may be tried beforehand; none, if it is not said.
    #[serde(default)]
    pub runs: u32,
}

impl Queue {
    /// The same question, as it is asked in Rust.
    #[must_use]
    pub fn question(&self) -> QueueQuestion {
        let mut question = QueueQuestion::new(self.stage.clone(), self.at, self.items.clone());
        question.slots = self.slots;
        question.runs = usize::try_from(self.runs).unwrap_or(usize::MAX);
        question
    }

    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        queue(snapshot, &self.question()).map(Answer::Queue)
    }
}
