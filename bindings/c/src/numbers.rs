//! Plain numbers, many at once: as arguments, and as what is lent to C.

use std::{ptr, slice};

use lynchpin::base::{Error, ErrorCode, Result};

use crate::guard::read;
use crate::handle::{self, Object};

/// Some borrowed numbers, which belong to the object that they were asked of and are valid until
/// that object is freed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_numbers {
    /// The first number; NULL if `len` is 0.
    pub ptr: *const u32,
    /// The number of numbers.
    pub len: usize,
}

impl lp_numbers {
    pub(crate) const EMPTY: lp_numbers = lp_numbers { ptr: ptr::null(), len: 0 };

    /// Lends numbers that outlive their use.
    pub(crate) fn lend(numbers: &[u32]) -> Self {
        if numbers.is_empty() {
            return lp_numbers::EMPTY;
        }
        lp_numbers { ptr: numbers.as_ptr(), len: numbers.len() }
    }
}

/// A list of nodes, smallest first unless the call says otherwise. Never changes; share it freely
/// between threads. Free it with `lp_nodes_free`.
pub struct lp_nodes {
    _private: [u8; 0],
}

impl Object for lp_nodes {
    type Value = Vec<u32>;
    const MAGIC: u64 = 0xb36f_04d9_7ac1_88e5;
    const NAME: &'static str = "lp_nodes";
}

/// The nodes of a list; empty for anything but a list. Valid until the list is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_nodes_all(nodes: *const lp_nodes) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(nodes, lp_numbers::EMPTY, |it| lp_numbers::lend(it)) }
}

/// Frees a list. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_nodes_free(nodes: *mut lp_nodes) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(nodes) }
}

/// An array of the caller's.
///
/// # Safety
///
/// `given` is NULL or leads to `count` elements, readable and unchanged as long as the result is
/// used.
pub(crate) unsafe fn taken<'a, T>(given: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    check(given, count, name)?;
    // SAFETY: not NULL, aligned, of a possible length, and readable as the caller promises.
    Ok(unsafe { slice::from_raw_parts(given, count) })
}

/// Refuses what can be no array of so many elements.
pub(crate) fn check<T>(given: *const T, count: usize, name: &str) -> Result<()> {
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|it| isize::try_from(it).is_ok());
    if count > 0 && (given.is_null() || !given.is_aligned() || !fits) {
        let message = format!(
            "`{name}` is NULL, not aligned or longer than memory: pass an array and its length"
        );
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{lp_numbers, taken};
    use std::ptr::null;

    #[test]
    fn what_can_be_no_array_is_refused() {
        let numbers = [1_u64, 2, 3];
        let odd = numbers.as_ptr().cast::<u8>().wrapping_add(1).cast::<u64>();
        // SAFETY: whatever is read is a local.
        unsafe {
            assert_eq!(taken(numbers.as_ptr(), 3, "it"), Ok(&numbers[..]));
            assert_eq!(taken(null::<u64>(), 0, "it"), Ok(&[][..]));
            assert_eq!(taken(odd, 0, "it"), Ok(&[][..]));
            assert!(taken(null::<u64>(), 1, "it").is_err());
            assert!(taken(odd, 1, "it").is_err());
            assert!(taken(numbers.as_ptr(), usize::MAX, "it").is_err());
            assert!(taken(numbers.as_ptr(), usize::MAX / 8, "it").is_err());
        }
        assert!(lp_numbers::lend(&[]).ptr.is_null());
        assert_eq!(lp_numbers::lend(&[7]).len, 1);
    }
}
