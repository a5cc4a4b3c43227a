//! The engine: takes facts and a policy in, gives snapshots out.

use std::sync::{Mutex, MutexGuard};

use lynchpin::base::{Error, ErrorCode, Limits, Result};
use lynchpin::portfolio::Engine;
use lynchpin::wire;

use crate::error::lp_error;
use crate::guard::{call, call_on, change};
use crate::handle::{self, Object};
use crate::kinds::{LP_LIMITS_BULK, LP_LIMITS_UNTRUSTED};
use crate::snapshot::lp_snapshot;
use crate::text::lp_str;

/// Takes facts and a policy in. It changes; what answers questions is a snapshot of it. Calls from
/// several threads take turns; free it with `lp_engine_free` when no thread uses it any more.
///
/// A panic breaks it, if it happens in a call that changes it: from then on it answers
/// LP_STATUS_BROKEN and can only be freed. Its snapshots stay whole.
pub struct lp_engine {
    _private: [u8; 0],
}

pub(crate) struct Shared {
    limits: Limits,
    engine: Mutex<Engine>,
}

impl Shared {
    fn lock(&self) -> Result<MutexGuard<'_, Engine>> {
        self.engine.lock().map_err(|_| {
            Error::new(ErrorCode::Broken, "an earlier call on this engine panicked: make a new one")
        })
    }
}

impl Object for lp_engine {
    type Value = Shared;
    const MAGIC: u64 = 0x8d5e_21f7_c3b4_90a1;
    const NAME: &'static str = "lp_engine";
}

/// Makes an empty engine.
///
/// `limits` is LP_LIMITS_UNTRUSTED or LP_LIMITS_BULK. On success `*engine_out` is yours: free it
/// with `lp_engine_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_engine_new(
    limits: u32,
    engine_out: *mut *mut lp_engine,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(engine_out, error_out, || {
            let limits = match limits {
                LP_LIMITS_UNTRUSTED => Limits::untrusted(),
                LP_LIMITS_BULK => Limits::bulk(),
                _ => {
                    let message = format!("`{limits}` are no limits: pass an LP_LIMITS_ number");
                    return Err(Error::new(ErrorCode::BadArgument, message));
                }
            };
            let engine = Mutex::new(Engine::new(limits));
            Ok(handle::new(Shared { limits, engine }))
        })
    }
}

/// Takes in a portfolio document (JSON, `portfolio/1`): all of it, or on failure nothing.
///
/// May be called again with further documents; an equal fact twice has one effect. Snapshots made
/// before do not change. The error names every problem found, up to a hundred.
///
/// Takes time in proportion to everything that the engine then holds, not to the document alone:
/// all of it is checked together each time. One large document is faster than many small ones.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_engine_load(
    engine: *mut lp_engine,
    portfolio_json: lp_str,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change(engine, error_out, |shared| {
            let portfolio = wire::read_portfolio(portfolio_json.bytes()?, shared.limits)?;
            shared.lock()?.add(portfolio)
        })
    }
}

/// Sets the policy (TOML) that answers from now on, also where the portfolio itself adopts one.
///
/// Where the portfolio adopts none, this is the policy in force. Where it adopts another, every
/// answer is a what-if: it says what this policy would say, `lp_decision_what_if` is true and
/// `lp_decision_is_go` false, whatever the verdict. An adopted policy with the same content is the
/// same policy. On failure the former one stays.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_engine_set_policy(
    engine: *mut lp_engine,
    policy_toml: lp_str,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change(engine, error_out, |shared| {
            let text = policy_toml.text(ErrorCode::DocumentNotUtf8, "policy")?;
            shared.lock()?.set_policy(text)
        })
    }
}

/// Makes a snapshot of all that was taken in so far.
///
/// Cheap: nothing is copied. It waits for a load in progress in another thread, however long that
/// takes; keep the former snapshot to answer in the meantime. On success `*snapshot_out` is yours:
/// free it with `lp_snapshot_free`. It does not depend on the engine, which may be freed first.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_engine_snapshot(
    engine: *const lp_engine,
    snapshot_out: *mut *mut lp_snapshot,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(engine, snapshot_out, error_out, |shared| {
            Ok(handle::new(shared.lock()?.snapshot()))
        })
    }
}

/// Frees an engine; its snapshots stay. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_engine_free(engine: *mut lp_engine) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(engine) }
}
