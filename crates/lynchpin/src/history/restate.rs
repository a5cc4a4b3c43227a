//! What a change or a release says of others, filed under those: taken back and said anew when it
//! is revised.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::fold::{Added, known_from};
use super::records::Records;
use super::revision::Revision;
use super::row::{ChangeRow, ReleaseRow};
use crate::base::Subject;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, ReleaseId};
use crate::model::change::ConflictScope;
use crate::model::{Change, Portfolio, Release};

impl Records {
    /// Takes in revisions of changes; gives the changes that they are of.
    pub(super) fn take_changes(&mut self, added: &Added<'_>) -> Vec<ChangeId> {
        let Added { all: p, old, as_of } = *added;
        // What each said before, if it was known.
        let mut before: IndexMap<&ChangeId, Option<usize>> = IndexMap::new();
        self.changes.reserve(p.changes.len().saturating_sub(old.changes));
        for number in known_from(&p.changes, old.changes, as_of) {
            let Some(change) = p.changes.get(number) else { continue };
            let id = &change.id;
            let rows = &self.changes;
            before.entry(id).or_insert_with(|| Some(rows.get(id)?.revisions.last()?.fact));
            let older = |it: &Revision| {
                p.changes.get(it.fact).is_some_and(|it| it.revision <= change.revision)
            };
            self.changes.update_or(
                id,
                || ChangeRow::new(id),
                |row| {
                    let at = row.revisions.partition_point(older);
                    row.revisions.insert(at, Revision::new(number));
                },
            );
        }
        let known = before.iter().filter_map(|(id, was)| Some((*id, (*was)?)));
        for (id, was) in known {
            let now = self.changes.get(id).and_then(|row| Some(row.revisions.last()?.fact));
            if now.is_some_and(|now| now != was)
                && let Some(was) = p.changes.get(was)
            {
                self.take_back(p, was);
            }
        }
        for (id, was) in &before {
            let Some(row) = self.changes.get(*id) else { continue };
            let Some((now, older)) = row.revisions.split_last() else { continue };
            let now = now.fact;
            let older: Vec<usize> = older.iter().map(|revision| revision.fact).collect();
            if Some(now) != *was
                && let Some(now) = p.changes.get(now)
            {
                self.state(now);
            }
            let said = older.iter().filter_map(|number| p.changes.get(*number));
            for conflict in said.flat_map(|change| &change.conflicts) {
                if conflict.change != **id {
                    self.once_apart.update(&conflict.change, |ids| ids.insert((*id).clone()));
                }
            }
        }
        before.into_keys().cloned().collect()
    }

    /// Files what a change says now.
    fn state(&mut self, change: &Change) {
        let id = &change.id;
        for older in &change.supersedes {
            self.superseded_by.update(older, |ids| {
                ids.insert(ids.partition_point(|it| it <= id), id.clone());
            });
        }
        // What a change says of others stands when it is cancelled: it may be on its way or
        // live, and nothing may become a go by somebody's cancelling something else.
        for other in change.together.iter().filter(|other| *other != id) {
            self.partners.update(id, |ids| ids.insert(other.clone()));
            self.partners.update(other, |ids| ids.insert(id.clone()));
        }
        for conflict in change.conflicts.iter().filter(|it| it.change != *id) {
            for (a, b) in [(id, &conflict.change), (&conflict.change, id)] {
                self.conflicts.update(a, |of| {
                    let scope = of.entry(b.clone()).or_default();
                    // What either side says counts; of two, the stricter.
                    *scope = (*scope).max(conflict.scope);
                });
            }
        }
    }

