//! The same by the compressed sparse rows of petgraph.

use petgraph::algo::tarjan_scc;
use petgraph::csr::Csr;

use crate::{Failure, weight};

pub type Rows = Csr<(), (), petgraph::Directed, u32>;

/// It takes edges in order, so they are put into order first.
pub fn build(nodes: u32, edges: &[(u32, u32)]) -> Result<Rows, Failure> {
    let mut edges = edges.to_vec();
    edges.sort_unstable();
    let mut graph = Rows::from_sorted_edges(&edges).map_err(|_| "an edge is repeated")?;
    // It knows no nodes above those that have edges.
    while graph.node_count() < nodes as usize {
        graph.add_node(());
    }
    Ok(graph)
}

pub fn answer(graph: &Rows, nodes: u32, edges: &[(u32, u32)], order: &str) -> Result<u64, Failure> {
    match order {
        "order" => self::order(nodes, edges),
        "components" => Ok(tarjan_scc(graph).len() as u64),
        _ => Err("no such order".into()),
    }
}

/// Builds the graph, puts its nodes into waves and finds the longest chain. None of its algorithms
/// order such a graph, as it cannot be walked against its edges, so both are found in one pass.
fn order(nodes: u32, edges: &[(u32, u32)]) -> Result<u64, Failure> {
    let graph = build(nodes, edges)?;
    let mut waiting = vec![0u32; nodes as usize];
    for node in 0..nodes {
        graph.neighbors_slice(node).iter().for_each(|&later| waiting[later as usize] += 1);
    }
    let mut open: Vec<u32> = (0..nodes).filter(|&node| waiting[node as usize] == 0).collect();
    let (mut wave, mut sums) = (vec![1u32; nodes as usize], vec![0u64; nodes as usize]);
    let (mut next, mut longest) = (0, 0);
    while let Some(&node) = open.get(next) {
        next += 1;
        let (own, sum) = (wave[node as usize] + 1, sums[node as usize] + weight(node));
        longest = longest.max(sum);
        for &later in graph.neighbors_slice(node) {
            let at = later as usize;
            wave[at] = wave[at].max(own);
            sums[at] = sums[at].max(sum);
            waiting[at] -= 1;
            if waiting[at] == 0 {
                open.push(later);
            }
        }
    }
    Ok(wave.iter().map(|&wave| u64::from(wave)).sum::<u64>() + longest)
}
