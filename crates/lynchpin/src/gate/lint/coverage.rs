//! Stages and changes that the gates of a policy leave out, and gates for what does not exist.

use std::collections::BTreeSet;

use super::{Finding, FindingCode};
use crate::base::Probability;
use crate::base::id::{ProfileId, StageId};
use crate::gate::policy::{Gate, Policy, Selector};
use crate::history::Records;
use crate::model::Kind;

const KINDS: [Kind; 3] = [Kind::Standard, Kind::Normal, Kind::Emergency];

/// A tier and a profile that services have; unknown, where a service does not say.
type Make<'a> = (Option<u8>, Option<&'a ProfileId>);

pub(super) fn check(policy: &Policy, records: Option<&Records>, found: &mut Vec<Finding>) {
    let services = records.into_iter().flat_map(Records::services);
    let makes: BTreeSet<Make<'_>> =
        services.map(|service| (service.tier, service.profile.as_ref())).collect();
    let declared: Vec<&StageId> =
        records.into_iter().flat_map(|records| records.stages().map(|stage| &stage.id)).collect();
    stages(policy, &declared, found);
    for (id, gate) in &policy.gates {
        let narrowed = !(gate.only_for.tier.is_empty() && gate.only_for.profile.is_empty());
        if narrowed && !makes.is_empty() && !makes.iter().any(|make| fits(&gate.only_for, *make)) {
            found.push(Finding::new(FindingCode::GateSelectsNothing).gate(id));
        }
    }
    let gated: BTreeSet<&StageId> = policy.gates.values().flat_map(|gate| &gate.stages).collect();
    for stage in gated.into_iter().filter(|stage| !policy.open.contains(*stage)) {
        let gates: Vec<&Gate> =
            policy.gates.values().filter(|gate| gate.stages.contains(stage)).collect();
        found.extend(left_out(stage, &gates, &makes));
    }
}

fn stages(policy: &Policy, declared: &[&StageId], found: &mut Vec<Finding>) {
    let gated: BTreeSet<&StageId> = policy.gates.values().flat_map(|gate| &gate.stages).collect();
    for stage in policy.open.iter().filter(|stage| gated.contains(stage)) {
        found.push(Finding::new(FindingCode::OpenStageHasGate).stage(stage));
    }
    if declared.is_empty() {
        return;
    }
    for (id, gate) in &policy.gates {
        for stage in gate.stages.iter().filter(|stage| !declared.contains(stage)) {
            found.push(Finding::new(FindingCode::StageNotDeclared).gate(id).stage(stage));
        }
    }
    for stage in policy.open.iter().filter(|stage| !declared.contains(stage)) {
        found.push(Finding::new(FindingCode::StageNotDeclared).stage(stage));
    }
    for stage in declared {
        if !gated.contains(stage) && !policy.open.contains(*stage) {
            found.push(Finding::new(FindingCode::StageNeverEntered).stage(stage));
        }
    }
}

/// The changes that no gate of a stage judges.
fn left_out(stage: &StageId, gates: &[&Gate], makes: &BTreeSet<Make<'_>>) -> Vec<Finding> {
    let mut found = Vec::new();
    // Of services that say nothing every gate holds, so without any only the kind is looked at.
    let makes: Vec<Make<'_>> =
        if makes.is_empty() { vec![(None, None)] } else { makes.iter().copied().collect() };
    for kind in KINDS {
        for (tier, profile) in &makes {
            let of_kind =
                |gate: &&&Gate| gate.only_for.kind.is_empty() || gate.only_for.kind.contains(&kind);
            let meant = gates.iter().filter(of_kind);
            let meant = meant.filter(|gate| fits(&gate.only_for, (*tier, *profile)));
            if let Some(from) = gap(&meant.map(|gate| &gate.only_for).collect::<Vec<_>>()) {
                let tier = tier.map(|tier| format!(", tier {tier}")).unwrap_or_default();
                let profile = profile.map(|it| format!(", profile `{it}`")).unwrap_or_default();
                let risk = (from > Probability::ZERO).then(|| format!(", risk from {from} on"));
                let risk = risk.unwrap_or_default();
                let why = format!("{} changes{tier}{profile}{risk}", kind.name());
                let finding = Finding::new(FindingCode::NotJudged).stage(stage);
                found.push(finding.because(&why));
            }
        }
    }
    found
}

/// The least risk that none of these selectors means, for a change that follows no model: where
/// such a change is judged, one that follows a model is, too.
fn gap(selectors: &[&Selector]) -> Option<Probability> {
    let any_model = selectors.iter().filter(|selector| selector.model.is_empty());
    let mut bands: Vec<(Probability, Option<Probability>)> = any_model
        .map(|selector| match selector.risk {
            None => (Probability::ZERO, None),
            Some(band) => (band.at_least.unwrap_or(Probability::ZERO), band.below),
        })
        .collect();
    bands.sort_unstable();
    let mut reached = Probability::ZERO;
    for (from, below) in bands {
        if from > reached {
            break;
        }
        // A band without an end holds certainty, too.
        let below = below?;
        reached = reached.max(below);
    }
    Some(reached)
}

/// Whether a gate is for a service of that make; what is not known matches, as it does in a
/// decision.
fn fits(selector: &Selector, (tier, profile): Make<'_>) -> bool {
    let by_tier = selector.tier.is_empty() || tier.is_none_or(|tier| selector.tier.contains(&tier));
    let by_profile = selector.profile.is_empty()
        || profile.is_none_or(|profile| selector.profile.contains(profile));
    by_tier && by_profile
}
