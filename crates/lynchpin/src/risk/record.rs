//! How often changes fail at most and at least, given how many did: the exact one-sided bounds for
//! a share.

use crate::base::Probability;

/// How many failures a bound is worked out for: its cost grows with them, and of so many nobody
/// asks whether they were rare.
const FAILURES_MAX: u32 = 10_000;

/// The rate of failure that, at a confidence, is not exceeded, given that so many of so many
/// changes failed: the upper bound of Clopper and Pearson (1934), one-sided, rounded up to a part
/// in a billion. Certain, where nothing is known, all failed, or more than ten thousand did.
///
/// It is the least rate at which so few failures would be a surprise: the chance of so many or
/// fewer is no more than one less the confidence.
///
/// ```
/// use lynchpin::risk::failures_at_most;
///
/// // The rule of three: none of n failed, so 3/n is not exceeded at 95 %.
/// assert_eq!(failures_at_most(100, 0, "0.95".parse()?).to_millionths().to_string(), "0.029513");
/// assert_eq!(failures_at_most(100, 1, "0.95".parse()?).to_millionths().to_string(), "0.04656");
/// assert_eq!(failures_at_most(0, 0, "0.95".parse()?).to_string(), "1");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn failures_at_most(changes: u32, failures: u32, confidence: Probability) -> Probability {
    if changes == 0 || failures >= changes || failures > FAILURES_MAX {
        return Probability::ONE;
    }
    let billion = Probability::ONE.parts_per_billion();
    let surprise = f64::from(billion.saturating_sub(confidence.parts_per_billion())) / BILLION;
    // The chance falls as the rate grows, so halving finds the least rate.
    let (mut low, mut high) = (0_u32, billion);
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        let rate = f64::from(middle) / BILLION;
        if chance_of_at_most(changes, failures, rate) <= surprise {
            high = middle;
        } else {
            low = middle;
        }
    }
    Probability::from_parts_per_billion(high)
}

/// The rate of failure that, at a confidence, is reached, given that so many of so many changes
/// failed: the lower bound of Clopper and Pearson (1934), one-sided, rounded down to a part in a
/// billion. None, where none failed; of more than ten thousand that failed so many count, of as
/// many changes in proportion.
///
/// It is the greatest rate at which so many failures would be a surprise: the chance of so many or
/// more is no more than one less the confidence.
///
/// ```
/// use lynchpin::risk::failures_at_least;
///
/// // One of two: the chance of that is 1 - (1 - 0.025321)^2 = 0.05.
/// assert_eq!(failures_at_least(2, 1, "0.95".parse()?).to_string(), "0.025320565");
/// assert_eq!(failures_at_least(1_000, 0, "0.95".parse()?).to_string(), "0");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn failures_at_least(changes: u32, failures: u32, confidence: Probability) -> Probability {
    let failures = failures.min(changes);
    let counted = failures.min(FAILURES_MAX);
    let Some(fewer) = counted.checked_sub(1) else { return Probability::ZERO };
    let part = u64::from(changes) * u64::from(counted);
    let part = part.div_ceil(u64::from(failures).max(1));
    let changes = u32::try_from(part).unwrap_or(changes);
    let sure = f64::from(confidence.parts_per_billion()) / BILLION;
    let (mut low, mut high) = (0_u32, Probability::ONE.parts_per_billion());
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if chance_of_at_most(changes, fewer, f64::from(middle) / BILLION) >= sure {
            low = middle;
        } else {
            high = middle;
        }
    }
    Probability::from_parts_per_billion(low)
}

const BILLION: f64 = 1e9;

/// The chance that at most so many of so many fail, for a rate between 0 and 1.
fn chance_of_at_most(changes: u32, failures: u32, rate: f64) -> f64 {
    let (fails, holds) = (libm::log(rate), libm::log1p(-rate));
    let mut ways = 0.0;
    let mut sum = 0.0;
    // From none on, in a fixed order.
    for failed in 0..=failures {
        let rest = f64::from(changes.saturating_sub(failed));
        let failed = f64::from(failed);
        sum += libm::exp(ways + failed * fails + rest * holds);
        ways += libm::log(rest) - libm::log(failed + 1.0);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds were found apart from this, by halving on the sum of exact binomial terms.
    #[test]
    fn the_bound_is_that_of_the_beta_distribution() {
        for (changes, failures, confidence, bound) in [
            (20, 0, "0.95", "0.139108"),
            (59, 0, "0.95", "0.049508"),
            (100, 5, "0.95", "0.102253"),
            (1000, 10, "0.99", "0.020043"),
        ] {
            let found = failures_at_most(changes, failures, confidence.parse().unwrap());
            assert_eq!(found.to_millionths().to_string(), bound, "{failures} of {changes}");
        }
    }

    /// What is surely reached mirrors what is surely not exceeded: of those that hold.
    #[test]
    fn the_lower_bound_is_the_upper_one_of_what_holds() {
        let sure = "0.95".parse().unwrap();
        for changes in [1, 2, 7, 20, 300] {
            for failures in 0..=changes {
                let least = failures_at_least(changes, failures, sure).parts_per_billion();
                let holds = failures_at_most(changes, changes - failures, sure).parts_per_billion();
                let mirrored = 1_000_000_000 - holds;
                assert!(least.abs_diff(mirrored) <= 2, "{failures} of {changes}: {least}");
            }
        }
        let many = failures_at_least(600_000, 50_000, sure);
        assert!(many > "0.08".parse().unwrap() && many < "0.0834".parse().unwrap(), "{many}");
        assert!(failures_at_least(u32::MAX, u32::MAX, sure) > "0.999".parse().unwrap());
    }

    #[test]
    fn it_falls_with_changes_and_grows_with_failures() {
        let at = |changes, failures| failures_at_most(changes, failures, "0.9".parse().unwrap());
        for changes in 1..60 {
            assert!(at(changes + 1, 0) < at(changes, 0));
            for failures in 0..changes {
                assert!(at(changes, failures) < at(changes, failures + 1));
            }
            assert_eq!(at(changes, changes), Probability::ONE);
        }
        assert_eq!(at(u32::MAX, FAILURES_MAX + 1), Probability::ONE);
    }
}
