//! Who sits in a group, called up once for a question and not once for each change.
//!
//! Many changes ask for the approval of one large group: to gather it for each would take as long
//! as changes times people.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};
use crate::history::people::People;

/// Those of a group who may fill a seat at an instant.
#[derive(Debug)]
pub struct Roll {
    /// The declared people of the group who may fill a seat.
    pub sitting: BTreeSet<PersonId>,
    /// The next instant at which somebody joins, leaves or is suspended.
    pub changes: Option<Instant>,
}

/// The rolls that were called up so far.
#[derive(Debug, Default)]
pub struct Rolls(RefCell<BTreeMap<(GroupId, Instant), Rc<Roll>>>);

impl Rolls {
    /// The roll of a group at an instant.
    #[must_use]
    pub fn of(&self, people: &People, group: &GroupId, at: Instant) -> Rc<Roll> {
        let mut known = self.0.borrow_mut();
        let roll = known.entry((group.clone(), at)).or_insert_with(|| {
            let members = people.members(group, at).into_iter();
            let sitting = members.filter(|id| people.can_sit(id, at)).cloned().collect();
            Rc::new(Roll { sitting, changes: people.next_membership_change(group, at) })
        });
        Rc::clone(roll)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::order::end_of;
    use crate::model::{Group, Member, Person};

    #[test]
    fn a_roll_holds_those_who_can_sit_and_is_called_up_once() {
        let id = |text: &str| PersonId::new(text).unwrap();
        let group = GroupId::new("reviewers").unwrap();
        let leaves: Instant = "2026-01-02T00:00:00Z".parse().unwrap();
        let members = ["ann", "bo", "undeclared"].map(|name| Member::person(id(name)));
        let person = |name, suspended_from| Person { suspended_from, ..Person::new(id(name)) };
        let declared = [person("ann", None), person("bo", Some(leaves))];
        let groups = [Group { members: members.to_vec(), ..Group::new(group.clone()) }];
        let people = People::new(&declared.into(), &groups.into(), end_of(Instant::EPOCH));
        let rolls = Rolls::default();
        let before = rolls.of(&people, &group, Instant::EPOCH);
        assert_eq!(before.sitting, BTreeSet::from([id("ann"), id("bo")]));
        assert_eq!(before.changes, Some(leaves));
        assert!(Rc::ptr_eq(&before, &rolls.of(&people, &group, Instant::EPOCH)));
        let after = rolls.of(&people, &group, leaves);
        assert_eq!((&after.sitting, after.changes), (&BTreeSet::from([id("ann")]), None));
    }
}
