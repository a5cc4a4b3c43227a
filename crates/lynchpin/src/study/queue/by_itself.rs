//! Each item of a queue by itself: what is decided on it, and how likely it is to fail.

use super::ties::{Asks, Items};
use super::{FailureFrom, QueueHold, QueueQuestion};
use crate::base::error::Result;
use crate::base::{Digest, Probability, Subject};
use crate::graph::{Node, NodeSet};
use crate::portfolio::{AsOf, Decision, OpenItem};
use crate::reason::tree::{Clears, Node as Reason};
use crate::reason::{ReasonCode, Verdict};

/// What is known of all items before they are looked at together.
pub(super) struct Alone<'a> {
    pub(super) items: Items<'a>,
    pub(super) asks: Asks,
    pub(super) each: Vec<Itself>,
    /// Those that cannot go, whatever the others do.
    pub(super) out: NodeSet,
    pub(super) policy: Option<Digest>,
    pub(super) risk_model: String,
    pub(super) what_if: bool,
}

/// One item by itself.
pub(super) struct Itself {
    pub(super) verdict: Verdict,
    pub(super) clears: Clears,
    pub(super) held_by: Vec<QueueHold>,
    pub(super) failure: (Probability, FailureFrom),
}

pub(super) fn all<'a>(as_of: &'a AsOf<'_>, question: &'a QueueQuestion) -> Result<Alone<'a>> {
    let subjects: Vec<&Subject> = question.items.iter().map(|item| &item.subject).collect();
    let items = Items::new(&as_of.records, &question.stage, &subjects);
    let asks = items.asks()?;
    let unrated = question.items.iter().filter(|item| item.failure.is_none());
    let risks = as_of.risks(&unrated.map(|item| item.subject.clone()).collect::<Vec<_>>());
    let mut alone = Alone {
        items,
        asks,
        each: Vec::new(),
        out: NodeSet::new(),
        policy: as_of.policy().map(|policy| policy.digest),
        risk_model: as_of.risk_model(),
        what_if: false,
    };
    let from = match as_of.policy().is_some_and(|policy| policy.risk.is_some()) {
        true => FailureFrom::Model,
        false => FailureFrom::Scorecard,
    };
    for (node, item) in (0..).zip(&question.items) {
        let open = OpenItem { subject: item.subject.clone(), stage: question.stage.clone() };
        let decision = as_of.decide(&open, question.at)?;
        let blockers: Vec<&Reason> = decision.root_blockers().collect();
        let held_by = held_by(&alone.asks, node, &blockers);
        // What the queue brings is all that is missing, or nothing is.
        let goes = decision.verdict().is_go() || (!blockers.is_empty() && held_by.is_empty());
        if !goes {
            alone.out.insert(node);
        }
        // A missing chance never lowers a risk.
        let scored = || risks.get(&item.subject).copied().unwrap_or(Probability::ONE);
        let failure =
            item.failure.map_or_else(|| (scored(), from), |given| (given, FailureFrom::Given));
        alone.what_if |= decision.what_if;
        alone.each.push(of(&decision, held_by, failure));
    }
    Ok(alone)
}

fn of(decision: &Decision, held_by: Vec<QueueHold>, failure: (Probability, FailureFrom)) -> Itself {
    Itself { verdict: decision.verdict(), clears: decision.clears(), held_by, failure }
}

/// What holds an item back but that a change is not there yet which the queue may bring.
fn held_by(asks: &Asks, node: Node, blockers: &[&Reason]) -> Vec<QueueHold> {
    let brought = asks.brought.get(&node);
    let is_brought = |reason: &Reason| match (reason.code, &reason.subject) {
        (
            ReasonCode::RequirementNotLive
            | ReasonCode::RequirementNotFound
            | ReasonCode::RequirementCancelled,
            Subject::Change(id),
        ) => brought.is_some_and(|ids| ids.contains(id)),
        _ => false,
    };
    let left = blockers.iter().filter(|reason| !is_brought(reason));
    let mut holds: Vec<QueueHold> = left
        .map(|reason| QueueHold {
            subject: reason.subject.clone(),
            code: reason.code,
            requirement: reason.requirement.clone(),
        })
        .collect();
    holds.sort();
    holds.dedup();
    holds
}
