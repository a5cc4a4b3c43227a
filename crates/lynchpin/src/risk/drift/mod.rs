//! What a model drifted from: how often changes fail, what changes are like, whether probabilities
//! come true, or how well they rank. Each asks for something else to be done.
//!
//! Hand over what was said and what became of the changes of a *reference*, such as those by which
//! the model was found to be good, and of a *recent* part. Four tests tell them apart:
//!
//! | test | figure | asks for |
//! | --- | --- | --- |
//! | [`BaseRate`] | two shares, as a normal deviate (Yates 1934) | [`Reaction::ShiftIntercept`] |
//! | [`FeatureShift`] | population stability index (Siddiqi 2006) | [`Reaction::Refit`] |
//! | [`CalibrationShift`] | Spiegelhalter's z (1986), and after a shift | a shift, or a refit |
//! | [`RankingShift`] | two areas (DeLong et al. 1988) | [`Reaction::FreezeAutonomy`] |
//!
//! The reactions differ because the causes do. Failures become rarer or more frequent in nearly
//! every history, while the model ranks as well as before: a shift of all log-odds makes up for
//! that ([`Rolling`](super::learn::Rolling)). Probabilities that are off even after such a shift,
//! or changes of another sort, need a new fit. A model that no longer ranks decides about the wrong
//! changes: what goes without a review because of it must stop at once.
//!
//! Outcomes must be ripe, as in a [`backtest`](super::backtest); features are known at once, so
//! they may be those of more changes, and later ones. What cannot be told for want of changes is
//! `None` and asks for more of them, never for nothing. Changes that are made one after the other
//! have things in common, and so a deviate of two is no surprise here: three is what counts unless
//! said.
//!
//! ```
//! use lynchpin::base::Probability;
//! use lynchpin::risk::drift::{Drift, Options, Part, Reaction};
//!
//! let say = |at: u32| Probability::from_parts_per_billion(100_000_000 * (1 + 3 * (at % 2)));
//! let said: Vec<Probability> = (0..200).map(say).collect();
//! // As often as it is said: one of ten, and four of ten.
//! let failed: Vec<bool> = (0..200).map(|at| at % 20 == 0 || at % 10 % 8 == 1).collect();
//! let reference = Part { said: &said, failed: &failed, features: &[] };
//!
//! let same = Drift::new(&reference, &reference, &Options::default())?;
//! assert_eq!((same.base_rate.z, same.reaction), (Some(0), Reaction::None));
//! // No failures any more: the base rate fell, and a shift makes up for it.
//! let held = vec![false; 200];
//! let recent = Part { said: &said, failed: &held, features: &[] };
//! let rarer = Drift::new(&reference, &recent, &Options::default())?;
//! assert!(rarer.base_rate.z.unwrap() < -3_000_000);
//! assert_eq!(rarer.base_rate.reaction, Reaction::ShiftIntercept);
//! // Whether they are still ranked well cannot be told.
//! assert_eq!(rarer.ranking.reaction, Reaction::GatherMore);
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod base_rate;
mod calibration;
mod features;
mod ranking;

pub use base_rate::BaseRate;
pub use calibration::CalibrationShift;
pub use features::FeatureShift;
pub use ranking::RankingShift;

use serde::Serialize;

use super::measure::Ties;
use crate::base::Probability;
use crate::base::error::{Error, ErrorCode, Result};

/// How many changes each part must have for anything to be told: below, a single failure is as much
/// of a surprise as a drift.
pub const CHANGES_MIN: usize = 30;
/// How many changes of each part must have failed, and how many must have held, for areas to be
/// compared: their variances are themselves estimates.
pub const EACH_MIN: u64 = 10;

/// A part of a history.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The probability of a failure, as it was said when the change was made.
    pub said: &'a [Probability],
    /// Whether the change failed: one for each probability.
    pub failed: &'a [bool],
    /// The features of changes: of the same, or also of such of which it is not known yet what
    /// becomes of them.
    pub features: &'a [Feature<'a>],
}

/// One feature of many changes.
#[derive(Clone, Copy, Debug)]
pub struct Feature<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value for each change, in any unit; [`MISSING`](super::learn::MISSING) where it is not
    /// known.
    pub values: &'a [i64],
}

/// What counts as a drift.
///
/// ```
/// use lynchpin::risk::drift::Options;
///
/// let wary = Options { z: 2_500_000, ..Options::default() };
/// assert_eq!(wary.psi, 250_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Options {
    /// The deviate beyond which shares, calibration and areas have drifted, in millionths.
    pub z: u32,
    /// The stability index beyond which a feature has drifted, in millionths.
    pub psi: u32,
}

