//! What a clock on the wall shows: dates and times that belong to no zone yet.
//!
//! They stand where people plan: "every Tuesday at ten in the evening, in Berlin". Only with a zone
//! do they become instants, on the calendar floor.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike};

use super::error::{Error, ErrorCode, Result, shown};
use super::text::as_text;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A date and a time of day as a clock on the wall shows them, from 1970 to 9999.
///
/// Written `2026-01-05T22:00:00`: with seconds, with no fraction and with nothing behind it.
/// Second 60 is refused, since no clock of ours shows it.
///
/// ```
/// use lynchpin::base::LocalTime;
///
/// let start: LocalTime = "2026-01-05T22:00:00".parse()?;
/// assert_eq!(start.to_string(), "2026-01-05T22:00:00");
/// assert!("2026-01-05T22:00:00Z".parse::<LocalTime>().is_err());
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(i64);

impl LocalTime {
    /// 9999-12-31T23:59:59, the last one there is.
    pub const LAST: LocalTime = LocalTime(253_402_300_799);

    /// The time so many seconds after 1970-01-01T00:00:00 on the same wall.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LocalTimeMalformed`] before 1970 or after 9999.
    pub fn from_seconds(seconds: i64) -> Result<Self> {
        if (0..=Self::LAST.0).contains(&seconds) {
            return Ok(LocalTime(seconds));
        }
        let message = format!("`{seconds}` seconds are outside of the years 1970 to 9999");
        Err(Error::new(ErrorCode::LocalTimeMalformed, message))
    }

    /// Seconds since 1970-01-01T00:00:00 on the same wall, as if no clock were ever put back.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The date shown.
    #[must_use]
    pub const fn date(self) -> LocalDate {
        LocalDate(self.0 / DAY_SECONDS)
    }
}

impl std::str::FromStr for LocalTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        time_of(text)
            .ok_or_else(|| malformed(text, "a local time: write one such as `2026-01-05T22:00:00`"))
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = DateTime::from_timestamp(self.0, 0).unwrap_or(DateTime::UNIX_EPOCH);
        write!(f, "{}", shown.format("%Y-%m-%dT%H:%M:%S"))
    }
}

impl fmt::Debug for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A date as a calendar on the wall shows it, from 1970 to 9999, written `2026-12-24`.
///
/// ```
/// use lynchpin::base::LocalDate;
///
/// let eve: LocalDate = "2026-12-24".parse()?;
/// assert_eq!(eve.to_string(), "2026-12-24");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate(i64);

impl LocalDate {
    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0
    }
}

impl std::str::FromStr for LocalDate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        date_of(text).ok_or_else(|| malformed(text, "a date: write one such as `2026-12-24`"))
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noon = DateTime::from_timestamp(self.0.saturating_mul(DAY_SECONDS), 0);
        write!(f, "{}", noon.unwrap_or(DateTime::UNIX_EPOCH).format("%Y-%m-%d"))
    }
}

impl fmt::Debug for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A whole date or one time of it, such as what is left out of a series.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalDateOrTime {
    /// Everything that begins on that date.
    Date(LocalDate),
    /// What begins at that time.
    Time(LocalTime),
}

impl std::str::FromStr for LocalDateOrTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let date = || date_of(text).map(LocalDateOrTime::Date);
        time_of(text).map(LocalDateOrTime::Time).or_else(date).ok_or_else(|| {
            malformed(text, "a date or a local time: write `2026-12-24` or `2026-12-24T22:00:00`")
        })
    }
}

impl fmt::Display for LocalDateOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalDateOrTime::Date(date) => fmt::Display::fmt(date, f),
            LocalDateOrTime::Time(time) => fmt::Display::fmt(time, f),
        }
    }
}

impl fmt::Debug for LocalDateOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn malformed(text: &str, wanted: &str) -> Error {
    let shown = shown(text);
    Error::new(ErrorCode::LocalTimeMalformed, format!("`{shown}` is not {wanted}"))
}

/// Whether each byte is a digit where the shape has a `d`, and the shape's own elsewhere.
fn fits(text: &str, shape: &[u8]) -> bool {
    let fits =
        |(byte, want): (u8, &u8)| if *want == b'd' { byte.is_ascii_digit() } else { byte == *want };
    text.len() == shape.len() && text.bytes().zip(shape).all(fits)
}

fn number(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to)?.parse().ok()
}

/// Reads `YYYY-MM-DD` at the beginning of a text whose shape was checked.
fn leading_date(text: &str) -> Option<i64> {
    let year = i32::try_from(number(text, 0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(text, 5, 7)?, number(text, 8, 10)?)?;
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let days = date.num_days_from_ce().checked_sub(epoch.num_days_from_ce())?;
    (days >= 0).then_some(i64::from(days))
}

fn date_of(text: &str) -> Option<LocalDate> {
    if !fits(text, b"dddd-dd-dd") {
        return None;
    }
    leading_date(text).map(LocalDate)
}

fn time_of(text: &str) -> Option<LocalTime> {
    if !fits(text, b"dddd-dd-ddTdd:dd:dd") {
        return None;
    }
    let (hour, minute, second) =
        (number(text, 11, 13)?, number(text, 14, 16)?, number(text, 17, 19)?);
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    let seconds = i64::from(time.num_seconds_from_midnight());
    leading_date(text)?.checked_mul(DAY_SECONDS)?.checked_add(seconds).map(LocalTime)
}

as_text!(LocalTime, {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
});
as_text!(LocalDate, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"});
as_text!(LocalDateOrTime, {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each() {
        for text in ["1970-01-01T00:00:00", "2024-02-29T23:59:59", "9999-12-31T23:59:59"] {
            assert_eq!(text.parse::<LocalTime>().unwrap().to_string(), text);
            assert_eq!(text.parse::<LocalDateOrTime>().unwrap().to_string(), text);
        }
        for text in ["1970-01-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(text.parse::<LocalDate>().unwrap().to_string(), text);
            assert_eq!(text.parse::<LocalDateOrTime>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let bad = [
            "",
            "2026-02-29",
            "1969-12-31",
            "2026-1-05",
            "2026-01-05T22:00",
            "2026-01-05T24:00:00",
            "2026-01-05T23:59:60",
            "2026-01-05T22:00:00Z",
            "2026-01-05 22:00:00",
            "+026-01-05",
            "2026-01-05T22:00:00.5",
            "2026-01-05T22:00:00+01:00",
            "\u{661}970-01-01",
            "20260105",
        ];
        for text in bad {
            let error = text.parse::<LocalDateOrTime>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::LocalTimeMalformed, "{text}");
        }
    }

    #[test]
    fn seconds_count_what_the_wall_shows() {
        let time: LocalTime = "1970-01-02T00:00:05".parse().unwrap();
        assert_eq!(time.seconds(), 86_405);
        assert_eq!(time.date().days(), 1);
        assert_eq!(LocalTime::from_seconds(LocalTime::LAST.seconds()).unwrap(), LocalTime::LAST);
        assert!(LocalTime::from_seconds(-1).is_err());
        assert!(LocalTime::from_seconds(LocalTime::LAST.seconds() + 1).is_err());
    }
}
