//! `assess`: any git repository, nothing to configure.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use lynchpin::base::id::ChangeId;
use lynchpin::base::{Error, ErrorCode, Instant, Limits, Subject};
use lynchpin::plan::Plan;
use lynchpin::portfolio::{
    DecideQuestion, Decision, Engine, PlanQuestion, ScoreQuestion, Snapshot,
};
use lynchpin::reason::Verdict;
use lynchpin::report::{self, Options, Titles, counted, percent, printable, word};
use lynchpin::wire::{self, Detail, Question};
use lynchpin_link::git::{
    self, AssessError, Assessed, Assessment, Dependency, Notes, Phase, Start,
};
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
/// The least that the risk must fall by without a change for it to be named: one per cent.
const NAMED_FROM: u32 = 10_000_000;

/// Reads a repository and answers what would ship, in which order, and what holds it back.
pub fn assess(asked: &Assess, output: &mut Output) -> Result<Status, Failure> {
    if asked.print_policy {
        output.write(git::POLICY.as_bytes())?;
        return Ok(Status::Go);
    }
    let assessment = read(asked)?;
    if let Some(file) = &asked.portfolio {
        write_portfolio(&assessment, file)?;
    }
    let at = asked.at.unwrap_or(assessment.at);
    if at < assessment.at {
        let message = format!(
            "--at {at} lies before the newest commit ({}), so nothing is known as of then: give a \
             later instant, or an earlier end with --until",
            assessment.at
        );
        return Err(Failure::plain("at_before_newest", &message));
    }
    let snapshot = snapshot(asked, &assessment)?;
    let answered = if asked.json {
        as_json(&assessment, &snapshot, at)
    } else {
        as_text(asked, &assessment, &snapshot, at, output)
    };
    output.write(&answered.map_err(|error| Failure::of_question(&error))?)?;
    Ok(Status::Go)
}

/// Reads the histories; on a terminal it is said what is being waited for.
fn read(asked: &Assess) -> Result<Assessment, Failure> {
    let mut stderr = std::io::stderr();
    let watched = stderr.is_terminal();
    let options = git::Options {
        since: asked.since.clone(),
        until: asked.until.clone(),
        paths: asked.paths.clone(),
        by_line: !asked.by_file,
        ..<_>::default()
    };
    let read = git::assess_all(&asked.repositories, &options, &mut |number, phase| {
        if let Some(path) = asked.repositories.get(number).filter(|_| watched) {
            let name = printable(&path.display().to_string());
            let _ = write!(stderr, "\r\u{1b}[K{name}: {} ...", doing(phase));
        }
    });
    if watched {
        let _ = write!(stderr, "\r\u{1b}[K");
    }
    read.map_err(|error| refused(&error))
}

fn doing(phase: Phase) -> String {
    match phase {
        Phase::Range => "looking for where to begin".to_owned(),
        Phase::Commits => "reading commits".to_owned(),
        Phase::Files { commits } => format!("reading what {commits} commits touch"),
        Phase::Order { commits } => format!("putting {commits} commits in order"),
        _ => "reading".to_owned(),
    }
}

fn refused(error: &AssessError) -> Failure {
    Failure::plain(error.code(), &error.to_string())
}

fn write_portfolio(assessment: &Assessment, file: &Path) -> Result<(), Failure> {
    let document = assessment.document().map_err(|error| refused(&error))?;
    let failed = |why: &str| {
        let message = format!("`{}` {why}", file.display());
        Failure::plain(ErrorCode::Io.name(), &message)
    };
    // An earlier one may be written over, but nothing else that happens to lie there.
    if !is_ours_or_absent(file) {
        return Err(failed("is there already and is no portfolio: give another file"));
    }
    fs::write(file, document).map_err(|error| failed(&format!("cannot be written: {error}")))
}

/// What the foot of a report says, so that no script takes its exit status for a verdict.
const HOW_TO_GATE: &str = "
this is a report: its exit status 0 means answered, not go; to gate, keep what was read with
--portfolio FILE, the policy beside it with --print-policy > lynchpin.toml, and ask
`lynchpin decide FILE --all`
";

/// How every portfolio document begins that the command writes.
const BEGINNING: &[u8; 13] = b"{\"lynchpin\": ";

fn is_ours_or_absent(file: &Path) -> bool {
    let mut begins = [0; BEGINNING.len()];
    match fs::File::open(file) {
        Ok(mut open) => open.read_exact(&mut begins).is_ok() && begins == *BEGINNING,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
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
        repositories: &'a [Assessed],
        at: Instant,
        changes: usize,
        dependencies: &'a [Dependency],
        notes: &'a Notes,
    },
}

/// The assessment, the plan, the decision with all its reasons and the score, a line each.
fn as_json(assessment: &Assessment, snapshot: &Snapshot, at: Instant) -> Result<Vec<u8>, Error> {
    let line = Line::Assessment {
        repositories: &assessment.repositories,
        at,
        changes: assessment.portfolio.changes.len(),
        dependencies: &assessment.dependencies,
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
        let mut plan = snapshot.plan(&PlanQuestion::new(subject.clone(), at))?;
        in_order_of_history(assessment, &mut plan);
        let decision = snapshot.decide(&DecideQuestion::new(subject.clone(), at))?;
        let score = snapshot.score(&ScoreQuestion::new(subject, at))?;
        let names: Vec<&str> = assessment.repositories.iter().map(|r| r.name.as_str()).collect();
        out.push_str(&format!("\n{}\n", verdicts(&names.join(", "), &decision, &options)));
        let held = report::blockers(&decision, &options);
        if !held.is_empty() {
            out.push_str(&format!("\nwhat holds it back\n{}", indented(&held)));
        }
        out.push_str(unreviewed(&assessment.notes));
        let most = if asked.full { usize::MAX } else { LISTED };
        let table = report::overview(&decision, &plan, &score, &options, most);
        let waves = counted(plan.waves.len(), "wave", "waves");
        out.push_str(&format!("\nin which order: {waves}\n{}", indented(&table)));
        if assessment.portfolio.changes.len() > most {
            out.push_str("  (--full lists them all)\n");
        }
        out.push_str(&risk(&score, &options));
    }
    out.push_str("\nwhat was read\n");
    assessment.notes.lines().for_each(|line| out.push_str(&format!("  {line}\n")));
    out.push_str(HOW_TO_GATE);
    Ok(out.into_bytes())
}

