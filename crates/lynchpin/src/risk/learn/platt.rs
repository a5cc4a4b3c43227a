//! What a model says, brought back to what becomes of it: a slope and a shift.

use super::model::{Model, Steps, Term};
use crate::base::LogOdds;
use crate::base::error::{Error, ErrorCode, Result};
use crate::risk::float::{real, whole};

/// What is believed of the slope before any outcome is known, and how far off that may be: a slope
/// of none and one of two are both within one error.
const SLOPE: (f64, f64) = (1.0, 1.0);
/// What is believed of the shift, likewise: one in two may come out as one in nine.
const SHIFT: (f64, f64) = (0.0, 2.0);
/// The log-odds beyond which what was said counts no more: nothing that is told in parts per
/// billion lies beyond 21.
const FAR: f64 = 40.0;
/// How often slope and shift are improved at most; five or six times are usual.
const STEPS_MAX: u32 = 60;
/// When an improvement is too small to go on: a tenth of what they are rounded to.
const ENOUGH: f64 = 1e-10;
/// What sums of likelihoods are rounded to, and a little more, as a part of them.
const ROUNDED: f64 = 1e-11;
/// How little of a step is tried at least.
const LEAST: f64 = 1e-10;
const BILLION: i128 = 1_000_000_000;

/// By what all log-odds of a model must be stretched, and by how much shifted then, so that they
/// come true: Platt's scaling.
///
/// A model that was fitted to too little says too much of what it is sure of: of the changes that
/// it calls a hundred times riskier than others, only ten times as many fail. Then a slope below
/// one is due, which no [shift](super::Rolling) makes up for. Where only the share of failures has
/// changed, a shift is enough, and follows it with far fewer outcomes; take this one where the
/// curve of what came true is flatter or steeper than what was said, and some hundreds of outcomes
/// are known of changes that the model had not seen.
///
/// It is a logistic regression of the outcomes on what was said, as in J. Platt, "Probabilistic
/// outputs for support vector machines and comparisons to regularized likelihood methods" (1999).
/// He kept it from certainty by outcomes that are not quite yes and no. Here a weak normal prior
/// does: a slope of one with an error of one, and a shift of zero with an error of two. So it is
/// defined for any outcomes, few and separable ones too; of none it changes nothing. What was said
/// beyond log-odds of 40 either way counts as 40, so that no single certainty decides the slope.
///
/// The slope is never negative. Where what was called riskier failed *less* often, a negative one
/// would turn the ranking upside down: what must raise a risk would lower it, and what is not known
/// would count as the best. So it is 0 then, the likeliest of those that are left: nothing but the
/// share of failures is believed of such a model. Fit another.
///
/// ```
/// use lynchpin::base::LogOdds;
/// use lynchpin::risk::learn::Platt;
///
/// // One in 20 and 19 in 20, it said of half the changes each; one in 4 and 3 in 4 did.
/// let sure = LogOdds::from_billionths(2_944_438_979);
/// let said: Vec<LogOdds> = (0..2_000)
///     .map(|number| LogOdds::from_billionths(sure.billionths() * (number % 2 * 2 - 1)))
///     .collect();
/// let failed: Vec<bool> =
///     (0..2_000).map(|number| (number / 2 % 4 == 0) != (number % 2 == 1)).collect();
/// let platt = Platt::fit(&said, &failed)?;
/// // The log-odds of three in four are 1.099.
/// assert!((1_090_000_000..1_110_000_000).contains(&platt.of(sure).billionths()));
/// assert!((370_000_000..376_000_000).contains(&platt.slope().billionths()));
/// assert!(platt.slope_error().billionths() < 20_000_000);
/// assert_eq!((platt.outcomes(), platt.failures()), (2_000, 1_000));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platt {
    slope: LogOdds,
    shift: LogOdds,
    slope_error: LogOdds,
    shift_error: LogOdds,
    outcomes: u64,
    failures: u64,
}

