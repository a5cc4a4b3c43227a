//! The answer to a question: groups, waves, what is dropped, and why.

use super::column::{Column, Rows};
use super::cycle::judge;
use super::local::Local;
use super::set::Rank;
use super::{Conflict, Graph, GraphError, Group, Node, NodeSet, Question, chain, ship};

/// How the candidates of one question ship.
///
/// It holds plain numbers and no reference to the graph. Everything in it is sorted, so that two
/// equal questions give equal answers, whatever order the edges were given in.
#[derive(Debug, Clone)]
pub struct Order {
    pub(super) rank: Rank,
    pub(super) group_of: Column<Group>,
    pub(super) steps: Rows,
    pub(super) wave_of: Column<u32>,
    pub(super) waves: Rows,
    pub(super) dependencies: Rows,
    cycles: Vec<Cycle>,
    missing: Vec<Missing>,
    conflicts: Vec<Conflict>,
    dropped: Vec<Dropped>,
    critical_path: CriticalPath,
}

/// Candidates that wait for each other in a circle, with one circle as proof.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// All nodes of the component, smallest first, with those that are in it only through their
    /// group. For a cycle of `after` inside a group, the nodes that it orders.
    pub members: Vec<Node>,
    /// A circle through some of them: each hop starts where the one before ended, and the last one
    /// ends where the first starts. It has the fewest dependencies (a [`HopKind::Together`] hop is
    /// none); of several such circles it is the one whose groups, from the smallest, compare
    /// smallest.
    pub witness: Vec<Hop>,
    /// Whether no shorter circle exists. `false` in a component of more than
    /// [`WITNESS_GROUPS`](crate::graph::WITNESS_GROUPS) groups: there the witness is the shortest
    /// through the smallest group.
    pub exact: bool,
    /// Whether its members are refused; otherwise they became one atomic group.
    pub forbidden: bool,
}

/// One edge of a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// The node that waits.
    pub from: Node,
    /// Why it waits.
    pub kind: HopKind,
    /// The node that it waits for.
    pub to: Node,
}

/// Why one node of a witness waits for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HopKind {
    /// It requires it, maybe as one of several alternatives.
    Requires,
    /// It is after it.
    After,
    /// Both ship in one group, so that what one waits for the other waits for as well.
    Together,
}

/// Something needed that is neither live nor a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// No alternative of a clause is.
    Requirement {
        /// The node whose clause it is.
        node: Node,
        /// The clause: the node's first one has number 0.
        clause: u32,
    },
    /// A `together` partner is not.
    Partner {
        /// The node that is a candidate.
        node: Node,
        /// Its partner that is not.
        partner: Node,
    },
}

impl Missing {
    /// The candidate that misses it.
    #[must_use]
    pub const fn node(&self) -> Node {
        match *self {
            Self::Requirement { node, .. } | Self::Partner { node, .. } => node,
        }
    }
}

/// A group that does not ship, with reasons of its own kept apart from those it only inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The group.
    pub group: Group,
    /// Its members that may not ship by their own verdict.
    pub not_go: Vec<Node>,
    /// Whether a member misses something ([`Order::missing`]).
    pub missing: bool,
    /// Whether it is on a forbidden cycle ([`Order::cycles`]).
    pub cycle: bool,
    /// The dropped groups that its unmet clauses wait for, smallest first.
    pub blocked_by: Vec<Group>,
    /// The groups with reasons of their own that it waits for in the end, itself if it is one,
    /// smallest first, at most [`ROOTS_LISTED`](crate::graph::ROOTS_LISTED). Never empty.
    pub roots: Vec<Group>,
    /// Whether there are more roots than are listed.
    pub more_roots: bool,
}

impl Dropped {
    /// Whether it has a reason of its own.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        !self.not_go.is_empty() || self.missing || self.cycle
    }
}

/// The chain of shipped groups that takes longest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CriticalPath {
    /// The groups, first to ship first. Empty if nothing ships.
    pub groups: Vec<Group>,
    /// The sum of the weights of their nodes.
    pub weight: u64,
}

