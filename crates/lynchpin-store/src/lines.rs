//! Export and import: the entries as they are, a line each.
//!
//! An imported ledger has the same bytes, and so the same root, as the one that was exported:
//! every receipt and every checkpoint of it still holds. An erased entry is exported as what is
//! left of it, which is enough for all proofs.

use std::io::{BufRead, Read as _, Write};
use std::ops::Range;

use lynchpin::base::{Error, ErrorCode, Instant, Result};
use serde::{Deserialize, Serialize};

use crate::entry::{ENTRY_BYTES_MAX, Entry, Row};
use crate::log::{Chain, Log, checked};
use crate::merkle::Hash;

/// How many rows are written to the store at once.
const AT_ONCE: usize = 1_000;

/// What is left of an erased entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Erased {
    erased: Left,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    key: Hash,
    leaf: Hash,
    recorded: Instant,
    sequence: u64,
}

impl Log {
    /// Writes the entries of a range of places, a line each, in bounded memory; how many there
    /// were.
    ///
    /// # Errors
    ///
    /// Those of the store; [`ErrorCode::LedgerTampered`] if an entry is not what was appended;
    /// [`ErrorCode::Io`] if it cannot be written.
    ///
    /// ```
    /// # use lynchpin_store::log::Options;
    /// # use lynchpin_store::store::memory::Memory;
    /// # use lynchpin_store::{Batch, Draft, Log};
    /// # let volatile = || { let mut it = Options::default(); it.volatile = true; it };
    /// # let origin = "acme.example/releases";
    /// let mut log = Log::create(Box::new(Memory::default()), origin, volatile())?;
    /// let facts = vec![Draft::read("people", br#"{"id": "ann"}"#)?];
    /// let clock = "2026-11-01T09:00:01Z".parse()?;
    /// let _ = log.append(&Batch { facts, decided_on: None, clock })?;
    /// let mut lines = Vec::new();
    /// log.export(1..2, &mut lines)?;
    ///
    /// let mut copy = Log::create(Box::new(Memory::default()), origin, volatile())?;
    /// copy.import(&mut lines.as_slice())?;
    /// assert_eq!(copy.root(), log.root());
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn export(&mut self, range: Range<u64>, out: &mut dyn Write) -> Result<u64> {
        let mut count: u64 = 0;
        self.store().rows(range, &mut |row| {
            checked(&row)?;
            let line = match row.bytes {
                Some(bytes) => bytes,
                None => {
                    let Row { key, leaf, recorded, sequence, .. } = row;
                    let left = Erased { erased: Left { key, leaf, recorded, sequence } };
                    serde_json::to_vec(&left).map_err(|e| malformed(&e.to_string()))?
                }
            };
            count = count.saturating_add(1);
            out.write_all(&line).and_then(|()| out.write_all(b"\n")).map_err(|e| unwritten(&e))
        })?;
        Ok(count)
    }

    /// Appends exported entries as they are, with the time at which they were recorded, to what is
    /// the beginning of them, such as an empty log of the same name; how many there were. Entries
    /// that are there already are compared.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LedgerMalformed`] with its line, if a line is no entry, does not follow the one
    /// before it, or is another than the one that is there; those of the store. What stands before
    /// it was appended.
    pub fn import(&mut self, lines: &mut dyn BufRead) -> Result<u64> {
        self.refresh()?;
        let mut count: u64 = 0;
        loop {
            let mut rows = Vec::new();
            while rows.len() < AT_ONCE
                && let Some(line) = line(lines)?
            {
                count = count.saturating_add(1);
                let row = row(&line);
                rows.push(row.map_err(|e| e.under(&format!("line {count}")))?);
            }
            if rows.is_empty() {
                return Ok(count);
            }
            let first = count.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            self.import_rows(rows, first)?;
        }
    }

    /// Appends rows, of which the first is that of the line after so many.
    fn import_rows(&mut self, rows: Vec<Row>, lines: u64) -> Result<()> {
        let known = self.head().size;
        let (there, new): (Vec<_>, Vec<_>) = rows.into_iter().partition(|it| it.sequence <= known);
        // Each by itself: they may stand in any order, and come twice.
        for row in there {
            let same = self.row(row.sequence)?.is_some_and(|known| known.leaf == row.leaf);
            if !same {
                let message =
                    format!("entry {} is there already and says something else", row.sequence);
                return Err(malformed(&message));
            }
        }
        let (tree, head) = self.standing();
        let mut chain = Chain::new(self.origin(), &tree, head);
        for (number, row) in new.iter().enumerate() {
            let line = lines.saturating_add(u64::try_from(number).unwrap_or(u64::MAX));
            let place = format!("line {}", line.saturating_add(1));
            chain.follow(row).map_err(|error| malformed(&error.to_string()).under(&place))?;
        }
        let (tree, head, blocks) = chain.ended();
        self.store().write(&mut |change| {
            if change.head()?.size != known {
                let message = "somebody else appends to the ledger; import when nobody does";
                return Err(Error::new(ErrorCode::StoreBusy, message));
            }
            change.append(&new, &blocks)
        })?;
        self.stands(tree, head, &blocks);
        Ok(())
    }
}

/// The next line, without its end.
fn line(lines: &mut dyn BufRead) -> Result<Option<Vec<u8>>> {
    let most = u64::try_from(ENTRY_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(2);
    let mut line = Vec::new();
    let read = lines.take(most).read_until(b'\n', &mut line).map_err(|e| unwritten(&e))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((read > 0).then_some(line))
}

/// The row that a line says.
fn row(line: &[u8]) -> Result<Row> {
    if line.starts_with(b"{\"erased\"") {
        let Erased { erased } =
            serde_json::from_slice(line).map_err(|error| malformed(&error.to_string()))?;
        let Left { key, leaf, recorded, sequence } = erased;
        return Ok(Row { sequence, key, leaf, recorded, bytes: None });
    }
    let entry = Entry::check(line)?;
    Ok(Row::new(entry.place.sequence, entry.key(), entry.place.recorded, line.to_vec()))
}

fn malformed(why: &str) -> Error {
    Error::new(ErrorCode::LedgerMalformed, why)
}

fn unwritten(error: &std::io::Error) -> Error {
    Error::new(ErrorCode::Io, format!("the lines cannot be read or written: {error}"))
}
