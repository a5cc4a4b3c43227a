//! Lists of ids that belong to the caller.

use std::fmt::Display;

use crate::guard::read;
use crate::handle::{self, Object};
use crate::text::{Lent, lp_strs};

/// A list of ids. Never changes; share it freely between threads. Free it with `lp_ids_free`.
pub struct lp_ids {
    _private: [u8; 0],
}

/// Ids with the array that is lent to C.
pub(crate) struct Ids {
    lent: Lent,
    /// What `lent` points into: never touched again.
    _texts: Vec<String>,
}

impl Ids {
    pub(crate) fn new<I: Display>(ids: impl IntoIterator<Item = I>) -> Self {
        let texts: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
        Ids { lent: Lent::texts(&texts), _texts: texts }
    }

    pub(crate) fn all(&self) -> lp_strs {
        self.lent.all()
    }
}

impl Object for lp_ids {
    type Value = Ids;
    const MAGIC: u64 = 0xd1f7_36a8_5c0e_e294;
    const NAME: &'static str = "lp_ids";
}

/// The ids of a list; empty for anything but a list. Valid until the list is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ids_all(ids: *const lp_ids) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe { read(ids, lp_strs::EMPTY, Ids::all) }
}

/// Frees a list. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ids_free(ids: *mut lp_ids) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(ids) }
}
