//! Who does the same work: how each is built and started, and what it can be asked.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use lynchpin_benches::median;
use lynchpin_benches::peer::{self, Peer};

/// How often each is asked, beside the first time.
const ROUNDS: usize = 5;
/// After so many seconds, nobody is asked again.
const SECONDS_ENOUGH: f64 = 30.0;
/// In the names of figures.
pub(crate) const ORDERS: [(&str, &str); 4] = [
    ("order", "build, waves, critical path"),
    ("components", "components"),
    ("reduction", "transitive reduction"),
    ("downstream", "downstream of 1,000"),
];

/// Somebody who can be asked: a program that is told a file of edges.
pub(crate) struct Other {
    pub(crate) name: &'static str,
    program: PathBuf,
    words: Vec<PathBuf>,
    can: &'static [&'static str],
    nodes_max: u32,
}

impl Other {
    pub(crate) fn new(name: &'static str, program: PathBuf, can: &'static [&'static str]) -> Self {
        Other { name, program, words: Vec::new(), can, nodes_max: u32::MAX }
    }

    pub(crate) fn told(self, words: impl IntoIterator<Item = PathBuf>) -> Self {
        Other { words: words.into_iter().collect(), ..self }
    }

    pub(crate) fn can(&self, order: &str, nodes: u32) -> bool {
        self.can.contains(&order) && nodes <= self.nodes_max
    }

    pub(crate) fn start(&self, file: &Path) -> Result<Turns> {
        Ok(Turns { name: self.name, peer: Peer::started(&mut self.command(file))? })
    }

    /// The megabytes that an order takes at most, beside what is held before; of a new process.
    pub(crate) fn megabytes(&self, order: &str, file: &Path) -> Result<f64> {
        // What was freed before goes back to the system, or it would be used again unseen.
        let mut command = self.command(file);
        command.env("MALLOC_MMAP_THRESHOLD_", "131072").env("MALLOC_TRIM_THRESHOLD_", "131072");
        Peer::started(&mut command)?.megabytes(order)
    }

    fn command(&self, file: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.words).arg(file);
        command
    }
}

/// This program, in a process of its own.
pub(crate) fn own() -> Result<Other> {
    let can = &["order", "components", "reduction", "downstream"];
    Ok(Other::new("Rust", std::env::current_exe()?, can).told(["serve".into()]))
}

/// All who do the same work in other libraries, built.
pub(crate) fn all() -> Result<Vec<Other>> {
    let folder = peer::built("lynchpin-peers-plan")?;
    let boost = folder.join("boost");
    let mut compile = Command::new("g++");
    compile.args(["-O3", "-DNDEBUG", "-std=c++17", "-o"]).arg(&boost);
    compile.arg(peer::sources().join("plan/boost.cpp"));
    if !compile.status()?.success() {
        return Err(Error::other("Boost cannot be built: install libboost-graph-dev"));
    }
    let rust = folder.join("release/lynchpin-peers-plan");
    let python = folder.join("venv/bin/python");
    if !python.is_file() {
        let why = format!("`{}` is missing: `cargo xtask figures plan` makes it", python.display());
        return Err(Error::other(why));
    }
    let script = peer::sources().join("plan/libraries.py");
    let python = |name: &'static str, can| {
        Other::new(name, python.clone(), can).told([script.clone(), name.into()])
    };
    let most: &[&str] = &["order", "components", "reduction"];
    let few: &[&str] = &["order", "components"];
    Ok(vec![
        Other::new("Boost CSR", boost, &["order", "components", "downstream"]),
        Other::new("petgraph::Graph", rust.clone(), most),
        Other::new("petgraph::Csr", rust, few).told(["csr".into()]),
        python("scipy", few),
        python("igraph", few),
        python("rustworkx", most),
        Other { nodes_max: 100_000, ..python("networkx", most) },
    ])
}

/// Who keeps an order while edges come one at a time.
pub(crate) fn acyclic() -> Result<Other> {
    let rust = peer::built("lynchpin-peers-plan")?.join("release/lynchpin-peers-plan");
    Ok(Other::new("petgraph::Acyclic", rust, &["insert"]))
}

/// Somebody who has read a graph, and takes turns with others.
pub(crate) struct Turns {
    pub(crate) name: &'static str,
    peer: Peer,
}

impl Turns {
    /// The seconds that something takes here and there, the medians; both must come to one number.
    pub(crate) fn beside(&mut self, other: &mut Turns, order: &str) -> Result<(f64, f64)> {
        let (mut owns, mut others, mut spent) = (Vec::new(), Vec::new(), 0.0);
        // The first turn of each is for the caches, unless it takes so long that it is the last.
        for round in 0..=ROUNDS {
            let (own, peer) = if round % 2 == 0 {
                let own = self.run(order)?;
                (own, other.run(order)?)
            } else {
                let peer = other.run(order)?;
                (self.run(order)?, peer)
            };
            if own.1 != peer.1 {
                let (here, there) = (self.name, other.name);
                let numbers = format!("{} by {here}, {} by {there}", own.1, peer.1);
                return Err(Error::other(format!("{order}: {numbers}")));
            }
            spent += own.0 + peer.0;
            let is_enough = spent > SECONDS_ENOUGH;
            if round > 0 || is_enough {
                owns.push(own.0);
                others.push(peer.0);
            }
            if is_enough {
                break;
            }
        }
        Ok((median(&owns), median(&others)))
    }

    /// The seconds that something took, and the number that it came to.
    pub(crate) fn run(&mut self, order: &str) -> Result<(f64, u64)> {
        let line = self.peer.ask(order)?;
        let (taken, number) = line.split_once(' ').ok_or_else(|| Error::other(line.clone()))?;
        Ok((taken.parse().map_err(Error::other)?, number.parse().map_err(Error::other)?))
    }
}
