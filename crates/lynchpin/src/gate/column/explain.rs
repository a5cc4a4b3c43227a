//! The explaining pass: one row, and why it stands where it does.

use super::columns::{Answer, Column, Columns, RowNode, Who};
use super::compile::{Ask, Leaf, Part, Step};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Actor, Instant, Probability, Subject, When};
use crate::reason::join::Child;
use crate::reason::tree::{Arg, Clears, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// Memory for the reasons of a row, used again for the next.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    nodes: Vec<RowNode>,
    children: Vec<Child>,
    /// The node and the first child of each combinator that is open.
    open: Vec<(usize, usize)>,
}

/// Why one row stands where it does: the whole tree of the gate down to its requirements. What lies
/// below one of them, such as which run of a check failed, is told by
/// [`Snapshot::decide`](crate::portfolio::Snapshot::decide).
#[derive(Clone, Copy, Debug)]
pub struct RowReasons<'a> {
    columns: &'a Columns,
    row: usize,
    nodes: &'a [RowNode],
}

impl Columns {
    /// Why a row stands where it does at an instant.
    ///
    /// It takes no memory but that of the buffer, and names nothing: names stand in the
    /// [gate](Columns::gate), and [`RowReasons::tree`] puts them in.
    ///
    /// # Errors
    ///
    /// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if there is no such row.
    pub fn explain<'a>(
        &'a self,
        row: usize,
        at: Instant,
        buffer: &'a mut Buffer,
    ) -> Result<RowReasons<'a>> {
        if row >= self.rows() {
            let message = format!("there is no row {row}");
            return Err(Error::new(ErrorCode::NumberOutOfRange, message));
        }
        buffer.fill(self, row, at.micros());
        Ok(RowReasons { columns: self, row, nodes: &buffer.nodes })
    }
}

impl Buffer {
    fn fill(&mut self, columns: &Columns, row: usize, at: i64) {
        self.nodes.clear();
        self.children.clear();
        self.open.clear();
        self.nodes.reserve(columns.gate().steps().len());
        for step in columns.gate().steps() {
            match *step {
                Step::Open(join) => {
                    self.open.push((self.nodes.len(), self.children.len()));
                    self.nodes.push(RowNode::combining(self.nodes.is_empty(), join));
                }
                Step::Leaf(leaf) => {
                    let known = columns.leaf(leaf);
                    let found = known.and_then(|(leaf, column)| column.row(leaf, row, at));
                    // Every column has every row; if not, it must not pass.
                    let node = found.unwrap_or(RowNode { answer: NOTHING, figures: [0; 2] });
                    self.children.push(node.child());
                    self.nodes.push(node);
                }
                Step::Close(join) => self.close(join),
            }
        }
    }

    fn close(&mut self, join: Join) {
        let Some((index, first)) = self.open.pop() else { return };
        let joined = join.of(self.children.get_mut(first..).unwrap_or_default());
        self.children.truncate(first);
        let Some(node) = self.nodes.get_mut(index) else { return };
        let answer = &mut node.answer;
        answer.verdict = joined.verdict;
        answer.clears = joined.clears;
        answer.holds_until = joined.holds_until;
        answer.lapses = joined.lapses;
        if joined.too_few {
            answer.code = ReasonCode::CannotPass;
            node.figures = [u32::try_from(joined.applicable).unwrap_or(u32::MAX), 0];
        }
        self.children.push(node.child());
    }
}

/// The answer where there is none.
const NOTHING: Answer = Answer {
    verdict: Verdict::NoGo,
    code: ReasonCode::EvidenceMissing,
    who: Who::Owners,
    clears: Clears::OnAction,
    holds_until: When::Never,
    lapses: When::Never,
};

impl RowNode {
    fn combining(root: bool, join: Join) -> RowNode {
        let code = match join {
            Join::All if root => ReasonCode::Gate,
            Join::All => ReasonCode::All,
            Join::Any => ReasonCode::Any,
            Join::AtLeast(_) => ReasonCode::AtLeast,
        };
        let answer = Answer { code, who: Who::Nobody, ..NOTHING };
        RowNode { answer, figures: [0; 2] }
    }

    fn child(&self) -> Child {
        let Answer { verdict, clears, holds_until, lapses, .. } = self.answer;
        Child { verdict, clears, holds_until, lapses }
    }
}

