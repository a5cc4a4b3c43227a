//! What models would have said of a history is what they could have said then.

use std::path::Path;

use lynchpin::base::{Instant, Probability};
use lynchpin::risk::lane::widest;
use lynchpin::risk::learn::{Model, Rolling};
use lynchpin::risk::{Certificate, RiskModel, probability};
use serde_json::Value;

use super::page::history;
use super::{FIT, answered, folder, risk, write};

fn backtest(folder: &Path, more: &[&str]) -> Value {
    let asked = ["backtest", "risk.csv", "--maturity", "20d", "--json"];
    serde_json::from_str(&answered(folder, &asked, more)).expect("JSON")
}

#[test]
fn what_came_later_changes_nothing_that_was_said() {
    let folder = folder();
    let whole = backtest(folder.path(), FIT);
    // The outcomes of the last block, turned around: nobody knew them when any row was scored
    // before the last few days.
    let rows = history();
    let turned = rows.lines().enumerate().map(|(at, row)| match at {
        690.. => row.replace("yes", "NO").replace(",no", ",yes").replace("NO", "no") + "\n",
        _ => format!("{row}\n"),
    });
    write(folder.path(), "risk.csv", &turned.collect::<String>());
    let other = backtest(folder.path(), FIT);
    let said = |found: &Value| found["backtest"]["blocks"].clone();
    let (one, two) = (said(&whole), said(&other));
    let count = one.as_array().expect("blocks").len();
    assert_eq!(count, 10);
    for block in 0..count - 1 {
        assert_eq!(one[block], two[block], "block {block}");
    }
    let last = |it: &Value| it[count - 1]["figures"]["said"]["value"].clone();
    assert_eq!(last(&one), last(&two));
}

/// A row of the history: when it was made, when its outcome was known, and whether it failed.
fn times(row: &str) -> (Instant, Option<Instant>, bool) {
    let mut cells = row.split(',').skip(1);
    let mut instant = || cells.next().and_then(|cell| cell.parse::<Instant>().ok());
    let (made, known) = (instant().expect("an instant"), instant());
    (made, known, row.ends_with(",yes"))
}

#[test]
fn each_model_is_fitted_to_what_was_ripe_and_known() {
    let folder = folder();
    let history = history();
    let rows: Vec<_> = history.lines().skip(1).map(times).collect();
    // Shorter than some outcomes took.
    let asked = ["backtest", "risk.csv", "--maturity", "5d"];
    let json = answered(folder.path(), &[&asked[..], &["--json"]].concat(), FIT);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let blocks = json["scored_by"]["blocks"].as_array().expect("blocks");
    assert_eq!(blocks.len(), 10);
    for block in blocks {
        let as_of: Instant = block["as_of"].as_str().expect("text").parse().expect("an instant");
        let first = block["rows"][0].as_u64().expect("a number");
        let start = usize::try_from(first).expect("small") - 1;
        assert_eq!(rows[start].0, as_of);
        let ripe = |(made, known, _): &&(Instant, Option<Instant>, bool)| {
            made.after("5d".parse().expect("a span")) <= as_of && known.is_none_or(|it| it <= as_of)
        };
        let training: Vec<_> = rows[..start].iter().filter(ripe).collect();
        let failures = training.iter().filter(|it| it.2).count();
        assert_eq!(block["fitted_to"], training.len());
        assert_eq!(block["failures"], failures);
        assert_eq!(block["left_out"], start - training.len());
    }
    let told = answered(folder.path(), &asked, FIT);
    assert!(told.contains("came to be known later than that"), "{told}");
}

#[test]
fn no_row_learns_of_itself_without_a_maturity() {
    let rows: String = (0..40)
        .map(|row| {
            let (day, failed) = (row % 28 + 1, u8::from(fails(row)));
            format!("2026-0{}-{day:02}T00:00:00Z,{},{failed}\n", row / 28 + 1, row % 5)
        })
        .collect();
    let (head, folder) = ("made,lines,failed\n", tempfile::tempdir().expect("a scratch folder"));
    let ask = |text: String| -> Value {
        write(folder.path(), "few.csv", &text);
        let asked = ["backtest", "few.csv", "--outcome", "failed", "--made", "made", "--lines"];
        let more = ["--maturity", "0s", "--blocks", "1", "--json"];
        serde_json::from_str(&answered(folder.path(), &asked, &more)).expect("JSON")
    };
    let one = ask(format!("{head}{rows}"));
    // The last row fails.
    assert!(rows.ends_with(",1\n"));
    let other = ask(format!("{head}{}0\n", &rows[..rows.len() - 2]));
    let said = |found: &Value| found["backtest"]["whole"]["figures"]["said"]["value"].clone();
    assert_eq!(said(&one), said(&other));
    assert_ne!(one["backtest"]["whole"]["failures"], other["backtest"]["whole"]["failures"]);
}

/// Every third one does.
fn fails(row: i64) -> bool {
    row.rem_euclid(3) == 0
}

/// Forty changes of a day each.
fn few() -> Vec<String> {
    let row = |row: i64| {
        let (month, day, failed) = (row / 28 + 1, row % 28 + 1, u8::from(fails(row)));
        format!("2026-0{month}-{day:02}T00:00:00Z,{},{failed}\n", row % 5)
    };
    (0..40).map(row).collect()
}

const HEAD: &str = "made,lines,failed\n";

