//! The votes on one requirement, counted by person.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::Target;
use super::approval::{excluded, is_of_another, material_difference};
use crate::base::id::{GroupId, PersonId, RequirementId};
use crate::base::{Instant, When};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Requirement, Veto};
use crate::gate::rolls::Roll;
use crate::history::order::position;
use crate::history::revision::Difference;
use crate::model::decision::end;
use crate::model::{Approval, Vote};

/// What is asked of whom.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) target: Target<'a>,
    pub(super) name: &'a RequirementId,
    pub(super) requirement: &'a Requirement,
    pub(super) leaf: &'a ApprovalLeaf,
}

/// The approvals of one requirement, counted by person.
#[derive(Default)]
pub(super) struct Count<'a> {
    /// Who sits in the group.
    roll: Option<Rc<Roll>>,
    /// Who approved, so that it counts now, with the teams that they approved for.
    pub(super) given: BTreeMap<&'a PersonId, BTreeSet<&'a GroupId>>,
    /// The instants at which an approval begins to count.
    pub(super) begins: BTreeSet<Instant>,
    /// Who rejected.
    pub(super) rejected: BTreeMap<&'a PersonId, usize>,
    /// Who asks for changes.
    pub(super) changes: BTreeMap<&'a PersonId, usize>,
    /// Whether somebody put it off.
    pub(super) deferred: bool,
    /// Whether somebody approved something that no longer stands.
    pub(super) stale: bool,
    /// What changed since.
    pub(super) changed: BTreeSet<Difference>,
    /// Whether the policy asked something else when somebody approved.
    pub(super) asked_otherwise: bool,
    /// The facts it rests on.
    pub(super) cites: BTreeSet<usize>,
    /// Who had a hand in it, and so may refuse but not approve.
    excluded: BTreeSet<&'a PersonId>,
    /// Instants at which something of this may change.
    turns: BTreeSet<Instant>,
}

/// One decision of one person, and whether it still stands for what there is now.
struct Act<'a> {
    number: usize,
    approval: &'a Approval,
    fresh: bool,
}

