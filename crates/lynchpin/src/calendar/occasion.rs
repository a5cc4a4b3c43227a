//! When one thing is on: a freeze, a window.

use super::rule::parse;
use super::starts::{Parts, Starts};
use super::steps::{Spent, Steps};
use super::zone::{SHIFT_MAX, Zone};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::{Instant, Span};
use crate::model::Occasions;

const SECOND: i64 = 1_000_000;

/// What [`Occasions`] say, checked and ready to be asked.
///
/// It is on from each start until its end, the end itself not included. Where it is on again at
/// the very instant at which it ends, or before, that is one occasion and not two.
///
/// ```
/// use lynchpin::calendar::{Next, Occasion, Presence};
///
/// let nights = serde_json::from_str(r#"{
///     "zone": "Europe/Berlin", "starts": "2026-01-06T22:00:00", "lasts": "4h",
///     "recurs": "FREQ=WEEKLY;BYDAY=TU,TH"
/// }"#)?;
/// let nights = Occasion::compile(&nights)?;
/// let evening = "2026-11-24T20:30:00Z".parse()?;
/// assert_eq!(nights.presence(evening), Presence::Off);
/// assert_eq!(nights.next_start(evening), Next::At("2026-11-24T21:00:00Z".parse()?));
/// assert_eq!(nights.next_end(evening), Next::At("2026-11-25T01:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// Between two instants; without the second no end is known.
    Once(Instant, Option<Instant>),
    /// So many seconds from each start on.
    Recurring(Box<Starts>, i64),
}

/// One time that something is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it starts.
    pub from: Instant,
    /// The first instant after it; none if no end of it is known.
    pub to: Option<Instant>,
}

/// Whether something is on at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is on.
    On,
    /// It is not on.
    Off,
    /// Telling would take more work than a question may be: neither on nor off can be relied on.
    NotKnown,
}

/// When something happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At that instant.
    At(Instant),
    /// It is on, or will be, and no end of it is known.
    NoEndKnown,
    /// It does not happen any more.
    NoMore,
    /// Not before that instant; finding out more would take more work than a question may be.
    BeyondLimit(Instant),
}

impl Next {
    /// The instant, if it is known.
    #[must_use]
    pub fn at(self) -> Option<Instant> {
        match self {
            Next::At(at) => Some(at),
            Next::NoEndKnown | Next::NoMore | Next::BeyondLimit(_) => None,
        }
    }

    /// The first instant at which it may happen as far as is known; none if it is known not to.
    #[must_use]
    pub fn not_before(self) -> Option<Instant> {
        match self {
            Next::At(at) | Next::BeyondLimit(at) => Some(at),
            Next::NoEndKnown | Next::NoMore => None,
        }
    }
}

impl Occasion {
    /// Checks what is said and makes it ready.
    ///
    /// # Errors
    ///
    /// All problems found, at paths below `$`: [`ErrorCode::OccasionsUnclear`] where the two forms
    /// are mixed or none is there, [`ErrorCode::MissingField`], [`ErrorCode::TimeOrder`] where it
    /// ends before it begins, [`ErrorCode::ZoneUnknown`], [`ErrorCode::RecurrenceMalformed`],
    /// [`ErrorCode::RecurrenceUnsupported`], [`ErrorCode::RecurrenceTooLong`].
    pub fn compile(occasions: &Occasions) -> Result<Occasion> {
        let o = occasions;
        let once = o.from.is_some() || o.to.is_some();
        let by_clock = o.zone.is_some()
            || o.starts.is_some()
            || o.lasts.is_some()
            || o.recurs.is_some()
            || o.until.is_some()
            || !o.except.is_empty()
            || !o.also.is_empty();
        if once == by_clock {
            let message = "say when: either `from` and `to`, or `zone`, `starts` and `lasts`";
            return Err(Problem::new(ErrorCode::OccasionsUnclear, message).at("$").into());
        }
        if once { compile_once(o) } else { compile_recurring(o) }
    }

    /// Whether it is on at an instant.
    #[must_use]
    pub fn presence(&self, at: Instant) -> Presence {
        match self.on_since(at, &mut Steps::new()) {
            Ok(Some(_)) => Presence::On,
            Ok(None) => Presence::Off,
            Err(_) => Presence::NotKnown,
        }
    }

