//! The laws of decisions, on small worlds at every hour.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use lynchpin::base::{Limits, When, canonical};
use lynchpin::plan::PlanScope;
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, PlanQuestion, Snapshot};
use lynchpin::reason::tree::Clears;
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::wire::{ask, read_portfolio};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, known, read};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{
    DEFERRED, Gate, Policy, STAGES, Subject, Tick, Tree, World, after, hour as at_hour,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The last instant that is asked about: nothing changes by itself after it.
const END: Tick = after(LAST, 6);

/// Where and when every subject is asked about.
const ASKED: [(&str, Tick); 5] = [
    ("production", at_hour(2)),
    ("production", at_hour(4)),
    ("production", at_hour(5)),
    ("production", after(LAST, 2)),
    ("staging", LAST),
];

/// The arrays that hold facts, each known from when it was recorded on.
const FACTS: [&str; 14] = [
    "delegations",
    "boards",
    "minutes",
    "changes",
    "releases",
    "evidence",
    "statements",
    "approvals",
    "waivers",
    "revocations",
    "holds",
    "cancellations",
    "deployments",
    "incidents",
];

fn subject(subject: Subject) -> lynchpin::base::Subject {
    let (key, id) = subject.document();
    serde_json::from_value(json!({ key: id })).expect("a subject can be read")
}

/// The decision, unless the subject was not known yet.
fn decide(snapshot: &Snapshot, of: Subject, stage: &str, hour: Tick) -> Option<Decision> {
    let question = DecideQuestion::new(subject(of), at(hour));
    let stage = stage.parse().expect("a stage has an id");
    snapshot.decide(&question.with_stage(stage)).ok()
}

/// The verdict on every subject.
fn verdicts(
    snapshot: &Snapshot,
    world: &World,
) -> Vec<(Subject, &'static str, Tick, Option<Verdict>)> {
    let mut found = Vec::new();
    for of in world.subjects() {
        for (stage, hour) in ASKED {
            let decision = decide(snapshot, of, stage, hour);
            found.push((of, stage, hour, decision.map(|decision| decision.verdict())));
        }
    }
    found
}

/// The answers to everything that can be asked of a subject, in full.
fn bytes(
    snapshot: &Snapshot,
    of: Subject,
    stage: &str,
    hour: Tick,
) -> Vec<Result<Vec<u8>, String>> {
    let (key, id) = of.document();
    let asked = json!({"subject": { key: id }, "stage": stage, "at": instant(hour)});
    let with = |key: &str, value: &str| {
        let mut asked = asked.clone();
        asked[key] = json!(value);
        asked
    };
    let mut questions = vec![
        json!({"decide": with("detail", "full")}),
        json!({"decide": with("detail", "unmet")}),
        json!({"plan": with("scope", "all")}),
        json!({"plan": with("scope", "ready")}),
        json!({"score": {"subject": { key: id }, "at": instant(hour)}}),
    ];
    if key == "change" {
        questions
            .extend(["upstream", "downstream"].map(
                |way| json!({"reach": {"change": id, "direction": way, "at": instant(hour)}}),
            ));
    }
    questions
        .iter()
        .map(|question| {
            ask(snapshot, question.to_string().as_bytes()).map_err(|error| error.to_string())
        })
        .collect()
}

/// Whether anybody said anything against something, themselves or in minutes.
fn has_refusal(world: &World) -> bool {
    world.approvals.iter().any(|approval| approval.decision >= DEFERRED)
        || world.minutes.iter().any(|minutes| minutes.decision >= DEFERRED)
}

fn facts<'a>(document: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    document[name].as_array_mut().expect("a world has every array")
}

/// Fails if any verdict is better than it was.
fn never_better(world: &World, before: &Snapshot, after: &Snapshot) -> Result<(), TestCaseError> {
    for (was, is) in verdicts(before, world).into_iter().zip(verdicts(after, world)) {
        if let (Some(was_verdict), Some(is_verdict)) = (was.3, is.3) {
            prop_assert!(is_verdict >= was_verdict, "was {was:?}, is {is:?}");
        }
    }
    Ok(())
}

