//! What is written in all tests of faults, and how it is checked what became of it.
//!
//! Batch number n of a script is the same whenever it is asked for, so that who checks knows every
//! fact, and who retries sends the same again.

use std::path::Path;

use lynchpin::base::{Instant, Result};
use lynchpin_store::checkpoint::Checkpoint;
use lynchpin_store::log::{Appended, Options};
use lynchpin_store::merkle::{self, Frontier};
use lynchpin_store::note::{NoteSigner, SecretKey};
use lynchpin_store::store::sqlite::{self, Sqlite};
use lynchpin_store::{Batch, Draft, Log, Outcome};

pub const ORIGIN: &str = "acme.example/releases";

/// Random numbers that are the same for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

/// Batches by number, from 0.
#[derive(Clone, Copy)]
pub struct Script {
    pub seed: u64,
    /// One batch in so many does not fit into the cache of SQLite, so that a part of it is written
    /// before it is committed.
    pub large_every: u64,
}

impl Script {
    fn random(&self, number: u64) -> Random {
        Random(self.seed ^ number.wrapping_mul(0x5851_f42d_4c95_7f2d))
    }

    fn is_large(&self, number: u64) -> bool {
        number % self.large_every == self.large_every - 1
    }

    /// How many facts a batch has.
    pub fn size(&self, number: u64) -> u64 {
        if self.is_large(number) { 45 } else { 1 + self.random(number).below(4) }
    }

    /// How many facts the first so many batches have.
    pub fn size_of_first(&self, batches: u64) -> u64 {
        (0..batches).map(|number| self.size(number)).sum()
    }

    pub fn batch(&self, number: u64) -> Batch {
        let mut random = self.random(number);
        let length = if self.is_large(number) { 60_000 } else { random.below(3000) };
        let reason = "why ".repeat(usize::try_from(length / 4).expect("it is short"));
        let fact = |place: u64| {
            let text = format!(
                r#"{{"change": "C-{number}", "at": "2026-11-01T00:00:00Z", "by": "raj",
                    "reason": "{reason}{place}"}}"#
            );
            let draft = Draft::read("cancellations", text.as_bytes()).expect("it is a fact");
            draft.with_id(id(number, place).parse().expect("it is an id"))
        };
        let facts = (0..self.size(number)).map(fact).collect();
        // Now and then the clock goes back by an hour.
        let back = if random.below(8) == 0 { 3600 } else { 0 };
        let seconds = i64::try_from(number).expect("it is small") - back;
        let start: Instant = "2026-11-02T00:00:00Z".parse().expect("it is an instant");
        let clock = Instant::from_micros(start.micros() + seconds * 1_000_000);
        Batch { facts, decided_on: None, clock: clock.expect("it is in range") }
    }

    /// Checks a ledger of which it is known how many batches were acknowledged, and that at most
    /// one more was under way; tries that one again. A ledger whose very beginning was not
    /// acknowledged may be begun anew.
    pub fn check(&self, path: &Path, seen: &Seen) -> std::result::Result<(), String> {
        let mut log = open(path, !seen.begun, sqlite::Options::default(), seen.checkpoint.clone())
            .map_err(|error| format!("it does not open: {error}"))?;
        let there = self.check_entries(&mut log)?;
        let acknowledged = self.size_of_first(seen.batches);
        let whole = self.size_of_first(seen.batches + 1);
        if there != acknowledged && there != whole {
            let batches = seen.batches;
            return Err(format!(
                "{there} entries after {batches} batches of {acknowledged}, {whole} with the next"
            ));
        }
        check_checkpoint(&mut log)?;
        self.check_retry(&mut log, seen.batches, there == acknowledged)?;
        if seen.batches > 0 {
            self.check_retry(&mut log, self.seed % seen.batches, false)?;
        }
        match log.head().size {
            size if size == whole => Ok(()),
            size => Err(format!("{size} entries after the retries, not {whole}")),
        }
    }

    /// Checks that the entries are those of the script, each once and in order, and chained; gives
    /// how many there are.
    fn check_entries(&self, log: &mut Log) -> std::result::Result<u64, String> {
        let (mut tree, mut prev, mut wrong) = (Frontier::default(), merkle::empty(), None);
        let (mut number, mut place) = (0, 0);
        log.each(1..u64::MAX, &mut |entry| {
            let expected = id(number, place);
            let found = entry.id.as_ref().map(ToString::to_string);
            let at = tree.size() + 1;
            if found.as_ref() != Some(&expected) || entry.place.sequence != at {
                wrong.get_or_insert(format!("entry {at} is {found:?}, not `{expected}`"));
            }
            if entry.place.prev != prev {
                wrong.get_or_insert(format!("entry {at} does not follow"));
            }
            prev = merkle::leaf(&entry.bytes()?);
            tree.push(prev);
            place += 1;
            if place == self.size(number) {
                (number, place) = (number + 1, 0);
            }
            Ok(())
        })
        .map_err(|error| format!("it cannot be read: {error}"))?;
        if tree.root() != log.root() || tree.size() != log.head().size {
            wrong.get_or_insert("the root is another".to_owned());
        }
        if place != 0 {
            wrong.get_or_insert(format!("batch {number} is torn"));
        }
        wrong.map_or(Ok(tree.size()), Err)
    }

    /// Appends a batch again, twice: it must have its places, and be new only once.
    fn check_retry(
        &self,
        log: &mut Log,
        number: u64,
        is_new: bool,
    ) -> std::result::Result<(), String> {
        let first = self.size_of_first(number) + 1;
        let places: Vec<u64> = (first..first + self.size(number)).collect();
        for is_new in [is_new, false] {
            let appended = append(log, &self.batch(number))
                .map_err(|error| format!("batch {number} is refused again: {error}"))?;
            let new = if is_new { places.len() } else { 0 };
            if appended.places != places || appended.new != new {
                return Err(format!("batch {number} again: {:?}", appended.places));
            }
        }
        Ok(())
    }
}

