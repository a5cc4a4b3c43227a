//! Who may fill which seat.
//!
//! A seat is one person's in the group that is asked, or in a group that the question was passed on
//! to. It is filled by that person or by whom they let answer for them, and it is one seat whoever
//! fills it. A delegation moves a seat: it adds none, is not passed on, and binds both to the
//! separation of duties.

use std::collections::{BTreeMap, BTreeSet};

use super::ballots::{Ballot, Word};
use super::votes::Asked;
use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Delegating, MembersWhen};
use crate::history::order::Position;
use crate::model::Vote;

/// What everybody said, by person.
pub(super) type Ballots<'a> = BTreeMap<&'a PersonId, Vec<Ballot<'a>>>;

/// Those who may answer a requirement.
pub(super) struct Electorate<'b, 'a, 'c> {
    case: &'a Case<'c>,
    leaf: &'b ApprovalLeaf,
    excluded: &'b BTreeSet<&'a PersonId>,
    /// Everything that was said.
    ballots: &'b Ballots<'a>,
    /// The ballots by which somebody passed a seat on, by whom they named.
    passed: BTreeMap<&'a PersonId, Vec<&'b Ballot<'a>>>,
    /// The groups that it was ever passed on to, since when, taken back or not.
    once_escalated: BTreeMap<&'a GroupId, Position>,
    /// The groups that it was passed on to, since when.
    pub(super) escalated: BTreeMap<&'a GroupId, Position>,
    /// What each says for a seat of their own.
    own: BTreeMap<&'a PersonId, Word<'b, 'a>>,
}

/// A seat that somebody may fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat<'a> {
    /// Whose it is.
    pub(super) holder: &'a PersonId,
    /// Whether it is one of the group that is asked, and not of one that it was passed on to.
    pub(super) asked: bool,
}

/// Whether somebody must have belonged at both instants of a fact, or at either.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Both,
    Either,
}

impl<'b, 'a, 'c> Electorate<'b, 'a, 'c> {
    pub(super) fn new(
        case: &'a Case<'c>,
        asked: Asked<'b>,
        excluded: &'b BTreeSet<&'a PersonId>,
        ballots: &'b Ballots<'a>,
    ) -> Self {
        let leaf = asked.leaf;
        let mut found = Electorate {
            case,
            leaf,
            excluded,
            ballots,
            passed: BTreeMap::new(),
            once_escalated: BTreeMap::new(),
            escalated: BTreeMap::new(),
            own: BTreeMap::new(),
        };
        for ballot in ballots.values().flatten() {
            if let Some(to) = ballot.to.filter(|_| ballot.decision == Vote::Delegated) {
                found.passed.entry(to).or_default().push(ballot);
            }
            if let Some(group) = ballot.to_group.filter(|_| found.is_escalation(ballot)) {
                let since = found.once_escalated.entry(group).or_insert(ballot.order);
                *since = (*since).min(ballot.order);
            }
        }
        found.hear();
        found.escalated = found.escalations();
        if !found.escalated.is_empty() {
            found.hear();
        }
        found
    }

    /// Folds what each says for a seat of their own.
    fn hear(&mut self) {
        let words = self.ballots.iter().map(|(person, said)| {
            let said: Vec<&Ballot<'a>> =
                said.iter().filter(|ballot| self.has_own_say(ballot)).collect();
            (*person, Word::of(&said, self.leaf.veto, self.case.at))
        });
        self.own = words.collect();
    }