fn one_gate(policy: &Policy, tree: Tree) -> Policy {
    let gate = Gate { stage: 1, release: false, emergency: false, tree };
    Policy { gates: vec![gate], ..policy.clone() }
}

/// What the one gate says of each change at an hour.
fn of_gate(snapshot: &Snapshot, world: &World, hour: Tick) -> Vec<Option<Verdict>> {
    let changes = (0u8..).zip(&world.changes).map(|(number, _)| Subject::Change(number));
    let verdict = |of| {
        let decision = decide(snapshot, of, "production", hour)?;
        let mut nodes = decision.reasons().nodes().iter();
        nodes.find(|node| node.code == ReasonCode::Gate).map(|node| node.verdict)
    };
    changes.map(verdict).collect()
}

/// Whether that run, or an earlier one, is also said to be running.
fn ends_a_run(document: &Value, result: &Value) -> bool {
    let all = document["evidence"].as_array().into_iter().flatten();
    let mut runs = all.filter(|other| other["outcome"] == "running");
    let begun = |other: &Value| other["run"].as_u64() <= result["run"].as_u64();
    runs.any(|other| begun(other) && ["check", "artifact"].iter().all(|it| other[it] == result[it]))
}

/// What makes one tree of several.
type Join<'j> = &'j dyn Fn(Vec<Tree>) -> Tree;

/// The children without one of them.
fn without(children: &[Tree], dropped: usize) -> Vec<Tree> {
    let kept = children.iter().enumerate().filter(|(index, _)| *index != dropped);
    kept.map(|(_, child)| child.clone()).collect()
}

