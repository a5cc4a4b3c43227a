//! What each change touches, and whose lines those were.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::dependency::Because;
use super::diff::{CommitDiff, Depth, Diffs, FileDiff, Status};
use super::error::{AssessError, Result};
use super::limits::Limits;
use super::lines::{Lines, RELEASED, Touch};
use super::notes::Notes;
use super::paths::Paths;
use super::repository::{Range, Repository};

/// What one change touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Lines added and deleted; nothing where lines were not to be had.
    pub(crate) lines: Option<(u64, u64)>,
    /// The files, each once, by the numbers of their [`Paths`].
    pub(crate) files: BTreeMap<u32, FileTouch>,
    /// Where files came from that the change moved.
    pub(crate) left: BTreeSet<u32>,
    /// Submodules that were set to another commit: path, from, to.
    pub(crate) submodules: Vec<(u32, String, String)>,
    /// What it does to lines of earlier changes, by the number of the change and the path.
    pub(crate) others: BTreeMap<(u32, u32), Seen>,
}

impl Touched {
    /// Every path that has to do with it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = u32> + '_ {
        self.files.keys().chain(&self.left).copied()
    }
}

/// What one change does to one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileTouch {
    pub(crate) added: u64,
    pub(crate) deleted: u64,
    /// Whether the change removes it.
    pub(crate) removed: bool,
}

/// What one change does to the lines of another in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The first and the last line of it that are removed or replaced, and how many.
    lines: Option<(u64, u64, u64)>,
    within: Option<u64>,
    beside: Option<u64>,
    file: bool,
    moved: bool,
}

impl Seen {
    fn touch(&mut self, touch: Touch) {
        match touch {
            Touch::Lines { first, lines } => {
                let last = first.saturating_add(lines.saturating_sub(1));
                let (from, to, sum) = self.lines.unwrap_or((first, last, 0));
                self.lines = Some((from.min(first), to.max(last), sum.saturating_add(lines)));
            }
            Touch::Within { line } => self.within = self.within.or(Some(line)),
            Touch::Beside { line } => self.beside = self.beside.or(Some(line)),
        }
    }

    /// Whether the change cannot be without the other.
    pub(crate) fn requires(&self) -> bool {
        self.lines.is_some() || self.within.is_some() || self.file
    }

    /// In words for people and programs: the strongest only.
    pub(crate) fn because(&self, path: String) -> Because {
        match (self.lines, self.within, self.beside) {
            (Some((first, last, lines)), _, _) => Because::Lines { path, first, last, lines },
            (None, Some(line), _) => Because::Within { path, line },
            (None, None, _) if self.file => Because::File { path },
            (None, None, _) if self.moved => Because::Moved { path },
            (None, None, Some(line)) => Because::Beside { path, line },
            (None, None, None) => Because::SameFile { path },
        }
    }
}

/// What the changes of a range touch.
#[derive(Debug, Default)]
pub(crate) struct TouchedAll {
    /// By the number of the change; nothing where it is not known.
    pub(crate) changes: Vec<Option<Touched>>,
    pub(crate) paths: Paths,
    /// Whether lines were followed.
    pub(crate) by_line: bool,
}

