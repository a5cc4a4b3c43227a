//! Workflows: what is unsound is refused with the way that shows it, what is shipped is sound, and
//! ways around a gate are those that trying every path finds.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

mod workflow_ways;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lynchpin::base::limits::{
    POLICY_BYTES_MAX, WORKFLOW_GUARDS_MAX, WORKFLOW_STATES_MAX, WORKFLOW_TRANSITIONS_MAX,
};
use lynchpin::base::{ErrorCode, Problem};
use lynchpin::gate::workflow::{
    BreachKind, Machine, Moved, NAMES, Situation, next_states, problems, replay, shipped, text,
};
use lynchpin::model::workflow::Workflow;
use lynchpin::report::{Style, markdown, workflow as report};
use serde_json::{Value, json};

/// A sound workflow, of which each case below breaks one thing.
fn sound() -> Value {
    json!({
        "name": "w", "about": "change", "mandatory": [{"gate": "board"}],
        "close_codes": ["ok"],
        "states": [
            {"name": "New", "kind": "initial", "code": 1},
            {"name": "Assess", "code": 2},
            {"name": "Work", "kind": "implementation", "code": 3},
            {"name": "Done", "kind": "done", "code": 4},
            {"name": "Gone", "kind": "dropped", "code": 5},
        ],
        "transitions": [
            {"from": ["New"], "to": "Assess", "on": "ask"},
            {"from": ["Assess"], "to": "Work", "on": "go", "when": [{"gate": "board"}]},
            {"from": ["Work"], "to": "Done", "on": "close", "when": [{"close_code": "given"}]},
            {"from": ["New", "Assess"], "to": "Gone", "on": "cancel"},
        ],
    })
}

fn found(workflow: Value) -> Vec<Problem> {
    problems(&serde_json::from_value::<Workflow>(workflow).expect("the form is right"))
}

