//! Where the work of a change goes: each of its services, in each environment of the stage.

use crate::base::id::{EnvironmentId, ServiceId, StageId};
use crate::calendar::Place;
use crate::history::Records;

/// One place that a change goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The service; none is known of a change that names none.
    pub service: Option<ServiceId>,
    /// Its tier, if it is known.
    pub tier: Option<u8>,
    /// The environment.
    pub environment: EnvironmentId,
}

impl Spot {
    /// The place as the calendar knows it.
    #[must_use]
    pub fn place<'a>(&'a self, stage: &'a StageId) -> Place<'a> {
        Place {
            service: self.service.as_ref(),
            tier: self.tier,
            stage: Some(stage),
            environment: Some(&self.environment),
        }
    }
}

/// The places of a stage that a change of some services goes to: never none. A service that has
/// none of the stage's environments is taken to be in all of them.
#[must_use]
pub fn of(records: &Records, stage: &StageId, services: &[ServiceId]) -> Vec<Spot> {
    if services.is_empty() {
        let spot = |environment| Spot { service: None, tier: None, environment };
        return records.environments(stage).into_iter().map(spot).collect();
    }
    let mut spots = Vec::new();
    for id in services {
        let tier = records.service(id).and_then(|service| service.tier);
        let here = records.environments_of(id, stage).into_iter();
        spots.extend(here.map(|environment| Spot { service: Some(id.clone()), tier, environment }));
    }
    spots.sort_unstable();
    spots.dedup();
    spots
}
