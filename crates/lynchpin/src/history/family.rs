//! Parent releases: which releases a release holds together, and everything that is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::order::position;
use super::records::Records;
use super::restate::set_in;
use super::row::ReleaseRow;
use crate::base::Subject;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, ReleaseId};
use crate::base::limits::PARENTS_MAX;
use crate::model::{Change, Release};

/// Who is whose parent, by what the current revisions say.
#[derive(Clone, Debug, Default)]
pub(super) struct Family {
    parents: Filed<ReleaseId, Vec<ReleaseId>>,
    cancelled: Filed<ReleaseId, Vec<ReleaseId>>,
    /// The releases that ever named a change; filled only if something was decided of a release.
    ever_with: Filed<ChangeId, BTreeSet<ReleaseId>>,
    /// The releases that ever named a release as theirs, likewise.
    ever_above: Filed<ReleaseId, BTreeSet<ReleaseId>>,
}

impl Family {
    /// Takes in a parent, cancelled or not, with its children, or forgets it.
    pub(super) fn set(
        &mut self,
        parent: &ReleaseId,
        children: &[ReleaseId],
        cancelled: bool,
        is_parent: bool,
    ) {
        let filed = if cancelled { &mut self.cancelled } else { &mut self.parents };
        for child in BTreeSet::from_iter(children) {
            filed.update(child, |parents| set_in(parents, parent, is_parent));
        }
    }

    /// Takes in a revision of a release, current or not.
    pub(super) fn add_revision(&mut self, release: &Release) {
        for change in &release.changes {
            self.ever_with.update(change, |with| with.insert(release.id.clone()));
        }
        for child in &release.releases {
            self.ever_above.update(child, |above| above.insert(release.id.clone()));
        }
    }
}

impl Records {
    /// The releases that a release is the parent of, known or not, cancelled or not, in order.
    #[must_use]
    pub fn children(&self, id: &ReleaseId) -> BTreeSet<&ReleaseId> {
        let current = self.release(id).and_then(|row| row.current(self));
        current.map(|release| release.releases.iter().collect()).unwrap_or_default()
    }

    /// Whether a release is the parent of any.
    #[must_use]
    pub fn is_parent(&self, id: &ReleaseId) -> bool {
        let current = self.release(id).and_then(|row| row.current(self));
        current.is_some_and(|release| !release.releases.is_empty())
    }

