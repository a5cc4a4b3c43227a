//! Whether changes are of another sort.

use serde::Serialize;

use super::{CHANGES_MIN, Feature, Options, Reaction, millionths};
use crate::risk::learn::MISSING;

/// Into how many bins the values of the reference are put, if so many differ.
const BINS: usize = 10;
/// The deviate that chance exceeds in one of a thousand cases.
const RARE: f64 = 3.090_232;

/// How far one feature has moved.
///
/// The population stability index is the sum, over bins, of the difference of the shares of both
/// parts times the difference of their logarithms (Siddiqi 2006). The bins are the tenths of the
/// reference, as far as its values differ; what is below all of it, where many are the least, and
/// what is not known have bins of their own. Half a change is added to each bin, so that an empty
/// one has a logarithm.
///
/// Few changes give a large index by chance alone: times the harmonic mean of the two numbers of
/// changes it is distributed as chi-squared (Yurdakul 2018), and what chance exceeds only in one of
/// a thousand cases is the limit where it is the larger one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FeatureShift {
    /// The feature.
    pub name: String,
    /// The index in millionths; `None` if a part has too few changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub psi: Option<i64>,
    /// Beyond which it has drifted, in millionths.
    pub limit: i64,
    /// What that asks for.
    pub reaction: Reaction,
}

impl FeatureShift {
    pub(super) fn of(before: &Feature<'_>, now: &Feature<'_>, options: &Options) -> FeatureShift {
        let few = before.values.len().min(now.values.len()) < CHANGES_MIN;
        let bins = bins(before.values, now.values);
        let psi = (!few).then(|| millionths(index(&bins)));
        let limit = i64::from(options.psi).max(millionths(by_chance(&bins)));
        let reaction = match psi {
            None => Reaction::GatherMore,
            Some(psi) if psi > limit => Reaction::Refit,
            Some(_) => Reaction::None,
        };
        FeatureShift { name: before.name.to_owned(), psi, limit, reaction }
    }
}

/// How many changes of the reference and how many recent ones are in each bin that has any.
fn bins(before: &[i64], now: &[i64]) -> Vec<(f64, f64)> {
    let edges = edges(before);
    let mut bins = vec![(0.0, 0.0); edges.len().saturating_add(2)];
    let place = |value: i64| match value {
        MISSING => 0,
        known => edges.partition_point(|edge| *edge < known).saturating_add(1),
    };
    for value in before {
        if let Some((count, _)) = bins.get_mut(place(*value)) {
            *count += 1.0;
        }
    }
    for value in now {
        if let Some((_, count)) = bins.get_mut(place(*value)) {
            *count += 1.0;
        }
    }
    bins.retain(|(before, now)| before + now > 0.0);
    bins
}

/// The largest value of each bin but the last.
fn edges(before: &[i64]) -> Vec<i64> {
    let mut known: Vec<i64> = before.iter().copied().filter(|value| *value != MISSING).collect();
    known.sort_unstable();
    let place = |bin: usize| known.len().saturating_mul(bin).div_ceil(BINS).saturating_sub(1);
    let mut edges: Vec<i64> = (1..BINS).filter_map(|bin| known.get(place(bin)).copied()).collect();
    edges.dedup();
    // Where a tenth and more are the least there was, what is below that is another sort.
    if let (Some(first), Some(least)) = (edges.first().copied(), known.first())
        && first == *least
    {
        edges.insert(0, first.saturating_sub(1));
    }
    edges
}

fn index(bins: &[(f64, f64)]) -> f64 {
    let (before, now) = totals(bins);
    let added = bins.iter().fold(0.0, |sum, _| sum + 0.5);
    let part = |(count, count_now): &(f64, f64)| {
        let (share, share_now) =
            ((count + 0.5) / (before + added), (count_now + 0.5) / (now + added));
        (share_now - share) * libm::log(share_now / share)
    };
    bins.iter().map(part).sum()
}

/// What chance exceeds in one of a thousand cases: a quantile of chi-squared, by the cube of a
/// normal one (Wilson and Hilferty 1931), by the numbers of changes.
fn by_chance(bins: &[(f64, f64)]) -> f64 {
    let free = bins.iter().skip(1).fold(0.0, |sum: f64, _| sum + 1.0);
    let (before, now) = totals(bins);
    if free <= 0.0 || before <= 0.0 || now <= 0.0 {
        return 0.0;
    }
    let part = 2.0 / (9.0 * free);
    let root = 1.0 - part + RARE * part.sqrt();
    free * root * root * root * (1.0 / before + 1.0 / now)
}

