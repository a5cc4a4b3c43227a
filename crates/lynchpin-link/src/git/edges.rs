//! What needs what: seen from the lines that changes touch, or stated by trailers and reverts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::changes::Entry;
use super::dependency::{Because, REASONS_MAX};
use super::error::{AssessError, Result};
use super::log::Commit;
use super::message::Pointer;
use super::named::{Index, looked_up, released as released_names};
use super::notes::Notes;
use super::order::{drop_contradictions, keep_nearest, keep_required};
use super::pins;
use super::reading::Reading;
use super::references::{count_picks, request_id};
use super::repository::{Range, Repository};
use super::text::is_object_id;
use super::tokens::Tokens;

/// Changes brought by others, which takes a gigabyte.
const BROUGHT_MAX: usize = 4_000_000;

/// Changes that one needs, by their numbers, each with the reasons.
pub(crate) type Needed = BTreeMap<usize, Vec<Because>>;

/// Fills in what each change requires and comes after.
pub(crate) fn connect(
    readings: &[Reading],
    commits: &[Commit],
    entries: &mut [Entry],
    notes: &mut Notes,
) -> Result<()> {
    let indexes: Vec<Index> = readings
        .iter()
        .map(|reading| Index::of(commits, entries.get(reading.changes.clone()).unwrap_or_default()))
        .collect();
    count_picks(readings, &indexes, commits, notes);
    let stated = Stated { readings, indexes: &indexes, commits };
    for (at, reading) in readings.iter().enumerate() {
        let mut outside = Vec::new();
        for number in reading.changes.clone() {
            if let Some(entry) = entries.get_mut(number) {
                stated.resolve(at, number, entry, &mut outside, notes);
            }
        }
        stated.settle(at, outside, entries, notes)?;
    }
    submodules(readings, &indexes, entries)?;
    pins::connect(readings, &indexes, entries, notes)?;
    for reading in readings {
        let own = entries.get_mut(reading.changes.clone()).unwrap_or_default();
        if reading.by_line {
            follow_lines(own, reading);
        } else {
            follow_files(own, reading);
        }
    }
    drop_contradictions(entries, notes);
    notes.requires_dropped = entries.iter_mut().map(keep_required).sum();
    notes.after_dropped = entries.iter_mut().map(keep_nearest).sum();
    notes.requires = entries.iter().map(|entry| entry.requires.len() as u64).sum();
    notes.after = entries.iter().map(|entry| entry.after.len() as u64).sum();
    Ok(())
}

/// Adds a reason, of which only so many are kept.
pub(crate) fn add(needed: &mut Needed, on: usize, because: Because) {
    let reasons = needed.entry(on).or_default();
    if reasons.len() < REASONS_MAX && !reasons.contains(&because) {
        reasons.push(because);
        reasons.sort();
    }
}

/// Finds what trailers and reverts name.
struct Stated<'a> {
    readings: &'a [Reading],
    /// The names of the changes of each repository.
    indexes: &'a [Index],
    commits: &'a [Commit],
}

/// What a change names that is not in any range.
type Outside = Vec<(usize, Pointer, String)>;

