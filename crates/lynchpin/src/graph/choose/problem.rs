//! The question on groups: what each needs, with what it conflicts, what it is worth and uses.

use super::Wanted;
use super::answer::Obstacle;
use crate::graph::column::{Column, Rows};
use crate::graph::local::{Grouping, Local};
use crate::graph::{Cycles, Graph, GraphError, NodeSet, Order, Question, Shipping};

/// A linear condition on what is chosen: the coefficients of the groups chosen add up to no more
/// than the limit.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) terms: Vec<(u32, i128)>,
    pub(super) limit: i128,
    pub(super) kind: RowKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Budget,
    Conflict,
    Alternatives,
}

/// Everything about one question, on groups of nodes that ship as one.
#[derive(Debug)]
pub(super) struct Problem<'q> {
    pub(super) graph: &'q Graph,
    pub(super) wanted: &'q Wanted<'q>,
    /// The candidates that are not live.
    pub(super) local: Local,
    pub(super) grouping: Grouping,
    /// Group to what it is worth.
    pub(super) values: Column<i128>,
    /// For each budget, the window of [`Shipping::OneByOne`] last, group to what it uses.
    pub(super) uses: Vec<(Column<u64>, u64)>,
    /// Group to the groups that it needs, each the only way to meet a clause.
    pub(super) needs: Rows,
    /// Group to the groups that need it.
    pub(super) needed_by: Rows,
    /// Clause to the groups any of which meets it: two or more.
    pub(super) any: Rows,
    /// Clause to the group that asks it.
    pub(super) asker: Column<u32>,
    /// Group to its clauses.
    pub(super) asks: Rows,
    /// Group to the clauses that it would meet.
    pub(super) meets: Rows,
    /// Group to the groups that it conflicts with.
    pub(super) conflicts: Rows,
    /// Group to why it can never be chosen.
    pub(super) never: Column<Option<Obstacle>>,
    /// What is linear: budgets, conflicts and alternatives.
    pub(super) rows: Vec<Row>,
}

impl<'q> Problem<'q> {
    pub(super) fn new(graph: &'q Graph, wanted: &'q Wanted<'q>) -> Result<Self, GraphError> {
        let free: NodeSet =
            wanted.candidates.iter().filter(|node| !wanted.live.contains(*node)).collect();
        let local = Local::new(graph, &question(wanted, &free));
        let (_, grouping) = Grouping::together(graph, &local);
        let count = grouping.count();
        let of_nodes = |group: u32| {
            grouping.members.row(group).iter().map(|&member| local.nodes[member] as usize)
        };
        let value = |node: usize| i128::from(wanted.values.get(node).copied().unwrap_or_default());
        let values = (0..count).map(|group| of_nodes(group).map(value).sum()).collect();
        let one_by_one = wanted.window.as_ref().filter(|w| w.shipping == Shipping::OneByOne);
        let limited = wanted.budgets.iter().map(|budget| (budget.uses, budget.limit));
        let limited = limited.chain(one_by_one.map(|window| (window.takes, window.length)));
        let used = |(uses, limit): (&[u64], u64)| {
            let each = |node: usize| uses.get(node).copied().unwrap_or_default();
            ((0..count).map(|group| of_nodes(group).map(each).sum()).collect(), limit)
        };
        let uses = limited.map(used).collect();
        let mut problem = Problem {
            graph,
            wanted,
            values,
            uses,
            needs: Rows::default(),
            needed_by: Rows::default(),
            any: Rows::default(),
            asker: Column::default(),
            asks: Rows::default(),
            meets: Rows::default(),
            conflicts: conflicts(graph, &local, &grouping),
            never: Column::filled(count, None),
            rows: Vec::new(),
            local,
            grouping,
        };
        problem.rule_out();
        problem.read_clauses();
        problem.too_long();
        problem.rows = problem.linear();
        Ok(problem)
    }

    pub(super) fn count(&self) -> u32 {
        self.grouping.count()
    }

