//! Why a call failed.

use lynchpin::base::Error;

use crate::codes::{LP_STATUS_BAD_ARGUMENT, LP_STATUS_OK};
use crate::guard::{call_on, look_at, read, status_of};
use crate::handle::{self, Object};
use crate::text::{lp_buf, lp_str};
use crate::views::{at, fill, view};

/// Why a call failed: a status, a message, and every problem found with its place. Never changes;
/// share it freely between threads. Free it with `lp_error_free`.
pub struct lp_error {
    _private: [u8; 0],
}

pub(crate) struct Failure {
    error: Error,
    message: String,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        Failure { error, message }
    }
}

impl Object for lp_error {
    type Value = Failure;
    const MAGIC: u64 = 0x1f8c_e5b1_9a06_d3e1;
    const NAME: &'static str = "lp_error";
}

/// One thing that is wrong with a document or a question. Set `struct_size` before the call.
///
///     lp_problem problem = {.struct_size = sizeof problem};
///     for (i = 0; lp_error_problem_at(error, i, &problem) == LP_STATUS_OK; i++) {
///         fprintf(stderr, "%.*s (line %u): %.*s\n", (int)problem.path.len, problem.path.ptr,
///                 (unsigned)problem.line, (int)problem.message.len, problem.message.ptr);
///     }
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_problem {
    /// `sizeof(lp_problem)`, set by the caller.
    pub struct_size: usize,
    /// The kind of problem: LP_STATUS_...
    pub code: u32,
    /// What is wrong and what to do about it.
    pub message: lp_str,
    /// Where in the document, such as `$.changes[3].requires`; empty if it has no place.
    pub path: lp_str,
    /// The line, from 1; 0 if unknown.
    pub line: u64,
    /// The column in that line, from 1; 0 if unknown.
    pub column: u64,
}

view!(lp_problem, column: u64);

/// The status that the call returned. LP_STATUS_OK for NULL, which is no error; for what is not an
/// error object LP_STATUS_BAD_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_status(error: *const lp_error) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(error, if_none(error), |failure| status_of(failure.error.code())) }
}

/// All problems as one text, a line for each. Valid until the error is freed; empty for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_message(error: *const lp_error) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(error, lp_str::EMPTY, |failure| lp_str::lend(&failure.message)) }
}

/// How many problems were found: 1 to 100; 0 for NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_problem_count(error: *const lp_error) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(error, 0, |failure| failure.error.problems().len()) }
}

/// One problem, by its index from 0. Its strings are valid until the error is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_problem_at(
    error: *const lp_error,
    index: usize,
    problem_out: *mut lp_problem,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(error, std::ptr::null_mut(), |failure| {
            let problem = at(failure.error.problems(), index)?;
            let view = lp_problem {
                struct_size: 0,
                code: status_of(problem.code),
                message: lp_str::lend(&problem.message),
                path: lp_str::lend(&problem.path),
                line: problem.line,
                column: problem.column,
            };
            fill(problem_out, view)
        })
    }
}

/// The error as JSON: `{"problems": [{"code", "message", "path", "line", "column"}, ...]}` on one
/// line. Free the buffer with `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_json(error: *const lp_error, json_out: *mut lp_buf) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(error, json_out, std::ptr::null_mut(), |failure| {
            let object = serde_json::json!({ "problems": failure.error.problems() });
            Ok(lp_buf::give(object.to_string().into_bytes()))
        })
    }
}

/// Frees an error. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_error_free(error: *mut lp_error) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(error) }
}

/// What the status of an object reads as that turns out to be no error.
fn if_none(error: *const lp_error) -> u32 {
    if error.is_null() { LP_STATUS_OK } else { LP_STATUS_BAD_ARGUMENT }
}
