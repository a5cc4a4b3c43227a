//! One connection, and all that is asked over it.

use std::ops::Range;
use std::time::Duration;

use ::postgres::fallible_iterator::FallibleIterator as _;
use ::postgres::types::{ToSql, Type};
use ::postgres::{Client, SimpleQueryMessage, SimpleQueryRow, Statement};
use lynchpin::base::{Digest, Error, ErrorCode, Instant, Result};

use super::said::{failed, said};
use super::tables::{quoted, recognise};
use super::{Durability, Head, Note, Options};
use crate::entry::{ENTRY_BYTES_MAX, Row};
use crate::merkle::Hash;

/// How many rows are read by one statement, so that none takes long whatever is done with them.
const PAGE: i64 = 1000;
/// How many bytes, about, are written by one statement: the server takes at most a gigabyte.
const PIECE_BYTES: usize = 16 << 20;
/// Longer than any statement takes: whatever hangs beyond is given up.
const STATEMENT_MAX: Duration = Duration::from_secs(120);
/// A writer that says nothing for so long is gone, and its lock goes with it.
const IDLE_MAX: Duration = Duration::from_secs(60);

const SETTINGS: &str = "current_setting('synchronous_commit'), current_setting('fsync'), \
                        current_setting('full_page_writes')";

/// A connection with what it was told to remember.
pub(super) struct Session {
    client: Client,
    head: Statement,
    find: Statement,
    find_all: Statement,
    page: Statement,
    insert: Statement,
}

impl Session {
    /// Takes over a connection, if there is a ledger behind it.
    pub(super) fn new(client: Client, options: &Options) -> Result<Self> {
        let mut client = client;
        let millis = |time: Duration| time.as_millis().clamp(1, 2_000_000_000);
        let set = format!(
            "SET search_path = {}, pg_temp; SET lock_timeout = {}; SET statement_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; \
             SET default_transaction_isolation = 'read committed'",
            quoted(&options.schema),
            millis(options.busy),
            millis(options.busy.saturating_add(STATEMENT_MAX)),
            millis(options.busy.saturating_add(IDLE_MAX)),
        );
        client.batch_execute(&set).map_err(|e| said(&e))?;
        recognise(&mut client)?;
        let mut prepare = |sql: &str| client.prepare(sql).map_err(|e| said(&e));
        let head =
            prepare("SELECT sequence, leaf, recorded FROM entries ORDER BY sequence DESC LIMIT 1")?;
        let find = prepare("SELECT sequence FROM entries WHERE key = $1")?;
        let find_all = prepare(
            "SELECT sequence FROM unnest($1::bytea[]) WITH ORDINALITY AS asked(key, nth) \
             LEFT JOIN entries USING (key) ORDER BY nth",
        )?;
        let page = prepare(
            "SELECT sequence, key, leaf, recorded, bytes FROM entries \
             WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence LIMIT $3",
        )?;
        let insert = prepare(
            "INSERT INTO entries SELECT * FROM \
             unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[])",
        )?;
        Ok(Session { client, head, find, find_all, page, insert })
    }

    pub(super) fn origin(&mut self) -> Result<Option<String>> {
        let row = self.client.query_typed_one("SELECT origin FROM ledger", &[]);
        row.and_then(|row| row.try_get(0)).map_err(|e| said(&e))
    }

    /// Gives the ledger its name, if it has none.
    pub(super) fn name(&mut self, origin: &str) -> Result<()> {
        let sql = "UPDATE ledger SET origin = $1 WHERE origin IS NULL";
        self.client.execute_typed(sql, &[(&origin, Type::TEXT)]).map(drop).map_err(|e| said(&e))
    }

    pub(super) fn durability(&mut self) -> Result<Durability> {
        let sql = format!(
            "SELECT {SETTINGS}, (SELECT bool_and(relpersistence = 'p') FROM pg_catalog.pg_class \
             JOIN pg_catalog.pg_namespace ON relnamespace = pg_namespace.oid \
             WHERE nspname = current_schema() AND relkind = 'r')"
        );
        let row = self.one(&sql)?;
        let is_logged = row.try_get(3).map_err(|e| said(&e))? == Some("t");
        Ok(if is_logged { level(&row) } else { Durability::Process })
    }

    /// Begins a transaction and waits until no other writer is at work. Gives how safely it will
    /// be committed.
    pub(super) fn lock(&mut self) -> Result<Durability> {
        let row = self.one(&format!("BEGIN; SELECT {SETTINGS} FROM ledger FOR UPDATE"))?;
        Ok(level(&row))
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.client.batch_execute("COMMIT").map_err(|e| failed(&e))
    }

