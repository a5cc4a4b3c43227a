//! The store for many writers: one schema of a PostgreSQL database.
//!
//! # Design
//!
//! Each writer first locks the one row of the table `ledger`, so that writers come one after the
//! other. *Read committed* is then isolation enough: whoever got the lock sees in each statement
//! that follows all that earlier writers committed, and nobody else adds to it. Places come from
//! the newest entry, never from a sequence or the clock of the server, since transactions commit
//! in another order than they draw numbers.
//!
//! Triggers refuse to change or to drop a row; they stop mistakes, not an attacker, whom only the
//! hashes show. A connection on which anything failed is not used again: the next call makes
//! a new one. Nothing is lost by that, since whoever appends the same again does so without
//! a second effect.
//!
//! # Privileges
//!
//! Who creates a ledger owns its tables. Who only writes to it needs less:
//!
//! ```sql
//! GRANT USAGE ON SCHEMA lynchpin TO app;
//! GRANT SELECT ON ALL TABLES IN SCHEMA lynchpin TO app;
//! GRANT INSERT ON entries, blocks, notes TO app;
//! GRANT UPDATE ON notes TO app;
//! GRANT UPDATE (origin) ON ledger TO app;  -- for the lock; a trigger refuses to change it
//! GRANT UPDATE (bytes) ON entries TO app;  -- only to erase
//! ```
//!
//! # What it rests on
//!
//! The server must sync what it commits (`synchronous_commit`, `fsync`, `full_page_writes`), which
//! is read back. After a change to a standby that was not `synchronous_standby_names`, commits may
//! be missing: only a checkpoint that was kept elsewhere shows that. A pooler must leave
//! a connection to the session (`pool_mode=session`). What is erased is on the disk until the
//! server cleans up, and in backups until they are dropped.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use ::postgres::{Client, Config, NoTls};
use lynchpin::base::{Error, ErrorCode, Result};

use super::{Durability, Head, Note, Store, Transaction, forked};
use crate::entry::Row;
use crate::merkle::Hash;
use said::said;
use session::Session;

mod said;
mod session;
mod tables;

/// Makes a connection, whenever one is needed: the first one, and one after each that was lost.
pub type Connect = Box<dyn FnMut() -> Result<Client> + Send>;

/// How a ledger is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The schema in which it is kept, one ledger in each; `lynchpin`, if it is not said.
    pub schema: String,
    /// How long to wait for another writer; 10 seconds, if it is not said.
    pub busy: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options { schema: "lynchpin".to_owned(), busy: Duration::from_secs(10) }
    }
}

/// A ledger in a schema of a PostgreSQL database.
///
/// A connection by parameters is not encrypted: it is for a socket of the same machine or for
/// a tunnel. A host that has TLS makes the connections itself, by [`Postgres::open_through`].
///
/// It must not be used on a thread that runs asynchronous tasks, since the driver would panic
/// there; an asynchronous host calls it where it may block. It belongs to the process that opened
/// it: after a fork, the child opens it anew.
///
/// ```no_run
/// use lynchpin_store::Log;
/// use lynchpin_store::store::postgres::Postgres;
///
/// let store = Postgres::create("host=/run/postgresql user=release dbname=releases")?;
/// let log = Log::create(Box::new(store), "acme.example/releases", Default::default())?;
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub struct Postgres {
    connect: Connect,
    options: Options,
    process: u32,
    /// What was said of how safely it is kept: no writer may find that it is less.
    told: Option<Durability>,
    session: Option<Session>,
}

impl Postgres {
    /// Opens a ledger that is there, by the parameters of a connection as PostgreSQL writes them.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::Io`] if there is no connection; [`ErrorCode::StoreForeign`] if there is no
    /// ledger.
    pub fn open(parameters: &str) -> Result<Self> {
        Postgres::open_with(parameters, Options::default())
    }

    /// Opens a ledger that is there.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::open`].
    pub fn open_with(parameters: &str, options: Options) -> Result<Self> {
        Postgres::open_through(by(parameters, options.busy)?, options)
    }

    /// Opens a ledger that is there, over connections that the host makes.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::open`]; those of the host.
    pub fn open_through(connect: Connect, options: Options) -> Result<Self> {
        tables::check_name(&options.schema)?;
        let process = std::process::id();
        let mut store = Postgres { connect, options, process, told: None, session: None };
        store.ask(&mut |_| Ok(()))?;
        Ok(store)
    }

    /// Makes an empty ledger, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::open`].
    pub fn create(parameters: &str) -> Result<Self> {
        Postgres::create_with(parameters, Options::default())
    }

    /// Makes an empty ledger, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::open`].
    pub fn create_with(parameters: &str, options: Options) -> Result<Self> {
        Postgres::create_through(by(parameters, options.busy)?, options)
    }

    /// Makes an empty ledger, or opens the one that is there, over connections that the host makes.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::open_through`].
    pub fn create_through(connect: Connect, options: Options) -> Result<Self> {
        let mut connect = connect;
        tables::check_name(&options.schema)?;
        tables::create(&mut connect()?, &options)?;
        Postgres::open_through(connect, options)
    }

    /// The connection, made if there is none, and whether it was.
    fn take(&mut self) -> Result<(Session, bool)> {
        if std::process::id() != self.process {
            let message = "the ledger was opened before this process was forked; open it again";
            return Err(Error::new(ErrorCode::StoreForked, message));
        }
        match self.session.take() {
            Some(session) => Ok((session, false)),
            None => Ok((Session::new((self.connect)()?, &self.options)?, true)),
        }
    }

