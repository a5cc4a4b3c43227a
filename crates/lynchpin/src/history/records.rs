//! All rows of a portfolio as of an instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::boards::Boards;
use super::conflicts::once_apart;
use super::declared::Declared;
use super::delegations::Delegations;
use super::entries::Entries;
use super::family::Family;
use super::freezes::{Freezes, Keeper};
use super::leave::Leave;
use super::order::{Moment, Position, by_record, end_of, is_known, position};
use super::people::People;
use super::presence::Presence;
use super::revision::Revision;
use super::row::{ChangeRow, ReleaseRow};
use super::slis::Slis;
use super::work::Work;
use crate::base::id::{ChangeId, IncidentId, PersonId, ReleaseId, ServiceId, StageId, WaiverId};
use crate::base::{Actor, Digest, Instant, Subject};
use crate::model::change::ConflictScope;
use crate::model::decision::HoldEvent;
use crate::model::{Fact, Hold, Portfolio};

/// Everything known as of an instant, by subject.
#[derive(Clone, Debug)]
pub struct Records {
    portfolio: Arc<Portfolio>,
    /// The instant up to which facts are taken.
    pub as_of: Instant,
    /// Who is who.
    pub people: People,
    /// Who answers in whose place, and who is away.
    pub delegations: Delegations,
    /// Which groups are boards, when they meet, and what their minutes say.
    pub boards: Boards,
    /// Freezes, windows and quarantines.
    pub freezes: Freezes,
    /// What was told of tickets and tasks.
    pub work: Work,
    /// Change models, and the leave given for each.
    pub leave: Leave,
    /// What was measured of services.
    pub slis: Slis,
    /// Where each change is.
    pub presence: Presence,
    changes: BTreeMap<ChangeId, ChangeRow>,
    releases: BTreeMap<ReleaseId, ReleaseRow>,
    evidence_on: BTreeMap<Digest, Vec<usize>>,
    evidence_of: BTreeMap<ChangeId, Vec<usize>>,
    statements_on: BTreeMap<Digest, Vec<usize>>,
    approvals: BTreeMap<Subject, Vec<usize>>,
    waivers: BTreeMap<Subject, Vec<usize>>,
    revoked: BTreeMap<WaiverId, usize>,
    holds: BTreeMap<Subject, Vec<usize>>,
    cancelled: BTreeMap<Subject, usize>,
    incidents: BTreeMap<IncidentId, Vec<usize>>,
    incidents_of: BTreeMap<ChangeId, BTreeSet<IncidentId>>,
    superseded_by: BTreeMap<ChangeId, Vec<ChangeId>>,
    partners: BTreeMap<ChangeId, BTreeSet<ChangeId>>,
    conflicts: BTreeMap<ChangeId, BTreeMap<ChangeId, ConflictScope>>,
    pub(super) once_apart: BTreeMap<ChangeId, BTreeSet<ChangeId>>,
    releases_of: BTreeMap<ChangeId, Vec<ReleaseId>>,
    cancelled_releases_of: BTreeMap<ChangeId, Vec<ReleaseId>>,
    pub(super) services: Declared<ServiceId>,
    pub(super) stages: Declared<StageId>,
    pub(super) entries: Entries,
    pub(super) family: Family,
}

/// The numbers of the facts that were known by then, in the one order of facts: those that tie by
/// what they say, so that their order in a document makes no difference.
pub(super) fn known<T: Fact>(facts: &[T], as_of: Instant) -> Vec<usize> {
    let mut found: Vec<(usize, &T)> =
        facts.iter().enumerate().filter(|(_, fact)| is_known(*fact, as_of)).collect();
    found.sort_by(|(_, a), (_, b)| by_record(*a, *b).then_with(|| a.cmp(b)));
    found.into_iter().map(|(number, _)| number).collect()
}

/// Files facts under what each is about, such as the subject that it names.
pub(super) fn file<T: Fact, K: Ord>(
    facts: &[T],
    as_of: Instant,
    about: impl Fn(&T) -> Option<K>,
) -> BTreeMap<K, Vec<usize>> {
    let mut filed: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for number in known(facts, as_of) {
        if let Some(about) = facts.get(number).and_then(&about) {
            filed.entry(about).or_default().push(number);
        }
    }
    filed
}

