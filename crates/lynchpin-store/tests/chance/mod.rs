//! How many cases to look at, and chance that can be repeated.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

/// The number that a variable of the environment holds, if it is set.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
pub fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().expect("the variable holds a number"))
}

/// How many cases to look at: as many as `LYNCHPIN_CASES` says, else so many.
pub fn cases(usual: u64) -> u64 {
    told("LYNCHPIN_CASES").unwrap_or(usual)
}

/// Chance from a seed: `PROPTEST_RNG_SEED`, else always the same.
pub struct Chance(u64);

impl Chance {
    /// Chance of its own for each topic.
    pub fn new(topic: u64) -> Self {
        Chance(told("PROPTEST_RNG_SEED").unwrap_or(1).wrapping_mul(0x9e37_79b9) ^ topic)
    }

    /// The next number (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another one.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A place in something of that length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).expect("a length"))).expect("a place")
    }
}
