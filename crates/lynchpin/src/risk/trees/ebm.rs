//! Explainable boosting machines, as `interpret` writes them to JSON.
//!
//! Such a machine is trained as trees of one or two features each, and written as what they come
//! to: a table of one or two dimensions for each term. So it becomes a [`Model`], and not trees.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny};
use serde_json::value::RawValue;

use super::as_text;
use super::document::{check, typed};
use super::grow::{billionths, check_count};
use super::threshold::below;
use crate::base::error::{Error, ErrorCode, Problem, Result, shown};
use crate::base::limits::{INTEGER_MAX, MODEL_FEATURES_MAX};
use crate::base::{Limits, LogOdds};
use crate::risk::learn::{Format, LARGEST, Model, Pair, Steps, Term, Transform, millionths};

/// What says what kind of model it is. It is looked at first, since others hold something else.
#[derive(Deserialize)]
struct Kind {
    version: String,
    ebm: KindMachine,
}

#[derive(Deserialize)]
struct KindMachine {
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    link: String,
    #[serde(default)]
    classes: Vec<Class>,
}

/// What a class is called.
#[derive(Deserialize)]
#[serde(untagged)]
enum Class {
    Flag(bool),
    Number(i64),
    Word(String),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Document {
    ebm: Machine,
}

#[derive(Deserialize)]
struct Machine {
    intercept: Vec<Double>,
    features: Vec<Feature>,
    terms: Vec<Table>,
}

#[derive(Deserialize)]
struct Feature {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Left out by a machine that was trained for differential privacy: the ends of its features
    /// were made up, so that nobody could say of what it has seen.
    num_unique_vals: Option<u64>,
    /// At each resolution: a term of one feature takes the first, one of two the second, if there
    /// is one. A step begins with a cut.
    #[serde(default)]
    cuts: Vec<Vec<Double>>,
    min: Option<Double>,
    max: Option<Double>,
}

/// What one feature adds, or two together. Of each dimension the first place is for what is
/// missing, the last for what was never seen, and the steps are between.
#[derive(Deserialize)]
struct Table {
    term_features: Vec<String>,
    scores: Box<RawValue>,
}

/// A number. It is read from its digits, since a cut that is off by its last is another.
#[derive(Clone, Copy)]
struct Double(f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = <&RawValue>::deserialize(deserializer)?.get();
        let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
        let wanted =
            || format!("invalid type: `{}`, expected a number that is finite", shown(digits));
        number.map(Double).ok_or_else(|| D::Error::custom(wanted()))
    }
}

impl Model {
    /// Reads an explainable boosting machine that `interpret` 0.7 wrote: the bytes of
    /// `to_json(file, detail="interpretable", indent=None)` of an `ExplainableBoostingClassifier`,
    /// trained on 0 and 1 or on false and true, of which the second means a failure. With more
    /// detail or indented it may be too large.
    ///
    /// Its terms of one feature are steps here, and those of two are pairs; no value goes to
    /// another step than in its tool, and each score is rounded once to billionths. What is not
    /// known counts as the riskiest there is, as everywhere: of all that was seen, and of what the
    /// machine learned of missing values. That is kept as a last step, to which no value comes. How
    /// many changes it was trained on is not written, so [`changes`](Model::changes) is 0.
    ///
    /// Features of words and terms of three features are refused.
    ///
    /// ```
    /// use lynchpin::base::Limits;
    /// use lynchpin::risk::learn::{MISSING, Model};
    ///
    /// let machine = br#"{"version": "1.0", "ebm": {
    ///     "outputs": [{"task": "classification", "classes": [false, true], "link": "logit"}],
    ///     "intercept": [-2.0],
    ///     "features": [{"name": "lines", "type": "continuous", "cuts": [[99.5]],
    ///       "min": 1.0, "max": 700.0, "num_unique_vals": 90}],
    ///     "terms": [{"term_features": ["lines"], "scores": [0.75, -0.5, 1.25, 0.0]}]
    /// }}"#;
    /// let model = Model::from_ebm(machine, Limits::untrusted())?;
    /// assert_eq!(model.score(&[99_000_000])?.log_odds.to_string(), "-2.5");
    /// assert_eq!(model.score(&[100_000_000])?.log_odds.to_string(), "-0.75");
    /// assert_eq!(model.score(&[MISSING])?.log_odds.to_string(), "-0.75");
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// With a JSON path and what to do, as [`Trees::from_xgboost`](super::Trees::from_xgboost);
    /// also [`UnknownWord`](ErrorCode::UnknownWord) of classes of which it is not known which one
    /// means a failure, [`MissingField`](ErrorCode::MissingField) where too little detail was
    /// written, and [`BadArgument`](ErrorCode::BadArgument) of tables that do not fit their cuts or
    /// are too large.
    pub fn from_ebm(json: &[u8], limits: Limits) -> Result<Model> {
        read(as_text(json, limits)?)
    }
}

