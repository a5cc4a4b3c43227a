//! The life of a gate: going through its events by the table gives what judging at the end does,
//! and the page shows the table as it is.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lynchpin::base::When;
use lynchpin::gate::state::states;
use lynchpin::gate::{GateEvent, GateInstance, GateState};
use lynchpin::portfolio::{DecideQuestion, Decision, Snapshot};
use lynchpin::report::gate as report;
use lynchpin::wire::ask;
use lynchpin_tests::engine::{at, read};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{Subject, Tick, World, after, hour as at_hour};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The last instant that is asked about: nothing changes by itself after it.
const END: Tick = after(LAST, 6);

/// The state of each gate that judges the subject itself, by name.
type Stands = BTreeMap<String, GateState>;

fn decide(snapshot: &Snapshot, of: Subject, tick: Tick) -> Option<Decision> {
    let (key, id) = of.document();
    let subject = serde_json::from_value(json!({ key: id })).expect("a subject can be read");
    let question = DecideQuestion::new(subject, at(tick));
    snapshot.decide(&question.with_stage("production".parse().expect("a stage has an id"))).ok()
}

/// Judged directly. A subject on which a gate stands twice (by itself and in its release) is not
/// asked about here: the instance is that of the subject.
fn judged(decision: &Decision) -> Stands {
    let nodes = decision.reasons().nodes();
    let own = states(decision.reasons()).filter_map(|(index, state)| {
        let node = &nodes[index];
        (node.subject == decision.subject).then(|| (node.gate.clone(), state))
    });
    own.filter_map(|(gate, state)| Some((gate?.to_string(), state))).collect()
}

/// What happened at an tick, as the facts of the document say it.
struct Happened {
    events: Vec<GateEvent>,
    revision: u32,
}

/// The facts of the document that were recorded at an tick, as events of one subject. Whatever is
/// recorded of anything else is a fact, too.
fn happened(document: &Value, of: Subject, tick: Tick) -> Happened {
    let (key, id) = of.document();
    let recorded = |fact: &Value| {
        let when = if fact["recorded"].is_null() { &fact["at"] } else { &fact["recorded"] };
        *when == json!(instant(tick))
    };
    let revisions = if key == "change" { "changes" } else { "releases" };
    let (mut events, mut revision) = (Vec::new(), 0);
    let lists = document.as_object().expect("a document is an object").iter();
    for (list, facts) in lists {
        for fact in facts.as_array().into_iter().flatten().filter(|fact| recorded(fact)) {
            let own = fact[key] == json!(id);
            let entered = list == "deployments"
                && fact["environment"] == "production"
                && fact["changes"] == json!([id])
                && key == "change";
            events.push(match (list.as_str(), fact["outcome"].as_str()) {
                (list, _) if list == revisions && fact["id"] == json!(id) => {
                    let number = fact["revision"].as_u64().expect("a revision has a number");
                    revision = u32::try_from(number).expect("it is small");
                    GateEvent::RevisionMade
                }
                ("deployments", Some("started" | "succeeded")) if entered => GateEvent::Entered,
                ("deployments", Some(_)) if entered => GateEvent::EntryEnded,
                ("holds", _) if own && fact["event"] == "released" => GateEvent::Released,
                ("holds", _) if own => GateEvent::Held,
                ("cancellations", _) if own => GateEvent::Cancelled,
                _ => GateEvent::FactAdded,
            });
        }
    }
    // An edit opens a new instance, whatever else is recorded at that instant.
    events.sort_by_key(|event| *event != GateEvent::RevisionMade);
    Happened { events, revision }
}

/// Whether the stage was entered in the attempt that is open: by folding the entries alone.
fn is_entered(entries: &[GateEvent]) -> bool {
    let last = entries.iter().rev().find(|event| {
        let entry = matches!(event, GateEvent::Entered | GateEvent::EntryEnded);
        entry || **event == GateEvent::RevisionMade
    });
    last == Some(&GateEvent::Entered)
}

