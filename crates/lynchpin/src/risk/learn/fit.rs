//! Finding the weights.

use super::matrix::{Matrix, Root};
use super::model::{MISSING, Model, Term, Transform, real, whole};
use crate::base::LogOdds;
use crate::base::error::{Error, ErrorCode, Result};

/// How often weights are improved at most; a handful of times is usual.
const STEPS_MAX: u32 = 100;
/// When an improvement is too small to go on: far below what a weight is rounded to.
const ENOUGH: f64 = 1e-10;

/// One feature of many changes.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is done to its values first.
    pub transform: Transform,
    /// Its value for each change, in millionths; [`MISSING`] where it is not known, which is left
    /// out of the fit: it counts as the mean there.
    pub values: &'a [i64],
}

/// A column as it is weighed: transformed, and so that its mean is zero and its deviation one.
struct Standard {
    centre: i64,
    scale: f64,
    seen: (i64, i64),
    values: Vec<f64>,
}

impl Model {
    /// Fits a model to columns and to what became of the changes. `strength` is how firmly weights
    /// are held near zero: as if so many changes had said so (the precision of the prior, on
    /// standardised columns); 1 is little.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if a column has not one value for each outcome, or
    /// if all failed, or none: then there is nothing to learn.
    pub fn fit(columns: &[Column<'_>], failed: &[bool], strength: u32) -> Result<Model> {
        if let Some(column) = columns.iter().find(|it| it.values.len() != failed.len()) {
            let (name, found, wanted) = (column.name, column.values.len(), failed.len());
            return Err(bad(format!("`{name}` has {found} values for {wanted} outcomes")));
        }
        let failures = failed.iter().filter(|failed| **failed).count();
        if failures == 0 || failures == failed.len() {
            return Err(bad(format!("{failures} of {} failed: nothing to learn", failed.len())));
        }
        let standards: Vec<Standard> = columns.iter().map(standard).collect();
        let rows = rows(&standards, failed.len());
        let (weights, root) = newton(&rows, failed, f64::from(strength)).ok_or_else(|| {
            bad("the columns cannot be told apart: take a larger strength".into())
        })?;
        let spread = root.inverse_diagonal();
        let own = weights.iter().zip(&spread).skip(1);
        let terms =
            columns.iter().zip(&standards).zip(own).map(|((column, it), (weight, error))| {
                let billionths =
                    |value: f64| LogOdds::from_billionths(whole(value / it.scale * 1e9));
                Term {
                    name: column.name.to_owned(),
                    transform: column.transform,
                    weight: billionths(*weight),
                    error: billionths(error.max(0.0).sqrt()),
                    centre: it.centre,
                    seen: it.seen,
                }
            });
        let baseline = weights.first().copied().unwrap_or(0.0);
        Ok(Model {
            baseline: LogOdds::from_billionths(whole(baseline * 1e9)),
            terms: terms.collect(),
            changes: u64::try_from(failed.len()).unwrap_or(u64::MAX),
            failures: u64::try_from(failures).unwrap_or(u64::MAX),
        })
    }
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

fn standard(column: &Column<'_>) -> Standard {
    let transformed = |value: &i64| column.transform.of(*value);
    let known = || column.values.iter().filter(|value| **value != MISSING).map(transformed);
    let count = known().fold(0.0, |count, _| count + 1.0_f64).max(1.0);
    let mean = known().map(real).sum::<f64>() / count;
    let centre = whole(mean);
    let off = |value: i64| real(value.saturating_sub(centre)) / 1e6;
    let variance = known().map(|value| off(value) * off(value)).sum::<f64>() / count;
    // What is always the same has no weight, whatever it is divided by.
    let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    let value = |value: &i64| match *value {
        MISSING => 0.0,
        known => off(column.transform.of(known)) / scale,
    };
    let seen = (known().min().unwrap_or(centre), known().max().unwrap_or(centre));
    Standard { centre, scale, seen, values: column.values.iter().map(value).collect() }
}

/// The values change by change, a one before each.
fn rows(standards: &[Standard], count: usize) -> Vec<f64> {
    let width = standards.len().saturating_add(1);
    let mut rows = vec![1.0; width.saturating_mul(count)];
    for (number, standard) in standards.iter().enumerate() {
        let places = rows.iter_mut().skip(number.saturating_add(1)).step_by(width);
        places.zip(&standard.values).for_each(|(place, value)| *place = *value);
    }
    rows
}

/// The weights that make the outcomes most likely, and the root of what they are bent by there.
fn newton(rows: &[f64], failed: &[bool], strength: f64) -> Option<(Vec<f64>, Root)> {
    let width = rows.len().checked_div(failed.len())?;
    let mut weights = vec![0.0; width];
    let mut now = look(rows, failed, &weights, strength);
    for _ in 0..STEPS_MAX {
        let step = now.bend.root()?.solve(&now.slope);
        let mut part = 1.0;
        let next = loop {
            let tried: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w + part * s).collect();
            let there = look(rows, failed, &tried, strength);
            // A step that goes too far is halved until it helps.
            if there.likelihood >= now.likelihood || part < ENOUGH {
                break (tried, there);
            }
            part /= 2.0;
        };
        (weights, now) = next;
        if step.iter().all(|step| (step * part).abs() < ENOUGH) {
            break;
        }
    }
    Some((weights, now.bend.root()?))
}

/// What the outcomes look like from some weights.
struct Seen {
    /// The logarithm of how likely they are, with the prior.
    likelihood: f64,
    slope: Vec<f64>,
    bend: Matrix,
}

fn look(rows: &[f64], failed: &[bool], weights: &[f64], strength: f64) -> Seen {
    let width = weights.len();
    let mut seen = Seen { likelihood: 0.0, slope: vec![0.0; width], bend: Matrix::zero(width) };
    for (row, failed) in rows.chunks_exact(width.max(1)).zip(failed) {
        let log_odds: f64 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        let size = libm::exp(-log_odds.abs());
        let sure = if log_odds >= 0.0 { 1.0 / (1.0 + size) } else { size / (1.0 + size) };
        // The logarithm of what was said of what came true, without overflow.
        let against = if *failed { -log_odds } else { log_odds };
        seen.likelihood -= against.max(0.0) + libm::log1p(size);
        let off = if *failed { 1.0 - sure } else { -sure };
        seen.slope.iter_mut().zip(row).for_each(|(slope, value)| *slope += off * value);
        seen.bend.add_square(row, sure * (1.0 - sure));
    }
    for (at, weight) in weights.iter().enumerate().skip(1) {
        seen.likelihood -= strength * weight * weight / 2.0;
        if let Some(slope) = seen.slope.get_mut(at) {
            *slope -= strength * weight;
        }
        seen.bend.add_at(at, at, strength);
    }
    seen
}
