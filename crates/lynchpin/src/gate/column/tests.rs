//! Columns that a host writes itself, cell by cell.

use super::{Answer, Buffer, Columns, CompiledGate, LeafState, Objections, Part, RowNode, Who};
use crate::base::error::{ErrorCode, Result};
use crate::base::id::PersonId;
use crate::base::limits::{DEPTH_MAX, GATE_PARTS_MAX, GATE_ROWS_MAX, GATE_SEATS_MAX};
use crate::base::{Actor, Instant, Subject, When};
use crate::gate::Policy;
use crate::reason::tree::{Arg, Clears};
use crate::reason::{ReasonCode, Verdict};
use ReasonCode as C;

const POLICY: &str = r#"
    name = "acme"
    owner = { group = "policy" }
    requirement.unit = { evidence = { check = "unit" } }
    requirement.lint = { evidence = { check = "lint", owner = { group = "lab" } } }
    requirement.board = { approval = { group = "cab", people = 2 } }
    requirement.risk = { risk = { below = "0.2" } }
    requirement.soak = { soak = { for = "1d" } }
    requirement.plan = { plan = "back_out" }
    requirement.undo = { reversible = {} }
    requirement.first = { approval = { group = "cab", people = "first" } }
    requirement.teams = { approval = { group = "cab", teams = 2 } }
    requirement.tickets = { tickets = { states = ["done"] } }
    [gate]
"#;

/// A gate that requires this.
fn gate(require: &str) -> CompiledGate {
    let gate = format!("g = {{ stage = \"s\", judges = \"change\", require = {require} }}");
    let policy: Policy = format!("{POLICY}{gate}").parse().unwrap();
    CompiledGate::new(&policy, &"g".parse().unwrap()).unwrap()
}

/// So many rows of a gate that asks for one requirement alone.
fn alone(requirement: &str, rows: usize) -> Columns {
    Columns::new(gate(&format!("\"{requirement}\"")), rows).unwrap()
}

fn day(day: u32) -> Instant {
    format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
}

fn person(number: usize) -> PersonId {
    PersonId::new(format!("p{number:04}")).unwrap()
}

/// What the only requirement says of a row; both passes agree on it.
fn said(columns: &Columns, row: usize, at: Instant) -> RowNode {
    let verdicts = columns.verdicts(at);
    assert_eq!(verdicts.len(), columns.rows());
    let mut into = vec![Verdict::Unknown; columns.rows()];
    columns.verdicts_into(at, &mut into).unwrap();
    assert_eq!(into, verdicts);
    let mut buffer = Buffer::default();
    let why = columns.explain(row, at, &mut buffer).unwrap();
    assert_eq!((why.nodes().len(), why.verdict()), (2, verdicts[row]));
    let [root, leaf] = why.nodes() else { panic!("two nodes") };
    assert_eq!(root.answer.verdict, leaf.answer.verdict);
    assert_eq!((root.answer.code, root.answer.who), (C::Gate, Who::Nobody));
    *leaf
}

fn code(columns: &Columns, row: usize, at: Instant) -> ReasonCode {
    said(columns, row, at).answer.code
}

fn fails(result: Result<()>, code: ErrorCode) {
    assert_eq!(result.unwrap_err().code(), code);
}

