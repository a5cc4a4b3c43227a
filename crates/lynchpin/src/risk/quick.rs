//! The probabilities of many log-odds: what [`probability`] says of each, in a quarter of the time.
//!
//! They are first worked out nearly, by a short polynomial that a compiler works out for several at
//! once. Where that is too near to the middle between two whole parts per billion to tell which is
//! right, the one is asked that always can.

use super::scorecard::probability;
use crate::base::LogOdds;

/// Added to a float below 2^51, it leaves the nearest whole number in the lowest bits.
const MIDDLE: f64 = 6_755_399_441_055_744.0;
/// Beyond it, a probability is 0 or 1 to all digits that are kept.
const FAR: i64 = 40_000_000_000;
/// How far from the middle between two whole numbers is far enough: a hundred times what a near
/// number is off by at most.
const UNSURE: f64 = 1e-3;
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

/// Writes the probability of each of some log-odds in billionths, in parts per billion.
pub(super) fn probabilities(log_odds: &[i64], into: &mut [u32]) {
    let (blocks, rest) = log_odds.as_chunks::<8>();
    let (intos, last) = into.as_chunks_mut::<8>();
    for (block, into) in blocks.iter().zip(intos) {
        *into = eight(block);
    }
    for (log_odds, into) in rest.iter().zip(last) {
        *into = surely(*log_odds);
    }
}

fn surely(log_odds: i64) -> u32 {
    probability(LogOdds::from_billionths(log_odds)).parts_per_billion()
}

fn eight(log_odds: &[i64; 8]) -> [u32; 8] {
    let near = log_odds.map(|it| nearly(it.clamp(-FAR, FAR)));
    let whole = near.map(|it| it + MIDDLE);
    let mut found = whole.map(lowest);
    for ((found, log_odds), (near, whole)) in
        found.iter_mut().zip(log_odds).zip(near.iter().zip(whole))
    {
        if (near - (whole - MIDDLE)).abs() > 0.5 - UNSURE {
            *found = surely(*log_odds);
        }
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "a probability in parts fits")]
fn lowest(number: f64) -> u32 {
    number.to_bits() as u32
}

/// The parts per billion, to some ten digits behind the point.
fn nearly(log_odds: i64) -> f64 {
    // A whole number below 2^51 as a float, without leaving the wide registers.
    let number = f64::from_bits(MIDDLE.to_bits().wrapping_add(log_odds.cast_unsigned())) - MIDDLE;
    let halvings = number * (-1e-9 * std::f64::consts::LOG2_E);
    let whole = halvings + MIDDLE;
    let part = (halvings - (whole - MIDDLE)) * std::f64::consts::LN_2;
    let series = SERIES.iter().fold(0.0, |sum, term| sum * part + term);
    let power = (series * part + 1.0) * part + 1.0;
    let scale = f64::from_bits((whole.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    1e9 / (1.0 + power * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_they_are_one_by_one() {
        let mut all: Vec<i64> = (-41_000..41_000).map(|it| it * 1_000_000 + it).collect();
        all.extend([i64::MIN, i64::MAX, 0, 1, -1, FAR, -FAR, FAR + 1, 20_723_265_836]);
        // Near the ends, where one more billionth seldom makes a difference, and ties are long.
        all.extend((0..20_000).map(|it| -21_500_000_000 + it * 100_003));
        let mut found = vec![0; all.len()];
        probabilities(&all, &mut found);
        for (log_odds, found) in all.iter().zip(found) {
            assert_eq!(found, surely(*log_odds), "{log_odds}");
        }
    }

    #[test]
    fn what_is_near_is_near_enough() {
        for log_odds in (-40_000..40_000).map(|it| it * 999_983) {
            let exact = 1e9 / (1.0 + libm::exp(-(log_odds as f64) / 1e9));
            let off = (nearly(log_odds) - exact).abs();
            assert!(off < UNSURE / 50.0, "{log_odds}: {off}");
        }
    }
}
