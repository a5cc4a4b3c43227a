//! What models would have said of a history, had they known no more than was known then.
//!
//! The first half of the changes trains only. The rest is cut into blocks of time, each of which is
//! scored by a model that is fitted to what was ripe and known when the block's first change was
//! made. Between two fits all log-odds are [shifted](Rolling) by the outcomes that became ripe and
//! known. So nothing is said of a change by whoever knew what became of it, or of any other that
//! was known only later: what comes out may be [tested](crate::risk::backtest) and
//! [certified](crate::risk::certify).
//!
//! ```
//! use lynchpin::base::{Instant, Span};
//! use lynchpin::risk::backtest::{self, Backtest, Costs};
//! use lynchpin::risk::learn::{Bend, Column, Transform};
//! use lynchpin::risk::replay::{History, Options, Replay};
//!
//! // A change a day; of those of more than sixty lines every second fails, a week later.
//! let day = |day: u32| Instant::EPOCH.after(Span::from_seconds(86_400 * day));
//! let made: Vec<Instant> = (0..400).map(day).collect();
//! let lines: Vec<i64> = (0..400).map(|number| number * 37 % 100 * 1_000_000).collect();
//! let failed: Vec<bool> = (0..400).map(|day| day * 37 % 100 > 60 && day % 2 == 0).collect();
//! let known: Vec<Option<Instant>> = (7..407).map(|later| Some(day(later))).collect();
//! let transform = Transform::Log;
//! let columns = [Column { name: "lines", transform, bend: Bend::Rising, values: &lines }];
//! let history = History { features: &columns, made: &made, known: &known, failed: &failed };
//!
//! let options = Options::new(day(410), "20d".parse()?).with_lines().with_blocks(5);
//! let replay = Replay::new(&history, &options)?;
//! // Ten are too young, and half of the others train the first model.
//! assert_eq!((replay.changes, replay.trained, replay.said.len()), (391, 195, 196));
//! // When the first block began, the twenty changes before it had not had their time yet.
//! let first = replay.blocks[0];
//! assert_eq!((first.as_of, first.fitted_to, first.left_out), (day(195), 176, 19));
//!
//! // What was said is what a back-test asks for.
//! let costs = Costs { review: 1, escape: 9 };
//! let asked = backtest::Options::new(options.as_of, options.maturity, replay.base, costs);
//! let found = Backtest::new(&replay.outcomes(), &asked)?;
//! assert!(found.whole.figures.auc.unwrap().value > "0.8".parse()?);
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod course;
mod history;
mod options;

pub use history::History;
pub use options::Options;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use self::course::Course;
use super::backtest::{Outcomes, mature_until};
use super::learn::Model;
use super::measure::share;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Instant, LogOdds, Probability};

#[cfg(doc)]
use super::learn::Rolling;

/// What was said of the changes of a history, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replay<'a> {
    /// The history.
    pub history: History<'a>,
    /// What was asked.
    pub options: Options<'a>,
    /// How many of the first changes have had their time; the others are left out.
    pub changes: usize,
    /// How many of these only train.
    pub trained: usize,
    /// What was said of each of the others.
    pub said: Vec<Probability>,
    /// The same as the models themselves said it, not yet shifted.
    pub log_odds: Vec<LogOdds>,
    /// Whether the model [vouches](super::RiskModel::abstains_for) for it: everything is known of
    /// the change, and nothing of it lies beyond all that the model was fitted to.
    pub vouched: Vec<bool>,
    /// What keeps it from vouching, what does so most often first.
    pub doubted: Vec<Doubt>,
    /// The share that failed of the changes that the first model was fitted to.
    pub base: Probability,
    /// How the changes of each block were scored.
    pub blocks: Vec<Block>,
}

/// A feature for which models do not vouch for changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Doubt {
    /// The feature.
    pub feature: String,
    /// Of how many changes it is not known, or beyond all that the model was fitted to.
    pub changes: usize,
}

/// How the changes of a block were scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Block {
    /// The numbers of its first and of its last change, counted from one.
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

