//! Fitting a model: lines, then steps and pairs beside them.

use super::bins::Binned;
use super::boost::boost;
use super::column::{Bend, Column, Fit};
use super::model::{Format, Model, Steps, Term};
use super::ridge::{Outcomes, Ridge, Standard, ridge};
use super::tables::tables;
use super::{MISSING, Pair};
use crate::base::LogOdds;
use crate::base::error::{Error, ErrorCode, Result, shown};
use crate::base::limits::{INTEGER_MAX, MODEL_FEATURES_MAX, MODEL_ROUNDS_MAX};
use crate::risk::float::whole;

/// How much of a model are its lines, where it has steps: two guesses that err in different ways
/// are better halfway between than either.
const LINES: f64 = 0.5;

impl Model {
    /// Fits a model to columns and to what became of the changes, the oldest first.
    ///
    /// The lines are a logistic regression. With [`rounds`](Fit::rounds), steps of each feature and
    /// of some pairs are fitted as well, and the model is halfway between them.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if a column has not one value for each outcome, if
    /// two have one name, if the prior is not of lines alone, or if all failed, or none: then there
    /// is nothing to learn.
    pub fn fit(columns: &[Column<'_>], failed: &[bool], fit: &Fit<'_>) -> Result<Model> {
        check(columns, failed, fit)?;
        let weights = weights(failed.len(), fit.half_life);
        let transformed: Vec<Vec<i64>> = columns.iter().map(transform).collect();
        let standard = |values: &Vec<i64>| Standard::new(values, &weights);
        let standards: Vec<Standard> = transformed.iter().map(standard).collect();
        let lines = lines(columns, &standards, failed, &weights, fit)?;
        let binned = match fit.rounds {
            0 => Vec::new(),
            _ => Binned::all(columns, &transformed),
        };
        if binned.is_empty() {
            let steps = vec![Steps::default(); columns.len()];
            return model(columns, &standards, &lines, (1.0, 0.0), (steps, Vec::new()), failed);
        }
        let boosted = boost(&binned, failed, &weights, fit.rounds, fit.pairs);
        let share = 1.0 - LINES;
        let (level, steps, pairs) = tables(&boosted, &binned, &weights, columns.len(), share);
        model(columns, &standards, &lines, (LINES, level * share), (steps, pairs), failed)
    }
}

fn check(columns: &[Column<'_>], failed: &[bool], fit: &Fit<'_>) -> Result<()> {
    check_columns(columns, failed.len())?;
    if fit.rounds > MODEL_ROUNDS_MAX {
        return Err(bad(format!("{} rounds: take at most {MODEL_ROUNDS_MAX}", fit.rounds)));
    }
    let failures = failed.iter().filter(|failed| **failed).count();
    if failures == 0 || failures == failed.len() {
        return Err(bad(format!("{failures} of {} failed: nothing to learn", failed.len())));
    }
    fit.prior.map_or(Ok(()), check_prior)
}

/// Refuses columns that no model is fitted to, whatever became of so many changes.
pub(in crate::risk) fn check_columns(columns: &[Column<'_>], count: usize) -> Result<()> {
    if columns.len() > MODEL_FEATURES_MAX {
        return Err(bad(format!(
            "{} columns: a model has at most {MODEL_FEATURES_MAX} features",
            columns.len()
        )));
    }
    if let Some(column) = columns.iter().find(|it| it.values.len() != count) {
        let (name, found) = (shown(column.name), column.values.len());
        return Err(bad(format!("`{name}` has {found} values for {count} outcomes")));
    }
    let too_large = |value: &i64| *value != MISSING && value.unsigned_abs() > INTEGER_MAX;
    if let Some(column) = columns.iter().find(|column| column.values.iter().any(too_large)) {
        let name = shown(column.name);
        let message = format!("a value of `{name}` is beyond {INTEGER_MAX} millionths");
        return Err(bad(message));
    }
    let mut names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(one, other)| one == other);
    match twice {
        Some((name, _)) => Err(bad(format!("two columns are named `{}`", shown(name)))),
        None => Ok(()),
    }
}

/// Refuses a prior that says more than lines.
pub(in crate::risk) fn check_prior(prior: &Model) -> Result<()> {
    if prior.is_of_lines() {
        return Ok(());
    }
    Err(bad("the prior has steps: fit one of lines alone to what it is to know".into()))
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

/// How much each change counts; the last one counts as one.
fn weights(count: usize, half_life: Option<u32>) -> Vec<f64> {
    let Some(half_life) = half_life else { return vec![1.0; count] };
    let kept = libm::exp2(-1.0 / f64::from(half_life.max(1)));
    let mut weights = Vec::with_capacity(count);
    let mut weight = 1.0;
    for _ in 0..count {
        weights.push(weight);
        weight *= kept;
    }
    weights.reverse();
    weights
}

fn transform(column: &Column<'_>) -> Vec<i64> {
    column.values.iter().map(|value| column.transform.of(*value)).collect()
}

/// The lines; those that would run the wrong way do not run at all.
fn lines(
    columns: &[Column<'_>],
    standards: &[Standard],
    failed: &[bool],
    weights: &[f64],
    fit: &Fit<'_>,
) -> Result<Ridge> {
    let mut held = vec![false; columns.len()];
    let failed: Vec<f64> = failed.iter().map(|failed| f64::from(u8::from(*failed))).collect();
    let outcomes = Outcomes { failed: &failed, weights };
    loop {
        let found = ridge(columns, standards, &outcomes, &held, fit);
        let unlike = || bad("the columns cannot be told apart: take a larger strength".into());
        let found = found.ok_or_else(unlike)?;
        let own = columns.iter().zip(found.weights.iter().skip(1));
        let wrong: Vec<bool> = own.map(|(column, weight)| is_wrong(column.bend, *weight)).collect();
        if !wrong.contains(&true) {
            return Ok(found);
        }
        held.iter_mut().zip(wrong).for_each(|(held, wrong)| *held |= wrong);
    }
}

fn is_wrong(bend: Bend, weight: f64) -> bool {
    match bend {
        Bend::Rising => weight < 0.0,
        Bend::Falling => weight > 0.0,
        Bend::Straight | Bend::Free => false,
    }
}

/// A model of lines, weighed by the first of `level`, and of steps and pairs, whose baseline is the
/// second.
fn model(
    columns: &[Column<'_>],
    standards: &[Standard],
    lines: &Ridge,
    (share, level): (f64, f64),
    (steps, pairs): (Vec<Steps>, Vec<Pair>),
    failed: &[bool],
) -> Result<Model> {
    let billionths = |value: f64| LogOdds::from_billionths(whole(value * 1e9));
    let found = lines.weights.iter().zip(&lines.errors);
    let own = found.clone().skip(1).zip(columns).zip(standards).zip(steps);
    let terms = own.map(|((((weight, error), column), it), steps)| Term {
        name: column.name.to_owned(),
        transform: column.transform,
        weight: billionths(weight / it.scale * share),
        error: billionths(error / it.scale * share),
        centre: it.centre,
        seen: it.seen,
        steps,
    });
    let (baseline, error) = found.clone().next().map_or((0.0, 0.0), |it| (*it.0, *it.1));
    let model = Model {
        format: Format::Additive1,
        baseline: billionths(baseline * share + level),
        baseline_error: billionths(error * share),
        terms: terms.collect(),
        pairs,
        changes: u64::try_from(failed.len()).unwrap_or(u64::MAX),
        failures: u64::try_from(failed.iter().filter(|it| **it).count()).unwrap_or(u64::MAX),
    };
    model.check().map(|()| model)
}
