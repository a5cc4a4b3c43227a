//! The figures that the gates compare, for everything that they may be asked about.

use std::collections::BTreeSet;

use super::{autonomy, budgets};
use crate::base::id::{ModelId, ServiceId, StageId};
use crate::base::{Instant, Subject};
use crate::gate::Policy;
use crate::gate::figures::{Figures, Whose};
use crate::gate::policy::RecordOf;
use crate::history::Records;
use crate::model::Change;

/// Whether a policy asks for any figure.
pub(super) fn asks_for_figures(policy: &Policy) -> bool {
    let mut asked = policy.requirements.values();
    asked.any(|it| it.budget.is_some() || it.preauthorised.is_some())
}

/// The figures for some subjects, those that are releases being taken for the changes in them, in
/// all stages or in one.
pub(super) fn figures(
    records: &Records,
    policy: &Policy,
    subjects: &[Subject],
    (only, at): (Option<&StageId>, Instant),
) -> Figures {
    let mut figures = Figures::default();
    if !asks_for_figures(policy) {
        return figures;
    }
    let changes: Vec<&Change> = subjects.iter().flat_map(|it| changes(records, it)).collect();
    let services: BTreeSet<&ServiceId> = changes.iter().flat_map(|it| &it.services).collect();
    let models: BTreeSet<&ModelId> = changes.iter().filter_map(|it| it.model.as_ref()).collect();
    let stages: BTreeSet<&StageId> = match only {
        Some(stage) => BTreeSet::from([stage]),
        None => policy.gates.values().flat_map(|gate| &gate.stages).collect(),
    };
    for (id, requirement) in &policy.requirements {
        if let Some(leaf) = &requirement.budget {
            let found = services.iter().filter_map(|service| {
                let figure = budgets::figure(records, leaf, service, at)?;
                Some(((id.clone(), (*service).clone()), figure))
            });
            figures.budgets.extend(found);
        }
        let rule = requirement.preauthorised.as_ref().and_then(|leaf| leaf.record.as_ref());
        let Some(rule) = rule else { continue };
        let whose: BTreeSet<Whose> = match rule.of {
            RecordOf::Model => models.iter().map(|it| Whose::Model((*it).clone())).collect(),
            RecordOf::Team => {
                let owners = services.iter().filter_map(|it| records.owner(it));
                owners.map(|it| Whose::Team(it.clone())).collect()
            }
        };
        for whose in whose {
            for stage in &stages {
                let record = autonomy::record(records, rule, &whose, (stage, at));
                figures.records.insert((id.clone(), whose.clone(), (*stage).clone()), record);
            }
        }
    }
    figures
}

/// The changes that a subject is, or that are in it.
fn changes<'a>(records: &'a Records, subject: &Subject) -> Vec<&'a Change> {
    match subject {
        Subject::Change(id) => {
            records.change(id).and_then(|row| row.current(records)).into_iter().collect()
        }
        Subject::Release(id) => records.changes_within(id),
    }
}
