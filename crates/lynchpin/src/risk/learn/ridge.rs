//! Lines: the logistic regression that makes what failed and what held most likely.

use super::column::{Column, Fit};
use super::matrix::{Matrix, Root};
use super::model::MISSING;
use crate::risk::float::{real, whole};

/// How often weights are improved at most; a handful of times is usual.
const STEPS_MAX: u32 = 100;
/// When the next improvement would be too small to go on for.
const ENOUGH: f64 = 1e-6;
/// What sums of likelihoods are rounded to, and a little more, as a part of them.
const ROUNDED: f64 = 1e-11;
/// How little of a step is tried at least.
const LEAST: f64 = 1e-10;

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
    let ones = vec![1.0; outcomes.failed.len()];
    let values = standards.iter().map(|standard| standard.values.as_slice());
    let all: Vec<&[f64]> = std::iter::once(ones.as_slice()).chain(values).collect();
    let own = columns.iter().zip(standards).zip(held);
    let own = own.map(|((column, it), held)| if *held { HELD } else { belief(column, it, fit) });
    let beliefs: Vec<Belief> =
        std::iter::once(baseline_belief(columns, standards, fit)).chain(own).collect();
    let (mut found, root) = newton(&Data { columns: &all, outcomes, beliefs: &beliefs })?;
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

struct Data<'a> {
    /// The values column by column, after a column of ones.
    columns: &'a [&'a [f64]],
    outcomes: &'a Outcomes<'a>,
    beliefs: &'a [Belief],
}

/// The weights that make the outcomes most likely, and the root of what they are bent by there.
fn newton(data: &Data<'_>) -> Option<(Vec<f64>, Root)> {
    let mut weights: Vec<f64> = data.beliefs.iter().map(|belief| belief.mean).collect();
    let mut now = data.look(&weights);
    for _ in 0..STEPS_MAX {
        let root = now.bend.root()?;
        let step = root.solve(&now.slope);
        let mut part = 1.0;
        let next = loop {
            let tried: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w + part * s).collect();
            let there = data.look(&tried);
            // A step that goes too far is halved until it helps; near the end, what it helps is
            // lost in what sums are rounded to.
            let slack = ROUNDED * now.likelihood.abs();
            if there.likelihood + slack >= now.likelihood || part < LEAST {
                break (tried, there);
            }
            part /= 2.0;
        };
        (weights, now) = next;
        // Each step is about the square of the one before it, so what is left is far below what a
        // weight is rounded to.
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

/// How many changes are looked at together: their values stay close at hand. Of so many, a product
/// of numbers of at most two is no more than a float holds.
const BLOCK: usize = 512;

impl Data<'_> {
    fn look(&self, weights: &[f64]) -> Seen {
        let width = weights.len();
        let mut seen = Seen { likelihood: 0.0, slope: vec![0.0; width], bend: Matrix::zero(width) };
        let count = self.outcomes.failed.len();
        let mut block = Block::default();
        for start in (0..count).step_by(BLOCK) {
            let columns: Vec<&[f64]> =
                self.columns.iter().map(|column| part(column, start)).collect();
            let failed = part(self.outcomes.failed, start);
            let likelihood =
                block.look(&columns, failed, part(self.outcomes.weights, start), weights);
            seen.likelihood += likelihood;
            for (row, own) in columns.iter().enumerate() {
                if let Some(slope) = seen.slope.get_mut(row) {
                    *slope += dot(&block.off, own);
                }
                block.bend(own);
                for (column, other) in columns.iter().enumerate().take(row.saturating_add(1)) {
                    seen.bend.add_at(row, column, dot(&block.bent, other));
                }
            }
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

fn part<T>(all: &[T], start: usize) -> &[T] {
    let rest = all.get(start..).unwrap_or(&[]);
    rest.get(..BLOCK).unwrap_or(rest)
}

/// The sum of products, four sums side by side: always in the same order.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (fours, rest) = one.as_chunks::<4>();
    let (others, other_rest) = other.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (one, other) in fours.iter().zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    let rest = rest.iter().zip(other_rest).map(|(one, other)| one * other).sum::<f64>();
    sums.iter().sum::<f64>() + rest
}

/// What is seen of some changes.
#[derive(Default)]
struct Block {
    said: Vec<f64>,
    /// By how much each outcome pulls.
    off: Vec<f64>,
    /// By how much each pull changes with what is said.
    bends: Vec<f64>,
    bent: Vec<f64>,
}

impl Block {
    /// Works it out, and the logarithm of how likely the outcomes are.
    fn look(
        &mut self,
        columns: &[&[f64]],
        failed: &[bool],
        counts: &[f64],
        weights: &[f64],
    ) -> f64 {
        self.said.clear();
        self.said.resize(failed.len(), 0.0);
        for (column, weight) in columns.iter().zip(weights) {
            self.said.iter_mut().zip(*column).for_each(|(said, value)| *said += weight * value);
        }
        self.off.clear();
        self.bends.clear();
        let (mut likelihood, mut product) = (0.0, 1.0);
        for ((said, failed), times) in self.said.iter().zip(failed).zip(counts) {
            let size = libm::exp(-said.abs());
            let large = 1.0 / (1.0 + size);
            let sure = if *said >= 0.0 { large } else { size * large };
            // The logarithm of what was said of what came true, without overflow: the logarithms
            // of those that count whole are taken at once.
            let against = if *failed { -said } else { *said };
            likelihood -= times * against.max(0.0);
            if *times == 1.0 {
                product *= 1.0 + size;
            } else {
                likelihood -= times * libm::log1p(size);
            }
            self.off.push(times * if *failed { 1.0 - sure } else { -sure });
            self.bends.push(times * sure * (1.0 - sure));
        }
        likelihood - libm::log(product)
    }

    fn bend(&mut self, column: &[f64]) {
        self.bent.clear();
        self.bent.extend(self.bends.iter().zip(column).map(|(bend, value)| bend * value));
    }
}
