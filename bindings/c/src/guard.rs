//! The one place where panics stop, and where calls end in a status.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lynchpin::base::{Error, ErrorCode, Result};

use crate::codes::{KNOWN_STATUSES, LP_STATUS_OK, LP_STATUS_OTHER, LP_STATUS_PANIC};
use crate::error::lp_error;
use crate::handle::{self, Object};

/// Runs a body; a panic becomes its message.
///
/// The panic hook is the host's and stays as it is. Unwind safety is asserted because whatever a
/// panic leaves half done is marked as broken and not used again.
pub(crate) fn guard<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(message_of)
}

/// Ends a call: writes the output on success, the error on failure, and says which it was.
///
/// Nothing of it runs outside of the guard: neither the body, nor making the error out of what it
/// came to, nor dropping what is left over.
///
/// # Safety
///
/// `out` and `error_out` are each NULL or fit to be written to.
pub(crate) unsafe fn call<T>(
    out: *mut T,
    error_out: *mut *mut lp_error,
    body: impl FnOnce() -> Result<T>,
) -> u32 {
    let ended = guard(|| {
        let result = if out.is_null() {
            Err(Error::new(ErrorCode::BadArgument, "an output is NULL: pass where to write it"))
        } else {
            guard(body).unwrap_or_else(|message| Err(panicked(&message)))
        };
        let error = match result {
            Ok(value) => {
                // SAFETY: it is not NULL, so the caller says that it may be written to.
                unsafe { out.write(value) };
                return LP_STATUS_OK;
            }
            Err(error) => error,
        };
        let status = status_of(error.code());
        if !error_out.is_null() {
            let made = handle::new::<lp_error>(error.into());
            // SAFETY: as above.
            unsafe { error_out.write(made) };
        }
        status
    });
    ended.unwrap_or(LP_STATUS_PANIC)
}

/// The same for a call that reads an object, which a panic leaves whole: it is not changed.
///
/// # Safety
///
/// As for [`call`]; `object` is NULL or points to readable memory of at least eight bytes.
pub(crate) unsafe fn call_on<O: Object, T>(
    object: *const O,
    out: *mut T,
    error_out: *mut *mut lp_error,
    body: impl FnOnce(&O::Value) -> Result<T>,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { call(out, error_out, || body(handle::check(object)?.whole()?)) }
}

/// The same for a call without an output of its own.
///
/// # Safety
///
/// As for [`call_on`].
pub(crate) unsafe fn look_at<O: Object>(
    object: *const O,
    error_out: *mut *mut lp_error,
    body: impl FnOnce(&O::Value) -> Result<()>,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { call_on(object, &mut (), error_out, body) }
}

/// The same for a call on no object and without an output of its own.
///
/// # Safety
///
/// As for [`call`].
pub(crate) unsafe fn look(error_out: *mut *mut lp_error, body: impl FnOnce() -> Result<()>) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { call(&mut (), error_out, body) }
}

/// The same for a call that changes an object, which a panic breaks: it may be half changed.
///
/// # Safety
///
/// As for [`call_on`].
pub(crate) unsafe fn change<O: Object>(
    object: *mut O,
    error_out: *mut *mut lp_error,
    body: impl FnOnce(&O::Value) -> Result<()>,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { change_on(object, &mut (), error_out, body) }
}

/// The same for a call that changes an object and has an output.
///
/// # Safety
///
/// As for [`call_on`].
pub(crate) unsafe fn change_on<O: Object, T>(
    object: *mut O,
    out: *mut T,
    error_out: *mut *mut lp_error,
    body: impl FnOnce(&O::Value) -> Result<T>,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { call(out, error_out, || handle::check(object.cast_const())?.change(body)) }
}

/// Reads something from an object; `otherwise` if it is not usable or the reading panics.
///
/// # Safety
///
/// As for [`call_on`].
pub(crate) unsafe fn read<O: Object, T: Copy>(
    object: *const O,
    otherwise: T,
    body: impl FnOnce(&O::Value) -> T,
) -> T {
    let result = guard(|| {
        // SAFETY: the caller's promises are passed on.
        let handle = unsafe { handle::check(object) };
        let value = handle.and_then(handle::Handle::whole);
        value.map_or(otherwise, body)
    });
    result.unwrap_or(otherwise)
}

/// The error that a panic becomes.
pub(crate) fn panicked(message: &str) -> Error {
    let text = format!("the library panicked, which is a defect in it; please report: {message}");
    Error::new(ErrorCode::Panic, text)
}

/// The status of a code; codes that the header does not name are one status.
pub(crate) fn status_of(code: ErrorCode) -> u32 {
    let number = code.number();
    if KNOWN_STATUSES.contains(&number) { number } else { LP_STATUS_OTHER }
}

