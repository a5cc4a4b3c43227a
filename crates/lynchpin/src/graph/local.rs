//! The part of a graph that one question is about, with numbers of its own, and its groups.

use super::column::{Column, Rows};
use super::set::Rank;
use super::{Graph, Missing, Node, NodeSet, Question};

/// The candidates, renumbered from 0 in node order (a *local* number), with the clauses that
/// something other than a live node has to meet.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) rank: Rank,
    /// Local number to node.
    pub(super) nodes: Column<Node>,
    /// Local number to where its clauses start; they are consecutive.
    clauses_from: Column<u32>,
    /// Clause to its alternatives among the candidates, at least one, smallest first.
    pub(super) clauses: Rows,
    /// Clause to the local number it belongs to.
    pub(super) owner: Column<u32>,
    /// Local number to the clauses it is an alternative of.
    pub(super) asked_by: Rows,
    /// Local number to those it ships after.
    pub(super) after: Rows,
    /// Local number to those that ship after it.
    pub(super) before: Rows,
    /// Requirements that neither a candidate nor a live node can meet.
    pub(super) missing: Vec<Missing>,
    /// The local numbers that miss something.
    pub(super) lacking: NodeSet,
}

impl Local {
    pub(super) fn new(graph: &Graph, question: &Question<'_>) -> Self {
        let rank = Rank::new(question.candidates);
        let nodes = question.candidates.iter().collect::<Column<Node>>();
        let mut missing = Vec::new();
        let mut lacking = NodeSet::with_room(nodes.len());
        let mut clauses_from = Column::default();
        let mut clauses = Rows::default();
        let mut owner = Column::default();
        for (local, &node) in (0u32..).zip(nodes.as_slice()) {
            clauses_from.push(clauses.rows());
            for (place, clause) in (0u32..).zip(graph.clause_range(node)) {
                let alternatives = graph.clauses.row(clause);
                if alternatives.iter().any(|&alternative| question.live.contains(alternative)) {
                    continue;
                }
                let before = clauses.len();
                for alternative in alternatives.iter().filter_map(|&node| rank.of(node)) {
                    clauses.push(alternative);
                }
                if clauses.len() == before {
                    missing.push(Missing::Requirement { node, clause: place });
                    lacking.insert(local);
                } else {
                    clauses.close();
                    owner.push(local);
                }
            }
            let absent = |partner: &Node| {
                !question.live.contains(*partner) && !question.candidates.contains(*partner)
            };
            let mut partners = graph.together.row(node).to_vec();
            partners.retain(absent);
            partners.sort_unstable();
            partners.dedup();
            for partner in partners {
                missing.push(Missing::Partner { node, partner });
                lacking.insert(local);
            }
        }
        clauses_from.push(clauses.rows());
        let count = nodes.len();
        let asked_by = clauses.turned(count);
        let (after, before) = order(graph, &rank, &nodes);
        Self {
            rank,
            nodes,
            clauses_from,
            clauses,
            owner,
            asked_by,
            after,
            before,
            missing,
            lacking,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.nodes.len()
    }

    /// The clauses of a local number.
    pub(super) fn clauses_of(&self, local: u32) -> std::ops::Range<u32> {
        self.clauses_from[local]..self.clauses_from[local + 1]
    }
}

/// `after` among the candidates, in both directions.
fn order(graph: &Graph, rank: &Rank, nodes: &Column<Node>) -> (Rows, Rows) {
    let mut after = Rows::with_room(nodes.len(), 0);
    for &node in nodes.as_slice() {
        for earlier in graph.after.row(node).iter().filter_map(|&earlier| rank.of(earlier)) {
            after.push(earlier);
        }
        after.close_sorted();
    }
    let before = after.turned(nodes.len());
    (after, before)
}

/// Disjoint sets of local numbers; the smallest of a set stands for it.
#[derive(Debug)]
pub(super) struct Sets(Column<u32>);

impl Sets {
    pub(super) fn singles(count: u32) -> Self {
        Self((0..count).collect())
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn find(&mut self, mut local: u32) -> u32 {
        while self.0[local] != local {
            let up = self.0[self.0[local]];
            self.0[local] = up;
            local = up;
        }
        local
    }
}

/// Numbers sets from 0 by the smallest of each, which `first` tells of every member: the set of
/// each, and the members of each set, smallest first.
pub(super) fn numbered(count: u32, mut first: impl FnMut(u32) -> u32) -> (Column<u32>, Rows) {
    let mut set_of = Column::filled(count, 0);
    let mut sets = 0;
    for number in 0..count {
        let first = first(number);
        set_of[number] = if first == number { sets } else { set_of[first] };
        sets += u32::from(first == number);
    }
    let members = Rows::from_pairs(sets, set_of.as_slice().iter().copied().zip(0u32..));
    (set_of, members)
}

/// Candidates contracted into groups, numbered by their smallest member.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    /// Local number to group.
    pub(super) group_of: Column<u32>,
    /// Group to its local numbers, smallest first.
    pub(super) members: Rows,
    /// The clauses that a group meets by itself.
    pub(super) inner: NodeSet,
}

impl Grouping {
    /// Groups of `together`, each candidate with its partners among the candidates.
    pub(super) fn together(graph: &Graph, local: &Local) -> (Sets, Self) {
        let mut sets = Sets::singles(local.count());
        for (number, &node) in (0u32..).zip(local.nodes.as_slice()) {
            for partner in graph.together.row(node).iter().filter_map(|&node| local.rank.of(node)) {
                sets.join(number, partner);
            }
        }
        let grouping = Self::new(local, &mut sets, &NodeSet::new());
        (sets, grouping)
    }

    /// Groups of the given sets, where the members of `merged` may rely on themselves.
    pub(super) fn new(local: &Local, sets: &mut Sets, merged: &NodeSet) -> Self {
        let count = local.count();
        let (group_of, members) = numbered(count, |number| sets.find(number));
        let mut inner = NodeSet::with_room(local.clauses.rows());
        if members.rows() < count || !merged.is_empty() {
            for (clause, &owner) in (0u32..).zip(local.owner.as_slice()) {
                let group = group_of[owner];
                // What requires itself is a cycle of length one, unless cycles were merged.
                let met = |&other: &u32| {
                    group_of[other] == group && (other != owner || merged.contains(owner))
                };
                if local.clauses.row(clause).iter().any(met) {
                    inner.insert(clause);
                }
            }
        }
        Self { group_of, members, inner }
    }

    pub(super) fn count(&self) -> u32 {
        self.members.rows()
    }

    /// The groups that the given local numbers are in.
    pub(super) fn groups_with(&self, locals: &NodeSet) -> NodeSet {
        locals.iter().map(|local| self.group_of[local]).collect()
    }

    /// The clauses of all members of a group.
    pub(super) fn clauses_of<'a>(
        &'a self,
        local: &'a Local,
        group: u32,
    ) -> impl Iterator<Item = u32> + 'a {
        self.members.row(group).iter().flat_map(|&member| local.clauses_of(member))
    }

    /// The pairs (member, earlier candidate) of a group whose earlier end is in another group.
    pub(super) fn after_of<'a>(
        &'a self,
        local: &'a Local,
        group: u32,
    ) -> impl Iterator<Item = (u32, u32)> + 'a {
        self.members.row(group).iter().flat_map(move |&member| {
            let others = local.after.row(member).iter();
            others
                .filter(move |&&earlier| self.group_of[earlier] != group)
                .map(move |&earlier| (member, earlier))
        })
    }
}
