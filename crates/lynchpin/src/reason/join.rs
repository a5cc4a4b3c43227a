//! What children make of their parent, in one place for every answer that is built from parts.

use super::tree::{Clears, Join};
use super::verdict::Verdict;
use crate::base::When;

/// What a parent looks at in one of its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its verdict.
    pub verdict: Verdict,
    /// When it clears.
    pub clears: Clears,
    /// The first instant at which it may change without a new fact.
    pub holds_until: When,
    /// From when on it may by itself hold something back again, though it cleared.
    pub lapses: When,
}

/// What children come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The parent's verdict.
    pub verdict: Verdict,
    /// When the parent clears.
    pub clears: Clears,
    /// The first instant at which it may change without a new fact.
    pub holds_until: When,
    /// From when on it may by itself hold something back again, though it cleared.
    pub lapses: When,
    /// How many children apply.
    pub applicable: usize,
    /// Whether some apply, but fewer than must hold.
    pub too_few: bool,
}

impl Join {
    /// What these children come to. It may reorder them, and needs no memory of its own.
    ///
    /// ```
    /// use lynchpin::base::When;
    /// use lynchpin::reason::join::Child;
    /// use lynchpin::reason::tree::{Clears, Join};
    /// use lynchpin::reason::Verdict;
    ///
    /// let (holds_until, lapses) = (When::Never, When::Never);
    /// let child = |verdict, clears| Child { verdict, clears, holds_until, lapses };
    /// let mut children =
    ///     [child(Verdict::Go, Clears::Now), child(Verdict::NeedsAction, Clears::OnAction)];
    /// assert_eq!(Join::All.of(&mut children).verdict, Verdict::NeedsAction);
    /// assert_eq!(Join::Any.of(&mut children).clears, Clears::Now);
    /// ```
    #[must_use]
    pub fn of(self, children: &mut [Child]) -> Joined {
        let (mut applicable, mut holds_until) = (0_usize, When::Never);
        let (mut worst, mut best) = (Verdict::NotApplicable, None::<Verdict>);
        let (mut first, mut last) = (None::<Clears>, None::<Clears>);
        for child in children.iter() {
            holds_until = holds_until.min(child.holds_until);
            if child.verdict != Verdict::NotApplicable {
                applicable = applicable.saturating_add(1);
                worst = worst.max(child.verdict);
                best = Some(best.map_or(child.verdict, |best| best.min(child.verdict)));
                first = Some(first.map_or(child.clears, |first| first.min(child.clears)));
                last = last.max(Some(child.clears));
            }
        }
        let (verdict, clears) = match self {
            Join::All => (worst, last.map(|last| all_clear(last, children))),
            Join::Any => (best.unwrap_or(Verdict::NotApplicable), first),
            Join::AtLeast(count) => kth(count, applicable, children),
        };
        let too_few = matches!(self, Join::AtLeast(count) if count > applicable) && applicable > 0;
        let clears =
            if verdict.is_met() { Clears::Now } else { clears.unwrap_or(Clears::OnAction) };
        // Where not all must hold, it lapses with those by which it has cleared.
        let by = |child: &&Child| {
            self == Join::All || (child.verdict != Verdict::NotApplicable && child.clears <= clears)
        };
        let lapses = children.iter().filter(by).map(Child::lapses_at).min();
        let lapses = lapses.filter(|_| !verdict.is_go()).unwrap_or(When::Never);
        Joined { verdict, clears, holds_until, lapses, applicable, too_few }
    }
}

/// The verdict of the applicable child that is `count`th best and, where that holds something back,
/// the time to clear of the one that is `count`th soonest.
fn kth(count: usize, applicable: usize, children: &mut [Child]) -> (Verdict, Option<Clears>) {
    if applicable == 0 {
        return (Verdict::NotApplicable, None);
    }
    let index = count.saturating_sub(1);
    if index >= applicable {
        return (Verdict::NoGo, Some(Clears::OnAction));
    }
    let verdict = at(index, children);
    if verdict.is_met() {
        return (verdict, None);
    }
    let last = |child: &Child| child.verdict == Verdict::NotApplicable;
    children.sort_unstable_by_key(|child| (last(child), child.clears));
    (verdict, children.get(index).map(|child| child.clears))
}

/// The verdict at an index of the applicable ones in order, by counting each.
fn at(index: usize, children: &[Child]) -> Verdict {
    let mut before = 0_usize;
    for verdict in Verdict::ALL.into_iter().skip(1) {
        before = before.saturating_add(children.iter().filter(|c| c.verdict == verdict).count());
        if before > index {
            return verdict;
        }
    }
    Verdict::NoGo
}

/// When all children clear, given when the last one does: nobody knows, if one that is clear now or
/// before may hold something back again by then.
fn all_clear(last: Clears, children: &[Child]) -> Clears {
    let Clears::At(instant) = last else { return last };
    // The instant itself is the first at which it may be otherwise.
    let lapses = children.iter().any(|child| child.lapses_at() <= When::At(instant));
    if lapses { Clears::Unknown } else { last }
}

impl Child {
    /// From when on it may hold something back though it is clear, or was.
    pub(crate) fn lapses_at(&self) -> When {
        if self.verdict.is_go() { self.holds_until } else { self.lapses }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_are_those_of_the_verdicts() {
        let (clears, holds_until) = (Clears::OnAction, When::Never);
        let of = |verdict| Child { verdict, clears, holds_until, lapses: When::Never };
        for a in Verdict::ALL {
            for b in Verdict::ALL {
                for c in Verdict::ALL {
                    let all = [a, b, c];
                    let joined = |join: Join| join.of(&mut all.map(of)).verdict;
                    assert_eq!(joined(Join::All), Verdict::all(all));
                    assert_eq!(joined(Join::Any), Verdict::any(all));
                    for count in 1..=4 {
                        let found = joined(Join::AtLeast(count));
                        assert_eq!(found, Verdict::at_least(count, all), "{count} of {all:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_comes_to_nothing_asked() {
        for join in [Join::All, Join::Any, Join::AtLeast(1)] {
            let joined = join.of(&mut []);
            assert_eq!((joined.verdict, joined.clears), (Verdict::NotApplicable, Clears::Now));
            assert!(!joined.too_few);
        }
    }
}
