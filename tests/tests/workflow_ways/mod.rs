//! Ways around a gate of a workflow are those that trying every path finds.

use lynchpin::base::{ErrorCode, Problem};
use lynchpin::gate::workflow::problems;
use lynchpin::model::workflow::Workflow;
use proptest::prelude::*;
use serde_json::json;

/// A workflow as four small numbers an edge: from, to, the gate it asks for (0 for none, 1, 2), and
/// whether it begins anew.
type Edges = Vec<(usize, usize, u8, bool)>;

const STATES: usize = 6;

fn generated(edges: &Edges, kinds: &[u8]) -> Workflow {
    let states = (0..STATES).map(|n| {
        let kind = match (n, kinds[n]) {
            (0, _) => "initial",
            (_, 0 | 1) => "open",
            (_, 2) => "implementation",
            (_, 3) => "live",
            (_, 4) => "done",
            _ => "dropped",
        };
        json!({"name": format!("s{n}"), "kind": kind})
    });
    let transitions = edges.iter().enumerate().map(|(n, (from, to, gate, anew))| {
        let when = if *gate == 0 { json!([]) } else { json!([{"gate": format!("g{gate}")}]) };
        let effect = if *anew { "restart" } else { "keep" };
        json!({"from": [format!("s{from}")], "to": format!("s{to}"), "on": format!("t{n}"),
            "when": when, "effect": effect})
    });
    // A workflow begins where it says, wherever that stands in the list.
    let mut states: Vec<_> = states.collect();
    states.rotate_left(edges.len() % STATES);
    let workflow = json!({"name": "w", "about": "change",
        "mandatory": [{"gate": "g1"}], "retrospective": [{"gate": "g2"}],
        "states": states,
        "transitions": transitions.collect::<Vec<_>>()});
    serde_json::from_value(workflow).expect("the form is right")
}

/// Whether some way reaches a state of those kinds without the gate, by walking every way whose
/// pairs of state and "passed" are all different.
fn oracle(edges: &Edges, kinds: &[u8], gate: u8, meant: &[u8]) -> bool {
    let mut ways: Vec<Vec<(usize, bool)>> = vec![vec![(0, false)]];
    while let Some(way) = ways.pop() {
        let (at, passed) = way[way.len() - 1];
        if at != 0 && meant.contains(&kinds[at]) && !passed {
            return true;
        }
        for (from, to, asks, anew) in edges {
            let step = (*to, (passed || *asks == gate) && !anew);
            if *from == at && !way.contains(&step) {
                ways.push(way.iter().copied().chain([step]).collect());
            }
        }
    }
    false
}

/// From where to where, by which trigger, and whether the gate stands in the way.
fn edge() -> impl Strategy<Value = (usize, usize, u8, bool)> {
    (0..STATES, 0..STATES, 0_u8..3, prop::bool::weighted(0.1))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// What is avoided is what the naive walk finds, and the way shown is one.
    #[test]
    fn ways_around_a_gate_are_those_of_the_oracle(
        edges in prop::collection::vec(edge(), 0..9),
        kinds in prop::collection::vec(0_u8..6, STATES),
    ) {
        let workflow = generated(&edges, &kinds);
        let found = problems(&workflow);
        for (gate, path, meant) in
            [(1, "$.mandatory[0]", &[2, 3, 4][..]), (2, "$.retrospective[0]", &[4][..])]
        {
            let avoided = |problem: &&Problem| {
                problem.code == ErrorCode::WorkflowGateAvoided && problem.path == path
            };
            let told = found.iter().find(avoided);
            prop_assert_eq!(
                told.is_some(), oracle(&edges, &kinds, gate, meant),
                "gate {}: {:?}", gate, found
            );
            let Some(told) = told else { continue };
            // Each step of the way is a transition, and none of them passes the gate for good.
            let (way, _) = told.message.split_once(" avoids ").expect("a way");
            let words: Vec<&str> = way.split(' ').collect();
            for step in words.windows(3).step_by(2) {
                let number = step[1].trim_start_matches("-t").trim_end_matches("->");
                let (from, to, asks, anew) = edges[number.parse::<usize>().expect("a number")];
                prop_assert_eq!(step[0], format!("s{from}"));
                prop_assert_eq!(step[2], format!("s{to}"));
                prop_assert!(asks != gate || anew, "{}", way);
            }
        }
    }
}