impl Default for Options {
    /// A deviate of 3, which chance exceeds in three of a thousand cases; an index of 0.25, from
    /// which on a shift is called major (Siddiqi 2006).
    fn default() -> Self {
        Options { z: 3_000_000, psi: 250_000 }
    }
}

/// What to do about a drift. The later, the more urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reaction {
    /// Nothing.
    None,
    /// Wait for more outcomes: there are too few to tell.
    GatherMore,
    /// Shift all log-odds, as [`Rolling`](super::learn::Rolling) does.
    ShiftIntercept,
    /// Fit the model again, to changes as they are now.
    Refit,
    /// Let nothing pass any more because the model says so, and then fit another one.
    FreezeAutonomy,
}

impl Reaction {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reaction::None => "none",
            Reaction::GatherMore => "gather_more",
            Reaction::ShiftIntercept => "shift_intercept",
            Reaction::Refit => "refit",
            Reaction::FreezeAutonomy => "freeze_autonomy",
        }
    }
}

/// How a recent part differs from a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// How often changes fail.
    pub base_rate: BaseRate,
    /// What they are like: one for each feature, in the order given.
    pub features: Vec<FeatureShift>,
    /// Whether what is said comes true.
    pub calibration: CalibrationShift,
    /// How well what fails is told from what holds.
    pub ranking: RankingShift,
    /// The most urgent of what these ask for.
    pub reaction: Reaction,
}

impl Drift {
    /// Compares a recent part with a reference.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if a part has not an outcome for each probability or
    /// not as many values of each feature, or if the parts have not the same features in the same
    /// order.
    pub fn new(reference: &Part<'_>, recent: &Part<'_>, options: &Options) -> Result<Drift> {
        reference.check("the reference")?;
        recent.check("the recent part")?;
        if !reference.names().eq(recent.names()) {
            let message = "the parts have not the same features: give those of both in one order";
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        let (before, now) = (reference.ties(), recent.ties());
        let pairs = reference.features.iter().zip(recent.features);
        let features: Vec<FeatureShift> =
            pairs.map(|(before, now)| FeatureShift::of(before, now, options)).collect();
        let base_rate = BaseRate::of(&before, &now, options);
        let calibration = CalibrationShift::of(&before, &now, options);
        let ranking = RankingShift::of(&before, &now, options);
        let all = [base_rate.reaction, calibration.reaction, ranking.reaction];
        let most = all.into_iter().chain(features.iter().map(|it| it.reaction)).max();
        let reaction = most.unwrap_or(Reaction::GatherMore);
        Ok(Drift { base_rate, features, calibration, ranking, reaction })
    }
}

impl Part<'_> {
    fn check(&self, what: &str) -> Result<()> {
        let refused = |message| Err(Error::new(ErrorCode::BadArgument, message));
        let (said, failed) = (self.said.len(), self.failed.len());
        if said != failed {
            return refused(format!("{what} has {said} probabilities for {failed} outcomes"));
        }
        let count = self.features.first().map_or(0, |first| first.values.len());
        match self.features.iter().find(|feature| feature.values.len() != count) {
            Some(Feature { name, values }) => {
                let found = values.len();
                refused(format!("{what} has {found} values of `{name}` where others have {count}"))
            }
            None => Ok(()),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|feature| feature.name)
    }

    /// The changes counted by what was said.
    fn ties(&self) -> Ties {
        let mut rows: Vec<(i64, bool)> = self
            .said
            .iter()
            .zip(self.failed)
            .map(|(said, failed)| (said.parts_per_billion().into(), *failed))
            .collect();
        rows.sort_unstable();
        Ties::of(rows.into_iter().map(|(said, failed)| (said, failed, 1)))
    }
}

/// Whether there are enough changes to tell anything.
fn are_enough(ties: &Ties) -> bool {
    usize::try_from(ties.count()).is_ok_and(|count| count >= CHANGES_MIN)
}

/// A deviate in millionths, or an index: rounded once.
fn millionths(figure: f64) -> i64 {
    super::float::rounded(figure * 1e6)
}

/// A count as a float: exact, for there are not so many changes.
#[expect(clippy::cast_precision_loss, reason = "counts of changes are far below 2^53")]
const fn real(count: u64) -> f64 {
    count as f64
}