/// Reads a whole model.
fn read(text: &str) -> Result<Model> {
    check(text, "the `to_json` of an `ExplainableBoostingClassifier`")?;
    let kind: Kind = typed(text)?;
    check_kind(&kind)?;
    let Document { ebm } = typed(text)?;
    let baseline = match ebm.intercept.as_slice() {
        [one] => billionths(one.0).map_err(|it| it.at("$.ebm.intercept[0]"))?,
        _ => return Err(bad("give one intercept", "$.ebm.intercept")),
    };
    let reading = Reading::new(&ebm)?;
    let mut steps = vec![Steps::default(); reading.terms.len()];
    let mut pairs = Vec::new();
    for (number, table) in ebm.terms.iter().enumerate() {
        let at = format!("$.ebm.terms[{number}]");
        match table.term_features.as_slice() {
            [one] => {
                let (own, found) = reading.alone(one, table).map_err(|it| it.under(&at))?;
                match steps.get_mut(own) {
                    Some(place) if place.adds.is_empty() => *place = found,
                    _ => return Err(bad("the feature has a term already", &at)),
                }
            }
            [one, other] => {
                pairs.push(reading.together(one, other, table).map_err(|it| it.under(&at))?);
            }
            _ => {
                let message = "a term has one feature, or two: train with pairs only";
                return Err(bad(message, &format!("{at}.term_features")));
            }
        }
    }
    let mut terms = reading.terms;
    terms.iter_mut().zip(steps).for_each(|(term, steps)| term.steps = steps);
    let model = Model {
        format: Format::Additive1,
        baseline: LogOdds::from_billionths(baseline),
        baseline_error: LogOdds::default(),
        terms,
        pairs,
        // It is not written how many of the changes failed.
        changes: 0,
        failures: 0,
    };
    model.check().map_err(|error| error.under("$.ebm"))?;
    Ok(model)
}

fn bad(message: &str, at: &str) -> Error {
    Problem::new(ErrorCode::BadArgument, message).at(at).into()
}

/// Whether it tells log-odds, of failing rather than of holding.
fn check_kind(kind: &Kind) -> Result<()> {
    if kind.version != "1.0" {
        let message = format!("version `{}` is not known: `1.0` is", shown(&kind.version));
        return Err(Problem::new(ErrorCode::WrongVersion, message).at("$.version").into());
    }
    let refused = |message: String, at: &str| {
        Err(Problem::new(ErrorCode::UnknownWord, message).at(format!("$.ebm.outputs{at}")).into())
    };
    let [output] = kind.ebm.outputs.as_slice() else {
        return refused("train for one output".into(), "");
    };
    if output.link != "logit" {
        let message = format!(
            "the link is `{}`: train an `ExplainableBoostingClassifier` of two classes",
            shown(&output.link)
        );
        return refused(message, "[0].link");
    }
    // Log-odds are those of the second class.
    let of_failing = match output.classes.as_slice() {
        [Class::Flag(held), Class::Flag(failed)] => !held && *failed,
        [Class::Number(held), Class::Number(failed)] => (*held, *failed) == (0, 1),
        [Class::Word(held), Class::Word(failed)] => {
            let both = (held.as_str(), failed.as_str());
            matches!(both, ("0", "1") | ("0.0", "1.0") | ("False" | "false", "True" | "true"))
        }
        _ => false,
    };
    if !of_failing {
        let message = "of other classes it is not known which one means a failure: train on 0 and \
                       1, or on false and true";
        return refused(message.into(), "[0].classes");
    }
    Ok(())
}

