//! Who is who, and who belonged to which group when.
//!
//! Both may be declared again. What is asked about an instant is answered by what was known at that
//! instant; whether who acted belonged to a group, by what was known when the act was recorded. So
//! nobody comes to have belonged by being added later, and nobody's act is undone by their leaving.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::memberships::{Memberships, View};
use super::order::{Moment, Position, end_of};
use crate::base::id::{GroupId, PersonId};
use crate::base::{Instant, Rows};
use crate::model::{Fact, Group, Person, PersonKind};

/// The declared people and groups, with aliases resolved.
#[derive(Clone, Debug, Default)]
pub struct People {
    number_of: BTreeMap<PersonId, usize>,
    people: Vec<Who>,
    memberships: Memberships,
}

/// What is declared of one person.
#[derive(Clone, Debug)]
struct Who {
    id: PersonId,
    /// From when on they are suspended, by each declaration, in order.
    suspended: Vec<(Position, Option<Instant>)>,
    /// The first declaration that calls them a machine: none later makes a human being of it.
    machine: Option<Position>,
}

impl Who {
    /// From when on they are suspended by the newest declaration at a place in the order of facts;
    /// nothing, if there is none.
    fn declared(&self, by: Position) -> Option<Option<Instant>> {
        let known = self.suspended.partition_point(|(since, _)| *since <= by);
        self.suspended.get(known.checked_sub(1)?).map(|(_, from)| *from)
    }

    fn is_human(&self, by: Position) -> bool {
        self.machine.is_none_or(|since| since > by)
    }
}

impl People {
    /// Takes the declarations of people and groups that are known by a place in the order of facts.
    ///
    /// An id that any declaration calls an alias stays one: nobody becomes two people by being
    /// declared again.
    #[must_use]
    pub fn new(people: &Rows<Person>, groups: &Rows<Group>, by: Position) -> Self {
        let declared = Declared::new(people, by, |person| &person.id);
        let mut known = People::default();
        let mut aliases: Vec<(&PersonId, usize)> = Vec::new();
        for (number, (id, places)) in declared.all().enumerate() {
            let mut who = Who { id: id.clone(), suspended: Vec::new(), machine: None };
            for (since, place) in places {
                let Some(person) = people.get(*place) else { continue };
                who.suspended.push((*since, person.suspended_from));
                let machine = (person.kind == PersonKind::Machine).then_some(*since);
                who.machine = who.machine.or(machine);
                aliases.extend(person.aliases.iter().map(|alias| (alias, number)));
            }
            known.number_of.insert(id.clone(), number);
            known.people.push(who);
        }
        for (alias, number) in aliases {
            known.number_of.entry(alias.clone()).or_insert(number);
        }
        known.memberships = Memberships::new(groups, by, |person| known.principal(&person).clone());
        known
    }

    fn who(&self, id: &PersonId) -> Option<&Who> {
        self.people.get(*self.number_of.get(id)?)
    }

    /// The id of the declared person behind an id or an alias.
    #[must_use]
    pub fn declared(&self, id: &PersonId) -> Option<&PersonId> {
        self.who(id).map(|who| &who.id)
    }

    /// The id under which somebody's acts are counted: an alias counts as its person.
    #[must_use]
    pub fn principal<'a>(&'a self, id: &'a PersonId) -> &'a PersonId {
        self.declared(id).unwrap_or(id)
    }

    /// Whether somebody's word counts: that of those who are named, or everybody's, if nobody is.
    #[must_use]
    pub fn admits(&self, named: &[PersonId], by: &PersonId) -> bool {
        named.is_empty() || named.iter().any(|id| self.principal(id) == self.principal(by))
    }

    /// Whether that id may fill a seat that asks for people, by what was known then: declared,
    /// human, not suspended by then.
    #[must_use]
    pub fn can_sit(&self, id: &PersonId, at: Instant) -> bool {
        let by = end_of(at);
        self.who(id).is_some_and(|who| {
            let suspended = who.declared(by);
            who.is_human(by) && suspended.is_some_and(|from| from.is_none_or(|from| at < from))
        })
    }

