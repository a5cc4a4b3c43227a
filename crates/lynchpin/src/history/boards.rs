//! Boards as they were declared, when they meet next, and their minutes by what they decided on.

use std::collections::BTreeMap;

use super::order::{Position, end_of, in_order, is_known, position};
use crate::base::id::GroupId;
use crate::base::{Instant, Subject};
use crate::calendar::{Occasion, Occurrence};
use crate::model::{Board, Meeting, Portfolio};

/// The boards and minutes known as of an instant.
#[derive(Clone, Debug, Default)]
pub struct Boards {
    /// What was declared of each, with the number of the fact, in order.
    declared: BTreeMap<GroupId, Vec<(usize, Board)>>,
    reads_zones: bool,
    /// Which of what was declared of each up to there is the newest by when it was said, so that
    /// an older declaration does not come back by being told again.
    newest: BTreeMap<GroupId, Vec<usize>>,
    /// The minutes that decided on a subject: the number of the fact, and of the decision in it.
    minutes: BTreeMap<Subject, Vec<(usize, usize)>>,
}

/// The next meeting of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextMeeting {
    /// When it is.
    pub meeting: Meeting,
    /// The first instant at which nothing more is taken on its agenda.
    pub agenda_closes: Instant,
}

impl Boards {
    /// Files what a portfolio knows by that instant.
    #[must_use]
    pub fn new(portfolio: &Portfolio, as_of: Instant) -> Self {
        let mut filed = Boards::default();
        for (number, board) in portfolio.boards.iter().enumerate() {
            if is_known(board, as_of) {
                filed.reads_zones |= board.meets.as_ref().is_some_and(|it| it.zone.is_some());
                filed
                    .declared
                    .entry(board.board.clone())
                    .or_default()
                    .push((number, board.clone()));
            }
        }
        for (group, of) in &mut filed.declared {
            of.sort_by(|(_, a), (_, b)| in_order(a, b));
            let said = of.iter().map(|(_, board)| board.at).enumerate();
            let newest = said.scan((Instant::EPOCH, 0), |newest, (index, at)| {
                *newest = (*newest).max((at, index));
                Some(newest.1)
            });
            filed.newest.insert(group.clone(), newest.collect());
        }
        for (number, minutes) in portfolio.minutes.iter().enumerate() {
            if !is_known(minutes, as_of) {
                continue;
            }
            for (index, decision) in minutes.decisions.iter().enumerate() {
                let of = Subject::one(decision.change.as_ref(), decision.release.as_ref());
                if let Ok(subject) = of {
                    filed.minutes.entry(subject).or_default().push((number, index));
                }
            }
        }
        filed
    }

    /// What was declared of a board by then, with the number of the fact; nothing, if it was none.
    #[must_use]
    pub fn declared(&self, board: &GroupId, by: Position) -> Option<(usize, &Board)> {
        let all = self.declared.get(board)?;
        let known = all.partition_point(|(_, board)| position(board) <= by);
        let newest = *self.newest.get(board)?.get(known.checked_sub(1)?)?;
        all.get(newest).map(|(number, board)| (*number, board))
    }

    /// The meeting of a board that began at an instant, by what was declared of it by then, with
    /// the number of that fact.
    #[must_use]
    pub fn meeting(
        &self,
        board: &GroupId,
        by: Position,
        from: Instant,
    ) -> Option<(usize, &Board, Meeting)> {
        let (number, declared) = self.declared(board, by)?;
        let planned = declared.meetings.iter().filter(|meeting| meeting.from == from).copied();
        let recurring = calendar(declared).and_then(|calendar| calendar.starting(from));
        let meeting = planned.chain(recurring.map(meeting_of)).max()?;
        Some((number, declared, meeting))
    }

    /// Whether a board meets by the clock of a zone, so that answers may rest on zone data.
    #[must_use]
    pub fn reads_zones(&self) -> bool {
        self.reads_zones
    }

    /// The minutes that decided on a subject: the number of each in the portfolio, and of the
    /// decision in it, in the order of the document.
    #[must_use]
    pub fn minutes(&self, subject: &Subject) -> &[(usize, usize)] {
        self.minutes.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Whether a group is known as a board at an instant.
    #[must_use]
    pub fn is_board(&self, group: &GroupId, at: Instant) -> bool {
        self.declared(group, end_of(at)).is_some()
    }

    /// The first meeting of a board that is not over at an instant: the one going on, or the next
    /// one. Nothing, if none is planned.
    ///
    /// ```
    /// use lynchpin::history::Boards;
    /// use lynchpin::model::Portfolio;
    ///
    /// let portfolio: Portfolio = serde_json::from_str(
    ///     r#"{"lynchpin": "portfolio/1", "boards": [{"board": "cab", "agenda_closes": "24h",
    ///         "meetings": [{"from": "2026-11-10T10:00:00Z"}], "by": "mei",
    ///         "at": "2026-11-01T00:00:00Z"}]}"#,
    /// )?;
    /// let at = "2026-11-02T00:00:00Z".parse()?;
    /// let boards = Boards::new(&portfolio, at);
    /// let next = boards.next_meeting(&"cab".parse()?, at).ok_or("it meets")?;
    /// assert_eq!(next.meeting.from.to_string(), "2026-11-10T10:00:00Z");
    /// assert_eq!(next.agenda_closes.to_string(), "2026-11-09T10:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_meeting(&self, board: &GroupId, at: Instant) -> Option<NextMeeting> {
        let (_, declared) = self.declared(board, end_of(at))?;
        let over = |meeting: &Meeting| meeting.to.unwrap_or(meeting.from) <= at;
        let recurring = calendar(declared).and_then(|calendar| calendar.current_or_next(at));
        let all = declared.meetings.iter().copied().chain(recurring.map(meeting_of));
        let next = all.filter(|meeting| !over(meeting)).min()?;
        let closes = declared.agenda_closes.map_or(next.from, |span| next.from.before(span));
        Some(NextMeeting { meeting: next, agenda_closes: closes })
    }
}

/// When a board meets by the clock, made ready. What cannot be read is no meeting.
fn calendar(board: &Board) -> Option<Occasion> {
    Occasion::compile(board.meets.as_ref()?).ok()
}

fn meeting_of(occurrence: Occurrence) -> Meeting {
    Meeting { from: occurrence.from, to: occurrence.to }
}