proptest! {
    #![proptest_config(config(40))]

    /// The same facts in any order give the same bytes.
    #[test]
    fn order_says_nothing((world, policy) in case(), turn in any::<u64>()) {
        let document = world.document();
        let mut turned = document.clone();
        for name in FACTS.iter().chain(&["people", "groups"]) {
            if let Some(facts) = turned[*name].as_array_mut() {
                let mut seed = turn;
                for last in (1..facts.len()).rev() {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let chosen = usize::try_from(seed >> 33).unwrap_or(0) % (last + 1);
                    facts.swap(last, chosen);
                }
            }
        }
        let (one, other) = (read(&document, &policy.text()), read(&turned, &policy.text()));
        for of in world.subjects() {
            for hour in [at_hour(1), at_hour(3), after(LAST, 2)] {
                let stage = "production";
                prop_assert_eq!(bytes(&one, of, stage, hour), bytes(&other, of, stage, hour));
            }
        }
    }

    /// A fact that is there twice has one effect, in one document or taken in again.
    #[test]
    fn repetition_says_nothing((world, policy) in case()) {
        let document = world.document();
        let mut doubled = document.clone();
        for name in FACTS.iter().chain(&["people", "groups", "stages"]) {
            if let Some(facts) = doubled[*name].as_array_mut() {
                facts.extend(facts.clone());
            }
        }
        let one = read(&document, &policy.text());
        let twice = read(&doubled, &policy.text());
        let mut engine = Engine::new(Limits::untrusted());
        for _ in 0..2 {
            let text = document.to_string();
            let portfolio = read_portfolio(text.as_bytes(), engine.limits());
            engine.add(portfolio.expect("a world can be read")).expect("it can be taken in again");
        }
        engine.set_policy(&policy.text()).expect("a policy can be read");
        let again = engine.snapshot();
        for of in world.subjects() {
            let first = bytes(&one, of, "production", LAST);
            prop_assert_eq!(&first, &bytes(&twice, of, "production", LAST));
            prop_assert_eq!(&first, &bytes(&again, of, "production", LAST));
        }
    }

    /// Without a passed result, an approval or a waiver nothing gets better.
    ///
    /// A pass ends its run and those before it, and does so when it has expired, too: without it
    /// one would wait for such a run. So a pass of what is said to be running is left where it is.
    #[test]
    fn what_favours_only_favours((world, policy) in case()) {
        let document = world.document();
        let before = read(&document, &policy.text());
        let refused = has_refusal(&world);
        let favours = |name: &str, fact: &Value| match name {
            "evidence" => fact["outcome"] == "passed" && !ends_a_run(&document, fact),
            "approvals" => fact["decision"] == "approved",
            "minutes" => fact["decisions"][0]["decision"] == "approved",
            // Who may answer for another may refuse for them, too.
            "delegations" => !refused && fact["event"] != "ended",
            _ => true,
        };
        for name in ["evidence", "approvals", "minutes", "delegations", "waivers"] {
            // Without a result, who made it may approve.
            if name == "evidence" && policy.not_by_lint {
                continue;
            }
            let count = document[name].as_array().map_or(0, Vec::len);
            for index in 0..count {
                if favours(name, &document[name][index]) {
                    let mut less = document.clone();
                    facts(&mut less, name).remove(index);
                    never_better(&world, &before, &read(&less, &policy.text()))?;
                }
            }
        }
    }

    /// With a failure, a rejection, a withdrawal of an approval, a hold or an incident more,
    /// nothing gets better.
    ///
    /// A failure that ends a run takes away what kept a waiver of it from counting, so failures are
    /// added where nothing runs.
    #[test]
    fn what_harms_only_harms(
        (world, policy) in case(),
        which in 0usize..5,
        number in any::<prop::sample::Index>(),
        hour in 0..=LAST,
    ) {
        let document = world.document();
        let before = read(&document, &policy.text());
        let mut more = document.clone();
        match which {
            0 => {
                let runs = world.evidence.iter().any(|evidence| evidence.outcome == 3);
                prop_assume!(!runs && !world.evidence.is_empty());
                let evidence = facts(&mut more, "evidence");
                let mut failed = evidence[number.index(evidence.len())].clone();
                failed["outcome"] = json!("failed");
                evidence.push(failed);
            }
            1 | 2 => {
                prop_assume!(!world.approvals.is_empty());
                let approvals = facts(&mut more, "approvals");
                let mut decision = approvals[number.index(approvals.len())].clone();
                // Who takes back a no does no harm.
                prop_assume!(which == 1 || !has_refusal(&world));
                decision["decision"] = json!(if which == 1 { "rejected" } else { "withdrawn" });
                for field in ["to", "to_group"] {
                    decision.as_object_mut().expect("a fact is an object").remove(field);
                }
                decision["at"] = json!(instant(hour));
                decision.as_object_mut().expect("a fact is an object").remove("recorded");
                approvals.push(decision);
            }
            3 => {
                let change = format!("C-{}", number.index(world.changes.len()));
                let event = |event: &str, more: Value| {
                    let mut fact = json!({"id": "I-more", "event": event, "at": instant(hour),
                        "by": "pa"});
                    let fields = fact.as_object_mut().expect("a fact is an object");
                    fields.extend(more.as_object().cloned().unwrap_or_default());
                    fact
                };
                let linked = json!({"change": change, "attribution": "confirmed"});
                let incidents = facts(&mut more, "incidents");
                incidents.extend([event("opened", json!({})), event("linked", linked)]);
            }
            _ => {
                let subjects = world.subjects();
                let (key, id) = subjects[number.index(subjects.len())].document();
                let hold = json!({key: id, "event": "held", "at": instant(hour), "by": "pa"});
                facts(&mut more, "holds").push(hold);
            }
        }
        never_better(&world, &before, &read(&more, &policy.text()))?;
    }

    /// The facts that an answer cites are enough for its verdict: of what was said and done, that
    /// is. What the subjects are (their revisions, cancellations, people) and what went wrong in
    /// operation is kept.
    #[test]
    fn what_is_cited_suffices((world, policy) in case()) {
        let document = world.document();
        let whole = read(&document, &policy.text());
        let names = FACTS.iter().filter(|name| {
            !["changes", "releases", "revocations"].contains(*name)
        });
        for of in world.subjects() {
            let asked = [("production", at_hour(3)), ("production", LAST), ("staging", LAST)];
            for (stage, hour) in asked {
                let Some(decision) = decide(&whole, of, stage, hour) else { continue };
                let nodes = decision.reasons().nodes().iter();
                let cited: BTreeSet<String> = nodes
                    .flat_map(|node| &node.cites)
                    .map(|(kind, number)| {
                        let portfolio = whole.portfolio();
                        let digest = match *kind {
                            "evidence" => canonical::digest(&portfolio.evidence[*number]),
                            "statements" => canonical::digest(&portfolio.statements[*number]),
                            "delegations" => canonical::digest(&portfolio.delegations[*number]),
                            "boards" => canonical::digest(&portfolio.boards[*number]),
                            "minutes" => canonical::digest(&portfolio.minutes[*number]),
                            "approvals" => canonical::digest(&portfolio.approvals[*number]),
                            "waivers" => canonical::digest(&portfolio.waivers[*number]),
                            "holds" => canonical::digest(&portfolio.holds[*number]),
                            "cancellations" => canonical::digest(&portfolio.cancellations[*number]),
                            "deployments" => canonical::digest(&portfolio.deployments[*number]),
                            "incidents" => canonical::digest(&portfolio.incidents[*number]),
                            other => panic!("{other} is cited"),
                        };
                        digest.expect("a fact has a digest").to_string()
                    })
                    .collect();
                let mut kept = document.clone();
                for name in names.clone() {
                    facts(&mut kept, name).retain(|fact| {
                        let digest = canonical::digest(fact).expect("a fact has a digest");
                        cited.contains(&digest.to_string())
                    });
                }
                // What was taken back is not cited, so neither is that it was.
                let waivers: Vec<Value> =
                    facts(&mut kept, "waivers").iter().map(|waiver| waiver["id"].clone()).collect();
                facts(&mut kept, "revocations").retain(|fact| waivers.contains(&fact["waiver"]));
                let again = decide(&read(&kept, &policy.text()), of, stage, hour);
                let again = again.map(|decision| decision.verdict());
                prop_assert_eq!(again, Some(decision.verdict()), "{:?} {} {}", of, stage, hour);
            }
        }
    }

    /// Before `holds_until`, and without a new fact, the verdict is the same; what waits until an
    /// instant is no go before it and held back by nothing then.
    #[test]
    fn times_are_honest((world, policy) in case()) {
        let document = world.document();
        for hour in [0, 2, 3, 4].map(at_hour).into_iter().chain([LAST]) {
            let snapshot = read(&known(&document, hour), &policy.text());
            for of in world.subjects() {
                for stage in STAGES {
                    let Some(decision) = decide(&snapshot, of, stage, hour) else { continue };
                    let verdict = decision.verdict();
                    for later in hour..=END {
                        let then = decide(&snapshot, of, stage, later).expect("it is still known");
                        let held = When::At(at(later)) < decision.holds_until();
                        prop_assert!(
                            !held || then.verdict() == verdict,
                            "{of:?} {stage}: {verdict:?} at {hour} until {:?}, {:?} at {later}",
                            decision.holds_until(), then.verdict()
                        );
                        let Clears::At(clears) = decision.clears() else { continue };
                        let early = at(later) < clears && then.verdict().is_go();
                        let stuck = at(later) == clears && !then.verdict().is_met();
                        prop_assert!(
                            !early && !stuck,
                            "{of:?} {stage}: {verdict:?} at {hour} clears {clears}, \
                             {:?} at {later}",
                            then.verdict()
                        );
                    }
                }
            }
        }
    }

    /// As of an instant only what was recorded by then is known.
    #[test]
    fn the_past_stays_as_it_was((world, policy) in case()) {
        let document = world.document();
        let whole = read(&document, &policy.text());
        for hour in (0..=6).map(at_hour) {
            let then = read(&known(&document, hour), &policy.text());
            for of in world.subjects() {
                let stage = "production";
                let (one, other) = (bytes(&whole, of, stage, hour), bytes(&then, of, stage, hour));
                prop_assert_eq!(one, other);
            }
        }
    }

    /// What is a go only through a waiver does not read as a plain go.
    #[test]
    fn waived_is_not_passed((world, policy) in case()) {
        let document = world.document();
        let whole = read(&document, &policy.text());
        let mut strict = document.clone();
        facts(&mut strict, "waivers").clear();
        facts(&mut strict, "revocations").clear();
        let strict = read(&strict, &policy.text());
        for (was, is) in verdicts(&whole, &world).into_iter().zip(verdicts(&strict, &world)) {
            prop_assert!(was.3 != Some(Verdict::Go) || is.3 == Some(Verdict::Go), "{was:?} {is:?}");
        }
    }

    /// Fewer children make an `all` no worse; an `any` and an `at_least` no better, while a child
    /// that applies is left.
    #[test]
    fn fewer_children(
        (world, policy) in case(),
        children in prop::collection::vec(0u8..6, 2..=4),
        count in 1u8..=3,
    ) {
        let document = world.document();
        let children: Vec<Tree> = children.into_iter().map(Tree::Leaf).collect();
        let trees: [(Join<'_>, bool); 3] = [
            (&Tree::All, true),
            (&Tree::Any, false),
            (&|children| Tree::AtLeast(count, children), false),
        ];
        for (join, is_all) in trees {
            let fits = |children: &[Tree]| is_all || children.len() >= usize::from(count);
            if !fits(&children) {
                continue;
            }
            let whole = read(&document, &one_gate(&policy, join(children.clone())).text());
            for dropped in 0..children.len() {
                let fewer = without(&children, dropped);
                if !fits(&fewer) {
                    continue;
                }
                let fewer = read(&document, &one_gate(&policy, join(fewer)).text());
                for hour in (0..=6).map(at_hour) {
                    let (was, is) = (of_gate(&whole, &world, hour), of_gate(&fewer, &world, hour));
                    for (was, is) in was.into_iter().zip(is) {
                        let applies = is != Some(Verdict::NotApplicable);
                        prop_assert!(
                            if is_all { is <= was } else { !applies || is >= was },
                            "was {was:?}, is {is:?} without child {dropped}"
                        );
                    }
                }
            }
        }
    }

    /// Without evidence and waivers nothing passes a gate that asks for evidence.
    #[test]
    fn missing_evidence_is_no_go((world, policy) in case()) {
        let mut document = world.document();
        facts(&mut document, "evidence").clear();
        facts(&mut document, "waivers").clear();
        facts(&mut document, "revocations").clear();
        let snapshot = read(&document, &one_gate(&policy, Tree::Leaf(0)).text());
        for (of, stage, hour, verdict) in verdicts(&snapshot, &world) {
            let passed = verdict.is_some_and(Verdict::is_go) && stage == "production";
            prop_assert!(!passed, "{of:?} at {hour}");
        }
    }

    /// What is ready to ship is what a decision lets go: all of it, where the decision is a go, and
    /// nothing of a subject of which nothing was asked.
    #[test]
    fn plans_ship_what_decisions_let_go((world, policy) in case()) {
        let snapshot = read(&world.document(), &policy.text());
        for of in world.subjects() {
            let Some(decision) = decide(&snapshot, of, "production", LAST) else { continue };
            let question = PlanQuestion::new(subject(of), at(LAST)).with_scope(PlanScope::Ready);
            let question = question.with_stage("production".parse().expect("a stage has an id"));
            let plan = snapshot.plan(&question).expect("what can be decided can be planned");
            let ships: BTreeSet<_> = plan.shipped().cloned().collect();
            if decision.verdict().is_go() {
                prop_assert!(plan.dropped.is_empty(), "{of:?}: {plan:?}");
            }
            if decision.verdict() == Verdict::NotApplicable {
                prop_assert!(ships.is_empty(), "{of:?}: {plan:?}");
            }
            for node in decision.changes() {
                let lynchpin::base::Subject::Change(id) = &node.subject else { continue };
                let goes = node.verdict.is_go() || !ships.contains(id);
                prop_assert!(
                    goes || node.verdict == Verdict::NotApplicable,
                    "{id} ships and is {:?}", node.verdict
                );
            }
        }
    }
}
