//! What a change does to the work of others, by definition.
//!
//! A change is compared with what was there before, file by file and line by line; lines are told
//! apart by their stamps, so nothing has to be guessed. With the earlier change A that wrote, made
//! or moved something, and the later change B:
//!
//! - B requires A if it removes or replaces a line that A wrote last; or puts lines between two
//!   that A wrote last; or replaces content that is no text and that A gave; or touches a file that
//!   A made, while nothing else in that file makes it require anybody. Who turns a link into a
//!   file, or the other way around, makes it.
//! - Otherwise B comes after A if one of its hunks stands directly beside a line that A wrote last;
//!   or it touches a file that A moved where it is; or it puts a file where A took one away.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Result};
use std::sync::Arc;

use super::tree::{Body, Entry, FRESH, File, Line, Mode, Tree};

/// What a change does to one file of another's work. Numbers of lines count from one, in the file
/// as it was before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// Lines of the other that are removed or replaced.
    pub lines: BTreeSet<u64>,
    /// Lines of the other after which lines are put, the next being of the other too.
    pub within: BTreeSet<u64>,
    /// Whether the file or its whole content is the other's.
    pub file: bool,
    /// Whether the other moved the file, or took away what was there.
    pub moved: bool,
    /// Lines of the other directly beside a hunk.
    pub beside: BTreeSet<u64>,
}

impl Signs {
    /// Whether the change cannot be without the other.
    #[must_use]
    pub fn requires(&self) -> bool {
        !self.lines.is_empty() || !self.within.is_empty() || self.file
    }
}

/// What one change does to another's work, by the paths as they are after it.
pub type Seen = BTreeMap<Arc<str>, Signs>;

/// How large a change is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Lines added.
    pub added: u64,
    /// Lines deleted.
    pub deleted: u64,
    /// Files touched, each once.
    pub files: u64,
}

/// What becomes of files, by their numbers.
pub(crate) type Results = BTreeMap<u64, Option<Entry>>;

/// The line of history on which changes land.
#[derive(Debug)]
pub(crate) struct Main {
    /// What there is now.
    pub tree: Tree,
    /// Who took away what was there, of places that are empty now.
    pub vacated: BTreeMap<Arc<str>, u32>,
    /// The first change that is not released.
    pub first: u32,
    /// What each change, the first of a pair, does to the work of earlier ones.
    pub seen: BTreeMap<(u32, u32), Seen>,
}

/// Lines of the old file that new ones take the place of.
struct Hunk {
    before: usize,
    removed: usize,
    added: Vec<Line>,
}

impl Main {
    /// A line on which nothing is, and of which nothing is noted until [`Main::release`].
    pub fn new() -> Main {
        let (tree, vacated, seen) = (Tree::default(), BTreeMap::new(), BTreeMap::new());
        Main { tree, vacated, first: FRESH, seen }
    }

    /// Lands a change.
    pub fn land(&mut self, change: u32, results: Results) -> Extent {
        let mut extent = Extent::default();
        for (number, after) in results {
            let before = self.tree.get(number).cloned();
            if is_same(before.as_ref(), after.as_ref()) {
                continue;
            }
            extent.files += 1;
            let after = self.file(change, before.as_ref(), after, &mut extent);
            self.tree.set(number, after);
        }
        extent
    }

    /// Forgets who wrote what: all of it is released.
    pub fn release(&mut self, next: u32) {
        self.first = next;
        self.vacated.clear();
    }

