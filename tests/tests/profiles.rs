//! The policies that are shipped: nothing is wrong with them, they ask for everything that can be
//! asked for, and the two of them in one are no more and no less than each.
//!
//! How they judge is in `corpus/profiles.json`, for every language.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use lynchpin::gate::lint::lint;
use lynchpin::gate::workflow::{self, Machine};
use lynchpin::gate::{Policy, profiles};
use lynchpin::model::workflow::Pass;
use serde_json::Value;

fn policies() -> Vec<Policy> {
    profiles::NAMES.map(|name| profiles::policy(name).expect("it can be read")).to_vec()
}

#[test]
fn nothing_is_wrong_with_what_is_shipped() {
    for policy in policies() {
        assert_eq!(lint(&policy, None), [], "{}", policy.name);
    }
}

#[test]
fn every_kind_of_requirement_is_asked_for() {
    const BEND: [&str; 4] = ["waiver", "retrospective", "material", "only_for"];
    let both = profiles::policy("both").expect("it can be read");
    let mut asked = BTreeSet::new();
    for requirement in both.requirements.values() {
        let written = serde_json::to_value(requirement).expect("it can be written");
        let Value::Object(fields) = written else { continue };
        asked.extend(fields.keys().cloned());
    }
    // The list of the kinds is in the reader of policies; this asks it for them.
    let error = "name = \"n\"\nrequirement.r = { nothing = {} }".parse::<Policy>().unwrap_err();
    let message = &error.problems().first().expect("it is refused").message;
    let known = message.split('`').skip(3).step_by(2);
    let mut known: BTreeSet<String> = known.map(str::to_owned).collect();
    // A lane is that of a model, and none is shipped that knows the host's own history.
    assert!(known.remove("lane"), "{message}");
    assert!(known.len() >= 18, "{message}");
    assert_eq!(asked, known, "{message}");
    assert!(BEND.iter().all(|bend| known.contains(*bend)), "{message}");
}

/// Both in one are the two beside each other: nothing of either is lost, nothing is added.
#[test]
fn both_in_one_are_the_two() {
    let policy = |name| profiles::policy(name).expect("it can be read");
    let (both, itil, continuous) = (policy("both"), policy("itil"), policy("continuous"));
    let mut requirements = itil.requirements.clone();
    requirements.extend(continuous.requirements.clone());
    assert_eq!(requirements.len(), itil.requirements.len() + continuous.requirements.len());
    assert_eq!(both.requirements, requirements);
    let mut gates = itil.gates.clone();
    gates.extend(continuous.gates.clone());
    assert_eq!(gates.len(), itil.gates.len() + continuous.gates.len());
    assert_eq!(both.gates, gates);
    for policy in [&itil, &continuous] {
        assert_eq!((&policy.freeze, &policy.open), (&both.freeze, &both.open));
        assert_eq!((&policy.adoption, policy.claims), (&both.adoption, both.claims));
    }
}

/// Each gate is for services of one profile, so that neither way binds who goes the other.
#[test]
fn each_gate_is_for_one_profile() {
    for (profile, policy) in ["itil", "continuous"].map(|name| (name, profiles::policy(name))) {
        for (id, gate) in policy.expect("it can be read").gates {
            let named: Vec<&str> = gate.only_for.profile.iter().map(|it| it.as_str()).collect();
            assert_eq!(named, [profile], "{id}");
        }
    }
}

/// Whatever a shipped workflow asks for is a gate or a stage of the shipped policies, for every
/// kind of change that the workflow is for.
#[test]
fn workflows_find_the_gates_that_they_ask_for() {
    for name in workflow::NAMES {
        let profile = if name == "continuous" { "continuous" } else { "itil" };
        let policy = profiles::policy(profile).expect("it can be read");
        let machine: Machine = workflow::shipped(name).expect("it is sound");
        let said = machine.workflow();
        for pass in said.mandatory.iter().chain(&said.retrospective) {
            match pass {
                Pass::Gate(gate) => {
                    let found = policy.gates.get(gate).expect("the gate is there");
                    let kinds = &found.only_for.kind;
                    let all = kinds.is_empty() || said.kind.iter().all(|it| kinds.contains(it));
                    assert!(all && (!said.kind.is_empty() || kinds.is_empty()), "{name}: {gate}");
                }
                Pass::Stage(stage) => {
                    let there = |gate: &lynchpin::gate::Gate| gate.stages.contains(stage);
                    assert!(policy.gates.values().any(there), "{name}: {stage}");
                }
            }
        }
    }
}
