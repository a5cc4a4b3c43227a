//! A snapshot: answers questions about what the engine held when it was made.

use lynchpin::base::id::{ChangeId, ReleaseId, StageId};
use lynchpin::base::{Error, ErrorCode, Instant, Result, Subject};
use lynchpin::plan::{Direction, PlanScope};
use lynchpin::portfolio::{DecideQuestion, PlanQuestion, ReachQuestion, ScoreQuestion, Snapshot};
use lynchpin::wire;

use crate::decision::{Decided, lp_decision};
use crate::error::lp_error;
use crate::guard::call_on;
use crate::handle::{self, Object};
use crate::ids::{Ids, lp_ids};
use crate::kinds::{
    LP_DIRECTION_DOWNSTREAM, LP_DIRECTION_UPSTREAM, LP_SCOPE_ALL, LP_SCOPE_READY,
    LP_SUBJECT_CHANGE, LP_SUBJECT_RELEASE,
};
use crate::plan::{Planned, lp_plan};
use crate::score::{Scored, lp_score};
use crate::text::{lp_buf, lp_str};

/// What an engine held at one moment. Never changes; any number of threads may ask it at once. Free
/// it with `lp_snapshot_free` when no thread uses it any more.
pub struct lp_snapshot {
    _private: [u8; 0],
}

impl Object for lp_snapshot {
    type Value = Snapshot;
    const MAGIC: u64 = 0xb2a7_4e09_6fd8_15c3;
    const NAME: &'static str = "lp_snapshot";
}

/// Answers any question: JSON in, JSON out, the same bytes in every language.
///
/// A question is an object with one of these names, whose value holds the fields beside it; a
/// `stage`, a `detail` and a `scope` may be left out, which means the first stage not wholly
/// entered, "unmet" and "all".
///
/// - `decide`: `subject`, `at`, `stage`, `detail`: "verdict", "unmet" or "full"
/// - `verdicts`: `at`, `stage`: whether each release, with each of its changes, and each change in
///   none may go, without the reasons
/// - `plan`: `subject`, `at`, `stage`, `scope`: "all" or "ready"
/// - `score`: `subject`, `at`
/// - `reach`: `change`, `at`, `direction`: "upstream" to what it needs, or "downstream" to what
///   needs it
/// - `calendar`: `stage`, `at`, and `subject` or `service`, `environment`: whether work may go on
///   there, and when and why that changes
/// - `claim`: `subject`, `at`, `by`, `stage`, and `via`, `digest`, `expires`, `not_after`,
///   `detail`: the entry to append or, if it may not enter, the `decision`
/// - `record`: `subject`, `at`, `by`, `stage`: the decision as a fact to append
/// - `breaches`, `obligations`, `policies`: `at`: what was deployed without a claim, what is or was
///   owed, which policies came into force
/// - `waiting`: `at`, `who`: {"person": "ann"} or {"group": "cab"}, `within`, such as "7d": what
///   waits for whom
/// - `agenda`: `board`, `at`: what a board is to decide at its next meeting
/// - `ending`: `at`, `within`: what ends, and what becomes a go or ceases to be one
/// - `next_states`: `subject`, `at`, `workflow`, `close_code`: where it is in its workflow, and
///   where it may go
/// - `waiver_debt`: `at`: what rests on waivers, since when and for how long yet
/// - `population`: `stage`, `from`, `to`, `at`: what was deployed into a stage in a period, and
///   what was behind each deployment
/// - `queue`: `stage`, `at`, `items`: [{"subject": ..., "failure": "0.05"}, ...], the first to go
///   first, `slots`, `runs`: which may go in parallel, which must wait, and what if one fails
/// - `compose`: `at`, `release` or `candidates` (each a `change`, and `value`, `risk`,
///   `effort_minutes`, `duration`), `budgets` (`risk`, `effort_minutes`, `window`), `value`,
///   `duration`, `stage`, `assume`: "go" or "all": the best release that can ship
/// - `actions`: `subject`, `at`, `stage`, `waiting`: "avoid" or "allow": the least that must be
///   done for it to go, and who can
/// - `collisions`: `at`, `from`, `to`: which open releases get in each other's way
/// - `changed`: `subject`, `from`, `to`, `stage`: what changed in a decision, and through what
/// - `lint_policy`: `at`, `policy` (TOML; the one in force, if it is left out): what is wrong in it
/// - `compare_policies`: `after`, `at`, `before` (the one in force, if it is left out)
/// - `dry_run`: `policy`, `at`, `since`: which decisions it would flip
/// - `workflow`: `name` or `text`, and `state` or `code`, `situation`
///
/// A `decide` may have a `what_if`: an object of `policy` (TOML, asked instead) and `ignoring` (a
/// list of facts, as reasons cite them); its answer is marked, and no go. A subject is
/// {"change": "C-7"} or {"release": "R-11"}, an instant "2026-11-03T10:00:00Z". The answer is one
/// line without a newline at its end. On success `*answer_out` is yours: free it with
/// `lp_buf_free`.
///
///     lp_buf answer = {NULL, 0};
///     const char *question = "{\"reach\": {\"change\": \"C-7\", \"direction\": \"upstream\","
///                            " \"at\": \"2026-11-03T10:00:00Z\"}}";
///     if (lp_ask(snapshot, LP_TEXT(question), &answer, &error) == LP_STATUS_OK) {
///         puts(answer.ptr);
///     }
///     lp_buf_free(&answer);
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ask(
    snapshot: *const lp_snapshot,
    question_json: lp_str,
    answer_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, answer_out, error_out, |snapshot| {
            wire::ask(snapshot, question_json.bytes()?).map(lp_buf::give)
        })
    }
}

