//! The waves of all nodes and the chain that takes longest, in one pass.

use super::Edges;
use crate::graph::column::{Column, Rows};
use crate::graph::{GraphError, Node};

/// In which wave each node ships, and the chain that takes longest.
#[derive(Debug, Clone)]
pub struct Schedule {
    wave_of: Column<u32>,
    waves: Rows,
    critical_path: Chain,
}

/// A chain of nodes, each of which waits for the one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The nodes, first to ship first. Empty if nothing ships.
    pub nodes: Vec<Node>,
    /// The sum of their weights.
    pub weight: u64,
}

/// What is known of a node before its turn comes. Together, since each edge needs all of it.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// How long the longest chain is that ends before it; with it, once its turn has come.
    sum: u64,
    /// For how many it still waits.
    waiting: u32,
    /// The last node of that chain, the smallest of several; none, if nothing is before it.
    before: Node,
}

/// No node has so large a number.
const NONE: Node = u32::MAX;

impl Edges {
    /// Puts every node into a wave, after all that it waits for, as early as can be. What is on
    /// a cycle, or waits for one, has none. `weights` says how long each node takes, in a unit of
    /// the caller; 1 each, if not given.
    ///
    /// # Errors
    ///
    /// [`GraphError::WeightCount`] and [`GraphError::WeightOverflow`] if the weights are no use.
    ///
    /// ```
    /// # use lynchpin::graph::Edges;
    /// // 0 and 1 wait for each other, and 2 for 1.
    /// let edges = Edges::new(5, &[0, 1, 2, 4], &[1, 0, 1, 3])?;
    /// let schedule = edges.schedule(Some(&[1, 1, 1, 30, 12]))?;
    /// assert_eq!(schedule.waves().collect::<Vec<_>>(), [[3], [4]]);
    /// assert_eq!(schedule.stuck().collect::<Vec<_>>(), [0, 1, 2]);
    /// assert_eq!(schedule.critical_path().weight, 42);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn schedule(&self, weights: Option<&[u64]>) -> Result<Schedule, GraphError> {
        self.check_weights(weights)?;
        let weight = |node: Node| match weights {
            Some(weights) => weights.get(node as usize).copied().unwrap_or_default(),
            None => 1,
        };
        let waiting = self.waiting();
        let fresh = |&waiting: &u32| Turn { sum: 0, waiting, before: NONE };
        let mut turns: Column<Turn> = waiting.as_slice().iter().map(fresh).collect();
        let mut wave_of = Column::filled(self.nodes(), 0u32);
        let mut open = Vec::with_capacity(self.nodes() as usize);
        open.extend((0..self.nodes()).filter(|&node| waiting[node] == 0));
        let mut open = Column::from(open);
        let (mut next, mut wave) = (0, 0);
        while next < open.len() {
            wave += 1;
            let end = open.len();
            for place in next..end {
                let node = open[place];
                wave_of[node] = wave;
                let sum = turns[node].sum.saturating_add(weight(node));
                turns[node].sum = sum;
                for &later in self.later.row(node) {
                    let turn = &mut turns[later];
                    // The larger sum, or of equal ones the smaller node.
                    if (turn.sum, node) < (sum, turn.before) {
                        (turn.sum, turn.before) = (sum, node);
                    }
                    turn.waiting -= 1;
                    if turn.waiting == 0 {
                        open.push(later);
                    }
                }
            }
            next = end;
        }
        let placed = (0u32..).zip(wave_of.as_slice()).filter(|&(_, &wave)| wave > 0);
        let waves = Rows::from_pairs(wave, placed.map(|(node, &wave)| (wave - 1, node)));
        let critical_path = longest(&turns, &wave_of);
        Ok(Schedule { wave_of, waves, critical_path })
    }

    fn check_weights(&self, weights: Option<&[u64]>) -> Result<(), GraphError> {
        let Some(weights) = weights else { return Ok(()) };
        if weights.len() != self.nodes() as usize {
            let given = weights.len() as u64;
            return Err(GraphError::WeightCount { given, nodes: self.nodes() });
        }
        let sum = weights.iter().try_fold(0u64, |sum, &weight| sum.checked_add(weight));
        sum.map_or(Err(GraphError::WeightOverflow), |_| Ok(()))
    }
}

/// The chain with the largest sum. Ties go to the smaller node, from the last one backwards.
fn longest(turns: &Column<Turn>, wave_of: &Column<u32>) -> Chain {
    let mut last: Option<(u64, Node)> = None;
    for (node, (turn, &wave)) in (0u32..).zip(turns.as_slice().iter().zip(wave_of.as_slice())) {
        if wave > 0 && last.is_none_or(|(most, _)| turn.sum > most) {
            last = Some((turn.sum, node));
        }
    }
    let Some((weight, mut at)) = last else { return Chain::default() };
    let mut nodes = Vec::new();
    while at != NONE {
        nodes.push(at);
        at = turns[at].before;
    }
    nodes.reverse();
    Chain { nodes, weight }
}

impl Schedule {
    /// How many waves there are.
    #[must_use]
    pub fn wave_count(&self) -> u32 {
        self.waves.rows()
    }

    /// The nodes of a wave, smallest first. The first wave has number 1; empty for an unknown one.
    #[must_use]
    pub fn wave(&self, wave: u32) -> &[Node] {
        let is_known = (1..=self.wave_count()).contains(&wave);
        if is_known { self.waves.row(wave - 1) } else { &[] }
    }

    /// The waves, first to last.
    pub fn waves(&self) -> impl Iterator<Item = &[Node]> {
        (0..self.waves.rows()).map(|wave| self.waves.row(wave))
    }

    /// The wave of a node, from 1; `None` if it never ships or is unknown.
    #[must_use]
    pub fn wave_of(&self, node: Node) -> Option<u32> {
        self.wave_of.as_slice().get(node as usize).copied().filter(|&wave| wave > 0)
    }

    /// The wave of each node; 0 for one that never ships.
    #[must_use]
    pub fn wave_column(&self) -> &[u32] {
        self.wave_of.as_slice()
    }

    /// The nodes that never ship, smallest first: they are on a cycle, or wait for one.
    pub fn stuck(&self) -> impl Iterator<Item = Node> + '_ {
        (0u32..).zip(self.wave_of.as_slice()).filter(|&(_, &wave)| wave == 0).map(|(node, _)| node)
    }

    /// The chain that takes longest. Ties go to the smaller node, from the last one of the chain
    /// backwards.
    #[must_use]
    pub const fn critical_path(&self) -> &Chain {
        &self.critical_path
    }
}
