//! Plain edges that come and go one at a time, with an order kept.

mod line;
mod lists;
mod search;

use super::Edges;
use crate::graph::build::check_range;
use crate::graph::limits::NUMBER_MAX;
use crate::graph::{GraphError, Node, NodeSet};
use line::Line;
use lists::Lists;
use search::{Outcome, Search};

/// Plain edges that come and go one at a time, never in a circle, with the nodes kept in an order
/// in which each comes after all that it waits for.
///
/// Use it where dependencies change while somebody looks: an edge that would close a circle is
/// refused with the chain that it closes, and most edges cost about as much as looking at what is
/// beside them, however large the graph. For waves and the chain that takes longest, ask
/// [`OrderedEdges::to_edges`].
///
/// The order depends on what it began with and on what came since, and on nothing else.
///
/// ```
/// use lynchpin::graph::{Edges, Inserted, OrderedEdges};
///
/// // 1 waits for 0.
/// let mut edges = OrderedEdges::new(&Edges::new(3, &[1], &[0])?)?;
/// assert_eq!(edges.insert(0, 2)?, Inserted::New);
/// assert_eq!(edges.order().collect::<Vec<_>>(), [2, 0, 1]);
///
/// // 2 cannot wait for 1: that waits for 0, which waits for 2.
/// assert_eq!(edges.insert(2, 1)?, Inserted::Refused { chain: vec![2, 0, 1] });
/// assert!(edges.remove(1, 0)?);
/// assert_eq!(edges.insert(2, 1)?, Inserted::New);
/// assert_eq!(edges.order().collect::<Vec<_>>(), [1, 2, 0]);
/// # Ok::<(), lynchpin::graph::GraphError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OrderedEdges {
    /// Node to those that it waits for.
    earlier: Lists,
    /// Node to those that wait for it.
    later: Lists,
    line: Line,
    count: u32,
    search: Search,
}

/// What became of an edge that was to be added.
///
/// Exhaustive on purpose: whoever adds edges has to think of each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// It was added.
    New,
    /// It was there already.
    Known,
    /// It would close a circle, so it was not added.
    Refused {
        /// The nodes of the circle: the first is the one that was to wait, each of the others
        /// waits for the one before it, and the last is what the first was to wait for. It may
        /// take a longer way round than needed. Only one node, if that was to wait for itself.
        chain: Vec<Node>,
    },
}

impl OrderedEdges {
    /// Begins with edges that were read in bulk, in the order of their waves.
    ///
    /// # Errors
    ///
    /// [`GraphError::Circle`] if some wait for each other.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, GraphError, OrderedEdges};
    /// let edges = Edges::new(4, &[0, 1, 3, 2], &[1, 3, 0, 3])?;
    /// let circle = GraphError::Circle { nodes: vec![0, 3, 1] };
    /// assert_eq!(OrderedEdges::new(&edges).err(), Some(circle));
    /// # Ok::<(), GraphError>(())
    /// ```
    pub fn new(edges: &Edges) -> Result<Self, GraphError> {
        let nodes = edges.nodes();
        let schedule = edges.schedule(None)?;
        if let Some(stuck) = schedule.stuck().next() {
            let is_stuck = |node| schedule.wave_of(node).is_none();
            return Err(GraphError::Circle { nodes: circle(edges, stuck, is_stuck) });
        }
        Ok(OrderedEdges {
            earlier: Lists::new(edges.earlier.clone()),
            // Turned round they are sorted, in whatever order the edges were given.
            later: Lists::new(edges.earlier.turned(nodes)),
            line: Line::new(schedule.order()),
            count: edges.count(),
            search: Search::new(nodes),
        })
    }

    /// How many nodes there are; they are numbered from 0.
    #[must_use]
    pub fn nodes(&self) -> u32 {
        self.earlier.rows()
    }

    /// How many edges there are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// What a node waits for, smallest first; nothing for an unknown one.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, OrderedEdges};
    /// let mut edges = OrderedEdges::new(&Edges::new(3, &[2], &[1])?)?;
    /// let _ = edges.insert(2, 0)?;
    /// assert_eq!(edges.earlier(2), [0, 1]);
    /// assert_eq!(edges.later(0), [2]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    #[must_use]
    pub fn earlier(&self, node: Node) -> &[Node] {
        if node < self.nodes() { self.earlier.row(node) } else { &[] }
    }

    /// What waits for a node, smallest first; nothing for an unknown one.
    #[must_use]
    pub fn later(&self, node: Node) -> &[Node] {
        if node < self.nodes() { self.later.row(node) } else { &[] }
    }

