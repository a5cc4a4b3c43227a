//! Which changes may pass without anybody looking, and how surely so few of them fail.
//!
//! A lane is a threshold: what a model gives less than that passes by itself. It is certified on
//! the host's own history: of the changes that would have passed, the rate of failure is, at the
//! confidence asked, no more than was promised ([`failures_at_most`]). Where no threshold can
//! promise that, there is no lane, however well the model ranks: too few changes, too few failures
//! to tell from none, or a promise that the history does not keep.
//!
//! What was said of the changes should come from models that had not seen them, and be shifted as
//! failures became rarer ([`Rolling`](super::learn::Rolling)): it is compared with what will be
//! said of the next ones.

use serde::Serialize;

use super::failures_at_most;
use crate::base::Probability;
use crate::base::error::{Error, ErrorCode, Result};

/// How many thresholds are tried. Each is held to a part of the doubt that the confidence leaves,
/// so that all of them together leave no more (Bonferroni): the one that is taken was not found by
/// luck.
const TRIED: u32 = 20;

/// A threshold below which changes may pass, and what is known of those that did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lane {
    /// Changes up to this probability pass.
    pub at_most: Probability,
    /// How many changes of the history would have passed.
    pub passed: u32,
    /// How many of them failed.
    pub failed: u32,
    /// The rate of failure that is not exceeded among them, at the confidence that was asked.
    pub bound: Probability,
    /// The share of the history that would have passed.
    pub share: Probability,
}

/// The widest lane of which it is certain enough that no more of its changes fail than is promised;
/// `None` if there is none: then somebody must look at every change.
///
/// ```
/// use lynchpin::base::Probability;
/// use lynchpin::risk::lane::widest;
///
/// // Every tenth change was said to be risky, and of those every second failed.
/// let risky = |change: u32| change % 10 == 0;
/// let parts = |change: u32| if risky(change) { 500_000_000 } else { 10_000_000 };
/// let said = |change: u32| Probability::from_parts_per_billion(parts(change));
/// let said: Vec<Probability> = (0..1_000).map(said).collect();
/// let failed: Vec<bool> = (0..1_000).map(|change| risky(change) && change % 20 == 0).collect();
/// let lane = widest(&said, &failed, "0.02".parse()?, "0.9".parse()?)?.unwrap();
/// assert_eq!((lane.passed, lane.failed), (900, 0));
/// // Nothing can be promised of so few.
/// assert_eq!(widest(&said[..100], &failed[..100], "0.02".parse()?, "0.9".parse()?)?, None);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
///
/// # Errors
///
/// [`BadArgument`](ErrorCode::BadArgument) if there is not one outcome for each probability.
pub fn widest(
    said: &[Probability],
    failed: &[bool],
    promise: Probability,
    confidence: Probability,
) -> Result<Option<Lane>> {
    if said.len() != failed.len() {
        let (said, failed) = (said.len(), failed.len());
        let message = format!("{said} probabilities and {failed} outcomes: give as many of each");
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    let mut all: Vec<(Probability, bool)> =
        said.iter().copied().zip(failed.iter().copied()).collect();
    all.sort_unstable();
    let sure = held_to(confidence);
    let lane = |part: u32| lane(&all, part, sure);
    let lanes = (1..=TRIED).rev().filter_map(lane);
    Ok(lanes.into_iter().find(|lane| lane.bound <= promise))
}

/// How sure each threshold must be for the one that is taken to be as sure as is asked.
pub(super) fn held_to(confidence: Probability) -> Probability {
    let certain = Probability::ONE.parts_per_billion();
    let doubt = certain.saturating_sub(confidence.parts_per_billion());
    Probability::from_parts_per_billion(certain.saturating_sub(doubt / TRIED))
}

/// The lane of so many twentieths of all changes, and of those that are given the same as its last.
fn lane(all: &[(Probability, bool)], part: u32, sure: Probability) -> Option<Lane> {
    let part = usize::try_from(part).ok()?;
    let tried = usize::try_from(TRIED).ok()?;
    let last = all.len().checked_mul(part)?.checked_div(tried)?.checked_sub(1)?;
    let (at_most, _) = all.get(last).copied()?;
    let passed = all.partition_point(|(said, _)| *said <= at_most);
    let failed = all.iter().take(passed).filter(|(_, failed)| *failed).count();
    let (passed, failed) = (u32::try_from(passed).ok()?, u32::try_from(failed).ok()?);
    let share = u64::from(passed).checked_mul(u64::from(Probability::ONE.parts_per_billion()))?;
    let share = share.checked_div(u64::try_from(all.len()).ok()?)?;
    Some(Lane {
        at_most,
        passed,
        failed,
        bound: failures_at_most(passed, failed, sure),
        share: Probability::from_parts_per_billion(u32::try_from(share).ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: u32) -> Probability {
        Probability::from_parts_per_billion(parts)
    }

    /// So many changes of which those above a place fail in turns.
    fn history(count: u32, from: u32) -> (Vec<Probability>, Vec<bool>) {
        let said = (0..count).map(|change| of(change * 1_000_000)).collect();
        (said, (0..count).map(|change| change >= from && change % 2 == 0).collect())
    }

    #[test]
    fn the_widest_one_that_keeps_its_promise_is_taken() {
        let (said, failed) = history(1_000, 700);
        let found = |promise: u32| widest(&said, &failed, of(promise), of(900_000_000)).unwrap();
        let narrow = found(20_000_000).unwrap();
        // 1,000 x 14/20, and the next would be 750 with 25 failures.
        assert_eq!((narrow.passed, narrow.failed, narrow.at_most), (700, 0, of(699_000_000)));
        assert_eq!(narrow.share, of(700_000_000));
        // Ln(200) by 700, the rule of three for one in two hundred.
        assert!(narrow.bound > of(7_500_000) && narrow.bound < of(7_600_000), "{:?}", narrow.bound);
        let wide = found(100_000_000).unwrap();
        assert_eq!((wide.passed, wide.failed), (800, 50));
        assert_eq!(found(1_000_000), None);
        assert!(widest(&said, &failed[1..], of(0), of(0)).is_err());
        assert_eq!(widest(&[], &[], of(500_000_000), of(900_000_000)), Ok(None));
    }

    #[test]
    fn changes_of_one_probability_pass_together() {
        let said = vec![of(5); 400];
        let failed: Vec<bool> = (0..400).map(|change| change == 399).collect();
        let lane = widest(&said, &failed, of(100_000_000), of(900_000_000)).unwrap().unwrap();
        assert_eq!((lane.passed, lane.failed), (400, 1));
    }
}
