//! Decimals as millionths, without a float in between: what a file says is what is taken.

use lynchpin::base::limits::INTEGER_MAX;

/// Why a text is no value of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is no decimal.
    NoNumber,
    /// It is more than can be kept.
    TooLarge,
}

/// How many digits the largest that is kept has, in millionths.
const DIGITS_MAX: i64 = 16;
/// Beyond this an exponent makes nothing of a number, or too much, however long it is written.
const EXPONENT_MAX: i64 = 1_000_000_000_000;

/// The nearest whole number of millionths, halves away from zero, as
/// [`millionths`](lynchpin::risk::learn::millionths) rounds floats.
pub fn millionths(text: &str) -> Result<i64, Unread> {
    scaled(text, 6)
}

/// The nearest probability in parts per billion, if it is one.
pub fn probability(text: &str) -> Option<u32> {
    let parts = scaled(text, 9).ok().and_then(|parts| u32::try_from(parts).ok());
    parts.filter(|parts| *parts <= 1_000_000_000)
}

/// So many decimal places of a number, as a whole one.
fn scaled(text: &str, places: i64) -> Result<i64, Unread> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power(exponent).ok_or(Unread::NoNumber)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
        return Err(Unread::NoNumber);
    }
    let digits = || whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0');
    // How many of the digits stand before the point of what is asked for.
    let written = length(whole).saturating_add(length(fraction));
    let zeros = written.saturating_sub(i64::try_from(digits().count()).unwrap_or(i64::MAX));
    let kept = length(whole).saturating_sub(zeros).saturating_add(exponent).saturating_add(places);
    if digits().next().is_none() || kept < 0 {
        return Ok(0);
    }
    if kept > DIGITS_MAX {
        return Err(Unread::TooLarge);
    }
    let kept = usize::try_from(kept).unwrap_or(0);
    let all = digits().chain(std::iter::repeat(b'0'));
    let value = |digit: u8| i64::from(digit.saturating_sub(b'0'));
    let sum = all
        .clone()
        .take(kept)
        .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(value(digit)));
    let up = i64::from(all.clone().nth(kept).is_some_and(|digit| digit >= b'5'));
    let found = sum.saturating_add(up);
    if found.unsigned_abs() > INTEGER_MAX {
        return Err(Unread::TooLarge);
    }
    Ok(if is_negative { found.saturating_neg() } else { found })
}

fn length(part: &str) -> i64 {
    i64::try_from(part.len()).unwrap_or(i64::MAX)
}

/// An exponent, of which more digits than are of use are cut short.
fn power(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i64>().unwrap_or(EXPONENT_MAX).min(EXPONENT_MAX);
    Some(size.saturating_mul(sign))
}

/// Millionths as a decimal, without zeros at its end.
pub fn shown(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs());
    let digits = format!("{:06}", rest % 1_000_000);
    match digits.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_to_the_last_digit() {
        for (text, wanted) in [
            ("0", 0),
            ("-0.000", 0),
            ("12", 12_000_000),
            ("+12.50", 12_500_000),
            (".5", 500_000),
            ("5.", 5_000_000),
            ("007", 7_000_000),
            ("1e3", 1_000_000_000),
            ("2.5E-6", 3),
            ("-2.5e-6", -3),
            ("2.4999999999999999999999e-6", 2),
            ("0.0000005", 1),
            ("0.00000049", 0),
            ("0.00000099", 1),
            ("9007199254.740991", 9_007_199_254_740_991),
            ("-9007199254.740991", -9_007_199_254_740_991),
            ("9007199254.7409914", 9_007_199_254_740_991),
            ("0e99999999999999999999", 0),
            ("1e-99999999999999999999", 0),
        ] {
            assert_eq!(millionths(text), Ok(wanted), "{text}");
        }
        for text in ["9007199254.740992", "9007199254.7409915", "1e10", "1e99999999999999999999"] {
            assert_eq!(millionths(text), Err(Unread::TooLarge), "{text}");
        }
        for text in ["", ".", "-", "1,5", "1e", "e5", "NaN", "inf", "0x10", "1 000", "--1", "1.2.3"]
        {
            assert_eq!(millionths(text), Err(Unread::NoNumber), "{text}");
        }
    }

    #[test]
    fn probabilities_end_with_one() {
        let near = "0.12345678949999";
        for (text, parts) in [("0", 0), (near, 123_456_789), ("1.000", 1_000_000_000), ("5e-10", 1)]
        {
            assert_eq!(probability(text), Some(parts), "{text}");
        }
        // A little more than one is no rounding of somebody else's.
        for text in ["1.000000001", "-0.1", "12 %", "", "2"] {
            assert_eq!(probability(text), None, "{text}");
        }
    }

    #[test]
    fn it_agrees_with_floats_that_are_exact() {
        for number in -2_000_i32..2_000 {
            let float = f64::from(number) / 64.0;
            let wanted = lynchpin::risk::learn::millionths(float);
            assert_eq!(millionths(&float.to_string()).ok(), wanted, "{float}");
        }
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for (value, text) in [(0, "0"), (-1, "-0.000001"), (12_500_000, "12.5"), (-7_000_000, "-7")]
        {
            assert_eq!(shown(value), text);
            assert_eq!(millionths(text), Ok(value));
        }
    }
}
