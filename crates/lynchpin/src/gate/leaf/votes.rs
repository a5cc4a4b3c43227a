//! The votes on one requirement, counted by person and by seat.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Target;
use super::approval::excluded;
use super::ballots::{Ballot, Stale, Word, collect};
use super::electorate::{Electorate, Seat};
use super::informed::{self, Shown};
use super::seating::{filled, stood_for};
use crate::base::id::{GroupId, PersonId, RequirementId};
use crate::base::{Instant, When};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Quorum, Requirement};
use crate::gate::rolls::Roll;
use crate::history::order::Position;
use crate::model::Vote;
use crate::model::decision::end;
use crate::reason::tree::Row;

/// What is asked of whom.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) target: Target<'a>,
    pub(super) name: &'a RequirementId,
    pub(super) requirement: &'a Requirement,
    pub(super) leaf: &'a ApprovalLeaf,
    /// What was known when of the evidence that must have been seen.
    pub(super) shown: &'a Shown,
}

/// The approvals of one requirement, counted by person.
#[derive(Default)]
pub(super) struct Count<'a> {
    /// Who sits in the group that is asked.
    roll: Option<Rc<Roll>>,
    /// Who sits in the groups that it was passed on to.
    others: Vec<Rc<Roll>>,
    /// The groups that it was passed on to.
    pub(super) escalated: BTreeSet<&'a GroupId>,
    /// Who approved, so that it counts now.
    pub(super) given: BTreeMap<&'a PersonId, Given<'a>>,
    /// The instants at which an approval begins to count.
    pub(super) begins: BTreeSet<Instant>,
    /// Who rejected.
    pub(super) rejected: BTreeSet<&'a PersonId>,
    /// Who asks for changes.
    pub(super) changes: BTreeSet<&'a PersonId>,
    /// Whether somebody put it off.
    pub(super) deferred: bool,
    /// The approvals that went stale.
    pub(super) stale: Stale,
    /// The votes that minutes relay, and which of them count.
    pub(super) minutes: Vec<Row>,
    /// Whose seats were passed on here, and to whom.
    pub(super) passed_on: BTreeSet<(&'a PersonId, &'a PersonId)>,
    /// Who may answer now for whom.
    pub(super) delegates: BTreeSet<(&'a PersonId, &'a PersonId)>,
    /// The facts it rests on.
    pub(super) cites: BTreeSet<(&'static str, usize)>,
    /// Who answered first, if they decide: when, then what, the less favourable first.
    first: Option<(Position, Answer)>,
    /// Who had a hand in it, and so may refuse but not approve.
    excluded: BTreeSet<&'a PersonId>,
    /// Instants at which something of this may change.
    turns: BTreeSet<Instant>,
}

/// What one person approved for.
#[derive(Default)]
pub(super) struct Given<'a> {
    /// The holders of the seats that they may fill, and whether each sits in the group asked.
    pub(super) seats: BTreeMap<&'a PersonId, bool>,
    /// The teams that they may stand for.
    teams: BTreeSet<&'a GroupId>,
}

/// What somebody answered, the less favourable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Rejected,
    Changes,
    Approved,
}

/// What stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gate) enum Against {
    /// A rejection.
    Rejected,
    /// That changes were asked for.
    Changes,
}

