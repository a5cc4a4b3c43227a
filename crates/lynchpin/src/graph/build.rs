//! Collecting dependencies, checking them once, and the immutable graph they make.

use super::column::{Column, Rows, number};
use super::limits::NUMBER_MAX;
use super::{GraphError, Node, NodeSet};

/// Two nodes that must not ship in one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conflict {
    /// The smaller node.
    pub a: Node,
    /// The larger node.
    pub b: Node,
    /// Whether they must never be live together either.
    pub exclusive: bool,
}

/// Collects dependencies. Nothing is checked until [`GraphBuilder::build`].
///
/// A node may name itself: `requires` and `after` itself are cycles of length one, `together` and
/// `conflicts` with itself mean nothing. Repeating an edge changes nothing.
///
/// ```
/// use lynchpin::graph::{GraphBuilder, GraphError};
///
/// let mut builder = GraphBuilder::new(2);
/// builder.after(1, 7);
/// let error = builder.build().err();
/// assert_eq!(error, Some(GraphError::NodeOutOfRange { node: 7, nodes: 2, place: "`after`" }));
/// ```
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    nodes: u32,
    owners: Vec<Node>,
    /// Where each clause ends in `alternatives`.
    ends: Vec<usize>,
    alternatives: Vec<Node>,
    empty: Option<Node>,
    together: Vec<(Node, Node)>,
    after: Vec<(Node, Node)>,
    conflicts: Vec<Conflict>,
}

