//! Who is who, and who belonged to which group when.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};
use crate::model::{Fact, Group, GroupKind, Member, Person, PersonKind};

/// The declared people and groups, with aliases resolved.
#[derive(Clone, Debug, Default)]
pub struct People {
    person_of: BTreeMap<PersonId, usize>,
    group_of: BTreeMap<GroupId, usize>,
    people: Vec<Person>,
    groups: Vec<Group>,
    /// Where somebody is a member: the numbers of the group and of the membership in it.
    of_person: BTreeMap<PersonId, Vec<(usize, usize)>>,
    /// Where a group is one.
    of_group: BTreeMap<GroupId, Vec<(usize, usize)>>,
}

impl People {
    /// Takes the declared people and groups of a portfolio.
    #[must_use]
    pub fn new(people: &[Person], groups: &[Group]) -> Self {
        let mut person_of = BTreeMap::new();
        for (index, person) in people.iter().enumerate() {
            person_of.insert(person.id.clone(), index);
            for alias in &person.aliases {
                person_of.entry(alias.clone()).or_insert(index);
            }
        }
        let group_of =
            groups.iter().enumerate().map(|(index, group)| (group.id.clone(), index)).collect();
        let mut declared =
            People { person_of, group_of, people: people.to_vec(), ..People::default() };
        let mut groups = groups.to_vec();
        for member in groups.iter_mut().flat_map(|group| &mut group.members) {
            member.person = member.person.take().map(|id| declared.principal(&id).clone());
        }
        for (index, group) in groups.iter().enumerate() {
            for (number, member) in group.members.iter().enumerate() {
                let place = (index, number);
                if let Some(id) = &member.person {
                    declared.of_person.entry(id.clone()).or_default().push(place);
                }
                if let Some(id) = &member.group {
                    declared.of_group.entry(id.clone()).or_default().push(place);
                }
            }
        }
        declared.groups = groups;
        declared
    }

