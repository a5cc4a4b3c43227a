//! What a gate would have said of a history: models, shifts and lanes that stay as they were
//! certified until the next ones are.
//!
//! A policy names a model by its digest, so its shift does not follow outcomes as that of a replay
//! does. Each block of the replay is therefore scored here as if a model had been certified anew
//! when the block began: shifted by what earlier models, which had not seen them, said of the
//! changes that were ripe and known by then, and not shifted again before the next block.

use std::collections::BTreeMap;

use lynchpin::base::{Error, Instant, LogOdds, Probability};
use lynchpin::risk::Certificate;
use lynchpin::risk::joint::{Shock, shock};
use lynchpin::risk::lane::{Lane, widest};
use lynchpin::risk::learn::Rolling;
use lynchpin::risk::probability;

use super::replay::{Course, Replay};

/// How many releases of several changes, and failures in them, a shock is learned from: fewer show
/// any, or none, by chance.
const RELEASES_MIN: usize = 20;
const FAILURES_MIN: usize = 10;

/// What a gate would have compared, and what became of it.
pub struct Gated {
    /// What would have been said of each change.
    pub said: Vec<Probability>,
    pub failed: Vec<bool>,
    /// Whether the model vouches for it: else it would not have passed, whatever was said.
    pub vouched: Vec<bool>,
    /// Of how many changes which feature keeps it from that.
    pub doubted: BTreeMap<String, usize>,
    /// What the model of all changes is to be shifted by, and the standard error of that.
    pub shift: LogOdds,
    pub shift_error: LogOdds,
}

impl Gated {
    /// Goes over the blocks of a replay.
    pub fn new(course: &Course<'_>, replay: Replay) -> Gated {
        let rows = || replay.trained..course.count;
        let mut queue: Vec<(Instant, usize, LogOdds)> = rows()
            .zip(&replay.log_odds)
            .map(|(row, said)| (course.ripe(row), row, *said))
            .collect();
        queue.sort_unstable_by_key(|(ripe, row, _)| (*ripe, *row));
        let mut queue = queue.into_iter().peekable();
        let mut rolling = Rolling::new(Rolling::WINDOW);
        let mut own = replay.log_odds.iter();
        let mut said = Vec::with_capacity(replay.log_odds.len());
        for block in &replay.blocks {
            let (first, last) = block.rows;
            let before = first.saturating_sub(1);
            let is_due = |it: &(Instant, usize, LogOdds)| it.0 <= block.as_of && it.1 < before;
            while let Some((_, row, said)) = queue.next_if(is_due) {
                rolling.learn(said, course.failed(row));
            }
            let shift = rolling.shift();
            let scored = own.by_ref().take(last.saturating_sub(before));
            said.extend(scored.map(|it| probability(it.plus(shift))));
        }
        for (_, row, said) in queue {
            rolling.learn(said, course.failed(row));
        }
        let failed = rows().map(|row| course.failed(row)).collect();
        let (shift, shift_error) = (rolling.shift(), rolling.error());
        let Replay { vouched, doubted, .. } = replay;
        Gated { said, failed, vouched, doubted, shift, shift_error }
    }

    /// The widest lane that keeps a promise, over what the model vouches for.
    pub fn lane(
        &self,
        promise: Probability,
        confidence: Probability,
        as_of: Instant,
    ) -> Result<Option<Certificate>, Error> {
        let (said, failed) = self.all_vouched();
        let found = widest(&said, &failed, promise, confidence)?;
        let found = found.map(|lane: Lane| Certificate::new(&lane, as_of));
        // What a gate will work out of the figures is what must keep the promise.
        Ok(found.filter(|it| it.bound(confidence) <= promise))
    }

    /// What was said and what became of the changes that the model vouches for.
    fn all_vouched(&self) -> (Vec<Probability>, Vec<bool>) {
        let all = self.said.iter().zip(&self.failed).zip(&self.vouched);
        all.filter(|(_, vouched)| **vouched).map(|((said, failed), _)| (*said, *failed)).unzip()
    }
}

/// What was found of how much changes of one release have in common.
pub struct Together {
    /// How many releases brought several changes.
    pub releases: usize,
    /// How many of those changes failed.
    pub failures: usize,
    /// Nothing, if these are too few to learn from.
    pub shock: Option<Shock>,
}

impl Together {
    /// Learns from the releases of which several changes were scored, named change by change.
    pub fn new(gated: &Gated, named: &[String]) -> Result<Together, Error> {
        let mut of: BTreeMap<&str, Vec<(Probability, bool)>> = BTreeMap::new();
        let scored = gated.said.iter().copied().zip(gated.failed.iter().copied());
        for (name, change) in named.iter().zip(scored).filter(|(name, _)| !name.is_empty()) {
            of.entry(name).or_default().push(change);
        }
        of.retain(|_, changes| changes.len() > 1);
        let sizes: Vec<usize> = of.values().map(Vec::len).collect();
        let (said, failed): (Vec<Probability>, Vec<bool>) = of.into_values().flatten().unzip();
        let failures = failed.iter().filter(|failed| **failed).count();
        let is_enough = sizes.len() >= RELEASES_MIN && failures >= FAILURES_MIN;
        let learned = is_enough.then(|| shock(&said, &failed, &sizes)).transpose()?;
        Ok(Together { releases: sizes.len(), failures, shock: learned })
    }
}
