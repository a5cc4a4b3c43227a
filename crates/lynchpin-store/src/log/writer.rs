//! What happens while nobody else can append.

use std::collections::HashMap;

use lynchpin::base::id::Reference;
use lynchpin::base::{Error, ErrorCode, Result, limits};
use lynchpin::wire::Stamp;

use super::chain::{Chain, checked, rolled_back};
use super::{Appended, Author, BATCH_MAX, Batch, Outcome};
use crate::entry::{Draft, Entry, Frame, Row};
use crate::merkle::{BLOCK, Frontier, Hash};
use crate::store::{Head, Transaction};

/// A writer that has the log to itself.
pub(super) struct Writer<'a, 'b> {
    pub(super) chain: Chain<'a>,
    change: &'b mut dyn Transaction,
    pub(super) author: &'b mut dyn Author,
    rows: Vec<Row>,
    /// What this writer has added, by key.
    added: HashMap<Hash, u64>,
    is_decision: bool,
}

/// What a writer leaves.
pub(super) struct Written {
    pub(super) tree: Frontier,
    pub(super) head: Head,
    pub(super) blocks: Vec<(u64, Hash)>,
    pub(super) is_decision: bool,
}

impl<'a, 'b> Writer<'a, 'b> {
    /// Takes in what others have appended.
    pub(super) fn new(
        origin: &'a str,
        known: (&Frontier, Head),
        change: &'b mut dyn Transaction,
        author: &'b mut dyn Author,
    ) -> Result<Self> {
        let head = change.head()?;
        let mut chain = Chain::new(origin, known.0, known.1);
        chain.catch_up(head, author, &mut |range, each| change.rows(range, each))?;
        // Their blocks are there; those of this writer are counted apart.
        let (rows, added) = (Vec::new(), HashMap::new());
        Ok(Writer { chain, change, author, rows, added, is_decision: false })
    }

    /// Decides on one batch.
    pub(super) fn take(&mut self, batch: &Batch) -> Result<Outcome> {
        if batch.facts.len() > BATCH_MAX {
            let message = format!("a batch has at most {BATCH_MAX} facts");
            return Err(Error::new(ErrorCode::ListTooLong, message));
        }
        let keys: Vec<Hash> = batch.facts.iter().map(Draft::key).collect();
        let mut places = self.known(&batch.facts, &keys)?;
        let is_new = places.iter().any(Option::is_none);
        let size = self.chain.head.size;
        if let Some(decided_on) = batch.decided_on.filter(|on| *on != size && is_new) {
            if decided_on > size {
                return Err(rolled_back(decided_on, size));
            }
            return Ok(Outcome::Conflict(decided_on.saturating_add(1)..size.saturating_add(1)));
        }
        let new = self.add(batch, &keys, &mut places)?;
        let places = places.into_iter().flatten().collect();
        let Head { size, recorded, .. } = self.chain.head;
        let (checkpoint, unsigned) = (None, None);
        Ok(Outcome::Appended(Appended { places, new, size, recorded, checkpoint, unsigned }))
    }

    /// The places of the facts that are there already.
    fn known(&mut self, facts: &[Draft], keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        let found = self.change.find_all(keys)?;
        if found.len() != keys.len() {
            return Err(Error::new(ErrorCode::StoreCorrupt, "the store answered for other keys"));
        }
        let mut places = Vec::with_capacity(facts.len());
        for (number, ((draft, key), found)) in facts.iter().zip(keys).zip(found).enumerate() {
            let place = self.added.get(key).copied().or(found);
            // Without an id of the host's, the key is all that the fact says.
            if let Some(place) = place.filter(|_| draft.id.is_some()) {
                self.check_same(draft, place, number)?;
            }
            places.push(place);
        }
        Ok(places)
    }

