//! Group commit: many threads append through one ledger, and the disk is waited for once for all
//! that came meanwhile.
//!
//! # Design
//!
//! Whoever finds nobody writing becomes the writer and takes all that waits along; the others wait
//! for what becomes of theirs. Nothing here knows what is written, so the same source runs under
//! a scheduler that tries the orders in which threads can meet (`tests/group.rs`).

use std::collections::BTreeMap;

use super::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Writes several items at once.
pub trait Commit {
    /// What is written.
    type Item;
    /// What became of one item.
    type Done;
    /// Why nothing could be written at all.
    type Fault: Clone;

    /// Writes all items; what became of each, in order.
    ///
    /// # Errors
    ///
    /// If nothing could be written at all, or nobody knows whether it was.
    fn commit(&mut self, items: Vec<Self::Item>) -> Result<Vec<Self::Done>, Self::Fault>;

    /// What is said of an item whose writer panicked.
    fn panicked() -> Self::Fault;
}

/// Lets threads write together.
pub struct Group<C: Commit> {
    waiting: Mutex<Waiting<C>>,
    changed: Condvar,
    commit: Mutex<C>,
}

struct Waiting<C: Commit> {
    next: u64,
    is_writing: bool,
    items: BTreeMap<u64, C::Item>,
    done: BTreeMap<u64, Result<C::Done, C::Fault>>,
    /// Those whose writer has not come back: all in it, if it never does.
    taken: Vec<u64>,
}

impl<C: Commit> Group<C> {
    /// Lets threads write together through this.
    pub fn new(commit: C) -> Self {
        let (items, done, taken) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let waiting = Waiting { next: 0, is_writing: false, items, done, taken };
        Group { waiting: Mutex::new(waiting), changed: Condvar::new(), commit: Mutex::new(commit) }
    }

    /// Writes an item, together with what other threads write meanwhile; waits for it.
    ///
    /// # Errors
    ///
    /// As for [`Commit::commit`].
    pub fn write(&self, item: C::Item) -> Result<C::Done, C::Fault> {
        let mut waiting = lock(&self.waiting);
        let ticket = waiting.next;
        waiting.next = ticket.wrapping_add(1);
        waiting.items.insert(ticket, item);
        loop {
            if let Some(done) = waiting.done.remove(&ticket) {
                return done;
            }
            waiting = if waiting.is_writing {
                self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner)
            } else {
                self.lead(waiting)
            };
        }
    }

    /// Does something with what writes, while nothing is written.
    pub fn with<T>(&self, work: impl FnOnce(&mut C) -> T) -> T {
        work(&mut lock(&self.commit))
    }

    /// Gives back what writes.
    pub fn into_inner(self) -> C {
        self.commit.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all that waits.
    fn lead<'a>(&'a self, mut waiting: MutexGuard<'a, Waiting<C>>) -> MutexGuard<'a, Waiting<C>> {
        waiting.is_writing = true;
        let (tickets, items): (Vec<u64>, Vec<C::Item>) =
            std::mem::take(&mut waiting.items).into_iter().unzip();
        waiting.taken.clone_from(&tickets);
        drop(waiting);
        let ended = Ended(self);
        let outcome = lock(&self.commit).commit(items);
        let mut waiting = lock(&self.waiting);
        match outcome {
            Ok(done) => {
                let mut done = done.into_iter().map(Ok);
                for ticket in &tickets {
                    let end = done.next().unwrap_or_else(|| Err(C::panicked()));
                    waiting.done.insert(*ticket, end);
                }
            }
            Err(fault) => {
                let all = tickets.iter().map(|ticket| (*ticket, Err(fault.clone())));
                waiting.done.extend(all);
            }
        }
        waiting.taken.clear();
        drop(waiting);
        drop(ended);
        lock(&self.waiting)
    }
}

/// Lets the next one write, whatever became of this one.
struct Ended<'a, C: Commit>(&'a Group<C>);

impl<C: Commit> Drop for Ended<'_, C> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0.waiting);
        waiting.is_writing = false;
        // What is left was taken by a writer that panicked.
        for ticket in std::mem::take(&mut waiting.taken) {
            waiting.done.insert(ticket, Err(C::panicked()));
        }
        drop(waiting);
        self.0.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
