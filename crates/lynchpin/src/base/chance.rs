//! Exact products and sums of probabilities.

use std::fmt;

use serde::{Serialize, Serializer};

use super::number::Probability;

const BILLION: u64 = 1_000_000_000;

/// A chance as an exact number: a product of probabilities, or a sum of such.
///
/// Nothing is rounded while it is worked with, so chances compare as the fractions that they are.
/// Only its text is: to nine decimals, downwards, so that it never says more than there is.
///
/// ```
/// use lynchpin::base::{Chance, Probability};
///
/// let third = Chance::from(Probability::from_parts_per_billion(333_333_333));
/// let ninth = third.times(&third);
/// assert!(ninth < third && third < Chance::one());
/// assert_eq!(ninth.to_string(), "0.11111111");
/// assert_eq!(ninth.plus(&Chance::one()).to_string(), "1.11111111");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chance {
    /// The whole part and then the fraction in digits of base a billion, without zeros at its end:
    /// so the order of the digits is that of the numbers.
    digits: Vec<u32>,
}

impl Chance {
    /// Impossible.
    #[must_use]
    pub fn zero() -> Self {
        Chance { digits: vec![0] }
    }

    /// Certain.
    #[must_use]
    pub fn one() -> Self {
        Chance { digits: vec![1] }
    }

    /// Whether it is impossible.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits.iter().all(|digit| *digit == 0)
    }

    /// The chance that both happen, if neither says anything about the other.
    #[must_use]
    pub fn times(&self, other: &Chance) -> Chance {
        let places = self.digits.len() + other.digits.len();
        let mut digits = vec![0u32; places - 1];
        for (place, &digit) in self.digits.iter().enumerate().rev() {
            let mut carry = 0;
            let row = digits.iter_mut().skip(place).take(other.digits.len());
            for (slot, &factor) in row.rev().zip(other.digits.iter().rev()) {
                let total = u64::from(digit) * u64::from(factor) + u64::from(*slot) + carry;
                *slot = below_billion(total);
                carry = total / BILLION;
            }
            // Nothing has been put there yet: rows come from the smallest digit upwards.
            let above = place.checked_sub(1).and_then(|place| digits.get_mut(place));
            if let Some(above) = above {
                *above = below_billion(carry);
            }
        }
        Chance { digits }.trimmed()
    }

    /// The sum: of chances of things that exclude each other, or how many of them are expected.
    #[must_use]
    pub fn plus(&self, other: &Chance) -> Chance {
        let places = self.digits.len().max(other.digits.len());
        let digit = |of: &Chance, place: usize| of.digits.get(place).copied().map_or(0, u64::from);
        let mut digits = vec![0u32; places];
        let mut carry = 0;
        for (place, slot) in digits.iter_mut().enumerate().rev() {
            let total = digit(self, place) + digit(other, place) + carry;
            *slot = below_billion(total);
            carry = total / BILLION;
        }
        Chance { digits }.trimmed()
    }

    /// How many digits it is kept in: how long it takes to work with.
    #[must_use]
    pub fn size(&self) -> usize {
        self.digits.len()
    }

    fn trimmed(mut self) -> Chance {
        while self.digits.len() > 1 && self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self
    }
}

/// The lowest digit of a number.
fn below_billion(number: u64) -> u32 {
    u32::try_from(number % BILLION).unwrap_or(u32::MAX)
}

impl From<Probability> for Chance {
    fn from(probability: Probability) -> Self {
        let parts = u64::from(probability.parts_per_billion());
        let whole = below_billion(parts / BILLION);
        Chance { digits: vec![whole, below_billion(parts)] }.trimmed()
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |place: usize| self.digits.get(place).copied().unwrap_or(0);
        let fraction = format!("{:09}", digit(1));
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", digit(0)),
            fraction => write!(f, "{}.{fraction}", digit(0)),
        }
    }
}

impl Serialize for Chance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(parts: u32) -> Chance {
        Chance::from(Probability::from_parts_per_billion(parts))
    }

    #[test]
    fn products_are_exact() {
        let mut small = Chance::one();
        for _ in 0..20 {
            small = small.times(&chance(1));
        }
        // 1e-180 is neither zero nor equal to 1e-189.
        assert!(!small.is_zero() && small.size() == 21);
        assert!(small.times(&chance(1)) < small);
        assert_eq!(small.to_string(), "0");
        let almost = chance(999_999_999);
        assert_eq!(almost.times(&almost).to_string(), "0.999999998");
        assert_eq!(chance(500_000_000).times(&chance(500_000_000)), chance(250_000_000));
        assert_eq!(chance(0).times(&almost), Chance::zero());
        assert_eq!(Chance::one().times(&Chance::one()), Chance::one());
    }

    #[test]
    fn sums_are_exact() {
        let tenth = chance(100_000_000);
        let sum = (0..25).fold(Chance::zero(), |sum, _| sum.plus(&tenth));
        assert_eq!(sum.to_string(), "2.5");
        let rest = chance(1).times(&chance(1));
        assert_eq!(chance(999_999_999).plus(&chance(1)), Chance::one());
        assert!(Chance::one().plus(&rest) > Chance::one());
    }
}