fn message_of(payload: Box<dyn Any + Send>) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => {
            // Dropping what we know nothing about could panic again.
            std::mem::forget(other);
            "no message".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{call, call_on, change, guard, read, status_of};
    use crate::*;
    use lynchpin::base::ErrorCode;
    use std::ptr::null_mut;

    #[test]
    fn a_panic_keeps_its_message() {
        assert_eq!(guard(|| 7), Ok(7));
        assert_eq!(guard(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(guard(|| panic!("{}", 1)), Err::<(), _>("1".to_owned()));
        let odd = guard(|| std::panic::panic_any(()));
        assert_eq!(odd, Err::<(), _>("no message".to_owned()));
    }

    #[test]
    fn every_code_has_its_own_status() {
        for code in ErrorCode::ALL {
            assert_eq!(status_of(*code), code.number(), "{code}");
        }
    }

    fn engine() -> *mut lp_engine {
        let mut engine = null_mut();
        // SAFETY: the output is a local.
        let status = unsafe { lp_engine_new(LP_LIMITS_UNTRUSTED, &raw mut engine, null_mut()) };
        assert_eq!(status, LP_STATUS_OK);
        engine
    }

    /// What a C program sees of a defect in a call that changes: a status with the message, one
    /// broken object, no other harm.
    #[test]
    fn a_panic_breaks_the_object_it_was_changing_and_no_other() {
        let (broken, whole) = (engine(), engine());
        let (mut error, mut snapshot) = (null_mut(), null_mut());
        // SAFETY: all objects are live until freed, all outputs are locals.
        unsafe {
            let status = change(broken, &raw mut error, |_| panic!("a defect"));
            assert_eq!(status, LP_STATUS_PANIC);
            assert_eq!(lp_error_status(error), LP_STATUS_PANIC);
            let message = lp_error_message(error).text(ErrorCode::Other, "message").unwrap();
            assert!(message.ends_with("a defect"), "{message}");
            lp_error_free(error);

            let nothing = lp_str::lend("{}");
            assert_eq!(lp_engine_load(broken, nothing, null_mut()), LP_STATUS_BROKEN);
            assert_eq!(lp_engine_set_policy(broken, nothing, null_mut()), LP_STATUS_BROKEN);
            let status = lp_engine_snapshot(broken, &raw mut snapshot, null_mut());
            assert_eq!((status, snapshot), (LP_STATUS_BROKEN, null_mut()));
            lp_engine_free(broken);

            let status = lp_engine_snapshot(whole, &raw mut snapshot, null_mut());
            assert_eq!(status, LP_STATUS_OK);
            lp_engine_free(whole);
            lp_snapshot_free(snapshot);
        }
    }

    /// What nobody changes cannot be half changed: other threads may share it.
    #[test]
    fn a_panic_while_reading_leaves_the_object_whole() {
        let engine = engine();
        let (mut error, mut snapshot, mut out) = (null_mut(), null_mut(), 7);
        // SAFETY: all objects are live until freed, all outputs are locals.
        unsafe {
            let status = lp_engine_snapshot(engine, &raw mut snapshot, null_mut());
            assert_eq!(status, LP_STATUS_OK);
            lp_engine_free(engine);
            assert_eq!(read(snapshot, 5, |_| panic!("a defect")), 5);
            let panics = |_: &_| panic!("a defect");
            let status = call_on(snapshot, &raw mut out, &raw mut error, panics);
            assert_eq!((status, out), (LP_STATUS_PANIC, 7));
            assert_eq!(lp_error_status(error), LP_STATUS_PANIC);
            lp_error_free(error);
            let mut answer = lp_buf { ptr: null_mut(), len: 0 };
            let status = lp_ask(snapshot, lp_str::lend("{}"), &raw mut answer, null_mut());
            assert_ne!(status, LP_STATUS_BROKEN);
            lp_snapshot_free(snapshot);
        }
    }

    /// Dropping what a body came to is guarded as the body is.
    #[test]
    fn what_panics_after_the_body_does_not_get_out() {
        struct Bad;
        impl Drop for Bad {
            fn drop(&mut self) {
                panic!("in drop");
            }
        }
        let mut out = 0;
        // SAFETY: the output is a local.
        let status = unsafe {
            call(&raw mut out, null_mut(), || {
                let _bad = Bad;
                Ok(7)
            })
        };
        assert_eq!((status, out), (LP_STATUS_PANIC, 0));
    }

    #[test]
    fn an_output_is_not_written_when_the_body_panics() {
        let engine = engine();
        let mut out = 7_u32;
        // SAFETY: the engine is live, the output is a local.
        unsafe {
            let status = call_on(engine, &raw mut out, null_mut(), |_| panic!("a defect"));
            assert_eq!((status, out), (LP_STATUS_PANIC, 7));
            lp_engine_free(engine);
        }
    }

    /// The hook belongs to the host: whatever happens here, it is still called.
    #[test]
    fn the_panic_hook_is_left_alone() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let old = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {
            CALLS.fetch_add(1, Ordering::Relaxed);
        }));
        let before = CALLS.load(Ordering::Relaxed);
        let seen = guard(|| panic!("seen"));
        let after = CALLS.load(Ordering::Relaxed);
        std::panic::set_hook(old);
        assert_eq!(seen, Err::<(), _>("seen".to_owned()));
        assert!(after > before);
    }
}
