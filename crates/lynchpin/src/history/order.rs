//! The one order of facts.

use std::cmp::Ordering;

use crate::base::Instant;
use crate::model::Fact;

/// A place in the order of facts: when one was recorded, then where it stands in its ledger.
pub type Position = (Instant, u64);

/// When something was done, as its source says, and where it stands in the order of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When it was done.
    pub at: Instant,
    /// When and where it was recorded.
    pub recorded: Position,
}

impl Moment {
    /// That of a fact.
    pub fn of(fact: &impl Fact) -> Self {
        Moment { at: fact.envelope().at, recorded: position(fact) }
    }
}

/// The place of a fact.
pub fn position(fact: &impl Fact) -> Position {
    let envelope = fact.envelope();
    (envelope.recorded, envelope.sequence)
}

/// The place behind everything that was recorded by then.
#[must_use]
pub fn end_of(at: Instant) -> Position {
    (at, u64::MAX)
}

/// Compares two facts by when they were recorded, then by their place in the ledger.
pub fn by_record(a: &impl Fact, b: &impl Fact) -> Ordering {
    position(a).cmp(&position(b))
}

/// The order of two facts of one kind; those that tie stand by what they say, so that their order
/// in a document makes no difference.
pub fn in_order<T: Fact>(a: &T, b: &T) -> Ordering {
    by_record(a, b).then_with(|| a.cmp(b))
}

/// Of facts in order, the last first, those whose place no later one takes: one that is also said
/// to have been made no earlier. So what was said before something else, and is told again or
/// late, does not take its place.
pub fn lasting<'a, T: Fact + 'a>(facts: impl DoubleEndedIterator<Item = &'a T>) -> Vec<&'a T> {
    let mut later: Option<Instant> = None;
    let mut lasting = Vec::new();
    for fact in facts.rev() {
        let said = Some(fact.envelope().at);
        if said > later {
            lasting.push(fact);
            later = said;
        }
    }
    lasting
}

/// Whether a fact was known at that instant.
pub fn is_known(fact: &impl Fact, at: Instant) -> bool {
    fact.envelope().recorded <= at
}
