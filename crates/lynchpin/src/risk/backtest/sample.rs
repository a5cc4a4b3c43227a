//! A history sorted once by what was said, of which each row counts so many times.

use super::figures::Measured;
use super::gate::{Costs, saving};
use super::outcomes::Outcomes;
use super::random::Random;
use crate::base::Probability;
use crate::risk::measure::{Calibration, Ties, share};

/// The lowest skill that is told, in billionths: a million below nothing.
const SKILL_MIN: i64 = -1_000_000_000_000_000;
/// The part of the effort that is spent: one in so many.
const FIFTH: u128 = 5;

/// A change as it is looked at.
#[derive(Clone, Copy, Debug)]
struct Row {
    said: i64,
    failed: bool,
    effort: u64,
}

/// Changes with how often each counts.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// The riskiest first; of equal ones what held, and of these the largest.
    rows: Vec<Row>,
    /// How often each of them counts.
    times: Vec<u32>,
    /// In order of time, where the row of each change is.
    places: Vec<usize>,
    /// The same changes counted by what was said.
    ties: Ties,
    by_effort: bool,
}

impl Sample {
    /// Every change, once.
    pub(super) fn new(outcomes: &Outcomes<'_>) -> Sample {
        let efforts = outcomes.effort.unwrap_or_default();
        let efforts = efforts.iter().copied().chain(std::iter::repeat(0));
        let columns = outcomes.said.iter().zip(outcomes.failed).zip(efforts);
        let mut sorted: Vec<(Row, usize)> = columns
            .map(|((said, failed), effort)| {
                let said = said.parts_per_billion().into();
                Row { said, failed: *failed, effort }
            })
            .zip(0..)
            .collect();
        sorted.sort_unstable_by_key(|(row, at)| {
            (std::cmp::Reverse(row.said), row.failed, std::cmp::Reverse(row.effort), *at)
        });
        let mut places = vec![0; sorted.len()];
        for (place, (_, at)) in sorted.iter().enumerate() {
            if let Some(slot) = places.get_mut(*at) {
                *slot = place;
            }
        }
        let rows: Vec<Row> = sorted.into_iter().map(|(row, _)| row).collect();
        let times = vec![1; rows.len()];
        let by_effort = outcomes.effort.is_some();
        let mut sample = Sample { rows, times, places, ties: Ties::default(), by_effort };
        sample.count();
        sample
    }

    /// Draws as many changes anew: runs of so many that were made one after the other, from places
    /// by chance, the first one after the last.
    pub(super) fn draw(&mut self, random: &mut Random, length: usize) {
        self.times.fill(0);
        let count = self.places.len();
        let mut left = count;
        while left > 0 {
            let start = random.below(count);
            let end = start.saturating_add(length.clamp(1, left));
            self.take(start, end.min(count));
            self.take(0, end.saturating_sub(count));
            left = left.saturating_sub(end.saturating_sub(start));
        }
        self.count();
    }

    /// Counts each of a run of changes once more.
    fn take(&mut self, from: usize, to: usize) {
        for place in self.places.get(from..to).unwrap_or_default() {
            if let Some(times) = self.times.get_mut(*place) {
                *times = times.saturating_add(1);
            }
        }
    }

    fn count(&mut self) {
        let rows = self.rows.iter().zip(&self.times).rev();
        self.ties.refill(rows.map(|(row, times)| (row.said, row.failed, u64::from(*times))));
    }

