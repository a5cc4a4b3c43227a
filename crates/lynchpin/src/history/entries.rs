//! Entries into stages: what was decided and claimed, what each claim brought in, and whether that
//! entry has ended.

use std::collections::BTreeSet;

use super::fold::{Added, file_added, known_from, of, put};
use super::order::{Position, is_known, position};
use super::records::Records;
use crate::base::filed::Filed;
use crate::base::id::{ChangeId, PersonId, ReleaseId, StageId, WaiverId};
use crate::base::{Digest, Instant, Subject, canonical};
use crate::model::{Claim, Deployment, DeploymentOutcome, Entered, RecordedDecision, Release};

/// The rows of decisions and claims.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    decisions: Filed<Subject, Vec<usize>>,
    claims: Filed<Subject, Vec<usize>>,
    moves: Filed<Subject, Vec<usize>>,
    /// The claims that brought each change in, alone or with a release.
    claims_with: Filed<ChangeId, Vec<usize>>,
    /// What was declared of each change.
    declarations: Filed<ChangeId, Vec<usize>>,
    /// The releases that any revision of ever listed each change of which anything was declared.
    listed_in: Filed<ChangeId, BTreeSet<ReleaseId>>,
    /// The deployments of each change.
    pub(super) deployments: Filed<ChangeId, Vec<usize>>,
    uses: Filed<WaiverId, usize>,
    is_any_release_decided: bool,
}

impl Entries {
    /// Takes in what was added; says whether a release was decided on for the first time.
    pub(super) fn take(&mut self, added: &Added<'_>) -> bool {
        let Added { all: p, old, as_of } = *added;
        file_added((&p.decisions, old.decisions), as_of, &mut self.decisions, |it| {
            of(it.change.as_ref(), it.release.as_ref())
        });
        file_added((&p.claims, old.claims), as_of, &mut self.claims, |it| {
            of(it.change.as_ref(), it.release.as_ref())
        });
        file_added((&p.moves, old.moves), as_of, &mut self.moves, |it| {
            of(it.change.as_ref(), it.release.as_ref())
        });
        for number in known_from(&p.claims, old.claims, as_of) {
            let Some(claim) = p.claims.get(number) else { continue };
            for change in BTreeSet::from_iter(claim.changes.iter().map(|it| &it.change)) {
                self.claims_with.update(change, |with| put(&p.claims, with, number));
            }
            for waiver in BTreeSet::from_iter(&claim.waivers) {
                self.uses.update(waiver, |uses| *uses = uses.saturating_add(1));
            }
        }
        self.take_declarations(added);
        let was = self.is_any_release_decided;
        let mut decided = p.decisions.iter_from(old.decisions).filter(|it| is_known(*it, as_of));
        self.is_any_release_decided |= decided.any(|it| it.release.is_some());
        self.is_any_release_decided && !was
    }

    fn take_declarations(&mut self, added: &Added<'_>) {
        let Added { all: p, old, as_of } = *added;
        let mut new = BTreeSet::new();
        for number in known_from(&p.declarations, old.declarations, as_of) {
            let Some(declaration) = p.declarations.get(number) else { continue };
            if !self.declarations.contains_key(&declaration.change) {
                new.insert(&declaration.change);
            }
            self.declarations.update(&declaration.change, |all| put(&p.declarations, all, number));
        }
        if new.is_empty() {
            return;
        }
        // Of those that come next, `list` is told.
        for release in p.releases.iter().take(old.releases).filter(|it| is_known(*it, as_of)) {
            for change in release.changes.iter().filter(|change| new.contains(change)) {
                self.listed_in.update(change, |with| with.insert(release.id.clone()));
            }
        }
    }

    /// Takes in a revision of a release.
    pub(super) fn list(&mut self, release: &Release) {
        for change in &release.changes {
            if self.declarations.contains_key(change) {
                self.listed_in.update(change, |with| with.insert(release.id.clone()));
            }
        }
    }

    /// Whether a release was ever decided on.
    pub(super) fn is_any_release_decided(&self) -> bool {
        self.is_any_release_decided
    }
}

/// What a subject consists of at present: what a decision is about and a claim brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The current revision.
    pub revision: u32,
    /// The digest of all of it: of a change, that of its revision; of a release, over its own and
    /// those of the current revisions of its changes.
    pub digest: Digest,
    /// The current revision of each change in it that is not cancelled, in order of ids.
    pub changes: Vec<Entered>,
}

