//! Risk from a table: fitted, scored, explained and tested, as the page shows it.

mod malformed;
mod page;
mod portfolio;
mod replay;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Ran, golden, run, run_with};
use page::history;

/// What the invented history is fitted with.
const FIT: &[&str] = &[
    "--outcome",
    "failed",
    "--made",
    "made",
    "--known",
    "known",
    "--ignore",
    "change",
    "--rising",
    "lines,files",
    "--straight",
    "experience",
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "risk.csv", &history());
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("written");
}

fn risk(folder: &Path, what: &[&str], more: &[&str]) -> Ran {
    run(folder, &[&["risk"], what, more].concat())
}

/// The answer to a question that must have one.
#[track_caller]
fn answered(folder: &Path, what: &[&str], more: &[&str]) -> String {
    let ran = risk(folder, what, more);
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out
}

/// A folder with the history and its model.
fn fitted() -> tempfile::TempDir {
    let folder = folder();
    let model = answered(folder.path(), &["fit", "risk.csv"], FIT);
    write(folder.path(), "model.json", &model);
    folder
}

fn billionths(text: &str) -> i64 {
    let log_odds: lynchpin::base::LogOdds = text.parse().expect("a decimal");
    log_odds.billionths()
}

#[test]
fn a_model_is_printed_and_told_about_beside() {
    let folder = folder();
    let ran = risk(folder.path(), &["fit", "risk.csv"], FIT);
    assert_eq!(ran.status, 0, "{}", ran.err);
    golden("risk-model.json", &ran.out);
    assert!(ran.err.starts_with("fitted to 700 changes, of which "), "{}", ran.err);
    let model = lynchpin::risk::learn::Model::from_json(ran.out.as_bytes()).expect("a model");
    let digest = model.digest().expect("a digest").to_string();
    assert!(ran.err.trim_end().ends_with(&digest), "{}", ran.err);
    let read = run_with(
        folder.path(),
        &[&["risk", "fit", "-"], FIT].concat(),
        history().replace('\n', "\r\n").as_bytes(),
    );
    assert_eq!(read.out, ran.out, "line ends change nothing: {}", read.err);
}

#[test]
fn options_reach_the_fit() {
    let folder = fitted();
    let usual = fs::read_to_string(folder.path().join("model.json")).expect("written before");
    let lines = answered(folder.path(), &["fit", "risk.csv"], &[FIT, &["--lines"]].concat());
    write(folder.path(), "lines.json", &lines);
    for more in [
        &["--lines"][..],
        &["--half-life", "50"],
        &["--plain", "files"],
        &["--prior", "lines.json"],
        &["--lines", "--half-life", "50"],
    ] {
        let found = answered(folder.path(), &["fit", "risk.csv"], &[FIT, more].concat());
        assert_ne!(found, usual, "{more:?}");
        assert_eq!(more.contains(&"--lines"), !found.contains("\"steps\""), "{more:?}");
        let plain = found.contains(r#""transform":"plain""#);
        assert_eq!(plain, more.contains(&"--plain"), "{more:?}");
    }
    let begun = [FIT, &["--lines", "--prior", "published"]].concat();
    let begun = risk(folder.path(), &["fit", "risk.csv"], &begun);
    assert_eq!(begun.status, 0, "{}", begun.err);
    assert!(begun.err.contains("rests on the prior yet: "), "{}", begun.err);
    assert!(begun.err.trim_end().ends_with(" % of files"), "{}", begun.err);
    let steps = [FIT, &["--prior", "model.json"]].concat();
    let steps = risk(folder.path(), &["fit", "risk.csv"], &steps);
    assert_eq!((steps.status, steps.out.as_str()), (2, ""));
    assert!(steps.err.contains("give one that --lines fitted"), "{}", steps.err);
}

#[test]
fn contributions_add_up_in_every_form() {
    let folder = fitted();
    let ask = |more: &[&str]| answered(folder.path(), &["score", "model.json", "risk.csv"], more);
    let rows = ask(&["--contributions"]);
    let mut lines = rows.lines();
    let head = lines.next().expect("names");
    assert!(head.starts_with("row,probability,log_odds,baseline,adds: lines,"), "{head}");
    let json = ask(&["--json", "--contributions"]);
    let plain = ask(&["--id", "change"]);
    assert!(plain.starts_with("change,probability,log_odds\nC-1,0."), "{plain}");
    assert_eq!((rows.lines().count(), json.lines().count()), (701, 700));
    for ((row, json), plain) in lines.zip(json.lines()).zip(plain.lines().skip(1)) {
        let cells: Vec<&str> = row.split(',').collect();
        let sum: i64 = cells.iter().skip(3).map(|cell| billionths(cell)).sum();
        assert_eq!(sum, billionths(cells[2]), "{row}");
        let json: Value = serde_json::from_str(json).expect("a line of JSON");
        assert_eq!(json["row"].to_string(), cells[0]);
        assert_eq!(json["log_odds"], cells[2]);
        assert_eq!(json["probability"], cells[1]);
        let adds = json["contributions"].as_array().expect("a list");
        let own: i64 = adds.iter().filter_map(|it| Some(billionths(it["adds"].as_str()?))).sum();
        assert_eq!(own + billionths(cells[3]), sum);
        assert_eq!(plain, format!("C-{},{},{}", cells[0], cells[1], cells[2]));
    }
}

#[test]
fn columns_are_found_by_name_wherever_they_stand() {
    let folder = fitted();
    let few = "\u{feff}experience,why,files,lines\n12,\"\"\"x\"\", y\",3,40\n,z,3,40\n";
    write(folder.path(), "few.csv", few);
    let asked = ["score", "model.json", "few.csv"];
    let found = answered(folder.path(), &asked, &["--id", "why"]);
    let rows: Vec<&str> = found.lines().collect();
    assert!(rows[1].starts_with("\"\"\"x\"\", y\",0."), "{found}");
    let odds = |row: &str| billionths(row.rsplit(',').next().expect("cells"));
    assert!(odds(rows[2]) > odds(rows[1]), "what is not known is risky: {found}");
    let by_id = answered(
        folder.path(),
        &["explain", "model.json", "few.csv", "--id", "why=z", "--json"],
        &[],
    );
    let by_row =
        answered(folder.path(), &["explain", "model.json", "few.csv", "--row", "2", "--json"], &[]);
    assert_eq!(by_id, by_row);
    assert!(by_row.contains(rows[2].rsplit(',').next().expect("cells")), "{by_row}");
}

#[test]
fn a_model_and_a_change_are_explained() {
    let folder = fitted();
    let ask = |more: &[&str]| answered(folder.path(), &["explain", "model.json"], more);
    golden("risk-explain.txt", &ask(&[]));
    golden("risk-explain.json", &ask(&["--json"]));
    golden("risk-change.txt", &ask(&["risk.csv", "--id", "change=C-11"]));
    golden("risk-change.json", &ask(&["risk.csv", "--row", "11", "--json"]));
}

#[test]
fn a_machine_that_interpret_wrote_is_read_as_it_is() {
    let folder = folder();
    let machine = r#"{"version": "1.0", "ebm": {
        "outputs": [{"task": "classification", "classes": [0, 1], "link": "logit"}],
        "intercept": [-2.0], "features": [
            {"name": "lines", "type": "continuous", "cuts": [[99.5]],
             "num_unique_vals": 90, "min": 1.0, "max": 700.0}],
        "terms": [{"term_features": ["lines"], "scores": [0.75, -0.5, 1.25, 0.0]}]}}"#;
    write(folder.path(), "ebm.json", machine);
    write(folder.path(), "two.csv", "lines,change\n99,A\n100,B\n");
    let scored = answered(folder.path(), &["score", "ebm.json", "two.csv"], &["--id", "change"]);
    assert_eq!(scored.lines().nth(1), Some("A,0.07585818,-2.5"), "{scored}");
    assert_eq!(scored.lines().nth(2), Some("B,0.320821301,-0.75"), "{scored}");
    let told = answered(folder.path(), &["explain", "ebm.json"], &[]);
    assert!(told.contains("fitted elsewhere"), "{told}");
    let three = machine.replace("[0, 1]", "[0, 1, 2]");
    write(folder.path(), "ebm.json", &three);
    let ran = risk(folder.path(), &["score", "ebm.json", "two.csv"], &[]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("$.ebm.outputs[0].classes"), "{}", ran.err);
}

