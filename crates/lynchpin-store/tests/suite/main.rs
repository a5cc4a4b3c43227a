//! One suite for every store: what the log rests on, whoever keeps the rows.
//!
//! A store of a host's own is held to it by a function that gives handles to an empty ledger.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "names the check that a failure belongs to")]

use std::cell::RefCell;

use lynchpin::base::ErrorCode;
use lynchpin_store::Log;
use lynchpin_store::log::Options;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::sqlite::{self, Sqlite};
use lynchpin_store::store::{Durability, Store};

mod between;
mod kept;
mod logs;
#[cfg(feature = "postgres")]
mod on_postgres;
mod proofs;
#[cfg(feature = "postgres")]
#[path = "../server/mod.rs"]
mod server;

const ORIGIN: &str = "acme.example/releases";

/// Gives handles to one ledger, each as if of another process.
type Ledger = Box<dyn Fn() -> Box<dyn Store>>;
/// Gives a new ledger in which nothing is.
type New<'a> = &'a dyn Fn() -> Ledger;
type Check = (&'static str, fn(New<'_>));

/// Runs all checks on one kind of store.
fn hold(new: New<'_>, kinds: &[&[Check]]) {
    for (name, check) in kinds.iter().copied().flatten() {
        println!("{name}");
        check(new);
    }
}

#[test]
fn memory() {
    let new = || {
        let memory = Memory::default();
        Box::new(move || Box::new(memory.clone()) as Box<dyn Store>) as Ledger
    };
    hold(&new, &[kept::CHECKS, logs::CHECKS, proofs::CHECKS]);
}

#[test]
fn sqlite() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let count = RefCell::new(0);
    let new = || {
        *count.borrow_mut() += 1;
        let path = folder.path().join(format!("{}.ledger", count.borrow()));
        Box::new(move || Box::new(Sqlite::create(&path).unwrap()) as Box<dyn Store>) as Ledger
    };
    hold(&new, &[kept::CHECKS, kept::LASTING, logs::CHECKS, proofs::CHECKS]);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres() {
    use lynchpin_store::store::postgres::{Options, Postgres};
    let server = server::Server::start();
    let count = RefCell::new(0);
    let new = || {
        *count.borrow_mut() += 1;
        let mut options = Options::default();
        options.schema = format!("ledger {}", count.borrow());
        let parameters = server.parameters();
        let open = move || Postgres::create_with(&parameters, options.clone()).unwrap();
        Box::new(move || Box::new(open()) as Box<dyn Store>) as Ledger
    };
    hold(&new, &[kept::CHECKS, kept::LASTING, logs::CHECKS, proofs::CHECKS]);
    on_postgres::all(&server);
}

#[test]
fn what_could_be_lost_with_the_power_is_refused() {
    let refused = |store: Box<dyn Store>| {
        let error = Log::create(store, ORIGIN, Options::default()).err().expect("it is refused");
        assert_eq!(error.code(), ErrorCode::StoreUnsafe);
    };
    refused(Box::<Memory>::default());
    let folder = tempfile::tempdir().expect("a scratch folder");
    for weaker in [Durability::Process, Durability::Volatile] {
        let mut options = sqlite::Options::default();
        options.durability = weaker;
        let path = folder.path().join(format!("{weaker:?}"));
        let mut store = Sqlite::create_with(&path, options).unwrap();
        assert_eq!(store.durability().unwrap(), weaker);
        refused(Box::new(store));
        // Nothing about the file is weaker: only the connection was.
        Log::create(Box::new(Sqlite::open(&path).unwrap()), ORIGIN, Options::default()).unwrap();
    }
}
