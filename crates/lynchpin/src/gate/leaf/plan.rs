//! Requirements on what the change itself says: its plans, whether it can be undone, its risk.

use super::Target;
use super::state::LeafState;
use crate::gate::judge::Case;
use crate::gate::policy::{PlanLeaf, RiskLeaf};
use crate::model::{Change, Reversibility};
use crate::reason::tree::{Arg, Node};

pub(super) fn plan(case: &Case<'_>, change: &Change, leaf: PlanLeaf) -> Node {
    let name = match leaf {
        PlanLeaf::Implementation => "implementation",
        PlanLeaf::Test => "test",
        PlanLeaf::BackOut => "back_out",
    };
    let node = answered(case, change, plan_state(change, leaf));
    node.with("plan", Arg::text(name))
}

/// Whether a plan is there.
pub(in crate::gate) fn plan_state(change: &Change, leaf: PlanLeaf) -> LeafState {
    let text = match leaf {
        PlanLeaf::Implementation => &change.plans.implementation,
        PlanLeaf::Test => &change.plans.test,
        PlanLeaf::BackOut => &change.plans.back_out,
    };
    let given = text.as_ref().is_some_and(|text| !text.trim().is_empty());
    if given { LeafState::PlanGiven } else { LeafState::PlanMissing }
}

pub(super) fn reversible(case: &Case<'_>, change: &Change) -> Node {
    answered(case, change, reversible_state(change))
}

/// Whether it can be undone.
pub(in crate::gate) fn reversible_state(change: &Change) -> LeafState {
    match change.reversibility {
        Some(Reversibility::Reversible) => LeafState::Reversible,
        Some(Reversibility::Irreversible) => LeafState::Irreversible,
        None => LeafState::ReversibilityUnknown,
    }
}

/// A node of a change, which its owners can act on if it is not met.
fn answered(case: &Case<'_>, change: &Change, state: LeafState) -> Node {
    let node = state.node(&Target::member(change));
    if state.verdict().is_met() { node } else { node.act(case.owners(change)) }
}

pub(super) fn risk(case: &Case<'_>, target: Target<'_>, leaf: RiskLeaf) -> Node {
    // A figure that was not handed in is the worst one there is.
    let (probability, until) = case.risk(target.subject);
    let accepted = leaf.accepts(probability);
    let state = if accepted { LeafState::RiskAccepted } else { LeafState::RiskTooHigh };
    let node = state
        .node(target.subject)
        .with("probability", Arg::text(probability.to_millionths()))
        .with("below", Arg::text(leaf.below))
        .until(until);
    if case.figures.model_unknown {
        // No revision of a change makes up for a model that nobody has told.
        return node.with("why", Arg::text("model_unknown")).act(case.policy.owner.clone());
    }
    let owners = target.members.iter().flat_map(|change| case.owners(change));
    node.act(owners.filter(|_| !accepted))
}
