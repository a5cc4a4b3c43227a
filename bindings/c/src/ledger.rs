//! A ledger: facts that are kept, decided on and proved.

use std::path::PathBuf;

use lynchpin::base::{Error, ErrorCode, Instant, Limits, Result};
use lynchpin::wire::read_portfolio;
use lynchpin_store::receipt::prove_receipt;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Draft, Outcome, Shared};

use crate::error::lp_error;
use crate::guard::{call, change, change_on};
use crate::handle::{self, Object};
use crate::kinds::LP_ANY_SIZE;
use crate::opening::{lp_ledger_options, opening};
use crate::snapshot::lp_snapshot;
use crate::text::{lp_buf, lp_str};
use crate::views::{fill, room, view};

/// A ledger that is open: facts in the order in which they were accepted, each at its place for
/// ever, and decisions on exactly what stands there. Many processes may have one file open. Calls
/// from several threads take turns; free it with `lp_ledger_free` when no thread uses it any more.
///
/// It belongs to the process that opened it: in a child made by fork() every call answers
/// LP_STATUS_STORE_FORKED, and freeing it there does nothing to the file. A panic in a call breaks
/// it: from then on it answers LP_STATUS_BROKEN and can only be freed. What was appended stays.
pub struct lp_ledger {
    _private: [u8; 0],
}

impl Object for lp_ledger {
    type Value = Shared;
    const MAGIC: u64 = 0x93c4_0b6e_71d8_fa25;
    const NAME: &'static str = "lp_ledger";
}

/// Begins a ledger of that name in a file, or opens the one that is there.
///
/// `path` is the file, which must not lie on a network file system; beside it stand two more of the
/// same name with `-wal` and `-shm` while it is open. `origin` is the name that stands in every
/// checkpoint, such as `acme.example/releases`: choose one that nobody else has. `options` may be
/// NULL. What is acknowledged was written through to the disk. On success `*ledger_out` is yours:
/// free it with `lp_ledger_free`.
///
///     lp_ledger *ledger = NULL;
///     lp_ledger_options options = {.struct_size = sizeof options, .secret = secret};
///     uint32_t status = lp_ledger_create(LP_TEXT(path), LP_STR("acme.example/releases"), &options,
///                                        &ledger, &error);
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_create(
    path: lp_str,
    origin: lp_str,
    options: *const lp_ledger_options,
    ledger_out: *mut *mut lp_ledger,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(ledger_out, error_out, || {
            let opening = opening(options)?;
            let origin = origin.text(ErrorCode::CheckpointInvalid, "name of the ledger")?;
            let store = Box::new(Sqlite::create(&path_of(path)?)?);
            Ok(handle::new(Shared::new(opening.create(store, origin)?)))
        })
    }
}

/// Opens a ledger that is there.
///
/// Its newest checkpoint is checked and all that came since, and so is what `options` says of
/// `since`. `options` may be NULL, to read without a key. On success `*ledger_out` is yours: free
/// it with `lp_ledger_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_open(
    path: lp_str,
    options: *const lp_ledger_options,
    ledger_out: *mut *mut lp_ledger,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(ledger_out, error_out, || {
            let opening = opening(options)?;
            let store = Box::new(Sqlite::open(&path_of(path)?)?);
            Ok(handle::new(Shared::new(opening.open(store)?)))
        })
    }
}

/// Begins a ledger in memory, for tests and for trying out: it is gone when it is freed.
///
/// `origin` and `options` are as for `lp_ledger_create`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_in_memory(
    origin: lp_str,
    options: *const lp_ledger_options,
    ledger_out: *mut *mut lp_ledger,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(ledger_out, error_out, || {
            let mut opening = opening(options)?;
            opening.volatile = true;
            let origin = origin.text(ErrorCode::CheckpointInvalid, "name of the ledger")?;
            let ledger = opening.create(Box::new(Memory::default()), origin)?;
            Ok(handle::new(Shared::new(ledger)))
        })
    }
}

