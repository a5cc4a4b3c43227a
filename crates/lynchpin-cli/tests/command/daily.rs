//! What people ask every day, as they ask it of the sample.

use std::fs;

use crate::run::{golden, run, sample};

const AT: &str = "2026-11-20T09:00:00Z";

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
    // Alone, and not in a release that other things hold back.
    let portfolio = folder.join("portfolio.json");
    let text = fs::read_to_string(&portfolio).expect("the sample");
    let alone = text.replace("\"C-109\", \"C-110\", \"C-111\"", "\"C-109\", \"C-111\"");
    assert_ne!(text, alone);
    fs::write(&portfolio, alone).expect("the sample can be written");
    let ending = run(&folder, &["ending", "portfolio.json", "--within", "7d", "--at", AT]);
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
