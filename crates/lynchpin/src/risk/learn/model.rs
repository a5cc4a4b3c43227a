//! A fitted model: terms that add up, in whole numbers.

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::INTEGER_MAX;
use crate::base::{LogOdds, Probability};
use crate::risk::float::{even, real};
use crate::risk::scorecard::probability;

use super::column::Transform;

/// The value of a feature that is not known. It counts as the riskiest that was seen.
pub const MISSING: i64 = i64::MIN;

/// What one feature adds to the log-odds: its line and its step.
///
/// The line adds how far the value is from the centre, in millionths, times the weight by a
/// million. Both are taken as floats of 64 bits (IEEE 754), so the product is the same everywhere;
/// it is rounded to the nearest billionth, of two the even one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// What is added beside the line, by steps.
    #[serde(default, skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
}

/// A function of one number that is level but for some jumps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Steps {
    /// Where it jumps, upwards: a step ends with each of these values, and one comes after the
    /// last.
    pub cuts: Vec<i64>,
    /// What each step adds, one more than there are cuts; none, if there are no steps at all.
    pub adds: Vec<LogOdds>,
}

/// What two features add together, beyond what each adds alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Pair {
    /// The numbers of the two terms, the lower one first.
    pub features: (u32, u32),
    /// Where the steps of the first end.
    pub rows: Vec<i64>,
    /// Where the steps of the second end.
    pub columns: Vec<i64>,
    /// What each step of the first adds with each of the second, row after row.
    pub adds: Vec<LogOdds>,
}

/// What kind of document a model is, and which version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Format {
    /// Terms that add up, as they are described here.
    #[serde(rename = "additive/1")]
    Additive1,
}

/// A model whose terms add up: lines, steps and pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Model {
    /// What kind of document it is.
    pub format: Format,
    /// The log-odds of a change of which every feature is as usual.
    pub baseline: LogOdds,
    /// The standard error of what the lines say of such a change; zero if it is not known.
    pub baseline_error: LogOdds,
    /// One for each feature, in the order of the columns.
    pub terms: Vec<Term>,
    /// Pairs of features that add something together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
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
    /// What each term adds, and then what each pair adds.
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
        let values: Vec<i64> = self
            .terms
            .iter()
            .zip(features)
            .map(|(term, value)| term.transform.of(*value))
            .collect();
        Ok(self.scored(&values))
    }

    /// Whether there is nothing beside its lines.
    pub(super) fn is_of_lines(&self) -> bool {
        self.pairs.is_empty() && self.terms.iter().all(|term| term.steps.is_empty())
    }

    /// Scores one change by transformed features, as many as there are terms.
    pub(in crate::risk) fn scored(&self, values: &[i64]) -> Scored {
        let own = self.terms.iter().zip(values).map(|(term, value)| term.adds(*value));
        let at = |place: u32| values.get(usize::try_from(place).ok()?).copied();
        let pairs = self.pairs.iter().map(|pair| {
            let (first, second) = pair.features;
            pair.adds_for(at(first).unwrap_or(MISSING), at(second).unwrap_or(MISSING))
        });
        let terms: Vec<LogOdds> = own.chain(pairs).collect();
        let log_odds = terms.iter().fold(self.baseline, |sum, term| sum.plus(*term));
        Scored { log_odds, terms }
    }
}

impl Term {
    /// What a transformed value adds, in millionths; what is missing adds the most that there is.
    #[must_use]
    pub fn adds(&self, value: i64) -> LogOdds {
        self.line(value).plus(self.steps.adds_for(value))
    }

    /// What the line of a transformed value adds.
    pub(super) fn line(&self, value: i64) -> LogOdds {
        let (low, high) = self.seen;
        if value == MISSING {
            return self.at(low).max(self.at(high));
        }
        self.at(value.clamp(low, high.max(low)))
    }

    fn at(&self, value: i64) -> LogOdds {
        let added = (real(value) - real(self.centre)) * self.slope();
        LogOdds::from_billionths(even(added))
    }

    /// What one millionth more adds, in billionths.
    pub(super) fn slope(&self) -> f64 {
        real(self.weight.billionths()) / 1e6
    }
}

/// The largest value that there is: what lies beyond counts as it, so that none comes to a step
/// that is meant for what is missing ([`Model::from_ebm`]).
pub(in crate::risk) const LARGEST: i64 = INTEGER_MAX.cast_signed();

/// The number of the step of a value that is known.
pub(super) fn step(cuts: &[i64], value: i64) -> usize {
    let value = value.min(LARGEST);
    cuts.partition_point(|cut| *cut < value)
}

impl Steps {
    fn is_empty(&self) -> bool {
        self.adds.is_empty()
    }

    /// What a value adds; what is missing adds the most that there is.
    #[must_use]
    pub fn adds_for(&self, value: i64) -> LogOdds {
        let found = match value {
            MISSING => self.adds.iter().max(),
            value => self.adds.get(step(&self.cuts, value)),
        };
        found.copied().unwrap_or_default()
    }
}

impl Pair {
    /// What two values add; what is missing adds the most that there is.
    #[must_use]
    pub fn adds_for(&self, first: i64, second: i64) -> LogOdds {
        let width = self.columns.len().saturating_add(1);
        let steps = |cuts: &[i64], value: i64| match value {
            MISSING => (0, usize::MAX),
            value => (step(cuts, value), 1),
        };
        let (row, rows) = steps(&self.rows, first);
        let (column, columns) = steps(&self.columns, second);
        let rows = self.adds.chunks(width).skip(row).take(rows);
        let cells = rows.flat_map(|row| row.iter().skip(column).take(columns));
        cells.copied().max().unwrap_or_default()
    }
}
