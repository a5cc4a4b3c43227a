//! Recurrence rules: the cases of libical, and another program's answers to rules made up.
//!
//! The cases are found through `LYNCHPIN_DATA`, else beside the checkout; where they are absent
//! they are skipped by name. They are on a clock without a zone, which is UTC here; a date alone
//! is its first second.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::fs;
use std::path::{Path, PathBuf};

use lynchpin::base::{ErrorCode, Instant, LocalTime};
use lynchpin::calendar::{Next, Occasion};
use lynchpin::model::Occasions;

/// A case of the file: its rule, its first start, where to look from, and the starts wanted.
#[derive(Default)]
struct Case {
    rule: String,
    first: String,
    from: Option<String>,
    wanted: String,
}

#[expect(clippy::disallowed_methods, reason = "the data stands outside of the checkout")]
fn cases() -> Option<Vec<Case>> {
    let told = std::env::var_os("LYNCHPIN_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = told.unwrap_or(beside).join("rrule/libical_icalrecur_test.txt");
    if !path.exists() {
        println!("skipped: libical (no data)");
        return None;
    }
    let text = fs::read_to_string(path).expect("the data can be read");
    let mut cases = Vec::new();
    let mut case = Case::default();
    for line in text.lines() {
        match line.split_once(':') {
            Some(("RRULE", rule)) => rule.clone_into(&mut case.rule),
            Some(("DTSTART", first)) => first.clone_into(&mut case.first),
            Some(("START-AT", from)) => case.from = Some(from.to_owned()),
            Some(("INSTANCES", wanted)) => {
                wanted.clone_into(&mut case.wanted);
                cases.push(std::mem::take(&mut case));
            }
            Some(_) | None => {}
        }
    }
    Some(cases)
}

/// `19970902T090000` as we write it; a date is its first second.
fn local(basic: &str) -> String {
    let basic = basic.trim_end_matches('Z');
    let (date, time) = basic.split_once('T').unwrap_or((basic, "000000"));
    let part = |text: &str, from, to| text.get(from..to).expect("digits").to_owned();
    format!(
        "{}-{}-{}T{}:{}:{}",
        part(date, 0, 4),
        part(date, 4, 6),
        part(date, 6, 8),
        part(time, 0, 2),
        part(time, 2, 4),
        part(time, 4, 6)
    )
}

/// The rule with everything said that we want said: a time in its end, and what libical would take
/// from the first start where others would not.
fn explicit(rule: &str, first: &str) -> String {
    let part = |part: &str| match part.split_once("UNTIL=") {
        Some((_, date)) if !date.contains('T') => format!("UNTIL={date}T000000"),
        _ => part.to_owned(),
    };
    let mut parts: Vec<String> = rule.split(';').map(part).collect();
    let has = |name: &str| rule.contains(&format!(";{name}="));
    if has("BYMONTHDAY") && rule.contains("YEARLY") && !has("BYMONTH") {
        parts.push(format!("BYMONTH={}", first.get(5..7).expect("a month")));
    }
    if has("BYWEEKNO") && !has("BYDAY") && !has("BYMONTHDAY") && !has("BYYEARDAY") {
        let day = first.parse::<LocalTime>().expect("a local time").date().days();
        let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let index = usize::try_from((day + 3) % 7).expect("a weekday");
        parts.push(format!("BYDAY={}", days.get(index).expect("a weekday")));
    }
    parts.join(";")
}

fn occasions(rule: &str, first: &str) -> Occasions {
    Occasions {
        zone: Some("UTC".parse().expect("a zone")),
        starts: Some(first.parse().expect("a local time")),
        lasts: Some("1s".parse().expect("a span")),
        recurs: Some(rule.to_owned()),
        ..Occasions::default()
    }
}

/// The first starts from an instant on.
fn starts(occasion: &Occasion, from: Instant, most: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = Instant::from_micros(from.micros().saturating_sub(1)).expect("an instant");
    while found.len() < most
        && let Next::At(start) = occasion.next_start(at)
    {
        found.push(start.to_string().trim_end_matches('Z').to_owned());
        at = start;
    }
    found
}

fn instant(local: &str) -> Instant {
    let seconds = local.parse::<LocalTime>().expect("a local time").seconds();
    Instant::from_micros(seconds * 1_000_000).expect("an instant")
}

/// Rules that begin anew each hour or more often are refused: there is no window so often.
const TOO_OFTEN: usize = 23;

/// Cases that are not ours, by rule and first start, each with its reason.
const NOT_OURS: &[(&str, &str, &str)] = &[
    (
        "FREQ=DAILY;BYMINUTE=1,2,3,4;INTERVAL=2;COUNT=3",
        "20241018",
        "it is about starts that are dates without a time, and ours always have one",
    ),
    (
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101",
        "20241230",
        "libical does not implement it",
    ),
    (
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TH;COUNT=1",
        "20270103T000000Z",
        "libical counts years from 2027 here, but the first start lies in the last week of 2026, \
         from which it counts in other cases, and we in all",
    ),
    (
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=5;BYDAY=TH;COUNT=1",
        "20270103T000000Z",
        "as the one before",
    ),
];

#[test]
fn the_cases_of_libical_hold() {
    let Some(cases) = cases() else { return };
    let (mut problems, mut too_often, mut not_ours) = (Vec::new(), 0, 0);
    assert_eq!(cases.len(), 146);
    for case in cases {
        let name = format!("{} from {}", case.rule, case.first);
        if let Some((_, _, why)) = NOT_OURS
            .iter()
            .find(|(rule, first, _)| (*rule, *first) == (case.rule.as_str(), case.first.as_str()))
        {
            println!("not ours: {name}: {why}");
            not_ours += 1;
            continue;
        }
        let first = local(&case.first);
        match Occasion::compile(&occasions(&explicit(&case.rule, &first), &first)) {
            Err(error) if error.code() == ErrorCode::RecurrenceUnsupported => {
                assert!(case.rule.contains("LY;") && !case.rule.contains("DAILY"), "{name}");
                println!("refused as too often: {name}");
                too_often += 1;
            }
            Err(error) => problems.push(format!("{name}: {error}")),
            Ok(occasion) => {
                let wanted: Vec<String> = case.wanted.split(',').map(local).collect();
                // Some are to be looked at from another place, too.
                for from in [Some(first), case.from.as_deref().map(local)].into_iter().flatten() {
                    let wanted: Vec<_> = wanted.iter().filter(|start| **start >= from).collect();
                    let found = starts(&occasion, instant(&from), wanted.len() + 1);
                    if found.iter().ne(wanted.iter().copied()) {
                        problems.push(format!("{name}:\n  {found:?}\n  {wanted:?}"));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!((too_often, not_ours), (TOO_OFTEN, NOT_OURS.len()));
}
