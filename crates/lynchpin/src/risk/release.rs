//! The risk of changes that ship together.

use serde::Serialize;

use super::scorecard::rounded;
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
    let powers: Vec<f64> = hazards.iter().map(|h| libm::pow(*h, TOGETHERNESS)).collect();
    let at_least = changes.iter().copied().max().unwrap_or(Probability::ZERO);
    let at_most = chance(hazards.iter().sum()).max(at_least);
    let joint = |without: Option<usize>| {
        let kept = powers.iter().enumerate().filter(|(index, _)| Some(*index) != without);
        chance(libm::pow(kept.map(|(_, power)| power).sum(), 1.0 / TOGETHERNESS))
    };
    let probability = joint(None).clamp(at_least, at_most);
    let fall = |index: usize| {
        let rest = joint(Some(index)).parts_per_billion();
        let whole = probability.parts_per_billion();
        Probability::from_parts_per_billion(whole.saturating_sub(rest))
    };
    // Above a few hundred changes no single one is worth naming, and the sum would be quadratic.
    let falls_by =
        if changes.len() > NAMED_MAX { Vec::new() } else { (0..changes.len()).map(fall).collect() };
    ReleaseRisk { probability, at_least, at_most, falls_by }
}

/// The largest release of which each change's part is worked out.
const NAMED_MAX: usize = 1_000;

/// The hazard of a probability: minus the logarithm of what is left.
fn hazard(probability: Probability) -> f64 {
    // A certain failure is as good as one in a billion short of it, and has a finite hazard.
    let parts = probability.parts_per_billion().min(999_999_999);
    -libm::log1p(-f64::from(parts) / 1e9)
}

/// The probability of a hazard.
fn chance(hazard: f64) -> Probability {
    let parts = rounded(-libm::expm1(-hazard) * 1e9);
    Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_what_was_observed() {
        // Per change as independence was quoted: 63, 81 and 93 % over 5, 10 and 20 changes.
        for (count, independent, observed) in [(5_u8, 0.63, 0.47), (10, 0.81, 0.63), (20, 0.93, 0.77)]
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
}
