//! Windows and freezes against a scan, minute by minute, that knows no rule but "on" and "off".
//!
//! Everything happens within a few weeks around a change of clocks, in zones whose clocks do odd
//! things. What the scan starts from is written apart from the engine: it reads days one by one
//! and finds local times by looking at what every minute shows.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lynchpin::base::{Instant, LocalDateOrTime, LocalTime, Span};
use lynchpin::calendar::{
    Calendar, Cause, Cover, Next, Occasion, Openness, Presence, Turn, Unwindowed, Zone,
};
use lynchpin::model::Occasions;
use lynchpin_tests::cases::config;
use proptest::prelude::*;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// How many days are looked at.
const DAYS: i64 = 21;
/// How many minutes.
const MINUTES: usize = 21 * 24 * 60;

/// Zones, and a day some days before their clocks change.
const PLACES: [(&str, &str); 8] = [
    ("UTC", "2026-10-20"),
    ("Europe/Berlin", "2026-10-18"),
    ("Europe/Berlin", "2027-03-20"),
    ("America/New_York", "2026-10-25"),
    // Half an hour.
    ("Australia/Lord_Howe", "2026-09-27"),
    // A whole day was skipped.
    ("Pacific/Apia", "2011-12-22"),
    // Forward at midnight: a day without its first hour.
    ("America/Asuncion", "2023-09-25"),
    // Back and forth for a month each year.
    ("Africa/Casablanca", "2025-02-14"),
];

fn at(second: i64) -> Instant {
    Instant::from_micros(second * 1_000_000).expect("an instant")
}

/// One occasion in words that both sides read: days and minutes from the first day looked at.
#[derive(Clone, Debug)]
enum Said {
    Once { from: i64, to: Option<i64> },
    Clock(Clock),
}

#[derive(Clone, Debug)]
struct Clock {
    first_day: i64,
    time: i64,
    lasts: i64,
    /// Every so many days, or on weekdays of every so many weeks; not at all if 0.
    every: i64,
    weekdays: Option<BTreeSet<i64>>,
    more_hours: BTreeSet<i64>,
    count: Option<usize>,
    days_out: BTreeSet<i64>,
    times_out: BTreeSet<i64>,
    also: BTreeSet<i64>,
    until: Option<i64>,
}

/// What the clocks of a place show in every minute that is looked at.
struct Wall {
    zone: &'static str,
    /// The local day before the first.
    day: i64,
    first: i64,
    shown: Vec<i64>,
}

static WALLS: LazyLock<Vec<Wall>> = LazyLock::new(|| PLACES.into_iter().map(Wall::new).collect());

impl Wall {
    fn new((zone, day): (&'static str, &str)) -> Self {
        let rules = Zone::find(&zone.parse().expect("an id")).expect("a zone");
        let midnight: LocalTime = format!("{day}T00:00:00").parse().expect("a local time");
        let first = rules.instant(midnight).expect("an instant").0.micros() / 1_000_000;
        let margin = DAY / MINUTE * 30;
        let minutes = -margin..i64::try_from(MINUTES).expect("few") + margin;
        let shown = minutes.map(|minute| {
            let second = first + minute * MINUTE;
            second + rules.offset_seconds(at(second))
        });
        Wall {
            zone,
            day: midnight.date().days(),
            first: first - margin * MINUTE,
            shown: shown.collect(),
        }
    }

    /// The second at which a local time is first shown; where it is skipped, as much later as it
    /// lies behind the last minute shown before.
    fn second(&self, local: i64) -> i64 {
        // No clock is two days off what it showed at first, so nothing before can be it.
        let near = (local - self.shown[0] - 2 * DAY) / MINUTE;
        let near = usize::try_from(near).expect("inside");
        let place = |wanted: &dyn Fn(i64) -> bool| {
            (near..self.shown.len()).find(|minute| wanted(self.shown[*minute]))
        };
        let minute = place(&|shown| shown == local)
            .unwrap_or_else(|| place(&|shown| shown > local).expect("inside") - 1);
        let early = local - self.shown[minute];
        self.first + i64::try_from(minute).expect("few") * MINUTE + early
    }
}

impl Clock {
    fn local(&self, wall: &Wall, day: i64, minute: i64) -> i64 {
        (wall.day + day) * DAY + minute * MINUTE
    }

