//! What follows if one item fails.

use super::Queue;
use crate::graph::column::Column;
use crate::graph::{Node, NodeSet};

/// What follows for the others if one item fails and all others succeed that may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failed {
    /// Those that need it, or need what needs it: they leave the queue with it. Smallest first.
    pub dropped: Vec<Node>,
    /// Those that wait for it, or for what waits for it, and stay: they are tried again without it.
    /// Smallest first.
    pub again: Vec<Node>,
    /// Those that go and of which neither is true. Smallest first.
    pub untouched: Vec<Node>,
}

impl Queue {
    /// What follows if an item fails; nothing is said of one that does not go.
    #[must_use]
    pub fn failed(&self, node: Node) -> Option<Failed> {
        let failed = self.place(node)?;
        let count = self.order.len();
        let mut gone = NodeSet::new();
        gone.insert(failed);
        let mut touched = Column::filled(count, false);
        touched[failed] = true;
        let mut follows = Failed::default();
        // What is needed or waited for stands in a smaller place, so one pass sees it first.
        for place in 0..count {
            if place == failed {
                continue;
            }
            let lost = |any: &Vec<u32>| any.iter().all(|&other| gone.contains(other));
            touched[place] = self.waits.row(place).iter().any(|&other| touched[other]);
            let list = if self.needs[place].iter().any(lost) {
                gone.insert(place);
                &mut follows.dropped
            } else if touched[place] {
                &mut follows.again
            } else {
                &mut follows.untouched
            };
            list.push(self.order[place]);
        }
        for list in [&mut follows.dropped, &mut follows.again, &mut follows.untouched] {
            list.sort_unstable();
        }
        Some(follows)
    }

    /// The places that one waits for, itself or through others, smallest first.
    pub(super) fn ancestors(&self, place: u32) -> Vec<u32> {
        let mut seen = NodeSet::new();
        let mut open = vec![place];
        while let Some(at) = open.pop() {
            open.extend(self.waits.row(at).iter().copied().filter(|&other| seen.insert(other)));
        }
        seen.iter().collect()
    }
}
