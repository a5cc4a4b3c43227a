//! How well scores put what failed above what held.

use super::{same_length, share};
use crate::base::Probability;
use crate::base::error::Result;

/// Scored changes with what became of them, in order of their scores.
///
/// ```
/// use lynchpin::risk::measure::Ranking;
///
/// let scores = [900, 100, 500, 300];
/// let failed = [true, false, false, true];
/// let ranking = Ranking::new(&scores, &failed)?;
/// // Of the four pairs of one that failed and one that held, three are in the right order.
/// assert_eq!(ranking.auc().unwrap().to_string(), "0.75");
/// assert_eq!(ranking.recall(25).unwrap().to_string(), "0.5");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The numbers of the changes, the smallest score first; of equal ones what held first.
    pub(super) order: Vec<usize>,
    pub(super) failed: Vec<bool>,
    /// Equal scores, the smallest first.
    ties: Vec<Tie>,
}

/// The changes of one score.
#[derive(Clone, Copy, Debug)]
struct Tie {
    count: u64,
    failures: u64,
}

impl Ranking {
    /// Ranks changes by a score of any unit: log-odds, parts per billion or a plain count.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if there are not as many outcomes
    /// as scores.
    pub fn new(scores: &[i64], failed: &[bool]) -> Result<Ranking> {
        same_length("scores", scores.len(), failed.len())?;
        let mut all: Vec<(i64, bool, usize)> =
            scores.iter().zip(failed).enumerate().map(|(at, (s, f))| (*s, *f, at)).collect();
        all.sort_unstable();
        let mut ties: Vec<(i64, Tie)> = Vec::new();
        for (score, failed, _) in &all {
            if ties.last().is_none_or(|(last, _)| last != score) {
                ties.push((*score, Tie { count: 0, failures: 0 }));
            }
            if let Some((_, tie)) = ties.last_mut() {
                tie.count = tie.count.saturating_add(1);
                tie.failures = tie.failures.saturating_add(u64::from(*failed));
            }
        }
        Ok(Ranking {
            order: all.into_iter().map(|(.., at)| at).collect(),
            failed: failed.to_vec(),
            ties: ties.into_iter().map(|(_, tie)| tie).collect(),
        })
    }

    /// How many changes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many of them failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.ties.iter().map(|tie| tie.failures).sum()
    }

    /// How many changes there are of each score, the smallest first.
    pub(super) fn tie_sizes(&self) -> impl Iterator<Item = usize> {
        self.ties.iter().filter_map(|tie| usize::try_from(tie.count).ok())
    }

    fn held(&self) -> u64 {
        self.ties.iter().map(|tie| tie.count.saturating_sub(tie.failures)).sum()
    }

    /// The area under the curve of true and false alarms: the chance that one that failed scored
    /// higher than one that held, equal scores by half. `None` if all failed, or none.
    #[must_use]
    pub fn auc(&self) -> Option<Probability> {
        let mut below = 0_u128;
        let mut halves = 0_u128;
        for tie in &self.ties {
            let held = u128::from(tie.count.saturating_sub(tie.failures));
            let over = below.saturating_mul(2).saturating_add(held);
            halves = halves.saturating_add(u128::from(tie.failures).saturating_mul(over));
            below = below.saturating_add(held);
        }
        let pairs = u128::from(self.failures()).saturating_mul(u128::from(self.held()));
        share(halves, pairs.saturating_mul(2))
    }

    /// The area under the curve of precision and recall, as the sum of its steps: from the highest
    /// score down, the precision at each, by the share of the failures that it adds. `None` if
    /// none failed.
    #[must_use]
    pub fn average_precision(&self) -> Option<Probability> {
        let failures = self.failures();
        if failures == 0 {
            return None;
        }
        // Far finer than what it is rounded to, and far from the end of the numbers.
        const UNIT: u128 = 1 << 30;
        let (mut seen, mut hits, mut sum) = (0_u128, 0_u128, 0_u128);
        for tie in self.ties.iter().rev() {
            seen = seen.saturating_add(u128::from(tie.count));
            hits = hits.saturating_add(u128::from(tie.failures));
            let weight = u128::from(tie.failures).saturating_mul(UNIT).saturating_mul(UNIT);
            sum = sum.saturating_add(hits.saturating_mul(weight).checked_div(seen).unwrap_or(0));
        }
        share(sum / UNIT, u128::from(failures).saturating_mul(UNIT))
    }

    /// The share of the failures that is among so many per cent of the changes, those with the
    /// highest scores. Of equal scores, of which only some are among them, as many failed as do on
    /// average. `None` if none failed.
    #[must_use]
    pub fn recall(&self, percent: u32) -> Option<Probability> {
        let all = u128::try_from(self.len()).ok()?;
        // In hundredths of a change, so that nothing is cut off.
        let mut left = all.saturating_mul(u128::from(percent.min(100)));
        let mut whole = 0_u128;
        let mut part = None;
        for tie in self.ties.iter().rev() {
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
        share(found, u128::from(self.failures()).saturating_mul(size))
    }
}