    /// The local starts, day by day.
    fn starts(&self, wall: &Wall) -> Vec<i64> {
        let mut hours = self.more_hours.clone();
        hours.insert(self.time / 60);
        let mut of_rule = Vec::new();
        for day in self.first_day..DAYS + 20 {
            let week = |day: i64| (wall.day + day + 3).div_euclid(7);
            let weekday = (wall.day + day + 3).rem_euclid(7);
            let is_on = match &self.weekdays {
                _ if self.every == 0 => day == self.first_day,
                None => (day - self.first_day) % self.every == 0,
                Some(days) => {
                    days.contains(&weekday) && (week(day) - week(self.first_day)) % self.every == 0
                }
            };
            let hours =
                if self.every == 0 { BTreeSet::from([self.time / 60]) } else { hours.clone() };
            let minutes = hours.iter().map(|hour| hour * 60 + self.time % 60);
            let late = |minute: &i64| day > self.first_day || *minute >= self.time;
            of_rule
                .extend(minutes.filter(|_| is_on).filter(late).map(|m| self.local(wall, day, m)));
        }
        of_rule.truncate(self.count.filter(|_| self.every > 0).unwrap_or(usize::MAX));
        of_rule.extend(self.also.iter().map(|minute| self.local(wall, 0, *minute)));
        let out = |local: &i64| {
            let day = local.div_euclid(DAY) - wall.day;
            self.days_out.contains(&day)
                || self.times_out.iter().any(|minute| self.local(wall, 0, *minute) == *local)
                || self.until.is_some_and(|until| *local > self.local(wall, until, 12 * 60))
        };
        of_rule.retain(|local| !out(local));
        of_rule
    }

    fn document(&self, wall: &Wall) -> Occasions {
        let time = |local: i64| LocalTime::from_seconds(local).expect("a local time");
        let list = |numbers: &BTreeSet<i64>| {
            numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        let mut rule = match &self.weekdays {
            None => format!("FREQ=DAILY;INTERVAL={}", self.every),
            Some(days) => {
                let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
                let days: Vec<&str> =
                    days.iter().map(|day| names[usize::try_from(*day).expect("few")]).collect();
                format!("FREQ=WEEKLY;INTERVAL={};BYDAY={}", self.every, days.join(","))
            }
        };
        if !self.more_hours.is_empty() {
            let hour = BTreeSet::from([self.time / 60]);
            rule += &format!(";BYHOUR={},{}", list(&self.more_hours), list(&hour));
        }
        if let Some(count) = self.count {
            rule += &format!(";COUNT={count}");
        }
        let days_out = self.days_out.iter().map(|day| {
            let date = time(self.local(wall, *day, 0)).date();
            LocalDateOrTime::Date(date)
        });
        let times_out = self
            .times_out
            .iter()
            .map(|minute| LocalDateOrTime::Time(time(self.local(wall, 0, *minute))));
        Occasions {
            zone: Some(wall.zone.parse().expect("a zone")),
            starts: Some(time(self.local(wall, self.first_day, self.time))),
            lasts: Some(Span::from_seconds(u32::try_from(self.lasts * MINUTE).expect("short"))),
            recurs: (self.every > 0).then_some(rule),
            except: days_out.chain(times_out).collect(),
            also: self.also.iter().map(|minute| time(self.local(wall, 0, *minute))).collect(),
            until: self.until.map(|until| time(self.local(wall, until, 12 * 60))),
            ..Occasions::default()
        }
    }
}

impl Said {
    /// In which of the minutes looked at it is on.
    fn minutes(&self, wall: &Wall) -> Vec<bool> {
        let mut on = vec![false; MINUTES];
        let zero = wall.first + DAY * 30;
        let mut fill = |from: i64, to: i64| {
            let minute =
                |second: i64| usize::try_from((second - zero).max(0) / MINUTE).expect("few");
            for on in on.iter_mut().take(minute(to)).skip(minute(from)) {
                *on = true;
            }
        };
        match self {
            Said::Once { from, to } => {
                let second = |minute: i64| zero + minute * MINUTE;
                fill(second(*from), to.map_or(i64::MAX, |to| second(from + to)));
            }
            Said::Clock(clock) => {
                for local in clock.starts(wall) {
                    let second = wall.second(local);
                    fill(second, second + clock.lasts * MINUTE);
                }
            }
        }
        on
    }