impl Graph {
    /// Answers how the candidates would ship.
    ///
    /// Groups and cycles are judged as if each candidate were a go, and what it misses were there;
    /// then groups on a forbidden cycle, with a member that is no go or that misses something are
    /// held back, and the largest set that can ship without them is put into waves.
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeOutOfRange`] if a set names a node that is not in the graph,
    /// [`GraphError::WeightCount`] and [`GraphError::WeightOverflow`] if the weights are no use.
    ///
    /// ```
    /// use lynchpin::graph::{Cycles, GraphBuilder, HopKind, NodeSet, Question};
    ///
    /// // 0 and 1 require each other; 2 requires 1; 3 stands alone.
    /// let mut builder = GraphBuilder::new(4);
    /// builder.requires(0, [Some(1)]);
    /// builder.requires(1, [Some(0)]);
    /// builder.requires(2, [Some(1)]);
    /// let graph = builder.build()?;
    /// let (all, none) = (NodeSet::all(4), NodeSet::new());
    /// let mut question = Question {
    ///     candidates: &all,
    ///     live: &none,
    ///     go: &all,
    ///     cycles: Cycles::Forbidden,
    ///     weights: None,
    /// };
    ///
    /// let order = graph.order(&question)?;
    /// let witness = order.cycles().first().map(|cycle| cycle.witness.len());
    /// assert_eq!(witness, Some(2));
    /// assert_eq!(order.wave(1), [3]);
    /// // Group 2 has no reason of its own: it inherits the cycle's.
    /// let last = order.dropped().last().map(|dropped| dropped.roots.clone());
    /// assert_eq!(last, Some(vec![0, 1]));
    ///
    /// question.cycles = Cycles::Atomic;
    /// let order = graph.order(&question)?;
    /// assert_eq!(order.steps(0), [0, 1]);
    /// assert_eq!(order.group_of(2).and_then(|group| order.wave_of(group)), Some(2));
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn order(&self, question: &Question<'_>) -> Result<Order, GraphError> {
        question.check(self)?;
        let local = Local::new(self, question);
        let (mut judged, at_best) = judge(self, &local, question);
        let settled = ship::ship(&local, question, &mut judged, at_best);
        let dropped = ship::dropped(&local, question, &judged, &settled);
        let steps = ship::steps(&local, &judged);
        let shipped = (0u32..).zip(settled.wave.as_slice()).filter(|&(_, &wave)| wave > 0);
        let waves =
            Rows::from_pairs(settled.waves, shipped.map(|(group, &wave)| (wave - 1, group)));
        let dependencies = chain::dependencies(&local, &judged, &settled);
        let critical_path = chain::critical_path(question, &steps, &waves, &dependencies);
        judged.cycles.sort_unstable();
        Ok(Order {
            rank: local.rank,
            group_of: judged.grouping.group_of,
            steps,
            wave_of: settled.wave,
            waves,
            dependencies,
            cycles: judged.cycles,
            missing: local.missing,
            conflicts: self.conflicts_among(question.candidates),
            dropped,
            critical_path,
        })
    }

    fn conflicts_among(&self, candidates: &NodeSet) -> Vec<Conflict> {
        candidates
            .iter()
            .flat_map(|node| self.conflicts_of(node).filter(move |conflict| conflict.a == node))
            .filter(|conflict| candidates.contains(conflict.b))
            .collect()
    }
}

impl Order {
    /// How many groups the candidates form, shipped or not. They are numbered from 0 by their
    /// smallest node.
    #[must_use]
    pub fn group_count(&self) -> u32 {
        self.steps.rows()
    }

    /// The group of a candidate; `None` for what is no candidate.
    #[must_use]
    pub fn group_of(&self, node: Node) -> Option<Group> {
        self.rank.of(node).map(|local| self.group_of[local])
    }

    /// The nodes of a group in the order in which they ship: `after` what they are after, otherwise
    /// by number. Empty for an unknown group.
    #[must_use]
    pub fn steps(&self, group: Group) -> &[Node] {
        if group < self.group_count() { self.steps.row(group) } else { &[] }
    }

    /// How many waves there are.
    #[must_use]
    pub fn wave_count(&self) -> u32 {
        self.waves.rows()
    }

    /// The groups of a wave, smallest first. The first wave has number 1; empty for an unknown one.
    #[must_use]
    pub fn wave(&self, wave: u32) -> &[Group] {
        let known = (1..=self.wave_count()).contains(&wave);
        if known { self.waves.row(wave - 1) } else { &[] }
    }

    /// The waves, first to last.
    pub fn waves(&self) -> impl Iterator<Item = &[Group]> {
        (0..self.waves.rows()).map(|wave| self.waves.row(wave))
    }

    /// The wave of a group, from 1; `None` if it is dropped or unknown.
    #[must_use]
    pub fn wave_of(&self, group: Group) -> Option<u32> {
        let known = group < self.group_count();
        known.then(|| self.wave_of[group]).filter(|&wave| wave > 0)
    }

    /// The groups that a shipped group follows, smallest first: for each clause that neither a live
    /// node nor its own group meets the alternative that ships first, and what it is `after`.
    #[must_use]
    pub fn dependencies(&self, group: Group) -> &[Group] {
        if group < self.group_count() { self.dependencies.row(group) } else { &[] }
    }

    /// The cycles, those that became groups and those that are refused, by their smallest member.
    #[must_use]
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }

    /// What is missing, by node; requirements of a node before its partners.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The conflicts whose two ends are candidates, by node.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The groups that do not ship, smallest first, each with its reasons.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// The chain of shipped groups with the largest weight. Ties go to the smaller group, from the
    /// last one of the chain backwards.
    #[must_use]
    pub const fn critical_path(&self) -> &CriticalPath {
        &self.critical_path
    }

    /// The dependencies that no chain of others implies, as (later, earlier), sorted: the fewest
    /// arrows that say the same.
    ///
    /// # Errors
    ///
    /// [`GraphError::TooMany`] above
    /// [`REDUCTION_GROUPS`](crate::graph::REDUCTION_GROUPS) shipped groups.
    ///
    /// ```
    /// # use lynchpin::graph::{Cycles, GraphBuilder, NodeSet, Question};
    /// let mut builder = GraphBuilder::new(3);
    /// builder.requires(1, [Some(0)]);
    /// builder.requires(2, [Some(1)]);
    /// builder.requires(2, [Some(0)]);
    /// let graph = builder.build()?;
    /// let (all, none) = (NodeSet::all(3), NodeSet::new());
    /// let cycles = Cycles::Forbidden;
    /// let question =
    ///     Question { candidates: &all, live: &none, go: &all, cycles, weights: None };
    /// assert_eq!(graph.order(&question)?.reduction()?, [(1, 0), (2, 1)]);
    /// # Ok::<(), lynchpin::graph::GraphError>(())
    /// ```
    pub fn reduction(&self) -> Result<Vec<(Group, Group)>, GraphError> {
        chain::reduction(self)
    }
}
