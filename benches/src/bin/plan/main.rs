//! `cargo xtask figures plan`: whole graphs of dependencies, ordered here and by others.
//!
//! Layered and random graphs of five edges for each node, whose numbers say nothing of the order;
//! at a million nodes, a tenth and a hundredth of that. The peers, in `benches/peers/plan`, read
//! the same file and take turns, each in a process of its own. All must come to the same numbers.
//! Measured is the public call on numbers of rows, with its checks, and with what it is made of.
//! Then one dependency more while an order is kept (`order.rs`), a whole portfolio, and one fact
//! more (`portfolio.rs`).

mod order;
mod portfolio;

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use lynchpin::graph::Edges;
use lynchpin_benches::Wanted::{self, Nothing, TimesPeer};
use lynchpin_benches::peer::{self, Peer};
use lynchpin_benches::{ended, figure, median, seconds};

const EDGES_OF_A_NODE: usize = 5;
const LAYERS: u32 = 50;
const ROUNDS: usize = 5;
/// How many nodes are followed downstream.
const FOLLOWED: u32 = 1_000;

fn main() -> ExitCode {
    // For a look at what is added to an order, alone.
    if std::env::args().nth(1).as_deref() == Some("order") {
        return ended(order::measure(1_000_000));
    }
    // For a look at a smaller portfolio alone.
    match std::env::args().nth(1).and_then(|changes| changes.parse().ok()) {
        Some(changes) => ended(portfolio::measure(changes)),
        None => ended(measure()),
    }
}

fn measure() -> Result<()> {
    let programs = Programs::build()?;
    for shape in [Shape::Layered, Shape::Random] {
        for nodes in [10_000, 100_000, 1_000_000] {
            let input = Input::made(shape, nodes)?;
            let mut boost = programs.boost(&input.file)?;
            let mut petgraph = programs.petgraph(&input.file)?;
            let is_large = nodes == 1_000_000;
            let wanted = |times: f64| if is_large { TimesPeer(1.0 / times) } else { Nothing };
            input.beside("build, waves, critical path", "order", &mut boost, wanted(1.8))?;
            input.beside("build, waves, critical path", "order", &mut petgraph, wanted(15.0))?;
            input.beside("components", "components", &mut boost, wanted(1.0 / 1.15))?;
            if nodes == 10_000 {
                let wanted = TimesPeer(1.0 / 15.0);
                input.beside("transitive reduction", "reduction", &mut petgraph, wanted)?;
            }
            if is_large {
                input.beside("downstream of 1,000", "downstream", &mut boost, wanted(4.0))?;
            }
        }
    }
    // Edges among near nodes only, in many small heaps: little stands on each.
    let input = Input::made(Shape::Heaps, 1_000_000)?;
    let mut boost = programs.boost(&input.file)?;
    let name = "downstream of 1,000 on which little stands";
    input.beside(name, "downstream", &mut boost, TimesPeer(1.15))?;
    drop(input);
    order::measure(1_000_000)?;
    portfolio::measure(1_000_000)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Layered,
    Random,
    Heaps,
}

/// A graph, in memory and in a file.
struct Input {
    name: String,
    nodes: u32,
    later: Vec<u32>,
    earlier: Vec<u32>,
    weights: Vec<u64>,
    edges: Edges,
    file: PathBuf,
}

