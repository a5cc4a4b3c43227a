//! A model that stays honest while failures become rarer or more frequent.

use std::collections::VecDeque;

use super::model::{real, whole};
use crate::base::LogOdds;

/// How firmly the shift is held near none: as if so many changes had said so.
const STRENGTH: f64 = 1.0;
/// How often a shift is improved at most; two or three times are usual.
const STEPS_MAX: u32 = 50;
/// When an improvement is too small to go on: a tenth of what a shift is rounded to.
const ENOUGH: f64 = 1e-10;

/// By how much all log-odds of a model must be shifted, so that as many of the last changes were
/// expected to fail as did.
///
/// The share of failures drifts in nearly every history, and a model fitted to its beginning says
/// too much or too little of its end, while it still ranks. Hand over each outcome when it is
/// known, and not before: a change that failed next month did not teach anybody this month. Which
/// order they come in is the host's to say; the last ones count.
///
/// ```
/// use lynchpin::base::LogOdds;
/// use lynchpin::risk::learn::Rolling;
///
/// let mut rolling = Rolling::new(200);
/// let said = LogOdds::from_billionths(0); // one in two, it said
/// for number in 0..200 {
///     rolling.learn(said, number % 10 == 0); // and one in ten did
/// }
/// let shifted = said.plus(rolling.shift());
/// // One in ten is -2.20, and two hundred outcomes leave some doubt.
/// assert_eq!(shifted.billionths() / 10_000_000, -208);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rolling {
    window: usize,
    /// What was said of the last changes, and whether they failed.
    last: VecDeque<(f64, bool)>,
    shift: f64,
    is_found: bool,
}

impl Rolling {
    /// Nothing is known yet; of what is, so many changes count, at least one. With some 600, a
    /// drift over months is followed and chance is not.
    #[must_use]
    pub fn new(window: usize) -> Rolling {
        Rolling { window: window.max(1), last: VecDeque::new(), shift: 0.0, is_found: true }
    }

    /// Takes in an outcome that came to be known, with the log-odds that the model itself said,
    /// not yet shifted.
    pub fn learn(&mut self, said: LogOdds, failed: bool) {
        self.last.push_back((real(said.billionths()) / 1e9, failed));
        while self.last.len() > self.window {
            self.last.pop_front();
        }
        self.is_found = false;
    }

    /// How many outcomes the shift rests on.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.last.len()
    }

    /// The shift, to be added to what the model says; none, while nothing is known.
    pub fn shift(&mut self) -> LogOdds {
        if !self.is_found {
            self.find();
            self.is_found = true;
        }
        LogOdds::from_billionths(whole(self.shift * 1e9))
    }

    /// Newton's method from the last shift, which is near; where that leads astray, from none, and
    /// never by more than one at once.
    fn find(&mut self) {
        for _ in 0..STEPS_MAX {
            let (mut slope, mut bend) = (-STRENGTH * self.shift, STRENGTH);
            for (said, failed) in &self.last {
                let sure = 1.0 / (1.0 + libm::exp(-(said + self.shift)));
                slope += f64::from(u8::from(*failed)) - sure;
                bend += sure * (1.0 - sure);
            }
            let step = (slope / bend).clamp(-1.0, 1.0);
            self.shift += step;
            if step.abs() < ENOUGH {
                break;
            }
        }
    }
}
