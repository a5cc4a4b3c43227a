//! The package dependencies of a Linux distribution: 63,666 nodes with real cycles.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use lynchpin::graph::{
    Cycle, Cycles, Graph, GraphBuilder, HopKind, Node, NodeSet, Order, Question,
};
use lynchpin_tests::histories::data;

/// The folder, if it is there.
fn folder() -> Option<PathBuf> {
    Some(data("debian")).filter(|folder| folder.join("debian_edges.tsv.gz").is_file())
}

fn read(path: &Path) -> String {
    let file = std::fs::File::open(path).expect("the file opens");
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).expect("the file is gzip and UTF-8");
    text
}

/// Package names in node order, and the pairs (dependent, depended on).
struct Packages {
    names: Vec<String>,
    depends: BTreeSet<(Node, Node)>,
}

impl Packages {
    /// Nodes are numbered in name order, as ids are everywhere; the file has its own numbers.
    fn load(folder: &Path) -> Self {
        let text = read(&folder.join("debian_names.tsv.gz"));
        let mut names: Vec<(&str, &str)> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let mut fields = line.split('\t');
                let number = fields.next().expect("a number");
                (fields.next().expect("a name"), number)
            })
            .collect();
        names.sort_unstable();
        let node_of: BTreeMap<&str, Node> =
            names.iter().zip(0..).map(|(&(_, number), node)| (number, node)).collect();
        let edges = read(&folder.join("debian_edges.tsv.gz"));
        let (header, rows) = edges.split_once('\n').expect("a header line");
        assert!(header.contains("depended_on_id<TAB>dependent_id"), "{header}");
        let mut depends = BTreeSet::new();
        let mut lines = 0;
        for row in rows.lines() {
            let (on, dependent) = row.split_once('\t').expect("two columns");
            depends.insert((node_of[dependent], node_of[on]));
            lines += 1;
        }
        assert_eq!(lines, depends.len(), "no pair is listed twice");
        Self { names: names.into_iter().map(|(name, _)| name.to_owned()).collect(), depends }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.names.len()).expect("the count is small")
    }

    fn graph(&self) -> Graph {
        let mut builder = GraphBuilder::new(self.count());
        for &(dependent, on) in &self.depends {
            builder.requires(dependent, [Some(on)]);
        }
        builder.build().expect("all numbers are in range")
    }

    fn order(&self, graph: &Graph, cycles: Cycles) -> Order {
        let all = NodeSet::all(self.count());
        let question =
            Question { candidates: &all, live: &NodeSet::new(), go: &all, cycles, weights: None };
        let order = graph.order(&question).expect("the question is well-formed");
        order.verify(graph, &question).expect("the answer supports itself");
        order
    }

    /// Checks that a witness is a closed walk of real dependencies, through different packages.
    fn check(&self, cycle: &Cycle) {
        assert!(cycle.exact);
        assert!(!cycle.witness.is_empty());
        let mut seen = BTreeSet::new();
        for (hop, next) in cycle.witness.iter().zip(cycle.witness.iter().cycle().skip(1)) {
            assert_eq!(hop.kind, HopKind::Requires);
            assert_eq!(hop.to, next.from);
            assert!(self.depends.contains(&(hop.from, hop.to)), "{hop:?} is no dependency");
            assert!(cycle.members.binary_search(&hop.from).is_ok());
            assert!(seen.insert(hop.from), "the witness passes {} twice", hop.from);
        }
    }
}

#[test]
fn the_packages_group_ship_in_waves_and_show_their_cycles() {
    let Some(folder) = folder() else {
        println!("skipped: debian (no data)");
        return;
    };
    let packages = Packages::load(&folder);
    assert_eq!((packages.count(), packages.depends.len()), (63_666, 264_856));
    let graph = packages.graph();

    let order = packages.order(&graph, Cycles::Atomic);
    assert!(order.dropped().is_empty() && order.missing().is_empty());
    let cycles = order.cycles();
    let several: Vec<&Cycle> = cycles.iter().filter(|cycle| cycle.members.len() > 1).collect();
    assert_eq!(several.len(), 60);
    assert_eq!(several.iter().map(|cycle| cycle.members.len()).max(), Some(11));
    assert!(cycles.iter().all(|cycle| !cycle.forbidden));
    let merged: usize = several.iter().map(|cycle| cycle.members.len() - 1).sum();
    assert_eq!(order.group_count() as usize, packages.names.len() - merged);
    let wave = |node: Node| order.group_of(node).and_then(|group| order.wave_of(group));
    for &(dependent, on) in &packages.depends {
        let together = order.group_of(dependent) == order.group_of(on);
        assert!(wave(on).is_some() && (together || wave(on) < wave(dependent)));
    }
    let path = order.critical_path();
    assert!(path.groups.len() <= order.wave_count() as usize);
    println!(
        "debian: {} groups in {} waves, {} cycles, longest chain {} packages",
        order.group_count(),
        order.wave_count(),
        cycles.len(),
        path.weight
    );

    let order = packages.order(&graph, Cycles::Forbidden);
    assert_eq!(order.cycles().len(), cycles.len());
    assert!(order.cycles().iter().all(|cycle| cycle.forbidden));
    for (refused, merged) in order.cycles().iter().zip(cycles) {
        packages.check(refused);
        assert_eq!((&refused.members, &refused.witness), (&merged.members, &merged.witness));
    }
    // All that is dropped is on a cycle or stands on one, and the rest ships.
    let looped: Vec<Node> = order.cycles().iter().flat_map(|cycle| cycle.members.clone()).collect();
    let above = graph.downstream(&looped).expect("the nodes exist");
    assert_eq!(order.dropped().len(), looped.len() + above.len());
    let shipped: usize = order.waves().map(<[_]>::len).sum();
    assert_eq!(shipped + order.dropped().len(), packages.names.len());
    let longest = order.cycles().iter().max_by_key(|cycle| cycle.witness.len());
    for hop in &longest.expect("there are cycles").witness {
        let name = |node: Node| &packages.names[node as usize];
        println!("{} requires {}", name(hop.from), name(hop.to));
    }
}
