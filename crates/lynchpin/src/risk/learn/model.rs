//! A fitted model: terms that add up, in whole numbers.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{LogOdds, Probability};
use crate::risk::scorecard::probability;

/// The value of a feature that is not known. It counts as the riskiest that was seen.
pub const MISSING: i64 = i64::MIN;

/// What is done to a value before it is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transform {
    /// Nothing.
    Plain,
    /// The natural logarithm of one more: for counts. Below zero it is zero.
    Log,
}

impl Transform {
    /// A value in millionths, transformed, in millionths.
    #[must_use]
    pub fn of(self, value: i64) -> i64 {
        match self {
            Transform::Plain => value,
            Transform::Log => {
                let millionths = 1_000_000.0;
                whole(libm::log1p(real(value.max(0)) / millionths) * millionths)
            }
        }
    }
}

/// What one feature adds to the log-odds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    /// The feature.
    pub name: String,
    /// What is done to its values first.
    pub transform: Transform,
    /// What one unit of the transformed value adds.
    pub weight: LogOdds,
    /// The standard error of the weight: two of them either way hold it in 95 of 100 histories.
    pub error: LogOdds,
    /// The transformed value, in millionths, that adds nothing: the mean of the history.
    pub centre: i64,
    /// The smallest that was seen, and the largest. What lies outside counts as the nearer of them.
    pub seen: (i64, i64),
}

/// A logistic regression with its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Model {
    /// The log-odds of a change of which every feature is as usual.
    pub baseline: LogOdds,
    /// One for each feature, in the order of the columns.
    pub terms: Vec<Term>,
    /// How many changes it was fitted to.
    pub changes: u64,
    /// How many of them failed.
    pub failures: u64,
}

/// What a model says of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scored {
    /// The baseline and all terms.
    pub log_odds: LogOdds,
    /// What each term adds.
    pub terms: Vec<LogOdds>,
}

impl Scored {
    /// The probability of a failure.
    #[must_use]
    pub fn probability(&self) -> Probability {
        probability(self.log_odds)
    }
}

impl Model {
    /// Scores one change by its features, in the order of the terms: in millionths, not yet
    /// transformed; [`MISSING`] is not known.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if there are not as many as terms.
    pub fn score(&self, features: &[i64]) -> Result<Scored> {
        if features.len() != self.terms.len() {
            let (found, wanted) = (features.len(), self.terms.len());
            let message = format!("{found} features for {wanted} terms: give one for each");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        let terms: Vec<LogOdds> =
            self.terms.iter().zip(features).map(|(term, value)| term.adds(*value)).collect();
        let log_odds = terms.iter().fold(self.baseline, |sum, term| sum.plus(*term));
        Ok(Scored { log_odds, terms })
    }
}

impl Term {
    /// What a value adds, in millionths and not yet transformed.
    #[must_use]
    pub fn adds(&self, value: i64) -> LogOdds {
        let (low, high) = self.seen;
        if value == MISSING {
            return self.at(low).max(self.at(high));
        }
        self.at(self.transform.of(value).clamp(low, high.max(low)))
    }

    /// What a transformed value adds.
    fn at(&self, value: i64) -> LogOdds {
        let off = i128::from(value) - i128::from(self.centre);
        let product = off * i128::from(self.weight.billionths());
        let half = if product < 0 { -500_000 } else { 500_000 };
        let added = (product + half) / 1_000_000;
        let bound = if added < 0 { i64::MIN } else { i64::MAX };
        LogOdds::from_billionths(i64::try_from(added).unwrap_or(bound))
    }
}

/// The nearest whole number, kept in range; zero of what is none.
#[expect(clippy::cast_possible_truncation, reason = "a float is cut to the range of the integer")]
pub(super) fn whole(value: f64) -> i64 {
    libm::round(value) as i64
}

/// A whole number as a float: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "what is lost is below what is rounded to")]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}
