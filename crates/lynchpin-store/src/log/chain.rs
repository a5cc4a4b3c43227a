//! Entries one after the other: each says the hash of the one before it.

use std::ops::Range;

use lynchpin::base::{Error, ErrorCode, Result};

use super::{Author, erased};
use crate::entry::{Entry, Place, Row};
use crate::merkle::{self, BLOCK, Frontier, Hash};
use crate::store::Head;

/// Rows one after the other, from wherever one begins to look.
pub(super) struct Links<'a> {
    origin: &'a str,
    /// The newest row; none if the one before the first is not known.
    newest: Option<Head>,
    next: u64,
}

impl<'a> Links<'a> {
    /// Begins after a row that is known.
    fn after(origin: &'a str, head: Head) -> Self {
        Links { origin, newest: Some(head), next: head.size.saturating_add(1) }
    }

    /// Begins at a place; only before the first is it known what stands there.
    pub(super) fn before(origin: &'a str, next: u64) -> Self {
        Links { origin, newest: (next == 1).then(Head::empty), next }
    }

    /// The place of the next row.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Takes a row, if it follows the newest one; the entry, unless it was erased.
    pub(super) fn follow(&mut self, row: &Row) -> Result<Option<Entry>> {
        if row.sequence != self.next {
            return Err(tampered(row.sequence, "is not the next one"));
        }
        let entry = checked(row)?;
        if let Some(Place { prev, log, recorded, .. }) = entry.as_ref().map(|entry| &entry.place) {
            let follows = |head: Head| *prev == head.leaf && *recorded >= head.recorded;
            if log != self.origin || !self.newest.is_none_or(follows) {
                return Err(tampered(row.sequence, "does not follow the one before it"));
            }
        }
        self.add(row);
        Ok(entry)
    }

    fn add(&mut self, row: &Row) {
        self.newest = Some(Head { size: row.sequence, leaf: row.leaf, recorded: row.recorded });
        self.next = row.sequence.saturating_add(1);
    }
}

/// The same from the end of a log on, with the tree that grows by it.
pub(crate) struct Chain<'a> {
    pub(super) origin: &'a str,
    pub(super) tree: Frontier,
    pub(super) head: Head,
    pub(super) blocks: Vec<(u64, Hash)>,
}

/// Passes on the rows of a range.
type Rows<'a> = dyn FnMut(Range<u64>, &mut dyn FnMut(Row) -> Result<()>) -> Result<()> + 'a;

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

    /// Takes what others have appended, up to the head of the store.
    pub(super) fn catch_up(
        &mut self,
        head: Head,
        author: &mut dyn Author,
        rows: &mut Rows<'_>,
    ) -> Result<()> {
        let known = self.head.size;
        if head == self.head {
            return Ok(());
        }
        rows(known.saturating_add(1)..head.size.saturating_add(1), &mut |row| {
            let entry = self.follow(&row)?;
            author.follow(&entry.ok_or_else(|| erased(row.sequence))?)
        })?;
        if self.head == head { Ok(()) } else { Err(rolled_back(known, head.size)) }
    }

    /// Takes a row, if it follows the newest one; the entry, unless it was erased.
    pub(crate) fn follow(&mut self, row: &Row) -> Result<Option<Entry>> {
        let entry = Links::after(self.origin, self.head).follow(row)?;
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
