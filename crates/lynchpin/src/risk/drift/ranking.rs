//! Whether what fails is still told from what holds.

use serde::Serialize;

use super::{EACH_MIN, Options, Reaction, millionths, real};
use crate::base::Probability;
use crate::risk::measure::Ties;

/// How well what fails is told from what holds.
///
/// The deviate is the difference of the two areas ([`Ranking::auc`](crate::risk::measure::Ranking))
/// by its standard error. That of each is worked out from where each failure stands among what
/// held, and the other way round (DeLong, DeLong and Clarke-Pearson 1988); the parts have no
/// changes in common, so the variances add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RankingShift {
    /// The area of the reference; `None` if all failed, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Probability>,
    /// The area of late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent: Option<Probability>,
    /// The deviate in millionths: below zero, it ranks worse. `None` if of a part too few failed or
    /// held, or if both areas are all that they can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z: Option<i64>,
    /// What that asks for; nothing, if it ranks better.
    pub reaction: Reaction,
}

impl RankingShift {
    pub(super) fn of(before: &Ties, now: &Ties, options: &Options) -> RankingShift {
        let z = deviate(before, now).map(millionths);
        let (reference, recent) = (before.auc(), now.auc());
        let reaction = match z {
            Some(z) if z.saturating_neg() > options.z.into() => Reaction::FreezeAutonomy,
            Some(_) => Reaction::None,
            None => Reaction::GatherMore,
        };
        RankingShift { reference, recent, z, reaction }
    }
}

fn deviate(before: &Ties, now: &Ties) -> Option<f64> {
    let ((area, variance), (area_now, variance_now)) = (area(before)?, area(now)?);
    let both = variance + variance_now;
    (both > 0.0).then(|| (area_now - area) / both.sqrt())
}

/// The area and its variance; `None` if too few failed or held.
fn area(ties: &Ties) -> Option<(f64, f64)> {
    let held = ties.count().saturating_sub(ties.failures());
    if ties.failures().min(held) < EACH_MIN {
        return None;
    }
    let (failures, held) = (real(ties.failures()), real(held));
    // By how much each failure is over what held, and each that held is under what failed: the sum
    // of these shares and that of their squares.
    let (mut over, mut under) = (Moments::default(), Moments::default());
    let (mut held_below, mut failed_below) = (0.0, 0.0);
    for tie in ties.all() {
        let (bad, good) = (real(tie.failures), real(tie.held()));
        over.add(bad, (held_below + good / 2.0) / held);
        under.add(good, (failures - failed_below - bad / 2.0) / failures);
        held_below += good;
        failed_below += bad;
    }
    let variance = over.variance(failures) / failures + under.variance(held) / held;
    Some((over.sum / failures, variance))
}

#[derive(Default)]
struct Moments {
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, times: f64, value: f64) {
        self.sum += times * value;
        self.squares += times * value * value;
    }

    /// The variance of so many values.
    fn variance(&self, count: f64) -> f64 {
        ((self.squares - self.sum * self.sum / count) / (count - 1.0)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many changes of one score, of which so many failed.
    fn ties(rows: &[(i64, u64, u64)]) -> Ties {
        let both = |(score, count, failures): &(i64, u64, u64)| {
            [(*score, false, count - failures), (*score, true, *failures)]
        };
        Ties::of(rows.iter().flat_map(both))
    }

    /// The deviate was worked out apart from this, comparing each pair.
    #[test]
    fn the_deviate_is_that_of_all_pairs() {
        let before = ties(&[(1, 10, 2), (2, 15, 4), (5, 15, 9)]);
        let now = ties(&[(1, 10, 5), (2, 15, 6), (5, 15, 4)]);
        let found = RankingShift::of(&before, &now, &Options::default());
        assert_eq!(found.z, Some(-2_463_529));
        assert_eq!(found.reference.unwrap().to_string(), "0.693333333");
        assert_eq!(found.recent.unwrap().to_string(), "0.393333333");
        assert_eq!(found.reaction, Reaction::None);
        let reaction = |before, now, z| {
            RankingShift::of(before, now, &Options { z, ..Options::default() }).reaction
        };
        assert_eq!(reaction(&before, &now, 2_463_528), Reaction::FreezeAutonomy);
        assert_eq!(reaction(&before, &now, 2_463_529), Reaction::None);
        // What ranks better is no drift to mend.
        assert_eq!(reaction(&now, &before, 2_463_528), Reaction::None);
    }

    #[test]
    fn too_few_of_a_kind_tell_nothing() {
        let some = ties(&[(1, 30, 5), (2, 30, 20)]);
        let told = |rows: &[(i64, u64, u64)]| {
            let found = RankingShift::of(&some, &ties(rows), &Options::default());
            (found.z.is_some(), found.reaction)
        };
        let too_few = (false, Reaction::GatherMore);
        assert_eq!(told(&[(1, 15, 4), (2, 15, 6)]), (true, Reaction::None));
        assert_eq!(told(&[(1, 15, 4), (2, 15, 5)]), too_few);
        assert_eq!(told(&[(1, 15, 11), (2, 15, 10)]), too_few);
        assert_eq!(told(&[]), too_few);
        // Nothing is sure of what is always right, in both parts.
        let right = ties(&[(1, 20, 0), (2, 20, 20)]);
        assert_eq!(RankingShift::of(&right, &right, &Options::default()).z, None);
    }
}