/// What was said in each block of the few, cut into so many.
fn said(folder: &Path, blocks: &str) -> Vec<Probability> {
    write(folder, "few.csv", &(HEAD.to_owned() + &few().concat()));
    let asked = ["backtest", "few.csv", "--outcome", "failed", "--made", "made", "--lines"];
    let more = ["--maturity", "0s", "--half-life", "9", "--json", "--blocks", blocks];
    let json: Value = serde_json::from_str(&answered(folder, &asked, &more)).expect("JSON");
    let blocks = json.pointer("/backtest/blocks").and_then(Value::as_array).expect("blocks");
    let said = |it: &Value| it.pointer("/figures/said/value")?.as_str()?.parse().ok();
    blocks.iter().map(|it| said(it).expect("a probability")).collect()
}

/// The model of the first few.
fn model(folder: &Path, count: usize) -> Model {
    let rows: String = few().into_iter().take(count).collect();
    write(folder, "begin.csv", &(HEAD.to_owned() + &rows));
    let asked = ["fit", "begin.csv", "--outcome", "failed", "--made", "made", "--lines"];
    let model = answered(folder, &asked, &["--half-life", "9"]);
    Model::from_json(model.as_bytes()).expect("a model")
}

#[test]
fn a_row_alone_is_scored_as_a_model_of_all_before_it_says() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let said = said(folder.path(), "20");
    assert_eq!(said.len(), 20);
    for (row, said) in (20_usize..).zip(said) {
        let lines = i64::try_from(row % 5).expect("small") * 1_000_000;
        let scored = model(folder.path(), row).score(&[lines]).expect("one feature");
        assert_eq!(said, scored.probability(), "row {row}");
    }
}

#[test]
fn a_block_is_shifted_by_its_own_outcomes_one_after_the_other() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let said = said(folder.path(), "1");
    let (model, mut rolling) = (model(folder.path(), 20), Rolling::new(600));
    let mut sum = 0;
    for row in 20..40 {
        let log_odds = model.score(&[row % 5 * 1_000_000]).expect("one feature").log_odds;
        sum += u64::from(probability(log_odds.plus(rolling.shift())).parts_per_billion());
        rolling.learn(log_odds, fails(row));
    }
    assert_ne!(rolling.shift().billionths(), 0);
    let mean = u32::try_from((sum + 10) / 20).expect("a share");
    assert_eq!(said, [Probability::from_parts_per_billion(mean)]);
}

#[test]
fn a_certificate_is_of_models_that_were_left_alone_for_a_block() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "few.csv", &(HEAD.to_owned() + &few().concat()));
    let asked = ["certify", "few.csv", "--outcome", "failed", "--made", "made", "--lines"];
    let more = ["--maturity", "0s", "--half-life", "9", "--blocks", "2", "--promise", "0.8"];
    let text = answered(folder.path(), &asked, &[&more[..], &["--confidence", "0.6"]].concat());
    let found = RiskModel::from_json(text.as_bytes()).expect("a model");
    let (mut rolling, mut said) = (Rolling::new(600), Vec::new());
    let mut learned = Vec::new();
    for block in [20..30, 30..40] {
        let model = model(folder.path(), usize::try_from(block.start).expect("small"));
        for (log_odds, failed) in learned.drain(..) {
            rolling.learn(log_odds, failed);
        }
        for row in block {
            let log_odds = model.score(&[row % 5 * 1_000_000]).expect("one feature").log_odds;
            said.push(probability(log_odds.plus(rolling.shift())));
            learned.push((log_odds, fails(row)));
        }
    }
    for (log_odds, failed) in learned {
        rolling.learn(log_odds, failed);
    }
    assert_eq!(found.shift, rolling.shift());
    assert_eq!(found.model, model(folder.path(), 40));
    let failed: Vec<bool> = (20..40).map(fails).collect();
    let [promise, sure] = ["0.8", "0.6"].map(|it| it.parse().expect("a probability"));
    let lane = widest(&said, &failed, promise, sure).expect("as many").expect("a lane");
    let as_of = "2026-02-12T00:00:00Z".parse().expect("an instant");
    let none = "0s".parse().expect("a span");
    assert_eq!(found.lane, Some(Certificate::new(&lane, as_of, none)));
    assert_eq!(found.shock, None);
}

#[test]
fn every_fit_begins_from_the_prior() {
    let folder = folder();
    let lines: Vec<&str> = FIT.iter().copied().chain(["--lines"]).collect();
    let said = |prior: &[&str]| {
        let more: Vec<&str> = lines.iter().chain(prior).copied().collect();
        backtest(folder.path(), &more)["backtest"]["whole"]["figures"]["said"].clone()
    };
    let model = answered(folder.path(), &["fit", "risk.csv"], &lines);
    write(folder.path(), "prior.json", &model);
    assert_ne!(said(&[]), said(&["--prior", "prior.json"]));
    // Of its features it knows the files.
    assert_ne!(said(&[]), said(&["--prior", "published"]));
    let model = answered(folder.path(), &["fit", "risk.csv"], FIT);
    write(folder.path(), "steps.json", &model);
    let asked = ["backtest", "risk.csv", "--maturity", "20d", "--prior", "steps.json"];
    let ran = risk(folder.path(), &asked, FIT);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("--prior has steps"), "{}", ran.err);
    let asked = ["backtest", "risk.csv", "--maturity", "20d", "--prior", "published"];
    let ran = risk(folder.path(), &[&asked[..], &["--said", "lines"]].concat(), &FIT[..4]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
}
