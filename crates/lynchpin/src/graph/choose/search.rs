//! The search: what is free is bounded by a closure under multipliers, and branched on, best bound
//! first.

use std::collections::{BTreeSet, BinaryHeap};

use super::cut::Net;
use super::fix::{Fixed, State};
use super::problem::{Problem, Row, RowKind};
use super::trim::Chosen;
use crate::graph::column::Column;
use crate::graph::{CHOICE_NODES, CHOICE_WORK, GraphError, NodeSet};

/// What one unit of value is counted in, so that multipliers can be fine.
const UNIT: i128 = 1 << 40;

/// How large a multiplier times all that it multiplies may become.
const LARGE: i128 = 1 << 110;

/// How often the multipliers are moved at the first node of the search, and at each other.
const ROUNDS: (u32, u32) = (60, 6);

/// The best set that was found, and what none can exceed.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) groups: NodeSet,
    pub(super) bound: i128,
    pub(super) steps: u32,
}

pub(super) fn search(problem: &Problem<'_>) -> Result<Found, GraphError> {
    let multipliers = vec![0; problem.rows.len()];
    let mut search = Search {
        problem,
        tree: Vec::new(),
        open: BinaryHeap::new(),
        multipliers,
        prices: Column::filled(problem.count(), 0),
        best: (0, NodeSet::new()),
        work: CHOICE_WORK,
    };
    search.price();
    let all = (0..problem.count()).filter(|&group| problem.is_free(group));
    let most = all.map(|group| problem.values[group].max(0)).sum();
    search.open.push((most, 0));
    search.tree.push(None);
    let mut steps = 0;
    while let Some(&(bound, number)) = search.open.peek() {
        if bound <= search.best.0 || steps >= CHOICE_NODES || search.work == 0 {
            break;
        }
        search.open.pop();
        steps += 1;
        search.look_at(number, bound, if steps == 1 { ROUNDS.0 } else { ROUNDS.1 })?;
    }
    let open = search.open.peek().map_or(search.best.0, |&(bound, _)| bound);
    Ok(Found { bound: open.max(search.best.0), groups: search.best.1, steps })
}

struct Search<'p, 'q> {
    problem: &'p Problem<'q>,
    /// Each node of the search: the one above it, and what it decides.
    tree: Vec<Option<(usize, u32, bool)>>,
    /// The nodes to be looked at, by their bound; of equals the newest first.
    open: BinaryHeap<(i128, usize)>,
    /// What breaking each linear condition costs, in the units of value.
    multipliers: Vec<i128>,
    /// Group to its value at these costs.
    prices: Column<i128>,
    best: (i128, NodeSet),
    work: u64,
}

