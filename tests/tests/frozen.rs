//! Freezes, windows and quarantines: the engine against its oracle, and the laws.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::{When, canonical};
use lynchpin::reason::ReasonCode;
use lynchpin::reason::tree::Clears;
use lynchpin::wire::cites;
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, decide, known, read, verdict};
use lynchpin_tests::oracle::gate::{Question, decide as expected};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::frozen::frozen;
use lynchpin_tests::world::strategy::LAST;
use lynchpin_tests::world::{Tick, World, after, hour};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// The last instant that is asked about: nothing changes by itself after it.
const END: Tick = after(LAST, 6);

/// The arrays that this is about.
const ARRAYS: [&str; 5] = ["freezes", "lifts", "exceptions", "windows", "quarantines"];

fn document(world: &World) -> Value {
    world.with_freezes(world.document())
}

proptest! {
    #![proptest_config(config(400))]

    /// Every subject in both stages.
    #[test]
    fn decisions_are_those_of_the_oracle((world, policy) in frozen(), tick in 0..=LAST) {
        let snapshot = read(&document(&world), &policy.text());
        for subject in world.subjects() {
            for (stage, at) in [(1, tick), (1, tick + 1), (1, after(LAST, 2)), (0, tick)] {
                let question = Question { world: &world, policy: &policy, stage, at };
                prop_assert_eq!(
                    verdict(&snapshot, subject, stage, at),
                    expected(&question, subject),
                    "engine, oracle: {:?} in {} at {}", subject, stage, at
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Before `holds_until`, and without a new fact, the verdict is the same; what waits until an
    /// instant is no go before it and held back by nothing then.
    #[test]
    fn times_are_honest((world, policy) in frozen()) {
        let document = document(&world);
        for tick in [hour(1), hour(3), LAST] {
            let snapshot = read(&known(&document, tick), &policy.text());
            for subject in world.subjects() {
                let Some(now) = decide(&snapshot, subject, 1, tick) else { continue };
                for later in tick..=END {
                    let then = verdict(&snapshot, subject, 1, later).expect("it is still known");
                    let held = When::At(at(later)) < now.holds_until();
                    prop_assert!(
                        !held || then == now.verdict(),
                        "{subject:?}: {:?} at {tick} until {:?}, {then:?} at {later}",
                        now.verdict(), now.holds_until()
                    );
                    let Clears::At(clears) = now.clears() else { continue };
                    let early = at(later) < clears && then.is_go();
                    let stuck = at(later) == clears && !then.is_met();
                    prop_assert!(
                        !early && !stuck,
                        "{subject:?}: {:?} at {tick} clears {clears}, {then:?} at {later}",
                        now.verdict()
                    );
                }
            }
        }
    }

    /// The freezes, windows and quarantines that an answer cites are enough for its verdict.
    #[test]
    fn what_is_cited_suffices((world, policy) in frozen()) {
        let document = document(&world);
        let whole = read(&document, &policy.text());
        for subject in world.subjects() {
            for tick in [hour(2), hour(4), LAST] {
                let Some(decision) = decide(&whole, subject, 1, tick) else { continue };
                let nodes = decision.reasons().nodes().iter();
                let cited: BTreeSet<String> = nodes.flat_map(|node| cites(&whole, node)).collect();
                let mut less = document.clone();
                for name in ARRAYS {
                    let facts = less[name].as_array_mut().expect("facts stand in arrays");
                    facts.retain(|fact| {
                        let digest = canonical::digest(fact).expect("a fact is canonical");
                        cited.contains(&format!("{name}/{digest}"))
                    });
                }
                let again = verdict(&read(&less, &policy.text()), subject, 1, tick);
                prop_assert_eq!(again, Some(decision.verdict()), "{:?} at {}", subject, tick);
            }
        }
    }

    /// Without an exception or a lift, with a freeze or a quarantine more, nothing gets better.
    #[test]
    fn what_helps_helps((world, policy) in frozen(), tick in 0..=LAST) {
        let document = document(&world);
        let before = read(&document, &policy.text());
        let mut others = Vec::new();
        for name in ["lifts", "exceptions"] {
            for index in 0..document[name].as_array().map_or(0, Vec::len) {
                let mut less = document.clone();
                less[name].as_array_mut().expect("facts stand in arrays").remove(index);
                others.push(less);
            }
        }
        let mut more = document.clone();
        more["freezes"].as_array_mut().expect("facts stand in arrays").push(serde_json::json!({
            "id": "F-more", "grading": "forbidden", "when": {"from": instant(tick)}, "by": "pd",
            "at": instant(hour(0))}));
        others.push(more);
        for other in others {
            let after = read(&other, &policy.text());
            for subject in world.subjects() {
                let was = verdict(&before, subject, 1, tick);
                let is = verdict(&after, subject, 1, tick);
                prop_assert!(is >= was, "{subject:?} at {tick}: was {was:?}, is {is:?}");
            }
        }
    }
}

/// A generator of worlds in which one reason never comes up would compare nothing of it.
#[test]
fn the_generator_makes_every_reason() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<ReasonCode, u32> = BTreeMap::new();
    for _ in 0..400 {
        let tree = frozen().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        let snapshot = read(&document(&world), &policy.text());
        for subject in world.subjects() {
            for tick in [hour(2), hour(4)] {
                let Some(decision) = decide(&snapshot, subject, 1, tick) else { continue };
                for node in decision.reasons().nodes() {
                    *found.entry(node.code).or_default() += 1;
                }
            }
        }
    }
    for code in [
        ReasonCode::Frozen,
        ReasonCode::FreezeGraded,
        ReasonCode::FreezeExcepted,
        ReasonCode::FreezeLifted,
        ReasonCode::FreezeAhead,
        ReasonCode::WindowOpen,
        ReasonCode::WindowClosed,
        ReasonCode::WindowMissing,
        ReasonCode::WindowNotNeeded,
        ReasonCode::Quarantined,
    ] {
        let often = found.get(&code).copied().unwrap_or(0);
        assert!(often >= 10, "{code} came up {often} times: {found:?}");
    }
}

/// Whichever of them was recorded first.
#[test]
fn the_next_freeze_is_told_and_ends_what_holds() {
    let freeze = |id: &str, tick| {
        serde_json::json!({"id": id, "grading": "forbidden", "when": {"from": instant(tick)},
            "by": "pd", "at": instant(hour(0))})
    };
    let near = freeze("F-near", hour(3));
    let far = freeze("F-far", hour(4));
    for freezes in [[&near, &far], [&far, &near]] {
        let document = serde_json::json!({
            "lynchpin": "portfolio/1",
            "people": [{"id": "pd"}, {"id": "raj"}],
            "stages": [{"id": "staging"}, {"id": "production"}],
            "changes": [{"id": "C-1", "revision": 1, "by": "raj", "at": instant(hour(0))}],
            "freezes": freezes,
        });
        let snapshot = read(&document, "name = \"acme\"\nowner = { group = \"policy\" }");
        let subject = lynchpin_tests::world::Subject::Change(1);
        let decision = decide(&snapshot, subject, 1, hour(1)).expect("C-1 can be asked about");
        let ahead: Vec<_> = decision
            .reasons()
            .nodes()
            .iter()
            .filter(|node| node.code == ReasonCode::FreezeAhead)
            .collect();
        assert_eq!(ahead.len(), 1);
        assert_eq!(ahead[0].holds_until, When::At(at(hour(3))));
    }
}
