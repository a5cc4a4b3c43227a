//! A queue put on the numbers of the graph floor, and the answer put back on items.

use std::collections::{BTreeMap, BTreeSet};

use super::by_itself::{Alone, Itself};
use super::{
    ChangePair, IfItFails, Interaction, OutOfOrder, Queue, QueueCycle, QueueItem, QueueQuestion,
    QueueRun, QueueSearch, QueueState, QueueWait,
};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Probability, Subject};
use crate::graph::{self, GraphError, Node, Outlook, QueuePlace};

type Pairs = BTreeMap<(Node, Node), BTreeSet<Interaction>>;

/// What the answer is put together from.
struct Found<'a> {
    question: &'a QueueQuestion,
    alone: &'a Alone<'a>,
    /// Why items interact, the smaller number first.
    pairs: Pairs,
    queue: graph::Queue,
}

/// Looks at the items together.
pub(super) fn of(question: &QueueQuestion, alone: &Alone<'_>) -> Result<Queue> {
    let pairs = alone.items.interactions(|node| !alone.out.contains(node))?;
    let met = alone.asks.met.keys().filter(|(a, b)| a != b);
    let tied: Vec<(Node, Node)> = pairs.keys().chain(met).copied().collect();
    let asked = graph::QueueQuestion {
        nodes: u32::try_from(question.items.len()).unwrap_or(u32::MAX),
        out: &alone.out,
        pairs: &tied,
        needs: &alone.asks.needs,
    };
    let queue = graph::Queue::new(&asked).map_err(limit)?;
    Found { question, alone, pairs, queue }.answer()
}

fn limit(error: GraphError) -> Error {
    Error::new(ErrorCode::LimitExceeded, error.to_string())
}

