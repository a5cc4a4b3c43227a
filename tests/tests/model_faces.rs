//! One invented history, fitted: what every language must make of it, to the last byte.
//!
//! `tests/model/history.txt` has a change a line: lines, hours, earlier changes of its author,
//! services, and whether it failed; `nan` is not known. `model.json` is fitted to all of it,
//! `next.json` to its second half with the lines of all as prior. `scores.txt` is what the first
//! says of each change: log-odds, probability, and what each term and each pair adds. `risk.txt`
//! has questions about that, each with its answer on the next line. The tests of C, C++ and Python
//! read the same files; `BLESS=1` renews them.
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
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Scores, Transform, millionths_of};
use lynchpin::wire::risk::ask;
use serde_json::{Value, json};

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
    let before = fitted(&history, 0, &Fit::LINES);
    let next = fitted(&history, HALF, &Fit { prior: Some(&before), ..Fit::LINES });
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
    let mut asked = questions(&history, &model);
    asked.extend(replays(&history));
    asked.extend(ratings(&history));
    asked.push(trees("lightgbm", "lightgbm.txt", "riskier"));
    asked.push(trees("xgboost", "xgboost-3-raw.json", "as_trained"));
    let certified = json!({"at_most": "0.05", "passed": 300, "failed": 2, "maturity": "14d",
        "as_of": "2026-11-01T00:00:00Z"});
    let mut named = json!({"lynchpin": "risk-model/1", "model": before, "shift": "-0.25",
        "shock": "0.2", "lane": certified});
    for term in named["model"]["terms"].as_array_mut().expect("terms") {
        term["name"] = json!(format!("measure.{}", term["name"].as_str().expect("a name")));
    }
    asked.push(json!({"risk_model": {"text": named.to_string()}}));
    let machine = path("../data/trees/ebm-known.json");
    asked.push(json!({"ebm": {"model": fs::read_to_string(machine).expect("a machine")}}));
    let answered = asked.iter().map(|question| {
        let answer = ask(question.to_string().as_bytes()).expect("it can be answered");
        format!("{question}\n{}\n", String::from_utf8(answer).expect("text"))
    });
    hold("risk.txt", &answered.collect::<String>());
}

