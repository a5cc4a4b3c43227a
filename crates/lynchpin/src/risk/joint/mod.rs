//! Changes that ship together, failing together: a joint distribution with a common shock.
//!
//! Changes of one release share people, code and circumstances. The one-factor model of Vasicek
//! (1987) says how: behind each change stands a normal number, a part of which, the shock, is the
//! same for all; the change fails where its number falls below the threshold that its probability
//! stands for. Each change alone fails exactly as often as its probability says, whatever the
//! [correlation](Shock); what changes with it is how often several fail at once, and so how often
//! none does.
//!
//! ```
//! use lynchpin::base::Probability;
//! use lynchpin::risk::joint::{Joint, Shock};
//!
//! let ten = vec!["0.1".parse::<Probability>()?; 10];
//! let alone = Joint::new(&ten, Shock::NONE);
//! let together = Joint::new(&ten, Shock::PUBLISHED);
//! // Independently, 65 of 100 such releases see a failure; together, fewer do.
//! assert_eq!(alone.any.to_millionths().to_string(), "0.651322");
//! assert!(together.any < alone.any);
//! assert_eq!(together.expected, alone.expected);
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod lasting;
mod learn;
mod normal;
mod scene;

use serde::Serialize;

pub(crate) use lasting::{Lasting, Lasts};
pub use learn::shock;

use self::scene::{Behind, Scenes};
use super::float::{rounded, share};
use crate::base::{Failures, Probability};

const BILLION: f64 = 1e9;

/// How much of what makes changes of one release fail is common to them: the correlation of what
/// stands behind them, from none to just below all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shock(u32);

impl Shock {
    /// They fail independently.
    pub const NONE: Shock = Shock(0);
    /// What ten published histories show of ten consecutive changes: for those who have no history
    /// of their own to learn [it](shock) from.
    pub const PUBLISHED: Shock = Shock(120_000_000);
    /// Beyond it, changes are hardly told apart.
    const MOST: u32 = 950_000_000;

    /// A correlation; at most 0.95.
    #[must_use]
    pub fn new(correlation: Probability) -> Shock {
        Shock(correlation.parts_per_billion().min(Shock::MOST))
    }

    /// The correlation.
    #[must_use]
    pub fn correlation(self) -> Probability {
        Probability::from_parts_per_billion(self.0)
    }

    fn as_float(self) -> f64 {
        f64::from(self.0) / BILLION
    }
}

/// What several changes come to that ship together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Joint {
    /// The chance that any of them fails.
    pub any: Probability,
    /// How many are expected to fail: the sum of their probabilities, whatever they share.
    pub expected: Failures,
    /// How many fail at least and at most in nine of ten such releases.
    pub failures: (u32, u32),
    /// The part of the chance that any fails that each change answers for, in the order given: they
    /// add up to it exactly. A part is what the change adds to the chance, on average over all
    /// orders in which the changes could be added one by one (Shapley 1953).
    pub shares: Vec<Probability>,
    /// By how much the chance would fall without each change.
    pub falls_by: Vec<Probability>,
}

impl Joint {
    /// What changes of these probabilities come to.
    ///
    /// To see what dropping some changes, splitting one or moving one to another release does, ask
    /// for each way what the whole comes to: what a part alone comes to says nothing of it.
    #[must_use]
    pub fn new(changes: &[Probability], shock: Shock) -> Joint {
        let behind: Vec<Behind> = changes.iter().map(|it| Behind::new(*it)).collect();
        let scenes = Scenes::new(&behind, shock.as_float());
        let none = scenes.none();
        let any = at_least_one_of(changes, none);
        let sum: u64 = changes.iter().map(|it| u64::from(it.parts_per_billion())).sum();
        let falls = scenes.none_without_each();
        Joint {
            any,
            expected: Failures::from_billionths(sum),
            failures: scenes.interval(),
            shares: split(any, &scenes.parts()),
            falls_by: falls.iter().map(|without| share(without - none)).collect(),
        }
    }
}

/// The chance that any of some changes fails, as [`Joint::new`] tells it beside all else, in a part
/// of the time.
///
/// ```
/// use lynchpin::base::Probability;
/// use lynchpin::risk::joint::{Joint, Shock, any};
///
/// let ten = vec!["0.1".parse::<Probability>()?; 10];
/// assert_eq!(any(&ten, Shock::PUBLISHED), Joint::new(&ten, Shock::PUBLISHED).any);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn any(changes: &[Probability], shock: Shock) -> Probability {
    let behind: Vec<Behind> = changes.iter().map(|it| Behind::new(*it)).collect();
    at_least_one_of(changes, Scenes::new(&behind, shock.as_float()).none())
}

