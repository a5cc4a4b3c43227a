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
        worst(mine.map(|gate| self.tree(&gate.tree, Subject::Release(release), item)))
    }
}
