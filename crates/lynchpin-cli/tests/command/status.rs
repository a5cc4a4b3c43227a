//! What the command ends with is all that a script needs to read.

use std::fs;
use std::path::Path;

use crate::run::{Ran, run, run_with};

const AT: &str = "2026-11-03T10:00:00Z";

/// Three changes, each with another verdict, and what their verdicts need.
const PORTFOLIO: &str = include_str!("status.json");

const POLICY: &str = r#"name = "acme"
open = ["staging"]
requirement.back-out = { plan = "back_out" }
requirement.soaked = { soak = { for = "24h" } }
gate.all = { stage = "production", judges = "change", require = { all = ["back-out", "soaked"] } }
"#;

const OTHER_POLICY: &str = "name = \"other\"\nopen = [\"staging\", \"production\"]\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("portfolio.json", PORTFOLIO);
    write("lynchpin.toml", POLICY);
    write("other.toml", OTHER_POLICY);
    folder
}

fn decide(folder: &Path, more: &[&str]) -> Ran {
    let asked = ["decide", "portfolio.json", "--stage", "production", "--at", AT];
    run(folder, &[&asked, more].concat())
}

#[test]
fn each_verdict_has_its_status() {
    let folder = folder();
    let of = |more: &[&str]| decide(folder.path(), more).status;
    assert_eq!(of(&["--change", "GOES"]), 0);
    assert_eq!(of(&["--change", "LACKS"]), 1);
    assert_eq!(of(&["--change", "NOBODY"]), 2);
    assert_eq!(of(&["--change", "WAITS"]), 3);
}

#[test]
fn until_when_it_waits_is_on_the_first_line() {
    let folder = folder();
    let ran = decide(folder.path(), &["--change", "WAITS"]);
    assert!(ran.first_line().contains("2026-11-04T09:00:00Z"), "{}", ran.out);
}

#[test]
fn the_worst_item_decides_of_all() {
    let folder = folder();
    let ran = decide(folder.path(), &["--all"]);
    assert_eq!(ran.status, 1);
    assert!(ran.first_line().contains("NEEDS ACTION"), "{}", ran.out);
    let without = PORTFOLIO.replace(r#""changes": ["WAITS", "LACKS"]"#, r#""changes": ["WAITS"]"#);
    let start = without.find(",\n  {\"id\": \"LACKS\"").expect("there");
    let end = without[start..].find("}]").expect("there") + start + 1;
    fs::write(folder.path().join("portfolio.json"), without[..start].to_owned() + &without[end..])
        .expect("written");
    let ran = decide(folder.path(), &["--all"]);
    assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
    assert!(ran.first_line().contains("2026-11-04T09:00:00Z"), "{}", ran.out);
}

#[test]
fn a_policy_is_a_what_if_only_where_another_is_adopted() {
    let folder = folder();
    let other = ["--change", "LACKS", "--policy", "other.toml"];
    assert_eq!(decide(folder.path(), &other).status, 0, "none is adopted: it is in force");
    let text = serde_json::Value::from(POLICY).to_string();
    let adopted = format!(
        r#""policies": [{{"text": {text}, "at": "2026-10-01T00:00:00Z", "by": "raj"}}],
 "changes""#
    );
    fs::write(
        folder.path().join("portfolio.json"),
        PORTFOLIO.replace("\"changes\": [\n", &(adopted + ": [\n")),
    )
    .expect("written");
    let ran = decide(folder.path(), &other);
    assert_eq!(ran.status, 4, "{}{}", ran.out, ran.err);
    assert!(ran.out.to_lowercase().contains("what if"), "{}", ran.out);
    let same = ["--change", "GOES", "--policy", "lynchpin.toml"];
    assert_eq!(decide(folder.path(), &same).status, 0, "the same digest is the one in force");
}

#[test]
fn a_plan_tells_whether_anything_was_dropped_and_a_score_only_answers() {
    let folder = folder();
    let plan = |change| {
        let asked = ["plan", "portfolio.json", "--stage", "production", "--at", AT, "--scope"];
        run(folder.path(), &[&asked[..], &["ready", "--change", change]].concat()).status
    };
    assert_eq!(plan("GOES"), 0);
    assert_eq!(plan("LACKS"), 1);
    let score = ["score", "portfolio.json", "--change", "LACKS", "--at", AT];
    assert_eq!(run(folder.path(), &score).status, 0);
}

#[test]
fn a_document_can_come_from_standard_input() {
    let folder = folder();
    let asked = ["decide", "-", "--change", "GOES", "--stage", "production", "--at", AT];
    let named = [&asked[..], &["--policy", "lynchpin.toml"]].concat();
    assert_eq!(run_with(folder.path(), &named, PORTFOLIO.as_bytes()).status, 0);
    let bare = run_with(folder.path(), &asked, PORTFOLIO.as_bytes());
    assert_eq!(bare.status, 1, "without a policy nothing goes: {}", bare.out);
}

#[test]
fn a_question_that_makes_no_sense_is_status_two() {
    let folder = folder();
    for wrong in [
        &["decide", "portfolio.json"][..],
        &["decide", "portfolio.json", "--all", "--change", "GOES"],
        &["decide", "portfolio.json", "--all", "--at", "yesterday"],
        &["decide", "portfolio.json", "--all", "--at", "2026-11-03T10:00:00+01:00"],
        &["decide", "nowhere.json", "--all"],
        &["decide", "portfolio.json", "--all", "--policy", "nowhere.toml"],
        &["decide", "portfolio.json", "--all", "--stage", "moon", "--at", AT],
        &["fly"],
        &[],
    ] {
        let ran = run(folder.path(), wrong);
        assert_eq!(ran.status, 2, "{wrong:?}: {}{}", ran.out, ran.err);
        assert!(!ran.err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn a_stage_that_was_not_named_is_named_in_the_answer() {
    let folder = folder();
    let ran = run(folder.path(), &["decide", "portfolio.json", "--change", "GOES", "--at", AT]);
    assert_eq!(ran.status, 0);
    assert!(ran.first_line().contains("to production"), "{}", ran.out);
}
