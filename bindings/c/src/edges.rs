//! Plain edges in bulk: what is asked of very many nodes at once.

use lynchpin::graph::{Components, Edges, NodeSet, Schedule};

use crate::error::lp_error;
use crate::guard::{call, call_on, look_at, read};
use crate::handle::{self, Object};
use crate::numbers::{check, lp_nodes, lp_numbers, taken};

/// Plain edges between nodes, each from a node to one that it waits for, for questions about very
/// many at once. Nodes are numbers from 0; the caller knows what they stand for. No engine is
/// needed. Never changes; share it freely between threads. Free it with `lp_edges_free`; what it
/// answered stays.
///
///     const uint32_t later[] = {1, 2, 2, 4, 5}, earlier[] = {0, 1, 0, 5, 4};
///     if (lp_edges_new(6, later, earlier, 5, &edges, &error) == LP_STATUS_OK
///         && lp_edges_schedule(edges, NULL, 0, &schedule, &error) == LP_STATUS_OK) {
///         uint32_t wave;
///         for (wave = 1; wave <= lp_schedule_wave_count(schedule); wave++) {
///             lp_numbers nodes = lp_schedule_wave(schedule, wave);
///             printf("wave %u: %u nodes\n", (unsigned)wave, (unsigned)nodes.len);
///         }
///     }
pub struct lp_edges {
    _private: [u8; 0],
}

/// Edges with what is lent of them.
pub(crate) struct Read {
    edges: Edges,
    looped: Vec<u32>,
}

impl Read {
    pub(crate) fn new(edges: Edges) -> Self {
        let looped = listed(edges.looped());
        Read { edges, looped }
    }

    pub(crate) const fn edges(&self) -> &Edges {
        &self.edges
    }
}

impl Object for lp_edges {
    type Value = Read;
    const MAGIC: u64 = 0xe4d8_1c57_93b0_6fa2;
    const NAME: &'static str = "lp_edges";
}

/// In which wave each node ships, and the chain that takes longest. Waves are numbered from 1; 0
/// stands for "never": on a cycle, or waiting for one. Never changes; share it freely between
/// threads. Free it with `lp_schedule_free`.
///
///     lp_numbers wave_of = lp_schedule_wave_of(schedule);
///     for (node = 0; node < wave_of.len; node++) {
///         if (wave_of.ptr[node] == 0) {
///             printf("%u never ships\n", (unsigned)node);
///         }
///     }
pub struct lp_schedule {
    _private: [u8; 0],
}

impl Object for lp_schedule {
    type Value = Schedule;
    const MAGIC: u64 = 0x8a27_f5e0_164d_c39b;
    const NAME: &'static str = "lp_schedule";
}

/// The strongly connected components: nodes that wait for each other are in one, every other node
/// in one of its own. They are numbered from 0 by their smallest node. Never changes; share it
/// freely between threads. Free it with `lp_components_free`.
///
///     if (lp_edges_components(edges, &components, &error) == LP_STATUS_OK) {
///         lp_numbers cycles = lp_components_cycles(components);
///         for (i = 0; i < cycles.len; i++) {
///             lp_numbers members = lp_components_members(components, cycles.ptr[i]);
///             printf("%u nodes in a circle\n", (unsigned)members.len);
///         }
///     }
pub struct lp_components {
    _private: [u8; 0],
}

/// Components with what is lent of them.
pub(crate) struct Found {
    components: Components,
    cycles: Vec<u32>,
}

impl Object for lp_components {
    type Value = Found;
    const MAGIC: u64 = 0xc579_3e8d_b204_a1f6;
    const NAME: &'static str = "lp_components";
}

/// Edges that no chain of others implies. Never changes; share it freely between threads. Free it
/// with `lp_reduction_free`.
pub struct lp_reduction {
    _private: [u8; 0],
}

/// What waits, and for what.
pub(crate) struct Reduced {
    later: Vec<u32>,
    earlier: Vec<u32>,
}

impl Object for lp_reduction {
    type Value = Reduced;
    const MAGIC: u64 = 0x92e1_b7d4_3f58_06ca;
    const NAME: &'static str = "lp_reduction";
}

