//! All rows of a portfolio as of an instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::boards::Boards;
use super::declared::Declared;
use super::delegations::Delegations;
use super::entries::Entries;
use super::family::Family;
use super::freezes::{Freezes, Keeper};
use super::leave::Leave;
use super::order::{Moment, Position, position};
use super::people::People;
use super::presence::Presence;
use super::row::{ChangeRow, ReleaseRow};
use super::slis::Slis;
use super::work::Work;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, IncidentId, PersonId, ReleaseId, ServiceId, StageId, WaiverId};
use crate::base::{Actor, Digest, Instant, Subject};
use crate::model::change::ConflictScope;
use crate::model::{Fact, Portfolio};

/// Everything known as of an instant, by subject.
#[derive(Clone, Debug, Default)]
pub struct Records {
    pub(super) portfolio: Arc<Portfolio>,
    /// The instant up to which facts are taken.
    pub as_of: Instant,
    /// Who is who.
    pub people: Arc<People>,
    /// Who answers in whose place, and who is away.
    pub delegations: Arc<Delegations>,
    /// Which groups are boards, when they meet, and what their minutes say.
    pub boards: Arc<Boards>,
    /// Freezes, windows and quarantines.
    pub freezes: Arc<Freezes>,
    /// What was told of tickets and tasks.
    pub work: Work,
    /// Change models, and the leave given for each.
    pub leave: Arc<Leave>,
    /// What was measured of services.
    pub slis: Slis,
    /// Where each change is.
    pub presence: Presence,
    pub(super) changes: Filed<ChangeId, ChangeRow>,
    pub(super) releases: Filed<ReleaseId, ReleaseRow>,
    pub(super) evidence_on: Filed<Digest, Vec<usize>>,
    pub(super) evidence_of: Filed<ChangeId, Vec<usize>>,
    pub(super) statements_on: Filed<Digest, Vec<usize>>,
    pub(super) approvals: Filed<Subject, Vec<usize>>,
    pub(super) waivers: Filed<Subject, Vec<usize>>,
    pub(super) revoked: Filed<WaiverId, Vec<usize>>,
    /// What was said of holds on each subject, and those that stand.
    pub(super) hold_events: Filed<Subject, Vec<usize>>,
    pub(super) holds: Filed<Subject, Vec<usize>>,
    pub(super) cancelled: Filed<Subject, Option<usize>>,
    pub(super) incidents: Filed<IncidentId, Vec<usize>>,
    pub(super) incidents_of: Filed<ChangeId, BTreeSet<IncidentId>>,
    pub(super) superseded_by: Filed<ChangeId, Vec<ChangeId>>,
    pub(super) partners: Filed<ChangeId, BTreeSet<ChangeId>>,
    pub(super) conflicts: Filed<ChangeId, BTreeMap<ChangeId, ConflictScope>>,
    pub(super) once_apart: Filed<ChangeId, BTreeSet<ChangeId>>,
    pub(super) releases_of: Filed<ChangeId, Vec<ReleaseId>>,
    pub(super) cancelled_releases_of: Filed<ChangeId, Vec<ReleaseId>>,
    pub(super) services: Arc<Declared<ServiceId>>,
    pub(super) stages: Arc<Declared<StageId>>,
    pub(super) entries: Entries,
    pub(super) family: Family,
}

impl Records {
    /// Forgets all but the first revisions of some changes and releases, and that some of them were
    /// cancelled.
    pub(super) fn keep_revisions(
        &mut self,
        changes: &[(&ChangeId, usize)],
        releases: &[(&ReleaseId, usize)],
        cancelled: &[Subject],
    ) {
        for (id, kept) in changes {
            self.changes.update_or(id, || ChangeRow::new(id), |row| row.revisions.truncate(*kept));
        }
        for (id, kept) in releases {
            let none = || ReleaseRow::new(id);
            self.releases.update_or(id, none, |row| row.revisions.truncate(*kept));
        }
        for subject in cancelled {
            self.cancelled.insert(subject.clone(), None);
        }
    }

