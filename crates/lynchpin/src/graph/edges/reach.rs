//! What stands on a node, and what a node stands on; of many at once, how much.

use super::{Components, Edges};
use crate::graph::build::check_range;
use crate::graph::chain::reduced;
use crate::graph::column::{Column, Rows};
use crate::graph::{GraphError, Node, NodeSet};

/// Digits of a counter of nodes.
const DIGITS: usize = 32;

/// One bit for each of the nodes that are followed at once.
type Mask<const WORDS: usize> = [u64; WORDS];

impl Edges {
    /// Everything that waits for one of the given nodes, directly or through others, without the
    /// given ones.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a given node is not in the graph.
    ///
    /// ```
    /// # use lynchpin::graph::Edges;
    /// let edges = Edges::new(4, &[1, 2, 3], &[0, 1, 1])?;
    /// assert_eq!(edges.downstream(&[1])?.iter().collect::<Vec<_>>(), [2, 3]);
    /// assert_eq!(edges.upstream(&[3])?.iter().collect::<Vec<_>>(), [0, 1]);
    /// assert_eq!(edges.downstream_counts(&[0, 1, 2])?, [3, 2, 0]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn downstream(&self, nodes: &[Node]) -> Result<NodeSet, GraphError> {
        self.check_given("`downstream`", nodes)?;
        Ok(follow(&self.later, nodes))
    }

    /// Everything that the given nodes wait for, directly or through others, without the given
    /// ones.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a given node is not in the graph.
    pub fn upstream(&self, nodes: &[Node]) -> Result<NodeSet, GraphError> {
        self.check_given("`upstream`", nodes)?;
        Ok(follow(&self.earlier, nodes))
    }

    /// How many others wait for each of the given nodes, directly or through others.
    ///
    /// Each is followed by itself while little waits for it. Where that would look at more edges
    /// than there are, over and over, many are followed in one pass instead.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a given node is not in the graph.
    pub fn downstream_counts(&self, nodes: &[Node]) -> Result<Vec<u32>, GraphError> {
        self.check_given("`downstream`", nodes)?;
        let mut counts = Vec::with_capacity(nodes.len());
        let mut seen = Column::filled(self.nodes(), 0u32);
        let mut open = Vec::new();
        // A pass costs about as much as this many looks at single edges.
        let budget = 2 * (u64::from(self.nodes()) + u64::from(self.count()));
        let mut looked = 0;
        for (mark, &node) in (1u32..).zip(nodes) {
            let count = self.count_one(node, mark, &mut seen, &mut open, &mut looked);
            counts.push(count);
            let rest = nodes.get(counts.len()..).unwrap_or_default();
            if looked > budget && rest.len() > 8 {
                counts.extend(self.count_many(rest)?);
                break;
            }
        }
        Ok(counts)
    }

    /// How many wait for one node; `mark` is put on all of them.
    fn count_one(
        &self,
        node: Node,
        mark: u32,
        seen: &mut Column<u32>,
        open: &mut Vec<Node>,
        looked: &mut u64,
    ) -> u32 {
        let mut count = 0;
        seen[node] = mark;
        open.push(node);
        while let Some(node) = open.pop() {
            let row = self.later.row(node);
            *looked += row.len() as u64 + 1;
            for &later in row {
                if seen[later] != mark {
                    seen[later] = mark;
                    count += 1;
                    open.push(later);
                }
            }
        }
        count
    }

    /// How many wait for each of very many nodes: one bit for each of them is passed on from what
    /// comes first to what comes last, whole circles as one.
    fn count_many(&self, nodes: &[Node]) -> Result<Vec<u32>, GraphError> {
        let components = self.components();
        // What waits for itself is contracted as well: no order has it.
        let is_in_order = components.cycles().next().is_none();
        let contracted;
        let whole = if is_in_order {
            self
        } else {
            contracted = self.contracted(&components)?;
            &contracted
        };
        let (order, _) = whole.in_order();
        let places: Vec<u32> =
            nodes.iter().map(|&node| components.of(node).unwrap_or_default()).collect();
        let size = |place: u32| components.members(place).len();
        Ok(match places.len() {
            0..=64 => passed_on::<1>(&whole.earlier, &order, &places, size),
            65..=256 => passed_on::<4>(&whole.earlier, &order, &places, size),
            _ => passed_on::<16>(&whole.earlier, &order, &places, size),
        })
    }

    /// The edges between the components.
    fn contracted(&self, components: &Components) -> Result<Edges, GraphError> {
        let of = |node: Node| components.column().get(node as usize).copied().unwrap_or(0);
        let (mut later, mut earlier) = (Vec::new(), Vec::new());
        for node in 0..self.nodes() {
            for &other in self.later.row(node).iter().filter(|&&other| of(other) != of(node)) {
                later.push(of(other));
                earlier.push(of(node));
            }
        }
        Edges::new(components.count(), &later, &earlier)
    }

    /// The edges that no chain of others implies, as (later, earlier), sorted: the fewest that say
    /// the same. What is on a cycle, or waits for one, is left out.
    ///
    /// # Errors
    ///
    /// [`GraphError::TooMany`] above [`REDUCTION_GROUPS`](crate::graph::REDUCTION_GROUPS) nodes.
    ///
    /// ```
    /// # use lynchpin::graph::Edges;
    /// let edges = Edges::new(3, &[1, 2, 2], &[0, 1, 0])?;
    /// assert_eq!(edges.reduction()?, [(1, 0), (2, 1)]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn reduction(&self) -> Result<Vec<(Node, Node)>, GraphError> {
        let (order, _) = self.in_order();
        reduced(&order, "nodes", &self.earlier)
    }

    /// The nodes, each after all that it waits for, as far as that goes; and for how many each of
    /// the others still waits then.
    pub(super) fn in_order(&self) -> (Vec<Node>, Column<u32>) {
        let mut waiting = self.waiting();
        let mut order = Vec::with_capacity(self.nodes() as usize);
        order.extend((0..self.nodes()).filter(|&node| waiting[node] == 0));
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for &later in self.later.row(node) {
                waiting[later] -= 1;
                if waiting[later] == 0 {
                    order.push(later);
                }
            }
        }
        (order, waiting)
    }

    fn check_given(&self, place: &'static str, given: &[Node]) -> Result<(), GraphError> {
        check_range(self.nodes(), place, given.iter().copied())
    }
}

