//! Makes a set that can ship out of one that only nearly can, and then fills it up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::answer::Obstacle;
use super::problem::Problem;
use crate::graph::column::Column;
use crate::graph::{GraphError, NodeSet, Order};

/// How often what does not ship is taken out of a set before it is given up.
const TRIES: u32 = 16;

/// How many groups one addition may bring along to be looked at.
const ALONG: usize = 256;

/// Some groups, with what they use and who needs whom.
#[derive(Debug, Clone)]
pub(super) struct Chosen<'p, 'q> {
    problem: &'p Problem<'q>,
    pub(super) groups: NodeSet,
    pub(super) value: i128,
    used: Vec<u64>,
    /// Group to how many groups of the set need it.
    holders: Column<u32>,
    /// Clause to how many groups of the set meet it.
    ways: Column<u32>,
}

impl<'p, 'q> Chosen<'p, 'q> {
    pub(super) fn of(problem: &'p Problem<'q>, groups: impl Iterator<Item = u32>) -> Self {
        let mut some = Chosen {
            problem,
            groups: NodeSet::new(),
            value: 0,
            used: vec![0; problem.uses.len()],
            holders: Column::filled(problem.count(), 0),
            ways: Column::filled(problem.any.rows(), 0),
        };
        groups.for_each(|group| some.add(group));
        some
    }

    fn add(&mut self, group: u32) {
        if !self.groups.insert(group) {
            return;
        }
        let problem = self.problem;
        self.value += problem.values[group];
        for (used, (uses, _)) in self.used.iter_mut().zip(&problem.uses) {
            *used = used.saturating_add(uses[group]);
        }
        problem.needs.row(group).iter().for_each(|&needed| self.holders[needed] += 1);
        problem.meets.row(group).iter().for_each(|&clause| self.ways[clause] += 1);
    }

    /// Takes a group out, and all that then lacks something.
    fn remove(&mut self, group: u32) {
        let problem = self.problem;
        let mut next = vec![group];
        while let Some(group) = next.pop() {
            if !self.groups.remove(group) {
                continue;
            }
            self.value -= problem.values[group];
            for (used, (uses, _)) in self.used.iter_mut().zip(&problem.uses) {
                *used = used.saturating_sub(uses[group]);
            }
            problem.needs.row(group).iter().for_each(|&needed| self.holders[needed] -= 1);
            next.extend(problem.needed_by.row(group));
            for &clause in problem.meets.row(group) {
                self.ways[clause] -= 1;
                if self.ways[clause] == 0 {
                    next.push(problem.asker[clause]);
                }
            }
        }
    }

    /// Takes out what lacks an alternative, the lesser side of each conflict and, of what nobody
    /// needs, the least until the budgets hold.
    pub(super) fn mend(&mut self, weight: impl Fn(u32) -> i128) {
        let problem = self.problem;
        for clause in 0..problem.any.rows() {
            let asker = problem.asker[clause];
            if self.ways[clause] == 0 && self.groups.contains(asker) {
                self.remove(asker);
            }
        }
        for group in 0..problem.count() {
            for &other in problem.conflicts.row(group) {
                if self.groups.contains(group) && self.groups.contains(other) {
                    let less = (weight(group), group) < (weight(other), other);
                    self.remove(if less { group } else { other });
                }
            }
        }
        let over = |some: &Self| {
            let over = some.used.iter().zip(&problem.uses).position(|(used, (_, l))| used > l);
            over.and_then(|number| problem.uses.get(number))
        };
        let mut tops = BinaryHeap::new();
        let Some((uses, _)) = over(self) else { return };
        let key = |group: u32| Reverse((uses[group] == 0, weight(group), group));
        tops.extend(self.groups.iter().filter(|&it| self.holders[it] == 0).map(key));
        while let (Some(_), Some(Reverse((.., group)))) = (over(self), tops.pop()) {
            if self.groups.contains(group) && self.holders[group] == 0 {
                self.remove(group);
                let freed = problem.needs.row(group).iter().copied();
                tops.extend(freed.filter(|&it| self.holders[it] == 0).map(key));
            }
        }
    }

    /// What a group would bring along, smallest first: itself and all that it needs and that is
    /// not there; of alternatives, the smallest that may ship. And what of it can never.
    pub(super) fn along(&self, group: u32) -> (Vec<u32>, Vec<u32>) {
        let problem = self.problem;
        let (mut along, mut never) = (NodeSet::new(), Vec::new());
        let mut next = vec![group];
        let mut clauses: Vec<u32> = Vec::new();
        while let Some(group) = next.pop().or_else(|| {
            // Alternatives come last: what is needed anyway may be one.
            let clause = clauses.pop()?;
            let mut others = problem.any.row(clause).iter().copied();
            let there = |other: &u32| self.groups.contains(*other) || along.contains(*other);
            let met = others.clone().find(there);
            met.or_else(|| others.clone().find(|&o| problem.is_free(o))).or_else(|| others.next())
        }) {
            if self.groups.contains(group) || !along.insert(group) {
                continue;
            }
            if !problem.is_free(group) {
                never.push(group);
                continue;
            }
            if along.len() as usize > ALONG {
                break;
            }
            next.extend(problem.needs.row(group));
            clauses.extend(problem.asks.row(group));
        }
        never.sort_unstable();
        (along.iter().collect(), never)
    }