/// Reads edges, in any order: `later[i]` waits for `earlier[i]`, both below `nodes`. One that is
/// given more than once counts once. The arrays have `count` elements each, may be NULL if that is
/// 0, and are read during the call only. On success `*edges_out` is yours: free it with
/// `lp_edges_free`.
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not, and with
/// LP_STATUS_LIMIT_EXCEEDED if there are more nodes or edges than 32 bits count.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_new(
    nodes: u32,
    later: *const u32,
    earlier: *const u32,
    count: usize,
    edges_out: *mut *mut lp_edges,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call(edges_out, error_out, || {
            let (later, earlier) =
                (taken(later, count, "later")?, taken(earlier, count, "earlier")?);
            Ok(handle::new(Read::new(Edges::new(nodes, later, earlier)?)))
        })
    }
}

/// How many nodes there are; 0 for anything but edges.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_nodes(edges: *const lp_edges) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(edges, 0, |it| it.edges.nodes()) }
}

/// How many edges there are, each counted once, without those of a node to itself; 0 for anything
/// but edges.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_count(edges: *const lp_edges) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(edges, 0, |it| it.edges.count()) }
}

/// How many of the edges given were there already; 0 for anything but edges.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_repeated(edges: *const lp_edges) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(edges, 0, |it| it.edges.repeated()) }
}

/// The nodes that wait for themselves, which no schedule contains, smallest first. Valid until the
/// edges are freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_looped(edges: *const lp_edges) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(edges, lp_numbers::EMPTY, |it| lp_numbers::lend(&it.looped)) }
}

/// What a node waits for, smallest first; empty for one that there is not. Valid until the edges
/// are freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_earlier(edges: *const lp_edges, node: u32) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(edges, lp_numbers::EMPTY, |it| lp_numbers::lend(it.edges.earlier(node))) }
}

/// Puts every node into a wave, after all that it waits for, as early as can be. `weights` says how
/// long each node takes, in a unit of the caller's, and `weight_count` is how many there are; with
/// NULL and 0, each takes 1. On success `*schedule_out` is yours: free it with `lp_schedule_free`.
///
/// Fails with LP_STATUS_BAD_ARGUMENT unless there is one weight for each node, and with
/// LP_STATUS_NUMBER_OUT_OF_RANGE if they do not fit in 64 bits together.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_schedule(
    edges: *const lp_edges,
    weights: *const u64,
    weight_count: usize,
    schedule_out: *mut *mut lp_schedule,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, schedule_out, error_out, |it| {
            let given = taken(weights, weight_count, "weights")?;
            // An array of none is one, unlike no array.
            let given = (!weights.is_null()).then_some(given);
            Ok(handle::new(it.edges.schedule(given)?))
        })
    }
}

/// Finds the nodes that wait for each other. On success `*components_out` is yours: free it with
/// `lp_components_free`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_components(
    edges: *const lp_edges,
    components_out: *mut *mut lp_components,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, components_out, error_out, |it| {
            let components = it.edges.components();
            let cycles = components.cycles().collect();
            Ok(handle::new(Found { components, cycles }))
        })
    }
}

/// Lists everything that waits for one of the given nodes, directly or through others, without the
/// given ones. On success `*nodes_out` is yours: free it with `lp_nodes_free`.
///
///     const uint32_t roots[] = {1};
///     if (lp_edges_downstream(edges, roots, 1, &after, &error) == LP_STATUS_OK) {
///         printf("%u wait for node 1\n", (unsigned)lp_nodes_all(after).len);
///     }
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_downstream(
    edges: *const lp_edges,
    nodes: *const u32,
    count: usize,
    nodes_out: *mut *mut lp_nodes,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, nodes_out, error_out, |it| {
            let found = it.edges.downstream(taken(nodes, count, "nodes")?)?;
            Ok(handle::new(listed(&found)))
        })
    }
}

/// Lists everything that the given nodes wait for, directly or through others, without the given
/// ones. On success `*nodes_out` is yours: free it with `lp_nodes_free`.
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_upstream(
    edges: *const lp_edges,
    nodes: *const u32,
    count: usize,
    nodes_out: *mut *mut lp_nodes,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, nodes_out, error_out, |it| {
            let found = it.edges.upstream(taken(nodes, count, "nodes")?)?;
            Ok(handle::new(listed(&found)))
        })
    }
}

