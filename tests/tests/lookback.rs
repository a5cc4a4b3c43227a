//! The one pass over a history, against counting everything anew for each change.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::history::lookback::{Lookback, Touch, TouchedFile, entropy};
use lynchpin::model::SourceHistory;
use proptest::prelude::*;

const YEAR: i64 = 365 * 86_400;

/// A change, and which of the earlier ones it shows to have failed.
#[derive(Clone, Debug)]
struct Story {
    author: u32,
    seconds: i64,
    files: BTreeMap<u32, (u64, bool)>,
    fails: Option<usize>,
}

impl Story {
    fn files(&self) -> Vec<TouchedFile> {
        let file = |(path, (lines, removed)): (&u32, &(u64, bool))| TouchedFile {
            path: *path,
            subsystem: path % 4,
            lines: Some(*lines),
            removed: *removed,
        };
        self.files.iter().map(file).collect()
    }

    fn folders(&self) -> BTreeSet<u32> {
        self.files.keys().map(|path| path % 4).collect()
    }

    fn shares_a_file(&self, other: &Story) -> bool {
        self.files.keys().any(|path| other.files.contains_key(path))
    }
}

fn story() -> impl Strategy<Value = Story> {
    let file = (0_u32..12, (0_u64..50, prop::bool::weighted(0.1)));
    let files = prop::collection::btree_map(file.0, file.1, 0..5);
    // Some dates lie behind those before them.
    (0_u32..4, 0_i64..5 * YEAR, files, prop::option::weighted(0.2, 0_usize..40))
        .prop_map(|(author, seconds, files, fails)| Story { author, seconds, files, fails })
}

/// What is to be said of the last one, worked out from all before it.
fn counted(before: &[Story], now: &Story) -> SourceHistory {
    let len = |number: usize| u64::try_from(number).ok();
    let failed: BTreeSet<usize> = before
        .iter()
        .enumerate()
        .filter_map(|(number, story)| story.fails.filter(|culprit| *culprit <= number))
        .collect();
    let failures = |of: &dyn Fn(&Story) -> bool| {
        len(failed.iter().filter(|number| before.get(**number).is_some_and(of)).count())
    };
    let own: Vec<&Story> = before.iter().filter(|story| story.author == now.author).collect();
    let touching: Vec<&Story> = before.iter().filter(|story| story.shares_a_file(now)).collect();
    let last = |path: &u32| before.iter().rfind(|story| story.files.contains_key(path));
    let ages: Vec<i64> = now
        .files
        .keys()
        .filter_map(last)
        .map(|story| (now.seconds - story.seconds).max(0))
        .collect();
    let mean = match i64::try_from(ages.len()).expect("few") {
        0 => None,
        count => u64::try_from((2 * ages.iter().sum::<i64>() + count) / (2 * count)).ok(),
    };
    // In 27720ths, which all ages up to ten years divide; then in thousandths, half rounded up.
    let shares = own.iter().map(|story| 27_720 / ((now.seconds - story.seconds).max(0) / YEAR + 1));
    let recent = (shares.sum::<i64>() * 2_000 + 27_720) / (2 * 27_720);
    let gone =
        |path: &u32| last(path).is_none_or(|story| story.files.get(path).is_some_and(|f| f.1));
    let missing: BTreeSet<u32> = now
        .files
        .keys()
        .flat_map(|path| (0..12).map(move |other| (*path, other)))
        .filter(|(path, other)| {
            let with = before.iter().filter(|story| story.files.contains_key(path));
            let both = with.clone().filter(|story| story.files.contains_key(other)).count();
            both >= 3 && both * 10 >= with.count() * 9
        })
        .map(|(_, other)| other)
        .filter(|other| !now.files.contains_key(other) && !gone(other))
        .collect();
    let lines: Vec<u64> = now.files.values().map(|(lines, _)| *lines).collect();
    SourceHistory {
        subsystems: len(now.folders().len()),
        entropy: Some(entropy(&lines)),
        developers: len(touching.iter().map(|story| story.author).collect::<BTreeSet<_>>().len()),
        age_seconds: mean,
        earlier_changes: len(touching.len()),
        experience: len(own.len()),
        recent_experience: u64::try_from(recent).ok(),
        subsystem_experience: len(own
            .iter()
            .filter(|story| !story.folders().is_disjoint(&now.folders()))
            .count()),
        fix: Some(u64::from(now.fails.is_some())),
        missing_companions: len(missing.len()),
        author_failures: failures(&|story| story.author == now.author),
        file_failures: failures(&|story| story.shares_a_file(now)),
        looked_back: len(before.len()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn one_pass_says_what_counting_anew_says(history in prop::collection::vec(story(), 1..60)) {
        let mut lookback = Lookback::default();
        for (number, now) in history.iter().enumerate() {
            let files = now.files();
            let touch = Touch {
                author: now.author,
                seconds: now.seconds,
                is_fix: now.fails.is_some(),
                files: Some(&files),
            };
            let before = history.get(..number).unwrap_or_default();
            prop_assert_eq!(lookback.metrics(&touch), counted(before, now), "change {}", number);
            lookback.observe(&touch);
            // What is not there yet cannot have failed.
            if let Some(culprit) = now.fails.and_then(|culprit| u32::try_from(culprit).ok()) {
                lookback.fail(culprit);
            }
        }
    }
}