    /// The facts themselves.
    #[must_use]
    pub fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }

    /// What was known earlier.
    #[must_use]
    pub fn back_to(&self, then: Instant) -> Records {
        Records::new(Arc::clone(&self.portfolio), then)
    }

    /// Whether answers may rest on zone data: something that is known goes by the clock of a zone.
    #[must_use]
    pub fn reads_zones(&self) -> bool {
        self.freezes.reads_zones() || self.boards.reads_zones()
    }

    /// The row of a change.
    #[must_use]
    pub fn change(&self, id: &ChangeId) -> Option<&ChangeRow> {
        self.changes.get(id)
    }

    /// All changes, in order of ids.
    pub fn changes(&self) -> impl Iterator<Item = &ChangeRow> + '_ {
        self.changes.values()
    }

    /// The row of a release.
    #[must_use]
    pub fn release(&self, id: &ReleaseId) -> Option<&ReleaseRow> {
        self.releases.get(id)
    }

    /// All releases, in order of ids.
    pub fn releases(&self) -> impl Iterator<Item = &ReleaseRow> + '_ {
        self.releases.values()
    }

    /// The releases, not cancelled, that a change is in now.
    #[must_use]
    pub fn releases_of(&self, change: &ChangeId) -> &[ReleaseId] {
        self.releases_of.get(change).map_or(&[], Vec::as_slice)
    }

    /// The releases that a change would be in now, had they not been cancelled.
    #[must_use]
    pub fn cancelled_releases_of(&self, change: &ChangeId) -> &[ReleaseId] {
        self.cancelled_releases_of.get(change).map_or(&[], Vec::as_slice)
    }

    /// The changes that must ship together with one, whichever side says so.
    pub fn partners(&self, change: &ChangeId) -> impl Iterator<Item = &ChangeId> + '_ {
        self.partners.get(change).into_iter().flatten()
    }

    /// The changes that one must be kept apart from, whichever side says so, and until when.
    pub fn conflicts(
        &self,
        change: &ChangeId,
    ) -> impl Iterator<Item = (&ChangeId, ConflictScope)> + '_ {
        self.conflicts.get(change).into_iter().flatten().map(|(other, scope)| (other, *scope))
    }

    /// The numbers of the evidence on an artifact, in order.
    #[must_use]
    pub fn evidence_on(&self, artifact: &Digest) -> &[usize] {
        self.evidence_on.get(artifact).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the evidence on a change without artifacts, in order.
    #[must_use]
    pub fn evidence_of(&self, change: &ChangeId) -> &[usize] {
        self.evidence_of.get(change).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the statements that name a digest as their subject, in order; whether they
    /// are rightly signed is another question.
    #[must_use]
    pub fn statements_on(&self, digest: &Digest) -> &[usize] {
        self.statements_on.get(digest).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the approvals filed under a subject, in order.
    #[must_use]
    pub fn approvals(&self, subject: &Subject) -> &[usize] {
        self.approvals.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the waivers filed under a subject, in order.
    #[must_use]
    pub fn waivers(&self, subject: &Subject) -> &[usize] {
        self.waivers.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Whether a waiver was taken back.
    #[must_use]
    pub fn is_revoked(&self, waiver: &WaiverId) -> bool {
        self.revoked.contains_key(waiver)
    }

    /// The numbers of the holds that stand on a subject, in order.
    #[must_use]
    pub fn holds(&self, subject: &Subject) -> &[usize] {
        self.holds.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The number of the cancellation of a subject.
    #[must_use]
    pub fn cancellation(&self, subject: &Subject) -> Option<usize> {
        self.cancelled.get(subject).copied().flatten()
    }

    /// Whether a change was cancelled.
    #[must_use]
    pub fn is_cancelled(&self, change: &ChangeId) -> bool {
        self.cancellation(&Subject::Change(change.clone())).is_some()
    }

    /// All incidents with the numbers of their facts, in order of ids.
    pub fn incidents(&self) -> impl Iterator<Item = (&IncidentId, &[usize])> + '_ {
        self.incidents.iter().map(|(id, numbers)| (id, numbers.as_slice()))
    }

    /// The incidents that were ever linked to a change, with the numbers of their facts.
    pub fn incidents_of(
        &self,
        change: &ChangeId,
    ) -> impl Iterator<Item = (&IncidentId, &[usize])> + '_ {
        let ids = self.incidents_of.get(change).into_iter().flatten();
        ids.filter_map(|id| Some((id, self.incidents.get(id)?.as_slice())))
    }

    /// What some changes require, in any alternative, or must ship together with.
    #[must_use]
    pub fn needed_by(&self, changes: &[ChangeId]) -> BTreeSet<&ChangeId> {
        let rows = changes.iter().filter_map(|id| self.change(id)?.current(self));
        rows.flat_map(|change| {
            let required = change.requires.iter().flat_map(|needs| needs.alternatives());
            required.chain(&change.together)
        })
        .collect()
    }

    /// The changes that say now that they take the place of another.
    #[must_use]
    pub fn superseded_by(&self, id: &ChangeId) -> &[ChangeId] {
        self.superseded_by.get(id).map_or(&[], Vec::as_slice)
    }

    /// The digest of a revision of a change or a release, if both are known.
    #[must_use]
    pub fn digest_of(&self, subject: &Subject, revision: u32) -> Option<Digest> {
        match subject {
            Subject::Change(id) => {
                let row = self.change(id)?;
                Some(row.digests(self, row.position_of(self, revision)?)?.root())
            }
            Subject::Release(id) => {
                let row = self.release(id)?;
                let found = row.at(self, row.position_of(self, revision)?)?;
                super::revision::release_digest(self, found)
            }
        }
    }

    /// When a revision of a change or a release was made, as it says, and where it stands in the
    /// order of facts, if it is known.
    #[must_use]
    pub fn made(&self, subject: &Subject, revision: u32) -> Option<(Instant, Position)> {
        match subject {
            Subject::Change(id) => {
                let row = self.change(id)?;
                row.at(self, row.position_of(self, revision)?).map(|it| (it.at, position(it)))
            }
            Subject::Release(id) => {
                let row = self.release(id)?;
                row.at(self, row.position_of(self, revision)?).map(|it| (it.at, position(it)))
            }
        }
    }

    /// Everybody who had a hand in a change: who asked for it, wrote, committed, uploaded or
    /// edited it.
    #[must_use]
    pub fn hands(&self, id: &ChangeId) -> BTreeSet<&PersonId> {
        self.hands_in(id, usize::MAX)
    }

    /// The same of its first revisions, so many of them.
    pub(super) fn hands_in(&self, id: &ChangeId, revisions: usize) -> BTreeSet<&PersonId> {
        let mut hands: BTreeSet<&PersonId> = BTreeSet::new();
        let Some(row) = self.change(id) else { return hands };
        for position in 0..row.revisions.len().min(revisions) {
            let Some(revision) = row.at(self, position) else { continue };
            hands.insert(&revision.by);
            hands.extend(&revision.requester);
            hands.extend(&revision.author);
            hands.extend(&revision.uploader);
            hands.extend(&revision.committers);
        }
        hands.into_iter().map(|id| self.people.principal(id)).collect()
    }
}

/// Whether a release comes from who may end that hold: its owner, or who put it on, if it names
/// none. Nobody who is suspended may; for a group, only people who belonged to it both when they
/// say they released it and when that was recorded.
pub(super) fn may_release(
    people: &People,
    (owner, put_on): Keeper<'_>,
    release: &impl Fact,
) -> bool {
    let envelope = release.envelope();
    let Some(by) = envelope.by.map(|by| people.principal(by)) else { return false };
    let recorded = envelope.recorded;
    let suspended = people.suspended_from(by, Instant::LAST);
    let may = match owner {
        None => by == people.principal(put_on),
        Some(Actor::Person(owner)) => by == people.principal(owner),
        Some(Actor::Group(owner)) => {
            people.is_human(by) && people.can_sit(by, recorded) && people.belonged(release, owner)
        }
    };
    may && suspended.is_none_or(|from| recorded < from)
        && !people.acted_suspended(by, Moment::of(release), Instant::LAST)
}