    /// The releases below a release, through any number of parents, that are known and neither
    /// cancelled nor below none but cancelled ones; the release itself, if it is below itself.
    #[must_use]
    pub fn descendants(&self, id: &ReleaseId) -> BTreeSet<&ReleaseId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&ReleaseId> = self.children(id).into_iter().collect();
        while let Some(next) = open.pop() {
            let there = self.release(next).is_some() && !self.is_release_cancelled(next);
            if there && found.insert(next) {
                open.extend(self.children(next));
            }
        }
        found
    }

    /// The releases above a release, through any number of parents, that are not cancelled; the
    /// release itself, if it is above itself. Of more than [`PARENTS_MAX`] only one more than that,
    /// so that nobody walks up without end.
    #[must_use]
    pub fn ancestors(&self, id: &ReleaseId) -> BTreeSet<&ReleaseId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&ReleaseId> = self.parents(id).iter().collect();
        while let Some(next) = open.pop().filter(|_| found.len() <= PARENTS_MAX) {
            if found.insert(next) {
                open.extend(self.parents(next));
            }
        }
        found
    }

    /// The releases, not cancelled, that name a release as theirs, in order of ids.
    #[must_use]
    pub fn parents(&self, id: &ReleaseId) -> &[ReleaseId] {
        self.family.parents.get(id).map_or(&[], Vec::as_slice)
    }

    /// The releases that would be its parents, had they not been cancelled.
    #[must_use]
    pub fn cancelled_parents(&self, id: &ReleaseId) -> &[ReleaseId] {
        self.family.cancelled.get(id).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the decisions on releases that were about the current revision of a change:
    /// the revision decided on named the change, or a release that ever held it, directly or not.
    /// What became of the release since does not matter.
    #[must_use]
    pub fn decisions_with(&self, id: &ChangeId) -> Vec<usize> {
        let current = self.change(id).and_then(|row| row.current(self));
        let Some(current) = current else { return Vec::new() };
        let mut holders: BTreeSet<&ReleaseId> = BTreeSet::new();
        let mut open: Vec<&ReleaseId> =
            self.family.ever_with.get(id).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if holders.insert(next) {
                open.extend(self.family.ever_above.get(next).into_iter().flatten());
            }
        }
        let mut found = Vec::new();
        for holder in &holders {
            let Some(row) = self.release(holder) else { continue };
            for number in self.decisions(&Subject::Release((*holder).clone())) {
                let decided = self.recorded_decision(*number);
                let Some(decided) = decided.filter(|it| position(*it) >= position(current)) else {
                    continue;
                };
                let revision = row.position_of(self, decided.revision);
                let revision = revision.and_then(|revision| row.at(self, revision));
                let names = |release: &Release| {
                    release.changes.contains(id)
                        || release.releases.iter().any(|child| holders.contains(child))
                };
                found.extend(revision.is_some_and(names).then_some(*number));
            }
        }
        found
    }

    /// Whether a release was cancelled.
    #[must_use]
    pub fn is_release_cancelled(&self, id: &ReleaseId) -> bool {
        self.cancellation(&Subject::Release(id.clone())).is_some()
    }

    /// The current revision of each change, not cancelled, of a release and of all below it, in
    /// order of ids.
    #[must_use]
    pub fn changes_within(&self, id: &ReleaseId) -> Vec<&Change> {
        let ids = self.named_within(id).into_iter();
        ids.filter_map(|id| self.change(id)?.current(self)).collect()
    }

    /// The changes and releases that a release and all below it name and that nothing is told of,
    /// each in order of ids; without those that were cancelled.
    #[must_use]
    pub fn unknown_within(&self, id: &ReleaseId) -> Vec<Subject> {
        let changes = self.named_within(id).into_iter();
        let is_known =
            |id: &ChangeId| self.change(id).is_some_and(|row| row.current(self).is_some());
        let changes = changes.filter(|id| !is_known(id)).cloned().map(Subject::Change);
        let above = self.descendants(id).into_iter().chain([id]);
        let below: BTreeSet<&ReleaseId> = above.flat_map(|id| self.children(id)).collect();
        let is_known = |id: &ReleaseId| {
            self.is_release_cancelled(id)
                || self.release(id).is_some_and(|row| row.current(self).is_some())
        };
        let releases = below.into_iter().filter(|id| !is_known(id)).cloned();
        changes.chain(releases.map(Subject::Release)).collect()
    }

    fn named_within(&self, id: &ReleaseId) -> BTreeSet<&ChangeId> {
        let mut ids: BTreeSet<&ChangeId> = BTreeSet::new();
        for release in self.descendants(id).into_iter().chain([id]) {
            let current = self.release(release).and_then(|row| row.current(self));
            ids.extend(current.into_iter().flat_map(|release| &release.changes));
        }
        ids.retain(|id| !self.is_cancelled(id));
        ids
    }

    /// The releases, among one and those below it, that are below themselves or stand between two
    /// that are.
    #[must_use]
    pub fn circle(&self, id: &ReleaseId) -> BTreeSet<&ReleaseId> {
        let mut left: BTreeSet<&ReleaseId> = self.descendants(id);
        left.extend(self.release(id).map(|row| &row.id));
        // What has nobody left below it, or nobody above, is in no circle.
        for up in [true, false] {
            let next = |id: &ReleaseId| -> Vec<ReleaseId> {
                match up {
                    true => self.parents(id).to_vec(),
                    false => self.children(id).into_iter().cloned().collect(),
                }
            };
            let mut counts: BTreeMap<&ReleaseId, usize> = left.iter().map(|id| (*id, 0)).collect();
            for of in &left {
                for other in next(of) {
                    if let Some(count) = counts.get_mut(&other) {
                        *count = count.saturating_add(1);
                    }
                }
            }
            let free = |(id, count): (&&'_ ReleaseId, &usize)| (*count == 0).then(|| (*id).clone());
            let mut open: Vec<ReleaseId> = counts.iter().filter_map(free).collect();
            while let Some(gone) = open.pop() {
                left.remove(&gone);
                for other in next(&gone) {
                    let Some(count) = counts.get_mut(&other) else { continue };
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        open.push(other);
                    }
                }
            }
        }
        left
    }
}

impl ReleaseRow {
    /// The position of the newest revision that was recorded by then.
    #[must_use]
    pub fn known_by(&self, records: &Records, then: super::order::Position) -> Option<usize> {
        let known = |number: &usize| self.at(records, *number).is_some_and(|r| position(r) <= then);
        (0..self.revisions.len()).rev().find(known)
    }
}
