//! What a recurrence rule gives: starts as seconds on the clock on the wall.
//!
//! A rule divides time into periods: days, weeks, months or years, of which every so many count.
//! Each period holds a set of days and one set of times for all of them, so the starts of a period
//! are a product that is never written out. Finding the start next to any time is going to its
//! period and looking from there: how far it is from the first start does not matter.

use chrono::{Datelike, NaiveDate};

use super::rule::{Frequency, Rule, Weekday};
use super::steps::{Spent, Steps};
use crate::base::LocalTime;
use crate::base::error::{Error, ErrorCode, Result};

pub(super) const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Days from the first day of chrono to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// A rule with the first start that it counts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    rule: Rule,
    /// Nothing starts before.
    first: i64,
    /// Nothing starts after; where `COUNT` ends it, the last that counts.
    last: i64,
    /// The number of the period in which the first start lies.
    base: i64,
}

impl Series {
    /// Completes a rule by its first start: what the rule leaves open is taken from there. Nothing
    /// starts after `last`.
    ///
    /// Where `COUNT` ends the rule, the last start is looked up now, so that later questions can
    /// jump.
    pub(super) fn new(rule: Rule, first: i64, last: i64) -> Result<Self> {
        let mut series = Series { rule, first, last, base: 0 };
        series.complete();
        series.base = series.period_of(first.div_euclid(DAY_SECONDS));
        if let Some(count) = series.rule.count {
            let found = series.last_of(count).map_err(|_| {
                let message = "the last start that `COUNT` counts to lies further away than is \
                               looked: write `UNTIL`";
                Error::new(ErrorCode::RecurrenceTooLong, message)
            })?;
            series.last = last.min(found);
        }
        Ok(series)
    }

    /// The first start at or after a time and not after another one.
    pub(super) fn at_or_after(
        &self,
        time: i64,
        latest: i64,
        steps: &mut Steps,
    ) -> Result<Option<i64>, Spent> {
        let (time, latest) = (time.max(self.first), latest.min(self.last));
        let mut number = self.number_at_or_after(time);
        if time > latest {
            return Ok(None);
        }
        loop {
            let (from, length) = self.period(number);
            if from.saturating_mul(DAY_SECONDS) > latest {
                return Ok(None);
            }
            steps.take(length, from.saturating_mul(DAY_SECONDS).max(time))?;
            let set = self.set(from, length);
            if let Some(start) = self.element(&set, self.before(&set, time)) {
                return Ok(Some(start).filter(|start| *start <= latest));
            }
            number += self.rule.interval;
        }
    }

    /// The last start at or before a time and not before another one.
    pub(super) fn at_or_before(
        &self,
        time: i64,
        earliest: i64,
        steps: &mut Steps,
    ) -> Result<Option<i64>, Spent> {
        let (time, earliest) = (time.min(self.last), earliest.max(self.first));
        if time < earliest {
            return Ok(None);
        }
        let passed = self.period_of(time.div_euclid(DAY_SECONDS)) - self.base;
        let mut number = self.base + passed - passed.rem_euclid(self.rule.interval);
        while number >= self.base {
            let (from, length) = self.period(number);
            let end = from.saturating_add(length).saturating_mul(DAY_SECONDS);
            if end <= earliest {
                break;
            }
            steps.take(length, end.min(time))?;
            let set = self.set(from, length);
            let index = self.before(&set, time.saturating_add(1)).checked_sub(1);
            if let Some(start) = index.and_then(|index| self.element(&set, index)) {
                return Ok(Some(start).filter(|start| *start >= earliest));
            }
            number -= self.rule.interval;
        }
        Ok(None)
    }

    /// The start that is so many'th, or the end of time if there are fewer.
    fn last_of(&self, count: u64) -> Result<i64, Spent> {
        let mut steps = Steps::new();
        let mut left = count;
        let mut number = self.base;
        loop {
            let (from, length) = self.period(number);
            if from.saturating_mul(DAY_SECONDS) > LocalTime::LAST.seconds() {
                return Ok(LocalTime::LAST.seconds());
            }
            steps.take(length, from.saturating_mul(DAY_SECONDS))?;
            let set = self.set(from, length);
            let early = self.before(&set, self.first);
            let here = self.size(&set).saturating_sub(early);
            if here >= left {
                let index = early.saturating_add(left).saturating_sub(1);
                return Ok(self.element(&set, index).unwrap_or(LocalTime::LAST.seconds()));
            }
            left = left.saturating_sub(here);
            number += self.rule.interval;
        }
    }

