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

/// A wave with fewer edges than these is not dealt out: it hardly leaves the nearest caches.
const DEALT: usize = 1 << 15;
/// As many nodes as stand in the second cache of a processor with all that is known of them.
const BLOCK_BITS: u32 = 14;

/// The edges of one wave, dealt out by blocks of the nodes that wait. Passed on as they come, they
/// would go all over memory, and each would wait for it.
#[derive(Debug, Default)]
struct Dealt {
    /// Where in the other two the next edge of each block goes.
    places: Vec<usize>,
    later: Vec<Node>,
    sums: Vec<u64>,
}

impl Dealt {
    /// Deals out the edges of some nodes, of which there are so many.
    fn deal(&mut self, edges: &Edges, turns: &Column<Turn>, nodes: &[Node], count: usize) {
        let block = |node: Node| (node >> BLOCK_BITS) as usize;
        self.places.clear();
        self.places.resize(block(edges.nodes()) + 2, 0);
        for &node in nodes {
            for &later in edges.later.row(node) {
                if let Some(size) = self.places.get_mut(block(later) + 1) {
                    *size += 1;
                }
            }
        }
        let mut total = 0;
        for place in &mut self.places {
            total += *place;
            *place = total;
        }
        if self.later.len() < count {
            self.later.resize(count, 0);
            self.sums.resize(count, 0);
        }
        for &node in nodes {
            let sum = turns[node].sum;
            for &later in edges.later.row(node) {
                let Some(place) = self.places.get_mut(block(later)) else { continue };
                if let (Some(to), Some(with)) =
                    (self.later.get_mut(*place), self.sums.get_mut(*place))
                {
                    (*to, *with) = (later, sum);
                }
                *place += 1;
            }
        }
    }
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
        let mut now: Vec<Node> =
            (0..self.nodes()).filter(|&node| turns[node].waiting == 0).collect();
        let (mut next, mut dealt) = (Vec::new(), Dealt::default());
        let mut wave = 0;
        while !now.is_empty() {
            wave += 1;
            let mut count = 0;
            for &node in &now {
                let turn = &mut turns[node];
                turn.sum = turn.sum.saturating_add(weight(weights, node));
                turn.wave = wave;
                count += self.later.row(node).len();
            }
            self.pass_on(&mut turns, (&now, count), &mut dealt, &mut next);
            std::mem::swap(&mut now, &mut next);
            next.clear();
        }
        let wave_of: Column<u32> = turns.as_slice().iter().map(|turn| turn.wave).collect();
        let placed = (0u32..).zip(wave_of.as_slice()).filter(|&(_, &wave)| wave > 0);
        let waves = Rows::from_pairs(wave, placed.map(|(node, &wave)| (wave - 1, node)));
        let critical_path = self.longest(&turns);
        Ok(Schedule { wave_of, waves, critical_path })
    }

    /// Tells all that wait for the nodes of a wave that their turn has come, and puts those that
    /// wait for nothing else into the next one.
    fn pass_on(
        &self,
        turns: &mut Column<Turn>,
        (nodes, count): (&[Node], usize),
        dealt: &mut Dealt,
        next: &mut Vec<Node>,
    ) {
        let mut tell = |turns: &mut Column<Turn>, later: Node, sum: u64| {
            let turn = &mut turns[later];
            turn.sum = turn.sum.max(sum);
            turn.waiting -= 1;
            if turn.waiting == 0 {
                next.push(later);
            }
        };
        if count < DEALT {
            for &node in nodes {
                let sum = turns[node].sum;
                self.later.row(node).iter().for_each(|&later| tell(turns, later, sum));
            }
            return;
        }
        dealt.deal(self, turns, nodes, count);
        let all = dealt.later.iter().zip(&dealt.sums).take(count);
        all.for_each(|(&later, &sum)| tell(turns, later, sum));
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
