//! The daily questions, and the one for auditors, as documents.

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use crate::base::error::Result;
use crate::base::id::{GroupId, StageId};
use crate::base::{Actor, Instant, Span};
use crate::portfolio::Snapshot;
use crate::study::{
    AgendaQuestion, EndingQuestion, PopulationQuestion, WaitingQuestion, agenda::agenda,
    ending::ending, population::population, waiting::waiting,
};

/// What waits for whom?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// For whom, a person or a group; everybody, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Actor>,
    /// The instant.
    pub at: Instant,
    /// Only what is of use until so long after; all, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// What is on the agenda of a board's next meeting?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agenda {
    /// The board.
    pub board: GroupId,
    /// The instant.
    pub at: Instant,
}

/// What ends soon, and what turns by it?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The instant.
    pub at: Instant,
    /// How long after it is looked ahead.
    pub within: Span,
}

/// What was deployed in a period, and what was behind it?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// The stage.
    pub stage: StageId,
    /// The first instant of the period.
    pub from: Instant,
    /// The first instant after the period.
    pub to: Instant,
    /// The instant.
    pub at: Instant,
}

impl Waiting {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let mut question = WaitingQuestion::new(self.at);
        question.who.clone_from(&self.who);
        question.within = self.within;
        waiting(snapshot, &question).map(Answer::Waiting)
    }
}

impl Agenda {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let question = AgendaQuestion::new(self.board.clone(), self.at);
        agenda(snapshot, &question).map(Answer::Agenda)
    }
}

impl Ending {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        ending(snapshot, &EndingQuestion::new(self.at, self.within)).map(Answer::Ending)
    }
}

impl Population {
    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let question = PopulationQuestion::new(self.stage.clone(), self.from, self.to, self.at);
        population(snapshot, &question).map(Answer::Population)
    }
}
