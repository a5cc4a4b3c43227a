//! Whether probabilities come true as often as they say.

use super::ties::{Tie, Ties};
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
    /// At most ten bins of about equal size, the smallest probabilities first: what a reliability
    /// plot shows. Changes of the same probability are in one bin.
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
const BINS_EACH: u128 = 10;

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
        let rows =
            all.into_iter().map(|(said, failed)| (said.parts_per_billion().into(), failed, 1));
        Ok(Self::of(&Ties::of(rows), base))
    }

    /// The same of changes counted by parts per billion.
    pub(in crate::risk) fn of(ties: &Ties, base: Probability) -> Option<Calibration> {
        let count = u128::from(ties.count());
        let mut whole = Group::default();
        let (mut own, mut plain) = (0_u128, 0_u128);
        let base = u64::from(base.parts_per_billion());
        for tie in ties.all() {
            whole.add(tie);
            let squares = |said| squares(said, tie);
            own = own.saturating_add(squares(parts(tie)));
            plain = plain.saturating_add(squares(base));
        }
        let Bin { predicted, observed, .. } = whole.bin()?;
        let brier = share(own, count.checked_mul(BILLION * BILLION)?)?;
        let groups = groups(ties);
        let off = groups.iter().map(Group::off).sum();
        let error = share(off, count.checked_mul(BILLION)?)?;
        let bins = groups.iter().filter_map(Group::bin).collect();
        Some(Calibration { predicted, observed, brier, skill: better(own, plain), error, bins })
    }
}

/// The probability that was said, in parts per billion.
fn parts(tie: &Tie) -> u64 {
    tie.score.unsigned_abs()
}

/// The squares of what a probability is off by of each of some changes, in parts of a billion
/// billion.
fn squares(said: u64, tie: &Tie) -> u128 {
    let square = |off: u64| u128::from(off.saturating_mul(off));
    let whole = u64::from(Probability::ONE.parts_per_billion());
    let failures = u128::from(tie.failures).saturating_mul(square(whole.saturating_sub(said)));
    u128::from(tie.held()).saturating_mul(square(said)).saturating_add(failures)
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

/// Changes of a bin, added up.
#[derive(Clone, Copy, Default)]
struct Group {
    count: u64,
    failures: u64,
    /// The parts per billion that were said of all.
    said: u128,
}

impl Group {
    fn add(&mut self, tie: &Tie) {
        self.count = self.count.saturating_add(tie.count);
        self.failures = self.failures.saturating_add(tie.failures);
        let said = u128::from(parts(tie)).saturating_mul(u128::from(tie.count));
        self.said = self.said.saturating_add(said);
    }

    /// How far what was said is from what failed, in billionths of a change.
    fn off(&self) -> u128 {
        self.said.abs_diff(u128::from(self.failures).saturating_mul(BILLION))
    }

    fn bin(&self) -> Option<Bin> {
        let count = u128::from(self.count);
        let predicted = share(self.said, count.checked_mul(BILLION)?)?;
        let observed = share(u128::from(self.failures), count)?;
        Some(Bin { count: self.count, predicted, observed })
    }
}

/// Bins of equal size, as far as that goes: changes of which the same was said are in the bin in
/// which the middle one of them falls. To part them would be to go by what became of them.
fn groups(ties: &Ties) -> [Group; BINS] {
    let mut groups = [Group::default(); BINS];
    let mut before = 0_u128;
    for tie in ties.all() {
        let count = u128::from(tie.count);
        // Twice the middle, of twice all of them.
        let middle = before.saturating_mul(2).saturating_add(count);
        let whole = u128::from(ties.count()).saturating_mul(2);
        let place = middle.saturating_mul(BINS_EACH).checked_div(whole).unwrap_or(0);
        if let Some(group) = usize::try_from(place).ok().and_then(|place| groups.get_mut(place)) {
            group.add(tie);
        }
        before = before.saturating_add(count);
    }
    groups
}
