//! Does what a peer does, by the public calls, in a process of its own as each of them.

use std::fs;
use std::io::{BufRead, Error, Result, Write};
use std::path::Path;

use lynchpin::graph::Edges;
use lynchpin_benches::seconds;

/// How many nodes are followed downstream.
const FOLLOWED: u32 = 1_000;

/// Reads a file of edges, and does what it is told line by line: of each it prints the seconds that
/// it took and the number that it came to.
pub(crate) fn run(file: &Path) -> Result<()> {
    let mut graph = Graph::read(file)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for order in std::io::stdin().lock().lines() {
        let order = order?;
        if order != "order" {
            graph.build()?;
        }
        let mut number = Ok(0);
        let taken = seconds(|| number = graph.run(&order));
        writeln!(out, "{taken} {}", number?)?;
        out.flush()?;
    }
    Ok(())
}

/// A graph as it is given.
pub(crate) struct Graph {
    pub(crate) nodes: u32,
    pub(crate) later: Vec<u32>,
    pub(crate) earlier: Vec<u32>,
    weights: Vec<u64>,
    /// What is asked of edges that are built; they are not, where building them is measured.
    built: Option<Edges>,
}

impl Graph {
    /// Reads the file of one.
    pub(crate) fn read(file: &Path) -> Result<Graph> {
        let bytes = fs::read(file)?;
        let (numbers, _) = bytes.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes));
        let (Some(nodes), Some(count)) = (numbers.next(), numbers.next()) else {
            return Err(Error::other("the file of edges is empty"));
        };
        let later: Vec<u32> = numbers.by_ref().take(count as usize).collect();
        let earlier = numbers.collect();
        let weights = (0..nodes).map(|node| u64::from(node % 7) + 1).collect();
        Ok(Graph { nodes, later, earlier, weights, built: None })
    }

    fn edges(&self) -> Result<Edges> {
        Edges::new(self.nodes, &self.later, &self.earlier).map_err(Error::other)
    }

    fn build(&mut self) -> Result<()> {
        if self.built.is_none() {
            self.built = Some(self.edges()?);
        }
        Ok(())
    }

    fn run(&self, order: &str) -> Result<u64> {
        let built = || self.built.as_ref().ok_or_else(|| Error::other("it is not built"));
        match order {
            "order" => schedule(&self.edges()?, &self.weights),
            "components" => Ok(u64::from(built()?.components().count())),
            "reduction" => {
                let left = built()?.reduction().map_err(Error::other)?;
                u64::try_from(left.len()).map_err(Error::other)
            }
            "downstream" => {
                let at = |number: u32| u64::from(number) * u64::from(self.nodes);
                let given = (0..FOLLOWED).map(|number| at(number) / u64::from(FOLLOWED));
                let given: Vec<u32> = given.filter_map(|node| u32::try_from(node).ok()).collect();
                let counts = built()?.downstream_counts(&given).map_err(Error::other)?;
                Ok(counts.into_iter().map(u64::from).sum())
            }
            other => Err(Error::other(format!("no such order: {other}"))),
        }
    }
}

/// The waves of all nodes, and the chain that takes longest.
fn schedule(edges: &Edges, weights: &[u64]) -> Result<u64> {
    let schedule = edges.schedule(Some(weights)).map_err(Error::other)?;
    let waves = schedule.wave_column().iter().map(|&wave| u64::from(wave));
    Ok(waves.sum::<u64>() + schedule.critical_path().weight)
}
