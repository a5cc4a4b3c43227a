//! The waves of all nodes and the chain that takes longest, in one pass.

use super::Edges;
use crate::graph::column::{Column, Rows};
use crate::graph::question::{check_weights, weight};
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

/// What is known of a node before its turn comes. Together, since each edge needs both.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// How long the longest chain is that ends before it; with it, once its turn has come.
    sum: u64,
    /// For how many it still waits.
    waiting: u32,
    wave: u32,
}

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
        check_weights(weights, self.nodes(), 0..self.nodes())?;
        let mut turns: Column<Turn> = self
            .waiting()
            .as_slice()
            .iter()
            .map(|&waiting| Turn { sum: 0, waiting, wave: 0 })
            .collect();
        let mut open = Vec::with_capacity(self.nodes() as usize);
        open.extend((0..self.nodes()).filter(|&node| turns[node].waiting == 0));
        let mut open = Column::from(open);
        let (mut next, mut wave) = (0, 0);
        while next < open.len() {
            wave += 1;
            let end = open.len();
            for place in next..end {
                let node = open[place];
                let turn = &mut turns[node];
                turn.sum = turn.sum.saturating_add(weight(weights, node));
                turn.wave = wave;
                let sum = turn.sum;
                for &later in self.later.row(node) {
                    let turn = &mut turns[later];
                    turn.sum = turn.sum.max(sum);
                    turn.waiting -= 1;
                    if turn.waiting == 0 {
                        open.push(later);
                    }
                }
            }
            next = end;
        }
        let wave_of: Column<u32> = turns.as_slice().iter().map(|turn| turn.wave).collect();
        let placed = (0u32..).zip(wave_of.as_slice()).filter(|&(_, &wave)| wave > 0);
        let waves = Rows::from_pairs(wave, placed.map(|(node, &wave)| (wave - 1, node)));
        let critical_path = self.longest(&turns);
        Ok(Schedule { wave_of, waves, critical_path })
    }

    /// The chain with the largest sum. Ties go to the smaller node, from the last one backwards.
    fn longest(&self, turns: &Column<Turn>) -> Chain {
        let largest = |nodes: &mut dyn Iterator<Item = Node>| {
            let mut found: Option<(u64, Node)> = None;
            for node in nodes {
                let Turn { sum, wave, .. } = turns[node];
                if wave > 0 && found.is_none_or(|(most, _)| sum > most) {
                    found = Some((sum, node));
                }
            }
            found
        };
        let Some((weight, end)) = largest(&mut (0..self.nodes())) else { return Chain::default() };
        let mut nodes = vec![end];
        let mut at = end;
        while let Some((_, before)) = largest(&mut self.earlier.row(at).iter().copied()) {
            nodes.push(before);
            at = before;
        }
        nodes.reverse();
        Chain { nodes, weight }
    }
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

    /// All nodes that ship, wave after wave, those of one wave smallest first.
    #[must_use]
    pub fn order(&self) -> &[Node] {
        self.waves.items()
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