impl<'a> Replay<'a> {
    /// Scores the second half of the changes that have had their time, block by block.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if columns are not of one length or two have one
    /// name, if the prior is not of lines alone, if there are more blocks than changes to score, or
    /// if the changes that were ripe and known when a block began all failed or all held;
    /// [`Empty`](ErrorCode::Empty) of no features, or if no change has had its time;
    /// [`TimeOrder`](ErrorCode::TimeOrder) if changes are not in order, or something was known
    /// before the change was made or only after the instant that is asked for;
    /// [`LimitExceeded`](ErrorCode::LimitExceeded) of more than a thousand blocks. Each tells
    /// where: `$.made[3]` is the fourth of [`History::made`].
    pub fn new(history: &History<'a>, options: &Options<'a>) -> Result<Replay<'a>> {
        history.check()?;
        let Options { as_of, maturity, .. } = *options;
        let changes = mature_until(history.made, as_of, maturity);
        if changes == 0 {
            let message = format!(
                "none of {} changes has had {maturity} at {as_of} to fail: hand over a longer \
                 history, ask for a later instant, or a shorter maturity if that is long enough",
                history.made.len()
            );
            return Err(Error::new(ErrorCode::Empty, message).under("$.made"));
        }
        history.check_known(changes, as_of)?;
        let trained = changes / 2;
        let scored = changes.saturating_sub(trained);
        let blocks = options.check(scored)?;
        let mut replay = Replay {
            history: *history,
            options: *options,
            changes,
            trained,
            said: Vec::with_capacity(scored),
            log_odds: Vec::with_capacity(scored),
            vouched: Vec::with_capacity(scored),
            doubted: Vec::new(),
            base: Probability::ZERO,
            blocks: Vec::with_capacity(blocks),
        };
        replay.fill(blocks)?;
        Ok(replay)
    }

    fn fill(&mut self, blocks: usize) -> Result<()> {
        let course = Course::new(self.history, self.options, self.changes);
        let scored = self.changes.saturating_sub(self.trained);
        // As the back-test cuts its blocks.
        let place = |number: usize| {
            let place = scored.saturating_mul(number).checked_div(blocks);
            self.trained.saturating_add(place.unwrap_or(0))
        };
        let mut doubted: BTreeMap<String, usize> = BTreeMap::new();
        for number in 0..blocks {
            let next = number.saturating_add(1);
            let scored = course.block(place(number)..place(next)).map_err(|(changes, error)| {
                let messages = error.problems().iter().map(|problem| problem.message.as_str());
                let message = format!(
                    "no model for block {next}, of the {changes} changes that were ripe and known \
                     when it began: {}",
                    messages.collect::<Vec<_>>().join("; ")
                );
                Error::new(error.code(), message).under("$.blocks")
            })?;
            self.said.extend(scored.said);
            self.log_odds.extend(scored.log_odds);
            self.vouched.extend(scored.vouched);
            for (name, changes) in scored.doubted {
                let count = doubted.entry(name).or_default();
                *count = count.saturating_add(changes);
            }
            self.blocks.push(scored.block);
        }
        if let Some(first) = self.blocks.first() {
            self.base = rate(first.failures, first.fitted_to);
        }
        let doubt = |(feature, changes)| Doubt { feature, changes };
        self.doubted = doubted.into_iter().map(doubt).collect();
        self.doubted.sort_by_key(|doubt| Reverse(doubt.changes));
        Ok(())
    }

    /// What was said and what became of the changes that were scored, as a
    /// [back-test](super::backtest::Backtest::new) takes it.
    #[must_use]
    pub fn outcomes(&self) -> Outcomes<'_> {
        let rows = self.trained..self.changes;
        Outcomes {
            made: self.history.made.get(rows.clone()).unwrap_or_default(),
            known: self.history.known.get(rows.clone()).unwrap_or_default(),
            failed: self.history.failed.get(rows).unwrap_or_default(),
            said: &self.said,
            effort: None,
        }
    }

    /// When the outcome of a row was ripe and known.
    pub(super) fn ripe(&self, row: usize) -> Instant {
        let made = self.history.made.get(row).copied().unwrap_or(Instant::EPOCH);
        course::ripe(made, self.history.known.get(row).copied().flatten(), &self.options)
    }

    /// Whether the change of a row failed.
    pub(super) fn failed(&self, row: usize) -> bool {
        self.history.failed.get(row).copied().unwrap_or(false)
    }

    /// A model of all changes that have had their time, fitted as those of the blocks are.
    ///
    /// # Errors
    ///
    /// As for [`Model::fit`].
    pub fn whole(&self) -> Result<Model> {
        Course::new(self.history, self.options, self.changes).whole()
    }
}

/// A share of some, none of none.
pub(super) fn rate(part: usize, all: usize) -> Probability {
    let wide = |it: usize| u128::try_from(it).unwrap_or(u128::MAX);
    share(wide(part), wide(all)).unwrap_or(Probability::ZERO)
}
