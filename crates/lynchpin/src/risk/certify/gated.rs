//! What a gate would have said of a history: models, shifts and lanes that stay as they were
//! certified until the next ones are.
//!
//! A policy names a model by its digest, so its shift does not follow outcomes as that of a replay
//! does. Each block of the replay is therefore scored here as if a model had been certified anew
//! when the block began: shifted by what earlier models, which had not seen them, said of the
//! changes that were ripe and known by then, and not shifted again before the next block.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::error::Result;
use crate::base::{Instant, LogOdds, Probability};
use crate::risk::joint::{Shock, shock};
use crate::risk::lane::widest;
use crate::risk::learn::Rolling;
use crate::risk::replay::Replay;
use crate::risk::{Certificate, probability};

/// How many releases of several changes, and failures in them, a shock is learned from: fewer show
/// any, or none, by chance.
const RELEASES_MIN: usize = 20;
const FAILURES_MIN: usize = 10;

/// What a gate would have compared, and what became of it.
pub(super) struct Gated<'a> {
    replay: &'a Replay<'a>,
    /// What would have been said of each change.
    pub(super) said: Vec<Probability>,
    pub(super) failed: &'a [bool],
    /// What the model of all changes is to be shifted by, and the standard error of that.
    pub(super) shift: LogOdds,
    pub(super) shift_error: LogOdds,
}

impl<'a> Gated<'a> {
    /// Goes over the blocks of a replay.
    pub(super) fn new(replay: &'a Replay<'a>) -> Gated<'a> {
        let rows = replay.trained..replay.changes;
        let mut queue: Vec<(Instant, usize, LogOdds)> = rows
            .clone()
            .zip(&replay.log_odds)
            .map(|(row, said)| (replay.ripe(row), row, *said))
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
                rolling.learn(said, replay.failed(row));
            }
            let shift = rolling.shift();
            let scored = own.by_ref().take(last.saturating_sub(before));
            said.extend(scored.map(|it| probability(it.plus(shift))));
        }
        for (_, row, said) in queue {
            rolling.learn(said, replay.failed(row));
        }
        let failed = replay.history.failed.get(rows).unwrap_or_default();
        Gated { replay, said, failed, shift: rolling.shift(), shift_error: rolling.error() }
    }

    /// The widest lane that keeps a promise, over what the model vouches for.
    pub(super) fn lane(
        &self,
        promise: Probability,
        confidence: Probability,
    ) -> Result<Option<Certificate>> {
        let all = self.said.iter().zip(self.failed).zip(&self.replay.vouched);
        let vouched = all.filter(|(_, vouched)| **vouched);
        let (said, failed): (Vec<Probability>, Vec<bool>) =
            vouched.map(|((said, failed), _)| (*said, *failed)).unzip();
        let options = &self.replay.options;
        let found = widest(&said, &failed, promise, confidence)?;
        let found = found.map(|lane| Certificate::new(&lane, options.as_of, options.maturity));
        // What a gate will work out of the figures is what must keep the promise.
        Ok(found.filter(|it| it.bound(confidence) <= promise))
    }

    /// The least promise, in whole thousandths, for which there is a lane.
    pub(super) fn least_promise(&self, confidence: Probability) -> Result<Option<Probability>> {
        let of = |thousandths: u32| {
            Probability::from_parts_per_billion(thousandths.saturating_mul(1_000_000))
        };
        let (mut low, mut high) = (0_u32, 1_000_u32);
        while high.saturating_sub(low) > 1 {
            let middle = u32::midpoint(low, high);
            match self.lane(of(middle), confidence)? {
                Some(_) => high = middle,
                None => low = middle,
            }
        }
        Ok((high < 1_000).then(|| of(high)))
    }
}

/// What a shock was learned from, or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Together {
    /// How many releases brought several of the changes that were scored.
    pub releases: usize,
    /// How many of these changes failed.
    pub failures: usize,
    /// How much changes of one release have in common; nothing, if these are fewer than twenty
    /// releases or ten failures, which show any or none by chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shock: Option<Probability>,
}

impl Together {
    /// Learns from the releases of which several changes were scored, named change by change.
    pub(super) fn new(gated: &Gated<'_>, named: &[Option<&str>]) -> Result<Together> {
        let mut of: BTreeMap<&str, Vec<(Probability, bool)>> = BTreeMap::new();
        let scored = gated.said.iter().copied().zip(gated.failed.iter().copied());
        for (name, change) in named.iter().zip(scored) {
            if let Some(name) = name {
                of.entry(name).or_default().push(change);
            }
        }
        of.retain(|_, changes| changes.len() > 1);
        let sizes: Vec<usize> = of.values().map(Vec::len).collect();
        let (said, failed): (Vec<Probability>, Vec<bool>) = of.into_values().flatten().unzip();
        let failures = failed.iter().filter(|failed| **failed).count();
        let is_enough = sizes.len() >= RELEASES_MIN && failures >= FAILURES_MIN;
        let learned = is_enough.then(|| shock(&said, &failed, &sizes)).transpose()?;
        let shock = learned.map(Shock::correlation);
        Ok(Together { releases: sizes.len(), failures, shock })
    }
}
