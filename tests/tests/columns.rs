//! A gate asked of everything at once against the decisions about each, on small worlds.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::gate::column::{Buffer, RowReasons};
use lynchpin::portfolio::{DecideQuestion, GateColumns, Snapshot};
use lynchpin::reason::tree::{Node, Reasons};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, known, read};
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{Policy, Quorum, STAGES, Tick, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

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
    let is_gate = |node: &Node| {
        node.code == ReasonCode::Gate
            && node.subject == *subject
            && node.gate.as_ref().is_some_and(|gate| gate.as_str() == id)
    };
    let Some(root) = nodes.iter().position(is_gate) else { return Vec::new() };
    let mut found = Vec::new();
    let mut next = root;
    while next < nodes[root].next {
        found.push(&nodes[next]);
        next = if nodes[next].requirement.is_some() { nodes[next].next } else { next + 1 };
    }
    found
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
            let mut buffer = Buffer::default();
            for (row, verdict) in verdicts.iter().enumerate() {
                let subject = &gate.subjects[row];
                let decided = decided(&snapshot, &policy, number, hour, row, &gate);
                let expected = down_to_requirements(&decided, &format!("g{number}"), subject);
                let found = gate.columns.explain(row, at(hour), &mut buffer).expect("a row");
                prop_assert_eq!(found.verdict(), *verdict, "both passes");
                let found = found.tree(subject, &[]);
                let pairs = (
                    found.nodes().iter().map(said).collect::<Vec<_>>(),
                    expected.iter().map(|node| said(node)).collect::<Vec<_>>(),
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
                let nodes = down_to_requirements(&decided, &format!("g{number}"), subject);
                let known = nodes.first().map_or(Verdict::NoGo, |node| node.verdict);
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
                let passed_on = policy.escalates || !world.delegations.is_empty() || !counted;
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