impl Platt {
    /// Fits slope and shift to what was said of changes, not yet shifted, and to what became of
    /// them, in any order.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if there are not as many of each.
    pub fn fit(said: &[LogOdds], failed: &[bool]) -> Result<Platt> {
        if said.len() != failed.len() {
            let (said, failed) = (said.len(), failed.len());
            let message = format!("{said} log-odds and {failed} outcomes: give as many of each");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        let outcomes: Vec<(f64, f64)> = said
            .iter()
            .map(|said| (real(said.billionths()) / 1e9).clamp(-FAR, FAR))
            .zip(failed.iter().map(|failed| f64::from(u8::from(*failed))))
            .collect();
        let free = newton(&outcomes, (SLOPE.0, SHIFT.0), false);
        // The likelihood is concave, so where its top lies below zero, zero is the best left.
        let found = if free.slope < 0.0 { newton(&outcomes, (0.0, SHIFT.0), true) } else { free };
        let [slope_error, shift_error] = found.errors().map(billionths);
        let count = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
        Ok(Platt {
            slope: billionths(found.slope),
            shift: billionths(found.shift),
            slope_error,
            shift_error,
            outcomes: count(failed.len()),
            failures: count(failed.iter().filter(|failed| **failed).count()),
        })
    }

    /// By what log-odds are multiplied: in billionths, one billion changes nothing.
    #[must_use]
    pub const fn slope(&self) -> LogOdds {
        self.slope
    }

    /// What is added then.
    #[must_use]
    pub const fn shift(&self) -> LogOdds {
        self.shift
    }

    /// The standard error of the slope; where that is 0 because it must not be negative, how far it
    /// is known there.
    #[must_use]
    pub const fn slope_error(&self) -> LogOdds {
        self.slope_error
    }

    /// The standard error of the shift.
    #[must_use]
    pub const fn shift_error(&self) -> LogOdds {
        self.shift_error
    }

    /// How many outcomes it was fitted to.
    #[must_use]
    pub const fn outcomes(&self) -> u64 {
        self.outcomes
    }

    /// How many of them were failures.
    #[must_use]
    pub const fn failures(&self) -> u64 {
        self.failures
    }

    /// What is to be said instead: slope times log-odds, to the nearest billionth, of two the even
    /// one, and the shift. More is never less than before.
    #[must_use]
    pub fn of(&self, log_odds: LogOdds) -> LogOdds {
        self.stretched(log_odds).plus(self.shift)
    }

    /// The slope times what something adds, in whole numbers; it keeps its order and its sign.
    fn stretched(&self, adds: LogOdds) -> LogOdds {
        let exact = i128::from(self.slope.billionths()).saturating_mul(adds.billionths().into());
        let (floor, rest) =
            (exact.div_euclid(BILLION), exact.rem_euclid(BILLION).saturating_mul(2));
        let is_up = rest > BILLION || (rest == BILLION && floor.rem_euclid(2) == 1);
        let nearest = floor.saturating_add(i128::from(is_up));
        let most = if nearest < 0 { i64::MIN } else { i64::MAX };
        LogOdds::from_billionths(i64::try_from(nearest).unwrap_or(most))
    }
}

impl Model {
    /// The model that says what [`Platt::of`] makes of what this one says: its baseline stretched
    /// and shifted, and every weight, step, pair and error times the slope. It is a model like any
    /// other, whose terms add up exactly, with a digest of its own.
    ///
    /// Every number is rounded once to the nearest billionth. So what it says is as near to
    /// [`Platt::of`] of what this model says as one billionth, one more and half the slope for each
    /// term and each pair, and for each term half a billionth for each unit that the transformed
    /// value is away from the centre, since the weight is rounded, too. Of logarithms that is next
    /// to nothing. A value that is taken as it is and runs to millions has a weight of which a
    /// billionth matters: take its logarithm, or a larger unit.
    ///
    /// What rises in this model rises in that one: exactly where a feature has no pair, else but
    /// for a few billionths, as where tables are rounded in a fit. What is not known stays the
    /// riskiest. The errors are those of this model, stretched: how sure slope and shift are is
    /// told by [`Platt`].
    ///
    /// ```
    /// use lynchpin::base::LogOdds;
    /// use lynchpin::risk::learn::{Model, Platt};
    ///
    /// let model = Model::published();
    /// let said = [model.baseline, LogOdds::from_billionths(1_000_000_000)];
    /// let platt = Platt::fit(&said, &[false, false])?;
    /// let calibrated = model.calibrated(&platt)?;
    /// assert_eq!(calibrated.baseline, platt.of(model.baseline));
    /// assert_ne!(calibrated.digest()?, model.digest()?);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if this is no sound model, or if something in that
    /// one would add more than a model may.
    pub fn calibrated(&self, platt: &Platt) -> Result<Model> {
        self.check()?;
        let all = |adds: &[LogOdds]| adds.iter().map(|it| platt.stretched(*it)).collect();
        let mut model = self.clone();
        model.baseline = platt.of(self.baseline);
        model.baseline_error = platt.stretched(self.baseline_error);
        for Term { weight, error, steps: Steps { adds, .. }, .. } in &mut model.terms {
            *weight = platt.stretched(*weight);
            *error = platt.stretched(*error);
            *adds = all(adds);
        }
        for pair in &mut model.pairs {
            pair.adds = all(&pair.adds);
        }
        model.check().map(|()| model)
    }
}

fn billionths(value: f64) -> LogOdds {
    LogOdds::from_billionths(whole(value * 1e9))
}

/// A slope and a shift, and what the outcomes say of them.
#[derive(Clone, Copy)]
struct Seen {
    slope: f64,
    shift: f64,
    /// The logarithm of how likely outcomes and belief are.
    likelihood: f64,
    /// How it changes with the slope, and with the shift.
    rise: (f64, f64),
    /// How it bends: by the slope, by both, and by the shift; taken as positive.
    bend: (f64, f64, f64),
}

impl Seen {
    fn new(outcomes: &[(f64, f64)], slope: f64, shift: f64) -> Seen {
        let own = |at: f64, (mean, error): (f64, f64)| (at - mean, 1.0 / (error * error));
        let ((slope_off, slope_sure), (shift_off, shift_sure)) =
            (own(slope, SLOPE), own(shift, SHIFT));
        let off = slope_off * slope_off * slope_sure + shift_off * shift_off * shift_sure;
        let mut seen = Seen {
            slope,
            shift,
            likelihood: -off / 2.0,
            rise: (-slope_off * slope_sure, -shift_off * shift_sure),
            bend: (slope_sure, 0.0, shift_sure),
        };
        for (said, failed) in outcomes {
            let now = slope * said + shift;
            // The odds of what is held to be unlikelier, so that nothing overflows.
            let odds = libm::exp(-now.abs());
            let large = 1.0 / (1.0 + odds);
            let sure = if now >= 0.0 { large } else { odds * large };
            let against = if *failed > 0.0 { -now } else { now };
            seen.likelihood -= against.max(0.0) + libm::log1p(odds);
            let (pull, bend) = (failed - sure, odds * large * large);
            seen.rise.0 += pull * said;
            seen.rise.1 += pull;
            seen.bend.0 += bend * said * said;
            seen.bend.1 += bend * said;
            seen.bend.2 += bend;
        }
        seen
    }

