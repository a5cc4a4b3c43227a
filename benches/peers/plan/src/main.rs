//! The graphs of `cargo xtask figures plan`, ordered by petgraph.
//!
//! It is told a file of edges, with `csr` before it if the graph is to be compressed rows, and then
//! does what it is told line by line: `order`, `components`, `downstream`, `reduction` or `insert
//! COUNT`. Of
//! each it prints the seconds of a processor that it took and a number that whoever does the same
//! must come to as well.

mod acyclic;
mod csr;

use std::io::{BufRead, Write};
use std::time::Duration;

use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::algo::{kosaraju_scc, tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustix::time::{ClockId, clock_gettime};

type Failure = Box<dyn std::error::Error>;
type Plain = DiGraph<(), (), u32>;

/// How many nodes are followed downstream.
const FOLLOWED: u32 = 1_000;

/// Some answers recurse as deep as the graph is.
const STACK_BYTES: usize = 1 << 30;

fn main() -> Result<(), Failure> {
    let work = || run().map_err(|failure| failure.to_string());
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    Ok(thread.join().map_err(|_| "it panicked")??)
}

fn run() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let path = words.last().ok_or("name the file of edges")?;
    let bytes = std::fs::read(path)?;
    let number = |it: &[u8]| u32::from_le_bytes([it[0], it[1], it[2], it[3]]);
    let mut numbers = bytes.chunks_exact(4).map(number);
    let nodes = numbers.next().ok_or("no nodes")?;
    let count = numbers.next().ok_or("no edges")? as usize;
    let all: Vec<u32> = numbers.collect();
    drop(bytes);
    let (later, earlier) = all.split_at(count);
    let edges: Vec<(u32, u32)> = earlier.iter().copied().zip(later.iter().copied()).collect();
    let edges = edges.as_slice();
    let mut answer: Box<dyn FnMut(&str) -> Result<u64, Failure> + '_> = if words.len() > 1 {
        let graph = csr::build(nodes, edges)?;
        Box::new(move |order| csr::answer(&graph, nodes, edges, order))
    } else {
        let graph = build(nodes, edges);
        Box::new(move |order| answer(&graph, nodes, edges, order))
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if let Some(count) = line.strip_prefix("insert ") {
            let (taken, number) = acyclic::insert(nodes, edges, count.parse()?)?;
            writeln!(out, "{} {number}", taken.as_secs_f64())?;
            out.flush()?;
            continue;
        }
        let start = processor()?;
        let number = answer(&line)?;
        writeln!(out, "{} {number}", (processor()? - start).as_secs_f64())?;
        out.flush()?;
    }
    Ok(())
}

fn answer(graph: &Plain, nodes: u32, edges: &[(u32, u32)], order: &str) -> Result<u64, Failure> {
    match order {
        "order" => self::order(nodes, edges),
        "components" => Ok(tarjan_scc(graph).len() as u64),
        "kosaraju" => Ok(kosaraju_scc(graph).len() as u64),
        "downstream" => Ok(downstream(graph)),
        "reduction" => reduction(graph),
        _ => Err("no such order".into()),
    }
}

fn build(nodes: u32, edges: &[(u32, u32)]) -> Plain {
    let mut graph = Plain::with_capacity(nodes as usize, edges.len());
    for _ in 0..nodes {
        graph.add_node(());
    }
    graph.extend_with_edges(edges.iter().copied());
    graph
}

/// How long a node takes.
fn weight(node: u32) -> u64 {
    u64::from(node % 7) + 1
}

/// Builds the graph, puts its nodes into waves and finds the longest chain.
fn order(nodes: u32, edges: &[(u32, u32)]) -> Result<u64, Failure> {
    let graph = build(nodes, edges);
    let mut waiting = vec![0u32; nodes as usize];
    graph.edge_references().for_each(|edge| waiting[edge.target().index()] += 1);
    let mut wave = vec![0u32; nodes as usize];
    let mut open: Vec<NodeIndex> =
        graph.node_indices().filter(|node| waiting[node.index()] == 0).collect();
    open.iter().for_each(|node| wave[node.index()] = 1);
    let mut next = 0;
    while next < open.len() {
        let node = open[next];
        next += 1;
        for later in graph.neighbors(node) {
            let at = later.index();
            wave[at] = wave[at].max(wave[node.index()] + 1);
            waiting[at] -= 1;
            if waiting[at] == 0 {
                open.push(later);
            }
        }
    }
    let sorted = toposort(&graph, None).map_err(|_| "it has a cycle")?;
    let mut sums = vec![0u64; nodes as usize];
    for node in sorted {
        let sum = sums[node.index()] + weight(node.index() as u32);
        sums[node.index()] = sum;
        for later in graph.neighbors(node) {
            sums[later.index()] = sums[later.index()].max(sum);
        }
    }
    let longest = sums.iter().zip(0..nodes).map(|(sum, node)| sum.max(&weight(node)).to_owned());
    Ok(wave.iter().map(|&wave| u64::from(wave)).sum::<u64>() + longest.max().unwrap_or(0))
}

/// How many nodes are downstream of each of some.
fn downstream(graph: &Plain) -> u64 {
    let nodes = graph.node_count() as u32;
    let mut seen = vec![0u32; nodes as usize];
    let mut total = 0;
    for mark in 1..=FOLLOWED {
        let start = (u64::from(mark - 1) * u64::from(nodes) / u64::from(FOLLOWED)) as u32;
        let mut open = vec![NodeIndex::new(start as usize)];
        seen[start as usize] = mark;
        while let Some(node) = open.pop() {
            for later in graph.neighbors(node) {
                if seen[later.index()] != mark {
                    seen[later.index()] = mark;
                    total += 1;
                    open.push(later);
                }
            }
        }
    }
    total
}

/// How many edges no chain of others implies.
fn reduction(graph: &Plain) -> Result<u64, Failure> {
    let sorted = toposort(graph, None).map_err(|_| "it has a cycle")?;
    let (list, _) = dag_to_toposorted_adjacency_list::<_, u32>(graph, &sorted);
    let (reduced, _) = dag_transitive_reduction_closure(&list);
    Ok(reduced.edge_indices().count() as u64)
}

fn processor() -> Result<Duration, Failure> {
    Ok(Duration::try_from(clock_gettime(ClockId::ThreadCPUTime))?)
}
