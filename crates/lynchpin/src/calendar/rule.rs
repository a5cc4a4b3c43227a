//! Reading a recurrence rule (RFC 5545, section 3.3.10), and nothing of what it means.

use crate::base::error::{Error, ErrorCode, Problem, Result, shown};
use crate::base::limits::RECURRENCE_BYTES_MAX;
use crate::base::{Instant, LocalTime};

/// How often a rule begins anew. Slower than hourly: a window that opens every hour is no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The last start that a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    Instant(Instant),
    Local(LocalTime),
}

/// A weekday, Monday being 0; with an ordinal only that one of its month or year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weekday {
    pub(super) ordinal: i64,
    pub(super) day: i64,
}

/// A rule as it is written. Lists are sorted and without doubles; empty ones were not written. An
/// ordinal of 0 was not written either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u64>,
    pub(super) until: Option<Until>,
    pub(super) months: Vec<i64>,
    pub(super) weeks: Vec<i64>,
    pub(super) year_days: Vec<i64>,
    pub(super) month_days: Vec<i64>,
    pub(super) weekdays: Vec<Weekday>,
    pub(super) hours: Vec<i64>,
    pub(super) minutes: Vec<i64>,
    pub(super) seconds: Vec<i64>,
    pub(super) positions: Vec<i64>,
    pub(super) week_start: i64,
}

/// Reads `FREQ=WEEKLY;BYDAY=TU,TH` and the like. Names are in capitals; a last semicolon is taken,
/// since a large calendar of the world writes it.
pub(super) fn parse(text: &str) -> Result<Rule> {
    let mut reader = Reader { rule: empty(), frequency: None, seen: Vec::new(), problems: vec![] };
    if text.len() > RECURRENCE_BYTES_MAX {
        let message = format!("a recurrence rule has at most {RECURRENCE_BYTES_MAX} bytes");
        return Err(Error::new(ErrorCode::StringTooLong, message));
    }
    for part in text.strip_suffix(';').unwrap_or(text).split(';') {
        reader.part(part);
    }
    match reader.frequency {
        Some(frequency) => reader.rule.frequency = frequency,
        None if reader.seen.contains(&"FREQ") => {}
        None => reader.malformed("a recurrence rule says `FREQ=`, such as `FREQ=WEEKLY`".into()),
    }
    if reader.problems.is_empty() {
        reader.check();
    }
    Error::from_problems(reader.problems).map_or(Ok(reader.rule), Err)
}

fn empty() -> Rule {
    Rule {
        frequency: Frequency::Daily,
        interval: 1,
        count: None,
        until: None,
        months: Vec::new(),
        weeks: Vec::new(),
        year_days: Vec::new(),
        month_days: Vec::new(),
        weekdays: Vec::new(),
        hours: Vec::new(),
        minutes: Vec::new(),
        seconds: Vec::new(),
        positions: Vec::new(),
        week_start: 0,
    }
}

