//! One dependency more while an order of all nodes is kept, here and by petgraph.
//!
//! What both begin with is made before the clock starts. Then come the last edges of the graph,
//! most of which are in order already, or pairs of any two nodes, many of which close a circle and
//! are refused. Both must accept the same number. One turn each: a mean over that many is no matter
//! of luck, and the peer takes its time.

use std::io::{Error, Result};
use std::path::Path;

use lynchpin::graph::{Edges, Inserted, OrderedEdges};
use lynchpin_benches::Wanted::TimesPeer;
use lynchpin_benches::{figure, seconds};

use crate::input::{Chance, Input, Shape};
use crate::others::{self, Other};
use crate::serve::Graph;

/// How many of a graph's own edges come one at a time, and how many pairs of any two nodes.
const LAST: usize = 1_000;
const PAIRS: usize = 200;

/// Prints what one dependency more takes in graphs of so many nodes.
pub(crate) fn measure(nodes: u32) -> Result<()> {
    let acyclic = others::acyclic()?;
    for shape in [Shape::Layered, Shape::Random] {
        let input = Input::made(shape, nodes)?;
        let mut graph = Graph::read(&input.file)?;
        let name = format!("of the last {LAST} edges, {}", input.name);
        beside(&acyclic, &name, (&graph, &input.file), LAST)?;
        let mut chance = Chance(u64::from(nodes) + 2);
        for _ in 0..PAIRS {
            graph.later.push(chance.below(nodes));
            graph.earlier.push(chance.below(nodes));
        }
        let name = format!("of {PAIRS} pairs, {}", input.name);
        let input = Input::written(name.clone(), nodes, &graph.later, &graph.earlier)?;
        beside(&acyclic, &name, (&graph, &input.file), PAIRS)?;
    }
    Ok(())
}

/// Adds the last few edges of a graph one at a time to all others, as a peer does.
fn beside(other: &Other, name: &str, (graph, file): (&Graph, &Path), last: usize) -> Result<()> {
    let begun = graph.later.len().saturating_sub(last);
    let (later, more_later) = graph.later.split_at(begun);
    let (earlier, more_earlier) = graph.earlier.split_at(begun);
    let edges = Edges::new(graph.nodes, later, earlier).map_err(Error::other)?;
    let mut edges = OrderedEdges::new(&edges).map_err(Error::other)?;
    let mut accepted = Ok(0);
    let own = seconds(|| accepted = insert(&mut edges, more_later, more_earlier));
    let accepted = accepted?;
    drop(edges);
    let mut peer = other.start(file)?;
    let (other, wanted) = peer.run(&format!("insert {last}"))?;
    if accepted != wanted {
        let message = format!("{name}: {accepted} accepted here, {wanted} at {}", peer.name);
        return Err(Error::other(message));
    }
    let count = f64::from(u32::try_from(last).map_err(Error::other)?);
    let name = format!(
        "mean seconds of a dependency more, in order, {name}, {accepted} of them accepted, \
         beside {}",
        peer.name
    );
    figure(&name, own / count, Some(other / count), TimesPeer(1.15));
    Ok(())
}

fn insert(edges: &mut OrderedEdges, later: &[u32], earlier: &[u32]) -> Result<u64> {
    let mut accepted = 0;
    for (&later, &earlier) in later.iter().zip(earlier) {
        match edges.insert(later, earlier).map_err(Error::other)? {
            Inserted::New | Inserted::Known => accepted += 1,
            Inserted::Refused { .. } => {}
        }
    }
    Ok(accepted)
}
