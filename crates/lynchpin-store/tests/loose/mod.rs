//! A store that somebody has laid hands on: everything in it can be changed.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::ops::Range;

use lynchpin::base::{Error, ErrorCode, Instant, Result};
use lynchpin_store::Entry;
use lynchpin_store::entry::Row;
use lynchpin_store::merkle::{self, BLOCK, Frontier, Hash};
use lynchpin_store::store::{Durability, Head, Note, Store, Transaction};

/// A row as it is stored: nothing about it is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooseRow {
    pub sequence: u64,
    pub key: Vec<u8>,
    pub leaf: Vec<u8>,
    pub recorded: i64,
    pub bytes: Option<Vec<u8>>,
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loose {
    pub origin: Option<Vec<u8>>,
    pub rows: Vec<LooseRow>,
    pub blocks: Vec<(u64, Vec<u8>)>,
    pub notes: Vec<(Vec<u8>, u64, Vec<u8>)>,
}

fn corrupt(what: &str) -> Error {
    Error::new(ErrorCode::StoreCorrupt, what)
}

fn hash(bytes: &[u8]) -> Result<Hash> {
    let bytes = bytes.try_into().map_err(|_| corrupt("a hash has not 32 bytes"))?;
    Ok(Hash::from_bytes(bytes))
}

impl LooseRow {
    fn of(row: &Row) -> Self {
        LooseRow {
            sequence: row.sequence,
            key: row.key.as_bytes().to_vec(),
            leaf: row.leaf.as_bytes().to_vec(),
            recorded: row.recorded.micros(),
            bytes: row.bytes.clone(),
        }
    }

    fn read(&self) -> Result<Row> {
        let recorded = Instant::from_micros(self.recorded);
        Ok(Row {
            sequence: self.sequence,
            key: hash(&self.key)?,
            leaf: hash(&self.leaf)?,
            recorded: recorded.map_err(|_| corrupt("a time is out of range"))?,
            bytes: self.bytes.clone(),
        })
    }
}

impl Loose {
    /// All that a store says of itself.
    pub fn dump(store: &mut dyn Store) -> Result<Self> {
        let mut rows = Vec::new();
        store.rows(0..u64::MAX, &mut |row| {
            rows.push(LooseRow::of(&row));
            Ok(())
        })?;
        let blocks = store.blocks(0..u64::MAX)?.into_iter().zip(0..);
        let blocks = blocks.map(|(root, number)| (number, root.as_bytes().to_vec())).collect();
        let mut notes = Vec::new();
        for kind in [Note::Checkpoint, Note::Snapshot] {
            let note = store.note(kind)?;
            notes.extend(note.map(|(size, note)| (kind.name().into(), size, note)));
        }
        let origin = store.origin()?.map(String::into_bytes);
        Ok(Loose { origin, rows, blocks, notes })
    }

    /// Makes all hashes after a row fit again, as somebody who knows the format can.
    pub fn fit(&mut self, from: usize) {
        let mut before = match from.checked_sub(1) {
            Some(before) => hash(&self.rows[before].leaf).expect("a hash"),
            None => merkle::empty(),
        };
        for row in &mut self.rows[from..] {
            let mut entry = Entry::read(row.bytes.as_ref().expect("bytes")).expect("an entry");
            entry.place.prev = before;
            entry.place.sequence = row.sequence;
            let bytes = entry.bytes().expect("an entry");
            before = merkle::leaf(&bytes);
            (row.key, row.leaf) = (entry.key().as_bytes().into(), before.as_bytes().into());
            row.recorded = entry.place.recorded.micros();
            row.bytes = Some(bytes);
        }
        self.blocks = self.roots();
    }

    /// The roots of the whole blocks.
    fn roots(&self) -> Vec<(u64, Vec<u8>)> {
        let mut tree = Frontier::default();
        let leaves = self.rows.iter().map(|row| hash(&row.leaf).expect("a hash"));
        let roots = leaves.filter_map(|leaf| tree.push(leaf));
        roots.zip(0..).map(|(root, number)| (number, root.as_bytes().to_vec())).collect()
    }

    /// The root of the first so many rows.
    pub fn root(&self, size: usize) -> Hash {
        let leaves = self.rows[..size].iter().map(|row| hash(&row.leaf).expect("a hash"));
        merkle::root(&leaves.collect::<Vec<_>>())
    }

    fn sorted(&self) -> Vec<&LooseRow> {
        let mut rows: Vec<&LooseRow> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.sequence);
        rows
    }
}

impl Store for Loose {
    fn origin(&mut self) -> Result<Option<String>> {
        let text = self.origin.clone().map(String::from_utf8).transpose();
        text.map_err(|_| corrupt("the name is no text"))
    }

    fn begin(&mut self, _: &str) -> Result<String> {
        Ok(self.origin()?.unwrap_or_default())
    }

    fn durability(&mut self) -> Result<Durability> {
        Ok(Durability::Volatile)
    }

    fn head(&mut self) -> Result<Head> {
        let Some(row) = self.sorted().last().copied() else { return Ok(Head::empty()) };
        let Row { sequence, leaf, recorded, .. } = row.read()?;
        Ok(Head { size: sequence, leaf, recorded })
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let rows = self.sorted().into_iter().filter(|row| range.contains(&row.sequence));
        let rows: Vec<LooseRow> = rows.cloned().collect();
        rows.into_iter().try_for_each(|row| each(row.read()?))
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        let rows = self.sorted().into_iter().filter(|row| range.contains(&row.sequence));
        rows.map(|row| hash(&row.leaf)).collect()
    }

    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        let in_range = |(number, _): &&(u64, Vec<u8>)| range.contains(number);
        let mut blocks: Vec<_> = self.blocks.iter().filter(in_range).collect();
        blocks.sort();
        blocks.into_iter().map(|(_, root)| hash(root)).collect()
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        let found = self.rows.iter().find(|row| row.key == key.as_bytes());
        Ok(found.map(|row| row.sequence))
    }

    fn write(&mut self, _: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        Err(Error::new(ErrorCode::StoreReadOnly, "nobody writes here any more"))
    }

    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        let found = self.notes.iter().find(|(name, ..)| name == kind.name().as_bytes());
        Ok(found.map(|(_, size, note)| (*size, note.clone())))
    }

    fn keep(&mut self, _: Note, _: u64, _: &[u8]) -> Result<()> {
        Err(Error::new(ErrorCode::StoreReadOnly, "nobody writes here any more"))
    }
}

/// The number of whole blocks of so many rows.
pub fn whole_blocks(rows: usize) -> usize {
    rows / usize::try_from(BLOCK).expect("a size")
}
