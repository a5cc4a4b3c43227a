//! Questions about policies, and about what changed, as people ask them of the sample.

use std::fs;
use std::path::Path;

use crate::run::{golden, run, sample};

const AT: &str = "2026-11-20T09:00:00Z";

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file of the sample");
}

#[test]
fn the_sample_policy_says_what_it_means() {
    let (_keep, folder) = sample();
    let asked = ["policy", "lint", "lynchpin.toml", "--portfolio", "portfolio.json", "--at", AT];
    let ran = run(&folder, &asked);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "nothing is wrong with the policy\n");
}

#[test]
fn a_shipped_policy_is_printed_and_taken_by_its_name() {
    let (_keep, folder) = sample();
    let listed = run(&folder, &["policy", "list"]).out;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["both", "continuous", "itil"]);
    for name in names {
        let shown = run(&folder, &["policy", "show", name]);
        assert_eq!((shown.status, shown.err.as_str()), (0, ""));
        write(&folder, "copy.toml", &shown.out);
        assert_eq!(run(&folder, &["policy", "diff", name, "copy.toml"]).status, 0, "{name}");
        let lint = run(&folder, &["policy", "lint", name]);
        assert_eq!((lint.status, lint.out.as_str()), (0, "nothing is wrong with the policy\n"));
    }
    let asked = ["decide", "portfolio.json", "--change", "C-101", "--stage", "production"];
    let ran = run(&folder, &[&asked[..], &["--at", AT, "--policy", "both"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    assert_eq!(run(&folder, &["policy", "show", "waterfall"]).status, 2);
}

/// Neither a file nor a shipped policy of the same name is taken in silence for the other.
#[test]
fn a_file_of_a_shipped_name_is_never_guessed() {
    let (_keep, folder) = sample();
    write(&folder, "itil", "name = \"ours\"\nopen = [\"production\"]\n");
    let ran = run(&folder, &["policy", "lint", "itil"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("subject_ambiguous") && ran.err.contains("./itil"), "{}", ran.err);
    assert_eq!(run(&folder, &["policy", "lint", "./itil"]).status, 0);
}

#[test]
fn what_can_never_go_fails_the_lint() {
    let (_keep, folder) = sample();
    let broken = r#"
        name = "broken"
        requirement.board = { approval = { group = "nobody-knows", people = 2 } }
        requirement.unit = { evidence = { check = "unit" } }
        gate.board = { stage = "production", judges = "release", require = "board" }
    "#;
    write(&folder, "broken.toml", broken);
    let alone = run(&folder, &["policy", "lint", "broken.toml"]);
    assert_eq!(alone.status, 0, "without a portfolio nobody knows who is there");
    let asked = ["policy", "lint", "broken.toml", "--portfolio", "portfolio.json", "--at", AT];
    let ran = run(&folder, &asked);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    golden("policy-lint.txt", &ran.out);
    let json = run(&folder, &[&asked[..], &["--json"]].concat()).out;
    assert!(json.starts_with(r#"{"lint":{"policy":"sha256:"#), "{json}");
}

#[test]
fn a_stricter_policy_differs_and_flips_what_it_stops() {
    let (_keep, folder) = sample();
    let policy = fs::read_to_string(folder.join("lynchpin.toml")).expect("the sample policy");
    let stricter = format!(
        "{policy}\n[requirement.drill]\nevidence = {{ check = \"rollback-drill\" }}\n\
         [gate.drill]\nstage = \"staging\"\njudges = \"change\"\nrequire = \"drill\"\n"
    );
    write(&folder, "stricter.toml", &stricter);
    let ran = run(&folder, &["policy", "diff", "lynchpin.toml", "stricter.toml"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    golden("policy-diff.txt", &ran.out);
    assert_eq!(run(&folder, &["policy", "diff", "lynchpin.toml", "lynchpin.toml"]).status, 0);

    let asked = ["policy", "dry-run", "portfolio.json", "--try", "stricter.toml", "--at", AT];
    let since = [&asked[..], &["--since", "2026-01-01T00:00:00Z"]].concat();
    let ran = run(&folder, &since);
    assert_eq!(ran.err, "");
    golden("policy-dry-run.txt", &ran.out);
    let same = ["policy", "dry-run", "portfolio.json", "--try", "lynchpin.toml", "--at", AT];
    assert_eq!(run(&folder, &same).status, 0, "the same policy flips nothing");
}

#[test]
fn what_changed_names_the_facts() {
    let (_keep, folder) = sample();
    let asked = [
        "changed",
        "portfolio.json",
        "--change",
        "C-110",
        "--stage",
        "production",
        "--since",
        "2026-11-17T12:00:00Z",
        "--at",
        AT,
    ];
    let ran = run(&folder, &asked);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    golden("changed.txt", &ran.out);
}

#[test]
fn what_if_a_fact_were_not_there_is_no_go() {
    let (_keep, folder) = sample();
    let asked =
        ["decide", "portfolio.json", "--change", "C-110", "--stage", "production", "--at", AT];
    let full = run(&folder, &[&asked[..], &["--json", "--detail", "full"]].concat()).out;
    let waiver = full.split('"').find(|text| text.starts_with("waivers/")).expect("a waiver");
    let ran = run(&folder, &[&asked[..], &["--ignore", waiver]].concat());
    assert_eq!(ran.status, 4);
    assert!(!ran.first_line().contains("GO"), "{}", ran.out);
    let nothing = format!("approvals/sha256:{}", "0".repeat(64));
    let ran = run(&folder, &[&asked[..], &["--ignore", &nothing]].concat());
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("fact_unknown"), "{}", ran.err);
}
