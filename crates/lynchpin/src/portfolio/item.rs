//! The subject of a question: which changes it is, and where it stands.

use std::collections::BTreeSet;

use crate::base::Subject;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::gate::Policy;
use crate::history::Records;
use crate::model::{Change, Release};

/// A subject with its members, resolved.
pub(super) struct Members<'a> {
    /// The current revision of each change that is known and not cancelled, in order of ids.
    pub(super) changes: Vec<&'a Change>,
    /// The same of all that is below the release, too, if it is a parent.
    pub(super) all: Vec<&'a Change>,
    /// Those that were cancelled.
    pub(super) cancelled: Vec<ChangeId>,
    /// Those that are not known.
    pub(super) unknown: Vec<ChangeId>,
    /// The current revision of the release, if the subject is one.
    pub(super) release: Option<&'a Release>,
}

impl<'a> Members<'a> {
    /// No members at all.
    pub(super) fn nobody() -> Members<'a> {
        Members {
            changes: Vec::new(),
            all: Vec::new(),
            cancelled: Vec::new(),
            unknown: Vec::new(),
            release: None,
        }
    }

    /// Finds the members of a subject.
    pub(super) fn of(records: &'a Records, subject: &Subject) -> Result<Members<'a>> {
        let unknown = || {
            let message = format!("there is no {subject} by then; check the id and the time");
            Error::new(ErrorCode::SubjectUnknown, message)
        };
        let mut members = Members::nobody();
        match subject {
            Subject::Change(id) => {
                let row = records.change(id).ok_or_else(unknown)?;
                if records.is_cancelled(id) {
                    members.cancelled.push(id.clone());
                }
                members.changes.extend(row.current(records));
            }
            Subject::Release(id) => {
                let row = records.release(id).ok_or_else(unknown)?;
                members.release = row.current(records);
                let ids = members.release.map(|release| release.changes.as_slice());
                for id in BTreeSet::from_iter(ids.unwrap_or_default()) {
                    let current = records.change(id).and_then(|row| row.current(records));
                    match current {
                        _ if records.is_cancelled(id) => members.cancelled.push(id.clone()),
                        Some(change) => members.changes.push(change),
                        None => members.unknown.push(id.clone()),
                    }
                }
            }
        }
        members.all = match subject {
            Subject::Release(id) if records.is_parent(id) => records.changes_within(id),
            Subject::Release(_) | Subject::Change(_) => members.changes.clone(),
        };
        Ok(members)
    }

    /// A member by its id.
    pub(super) fn get(&self, id: &ChangeId) -> Option<&'a Change> {
        let found = self.changes.binary_search_by(|change| change.id.cmp(id)).ok()?;
        self.changes.get(found).copied()
    }

    /// The stages on the way: those of the release, or of the release that a change is in, or of
    /// the portfolio.
    pub(super) fn stages(&self, records: &'a Records) -> Vec<StageId> {
        let single = self.changes.first().filter(|_| self.release.is_none());
        let of_change = single.and_then(|change| records.releases_of(&change.id).first());
        let of_change = of_change.and_then(|id| records.release(id)?.current(records));
        match self.release.or(of_change) {
            Some(release) if !release.stages.is_empty() => release.stages.clone(),
            _ => records.stages().map(|stage| stage.id.clone()).collect(),
        }
    }

    /// The stages that some member enters next, in order: of each, the one after the last that it
    /// entered. None, if every member has entered the last of all.
    pub(super) fn next_stages(&self, records: &'a Records) -> Vec<StageId> {
        let stages = self.stages(records);
        if self.all.is_empty() {
            return stages.into_iter().take(1).collect();
        }
        let next = |change: &&Change| {
            let entered = stages.iter().rposition(|stage| records.has_entered(&change.id, stage));
            entered.map_or(0, |last| last.saturating_add(1))
        };
        let found: BTreeSet<usize> = self.all.iter().map(next).collect();
        found.into_iter().filter_map(|place| stages.get(place).cloned()).collect()
    }

    /// The stage that is asked about: the one named, or the first that some member has not entered.
    pub(super) fn stage(
        &self,
        records: &'a Records,
        policy: Option<&Policy>,
        named: Option<&StageId>,
    ) -> Result<StageId> {
        let stages = self.stages(records);
        let Some(named) = named else {
            let open = |stage: &&StageId| {
                self.all.is_empty()
                    || self.all.iter().any(|change| !records.has_entered(&change.id, stage))
            };
            let next = stages.iter().find(open).or(stages.last()).cloned();
            let message =
                "neither the release nor the portfolio names a stage; say which one is meant";
            return next.ok_or_else(|| Error::new(ErrorCode::StageUnknown, message));
        };
        let declared = records.stage(named).is_some();
        let gated = policy.is_some_and(|policy| {
            policy.open.contains(named)
                || policy.gates.values().any(|gate| gate.stages.contains(named))
        });
        if declared || gated || stages.contains(named) {
            return Ok(named.clone());
        }
        let known: Vec<&str> = stages.iter().map(StageId::as_str).collect();
        let message = format!("there is no stage `{named}`; those known are: {}", known.join(", "));
        Err(Error::new(ErrorCode::StageUnknown, message))
    }

    /// The way to the users that a stage is on: as the portfolio declares it, since a release that
    /// could choose another would choose where its changes soak; as the release does, if the
    /// portfolio does not declare that stage.
    pub(super) fn way(&self, records: &'a Records, stage: &StageId) -> Vec<StageId> {
        if records.stage(stage).is_some() {
            return records.stages().map(|known| known.id.clone()).collect();
        }
        self.stages(records)
    }

    /// The stage before that one.
    pub(super) fn before(&self, records: &'a Records, stage: &StageId) -> Option<StageId> {
        let way = self.way(records, stage);
        let position = way.iter().position(|known| known == stage)?;
        way.get(position.checked_sub(1)?).cloned()
    }
}
