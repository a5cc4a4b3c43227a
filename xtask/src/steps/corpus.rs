//! The corpus is run by four languages; this step holds them to the same, non-zero count.

use crate::job::{Job, Outcome, read};
use crate::workspace::Workspace;

/// The name of the step.
pub(crate) const STEP: &str = "corpus";

/// All four counts are there, equal and not zero.
pub(super) fn step(job: &mut Job<'_>) -> Outcome {
    let mut wrong = Vec::new();
    let expected = unpacked(job.workspace)?;
    for (language, count) in counts(job.workspace) {
        match count {
            Ok(count) if count == expected => job.note(&format!("{language}: {count}")),
            Ok(count) => wrong.push(format!("{language} ran {count} of {expected} cases")),
            Err(why) => wrong.push(format!("{language}: {why}")),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// How many cases the Rust tests unpacked; none is an error.
pub(super) fn unpacked(workspace: &Workspace) -> Result<usize, String> {
    let index = workspace.corpus().join("index.txt");
    let lines = read(&index).map_err(|why| format!("{why}: run the step rust-tests first"))?;
    match lines.lines().filter(|line| !line.trim().is_empty()).count() {
        0 => Err(format!("`{}` names no case", index.display())),
        count => Ok(count),
    }
}

/// Fails unless the log of this step says that a language passed every unpacked case.
pub(super) fn demand(job: &Job<'_>, language: &str) -> Outcome {
    let expected = unpacked(job.workspace)?;
    let count = counted(&job.logged()?, &format!("{language}: corpus "), " passed")?;
    if count == expected {
        return Ok(());
    }
    Err(format!("{language} passed {count} of {expected} corpus cases"))
}

/// One line per language for the end of the run.
pub(crate) fn closing_lines(workspace: &Workspace) -> Vec<String> {
    let line = |(language, count): (&str, Result<usize, String>)| match count {
        Ok(count) => format!("{language}: corpus {count} passed"),
        Err(why) => format!("{language}: corpus NOT COUNTED, {why}"),
    };
    counts(workspace).into_iter().map(line).collect()
}

fn counts(workspace: &Workspace) -> [(&'static str, Result<usize, String>); 4] {
    let log = |step: &str, prefix: &str, suffix: &str| {
        read(&workspace.log(step)).and_then(|text| counted(&text, prefix, suffix))
    };
    let python = read(&workspace.corpus().join("python.count"))
        .and_then(|text| text.trim().parse().map_err(|_| format!("`{text}` is no count")));
    [
        ("rust", log("rust-tests", "corpus: ", " cases")),
        ("c", log("c-plain", "c: corpus ", " passed")),
        ("cpp", log("c-plain", "cpp: corpus ", " passed")),
        ("python", python),
    ]
}

/// The number between prefix and suffix on the lines that have both; two numbers are an error.
fn counted(log: &str, prefix: &str, suffix: &str) -> Result<usize, String> {
    let between = |line: &str| line.trim().strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok();
    let mut found: Vec<usize> = log.lines().filter_map(between).collect();
    found.dedup();
    match found.as_slice() {
        [0] => Err(format!("`{prefix}0{suffix}`: no case was run")),
        [count] => Ok(*count),
        [] => Err(format!("no line `{prefix}N{suffix}` was printed")),
        _ => Err(format!("contradicting lines `{prefix}N{suffix}`: {found:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn a_count_is_read_and_doubt_is_an_error() {
        let read = |log| counted(log, "c: corpus ", " passed");
        assert_eq!(read("x\nc: corpus 42 passed\nc: corpus 42 passed\n"), Ok(42));
        assert!(read("c: corpus 42 passed\nc: corpus 41 passed\n").is_err());
        assert!(read("c: corpus 0 passed\n").is_err());
        assert!(read("cpp: corpus 42 passed\n").is_err());
        assert!(read("").is_err());
    }
}
