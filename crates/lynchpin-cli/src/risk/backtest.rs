//! `risk backtest`: what scores would have been worth on a history.

use std::fs;
use std::path::Path;

use lynchpin::base::{Error, ErrorCode, Probability};
use lynchpin::report::chart;
use lynchpin::risk::backtest::{Backtest, Costs, Options, Outcomes};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin::risk::replay::{Block, Replay};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Backtest as Asked;
use super::figures;
use super::model;
use super::ripe::{Besides, Ripe, messages};
use super::table::Table;

/// What was tested, and how it was scored.
pub struct Tested {
    pub file: String,
    pub found: Backtest,
    /// How many changes only trained, or how many the file has before those that are judged.
    pub trained: usize,
    /// The column that says what was said, if one does.
    pub said: Option<String>,
    /// What each block was scored by; nothing, if a column says what was said.
    pub blocks: Vec<Block>,
    /// How many changes are left out for their youth.
    pub younger: usize,
    /// What model there was for each block.
    pub is_lines: bool,
}

/// Tests, draws and prints.
pub fn backtest(asked: &Asked, output: &mut Output) -> Result<Status, Failure> {
    let (said, effort) = (asked.said.as_deref(), asked.effort.as_deref());
    let besides = Besides { said, effort, ..Besides::default() };
    let ripe = Ripe::read(&asked.history, besides)?;
    let columns = ripe.history.columns();
    let replay = match asked.said {
        Some(_) => None,
        None => Some(ripe.replay(&columns)?),
    };
    let outcomes = replay.as_ref().map_or_else(|| as_said(&ripe), Replay::outcomes);
    let trained = replay.as_ref().map_or(0, |replay| replay.trained);
    let efforts = ripe.history.efforts.get(trained..ripe.count);
    let outcomes = Outcomes { effort: efforts.filter(|_| effort.is_some()), ..outcomes };
    let costs = Costs { review: asked.review, escape: asked.escape };
    let base = replay.as_ref().map_or_else(|| share_failed(&outcomes), |replay| replay.base);
    let base = asked.base.unwrap_or(base);
    let blocks = u32::try_from(ripe.blocks(outcomes.said.len())).unwrap_or(u32::MAX);
    let options = Options::new(ripe.as_of, asked.history.maturity, base, costs)
        .with_blocks(blocks)
        .with_seed(asked.seed);
    let found = Backtest::new(&outcomes, &options).map_err(|error| whole(&ripe.table, &error))?;
    if let Some(folder) = &asked.pictures {
        draw(folder, &outcomes, base)?;
    }
    let tested = Tested {
        file: ripe.table.name().to_owned(),
        found,
        trained,
        said: asked.said.clone(),
        blocks: replay.as_ref().map_or_else(Vec::new, |replay| replay.blocks.clone()),
        younger: ripe.history.len().saturating_sub(ripe.count),
        is_lines: asked.history.features.lines,
    };
    if asked.json {
        output.write(&as_json(&tested)?)?;
    } else {
        output.write(figures::told(&tested, output.style()).as_bytes())?;
    }
    Ok(Status::Go)
}

/// What a column says of the changes.
fn as_said<'a>(ripe: &'a Ripe<'_>) -> Outcomes<'a> {
    let (history, rows) = (&ripe.history, ..ripe.count);
    Outcomes {
        made: history.made.get(rows).unwrap_or_default(),
        known: history.known.get(rows).unwrap_or_default(),
        failed: history.failed.get(rows).unwrap_or_default(),
        said: history.said.get(rows).unwrap_or_default(),
        effort: None,
    }
}

fn share_failed(outcomes: &Outcomes<'_>) -> Probability {
    let failures = outcomes.failed.iter().filter(|failed| **failed).count();
    model::share_of(failures, outcomes.failed.len()).unwrap_or(Probability::ZERO)
}

/// What the back-test refuses, as what is wrong with the file.
fn whole(table: &Table, error: &Error) -> Failure {
    table.refused_on(0, error.code(), &messages(error))
}

fn draw(folder: &Path, outcomes: &Outcomes<'_>, base: Probability) -> Result<(), Failure> {
    let refused = |path: &Path, error: &std::io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::plain(ErrorCode::Io.name(), &message)
    };
    let scores: Vec<i64> =
        outcomes.said.iter().map(|said| said.parts_per_billion().into()).collect();
    let ranking = Ranking::new(&scores, outcomes.failed)?;
    let lift = chart::lift(&ranking, "where are the failures?");
    let calibration = Calibration::new(outcomes.said, outcomes.failed, base)?;
    let reliability =
        calibration.map(|it| chart::reliability(&it, "do the probabilities come true?"));
    fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
    for (name, picture) in [("reliability.svg", reliability), ("lift.svg", Some(lift))] {
        let path = folder.join(name);
        let written = picture.map_or(Ok(()), |picture| fs::write(&path, picture));
        written.map_err(|error| refused(&path, &error))?;
        Failure::note(&format!("drew {}", path.display()));
    }
    Ok(())
}

/// The back-test as the library tells it, and beside it how each change was scored.
fn as_json(tested: &Tested) -> Result<Vec<u8>, Failure> {
    let scored = match &tested.said {
        Some(column) => json!({"column": column}),
        None => json!({"trained_only": tested.trained, "blocks": tested.blocks}),
    };
    let answer: Value = json!({
        "backtest": tested.found, "scored_by": scored, "left_out_as_younger": tested.younger,
    });
    let text = serde_json::to_vec(&answer).map_err(|error| {
        let message = format!("the answer cannot be written as JSON: {error}");
        Failure::plain(ErrorCode::Other.name(), &message)
    })?;
    Ok(super::super::ask::with_newline(text))
}