/// Decides whether a change or a release may go to a stage at an instant, and why.
///
/// `subject_kind` is an LP_SUBJECT_ number. An empty `stage` means the first stage that the subject
/// has not wholly entered. `at` is in microseconds since 1970-01-01T00:00:00Z. A refusal is an
/// answer, not a failure: ask it for its verdict. On success `*decision_out` is yours: free it with
/// `lp_decision_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_decide(
    snapshot: *const lp_snapshot,
    subject_kind: u32,
    subject_id: lp_str,
    stage: lp_str,
    at: i64,
    decision_out: *mut *mut lp_decision,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, decision_out, error_out, |snapshot| {
            let mut question =
                DecideQuestion::new(subject(subject_kind, subject_id)?, Instant::from_micros(at)?);
            question.stage = stage_of(stage)?;
            Ok(handle::new(Decided::new(snapshot.clone(), snapshot.decide(&question)?)))
        })
    }
}

/// Says in which order a change or a release ships to a stage, and what cannot. `scope` is an
/// LP_SCOPE_ number; the other inputs are those of `lp_snapshot_decide`. On success `*plan_out` is
/// yours: free it with `lp_plan_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_plan(
    snapshot: *const lp_snapshot,
    subject_kind: u32,
    subject_id: lp_str,
    stage: lp_str,
    at: i64,
    scope: u32,
    plan_out: *mut *mut lp_plan,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, plan_out, error_out, |snapshot| {
            let mut question =
                PlanQuestion::new(subject(subject_kind, subject_id)?, Instant::from_micros(at)?);
            question.stage = stage_of(stage)?;
            question.scope = scope_of(scope)?;
            Ok(handle::new(Planned::new(snapshot.clone(), snapshot.plan(&question)?)))
        })
    }
}

/// Says how risky a change or a release is, and what makes it so. The inputs are those of
/// `lp_snapshot_decide`. On success `*score_out` is yours: free it with `lp_score_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_score(
    snapshot: *const lp_snapshot,
    subject_kind: u32,
    subject_id: lp_str,
    at: i64,
    score_out: *mut *mut lp_score,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, score_out, error_out, |snapshot| {
            let subject = subject(subject_kind, subject_id)?;
            let question = ScoreQuestion::new(subject, Instant::from_micros(at)?);
            let score = snapshot.score(&question)?;
            Ok(handle::new(Scored { snapshot: snapshot.clone(), score }))
        })
    }
}