    /// Takes what the rule leaves open from its first start (RFC 5545: "information ... not
    /// specified is derived from `DTSTART`").
    fn complete(&mut self) {
        let time = self.first.rem_euclid(DAY_SECONDS);
        let day = Day::of(self.first.div_euclid(DAY_SECONDS));
        let rule = &mut self.rule;
        for (list, value) in [
            (&mut rule.hours, time / 3600),
            (&mut rule.minutes, time / 60 % 60),
            (&mut rule.seconds, time % 60),
        ] {
            if list.is_empty() {
                list.push(value);
            }
        }
        let days_open =
            rule.weekdays.is_empty() && rule.month_days.is_empty() && rule.year_days.is_empty();
        if !days_open || rule.frequency == Frequency::Daily {
            return;
        }
        if rule.frequency == Frequency::Weekly {
            rule.weekdays.push(Weekday { ordinal: 0, day: day.weekday });
            return;
        }
        rule.month_days.push(day.month_day);
        if rule.frequency == Frequency::Yearly && rule.months.is_empty() {
            rule.months.push(day.month);
        }
    }
}

/// Periods, numbered: days and weeks from 1970, months from year 0, years by their own number.
impl Series {
    /// A rule by weeks has years of whole weeks, as ISO 8601 has them, with its own first weekday.
    fn by_weeks(&self) -> bool {
        !self.rule.weeks.is_empty()
    }

    fn period_of(&self, day: i64) -> i64 {
        match self.rule.frequency {
            Frequency::Daily => day,
            // 1970-01-01 was a Thursday, which is weekday 3.
            Frequency::Weekly => (day + 3 - self.rule.week_start).div_euclid(7),
            Frequency::Monthly => Day::of(day).month_number(),
            Frequency::Yearly => {
                let year = Day::of(day).year;
                if !self.by_weeks() {
                    return year;
                }
                let late = i64::from(day >= self.first_week(year + 1));
                let early = i64::from(day < self.first_week(year));
                year + late - early
            }
        }
    }

    /// The first day of a period, and how many days it has.
    fn period(&self, number: i64) -> (i64, i64) {
        match self.rule.frequency {
            Frequency::Daily => (number, 1),
            Frequency::Weekly => (number * 7 - 3 + self.rule.week_start, 7),
            Frequency::Monthly => {
                let first = |number: i64| day_of(number.div_euclid(12), number.rem_euclid(12) + 1);
                (first(number), first(number + 1) - first(number))
            }
            Frequency::Yearly if self.by_weeks() => {
                let first = self.first_week(number);
                (first, self.first_week(number + 1) - first)
            }
            Frequency::Yearly => (day_of(number, 1), day_of(number + 1, 1) - day_of(number, 1)),
        }
    }

    /// The first day of the first week of a year: the one that has at least four days in it.
    fn first_week(&self, year: i64) -> i64 {
        let fourth = day_of(year, 1) + 3;
        fourth - (weekday_of(fourth) - self.rule.week_start).rem_euclid(7)
    }

    /// The first period that counts and does not end before a time.
    fn number_at_or_after(&self, time: i64) -> i64 {
        let passed = self.period_of(time.div_euclid(DAY_SECONDS)) - self.base;
        let interval = self.rule.interval;
        self.base + passed.max(0).saturating_add(interval - 1).div_euclid(interval) * interval
    }
}

/// The starts of one period: days, and which of all the starts on them count.
struct Set {
    days: Vec<i64>,
    /// In order, each once; all of them, if the rule does not choose by position.
    chosen: Option<Vec<u64>>,
}

impl Series {
    fn set(&self, from: i64, length: i64) -> Set {
        let days = (from..from.saturating_add(length))
            .filter(|day| self.selects(&Day::of(*day), from, length))
            .collect();
        let mut set = Set { days, chosen: None };
        if !self.rule.positions.is_empty() {
            let size = self.size(&set);
            let place = |position: &i64| {
                let index = position.unsigned_abs().checked_sub(1)?;
                let index =
                    if *position > 0 { index } else { size.checked_sub(1)?.checked_sub(index)? };
                (index < size).then_some(index)
            };
            let mut chosen: Vec<u64> = self.rule.positions.iter().filter_map(place).collect();
            chosen.sort_unstable();
            chosen.dedup();
            set.chosen = Some(chosen);
        }
        set
    }

