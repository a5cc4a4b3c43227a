//! Why the changes ship in that order: what each needs, and what in the history says so.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::Subject;
use lynchpin::base::id::ChangeId;
use lynchpin::reason::Verdict;
use lynchpin::report::{counted, line, printable};
use lynchpin_link::git::{Because, Dependency, DependencyKind};

use super::{Answers, Report};

/// How much of a path is shown, in columns; the end of a path says most.
const PATH_COLUMNS: usize = 36;
/// How much of a text of others is shown, in columns.
const TEXT_COLUMNS: usize = 44;

/// How many dependencies there are of each kind, in words.
pub(super) fn counts(report: &Report<'_>) -> String {
    let all = &report.assessment.dependencies;
    let count = |kind| all.iter().filter(|dependency| dependency.kind == kind).count();
    let (requires, after) = (count(DependencyKind::Requires), count(DependencyKind::After));
    let mut parts = Vec::new();
    if requires > 0 {
        parts.push(counted(requires, "requirement", "requirements"));
    }
    if after > 0 {
        parts.push(counted(after, "order between neighbours", "orders between neighbours"));
    }
    parts.join(", ")
}

/// The dependencies, the most telling first: those that hold something back, then those of the
/// chain that makes so many waves, then those that no chain of others implies; of each what is
/// required before what only comes first, and the strongest reason before weaker ones.
pub(super) fn most_telling<'a>(report: &Report<'a>, answers: &Answers) -> Vec<&'a Dependency> {
    let mut verdicts: BTreeMap<&ChangeId, Verdict> = BTreeMap::new();
    for node in answers.decision.changes() {
        if let Subject::Change(id) = &node.subject {
            verdicts.insert(id, node.verdict);
        }
    }
    let chain = answers.plan.critical_path.changes.iter();
    let chain: BTreeSet<(&ChangeId, &ChangeId)> = chain.clone().skip(1).zip(chain).collect();
    let edges: BTreeSet<(&ChangeId, &ChangeId)> =
        answers.plan.edges.iter().map(|edge| (&edge.from, &edge.to)).collect();
    let waits =
        |id: &ChangeId| verdicts.get(id).is_some_and(|verdict| *verdict == Verdict::Blocked);
    let goes = |id: &ChangeId| verdicts.get(id).is_none_or(|verdict| verdict.is_go());
    let rank = |dependency: &Dependency| {
        let pair = (&dependency.change, &dependency.on);
        if dependency.kind == DependencyKind::Requires && waits(pair.0) && !goes(pair.1) {
            0
        } else if chain.contains(&pair) {
            1
        } else if edges.is_empty() || edges.contains(&pair) {
            2
        } else {
            3
        }
    };
    let mut all: Vec<&Dependency> = report.assessment.dependencies.iter().collect();
    // Of equals, the order of the ids stays.
    all.sort_by_cached_key(|dependency| {
        let strength = strongest(dependency).map(strength);
        (rank(dependency), dependency.kind, Reverse(strength))
    });
    all
}

/// The reason that says most.
fn strongest(dependency: &Dependency) -> Option<&Because> {
    dependency.because.iter().max_by_key(|because| strength(because))
}

/// How much a reason says: what people wrote, then what builds on the most lines, then what merely
/// stands beside.
fn strength(because: &Because) -> (u8, u64) {
    match because {
        Because::Reverts { .. } => (9, 0),
        Because::Trailer { .. } => (8, 0),
        Because::Submodule { .. } | Because::Pinned { .. } => (7, 0),
        Because::Lines { lines, .. } => (6, *lines),
        Because::File { .. } => (5, 0),
        Because::Within { .. } => (4, 0),
        Because::Moved { .. } => (3, 0),
        Because::Beside { .. } => (2, 0),
        Because::SameFile { .. } => (1, 0),
        _ => (0, 0),
    }
}

/// How one change needs the other, between the ids of the two.
pub(super) fn verb(dependency: &Dependency) -> &'static str {
    match dependency.kind {
        DependencyKind::Requires => "requires",
        DependencyKind::After => "comes after",
        _ => "needs",
    }
}

/// Why, in words that are safe to print on a terminal: the strongest reason, and how many more
/// there are; or all of them.
pub(super) fn reasons(dependency: &Dependency, all: bool) -> String {
    let words = |because| words(because, if all { usize::MAX } else { PATH_COLUMNS });
    if all {
        return dependency.because.iter().map(words).collect::<Vec<_>>().join("; ");
    }
    let told = strongest(dependency).map_or(String::new(), words);
    match dependency.because.len().saturating_sub(1) {
        0 => told,
        more => format!("{told} (and {})", counted(more, "more reason", "more reasons")),
    }
}

