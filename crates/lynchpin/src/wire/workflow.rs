//! "What does this workflow say, is it sound, and where can it go from here?", and where is it now?

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Reason};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{CloseCodeId, PersonId, StageId, StateId, WorkflowId};
use crate::base::{Instant, Subject, When};
use crate::gate::workflow::{Machine, Next, Situation, next_states, shipped};
use crate::model::workflow::Workflow as Table;
use crate::portfolio::{self, MoveBreach, NextQuestion, Snapshot};
use crate::reason::Verdict;
use crate::reason::tree::Clears;

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

/// Where in its workflow is it, where may it go now, and did it get there as it should?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NextStates {
    /// The change or the release.
    pub subject: Subject,
    /// The workflow: the name of a shipped one, or its text (TOML). If it is not said, the one that
    /// it was last moved in, or the usual one for its kind and profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// How it ended, if it is to be closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_code: Option<CloseCodeId>,
    /// The instant.
    pub at: Instant,
}

/// Where something is in its workflow, as an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NextAnswer {
    /// The change or the release.
    pub subject: Subject,
    /// As of which instant.
    pub at: Instant,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The state that it is in.
    pub state: StateId,
    /// The number that this state is stored as elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Since when it is there, if it was ever moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// Who moved it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Until when the answer stands without a new fact.
    pub holds_until: When,
    /// `yes` if another policy than the one in force was applied, or something else was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<&'static str>,
    /// Every transition that starts there, with each condition and whether it holds.
    pub next: Vec<Next>,
    /// Why gates and stages that these ask for do not let it through.
    pub standing: Vec<Standing>,
    /// Everything that the conditions were judged by.
    pub situation: Situation,
    /// The moves that the workflow does not allow.
    pub breaches: Vec<MoveBreach>,
}

/// Why a gate or a stage does not let something through, as a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Standing {
    /// The condition by its name, such as `gate:authorize`.
    pub condition: String,
    /// The stage that was decided for.
    pub stage: StageId,
    /// The verdict.
    pub verdict: Verdict,
    /// When it becomes a go.
    pub clears_at: Clears,
    /// Until when that stands without a new fact.
    pub holds_until: When,
    /// What holds it back.
    pub root_blockers: Vec<Reason>,
}

impl NextStates {
    /// The same as a question to a snapshot.
    #[must_use]
    pub fn question(&self) -> NextQuestion {
        let mut question = NextQuestion::new(self.subject.clone(), self.at);
        question.workflow.clone_from(&self.workflow);
        question.close_code.clone_from(&self.close_code);
        question
    }

    pub(super) fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let found = snapshot.next_states(&self.question())?;
        let standing = |it: portfolio::Standing| Standing {
            root_blockers: it.root_blockers.iter().map(|b| Reason::new(snapshot, b)).collect(),
            condition: it.condition,
            stage: it.stage,
            verdict: it.verdict,
            clears_at: it.clears_at,
            holds_until: it.holds_until,
        };
        Ok(Answer::NextStates(NextAnswer {
            subject: found.subject,
            at: found.at,
            workflow: found.workflow,
            state: found.state,
            code: found.code,
            since: found.since,
            by: found.by,
            holds_until: found.holds_until,
            what_if: found.what_if.then_some("yes"),
            next: found.next,
            standing: found.standing.into_iter().map(standing).collect(),
            situation: found.situation,
            breaches: found.breaches,
        }))
    }
}
