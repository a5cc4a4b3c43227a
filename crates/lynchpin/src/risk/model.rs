//! What a policy scores by: a fitted model, with what makes its figures come true.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::failures_at_most;
use super::feature::{MEASURE, is_scored};
use super::joint::Shock;
use super::lane;
use super::learn::{MISSING, Model, Term, check_adds};
use super::scorecard::{Contribution, Risk, WITH, probability};
use crate::base::digest::Digest;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::limits::PROBLEMS_MAX;
use crate::base::{Instant, LogOdds, Probability, Span, canonical, json};

/// What kind of document it is, and which version of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RiskModelFormat {
    /// As it is described here.
    #[default]
    #[serde(rename = "risk-model/1")]
    RiskModel1,
}

/// A fitted model that a policy may name: with the shift that makes it come true, how much changes
/// of one release have in common, and the lane that it was certified for.
///
/// Its terms bear the names of [features](super::Feature) or of figures of the host, such as
/// `measure.alerts`.
///
/// ```
/// use lynchpin::risk::RiskModel;
///
/// let text = br#"{
///     "lynchpin": "risk-model/1", "shift": "-0.5", "shock": "0.2",
///     "model": {"format": "additive/1", "baseline": "-2", "baseline_error": "0",
///       "changes": 400, "failures": 40, "terms": [
///         {"name": "lines", "transform": "log", "weight": "0.5", "error": "0.1",
///          "centre": 0, "seen": [0, 9000000]}]}
/// }"#;
/// let model = RiskModel::from_json(text)?;
/// // A hundred lines, in millionths: -2 - 0.5 + 0.5 ln 101
/// let risk = model.score(|_| Some(100_000_000));
/// assert_eq!(risk.baseline.to_string(), "-2.5");
/// assert_eq!(risk.contributions[0].log_odds.to_string(), "2.3075605");
/// assert_eq!(risk.log_odds.to_string(), "-0.1924395");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RiskModel {
    /// What kind of document it is.
    pub lynchpin: RiskModelFormat,
    /// What adds up to the log-odds of a change.
    pub model: Model,
    /// What is added to all log-odds, so that they come true as they lately did.
    #[serde(default, skip_serializing_if = "is_none")]
    pub shift: LogOdds,
    /// How much changes of one release have in common; what published histories show, if it is not
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shock: Option<Probability>,
    /// The lane that it was certified for, if it was for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Certificate>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_none(shift: &LogOdds) -> bool {
    *shift == LogOdds::default()
}

/// What was seen of a [lane](lane::widest) when a model was certified for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Certificate {
    /// Changes up to this probability are in it.
    pub at_most: Probability,
    /// How many changes of the history would have passed.
    pub passed: u32,
    /// How many of them failed.
    pub failed: u32,
    /// As of which instant that was looked up.
    pub as_of: Instant,
    /// How long each of these changes had had to fail by then, at least. If it is not said, they
    /// may have had no time, and the lane is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maturity: Option<Span>,
}

impl Certificate {
    /// A lane, looked up as of an instant, when each change had had so long to fail.
    #[must_use]
    pub fn new(lane: &lane::Lane, as_of: Instant, maturity: Span) -> Certificate {
        let lane::Lane { at_most, passed, failed, .. } = *lane;
        Certificate { at_most, passed, failed, as_of, maturity: Some(maturity) }
    }

    /// The rate of failure that is not exceeded among those that pass, at a confidence: from the
    /// figures, whatever was claimed of them.
    #[must_use]
    pub fn bound(&self, confidence: Probability) -> Probability {
        failures_at_most(self.passed, self.failed, lane::held_to(confidence))
    }
}

impl RiskModel {
    /// A model as it was fitted: not shifted, with what published releases have in common, and
    /// certified for nothing.
    #[must_use]
    pub fn new(model: Model) -> RiskModel {
        let lynchpin = RiskModelFormat::RiskModel1;
        RiskModel { lynchpin, model, shift: LogOdds::default(), shock: None, lane: None }
    }

    /// Reads one from JSON.
    ///
    /// # Errors
    ///
    /// As for [`Model::from_json`]; [`UnknownWord`](ErrorCode::UnknownWord) for a term that is
    /// named after no feature; [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if more changes of
    /// a lane failed than passed.
    pub fn from_json(text: &[u8]) -> Result<RiskModel> {
        json::check(text)?;
        let reader = &mut serde_json::Deserializer::from_slice(text);
        let model: RiskModel = serde_path_to_error::deserialize(reader).map_err(|error| {
            let path = error.path().to_string();
            let message = format!("no risk model: `{path}`: {}", error.into_inner());
            Error::new(ErrorCode::BadArgument, message)
        })?;
        model.check()?;
        Ok(model)
    }

