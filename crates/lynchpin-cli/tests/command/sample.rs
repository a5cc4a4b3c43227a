//! The sample of the invented railway: what README shows of it is true.

use std::fs;

use crate::run::{golden, pictured, run, sample};

const AT: &str = "2026-11-20T09:00:00Z";
const RELEASE: [&str; 7] =
    ["portfolio.json", "--release", "R-2026.11", "--stage", "production", "--at", AT];

fn asked<'a>(verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[verb], RELEASE.as_slice(), more].concat()
}

#[test]
fn a_decision_reads_as_agreed() {
    let (_keep, folder) = sample();
    let ran = run(&folder, &asked("decide", &[]));
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    golden("decide.txt", &ran.out);
    golden("decide.md", &run(&folder, &asked("decide", &["--format", "markdown"])).out);
}

#[test]
fn every_tangle_of_the_sample_is_there() {
    let (_keep, folder) = sample();
    let found = run(&folder, &asked("decide", &["--json", "--detail", "full"])).out;
    for code in [
        "together_waits",
        "conflict_in_release",
        "approval_stale",
        "plan_missing",
        "waived",
        "soaking",
        "evidence_running",
        "requirement_blocked",
    ] {
        assert!(found.contains(&format!("\"code\":\"{code}\"")), "{code} is not in {found}");
    }
    let portfolio = fs::read_to_string(folder.join("portfolio.json")).expect("the sample");
    let portfolio: serde_json::Value = serde_json::from_str(&portfolio).expect("JSON");
    assert_eq!(portfolio["services"].as_array().map(Vec::len), Some(5));
    assert_eq!(portfolio["releases"][0]["changes"].as_array().map(Vec::len), Some(12));
}

#[test]
fn a_waived_go_reads_as_agreed() {
    let (_keep, folder) = sample();
    let question =
        ["decide", "portfolio.json", "--change", "C-110", "--stage", "production", "--at", AT];
    let ran = run(&folder, &question);
    assert_eq!(ran.status, 0);
    golden("waived.txt", &ran.out);
}

#[test]
fn a_plan_reads_as_agreed_in_every_form() {
    let (_keep, folder) = sample();
    let ran = run(&folder, &asked("plan", &[]));
    assert_eq!(ran.status, 1, "two changes in conflict do not ship");
    golden("plan.txt", &ran.out);
    golden("plan.md", &run(&folder, &asked("plan", &["--format", "markdown"])).out);
    golden("plan.mmd", &run(&folder, &asked("plan", &["--format", "mermaid"])).out);
    pictured("plan.svg", &run(&folder, &asked("plan", &["--format", "svg"])).out);
}

#[test]
fn a_score_reads_as_agreed() {
    let (_keep, folder) = sample();
    let release = ["score", "portfolio.json", "--release", "R-2026.11", "--at", AT];
    let ran = run(&folder, &release);
    assert_eq!(ran.status, 0);
    golden("score.txt", &ran.out);
    let change = ["score", "portfolio.json", "--change", "C-108", "--at", AT];
    golden("score-change.txt", &run(&folder, &change).out);
}

#[test]
fn what_init_advises_can_be_run() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let made = run(folder.path(), &["init", "acme"]);
    let advice: Vec<&str> =
        made.out.lines().filter_map(|line| line.strip_prefix("  lynchpin ")).collect();
    assert_eq!(advice.len(), 4, "{}", made.out);
    for line in advice {
        let ran = run(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.err, "", "{line}");
        assert!(ran.status < 2, "{line}: {}", ran.status);
    }
}

#[test]
fn init_writes_over_nothing_unless_told_to() {
    let (keep, folder) = sample();
    let file = folder.join("lynchpin.toml");
    fs::write(&file, "name = \"mine\"\n").expect("a scratch file");
    fs::remove_file(folder.join("portfolio.json")).expect("a scratch file");
    let again = run(keep.path(), &["init", "acme"]);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("lynchpin.toml") && again.err.contains("--force"), "{}", again.err);
    assert_eq!(fs::read_to_string(&file).expect("still there"), "name = \"mine\"\n");
    assert!(!folder.join("portfolio.json").exists(), "nothing is half written");
    assert_eq!(run(keep.path(), &["init", "acme", "--force"]).status, 0);
    assert!(fs::read_to_string(&file).expect("written").contains("larkspur"));
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let (_keep, folder) = sample();
    for verb in ["decide", "plan"] {
        for form in [&[][..], &["--json"][..]] {
            let question = asked(verb, form);
            assert_eq!(run(&folder, &question).out, run(&folder, &question).out);
        }
    }
}
