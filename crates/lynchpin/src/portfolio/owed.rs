//! "What is owed, by whom and until when?"

use super::in_force::InForce;
use super::setting::Setting;
use crate::base::error::Result;
use crate::base::id::StageId;
use crate::base::{Instant, Subject};
use crate::gate::{Case, Obligation, obligation};
use crate::history::Records;

/// Everything that was ever owed by what is declared, met or not, in order of ends.
pub(super) fn obligations(
    records: &Records,
    in_force: &InForce<'_>,
    at: Instant,
) -> Result<Vec<Obligation>> {
    let Some(policy) = in_force.policy else { return Ok(Vec::new()) };
    // Each gate is asked about its own stages; this one is never looked at.
    let stage = StageId::new("any")?;
    let setting =
        Setting::of(records, in_force.by(policy, records.as_of), &declared(records), (None, at));
    let case = setting.case(records, (policy, in_force.before()), (&stage, None), at);
    let case = Case { afterwards: false, ..case };
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
