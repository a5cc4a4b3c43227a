//! Failures of Open vSwitch, as those who mended them linked them to what they mended.
//!
//! The data is found through `LYNCHPIN_DATA`, else beside the checkout; where it is absent every
//! case is skipped by name.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lynchpin::history::labels::{Committed, LabelState, Labels, Link, LinkKind, Ratio};
use lynchpin::history::lookback::{Lookback, Touch, entropy};
use lynchpin_tests::histories;
use serde_json::Value;

/// The text of a file of the data; nothing, and said so, where there is none.
fn data(file: &str, case: &str) -> Option<String> {
    let path = histories::data("fixes-ovs").join(file);
    if !path.exists() {
        println!("skipped: fixes-ovs {case} (no data)");
        return None;
    }
    Some(fs::read_to_string(path).expect("the data can be read"))
}

/// The rows of a table, each with the columns of those names.
fn columns<'a, const N: usize>(text: &'a str, names: [&str; N]) -> Vec<[&'a str; N]> {
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a table has a head").split('\t').collect();
    let place = |name: &str| head.iter().position(|column| *column == name);
    let places = names.map(|name| place(name).expect("the column is there"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            places.map(|place| cells[place])
        })
        .collect()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("a number")
}

fn changes(text: &str) -> Vec<Committed<'_>> {
    let rows = columns(text, ["commit", "commit_time"]);
    rows.into_iter().map(|[id, seconds]| Committed { id, seconds: number(seconds) }).collect()
}

fn links(text: &str) -> Vec<Link<'_>> {
    let kind = |name: &str| match name {
        "fixes" => LinkKind::Fixes,
        other => {
            assert_eq!(other, "reverts", "a kind of link");
            LinkKind::Reverts
        }
    };
    let rows = columns(text, ["fix_commit", "fix_time", "culprit_commit", "kind"]);
    rows.into_iter()
        .map(|[fix, seconds, culprit, name]| Link {
            fix,
            seconds: number(seconds),
            culprit,
            kind: kind(name),
        })
        .collect()
}

/// Both tables.
fn ovs(case: &str) -> Option<(String, String)> {
    Some((data("ovs_changes.tsv", case)?, data("ovs_links.tsv", case)?))
}

fn expected() -> Option<Value> {
    let text = data("expected.json", "expected figures")?;
    let all: Value = serde_json::from_str(&text).expect("the figures are JSON");
    Some(all["ovs"].clone())
}

/// A fraction with as many decimals as the printed number has, beside that number.
fn printed(found: Option<Ratio>, expected: &Value) -> (String, String) {
    let printed = expected.to_string();
    let places = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let places = u32::try_from(places).expect("few decimals");
    (found.expect("there are failures").decimal(places), printed)
}

#[test]
fn the_figures_are_those_that_were_published() {
    let (Some((table, fixes)), Some(expected)) = (ovs("figures"), expected()) else { return };
    let figures = Labels::of(&changes(&table), &links(&fixes)).figures;
    for (name, found) in [
        ("changes", figures.changes),
        ("links", figures.links),
        ("failed_changes", figures.failed_changes),
        ("fix_commits", figures.fix_commits),
        ("negative_intervals", figures.negative_intervals),
    ] {
        assert_eq!(expected[name].as_u64(), Some(found), "{name}");
    }
    assert_eq!(figures.links_elsewhere, 0);
    let rate = figures.change_failure_rate.expect("there are changes");
    let rate = rate.to_millionths().to_string();
    assert_eq!(rate, expected["change_failure_rate"].to_string());
    let (median, mean) = (figures.median_time_to_first_fix, figures.mean_time_to_first_fix);
    for (found, name) in
        [(median, "median_time_to_first_fix_s"), (mean, "mean_time_to_first_fix_s")]
    {
        let (found, printed) = printed(found, &expected[name]);
        assert_eq!(found, printed, "{name}");
    }
}

#[test]
fn every_flag_is_the_label() {
    let (Some((table, fixes)), Some(expected)) = (ovs("flags"), expected()) else { return };
    assert_eq!(expected["flag_equals_links"], true);
    let labels = Labels::of(&changes(&table), &links(&fixes));
    let flags = columns(&table, ["commit", "failed"]);
    assert_eq!(flags.len(), labels.list.len());
    for ([commit, flag], label) in flags.iter().zip(&labels.list) {
        assert_eq!(*flag == "1", label.failed(), "{commit}");
    }
}