impl Input {
    fn made(shape: Shape, nodes: u32) -> Result<Input> {
        let mut chance = Chance(u64::from(nodes) + 1);
        // Nodes have numbers that say nothing of the order, as ids do not.
        let mut names: Vec<u32> = (0..nodes).collect();
        chance.shuffle(nodes as usize, &mut |a, b| names.swap(a, b));
        let (mut later, mut earlier) = (Vec::new(), Vec::new());
        let width = nodes / LAYERS;
        for node in 0..nodes {
            let (from, to) = match shape {
                Shape::Layered => {
                    let layer = node / width.max(1);
                    (layer.saturating_sub(3) * width, layer * width)
                }
                Shape::Random => (0, node),
                Shape::Heaps => (node / 40 * 40, node),
            };
            let mut own: Vec<u32> = (0..EDGES_OF_A_NODE.min((to - from) as usize))
                .map(|_| from + chance.below(to - from))
                .collect();
            own.sort_unstable();
            own.dedup();
            for before in own {
                later.push(named(&names, node));
                earlier.push(named(&names, before));
            }
        }
        chance.shuffle(later.len(), &mut |a, b| {
            later.swap(a, b);
            earlier.swap(a, b);
        });
        let folder = PathBuf::from("target/figures-plan");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{shape:?}-{nodes}"));
        let count = u32::try_from(later.len()).map_err(Error::other)?;
        let numbers = [nodes, count].into_iter().chain(later.iter().chain(&earlier).copied());
        fs::write(&file, numbers.flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
        let edges = Edges::new(nodes, &later, &earlier).map_err(Error::other)?;
        let weights = (0..nodes).map(|node| u64::from(node % 7) + 1).collect();
        let name = format!("{shape:?}, {nodes} nodes");
        Ok(Input { name, nodes, later, earlier, weights, edges, file })
    }

    /// Takes turns with a peer, which must come to the same number.
    fn beside(&self, name: &str, order: &str, peer: &mut Other, wanted: Wanted) -> Result<()> {
        let (mut owns, mut peers) = (Vec::new(), Vec::new());
        // The first turn of each is for the caches.
        for round in 0..=ROUNDS {
            let own = || {
                let mut number = Ok(0);
                let taken = seconds(|| number = self.run(order));
                number.map(|number| (taken, number))
            };
            let (own, other) = if round % 2 == 0 {
                let own = own()?;
                (own, peer.run(order)?)
            } else {
                let other = peer.run(order)?;
                (own()?, other)
            };
            if own.1 != other.1 {
                let message = format!("{name}: {} here, {} at {}", own.1, other.1, peer.name);
                return Err(Error::other(message));
            }
            if round > 0 {
                owns.push(own.0);
                peers.push(other.0);
            }
        }
        let name = format!("seconds of {name}, {}, beside {}", self.name, peer.name);
        figure(&name, median(&owns), Some(median(&peers)), wanted);
        Ok(())
    }

    /// Does what a peer does, by the public calls; the number it comes to.
    fn run(&self, order: &str) -> Result<u64> {
        match order {
            "order" => {
                let edges = Edges::new(self.nodes, &self.later, &self.earlier);
                let edges = edges.map_err(Error::other)?;
                let schedule = edges.schedule(Some(&self.weights)).map_err(Error::other)?;
                let waves = schedule.wave_column().iter().map(|&wave| u64::from(wave));
                Ok(waves.sum::<u64>() + schedule.critical_path().weight)
            }
            "components" => Ok(u64::from(self.edges.components().count())),
            "reduction" => {
                let left = self.edges.reduction().map_err(Error::other)?;
                u64::try_from(left.len()).map_err(Error::other)
            }
            _ => {
                let at = |number: u32| u64::from(number) * u64::from(self.nodes);
                let given = (0..FOLLOWED).map(|number| at(number) / u64::from(FOLLOWED));
                let given: Vec<u32> = given.filter_map(|node| u32::try_from(node).ok()).collect();
                let counts = self.edges.downstream_counts(&given).map_err(Error::other)?;
                Ok(counts.into_iter().map(u64::from).sum())
            }
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // What was measured stands, whether or not the file goes.
        let _ = fs::remove_file(&self.file);
    }
}

fn named(names: &[u32], node: u32) -> u32 {
    names.get(node as usize).copied().unwrap_or_default()
}

/// Numbers that are the same in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        let high = self.0 >> 32;
        u32::try_from((high * u64::from(bound)) >> 32).unwrap_or_default()
    }

    /// Puts so many things into any order, by swapping two of them at a time.
    fn shuffle(&mut self, count: usize, swap: &mut dyn FnMut(usize, usize)) {
        for at in (1..count).rev() {
            swap(at, self.below(u32::try_from(at + 1).unwrap_or(u32::MAX)) as usize);
        }
    }
}

/// The peers, built.
struct Programs {
    folder: PathBuf,
}

impl Programs {
    fn build() -> Result<Programs> {
        let folder = peer::built("lynchpin-peers-plan")?;
        let mut compile = Command::new("g++");
        compile.args(["-O3", "-DNDEBUG", "-std=c++17", "-o"]).arg(folder.join("boost"));
        compile.arg(peer::sources().join("plan/boost.cpp"));
        if !compile.status()?.success() {
            return Err(Error::other("Boost cannot be built: install libboost-graph-dev"));
        }
        Ok(Programs { folder })
    }

    fn boost(&self, file: &Path) -> Result<Other> {
        Other::start("Boost CSR", &self.folder.join("boost"), file)
    }

    fn petgraph(&self, file: &Path) -> Result<Other> {
        let program = self.folder.join("release/lynchpin-peers-plan");
        Other::start("petgraph::Graph", &program, file)
    }
}

/// A peer that has read a graph.
struct Other {
    name: &'static str,
    peer: Peer,
}

impl Other {
    fn start(name: &'static str, program: &Path, file: &Path) -> Result<Other> {
        Ok(Other { name, peer: Peer::start(program, file)? })
    }

    /// The seconds that something took, and the number that it came to.
    fn run(&mut self, order: &str) -> Result<(f64, u64)> {
        let line = self.peer.ask(order)?;
        let (taken, number) = line.split_once(' ').ok_or_else(|| Error::other(line.clone()))?;
        Ok((taken.parse().map_err(Error::other)?, number.parse().map_err(Error::other)?))
    }
}