/// Counts how many others wait for each of the given nodes, directly or through others, and writes
/// it to `counts_out`, which has room for `count` numbers. Far quicker than asking for each.
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_downstream_counts(
    edges: *const lp_edges,
    nodes: *const u32,
    count: usize,
    counts_out: *mut u32,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        look_at(edges, error_out, |it| {
            check(counts_out.cast_const(), count, "counts_out")?;
            let counts = it.edges.downstream_counts(taken(nodes, count, "nodes")?)?;
            if !counts.is_empty() {
                // There is one for each of the `count` nodes; nothing borrows `nodes` any more.
                counts_out.copy_from(counts.as_ptr(), counts.len());
            }
            Ok(())
        })
    }
}

/// Finds the edges that no chain of others implies: the fewest that say the same. What is on a
/// cycle, or waits for one, is left out. On success `*reduction_out` is yours: free it with
/// `lp_reduction_free`.
///
/// Fails with LP_STATUS_LIMIT_EXCEEDED above 20000 nodes that ship.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_reduction(
    edges: *const lp_edges,
    reduction_out: *mut *mut lp_reduction,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, reduction_out, error_out, |it| {
            let (later, earlier) = it.edges.reduction()?.into_iter().unzip();
            Ok(handle::new(Reduced { later, earlier }))
        })
    }
}

/// Frees edges; what they answered stays. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_edges_free(edges: *mut lp_edges) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(edges) }
}

/// How many waves there are; 0 for anything but a schedule.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_wave_count(schedule: *const lp_schedule) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, 0, Schedule::wave_count) }
}

/// The nodes of a wave, by its number from 1, smallest first; empty if there is no such wave. Valid
/// until the schedule is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_wave(schedule: *const lp_schedule, wave: u32) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, lp_numbers::EMPTY, |it| lp_numbers::lend(it.wave(wave))) }
}

/// The wave of each node, by its number; 0 for one that never ships. Valid until the schedule is
/// freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_wave_of(schedule: *const lp_schedule) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, lp_numbers::EMPTY, |it| lp_numbers::lend(it.wave_column())) }
}

/// All nodes that ship, wave after wave, those of one wave smallest first. Valid until the schedule
/// is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_order(schedule: *const lp_schedule) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, lp_numbers::EMPTY, |it| lp_numbers::lend(it.order())) }
}

/// The chain of nodes that takes longest, first to ship first. Valid until the schedule is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_critical_path(schedule: *const lp_schedule) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, lp_numbers::EMPTY, |it| lp_numbers::lend(&it.critical_path().nodes)) }
}

/// The sum of the weights along that chain; 0 for anything but a schedule.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_critical_weight(schedule: *const lp_schedule) -> u64 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(schedule, 0, |it| it.critical_path().weight) }
}

/// Frees a schedule. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_schedule_free(schedule: *mut lp_schedule) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(schedule) }
}

/// How many components there are; 0 for anything but components.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_components_count(components: *const lp_components) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { read(components, 0, |it| it.components.count()) }
}

/// The component of each node, by its number. Valid until the components are freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_components_of(components: *const lp_components) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(components, lp_numbers::EMPTY, |it| lp_numbers::lend(it.components.column())) }
}

/// The nodes of a component, smallest first; empty if there is no such component. Valid until the
/// components are freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_components_members(
    components: *const lp_components,
    component: u32,
) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(components, lp_numbers::EMPTY, |it| lp_numbers::lend(it.components.members(component)))
    }
}

/// The components that are cycles: of more than one node, or of one that waits for itself. Valid
/// until the components are freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_components_cycles(components: *const lp_components) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(components, lp_numbers::EMPTY, |it| lp_numbers::lend(&it.cycles)) }
}

/// Frees components. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_components_free(components: *mut lp_components) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(components) }
}

/// What waits, sorted; the edge at a place goes to the node at the same place of
/// `lp_reduction_earlier`. Valid until the reduction is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_reduction_later(reduction: *const lp_reduction) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(reduction, lp_numbers::EMPTY, |it| lp_numbers::lend(&it.later)) }
}

/// What each of `lp_reduction_later` waits for. Valid until the reduction is freed.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_reduction_earlier(reduction: *const lp_reduction) -> lp_numbers {
    // SAFETY: as the header demands of the caller.
    unsafe { read(reduction, lp_numbers::EMPTY, |it| lp_numbers::lend(&it.earlier)) }
}

/// Frees a reduction. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_reduction_free(reduction: *mut lp_reduction) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(reduction) }
}

/// The nodes of a set, in memory of their own.
fn listed(set: &NodeSet) -> Vec<u32> {
    let mut nodes = Vec::with_capacity(set.len() as usize);
    nodes.extend(set.iter());
    nodes
}
