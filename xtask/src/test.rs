//! `cargo xtask test`: runs steps one after the other and sums up.

use crate::End;
use crate::job::{Job, Tier, read};
use crate::steps::{STEPS, Step, corpus};
use crate::workspace::Workspace;
use std::collections::BTreeSet;

/// Enough of a log to see what is wrong; the whole of it is named beside.
const SHOWN_LINES: usize = 60;
/// What follows a line that tells of an error usually says more.
const LINES_AFTER: usize = 8;

/// Runs the steps that the arguments ask for.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> End {
    let (tier, steps) = match words {
        [] => (Tier::Full, STEPS.iter().collect()),
        ["--quick"] => (Tier::Quick, STEPS.iter().filter(|step| step.quick).collect()),
        ["--list"] => {
            for step in STEPS {
                println!("{:<16}{}", step.name, step.about);
            }
            return End::Good;
        }
        ["--only", names] => match chosen(names) {
            Ok(steps) => (Tier::Full, steps),
            Err(why) => return End::Usage(why),
        },
        _ => {
            return End::Usage(format!(
                "unknown option `{}`: see cargo xtask help",
                words.join(" ")
            ));
        }
    };
    let results: Vec<Done<'_>> =
        steps.into_iter().map(|step| perform(workspace, tier, step)).collect();
    sum_up(workspace, &results)
}

/// A step that has ended.
struct Done<'a> {
    name: &'a str,
    minutes: f64,
    failure: Option<String>,
    skipped: BTreeSet<String>,
}

fn chosen(names: &str) -> Result<Vec<&'static Step>, String> {
    let find = |name| {
        STEPS
            .iter()
            .find(|step| step.name == name)
            .ok_or_else(|| format!("no step is called `{name}`: see cargo xtask test --list"))
    };
    names.split(',').map(find).collect()
}

fn perform<'a>(workspace: &Workspace, tier: Tier, step: &'a Step) -> Done<'a> {
    let mut minutes = 0.0;
    let outcome = Job::start(workspace, tier, step.name).and_then(|mut job| {
        let outcome = (step.run)(&mut job);
        minutes = job.minutes();
        outcome
    });
    let log = read(&workspace.log(step.name)).unwrap_or_default();
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("{:<16}{word:<8}{minutes:>5.1} min", step.name);
    if let Err(why) = &outcome {
        let whole = workspace.log(step.name);
        println!("{}\n  {why}\n  whole log: {}\n", telling(&log).join("\n"), whole.display());
    }
    Done { name: step.name, minutes, failure: outcome.err(), skipped: skipped_in(&log) }
}

/// The lines that tell of errors with what follows each, or the end of the log if none does.
fn telling(log: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = log.lines().collect();
    let mut shown = Vec::new();
    let mut more = 0;
    for line in &lines {
        let said = ["FAILED", "FAIL [", "panicked at", ": error", "Error: ", "==ERROR"];
        let error = line.trim_start().starts_with("error") || said.iter().any(|w| line.contains(w));
        more = if error { LINES_AFTER } else { more };
        if more > 0 && shown.len() < SHOWN_LINES {
            more -= 1;
            shown.push(*line);
        }
    }
    if shown.is_empty() {
        shown = lines.split_off(lines.len().saturating_sub(SHOWN_LINES));
    }
    shown
}

/// The cases that a log says were not run: our own `skipped: ` lines, ignored Rust tests, pytest's.
fn skipped_in(log: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in log.lines().map(str::trim) {
        let ignored = line.strip_prefix("test ").filter(|rest| rest.contains(" ... ignored"));
        let named = line.strip_prefix("skipped: ").or_else(|| line.strip_prefix("SKIPPED "));
        found.extend(named.or(ignored).map(str::to_owned));
    }
    found
}

fn sum_up(workspace: &Workspace, results: &[Done<'_>]) -> End {
    println!("\n{:<16}{:<8}{:>5}", "step", "result", "minutes");
    for done in results {
        let word = if done.failure.is_none() { "ok" } else { "FAILED" };
        println!("{:<16}{word:<8}{:>7.1}", done.name, done.minutes);
    }
    println!();
    let skips: usize = results.iter().map(|done| done.skipped.len()).sum();
    println!("skipped: {skips} cases");
    for done in results {
        for case in &done.skipped {
            println!("  {}: {case}", done.name);
        }
    }
    if results.iter().any(|done| done.name == corpus::STEP) {
        for line in corpus::closing_lines(workspace) {
            println!("{line}");
        }
    }
    let minutes: f64 = results.iter().map(|done| done.minutes).sum();
    let failed: Vec<&str> =
        results.iter().filter(|done| done.failure.is_some()).map(|done| done.name).collect();
    if failed.is_empty() {
        println!("all {} steps passed in {minutes:.1} minutes", results.len());
        return End::Good;
    }
    End::Failed(format!(
        "{} of {} steps failed: {}",
        failed.len(),
        results.len(),
        failed.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_skipping_is_seen() {
        let log = "\
ok: skipped: is not at the start
    skipped: zuul (no data)
skipped: zuul (no data)
test plan::deep ... ignored, needs an hour
SKIPPED [1] test_data.py:3: no data
test plan::wide ... ok
";
        let names: Vec<String> = skipped_in(log).into_iter().collect();
        assert_eq!(
            names,
            [
                "[1] test_data.py:3: no data",
                "plan::deep ... ignored, needs an hour",
                "zuul (no data)"
            ]
        );
    }

    #[test]
    fn what_is_shown_of_a_log_tells_of_the_error() {
        let noise = "fine\n".repeat(100);
        let log = format!("Compiling thiserror\n{noise}error: no\nbecause\n{noise}");
        assert_eq!(telling(&log).get(..2), Some(["error: no", "because"].as_slice()));
        assert_eq!(telling(&noise).len(), SHOWN_LINES);
        assert_eq!(telling("end"), ["end"]);
    }

    #[test]
    fn an_unknown_step_is_refused() {
        assert!(chosen("fmt,clippy").is_ok());
        assert!(chosen("fmt,clipy").is_err());
    }
}
