//! Revisions of changes and releases, and what differs between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::order::position;
use super::records::Records;
use super::row::ChangeRow;
use crate::base::Digest;
use crate::base::id::{ChangeId, ReleaseId};
use crate::model::{Change, Release, Section, SectionDigests};

/// One revision of a change, by its number in the portfolio, with its digests once they were
/// needed.
#[derive(Clone)]
pub struct Revision {
    /// The number of the fact in the portfolio's array of changes.
    pub fact: usize,
    digests: OnceLock<Option<SectionDigests>>,
}

impl std::fmt::Debug for Revision {
    /// Without what is only kept so that it need not be worked out again.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revision").field("fact", &self.fact).finish_non_exhaustive()
    }
}

impl Revision {
    /// A revision whose digests are not yet computed.
    #[must_use]
    pub fn new(fact: usize) -> Self {
        Revision { fact, digests: OnceLock::new() }
    }

    /// The digests of its sections. A revision that cannot be digested equals no other.
    #[must_use]
    pub fn digests(&self, change: &Change) -> Option<SectionDigests> {
        *self.digests.get_or_init(|| SectionDigests::of(change).ok())
    }
}

/// The digest of a release revision: over its own content, the revision of each member known by
/// then and, in a parent, of each release below it.
#[must_use]
pub fn release_digest(records: &Records, release: &Release) -> Option<Digest> {
    let key = |release: &Release| (release.id.clone(), release.revision);
    let mut known: Pinned = BTreeMap::new();
    let mut entered = BTreeSet::new();
    let mut open = vec![(release, false)];
    while let Some((next, ready)) = open.pop() {
        if ready {
            known.insert(key(next), own_digest(records, next, &known));
        } else if entered.insert(key(next)) {
            open.push((next, true));
            open.extend(pinned(records, next).map(|(_, child)| (child, false)));
        }
    }
    known.remove(&key(release)).flatten()
}

/// The digests of the revisions below a release, as far as they are worked out: one that is below
/// itself has none yet.
type Pinned = BTreeMap<(ReleaseId, u32), Option<Digest>>;

/// The releases that a revision names as its own, each with the revision known by then.
fn pinned<'a>(
    records: &'a Records,
    release: &'a Release,
) -> impl Iterator<Item = (&'a ReleaseId, &'a Release)> {
    let then = position(release);
    release.releases.iter().filter_map(move |id| {
        let row = records.release(id)?;
        Some((id, row.at(records, row.known_by(records, then)?)?))
    })
}

fn own_digest(records: &Records, release: &Release, below: &Pinned) -> Option<Digest> {
    let mut sorted = release.clone();
    sorted.changes.sort_unstable();
    sorted.changes.dedup();
    let pinned_at = position(release);
    let mut content: Vec<(String, String)> = vec![
        ("id".to_owned(), sorted.id.to_string()),
        ("stages".to_owned(), sorted.stages.iter().map(|s| format!("{s} ")).collect()),
        ("priority".to_owned(), sorted.priority.iter().map(|c| format!("{c} ")).collect()),
        ("requester".to_owned(), sorted.requester.map_or(String::new(), |id| id.to_string())),
        ("title".to_owned(), sorted.title.unwrap_or_default()),
    ];
    if let Some(planned) = sorted.planned {
        content.push(("planned".to_owned(), format!("{} {}", planned.from, planned.to)));
    }
    for change in &sorted.changes {
        let pinned = records.change(change).and_then(|row| row.known_by(records, pinned_at));
        let digest = match pinned {
            Some((row, position)) => row.digests(records, position)?.root().to_string(),
            None => String::new(),
        };
        content.push((format!("change {change}"), digest));
    }
    let children: BTreeMap<&ReleaseId, &Release> = pinned(records, release).collect();
    for id in BTreeSet::from_iter(&release.releases) {
        let of = children.get(id).and_then(|child| below.get(&(child.id.clone(), child.revision)));
        let digest = of.copied().flatten().map_or(String::new(), |digest| digest.to_string());
        content.push((format!("release {id}"), digest));
    }
    crate::base::canonical::digest(&content).ok()
}

/// What differs between what was decided on and what there is now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// A section of a change differs.
    Section(ChangeId, Section),
    /// The kind of a change differs, which matters whatever the policy says.
    Kind(ChangeId),
    /// A change was added to the release.
    Added(ChangeId),
    /// A change that others require was taken out of the release.
    Removed(ChangeId),
    /// A release was added to its parent, or was not there yet when that was decided on.
    ReleaseAdded(ReleaseId),
    /// A release was taken out of its parent.
    ReleaseRemoved(ReleaseId),
    /// The stages of the release differ.
    Stages,
    /// The planned times of the release differ.
    Planned,
    /// The revision that was decided on is not in the portfolio, was not there yet when it was
    /// decided on, or is another than the one that was seen.
    UnknownRevision,
}

