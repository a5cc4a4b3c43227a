//! The one order of facts.

use std::cmp::Ordering;

use crate::base::Instant;
use crate::model::Fact;

/// Compares two facts by when they were recorded, then by their place in the ledger.
pub fn by_record(a: &impl Fact, b: &impl Fact) -> Ordering {
    let key = |envelope: crate::model::Envelope<'_>| (envelope.recorded, envelope.sequence);
    key(a.envelope()).cmp(&key(b.envelope()))
}

/// Whether a fact was known at that instant.
pub fn is_known(fact: &impl Fact, at: Instant) -> bool {
    fact.envelope().recorded <= at
}
