//! `policy`: what is wrong with one, what differs between two, what another would decide.

use std::path::Path;

use lynchpin::base::Instant;
use lynchpin::gate::compare::compare;
use lynchpin::gate::lint::{Severity, lint};
use lynchpin::gate::profiles;
use lynchpin::report::{self, Options};
use lynchpin::study::dry_run::{DryRunQuestion, Over, dry_run};
use lynchpin::wire::{Answer, Comparison, Lint};

use super::args::Policy;
use super::ask::with_newline;
use super::failure::Failure;
use super::load;
use super::output::Output;
use super::status::Status;

/// Answers a question about policies.
pub fn policy(asked: &Policy, output: &mut Output) -> Result<Status, Failure> {
    match asked {
        Policy::List => list(output),
        Policy::Show { name } => {
            let text = profiles::text(name).map_err(|error| Failure::of_question(&error))?;
            output.write(text.as_bytes())?;
            Ok(Status::Go)
        }
        Policy::Lint { policy, portfolio, at, json } => {
            check(policy, portfolio.as_deref(), *at, *json, output)
        }
        Policy::Diff { before, after, json } => diff(before, after, *json, output),
        Policy::DryRun { portfolio, r#try, policy, since, at, json } => {
            let at = load::at(*at)?;
            let tried = load::policy(r#try)?;
            let snapshot = load::load(portfolio, policy.as_deref())?;
            let over = since.map_or(Over::Open, Over::DeploymentsSince);
            let question = DryRunQuestion::new(&tried, at).over(over);
            let found = dry_run(&snapshot, &question)?;
            let status = if found.flips.is_empty() { Status::Go } else { Status::NotGo };
            let options = Options::new().with_style(output.style());
            let text = || report::dry_run(&found, &options);
            print(output, json.then(|| Answer::DryRun(found.clone())), text)?;
            Ok(status)
        }
    }
}

fn list(output: &mut Output) -> Result<Status, Failure> {
    for name in profiles::NAMES {
        let text = profiles::text(name).map_err(|error| Failure::of_question(&error))?;
        // The first line of each says what it is.
        let about = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        output.line(&format!("{name:<12}  {about}"))?;
    }
    Ok(Status::Go)
}

fn check(
    file: &Path,
    portfolio: Option<&Path>,
    at: Option<Instant>,
    json: bool,
    output: &mut Output,
) -> Result<Status, Failure> {
    let policy = load::policy(file)?;
    let findings = match portfolio {
        Some(portfolio) => load::load(portfolio, Some(file))?.lint(&policy, load::at(at)?),
        None => lint(&policy, None),
    };
    let bad = findings.iter().any(|finding| finding.severity == Severity::Error);
    let options = Options::new().with_style(output.style());
    let text = || report::findings(&findings, &options);
    let answer = json.then(|| Answer::Lint(Lint::new(policy.digest, findings.clone())));
    print(output, answer, text)?;
    Ok(if bad { Status::NotGo } else { Status::Go })
}

fn diff(before: &Path, after: &Path, json: bool, output: &mut Output) -> Result<Status, Failure> {
    let (before, after) = (load::policy(before)?, load::policy(after)?);
    let differences = compare(&before, &after);
    let digests = (before.digest, after.digest);
    let status = if differences.is_empty() { Status::Go } else { Status::NotGo };
    let options = Options::new().with_style(output.style());
    let text = || report::differences(digests, &differences, &options);
    let answer = json.then(|| Answer::Comparison(Comparison::new(digests, differences.clone())));
    print(output, answer, text)?;
    Ok(status)
}

/// Prints an answer as JSON, if it is given, else as text.
fn print(
    output: &mut Output,
    answer: Option<Answer>,
    text: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let bytes = match answer {
        Some(answer) => with_newline(answer.to_bytes()?),
        None => text().into_bytes(),
    };
    output.write(&bytes)
}
