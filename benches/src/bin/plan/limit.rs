//! What no program can be quicker than: what an operation must at least touch, at the speed at
//! which this machine reads memory.

use lynchpin_benches::seconds;

use crate::input::Input;

/// Above all caches: 256 megabytes.
const NUMBERS: u64 = 32 << 20;
const ROUNDS: usize = 7;

/// Bytes that this machine reads in a second, one after the other: the best of several.
pub(crate) fn bytes_a_second() -> f64 {
    let numbers: Vec<u64> = (0..NUMBERS).collect();
    let read = || seconds(|| std::hint::black_box(&numbers).iter().fold(0, |a: u64, b| a ^ b));
    let best = (0..ROUNDS).map(|_| read()).fold(f64::INFINITY, f64::min);
    bytes(8.0, NUMBERS) / best
}

/// The bytes that an order must at least touch, each counted once however often it is touched. A
/// number of a node or a place of an edge has four of them.
pub(crate) fn touched(order: &str, input: &Input) -> Option<f64> {
    let (edges, nodes) = (u64::from(input.edges), u64::from(input.nodes));
    match order {
        // Both ends of each edge are read; each edge is written in both directions, with where
        // each node begins in both; the weights (eight bytes each) are read, the waves written.
        "order" => Some(bytes(16.0, edges) + bytes(8.0 + 8.0 + 4.0, nodes)),
        // Each edge is read in one direction, with where each node begins; the components are
        // written. Nearly all of a large graph is downstream of one of a thousand of its nodes, so
        // the same is read; what is marked has at least one number for each node.
        "components" | "downstream" => Some(bytes(4.0, edges) + bytes(4.0 + 4.0, nodes)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a measure")]
fn bytes(of_each: f64, count: u64) -> f64 {
    of_each * count as f64
}
