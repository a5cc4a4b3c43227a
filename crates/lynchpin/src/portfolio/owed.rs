//! "What is owed, by whom and until when?"

use std::collections::BTreeMap;

use super::decide::asks_for_risk;
use super::figures::figures;
use super::scoring;
use super::snapshot::InForce;
use crate::base::error::Result;
use crate::base::id::StageId;
use crate::base::{Instant, Probability, Subject, When};
use crate::gate::freeze::times::Times;
use crate::gate::rolls::Rolls;
use crate::gate::signed::Proofs;
use crate::gate::{Case, Obligation, obligation};
use crate::history::Records;

/// Everything that was ever owed by what is declared, met or not, in order of ends.
pub(super) fn obligations(
    records: &Records,
    in_force: &InForce<'_>,
    at: Instant,
) -> Result<Vec<Obligation>> {
    let Some(policy) = in_force.policy else { return Ok(Vec::new()) };
    let risks: BTreeMap<Subject, (Probability, When)> = if asks_for_risk(policy) {
        scoring::risks(records, &declared(records), at)
    } else {
        BTreeMap::new()
    };
    // Each gate is asked about its own stages; this one is never looked at.
    let stage = StageId::new("any")?;
    let figures = figures(records, policy, &declared(records), (None, at));
    let (rolls, times, proofs) = (Rolls::default(), Times::default(), Proofs::default());
    let case = Case {
        records,
        policy,
        adopted: if in_force.what_if { &[] } else { in_force.adopted },
        stage: &stage,
        previous: None,
        at,
        risks: &risks,
        figures: &figures,
        rolls: &rolls,
        times: &times,
        proofs: &proofs,
        afterwards: false,
        obligations: &[],
    };
    Ok(obligation::obligations(&case))
}

/// Every change of which something was declared, and the releases it is in.
pub(super) fn declared(records: &Records) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for id in records.declared() {
        subjects.push(Subject::Change(id.clone()));
        for release in records.releases_of(id).iter().chain(records.ever_in(id)) {
            // The risk of any change in it may say which gates judge it.
            let within = records.changes_within(release).into_iter();
            subjects.extend(within.map(|change| Subject::Change(change.id.clone())));
            subjects.push(Subject::Release(release.clone()));
        }
    }
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}