/// Each part of a tree is told by its own column.
#[test]
fn a_tree_tells_of_each_requirement_what_it_asks() {
    let columns = Columns::new(gate(r#"{ all = ["lint", "board"] }"#), 1).unwrap();
    let mut buffer = Buffer::default();
    let why = columns.explain(0, day(1), &mut buffer).unwrap();
    let tree = why.tree(&Subject::Change("C-1".parse().unwrap()), &[]);
    let [_, _, lint, board] = tree.nodes() else { panic!("four nodes") };
    let group = |id: &str| Actor::Group(id.parse().unwrap());
    let text = |text: &str| Arg::Text(text.to_owned());
    assert_eq!(
        (&lint.args[..], &lint.act[..]),
        (&[("check", text("lint"))][..], &[group("lab")][..])
    );
    let asked = [("given", Arg::Integer(0)), ("needed", Arg::Integer(2)), ("group", text("cab"))];
    assert_eq!((&board.args[..], &board.act[..]), (&asked[..], &[group("policy")][..]));
}

#[test]
fn a_row_that_nobody_wrote_to_is_no_go() {
    let expected = [
        ("unit", C::EvidenceMissing),
        ("board", C::QuorumUnreachable),
        ("risk", C::RiskTooHigh),
        ("soak", C::NotSoaking),
        ("plan", C::PlanMissing),
        ("undo", C::ReversibilityUnknown),
        ("first", C::EvidenceMissing),
        ("teams", C::EvidenceMissing),
        ("tickets", C::EvidenceMissing),
    ];
    for (requirement, missing) in expected {
        let columns = alone(requirement, 2);
        let found = said(&columns, 1, day(1));
        assert_eq!(found.answer.code, missing, "{requirement}");
        assert!(!found.answer.verdict.is_go(), "{requirement}");
    }
    // What only answers tell, no column works out.
    let worked_out = |name| alone(name, 3).worked_out();
    assert_eq!(["unit", "board", "first", "teams"].map(worked_out), [3, 3, 0, 0]);
}

#[test]
fn what_is_written_stands_in_its_row_alone() {
    let mut columns = alone("unit", 3);
    columns.set_state(0, 1, LeafState::EvidencePassed).unwrap();
    assert_eq!(columns.verdicts(day(1)), [Verdict::NeedsAction, Verdict::Go, Verdict::NeedsAction]);
    for (leaf, row) in [(1, 0), (0, 3), (1, 3)] {
        let state = columns.set_state(leaf, row, LeafState::EvidencePassed);
        fails(state, ErrorCode::NumberOutOfRange);
        fails(columns.set_answer(leaf, row, None), ErrorCode::NumberOutOfRange);
        fails(columns.set_until(leaf, row, When::Never), ErrorCode::NumberOutOfRange);
        fails(columns.set_risk(leaf, row, "0.1".parse().unwrap()), ErrorCode::NumberOutOfRange);
        fails(columns.set_soaked_at(leaf, row, None), ErrorCode::NumberOutOfRange);
        fails(columns.approve(leaf, row, &person(1), true), ErrorCode::NumberOutOfRange);
        fails(columns.bar(leaf, row, &person(1), true), ErrorCode::NumberOutOfRange);
        fails(columns.object(leaf, row, Objections::default()), ErrorCode::NumberOutOfRange);
    }
    fails(
        columns.explain(3, day(1), &mut Buffer::default()).map(|_| ()),
        ErrorCode::NumberOutOfRange,
    );
    for places in [2, 4] {
        let into = columns.verdicts_into(day(1), &mut vec![Verdict::Go; places]);
        fails(into, ErrorCode::NumberOutOfRange);
    }
}

#[test]
fn a_column_takes_only_what_it_is_made_for() {
    use LeafState as S;
    let mine = [
        ("unit", vec![S::EvidencePassed, S::EvidenceFailed, S::EvidenceExpired, S::NotAsked]),
        ("plan", vec![S::PlanGiven, S::PlanMissing, S::NotAsked]),
        ("undo", vec![S::Reversible, S::Irreversible, S::NotAsked]),
        ("board", vec![]),
        ("risk", vec![]),
        ("soak", vec![]),
        ("tickets", vec![]),
    ];
    let all: Vec<LeafState> = mine.iter().flat_map(|(_, states)| states.clone()).collect();
    for (requirement, states) in &mine {
        for state in &all {
            let mut columns = alone(requirement, 1);
            let taken = columns.set_state(0, 0, *state);
            if states.contains(state) {
                taken.unwrap();
                assert_eq!(code(&columns, 0, day(1)), state.code());
            } else {
                fails(taken, ErrorCode::WrongType);
            }
        }
    }
    for requirement in ["unit", "plan", "soak", "tickets"] {
        let mut columns = alone(requirement, 1);
        fails(columns.set_risk(0, 0, "0.1".parse().unwrap()), ErrorCode::WrongType);
        fails(columns.set_seats(0, &[person(1)], &[]), ErrorCode::WrongType);
        fails(columns.approve(0, 0, &person(1), true), ErrorCode::WrongType);
        fails(columns.bar(0, 0, &person(1), true), ErrorCode::WrongType);
        fails(columns.object(0, 0, Objections::default()), ErrorCode::WrongType);
    }
    fails(alone("risk", 1).set_soaked_at(0, 0, None), ErrorCode::WrongType);
}

#[test]
fn a_risk_is_held_against_its_threshold() {
    let mut columns = alone("risk", 4);
    // It is compared at six decimals, so the half of the last one is the bound.
    for (row, risk) in ["0.199999499", "0.2", "0.3", "0.1999995"].into_iter().enumerate() {
        columns.set_risk(0, row, risk.parse().unwrap()).unwrap();
    }
    let no = Verdict::NoGo;
    assert_eq!(columns.verdicts(day(1)), [Verdict::Go, no, no, no]);
    assert_eq!(said(&columns, 1, day(1)).figures, [200_000_000, 0]);
    let mut buffer = Buffer::default();
    let tree = columns.explain(1, day(1), &mut buffer).unwrap().tree(&subject(), &[]);
    let args = &tree.nodes()[1].args;
    assert!(args.contains(&("probability", Arg::text("0.2"))), "{args:?}");
}

#[test]
fn a_soak_is_over_when_it_is() {
    let mut columns = alone("soak", 1);
    columns.set_soaked_at(0, 0, Some(day(2))).unwrap();
    let waits = said(&columns, 0, day(1)).answer;
    assert_eq!((waits.code, waits.clears), (C::Soaking, Clears::At(day(2))));
    assert_eq!(waits.holds_until, When::At(day(2)));
    assert_eq!(code(&columns, 0, day(2)), C::Soaked);
    columns.set_soaked_at(0, 0, None).unwrap();
    assert_eq!(code(&columns, 0, day(3)), C::NotSoaking);
}

#[test]
fn approvals_are_counted_by_seats() {
    for seats in [3, 70] {
        let mut columns = alone("board", 2);
        let sitting: Vec<PersonId> = (0..seats).map(person).collect();
        columns.set_seats(0, &sitting, &[person(900)]).unwrap();
        assert_eq!(code(&columns, 0, day(1)), C::ApprovalMissing);
        columns.approve(0, 0, &person(2), true).unwrap();
        // Whoever says it again has still said it.
        columns.approve(0, 0, &person(2), true).unwrap();
        columns.approve(0, 0, &person(900), true).unwrap();
        assert_eq!(code(&columns, 0, day(1)), C::Approved);
        assert_eq!(said(&columns, 0, day(1)).answer.who, Who::Nobody);
        assert_eq!(said(&columns, 0, day(1)).figures, [2, 2]);
        assert_eq!(said(&columns, 1, day(1)).figures, [0, 2]);
        columns.bar(0, 0, &person(2), true).unwrap();
        assert_eq!(code(&columns, 0, day(1)), C::ApprovalMissing);
        columns.bar(0, 0, &person(2), false).unwrap();
        assert_eq!(code(&columns, 0, day(1)), C::Approved);
        columns.approve(0, 0, &person(2), false).unwrap();
        assert_eq!(code(&columns, 0, day(1)), C::ApprovalMissing);
        let stranger = columns.approve(0, 0, &person(901), true);
        fails(stranger, ErrorCode::UnknownWord);
    }
    let many: Vec<PersonId> = (0..=GATE_SEATS_MAX).map(person).collect();
    let mut columns = alone("board", 1);
    fails(columns.set_seats(0, &many, &[]), ErrorCode::LimitExceeded);
    columns.set_seats(0, &many[1..], &[]).unwrap();
}

#[test]
fn what_else_was_said_of_an_approval_names_who_can_act() {
    let cab = Actor::Group("cab".parse().unwrap());
    let author = Actor::Person(person(5));
    let policy = Actor::Group("policy".parse().unwrap());
    let none = Objections::default();
    let cases = [
        (Objections { stale: true, ..none.clone() }, C::ApprovalStale, cab.clone()),
        (Objections { deferred: true, ..none.clone() }, C::ApprovalDeferred, cab.clone()),
        (
            Objections { changes_requested: true, ..none.clone() },
            C::ChangesRequested,
            author.clone(),
        ),
        (
            Objections { rejected_by: vec![person(1)], ..none.clone() },
            C::ApprovalRejected,
            Actor::Person(person(1)),
        ),
        (none.clone(), C::ApprovalMissing, cab),
    ];
    let mut columns = alone("board", 1);
    columns.set_seats(0, &[person(1), person(2)], &[]).unwrap();
    let acts = |columns: &Columns| {
        let mut buffer = Buffer::default();
        let why = columns.explain(0, day(1), &mut buffer).unwrap();
        why.tree(&subject(), std::slice::from_ref(&author)).nodes()[1].act.clone()
    };
    for (said, expected, who) in cases {
        columns.object(0, 0, said).unwrap();
        assert_eq!(code(&columns, 0, day(1)), expected);
        assert_eq!(acts(&columns), [who]);
    }
    columns.bar(0, 0, &person(1), true).unwrap();
    assert_eq!(code(&columns, 0, day(1)), C::QuorumUnreachable);
    assert_eq!(acts(&columns), [policy]);
    let lint = alone("lint", 1);
    assert_eq!(acts(&lint), [Actor::Group("lab".parse().unwrap())]);
    assert_eq!(acts(&alone("unit", 1)), std::slice::from_ref(&author));
}

#[test]
fn what_is_said_of_a_row_leaves_what_was_said_of_others() {
    let mut columns = alone("board", 3);
    columns.set_seats(0, &[person(1), person(2)], &[]).unwrap();
    for (row, who) in [(0, 1), (0, 2), (2, 1), (2, 2)] {
        columns.approve(0, row, &person(who), true).unwrap();
    }
    let rejected = Objections { rejected_by: vec![person(1)], ..Objections::default() };
    columns.object(0, 0, rejected).unwrap();
    columns.object(0, 1, Objections { deferred: true, ..Objections::default() }).unwrap();
    columns.object(0, 2, Objections::default()).unwrap();
    let codes = [0, 1, 2].map(|row| code(&columns, row, day(1)));
    assert_eq!(codes, [C::ApprovalRejected, C::ApprovalDeferred, C::Approved]);
}

#[test]
fn what_was_written_until_then_is_no_go_from_then_on() {
    let mut unit = alone("unit", 2);
    unit.set_state(0, 0, LeafState::EvidencePassed).unwrap();
    unit.set_state(0, 1, LeafState::EvidencePassed).unwrap();
    let mut risk = alone("risk", 2);
    risk.set_risk(0, 0, "0.1".parse().unwrap()).unwrap();
    risk.set_risk(0, 1, "0.1".parse().unwrap()).unwrap();
    let mut board = alone("board", 2);
    board.set_seats(0, &[person(1), person(2)], &[]).unwrap();
    for (row, who) in [(0, 1), (0, 2), (1, 1), (1, 2)] {
        board.approve(0, row, &person(who), true).unwrap();
    }
    let lapsed = [C::EvidenceExpired, C::RiskTooHigh, C::ApprovalStale];
    for (mut columns, lapsed) in [unit, risk, board].into_iter().zip(lapsed) {
        columns.set_until(0, 0, When::At(day(3))).unwrap();
        let before = said(&columns, 0, day(2)).answer;
        assert_eq!((before.verdict, before.holds_until), (Verdict::Go, When::At(day(3))));
        assert_eq!(code(&columns, 0, day(3)), lapsed);
        // The other row has no end.
        let other = said(&columns, 1, day(9)).answer;
        assert_eq!((other.verdict, other.holds_until), (Verdict::Go, When::Never));
        columns.set_until(0, 0, When::Never).unwrap();
        assert_eq!(said(&columns, 0, day(9)).answer.verdict, Verdict::Go);
    }
    for requirement in ["plan", "undo", "soak", "tickets"] {
        let mut columns = alone(requirement, 1);
        columns.set_until(0, 0, When::Never).unwrap();
        fails(columns.set_until(0, 0, When::At(day(3))), ErrorCode::WrongType);
    }
}

const WAIVED: Answer = Answer {
    verdict: Verdict::GoWaived,
    code: C::Waived,
    who: Who::Nobody,
    clears: Clears::Now,
    holds_until: When::Never,
    lapses: When::Never,
};

#[test]
fn an_answer_stands_before_what_a_column_says() {
    for requirement in ["unit", "board", "tickets"] {
        let mut columns = alone(requirement, 2);
        let worked_out = columns.worked_out();
        let until = Answer { holds_until: When::At(day(3)), lapses: When::At(day(3)), ..WAIVED };
        columns.set_answer(0, 1, Some(until)).unwrap();
        assert_eq!(said(&columns, 1, day(2)).answer, until);
        assert_ne!(said(&columns, 0, day(2)).answer, until);
        assert_eq!(columns.worked_out(), worked_out.saturating_sub(1));
        let over = said(&columns, 1, day(3)).answer;
        let unknown = Answer { verdict: Verdict::Unknown, clears: Clears::Unknown, ..until };
        assert_eq!(over, unknown);
        columns.set_answer(0, 1, None).unwrap();
        assert_eq!(said(&columns, 1, day(2)), said(&columns, 0, day(2)));
        // What waits stays as it is until its end.
        let waits = Answer { verdict: Verdict::Wait, clears: Clears::At(day(5)), ..until };
        columns.set_answer(0, 1, Some(waits)).unwrap();
        assert_eq!(said(&columns, 1, day(2)).answer, waits);
        // What was no go stays as it was, even at its end.
        let refused = Answer { verdict: Verdict::NeedsAction, clears: Clears::OnAction, ..until };
        columns.set_answer(0, 1, Some(refused)).unwrap();
        assert_eq!(said(&columns, 1, day(3)).answer, refused);
    }
}

/// A column tells some answers apart by a byte; no more of them are lost.
#[test]
fn there_may_be_more_answers_than_a_byte_tells_apart() {
    let mut columns = alone("tickets", 600);
    let answer = |row: usize| {
        let until =
            Instant::from_micros(1_900_000_000_000_000 + i64::try_from(row).unwrap()).unwrap();
        Answer { holds_until: When::At(until), ..WAIVED }
    };
    for row in 0..600 {
        // Each twice: it is known the second time.
        columns.set_answer(0, row, Some(answer(row / 2))).unwrap();
    }
    for row in 0..600 {
        assert_eq!(said(&columns, row, day(1)).answer, answer(row / 2), "{row}");
    }
    assert_eq!(said(&columns, 599, day(1)).answer.verdict, Verdict::GoWaived);
    columns.set_answer(0, 599, None).unwrap();
    assert_eq!(code(&columns, 599, day(1)), C::EvidenceMissing);
}

#[test]
fn a_block_is_no_boundary() {
    let rows = 5_000;
    let mut columns = Columns::new(
        gate(r#"{ any = ["unit", { at_least = 2, of = ["plan", "undo", "lint"] }] }"#),
        rows,
    )
    .unwrap();
    for row in 0..rows {
        let states = [
            (0, row % 3 == 0, LeafState::EvidencePassed),
            (1, row % 5 == 0, LeafState::PlanGiven),
            (2, row % 7 == 0, LeafState::Reversible),
            (3, row % 11 == 0, LeafState::EvidencePassed),
        ];
        for (leaf, _, state) in states.into_iter().filter(|(_, is, _)| *is) {
            columns.set_state(leaf, row, state).unwrap();
        }
    }
    for (row, verdict) in columns.verdicts(day(1)).into_iter().enumerate() {
        let two = [5, 7, 11].iter().filter(|by| row % *by == 0).count() >= 2;
        assert_eq!(verdict.is_go(), row % 3 == 0 || two, "{row}");
    }
}

#[test]
fn a_tree_is_shaped_as_its_gate() {
    let gate = gate(r#"{ all = ["unit", { at_least = 2, of = ["plan", "undo", "unit"] }] }"#);
    assert_eq!(gate.leaf(&"undo".parse().unwrap()), Some(2));
    assert_eq!(gate.leaf(&"board".parse().unwrap()), None);
    assert_eq!(gate.lots_leaf(), None);
    assert_eq!([0, 1, 2, 3, 4, 6].map(|part| gate.next(part)), [7, 7, 3, 7, 5, 7]);
    let leaves = gate.parts().filter(|part| matches!(part, Part::Requirement(..))).count();
    assert_eq!(leaves, 4);
    let mut columns = Columns::new(gate, 1).unwrap();
    columns.set_state(1, 0, LeafState::NotAsked).unwrap();
    columns.set_state(2, 0, LeafState::NotAsked).unwrap();
    let mut buffer = Buffer::default();
    let tree = columns.explain(0, day(1), &mut buffer).unwrap().tree(&subject(), &[]);
    let next: Vec<usize> = tree.nodes().iter().map(|node| node.next).collect();
    assert_eq!(next, [7, 7, 3, 7, 5, 6, 7]);
    let two = &tree.nodes()[3];
    assert_eq!(two.code, C::CannotPass);
    assert_eq!(two.args, [("needed", Arg::count(2)), ("applicable", Arg::count(1))]);
}

#[test]
fn what_is_too_large_is_refused() {
    let too_many = Columns::new(gate("\"unit\""), GATE_ROWS_MAX + 1);
    assert_eq!(too_many.unwrap_err().code(), ErrorCode::LimitExceeded);
    let policy = |text: String| -> Policy { format!("{POLICY}{text}").parse().unwrap() };
    let compile = |policy: &Policy| CompiledGate::new(policy, &"g".parse().unwrap());
    // The gate, the list and its parts.
    let long = |parts: usize| {
        let names = vec!["\"unit\""; parts].join(", ");
        policy(format!(
            "g = {{ stage = \"s\", judges = \"change\", require = {{ all = [{names}] }} }}"
        ))
    };
    compile(&long(GATE_PARTS_MAX - 2)).unwrap();
    assert_eq!(compile(&long(GATE_PARTS_MAX - 1)).unwrap_err().code(), ErrorCode::LimitExceeded);
    let at_least = |count: u32| {
        let names = vec!["\"unit\""; 70].join(", ");
        policy(format!(
            "g = {{ stage = \"s\", judges = \"change\", \
             require = {{ at_least = {count}, of = [{names}] }} }}"
        ))
    };
    compile(&at_least(64)).unwrap();
    assert_eq!(compile(&at_least(65)).unwrap_err().code(), ErrorCode::LimitExceeded);
    // A policy that was made by hand may be deeper than one that was read.
    let deep = |depth: usize| {
        let mut policy =
            policy("g = { stage = \"s\", judges = \"change\", require = \"unit\" }".to_owned());
        for gate in policy.gates.values_mut() {
            for _ in 0..depth {
                gate.require = crate::gate::Tree::All(vec![gate.require.clone()]);
            }
        }
        policy
    };
    compile(&deep(DEPTH_MAX)).unwrap();
    assert_eq!(compile(&deep(DEPTH_MAX + 1)).unwrap_err().code(), ErrorCode::LimitExceeded);
}

fn subject() -> Subject {
    Subject::Change("C-1".parse().unwrap())
}
