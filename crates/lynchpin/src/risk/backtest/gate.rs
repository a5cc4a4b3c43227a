//! What a gate by risk would have cost.

use serde::Serialize;

use super::figures::Figure;
use super::outcomes::bad;
use crate::base::Probability;
use crate::base::error::Result;
use crate::risk::measure::{Ties, share};

/// The largest cost: with the most changes, sums of it are numbers that every reader of documents
/// keeps exactly.
const COST_MAX: u32 = 1_000_000_000;

/// What it costs to be wrong, in any unit: minutes, money, or how many reviews an escape is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Costs {
    /// A review of a change that would have held. One that finds a failure is well spent, and costs
    /// nothing here.
    pub review: u32,
    /// A failure that was let through.
    pub escape: u32,
}

impl Costs {
    /// From which probability on a review is worth its cost: `1 / (1 + R)` where an escape costs
    /// `R` times as much as a review (Elkan 2001), rounded up to a part in a billion. `None` where
    /// nothing costs anything.
    ///
    /// ```
    /// use lynchpin::risk::backtest::Costs;
    ///
    /// assert_eq!(Costs { review: 1, escape: 9 }.threshold().unwrap().to_string(), "0.1");
    /// assert_eq!(Costs { review: 2, escape: 4 }.threshold().unwrap().to_string(), "0.333333334");
    /// assert_eq!(Costs { review: 0, escape: 0 }.threshold(), None);
    /// ```
    #[must_use]
    pub fn threshold(self) -> Option<Probability> {
        let both = u64::from(self.review).saturating_add(self.escape.into());
        let whole = u64::from(self.review).saturating_mul(1_000_000_000);
        let up = whole.saturating_add(both.saturating_sub(1));
        let parts = up.checked_div(both)?;
        Some(Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(u32::MAX)))
    }

    pub(super) fn check(self) -> Result<()> {
        let Costs { review, escape } = self;
        if review > COST_MAX || escape > COST_MAX {
            return Err(bad(format!("costs of more than {COST_MAX}: take a larger unit")));
        }
        if (review, escape) == (0, 0) {
            return Err(bad("nothing costs anything: say what a review and an escape cost".into()));
        }
        Ok(())
    }

    fn of(self, false_alarms: u64, escaped: u64) -> u64 {
        let reviews = false_alarms.saturating_mul(self.review.into());
        reviews.saturating_add(escaped.saturating_mul(self.escape.into()))
    }
}

/// What came of reviewing every change from some probability on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gated {
    /// The least probability that is reviewed; `None` if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Probability>,
    /// How many changes are reviewed.
    pub gated: u64,
    /// The share of all changes that they are.
    pub share: Probability,
    /// How many of them failed.
    pub caught: u64,
    /// How many of them held.
    pub false_alarms: u64,
    /// How many failed that are not among them.
    pub escaped: u64,
    /// What that costs.
    pub cost: u64,
}

/// What a gate by risk would have cost, had it been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gate {
    /// At the threshold that follows from the costs, which is right if the probabilities are.
    pub derived: Gated,
    /// At the threshold that costs least, which is known only afterwards. Of several, the highest.
    pub best: Gated,
    /// What it costs to review everything.
    pub all: u64,
    /// What it costs to review nothing.
    pub none: u64,
    /// What the derived threshold saves, against the cheaper of reviewing everything and nothing;
    /// below zero where it costs more.
    pub saving: Figure<i64>,
}

impl Gate {
    pub(super) fn of(ties: &Ties, costs: Costs, saving: Figure<i64>) -> Option<Gate> {
        let (all, none) = all_and_none(ties, costs);
        let derived = Gated::of(ties, costs, costs.threshold())?;
        let best = Gated::of(ties, costs, cheapest(ties, costs))?;
        Some(Gate { derived, best, all, none, saving })
    }
}

/// What the derived threshold saves.
pub(super) fn saving(ties: &Ties, costs: Costs) -> Option<i64> {
    let (all, none) = all_and_none(ties, costs);
    let cost = Gated::of(ties, costs, costs.threshold())?.cost;
    i64::try_from(all.min(none)).ok()?.checked_sub(i64::try_from(cost).ok()?)
}

fn all_and_none(ties: &Ties, costs: Costs) -> (u64, u64) {
    let held = ties.count().saturating_sub(ties.failures());
    (costs.of(held, 0), costs.of(0, ties.failures()))
}

impl Gated {
    fn of(ties: &Ties, costs: Costs, threshold: Option<Probability>) -> Option<Gated> {
        let least = threshold.map(|threshold| i64::from(threshold.parts_per_billion()));
        let (mut gated, mut caught) = (0_u64, 0_u64);
        let above = |score: i64| least.is_some_and(|least| score >= least);
        for tie in ties.all().iter().rev().take_while(|tie| above(tie.score)) {
            gated = gated.saturating_add(tie.count);
            caught = caught.saturating_add(tie.failures);
        }
        let false_alarms = gated.saturating_sub(caught);
        let escaped = ties.failures().saturating_sub(caught);
        let cost = costs.of(false_alarms, escaped);
        let share = share(gated.into(), ties.count().into())?;
        Some(Gated { threshold, gated, share, caught, false_alarms, escaped, cost })
    }
}