    /// All nodes, each after all that it waits for.
    pub fn order(&self) -> impl Iterator<Item = Node> + '_ {
        self.line.iter()
    }

    /// Where a node stands in the order: what comes later has a larger number. The numbers have
    /// gaps, and mean something only beside each other and until the next edge is added; `None`
    /// for an unknown node.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, OrderedEdges};
    /// let edges = OrderedEdges::new(&Edges::new(2, &[0], &[1])?)?;
    /// assert!(edges.place_of(1) < edges.place_of(0));
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    #[must_use]
    pub fn place_of(&self, node: Node) -> Option<u64> {
        (node < self.nodes()).then(|| self.line.label(node))
    }

    /// Adds a node without edges, last in the order; its number.
    ///
    /// # Errors
    ///
    /// [`GraphError::TooMany`] if there are as many as 32 bits count.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, OrderedEdges};
    /// let mut edges = OrderedEdges::new(&Edges::new(2, &[0], &[1])?)?;
    /// assert_eq!(edges.push_node()?, 2);
    /// assert_eq!(edges.order().collect::<Vec<_>>(), [1, 0, 2]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn push_node(&mut self) -> Result<Node, GraphError> {
        let node = self.nodes();
        has_room("nodes", node)?;
        self.earlier.push();
        self.later.push();
        self.line.push();
        self.search.push();
        Ok(node)
    }

    /// Adds an edge: `later` waits for `earlier` from now on, unless that closes a circle.
    ///
    /// Nothing is searched where `earlier` stands before `later` already. Else what waits for the
    /// one and what the other waits for is followed, between the two only, until either comes to
    /// an end: the smaller of the two moves. At worst that costs about as much as beginning anew.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`], or [`GraphError::TooMany`] if there are as many edges as 32
    /// bits count. Nothing has changed then.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, Inserted, OrderedEdges};
    /// let mut edges = OrderedEdges::new(&Edges::new(2, &[], &[])?)?;
    /// assert_eq!(edges.insert(0, 1)?, Inserted::New);
    /// assert_eq!(edges.insert(0, 1)?, Inserted::Known);
    /// assert_eq!(edges.insert(1, 0)?, Inserted::Refused { chain: vec![1, 0] });
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn insert(&mut self, later: Node, earlier: Node) -> Result<Inserted, GraphError> {
        self.check(later, earlier)?;
        if later == earlier {
            return Ok(Inserted::Refused { chain: vec![later] });
        }
        if self.earlier.row(later).binary_search(&earlier).is_ok() {
            return Ok(Inserted::Known);
        }
        has_room("edges", self.count)?;
        if self.line.label(earlier) > self.line.label(later) {
            match Search::run(self, later, earlier) {
                Outcome::Chain(chain) => return Ok(Inserted::Refused { chain }),
                Outcome::After(nodes) => self.line.move_after(earlier, &nodes),
                Outcome::Before(nodes) => self.line.move_before(later, &nodes),
            }
        }
        self.earlier.insert(later, earlier);
        self.later.insert(earlier, later);
        self.count += 1;
        Ok(Inserted::New)
    }

    /// Takes an edge away; `true` if it was there. The order stays as it is.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`].
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, OrderedEdges};
    /// let mut edges = OrderedEdges::new(&Edges::new(2, &[0], &[1])?)?;
    /// assert!(edges.remove(0, 1)?);
    /// assert!(!edges.remove(0, 1)?);
    /// assert_eq!(edges.count(), 0);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn remove(&mut self, later: Node, earlier: Node) -> Result<bool, GraphError> {
        self.check(later, earlier)?;
        let was_there = self.earlier.remove(later, earlier);
        if was_there {
            self.later.remove(earlier, later);
            self.count -= 1;
        }
        Ok(was_there)
    }

    /// The edges as they are now, for what is asked of all nodes at once.
    ///
    /// ```
    /// # use lynchpin::graph::{Edges, OrderedEdges};
    /// let mut edges = OrderedEdges::new(&Edges::new(3, &[1], &[0])?)?;
    /// let _ = edges.insert(2, 1)?;
    /// assert_eq!(edges.to_edges().schedule(None)?.wave_of(2), Some(3));
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    #[must_use]
    pub fn to_edges(&self) -> Edges {
        let earlier = self.earlier.to_rows(self.count);
        let later = self.later.to_rows(self.count);
        Edges { earlier, later, looped: NodeSet::new(), repeated: 0 }
    }

    fn check(&self, later: Node, earlier: Node) -> Result<(), GraphError> {
        check_range(self.nodes(), "`later`", [later].into_iter())?;
        check_range(self.nodes(), "`earlier`", [earlier].into_iter())
    }
}

/// Refuses one more than there may be.
fn has_room(what: &'static str, count: u32) -> Result<(), GraphError> {
    if count < NUMBER_MAX {
        return Ok(());
    }
    let (count, limit) = (u64::from(count) + 1, u64::from(NUMBER_MAX));
    Err(GraphError::TooMany { what, count, limit })
}

/// Nodes of which each waits for the one before it, and the first for the last: from a stuck node
/// always to the smallest stuck one that it waits for, until one comes again.
fn circle(edges: &Edges, stuck: Node, is_stuck: impl Fn(Node) -> bool) -> Vec<Node> {
    let mut seen = NodeSet::with_room(edges.nodes());
    let mut way = Vec::new();
    let mut at = stuck;
    while seen.insert(at) {
        way.push(at);
        let mut needed = edges.earlier(at).iter().copied();
        // What waits for nothing that is stuck waits for itself.
        at = needed.find(|&node| is_stuck(node)).unwrap_or(at);
    }
    way.drain(..way.iter().position(|&node| node == at).unwrap_or_default());
    way.reverse();
    // From the smallest on, so that it can be told again by its looks.
    let first = way.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |it| it.0);
    way.rotate_left(first);
    way
}
