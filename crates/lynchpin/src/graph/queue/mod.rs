//! Items in a queue: which wait for which, what follows if one fails, and which outcomes are worth
//! being tried beforehand.

use std::collections::{BinaryHeap, VecDeque};

use super::build::check_range;
use super::column::{Column, Rows, number};
use super::{Edges, GraphError, Node, NodeSet};

mod failed;
mod mixture;
mod runs;
mod standing;

pub use failed::Failed;
pub use runs::{Run, Runs};

/// A queue as it is given: its items are the nodes, numbered from 0 in the order of the queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueQuestion<'a> {
    /// How many items there are.
    pub nodes: u32,
    /// Those that cannot go, whatever the others do.
    pub out: &'a NodeSet,
    /// The pairs that interact, in any order and either way round.
    pub pairs: &'a [(Node, Node)],
    /// What the items need from each other.
    pub needs: &'a [QueueNeed],
}

/// One thing that an item needs: that any of some others succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueNeed {
    /// The item.
    pub node: Node,
    /// The others, at least one. If it names itself, the need is met.
    pub any: Vec<Node>,
}

/// How an item of a queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// It goes when its turn comes.
    Goes,
    /// It was given as one that cannot go.
    Out,
    /// It needs what cannot go.
    Lacks,
    /// It needs itself, through others.
    InCycle,
}

/// Where an item stands that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePlace {
    /// Its place among those that go, from 0: the order of the queue, but what stands ahead of what
    /// it needs comes after that.
    pub place: u32,
    /// The first round in which it may go, from 1, if everything succeeds and each round takes as
    /// long as another.
    pub round: u32,
}

/// The items of a queue with what follows from how they interact.
///
/// Of two that interact, the one behind waits for the one ahead; what needs another waits for it,
/// wherever that stands. Items that neither interact nor are tied through others are independent.
/// What cannot go holds nobody up that does not need it.
///
/// ```
/// use lynchpin::graph::{NodeSet, Outlook, Queue, QueueNeed, QueueQuestion};
///
/// // 1 interacts with 0, 3 needs 1, and nothing else is tied to 2.
/// let needs = [QueueNeed { node: 3, any: vec![1] }];
/// let question =
///     QueueQuestion { nodes: 4, out: &NodeSet::new(), pairs: &[(0, 1)], needs: &needs };
/// let queue = Queue::new(&question)?;
/// let rounds: Vec<u32> = queue.places(8).iter().flatten().map(|it| it.round).collect();
/// assert_eq!(rounds, [1, 2, 1, 3]);
/// assert_eq!(queue.outlook(3), Outlook::Goes);
/// let failed = queue.failed(1).unwrap();
/// assert_eq!((failed.dropped, failed.again), (vec![3], vec![]));
/// # Ok::<(), lynchpin::graph::GraphError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Queue {
    outlook: Column<Outlook>,
    /// Place to node, of those that go.
    order: Column<Node>,
    /// Node to place; past the last one for what does not go.
    place_of: Column<u32>,
    /// Place to the places that it waits for, all of them smaller.
    waits: Rows,
    /// Place to the places of which it needs any, for each thing that it needs.
    needs: Column<Vec<Vec<u32>>>,
    /// Each need of what goes, with the nodes that were chosen for it.
    chosen: Vec<QueueNeed>,
    cycles: Vec<Vec<Node>>,
}

impl Queue {
    /// Reads a queue.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`], [`GraphError::EmptyClause`] or [`GraphError::TooMany`].
    pub fn new(question: &QueueQuestion<'_>) -> Result<Self, GraphError> {
        check(question)?;
        let nodes = question.nodes;
        let settled = standing::settle(question)?;
        let goes = |node: Node| settled.outlook[node] == Outlook::Goes;
        let order = in_order(nodes, goes, &settled.chosen);
        let mut place_of = Column::filled(nodes, u32::MAX);
        for (place, &node) in (0u32..).zip(order.as_slice()) {
            place_of[node] = place;
        }
        let count = order.len();
        let mut needs = Column::filled(count, Vec::new());
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for need in &settled.chosen {
            let place = place_of[need.node];
            let any: Vec<u32> = need.any.iter().map(|&node| place_of[node]).collect();
            pairs.extend(any.iter().map(|&other| (place, other)));
            needs[place].push(any);
        }
        let going = question.pairs.iter().filter(|(a, b)| a != b && goes(*a) && goes(*b));
        pairs.extend(going.map(|(a, b)| {
            let (a, b) = (place_of[*a], place_of[*b]);
            (a.max(b), a.min(b))
        }));
        pairs.sort_unstable();
        pairs.dedup();
        let waits = Rows::from_pairs(count, pairs.iter().copied());
        let standing::Settled { outlook, chosen, cycles } = settled;
        Ok(Queue { outlook, order, place_of, waits, needs, chosen, cycles })
    }

    /// How an item stands; out, if it is unknown.
    #[must_use]
    pub fn outlook(&self, node: Node) -> Outlook {
        self.outlook.as_slice().get(node as usize).copied().unwrap_or(Outlook::Out)
    }

