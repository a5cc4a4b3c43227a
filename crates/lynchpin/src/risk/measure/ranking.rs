//! How well scores put what failed above what held.

use super::same_length;
use super::ties::Ties;
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
    ties: Ties,
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
        Ok(Ranking {
            ties: Ties::of(all.iter().map(|(score, failed, _)| (*score, *failed, 1))),
            order: all.into_iter().map(|(.., at)| at).collect(),
            failed: failed.to_vec(),
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
        self.ties.failures()
    }

    /// How many changes there are of each score, the smallest first.
    pub(super) fn tie_sizes(&self) -> impl Iterator<Item = usize> {
        self.ties.all().iter().filter_map(|tie| usize::try_from(tie.count).ok())
    }

    /// The area under the curve of true and false alarms: the chance that one that failed scored
    /// higher than one that held, equal scores by half. `None` if all failed, or none.
    #[must_use]
    pub fn auc(&self) -> Option<Probability> {
        self.ties.auc()
    }

    /// The area under the curve of precision and recall, as the sum of its steps: from the highest
    /// score down, the precision at each, by the share of the failures that it adds. `None` if
    /// none failed.
    #[must_use]
    pub fn average_precision(&self) -> Option<Probability> {
        self.ties.average_precision()
    }

    /// The share of the failures that is among so many per cent of the changes, those with the
    /// highest scores. Of equal scores, of which only some are among them, as many failed as do on
    /// average. `None` if none failed.
    #[must_use]
    pub fn recall(&self, percent: u32) -> Option<Probability> {
        self.ties.recall(percent)
    }
}
