//! Exact numbers: probabilities in parts per billion, log-odds in billionths.

use std::fmt;

use super::error::{Error, ErrorCode, Result, shown};
use super::text::as_text;

const BILLION: u32 = 1_000_000_000;

/// A probability in parts per billion, written as a decimal string such as `"0.05"`.
///
/// Two probabilities are equal exactly if their texts are; no rounding happens between a score
/// and a gate but the one that the gate states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(u32);

impl Probability {
    /// Impossible.
    pub const ZERO: Probability = Probability(0);
    /// Certain.
    pub const ONE: Probability = Probability(BILLION);

    /// So many parts per billion; certain if that is more than a billion.
    #[must_use]
    pub fn from_parts_per_billion(parts: u32) -> Self {
        Probability(parts.min(BILLION))
    }

    /// The parts per billion.
    #[must_use]
    pub const fn parts_per_billion(self) -> u32 {
        self.0
    }

    /// The same to six decimals, half away from zero: the precision at which gates compare.
    #[must_use]
    pub fn to_millionths(self) -> Self {
        Probability(self.0.saturating_add(500) / 1000 * 1000)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:09}", self.0 % BILLION);
        match digits.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / BILLION),
            fraction => write!(f, "{}.{fraction}", self.0 / BILLION),
        }
    }
}

impl std::str::FromStr for Probability {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = billionths(text).and_then(|parts| u32::try_from(parts).ok());
        parts.filter(|parts| *parts <= BILLION).map(Probability).ok_or_else(|| {
            let shown = shown(text);
            Error::new(
                ErrorCode::DecimalMalformed,
                format!("`{shown}` is no probability: write a decimal of 0 to 1 such as `0.05`"),
            )
        })
    }
}

/// Log-odds in billionths: what contributions to a risk score are added up in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogOdds(i64);

impl LogOdds {
    /// So many billionths.
    #[must_use]
    pub const fn from_billionths(billionths: i64) -> Self {
        LogOdds(billionths)
    }

    /// The billionths.
    #[must_use]
    pub const fn billionths(self) -> i64 {
        self.0
    }

    /// The sum, kept in range.
    #[must_use]
    pub const fn plus(self, other: LogOdds) -> Self {
        LogOdds(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for LogOdds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = format!("{:09}", magnitude % u64::from(BILLION));
        let whole = magnitude / u64::from(BILLION);
        match digits.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

impl std::str::FromStr for LogOdds {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let value = billionths(digits).and_then(|value| i64::try_from(value).ok());
        value
            .map(|value| LogOdds(if negative { -value } else { value }))
            .filter(|value| !(negative && value.0 == 0))
            .ok_or_else(|| {
                let shown = shown(text);
                Error::new(
                    ErrorCode::DecimalMalformed,
                    format!("`{shown}` is no decimal of at most nine places"),
                )
            })
    }
}

/// A number of failures to be expected, in billionths: what probabilities add up to. Written as a
/// decimal string such as `"2.5"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failures(u64);

impl Failures {
    /// So many billionths.
    #[must_use]
    pub const fn from_billionths(billionths: u64) -> Self {
        Failures(billionths)
    }

    /// The billionths.
    #[must_use]
    pub const fn billionths(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:09}", self.0 % u64::from(BILLION));
        match digits.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / u64::from(BILLION)),
            fraction => write!(f, "{}.{fraction}", self.0 / u64::from(BILLION)),
        }
    }
}

impl std::str::FromStr for Failures {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        billionths(text).map(Failures).ok_or_else(|| {
            let shown = shown(text);
            Error::new(
                ErrorCode::DecimalMalformed,
                format!("`{shown}` is no number of failures: write a decimal such as `2.5`"),
            )
        })
    }
}

/// Reads a plain decimal of at most nine places as billionths.
fn billionths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let parts = match fraction {
        None => 0,
        Some(fraction) if digits(fraction) && fraction.len() <= 9 => {
            format!("{fraction:0<9}").parse::<u64>().ok()?
        }
        Some(_) => return None,
    };
    whole.parse::<u64>().ok()?.checked_mul(u64::from(BILLION))?.checked_add(parts)
}

as_text!(Probability, {"type": "string", "pattern": r"^(0(\.[0-9]{1,9})?|1(\.0{1,9})?)$"});
as_text!(Failures, {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]{1,9})?$"});
as_text!(LogOdds, {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,9})?$"});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_both_ways() {
        for (text, parts) in [("0", 0), ("0.05", 50_000_000), ("1", BILLION), ("0.000000001", 1)] {
            let probability: Probability = text.parse().unwrap();
            assert_eq!(probability.parts_per_billion(), parts);
            assert_eq!(probability.to_string(), text);
        }
        for bad in
            ["", ".5", "0.", "1.000000001", "2", "-0.1", "1e-3", "00.1", "NaN", "0.0000000001"]
        {
            assert!(bad.parse::<Probability>().is_err(), "{bad}");
        }
        for text in ["-0.000000001", "2.5", "0", "-13"] {
            assert_eq!(text.parse::<LogOdds>().unwrap().to_string(), text);
        }
        assert!("-0".parse::<LogOdds>().is_err());
    }

    #[test]
    fn gates_compare_at_six_decimals() {
        let near = Probability::from_parts_per_billion(49_999_500);
        assert_eq!(near.to_millionths().to_string(), "0.05");
        assert_eq!(Probability::ONE.to_millionths(), Probability::ONE);
    }
}
