//! Where a change is live, since when, and what is in flight.

use std::collections::BTreeMap;

use super::order::by_record;
use crate::base::id::{ChangeId, EnvironmentId};
use crate::base::{Digest, Instant};
use crate::model::{Deployment, DeploymentOutcome};

/// What is known of one change in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    /// Since when it is live there; not live, if there is nothing.
    pub live_since: Option<Instant>,
    /// The artifacts that the deployment brought; those of the change at that time, if it named
    /// none.
    pub artifacts: Vec<Digest>,
    /// Whether a deployment of it has begun and not ended.
    pub in_flight: bool,
    /// Whether a deployment of it was ever begun there.
    pub entered: bool,
    /// The number of the deployment fact that began the stay.
    pub cites: Option<usize>,
    /// The number of the deployment fact that it is in flight by.
    pub flies_by: Option<usize>,
}

/// Where each change is, folded from the deployments.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    stays: BTreeMap<ChangeId, BTreeMap<EnvironmentId, Stay>>,
}

impl Presence {
    /// Folds deployments, given by their numbers in the portfolio, into where each change is.
    #[must_use]
    pub fn new<'a>(
        deployments: impl Iterator<Item = (usize, &'a Deployment)>,
        artifacts_then: impl Fn(&ChangeId, Instant) -> Vec<Digest>,
    ) -> Self {
        let mut ordered: Vec<(usize, &Deployment)> = deployments.collect();
        // Of facts that tie, the less favourable is taken last and so counts.
        ordered.sort_by(|(_, a), (_, b)| {
            by_record(*a, *b).then(a.outcome.cmp(&b.outcome)).then_with(|| a.id.cmp(&b.id))
        });
        let mut presence = Presence::default();
        for (number, deployment) in ordered {
            for change in &deployment.changes {
                let stays = presence.stays.entry(change.clone()).or_default();
                let stay = stays.entry(deployment.environment.clone()).or_default();
                let mut artifacts = if deployment.artifacts.is_empty() {
                    artifacts_then(change, deployment.at)
                } else {
                    deployment.artifacts.clone()
                };
                artifacts.sort_unstable();
                apply(stay, number, deployment, artifacts);
            }
        }
        presence
    }

    /// What is known of a change in an environment.
    #[must_use]
    pub fn stay(&self, change: &ChangeId, environment: &EnvironmentId) -> Option<&Stay> {
        self.stays.get(change)?.get(environment)
    }

    /// Every environment that a change has been brought to.
    pub fn stays(&self, change: &ChangeId) -> impl Iterator<Item = (&EnvironmentId, &Stay)> + '_ {
        self.stays.get(change).into_iter().flatten()
    }

    /// Every change that was ever brought anywhere, in order of ids.
    pub fn changes(&self) -> impl Iterator<Item = &ChangeId> + '_ {
        self.stays.keys()
    }
}

fn apply(stay: &mut Stay, number: usize, deployment: &Deployment, artifacts: Vec<Digest>) {
    match deployment.outcome {
        DeploymentOutcome::Started => {
            stay.in_flight = true;
            stay.flies_by = Some(number);
            stay.entered = true;
        }
        DeploymentOutcome::Succeeded => {
            // The same artifacts deployed again go on soaking; others begin anew, and so does a
            // change without any, of which nobody can tell.
            let same = !artifacts.is_empty() && stay.artifacts == artifacts;
            if !same || stay.live_since.is_none() {
                stay.live_since = Some(deployment.at);
                stay.artifacts = artifacts;
                stay.cites = Some(number);
            }
            stay.in_flight = false;
            stay.entered = true;
        }
        DeploymentOutcome::Failed => {
            stay.in_flight = false;
            stay.entered = true;
        }
        DeploymentOutcome::RolledBack => {
            stay.live_since = None;
            stay.artifacts.clear();
            stay.in_flight = false;
            stay.cites = None;
        }
    }
}
