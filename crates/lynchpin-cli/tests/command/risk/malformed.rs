//! What is wrong with a table is said with its line and column, and with what to do.

use std::fs;

use crate::run::{golden, run};

const FIT: &str = "fit FILE --outcome failed";
const BACKTEST: &str = "backtest FILE --outcome failed --made made --maturity 1d";
const MODEL: &str = r#"{"format": "additive/1", "baseline": "-2", "baseline_error": "0",
 "changes": 0, "failures": 0, "terms": [{"name": "lines", "transform": "log", "weight": "0.5",
 "error": "0", "centre": 3000000, "seen": [0, 9000000]}]}"#;
const TIMES: &str = "made,lines,failed\n2026-01-01T00:00:00Z,3,no\n2026-01-02T00:00:00Z,9,yes\n";

/// What is asked of which file. `|` ends a line.
const CASES: &[(&str, &str)] = &[
    (FIT, ""),
    (FIT, "lines,failed|"),
    (FIT, "lines,hours|3,4|"),
    (FIT, "lines,failed,failed|3,no,no|"),
    (FIT, "lines,lines,failed|3,3,no|"),
    (FIT, ",lines,failed|1,3,no|"),
    (FIT, "failed|no|yes|"),
    (FIT, "lines,failed|3,no|4,perhaps|5,|"),
    (FIT, "lines,who,failed|3,ann,no|many,bo,no|4,cy,yes|"),
    (FIT, "lines,failed|99999999999,no|3,yes|"),
    (FIT, "lines,failed|3,no|4,yes,no|"),
    (FIT, "lines,failed|3,no|4,no|"),
    ("fit FILE --outcome failed --rising lines --falling lines", "lines,failed|3,no|4,yes|"),
    ("fit FILE --outcome failed --plain failed", "lines,failed|3,no|4,yes|"),
    ("fit FILE --outcome failed --straight hours", "lines,failed|3,no|4,yes|"),
    ("fit FILE --outcome failed --made made", "made,lines,failed|today,3,no|"),
    ("fit FILE --outcome failed --prior model.json", "hours,failed|3,no|4,yes|"),
    ("score model.json FILE", "hours|3|"),
    ("score model.json FILE --id change", "lines|3|"),
    ("score model.json FILE", "lines|3|x|"),
    ("score FILE FILE", "lines|3|"),
    ("explain model.json FILE --row 3", "lines|3|4|"),
    ("explain model.json FILE --id lines=5", "lines|3|4|"),
    ("explain model.json FILE --id lines=3", "lines|3|4|3|"),
    (BACKTEST, "made,lines,failed|2026-01-02T00:00:00Z,3,no|2026-01-01T00:00:00Z,9,yes|"),
    (BACKTEST, "made,lines,failed|2026-01-02,3,no|"),
    (BACKTEST, "made,lines,failed|2026-01-02T00:00:00Z,3,no|"),
    (BACKTEST, TIMES),
];

/// Questions that need more of the history of two changes.
const MORE: &[(&str, &str)] = &[
    ("--known lines", TIMES),
    ("--known known", "made,known,failed,lines|2026-01-02T00:00:00Z,2026-01-01T00:00:00Z,no,3|"),
    (
        "--known known --as-of 2026-01-04T00:00:00Z",
        "made,known,failed,lines|2026-01-02T00:00:00Z,2026-01-05T00:00:00Z,no,3|",
    ),
    ("--said said", "made,said,failed|2026-01-02T00:00:00Z,12 %,no|"),
    ("--as-of 2026-02-01T00:00:00Z --blocks 2", TIMES),
    (
        "--said said --as-of 2026-02-01T00:00:00Z --review 0 --escape 0",
        "made,said,failed|2026-01-02T00:00:00Z,0.125,no|",
    ),
];

#[test]
fn every_problem_is_told_with_its_place_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("model.json"), MODEL).expect("written");
    let more = MORE.iter().map(|(more, text)| (format!("{BACKTEST} {more}"), *text));
    let cases = CASES.iter().map(|(asked, text)| ((*asked).to_owned(), *text));
    let mut told = String::new();
    for (asked, text) in cases.chain(more) {
        fs::write(folder.path().join("few.csv"), text.replace('|', "\n")).expect("written");
        let words = asked.split_whitespace().map(|it| if it == "FILE" { "few.csv" } else { it });
        let words: Vec<&str> = std::iter::once("risk").chain(words).collect();
        let ran = run(folder.path(), &words);
        assert_eq!(ran.status, 2, "{asked}: {text}\n{}{}", ran.out, ran.err);
        assert!(ran.out.is_empty() || asked.starts_with("score"), "{asked}: {}", ran.out);
        told += &format!("$ {}\n{}\n", words.join(" "), ran.err);
    }
    golden("risk-malformed.txt", &told);
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("few.csv"), b"lines,failed\n\n3,no\n4,n\xff\n").expect("written");
    let ran = run(folder.path(), &["risk", "fit", "few.csv", "--outcome", "failed"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    let wanted = "few.csv:4: document_not_utf8: column 2 is not UTF-8: write the file as UTF-8\n";
    assert_eq!(ran.err, wanted);
}

#[test]
fn a_quote_that_nobody_closes_is_found() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let text = format!("lines,failed\n3,no\n\"4,yes\n{}", "5,no\n".repeat(200_000));
    fs::write(folder.path().join("few.csv"), text).expect("written");
    let ran = run(folder.path(), &["risk", "fit", "few.csv", "--outcome", "failed"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("few.csv:2: syntax: a row of more than 100000"), "{}", ran.err);
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("few.csv"), "lines,failed\n3,no\n4,yes\n").expect("written");
    for asked in [
        "fit nowhere --outcome failed",
        "fit few.csv --outcome failed --prior nowhere",
        "score nowhere few.csv",
        "explain nowhere",
        "backtest nowhere --outcome failed --made made --maturity 1d",
    ] {
        let words: Vec<&str> = std::iter::once("risk").chain(asked.split_whitespace()).collect();
        let ran = run(folder.path(), &words);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{asked}");
        assert!(ran.err.starts_with("lynchpin: io: `nowhere` cannot be read: "), "{}", ran.err);
    }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for wrong in [
        "fit few.csv --outcome failed --half-life 0",
        "explain model.json --row 1",
        "explain model.json few.csv",
        "explain model.json few.csv --row 0",
        "explain model.json few.csv --row 1 --id a=b",
        "explain model.json few.csv --id change",
        "backtest few.csv --outcome failed --made made",
        "backtest few.csv --outcome failed --made made --maturity 1d --said said --lines",
        "backtest few.csv --outcome failed --made made --maturity 1d --blocks 0",
        "backtest few.csv --outcome failed --made made --maturity soon",
    ] {
        let words: Vec<&str> = std::iter::once("risk").chain(wrong.split_whitespace()).collect();
        let ran = run(folder.path(), &words);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{wrong}");
        // The parser of arguments says it, and no file was looked for.
        assert!(ran.err.contains("--help"), "{wrong}: {}", ran.err);
    }
}
