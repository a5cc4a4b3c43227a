//! What runs now where a change is to go: what its evidence may be compared with.

use super::order::{Position, end_of, position};
use super::presence::Stay;
use super::records::Records;
use crate::base::id::{ChangeId, EnvironmentId, ServiceId, StageId};
use crate::base::{Digest, Instant};
use crate::model::{Change, Deployment};

/// What was brought last to one environment for one service, but for what ships.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The artifacts, each once; none, if nothing is live there or nobody told of any.
    pub artifacts: Vec<Digest>,
    /// The numbers of the deployments by which they are live.
    pub deployments: Vec<usize>,
}

impl Records {
    /// What is live in a stage before a change comes: one baseline for each environment there and
    /// each of the change's services that has it; nothing, if the change names no service.
    ///
    /// It is what was brought there last and is live still, by whichever change, an older revision
    /// of this one included. The artifacts that ship are left out: nothing is its own baseline. A
    /// service that has none of the stage's environments is taken to be in all of them.
    #[must_use]
    pub fn baseline(&self, change: &Change, stage: &StageId) -> Vec<Baseline> {
        let mut found = Vec::new();
        for id in &change.services {
            let here = self.environments_of(id, stage).into_iter();
            found.extend(here.map(|environment| self.running(change, id, &environment)));
        }
        found
    }

    /// What was brought last to an environment for a service, but for what ships.
    fn running(
        &self,
        change: &Change,
        service: &ServiceId,
        environment: &EnvironmentId,
    ) -> Baseline {
        let all: Vec<Brought> = self
            .presence
            .changes()
            .filter_map(|id| Some((id, self.presence.place(id, environment)?)))
            .flat_map(|(id, place)| {
                let live = place.stays(&[service]).find(|stay| stay.live_since.is_some());
                live.map_or_else(Vec::new, |stay| {
                    self.brought((id, service), stay, &change.artifacts)
                })
            })
            .collect();
        let last = all.iter().filter(|it| it.certain).map(|it| it.when).max();
        // Of what was brought at once nobody can tell which runs, nor of what came later for who
        // knows which service whether it does, so each is looked at.
        let newest = all.iter().filter(|it| last.is_some_and(|last| last <= it.when));
        let mut baseline = Baseline::default();
        let mut told = true;
        for brought in newest {
            told &= !brought.artifacts.is_empty();
            baseline.artifacts.extend(brought.artifacts.iter().copied());
            baseline.deployments.extend(&brought.cites);
        }
        if !told {
            baseline.artifacts.clear();
        }
        baseline.artifacts.sort_unstable();
        baseline.artifacts.dedup();
        baseline.deployments.sort_unstable();
        baseline.deployments.dedup();
        baseline
    }

    /// What a stay brought for a service, and when it surely did last or may have since; nothing,
    /// if it was for another one or if all of it ships.
    fn brought(
        &self,
        (id, service): (&ChangeId, &ServiceId),
        stay: &Stay,
        ships: &[Digest],
    ) -> Vec<Brought> {
        let others = stay.artifacts.iter().filter(|artifact| !ships.contains(artifact));
        let artifacts: Vec<Digest> = others.copied().collect();
        let mut found = Vec::new();
        if artifacts.is_empty() && !stay.artifacts.is_empty() {
            return found;
        }
        let cites: Vec<usize> = stay.cites().collect();
        let facts = &self.portfolio().deployments;
        for deployment in cites.iter().rev().filter_map(|number| facts.get(*number)) {
            let is_for = self.is_for(id, deployment, service);
            let certain = is_for == Some(true);
            if is_for != Some(false) {
                let when = (deployment.at, position(deployment));
                let (artifacts, cites) = (artifacts.clone(), cites.clone());
                found.push(Brought { when, certain, artifacts, cites });
            }
            if certain {
                break;
            }
        }
        found
    }

    /// Whether a change was deployed for a service: as the deployment says, or else the change as
    /// it was then, whatever was made of it since. Nothing, if neither says so.
    fn is_for(&self, id: &ChangeId, deployment: &Deployment, service: &ServiceId) -> Option<bool> {
        if let Some(named) = &deployment.service {
            return Some(named == service);
        }
        let (row, then) = self.change(id)?.known_by(self, end_of(deployment.at))?;
        let services = &row.at(self, then)?.services;
        (!services.is_empty()).then(|| services.contains(service))
    }
}

/// What one change brought and that is live still, but for what ships.
struct Brought {
    /// When it was deployed.
    when: (Instant, Position),
    /// Whether it is known to be for the service.
    certain: bool,
    /// The artifacts; none, if nobody told of any.
    artifacts: Vec<Digest>,
    /// The numbers of the deployments.
    cites: Vec<usize>,
}
