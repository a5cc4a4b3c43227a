//! Claims, obligations and policies over time: the engine against its oracle, and its laws.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::{Limits, When, canonical};
use lynchpin::portfolio::{
    ClaimOutcome, ClaimQuestion, DecideQuestion, Decision, Engine, Snapshot,
};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::wire::read_portfolio;
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, hold_verdicts_to_decisions, known};
use lynchpin_tests::oracle::life::decide_for_life;
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::life::life;
use lynchpin_tests::world::strategy::LAST;
use lynchpin_tests::world::{Policy, STAGES, Subject, Tick, World, after, hour};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The last hour that is asked about.
const END: Tick = after(LAST, 6);

fn document(world: &World, policies: &[Policy; 2], adopted: Tick) -> Value {
    let parsed = policies.clone().map(|policy| {
        let policy: lynchpin::gate::Policy = policy.text().parse().expect("a policy can be read");
        policy.digest.to_string()
    });
    let mut document = world.with_life(world.document(), &parsed);
    document["policies"] = json!([
        {"text": policies[0].text(), "at": "2026-10-31T00:00:00Z", "by": "pa"},
        {"text": policies[1].text(), "at": instant(adopted), "by": "pa"}]);
    document
}

fn load(document: &Value) -> Engine {
    let mut engine = Engine::new(Limits::untrusted());
    let portfolio = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(portfolio.expect("a world can be read")).expect("a world can be taken in");
    engine
}

fn subject(subject: Subject) -> lynchpin::base::Subject {
    let (key, id) = subject.document();
    serde_json::from_value(json!({ key: id })).expect("a subject can be read")
}

/// The decision, unless the subject was not known yet.
fn decide(snapshot: &Snapshot, of: Subject, stage: u8, hour: Tick) -> Option<Decision> {
    let stage = STAGES[usize::from(stage)].parse().expect("a stage has an id");
    let question = DecideQuestion::new(subject(of), at(hour)).with_stage(stage);
    snapshot.decide(&question).ok()
}

/// The array names of a document that hold facts.
fn arrays(document: &Value) -> Vec<String> {
    let described = ["lynchpin", "people", "groups", "services", "stages"];
    let names = document.as_object().into_iter().flat_map(|fields| fields.keys());
    names.filter(|name| !described.contains(&name.as_str())).cloned().collect()
}

