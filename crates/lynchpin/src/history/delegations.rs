//! Who could answer in whose place, and who is away when.

use std::collections::{BTreeMap, BTreeSet};

use super::order::{Moment, Position, end_of, in_order, is_known, position};
use super::people::People;
use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};
use crate::model::{Absence, Delegation, DelegationEvent, Portfolio};

/// The standing delegations and absences that were known as of an instant, with aliases resolved.
#[derive(Clone, Debug, Default)]
pub struct Delegations {
    /// By who may answer, then by whose seat it is: the numbers of the facts, in order.
    to: BTreeMap<PersonId, BTreeMap<PersonId, Vec<usize>>>,
    given: BTreeMap<usize, Delegation>,
    /// Those of them that somebody gave while they were suspended, who is so no more.
    void: BTreeSet<usize>,
    absences: BTreeMap<PersonId, Vec<(usize, Absence)>>,
}

impl Delegations {
    /// Files what a portfolio knows by that instant.
    #[must_use]
    pub fn new(portfolio: &Portfolio, people: &People, as_of: Instant) -> Self {
        let mut filed = Delegations::default();
        for (number, fact) in portfolio.delegations.iter().enumerate() {
            let (to, by) = (people.principal(&fact.to), people.principal(&fact.by));
            if is_known(fact, as_of) && to != by {
                let of = filed.to.entry(to.clone()).or_default().entry(by.clone()).or_default();
                of.push(number);
                if people.acted_suspended(by, Moment::of(fact), as_of) {
                    filed.void.insert(number);
                }
                filed.given.insert(number, fact.clone());
            }
        }
        for numbers in filed.to.values_mut().flat_map(BTreeMap::values_mut) {
            numbers.sort_by(|a, b| match (filed.given.get(a), filed.given.get(b)) {
                (Some(a), Some(b)) => in_order(a, b),
                _ => std::cmp::Ordering::Equal,
            });
        }
        for (number, fact) in portfolio.absences.iter().enumerate() {
            if is_known(fact, as_of) {
                let person = people.principal(&fact.person).clone();
                filed.absences.entry(person).or_default().push((number, fact.clone()));
            }
        }
        filed
    }

