//! `calendar`: whether work may go on at a place, and when that changes.

use lynchpin::base::Instant;
use lynchpin::portfolio::{CalendarQuestion, Snapshot, Where};
use lynchpin::report;
use lynchpin::wire::Answer;

use super::args::Calendar;
use super::daily::answer;
use super::failure::Failure;
use super::output::Output;
use super::status::Status;

/// Answers, and ends well if there is an answer: whether something may go is for `decide`.
pub fn calendar(asked: &Calendar, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at: Instant| {
        let service = asked.service().cloned().map(Where::Service);
        let of = asked.subject().map(Where::Subject).or(service).unwrap_or(Where::Anywhere);
        let mut question = CalendarQuestion::new(of, asked.stage.clone(), at);
        question.environment.clone_from(&asked.environment);
        snapshot.calendar(&question)
    };
    answer(&asked.daily, output, ask, Answer::Calendar, report::calendar)
}
