//! From a portfolio to a gate: its history as a table, a model certified on that, and the gate that
//! goes by the model.

use std::fs;
use std::path::Path;

use lynchpin::base::{Instant, Probability};
use lynchpin::risk::RiskModel;
use lynchpin::risk::certify::{Promise, certify};
use lynchpin::risk::learn::{Bend, Column, MISSING, Transform, millionths_of};
use lynchpin::risk::replay::{History, Options};
use lynchpin::wire::risk::ask;
use serde_json::{Value, json};

use super::page::history;
use super::{answered, risk, write};
use crate::run::{Ran, golden, run};

/// As of when the invented portfolio is asked.
const AT: &str = "2025-12-01T00:00:00Z";
/// What its history is certified with.
const CERTIFY: &str = "certify history.csv --outcome failed --made made --known known --ignore \
                       change,hour,weekday --release release --rising lines,files --maturity 20d";

/// The changes of the page as a portfolio: three of a release, the sizes on the changes, and those
/// that failed rolled back when that was known.
pub fn portfolio() -> Value {
    let (mut changes, mut deployments) = (Vec::new(), Vec::new());
    for (number, row) in history().lines().skip(1).enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        let [id, made, known, lines, files, experience, _] = cells[..] else { continue };
        let count = |text: &str| text.parse::<u64>().ok();
        let mut change = json!({"id": id, "revision": 1, "at": made, "by": "raj",
            "services": ["shop"], "size": {"files": count(files), "lines_added": count(lines),
            "lines_deleted": 0}});
        if let (Some(years), Some(change)) = (count(experience), change.as_object_mut()) {
            change.insert("measures".to_owned(), json!({"experience": years}));
        }
        changes.push(change);
        let deployed = |outcome: &str, at: &str| {
            json!({"id": format!("{id}-{outcome}"), "environment": "production", "changes": [id],
                "release": format!("R-{}", number / 3 + 1), "outcome": outcome, "at": at,
                "by": "bot"})
        };
        deployments.push(deployed("succeeded", made));
        if !known.is_empty() {
            deployments.push(deployed("rolled_back", known));
        }
    }
    json!({"lynchpin": "portfolio/1", "people": [{"id": "raj"}, {"id": "ada"}],
        "stages": [{"id": "test"}, {"id": "production"}],
        "services": [{"id": "shop", "owner": {"group": "shop"}}],
        "changes": changes, "deployments": deployments})
}

/// A folder with the portfolio and its history.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "portfolio.json", &portfolio().to_string());
    let table = answered(folder.path(), &["table", "portfolio.json", "--at", AT], &[]);
    write(folder.path(), "history.csv", &table);
    folder
}

fn certified(folder: &Path, more: &str) -> Ran {
    let asked: Vec<&str> = CERTIFY.split_whitespace().chain(more.split_whitespace()).collect();
    risk(folder, &asked, &[])
}

fn model(ran: &Ran) -> RiskModel {
    assert_eq!(ran.status, 0, "{}", ran.err);
    RiskModel::from_json(ran.out.as_bytes()).expect("a model that policies may name")
}

fn of(text: &str) -> Probability {
    text.parse().expect("a probability")
}

