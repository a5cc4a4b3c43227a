//! `assess`: any git repository, nothing to configure.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use lynchpin::base::{Error, ErrorCode, Instant, Limits, Subject};
use lynchpin::portfolio::{
    DecideQuestion, Decision, Engine, PlanQuestion, ScoreQuestion, Snapshot,
};
use lynchpin::reason::Verdict;
use lynchpin::report::{self, Options, Titles, percent, printable, word};
use lynchpin::wire::{self, Detail, Question};
use lynchpin_link::git::{self, AssessError, Assessment, Notes, Range, Start};
use serde::Serialize;

use super::args::Assess;
use super::failure::Failure;
use super::load;
use super::output::Output;
use super::status::Status;

/// How many changes are listed unless all are asked for.
const LISTED: usize = 30;
/// How many of the riskiest changes are named.
const RISKIEST: usize = 5;

/// Reads a repository and answers what would ship, in which order, and what holds it back.
pub fn assess(asked: &Assess, output: &mut Output) -> Result<Status, Failure> {
    let path = match &asked.path {
        Some(path) if !asked.print_policy => path,
        Some(_) | None => {
            output.write(git::POLICY.as_bytes())?;
            return Ok(Status::Go);
        }
    };
    let assessment = read(asked, path)?;
    if let Some(file) = &asked.portfolio {
        write_portfolio(&assessment, file)?;
    }
    let at = asked.at.unwrap_or(assessment.at);
    let snapshot = snapshot(asked, &assessment)?;
    let answered = if asked.json {
        as_json(&assessment, &snapshot, at)
    } else {
        as_text(asked, &assessment, &snapshot, at, output)
    };
    output.write(&answered.map_err(|error| Failure::of_question(&error))?)?;
    Ok(Status::Go)
}

/// Reads the history; on a terminal it is said what is being waited for.
fn read(asked: &Assess, path: &Path) -> Result<Assessment, Failure> {
    let mut stderr = std::io::stderr();
    let watched = stderr.is_terminal();
    if watched {
        let _ = write!(stderr, "reading the history of {} ...", path.display());
    }
    let options = git::Options { from: asked.from.clone(), to: asked.to.clone(), ..<_>::default() };
    let read = git::assess(path, &options);
    if watched {
        let _ = write!(stderr, "\r\u{1b}[K");
    }
    read.map_err(|error| refused(&error))
}

fn refused(error: &AssessError) -> Failure {
    Failure::plain(error.code(), &error.to_string())
}

fn write_portfolio(assessment: &Assessment, file: &Path) -> Result<(), Failure> {
    let document = assessment.document().map_err(|error| refused(&error))?;
    fs::write(file, document).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", file.display());
        Failure::plain(ErrorCode::Io.name(), &message)
    })
}

/// The history in an engine, under the policy given or the built-in one.
fn snapshot(asked: &Assess, assessment: &Assessment) -> Result<Snapshot, Failure> {
    let mut engine = Engine::new(Limits::bulk());
    let own = |error: Error| Failure::of_question(&error);
    engine.add(assessment.portfolio.clone()).map_err(own)?;
    match &asked.policy {
        Some(file) => load::set_policy(&mut engine, file)?,
        None => engine.set_policy(git::POLICY).map_err(own)?,
    }
    Ok(engine.snapshot())
}

/// What was read, as the first line of the JSON answer.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Assessment {
        repository: &'a str,
        range: &'a Range,
        at: Instant,
        shallow: bool,
        partial: bool,
        changes: usize,
        notes: &'a Notes,
    },
}

/// The assessment, the plan, the decision with all its reasons and the score, a line each.
fn as_json(assessment: &Assessment, snapshot: &Snapshot, at: Instant) -> Result<Vec<u8>, Error> {
    let line = Line::Assessment {
        repository: &assessment.repository,
        range: &assessment.range,
        at,
        shallow: assessment.shallow,
        partial: assessment.partial,
        changes: assessment.portfolio.changes.len(),
        notes: &assessment.notes,
    };
    let mut out = serde_json::to_vec(&line)
        .map_err(|error| Error::new(ErrorCode::Other, error.to_string()))?;
    out.push(b'\n');
    let Some(release) = assessment.release.clone() else { return Ok(out) };
    let subject = Subject::Release(release);
    let (stage, detail, scope) = (None, Detail::Full, <_>::default());
    for question in [
        Question::Plan(wire::Plan { subject: subject.clone(), stage: None, at, scope }),
        Question::Decide(wire::Decide { subject: subject.clone(), stage, at, detail }),
        Question::Score(wire::Score { subject, at }),
    ] {
        out.extend(question.ask(snapshot)?.to_bytes()?);
        out.push(b'\n');
    }
    Ok(out)
}

