//! Nodes in a line, told apart by labels: which of two comes first is one comparison, and moving
//! some of them leaves the others as they are.

use crate::graph::Node;
use crate::graph::column::{Column, number};

/// The spot that stands before the first node and after the last one. Node `n` has spot `n + 1`.
const ENDS: u32 = 0;

/// Labels end here, so that half of all are still free past the last node after a renumbering.
const LABELS: u64 = 1 << 63;

/// How far apart nodes are put after the last one: so many of them fit past it as there may be.
const APART: u64 = 1 << 31;

#[derive(Debug, Clone, Copy)]
struct Spot {
    label: u64,
    next: u32,
    before: u32,
}

/// A line of nodes. Labels grow along it and have gaps, into which others are moved; where a gap is
/// too small, what comes after it is moved on a little.
#[derive(Debug, Clone)]
pub(super) struct Line {
    spots: Column<Spot>,
}

impl Line {
    /// The nodes from 0 in some order.
    pub(super) fn new(order: &[Node]) -> Self {
        let none = Spot { label: 0, next: ENDS, before: ENDS };
        let mut line = Line { spots: Column::filled(number(order.len()) + 1, none) };
        line.link(ENDS, order);
        line.renumber();
        line
    }

    /// The label of a node.
    pub(super) fn label(&self, node: Node) -> u64 {
        self.spots[node + 1].label
    }

    /// Adds the next node, at the end.
    pub(super) fn push(&mut self) {
        let node = self.spots.len() - 1;
        self.spots.push(Spot { label: 0, next: ENDS, before: ENDS });
        let last = self.spots[ENDS].before;
        self.place(last, &[node]);
    }

    /// Moves some nodes, in the order given, to right after another.
    pub(super) fn move_after(&mut self, node: Node, moved: &[Node]) {
        self.unlink(moved);
        self.place(node + 1, moved);
    }

    /// Moves some nodes, in the order given, to right before another.
    pub(super) fn move_before(&mut self, node: Node, moved: &[Node]) {
        self.unlink(moved);
        self.place(self.spots[node + 1].before, moved);
    }

    /// All nodes, first to last.
    pub(super) fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        let mut at = ENDS;
        std::iter::from_fn(move || {
            at = self.spots[at].next;
            at.checked_sub(1)
        })
    }

    fn unlink(&mut self, nodes: &[Node]) {
        for &node in nodes {
            let Spot { next, before, .. } = self.spots[node + 1];
            self.spots[before].next = next;
            self.spots[next].before = before;
        }
    }

    fn link(&mut self, after: u32, nodes: &[Node]) {
        let end = self.spots[after].next;
        let mut last = after;
        for &node in nodes {
            let spot = node + 1;
            self.spots[last].next = spot;
            self.spots[spot].before = last;
            last = spot;
        }
        self.spots[last].next = end;
        self.spots[end].before = last;
    }

    /// Puts nodes that are in no line yet after a spot, and labels them.
    ///
    /// If they do not fit, so many of those behind are labelled again that together they have a
    /// gap of the square of their number: then the next ones fit, and over many moves each costs
    /// about the logarithm of the length of the line (Dietz and Sleator).
    fn place(&mut self, after: u32, nodes: &[Node]) {
        self.link(after, nodes);
        let low = self.spots[after].label;
        let own = nodes.len() as u64;
        let mut count = own;
        let mut end = nodes.last().map_or(ENDS, |&last| self.spots[last + 1].next);
        loop {
            let high = if end == ENDS { u64::MAX } else { self.spots[end].label };
            let room = high - low;
            let needed = if count == own { own } else { count.saturating_mul(count) };
            if room > needed {
                let apart = room / (count + 1);
                self.relabel(after, count, if end == ENDS { apart.min(APART) } else { apart });
                return;
            }
            if end == ENDS {
                self.renumber();
                return;
            }
            end = self.spots[end].next;
            count += 1;
        }
    }

    /// Labels so many after a spot, at even distances.
    fn relabel(&mut self, after: u32, count: u64, apart: u64) {
        let Spot { mut label, next: mut at, .. } = self.spots[after];
        for _ in 0..count {
            label += apart;
            let spot = &mut self.spots[at];
            spot.label = label;
            at = spot.next;
        }
    }

    /// Labels all nodes anew.
    fn renumber(&mut self) {
        let count = u64::from(self.spots.len());
        self.relabel(ENDS, count - 1, LABELS / count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in_order(line: &Line) -> bool {
        line.iter().map(|node| line.label(node)).is_sorted_by(|a, b| a < b)
    }

    /// Always into the same gap, which is halved until nothing fits: others make room.
    #[test]
    fn a_gap_never_ends() {
        let mut line = Line::new(&[0, 1, 2, 3, 4, 5, 6, 7]);
        let mut known: Vec<Node> = line.iter().collect();
        for round in 0..2_000u32 {
            let moved = known.remove(if round % 3 == 0 { 7 } else { 2 });
            if round % 2 == 0 {
                line.move_after(known[0], &[moved]);
            } else {
                line.move_before(known[1], &[moved]);
            }
            known.insert(1, moved);
            assert!(is_in_order(&line), "{round}");
            assert_eq!(line.iter().collect::<Vec<_>>(), known);
        }
    }

    #[test]
    fn more_than_fit_are_let_in() {
        let order: Vec<Node> = (0..1_000).collect();
        let mut line = Line::new(&order);
        // As close as can be, up to the end of all labels.
        for node in 0..1_000 {
            line.spots[node + 1].label = u64::MAX - 1_000 + u64::from(node);
        }
        line.push();
        assert!(is_in_order(&line));
        assert_eq!(line.iter().collect::<Vec<_>>(), (0..=1_000).collect::<Vec<_>>());
        for node in 0..1_000 {
            line.spots[node + 1].label = u64::from(node) + 1;
        }
        line.move_before(0, &(500..1_000).collect::<Vec<_>>());
        assert!(is_in_order(&line));
        assert_eq!(line.iter().take(501).last(), Some(0));
    }

    #[test]
    fn an_empty_line_grows() {
        let mut line = Line::new(&[]);
        assert_eq!(line.iter().count(), 0);
        (0..100).for_each(|_| line.push());
        assert!(is_in_order(&line));
        assert_eq!(line.iter().collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    }
}
