//! Whether probabilities come true as often as they say.

use super::{BILLION, same_length, share};
use crate::base::Probability;
use crate::base::error::Result;

/// How far probabilities are from what became of the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calibration {
    /// The mean of the probabilities.
    pub predicted: Probability,
    /// The share that failed.
    pub observed: Probability,
    /// The mean square of what each was off by; the less, the better.
    pub brier: Probability,
    /// By how much of it that is better than saying the same of all changes, in billionths: 1 if it
    /// is perfect, 0 if it is as good, and below where it is worse. `None` if that cannot be worse.
    pub skill: Option<i64>,
    /// The mean over the bins of how far the mean of the probabilities is from the share that
    /// failed, each by its size.
    pub error: Probability,
    /// Bins of equal size, the smallest probabilities first: what a reliability plot shows.
    pub bins: Vec<Bin>,
}

/// Changes of about the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bin {
    /// How many changes are in it.
    pub count: u64,
    /// The mean of their probabilities.
    pub predicted: Probability,
    /// The share of them that failed.
    pub observed: Probability,
}

/// Into how many bins changes are usually put.
const BINS: usize = 10;

impl Calibration {
    /// Compares probabilities with outcomes, in ten bins; `base` is what would be said of every
    /// change without a model, such as the share that failed before. `None` of no changes.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if there are not as many outcomes
    /// as probabilities.
    ///
    /// ```
    /// use lynchpin::risk::measure::Calibration;
    ///
    /// let probabilities = ["0.1".parse()?, "0.1".parse()?, "0.8".parse()?, "0.8".parse()?];
    /// let failed = [false, false, true, false];
    /// let found = Calibration::new(&probabilities, &failed, "0.25".parse()?)?.unwrap();
    /// assert_eq!(found.predicted.to_string(), "0.45");
    /// assert_eq!(found.brier.to_string(), "0.175");
    /// assert_eq!(found.skill, Some(66_666_667)); // 0.175 where 0.1875 is said without a model
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn new(
        probabilities: &[Probability],
        failed: &[bool],
        base: Probability,
    ) -> Result<Option<Calibration>> {
        same_length("probabilities", probabilities.len(), failed.len())?;
        let mut all: Vec<(Probability, bool)> =
            probabilities.iter().copied().zip(failed.iter().copied()).collect();
        // Equal ones in one order, whatever order they were given in.
        all.sort_unstable();
        Ok(Self::of(&all, base))
    }

    fn of(all: &[(Probability, bool)], base: Probability) -> Option<Calibration> {
        let count = u128::try_from(all.len()).ok()?;
        let Bin { predicted, observed, .. } = bin(all)?;
        let squares = |said: &dyn Fn(Probability) -> Probability| -> u128 {
            all.iter().map(|(p, failed)| square(said(*p), *failed)).sum()
        };
        let (own, plain) = (squares(&|p| p), squares(&|_| base));
        let brier = share(own, count.checked_mul(BILLION * BILLION)?)?;
        let mut bins = Vec::new();
        let mut off = 0_u128;
        for number in 0..BINS {
            let place = |number: usize| all.len().saturating_mul(number) / BINS;
            let some = all.get(place(number)..place(number.saturating_add(1))).unwrap_or_default();
            off = off.saturating_add(sum(some).abs_diff(failures(some).saturating_mul(BILLION)));
            bins.extend(bin(some));
        }
        let error = share(off, count.checked_mul(BILLION)?)?;
        Some(Calibration { predicted, observed, brier, skill: better(own, plain), error, bins })
    }
}

/// The square of what a probability is off by, in parts of a billion billion.
fn square(said: Probability, failed: bool) -> u128 {
    let became = if failed { BILLION } else { 0 };
    u128::from(said.parts_per_billion()).abs_diff(became).pow(2)
}

/// By how many billionths of the other one sum of squares is smaller.
fn better(own: u128, plain: u128) -> Option<i64> {
    let billion = i128::try_from(BILLION).ok()?;
    let (own, plain) = (i128::try_from(own).ok()?, i128::try_from(plain).ok()?);
    // Both are sums of at most 2^63 squares below 2^60.
    let unit = plain.checked_div(billion)?;
    let parts = plain.checked_sub(own)?.checked_mul(2)?.checked_div(unit)?;
    let rounded = if parts < 0 { parts.checked_sub(1)? } else { parts.checked_add(1)? } / 2;
    i64::try_from(rounded).ok()
}

fn sum(some: &[(Probability, bool)]) -> u128 {
    some.iter().map(|(said, _)| u128::from(said.parts_per_billion())).sum()
}

fn failures(some: &[(Probability, bool)]) -> u128 {
    some.iter().map(|(_, failed)| u128::from(*failed)).sum()
}

fn bin(some: &[(Probability, bool)]) -> Option<Bin> {
    let count = u64::try_from(some.len()).ok()?;
    let predicted = share(sum(some), u128::from(count).checked_mul(BILLION)?)?;
    let observed = share(failures(some), u128::from(count))?;
    Some(Bin { count, predicted, observed })
}
