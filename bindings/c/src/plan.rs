//! The answer to "in which order does it ship, and what does not?".

use std::ptr;

use lynchpin::model::change::ConflictScope;
use lynchpin::plan::{Plan, PlanScope, Why};
use lynchpin::portfolio::Snapshot;
use lynchpin::wire::Answer;

use crate::error::lp_error;
use crate::guard::{call_on, look_at, read};
use crate::handle::{self, Object};
use crate::kinds::{
    LP_CONFLICT_EXCLUSIVE, LP_CONFLICT_IN_FLIGHT, LP_DROPPED_CYCLE, LP_DROPPED_MISSING,
    LP_DROPPED_NOT_GO, LP_SCOPE_ALL, LP_SCOPE_READY,
};
use crate::text::{Lent, lp_buf, lp_str, lp_strs};
use crate::views::{at, fill, subject_kind, view};

/// An order in which changes ship, and what does not ship. Never changes; share it freely between
/// threads. Free it with `lp_plan_free`; until then it keeps all that its snapshot holds in memory.
///
/// A wave holds what can ship at the same time; a group of a wave ships as one, its changes in the
/// order given.
///
///     for (wave = 0; wave < lp_plan_wave_count(plan); wave++) {
///         for (group = 0; group < lp_plan_group_count(plan, wave); group++) {
///             lp_strs changes = lp_plan_group_at(plan, wave, group);
///             for (i = 0; i < changes.len; i++) {
///                 lp_str id = changes.ptr[i];
///                 printf("wave %u: %.*s\n", (unsigned)wave, (int)id.len, id.ptr);
///             }
///         }
///     }
pub struct lp_plan {
    _private: [u8; 0],
}

/// A plan with the arrays that are lent to C.
pub(crate) struct Planned {
    /// What was asked: reports take the titles of changes from there.
    pub(crate) snapshot: Snapshot,
    pub(crate) plan: Plan,
    waves: Vec<Vec<Lent>>,
    dropped: Vec<(Lent, Lent)>,
    missing: Vec<Lent>,
    cycles: Vec<Lent>,
    critical_path: Lent,
    cancelled: Lent,
    unknown: Lent,
}

impl Planned {
    pub(crate) fn new(snapshot: Snapshot, plan: Plan) -> Self {
        let wave = |wave: &Vec<lynchpin::plan::Step>| {
            wave.iter().map(|step| Lent::ids(&step.changes)).collect()
        };
        Planned {
            snapshot,
            waves: plan.waves.iter().map(wave).collect(),
            dropped: plan
                .dropped
                .iter()
                .map(|dropped| (Lent::ids(&dropped.changes), Lent::ids(&dropped.roots)))
                .collect(),
            missing: plan.missing.iter().map(|missing| Lent::ids(&missing.needs)).collect(),
            cycles: plan.cycles.iter().map(|cycle| Lent::ids(&cycle.changes)).collect(),
            critical_path: Lent::ids(&plan.critical_path.changes),
            cancelled: Lent::ids(&plan.cancelled),
            unknown: Lent::ids(&plan.unknown),
            plan,
        }
    }
}

impl Object for lp_plan {
    type Value = Planned;
    const MAGIC: u64 = 0x970d_f6a4_e82c_5b13;
    const NAME: &'static str = "lp_plan";
}

/// Changes that would ship as one and do not. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_dropped {
    /// `sizeof(lp_dropped)`, set by the caller.
    pub struct_size: usize,
    /// The changes.
    pub changes: lp_strs,
    /// The changes whose groups hold them back in the end, themselves included if they do.
    pub roots: lp_strs,
    /// Why, of their own: a sum of LP_DROPPED_ bits; 0 if they only wait for others.
    pub why: u32,
}

view!(lp_dropped, why: u32);

/// Something that a change needs and that is neither live in the stage nor in the item. Set
/// `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_missing {
    /// `sizeof(lp_missing)`, set by the caller.
    pub struct_size: usize,
    /// The change that needs it.
    pub change: lp_str,
    /// What would do: any one of these.
    pub needs: lp_strs,
}

view!(lp_missing, needs: lp_strs);

