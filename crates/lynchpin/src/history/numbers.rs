//! Sets of small whole numbers, to be joined and counted many times over.

/// A set as one bit a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Adds a number.
    pub(super) fn insert(&mut self, number: u32) {
        let (word, bit) = place(number);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0.get_mut(word).into_iter().for_each(|word| *word |= bit);
    }

    /// Whether the number is in it.
    pub(super) fn contains(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Adds all of another one.
    fn join(&mut self, other: &Bits) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// How many there are.
    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many of them are in another one, too.
    fn count_shared(&self, other: &Bits) -> u64 {
        self.0.iter().zip(&other.0).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }
}

/// The word that holds a number, and its bit there.
fn place(number: u32) -> (usize, u64) {
    (usize::try_from(number / 64).unwrap_or(usize::MAX), 1 << (number % 64))
}

/// A set that takes as little memory as a list or as bits, whichever is less.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    /// In rising order.
    Few(Vec<u32>),
    /// One bit each.
    Many(Bits),
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers::Few(Vec::new())
    }
}

impl Numbers {
    /// Adds a number; quick where they come in rising order.
    pub(super) fn insert(&mut self, number: u32) {
        match self {
            Numbers::Many(bits) => bits.insert(number),
            Numbers::Few(list) => {
                let at = list.partition_point(|listed| *listed < number);
                if list.get(at) != Some(&number) {
                    list.insert(at, number);
                }
                let last = list.last().copied().unwrap_or(0);
                let as_bits = (place(last).0 + 1) * 8;
                if list.len() * 4 > as_bits {
                    let mut bits = Bits::default();
                    list.iter().for_each(|number| bits.insert(*number));
                    *self = Numbers::Many(bits);
                }
            }
        }
    }
}

/// What several sets hold together.
#[derive(Debug, Default)]
pub(super) struct Union {
    /// In any order, some of them more than once or among the bits, too.
    few: Vec<u32>,
    bits: Bits,
}

/// How many numbers are kept as a list before they become bits: about as many as can be sorted in
/// the time that the bits of a long history take.
const LISTED_MAX: usize = 256;

impl Union {
    /// Adds all of a set.
    pub(super) fn join(&mut self, numbers: &Numbers) {
        match numbers {
            Numbers::Few(list) => self.few.extend(list),
            Numbers::Many(bits) => self.bits.join(bits),
        }
        if self.few.len() > LISTED_MAX {
            self.flush();
        }
    }

    /// How many there are, and how many of them are in another set.
    pub(super) fn count(mut self, other: &Bits) -> (u64, u64) {
        if !self.bits.0.is_empty() {
            self.flush();
        }
        self.few.sort_unstable();
        self.few.dedup();
        let shared = self.few.iter().filter(|number| other.contains(**number));
        let listed = [self.few.len(), shared.count()].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
        let [all, shared] = listed;
        (all + self.bits.count(), shared + self.bits.count_shared(other))
    }

    fn flush(&mut self) {
        self.few.drain(..).for_each(|number| self.bits.insert(number));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sets_say_the_same_as_a_plain_one_whatever_their_form() {
        for step in [1_u32, 2, 7, 40, 1_000] {
            let (mut numbers, mut plain) = (Numbers::default(), BTreeSet::new());
            // Every second one from behind, and some twice.
            let rising = (0..300).map(|n| n * step);
            let falling = (0..150).rev().map(|n| n * step * 2 + 1);
            for number in rising.chain(falling).chain([0, step]) {
                numbers.insert(number);
                plain.insert(number);
            }
            let mut other = Numbers::default();
            for number in [5, 70_000] {
                other.insert(number);
                plain.insert(number);
            }
            let mut even = Bits::default();
            (0..600_000).filter(|n| n % 2 == 0).for_each(|n| even.insert(n));
            for order in [[&numbers, &other], [&other, &numbers]] {
                let mut union = Union::default();
                order.into_iter().for_each(|set| union.join(set));
                let found = union.count(&even);
                let shared = plain.iter().filter(|n| *n % 2 == 0).count();
                assert_eq!(found, (plain.len() as u64, shared as u64), "step {step}");
            }
        }
    }

    #[test]
    fn a_union_of_a_few_is_counted_as_it_is() {
        let (mut one, mut other) = (Numbers::default(), Numbers::default());
        [1, 500, 90_000].into_iter().for_each(|n| one.insert(n));
        [500, 90_001].into_iter().for_each(|n| other.insert(n));
        let mut union = Union::default();
        [&one, &other, &one].into_iter().for_each(|set| union.join(set));
        let mut failed = Bits::default();
        [500, 501].into_iter().for_each(|n| failed.insert(n));
        assert_eq!(union.count(&failed), (4, 1));
        assert_eq!(Union::default().count(&failed), (0, 0));
    }

    #[test]
    fn dense_ones_become_bits() {
        let mut numbers = Numbers::default();
        (0..1_000).for_each(|number| numbers.insert(number));
        assert!(matches!(numbers, Numbers::Many(_)));
        let mut sparse = Numbers::default();
        (0..1_000).for_each(|number| sparse.insert(number * 33));
        assert!(matches!(sparse, Numbers::Few(_)));
    }

    #[test]
    fn what_two_share_is_counted() {
        let (mut a, mut b) = (Bits::default(), Bits::default());
        [1, 64, 700].into_iter().for_each(|n| a.insert(n));
        [1, 65, 700, 90_000].into_iter().for_each(|n| b.insert(n));
        assert_eq!((a.count_shared(&b), b.count_shared(&a)), (2, 2));
        a.join(&b);
        assert_eq!(a.count(), 5);
        assert!(!a.contains(u32::MAX));
    }
}
