//! The answer to "may it go?".

use std::ptr;
use std::sync::OnceLock;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::portfolio::{Decision, Snapshot};
use lynchpin::reason::Node;
use lynchpin::wire;

use crate::error::lp_error;
use crate::guard::{call_on, look_at, read};
use crate::handle::{self, Object};
use crate::ids::Ids;
use crate::kinds::{LP_DETAIL_FULL, LP_DETAIL_UNMET, LP_DETAIL_VERDICT, LP_NEVER};
use crate::text::{lp_buf, lp_str, lp_strs};
use crate::views::{actor, at, clears, fill, lp_actor, micros, subject_kind, view};

/// A verdict with the tree of reasons for it. Never changes; share it freely between threads. Free
/// it with `lp_decision_free`; until then it keeps all that its snapshot holds in memory.
pub struct lp_decision {
    _private: [u8; 0],
}

/// A decision with the texts that are lent to C.
pub(crate) struct Decided {
    /// What was asked: the facts that a reason cites are looked up there.
    pub(crate) snapshot: Snapshot,
    pub(crate) decision: Decision,
    policy: String,
    /// Where in the tree the root blockers stand, so that reading one costs no search.
    blockers: Vec<usize>,
    /// Where in the tree each change of a release stands.
    changes: Vec<usize>,
    /// The arguments of each reason as JSON, written when first asked for.
    args: Vec<OnceLock<String>>,
    /// The facts that each reason cites, looked up when first asked for.
    cites: Vec<OnceLock<Ids>>,
}

impl Decided {
    pub(crate) fn new(snapshot: Snapshot, decision: Decision) -> Self {
        let nodes = decision.reasons().nodes();
        Decided {
            policy: decision.policy.map(|digest| digest.to_string()).unwrap_or_default(),
            blockers: places(nodes, decision.root_blockers()),
            changes: places(nodes, decision.changes()),
            args: nodes.iter().map(|_| OnceLock::new()).collect(),
            cites: nodes.iter().map(|_| OnceLock::new()).collect(),
            snapshot,
            decision,
        }
    }
}

/// The indices of nodes that are lent out of a list, in its order: the same address is the same
/// node.
fn places<'a>(nodes: &'a [Node], chosen: impl Iterator<Item = &'a Node>) -> Vec<usize> {
    let mut chosen = chosen.peekable();
    let mut next = |node: &Node| chosen.next_if(|it| ptr::eq(*it, node)).is_some();
    nodes.iter().enumerate().filter(|(_, node)| next(node)).map(|(index, _)| index).collect()
}

impl Object for lp_decision {
    type Value = Decided;
    const MAGIC: u64 = 0xc96b_03d2_71ae_f845;
    const NAME: &'static str = "lp_decision";
}

/// One node of the tree of reasons. Set `struct_size` before the call. Its strings are valid until
/// the decision is freed.
///
/// The nodes stand in one list, parents before their children: the children of node i begin at i +
/// 1, each follows at the `next` of the one before, and they end before the `next` of node i. This
/// prints the children of node `parent`:
///
///     lp_reason reason = {.struct_size = sizeof reason};
///     if (lp_decision_reason_at(decision, parent, &reason) == LP_STATUS_OK) {
///         size_t child = parent + 1, end = reason.next;
///         while (child < end
///                && lp_decision_reason_at(decision, child, &reason) == LP_STATUS_OK) {
///             lp_str name = lp_reason_name(reason.code);
///             printf("  %u %.*s\n", (unsigned)reason.verdict, (int)name.len, name.ptr);
///             child = reason.next;
///         }
///     }
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_reason {
    /// `sizeof(lp_reason)`, set by the caller.
    pub struct_size: usize,
    /// The index of this node.
    pub index: usize,
    /// The index after its last descendant.
    pub next: usize,
    /// The verdict of this node: LP_VERDICT_...
    pub verdict: u32,
    /// Why: LP_REASON_...
    pub code: u32,
    /// What it is about: LP_SUBJECT_...
    pub subject_kind: u32,
    /// When it clears: LP_CLEARS_...
    pub clears: u32,
    /// The id of what it is about.
    pub subject_id: lp_str,
    /// The gate that asks; empty if none does.
    pub gate: lp_str,
    /// The requirement that is answered; empty if it is none.
    pub requirement: lp_str,
    /// The figures behind it, by name, as a JSON object.
    pub args_json: lp_str,
    /// How many can act on it; see `lp_decision_act_at`.
    pub act_count: usize,
    /// The instant of LP_CLEARS_AT; else LP_NEVER.
    pub clears_at: i64,
    /// The first instant at which it may change without a new fact; LP_NEVER if there is none.
    pub holds_until: i64,
}

