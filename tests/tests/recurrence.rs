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

use lynchpin::base::{ErrorCode, Instant, LocalTime};
use lynchpin::calendar::{Next, Occasion};
use lynchpin::model::Occasions;
use lynchpin_tests::cases::config;
use lynchpin_tests::histories::data;
use proptest::prelude::*;

/// A case of the file: its rule, its first start, where to look from, and the starts wanted.
#[derive(Default)]
struct Case {
    rule: String,
    first: String,
    from: Option<String>,
    wanted: String,
}

fn cases() -> Option<Vec<Case>> {
    let path = data("rrule/libical_icalrecur_test.txt");
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

/// A part of a rule: nothing, or some numbers.
fn part(name: &'static str, least: i64, most: i64, signed: bool) -> BoxedStrategy<String> {
    let sign = if signed { prop_oneof![Just(1), Just(-1)].boxed() } else { Just(1).boxed() };
    let number = (least..=most, sign).prop_map(|(number, sign)| number * sign);
    let numbers = proptest::collection::btree_set(number, 1..4).prop_map(move |numbers| {
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        format!(";{name}={}", numbers.join(","))
    });
    prop_oneof![Just(String::new()), numbers].boxed()
}

/// Weekdays, all counted or none: of both at once the other program takes those that are both.
fn weekdays(most: i64) -> BoxedStrategy<String> {
    let names = proptest::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let plain = proptest::collection::vec(names.clone().prop_map(str::to_owned), 1..4);
    let ordinal = (1..=most.max(1), proptest::sample::select(vec!["", "-"]));
    let counted =
        (names, ordinal).prop_map(|(name, (number, sign))| format!("{sign}{number}{name}"));
    let counted = proptest::collection::vec(counted, 1..4);
    let list = |days: Vec<String>| format!(";BYDAY={}", days.join(","));
    let (plain, counted) = (plain.prop_map(list), counted.prop_map(list));
    if most == 0 {
        return prop_oneof![Just(String::new()), plain].boxed();
    }
    prop_oneof![Just(String::new()), plain, counted].boxed()
}

/// Rules that mean one thing: where calendars differ (by weeks and beyond their year's end, days
/// of no month) there is nobody to ask.
fn rule() -> impl Strategy<Value = String> {
    let none = || Just(String::new()).boxed();
    let dates = (part("BYMONTHDAY", 1, 31, true), part("BYMONTH", 1, 12, false));
    let in_year = prop_oneof![
        dates.prop_map(|(days, months)| if months.is_empty() { months } else { days + &months }),
        part("BYYEARDAY", 1, 366, true),
        part("BYMONTH", 1, 12, false),
    ];
    let days = prop_oneof![
        ("FREQ=DAILY", part("BYMONTHDAY", 1, 31, true), weekdays(0)),
        ("FREQ=WEEKLY", none(), weekdays(0)),
        ("FREQ=MONTHLY", part("BYMONTHDAY", 1, 31, true), weekdays(4)),
        ("FREQ=YEARLY", in_year, weekdays(10)),
    ];
    let times = (part("BYHOUR", 0, 23, false), part("BYMINUTE", 0, 59, false));
    let more = (
        1..5_u32,
        part("BYMONTH", 1, 12, false),
        part("BYSETPOS", 1, 8, true),
        proptest::sample::select(vec!["", ";WKST=SU", ";WKST=WE"]),
        proptest::option::of(1..40_u32),
    );
    (days, times, more).prop_map(|((frequency, dates, weekdays), (hours, minutes), more)| {
        let (interval, months, positions, week_start, count) = more;
        let months = if frequency == "FREQ=YEARLY" { String::new() } else { months };
        let selected = [&dates, &weekdays, &hours, &minutes, &months].iter().any(|p| !p.is_empty());
        // The other program cuts the first week off before it counts positions in it.
        let is_weekly = frequency == "FREQ=WEEKLY";
        let positions = if selected && !is_weekly { positions } else { String::new() };
        let count = count.map_or(String::new(), |count| format!(";COUNT={count}"));
        format!(
            "{frequency};INTERVAL={interval}{months}{dates}{weekdays}{hours}{minutes}{positions}\
             {week_start}{count}"
        )
    })
}

/// The first starts as the other program gives them, on a clock that is UTC.
fn others(rule: &str, first: LocalTime, most: u16) -> Vec<String> {
    let first = chrono::DateTime::from_timestamp(first.seconds(), 0).expect("a time");
    let first = first.with_timezone(&rrule::Tz::UTC);
    let rule: rrule::RRule<rrule::Unvalidated> = rule.parse().expect("it can be read");
    let set = rule.build(first).expect("it is valid");
    let found = set.all(most).dates;
    found.iter().map(|date| date.format("%Y-%m-%dT%H:%M:%S").to_string()).collect()
}

proptest! {
    #![proptest_config(config(60))]

    /// Rules of every kind give the starts that another program gives, also when looked at from
    /// the middle.
    #[test]
    fn rules_give_what_another_program_gives(
        rule in rule(), first in 86_400..1_000_000_000_i64, from in 0..20_usize
    ) {
        // Whole minutes: the other program keeps the first start's seconds as we do.
        let first = LocalTime::from_seconds(first / 60 * 60).expect("a local time");
        let occasion = match Occasion::compile(&occasions(&rule, &first.to_string())) {
            Ok(occasion) => occasion,
            Err(error) => {
                // Its starts are too rare to be counted.
                prop_assert_eq!(error.code(), ErrorCode::RecurrenceTooLong, "{}", &rule);
                return Ok(());
            }
        };
        let mut wanted = others(&rule, first, 20);
        let found = starts(&occasion, instant(&first.to_string()), 20);
        let last = found.last().map_or(first.to_string(), Clone::clone);
        if let Next::BeyondLimit(limit) = occasion.next_start(instant(&last)) {
            // The next one is too far away to be looked for, and it is said how far that is.
            let next = wanted.get(found.len()).map(|start| instant(start));
            prop_assert!(next.is_none_or(|next| next >= limit), "{} from {}", &rule, first);
            wanted.truncate(found.len());
        }
        prop_assert_eq!(&found, &wanted, "{} from {}", &rule, first);
        if let Some(middle) = wanted.get(from) {
            let found = starts(&occasion, instant(middle), 20 - from);
            prop_assert_eq!(&found[..], &wanted[from..], "{} from {}", &rule, middle);
        }
    }
}
