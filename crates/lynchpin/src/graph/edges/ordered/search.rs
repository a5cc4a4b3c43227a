//! A search from both ends of a new edge, no longer than the shorter of the two takes.

use std::collections::VecDeque;

use super::OrderedEdges;
use crate::graph::Node;
use crate::graph::column::Column;

/// From which end of the new edge a node was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Waits for the node that is to wait.
    After,
    /// The node that is to be waited for waits for it.
    Before,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    found: Option<Side>,
    /// From where it was found; from itself, where the search began.
    from: Node,
}

/// What a search came to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A chain that leads from the first of the two to the second.
    Chain(Vec<Node>),
    /// There is none: these come after the second, in this order.
    After(Vec<Node>),
    /// There is none: these come before the first, in this order.
    Before(Vec<Node>),
}

/// What a search writes on, kept for the next one.
#[derive(Debug, Clone)]
pub(super) struct Search {
    steps: Column<Step>,
    after: Front,
    before: Front,
}

/// One of the two ends of a search.
#[derive(Debug, Clone, Default)]
struct Front {
    seen: Vec<Node>,
    open: VecDeque<Node>,
    /// How many edges were looked at, and nodes.
    looked: u64,
}

const UNSEEN: Step = Step { found: None, from: 0 };

impl Search {
    pub(super) fn new(nodes: u32) -> Self {
        let steps = Column::filled(nodes, UNSEEN);
        Search { steps, after: Front::default(), before: Front::default() }
    }

    pub(super) fn push(&mut self) {
        self.steps.push(UNSEEN);
    }

    /// Whether a chain leads from `later` to `earlier`, which comes after it in the order; if not,
    /// what has to move so that it comes before it.
    ///
    /// Both ends are followed in turns, always the one that has looked at less, and only between
    /// the two places. When one of them has nothing more to follow, no chain joins them, and the
    /// nodes of that end are all that has to move. As long as no node was found from both ends,
    /// no edge was looked at twice from the same end, so that this costs no more than reading all
    /// edges in both directions.
    ///
    /// One end goes deep and the other wide. Going deep comes close to the other end soon, and
    /// what is wide there is likely to be hit: where much waits for much, a chain is found after
    /// a few hundred nodes among millions.
    pub(super) fn run(edges: &mut OrderedEdges, later: Node, earlier: Node) -> Outcome {
        let mut search = std::mem::replace(&mut edges.search, Search::new(0));
        search.begin(Side::After, later);
        search.begin(Side::Before, earlier);
        let outcome = search.follow(edges, later, earlier);
        search.clear();
        edges.search = search;
        outcome
    }

    fn follow(&mut self, edges: &OrderedEdges, later: Node, earlier: Node) -> Outcome {
        loop {
            let Some(&after) = self.after.open.back() else {
                return Outcome::After(sorted(edges, &self.after.seen));
            };
            let Some(&before) = self.before.open.front() else {
                return Outcome::Before(sorted(edges, &self.before.seen));
            };
            let (waiting, needed) = (edges.later.row(after), edges.earlier.row(before));
            // Counted with what comes next, so that a node with very many edges is not looked at
            // while the other end has little left.
            let costs = [
                self.after.looked + waiting.len() as u64 + 1,
                self.before.looked + needed.len() as u64 + 1,
            ];
            let met = if costs[0] <= costs[1] {
                self.after.looked = costs[0];
                self.after.open.pop_back();
                let end = edges.line.label(earlier);
                self.look(Side::After, after, waiting, |node| edges.line.label(node) <= end)
            } else {
                self.before.looked = costs[1];
                self.before.open.pop_front();
                let end = edges.line.label(later);
                self.look(Side::Before, before, needed, |node| edges.line.label(node) >= end)
            };
            if let Some((after, before)) = met {
                return Outcome::Chain(self.chain(after, before));
            }
        }
    }

