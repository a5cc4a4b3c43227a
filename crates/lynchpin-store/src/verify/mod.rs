//! Verification of a whole ledger: every entry, every hash and every checkpoint, in one pass.
//!
//! # Design
//!
//! What is wrong is a finding, not an error: whoever looks wants to know all of it, and where. So a
//! row that cannot be read is one finding among others, and the pass goes on behind it. An error
//! means that the store failed, and that nothing is known.
//!
//! Memory is bounded: 32 bytes for each block of entries, beside one entry at a time; where
//! a snapshot is kept, that snapshot as well.

mod anchors;
mod erased;
mod pass;
mod snapshot;
mod walk;

use std::ops::Range;

use lynchpin::base::limits::PROBLEMS_MAX;
use lynchpin::base::{ErrorCode, Result};
use serde::Serialize;

use crate::log::Log;
use crate::merkle::Hash;
use crate::note::NoteKey;
use crate::store::Store;

use anchors::Anchors;
use pass::Pass;
use snapshot::Snapshot;

/// What verification came to.
#[must_use = "a ledger that is not intact is told by its findings"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The number of the newest row.
    pub size: u64,
    /// The root of the tree of all rows that are there, as computed from their bytes.
    pub root: Hash,
    /// How many rows have their bytes.
    pub entries: u64,
    /// How many rows were erased: only their hashes are there.
    pub erased: u64,
    /// Up to which size a signed checkpoint matches. What came later is held by nothing but its own
    /// hashes, which anybody can make fit.
    pub signed: u64,
    /// What is wrong, at most 100.
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.found == 0
    }

    pub(crate) fn find(&mut self, finding: Finding) {
        self.found = self.found.saturating_add(1);
        if self.findings.len() < PROBLEMS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Something that is wrong with a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing is wrong.
    pub code: ErrorCode,
    /// The entry that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The entries among which it is, where it is not known of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range<u64>>,
    /// What is wrong, in words.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Finding { code, sequence: None, range: None, message: message.into() }
    }

    pub(crate) fn at(self, sequence: u64) -> Self {
        Finding { sequence: Some(sequence), ..self }
    }

    pub(crate) fn within(self, range: Range<u64>) -> Self {
        Finding { range: Some(range), ..self }
    }

    /// Whether it is about one of these entries.
    fn is_in(&self, range: &Range<u64>) -> bool {
        let overlaps = |own: &Range<u64>| own.start < range.end && range.start < own.end;
        self.sequence.is_some_and(|at| range.contains(&at))
            || self.range.as_ref().is_some_and(overlaps)
    }
}

/// Verifies what is in a store, whether or not it can be opened as a log.
///
/// `origin` is the name that the ledger must have; the one that it says, if it is not known. `key`
/// is what its checkpoints are signed with; without it none of them proves anything. `kept` are
/// signed checkpoints that the host or an auditor kept where nobody who can write to the store can:
/// they alone show that it was cut, or rewritten by whoever has the signing key.
///
/// A snapshot that the key has signed must say what its entries say; entries that were erased, only
/// it can say. They must be named by an entry about their erasure.
///
/// # Errors
///
/// Those of the store, where it cannot be read at all.
///
/// ```
/// use lynchpin_store::log::Options;
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::store::memory::Memory;
/// use lynchpin_store::{Batch, Draft, Log, verify};
///
/// let origin = "acme.example/releases";
/// let key = SecretKey::new(origin, [7; 32])?;
/// let public = key.public().clone();
/// let mut store = Memory::default();
/// let mut options = Options::default();
/// options.signer = Some(Box::new(key));
/// options.volatile = true;
/// let mut log = Log::create(Box::new(store.clone()), origin, options)?;
/// let cancelled = br#"{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj"}"#;
/// let facts = vec![Draft::read("cancellations", cancelled)?];
/// let clock = "2026-11-01T09:00:01Z".parse()?;
/// let _ = log.append(&Batch { facts, decided_on: None, clock })?;
/// let kept = [log.checkpoint()?];
///
/// let verified = verify::store(&mut store, Some(origin), Some(&public), &kept)?;
/// assert!(verified.is_intact());
/// assert_eq!((verified.size, verified.signed), (1, 1));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn store(
    store: &mut dyn Store,
    origin: Option<&str>,
    key: Option<&NoteKey>,
    kept: &[String],
) -> Result<Verified> {
    run(store, (origin, key), kept, None)
}

impl Log {
    /// Verifies the whole log, with what this process knows of it. See [`store`].
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn verify(&mut self, kept: &[String]) -> Result<Verified> {
        let (origin, key) = (self.origin().to_owned(), self.key().cloned());
        let known = (self.head().size, self.root());
        run(self.store(), (Some(&origin), key.as_ref()), kept, Some(known))
    }
}

/// Verifies a store, with a size and a root that are known for certain.
fn run(
    store: &mut dyn Store,
    (origin, key): (Option<&str>, Option<&NoteKey>),
    kept: &[String],
    known: Option<(u64, Hash)>,
) -> Result<Verified> {
    let mut pass = Pass::new();
    let found = pass.soft(store.origin())?.flatten();
    pass.name(origin, found);
    let mut anchors = Anchors::default();
    if let Some((size, root)) = known {
        anchors.know(size, root, "what this process had read before");
    }
    anchors.keep(kept, key, &mut pass);
    anchors.newest(store, key, &mut pass)?;
    let snapshot = Snapshot::newest(store, key, &mut anchors, &mut pass)?;
    let head = pass.soft(store.head())?;
    pass.begin(anchors, snapshot, head);
    walk::rows(store, head, &mut pass)?;
    walk::blocks(store, &mut pass)?;
    Ok(pass.end())
}