proptest! {
    #![proptest_config(config(400))]

    /// Every subject in both stages.
    #[test]
    fn decisions_are_those_of_the_oracle((world, policies, adopted) in life(), hour in 0..=LAST) {
        let snapshot = load(&document(&world, &policies, adopted)).snapshot();
        hold_verdicts_to_decisions(&snapshot, at(hour));
        for of in world.subjects() {
            for (stage, hour) in [(1, hour), (1, after(LAST, 2)), (0, hour)] {
                let expected = decide_for_life(&world, &policies, adopted, (stage, hour), of);
                let found = decide(&snapshot, of, stage, hour).map(|found| found.verdict());
                prop_assert_eq!(found, expected, "engine, oracle: {:?} {} {}", of, stage, hour);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(40))]

    /// Before `holds_until`, and without a new fact, the verdict is the same.
    #[test]
    fn times_are_honest((world, policies, adopted) in life()) {
        let document = document(&world, &policies, adopted);
        for hour in [hour(1), hour(3), LAST] {
            let snapshot = load(&known(&document, hour)).snapshot();
            for of in world.subjects() {
                let Some(decision) = decide(&snapshot, of, 1, hour) else { continue };
                for later in hour..=END {
                    let then = decide(&snapshot, of, 1, later).expect("it is still known");
                    let held = When::At(at(later)) < decision.holds_until();
                    prop_assert!(
                        !held || then.verdict() == decision.verdict(),
                        "{of:?}: {:?} at {hour} until {:?}, {:?} at {later}",
                        decision.verdict(), decision.holds_until(), then.verdict()
                    );
                }
            }
        }
    }

    /// As of an instant only what was recorded by then is known.
    #[test]
    fn the_past_stays_as_it_was((world, policies, adopted) in life(), hour in 0..=LAST) {
        let document = document(&world, &policies, adopted);
        let (whole, then) = (load(&document).snapshot(), load(&known(&document, hour)).snapshot());
        for of in world.subjects() {
            let (one, other) = (decide(&whole, of, 1, hour), decide(&then, of, 1, hour));
            let verdict = |decision: Option<Decision>| decision.map(|d| d.verdict());
            prop_assert_eq!(verdict(one), verdict(other));
        }
        // As they are written: a fact that is cited stands elsewhere in the shorter document.
        let owed = |snapshot: &Snapshot| {
            serde_json::to_value(snapshot.obligations(at(hour)).expect("they are found"))
                .expect("they are JSON")
        };
        prop_assert_eq!(owed(&whole), owed(&then));
    }

    /// The facts that an answer cites are enough for its verdict.
    #[test]
    fn what_is_cited_suffices((world, policies, adopted) in life()) {
        let document = document(&world, &policies, adopted);
        let whole = load(&document).snapshot();
        let kept = ["changes", "releases", "policies", "revocations"];
        for of in world.subjects() {
            for hour in [hour(3), LAST] {
                let Some(decision) = decide(&whole, of, 1, hour) else { continue };
                let cited: BTreeSet<String> = decision
                    .reasons()
                    .nodes()
                    .iter()
                    .flat_map(|node| lynchpin::wire::cites(&whole, node))
                    .collect();
                let mut less = document.clone();
                for name in arrays(&document).iter().filter(|name| !kept.contains(&name.as_str())) {
                    let facts = less[name].as_array_mut().expect("facts stand in arrays");
                    facts.retain(|fact| {
                        // A fact that says when it was recorded twice over says it once.
                        let mut fact = fact.clone();
                        let portfolio = json!({"lynchpin": "portfolio/1", name: [fact.take()]});
                        let read = read_portfolio(
                            portfolio.to_string().as_bytes(),
                            Limits::untrusted(),
                        );
                        let read = read.expect("a fact can be read alone");
                        let written = serde_json::to_value(&read).expect("it can be written");
                        let digest = canonical::digest(&written[name][0]).expect("it is canonical");
                        cited.contains(&format!("{name}/{digest}"))
                    });
                }
                let waivers: Vec<Value> = less["waivers"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|waiver| waiver["id"].clone())
                    .collect();
                let revocations = less["revocations"].as_array_mut();
                let revocations = revocations.expect("facts stand in arrays");
                revocations.retain(|fact| waivers.contains(&fact["waiver"]));
                let again = decide(&load(&less).snapshot(), of, 1, hour).map(|d| d.verdict());
                prop_assert_eq!(again, Some(decision.verdict()), "{:?} at {}", of, hour);
            }
        }
    }

    /// What enters is a go at the head of all that is known, enters once, and names what it uses.
    #[test]
    fn claims_are_goes_and_enter_once((world, policies, adopted) in life()) {
        let mut engine = load(&document(&world, &policies, adopted));
        let before = engine.snapshot();
        for of in world.subjects() {
            let by = "pa".parse().expect("a person has an id");
            let question = ClaimQuestion::new(subject(of), at(END), by);
            let question = question.with_stage("production".parse().expect("a stage has an id"));
            let decision = decide(&engine.snapshot(), of, 1, END);
            let decision = decision.expect("it is known by then");
            match engine.claim(&question).expect("it can be claimed") {
                ClaimOutcome::Claimed(claim) => {
                    prop_assert!(decision.is_go());
                    prop_assert_eq!(claim.verdict, decision.verdict());
                    let plain = claim.verdict == Verdict::Go;
                    prop_assert!(!plain || claim.waivers.is_empty(), "{claim:?}");
                    let known = |code| decision.reasons().nodes().iter().any(|n| n.code == code);
                    let owed = known(ReasonCode::ObligationOpens)
                        || known(ReasonCode::ObligationOpen);
                    prop_assert!(plain || owed || !claim.waivers.is_empty(), "{claim:?}");
                    let again = engine.claim(&question).expect("it can be asked again");
                    prop_assert!(matches!(again, ClaimOutcome::Refused(_)), "{:?} twice", of);
                }
                ClaimOutcome::Refused(refused) => {
                    let sealed = refused.root_blockers().any(|node| {
                        node.code == ReasonCode::EnteredAlready
                    });
                    prop_assert!(!decision.is_go() || sealed, "{refused:?}");
                    prop_assert!(!refused.is_go());
                }
            }
        }
        // What was there before answers as it did.
        let claims = before.portfolio().claims.len();
        prop_assert!(engine.snapshot().portfolio().claims.len() >= claims);
    }
}

/// A generator of worlds in which one reason never comes up would compare nothing of it.
#[test]
fn the_generator_makes_every_reason() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<ReasonCode, u32> = BTreeMap::new();
    let mut decided = 0;
    for _ in 0..400 {
        let tree = life().new_tree(&mut runner).expect("a world can be made");
        let (world, policies, adopted) = tree.current();
        let snapshot = load(&document(&world, &policies, adopted)).snapshot();
        for of in world.subjects() {
            let Some(decision) = decide(&snapshot, of, 1, LAST) else { continue };
            decided += u32::from(decision.verdict() != Verdict::NoGo);
            for node in decision.reasons().nodes() {
                *found.entry(node.code).or_default() += 1;
            }
        }
    }
    for code in [
        ReasonCode::PolicyOfDecision,
        ReasonCode::PolicyUnknown,
        ReasonCode::ObligationOpens,
        ReasonCode::ObligationOpen,
        ReasonCode::ObligationOverdue,
    ] {
        let often = found.get(&code).copied().unwrap_or(0);
        assert!(often >= 10, "{code} came up {often} times of {decided}: {found:?}");
    }
}

