//! What is asked of a graph.

use super::{Graph, GraphError, NodeSet};

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
        let Some(weights) = self.weights else { return Ok(()) };
        if weights.len() != graph.nodes() as usize {
            let given = weights.len() as u64;
            return Err(GraphError::WeightCount { given, nodes: graph.nodes() });
        }
        let sum = self
            .candidates
            .iter()
            .try_fold(0u64, |sum, node| sum.checked_add(*weights.get(node as usize)?));
        sum.map_or(Err(GraphError::WeightOverflow), |_| Ok(()))
    }

    pub(super) fn weight(&self, node: super::Node) -> u64 {
        self.weights.map_or(1, |weights| weights.get(node as usize).copied().unwrap_or_default())
    }
}