#[test]
fn a_label_is_known_from_its_first_fix_on_and_not_before() {
    let Some((table, fixes)) = ovs("maturity") else { return };
    let (changes, links) = (changes(&table), links(&fixes));
    let all = Labels::of(&changes, &links);
    let mut seen = 0;
    for year in 2010_i64..2027 {
        let at = (year - 1970) * 365 * 86_400 + 86_400 * (year - 1969) / 4;
        // Worked out once more, link by link: a fix at or before that time says it, no other does.
        let told: BTreeSet<&str> =
            links.iter().filter(|link| link.seconds <= at).map(|link| link.culprit).collect();
        let there: BTreeSet<&str> =
            changes.iter().filter(|change| change.seconds <= at).map(|change| change.id).collect();
        let known = Labels::known_at(&changes, &links, at);
        let failed = told.intersection(&there).count();
        assert_eq!(known.figures.failed_changes, u64::try_from(failed).expect("few"), "{year}");
        assert_eq!(known.figures.changes, u64::try_from(there.len()).expect("few"), "{year}");
        assert!(known.figures.failed_changes >= seen, "what is known is never forgotten");
        seen = known.figures.failed_changes;
        // The labels of everything agree with those of that time, change by change.
        for (change, label) in changes.iter().zip(&all.list) {
            assert_eq!(label.failed_by(at), told.contains(change.id), "{} in {year}", change.id);
            let state = label.state(at, 90 * 86_400);
            let young = change.seconds + 90 * 86_400 > at;
            let expected = match (told.contains(change.id), young) {
                (true, _) => LabelState::Failed,
                (false, true) => LabelState::Undecided,
                (false, false) => LabelState::Clean,
            };
            assert_eq!(state, expected, "{} in {year}", change.id);
        }
    }
    assert!(seen > 1_000, "the last of these years knows most");
}

#[test]
fn the_entropy_is_that_of_the_column() {
    let Some((table, _)) = ovs("entropy") else { return };
    let millionths = |text: &str| -> u64 { number(&text.replacen('.', "", 1)) };
    let (mut single, mut pairs) = (0, 0);
    for [commit, la, ld, nf, column] in columns(&table, ["commit", "la", "ld", "nf", "entropy"]) {
        let lines = number::<u64>(la) + number::<u64>(ld);
        let bits = millionths(column);
        match number::<u64>(nf) {
            0 | 1 => {
                single += 1;
                assert_eq!(entropy(&[lines]), bits, "{commit}");
            }
            // The table has no counts by file; some division of the lines must give it.
            2 => {
                pairs += 1;
                // It rises with the smaller part, so that part is found by halving.
                let (mut low, mut high) = (0, lines / 2);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if entropy(&[middle, lines - middle]) < bits {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                assert_eq!(entropy(&[low, lines - low]), bits, "{commit} of {lines} lines");
            }
            // No more than so many files can have, which is not one: it is not normalised.
            files => {
                let even = vec![1; usize::try_from(files).expect("few")];
                assert!(bits <= entropy(&even), "{commit}");
            }
        }
    }
    assert!(single > 5_000 && pairs > 2_000, "{single} and {pairs}");
}

#[test]
fn authors_have_behind_them_what_the_table_says() {
    let Some((table, fixes)) = ovs("experience") else { return };
    let (changes, links) = (changes(&table), links(&fixes));
    let numbers: BTreeMap<&str, u32> = changes.iter().map(|change| change.id).zip(0..).collect();
    let mut mends: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for link in &links {
        mends.entry(link.fix).or_default().push(numbers[link.culprit]);
    }
    let mut lookback = Lookback::default();
    // Counted once more, without looking for anything.
    let mut behind: BTreeMap<u32, (u64, BTreeSet<u32>)> = BTreeMap::new();
    let rows = columns(&table, ["author_id", "is_fix"]);
    for (change, [author, is_fix]) in changes.iter().zip(&rows) {
        let author = number(author);
        let is_fix = *is_fix == "1";
        let touch = Touch { author, seconds: change.seconds, is_fix, files: None };
        let found = lookback.metrics(&touch);
        let (experience, failed) = behind.entry(author).or_default();
        assert_eq!(found.experience, Some(*experience), "{}", change.id);
        let failures = u64::try_from(failed.len()).expect("few");
        assert_eq!(found.author_failures, Some(failures), "{}", change.id);
        assert_eq!(found.fix, Some(u64::from(is_fix)));
        // Never more than all of it, and at least what half a lifetime leaves of it.
        let recent = found.recent_experience.expect("it is always known");
        assert!(recent <= *experience * 1_000 && recent >= *experience * 1_000 / 20);
        *experience += 1;
        lookback.observe(&touch);
        for culprit in mends.get(change.id).into_iter().flatten() {
            // A clock may be wrong: what is mended stands later in the table then.
            if *culprit < lookback.changes() {
                lookback.fail(*culprit);
                let writer = number(rows[usize::try_from(*culprit).expect("few")][0]);
                behind.entry(writer).or_default().1.insert(*culprit);
            }
        }
    }
    assert_eq!(lookback.changes(), u32::try_from(changes.len()).expect("few"));
}
