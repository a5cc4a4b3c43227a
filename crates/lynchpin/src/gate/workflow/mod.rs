//! Workflows: the life of a change or a release, verified before anything lives by it.
//!
//! # Design
//!
//! A workflow is data ([`crate::model::workflow`]), written as TOML or shipped ([`shipped`]). It is
//! used only as a [`Machine`], and there is no other way to get one than through `verify`: one
//! initial state, no state that cannot be reached or left, no two transitions that compete, and no
//! way to a live state around a mandatory gate. `next` says where something in a state can go and
//! on which conditions, [`replay`] where it went, whether it was allowed to or not.
//!
//! Ways around a gate are found by leaving out the transitions that pass it and looking what is
//! still reached, with the shortest way there. That is the same as asking whether the gate
//! dominates the state, but one gate may stand on several transitions, none of which does alone.

mod next;
mod parse;
mod replay;
mod shipped;
mod verify;

use std::collections::BTreeMap;

pub use next::{Condition, GateStands, Next, Situation, StageStands, conditions, next_states};
pub use replay::{Breach, BreachKind, Moved, Replayed, replay};
pub use shipped::{NAMES, find, shipped, text};
pub use verify::problems;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::StateId;
use crate::model::workflow::{State, StateKind, Transition, Workflow};

/// A workflow that was verified. There is no way to change it, nor to get one that was not.
///
/// ```
/// use lynchpin::gate::workflow::{Machine, shipped};
///
/// let normal = shipped("servicenow-normal")?;
/// assert_eq!(normal.state_stored_as(-3)?.name.as_str(), "Authorize");
/// assert_eq!(normal.initial().name.as_str(), "New");
///
/// // A workflow of your own is TOML; every problem is told with its place and the way it is about.
/// let error = r#"
///     name = "hasty"
///     about = "change"
///     mandatory = [{ gate = "board" }]
///     states = [
///         { name = "New", kind = "initial" },
///         { name = "Implement", kind = "implementation" },
///         { name = "Closed", kind = "done" },
///     ]
///     transitions = [
///         { from = ["New"], to = "Implement", on = "start", when = [{ gate = "board" }] },
///         { from = ["New"], to = "Implement", on = "hurry" },
///         { from = ["Implement"], to = "Closed", on = "close" },
///     ]
/// "#.parse::<Machine>().unwrap_err();
/// assert_eq!(error.code().name(), "workflow_gate_avoided");
/// assert!(error.problems()[0].message.contains("New -hurry-> Implement"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    workflow: Workflow,
    /// The place of each state by its name.
    states: BTreeMap<StateId, usize>,
    initial: State,
}

impl Machine {
    /// Verifies a workflow.
    ///
    /// # Errors
    ///
    /// Every problem found, with a code from [`ErrorCode::WorkflowInitial`] on, or of a list that
    /// is too long; see [`problems`].
    pub fn new(workflow: Workflow) -> Result<Machine> {
        if let Some(error) = Error::from_problems(problems(&workflow)) {
            return Err(error);
        }
        let initial = workflow.states.iter().find(|state| state.kind == StateKind::Initial);
        let initial = initial
            .cloned()
            .ok_or_else(|| Error::new(ErrorCode::WorkflowInitial, "a workflow begins somewhere"))?;
        let states = workflow.states.iter().enumerate();
        let states = states.map(|(place, state)| (state.name.clone(), place)).collect();
        Ok(Machine { states, initial, workflow })
    }

    /// What it says.
    #[must_use]
    pub fn workflow(&self) -> &Workflow {
        &self.workflow
    }

    /// Where everything begins.
    #[must_use]
    pub fn initial(&self) -> &State {
        &self.initial
    }

    /// The state of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::WorkflowStateUnknown`] if there is none.
    pub fn state(&self, name: &StateId) -> Result<&State> {
        let found = self.states.get(name).and_then(|place| self.workflow.states.get(*place));
        found.ok_or_else(|| {
            let message = format!("`{}` has no state `{name}`", self.workflow.name);
            Error::new(ErrorCode::WorkflowStateUnknown, message)
        })
    }

    /// The state that is stored as that number elsewhere; [`State::code`] is the way back.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::WorkflowCodeUnknown`] if there is none: a number that nobody knows is never
    /// taken for a state.
    pub fn state_stored_as(&self, code: i32) -> Result<&State> {
        self.workflow.states.iter().find(|state| state.code == Some(code)).ok_or_else(|| {
            let message = format!("no state of `{}` is stored as {code}", self.workflow.name);
            Error::new(ErrorCode::WorkflowCodeUnknown, message)
        })
    }

    /// The transitions that start from a state, those tried first leading.
    #[must_use]
    pub fn from(&self, state: &StateId) -> Vec<&Transition> {
        let all = self.workflow.transitions.iter();
        let mut found: Vec<&Transition> = all.filter(|it| it.from.contains(state)).collect();
        found.sort_by_key(|transition| transition.order);
        found
    }
}