/// The cells of the table that were used.
type Seen = BTreeSet<(GateState, GateEvent)>;

/// Follows each gate of a subject tick by tick, judging only when the table says so, and compares
/// with judging at every hour.
fn follow(document: &Value, snapshot: &Snapshot, of: Subject) -> Result<Seen, TestCaseError> {
    let mut gates: BTreeMap<String, GateInstance> = BTreeMap::new();
    let (mut revision, mut due, mut past, mut seen) = (0, None, Vec::new(), Seen::new());
    for tick in 0..=END {
        let mut now = happened(document, of, tick);
        revision = now.revision.max(revision);
        past.extend(now.events.iter().copied());
        let Some(decision) = decide(snapshot, of, tick) else { continue };
        if due.is_some_and(|due| When::At(at(tick)) >= due) {
            now.events.push(GateEvent::TimeReached);
        }
        let direct = judged(&decision);
        for (gate, state) in &direct {
            let instance = gates.entry(gate.clone()).or_insert_with(|| {
                let id = gate.parse().expect("a gate has an id");
                GateInstance::open(id, decision.subject.clone(), revision, *state)
            });
            for event in &now.events {
                seen.insert((instance.state, *event));
                *instance = instance.clone().after(*event, revision, *state);
            }
            let entered = is_entered(&past);
            let expected = if entered { GateState::Sealed } else { *state };
            prop_assert_eq!(instance.state, expected, "{:?} {} at {}", of, gate, tick);
        }
        // A gate that does not judge the subject any more stands nowhere.
        gates.retain(|gate, _| direct.contains_key(gate));
        if !now.events.is_empty() || due.is_none() {
            due = Some(decision.holds_until());
        }
    }
    Ok(seen)
}

/// What happens to a subject besides: when, to which, and what.
type Besides = Vec<(Tick, usize, u8)>;

fn besides() -> impl Strategy<Value = Besides> {
    prop::collection::vec((0..=LAST, 0_usize..8, 0_u8..8), 2..20)
}

/// A world in which subjects are entered, held and cancelled more often than in most.
fn document(world: &World, besides: &Besides) -> Value {
    let mut document = world.document();
    let subjects = world.subjects();
    let mut add = |list: &str, mut fact: Value, tick: Tick| {
        fact["at"] = json!(instant(tick));
        fact["by"] = json!("pa");
        document[list].as_array_mut().expect("a list").push(fact);
    };
    for (number, (tick, which, what)) in besides.iter().enumerate() {
        let (key, id) = subjects[which % subjects.len()].document();
        let entry = |outcome: &str| {
            json!({"id": format!("B-{number}"), "environment": "production",
                "outcome": outcome, "changes": [id]})
        };
        match what {
            0..=2 if key == "change" => add("deployments", entry("started"), *tick),
            3..=4 if key == "change" => add("deployments", entry("failed"), *tick),
            0..=5 => add("holds", json!({key: id, "event": "held"}), *tick),
            6 => add("holds", json!({key: id, "event": "released"}), *tick),
            _ if *tick > at_hour(2) => add("cancellations", json!({key: id}), *tick),
            _ => {}
        }
    }
    document
}

