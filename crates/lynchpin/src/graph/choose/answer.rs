//! What was chosen, and why the rest was not.

use crate::graph::{Node, NodeSet};

/// The best set that was found, and what is proven of it.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The candidates that ship.
    pub chosen: NodeSet,
    /// What they are worth together.
    pub value: i64,
    /// What no set can exceed; the value itself, if none is better.
    pub bound: i64,
    /// How much of each budget they use.
    pub used: Vec<u64>,
    /// How long they take, if there was a window.
    pub takes: Option<u64>,
    /// How many nodes of the search were looked at.
    pub steps: u32,
    /// Each other candidate, in order, with why it is left out.
    pub left_out: Vec<LeftOut>,
}

impl Choice {
    /// Whether it is proven that no set is worth more.
    #[must_use]
    pub const fn is_optimal(&self) -> bool {
        self.value == self.bound
    }
}

/// A candidate that is not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The candidate.
    pub node: Node,
    /// What it would bring along: the candidates that ship with it or that it needs and that are
    /// not chosen either, smallest first; of alternatives, the smallest that may ship. Of what can
    /// never be chosen, only its group.
    pub with: Vec<Node>,
    /// What all of them are worth together.
    pub worth: i64,
    /// Why they are left out. Never empty.
    pub because: Vec<Obstacle>,
}

/// Why a candidate is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// It is live already.
    Live,
    /// It may not ship by its own verdict.
    NotGo,
    /// It lacks something that is neither live nor a candidate.
    Missing,
    /// It is on a circle of requirements, in conflict with its own group or, with what is chosen,
    /// on a circle.
    Cycle,
    /// It needs these candidates, which are out and cannot be in.
    Needs(Vec<Node>),
    /// It conflicts with these, which are chosen or would come with it.
    Conflicts(Vec<Node>),
    /// The budget of that number would be exceeded.
    Budget(usize),
    /// The window would be too short.
    Window,
    /// It fits, and adds nothing to the value.
    NotWorth,
    /// It fits and would add to the value: the set is not the best, and says so.
    NotFound,
}
