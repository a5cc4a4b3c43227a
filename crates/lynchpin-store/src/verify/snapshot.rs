//! The newest snapshot against the entries that it stands for.

use std::collections::HashMap;

use lynchpin::base::{Digest, ErrorCode, Instant, Limits, Result};
use lynchpin::model::Portfolio;
use lynchpin::wire::{each_canonical_fact, forget_words, read_portfolio};

use super::Finding;
use super::anchors::Anchors;
use super::pass::Pass;
use crate::entry::Entry;
use crate::note::NoteKey;
use crate::snapshot::{self, Signed};
use crate::store::{Note, Store};

const NAME: &str = "the newest snapshot of the store";

/// What a snapshot says, of which the pass has not yet seen the entries.
#[derive(Default)]
pub(super) struct Snapshot {
    /// Whether there is a key, without which no snapshot is worth anything.
    is_checked: bool,
    size: u64,
    /// The digest of each fact, by the number of its entry.
    facts: HashMap<u64, Digest>,
}

/// How a snapshot says what an entry says.
pub(super) enum Said {
    Same,
    /// Without the words that may be erased.
    Forgotten,
    /// It is about fewer entries.
    Nothing,
    Otherwise,
}

impl Snapshot {
    /// Takes the newest snapshot. Without a key it proves nothing, and is not used.
    pub(super) fn newest(
        store: &mut dyn Store,
        key: Option<&NoteKey>,
        anchors: &mut Anchors,
        pass: &mut Pass,
    ) -> Result<Self> {
        let kept = pass.soft(store.note(Note::Snapshot))?.flatten();
        let none = Snapshot { is_checked: key.is_some(), ..Snapshot::default() };
        let (Some((size, kept)), Some(key)) = (kept, key) else { return Ok(none) };
        let invalid = |why: &str| {
            Finding::new(ErrorCode::CheckpointInvalid, format!("{NAME} {why}, and is not used"))
        };
        match snapshot::open(&kept, key) {
            None => pass.find(invalid("is not what the key has signed")),
            Some(signed) if pass.origin().is_some_and(|origin| origin != signed.origin) => {
                pass.find(invalid(&format!("is of the ledger `{}`", signed.origin)));
            }
            Some(signed) => {
                if signed.size != size {
                    pass.find(invalid(&format!("is kept as one of {size} entries, and is not")));
                }
                anchors.know(signed.size, signed.root, NAME);
                return Snapshot::read(&signed, pass);
            }
        }
        Ok(none)
    }

    fn read(signed: &Signed<'_>, pass: &mut Pass) -> Result<Self> {
        let mut facts = HashMap::new();
        let mut strangers = 0_usize;
        let read = read_portfolio(signed.document, Limits::bulk()).and_then(|portfolio| {
            each_canonical_fact(portfolio, &mut |fact| {
                let place = fact.stamp.map_or(0, |stamp| stamp.sequence);
                let recorded = fact.stamp.map(|stamp| stamp.recorded);
                let is_known = (1..=signed.size).contains(&place);
                let digest = digest(fact.kind, recorded, &fact.bytes);
                if !is_known || facts.insert(place, digest).is_some() {
                    strangers += 1;
                }
                Ok(())
            })
        });
        if let Err(error) = read {
            pass.find(Finding::new(error.code(), format!("{NAME}: {error}")));
        } else if strangers > 0 {
            let message = format!("{NAME} says {strangers} facts of no entry of their own");
            pass.find(Finding::new(ErrorCode::LedgerTampered, message));
        }
        Ok(Snapshot { is_checked: true, size: signed.size, facts })
    }

    /// Compares what it says with an entry that has the one form that it must have.
    pub(super) fn compare(&mut self, entry: &Entry) -> Result<Said> {
        if entry.place.sequence > self.size {
            return Ok(Said::Nothing);
        }
        let found = self.facts.remove(&entry.place.sequence);
        let recorded = Some(entry.place.recorded);
        if found == Some(digest(&entry.kind, recorded, entry.fact.as_bytes())) {
            return Ok(Said::Same);
        }
        let mut portfolio = Portfolio::default();
        entry.add_to(&mut portfolio)?;
        forget_words(&mut portfolio, |_| true);
        let mut forgotten = None;
        each_canonical_fact(portfolio, &mut |fact| {
            forgotten = Some(digest(fact.kind, recorded, &fact.bytes));
            Ok(())
        })?;
        Ok(if found == forgotten { Said::Forgotten } else { Said::Otherwise })
    }

    /// Takes note that an entry was erased; whether the snapshot says what it meant.
    pub(super) fn erased(&mut self, sequence: u64) -> bool {
        self.facts.remove(&sequence).is_some() || !self.is_checked
    }

    /// What it says of entries that are not there.
    pub(super) fn rest(&self) -> Option<Finding> {
        let first = self.facts.keys().min()?;
        let message = format!("{NAME} says entry {first}, and there is none that can be read");
        Some(Finding::new(ErrorCode::LedgerTampered, message).at(*first))
    }
}

fn digest(kind: &str, recorded: Option<Instant>, fact: &[u8]) -> Digest {
    let recorded = recorded.map_or_else(String::new, |recorded| recorded.to_string());
    let mut bytes = format!("{kind}\n{recorded}\n").into_bytes();
    bytes.extend_from_slice(fact);
    Digest::of(&bytes)
}