/// Changes that wait for each other in a circle. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_cycle {
    /// `sizeof(lp_cycle)`, set by the caller.
    pub struct_size: usize,
    /// All changes of it.
    pub changes: lp_strs,
    /// How many edges the circle has that proves it; see `lp_plan_cycle_edge_at`.
    pub edge_count: usize,
    /// Whether no shorter circle exists; for very large cycles the search is cut short.
    pub exact: bool,
    /// Whether they are refused; otherwise they ship as one group.
    pub forbidden: bool,
}

view!(lp_cycle, forbidden: bool);

/// One change waits for another. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_edge {
    /// `sizeof(lp_edge)`, set by the caller.
    pub struct_size: usize,
    /// The change that waits.
    pub from: lp_str,
    /// Why: `requires`, `after` or `together`; `order` between groups.
    pub kind: lp_str,
    /// The change it waits for.
    pub to: lp_str,
}

view!(lp_edge, to: lp_str);

/// Two changes that must be kept apart: both in the item, or one in it and the other on its way to
/// the stage or there already. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_conflict {
    /// `sizeof(lp_conflict)`, set by the caller.
    pub struct_size: usize,
    /// The one with the smaller id.
    pub first: lp_str,
    /// The other one.
    pub second: lp_str,
    /// The one that goes: by the release's stated priority, or since it is on its way or there;
    /// empty if nothing says.
    pub goes: lp_str,
    /// Until when they must be kept apart: LP_CONFLICT_...
    pub scope: u32,
}

view!(lp_conflict, scope: u32);

/// Something that is needed and is planned to be done only after what needs it begins. Set
/// `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_late {
    /// `sizeof(lp_late)`, set by the caller.
    pub struct_size: usize,
    /// The change that needs it.
    pub change: lp_str,
    /// What it needs; of alternatives, the one that is planned to be done first.
    pub needs: lp_str,
    /// When the change is planned to begin, in microseconds since 1970 UTC.
    pub starts: i64,
    /// When what it needs is planned to be done, in microseconds since 1970 UTC.
    pub done: i64,
}

view!(lp_late, done: i64);

/// What is planned: LP_SUBJECT_..., or 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_subject_kind(plan: *const lp_plan) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| subject_kind(&it.plan.subject)) }
}

/// The id of what is planned. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_subject_id(plan: *const lp_plan) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, lp_str::EMPTY, |it| lp_str::lend(it.plan.subject.id())) }
}

/// The stage it is planned for, also if none was asked for. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_stage(plan: *const lp_plan) -> lp_str {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, lp_str::EMPTY, |it| lp_str::lend(it.plan.stage.as_str())) }
}

/// The instant asked about, in microseconds since 1970; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_at(plan: *const lp_plan) -> i64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.plan.at.micros()) }
}

/// Which changes were held to be able to go: LP_SCOPE_..., or 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_scope(plan: *const lp_plan) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(plan, 0, |it| match it.plan.scope {
            PlanScope::All => LP_SCOPE_ALL,
            PlanScope::Ready => LP_SCOPE_READY,
        })
    }
}

/// How many waves there are; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_wave_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.waves.len()) }
}

/// How many groups a wave has, by its index from 0; 0 if there is no such wave.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_group_count(plan: *const lp_plan, wave: usize) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.waves.get(wave).map_or(0, Vec::len)) }
}

/// The changes of a group of a wave, first to ship first; empty if there is no such group. Valid
/// until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_group_at(
    plan: *const lp_plan,
    wave: usize,
    group: usize,
) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(plan, lp_strs::EMPTY, |it| {
            let group = it.waves.get(wave).and_then(|wave| wave.get(group));
            group.map_or(lp_strs::EMPTY, Lent::all)
        })
    }
}

/// The chain of changes that takes longest, first to ship first. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_critical_path(plan: *const lp_plan) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, lp_strs::EMPTY, |it| it.critical_path.all()) }
}

/// The sum of the efforts along that chain, in minutes; a change without one counts as one minute.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_critical_minutes(plan: *const lp_plan) -> u64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.plan.critical_path.minutes) }
}

/// The changes in it that were cancelled. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_cancelled(plan: *const lp_plan) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, lp_strs::EMPTY, |it| it.cancelled.all()) }
}

/// The changes in it that are not known. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_unknown(plan: *const lp_plan) -> lp_strs {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, lp_strs::EMPTY, |it| it.unknown.all()) }
}

/// How many groups do not ship; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_dropped_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.dropped.len()) }
}

