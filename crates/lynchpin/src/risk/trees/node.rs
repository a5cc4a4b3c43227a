//! What trees are made of.

/// How many categories one word of a set holds.
const WORD: u64 = 32;
/// A whole one, in the unit of values.
const ONE: i64 = 1_000_000;

/// A node; one without a split is a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// What it is worth, in billionths of log-odds.
    pub(super) value: i64,
    pub(super) split: Option<Split>,
}

/// A question that leads on; its left child is the node after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// Small numbers, so that a node is half a line of a processor's cache.
    pub(super) feature: u32,
    pub(super) right: u32,
    pub(super) test: Test,
}

impl Split {
    /// The number of the feature that is asked.
    pub(super) fn feature(&self) -> usize {
        usize::try_from(self.feature).unwrap_or(usize::MAX)
    }

    /// The number of the right child.
    pub(super) fn right(&self) -> usize {
        usize::try_from(self.right).unwrap_or(usize::MAX)
    }
}

/// What is asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// Whether it is at most the limit.
    AtMost { limit: i64, missing_goes_left: bool, zero_is_missing: bool },
    /// Whether its whole part is in a set of categories: so many words from that one on. What is
    /// not known is in none.
    Among { first: u32, words: u32 },
}

impl Test {
    /// Whether a value that is known goes left.
    pub(super) fn takes(&self, value: i64, sets: &[u32]) -> bool {
        match *self {
            Test::AtMost { missing_goes_left, zero_is_missing: true, .. } if value == 0 => {
                missing_goes_left
            }
            Test::AtMost { limit, .. } => value <= limit,
            Test::Among { first, words } => is_among(value, first, words, sets),
        }
    }

    /// Whether a value that is not known goes left, as it was trained.
    pub(super) fn takes_missing(&self) -> bool {
        match *self {
            Test::AtMost { missing_goes_left, .. } => missing_goes_left,
            Test::Among { .. } => false,
        }
    }
}

/// The fraction is cut off towards zero; what is below -1 or beyond the last word is in no set.
fn is_among(value: i64, first: u32, words: u32, sets: &[u32]) -> bool {
    let Ok(category) = u64::try_from(value / ONE) else { return false };
    let (word, bit) = (category / WORD, category % WORD);
    if word >= u64::from(words) {
        return false;
    }
    let place = usize::try_from(word.saturating_add(u64::from(first)));
    let bits = place.ok().and_then(|place| sets.get(place)).copied().unwrap_or(0);
    bits >> bit & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_goes_left_and_what_is_above_does_not() {
        for missing_goes_left in [false, true] {
            let test = Test::AtMost { limit: -7, missing_goes_left, zero_is_missing: false };
            assert!(test.takes(i64::MIN + 1, &[]) && test.takes(-7, &[]));
            assert!(!test.takes(-6, &[]) && !test.takes(0, &[]) && !test.takes(i64::MAX, &[]));
            assert_eq!(test.takes_missing(), missing_goes_left);
        }
    }

    #[test]
    fn zero_goes_where_what_is_missing_goes_if_it_was_trained_so() {
        for (limit, missing_goes_left) in [(-7, true), (7, false)] {
            let test = Test::AtMost { limit, missing_goes_left, zero_is_missing: true };
            assert_eq!(test.takes(0, &[]), missing_goes_left);
            assert_eq!(test.takes(1, &[]), 1 <= limit);
            assert_eq!(test.takes(-1, &[]), -1 <= limit);
        }
    }

    #[test]
    fn categories_are_whole_parts_in_the_words_of_their_own_set() {
        let sets = [u32::MAX, 0b101, 1 << 31, u32::MAX];
        let test = Test::Among { first: 1, words: 2 };
        for (millionths, expected) in [
            (0, true),
            (-999_999, true),
            (-1_000_000, false),
            (999_999, true),
            (1_000_000, false),
            (2_000_000, true),
            (2_999_999, true),
            (3_000_000, false),
            (31_000_000, false),
            (32_000_000, false),
            (62_999_999, false),
            (63_000_000, true),
            (63_999_999, true),
            (64_000_000, false),
            (i64::MAX, false),
            (i64::MIN + 1, false),
        ] {
            assert_eq!(test.takes(millionths, &sets), expected, "{millionths}");
        }
        assert!(!test.takes_missing());
        assert!(!Test::Among { first: 3, words: 2 }.takes(32_000_000, &sets), "beyond the end");
        assert!(!Test::Among { first: 0, words: 0 }.takes(0, &sets), "an empty set");
    }

    #[test]
    fn a_node_is_half_a_cache_line() {
        assert_eq!(size_of::<Node>(), 32);
    }
}