/// Puts what ships at once in the order in which it was made: commits' ids say nothing.
fn in_order_of_history(assessment: &Assessment, plan: &mut Plan) {
    let changes = assessment.portfolio.changes.iter().enumerate();
    let places: BTreeMap<&ChangeId, usize> =
        changes.map(|(place, change)| (&change.id, place)).collect();
    for wave in &mut plan.waves {
        wave.sort_by_key(|step| step.changes.iter().filter_map(|id| places.get(id)).min());
    }
}

/// Why so little is reviewed, where no commit says that anything was.
fn unreviewed(notes: &Notes) -> &'static str {
    let seen = notes.reviews
        + notes.own_trailers
        + notes.machine_trailers
        + notes.partly_reviewed
        + notes.trailers_without_address
        + notes.trailers_without_person
        + notes.incomplete;
    if seen > 0 {
        return "";
    }
    "\nno commit carries a review trailer (Reviewed-by, Acked-by, Approved-by); reviews made on a \
     forge are not visible here\n"
}

/// What would ship, as of when, judged by what.
fn head(asked: &Assess, assessment: &Assessment, at: Instant) -> String {
    let mut out = String::new();
    for repository in &assessment.repositories {
        out.push_str(&of_repository(repository, &assessment.notes));
    }
    let by = match &asked.policy {
        Some(file) => format!("judged by {}", printable(&file.display().to_string())),
        None => "judged by the built-in policy (--print-policy shows it)".to_owned(),
    };
    let of = if asked.at.is_some() { "" } else { ", when the newest commit was made" };
    out.push_str(&format!("at {at}{of}; {by}\n"));
    out
}

fn of_repository(repository: &Assessed, notes: &Notes) -> String {
    let range = &repository.range;
    let what = match repository.changes {
        0 => "nothing would ship".to_owned(),
        count => format!("{} would ship", counted(count, "change", "changes")),
    };
    let (start, end) = (start(repository, notes), named(&range.until_name, &range.until));
    let mut out = format!("{}: {what}: {start} up to {end}\n", repository.name);
    if repository.shallow {
        out.push_str(
            "the clone is shallow: older history is missing, so more may ship than is listed\n",
        );
    }
    if repository.partial {
        out.push_str("the clone is partial: what it lacks was not fetched\n");
    }
    out
}

/// After what the range begins, and why there.
fn start(repository: &Assessed, notes: &Notes) -> String {
    let range = &repository.range;
    let no_tag = match notes.tags_elsewhere {
        0 => "there is no tag".to_owned(),
        count => format!("no tag before {}, {count} elsewhere; see --since", range.until_name),
    };
    match (&range.since, &range.since_name, &range.start) {
        (Some(commit), Some(name), _) => format!("after {}", named(name, commit)),
        (Some(commit), None, Start::CommitsBack(back)) => {
            format!("after {} ({back} commits back: {no_tag})", short(commit))
        }
        (Some(commit), None, _) => format!("after {}", short(commit)),
        (None, Some(name), _) => format!("from the first commit on, which is not before {name}"),
        (None, None, _) if repository.shallow => {
            format!("all that this shallow clone holds ({no_tag})")
        }
        (None, None, _) => format!("from the first commit on ({no_tag})"),
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}

/// A revision with the commit that it means, unless it says so itself.
fn named(name: &str, commit: &str) -> String {
    let is_its_own = name.len() >= 7 && commit.starts_with(&name.to_ascii_lowercase());
    if is_its_own { short(commit) } else { format!("{name} ({})", short(commit)) }
}

/// The verdict of the whole, and how many changes have which.
fn verdicts(name: &str, decision: &Decision, options: &Options<'_>) -> String {
    let count = |verdict: Verdict| {
        let count = decision.changes().filter(|node| node.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {}", word(verdict)))
    };
    let counts: Vec<String> = Verdict::ALL.into_iter().filter_map(count).collect();
    let headline = report::headline(decision, options);
    // The release has no name of its own in a repository.
    let headline = headline
        .replace(&format!("{} to ", decision.subject), &format!("next release of {name} to "));
    format!("{headline}; of its changes {}", counts.join(", "))
}

fn risk(score: &lynchpin::portfolio::Score, options: &Options<'_>) -> String {
    let mut out = format!("\nrisk: {} that something in it fails", percent(score.probability));
    let Some(release) = &score.release else { return out };
    out.push_str(&format!(
        ", by {}, which is not calibrated to this repository\n  at least {} (the riskiest change \
         alone), at most {} (if changes fail independently)\n",
        score.model,
        percent(release.at_least),
        percent(release.at_most)
    ));
    let worth = release.drivers.iter();
    let mut worth: Vec<_> =
        worth.filter(|driver| driver.falls_by.parts_per_billion() >= NAMED_FROM).collect();
    worth.sort_by(|a, b| b.falls_by.cmp(&a.falls_by).then_with(|| a.change.cmp(&b.change)));
    for driver in worth.into_iter().take(RISKIEST) {
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
