//! What models would have said of a history, had they known no more than was known then.
//!
//! The first half of the changes trains only. The rest is cut into blocks of time, each of which is
//! scored by a model that is fitted to what was ripe and known when the block's first change was
//! made. Between two fits all log-odds are shifted by the outcomes that became ripe and known.

use std::collections::BTreeMap;
use std::ops::Range;

use lynchpin::base::{Error, Instant, LogOdds, Probability, Span};
use lynchpin::risk::learn::{Column, MISSING, Model, Rolling, Scores};
use lynchpin::risk::{RiskModel, probability};
use serde::Serialize;

use super::args::Features;
use super::fit::how;
use super::history::{Feature, History};
use super::model;

/// What was said, and how.
pub struct Replay {
    /// How many of the first changes only train.
    pub trained: usize,
    /// What was said of each of the others.
    pub said: Vec<Probability>,
    /// The same as the models themselves said it, not yet shifted.
    pub log_odds: Vec<LogOdds>,
    /// Whether the model vouches for it: everything is known of the change, and nothing of it lies
    /// beyond all that the model was fitted to.
    pub vouched: Vec<bool>,
    /// Of how many changes which feature keeps it from vouching.
    pub doubted: BTreeMap<String, usize>,
    /// The share that failed of the changes that the first model was fitted to.
    pub base: Probability,
    pub blocks: Vec<Block>,
}

impl Replay {
    /// Nothing is said yet, after so many changes that only train.
    pub fn begin(trained: usize) -> Replay {
        Replay {
            trained,
            said: Vec::new(),
            log_odds: Vec::new(),
            vouched: Vec::new(),
            doubted: BTreeMap::new(),
            base: Probability::ZERO,
            blocks: Vec::new(),
        }
    }
}

/// How the changes of a block were scored.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Block {
    /// The rows of its first and of its last change, in the file.
    pub rows: (usize, usize),
    /// When its first change was made: nothing was known of what came to be known later.
    pub as_of: Instant,
    /// To how many changes its model was fitted.
    pub fitted_to: usize,
    /// How many of them failed.
    pub failures: usize,
    /// How many earlier changes were left out, because they were not ripe or not known.
    pub left_out: usize,
    /// By how many outcomes its model was shifted in the end.
    pub outcomes: usize,
    /// How far.
    pub shift: LogOdds,
}

/// Why there is no model for a block: its number, to how many changes one was to be fitted, and
/// what is wrong.
pub struct Unfit {
    pub block: usize,
    pub changes: usize,
    pub error: Error,
}

/// Changes of a history that have had their time, and how models are fitted to them.
pub struct Course<'a> {
    pub history: &'a History,
    /// How many of the first changes have had their time by now.
    pub count: usize,
    pub maturity: Span,
    pub features: &'a Features,
}

