//! What the history of a repository shows of each change, and which changes are known to have
//! failed.

use lynchpin::base::Instant;
use lynchpin::history::labels::LinkKind;
use lynchpin::history::lookback::{Touch, TouchedFile};
use lynchpin::model::SourceHistory;
use serde::Serialize;

use super::changes::Entry;
use super::error::Result;
use super::log::Commit;
use super::lookback::Before;
use super::message::Pointer;
use super::notes::Notes;
use super::people::People;
use super::portfolio::instant;
use super::purpose::is_fix;
use super::reading::Reading;
use super::touched::Touched;

/// A commit that failed: a commit of the range mends it or takes it back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// The commit that failed, by its id or the beginning of it, as the message has it.
    pub culprit: String,
    /// The commit that says so.
    pub by: String,
    /// How it says so.
    pub kind: LinkKind,
    /// When that was committed: since then it is known.
    pub known_at: Instant,
}

/// Fills in what history shows of each change.
pub(crate) fn history(
    readings: &mut [Reading],
    commits: &[Commit],
    entries: &mut [Entry],
    people: &People,
    notes: &mut Notes,
) {
    for reading in readings {
        let mut past = Before::of(std::mem::take(&mut reading.looked), people, notes);
        for entry in entries.get_mut(reading.changes.clone()).unwrap_or_default() {
            entry.history = one(entry, reading, commits, &mut past);
        }
    }
}

fn one(entry: &Entry, reading: &Reading, commits: &[Commit], past: &mut Before) -> SourceHistory {
    let files = entry.touched.as_ref().map(|touched| files(touched, reading, past));
    let parts = || entry.members().filter_map(|number| commits.get(number));
    let seconds = commits.get(entry.commit).map_or(0, |commit| commit.committed);
    let touch = Touch {
        author: u32::try_from(entry.author).unwrap_or(u32::MAX),
        seconds,
        is_fix: parts().any(|commit| is_fix(&commit.subject, &commit.message)),
        files: files.as_deref(),
    };
    let shown = past.lookback.metrics(&touch);
    let ids: Vec<String> = parts().map(|commit| commit.id.clone()).collect();
    let mended: Vec<String> = parts().flat_map(mended).map(|(_, id)| id.clone()).collect();
    past.observe(&touch, &ids, &mended);
    if past.known {
        return shown;
    }
    // What only the range shows is no history: to count it would call an expert a newcomer.
    let SourceHistory { subsystems, entropy, fix, .. } = shown;
    SourceHistory { subsystems, entropy, fix, ..SourceHistory::default() }
}

/// The files of a change; what it moved is removed from where it was.
fn files(touched: &Touched, reading: &Reading, past: &mut Before) -> Vec<TouchedFile> {
    let is_known = touched.lines.is_some();
    let mut files = Vec::with_capacity(touched.files.len() + touched.left.len());
    for (number, file) in &touched.files {
        let (path, subsystem) = past.place(reading.paths.get(*number));
        let lines = is_known.then_some(file.added.saturating_add(file.deleted));
        files.push(TouchedFile { path, subsystem, lines, removed: file.removed });
    }
    for number in touched.left.iter().filter(|number| !touched.files.contains_key(number)) {
        let (path, subsystem) = past.place(reading.paths.get(*number));
        files.push(TouchedFile { path, subsystem, lines: Some(0), removed: true });
    }
    files
}

/// What a commit mends or takes back, by the ids that its message names.
fn mended(commit: &Commit) -> impl Iterator<Item = (LinkKind, &String)> {
    commit.message.pointers.iter().filter_map(|(pointer, id)| match pointer {
        Pointer::Fixes => Some((LinkKind::Fixes, id)),
        Pointer::Reverts => Some((LinkKind::Reverts, id)),
        Pointer::DependsOn => None,
    })
}

/// What the commits of the range say that failed, sorted.
pub(crate) fn failures(commits: &[Commit]) -> Result<Vec<Failure>> {
    let mut found = Vec::new();
    for commit in commits {
        for (kind, id) in mended(commit) {
            let (culprit, by) = (id.clone(), commit.id.clone());
            found.push(Failure { culprit, by, kind, known_at: instant(commit.committed)? });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
