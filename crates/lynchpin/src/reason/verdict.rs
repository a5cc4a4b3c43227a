//! The eight verdicts and their total order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The answer to "may it go?", from nothing asked to refused.
///
/// The order is total and is that of the variants: the worst child decides an `all`, the best
/// applicable one an `any`. The enum is closed, so that a caller's `match` breaks when the order
/// ever grows. Only [`Verdict::Go`] and [`Verdict::GoWaived`] are a go.
///
/// ```
/// use lynchpin::reason::Verdict;
///
/// assert!(Verdict::Go < Verdict::Wait);
/// assert!(Verdict::GoWaived.is_go() && !Verdict::NotApplicable.is_go());
/// assert_eq!(Verdict::Go.number(), 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was asked here; not a go.
    NotApplicable,
    /// Every requirement is met.
    Go,
    /// Met through a waiver, which is shown; never reads as passed.
    GoWaived,
    /// Will clear by itself.
    Wait,
    /// Another change, release or service must move first.
    Blocked,
    /// Somebody has to do something: approve, test, plan, release from hold.
    NeedsAction,
    /// Cannot be determined, which never passes.
    Unknown,
    /// Refused.
    NoGo,
}

impl Verdict {
    /// All verdicts, best first.
    pub const ALL: [Verdict; 8] = [
        Verdict::NotApplicable,
        Verdict::Go,
        Verdict::GoWaived,
        Verdict::Wait,
        Verdict::Blocked,
        Verdict::NeedsAction,
        Verdict::Unknown,
        Verdict::NoGo,
    ];

    /// The number in the C library. 0 is no verdict, so zeroed memory never reads as a go.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Verdict::NotApplicable => 10,
            Verdict::Go => 20,
            Verdict::GoWaived => 21,
            Verdict::Wait => 30,
            Verdict::Blocked => 40,
            Verdict::NeedsAction => 50,
            Verdict::Unknown => 60,
            Verdict::NoGo => 70,
        }
    }

    /// The place in the order, 0 for the best. Not the number on the wire.
    pub(crate) const fn rank(self) -> u8 {
        self as u8
    }

    /// The verdict at a place in the order; what lies behind the last is the last.
    pub(crate) const fn of_rank(rank: u8) -> Verdict {
        match rank {
            0 => Verdict::NotApplicable,
            1 => Verdict::Go,
            2 => Verdict::GoWaived,
            3 => Verdict::Wait,
            4 => Verdict::Blocked,
            5 => Verdict::NeedsAction,
            6 => Verdict::Unknown,
            _ => Verdict::NoGo,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not_applicable",
            Verdict::Go => "go",
            Verdict::GoWaived => "go_waived",
            Verdict::Wait => "wait",
            Verdict::Blocked => "blocked",
            Verdict::NeedsAction => "needs_action",
            Verdict::Unknown => "unknown",
            Verdict::NoGo => "no_go",
        }
    }

    /// Whether it may go.
    #[must_use]
    pub const fn is_go(self) -> bool {
        matches!(self, Verdict::Go | Verdict::GoWaived)
    }

    /// Whether it holds nothing back: a go, or nothing was asked.
    #[must_use]
    pub const fn is_met(self) -> bool {
        matches!(self, Verdict::NotApplicable | Verdict::Go | Verdict::GoWaived)
    }

    /// The worst of some verdicts; nothing asked if there are none.
    #[must_use]
    pub fn all(children: impl IntoIterator<Item = Verdict>) -> Verdict {
        children.into_iter().max().unwrap_or(Verdict::NotApplicable)
    }

    /// The best of the applicable verdicts; nothing asked if there are none.
    #[must_use]
    pub fn any(children: impl IntoIterator<Item = Verdict>) -> Verdict {
        let applicable = children.into_iter().filter(|verdict| *verdict != Verdict::NotApplicable);
        applicable.min().unwrap_or(Verdict::NotApplicable)
    }

    /// The `count`-th best of the applicable verdicts; refused if there are fewer, nothing asked
    /// if there are none.
    #[must_use]
    pub fn at_least(count: usize, children: impl IntoIterator<Item = Verdict>) -> Verdict {
        let mut applicable: Vec<Verdict> =
            children.into_iter().filter(|verdict| *verdict != Verdict::NotApplicable).collect();
        if applicable.is_empty() {
            return Verdict::NotApplicable;
        }
        applicable.sort_unstable();
        let index = count.saturating_sub(1);
        applicable.get(index).copied().unwrap_or(Verdict::NoGo)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use super::Verdict::{Blocked, Go, NoGo, NotApplicable, Wait};

    #[test]
    fn numbers_grow_with_the_rank_and_none_is_zero() {
        assert!(Verdict::ALL.is_sorted_by(|a, b| a < b && a.number() < b.number()));
        assert!(Verdict::ALL.iter().all(|verdict| verdict.number() > 1));
        assert!(Verdict::ALL.iter().all(|verdict| Verdict::of_rank(verdict.rank()) == *verdict));
        assert_eq!(Verdict::of_rank(8), NoGo);
    }

    #[test]
    fn combinators() {
        assert_eq!(Verdict::all([]), NotApplicable);
        assert_eq!(Verdict::all([Go, NotApplicable]), Go);
        assert_eq!(Verdict::any([NotApplicable, NoGo]), NoGo);
        assert_eq!(Verdict::any([NotApplicable, NotApplicable]), NotApplicable);
        assert_eq!(Verdict::any([Blocked, Wait]), Wait);
        assert_eq!(Verdict::at_least(2, [Go, NoGo, Wait]), Wait);
        assert_eq!(Verdict::at_least(2, [Go, NotApplicable]), NoGo);
    }
}
