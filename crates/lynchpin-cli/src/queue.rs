//! `queue`: which releases or changes may go in parallel, which must wait, and what if one fails.
//!
//! It ends well if there is an answer: whether something may go is for `decide`.

use clap::Args;
use lynchpin::base::id::StageId;
use lynchpin::base::{Instant, Probability, Subject};
use lynchpin::portfolio::Snapshot;
use lynchpin::report;
use lynchpin::study::queue::{self as study, QueueEntry, QueueQuestion};
use lynchpin::wire::Answer;

use super::args::Daily;
use super::daily;
use super::failure::Failure;
use super::output::Output;
use super::status::Status;

/// What of a queue may go in parallel?
#[derive(Debug, Args)]
pub struct Queue {
    #[command(flatten)]
    daily: Daily,
    /// The stage that all are to enter
    #[arg(long, value_name = "ID")]
    stage: StageId,
    /// An item, first to go first: `release=R-11` or `change=C-7`, and the chance that it fails, if
    /// it is not the scorecard that says it: `release=R-11=0.02` [default: all that is open and
    /// enters the stage next, in order of ids]
    #[arg(long = "item", value_name = "ITEM", value_parser = entry)]
    items: Vec<QueueEntry>,
    /// How many may be on their way at once [default: any number]
    #[arg(long, value_name = "N")]
    slots: Option<u32>,
    /// How many runs may be tried beforehand
    #[arg(long, value_name = "N", default_value_t = 0)]
    runs: usize,
}

/// Asks and prints.
pub fn queue(asked: &Queue, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        let items = if asked.items.is_empty() {
            open(snapshot, &asked.stage, at)
        } else {
            asked.items.clone()
        };
        let mut question = QueueQuestion::new(asked.stage.clone(), at, items);
        question.slots = asked.slots;
        question.runs = asked.runs;
        study::queue(snapshot, &question)
    };
    daily::answer(&asked.daily, output, ask, Answer::Queue, report::queue)
}

fn open(snapshot: &Snapshot, stage: &StageId, at: Instant) -> Vec<QueueEntry> {
    let entering = snapshot.open_items(at).into_iter().filter(|item| item.stage == *stage);
    entering.map(|item| QueueEntry::new(item.subject)).collect()
}

/// Reads an item, and its chance to fail if there is one behind a second equals sign.
fn entry(text: &str) -> Result<QueueEntry, String> {
    let (kind, rest) = text.split_once('=').unwrap_or((text, ""));
    let chance: Option<(&str, Probability)> =
        rest.rsplit_once('=').and_then(|(id, chance)| Some((id, chance.parse().ok()?)));
    let (id, failure) = chance.map_or((rest, None), |(id, chance)| (id, Some(chance)));
    let subject = match kind {
        "release" => id.parse().map(Subject::Release),
        "change" => id.parse().map(Subject::Change),
        _ => return Err("write release=ID or change=ID".to_owned()),
    };
    let mut entry = QueueEntry::new(subject.map_err(|error| error.to_string())?);
    entry.failure = failure;
    Ok(entry)
}
