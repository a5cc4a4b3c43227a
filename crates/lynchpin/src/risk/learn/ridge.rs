//! Lines: the logistic regression that makes what failed and what held most likely.

use super::column::{Column, Fit};
use super::matrix::{Matrix, Root, dot};
use super::model::{MISSING, Model, Term};
use crate::risk::float::{power, real, whole};

/// How often weights are improved at most; a handful of times is usual.
const STEPS_MAX: u32 = 100;
/// When the next improvement would be too small to go on for.
const ENOUGH: f64 = 1e-6;
/// What sums of likelihoods are rounded to, and a little more, as a part of them.
const ROUNDED: f64 = 1e-11;
/// Log-odds beyond which nothing is less certain.
const FAR: f64 = 600.0;
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
    /// One if it failed, zero if it held.
    pub(super) failed: &'a [f64],
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
        let (mut count, mut sum) = (0.0, 0.0);
        let (mut least, mut most) = (i64::MAX, MISSING);
        for (value, weight) in values.iter().zip(weights).filter(|it| *it.0 != MISSING) {
            count += weight;
            sum += real(*value) * weight;
            (least, most) = (least.min(*value), most.max(*value));
        }
        let count = if count > 0.0 { count } else { 1.0 };
        let centre = whole(sum / count);
        let off = |value: &i64| match *value {
            MISSING => 0.0,
            value => real(value.saturating_sub(centre)) / 1e6,
        };
        let mut offs: Vec<f64> = values.iter().map(off).collect();
        let squares = offs.iter().zip(weights).map(|(off, weight)| off * off * weight);
        let variance = squares.sum::<f64>() / count;
        // What is always the same has no weight, whatever it is divided by.
        let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        offs.iter_mut().for_each(|off| *off /= scale);
        let seen = if most == MISSING { (centre, centre) } else { (least, most) };
        Standard { centre, scale, seen, values: offs }
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
        let term = same_term(prior, column)?;
        let error = real(term.error.billionths()) / 1e9 * standard.scale;
        let mean = real(term.weight.billionths()) / 1e9 * standard.scale;
        (error > 0.0).then(|| Belief { mean, precision: 1.0 / (error * error) })
    });
    known.unwrap_or(Belief { mean: 0.0, precision: f64::from(fit.strength) })
}

/// What a prior says of a feature: a weight on other values says nothing of these.
fn same_term<'a>(prior: &'a Model, column: &Column<'_>) -> Option<&'a Term> {
    let is_same = |it: &&Term| it.name == column.name && it.transform == column.transform;
    prior.terms.iter().find(is_same)
}

/// What the prior says of a change that is as usual here.
fn baseline_belief(columns: &[Column<'_>], standards: &[Standard], fit: &Fit<'_>) -> Belief {
    let Some(prior) = fit.prior.filter(|prior| prior.baseline_error.billionths() > 0) else {
        return Belief { mean: 0.0, precision: 0.0 };
    };
    let mut mean = prior.baseline;
    for (column, standard) in columns.iter().zip(standards) {
        if let Some(term) = same_term(prior, column) {
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
const BLOCK: usize = 256;

impl Data<'_> {
    fn look(&self, weights: &[f64]) -> Seen {
        let width = weights.len();
        let mut seen = Seen { likelihood: 0.0, slope: vec![0.0; width], bend: Matrix::zero(width) };
        let count = self.outcomes.failed.len();
        let mut block = Block::default();
        let mut columns: Vec<&[f64]> = Vec::with_capacity(width);
        for start in (0..count).step_by(BLOCK) {
            columns.clear();
            columns.extend(self.columns.iter().map(|column| part(column, start)));
            let failed = part(self.outcomes.failed, start);
            let counts = part(self.outcomes.weights, start);
            seen.likelihood += block.look(&columns, failed, counts, weights);
            for (row, own) in columns.iter().enumerate() {
                if let Some(slope) = seen.slope.get_mut(row) {
                    *slope += dot(&block.off, own);
                }
                block.bend(own);
                let others = columns.get(..=row).unwrap_or(&[]);
                seen.bend.add_row(row, &block.bent, others);
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

/// What is seen of some changes.
#[derive(Default)]
struct Block {
    said: Vec<f64>,
    /// The odds against what is held to be likelier, or for it if it is even.
    odds: Vec<f64>,
    /// By how much each outcome pulls.
    off: Vec<f64>,
    /// By how much each pull changes with what is said.
    bends: Vec<f64>,
    bent: Vec<f64>,
}

impl Block {
    /// Works it out, and the logarithm of how likely the outcomes are.
    fn look(&mut self, columns: &[&[f64]], failed: &[f64], counts: &[f64], weights: &[f64]) -> f64 {
        self.said.clear();
        self.said.resize(failed.len(), 0.0);
        for (column, weight) in columns.iter().zip(weights) {
            self.said.iter_mut().zip(*column).for_each(|(said, value)| *said += weight * value);
        }
        self.odds.clear();
        self.odds.extend(self.said.iter().map(|said| {
            let size = said.abs();
            power(-std::f64::consts::LOG2_E * if size > FAR { FAR } else { size })
        }));
        let known = self.said.iter().zip(&self.odds).zip(failed.iter().zip(counts));
        self.off.clear();
        self.off.extend(known.clone().map(|((said, odds), (failed, times))| {
            let large = 1.0 / (1.0 + odds);
            let sure = if *said >= 0.0 { large } else { odds * large };
            times * (failed - sure)
        }));
        self.bends.clear();
        self.bends.extend(self.odds.iter().zip(counts).map(|(odds, times)| {
            let large = 1.0 / (1.0 + odds);
            times * odds * large * large
        }));
        // The logarithm of what was said of what came true, without overflow: the logarithms of
        // those that count whole are taken at once.
        let (mut likelihood, mut product) = (0.0, 1.0);
        for ((said, odds), (failed, times)) in known {
            let against = if *failed > 0.0 { -said } else { *said };
            likelihood -= times * if against > 0.0 { against } else { 0.0 };
            if *times == 1.0 {
                product *= 1.0 + odds;
            } else {
                likelihood -= times * libm::log1p(*odds);
            }
        }
        likelihood - libm::log(product)
    }

    fn bend(&mut self, column: &[f64]) {
        self.bent.clear();
        self.bent.extend(self.bends.iter().zip(column).map(|(bend, value)| bend * value));
    }
}
