//! An error budget: how many bad events an objective bears over its window, and how many of these
//! are left.
//!
//! The budget is counted in events, as the SRE workbook does: of `total` events in the window the
//! objective bears `total * (1 - objective)` bad ones, and what remains is the share of these that
//! was not used up. The window ends when it is asked and rolls on; a sample is in it as long as its
//! end is. Nothing is interpolated, so that every figure is a whole number.

use crate::base::{Instant, Probability, Span, When};

/// What was measured over some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The first instant after the time that was measured.
    pub to: Instant,
    /// How many events were good; never more than there were.
    pub good: u64,
    /// How many events there were.
    pub total: u64,
}

/// What a service promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The share of events that must be good.
    pub objective: Probability,
    /// Over which time, up to now.
    pub window: Span,
}

/// What is left of an error budget at some instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// How many events of the window were good.
    pub good: u64,
    /// How many events there were.
    pub total: u64,
}

/// What is left of a budget as it is handed to a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What is left.
    pub budget: Budget,
    /// The share of events that must be good.
    pub objective: Probability,
    /// The first instant at which, without a new sample, enough is left no longer, or again.
    pub turns: When,
    /// The first instant at which the newest sample is too old; nothing, if there is none.
    pub stale: Option<Instant>,
    /// Where samples overlap, so that events may be in several: until when at least.
    pub overlap: Option<Instant>,
    /// The numbers of the samples that it is made of.
    pub cites: Vec<usize>,
}

const BILLION: u128 = 1_000_000_000;

impl Objective {
    /// The events in the window that ends at an instant.
    ///
    /// ```
    /// use lynchpin::slo::{Objective, Sample};
    ///
    /// let promise = Objective { objective: "0.99".parse()?, window: "28d".parse()? };
    /// let old = Sample { to: "2026-10-01T00:00:00Z".parse()?, good: 0, total: 1000 };
    /// let new = Sample { to: "2026-11-01T00:00:00Z".parse()?, good: 995, total: 1000 };
    /// let left = promise.budget(&[old, new], "2026-11-02T00:00:00Z".parse()?);
    /// assert_eq!((left.good, left.total), (995, 1000));
    /// assert_eq!(left.remaining(promise.objective).to_string(), "0.5");
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    #[must_use]
    pub fn budget(&self, samples: &[Sample], at: Instant) -> Budget {
        let counted = samples.iter().filter(|sample| sample.to <= at && at < self.leaves(sample));
        counted.fold(Budget::default(), |sum, sample| sum.with(sample))
    }

    /// The first instant after another at which, without a new sample, it is no longer so that at
    /// least so much remains, or that less does; nothing, if that stays.
    #[must_use]
    pub fn turns(&self, samples: &[Sample], at: Instant, least: Probability) -> Option<Instant> {
        let within = |sample: &&Sample| sample.to <= at && at < self.leaves(sample);
        let mut left: Vec<&Sample> = samples.iter().filter(within).collect();
        left.sort_unstable();
        let mut sum = self.budget(samples, at);
        let now = sum.holds(self.objective, least);
        let mut leaving = left.into_iter().peekable();
        while let Some(first) = leaving.peek().map(|sample| self.leaves(sample)) {
            while let Some(sample) = leaving.next_if(|sample| self.leaves(sample) == first) {
                sum = sum.without(sample);
            }
            if sum.holds(self.objective, least) != now {
                return Some(first);
            }
        }
        None
    }

    /// The first instant at which a sample is no longer in the window.
    fn leaves(&self, sample: &Sample) -> Instant {
        sample.to.after(self.window)
    }
}

impl Budget {
    fn with(self, sample: &Sample) -> Budget {
        Budget {
            good: self.good.saturating_add(sample.good.min(sample.total)),
            total: self.total.saturating_add(sample.total),
        }
    }

    fn without(self, sample: &Sample) -> Budget {
        Budget {
            good: self.good.saturating_sub(sample.good.min(sample.total)),
            total: self.total.saturating_sub(sample.total),
        }
    }

    /// The share of the budget that is left, rounded down: none, if it is used up or overdrawn; all
    /// of it, if no event was bad.
    #[must_use]
    pub fn remaining(self, objective: Probability) -> Probability {
        let bad = u128::from(self.total.saturating_sub(self.good));
        let bears = BILLION.saturating_sub(objective.parts_per_billion().into());
        let budget = u128::from(self.total).saturating_mul(bears);
        let used = bad.saturating_mul(BILLION);
        if used == 0 {
            return Probability::ONE;
        }
        let left = budget.saturating_sub(used).saturating_mul(BILLION);
        let parts = left.checked_div(budget).unwrap_or(0);
        Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// Whether anything is left, and at least so much. Without any event nothing is.
    #[must_use]
    pub fn holds(self, objective: Probability, least: Probability) -> bool {
        let remaining = self.remaining(objective);
        self.total > 0 && remaining > Probability::ZERO && remaining >= least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Instant {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn promise() -> Objective {
        Objective { objective: "0.99".parse().unwrap(), window: "7d".parse().unwrap() }
    }

    #[test]
    fn what_is_left_is_exact_at_its_edges() {
        let left = |good, total| Budget { good, total }.remaining(promise().objective).to_string();
        assert_eq!(left(1000, 1000), "1");
        assert_eq!(left(999, 1000), "0.9");
        assert_eq!(left(990, 1000), "0");
        assert_eq!(left(0, 1000), "0");
        // One bad event of the ten million that are borne.
        assert_eq!(left(999_999_999, 1_000_000_000), "0.9999999");
        let all = Budget { good: u64::MAX - 1, total: u64::MAX };
        assert_eq!(all.remaining(Probability::ONE), Probability::ZERO);
        assert!(all.remaining(Probability::ZERO) < Probability::ONE);
        assert!(!Budget::default().holds(promise().objective, Probability::ZERO));
    }

    #[test]
    fn it_turns_when_a_sample_leaves_the_window() {
        let samples = [
            Sample { to: day(1), good: 90, total: 100 },
            Sample { to: day(3), good: 1000, total: 1000 },
            Sample { to: day(4), good: 1000, total: 1000 },
        ];
        let least = "0.1".parse().unwrap();
        for at in [4, 5, 7] {
            let now = promise().budget(&samples, day(at));
            assert_eq!((now.good, now.total), (2090, 2100));
            assert!(now.holds(promise().objective, least));
            // Without the bad day all is left, and without any day nothing.
            assert_eq!(promise().turns(&samples, day(at), least), Some(day(11)));
        }
        let strict = "0.6".parse().unwrap();
        assert!(!promise().budget(&samples, day(7)).holds(promise().objective, strict));
        assert_eq!(promise().turns(&samples, day(7), strict), Some(day(8)));
    }

    #[test]
    fn turning_is_what_asking_each_day_finds() {
        let samples: Vec<Sample> = (1..=9)
            .map(|n| Sample { to: day(n), good: 1000 - u64::from(n * 7 % 23), total: 1000 })
            .collect();
        for least in ["0", "0.1", "0.3", "0.5", "0.9"] {
            let least = least.parse().unwrap();
            let holds = |at| promise().budget(&samples, day(at)).holds(promise().objective, least);
            let found = (10..=20).find(|at| holds(*at) != holds(9)).map(day);
            assert_eq!(promise().turns(&samples, day(9), least), found);
        }
    }
}