/// Reads what each change touches, given the number of the change that each commit of the
/// first-parent line belongs to.
///
/// In a partial clone the files' content, or their names too, may not be at hand; then less is
/// read.
pub(crate) fn read(
    repository: &Repository,
    range: &Range,
    change_of: &HashMap<&str, u32>,
    by_line: bool,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<TouchedAll> {
    let first = if by_line { Depth::Lines } else { Depth::Counts };
    for depth in [first, Depth::Names] {
        let mut own = notes.clone();
        match read_at(repository, range, change_of, depth, limits, &mut own) {
            Err(AssessError::Unreadable { .. }) if repository.partial => {}
            Err(error) => return Err(error),
            Ok(found) => {
                *notes = own;
                return Ok(found);
            }
        }
    }
    Ok(TouchedAll::default())
}

fn read_at(
    repository: &Repository,
    range: &Range,
    change_of: &HashMap<&str, u32>,
    depth: Depth,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<TouchedAll> {
    let mut diffs = Diffs::of(repository, range, limits, depth)?;
    let count = change_of.values().max().map_or(0, |last| *last as usize + 1);
    let by_line = depth == Depth::Lines;
    let mut reading = Reading {
        limits,
        notes,
        ends: &repository.shallow_ends,
        lines: HashMap::new(),
        touches: 0,
        all: TouchedAll { changes: vec![None; count], paths: Paths::default(), by_line },
    };
    let mut take = |diffs: &mut Diffs| -> Result<bool> {
        let Some(diff) = diffs.next()? else { return Ok(false) };
        if let Some(change) = change_of.get(diff.id.as_str()) {
            reading.commit(&diff, *change)?;
        }
        Ok(true)
    };
    let read = loop {
        match take(&mut diffs) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    diffs.end(read)?;
    Ok(reading.all)
}

/// The reading, as it goes.
struct Reading<'a> {
    limits: &'a Limits,
    notes: &'a mut Notes,
    ends: &'a [String],
    /// The files that the range has touched so far.
    lines: HashMap<u32, Lines>,
    touches: usize,
    all: TouchedAll,
}

impl Reading<'_> {
    fn commit(&mut self, diff: &CommitDiff, change: u32) -> Result<()> {
        // What a shallow clone begins with is not what the commit at its end changed.
        if self.ends.binary_search(&diff.id).is_ok() {
            return Ok(());
        }
        self.touches = self.touches.saturating_add(diff.files.len());
        if self.touches > self.limits.touches {
            let limit = self.limits.touches;
            return Err(AssessError::TooLarge { what: "files touched", limit });
        }
        let place = self.all.changes.get_mut(change as usize);
        let mut touched = place
            .and_then(Option::take)
            .unwrap_or_else(|| Touched { lines: Some((0, 0)), ..Touched::default() });
        let numbers: Vec<(u32, u32)> = diff.files.iter().map(|file| self.numbers(file)).collect();
        for (file, (old, new)) in diff.files.iter().zip(&numbers) {
            self.count(file, *old, *new, &mut touched);
        }
        if self.all.by_line {
            self.follow(diff, &numbers, change, &mut touched.others);
        }
        if let Some(place) = self.all.changes.get_mut(change as usize) {
            *place = Some(touched);
        }
        Ok(())
    }

    /// The numbers of a file's path before and after.
    fn numbers(&mut self, file: &FileDiff) -> (u32, u32) {
        let new = self.all.paths.number(&file.path, file.cut, self.notes);
        let old = file.old_path.as_ref();
        (old.map_or(new, |path| self.all.paths.number(path, file.cut, self.notes)), new)
    }

    fn count(&mut self, file: &FileDiff, old: u32, new: u32, touched: &mut Touched) {
        let (added, deleted) = file.counts.unwrap_or((0, 0));
        self.notes.binary_files += u64::from(file.as_a_whole && file.counts.is_none());
        touched.lines = match (touched.lines, file.counts) {
            // Of a file that is no text, no lines are counted; where none are known, all are not.
            (Some(_), None) if !file.as_a_whole => None,
            (lines, _) => lines.map(|(a, d)| (a.saturating_add(added), d.saturating_add(deleted))),
        };
        let own = touched.files.entry(new).or_default();
        own.added = own.added.saturating_add(added);
        own.deleted = own.deleted.saturating_add(deleted);
        own.removed = file.status == Status::Deleted;
        if old != new {
            touched.left.insert(old);
        }
        if let Some((from, to)) = &file.submodule {
            touched.submodules.push((new, from.clone(), to.clone()));
        }
    }

    /// Follows the lines through one commit.
    fn follow(
        &mut self,
        diff: &CommitDiff,
        numbers: &[(u32, u32)],
        change: u32,
        others: &mut BTreeMap<(u32, u32), Seen>,
    ) {
        // Files may change places, so all are taken up before one is put down.
        let taken: Vec<Option<Lines>> =
            numbers.iter().map(|(old, _)| self.lines.remove(old)).collect();
        for ((file, before), (old, new)) in diff.files.iter().zip(taken).zip(numbers) {
            let mut seen: BTreeMap<u32, Seen> = BTreeMap::new();
            let after = follow_file(file, before, change, &mut seen, self.notes);
            // What is moved to where another was taken away comes after that.
            let left = if old == new { None } else { self.lines.get(new) };
            if let Some(who) = left.map(|left| left.moved_by)
                && who != change
                && who != RELEASED
            {
                seen.entry(who).or_default().moved = true;
            }
            self.lines.insert(*new, after);
            if old != new {
                // Whoever makes a file where this one was comes after.
                self.lines.entry(*old).or_insert_with(|| Lines::gone(change));
            }
            for (owner, seen) in seen {
                let known = others.entry((owner, *new)).or_default();
                known.add(&seen);
            }
        }
    }
}

impl Seen {
    /// Adds what another commit of the same change does.
    fn add(&mut self, other: &Seen) {
        if let Some((first, last, lines)) = other.lines {
            let (from, to, sum) = self.lines.unwrap_or((first, last, 0));
            self.lines = Some((from.min(first), to.max(last), sum.saturating_add(lines)));
        }
        self.within = self.within.or(other.within);
        self.beside = self.beside.or(other.beside);
        self.file |= other.file;
        self.moved |= other.moved;
    }
}

/// What a file is after a change, noting what it does to others.
fn follow_file(
    file: &FileDiff,
    before: Option<Lines>,
    change: u32,
    seen: &mut BTreeMap<u32, Seen>,
    notes: &mut Notes,
) -> Lines {
    let mut lines = before.unwrap_or_else(Lines::released);
    let (made_by, moved_by) = (lines.made_by, lines.moved_by);
    let is_other = |owner: u32| owner != change && owner != RELEASED;
    if file.status == Status::Added {
        // What was there before is gone: whoever removed it goes first.
        if is_other(moved_by) {
            seen.entry(moved_by).or_default().moved = true;
        }
        lines = Lines::made(change);
    }
    // A submodule has no lines, though git shows one.
    let whole = file.as_a_whole || file.status == Status::Retyped || file.submodule.is_some();
    if whole {
        for owner in lines.owners().into_iter().filter(|owner| is_other(*owner)) {
            seen.entry(owner).or_default().file = true;
        }
        if file.as_a_whole {
            lines.give_all(change);
        } else {
            lines.write_anew(&file.hunks, change);
        }
    } else {
        let fits = lines.edit(&file.hunks, change, &mut |owner, touch| {
            if is_other(owner) {
                seen.entry(owner).or_default().touch(touch);
            }
        });
        notes.lines_lost += u64::from(!fits);
    }
    if file.status == Status::Added {
        return lines;
    }
    // A file of another change that is touched without its lines, such as to make it executable.
    if is_other(made_by) && !seen.values().any(Seen::requires) {
        seen.entry(made_by).or_default().file = true;
    }
    if is_other(moved_by) {
        seen.entry(moved_by).or_default().moved = true;
    }
    match file.status {
        Status::Deleted => return Lines::gone(change),
        Status::Renamed => lines.moved_by = change,
        Status::Retyped => lines.made_by = change,
        Status::Added | Status::Modified => {}
    }
    lines
}
