//! Columns written from what is known, so that they answer as the gate itself does.
//!
//! Of each requirement and row the answer is worked out as for a decision. What the columns make of
//! what was written is then held against it, and where it differs the answer itself is written: so
//! no column can be wrong about what it was not made for.

use std::collections::BTreeSet;

use super::columns::{Answer, Columns, Who};
use super::compile::{Ask, CompiledGate, Leaf};
use super::seats::Objections;
use crate::base::error::Result;
use crate::base::id::{GateId, PersonId, StageId};
use crate::base::limits::GATE_SEATS_MAX;
use crate::base::{Instant, Subject};
use crate::gate::judge::{Case, by_lot, requirement, together};
use crate::gate::leaf::approval::{Tally, tally};
use crate::gate::leaf::state::LeafState;
use crate::gate::leaf::{Target, plan, soak};
use crate::model::Change;
use crate::reason::tree::{Node, Reasons};

/// A subject to be judged: a row to be written.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The change or the release.
    pub subject: Subject,
    /// The current revision of each change in it that is not cancelled, in order of ids.
    pub members: Vec<&'a Change>,
    /// The stage before, on its way.
    pub previous: Option<StageId>,
}

/// The columns of a gate for these subjects, as they stand at the instant of the case.
///
/// It takes about as long as that many decisions; what arrives later is written row by row.
///
/// # Errors
///
/// As [`CompiledGate::new`] and [`Columns::new`].
pub fn columns(case: &Case<'_>, gate: &GateId, rows: &[Row<'_>]) -> Result<Columns> {
    let mut columns = Columns::new(CompiledGate::new(case.policy, gate)?, rows.len())?;
    let leaves: Vec<Leaf> = columns.gate().leaves().to_vec();
    for (number, leaf) in leaves.iter().enumerate() {
        let mut writer = Writer { columns: &mut columns, gate, number, leaf };
        writer.write(case, rows)?;
    }
    Ok(columns)
}

/// Writes the column of one requirement.
struct Writer<'a> {
    columns: &'a mut Columns,
    gate: &'a GateId,
    number: usize,
    leaf: &'a Leaf,
}

impl Writer<'_> {
    fn write(&mut self, case: &Case<'_>, rows: &[Row<'_>]) -> Result<()> {
        let mut tallies = self.tallies(case, rows)?.into_iter();
        for (number, row) in rows.iter().enumerate() {
            let case = Case { previous: row.previous.as_ref(), ..*case };
            let target = Target { subject: &row.subject, members: &row.members };
            let reasons = self.judge(&case, target);
            let Some(root) = reasons.root() else { continue };
            let plain = match tallies.next() {
                Some(tally) => self.approvals(number, tally, root)?,
                None => self.typed(&case, number, row, root).map(|()| true)?,
            };
            self.hold_to(number, root, case.at, plain)?;
        }
        Ok(())
    }

    /// What is asked in this column.
    fn judge(&self, case: &Case<'_>, target: Target<'_>) -> Reasons {
        match (&self.leaf.asked, case.policy.gates.get(self.gate)) {
            (Some((name, _)), _) => requirement(case, target, self.gate, name),
            (None, Some(gate)) => together(target.subject, by_lot(case, target, self.gate, gate)),
            (None, None) => Reasons::default(),
        }
    }

    /// The approvals of each row, if they are counted by seats, and the seats made ready for them.
    fn tallies(&mut self, case: &Case<'_>, rows: &[Row<'_>]) -> Result<Vec<Tally>> {
        let Some((name, asked)) = &self.leaf.asked else { return Ok(Vec::new()) };
        let (Ask::Approval(_), Some(leaf)) = (self.leaf.ask, &asked.approval) else {
            return Ok(Vec::new());
        };
        let of = |row: &Row<'_>| {
            let target = Target { subject: &row.subject, members: &row.members };
            tally(case, target, name, asked, leaf)
        };
        let tallies: Vec<Tally> = rows.iter().map(of).collect();
        let sitting = &case.rolls.of(&case.records.people, &leaf.group, case.at).sitting;
        let given: BTreeSet<&PersonId> = tallies.iter().flat_map(|tally| &tally.given).collect();
        let left: Vec<PersonId> =
            given.into_iter().filter(|id| !sitting.contains(*id)).cloned().collect();
        if sitting.len().saturating_add(left.len()) > GATE_SEATS_MAX {
            // More than have seats: each row is answered as it is.
            return Ok(Vec::new());
        }
        let sitting: Vec<PersonId> = sitting.iter().cloned().collect();
        self.columns.set_seats(self.number, &sitting, &left)?;
        Ok(tallies)
    }

    /// Writes who approved; whether that is all there is to it.
    fn approvals(&mut self, row: usize, tally: Tally, root: &Node) -> Result<bool> {
        for person in &tally.given {
            self.columns.approve(self.number, row, person, true)?;
        }
        for person in &tally.excluded {
            self.columns.bar(self.number, row, person, true)?;
        }
        let said = Objections {
            rejected_by: tally.rejected,
            changes_requested: tally.changes,
            deferred: tally.deferred,
            stale: tally.stale,
        };
        self.columns.object(self.number, row, said)?;
        self.columns.set_until(self.number, row, root.holds_until)?;
        Ok(tally.is_plain)
    }

    /// Writes what a column is made for.
    fn typed(&mut self, case: &Case<'_>, row: usize, of: &Row<'_>, root: &Node) -> Result<()> {
        let (number, columns) = (self.number, &mut *self.columns);
        let Some((_, requirement)) = &self.leaf.asked else { return Ok(()) };
        let only = if let [only] = of.members.as_slice() { Some(*only) } else { None };
        match self.leaf.ask {
            Ask::Evidence => match LeafState::of(root.code).filter(|state| self.leaf.takes(*state))
            {
                Some(state) => {
                    columns.set_state(number, row, state)?;
                    columns.set_until(number, row, root.holds_until)
                }
                None => Ok(()),
            },
            Ask::Risk(..) => {
                let (risk, until) = case.risk(&of.subject);
                columns.set_risk(number, row, risk)?;
                columns.set_until(number, row, until)
            }
            Ask::Soak => {
                let leaf = requirement.soak.as_ref().zip(only);
                let ready = leaf.and_then(|(leaf, change)| soak::ready(case, change, leaf));
                columns.set_soaked_at(number, row, ready)
            }
            Ask::Plan => match requirement.plan.zip(only) {
                Some((leaf, change)) => {
                    columns.set_state(number, row, plan::plan_state(change, leaf))
                }
                None => Ok(()),
            },
            Ask::Reversible => match only {
                Some(change) => columns.set_state(number, row, plan::reversible_state(change)),
                None => Ok(()),
            },
            Ask::Approval(_) | Ask::Answered => Ok(()),
        }
    }

    /// Lets a row stand apart where its columns would say something else.
    fn hold_to(&mut self, row: usize, root: &Node, at: Instant, plain: bool) -> Result<()> {
        let state = LeafState::of(root.code);
        let answer = Answer {
            verdict: root.verdict,
            code: root.code,
            who: state.map_or(Who::Nobody, |state| self.leaf.who(state)),
            clears: root.clears,
            holds_until: root.holds_until,
            lapses: root.lapses,
        };
        let known = self.columns.leaf(self.number);
        let found = known.and_then(|(leaf, column)| column.row(leaf, row, at.micros()));
        if plain && found.is_some_and(|found| found.answer == answer) {
            return Ok(());
        }
        self.columns.set_answer(self.number, row, Some(answer))
    }
}
