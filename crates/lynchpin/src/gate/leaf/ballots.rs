//! What was said on one requirement, ballot by ballot, and which of it still stands.

use std::collections::{BTreeMap, BTreeSet};

use super::approval::{is_of_another, material_difference};
use super::minutes;
use super::minutes::Relay;
use super::votes::Asked;
use crate::base::id::{GroupId, PersonId};
use crate::base::{Digest, Instant};
use crate::gate::judge::Case;
use crate::gate::policy::{Stating, Veto};
use crate::history::order::{Moment, Position, end_of, position};
use crate::history::revision::Difference;
use crate::model::{Approval, Vote};

/// What one person said once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot<'a> {
    /// The fact that says so: its array and its number there.
    pub(super) cite: (&'static str, usize),
    /// Who, an alias counted as its person.
    pub(super) person: &'a PersonId,
    /// What.
    pub(super) decision: Vote,
    /// When, and when that was recorded.
    pub(super) moment: Moment,
    /// Its place among what was said: when it was recorded or, if minutes relay it, the meeting.
    pub(super) order: Position,
    /// Whether minutes relay it, so that it is not the person's own word.
    pub(super) relayed: bool,
    /// Of which revision.
    pub(super) revision: u32,
    /// The digest that the person says they saw.
    pub(super) digest: Option<Digest>,
    /// From when on it counts.
    pub(super) effective_from: Option<Instant>,
    /// When it stops counting.
    pub(super) expires: Option<Instant>,
    /// Whom it was passed on to.
    pub(super) to: Option<&'a PersonId>,
    /// Which group it was passed on to.
    pub(super) to_group: Option<&'a GroupId>,
    /// Whether the revision was there to be seen when it was said.
    pub(super) seen: bool,
    /// Whether it is still about what there is now.
    pub(super) fresh: bool,
}

/// Why approvals went stale.
#[derive(Default)]
pub(super) struct Stale {
    /// Whether any did.
    pub(super) any: bool,
    /// What changed since.
    pub(super) changed: BTreeSet<Difference>,
    /// Whether the policy asked something else when somebody approved.
    pub(super) asked_otherwise: bool,
    /// Whether somebody approved before the evidence was there, and nothing else is wrong with it.
    pub(super) before_evidence: bool,
    /// Whether somebody approved without saying what they saw, and nothing else is wrong with it.
    pub(super) without_digest: bool,
    /// Whether somebody approved what differs from what there is now, or is too old.
    pub(super) outdated: bool,
    /// The facts that went stale.
    pub(super) cites: BTreeSet<(&'static str, usize)>,
}

/// The ballots on a requirement and stage, by person and in order; of those that tie, the less
/// favourable last. What went stale is noted.
pub(super) fn collect<'a>(
    case: &'a Case<'_>,
    asked: Asked<'_>,
    excluded: &BTreeSet<&PersonId>,
    stale: &mut Stale,
) -> (BTreeMap<&'a PersonId, Vec<Ballot<'a>>>, Relay) {
    let subject = asked.target.subject;
    let all = &case.records.portfolio().approvals;
    let numbered = case.records.approvals(subject).iter();
    let approvals = numbered.filter_map(|number| Some((*number, all.get(*number)?)));
    let meant =
        |approval: &Approval| approval.requirement == *asked.name && approval.stage == *case.stage;
    let mut freshness = Freshness { case, asked, differences: BTreeMap::new() };
    let mut by_person: BTreeMap<&PersonId, Vec<Ballot<'a>>> = BTreeMap::new();
    for (number, approval) in approvals.filter(|(_, approval)| meant(approval)) {
        let mut ballot = of_approval(case, number, approval);
        ballot.seen = !is_of_another(case, subject, approval, (ballot.revision, ballot.digest));
        freshness.tell(&mut ballot, stale);
        by_person.entry(ballot.person).or_default().push(ballot);
    }
    let mut relay = Relay::default();
    for mut ballot in minutes::relayed(case, asked, excluded, &mut relay) {
        freshness.tell(&mut ballot, stale);
        by_person.entry(ballot.person).or_default().push(ballot);
    }
    for ballots in by_person.values_mut() {
        ballots.sort_by_key(|ballot| (ballot.order, ballot.decision));
    }
    (by_person, relay)
}

