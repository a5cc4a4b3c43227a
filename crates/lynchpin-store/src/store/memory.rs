//! A store in memory: for tests, and for hosts that keep their facts elsewhere.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use lynchpin::base::{Error, ErrorCode, Result};

use super::{Durability, Head, Note, Store, Transaction};
use crate::entry::Row;
use crate::merkle::Hash;

/// A store that is gone with the process. Clones share what is in it, as two connections would.
///
/// ```
/// use lynchpin_store::store::{Store, memory::Memory};
///
/// let mut store = Memory::default();
/// assert_eq!(store.begin("acme.example/releases")?, "acme.example/releases");
/// assert_eq!(store.head()?.size, 0);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

/// What is kept.
#[derive(Clone, Debug, Default)]
struct Kept {
    origin: Option<String>,
    rows: Vec<Row>,
    keys: BTreeMap<Hash, u64>,
    blocks: Vec<Hash>,
    notes: BTreeMap<Note, (u64, Vec<u8>)>,
    /// What the writer at work has erased, to be put back if it fails.
    erased: Vec<Row>,
}

impl Memory {
    fn kept(&self) -> Result<MutexGuard<'_, Kept>> {
        self.0.lock().map_err(|_| {
            Error::new(ErrorCode::Broken, "a writer panicked; what it left is not to be used")
        })
    }
}

impl Store for Memory {
    fn origin(&mut self) -> Result<Option<String>> {
        Ok(self.kept()?.origin.clone())
    }

    fn begin(&mut self, origin: &str) -> Result<String> {
        Ok(self.kept()?.origin.get_or_insert_with(|| origin.to_owned()).clone())
    }

    fn durability(&mut self) -> Result<Durability> {
        Ok(Durability::Volatile)
    }

    fn head(&mut self) -> Result<Head> {
        Ok(self.kept()?.head())
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        // Copied first, so that `each` may use the store.
        let rows = self.kept()?.range(range).to_vec();
        rows.into_iter().try_for_each(each)
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        Ok(self.kept()?.range(range).iter().map(|row| row.leaf).collect())
    }

    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        let kept = self.kept()?;
        let place = |at| usize::try_from(at).unwrap_or(usize::MAX).min(kept.blocks.len());
        let range = place(range.start)..place(range.end);
        Ok(kept.blocks.get(range).unwrap_or_default().to_vec())
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        Ok(self.kept()?.keys.get(key).copied())
    }

    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let mut kept = self.kept()?;
        let (rows, blocks) = (kept.rows.len(), kept.blocks.len());
        kept.erased.clear();
        let result = work(&mut *kept);
        if result.is_err() {
            for row in std::mem::take(&mut kept.erased) {
                kept.put(row);
            }
            for row in kept.rows.split_off(rows) {
                kept.keys.remove(&row.key);
            }
            kept.blocks.truncate(blocks);
        }
        result
    }

    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        Ok(self.kept()?.notes.get(&kind).cloned())
    }

    fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()> {
        let mut kept = self.kept()?;
        if kept.notes.get(&kind).is_none_or(|(known, _)| *known <= size) {
            kept.notes.insert(kind, (size, note.to_vec()));
        }
        Ok(())
    }
}

impl Kept {
    fn head(&self) -> Head {
        self.rows.last().map_or_else(Head::empty, |row| Head {
            size: row.sequence,
            leaf: row.leaf,
            recorded: row.recorded,
        })
    }

    /// Puts a row in the place of what is there.
    fn put(&mut self, row: Row) {
        let place = usize::try_from(row.sequence.saturating_sub(1)).unwrap_or(usize::MAX);
        if let Some(kept) = self.rows.get_mut(place) {
            *kept = row;
        }
    }

    fn range(&self, range: Range<u64>) -> &[Row] {
        let place = |position: u64| {
            usize::try_from(position.saturating_sub(1)).unwrap_or(usize::MAX).min(self.rows.len())
        };
        self.rows.get(place(range.start)..place(range.end)).unwrap_or_default()
    }
}

impl Transaction for Kept {
    fn head(&mut self) -> Result<Head> {
        Ok(Kept::head(self))
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        Ok(self.keys.get(key).copied())
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.range(range).iter().cloned().try_for_each(each)
    }

    fn append(&mut self, rows: &[Row], blocks: &[(u64, Hash)]) -> Result<()> {
        for row in rows {
            self.keys.insert(row.key, row.sequence);
            self.rows.push(row.clone());
        }
        self.blocks.extend(blocks.iter().map(|(_, root)| *root));
        Ok(())
    }

    fn erase(&mut self, positions: &[u64]) -> Result<()> {
        for position in positions {
            let found = self.range(*position..position.saturating_add(1)).first().cloned();
            if let Some(row) = found {
                self.put(Row { bytes: None, ..row.clone() });
                self.erased.push(row);
            }
        }
        Ok(())
    }
}
