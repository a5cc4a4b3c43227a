//! Every time zone against Python's zoneinfo on the newest zone data, minute by minute around
//! every change of clocks from 1970 to 2099, from instants to local times and back.
//!
//! It needs a Python that has the package `tzdata`: the one that `LYNCHPIN_PYTHON` names, else
//! `python3`; where there is none it is skipped, and says so. A share of the zones is looked at:
//! all of them with the cases of a whole soak.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::process::Command;

use lynchpin::base::{Instant, LocalTime};
use lynchpin::calendar::{ZONE_DATA_VERSION, Zone};

/// Cases of a soak in which every zone is looked at.
const WHOLE: u64 = 100_000;
/// Zones are looked at in so many shares where there are fewer cases.
const SHARES: u64 = 24;
/// Minutes looked at on either side of a change.
const AROUND: i64 = 2 * 24 * 60;

#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run, and with what")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What Python says of a share of the zones; nothing, and said so, where there is none to ask.
fn python() -> Option<String> {
    let number = |name| told(name).map(|told| told.parse::<u64>().expect("a number"));
    let shares = match number("LYNCHPIN_CASES") {
        Some(WHOLE..) => 1,
        Some(_) => SHARES,
        // A debug build is slow.
        None => SHARES * 5,
    };
    let first = number("PROPTEST_RNG_SEED").unwrap_or(0) % shares;
    let named = told("LYNCHPIN_PYTHON");
    let program = named.as_deref().unwrap_or("python3");
    let check = Command::new(program).args(["-c", "import tzdata, zoneinfo"]).output();
    if !check.is_ok_and(|output| output.status.success()) {
        assert!(named.is_none(), "`{program}` has no package `tzdata`");
        println!("skipped: zones (no Python with the package tzdata)");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zones.py");
    let mut command = Command::new(program);
    let output = command.args([script, &first.to_string(), &shares.to_string()]).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("it prints text"))
}

fn at(minute: i64) -> Instant {
    Instant::from_micros(minute * 60_000_000).expect("an instant")
}

/// Minutes from which on the answer is another one.
fn runs(minutes: std::ops::Range<i64>, answer: impl Fn(i64) -> Option<i64>) -> String {
    let (mut found, mut last) = (Vec::new(), None);
    for minute in minutes {
        let now = answer(minute);
        if now != last {
            found.push(format!("{minute}:{}", now.map_or(String::new(), |now| now.to_string())));
        }
        last = now;
    }
    found.join(" ")
}

/// What `zones.py` prints of one zone, by our own means.
fn report(names: &str) -> String {
    let (first, others) = names.split_once(' ').unwrap_or((names, ""));
    let find = |name: &str| Zone::find(&name.parse().expect("an id")).expect("a zone");
    let zone = find(first);
    let end = at(130 * 365 * 24 * 60 + 32 * 24 * 60);
    assert_eq!(end.to_string(), "2100-01-01T00:00:00Z");
    let changes = zone.changes(Instant::EPOCH, end);
    for other in others.split(' ').filter(|other| !other.is_empty()) {
        let other = find(other);
        assert_eq!(changes, other.changes(Instant::EPOCH, end), "{first} and {}", other.id());
        let begin = |zone: &Zone| zone.offset_seconds(Instant::EPOCH);
        assert_eq!(begin(&zone), begin(&other), "{first} and {}", other.id());
    }
    let mut lines = vec![format!("zone {names}")];
    for (change, after) in changes {
        // The first minute that differs.
        let change = change.micros().div_euclid(60_000_000)
            + i64::from(change.micros().rem_euclid(60_000_000) > 0);
        let shown = change + after.div_euclid(60);
        lines.push(format!("change {change}"));
        let ahead = |minute| Some(zone.offset_seconds(at(minute)));
        lines.push(format!("ahead {}", runs(change - AROUND..change + AROUND, ahead)));
        let taken = |minute: i64| {
            let local = LocalTime::from_seconds(minute * 60).ok()?;
            let (instant, _) = zone.instant(local).ok()?;
            Some(minute * 60 - instant.micros() / 1_000_000)
        };
        lines.push(format!("taken {}", runs(shown - AROUND..shown + AROUND, taken)));
    }
    lines.join("\n")
}

#[test]
fn every_zone_is_as_python_has_it() {
    let Some(text) = python() else { return };
    let (version, rest) = text.split_once('\n').expect("a version");
    assert_eq!(
        version.strip_prefix("version "),
        Some(ZONE_DATA_VERSION),
        "the library's zone data and Python's are of different versions: take the newer one"
    );
    let (mut zones, mut changes, mut problems) = (0, 0_i64, Vec::new());
    for wanted in rest.split("zone ").filter(|zone| !zone.is_empty()) {
        let names = wanted.lines().next().expect("names");
        let found = report(names);
        let wanted = format!("zone {}", wanted.trim_end());
        if found != wanted {
            let first = found.lines().zip(wanted.lines()).find(|(a, b)| a != b);
            problems.push(format!("{names}: {first:?}"));
        }
        zones += 1;
        let count = found.lines().filter(|line| line.starts_with("change")).count();
        changes += i64::try_from(count).expect("few");
    }
    println!("{zones} zones, {changes} changes of clocks, {} minutes", changes * AROUND * 4);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(zones > 0 && changes > 0, "nothing was compared");
}