    /// The document in its one form, which its digest is of.
    ///
    /// # Errors
    ///
    /// None for one that was read.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        canonical::bytes(self)
    }

    /// The digest by which policies name it.
    ///
    /// # Errors
    ///
    /// None for one that was read.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self)
    }

    /// The model as it scores changes: with the shift in its baseline. Use it to score very many at
    /// once ([`Model::scorer`]).
    #[must_use]
    pub fn shifted(&self) -> Model {
        let baseline = self.model.baseline.plus(self.shift);
        Model { baseline, ..self.model.clone() }
    }

    /// How much changes of one release have in common.
    #[must_use]
    pub fn shock(&self) -> Shock {
        self.shock.map_or(Shock::PUBLISHED, Shock::new)
    }

    fn check(&self) -> Result<()> {
        self.model.check().map_err(|error| error.under("$.model"))?;
        check_adds("shift", &[self.shift]).map_err(|error| error.under("$.shift"))?;
        let mut problems = Vec::new();
        for (number, term) in self.model.terms.iter().enumerate() {
            if !is_scored(&term.name) {
                let message = format!(
                    "there is no feature `{}`: name one that the portfolio has, or one of your own \
                     as `{MEASURE}...`",
                    term.name
                );
                let at = format!("$.model.terms[{number}].name");
                problems.push(Problem::new(ErrorCode::UnknownWord, message).at(at));
            }
        }
        if self.lane.is_some_and(|lane| lane.failed > lane.passed) {
            let message = "more changes failed than passed";
            let problem = Problem::new(ErrorCode::NumberOutOfRange, message);
            problems.push(problem.at("$.lane.failed"));
        }
        problems.truncate(PROBLEMS_MAX);
        Error::from_problems(problems).map_or(Ok(()), Err)
    }

    /// The risk of one change, of which each feature is asked by its name: its value in millionths;
    /// nothing, if it is not known.
    #[must_use]
    pub fn score(&self, value: impl Fn(&str) -> Option<i64>) -> Risk {
        let terms = &self.model.terms;
        let values: Vec<Option<i64>> = terms.iter().map(|term| value(&term.name)).collect();
        let given: Vec<i64> = values.iter().map(|value| value.unwrap_or(MISSING)).collect();
        let transformed: Vec<i64> =
            terms.iter().zip(&given).map(|(term, value)| term.transform.of(*value)).collect();
        let scored = self.model.scored(&transformed);
        let named = terms.iter().zip(&values).map(|(term, value)| {
            // What is shown is whole; what is weighed is not rounded.
            let shown = value.and_then(|value| u64::try_from(value / MILLION).ok());
            (term.name.clone(), shown)
        });
        let pairs = self.model.pair_names();
        let pairs = pairs.map(|(first, second)| (format!("{first}{WITH}{second}"), None));
        let contributions: Vec<Contribution> = named
            .chain(pairs)
            .zip(&scored.terms)
            .map(|((factor, value), log_odds)| Contribution {
                factor: Cow::Owned(factor),
                value,
                log_odds: *log_odds,
            })
            .collect();
        let baseline = self.model.baseline.plus(self.shift);
        let log_odds = contributions.iter().fold(baseline, |sum, it| sum.plus(it.log_odds));
        Risk { probability: probability(log_odds), log_odds, baseline, contributions }
    }

    /// The features that keep the model from vouching for a change: what is not known, and what
    /// lies so far beyond all that it was fitted to that it may say too little.
    #[must_use]
    pub fn abstains_for(&self, value: impl Fn(&str) -> Option<i64>) -> Vec<&str> {
        // Of what lies beyond all that was seen a line says where it goes; steps and pairs do not.
        let pairs = self.model.pairs.iter();
        let paired: BTreeSet<u32> =
            pairs.flat_map(|pair| [pair.features.0, pair.features.1]).collect();
        let beyond = (0_u32..).zip(&self.model.terms).filter(|(number, term)| {
            let is_line = term.steps.adds.is_empty() && !paired.contains(number);
            value(&term.name).is_none_or(|it| is_beyond(term, term.transform.of(it), is_line))
        });
        beyond.map(|(_, term)| term.name.as_str()).collect()
    }
}

const MILLION: i64 = 1_000_000;

