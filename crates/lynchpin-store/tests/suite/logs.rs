//! What a log makes of a store.

use lynchpin::base::{Error, ErrorCode, Instant, Result};
use lynchpin_store::log::{Appended, Options};
use lynchpin_store::store::Store;
use lynchpin_store::{Batch, Draft, Log, Outcome};

use crate::{Check, Ledger, New, ORIGIN};

pub(crate) const CHECKS: &[Check] = &[
    ("what was decided on something else is not appended", conflicts),
    ("what is there already has no second effect", again),
    ("one id is one fact", one_id),
    ("a fact of later than now is refused", of_the_future),
    ("a clock that goes back is not believed", clock_goes_back),
    ("a batch is appended whole or not at all", whole),
    ("each batch of a group has its own outcome", group),
    ("a log catches up with another writer", catches_up),
    ("another log is refused", another),
];

/// The facts of some changes that were cancelled at nine.
pub(crate) fn facts(changes: &[&str]) -> Vec<Draft> {
    changes.iter().map(|change| fact(change, "2026-11-01T09:00:00Z")).collect()
}

fn fact(change: &str, at: &str) -> Draft {
    let text = format!("{{\"change\": \"{change}\", \"at\": \"{at}\", \"by\": \"raj\"}}");
    Draft::read("cancellations", text.as_bytes()).unwrap()
}

fn with_id(change: &str, id: &str) -> Draft {
    facts(&[change]).remove(0).with_id(id.parse().unwrap())
}

/// A batch of some minutes past nine.
pub(crate) fn batch(facts: Vec<Draft>, decided_on: Option<u64>, minute: u32) -> Batch {
    Batch { facts, decided_on, clock: at(minute) }
}

fn at(minute: u32) -> Instant {
    format!("2026-11-01T09:{minute:02}:00Z").parse().unwrap()
}

/// How logs are opened here: also on a store in memory.
pub(crate) fn options() -> Options {
    let mut options = Options::default();
    options.volatile = true;
    options
}

pub(crate) fn create(ledger: &Ledger) -> Log {
    Log::create(ledger(), ORIGIN, options()).unwrap()
}

pub(crate) fn appended(outcome: Result<Outcome>) -> Appended {
    match outcome.unwrap() {
        Outcome::Appended(appended) => appended,
        Outcome::Conflict(range) => panic!("in conflict with {range:?}"),
    }
}

fn refused(log: &mut Log, batch: &Batch, code: ErrorCode, path: &str) {
    let error = log.append(batch).unwrap_err();
    assert_eq!((error.code(), path_of(&error)), (code, path));
}

fn path_of(error: &Error) -> &str {
    &error.problems()[0].path
}

/// The changes of the log in their order.
fn changes(store: Box<dyn Store>) -> Vec<String> {
    let mut log = Log::open(store, options()).unwrap();
    let mut found = Vec::new();
    log.each(1..u64::MAX, &mut |entry| {
        let fact: serde_json::Value = serde_json::from_str(&entry.fact).unwrap();
        found.push(fact["change"].as_str().unwrap().to_owned());
        Ok(())
    })
    .unwrap();
    found
}

fn conflicts(new: New<'_>) {
    let ledger = new();
    let (mut one, mut other) = (create(&ledger), create(&ledger));
    assert_eq!(appended(one.append(&batch(facts(&["A"]), Some(0), 1))).places, [1]);
    let late = batch(facts(&["B"]), Some(0), 1);
    assert_eq!(other.append(&late).unwrap(), Outcome::Conflict(1..2));
    // It has seen what came, and may decide on that.
    assert_eq!(other.head().size, 1);
    assert_eq!(appended(other.append(&batch(facts(&["B"]), Some(1), 1))).places, [2]);
    // What merely happened is appended wherever the log ends.
    assert_eq!(appended(one.append(&batch(facts(&["C"]), None, 1))).places, [3]);
    // Nobody can have decided on what is not there yet.
    refused(&mut one, &batch(facts(&["D"]), Some(9), 1), ErrorCode::LedgerRolledBack, "");
    assert_eq!(changes(ledger()), ["A", "B", "C"]);
}

fn again(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    let first = batch(vec![facts(&["A"]).remove(0), with_id("B", "mail/1")], Some(0), 1);
    let done = appended(log.append(&first));
    assert_eq!((done.places.as_slice(), done.new, done.size), ([1, 2].as_slice(), 2, 2));
    let _ = appended(log.append(&batch(facts(&["C"]), None, 2)));
    for handle in [&mut log, &mut create(&ledger)] {
        let repeated = appended(handle.append(&first));
        assert_eq!((repeated.places, repeated.new, repeated.size), (vec![1, 2], 0, 3));
    }
    // Beside what is new, and twice in one batch.
    let mixed = facts(&["D", "A", "D"]);
    let mixed = appended(log.append(&batch(mixed, None, 3)));
    assert_eq!((mixed.places, mixed.new), (vec![4, 1, 4], 1));
    assert_eq!(changes(ledger()), ["A", "B", "C", "D"]);
}