impl<'q> Search<'_, 'q> {
    fn look_at(&mut self, number: usize, above: i128, rounds: u32) -> Result<(), GraphError> {
        let problem = self.problem;
        let decisions = self.decisions(number);
        let Ok(fixed) = Fixed::new(problem, decisions.into_iter()) else { return Ok(()) };
        let state = &fixed.state;
        let mut net = Net::new(problem, state);
        let mut bound = above;
        let mut branch = None;
        for round in 0..=rounds {
            let (weight, free) = net.closure(|group| self.prices[group], &mut self.work);
            let inside = || (0..problem.count()).filter(|&group| state[group] == State::In);
            let fixed_price: i128 = inside().map(|group| self.prices[group]).sum();
            let total = weight + fixed_price + self.constant();
            bound = bound.min(total.div_euclid(UNIT));
            if bound <= self.best.0 {
                return Ok(());
            }
            let Some(free) = free else { break };
            let chosen = Chosen::of(problem, inside().chain(free));
            let broken = self.offer(&chosen)?;
            if bound <= self.best.0 {
                return Ok(());
            }
            branch = self.branch(state, &chosen, &broken).or(branch);
            if broken.rows.is_empty() && self.multipliers.iter().all(|&it| it == 0) {
                break;
            }
            if round < rounds {
                self.move_multipliers(&chosen, total, round);
            }
        }
        let branch =
            branch.or_else(|| (0..problem.count()).find(|&group| state[group] == State::Free));
        let Some(group) = branch else { return Ok(()) };
        // Of equal bounds the newest is looked at first: better in than out.
        for is_in in [false, true] {
            self.open.push((bound, self.tree.len()));
            self.tree.push(Some((number, group, is_in)));
        }
        Ok(())
    }

    fn decisions(&self, number: usize) -> Vec<(u32, bool)> {
        let mut decisions = Vec::new();
        let mut at = number;
        while let Some(&Some((above, group, is_in))) = self.tree.get(at) {
            decisions.push((group, is_in));
            at = above;
        }
        decisions
    }

    /// What the conditions allow at their price, whatever is chosen.
    fn constant(&self) -> i128 {
        let rows = self.problem.rows.iter().zip(&self.multipliers);
        rows.map(|(row, multiplier)| row.limit * multiplier).sum()
    }

    fn price(&mut self) {
        for group in 0..self.problem.count() {
            self.prices[group] = self.problem.values[group] * UNIT;
        }
        for (row, multiplier) in self.problem.rows.iter().zip(&self.multipliers) {
            for &(group, uses) in &row.terms {
                self.prices[group] -= uses * multiplier;
            }
        }
    }

    /// Takes a closure as it is, if it can ship, and else what can be made of it. What it breaks.
    fn offer(&mut self, chosen: &Chosen<'_, 'q>) -> Result<Broken, GraphError> {
        let rows = (0..).zip(&self.problem.rows);
        let broken = rows.filter(|(_, row)| sum(row, &chosen.groups) > row.limit);
        let mut found = Broken { rows: broken.map(|(n, _)| n).collect(), stuck: NodeSet::new() };
        if found.rows.is_empty() && chosen.value > self.best.0 {
            match chosen.order()? {
                Ok((_, takes)) if takes.is_none_or(|takes| chosen.fits(takes)) => {
                    self.best = (chosen.value, chosen.groups.clone());
                    return Ok(found);
                }
                Ok(_) => found.stuck = chosen.groups.clone(),
                Err(stuck) => found.stuck = stuck.into_iter().collect(),
            }
        }
        let mut mended = chosen.clone();
        mended.mend(|group| self.prices[group]);
        if mended.settle()? {
            mended.fill(|group| self.prices[group])?;
            let ships = mended.is_whole() && mended.settle()?;
            if ships && mended.value > self.best.0 {
                self.best = (mended.value, mended.groups);
            }
        }
        Ok(found)
    }

    /// What to decide next: something free that a closure breaks a condition with; of a budget the
    /// one whose price is nearest to nothing, for which that is least clear.
    fn branch(
        &self,
        state: &Column<State>,
        chosen: &Chosen<'_, 'q>,
        broken: &Broken,
    ) -> Option<u32> {
        let free = |group: &u32| state[*group] == State::Free;
        let unclear = |group: &u32| (self.prices[*group].abs(), *group);
        let rows = broken.rows.iter().filter_map(|&number| self.problem.rows.get(number));
        for row in rows {
            let terms = row.terms.iter().map(|(group, _)| *group).filter(free);
            let found = if row.kind == RowKind::Budget {
                terms.filter(|&group| chosen.groups.contains(group)).min_by_key(unclear)
            } else {
                terms.min()
            };
            if found.is_some() {
                return found;
            }
        }
        if !broken.stuck.is_empty() {
            let others = broken.stuck.iter().flat_map(|group| {
                let clauses = self.problem.asks.row(group).iter();
                clauses.flat_map(|&clause| self.problem.any.row(clause)).copied()
            });
            let others: BTreeSet<u32> = others.filter(free).collect();
            return broken.stuck.iter().find(free).or(others.first().copied());
        }
        let priced = self.problem.rows.iter().zip(&self.multipliers);
        let priced = priced.filter(|(_, multiplier)| **multiplier != 0);
        let terms = priced.flat_map(|(row, _)| row.terms.iter().map(|(group, _)| *group));
        terms.filter(free).min_by_key(unclear)
    }

    /// Raises the price of what is broken and lowers that of what is not used up, by a step that
    /// the gap between bound and best set allows and that shrinks from round to round.
    fn move_multipliers(&mut self, chosen: &Chosen<'_, 'q>, total: i128, round: u32) {
        let gap = total - self.best.0 * UNIT;
        let rows = self.problem.rows.iter().zip(&mut self.multipliers);
        let moves = rows.map(|(row, multiplier)| {
            let over = sum(row, &chosen.groups) - row.limit;
            let size = row.terms.iter().map(|(_, uses)| uses.abs()).max().unwrap_or(1);
            let size = size.max(row.limit).max(1);
            let over = if over < 0 && *multiplier == 0 { 0 } else { over };
            // How far it is broken, in 65536ths of its size.
            let share = over.saturating_mul(1 << 16) / size;
            (row, multiplier, size, share)
        });
        let moves: Vec<_> = moves.collect();
        let square = |share: &i128| share.saturating_mul(*share) >> 16;
        let length: i128 = moves.iter().map(|(.., share)| square(share)).sum();
        for (row, multiplier, size, share) in moves {
            let step = (gap >> (round / 8)).saturating_mul(share) / length.max(1) / size;
            let terms = row.terms.iter().map(|(_, uses)| uses.abs()).sum::<i128>();
            let most = LARGE / terms.saturating_add(row.limit).max(1);
            *multiplier = multiplier.saturating_add(step).clamp(0, most);
        }
        self.price();
    }
}

/// What a closure breaks.
struct Broken {
    /// The linear conditions, by their numbers.
    rows: Vec<usize>,
    /// If none, the groups on a circle, or all where the window is too short.
    stuck: NodeSet,
}

fn sum(row: &Row, groups: &NodeSet) -> i128 {
    let inside = row.terms.iter().filter(|(group, _)| groups.contains(*group));
    inside.map(|(_, uses)| uses).sum()
}