    /// Whether that id is that of a declared human being.
    #[must_use]
    pub fn is_human(&self, id: &PersonId) -> bool {
        self.who(id).is_some_and(|who| who.machine.is_none())
    }

    /// From when on somebody is suspended, by what was known at that instant.
    #[must_use]
    pub fn suspended_from(&self, id: &PersonId, at: Instant) -> Option<Instant> {
        self.who(id)?.declared(end_of(at))?
    }

    /// Whether somebody acted while they were suspended, and had been reinstated by an instant: who
    /// is may act again, but what was done in their name before does not come to count by that.
    #[must_use]
    pub fn acted_suspended(&self, id: &PersonId, moment: Moment, at: Instant) -> bool {
        let Some(who) = self.who(id) else { return false };
        who.suspended.windows(2).any(|pair| match pair {
            [(_, Some(from)), (until, _)] if *until <= end_of(at) => {
                let before_end = moment.at < until.0 || moment.recorded < *until;
                *from < until.0 && *from <= moment.recorded.0 && before_end
            }
            _ => false,
        })
    }

    /// Whether who acted may fill a seat at an instant, and was not suspended when they acted.
    #[must_use]
    pub fn may_act(&self, fact: &impl Fact, at: Instant) -> bool {
        fact.envelope().by.is_some_and(|by| {
            self.can_sit(by, at) && !self.acted_suspended(by, Moment::of(fact), at)
        })
    }

    /// Whether a person belonged to a group, directly or through other groups, by what was known
    /// then.
    #[must_use]
    pub fn belongs(&self, person: &PersonId, group: &GroupId, at: Instant) -> bool {
        self.belongs_by(person, group, at, end_of(at))
    }

    /// The same by what was known at a place in the order of facts.
    #[must_use]
    pub fn belongs_by(
        &self,
        person: &PersonId,
        group: &GroupId,
        at: Instant,
        by: Position,
    ) -> bool {
        self.memberships.belongs(self.principal(person), group, View { at, by })
    }

    /// Whether a group was part of another one, directly or through others, or is that one itself,
    /// by what was known then.
    #[must_use]
    pub fn is_within(&self, inner: &GroupId, group: &GroupId, at: Instant) -> bool {
        self.memberships.is_within(inner, group, View::of(at))
    }

    /// Whether who acted belonged to a group both when they say they acted and when that was
    /// recorded, so that nothing can be dated back to when they did; by what was known of the group
    /// when it was recorded, so that nobody can be dated back into it.
    #[must_use]
    pub fn belonged(&self, fact: &impl Fact, group: &GroupId) -> bool {
        let Moment { at, recorded } = Moment::of(fact);
        fact.envelope().by.is_some_and(|by| {
            [at, recorded.0].into_iter().all(|then| self.belongs_by(by, group, then, recorded))
        })
    }

    /// Everybody who belonged to a group at that instant, directly or through other groups, by what
    /// was known then.
    #[must_use]
    pub fn members(&self, group: &GroupId, at: Instant) -> BTreeSet<&PersonId> {
        self.memberships.members(group, View::of(at))
    }

    /// The next instant after `at` at which somebody joins or leaves the group, by what was known
    /// at `at`.
    #[must_use]
    pub fn next_membership_change(&self, group: &GroupId, at: Instant) -> Option<Instant> {
        let known = self.memberships.known(group, end_of(at)).into_iter();
        let times = known.flat_map(|member| {
            let suspended = member.person.as_ref().and_then(|id| self.suspended_from(id, at));
            [member.from, member.to, suspended]
        });
        times.flatten().filter(|time| *time > at).min()
    }

    /// The next instant after `at` at which somebody joins or leaves any team.
    #[must_use]
    pub fn next_team_change(&self, at: Instant) -> Option<Instant> {
        let teams = self.memberships.teams(end_of(at));
        teams.filter_map(|team| self.next_membership_change(team, at)).min()
    }

