//! A model that stays honest while failures become rarer or more frequent.

use crate::base::LogOdds;
use crate::risk::float::{real, whole};

/// How far a model is off that has just been fitted: the square of a fifth.
const FRESH: f64 = 0.04;
/// How much an outcome says where a fifth of all changes fails.
const USUAL: f64 = 0.16;
/// How often one update is improved at most; two or three times are usual.
const STEPS_MAX: u32 = 30;
/// When an improvement is too small to go on: a tenth of what a shift is rounded to.
const ENOUGH: f64 = 1e-10;

/// By how much all log-odds of a model must be shifted, so that as many of the last changes were
/// expected to fail as did.
///
/// The share of failures drifts in nearly every history, and a model fitted to its beginning says
/// too much or too little of its end, while it still ranks. Hand over each outcome when it is
/// known, and not before: a change that failed next month did not teach anybody this month. Which
/// order they come in is the host's to say; the last ones count most.
///
/// The shift is taken for a number that wanders a little with each change and is seen through what
/// fails (a filter of Kalman's, for outcomes that are yes or no). So it remembers longer where
/// failures are rare: of the last few hundred changes one may have failed, and that says nothing.
///
/// ```
/// use lynchpin::base::LogOdds;
/// use lynchpin::risk::learn::Rolling;
///
/// let mut rolling = Rolling::new(200);
/// let said = LogOdds::from_billionths(0); // one in two, it said
/// for number in 0..1_000 {
///     rolling.learn(said, number % 10 == 0); // and one in ten did
/// }
/// let shifted = said.plus(rolling.shift());
/// // One in ten is -2.20.
/// assert!((-2_400_000_000..-2_000_000_000).contains(&shifted.billionths()));
/// // Two of these either way hold it in 95 of 100 cases.
/// assert!(rolling.error().billionths() < 300_000_000);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rolling {
    /// How far the shift wanders with each outcome, squared.
    drift: f64,
    shift: f64,
    /// How far off the shift may be, squared.
    doubt: f64,
    outcomes: usize,
}

impl Rolling {
    /// About how many of the last outcomes count unless somebody says otherwise: with so many, a
    /// drift over months is followed and chance is not.
    pub const WINDOW: u32 = 600;

    /// Nothing is known yet. Where a fifth of all changes fails, about so many of the last ones
    /// count, at least one; where fewer do, more. [`WINDOW`](Self::WINDOW) is a good number.
    #[must_use]
    pub fn new(window: u32) -> Rolling {
        // What fades is as old, in the mean, as what is kept whole for twice as long.
        let memory = f64::from(window.max(1)) / 2.0;
        let drift = 1.0 / (memory * memory * USUAL);
        Rolling { drift, shift: 0.0, doubt: FRESH, outcomes: 0 }
    }

    /// Takes in an outcome that came to be known, with the log-odds that the model itself said,
    /// not yet shifted.
    pub fn learn(&mut self, said: LogOdds, failed: bool) {
        let said = real(said.billionths()) / 1e9;
        let (before, doubt) = (self.shift, self.doubt + self.drift);
        let mut bend = 0.0;
        for _ in 0..STEPS_MAX {
            let sure = 1.0 / (1.0 + libm::exp(-(said + self.shift)));
            bend = sure * (1.0 - sure);
            let slope = f64::from(u8::from(failed)) - sure - (self.shift - before) / doubt;
            let step = slope / (bend + 1.0 / doubt);
            self.shift += step.clamp(-1.0, 1.0);
            if step.abs() < ENOUGH {
                break;
            }
        }
        self.doubt = 1.0 / (1.0 / doubt + bend);
        self.outcomes = self.outcomes.saturating_add(1);
    }

    /// How many outcomes were taken in.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// The shift, to be added to what the model says; none, while nothing is known.
    #[must_use]
    pub fn shift(&self) -> LogOdds {
        LogOdds::from_billionths(whole(self.shift * 1e9))
    }

    /// The standard error of the shift.
    #[must_use]
    pub fn error(&self) -> LogOdds {
        LogOdds::from_billionths(whole(self.doubt.sqrt() * 1e9))
    }
}
