//! Versions, and the names of numbers.

use lynchpin::base::ErrorCode;
use lynchpin::reason::{ReasonCode, Verdict};

use crate::guard::guard;
use crate::kinds::LP_ABI_VERSION;
use crate::text::lp_str;

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

/// Whether a verdict is a go: true for `LP_VERDICT_GO` and `LP_VERDICT_GO_WAIVED` only. Whether a
/// decision lets something go is for `lp_decision_is_go` to say: that of a what-if does not.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_verdict_is_go(verdict: u32) -> bool {
    guard(|| Verdict::ALL.into_iter().any(|it| it.number() == verdict && it.is_go()))
        .unwrap_or(false)
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

/// A name that lives for ever, empty if there is none.
pub(crate) fn name(find: impl FnOnce() -> Option<&'static str>) -> lp_str {
    guard(find).ok().flatten().map_or(lp_str::EMPTY, lp_str::lend)
}
