//! Strings and buffers.

use std::ffi::c_char;
use std::{ptr, slice};

use lynchpin::base::id::ChangeId;
use lynchpin::base::{Error, ErrorCode, Result};

use crate::guard::guard;

/// A borrowed string: UTF-8, not NUL-terminated. Print it with `"%.*s", (int)s.len, s.ptr`. Make
/// one of a literal with `LP_STR`, of a C string with `LP_TEXT`.
///
/// As an input it is read during the call only; an empty one may have a NULL `ptr`. As an output it
/// belongs to the object that it was asked of and is valid until that object is freed; its `ptr` is
/// never NULL, that of an empty one leads to a NUL that is valid for ever.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_str {
    /// The first byte; in an input it may be NULL if `len` is 0.
    pub ptr: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

impl lp_str {
    /// Lends a text that outlives its use.
    ///
    /// What an empty text points to is anything but NULL: a C program is given a place it can read.
    pub(crate) fn lend(text: &str) -> Self {
        if text.is_empty() {
            return lp_str::EMPTY;
        }
        lp_str { ptr: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) const EMPTY: lp_str = lp_str { ptr: c"".as_ptr(), len: 0 };

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
    /// The first string; NULL if `len` is 0.
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

    /// Lends texts, each of which must stay where it is.
    pub(crate) fn texts(texts: &[String]) -> Self {
        Lent(texts.iter().map(|text| lp_str::lend(text)).collect())
    }

    pub(crate) fn all(&self) -> lp_strs {
        if self.0.is_empty() {
            return lp_strs::EMPTY;
        }
        lp_strs { ptr: self.0.as_ptr(), len: self.0.len() }
    }
}

// SAFETY: the texts are only read, and no ids are dropped before the object that lends them.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

/// Bytes that the caller owns: a document. A NUL follows the last byte, so a text can be used as a
/// C string. Free it with `lp_buf_free`, exactly once, and change neither field.
///
/// Begin with `{NULL, 0}`: a call that fails leaves it as it is, and freeing that does nothing. A
/// call that goes well overwrites it without freeing what it held.
///
///     lp_buf json = {NULL, 0};
///     if (lp_decision_json(decision, LP_DETAIL_FULL, &json, &error) == LP_STATUS_OK) {
///         puts(json.ptr);
///     }
///     lp_buf_free(&json);
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

#[cfg(test)]
mod tests {
    use super::{Lent, lp_str};

    /// No C program gets an address that it cannot read, whatever it does about the length.
    #[test]
    fn what_is_empty_leads_somewhere_or_nowhere() {
        let empty = lp_str::lend("");
        // SAFETY: the literal is valid for ever.
        assert_eq!(unsafe { empty.ptr.read() }, 0);
        assert!(Lent::texts(&[]).all().ptr.is_null());
        assert_eq!(Lent::texts(&[String::new()]).all().len, 1);
    }
}
