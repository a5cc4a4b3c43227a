//! Instants as text and back.

use lynchpin::base::{ErrorCode, Instant};

use crate::error::lp_error;
use crate::guard::call;
use crate::kinds::LP_NEVER;
use crate::text::{lp_buf, lp_str};

/// Reads an instant such as `2026-11-03T10:00:00Z` or `2026-11-03T10:00:00.250000Z` into
/// microseconds since 1970: UTC, no fraction or six digits of it, 1970 to 9999.
///
///     int64_t at = 0;
///     if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &at, &error) != LP_STATUS_OK) {
///         return fail(error);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_instant_parse(
    text: lp_str,
    at_out: *mut i64,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(at_out, error_out, || {
            let instant: Instant = text.text(ErrorCode::InstantMalformed, "instant")?.parse()?;
            Ok(instant.micros())
        })
    }
}

/// Writes an instant as `lp_instant_parse` reads it; LP_NEVER becomes `never`. Free the buffer with
/// `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_instant_text(
    at: i64,
    text_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(text_out, error_out, || {
            let text = match at {
                LP_NEVER => "never".to_owned(),
                _ => Instant::from_micros(at)?.to_string(),
            };
            Ok(lp_buf::give(text.into_bytes()))
        })
    }
}