/// A group that does not ship, by its index from 0. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_dropped_at(
    plan: *const lp_plan,
    index: usize,
    dropped_out: *mut lp_dropped,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let (changes, roots) = at(&it.dropped, index)?;
            let why = at(&it.plan.dropped, index)?.why.iter().fold(0, |bits, why| {
                bits | match why {
                    Why::NotGo => LP_DROPPED_NOT_GO,
                    Why::Missing => LP_DROPPED_MISSING,
                    Why::Cycle => LP_DROPPED_CYCLE,
                }
            });
            let (changes, roots) = (changes.all(), roots.all());
            fill(dropped_out, lp_dropped { struct_size: 0, changes, roots, why })
        })
    }
}

/// How many needs are not met; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_missing_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.missing.len()) }
}

/// A need that is not met, by its index from 0. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_missing_at(
    plan: *const lp_plan,
    index: usize,
    missing_out: *mut lp_missing,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let needs = at(&it.missing, index)?.all();
            let change = lp_str::lend(at(&it.plan.missing, index)?.change.as_str());
            fill(missing_out, lp_missing { struct_size: 0, change, needs })
        })
    }
}

/// How many cycles there are; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_cycle_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.cycles.len()) }
}

/// A cycle, by its index from 0. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_cycle_at(
    plan: *const lp_plan,
    index: usize,
    cycle_out: *mut lp_cycle,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let cycle = at(&it.plan.cycles, index)?;
            let view = lp_cycle {
                struct_size: 0,
                changes: at(&it.cycles, index)?.all(),
                edge_count: cycle.witness.len(),
                exact: cycle.exact,
                forbidden: cycle.forbidden,
            };
            fill(cycle_out, view)
        })
    }
}

/// An edge of the circle that proves a cycle, by the indices of both from 0. Valid until the plan
/// is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_cycle_edge_at(
    plan: *const lp_plan,
    cycle: usize,
    index: usize,
    edge_out: *mut lp_edge,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let edge = at(&at(&it.plan.cycles, cycle)?.witness, index)?;
            let (from, to) = (lp_str::lend(edge.from.as_str()), lp_str::lend(edge.to.as_str()));
            fill(edge_out, lp_edge { struct_size: 0, from, kind: lp_str::lend(edge.kind), to })
        })
    }
}

/// How many conflicts there are; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_conflict_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.plan.conflicts.len()) }
}

/// A conflict, by its index from 0. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_conflict_at(
    plan: *const lp_plan,
    index: usize,
    conflict_out: *mut lp_conflict,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let conflict = at(&it.plan.conflicts, index)?;
            let [first, second] = &conflict.changes;
            let goes = conflict.goes.as_ref();
            let view = lp_conflict {
                struct_size: 0,
                first: lp_str::lend(first.as_str()),
                second: lp_str::lend(second.as_str()),
                goes: goes.map_or(lp_str::EMPTY, |id| lp_str::lend(id.as_str())),
                scope: match conflict.scope {
                    ConflictScope::InFlight => LP_CONFLICT_IN_FLIGHT,
                    ConflictScope::Exclusive => LP_CONFLICT_EXCLUSIVE,
                },
            };
            fill(conflict_out, view)
        })
    }
}

/// How many requirements are planned too late; 0 for anything but a plan.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_late_count(plan: *const lp_plan) -> usize {
    // SAFETY: as the header demands of the caller.
    unsafe { read(plan, 0, |it| it.plan.late.len()) }
}

/// A requirement that is planned too late, by its index from 0. Valid until the plan is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_late_at(
    plan: *const lp_plan,
    index: usize,
    late_out: *mut lp_late,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(plan, ptr::null_mut(), |it| {
            let late = at(&it.plan.late, index)?;
            let view = lp_late {
                struct_size: 0,
                change: lp_str::lend(late.change.as_str()),
                needs: lp_str::lend(late.needs.as_str()),
                starts: late.starts.micros(),
                done: late.done.micros(),
            };
            fill(late_out, view)
        })
    }
}

/// The plan as JSON: the bytes that `lp_ask` answers to the same question. Free the buffer with
/// `lp_buf_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_json(
    plan: *const lp_plan,
    json_out: *mut lp_buf,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(plan, json_out, error_out, |it| {
            Answer::Plan(it.plan.clone()).to_bytes().map(lp_buf::give)
        })
    }
}

/// Frees a plan. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_plan_free(plan: *mut lp_plan) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(plan) }
}
