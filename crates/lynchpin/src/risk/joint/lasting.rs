//! How long the failures of changes last that ship together.

use super::Shock;
use super::normal::below;
use super::scene::{Behind, Number, Scenes, TAIL};
use crate::base::Probability;
use crate::risk::float::{real, whole};

/// How long one failure lasts, in seconds: the mean and the standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lasts {
    pub(crate) mean: u64,
    pub(crate) spread: u64,
}

/// Up to so many changes each number of failures is looked at, and beyond it each scene: the work
/// is no more than so much for each change.
const COUNTED: usize = 100;
/// The longest that is told of, in seconds: some thirty million years.
const LONGEST: f64 = 1e15;
/// So many standard deviations above its mean nothing lies that is as likely as what is told.
const FAR: f64 = 5.0;

/// Changes that ship together, of some of which it is asked how long their failures last.
pub(crate) struct Lasting(Scenes);

impl Lasting {
    pub(crate) fn new(changes: &[Probability], shock: Shock) -> Lasting {
        let behind: Vec<Behind> = changes.iter().map(|it| Behind::new(*it)).collect();
        Lasting(Scenes::new(&behind, shock.as_float()))
    }

    /// How long the failures of some of the changes, by their numbers, last in all: in nine of ten
    /// such releases, at least and at most so many seconds.
    pub(crate) fn seconds(&self, some: &[usize], lasts: Lasts) -> (u64, u64) {
        let numbers = self.0.only(some).numbers(COUNTED);
        let totals: Vec<Total> = numbers.iter().map(|it| Total::new(it, lasts)).collect();
        let longest = totals.iter().map(Total::longest).fold(0.0, f64::max);
        let at = |share: f64| {
            let reaches = |seconds: u64| {
                let within = totals.iter().map(|it| it.weight * it.within(float(seconds)));
                within.sum::<f64>() >= share
            };
            let (mut low, mut high) = (0, u64::try_from(whole(longest)).unwrap_or(0));
            while low < high {
                let middle = u64::midpoint(low, high);
                if reaches(middle) { high = middle } else { low = middle.saturating_add(1) }
            }
            high
        };
        (at(TAIL), at(1.0 - TAIL))
    }
}

/// What some number of failures comes to, in seconds.
struct Total {
    weight: f64,
    mean: f64,
    variance: f64,
}

impl Total {
    /// The failures last by themselves, so that the variances of what they last add up.
    fn new(number: &Number, lasts: Lasts) -> Total {
        let (mean, spread) = (float(lasts.mean), float(lasts.spread));
        let variance = number.mean * spread * spread + number.variance * mean * mean;
        Total { weight: number.weight, mean: number.mean * mean, variance }
    }

    fn longest(&self) -> f64 {
        libm::ceil(self.mean + FAR * self.variance.sqrt()).min(LONGEST)
    }

    /// How likely it is no more than so many seconds: as a lognormal distribution of this mean and
    /// variance says. Times to recover are close to one, and so are sums of a few of them (Fenton
    /// 1960).
    fn within(&self, seconds: f64) -> f64 {
        if self.mean <= 0.0 || self.variance <= 0.0 {
            return if self.mean <= seconds { 1.0 } else { 0.0 };
        }
        if seconds <= 0.0 {
            return 0.0;
        }
        let ratio = self.variance.sqrt() / self.mean;
        let spread = libm::log1p(ratio * ratio);
        below((libm::log(seconds / self.mean) + spread / 2.0) / spread.sqrt())
    }
}