/// The features that terms are of, by their names.
struct Reading<'a> {
    /// As they are before what they add is known.
    terms: Vec<Term>,
    named: BTreeMap<&'a str, (usize, &'a Feature)>,
}

impl<'a> Reading<'a> {
    fn new(machine: &'a Machine) -> Result<Reading<'a>> {
        let all = &machine.features;
        check_count("features", all.len(), MODEL_FEATURES_MAX)
            .map_err(|it| it.at("$.ebm.features"))?;
        let (mut terms, mut named) = (Vec::new(), BTreeMap::new());
        let named_by = machine.terms.iter().flat_map(|table| &table.term_features);
        let used: BTreeSet<&str> = named_by.map(String::as_str).collect();
        for (number, feature) in all.iter().enumerate() {
            let at = |part: &str| format!("$.ebm.features[{number}]{part}");
            if !used.contains(feature.name.as_str()) {
                continue;
            }
            terms.push(term(feature).map_err(|(part, problem)| problem.at(at(part)))?);
            let own = terms.len().saturating_sub(1);
            if named.insert(feature.name.as_str(), (own, feature)).is_some() {
                let name = shown(&feature.name);
                let message = format!("two features are called `{name}`: name them apart");
                let problem = Problem::new(ErrorCode::DuplicateKey, message);
                return Err(problem.at(at(".name")).into());
            }
        }
        Ok(Reading { terms, named })
    }

    fn feature(&self, name: &str) -> Result<(usize, &'a Feature)> {
        self.named.get(name).copied().ok_or_else(|| {
            let message = format!("there is no feature `{}`", shown(name));
            let problem = Problem::new(ErrorCode::UnknownWord, message);
            problem.at("$.term_features").into()
        })
    }

    /// What a feature adds alone.
    fn alone(&self, name: &str, table: &Table) -> Result<(usize, Steps)> {
        let (own, feature) = self.feature(name)?;
        let lines = [line(&scores::<Vec<Double>>(table)?, "$.scores")?];
        let axis = Axis::new(feature, 0, &lines)?;
        let adds = axis.places.iter().map(|place| cell(&lines, 0, *place)).collect();
        Ok((own, Steps { adds, cuts: axis.cuts }))
    }

    /// What two features add together.
    fn together(&self, one: &str, other: &str, table: &Table) -> Result<Pair> {
        let ((first, one), (second, other)) = (self.feature(one)?, self.feature(other)?);
        if first == second {
            return Err(bad("a feature with itself", "$.term_features"));
        }
        let rows: Vec<Vec<Double>> = scores(table)?;
        let rows = rows.iter().enumerate();
        let rows = rows.map(|(at, row)| line(row, &format!("$.scores[{at}]")));
        let mut rows: Vec<Vec<LogOdds>> = rows.collect::<Result<_>>()?;
        let across = Axis::new(other, 1, &rows)?;
        // All rows are as long now, so that none is lost by turning them.
        let mut columns = turned(&rows);
        let down = Axis::new(one, 1, &columns)?;
        let (mut features, mut down, mut across) = ((first, second), down, across);
        // A model names the lower one first.
        if first > second {
            mem::swap(&mut rows, &mut columns);
            mem::swap(&mut down, &mut across);
            features = (second, first);
        }
        let cells = down.places.iter().flat_map(|row| across.places.iter().map(|it| (*row, *it)));
        let adds = cells.map(|(row, column)| cell(&rows, row, column)).collect();
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let features = (number(features.0), number(features.1));
        Ok(Pair { features, rows: down.cuts, columns: across.cuts, adds })
    }
}

/// A feature that adds nothing yet; or what is wrong with which part of it.
fn term(feature: &Feature) -> Result<Term, (&'static str, Problem)> {
    if feature.kind != "continuous" {
        let message =
            format!("a `{}` feature is not taken: encode it as numbers", shown(&feature.kind));
        return Err((".type", Problem::new(ErrorCode::UnknownWord, message)));
    }
    let mut levels = feature.cuts.iter();
    if levels.any(|cuts| !cuts.is_sorted_by(|one, other| one.0 < other.0)) {
        return Err((".cuts", Problem::new(ErrorCode::BadArgument, "cuts do not run upwards")));
    }
    if feature.num_unique_vals.is_none() {
        let message = "missing: write the model with `detail=\"interpretable\"` or more; one that \
                       was trained for differential privacy is not taken";
        return Err((".num_unique_vals", Problem::new(ErrorCode::MissingField, message)));
    }
    let end = |part: &'static str, value: Option<Double>| {
        let Some(Double(value)) = value else {
            let message = "missing: no value of it was seen; train without it";
            return Err((part, Problem::new(ErrorCode::MissingField, message)));
        };
        millionths(value).ok_or_else(|| {
            let message = format!("{value} is beyond {INTEGER_MAX} millionths");
            (part, Problem::new(ErrorCode::NumberOutOfRange, message))
        })
    };
    let seen = (end(".min", feature.min)?, end(".max", feature.max)?);
    if seen.0 > seen.1 {
        return Err((".max", Problem::new(ErrorCode::BadArgument, "less than `min`")));
    }
    Ok(Term {
        name: feature.name.clone(),
        transform: Transform::Plain,
        weight: LogOdds::default(),
        error: LogOdds::default(),
        centre: seen.0,
        seen,
        steps: Steps::default(),
    })
}

