//! What processes were told, held to what is in the log.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use lynchpin::base::Instant;
use lynchpin_store::entry::{Entry, Row};
use lynchpin_store::log::Options;
use lynchpin_store::merkle::{self, Hash};
use lynchpin_store::store::Store;
use lynchpin_store::{Draft, Log};

use crate::work::jobs;

/// A batch as its process saw it.
pub(crate) struct Told {
    process: u64,
    nth: usize,
    /// By what its facts are found.
    keys: Vec<Hash>,
    /// When it began, and the size of the log that was seen then.
    begun: (i64, u64),
    /// When it was acknowledged, the size of the log by then, and the places.
    done: Option<(i64, u64, Vec<u64>)>,
}

/// How much was checked.
pub(crate) struct Checked {
    pub(crate) facts: u64,
    batches: usize,
    pub(crate) overlapping: usize,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checked { facts, batches, overlapping } = self;
        write!(f, "{facts} facts in {batches} batches, {overlapping} while another was at work")
    }
}

/// Reads what the processes noted, the first one first.
pub(crate) fn read(paths: &[PathBuf], quota: u64) -> Vec<Told> {
    let mut all = Vec::new();
    for (process, path) in (0..).zip(paths) {
        let mut jobs = jobs(process, quota);
        let mut told: Vec<Told> = Vec::new();
        for line in std::fs::read_to_string(path).expect("a child wrote").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["try", nth, at, size] => {
                    let nth: usize = nth.parse().unwrap();
                    let begun = (at.parse().unwrap(), size.parse().unwrap());
                    // One that was killed tries the same again; it began when it first did.
                    if told.last().is_none_or(|last| last.nth != nth) {
                        assert_eq!(nth, told.len(), "batches come one after the other");
                        let drafts = jobs.next().expect("a batch").drafts();
                        let keys = drafts.iter().map(Draft::key).collect();
                        told.push(Told { process, nth, keys, begun, done: None });
                    }
                }
                ["done", nth, at, size, places] => {
                    let last = told.last_mut().expect("it was tried");
                    assert_eq!(*nth, last.nth.to_string());
                    let places = places.split(',').map(|place| place.parse().unwrap()).collect();
                    last.done = Some((at.parse().unwrap(), size.parse().unwrap(), places));
                }
                _ => panic!("a child wrote `{line}`"),
            }
        }
        all.append(&mut told);
    }
    all
}

/// Checks all: the log by itself, and each acknowledgement.
pub(crate) fn check(store: Box<dyn Store>, told: &[Told]) -> Checked {
    let places = chain(store);
    let mut acknowledged = 0;
    for told in told {
        acknowledged += one(told, &places);
    }
    in_order_of_process(told);
    let overlapping = in_order_of_time(told);
    // Nothing is there that nobody appended.
    let known: u64 = told.iter().map(|told| u64::try_from(told.keys.len()).unwrap()).sum();
    let size = u64::try_from(places.len()).unwrap();
    assert!((acknowledged..=known).contains(&size), "{acknowledged} <= {size} <= {known}");
    Checked { facts: acknowledged, batches: told.len(), overlapping }
}

/// Checks entry by entry that each follows the one before it, and the root from all of them.
/// Gives the place of each fact; none is there twice.
pub(crate) fn chain(mut store: Box<dyn Store>) -> HashMap<Hash, u64> {
    let (mut places, mut leaves) = (HashMap::new(), Vec::new());
    let (mut prev, mut before) = (merkle::empty(), Instant::EPOCH);
    let mut step = |row: Row| {
        let bytes = row.bytes.expect("nothing was erased");
        let entry = Entry::check(&bytes).expect("an entry");
        assert_eq!(row.leaf, merkle::leaf(&bytes));
        leaves.push(row.leaf);
        assert_eq!(u64::try_from(leaves.len()).unwrap(), row.sequence, "no gap");
        assert_eq!(entry.place.sequence, row.sequence);
        assert_eq!(entry.place.prev, prev);
        assert_eq!(entry.place.recorded, row.recorded);
        assert!(row.recorded >= before, "time went back at {}", row.sequence);
        assert_eq!(entry.key(), row.key);
        assert_eq!(places.insert(row.key, row.sequence), None, "a fact is there twice");
        (prev, before) = (row.leaf, row.recorded);
        Ok(())
    };
    store.rows(1..u64::MAX, &mut step).unwrap();
    let log = Log::open(store, Options::default()).unwrap();
    assert_eq!(log.root(), merkle::root(&leaves));
    assert_eq!(log.head().size, u64::try_from(leaves.len()).unwrap());
    places
}

/// Checks one acknowledgement: each fact at the place that was told, behind what was there before,
/// one after the other. Gives how many.
fn one(told: &Told, places: &HashMap<Hash, u64>) -> u64 {
    let Some((_, size, acknowledged)) = &told.done else { return 0 };
    let found: Vec<u64> = told.keys.iter().map(|key| places[key]).collect();
    assert_eq!(&found, acknowledged, "batch {} of process {}", told.nth, told.process);
    assert!(found.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a batch stands together");
    assert!(told.begun.1 < found[0], "it stands behind what was there when it began");
    assert!(found[found.len() - 1] <= *size, "it is in the log that was told");
    u64::try_from(found.len()).unwrap()
}

/// Each process finds its batches in the order in which it appended them.
fn in_order_of_process(told: &[Told]) {
    for pair in told.windows(2).filter(|pair| pair[0].process == pair[1].process) {
        if let (Some((_, size, _)), Some((_, _, places))) = (&pair[0].done, &pair[1].done) {
            assert!(*size < places[0]);
        }
        assert!(pair[0].done.is_some(), "it goes on only after it was told");
    }
}

/// Whoever began after another was told sees what that was told of, whatever process it is: with
/// the order of the log, this makes the log linearizable. Gives how many were at work while another
/// was.
fn in_order_of_time(told: &[Told]) -> usize {
    let mut overlapping = 0;
    for later in told {
        let ended = |told: &Told| told.done.as_ref().map_or(i64::MAX, |done| done.0);
        for earlier in told.iter().filter(|told| ended(told) < later.begun.0) {
            let size = earlier.done.as_ref().map_or(0, |done| done.1);
            assert!(size <= later.begun.1, "{} of {} was forgotten", earlier.nth, earlier.process);
        }
        let is_beside = |told: &&Told| {
            told.process != later.process
                && told.begun.0 < ended(later)
                && later.begun.0 < ended(told)
        };
        overlapping += usize::from(told.iter().any(|told| is_beside(&told)));
    }
    overlapping
}
