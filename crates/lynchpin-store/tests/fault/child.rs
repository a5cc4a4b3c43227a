//! Tests that start themselves again as a process of its own, and how much a run looks at.

#[path = "../chance/mod.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod chance;

use std::path::Path;
use std::process::Command;

use chance::told;
use tempfile::TempDir;

/// The words given to this process, if it is one that a test started.
pub fn words() -> Option<Vec<String>> {
    variable("FAULT_CHILD").map(|words| words.split(' ').map(str::to_owned).collect())
}

/// This program again, to run its test `child` with these words.
pub fn again(words: &[String]) -> Command {
    let own = std::env::current_exe().expect("a program knows where it is");
    let mut command = Command::new(own);
    command.args(["child", "--exact", "--nocapture", "--test-threads=1"]);
    command.env("FAULT_CHILD", words.join(" "));
    command
}

/// A folder in memory, if there is such a place, since no power is cut in earnest.
pub fn scratch() -> TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.unwrap_or_else(|_| {
        tempfile::tempdir_in(target()).expect("the target folder can be written")
    })
}

/// The folder for what tests build.
pub fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// How much to look at: `whole` in a soak, where `LYNCHPIN_CASES` is at least 1000.
pub fn count(usual: u64, whole: u64) -> u64 {
    if told("LYNCHPIN_CASES").is_some_and(|cases| cases >= 1000) { whole } else { usual }
}

/// What to begin with: `PROPTEST_RNG_SEED`, else another number each time. It is printed.
#[expect(clippy::print_stdout, reason = "a failure is to be repeated")]
pub fn seed() -> u64 {
    let seed = told("PROPTEST_RNG_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("to repeat: PROPTEST_RNG_SEED={seed}");
    seed
}

#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
