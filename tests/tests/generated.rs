//! A large history with people, reviews, fixes and reverts, all of which are known.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says how much it looked at"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin_link::git::{Assessment, Because, DependencyKind, Options, assess};
use lynchpin_tests::git::answers::Answers;
use lynchpin_tests::git::generated::{Generated, generated};

const COMMITS: u64 = 3_000;

#[test]
fn what_is_known_of_a_history_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = generated(folder.path(), 7, COMMITS).expect("a history");
    let since = Some(made.known.id(made.since).to_owned());
    let options = Options { since, ..Options::default() };
    let found = assess(folder.path(), &options).expect("it can be read");

    assert_eq!((found.notes.commits, found.notes.commits > 1_490), (made.commits, true));
    assert_eq!(found.notes.changes, made.known.changes.len() as u64);
    let changes = made.known.changes.iter();
    let of_several: Vec<_> = changes.filter(|change| !change.merged.is_empty()).collect();
    let series = of_several.iter().filter(|change| change.in_line).count();
    assert_eq!(found.notes.series, series as u64);
    assert_eq!(found.notes.merges, (of_several.len() - series) as u64);
    assert!(series > 10 && of_several.len() > 100, "too little happens");
    same_changes(&made, &found);
    same_reviews(&made, &found);
    same_dependencies(&made, &found);
}

/// Every change holds the commits that it is made of, and is as large as it is.
fn same_changes(made: &Generated, found: &Assessment) {
    for (number, change) in found.portfolio.changes.iter().enumerate() {
        let landed = &made.known.changes[number];
        let commits: BTreeSet<&str> = change.commits.iter().map(|id| id.as_str()).collect();
        let known: BTreeSet<&str> =
            landed.merged.iter().chain([&landed.head]).map(|mark| made.known.id(*mark)).collect();
        assert_eq!(commits, known, "change {number}");
        let extent = landed.extent;
        let size = (change.size.lines_added, change.size.lines_deleted, change.size.files);
        let known = (Some(extent.added), Some(extent.deleted), Some(extent.files));
        assert_eq!(size, known, "change {number}: {}", change.id);
    }
}

/// The numbers of changes by their ids.
fn numbers(found: &Assessment) -> BTreeMap<&str, usize> {
    let changes = found.portfolio.changes.iter().enumerate();
    changes.map(|(number, change)| (change.id.as_str(), number)).collect()
}

fn same_reviews(made: &Generated, found: &Assessment) {
    let numbers = numbers(found);
    let approvals = found.portfolio.approvals.iter();
    let reviews: BTreeSet<(usize, String)> = approvals
        .map(|a| {
            let change = a.change.as_ref().expect("an approval is one of a change");
            (numbers[change.as_str()], a.by.to_string())
        })
        .collect();
    let differ: Vec<_> = reviews.symmetric_difference(&made.reviews).take(5).collect();
    assert!(differ.is_empty(), "reviews: {differ:?}");
    assert_eq!(found.notes.reviews, made.reviews.len() as u64);
    assert!(found.notes.own_trailers >= made.own_reviews, "one's own reviews count for nothing");
    println!("{} reviews, {} of one's own", reviews.len(), made.own_reviews);
    assert!(reviews.len() > 300 && made.own_reviews > 20 && found.notes.partly_reviewed > 5);
}

fn same_dependencies(made: &Generated, found: &Assessment) {
    let numbers = numbers(found);
    let mut stated = BTreeSet::new();
    for needed in &found.dependencies {
        let pair = (numbers[needed.change.as_str()], numbers[needed.on.as_str()]);
        for because in &needed.because {
            let words = if let Because::Trailer { trailer, .. } = because {
                if trailer == "Fixes" { "Fixes" } else { "Depends-On" }
            } else if matches!(because, Because::Reverts { .. }) {
                "Reverts"
            } else {
                continue;
            };
            stated.insert((pair.0, pair.1, words));
        }
    }
    let differ: Vec<_> = stated.symmetric_difference(&made.stated).take(5).collect();
    assert!(differ.is_empty(), "what messages say: {differ:?}");
    for words in ["Fixes", "Depends-On", "Reverts"] {
        let count = stated.iter().filter(|(.., said)| *said == words).count();
        println!("{count} {words}");
        assert!(count > 5, "{words}");
    }
    let answers = Answers::of(made);
    let told = found.dependencies.iter().map(|needed| {
        let requires = needed.kind == DependencyKind::Requires;
        (needed.change.as_str(), needed.on.as_str(), requires)
    });
    let wrong = answers.wrong(told);
    assert!(wrong.is_empty(), "{} wrong, such as\n{:#?}", wrong.len(), wrong.first());
    println!("{} required, {} only before", answers.requires.len(), answers.after.len());
    assert!(answers.requires.len() > 500 && answers.after.len() > 100, "too little is known");
}
