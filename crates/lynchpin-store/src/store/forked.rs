//! What a process got from the one that it was forked from.

use std::any::Any;
use std::sync::Mutex;

/// Kept where it can be reached, so that no search for leaks reports it.
static KEPT: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());

/// Keeps a connection that belongs to the parent for as long as the process runs: to close it would
/// undo locks, or say goodbye, in the name of the parent.
pub(super) fn keep(connection: impl Any + Send) {
    match KEPT.try_lock() {
        Ok(mut kept) => kept.push(Box::new(connection)),
        // A fork may have copied a lock that nobody is left to open.
        Err(_) => std::mem::forget(connection),
    }
}
