//! Strings, buffers, versions, and the names of numbers.

use std::ffi::c_char;
use std::{ptr, slice};

use lynchpin::base::id::ChangeId;
use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::reason::{ReasonCode, Verdict};

use crate::guard::guard;
use crate::kinds::LP_ABI_VERSION;

/// A borrowed string: UTF-8, not NUL-terminated. Print it with `"%.*s", (int)s.len, s.ptr`.
///
/// As an input it is read during the call only. As an output it belongs to the object that it was
/// asked of and is valid until that object is freed. An empty one may have a NULL `ptr`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_str {
    /// The first byte; may be NULL if `len` is 0.
    pub ptr: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

impl lp_str {
    /// Lends a text that outlives its use.
    pub(crate) fn lend(text: &str) -> Self {
        lp_str { ptr: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) const EMPTY: lp_str = lp_str { ptr: ptr::null(), len: 0 };

    /// The bytes.
    ///
    /// # Safety
    ///
    /// The bytes are readable and unchanged as long as the result is used.
    pub(crate) unsafe fn bytes<'a>(self) -> Result<&'a [u8]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if self.ptr.is_null() || isize::try_from(self.len).is_err() {
            let message = "a string is NULL but not empty, or longer than memory; pass `LP_STR`";
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        // SAFETY: not NULL, of a possible length, and readable as the caller promises.
        Ok(unsafe { slice::from_raw_parts(self.ptr.cast::<u8>(), self.len) })
    }

    /// The text, for a string whose encoding is `code`'s business.
    ///
    /// # Safety
    ///
    /// As for [`lp_str::bytes`].
    pub(crate) unsafe fn text<'a>(self, code: ErrorCode, what: &str) -> Result<&'a str> {
        // SAFETY: the caller's promise is passed on.
        let bytes = unsafe { self.bytes() }?;
        str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            Error::new(code, format!("the {what} is not UTF-8 from byte {at} on; encode it so"))
        })
    }
}

/// Some borrowed strings, which belong to the object that they were asked of, as each of them does.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_strs {
    /// The first string; may be NULL if `len` is 0.
    pub ptr: *const lp_str,
    /// The number of strings.
    pub len: usize,
}

impl lp_strs {
    pub(crate) const EMPTY: lp_strs = lp_strs { ptr: ptr::null(), len: 0 };
}

/// Strings that are lent to C as an array; what they are lent from must live as long.
pub(crate) struct Lent(Box<[lp_str]>);

impl Lent {
    /// Lends the texts of ids, which keep their place wherever the ids are moved to.
    pub(crate) fn ids<'a>(ids: impl IntoIterator<Item = &'a ChangeId>) -> Self {
        Lent(ids.into_iter().map(|id| lp_str::lend(id.as_str())).collect())
    }

    pub(crate) fn all(&self) -> lp_strs {
        lp_strs { ptr: self.0.as_ptr(), len: self.0.len() }
    }
}

// SAFETY: the texts are only read, and no ids are dropped before the object that lends them.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

/// Bytes that the caller owns: a document. A NUL follows the last byte, so a text can be used as a
/// C string. Free it with `lp_buf_free`, exactly once, and change neither field.
#[repr(C)]
#[derive(Debug)]
pub struct lp_buf {
    /// The first byte.
    pub ptr: *mut c_char,
    /// The number of bytes, without the NUL.
    pub len: usize,
}

impl lp_buf {
    /// Hands bytes over to the caller.
    pub(crate) fn give(mut bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        bytes.push(0);
        // Exactly `len + 1` bytes, so that the length is all that is needed to free them.
        let ptr = Box::into_raw(bytes.into_boxed_slice()).cast();
        lp_buf { ptr, len }
    }
}

/// Frees a buffer and empties it, so that a second call does nothing. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_buf_free(buf: *mut lp_buf) {
    let _ = guard(|| {
        if buf.is_null() {
            return;
        }
        // SAFETY: not NULL, so the caller owns what it points to.
        let old = unsafe { buf.replace(lp_buf { ptr: ptr::null_mut(), len: 0 }) };
        if !old.ptr.is_null() {
            let whole = ptr::slice_from_raw_parts_mut(old.ptr.cast::<u8>(), old.len + 1);
            // SAFETY: `give` made it of exactly these many bytes, and the caller changes neither
            // field.
            drop(unsafe { Box::from_raw(whole) });
        }
    });
}

/// The version of the binary interface that the library has. Compare it with `LP_ABI_VERSION` once
/// at start: if they differ, header and library do not belong together.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_abi_version() -> u32 {
    LP_ABI_VERSION
}

/// The version of the library, such as `0.1.0`. Valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_version() -> lp_str {
    lp_str::lend(env!("CARGO_PKG_VERSION"))
}

/// The stable name of a status, such as `duplicate_key`; `ok` for 0, empty for a number that is
/// none. Valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_status_name(status: u32) -> lp_str {
    name(|| {
        let codes = ErrorCode::ALL.iter().map(|code| (code.number(), code.name()));
        codes.chain([(0, "ok")]).find(|(number, _)| *number == status).map(|(_, name)| name)
    })
}

/// The stable name of a verdict, such as `needs_action`; empty for a number that is none. Valid for
/// ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_verdict_name(verdict: u32) -> lp_str {
    name(|| Verdict::ALL.into_iter().find(|it| it.number() == verdict).map(Verdict::name))
}

/// Whether a verdict is a go: true for `LP_VERDICT_GO` and `LP_VERDICT_GO_WAIVED` only.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_verdict_is_go(verdict: u32) -> bool {
    let found = || Verdict::ALL.into_iter().find(|it| it.number() == verdict);
    guard(|| found().is_some_and(Verdict::is_go)).unwrap_or(false)
}

/// The stable name of a reason code, such as `approval_stale`; empty for a number that is none.
/// Valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_reason_name(code: u32) -> lp_str {
    name(|| reason(code).map(ReasonCode::name))
}

/// What a reason code says to people, in a few words; `{name}` stands for the argument of that
/// name. Empty for a number that is none. Valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_reason_text(code: u32) -> lp_str {
    name(|| reason(code).map(ReasonCode::text))
}

fn reason(code: u32) -> Option<ReasonCode> {
    ReasonCode::ALL.iter().copied().find(|it| it.number() == code)
}

fn name(find: impl FnOnce() -> Option<&'static str>) -> lp_str {
    guard(find).ok().flatten().map_or(lp_str::EMPTY, lp_str::lend)
}
