//! What can be wrong with a graph or a question.

use super::Node;
use crate::base::{Error, ErrorCode};

/// A graph or question that cannot be read. A dependency that cannot be met is not an error: it is
/// part of the answer.
///
/// Exhaustive on purpose: a new way to be wrong should stop the caller's build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// A node number was not below the graph's number of nodes.
    #[error("node `{node}` is out of range in {place}: number the {nodes} nodes from 0")]
    NodeOutOfRange {
        /// The number given.
        node: Node,
        /// How many nodes the graph has.
        nodes: u32,
        /// Where it was given: an edge kind or a field of the question.
        place: &'static str,
    },
    /// A `requires` clause listed no alternative, so nothing could ever meet it.
    #[error("a `requires` clause of node `{node}` is empty: list at least one alternative")]
    EmptyClause {
        /// The node whose clause it is.
        node: Node,
    },
    /// More items than the structure holds.
    #[error("{count} {what} are more than the limit of {limit}: ask about fewer")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A column of edges was longer than the other.
    #[error("{later} nodes wait for {earlier}: give one of each for each edge")]
    EdgeEnds {
        /// How many nodes that wait were given.
        later: u64,
        /// How many that they wait for.
        earlier: u64,
    },
    /// Edges that were to be put in order, once and for all, go in a circle.
    #[error("{}: leave an edge of the circle out", around(nodes))]
    Circle {
        /// The nodes of one circle, smallest first, each of the others waiting for the one before
        /// it; only one, if that waits for itself.
        nodes: Vec<Node>,
    },
    /// The weights did not match the nodes.
    #[error("{given} weights for {nodes} nodes: give one for each node")]
    WeightCount {
        /// How many weights were given.
        given: u64,
        /// How many nodes the graph has.
        nodes: u32,
    },
    /// The weights of the candidates do not fit in 64 bits together.
    #[error("the weights of the candidates add up to more than 64 bits: use a larger unit")]
    WeightOverflow,
}

impl GraphError {
    /// The stable code under which every language knows it.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            GraphError::NodeOutOfRange { .. } | GraphError::WeightOverflow => {
                ErrorCode::NumberOutOfRange
            }
            GraphError::EmptyClause { .. } => ErrorCode::Empty,
            GraphError::TooMany { .. } => ErrorCode::LimitExceeded,
            GraphError::EdgeEnds { .. }
            | GraphError::Circle { .. }
            | GraphError::WeightCount { .. } => ErrorCode::BadArgument,
        }
    }
}

/// How many nodes of a circle a message names.
const NAMED: usize = 8;

/// What a message says of a circle.
fn around(nodes: &[Node]) -> String {
    if let [node] = nodes {
        return format!("node `{node}` waits for itself");
    }
    let names: Vec<String> = nodes.iter().take(NAMED).map(|node| format!("`{node}`")).collect();
    let names = names.join(", ");
    match nodes.len().saturating_sub(NAMED) {
        0 => format!("nodes {names} wait for each other"),
        more => format!("nodes {names} and {more} more wait for each other"),
    }
}

impl From<GraphError> for Error {
    fn from(error: GraphError) -> Self {
        Error::new(error.code(), error.to_string())
    }
}
