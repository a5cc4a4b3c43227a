//! How sure figures are: the same history drawn anew, many times.

use super::figures::{COUNT, ERROR, Figure, Interval, Measured};
use super::options::Options;
use super::random::Random;
use super::sample::Sample;

/// Each figure with its interval. `stream` keeps the draws of different samples apart.
pub(super) fn figures(
    mut sample: Sample,
    options: &Options,
    stream: usize,
) -> [Option<Figure<i64>>; COUNT] {
    let Options { base, costs, seed, repetitions, .. } = *options;
    let values = sample.measured(base, costs);
    let length = block_length(sample.len());
    let mut random = Random::new(seed, stream);
    let mut draws: [Vec<i64>; COUNT] = std::array::from_fn(|_| Vec::new());
    for _ in 0..repetitions {
        sample.draw(&mut random, length);
        let measured: Measured = sample.measured(base, costs);
        for (all, one) in draws.iter_mut().zip(measured) {
            all.extend(one);
        }
    }
    let mut draws = draws.into_iter();
    let mut number = 0..;
    values.map(|value| {
        let draws = draws.next().unwrap_or_default();
        let is_error = number.next() == Some(ERROR);
        value.map(|value| {
            let found = interval(draws, options);
            let interval = if is_error { found.map(|it| turned(it, value)) } else { found };
            Figure { value, interval }
        })
    })
}

/// How many changes that were made one after the other are drawn as one: the cube root of all of
/// them (Künsch 1989 has the order), rounded down.
pub(super) fn block_length(changes: usize) -> usize {
    let fits = |length: &usize| length.pow(3) <= changes;
    // The cube root of the most changes that there may be is below 160.
    (1..160).take_while(fits).last().unwrap_or(1)
}

/// What lies between the ends of the draws that are left when as many as the doubt are cut off.
fn interval(mut draws: Vec<i64>, options: &Options) -> Option<Interval<i64>> {
    let told = u64::try_from(draws.len()).ok()?;
    if told.saturating_mul(10) < u64::from(options.repetitions).saturating_mul(9) {
        return None;
    }
    draws.sort_unstable();
    let first = usize::try_from(options.beyond(told).max(1)).ok()?.checked_sub(1)?;
    let last = draws.len().checked_sub(1)?.checked_sub(first)?;
    Some(Interval { low: *draws.get(first)?, high: *draws.get(last)? })
}

/// An interval of a share, mirrored at its value; it ends there, if all draws lie beyond it.
fn turned(interval: Interval<i64>, value: i64) -> Interval<i64> {
    let mirror = |end: i64| value.saturating_mul(2).saturating_sub(end).clamp(0, 1_000_000_000);
    let (low, high) = (mirror(interval.high), mirror(interval.low));
    Interval { low: low.min(value), high: high.max(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Instant, Probability, Span};
    use crate::risk::backtest::Costs;

    fn options(repetitions: u32, confidence: &str) -> Options {
        let costs = Costs { review: 1, escape: 9 };
        Options::new(Instant::EPOCH, Span::ZERO, Probability::ZERO, costs)
            .with_repetitions(repetitions)
            .with_confidence(confidence.parse().unwrap())
    }

    #[test]
    fn runs_have_the_cube_root() {
        for (changes, length) in
            [(0, 1), (1, 1), (7, 1), (8, 2), (26, 2), (27, 3), (1_000, 10), (4_000_000, 158)]
        {
            assert_eq!(block_length(changes), length, "{changes}");
        }
    }

    #[test]
    fn as_many_draws_are_cut_off_as_there_is_doubt() {
        let ends = |draws: Vec<i64>, repetitions, confidence: &str| {
            let found = interval(draws, &options(repetitions, confidence));
            found.map(|it| (it.low, it.high))
        };
        let mixed = |count: i64| (1..=count).map(|it| it * 7 % (count + 1)).collect::<Vec<_>>();
        // A twentieth of two hundred and one is ten: so many end with the end.
        assert_eq!(ends(mixed(200), 200, "0.9"), Some((10, 191)));
        assert_eq!(ends(mixed(199), 199, "0.9"), Some((10, 190)));
        assert_eq!(ends(mixed(198), 198, "0.9"), Some((9, 190)));
        assert_eq!(ends(mixed(39), 39, "0.95"), Some((1, 39)));
        assert_eq!(ends(vec![3], 1, "0.000000001"), Some((3, 3)));
        // What could not be told in a tenth of the draws may be left out, in more not.
        assert_eq!(ends(mixed(180), 200, "0.9"), Some((9, 172)));
        assert_eq!(ends(mixed(179), 200, "0.9"), None);
        assert_eq!(ends(Vec::new(), 0, "0.9"), None);
    }

    #[test]
    fn what_is_mirrored_stays_a_share() {
        let turn = |low, high, value| {
            let found = turned(Interval { low, high }, value);
            (found.low, found.high)
        };
        assert_eq!(turn(40, 90, 50), (10, 60));
        assert_eq!(turn(40, 190, 50), (0, 60));
        assert_eq!(turn(60, 90, 50), (10, 50));
        assert_eq!(turn(10, 40, 50), (50, 90));
        assert_eq!(turn(0, 900_000_000, 800_000_000), (700_000_000, 1_000_000_000));
    }
}
