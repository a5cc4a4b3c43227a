//! The probabilities of many log-odds: what [`probability`] says of each, in a quarter of the time.
//!
//! They are first worked out nearly, by a short polynomial that a compiler works out for several at
//! once. Where that is too near to the middle between two whole parts per billion to tell which is
//! right, the one is asked that always can.

use super::float::{MIDDLE, are_wide, power, wide};
use super::scorecard::probability;
use crate::base::LogOdds;

/// Beyond it, a probability is 0 or 1 to all digits that are kept.
const FAR: f64 = 4e10;
/// How far from the middle between two whole numbers is far enough: some fifty times what a
/// near number is off by at most.
const UNSURE: f64 = 2e-4;
/// How many are worked out together.
const TOGETHER: usize = 16;

/// Writes the probability of each of some log-odds in billionths, in parts per billion.
pub(super) fn probabilities(log_odds: &[i64], into: &mut [u32]) {
    let (blocks, rest) = log_odds.as_chunks::<TOGETHER>();
    let (intos, last) = into.as_chunks_mut::<TOGETHER>();
    for (block, into) in blocks.iter().zip(intos) {
        *into = if are_wide(block) { together(block) } else { block.map(surely) };
    }
    for (log_odds, into) in rest.iter().zip(last) {
        *into = surely(*log_odds);
    }
}

fn surely(log_odds: i64) -> u32 {
    probability(LogOdds::from_billionths(log_odds)).parts_per_billion()
}

fn together(log_odds: &[i64; TOGETHER]) -> [u32; TOGETHER] {
    let near = log_odds.map(nearly);
    let off = near.map(|near| (near - ((near + MIDDLE) - MIDDLE)).abs());
    let most = off.iter().fold(0.0, |most, off| if *off > most { *off } else { most });
    if most > 0.5 - UNSURE {
        return log_odds.map(surely);
    }
    near.map(|near| lowest(near + MIDDLE))
}

#[expect(clippy::cast_possible_truncation, reason = "a probability in parts fits")]
fn lowest(number: f64) -> u32 {
    number.to_bits() as u32
}

/// The parts per billion, to some ten digits behind the point.
#[inline]
fn nearly(log_odds: i64) -> f64 {
    let number = wide(log_odds);
    let number = if number > FAR { FAR } else { number };
    let number = if number < -FAR { -FAR } else { number };
    1e9 / (1.0 + power(number * (-1e-9 * std::f64::consts::LOG2_E)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_they_are_one_by_one() {
        let mut all: Vec<i64> = (-41_000..41_000).map(|it| it * 1_000_000 + it).collect();
        all.extend([
            i64::MIN,
            i64::MAX,
            0,
            1,
            -1,
            40_000_000_000,
            -40_000_000_001,
            1 << 50,
            20_723_265_836,
        ]);
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
            assert!(off < UNSURE / 10.0, "{log_odds}: {off}");
        }
    }
}
