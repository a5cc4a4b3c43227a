//! The order that follows from what changes need, and the bounds on how much one needs.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::changes::Entry;
use super::notes::Notes;

/// The most changes that one comes after; the engine takes ten thousand of all kinds.
const AFTER_MAX: usize = 5_000;
/// The most changes that one requires. Beyond it the rest counts as one that nobody knows: to
/// forget what is required would let it pass.
const REQUIRES_MAX: usize = 4_000;
/// Stands for what one change requires beyond the limit.
const MORE_REQUIRED: &str = "more-dependencies-than-are-read";

/// Drops what is only seen where it would contradict what is required: an order that nobody needs
/// must not make a circle.
pub(crate) fn drop_contradictions(entries: &mut [Entry], notes: &mut Notes) {
    let (order, circular) = order(entries);
    let mut position = vec![0; entries.len()];
    for (place, number) in order.iter().enumerate() {
        if let Some(position) = position.get_mut(*number) {
            *position = place;
        }
    }
    // Those in a circle, or behind one, have no order among them that could be trusted.
    let trusted = entries.len() - circular;
    let at = |number: usize| position.get(number).copied().unwrap_or(usize::MAX);
    for (number, entry) in entries.iter_mut().enumerate() {
        let before = entry.after.len();
        entry.after.retain(|on, _| at(*on) < at(number) && at(*on) < trusted);
        notes.after_contradicted += (before - entry.after.len()) as u64;
    }
}

/// Keeps the nearest of very many changes to come after; the others mostly come before those
/// anyway.
pub(crate) fn keep_nearest(entry: &mut Entry) -> u64 {
    let mut dropped = 0;
    while entry.after.len() > AFTER_MAX {
        entry.after.pop_first();
        dropped += 1;
    }
    dropped
}

/// Keeps the nearest of very many changes that are required, and says that there are more.
pub(crate) fn keep_required(entry: &mut Entry) -> u64 {
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
///
/// Also how many those are.
pub(crate) fn order(entries: &[Entry]) -> (Vec<usize>, usize) {
    let mut open: Vec<usize> = entries.iter().map(|entry| entry.requires.len()).collect();
    let mut needed_by: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        for required in entry.requires.keys() {
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
    let free = order.len();
    order.extend(open.iter().enumerate().filter(|(_, open)| **open > 0).map(|(number, _)| number));
    (order, entries.len() - free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::edges::Needed;

    fn needed(on: impl IntoIterator<Item = usize>) -> Needed {
        on.into_iter().map(|on| (on, Vec::new())).collect()
    }

    fn entry(requires: &[usize], after: &[usize]) -> Entry {
        let (requires, after) = (requires.iter().copied(), after.iter().copied());
        Entry { requires: needed(requires), after: needed(after), ..Entry::default() }
    }

    fn after(entry: &Entry) -> Vec<usize> {
        entry.after.keys().copied().collect()
    }

    #[test]
    fn what_is_stated_goes_before_what_is_seen() {
        let mut entries = [entry(&[1], &[]), entry(&[], &[0]), entry(&[], &[0, 1])];
        assert_eq!(order(&entries), (vec![1, 0, 2], 0));
        let mut notes = Notes::default();
        drop_contradictions(&mut entries, &mut notes);
        assert!(after(&entries[1]).is_empty(), "the required change does not follow its user");
        assert_eq!(after(&entries[2]), [0, 1]);
        assert_eq!(notes.after_contradicted, 1);
    }

    #[test]
    fn no_order_is_seen_in_a_circle() {
        let mut entries = [entry(&[1], &[]), entry(&[0], &[]), entry(&[], &[0]), entry(&[0], &[2])];
        assert_eq!(order(&entries), (vec![2, 0, 1, 3], 3));
        drop_contradictions(&mut entries, &mut Notes::default());
        assert!(after(&entries[2]).is_empty(), "it could stand in the circle");
        assert_eq!(after(&entries[3]), [2]);
    }

    #[test]
    fn very_many_are_bounded_to_the_nearest() {
        let mut many = Entry { after: needed(0..AFTER_MAX + 7), ..Entry::default() };
        assert_eq!(keep_nearest(&mut many), 7);
        assert_eq!((many.after.len(), after(&many).first()), (AFTER_MAX, Some(&7)));
    }

    #[test]
    fn what_is_required_beyond_the_limit_is_not_forgotten() {
        let requires = needed(0..REQUIRES_MAX + 7);
        let mut many = Entry { requires, ..Entry::default() };
        many.unresolved.insert("I404".to_owned());
        assert_eq!(keep_required(&mut many), 8);
        assert_eq!(many.requires.keys().next(), Some(&7));
        assert_eq!(many.unresolved.iter().collect::<Vec<_>>(), [MORE_REQUIRED]);
    }
}
