//! What ships, without an order of it and without the reasons of the rest.

use super::column::Column;
use super::cycle::judge;
use super::local::{Grouping, Local};
use super::set::Rank;
use super::{Cycle, Graph, GraphError, Node, Question, ship};

/// What ships of the candidates of one question: what an [`Order`](super::Order) says of it, in a
/// fraction of the time.
#[derive(Debug, Clone)]
pub struct Shipped {
    rank: Rank,
    nodes: Column<Node>,
    grouping: Grouping,
    wave_of: Column<u32>,
    cycles: Vec<Cycle>,
    lacking: bool,
}

impl Graph {
    /// Answers which candidates would ship, and in which groups.
    ///
    /// # Errors
    ///
    /// As for [`Graph::order`].
    ///
    /// ```
    /// use lynchpin::graph::{Cycles, GraphBuilder, NodeSet, Question};
    ///
    /// let mut builder = GraphBuilder::new(3);
    /// builder.requires(0, [Some(1)]);
    /// let graph = builder.build()?;
    /// let (all, none, go) = (NodeSet::all(3), NodeSet::new(), [0, 2].into_iter().collect());
    /// let cycles = Cycles::Forbidden;
    /// let question =
    ///     Question { candidates: &all, live: &none, go: &go, cycles, weights: None };
    /// let shipped = graph.shipped(&question)?;
    /// assert!(shipped.ships(2) && !shipped.ships(0));
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn shipped(&self, question: &Question<'_>) -> Result<Shipped, GraphError> {
        question.check(self)?;
        let local = Local::new(self, question);
        let (mut judged, at_best) = judge(self, &local, question);
        let settled = ship::ship(&local, question, &mut judged, at_best);
        judged.cycles.sort_unstable();
        Ok(Shipped {
            rank: local.rank,
            nodes: local.nodes,
            grouping: judged.grouping,
            wave_of: settled.wave,
            cycles: judged.cycles,
            lacking: !local.missing.is_empty(),
        })
    }
}

impl Shipped {
    /// Whether a candidate ships; what is no candidate does not.
    #[must_use]
    pub fn ships(&self, node: Node) -> bool {
        self.rank.of(node).is_some_and(|local| self.wave_of[self.grouping.group_of[local]] > 0)
    }

    /// The candidates that ship in one group with another, itself included, by number; none, if
    /// that is no candidate.
    pub fn group_with(&self, node: Node) -> impl Iterator<Item = Node> {
        let local = self.rank.of(node);
        let members = local.map(|local| self.grouping.members.row(self.grouping.group_of[local]));
        members.unwrap_or_default().iter().map(|&member| self.nodes[member])
    }

    /// The cycles among the candidates, as [`Order::cycles`](super::Order::cycles) tells them.
    #[must_use]
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }

    /// Whether a candidate misses something that is neither live nor a candidate.
    #[must_use]
    pub fn lacks(&self) -> bool {
        self.lacking
    }
}
