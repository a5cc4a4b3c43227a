//! Whether changes fail more often, or more seldom.

use serde::Serialize;

use super::{Options, Reaction, are_enough, millionths, real};
use crate::base::Probability;
use crate::risk::measure::{Ties, share};

/// How often changes fail.
///
/// The deviate is the difference of the two shares by its standard error, which is that of a single
/// share in both parts; the difference is cut by half of what one change more or less makes (Yates
/// 1934), without which few changes would seem to tell more than they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BaseRate {
    /// The share that failed of the reference; `None` of no changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Probability>,
    /// The share that failed lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent: Option<Probability>,
    /// The deviate in millionths: above zero, more fail. `None` if a part has too few changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<i64>,
    /// What that asks for.
    pub reaction: Reaction,
}

impl BaseRate {
    pub(super) fn of(before: &Ties, now: &Ties, options: &Options) -> BaseRate {
        let rate = |ties: &Ties| share(ties.failures().into(), ties.count().into());
        let enough = are_enough(before) && are_enough(now);
        let z = enough.then(|| millionths(deviate(before, now)));
        let reaction = match z {
            None => Reaction::GatherMore,
            Some(z) if z.saturating_abs() > options.z.into() => Reaction::ShiftIntercept,
            Some(_) => Reaction::None,
        };
        BaseRate { reference: rate(before), recent: rate(now), z, reaction }
    }
}

fn deviate(before: &Ties, now: &Ties) -> f64 {
    let (failed, of) = (real(before.failures()), real(before.count()));
    let (failed_now, of_now) = (real(now.failures()), real(now.count()));
    let both = (failed + failed_now) / (of + of_now);
    let each = 1.0 / of + 1.0 / of_now;
    let variance = both * (1.0 - both) * each;
    let off = failed_now / of_now - failed / of;
    let surely = (off.abs() - each / 2.0).max(0.0);
    // All failed in both parts, or none did: then there is no difference either.
    if variance > 0.0 { surely.copysign(off) / variance.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(failures: u64, count: u64) -> Ties {
        Ties::of([(1, false, count - failures), (1, true, failures)].into_iter())
    }

    fn compared(before: (u64, u64), now: (u64, u64)) -> BaseRate {
        BaseRate::of(&counted(before.0, before.1), &counted(now.0, now.1), &Options::default())
    }

    /// The square is chi-squared of the table of both, corrected, as statistics packages give it.
    #[test]
    fn the_deviate_is_that_of_the_corrected_table() {
        for (before, now, z) in [
            ((20, 100), (40, 100), 2_931_764),
            ((30, 400), (3, 50), -95_902),
            ((5, 1_000), (9, 300), 3_360_602),
            ((400, 1_000), (10, 60), -3_468_137),
        ] {
            let found = compared(before, now).z.unwrap();
            assert!((found - z).abs() <= 1, "{before:?} {now:?}: {found}");
            let other = compared(now, before).z.unwrap();
            assert!((other + z).abs() <= 1, "{other}");
        }
    }

    #[test]
    fn a_shift_is_asked_for_beyond_the_limit_either_way() {
        let more = compared((5, 1_000), (9, 300));
        assert_eq!(more.reaction, Reaction::ShiftIntercept);
        assert_eq!(more.reference.unwrap().to_string(), "0.005");
        assert_eq!(more.recent.unwrap().to_string(), "0.03");
        assert_eq!(compared((9, 300), (5, 1_000)).reaction, Reaction::ShiftIntercept);
        assert_eq!(compared((20, 100), (40, 100)).reaction, Reaction::None);
        let exactly = Options { z: more.z.unwrap().try_into().unwrap(), ..Options::default() };
        let found = BaseRate::of(&counted(5, 1_000), &counted(9, 300), &exactly);
        assert_eq!(found.reaction, Reaction::None);
    }

    #[test]
    fn too_few_tell_nothing_and_what_is_the_same_is_no_drift() {
        assert_eq!(compared((1, 30), (2, 30)).z, Some(0));
        for (before, now) in [((1, 29), (2, 30)), ((1, 30), (2, 29)), ((0, 0), (0, 0))] {
            let found = compared(before, now);
            assert_eq!((found.z, found.reaction), (None, Reaction::GatherMore));
        }
        for all in [compared((0, 50), (0, 90)), compared((50, 50), (90, 90))] {
            assert_eq!((all.z, all.reaction), (Some(0), Reaction::None));
        }
    }
}
