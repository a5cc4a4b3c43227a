//! Steps and pairs: small trees, each fitted to what the ones before it leave, added up.

use std::collections::BTreeMap;

use super::bins::{Binned, STEPS, UNKNOWN};
use super::tree::{Pull, Tree, grow};

/// How much of what a tree says is believed.
const RATE: f64 = 0.05;

/// How far from even a baseline may be: one in a hundred million.
const BASELINE_MAX: f64 = 18.0;

/// What trees come to when they are added up.
pub(super) struct Boosted {
    pub(super) baseline: f64,
    /// What each step of each binned column adds.
    pub(super) steps: Vec<Vec<f64>>,
    /// What each two steps of two binned columns add, the lower column first, row after row of
    /// [`STEPS`].
    pub(super) pairs: BTreeMap<(usize, usize), Vec<f64>>,
}

/// Adds up so many trees; of pairs of columns as many as are wanted.
pub(super) fn boost(
    columns: &[Binned],
    failed: &[bool],
    weights: &[f64],
    rounds: u32,
    pairs_max: u32,
) -> Boosted {
    let count: f64 = weights.iter().sum();
    let failures: f64 = weights.iter().zip(failed).filter(|it| *it.1).map(|it| *it.0).sum();
    // Failures may be so long ago that they count nothing.
    let baseline = libm::log(failures / (count - failures)).clamp(-BASELINE_MAX, BASELINE_MAX);
    let steps = columns.iter().map(|it| vec![0.0; it.cuts.len().saturating_add(1)]).collect();
    let mut sum = Boosted { baseline, steps, pairs: BTreeMap::new() };
    let mut said = vec![baseline; failed.len()];
    let mut leaves = vec![0; failed.len()];
    let mut pulls = vec![Pull::default(); failed.len()];
    let pairs_max = usize::try_from(pairs_max).unwrap_or(usize::MAX);
    for _ in 0..rounds {
        pull(&mut pulls, &said, failed, weights);
        let is_full = sum.pairs.len() >= pairs_max;
        let may_meet = |one: usize, other: usize| {
            one == other || !is_full || sum.pairs.contains_key(&ordered(one, other))
        };
        let Some(tree) = grow(columns, &pulls, &mut leaves, pairs_max > 0, may_meet) else { break };
        sum.add(&tree, columns);
        follow(&mut said, &tree, columns);
    }
    sum
}

fn ordered(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

/// By how much the likelihood of each outcome changes with what is said of it.
fn pull(pulls: &mut [Pull], said: &[f64], failed: &[bool], weights: &[f64]) {
    let outcomes = said.iter().zip(failed).zip(weights);
    for (pull, ((said, failed), weight)) in pulls.iter_mut().zip(outcomes) {
        let sure = 1.0 / (1.0 + libm::exp(-said));
        let off = if *failed { 1.0 - sure } else { -sure };
        *pull = Pull { slope: off * weight, bend: sure * (1.0 - sure) * weight };
    }
}

/// Adds what a tree says of each change; nothing, where it asks for what is not known.
fn follow(said: &mut [f64], tree: &Tree, columns: &[Binned]) {
    let first = columns.get(tree.first.column);
    let second = tree.second.map_or(first, |split| columns.get(split.column));
    let (Some(first), Some(second)) = (first, second) else { return };
    for (said, (first, second)) in said.iter_mut().zip(first.codes.iter().zip(&second.codes)) {
        if *first != UNKNOWN && *second != UNKNOWN {
            *said += RATE * tree.says(*first, *second);
        }
    }
}

impl Boosted {
    fn add(&mut self, tree: &Tree, columns: &[Binned]) {
        let first = tree.first.column;
        let second = tree.second.map_or(first, |split| split.column);
        if first == second {
            let steps = self.steps.get_mut(first).into_iter().flatten();
            for (code, cell) in (0..UNKNOWN).zip(steps) {
                *cell += RATE * tree.says(code, code);
            }
            return;
        }
        let (low, high) = ordered(first, second);
        let table = self.pairs.entry((low, high));
        let table = table.or_insert_with(|| vec![0.0; STEPS.saturating_mul(STEPS)]);
        let size = |column: usize| columns.get(column).map_or(0, |it| it.cuts.len() + 1);
        let rows = (0..UNKNOWN).zip(table.chunks_mut(STEPS)).take(size(low));
        for (row, cells) in rows {
            for (column, cell) in (0..UNKNOWN).zip(cells).take(size(high)) {
                let (one, other) = if first == low { (row, column) } else { (column, row) };
                *cell += RATE * tree.says(one, other);
            }
        }
    }
}