/// A thousand releases in a row are too deep to walk; so many children of one parent are no
/// problem.
#[test]
fn parents_are_bounded() {
    let release = |id: String, below: Vec<String>| {
        json!({"id": id, "revision": 1, "at": instant(hour(0)), "by": "pa", "changes": ["C-0"],
            "releases": below})
    };
    let deep: Vec<Value> =
        (0..1_000).map(|n| release(format!("R-{n}"), vec![format!("R-{}", n + 1)])).collect();
    let wide: Vec<Value> = (0..1_000).map(|n| release(format!("R-{n}"), Vec::new())).collect();
    let parent = release("P".to_owned(), (0..1_000).map(|n| format!("R-{n}")).collect());
    let load = |releases: Vec<Value>| {
        load(&json!({"lynchpin": "portfolio/1", "people": [{"id": "pa"}],
            "stages": [{"id": "staging"}, {"id": "production"}],
            "changes": [{"id": "C-0", "revision": 1, "at": instant(hour(0)), "by": "pa"}],
            "policies": [{"text": "name = \"open\"\nopen = [\"staging\", \"production\"]",
                "at": instant(hour(0)), "by": "pa"}],
            "releases": releases}))
        .snapshot()
    };
    let asked = |snapshot: &Snapshot, id: &str| {
        let subject = lynchpin::base::Subject::Release(id.parse().expect("an id"));
        let stage = "staging".parse().expect("a stage has an id");
        snapshot.decide(&DecideQuestion::new(subject, at(hour(1))).with_stage(stage))
    };
    let deep = load(deep);
    for id in ["R-0", "R-500", "R-999"] {
        let error = asked(&deep, id).expect_err("it is too deep");
        assert_eq!(error.code(), lynchpin::base::ErrorCode::LimitExceeded, "{id}");
    }
    let wide = load(wide.into_iter().chain([parent]).collect());
    assert!(asked(&wide, "P").expect("it is wide only").is_go());
    assert!(asked(&wide, "R-7").expect("it has one parent").is_go());
}
