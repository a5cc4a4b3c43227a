//! Numbers that look random and are the same for the same seed, on every machine.

/// A generator of numbers: SplitMix64 of Steele, Lea and Flood (2014).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The numbers of one of many streams of a seed. Neighbouring streams have nothing in common.
    pub(super) fn new(seed: u32, stream: usize) -> Random {
        let stream = u64::try_from(stream).unwrap_or(u64::MAX);
        Random(mixed(mixed(u64::from(seed).wrapping_add(1)).wrapping_add(stream)))
    }

    /// The next number.
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number below a bound, each as likely as any other to one part in 2^64 times the bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u128::try_from(bound).unwrap_or(0);
        let high = u128::from(self.number()).saturating_mul(bound) >> 64;
        usize::try_from(high).unwrap_or(0)
    }
}

/// The number, its bits mixed.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_are_published() {
        let mut random = Random(1_234_567);
        for known in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(random.number(), known);
        }
    }

    #[test]
    fn each_is_as_likely_as_any_other() {
        let mut random = Random::new(1, 0);
        let mut seen = [0_u32; 7];
        (0..70_000).for_each(|_| seen[random.below(7)] += 1);
        // Ten thousand of each are expected, give or take a hundred.
        assert!(seen.iter().all(|count| count.abs_diff(10_000) < 400), "{seen:?}");
        assert_eq!((random.below(1), random.below(0)), (0, 0));
    }

    #[test]
    fn streams_have_nothing_in_common() {
        let first = |seed, stream| Random::new(seed, stream).number();
        let mut seen: Vec<u64> = (0..50).flat_map(|s| (0..50).map(move |t| first(s, t))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 2_500);
    }
}
