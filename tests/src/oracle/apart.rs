//! What must be kept apart, by what is said now and by what was said of what is there.

use std::collections::{BTreeMap, BTreeSet};

use super::gate::{Question, STAGING};
use crate::world::{Made, Tick};

impl Question<'_> {
    /// What a change conflicts with, and whether exclusively, whichever side says so.
    pub(super) fn conflicts(&self, change: u8) -> BTreeMap<u8, bool> {
        let mut found = BTreeMap::new();
        for other in (0..8).filter(|other| *other != change) {
            for (one, with) in [(change, other), (other, change)] {
                let stated = self.states(one);
                for (named, exclusive) in stated.iter().flat_map(|change| &change.conflicts) {
                    if *named == with {
                        let known = found.entry(other).or_insert(false);
                        *known |= exclusive;
                    }
                }
            }
        }
        found
    }

    pub(super) fn is_in_conflict(
        &self,
        change: u8,
        item: &BTreeSet<u8>,
        release: Option<u8>,
    ) -> bool {
        let stated = self.conflicts(change);
        let mut all = stated.clone();
        for other in (0..8).filter(|other| *other != change) {
            if let Some(exclusive) = self.brought_apart(other, change) {
                *all.entry(other).or_insert(false) |= exclusive;
            }
        }
        all.into_iter().any(|(other, exclusive)| {
            let stated = stated.contains_key(&other);
            let loses = stated && self.loses_to(change, other, item, release);
            // What was deployed is in the way, whether or not anybody told what it is.
            let there =
                self.stay(other, self.stage).is_some() && !self.is_superseded(other, self.stage);
            // Live in staging and not yet in production is on its way.
            let soaks = self.stage == STAGING && there && !self.is_live(other, STAGING + 1);
            let live = exclusive && there;
            loses || self.is_in_flight(other, self.stage) || soaks || live
        })
    }

    /// Whether a change has to give way to another of the same item.
    pub(super) fn loses_to(
        &self,
        change: u8,
        other: u8,
        item: &BTreeSet<u8>,
        release: Option<u8>,
    ) -> bool {
        let release = release.and_then(|number| self.world.releases.get(usize::from(number)));
        let priority = release.map(|release| release.priority.as_slice()).unwrap_or_default();
        let place = |id: u8| priority.iter().position(|named| *named == id).unwrap_or(usize::MAX);
        item.contains(&other) && place(change) >= place(other)
    }

    /// Whether a change said, when it was brought to the stage, that it conflicts with another, and
    /// whether exclusively: what is edited since is not there by that.
    fn brought_apart(&self, change: u8, other: u8) -> Option<bool> {
        let mut said: Vec<bool> = Vec::new();
        for made in self.brought_by(change, self.stage) {
            // What it said when that was done, and when it was told; or else what it said first.
            let then = |at: Tick| Question { at, ..*self }.revisions(change).last().copied();
            let mut revisions: Vec<_> =
                [made.at, made.recorded].into_iter().filter_map(then).collect();
            if revisions.is_empty() {
                revisions.extend(self.revisions(change).first().copied());
            }
            if revisions.iter().any(|(_, revision)| revision.content.depends) {
                let stated = self.change(change).into_iter().flat_map(|it| &it.conflicts);
                said.extend(stated.filter(|(named, _)| *named == other).map(|(_, apart)| *apart));
            }
        }
        said.into_iter().max()
    }

    /// The deployments that tell what of a change is in a stage or on its way there: the newest by
    /// which it stays, and the begins of that one and of those under way.
    fn brought_by(&self, change: u8, stage: u8) -> Vec<Made> {
        let named = self.world.deployment_ids().into_iter().zip(&self.world.deployments);
        let mut here: Vec<(Tick, u8, Tick, String, Made)> = named
            .filter(|(_, d)| d.change == change && d.stage == stage && self.knows(d.made))
            .map(|(id, d)| (d.made.recorded, d.outcome, d.made.at, id, d.made))
            .collect();
        here.sort_by(|a, b| (a.0, a.1, a.2, &a.3).cmp(&(b.0, b.1, b.2, &b.3)));
        let stays = self.stay(change, stage).is_some();
        let newest = here.iter().rev().find(|(_, outcome, ..)| stays && *outcome == 1);
        let flying = self.in_flight(change, stage);
        let ids: BTreeSet<&String> =
            newest.map(|it| &it.3).into_iter().chain(flying.keys()).collect();
        let begun = here.iter().filter(|it| it.1 == 0 && ids.contains(&it.3));
        begun.chain(newest).map(|it| it.4).collect()
    }
}
