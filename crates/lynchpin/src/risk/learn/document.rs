//! A model as a document: written in one form, read with care.

use super::model::{Model, Pair, Steps, Term};
use crate::base::LogOdds;
use crate::base::canonical;
use crate::base::digest::Digest;
use crate::base::error::{Error, ErrorCode, Result, shown};
use crate::base::json;
use crate::base::limits::{INTEGER_MAX, MODEL_CELLS_MAX, MODEL_FEATURES_MAX};

/// The most that anything in a model may add, either way: a million. Sums of all stay far from
/// what a whole number holds.
const ADDS_MAX: u64 = 1_000_000_000_000_000;

impl Model {
    /// The model as canonical JSON: the same bytes in every language, and what its digest is of.
    ///
    /// # Errors
    ///
    /// None for a model that was fitted or read.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        canonical::bytes(self)
    }

    /// The digest that names the model wherever it was used.
    ///
    /// # Errors
    ///
    /// None for a model that was fitted or read.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self)
    }

    /// Reads a model from JSON: one that [`to_json`](Model::to_json) wrote, or one that another
    /// tool exports in this form, such as the bins and scores of an explainable boosting machine.
    ///
    /// ```
    /// use lynchpin::risk::learn::Model;
    ///
    /// let model = br#"{
    ///     "format": "additive/1", "baseline": "-2", "baseline_error": "0",
    ///     "changes": 0, "failures": 0,
    ///     "terms": [{
    ///         "name": "lines", "transform": "log", "weight": "0", "error": "0",
    ///         "centre": 0, "seen": [0, 0],
    ///         "steps": {"cuts": [3000000, 6000000], "adds": ["-0.5", "0.25", "1"]}
    ///     }]
    /// }"#;
    /// let model = Model::from_json(model)?;
    /// // ln(1 + 100) is 4.6, between 3 and 6.
    /// assert_eq!(model.score(&[100_000_000])?.log_odds.to_string(), "-1.75");
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What [`json::check`] says of the text; [`BadArgument`](ErrorCode::BadArgument) where it is
    /// no model, with the place.
    pub fn from_json(text: &[u8]) -> Result<Model> {
        json::check(text)?;
        let reader = &mut serde_json::Deserializer::from_slice(text);
        let model: Model = serde_path_to_error::deserialize(reader).map_err(|error| {
            let path = error.path().to_string();
            bad(format!("no model: `{path}`: {}", error.into_inner()))
        })?;
        model.check()?;
        Ok(model)
    }

    /// Whether it is one that can be written, read and added up.
    pub(in crate::risk) fn check(&self) -> Result<()> {
        if self.terms.len() > MODEL_FEATURES_MAX || self.pairs.len() > MODEL_FEATURES_MAX {
            return Err(bad(format!("more than {MODEL_FEATURES_MAX} terms or pairs")));
        }
        let tables = self.terms.iter().map(|term| term.steps.adds.len());
        let cells: usize = tables.chain(self.pairs.iter().map(|pair| pair.adds.len())).sum();
        if cells > MODEL_CELLS_MAX {
            return Err(bad(format!("{cells} steps: a model has at most {MODEL_CELLS_MAX}")));
        }
        if !self.terms.iter().all(|term| term.seen.0 <= term.seen.1) {
            return Err(bad("`seen` begins with the smallest value".into()));
        }
        if self.failures > self.changes {
            return Err(bad("more failures than changes".into()));
        }
        let mut names: Vec<&str> = self.terms.iter().map(|term| term.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < self.terms.len() {
            return Err(bad("two terms have one name".into()));
        }
        self.terms.iter().try_for_each(check_term)?;
        self.pairs.iter().try_for_each(|pair| check_pair(pair, self.terms.len()))?;
        check_adds("baseline", &[self.baseline, self.baseline_error])
    }
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

fn check_term(term: &Term) -> Result<()> {
    let name = &shown(&term.name);
    let (low, high) = term.seen;
    check_values(name, &[low, term.centre])?;
    check_values(name, &[high])?;
    let ends = [term.line(low), term.line(high), term.error, term.weight];
    check_adds(name, &ends)?;
    let Steps { cuts, adds } = &term.steps;
    let wanted = if adds.is_empty() { 0 } else { cuts.len().saturating_add(1) };
    if adds.len() != wanted || (adds.is_empty() && !cuts.is_empty()) {
        return Err(bad(format!("`{name}`: {} cuts and {} steps", cuts.len(), adds.len())));
    }
    check_cuts(name, cuts)?;
    check_adds(name, adds)
}

fn check_pair(pair: &Pair, terms: usize) -> Result<()> {
    let (first, second) = pair.features;
    let name = format!("pair of {first} and {second}");
    if first >= second || usize::try_from(second).is_ok_and(|second| second >= terms) {
        return Err(bad(format!("`{name}`: name two terms by their numbers, the lower one first")));
    }
    let size = |cuts: &[i64]| cuts.len().saturating_add(1);
    let wanted = size(&pair.rows).saturating_mul(size(&pair.columns));
    if pair.adds.len() != wanted {
        return Err(bad(format!("`{name}`: {} cells where {wanted} are due", pair.adds.len())));
    }
    check_cuts(&name, &pair.rows)?;
    check_cuts(&name, &pair.columns)?;
    check_adds(&name, &pair.adds)
}

fn check_cuts(name: &str, cuts: &[i64]) -> Result<()> {
    if !cuts.is_sorted_by(|one, other| one < other) {
        return Err(bad(format!("`{name}`: cuts run upwards")));
    }
    check_values(name, cuts)
}

fn check_values(name: &str, values: &[i64]) -> Result<()> {
    match values.iter().find(|value| value.unsigned_abs() > INTEGER_MAX) {
        Some(value) => Err(bad(format!("`{name}`: {value} is beyond {INTEGER_MAX} millionths"))),
        None => Ok(()),
    }
}

pub(in crate::risk) fn check_adds(name: &str, adds: &[LogOdds]) -> Result<()> {
    match adds.iter().find(|adds| adds.billionths().unsigned_abs() > ADDS_MAX) {
        Some(adds) => Err(bad(format!("`{name}`: {adds} is beyond a million"))),
        None => Ok(()),
    }
}
