//! Whether what is said still comes true.

use serde::Serialize;

use super::{Options, Reaction, are_enough, millionths, real};
use crate::base::LogOdds;
use crate::risk::float::{self, rounded};
use crate::risk::measure::{Tie, Ties};

/// Whether what is said comes true.
///
/// Spiegelhalter's z (1986) compares the Brier score with what it should be if the probabilities
/// were right; it is a normal deviate then. Told apart is what a shift of all log-odds makes up
/// for: the same is asked once more of shifted probabilities, without what the shift itself
/// explains (Rao's score test with the intercept fitted). What is off then is not how often changes
/// fail, but which: a refit is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CalibrationShift {
    /// The deviate of the reference, in millionths: above zero, the Brier score is worse than what
    /// was said allows. `None` if there are too few changes, or if it was said of all that they
    /// fail as often as not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<i64>,
    /// The deviate of late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<i64>,
    /// The shift after which as many of the recent changes are expected to fail as did.
    pub shift: LogOdds,
    /// The deviate of the shifted probabilities: above zero, what was said to be safe failed too
    /// often and what was said to be risky too seldom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shifted_z: Option<i64>,
    /// What that asks for.
    pub reaction: Reaction,
}

impl CalibrationShift {
    pub(super) fn of(before: &Ties, now: &Ties, options: &Options) -> CalibrationShift {
        let plain = |ties: &Ties| plain_deviate(ties).filter(|_| are_enough(ties)).map(millionths);
        let z = plain(now);
        let shift = shift(now);
        let shifted_z = shifted_deviate(now, shift).filter(|_| are_enough(now)).map(millionths);
        let is_off = |z: Option<i64>| z.is_some_and(|z| z.saturating_abs() > options.z.into());
        let reaction = if is_off(shifted_z) {
            Reaction::Refit
        } else if is_off(z) {
            Reaction::ShiftIntercept
        } else if z.is_none() {
            Reaction::GatherMore
        } else {
            Reaction::None
        };
        CalibrationShift { reference: plain(before), z, shift, shifted_z, reaction }
    }
}

/// Changes of one probability.
struct Said {
    probability: f64,
    count: f64,
    failures: f64,
}

impl Said {
    fn of(tie: &Tie) -> Said {
        let probability = real(uncertain(tie).unsigned_abs()) / 1e9;
        Said { probability, count: real(tie.count), failures: real(tie.failures) }
    }

    /// The same, had that been said.
    fn at(tie: &Tie, log_odds: f64) -> Said {
        Said { probability: 1.0 / (1.0 + libm::exp(-log_odds)), ..Said::of(tie) }
    }

    /// What the outcomes were off by.
    fn off(&self) -> f64 {
        self.failures - self.count * self.probability
    }

    /// The variance of that, if the probability is right.
    fn variance(&self) -> f64 {
        self.count * self.probability * (1.0 - self.probability)
    }

    /// What Spiegelhalter weighs it by.
    fn weight(&self) -> f64 {
        1.0 - 2.0 * self.probability
    }
}

fn plain_deviate(ties: &Ties) -> Option<f64> {
    deviate(ties.all().iter().map(Said::of), 0.0)
}

fn shifted_deviate(ties: &Ties, shift: LogOdds) -> Option<f64> {
    let by = units(shift);
    let said: Vec<Said> = ties.all().iter().map(|tie| Said::at(tie, log_odds(tie) + by)).collect();
    let (mut weighed, mut whole) = (0.0, 0.0);
    for it in &said {
        weighed += it.variance() * it.weight();
        whole += it.variance();
    }
    // The mean weight is what a shift of all explains.
    (whole > 0.0).then_some(())?;
    deviate(said.into_iter(), weighed / whole)
}

fn deviate(said: impl Iterator<Item = Said>, centre: f64) -> Option<f64> {
    let (mut sum, mut variance) = (0.0, 0.0);
    for it in said {
        let weight = it.weight() - centre;
        sum += it.off() * weight;
        variance += it.variance() * weight * weight;
    }
    // Where all is said to be the same, what is left of the weights is a rounding.
    (variance > 1e-9).then(|| sum / variance.sqrt())
}

const BILLION: i64 = 1_000_000_000;

/// What was said, in parts per billion; what is certain is as good as one part short of it.
fn uncertain(tie: &Tie) -> i64 {
    tie.score.clamp(1, BILLION - 1)
}

/// What was said, as log-odds.
fn log_odds(tie: &Tie) -> f64 {
    let parts = uncertain(tie);
    let odds = real(parts.unsigned_abs()) / real(BILLION.abs_diff(parts));
    units(LogOdds::from_billionths(rounded(libm::log(odds) * 1e9)))
}

