//! A gate asked of everything at once against the decisions about each, on small worlds.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::limits::GATE_SEATS_MAX;
use lynchpin::gate::column::{Buffer, Part, RowReasons};
use lynchpin::portfolio::{DecideQuestion, GateColumns, Snapshot};
use lynchpin::reason::tree::{Node, Reasons};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, known, read};
use lynchpin_tests::world::document::instant;

use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{DELEGATED, Policy, Quorum, STAGES, Tick, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// A world as far as it was recorded by a tick.
fn load(world: &World, policy: &Policy, known_by: Tick) -> Snapshot {
    read(&known(&world.document(), known_by), &policy.text())
}

/// The columns of one of the policy's gates, where it is known of anything by then.
fn gate(snapshot: &Snapshot, policy: &Policy, number: usize, hour: Tick) -> GateColumns {
    let id = format!("g{number}").parse().expect("a gate has an id");
    let stage = STAGES[usize::from(policy.gates[number].stage)].parse().expect("a stage has an id");
    snapshot.gate_columns(&id, &stage, at(hour)).expect("a gate can be asked of everything")
}

/// What a decision about one subject says of a gate.
fn decided(
    snapshot: &Snapshot,
    policy: &Policy,
    number: usize,
    hour: Tick,
    row: usize,
    gate: &GateColumns,
) -> Reasons {
    let subject = gate.subjects[row].clone();
    let stage = STAGES[usize::from(policy.gates[number].stage)].parse().expect("a stage has an id");
    let question = DecideQuestion::new(subject, at(hour)).with_stage(stage);
    snapshot.decide(&question).expect("what has a row can be asked").reasons().clone()
}

/// The nodes of one gate about one subject down to its requirements.
fn down_to_requirements<'a>(
    reasons: &'a Reasons,
    id: &str,
    subject: &lynchpin::base::Subject,
) -> Vec<&'a Node> {
    let nodes = reasons.nodes();
    let root = nodes.iter().position(|node| is_root_of(node, id, subject));
    let Some(root) = root else { return Vec::new() };
    let mut found = Vec::new();
    let mut next = root;
    while next < nodes[root].next {
        found.push(&nodes[next]);
        next = if nodes[next].requirement.is_some() { nodes[next].next } else { next + 1 };
    }
    found
}

fn is_root_of(node: &Node, id: &str, subject: &lynchpin::base::Subject) -> bool {
    node.code == ReasonCode::Gate
        && node.subject == *subject
        && node.gate.as_ref().is_some_and(|gate| gate.as_str() == id)
}

/// What a decision says of a gate about one subject: of the whole, then of each lot of members.
fn verdicts_of(reasons: &Reasons, id: &str, subject: &lynchpin::base::Subject) -> Vec<Verdict> {
    let nodes = reasons.nodes().iter();
    nodes.filter(|node| is_root_of(node, id, subject)).map(|node| node.verdict).collect()
}

/// Everything that both say of a node.
fn said(node: &Node) -> impl PartialEq + std::fmt::Debug {
    (node.verdict, node.code, node.clears, node.holds_until, node.lapses, node.requirement.clone())
}