fn as_text(
    asked: &Assess,
    assessment: &Assessment,
    snapshot: &Snapshot,
    at: Instant,
    output: &Output,
) -> Result<Vec<u8>, Error> {
    let mut out = head(asked, assessment, at);
    if let Some(release) = assessment.release.clone() {
        let subject = Subject::Release(release);
        let titles = Titles::of(snapshot.portfolio(), at);
        let options = Options::new().with_style(output.style()).with_titles(&titles);
        let plan = snapshot.plan(&PlanQuestion::new(subject.clone(), at))?;
        let decision = snapshot.decide(&DecideQuestion::new(subject.clone(), at))?;
        let score = snapshot.score(&ScoreQuestion::new(subject, at))?;
        out.push_str(&format!("\n{}\n", verdicts(&decision, &options)));
        let held = report::blockers(&decision, &options);
        if !held.is_empty() {
            out.push_str(&format!("\nwhat holds it back\n{}", indented(&held)));
        }
        let most = if asked.full { usize::MAX } else { LISTED };
        let table = report::overview(&decision, &plan, &score, &options, most);
        let waves = plan.waves.len();
        out.push_str(&format!("\nin which order: {waves} waves\n{}", indented(&table)));
        if plan.shipped().count() > most {
            out.push_str("  (--full lists them all)\n");
        }
        out.push_str(&risk(&score, &options));
    }
    out.push_str("\nwhat was read\n");
    assessment.notes.lines().for_each(|line| out.push_str(&format!("  {line}\n")));
    if assessment.shallow {
        out.push_str("  the clone is shallow: older history is missing\n");
    }
    if assessment.partial {
        out.push_str("  the clone is partial: what it lacks was not fetched\n");
    }
    Ok(out.into_bytes())
}

/// What would ship, as of when, judged by what.
fn head(asked: &Assess, assessment: &Assessment, at: Instant) -> String {
    let range = &assessment.range;
    let short = |commit: &str| commit.chars().take(12).collect::<String>();
    let from = match (&range.from, &range.from_name, &range.start) {
        (Some(commit), Some(name), _) => format!("after {name} ({})", short(commit)),
        (Some(commit), None, Start::CommitsBack(back)) => {
            format!("after {}, {back} commits back since there is no tag", short(commit))
        }
        (Some(commit), None, _) => format!("after {}", short(commit)),
        (None, _, _) => "from the first commit on".to_owned(),
    };
    let changes = assessment.portfolio.changes.len();
    let what = match changes {
        0 => "nothing would ship".to_owned(),
        1 => "1 change would ship".to_owned(),
        count => format!("{count} changes would ship"),
    };
    let by = match &asked.policy {
        Some(file) => format!("judged by {}", printable(&file.display().to_string())),
        None => "judged by the built-in policy (--print-policy shows it)".to_owned(),
    };
    let of = if asked.at.is_some() { "" } else { ", when the newest commit was made" };
    format!(
        "{}: {what}: {from} up to {} ({})\nat {at}{of}; {by}\n",
        assessment.repository,
        range.to_name,
        short(&range.to)
    )
}

/// The verdict of the whole, and how many changes have which.
fn verdicts(decision: &Decision, options: &Options<'_>) -> String {
    let count = |verdict: Verdict| {
        let count = decision.changes().filter(|node| node.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {}", word(verdict)))
    };
    let counts: Vec<String> = Verdict::ALL.into_iter().filter_map(count).collect();
    format!("{}: of its changes {}", report::headline(decision, options), counts.join(", "))
}

fn risk(score: &lynchpin::portfolio::Score, options: &Options<'_>) -> String {
    let mut out = format!("\nrisk: {} that something in it fails", percent(score.probability));
    let Some(release) = &score.release else { return out };
    out.push_str(&format!(
        " (between {} and {})\n",
        percent(release.at_least),
        percent(release.at_most)
    ));
    let named = release.drivers.iter().take(RISKIEST);
    for driver in named {
        let title = options.titles.and_then(|titles| titles.get(&driver.change));
        let without = format!("{} lower without {}", percent(driver.falls_by), driver.change);
        match title {
            Some(title) => out.push_str(&format!("  {without}  {title}\n")),
            None => out.push_str(&format!("  {without}\n")),
        }
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