view!(lp_reason, holds_until: i64);

/// Whether it may go: a go, waived or not, by the policy in force. The one thing that a program
/// that deploys has to ask. False for a what-if, whatever its verdict, and for anything but a
/// decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_is_go(decision: *const lp_decision) -> bool {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, false, |it| it.decision.is_go()) }
}

/// The verdict: LP_VERDICT_..., or 0, which is no go, for anything but a decision. That of a
/// what-if lets nothing go: see `lp_decision_is_go`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_verdict(decision: *const lp_decision) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| it.decision.verdict().number()) }
}

/// When it becomes a go: LP_CLEARS_..., or 0 for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_clears(decision: *const lp_decision) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| clears(it.decision.clears()).0) }
}

/// The instant at which it becomes a go by itself, in microseconds since 1970; LP_NEVER unless
/// `lp_decision_clears` says LP_CLEARS_AT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_clears_at(decision: *const lp_decision) -> i64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, LP_NEVER, |it| clears(it.decision.clears()).1) }
}

/// The first instant at which the answer may change without a new fact, in microseconds since 1970;
/// LP_NEVER if there is none; 0, which is past, for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_holds_until(decision: *const lp_decision) -> i64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| micros(it.decision.holds_until())) }
}

/// What was asked about: LP_SUBJECT_..., or 0 for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_subject_kind(decision: *const lp_decision) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| subject_kind(&it.decision.subject)) }
}

/// The id of what was asked about. Valid until the decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_subject_id(decision: *const lp_decision) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, lp_str::EMPTY, |it| lp_str::lend(it.decision.subject.id())) }
}

/// The stage that was judged, also if none was asked for. Valid until the decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_stage(decision: *const lp_decision) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, lp_str::EMPTY, |it| lp_str::lend(it.decision.stage.as_str())) }
}

/// The instant asked about, in microseconds since 1970; 0 for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_at(decision: *const lp_decision) -> i64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| it.decision.at.micros()) }
}

/// The digest of the policy it was judged by, such as `sha256:77ab...`; empty if there was none.
/// Valid until the decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_policy(decision: *const lp_decision) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, lp_str::EMPTY, |it| lp_str::lend(&it.policy)) }
}

/// What scored the risks that the policy asks for: the digest of the risk model that it names, or
/// `scorecard/1`; empty if it asks for none. Valid until the decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_risk_model(decision: *const lp_decision) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(decision, lp_str::EMPTY, |it| {
            lp_str::lend(it.decision.risk_model.as_deref().unwrap_or(""))
        })
    }
}

/// Whether it is a what-if, judged by another policy than the one in force: `lp_engine_set_policy`
/// was given one that is not the one that the portfolio adopts. Worth nothing to a gate. True for
/// anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_what_if(decision: *const lp_decision) -> bool {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, true, |it| it.decision.what_if) }
}

/// How many reasons there are, the root included; 0 for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_reason_count(decision: *const lp_decision) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| it.decision.reasons().nodes().len()) }
}

/// One reason, by its index from 0, which is the root.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_reason_at(
    decision: *const lp_decision,
    index: usize,
    reason_out: *mut lp_reason,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { look_at(decision, ptr::null_mut(), |it| fill(reason_out, it.view(index)?)) }
}

/// How many reasons hold the answer back and were not merely passed on along a dependency: what
/// somebody has to do something about. 0 for anything but a decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_root_blocker_count(decision: *const lp_decision) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| it.blockers.len()) }
}

/// One of the reasons that hold the answer back, by its index from 0 among these.
///
///     lp_reason reason = {.struct_size = sizeof reason};
///     for (i = 0; lp_decision_root_blocker_at(decision, i, &reason) == LP_STATUS_OK; i++) {
///         lp_str name = lp_reason_name(reason.code);
///         printf("- %.*s: %.*s %.*s\n", (int)reason.subject_id.len, reason.subject_id.ptr,
///                (int)name.len, name.ptr, (int)reason.args_json.len, reason.args_json.ptr);
///     }
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_root_blocker_at(
    decision: *const lp_decision,
    index: usize,
    reason_out: *mut lp_reason,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(decision, ptr::null_mut(), |it| {
            fill(reason_out, it.view(*at(&it.blockers, index)?)?)
        })
    }
}