impl<'a> RowReasons<'a> {
    /// The verdict of the gate.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.nodes.first().map_or(Verdict::NoGo, |node| node.answer.verdict)
    }

    /// The nodes, parents before their children.
    #[must_use]
    pub fn nodes(&self) -> &'a [RowNode] {
        self.nodes
    }

    /// Each node with the part of the gate that it answers.
    pub fn parts(&self) -> impl Iterator<Item = (Part<'a>, &'a RowNode)> {
        self.columns.gate().parts().zip(self.nodes)
    }

    /// The same as a tree of reasons, of a subject that those people answer for. Whom an approval
    /// was passed on to (delegates, a group that it escalated to) only a decision names.
    #[must_use]
    pub fn tree(&self, subject: &Subject, owners: &[Actor]) -> Reasons {
        let gate = self.columns.gate();
        let mut reasons = Reasons::with_capacity(self.nodes.len());
        let mut open: Vec<(usize, usize)> = Vec::with_capacity(self.nodes.len());
        for (index, (part, row)) in self.parts().enumerate() {
            while let Some((node, _)) = open.pop_if(|(_, end)| *end <= index) {
                reasons.close_as_is(node);
            }
            let said = row.answer;
            let mut node = Node::new(said.verdict, said.code, subject);
            (node.clears, node.holds_until, node.lapses) =
                (said.clears, said.holds_until, said.lapses);
            match part {
                Part::Gate(id) => node.gate = Some(id.clone()),
                Part::All | Part::Any => {}
                Part::AtLeast(count) => {
                    node.args.push(("needed", Arg::count(count)));
                    if said.code == ReasonCode::CannotPass {
                        node.args.push(("applicable", figure(row.figures, 0)));
                    }
                }
                Part::Requirement(..) | Part::Lots => {
                    node.gate = Some(gate.id().clone());
                    if let Part::Requirement(name, _) = part {
                        node.requirement = Some(name.clone());
                    }
                    let number = gate.leaf_at(index);
                    if let Some((leaf, column)) = number.and_then(|it| self.columns.leaf(it)) {
                        arguments(&mut node, leaf, row);
                        node.act = self.actors((leaf, column), said.who, owners);
                    }
                }
            }
            open.push((reasons.open(node), gate.next(index)));
        }
        while let Some((node, _)) = open.pop() {
            reasons.close_as_is(node);
        }
        reasons
    }

    /// Who that is.
    fn actors(&self, (leaf, column): (&Leaf, &Column), who: Who, owners: &[Actor]) -> Vec<Actor> {
        let requirement = leaf.asked.as_ref().map(|(_, requirement)| requirement);
        match who {
            Who::Nobody => Vec::new(),
            Who::Owners => owners.to_vec(),
            Who::Group => {
                let asked = requirement.and_then(|it| it.approval.as_ref());
                asked.map(|asked| Actor::Group(asked.group.clone())).into_iter().collect()
            }
            Who::CheckOwner => {
                let asked = requirement.and_then(|it| it.evidence.as_ref());
                asked.and_then(|leaf| leaf.owner.clone()).into_iter().collect()
            }
            Who::PolicyOwner => self.columns.gate().owner().cloned().into_iter().collect(),
            Who::Refusers => column.refused(self.row).iter().cloned().map(Actor::Person).collect(),
        }
    }
}

/// The figures and words behind a requirement's answer, named as a decision names them.
fn arguments(node: &mut Node, leaf: &Leaf, row: &RowNode) {
    let Some((_, requirement)) = &leaf.asked else { return };
    let args = &mut node.args;
    match leaf.ask {
        Ask::Approval(_) => {
            args.push(("given", figure(row.figures, 0)));
            args.push(("needed", figure(row.figures, 1)));
            let group = requirement.approval.as_ref();
            args.extend(group.map(|asked| ("group", Arg::Text(asked.group.as_str().to_owned()))));
        }
        Ask::Risk(below, _) => {
            let [risk, _] = row.figures;
            let risk = Probability::from_parts_per_billion(risk).to_millionths();
            args.push(("probability", Arg::text(risk)));
            args.push(("below", Arg::text(below)));
        }
        Ask::Evidence => {
            let check = requirement.evidence.as_ref();
            args.extend(check.map(|asked| ("check", Arg::Text(asked.check.as_str().to_owned()))));
        }
        Ask::Soak | Ask::Plan | Ask::Reversible | Ask::Answered => {}
    }
}

fn figure(figures: [u32; 2], index: usize) -> Arg {
    Arg::Integer(i64::from(figures.get(index).copied().unwrap_or(0)))
}