    /// The items that go, in the order in which they are considered.
    #[must_use]
    pub fn order(&self) -> &[Node] {
        self.order.as_slice()
    }

    /// What an item that goes waits for itself, smallest first.
    #[must_use]
    pub fn waits_for(&self, node: Node) -> Vec<Node> {
        let Some(place) = self.place(node) else { return Vec::new() };
        let mut nodes: Vec<Node> = self.waits.row(place).iter().map(|&it| self.order[it]).collect();
        nodes.sort_unstable();
        nodes
    }

    /// What is needed of what goes, with the nodes that were chosen for it: all that stand ahead
    /// and go or, if there is none, the first that does.
    #[must_use]
    pub fn chosen(&self) -> &[QueueNeed] {
        &self.chosen
    }

    /// The shortest cycle of needs through the first item of each knot, each node before the one
    /// that it needs; by the first node.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<Node>] {
        &self.cycles
    }

    /// Where each item stands if at most so many go in one round, for each node; none for what does
    /// not go, nor for anything if none may go in a round.
    #[must_use]
    pub fn places(&self, slots: u32) -> Vec<Option<QueuePlace>> {
        let count = self.order.len();
        let rounds = if slots == 0 { Column::filled(count, 0) } else { self.rounds(slots) };
        let of = |&place: &u32| {
            let round = rounds.as_slice().get(place as usize).copied().filter(|it| *it > 0)?;
            Some(QueuePlace { place, round })
        };
        self.place_of.as_slice().iter().map(of).collect()
    }

    /// The round of each place: of what has to wait for nothing any more, the first in the queue
    /// go.
    fn rounds(&self, slots: u32) -> Column<u32> {
        let count = self.order.len();
        let later = self.waits.turned(count);
        let mut waiting: Column<u32> =
            (0..count).map(|place| number(self.waits.row(place).len())).collect();
        let mut rounds = Column::filled(count, 0);
        let mut ready: BinaryHeap<std::cmp::Reverse<u32>> =
            (0..count).filter(|&place| waiting[place] == 0).map(std::cmp::Reverse).collect();
        let mut round = 0;
        while !ready.is_empty() {
            round += 1;
            let now: Vec<u32> =
                (0..slots).map_while(|_| ready.pop()).map(|std::cmp::Reverse(it)| it).collect();
            for place in now {
                rounds[place] = round;
                for &next in later.row(place) {
                    waiting[next] -= 1;
                    if waiting[next] == 0 {
                        ready.push(std::cmp::Reverse(next));
                    }
                }
            }
        }
        rounds
    }

    /// The place of a node that goes.
    fn place(&self, node: Node) -> Option<u32> {
        self.place_of.as_slice().get(node as usize).copied().filter(|it| *it < self.order.len())
    }
}

fn check(question: &QueueQuestion<'_>) -> Result<(), GraphError> {
    let ends = question.pairs.iter().flat_map(|(a, b)| [*a, *b]);
    check_range(question.nodes, "`pairs`", ends)?;
    check_range(question.nodes, "`out`", question.out.iter())?;
    for need in question.needs {
        check_range(question.nodes, "`needs`", need.any.iter().copied().chain([need.node]))?;
        if need.any.is_empty() {
            return Err(GraphError::EmptyClause { node: need.node });
        }
    }
    Ok(())
}

/// What goes, each after all that it needs, else in the order of the queue: the first of which
/// nothing is still to come is next.
fn in_order(nodes: u32, goes: impl Fn(Node) -> bool, chosen: &[QueueNeed]) -> Column<Node> {
    let mut waiting = Column::filled(nodes, 0u32);
    let mut later: Column<Vec<Node>> = Column::filled(nodes, Vec::new());
    for need in chosen {
        waiting[need.node] += number(need.any.len());
        need.any.iter().for_each(|&earlier| later[earlier].push(need.node));
    }
    let mut ready: BinaryHeap<std::cmp::Reverse<Node>> = (0..nodes)
        .filter(|&node| goes(node) && waiting[node] == 0)
        .map(std::cmp::Reverse)
        .collect();
    let mut order = Column::default();
    while let Some(std::cmp::Reverse(node)) = ready.pop() {
        order.push(node);
        for &next in &later[node] {
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push(std::cmp::Reverse(next));
            }
        }
    }
    order
}

/// The shortest way from a node back to itself along edges among some nodes.
fn shortest_round(edges: &Edges, among: &NodeSet, start: Node) -> Vec<Node> {
    let mut came_from: Column<Node> = Column::filled(edges.nodes(), Node::MAX);
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for &next in edges.earlier(node) {
            if next == start {
                return walk_back(&came_from, start, node);
            }
            if among.contains(next) && came_from[next] == Node::MAX {
                came_from[next] = node;
                open.push_back(next);
            }
        }
    }
    vec![start]
}

fn walk_back(came_from: &Column<Node>, start: Node, end: Node) -> Vec<Node> {
    let mut way = vec![end];
    let mut at = end;
    while at != start {
        at = came_from[at];
        way.push(at);
    }
    way.reverse();
    way
}