impl<'a> Count<'a> {
    /// Counts what is known, as it stands at the instant that is asked about.
    pub(super) fn take(case: &'a Case<'_>, asked: Asked<'_>) -> Count<'a> {
        let people = &case.records.people;
        let leaf = asked.leaf;
        let mut excluded = excluded(case, asked.target);
        let mut count = Count::default();
        let named = &leaf.excludes_producers_of;
        let (producers, produced) = informed::producers(case, asked.target, named);
        excluded.extend(producers);
        let shown = informed::evidence(case, asked.target, &leaf.after_evidence);
        count.cites.extend(produced.into_iter().chain(shown));
        count.excluded.clone_from(&excluded);
        let (ballots, relay) = collect(case, asked, &excluded, &mut count.stale);
        count.cites.extend(count.stale.cites.iter().chain(&relay.cites));
        count.turns.extend(&relay.turns);
        count.minutes = relay.rows;
        let electorate = Electorate::new(case, asked, &excluded, &ballots);
        count.call_up(case, leaf, &electorate);
        if leaf.teams.is_some() {
            count.turns.extend(people.next_team_change(case.at));
            count.turns.extend(case.records.delegations.next_change(case.at));
        }
        for (person, ballots) in &ballots {
            let heard: Vec<&Ballot<'a>> =
                ballots.iter().filter(|ballot| electorate.has_a_say(ballot)).collect();
            if !heard.is_empty() {
                count.cites.extend(electorate.behind(person));
            }
            if heard.iter().any(|ballot| ballot.refuses()) {
                // A word that begins to count may lift a no, even one that approves nothing.
                count.turns.extend(heard.iter().filter_map(|ballot| ballot.effective_from));
            }
            count.add(case, leaf, person, &Word::of(&heard, leaf.veto, case.at), &electorate);
        }
        count.cites.extend(electorate.escalating());
        count.passed_on = electorate.passed_on();
        count.delegates = electorate.delegates(case.at);
        count
    }

    /// Calls up who sits in the groups that may answer.
    fn call_up(
        &mut self,
        case: &Case<'_>,
        leaf: &ApprovalLeaf,
        electorate: &Electorate<'_, 'a, '_>,
    ) {
        let people = &case.records.people;
        let roll = case.rolls.of(people, &leaf.group, case.at);
        self.turns.extend(roll.changes);
        self.roll = Some(roll);
        for group in electorate.escalated.keys() {
            let roll = case.rolls.of(people, group, case.at);
            self.turns.extend(roll.changes);
            self.others.push(roll);
            self.escalated.insert(*group);
        }
    }

    /// Adds what one person says: the approvals since they last said something else, or that.
    fn add(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        person: &'a PersonId,
        word: &Word<'_, 'a>,
        electorate: &Electorate<'_, 'a, '_>,
    ) {
        self.cites.extend(&word.cites);
        if let Some((since, decision)) = word.refusal {
            self.add_refusal(person, since, decision);
        } else if !word.approves(case.at) {
            self.deferred |= word.last_other().is_some_and(|it| it.decision == Vote::Deferred);
        }
        if !electorate.may_sit(person) {
            return;
        }
        self.turns.extend(case.suspension(person));
        for ballot in &word.approvals {
            self.add_approval(case, leaf, ballot, &electorate.seats(ballot));
        }
    }

    /// Adds that somebody refuses, and since when.
    fn add_refusal(&mut self, person: &'a PersonId, since: Position, decision: Vote) {
        let answer = if decision == Vote::Rejected {
            self.rejected.insert(person);
            Answer::Rejected
        } else {
            self.changes.insert(person);
            Answer::Changes
        };
        self.answer(since, answer);
    }

    /// Takes note of an answer, if it is the first.
    fn answer(&mut self, at: Position, answer: Answer) {
        let found = (at, answer);
        self.first = Some(self.first.map_or(found, |first| first.min(found)));
    }

    fn add_approval(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        ballot: &Ballot<'a>,
        seats: &BTreeSet<Seat<'a>>,
    ) {
        if seats.is_empty() {
            return;
        }
        let aged = leaf.expires_after.map(|span| ballot.moment.at.after(span));
        let ends = end([ballot.expires, aged].into_iter().flatten().min());
        let begins = ballot.effective_from.unwrap_or(Instant::EPOCH);
        if ends <= When::At(case.at) || ends <= When::At(begins) {
            self.stale.any = true;
            self.stale.outdated = true;
            return;
        }
        if let When::At(instant) = ends {
            self.turns.insert(instant);
        }
        self.turns.extend(seats.iter().filter_map(|seat| case.suspension(seat.holder)));
        if begins > case.at {
            self.turns.insert(begins);
            self.begins.insert(begins);
            return;
        }
        self.answer(ballot.moment.recorded.max((begins, 0)), Answer::Approved);
        let given = self.given.entry(ballot.person).or_default();
        for seat in seats {
            *given.seats.entry(seat.holder).or_default() |= seat.asked;
        }
        if leaf.teams.is_some() {
            // As with the group: both when they say they approved and when that was recorded.
            let by = ballot.moment.recorded;
            let teams = |at| case.records.people.teams_by(ballot.person, at, by);
            let recorded = teams(by.0);
            given.teams.extend(teams(ballot.moment.at).intersection(&recorded));
        }
    }

    /// Whether each of those who approved did so in their own seat of the group that is asked, and
    /// nothing is passed on: then they are told apart by who they are.
    pub(super) fn is_plain(&self) -> bool {
        let own = |(person, given): (&&PersonId, &Given<'_>)| {
            given.seats.len() == 1 && given.seats.get(*person) == Some(&true)
        };
        self.given.iter().all(own)
            && self.escalated.is_empty()
            && self.passed_on.is_empty()
            && !self.stale.before_evidence
            && !self.stale.without_digest
    }

    /// Who may not approve.
    pub(super) fn excluded(&self) -> impl Iterator<Item = &'a PersonId> + '_ {
        self.excluded.iter().copied()
    }

    /// How many distinct people approved, each for one seat and no seat twice.
    pub(super) fn distinct(&self) -> usize {
        self.seated(|_, _| true)
    }

    /// How many people those seats seat that are meant.
    fn seated(&self, meant: impl Fn(&PersonId, bool) -> bool) -> usize {
        let seats: Vec<BTreeSet<&PersonId>> = self
            .given
            .values()
            .map(|given| {
                let seats = given.seats.iter().filter(|(holder, asked)| meant(holder, **asked));
                seats.map(|(holder, _)| *holder).collect()
            })
            .collect();
        filled(&seats)
    }

    /// Whether enough people of enough teams approved.
    pub(super) fn is_enough(&self, leaf: &ApprovalLeaf, needed: usize) -> bool {
        if leaf.people == Quorum::First {
            return self.first.is_some_and(|(_, answer)| answer == Answer::Approved);
        }
        let wanted = teams(leaf);
        self.distinct() >= needed && (wanted == 0 || self.represented() >= wanted)
    }

    /// How many teams those who approved can stand for.
    fn represented(&self) -> usize {
        let people: Vec<(BTreeSet<&PersonId>, &BTreeSet<&GroupId>)> =
            self.given.values().map(|given| (given.holders(), &given.teams)).collect();
        stood_for(&people)
    }

    /// What stands against it: where the first to answer decides, only what they said.
    pub(super) fn against(&self, leaf: &ApprovalLeaf) -> Option<Against> {
        if leaf.people == Quorum::First {
            return self.first.and_then(|(_, answer)| match answer {
                Answer::Rejected => Some(Against::Rejected),
                Answer::Changes => Some(Against::Changes),
                Answer::Approved => None,
            });
        }
        let rejected = (!self.rejected.is_empty()).then_some(Against::Rejected);
        rejected.or_else(|| (!self.changes.is_empty()).then_some(Against::Changes))
    }

    /// How many of the group that is asked may approve, or did while they might: what `all` and a
    /// percentage are of. Whose seat was filled and who left since counts if it was needed to seat
    /// everybody who approved.
    pub(super) fn base(&self) -> usize {
        let Some(roll) = &self.roll else { return self.given.len() };
        let sits = |person: &PersonId| roll.sitting.contains(person);
        let barred = self.excluded.iter().filter(|person| sits(person)).count();
        let without_left = self.seated(|holder, asked| !asked || sits(holder));
        let left = self.distinct().saturating_sub(without_left);
        roll.sitting.len().saturating_sub(barred).saturating_add(left)
    }

    /// How many may approve, wherever they sit.
    pub(super) fn eligible(&self) -> usize {
        if self.others.is_empty() { self.base() } else { self.holders().len() }
    }

    /// Those: the excluded approve nothing, so no seat of theirs is among those given.
    fn holders(&self) -> BTreeSet<&PersonId> {
        let rolls = self.roll.iter().chain(&self.others);
        let sitting = rolls.flat_map(|roll| &roll.sitting);
        let may = sitting.filter(|person| !self.excluded.contains(person));
        let given = self.given.values().flat_map(|given| given.seats.keys().copied());
        may.chain(given).collect()
    }

    /// Whether somebody may still approve, and has not.
    pub(super) fn is_awaited(&self, person: &PersonId) -> bool {
        let mut rolls = self.roll.iter().chain(&self.others);
        rolls.any(|roll| roll.sitting.contains(person))
            && !self.excluded.contains(person)
            && !self.given.values().any(|given| given.seats.contains_key(person))
    }

    /// In whose seat an approval by somebody would now count as one more: their own, if they have
    /// one; nothing, if in none.
    pub(super) fn seat_left(&self, person: &PersonId) -> Option<PersonId> {
        let mut rolls = self.roll.iter().chain(&self.others);
        let sits = rolls.any(|roll| roll.sitting.contains(person));
        let own = Some(person).filter(|_| sits && !self.excluded.contains(person));
        let others = self.delegates.iter().filter(|(_, to)| *to == person);
        let left: BTreeSet<&PersonId> = others.map(|(holder, _)| *holder).chain(own).collect();
        let known = self.given.get(person).into_iter().flat_map(|given| given.holders());
        let all: BTreeSet<&PersonId> = left.iter().copied().chain(known).collect();
        let given = self.given.iter().filter(|(other, _)| **other != person);
        let mut seats: Vec<BTreeSet<&PersonId>> = given.map(|(_, given)| given.holders()).collect();
        seats.push(all);
        let counts = filled(&seats) > self.distinct();
        let seat = own.or_else(|| left.first().copied()).filter(|_| counts);
        seat.cloned()
    }

    /// Whether enough people of enough teams are left who may approve.
    pub(super) fn is_within_reach(
        &self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        needed: usize,
    ) -> bool {
        let wanted = teams(leaf);
        let eligible = self.eligible();
        if eligible < needed || wanted == 0 {
            return eligible >= needed;
        }
        let may = |id: &PersonId| {
            let mut teams = case.records.people.teams(id, case.at);
            teams.extend(self.given.get(id).iter().flat_map(|given| &given.teams));
            teams
        };
        let delegates = self.delegates.iter().map(|(_, to)| *to);
        let mut people: BTreeSet<&PersonId> = self.holders();
        people.extend(self.given.keys().copied().chain(delegates));
        let each: Vec<BTreeSet<&GroupId>> = people.into_iter().map(may).collect();
        filled(&each) >= wanted
    }

    /// The first instant at which something of this may change.
    pub(super) fn holds_until(&self, case: &Case<'_>) -> When {
        // When a member of the group is suspended is one of the turns of the group.
        let turns = self.turns.iter().copied();
        turns.filter(|turn| *turn > case.at).min().map_or(When::Never, When::At)
    }
}

impl<'a> Given<'a> {
    fn holders(&self) -> BTreeSet<&'a PersonId> {
        self.seats.keys().copied().collect()
    }
}

fn teams(leaf: &ApprovalLeaf) -> usize {
    leaf.teams.and_then(|teams| usize::try_from(teams).ok()).unwrap_or(0)
}
