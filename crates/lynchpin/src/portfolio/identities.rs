//! Ids of people that a reader cannot tell apart are refused, wherever they stand: who approves
//! under one and wrote under the other would pass for two.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Counts, Problems};
use super::look_alike::look_alike;
use crate::base::Actor;
use crate::base::error::ErrorCode;
use crate::base::id::PersonId;
use crate::model::portfolio::arrays;
use crate::model::{Fact, Portfolio};

/// Where an id of a person stands: the array, the number in it, the field.
type Place = (&'static str, usize, &'static str);

/// Checks all ids of people, those of what was there before included; what was added is at fault.
pub(super) fn check_identities(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    let mut known: BTreeMap<String, (&PersonId, usize)> = BTreeMap::new();
    let mut declared: BTreeSet<&PersonId> = BTreeSet::new();
    for (number, person) in portfolio.people.iter().enumerate() {
        for id in std::iter::once(&person.id).chain(&person.aliases) {
            declared.insert(id);
            let first = *known.entry(look_alike(id.as_str())).or_insert((id, number));
            let same = portfolio.people.get(first.1).is_some_and(|other| other.id == person.id);
            if !same {
                let at = format!("$.people[{}]", number.saturating_sub(old.people));
                problems.add(at, ErrorCode::PeopleLookAlike, refusal(id, first.0));
            }
        }
    }
    let undeclared = portfolio.people.len();
    let mut seen: BTreeSet<&PersonId> = BTreeSet::new();
    for ((array, number, field), id) in named(portfolio) {
        if declared.contains(id) || !seen.insert(id) {
            continue;
        }
        let first = *known.entry(look_alike(id.as_str())).or_insert((id, undeclared));
        if first.0 == id {
            continue;
        }
        let at = match number.checked_sub(old.of_array(array)) {
            Some(added) => format!("$.{array}[{added}].{field}"),
            // It was there before what it now looks like.
            None => format!("$.people[{}]", first.1.saturating_sub(old.people)),
        };
        problems.add(at, ErrorCode::PeopleLookAlike, refusal(id, first.0));
    }
}

fn refusal(id: &PersonId, other: &PersonId) -> String {
    format!("`{id}` looks like `{other}`: declare one as an alias of the other, or rename it")
}

/// Every id of a person that stands anywhere but in the list of people.
fn named(portfolio: &Portfolio) -> impl Iterator<Item = (Place, &PersonId)> {
    let mut found: Vec<(Place, &PersonId)> = Vec::new();
    macro_rules! acts {
        ($($field:ident: $type:ty,)*) => {$(
            for (number, fact) in portfolio.$field.iter().enumerate() {
                let by = fact.envelope().by;
                found.extend(by.map(|id| ((stringify!($field), number, "by"), id)));
            }
        )*};
    }
    arrays!(acts);
    for (number, change) in portfolio.changes.iter().enumerate() {
        let mut add = |field, id| found.push((("changes", number, field), id));
        change.requester.iter().for_each(|id| add("requester", id));
        change.author.iter().for_each(|id| add("author", id));
        change.uploader.iter().for_each(|id| add("uploader", id));
        change.committers.iter().for_each(|id| add("committers", id));
    }
    for (number, release) in portfolio.releases.iter().enumerate() {
        let place = ("releases", number, "requester");
        found.extend(release.requester.iter().map(|id| (place, id)));
    }
    for (number, adoption) in portfolio.policies.iter().enumerate() {
        found.extend(adoption.author.iter().map(|id| (("policies", number, "author"), id)));
    }
    for (number, waiver) in portfolio.waivers.iter().enumerate() {
        found.push((("waivers", number, "requester"), &waiver.requester));
    }
    for (number, exception) in portfolio.exceptions.iter().enumerate() {
        found.push((("exceptions", number, "requester"), &exception.requester));
    }
    for (number, it) in portfolio.quarantines.iter().enumerate() {
        found.extend(person(&it.owner).map(|id| (("quarantines", number, "owner"), id)));
    }
    for (number, approval) in portfolio.approvals.iter().enumerate() {
        found.extend(approval.to.iter().map(|id| (("approvals", number, "to"), id)));
    }
    for (number, delegation) in portfolio.delegations.iter().enumerate() {
        found.push((("delegations", number, "to"), &delegation.to));
    }
    for (number, absence) in portfolio.absences.iter().enumerate() {
        found.push((("absences", number, "person"), &absence.person));
    }
    for (number, board) in portfolio.boards.iter().enumerate() {
        found.extend(person(&board.chair).map(|id| (("boards", number, "chair"), id)));
        found.extend(person(&board.secretary).map(|id| (("boards", number, "secretary"), id)));
    }
    for (number, minutes) in portfolio.minutes.iter().enumerate() {
        found.extend(minutes.present.iter().map(|id| (("minutes", number, "present"), id)));
        let voters = minutes.decisions.iter().flat_map(|decision| &decision.voters);
        found.extend(voters.map(|id| (("minutes", number, "decisions"), id)));
    }
    for (number, group) in portfolio.groups.iter().enumerate() {
        let people = group.members.iter().filter_map(|member| member.person.as_ref());
        found.extend(people.map(|id| (("groups", number, "members"), id)));
    }
    for (number, service) in portfolio.services.iter().enumerate() {
        found.extend(person(&service.owner).map(|id| (("services", number, "owner"), id)));
    }
    for (number, task) in portfolio.tasks.iter().enumerate() {
        found.extend(person(&task.owner).map(|id| (("tasks", number, "owner"), id)));
    }
    for (number, hold) in portfolio.holds.iter().enumerate() {
        found.extend(person(&hold.owner).map(|id| (("holds", number, "owner"), id)));
    }
    found.into_iter()
}

fn person(actor: &Option<Actor>) -> Option<&PersonId> {
    match actor {
        Some(Actor::Person(id)) => Some(id),
        Some(Actor::Group(_)) | None => None,
    }
}
