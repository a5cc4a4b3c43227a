//! Who belongs to which group when, by each declaration of it.
//!
//! A group that is declared again is not copied: each membership is kept once, with the stretch of
//! the order of facts in which it is in force.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::order::{Position, end_of};
use crate::base::id::{GroupId, PersonId};
use crate::base::{Instant, Rows};
use crate::model::{Group, GroupKind, Member};

/// When memberships are looked at, and by what was known of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) at: Instant,
    pub(super) by: Position,
}

impl View {
    /// As it was at an instant, by what was known then.
    pub(super) fn of(at: Instant) -> Self {
        View { at, by: end_of(at) }
    }
}

/// The memberships of all groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Memberships {
    number_of: BTreeMap<GroupId, usize>,
    groups: Vec<Of>,
    rows: Vec<Row>,
    /// Where somebody is a member, by the person.
    of_person: BTreeMap<PersonId, Vec<usize>>,
    /// Where a group is one.
    of_group: BTreeMap<GroupId, Vec<usize>>,
}

/// What is declared of one group.
#[derive(Clone, Debug)]
struct Of {
    id: GroupId,
    /// What it is for since when, in order.
    kinds: Vec<(Position, GroupKind)>,
    rows: Vec<usize>,
}

/// One membership, and which declarations say so: from the first of them to the first that does
/// not.
#[derive(Clone, Debug)]
struct Row {
    group: usize,
    member: Member,
    since: Position,
    until: Option<Position>,
}

impl Row {
    fn holds(&self, view: View) -> bool {
        let Member { from, to, .. } = self.member;
        self.is_known(view.by)
            && from.is_none_or(|from| from <= view.at)
            && to.is_none_or(|to| view.at < to)
    }

    fn is_known(&self, by: Position) -> bool {
        self.since <= by && self.until.is_none_or(|until| by < until)
    }
}

impl Memberships {
    /// Files the groups, with `person` naming everybody by the one id of theirs that counts.
    pub(super) fn new(
        groups: &Rows<Group>,
        by: Position,
        person: impl Fn(PersonId) -> PersonId,
    ) -> Self {
        let mut filed = Memberships::default();
        let declared = Declared::new(groups, by, |group| &group.id);
        for (number, (id, places)) in declared.all().enumerate() {
            filed.number_of.insert(id.clone(), number);
            filed.groups.push(Of { id: id.clone(), kinds: Vec::new(), rows: Vec::new() });
            let mut open: BTreeMap<Member, usize> = BTreeMap::new();
            for (since, place) in places {
                let Some(group) = groups.get(*place) else { continue };
                let named = |member: &Member| {
                    let by_id = member.person.clone().map(&person);
                    Member { person: by_id, ..member.clone() }
                };
                let members = group.members.iter().map(named).collect();
                filed.declare(number, (*since, group.kind), members, &mut open);
            }
        }
        filed
    }

    /// Takes in the next declaration of a group, given the memberships that are open before it.
    fn declare(
        &mut self,
        number: usize,
        (since, kind): (Position, GroupKind),
        members: BTreeSet<Member>,
        open: &mut BTreeMap<Member, usize>,
    ) {
        open.retain(|member, row| {
            let stays = members.contains(member);
            if let Some(row) = self.rows.get_mut(*row).filter(|_| !stays) {
                row.until = Some(since);
            }
            stays
        });
        let Some(of) = self.groups.get_mut(number) else { return };
        of.kinds.push((since, kind));
        for member in members {
            if open.contains_key(&member) {
                continue;
            }
            let row = self.rows.len();
            of.rows.push(row);
            open.insert(member.clone(), row);
            if let Some(id) = &member.person {
                self.of_person.entry(id.clone()).or_default().push(row);
            }
            if let Some(id) = &member.group {
                self.of_group.entry(id.clone()).or_default().push(row);
            }
            self.rows.push(Row { group: number, member, since, until: None });
        }
    }

    /// Whether a group is declared.
    pub(super) fn has(&self, group: &GroupId) -> bool {
        self.number_of.contains_key(group)
    }

    /// Whether a person belonged to a group, directly or through other groups.
    pub(super) fn belongs(&self, person: &PersonId, group: &GroupId, view: View) -> bool {
        // From the person up: a group may have very many members, and nobody is in as many groups.
        self.leads(self.of_person.get(person), group, view)
    }

    /// Whether a group was part of another one, directly or through others, or is that one itself.
    pub(super) fn is_within(&self, inner: &GroupId, group: &GroupId, view: View) -> bool {
        inner == group || self.leads(self.of_group.get(inner), group, view)
    }

