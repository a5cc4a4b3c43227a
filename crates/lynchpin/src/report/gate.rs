//! The life of a gate for people: the table of its states and events, and a diagram of it.

use super::markdown;
use crate::gate::{GateEvent, GateState, Move};

/// The table: a row for each event, a column for each state.
///
/// ```
/// use lynchpin::report::gate::table;
///
/// assert!(table().starts_with("| event | idle | awaiting | stale | passed |"));
/// ```
#[must_use]
pub fn table() -> String {
    let states = GateState::ALL.iter().map(|state| state.name());
    let heads: Vec<&str> = std::iter::once("event").chain(states).collect();
    let rows = GateEvent::ALL.iter().map(|event| {
        let cells = GateState::ALL.iter().map(|state| Move::of(*state, *event).name().to_owned());
        std::iter::once(event.name().to_owned()).chain(cells).collect()
    });
    markdown::table(&heads, rows)
}

/// What each state, event and move means, as three tables.
#[must_use]
pub fn legend() -> String {
    let told = |head: &str, words: Vec<(&'static str, &'static str)>| {
        let rows = words.into_iter().map(|(name, text)| vec![name.to_owned(), text.to_owned()]);
        markdown::table(&[head, "meaning"], rows)
    };
    [
        told("state", GateState::ALL.iter().map(|it| (it.name(), it.text())).collect()),
        told("event", GateEvent::ALL.iter().map(|it| (it.name(), it.text())).collect()),
        told("cell", Move::ALL.iter().map(|it| (it.name(), it.text())).collect()),
    ]
    .join("\n")
}

/// The same as a Mermaid state diagram: where the verdict decides stands as one state, since from
/// each of its states it leads to each other.
#[must_use]
pub fn mermaid() -> String {
    let mut out = "stateDiagram-v2\n  [*] --> judged: opened\n  state judged {\n".to_owned();
    let judged = GateState::ALL.iter().filter(|state| **state != GateState::Sealed);
    for state in judged.clone() {
        out.push_str(&format!("    {}: {} ({})\n", state.name(), state.name(), says(*state)));
    }
    out.push_str("  }\n");
    let all = |moved: Move| {
        let all = |event: &&GateEvent| judged.clone().all(|it| Move::of(*it, **event) == moved);
        let names = GateEvent::ALL.iter().filter(all).map(|event| event.name());
        names.collect::<Vec<_>>().join(", ")
    };
    out.push_str(&format!("  judged --> judged: {}\n", all(Move::Follows)));
    out.push_str(&format!("  judged --> judged: {} (a new instance)\n", all(Move::Opens)));
    for state in judged.clone() {
        for event in GateEvent::ALL {
            let what = match Move::of(*state, *event) {
                Move::Seals => event.name().to_owned(),
                Move::Breaches => format!("{} (a breach)", event.name()),
                Move::Follows | Move::Stays | Move::Opens => continue,
            };
            out.push_str(&format!("  {} --> sealed: {what}\n", state.name()));
        }
    }
    let opens = |event: &&GateEvent| Move::of(GateState::Sealed, **event) == Move::Opens;
    for event in GateEvent::ALL.iter().filter(opens) {
        out.push_str(&format!("  sealed --> judged: {} (a new instance)\n", event.name()));
    }
    out
}

/// The verdicts that lead to a state.
fn says(state: GateState) -> &'static str {
    match state {
        GateState::Idle => "not_applicable",
        GateState::Awaiting => "wait, blocked, needs_action, unknown",
        GateState::Stale => "the same, given before",
        GateState::Passed => "go",
        GateState::Waived => "go_waived",
        GateState::Refused => "no_go",
        GateState::Sealed => "entered",
    }
}
