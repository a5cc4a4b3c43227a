//! Ids of people that a reader cannot tell apart are refused, wherever they stand: who approves
//! under one and wrote under the other would pass for two.

use std::collections::BTreeSet;

use super::check::{self, Problems, added};
use super::look_alike::look_alike;
use crate::base::Actor;
use crate::base::error::ErrorCode;
use crate::base::filed::Filed;
use crate::base::id::PersonId;
use crate::model::portfolio::{Counts, arrays};
use crate::model::{Fact, Portfolio};

/// Where an id of a person stands: the array, the number in it, the field.
type Place = (&'static str, usize, &'static str);

/// Everybody who was declared or named so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities {
    /// Who stands first under what looks alike.
    first: Filed<String, First>,
    declared: Filed<PersonId, ()>,
}

/// An id and, if it is declared, the id of the person whose it is.
#[derive(Clone, Debug)]
struct First {
    id: PersonId,
    of: Option<PersonId>,
}

impl Identities {
    /// Checks all ids of people that were added, and takes them in.
    pub(super) fn check(&mut self, portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
        // What was only named before, and looks like what is declared now.
        let mut named_before: Vec<(check::Place<'_>, PersonId, PersonId)> = Vec::new();
        for (at, person) in added(&portfolio.people, old.people, "people") {
            for id in std::iter::once(&person.id).chain(&person.aliases) {
                self.declared.insert(id.clone(), ());
                let alike = look_alike(id.as_str());
                let here = First { id: id.clone(), of: Some(person.id.clone()) };
                match self.first.get(&alike) {
                    None => self.first.insert(alike, here),
                    Some(First { of: Some(of), id: first }) => {
                        if *of != person.id {
                            let refusal = refusal(id, first);
                            problems.add(at, ErrorCode::PeopleLookAlike, refusal);
                        }
                    }
                    Some(First { of: None, id: named }) => {
                        named_before.push((at, named.clone(), id.clone()));
                        self.first.insert(alike, here);
                    }
                }
            }
        }
        for (at, named, id) in named_before {
            if !self.declared.contains_key(&named) {
                problems.add(at, ErrorCode::PeopleLookAlike, refusal(&named, &id));
            }
        }
        let mut seen: BTreeSet<&PersonId> = BTreeSet::new();
        for ((array, number, field), id) in named(portfolio, old) {
            if self.declared.contains_key(id) || !seen.insert(id) {
                continue;
            }
            let alike = look_alike(id.as_str());
            match self.first.get(&alike) {
                None => self.first.insert(alike, First { id: id.clone(), of: None }),
                Some(first) if first.id == *id => {}
                Some(first) => {
                    let at = format!("$.{array}[{number}].{field}");
                    problems.add(at, ErrorCode::PeopleLookAlike, refusal(id, &first.id));
                }
            }
        }
    }
}

fn refusal(id: &PersonId, other: &PersonId) -> String {
    format!("`{id}` looks like `{other}`: declare one as an alias of the other, or rename it")
}

/// Every id of a person that stands anywhere but in the list of people, in what was added.
fn named<'a>(
    portfolio: &'a Portfolio,
    old: &Counts,
) -> impl Iterator<Item = (Place, &'a PersonId)> {
    let mut found: Vec<(Place, &'a PersonId)> = Vec::new();
    macro_rules! acts {
        ($($field:ident: $type:ty,)*) => {$(
            for (number, fact) in portfolio.$field.iter_from(old.$field).enumerate() {
                let by = fact.envelope().by;
                found.extend(by.map(|id| ((stringify!($field), number, "by"), id)));
            }
        )*};
    }
    arrays!(acts);
    for (number, change) in portfolio.changes.iter_from(old.changes).enumerate() {
        let mut add = |field, id| found.push((("changes", number, field), id));
        change.requester.iter().for_each(|id| add("requester", id));
        change.author.iter().for_each(|id| add("author", id));
        change.uploader.iter().for_each(|id| add("uploader", id));
        change.committers.iter().for_each(|id| add("committers", id));
    }
    for (number, release) in portfolio.releases.iter_from(old.releases).enumerate() {
        let place = ("releases", number, "requester");
        found.extend(release.requester.iter().map(|id| (place, id)));
    }
    for (number, adoption) in portfolio.policies.iter_from(old.policies).enumerate() {
        found.extend(adoption.author.iter().map(|id| (("policies", number, "author"), id)));
    }
    for (number, waiver) in portfolio.waivers.iter_from(old.waivers).enumerate() {
        found.push((("waivers", number, "requester"), &waiver.requester));
    }
    for (number, exception) in portfolio.exceptions.iter_from(old.exceptions).enumerate() {
        found.push((("exceptions", number, "requester"), &exception.requester));
    }
    for (number, it) in portfolio.quarantines.iter_from(old.quarantines).enumerate() {
        found.extend(person(&it.owner).map(|id| (("quarantines", number, "owner"), id)));
    }
    for (number, approval) in portfolio.approvals.iter_from(old.approvals).enumerate() {
        found.extend(approval.to.iter().map(|id| (("approvals", number, "to"), id)));
    }
    for (number, delegation) in portfolio.delegations.iter_from(old.delegations).enumerate() {
        found.push((("delegations", number, "to"), &delegation.to));
    }
    for (number, absence) in portfolio.absences.iter_from(old.absences).enumerate() {
        found.push((("absences", number, "person"), &absence.person));
    }
    for (number, board) in portfolio.boards.iter_from(old.boards).enumerate() {
        found.extend(person(&board.chair).map(|id| (("boards", number, "chair"), id)));
        found.extend(person(&board.secretary).map(|id| (("boards", number, "secretary"), id)));
    }
    for (number, minutes) in portfolio.minutes.iter_from(old.minutes).enumerate() {
        found.extend(minutes.present.iter().map(|id| (("minutes", number, "present"), id)));
        let voters = minutes.decisions.iter().flat_map(|decision| &decision.voters);
        found.extend(voters.map(|id| (("minutes", number, "decisions"), id)));
    }
    for (number, group) in portfolio.groups.iter_from(old.groups).enumerate() {
        let people = group.members.iter().filter_map(|member| member.person.as_ref());
        found.extend(people.map(|id| (("groups", number, "members"), id)));
    }
    for (number, service) in portfolio.services.iter_from(old.services).enumerate() {
        found.extend(person(&service.owner).map(|id| (("services", number, "owner"), id)));
    }
    for (number, task) in portfolio.tasks.iter_from(old.tasks).enumerate() {
        found.extend(person(&task.owner).map(|id| (("tasks", number, "owner"), id)));
    }
    for (number, hold) in portfolio.holds.iter_from(old.holds).enumerate() {
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
