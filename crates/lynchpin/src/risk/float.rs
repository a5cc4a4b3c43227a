//! Between the whole numbers that are handed out and the floats that the floor computes in.

use crate::base::Probability;

/// Added to a float below 2^51, it leaves the nearest whole number in the lowest bits.
pub(super) const MIDDLE: f64 = 6_755_399_441_055_744.0;

/// Below it whole numbers can be reckoned with as floats that several are worked out of at once.
pub(super) const WIDE: i64 = 1 << 50;

/// One by the factorials of 11 down to 2.
const SERIES: [f64; 10] = [
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
];

/// Two to the power of a number between -1,000 and 1,000, to some fourteen digits. A compiler works
/// out several at once, which it cannot with a function of a library.
#[inline]
pub(super) fn power(of_two: f64) -> f64 {
    let whole = of_two + MIDDLE;
    let part = (of_two - (whole - MIDDLE)) * std::f64::consts::LN_2;
    let series = SERIES.iter().fold(0.0, |sum, term| sum * part + term);
    let power = (series * part + 1.0) * part + 1.0;
    let scale = f64::from_bits((whole.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    power * scale
}

/// Whether all of some whole numbers are below [`WIDE`], and as far above its negative.
#[inline]
pub(super) fn are_wide(values: &[i64]) -> bool {
    let above = |value: &i64| value.wrapping_add(WIDE).cast_unsigned();
    values.iter().fold(0, |all, value| all | above(value)) < 2 * WIDE.cast_unsigned()
}

/// A whole number below [`WIDE`] as a float, without leaving the wide registers.
#[inline]
pub(super) fn wide(value: i64) -> f64 {
    f64::from_bits(MIDDLE.to_bits().wrapping_add(value.cast_unsigned())) - MIDDLE
}

/// A whole number as a float: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "what is lost is below what is rounded to")]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}

/// The nearest whole number, halves away from zero, kept in range; zero of what is none.
#[expect(clippy::cast_possible_truncation, reason = "a float is cut to the range of the integer")]
pub(super) fn whole(value: f64) -> i64 {
    libm::round(value) as i64
}

/// The nearest whole number, of two the even one, kept in range.
#[expect(clippy::cast_possible_truncation, reason = "a float is cut to the range of the integer")]
pub(super) fn even(value: f64) -> i64 {
    libm::rint(value) as i64
}

/// The nearest whole number of one known to be small, halves away from zero.
pub(super) fn rounded(number: f64) -> i64 {
    whole(number.clamp(-1e15, 1e15))
}

/// A share of one, to parts per billion.
pub(super) fn share(value: f64) -> Probability {
    let parts = u32::try_from(rounded(value * 1e9)).unwrap_or(0);
    Probability::from_parts_per_billion(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_near_enough() {
        for number in -99_900..99_900 {
            let number = f64::from(number) / 100.0;
            let exact = libm::exp2(number);
            assert!((power(number) - exact).abs() < exact * 1e-13, "{number}");
        }
    }

    #[test]
    fn wide_numbers_are_themselves() {
        for value in [0, 1, -1, 123_456_789, WIDE - 1, -WIDE] {
            assert!(are_wide(&[0, value]));
            assert_eq!(wide(value), value as f64);
        }
        for value in [WIDE, -WIDE - 1, i64::MAX, i64::MIN] {
            assert!(!are_wide(&[0, value, 1]), "{value}");
        }
    }
}