proptest! {
    #![proptest_config(config(300))]

    /// Verdict, reason, when it clears and until when it stands, of every part of every gate.
    #[test]
    fn columns_say_what_decisions_say((world, policy) in case(), hour in 0..=LAST + 2) {
        let snapshot = load(&world, &policy, Tick::MAX);
        for number in 0..policy.gates.len() {
            let gate = gate(&snapshot, &policy, number, hour);
            let verdicts = gate.columns.verdicts(at(hour));
            prop_assert_eq!(verdicts.len(), gate.subjects.len());
            let mut buffer = Buffer::default();
            for (row, verdict) in verdicts.iter().enumerate() {
                let subject = &gate.subjects[row];
                let decided = decided(&snapshot, &policy, number, hour, row, &gate);
                let expected = down_to_requirements(&decided, &format!("g{number}"), subject);
                let found = gate.columns.explain(row, at(hour), &mut buffer).expect("a row");
                prop_assert_eq!(found.verdict(), *verdict, "both passes");
                let of_each = verdicts_of(&decided, &format!("g{number}"), subject);
                prop_assert_eq!(*verdict, Verdict::all(of_each.iter().copied()));
                let found = found.tree(subject, &[]);
                let mut found: Vec<&Node> = found.nodes().iter().collect();
                let mut expected = expected;
                if gate.columns.gate().lots_leaf().is_some() {
                    // The root tells of the lots too, which stand last.
                    let lots = found.pop().expect("the lots have a node").verdict;
                    prop_assert_eq!(lots, Verdict::all(of_each.iter().skip(1).copied()));
                    found.remove(0);
                    expected.remove(0);
                }
                let pairs = (
                    found.into_iter().map(said).collect::<Vec<_>>(),
                    expected.into_iter().map(said).collect::<Vec<_>>(),
                );
                prop_assert_eq!(&pairs.0, &pairs.1, "columns, decision: {} at {}", subject, hour);
            }
        }
    }

    /// Columns that nobody wrote to since let nothing go later that a decision would not.
    #[test]
    fn what_lapsed_is_no_go((world, policy) in case(), hour in 0..=LAST, later in 1u8..12) {
        let snapshot = load(&world, &policy, hour);
        for number in 0..policy.gates.len() {
            let gate = gate(&snapshot, &policy, number, hour);
            let then = hour + later;
            let mut buffer = Buffer::default();
            for (row, verdict) in gate.columns.verdicts(at(then)).iter().enumerate() {
                let found = gate.columns.explain(row, at(then), &mut buffer).expect("a row");
                prop_assert_eq!(found.verdict(), *verdict, "both passes");
                let decided = decided(&snapshot, &policy, number, then, row, &gate);
                let subject = &gate.subjects[row];
                let of_each = verdicts_of(&decided, &format!("g{number}"), subject);
                let known = if of_each.is_empty() { Verdict::NoGo } else { Verdict::all(of_each) };
                prop_assert!(
                    !verdict.is_go() || known.is_go(),
                    "{} at {then}, as known at {hour}: {verdict}, decided {known}", subject
                );
            }
        }
    }
}

/// Were most rows answers that were written, the columns would have been compared with themselves.
#[test]
fn most_of_what_is_compared_is_worked_out_by_columns() {
    let mut runner = TestRunner::deterministic();
    let (mut counted, mut all) = (0, 0);
    for _ in 0..150 {
        let tree = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        let snapshot = load(&world, &policy, Tick::MAX);
        for number in 0..policy.gates.len() {
            let gate = gate(&snapshot, &policy, number, LAST);
            let requirements = gate.columns.gate().requirements().count();
            all += requirements * gate.columns.rows();
            counted += gate.columns.worked_out();
        }
    }
    assert!(all > 500, "{all} answers");
    assert!(counted * 4 > all * 3, "{counted} of {all} are worked out");
}

/// The tree names who acts, as a decision does but for those whom an approval was passed on to.
#[test]
fn a_tree_names_who_acts() {
    let mut runner = TestRunner::deterministic();
    let mut compared = 0;
    for _ in 0..150 {
        let tree = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        let snapshot = load(&world, &policy, Tick::MAX);
        for number in 0..policy.gates.len() {
            let gate = gate(&snapshot, &policy, number, LAST);
            let mut buffer = Buffer::default();
            for (row, subject) in gate.subjects.iter().enumerate() {
                let decided = decided(&snapshot, &policy, number, LAST, row, &gate);
                let nodes = down_to_requirements(&decided, &format!("g{number}"), subject);
                let why = gate.columns.explain(row, at(LAST), &mut buffer).expect("a row");
                // Who refused what no column counts, only a decision names, too.
                let counted = !matches!(policy.quorum, Quorum::First);
                let once = world.approvals.iter().any(|given| given.decision == DELEGATED);
                let standing = !world.delegations.is_empty();
                let passed_on = policy.escalates || standing || once || !counted;
                compared += same_actors(&why, subject, &nodes, passed_on);
            }
        }
    }
    assert!(compared > 100, "{compared} nodes were compared");
}

fn same_actors(
    why: &RowReasons<'_>,
    subject: &lynchpin::base::Subject,
    expected: &[&Node],
    passed_on: bool,
) -> usize {
    use ReasonCode as R;
    let tree = why.tree(subject, &[]);
    let named = [R::ApprovalMissing, R::ApprovalStale, R::ApprovalRejected, R::QuorumUnreachable];
    let pairs = tree.nodes().iter().zip(expected).filter(|(found, decided)| {
        // Who has to make a new revision of a release first is told by the decision.
        let first = decided.args.iter().any(|(name, _)| *name == "needs");
        named.contains(&found.code) && !first
    });
    let compare = |(found, decided): (&Node, &&Node)| {
        let known = |actor| decided.act.contains(actor);
        assert!(found.act.iter().all(known), "{found:?} but {decided:?}");
        assert!(passed_on || found.act == decided.act, "{found:?} but {decided:?}");
    };
    pairs.map(compare).count()
}

