//! Where things are in their workflows: what is asked of a workflow is what decisions say, on small
//! worlds at every hour, and an answer stands for as long as it says.
//!
//! What the shipped workflows answer is in `corpus/progress.json`, for every language.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lynchpin::base::{Instant, Subject, When};
use lynchpin::gate::GateState;
use lynchpin::gate::state::states;
use lynchpin::portfolio::{DecideQuestion, Decision, NextQuestion, NextStates};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, load};
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{Policy, Tick, World, after};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The last instant that is asked about: nothing changes by itself after it.
const END: Tick = after(LAST, 6);

/// A workflow with a transition for the stage, and one for each gate that stands before it.
fn workflow(policy: &Policy, about: &str) -> (String, Vec<String>) {
    let read: lynchpin::gate::Policy = policy.text().parse().expect("a policy can be read");
    // One that stands elsewhere, too, is asked about there as well.
    let here = read.gates.iter().filter(|(_, gate)| {
        gate.stages.len() == 1 && gate.stages.iter().all(|stage| stage.as_str() == "production")
    });
    let gates: Vec<String> = here.map(|(gate, _)| gate.to_string()).collect();
    let mut text = format!(
        "name = \"w\"\nabout = \"{about}\"\n\
         mandatory = [{{ stage = \"production\" }}]\nstates = [\n\
         {{ name = \"New\", kind = \"initial\", hold = \"allowed\" }},\n\
         {{ name = \"Work\", kind = \"implementation\" }},\n\
         {{ name = \"Done\", kind = \"done\" }},\n]\n\
         [[transitions]]\nfrom = [\"New\"]\nto = \"Work\"\non = \"go\"\n\
         when = [{{ stage = \"production\" }}]\n\
         [[transitions]]\nfrom = [\"Work\"]\nto = \"Done\"\non = \"close\"\n"
    );
    for gate in &gates {
        write!(
            text,
            "[[transitions]]\nfrom = [\"New\"]\nto = \"New\"\non = \"{gate}\"\n\
             when = [{{ gate = \"{gate}\" }}]\neffect = \"restart\"\n"
        )
        .expect("a string can be written to");
    }
    (text, gates)
}

fn subjects(world: &World) -> Vec<(Subject, &'static str)> {
    let read = |(key, id): (&'static str, String)| {
        (serde_json::from_value(json!({ key: id })).expect("a subject can be read"), key)
    };
    world.subjects().into_iter().map(|of| read(of.document())).collect()
}

/// Whether a gate lets a subject through: every time it stands in the decision and asks something,
/// it is open, and it does ask.
fn is_open(decision: &Decision, gate: &str) -> bool {
    let nodes = decision.reasons().nodes();
    let here = states(decision.reasons()).filter(|(index, state)| {
        let named = nodes.get(*index).and_then(|node| node.gate.as_ref());
        *state != GateState::Idle && named.is_some_and(|named| named.as_str() == gate)
    });
    let states: Vec<GateState> = here.map(|(_, state)| state).collect();
    !states.is_empty() && states.iter().all(|state| state.is_open())
}

fn takes(answer: &NextStates, trigger: &str) -> bool {
    answer.next.iter().any(|next| next.on.as_str() == trigger && next.available)
}

/// When each fact of a document was recorded.
fn recordings(document: &Value) -> BTreeSet<Instant> {
    let lists = document.as_object().into_iter().flatten();
    let facts = lists.filter_map(|(_, list)| list.as_array()).flatten();
    let recorded = facts.map(|fact| match fact["recorded"].as_str() {
        Some(recorded) => recorded.parse().ok(),
        None => fact["at"].as_str().and_then(|at| at.parse().ok()),
    });
    recorded.flatten().collect()
}

/// How often a gate or the stage let something through, and did not.
type Seen = [usize; 2];

fn follow(world: &World, policy: &Policy) -> Result<Seen, TestCaseError> {
    let snapshot = load(world, policy);
    let known = recordings(&world.document());
    let recorded = |from: Instant, to: Instant| known.iter().any(|at| from < *at && *at <= to);
    let mut seen = Seen::default();
    for (subject, about) in subjects(world) {
        let (text, gates) = workflow(policy, about);
        let mut stands: Option<(Instant, When, NextStates)> = None;
        for tick in 0..=END {
            let question = NextQuestion::new(subject.clone(), at(tick)).within(text.clone());
            let stage = "production".parse().expect("a stage has an id");
            let asked = DecideQuestion::new(subject.clone(), at(tick)).with_stage(stage);
            let (found, decision) = (snapshot.next_states(&question), snapshot.decide(&asked));
            prop_assert_eq!(found.is_ok(), decision.is_ok());
            let (Ok(found), Ok(decision)) = (found, decision) else { continue };
            let held = found.situation.on_hold;
            let go = decision.verdict().is_go();
            prop_assert_eq!(takes(&found, "go"), go && !held, "{} at {}", &subject, tick);
            seen[usize::from(go)] += 1;
            for gate in &gates {
                let open = is_open(&decision, gate);
                prop_assert_eq!(takes(&found, gate), open && !held, "{}: {}", &subject, gate);
                seen[usize::from(open)] += 1;
                let told = found.standing.iter().any(|it| it.condition == format!("gate:{gate}"));
                let asks = found.situation.gates.iter().any(|it| it.gate.as_str() == gate);
                prop_assert_eq!(told, asks && !open, "{}: {} is told", &subject, gate);
            }
            if let Some((since, until, before)) = &stands
                && When::At(at(tick)) < *until
                && !recorded(*since, at(tick))
            {
                prop_assert_eq!(&before.next, &found.next, "{} at {}", &subject, tick);
                continue;
            }
            stands = Some((at(tick), found.holds_until, found));
        }
    }
    Ok(seen)
}

#[test]
fn the_generator_lets_some_through() {
    let mut runner = TestRunner::deterministic();
    let mut seen = Seen::default();
    for _ in 0..20 {
        let made = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = made.current();
        let found = follow(&world, &policy).expect("the laws hold");
        seen = [seen[0] + found[0], seen[1] + found[1]];
    }
    assert!(seen.iter().all(|times| *times > 200), "{seen:?}");
}

proptest! {
    #![proptest_config(config(16))]

    /// A transition is there exactly when its gate or a decision for its stage lets it through, who
    /// stands in the way is told, and nothing changes before the answer says so.
    #[test]
    fn what_is_next_is_what_decisions_say((world, policy) in case()) {
        follow(&world, &policy)?;
    }
}
