//! Plain edges between dense numbers, in bulk: what the dependencies of a whole portfolio come to,
//! without the alternatives, groups and verdicts that an item has.

use super::build::check_range;
use super::column::{Column, Rows, number};
use super::limits::NUMBER_MAX;
use super::{GraphError, Node, NodeSet};

mod components;
mod ordered;
mod reach;
mod schedule;

pub use components::Components;
pub use ordered::{Inserted, OrderedEdges};
pub use schedule::{Chain, Schedule};

/// Plain edges, each from a node to one that it waits for: read in bulk, checked, and kept in both
/// directions.
///
/// Use it for questions about very many nodes at once, such as the waves of all changes. What an
/// item ships, with alternatives, groups and what is live already, is asked of a
/// [`Graph`](crate::graph::Graph).
///
/// ```
/// use lynchpin::graph::Edges;
///
/// // 1 waits for 0, 2 for 1 and for 0.
/// let edges = Edges::new(4, &[1, 2, 2], &[0, 1, 0])?;
/// let schedule = edges.schedule(None)?;
/// assert_eq!(schedule.wave(1), [0, 3]);
/// assert_eq!(schedule.wave_of(2), Some(3));
/// assert_eq!(schedule.critical_path().nodes, [0, 1, 2]);
/// # Ok::<(), lynchpin::graph::GraphError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Edges {
    /// Node to those that it waits for, smallest first, each once.
    earlier: Rows,
    /// Node to those that wait for it, in no order.
    later: Rows,
    /// The nodes that wait for themselves; these edges stand in no row.
    looped: NodeSet,
    repeated: u32,
}

impl Edges {
    /// Reads edges, in any order: `later[i]` waits for `earlier[i]`. One that is given more than
    /// once counts once.
    ///
    /// # Errors
    ///
    /// [`GraphError::EdgeEnds`] if there are not as many ends as beginnings,
    /// [`GraphError::NodeOutOfRange`], or [`GraphError::TooMany`] if there are more nodes or edges
    /// than 32 bits count.
    pub fn new(nodes: u32, later: &[Node], earlier: &[Node]) -> Result<Self, GraphError> {
        check(nodes, later, earlier)?;
        let looped: NodeSet =
            pairs(later, earlier).filter(|(a, b)| a == b).map(|it| it.0).collect();
        let by_earlier = if looped.is_empty() {
            Rows::from_pairs(nodes, pairs(earlier, later))
        } else {
            Rows::from_pairs(nodes, pairs(earlier, later).filter(|(a, b)| a != b))
        };
        // Turned round, what each row lists stands in order of its number, so repeated edges are
        // neighbours.
        let mut by_later = by_earlier.turned(nodes);
        let repeated = by_later.drop_repeated();
        let by_earlier = if repeated == 0 { by_earlier } else { by_later.turned(nodes) };
        Ok(Edges { earlier: by_later, later: by_earlier, looped, repeated })
    }

    /// How many nodes there are; they are numbered from 0.
    #[must_use]
    pub fn nodes(&self) -> u32 {
        self.earlier.rows()
    }

    /// How many edges there are, each counted once, without those of a node to itself.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.earlier.len()
    }

    /// The nodes that wait for themselves, which no schedule contains.
    #[must_use]
    pub const fn looped(&self) -> &NodeSet {
        &self.looped
    }

    /// How many of the edges given were there already.
    #[must_use]
    pub const fn repeated(&self) -> u32 {
        self.repeated
    }

    /// What a node waits for, smallest first; nothing for an unknown one.
    #[must_use]
    pub fn earlier(&self, node: Node) -> &[Node] {
        if node < self.nodes() { self.earlier.row(node) } else { &[] }
    }

    /// For how many others each node waits. One that waits for itself waits for more than there
    /// are.
    fn waiting(&self) -> Column<u32> {
        let mut waiting: Column<u32> =
            (0..self.nodes()).map(|node| number(self.earlier.row(node).len())).collect();
        for node in self.looped.iter() {
            waiting[node] = u32::MAX;
        }
        waiting
    }
}

fn pairs<'a>(a: &'a [Node], b: &'a [Node]) -> impl Iterator<Item = (Node, Node)> + Clone + 'a {
    a.iter().copied().zip(b.iter().copied())
}

fn check(nodes: u32, later: &[Node], earlier: &[Node]) -> Result<(), GraphError> {
    if later.len() != earlier.len() {
        let (later, earlier) = (later.len() as u64, earlier.len() as u64);
        return Err(GraphError::EdgeEnds { later, earlier });
    }
    let limit = u64::from(NUMBER_MAX);
    for (what, count) in [("nodes", u64::from(nodes)), ("edges", later.len() as u64)] {
        if count > limit {
            return Err(GraphError::TooMany { what, count, limit });
        }
    }
    check_range(nodes, "`later`", later.iter().copied())?;
    check_range(nodes, "`earlier`", earlier.iter().copied())
}
