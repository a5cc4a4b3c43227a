//! What planners of releases ask, as they ask it of the sample.

use crate::run::{run, sample};

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