/// The sections of a change that differ between a revision and the current one, or any in between.
pub fn since_revision(
    records: &Records,
    row: &ChangeRow,
    revision: u32,
    into: &mut BTreeSet<Difference>,
) {
    let Some(position) = row.position_of(records, revision) else {
        into.insert(Difference::UnknownRevision);
        return;
    };
    since_position(records, row, Some(position), into);
}

/// The same from a position in the row; from before the first revision, everything differs.
pub fn since_position(
    records: &Records,
    row: &ChangeRow,
    position: Option<usize>,
    into: &mut BTreeSet<Difference>,
) {
    let id = &row.id;
    let Some(position) = position else {
        into.extend(Section::ALL.map(|section| Difference::Section(id.clone(), section)));
        return;
    };
    // Most approvals are of the newest revision, and digesting is most of the work.
    if position + 1 >= row.revisions.len() {
        return;
    }
    let approved = row.digests(records, position);
    let kind = row.at(records, position).map(|change| change.kind);
    for later in position + 1..row.revisions.len() {
        if row.at(records, later).map(|change| change.kind) != kind {
            into.insert(Difference::Kind(id.clone()));
        }
        match (approved, row.digests(records, later)) {
            (Some(approved), Some(now)) => {
                let changed = approved.changed(&now);
                into.extend(changed.map(|section| Difference::Section(id.clone(), section)));
            }
            _ => into.extend(Section::ALL.map(|s| Difference::Section(id.clone(), s))),
        }
    }
}

/// What differs in a release between a revision of it and now: its own content, its members, and
/// the content of each member that stays; in a parent, of each release below it that stays. Later
/// additions and removals in between count, too.
#[must_use]
pub fn since_release(
    records: &Records,
    release: &super::ReleaseRow,
    revision: u32,
) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    let Some(start) = release.position_of(records, revision) else {
        found.insert(Difference::UnknownRevision);
        return found;
    };
    let mut seen: BTreeSet<&ReleaseId> = BTreeSet::from([&release.id]);
    let mut open = vec![(release, start)];
    while let Some((row, start)) = open.pop() {
        let Some(approved) = row.at(records, start) else { continue };
        since_own(records, (row, start), approved, &mut found);
        let current = row.current(records);
        for child in current.into_iter().flat_map(|now| &now.releases) {
            let Some(below) = records.release(child).filter(|_| seen.insert(child)) else {
                continue;
            };
            match below.known_by(records, position(approved)) {
                Some(pinned) => open.push((below, pinned)),
                // Nobody can have seen what was recorded only later.
                None => {
                    found.insert(Difference::ReleaseAdded(child.clone()));
                }
            }
        }
    }
    found
}

/// What differs in a release itself and in its members.
fn since_own(
    records: &Records,
    (release, start): (&super::ReleaseRow, usize),
    approved: &Release,
    found: &mut BTreeSet<Difference>,
) {
    let pinned_at = position(approved);
    let had: BTreeSet<&ChangeId> = approved.changes.iter().collect();
    let held: BTreeSet<&ReleaseId> = approved.releases.iter().collect();
    for later in start..release.revisions.len() {
        let Some(now) = release.at(records, later) else { continue };
        if now.stages != approved.stages {
            found.insert(Difference::Stages);
        }
        if now.planned != approved.planned {
            found.insert(Difference::Planned);
        }
        let holds: BTreeSet<&ReleaseId> = now.releases.iter().collect();
        let added = holds.difference(&held);
        found.extend(added.map(|id| Difference::ReleaseAdded((*id).clone())));
        let removed = held.difference(&holds);
        found.extend(removed.map(|id| Difference::ReleaseRemoved((*id).clone())));
        let has: BTreeSet<&ChangeId> = now.changes.iter().collect();
        found.extend(has.difference(&had).map(|id| Difference::Added((*id).clone())));
        let mut removed = had.difference(&has).peekable();
        if removed.peek().is_some() {
            let needed = records.needed_by(&now.changes);
            let missed = removed.filter(|id| needed.contains(**id));
            found.extend(missed.map(|id| Difference::Removed((*id).clone())));
        }
    }
    let current: BTreeSet<&ChangeId> =
        release.current(records).map(|now| now.changes.iter().collect()).unwrap_or_default();
    for member in had.intersection(&current) {
        if let Some(row) = records.change(member) {
            let pinned = row.known_by(records, pinned_at).map(|(_, position)| position);
            since_position(records, row, pinned, found);
        }
    }
}