    pub(super) fn undo(&mut self) -> Result<()> {
        self.client.batch_execute("ROLLBACK").map_err(|e| said(&e))
    }

    pub(super) fn head(&mut self) -> Result<Head> {
        let found = self.client.query_opt(&self.head, &[]).map_err(|e| said(&e))?;
        let Some(row) = found else { return Ok(Head::empty()) };
        Ok(Head { size: number(&row, 0)?, leaf: hash(&row, 1)?, recorded: instant(&row, 2)? })
    }

    pub(super) fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        let key = key.as_bytes().as_slice();
        let found = self.client.query_opt(&self.find, &[&key]).map_err(|e| said(&e))?;
        found.map(|row| number(&row, 0)).transpose()
    }

    pub(super) fn find_all(&mut self, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        let keys: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
        let rows = self.client.query(&self.find_all, &[&keys]).map_err(|e| said(&e))?;
        let place = |row: &::postgres::Row| -> Result<Option<u64>> {
            let found: Option<i64> = row.try_get(0).map_err(|e| said(&e))?;
            found.map(unsigned).transpose()
        };
        rows.iter().map(place).collect()
    }

    /// Passes on rows until there are no more or it is enough; takes each off what is left.
    pub(super) fn rows(
        &mut self,
        rest: &mut Range<u64>,
        each: &mut dyn FnMut(Row) -> bool,
    ) -> Result<()> {
        let mut is_more = rest.start < rest.end;
        while is_more {
            let bounds = [signed(rest.start), signed(rest.end), PAGE];
            let found = self.client.query_raw(&self.page, bounds);
            let mut found = found.map_err(|e| said(&e))?;
            let mut count = 0;
            while let Some(row) = found.next().map_err(|e| said(&e))? {
                let row = read(&row)?;
                rest.start = row.sequence.saturating_add(1);
                count += 1;
                if !each(row) {
                    return Ok(());
                }
            }
            is_more = count == PAGE && rest.start < rest.end;
        }
        Ok(())
    }

    pub(super) fn leaves(&mut self, range: &Range<u64>) -> Result<Vec<Hash>> {
        let sql = "SELECT leaf FROM entries WHERE sequence >= $1 AND sequence < $2 \
                   ORDER BY sequence";
        self.hashes(sql, range.start, range.end)
    }

    pub(super) fn blocks(&mut self, range: &Range<u64>) -> Result<Vec<Hash>> {
        let sql = "SELECT root FROM blocks WHERE number >= $1 AND number < $2 ORDER BY number";
        self.hashes(sql, range.start, range.end)
    }

    pub(super) fn append(&mut self, rows: &[Row], blocks: &[(u64, Hash)]) -> Result<()> {
        let mut rest = rows;
        while !rest.is_empty() {
            let (piece, others) = rest.split_at(piece(rest));
            self.insert(piece)?;
            rest = others;
        }
        if blocks.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i64> = blocks.iter().map(|(number, _)| signed(*number)).collect();
        let roots: Vec<&[u8]> = blocks.iter().map(|(_, root)| &root.as_bytes()[..]).collect();
        let sql = "INSERT INTO blocks SELECT * FROM unnest($1, $2)";
        let values: &[(&(dyn ToSql + Sync), Type)] =
            &[(&numbers, Type::INT8_ARRAY), (&roots, Type::BYTEA_ARRAY)];
        self.client.execute_typed(sql, values).map(drop).map_err(|e| said(&e))
    }

    fn insert(&mut self, rows: &[Row]) -> Result<()> {
        let sequences: Vec<i64> = rows.iter().map(|row| signed(row.sequence)).collect();
        let keys: Vec<&[u8]> = rows.iter().map(|row| &row.key.as_bytes()[..]).collect();
        let leaves: Vec<&[u8]> = rows.iter().map(|row| &row.leaf.as_bytes()[..]).collect();
        let recorded: Vec<i64> = rows.iter().map(|row| row.recorded.micros()).collect();
        let bytes: Vec<Option<&[u8]>> = rows.iter().map(|row| row.bytes.as_deref()).collect();
        self.client
            .execute(&self.insert, &[&sequences, &keys, &leaves, &recorded, &bytes])
            .map(drop)
            .map_err(|e| said(&e))
    }

    pub(super) fn erase(&mut self, positions: &[u64]) -> Result<()> {
        let sql = "UPDATE entries SET bytes = NULL WHERE sequence = ANY ($1)";
        let positions: Vec<i64> = positions.iter().map(|position| signed(*position)).collect();
        let done = self.client.execute_typed(sql, &[(&positions, Type::INT8_ARRAY)]);
        done.map(drop).map_err(|e| said(&e))
    }

    pub(super) fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        let sql = "SELECT size, note FROM notes WHERE kind = $1";
        let found = self.client.query_typed_opt(sql, &[(&kind.name(), Type::TEXT)]);
        let Some(row) = found.map_err(|e| said(&e))? else { return Ok(None) };
        Ok(Some((number(&row, 0)?, row.try_get(1).map_err(|e| said(&e))?)))
    }

    pub(super) fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()> {
        let sql = "INSERT INTO notes VALUES ($1, $2, $3) ON CONFLICT (kind) DO UPDATE \
                   SET size = excluded.size, note = excluded.note \
                   WHERE notes.size <= excluded.size";
        let (kind, size) = (kind.name(), signed(size));
        let values: &[(&(dyn ToSql + Sync), Type)] =
            &[(&kind, Type::TEXT), (&size, Type::INT8), (&note, Type::BYTEA)];
        self.client.execute_typed(sql, values).map(drop).map_err(|e| said(&e))
    }

    /// The one row that statements without parameters give.
    fn one(&mut self, sql: &str) -> Result<SimpleQueryRow> {
        let answers = self.client.simple_query(sql).map_err(|e| said(&e))?;
        let row = answers.into_iter().find_map(|answer| {
            if let SimpleQueryMessage::Row(row) = answer { Some(row) } else { None }
        });
        row.ok_or_else(|| Error::new(ErrorCode::StoreForeign, "the schema holds no ledger"))
    }

    fn hashes(&mut self, sql: &str, from: u64, to: u64) -> Result<Vec<Hash>> {
        let bounds: &[(&(dyn ToSql + Sync), Type)] =
            &[(&signed(from), Type::INT8), (&signed(to), Type::INT8)];
        let found = self.client.query_typed(sql, bounds).map_err(|e| said(&e))?;
        found.iter().map(|row| hash(row, 0)).collect()
    }
}

