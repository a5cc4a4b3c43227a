//! "What does this workflow say, is it sound, and where can it go from here?"

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{StateId, WorkflowId};
use crate::gate::workflow::{Machine, Next, Situation, next_states, shipped};
use crate::model::workflow::Workflow as Table;

/// What does a workflow say, is it sound, and where can something in a state of it go?
///
/// It needs no facts: a workflow is named or given.
///
/// ```
/// use lynchpin::wire::{Answer, Workflow};
///
/// let question = Workflow { name: Some("servicenow-normal".parse()?), ..Workflow::default() };
/// let Answer::Workflow(answer) = question.answer()? else { panic!("another answer") };
/// assert!(answer.problems.is_empty());
/// assert_eq!(answer.workflow.unwrap().states.len(), 8);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workflow {
    /// The name of a shipped workflow; this or `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<WorkflowId>,
    /// A workflow as TOML; this or `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A state of it: the answer says where something in it can go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateId>,
    /// The same state by the number that it is stored as elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// How things stand, for the conditions of what leaves the state; as if nothing had happened,
    /// if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub situation: Option<Situation>,
}

/// A workflow as an answer: either what it says, or everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WorkflowAnswer {
    /// What is wrong with it, with the way that shows it; empty, if it is sound.
    pub problems: Vec<Problem>,
    /// What it says, if it is sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Table>,
    /// Where something in the state asked about can go, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Vec<Next>>,
}

impl Workflow {
    /// Answers. An unsound workflow is an answer, with its problems.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::SubjectAmbiguous`] unless exactly one of `name` and `text` is given, and at
    /// most one of `state` and `code`; [`ErrorCode::WorkflowUnknown`] if none of that name is
    /// shipped; and [`ErrorCode::WorkflowStateUnknown`] or [`ErrorCode::WorkflowCodeUnknown`] if a
    /// sound one has no such state.
    pub fn answer(&self) -> Result<Answer> {
        let machine = match (&self.name, &self.text) {
            (Some(name), None) => shipped(name.as_str())?,
            (None, Some(text)) => match text.parse::<Machine>() {
                Ok(machine) => machine,
                Err(error) => {
                    let problems = error.problems().to_vec();
                    let answer = WorkflowAnswer { problems, workflow: None, next: None };
                    return Ok(Answer::Workflow(answer));
                }
            },
            (None, None) | (Some(_), Some(_)) => {
                let message = "ask about exactly one workflow: by its `name` or by its `text`";
                return Err(Error::new(ErrorCode::SubjectAmbiguous, message));
            }
        };
        let state = match (&self.state, self.code) {
            (Some(_), Some(_)) => {
                let message = "ask about at most one state: by its name or by its `code`";
                return Err(Error::new(ErrorCode::SubjectAmbiguous, message));
            }
            (Some(name), None) => Some(machine.state(name)?),
            (None, Some(code)) => Some(machine.state_stored_as(code)?),
            (None, None) => None,
        };
        let as_yet = Situation::default();
        let situation = self.situation.as_ref().unwrap_or(&as_yet);
        let next = state.map(|state| next_states(&machine, &state.name, situation));
        Ok(Answer::Workflow(WorkflowAnswer {
            problems: Vec::new(),
            next: next.transpose()?,
            workflow: Some(machine.workflow().clone()),
        }))
    }
}
