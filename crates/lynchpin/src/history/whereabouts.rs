//! Where changes are: in which environments of a stage, since when, and what took their place.

use std::collections::BTreeSet;

use super::order::end_of;
use super::presence::{Place, Stay};
use super::records::Records;
use crate::base::Instant;
use crate::base::id::{ChangeId, EnvironmentId, ServiceId, StageId};
use crate::model::{Change, Service};

impl Records {
    /// The environments of a stage.
    #[must_use]
    pub fn environments(&self, stage: &StageId) -> Vec<EnvironmentId> {
        match self.stage(stage) {
            Some(known) if !known.environments.is_empty() => known.environments.clone(),
            // A stage's id is also an environment's: the characters allowed are the same.
            _ => EnvironmentId::new(stage.as_str()).into_iter().collect(),
        }
    }

    /// The environments of a stage that a service has; all of them, if it has none of them.
    #[must_use]
    pub fn environments_of(&self, service: &ServiceId, stage: &StageId) -> Vec<EnvironmentId> {
        let mut environments = self.environments(stage);
        if let Some(known) = self.service(service)
            && environments.iter().any(|it| known.environments.contains(it))
        {
            environments.retain(|it| known.environments.contains(it));
        }
        environments
    }

    /// The environments of a stage that a change's services have.
    #[must_use]
    pub fn environments_for(&self, change: &Change, stage: &StageId) -> Vec<EnvironmentId> {
        let mut environments = self.environments(stage);
        let services: Vec<&Service> =
            change.services.iter().filter_map(|id| self.service(id)).collect();
        let bound = services.iter().all(|service| !service.environments.is_empty());
        if !services.is_empty() && services.len() == change.services.len() && bound {
            let narrowed: Vec<EnvironmentId> = environments
                .iter()
                .filter(|e| services.iter().any(|service| service.environments.contains(e)))
                .cloned()
                .collect();
            // Services that have no environment here at all are judged by the whole stage.
            if !narrowed.is_empty() {
                environments = narrowed;
            }
        }
        environments
    }

    /// The stays of a change in an environment, one for each of its services that have it; nothing,
    /// if it was never brought there.
    #[must_use]
    pub fn stays(&self, change: &Change, environment: &EnvironmentId) -> Vec<&Stay> {
        let Some(place) = self.presence.place(&change.id, environment) else { return Vec::new() };
        let has = |id: &&ServiceId| {
            let found = self.service(id).filter(|service| !service.environments.is_empty());
            found.is_none_or(|service| service.environments.contains(environment))
        };
        let here: Vec<&ServiceId> = change.services.iter().filter(has).collect();
        let all = || change.services.iter().collect();
        place.stays(&if here.is_empty() { all() } else { here }).collect()
    }

    /// Since when a change itself is live in every environment of a stage that its services have.
    #[must_use]
    pub fn live_since(&self, id: &ChangeId, stage: &StageId) -> Option<Instant> {
        // Asked of all that anything needs, most of which was never brought anywhere.
        self.presence.places(id).next()?;
        let change = self.change(id)?.current(self)?;
        let mut since = None;
        for environment in self.environments_for(change, stage) {
            let stays = self.stays(change, &environment);
            since = since.max(Some(stays.first()?.live_since?));
            for stay in stays {
                since = since.max(Some(stay.live_since?));
            }
        }
        since
    }

    /// Whether a change itself is live in any environment of a stage, for any of its services; what
    /// was deployed is, whether or not anybody told what it is.
    #[must_use]
    pub fn is_live_anywhere(&self, id: &ChangeId, stage: &StageId) -> bool {
        self.places(id, stage).any(|place| place.live().next().is_some())
    }