    /// When it next goes from off to on, after an instant.
    #[must_use]
    pub fn next_start(&self, at: Instant) -> Next {
        match &self.0 {
            Form::Once(from, _) if at < *from => Next::At(*from),
            Form::Once(..) => Next::NoMore,
            Form::Recurring(starts, lasts) => {
                let steps = &mut Steps::new();
                let from = match self.on_since(at, steps) {
                    Err(_) => return Next::BeyondLimit(at),
                    Ok(None) => second(at),
                    Ok(Some(start)) => match run_end(starts, *lasts, start, steps) {
                        Err(end) => return beyond(end, at),
                        Ok(end) => end,
                    },
                };
                start_after(starts, from, at, steps)
            }
        }
    }

    /// When it next goes from on to off, after an instant. While it is off, that is the end of the
    /// next time it is on.
    #[must_use]
    pub fn next_end(&self, at: Instant) -> Next {
        match &self.0 {
            Form::Once(_, None) => Next::NoEndKnown,
            Form::Once(_, Some(to)) if at < *to => Next::At(*to),
            Form::Once(..) => Next::NoMore,
            Form::Recurring(starts, lasts) => {
                let steps = &mut Steps::new();
                let on = match self.on_since(at, steps) {
                    Err(_) => return Next::BeyondLimit(at),
                    Ok(Some(start)) => Ok(Some(start)),
                    Ok(None) => starts.first_from(second(at).saturating_add(1), steps),
                };
                match on {
                    Err(spent) => beyond(spent.reached.saturating_sub(SHIFT_MAX), at),
                    Ok(None) => Next::NoMore,
                    Ok(Some(start)) => end_after(starts, *lasts, (start, at), steps),
                }
            }
        }
    }

    /// Whether it is on at an instant, and when it next goes on or off, with so much work at most.
    pub(super) fn look(&self, at: Instant, steps: &mut Steps) -> (Presence, Next) {
        let Form::Recurring(starts, lasts) = &self.0 else {
            return (self.presence(at), self.next_change(at));
        };
        match self.on_since(at, steps) {
            Err(_) => (Presence::NotKnown, Next::BeyondLimit(at)),
            Ok(None) => (Presence::Off, start_after(starts, second(at), at, steps)),
            Ok(Some(start)) => (Presence::On, end_after(starts, *lasts, (start, at), steps)),
        }
    }

    /// When it next goes on or off, after an instant.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Next {
        match self.presence(at) {
            Presence::On => self.next_end(at),
            Presence::Off => self.next_start(at),
            Presence::NotKnown => Next::BeyondLimit(at),
        }
    }

    /// The time that starts exactly at an instant; none, if none does or that cannot be told.
    #[must_use]
    pub fn starting(&self, at: Instant) -> Option<Occurrence> {
        self.first_from(at).filter(|found| found.from == at)
    }

    /// The first time that is not over at an instant: the one going on, or the next one. None, if
    /// there is none or that cannot be told.
    #[must_use]
    pub fn current_or_next(&self, at: Instant) -> Option<Occurrence> {
        match &self.0 {
            Form::Once(from, to) => {
                let over = to.is_some_and(|to| to <= at);
                (!over).then_some(Occurrence { from: *from, to: *to })
            }
            Form::Recurring(..) => match self.on_since(at, &mut Steps::new()).ok()? {
                Some(start) => self.occurrence(start),
                None => self.first_from(at),
            },
        }
    }

    /// The first time that starts at an instant or later.
    fn first_from(&self, at: Instant) -> Option<Occurrence> {
        match &self.0 {
            Form::Once(from, to) => (at <= *from).then_some(Occurrence { from: *from, to: *to }),
            Form::Recurring(starts, _) => {
                let whole = at.micros().rem_euclid(SECOND) == 0;
                let from = second(at).saturating_add(i64::from(!whole));
                self.occurrence(starts.first_from(from, &mut Steps::new()).ok()??)
            }
        }
    }

    /// The time that starts in a second.
    fn occurrence(&self, start: i64) -> Option<Occurrence> {
        let Form::Recurring(_, lasts) = &self.0 else { return None };
        let at = |second: i64| Instant::from_micros(second.saturating_mul(SECOND)).ok();
        Some(Occurrence { from: at(start)?, to: at(start.saturating_add(*lasts)) })
    }

    /// A start from which it is still on.
    fn on_since(&self, at: Instant, steps: &mut Steps) -> Result<Option<i64>, Spent> {
        match &self.0 {
            Form::Once(from, to) => {
                let on = *from <= at && to.is_none_or(|to| at < to);
                Ok(on.then(|| second(*from)))
            }
            Form::Recurring(starts, lasts) => {
                let at = second(at);
                starts.last_up_to(at, at.saturating_sub(*lasts).saturating_add(1), steps)
            }
        }
    }
}

/// The second in which an instant lies. Starts and ends are whole seconds, so nothing is lost.
fn second(at: Instant) -> i64 {
    at.micros().div_euclid(SECOND)
}

