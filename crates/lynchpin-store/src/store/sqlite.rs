//! The embedded store: one SQLite file.
//!
//! # Design
//!
//! Write-ahead log with `synchronous=FULL`, read back after it was set: what is acknowledged was
//! synced. Triggers refuse to change or to drop a row; they stop mistakes, not an attacker, whom
//! only the hashes show. After a failed write the connection is not used again, since what the
//! disk then holds is only known after it was opened anew.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use lynchpin::base::{Digest, Error, ErrorCode, Instant, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, ffi, params};

use super::{Durability, Head, Note, Store, Transaction, forked};
use crate::entry::{ENTRY_BYTES_MAX, Row};
use crate::merkle::Hash;

/// "LYNC" in the header of the file, by which it is known as a ledger.
const APPLICATION: i32 = 0x4c59_4e43;
/// The version of the tables.
const VERSION: i32 = 1;
/// The oldest SQLite without known defects in its write-ahead log.
const SQLITE_MIN: i32 = 3_051_003;

const TABLES: &str = "
CREATE TABLE ledger (origin TEXT NOT NULL) STRICT;
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    leaf BLOB NOT NULL,
    recorded INTEGER NOT NULL,
    bytes BLOB
) STRICT;
CREATE TABLE blocks (number INTEGER PRIMARY KEY, root BLOB NOT NULL) STRICT;
CREATE TABLE notes (kind TEXT PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) STRICT;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
    WHEN NEW.bytes IS NOT NULL OR NEW.sequence IS NOT OLD.sequence OR NEW.key IS NOT OLD.key
        OR NEW.leaf IS NOT OLD.leaf OR NEW.recorded IS NOT OLD.recorded
    BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER blocks_stay BEFORE DELETE ON blocks
    BEGIN SELECT RAISE(ABORT, 'blocks are never deleted'); END;
CREATE TRIGGER blocks_are_final BEFORE UPDATE ON blocks
    BEGIN SELECT RAISE(ABORT, 'blocks are never changed'); END;
";

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How long to wait for another writer; 10 seconds, if it is not said.
    pub busy: Duration,
    /// What acknowledged entries outlive. Less than [`Durability::Power`] is for measuring only.
    pub durability: Durability,
}

impl Default for Options {
    fn default() -> Self {
        Options { busy: Duration::from_secs(10), durability: Durability::Power }
    }
}

/// A ledger in one file.
///
/// It belongs to the process that opened it: after a fork, the child opens it anew. The file must
/// not lie on a network file system, whose locks do not hold what they promise.
///
/// ```
/// use lynchpin_store::store::{Durability, Store, sqlite::Sqlite};
///
/// # let folder = tempfile::tempdir().map_err(|e| Box::new(e) as Box<dyn std::error::Error>)?;
/// let mut store = Sqlite::create(&folder.path().join("releases.ledger"))?;
/// assert_eq!(store.durability()?, Durability::Power);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sqlite {
    /// There until the store is dropped.
    connection: Option<Connection>,
    options: Options,
    process: u32,
    /// What went wrong in a write, after which the connection is not used again.
    failed: Option<Error>,
}

impl Sqlite {
    /// Opens a ledger that is there.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Io`] if there is no file; [`ErrorCode::StoreForeign`] if it is no ledger;
    /// [`ErrorCode::StoreUnsafe`] if it cannot be kept as safely as it must.
    pub fn open(path: &Path) -> Result<Self> {
        Sqlite::open_with(path, Options::default())
    }

    /// Opens a ledger that is there.
    ///
    /// # Errors
    ///
    /// As for [`Sqlite::open`].
    pub fn open_with(path: &Path, options: Options) -> Result<Self> {
        if let Ok(false) = path.try_exists() {
            let message = format!("`{}` is not there; `lynchpin ledger init`", path.display());
            return Err(Error::new(ErrorCode::Io, message));
        }
        Sqlite::connect(path, options, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Makes an empty ledger, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Sqlite::open`].
    pub fn create(path: &Path) -> Result<Self> {
        Sqlite::create_with(path, Options::default())
    }

    /// Makes an empty ledger, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Sqlite::open`].
    pub fn create_with(path: &Path, options: Options) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Sqlite::connect(path, options, flags)
    }

