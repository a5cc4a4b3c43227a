//! Tickets, tasks, budgets, leave given beforehand and failures that are there already: the engine
//! against its oracle, and its laws, on small worlds at every hour.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::{Instant, Subject, When, canonical};
use lynchpin::portfolio::{DecideQuestion, Decision, Snapshot};
use lynchpin::reason::Verdict;
use lynchpin::reason::tree::Clears;
use lynchpin::wire::{ask, cites};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::read;
use lynchpin_tests::work::oracle::verdicts;
use lynchpin_tests::work::{Hour, LAST, REQUIREMENTS, case, instant};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The last hour that is asked about: nothing changes by itself after it.
const END: Hour = LAST + 7;

/// The arrays that hold what speaks for something, and what in them does.
const FAVOURS: [(&str, &str, &str); 4] = [
    ("ticket_states", "state", "done"),
    ("tasks", "state", "done"),
    ("preauthorisations", "model", "m"),
    ("slis", "good", "10"),
];

fn at(hour: Hour) -> Instant {
    instant(hour).parse().expect("an hour is an instant")
}

fn decide(snapshot: &Snapshot, hour: Hour) -> Decision {
    let subject = Subject::Change("C-0".parse().expect("a change has an id"));
    let stage = "production".parse().expect("a stage has an id");
    let question = DecideQuestion::new(subject, at(hour)).with_stage(stage);
    snapshot.decide(&question).expect("the change is known")
}

/// The document with only those facts of the arrays that rest.
fn kept(document: &Value, stays: impl Fn(&str, &Value) -> bool) -> Value {
    let mut document = document.clone();
    for (name, facts) in document.as_object_mut().expect("a document is an object") {
        let described = ["people", "groups", "services", "stages", "changes"];
        if let Some(facts) = facts.as_array_mut().filter(|_| !described.contains(&name.as_str())) {
            facts.retain(|fact| stays(name, fact));
        }
    }
    document
}

fn name(array: &str, fact: &Value) -> String {
    format!("{array}/{}", canonical::digest(fact).expect("a fact has a digest"))
}