    /// Whether a day of a period is one of the rule's. A list that is empty asks for nothing.
    fn selects(&self, day: &Day, from: i64, length: i64) -> bool {
        let rule = &self.rule;
        let listed = |list: &[i64], number: i64, size: i64| {
            list.is_empty()
                || list.binary_search(&number).is_ok()
                || list.binary_search(&(number - size - 1)).is_ok()
        };
        let week = (day.number - from).div_euclid(7) + 1;
        (rule.months.is_empty() || rule.months.binary_search(&day.month).is_ok())
            && (rule.weeks.is_empty() || listed(&rule.weeks, week, length / 7))
            && listed(&rule.year_days, day.year_day, day.year_length)
            && listed(&rule.month_days, day.month_day, day.month_length)
            && (rule.weekdays.is_empty() || rule.weekdays.iter().any(|wanted| self.is(day, wanted)))
    }

    /// Whether a day is a weekday of the rule; one with an ordinal is counted within the month
    /// where the rule is monthly or names months, else within the year.
    fn is(&self, day: &Day, wanted: &Weekday) -> bool {
        let rule = &self.rule;
        let in_month = rule.frequency == Frequency::Monthly || !rule.months.is_empty();
        let (place, length) = if in_month {
            (day.month_day, day.month_length)
        } else {
            (day.year_day, day.year_length)
        };
        day.weekday == wanted.day
            && match wanted.ordinal {
                0 => true,
                ordinal if ordinal > 0 => (place - 1) / 7 + 1 == ordinal,
                ordinal => (length - place) / 7 + 1 == -ordinal,
            }
    }

    fn times(&self) -> u64 {
        let rule = &self.rule;
        let sizes = [rule.hours.len(), rule.minutes.len(), rule.seconds.len()];
        sizes.into_iter().map(|size| size as u64).product()
    }

    fn size(&self, set: &Set) -> u64 {
        let all = (set.days.len() as u64).saturating_mul(self.times());
        set.chosen.as_ref().map_or(all, |chosen| chosen.len() as u64)
    }

    fn element(&self, set: &Set, index: u64) -> Option<i64> {
        let index = match &set.chosen {
            Some(chosen) => *chosen.get(usize::try_from(index).ok()?)?,
            None => index,
        };
        let rule = &self.rule;
        let (mut rest, mut time) = (index, 0);
        for (list, unit) in [(&rule.seconds, 1), (&rule.minutes, 60), (&rule.hours, 3600)] {
            let size = list.len() as u64;
            time += list.get(usize::try_from(rest.checked_rem(size)?).ok()?)? * unit;
            rest = rest.checked_div(size)?;
        }
        let day = *set.days.get(usize::try_from(rest).ok()?)?;
        Some(day * DAY_SECONDS + time)
    }

    /// How many starts of a set lie before a time, by halving.
    fn before(&self, set: &Set, time: i64) -> u64 {
        let (mut low, mut high) = (0, self.size(set));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.element(set, middle).is_some_and(|start| start < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// What the parts of a rule ask about a day.
struct Day {
    number: i64,
    year: i64,
    month: i64,
    month_day: i64,
    month_length: i64,
    year_day: i64,
    year_length: i64,
    weekday: i64,
}

impl Day {
    fn of(number: i64) -> Self {
        let days = i32::try_from(number).unwrap_or(0).saturating_add(EPOCH_FROM_CE);
        let date = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or_default();
        let leap = date.leap_year();
        let month_length = match date.month() {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + i64::from(leap),
            _ => 31,
        };
        Day {
            number,
            year: i64::from(date.year()),
            month: i64::from(date.month()),
            month_day: i64::from(date.day()),
            month_length,
            year_day: i64::from(date.ordinal()),
            year_length: 365 + i64::from(leap),
            weekday: weekday_of(number),
        }
    }

    fn month_number(&self) -> i64 {
        self.year * 12 + self.month - 1
    }
}

fn weekday_of(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The number of the first day of a month; one far away, where no calendar reaches.
fn day_of(year: i64, month: i64) -> i64 {
    let year = i32::try_from(year).ok();
    let month = u32::try_from(month).ok();
    let date = year.zip(month).and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
    date.map_or(i64::from(i32::MAX), |date| {
        i64::from(date.num_days_from_ce()) - i64::from(EPOCH_FROM_CE)
    })
}