/// What is asked of others meets no alternative: the row waits as its release does.
#[test]
fn a_row_rides_on_nothing_that_is_asked_of_others() {
    let document = r#"{"lynchpin": "portfolio/1",
        "people": [{"id": "raj"}, {"id": "ann"}],
        "stages": [{"id": "production"}],
        "groups": [{"id": "cab", "members": [{"person": "ann"}]}],
        "changes": [
          {"id": "C-1", "revision": 1, "at": "2026-11-01T00:00:00Z", "by": "raj", "kind": "normal"},
          {"id": "C-2", "revision": 1, "at": "2026-11-01T00:00:00Z", "by": "raj",
           "kind": "emergency", "plans": {"back_out": "x"}}],
        "releases": [
          {"id": "R-1", "revision": 1, "at": "2026-11-01T12:00:00Z", "by": "raj",
           "changes": ["C-2"]},
          {"id": "R-2", "revision": 1, "at": "2026-11-01T12:00:00Z", "by": "raj",
           "changes": ["C-1", "C-2"]}]}"#;
    let policy = r#"
        name = "acme"
        requirement.board = { approval = { group = "cab" }, only_for = { kind = ["normal"] } }
        requirement.plan = { plan = "back_out", only_for = { kind = ["emergency"] } }
        [gate.g0]
        stage = "production"
        judges = "release"
        require = { any = ["board", "plan"] }
    "#;
    let document: Value = serde_json::from_str(document).expect("it is JSON");
    let snapshot = read(&document, policy);
    let stage = "production".parse().expect("a stage has an id");
    let gate = snapshot.gate_columns(&"g0".parse().expect("an id"), &stage, at(30));
    let gate = gate.expect("a gate can be asked of everything");
    let lots = gate.columns.gate().lots_leaf().expect("the emergency is asked less of");
    assert_eq!(gate.columns.gate().requirements().count(), lots);
    assert_eq!(gate.columns.verdicts(at(30)), [Verdict::Go, Verdict::NeedsAction]);
    let mut buffer = Buffer::default();
    let why = gate.columns.explain(1, at(30), &mut buffer).expect("a row");
    let parts: Vec<_> = why.parts().map(|(part, row)| (part, row.answer.verdict)).collect();
    assert_eq!(parts.last(), Some(&(Part::Lots, Verdict::NeedsAction)));
}

/// Where more people have a seat than columns hold, each row is answered as it is.
#[test]
fn a_group_may_be_larger_than_columns_hold() {
    for (members, worked_out) in [(GATE_SEATS_MAX, 2), (GATE_SEATS_MAX + 1, 0)] {
        let ids: Vec<String> = (0..members).map(|number| format!("p{number}")).collect();
        let people: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        let seats: Vec<_> = ids.iter().map(|id| json!({"person": id})).collect();
        let change = |id: &str| json!({"id": id, "revision": 1, "by": "p0", "at": instant(0)});
        let document = json!({"lynchpin": "portfolio/1",
            "people": people, "groups": [{"id": "all", "members": seats}],
            "stages": [{"id": "production"}], "changes": [change("C-1"), change("C-2")],
            "approvals": [{"change": "C-2", "revision": 1, "requirement": "all",
                "stage": "production", "decision": "approved", "by": "p9", "at": instant(1)}]});
        let policy = r#"
            name = "acme"
            requirement.all = { approval = { group = "all" } }
            gate.g0 = { stage = "production", judges = "change", require = "all" }
        "#;
        let snapshot = read(&document, policy);
        let (id, stage) = ("g0".parse(), "production".parse());
        let asked = (id.expect("an id"), stage.expect("an id"));
        let gate = snapshot.gate_columns(&asked.0, &asked.1, at(2)).expect("any group will do");
        assert_eq!(gate.columns.verdicts(at(2)), [Verdict::NeedsAction, Verdict::Go]);
        assert_eq!(gate.columns.worked_out(), worked_out, "{members}");
    }
}

