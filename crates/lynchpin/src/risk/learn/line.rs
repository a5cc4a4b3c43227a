//! The line of one feature, for many values at once: what [`Term::line`] says of each, by steps
//! that a compiler takes for several at once.

use super::model::{MISSING, Steps, Term};
use crate::risk::float::{MIDDLE, are_wide, real};

/// What a line may add at most, in billionths, for wide numbers to hold it.
const MOST: u64 = 1 << 50;
/// How many values are looked over together before they are worked out.
const TOGETHER: usize = 64;

/// The line of a term, made ready for many values.
#[derive(Clone, Debug)]
pub(super) struct Line {
    term: Term,
    /// What is missing adds.
    missing: i64,
    /// The ends of the line, as far from its centre as they are.
    ends: (f64, f64),
    /// Taken from the float whose bits are those of [`MIDDLE`] and a value, it leaves how far that
    /// is from the centre.
    centre: f64,
    slope: f64,
    /// Whether wide numbers hold all that there is.
    is_small: bool,
}

impl Line {
    pub(super) fn new(term: &Term) -> Line {
        let (low, high) = term.seen;
        let centre = real(term.centre);
        let ends = [term.line(low), term.line(high)];
        let is_small = are_wide(&[low, high, term.centre])
            && low <= high
            && ends.iter().all(|end| end.billionths().unsigned_abs() < MOST);
        Line {
            missing: term.line(MISSING).billionths(),
            ends: (real(low) - centre, real(high) - centre),
            centre: MIDDLE + centre,
            slope: term.slope(),
            is_small,
            // Without its steps, which may be many and are none of a line's.
            term: Term {
                name: String::new(),
                transform: term.transform,
                weight: term.weight,
                error: term.error,
                centre: term.centre,
                seen: term.seen,
                steps: Steps::default(),
            },
        }
    }

    /// The most that it can add, or take away.
    pub(super) fn most(&self) -> u64 {
        let (low, high) = self.term.seen;
        let ends = [self.missing, self.add(low), self.add(high)];
        ends.iter().map(|it| it.unsigned_abs()).max().unwrap_or(0)
    }

    /// Puts what each value adds in its place.
    pub(super) fn put(&self, values: &mut [i64]) {
        for part in values.chunks_mut(TOGETHER) {
            if self.is_small && are_wide(part) {
                part.iter_mut().for_each(|value| *value = whole(self.wide(*value)));
            } else {
                part.iter_mut().for_each(|value| *value = self.add(*value));
            }
        }
    }

    /// Adds what each value adds to a sum, which has room for it.
    pub(super) fn add_to(&self, sums: &mut [i64], values: &[i64]) {
        for (sums, part) in sums.chunks_mut(TOGETHER).zip(values.chunks(TOGETHER)) {
            let all = sums.iter_mut().zip(part);
            if self.is_small && are_wide(part) {
                all.for_each(|(sum, value)| *sum = sum.wrapping_add(whole(self.wide(*value))));
            } else {
                all.for_each(|(sum, value)| *sum = sum.wrapping_add(self.add(*value)));
            }
        }
    }

    /// The same of two lines: their sums are fetched and put back once for both.
    pub(super) fn add_two_to(
        sums: &mut [i64],
        (one, ones): (&Line, &[i64]),
        (other, others): (&Line, &[i64]),
    ) {
        let parts = ones.chunks(TOGETHER).zip(others.chunks(TOGETHER));
        for (sums, (ones, others)) in sums.chunks_mut(TOGETHER).zip(parts) {
            if !(one.is_small && other.is_small && are_wide(ones) && are_wide(others)) {
                one.add_to(sums, ones);
                other.add_to(sums, others);
                continue;
            }
            for (sum, (first, second)) in sums.iter_mut().zip(ones.iter().zip(others)) {
                let both = whole(one.wide(*first)).wrapping_add(whole(other.wide(*second)));
                *sum = sum.wrapping_add(both);
            }
        }
    }

    fn add(&self, value: i64) -> i64 {
        if value == MISSING { self.missing } else { self.term.line(value).billionths() }
    }

    #[inline]
    fn wide(&self, value: i64) -> f64 {
        let (low, high) = self.ends;
        let off =
            f64::from_bits(MIDDLE.to_bits().wrapping_add(value.cast_unsigned())) - self.centre;
        let off = if off > high { high } else { off };
        let off = if off < low { low } else { off };
        off * self.slope
    }
}

/// The nearest whole number of a small one, the even one of two.
#[inline]
fn whole(number: f64) -> i64 {
    (number + MIDDLE).to_bits().wrapping_sub(MIDDLE.to_bits()).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::super::Transform;
    use super::*;
    use crate::base::LogOdds;

    fn term(weight: i64, centre: i64, seen: (i64, i64)) -> Term {
        Term {
            name: "a".into(),
            transform: Transform::Plain,
            weight: LogOdds::from_billionths(weight),
            error: LogOdds::default(),
            centre,
            seen,
            steps: Steps::default(),
        }
    }

    #[test]
    fn many_are_what_each_is() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            (state >> 24).cast_signed()
        };
        let terms = [
            term(1, 3, (-5_000_000, 70_000_000_000)),
            term(-731_205_118, 2_456_789, (0, 9_000_000)),
            // Much of what it adds lies in the middle between two whole numbers.
            term(500_000, 0, (-1_000, 100_000)),
            term(0, 0, (0, 0)),
            term(1 << 52, 0, (-(1 << 52), 1 << 52)),
            term(7, 0, (0, 1 << 52)),
        ];
        for term in &terms {
            let line = Line::new(term);
            for size in [4, 20, 36, 52, 63] {
                let mut values: Vec<i64> = (0..997).map(|_| next() % (1 << size)).collect();
                values.extend([MISSING, i64::MAX, term.seen.0, term.seen.1, term.centre]);
                values.extend(-20..20);
                let mut put = values.clone();
                line.put(&mut put);
                let mut sums = vec![5; values.len()];
                line.add_to(&mut sums, &values);
                let mut twice = vec![5; values.len()];
                Line::add_two_to(&mut twice, (&line, &values), (&line, &values));
                for ((value, (put, twice)), sum) in
                    values.iter().zip(put.into_iter().zip(twice)).zip(sums)
                {
                    assert_eq!(put, term.line(*value).billionths(), "{term:?} of {value}");
                    assert_eq!(sum, put.wrapping_add(5));
                    assert_eq!(twice, sum.wrapping_add(put));
                    assert!(put.unsigned_abs() <= line.most());
                }
            }
        }
    }
}
