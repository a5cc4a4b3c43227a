//! What follows once some groups are in and some are out.

use super::problem::Problem;
use crate::graph::column::Column;

/// What is settled of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Free,
    In,
    Out,
}

/// The state of every group, with what was decided and all that follows.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) state: Column<State>,
    next: Vec<u32>,
    /// How much of each budget is used by what is in.
    used: Vec<u64>,
}

/// That what was decided cannot be.
#[derive(Debug)]
pub(super) struct Impossible;

impl Fixed {
    /// What follows from some decisions.
    pub(super) fn new(
        problem: &Problem<'_>,
        decisions: impl Iterator<Item = (u32, bool)>,
    ) -> Result<Fixed, Impossible> {
        let state = |group: u32| if problem.is_free(group) { State::Free } else { State::Out };
        let state: Column<State> = (0..problem.count()).map(state).collect();
        let next = (0..problem.count()).filter(|&group| state[group] == State::Out).collect();
        let mut fixed = Fixed { state, next, used: vec![0; problem.uses.len()] };
        for (group, is_in) in decisions {
            fixed.set(group, if is_in { State::In } else { State::Out })?;
        }
        loop {
            fixed.follow(problem)?;
            if !fixed.keep_budgets(problem)? {
                return Ok(fixed);
            }
        }
    }

    fn set(&mut self, group: u32, to: State) -> Result<(), Impossible> {
        let state = self.state[group];
        if state == State::Free {
            self.state[group] = to;
            self.next.push(group);
        }
        if state == State::Free || state == to { Ok(()) } else { Err(Impossible) }
    }

    fn follow(&mut self, problem: &Problem<'_>) -> Result<(), Impossible> {
        while let Some(group) = self.next.pop() {
            if self.state[group] == State::In {
                for &needed in problem.needs.row(group) {
                    self.set(needed, State::In)?;
                }
                for &other in problem.conflicts.row(group) {
                    self.set(other, State::Out)?;
                }
                for &clause in problem.asks.row(group) {
                    self.look_at(problem, clause)?;
                }
                for (used, (uses, _)) in self.used.iter_mut().zip(&problem.uses) {
                    *used = used.saturating_add(uses[group]);
                }
            } else {
                for &later in problem.needed_by.row(group) {
                    self.set(later, State::Out)?;
                }
                for &clause in problem.meets.row(group) {
                    self.look_at(problem, clause)?;
                }
            }
        }
        Ok(())
    }

    /// With no way left to meet a clause, who asks it is out; with one, it is in if who asks is.
    fn look_at(&mut self, problem: &Problem<'_>, clause: u32) -> Result<(), Impossible> {
        let asker = problem.asker[clause];
        let mut left = problem.any.row(clause).iter().filter(|&&o| self.state[o] != State::Out);
        match (left.next().copied(), left.next()) {
            (None, _) => self.set(asker, State::Out),
            (Some(only), None) if self.state[asker] == State::In => self.set(only, State::In),
            _ => Ok(()),
        }
    }

    /// Takes out what no longer fits. Whether anything was.
    fn keep_budgets(&mut self, problem: &Problem<'_>) -> Result<bool, Impossible> {
        for (number, (uses, limit)) in problem.uses.iter().enumerate() {
            let used = self.used.get(number).copied().unwrap_or_default();
            let Some(left) = limit.checked_sub(used) else { return Err(Impossible) };
            for group in 0..problem.count() {
                if self.state[group] == State::Free && uses[group] > left {
                    self.set(group, State::Out)?;
                }
            }
        }
        Ok(!self.next.is_empty())
    }
}