/// An instant of the calendar, or what it means that it lies beyond the year 9999.
fn reached(second: i64, else_: Next) -> Next {
    Instant::from_micros(second.max(0).saturating_mul(SECOND)).map_or(else_, Next::At)
}

/// Nothing is known from a second on, nor before `at`, which was asked for.
fn beyond(second: i64, at: Instant) -> Next {
    let second = Instant::from_micros(second.max(0).saturating_mul(SECOND));
    Next::BeyondLimit(second.unwrap_or(Instant::LAST).max(at))
}

/// The first start after a second up to which it is on, or off.
fn start_after(starts: &Starts, from: i64, at: Instant, steps: &mut Steps) -> Next {
    match starts.first_from(from.saturating_add(1), steps) {
        Ok(start) => start.map_or(Next::NoMore, |start| reached(start, Next::NoMore)),
        Err(spent) => beyond(spent.reached.saturating_sub(SHIFT_MAX).max(from), at),
    }
}

/// When it goes off that is on since a start.
fn end_after(starts: &Starts, lasts: i64, (start, at): (i64, Instant), steps: &mut Steps) -> Next {
    match run_end(starts, lasts, start, steps) {
        Ok(end) => reached(end, Next::NoEndKnown),
        Err(end) => beyond(end, at),
    }
}

/// When it goes off after a start, starts within what is on included; as an error, the second
/// until which it is on at least.
fn run_end(starts: &Starts, lasts: i64, start: i64, steps: &mut Steps) -> Result<i64, i64> {
    let mut end = start.saturating_add(lasts);
    while end <= second(Instant::LAST) {
        // Each round is further on by a second at least; the work is counted with it.
        let later = starts.last_up_to(end, end.saturating_sub(lasts).saturating_add(1), steps);
        let counted = steps.take(1, end);
        let Some(start) = later.map_err(|_| end)? else { return Ok(end) };
        counted.map_err(|_| end)?;
        end = start.saturating_add(lasts);
    }
    Ok(end)
}

fn compile_once(o: &Occasions) -> Result<Occasion> {
    let Some(from) = o.from else {
        let message = "say `from` when it is on";
        return Err(Problem::new(ErrorCode::MissingField, message).at("$.from").into());
    };
    if let Some(to) = o.to.filter(|to| *to <= from) {
        let message = format!("it ends at `{to}`, not after it begins at `{from}`");
        return Err(Problem::new(ErrorCode::TimeOrder, message).at("$.to").into());
    }
    Ok(Occasion(Form::Once(from, o.to)))
}

fn compile_recurring(o: &Occasions) -> Result<Occasion> {
    let mut problems = Vec::new();
    let mut missing = |field: &str, message: &str| {
        problems.push(Problem::new(ErrorCode::MissingField, message).at(format!("$.{field}")));
    };
    if o.zone.is_none() {
        missing("zone", "say in which `zone` the clock is, such as `Europe/Berlin`");
    }
    if o.starts.is_none() {
        missing("starts", "say when it first `starts`, such as `2026-01-06T22:00:00`");
    }
    if o.lasts.is_none() {
        missing("lasts", "say how long it `lasts`, such as `4h`");
    }
    if o.lasts == Some(Span::ZERO) {
        let message = "what lasts no time is never on";
        problems.push(Problem::new(ErrorCode::TimeOrder, message).at("$.lasts"));
    }
    if let (Some(starts), Some(until)) = (o.starts, o.until)
        && until < starts
    {
        let message = format!("it ends with `{until}`, before it first starts at `{starts}`");
        problems.push(Problem::new(ErrorCode::TimeOrder, message).at("$.until"));
    }
    let zone = kept(o.zone.as_ref().map(Zone::find).transpose(), "$.zone", &mut problems);
    let rule = kept(o.recurs.as_deref().map(parse).transpose(), "$.recurs", &mut problems);
    if let (Some(Some(zone)), Some(first), Some(lasts), Some(rule)) =
        (zone, o.starts, o.lasts, rule)
    {
        let parts = Parts { zone, first, rule, also: &o.also, except: &o.except, until: o.until };
        let starts = kept(Starts::new(parts), "$.recurs", &mut problems);
        if let Some(starts) = starts.filter(|_| problems.is_empty()) {
            let seconds = lasts.micros() / SECOND;
            return Ok(Occasion(Form::Recurring(Box::new(starts), seconds)));
        }
    }
    let error = Error::from_problems(problems);
    Err(error.unwrap_or_else(|| Error::new(ErrorCode::OccasionsUnclear, "say when it is on")))
}

