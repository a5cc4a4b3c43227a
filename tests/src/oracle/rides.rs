//! What the gates of a release are to one change of it.

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use super::gate::*;
use super::life::leaves;
use crate::world::*;

impl Question<'_> {
    fn is_emergency(&self, change: u8) -> bool {
        self.current(change).is_some_and(|content| content.emergency)
    }

    /// Whether a tree names a requirement that is asked of a change itself.
    pub(super) fn means_itself(&self, tree: &Tree, change: u8) -> bool {
        let others = |number: u8| number == SEC && self.policy.sec_for_emergencies;
        leaves(tree).into_iter().any(|number| !others(number) || self.is_emergency(change))
    }

    /// What the gates of a release that mean a change say of the whole.
    pub(super) fn of_its_release(&self, change: u8, release: u8, item: &BTreeSet<u8>) -> Verdict {
        let mine = self.policy.gates.iter().filter(|gate| {
            gate.release
                && gate.stage == self.stage
                && (!gate.emergency || self.is_emergency(change))
        });
        worst(mine.map(|gate| self.judged(gate, release, item)))
    }

    /// What a gate says of a release: of the whole and, where alternatives are enough, of those
    /// that are no emergencies by themselves, if it asks more of the others.
    pub(super) fn judged(&self, gate: &Gate, release: u8, item: &BTreeSet<u8>) -> Verdict {
        let subject = Subject::Release(release);
        let whole = self.tree(&gate.tree, subject, item);
        let more = self.policy.sec_for_emergencies && leaves(&gate.tree).contains(&SEC);
        let others: BTreeSet<u8> =
            item.iter().copied().filter(|change| !self.is_emergency(*change)).collect();
        if gate.emergency || !more || is_all(&gate.tree) || others.is_empty() || others == *item {
            return whole;
        }
        whole.max(self.tree_of(&gate.tree, subject, item, &others))
    }
}

/// Whether every leaf of a tree must hold.
fn is_all(tree: &Tree) -> bool {
    match tree {
        Tree::Leaf(_) => true,
        Tree::All(children) => children.iter().all(is_all),
        Tree::Any(_) | Tree::AtLeast(..) => false,
    }
}
