//! `calendar`: whether work may go on at a place, and when that changes.

use lynchpin::portfolio::{CalendarQuestion, Where};
use lynchpin::report::{self, Options};
use lynchpin::wire::Answer;

use super::args::Calendar;
use super::failure::Failure;
use super::load;
use super::output::Output;
use super::status::Status;

/// Answers, and ends well if there is an answer: whether something may go is for `decide`.
pub fn calendar(asked: &Calendar, output: &mut Output) -> Result<Status, Failure> {
    let at = load::at(asked.at)?;
    let snapshot = load::load(&asked.file, asked.policy.as_deref())?;
    let service = asked.service().cloned().map(Where::Service);
    let of = asked.subject().map(Where::Subject).or(service).unwrap_or(Where::Anywhere);
    let mut question = CalendarQuestion::new(of, asked.stage.clone(), at);
    question.environment.clone_from(&asked.environment);
    let found = snapshot.calendar(&question).map_err(|error| Failure::of_question(&error))?;
    if asked.json {
        let answer = Answer::Calendar(found).to_bytes();
        output.write(&answer.map_err(|error| Failure::of_question(&error))?)?;
        output.line("")?;
    } else {
        let options = Options::new().with_style(output.style());
        output.write(report::calendar(&found, &options).as_bytes())?;
    }
    Ok(Status::Go)
}
