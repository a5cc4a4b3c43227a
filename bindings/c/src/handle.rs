//! Objects that C holds by pointer: made, checked, broken, freed.

use std::sync::atomic::{AtomicBool, Ordering};

use lynchpin::base::{Error, ErrorCode, Result};

use crate::guard::{guard, panicked};

/// What stands in a freed object until its memory is used again.
const FREED: u64 = 0x6465_6572_665f_706c;

/// A type that C knows by name only.
pub(crate) trait Object {
    /// What it holds; the header promises that any thread may use it.
    type Value: Send + Sync;
    /// Its first eight bytes, different for each type; never 0 and never text.
    const MAGIC: u64;
    /// Its name in C.
    const NAME: &'static str;
}

/// What a pointer to an [`Object`] really points to.
#[repr(C)]
pub(crate) struct Handle<T> {
    // First, so that it can be read whatever the type turns out to be.
    magic: u64,
    broken: AtomicBool,
    value: T,
}

impl<T> Handle<T> {
    /// The value, unless a panic broke it.
    pub(crate) fn whole(&self) -> Result<&T> {
        if self.broken.load(Ordering::Acquire) {
            let message = "an earlier call on this object panicked: free it and make a new one";
            return Err(Error::new(ErrorCode::Broken, message));
        }
        Ok(&self.value)
    }

    /// Runs a body that changes the value behind a lock; a panic breaks this object for good.
    pub(crate) fn change<R>(&self, body: impl FnOnce(&T) -> Result<R>) -> Result<R> {
        let value = self.whole()?;
        guard(|| body(value)).unwrap_or_else(|message| {
            self.broken.store(true, Ordering::Release);
            Err(panicked(&message))
        })
    }
}

/// Makes an object that the caller owns.
pub(crate) fn new<O: Object>(value: O::Value) -> *mut O {
    let broken = AtomicBool::new(false);
    Box::into_raw(Box::new(Handle { magic: O::MAGIC, broken, value })).cast()
}

/// Looks at a pointer before it is used as an object.
///
/// # Safety
///
/// `object` is NULL or points to at least eight readable bytes; if these are those of the type, the
/// rest is such an object and lives as long as the result is used.
pub(crate) unsafe fn check<'a, O: Object>(object: *const O) -> Result<&'a Handle<O::Value>> {
    let handle = object.cast::<Handle<O::Value>>();
    let bad = |what: &str| {
        Err(Error::new(ErrorCode::BadArgument, format!("{what}; pass a live `{}`", O::NAME)))
    };
    if handle.is_null() {
        return bad("the object is NULL");
    }
    if !handle.is_aligned() {
        return bad("the pointer leads to no object");
    }
    // SAFETY: not NULL and aligned, so readable as the caller promises.
    if unsafe { handle.cast::<u64>().read_volatile() } != O::MAGIC {
        return bad("the object is of another type, or was freed");
    }
    // SAFETY: its first bytes say that it was made by `new` for this type.
    Ok(unsafe { &*handle })
}

/// Frees an object; NULL and whatever is no such object are left alone.
///
/// # Safety
///
/// As for [`check`]; no other call uses the object now or later.
pub(crate) unsafe fn free<O: Object>(object: *mut O) {
    // A destructor that panics must not reach C; there is nobody to tell.
    let _ = guard(|| {
        // SAFETY: the caller's promises are passed on.
        if unsafe { check(object.cast_const()) }.is_ok() {
            let handle = object.cast::<Handle<O::Value>>();
            // SAFETY: `check` has seen that `new` made it; nobody else uses it, says the caller.
            // Volatile, because a store into memory that is about to be freed is else left out.
            unsafe {
                (&raw mut (*handle).magic).write_volatile(FREED);
                drop(Box::from_raw(handle));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::{Object, check, free, new};
    use lynchpin::base::ErrorCode;
    use std::ptr;

    struct Cat;
    struct Dog;
    impl Object for Cat {
        type Value = u8;
        const MAGIC: u64 = 1;
        const NAME: &'static str = "cat";
    }
    impl Object for Dog {
        type Value = String;
        const MAGIC: u64 = 2;
        const NAME: &'static str = "dog";
    }

    #[test]
    fn another_type_is_told() {
        let cat = new::<Cat>(7);
        // SAFETY: all pointers are NULL, of the stack, or of a live object.
        unsafe {
            assert_eq!(check(cat).unwrap().whole(), Ok(&7));
            let code = |result: Result<_, lynchpin::base::Error>| {
                result.map(|_: &super::Handle<String>| ()).unwrap_err().code()
            };
            assert_eq!(code(check(cat.cast::<Dog>())), ErrorCode::BadArgument);
            assert_eq!(code(check(ptr::null::<Dog>())), ErrorCode::BadArgument);
            let zeros = [0_u64; 4];
            assert_eq!(code(check(zeros.as_ptr().cast::<Dog>())), ErrorCode::BadArgument);
            let odd = zeros.as_ptr().cast::<u8>().wrapping_add(1);
            assert_eq!(code(check(odd.cast::<Dog>())), ErrorCode::BadArgument);
            free(cat.cast::<Dog>());
            free(cat);
            free(ptr::null_mut::<Cat>());
        }
    }

    #[test]
    fn a_panic_breaks_one_object_only() {
        let (first, second) = (new::<Cat>(1), new::<Cat>(2));
        // SAFETY: both are live until freed below.
        unsafe {
            let run = |cat| check::<Cat>(cat).unwrap().change(|value| Ok(10 / (*value - 1)));
            assert_eq!(run(first).unwrap_err().code(), ErrorCode::Panic);
            assert_eq!(run(first).unwrap_err().code(), ErrorCode::Broken);
            assert_eq!(run(second), Ok(10));
            free(first);
            free(second);
        }
    }
}