fn units(log_odds: LogOdds) -> f64 {
    float::real(log_odds.billionths()) / 1e9
}

/// How firmly the shift is held near none: as if so many changes had said so.
const STRENGTH: f64 = 1.0;
/// How often a shift is improved at most; a handful of times is usual.
const STEPS_MAX: u32 = 50;
/// When an improvement is too small to go on: a tenth of what a shift is rounded to.
const ENOUGH: f64 = 1e-10;

/// By how much all log-odds must be shifted, so that as many failures were expected as there were:
/// by Newton's method, and never by more than one at once.
fn shift(ties: &Ties) -> LogOdds {
    let said: Vec<(f64, &Tie)> = ties.all().iter().map(|tie| (log_odds(tie), tie)).collect();
    let mut shift = 0.0;
    for _ in 0..STEPS_MAX {
        let (mut slope, mut bend) = (-STRENGTH * shift, STRENGTH);
        for (said, tie) in &said {
            let shifted = Said::at(tie, said + shift);
            slope += shifted.off();
            bend += shifted.variance();
        }
        let step = (slope / bend).clamp(-1.0, 1.0);
        shift += step;
        if step.abs() < ENOUGH {
            break;
        }
    }
    LogOdds::from_billionths(rounded(shift * 1e9))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many changes of one probability, in tenths, of which so many failed.
    fn ties(rows: &[(i64, u64, u64)]) -> Ties {
        let both = |(tenths, count, failures): &(i64, u64, u64)| {
            let score = tenths * 100_000_000;
            [(score, false, count - failures), (score, true, *failures)]
        };
        Ties::of(rows.iter().flat_map(both))
    }

    fn told(rows: &[(i64, u64, u64)]) -> CalibrationShift {
        CalibrationShift::of(&ties(&[]), &ties(rows), &Options::default())
    }

    /// All three were worked out apart from this, change by change.
    #[test]
    fn the_deviates_are_those_of_all_changes() {
        let rows = [(1, 20, 3), (3, 20, 9), (8, 10, 6)];
        let found = told(&rows);
        assert_eq!((found.z, found.shifted_z), (Some(2_065_591), Some(1_922_345)));
        assert_eq!(found.shift.billionths() / 1_000, 226_201);
        assert_eq!((found.reference, found.reaction), (None, Reaction::None));
        let with = |z| {
            let options = Options { z, ..Options::default() };
            CalibrationShift::of(&ties(&rows), &ties(&rows), &options)
        };
        assert_eq!(with(2_065_591).reaction, Reaction::None);
        assert_eq!(with(2_065_590).reaction, Reaction::ShiftIntercept);
        assert_eq!(with(1_922_345).reaction, Reaction::ShiftIntercept);
        assert_eq!(with(1_922_344).reaction, Reaction::Refit);
        assert_eq!(with(0).reference, Some(2_065_591));
    }

    #[test]
    fn a_shift_is_enough_or_it_is_not() {
        // Odds of 1/9 and 1, which all became three times as large.
        let all = told(&[(1, 400, 100), (5, 400, 300)]);
        assert!(all.z.unwrap() > 3_000_000, "{all:?}");
        assert_eq!(all.reaction, Reaction::ShiftIntercept);
        let third = libm::log(3.0) * 1e9;
        assert!((all.shift.billionths() - rounded(third)).abs() < 20_000_000);
        // As many fail as was said, but not those.
        let other = told(&[(1, 400, 100), (5, 400, 140)]);
        assert!(other.shift.billionths().abs() < 10_000_000, "{other:?}");
        assert_eq!(other.reaction, Reaction::Refit);
    }

    #[test]
    fn what_tells_nothing_asks_for_more() {
        for rows in [[(1, 29, 3)], [(5, 90, 45)], [(1, 0, 0)]] {
            let found = told(&rows);
            assert_eq!((found.z, found.reaction), (None, Reaction::GatherMore));
        }
        // Of one thing that was said of all, only the share can be off.
        let one = told(&[(1, 100, 30)]);
        assert_eq!((one.shifted_z, one.reaction), (None, Reaction::ShiftIntercept));
        // What is certain and comes true is right, and what does not is far off.
        let certain = told(&[(0, 50, 0), (10, 50, 50)]);
        assert_eq!((certain.z, certain.reaction), (Some(-316), Reaction::None));
        assert!(told(&[(0, 50, 0), (10, 50, 49)]).z.unwrap() > 1_000_000_000);
    }
}
