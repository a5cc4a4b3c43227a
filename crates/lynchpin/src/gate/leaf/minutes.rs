//! The votes that a board's minutes relay.
//!
//! They count as votes of those named, given at the meeting: if the group is a declared board that
//! met then, if its chair or its secretary of then recorded them, and if those named were present.
//! Who had a hand in what is decided relays no approval of it.

use std::collections::{BTreeMap, BTreeSet};

use super::ballots::Ballot;
use super::votes::Asked;
use crate::base::id::PersonId;
use crate::base::{Actor, Instant};
use crate::gate::judge::Case;
use crate::history::order::{Moment, end_of, position};
use crate::model::{Board, Meeting, Minutes, Resolution, Vote};
use crate::reason::tree::Row;

/// What became of the minutes.
#[derive(Default)]
pub(super) struct Relay {
    /// The minutes and the declarations of boards that votes rest on.
    pub(super) cites: BTreeSet<(&'static str, usize)>,
    /// The instants at which who recorded minutes is suspended.
    pub(super) turns: BTreeSet<Instant>,
    /// The votes that minutes relay, and whether each counts: who, when, by whom, or why not.
    pub(super) rows: Vec<Row>,
}

/// The ballots that minutes relay.
pub(super) fn relayed<'a>(
    case: &'a Case<'_>,
    asked: Asked<'_>,
    excluded: &BTreeSet<&PersonId>,
    relay: &mut Relay,
) -> Vec<Ballot<'a>> {
    let subject = asked.target.subject;
    let all = &case.records.portfolio().minutes;
    let mut ballots = Vec::new();
    let mut filed: Vec<(&Minutes, &Resolution, usize)> = Vec::new();
    for (number, index) in case.records.boards.minutes(subject) {
        let Some(minutes) = all.get(*number) else { continue };
        let Some(decision) = minutes.decisions.get(*index) else { continue };
        let of_board =
            minutes.board == asked.leaf.group || asked.leaf.escalates_to.contains(&minutes.board);
        let meant = decision.requirement == *asked.name && decision.stage == *case.stage;
        if of_board && meant {
            filed.push((minutes, decision, *number));
        }
    }
    // Their order in a document says nothing.
    filed.sort();
    let mut present: BTreeMap<usize, BTreeSet<&PersonId>> = BTreeMap::new();
    for (minutes, decision, number) in filed {
        let held = held(case, minutes);
        if let Some((declared, _)) = held {
            relay.cites.insert(("boards", declared));
        }
        relay.cites.insert(("minutes", number));
        relay.turns.extend(case.suspension(&minutes.by));
        let meeting = held.map(|(_, meeting)| meeting);
        let of = present.entry(number).or_insert_with(|| {
            minutes.present.iter().map(|id| case.records.people.principal(id)).collect()
        });
        for voter in &decision.voters {
            let why = why_not(case, excluded, (minutes, &*of), decision.decision, meeting, voter);
            relay.rows.push(row(minutes, voter, why));
            if let (None, Some(meeting)) = (why, meeting) {
                ballots.push(ballot(case, (minutes, decision, number), meeting, voter));
            }
        }
    }
    relay.rows.dedup();
    ballots
}

fn ballot<'a>(
    case: &'a Case<'_>,
    (minutes, decision, number): (&'a Minutes, &'a Resolution, usize),
    meeting: Meeting,
    voter: &'a PersonId,
) -> Ballot<'a> {
    Ballot {
        cite: ("minutes", number),
        person: case.records.people.principal(voter),
        decision: decision.decision,
        moment: Moment { at: minutes.meeting, recorded: position(minutes) },
        order: (minutes.meeting, 0),
        relayed: true,
        revision: decision.revision,
        digest: decision.digest,
        effective_from: None,
        expires: None,
        to: None,
        to_group: None,
        seen: !is_unseen(case, decision, meeting),
        fresh: false,
    }
}

/// Whether nobody at a meeting can have seen what was decided on: it was recorded only later, or
/// what was shown was something else.
fn is_unseen(case: &Case<'_>, decision: &Resolution, meeting: Meeting) -> bool {
    use crate::base::Subject;
    let subject = Subject::one(decision.change.as_ref(), decision.release.as_ref());
    let Ok(subject) = subject else { return true };
    let made = case.records.made(&subject, decision.revision);
    let by = end_of(meeting.to.unwrap_or(meeting.from));
    let shown = decision.digest;
    made.is_some_and(|(_, recorded)| recorded > by)
        || shown.is_some_and(|d| case.records.digest_of(&subject, decision.revision) != Some(d))
}

/// The declaration of the board as it was when its minutes were recorded, and the meeting.
fn held(case: &Case<'_>, minutes: &Minutes) -> Option<(usize, Meeting)> {
    let boards = &case.records.boards;
    let (number, board, meeting) =
        boards.meeting(&minutes.board, position(minutes), minutes.meeting)?;
    is_entitled(case, board, minutes).then_some((number, meeting))
}

/// Whether who recorded the minutes was the chair or the secretary, both when they say they wrote
/// them and when that was recorded.
fn is_entitled(case: &Case<'_>, board: &Board, minutes: &Minutes) -> bool {
    let people = &case.records.people;
    let recorder = people.principal(&minutes.by);
    [&board.chair, &board.secretary].into_iter().flatten().any(|keeper| match keeper {
        Actor::Person(id) => people.principal(id) == recorder,
        Actor::Group(group) => people.belonged(minutes, group),
    })
}

/// Why a vote that minutes relay does not count, if it does not.
fn why_not(
    case: &Case<'_>,
    excluded: &BTreeSet<&PersonId>,
    (minutes, present): (&Minutes, &BTreeSet<&PersonId>),
    decision: Vote,
    meeting: Option<Meeting>,
    voter: &PersonId,
) -> Option<&'static str> {
    let people = &case.records.people;
    let recorder = people.principal(&minutes.by);
    let favours = decision == Vote::Approved;
    if meeting.is_none() {
        Some("no minutes of a meeting by who may keep them")
    } else if !present.contains(people.principal(voter)) {
        Some("was not present")
    } else if favours && !people.may_act(minutes, case.at) {
        Some("recorded by who may not act")
    } else if favours && excluded.contains(recorder) {
        Some("recorded by who had a hand in it")
    } else {
        None
    }
}

fn row(minutes: &Minutes, voter: &PersonId, why: Option<&'static str>) -> Row {
    let mut row = vec![
        ("by", voter.to_string()),
        ("meeting", minutes.meeting.to_string()),
        ("recorded_by", minutes.by.to_string()),
    ];
    row.extend(why.map(|why| ("void", why.to_owned())));
    Row(row)
}
