//! Many processes on one ledger: those that race, those whose connection is cut, those that are
//! killed. What was acknowledged is there once, at its place, whatever happened.
//!
//! `LYNCHPIN_CASES` makes the runs longer.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "it stops at a surprise")]
#![expect(clippy::print_stdout, reason = "says how much was done")]

use std::path::Path;

use lynchpin_store::Log;
use lynchpin_store::log::Options;
use lynchpin_store::store::sqlite::Sqlite;

use child::{Child, Racer};

#[path = "../chance/mod.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod chance;
mod child;
#[cfg(feature = "postgres")]
mod cuts;
mod history;
#[cfg(feature = "postgres")]
mod proxy;
#[cfg(feature = "postgres")]
#[path = "../server/mod.rs"]
mod server;
mod work;

const ORIGIN: &str = "acme.example/releases";

/// A number that grows with what the environment says.
fn scaled(usual: u64, cases_each: u64) -> u64 {
    chance::told("LYNCHPIN_CASES").map_or(usual, |cases| (cases / cases_each).max(usual))
}

/// How many facts the processes append together.
fn facts() -> u64 {
    scaled(2_000, 1)
}

/// Lets so many processes write at once, and holds what they were told to what is there.
fn many(store: &str, processes: u64, folder: &Path) {
    Log::create(child::open(store).expect("it opens"), ORIGIN, Options::default()).unwrap();
    let quota = facts().div_ceil(processes);
    let path = |number| folder.join(format!("said-{number}"));
    let children: Vec<Child> = (0..processes)
        .map(|number| Child::start(&format!("writer {number} {quota} {store}"), &path(number)))
        .collect();
    children.into_iter().for_each(Child::finish);
    let paths: Vec<_> = (0..processes).map(path).collect();
    let told = history::read(&paths, quota);
    let all = history::check(child::open(store).expect("it opens"), &told);
    assert_eq!(all.facts, quota * processes);
    assert!(all.overlapping > 0, "they ran one after the other");
    println!("{processes} processes, {all}");
}

/// Two decide on the same state of the log, over and over: one of them is too late each time.
fn race(store: &str) {
    let rounds = scaled(50, 100);
    Log::create(child::open(store).expect("it opens"), ORIGIN, Options::default()).unwrap();
    let mut racers: Vec<Racer> =
        ["approval", "edit"].iter().map(|what| Racer::start(what, store)).collect();
    let mut won = [0, 0];
    for size in 0..rounds {
        racers.iter_mut().for_each(|racer| racer.go(size));
        let answers: Vec<String> = racers.iter_mut().map(Racer::answer).collect();
        let (appended, conflict) =
            (format!("appended {}", size + 1), format!("conflict {}..{}", size + 1, size + 2));
        let winner = answers.iter().position(|answer| *answer == appended);
        let winner = winner.unwrap_or_else(|| panic!("nobody won: {answers:?}"));
        assert_eq!(answers[1 - winner], conflict, "both counted, or neither");
        won[winner] += 1;
    }
    racers.into_iter().for_each(Racer::finish);
    let log = Log::open(child::open(store).expect("it opens"), Options::default()).unwrap();
    assert_eq!(log.head().size, rounds);
    println!("of {rounds} rounds, the approval won {} and the edit {}", won[0], won[1]);
}

/// What a child does that a test of this file started. By itself it has nothing to do.
#[test]
fn child() {
    child::work();
}

#[test]
fn processes_on_sqlite() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let store = format!("sqlite:{}", folder.path().join("a.ledger").display());
    many(&store, 4, folder.path());
}

#[test]
fn an_approval_races_an_edit_on_sqlite() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("a.ledger");
    race(&format!("sqlite:{}", path.display()));
    assert!(Sqlite::open(&path).is_ok());
}

#[cfg(feature = "postgres")]
#[test]
fn processes_on_postgres() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let server = server::Server::start();
    many(&format!("postgres:{}", server.parameters()), 16, folder.path());
}

#[cfg(feature = "postgres")]
#[test]
fn an_approval_races_an_edit_on_postgres() {
    let server = server::Server::start();
    race(&format!("postgres:{}", server.parameters()));
}