    /// The groups that the question was passed on to, each since the first time: by members who
    /// may approve, until they say something else, and only where the policy names the group.
    fn escalations(&self) -> BTreeMap<&'a GroupId, Position> {
        let mut found: BTreeMap<&GroupId, Position> = BTreeMap::new();
        for (person, word) in &self.own {
            if !self.may_sit(person) || !self.still_belongs(person, &self.leaf.group) {
                continue;
            }
            let last = word.others.iter().rev();
            for ballot in last.take_while(|ballot| ballot.decision == Vote::Escalated) {
                let Some(group) = ballot.to_group else { continue };
                let since = found.entry(group).or_insert(ballot.order);
                *since = (*since).min(ballot.order);
            }
        }
        found
    }

    /// Whether a person may fill a seat at all: not suspended, no machine, and with no hand in it.
    pub(super) fn may_sit(&self, person: &PersonId) -> bool {
        !self.excluded.contains(person) && self.case.records.people.can_sit(person, self.case.at)
    }

    /// Whether somebody belongs to a group now, where the policy asks for that, too.
    fn still_belongs(&self, person: &PersonId, group: &GroupId) -> bool {
        self.leaf.members == MembersWhen::AtApproval
            || self.case.records.people.belongs(person, group, self.case.at)
    }

    /// Whether somebody was suspended when a ballot was cast, and has been reinstated since.
    fn acted_suspended(&self, person: &PersonId, ballot: &Ballot<'_>) -> bool {
        self.case.records.people.acted_suspended(person, ballot.moment, self.case.at)
    }

    /// The groups that were asked when a ballot was cast, the first one first.
    fn groups(&self, ballot: &Ballot<'_>) -> impl Iterator<Item = &GroupId> + '_ {
        let recorded = ballot.order;
        let passed_on = self.escalated.iter().filter(move |(_, since)| **since <= recorded);
        std::iter::once(&self.leaf.group).chain(passed_on.map(|(group, _)| *group))
    }

    fn belonged(&self, person: &PersonId, group: &GroupId, ballot: &Ballot<'_>, at: At) -> bool {
        let people = &self.case.records.people;
        let then = [ballot.moment.at, ballot.moment.recorded.0];
        // By what was known of the group when it was recorded: nobody comes to have belonged, or
        // not to have, by what is declared later.
        let by = ballot.moment.recorded;
        let mut belonged = then.into_iter().map(|at| people.belongs_by(person, group, at, by));
        match at {
            At::Both => {
                belonged.all(|belonged| belonged)
                    && !self.acted_suspended(person, ballot)
                    && self.still_belongs(person, group)
            }
            At::Either => belonged.any(|belonged| belonged),
        }
    }

    /// Whether what somebody said counts for a seat of their own. To approve they must have
    /// belonged both when they say they did and when that was recorded; to refuse, either will do;
    /// and what was given can always be taken back.
    fn has_own_say(&self, ballot: &Ballot<'_>) -> bool {
        let person = ballot.person;
        let mut groups = self.groups(ballot);
        match ballot.decision {
            Vote::Withdrawn => true,
            Vote::Approved => groups.any(|group| self.belonged(person, group, ballot, At::Both)),
            Vote::Delegated => {
                self.leaf.delegation == Delegating::Allowed
                    && ballot.to != Some(person)
                    && groups.any(|group| self.belonged(person, group, ballot, At::Both))
            }
            Vote::Escalated => {
                ballot.to_group.is_some_and(|group| self.leaf.escalates_to.contains(group))
                    && self.belonged(person, &self.leaf.group, ballot, At::Both)
            }
            Vote::Deferred | Vote::RequestChanges | Vote::Rejected => {
                let mut groups = self.groups_that_refuse(ballot);
                groups.any(|group| self.belonged(person, group, ballot, At::Either))
            }
        }
    }

    /// The groups whose members could refuse when a ballot was cast: whoever passed it on may have
    /// taken that back, and no edit may silence a veto.
    fn groups_that_refuse(&self, ballot: &Ballot<'_>) -> impl Iterator<Item = &GroupId> + '_ {
        let then = ballot.order;
        let passed_on = self.once_escalated.iter().filter(move |(_, since)| **since <= then);
        std::iter::once(&self.leaf.group).chain(passed_on.map(|(group, _)| *group))
    }

    /// Whether somebody of the group passed the question on to a group that the policy names.
    fn is_escalation(&self, ballot: &Ballot<'_>) -> bool {
        ballot.decision == Vote::Escalated
            && ballot.to_group.is_some_and(|to| self.leaf.escalates_to.contains(to))
            && self.belonged(ballot.person, &self.leaf.group, ballot, At::Either)
    }

    /// The ballots by which somebody passed their seat on to a person, whether they still stand or
    /// not.
    fn passing_to(&self, to: &PersonId) -> impl Iterator<Item = &'b Ballot<'a>> + '_ {
        self.passed.get(to).into_iter().flatten().copied()
    }

    /// Whether what somebody said counts at all: for a seat of their own or for another's.
    pub(super) fn has_a_say(&self, ballot: &Ballot<'a>) -> bool {
        if self.has_own_say(ballot) {
            return true;
        }
        match ballot.decision {
            Vote::Withdrawn | Vote::Delegated | Vote::Escalated => false,
            Vote::Approved => {
                !self.acted_suspended(ballot.person, ballot)
                    && self.delegated(ballot).next().is_some()
            }
            Vote::Deferred | Vote::RequestChanges | Vote::Rejected => {
                self.may_have_been_delegated(ballot)
            }
        }
    }

    /// The seats that an approval may fill, one of them.
    pub(super) fn seats(&self, ballot: &Ballot<'a>) -> BTreeSet<Seat<'a>> {
        let own = self.seat(ballot.person, ballot);
        own.into_iter().chain(self.delegated(ballot)).collect()
    }

    /// Somebody's own seat when a ballot was cast.
    fn seat(&self, holder: &'a PersonId, ballot: &Ballot<'_>) -> Option<Seat<'a>> {
        let mut groups = self.groups(ballot);
        let group = groups.find(|group| self.belonged(holder, group, ballot, At::Both))?;
        Some(Seat { holder, asked: *group == self.leaf.group })
    }

    /// The seats of others that a person filled when they approved.
    fn delegated(&self, ballot: &Ballot<'a>) -> impl Iterator<Item = Seat<'a>> + '_ {
        let holders = self.delegators(ballot.person);
        let ballot = *ballot;
        holders.into_iter().filter_map(move |holder| {
            let may = self.may_sit(holder) && self.lets(holder, &ballot);
            self.seat(holder, &ballot).filter(|_| may)
        })
    }

    /// Everybody who ever let a person answer for them, here or in general.
    fn delegators(&self, to: &'a PersonId) -> BTreeSet<&'a PersonId> {
        if self.leaf.delegation == Delegating::Forbidden {
            return BTreeSet::new();
        }
        let here = self.passing_to(to).map(|ballot| ballot.person);
        let standing = self.case.records.delegations.delegators(to).map(|(holder, _)| holder);
        here.chain(standing).collect()
    }

    /// Whether the holder of a seat let somebody answer for them when they did, and has said
    /// nothing else since: of what ties, the holder's own word counts.
    fn lets(&self, holder: &PersonId, ballot: &Ballot<'_>) -> bool {
        let (then, to) = (ballot.order, ballot.person);
        let word = self.own.get(holder);
        if word.is_some_and(|word| word.overrules(then, ballot.moment, to)) {
            return false;
        }
        let last = word.and_then(|word| word.by_then(then));
        match last.filter(|last| last.decision == Vote::Delegated) {
            Some(last) => last.passes_to(to),
            None => self.standing(holder, ballot),
        }
    }

    /// Whether a standing delegation covers what somebody did.
    fn standing(&self, holder: &PersonId, ballot: &Ballot<'_>) -> bool {
        let delegations = &self.case.records.delegations;
        let numbers = delegations.between(holder, ballot.person);
        !numbers.is_empty()
            && self.groups(ballot).any(|group| {
                self.belonged(holder, group, ballot, At::Both)
                    && delegations.covered(numbers, group, ballot.moment)
            })
    }

    /// Whether a refusal may have been one for another's seat, as things were known then.
    fn may_have_been_delegated(&self, ballot: &Ballot<'a>) -> bool {
        if self.leaf.delegation == Delegating::Forbidden {
            return false;
        }
        let then = ballot.order;
        let sat =
            |holder: &PersonId, group: &GroupId| self.belonged(holder, group, ballot, At::Either);
        let mut here = self.passing_to(ballot.person).filter(|o| o.order <= then);
        let delegations = &self.case.records.delegations;
        here.any(|other| self.groups_that_refuse(ballot).any(|group| sat(other.person, group)))
            || delegations.delegators(ballot.person).any(|(holder, numbers)| {
                self.groups_that_refuse(ballot).any(|group| {
                    sat(holder, group)
                        && delegations.may_have_covered(numbers, group, ballot.moment)
                })
            })
    }

    /// The facts that made it possible that what a person said counts, whether or not they did:
    /// that somebody let them answer.
    pub(super) fn behind(&self, person: &PersonId) -> BTreeSet<(&'static str, usize)> {
        let mut facts = BTreeSet::new();
        if self.leaf.delegation == Delegating::Allowed {
            facts.extend(self.passing_to(person).map(|passed| passed.cite));
            let standing = self.case.records.delegations.delegators(person);
            let numbers = standing.flat_map(|(_, numbers)| numbers);
            facts.extend(numbers.map(|number| ("delegations", *number)));
        }
        facts
    }

    /// The facts by which the question was passed on, taken back or not.
    pub(super) fn escalating(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        let all = self.ballots.values().flatten();
        all.filter(|ballot| self.is_escalation(ballot)).map(|ballot| ballot.cite)
    }

    /// Those whose word was that somebody else may answer, and who that is.
    pub(super) fn passed_on(&self) -> BTreeSet<(&'a PersonId, &'a PersonId)> {
        let last = self.own.iter().filter_map(|(holder, word)| {
            let last = word.last_other().filter(|last| last.decision == Vote::Delegated)?;
            Some((*holder, last.to?))
        });
        last.filter(|(holder, to)| self.may_sit(holder) && self.may_sit(to)).collect()
    }

    /// Who may answer now for somebody who sits: by a standing delegation, or here.
    pub(super) fn delegates(&self, at: Instant) -> BTreeSet<(&'a PersonId, &'a PersonId)> {
        if self.leaf.delegation == Delegating::Forbidden {
            return BTreeSet::new();
        }
        let case = self.case;
        let mut found = self.passed_on();
        let groups: Vec<&GroupId> =
            std::iter::once(&self.leaf.group).chain(self.escalated.keys().copied()).collect();
        for group in groups {
            let pairs = case.records.delegations.current(group, at);
            let sits = |holder: &PersonId| case.records.people.belongs(holder, group, at);
            let may = |(holder, to): &(&'a PersonId, &'a PersonId)| {
                sits(holder) && self.may_sit(holder) && self.may_sit(to)
            };
            found.extend(pairs.into_iter().filter(may));
        }
        found
    }
}

impl Ballot<'_> {
    /// Whether it passes a seat on to that person.
    fn passes_to(&self, to: &PersonId) -> bool {
        self.decision == Vote::Delegated && self.to == Some(to)
    }
}
