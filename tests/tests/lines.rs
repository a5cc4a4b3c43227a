//! Whose lines a change touches, against histories of which it is known, and against git's blame.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lynchpin_link::git::{Assessment, Because, Dependency, DependencyKind, Options, assess};
use lynchpin_tests::git::history::Known;
use lynchpin_tests::git::import::ask;
use lynchpin_tests::git::land::Signs;
use lynchpin_tests::git::scripted::{TAG, scripted};

/// Changes of one history.
const CHANGES: usize = 500;

/// How many histories, and the seed of the first. A share of a soak is one of some hundreds of its
/// cases, since each of these is hundreds of changes.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| -> Option<u64> {
        std::env::var(name).ok().map(|told| told.parse().expect("a number"))
    };
    let cases = number("LYNCHPIN_CASES").map_or(1, |cases| (cases / 500).max(1));
    let first = number("PROPTEST_RNG_SEED").unwrap_or(1);
    first..first + cases
}

#[test]
fn every_line_has_its_owner() {
    for seed in seeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = scripted(folder.path(), seed, CHANGES).expect("a history");
        let options = Options { since: Some(TAG.to_owned()), ..Options::default() };
        let assessment = assess(folder.path(), &options).expect("it can be read");
        assert_eq!(assessment.portfolio.changes.len(), CHANGES, "seed {seed}");
        let problems = compare(&known, &assessment);
        assert!(
            problems.is_empty(),
            "seed {seed}: {} wrong, such as\n{}",
            problems.len(),
            problems.iter().take(8).cloned().collect::<Vec<_>>().join("\n")
        );
        let lines = blamed(folder.path(), &known);
        println!("seed {seed}: {} dependencies, {lines} blamed lines", known.seen.len());
        assert!(known.seen.len() > CHANGES && lines > 100, "seed {seed}: too little is seen");
    }
}

/// Everything in which the answer is not what is known.
fn compare(known: &Known, assessment: &Assessment) -> Vec<String> {
    let mut problems = Vec::new();
    let heads: BTreeMap<&str, usize> =
        (0..known.changes.len()).map(|change| (known.head(change), change)).collect();
    let number = |id: &str| -> usize {
        let found = heads.range(id..).next().filter(|(head, _)| head.starts_with(id));
        *found.expect("the change is one of the history").1
    };
    let mut found: BTreeMap<(usize, usize), &Dependency> = assessment
        .dependencies
        .iter()
        .map(|needed| ((number(needed.change.as_str()), number(needed.on.as_str())), needed))
        .collect();
    for ((change, on), seen) in &known.seen {
        let requires = seen.values().any(Signs::requires);
        let named = format!("{} needs {}", &known.head(*change)[..12], &known.head(*on)[..12]);
        let Some(needed) = found.remove(&(*change, *on)) else {
            problems.push(format!("{named}: not found; known: {seen:?}"));
            continue;
        };
        if requires != (needed.kind == DependencyKind::Requires) {
            problems.push(format!("{named}: {:?}; known: {seen:?}", needed.kind));
            continue;
        }
        let because: BTreeSet<&Because> = needed.because.iter().collect();
        let told = seen.iter().filter(|(_, signs)| signs.requires() == requires);
        let told: Vec<_> = told.map(|(path, signs)| strongest(path, signs)).collect();
        let is_said = |told: &Vec<Because>| told.iter().any(|one| because.contains(one));
        if because.len() != told.len() || !told.iter().all(is_said) {
            problems.push(format!("{named} because {because:?}; known: {seen:?}"));
        }
    }
    let more = found.values().map(|needed| format!("not known: {needed:?}"));
    problems.extend(more);
    for (change, landed) in known.changes.iter().enumerate() {
        let size = assessment.portfolio.changes[change].size;
        let extent = landed.extent;
        let expected = (Some(extent.added), Some(extent.deleted), Some(extent.files));
        if (size.lines_added, size.lines_deleted, size.files) != expected {
            problems.push(format!("{}: {size:?}; known: {extent:?}", known.head(change)));
        }
    }
    problems
}

/// The strongest reason that there is in a file; where several lines are as good, one for each.
fn strongest(path: &str, signs: &Signs) -> Vec<Because> {
    let path = || path.to_owned();
    if let (Some(&first), Some(&last)) = (signs.lines.first(), signs.lines.last()) {
        let lines = signs.lines.len() as u64;
        return vec![Because::Lines { path: path(), first, last, lines }];
    }
    if !signs.within.is_empty() {
        let each = |line: &u64| Because::Within { path: path(), line: *line };
        return signs.within.iter().map(each).collect();
    }
    if signs.file {
        return vec![Because::File { path: path() }];
    }
    if signs.moved {
        return vec![Because::Moved { path: path() }];
    }
    let each = |line: &u64| Because::Beside { path: path(), line: *line };
    signs.beside.iter().map(each).collect()
}

/// Asks git whose the lines are that a change removes from files which it leaves where they are;
/// how many it was asked about.
fn blamed(folder: &Path, known: &Known) -> usize {
    let mut asked = 0;
    for ((change, on), seen) in known.seen.iter().step_by(7) {
        let parent = format!("{}^1", known.on_line(*change)[0]);
        let owners = known.on_line(*on);
        let tree = ask(folder, &["ls-tree", "-r", "-z", "--name-only", &parent]).expect("a tree");
        for (path, signs) in seen {
            let there = tree.split('\0').any(|name| name == &**path);
            if !there || signs.lines.is_empty() {
                continue;
            }
            let ranges = signs.lines.iter().map(|line| format!("-L{line},{line}"));
            let mut blame = vec!["blame".to_owned(), "--first-parent".to_owned(), "-s".to_owned()];
            blame.extend(["-l".to_owned(), "--root".to_owned()].into_iter().chain(ranges));
            blame.extend([parent.clone(), "--".to_owned(), format!("./{path}")]);
            let blame: Vec<&str> = blame.iter().map(String::as_str).collect();
            let said = ask(folder, &blame).expect("blame");
            for line in said.lines() {
                let is_owner = owners.iter().any(|owner| line.starts_with(owner));
                assert!(is_owner, "{path} in {parent}: {line}");
            }
            assert_eq!(said.lines().count(), signs.lines.len(), "{path} in {parent}");
            asked += signs.lines.len();
        }
    }
    asked
}