/// Does anything that a ledger does: JSON in, JSON out, the same bytes in every language.
///
/// A request is an object with one of these names, whose value holds the fields beside it. `clock`
/// is what the host's clock says: the ledger reads none.
///
/// - `append`: `facts`, a portfolio document, or `drafts`, a list of {"kind", "fact", "id",
///   "within"} with ids of the host's under which a fact has one effect, and how long ago it may
///   have happened, such as `5m`, if it is not there already; `decided_on`, the size of the ledger
///   that was looked at; `clock`. The reply is `appended` with the `places`, or `conflict` with
///   what came in between: then nothing was appended
/// - `decide`: `subject`, `by`, `clock`, `stage`, `detail`: the decision on all that is recorded,
///   recorded itself: `decided`
/// - `claim`: `subject`, `by`, `clock`, `stage`, `id`, `via`, `digest`, `expires`, `not_after`,
///   `detail`: enters the stage if it is a go, while nobody else can append. The reply is `claimed`
///   with the `receipt`, or `refused` with the decision
/// - `ask`: `question`, as for `lp_ask`, and `at`, the size to ask at: `answer`
/// - `head`: what the ledger is: `origin`, `size`, `root`, `key`, `checkpoint`
/// - `log`: `from`, `count`: the entries
/// - `receipt`: `sequence`: the text that proves the entry at that place
/// - `consistency`: `old`, `new`: proves that one size is the beginning of another
/// - `checkpoint`: signs what the ledger is now
/// - `snapshot`: keeps what is known, signed, so that it opens faster
/// - `verify`: `kept`, checkpoints that were kept elsewhere: looks at every entry, the tree, the
///   checkpoints, the snapshot and what was erased. The reply is `verified` with the `findings`,
///   none if nothing is wrong
/// - `erase`: `from`, `to`, `by`, `clock`, `reason`, `kept_for`: forgets the words of entries; all
///   proofs and verdicts stay
///
/// A refusal and a conflict are replies, not failures. Whoever does not know what became of a
/// request makes it again: what is there already has no second effect, and a claim under an `id` is
/// made once. On success `*reply_out` is yours: free it with `lp_buf_free`.
///
///     lp_buf reply = {NULL, 0};
///     const char *claim = "{\"claim\": {\"subject\": {\"release\": \"R-11\"},"
///                         " \"stage\": \"production\", \"by\": \"mei\", \"id\": \"ship-R-11\","
///                         " \"clock\": \"2026-11-03T10:00:00Z\"}}";
///     if (lp_ledger_request(ledger, LP_TEXT(claim), &reply, &error) == LP_STATUS_OK) {
///         puts(reply.ptr);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_request(
    ledger: *mut lp_ledger,
    request_json: lp_str,
    reply_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change_on(ledger, reply_out, error_out, |shared| {
            let request = request_json.bytes()?;
            shared.with(|ledger| ledger.request(request)).map(lp_buf::give)
        })
    }
}

/// What became of facts that were to be appended. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_appended {
    /// `sizeof(lp_appended)`, set by the caller.
    pub struct_size: usize,
    /// Whether something came in between: then nothing was appended; look at it and decide again.
    pub conflict: bool,
    /// In a conflict the place of the first entry that came in between, else 0.
    pub from: u64,
    /// How many entries the ledger has now.
    pub size: u64,
    /// How many of the facts are new; the others were there already.
    pub added: u64,
    /// When they were recorded; 0 in a conflict.
    pub recorded: i64,
}

view!(lp_appended, recorded: i64);

/// Appends the facts of a portfolio document, all or none.
///
/// `decided_on` is the size of the ledger that it was decided on to append them: if it has another
/// by now, `conflict` is true and nothing was appended. LP_ANY_SIZE appends wherever it ends, as is
/// right for what merely happened. `clock` is what the host's clock says. Ids of the host's, and
/// the places, are a matter of `lp_ledger_request`.
///
///     lp_appended appended = {.struct_size = sizeof appended};
///     if (lp_ledger_append(ledger, LP_TEXT(portfolio), LP_ANY_SIZE, clock, &appended, &error)
///         == LP_STATUS_OK) {
///         printf("%u facts are new\n", (unsigned)appended.added);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_append(
    ledger: *mut lp_ledger,
    portfolio_json: lp_str,
    decided_on: u64,
    clock: i64,
    appended_out: *mut lp_appended,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change(ledger, error_out, |shared| {
            room(appended_out.cast_const())?;
            let facts = read_portfolio(portfolio_json.bytes()?, Limits::untrusted())?;
            let (facts, clock) = (Draft::all(facts)?, Instant::from_micros(clock)?);
            let decided_on = (decided_on != LP_ANY_SIZE).then_some(decided_on);
            let outcome = shared.with(|ledger| ledger.append(facts, decided_on, clock))?;
            fill(appended_out, appended(&outcome))
        })
    }
}

