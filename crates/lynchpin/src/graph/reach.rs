//! What a node stands on, and what stands on it.

use super::column::Rows;
use super::{Graph, GraphError, Node, NodeSet};

impl Graph {
    /// Everything that the given nodes need, directly or through others: all alternatives of their
    /// `requires`, and their `together` partners. Smallest first, without the given nodes.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a given node is not in the graph.
    ///
    /// ```
    /// # use lynchpin::graph::GraphBuilder;
    /// let mut builder = GraphBuilder::new(4);
    /// builder.requires(3, [Some(2), Some(0)]);
    /// builder.together(2, 1);
    /// let graph = builder.build()?;
    /// assert_eq!(graph.upstream(&[3])?, [0, 1, 2]);
    /// assert_eq!(graph.downstream(&[1])?, [2, 3]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn upstream(&self, nodes: &[Node]) -> Result<Vec<Node>, GraphError> {
        self.reach("`upstream`", nodes, |node, add| {
            for clause in self.clause_range(node) {
                self.clauses.row(clause).iter().copied().for_each(&mut *add);
            }
        })
    }

    /// Everything that needs one of the given nodes, directly or through others: what lists it as
    /// an alternative of `requires`, and its `together` partners. Smallest first, without the given
    /// nodes.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a given node is not in the graph.
    pub fn downstream(&self, nodes: &[Node]) -> Result<Vec<Node>, GraphError> {
        self.reach("`downstream`", nodes, |node, add| {
            self.required_by.row(node).iter().copied().for_each(add);
        })
    }

    fn reach(
        &self,
        place: &'static str,
        nodes: &[Node],
        next: impl Fn(Node, &mut dyn FnMut(Node)),
    ) -> Result<Vec<Node>, GraphError> {
        self.check_set(place, &nodes.iter().copied().collect())?;
        let together: &Rows = &self.together;
        let mut seen = NodeSet::with_room(self.nodes());
        let mut open = Vec::new();
        for &node in nodes {
            if seen.insert(node) {
                open.push(node);
            }
        }
        while let Some(node) = open.pop() {
            let mut add = |other: Node| {
                if seen.insert(other) {
                    open.push(other);
                }
            };
            next(node, &mut add);
            together.row(node).iter().copied().for_each(&mut add);
        }
        for &node in nodes {
            seen.remove(node);
        }
        Ok(seen.iter().collect())
    }
}