fn float(seconds: u64) -> f64 {
    i64::try_from(seconds).map_or(LONGEST, real).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: u32) -> Probability {
        Probability::from_parts_per_billion(parts)
    }

    fn lasts(mean: u64, spread: u64) -> Lasts {
        Lasts { mean, spread }
    }

    fn seconds(changes: &[Probability], shock: Shock, lasts: Lasts) -> (u64, u64) {
        let all: Vec<usize> = (0..changes.len()).collect();
        Lasting::new(changes, shock).seconds(&all, lasts)
    }

    #[test]
    fn some_changes_last_as_if_there_were_no_others() {
        let changes = [900_000_000, 20_000_000, 400_000_000].map(of);
        let both = Lasting::new(&changes, Shock::PUBLISHED).seconds(&[0, 2], lasts(600, 90));
        assert_eq!(both, seconds(&[changes[0], changes[2]], Shock::PUBLISHED, lasts(600, 90)));
    }

    #[test]
    fn failures_of_one_length_last_as_many_times_it() {
        // Of two of one in five, none fails in 64 of 100, one in 32 and both in 4.
        let two = [of(200_000_000); 2];
        assert_eq!(seconds(&two, Shock::NONE, lasts(600, 0)), (0, 600));
        // Of two of three in four, none fails in 6.25 of 100, and both in 56.25.
        let two = [of(750_000_000); 2];
        assert_eq!(seconds(&two, Shock::NONE, lasts(600, 0)), (0, 1200));
        // Of two of four in five, none fails in 4 of 100.
        let two = [of(800_000_000); 2];
        assert_eq!(seconds(&two, Shock::NONE, lasts(600, 0)), (600, 1200));
        let certain = vec![of(1_000_000_000); 150];
        assert_eq!(seconds(&certain, Shock::PUBLISHED, lasts(600, 0)), (90_000, 90_000));
        assert_eq!(seconds(&[], Shock::PUBLISHED, lasts(600, 60)), (0, 0));
        assert_eq!(seconds(&certain, Shock::NONE, lasts(0, 0)), (0, 0));
    }

    #[test]
    fn a_single_failure_lasts_as_the_incidents_did() {
        // Of a lognormal distribution 95 of 100 are below exp(1.6449 s - s^2 / 2) times the mean,
        // and 5 of 100 below exp(-1.6449 s - s^2 / 2) of it; s^2 = ln(1 + (deviation/mean)^2).
        let certain = [of(1_000_000_000)];
        for (deviation, low, high) in [
            (50_000, 41_124, 194_532),
            (100_000, 17_978, 278_113),
            (200_000, 5_550, 360_385),
            (500_000, 1_007, 381_883),
            (1_000_000, 291, 340_775),
        ] {
            let (least, most) = seconds(&certain, Shock::NONE, lasts(100_000, deviation));
            assert!(most.abs_diff(high) < 100, "{deviation}: {most} for {high}");
            assert!(least.abs_diff(low) < 20, "{deviation}: {least} for {low}");
        }
        // It fails in one of ten, so that one of two failures is longer than what is told of: those
        // above the median, 0.7071 of the mean.
        let (least, most) = seconds(&[of(100_000_000)], Shock::NONE, lasts(100_000, 100_000));
        assert!(least == 0 && most.abs_diff(70_711) < 100, "{most}");
    }

    #[test]
    fn many_changes_are_close_to_what_counting_says() {
        for (count, parts) in [(101, 1_000_000), (150, 30_000_000), (400, 200_000_000)] {
            let changes = vec![of(parts); count];
            let counted = super::super::Joint::new(&changes, Shock::PUBLISHED).failures;
            let (least, most) = seconds(&changes, Shock::PUBLISHED, lasts(1000, 0));
            for (told, counted) in [(least, counted.0), (most, counted.1)] {
                let off = told.abs_diff(u64::from(counted) * 1000);
                assert!(off <= 1000, "{count} of {parts}: {told} and {counted}");
            }
        }
    }

    #[test]
    fn a_failure_lasts_no_less_however_many_might() {
        // Some hundred of one in a thousand: if any fails, it is one.
        for count in [100, 101, 140] {
            let (_, most) = seconds(&vec![of(1_000_000); count], Shock::PUBLISHED, lasts(1000, 0));
            assert!((1000..1200).contains(&most), "{count}: {most}");
        }
        // Nearly all is common to them, so that there are scenes in which nearly nothing fails.
        for count in [100, 101] {
            let shock = Shock::new(of(950_000_000));
            let (least, most) = seconds(&vec![of(9_950_000); count], shock, lasts(600, 300));
            assert_eq!(least, 0);
            assert!(most < 1_000, "{count}: {most}");
        }
    }

    #[test]
    fn nothing_is_too_long() {
        let all = vec![of(1_000_000_000); 200];
        let longest = seconds(&all, Shock::NONE, lasts(u64::MAX, u64::MAX));
        assert_eq!(longest.1, 1_000_000_000_000_000);
    }
}