    fn file(
        &mut self,
        change: u32,
        before: Option<&Entry>,
        after: Option<Entry>,
        extent: &mut Extent,
    ) -> Option<Entry> {
        let mut found: BTreeMap<u32, Signs> = BTreeMap::new();
        let old = before.map(|(_, file)| &**file);
        let new = after.as_ref().map(|(_, file)| &**file);
        content(old, new, &mut found, extent);
        found.retain(|owner, _| *owner >= self.first && *owner != FRESH);
        if let Some(old) = old {
            let required = found.values().any(Signs::requires);
            if old.made_by >= self.first && !required {
                found.entry(old.made_by).or_default().file = true;
            }
            if let Some(mover) = old.moved_by.filter(|mover| *mover >= self.first) {
                found.entry(mover).or_default().moved = true;
            }
        }
        let (from, to) = (before.map(|(path, _)| path), after.as_ref().map(|(path, _)| path));
        let shown = to.or(from).cloned().unwrap_or_default();
        if let Some(path) = to.filter(|_| to != from)
            && let Some(who) = self.vacated.remove(path)
            && who >= self.first
        {
            found.entry(who).or_default().moved = true;
        }
        if let Some(path) = from.filter(|_| to != from) {
            self.vacated.insert(path.clone(), change);
        }
        let is_moved = from.is_some() && to != from;
        for (owner, signs) in found {
            self.seen.entry((change, owner)).or_default().insert(shown.clone(), signs);
        }
        let (path, file) = after?;
        let mut file = (*file).clone();
        settle(&mut file, change);
        if old.is_some_and(|old| is_retyped(old, &file)) {
            file.made_by = change;
        }
        file.moved_by = if is_moved { Some(change) } else { file.moved_by };
        Some((path, Arc::new(file)))
    }
}

fn is_same(before: Option<&Entry>, after: Option<&Entry>) -> bool {
    let (Some((old_path, old)), Some((new_path, new))) = (before, after) else {
        return before.is_none() && after.is_none();
    };
    old_path == new_path && old.mode == new.mode && is_same_body(&old.body, &new.body)
}

/// Whether one is a link and the other is not: whoever turns one into the other makes it.
fn is_retyped(old: &File, new: &File) -> bool {
    (old.mode == Mode::Link) != (new.mode == Mode::Link)
}

fn is_same_body(old: &Body, new: &Body) -> bool {
    match (old, new) {
        (Body::Text(old, _), Body::Text(new, _)) => {
            old.iter().map(|line| line.stamp).eq(new.iter().map(|line| line.stamp))
        }
        (Body::Opaque(old, _), Body::Opaque(new, _)) => old == new,
        _ => false,
    }
}

/// What is not landed yet lands with that change.
fn settle(file: &mut File, change: u32) {
    let land = |owner: &mut u32| *owner = if *owner == FRESH { change } else { *owner };
    land(&mut file.made_by);
    match &mut file.body {
        Body::Text(lines, _) => lines.iter_mut().for_each(|line| land(&mut line.owner)),
        Body::Opaque(_, given_by) => land(given_by),
    }
}

fn content(
    old: Option<&File>,
    new: Option<&File>,
    found: &mut BTreeMap<u32, Signs>,
    extent: &mut Extent,
) {
    let is_text = |file: Option<&File>| file.is_none_or(|file| matches!(file.body, Body::Text(..)));
    let retyped = old.zip(new).is_some_and(|(old, new)| is_retyped(old, new));
    let (before, after) = (lines_of(old), lines_of(new));
    if is_text(old) && is_text(new) {
        let hunks = hunks(before, after);
        for hunk in &hunks {
            extent.added += hunk.added.len() as u64;
            extent.deleted += hunk.removed as u64;
            if !retyped {
                touch(before, hunk, found);
            }
        }
    }
    let is_changed =
        old.zip(new).is_none_or(|(old, new)| !is_same_body(&old.body, &new.body) || retyped);
    let is_whole = retyped || !(is_text(old) && is_text(new));
    if is_changed && is_whole {
        before.iter().for_each(|line| found.entry(line.owner).or_default().file = true);
        if let Some(Body::Opaque(_, given_by)) = old.map(|file| &file.body) {
            found.entry(*given_by).or_default().file = true;
        }
    }
}

fn lines_of(file: Option<&File>) -> &[Line] {
    file.map(File::lines).unwrap_or_default()
}