/// The one problem of the sound workflow after a change: its code, its path and what it says.
#[track_caller]
fn refused(change: impl FnOnce(&mut Value), code: ErrorCode, path: &str, says: &str) {
    let mut workflow = sound();
    change(&mut workflow);
    let found = found(workflow);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{told:#?}");
    assert_eq!((found[0].code, found[0].path.as_str()), (code, path), "{told:?}");
    assert!(found[0].message.contains(says), "{told:?}");
}

fn add(workflow: &mut Value, list: &str, entry: Value) {
    workflow[list].as_array_mut().expect("a list").push(entry);
}

#[test]
fn the_sound_one_is_sound() {
    assert_eq!(found(sound()), []);
}

#[test]
fn two_beginnings_and_none_are_refused() {
    let two = |w: &mut Value| w["states"][1]["kind"] = json!("initial");
    refused(two, ErrorCode::WorkflowInitial, "$.states", "New, Assess are all initial");
    let none = |w: &mut Value| w["states"][0]["kind"] = json!("open");
    refused(none, ErrorCode::WorkflowInitial, "$.states", "say where everything begins");
}

#[test]
fn an_unreachable_state_is_refused() {
    let lost = |w: &mut Value| {
        add(w, "states", json!({"name": "Lost"}));
        add(w, "transitions", json!({"from": ["Lost"], "to": "Gone", "on": "give_up"}));
    };
    refused(lost, ErrorCode::WorkflowUnreachable, "$.states[5]", "from `New` to `Lost`");
}

#[test]
fn a_dead_end_is_refused_with_the_way_into_it() {
    let trap = |w: &mut Value| {
        add(w, "states", json!({"name": "Limbo"}));
        add(w, "transitions", json!({"from": ["Assess"], "to": "Limbo", "on": "park"}));
        add(w, "transitions", json!({"from": ["Limbo"], "to": "Limbo", "on": "wait"}));
    };
    let way = "from `Limbo`: New -ask-> Assess -park-> Limbo";
    refused(trap, ErrorCode::WorkflowDeadEnd, "$.states[5]", way);
}

#[test]
fn a_pair_that_competes_is_refused() {
    let one = json!({"from": ["Assess"], "to": "New", "on": "go", "effect": "restart"});
    let pair = |w: &mut Value| add(w, "transitions", one.clone());
    let says = "`Assess -go-> Work` and `Assess -go-> New` compete";
    refused(pair, ErrorCode::WorkflowNotOrdered, "$.transitions[4]", says);
    // Ordered, the one that asks nothing must be the last.
    let ordered = |order: u32| {
        let mut workflow = sound();
        let mut one = one.clone();
        one["order"] = json!(order);
        workflow["transitions"][1]["order"] = json!(5);
        add(&mut workflow, "transitions", one);
        workflow
    };
    assert_eq!(found(ordered(6)), []);
    let shadowed = found(ordered(4));
    assert_eq!(shadowed[0].code, ErrorCode::WorkflowShadowed, "{shadowed:?}");
    assert!(shadowed[0].message.starts_with("`Assess -go-> Work` is never taken"), "{shadowed:?}");
    // What happens by itself is not shadowed by what somebody has to ask for, but the other way.
    let beside = |asked: u32, by_itself: u32| {
        let mut workflow = sound();
        let board = json!([{"gate": "board"}]);
        workflow["transitions"][1]["order"] = json!(asked);
        add(
            &mut workflow,
            "transitions",
            json!({"from": ["Assess"], "to": "Gone", "on": "go", "mode": "automatic",
                "when": board, "order": by_itself}),
        );
        found(workflow).first().map(|problem| problem.code)
    };
    assert_eq!(beside(1, 2), None);
    assert_eq!(beside(2, 1), Some(ErrorCode::WorkflowShadowed));
    // Two that happen by themselves compete whatever sets them off.
    let automatic = |w: &mut Value| {
        w["transitions"][1]["mode"] = json!("automatic");
        let other = json!({"from": ["Assess"], "to": "Gone", "on": "expire", "mode": "automatic",
            "when": [{"planned": "ended"}]});
        add(w, "transitions", other);
    };
    refused(automatic, ErrorCode::WorkflowNotOrdered, "$.transitions[4]", "compete");
}

#[test]
fn a_way_around_a_gate_is_refused_with_the_way() {
    let avoided = ErrorCode::WorkflowGateAvoided;
    let bypass = |w: &mut Value| {
        add(w, "transitions", json!({"from": ["New"], "to": "Work", "on": "hurry"}));
    };
    refused(bypass, avoided, "$.mandatory[0]", "New -hurry-> Work avoids the gate `board`");
    // Claiming that it is done without ever doing it is a way, too.
    let claim = |w: &mut Value| {
        add(w, "transitions", json!({"from": ["Assess"], "to": "Done", "on": "claim"}));
    };
    refused(claim, avoided, "$.mandatory[0]", "New -ask-> Assess -claim-> Done");
    // A gate that is asked on one of two ways only.
    let second = |w: &mut Value| {
        let other = json!({"from": ["Assess"], "to": "Work", "on": "go", "order": 1,
            "when": [{"tasks": "closed"}]});
        add(w, "transitions", other);
    };
    refused(second, avoided, "$.mandatory[0]", "New -ask-> Assess -go-> Work");
    // What stands on both ways holds, although neither transition alone is on every way.
    let mut both = sound();
    let other = json!({"from": ["New"], "to": "Work", "on": "hurry", "when": [{"gate": "board"}]});
    add(&mut both, "transitions", other);
    assert_eq!(found(both), []);
}

/// Rejected, edited and back to where it had been allowed: what was passed before must not count.
#[test]
fn what_begins_anew_passes_the_gates_anew() {
    let avoided = ErrorCode::WorkflowGateAvoided;
    let back = |effect: &str| {
        let effect = effect.to_owned();
        move |w: &mut Value| {
            add(w, "states", json!({"name": "Ready"}));
            w["transitions"][1]["to"] = json!("Ready");
            add(w, "states", json!({"name": "Edit"}));
            let edit = json!({"from": ["Ready"], "to": "Edit", "on": "edit", "effect": effect});
            add(w, "transitions", edit);
            add(w, "transitions", json!({"from": ["Edit"], "to": "Ready", "on": "save"}));
            add(w, "transitions", json!({"from": ["Ready"], "to": "Work", "on": "start"}));
        }
    };
    refused(back("restart"), avoided, "$.mandatory[0]", "Edit -save-> Ready -start-> Work");
    let mut kept = sound();
    back("keep")(&mut kept);
    assert_eq!(found(kept), []);
}

#[test]
fn a_retrospective_gate_stands_before_the_end() {
    let later = |w: &mut Value| w["retrospective"] = json!([{"gate": "review"}]);
    let way = "New -ask-> Assess -go-> Work -close-> Done avoids the gate `review`";
    refused(later, ErrorCode::WorkflowGateAvoided, "$.retrospective[0]", way);
    let mut asked = sound();
    later(&mut asked);
    add(&mut asked["transitions"][2], "when", json!({"gate": "review"}));
    assert_eq!(found(asked), []);
}

/// What breaks the sound workflow, and the code, a part of the path and of the text that tell of
/// it.
type Unsound = (fn(&mut Value), ErrorCode, &'static str, &'static str);

#[test]
fn everything_else_that_is_unsound() {
    let wrong: [Unsound; 12] = [
        (|w| w["states"][1]["name"] = json!("New"), ErrorCode::WorkflowStateTwice, "", "New"),
        (|w| w["states"][1]["code"] = json!(3), ErrorCode::WorkflowStateTwice, "", "stored as 3"),
        (
            |w| w["transitions"][0]["to"] = json!("Nowhere"),
            ErrorCode::WorkflowStateUnknown,
            "$.transitions[0]",
            "no state `Nowhere`",
        ),
        (|w| w["transitions"][3]["from"] = json!([]), ErrorCode::Empty, "", "at least one"),
        (
            |w| w["transitions"][3]["from"] = json!(["New", "New"]),
            ErrorCode::WorkflowStateTwice,
            "$.transitions[3]",
            "names a state twice",
        ),
        (
            |w| add(w, "transitions", json!({"from": ["Done"], "to": "New", "on": "reopen"})),
            ErrorCode::WorkflowFinalLeft,
            "$.transitions[4]",
            "`Done` is final",
        ),
        (
            |w| w["transitions"][0]["mode"] = json!("automatic"),
            ErrorCode::WorkflowGuardInvalid,
            "$.transitions[0]",
            "by silence",
        ),
        (
            |w| add(&mut w["transitions"][1], "when", json!({"refused": "board"})),
            ErrorCode::WorkflowGuardInvalid,
            "$.transitions[1]",
            "never passed and refused",
        ),
        (|w| w["close_codes"] = json!([]), ErrorCode::WorkflowGuardInvalid, "", "names none"),
        (
            |w| add(&mut w["transitions"][1], "when", json!({"gate": "board"})),
            ErrorCode::WorkflowGuardInvalid,
            "",
            "twice",
        ),
        (
            |w| w["mandatory"] = json!([]),
            ErrorCode::WorkflowGuardsNothing,
            "$.mandatory",
            "nobody may go around",
        ),
        (
            |w| {
                w["states"][2]["kind"] = json!("open");
                w["states"][3]["kind"] = json!("dropped");
            },
            ErrorCode::WorkflowGuardsNothing,
            "$.states",
            "ever goes live",
        ),
    ];
    for (change, code, path, says) in wrong {
        let mut workflow = sound();
        change(&mut workflow);
        let found = found(workflow);
        let hit = |problem: &Problem| {
            problem.code == code && problem.message.contains(says) && problem.path.contains(path)
        };
        assert!(found.iter().any(hit), "{code} {says}: {found:?}");
    }
}

#[test]
fn a_workflow_may_be_as_long_as_it_may_be() {
    let begin = text(NAMES[0]).expect("it is shipped");
    let long = |bytes: usize| format!("{begin}# {}\n", "x".repeat(bytes - begin.len() - 3));
    assert_eq!(long(POLICY_BYTES_MAX).len(), POLICY_BYTES_MAX);
    long(POLICY_BYTES_MAX).parse::<Machine>().expect("it is not too long");
    let error = long(POLICY_BYTES_MAX + 1).parse::<Machine>().expect_err("it is");
    assert_eq!(error.code(), ErrorCode::DocumentTooLarge);
}

#[test]
fn what_is_too_long_is_refused_before_anything_is_compared() {
    let mut workflow = sound();
    let many = (0..2_000).map(|n| json!({"from": ["New"], "to": "Gone", "on": format!("t{n}")}));
    workflow["transitions"] = many.collect();
    assert!(found(workflow).iter().all(|problem| problem.code == ErrorCode::ListTooLong));
    // As many as are allowed, and one more.
    let longest = |more: usize| {
        let mut states = sound();
        let named = (0..WORKFLOW_STATES_MAX + more - 5).map(|n| json!({"name": format!("s{n}")}));
        named.for_each(|state| add(&mut states, "states", state));
        let mut conditions = sound();
        let gates = (0..WORKFLOW_GUARDS_MAX + more).map(|n| json!({"gate": format!("g{n}")}));
        conditions["transitions"][1]["when"] = gates.collect();
        let mut starts = sound();
        let ways = 0..WORKFLOW_TRANSITIONS_MAX + more - 5;
        ways.for_each(|n| {
            let way = json!({"from": ["New"], "to": "Gone", "on": format!("t{n}")});
            add(&mut starts, "transitions", way);
        });
        [states, conditions, starts].map(|workflow| {
            found(workflow).iter().any(|problem| problem.code == ErrorCode::ListTooLong)
        })
    };
    assert_eq!((longest(0), longest(1)), ([false; 3], [true; 3]));
    // As many as are allowed, all in one place.
    let mut workflow = sound();
    let many = (0..1_000).map(|n| {
        json!({"from": ["New"], "to": "Gone", "on": "t", "order": n,
            "when": [{"gate": format!("g{n}")}]})
    });
    many.for_each(|one| add(&mut workflow, "transitions", one));
    assert_eq!(found(workflow), []);
}

#[test]
fn a_text_is_refused_with_places_and_lines() {
    let error = "name = \"w\"\nabout = \"change\"\nstates = [\n  { nam = \"New\" },\n  \
        { name = \"b c\" },\n]\n[[transitions]]\nfrom = [\"New\"]\nto = \"X\"\non = \"y\"\n\
        when = [{ gate = \"a\", stage = \"b\" }]\n"
        .parse::<Machine>()
        .expect_err("three things are wrong");
    let told: Vec<(u32, &str, u64)> = error
        .problems()
        .iter()
        .map(|problem| (problem.code.number(), problem.path.as_str(), problem.line))
        .collect();
    assert_eq!(told[0], (1006, "$.states[0].nam", 4), "{error}");
    assert_eq!(told[1], (1020, "$.states[1].name", 5), "{error}");
    assert_eq!((told[2].1, told[2].2), ("$.transitions[0].when[0]", 7), "{error}");
    for bad in ["", "\u{feff}name = 1", "name = \"w\"", "states = 7", "[[[["] {
        assert!(bad.parse::<Machine>().is_err(), "{bad:?}");
    }
    assert_eq!("a".repeat(2 << 20).parse::<Machine>().unwrap_err().code().number(), 1001);
}

#[test]
fn what_is_shipped_is_sound_and_keeps_servicenow_s_numbers() {
    let stored = [
        ("New", -5),
        ("Assess", -4),
        ("Authorize", -3),
        ("Scheduled", -2),
        ("Implement", -1),
        ("Review", 0),
        ("Closed", 3),
        ("Canceled", 4),
    ];
    for name in NAMES {
        let machine = shipped(name).expect("it is sound");
        assert_eq!(machine.workflow().name.as_str(), name);
        assert!(text(name).expect("it is there").starts_with("# "), "{name} is explained");
        for state in &machine.workflow().states {
            let known = stored.iter().find(|(known, _)| *known == state.name.as_str());
            if name.starts_with("servicenow-") {
                assert_eq!(state.code, known.map(|known| known.1), "{name} {}", state.name);
                let back = machine.state_stored_as(state.code.expect("it is stored"));
                assert_eq!(back.expect("it is known").name, state.name);
            }
        }
        let unknown = machine.state_stored_as(7).expect_err("no state is stored as 7");
        assert_eq!(unknown.code(), ErrorCode::WorkflowCodeUnknown);
    }
    assert_eq!(shipped("itil").unwrap_err().code(), ErrorCode::WorkflowUnknown);
    let path = |name: &str| {
        let machine = shipped(name).expect("it is sound");
        let names = machine.workflow().states.iter().map(|state| state.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let normal = "New Assess Authorize Scheduled Implement Review Closed Canceled";
    assert_eq!(path("servicenow-normal"), normal);
    assert_eq!(path("servicenow-standard"), "New Scheduled Implement Review Closed Canceled");
    let emergency = "New Authorize Scheduled Implement Review Closed Canceled";
    assert_eq!(path("servicenow-emergency"), emergency);
    assert_eq!(path("servicenow-unauthorized"), "New Authorize Review Closed Canceled");
}

fn situation(value: Value) -> Situation {
    serde_json::from_value(value).expect("a situation can be read")
}

/// Where a change in a state can go: to where, on what, whether it can now and is taken.
fn go(name: &str, state: &str, stands: Value) -> Vec<(String, String, bool, bool)> {
    let machine = shipped(name).expect("it is sound");
    let state = state.parse().expect("an id");
    let found = next_states(&machine, &state, &situation(stands)).expect("the state is there");
    let told = found.into_iter();
    told.map(|it| (it.to.to_string(), it.on.to_string(), it.available, it.taken)).collect()
}

fn open(name: &str, state: &str, stands: Value) -> Vec<String> {
    let found = go(name, state, stands).into_iter();
    found.filter(|it| it.2).map(|it| it.0).collect()
}

/// Of those that the same asks for, the first that can be taken is; others stand by themselves.
#[test]
fn the_first_that_can_be_taken_is() {
    let mut workflow = sound();
    workflow["transitions"][1]["order"] = json!(1);
    add(
        &mut workflow,
        "transitions",
        json!({"from": ["Assess"], "to": "New", "on": "go", "effect": "restart", "order": 2}),
    );
    let workflow = serde_json::from_value(workflow).expect("the form is right");
    let machine = Machine::new(workflow).expect("it is sound");
    let taken = |stands: Value| {
        let state = "Assess".parse().expect("an id");
        let found = next_states(&machine, &state, &situation(stands)).expect("it is there");
        let taken = found.into_iter().filter(|next| next.taken);
        taken.map(|next| next.to.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(taken(json!({})), ["Gone", "New"]);
    let passed = json!({"gates": [{"gate": "board", "state": "passed"}]});
    assert_eq!(taken(passed), ["Work", "Gone"]);
}

#[test]
fn rules_of_servicenow() {
    let normal = "servicenow-normal";
    // Cancelling is allowed up to Implement, not in Review or Closed.
    for (state, can) in [("New", true), ("Implement", true), ("Review", false), ("Closed", false)] {
        let found = open(normal, state, json!({}));
        assert_eq!(found.contains(&"Canceled".to_owned()), can, "{state}");
    }
    // A rejection leads back to New by itself, and reverting is always possible there.
    let rejected = json!({"gates": [{"gate": "authorize", "state": "refused"}]});
    let found = go(normal, "Authorize", rejected);
    assert!(found.contains(&("New".to_owned(), "rejected".to_owned(), true, true)), "{found:?}");
    assert!(found.contains(&("New".to_owned(), "revert".to_owned(), true, true)), "{found:?}");
    assert!(!open(normal, "Scheduled", json!({})).contains(&"New".to_owned()));
    // The kind changes in New only, and only before anybody has decided.
    assert!(open(normal, "New", json!({})).contains(&"New".to_owned()));
    assert!(!open(normal, "New", json!({"approvals": 1})).contains(&"New".to_owned()));
    assert!(!open(normal, "Authorize", json!({})).contains(&"Authorize".to_owned()));
    // On hold, it can only be cancelled; in Review not even that.
    let held = json!({"on_hold": true, "stages": [{"stage": "production", "verdict": "go"}]});
    assert_eq!(open(normal, "Scheduled", held.clone()), ["Canceled"]);
    assert_eq!(open(normal, "Review", held), Vec::<String>::new());
    // It is closed with one of three codes, and with no task open.
    let close = |code: &str, open_tasks: u32| {
        open(normal, "Review", json!({"close_code": code, "open_tasks": open_tasks}))
    };
    for code in ["successful", "successful_issues", "unsuccessful"] {
        assert_eq!(close(code, 0), ["Closed"], "{code}");
        assert!(close(code, 1).is_empty(), "{code}");
    }
    assert!(close("fine", 0).is_empty());
    // An emergency change is not closed without its review.
    let closing = json!({"close_code": "successful"});
    assert!(open("servicenow-emergency", "Review", closing).is_empty());
    let reviewed = json!({"close_code": "successful",
        "gates": [{"gate": "review", "state": "passed"}]});
    assert_eq!(open("servicenow-emergency", "Review", reviewed), ["Closed"]);
    // An unauthorised one goes from Authorize to Review.
    let approved = json!({"gates": [{"gate": "authorize", "state": "waived"}]});
    let found = open("servicenow-unauthorized", "Authorize", approved);
    assert_eq!(found, ["Review", "New", "Canceled"]);
}

/// Nothing passes by silence.
#[test]
fn what_is_not_said_does_not_hold() {
    let implement = |stands: Value| open("servicenow-normal", "Scheduled", stands);
    assert_eq!(implement(json!({})), ["Canceled"]);
    for verdict in ["not_applicable", "wait", "blocked", "needs_action", "unknown", "no_go"] {
        let stands = json!({"stages": [{"stage": "production", "verdict": verdict}]});
        assert_eq!(implement(stands), ["Canceled"], "{verdict}");
    }
    for verdict in ["go", "go_waived"] {
        let stands = json!({"stages": [{"stage": "production", "verdict": verdict}]});
        assert_eq!(implement(stands), ["Implement", "Canceled"], "{verdict}");
    }
    // Said twice, the worse counts.
    let twice = json!({"stages": [{"stage": "production", "verdict": "go"},
        {"stage": "production", "verdict": "no_go"}]});
    assert_eq!(implement(twice), ["Canceled"]);
    for state in ["idle", "awaiting", "stale", "refused", "sealed"] {
        let stands = json!({"gates": [{"gate": "assess", "state": state}]});
        let found = open("servicenow-normal", "Assess", stands);
        assert!(!found.contains(&"Authorize".to_owned()), "{state}");
    }
}

#[test]
fn what_happened_counts_and_is_marked() {
    let machine = shipped("servicenow-normal").expect("it is sound");
    let states: Vec<_> = ["Assess", "Authorize", "Scheduled", "Implement", "Nowhere", "Review"]
        .into_iter()
        .map(|name| name.parse().expect("an id"))
        .collect();
    let follow = |situation: Option<&Situation>, states: &[_]| {
        let moved = states.iter().map(|to| Moved { to, on: None, situation });
        let found = replay(&machine, &moved.collect::<Vec<_>>());
        let kinds: Vec<_> = found.breaches.iter().map(|it| (it.number, it.kind)).collect();
        (found.state.to_string(), kinds)
    };
    // In order, and nobody knows how things stood: only the state that is none is a breach.
    let (state, breaches) = follow(None, &states);
    assert_eq!((state.as_str(), breaches), ("Review", vec![(4, BreachKind::StateUnknown)]));
    // With nothing given, each step breaks its conditions.
    let (_, breaches) = follow(Some(&Situation::default()), &states[..4]);
    let unmet = |number| (number, BreachKind::ConditionUnmet);
    assert_eq!(breaches, [unmet(0), unmet(1), unmet(2), unmet(3)]);
    // Past the authority: the step and the gates that it avoids.
    let (state, breaches) = follow(None, &[states[0].clone(), states[3].clone()]);
    assert_eq!(state, "Implement");
    let avoided = (1, BreachKind::GateAvoided);
    assert_eq!(breaches, [(1, BreachKind::NoTransition), avoided, avoided, avoided]);
}

/// What people read; `BLESS=1` renews it.
#[test]
fn the_page_shows_the_workflows_as_they_are() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut pictures = String::new();
    for name in NAMES {
        let machine = shipped(name).expect("it is sound");
        let workflow = machine.workflow();
        let told = report::markdown(workflow);
        let drawn = format!("![The states of {name} and what leads from one to the next]");
        let mermaid = report::mermaid(workflow);
        write!(pictures, "{told}\n{drawn}(workflow-{name}.svg)\n\n```mermaid\n{mermaid}```\n\n")
            .expect("a text takes more");
        hold(&docs.join(format!("workflow-{name}.svg")), &report::svg(workflow));
        // The text form says the same as the Markdown.
        let text = report::text(workflow, Style::Plain);
        let states = workflow.states.iter();
        assert!(states.clone().all(|state| text.contains(state.name.as_str())));
        assert!(states.clone().all(|it| told.contains(&markdown::escape(it.name.as_str()))));
    }
    splice(&docs.join("workflows.md"), "workflows", pictures.trim_end());
}

fn hold(path: &Path, made: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, made).expect("it can be written");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == made, "{}: renew it with BLESS=1 and read the change", path.display());
}

/// Holds what stands between two marks of a page.
fn splice(path: &Path, mark: &str, made: &str) {
    let page = fs::read_to_string(path).expect("the page is there");
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("\n<!-- end of {mark} -->"));
    let (before, rest) = page.split_once(&begin).expect("the page has the mark");
    let (_, after) = rest.split_once(&end).expect("the page has the end of it");
    hold(path, &format!("{before}{begin}{made}{end}{after}"));
}