#[test]
fn a_table_tells_what_was_known_when_each_change_came() {
    let folder = folder();
    let table = risk(folder.path(), &["table", "portfolio.json", "--at", AT], &[]);
    let mut rows = table.out.lines();
    let heads: Vec<&str> = rows.next().expect("heads").split(',').collect();
    assert_eq!(heads[..5], ["change", "release", "made", "known", "failed"]);
    let place = |name: &str| heads.iter().position(|head| *head == name);
    assert_eq!(place("lines_deleted"), None, "none of any change");
    assert_eq!(place("tier"), None, "not known of any change");
    let places =
        ["lines", "files", "measure.experience"].map(|name| place(name).expect("it is there"));
    for (number, (row, wanted)) in rows.zip(history().lines().skip(1)).enumerate() {
        let (cells, wanted): (Vec<&str>, Vec<&str>) =
            (row.split(',').collect(), wanted.split(',').collect());
        let failed = if wanted[6] == "yes" { "true" } else { "false" };
        let release = format!("R-{}", number / 3 + 1);
        assert_eq!(cells[..5], [wanted[0], &release, wanted[1], wanted[2], failed]);
        assert_eq!(places.map(|place| cells[place]), wanted[3..6], "row {number}");
    }
    assert!(table.err.contains("700 changes came to the last stage, of which 100 failed\n"));
    assert!(table.err.contains("known of so many of 700: lines 700, "), "{}", table.err);
    assert!(table.err.contains("measure.experience 667"), "{}", table.err);
    let listed = |what: &str| {
        let line = table.err.lines().find(|line| line.contains(what)).expect("it is told");
        line.split([' ', ',']).map(str::to_owned).collect::<Vec<String>>()
    };
    assert!(listed("the same of all").contains(&"lines_deleted".to_owned()));
    assert!(listed("known of none").contains(&"tier".to_owned()));
    // As of a day, what came later is not there, and what was found out later is not known.
    let asked = ["table", "-", "--at", "2025-01-07T00:00:00Z", "--features", "kind"];
    let input = portfolio().to_string();
    let early =
        crate::run::run_with(folder.path(), &[&["risk"], &asked[..]].concat(), input.as_bytes());
    assert!(early.out.starts_with("change,release,made,known,failed,kind\nC-1,"), "{}", early.out);
    assert!(early.out.contains("C-2,R-1,2025-01-02T12:38:52Z,,false,1\n"), "{}", early.out);
    assert_eq!(early.out.lines().count(), 11);
}

#[test]
fn what_a_table_says_is_read_again() {
    let folder = folder();
    let times = "--outcome failed --made made --known known --ignore change,release";
    for (asked, more) in [
        ("fit history.csv", times),
        ("backtest history.csv --maturity 20d --as-of 2025-12-01T00:00:00Z", times),
        ("explain model.json history.csv --id change=C-11", ""),
        ("score model.json history.csv --id change", ""),
    ] {
        let words: Vec<&str> = asked.split_whitespace().chain(more.split_whitespace()).collect();
        let answer = answered(folder.path(), &words, &[]);
        if asked.starts_with("fit") {
            write(folder.path(), "model.json", &answer);
        }
    }
}

