//! People and seats, by trying everything.

use std::collections::{BTreeMap, BTreeSet};

/// The most people that can be seated, each in one of the seats that are meant, by trying it all.
pub(super) fn seated(
    given: &BTreeMap<u8, BTreeMap<u8, bool>>,
    meant: &dyn Fn(u8, bool) -> bool,
) -> usize {
    fn most(people: &[BTreeSet<u8>], taken: &BTreeSet<u8>) -> usize {
        let Some((first, rest)) = people.split_first() else { return 0 };
        let mut best = most(rest, taken);
        for seat in first.difference(taken) {
            let mut taken = taken.clone();
            taken.insert(*seat);
            best = best.max(1 + most(rest, &taken));
        }
        best
    }
    let people: Vec<BTreeSet<u8>> = given
        .values()
        .map(|seats| seats.iter().filter(|(who, b)| meant(**who, **b)).map(|(w, _)| *w).collect())
        .collect();
    most(&people, &BTreeSet::new())
}