fn follow(rows: &Rows, nodes: &[Node]) -> NodeSet {
    let mut seen = NodeSet::with_room(rows.rows());
    let mut open: Vec<Node> = nodes.iter().copied().filter(|&node| seen.insert(node)).collect();
    while let Some(node) = open.pop() {
        open.extend(rows.row(node).iter().copied().filter(|&other| seen.insert(other)));
    }
    for &node in nodes {
        seen.remove(node);
    }
    seen
}

/// How many of all places each of some leads to, without itself. A place has what those that it
/// waits for have; it counts as so many as it has members.
fn passed_on<const WORDS: usize>(
    earlier: &Rows,
    order: &[u32],
    places: &[u32],
    size: impl Fn(u32) -> usize,
) -> Vec<u32> {
    let mut counts = Vec::with_capacity(places.len());
    let mut masks = Column::filled(earlier.rows(), [0; WORDS]);
    for some in places.chunks(WORDS * 64) {
        let mut counter = Counter::<WORDS>::default();
        let mut own: Vec<(u32, usize)> = some.iter().copied().zip(0..).collect();
        own.sort_unstable();
        for &place in order {
            let mut mask = [0; WORDS];
            for &before in earlier.row(place) {
                for (word, more) in mask.iter_mut().zip(&masks[before]) {
                    *word |= more;
                }
            }
            let first = own.partition_point(|&(of, _)| of < place);
            for &(_, bit) in own.iter().skip(first).take_while(|&&(of, _)| of == place) {
                if let Some(word) = mask.get_mut(bit / 64) {
                    *word |= 1 << (bit % 64);
                }
            }
            masks[place] = mask;
            counter.add(&mask, size(place));
        }
        // Each was counted as one of those that it leads to.
        counts.extend((0..some.len()).map(|bit| counter.of(bit).saturating_sub(1)));
    }
    counts
}

/// One count for each bit of a mask, written as binary numbers that stand upright: digit by digit,
/// so that one mask is added to all of them at once.
#[derive(Debug, Clone)]
struct Counter<const WORDS: usize> {
    digits: [Mask<WORDS>; DIGITS],
    /// What was added beside, for components of more than one node.
    more: Vec<u32>,
}

impl<const WORDS: usize> Default for Counter<WORDS> {
    fn default() -> Self {
        Counter { digits: [[0; WORDS]; DIGITS], more: vec![0; WORDS * 64] }
    }
}

impl<const WORDS: usize> Counter<WORDS> {
    /// Adds a number to the counts of all bits that are set.
    fn add(&mut self, mask: &Mask<WORDS>, number: usize) {
        let mut carry = *mask;
        for digit in &mut self.digits {
            if carry == [0; WORDS] {
                break;
            }
            for (digit, carry) in digit.iter_mut().zip(&mut carry) {
                let both = *digit & *carry;
                *digit ^= *carry;
                *carry = both;
            }
        }
        let Some(beyond) = number.checked_sub(1).filter(|&beyond| beyond > 0) else { return };
        let beyond = u32::try_from(beyond).unwrap_or(u32::MAX);
        for (bit, count) in self.more.iter_mut().enumerate() {
            if mask.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1) {
                *count = count.saturating_add(beyond);
            }
        }
    }

    fn of(&self, bit: usize) -> u32 {
        let digit =
            |mask: &Mask<WORDS>| mask.get(bit / 64).map_or(0, |word| word >> (bit % 64) & 1);
        let digits = (0u32..).zip(&self.digits);
        let count = digits.fold(0u64, |count, (place, mask)| count | digit(mask) << place);
        let more = self.more.get(bit).copied().unwrap_or_default();
        u32::try_from(count).unwrap_or(u32::MAX).saturating_add(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pass for many, on few.
    #[test]
    fn few_are_counted_as_many() -> Result<(), GraphError> {
        // A circle of 1 and 2 between 0 and 3; 4 waits for itself; 5 stands alone.
        let edges = Edges::new(6, &[1, 2, 1, 3, 4, 4, 3], &[0, 1, 2, 2, 4, 3, 1])?;
        let nodes = [0, 1, 2, 3, 4, 5, 0];
        let one_by_one: Vec<u32> = nodes
            .iter()
            .map(|&node| edges.downstream(&[node]).map(|set| set.len()))
            .collect::<Result<_, _>>()?;
        assert_eq!(one_by_one, [4, 3, 3, 1, 0, 0, 4]);
        assert_eq!(edges.count_many(&nodes)?, one_by_one);
        Ok(())
    }
}
