//! What waits for each other in circles.

use super::Edges;
use crate::graph::column::{Column, Rows};
use crate::graph::component::{DONE, UNSEEN, strong};
use crate::graph::local::numbered;
use crate::graph::{Node, NodeSet};

/// The strongly connected components: nodes that wait for each other are in one, every other node
/// in one of its own.
#[derive(Debug, Clone)]
pub struct Components {
    component_of: Column<u32>,
    members: Rows,
    looped: NodeSet,
}

impl Edges {
    /// The strongly connected components, numbered from 0 by their smallest node.
    ///
    /// ```
    /// # use lynchpin::graph::Edges;
    /// let edges = Edges::new(4, &[0, 2, 1], &[2, 0, 0])?;
    /// let components = edges.components();
    /// assert_eq!(components.members(0), [0, 2]);
    /// assert_eq!(components.cycles().collect::<Vec<_>>(), [0]);
    /// assert_eq!(components.count(), 3);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    #[must_use]
    pub fn components(&self) -> Components {
        let nodes = self.nodes();
        // Whatever comes in order is on no circle.
        let (order, _) = self.in_order();
        let mut low = Column::filled(nodes, UNSEEN);
        order.iter().for_each(|&node| low[node] = DONE);
        let found = if order.len() == nodes as usize {
            Rows::default()
        } else {
            strong(&self.earlier, low)
        };
        let mut first = Column::<u32>::from_iter(0..nodes);
        for row in 0..found.rows() {
            let members = found.row(row);
            if let Some(&smallest) = members.first() {
                members.iter().for_each(|&member| first[member] = smallest);
            }
        }
        let (component_of, members) = numbered(nodes, |node| first[node]);
        Components { component_of, members, looped: self.looped.clone() }
    }
}

impl Components {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.members.rows()
    }

    /// The component of a node; `None` for an unknown one.
    #[must_use]
    pub fn of(&self, node: Node) -> Option<u32> {
        self.component_of.as_slice().get(node as usize).copied()
    }

    /// The component of each node.
    #[must_use]
    pub fn column(&self) -> &[u32] {
        self.component_of.as_slice()
    }

    /// The nodes of a component, smallest first; none for an unknown one.
    #[must_use]
    pub fn members(&self, component: u32) -> &[Node] {
        if component < self.count() { self.members.row(component) } else { &[] }
    }

    /// The components that are cycles: of more than one node, or of one that waits for itself.
    pub fn cycles(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.count()).filter(|&component| match self.members.row(component) {
            [one] => self.looped.contains(*one),
            members => members.len() > 1,
        })
    }
}
