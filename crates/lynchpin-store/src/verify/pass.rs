//! The pass over the rows: what is checked of each, and what it adds up to.

use lynchpin::base::{Error, ErrorCode, Instant, Result};

use super::anchors::Anchors;
use super::erased::Erased;
use super::snapshot::{Said, Snapshot};
use super::{Finding, Verified};
use crate::entry::{Entry, Row};
use crate::merkle::{self, BLOCK, Frontier, Hash};
use crate::store::{Head, Store};

/// What is known on the way from the first row to the last.
pub(super) struct Pass {
    verified: Verified,
    origin: Option<String>,
    anchors: Anchors,
    snapshot: Snapshot,
    erased: Erased,
    head: Option<Head>,
    /// The number that the next row must have.
    next: u64,
    before: Option<Before>,
    tree: Frontier,
    /// Whether no row was missing so far, so that the root is that of a ledger.
    is_whole: bool,
    /// The tree of the block that the next row is in, if none of its rows was missing.
    block: Option<Frontier>,
    roots: Vec<(u64, Hash)>,
    /// The keys of the rows that were not looked up yet.
    keys: Vec<(u64, Hash)>,
}

/// The row before.
struct Before {
    /// Its hash as kept, and as computed. Where they differ, that was found already.
    leaves: [Hash; 2],
    recorded: Instant,
}

/// Whether an error says that something in the store is damaged, rather than that it failed.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::StoreCorrupt | ErrorCode::LedgerMalformed)
}

