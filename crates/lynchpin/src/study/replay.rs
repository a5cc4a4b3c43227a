//! What a policy would have been worth: what came of what was deployed, had it decided.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::{Actor, Instant};
use crate::portfolio::Decision;
use crate::reason::tree::Clears;

/// What came of what was deployed, had each of two policies decided.
///
/// What failed is what is known at the instant of the question: that its deployment failed or was
/// rolled back, or that an incident is confirmed to come from it; a change that came to several
/// stages is counted in each. Of the youngest it may not be known yet. What is held back is not
/// said to be lost: it would have gone later, and changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replay {
    /// How many of what was compared failed.
    pub failed: usize,
    /// By the policy in force then.
    pub before: HeldBack,
    /// By the policy that was tried.
    pub after: HeldBack,
}

/// What a policy would have held back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HeldBack {
    /// How many it holds back.
    pub held_back: usize,
    /// How many of them failed.
    pub caught: usize,
    /// How many of them held.
    pub false_alarms: usize,
    /// How many failed that it lets through.
    pub escaped: usize,
    /// How many of those held back become a go by themselves, at a time that is known.
    pub waits: usize,
    /// How many minutes these have to wait, together: lead time that the policy adds.
    pub waited_minutes: u64,
    /// Who can clear what holds them back, and how many of them: the most asked first.
    pub asked: Vec<AskedOften>,
}

/// Somebody who is asked, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AskedOften {
    /// The person or the group.
    pub who: Actor,
    /// Of how many decisions.
    pub times: usize,
}

/// Adds up decisions.
#[derive(Default)]
pub(super) struct Sums {
    failed: usize,
    before: Sum,
    after: Sum,
}

#[derive(Default)]
struct Sum {
    found: HeldBack,
    asked: BTreeMap<Actor, usize>,
}

impl Sums {
    pub(super) fn add(&mut self, before: &Decision, after: &Decision, failed: bool) {
        add(&mut self.failed, failed);
        self.before.add(before, failed);
        self.after.add(after, failed);
    }

    pub(super) fn told(self) -> Replay {
        Replay { failed: self.failed, before: self.before.told(), after: self.after.told() }
    }
}

fn add(count: &mut usize, counts: bool) {
    *count = count.saturating_add(counts.into());
}

impl Sum {
    fn add(&mut self, decision: &Decision, failed: bool) {
        let is_go = decision.verdict().is_go();
        let found = &mut self.found;
        add(&mut found.held_back, !is_go);
        add(&mut found.caught, !is_go && failed);
        add(&mut found.false_alarms, !is_go && !failed);
        add(&mut found.escaped, is_go && failed);
        if is_go {
            return;
        }
        if let Clears::At(at) = decision.clears() {
            found.waits = found.waits.saturating_add(1);
            found.waited_minutes = found.waited_minutes.saturating_add(minutes(decision.at, at));
        }
        let who: BTreeSet<&Actor> = decision.root_blockers().flat_map(|it| &it.act).collect();
        for who in who {
            let times = self.asked.entry(who.clone()).or_default();
            *times = times.saturating_add(1);
        }
    }

    fn told(self) -> HeldBack {
        let mut asked: Vec<AskedOften> =
            self.asked.into_iter().map(|(who, times)| AskedOften { who, times }).collect();
        asked.sort_by_key(|it| std::cmp::Reverse(it.times));
        HeldBack { asked, ..self.found }
    }
}

/// Whole minutes, of a part of one too.
fn minutes(from: Instant, to: Instant) -> u64 {
    let micros = to.micros().saturating_sub(from.micros());
    u64::try_from(micros).unwrap_or(0).div_ceil(60_000_000)
}
