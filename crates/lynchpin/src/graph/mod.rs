//! Dependencies between changes, as algorithms on dense numbers.
//!
//! This floor knows nothing of changes, releases or policies. It answers, for a set of *candidates*
//! out of a graph: what ships as one group, in which waves, what is dropped and for which root
//! blocker, which cycles there are, and which chain takes longest.
//!
//! A [`Node`] is a plain number from 0. The caller maps its ids to numbers **in id order**, so that
//! "ties go to the smaller node" means "ties go to the smaller id", whatever order the input had.
//!
//! # How it works
//!
//! 1. [`GraphBuilder`] collects `requires`, `together`, `after` and `conflicts`;
//!    [`GraphBuilder::build`] checks every number once and makes an immutable [`Graph`].
//! 2. [`Graph::order`] answers one [`Question`] with an [`Order`].
//! 3. [`Graph::upstream`] and [`Graph::downstream`] answer reach.
//! 4. [`Graph::choose`] answers one [`Wanted`] with the [`Choice`] that is worth most.
//! 5. [`Edges`] reads plain edges in bulk, and answers for all nodes at once; [`OrderedEdges`]
//!    keeps them in order while they come and go.
//!
//! Nothing recurses, so a chain of ten million nodes needs no more stack than one of ten. Work is
//! linear in the candidates and their edges, apart from the shortest witness of a cycle and the
//! transitive reduction, whose sizes are limited.
//!
//! # Example
//!
//! Node 2 requires 1, which requires 0 or 3; nodes 0 and 4 ship together.
//!
//! ```
//! use lynchpin::graph::{Cycles, GraphBuilder, NodeSet, Question};
//!
//! let mut builder = GraphBuilder::new(5);
//! builder.requires(2, [Some(1)]);
//! builder.requires(1, [Some(0), Some(3)]);
//! builder.together(0, 4);
//! let graph = builder.build()?;
//!
//! let candidates: NodeSet = [0, 1, 2, 4].into_iter().collect();
//! let order = graph.order(&Question {
//!     candidates: &candidates,
//!     live: &NodeSet::new(),
//!     go: &candidates,
//!     cycles: Cycles::Forbidden,
//!     weights: None,
//! })?;
//! assert_eq!(order.wave_count(), 3);
//! assert_eq!(order.steps(0), [0, 4]);
//! let last: Vec<_> = order.wave(3).iter().map(|&group| order.steps(group)).collect();
//! assert_eq!(last, [[2]]);
//! # Ok::<(), lynchpin::graph::GraphError>(())
//! ```

mod build;
mod chain;
mod choose;
mod column;
mod component;
mod cycle;
mod edges;
mod error;
mod limits;
mod local;
mod order;
mod question;
mod queue;
mod reach;
mod set;
mod settle;
mod ship;
mod shipped;
mod verify;
mod witness;

pub use build::{Conflict, Graph, GraphBuilder};
pub use choose::{Budget, Choice, LeftOut, Obstacle, Shipping, Wanted, Window};
pub use edges::{Chain, Components, Edges, Inserted, OrderedEdges, Schedule};
pub use error::GraphError;
pub use limits::{
    CHOICE_CANDIDATES, CHOICE_NODES, CHOICE_WORK, QUEUE_WORK, REDUCTION_GROUPS, ROOTS_LISTED,
    WITNESS_GROUPS,
};
pub use order::{CriticalPath, Cycle, Dropped, Hop, HopKind, Missing, Order};
pub use question::{Cycles, Question};
pub use queue::{Failed, Outlook, Queue, QueueNeed, QueuePlace, QueueQuestion, Run, Runs};
pub use set::NodeSet;
pub use shipped::Shipped;

/// One thing in the graph: a dense number from 0, given by the caller in id order.
pub type Node = u32;

/// One group of an [`Order`]: nodes that ship as one. Groups are numbered from 0 by their smallest
/// node, and the numbers mean something only within that answer.
pub type Group = u32;
