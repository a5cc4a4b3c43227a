//! Requirements on what the change itself says: its plans, whether it can be undone, its risk.

use super::Target;
use crate::gate::judge::Case;
use crate::gate::policy::{PlanLeaf, RiskLeaf};
use crate::model::{Change, Reversibility};
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn plan(case: &Case<'_>, change: &Change, leaf: PlanLeaf) -> Node {
    let (name, text) = match leaf {
        PlanLeaf::Implementation => ("implementation", &change.plans.implementation),
        PlanLeaf::Test => ("test", &change.plans.test),
        PlanLeaf::BackOut => ("back_out", &change.plans.back_out),
    };
    let subject = Target::member(change);
    let given = text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let node = if given {
        Node::new(Verdict::Go, ReasonCode::PlanGiven, &subject)
    } else {
        Node::new(Verdict::NeedsAction, ReasonCode::PlanMissing, &subject).act(case.owners(change))
    };
    node.with("plan", Arg::text(name))
}

pub(super) fn reversible(case: &Case<'_>, change: &Change) -> Node {
    let subject = Target::member(change);
    match change.reversibility {
        Some(Reversibility::Reversible) => Node::new(Verdict::Go, ReasonCode::Reversible, &subject),
        Some(Reversibility::Irreversible) => {
            Node::new(Verdict::NoGo, ReasonCode::Irreversible, &subject).act(case.owners(change))
        }
        None => Node::new(Verdict::NeedsAction, ReasonCode::ReversibilityUnknown, &subject)
            .act(case.owners(change)),
    }
}

pub(super) fn risk(case: &Case<'_>, target: Target<'_>, leaf: RiskLeaf) -> Node {
    // A figure that was not handed in is the worst one there is.
    let (probability, until) = case.risk(target.subject);
    let accepted = probability.to_millionths() < leaf.below;
    let (verdict, code) = if accepted {
        (Verdict::Go, ReasonCode::RiskAccepted)
    } else {
        (Verdict::NoGo, ReasonCode::RiskTooHigh)
    };
    let owners = target.members.iter().flat_map(|change| case.owners(change));
    Node::new(verdict, code, target.subject)
        .with("probability", Arg::text(probability.to_millionths()))
        .with("below", Arg::text(leaf.below))
        .act(owners.filter(|_| !accepted))
        .until(until)
}
