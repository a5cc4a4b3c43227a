//! What trees come to, as tables that explain themselves: equal steps as one, and nothing in a
//! pair that one of its features says alone.

use super::bins::{Binned, STEPS, UNKNOWN};
use super::boost::Boosted;
use super::model::{Pair, Steps};
use crate::base::LogOdds;
use crate::risk::float::whole;

/// How often what rows and columns say alone is taken out of a pair; each time leaves a small part
/// of the last.
const SWEEPS: usize = 20;

/// A table of one or two columns of features: cuts of both, cells row after row.
struct Table {
    rows: Vec<i64>,
    columns: Vec<i64>,
    cells: Vec<f64>,
    /// How much the changes in each cell weigh.
    mass: Vec<f64>,
}

/// The tables of what was boosted, each times `share`: what is added to the baseline, the steps of
/// each of the model's features, and its pairs.
pub(super) fn tables(
    boosted: &Boosted,
    binned: &[Binned],
    weights: &[f64],
    features: usize,
    share: f64,
) -> (f64, Vec<Steps>, Vec<Pair>) {
    let own = binned.iter().zip(&boosted.steps);
    let mut alone: Vec<Vec<(i64, f64)>> =
        own.map(|(column, steps)| jumps(&column.cuts, steps)).collect();
    let mut baseline = boosted.baseline;
    let mut pairs = Vec::new();
    for (&(first, second), cells) in &boosted.pairs {
        let (Some(one), Some(other)) = (binned.get(first), binned.get(second)) else { continue };
        let mut table = Table::new(one, other, cells, weights).joined();
        let (down, across) = table.purify();
        for (at, cuts, steps) in [(first, &table.rows, down), (second, &table.columns, across)] {
            if let Some(alone) = alone.get_mut(at) {
                baseline += steps.first().copied().unwrap_or(0.0);
                alone.extend(jumps(cuts, &steps));
            }
        }
        let number = |column: usize| u32::try_from(column).unwrap_or(u32::MAX);
        pairs.push(Pair {
            features: (number(one.column), number(other.column)),
            adds: table.cells.iter().map(|cell| billionths(cell * share)).collect(),
            rows: table.rows,
            columns: table.columns,
        });
    }
    let mut steps = vec![Steps::default(); features];
    for ((column, jumps), boosted) in binned.iter().zip(alone).zip(&boosted.steps) {
        baseline += boosted.first().copied().unwrap_or(0.0);
        let (own, found) = levels(jumps, column, weights, share);
        baseline += own;
        if let Some(place) = steps.get_mut(column.column) {
            *place = found;
        }
    }
    (baseline, steps, pairs)
}

fn billionths(value: f64) -> LogOdds {
    LogOdds::from_billionths(whole(value * 1e9))
}

/// By how much each step differs from the one before it, where it does.
fn jumps(cuts: &[i64], steps: &[f64]) -> Vec<(i64, f64)> {
    let rises = steps.windows(2).map(|pair| match pair {
        [low, high] => high - low,
        _ => 0.0,
    });
    cuts.iter().copied().zip(rises).filter(|(_, rise)| *rise != 0.0).collect()
}

/// Jumps added up to steps whose mean is zero, and the mean that they had.
fn levels(
    mut jumps: Vec<(i64, f64)>,
    column: &Binned,
    weights: &[f64],
    share: f64,
) -> (f64, Steps) {
    jumps.sort_by_key(|(cut, _)| *cut);
    let (mut cuts, mut level, mut levels) = (Vec::new(), 0.0, vec![0.0]);
    for (cut, rise) in jumps {
        level += rise;
        if cuts.last() == Some(&cut) {
            levels.pop();
        } else {
            cuts.push(cut);
        }
        levels.push(level);
    }
    let mut mass = vec![0.0; levels.len()];
    for (code, weight) in column.codes.iter().zip(weights) {
        // The first cut that is not below the step's end: both are of the same column.
        let step = match column.cuts.get(usize::from(*code)) {
            Some(end) => cuts.partition_point(|cut| cut < end),
            None if *code == UNKNOWN => continue,
            None => cuts.len(),
        };
        if let Some(mass) = mass.get_mut(step) {
            *mass += weight;
        }
    }
    let all: f64 = mass.iter().sum();
    let sum: f64 = mass.iter().zip(&levels).map(|(mass, level)| mass * level).sum();
    let mean = if all > 0.0 { sum / all } else { 0.0 };
    let adds = levels.iter().map(|level| billionths((level - mean) * share)).collect();
    (mean, if cuts.is_empty() { Steps::default() } else { Steps { cuts, adds } })
}

