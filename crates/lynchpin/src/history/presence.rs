//! Where a change is live, since when, and what is in flight.

use std::collections::{BTreeMap, BTreeSet};

use super::order::by_record;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, ServiceId};
use crate::base::{Digest, Instant};
use crate::model::{Deployment, DeploymentOutcome};

/// One stay of a change in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    /// Since when it is live there; not live, if there is nothing.
    pub live_since: Option<Instant>,
    /// The artifacts that the deployment brought; those of the change at that time, if it named
    /// none.
    pub artifacts: Vec<Digest>,
    /// The number of the deployment fact that began the stay.
    began: Option<usize>,
    /// The newest deployment fact that kept it.
    newest: Option<Kept>,
    /// When it was last rolled back: what is told later of the time before says nothing of now.
    rolled_back_at: Option<Instant>,
}

/// A deployment fact that kept a change where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    number: usize,
    id: DeploymentId,
}

/// What is known of one change in one environment.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// What was deployed for no service in particular, and so for all of them.
    whole: Stay,
    /// What was deployed for one service, with what was before for all.
    of_service: BTreeMap<ServiceId, Stay>,
    /// The deployments that have begun and not ended, by the number of that fact.
    pub flights: BTreeMap<DeploymentId, usize>,
    /// The facts that say that a deployment has begun, ended or not.
    begun: BTreeMap<DeploymentId, Vec<usize>>,
    /// When each deployment ended: that it had begun before may be told late.
    ended_at: BTreeMap<DeploymentId, Instant>,
    /// Whether a deployment was ever begun there.
    pub entered: bool,
}

impl Place {
    /// The stay of each of some services; the one of the whole, if none is named.
    pub fn stays<'a>(&'a self, services: &[&ServiceId]) -> impl Iterator<Item = &'a Stay> + 'a {
        let each = services.iter().map(|id| self.of_service.get(*id).unwrap_or(&self.whole));
        let whole = services.is_empty().then_some(&self.whole);
        each.collect::<Vec<_>>().into_iter().chain(whole)
    }

    /// The stays, of all or of one of its services, in which it is live there.
    pub fn live(&self) -> impl Iterator<Item = &Stay> + '_ {
        let stays = std::iter::once(&self.whole).chain(self.of_service.values());
        stays.filter(|stay| stay.live_since.is_some())
    }

    /// The numbers of the deployment facts that tell what of it is there or on its way there: the
    /// newest that kept it, and where that one, or what is under way, began.
    #[must_use]
    pub fn brought_by(&self) -> BTreeSet<usize> {
        let kept: Vec<&Kept> = self.live().filter_map(|stay| stay.newest.as_ref()).collect();
        let ids = kept.iter().map(|kept| &kept.id).chain(self.flights.keys());
        let ids: BTreeSet<&DeploymentId> = ids.collect();
        let begun = ids.into_iter().filter_map(|id| self.begun.get(id)).flatten().copied();
        begun.chain(kept.iter().map(|kept| kept.number)).collect()
    }

    fn apply(&mut self, number: usize, deployment: &Deployment, artifacts: &[Digest]) {
        if deployment.outcome == DeploymentOutcome::Started {
            self.begun.entry(deployment.id.clone()).or_default().push(number);
            if self.ended_at.get(&deployment.id).is_none_or(|ended| *ended < deployment.at) {
                self.flights.insert(deployment.id.clone(), number);
            }
        } else {
            // Another deployment that ends leaves those under way where they are.
            self.flights.remove(&deployment.id);
            let ended_at = self.ended_at.entry(deployment.id.clone()).or_insert(deployment.at);
            *ended_at = deployment.at.max(*ended_at);
        }
        self.entered |= deployment.outcome != DeploymentOutcome::RolledBack;
        match &deployment.service {
            Some(service) => {
                let stay = self.of_service.entry(service.clone());
                stay.or_insert_with(|| self.whole.clone()).apply(number, deployment, artifacts);
            }
            None => {
                self.whole.apply(number, deployment, artifacts);
                let each = self.of_service.values_mut();
                each.for_each(|stay| stay.apply(number, deployment, artifacts));
            }
        }
    }
}

impl Stay {
    /// The numbers of the deployment facts that it rests on: the one that began it, and the newest.
    pub fn cites(&self) -> impl Iterator<Item = usize> {
        let newest = self.newest().filter(|newest| Some(*newest) != self.began);
        self.began.into_iter().chain(newest)
    }

    /// The number of the newest deployment fact that kept it.
    #[must_use]
    pub fn newest(&self) -> Option<usize> {
        self.newest.as_ref().map(|kept| kept.number)
    }

    fn apply(&mut self, number: usize, deployment: &Deployment, artifacts: &[Digest]) {
        match deployment.outcome {
            DeploymentOutcome::Started | DeploymentOutcome::Failed => {}
            DeploymentOutcome::Succeeded => {
                if self.rolled_back_at.is_some_and(|ended| deployment.at < ended) {
                    return;
                }
                // The same artifacts deployed again go on soaking; others begin anew, and so does
                // a change without any, of which nobody can tell.
                let same = !artifacts.is_empty() && self.artifacts == artifacts;
                if !same || self.live_since.is_none() {
                    self.live_since = Some(deployment.at);
                    self.artifacts = artifacts.to_vec();
                    self.began = Some(number);
                }
                self.newest = Some(Kept { number, id: deployment.id.clone() });
            }
            DeploymentOutcome::RolledBack => {
                let rolled_back_at = self.rolled_back_at.max(Some(deployment.at));
                *self = Stay { rolled_back_at, ..Stay::default() };
            }
        }
    }
}

/// Where each change is, folded from the deployments.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    places: Filed<ChangeId, BTreeMap<EnvironmentId, Place>>,
}

impl Presence {
    /// Folds all deployments of a change, given by their numbers in the portfolio, into where it
    /// is.
    pub(super) fn set(
        &mut self,
        change: &ChangeId,
        mut deployments: Vec<(usize, &Deployment)>,
        artifacts_then: impl Fn(Instant) -> Vec<Digest>,
    ) {
        // Of facts that tie, the less favourable is taken last and so counts.
        deployments.sort_by(|(_, a), (_, b)| {
            let worse = (a.outcome, a.at).cmp(&(b.outcome, b.at));
            by_record(*a, *b).then(worse).then_with(|| a.cmp(b))
        });
        let mut places: BTreeMap<EnvironmentId, Place> = BTreeMap::new();
        for (number, deployment) in deployments {
            let mut artifacts = if deployment.artifacts.is_empty() {
                artifacts_then(deployment.at)
            } else {
                deployment.artifacts.clone()
            };
            artifacts.sort_unstable();
            let place = places.entry(deployment.environment.clone()).or_default();
            place.apply(number, deployment, &artifacts);
        }
        self.places.insert(change.clone(), places);
    }

    /// What is known of a change in an environment.
    #[must_use]
    pub fn place(&self, change: &ChangeId, environment: &EnvironmentId) -> Option<&Place> {
        self.places.get(change)?.get(environment)
    }

    /// Every environment that a change has been brought to.
    pub fn places(&self, change: &ChangeId) -> impl Iterator<Item = (&EnvironmentId, &Place)> + '_ {
        self.places.get(change).into_iter().flatten()
    }

    /// Every change that was ever brought anywhere, in order of ids.
    pub fn changes(&self) -> impl Iterator<Item = &ChangeId> + '_ {
        self.places.keys()
    }
}
