//! What a topic, or a single commit, makes of the files while it is not landed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::import::Step;
use super::land::Results;
use super::tree::{Entry, FRESH, File, Tree};

/// The files as they are while somebody works on them.
pub struct Draft<'a> {
    /// What the work began with.
    pub base: &'a Tree,
    /// What it will land on; the same for a single commit.
    pub ours: &'a Tree,
    changed: Results,
    /// How the files that the next commit touches were before it.
    before: BTreeMap<u64, Option<Entry>>,
    /// Files that are not touched again: git would have more than one reading of what was done.
    pub frozen: BTreeSet<u64>,
    /// Whether an empty file came or went: a second one could be taken for its other end.
    pub empties: bool,
}

impl<'a> Draft<'a> {
    /// The beginning of a work.
    pub fn of(base: &'a Tree, ours: &'a Tree) -> Draft<'a> {
        Draft {
            base,
            ours,
            changed: BTreeMap::new(),
            before: BTreeMap::new(),
            frozen: BTreeSet::new(),
            empties: false,
        }
    }

    /// A file as it is now.
    pub fn get(&self, number: u64) -> Option<&Entry> {
        match self.changed.get(&number) {
            Some(entry) => entry.as_ref(),
            None => self.base.get(number),
        }
    }

    /// Changes a file.
    pub fn set(&mut self, number: u64, entry: Option<Entry>) {
        let now = self.get(number).cloned();
        self.before.entry(number).or_insert(now);
        self.changed.insert(number, entry);
    }

    /// Changes what a file holds or is, where it is.
    pub fn replace(&mut self, number: u64, file: File) {
        let path = self.get(number).map(|(path, _)| path.clone()).unwrap_or_default();
        self.set(number, Some((path, Arc::new(file))));
    }

    /// Whether the line of history that it will land on has changed the file since.
    pub fn is_apart(&self, number: u64) -> bool {
        match (self.base.get(number), self.ours.get(number)) {
            (Some(base), Some(ours)) => base.0 != ours.0 || !Arc::ptr_eq(&base.1, &ours.1),
            (base, ours) => base.is_some() || ours.is_some(),
        }
    }

    /// Whether a file can be put there.
    pub fn is_free(&self, path: &str) -> bool {
        let is_there = |entry: &Option<Entry>| entry.as_ref().is_some_and(|(p, _)| **p == *path);
        !self.base.has(path) && !self.ours.has(path) && !self.changed.values().any(is_there)
    }

    /// Whether the file is one that this work made.
    pub fn is_own(&self, number: u64) -> bool {
        self.get(number).is_some_and(|(_, file)| file.made_by == FRESH)
    }

    /// The files that are changed so far.
    pub fn changed(&self) -> &Results {
        &self.changed
    }

    /// What the next commit does; after that the one behind it begins.
    pub fn take_steps(&mut self) -> Vec<Step> {
        let before = std::mem::take(&mut self.before);
        before
            .into_iter()
            .map(|(number, before)| (before, self.get(number).cloned()))
            .filter(|(before, after)| before != after)
            .collect()
    }
}
