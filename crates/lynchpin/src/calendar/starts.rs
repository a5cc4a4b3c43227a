//! The starts of one recurring occasion, in order, as seconds since 1970 UTC.

use super::rule::{Rule, Until};
use super::series::{DAY_SECONDS, Series};
use super::steps::{Spent, Steps};
use super::zone::{SHIFT_MAX, Stretch, Zone};
use crate::base::error::Result;
use crate::base::{LocalDateOrTime, LocalTime};

/// Longer than two shifts of a clock, so that what lies further away cannot be hidden by one.
const NEAR: i64 = 4 * SHIFT_MAX;

/// When a recurring occasion starts: the rule and the times beside it, less what is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Starts {
    zone: Zone,
    series: Option<Series>,
    /// Starts beside those of the rule, sorted.
    also: Vec<i64>,
    days_out: Vec<i64>,
    times_out: Vec<i64>,
    /// The last local time at which anything starts.
    last: i64,
    /// The last second at which the rule starts anything, where it says so in UTC.
    rule_ends: Option<i64>,
}

/// What the starts are made of.
pub(super) struct Parts<'a> {
    pub(super) zone: Zone,
    pub(super) first: LocalTime,
    pub(super) rule: Option<Rule>,
    pub(super) also: &'a [LocalTime],
    pub(super) except: &'a [LocalDateOrTime],
    pub(super) until: Option<LocalTime>,
}

impl Starts {
    pub(super) fn new(parts: Parts<'_>) -> Result<Self> {
        let first = parts.first.seconds();
        let mut also: Vec<i64> = parts.also.iter().map(|time| time.seconds()).collect();
        let (mut days_out, mut times_out) = (Vec::new(), Vec::new());
        for out in parts.except {
            match out {
                LocalDateOrTime::Date(date) => days_out.push(date.days()),
                LocalDateOrTime::Time(time) => times_out.push(time.seconds()),
            }
        }
        let last = parts.until.unwrap_or(LocalTime::LAST).seconds();
        let (mut rule_ends, mut series) = (None, None);
        if let Some(rule) = parts.rule {
            let rule_last = match rule.until {
                Some(Until::Instant(at)) => {
                    let end = at.micros().div_euclid(1_000_000);
                    rule_ends = Some(end);
                    last_local(&parts.zone, end).min(last)
                }
                Some(Until::Local(time)) => time.seconds().min(last),
                None => last,
            };
            series = Some(Series::new(rule, first, rule_last)?);
        } else {
            also.push(first);
        }
        for list in [&mut also, &mut days_out, &mut times_out] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(Starts { zone: parts.zone, series, also, days_out, times_out, last, rule_ends })
    }

    /// The last start at or before a second and not before another one.
    ///
    /// Local times do not order as their instants do where clocks change, but two of them are out
    /// of order only if they lie within one shift of each other.
    pub(super) fn last_up_to(
        &self,
        at: i64,
        earliest: i64,
        steps: &mut Steps,
    ) -> Result<Option<i64>, Spent> {
        let near = earliest.max(at.saturating_sub(NEAR));
        if let Some(start) = self.last_within(near, at, steps)? {
            return Ok(Some(start));
        }
        if near <= earliest {
            return Ok(None);
        }
        let local = self.local_before(near + SHIFT_MAX, earliest - SHIFT_MAX, steps)?;
        let Some(second) = local.map(|local| self.zone.seconds(local)) else { return Ok(None) };
        let last = near.min(second + SHIFT_MAX);
        self.last_within(second.max(earliest), last, steps)
    }

    /// The first start at or after a second.
    pub(super) fn first_from(&self, at: i64, steps: &mut Steps) -> Result<Option<i64>, Spent> {
        let near = at.saturating_add(NEAR);
        if let Some(start) = self.first_within(at, near, steps)? {
            return Ok(Some(start));
        }
        let local = self.local_after(near - SHIFT_MAX, self.last, steps)?;
        let Some(second) = local.map(|local| self.zone.seconds(local)) else { return Ok(None) };
        self.first_within(near.max(second - SHIFT_MAX), second, steps)
    }