proptest! {
    #![proptest_config(config(150))]

    /// The engine says what the oracle says of every requirement at every hour.
    #[test]
    fn engine_and_oracle_agree((world, asked) in case()) {
        let document = world.document();
        let snapshots = asked.policies().map(|policy| read(&document, &policy));
        for hour in 0..=END {
            let wanted = verdicts(&world, &asked, hour);
            for ((snapshot, wanted), about) in snapshots.iter().zip(wanted).zip(REQUIREMENTS) {
                let found = decide(snapshot, hour).verdict();
                prop_assert_eq!(found, wanted, "{} at {}", about, hour);
            }
        }
    }

    /// A verdict stands until it says, and clears by itself when it says.
    #[test]
    fn verdicts_stand_as_long_as_they_say((world, asked) in case()) {
        let document = world.document();
        for policy in asked.policies() {
            let snapshot = read(&document, &policy);
            // From the last fact on nothing but time passes.
            for hour in LAST..END {
                let now = decide(&snapshot, hour);
                let later = (hour + 1..=END).find(|it| When::At(at(*it)) >= now.holds_until());
                for hour in hour..later.unwrap_or(END + 1) {
                    prop_assert_eq!(decide(&snapshot, hour).verdict(), now.verdict());
                }
                if let (Clears::At(clears), Some(later)) = (now.clears(), later) {
                    prop_assert_eq!(clears, at(later));
                    prop_assert!(decide(&snapshot, later).verdict().is_met());
                }
            }
        }
    }

    /// With only the facts that it cites, a verdict is the same.
    #[test]
    fn what_is_cited_suffices((world, asked) in case()) {
        let document = world.document();
        for (policy, about) in asked.policies().into_iter().zip(REQUIREMENTS) {
            let snapshot = read(&document, &policy);
            for hour in [2, 4, 6, LAST] {
                let decision = decide(&snapshot, hour);
                let nodes = decision.reasons().nodes().iter();
                let cited: BTreeSet<String> =
                    nodes.flat_map(|node| cites(&snapshot, node)).collect();
                let few = kept(&document, |array, fact| cited.contains(&name(array, fact)));
                let again = decide(&read(&few, &policy), hour).verdict();
                prop_assert_eq!(again, decision.verdict(), "{} at {}", about, hour);
            }
        }
    }

    /// Without a fact in its favour a verdict is never better.
    #[test]
    fn less_in_its_favour_is_never_better(
        (world, asked) in case(),
        dropped in any::<prop::sample::Index>(),
    ) {
        let document = world.document();
        let speaks = |array: &str, fact: &Value| FAVOURS.iter().any(|(of, field, word)| {
            *of == array && fact[*field].to_string().trim_matches('"') == *word
        });
        let mut favours = Vec::new();
        for (array, facts) in document.as_object().expect("a document is an object") {
            let facts = facts.as_array().into_iter().flatten();
            favours.extend(facts.filter(|fact| speaks(array, fact)).map(|fact| name(array, fact)));
        }
        if favours.is_empty() {
            return Ok(());
        }
        let dropped = dropped.get(&favours);
        let fewer = kept(&document, |array, fact| name(array, fact) != *dropped);
        // A sample may count for one of its time that was told before, which may have been better.
        let measured = dropped.starts_with("slis/");
        for (policy, about) in asked.policies().into_iter().zip(REQUIREMENTS) {
            if measured && about == "budget" {
                continue;
            }
            let (whole, fewer) = (read(&document, &policy), read(&fewer, &policy));
            for hour in 0..=END {
                let (was, is) = (decide(&whole, hour).verdict(), decide(&fewer, hour).verdict());
                prop_assert!(is >= was, "{} at {}: {:?}, then {:?}", about, hour, was, is);
            }
        }
    }

    /// The same facts in any order give the same bytes.
    #[test]
    fn order_says_nothing((world, asked) in case()) {
        let document = world.document();
        let mut turned = document.clone();
        for (array, facts) in turned.as_object_mut().expect("a document is an object") {
            if let Some(facts) = facts.as_array_mut().filter(|_| array != "stages") {
                facts.reverse();
            }
        }
        for policy in asked.policies() {
            let (one, other) = (read(&document, &policy), read(&turned, &policy));
            for hour in [3, 6, LAST] {
                let question = json!({"decide": {"subject": {"change": "C-0"},
                    "stage": "production", "at": instant(hour), "detail": "full"}});
                let question = question.to_string();
                let one = ask(&one, question.as_bytes()).expect("a decision is an answer");
                let other = ask(&other, question.as_bytes()).expect("a decision is an answer");
                prop_assert_eq!(one, other);
            }
        }
    }
}

/// The worlds are not all alike: each requirement comes out in each way that it can.
#[test]
fn every_verdict_comes_up() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, BTreeSet<Verdict>> = BTreeMap::new();
    for _ in 0..400 {
        let (world, asked) = case().new_tree(&mut runner).expect("a case can be made").current();
        for hour in 0..=END {
            for (about, verdict) in REQUIREMENTS.into_iter().zip(verdicts(&world, &asked, hour)) {
                seen.entry(about).or_default().insert(verdict);
            }
        }
    }
    let (go, action) = (Verdict::Go, Verdict::NeedsAction);
    let wanted = [
        ("tickets", vec![go, action]),
        ("tasks", vec![go, action]),
        ("budget", vec![go, Verdict::Unknown, Verdict::NoGo]),
        ("preauthorised", vec![go, action]),
        ("baseline", vec![go, Verdict::Wait, action, Verdict::Unknown, Verdict::NoGo]),
    ];
    for (about, verdicts) in wanted {
        assert_eq!(seen[about], BTreeSet::from_iter(verdicts), "{about}");
    }
}
