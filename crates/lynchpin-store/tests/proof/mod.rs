//! The ledgers that the tests of proofs share.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::Instant;
use lynchpin_store::log::Options;
use lynchpin_store::note::SecretKey;
use lynchpin_store::store::Store;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::{Batch, Draft, Log, Outcome};

/// The name of the ledgers.
pub const ORIGIN: &str = "acme.example/releases";

/// The key of a ledger of that name.
pub fn key(origin: &str) -> SecretKey {
    SecretKey::new(origin, [7; 32]).expect("a key")
}

/// How the ledgers of the tests are opened.
pub fn options(origin: &str) -> Options {
    let mut options = Options::default();
    options.signer = Some(Box::new(key(origin)));
    options.volatile = true;
    options
}

/// A ledger in memory.
pub fn ledger() -> (Memory, Log) {
    let store = Memory::default();
    let log = open(Box::new(store.clone()), ORIGIN);
    (store, log)
}

/// A ledger on a store.
pub fn open(store: Box<dyn Store>, origin: &str) -> Log {
    Log::create(store, origin, options(origin)).expect("a log")
}

/// The number-th second of the tests.
pub fn second(number: u64) -> Instant {
    let start: Instant = "2026-11-01T09:00:00Z".parse().expect("an instant");
    let micros = i64::try_from(number).expect("a time") * 1_000_000;
    Instant::from_micros(start.micros() + micros).expect("an instant")
}

/// A fact: an approval, with every third one a rejection and every fifth one under an id.
pub fn fact(number: u64) -> Draft {
    let decision = if number % 3 == 2 { "rejected" } else { "approved" };
    let text = format!(
        r#"{{"change": "C-{number}", "revision": 1, "requirement": "board",
            "stage": "production", "decision": "{decision}", "by": "ann", "at": "{}"}}"#,
        second(number)
    );
    let draft = Draft::read("approvals", text.as_bytes()).expect("a fact");
    let id = (number % 5 == 4).then(|| format!("message/{number}").parse().expect("an id"));
    match id {
        Some(id) => draft.with_id(id),
        None => draft,
    }
}

/// Appends one fact, whose number is also its second.
pub fn append(log: &mut Log, number: u64) {
    let clock = second(number);
    let batch = Batch { facts: vec![fact(number)], decided_on: None, clock };
    let outcome = log.append(&batch).expect("it is appended");
    assert!(matches!(outcome, Outcome::Appended(_)));
}

/// A ledger in memory of so many facts, with a checkpoint of all of them.
pub fn filled(facts: u64) -> (Memory, Log, String) {
    let (store, mut log) = ledger();
    (0..facts).for_each(|number| append(&mut log, number));
    let checkpoint = log.checkpoint().expect("it is signed");
    (store, log, checkpoint)
}
