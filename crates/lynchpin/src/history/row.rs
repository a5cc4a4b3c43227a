//! What is known of one change and of one release: its revisions, oldest first.

use std::collections::BTreeSet;

use super::order::{Position, end_of, position};
use super::records::Records;
use super::revision::Revision;
use crate::base::id::{ChangeId, ReleaseId};
use crate::base::{Digest, Instant, Subject};
use crate::model::{Change, Deployment, Fact, Period, Release, SectionDigests};

/// What is known of one change.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// The change.
    pub id: ChangeId,
    /// Its revisions, oldest first; never empty.
    pub revisions: Vec<Revision>,
}

/// What is known of one release.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// The release.
    pub id: ReleaseId,
    /// The numbers of its revisions in the portfolio, oldest first; never empty.
    pub revisions: Vec<usize>,
}

impl ChangeRow {
    /// A change of which no revision is known.
    pub(super) fn new(id: &ChangeId) -> Self {
        ChangeRow { id: id.clone(), revisions: Vec::new() }
    }

    /// The current revision.
    #[must_use]
    pub fn current<'a>(&self, records: &'a Records) -> Option<&'a Change> {
        records.portfolio().changes.get(self.revisions.last()?.fact)
    }

    /// The revision at a position, oldest first.
    #[must_use]
    pub fn at<'a>(&self, records: &'a Records, position: usize) -> Option<&'a Change> {
        records.portfolio().changes.get(self.revisions.get(position)?.fact)
    }

    /// When a revision of it was recorded first.
    #[must_use]
    pub fn first_recorded(&self, records: &Records) -> Option<Instant> {
        let revisions = (0..self.revisions.len()).filter_map(|position| self.at(records, position));
        revisions.map(|revision| position(revision).0).min()
    }

    /// The position of a revision number.
    #[must_use]
    pub fn position_of(&self, records: &Records, revision: u32) -> Option<usize> {
        (0..self.revisions.len())
            .find(|position| self.at(records, *position).is_some_and(|c| c.revision == revision))
    }

    /// The newest revision that was recorded by then.
    #[must_use]
    pub fn known_by(&self, records: &Records, then: Position) -> Option<(&ChangeRow, usize)> {
        let by_then = |change: &Change| position(change) <= then;
        let known = |position: &usize| self.at(records, *position).is_some_and(by_then);
        (0..self.revisions.len()).rev().find(known).map(|position| (self, position))
    }

    /// The revisions that a deployment may have brought, by their positions, with up to where each
    /// was known: the one known when it was made and the one when that was recorded. If it says
    /// what it brought, then those of them that ship any of it or, if neither does, all that do.
    #[must_use]
    pub fn brought(&self, records: &Records, deployment: &Deployment) -> Vec<(usize, Position)> {
        let recorded = position(deployment);
        let made = end_of(deployment.at).min(recorded);
        let known = |then| self.known_by(records, then).map(|(_, revision)| (revision, then));
        let (first, last) = (known(made), known(recorded));
        let again = |last: &(usize, Position)| first.is_some_and(|first| first.0 == last.0);
        let by_then: Vec<(usize, Position)> =
            first.into_iter().chain(last.filter(|last| !again(last))).collect();
        let told: BTreeSet<&Digest> = deployment.artifacts.iter().collect();
        let ships = |(revision, _): &(usize, Position)| {
            let change = self.at(records, *revision);
            change.is_some_and(|change| change.artifacts.iter().any(|it| told.contains(it)))
        };
        let fits: Vec<(usize, Position)> = by_then.iter().copied().filter(ships).collect();
        if told.is_empty() || !fits.is_empty() {
            return if told.is_empty() { by_then } else { fits };
        }
        let all = (0..self.revisions.len())
            .filter_map(|revision| Some((revision, position(self.at(records, revision)?))));
        let fits: Vec<(usize, Position)> = all.filter(ships).collect();
        if fits.is_empty() { by_then } else { fits }
    }

    /// The digests of the revision at a position.
    #[must_use]
    pub fn digests(&self, records: &Records, position: usize) -> Option<SectionDigests> {
        self.revisions.get(position)?.digests(self.at(records, position)?)
    }
}

impl ReleaseRow {
    /// A release of which no revision is known.
    pub(super) fn new(id: &ReleaseId) -> Self {
        ReleaseRow { id: id.clone(), revisions: Vec::new() }
    }

    /// The current revision.
    #[must_use]
    pub fn current<'a>(&self, records: &'a Records) -> Option<&'a Release> {
        records.portfolio().releases.get(*self.revisions.last()?)
    }

    /// The revision at a position, oldest first.
    #[must_use]
    pub fn at<'a>(&self, records: &'a Records, position: usize) -> Option<&'a Release> {
        records.portfolio().releases.get(*self.revisions.get(position)?)
    }

    /// The position of a revision number.
    #[must_use]
    pub fn position_of(&self, records: &Records, revision: u32) -> Option<usize> {
        (0..self.revisions.len())
            .find(|position| self.at(records, *position).is_some_and(|r| r.revision == revision))
    }
}

/// The current revision of a change or a release, where it makes no difference which.
#[derive(Clone, Copy, Debug)]
pub enum Current<'a> {
    /// That of a change.
    Change(&'a Change),
    /// That of a release.
    Release(&'a Release),
}

impl Current<'_> {
    /// When it is planned to be done.
    #[must_use]
    pub fn planned(self) -> Option<Period> {
        match self {
            Current::Change(change) => change.planned,
            Current::Release(release) => release.planned,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> Option<String> {
        match self {
            Current::Change(change) => change.title.clone(),
            Current::Release(release) => release.title.clone(),
        }
    }

    /// Its number.
    #[must_use]
    pub fn revision(self) -> u32 {
        match self {
            Current::Change(change) => change.revision,
            Current::Release(release) => release.revision,
        }
    }

    /// When it was recorded.
    #[must_use]
    pub fn recorded(self) -> Instant {
        match self {
            Current::Change(change) => change.envelope().recorded,
            Current::Release(release) => release.envelope().recorded,
        }
    }
}

impl Records {
    /// The current revision of a change or a release, if it is known.
    #[must_use]
    pub fn current(&self, subject: &Subject) -> Option<Current<'_>> {
        match subject {
            Subject::Change(id) => self.change(id)?.current(self).map(Current::Change),
            Subject::Release(id) => self.release(id)?.current(self).map(Current::Release),
        }
    }
}
