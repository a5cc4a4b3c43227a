//! Plain edges that come and go one at a time, with an order kept.

use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard};

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::graph::{Inserted, OrderedEdges};

use crate::edges::{Read, lp_edges};
use crate::error::lp_error;
use crate::guard::{call_on, change, change_on, read};
use crate::handle::{self, Object};
use crate::kinds::{LP_INSERTED_KNOWN, LP_INSERTED_NEW, LP_INSERTED_REFUSED};
use crate::numbers::lp_nodes;

/// Plain edges that come and go one at a time, never in a circle, with the nodes kept in an order
/// in which each comes after all that it waits for. An edge that would close a circle is refused
/// with that circle; most others cost about as much as looking at what is beside them, however
/// many there are. It changes; calls from several threads take turns. Free it with
/// `lp_ordered_edges_free` when no thread uses it any more.
///
/// A panic breaks it, if it happens in a call that changes it: from then on it answers
/// LP_STATUS_BROKEN and can only be freed.
///
///     if (lp_ordered_edges_insert(ordered, 0, 2, &inserted, &circle, &error) == LP_STATUS_OK
///         && inserted == LP_INSERTED_REFUSED) {
///         lp_numbers nodes = lp_nodes_all(circle);
///         printf("that would close a circle of %u nodes\n", (unsigned)nodes.len);
///     }
pub struct lp_ordered_edges {
    _private: [u8; 0],
}

pub(crate) struct Shared(Mutex<OrderedEdges>);

impl Shared {
    fn lock(&self) -> Result<MutexGuard<'_, OrderedEdges>> {
        self.0.lock().map_err(|_| {
            Error::new(ErrorCode::Broken, "an earlier call on these edges panicked: make new ones")
        })
    }
}

impl Object for lp_ordered_edges {
    type Value = Shared;
    const MAGIC: u64 = 0xa94c_e603_5bd8_17f2;
    const NAME: &'static str = "lp_ordered_edges";
}

/// Begins with edges that were read in bulk, in the order of their waves. They may be freed after
/// it. On success `*ordered_out` is yours: free it with `lp_ordered_edges_free`.
///
/// Fails with LP_STATUS_BAD_ARGUMENT if some of them go in a circle; the message names its nodes.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_new(
    edges: *const lp_edges,
    ordered_out: *mut *mut lp_ordered_edges,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(edges, ordered_out, error_out, |it| {
            Ok(handle::new(Shared(Mutex::new(OrderedEdges::new(it.edges())?))))
        })
    }
}

/// Where a node stands in the order: what comes later has a larger number. The numbers have gaps,
/// and mean something only beside each other and until the next edge is added; 0 for a node that
/// there is not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_place_of(
    ordered: *const lp_ordered_edges,
    node: u32,
) -> u64 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        read(ordered, 0, |it| it.lock().ok().and_then(|it| it.place_of(node)).unwrap_or_default())
    }
}

/// Adds an edge: `later` waits for `earlier` from now on, unless that closes a circle.
/// `*inserted_out` is LP_INSERTED_NEW, LP_INSERTED_KNOWN or LP_INSERTED_REFUSED.
///
/// If it was refused, `*circle_out` is the circle and yours, to be freed with `lp_nodes_free`: its
/// first node is `later`, each of the others waits for the one before it, and the last is
/// `earlier`. It may take a longer way round than needed. Else `*circle_out` is NULL.
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not, and with
/// LP_STATUS_LIMIT_EXCEEDED if there are as many edges as 32 bits count.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_insert(
    ordered: *mut lp_ordered_edges,
    later: u32,
    earlier: u32,
    inserted_out: *mut u32,
    circle_out: *mut *mut lp_nodes,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change(ordered, error_out, |it| {
            if inserted_out.is_null() || circle_out.is_null() {
                let message = "an output is NULL: pass where to write it";
                return Err(Error::new(ErrorCode::BadArgument, message));
            }
            let (inserted, circle) = match it.lock()?.insert(later, earlier)? {
                Inserted::New => (LP_INSERTED_NEW, null_mut()),
                Inserted::Known => (LP_INSERTED_KNOWN, null_mut()),
                Inserted::Refused { chain } => (LP_INSERTED_REFUSED, handle::new(chain)),
            };
            inserted_out.write(inserted);
            circle_out.write(circle);
            Ok(())
        })
    }
}

/// Takes an edge away: `later` does not wait for `earlier` any more. The order stays as it is.
/// `*removed_out` is 1, or 0 if there was no such edge.
///
/// Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_remove(
    ordered: *mut lp_ordered_edges,
    later: u32,
    earlier: u32,
    removed_out: *mut u32,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        change_on(ordered, removed_out, error_out, |it| {
            Ok(u32::from(it.lock()?.remove(later, earlier)?))
        })
    }
}

/// Adds a node without edges, last in the order. `*node_out` is its number.
///
/// Fails with LP_STATUS_LIMIT_EXCEEDED if there are as many as 32 bits count.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_push_node(
    ordered: *mut lp_ordered_edges,
    node_out: *mut u32,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe { change_on(ordered, node_out, error_out, |it| Ok(it.lock()?.push_node()?)) }
}

/// Lists all nodes, each after all that it waits for. On success `*order_out` is yours: free it
/// with `lp_nodes_free`; it stays as it is when edges are added.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_order(
    ordered: *const lp_ordered_edges,
    order_out: *mut *mut lp_nodes,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(ordered, order_out, error_out, |it| {
            let it = it.lock()?;
            let mut order = Vec::with_capacity(it.nodes() as usize);
            order.extend(it.order());
            Ok(handle::new(order))
        })
    }
}

/// Takes the edges as they are now, for what is asked of all nodes at once, or of one: how many
/// there are, what a node waits for. On success `*edges_out` is yours: free it with
/// `lp_edges_free`; it stays as it is when edges are added here.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_to_edges(
    ordered: *const lp_ordered_edges,
    edges_out: *mut *mut lp_edges,
    error_out: *mut *mut lp_error,
) -> u32 {
    // SAFETY: as the header demands of the caller.
    unsafe {
        call_on(ordered, edges_out, error_out, |it| {
            Ok(handle::new(Read::new(it.lock()?.to_edges())))
        })
    }
}

/// Frees ordered edges; what they answered stays. NULL is a no-op.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_ordered_edges_free(ordered: *mut lp_ordered_edges) {
    // SAFETY: as the header demands of the caller.
    unsafe { handle::free(ordered) }
}