/// One reason in words: `it` is the change that is needed.
fn words(because: &Because, columns: usize) -> String {
    let end = |path: &str| ending(path, columns);
    match because {
        Because::Lines { path, first, last, lines } => {
            format!("changes {} in {}", its_lines(*first, *last, *lines), end(path))
        }
        Because::Within { path, line } => {
            format!("puts lines between its lines, after line {line} in {}", end(path))
        }
        Because::File { path } => format!("touches {}, which it left so", end(path)),
        Because::Beside { path, line } => {
            format!("changes what is beside its line {line} in {}", end(path))
        }
        Because::Moved { path } => format!("touches {}, which it moved or removed", end(path)),
        Because::SameFile { path } => format!("touches {} as it did", end(path)),
        Because::Trailer { trailer, value } => {
            format!("says {}: {}", line(trailer, TEXT_COLUMNS), line(value, TEXT_COLUMNS))
        }
        Because::Reverts { value } => {
            format!("takes it back: reverts {}", line(value, TEXT_COLUMNS))
        }
        Because::Submodule { path, commit } => {
            let commit = line(commit.get(..12).unwrap_or(commit), TEXT_COLUMNS);
            format!("sets the submodule {} to its commit {commit}", end(path))
        }
        Because::Pinned { path, package, version } => {
            let (package, version) = (line(package, TEXT_COLUMNS), line(version, TEXT_COLUMNS));
            format!("pins {package} to its {version} in {}", end(path))
        }
        _ => "has another reason".to_owned(),
    }
}

fn its_lines(first: u64, last: u64, lines: u64) -> String {
    if first >= last {
        format!("its line {first}")
    } else if lines > last.saturating_sub(first) {
        format!("its lines {first}–{last}")
    } else {
        format!("{lines} of its lines {first}–{last}")
    }
}

/// A path that is safe to print, cut at its beginning.
fn ending(path: &str, columns: usize) -> String {
    let shown = printable(path);
    let count = shown.chars().count();
    if count <= columns {
        return shown;
    }
    let kept = shown.chars().skip(count.saturating_sub(columns.saturating_sub(1)));
    format!("…{}", kept.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(first: u64, last: u64, lines: u64) -> Because {
        Because::Lines { path: "src/fare.rs".to_owned(), first, last, lines }
    }

    #[test]
    fn lines_are_told_as_they_are() {
        let told = |because| words(&because, 40);
        assert_eq!(told(lines(7, 7, 1)), "changes its line 7 in src/fare.rs");
        assert_eq!(told(lines(10, 14, 5)), "changes its lines 10–14 in src/fare.rs");
        assert_eq!(told(lines(10, 14, 3)), "changes 3 of its lines 10–14 in src/fare.rs");
    }

    #[test]
    fn every_reason_is_safe_to_print() {
        let bad = || "a\u{1b}[2J\nb\u{202e}".to_owned();
        for because in [
            Because::Lines { path: bad(), first: 1, last: 2, lines: 2 },
            Because::Within { path: bad(), line: 1 },
            Because::File { path: bad() },
            Because::Beside { path: bad(), line: 1 },
            Because::Moved { path: bad() },
            Because::SameFile { path: bad() },
            Because::Trailer { trailer: bad(), value: bad() },
            Because::Reverts { value: bad() },
            Because::Submodule { path: bad(), commit: bad() },
            Because::Pinned { path: bad(), package: bad(), version: bad() },
        ] {
            let told = words(&because, 99);
            assert!(!told.contains(['\u{1b}', '\n', '\u{202e}']), "{told:?}");
            assert!(told.contains(r"\u{1b}[2J"), "{told}");
        }
    }

    #[test]
    fn of_a_long_path_the_end_is_shown() {
        assert_eq!(ending("crates/fares/src/round.rs", 12), "…rc/round.rs");
        assert_eq!(ending("round.rs", 8), "round.rs");
    }

    #[test]
    fn what_people_wrote_says_more_than_lines_and_many_lines_more_than_few() {
        let says = Because::Trailer { trailer: "Depends-On".to_owned(), value: "I1".to_owned() };
        assert!(strength(&says) > strength(&lines(1, 900, 900)));
        assert!(strength(&lines(1, 9, 9)) > strength(&lines(1, 9, 2)));
    }
}
