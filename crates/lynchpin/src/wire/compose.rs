//! The questions of who plans releases, as documents.

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use crate::base::error::Result;
use crate::base::id::{ReleaseId, StageId};
use crate::base::{Instant, Span, Subject};
use crate::portfolio::Snapshot;
use crate::study::{
    ActionsQuestion, Assume, Budgets, Candidate, CollisionsQuestion, ComposeQuestion, Patience,
    actions::actions, collisions::collisions, compose::compose,
};

/// Which of some changes make the best release that can ship?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The release whose members are the candidates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// Further candidates, and what is said of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// What a candidate is worth of which nothing else is said; 1, if it is not said.
    #[serde(default = "one")]
    pub value: i64,
    /// How long a candidate takes of which nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// What there is only so much of.
    #[serde(default)]
    pub budgets: Budgets,
    /// The stage; the first that the candidates have not all entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Which candidates are held to be able to go: those that do, if it is not said.
    #[serde(default)]
    pub assume: Assume,
}

fn one() -> i64 {
    1
}

/// What is the least that must be done for it to go, and who can?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Actions {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Whether waiting is better than acting; only where nothing else helps, if it is not said.
    #[serde(default)]
    pub waiting: Patience,
}

/// Which open releases get in each other's way, and over what?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Collisions {
    /// The instant.
    pub at: Instant,
    /// Only what is planned after that; whenever it is, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Only what is planned before that; whenever it is, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

impl Compose {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let mut question = ComposeQuestion::new(self.at);
        question.release.clone_from(&self.release);
        question.candidates.clone_from(&self.candidates);
        question.stage.clone_from(&self.stage);
        (question.value, question.duration) = (self.value, self.duration);
        question.budgets.clone_from(&self.budgets);
        question.assume = self.assume;
        compose(snapshot, &question).map(Answer::Composition)
    }
}

impl Actions {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let mut question = ActionsQuestion::new(self.subject.clone(), self.at);
        question.stage.clone_from(&self.stage);
        question.waiting = self.waiting;
        actions(snapshot, &question).map(Answer::Actions)
    }
}

impl Collisions {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let mut question = CollisionsQuestion::new(self.at);
        (question.from, question.to) = (self.from, self.to);
        collisions(snapshot, &question).map(Answer::Collisions)
    }
}
