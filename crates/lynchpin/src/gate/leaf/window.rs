//! A maintenance window must be open wherever the change goes.
//!
//! It waits for the next instant at which one is open in all of these places. Where none comes any
//! more, or none was ever declared, waiting does not help, and somebody has to declare one.

use std::collections::BTreeSet;

use super::Target;
use crate::base::{Instant, Subject, When};
use crate::calendar::{
    Calendar, Cover, Openness, State, Turn, cover, next_close_of_any, next_open_of_all,
};
use crate::gate::freeze;
use crate::gate::freeze::places::{self, Spot};
use crate::gate::freeze::times::until;
use crate::gate::freeze::windows::meant;
use crate::gate::judge::Case;
use crate::gate::policy::WindowLeaf;
use crate::model::Change;
use crate::reason::tree::{Arg, Clears, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(case: &Case<'_>, judged: &Subject, change: &Change, leaf: &WindowLeaf) -> Node {
    let windows = meant(case.records, leaf);
    let spots = places::of(case.records, case.stage, &change.services);
    let mut calendars = Vec::new();
    let mut cites = BTreeSet::new();
    let looks = case.times.looks(case);
    for spot in &spots {
        let mut calendar = Calendar::new(leaf.without.into()).sharing(&looks);
        for (scheduled, window) in &windows {
            let covers = cover(&window.scope, spot.place(case.stage));
            calendar.window(window.id.as_str(), &scheduled.occasion, covers);
            if covers != Cover::No {
                cites.insert(scheduled.number);
            }
        }
        calendars.push(calendar);
    }
    let node = answer(case, (judged, change), leaf, (&spots, &calendars));
    let turns = calendars.iter().map(|calendar| until(calendar.next_change(case.at), case.at));
    let node = turns.fold(node, Node::until);
    cites.into_iter().fold(node, |node, number| node.citing("windows", number))
}

fn answer(
    case: &Case<'_>,
    (judged, change): (&Subject, &Change),
    leaf: &WindowLeaf,
    (spots, calendars): (&[Spot], &[Calendar<'_, &str>]),
) -> Node {
    let subject = Target::member(change);
    let states: Vec<State<&str>> =
        calendars.iter().map(|calendar| calendar.state(case.at)).collect();
    let names = |of: fn(&State<&str>) -> Vec<String>| {
        let names: BTreeSet<String> = states.iter().flat_map(of).collect();
        Arg::Texts(names.into_iter().collect())
    };
    if states.iter().all(|state| state.openness == Openness::Open) {
        if states.iter().all(|state| state.unwindowed) {
            return Node::new(Verdict::Go, ReasonCode::WindowNotNeeded, &subject);
        }
        let node = Node::new(Verdict::Go, ReasonCode::WindowOpen, &subject)
            .with("windows", names(|state| as_text(&state.windows)));
        return node.with("closes", Arg::Text(closes(calendars, case.at)));
    }
    if states.iter().any(|state| state.openness == Openness::NotKnown) {
        return Node::new(Verdict::Unknown, ReasonCode::WindowNotKnown, &subject)
            .with("windows", names(|state| as_text(&state.not_known)))
            .act(case.policy.owner.clone());
    }
    // What opens while a freeze is on helps nothing.
    let live = case.times.freezes(case);
    let mut barred = calendars.to_vec();
    let mut barred_until = When::Never;
    for (spot, calendar) in spots.iter().zip(&mut barred) {
        let until = freeze::add_bars(case, (judged, change), &live, (spot, calendar));
        barred_until = barred_until.min(until);
    }
    let clears = match next_open_of_all(&barred, case.at) {
        Turn::At { at, .. } => freeze::bounded(Clears::At(at), barred_until),
        Turn::BeyondLimit(_) | Turn::NoMore | Turn::NoEndKnown(_) => Clears::Unknown,
    };
    let opens = match clears {
        Clears::At(at) => at.to_string(),
        Clears::Now | Clears::Unknown | Clears::OnAction => "not known".to_owned(),
    };
    match next_open_of_all(calendars, case.at) {
        Turn::At { .. } | Turn::BeyondLimit(_) => {
            Node::new(Verdict::Wait, ReasonCode::WindowClosed, &subject)
                .with("opens", Arg::Text(opens))
                .clears(clears)
                .lapsing()
        }
        Turn::NoMore | Turn::NoEndKnown(_) => {
            let undecided = names(|state| as_text(&state.undecided));
            let node = Node::new(Verdict::NeedsAction, ReasonCode::WindowMissing, &subject)
                .act(leaf.declared_by.clone().or_else(|| case.policy.owner.clone()));
            // What is not known of a service can be told by who owns it.
            if undecided == Arg::Texts(Vec::new()) {
                return node;
            }
            node.with("undecided", undecided).act(case.owners(change))
        }
    }
}

fn as_text(ids: &[&str]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// When one of the places closes.
fn closes(calendars: &[Calendar<'_, &str>], at: Instant) -> String {
    match next_close_of_any(calendars, at) {
        Turn::At { at, .. } => at.to_string(),
        Turn::BeyondLimit(_) => "not known".to_owned(),
        Turn::NoEndKnown(_) | Turn::NoMore => "no end known".to_owned(),
    }
}
