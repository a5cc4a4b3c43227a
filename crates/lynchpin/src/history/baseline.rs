//! What runs now where a change is to go: what its evidence may be compared with.

use super::order::{Position, position};
use super::presence::Stay;
use super::records::Records;
use crate::base::id::{EnvironmentId, ServiceId, StageId};
use crate::base::{Digest, Instant};
use crate::model::Change;

/// What was brought last to one environment for one service, by other changes.
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
    /// It is what was brought there last and is live still. What ships itself is left out, by
    /// whichever change it came: nothing is its own baseline.
    #[must_use]
    pub fn baseline(&self, change: &Change, stage: &StageId) -> Vec<Baseline> {
        let mut found = Vec::new();
        for environment in self.environments_for(change, stage) {
            for id in &change.services {
                let bound = self.service(id).map(|service| &service.environments);
                let has = bound.is_none_or(|all| all.is_empty() || all.contains(&environment));
                if has {
                    found.push(self.running(change, id, &environment));
                }
            }
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
        let ships = |stay: &&Stay| stay.artifacts.iter().any(|a| change.artifacts.contains(a));
        let others = self.presence.changes().filter(|id| **id != change.id);
        let stays = others.flat_map(|id| {
            let row = self.change(id).and_then(|row| row.current(self));
            let place = self.presence.place(id, environment);
            let place = place.filter(|_| row.is_some_and(|row| row.services.contains(service)));
            place.into_iter().flat_map(|place| place.stays(&[service]).collect::<Vec<_>>())
        });
        let live = stays.filter(|stay| stay.live_since.is_some() && !ships(stay));
        let mut newest: Option<(Instant, Position)> = None;
        let mut baseline = Baseline::default();
        for stay in live {
            let brought = stay.newest().and_then(|number| self.portfolio().deployments.get(number));
            let Some(brought) = brought.map(|it| (it.at, position(it))) else { continue };
            if newest.is_some_and(|newest| brought < newest) {
                continue;
            }
            if newest.is_none_or(|newest| newest < brought) {
                newest = Some(brought);
                baseline = Baseline::default();
            }
            // Of what was brought at once nobody can tell which runs, so each is looked at.
            baseline.artifacts.extend(&stay.artifacts);
            baseline.deployments.extend(stay.cites());
        }
        baseline.artifacts.sort_unstable();
        baseline.artifacts.dedup();
        baseline
    }
}
