//! How many cases a test looks at, and which.

use proptest::prelude::ProptestConfig;

/// A run with so many cases as `LYNCHPIN_CASES` says, else as many as a debug build does in
/// seconds. `PROPTEST_RNG_SEED` says which.
///
/// # Panics
///
/// If `LYNCHPIN_CASES` is not a number.
#[must_use]
pub fn config(usual: u32) -> ProptestConfig {
    let cases =
        told("LYNCHPIN_CASES").map_or(usual, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let usual = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    // The more cases, the more of them may be beside the point: else long runs would end early.
    ProptestConfig { max_global_rejects: usual.max_global_rejects.max(cases), ..usual }
}

/// The number that a variable of the environment holds, if it is set.
///
/// # Panics
///
/// If it holds something else.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().expect("the variable holds a number"))
}