/// A generator of worlds in which cells are never used would hold nothing to them.
#[test]
fn the_generator_uses_most_cells() {
    let mut runner = TestRunner::deterministic();
    let mut seen = Seen::new();
    for _ in 0..45 {
        let made = (case(), besides()).new_tree(&mut runner).expect("a world can be made");
        let ((world, policy), besides) = made.current();
        let document = document(&world, &besides);
        let snapshot = read(&document, &policy.text());
        for of in world.subjects() {
            seen.extend(follow(&document, &snapshot, of).expect("the table holds"));
        }
    }
    // That somebody asks adds nothing to the facts, and a world has one policy.
    let absent = [GateEvent::Asked, GateEvent::PolicyAdopted];
    for event in GateEvent::ALL.iter().filter(|event| !absent.contains(event)) {
        let states = seen.iter().filter(|cell| cell.1 == *event).count();
        assert!(states >= 3, "{event} comes in {states} states only: {seen:?}");
    }
    // Waivers that count are rare where much else happens, and so are gates that ask nothing.
    let rare = [GateState::Idle, GateState::Waived];
    for state in GateState::ALL.iter().filter(|state| !rare.contains(state)) {
        let events = seen.iter().filter(|cell| cell.0 == *state).count();
        assert!(events >= 3, "{state} sees {events} events only: {seen:?}");
    }
    assert!(seen.len() >= 32, "{} of 70 cells: {seen:?}", seen.len());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// Nothing changes but by an event, and the table forgets nothing.
    #[test]
    fn going_through_the_events_is_judging_at_the_end(
        (world, policy) in case(), besides in besides()
    ) {
        let document = document(&world, &besides);
        let snapshot = read(&document, &policy.text());
        for of in world.subjects() {
            follow(&document, &snapshot, of)?;
        }
    }
}

/// Every gate of an answer, as a document, with its verdict and its state; and whether the answer
/// says that something is on hold or cancelled.
fn told(answer: &Value) -> (Vec<(String, String)>, bool) {
    let (mut found, mut stopped) = (Vec::new(), false);
    let mut open = vec![&answer["decision"]["reasons"]];
    while let Some(node) = open.pop() {
        open.extend(node["reasons"].as_array().into_iter().flatten());
        let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
        stopped |= ["on_hold", "cancelled"].contains(&text("code").as_str());
        match text("code") == "gate" {
            true => found.push((text("verdict"), text("state"))),
            false => assert!(node["state"].is_null(), "only gates have a state: {node}"),
        }
    }
    (found, stopped)
}

/// The states that go with a verdict.
fn fitting(verdict: &str) -> &'static [&'static str] {
    match verdict {
        "not_applicable" => &["idle"],
        "go" => &["passed"],
        "go_waived" => &["waived"],
        "no_go" => &["refused"],
        _ => &["awaiting", "stale"],
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// An answer never says one thing by the verdict of a gate and another by its state; only what
    /// stops the subject as a whole makes the state worse.
    #[test]
    fn the_state_of_a_gate_is_what_its_verdict_says(
        (world, policy) in case(), besides in besides()
    ) {
        let document = document(&world, &besides);
        let snapshot = read(&document, &policy.text());
        let hours = |of| (0..=END).map(move |tick| (of, tick));
        for (of, tick) in world.subjects().into_iter().flat_map(hours) {
            let (key, id) = of.document();
            let question = json!({"decide": {"subject": {key: id}, "stage": "production",
                "at": instant(tick), "detail": "full"}});
            let Ok(answer) = ask(&snapshot, question.to_string().as_bytes()) else { continue };
            let answer = serde_json::from_slice(&answer).expect("an answer is JSON");
            let (gates, stopped) = told(&answer);
            for (verdict, state) in gates {
                let fits = fitting(&verdict).contains(&state.as_str());
                let worse = stopped && ["awaiting", "stale", "refused"].contains(&state.as_str());
                prop_assert!(fits || worse, "{verdict} and {state}: {answer}");
            }
        }
    }
}

/// What people read; `BLESS=1` renews it.
#[test]
fn the_page_shows_the_table_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gates.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (begin, end) = ("<!-- table -->\n", "\n<!-- end of table -->");
    let (before, rest) = page.split_once(begin).expect("the page has the mark");
    let (_, after) = rest.split_once(end).expect("the page has the end of it");
    let (table, legend, mermaid) = (report::table(), report::legend(), report::mermaid());
    let made = format!("{table}\n{legend}\n```mermaid\n{mermaid}```");
    let made = format!("{before}{begin}{made}{end}{after}");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &made).expect("it can be written");
    }
    let kept = fs::read_to_string(&path).expect("the page is there");
    assert!(kept == made, "docs/gates.md: renew it with BLESS=1 and read the change");
}