    /// The determinant of how it bends: never below what the belief alone bends.
    fn bends(&self) -> f64 {
        let (slope, both, shift) = self.bend;
        slope * shift - both * both
    }

    /// The step of Newton's method; with a slope that is held, of the shift alone.
    fn step(&self, is_held: bool) -> (f64, f64) {
        let ((slope, both, shift), (by_slope, by_shift)) = (self.bend, self.rise);
        if is_held {
            return (0.0, by_shift / shift);
        }
        let all = self.bends();
        ((shift * by_slope - both * by_shift) / all, (slope * by_shift - both * by_slope) / all)
    }

    fn errors(&self) -> [f64; 2] {
        let (slope, _, shift) = self.bend;
        let all = self.bends();
        [(shift / all).max(0.0).sqrt(), (slope / all).max(0.0).sqrt()]
    }
}

/// The likeliest slope and shift, beginning at one of each.
fn newton(outcomes: &[(f64, f64)], (slope, shift): (f64, f64), is_held: bool) -> Seen {
    let mut seen = Seen::new(outcomes, slope, shift);
    for _ in 0..STEPS_MAX {
        let (by_slope, by_shift) = seen.step(is_held);
        let size = by_slope.abs().max(by_shift.abs());
        if size < ENOUGH {
            break;
        }
        let least = seen.likelihood - seen.likelihood.abs() * ROUNDED;
        let mut part = 1.0;
        let mut next = Seen::new(outcomes, seen.slope + by_slope, seen.shift + by_shift);
        while next.likelihood < least && part > LEAST {
            part /= 2.0;
            next = Seen::new(outcomes, seen.slope + by_slope * part, seen.shift + by_shift * part);
        }
        if next.likelihood < least {
            break;
        }
        seen = next;
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odds(billionths: &[i64]) -> Vec<LogOdds> {
        billionths.iter().copied().map(LogOdds::from_billionths).collect()
    }

    fn fitted(said: &[i64], failed: &[bool]) -> Platt {
        Platt::fit(&odds(said), failed).unwrap()
    }

    /// Some numbers without an order, up to a thousand.
    fn mixed(count: u32) -> impl Iterator<Item = i64> {
        (0..count).map(|at| i64::from(at.wrapping_mul(2_654_435_761) >> 8) % 1_000)
    }

    /// How the likelihood rises with the slope and with the shift, by its definition.
    fn rises(platt: &Platt, said: &[i64], failed: &[bool]) -> (f64, f64) {
        let (slope, shift) =
            (real(platt.slope.billionths()) / 1e9, real(platt.shift.billionths()) / 1e9);
        let own = (-(slope - 1.0), -shift / 4.0);
        said.iter().zip(failed).fold(own, |(by_slope, by_shift), (said, failed)| {
            let said = (real(*said) / 1e9).clamp(-40.0, 40.0);
            let off = f64::from(u8::from(*failed)) - 1.0 / (1.0 + libm::exp(-slope * said - shift));
            (by_slope + off * said, by_shift + off)
        })
    }

    #[test]
    fn of_no_outcomes_nothing_changes() {
        let platt = fitted(&[], &[]);
        let told = [platt.slope, platt.shift, platt.slope_error, platt.shift_error];
        assert_eq!(told.map(LogOdds::billionths), [1_000_000_000, 0, 1_000_000_000, 2_000_000_000]);
        for said in [i64::MIN, -1, 0, 7, i64::MAX] {
            assert_eq!(platt.of(LogOdds::from_billionths(said)).billionths(), said);
        }
    }

    #[test]
    fn it_is_the_likeliest() {
        let billion = 1_000_000_000;
        // From -4.0 to 2.0, and of each so many failed as half of it less one says.
        let said: Vec<i64> = (0..3_000).map(|at| (at % 13 - 8) * billion / 2).collect();
        let chance = |said: i64| 1.0 / (1.0 + libm::exp(1.0 - real(said) / 2e9));
        let rank = |at: usize| real(i64::try_from(at / 13).unwrap()) / real(3_000 / 13);
        let halved: Vec<bool> =
            said.iter().enumerate().map(|(at, said)| rank(at) < chance(*said)).collect();
        let few: Vec<i64> = said.iter().take(12).copied().collect();
        let cases: [(&[i64], Vec<bool>); 7] = [
            (&said, halved.clone()),
            (&few, halved.iter().take(12).copied().collect()),
            // What failed is told from what held by a line: without a belief there is no top.
            (&said, said.iter().map(|said| *said > 0).collect()),
            (&[2 * billion], vec![true]),
            (&[i64::MIN, i64::MAX, 0, 5], vec![true, true, false, true]),
            (&said, vec![false; 3_000]),
            (&said, vec![true; 3_000]),
        ];
        let mut held = Vec::new();
        for (number, (said, failed)) in cases.iter().enumerate() {
            let platt = fitted(said, failed);
            // By as much as the last digits of slope and shift make up.
            let (by_slope, by_shift) = rises(&platt, said, failed);
            assert!(by_shift.abs() < 1e-5, "{number}: {platt:?} {by_shift}");
            let is_held = platt.slope.billionths() == 0 && by_slope < 0.0;
            assert!(is_held || by_slope.abs() < 1e-4, "{number}: {platt:?} {by_slope}");
            held.push(is_held);
        }
        // Where all failed, most of which had been said to hold, zero is the best that is left.
        assert_eq!(held, [false, false, false, false, false, false, true]);
        let platt = fitted(&said, &halved);
        let near = |found: LogOdds, wanted: i64, error: LogOdds| {
            (found.billionths() - wanted).abs() < 3 * error.billionths()
        };
        assert!(near(platt.slope, billion / 2, platt.slope_error), "{platt:?}");
        assert!(near(platt.shift, -billion, platt.shift_error), "{platt:?}");
        assert!(platt.slope_error.billionths() < 50_000_000, "{platt:?}");
    }

    #[test]
    fn a_ranking_is_never_turned_upside_down() {
        let said: Vec<i64> = mixed(400).map(|at| (at - 500) * 4_000_000).collect();
        for cut in [-1_000_000_000, 0, 1_500_000_000] {
            let failed: Vec<bool> = said.iter().map(|said| *said < cut).collect();
            let platt = fitted(&said, &failed);
            assert_eq!(platt.slope.billionths(), 0);
            let (by_slope, by_shift) = rises(&platt, &said, &failed);
            assert!(by_slope < 0.0 && by_shift.abs() < 1e-5, "{by_slope} {by_shift}");
            assert!(platt.slope_error.billionths() > 0);
            let one = platt.of(LogOdds::from_billionths(i64::MIN));
            assert_eq!(one, platt.of(LogOdds::from_billionths(i64::MAX)));
        }
    }

    #[test]
    fn a_product_is_rounded_to_the_nearest_and_keeps_its_order() {
        let mut platt = fitted(&[], &[]);
        platt.slope = LogOdds::from_billionths(500_000_000);
        let half = |adds: i64| platt.stretched(LogOdds::from_billionths(adds)).billionths();
        let found = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7].map(half);
        assert_eq!(found, [-4, -3, -2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2, 3, 4]);
        platt.slope = LogOdds::from_billionths(i64::MAX);
        let all = [i64::MIN, -1_000_000_000, -1, 0, 1, 1_000_000_000, i64::MAX];
        let found = all.map(|adds| platt.stretched(LogOdds::from_billionths(adds)).billionths());
        assert!(found.is_sorted() && found.first() == Some(&i64::MIN), "{found:?}");
        assert_eq!(found.last(), Some(&i64::MAX));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let platt = fitted(&[], &[]);
        let mut model = Model::published();
        assert_eq!(model.calibrated(&platt).unwrap(), model);
        model.failures = model.changes + 1;
        assert_eq!(model.calibrated(&platt).unwrap_err().code(), ErrorCode::BadArgument);
        let mut steep = platt;
        steep.slope = LogOdds::from_billionths(i64::MAX);
        let found = Model::published().calibrated(&steep);
        assert_eq!(found.unwrap_err().code(), ErrorCode::BadArgument);
        assert_eq!(Platt::fit(&[], &[true]).unwrap_err().code(), ErrorCode::BadArgument);
    }
}