/// What is asked of the table is asked of the portfolio itself, whose columns need no names.
#[test]
fn a_portfolio_is_read_as_its_table_is() {
    let folder = folder();
    let times = "--outcome failed --made made --known known --ignore change,release";
    let as_of = "--maturity 20d --as-of 2025-11-20T00:00:00Z";
    let split = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for (asked, of_table) in [
        (format!("fit FILE --rising lines {as_of}"), times),
        (format!("backtest FILE {as_of} --effort lines --json"), times),
        (
            format!("certify FILE {as_of} --promise 0.2 --ignore hour,weekday"),
            "--outcome failed --made made --known known --release release --ignore change",
        ),
        ("score model.json FILE --id change".to_owned(), ""),
        ("explain model.json FILE --id change=C-11 --json".to_owned(), ""),
    ] {
        let of = |file: &str, more: &str| {
            let words = split(&asked.replace("FILE", file)).into_iter().chain(split(more));
            let words: Vec<String> = words.collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            answered(folder.path(), &words, &[])
        };
        let answer = of("portfolio.json", "");
        assert_eq!(answer, of("history.csv", of_table), "{asked}");
        if asked.starts_with("fit") {
            write(folder.path(), "model.json", &answer);
        }
        if asked.starts_with("backtest") {
            let answer: Value = serde_json::from_str(&answer).expect("it is JSON");
            let recall = answer.pointer("/backtest/whole/figures/recall_by_effort/value");
            assert!(recall.is_some_and(Value::is_string), "{answer}");
        }
    }
    // Young changes are left out of a fit, and a table says by itself nothing of its columns.
    let young = risk(folder.path(), &["fit", "portfolio.json", "--maturity", "20d"], &[]);
    assert!(young.err.contains("left out that had less than 20d"), "{}", young.err);
    let ran = risk(folder.path(), &["fit", "history.csv"], &[]);
    assert!(ran.err.contains("--outcome is missing, which names a column"), "{}", ran.err);
    let words = split(&format!("fit history.csv --outcome failed --maturity 20d {IGNORED}"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ran = risk(folder.path(), &words, &[]);
    assert!(ran.err.contains("name the column with --made"), "{}", ran.err);
}

/// What is no feature of a table, if nothing says which columns its times are.
const IGNORED: &str = "--ignore change,release,made,known";

#[test]
fn a_certificate_keeps_its_promise() {
    let folder = folder();
    let narrow = "--ignore lines_added,author_record,service_failures,team_failures,\
                  service_changes,concurrent_changes --straight measure.experience --blocks 5";
    for (promise, confidence) in [("0.14", "0.9"), ("0.15", "0.95"), ("0.2", "0.999")] {
        let more = format!("{narrow} --promise {promise} --confidence {confidence}");
        let model = model(&certified(folder.path(), &more));
        let lane = model.lane.expect("a lane");
        assert!(lane.bound(of(confidence)) <= of(promise), "{lane:?}");
        assert!(lane.passed > 100 && lane.failed < lane.passed / 8, "{lane:?}");
        assert!(model.shock.is_some_and(|shock| shock < of("0.3")));
        assert_ne!(model.shift.billionths(), 0);
    }
    // Nobody can promise that.
    let ran = certified(folder.path(), &format!("{narrow} --promise 0.001"));
    let none = model(&ran);
    assert_eq!(none.lane, None);
    assert!(ran.err.contains("lane: none: "), "{}", ran.err);
    assert!(ran.err.contains("a longer history, since it takes 5989 changes"), "{}", ran.err);
    let least = ran.err.split("--promise ").nth(1).and_then(|it| it.split(',').next());
    let least = least.expect("what helps is told");
    let kept = model(&certified(folder.path(), &format!("{narrow} --promise {least}")));
    assert!(kept.lane.is_some_and(|lane| lane.bound(of("0.95")) <= of(least)));
    // But for its lane it is the same, and without --release nothing is learned of releases.
    assert_eq!((none.model, none.shift, none.shock), (kept.model, kept.shift, kept.shock));
}

#[test]
fn what_only_grows_is_vouched_for_as_a_line() {
    let folder = folder();
    let ran = certified(folder.path(), "--promise 0.15 --blocks 5");
    assert_eq!(model(&ran).lane, None);
    let told = ran.err.lines().find(|line| line.starts_with("not vouched for"));
    let told = told.expect("it is told");
    assert!(told.contains("author_record of 3"), "{told}");
    assert!(ran.err.contains("what helps: --ignore for what the model does not"), "{}", ran.err);
}

#[test]
fn a_policy_scores_by_what_was_certified() {
    let folder = folder();
    let more = "--ignore lines_added,author_record,service_failures,team_failures,\
                service_changes,concurrent_changes --straight measure.experience --blocks 5 \
                --promise 0.15";
    let ran = certified(folder.path(), more);
    let (whole, digest) = (model(&ran), ran.err.lines().last().expect("the digest is told"));
    assert_eq!(digest, format!("risk.model = \"{}\"", whole.digest().expect("a digest")));
    let lane = whole.lane.expect("a lane");
    let mut facts = portfolio();
    let fact = json!({"text": ran.out, "at": "2025-12-01T09:00:00Z", "by": "ada"});
    facts["risk_models"] = json!([fact]);
    let new = |id: &str, lines: u64| {
        json!({"id": id, "revision": 1, "at": AT, "by": "raj", "services": ["shop"],
            "size": {"files": 2, "lines_added": lines, "lines_deleted": 0},
            "measures": {"experience": 40}})
    };
    let changes = facts["changes"].as_array_mut().expect("changes");
    changes.extend([new("N-1", 2), new("N-2", 900)]);
    write(folder.path(), "portfolio.json", &facts.to_string());
    let policy = format!(
        "name = 'shop'\nowner = {{ group = 'owners' }}\n{digest}\n\
         requirement.routine.lane = {{ failures_at_most = '0.15', certified_within = '90d' }}\n\
         gate.fast = {{ stage = 'production', judges = 'change', require = 'routine' }}\n"
    );
    write(folder.path(), "lynchpin.toml", &policy);
    write(folder.path(), "model.json", &ran.out);
    write(
        folder.path(),
        "new.csv",
        "id,lines,files,measure.experience\nN-1,2,2,40\nN-2,900,2,40\n",
    );
    let scores = answered(folder.path(), &["score", "model.json", "new.csv", "--id", "id"], &[]);
    let at = "2025-12-02T00:00:00Z";
    for (row, passes) in scores.lines().skip(1).zip([true, false]) {
        let cells: Vec<&str> = row.split(',').collect();
        let asked = |verb| {
            let asked = [verb, "portfolio.json", "--change", cells[0], "--at", at, "--json"];
            let stage: &[&str] = if verb == "decide" { &["--stage", "production"] } else { &[] };
            let ran = run(folder.path(), &[&asked[..], stage].concat());
            assert!(ran.status < 2, "{}", ran.err);
            (ran.status, serde_json::from_str::<Value>(&ran.out).expect("JSON"))
        };
        let (_, score) = asked("score");
        let said = score.pointer("/score/probability").and_then(Value::as_str);
        assert_eq!(said, Some(cells[1]), "{score}");
        assert_eq!(asked("decide").0 == 0, passes, "{row}");
        assert_eq!(of(cells[1]) <= lane.at_most, passes, "{row}");
    }
    // What the model says of a change of the file is told with its shift in the baseline.
    let told = answered(folder.path(), &["explain", "model.json", "new.csv", "--row", "1"], &[]);
    assert!(told.contains(&format!("by model {}", whole.digest().expect("a digest"))), "{told}");
    assert!(told.contains("  baseline, shifted by "), "{told}");
    let json = answered(folder.path(), &["explain", "model.json", "--json"], &[]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["model"]["shift"], json!(whole.shift));
    assert_eq!(json["model"]["baseline"], json!(whole.model.baseline.plus(whole.shift)));
}

#[test]
fn what_is_asked_of_a_portfolio_in_vain_is_told() {
    let folder = folder();
    let mut told = String::new();
    for asked in [
        "table portfolio.json --at 2024-12-01T00:00:00Z",
        "table portfolio.json --at 2025-12-01T00:00:00Z --features files,luck",
        "table portfolio.json --features files,files",
        "table history.csv",
        "certify history.csv --outcome failed --made made --known known --maturity 20d --promise 1",
        "certify history.csv --outcome failed --made made --maturity 20d --promise 0.1 \
         --confidence 0",
        "certify renamed.csv --outcome failed --made made --known known --ignore release,hour \
         --maturity 20d --promise 0.1",
        "certify history.csv --outcome failed --made made --ignore change --release team \
         --maturity 20d --promise 0.1",
    ] {
        let table = fs::read_to_string(folder.path().join("history.csv")).expect("written before");
        let renamed = table.replace("C-", "").replace("measure.experience", "experience");
        write(folder.path(), "renamed.csv", &renamed);
        let ran = risk(folder.path(), &asked.split_whitespace().collect::<Vec<&str>>(), &[]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{asked}: {}", ran.err);
        told += &format!("$ risk {asked}\n{}\n", ran.err);
    }
    golden("risk-portfolio-malformed.txt", &told);
}

#[test]
fn nothing_is_learned_of_a_few_releases() {
    let folder = folder();
    let table = fs::read_to_string(folder.path().join("history.csv")).expect("written before");
    let only = |some: &str| {
        let cut = table.lines().map(|row| match row.split_once(",R-") {
            Some((id, rest)) if !row.starts_with(some) => {
                format!("{id},{}\n", rest.trim_start_matches(char::is_numeric))
            }
            _ => format!("{row}\n"),
        });
        write(folder.path(), "history.csv", &cut.collect::<String>());
        certified(folder.path(), "--lines --blocks 2 --promise 0.2")
    };
    let enough = only("C-6");
    assert!(model(&enough).shock.is_some(), "{}", enough.err);
    // The last of these ten is alone in its release.
    let few = only("C-64");
    assert_eq!(model(&few).shock, None);
    assert!(few.err.contains("shock: not learned from 3 releases of several"), "{}", few.err);
}

#[test]
fn what_was_held_against_a_change_before_it_came_was_known_when_it_came() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let incident = |event: &str, day: &str| {
        json!({"id": "I", "event": event, "services": ["shop"], "by": "ops",
            "at": format!("2026-03-{day}T09:00:00Z")})
    };
    let mut linked = incident("linked", "03");
    linked["change"] = json!("P");
    linked["attribution"] = json!("confirmed");
    let facts = json!({"lynchpin": "portfolio/1", "services": [{"id": "shop"}],
        "stages": [{"id": "test"}, {"id": "production"}],
        "changes": [{"id": "P", "revision": 1, "at": "2026-03-01T00:00:00Z", "by": "raj",
            "services": ["shop"]}],
        "incidents": [incident("opened", "02"), linked],
        "deployments": [{"id": "D", "environment": "production", "outcome": "succeeded",
            "changes": ["P"], "at": "2026-03-05T00:00:00Z", "by": "bot"}]});
    write(folder.path(), "portfolio.json", &facts.to_string());
    let asked = ["table", "portfolio.json", "--at", AT, "--features", "tier"];
    let early = risk(folder.path(), &asked, &[]);
    assert_eq!(early.status, 2, "nothing came yet: {}", early.out);
    let asked = ["table", "portfolio.json", "--at", "2026-04-01T00:00:00Z", "--features", "tier"];
    let table = answered(folder.path(), &asked, &[]);
    let wanted = "P,,2026-03-05T00:00:00Z,2026-03-05T00:00:00Z,true,";
    assert_eq!(table.lines().nth(1), Some(wanted));
}

/// The columns of the table that are features, by their names.
fn features(rows: &[Vec<&str>], heads: &[&str]) -> Vec<(String, Vec<i64>)> {
    let own = heads.iter().enumerate().skip(5);
    let own = own.filter(|(_, head)| !["hour", "weekday"].contains(head));
    own.map(|(at, head)| {
        let value = |row: &Vec<&str>| match row.get(at).copied() {
            None | Some("") => f64::NAN,
            Some(text) => text.parse().expect("a number"),
        };
        let values = millionths_of(head, rows.iter().map(value)).expect("small numbers");
        ((*head).to_owned(), values)
    })
    .collect()
}

#[test]
fn the_library_certifies_what_the_command_does() {
    let folder = folder();
    let ran = certified(folder.path(), "--promise 0.15");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let table = fs::read_to_string(folder.path().join("history.csv")).expect("the table");
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let heads = rows.next().expect("heads");
    let rows: Vec<Vec<&str>> = rows.collect();
    let features = features(&rows, &heads);
    let bend = |name: &str| match name {
        "lines" | "files" => Bend::Rising,
        _ => Bend::Free,
    };
    let column =
        |(name, values)| Column { name, transform: Transform::Log, bend: bend(name), values };
    let columns: Vec<Column<'_>> =
        features.iter().map(|(name, values)| column((name.as_str(), values))).collect();
    let instant = |text: &str| text.parse::<Instant>().expect("an instant");
    let made: Vec<Instant> = rows.iter().map(|row| instant(row[2])).collect();
    let known: Vec<Option<Instant>> =
        rows.iter().map(|row| (!row[3].is_empty()).then(|| instant(row[3]))).collect();
    let failed: Vec<bool> = rows.iter().map(|row| row[4] == "true").collect();
    let releases: Vec<Option<&str>> =
        rows.iter().map(|row| Some(row[1]).filter(|name| !name.is_empty())).collect();
    let as_of = made.iter().copied().chain(known.iter().flatten().copied()).max();
    let as_of = as_of.expect("some changes");
    let history = History { features: &columns, made: &made, known: &known, failed: &failed };
    let options = Options::new(as_of, "20d".parse().expect("a span"));
    let promise = Promise::new(of("0.15")).with_releases(&releases);
    let found = certify(&history, &options, &promise).expect("a model");
    let document = String::from_utf8(found.model.to_json().expect("a model")).expect("text");
    assert_eq!(format!("{document}\n"), ran.out);

    // And so does the question that every language asks.
    let value = |value: &i64| (*value != MISSING).then_some(*value);
    let column = |(name, values): &(String, Vec<i64>)| {
        let bend = if bend(name) == Bend::Rising { "rising" } else { "free" };
        let values: Vec<Option<i64>> = values.iter().map(value).collect();
        json!({"name": name, "transform": "log", "bend": bend, "values": values})
    };
    let question = json!({"certify": {"promise": "0.15", "releases": releases, "replay": {
        "features": features.iter().map(column).collect::<Vec<_>>(), "made": made, "known": known,
        "failed": failed, "as_of": as_of, "maturity": "20d",
    }}});
    let answer = ask(question.to_string().as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer["certify"]["model"], document);
    let digest = answer["certify"]["digest"].as_str().expect("a digest");
    assert!(ran.err.ends_with(&format!("risk.model = \"{digest}\"\n")), "{}", ran.err);
}
