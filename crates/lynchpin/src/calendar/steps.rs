//! How much work one question may be.

use crate::base::limits::CALENDAR_DAYS_MAX;

/// The work that is left. Every day looked at is one step, and so is everything else that repeats.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    left: u32,
}

/// The work is used up. Between where the search began and this local time there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) reached: i64,
}

impl Steps {
    pub(super) fn new() -> Self {
        Steps { left: CALENDAR_DAYS_MAX }
    }

    /// Takes so many steps, at a local time up to which there was nothing.
    pub(super) fn take(&mut self, steps: i64, reached: i64) -> Result<(), Spent> {
        let left = u32::try_from(steps).ok().and_then(|steps| self.left.checked_sub(steps));
        self.left = left.unwrap_or(0);
        if left.is_some() { Ok(()) } else { Err(Spent { reached }) }
    }
}