/// The threshold that costs least; `None` if that is to review nothing.
fn cheapest(ties: &Ties, costs: Costs) -> Option<Probability> {
    let mut cost = costs.of(0, ties.failures());
    let (mut least, mut threshold) = (cost, None);
    for tie in ties.all().iter().rev() {
        let (reviews, escapes) = (costs.of(tie.held(), 0), costs.of(0, tie.failures));
        cost = cost.saturating_add(reviews).saturating_sub(escapes);
        if cost < least {
            (least, threshold) = (cost, Some(tie.score));
        }
    }
    let parts = threshold.and_then(|score| u32::try_from(score).ok());
    parts.map(Probability::from_parts_per_billion)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(rows: &[(i64, bool)]) -> Ties {
        Ties::of(rows.iter().map(|(tenths, failed)| (tenths * 100_000_000, *failed, 1)))
    }

    fn gate(rows: &[(i64, bool)], review: u32, escape: u32) -> Gate {
        let (ties, costs) = (ties(rows), Costs { review, escape });
        let value = saving(&ties, costs).unwrap();
        Gate::of(&ties, costs, Figure { value, interval: None }).unwrap()
    }

    #[test]
    fn costs_by_hand() {
        let rows = [(1, false), (2, true), (2, false), (3, false), (4, false), (9, true)];
        let found = gate(&rows, 2, 6);
        // From a quarter on: the last three, of which one failed.
        let derived = found.derived;
        assert_eq!(derived.threshold.unwrap().to_string(), "0.25");
        assert_eq!((derived.gated, derived.caught, derived.false_alarms), (3, 1, 2));
        assert_eq!((derived.escaped, derived.cost), (1, 2 * 2 + 6));
        assert_eq!(derived.share.to_string(), "0.5");
        // The highest alone leaves one escape; what finds that too has three false alarms.
        let best = found.best;
        assert_eq!(best.threshold.unwrap().to_string(), "0.9");
        assert_eq!((best.gated, best.caught, best.false_alarms, best.cost), (1, 1, 0, 6));
        assert_eq!((found.all, found.none), (4 * 2, 2 * 6));
        assert_eq!(found.saving.value, 8 - 10);
        // Where an escape is worth more, all the way down to it is best.
        let found = gate(&rows, 2, 7);
        assert_eq!(found.best.threshold.unwrap().to_string(), "0.2");
        assert_eq!((found.best.cost, found.saving.value), (6, 8 - 11));
    }

    #[test]
    fn a_threshold_includes_what_is_exactly_at_it() {
        let rows = [(2, false), (3, true), (4, false)];
        let found = gate(&rows, 3, 7);
        assert_eq!(found.derived.threshold.unwrap().to_string(), "0.3");
        assert_eq!((found.derived.gated, found.derived.caught), (2, 1));
        assert_eq!((found.derived.cost, found.all, found.none, found.saving.value), (3, 6, 7, 3));
    }

    #[test]
    fn where_nothing_fails_or_costs_nothing_is_reviewed() {
        let held = gate(&[(9, false), (2, false)], 1, 9).best;
        assert_eq!((held.threshold, held.gated, held.cost), (None, 0, 0));
        let free = gate(&[(9, true), (2, false)], 1, 0);
        assert_eq!(free.derived.threshold, Some(Probability::ONE));
        assert_eq!((free.best.threshold, free.best.escaped, free.saving.value), (None, 1, 0));
        let no_review = gate(&[(0, true), (2, false)], 0, 1);
        assert_eq!(
            (no_review.derived.threshold, no_review.derived.gated),
            (Some(Probability::ZERO), 2)
        );
        assert_eq!(no_review.best.threshold, Some(Probability::ZERO));
    }

    #[test]
    fn costs_that_say_nothing_are_refused() {
        let costs = |review, escape| Costs { review, escape };
        assert!(costs(0, 0).check().is_err() && costs(0, 1).check().is_ok());
        assert!(costs(COST_MAX, COST_MAX).check().is_ok());
        assert!(costs(COST_MAX + 1, 1).check().is_err() && costs(1, COST_MAX + 1).check().is_err());
        assert_eq!(costs(COST_MAX, 0).threshold(), Some(Probability::ONE));
        // Whatever is left of the division, it is rounded up.
        for (escape, threshold) in [(2, "0.333333334"), (5, "0.166666667"), (6, "0.142857143")] {
            assert_eq!(costs(1, escape).threshold().unwrap().to_string(), threshold);
        }
    }
}