    fn compiled(&self, wall: &Wall) -> Occasion {
        let zero = wall.first + DAY * 30;
        let occasions = match self {
            Said::Once { from, to } => Occasions {
                from: Some(at(zero + from * MINUTE)),
                to: to.map(|to| at(zero + (from + to) * MINUTE)),
                ..Occasions::default()
            },
            Said::Clock(clock) => clock.document(wall),
        };
        Occasion::compile(&occasions).expect("it can be compiled")
    }
}

/// The first minute after another at which something becomes so; none in what is looked at.
fn turns(on: &[bool], after: usize, to: bool) -> Option<usize> {
    (after + 1..on.len()).find(|minute| on[*minute] == to && on[minute - 1] != to)
}

/// Whether an answer is what the scan found, as far as it looked.
fn agrees(next: Next, zero: i64, found: Option<usize>) -> bool {
    let second = |minute: usize| zero + i64::try_from(minute).expect("few") * MINUTE;
    match (next, found) {
        (Next::At(next), Some(minute)) => next == at(second(minute)),
        (Next::At(next) | Next::BeyondLimit(next), None) => next >= at(second(MINUTES)),
        (Next::NoMore | Next::NoEndKnown, None) => true,
        (Next::NoMore | Next::NoEndKnown | Next::BeyondLimit(_), Some(_)) => false,
    }
}

fn clock() -> impl Strategy<Value = Clock> {
    let days = || proptest::collection::btree_set(0..DAYS, 0..3);
    let weekdays = proptest::option::of(proptest::collection::btree_set(0..7_i64, 1..4));
    // Starts at night are where clocks change.
    let time = prop_oneof![3 => 0..4 * 60_i64, 1 => 0..24 * 60_i64];
    let lasts = prop_oneof![3 => 1..8 * 60_i64, 1 => 1..60 * 60_i64, 1 => Just(24 * 60)];
    let rule = (0..4_i64, weekdays, proptest::option::of(1..12_usize));
    let lists = (
        proptest::collection::btree_set(0..24_i64, 0..3),
        days(),
        proptest::collection::btree_set((0..DAYS * 24).prop_map(|hour| hour * 60), 0..3),
        proptest::collection::btree_set((0..DAYS * 48).prop_map(|half| half * 30), 0..3),
        proptest::option::weighted(0.2, 8..DAYS),
    );
    (-10..DAYS / 2, time, lasts, rule, lists).prop_map(
        |(first_day, time, lasts, (every, weekdays, count), lists)| {
            let (more_hours, days_out, times_out, also, until) = lists;
            let until = until.map(|until| until.max(first_day + 1));
            Clock {
                first_day,
                time,
                lasts,
                every,
                weekdays,
                more_hours,
                count,
                days_out,
                times_out,
                also,
                until,
            }
        },
    )
}

fn said() -> impl Strategy<Value = Said> {
    let minutes = i64::try_from(MINUTES).expect("few");
    let length = prop_oneof![1..12 * 60_i64, 1..DAYS * 24 * 60];
    let once = (0..minutes, proptest::option::weighted(0.8, length));
    prop_oneof![
        1 => once.prop_map(|(from, to)| Said::Once { from, to }),
        4 => clock().prop_map(Said::Clock),
    ]
}

proptest! {
    #![proptest_config(config(30))]

    /// One occasion is on when the scan says so, and starts and ends then.
    #[test]
    fn an_occasion_is_on_when_a_scan_says_so(
        place in 0..PLACES.len(),
        said in said(),
        minutes in proptest::collection::vec(0..MINUTES, 12),
    ) {
        let wall = &WALLS[place];
        let zero = wall.first + DAY * 30;
        let (on, occasion) = (said.minutes(wall), said.compiled(wall));
        // Where it changes is where it goes wrong.
        let edges = (1..MINUTES).filter(|minute| on[*minute] != on[minute - 1]).take(10);
        for minute in edges.flat_map(|minute| [minute - 1, minute]).chain(minutes) {
            let now = at(zero + i64::try_from(minute).expect("few") * MINUTE);
            let presence = if on[minute] { Presence::On } else { Presence::Off };
            prop_assert_eq!(occasion.presence(now), presence, "at {}", now);
            let (start, end) = (occasion.next_start(now), occasion.next_end(now));
            for (next, to) in [(start, true), (end, false)] {
                let found = turns(&on, minute, to);
                prop_assert!(agrees(next, zero, found), "{:?} after {}", next, now);
            }
        }
    }

    /// A calendar opens and closes when a scan of all of it says so, and says why.
    #[test]
    fn a_calendar_is_open_when_a_scan_says_so(
        place in 0..PLACES.len(),
        windows in proptest::collection::vec(said(), 0..4),
        freezes in proptest::collection::vec(said(), 0..3),
        by_default in any::<bool>(),
        minutes in proptest::collection::vec(0..MINUTES, 8),
    ) {
        let wall = &WALLS[place];
        let zero = wall.first + DAY * 30;
        let scan = |all: &[Said]| all.iter().map(|said| said.minutes(wall)).collect::<Vec<_>>();
        let (window_scans, freeze_scans) = (scan(&windows), scan(&freezes));
        let open: Vec<bool> = (0..MINUTES)
            .map(|minute| {
                let let_through = if windows.is_empty() {
                    by_default
                } else {
                    window_scans.iter().any(|on| on[minute])
                };
                let_through && !freeze_scans.iter().any(|on| on[minute])
            })
            .collect();
        let compile = |all: &[Said]| all.iter().map(|said| said.compiled(wall)).collect::<Vec<_>>();
        let (compiled_windows, compiled_freezes) = (compile(&windows), compile(&freezes));
        let unwindowed = if by_default { Unwindowed::Open } else { Unwindowed::Closed };
        let mut calendar = Calendar::new(unwindowed);
        for (name, window) in compiled_windows.iter().enumerate() {
            calendar.window(name, window, Cover::Yes);
        }
        for (name, freeze) in compiled_freezes.iter().enumerate() {
            calendar.freeze(name, freeze, Cover::NotKnown);
        }
        let edges = (1..MINUTES).filter(|minute| open[*minute] != open[minute - 1]).take(6);
        for minute in edges.flat_map(|minute| [minute - 1, minute]).chain(minutes) {
            let now = at(zero + i64::try_from(minute).expect("few") * MINUTE);
            prop_assert_eq!(calendar.is_open(now), open[minute], "at {}", now);
            for wanted in [true, false] {
                let turn = if wanted { calendar.next_open(now) } else { calendar.next_close(now) };
                let found = (minute..MINUTES).find(|minute| open[*minute] == wanted);
                prop_assert!(
                    turn_agrees(&turn, zero, found),
                    "{:?} after {} for {}, not {:?}", turn, now, wanted, found
                );
                check_causes(&turn, &calendar, now, wanted)?;
            }
            let next = calendar.next_change(now);
            let all = window_scans.iter().chain(&freeze_scans);
            let changes = |on: &Vec<bool>| [turns(on, minute, true), turns(on, minute, false)];
            let found = all.flat_map(changes).flatten().min();
            prop_assert!(agrees(next, zero, found), "{:?} after {}, not {:?}", next, now, found);
        }
    }
}

fn turn_agrees(turn: &Turn<usize>, zero: i64, found: Option<usize>) -> bool {
    let next = match turn {
        Turn::At { at, .. } => Next::At(*at),
        Turn::NoEndKnown(_) => Next::NoEndKnown,
        Turn::NoMore => Next::NoMore,
        Turn::BeyondLimit(at) => Next::BeyondLimit(*at),
    };
    agrees(next, zero, found)
}

/// Every cause that is named is one, and where there is a turn there is a cause.
fn check_causes(
    turn: &Turn<usize>,
    calendar: &Calendar<'_, usize>,
    asked: Instant,
    to_open: bool,
) -> Result<(), TestCaseError> {
    let Turn::At { at, because } = turn else { return Ok(()) };
    prop_assert_eq!(because.is_empty(), *at == asked);
    let before = calendar.state(Instant::from_micros(at.micros() - 1).expect("later than 1970"));
    let now = calendar.state(*at);
    prop_assert_eq!(now.openness == Openness::Open, to_open);
    for cause in because {
        let (list_before, list_now, name, begins) = match cause {
            Cause::FreezeBegins(name) => (&before.freezes, &now.freezes, name, true),
            Cause::FreezeEnds(name) => (&before.freezes, &now.freezes, name, false),
            Cause::WindowOpens(name) => (&before.windows, &now.windows, name, true),
            Cause::WindowCloses(name) => (&before.windows, &now.windows, name, false),
        };
        prop_assert_eq!(list_before.contains(name), !begins);
        prop_assert_eq!(list_now.contains(name), begins);
    }
    Ok(())
}
