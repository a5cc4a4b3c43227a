//! From where on values go right, as whole millionths.

use crate::risk::float::real;
use crate::risk::learn::MISSING;

/// Up to here a whole number is a double without loss.
const EXACT: u64 = 1 << 53;

/// The largest value that is at most a threshold as a double; [`MISSING`] if none is.
pub(super) fn at_most(threshold: f64) -> i64 {
    largest(|value| double(value) <= threshold)
}

/// The largest value that is less than a threshold as a double; [`MISSING`] if none is.
pub(super) fn below(threshold: f64) -> i64 {
    largest(|value| double(value) < threshold)
}

/// The largest value that is less than a threshold in single precision; [`MISSING`] if none is.
pub(super) fn less_than(threshold: f32) -> i64 {
    largest(|value| single(value) < threshold)
}

/// The largest value that is taken, if all up to one are and none above it: by halving.
fn largest(takes: impl Fn(i64) -> bool) -> i64 {
    if takes(i64::MAX) {
        return i64::MAX;
    }
    // Nothing is known of the lower end, and that is the answer if no value is taken.
    let (mut low, mut high) = (MISSING, i64::MAX);
    while low.abs_diff(high) > 1 {
        let middle = low.midpoint(high);
        if takes(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The double nearest to so many millionths.
pub(super) fn double(value: i64) -> f64 {
    if value.unsigned_abs() <= EXACT {
        return real(value) / 1e6;
    }
    // Beyond, doubles are more than a millionth apart. The whole part is exact. The rest is off by
    // far less than a value of millionths can be off the middle between two doubles, unless it is
    // the middle, and then the rest is exact, too: so the sum is rounded to the nearest.
    real(value / 1_000_000) + real(value % 1_000_000) / 1e6
}

/// The same in single precision, by way of the double, as matrices are converted.
#[expect(clippy::cast_possible_truncation, reason = "it is rounded to the nearest")]
fn single(value: i64) -> f32 {
    double(value) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: i64 = MISSING + 1;

    /// Values of all sizes and both signs, the same in every run.
    fn values() -> impl Iterator<Item = i64> {
        let mut state = 7_u64;
        let random = (0..4_000).map(move |number: u32| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state.cast_signed() >> (number % 63)).max(LEAST)
        });
        let edge = 1_i64 << 53;
        let edges = [0, 1, -1, edge, edge + 1, -edge - 1, i64::MAX, LEAST, 500_000, -500_000];
        random.chain(edges)
    }

    /// The nearest double by definition: that of the decimal text.
    fn by_text(value: i64) -> f64 {
        format!("{value}e-6").parse().unwrap()
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is rounded to the nearest")]
    fn by_text_in_single_precision(value: i64) -> f32 {
        by_text(value) as f32
    }

    #[test]
    fn a_value_is_the_double_nearest_to_it() {
        for value in values() {
            assert_eq!(double(value).to_bits(), by_text(value).to_bits(), "{value}");
        }
    }

    #[test]
    fn a_limit_is_the_largest_value_that_goes_left() {
        for value in values() {
            let exact = by_text(value);
            for threshold in [exact.next_down(), exact, exact.next_up(), exact * 1.000_001] {
                let limit = at_most(threshold);
                assert!(limit == MISSING || by_text(limit) <= threshold, "{value}: {limit}");
                assert!(limit == i64::MAX || by_text(limit + 1) > threshold, "{value}: {limit}");
            }
            let exact = by_text_in_single_precision(value);
            for threshold in [exact.next_down(), exact, exact.next_up()] {
                let limit = less_than(threshold);
                let below = |value| by_text_in_single_precision(value) < threshold;
                assert!(limit == MISSING || below(limit), "{value}: {limit}");
                assert!(limit == i64::MAX || !below(limit + 1), "{value}: {limit}");
            }
        }
    }

    #[test]
    fn thresholds_by_hand() {
        assert_eq!(at_most(0.3), 300_000);
        assert_eq!(at_most(0.3_f64.next_down()), 299_999);
        assert_eq!(at_most(1.000_000_018e-35), 0); // what LightGBM puts above zero
        assert_eq!(at_most(-1.000_000_018e-35), -1);
        assert_eq!(at_most(-0.0), 0);
        for large in [1e300, f64::INFINITY] {
            assert_eq!((at_most(large), at_most(-large)), (i64::MAX, MISSING));
        }
        assert_eq!(less_than(0.3), 299_999); // in single precision
        assert_eq!(less_than(0.3_f32.next_up()), 300_000);
        // Doubles that are one in single precision go the same way.
        assert_eq!(less_than(16_777_216.0), 16_777_215_499_999);
        assert_eq!((less_than(0.0), less_than(-0.0), less_than(f32::MIN_POSITIVE)), (-1, -1, 0));
        assert_eq!((less_than(f32::MAX), less_than(f32::MIN)), (i64::MAX, MISSING));
    }
}
