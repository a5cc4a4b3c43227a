//! Workflows as people ask for them.

use std::fs;

use crate::run::{golden, run, run_with, sample};

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

#[test]
fn where_a_change_is_and_where_it_may_go() {
    let (_keep, folder) = sample();
    let file = folder.join("portfolio.json");
    let text = fs::read_to_string(&file).expect("the sample portfolio");
    let moves = r#""moves": [
        {"change": "C-112", "workflow": "servicenow-normal", "to": "Assess",
         "on": "request_approval", "at": "2026-11-18T09:00:00Z", "by": "tom"},
        {"change": "C-112", "workflow": "servicenow-normal", "to": "Scheduled",
         "at": "2026-11-19T09:00:00Z", "by": "tom"}],"#;
    let moved = text.replacen("\"people\":", &format!("{moves}\n\"people\":"), 1);
    assert_ne!(moved, text);
    fs::write(&file, moved).expect("a file of the sample");
    let asked = ["workflow", "next", "portfolio.json", "--change", "C-112"];
    let asked = [&asked[..], &["--at", "2026-11-20T09:00:00Z"]].concat();
    let ran = run(&folder, &asked);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    golden("workflow-where.txt", &ran.out);
    let json = run(&folder, &[&asked[..], &["--json"]].concat()).out;
    assert!(json.starts_with(r#"{"next_states":{"subject":{"change":"C-112"},"#), "{json}");
    let other = run(&folder, &[&asked[..], &["--workflow", "servicenow-standard"]].concat());
    assert_eq!(other.status, 2);
    assert!(other.err.contains("workflow_for_others"), "{}", other.err);
}