impl Pass {
    pub(super) fn new() -> Self {
        let (root, empty) = (merkle::empty(), merkle::empty());
        let (findings, found) = (Vec::new(), 0);
        let (size, entries, erased, signed) = (0, 0, 0, 0);
        Pass {
            verified: Verified { size, root, entries, erased, signed, findings, found },
            origin: None,
            anchors: Anchors::default(),
            snapshot: Snapshot::default(),
            erased: Erased::default(),
            head: None,
            next: 1,
            before: Some(Before { leaves: [empty, empty], recorded: Instant::EPOCH }),
            tree: Frontier::default(),
            is_whole: true,
            block: Some(Frontier::default()),
            roots: Vec::new(),
            keys: Vec::new(),
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.verified.find(finding);
    }

    /// What the store said, unless it is damaged there, which is a finding.
    pub(super) fn soft<T>(&mut self, said: Result<T>) -> Result<Option<T>> {
        match said {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_damage(&error) => {
                self.find(Finding::new(error.code(), error.to_string()));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the name of the ledger: the one that it must have, else the one that the store says.
    pub(super) fn name(&mut self, wanted: Option<&str>, found: Option<String>) {
        match (wanted, &found) {
            (_, None) => {
                self.find(Finding::new(ErrorCode::StoreForeign, "the store names no ledger"));
            }
            (Some(wanted), Some(found)) if wanted != found => {
                let message = format!("the ledger here is `{found}`, not `{wanted}`");
                self.find(Finding::new(ErrorCode::StoreForeign, message));
            }
            _ => {}
        }
        self.origin = wanted.map(str::to_owned).or(found);
    }

    /// The name of the ledger, if there is one.
    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    pub(super) fn begin(&mut self, anchors: Anchors, snapshot: Snapshot, head: Option<Head>) {
        (self.anchors, self.snapshot, self.head) = (anchors, snapshot, head);
        self.anchors.reach(0, self.is_whole.then(merkle::empty));
        self.see(&Head::empty());
    }

    /// Takes a row that the store gave for a range of numbers.
    pub(super) fn row(&mut self, row: &Row, range: &std::ops::Range<u64>) {
        let sequence = row.sequence;
        if sequence < self.next || !range.contains(&sequence) {
            let message = format!("entry {sequence} stands where {} should", self.next);
            self.find(Finding::new(ErrorCode::LedgerTampered, message).at(sequence));
            return;
        }
        self.missing_before(sequence);
        let (leaf, recorded) = self.check(row);
        self.see(&Head { size: sequence, leaf: row.leaf, recorded: row.recorded });
        self.add(sequence, leaf);
        self.before = Some(Before { leaves: [row.leaf, leaf], recorded });
        self.keys.push((sequence, row.key));
    }

    /// Takes note that there is a row, and that it cannot be read.
    pub(super) fn unreadable(&mut self, sequence: u64, error: &Error) {
        self.missing_before(sequence);
        let message = format!("entry {sequence} cannot be read: {error}");
        self.find(Finding::new(error.code(), message).at(sequence));
        self.skip(sequence.saturating_add(1));
    }

    /// Takes note that something is damaged about where a row is or would be.
    pub(super) fn damaged(&mut self, at: u64, error: &Error) {
        let message = format!("from entry {at} on, not all can be read: {error}");
        self.find(Finding::new(error.code(), message).at(at));
    }

    /// Takes note that what follows was not read.
    pub(super) fn give_up(&mut self, from: u64) {
        let message = format!("too much is damaged: nothing was read from entry {from} on");
        self.find(Finding::new(ErrorCode::StoreCorrupt, message).within(from..u64::MAX));
    }

    /// Looks up the keys of the rows that were taken since it last did.
    pub(super) fn look_up(&mut self, store: &mut dyn Store) -> Result<()> {
        let (numbers, keys): (Vec<u64>, Vec<Hash>) =
            std::mem::take(&mut self.keys).into_iter().unzip();
        let found = match store.find_all(&keys) {
            Err(error) if is_damage(&error) => one_by_one(store, &keys)?,
            found => found?,
        };
        let found = found.into_iter().chain(std::iter::repeat(None));
        for (sequence, found) in numbers.into_iter().zip(found) {
            if found != Some(sequence) {
                let what = found.map_or("nothing".to_owned(), |found| format!("entry {found}"));
                let message = format!("by the key of entry {sequence}, {what} is found");
                self.find(Finding::new(ErrorCode::LedgerTampered, message).at(sequence));
            }
        }
        Ok(())
    }

    /// The number of the newest row, and the roots of the whole blocks.
    pub(super) fn blocks(&self) -> (u64, &[(u64, Hash)]) {
        (self.verified.size, &self.roots)
    }

    pub(super) fn end(mut self) -> Verified {
        if let Some(head) = self.head {
            let message = format!("the newest entry is said to be {}, and is not", head.size);
            self.find(Finding::new(ErrorCode::LedgerTampered, message));
        }
        let unsaid = std::mem::take(&mut self.erased).unsaid();
        unsaid.into_iter().chain(self.snapshot.rest()).for_each(|finding| self.find(finding));
        self.verified.root = self.tree.root();
        self.anchors.judge(&mut self.verified);
        self.verified
    }

    /// Compares an entry with what the snapshot says of it.
    fn compare(&mut self, entry: &Entry) {
        let sequence = entry.place.sequence;
        match self.snapshot.compare(entry) {
            Ok(Said::Same | Said::Nothing) => {}
            Ok(Said::Forgotten) => self.erased.take(sequence),
            Ok(Said::Otherwise) => self.tampered(sequence, "is not what the snapshot says"),
            Err(error) => self.find(Finding::new(error.code(), error.to_string()).at(sequence)),
        }
        self.erased.heed(entry);
    }

    fn missing_before(&mut self, sequence: u64) {
        if sequence > self.next {
            let message = format!("entries are missing from {} to before {sequence}", self.next);
            let finding = Finding::new(ErrorCode::LedgerTampered, message);
            self.find(finding.within(self.next..sequence));
            self.skip(sequence);
        }
    }

    /// Goes on at a number, without knowing what was before it.
    fn skip(&mut self, next: u64) {
        (self.next, self.before, self.is_whole, self.block) = (next, None, false, None);
        self.verified.size = next.saturating_sub(1);
    }

    /// Takes note that a row is the newest one, if it is.
    fn see(&mut self, head: &Head) {
        if self.head.as_ref() == Some(head) {
            self.head = None;
        }
    }

    /// Adds a leaf to the tree, and to that of its block.
    fn add(&mut self, sequence: u64, leaf: Hash) {
        let place = sequence.saturating_sub(1);
        if place.is_multiple_of(BLOCK) {
            self.block = Some(Frontier::default());
        }
        self.tree.push(leaf);
        if let Some(block) = &mut self.block {
            block.push(leaf);
            if sequence.is_multiple_of(BLOCK) {
                self.roots.push((place / BLOCK, block.root()));
            }
        }
        (self.next, self.verified.size) = (sequence.saturating_add(1), sequence);
        if self.anchors.is_due(sequence) {
            self.anchors.reach(sequence, self.is_whole.then(|| self.tree.root()));
        }
    }

    /// Checks a row by itself and against the one before it; its hash, and when it was recorded.
    fn check(&mut self, row: &Row) -> (Hash, Instant) {
        let Some(bytes) = &row.bytes else {
            self.erased(row);
            return (row.leaf, row.recorded);
        };
        self.verified.entries = self.verified.entries.saturating_add(1);
        let leaf = merkle::leaf(bytes);
        if leaf != row.leaf {
            self.tampered(row.sequence, "does not have the hash that is kept of it");
        }
        match Entry::check(bytes) {
            Ok(entry) => {
                self.compare(&entry);
                (leaf, self.check_entry(row, &entry))
            }
            Err(error) => {
                let message = format!("entry {} is not readable: {error}", row.sequence);
                self.find(Finding::new(error.code(), message).at(row.sequence));
                (leaf, row.recorded)
            }
        }
    }

    /// Checks what an entry says against its row and the one before.
    fn check_entry(&mut self, row: &Row, entry: &Entry) -> Instant {
        let (sequence, place) = (row.sequence, &entry.place);
        if place.sequence != sequence {
            self.tampered(sequence, &format!("says that it is entry {}", place.sequence));
        }
        if self.origin.as_ref().is_some_and(|origin| *origin != place.log) {
            self.tampered(sequence, &format!("says that it is of the ledger `{}`", place.log));
        }
        if self.before.as_ref().is_some_and(|before| !before.leaves.contains(&place.prev)) {
            self.tampered(sequence, "does not follow the one before it");
        }
        if place.recorded != row.recorded {
            self.tampered(sequence, &format!("says that it was recorded at {}", place.recorded));
        }
        self.check_order(sequence, place.recorded);
        if entry.key() != row.key {
            self.tampered(sequence, "is not kept under its key");
        }
        place.recorded
    }

    /// Takes a row whose bytes are gone. Its hash stands in the tree as before, so everything else
    /// can still be proved. Whether it was allowed is not looked at here, but that it was said.
    fn erased(&mut self, row: &Row) {
        self.verified.erased = self.verified.erased.saturating_add(1);
        self.erased.take(row.sequence);
        if !self.snapshot.erased(row.sequence) {
            self.tampered(row.sequence, "was erased, and no snapshot says what it meant");
        }
        self.check_order(row.sequence, row.recorded);
    }

    fn check_order(&mut self, sequence: u64, recorded: Instant) {
        if self.before.as_ref().is_some_and(|before| recorded < before.recorded) {
            self.tampered(sequence, "was recorded before the one before it");
        }
    }

    fn tampered(&mut self, sequence: u64, what: &str) {
        let message = format!("entry {sequence} {what}");
        self.find(Finding::new(ErrorCode::LedgerTampered, message).at(sequence));
    }
}

/// Looks keys up where some of them cannot be.
fn one_by_one(store: &mut dyn Store, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
    let soft = |found: Result<Option<u64>>| match found {
        Err(error) if is_damage(&error) => Ok(None),
        found => found,
    };
    keys.iter().map(|key| soft(store.find(key))).collect()
}
