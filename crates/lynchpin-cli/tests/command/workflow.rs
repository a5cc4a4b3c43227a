//! Workflows as people ask for them.

use std::fs;

use crate::run::{golden, run, run_with};

fn ask(arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let ran = run(folder.path(), &[&["workflow"], arguments].concat());
    (ran.status, ran.out, ran.err)
}

#[test]
fn what_is_shipped_is_listed_and_shown() {
    let (status, listed, _) = ask(&["list"]);
    assert_eq!((status, listed.lines().count()), (0, 5), "{listed}");
    golden("workflow-list.txt", &listed);
    let (status, shown, _) = ask(&["show", "servicenow-normal"]);
    assert_eq!(status, 0);
    golden("workflow-normal.txt", &shown);
    golden("workflow-normal.mmd", &ask(&["show", "servicenow-normal", "--mermaid"]).1);
    golden("workflow-next.txt", &ask(&["show", "servicenow-normal", "--from", "Scheduled"]).1);
    for line in listed.lines() {
        let name = line.split(' ').next().expect("a name");
        for (form, begins) in [
            ("--markdown", "### "),
            ("--svg", "<svg "),
            ("--json", "{\"workflow\":{\"problems\":[],"),
            ("--toml", "# "),
        ] {
            let (status, out, err) = ask(&["show", name, form]);
            assert_eq!((status, err.as_str()), (0, ""), "{name} {form}");
            assert!(out.starts_with(begins), "{name} {form}: {out}");
        }
    }
}

#[test]
fn a_copy_is_checked_and_a_way_around_a_gate_is_shown() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_, text, _) = ask(&["show", "servicenow-normal", "--toml"]);
    fs::write(folder.path().join("mine.toml"), &text).expect("a scratch file");
    let sound = run(folder.path(), &["workflow", "check", "mine.toml"]);
    assert_eq!(sound.out, "servicenow-normal is sound: 8 states, 11 transitions\n");
    let bypass = "[[transitions]]\nfrom = [\"New\"]\nto = \"Implement\"\non = \"hurry\"\n";
    let unsound = run_with(folder.path(), &["workflow", "check", "-"], (text + bypass).as_bytes());
    assert_eq!((unsound.status, unsound.out.as_str()), (2, ""));
    golden("workflow-unsound.txt", &unsound.err);
    let unknown = run(folder.path(), &["workflow", "show", "nothing"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.starts_with("lynchpin: workflow_unknown: "), "{}", unknown.err);
    let state = run(folder.path(), &["workflow", "show", "continuous", "--from", "Nowhere"]);
    assert_eq!(state.status, 2);
    assert!(state.err.contains("workflow_state_unknown"), "{}", state.err);
}