    /// The last start within seconds, both included.
    fn last_within(&self, from: i64, to: i64, steps: &mut Steps) -> Result<Option<i64>, Spent> {
        let mut best = None;
        if from > to {
            return Ok(best);
        }
        for stretch in self.zone.stretches(from - SHIFT_MAX, to) {
            let low = (from + stretch.offset).max(stretch.from_local.unwrap_or(i64::MIN));
            let high = (to + stretch.offset).min(stretch.to_local.map_or(i64::MAX, |end| end - 1));
            let local = self.local_before(high, low, steps)?;
            best = best.max(local.map(|local| local - stretch.offset));
        }
        Ok(best)
    }

    /// The first start within seconds, both included.
    fn first_within(&self, from: i64, to: i64, steps: &mut Steps) -> Result<Option<i64>, Spent> {
        let mut best: Option<i64> = None;
        if from > to {
            return Ok(best);
        }
        for stretch in self.zone.stretches(from - SHIFT_MAX, to) {
            let low = (from + stretch.offset).max(stretch.from_local.unwrap_or(i64::MIN));
            let high = (to + stretch.offset).min(stretch.to_local.map_or(i64::MAX, |end| end - 1));
            let local = self.local_after(low, high, steps)?;
            if let Some(start) = local.map(|local| local - stretch.offset) {
                best = Some(best.map_or(start, |best| best.min(start)));
            }
        }
        Ok(best)
    }
}

/// The last local time that is not later than a second. Times skipped shortly before it may be.
fn last_local(zone: &Zone, second: i64) -> i64 {
    let stretches = zone.stretches(second - SHIFT_MAX, second);
    let last = |stretch: &Stretch| {
        let end = stretch.to_local.map_or(i64::MAX, |end| end - 1);
        end.min(second + stretch.offset)
    };
    stretches.iter().map(last).max().unwrap_or(second)
}

/// The same on the clock on the wall.
impl Starts {
    fn local_before(
        &self,
        time: i64,
        earliest: i64,
        steps: &mut Steps,
    ) -> Result<Option<i64>, Spent> {
        let mut time = time.min(self.last);
        while time >= earliest {
            let beside = self.also.partition_point(|also| *also <= time).checked_sub(1);
            let beside = beside.and_then(|index| self.also.get(index)).copied();
            let beside = beside.filter(|also| *also >= earliest);
            let of_rule = match &self.series {
                Some(series) => series.at_or_before(time, earliest, steps)?,
                None => None,
            };
            let Some(start) = beside.max(of_rule) else { return Ok(None) };
            if self.counts(start, beside == Some(start)) {
                return Ok(Some(start));
            }
            steps.take(1, start)?;
            time = self.passed_by(start).map_or(start, |day| day * DAY_SECONDS) - 1;
        }
        Ok(None)
    }

    fn local_after(&self, time: i64, latest: i64, steps: &mut Steps) -> Result<Option<i64>, Spent> {
        let (mut time, latest) = (time, latest.min(self.last));
        while time <= latest {
            let beside = self.also.partition_point(|also| *also < time);
            let beside = self.also.get(beside).copied();
            let of_rule = match &self.series {
                Some(series) => series.at_or_after(time, latest, steps)?,
                None => None,
            };
            let start = match (beside, of_rule) {
                (Some(beside), Some(of_rule)) => beside.min(of_rule),
                (Some(start), None) | (None, Some(start)) => start,
                (None, None) => return Ok(None),
            };
            if start > latest {
                return Ok(None);
            }
            if self.counts(start, beside == Some(start)) {
                return Ok(Some(start));
            }
            steps.take(1, start)?;
            time = self.passed_by(start).map_or(start, |day| (day + 1) * DAY_SECONDS - 1) + 1;
        }
        Ok(None)
    }

    /// The day of a start, if all of it is left out.
    fn passed_by(&self, start: i64) -> Option<i64> {
        let day = start.div_euclid(DAY_SECONDS);
        self.days_out.binary_search(&day).is_ok().then_some(day)
    }

    fn counts(&self, start: i64, is_beside: bool) -> bool {
        let in_time = is_beside || self.rule_ends.is_none_or(|end| self.zone.seconds(start) <= end);
        in_time && self.passed_by(start).is_none() && self.times_out.binary_search(&start).is_err()
    }
}