impl Found<'_> {
    fn answer(&self) -> Result<Queue> {
        let (question, alone) = (self.question, self.alone);
        let fails: Vec<Probability> = alone.each.iter().map(|item| item.failure.0).collect();
        let runs = self.queue.runs(&fails, question.runs).map_err(limit)?;
        let places = self.queue.places(question.slots.unwrap_or(u32::MAX));
        let each = (0..).zip(&alone.each).zip(places);
        let items: Vec<QueueItem> =
            each.filter_map(|((node, itself), place)| self.item(node, itself, place)).collect();
        let head = items.iter().filter(|item| item.state == QueueState::Head);
        let run = |run: graph::Run| {
            let subject = self.subject(run.node)?.clone();
            let (with, without) = (self.subjects(&run.with), self.subjects(&run.without));
            Some(QueueRun { subject, with, without, chance: run.chance })
        };
        Ok(Queue {
            stage: question.stage.clone(),
            at: question.at,
            policy: alone.policy,
            risk_model: alone.risk_model.clone(),
            what_if: alone.what_if.then_some("yes"),
            slots: question.slots,
            head: head.map(|item| item.subject.clone()).collect(),
            out_of_order: self.out_of_order(),
            cycles: self.queue.cycles().iter().map(|cycle| self.cycle(cycle)).collect(),
            items,
            runs: runs.runs.into_iter().filter_map(run).collect(),
            expected: runs.expected,
            search: if runs.complete { QueueSearch::Whole } else { QueueSearch::CutShort },
        })
    }

    fn item(&self, node: Node, itself: &Itself, place: Option<QueuePlace>) -> Option<QueueItem> {
        let subject = self.subject(node)?.clone();
        let round = place.map(|place| place.round);
        let state = match (self.queue.outlook(node), round) {
            (Outlook::Goes, Some(1)) => QueueState::Head,
            (Outlook::Goes, _) => QueueState::Waits,
            (Outlook::Out, _) => QueueState::Held,
            (Outlook::Lacks, _) => QueueState::Lacks,
            (Outlook::InCycle, _) => QueueState::InCycle,
        };
        let waits_for = match state {
            QueueState::Head | QueueState::Waits => self.queue.waits_for(node),
            QueueState::Held => Vec::new(),
            QueueState::Lacks => self.asked_of(node, |outlook| outlook != Outlook::Goes),
            QueueState::InCycle => self.asked_of(node, |outlook| outlook == Outlook::InCycle),
        };
        let follows = self.queue.failed(node);
        Some(QueueItem {
            position: usize::try_from(node).ok()?.saturating_add(1),
            subject,
            state,
            verdict: itself.verdict,
            clears_at: itself.clears,
            held_by: itself.held_by.clone(),
            failure: itself.failure.0,
            failure_from: itself.failure.1,
            round,
            waits_for: waits_for.into_iter().filter_map(|it| self.wait(node, it)).collect(),
            if_it_fails: follows.map(|follows| IfItFails {
                dropped: self.subjects(&follows.dropped),
                tried_again: self.subjects(&follows.again),
                untouched: self.subjects(&follows.untouched),
            }),
        })
    }

    /// The items of which one requires something, that stand as is meant.
    fn asked_of(&self, node: Node, meant: impl Fn(Outlook) -> bool) -> Vec<Node> {
        let asked = self.alone.asks.because.range((node, 0)..=(node, Node::MAX));
        asked.map(|((_, other), _)| *other).filter(|it| meant(self.queue.outlook(*it))).collect()
    }

    fn wait(&self, node: Node, other: Node) -> Option<QueueWait> {
        let subject = self.subject(other)?.clone();
        Some(QueueWait { subject, because: self.because(node, other) })
    }

    /// Why one item waits for another: what is the first one's comes first.
    fn because(&self, node: Node, other: Node) -> Vec<Interaction> {
        let asks = &self.alone.asks;
        let asked =
            [&asks.because, &asks.met].into_iter().filter_map(|all| all.get(&(node, other)));
        let mut because: BTreeSet<Interaction> = asked.flatten().cloned().collect();
        // The other one requires what is there, and is brought again by this one.
        because.extend(asks.met.get(&(other, node)).into_iter().flatten().map(turned));
        let beside = self.pairs.get(&(node.min(other), node.max(other))).into_iter().flatten();
        because.extend(beside.map(|why| if node < other { why.clone() } else { turned(why) }));
        because.into_iter().collect()
    }

    fn out_of_order(&self) -> Vec<OutOfOrder> {
        let chosen = self.queue.chosen().iter();
        let early: BTreeSet<(Node, Node)> = chosen
            .flat_map(|need| need.any.iter().map(|other| (need.node, *other)))
            .filter(|(node, other)| node < other)
            .collect();
        let told = |(node, other): (Node, Node)| {
            let (subject, behind) = (self.subject(node)?.clone(), self.subject(other)?.clone());
            let all = self.because(node, other).into_iter();
            let because = all.filter(|why| matches!(why, Interaction::Requires(_))).collect();
            Some(OutOfOrder { subject, behind, because })
        };
        early.into_iter().filter_map(told).collect()
    }

    /// Each item of a cycle, with why the one before it requires it.
    fn cycle(&self, cycle: &[Node]) -> QueueCycle {
        let before = cycle.last().into_iter().chain(cycle);
        let waits = before.zip(cycle);
        let items = waits.filter_map(|(before, node)| self.wait(*before, *node)).collect();
        QueueCycle { items }
    }

    fn subject(&self, node: Node) -> Option<&Subject> {
        self.question.items.get(usize::try_from(node).ok()?).map(|item| &item.subject)
    }

    fn subjects(&self, nodes: &[Node]) -> Vec<Subject> {
        nodes.iter().filter_map(|node| self.subject(*node).cloned()).collect()
    }
}

/// The same, told from the other side.
fn turned(why: &Interaction) -> Interaction {
    let pair = |it: &ChangePair| ChangePair { change: it.with.clone(), with: it.change.clone() };
    match why {
        Interaction::Requires(it) => Interaction::RequiredBy(pair(it)),
        Interaction::RequiredBy(it) => Interaction::Requires(pair(it)),
        Interaction::Conflict(it) => Interaction::Conflict(pair(it)),
        Interaction::Together(it) => Interaction::Together(pair(it)),
        Interaction::Change(_) | Interaction::Service(_) => why.clone(),
    }
}