    /// Asks what may be asked twice: a connection that was lost since it was last used is only
    /// noticed by using it.
    fn ask<T>(&mut self, question: &mut dyn FnMut(&mut Session) -> Result<T>) -> Result<T> {
        loop {
            let (mut session, is_new) = self.take()?;
            match question(&mut session) {
                Ok(answer) => {
                    self.session = Some(session);
                    return Ok(answer);
                }
                Err(error) if is_new || error.code() != ErrorCode::Io => return Err(error),
                Err(_) => {}
            }
        }
    }
}

impl Store for Postgres {
    fn origin(&mut self) -> Result<Option<String>> {
        self.ask(&mut |session| session.origin())
    }

    fn begin(&mut self, origin: &str) -> Result<String> {
        self.ask(&mut |session| session.name(origin))?;
        Ok(self.origin()?.unwrap_or_default())
    }

    fn durability(&mut self) -> Result<Durability> {
        let level = self.ask(&mut |session| session.durability())?;
        self.told = Some(level);
        Ok(level)
    }

    fn head(&mut self) -> Result<Head> {
        self.ask(&mut |session| session.head())
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        // What was passed on is not passed on again, whatever happens to the connection.
        let (mut rest, mut stopped) = (range, None);
        self.ask(&mut |session| {
            session.rows(&mut rest, &mut |row| {
                stopped = each(row).err();
                stopped.is_none()
            })
        })?;
        stopped.map_or(Ok(()), Err)
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        self.ask(&mut |session| session.leaves(&range))
    }

    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        self.ask(&mut |session| session.blocks(&range))
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        self.ask(&mut |session| session.find(key))
    }

    fn find_all(&mut self, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        self.ask(&mut |session| session.find_all(keys))
    }

    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let told = self.told;
        let level = self.ask(&mut |session| session.lock())?;
        // Should the work panic, the connection goes with it, and with that what it has changed.
        let Some(mut session) = self.session.take() else {
            return Err(Error::new(ErrorCode::Other, "the connection is gone"));
        };
        let mut change = Change { session: &mut session, failed: None };
        let given = if told.is_some_and(|told| level < told) {
            let message = "the server now keeps what it commits less safely than it did";
            Err(Error::new(ErrorCode::StoreUnsafe, message))
        } else {
            work(&mut change)
        };
        // After a statement that failed, the server would answer a commit with success and undo.
        let given = change.failed.take().map_or(given, Err);
        let is_usable = match &given {
            Ok(()) => session.commit().map(|()| true)?,
            Err(_) => session.undo().is_ok(),
        };
        self.session = Some(session).filter(|_| is_usable);
        given
    }

    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        self.ask(&mut |session| session.note(kind))
    }

    fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()> {
        self.ask(&mut |session| session.keep(kind, size, note))
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ledger in the schema {:?} of PostgreSQL", self.options.schema)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            forked::keep(self.session.take());
        }
    }
}

/// A writer at work.
struct Change<'a> {
    session: &'a mut Session,
    /// The first that failed, whether or not the writer minds.
    failed: Option<Error>,
}

impl Change<'_> {
    fn did<T>(&mut self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| {
            self.failed.get_or_insert_with(|| error.clone());
        })
    }
}

impl Transaction for Change<'_> {
    fn head(&mut self) -> Result<Head> {
        let found = self.session.head();
        self.did(found)
    }

    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        let found = self.session.find(key);
        self.did(found)
    }

    fn find_all(&mut self, keys: &[Hash]) -> Result<Vec<Option<u64>>> {
        let found = self.session.find_all(keys);
        self.did(found)
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let (mut rest, mut stopped) = (range, None);
        let read = self.session.rows(&mut rest, &mut |row| {
            stopped = each(row).err();
            stopped.is_none()
        });
        self.did(read)?;
        stopped.map_or(Ok(()), Err)
    }

    fn append(&mut self, rows: &[Row], blocks: &[(u64, Hash)]) -> Result<()> {
        let done = self.session.append(rows, blocks);
        self.did(done)
    }

    fn erase(&mut self, positions: &[u64]) -> Result<()> {
        let done = self.session.erase(positions);
        self.did(done)
    }
}

/// Makes connections by parameters, in clear text.
fn by(parameters: &str, busy: Duration) -> Result<Connect> {
    let mut config: Config = parameters.parse().map_err(|error| said(&error))?;
    if config.get_application_name().is_none() {
        config.application_name("lynchpin");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(busy);
    }
    Ok(Box::new(move || config.connect(NoTls).map_err(|error| said(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_in_another_process_is_refused() {
        let connect: Connect = Box::new(|| Err(Error::new(ErrorCode::Io, "no server")));
        let (options, process) = (Options::default(), std::process::id() + 1);
        let mut store = Postgres { connect, options, process, told: None, session: None };
        assert_eq!(store.head().unwrap_err().code(), ErrorCode::StoreForked);
    }

    #[test]
    fn without_a_server_nothing_is_opened() {
        let refused = Postgres::open("host=/nowhere user=nobody").unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Io);
        assert!(refused.to_string().contains("connecting"), "{refused}");
        assert_eq!(Postgres::open("port=none").unwrap_err().code(), ErrorCode::Io);
    }

    #[test]
    fn a_schema_has_a_name_that_the_server_does_not_cut() {
        for schema in ["", "a\0b", &"x".repeat(64)] {
            let options = Options { schema: schema.to_owned(), ..Options::default() };
            let refused = Postgres::open_with("host=/nowhere user=nobody", options).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::StoreForeign);
        }
    }
}