impl Course<'_> {
    /// Scores the second half, block by block.
    pub fn replay(&self, blocks: usize) -> Result<Replay, Unfit> {
        let trained = self.count / 2;
        let scored = self.count.saturating_sub(trained);
        let ripe: Vec<Instant> = (0..self.count).map(|row| self.ripe(row)).collect();
        // As the back-test cuts its blocks.
        let place = |number: usize| {
            let place = scored.saturating_mul(number).checked_div(blocks);
            trained.saturating_add(place.unwrap_or(0))
        };
        let mut replay = Replay::begin(trained);
        for number in 0..blocks {
            let rows = (place(number), place(number.saturating_add(1)));
            let block = self.block(rows, &ripe, &mut replay).map_err(|(changes, error)| Unfit {
                block: number.saturating_add(1),
                changes,
                error,
            })?;
            if number == 0 {
                let share = model::share_of(block.failures, block.fitted_to);
                replay.base = share.unwrap_or(Probability::ZERO);
            }
            replay.blocks.push(block);
        }
        Ok(replay)
    }

    /// When a change was ripe and its outcome known. What failed early is not taken earlier than
    /// what held: that alone would make failures look frequent.
    pub fn ripe(&self, row: usize) -> Instant {
        let made = self.history.made.get(row).copied().unwrap_or(Instant::EPOCH);
        let known = self.history.known.get(row).copied().flatten();
        made.after(self.maturity).max(known.unwrap_or(Instant::EPOCH))
    }

    fn block(
        &self,
        (start, end): (usize, usize),
        ripe: &[Instant],
        replay: &mut Replay,
    ) -> Result<Block, (usize, Error)> {
        let as_of = self.history.made.get(start).copied().unwrap_or(Instant::EPOCH);
        let is_ripe = |row: &usize| ripe.get(*row).is_some_and(|ripe| *ripe <= as_of);
        let (training, young): (Vec<usize>, Vec<usize>) = (0..start).partition(is_ripe);
        let fitted = self.fitted(&training).map_err(|error| (training.len(), error))?;
        // Those before the block that were too young to train it are scored, too: their outcomes
        // shift the model once they are ripe.
        let left_out = young.len();
        let rows: Vec<usize> = young.into_iter().chain(start..end).collect();
        let log_odds = self.log_odds(&fitted, &rows).map_err(|error| (training.len(), error))?;
        let mut queue: Vec<(Instant, usize, LogOdds)> = rows
            .iter()
            .zip(&log_odds)
            .filter_map(|(row, said)| Some((*ripe.get(*row)?, *row, *said)))
            .collect();
        queue.sort_unstable_by_key(|(ripe, row, _)| (*ripe, *row));
        let mut queue = queue.into_iter().peekable();
        let mut rolling = Rolling::new(Rolling::WINDOW);
        for (row, log_odds) in rows.iter().zip(&log_odds).skip(left_out) {
            let made = self.history.made.get(*row).copied().unwrap_or(Instant::EPOCH);
            // A change of no maturity is ripe at once, and yet not before it was scored.
            let is_due = |it: &(Instant, usize, LogOdds)| it.0 <= made && it.1 < *row;
            while let Some((_, ripe, said)) = queue.next_if(is_due) {
                rolling.learn(said, self.failed(ripe));
            }
            replay.said.push(probability(log_odds.plus(rolling.shift())));
            replay.log_odds.push(*log_odds);
        }
        self.vouch(fitted, start..end, replay);
        Ok(Block {
            rows: (start.saturating_add(1), end),
            as_of,
            fitted_to: training.len(),
            failures: training.iter().filter(|row| self.failed(**row)).count(),
            left_out,
            outcomes: rolling.outcomes(),
            shift: rolling.shift(),
        })
    }

    /// A model of all changes that have had their time by now.
    pub fn whole(&self) -> Result<Model, Error> {
        self.fitted(&(0..self.count).collect::<Vec<usize>>())
    }

    fn fitted(&self, rows: &[usize]) -> Result<Model, Error> {
        let failed: Vec<bool> = rows.iter().map(|row| self.failed(*row)).collect();
        let values: Vec<Vec<i64>> = self.values(rows);
        let columns: Vec<Column<'_>> =
            self.features().zip(&values).map(|(it, values)| it.column(values)).collect();
        Model::fit(&columns, &failed, &how(self.features, rows.len(), None))
    }

    /// For which changes a gate would take the model's word.
    fn vouch(&self, fitted: Model, rows: Range<usize>, replay: &mut Replay) {
        let model = RiskModel::new(fitted);
        let named: BTreeMap<&str, &[i64]> =
            self.features().map(|it| (it.name.as_str(), it.values.as_slice())).collect();
        for row in rows {
            let value = |name: &str| named.get(name)?.get(row).copied();
            let doubted = model.abstains_for(|name| value(name).filter(|it| *it != MISSING));
            for name in &doubted {
                let count = replay.doubted.entry((*name).to_owned()).or_default();
                *count = count.saturating_add(1);
            }
            replay.vouched.push(doubted.is_empty());
        }
    }

    /// Whether a change failed.
    pub fn failed(&self, row: usize) -> bool {
        self.history.failed.get(row).copied().unwrap_or(false)
    }

    fn features(&self) -> impl Iterator<Item = &Feature> {
        self.history.features.iter()
    }

    /// The values of some changes, feature by feature.
    fn values(&self, rows: &[usize]) -> Vec<Vec<i64>> {
        let own =
            |it: &Feature| rows.iter().filter_map(|row| it.values.get(*row).copied()).collect();
        self.features().map(own).collect()
    }

    fn log_odds(&self, fitted: &Model, rows: &[usize]) -> Result<Vec<LogOdds>, Error> {
        let values = self.values(rows);
        let columns: Vec<&[i64]> = values.iter().map(Vec::as_slice).collect();
        let mut log_odds = vec![0; rows.len()];
        let scores = Scores { log_odds: Some(&mut log_odds), ..Scores::default() };
        fitted.scorer(false).score(&columns, scores)?;
        Ok(log_odds.into_iter().map(LogOdds::from_billionths).collect())
    }
}
