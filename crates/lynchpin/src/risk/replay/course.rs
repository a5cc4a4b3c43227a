//! How the changes of one block are scored.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Block, History, Options};
use crate::base::error::{Error, Result};
use crate::base::{Instant, LogOdds, Probability};
use crate::risk::learn::{Column, MISSING, Model, Rolling, Scores};
use crate::risk::{RiskModel, probability};

/// Changes that have had their time, and how models are fitted to them.
pub(super) struct Course<'a> {
    history: History<'a>,
    options: Options<'a>,
    /// When each was ripe and its outcome known.
    ripe: Vec<Instant>,
}

/// What was said of the changes of a block.
pub(super) struct Scored {
    pub(super) said: Vec<Probability>,
    pub(super) log_odds: Vec<LogOdds>,
    pub(super) vouched: Vec<bool>,
    pub(super) doubted: BTreeMap<String, usize>,
    pub(super) block: Block,
}

impl<'a> Course<'a> {
    /// Of the first changes of a history, so many of which have had their time.
    pub(super) fn new(history: History<'a>, options: Options<'a>, changes: usize) -> Course<'a> {
        let times = history.made.iter().zip(history.known).take(changes);
        let ripe = times.map(|(made, known)| ripe(*made, *known, &options)).collect();
        Course { history, options, ripe }
    }

    /// Scores some rows; if there is no model for them, it is told of how many changes there is
    /// none.
    pub(super) fn block(&self, rows: Range<usize>) -> Result<Scored, (usize, Error)> {
        let as_of = self.made(rows.start);
        let is_ripe = |row: &usize| self.ripe.get(*row).is_some_and(|ripe| *ripe <= as_of);
        let (training, young): (Vec<usize>, Vec<usize>) = (0..rows.start).partition(is_ripe);
        let fitted = self.fitted(&training).map_err(|error| (training.len(), error))?;
        // Those before the block that were too young to train it are scored, too: their outcomes
        // shift the model once they are ripe.
        let left_out = young.len();
        let all: Vec<usize> = young.into_iter().chain(rows.clone()).collect();
        let log_odds = self.log_odds(&fitted, &all).map_err(|error| (training.len(), error))?;
        let mut queue: Vec<(Instant, usize, LogOdds)> = all
            .iter()
            .zip(&log_odds)
            .filter_map(|(row, said)| Some((*self.ripe.get(*row)?, *row, *said)))
            .collect();
        queue.sort_unstable_by_key(|(ripe, row, _)| (*ripe, *row));
        let mut queue = queue.into_iter().peekable();
        let mut rolling = Rolling::new(Rolling::WINDOW);
        let mut said = Vec::with_capacity(rows.len());
        for (row, log_odds) in all.iter().zip(&log_odds).skip(left_out) {
            let made = self.made(*row);
            // A change of no maturity is ripe at once, and yet not before it was scored.
            let is_due = |it: &(Instant, usize, LogOdds)| it.0 <= made && it.1 < *row;
            while let Some((_, ripe, said)) = queue.next_if(is_due) {
                rolling.learn(said, self.failed(ripe));
            }
            said.push(probability(log_odds.plus(rolling.shift())));
        }
        let block = Block {
            rows: (rows.start.saturating_add(1), rows.end),
            as_of,
            fitted_to: training.len(),
            failures: training.iter().filter(|row| self.failed(**row)).count(),
            left_out,
            outcomes: rolling.outcomes(),
            shift: rolling.shift(),
        };
        let log_odds = log_odds.into_iter().skip(left_out).collect();
        let (vouched, doubted) = self.vouch(fitted, rows);
        Ok(Scored { said, log_odds, vouched, doubted, block })
    }

    /// A model of all changes that have had their time.
    pub(super) fn whole(&self) -> Result<Model> {
        self.fitted(&(0..self.ripe.len()).collect::<Vec<usize>>())
    }

    fn fitted(&self, rows: &[usize]) -> Result<Model> {
        let failed: Vec<bool> = rows.iter().map(|row| self.failed(*row)).collect();
        let values = self.values(rows);
        let features = self.history.features.iter().zip(&values);
        let columns: Vec<Column<'_>> =
            features.map(|(feature, values)| Column { values, ..*feature }).collect();
        Model::fit(&columns, &failed, &self.options.fit(rows.len()))
    }

    /// For which changes a gate would take the model's word, and what keeps it from the others.
    fn vouch(&self, fitted: Model, rows: Range<usize>) -> (Vec<bool>, BTreeMap<String, usize>) {
        let model = RiskModel::new(fitted);
        let features = self.history.features.iter();
        let named: BTreeMap<&str, &[i64]> = features.map(|it| (it.name, it.values)).collect();
        let mut vouched = Vec::with_capacity(rows.len());
        let mut doubted: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows {
            let value = |name: &str| named.get(name)?.get(row).copied();
            let abstains = model.abstains_for(|name| value(name).filter(|it| *it != MISSING));
            for name in &abstains {
                let count = doubted.entry((*name).to_owned()).or_default();
                *count = count.saturating_add(1);
            }
            vouched.push(abstains.is_empty());
        }
        (vouched, doubted)
    }

    fn made(&self, row: usize) -> Instant {
        self.history.made.get(row).copied().unwrap_or(Instant::EPOCH)
    }

    fn failed(&self, row: usize) -> bool {
        self.history.failed.get(row).copied().unwrap_or(false)
    }

    /// The values of some changes, feature by feature.
    fn values(&self, rows: &[usize]) -> Vec<Vec<i64>> {
        let own =
            |it: &Column<'_>| rows.iter().filter_map(|row| it.values.get(*row).copied()).collect();
        self.history.features.iter().map(own).collect()
    }

    fn log_odds(&self, fitted: &Model, rows: &[usize]) -> Result<Vec<LogOdds>> {
        let values = self.values(rows);
        let columns: Vec<&[i64]> = values.iter().map(Vec::as_slice).collect();
        let mut log_odds = vec![0; rows.len()];
        let scores = Scores { log_odds: Some(&mut log_odds), ..Scores::default() };
        fitted.scorer(false).score(&columns, scores)?;
        Ok(log_odds.into_iter().map(LogOdds::from_billionths).collect())
    }
}

/// When a change was ripe and its outcome known. What failed early is not taken earlier than what
/// held: that alone would make failures look frequent.
pub(in crate::risk) fn ripe(
    made: Instant,
    known: Option<Instant>,
    options: &Options<'_>,
) -> Instant {
    made.after(options.maturity).max(known.unwrap_or(Instant::EPOCH))
}
