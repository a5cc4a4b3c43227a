//! The verdicts on everything at once against the decision on each.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;

use lynchpin::base::{Instant, Limits};
use lynchpin::portfolio::{Engine, Snapshot, VerdictsQuestion};
use lynchpin::reason::Verdict;
use lynchpin::wire::read_portfolio;
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, hold_verdicts_to_decisions, load};
use lynchpin_tests::world::strategy::{LAST, case};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

proptest! {
    #![proptest_config(config(200))]

    /// Gates of every kind, freezes, conflicts and dependencies of a few changes.
    #[test]
    fn small_worlds((world, policy) in case(), hour in 0..=LAST + 2) {
        hold_verdicts_to_decisions(&load(&world, &policy), at(hour));
    }
}

/// A policy under which some changes may go, some wait and some are held back.
const POLICY: &str = r#"
    name = "acme"
    requirement.unit = { evidence = { check = "unit" } }
    requirement.soak = { soak = { for = "24h" } }
    requirement.back-out = { plan = "back_out" }
    gate.fast = { stage = "production", judges = "change", require = { all = ["unit", "soak"] } }
    gate.slow = { stage = "production", judges = "release", require = "back-out" }
    gate.lab = { stage = "staging", judges = "change", require = "unit" }
"#;

/// How many changes there are.
const CHANGES: u32 = 14;

/// What one change says of others: which, and how.
type Says = (u32, u32, u8);

/// How a portfolio is made.
#[derive(Debug)]
struct Tangle {
    says: Vec<Says>,
    /// Of each change how far it came.
    passed: Vec<u8>,
    /// Which change is in which release.
    listed: Vec<(u32, u8)>,
    /// Whether what requires each other ships as one.
    atomic: bool,
}

fn tangled() -> impl Strategy<Value = Tangle> {
    let says = prop::collection::vec((0..CHANGES + 2, 0..CHANGES, 0..10u8), 0..24);
    let passed = prop::collection::vec(0..6u8, CHANGES as usize);
    let listed = prop::collection::vec((0..CHANGES + 1, 0..4u8), 6..30);
    (says, passed, listed, any::<bool>()).prop_map(|(says, passed, listed, atomic)| Tangle {
        says,
        passed,
        listed,
        atomic,
    })
}

/// Changes that name each other in every way, in releases that share them and lie below each other.
fn document(Tangle { says, passed, listed, .. }: &Tangle) -> Value {
    let id = |number: u32| format!("C-{number:02}");
    let mut changes: Vec<Value> = (0..CHANGES)
        .map(|number| {
            let mut change = json!({"id": id(number), "revision": 1, "by": "raj",
                "at": "2026-11-01T09:00:00Z"});
            let mut add = |name: &str, value: Value| {
                let list = change.as_object_mut().expect("it is an object");
                let list = list.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut().expect("it is a list").push(value);
            };
            for (other, _, how) in says.iter().filter(|(_, who, _)| *who == number) {
                let other = id(*other);
                match how {
                    0..4 => add("requires", json!({"change": other})),
                    4 | 5 => add("requires", json!({"any": [other, id((number + 3) % CHANGES)]})),
                    6 => add("together", json!(other)),
                    7 => add("after", json!(other)),
                    8 => add("conflicts", json!({"change": other})),
                    _ => add("supersedes", json!(other)),
                }
            }
            change
        })
        .collect();
    for change in changes.iter_mut().step_by(3) {
        change["plans"] = json!({"back_out": "helm rollback 41"});
    }
    let (mut evidence, mut deployments, mut cancellations) = (Vec::new(), Vec::new(), Vec::new());
    for (number, how) in (0u32..).zip(passed) {
        let at = format!("2026-11-0{}T10:00:00Z", 2 + how % 3);
        if *how < 4 {
            evidence.push(json!({"check": "unit", "change": id(number), "revision": 1, "run": 1,
                "outcome": "passed", "at": at, "by": "ci"}));
        }
        for environment in ["lab", "prod"].iter().take(usize::from(how % 4).saturating_sub(1)) {
            deployments.push(json!({"id": format!("D-{number}-{environment}"),
                "changes": [id(number)], "environment": environment, "outcome": "succeeded",
                "at": at, "by": "ci"}));
        }
        if *how == 5 && number.is_multiple_of(2) {
            cancellations.push(json!({"change": id(number), "at": at, "by": "raj"}));
        }
    }
    let release = |number: u8| {
        let of = listed.iter().filter(|(_, release)| *release == number).map(|(it, _)| id(*it));
        let mut of: Vec<String> = of.collect();
        of.sort();
        of.dedup();
        let mut release = json!({"id": format!("R-{number}"), "revision": 1, "by": "mei",
            "at": "2026-11-01T12:00:00Z", "changes": of});
        if number == 0 && listed.len().is_multiple_of(3) {
            release["releases"] = json!(["R-3"]);
        }
        release
    };
    json!({"lynchpin": "portfolio/1",
        "people": [{"id": "raj"}, {"id": "mei"}, {"id": "ci", "kind": "machine"}],
        "stages": [{"id": "staging", "environments": ["lab"]},
            {"id": "production", "environments": ["prod"]}],
        "changes": changes, "releases": (0..4).map(release).collect::<Vec<_>>(),
        "evidence": evidence, "deployments": deployments, "cancellations": cancellations})
}

fn read(document: &Value, atomic: bool) -> Snapshot {
    let mut engine = Engine::new(Limits::untrusted());
    let portfolio = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(portfolio.expect("it can be read")).expect("it can be taken in");
    let cycles = if atomic { "cycles = \"atomic\"" } else { "" };
    engine.set_policy(&format!("{cycles}\n{POLICY}")).expect("a policy can be read");
    engine.snapshot()
}

fn noon(day: u8) -> Instant {
    format!("2026-11-0{day}T12:00:00Z").parse().expect("an instant")
}

proptest! {
    #![proptest_config(config(300))]

    /// Requirements with alternatives and circles, groups, conflicts, what takes another's place,
    /// what is live, cancelled, unknown, in several releases or below another.
    #[test]
    fn tangled_releases(tangle in tangled(), day in 2..6u8) {
        let snapshot = read(&document(&tangle), tangle.atomic);
        let held = hold_verdicts_to_decisions(&snapshot, noon(day));
        prop_assert!(held > 0);
    }
}

/// Were most verdicts alike, little would have been compared.
#[test]
fn the_generator_makes_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<Verdict, u32> = BTreeMap::new();
    for _ in 0..100 {
        let tangle = tangled().new_tree(&mut runner).expect("it generates").current();
        let snapshot = read(&document(&tangle), tangle.atomic);
        let found = snapshot.verdicts(&VerdictsQuestion::new(noon(4))).expect("it is answered");
        let members = found.subjects.iter().flat_map(|it| &it.verdicts);
        members.for_each(|verdict| *seen.entry(*verdict).or_default() += 1);
    }
    for verdict in Verdict::ALL {
        // Nothing is waived, all is asked something, and only what a release needs is not known.
        let told = [Verdict::Go, Verdict::Wait, Verdict::Blocked, Verdict::NeedsAction];
        let often = seen.get(&verdict).copied().unwrap_or(0);
        assert!(often > 20 || !(told.contains(&verdict) || verdict == Verdict::NoGo), "{seen:?}");
    }
}