/// Whether a transformed value lies outside of what was seen, but where a line only falls.
fn is_beyond(term: &Term, value: i64, is_line: bool) -> bool {
    let (low, high) = term.seen;
    let weight = term.weight;
    let falls_below = is_line && weight >= LogOdds::default();
    let falls_above = is_line && weight <= LogOdds::default();
    value < low && !falls_below || value > high && !falls_above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(rest: &str, terms: &str) -> Result<RiskModel> {
        let text = format!(
            r#"{{"lynchpin": "risk-model/1"{rest}, "model": {{"format": "additive/1",
            "baseline": "-2", "baseline_error": "0", "changes": 0, "failures": 0,
            "terms": [{terms}]}}}}"#
        );
        RiskModel::from_json(text.as_bytes())
    }

    fn term(name: &str, weight: &str) -> String {
        format!(
            r#"{{"name": "{name}", "transform": "plain", "weight": "{weight}", "error": "0",
            "centre": 0, "seen": [1000000, 9000000]}}"#
        )
    }

    #[test]
    fn only_what_has_a_definition_is_taken() {
        let own = [term("files", "1"), term("measure.coverage", "-1")].join(",");
        let found = model("", &own).unwrap();
        assert_eq!(RiskModel::from_json(&found.to_json().unwrap()).unwrap(), found);
        for wrong in ["Files", "measure.", "luck"] {
            let error = model("", &term(wrong, "1")).unwrap_err();
            let problem = &error.problems()[0];
            assert_eq!(problem.code, ErrorCode::UnknownWord);
            assert_eq!(problem.path, "$.model.terms[0].name");
        }
        let lane = r#", "lane": {"at_most": "0.1", "passed": 3, "failed": 4,
            "as_of": "2026-01-01T00:00:00Z"}"#;
        assert_eq!(model(lane, "").unwrap_err().code(), ErrorCode::NumberOutOfRange);
        assert!(model(r#", "luck": 1"#, "").is_err());
        let names = r#"{"name": "files", "transform": "plain", "weight": "0", "error": "0",
            "centre": 0, "seen": [2, 1]}"#;
        assert!(model("", names).is_err(), "the model itself is checked, too");
    }

    #[test]
    fn parts_and_the_shifted_baseline_add_up() {
        let terms = [term("files", "0.3"), term("hour", "-0.1")].join(",");
        let model = model(r#", "shift": "0.25""#, &terms).unwrap();
        for files in [None, Some(0), Some(3_500_000), Some(99_000_000)] {
            let risk = model.score(|name| files.filter(|_| name == "files"));
            let parts = risk.contributions.iter().map(|it| it.log_odds.billionths());
            assert_eq!(risk.baseline.billionths() + parts.sum::<i64>(), risk.log_odds.billionths());
            assert_eq!(risk.contributions[0].value, files.map(|it| (it / MILLION).cast_unsigned()));
        }
        let unknown = model.score(|_| None).log_odds;
        assert!((0..20).all(|it| model.score(|_| Some(it * MILLION)).log_odds <= unknown));
    }

    #[test]
    fn it_vouches_for_nothing_that_it_may_take_for_too_safe() {
        let terms = [term("files", "0.3"), term("author_record", "-0.1")].join(",");
        let model = model("", &terms).unwrap();
        let of = |files: Option<i64>, record: Option<i64>| {
            model.abstains_for(|name| if name == "files" { files } else { record })
        };
        let (low, in_it, high) = (Some(0), Some(5_000_000), Some(10_000_000));
        assert!(of(in_it, in_it).is_empty());
        // Fewer files than ever, and a longer record: both lower it further than is counted.
        assert!(of(low, high).is_empty());
        assert_eq!(of(high, in_it), ["files"]);
        assert_eq!(of(in_it, low), ["author_record"]);
        assert_eq!(of(None, None), ["files", "author_record"]);
    }

    #[test]
    fn a_certificate_is_worth_what_its_figures_are() {
        let as_of = "2026-01-01T00:00:00Z".parse().unwrap();
        let at_most = "0.1".parse().unwrap();
        let of = |passed, failed| Certificate { at_most, passed, failed, as_of, maturity: None };
        let sure: Probability = "0.95".parse().unwrap();
        assert_eq!(of(0, 0).bound(sure), Probability::ONE);
        // The rule of three at 1 - 0.05 / 20: ln 400 / 1,000.
        let bound = of(1_000, 0).bound(sure).parts_per_billion();
        assert!(bound.abs_diff(5_973_548) < 10, "{bound}");
        assert!(of(1_000, 5).bound(sure) > of(1_000, 0).bound(sure));
    }
}
