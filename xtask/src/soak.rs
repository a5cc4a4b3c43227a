//! `cargo xtask soak`: the property tests with many more cases and a stated seed.

use crate::End;
use crate::job::{Job, Tier, read};
use crate::workspace::Workspace;
use std::time::{SystemTime, UNIX_EPOCH};

const CASES: u64 = 100_000;

/// What a soak runs: a name and the cargo arguments, release profile for speed.
const SOAKS: &[(&str, [&str; 5])] =
    &[("laws", ["test", "--locked", "--release", "--package", "lynchpin-tests"])];

/// Runs every soak; the seed makes a failure repeatable.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> End {
    let (cases, seed) = match options(words) {
        Ok(options) => options,
        Err(why) => return End::Usage(why),
    };
    println!(
        "cases {cases}, seed {seed}: repeat with cargo xtask soak --cases {cases} --seed {seed}"
    );
    for (name, arguments) in SOAKS {
        let log = format!("soak-{name}");
        let outcome = Job::start(workspace, Tier::Full, &log).and_then(|mut job| {
            let mut command = workspace.cargo(*arguments);
            command.env("LYNCHPIN_CASES", cases.to_string());
            command.env("LYNCHPIN_SEED", seed.to_string());
            command.env("PROPTEST_CASES", cases.to_string());
            command.env("PROPTEST_RNG_SEED", seed.to_string());
            job.run(command.args(["--no-fail-fast", "--", "--show-output"]))?;
            Ok(job.minutes())
        });
        match outcome {
            Ok(minutes) => println!("{name:<16}ok      {minutes:>5.1} min"),
            Err(why) => {
                println!("{}", read(&workspace.log(&log)).unwrap_or_default());
                return End::Failed(format!("{name}: {why}"));
            }
        }
    }
    End::Good
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