fn of_approval<'a>(case: &'a Case<'_>, number: usize, approval: &'a Approval) -> Ballot<'a> {
    let people = &case.records.people;
    Ballot {
        cite: ("approvals", number),
        person: people.principal(&approval.by),
        decision: approval.decision,
        moment: Moment::of(approval),
        order: position(approval),
        relayed: false,
        revision: approval.revision,
        digest: approval.digest,
        effective_from: approval.effective_from,
        expires: approval.expires,
        to: approval.to.as_ref().map(|to| people.principal(to)),
        to_group: approval.to_group.as_ref(),
        seen: true,
        fresh: false,
    }
}

/// Tells what is still about what there is now.
struct Freshness<'a, 'c, 'p> {
    case: &'a Case<'c>,
    asked: Asked<'p>,
    /// What differs since each revision.
    differences: BTreeMap<u32, BTreeSet<Difference>>,
}

impl Freshness<'_, '_, '_> {
    /// Tells it of a ballot, and whether what it names was there at all.
    fn tell(&mut self, ballot: &mut Ballot<'_>, stale: &mut Stale) {
        ballot.fresh = self.of(ballot, stale);
        let changed = self.differences.get(&ballot.revision);
        ballot.seen &=
            changed.is_some_and(|changed| !changed.contains(&Difference::UnknownRevision));
    }

    fn of(&mut self, ballot: &Ballot<'_>, stale: &mut Stale) -> bool {
        let (case, asked) = (self.case, self.asked);
        let changed = self.differences.entry(ballot.revision).or_insert_with(|| {
            material_difference(case, asked.target.subject, ballot.revision, asked.requirement)
        });
        let favours = matches!(ballot.decision, Vote::Approved | Vote::Delegated | Vote::Escalated);
        if !favours {
            return changed.is_empty();
        }
        // A new policy voids approvals of what it asks differently, but lifts no rejection.
        let said = [ballot.moment.at, ballot.order.0];
        let otherwise = !case.requirement_unchanged_since(asked.name, said);
        let unseen = !ballot.seen;
        let fresh = changed.is_empty() && !otherwise && !unseen;
        if ballot.decision != Vote::Approved {
            return fresh;
        }
        if fresh {
            return is_informed(case, asked, ballot, stale);
        }
        if !fresh {
            stale.any = true;
            stale.outdated = true;
            stale.asked_otherwise |= otherwise;
            stale.changed.extend(changed.iter().cloned());
            stale.changed.extend(unseen.then_some(Difference::UnknownRevision));
            stale.cites.insert(ballot.cite);
        }
        fresh
    }
}

/// Whether who approved saw what the policy wants seen; what they did not is noted.
fn is_informed(case: &Case<'_>, asked: Asked<'_>, ballot: &Ballot<'_>, stale: &mut Stale) -> bool {
    let leaf = asked.leaf;
    let digest = leaf.states_digest == Stating::Optional || ballot.digest.is_some();
    // Nobody saw what was recorded after they say they approved, or after that was recorded.
    let then = ballot.moment.recorded.min(end_of(ballot.moment.at));
    let shown = leaf.after_evidence.is_empty()
        || asked.shown.was_shown(case, asked.target, &leaf.after_evidence, then);
    stale.without_digest |= !digest;
    stale.before_evidence |= digest && !shown;
    if !(digest && shown) {
        stale.any = true;
        stale.cites.insert(ballot.cite);
    }
    digest && shown
}

