//! What was deployed without leave: facts are never refused for it, only marked.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::Instant;
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, PersonId, StageId};
use crate::gate::Policy;
use crate::gate::policy::ClaimRule;
use crate::history::Records;
use crate::history::entries::is_end;
use crate::history::order::position;
use crate::model::{Claim, Deployment, DeploymentOutcome, Entered, Fact};
use crate::reason::ReasonCode;

/// A deployment that no claim stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Breach {
    /// When it was deployed.
    pub at: Instant,
    /// The change that was deployed.
    pub change: ChangeId,
    /// The stage that it entered.
    pub stage: StageId,
    /// The environment.
    pub environment: EnvironmentId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Whose act it was.
    pub by: PersonId,
    /// Why it is unauthorised: `unclaimed`, `claimed_otherwise` or `claim_ended`.
    pub code: ReasonCode,
}

/// The deployments into guarded stages that no claim stands for, in order of time. None, if the
/// policy asks for no claims.
pub(super) fn breaches(records: &Records, policy: Option<&Policy>, at: Instant) -> Vec<Breach> {
    let Some(policy) = policy.filter(|policy| policy.claims == ClaimRule::Required) else {
        return Vec::new();
    };
    let mut found = BTreeSet::new();
    let known = |deployment: &&Deployment| deployment.envelope().recorded <= at;
    for deployment in records.portfolio().deployments.iter().filter(known) {
        // What was taken out of an environment entered nothing.
        if deployment.outcome == DeploymentOutcome::RolledBack {
            continue;
        }
        // A stage is guarded by what was known of it then.
        let stages = records.stages_by(position(deployment));
        let entered = stages.filter(|stage| stage.has(&deployment.environment));
        for stage in entered.map(|stage| &stage.id).filter(|stage| !policy.open.contains(stage)) {
            for change in BTreeSet::from_iter(&deployment.changes) {
                let code = why_not(records, stage, change, deployment);
                found.extend(code.map(|code| breach(stage, change, deployment, code)));
            }
        }
    }
    found.into_iter().collect()
}

fn breach(stage: &StageId, change: &ChangeId, deployment: &Deployment, code: ReasonCode) -> Breach {
    Breach {
        at: deployment.at,
        change: change.clone(),
        stage: stage.clone(),
        environment: deployment.environment.clone(),
        deployment: deployment.id.clone(),
        by: deployment.by.clone(),
        code,
    }
}

/// Whether what was deployed is what was claimed: the same but for its text.
fn is_same(records: &Records, entered: &Entered, deployment: &Deployment) -> bool {
    let same = || {
        let row = records.change(&entered.change)?;
        let claimed = row.digests(records, row.position_of(records, entered.revision)?)?;
        let (row, then) = row.known_by(records, position(deployment))?;
        let deployed = row.digests(records, then)?;
        let named = claimed.root() == entered.digest;
        Some(named && claimed.without_text() == deployed.without_text())
    };
    same().unwrap_or(false)
}

/// The newest claim of a change into a stage that was there before a deployment of it, by its
/// number.
pub(super) fn claim_before<'a>(
    records: &'a Records,
    stage: &StageId,
    change: &ChangeId,
    deployment: &Deployment,
) -> Option<(usize, &'a Claim)> {
    let before = |claim: &Claim| {
        claim.stage == *stage
            && position(claim) <= position(deployment)
            && claim.at <= deployment.at
    };
    let claims = records.claims_with(change).iter().rev();
    claims.filter_map(|n| Some((*n, records.claim(*n)?))).find(|(_, claim)| before(claim))
}

/// Why no claim stands for a deployment of a change; nothing, if one does.
pub(super) fn why_not(
    records: &Records,
    stage: &StageId,
    change: &ChangeId,
    deployment: &Deployment,
) -> Option<ReasonCode> {
    let claim = claim_before(records, stage, change, deployment);
    let Some((_, claim)) = claim else { return Some(ReasonCode::Unclaimed) };
    let mut claimed = claim.changes.iter().filter(|entered| entered.change == *change);
    if !claimed.any(|entered| is_same(records, entered, deployment)) {
        return Some(ReasonCode::ClaimedOtherwise);
    }
    let others = records.deployments_to(change, stage).map(|(_, other)| other);
    let ended = others.into_iter().any(|other| {
        is_end(other)
            && other.id != deployment.id
            && position(other) > position(claim)
            && position(other) < position(deployment)
    });
    let begins = deployment.outcome == DeploymentOutcome::Started;
    let late = claim.not_after.is_some_and(|lapses| begins && lapses <= deployment.at);
    (ended || late).then_some(ReasonCode::ClaimEnded)
}