/// How safely a server with these settings keeps what it has committed. Without the last two, a
/// crash of its machine may leave the tables torn.
fn level(row: &SimpleQueryRow) -> Durability {
    let is = |column: usize, words: &[&str]| {
        row.try_get(column).ok().flatten().is_some_and(|word| words.contains(&word))
    };
    let is_synced = is(0, &["on", "local", "remote_write", "remote_apply"]);
    if is_synced && is(1, &["on"]) && is(2, &["on"]) {
        Durability::Power
    } else {
        Durability::Process
    }
}

/// How many of the rows one statement takes: at least one.
fn piece(rows: &[Row]) -> usize {
    let mut size = 0_usize;
    let fits = |row: &&Row| {
        size = size.saturating_add(row.bytes.as_ref().map_or(0, Vec::len) + 128);
        size <= PIECE_BYTES
    };
    rows.iter().take_while(fits).count().max(1)
}

fn read(row: &::postgres::Row) -> Result<Row> {
    let bytes: Option<Vec<u8>> = row.try_get(4).map_err(|e| said(&e))?;
    if bytes.as_ref().is_some_and(|bytes| bytes.len() > ENTRY_BYTES_MAX) {
        return Err(Error::new(ErrorCode::LedgerMalformed, "an entry is too long"));
    }
    Ok(Row {
        sequence: number(row, 0)?,
        key: hash(row, 1)?,
        leaf: hash(row, 2)?,
        recorded: instant(row, 3)?,
        bytes,
    })
}

fn hash(row: &::postgres::Row, column: usize) -> Result<Hash> {
    let bytes: &[u8] = row.try_get(column).map_err(|e| said(&e))?;
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| corrupt("a hash has not 32 bytes"))?;
    Ok(Digest::from_bytes(bytes))
}

fn instant(row: &::postgres::Row, column: usize) -> Result<Instant> {
    let micros = row.try_get(column).map_err(|e| said(&e))?;
    Instant::from_micros(micros).map_err(|_| corrupt("a time is out of range"))
}

fn number(row: &::postgres::Row, column: usize) -> Result<u64> {
    unsigned(row.try_get(column).map_err(|e| said(&e))?)
}

fn unsigned(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| corrupt("a number is negative"))
}

/// No ledger has so many rows; what is beyond is at the end of all.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn corrupt(why: &str) -> Error {
    Error::new(ErrorCode::StoreCorrupt, why)
}