/// What a column is made for is not answered row by row.
#[test]
fn columns_work_out_what_they_are_made_for() {
    let change = |id: &str| {
        json!({"id": id, "revision": 1, "by": "ann", "at": instant(0), "plans": {"back_out": "x"},
            "reversibility": "reversible", "artifacts": [format!("sha256:{}", "1".repeat(64))]})
    };
    let document = json!({"lynchpin": "portfolio/1",
        "people": [{"id": "ann"}, {"id": "bob"}, {"id": "ci", "kind": "machine"}],
        "groups": [{"id": "cab", "members": [{"person": "bob"}]}],
        "stages": [{"id": "staging"}, {"id": "production"}],
        "changes": [change("C-1"), change("C-2")],
        "evidence": [{"check": "unit", "artifact": format!("sha256:{}", "1".repeat(64)), "run": 1,
            "outcome": "passed", "by": "ci", "at": instant(1)}],
        "deployments": [{"id": "D-1", "environment": "staging", "outcome": "succeeded",
            "changes": ["C-1"], "by": "ci", "at": instant(1)}],
        "approvals": [{"change": "C-2", "revision": 1, "requirement": "board", "by": "bob",
            "stage": "production", "decision": "approved", "at": instant(1)}]});
    let policy = r#"
        name = "acme"
        requirement.unit = { evidence = { check = "unit" } }
        requirement.board = { approval = { group = "cab" } }
        requirement.soak = { soak = { for = "2h" } }
        requirement.risk = { risk = { below = "0.9" } }
        requirement.plan = { plan = "back_out" }
        requirement.undo = { reversible = {} }
        [gate.g0]
        stage = "production"
        judges = "change"
        require = { all = ["unit", "board", "soak", "risk", "plan", "undo"] }
    "#;
    let snapshot = read(&document, policy);
    let asked = ("g0".parse().expect("an id"), "production".parse().expect("an id"));
    for hour in [2, 9] {
        let gate = snapshot.gate_columns(&asked.0, &asked.1, at(hour)).expect("it can be asked");
        assert_eq!(gate.columns.worked_out(), 12, "{hour}");
    }
}

/// An approval that seats do not tell is answered as it is: in another's seat, passed on to other
/// people, given before its evidence or without its digest.
#[test]
fn what_seats_do_not_tell_stands_apart() {
    let vote = |by: &str, decision: &str, more: Value| {
        let mut vote = json!({"change": "C-1", "revision": 1, "requirement": "board", "by": by,
            "stage": "production", "decision": decision, "at": instant(3)});
        more.as_object().into_iter().flatten().for_each(|(name, value)| {
            vote[name] = value.clone();
        });
        vote
    };
    let lets = |to: &str| json!([{"by": "bob", "to": to, "at": instant(2)}]);
    let (none, plain) = (json!([]), "");
    let shown = ", after_evidence = [\"unit\"]";
    let stated = ", states_digest = \"required\"";
    let heads = ", escalates_to = [\"heads\"]";
    let cases = [
        ("plain", plain, vote("bob", "approved", json!({})), &none, 1),
        ("a stranger for bob", plain, vote("eve", "approved", json!({})), &lets("eve"), 0),
        ("cid for bob, too", plain, vote("cid", "approved", json!({})), &lets("cid"), 0),
        ("passed on", plain, vote("bob", "delegated", json!({"to": "eve"})), &none, 0),
        ("escalated", heads, vote("bob", "escalated", json!({"to_group": "heads"})), &none, 0),
        ("before the evidence", shown, vote("bob", "approved", json!({})), &none, 0),
        ("without a digest", stated, vote("bob", "approved", json!({})), &none, 0),
    ];
    for (name, rule, vote, delegations, worked_out) in cases {
        let document = json!({"lynchpin": "portfolio/1",
            "people": [{"id": "ann"}, {"id": "bob"}, {"id": "cid"}, {"id": "eve"},
                {"id": "ci", "kind": "machine"}],
            "groups": [{"id": "cab", "members": [{"person": "bob"}, {"person": "cid"}]},
                {"id": "heads", "members": [{"person": "eve"}]}],
            "stages": [{"id": "production"}], "delegations": delegations,
            "changes": [{"id": "C-1", "revision": 1, "by": "ann", "at": instant(0)}],
            "evidence": [{"check": "unit", "change": "C-1", "revision": 1, "run": 1, "by": "ci",
                "outcome": "passed", "at": instant(6)}],
            "approvals": [vote]});
        let policy = format!(
            "name = \"acme\"\nrequirement.unit = {{ evidence = {{ check = \"unit\" }} }}\n\
             requirement.board = {{ approval = {{ group = \"cab\"{rule} }} }}\n\
             gate.g0 = {{ stage = \"production\", judges = \"change\", require = \"board\" }}\n"
        );
        let snapshot = read(&document, &policy);
        let asked = ("g0".parse().expect("an id"), "production".parse().expect("an id"));
        let gate = snapshot.gate_columns(&asked.0, &asked.1, at(9)).expect("it can be asked");
        assert_eq!(gate.columns.worked_out(), worked_out, "{name}");
    }
}
