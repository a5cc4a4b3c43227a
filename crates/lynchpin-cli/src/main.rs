//! The `lynchpin` command: reads files and the clock, asks the engine, prints.
//!
//! Everything that it prints is the engine's answer; nothing is decided here but the exit status.

#![forbid(unsafe_code)]

mod args;
mod ask;
mod assess;
mod audit;
mod calendar;
mod compose;
mod daily;
mod failure;
mod init;
mod ledger;
mod load;
mod output;
mod place;
mod policy;
mod queue;
mod risk;
mod status;
mod workflow;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;
use output::Output;
use status::Status;

/// The published schema of the portfolio document.
const SCHEMA: &str = include_str!("../../../schema/portfolio-1.json");

fn main() -> ExitCode {
    let mut output = Output::new();
    let status = run(Cli::parse(), &mut output).unwrap_or_else(|failure| {
        // What was answered before something failed stands before the failure.
        let _ = output.flush();
        failure.print();
        Status::Malformed
    });
    ExitCode::from(status.code())
}

fn run(cli: Cli, output: &mut Output) -> Result<Status, Failure> {
    let status = match cli.command {
        Command::Decide(asked) => ask::decide(&asked, output)?,
        Command::Plan(asked) => ask::plan(&asked, output)?,
        Command::Score(asked) => ask::score(&asked, output)?,
        Command::Risk(asked) => risk::risk(&asked, output)?,
        Command::Assess(asked) => assess::assess(&asked, output)?,
        Command::Calendar(asked) => calendar::calendar(&asked, output)?,
        Command::Changed(asked) => ask::changed(&asked, output)?,
        Command::Waiting(asked) => daily::waiting(&asked, output)?,
        Command::Agenda(asked) => daily::agenda(&asked, output)?,
        Command::Ending(asked) => daily::ending(&asked, output)?,
        Command::Waivers(asked) => daily::waivers(&asked, output)?,
        Command::Audit(asked) => audit::audit(&asked, output)?,
        Command::Queue(asked) => queue::queue(&asked, output)?,
        Command::Compose(asked) => compose::compose(&asked, output)?,
        Command::Actions(asked) => compose::actions(&asked, output)?,
        Command::Collisions(asked) => compose::collisions(&asked, output)?,
        Command::Policy(asked) => policy::policy(&asked, output)?,
        Command::Workflow(asked) => workflow::workflow(&asked, output)?,
        Command::Ledger(asked) => ledger::ledger(&asked, output)?,
        Command::Init(asked) => init::init(&asked, output)?,
        Command::Schema => {
            output.write(SCHEMA.as_bytes())?;
            Status::Go
        }
    };
    output.flush()?;
    Ok(status)
}