    /// The teams that a person belonged to at that instant, by what was known then.
    #[must_use]
    pub fn teams(&self, person: &PersonId, at: Instant) -> BTreeSet<&GroupId> {
        self.teams_by(person, at, end_of(at))
    }

    /// The same by what was known at a place in the order of facts.
    #[must_use]
    pub fn teams_by(&self, person: &PersonId, at: Instant, by: Position) -> BTreeSet<&GroupId> {
        let teams = self.memberships.teams(by);
        teams.filter(|team| self.belongs_by(person, team, at, by)).collect()
    }

    /// Whether a group of that id is declared.
    #[must_use]
    pub fn has_group(&self, id: &GroupId) -> bool {
        self.memberships.has(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Member;

    fn known(people: &[Person], groups: &[Group]) -> People {
        let groups = groups.to_vec().into();
        People::new(&people.to_vec().into(), &groups, end_of(Instant::LAST))
    }

    #[test]
    fn groups_nest_and_may_contain_each_other() {
        let id = |text: &str| GroupId::new(text).unwrap();
        let ann = PersonId::new("ann").unwrap();
        let group = |name: &str, inner: &str, members: Vec<Member>| {
            let nested = Member { person: None, group: Some(id(inner)), from: None, to: None };
            let members = members.into_iter().chain([nested]).collect();
            Group { members, ..Group::new(id(name)) }
        };
        let leaves: Instant = "2026-01-02T00:00:00Z".parse().unwrap();
        let until = Member { to: Some(leaves), ..Member::person(ann.clone()) };
        let people = known(&[], &[group("a", "b", vec![]), group("b", "a", vec![until])]);
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

    fn at(day: u8) -> Instant {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn ann(at: Option<u8>) -> Person {
        Person { at: at.map(self::at), ..Person::new(PersonId::new("ann").unwrap()) }
    }

    fn moment(said: u8, recorded: u8) -> Moment {
        Moment { at: at(said), recorded: (at(recorded), 0) }
    }

    #[test]
    fn who_is_reinstated_may_act_again_but_did_not_act_meanwhile() {
        let suspended = Person { suspended_from: Some(at(3)), ..ann(Some(4)) };
        let people = known(&[ann(Some(6)), suspended, ann(None)], &[]);
        let id = PersonId::new("ann").unwrap();
        let sits: Vec<u8> = (1..9).filter(|day| people.can_sit(&id, at(*day))).collect();
        assert_eq!(sits, [1, 2, 3, 6, 7, 8], "on the 3rd nobody knew of it yet");
        assert_eq!(people.suspended_from(&id, at(4)), Some(at(3)));
        assert_eq!(people.suspended_from(&id, at(6)), None);
        for (said, recorded, void) in
            [(1, 2, false), (2, 3, true), (3, 3, true), (5, 9, true), (1, 9, true), (6, 6, false)]
        {
            let of = moment(said, recorded);
            assert_eq!(people.acted_suspended(&id, of, at(9)), void, "{said} {recorded}");
            assert!(!people.acted_suspended(&id, of, at(5)), "nobody is reinstated yet");
        }
        let early = People::new(&[ann(Some(6))].into(), &Rows::new(), end_of(at(5)));
        assert!(early.declared(&id).is_none() && !early.can_sit(&id, at(8)));
    }

    #[test]
    fn an_alias_stays_one_and_a_machine_stays_one() {
        let old = PersonId::new("ann.old").unwrap();
        let first = Person { aliases: vec![old.clone()], kind: PersonKind::Machine, ..ann(None) };
        let people = known(&[first, ann(Some(2))], &[]);
        assert_eq!(people.principal(&old), &PersonId::new("ann").unwrap());
        assert!(!people.is_human(&old) && !people.can_sit(&old, at(3)));
        let later = Person { kind: PersonKind::Machine, ..ann(Some(2)) };
        let people = known(&[ann(None), later], &[]);
        let id = PersonId::new("ann").unwrap();
        assert!(people.can_sit(&id, at(1)) && !people.can_sit(&id, at(2)));
        assert!(!people.is_human(&id));
    }
}