    pub(super) fn nodes_of(&self, group: u32) -> impl Iterator<Item = u32> + '_ {
        self.grouping.members.row(group).iter().map(|&member| self.local.nodes[member])
    }

    pub(super) fn is_free(&self, group: u32) -> bool {
        self.never[group].is_none()
    }

    /// The groups any of which meets a clause, by what is free; nothing, if the group meets it by
    /// itself.
    fn alternatives(&self, group: u32, clause: u32) -> Option<Vec<u32>> {
        let own = |&other: &u32| other == group;
        let mut found: Vec<u32> = self
            .local
            .clauses
            .row(clause)
            .iter()
            .map(|&member| self.grouping.group_of[member])
            .collect();
        let by_itself = self.wanted.cycles == Cycles::Atomic && found.iter().any(own);
        if self.grouping.inner.contains(clause) || by_itself {
            return None;
        }
        found.retain(|other| !own(other));
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Finds what can never be chosen, whatever else is: of all that is left, what would not ship
    /// if everything did.
    fn rule_out(&mut self) {
        let lacking = self.grouping.groups_with(&self.local.lacking);
        for group in 0..self.count() {
            let held = self.nodes_of(group).any(|node| !self.wanted.go.contains(node));
            self.never[group] = if held {
                Some(Obstacle::NotGo)
            } else if lacking.contains(group) {
                Some(Obstacle::Missing)
            } else if self.conflicts.row(group).contains(&group) {
                Some(Obstacle::Cycle)
            } else {
                None
            };
        }
        let mut there = (0..self.count()).filter(|&group| self.is_free(group)).collect();
        self.spread(false, &mut there);
        let out = |problem: &Self, there: &NodeSet| -> Vec<u32> {
            let left = (0..problem.count()).filter(|&group| problem.is_free(group));
            left.filter(|&group| !there.contains(group)).collect()
        };
        let lacking = out(self, &there);
        for &group in &lacking {
            self.never[group] = Some(Obstacle::Needs(Vec::new()));
        }
        for &group in &lacking {
            self.never[group] = Some(Obstacle::Needs(self.lacks(group)));
        }
        if self.wanted.cycles == Cycles::Forbidden {
            let mut there = NodeSet::new();
            self.spread(true, &mut there);
            for group in out(self, &there) {
                self.never[group] = Some(Obstacle::Cycle);
            }
        }
    }

    /// Moves groups into a set, or out of it, until nothing changes: in, from none, what has all
    /// that it needs there; or out, from all, what lacks something.
    fn spread(&self, least: bool, there: &mut NodeSet) {
        let mut unmet = Column::filled(self.count(), 0u32);
        let mut left = Column::filled(self.local.clauses.rows(), 0u32);
        let mut next = Vec::new();
        for group in (0..self.count()).filter(|&group| self.is_free(group)) {
            for clause in self.grouping.clauses_of(&self.local, group) {
                let Some(found) = self.alternatives(group, clause) else { continue };
                let free = found.iter().filter(|&&other| self.is_free(other)).count();
                left[clause] = u32::try_from(free).unwrap_or(u32::MAX);
                unmet[group] += u32::from(least || free == 0);
            }
            if (unmet[group] == 0) == least {
                next.push(group);
            }
        }
        let mut met = NodeSet::new();
        while let Some(group) = next.pop() {
            let changed = if least { there.insert(group) } else { there.remove(group) };
            if !changed {
                continue;
            }
            let members = self.grouping.members.row(group).iter();
            let asked: NodeSet =
                members.flat_map(|&member| self.local.asked_by.row(member)).copied().collect();
            for clause in asked.iter() {
                let asker = self.grouping.group_of[self.local.owner[clause]];
                if asker == group || !self.is_free(asker) || self.meets_itself(asker, clause) {
                    continue;
                }
                if least && met.insert(clause) {
                    unmet[asker] -= 1;
                    if unmet[asker] == 0 {
                        next.push(asker);
                    }
                } else if !least {
                    left[clause] -= 1;
                    if left[clause] == 0 {
                        next.push(asker);
                    }
                }
            }
        }
    }

    fn meets_itself(&self, group: u32, clause: u32) -> bool {
        self.alternatives(group, clause).is_none()
    }

    /// The nodes of the clauses none of whose alternatives is free.
    fn lacks(&self, group: u32) -> Vec<u32> {
        let mut found = Vec::new();
        for clause in self.grouping.clauses_of(&self.local, group) {
            let Some(others) = self.alternatives(group, clause) else { continue };
            if others.iter().all(|&other| !self.is_free(other)) {
                let members = self.local.clauses.row(clause).iter();
                found.extend(members.map(|&member| self.local.nodes[member]));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Reads the clauses of what is free: those with one way to be met, and the others.
    fn read_clauses(&mut self) {
        let count = self.count();
        let mut needs = Rows::with_room(count, 0);
        let mut any = Rows::default();
        let mut asker = Column::default();
        for group in 0..count {
            let mut several = Vec::new();
            for clause in self.grouping.clauses_of(&self.local, group) {
                if !self.is_free(group) {
                    break;
                }
                let Some(mut found) = self.alternatives(group, clause) else { continue };
                found.retain(|&other| self.is_free(other));
                match *found.as_slice() {
                    [] => {}
                    [only] => needs.push(only),
                    _ => several.push(found),
                }
            }
            needs.close_sorted();
            several.sort_unstable();
            several.dedup();
            let met = |clause: &Vec<u32>| {
                needs.row(group).iter().any(|other| clause.binary_search(other).is_ok())
            };
            for clause in several.iter().filter(|clause| !met(clause)) {
                clause.iter().for_each(|&other| any.push(other));
                any.close();
                asker.push(group);
            }
        }
        self.needed_by = needs.turned(count);
        self.needs = needs;
        self.meets = any.turned(count);
        self.asks = Rows::from_pairs(count, asker.as_slice().iter().copied().zip(0u32..));
        (self.any, self.asker) = (any, asker);
    }

    /// Rules out what the window is too short for, whatever is chosen with it: each group waits
    /// for all that it needs, one after the other.
    fn too_long(&mut self) {
        let Some(window) = self.wanted.window.as_ref() else { return };
        if window.shipping == Shipping::OneByOne {
            return;
        }
        let takes = |node: u32| window.takes.get(node as usize).copied().unwrap_or_default();
        let mut waits = Column::filled(self.count(), 0u32);
        for group in 0..self.count() {
            waits[group] = u32::try_from(self.needs.row(group).len()).unwrap_or(u32::MAX);
        }
        let mut start = Column::filled(self.count(), 0u64);
        let mut next: Vec<u32> = (0..self.count()).filter(|&group| waits[group] == 0).collect();
        while let Some(group) = next.pop() {
            let own = self.nodes_of(group).map(takes).fold(0, u64::saturating_add);
            let end = start[group].saturating_add(own);
            if self.is_free(group) && end > window.length {
                self.never[group] = Some(Obstacle::Window);
            }
            for &later in self.needed_by.row(group) {
                start[later] = start[later].max(end);
                waits[later] -= 1;
                if waits[later] == 0 {
                    next.push(later);
                }
            }
        }
    }

    fn linear(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (uses, limit) in &self.uses {
            let all = (0..self.count()).filter(|&group| self.is_free(group) && uses[group] > 0);
            let terms: Vec<_> = all.map(|group| (group, i128::from(uses[group]))).collect();
            let sum: i128 = terms.iter().map(|(_, uses)| uses).sum();
            let limit = i128::from(*limit);
            if sum > limit {
                rows.push(Row { terms, limit, kind: RowKind::Budget });
            }
        }
        for group in (0..self.count()).filter(|&group| self.is_free(group)) {
            let others = self.conflicts.row(group).iter();
            for &other in others.filter(|&&other| other > group && self.is_free(other)) {
                let terms = vec![(group, 1), (other, 1)];
                rows.push(Row { terms, limit: 1, kind: RowKind::Conflict });
            }
        }
        for clause in 0..self.any.rows() {
            let mut terms = vec![(self.asker[clause], 1)];
            terms.extend(self.any.row(clause).iter().map(|&other| (other, -1)));
            rows.push(Row { terms, limit: 0, kind: RowKind::Alternatives });
        }
        rows
    }

    /// The nodes of some groups.
    pub(super) fn nodes(&self, groups: impl Iterator<Item = u32>) -> NodeSet {
        groups.flat_map(|group| self.nodes_of(group)).collect()
    }

    /// How some groups would ship.
    pub(super) fn order(&self, nodes: &NodeSet) -> Result<Order, GraphError> {
        let weights = self.wanted.window.as_ref().map(|window| window.takes);
        self.graph.order(&Question { weights, ..question(self.wanted, nodes) })
    }

    /// How long an order takes, if there is a window.
    pub(super) fn takes(&self, order: &Order) -> Option<u64> {
        let window = self.wanted.window.as_ref()?;
        let own = |&group: &u32| {
            let nodes = order.steps(group).iter();
            let takes = nodes.map(|&node| window.takes.get(node as usize).copied());
            takes.fold(0, |sum: u64, takes| sum.saturating_add(takes.unwrap_or_default()))
        };
        let sum = |sum: u64, takes: u64| sum.saturating_add(takes);
        Some(match window.shipping {
            Shipping::OneByOne => order.waves().flatten().map(own).fold(0, sum),
            Shipping::InWaves => {
                let longest = |wave: &[u32]| wave.iter().map(own).max().unwrap_or_default();
                order.waves().map(longest).fold(0, sum)
            }
            Shipping::InParallel => order.critical_path().weight,
        })
    }
}

fn question<'a>(wanted: &Wanted<'a>, nodes: &'a NodeSet) -> Question<'a> {
    let (live, cycles) = (wanted.live, wanted.cycles);
    Question { candidates: nodes, live, go: nodes, cycles, weights: None }
}

/// Group to the groups that it conflicts with; itself, if two of its own nodes do.
fn conflicts(graph: &Graph, local: &Local, grouping: &Grouping) -> Rows {
    let mut rows = Rows::with_room(grouping.count(), 0);
    for group in 0..grouping.count() {
        for &member in grouping.members.row(group) {
            let node = local.nodes[member];
            for conflict in graph.conflicts_of(node) {
                let other = if conflict.a == node { conflict.b } else { conflict.a };
                if let Some(other) = local.rank.of(other) {
                    rows.push(grouping.group_of[other]);
                }
            }
        }
        rows.close_sorted();
    }
    rows
}
