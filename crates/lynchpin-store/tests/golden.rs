//! Ledgers of each released version, which every later one reads alike.
//!
//! A file here is never changed. A new version adds one of its own, exported from a ledger of the
//! sample of `lynchpin init`, in which the host's clock went back and something was claimed.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::{Instant, Subject};
use lynchpin::portfolio::DecideQuestion;
use lynchpin::wire::{Answer, Decision, Detail};
use lynchpin_store::log::Options;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::{Ledger, Log};

const LINES: &[u8] = include_bytes!("golden/0.1.0.jsonl");
const POLICY: &str = include_str!("golden/0.1.0.toml");
const ROOT: &str = "sha256:8411a4bcf476f81350b659bad57208676dad12030c5df1777480df13c2cb824c";

fn volatile() -> Options {
    let mut options = Options::default();
    options.volatile = true;
    options
}

fn replayed() -> Ledger {
    let store = Memory::default();
    let mut log =
        Log::create(Box::new(store.clone()), "acme.example/releases", volatile()).expect("a log");
    assert_eq!(log.import(&mut &*LINES).expect("it reads its own lines"), 108);
    let mut ledger = Ledger::open(Box::new(store), volatile()).expect("it opens");
    ledger.set_policy(POLICY).expect("a policy");
    ledger
}

#[test]
fn its_lines_and_its_root_are_the_same() {
    let mut ledger = replayed();
    assert_eq!(ledger.log().root().to_string(), ROOT);
    let found = ledger.log_mut().verify(&[]).expect("it can be read");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let mut lines = Vec::new();
    ledger.log_mut().export(1..109, &mut lines).expect("it is exported");
    assert!(lines == LINES, "what was imported is exported");
}

#[test]
fn it_decides_alike_then_and_now() {
    let mut ledger = replayed();
    let at: Instant = "2026-11-20T09:00:00Z".parse().expect("an instant");
    let release = Subject::Release("R-2026.11".parse().expect("an id"));
    let stage = "production".parse().expect("an id");
    let question = DecideQuestion::new(release, at).with_stage(stage);
    let told = |snapshot: &lynchpin::portfolio::Snapshot| {
        let decision = snapshot.decide(&question).expect("it is decided");
        let blockers = decision.root_blockers().count();
        let answer = Answer::Decision(Decision::new(snapshot, &decision, Detail::Verdict));
        let bytes = answer.to_bytes().expect("it is written");
        (blockers, String::from_utf8(bytes).expect("it is text"))
    };
    let (blockers, now) = told(&ledger.snapshot());
    assert!(now.starts_with("{\"decision\":{\"verdict\":\"no_go\",\"subject\""), "{now}");
    assert!(now.contains("\"holds_until\":\"2026-11-20T18:00:00Z\""), "{now}");
    assert_eq!(blockers, 7);
    // Before the second batch some of the evidence and of the approvals were not there.
    let mut then = ledger.at(78).expect("it had so many");
    assert_eq!(then.portfolio().len(), 78);
    then = then.assuming(&[], Some(&POLICY.parse().expect("a policy"))).expect("it is asked");
    assert!(told(&then).0 > blockers, "more held it back");
}

#[test]
fn the_clock_that_went_back_is_told() {
    let mut ledger = replayed();
    let mut told = Vec::new();
    ledger
        .log_mut()
        .each(1..109, &mut |entry| {
            told.extend(entry.place.clock.map(|clock| (entry.place.sequence, clock.to_string())));
            Ok(())
        })
        .expect("it can be read");
    assert_eq!(told, [(108, "2026-11-20T08:29:00Z".to_owned())]);
}
