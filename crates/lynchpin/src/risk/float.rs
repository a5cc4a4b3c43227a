//! Between the whole numbers that are handed out and the floats that the floor computes in.

use crate::base::Probability;

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

/// The same of a number known to be small.
pub(super) fn rounded(number: f64) -> i64 {
    whole(number.clamp(-1e15, 1e15))
}

/// A share of one, to parts per billion.
pub(super) fn share(value: f64) -> Probability {
    let parts = u32::try_from(rounded(value * 1e9)).unwrap_or(0);
    Probability::from_parts_per_billion(parts)
}