struct Reader<'a> {
    rule: Rule,
    frequency: Option<Frequency>,
    seen: Vec<&'a str>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn malformed(&mut self, message: String) {
        self.problems.push(Problem::new(ErrorCode::RecurrenceMalformed, message));
    }

    fn part(&mut self, part: &'a str) {
        let Some((name, value)) = part.split_once('=') else {
            let message = format!("`{}` is not a part of a rule: write `NAME=value`", shown(part));
            return self.malformed(message);
        };
        if self.seen.contains(&name) {
            return self.malformed(format!("`{}` is there twice", shown(name)));
        }
        self.seen.push(name);
        match name {
            "FREQ" => self.frequency(value),
            "INTERVAL" => self.rule.interval = self.number(name, value, 1).unwrap_or(1),
            "COUNT" => self.rule.count = self.number(name, value, 1).map(i64::unsigned_abs),
            "UNTIL" => self.until(value),
            "BYMONTH" => self.rule.months = self.list(name, value, 1, 12, false),
            "BYWEEKNO" => self.rule.weeks = self.list(name, value, 1, 53, true),
            "BYYEARDAY" => self.rule.year_days = self.list(name, value, 1, 366, true),
            "BYMONTHDAY" => self.rule.month_days = self.list(name, value, 1, 31, true),
            "BYDAY" => self.weekdays(value),
            "BYHOUR" => self.rule.hours = self.list(name, value, 0, 23, false),
            "BYMINUTE" => self.rule.minutes = self.list(name, value, 0, 59, false),
            // RFC 5545 lets 60 pass, for leap seconds; no clock of ours shows one.
            "BYSECOND" => self.rule.seconds = self.list(name, value, 0, 59, false),
            "BYSETPOS" => self.rule.positions = self.list(name, value, 1, 366, true),
            "WKST" => match weekday(value) {
                Some(day) => self.rule.week_start = day,
                None => self.malformed(format!("`{}` is no weekday such as `MO`", shown(value))),
            },
            _ => self.malformed(format!("`{}` is not a part that RFC 5545 knows", shown(name))),
        }
    }

    fn frequency(&mut self, value: &str) {
        self.frequency = match value {
            "DAILY" => Some(Frequency::Daily),
            "WEEKLY" => Some(Frequency::Weekly),
            "MONTHLY" => Some(Frequency::Monthly),
            "YEARLY" => Some(Frequency::Yearly),
            _ => None,
        };
        if let "HOURLY" | "MINUTELY" | "SECONDLY" = value {
            let message = format!("`{value}` is too often: write a rule that is daily or slower");
            self.problems.push(Problem::new(ErrorCode::RecurrenceUnsupported, message));
        } else if self.frequency.is_none() {
            let message = format!(
                "`{}` is no frequency: write `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`",
                shown(value)
            );
            self.malformed(message);
        }
    }

    fn until(&mut self, value: &str) {
        self.rule.until = until(value);
        if self.rule.until.is_none() {
            let message = format!(
                "`{}` is no time until which to go on: write UTC such as `20261231T230000Z`, or \
                 local time without the `Z`",
                shown(value)
            );
            self.malformed(message);
        }
    }

    fn number(&mut self, name: &str, value: &str, least: i64) -> Option<i64> {
        let number = digits(value, 9).filter(|number| *number >= least);
        if number.is_none() {
            let message =
                format!("`{name}` is a whole number from {least}, not `{}`", shown(value));
            self.malformed(message);
        }
        number
    }

    /// Numbers of a range; where they may be counted from the end, that below zero as well.
    fn list(&mut self, name: &str, value: &str, least: i64, most: i64, signed: bool) -> Vec<i64> {
        let mut found = Vec::new();
        for item in value.split(',') {
            let number = if signed { signed_digits(item) } else { digits(item, 3) };
            match number.filter(|number| (least..=most).contains(&number.abs())) {
                Some(number) => found.push(number),
                None => {
                    let signs = if signed { ", or that many from the end" } else { "" };
                    self.malformed(format!(
                        "`{name}` takes numbers from {least} to {most}{signs}, not `{}`",
                        shown(item)
                    ));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn weekdays(&mut self, value: &str) {
        for item in value.split(',') {
            let cut = item.len().saturating_sub(2);
            let parts = item.get(..cut).zip(item.get(cut..).and_then(weekday));
            let read = parts.and_then(|(ordinal, day)| {
                let ordinal = if ordinal.is_empty() { 0 } else { signed_digits(ordinal)? };
                let valid = ordinal != 0 || cut == 0;
                (valid && ordinal.abs() <= 53).then_some(Weekday { ordinal, day })
            });
            match read {
                Some(weekday) => self.rule.weekdays.push(weekday),
                None => self.malformed(format!(
                    "`BYDAY` takes weekdays such as `MO` or `-1FR`, not `{}`",
                    shown(item)
                )),
            }
        }
        self.rule.weekdays.sort_unstable();
        self.rule.weekdays.dedup();
    }

    /// What must not stand together.
    fn check(&mut self) {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let rule = &self.rule;
        let frequency = rule.frequency;
        let ordinals = rule.weekdays.iter().any(|weekday| weekday.ordinal != 0);
        let selects = self.seen.iter().any(|name| name.starts_with("BY") && *name != "BYSETPOS");
        let wrong = [
            (
                rule.count.is_some() && rule.until.is_some(),
                "`COUNT` and `UNTIL` both end it: write one of them",
            ),
            (
                !rule.weeks.is_empty() && frequency != Yearly,
                "`BYWEEKNO` stands in yearly rules only",
            ),
            (
                !rule.year_days.is_empty() && frequency != Yearly,
                "`BYYEARDAY` stands in yearly rules only",
            ),
            (
                !rule.month_days.is_empty() && frequency == Weekly,
                "`BYMONTHDAY` cannot stand in a weekly rule",
            ),
            (
                ordinals && matches!(frequency, Daily | Weekly),
                "`BYDAY` counts weekdays (`1MO`) in monthly and yearly rules only",
            ),
            (
                ordinals && !rule.weeks.is_empty(),
                "`BYDAY` cannot count weekdays (`1MO`) beside `BYWEEKNO`",
            ),
            (
                frequency == Monthly && rule.weekdays.iter().any(|day| day.ordinal.abs() > 5),
                "no month has six of one weekday",
            ),
            (
                !rule.positions.is_empty() && !selects,
                "`BYSETPOS` chooses from what another `BY...` part selects: write that, too",
            ),
        ];
        for (_, message) in wrong.into_iter().filter(|(is_wrong, _)| *is_wrong) {
            self.malformed(message.to_owned());
        }
        self.check_ambiguous();
    }

    /// What RFC 5545 can be read to mean in two ways, and calendars do: one takes the missing part
    /// from the first start, the other takes every month or weekday. A freeze must not depend on
    /// which calendar it was drawn up in.
    fn check_ambiguous(&mut self) {
        let rule = &self.rule;
        let is_yearly = rule.frequency == Frequency::Yearly;
        let has_dates = !rule.month_days.is_empty();
        let has_days = !rule.year_days.is_empty();
        let has_weeks = !rule.weeks.is_empty();
        let of_no_month = is_yearly && has_dates && rule.months.is_empty();
        let ambiguous = [
            (
                of_no_month && !has_days && !has_weeks,
                "`BYMONTHDAY` in a yearly rule does not say of which months: write `BYMONTH`, too",
            ),
            (
                has_weeks && rule.weekdays.is_empty() && !has_dates && !has_days,
                "`BYWEEKNO` does not say which days of the week: write `BYDAY`, too",
            ),
        ];
        for (_, message) in ambiguous.into_iter().filter(|(is_ambiguous, _)| *is_ambiguous) {
            self.problems.push(Problem::new(ErrorCode::RecurrenceUnsupported, message));
        }
    }
}

fn digits(text: &str, most: usize) -> Option<i64> {
    let plain = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn signed_digits(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(rest) => digits(rest, 3).map(|number| -number),
        None => digits(text.strip_prefix('+').unwrap_or(text), 3),
    }
}

fn weekday(text: &str) -> Option<i64> {
    let number = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|day| *day == text)?;
    i64::try_from(number).ok()
}

/// Reads `20261231T230000`, with a `Z` for UTC. A date alone is refused: what begins at a time of
/// day cannot end with a date, which some would read as its first instant and some as its last.
fn until(text: &str) -> Option<Until> {
    let (body, is_utc) = text.strip_suffix('Z').map_or((text, false), |body| (body, true));
    let (date, time) = body.split_once('T')?;
    digits(date, 8).zip(digits(time, 6))?;
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..8)?,
        time.get(..2)?,
        time.get(2..4)?,
        time.get(4..6)?
    );
    if is_utc {
        format!("{spelled}Z").parse().ok().map(Until::Instant)
    } else {
        spelled.parse().ok().map(Until::Local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let rule =
            parse("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,MO,+2TU,MO;BYHOUR=9,8;WKST=SU;").unwrap();
        assert_eq!(rule.frequency, Frequency::Monthly);
        assert_eq!((rule.interval, rule.week_start), (2, 6));
        let days: Vec<_> = rule.weekdays.iter().map(|w| (w.ordinal, w.day)).collect();
        assert_eq!(days, [(-1, 4), (0, 0), (2, 1)]);
        assert_eq!(rule.hours, [8, 9]);
        let rule = parse("FREQ=DAILY;UNTIL=20261231T230000Z").unwrap();
        let end: Instant = "2026-12-31T23:00:00Z".parse().unwrap();
        assert_eq!(rule.until, Some(Until::Instant(end)));
    }

    #[test]
    fn what_rfc_5545_forbids_is_refused() {
        for text in [
            "",
            ";",
            "FREQ",
            "BYDAY=MO",
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ=daily",
            "RRULE:FREQ=DAILY",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=+5",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;COUNT=5;UNTIL=20261231T230000Z",
            "FREQ=DAILY;UNTIL=20261231",
            "FREQ=DAILY;UNTIL=20260230T000000Z",
            "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYMONTH=-1",
            "FREQ=DAILY;BYMONTH=",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=YEARLY;BYDAY=0MO",
            "FREQ=YEARLY;BYDAY=54MO",
            "FREQ=MONTHLY;BYDAY=6MO",
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "FREQ=MONTHLY;BYYEARDAY=1",
            "FREQ=MONTHLY;BYWEEKNO=1",
            "FREQ=YEARLY;BYSETPOS=1",
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
            "FREQ=DAILY;BYSECOND=60",
            "FREQ=DAILY;X=1",
            "FREQ=DAILY; COUNT=1",
            "FREQ=YEARLY;BYDAY=M\u{d6}",
            "FREQ=YEARLY;BYDAY=\u{20ac}",
            "FREQ=DAILY;UNTIL=\u{20ac}0T\u{20ac}000Z",
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::RecurrenceMalformed, "{text}");
        }
        for text in [
            "FREQ=HOURLY",
            "FREQ=MINUTELY;INTERVAL=90",
            "FREQ=SECONDLY",
            "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR",
            "FREQ=YEARLY;BYWEEKNO=52",
        ] {
            assert_eq!(parse(text).unwrap_err().code(), ErrorCode::RecurrenceUnsupported);
        }
        let long = format!("FREQ=DAILY;BYMONTH={}1", "1,".repeat(RECURRENCE_BYTES_MAX));
        assert_eq!(parse(&long).unwrap_err().code(), ErrorCode::StringTooLong);
    }

    #[test]
    fn every_problem_is_told() {
        let error = parse("FREQ=OFTEN;BYMONTH=13,14;COUNT=x;HOW=WHY").unwrap_err();
        assert_eq!(error.problems().len(), 5);
    }
}
