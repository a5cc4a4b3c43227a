//! The risk of changes that ship together.

use serde::Serialize;

use super::float::{rounded, share};
use crate::base::Probability;

/// How far changes that ship together fail together: 1 is independence, without limit is "only the
/// worst counts".
const TOGETHERNESS: f64 = 1.3;

/// The chance that any of several changes fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleaseRisk {
    /// The chance that any of them fails.
    pub probability: Probability,
    /// The least that it can be: that of the riskiest change alone.
    pub at_least: Probability,
    /// The most that it can be: as if they failed independently.
    pub at_most: Probability,
    /// By how much it would fall without each change, in the order given.
    pub falls_by: Vec<Probability>,
}

/// Combines the risks of changes that ship together, in the order given.
///
/// ```
/// use lynchpin::base::Probability;
/// use lynchpin::risk::release;
///
/// let ten = vec!["0.181".parse::<Probability>()?; 10];
/// let risk = release(&ten);
/// assert!(risk.at_least < risk.probability && risk.probability < risk.at_most);
/// assert_eq!(release(&ten[..1]).probability, ten[0]);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn release(changes: &[Probability]) -> ReleaseRisk {
    let hazards: Vec<f64> = changes.iter().map(|p| hazard(*p)).collect();
    let powers: Vec<u128> = hazards.iter().map(|h| units(libm::pow(*h, TOGETHERNESS))).collect();
    // Whole units add up to the same in any order, and taking one out again is exact.
    let whole: u128 = powers.iter().sum();
    let at_least = changes.iter().copied().max().unwrap_or(Probability::ZERO);
    let independent: u128 = hazards.iter().map(|h| units(*h)).sum();
    let at_most = chance(of_units(independent)).max(at_least);
    let joint = |power: u128| chance(libm::pow(of_units(power), 1.0 / TOGETHERNESS));
    let probability = joint(whole).clamp(at_least, at_most);
    let fall = |power: &u128| {
        let rest = joint(whole.saturating_sub(*power)).parts_per_billion();
        Probability::from_parts_per_billion(probability.parts_per_billion().saturating_sub(rest))
    };
    ReleaseRisk { probability, at_least, at_most, falls_by: powers.iter().map(fall).collect() }
}

/// How many units make one. The largest hazard, of a change that is certain to fail, has a power
/// of fifty.
const UNITS: f64 = 1e13;

/// A hazard, or a power of one, in whole units.
fn units(number: f64) -> u128 {
    u128::try_from(rounded(number * UNITS)).unwrap_or(0)
}

/// The number that so many units are.
fn of_units(units: u128) -> f64 {
    // Changes without end come to a certain failure long before this cut.
    u64::try_from(units).unwrap_or(u64::MAX) as f64 / UNITS
}

/// The hazard of a probability: minus the logarithm of what is left.
fn hazard(probability: Probability) -> f64 {
    // A certain failure is as good as one in a billion short of it, and has a finite hazard.
    let parts = probability.parts_per_billion().min(999_999_999);
    -libm::log1p(-f64::from(parts) / 1e9)
}

/// The probability of a hazard.
fn chance(hazard: f64) -> Probability {
    share(-libm::expm1(-hazard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_what_was_observed() {
        // Per change as independence was quoted: 63, 81 and 93 % over 5, 10 and 20 changes.
        for (count, independent, observed) in
            [(5_u8, 0.63, 0.47), (10, 0.81, 0.63), (20, 0.93, 0.77)]
        {
            let one = -libm::expm1(libm::log1p(-independent) / f64::from(count));
            let parts = u32::try_from(rounded(one * 1e9)).unwrap();
            let changes = vec![Probability::from_parts_per_billion(parts); usize::from(count)];
            let found = f64::from(release(&changes).probability.parts_per_billion()) / 1e9;
            assert!((found - observed).abs() < 0.04, "{count}: {found} for {observed}");
        }
    }

    #[test]
    fn another_change_never_lowers_it() {
        let some: Vec<Probability> =
            ["0.3", "0.000001", "0.05", "0", "1"].iter().map(|p| p.parse().unwrap()).collect();
        let risks: Vec<_> = (0..=some.len()).map(|n| release(&some[..n]).probability).collect();
        assert!(risks.is_sorted());
        assert_eq!(risks[1].to_string(), "0.3");
        assert_eq!(release(&[]).probability, Probability::ZERO);
    }

    /// Some probabilities, small ones more often than large ones, the same in every run.
    fn some(seed: u64, count: usize) -> Vec<Probability> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let parts = u32::try_from(state >> 34).unwrap() % 1_000_000_001;
            Probability::from_parts_per_billion(parts >> (state >> 61))
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn it_lies_between_the_worst_and_independence_and_only_grows() {
        for seed in 0..300 {
            let changes = some(seed, 12);
            let mut before = Probability::ZERO;
            for count in 1..=changes.len() {
                let risk = release(&changes[..count]);
                assert!(risk.at_least <= risk.probability && risk.probability <= risk.at_most);
                assert!(risk.probability >= before, "seed {seed}, {count} changes");
                let worst = changes[..count].iter().max().copied().unwrap();
                assert_eq!(risk.at_least, worst);
                let none = changes[..count]
                    .iter()
                    .fold(1.0, |none, p| none * (1.0 - f64::from(p.parts_per_billion()) / 1e9));
                let independent = f64::from(risk.at_most.parts_per_billion()) / 1e9;
                assert!((independent - (1.0 - none)).abs() < 3e-9, "seed {seed}");
                before = risk.probability;
            }
            assert_eq!(release(&changes[..1]).probability, changes[0]);
        }
    }

    #[test]
    fn the_order_of_the_changes_says_nothing() {
        for seed in 0..100 {
            let mut changes = some(seed, 9);
            let one = release(&changes);
            changes.rotate_left(4);
            changes.swap(0, 5);
            let other = release(&changes);
            assert_eq!((one.probability, one.at_most), (other.probability, other.at_most));
            let fall = |risk: &ReleaseRisk| {
                let mut falls = risk.falls_by.clone();
                falls.sort_unstable();
                falls
            };
            assert_eq!(fall(&one), fall(&other));
        }
    }

    #[test]
    fn a_share_is_what_leaving_it_out_saves() {
        for seed in 0..100 {
            let changes = some(seed, 7);
            let whole = release(&changes);
            for index in 0..changes.len() {
                let mut rest = changes.clone();
                rest.remove(index);
                let saved = whole.probability.parts_per_billion()
                    - release(&rest).probability.parts_per_billion();
                let share = whole.falls_by[index].parts_per_billion();
                // The bounds may move the rest by a rounding.
                assert!(share.abs_diff(saved) <= 1, "seed {seed}, {index}: {share} {saved}");
            }
        }
    }

    #[test]
    fn a_large_release_names_the_part_of_each_change() {
        let changes = vec![Probability::from_parts_per_billion(1_000); 100_000];
        let risk = release(&changes);
        assert_eq!(risk.falls_by.len(), changes.len());
        assert!(risk.falls_by.iter().all(|part| *part > Probability::ZERO));
        let certain = release(&vec![Probability::ONE; 100_000]);
        assert_eq!((certain.probability, certain.at_most), (Probability::ONE, Probability::ONE));
    }
}