/// What one person says in the end, of the ballots on which they have a say.
#[derive(Clone, Debug, Default)]
pub(super) struct Word<'b, 'a> {
    /// What stands and is no approval, in order; what was passed on before something else, and is
    /// told again, is not passed on again.
    pub(super) others: Vec<&'b Ballot<'a>>,
    /// The approvals since.
    pub(super) approvals: Vec<&'b Ballot<'a>>,
    /// What they refuse, if they do: the worse of what no later word answers, and since when.
    pub(super) refusal: Option<(Position, Vote)>,
    /// The facts of everything that stands.
    pub(super) cites: BTreeSet<(&'static str, usize)>,
    /// Of what stands and is no approval, when the last was said of two sorts that differ: that a
    /// seat was passed on to one person, to another, or something else.
    latest: Vec<(Position, Option<&'a PersonId>)>,
    /// The same by when they say they said it.
    latest_said: Vec<(Instant, Option<&'a PersonId>)>,
}

impl<'b, 'a> Word<'b, 'a> {
    /// Folds what one person said, in order.
    pub(super) fn of(ballots: &[&'b Ballot<'a>], veto: Veto, at: Instant) -> Self {
        // What is put off or passed on is not decided, so it lifts no veto.
        let lifts = |later: &Ballot<'_>| veto != Veto::Stands || later.decides();
        let kept = if veto == Veto::Stands { unanswered(ballots, at, lifts) } else { Vec::new() };
        let stands = |(index, ballot): &(usize, &&Ballot<'_>)| match ballot.decision {
            Vote::Withdrawn => true,
            Vote::Rejected => {
                ballot.fresh || (ballot.counts(at) && kept.binary_search(index).is_ok())
            }
            Vote::Approved
            | Vote::Escalated
            | Vote::Delegated
            | Vote::Deferred
            | Vote::RequestChanges => ballot.fresh,
        };
        let standing: Vec<(usize, &&'b Ballot<'a>)> =
            ballots.iter().enumerate().filter(stands).collect();
        let refused = standing.iter().filter(|(_, ballot)| ballot.refuses());
        let refused: BTreeSet<usize> = refused.map(|(index, _)| *index).collect();
        let mut word = Word { refusal: refusal(ballots, &refused, at, lifts), ..Word::default() };
        if !refused.is_empty() {
            // What stands no more may still have answered what was refused.
            let answers = ballots.iter().filter(|ballot| ballot.seen && ballot.counts(at));
            word.cites.extend(answers.map(|ballot| ballot.cite));
        }
        let mut spoken: Vec<&Ballot<'a>> = Vec::new();
        // Whether the person's own last word is a refusal: only they can take that back, and may
        // have done so by what stands no more.
        let mut refuses = false;
        // When they say they last said anything that is no approval.
        let mut said: Option<Instant> = None;
        for (_, ballot) in standing {
            word.cites.insert(ballot.cite);
            if !ballot.relayed {
                refuses = ballot.refuses() && word.refusal.is_some();
            } else if refuses && !ballot.refuses() {
                continue;
            }
            // What was given before is not given again by being told again.
            let again = Some(ballot.moment.at) < said;
            if ballot.decision == Vote::Approved {
                word.approvals.extend((!again).then_some(ballot));
                continue;
            }
            said = said.max(Some(ballot.moment.at));
            word.approvals.clear();
            spoken.push(ballot);
            let passes = matches!(ballot.decision, Vote::Delegated | Vote::Escalated);
            word.others.extend((!(passes && again)).then_some(ballot));
        }
        if word.refusal.is_some() {
            // What does not answer it is no approval; what begins to count later may.
            word.approvals.retain(|ballot| !ballot.counts(at));
        }
        word.latest = latest_of_two(&spoken, |other| other.order);
        word.latest_said = latest_of_two(&spoken, |other| other.moment.at);
        word
    }

    /// Whether something was said at that place or later, or is said to have been said later, but
    /// that this person may answer.
    pub(super) fn overrules(&self, then: Position, moment: Moment, to: &PersonId) -> bool {
        self.latest.iter().any(|(order, sort)| *order >= then && *sort != Some(to))
            || self.latest_said.iter().any(|(at, sort)| *at > moment.at && *sort != Some(to))
    }

    /// What stood last by then and was no approval.
    pub(super) fn by_then(&self, then: Position) -> Option<&'b Ballot<'a>> {
        let known = self.others.partition_point(|other| other.order <= then);
        self.others.get(known.checked_sub(1)?).copied()
    }

    /// Whether an approval has begun to count.
    pub(super) fn approves(&self, at: Instant) -> bool {
        self.approvals.iter().any(|ballot| ballot.counts(at))
    }

    /// What was said last before the approvals.
    pub(super) fn last_other(&self) -> Option<&'b Ballot<'a>> {
        self.others.last().copied()
    }
}

/// What somebody refuses, of the refusals that stand: the worst that nothing which lifts it
/// answers, and since when. What answers one need not stand itself: a new policy that voids an
/// approval brings back nothing that its giver had taken back by it.
fn refusal(
    ballots: &[&Ballot<'_>],
    standing: &BTreeSet<usize>,
    at: Instant,
    lifts: impl Fn(&Ballot<'_>) -> bool,
) -> Option<(Position, Vote)> {
    let refusals = |of: Vec<usize>| {
        let left = of.into_iter().filter(|index| standing.contains(index));
        left.filter_map(|index| ballots.get(index).copied())
    };
    if standing.is_empty() {
        return None;
    }
    let worst = refusals(unanswered(ballots, at, &lifts)).map(|ballot| ballot.decision).max()?;
    // Who says no again said so first when they first did.
    let takes_back =
        |later: &Ballot<'_>| lifts(later) && !later.refuses() && later.decision != Vote::Approved;
    let run = refusals(unanswered(ballots, at, takes_back));
    Some((run.map(|ballot| ballot.order).min()?, worst))
}

/// What nothing answers that the same person said later: a word of those meant that counts by now,
/// is also said to have been said no earlier, and is on that revision or a later one, which was
/// there to be seen; or a withdrawal on just that revision, there or not. Minutes do not speak for
/// who spoke.
fn unanswered(
    ballots: &[&Ballot<'_>],
    at: Instant,
    meant: impl Fn(&Ballot<'_>) -> bool,
) -> Vec<usize> {
    let (mut again, mut again_own) = (Later::default(), Later::default());
    let mut left = Vec::new();
    for (index, ballot) in ballots.iter().enumerate().rev() {
        let said = ballot.moment.at;
        let later = if ballot.relayed { &again } else { &again_own };
        if Some(said) > later.said(ballot.revision) {
            left.push(index);
        }
        if !(ballot.counts(at) && meant(ballot)) {
            continue;
        }
        again.note(ballot);
        if !ballot.relayed {
            again_own.note(ballot);
        }
    }
    left.reverse();
    left
}

/// When something was last said that answers what was said of a revision.
#[derive(Default)]
struct Later {
    /// Of that revision or a later one, which was there: the later the revision, the earlier.
    seen: BTreeMap<u32, Instant>,
    /// That just that is taken back, whether there is such a revision or not.
    withdrawn: BTreeMap<u32, Instant>,
}

impl Later {
    fn said(&self, revision: u32) -> Option<Instant> {
        self.seen(revision).max(self.withdrawn.get(&revision).copied())
    }

    fn seen(&self, revision: u32) -> Option<Instant> {
        self.seen.range(revision..).next().map(|(_, said)| *said)
    }

    fn note(&mut self, ballot: &Ballot<'_>) {
        let (revision, said) = (ballot.revision, ballot.moment.at);
        if ballot.decision == Vote::Withdrawn {
            let last = self.withdrawn.entry(revision).or_insert(said);
            *last = said.max(*last);
        }
        if !ballot.seen || Some(said) <= self.seen(revision) {
            return;
        }
        while let Some((older, _)) =
            self.seen.range(..=revision).next_back().filter(|(_, then)| **then <= said)
        {
            let older = *older;
            self.seen.remove(&older);
        }
        self.seen.insert(revision, said);
    }
}

/// Of what is no approval, the latest of two sorts that differ: that a seat was passed on to one
/// person, to another, or something else.
fn latest_of_two<'a, T: Ord + Copy>(
    others: &[&Ballot<'a>],
    when: impl Fn(&Ballot<'a>) -> T,
) -> Vec<(T, Option<&'a PersonId>)> {
    let mut latest: Vec<(T, Option<&'a PersonId>)> = Vec::new();
    for other in others {
        let sort = other.to.filter(|_| other.decision == Vote::Delegated);
        let at = when(other);
        match latest.iter_mut().find(|(_, known)| *known == sort) {
            Some((known, _)) => *known = at.max(*known),
            None => latest.push((at, sort)),
        }
        latest.sort_unstable_by(|a, b| b.cmp(a));
        latest.truncate(2);
    }
    latest
}

impl Ballot<'_> {
    /// Whether it is a no, for good or for now.
    pub(super) fn refuses(&self) -> bool {
        matches!(self.decision, Vote::Rejected | Vote::RequestChanges)
    }

    /// Whether it decides, or takes back what was decided.
    fn decides(&self) -> bool {
        self.refuses() || matches!(self.decision, Vote::Approved | Vote::Withdrawn)
    }

    /// Whether it has begun to count.
    pub(super) fn counts(&self, at: Instant) -> bool {
        self.effective_from.is_none_or(|from| from <= at)
    }
}
