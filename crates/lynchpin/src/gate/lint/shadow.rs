//! Gates that add nothing to another.

use super::{Finding, FindingCode};
use crate::base::Probability;
use crate::base::id::GateId;
use crate::gate::policy::{Gate, Policy, RiskBand, Selector, Tree};

/// Finds each gate of which another asks everything already. Of two that are equal, the one whose
/// name comes later adds nothing.
pub(super) fn check(policy: &Policy, found: &mut Vec<Finding>) {
    for (id, gate) in &policy.gates {
        let covers = |(other, wider): &(&GateId, &Gate)| {
            *other != id && covers(wider, gate) && (!covers(gate, wider) || *other < id)
        };
        if let Some((other, _)) = policy.gates.iter().find(covers) {
            let why = format!("gate `{other}`");
            found.push(Finding::new(FindingCode::GateShadowed).gate(id).because(&why));
        }
    }
}

/// Whether whatever one gate asks, the other asks too, of the same changes in the same stages.
fn covers(wider: &Gate, gate: &Gate) -> bool {
    let stages = gate.stages.iter().all(|stage| wider.stages.contains(stage));
    let asked = wider.require.conjuncts();
    // Whatever else a gate says of itself must be equal, or nothing is claimed.
    let rest = |gate: &Gate| Gate {
        stages: Vec::new(),
        only_for: Selector::default(),
        require: Tree::All(Vec::new()),
        ..gate.clone()
    };
    stages
        && rest(wider) == rest(gate)
        && is_wider(&wider.only_for, &gate.only_for)
        && gate.require.conjuncts().iter().all(|wanted| asked.contains(wanted))
}

/// Whether a selector matches at least what another does.
fn is_wider(wider: &Selector, narrow: &Selector) -> bool {
    fn includes<T: PartialEq>(wider: &[T], narrow: &[T]) -> bool {
        wider.is_empty() || !narrow.is_empty() && narrow.iter().all(|item| wider.contains(item))
    }
    // Named one by one, so that a new field of a selector cannot be forgotten here. A service must
    // match tier and profile at once, so each may be compared alone.
    let Selector { kind, tier, profile, recorded_since, model, risk } = wider;
    let since = recorded_since.is_none_or(|since| narrow.recorded_since >= Some(since));
    since
        && includes(kind, &narrow.kind)
        && includes(tier, &narrow.tier)
        && includes(profile, &narrow.profile)
        && includes(model, &narrow.model)
        && risk.is_none_or(|wider| narrow.risk.is_some_and(|narrow| reaches(wider, narrow)))
}

/// Whether a band of risk holds all that another does.
fn reaches(wider: RiskBand, narrow: RiskBand) -> bool {
    let from = |band: RiskBand| band.at_least.unwrap_or(Probability::ZERO);
    from(wider) <= from(narrow)
        && wider.below.is_none_or(|end| narrow.below.is_some_and(|other| other <= end))
}
