//! What the requirements ask that rest on facts from elsewhere: tickets and tasks.

use serde::{Deserialize, Serialize};

use crate::base::id::{PersonId, StateId};

/// Every ticket that a change names must be in one of some states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketsLeaf {
    /// The states that do, such as `done` and `closed`.
    pub states: Vec<StateId>,
    /// How many tickets a change must name at least; one, if it is not said.
    #[serde(default = "one")]
    pub at_least: u32,
    /// Whose word counts; everybody's, if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
}

/// No task of a change may be left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TasksLeaf {
    /// How many must have been done at least; one, if it is not said. With 0 a change without any
    /// task passes.
    #[serde(default = "one")]
    pub at_least: u32,
    /// Whose word counts; everybody's, if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
}

const fn one() -> u32 {
    1
}
