//! The decisions of the engine against its oracle, on small worlds.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;

use lynchpin::base::{Instant, Limits};
use lynchpin::portfolio::{DecideQuestion, Engine, Snapshot};
use lynchpin::reason::Verdict;
use lynchpin::wire::read_portfolio;
use lynchpin_tests::oracle::gate::{Question, decide};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{Hour, Policy, STAGES, Subject, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

/// How many worlds: `LYNCHPIN_CASES`, else what a debug build does in seconds.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
fn config() -> ProptestConfig {
    let told = std::env::var("LYNCHPIN_CASES").ok();
    let cases = told.map_or(1_000, |cases| cases.parse().expect("`LYNCHPIN_CASES` is a number"));
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn load(world: &World, policy: &Policy) -> Snapshot {
    let mut engine = Engine::new(Limits::untrusted());
    let text = world.document().to_string();
    let portfolio = read_portfolio(text.as_bytes(), engine.limits());
    engine.add(portfolio.expect("a world can be read")).expect("a world can be taken in");
    engine.set_policy(&policy.text()).expect("a policy can be read");
    engine.snapshot()
}

/// What the engine says; nothing, if the subject was not known yet.
fn engine(snapshot: &Snapshot, subject: Subject, stage: u8, hour: Hour) -> Option<Verdict> {
    let (key, id) = subject.document();
    let subject = serde_json::from_value(json!({ key: id })).expect("a subject can be read");
    let at: Instant = instant(hour).parse().expect("an hour is an instant");
    let stage = STAGES[usize::from(stage)].parse().expect("a stage has an id");
    let question = DecideQuestion::new(subject, at).with_stage(stage);
    snapshot.decide(&question).ok().map(|decision| decision.verdict())
}

proptest! {
    #![proptest_config(config())]

    /// Every subject in both stages, early, late and at the end.
    #[test]
    fn decisions_are_those_of_the_oracle((world, policy) in case(), hour in 0..=LAST) {
        let snapshot = load(&world, &policy);
        for subject in world.subjects() {
            for (stage, at) in [(1, hour), (1, LAST + 2), (0, hour)] {
                let expected = decide(
                    &Question { world: &world, policy: &policy, stage, at },
                    subject,
                );
                let found = engine(&snapshot, subject, stage, at);
                prop_assert_eq!(
                    found, expected,
                    "engine, oracle: {:?} in {} at {}", subject, STAGES[usize::from(stage)], at
                );
            }
        }
    }
}

/// A generator of worlds in which one verdict never comes up would compare nothing of it.
#[test]
fn the_generator_makes_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<Verdict, u32> = BTreeMap::new();
    for _ in 0..600 {
        let tree = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        for subject in world.subjects() {
            for at in [3, 5] {
                let question = Question { world: &world, policy: &policy, stage: 1, at };
                if let Some(verdict) = decide(&question, subject) {
                    *found.entry(verdict).or_default() += 1;
                }
            }
        }
    }
    println!("verdicts: {found:?}");
    for verdict in Verdict::ALL {
        let often = found.get(&verdict).copied().unwrap_or(0);
        assert!(often >= 20, "{verdict:?} came up {often} times: {found:?}");
    }
}