impl Stated<'_> {
    fn resolve(
        &self,
        at: usize,
        number: usize,
        entry: &mut Entry,
        outside: &mut Outside,
        notes: &mut Notes,
    ) {
        let members = entry.members().filter_map(|member| self.commits.get(member));
        let pointers: BTreeSet<(Pointer, String)> = members
            .flat_map(|commit| commit.message.pointers.iter())
            .map(|(pointer, target)| (*pointer, target.clone()))
            .collect();
        for (pointer, target) in pointers {
            let found = self.find(at, number, pointer, &target);
            match found.as_slice() {
                [] => {
                    outside.push((number, pointer, target));
                    continue;
                }
                [only] if *only == number => notes.requires_itself += 1,
                _ => {}
            }
            for found in found.into_iter().filter(|found| *found != number) {
                // History has it in the other order, and no words about the past undo that.
                if found > number && pointer != Pointer::DependsOn {
                    notes.mentions_later += 1;
                    continue;
                }
                notes.reverted += u64::from(pointer == Pointer::Reverts);
                add(&mut entry.requires, found, pointer.because(&target));
            }
        }
    }

    /// The changes of that name: of this repository, else of others that it can be one of. What
    /// goes into several repositories bears one `Change-Id` in all of them, and means them all.
    fn find(&self, at: usize, number: usize, pointer: Pointer, target: &str) -> Vec<usize> {
        let in_one = |(reading, index): (&Reading, &Index), asked_by: usize| {
            let name = looked_up(target, &reading.repository.name);
            index.find(&name, asked_by).map(|found| reading.changes.start + found)
        };
        let places = || self.readings.iter().zip(self.indexes);
        let here = places().nth(at).and_then(|(reading, index)| {
            in_one((reading, index), number.checked_sub(reading.changes.start)?)
        });
        let mut found: Vec<usize> = here.into_iter().collect();
        // A number without a name is one of this repository, and so is what is taken back.
        if pointer != Pointer::DependsOn || target.starts_with(['#', '!']) {
            return found;
        }
        let others = places().enumerate().filter(|(other, _)| *other != at);
        let is_of_several = !is_object_id(target) && !target.contains(['#', '!', '/']);
        if found.is_empty() || is_of_several {
            found.extend(others.filter_map(|(_, place)| in_one(place, usize::MAX)));
        }
        found
    }

    /// What no range has is released already, or nobody knows it.
    fn settle(
        &self,
        at: usize,
        outside: Outside,
        entries: &mut [Entry],
        notes: &mut Notes,
    ) -> Result<()> {
        let mut known: HashSet<String> = HashSet::new();
        for (other, reading) in self.readings.iter().enumerate() {
            let asked: Outside = outside
                .iter()
                .filter(|(_, _, target)| other == at || !target.starts_with(['#', '!']))
                .map(|(number, pointer, target)| {
                    (*number, *pointer, looked_up(target, &reading.repository.name))
                })
                .collect();
            let found = released(&reading.repository, &reading.range, &asked)?;
            let named = outside.iter().map(|(_, _, target)| target);
            let named = named.filter(|t| found.contains(&looked_up(t, &reading.repository.name)));
            known.extend(named.cloned());
        }
        let name = self.readings.get(at).map(|reading| reading.repository.name.as_str());
        for (number, pointer, target) in outside {
            if known.contains(&target) {
                notes.requires_released += 1;
            } else if pointer == Pointer::DependsOn {
                notes.requires_unresolved += 1;
                if let Some(entry) = entries.get_mut(number) {
                    let target = looked_up(&target, name.unwrap_or_default());
                    entry.unresolved.insert(request_id(&target));
                }
            } else {
                notes.mentions_unresolved += 1;
            }
        }
        Ok(())
    }
}

/// A change that sets a submodule requires what the other repository has unreleased up to there.
fn submodules(readings: &[Reading], indexes: &[Index], entries: &mut [Entry]) -> Result<()> {
    let mut brought_in_all = Brought::default();
    for reading in readings {
        for number in reading.changes.clone() {
            let Some(entry) = entries.get_mut(number) else { continue };
            let bumps = entry.touched.as_ref().map(|t| t.submodules.clone()).unwrap_or_default();
            for (path, from, to) in bumps {
                for (other, index) in readings.iter().zip(indexes) {
                    let Some(last) = index.find(&to, usize::MAX) else { continue };
                    let first = index.find(&from, usize::MAX).map_or(0, |before| before + 1);
                    brought_in_all.count(first..=last)?;
                    for brought in first..=last {
                        let path = reading.paths.shown(path);
                        let because = Because::Submodule { path, commit: to.clone() };
                        add(&mut entry.requires, other.changes.start + brought, because);
                    }
                }
            }
        }
    }
    Ok(())
}

/// How many changes submodules and lock files bring, each counted as often as it is brought: every
/// commit of one repository may bring every change of another.
#[derive(Debug, Default)]
pub(crate) struct Brought(usize);

