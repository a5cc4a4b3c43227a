//! The locks of the standard library, in a place where a test can put others.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