/// What was made, or nothing and its problems among the others.
fn kept<T>(made: Result<T>, path: &str, problems: &mut Vec<Problem>) -> Option<T> {
    made.map_err(|error| {
        problems.extend(error.problems().iter().map(|problem| problem.clone().at(path)));
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Occasions {
        serde_json::from_str(text).unwrap()
    }

    fn occasion(text: &str) -> Occasion {
        Occasion::compile(&said(text)).unwrap()
    }

    /// By the clock in UTC.
    fn clock(starts: &str, lasts: &str, recurs: &str) -> Occasion {
        let text = format!(
            r#"{{"zone": "UTC", "starts": "{starts}", "lasts": "{lasts}", "recurs": "{recurs}"}}"#
        );
        occasion(&text)
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn codes(text: &str) -> Vec<(ErrorCode, String)> {
        let error = Occasion::compile(&said(text)).unwrap_err();
        error.problems().iter().map(|problem| (problem.code, problem.path.clone())).collect()
    }

    #[test]
    fn times_are_told_one_by_one() {
        let weekly = clock("2026-01-06T10:00:00", "1h", "FREQ=WEEKLY");
        let turn = |from: &str, to: &str| Some(Occurrence { from: at(from), to: Some(at(to)) });
        let (first, second) = (
            turn("2026-01-06T10:00:00Z", "2026-01-06T11:00:00Z"),
            turn("2026-01-13T10:00:00Z", "2026-01-13T11:00:00Z"),
        );
        assert_eq!(weekly.starting(at("2026-01-06T10:00:00Z")), first);
        assert_eq!(weekly.starting(at("2026-01-06T10:00:00.000001Z")), None);
        assert_eq!(weekly.starting(at("2026-01-06T09:59:59.999999Z")), None);
        assert_eq!(weekly.current_or_next(at("2026-01-01T00:00:00Z")), first);
        assert_eq!(weekly.current_or_next(at("2026-01-06T10:59:59.999999Z")), first);
        assert_eq!(weekly.current_or_next(at("2026-01-06T11:00:00Z")), second);
        let once = r#"{"from": "2026-01-06T10:00:00Z"}"#;
        let once = occasion(once);
        let open = Some(Occurrence { from: at("2026-01-06T10:00:00Z"), to: None });
        assert_eq!(once.current_or_next(at("2030-01-01T00:00:00Z")), open);
        assert_eq!(once.starting(at("2026-01-06T10:00:00Z")), open);
        assert_eq!(once.starting(at("2026-01-07T10:00:00Z")), None);
    }

    #[test]
    fn once_is_half_open() {
        let once = occasion(r#"{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}"#);
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z"));
        let before = at("2025-12-31T23:59:59.999999Z");
        assert_eq!(
            (once.presence(before), once.next_start(before)),
            (Presence::Off, Next::At(from))
        );
        assert_eq!((once.presence(from), once.next_end(from)), (Presence::On, Next::At(to)));
        assert_eq!(once.next_start(from), Next::NoMore);
        assert_eq!((once.presence(to), once.next_end(to)), (Presence::Off, Next::NoMore));
        let endless = occasion(r#"{"from": "2026-01-01T00:00:00Z"}"#);
        assert_eq!(endless.presence(Instant::LAST), Presence::On);
        assert_eq!(endless.next_end(to), Next::NoEndKnown);
        assert_eq!(endless.next_change(before), Next::At(from));
        assert_eq!(endless.next_change(to), Next::NoEndKnown);
    }

    #[test]
    fn every_problem_has_its_place() {
        let one = |code, path: &str| vec![(code, path.to_owned())];
        assert_eq!(codes("{}"), one(ErrorCode::OccasionsUnclear, "$"));
        let both = r#"{"from": "2026-01-01T00:00:00Z", "zone": "UTC"}"#;
        assert_eq!(codes(both), one(ErrorCode::OccasionsUnclear, "$"));
        let open = r#"{"to": "2026-01-01T00:00:00Z"}"#;
        assert_eq!(codes(open), one(ErrorCode::MissingField, "$.from"));
        let back = r#"{"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}"#;
        assert_eq!(codes(back), one(ErrorCode::TimeOrder, "$.to"));
        let many = r#"{"zone": "Europe/Berlln", "lasts": "0s", "recurs": "FREQ=HOURLY;BYHOUR=25",
            "until": "2026-01-01T00:00:00"}"#;
        let found: Vec<_> =
            codes(many).into_iter().map(|(code, path)| (code.name(), path)).collect();
        let wanted = [
            ("missing_field", "$.starts"),
            ("time_order", "$.lasts"),
            ("zone_unknown", "$.zone"),
            ("recurrence_unsupported", "$.recurs"),
            ("recurrence_malformed", "$.recurs"),
        ];
        assert_eq!(found, wanted.map(|(name, path)| (name, path.to_owned())));
    }

    #[test]
    fn a_question_about_far_away_jumps() {
        let nights = clock("1970-01-01T22:00:00", "4h", "FREQ=DAILY;INTERVAL=3");
        let evening = at("9999-12-20T12:00:00Z");
        assert!(nights.next_start(evening).at().is_some());
        let century = clock("2000-02-29T00:00:00", "1d", "FREQ=YEARLY;INTERVAL=400");
        assert_eq!(century.next_start(evening), Next::NoMore);
        let next = century.next_start(at("2000-03-01T00:00:00Z"));
        assert_eq!(next, Next::At(at("2400-02-29T00:00:00Z")));
    }

    #[test]
    fn what_never_comes_is_not_waited_for() {
        let never = clock("2026-01-01T00:00:00", "1h", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
        let now = at("2026-06-01T00:00:00Z");
        assert_eq!(never.presence(now), Presence::Off);
        let Next::BeyondLimit(looked) = never.next_start(now) else { panic!("not known") };
        assert!(looked > at("2080-01-01T00:00:00Z"), "{looked}");
        // Looking back as long as it lasts is more than may be looked at.
        let long = clock("1970-01-01T00:00:00", "99999d", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
        assert_eq!(long.presence(at("2200-01-01T00:00:00Z")), Presence::NotKnown);
        let huge = clock("2026-01-01T00:00:00", "1h", "FREQ=MONTHLY;INTERVAL=999999999");
        assert_eq!(huge.next_start(now), Next::NoMore);
        let counted = r#"{"zone": "UTC", "starts": "2026-01-01T00:00:00", "lasts": "1h",
            "recurs": "FREQ=DAILY;COUNT=999999999"}"#;
        assert_eq!(codes(counted), [(ErrorCode::RecurrenceTooLong, "$.recurs".to_owned())]);
    }

    #[test]
    fn what_follows_without_a_gap_is_one() {
        let always = clock("2026-01-01T00:00:00", "1d", "FREQ=DAILY;COUNT=400");
        let end = at("2027-02-05T00:00:00Z");
        assert_eq!(always.next_end(at("2025-01-01T00:00:00Z")), Next::At(end));
        assert_eq!(always.next_start(at("2026-05-05T05:05:05Z")), Next::NoMore);
        let for_ever = clock("2026-01-01T00:00:00", "1d", "FREQ=DAILY");
        let Next::BeyondLimit(until) = for_ever.next_end(at("2026-01-01T00:00:00Z")) else {
            panic!("it has no end")
        };
        assert!(until > at("2030-01-01T00:00:00Z"), "{until}");
        assert_eq!(for_ever.presence(until), Presence::On);
    }

    #[test]
    fn the_end_of_time_is_no_end() {
        let last = clock("9999-12-31T23:00:00", "4h", "FREQ=DAILY");
        assert_eq!(last.presence(Instant::LAST), Presence::On);
        assert_eq!(last.next_end(Instant::LAST), Next::NoEndKnown);
        let text = r#"{"zone": "Etc/GMT+12", "starts": "9999-12-31T23:00:00", "lasts": "1h"}"#;
        assert_eq!(occasion(text).next_start(Instant::LAST), Next::NoMore);
        let text = r#"{"zone": "Etc/GMT-14", "starts": "1970-01-01T00:00:00", "lasts": "20h"}"#;
        assert_eq!(occasion(text).next_end(Instant::EPOCH), Next::At(at("1970-01-01T06:00:00Z")));
    }

    #[test]
    fn the_rule_ends_in_utc_and_the_rest_by_the_clock() {
        let text = r#"{"zone": "America/New_York", "starts": "2026-01-01T22:00:00", "lasts": "1h",
            "recurs": "FREQ=DAILY;UNTIL=20260103T030000Z", "also": ["2026-01-05T22:00:00"]}"#;
        let starts = occasion(text);
        let second = starts.next_start(at("2026-01-02T12:00:00Z"));
        assert_eq!(second, Next::At(at("2026-01-03T03:00:00Z")));
        let third = starts.next_start(at("2026-01-03T12:00:00Z"));
        assert_eq!(third, Next::At(at("2026-01-06T03:00:00Z")));
        assert_eq!(starts.next_start(at("2026-01-06T12:00:00Z")), Next::NoMore);
    }
}
