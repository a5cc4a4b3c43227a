//! `waiting`, `agenda`, `ending` and `waivers`: what people ask every day.
//!
//! Each ends well if there is an answer: whether something may go is for `decide`.

use lynchpin::base::{Error, Instant};
use lynchpin::portfolio::Snapshot;
use lynchpin::report::{self, Options};
use lynchpin::study::{self, AgendaQuestion, EndingQuestion, WaitingQuestion};
use lynchpin::wire::Answer;

use super::args::{Agenda, Daily, Ending, Waiting};
use super::ask::with_newline;
use super::failure::Failure;
use super::load;
use super::output::Output;
use super::status::Status;

/// What waits for whom?
pub fn waiting(asked: &Waiting, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        let mut question = WaitingQuestion::new(at);
        question.who = asked.who();
        question.within = asked.within;
        study::waiting::waiting(snapshot, &question)
    };
    answer(&asked.daily, output, ask, Answer::Waiting, report::waiting)
}

/// What is a board to decide?
pub fn agenda(asked: &Agenda, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        study::agenda::agenda(snapshot, &AgendaQuestion::new(asked.board.clone(), at))
    };
    answer(&asked.daily, output, ask, Answer::Agenda, report::agenda)
}

/// What ends soon?
pub fn ending(asked: &Ending, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        study::ending::ending(snapshot, &EndingQuestion::new(at, asked.within))
    };
    answer(&asked.daily, output, ask, Answer::Ending, report::ending)
}

/// What rests on waivers?
pub fn waivers(asked: &Daily, output: &mut Output) -> Result<Status, Failure> {
    let ask = study::waiver_debt::waiver_debt;
    answer(asked, output, ask, Answer::WaiverDebt, report::waiver_debt)
}

/// Asks and prints, as JSON or as text.
pub(super) fn answer<T>(
    asked: &Daily,
    output: &mut Output,
    ask: impl FnOnce(&Snapshot, Instant) -> Result<T, Error>,
    wire: impl FnOnce(T) -> Answer,
    text: impl FnOnce(&T, &Options<'_>) -> String,
) -> Result<Status, Failure> {
    let at = load::at(asked.at)?;
    let snapshot = load::load(asked.source.file(), asked.policy.as_deref())?;
    let found = ask(&snapshot, at).map_err(|error| Failure::of_question(&error))?;
    if asked.json {
        let bytes = wire(found).to_bytes().map_err(|error| Failure::of_question(&error))?;
        output.write(&with_newline(bytes))?;
    } else {
        let options = Options::new().with_style(output.style());
        output.write(text(&found, &options).as_bytes())?;
    }
    Ok(Status::Go)
}
