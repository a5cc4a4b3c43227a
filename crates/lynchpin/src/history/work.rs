//! What was told of tickets, and of the tasks of changes.

use std::collections::BTreeMap;

use super::fold::{Added, file_added, known_from, put};
use super::order::position;
use crate::base::Rows;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, Reference, TaskId};
use crate::model::Fact;

/// The tickets and tasks known as of an instant.
#[derive(Clone, Debug, Default)]
pub struct Work {
    tickets: Filed<Reference, Vec<usize>>,
    tasks: Filed<ChangeId, BTreeMap<TaskId, Vec<usize>>>,
}

impl Work {
    /// Files what was added.
    pub(super) fn take(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        file_added((&p.ticket_states, old.ticket_states), as_of, &mut self.tickets, |it| {
            Some(it.ticket.clone())
        });
        for number in known_from(&p.tasks, old.tasks, as_of) {
            let Some(task) = p.tasks.get(number) else { continue };
            self.tasks.update(&task.change, |tasks| {
                put(&p.tasks, tasks.entry(task.id.clone()).or_default(), number);
            });
        }
    }

    /// The numbers of what was told of a ticket, in order.
    #[must_use]
    pub fn ticket(&self, ticket: &Reference) -> &[usize] {
        self.tickets.get(ticket).map_or(&[], Vec::as_slice)
    }

    /// The tasks of a change in order of ids, each with the numbers of what was told of it, in
    /// order.
    pub fn tasks(&self, change: &ChangeId) -> impl Iterator<Item = (&TaskId, &[usize])> + '_ {
        self.tasks.get(change).into_iter().flatten().map(|(id, told)| (id, told.as_slice()))
    }
}

/// The newest of some facts, given by their numbers in order: all that tie, where several do.
///
/// A fact is older than another if that one was both recorded later and said no earlier. So what
/// was said before something else, and is told again or late, does not take its place: both are
/// answered, and whoever asks takes the worse.
///
/// ```
/// use lynchpin::history::work::newest;
/// use lynchpin::model::Portfolio;
///
/// let portfolio: Portfolio = serde_json::from_str(
///     r#"{"lynchpin": "portfolio/1", "ticket_states": [
///         {"ticket": "T-1", "state": "open", "by": "jira", "at": "2026-11-01T00:00:00Z"},
///         {"ticket": "T-1", "state": "done", "by": "jira", "at": "2026-11-02T00:00:00Z"},
///         {"ticket": "T-1", "state": "open", "by": "bob", "at": "2026-11-02T00:00:00Z"}]}"#,
/// )?;
/// let all = newest(&portfolio.ticket_states, &[0, 1, 2], |_| true);
/// assert_eq!(all.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 1]);
/// let of_jira = newest(&portfolio.ticket_states, &[0, 1, 2], |it| it.by.as_str() == "jira");
/// assert_eq!(of_jira.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn newest<'a, T: Fact>(
    facts: &'a Rows<T>,
    numbers: &[usize],
    admits: impl Fn(&T) -> bool,
) -> Vec<(usize, &'a T)> {
    let found = numbers.iter().rev().filter_map(|number| Some((*number, facts.get(*number)?)));
    // The latest time at which one of those was said that were recorded later, and of those that
    // were recorded together with the one that is looked at.
    let (mut later, mut together, mut last) = (None, None, None);
    let mut newest = Vec::new();
    for (number, fact) in found.filter(|(_, fact)| admits(fact)) {
        let (place, said) = (Some(position(fact)), Some(fact.envelope().at));
        if place != last {
            (later, together, last) = (later.max(together), None, place);
        }
        together = together.max(said);
        if said > later {
            newest.push((number, fact));
        }
    }
    newest
}
