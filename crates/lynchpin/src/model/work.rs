//! Work that is kept elsewhere: how tickets stand, and the tasks of a change.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::id::{ChangeId, Reference, StateId, TaskId};
use crate::base::{Actor, Instant};

fact! {
    /// How a ticket stands, as `by` tells it; the newest word counts.
    "ticket_states" pub struct TicketState {
        /// The ticket, as changes name it.
        pub ticket: Reference,
        /// The state it is in, in the words of where it is kept, such as `closed`.
        pub state: StateId,
    }
}

/// How a task stands; the later variant is the less favourable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It was done.
    Done,
    /// It will not be done.
    Cancelled,
    /// It is still to be done.
    Open,
}

fact! {
    /// A task of a change, as it stands from then on; the newest word of it counts.
    "tasks" pub struct Task {
        /// The task; its id is one of the change's own.
        pub id: TaskId,
        /// The change that it is a part of.
        pub change: ChangeId,
        /// What is to be done, in a line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// How it stands.
        pub state: TaskState,
        /// Who is to do it; whoever filed it, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Actor>,
        /// When it is to be done at the latest; shown, and binding nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub due: Option<Instant>,
    }
}