    /// What stands against adding some groups that all may ship.
    pub(super) fn against(&self, along: &[u32]) -> Vec<Obstacle> {
        let problem = self.problem;
        let mut found = Vec::new();
        let there =
            |&&other: &&u32| self.groups.contains(other) || along.binary_search(&other).is_ok();
        let others = along.iter().flat_map(|&group| problem.conflicts.row(group));
        let mut conflicts: Vec<u32> = problem.nodes(others.filter(there).copied()).iter().collect();
        conflicts.dedup();
        if !conflicts.is_empty() {
            found.push(Obstacle::Conflicts(conflicts));
        }
        for (number, (used, (uses, limit))) in self.used.iter().zip(&problem.uses).enumerate() {
            let more = along.iter().map(|&group| uses[group]);
            if more.fold(*used, u64::saturating_add) > *limit {
                let window = number >= problem.wanted.budgets.len();
                found.push(if window { Obstacle::Window } else { Obstacle::Budget(number) });
            }
        }
        found
    }

    /// Adds what fits and is worth it, with all that it brings along, the best first.
    pub(super) fn fill(&mut self, weight: impl Fn(u32) -> i128) -> Result<(), GraphError> {
        let problem = self.problem;
        let free = (0..problem.count()).filter(|&group| problem.is_free(group));
        let mut order: Vec<u32> = free.filter(|&group| !self.groups.contains(group)).collect();
        order.sort_by_key(|&group| (Reverse(weight(group)), group));
        let mut tries = TRIES;
        for group in order {
            let (along, never) = self.along(group);
            let worth: i128 = along.iter().map(|&group| problem.values[group]).sum();
            if worth <= 0 || !never.is_empty() || !self.against(&along).is_empty() {
                continue;
            }
            if self.is_plain() {
                along.iter().for_each(|&group| self.add(group));
                continue;
            }
            // Circles and windows show only in the whole, which costs more to look at.
            let Some(left) = tries.checked_sub(1) else { break };
            tries = left;
            let mut larger = self.clone();
            along.iter().for_each(|&group| larger.add(group));
            if larger.order()?.is_ok_and(|(_, takes)| takes.is_none_or(|it| self.fits(it))) {
                *self = larger;
            }
        }
        Ok(())
    }

    /// Whether nothing but conflicts, alternatives and budgets could stand against a set.
    fn is_plain(&self) -> bool {
        let problem = self.problem;
        let acyclic = problem.any.rows() == 0 && problem.local.after.len() == 0;
        acyclic && problem.wanted.window.is_none()
    }

    pub(super) fn fits(&self, takes: u64) -> bool {
        self.problem.wanted.window.as_ref().is_none_or(|window| takes <= window.length)
    }

    /// Whether each group has what it needs, no two conflict and the budgets hold.
    pub(super) fn is_whole(&self) -> bool {
        let problem = self.problem;
        self.groups.iter().all(|group| {
            problem.needs.row(group).iter().all(|&needed| self.groups.contains(needed))
                && problem.asks.row(group).iter().all(|&clause| self.ways[clause] > 0)
                && problem.conflicts.row(group).iter().all(|&other| !self.groups.contains(other))
        }) && self.used.iter().zip(&problem.uses).all(|(used, (_, limit))| used <= limit)
    }

    /// The order in which all of it ships and how long that takes, or the groups that do not ship.
    #[expect(clippy::type_complexity, reason = "one answer or the other, for one caller each")]
    pub(super) fn order(&self) -> Result<Result<(Order, Option<u64>), Vec<u32>>, GraphError> {
        let problem = self.problem;
        let nodes = problem.nodes(self.groups.iter());
        let order = problem.order(&nodes)?;
        if order.dropped().is_empty() {
            let takes = problem.takes(&order);
            return Ok(Ok((order, takes)));
        }
        let dropped = order.dropped().iter();
        let nodes = dropped.flat_map(|dropped| order.steps(dropped.group));
        let group = |&node: &u32| {
            problem.local.rank.of(node).map(|member| problem.grouping.group_of[member])
        };
        let groups: NodeSet = nodes.filter_map(group).collect();
        Ok(Err(groups.iter().collect()))
    }

    /// Takes out what does not ship, and the end of what takes too long, until all does.
    pub(super) fn settle(&mut self) -> Result<bool, GraphError> {
        for _ in 0..TRIES {
            match self.order()? {
                Ok((order, takes)) => {
                    if takes.is_none_or(|takes| self.fits(takes)) {
                        return Ok(true);
                    }
                    let last = order.critical_path().groups.last();
                    let node = last.and_then(|&group| order.steps(group).first());
                    let member = node.and_then(|&node| self.problem.local.rank.of(node));
                    let Some(member) = member else { return Ok(false) };
                    self.remove(self.problem.grouping.group_of[member]);
                }
                Err(stuck) => {
                    // One of a circle less may be enough.
                    let Some(&worst) = stuck.last() else { return Ok(false) };
                    self.remove(worst);
                }
            }
        }
        Ok(false)
    }
}
