//! `risk backtest`: what scores would have been worth on a history.

use std::fs;
use std::path::Path;

use lynchpin::base::{Error, ErrorCode, Instant, Probability};
use lynchpin::report::{chart, counted};
use lynchpin::risk::backtest::{Backtest, Costs, Options, Outcomes, mature_until};
use lynchpin::risk::measure::{Calibration, Ranking};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Backtest as Asked;
use super::figures;
use super::history::{HINT, History, Places, features};
use super::model;
use super::replay::{Block, Course, Replay, Unfit};
use super::table::Table;

/// How many blocks there are unless said.
const BLOCKS: usize = 10;

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
    let mut table = Table::open(&asked.file)?.with_hint(HINT);
    let history = read(asked, &mut table)?;
    let as_of = asked.as_of.unwrap_or_else(|| last(&history));
    let count = mature_until(&history.made, as_of, asked.maturity);
    check(asked, &table, &history, as_of, count)?;
    let replay = scored(asked, &table, &history, count)?;
    let outcomes = Outcomes {
        made: history.made.get(replay.trained..count).unwrap_or_default(),
        known: history.known.get(replay.trained..count).unwrap_or_default(),
        failed: history.failed.get(replay.trained..count).unwrap_or_default(),
        said: &replay.said,
        effort: None,
    };
    let costs = Costs { review: asked.review, escape: asked.escape };
    let base = asked.base.unwrap_or(replay.base);
    let blocks = u32::try_from(blocks(asked, replay.said.len())).unwrap_or(u32::MAX);
    let options =
        Options::new(as_of, asked.maturity, base, costs).with_blocks(blocks).with_seed(asked.seed);
    let found = Backtest::new(&outcomes, &options).map_err(|error| whole(&table, &error))?;
    if let Some(folder) = &asked.pictures {
        draw(folder, &outcomes, base)?;
    }
    let tested = Tested {
        file: table.name().to_owned(),
        found,
        trained: replay.trained,
        said: asked.said.clone(),
        blocks: replay.blocks,
        younger: history.len().saturating_sub(count),
        is_lines: asked.features.lines,
    };
    if asked.json {
        output.write(&as_json(&tested)?)?;
    } else {
        output.write(figures::told(&tested, output.style()).as_bytes())?;
    }
    Ok(Status::Go)
}

fn read(asked: &Asked, table: &mut Table) -> Result<History, Failure> {
    let outcome = table.column(&asked.outcome, "--outcome")?;
    let made = table.column(&asked.made, "--made")?;
    let find = |name: &Option<String>, option| {
        name.as_ref().map(|name| table.column(name, option)).transpose()
    };
    let (known, said) = (find(&asked.known, "--known")?, find(&asked.said, "--said")?);
    let features = match said {
        Some(_) => Vec::new(),
        None => {
            let others: Vec<usize> = [outcome, made].into_iter().chain(known).collect();
            features(table, &asked.features, &others)?
        }
    };
    History::read(table, &Places { outcome, made: Some(made), known, said }, features)
}

/// The last instant that the file tells of.
fn last(history: &History) -> Instant {
    let known = history.known.iter().flatten().copied();
    history.made.last().copied().into_iter().chain(known).max().unwrap_or(Instant::EPOCH)
}

/// That there are changes that have had their time, and that nothing is known of them too early.
fn check(
    asked: &Asked,
    table: &Table,
    history: &History,
    as_of: Instant,
    count: usize,
) -> Result<(), Failure> {
    if count == 0 {
        let message = format!(
            "none of {} has had {} at {as_of} to fail: take a longer history, a later --as-of, or \
             a shorter --maturity if that is long enough",
            counted(history.len(), "change", "changes"),
            asked.maturity,
        );
        return Err(table.refused_on(0, ErrorCode::Empty, &message));
    }
    let late = history.known.iter().take(count).zip(&history.lines);
    let mut late = late.filter_map(|(known, line)| Some((known.as_ref()?, line)));
    let Some((known, line)) = late.find(|(known, _)| **known > as_of) else { return Ok(()) };
    let message = format!(
        "its outcome was known at {known}, which is after {as_of}: take a later --as-of, or a file \
         of what was known by then"
    );
    Err(table.refused_on(*line, ErrorCode::TimeOrder, &message))
}

/// What was said of the changes: by a column, or by models of the changes before.
fn scored(
    asked: &Asked,
    table: &Table,
    history: &History,
    count: usize,
) -> Result<Replay, Failure> {
    if asked.said.is_some() {
        let said = history.said.iter().take(count).copied().collect();
        let failures = history.failed.iter().take(count).filter(|failed| **failed).count();
        let wide = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        let base = model::share(wide(failures), wide(count)).unwrap_or(Probability::ZERO);
        return Ok(Replay { trained: 0, said, base, blocks: Vec::new() });
    }
    let course = Course { history, count, maturity: asked.maturity, features: &asked.features };
    let scored = count.saturating_sub(count / 2);
    let blocks = blocks(asked, scored);
    if blocks > scored {
        let message = format!("{blocks} blocks of {scored} changes: ask for fewer --blocks");
        return Err(table.refused_on(0, ErrorCode::BadArgument, &message));
    }
    course.replay(blocks).map_err(|Unfit { block, changes, error }| {
        let messages = error.problems().iter().map(|problem| problem.message.as_str());
        let message = format!(
            "no model for block {block}, of the {changes} changes that were ripe and known when it \
             began: {}; take a longer history, or a shorter --maturity if that is long enough",
            messages.collect::<Vec<_>>().join("; ")
        );
        table.refused_on(0, error.code(), &message)
    })
}

/// Into how many blocks so many changes are cut.
fn blocks(asked: &Asked, scored: usize) -> usize {
    let asked = asked.blocks.map(|blocks| usize::try_from(blocks).unwrap_or(usize::MAX));
    asked.unwrap_or(BLOCKS.min(scored))
}

/// What the back-test refuses, as what is wrong with the file.
fn whole(table: &Table, error: &Error) -> Failure {
    let messages = error.problems().iter().map(|problem| problem.message.as_str());
    table.refused_on(0, error.code(), &messages.collect::<Vec<_>>().join("; "))
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
