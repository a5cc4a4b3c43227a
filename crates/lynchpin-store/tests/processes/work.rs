//! What each process appends: always the same by its number, so that it can go on after it was
//! killed, and so that whoever checks knows it, too.

use std::ops::Range;

use lynchpin_store::Draft;

/// A small generator of numbers that look random.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// One batch of a process.
pub(crate) struct Job {
    process: u64,
    facts: Range<u64>,
    /// Whether it is decided on what the log then is.
    pub(crate) is_decided: bool,
    /// Whether it is appended a second time, as by somebody who did not hear of the first.
    pub(crate) is_repeated: bool,
}

impl Job {
    pub(crate) fn drafts(&self) -> Vec<Draft> {
        self.facts.clone().map(|number| draft(self.process, number)).collect()
    }
}

/// The batches of a process, with so many facts in all: most are small, some have a hundred.
pub(crate) fn jobs(process: u64, quota: u64) -> impl Iterator<Item = Job> {
    let (mut random, mut done) = (Random::new(process), 0);
    std::iter::from_fn(move || {
        let most = if random.below(4) == 0 { 100 } else { 5 };
        let count = (1 + random.below(most)).min(quota - done);
        let facts = done..done + count;
        done += count;
        let (is_decided, is_repeated) = (random.below(4) == 0, random.below(4) == 0);
        (count > 0).then_some(Job { process, facts, is_decided, is_repeated })
    })
}

/// A fact of a process; every third one with an id of the host's.
fn draft(process: u64, number: u64) -> Draft {
    let draft = cancelled(&format!("C-{process}-{number}"));
    match number % 3 {
        0 => draft.with_id(format!("mail/{process}/{number}").parse().unwrap()),
        _ => draft,
    }
}

pub(crate) fn cancelled(change: &str) -> Draft {
    let fact =
        format!("{{\"change\":\"{change}\",\"at\":\"2020-01-01T00:00:00Z\",\"by\":\"raj\"}}");
    Draft::read("cancellations", fact.as_bytes()).unwrap()
}