fn appended(outcome: &Outcome) -> lp_appended {
    match outcome {
        Outcome::Appended(it) => lp_appended {
            struct_size: 0,
            conflict: false,
            from: 0,
            size: it.size,
            added: u64::try_from(it.new).unwrap_or(u64::MAX),
            recorded: it.recorded.micros(),
        },
        Outcome::Conflict(between) => lp_appended {
            struct_size: 0,
            conflict: true,
            from: between.start,
            size: between.end.saturating_sub(1),
            added: 0,
            recorded: 0,
        },
    }
}

/// Sets the policy (TOML) that answers where the ledger adopts none, as `lp_engine_set_policy`.
///
/// It is not kept in the file: set it each time the ledger is opened, or append an adoption.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_set_policy(
    ledger: *mut lp_ledger,
    policy_toml: lp_str,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change(ledger, error_out, |shared| {
            let text = policy_toml.text(ErrorCode::DocumentNotUtf8, "policy")?;
            shared.with(|ledger| ledger.set_policy(text))
        })
    }
}

/// Takes in what others have appended, and makes a snapshot of all that is recorded.
///
/// On success `*snapshot_out` is yours: free it with `lp_snapshot_free`. It does not depend on the
/// ledger, which may be freed first, and it does not change. What it decides is not recorded; a
/// request to `decide` or to `claim` is.
///
///     if (lp_ledger_snapshot(ledger, &snapshot, &error) == LP_STATUS_OK
///         && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"),
///                               LP_STR("production"), clock, &decision, &error) == LP_STATUS_OK) {
///         puts(lp_decision_is_go(decision) ? "go" : "no go");
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_snapshot(
    ledger: *mut lp_ledger,
    snapshot_out: *mut *mut lp_snapshot,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change_on(ledger, snapshot_out, error_out, |shared| {
            let snapshot = shared.with(|ledger| {
                ledger.refresh()?;
                Ok(ledger.snapshot())
            })?;
            Ok(handle::new(snapshot))
        })
    }
}

/// Frees a ledger; its file and its snapshots stay. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ledger_free(ledger: *mut lp_ledger) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(ledger) }
}

/// Checks a receipt, without the ledger: that its entry stands in a ledger which the key signs for.
///
/// `receipt` is the text that a claim or a request for a `receipt` gave, `key` the public key,
/// `name+id+key`, as the owner of the ledger has published it. On success `*proved_out` is yours:
/// {"entry": ..., "checkpoint": {"origin", "size", "root"}} on one line. Whether the entry is the
/// one that was asked for is for the caller to see: look at its `kind` and its `fact`.
///
///     lp_buf proved = {NULL, 0};
///     if (lp_receipt_prove(receipt, key, &proved, &error) == LP_STATUS_OK) {
///         puts(proved.ptr);
///     }
///     lp_buf_free(&proved);
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_receipt_prove(
    receipt: lp_str,
    key: lp_str,
    proved_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(proved_out, error_out, || {
            let receipt = receipt.text(ErrorCode::ReceiptInvalid, "receipt")?;
            let key = key.text(ErrorCode::KeyMalformed, "key")?;
            prove_receipt(receipt, key).map(lp_buf::give)
        })
    }
}

/// A path as the system takes it.
///
/// # Safety
///
/// As for [`lp_str::bytes`].
unsafe fn path_of(path: lp_str) -> Result<PathBuf> {
    // SAFETY: the caller's promise is passed on.
    let bytes = unsafe { path.bytes() }?;
    if bytes.is_empty() || bytes.contains(&0) {
        let message = "the path is empty or holds a NUL; pass that of a file";
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as above.
        unsafe { path.text(ErrorCode::BadArgument, "path") }.map(PathBuf::from)
    }
}
