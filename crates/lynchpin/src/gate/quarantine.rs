//! Quarantine binds whatever a policy asks: a change in it, and whoever ships an artifact in it.

use std::collections::BTreeSet;

use super::judge::Case;
use crate::base::{Actor, Subject};
use crate::history::order::in_order;
use crate::model::Change;
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

/// The quarantines that stand on a change or on what it ships.
#[must_use]
pub fn binding(case: &Case<'_>, change: &Change) -> Vec<Node> {
    let known = &case.records.freezes;
    let mut numbers: BTreeSet<usize> = known.quarantines_of(&change.id).iter().copied().collect();
    for artifact in &change.artifacts {
        numbers.extend(known.quarantines_on(artifact));
    }
    let subject = Subject::Change(change.id.clone());
    let all = &case.records.portfolio().quarantines;
    let facts = numbers.into_iter().filter_map(|number| Some((number, all.get(number)?)));
    // In the order of facts, and not in that of the document.
    let mut facts: Vec<_> = facts.collect();
    facts.sort_by(|(_, a), (_, b)| in_order(*a, *b));
    let node = |(number, fact): (usize, &crate::model::Quarantine)| {
        let keeper = fact.owner.clone().unwrap_or_else(|| Actor::Person(fact.by.clone()));
        let what = fact.change.as_ref().map(ToString::to_string);
        let what = what.or_else(|| fact.artifact.map(|artifact| artifact.to_string()));
        Node::new(Verdict::NoGo, ReasonCode::Quarantined, &subject)
            .with("what", Arg::text(what.unwrap_or_default()))
            .act([keeper])
            .citing("quarantines", number)
    };
    facts.into_iter().map(node).collect()
}