impl Records {
    /// Folds the facts of a portfolio that were recorded at or before that instant.
    #[must_use]
    pub fn new(portfolio: Arc<Portfolio>, as_of: Instant) -> Self {
        let p = &*portfolio;
        let of = |change: Option<&ChangeId>, release: Option<&ReleaseId>| {
            Subject::one(change, release).ok()
        };
        let deployments = p.deployments.iter().enumerate().filter(|(_, d)| is_known(*d, as_of));
        let changes = change_rows(p, as_of);
        let presence =
            Presence::new(deployments, |id, then| artifacts_then(p, changes.get(id), then));
        let people = People::new(&p.people, &p.groups, end_of(as_of));
        let once_apart = once_apart(p, &changes);
        let mut records = Records {
            as_of,
            delegations: Delegations::new(p, &people, as_of),
            boards: Boards::new(p, as_of),
            freezes: Freezes::new(p, &people, &changes, as_of),
            work: Work::new(p, as_of),
            leave: Leave::new(p, as_of),
            slis: Slis::new(p, as_of),
            people,
            presence,
            changes,
            releases: release_rows(p, as_of),
            evidence_on: BTreeMap::new(),
            evidence_of: BTreeMap::new(),
            statements_on: BTreeMap::new(),
            approvals: file(&p.approvals, as_of, |a| of(a.change.as_ref(), a.release.as_ref())),
            waivers: file(&p.waivers, as_of, |w| of(w.change.as_ref(), w.release.as_ref())),
            revoked: BTreeMap::new(),
            holds: BTreeMap::new(),
            cancelled: file(&p.cancellations, as_of, |c| of(c.change.as_ref(), c.release.as_ref()))
                .into_iter()
                .filter_map(|(subject, numbers)| Some((subject, *numbers.first()?)))
                .collect(),
            incidents: BTreeMap::new(),
            incidents_of: BTreeMap::new(),
            superseded_by: BTreeMap::new(),
            partners: BTreeMap::new(),
            conflicts: BTreeMap::new(),
            once_apart,
            releases_of: BTreeMap::new(),
            cancelled_releases_of: BTreeMap::new(),
            services: Declared::new(&p.services, end_of(as_of), |service| &service.id),
            stages: Declared::new(&p.stages, end_of(as_of), |stage| &stage.id),
            entries: Entries::new(p, as_of),
            family: Family::default(),
            portfolio,
        };
        records.file_rest();
        records
    }

    fn file_rest(&mut self) {
        let portfolio = Arc::clone(&self.portfolio);
        self.holds = standing_holds(&portfolio, &self.people, self.as_of);
        for number in known(&portfolio.evidence, self.as_of) {
            let Some(evidence) = portfolio.evidence.get(number) else { continue };
            if let Some(artifact) = evidence.artifact {
                self.evidence_on.entry(artifact).or_default().push(number);
            }
            if let Some(change) = &evidence.change {
                self.evidence_of.entry(change.clone()).or_default().push(number);
            }
        }
        for number in known(&portfolio.statements, self.as_of) {
            let statement = portfolio.statements.get(number).and_then(|s| s.read().ok());
            for digest in statement.into_iter().flat_map(|statement| statement.subjects) {
                self.statements_on.entry(digest).or_default().push(number);
            }
        }
        for number in known(&portfolio.revocations, self.as_of) {
            let Some(revocation) = portfolio.revocations.get(number) else { continue };
            if let Some(waiver) = &revocation.waiver {
                self.revoked.entry(waiver.clone()).or_insert(number);
            }
        }
        for number in known(&portfolio.incidents, self.as_of) {
            let Some(incident) = portfolio.incidents.get(number) else { continue };
            self.incidents.entry(incident.id.clone()).or_default().push(number);
            if let Some(change) = &incident.change {
                let of = self.incidents_of.entry(change.clone()).or_default();
                of.insert(incident.id.clone());
            }
        }
        for numbers in self.incidents.values_mut() {
            order_incident(&portfolio, numbers);
        }
        for row in self.changes.values() {
            let current = row.revisions.last().and_then(|last| portfolio.changes.get(last.fact));
            let Some(change) = current else { continue };
            for older in &change.supersedes {
                self.superseded_by.entry(older.clone()).or_default().push(row.id.clone());
            }
            // What a change says of others stands when it is cancelled: it may be on its way or
            // live, and nothing may become a go by somebody's cancelling something else.
            for other in change.together.iter().filter(|other| **other != row.id) {
                self.partners.entry(row.id.clone()).or_default().insert(other.clone());
                self.partners.entry(other.clone()).or_default().insert(row.id.clone());
            }
            for conflict in change.conflicts.iter().filter(|c| c.change != row.id) {
                for (a, b) in [(&row.id, &conflict.change), (&conflict.change, &row.id)] {
                    let of = self.conflicts.entry(a.clone()).or_default();
                    let scope = of.entry(b.clone()).or_default();
                    // What either side says counts; of two, the stricter.
                    *scope = (*scope).max(conflict.scope);
                }
            }
        }
        self.file_releases();
    }

    /// Files who is in which release.
    fn file_releases(&mut self) {
        let portfolio = Arc::clone(&self.portfolio);
        let decided = self.entries.is_any_release_decided();
        for row in self.releases.values() {
            let all = row.revisions.iter().filter(|_| decided);
            let all = all.filter_map(|number| portfolio.releases.get(*number));
            all.for_each(|release| self.family.add_revision(release));
            let current = row.revisions.last().and_then(|last| portfolio.releases.get(*last));
            let Some(release) = current else { continue };
            let cancelled = self.cancelled.contains_key(&Subject::Release(row.id.clone()));
            let filed =
                if cancelled { &mut self.cancelled_releases_of } else { &mut self.releases_of };
            self.family.add(&row.id, &release.releases, cancelled);
            for change in BTreeSet::from_iter(&release.changes) {
                filed.entry(change.clone()).or_default().push(row.id.clone());
            }
        }
    }

