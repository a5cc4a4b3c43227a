//! Edges that come one at a time while an order is kept.

use std::time::Duration;

use petgraph::acyclic::Acyclic;
use petgraph::graph::NodeIndex;

use super::{Failure, build, processor};

/// Adds so many of the last edges one by one to a graph of all others that is in order already; how
/// long that took, and how many were accepted.
pub fn insert(nodes: u32, edges: &[(u32, u32)], last: usize) -> Result<(Duration, u64), Failure> {
    let (begun, more) = edges.split_at(edges.len() - last);
    let graph = build(nodes, begun);
    let mut graph = Acyclic::try_from_graph(graph).map_err(|_| "it has a cycle")?;
    let mut accepted = 0;
    let start = processor()?;
    for &(earlier, later) in more {
        let ends = [earlier, later].map(|node| NodeIndex::new(node as usize));
        accepted += u64::from(graph.try_add_edge(ends[0], ends[1], ()).is_ok());
    }
    Ok((processor()? - start, accepted))
}