fn one_id(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    let _ = appended(log.append(&batch(vec![with_id("A", "mail/1")], None, 1)));
    let other = batch(vec![facts(&["B"]).remove(0), with_id("C", "mail/1")], None, 1);
    refused(&mut log, &other, ErrorCode::DuplicateId, "$.facts[1]");
    let twice = vec![with_id("D", "mail/9"), with_id("D", "mail/9"), with_id("E", "mail/9")];
    refused(&mut log, &batch(twice, None, 1), ErrorCode::DuplicateId, "$.facts[2]");
    // Under another id, the same fact is another one.
    assert_eq!(appended(log.append(&batch(vec![with_id("A", "mail/2")], None, 1))).places, [2]);
    assert_eq!(log.find(&"mail/2".parse().unwrap()).unwrap(), Some(2));
    assert_eq!(log.find(&"mail/3".parse().unwrap()).unwrap(), None);
    assert_eq!(changes(ledger()), ["A", "A"]);
}

fn of_the_future(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    let late = vec![facts(&["A"]).remove(0), fact("B", "2026-11-01T09:01:00.000001Z")];
    refused(&mut log, &batch(late.clone(), None, 1), ErrorCode::TimeOrder, "$.facts[1].at");
    assert_eq!(appended(log.append(&batch(late, None, 2))).places, [1, 2]);
}

fn clock_goes_back(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    for minute in [5, 3, 6] {
        let _ = appended(log.append(&batch(facts(&[&format!("C-{minute}")]), None, minute)));
    }
    let mut found = Vec::new();
    log.each(1..4, &mut |entry| {
        found.push((entry.place.recorded, entry.place.clock));
        Ok(())
    })
    .unwrap();
    assert_eq!(found, [(at(5), None), (at(5), Some(at(3))), (at(6), None)]);
}

fn whole(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    let _ = appended(log.append(&batch(facts(&["A"]), None, 1)));
    let mut bad = facts(&["B", "C"]);
    bad.push(fact("D", "2027-01-01T00:00:00Z"));
    refused(&mut log, &batch(bad, None, 1), ErrorCode::TimeOrder, "$.facts[2].at");
    assert_eq!(changes(ledger()), ["A"]);
    assert_eq!(appended(log.append(&batch(facts(&["B", "C"]), None, 1))).places, [2, 3]);
    assert_eq!(appended(log.append(&batch(Vec::new(), None, 1))).size, 3);
}

fn group(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    let future = vec![fact("D", "2027-01-01T00:00:00Z")];
    let batches = [
        batch(facts(&["A", "B"]), Some(0), 1),
        batch(facts(&["C"]), Some(0), 1),
        batch(future, None, 1),
        batch(facts(&["E", "A"]), None, 1),
        batch(vec![with_id("F", "mail/1")], None, 1),
        batch(vec![with_id("G", "mail/1")], None, 1),
        batch(facts(&["H"]), Some(4), 1),
    ];
    let outcomes = log.append_all(&batches).unwrap();
    let short: Vec<String> = outcomes.into_iter().map(short).collect();
    let wanted =
        ["[1, 2]", "in conflict 1..3", "time_order", "[3, 1]", "[4]", "duplicate_id", "[5]"];
    assert_eq!(short, wanted);
    assert_eq!(changes(ledger()), ["A", "B", "E", "F", "H"]);
}

fn short(outcome: Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::Appended(appended)) => format!("{:?}", appended.places),
        Ok(Outcome::Conflict(range)) => format!("in conflict {range:?}"),
        Err(error) => error.code().to_string(),
    }
}

fn catches_up(new: New<'_>) {
    let ledger = new();
    let (mut one, mut other) = (create(&ledger), create(&ledger));
    let names: Vec<String> = (0..300).map(|number| format!("C-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Over the end of a block, so that also its root is taken over.
    let _ = appended(one.append(&batch(facts(&names), None, 1)));
    assert_eq!(other.head().size, 0);
    other.refresh().unwrap();
    assert_eq!((other.head(), other.root()), (one.head(), one.root()));
    let names: Vec<String> = (300..600).map(|number| format!("C-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let _ = appended(other.append(&batch(facts(&names), None, 1)));
    // Without looking first: the writer takes in what came.
    let _ = appended(one.append(&batch(facts(&["C-600"]), None, 1)));
    other.refresh().unwrap();
    assert_eq!((other.head(), other.root()), (one.head(), one.root()));
    for log in [&mut one, &mut other] {
        assert_eq!(log.root_at(601).unwrap(), Some(log.root()));
        assert_eq!(log.root_at(602).unwrap(), None);
    }
    let opened = Log::open(ledger(), options()).unwrap();
    assert_eq!((opened.head(), opened.root()), (one.head(), one.root()));
}

fn another(new: New<'_>) {
    let ledger = new();
    let code = |opened: Result<Log>| opened.err().map(|error| error.code());
    assert_eq!(code(Log::open(ledger(), options())), Some(ErrorCode::StoreForeign));
    drop(create(&ledger));
    let other = Log::create(ledger(), "acme.example/others", options());
    assert_eq!(code(other), Some(ErrorCode::StoreForeign));
    assert_eq!(code(Log::create(ledger(), ORIGIN, options())), None);
    assert_eq!(Log::open(ledger(), options()).unwrap().origin(), ORIGIN);
}