    fn connect(path: &Path, options: Options, flags: OpenFlags) -> Result<Self> {
        if rusqlite::version_number() < SQLITE_MIN {
            let message = "SQLite before 3.51.3 may damage its write-ahead log; use a newer one";
            return Err(Error::new(ErrorCode::StoreUnsafe, message));
        }
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| said(&e))?;
        connection.busy_timeout(options.busy).map_err(|e| said(&e))?;
        let process = std::process::id();
        let connection = Some(connection);
        let mut store = Sqlite { connection, options, process, failed: None };
        let makes = flags.contains(OpenFlags::SQLITE_OPEN_CREATE);
        store.prepare(makes).map_err(|error| error.under(&path.display().to_string()))?;
        Ok(store)
    }

    /// Sets what a connection must have, and reads back what counts.
    fn prepare(&mut self, makes: bool) -> Result<()> {
        self.recognise(makes)?;
        let options = self.options;
        let connection = self.usable()?;
        let set = |config, on| connection.set_db_config(config, on).map(drop).map_err(|e| said(&e));
        set(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        set(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        let level = match options.durability {
            Durability::Power => "FULL",
            Durability::Process => "NORMAL",
            Durability::Volatile => "OFF",
        };
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|e| said(&e))?;
        if mode != "wal" {
            let message = format!("the journal is `{mode}` where it must be a write-ahead log");
            return Err(Error::new(ErrorCode::StoreUnsafe, message));
        }
        connection.pragma_update(None, "synchronous", level).map_err(|e| said(&e))?;
        connection.pragma_update(None, "fullfsync", true).map_err(|e| said(&e))?;
        connection.pragma_update(None, "checkpoint_fullfsync", true).map_err(|e| said(&e))?;
        // No file but the ledger and what belongs to it, wherever the environment says.
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(|e| said(&e))?;
        // What is erased is written over, not only left out.
        connection.pragma_update(None, "secure_delete", true).map_err(|e| said(&e))?;
        connection.set_prepared_statement_cache_capacity(32);
        if self.durability()? < options.durability {
            let message = "the file cannot be kept as safely as was asked for";
            return Err(Error::new(ErrorCode::StoreUnsafe, message));
        }
        Ok(())
    }

    /// Refuses a file that is something else. Makes the tables of an empty one, if that was asked.
    fn recognise(&mut self, makes: bool) -> Result<()> {
        let marks = |connection: &Connection| -> rusqlite::Result<(i32, i32, i64)> {
            let one = |sql: &str| connection.query_row(sql, [], |row| row.get(0));
            Ok((
                one("PRAGMA application_id")?,
                one("PRAGMA user_version")?,
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
            ))
        };
        let connection = self.usable()?;
        let found = marks(connection).map_err(|e| said(&e))?;
        if found == (0, 0, 0) && makes {
            let behaviour = TransactionBehavior::Immediate;
            let change = connection.transaction_with_behavior(behaviour);
            let change = change.map_err(|e| said(&e))?;
            // Another process may have been faster.
            if marks(&change).map_err(|e| said(&e))? == (0, 0, 0) {
                change.execute_batch(TABLES).map_err(|e| said(&e))?;
                change.pragma_update(None, "application_id", APPLICATION).map_err(|e| said(&e))?;
                change.pragma_update(None, "user_version", VERSION).map_err(|e| said(&e))?;
                change.commit().map_err(|e| said(&e))?;
            }
        }
        match marks(connection).map_err(|e| said(&e))? {
            (APPLICATION, VERSION, _) => Ok(()),
            (APPLICATION, version, _) => {
                let message = format!("the tables are of version {version}, not {VERSION}");
                Err(Error::new(ErrorCode::StoreForeign, message))
            }
            _ => Err(Error::new(ErrorCode::StoreForeign, "the file is no ledger")),
        }
    }

    /// Keeps in mind that a write failed and left open what the disk holds.
    fn settled<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done
            && error.code() == ErrorCode::StoreFailed
        {
            self.failed = Some(error.clone());
        }
        done
    }

    /// The connection, if it may still be used.
    fn usable(&mut self) -> Result<&mut Connection> {
        if std::process::id() != self.process {
            let message = "the ledger was opened before this process was forked; open it again";
            return Err(Error::new(ErrorCode::StoreForked, message));
        }
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.connection.as_mut().ok_or_else(|| Error::new(ErrorCode::Broken, "it was dropped"))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            forked::keep(self.connection.take());
        }
    }
}

impl Store for Sqlite {
    fn origin(&mut self) -> Result<Option<String>> {
        let found = self.usable()?.query_row("SELECT origin FROM ledger", [], |row| row.get(0));
        found.optional().map_err(|e| said(&e))
    }

