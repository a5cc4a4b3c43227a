//! Lines: the logistic regression that makes what failed and what held most likely.

use super::column::{Column, Fit};
use super::matrix::{Matrix, Root};
use super::model::{MISSING, real, whole};

/// How often weights are improved at most; a handful of times is usual.
const STEPS_MAX: u32 = 100;
/// When an improvement is too small to go on: far below what a weight is rounded to.
const ENOUGH: f64 = 1e-10;

/// A column as it is weighed: so that its mean is zero and its deviation one.
pub(super) struct Standard {
    pub(super) centre: i64,
    pub(super) scale: f64,
    pub(super) seen: (i64, i64),
    values: Vec<f64>,
}

/// What is believed of a weight, on its standardised column, before any change is seen.
#[derive(Clone, Copy)]
struct Belief {
    mean: f64,
    /// One by the square of its error.
    precision: f64,
}

/// What is believed of a weight that must be none.
const HELD: Belief = Belief { mean: 0.0, precision: 1e15 };

/// What became of the changes, and how much each counts.
pub(super) struct Outcomes<'a> {
    pub(super) failed: &'a [bool],
    pub(super) weights: &'a [f64],
}

/// The weight of each column and its error, and those of the baseline before them.
pub(super) struct Ridge {
    pub(super) weights: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

impl Standard {
    /// Of transformed values, some of which are missing.
    pub(super) fn new(values: &[i64], weights: &[f64]) -> Standard {
        let known = || values.iter().zip(weights).filter(|(value, _)| **value != MISSING);
        let count = known().map(|(_, weight)| weight).sum::<f64>();
        let count = if count > 0.0 { count } else { 1.0 };
        let mean = known().map(|(value, weight)| real(*value) * weight).sum::<f64>() / count;
        let centre = whole(mean);
        let off = |value: i64| real(value.saturating_sub(centre)) / 1e6;
        let square = |(value, weight): (&i64, &f64)| off(*value) * off(*value) * weight;
        let variance = known().map(square).sum::<f64>() / count;
        // What is always the same has no weight, whatever it is divided by.
        let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let value = |value: &i64| if *value == MISSING { 0.0 } else { off(*value) / scale };
        let least = known().map(|it| *it.0).min().unwrap_or(centre);
        let most = known().map(|it| *it.0).max().unwrap_or(centre);
        let values = values.iter().map(value).collect();
        Standard { centre, scale, seen: (least, most), values }
    }
}

/// The lines of these columns; nothing, if they cannot be told apart.
pub(super) fn ridge(
    columns: &[Column<'_>],
    standards: &[Standard],
    outcomes: &Outcomes<'_>,
    held: &[bool],
    fit: &Fit<'_>,
) -> Option<Ridge> {
    let rows = rows(standards, outcomes.failed.len());
    let own = columns.iter().zip(standards).zip(held);
    let own = own.map(|((column, it), held)| if *held { HELD } else { belief(column, it, fit) });
    let beliefs: Vec<Belief> =
        std::iter::once(baseline_belief(columns, standards, fit)).chain(own).collect();
    let (mut found, root) = newton(&Data { rows: &rows, outcomes, beliefs: &beliefs })?;
    for (weight, _) in found.iter_mut().skip(1).zip(held).filter(|(_, held)| **held) {
        *weight = 0.0;
    }
    let errors = root.inverse_diagonal().iter().map(|it| it.max(0.0).sqrt()).collect();
    Some(Ridge { weights: found, errors })
}

fn belief(column: &Column<'_>, standard: &Standard, fit: &Fit<'_>) -> Belief {
    let known = fit.prior.and_then(|prior| {
        let term = prior
            .terms
            .iter()
            .find(|term| term.name == column.name && term.transform == column.transform)?;
        let error = real(term.error.billionths()) / 1e9 * standard.scale;
        let mean = real(term.weight.billionths()) / 1e9 * standard.scale;
        (error > 0.0).then(|| Belief { mean, precision: 1.0 / (error * error) })
    });
    known.unwrap_or(Belief { mean: 0.0, precision: f64::from(fit.strength) })
}

/// What the prior says of a change that is as usual here.
fn baseline_belief(columns: &[Column<'_>], standards: &[Standard], fit: &Fit<'_>) -> Belief {
    let Some(prior) = fit.prior.filter(|prior| prior.baseline_error.billionths() > 0) else {
        return Belief { mean: 0.0, precision: 0.0 };
    };
    let mut mean = prior.baseline;
    for (column, standard) in columns.iter().zip(standards) {
        if let Some(term) = prior.terms.iter().find(|term| term.name == column.name) {
            mean = mean.plus(term.line(standard.centre));
        }
    }
    let error = real(prior.baseline_error.billionths()) / 1e9;
    Belief { mean: real(mean.billionths()) / 1e9, precision: 1.0 / (error * error) }
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

struct Data<'a> {
    rows: &'a [f64],
    outcomes: &'a Outcomes<'a>,
    beliefs: &'a [Belief],
}

/// The weights that make the outcomes most likely, and the root of what they are bent by there.
fn newton(data: &Data<'_>) -> Option<(Vec<f64>, Root)> {
    let mut weights: Vec<f64> = data.beliefs.iter().map(|belief| belief.mean).collect();
    let mut now = data.look(&weights);
    for _ in 0..STEPS_MAX {
        let step = now.bend.root()?.solve(&now.slope);
        let mut part = 1.0;
        let next = loop {
            let tried: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w + part * s).collect();
            let there = data.look(&tried);
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

impl Data<'_> {
    fn look(&self, weights: &[f64]) -> Seen {
        let width = weights.len();
        let mut seen = Seen { likelihood: 0.0, slope: vec![0.0; width], bend: Matrix::zero(width) };
        let outcomes = self.outcomes.failed.iter().zip(self.outcomes.weights);
        for (row, (failed, times)) in self.rows.chunks_exact(width.max(1)).zip(outcomes) {
            let log_odds: f64 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
            let size = libm::exp(-log_odds.abs());
            let sure = if log_odds >= 0.0 { 1.0 / (1.0 + size) } else { size / (1.0 + size) };
            // The logarithm of what was said of what came true, without overflow.
            let against = if *failed { -log_odds } else { log_odds };
            seen.likelihood -= times * (against.max(0.0) + libm::log1p(size));
            let off = times * if *failed { 1.0 - sure } else { -sure };
            seen.slope.iter_mut().zip(row).for_each(|(slope, value)| *slope += off * value);
            seen.bend.add_square(row, times * sure * (1.0 - sure));
        }
        for (at, (weight, belief)) in weights.iter().zip(self.beliefs).enumerate() {
            let off = weight - belief.mean;
            seen.likelihood -= belief.precision * off * off / 2.0;
            if let Some(slope) = seen.slope.get_mut(at) {
                *slope -= belief.precision * off;
            }
            seen.bend.add_at(at, at, belief.precision);
        }
        seen
    }
}
