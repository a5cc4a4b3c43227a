//! One writes and others read, in every order of steps that a scheduler can think of.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::{Instant, Limits, Subject};
use lynchpin::model::Portfolio;
use lynchpin::portfolio::{DecideQuestion, Engine, Snapshot};
use lynchpin::reason::ReasonCode;
use lynchpin::wire::read_portfolio;
use lynchpin_tests::cases::told;
use serde_json::{Value, json};
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::sync::{Arc, Mutex};
use shuttle::{Config, Runner, thread};

/// What a thread of the engine may put on its stack: more than the scheduler's own threads have.
const STACK_BYTES: usize = 1 << 21;

/// Each reader sees whole facts, never fewer than before, and what it once took stays as it was.
fn readers_and_a_writer(readers: usize, reads: usize, holds: usize) {
    let engine = Arc::new(Mutex::new(engine()));
    let reading: Vec<_> = (0..readers)
        .map(|_| {
            let engine = Arc::clone(&engine);
            thread::spawn(move || {
                let mut seen: Vec<(usize, Snapshot)> = Vec::new();
                for _ in 0..reads {
                    let snapshot = engine.lock().expect("nobody panics").snapshot();
                    thread::yield_now();
                    let known = held(&snapshot);
                    assert!(seen.last().is_none_or(|(before, _)| *before <= known));
                    seen.push((known, snapshot));
                }
                seen.iter().for_each(|(known, snapshot)| assert_eq!(held(snapshot), *known));
            })
        })
        .collect();
    for number in 0..holds {
        let hold = json!({"change": "C-1", "event": "held", "by": "raj",
            "reason": number.to_string(), "at": "2026-11-01T10:00:00Z"});
        let hold = portfolio(&json!({"lynchpin": "portfolio/1", "holds": [hold]}));
        engine.lock().expect("nobody panics").add(hold).expect("it can be taken in");
        thread::yield_now();
    }
    reading.into_iter().for_each(|reader| reader.join().expect("nobody panics"));
    let last = engine.lock().expect("nobody panics").snapshot();
    assert_eq!(held(&last), holds);
}

#[test]
fn one_reader_in_every_order() {
    // Without a limit: the order of steps ends by itself, however often a thread may yield.
    runner(DfsScheduler::new(None, false)).run(|| readers_and_a_writer(1, 2, 2));
}

#[test]
fn several_readers_in_many_orders() {
    let orders = usize::try_from(told("LYNCHPIN_CASES").unwrap_or(100)).expect("it fits");
    let seed = told("PROPTEST_RNG_SEED").unwrap_or(1);
    let scheduler = RandomScheduler::new_from_seed(seed, orders);
    runner(scheduler).run(|| readers_and_a_writer(3, 4, 3));
}

fn runner<S: Scheduler + 'static>(scheduler: S) -> Runner<S> {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    Runner::new(scheduler, config)
}

/// How many holds a decision tells, which are all that are known.
fn held(snapshot: &Snapshot) -> usize {
    let release = Subject::Release("R-1".parse().expect("an id"));
    let now: Instant = "2026-11-02T00:00:00Z".parse().expect("an instant");
    let decision = snapshot.decide(&DecideQuestion::new(release, now)).expect("it is known");
    let held = decision.reasons().nodes().iter().filter(|node| node.code == ReasonCode::OnHold);
    let held = held.count();
    assert_eq!(held, snapshot.portfolio().holds.len());
    held
}

fn engine() -> Engine {
    let at = "2026-11-01T09:00:00Z";
    let mut engine = Engine::new(Limits::untrusted());
    let begun = json!({"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
        "people": [{"id": "raj"}],
        "changes": [{"id": "C-1", "revision": 1, "at": at, "by": "raj"}],
        "releases": [{"id": "R-1", "revision": 1, "at": at, "by": "raj", "changes": ["C-1"]}]});
    engine.add(portfolio(&begun)).expect("it can be taken in");
    engine.set_policy("name = \"acme\"\nopen = [\"production\"]").expect("a policy can be read");
    engine
}

fn portfolio(document: &Value) -> Portfolio {
    let read = read_portfolio(document.to_string().as_bytes(), Limits::untrusted());
    read.expect("a document can be read")
}