    fn begin(&mut self, origin: &str) -> Result<String> {
        let insert = "INSERT INTO ledger SELECT ?1 WHERE NOT EXISTS (SELECT * FROM ledger)";
        let begun = self.usable()?.execute(insert, [origin]).map_err(|e| failed(&e));
        self.settled(begun)?;
        Ok(self.origin()?.unwrap_or_default())
    }

    fn durability(&mut self) -> Result<Durability> {
        let level = self.usable()?.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0));
        Ok(match level.map_err(|e| said(&e))? {
            2.. => Durability::Power,
            1 => Durability::Process,
            _ => Durability::Volatile,
        })
    }

    fn head(&mut self) -> Result<Head> {
        head(self.usable()?)
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        rows(self.usable()?, range, each)
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        let sql = "SELECT leaf FROM entries WHERE sequence >= ?1 AND sequence < ?2 ORDER BY \
                   sequence";
        hashes(self.usable()?, sql, range.start, range.end)
    }

    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        let sql = "SELECT root FROM blocks WHERE number >= ?1 AND number < ?2 ORDER BY number";
        hashes(self.usable()?, sql, range.start, range.end)
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        find(self.usable()?, key)
    }

    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let done = change(self.usable()?, work);
        self.settled(done)
    }

    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        let sql = "SELECT size, note FROM notes WHERE kind = ?1";
        let found = self.usable()?.query_row(sql, [kind.name()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        });
        let found = found.optional().map_err(|e| said(&e))?;
        found.map(|(size, note)| Ok((unsigned(size)?, note))).transpose()
    }

    fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()> {
        let sql = "INSERT INTO notes VALUES (?1, ?2, ?3) ON CONFLICT (kind) DO UPDATE \
                   SET size = excluded.size, note = excluded.note WHERE size <= excluded.size";
        let values = params![kind.name(), signed(size), note];
        let kept = self.usable()?.execute(sql, values).map(drop).map_err(|e| failed(&e));
        self.settled(kept)
    }
}

/// Lets a writer work.
fn change(
    connection: &mut Connection,
    work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>,
) -> Result<()> {
    let (done, erases) = {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let mut change = Change { inner: change.map_err(|e| said(&e))?, erases: false };
        let given = work(&mut change);
        let Change { inner, erases } = change;
        let done = match given {
            Ok(()) => inner.commit().map_err(|e| failed(&e)),
            // Some failures have undone everything already.
            Err(error) => inner.finish().map_err(|e| failed(&e)).and(Err(error)),
        };
        (done, erases)
    };
    if !connection.is_autocommit() {
        let message = "a change could be neither made nor undone: open the ledger again";
        return done.and(Err(Error::new(ErrorCode::StoreFailed, message)));
    }
    if erases && done.is_ok() {
        truncate(connection)?;
    }
    done
}

/// Empties the write-ahead log, which would keep what was erased until it is written over.
fn truncate(connection: &Connection) -> Result<()> {
    let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
    connection.query_row(truncate, [], |_| Ok(())).map_err(|e| said(&e))
}

/// A writer at work.
struct Change<'a> {
    inner: rusqlite::Transaction<'a>,
    erases: bool,
}

impl Transaction for Change<'_> {
    fn head(&mut self) -> Result<Head> {
        head(&self.inner)
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        find(&self.inner, key)
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        rows(&self.inner, range, each)
    }

    fn append(&mut self, rows: &[Row], blocks: &[(u64, Hash)]) -> Result<()> {
        let sql = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut insert = self.inner.prepare_cached(sql).map_err(|e| failed(&e))?;
        for row in rows {
            let (key, leaf) = (row.key.as_bytes(), row.leaf.as_bytes());
            let micros = row.recorded.micros();
            insert
                .execute(params![signed(row.sequence), key, leaf, micros, row.bytes])
                .map_err(|e| failed(&e))?;
        }
        let mut insert = self
            .inner
            .prepare_cached("INSERT INTO blocks VALUES (?1, ?2)")
            .map_err(|e| failed(&e))?;
        for (number, root) in blocks {
            insert.execute(params![signed(*number), root.as_bytes()]).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    fn erase(&mut self, positions: &[u64]) -> Result<()> {
        let sql = "UPDATE entries SET bytes = NULL WHERE sequence = ?1";
        let mut update = self.inner.prepare_cached(sql).map_err(|e| failed(&e))?;
        for position in positions {
            update.execute([signed(*position)]).map_err(|e| failed(&e))?;
        }
        self.erases |= !positions.is_empty();
        Ok(())
    }
}

fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT sequence, leaf, recorded FROM entries ORDER BY sequence DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql).map_err(|e| said(&e))?;
    let found = query.query_row([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?))
    });
    let Some((size, leaf, recorded)) = found.optional().map_err(|e| said(&e))? else {
        return Ok(Head::empty());
    };
    Ok(Head { size: unsigned(size)?, leaf: hash(&leaf)?, recorded: instant(recorded)? })
}

