//! `workflow`: what is shipped, what a workflow says, and whether one is sound.

use std::path::Path;

use lynchpin::base::{Error, ErrorCode};
use lynchpin::gate::workflow::{self, Machine, Situation, next_states};
use lynchpin::report::{self, Style};
use lynchpin::wire::{self, Answer, NextStates, Workflow as Question};

use super::args::{Workflow, WorkflowAsked, WorkflowNext, WorkflowShow};
use super::ask::with_newline;
use super::failure::Failure;
use super::load::{self, with_text};
use super::output::Output;
use super::status::Status;

/// Answers, and ends well if there is an answer: an unsound workflow is a malformed document.
pub fn workflow(asked: &Workflow, output: &mut Output) -> Result<Status, Failure> {
    match &asked.what {
        WorkflowAsked::List => list(output)?,
        WorkflowAsked::Show(show) => {
            let (machine, text) = find(&show.name)?;
            output.write(told(show, &machine, &text, output.style())?.as_bytes())?;
        }
        WorkflowAsked::Check(check) => {
            let machine: Machine = with_text(&check.file, "the workflow", str::parse)?;
            let said = machine.workflow();
            let states = report::counted(said.states.len(), "state", "states");
            let transitions = said.transitions.len();
            let transitions = report::counted(transitions, "transition", "transitions");
            output.line(&format!("{} is sound: {states}, {transitions}", said.name))?;
        }
        WorkflowAsked::Next(next) => where_now(next, output)?,
    }
    Ok(Status::Go)
}

/// Where something is and where it may go: an answer, whatever it is.
fn where_now(asked: &WorkflowNext, output: &mut Output) -> Result<(), Failure> {
    let at = load::at(asked.asked.at)?;
    let text = asked.workflow.as_deref().map(|name| find(name).map(|(_, text)| text));
    let text = text.transpose()?;
    let snapshot = load::load(asked.asked.source.file(), asked.asked.policy.as_deref())?;
    let subjects =
        asked.asked.subject().map_or_else(|| snapshot.open_subjects(at), |subject| vec![subject]);
    for subject in subjects {
        let question = NextStates {
            subject,
            workflow: text.clone(),
            close_code: asked.close_code.clone(),
            at,
        };
        if asked.asked.json {
            let answer = wire::Question::NextStates(question).ask(&snapshot)?;
            output.write(&with_newline(answer.to_bytes()?))?;
            continue;
        }
        let found = snapshot.next_states(&question.question())?;
        output.write(report::workflow::progress(&found).as_bytes())?;
    }
    Ok(())
}

fn list(output: &mut Output) -> Result<(), Failure> {
    for name in workflow::NAMES {
        let machine = workflow::shipped(name).map_err(|error| Failure::of_question(&error))?;
        let title = machine.workflow().title.as_deref().unwrap_or_default();
        output.line(&format!("{name:<24}  {}", report::printable(title)))?;
    }
    Ok(())
}

/// A shipped workflow by its name, else that of a file, and its text.
fn find(name: &Path) -> Result<(Machine, String), Failure> {
    let shipped = name.to_str().and_then(|name| workflow::text(name).ok());
    if let Some(text) = shipped {
        let machine = text.parse().map_err(|error: Error| Failure::of_question(&error))?;
        return Ok((machine, text.to_owned()));
    }
    if name.as_os_str() != "-" && !name.exists() {
        let names = workflow::NAMES.join(", ");
        let message = format!("`{}` is neither a file nor one of {names}", name.display());
        return Err(Failure::plain(ErrorCode::WorkflowUnknown.name(), &message));
    }
    with_text(name, "the workflow", |text| Ok((text.parse()?, text.to_owned())))
}

fn told(
    show: &WorkflowShow,
    machine: &Machine,
    text: &str,
    style: Style,
) -> Result<String, Failure> {
    let said = machine.workflow();
    Ok(match &show.from {
        Some(state) => {
            let next = next_states(machine, state, &Situation::default());
            report::workflow::next(&next.map_err(|error| Failure::of_question(&error))?)
        }
        None if show.toml => text.to_owned(),
        None if show.markdown => report::workflow::markdown(said),
        None if show.mermaid => report::workflow::mermaid(said),
        None if show.svg => report::workflow::svg(said),
        None if show.json => as_json(text).map_err(|error| Failure::of_question(&error))?,
        None => report::workflow::text(said, style),
    })
}

/// The same bytes as every language gives.
fn as_json(text: &str) -> Result<String, Error> {
    let question = Question { text: Some(text.to_owned()), ..Question::default() };
    let answer: Answer = question.answer()?;
    Ok(String::from_utf8_lossy(&answer.to_bytes()?).into_owned() + "\n")
}
