//! Changes counted by score: all that ranking and calibration need to know of them.

use super::share;
use crate::base::Probability;

/// The changes of one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::risk) struct Tie {
    pub(in crate::risk) score: i64,
    pub(in crate::risk) count: u64,
    pub(in crate::risk) failures: u64,
}

impl Tie {
    pub(in crate::risk) const fn held(&self) -> u64 {
        self.count.saturating_sub(self.failures)
    }
}

/// Changes by score, the smallest first.
#[derive(Clone, Debug, Default)]
pub(in crate::risk) struct Ties {
    all: Vec<Tie>,
    count: u64,
    failures: u64,
}

impl Ties {
    /// Counts changes that come in order of their scores, the smallest first: each with its score,
    /// whether it failed, and how often it counts.
    pub(in crate::risk) fn of(rows: impl Iterator<Item = (i64, bool, u64)>) -> Ties {
        let mut ties = Ties::default();
        ties.refill(rows);
        ties
    }

    /// The same of other changes, where these were.
    pub(in crate::risk) fn refill(&mut self, rows: impl Iterator<Item = (i64, bool, u64)>) {
        self.all.clear();
        (self.count, self.failures) = (0, 0);
        for (score, failed, times) in rows.filter(|(.., times)| *times > 0) {
            let failures = if failed { times } else { 0 };
            self.count = self.count.saturating_add(times);
            self.failures = self.failures.saturating_add(failures);
            match self.all.last_mut() {
                Some(tie) if tie.score == score => {
                    tie.count = tie.count.saturating_add(times);
                    tie.failures = tie.failures.saturating_add(failures);
                }
                _ => self.all.push(Tie { score, count: times, failures }),
            }
        }
    }

    /// The smallest score first.
    pub(in crate::risk) fn all(&self) -> &[Tie] {
        &self.all
    }

    /// How many changes there are.
    pub(in crate::risk) const fn count(&self) -> u64 {
        self.count
    }

    /// How many of them failed.
    pub(in crate::risk) const fn failures(&self) -> u64 {
        self.failures
    }

    /// See [`Ranking::auc`](super::Ranking::auc).
    pub(in crate::risk) fn auc(&self) -> Option<Probability> {
        let mut below = 0_u128;
        let mut halves = 0_u128;
        for tie in &self.all {
            let held = u128::from(tie.held());
            let over = below.saturating_mul(2).saturating_add(held);
            halves = halves.saturating_add(u128::from(tie.failures).saturating_mul(over));
            below = below.saturating_add(held);
        }
        // What held lies below the end.
        let pairs = u128::from(self.failures).saturating_mul(below);
        share(halves, pairs.saturating_mul(2))
    }

    /// See [`Ranking::average_precision`](super::Ranking::average_precision).
    pub(in crate::risk) fn average_precision(&self) -> Option<Probability> {
        // Far finer than what it is rounded to, and far from the end of the numbers.
        const UNIT: u128 = 1 << 30;
        let (mut seen, mut hits, mut sum) = (0_u128, 0_u128, 0_u128);
        for tie in self.all.iter().rev() {
            seen = seen.saturating_add(u128::from(tie.count));
            // A precision that nothing goes by need not be worked out: most hold.
            if tie.failures > 0 {
                hits = hits.saturating_add(u128::from(tie.failures));
                let weight = u128::from(tie.failures).saturating_mul(UNIT).saturating_mul(UNIT);
                sum = sum.saturating_add(hits.saturating_mul(weight).checked_div(seen)?);
            }
        }
        share(sum / UNIT, u128::from(self.failures).saturating_mul(UNIT))
    }

    /// See [`Ranking::recall`](super::Ranking::recall).
    pub(in crate::risk) fn recall(&self, percent: u32) -> Option<Probability> {
        // In hundredths of a change, so that nothing is cut off.
        let mut left = u128::from(self.count).saturating_mul(u128::from(percent.min(100)));
        let mut whole = 0_u128;
        let mut part = None;
        for tie in self.all.iter().rev() {
            let size = u128::from(tie.count).saturating_mul(100);
            if size > left {
                part = Some((u128::from(tie.failures).saturating_mul(left), size));
                break;
            }
            left = left.saturating_sub(size);
            whole = whole.saturating_add(u128::from(tie.failures));
        }
        let (part, size) = part.unwrap_or((0, 1));
        let found = whole.saturating_mul(size).saturating_add(part);
        share(found, u128::from(self.failures).saturating_mul(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(rows: &[(i64, bool, u64)]) -> Ties {
        Ties::of(rows.iter().copied())
    }

    #[test]
    fn a_change_that_counts_twice_is_two() {
        let twice =
            ties(&[(1, false, 2), (2, true, 1), (2, false, 1), (2, false, 0), (3, true, 3)]);
        let rows = [(1, false, 1), (1, false, 1), (2, true, 1), (2, false, 1)];
        let mut each = ties(&rows);
        assert_eq!((each.count(), each.failures()), (4, 1));
        each.refill(rows.into_iter().chain([(3, true, 1); 3]));
        assert_eq!(twice.all(), each.all());
        assert_eq!((twice.count(), twice.failures()), (7, 4));
        assert_eq!(twice.all().iter().map(Tie::held).collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn figures_by_hand() {
        let some = ties(&[(1, false, 3), (2, true, 1), (2, false, 1), (3, true, 1)]);
        // Eight pairs: the one on top is over four, the other one over three and level with one.
        assert_eq!(some.auc().unwrap().to_string(), "0.9375");
        // One of one, then two of three.
        assert_eq!(some.average_precision().unwrap().to_string(), "0.833333333");
        // A third are two changes: the one on top, and half of the next two.
        assert_eq!(some.recall(33).unwrap().to_string(), "0.745");
        assert_eq!(some.recall(50).unwrap().to_string(), "1");
        // Nothing that did not count is there.
        let none = ties(&[(1, true, 0)]);
        assert!(none.all().is_empty() && none.auc().is_none() && none.recall(9).is_none());
    }
}