    /// Takes back what a change said before; what the other side says stays.
    fn take_back(&mut self, p: &Portfolio, was: &Change) {
        let id = &was.id;
        for older in &was.supersedes {
            self.superseded_by.update(older, |ids| ids.retain(|it| it != id));
        }
        let now = |id: &ChangeId, rows: &Filed<ChangeId, ChangeRow>| {
            rows.get(id).and_then(|row| p.changes.get(row.revisions.last()?.fact))
        };
        for other in was.together.iter().filter(|other| *other != id) {
            let said = now(other, &self.changes).is_some_and(|it| it.together.contains(id));
            if !said {
                self.partners.update(id, |ids| ids.remove(other));
                self.partners.update(other, |ids| ids.remove(id));
            }
        }
        for other in was.conflicts.iter().map(|it| &it.change).filter(|it| *it != id) {
            let said = now(other, &self.changes).into_iter().flat_map(|it| &it.conflicts);
            let scope = said.filter(|it| it.change == *id).map(|it| it.scope).max();
            for (a, b) in [(id, other), (other, id)] {
                self.conflicts.update(a, |of| set(of, b, scope));
            }
        }
    }

    /// Takes in revisions of releases, those that were cancelled and, once the first release was
    /// decided on, who was ever in which.
    pub(super) fn take_releases(
        &mut self,
        added: &Added<'_>,
        cancelled: BTreeSet<ReleaseId>,
        first_decided: bool,
    ) {
        let Added { all: p, old, as_of } = *added;
        let mut before: BTreeMap<ReleaseId, Option<usize>> = BTreeMap::new();
        let last = |rows: &Filed<ReleaseId, ReleaseRow>, id: &ReleaseId| {
            rows.get(id).and_then(|row| row.revisions.last().copied())
        };
        let decided = self.entries.is_any_release_decided();
        for number in known_from(&p.releases, old.releases, as_of) {
            let Some(release) = p.releases.get(number) else { continue };
            let id = &release.id;
            if !before.contains_key(id) {
                before.insert(id.clone(), last(&self.releases, id));
            }
            let older =
                |it: &usize| p.releases.get(*it).is_some_and(|it| it.revision <= release.revision);
            self.releases.update_or(
                id,
                || ReleaseRow::new(id),
                |row| row.revisions.insert(row.revisions.partition_point(older), number),
            );
            self.entries.list(release);
            if decided && !first_decided {
                self.family.add_revision(release);
            }
        }
        if first_decided {
            let rows: Vec<usize> =
                self.releases.values().flat_map(|row| &row.revisions).copied().collect();
            let all = rows.into_iter().filter_map(|number| p.releases.get(number));
            all.for_each(|release| self.family.add_revision(release));
        }
        for id in &cancelled {
            if !before.contains_key(id) {
                before.insert(id.clone(), last(&self.releases, id));
            }
        }
        for (id, was) in before {
            if let Some(was) = was.and_then(|was| p.releases.get(was)) {
                let was_cancelled = self.is_release_cancelled(&id) && !cancelled.contains(&id);
                self.file_release(was, was_cancelled, false);
            }
            let now = last(&self.releases, &id).and_then(|now| p.releases.get(now));
            if let Some(now) = now {
                let is_cancelled = self.cancellation(&Subject::Release(id)).is_some();
                self.file_release(now, is_cancelled, true);
            }
        }
    }

    /// Files, or takes back, who is in a release.
    fn file_release(&mut self, release: &Release, cancelled: bool, is_in: bool) {
        let id = &release.id;
        self.family.set(id, &release.releases, cancelled, is_in);
        let filed = if cancelled { &mut self.cancelled_releases_of } else { &mut self.releases_of };
        for change in BTreeSet::from_iter(&release.changes) {
            filed.update(change, |ids| set_in(ids, id, is_in));
        }
    }
}

/// Puts an id into a list in order, or takes it out.
pub(super) fn set_in<T: Ord + Clone>(ids: &mut Vec<T>, id: &T, is_in: bool) {
    match (ids.binary_search(id), is_in) {
        (Err(at), true) => ids.insert(at, id.clone()),
        (Ok(at), false) => drop(ids.remove(at)),
        _ => {}
    }
}

fn set(of: &mut BTreeMap<ChangeId, ConflictScope>, other: &ChangeId, scope: Option<ConflictScope>) {
    match scope {
        Some(scope) => drop(of.insert(other.clone(), scope)),
        None => drop(of.remove(other)),
    }
}
