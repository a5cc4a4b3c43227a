//! Where a ledger keeps its rows: one trait, and the stores that have it.
//!
//! A store keeps rows and knows nothing of what they mean. Whatever it says is checked against the
//! hashes: a store can lose a ledger, but it cannot bend one.

use std::ops::Range;

use lynchpin::base::{Instant, Result};

use crate::entry::Row;
use crate::merkle::Hash;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod forked;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

/// The newest row of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many rows there are.
    pub size: u64,
    /// The hash of the newest one; that of nothing, if there is none.
    pub leaf: Hash,
    /// When the newest one was recorded.
    pub recorded: Instant,
}

impl Head {
    /// The head of a ledger without entries.
    #[must_use]
    pub fn empty() -> Self {
        Head { size: 0, leaf: crate::merkle::empty(), recorded: Instant::EPOCH }
    }
}

/// What is kept beside the rows, and can be made again from them: the newest of each counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Note {
    /// A signed checkpoint.
    Checkpoint,
    /// A signed snapshot of the portfolio.
    Snapshot,
}

impl Note {
    /// The name under which stores keep it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Note::Checkpoint => "checkpoint",
            Note::Snapshot => "snapshot",
        }
    }
}

/// How safely a store keeps what it acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Durability {
    /// For tests: it is gone with the process.
    Volatile,
    /// It outlives the process, and may be lost with the power.
    Process,
    /// It outlives the power: it was written through to the disk before it was acknowledged.
    Power,
}

/// A store of rows. Positions count from 1, ranges leave out their end.
///
/// Others may append between two calls. As rows are only ever added, whoever reads up to a head
/// that was read first sees what was there then.
///
/// The suite in `tests/suite` is run on all; a store of a host's own should pass it, too.
pub trait Store: Send {
    /// The name of the ledger that is kept here; nothing, if none is.
    ///
    /// # Errors
    ///
    /// As of the store; the same holds for all below.
    fn origin(&mut self) -> Result<Option<String>>;

    /// Begins a ledger, if none is kept here; gives the name of the one that is.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn begin(&mut self, origin: &str) -> Result<String>;

    /// How safely it keeps what it acknowledges, as read back from what it is made of.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn durability(&mut self) -> Result<Durability>;

    /// The newest row.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn head(&mut self) -> Result<Head>;

    /// Passes on the rows of a range in order, in bounded memory.
    ///
    /// # Errors
    ///
    /// As of the store, and what `each` gives.
    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()>;

    /// The hashes of the rows of a range.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>>;

    /// The roots of the whole blocks of [`BLOCK`](crate::merkle::BLOCK) rows of a range, whose
    /// numbers count from 0.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>>;

    /// The position of the row with that key.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn find(&mut self, key: &Hash) -> Result<Option<u64>>;

    /// The positions of the rows with those keys, in their order. A store that is asked over
    /// a network answers all at once.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn find_all(&mut self, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        keys.iter().map(|key| self.find(key)).collect()
    }

    /// Lets one writer at a time change something: all of it once `work` is done, or nothing if it
    /// fails.
    ///
    /// # Errors
    ///
    /// What `work` gives; [`StoreFailed`](lynchpin::base::ErrorCode::StoreFailed) if it is not
    /// known whether it was written.
    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()>;

    /// The newest note of a kind, with the size of the ledger that it is about.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>>;

    /// Keeps a note, instead of an older one of its kind. One about a smaller size is dropped.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()>;
}

/// What a writer may do while nobody else can.
pub trait Transaction {
    /// The newest row, with what this writer added.
    ///
    /// # Errors
    ///
    /// As of the store; the same holds for all below.
    fn head(&mut self) -> Result<Head>;

    /// The position of the row with that key.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn find(&mut self, key: &Hash) -> Result<Option<u64>>;

    /// The positions of the rows with those keys, in their order. Others wait meanwhile, so a store
    /// that is asked over a network answers all at once.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn find_all(&mut self, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        keys.iter().map(|key| self.find(key)).collect()
    }

    /// Passes on the rows of a range in order.
    ///
    /// # Errors
    ///
    /// As of the store, and what `each` gives.
    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()>;

    /// Adds rows after the newest one, and the roots of the blocks that they complete by their
    /// number from 0.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn append(&mut self, rows: &[Row], blocks: &[(u64, Hash)]) -> Result<()>;

    /// Forgets the bytes of rows; their hashes stay, so that all proofs do.
    ///
    /// # Errors
    ///
    /// As of the store.
    fn erase(&mut self, positions: &[u64]) -> Result<()>;
}