    /// The numbers of the deployments by which it is.
    #[must_use]
    pub fn live_anywhere_by(&self, id: &ChangeId, stage: &StageId) -> Vec<usize> {
        let places = self.places(id, stage);
        let mut numbers: Vec<usize> = places
            .flat_map(|place| place.live().flat_map(Stay::cites).collect::<Vec<_>>())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// What is known of a change in each environment of a stage that it was brought to.
    pub(super) fn places<'a>(
        &'a self,
        id: &ChangeId,
        stage: &StageId,
    ) -> impl Iterator<Item = &'a Place> {
        let ever = self.presence.places(id).next().is_some();
        let environments = if ever { self.environments(stage) } else { Vec::new() };
        environments.into_iter().filter_map(|e| self.presence.place(id, &e))
    }

    /// Whether a change, or one that takes its place, is live in a stage.
    #[must_use]
    pub fn is_live(&self, id: &ChangeId, stage: &StageId) -> bool {
        self.live_since(id, stage).is_some() || self.is_superseded_in(id, stage)
    }

    /// The numbers of the deployments by which a change, or one that takes its place, is live.
    #[must_use]
    pub fn live_by(&self, id: &ChangeId, stage: &StageId) -> Vec<usize> {
        let itself = self.live_since(id, stage).map(|_| id);
        let by = itself.or_else(|| self.superseder_in(id, stage));
        by.map(|id| self.deployed_by(id, stage)).unwrap_or_default()
    }

    /// The deployments by which a change is live in any environment of a stage.
    fn deployed_by(&self, id: &ChangeId, stage: &StageId) -> Vec<usize> {
        let Some(change) = self.change(id).and_then(|row| row.current(self)) else {
            return Vec::new();
        };
        let environments = self.environments_for(change, stage);
        let stays = environments.iter().flat_map(|e| self.stays(change, e));
        let mut numbers: Vec<usize> = stays.flat_map(Stay::cites).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Whether a change that takes its place is live in a stage.
    #[must_use]
    pub fn is_superseded_in(&self, id: &ChangeId, stage: &StageId) -> bool {
        self.superseder_in(id, stage).is_some()
    }

    /// The numbers of the deployments by which a change that takes its place is live.
    pub fn superseding_deployments(
        &self,
        id: &ChangeId,
        stage: &StageId,
    ) -> impl Iterator<Item = usize> {
        let by = self.superseder_in(id, stage).map(|id| self.deployed_by(id, stage));
        by.unwrap_or_default().into_iter()
    }

    /// The change that takes the place of another, directly or through others, and is live in a
    /// stage.
    fn superseder_in<'a>(&'a self, id: &'a ChangeId, stage: &StageId) -> Option<&'a ChangeId> {
        let mut open: Vec<&ChangeId> = self.superseded_by(id).iter().collect();
        let mut seen: BTreeSet<&ChangeId> = open.first().map(|_| id).into_iter().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                if self.live_since(next, stage).is_some() && self.superseded_then(next, id, stage) {
                    return Some(next);
                }
                open.extend(self.superseded_by(next));
            }
        }
        None
    }

    /// Whether a change took the place of another, directly or through others, by what was known
    /// when it was deployed: what is written into it later brings nothing anywhere.
    fn superseded_then(&self, newer: &ChangeId, older: &ChangeId, stage: &StageId) -> bool {
        let Some(then) = self.last_deployed(newer, stage) else { return false };
        let mut seen: BTreeSet<&ChangeId> = BTreeSet::new();
        let mut open = vec![newer];
        while let Some(id) = open.pop() {
            let known = self.change(id).and_then(|row| row.known_by(self, end_of(then)));
            let said = known.and_then(|(row, position)| row.at(self, position));
            for next in said.into_iter().flat_map(|change| &change.supersedes) {
                if next == older {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// When a change was last deployed everywhere in a stage that it is live.
    fn last_deployed(&self, id: &ChangeId, stage: &StageId) -> Option<Instant> {
        let change = self.change(id)?.current(self)?;
        let environments = self.environments_for(change, stage);
        let stays = environments.iter().flat_map(|e| self.stays(change, e));
        let newest = stays.filter_map(Stay::newest);
        newest.filter_map(|number| self.portfolio().deployments.get(number)).map(|d| d.at).min()
    }

    /// The numbers of the deployments of a change that have begun in a stage and not ended.
    #[must_use]
    pub fn in_flight_by(&self, id: &ChangeId, stage: &StageId) -> Vec<usize> {
        self.places(id, stage).flat_map(|place| place.flights.values().copied()).collect()
    }

    /// Whether a deployment of a change was ever begun in a stage.
    #[must_use]
    pub fn has_entered(&self, id: &ChangeId, stage: &StageId) -> bool {
        self.places(id, stage).any(|place| place.entered)
    }
}
