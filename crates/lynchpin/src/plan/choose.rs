//! The members of an item that ship best together.

use super::Item;
use super::item::limit;
use crate::base::error::Result;
use crate::gate::policy::CycleRule;
use crate::graph::{Budget, Choice, Cycles, NodeSet, Wanted, Window};

/// What is asked of a choice among the members of an item; every list has one entry for each
/// number of the item.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// Which members may go by themselves.
    pub go: &'a NodeSet,
    /// What becomes of cycles.
    pub cycles: CycleRule,
    /// What each is worth.
    pub values: &'a [i64],
    /// What there is only so much of.
    pub budgets: &'a [Budget<'a>],
    /// How long there is.
    pub window: Option<Window<'a>>,
}

impl Item {
    /// The members that are worth most together, among all that could ship.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if there are too many,
    /// or if what they are worth or use cannot be added up.
    pub fn choose(&self, wishes: &Wishes<'_>) -> Result<Choice> {
        let cycles = match wishes.cycles {
            CycleRule::Forbidden => Cycles::Forbidden,
            CycleRule::Atomic => Cycles::Atomic,
        };
        let Wishes { go, values, budgets, window, .. } = *wishes;
        let (candidates, live) = (&self.candidates, &self.live);
        let wanted = Wanted { candidates, live, go, cycles, values, budgets, window };
        self.graph.choose(&wanted).map_err(limit)
    }
}
