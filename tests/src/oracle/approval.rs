//! The approvals of a small world, counted by definition.
//!
//! Everything is worked out anew for every person, ballot and instant, and every way of seating
//! people is tried.

mod word;

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::reason::Verdict;

use super::gate::*;
use super::seats::seated;
use crate::world::*;

/// Everybody who can be told apart.
const ALL: [u8; 6] = [0, 1, 2, 3, 5, 6];

/// What is asked: the requirement, of what, and what is known; and the instant it is judged at.
#[derive(Clone, Copy)]
struct Asked<'q, 'w> {
    question: &'q Question<'w>,
    requirement: u8,
    subject: Subject,
    members: &'q BTreeSet<u8>,
    hands: &'q BTreeSet<u8>,
    at: Tick,
}

/// The groups that may be asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Board,
    Heads,
}

/// The votes on a requirement as they stand at some instant.
struct Counted {
    given: usize,
    needed: usize,
    eligible: usize,
    rejected: bool,
    changes: bool,
    begins: BTreeSet<Tick>,
    /// When each first answered what they say, and what.
    answers: BTreeSet<(Tick, u8)>,
}

impl Question<'_> {
    pub(super) fn can_sit(&self, who: u8) -> bool {
        self.could_sit(who, self.at)
    }

    /// Whether somebody could sit at an instant, by what was known then.
    pub(super) fn could_sit(&self, who: u8, at: Tick) -> bool {
        let back = self.reinstated().is_some_and(|back| back <= at);
        let suspended = self.world.suspended.is_some_and(|from| from <= at) && !back;
        matches!(who, 0..=2 | 6) && !(who == 2 && suspended)
    }

    /// When `pc` was reinstated, if that is known.
    pub(super) fn reinstated(&self) -> Option<Tick> {
        self.world.reinstated.filter(|back| *back <= self.at)
    }

    /// Whether somebody did something while they were suspended, and is so no more.
    pub(super) fn acted_suspended(&self, who: u8, made: Made) -> bool {
        let times = self.world.suspended.zip(self.reinstated());
        who == 2
            && times
                .is_some_and(|(from, back)| from < back && from <= made.recorded && made.at < back)
    }

    /// Whether somebody may waive, and was known to when they did something.
    pub(super) fn is_of_ops(&self, who: u8, made: Made) -> bool {
        let again = self.world.regrouped.filter(|again| again.at <= made.recorded);
        let ops = again.map_or(self.world.ops, |again| again.ops);
        bits(ops).into_iter().map(person).any(|member| member == who)
    }

    /// Whether somebody asks for changes first, and that stands.
    pub(super) fn are_changes_asked_for(
        &self,
        requirement: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> bool {
        let hands = self.hands_in(requirement, subject, members);
        let (hands, at) = (&hands, self.at);
        let now = Asked { question: self, requirement, subject, members, hands, at }.count();
        now.asks_for_changes(requirement == BOARD && self.policy.quorum == Quorum::First)
    }

    /// Everybody who may not approve.
    fn hands_in(&self, requirement: u8, subject: Subject, members: &BTreeSet<u8>) -> BTreeSet<u8> {
        let mut hands = self.hands(subject, members);
        if requirement == BOARD && self.policy.not_by_lint {
            let runs = members.iter().flat_map(|change| self.evidence_on(LINT, *change)).flatten();
            hands.extend(runs.map(|run| person(run.by)));
        }
        hands
    }

    pub(super) fn approved(
        &self,
        requirement: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> Verdict {
        let hands = self.hands_in(requirement, subject, members);
        let (hands, at) = (&hands, self.at);
        let asked = Asked { question: self, requirement, subject, members, hands, at };
        let now = asked.count();
        let first = requirement == BOARD && self.policy.quorum == Quorum::First;
        if now.is_rejected(first) {
            return Verdict::NoGo;
        }
        if now.asks_for_changes(first) {
            let reachable = now.eligible >= now.needed;
            return if reachable { Verdict::NeedsAction } else { Verdict::NoGo };
        }
        if now.is_enough(first) {
            return Verdict::Go;
        }
        // Some time, when all that was given for later counts, and what has ended does not.
        let enough = |at: &Tick| {
            let then = Asked { at: *at, ..asked }.count();
            then.is_enough(first) && !then.is_rejected(first) && !then.asks_for_changes(first)
        };
        if now.begins.iter().any(enough) {
            Verdict::Wait
        } else if now.eligible < now.needed {
            Verdict::NoGo
        } else {
            Verdict::NeedsAction
        }
    }
}

impl Counted {
    /// What the first to answer said.
    fn first(&self) -> Option<u8> {
        let earliest = self.answers.iter().map(|(at, _)| *at).min()?;
        self.answers.iter().filter(|(at, _)| *at == earliest).map(|(_, said)| *said).max()
    }

    fn is_rejected(&self, first: bool) -> bool {
        if first { self.first() == Some(REJECTED) } else { self.rejected }
    }

    fn asks_for_changes(&self, first: bool) -> bool {
        if first { self.first() == Some(REQUEST_CHANGES) } else { self.changes }
    }

    fn is_enough(&self, first: bool) -> bool {
        if first { self.first() == Some(APPROVED) } else { self.given >= self.needed }
    }
}

/// What one person said once, by themselves or in minutes.
#[derive(Clone, Copy)]
struct Ballot {
    by: u8,
    decision: u8,
    to: u8,
    revision: u8,
    from: Option<Tick>,
    expires: Option<Tick>,
    made: Made,
    /// When it was recorded or, in minutes, when the meeting was.
    order: Tick,
    /// Whether it is from minutes.
    relayed: bool,
    /// Until when what it names must have been there.
    seen_by: Made,
}

fn recorded(ballot: &Ballot) -> Tick {
    ballot.order
}

impl<'w> Asked<'_, 'w> {
    fn world(&self) -> &'w World {
        self.question.world
    }

    fn policy(&self) -> &Policy {
        self.question.policy
    }

    fn is_board(&self) -> bool {
        self.requirement == BOARD
    }

    /// The known ballots, in order; of a tie the worst last.
    fn ballots(&self) -> Vec<Ballot> {
        let all = self.world().approvals.iter();
        let mine = all.filter(|approval| {
            (approval.subject, approval.requirement) == (self.subject, self.requirement)
                && approval.stage == self.question.stage
                && self.question.knows(approval.made)
        });
        let mut ballots: Vec<Ballot> = mine
            .map(|approval| Ballot {
                by: person(approval.by),
                decision: approval.decision,
                to: person(approval.to),
                revision: approval.revision,
                from: approval.from,
                expires: approval.expires,
                made: approval.made,
                order: approval.made.recorded,
                relayed: false,
                seen_by: approval.made,
            })
            .collect();
        for minutes in &self.world().minutes {
            ballots.extend(self.relayed(minutes));
        }
        ballots.sort_by_key(|ballot| (ballot.order, ballot.decision));
        ballots
    }

    /// The votes that minutes relay, if they are what they should be.
    fn relayed(&self, minutes: &Minutes) -> Vec<Ballot> {
        let of_this = (minutes.subject, minutes.requirement) == (self.subject, self.requirement)
            && self.question.stage == 1
            && self.question.knows(minutes.made);
        let declared = self.world().boards.iter().filter(|board| {
            self.question.knows(board.made) && board.made.recorded <= minutes.made.recorded
        });
        // Of those declared at once, the one that names the later secretary or meetings.
        let newest = declared.max_by_key(|board| (board.made.at, board.made.recorded, rank(board)));
        let Some(board) = newest.filter(|_| of_this) else { return Vec::new() };
        let held = bits(board.meetings).into_iter().filter_map(|b| MEETINGS.get(usize::from(b)));
        let mut held = held.filter(|(from, _)| *from == minutes.meeting);
        let Some((from, to)) = held.next() else { return Vec::new() };
        let keeper = person(minutes.by);
        let trusted = minutes.decision != APPROVED || self.may_sit(keeper);
        if person(board.secretary) != keeper || !trusted {
            return Vec::new();
        }
        let present: BTreeSet<u8> = bits(minutes.present).into_iter().map(person).collect();
        let voters = bits(minutes.voters).into_iter().filter(|b| usize::from(*b) < PEOPLE.len());
        let voters: BTreeSet<u8> = voters.map(person).filter(|who| present.contains(who)).collect();
        let ballot = |by: u8| Ballot {
            by,
            decision: minutes.decision,
            to: 5,
            revision: minutes.revision,
            from: None,
            expires: None,
            made: Made { at: *from, recorded: minutes.made.recorded },
            order: *from,
            relayed: true,
            seen_by: Made { at: to.unwrap_or(*from), recorded: to.unwrap_or(*from) },
        };
        voters.into_iter().map(ballot).collect()
    }

    fn sits(&self, who: u8) -> bool {
        self.question.could_sit(who, self.at)
    }

    fn may_sit(&self, who: u8) -> bool {
        self.sits(who) && !self.hands.contains(&who)
    }

    /// Whether somebody belonged to a group, by what was known of it at some later instant.
    fn belongs(&self, who: u8, group: Group, (at, by): (Tick, Tick)) -> bool {
        let again = self.world().regrouped.filter(|again| again.at <= by.min(self.question.at));
        let board = again.map_or(self.world().board, |again| again.board);
        let (from, to) = self.world().membership;
        let lasts = from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to);
        let listed = match group {
            // A bit names the account; an alias on the list is its person.
            Group::Board => bits(board).into_iter().map(person).any(|id| id == who),
            Group::Heads => matches!(who, 0 | 2 | 6),
        };
        listed && (who != 2 || lasts)
    }

    /// Whether somebody belonged to a group for a yes: both when it was said and when that was
    /// recorded, and now if that is asked, too.
    fn belonged(&self, who: u8, group: Group, ballot: &Ballot) -> bool {
        let Made { at, recorded } = ballot.made;
        let then = self.belongs(who, group, (at, recorded))
            && self.belongs(who, group, (recorded, recorded));
        let now = !(self.is_board() && self.policy().also_now)
            || self.belongs(who, group, (self.at, self.at));
        then && now && !self.question.acted_suspended(who, ballot.made)
    }

    /// For a no either will do.
    fn belonged_once(&self, who: u8, group: Group, ballot: &Ballot) -> bool {
        let Made { at, recorded } = ballot.made;
        self.belongs(who, group, (at, recorded)) || self.belongs(who, group, (recorded, recorded))
    }

    fn may_delegate(&self) -> bool {
        !(self.is_board() && self.policy().in_person)
    }

    fn may_escalate(&self) -> bool {
        self.is_board() && self.policy().escalates
    }

    /// Whether what was said is about what there is now, and whether who agreed saw it.
    fn is_fresh(&self, ballot: &Ballot) -> bool {
        // Nobody can have agreed to what was not there.
        let favours = matches!(ballot.decision, APPROVED | ESCALATED | DELEGATED);
        let seen = !favours || self.was_there(ballot);
        let must_know = self.is_board() && self.policy().after_unit;
        let knows = ballot.decision != APPROVED || !must_know || self.was_shown(ballot.made.at);
        seen && knows && !self.question.is_stale(self.subject, ballot.revision)
    }

    /// Whether unit had passed, as far as was known at an instant, on all that ships now.
    fn was_shown(&self, at: Tick) -> bool {
        let then = Question { at, ..*self.question };
        self.members.iter().all(|change| {
            let shipped = self.question.evidence_on(0, *change);
            shipped.into_iter().all(|mut runs| {
                runs.retain(|run| then.knows(run.made));
                then.passed(0, &runs) == Verdict::Go
            })
        })
    }

    /// Since when the heads are asked, too.
    fn heads_since(&self) -> Option<Tick> {
        let mut since: Option<Tick> = None;
        for who in ALL.into_iter().filter(|who| self.may_sit(*who)) {
            if self.is_board()
                && self.policy().also_now
                && !self.belongs(who, Group::Board, (self.at, self.at))
            {
                continue;
            }
            let said = self.said(who, &|ballot| self.is_heard(ballot, None));
            for ballot in said.others.iter().rev() {
                if ballot.decision != ESCALATED {
                    break;
                }
                let then = recorded(ballot);
                since = Some(since.map_or(then, |since| since.min(then)));
            }
        }
        since
    }

    /// Whether somebody is heard for a seat of their own, where the heads are asked since then.
    fn is_heard(&self, ballot: &Ballot, heads: Option<Tick>) -> bool {
        let who = person(ballot.by);
        let in_heads = heads.is_some_and(|since| since <= recorded(ballot))
            && self.belonged(who, Group::Heads, ballot);
        let on_board = self.belonged(who, Group::Board, ballot);
        match ballot.decision {
            APPROVED => on_board || in_heads,
            ESCALATED => self.may_escalate() && on_board,
            DELEGATED => self.may_delegate() && person(ballot.to) != who && (on_board || in_heads),
            WITHDRAWN => true,
            _ => {
                self.once_asked(ballot).iter().any(|group| self.belonged_once(who, *group, ballot))
            }
        }
    }

    /// The groups that had been asked when something was said, taken back or not.
    fn once_asked(&self, ballot: &Ballot) -> BTreeSet<Group> {
        let escalated = self.ballots().into_iter().any(|other| {
            other.decision == ESCALATED
                && recorded(&other) <= recorded(ballot)
                && self.belonged_once(person(other.by), Group::Board, &other)
        });
        let mut asked = BTreeSet::from([Group::Board]);
        if escalated && self.may_escalate() {
            asked.insert(Group::Heads);
        }
        asked
    }

    /// The group through which somebody held a seat when a yes was given.
    fn seat(&self, who: u8, ballot: &Ballot, heads: Option<Tick>) -> Option<Group> {
        let in_heads = heads.is_some_and(|since| since <= recorded(ballot))
            && self.belonged(who, Group::Heads, ballot);
        if self.belonged(who, Group::Board, ballot) {
            Some(Group::Board)
        } else {
            in_heads.then_some(Group::Heads)
        }
    }

    /// Whether a standing delegation was there for a group: from instant to instant, with the ends
    /// that count.
    fn stands(
        &self,
        (by, to): (u8, u8),
        group: Group,
        ballot: &Ballot,
        (first, last): (Tick, Tick),
        ends: &dyn Fn(&Delegation) -> bool,
        counts: &dyn Fn(&Delegation) -> bool,
    ) -> bool {
        let of = |d: &&Delegation| {
            person(d.by) == by && person(d.to) == to && by != to && self.question.knows(d.made)
        };
        let meant = |d: &Delegation| match d.group {
            0 => true,
            1 => group == Group::Board,
            _ => group == Group::Heads,
        };
        let all: Vec<&Delegation> = self.world().delegations.iter().filter(of).collect();
        all.iter().filter(|d| !d.ended && meant(d) && counts(d)).any(|given| {
            let begins = given.from.unwrap_or(0).max(given.made.at);
            let over = |end: &&&Delegation| {
                let later = end.made.recorded >= given.made.recorded || end.made.at > given.made.at;
                end.ended && meant(end) && later && ends(end)
            };
            given.made.recorded <= ballot.made.recorded
                && begins <= first
                && given.until.is_none_or(|until| last < until)
                && !all.iter().any(|end| over(&end))
        })
    }

    /// Whether somebody let another answer when they said yes.
    fn lets(&self, holder: u8, ballot: &Ballot, heads: Option<Tick>) -> bool {
        let (to, then) = (person(ballot.by), recorded(ballot));
        let passes = |other: &Ballot| other.decision == DELEGATED && person(other.to) == to;
        let own = self.said(holder, &|ballot| self.is_heard(ballot, heads));
        let since = |other: &Ballot| recorded(other) >= then || other.made.at > ballot.made.at;
        if own.spoken.iter().any(|other| since(other) && !passes(other)) {
            return false;
        }
        let last = own.others.iter().rev().find(|other| recorded(other) <= then);
        if let Some(last) = last.filter(|last| last.decision == DELEGATED) {
            return passes(last);
        }
        let groups = [Group::Board, Group::Heads].into_iter();
        groups
            .filter(|group| match group {
                Group::Board => true,
                Group::Heads => heads.is_some_and(|since| since <= then),
            })
            .any(|group| {
                self.belonged(holder, group, ballot)
                    && self.stands(
                        (holder, to),
                        group,
                        ballot,
                        (ballot.made.at, ballot.made.recorded),
                        &|end| end.made.at <= ballot.made.recorded,
                        &|given| !self.question.acted_suspended(holder, given.made),
                    )
            })
    }

    /// The seats that a yes may fill, and of which group each is.
    fn fills(&self, ballot: &Ballot, heads: Option<Tick>) -> BTreeMap<u8, Group> {
        let who = person(ballot.by);
        let mut seats = BTreeMap::new();
        for holder in ALL {
            let Some(group) = self.seat(holder, ballot, heads) else { continue };
            let lets = self.may_delegate() && holder != who && self.may_sit(holder);
            if holder == who || (lets && self.lets(holder, ballot, heads)) {
                seats.insert(holder, group);
            }
        }
        seats
    }

    /// Whether a no may have been said for another, as things were known then.
    fn may_have_spoken_for(&self, holder: u8, ballot: &Ballot) -> bool {
        let to = person(ballot.by);
        let here = self.ballots().into_iter().any(|other| {
            other.decision == DELEGATED
                && person(other.by) == holder
                && person(other.to) == to
                && recorded(&other) <= recorded(ballot)
        });
        self.may_delegate()
            && self.once_asked(ballot).into_iter().any(|group| {
                let standing = [ballot.made.at, ballot.made.recorded].into_iter().any(|then| {
                    let ends = |end: &Delegation| {
                        end.made.recorded <= ballot.made.recorded && end.made.at <= then
                    };
                    self.stands((holder, to), group, ballot, (then, then), &ends, &|_| true)
                });
                self.belonged_once(holder, group, ballot) && (here || standing)
            })
    }

    /// Whether what somebody said is heard at all.
    fn hears(&self, ballot: &Ballot, heads: Option<Tick>) -> bool {
        if self.is_heard(ballot, heads) {
            return true;
        }
        let free = !self.question.acted_suspended(person(ballot.by), ballot.made);
        match ballot.decision {
            APPROVED => free && !self.fills(ballot, heads).is_empty(),
            DEFERRED | REQUEST_CHANGES | REJECTED => {
                ALL.into_iter().any(|holder| self.may_have_spoken_for(holder, ballot))
            }
            _ => false,
        }
    }

    fn count(&self) -> Counted {
        let heads = self.heads_since();
        let mut given: BTreeMap<u8, BTreeMap<u8, bool>> = BTreeMap::new();
        let (mut rejected, mut changes) = (false, false);
        let (mut begins, mut answers) = (BTreeSet::new(), BTreeSet::new());
        for who in ALL {
            let said = self.said(who, &|ballot| self.hears(ballot, heads));
            rejected |= said.no.is_some_and(|(_, no)| no == REJECTED);
            changes |= said.no.is_some_and(|(_, no)| no == REQUEST_CHANGES);
            answers.extend(said.no);
            if !self.may_sit(who) {
                continue;
            }
            for ballot in said.yes {
                let seats = self.fills(&ballot, heads);
                let hours = if self.is_board() { None } else { self.policy().approval_hours };
                let aged = hours.map(|hours| after(ballot.made.at, hours));
                let ends = [ballot.expires, aged].into_iter().flatten().min().unwrap_or(Tick::MAX);
                let from = ballot.from.unwrap_or(0);
                if seats.is_empty() || ends <= self.at || ends <= from {
                    continue;
                }
                if from > self.at {
                    begins.insert(from);
                    continue;
                }
                answers.insert((ballot.made.recorded.max(from), APPROVED));
                let mine = given.entry(who).or_default();
                for (holder, group) in seats {
                    let on_board = mine.entry(holder).or_default();
                    *on_board |= group == Group::Board;
                }
            }
        }
        let sits = |who: u8, group: Group| {
            self.may_sit(who) && self.belongs(who, group, (self.at, self.at))
        };
        let on_board: BTreeSet<u8> = ALL.into_iter().filter(|w| sits(*w, Group::Board)).collect();
        let distinct = seated(&given, &|_, _| true);
        let staying = seated(&given, &|who, board| !board || on_board.contains(&who));
        let base = on_board.len() + distinct - staying;
        let mut eligible: BTreeSet<u8> = given.values().flat_map(BTreeMap::keys).copied().collect();
        eligible.extend(&on_board);
        if heads.is_some() {
            eligible.extend(ALL.into_iter().filter(|who| sits(*who, Group::Heads)));
        }
        let eligible = if heads.is_some() { eligible.len() } else { base };
        let needed = match self.policy().quorum {
            _ if !self.is_board() => 1,
            Quorum::Count(count) => usize::from(count),
            Quorum::All => base.max(1),
            Quorum::Percent(percent) => (base * usize::from(percent)).div_ceil(100).max(1),
            Quorum::First => 1,
        };
        Counted { given: distinct, needed, eligible, rejected, changes, begins, answers }
    }
}

/// The order of what was declared at once: by the content of the fact, as the engine lists it.
fn rank(board: &Board) -> (&'static str, Vec<u8>) {
    let secretary = PEOPLE.get(usize::from(board.secretary)).copied().unwrap_or_default();
    (secretary, bits(board.meetings).into_iter().collect())
}
