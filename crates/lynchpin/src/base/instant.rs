//! Exact time: instants in UTC, durations, and "never".

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::error::{Error, ErrorCode, Result, shown};
use super::text::as_text;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
///
/// Written `2026-11-03T10:00:00Z`, with no fraction or with six digits of it. Offsets, leap
/// seconds, dates without a time and lower-case letters are refused, so that one instant has one
/// spelling.
///
/// ```
/// use lynchpin::base::{Instant, Span};
///
/// let start: Instant = "2026-11-03T10:00:00Z".parse()?;
/// let soaked = start.after("48h".parse::<Span>()?);
/// assert_eq!(soaked.to_string(), "2026-11-05T10:00:00Z");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 1970-01-01T00:00:00Z, the first instant there is.
    pub const EPOCH: Instant = Instant(0);
    /// 9999-12-31T23:59:59.999999Z, the last instant there is.
    pub const LAST: Instant = Instant(253_402_300_799_999_999);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::InstantMalformed`] before 1970 or after 9999.
    pub fn from_micros(micros: i64) -> Result<Self> {
        if (0..=Self::LAST.0).contains(&micros) {
            return Ok(Instant(micros));
        }
        Err(Error::new(
            ErrorCode::InstantMalformed,
            format!("`{micros}` microseconds are outside of the years 1970 to 9999"),
        ))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant a duration later; the last instant if that is beyond the year 9999.
    #[must_use]
    pub fn after(self, span: Span) -> Self {
        Instant(self.0.saturating_add(span.0).min(Self::LAST.0))
    }

    /// The instant a duration earlier; the first instant if that is before the year 1970.
    #[must_use]
    pub fn before(self, span: Span) -> Self {
        Instant(self.0.saturating_sub(span.0).max(Self::EPOCH.0))
    }

    /// How long it is from `earlier` to this instant; zero if that lies later.
    #[must_use]
    pub fn since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }

    /// The same instant for chrono, for calendars and display.
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Takes an instant from chrono, cut to whole microseconds.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::InstantMalformed`] before 1970 or after 9999.
    pub fn from_chrono(time: DateTime<Utc>) -> Result<Self> {
        Self::from_micros(time.timestamp_micros())
    }
}

impl std::str::FromStr for Instant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            let shown = shown(text);
            Error::new(
                ErrorCode::InstantMalformed,
                format!("`{shown}` is no instant: write UTC such as `2026-11-03T10:00:00Z`"),
            )
        })
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` and nothing else.
fn parse(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    let shape: &[u8] = match bytes.len() {
        20 => b"dddd-dd-ddTdd:dd:ddZ",
        27 => b"dddd-dd-ddTdd:dd:dd.ddddddZ",
        _ => return None,
    };
    let fits =
        |(byte, want): (&u8, &u8)| if *want == b'd' { byte.is_ascii_digit() } else { byte == want };
    if !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    let micro = if bytes.len() == 27 { number(20, 26)? } else { 0 };
    let time =
        NaiveTime::from_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, micro)?;
    Instant::from_micros(date.and_time(time).and_utc().timestamp_micros()).ok()
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form =
            if self.0 % SECOND == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
        write!(f, "{}", self.to_chrono().format(form))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A length of time, written as a whole number and `s`, `m`, `h` or `d`: `90m`, `48h`, `14d`.
///
/// A day is 24 hours here; working days are a matter of calendars.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many whole seconds; the longest span there is if that is too many.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Self {
        Span(i64::from(seconds).saturating_mul(SECOND))
    }

    /// The span in microseconds, never negative.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl std::str::FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_span(text).map(Span).ok_or_else(|| {
            let shown = shown(text);
            Error::new(
                ErrorCode::SpanMalformed,
                format!("`{shown}` is no duration: write a whole number and `s`, `m`, `h` or `d`"),
            )
        })
    }
}

fn parse_span(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b's' => SECOND,
        b'm' => MINUTE,
        b'h' => HOUR,
        b'd' => DAY,
        _ => return None,
    };
    let digits = text.get(..text.len().checked_sub(1)?)?;
    let plain = digits == "0" || !digits.starts_with('0');
    if digits.is_empty() || !plain || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (micros <= Instant::LAST.0).then_some(micros)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')];
        let (unit, letter) = units
            .into_iter()
            .find(|(unit, _)| self.0 != 0 && self.0 % unit == 0)
            .unwrap_or((SECOND, 's'));
        write!(f, "{}{letter}", self.0 / unit)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An instant or never, for everything that may have no end. Never is later than every instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// At that instant.
    At(Instant),
    /// Not at any time.
    Never,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::At(instant) => fmt::Display::fmt(instant, f),
            When::Never => f.write_str("never"),
        }
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for When {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "never" { Ok(When::Never) } else { text.parse().map(When::At) }
    }
}

as_text!(Instant, {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z$",
});
as_text!(Span, {"type": "string", "pattern": "^(0|[1-9][0-9]*)[smhd]$"});
as_text!(When, {
    "type": "string",
    "pattern": r"^(never|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z)$",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_instant() {
        for text in
            ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59.000001Z", "9999-12-31T23:59:59.999999Z"]
        {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
        }
        assert_eq!("9999-12-31T23:59:59.999999Z".parse::<Instant>().unwrap(), Instant::LAST);
        for bad in [
            "",
            "2026-11-03",
            "2026-11-03T10:00:00",
            "2026-11-03t10:00:00z",
            "2026-11-03T10:00:00+00:00",
            "2026-11-03T10:00:60Z",
            "2026-11-03T24:00:00Z",
            "2026-02-29T10:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-11-03T10:00:00.5Z",
            "2026-11-03T10:00:00,500000Z",
            "+026-11-03T10:00:00Z",
            "2026-11-03T10:00:0\u{664}Z",
            "20261103T100000Z0000",
        ] {
            assert!(bad.parse::<Instant>().is_err(), "{bad}");
        }
    }

    #[test]
    fn spans_are_plain() {
        for (text, shown) in
            [("48h", "2d"), ("90m", "90m"), ("0s", "0s"), ("14d", "14d"), ("61s", "61s")]
        {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), shown);
        }
        for bad in ["", "d", "-1d", "+1d", "1.5h", "01h", "1w", "1 h", "99999999999999999999s"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn never_is_after_everything() {
        assert!(When::At(Instant::LAST) < When::Never);
        assert_eq!(Instant::LAST.after("1d".parse().unwrap()), Instant::LAST);
        assert_eq!(Instant::EPOCH.since(Instant::LAST), Span::ZERO);
    }
}