impl GraphBuilder {
    /// A graph of the nodes from 0 up to, but without, `nodes`, and no edges yet.
    #[must_use]
    pub const fn new(nodes: u32) -> Self {
        Self {
            nodes,
            owners: Vec::new(),
            ends: Vec::new(),
            alternatives: Vec::new(),
            empty: None,
            together: Vec::new(),
            after: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    /// Adds a clause: `node` needs one of the alternatives live or shipped before it.
    ///
    /// `None` is an alternative that is not in the graph at all; it can never meet the clause, but
    /// a clause of nothing else is reported as missing rather than refused. The clauses of a node
    /// are numbered from 0 in the order in which they are added; answers use that number.
    pub fn requires(&mut self, node: Node, alternatives: impl IntoIterator<Item = Option<Node>>) {
        let mut any = false;
        for alternative in alternatives {
            any = true;
            self.alternatives.extend(alternative);
        }
        if !any {
            self.empty = self.empty.or(Some(node));
        }
        self.owners.push(node);
        self.ends.push(self.alternatives.len());
    }

    /// Adds a pair that ships as one group.
    pub fn together(&mut self, a: Node, b: Node) {
        self.together.push((a, b));
    }

    /// Adds an order: `later` ships after `earlier` if both are in the item.
    pub fn after(&mut self, later: Node, earlier: Node) {
        self.after.push((later, earlier));
    }

    /// Adds a pair that must not ship in one item; with `exclusive`, that must never be live
    /// together. If a pair is given more than once, one `exclusive` is enough.
    pub fn conflicts(&mut self, a: Node, b: Node, exclusive: bool) {
        self.conflicts.push(Conflict { a: a.min(b), b: a.max(b), exclusive });
    }

    /// Checks every number and makes the graph.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`], [`GraphError::EmptyClause`], or [`GraphError::TooMany`] if
    /// there are more nodes or edges than 32 bits count.
    pub fn build(self) -> Result<Graph, GraphError> {
        self.check()?;
        let nodes = self.nodes;
        let both = |pairs: &[(Node, Node)]| {
            let flipped = pairs.iter().map(|&(a, b)| (b, a)).collect::<Vec<_>>();
            Rows::from_pairs(nodes, pairs.iter().copied().chain(flipped.iter().copied()))
        };
        let conflicts = merge(self.conflicts);
        let places = || (0u32..).zip(&conflicts);
        let conflicts_of = Rows::from_pairs(
            nodes,
            places().map(|(i, c)| (c.a, i)).chain(places().map(|(i, c)| (c.b, i))),
        );
        let (clauses_of, clauses) = clauses(nodes, &self.owners, &self.ends, self.alternatives);
        let asks = |node: Node| {
            let alternatives = clauses_of.places(node).flat_map(|clause| clauses.row(clause));
            alternatives.map(move |&alternative| (alternative, node))
        };
        let required_by = Rows::from_pairs(nodes, (0..nodes).flat_map(asks));
        Ok(Graph {
            nodes,
            clauses_of,
            clauses,
            required_by,
            together: both(&self.together),
            after: Rows::from_pairs(nodes, self.after.iter().copied()),
            conflicts: conflicts.into(),
            conflicts_of,
        })
    }

    fn check(&self) -> Result<(), GraphError> {
        let limit = u64::from(NUMBER_MAX);
        let counts = [
            ("nodes", u64::from(self.nodes)),
            ("clauses", self.owners.len() as u64),
            ("alternatives", self.alternatives.len() as u64),
            ("`together` pairs", self.together.len() as u64 * 2),
            ("`after` pairs", self.after.len() as u64),
            ("conflicts", self.conflicts.len() as u64 * 2),
        ];
        for (what, count) in counts {
            if count > limit {
                return Err(GraphError::TooMany { what, count, limit });
            }
        }
        check_range(self.nodes, "`requires`", self.owners.iter().copied())?;
        check_range(self.nodes, "`requires`", self.alternatives.iter().copied())?;
        check_range(self.nodes, "`together`", self.together.iter().flat_map(|&(a, b)| [a, b]))?;
        check_range(self.nodes, "`after`", self.after.iter().flat_map(|&(a, b)| [a, b]))?;
        check_range(self.nodes, "`conflicts`", self.conflicts.iter().flat_map(|c| [c.a, c.b]))?;
        self.empty.map_or(Ok(()), |node| Err(GraphError::EmptyClause { node }))
    }
}

/// Refuses a node that is not one of so many.
pub(super) fn check_range(
    nodes: u32,
    place: &'static str,
    mut given: impl Iterator<Item = Node>,
) -> Result<(), GraphError> {
    let wrong = given.find(|&node| node >= nodes);
    wrong.map_or(Ok(()), |node| Err(GraphError::NodeOutOfRange { node, nodes, place }))
}

/// Sorts the clauses by node; within a node they keep their order.
fn clauses(nodes: u32, owners: &[Node], ends: &[usize], alternatives: Vec<Node>) -> (Rows, Rows) {
    let alternatives = Column::from(alternatives);
    let given = Rows::from_pairs(nodes, owners.iter().copied().zip(0u32..));
    let ends = ends.iter().map(|&end| number(end)).collect::<Column<u32>>();
    let mut clauses = Rows::with_room(number(owners.len()), alternatives.len() as usize);
    let mut clauses_of = Rows::with_room(nodes, owners.len());
    for node in 0..nodes {
        for &clause in given.row(node) {
            let start = if clause == 0 { 0 } else { ends[clause - 1] };
            for &alternative in alternatives.range(start..ends[clause]) {
                clauses.push(alternative);
            }
            clauses.close_sorted();
            clauses_of.push(clauses.rows() - 1);
        }
        clauses_of.close();
    }
    (clauses_of, clauses)
}

/// Sorts conflicts, joins repeated ones and leaves out those of a node with itself.
fn merge(mut conflicts: Vec<Conflict>) -> Vec<Conflict> {
    conflicts.retain(|conflict| conflict.a != conflict.b);
    conflicts.sort_unstable();
    // The exclusive one of two sorts last, so it is the one that is kept.
    conflicts.reverse();
    conflicts.dedup_by_key(|conflict| (conflict.a, conflict.b));
    conflicts.reverse();
    conflicts
}

/// Dependencies, checked and immutable.
///
/// Made by [`GraphBuilder`]; one graph answers any number of questions.
#[derive(Debug, Clone)]
pub struct Graph {
    nodes: u32,
    /// Node to its clauses. The clauses of all nodes stand in node order, so a row is a run of
    /// consecutive numbers and its places are the clause numbers themselves.
    clauses_of: Rows,
    /// Clause to its alternatives.
    pub(super) clauses: Rows,
    /// Node to the nodes that have it as an alternative.
    pub(super) required_by: Rows,
    /// Node to the nodes it ships together with.
    pub(super) together: Rows,
    /// Node to those it ships after.
    pub(super) after: Rows,
    pub(super) conflicts: Column<Conflict>,
    /// Node to its conflicts.
    pub(super) conflicts_of: Rows,
}

impl Graph {
    /// How many nodes there are; they are numbered from 0.
    #[must_use]
    pub const fn nodes(&self) -> u32 {
        self.nodes
    }

    /// The conflicts that a node has with any other, whether or not that one is in an item.
    ///
    /// Use it for conflicts with what is live or in flight elsewhere; conflicts inside an item are
    /// in [`Order::conflicts`](crate::graph::Order::conflicts). An unknown node has none.
    ///
    /// ```
    /// # use lynchpin::graph::GraphBuilder;
    /// let mut builder = GraphBuilder::new(3);
    /// builder.conflicts(2, 0, true);
    /// let graph = builder.build()?;
    /// let other: Vec<_> = graph.conflicts_of(0).map(|c| (c.b, c.exclusive)).collect();
    /// assert_eq!(other, [(2, true)]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn conflicts_of(&self, node: Node) -> impl Iterator<Item = Conflict> + '_ {
        let row = if node < self.nodes { self.conflicts_of.row(node) } else { &[] };
        row.iter().map(|&place| self.conflicts[place])
    }

    /// The clauses of a node, in the order in which they were added: of each the alternatives that
    /// are in the graph. An unknown node has none.
    ///
    /// ```
    /// # use lynchpin::graph::GraphBuilder;
    /// let mut builder = GraphBuilder::new(3);
    /// builder.requires(0, [Some(2), Some(1)]);
    /// builder.requires(0, [None]);
    /// let graph = builder.build()?;
    /// assert_eq!(graph.clauses_of(0).collect::<Vec<_>>(), [&[1, 2][..], &[]]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn clauses_of(&self, node: Node) -> impl Iterator<Item = &[Node]> {
        let clauses = if node < self.nodes { self.clause_range(node) } else { 0..0 };
        clauses.map(|clause| self.clauses.row(clause))
    }

    /// The numbers of a node's clauses.
    pub(super) fn clause_range(&self, node: Node) -> std::ops::Range<u32> {
        self.clauses_of.places(node)
    }

    /// Refuses a set with a node that is not in the graph.
    pub(super) fn check_set(&self, place: &'static str, set: &NodeSet) -> Result<(), GraphError> {
        // The largest tells of all.
        check_range(self.nodes, place, set.last().into_iter())
    }
}