/// How many changes were judged: those of a release, or the change itself. 0 for anything but a
/// decision.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_change_count(decision: *const lp_decision) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(decision, 0, |it| it.changes.len()) }
}

/// The reason that holds the verdict of one change, by its index from 0 among these, in order of
/// ids.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_change_at(
    decision: *const lp_decision,
    index: usize,
    reason_out: *mut lp_reason,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(decision, ptr::null_mut(), |it| {
            fill(reason_out, it.view(*at(&it.changes, index)?)?)
        })
    }
}

/// The facts that a reason rests on, by its index: their kind and the digest of their content, such
/// as `approvals/sha256:77ab...`, sorted. Empty if there are none or there is no such reason. Valid
/// until the decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_cites(decision: *const lp_decision, reason: usize) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(decision, lp_strs::EMPTY, |it| it.cites_of(reason).map_or(lp_strs::EMPTY, Ids::all))
    }
}

/// Who can act on a reason: the `index`-th, from 0, of its `act_count`. The id is valid until the
/// decision is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_act_at(
    decision: *const lp_decision,
    reason: usize,
    index: usize,
    actor_out: *mut lp_actor,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(decision, ptr::null_mut(), |it| {
            let node = at(it.decision.reasons().nodes(), reason)?;
            fill(actor_out, actor(at(&node.act, index)?))
        })
    }
}

/// The decision as JSON: the bytes that `lp_ask` answers to the same question. `detail` is an
/// LP_DETAIL_ number. Takes the time of deciding again. Free the buffer with `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_json(
    decision: *const lp_decision,
    detail: u32,
    json_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(decision, json_out, error_out, |it| {
            let detail = match detail {
                LP_DETAIL_VERDICT => wire::Detail::Verdict,
                LP_DETAIL_UNMET => wire::Detail::Unmet,
                LP_DETAIL_FULL => wire::Detail::Full,
                _ => {
                    let message = format!("`{detail}` is no detail: pass an LP_DETAIL_ number");
                    return Err(Error::new(ErrorCode::BadArgument, message));
                }
            };
            let Decision { subject, stage, at, .. } = &it.decision;
            let (subject, stage) = (subject.clone(), Some(stage.clone()));
            let asked = wire::Question::Decide(wire::Decide {
                subject,
                stage,
                at: *at,
                detail,
                what_if: None,
            });
            asked.ask(&it.snapshot)?.to_bytes().map(lp_buf::give)
        })
    }
}

/// Frees a decision. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_decision_free(decision: *mut lp_decision) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(decision) }
}

impl Decided {
    fn view(&self, index: usize) -> Result<lp_reason> {
        let node = at(self.decision.reasons().nodes(), index)?;
        let (clears, clears_at) = clears(node.clears);
        Ok(lp_reason {
            struct_size: 0,
            index,
            next: node.next,
            verdict: node.verdict.number(),
            code: node.code.number(),
            subject_kind: subject_kind(&node.subject),
            clears,
            subject_id: lp_str::lend(node.subject.id()),
            gate: node.gate.as_ref().map_or(lp_str::EMPTY, |id| lp_str::lend(id.as_str())),
            requirement: node
                .requirement
                .as_ref()
                .map_or(lp_str::EMPTY, |id| lp_str::lend(id.as_str())),
            args_json: lp_str::lend(self.args_of(index, node)?),
            act_count: node.act.len(),
            clears_at,
            holds_until: micros(node.holds_until),
        })
    }

    fn cites_of(&self, index: usize) -> Option<&Ids> {
        let node = self.decision.reasons().nodes().get(index)?;
        let cites = || Ids::new(wire::cites(&self.snapshot, node));
        Some(self.cites.get(index)?.get_or_init(cites))
    }

    fn args_of(&self, index: usize, node: &Node) -> Result<&str> {
        let cell = at(&self.args, index)?;
        if let Some(text) = cell.get() {
            return Ok(text);
        }
        let text = args_json(node)?;
        Ok(cell.get_or_init(|| text))
    }
}

/// The arguments of a reason as a JSON object, in their own order.
fn args_json(node: &Node) -> Result<String> {
    let unwritten = |error: serde_json::Error| Error::new(ErrorCode::Other, error.to_string());
    let mut text = String::from("{");
    for (index, (name, arg)) in node.args.iter().enumerate() {
        text.push_str(if index > 0 { "," } else { "" });
        text.push_str(&serde_json::to_string(name).map_err(unwritten)?);
        text.push(':');
        text.push_str(&serde_json::to_string(arg).map_err(unwritten)?);
    }
    text.push('}');
    Ok(text)
}