/// What a writer was told.
#[derive(Clone, Default)]
pub struct Seen {
    /// That the ledger is there.
    pub begun: bool,
    /// That so many batches are.
    pub batches: u64,
    /// The newest checkpoint that it was given.
    pub checkpoint: Option<String>,
}

/// Opens the ledger at a path, or makes it.
pub fn open(path: &Path, make: bool, how: sqlite::Options, since: Option<String>) -> Result<Log> {
    let mut options = Options::default();
    options.signer = Some(Box::new(signer()));
    options.since = since;
    options.volatile = true;
    if make {
        Log::create(Box::new(Sqlite::create_with(path, how)?), ORIGIN, options)
    } else {
        Log::open(Box::new(Sqlite::open_with(path, how)?), options)
    }
}

/// Appends a batch that no conflict stops.
#[expect(clippy::panic, reason = "a test stops at the first surprise")]
pub fn append(log: &mut Log, batch: &Batch) -> Result<Appended> {
    match log.append(batch)? {
        Outcome::Appended(appended) => Ok(appended),
        Outcome::Conflict(range) => panic!("nobody else writes, and {range:?} is there"),
    }
}

fn signer() -> SecretKey {
    SecretKey::new(ORIGIN, [7; 32]).expect("these are 32 bytes")
}

fn id(number: u64, place: u64) -> String {
    format!("b{number}-{place}")
}

/// Checks that the newest checkpoint that is kept is one of what is there.
fn check_checkpoint(log: &mut Log) -> std::result::Result<(), String> {
    let said = |error: lynchpin::base::Error| format!("the kept checkpoint: {error}");
    let Some(note) = log.newest_checkpoint().map_err(said)? else { return Ok(()) };
    let checkpoint = Checkpoint::open(&note, signer().key()).map_err(said)?;
    match log.root_at(checkpoint.size).map_err(said)? {
        Some(root) if root == checkpoint.root => Ok(()),
        _ => Err(format!("the kept checkpoint of {} is of another ledger", checkpoint.size)),
    }
}
