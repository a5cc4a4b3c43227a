//! What planners of releases ask, as they ask it of the sample.

use std::fs;
use std::path::Path;

use crate::run::{run, sample};

/// Each command on the page prints what stands below it.
#[test]
fn the_page_shows_what_is_printed() {
    let (_keep, folder) = sample();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compose.md");
    let page = fs::read_to_string(page).expect("the page");
    let inside: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    let mut shown = 0;
    for pair in inside.windows(2) {
        let Some(command) = pair[0].strip_prefix("sh\nlynchpin ") else { continue };
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = run(&folder, &arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{command}");
        assert_eq!(Some(ran.out.as_str()), pair[1].strip_prefix("text\n"), "{command}");
        shown += 1;
    }
    assert_eq!(shown, 3, "each question is shown");
}

#[test]
fn what_is_asked_of_the_command_is_asked_of_the_library() {
    let (_keep, folder) = sample();
    let at = ["portfolio.json", "--at", "2026-11-20T09:00:00Z", "--json"];
    let ask = |words: &[&str]| run(&folder, &[words, &at].concat());
    let best = ask(&["compose", "--release", "R-2026.11", "--change", "C-110=7", "--assume-all"]);
    assert_eq!((best.status, best.err.as_str()), (0, ""));
    assert!(best.out.starts_with(r#"{"composition":{"stage":"#), "{}", best.out);
    assert!(best.out.contains(r#"{"change":"C-110","value":7,"#), "{}", best.out);
    let least = ask(&["actions", "--change", "C-110", "--wait"]);
    assert!(least.out.starts_with(r#"{"actions":{"subject":{"change":"C-110"}"#), "{}", least.out);
    let apart = ask(&["collisions", "--from", "2026-11-01T00:00:00Z"]);
    assert!(apart.out.starts_with(r#"{"collisions":{"at":"#), "{}", apart.out);
    assert_eq!(ask(&["compose"]).status, 2);
    let wrong = ask(&["compose", "--change", "C-110=x"]);
    assert!(wrong.status == 2 && wrong.err.contains("no whole number"), "{}", wrong.err);
}
