//! `cargo xtask soak`: the property tests with many more cases and a stated seed.
//!
//! The full test runs a share of it, [`SHARE`] cases seeded by the commit: every commit looks at
//! other cases, and the same commit always at the same.

use crate::job::{Job, Outcome, Tier, read};
use crate::workspace::Workspace;
use crate::{End, mutants, tools};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many cases each property gets in a whole soak.
const CASES: u64 = 100_000;
/// How many of them the full test runs.
const SHARE: u64 = 1_000;

/// The test programs that hold properties.
const PROPERTIES: [&str; 31] = [
    "actions",
    "additive",
    "backtest",
    "calendar",
    "choices",
    "collisions",
    "columns",
    "drift",
    "edges",
    "expressions",
    "frozen",
    "gates",
    "graph",
    "hostile",
    "incremental",
    "interleavings",
    "laws",
    "learning",
    "life",
    "lines",
    "measures",
    "ordered",
    "progress",
    "queue",
    "recurrence",
    "replays",
    "sets",
    "stream",
    "verdicts",
    "work",
    "zones",
];

/// The test programs of the ledger: kills, cuts of the power, calls that fail, and what they rest
/// on.
/// Their usual counts are run by every full test, the whole ones by a whole soak only.
const LEDGER: [&str; 8] =
    ["failing", "faults", "kills", "merkle", "power", "processes", "receipts", "tampering"];

/// `cargo xtask soak`; the seed makes a failure repeatable.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> End {
    match words {
        ["--mutants", "--changed"] => return mutants::run_changed(workspace),
        ["--mutants", "--again"] => return mutants::run_again(workspace),
        ["--mutants", files @ ..] => return mutants::run(workspace, files),
        _ => {}
    }
    let (cases, seed) = match options(words) {
        Ok(options) => options,
        Err(why) => return End::Usage(why),
    };
    let outcome = Job::start(workspace, Tier::Full, "soak").and_then(|mut job| {
        println!("{}", repeat(cases, seed));
        soak(&mut job, cases, seed)?;
        ledger(&mut job, cases, seed)?;
        let log = job.logged()?;
        log.lines()
            .filter(|line| line.starts_with("counted: "))
            .for_each(|line| println!("{line}"));
        Ok(job.minutes())
    });
    match outcome {
        Ok(minutes) => {
            let programs = [&PROPERTIES[..], &LEDGER[..]].concat();
            println!("{} passed in {minutes:.1} minutes", programs.join(", "));
            End::Good
        }
        Err(why) => {
            println!("{}", read(&workspace.log("soak")).unwrap_or_default());
            End::Failed(why)
        }
    }
}

/// The step of the full test.
pub(crate) fn share(job: &mut Job<'_>) -> Outcome {
    let seed = seed(job);
    job.note(&repeat(SHARE, seed));
    soak(job, SHARE, seed)
}

/// A number that is another for each commit.
pub(crate) fn seed(job: &mut Job<'_>) -> u64 {
    let mut head = job.workspace.command("git");
    let commit = job.capture(head.args(["rev-parse", "HEAD"]));
    // A checkout that is no repository, such as an unpacked archive, has a share of its own.
    let digits = commit.unwrap_or_default().chars().take(8).collect::<String>();
    u64::from_str_radix(&digits, 16).unwrap_or(1)
}

fn repeat(cases: u64, seed: u64) -> String {
    format!("to repeat: cargo xtask soak --cases {cases} --seed {seed}")
}

fn soak(job: &mut Job<'_>, cases: u64, seed: u64) -> Outcome {
    // The zones are compared with those of Python, on zone data that our environment brings.
    let python = tools::venv(job)?.join("bin/python");
    let test = ["test", "--locked", "--profile", "soak", "--package", "lynchpin-tests"];
    let mut command = job.workspace.cargo(test);
    command.args(PROPERTIES.into_iter().flat_map(|name| ["--test", name]));
    command.env("LYNCHPIN_CASES", cases.to_string());
    command.env("PROPTEST_RNG_SEED", seed.to_string());
    command.env("LYNCHPIN_PYTHON", python);
    job.run(command.args(["--no-fail-fast", "--", "--show-output"]))
}

fn ledger(job: &mut Job<'_>, cases: u64, seed: u64) -> Outcome {
    let test = ["test", "--locked", "--profile", "soak", "--package", "lynchpin-store"];
    let mut command = job.workspace.cargo(test);
    command.args(["--features", "postgres"]);
    command.args(LEDGER.into_iter().flat_map(|name| ["--test", name]));
    command.env("LYNCHPIN_CASES", cases.to_string());
    command.env("PROPTEST_RNG_SEED", seed.to_string());
    job.run(command.args(["--no-fail-fast", "--", "--show-output"]))
}

fn options(words: &[&str]) -> Result<(u64, u64), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let (mut cases, mut seed) = (CASES, now);
    let mut rest = words;
    while let [option, value, more @ ..] = rest {
        let number = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
        match *option {
            "--cases" => cases = number,
            "--seed" => seed = number,
            _ => return Err(format!("unknown option `{option}`: see cargo xtask help")),
        }
        rest = more;
    }
    if rest.is_empty() {
        Ok((cases, seed))
    } else {
        Err(format!("`{}` needs a number", rest.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn cases_and_seed_can_be_given() {
        assert_eq!(options(&["--cases", "5", "--seed", "7"]), Ok((5, 7)));
        assert!(options(&["--cases"]).is_err());
        assert!(options(&["--cases", "many"]).is_err());
        assert!(options(&["--speed", "7"]).is_err());
    }
}
