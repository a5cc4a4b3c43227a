//! The graphs that are ordered, made up the same in every run, and written to files.

use std::fs;
use std::io::{Error, Result};
use std::path::PathBuf;

const EDGES_OF_A_NODE: usize = 5;
const LAYERS: u32 = 50;

/// What edges a graph has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// To nodes of the three layers before.
    Layered,
    /// To any nodes before.
    Random,
    /// To near nodes only, in many small heaps.
    Heaps,
}

/// A graph in a file: how many nodes and edges, what waits, and what each of these waits for, in
/// numbers of 32 bits. The file goes with it.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) nodes: u32,
    pub(crate) edges: u32,
    pub(crate) file: PathBuf,
}

impl Input {
    /// Makes a graph up.
    pub(crate) fn made(shape: Shape, nodes: u32) -> Result<Input> {
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
        Self::written(format!("{shape:?}, {nodes} nodes"), nodes, &later, &earlier)
    }

    /// Writes a graph down.
    pub(crate) fn written(
        name: String,
        nodes: u32,
        later: &[u32],
        earlier: &[u32],
    ) -> Result<Input> {
        let folder = PathBuf::from("target/figures-plan");
        fs::create_dir_all(&folder)?;
        let file = folder.join(name.replace([',', ' '], "-"));
        let edges = u32::try_from(later.len()).map_err(Error::other)?;
        let numbers = [nodes, edges].into_iter().chain(later.iter().chain(earlier).copied());
        fs::write(&file, numbers.flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
        Ok(Input { name, nodes, edges, file })
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