/// Finds what a change needs, or what needs it, directly or through others: along all alternatives
/// of its requirements and what ships together with it, without the change itself, in order of ids.
/// `direction` is an LP_DIRECTION_ number. On success `*ids_out` is yours: free it with
/// `lp_ids_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_reach(
    snapshot: *const lp_snapshot,
    change: lp_str,
    direction: u32,
    at: i64,
    ids_out: *mut *mut lp_ids,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, ids_out, error_out, |snapshot| {
            let change = ChangeId::new(change.text(ErrorCode::IdNotCanonical, "id")?)?;
            let direction = direction_of(direction)?;
            let question = ReachQuestion::new(change, direction, Instant::from_micros(at)?);
            Ok(handle::new(Ids::new(snapshot.reach(&question)?.changes)))
        })
    }
}

/// Lists the releases known at an instant and not cancelled by then, in order of ids. On success
/// `*ids_out` is yours: free it with `lp_ids_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_releases(
    snapshot: *const lp_snapshot,
    at: i64,
    ids_out: *mut *mut lp_ids,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, ids_out, error_out, |snapshot| {
            Ok(handle::new(Ids::new(snapshot.releases(Instant::from_micros(at)?))))
        })
    }
}

/// Lists the changes known at an instant and not cancelled by then, in order of ids. On success
/// `*ids_out` is yours: free it with `lp_ids_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_changes(
    snapshot: *const lp_snapshot,
    at: i64,
    ids_out: *mut *mut lp_ids,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, ids_out, error_out, |snapshot| {
            Ok(handle::new(Ids::new(snapshot.changes(Instant::from_micros(at)?))))
        })
    }
}

/// Lists the stages of the portfolio, first to enter first. On success `*ids_out` is yours: free it
/// with `lp_ids_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_stages(
    snapshot: *const lp_snapshot,
    ids_out: *mut *mut lp_ids,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(snapshot, ids_out, error_out, |snapshot| {
            Ok(handle::new(Ids::new(snapshot.stages())))
        })
    }
}

/// Frees a snapshot; what it answered stays. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_snapshot_free(snapshot: *mut lp_snapshot) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(snapshot) }
}

/// # Safety
///
/// The string is readable.
unsafe fn subject(kind: u32, id: lp_str) -> Result<Subject> {
    // SAFETY: the caller's promise is passed on.
    let id = unsafe { id.text(ErrorCode::IdNotCanonical, "id") }?;
    match kind {
        LP_SUBJECT_CHANGE => Ok(Subject::Change(ChangeId::new(id)?)),
        LP_SUBJECT_RELEASE => Ok(Subject::Release(ReleaseId::new(id)?)),
        _ => {
            let message = format!("`{kind}` is no kind of subject: pass an LP_SUBJECT_ number");
            Err(Error::new(ErrorCode::BadArgument, message))
        }
    }
}

/// # Safety
///
/// The string is readable.
unsafe fn stage_of(stage: lp_str) -> Result<Option<StageId>> {
    // SAFETY: the caller's promise is passed on.
    let text = unsafe { stage.text(ErrorCode::IdNotCanonical, "stage") }?;
    if text.is_empty() { Ok(None) } else { StageId::new(text).map(Some) }
}

fn scope_of(scope: u32) -> Result<PlanScope> {
    match scope {
        LP_SCOPE_ALL => Ok(PlanScope::All),
        LP_SCOPE_READY => Ok(PlanScope::Ready),
        _ => {
            let message = format!("`{scope}` is no scope: pass an LP_SCOPE_ number");
            Err(Error::new(ErrorCode::BadArgument, message))
        }
    }
}

fn direction_of(direction: u32) -> Result<Direction> {
    match direction {
        LP_DIRECTION_UPSTREAM => Ok(Direction::Upstream),
        LP_DIRECTION_DOWNSTREAM => Ok(Direction::Downstream),
        _ => {
            let message = format!("`{direction}` is no direction: pass an LP_DIRECTION_ number");
            Err(Error::new(ErrorCode::BadArgument, message))
        }
    }
}