    /// Refuses another fact under an id that is there.
    fn check_same(&mut self, draft: &Draft, place: u64, number: usize) -> Result<()> {
        let first = self.rows.first().map_or(u64::MAX, |row| row.sequence);
        let nth = place.checked_sub(first).and_then(|nth| usize::try_from(nth).ok());
        let mut found = nth.and_then(|nth| self.rows.get(nth)).cloned();
        if found.is_none() {
            self.change.rows(place..place.saturating_add(1), &mut |row| {
                found = Some(row);
                Ok(())
            })?;
        }
        let entry = found.as_ref().map(checked).transpose()?.flatten();
        if entry.is_some_and(|entry| says(draft, &entry)) {
            return Ok(());
        }
        Err(says_something_else(draft, place, number))
    }

    /// Adds the facts that are not there yet; how many there were. One that stands twice in the
    /// batch is new once.
    fn add(&mut self, batch: &Batch, keys: &[Hash], places: &mut [Option<u64>]) -> Result<usize> {
        let mut chain = Chain::new(self.chain.origin, &self.chain.tree, self.chain.head);
        let recorded = batch.clock.max(chain.head.recorded);
        let clock = (recorded != batch.clock).then_some(batch.clock);
        let frame = Frame::new(chain.origin, recorded, clock)?;
        let first = chain.head.size.saturating_add(1);
        let mut rows = Vec::with_capacity(batch.facts.len());
        let mut proposed: Vec<(&Draft, Stamp)> = Vec::with_capacity(batch.facts.len());
        let mut added: HashMap<Hash, u64> = HashMap::with_capacity(batch.facts.len());
        for (number, ((draft, key), place)) in batch.facts.iter().zip(keys).zip(places).enumerate()
        {
            if place.is_some() {
                continue;
            }
            let timely = draft.check_time(recorded);
            timely.map_err(|error| error.under(&format!("$.facts[{number}]")))?;
            if let Some(same) = added.get(key) {
                let nth = usize::try_from(same.saturating_sub(first)).unwrap_or(usize::MAX);
                let is_same = |it: &&Draft| (it.kind, &it.fact) == (draft.kind, &draft.fact);
                if !proposed.get(nth).map(|(it, _)| it).is_some_and(is_same) {
                    return Err(says_something_else(draft, *same, number));
                }
                *place = Some(*same);
                continue;
            }
            let sequence = chain.head.size.saturating_add(1);
            if sequence > limits::INTEGER_MAX {
                return Err(Error::new(ErrorCode::LimitExceeded, "the ledger is full"));
            }
            let id = draft.id.as_ref();
            let bytes = frame.bytes(draft.kind, &draft.fact, id, &chain.head.leaf, sequence);
            let row = Row::new(sequence, *key, recorded, bytes);
            self.is_decision |= matches!(draft.kind, "decisions" | "claims");
            chain.add(&row);
            added.insert(*key, sequence);
            *place = Some(sequence);
            rows.push(row);
            proposed.push((draft, Stamp { recorded, sequence }));
        }
        self.author.propose(&proposed)?;
        self.chain.blocks.append(&mut chain.blocks);
        (self.chain.tree, self.chain.head) = (chain.tree, chain.head);
        let new = rows.len();
        self.rows.append(&mut rows);
        self.added.extend(added);
        Ok(new)
    }

    /// Hands what was added to the store.
    pub(super) fn finish(self) -> Result<Written> {
        let first = self.rows.first().map_or(u64::MAX, |row| row.sequence);
        let is_own = |block: &&(u64, Hash)| (block.0 + 1).saturating_mul(BLOCK) >= first;
        let own: Vec<_> = self.chain.blocks.iter().filter(is_own).copied().collect();
        if !self.rows.is_empty() {
            self.change.append(&self.rows, &own)?;
        }
        let Chain { tree, head, blocks, .. } = self.chain;
        Ok(Written { tree, head, blocks, is_decision: self.is_decision })
    }
}

/// Whether an entry says the same as a draft.
fn says(draft: &Draft, entry: &Entry) -> bool {
    entry.kind == draft.kind && entry.fact == draft.fact
}

fn says_something_else(draft: &Draft, place: u64, number: usize) -> Error {
    let id = draft.id.as_ref().map_or("", Reference::as_str);
    let message = format!("`{id}` is entry {place}, which says something else");
    Error::new(ErrorCode::DuplicateId, message).under(&format!("$.facts[{number}]"))
}
