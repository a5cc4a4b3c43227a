//! What the gates of a release are to one change of it.

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
}