impl Brought {
    pub(crate) fn count(&mut self, brought: std::ops::RangeInclusive<usize>) -> Result<()> {
        self.0 = self.0.saturating_add(brought.count());
        if self.0 > BROUGHT_MAX {
            let what = "changes brought by submodules and lock files";
            return Err(AssessError::TooLarge { what, limit: BROUGHT_MAX });
        }
        Ok(())
    }
}

/// Puts a change behind those whose lines it touches.
fn follow_lines(entries: &mut [Entry], reading: &Reading) {
    for entry in entries {
        let Some(touched) = &entry.touched else { continue };
        for ((owner, path), seen) in &touched.others {
            let on = reading.changes.start + *owner as usize;
            let because = seen.because(reading.paths.shown(*path));
            if seen.requires() {
                add(&mut entry.requires, on, because);
            } else {
                add(&mut entry.after, on, because);
            }
        }
        entry.after.retain(|on, _| !entry.requires.contains_key(on));
    }
}

/// Which of the targets the start of the range has already.
fn released(
    repository: &Repository,
    range: &Range,
    outside: &[(usize, Pointer, String)],
) -> Result<HashSet<String>> {
    let is_named = |(_, pointer, target): &&(usize, Pointer, String)| {
        *pointer == Pointer::DependsOn && !is_object_id(target)
    };
    let names = outside.iter().filter(is_named).map(|(_, _, target)| target.clone()).collect();
    let mut released = released_names(repository, range, &names)?;
    let targets: BTreeSet<&str> = outside
        .iter()
        .map(|(_, _, target)| target.as_str())
        .filter(|target| is_object_id(target))
        .collect();
    if targets.is_empty() {
        return Ok(released);
    }
    let full = full_ids(repository, &targets)?;
    let mut input: String = full.values().map(|id| format!("{id}\n")).collect();
    input.push_str(&format!("^{}\n", range.until));
    let stream = repository.git.stream(&["rev-list", "--stdin"], input.into_bytes())?;
    let mut tokens = Tokens::lines(stream);
    let mut absent: HashSet<String> = HashSet::new();
    let asked: HashSet<&str> = full.values().map(String::as_str).collect();
    let read = loop {
        match tokens.next(128) {
            Ok(Some(token)) => {
                let id = String::from_utf8_lossy(token.bytes);
                if asked.contains(&*id) {
                    absent.insert(id.into_owned());
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    tokens.end(read)?;
    released.extend(full.into_iter().filter(|(_, id)| !absent.contains(id)).map(|(id, _)| id));
    Ok(released)
}

/// The commits that ids or their beginnings name, where they name one.
pub(crate) fn full_ids(
    repository: &Repository,
    targets: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>> {
    if targets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let input: String = targets.iter().map(|target| format!("{target}^{{commit}}\n")).collect();
    let arguments = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
    let stream = repository.git.stream(&arguments, input.into_bytes())?;
    let mut tokens = Tokens::lines(stream);
    let mut full = BTreeMap::new();
    let mut take = |target: &str| -> Result<()> {
        let unknown = || AssessError::UnknownAnswer { detail: "an object expected".to_owned() };
        let token = tokens.next(512)?.ok_or_else(unknown)?;
        let line = String::from_utf8_lossy(token.bytes);
        if let Some((id, "commit")) = line.split_once(' ')
            && is_object_id(id)
        {
            full.insert(target.to_owned(), id.to_owned());
        }
        Ok(())
    };
    let read = targets.iter().try_for_each(|target| take(target));
    tokens.end(read)?;
    Ok(full)
}

/// Puts a change after the nearest one before it that touches one of its files, where lines are
/// not known.
fn follow_files(entries: &mut [Entry], reading: &Reading) {
    let mut last_on_path: Vec<Option<usize>> = vec![None; reading.paths.len()];
    for (number, entry) in entries.iter_mut().enumerate() {
        let number = reading.changes.start + number;
        let touched: BTreeSet<u32> = entry.touched.iter().flat_map(|t| t.paths()).collect();
        for path in touched {
            if let Some(last) = last_on_path.get_mut(path as usize)
                && let Some(before) = last.replace(number)
                && !entry.requires.contains_key(&before)
            {
                let path = reading.paths.shown(path);
                add(&mut entry.after, before, Because::SameFile { path });
            }
        }
    }
}