/// The chance that is left beside that of none; never less than that of the riskiest, which scenes
/// may miss by what they are rounded to.
fn at_least_one_of(changes: &[Probability], none: f64) -> Probability {
    let riskiest = changes.iter().copied().max().unwrap_or(Probability::ZERO);
    share(1.0 - none).max(riskiest)
}

/// A whole split in proportion, so that the parts add up to it: each is rounded downwards, and what
/// is left goes to those that lost most, the first of equal ones first.
fn split(whole: Probability, parts: &[f64]) -> Vec<Probability> {
    let sum: f64 = parts.iter().sum();
    if sum <= 0.0 {
        return vec![Probability::ZERO; parts.len()];
    }
    let exact = |part: &f64| part / sum * f64::from(whole.parts_per_billion());
    let floor = |part: &f64| u32::try_from(rounded(libm::floor(exact(part)))).unwrap_or(0);
    let mut found: Vec<u32> = parts.iter().map(floor).collect();
    let mut order: Vec<(f64, &mut u32)> = Vec::with_capacity(found.len());
    let given: u32 = found.iter().sum();
    for (part, place) in parts.iter().zip(&mut found) {
        order.push((exact(part) - libm::floor(exact(part)), place));
    }
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let left = whole.parts_per_billion().saturating_sub(given);
    let left = usize::try_from(left).unwrap_or(0);
    order.into_iter().take(left).for_each(|(_, place)| *place = place.saturating_add(1));
    found.into_iter().map(Probability::from_parts_per_billion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: u32) -> Probability {
        Probability::from_parts_per_billion(parts)
    }

    #[test]
    fn together_they_are_no_safer_than_the_riskiest() {
        for correlation in [0, 150_000_000, 500_000_000, 950_000_000] {
            let shock = Shock::new(of(correlation));
            for parts in [1, 1_000, 20_000_000, 50_000_000, 900_000_000, 1_000_000_000] {
                let changes = [of(parts), of(parts / 3)];
                assert!(any(&changes[..1], shock) >= of(parts), "{parts} at {correlation}");
                let joint = Joint::new(&changes, shock);
                assert!(joint.any >= of(parts), "{parts} at {correlation}");
                let shares = joint.shares.iter().map(|it| it.parts_per_billion()).sum();
                assert_eq!(of(shares), joint.any);
            }
        }
    }

    #[test]
    fn without_a_shock_changes_are_independent() {
        let changes = [100_000_000, 200_000_000, 500_000_000].map(of);
        let joint = Joint::new(&changes, Shock::NONE);
        assert_eq!(joint.any, of(640_000_000));
        assert_eq!(joint.expected.billionths(), 800_000_000);
        assert_eq!(joint.falls_by, [40_000_000, 90_000_000, 360_000_000].map(of));
        // Of the six orders in which three can come.
        let shares = joint.shares.iter().map(|share| share.parts_per_billion());
        assert_eq!(shares.clone().sum::<u32>(), 640_000_000);
        for (share, wanted) in shares.zip([68_333_333_u32, 143_333_333, 428_333_333]) {
            assert!(share.abs_diff(wanted) <= 1, "{share} {wanted}");
        }
        assert_eq!(joint.failures, (0, 2));
    }

    #[test]
    fn all_but_common_is_the_worst_alone() {
        let changes = vec![of(300_000_000); 20];
        let joint = Joint::new(&changes, Shock::new(of(950_000_000)));
        assert!(joint.any > of(300_000_000) && joint.any < of(500_000_000), "{:?}", joint.any);
        assert_eq!(joint.failures, (0, 20));
        let one = Joint::new(&changes[..1], Shock::new(of(500_000_000)));
        assert_eq!(one.any.to_millionths(), of(300_000_000));
        assert_eq!(one.shares, [one.any]);
        assert_eq!(one.falls_by, [one.any]);
    }

    #[test]
    fn the_ends_hold() {
        let none = Joint::new(&[], Shock::PUBLISHED);
        assert_eq!((none.any, none.failures), (of(0), (0, 0)));
        let certain = Joint::new(&[of(0), of(1_000_000_000)], Shock::PUBLISHED);
        assert_eq!((certain.any, certain.failures), (of(1_000_000_000), (1, 1)));
        assert_eq!(certain.shares, [of(0), of(1_000_000_000)]);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        assert_eq!(split(of(10), &[1.0, 1.0, 1.0]), [4, 3, 3].map(of));
        assert_eq!(split(of(10), &[1.0, 2.0, 1.0]), [3, 5, 2].map(of));
        assert_eq!(split(of(0), &[0.0, 0.0]), [0, 0].map(of));
    }
}
