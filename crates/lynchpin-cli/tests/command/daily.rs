//! What people ask every day, as they ask it of the sample.

use std::fs;
use std::path::Path;

use crate::run::{golden, run, sample};

const AT: &str = "2026-11-20T09:00:00Z";

/// The sample with a change in a release of its own, that goes to production only: nothing else
/// holds it back.
fn depot(folder: &Path) {
    let text = fs::read_to_string(folder.join("portfolio.json")).expect("the sample");
    let without = text.replace("\"C-109\", \"C-110\", \"C-111\"", "\"C-109\", \"C-111\"");
    let own = r#""releases": [
  {"id": "R-depot", "revision": 1, "title": "Depot", "changes": ["C-110"], "stages": ["production"],
   "at": "2026-11-17T16:00:00Z", "by": "mei"},"#;
    let depot = without.replace("\"releases\": [", own);
    assert!(text != without && without != depot, "the sample has changed");
    fs::write(folder.join("depot.json"), depot).expect("a file can be written");
}

/// Each command on the page prints what stands below it.
#[test]
fn the_page_shows_what_is_printed() {
    let (_keep, folder) = sample();
    depot(&folder);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/daily.md");
    let page = fs::read_to_string(page).expect("the page");
    let inside: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
    let (pairs, rest) = inside.as_chunks::<2>();
    assert!(rest.is_empty() && pairs.len() == 4, "each command has its answer below it");
    for [command, answer] in pairs {
        let command = command.strip_prefix("sh\nlynchpin ").expect("a command");
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = run(&folder, &arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{command}");
        assert_eq!(Some(ran.out.as_str()), answer.strip_prefix("text\n"), "{command}");
    }
}

#[test]
fn what_waits_is_told_by_who_can_act() {
    let (_keep, folder) = sample();
    let all = run(&folder, &["waiting", "portfolio.json", "--at", AT]);
    assert_eq!((all.status, all.err.as_str()), (0, ""));
    golden("waiting.txt", &all.out);
    let asked = ["waiting", "portfolio.json", "--at", AT, "--person", "lena"];
    let lena = run(&folder, &asked);
    assert_eq!((lena.status, lena.err.as_str()), (0, ""));
    golden("waiting-person.txt", &lena.out);
    let soon = run(&folder, &[&asked[..], &["--within", "1h"]].concat());
    assert!(soon.out.contains("later than asked\nnothing waits\n"), "{}", soon.out);
    let json = run(&folder, &[&asked[..], &["--json"]].concat()).out;
    assert!(json.starts_with(r#"{"waiting":{"at":"2026-11-20T09:00:00Z","who":{"#), "{json}");
}

#[test]
fn a_board_has_an_agenda_until_it_has_decided() {
    let (_keep, folder) = sample();
    let asked = ["agenda", "portfolio.json", "--board", "cab", "--at"];
    let before = run(&folder, &[&asked[..], &["2026-11-18T08:00:00Z"]].concat());
    assert_eq!((before.status, before.err.as_str()), (0, ""));
    golden("agenda.txt", &before.out);
    let after = run(&folder, &[&asked[..], &[AT]].concat());
    assert!(after.out.ends_with("nothing waits for it\n"), "{}", after.out);
    let none = ["agenda", "portfolio.json", "--board", "developers", "--at", AT];
    let none = run(&folder, &none);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("there is no board `developers`"), "{}", none.err);
}

#[test]
fn what_ends_is_told_with_what_it_stops() {
    let (_keep, folder) = sample();
    depot(&folder);
    let ending = run(&folder, &["ending", "depot.json", "--within", "7d", "--at", AT]);
    assert_eq!((ending.status, ending.err.as_str()), (0, ""));
    golden("ending.txt", &ending.out);
}

#[test]
fn waivers_are_a_debt() {
    let (_keep, folder) = sample();
    let waivers = run(&folder, &["waivers", "portfolio.json", "--at", "2026-11-22T09:00:00Z"]);
    assert_eq!((waivers.status, waivers.err.as_str()), (0, ""));
    golden("waivers.txt", &waivers.out);
}

/// All gaps are told before the rows, the status says that there are some, and `--json` answers
/// the document.
#[test]
fn an_audit_lists_what_was_deployed() {
    let (_keep, folder) = sample();
    let period = ["--from", "2026-11-01T00:00:00Z", "--to", "2026-12-01T00:00:00Z", "--at"];
    let asked =
        |stage| [&["audit", "portfolio.json", "--stage", stage], &period[..], &[AT]].concat();
    let staging = run(&folder, &asked("staging"));
    assert_eq!((staging.status, staging.err.as_str()), (1, ""));
    golden("audit.txt", &staging.out);
    let before = ["--from", "2026-10-01T00:00:00Z", "--to", "2026-11-01T00:00:00Z", "--at", AT];
    let clean = ["audit", "portfolio.json", "--stage", "production"];
    let clean = run(&folder, &[&clean[..], &before[..]].concat());
    assert_eq!((clean.status, clean.err.as_str()), (0, ""));
    golden("audit-clean.txt", &clean.out);
    let json = run(&folder, &[&asked("staging")[..], &["--json"]].concat());
    assert!(json.status == 1 && json.out.starts_with(r#"{"population":{"at":"#), "{}", json.out);
    let none = run(&folder, &asked("nowhere"));
    assert_eq!(none.status, 2);
    assert!(none.err.contains("no stage `nowhere`"), "{}", none.err);
}

#[test]
fn a_queue_says_what_may_go_in_parallel() {
    let (_keep, folder) = sample();
    let asked = ["queue", "portfolio.json", "--stage", "production", "--at", AT];
    let items = ["--item", "change=C-104=0.1", "--item", "change=C-103", "--item", "change=C-105"];
    let items = [&items[..], &["--runs", "3"]].concat();
    let found = run(&folder, &[&asked[..], &items[..]].concat());
    assert_eq!((found.status, found.err.as_str()), (0, ""));
    golden("queue.txt", &found.out);
    let json = run(&folder, &[&asked[..], &["--json", "--slots", "1"]].concat());
    assert!(json.out.starts_with(r#"{"queue":{"stage":"production","at":"#), "{}", json.out);
    for wrong in ["C-105", "service=shop", "change="] {
        let refused = run(&folder, &[&asked[..], &["--item", wrong]].concat());
        assert_eq!((refused.status, refused.out.as_str()), (2, ""));
    }
    let none = run(&folder, &[&asked[..], &["--slots", "0"]].concat());
    assert!(none.status == 2 && none.err.contains("nothing may ever go"), "{}", none.err);
}