/// Questions that people read about are answered as they are told there.
#[test]
fn the_questions_of_the_page_are_answered() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/risk.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let answers: Vec<String> = page
        .split("```json\n")
        .skip(1)
        .map(|rest| {
            let question = rest.split("```").next().expect("it ends");
            let answer = ask(question.as_bytes()).expect("it can be answered");
            String::from_utf8(answer).expect("text")
        })
        .collect();
    assert!(answers[0].starts_with(r#"{"joint":{"any":"#), "{}", answers[0]);
    let small = r#"{"level":"low","by":"a small fix"}"#;
    let unknown = r#"{"level":"high","by":"many files","missing":["files"]}"#;
    assert_eq!(answers[1], format!(r#"{{"rules":[{small},{unknown}]}}"#));
    assert!(answers[2].starts_with(r#"{"questionnaire":[{"points":9,"level":"moderate","#));
    assert_eq!(answers.len(), 3, "say what becomes of the others");
}

/// One question of each kind that is asked about probabilities.
fn questions(history: &History, model: &Model) -> Vec<Value> {
    let columns: Vec<&[i64]> = history.columns.iter().map(Vec::as_slice).collect();
    let count = history.failed.len();
    let (mut said, mut log_odds) = (vec![0; count], vec![0; count]);
    let into = Scores {
        probabilities: Some(&mut said),
        log_odds: Some(&mut log_odds),
        ..Scores::default()
    };
    model.scorer(false).score(&columns, into).expect("all fits");
    let failed = &history.failed;
    let made = days(count);
    let known: Vec<Option<&String>> =
        made.iter().enumerate().map(|(at, it)| (at % 3 > 0).then_some(it)).collect();
    let lines: Vec<Option<i64>> =
        history.columns[0].iter().map(|it| (*it != MISSING).then_some(*it)).collect();
    let part = |from: usize| {
        let range = from..from + HALF;
        json!({
            "said": said[range.clone()],
            "failed": failed[range.clone()],
            "features": [{"name": "lines", "values": lines[range]}],
        })
    };
    vec![
        json!({"joint": {"said": said[..10]}}),
        json!({"joint": {"said": said[..10], "shock": "0"}}),
        json!({"shock": {"said": said, "failed": failed, "releases": vec![8; 30]}}),
        json!({"lane": {
            "said": said, "failed": failed, "promise": "0.2", "confidence": "0.8",
        }}),
        json!({"lane": {
            "said": said, "failed": failed, "promise": "0.001", "confidence": "0.95",
        }}),
        json!({"shift": {
            "log_odds": log_odds, "failed": failed, "window": 100,
            "ripe": {"made": made, "as_of": "2026-12-01T00:00:00Z", "maturity": "60d"},
        }}),
        json!({"platt": {"log_odds": log_odds, "failed": failed}}),
        json!({"platt": {"log_odds": log_odds, "failed": failed, "model": model}}),
        json!({"backtest": {
            "made": made, "known": known, "said": said, "failed": failed, "base": "0.18",
            "effort": (0..count).collect::<Vec<_>>(), "as_of": "2026-12-01T00:00:00Z",
            "maturity": "30d", "review": 1, "escape": 5, "blocks": 3, "repetitions": 40,
            "seed": 7, "confidence": "0.8",
        }}),
        json!({"backtest": {
            "made": made, "said": said, "failed": failed, "base": "0.18",
            "as_of": "2026-12-01T00:00:00Z", "maturity": "30d", "review": 1, "escape": 5,
            "blocks": 0, "repetitions": 0,
        }}),
        json!({"published": {}}),
        json!({"drift": {"reference": part(0), "recent": part(HALF), "z": 2_500_000}}),
    ]
}

/// A change a day.
fn days(count: usize) -> Vec<String> {
    let day = |at: usize| format!("2026-0{}-{:02}T09:00:00Z", 1 + at / 28, 1 + at % 28);
    (0..count).map(day).collect()
}

/// What models would have said of the history, and what may be promised of it.
fn replays(history: &History) -> Vec<Value> {
    let count = history.failed.len();
    let names = NAMES.map(|name| match name {
        "lines" => name.to_owned(),
        own => format!("measure.{own}"),
    });
    let column = |at: usize| {
        let values = history.columns[at].iter().map(|it| (*it != MISSING).then_some(*it));
        json!({
            "name": names[at], "transform": TRANSFORMS[at], "bend": BENDS[at],
            "values": values.collect::<Vec<_>>(),
        })
    };
    let early = |at: usize| Column {
        name: &names[at],
        transform: TRANSFORMS[at],
        bend: BENDS[at],
        values: &history.columns[at][..40],
    };
    let early: Vec<Column<'_>> = (0..4).map(early).collect();
    let prior = Model::fit(&early, &history.failed[..40], &Fit::LINES).expect("a prior");
    let made = days(count);
    // What failed was known a week later, or three; of some it is not known when.
    let known =
        |at: usize| (!at.is_multiple_of(5)).then(|| made.get(at + 7 + at % 2 * 14)).flatten();
    let known: Vec<Option<&String>> = (0..count).map(known).collect();
    let replay = json!({
        "features": (0..4).map(column).collect::<Vec<_>>(), "made": made, "known": known,
        "failed": history.failed, "as_of": "2026-09-20T00:00:00Z", "maturity": "10d", "blocks": 3,
    });
    let with = |more: Value| {
        let all = replay.as_object().expect("an object").clone().into_iter();
        all.chain(more.as_object().expect("an object").clone()).collect::<Value>()
    };
    // Five to a release, and every ninth change came with none.
    let release = |at: usize| (!at.is_multiple_of(9)).then(|| format!("R-{}", at / 5));
    let releases: Vec<Option<String>> = (0..count).map(release).collect();
    vec![
        json!({"replay": replay}),
        json!({"certify": {
            "replay": with(json!({"lines": true, "half_life": 150, "prior": prior})),
            "releases": releases, "promise": "0.4", "confidence": "0.8",
        }}),
        json!({"certify": {"replay": replay, "promise": "0.01"}}),
    ]
}

/// What a house would say of the same changes, and which of it counts.
fn ratings(history: &History) -> Vec<Value> {
    let change = |at: usize| -> Value {
        let known = |column: &Vec<i64>| (column[at] != MISSING).then_some(column[at]);
        NAMES.into_iter().zip(history.columns.iter().map(known)).collect()
    };
    let condition = |feature: &str, test: &str, whole: i64| {
        let millionths = whole * 1_000_000;
        json!({"feature": feature, "test": {test: millionths}})
    };
    let levels = ["low", "moderate", "high"];
    let rules = json!({"levels": levels, "otherwise": "moderate", "rules": [
        {"name": "many lines", "level": "high", "when": [condition("lines", "at_least", 400)]},
        {"name": "small and few services", "level": "low", "when": [
            condition("lines", "at_most", 20), condition("services", "at_most", 3),
        ]},
        {"name": "a newcomer", "level": "high", "when": [condition("earlier", "at_most", 50)]},
    ]});
    let questionnaire = json!({"levels": levels, "from": [7, 14], "questions": [
        {"id": "tested", "weight": 3, "answers": {"yes": 0, "partly": 2, "no": 4}},
        {"id": "known", "weight": 1, "answers": {"often": 0, "never": 3}},
    ]});
    vec![
        json!({"rules": {
            "rules": rules, "changes": (0..40).map(change).collect::<Vec<_>>(),
        }}),
        json!({"questionnaire": {"questionnaire": questionnaire, "answers": [
            {"tested": "yes", "known": "often"}, {"tested": "partly", "known": null}, {},
        ]}}),
        json!({"worst": {
            "levels": levels, "rated": [["low", "moderate"], ["low", "unheard of"], []],
        }}),
    ]
}

/// A model that a tool trained, and some of the rows that it was asked about; see `data/trees`.
fn trees(format: &str, file: &str, missing: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/trees");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("it is there");
    let stem = file.rsplit_once('.').expect("an ending").0;
    let said: Value = serde_json::from_str(&read(&format!("{stem}.said.json"))).expect("JSON");
    let rows = said["rows"].as_array().expect("rows");
    let names = match format {
        "lightgbm" => ["size", "drift", "share", "kind", "rare"],
        _ => ["f0", "f1", "f2", "f3", "f4"],
    };
    let column = |(at, name): (usize, &str)| {
        let values: Vec<&Value> = rows[15..45].iter().map(|row| &row[at]).collect();
        json!({"name": name, "values": values})
    };
    let features: Vec<Value> = names.into_iter().enumerate().map(column).collect();
    json!({"trees": {
        "format": format, "model": read(file), "features": features, "missing": missing,
    }})
}
