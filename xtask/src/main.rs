//! `cargo xtask`: the one command that tests, installs and measures the project.
//!
//! Run `cargo xtask help` for the verbs. Every verb ends with status 0 when all went well, 1 when a
//! check failed and 2 when it was asked wrongly or had nothing to do.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a command prints, reads its environment and measures time; the engine does not"
)]

mod figures;
mod job;
mod mutants;
mod soak;
mod steps;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask test [--quick] [--only STEP[,STEP]] [--list]   run the checks
cargo xtask install --prefix DIR                           install the C and C++ library
cargo xtask soak [--cases N] [--seed N]                    property tests with many more cases
cargo xtask soak --mutants [--changed | --again | FILE...] change the gates, expect a test to fail
cargo xtask figures TOPIC [FOLDER...]                      measure and compare with what is wanted
";

/// The three ways a verb can end, with statuses 0, 1 and 2.
enum End {
    Good,
    Failed(String),
    Usage(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        End::Good => ExitCode::SUCCESS,
        End::Failed(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
        End::Usage(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn run(words: &[&str]) -> End {
    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(why) => return End::Failed(why),
    };
    match words {
        ["test", rest @ ..] => test::run(&workspace.for_checks(), rest),
        ["install", "--prefix", prefix] => steps::install::run(&workspace, prefix),
        ["soak", rest @ ..] => soak::run(&workspace, rest),
        ["figures", rest @ ..] => figures::run(&workspace, rest),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            End::Good
        }
        _ => End::Usage(format!("cannot make sense of `{}`\n{HELP}", words.join(" "))),
    }
}