impl Table {
    fn new(one: &Binned, other: &Binned, cells: &[f64], weights: &[f64]) -> Table {
        let height = one.cuts.len().saturating_add(1);
        let width = other.cuts.len().saturating_add(1);
        let rows = cells.chunks(STEPS).take(height);
        let cells = rows.flat_map(|row| row.iter().copied().take(width)).collect();
        let mut mass = vec![0.0; height.saturating_mul(width)];
        for ((row, column), weight) in one.codes.iter().zip(&other.codes).zip(weights) {
            if *row != UNKNOWN && *column != UNKNOWN {
                let place =
                    usize::from(*row).saturating_mul(width).saturating_add((*column).into());
                if let Some(mass) = mass.get_mut(place) {
                    *mass += weight;
                }
            }
        }
        Table { rows: one.cuts.clone(), columns: other.cuts.clone(), cells, mass }
    }

    /// Without rows and columns that are the same as the one before them.
    fn joined(self) -> Table {
        self.rows_joined().turned().rows_joined().turned()
    }

    fn width(&self) -> usize {
        self.columns.len().saturating_add(1)
    }

    fn rows_joined(self) -> Table {
        let width = self.width();
        let (mut rows, mut cells, mut mass) = (Vec::new(), Vec::new(), Vec::<f64>::new());
        let lines = self.cells.chunks(width).zip(self.mass.chunks(width)).enumerate();
        for (number, (line, weights)) in lines {
            let start = cells.len().saturating_sub(width);
            if number > 0 && cells.get(start..) == Some(line) {
                let last = mass.iter_mut().skip(start);
                last.zip(weights).for_each(|(sum, weight)| *sum += weight);
                continue;
            }
            if let Some(cut) = number.checked_sub(1).and_then(|it| self.rows.get(it)) {
                rows.push(*cut);
            }
            cells.extend_from_slice(line);
            mass.extend_from_slice(weights);
        }
        Table { rows, columns: self.columns, cells, mass }
    }

    /// With rows as columns.
    fn turned(self) -> Table {
        let width = self.width();
        let turn = |cells: &[f64]| -> Vec<f64> {
            (0..width).flat_map(|at| cells.iter().copied().skip(at).step_by(width)).collect()
        };
        let (cells, mass) = (turn(&self.cells), turn(&self.mass));
        Table { rows: self.columns, columns: self.rows, cells, mass }
    }

    /// Takes out what each row and each column says alone: their means over the changes.
    fn purify(&mut self) -> (Vec<f64>, Vec<f64>) {
        let width = self.width();
        let mut down = vec![0.0; self.rows.len().saturating_add(1)];
        let mut across = vec![0.0; width];
        for _ in 0..SWEEPS {
            let lines = self.cells.chunks_mut(width).zip(self.mass.chunks(width));
            for ((cells, mass), down) in lines.zip(&mut down) {
                let mean = mean(cells.iter().zip(mass));
                cells.iter_mut().for_each(|cell| *cell -= mean);
                *down += mean;
            }
            for (at, across) in across.iter_mut().enumerate() {
                let own = || self.cells.iter().zip(&self.mass).skip(at).step_by(width);
                let mean = mean(own());
                self.cells.iter_mut().skip(at).step_by(width).for_each(|cell| *cell -= mean);
                *across += mean;
            }
        }
        (down, across)
    }
}

fn mean<'a>(cells: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    let (sum, mass) =
        cells.fold((0.0, 0.0), |(sum, all), (cell, mass)| (sum + cell * mass, all + mass));
    if mass > 0.0 { sum / mass } else { 0.0 }
}
