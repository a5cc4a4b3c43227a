//! What is declared under an id and may be declared again: of each, the newest that is known
//! counts, whole.

use std::collections::BTreeMap;

use super::order::{Position, end_of, position};
use super::records::Records;
use crate::base::id::{ServiceId, StageId};
use crate::base::{Actor, Instant, Rows};
use crate::model::{Fact, Portfolio, Service, Stage};

/// Where the declarations of some kind stand, by the id of what they declare.
#[derive(Clone, Debug)]
pub(super) struct Declared<K> {
    /// The place of each in the order of facts, and its number in the list, in order.
    of: BTreeMap<K, Vec<(Position, usize)>>,
    /// The ids in the order of what was first declared of each; of what ties, of the list.
    order: Vec<K>,
}

impl<K> Default for Declared<K> {
    fn default() -> Self {
        Declared { of: BTreeMap::new(), order: Vec::new() }
    }
}

impl<K: Ord + Clone> Declared<K> {
    /// Files the declarations known by a place in the order of facts.
    pub(super) fn new<T: Fact>(all: &Rows<T>, by: Position, id: impl Fn(&T) -> &K) -> Self {
        let mut of: BTreeMap<K, Vec<(Position, usize)>> = BTreeMap::new();
        for (number, declared) in all.iter().enumerate() {
            let at = position(declared);
            if at <= by {
                of.entry(id(declared).clone()).or_default().push((at, number));
            }
        }
        of.values_mut().for_each(|places| places.sort_unstable());
        let firsts = of.iter().filter_map(|(id, places)| Some((*places.first()?, id)));
        let mut firsts: Vec<((Position, usize), &K)> = firsts.collect();
        firsts.sort_unstable();
        let order = firsts.into_iter().map(|(_, id)| id.clone()).collect();
        Declared { of, order }
    }

    /// The number of the newest declaration of an id.
    pub(super) fn newest(&self, id: &K) -> Option<usize> {
        self.of.get(id)?.last().map(|(_, number)| *number)
    }

    /// The number of the one that was the newest at a place in the order of facts.
    pub(super) fn by(&self, id: &K, then: Position) -> Option<usize> {
        let places = self.of.get(id)?;
        let known = places.partition_point(|(at, _)| *at <= then);
        places.get(known.checked_sub(1)?).map(|(_, number)| *number)
    }

    /// The ids in the order of what was first declared of each, each with its declarations.
    pub(super) fn all(&self) -> impl Iterator<Item = (&K, &[(Position, usize)])> + '_ {
        self.order.iter().filter_map(|id| Some((id, self.of.get(id)?.as_slice())))
    }
}

/// Every stage that was ever declared, on the way to the users: in the order in which each was
/// first declared.
#[must_use]
pub fn way(portfolio: &Portfolio) -> Vec<StageId> {
    Declared::new(&portfolio.stages, end_of(Instant::LAST), |stage| &stage.id).order
}

impl Records {
    /// A service as it is declared.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.portfolio().services.get(self.services.newest(id)?)
    }

    /// Who owns a service, as it is declared.
    #[must_use]
    pub fn owner(&self, id: &ServiceId) -> Option<&Actor> {
        self.service(id)?.owner.as_ref()
    }

    /// A service as it was declared at a place in the order of facts.
    #[must_use]
    pub fn service_by(&self, id: &ServiceId, then: Position) -> Option<&Service> {
        self.portfolio().services.get(self.services.by(id, then)?)
    }

    /// Every service as it is declared.
    pub fn services(&self) -> impl Iterator<Item = &Service> + '_ {
        self.services.all().filter_map(|(id, _)| self.service(id))
    }

    /// A stage as it is declared.
    #[must_use]
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.portfolio().stages.get(self.stages.newest(id)?)
    }

    /// Every stage as it is declared, on the way to the users: in the order in which each was first
    /// declared.
    #[must_use]
    pub fn stages(&self) -> impl DoubleEndedIterator<Item = &Stage> + '_ {
        self.stages.order.iter().filter_map(|id| self.stage(id))
    }

    /// Every stage as it was declared at a place in the order of facts, on the same way.
    pub fn stages_by(&self, then: Position) -> impl Iterator<Item = &Stage> + '_ {
        let known = self.stages.order.iter().filter_map(move |id| self.stages.by(id, then));
        known.filter_map(|number| self.portfolio().stages.get(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u8) -> Instant {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn records(json: &str, day: u8) -> Records {
        let portfolio: Portfolio = serde_json::from_str(json).unwrap();
        Records::new(std::sync::Arc::new(portfolio), at(day))
    }

    #[test]
    fn the_newest_that_is_known_counts_whole() {
        let json = r#"{"lynchpin": "portfolio/1", "services": [
            {"id": "till", "tier": 3, "at": "2026-11-04T00:00:00Z"},
            {"id": "till", "tier": 1, "owner": {"group": "ops"}},
            {"id": "till", "tier": 2, "at": "2026-11-02T00:00:00Z",
             "recorded": "2026-11-05T00:00:00Z"}]}"#;
        let id = ServiceId::new("till").unwrap();
        for (day, tier) in [(1, 1), (3, 1), (4, 3), (6, 2)] {
            let records = records(json, day);
            assert_eq!(records.service(&id).unwrap().tier, Some(tier), "{day}");
            assert_eq!(records.service(&id).unwrap().owner.is_some(), day < 4, "{day}");
            assert_eq!(records.services().count(), 1);
        }
        let then = records(json, 6);
        assert_eq!(then.service_by(&id, end_of(at(4))).unwrap().tier, Some(3));
    }

    #[test]
    fn stages_stand_in_the_order_in_which_each_was_first_declared() {
        let json = r#"{"lynchpin": "portfolio/1", "stages": [
            {"id": "canary", "at": "2026-11-03T00:00:00Z"},
            {"id": "test"}, {"id": "production"},
            {"id": "test", "environments": ["lab"], "at": "2026-11-05T00:00:00Z"}]}"#;
        let names = |day| -> Vec<String> {
            records(json, day).stages().map(|stage| stage.id.to_string()).collect()
        };
        assert_eq!(names(1), ["test", "production"]);
        assert_eq!(names(6), ["test", "production", "canary"]);
        let all = way(records(json, 1).portfolio());
        assert_eq!(all.iter().map(StageId::as_str).collect::<Vec<_>>(), names(6));
        let (then, test) = (records(json, 6), StageId::new("test").unwrap());
        assert_eq!(then.stage(&test).unwrap().environments.len(), 1);
        assert!(then.stages_by(end_of(at(4))).all(|stage| stage.environments.is_empty()));
    }
}
