//! What needs what: stated by trailers and reverts, or seen from files that two changes touch.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use super::changes::Entry;
use super::error::{AssessError, Result};
use super::identity::as_id;
use super::log::Commit;
use super::message::Pointer;
use super::named::{Index, looked_up, released as released_names};
use super::notes::Notes;
use super::repository::{Range, Repository};
use super::text::is_object_id;
use super::tokens::Tokens;

/// The most changes that one comes after; the engine takes ten thousand of all kinds.
const AFTER_MAX: usize = 5_000;
/// The most changes that one requires. Beyond it the rest counts as one that nobody knows: to
/// forget what is required would let it pass.
const REQUIRES_MAX: usize = 4_000;
/// Stands for what one change requires beyond the limit.
const MORE_REQUIRED: &str = "more-dependencies-than-are-read";

/// Fills in what each change requires and comes after.
pub(crate) fn connect(
    repository: &Repository,
    range: &Range,
    commits: &[Commit],
    entries: &mut [Entry],
    paths: usize,
    notes: &mut Notes,
) -> Result<()> {
    let index = Index::of(commits, entries);
    let mut outside: Vec<(usize, Pointer, String)> = Vec::new();
    for number in 0..entries.len() {
        let Some(entry) = entries.get_mut(number) else { continue };
        let members = entry.merged.iter().chain([&entry.commit]);
        let pointers: BTreeSet<(Pointer, String)> = members
            .filter_map(|member| commits.get(*member))
            .flat_map(|commit| commit.message.pointers.iter())
            .map(|(pointer, target)| (*pointer, looked_up(target, &repository.name)))
            .collect();
        for (pointer, target) in pointers {
            match index.find(&target, number) {
                Some(found) if found == number => notes.requires_itself += 1,
                // History has it in the other order, and no words about the past undo that.
                Some(found) if found > number && pointer != Pointer::DependsOn => {
                    notes.mentions_later += 1;
                }
                Some(found) => {
                    notes.reverted += u64::from(pointer == Pointer::Reverts);
                    entry.requires.insert(found);
                }
                None => outside.push((number, pointer, target)),
            }
        }
    }
    let released = released(repository, range, &outside)?;
    for (number, pointer, target) in outside {
        if released.contains(&target) {
            notes.requires_released += 1;
        } else if pointer == Pointer::DependsOn {
            notes.requires_unresolved += 1;
            if let Some(entry) = entries.get_mut(number) {
                // A number alone would not say of what it is one.
                let number = target.strip_prefix('#').map(|number| format!("pull/{number}"));
                entry.unresolved.insert(as_id(&number.unwrap_or(target)));
            }
        } else {
            notes.mentions_unresolved += 1;
        }
    }
    notes.requires_dropped = entries.iter_mut().map(keep_required).sum();
    follow_files(entries, paths);
    notes.after_dropped = entries.iter_mut().map(keep_nearest).sum();
    notes.requires = entries.iter().map(|entry| entry.requires.len() as u64).sum();
    notes.after = entries.iter().map(|entry| entry.after.len() as u64).sum();
    Ok(())
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
    input.push_str(&format!("^{}\n", range.to));
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

/// Puts a change after the nearest one before it that touches one of its files.
///
/// "Before" is the order of history, except that what a change requires goes before it: so an order
/// that is only seen never contradicts one that is stated.
fn follow_files(entries: &mut [Entry], paths: usize) {
    let mut last_on_path: Vec<Option<usize>> = vec![None; paths];
    for number in order(entries) {
        let Some(entry) = entries.get_mut(number) else { continue };
        let touched = entry.touched.as_ref().map_or(&[][..], |touched| &touched.paths);
        for path in touched {
            if let Some(last) = last_on_path.get_mut(*path)
                && let Some(before) = last.replace(number)
            {
                entry.after.insert(before);
            }
        }
        entry.after = entry.after.difference(&entry.requires).copied().collect();
    }
}

/// Keeps the nearest of very many changes to come after; the others mostly come before those
/// anyway.
fn keep_nearest(entry: &mut Entry) -> u64 {
    let mut dropped = 0;
    while entry.after.len() > AFTER_MAX {
        entry.after.pop_first();
        dropped += 1;
    }
    dropped
}

/// Keeps the nearest of very many changes that are required, and says that there are more.
fn keep_required(entry: &mut Entry) -> u64 {
    let mut dropped = 0;
    while entry.requires.len() > REQUIRES_MAX {
        entry.requires.pop_first();
        dropped += 1;
    }
    while entry.unresolved.len() > REQUIRES_MAX - entry.requires.len() {
        entry.unresolved.pop_last();
        dropped += 1;
    }
    if dropped > 0 {
        entry.unresolved.insert(MORE_REQUIRED.to_owned());
    }
    dropped
}

/// The order of history, with what is required moved before what requires it; changes in a circle
/// come last, in the order of history.
fn order(entries: &[Entry]) -> Vec<usize> {
    let mut open: Vec<usize> = entries.iter().map(|entry| entry.requires.len()).collect();
    let mut needed_by: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        for required in &entry.requires {
            needed_by.entry(*required).or_default().push(number);
        }
    }
    let free = open.iter().enumerate().filter(|(_, open)| **open == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = free.map(|(number, _)| Reverse(number)).collect();
    let mut order = Vec::with_capacity(entries.len());
    while let Some(Reverse(number)) = ready.pop() {
        order.push(number);
        for waiting in needed_by.get(&number).into_iter().flatten() {
            if let Some(left) = open.get_mut(*waiting) {
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse(*waiting));
                }
            }
        }
    }
    order.extend(open.iter().enumerate().filter(|(_, open)| **open > 0).map(|(number, _)| number));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::log::Touched;

    fn entry(paths: &[usize], requires: &[usize]) -> Entry {
        let touched = Some(Touched { lines: None, paths: paths.to_vec() });
        Entry { touched, requires: requires.iter().copied().collect(), ..Entry::default() }
    }

    #[test]
    fn only_the_nearest_change_of_a_file_goes_before() {
        let mut entries =
            [entry(&[0], &[]), entry(&[0, 1], &[]), entry(&[0], &[]), entry(&[2], &[])];
        follow_files(&mut entries, 3);
        let after: Vec<Vec<usize>> =
            entries.iter().map(|entry| entry.after.iter().copied().collect()).collect();
        assert_eq!(after, [vec![], vec![0], vec![1], vec![]]);
    }

    #[test]
    fn what_is_stated_goes_before_what_is_seen() {
        let mut entries = [entry(&[0], &[1]), entry(&[0], &[]), entry(&[0], &[])];
        assert_eq!(order(&entries), [1, 0, 2]);
        follow_files(&mut entries, 1);
        assert!(entries[1].after.is_empty(), "the required change does not follow its user");
        assert_eq!(entries[2].after.iter().copied().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn very_many_are_bounded_to_the_nearest() {
        let mut many = Entry { after: (0..AFTER_MAX + 7).collect(), ..Entry::default() };
        assert_eq!(keep_nearest(&mut many), 7);
        assert_eq!((many.after.len(), many.after.first()), (AFTER_MAX, Some(&7)));
    }

    #[test]
    fn what_is_required_beyond_the_limit_is_not_forgotten() {
        let requires = (0..REQUIRES_MAX + 7).collect();
        let mut many = Entry { requires, ..Entry::default() };
        many.unresolved.insert("I404".to_owned());
        assert_eq!(keep_required(&mut many), 8);
        assert_eq!(many.requires.first(), Some(&7));
        assert_eq!(many.unresolved.iter().collect::<Vec<_>>(), [MORE_REQUIRED]);
    }

    #[test]
    fn circles_are_kept_and_come_last() {
        let entries = [entry(&[], &[1]), entry(&[], &[0]), entry(&[], &[])];
        assert_eq!(order(&entries), [2, 0, 1]);
    }
}