    /// The declared person behind an id or an alias.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(*self.person_of.get(id)?)
    }

    /// The id under which somebody's acts are counted: an alias counts as its person.
    #[must_use]
    pub fn principal<'a>(&'a self, id: &'a PersonId) -> &'a PersonId {
        self.person(id).map_or(id, |person| &person.id)
    }

    /// Whether somebody's word counts: that of those who are named, or everybody's, if nobody is.
    #[must_use]
    pub fn admits(&self, named: &[PersonId], by: &PersonId) -> bool {
        named.is_empty() || named.iter().any(|id| self.principal(id) == self.principal(by))
    }

    /// Whether that id may fill a seat that asks for people: declared, human, not suspended by
    /// then.
    #[must_use]
    pub fn can_sit(&self, id: &PersonId, at: Instant) -> bool {
        self.person(id).is_some_and(|person| {
            person.kind == PersonKind::Human && person.suspended_from.is_none_or(|from| at < from)
        })
    }

    /// Whether that id is that of a declared human being.
    #[must_use]
    pub fn is_human(&self, id: &PersonId) -> bool {
        self.person(id).is_some_and(|person| person.kind == PersonKind::Human)
    }

    /// Whether a person belonged to a group, directly or through other groups.
    #[must_use]
    pub fn belongs(&self, person: &PersonId, group: &GroupId, at: Instant) -> bool {
        // From the person up: a group may have very many members, and nobody is in as many groups.
        self.leads(self.of_person.get(self.principal(person)), group, at)
    }

    /// Whether a group was part of another one, directly or through others, or is that one itself.
    #[must_use]
    pub fn is_within(&self, inner: &GroupId, group: &GroupId, at: Instant) -> bool {
        inner == group || self.leads(self.of_group.get(inner), group, at)
    }

    /// Whether some memberships lead to a group, by themselves or through the groups they are of.
    fn leads(&self, from: Option<&Vec<(usize, usize)>>, group: &GroupId, at: Instant) -> bool {
        let Some(wanted) = self.group_of.get(group) else { return false };
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(places) = open.pop() {
            for (index, number) in places.into_iter().flatten() {
                let Some(found) = self.groups.get(*index) else { continue };
                let lasts = found.members.get(*number).is_some_and(|member| lasts(member, at));
                let is_declared = self.group_of.get(&found.id) == Some(index);
                if lasts && is_declared && seen.insert(*index) {
                    open.push(self.of_group.get(&found.id));
                }
            }
        }
        seen.contains(wanted)
    }

    /// Whether who acted belonged to a group both when they say they acted and when that was
    /// recorded, so that nothing can be dated back to when they did.
    #[must_use]
    pub fn belonged(&self, fact: &impl Fact, group: &GroupId) -> bool {
        let envelope = fact.envelope();
        envelope.by.is_some_and(|by| {
            self.belongs(by, group, envelope.at) && self.belongs(by, group, envelope.recorded)
        })
    }

    /// Everybody who belonged to a group at that instant, directly or through other groups.
    #[must_use]
    pub fn members(&self, group: &GroupId, at: Instant) -> BTreeSet<&PersonId> {
        self.memberships(group, at).filter_map(|member| member.person.as_ref()).collect()
    }

    /// The memberships of a group at that instant, and of the groups that belong to it.
    fn memberships<'a>(
        &'a self,
        group: &GroupId,
        at: Instant,
    ) -> impl Iterator<Item = &'a Member> + 'a {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Group> = self.group(group).into_iter().collect();
        // Groups may contain each other; each is looked into once.
        std::iter::from_fn(move || {
            let found = open.pop()?;
            if !seen.insert(&found.id) {
                return Some(Vec::new());
            }
            let members: Vec<&Member> =
                found.members.iter().filter(|member| lasts(member, at)).collect();
            let inner = members.iter().filter_map(|member| member.group.as_ref());
            open.extend(inner.filter_map(|id| self.group(id)));
            Some(members)
        })
        .flatten()
    }

    /// The next instant after `at` at which somebody joins or leaves the group.
    #[must_use]
    pub fn next_membership_change(&self, group: &GroupId, at: Instant) -> Option<Instant> {
        let mut seen = BTreeSet::new();
        let mut open = vec![group];
        let mut next: Option<Instant> = None;
        while let Some(group) = open.pop() {
            let Some(found) = self.group(group).filter(|_| seen.insert(group)) else { continue };
            for member in &found.members {
                let suspended = member.person.as_ref().and_then(|id| self.person(id));
                let suspended = suspended.and_then(|person| person.suspended_from);
                let times = [member.from, member.to, suspended];
                let soonest = times.into_iter().flatten().filter(|time| *time > at).min();
                next = [next, soonest].into_iter().flatten().min();
                open.extend(&member.group);
            }
        }
        next
    }

    /// The next instant after `at` at which somebody joins or leaves any team.
    #[must_use]
    pub fn next_team_change(&self, at: Instant) -> Option<Instant> {
        let teams = self.groups.iter().filter(|group| group.kind == GroupKind::Team);
        teams.filter_map(|team| self.next_membership_change(&team.id, at)).min()
    }

    /// The teams that a person belonged to at that instant.
    #[must_use]
    pub fn teams(&self, person: &PersonId, at: Instant) -> BTreeSet<&GroupId> {
        let teams = self.groups.iter().filter(|group| group.kind == GroupKind::Team);
        teams.map(|team| &team.id).filter(|team| self.belongs(person, team, at)).collect()
    }

    /// The declared group of that id.
    #[must_use]
    pub fn group(&self, id: &GroupId) -> Option<&Group> {
        self.groups.get(*self.group_of.get(id)?)
    }
}

/// Whether a membership holds at that instant.
fn lasts(member: &Member, at: Instant) -> bool {
    member.from.is_none_or(|from| from <= at) && member.to.is_none_or(|to| at < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_nest_and_may_contain_each_other() {
        let id = |text: &str| GroupId::new(text).unwrap();
        let ann = PersonId::new("ann").unwrap();
        let group = |name: &str, inner: &str, members: Vec<Member>| {
            let nested = Member { person: None, group: Some(id(inner)), from: None, to: None };
            let members = members.into_iter().chain([nested]).collect();
            Group { id: id(name), kind: GroupKind::Role, members }
        };
        let leaves: Instant = "2026-01-02T00:00:00Z".parse().unwrap();
        let until = Member { to: Some(leaves), ..Member::person(ann.clone()) };
        let people = People::new(&[], &[group("a", "b", vec![]), group("b", "a", vec![until])]);
        assert!(people.belongs(&ann, &id("a"), Instant::EPOCH));
        assert!(!people.belongs(&ann, &id("a"), leaves));
        assert!(people.is_within(&id("a"), &id("b"), leaves));
        assert!(people.is_within(&id("b"), &id("a"), leaves));
        assert!(!people.is_within(&id("c"), &id("a"), leaves));
        for group in ["a", "b", "c"] {
            for at in [Instant::EPOCH, leaves] {
                let is_member = people.members(&id(group), at).contains(&ann);
                assert_eq!(people.belongs(&ann, &id(group), at), is_member, "{group} {at}");
            }
        }
        assert_eq!(people.next_membership_change(&id("a"), Instant::EPOCH), Some(leaves));
        assert!(!people.can_sit(&ann, Instant::EPOCH), "undeclared people fill no seat");
    }
}
