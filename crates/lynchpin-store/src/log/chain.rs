//! Entries one after the other: each says the hash of the one before it.

use lynchpin::base::{Error, ErrorCode, Result};

use super::{Author, erased};
use crate::entry::{Entry, Place, Row};
use crate::merkle::{self, BLOCK, Frontier, Hash};
use crate::store::Head;

/// Entries one after the other, each following the one before it.
pub(crate) struct Chain<'a> {
    pub(super) origin: &'a str,
    pub(super) tree: Frontier,
    pub(super) head: Head,
    pub(super) blocks: Vec<(u64, Hash)>,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(origin: &'a str, tree: &Frontier, head: Head) -> Self {
        Chain { origin, tree: tree.clone(), head, blocks: Vec::new() }
    }

    /// Takes the next row.
    pub(super) fn add(&mut self, row: &Row) {
        if let Some(root) = self.tree.push(row.leaf) {
            self.blocks.push((self.tree.size() / BLOCK - 1, root));
        }
        self.head = Head { size: row.sequence, leaf: row.leaf, recorded: row.recorded };
    }

    /// Takes a row that somebody else appended.
    pub(super) fn follow(&mut self, row: Row, author: &mut dyn Author) -> Result<()> {
        let entry = self.follow_row(&row)?;
        author.follow(&entry.ok_or_else(|| erased(row.sequence))?)
    }

    /// Takes a row, if it follows the newest one; the entry, unless it was erased.
    pub(crate) fn follow_row(&mut self, row: &Row) -> Result<Option<Entry>> {
        if row.sequence != self.head.size.saturating_add(1) {
            return Err(tampered(row.sequence, "is not the next one"));
        }
        let entry = checked(row)?;
        if let Some(Place { prev, log, recorded, .. }) = entry.as_ref().map(|entry| &entry.place)
            && (*prev != self.head.leaf || log != self.origin || *recorded < self.head.recorded)
        {
            return Err(tampered(row.sequence, "does not follow the one before it"));
        }
        self.add(row);
        Ok(entry)
    }

    /// What it came to: the tree, the head, and the blocks that were completed.
    pub(crate) fn ended(self) -> (Frontier, Head, Vec<(u64, Hash)>) {
        (self.tree, self.head, self.blocks)
    }
}

/// The entry of a row, if its bytes are those that were hashed; nothing if they were erased.
pub(crate) fn checked(row: &Row) -> Result<Option<Entry>> {
    let Some(bytes) = &row.bytes else { return Ok(None) };
    if merkle::leaf(bytes) != row.leaf {
        return Err(tampered(row.sequence, "is not what was appended"));
    }
    let entry = Entry::read(bytes)?;
    if entry.place.sequence != row.sequence || entry.place.recorded != row.recorded {
        return Err(tampered(row.sequence, "does not stand where it was appended"));
    }
    Ok(Some(entry))
}

pub(super) fn tampered(sequence: u64, what: &str) -> Error {
    Error::new(ErrorCode::LedgerTampered, format!("entry {sequence} {what}"))
}

pub(super) fn rolled_back(known: u64, found: u64) -> Error {
    let message = format!(
        "the ledger had {known} entries and has {found}, or they are others: it was cut, rewritten \
         or restored from a backup"
    );
    Error::new(ErrorCode::LedgerRolledBack, message)
}