    /// Whether some memberships lead to a group, by themselves or through the groups they are of.
    fn leads(&self, from: Option<&Vec<usize>>, group: &GroupId, view: View) -> bool {
        let Some(wanted) = self.number_of.get(group) else { return false };
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(rows) = open.pop() {
            for row in rows.into_iter().flatten() {
                let Some(row) = self.rows.get(*row).filter(|row| row.holds(view)) else { continue };
                if seen.insert(row.group) {
                    let found = self.groups.get(row.group);
                    open.push(found.and_then(|found| self.of_group.get(&found.id)));
                }
            }
        }
        seen.contains(wanted)
    }

    /// Everybody who belonged to a group, directly or through other groups.
    pub(super) fn members(&self, group: &GroupId, view: View) -> BTreeSet<&PersonId> {
        let rows = self.within(group, move |row| row.holds(view));
        rows.into_iter().filter_map(|member| member.person.as_ref()).collect()
    }

    /// The memberships of a group and of those in it that are known at a place in the order of
    /// facts, whether they hold or not.
    pub(super) fn known(&self, group: &GroupId, by: Position) -> Vec<&Member> {
        self.within(group, move |row| row.is_known(by))
    }

    /// The memberships of a group that are meant, and of the groups that they are of.
    fn within(&self, group: &GroupId, meant: impl Fn(&Row) -> bool) -> Vec<&Member> {
        let mut seen = BTreeSet::new();
        let mut open = vec![group];
        let mut found = Vec::new();
        while let Some(group) = open.pop() {
            // Groups may contain each other; each is looked into once.
            let Some(number) = self.number_of.get(group).filter(|it| seen.insert(**it)) else {
                continue;
            };
            let rows = self.groups.get(*number).into_iter().flat_map(|of| &of.rows);
            for row in rows.filter_map(|row| self.rows.get(*row)).filter(|row| meant(row)) {
                found.push(&row.member);
                open.extend(&row.member.group);
            }
        }
        found
    }

    /// The groups that were teams at a place in the order of facts.
    pub(super) fn teams(&self, by: Position) -> impl Iterator<Item = &GroupId> + '_ {
        let is_team = move |of: &&Of| {
            let known = of.kinds.partition_point(|(since, _)| *since <= by);
            let kind = known.checked_sub(1).and_then(|last| of.kinds.get(last));
            kind.is_some_and(|(_, kind)| *kind == GroupKind::Team)
        };
        self.groups.iter().filter(is_team).map(|of| &of.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u8) -> Instant {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn person(name: &str) -> PersonId {
        PersonId::new(name).unwrap()
    }

    fn cab() -> GroupId {
        GroupId::new("cab").unwrap()
    }

    fn declared(day: Option<u8>, kind: GroupKind, names: &[&str]) -> Group {
        let members = names.iter().map(|name| Member::person(person(name))).collect();
        Group { kind, members, at: day.map(at), ..Group::new(cab()) }
    }

    fn filed(groups: &[Group], by: u8) -> Memberships {
        Memberships::new(&groups.to_vec().into(), end_of(at(by)), |person| person)
    }

    #[test]
    fn each_declaration_is_in_force_until_the_next_one() {
        let groups = [
            declared(Some(6), GroupKind::Role, &["ann"]),
            declared(None, GroupKind::Role, &["ann", "bob"]),
            declared(Some(4), GroupKind::Team, &["bob", "cid"]),
        ];
        let all = filed(&groups, 9);
        let among = |name: &str| -> Vec<u8> {
            let days = 1..9;
            days.filter(|day| all.belongs(&person(name), &cab(), View::of(at(*day)))).collect()
        };
        assert_eq!(among("ann"), [1, 2, 3, 6, 7, 8]);
        assert_eq!(among("bob"), [1, 2, 3, 4, 5]);
        assert_eq!(among("cid"), [4, 5]);
        for day in 1..9 {
            let view = View::of(at(day));
            let members = all.members(&cab(), view);
            for name in ["ann", "bob", "cid"] {
                let id = person(name);
                assert_eq!(members.contains(&id), all.belongs(&id, &cab(), view), "{name} {day}");
            }
            assert_eq!(all.teams(view.by).count(), usize::from((4..6).contains(&day)));
        }
        // What was known is one thing, when it is asked about another.
        let then = View { at: at(1), by: end_of(at(7)) };
        assert!(!all.belongs(&person("bob"), &cab(), then));
        assert!(filed(&groups, 5).belongs(&person("bob"), &cab(), View::of(at(8))));
    }

    #[test]
    fn a_membership_that_stays_is_kept_once() {
        let names: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
        let declare = |day: u8| {
            let known: Vec<&str> =
                names.iter().take(10 + usize::from(day)).map(String::as_str).collect();
            declared(Some(day), GroupKind::Role, &known)
        };
        let groups: Vec<Group> = (1..=9).map(declare).collect();
        let all = filed(&groups, 9);
        assert_eq!(all.rows.len(), 19);
        assert_eq!(all.members(&cab(), View::of(at(3))).len(), 13);
    }
}
