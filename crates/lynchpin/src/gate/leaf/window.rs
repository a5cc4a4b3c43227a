//! A maintenance window must be open wherever the change goes.
//!
//! It waits for the next instant at which one is open in all of these places. Where none comes any
//! more, or none was ever declared, waiting does not help, and somebody has to declare one.

use std::collections::BTreeSet;

use super::Target;
use crate::base::id::WindowId;
use crate::base::limits::CALENDAR_TURNS_MAX;
use crate::base::{Actor, Instant};
use crate::calendar::{Calendar, Cover, Next, Openness, State, Turn, cover};
use crate::gate::freeze::places;
use crate::gate::freeze::times::until;
use crate::gate::judge::Case;
use crate::gate::policy::WindowLeaf;
use crate::history::freezes::Scheduled;
use crate::model::{Change, Window};
use crate::reason::tree::{Arg, Clears, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(case: &Case<'_>, change: &Change, leaf: &WindowLeaf) -> Node {
    let windows = chosen(case, leaf);
    let spots = places::of(case, change);
    let mut calendars = Vec::new();
    let mut cites = BTreeSet::new();
    for spot in &spots {
        let mut calendar = Calendar::new(leaf.without.into());
        for (scheduled, window) in &windows {
            let covers = cover(&window.scope, spot.place(case.stage));
            calendar.window(&window.id, &scheduled.occasion, covers);
            if covers != Cover::No {
                cites.insert(scheduled.number);
            }
        }
        calendars.push(calendar);
    }
    let node = answer(case, change, leaf, &calendars);
    let turns = calendars.iter().map(|calendar| until(calendar.next_change(case.at), case.at));
    let node = turns.fold(node, Node::until);
    cites.into_iter().fold(node, |node, number| node.citing("windows", number))
}

/// The windows that the policy means.
fn chosen<'a>(case: &'a Case<'_>, leaf: &WindowLeaf) -> Vec<(&'a Scheduled, &'a Window)> {
    let people = &case.records.people;
    let all = &case.records.portfolio().windows;
    let known = case.records.freezes.windows.iter();
    let known = known.filter_map(|scheduled| Some((scheduled, all.get(scheduled.number)?)));
    let meant = known.filter(|(_, window)| {
        let named = leaf.windows.is_empty() || leaf.windows.contains(&window.id);
        let entitled = match &leaf.declared_by {
            None => true,
            Some(Actor::Group(group)) => people.belonged(*window, group),
            Some(Actor::Person(id)) => people.principal(&window.by) == people.principal(id),
        };
        named && entitled
    });
    meant.collect()
}

fn answer(
    case: &Case<'_>,
    change: &Change,
    leaf: &WindowLeaf,
    calendars: &[Calendar<'_, &WindowId>],
) -> Node {
    let subject = Target::member(change);
    let states: Vec<State<&WindowId>> =
        calendars.iter().map(|calendar| calendar.state(case.at)).collect();
    let names = |of: fn(&State<&WindowId>) -> Vec<String>| {
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
    let wait = |clears| Node::new(Verdict::Wait, ReasonCode::WindowClosed, &subject).clears(clears);
    match opens(calendars, case.at) {
        Next::At(at) => wait(Clears::At(at)).with("opens", Arg::text(at)),
        Next::BeyondLimit(_) => wait(Clears::Unknown).with("opens", Arg::text("not known")),
        Next::NoMore | Next::NoEndKnown => {
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

fn as_text(ids: &[&WindowId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// When one of the places closes.
fn closes(calendars: &[Calendar<'_, &WindowId>], at: Instant) -> String {
    let mut first: Option<(Instant, bool)> = None;
    for calendar in calendars {
        let turn = match calendar.next_close(at) {
            Turn::At { at, .. } => (at, true),
            Turn::BeyondLimit(at) => (at, false),
            Turn::NoEndKnown(_) | Turn::NoMore => continue,
        };
        first = Some(first.map_or(turn, |known| known.min(turn)));
    }
    match first {
        Some((at, true)) => at.to_string(),
        Some((_, false)) => "not known".to_owned(),
        None => "no end known".to_owned(),
    }
}

/// The first instant from which all places are open at once.
fn opens(calendars: &[Calendar<'_, &WindowId>], at: Instant) -> Next {
    let mut now = at;
    for _ in 0..CALENDAR_TURNS_MAX {
        let mut latest = now;
        for calendar in calendars {
            match calendar.next_open(now) {
                Turn::At { at, .. } => latest = latest.max(at),
                Turn::BeyondLimit(at) => return Next::BeyondLimit(at),
                Turn::NoEndKnown(_) | Turn::NoMore => return Next::NoMore,
            }
        }
        if latest == now {
            return Next::At(now);
        }
        now = latest;
    }
    Next::BeyondLimit(now)
}
