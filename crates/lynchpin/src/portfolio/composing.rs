//! What a release could be composed of.

use std::collections::BTreeSet;

use super::item::Members;
use super::open_items::AsOf;
use crate::base::Subject;
use crate::base::error::Result;
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::model::Change;

/// The changes that may be chosen from, and the stage that is meant.
pub(crate) struct Choosable<'a> {
    /// Those that are known and not cancelled, in order of ids.
    pub(crate) changes: Vec<&'a Change>,
    /// Those that were cancelled.
    pub(crate) cancelled: Vec<ChangeId>,
    /// Those that a release names and that are not known.
    pub(crate) unknown: Vec<ChangeId>,
    /// The stage: the one named, or the first that not all of them have entered.
    pub(crate) stage: StageId,
}

impl AsOf<'_> {
    /// The members of a release, if one is named, and the changes that are listed.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::decide`](super::Snapshot::decide).
    pub(crate) fn choosable(
        &self,
        release: Option<&ReleaseId>,
        listed: &BTreeSet<&ChangeId>,
        stage: Option<&StageId>,
    ) -> Result<Choosable<'_>> {
        let records = &*self.records;
        let mut members = match release {
            Some(id) => Members::of(records, &Subject::Release(id.clone()))?,
            None => Members::nobody(),
        };
        for id in listed {
            let one = Members::of(records, &Subject::Change((*id).clone()))?;
            if one.cancelled.is_empty() {
                members.all.extend(one.changes);
            } else {
                members.cancelled.extend(one.cancelled);
            }
        }
        members.all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        members.all.dedup_by(|a, b| a.id == b.id);
        if members.release.is_none() {
            members.changes.clone_from(&members.all);
        }
        let stage = members.stage(records, self.policy(), stage)?;
        let sorted = |mut ids: Vec<ChangeId>| {
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let Members { all: changes, cancelled, unknown, .. } = members;
        Ok(Choosable { changes, cancelled: sorted(cancelled), unknown: sorted(unknown), stage })
    }

    /// The changes that ship as one with a change, itself included, whether or not they are known.
    pub(crate) fn together<'a>(&'a self, id: &'a ChangeId) -> BTreeSet<&'a ChangeId> {
        let mut found = BTreeSet::from([id]);
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            next.extend(self.records.partners(id).filter(|partner| found.insert(partner)));
        }
        found
    }
}