    /// How many changes there are.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) const fn ties(&self) -> &Ties {
        &self.ties
    }

    /// All figures of the changes as they count.
    pub(super) fn measured(&self, base: Probability, costs: Costs) -> Measured {
        let ties = &self.ties;
        let parts = |share: Probability| i64::from(share.parts_per_billion());
        let found = Calibration::of(ties, base);
        let found = found.as_ref();
        let observed = found.map(|it| parts(it.observed));
        let said = found.map(|it| parts(it.predicted));
        let recall = |percent| ties.recall(percent).map(parts);
        [
            observed,
            said,
            said.zip(observed).map(|(said, observed)| said.saturating_sub(observed)),
            ties.auc().map(parts),
            ties.average_precision().map(parts),
            found.map(|it| parts(it.brier)),
            found.and_then(|it| it.skill).map(|skill| skill.max(SKILL_MIN)),
            found.map(|it| parts(it.error)),
            recall(5),
            recall(10),
            recall(20),
            recall(50),
            self.recall_by_effort().map(parts),
            saving(ties, costs),
        ]
    }

    /// What a fifth of the effort finds, the riskiest first. The change that crosses it counts, and
    /// of one that counts many times only as many as are needed.
    fn recall_by_effort(&self) -> Option<Probability> {
        if !self.by_effort {
            return None;
        }
        let counted = || self.rows.iter().zip(&self.times);
        let of = |(row, times): (&Row, &u32)| u128::from(row.effort) * u128::from(*times);
        let total: u128 = counted().map(of).sum();
        let failures = u128::from(self.ties.failures());
        if total == 0 {
            return None;
        }
        // In fifths, so that nothing is cut off.
        let mut left = total;
        let mut hits = 0_u128;
        for (row, times) in counted() {
            let (each, times) = (u128::from(row.effort) * FIFTH, u128::from(*times));
            let crosses = times * each >= left;
            let seen = if crosses { left.div_ceil(each.max(1)) } else { times };
            hits += if row.failed { seen } else { 0 };
            if crosses {
                break;
            }
            left -= times * each;
        }
        share(hits, failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Instant;

    /// Changes with how much was said of each, in tenths, whether it failed, and its effort.
    fn sample(rows: &[(u32, bool, u64)]) -> Sample {
        let say = |tenths: u32| Probability::from_parts_per_billion(tenths * 100_000_000);
        let said: Vec<Probability> = rows.iter().map(|row| say(row.0)).collect();
        let failed: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let effort: Vec<u64> = rows.iter().map(|row| row.2).collect();
        let (made, known) = (vec![Instant::EPOCH; rows.len()], vec![None; rows.len()]);
        Sample::new(&Outcomes {
            made: &made,
            known: &known,
            said: &said,
            failed: &failed,
            effort: Some(&effort),
        })
    }

    #[test]
    fn rows_are_sorted_and_found_again() {
        let some =
            sample(&[(1, true, 5), (9, true, 1), (9, false, 2), (9, false, 7), (3, false, 0)]);
        let rows: Vec<(i64, bool, u64)> =
            some.rows.iter().map(|row| (row.said / 100_000_000, row.failed, row.effort)).collect();
        let sorted = [(9, false, 7), (9, false, 2), (9, true, 1), (3, false, 0), (1, true, 5)];
        assert_eq!(rows, sorted);
        assert_eq!(some.places, [4, 2, 1, 0, 3]);
        assert_eq!((some.len(), some.ties().count(), some.ties().failures()), (5, 5, 2));
    }

    #[test]
    fn runs_are_drawn_around_the_end() {
        // Said less and less, so that rows are in order of time.
        let rows: Vec<(u32, bool, u64)> = (0..10).map(|at| (10 - at, at % 3 == 0, 1)).collect();
        let mut some = sample(&rows);
        let (mut random, mut same) = (Random::new(5, 0), Random::new(5, 0));
        let mut wrapped = 0;
        for _ in 0..50 {
            some.draw(&mut random, 4);
            let mut times = [0; 10];
            for length in [4, 4, 2] {
                let start = same.below(10);
                wrapped += usize::from(start + length > 10);
                (start..start + length).for_each(|at| times[at % 10] += 1);
            }
            assert_eq!(some.times, times);
            assert_eq!(some.ties().count(), 10);
        }
        assert!(wrapped > 20);
        // One that is longer than all is cut.
        some.draw(&mut random, 99);
        assert_eq!(some.times, [1; 10]);
        some.draw(&mut random, 0);
        assert_eq!(some.times.iter().sum::<u32>(), 10);
    }

    #[test]
    fn a_fifth_of_the_effort_ends_within_what_counts_many_times() {
        let mut some = sample(&[(9, true, 4), (8, true, 0), (7, false, 3), (6, true, 43)]);
        // Ten of fifty: four, none, three, and the last crosses.
        assert_eq!(some.recall_by_effort(), Some(Probability::ONE));
        let told = |sample: &Sample| sample.recall_by_effort().unwrap().to_string();
        // Of four times four, three are enough for a fifth of fifty-six, and nothing else is seen.
        (some.times, some.rows[3].effort) = (vec![4, 1, 1, 1], 37);
        some.count();
        assert_eq!(told(&some), "0.5");
        // Exactly a fifth: 12 of 60.
        some.rows[3].effort = 41;
        assert_eq!(told(&some), "0.5");
        some.rows[3].effort = 42;
        assert_eq!(told(&some), "0.666666667");
        some.by_effort = false;
        assert_eq!(some.recall_by_effort(), None);
        assert_eq!(sample(&[(9, true, 0)]).recall_by_effort(), None);
        assert_eq!(sample(&[(9, false, 1)]).recall_by_effort(), None);
    }

    #[test]
    fn skill_is_told_down_to_a_million_below_nothing() {
        let costs = Costs { review: 1, escape: 1 };
        let skill = |said, base| {
            let base = Probability::from_parts_per_billion(base);
            sample(&[(said, false, 0)]).measured(base, costs)[6]
        };
        assert_eq!(skill(5, 500_000_000), Some(0));
        assert_eq!(skill(10, 1_000_000), Some(1_000_000_000 - 1_000_000_000_000_000));
        assert_eq!(skill(10, 500_000), Some(SKILL_MIN));
        assert_eq!(skill(10, 0), None);
    }
}