impl Records {
    /// The numbers of the decisions that were recorded on a subject, in order.
    #[must_use]
    pub fn decisions(&self, subject: &Subject) -> &[usize] {
        self.entries.decisions.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the claims of a subject, in order.
    #[must_use]
    pub fn claims(&self, subject: &Subject) -> &[usize] {
        self.entries.claims.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the moves of a subject through workflows, in order.
    #[must_use]
    pub fn moves(&self, subject: &Subject) -> &[usize] {
        self.entries.moves.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the claims that brought a change in, alone or with a release, in order.
    #[must_use]
    pub fn claims_with(&self, change: &ChangeId) -> &[usize] {
        self.entries.claims_with.get(change).map_or(&[], Vec::as_slice)
    }

    /// How many claims used a waiver.
    #[must_use]
    pub fn uses(&self, waiver: &WaiverId) -> usize {
        self.entries.uses.get(waiver).copied().unwrap_or(0)
    }

    /// The recorded decision of that number.
    #[must_use]
    pub fn recorded_decision(&self, number: usize) -> Option<&RecordedDecision> {
        self.portfolio().decisions.get(number)
    }

    /// The claim of that number.
    #[must_use]
    pub fn claim(&self, number: usize) -> Option<&Claim> {
        self.portfolio().claims.get(number)
    }

    /// What a subject consists of at present; nothing, if it is not known or cannot be digested.
    #[must_use]
    pub fn content(&self, subject: &Subject) -> Option<Content> {
        let entered = |id: &ChangeId| {
            let row = self.change(id)?;
            let revision = row.current(self)?.revision;
            let digest = row.digests(self, row.revisions.len().checked_sub(1)?)?.root();
            Some(Entered { change: id.clone(), revision, digest })
        };
        match subject {
            Subject::Change(id) => {
                let entered = entered(id)?;
                let (revision, digest) = (entered.revision, entered.digest);
                Some(Content { revision, digest, changes: vec![entered] })
            }
            Subject::Release(id) => {
                let release = self.release(id)?.current(self)?;
                let within = self.changes_within(id).into_iter();
                let changes: Vec<Entered> =
                    within.filter_map(|change| entered(&change.id)).collect();
                let itself = self.digest_of(subject, release.revision)?;
                let of_child = |id: &ReleaseId| {
                    let revision = self.release(id)?.current(self)?.revision;
                    self.digest_of(&Subject::Release(id.clone()), revision)
                };
                let below: Vec<(&ReleaseId, Option<Digest>)> =
                    self.descendants(id).into_iter().map(|id| (id, of_child(id))).collect();
                let digest = if below.is_empty() {
                    canonical::digest(&("release", itself, &changes)).ok()?
                } else {
                    let below: Vec<(&ReleaseId, Digest)> = below
                        .into_iter()
                        .map(|(id, digest)| Some((id, digest?)))
                        .collect::<Option<_>>()?;
                    canonical::digest(&("release", itself, &changes, below)).ok()?
                };
                Some(Content { revision: release.revision, digest, changes })
            }
        }
    }

    /// Whether an entry has ended by then, so that another one may follow: a change of it failed to
    /// deploy or was rolled back, or nothing of it was deployed before it lapsed.
    #[must_use]
    pub fn has_ended(&self, claim: &Claim, at: Instant) -> bool {
        let mut begun = false;
        for entered in &claim.changes {
            for (_, deployment) in self.deployments_to(&entered.change, &claim.stage) {
                begun |= position(deployment) >= position(claim);
                if is_end(deployment) && position(deployment) > position(claim) {
                    return true;
                }
            }
        }
        !begun && claim.not_after.is_some_and(|lapses| lapses <= at)
    }

    /// The changes of which anything was declared, in order of ids.
    pub fn declared(&self) -> impl Iterator<Item = &ChangeId> + '_ {
        self.entries.declarations.keys()
    }

    /// The numbers of what was declared of a change, in order.
    #[must_use]
    pub fn declarations(&self, change: &ChangeId) -> &[usize] {
        self.entries.declarations.get(change).map_or(&[], Vec::as_slice)
    }

    /// The releases that any revision of ever listed a change of which something was declared.
    pub fn ever_in(&self, change: &ChangeId) -> impl Iterator<Item = &ReleaseId> + '_ {
        self.entries.listed_in.get(change).into_iter().flatten()
    }

    /// What a subject consisted of at an entry, cancelled since or not: its changes, and of a
    /// release itself and those below it.
    #[must_use]
    pub fn consisted<'a>(
        &'a self,
        subject: &'a Subject,
        then: Position,
    ) -> (BTreeSet<&'a ChangeId>, BTreeSet<&'a ReleaseId>) {
        let (mut changes, mut releases) = (BTreeSet::new(), BTreeSet::new());
        let top = match subject {
            Subject::Change(id) => return (BTreeSet::from([id]), releases),
            Subject::Release(id) => id,
        };
        let gone = |subject: &Subject| {
            let at = self.cancelled_at(subject);
            at.is_some_and(|at| at <= then)
        };
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            let below = id != top && gone(&Subject::Release(id.clone()));
            let Some(row) = self.release(id).filter(|_| !below) else { continue };
            if releases.insert(id)
                && let Some(release) = row.at(self, row.known_by(self, then).unwrap_or(0))
            {
                changes.extend(&release.changes);
                open.extend(&release.releases);
            }
        }
        changes.retain(|id: &&ChangeId| !gone(&Subject::Change((*id).clone())));
        (changes, releases)
    }

    fn cancelled_at(&self, subject: &Subject) -> Option<Position> {
        let number = self.cancellation(subject)?;
        self.portfolio().cancellations.get(number).map(position)
    }

    /// How many revisions of a change were there at an entry; the first, if none was known by then.
    fn kept(&self, id: &ChangeId, then: Position) -> usize {
        let known = self.change(id).and_then(|row| row.known_by(self, then));
        known.map_or(1, |(_, position)| position.saturating_add(1))
    }

    /// Everybody who had a hand in a subject by an entry.
    #[must_use]
    pub fn hands_then(&self, subject: &Subject, then: Position) -> BTreeSet<&PersonId> {
        let (changes, releases) = self.consisted(subject, then);
        let mut hands: BTreeSet<&PersonId> = BTreeSet::new();
        for id in changes {
            hands.extend(self.hands_in(id, self.kept(id, then)));
        }
        for row in releases.into_iter().filter_map(|id| self.release(id)) {
            let last = row.known_by(self, then).unwrap_or(0);
            for release in (0..=last).filter_map(|position| row.at(self, position)) {
                let made = release.requester.iter().chain([&release.by]);
                hands.extend(made.map(|id| self.people.principal(id)));
            }
        }
        hands
    }

    /// Everything known now, but of a subject and what it consisted of only the revisions that were
    /// there at an entry, and no cancellation since; nothing, if that is all there is.
    #[must_use]
    pub fn as_entered(&self, subject: &Subject, then: Position) -> Option<Records> {
        let (mut changes, releases) = self.consisted(subject, then);
        if let Subject::Release(id) = subject {
            changes.extend(self.changes_within(id).into_iter().map(|change| &change.id));
        }
        let edited: Vec<(&ChangeId, usize)> = changes
            .iter()
            .map(|id| (*id, self.kept(id, then)))
            .filter(|(id, kept)| self.change(id).is_some_and(|row| *kept < row.revisions.len()))
            .collect();
        let made_anew: Vec<(&ReleaseId, usize)> = releases
            .iter()
            .filter_map(|id| {
                let row = self.release(id)?;
                let kept = row.known_by(self, then).unwrap_or(0).saturating_add(1);
                (kept < row.revisions.len()).then_some((*id, kept))
            })
            .collect();
        let of_changes = changes.iter().map(|id| Subject::Change((*id).clone()));
        let all = of_changes.chain(releases.iter().map(|id| Subject::Release((*id).clone())));
        let since = |it: &Subject| self.cancelled_at(it).is_some_and(|at| at > then);
        let cancelled: Vec<Subject> = all.filter(since).collect();
        if edited.is_empty() && made_anew.is_empty() && cancelled.is_empty() {
            return None;
        }
        let mut records = self.clone();
        records.keep_revisions(&edited, &made_anew, &cancelled);
        Some(records)
    }

    /// The deployments of a change that was claimed or declared into a stage, in order.
    pub fn deployments_to(
        &self,
        change: &ChangeId,
        stage: &StageId,
    ) -> impl Iterator<Item = (usize, &Deployment)> + '_ {
        let environments = self.environments(stage);
        let numbers = self.entries.deployments.get(change).into_iter().flatten();
        let found = numbers.filter_map(|n| Some((*n, self.portfolio().deployments.get(*n)?)));
        found.filter(move |(_, d)| environments.contains(&d.environment))
    }
}

/// Whether a deployment ends the entry that it belongs to.
#[must_use]
pub fn is_end(deployment: &Deployment) -> bool {
    match deployment.outcome {
        DeploymentOutcome::Started | DeploymentOutcome::Succeeded => false,
        DeploymentOutcome::Failed | DeploymentOutcome::RolledBack => true,
    }
}
