//! Requirements on work that is kept elsewhere: tickets in some state, and no task left open.

use std::collections::BTreeSet;

use super::Target;
use crate::base::Actor;
use crate::base::id::Reference;
use crate::gate::judge::Case;
use crate::gate::policy::{TasksLeaf, TicketsLeaf};
use crate::history::work::newest;
use crate::model::work::TaskState;
use crate::model::{Change, Task};
use crate::reason::tree::{Arg, Node, Row};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn tickets(case: &Case<'_>, change: &Change, leaf: &TicketsLeaf) -> Node {
    let told = &case.records.portfolio().ticket_states;
    let listed: BTreeSet<&Reference> = change.tickets.iter().collect();
    let mut cites = Vec::new();
    let mut not_ready = Vec::new();
    for ticket in &listed {
        let numbers = case.records.work.ticket(ticket);
        let now =
            newest(told, numbers, |fact| case.records.people.admits(&leaf.producers, &fact.by));
        cites.extend(now.iter().map(|(number, _)| *number));
        // Of words that tie, the one that does not do counts.
        let unwanted = now.iter().map(|(_, fact)| &fact.state).find(|s| !leaf.states.contains(s));
        let state = match (unwanted, now.is_empty()) {
            (Some(state), _) => state.as_str(),
            (None, true) => "unknown",
            (None, false) => continue,
        };
        not_ready.push(Row(vec![("ticket", ticket.to_string()), ("state", state.to_owned())]));
    }
    let missing = usize::try_from(leaf.at_least).is_ok_and(|needed| listed.len() < needed);
    let (verdict, code) = match (missing, not_ready.is_empty()) {
        (true, _) => (Verdict::NeedsAction, ReasonCode::TicketMissing),
        (false, false) => (Verdict::NeedsAction, ReasonCode::TicketNotReady),
        (false, true) => (Verdict::Go, ReasonCode::TicketsReady),
    };
    let mut node = Node::new(verdict, code, &Target::member(change))
        .with("given", Arg::count(listed.len()))
        .with("needed", Arg::Integer(leaf.at_least.into()));
    if !not_ready.is_empty() {
        node = node.with("not_ready", Arg::Rows(not_ready));
    }
    if !verdict.is_met() {
        node = node.act(case.owners(change));
    }
    cites.into_iter().fold(node, |node, number| node.citing("ticket_states", number))
}

pub(super) fn tasks(case: &Case<'_>, change: &Change, leaf: &TasksLeaf) -> Node {
    let told = &case.records.portfolio().tasks;
    let mut cites = Vec::new();
    let (mut open, mut act) = (Vec::new(), BTreeSet::new());
    let mut done: usize = 0;
    for (id, numbers) in case.records.work.tasks(&change.id) {
        let now =
            newest(told, numbers, |fact| case.records.people.admits(&leaf.producers, &fact.by));
        cites.extend(now.iter().map(|(number, _)| *number));
        // Of words that tie, the less favourable one counts.
        let Some((_, task)) = now.into_iter().max_by_key(|(_, task)| task.state) else { continue };
        match task.state {
            TaskState::Done => done = done.saturating_add(1),
            TaskState::Cancelled => {}
            TaskState::Open => {
                let owner = owner(task);
                let mut row = vec![("task", id.to_string()), ("owner", owner.to_string())];
                row.extend(task.due.map(|due| ("due", due.to_string())));
                open.push(Row(row));
                act.insert(owner);
            }
        }
    }
    let missing = usize::try_from(leaf.at_least).is_ok_and(|needed| done < needed);
    let (verdict, code) = match (open.is_empty(), missing) {
        (false, _) => (Verdict::NeedsAction, ReasonCode::TaskOpen),
        (true, true) => (Verdict::NeedsAction, ReasonCode::TaskMissing),
        (true, false) => (Verdict::Go, ReasonCode::TasksDone),
    };
    let mut node = Node::new(verdict, code, &Target::member(change))
        .with("done", Arg::count(done))
        .with("needed", Arg::Integer(leaf.at_least.into()));
    if code == ReasonCode::TaskMissing {
        act.extend(case.owners(change));
    }
    if !open.is_empty() {
        node = node.with("open", Arg::Rows(open));
    }
    node = node.act(act);
    cites.into_iter().fold(node, |node, number| node.citing("tasks", number))
}

/// Who is to do a task.
fn owner(task: &Task) -> Actor {
    task.owner.clone().unwrap_or_else(|| Actor::Person(task.by.clone()))
}