fn find(connection: &Connection, key: &Hash) -> Result<Option<u64>> {
    let sql = "SELECT sequence FROM entries WHERE key = ?1";
    let mut query = connection.prepare_cached(sql).map_err(|e| said(&e))?;
    let found = query.query_row([key.as_bytes()], |row| row.get::<_, i64>(0));
    found.optional().map_err(|e| said(&e))?.map(unsigned).transpose()
}

fn rows(
    connection: &Connection,
    range: Range<u64>,
    each: &mut dyn FnMut(Row) -> Result<()>,
) -> Result<()> {
    let sql = "SELECT sequence, key, leaf, recorded, bytes FROM entries \
               WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence";
    let mut query = connection.prepare_cached(sql).map_err(|e| said(&e))?;
    let bounds = [signed(range.start), signed(range.end)];
    let mut found = query.query(bounds).map_err(|e| said(&e))?;
    while let Some(row) = found.next().map_err(|e| said(&e))? {
        each(read(row)?)?;
    }
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> Result<Row> {
    let number = |column| row.get::<_, i64>(column).map_err(|e| said(&e));
    let blob = |column| row.get::<_, Option<Vec<u8>>>(column).map_err(|e| said(&e));
    let bytes = blob(4)?;
    if bytes.as_ref().is_some_and(|bytes| bytes.len() > ENTRY_BYTES_MAX) {
        return Err(Error::new(ErrorCode::LedgerMalformed, "an entry is too long"));
    }
    Ok(Row {
        sequence: unsigned(number(0)?)?,
        key: hash(&blob(1)?.unwrap_or_default())?,
        leaf: hash(&blob(2)?.unwrap_or_default())?,
        recorded: instant(number(3)?)?,
        bytes,
    })
}

fn hashes(connection: &Connection, sql: &str, from: u64, to: u64) -> Result<Vec<Hash>> {
    let mut query = connection.prepare_cached(sql).map_err(|e| said(&e))?;
    let bounds = [signed(from), signed(to)];
    let found = query.query_map(bounds, |row| row.get::<_, Vec<u8>>(0)).map_err(|e| said(&e))?;
    found.map(|bytes| hash(&bytes.map_err(|e| said(&e))?)).collect()
}

fn hash(bytes: &[u8]) -> Result<Hash> {
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| corrupt("a hash has not 32 bytes"))?;
    Ok(Digest::from_bytes(bytes))
}

fn instant(micros: i64) -> Result<Instant> {
    Instant::from_micros(micros).map_err(|_| corrupt("a time is out of range"))
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

/// What SQLite says, under the code of what is to be done about it.
fn said(error: &rusqlite::Error) -> Error {
    let code = match error.sqlite_error_code() {
        Some(ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked) => ErrorCode::StoreBusy,
        Some(ffi::ErrorCode::DiskFull) => ErrorCode::StoreFull,
        Some(ffi::ErrorCode::ReadOnly | ffi::ErrorCode::PermissionDenied) => {
            ErrorCode::StoreReadOnly
        }
        Some(ffi::ErrorCode::NotADatabase) => ErrorCode::StoreForeign,
        // We write nothing that the tables refuse, so what is there is not what we wrote.
        Some(ffi::ErrorCode::DatabaseCorrupt | ffi::ErrorCode::ConstraintViolation) => {
            ErrorCode::StoreCorrupt
        }
        None if is_of_another_type(error) => ErrorCode::StoreCorrupt,
        _ => ErrorCode::Io,
    };
    Error::new(code, error.to_string())
}

/// Whether a column held what none of our tables may.
fn is_of_another_type(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)
    )
}

/// What SQLite says of a write that failed. If it is not known what the disk now holds, the code is
/// that of a connection that is not used again.
fn failed(error: &rusqlite::Error) -> Error {
    let said = said(error);
    if said.code() != ErrorCode::Io {
        return said;
    }
    let message = format!(
        "{error}; whether it was written is not known: open the ledger again and append the same"
    );
    Error::new(ErrorCode::StoreFailed, message)
}
