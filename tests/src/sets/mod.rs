//! Every set of a few facts about one change: a world so small that nothing of it is left out.
//!
//! Three people may approve, waive and run checks alike, and none of them wrote the change, so
//! that who is who makes no difference: of the sets that are the same but for the names of people
//! one is looked at, and how many it stands for is counted.

pub mod facts;
pub mod fast;

use facts::{FACTS, Number, renamed};

/// The ways to name three people otherwise; the first leaves them as they are.
pub const NAMES: [[u8; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// How many facts are in a set at most.
pub const MOST: usize = 4;

/// A set of facts, in ascending order.
pub type Set = Vec<Number>;

/// All sets of so many facts, in order.
pub fn sets(size: usize) -> impl Iterator<Item = Set> {
    let mut next: Option<Set> = Some((0u8..).take(size).collect());
    std::iter::from_fn(move || {
        let now = next.take()?;
        next = following(now.clone());
        Some(now)
    })
}

/// The set that comes after another of its size.
fn following(mut set: Set) -> Option<Set> {
    // The last fact that can still move on, and those after it right behind it.
    let mut end = FACTS;
    let moves = |(index, number): (usize, &Number)| {
        end -= 1;
        (*number < end).then_some((index, *number))
    };
    let (index, number) = set.iter().enumerate().rev().find_map(moves)?;
    set.truncate(index);
    let length = usize::from(FACTS) - usize::from(end) + index;
    set.extend((number + 1..).take(length - index));
    Some(set)
}

/// The first of the sets that are the same as this but for the names of people, and how many those
/// are.
#[must_use]
pub fn first_of(set: &[Number]) -> (Set, u64) {
    let named = NAMES.map(|names| {
        let mut other = [Number::MAX; MOST];
        for (place, number) in other.iter_mut().zip(set) {
            *place = renamed(*number, names);
        }
        other.sort_unstable();
        other
    });
    let [itself, ..] = named;
    let same = named.iter().filter(|other| **other == itself).count();
    let first = named.into_iter().min().unwrap_or(itself);
    let stands_for = u64::try_from(NAMES.len() / same).unwrap_or(0);
    (first.into_iter().take(set.len()).collect(), stands_for)
}

/// How many sets a set stands for; none, if another one stands for it.
#[must_use]
pub fn stands_for(set: &[Number]) -> Option<u64> {
    let (first, stands_for) = first_of(set);
    (first == set).then_some(stands_for)
}

/// How many sets of so many facts there are.
#[must_use]
pub fn how_many(size: u64) -> u64 {
    (0..size).fold(1, |sets, chosen| sets * (u64::from(FACTS) - chosen) / (chosen + 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_set_is_made_once_or_stood_for() {
        for size in 0..=2u8 {
            let all: Vec<Set> = sets(usize::from(size)).collect();
            assert_eq!(u64::try_from(all.len()).unwrap(), how_many(u64::from(size)));
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            let stood_for: u64 = all.iter().filter_map(|set| stands_for(set)).sum();
            assert_eq!(stood_for, how_many(u64::from(size)));
        }
        assert_eq!([how_many(3), how_many(4)], [1_656_360, 88_201_170]);
    }

    #[test]
    fn names_change_who_and_nothing_else() {
        let all: BTreeSet<Number> = (0..FACTS).collect();
        for names in NAMES {
            let other: BTreeSet<Number> = all.iter().map(|n| renamed(*n, names)).collect();
            assert_eq!(other, all);
            for number in 0..FACTS {
                let (one, other) = (facts::said(number), facts::said(renamed(number, names)));
                assert_eq!(other.person, names[usize::from(one.person)]);
                assert_eq!(facts::Said { person: one.person, ..other }, one);
            }
        }
    }
}
