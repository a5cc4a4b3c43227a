//! What is asked of a graph.

use super::{Graph, GraphError, Node, NodeSet};

/// What becomes of a cycle of `requires`. A cycle through `after` is always forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cycles {
    /// It is refused: none of its members ships.
    Forbidden,
    /// Its members ship as one atomic group.
    Atomic,
}

/// One question: how would these candidates ship?
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// What is in the item and not cancelled.
    pub candidates: &'q NodeSet,
    /// What is live in the target already, so that it meets requirements.
    pub live: &'q NodeSet,
    /// Which candidates may ship by their own verdict. Nodes that are no candidates are ignored.
    /// Groups, cycles and conflicts do not depend on it.
    pub go: &'q NodeSet,
    /// What becomes of cycles of `requires`.
    pub cycles: Cycles,
    /// How long each node of the graph takes, in a unit of the caller, for the critical path. With
    /// `None` each takes 1.
    pub weights: Option<&'q [u64]>,
}

impl Question<'_> {
    pub(super) fn check(&self, graph: &Graph) -> Result<(), GraphError> {
        graph.check_set("`candidates`", self.candidates)?;
        graph.check_set("`live`", self.live)?;
        graph.check_set("`go`", self.go)?;
        check_weights(self.weights, graph.nodes(), self.candidates.iter())
    }

    pub(super) fn weight(&self, node: Node) -> u64 {
        weight(self.weights, node)
    }
}

/// How long a node takes.
pub(super) fn weight(weights: Option<&[u64]>, node: Node) -> u64 {
    weights.map_or(1, |weights| weights.get(node as usize).copied().unwrap_or_default())
}

/// Refuses weights that are not one for each node, or that do not fit in 64 bits together, for some
/// of them.
pub(super) fn check_weights(
    weights: Option<&[u64]>,
    nodes: u32,
    mut some: impl Iterator<Item = Node>,
) -> Result<(), GraphError> {
    let Some(weights) = weights else { return Ok(()) };
    if weights.len() != nodes as usize {
        let given = weights.len() as u64;
        return Err(GraphError::WeightCount { given, nodes });
    }
    let sum = some.try_fold(0u64, |sum, node| sum.checked_add(*weights.get(node as usize)?));
    sum.map_or(Err(GraphError::WeightOverflow), |_| Ok(()))
}