fn totals(bins: &[(f64, f64)]) -> (f64, f64) {
    bins.iter().fold((0.0, 0.0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(before: &[i64], now: &[i64]) -> FeatureShift {
        let feature = |values| Feature { name: "lines", values };
        FeatureShift::of(&feature(before), &feature(now), &Options::default())
    }

    #[test]
    fn bins_are_tenths_as_far_as_values_differ() {
        let tens: Vec<i64> = (1..=100).collect();
        assert_eq!(edges(&tens), [10, 20, 30, 40, 50, 60, 70, 80, 90]);
        let few: Vec<i64> = (1..=7).collect();
        assert_eq!(edges(&few), [0, 1, 2, 3, 4, 5, 6, 7]);
        // Half of them are nothing, which is the least: what is below is apart.
        let half: Vec<i64> = (0..100).map(|at: i64| (at - 50).max(0)).chain([MISSING]).collect();
        assert_eq!(edges(&half), [-1, 0, 9, 19, 29, 39]);
        assert_eq!(edges(&[MISSING]), [0_i64; 0]);
        assert_eq!(edges(&[i64::MIN + 1]), [MISSING, i64::MIN + 1]);
        let known = [(9.0, 1.0), (10.0, 0.0), (10.0, 0.0), (10.0, 0.0), (10.0, 1.0)];
        let first = [(1.0, 1.0), (0.0, 1.0), (51.0, 1.0)];
        assert_eq!(bins(&half, &[-5, 7, MISSING, 99, 0]), [&first[..], &known[..]].concat());
    }

    #[test]
    fn the_index_by_hand() {
        // Shares of 1/4 and 3/4 against 1/2 and 1/2: ln 2 / 4 + ln 1.5 / 4.
        let found = index(&[(9.5, 19.5), (29.5, 19.5)]);
        assert!((found - 0.274_653_072).abs() < 1e-9, "{found}");
        assert!(index(&[(7.0, 90.0)]).abs() < 1e-15);
    }

    /// A thousandth of chi-squared lies beyond 10.83, 18.47 and 27.88 for 1, 4 and 9 degrees;
    /// the quantile is a little too large for few.
    #[test]
    fn the_limit_is_what_chance_exceeds_once_in_a_thousand() {
        for (bins, known, off) in [(2_u8, 10.83, 0.04), (5, 18.47, 0.02), (10, 27.88, 0.01)] {
            let each = (100.0 / f64::from(bins), 50.0 / f64::from(bins));
            let found = by_chance(&vec![each; bins.into()]) / (1.0 / 100.0 + 1.0 / 50.0);
            assert!((found - known).abs() < off * known, "{found} for {known}");
        }
        assert!(by_chance(&[(5.0, 5.0)]).abs() < 1e-15);
        assert!(by_chance(&[(0.0, 5.0), (0.0, 5.0)]).abs() < 1e-15);
    }

    #[test]
    fn what_moved_asks_for_a_refit_and_few_changes_for_more() {
        let before: Vec<i64> = (0..1_000).map(|at| at * 37 % 1_000).collect();
        let shifted = |by: i64| before.iter().map(|value| value + by).collect::<Vec<_>>();
        let same = compared(&before, &shifted(0));
        assert_eq!((same.psi, same.limit, same.reaction), (Some(0), 250_000, Reaction::None));
        assert_eq!(compared(&before, &shifted(30)).reaction, Reaction::None);
        let moved = compared(&before, &shifted(300));
        assert!(moved.psi.unwrap() > 250_000);
        assert_eq!(moved.reaction, Reaction::Refit);
        let now = shifted(300);
        let with = |psi: i64| {
            let options = Options { psi: psi.try_into().unwrap(), ..Options::default() };
            let of = |values| Feature { name: "lines", values };
            FeatureShift::of(&of(&before), &of(&now), &options)
        };
        assert_eq!(with(moved.psi.unwrap()).reaction, Reaction::None);
        assert_eq!(with(moved.psi.unwrap() - 1).reaction, Reaction::Refit);
        // What came to be missing has moved, too, and so has what was always the same.
        let holes: Vec<i64> =
            before.iter().map(|it| if *it < 300 { MISSING } else { *it }).collect();
        assert_eq!(compared(&before, &holes).reaction, Reaction::Refit);
        for other in [-1, 1] {
            assert_eq!(compared(&[0; 100], &[other; 100]).reaction, Reaction::Refit);
        }
        // Of thirty, the same move may be chance.
        let few = compared(&before[..30], &shifted(300)[..30]);
        assert!(few.psi.is_some() && few.limit > 1_000_000, "{few:?}");
        assert_eq!(few.reaction, Reaction::None);
        for (before, now) in [(&before[..29], &before[..30]), (&before[..30], &before[..29])] {
            let found = compared(before, now);
            assert_eq!((found.psi, found.reaction), (None, Reaction::GatherMore));
        }
    }
}