    /// Whether nobody ever let anybody answer for them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.to.is_empty()
    }

    /// Everybody in whose place a person may ever have answered, with the numbers of the facts.
    pub fn delegators(&self, to: &PersonId) -> impl Iterator<Item = (&PersonId, &[usize])> + '_ {
        self.to.get(to).into_iter().flatten().map(|(by, numbers)| (by, numbers.as_slice()))
    }

    /// The numbers of the facts by which one person ever let another answer for them, in order.
    #[must_use]
    pub fn between(&self, by: &PersonId, to: &PersonId) -> &[usize] {
        self.to.get(to).and_then(|of| of.get(by)).map_or(&[], Vec::as_slice)
    }

    /// Whether what was done then was done in the place of who gave these: by all that is known
    /// now, so that an end that was told late takes away what it should have.
    #[must_use]
    pub fn covered(&self, numbers: &[usize], group: &GroupId, moment: Moment) -> bool {
        let end = moment.recorded.0;
        let stands = |number: &usize| {
            let given = self.given.get(number).map(|fact| fact.event);
            given != Some(DelegationEvent::Given) || !self.void.contains(number)
        };
        let numbers: Vec<usize> = numbers.iter().copied().filter(stands).collect();
        self.reaches(&numbers, group, moment.recorded, (moment.at, end), |ended| ended.at <= end)
    }

    /// Whether what was done then may have been: by what was known then. For what must not be
    /// taken away later by ending the delegation.
    #[must_use]
    pub fn may_have_covered(&self, numbers: &[usize], group: &GroupId, moment: Moment) -> bool {
        let known = |ended: &Delegation| position(ended) <= moment.recorded;
        [moment.at, moment.recorded.0].into_iter().any(|then| {
            let over = |ended: &Delegation| known(ended) && ended.at <= then;
            self.reaches(numbers, group, moment.recorded, (then, then), over)
        })
    }

    /// Whether one of these reaches from the one instant to the other, was recorded by then and
    /// was not over.
    fn reaches(
        &self,
        numbers: &[usize],
        group: &GroupId,
        by: Position,
        (first, last): (Instant, Instant),
        is_over: impl Fn(&Delegation) -> bool,
    ) -> bool {
        let facts = || numbers.iter().filter_map(|number| self.given.get(number));
        let meant = |fact: &&Delegation| fact.group.as_ref().is_none_or(|only| only == group);
        let ended = facts().filter(meant).filter(|fact| fact.event == DelegationEvent::Ended);
        // What ties with its end is over, and so is what was given before it and is told again.
        let over: Vec<&Delegation> = ended.filter(|ended| is_over(ended)).collect();
        let over_by = over.iter().map(|ended| position(*ended)).max();
        let over_at = over.iter().map(|ended| ended.at).max();
        facts().filter(meant).any(|given| {
            given.event == DelegationEvent::Given
                && over_by.is_none_or(|over| over < position(given))
                && over_at.is_none_or(|over| over <= given.at)
                && position(given) <= by
                // Nobody answers for another before that was said.
                && given.from.map_or(given.at, |from| from.max(given.at)) <= first
                && given.until.is_none_or(|until| last < until)
        })
    }

    /// Who may answer at an instant in the place of whom, for a group: the holder of the seat, then
    /// who may answer.
    #[must_use]
    pub fn current(&self, group: &GroupId, at: Instant) -> Vec<(&PersonId, &PersonId)> {
        let now = Moment { at, recorded: end_of(at) };
        let pairs = self.to.iter().flat_map(|(to, of)| of.iter().map(move |(by, n)| (by, to, n)));
        let covered = pairs.filter(|(_, _, numbers)| self.covered(numbers, group, now));
        covered.map(|(by, to, _)| (by, to)).collect()
    }

    /// The next instant after `at` at which somebody may begin or cease to answer for another.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let times = self.given.values().flat_map(|given| [given.from, given.until]).flatten();
        times.chain(self.given.values().map(|given| given.at)).filter(|time| *time > at).min()
    }

    /// Who is away at an instant, by which fact and until when: of several absences of a person,
    /// the one that lasts longest. In order of ids.
    pub fn absent(&self, at: Instant) -> impl Iterator<Item = (&PersonId, usize, Instant)> + '_ {
        self.absences.iter().filter_map(move |(person, all)| {
            let now = all.iter().filter(|(_, absence)| absence.from <= at && at < absence.until);
            let (number, longest) =
                now.max_by(|(_, a), (_, b)| a.until.cmp(&b.until).then_with(|| b.cmp(a)))?;
            Some((person, *number, longest.until))
        })
    }

    /// The next instant after `at` at which somebody goes away or comes back.
    #[must_use]
    pub fn next_absence_change(&self, at: Instant) -> Option<Instant> {
        let all = self.absences.values().flatten().map(|(_, absence)| absence);
        all.flat_map(|absence| [absence.from, absence.until]).filter(|time| *time > at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::PersonId;

    fn at(day: u8) -> Instant {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn fact(event: DelegationEvent, day: u8, until: Option<u8>) -> Delegation {
        Delegation {
            to: PersonId::new("bob").unwrap(),
            event,
            group: None,
            from: None,
            until: until.map(at),
            at: at(day),
            recorded: None,
            sequence: 0,
            by: PersonId::new("ann").unwrap(),
            via: None,
            reason: None,
        }
    }

    #[test]
    fn a_delegation_lasts_until_its_end_or_until_it_is_ended() {
        let group = GroupId::new("cab").unwrap();
        let given = fact(DelegationEvent::Given, 2, Some(6));
        let ended = fact(DelegationEvent::Ended, 4, None);
        let of = |facts: Vec<Delegation>| {
            let portfolio = Portfolio { delegations: facts.into(), ..Portfolio::default() };
            Delegations::new(&portfolio, &People::default(), Instant::LAST)
        };
        let covers = |filed: &Delegations, day| {
            let moment = Moment { at: at(day), recorded: (at(day), 0) };
            let bob = PersonId::new("bob").unwrap();
            filed.delegators(&bob).any(|(_, numbers)| filed.covered(numbers, &group, moment))
        };
        let open = of(vec![given.clone()]);
        assert_eq!([1, 2, 5, 6].map(|day| covers(&open, day)), [false, true, true, false]);
        let over = of(vec![ended.clone(), given.clone()]);
        assert_eq!([2, 3, 4].map(|day| covers(&over, day)), [true, true, false]);
        let again = of(vec![given, ended, fact(DelegationEvent::Given, 5, None)]);
        assert_eq!([4, 5, 9].map(|day| covers(&again, day)), [false, true, true]);
    }
}