    /// Forgets all but the first revisions of some changes and releases, and that some of them were
    /// cancelled.
    pub(super) fn keep_revisions(
        &mut self,
        changes: &[(&ChangeId, usize)],
        releases: &[(&ReleaseId, usize)],
        cancelled: &[Subject],
    ) {
        for (id, kept) in changes {
            if let Some(row) = self.changes.get_mut(*id) {
                row.revisions.truncate(*kept);
            }
        }
        for (id, kept) in releases {
            if let Some(row) = self.releases.get_mut(*id) {
                row.revisions.truncate(*kept);
            }
        }
        for subject in cancelled {
            self.cancelled.remove(subject);
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
        self.cancelled.get(subject).copied()
    }

    /// Whether a change was cancelled.
    #[must_use]
    pub fn is_cancelled(&self, change: &ChangeId) -> bool {
        self.cancelled.contains_key(&Subject::Change(change.clone()))
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

fn change_rows(p: &Portfolio, as_of: Instant) -> BTreeMap<ChangeId, ChangeRow> {
    let mut rows: BTreeMap<ChangeId, ChangeRow> = BTreeMap::new();
    let mut numbers: Vec<(u32, usize)> = known(&p.changes, as_of)
        .into_iter()
        .filter_map(|number| Some((p.changes.get(number)?.revision, number)))
        .collect();
    numbers.sort_by_key(|(revision, _)| *revision);
    for (_, number) in numbers {
        let Some(change) = p.changes.get(number) else { continue };
        let row = rows
            .entry(change.id.clone())
            .or_insert_with(|| ChangeRow { id: change.id.clone(), revisions: Vec::new() });
        row.revisions.push(Revision::new(number));
    }
    rows
}

/// The artifacts of a change as they were known at that instant.
fn artifacts_then(p: &Portfolio, row: Option<&ChangeRow>, then: Instant) -> Vec<Digest> {
    let revisions = row.into_iter().flat_map(|row| row.revisions.iter().rev());
    let mut facts = revisions.filter_map(|revision| p.changes.get(revision.fact));
    facts.find(|change| is_known(*change, then)).map(|c| c.artifacts.clone()).unwrap_or_default()
}

fn release_rows(p: &Portfolio, as_of: Instant) -> BTreeMap<ReleaseId, ReleaseRow> {
    let mut rows: BTreeMap<ReleaseId, ReleaseRow> = BTreeMap::new();
    let mut numbers: Vec<(u32, usize)> = known(&p.releases, as_of)
        .into_iter()
        .filter_map(|number| Some((p.releases.get(number)?.revision, number)))
        .collect();
    numbers.sort_by_key(|(revision, _)| *revision);
    for (_, number) in numbers {
        let Some(release) = p.releases.get(number) else { continue };
        let row = rows
            .entry(release.id.clone())
            .or_insert_with(|| ReleaseRow { id: release.id.clone(), revisions: Vec::new() });
        row.revisions.push(number);
    }
    rows
}

/// Puts the facts of one incident in order: of those that tie, what comes later in the life of an
/// incident, and the surer link, is taken last and so counts.
fn order_incident(p: &Portfolio, numbers: &mut [usize]) {
    numbers.sort_by(|a, b| match (p.incidents.get(*a), p.incidents.get(*b)) {
        (Some(a), Some(b)) => by_record(a, b)
            .then_with(|| a.event.cmp(&b.event))
            .then_with(|| a.attribution.cmp(&b.attribution)),
        _ => std::cmp::Ordering::Equal,
    });
}

/// The holds that stand on each subject: each ends when somebody who may release it does, and a
/// release that ties with it, or was said before it and is told again, comes before it.
fn standing_holds(p: &Portfolio, people: &People, as_of: Instant) -> BTreeMap<Subject, Vec<usize>> {
    let filed = file(&p.holds, as_of, |hold| {
        Subject::one(hold.change.as_ref(), hold.release.as_ref()).ok()
    });
    let mut standing = BTreeMap::new();
    for (subject, numbers) in filed {
        let mut events: Vec<(usize, &Hold)> =
            numbers.into_iter().filter_map(|number| Some((number, p.holds.get(number)?))).collect();
        events.sort_by_key(|(_, hold)| (position(*hold), hold.event == HoldEvent::Held));
        let mut held: Vec<(usize, &Hold)> = Vec::new();
        for (number, event) in events {
            match event.event {
                HoldEvent::Held => held.push((number, event)),
                HoldEvent::Released => {
                    held.retain(|(_, it)| {
                        event.at < it.at || !may_release(people, (&it.owner, &it.by), event)
                    });
                }
            }
        }
        if !held.is_empty() {
            standing.insert(subject, held.into_iter().map(|(number, _)| number).collect());
        }
    }
    standing
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