#[test]
fn what_was_said_can_stand_in_the_file() {
    let folder = fitted();
    let scores = answered(folder.path(), &["score", "model.json", "risk.csv"], &[]);
    let said = scores.lines().map(|row| row.split(',').nth(1).expect("a probability"));
    let rows: String = history()
        .lines()
        .zip(said)
        .map(|(row, said)| format!("{row},{}\n", if said == "0" { "0.0000" } else { said }))
        .collect();
    write(folder.path(), "said.csv", &rows);
    let asked = ["backtest", "said.csv", "--outcome", "failed", "--made", "made"];
    let more = ["--said", "probability", "--maturity", "20d", "--as-of", "2027-06-01T00:00:00Z"];
    let told = answered(folder.path(), &asked, &more);
    golden("risk-said.txt", &told);
    let more = [&more[..], &["--json", "--blocks", "4", "--pictures", "drawn/here"]].concat();
    let ran = risk(folder.path(), &asked, &more);
    let json: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["scored_by"]["column"], "probability");
    assert_eq!(json["backtest"]["whole"]["changes"], 700);
    assert_eq!(json["backtest"]["blocks"].as_array().map(Vec::len), Some(4));
    for name in ["reliability.svg", "lift.svg"] {
        let drawn = fs::read_to_string(folder.path().join("drawn/here").join(name));
        assert!(drawn.expect("drawn").starts_with("<svg "), "{name}");
        assert!(ran.err.contains(name), "{}", ran.err);
    }
}

#[test]
fn what_nobody_would_see_is_told_beside() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let rows = "none,delta,failed\n,-3,no\n,4,yes\n,5,no\n,-6.5,yes\n";
    write(folder.path(), "few.csv", rows);
    let told = |more: &[&str]| {
        let ran = risk(folder.path(), &["fit", "few.csv", "--outcome", "failed"], more);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.err
    };
    let err = told(&[]);
    assert!(err.contains("`none` is not known of 4 of 4: "), "{err}");
    assert!(err.contains("`delta` has 2 values below zero"), "{err}");
    let err = told(&["--ignore", "none", "--plain", "delta"]);
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let bad = "a\u{1b}[2Jb\u{202e}c";
    let rows = "x\u{1b}[2Jy,3,yes\nz\u{202e}z,900,no\nw,5,no\nv,700,yes\n";
    write(folder.path(), "bad.csv", &format!("id,{bad},failed\n{rows}"));
    let fit = ["fit", "bad.csv", "--outcome", "failed", "--ignore", "id"];
    let model = answered(folder.path(), &fit, &[]);
    write(folder.path(), "model.json", &model);
    for asked in [
        &["explain", "model.json"][..],
        &["explain", "model.json", "bad.csv", "--row", "1"],
        &["score", "model.json", "bad.csv", "--id", "id", "--contributions"],
        &["fit", "bad.csv", "--outcome", "failed"],
        &["fit", "bad.csv", "--outcome", bad],
    ] {
        let ran = risk(folder.path(), asked, &[]);
        let told = ran.out + &ran.err;
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{asked:?}: {told:?}");
    }
}