impl<'a> Count<'a> {
    /// Counts what is known, as it stands at the instant that is asked about.
    pub(super) fn take(case: &'a Case<'_>, asked: Asked<'_>) -> Count<'a> {
        let people = &case.records.people;
        let leaf = asked.leaf;
        let mut count = Count { excluded: excluded(case, asked.target), ..Count::default() };
        let roll = case.rolls.of(people, &leaf.group, case.at);
        count.turns.extend(roll.changes);
        count.roll = Some(roll);
        if leaf.teams.is_some() {
            count.turns.extend(people.next_team_change(case.at));
        }
        let mut acts: BTreeMap<&PersonId, Vec<Act<'a>>> = BTreeMap::new();
        for act in count.acts(case, asked) {
            let person = people.principal(&act.approval.by);
            if has_a_say(case, &leaf.group, person, act.approval) {
                acts.entry(person).or_default().push(act);
            }
        }
        for (person, acts) in acts {
            count.add(case, leaf, person, &acts);
        }
        count
    }

    /// The decisions on this requirement and stage, in order; of those that tie, the less
    /// favourable last.
    fn acts(&mut self, case: &'a Case<'_>, asked: Asked<'_>) -> Vec<Act<'a>> {
        let subject = asked.target.subject;
        let all = &case.records.portfolio().approvals;
        let mut differences: BTreeMap<u32, BTreeSet<Difference>> = BTreeMap::new();
        let mut acts: Vec<Act<'a>> = Vec::new();
        for number in case.records.approvals(subject) {
            let Some(approval) = all.get(*number) else { continue };
            if approval.requirement != *asked.name || approval.stage != *case.stage {
                continue;
            }
            let changed = differences.entry(approval.revision).or_insert_with(|| {
                material_difference(case, subject, approval.revision, asked.requirement)
            });
            let mut fresh = changed.is_empty();
            if approval.decision == Vote::Approved {
                // A new policy voids approvals of what it asks differently, but lifts no rejection.
                let recorded = approval.recorded.unwrap_or(approval.at);
                let otherwise = !case.requirement_unchanged_since(asked.name, recorded);
                let stated = (approval.revision, approval.digest);
                let unseen = is_of_another(case, subject, approval, stated);
                fresh &= !otherwise && !unseen;
                if !fresh {
                    self.stale = true;
                    self.asked_otherwise |= otherwise;
                    self.changed.extend(changed.iter().cloned());
                    self.changed.extend(unseen.then_some(Difference::UnknownRevision));
                    self.cites.insert(*number);
                }
            }
            acts.push(Act { number: *number, approval, fresh });
        }
        acts.sort_by_key(|act| (position(act.approval), act.approval.decision));
        acts
    }

    /// Adds what one person decided: the approvals since they last said something else, or that.
    fn add(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        person: &'a PersonId,
        acts: &[Act<'a>],
    ) {
        // A veto survives edits until its giver decides again, whatever becomes of that decision;
        // what counts only later decides nothing yet.
        let counts = |act: &Act<'_>| act.approval.effective_from.is_none_or(|at| at <= case.at);
        let last = acts.iter().rposition(counts);
        let stands = |(index, act): &(usize, &Act<'_>)| match act.approval.decision {
            Vote::Withdrawn => true,
            Vote::Rejected => act.fresh || (leaf.veto == Veto::Stands && Some(*index) == last),
            Vote::Approved | Vote::Deferred | Vote::RequestChanges => act.fresh,
        };
        let standing: Vec<&Act<'_>> =
            acts.iter().enumerate().filter(stands).map(|(_, act)| act).collect();
        let last_other = standing.iter().rposition(|act| act.approval.decision != Vote::Approved);
        let approvals = standing.get(last_other.map_or(0, |position| position + 1)..);
        let approvals: Vec<&Act<'_>> = approvals.unwrap_or_default().to_vec();
        self.cites.extend(standing.iter().map(|act| act.number));
        if !approvals.iter().any(|act| counts(act)) {
            self.add_other(person, last_other.and_then(|position| standing.get(position)));
        }
        if self.excluded.contains(person) || !case.records.people.can_sit(person, case.at) {
            return;
        }
        self.turns.extend(case.suspension(person));
        for act in approvals {
            self.add_approval(case, leaf, person, act.approval);
        }
    }

    /// Adds what somebody said last that is no approval.
    fn add_other(&mut self, person: &'a PersonId, last: Option<&&Act<'a>>) {
        let Some(last) = last else { return };
        match last.approval.decision {
            Vote::Rejected => drop(self.rejected.insert(person, last.number)),
            Vote::RequestChanges => drop(self.changes.insert(person, last.number)),
            Vote::Deferred => self.deferred = true,
            Vote::Withdrawn | Vote::Approved => {}
        }
    }

    fn add_approval(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        person: &'a PersonId,
        approval: &Approval,
    ) {
        let aged = leaf.expires_after.map(|span| approval.at.after(span));
        let ends = end([approval.expires, aged].into_iter().flatten().min());
        let begins = approval.effective_from.unwrap_or(Instant::EPOCH);
        if ends <= When::At(case.at) || ends <= When::At(begins) {
            self.stale = true;
            return;
        }
        if let When::At(instant) = ends {
            self.turns.insert(instant);
        }
        if begins > case.at {
            self.turns.insert(begins);
            self.begins.insert(begins);
            return;
        }
        let teams = self.given.entry(person).or_default();
        if leaf.teams.is_some() {
            teams.extend(case.records.people.teams(person, approval.at));
        }
    }

    /// Whether enough people of enough teams approved.
    pub(super) fn is_enough(&self, leaf: &ApprovalLeaf, needed: usize) -> bool {
        self.given.len() >= needed && represented(self.given.values()) >= teams(leaf)
    }

    /// How many may approve, or did while they might.
    pub(super) fn eligible(&self) -> usize {
        let Some(roll) = &self.roll else { return self.given.len() };
        let sits = |person: &&&PersonId| roll.sitting.contains(**person);
        let barred = self.excluded.iter().filter(sits).count();
        let left = self.given.keys().filter(|person| !sits(person)).count();
        roll.sitting.len().saturating_sub(barred).saturating_add(left)
    }

    /// Those: the excluded approve nothing, so none of them is among those who did.
    fn each_eligible(&self) -> BTreeSet<&PersonId> {
        let sitting = self.roll.iter().flat_map(|roll| &roll.sitting);
        let may = sitting.filter(|person| !self.excluded.contains(person));
        may.chain(self.given.keys().copied()).collect()
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
            teams.extend(self.given.get(id).into_iter().flatten());
            teams
        };
        let each: Vec<BTreeSet<&GroupId>> = self.each_eligible().into_iter().map(may).collect();
        represented(&each) >= wanted
    }

    /// The first instant at which something of this may change.
    pub(super) fn holds_until(&self, case: &Case<'_>) -> When {
        // When a member of the group is suspended is one of the turns of the group.
        let turns = self.turns.iter().copied();
        turns.filter(|turn| *turn > case.at).min().map_or(When::Never, When::At)
    }
}

/// Whether what somebody decided counts for a group. To approve they must have belonged to it both
/// when they say they did and when that was recorded; to refuse, either will do; and what was given
/// can always be taken back.
fn has_a_say(case: &Case<'_>, group: &GroupId, person: &PersonId, approval: &Approval) -> bool {
    let belongs = |at| case.records.people.belongs(person, group, at);
    let recorded = approval.recorded.unwrap_or(approval.at);
    match approval.decision {
        Vote::Approved => case.records.people.belonged(approval, group),
        Vote::Withdrawn => true,
        Vote::Deferred | Vote::RequestChanges | Vote::Rejected => {
            belongs(approval.at) || belongs(recorded)
        }
    }
}

fn teams(leaf: &ApprovalLeaf) -> usize {
    leaf.teams.and_then(|teams| usize::try_from(teams).ok()).unwrap_or(0)
}

/// How many teams can be represented by people who each stand for one of theirs: the size of a
/// largest matching, found by augmenting along shortest alternating paths.
fn represented<'t, 'a: 't>(people: impl IntoIterator<Item = &'t BTreeSet<&'a GroupId>>) -> usize {
    let people: Vec<&BTreeSet<&GroupId>> = people.into_iter().collect();
    let mut stands_for: Vec<Option<&GroupId>> = vec![None; people.len()];
    let mut by: BTreeMap<&GroupId, usize> = BTreeMap::new();
    for start in 0..people.len() {
        let mut reached_by: BTreeMap<&GroupId, usize> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        let mut free = None;
        while let Some(person) = open.pop_front().filter(|_| free.is_none()) {
            for team in people.get(person).into_iter().copied().flatten() {
                if reached_by.contains_key(team) {
                    continue;
                }
                reached_by.insert(team, person);
                match by.get(team) {
                    Some(owner) => open.push_back(*owner),
                    None => free = free.or(Some(*team)),
                }
            }
        }
        while let Some(team) = free {
            let Some(person) = reached_by.get(team).copied() else { break };
            by.insert(team, person);
            free = stands_for.get_mut(person).and_then(|stands_for| stands_for.replace(team));
        }
    }
    by.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_stands_for_one_team() {
        let ids: Vec<GroupId> =
            ["a", "b", "c"].iter().map(|id| GroupId::new(id).unwrap()).collect();
        let of = |numbers: &[usize]| numbers.iter().map(|n| &ids[*n]).collect::<BTreeSet<_>>();
        for (people, teams) in [
            (vec![], 0),
            (vec![of(&[])], 0),
            (vec![of(&[0, 1])], 1),
            (vec![of(&[0]), of(&[0])], 1),
            (vec![of(&[0, 1]), of(&[0])], 2),
            (vec![of(&[0, 1]), of(&[0, 2]), of(&[0])], 3),
            (vec![of(&[0, 1]), of(&[0, 1]), of(&[0, 1])], 2),
        ] {
            assert_eq!(represented(&people), teams, "{people:?}");
        }
    }
}