    /// Looks at the nodes beside one that are between the two places; the two ends, if they meet.
    fn look(
        &mut self,
        side: Side,
        node: Node,
        beside: &[Node],
        is_between: impl Fn(Node) -> bool,
    ) -> Option<(Node, Node)> {
        for &next in beside.iter().filter(|&&next| is_between(next)) {
            match self.steps[next].found {
                None => {
                    self.steps[next] = Step { found: Some(side), from: node };
                    self.front(side).found(next);
                }
                Some(found) if found == side => {}
                Some(Side::Before) => return Some((node, next)),
                Some(Side::After) => return Some((next, node)),
            }
        }
        None
    }

    /// The chain through the two nodes at which the ends met.
    fn chain(&self, after: Node, before: Node) -> Vec<Node> {
        let mut chain: Vec<Node> = self.way_back(after).collect();
        chain.reverse();
        chain.extend(self.way_back(before));
        chain
    }

    /// A node, and from where each was found, to where the search began.
    fn way_back(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(Some(node), |&node| {
            let from = self.steps[node].from;
            (from != node).then_some(from)
        })
    }

    fn begin(&mut self, side: Side, node: Node) {
        self.steps[node] = Step { found: Some(side), from: node };
        self.front(side).found(node);
    }

    fn front(&mut self, side: Side) -> &mut Front {
        match side {
            Side::After => &mut self.after,
            Side::Before => &mut self.before,
        }
    }

    /// Makes ready for the next search, at no more than what this one cost.
    fn clear(&mut self) {
        for front in [&mut self.after, &mut self.before] {
            front.seen.iter().for_each(|&node| self.steps[node] = UNSEEN);
            front.seen.clear();
            front.open.clear();
            front.looked = 0;
        }
    }
}

impl Front {
    fn found(&mut self, node: Node) {
        self.seen.push(node);
        self.open.push_back(node);
    }
}

/// Nodes in the order in which they stand.
fn sorted(edges: &OrderedEdges, nodes: &[Node]) -> Vec<Node> {
    let mut nodes = nodes.to_vec();
    nodes.sort_unstable_by_key(|&node| edges.line.label(node));
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Edges, GraphError};

    /// What a search looks at from each end.
    fn looked(edges: &OrderedEdges, later: Node, earlier: Node) -> (u64, u64) {
        let mut search = Search::new(edges.nodes());
        search.begin(Side::After, later);
        search.begin(Side::Before, earlier);
        let _ = search.follow(edges, later, earlier);
        (search.after.looked, search.before.looked)
    }

    #[test]
    fn what_has_many_edges_is_left_alone_where_the_other_end_is_near() -> Result<(), GraphError> {
        let many: Vec<Node> = (1..1_001).collect();
        let mut edges = OrderedEdges::new(&Edges::new(1_001, &many, &[0; 1_000])?)?;
        let lone = edges.push_node()?;
        assert_eq!(looked(&edges, 0, lone), (0, 1));
        Ok(())
    }

    /// The ends are in balance, and each edge is looked at once from each of them at most.
    #[test]
    fn a_search_costs_no_more_than_all_edges() -> Result<(), GraphError> {
        // Two rows of nodes, each of which waits for several of the ones before it.
        let pairs = (3..400u32).flat_map(|node| [1, 2, 3].map(|back| (node, node - back)));
        let pairs = pairs.filter(|(later, earlier)| (later - earlier) % 2 == 0 || later % 50 == 0);
        let (later, earlier): (Vec<Node>, Vec<Node>) = pairs.unzip();
        let edges = OrderedEdges::new(&Edges::new(400, &later, &earlier)?)?;
        let all = u64::from(edges.count() + edges.nodes());
        for (first, second) in (0..400).flat_map(|a| (0..400).step_by(7).map(move |b| (a, b))) {
            if edges.line.label(first) < edges.line.label(second) {
                let (after, before) = looked(&edges, first, second);
                assert!(after <= all && before <= all);
                assert!(after.abs_diff(before) <= 8, "{after} and {before} of {first}, {second}");
            }
        }
        Ok(())
    }
}