/// The scores of a table. Lines are not told: they would be those of a part of the document.
fn scores<T: DeserializeOwned>(table: &Table) -> Result<T> {
    typed(table.scores.get()).map_err(|error| {
        let problems =
            error.problems().iter().map(|it| Problem { line: 0, column: 0, ..it.clone() });
        Error::from_problems(problems.collect()).unwrap_or(error).under("$.scores")
    })
}

/// A line of a table, each number rounded once.
fn line(scores: &[Double], at: &str) -> Result<Vec<LogOdds>> {
    let places = scores.iter().enumerate();
    let read = places.map(|(place, score)| {
        let found = billionths(score.0).map_err(|it| it.at(format!("{at}[{place}]")))?;
        Ok(LogOdds::from_billionths(found))
    });
    read.collect()
}

/// Columns as rows.
fn turned(rows: &[Vec<LogOdds>]) -> Vec<Vec<LogOdds>> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|at| rows.iter().filter_map(|row| row.get(at).copied()).collect()).collect()
}

fn cell(rows: &[Vec<LogOdds>], row: usize, column: usize) -> LogOdds {
    rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
}

/// One dimension of a table: where steps end, and at which place of the table each is.
struct Axis {
    cuts: Vec<i64>,
    places: Vec<usize>,
}

impl Axis {
    /// The dimension of a feature that the lines of a table run along, of which there must be some.
    fn new(feature: &Feature, resolution: usize, lines: &[Vec<LogOdds>]) -> Result<Axis> {
        let cuts = feature.cuts.get(resolution).or(feature.cuts.last());
        let cuts = cuts.map_or(&[][..], Vec::as_slice);
        let wanted = cuts.len().saturating_add(3);
        if lines.is_empty() || lines.iter().any(|line| line.len() != wanted) {
            let name = shown(&feature.name);
            let message = format!("`{name}` has {} cuts: give {wanted} scores", cuts.len());
            return Err(bad(&message, "$.scores"));
        }
        let mut axis = Axis { cuts: Vec::new(), places: vec![1] };
        for (next, cut) in (2_usize..).zip(cuts) {
            let end = below(cut.0);
            if end >= LARGEST {
                break;
            }
            // Between two cuts that are closer than a millionth there is no value.
            let is_empty = end < LARGEST.saturating_neg() || axis.cuts.last() == Some(&end);
            match axis.places.last_mut() {
                Some(place) if is_empty => *place = next,
                _ => {
                    axis.cuts.push(end);
                    axis.places.push(next);
                }
            }
        }
        // What is not known counts as the most there is; if more was learned of what is missing, as
        // that, too. No value comes to such a step.
        let learned = |line: &Vec<LogOdds>| {
            let known = axis.places.iter().filter_map(|place| line.get(*place)).max();
            line.first() > known
        };
        if lines.iter().any(learned) {
            axis.cuts.push(LARGEST);
            axis.places.push(0);
        }
        Ok(axis)
    }
}
