//! Checkpoints against the recomputed tree.

use std::collections::BTreeMap;

use lynchpin::base::{ErrorCode, Result};

use super::pass::Pass;
use super::{Finding, Verified};
use crate::checkpoint::Checkpoint;
use crate::merkle::Hash;
use crate::note::NoteKey;
use crate::store::{Note, Store};

/// Sizes of which the root is known.
#[derive(Default)]
pub(super) struct Anchors {
    /// Those that were not reached yet.
    waiting: BTreeMap<u64, Vec<Anchor>>,
    /// The sizes whose root is the one that it was.
    matched: Vec<u64>,
    failed: Vec<(u64, Anchor)>,
    signed: u64,
}

struct Anchor {
    root: Hash,
    /// Where it is from.
    name: String,
    is_signed: bool,
}

impl Anchors {
    /// Takes a size and a root that are known without a checkpoint, and where from.
    pub(super) fn know(&mut self, size: u64, root: Hash, name: &str) {
        self.wait(size, Anchor { root, name: name.to_owned(), is_signed: false });
    }

    /// Takes checkpoints that were kept outside of the store.
    pub(super) fn keep(&mut self, kept: &[String], key: Option<&NoteKey>, pass: &mut Pass) {
        for (number, note) in kept.iter().enumerate() {
            let name = format!("kept checkpoint {}", number.saturating_add(1));
            self.take(note, name, key, pass);
        }
    }

    /// Takes the newest checkpoint of the store. Without a key it proves nothing.
    pub(super) fn newest(
        &mut self,
        store: &mut dyn Store,
        key: Option<&NoteKey>,
        pass: &mut Pass,
    ) -> Result<()> {
        let Some((size, note)) = pass.soft(store.note(Note::Checkpoint))?.flatten() else {
            return Ok(());
        };
        let name = "the newest checkpoint of the store".to_owned();
        let Ok(note) = String::from_utf8(note) else {
            pass.find(Finding::new(ErrorCode::CheckpointInvalid, format!("{name} is no text")));
            return Ok(());
        };
        if key.is_none() {
            return Ok(());
        }
        let found = self.take(&note, name.clone(), key, pass);
        if found.is_some_and(|found| found != size) {
            let message = format!("{name} is kept as one of {size} entries, and is not");
            pass.find(Finding::new(ErrorCode::CheckpointInvalid, message));
        }
        Ok(())
    }

    /// Takes a signed checkpoint; its size, if it is one of this ledger.
    fn take(
        &mut self,
        note: &str,
        name: String,
        key: Option<&NoteKey>,
        pass: &mut Pass,
    ) -> Option<u64> {
        let invalid = |why: &str| Finding::new(ErrorCode::CheckpointInvalid, why);
        let Some(key) = key else {
            pass.find(invalid(&format!("{name} is checked by a key, and none was given")));
            return None;
        };
        match Checkpoint::open(note, key) {
            Err(error) => pass.find(Finding::new(error.code(), format!("{name}: {error}"))),
            Ok(read) if pass.origin().is_some_and(|origin| origin != read.origin) => {
                pass.find(invalid(&format!("{name} is of the ledger `{}`", read.origin)));
            }
            Ok(Checkpoint { size, root, .. }) => {
                self.wait(size, Anchor { root, name, is_signed: true });
                return Some(size);
            }
        }
        None
    }

    fn wait(&mut self, size: u64, anchor: Anchor) {
        self.waiting.entry(size).or_default().push(anchor);
    }

    /// Whether a size is one of those that are waited for, or beyond one.
    pub(super) fn is_due(&self, size: u64) -> bool {
        self.waiting.first_key_value().is_some_and(|(first, _)| *first <= size)
    }

    /// Compares the root at a size; there is none where entries are missing.
    pub(super) fn reach(&mut self, size: u64, root: Option<Hash>) {
        while self.is_due(size) {
            let Some((at, anchors)) = self.waiting.pop_first() else { return };
            for anchor in anchors {
                if at == size && root == Some(anchor.root) {
                    self.matched.push(at);
                    self.signed = if anchor.is_signed { at } else { self.signed };
                } else {
                    self.failed.push((at, anchor));
                }
            }
        }
    }

    /// Says what did not match.
    pub(super) fn judge(mut self, verified: &mut Verified) {
        self.reach(verified.size, None);
        verified.signed = self.signed;
        let findings = [self.altered(verified), self.cut(verified)];
        findings.into_iter().flatten().for_each(|finding| verified.find(finding));
    }

    /// The first root that is not what it was; the larger ones cannot be either.
    fn altered(&self, verified: &Verified) -> Option<Finding> {
        let (size, anchor) = self.failed.first()?;
        let good = self.matched.iter().rev().find(|good| *good < size).copied().unwrap_or(0);
        let range = good.saturating_add(1)..size.saturating_add(1);
        let more = self.failed.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" ({more} more do not, either)") };
        let split = self.matched.iter().any(|good| good >= size);
        let is_told = verified.findings.iter().any(|finding| finding.is_in(&range));
        let why = if split {
            "while a larger one does: whoever has the key has signed two histories"
        } else if is_told {
            "as other findings of these entries say"
        } else {
            "and no entry says where: all hashes after the change were made to fit"
        };
        let message = format!(
            "the first {size} entries do not match {}{more}, {why}; up to entry {good} they match",
            anchor.name
        );
        Some(Finding::new(ErrorCode::LedgerTampered, message).within(range))
    }

    /// The largest size that the ledger does not have any more.
    fn cut(&self, verified: &Verified) -> Option<Finding> {
        let (size, anchors) = self.waiting.last_key_value()?;
        let name = anchors.first().map_or("", |anchor| anchor.name.as_str());
        let message = format!(
            "the ledger had {size} entries by {name}, and has {}: it was cut or restored from a \
             backup",
            verified.size
        );
        let range = verified.size.saturating_add(1)..size.saturating_add(1);
        Some(Finding::new(ErrorCode::LedgerRolledBack, message).within(range))
    }
}
