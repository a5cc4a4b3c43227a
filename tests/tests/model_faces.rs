//! One invented history, fitted: what every language must make of it, to the last byte.
//!
//! `tests/model/history.txt` has a change a line: lines, hours, earlier changes of its author,
//! services, and whether it failed; `nan` is not known. `model.json` is fitted to all of it,
//! `next.json` to its second half with that as prior. `scores.txt` is what the first says of each
//! change: log-odds, probability, and what each term and each pair adds. The tests of C, C++ and
//! Python read the same files; `BLESS=1` renews them.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use lynchpin::base::LogOdds;
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Transform, millionths_of};

const NAMES: [&str; 4] = ["lines", "hours", "earlier", "services"];
const TRANSFORMS: [Transform; 4] =
    [Transform::Log, Transform::Plain, Transform::Log, Transform::Plain];
const BENDS: [Bend; 4] = [Bend::Rising, Bend::Free, Bend::Straight, Bend::Free];
/// Where the second half begins.
const HALF: usize = 120;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("model").join(name)
}

struct History {
    columns: Vec<Vec<i64>>,
    failed: Vec<bool>,
}

fn history() -> History {
    let text = fs::read_to_string(path("history.txt")).expect("the history is there");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .map(|line| line.split(' ').map(|word| word.parse().expect("a number")).collect())
        .collect();
    let column = |at: usize| {
        let values = rows.iter().map(|row| row[at]);
        millionths_of(NAMES[at], values).expect("small numbers")
    };
    let failed = rows.iter().map(|row| row[4] > 0.5).collect();
    History { columns: (0..4).map(column).collect(), failed }
}

fn fitted(history: &History, from: usize, fit: &Fit<'_>) -> Model {
    let column = |at: usize| Column {
        name: NAMES[at],
        transform: TRANSFORMS[at],
        bend: BENDS[at],
        values: &history.columns[at][from..],
    };
    let columns: Vec<Column<'_>> = (0..4).map(column).collect();
    Model::fit(&columns, &history.failed[from..], fit).expect("it can be fitted")
}

fn hold(name: &str, made: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), made).expect("it can be written");
    }
    let kept = fs::read_to_string(path(name)).unwrap_or_default();
    let place = kept.bytes().zip(made.bytes()).position(|(kept, made)| kept != made);
    assert!(kept == made, "{name} differs (byte {place:?}): renew it with BLESS=1");
}

#[test]
fn the_model_and_its_scores_are_those_of_every_language() {
    let history = history();
    let fit = Fit { strength: 2, half_life: Some(200), rounds: 60, pairs: 2, prior: None };
    let model = fitted(&history, 0, &fit);
    assert_eq!((history.failed.len(), model.pairs.len()), (240, 2), "the fixture shows too little");
    assert!(history.columns[..2].iter().all(|column| column.contains(&MISSING)));
    let json = |model: &Model| String::from_utf8(model.to_json().expect("a model")).expect("text");
    hold("model.json", &json(&model));
    let next = fitted(&history, HALF, &Fit { prior: Some(&model), ..Fit::LINES });
    hold("next.json", &json(&next));

    let mut said = String::new();
    for at in 0..history.failed.len() {
        let features: Vec<i64> = history.columns.iter().map(|column| column[at]).collect();
        let scored = model.score(&features).expect("four features");
        let sum = scored.terms.iter().fold(model.baseline, |sum, term| sum.plus(*term));
        assert_eq!(sum, scored.log_odds);
        let probability = scored.probability().parts_per_billion();
        write!(said, "{} {probability}", scored.log_odds.billionths()).expect("a string");
        for term in scored.terms.into_iter().map(LogOdds::billionths) {
            write!(said, " {term}").expect("a string");
        }
        said.push('\n');
    }
    hold("scores.txt", &said);
}