fn touch(before: &[Line], hunk: &Hunk, found: &mut BTreeMap<u32, Signs>) {
    let at = |index: usize| before.get(index).map(|line| (index as u64 + 1, line.owner));
    let end = hunk.before + hunk.removed;
    for (number, owner) in (hunk.before..end).filter_map(at) {
        found.entry(owner).or_default().lines.insert(number);
    }
    let previous = hunk.before.checked_sub(1).and_then(at);
    match (previous, at(end)) {
        (Some((number, owner)), Some((_, next))) if hunk.removed == 0 && owner == next => {
            found.entry(owner).or_default().within.insert(number);
        }
        (previous, next) => {
            for (number, owner) in previous.into_iter().chain(next) {
                found.entry(owner).or_default().beside.insert(number);
            }
        }
    }
}

/// Where the new lines differ. Whatever is kept is in the same order, and what is new is fresh.
fn hunks(old: &[Line], new: &[Line]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut fresh = new.iter().peekable();
    let mut open: Option<Hunk> = None;
    for at in 0..=old.len() {
        while let Some(line) = fresh.next_if(|line| line.owner == FRESH) {
            let hunk = open.get_or_insert(Hunk { before: at, removed: 0, added: Vec::new() });
            hunk.added.push(*line);
        }
        let Some(line) = old.get(at) else { break };
        if fresh.next_if(|kept| kept.stamp == line.stamp).is_some() {
            hunks.extend(open.take());
        } else {
            let hunk = open.get_or_insert(Hunk { before: at, removed: 0, added: Vec::new() });
            hunk.removed += 1;
        }
    }
    hunks.extend(open);
    hunks
}

/// What a file becomes on a line of history that has gone on since a topic forked off.
///
/// `base` is the file where they parted, `theirs` what the topic made of it, `ours` what the line
/// did.
pub(crate) fn merged(
    base: Option<&Entry>,
    theirs: Option<&Entry>,
    ours: Option<&Entry>,
) -> Result<Option<Entry>> {
    let (Some(base), Some(theirs), Some(ours)) = (base, theirs, ours) else {
        // Made by the topic, or removed by it where nobody else touched it.
        return Ok(theirs.cloned());
    };
    let path = if theirs.0 == base.0 { &ours.0 } else { &theirs.0 };
    let mode = if theirs.1.mode == base.1.mode { ours.1.mode } else { theirs.1.mode };
    let body = if is_same_body(&base.1.body, &theirs.1.body) {
        ours.1.body.clone()
    } else if is_same_body(&base.1.body, &ours.1.body) {
        theirs.1.body.clone()
    } else {
        let Body::Text(lines, ended) = &ours.1.body else {
            return Err(Error::other("a topic and its line changed content that is no text"));
        };
        Body::Text(merged_lines(base.1.lines(), theirs.1.lines(), lines)?, *ended)
    };
    let file = File { mode, body, made_by: ours.1.made_by, moved_by: ours.1.moved_by };
    Ok(Some((path.clone(), Arc::new(file))))
}

fn merged_lines(base: &[Line], theirs: &[Line], ours: &[Line]) -> Result<Vec<Line>> {
    let mut lines = ours.to_vec();
    for hunk in hunks(base, theirs) {
        let apart = || Error::other("a topic and its line changed the same lines");
        let before = hunk.before.checked_sub(1).and_then(|at| base.get(at)).ok_or_else(apart)?;
        let at = lines.iter().position(|line| line.stamp == before.stamp).ok_or_else(apart)? + 1;
        let cut = base.iter().skip(hunk.before).take(hunk.removed).map(|line| line.stamp);
        let there = lines.iter().skip(at).take(hunk.removed).map(|line| line.stamp);
        if !cut.eq(there) {
            return Err(apart());
        }
        lines.splice(at..at + hunk.removed, hunk.added);
    }
    Ok(lines)
}
