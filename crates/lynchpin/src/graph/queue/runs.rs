//! Which outcomes of what stands ahead are worth being tried beforehand.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Queue;
use super::mixture::{Meter, Mixture, mixtures};
use crate::base::{Chance, Probability};
use crate::graph::column::{Column, number};
use crate::graph::{GraphError, Node};

/// One item tried on top of one outcome of all that it waits for, itself or through others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The item.
    pub node: Node,
    /// What is assumed to succeed, smallest first.
    pub with: Vec<Node>,
    /// What is assumed to fail, or to be dropped since what it needs fails, smallest first.
    pub without: Vec<Node>,
    /// The chance that just this happens, so that the result of the run is the one that counts.
    pub chance: Chance,
}

/// The runs most likely to be needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    /// The likeliest first; of equals, by the item in the order of the queue.
    pub runs: Vec<Run>,
    /// How many of them are needed, on average.
    pub expected: Chance,
    /// Whether the search came to its end. If not, it took too long to find out which run is next;
    /// those listed are the likeliest all the same.
    pub complete: bool,
}

impl Queue {
    /// The runs most likely to be needed, at most so many, if each node fails with the chance given
    /// and the outcomes of different nodes are independent.
    ///
    /// An item that needs what fails is dropped, whatever its own chance is. So the chance of a run
    /// is the product, over all that the item waits for itself or through others, of the chance to
    /// succeed of what succeeds and to fail of what fails by itself. It is exact, and so is the
    /// order. A run that can never be needed is not listed.
    ///
    /// # Errors
    ///
    /// [`GraphError::WeightCount`] if there is not one chance for each node.
    ///
    /// ```
    /// use lynchpin::base::Probability;
    /// use lynchpin::graph::{NodeSet, Queue, QueueQuestion};
    ///
    /// let question =
    ///     QueueQuestion { nodes: 2, out: &NodeSet::new(), pairs: &[(0, 1)], needs: &[] };
    /// let fails = ["0.1".parse()?, Probability::ONE];
    /// let found = Queue::new(&question).unwrap().runs(&fails, 2).unwrap();
    /// let first: Vec<_> = found.runs.iter().map(|run| (run.node, run.with.as_slice())).collect();
    /// assert_eq!(first, [(0, &[][..]), (1, &[0])]);
    /// assert_eq!(found.expected.to_string(), "1.9");
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn runs(&self, fails: &[Probability], most: usize) -> Result<Runs, GraphError> {
        let nodes = self.outlook.len();
        if number(fails.len()) != nodes {
            let given = fails.len() as u64;
            return Err(GraphError::WeightCount { given, nodes });
        }
        let odds: Column<Odds> = self.order().iter().map(|&node| Odds::of(fails, node)).collect();
        let mut search = Search { queue: self, odds: &odds, most, meter: Meter::default() };
        Ok(search.run())
    }
}

/// The chances of one place.
#[derive(Debug, Clone)]
pub(super) struct Odds {
    pub(super) succeeds: Chance,
    pub(super) fails: Chance,
}

impl Odds {
    fn of(fails: &[Probability], node: Node) -> Odds {
        let fails = fails.get(node as usize).copied().unwrap_or(Probability::ONE);
        let rest = Probability::ONE.parts_per_billion() - fails.parts_per_billion();
        Odds {
            succeeds: Chance::from(Probability::from_parts_per_billion(rest)),
            fails: Chance::from(fails),
        }
    }

    pub(super) fn larger(&self) -> &Chance {
        (&self.succeeds).max(&self.fails)
    }
}

struct Search<'a> {
    queue: &'a Queue,
    /// By place.
    odds: &'a Column<Odds>,
    most: usize,
    meter: Meter,
}

/// What is known of an item: the parts of its outcomes that say nothing about each other, the one
/// whose second likeliest outcome costs least first.
struct Opened {
    parts: Vec<Mixture>,
}

/// A step of the search: an item that was not looked at yet, with a chance that none of its runs
/// exceeds, or one of its runs.
struct Step {
    chance: Chance,
    node: Node,
    /// Of each part, which outcome; none, if the item was not looked at yet.
    picks: Option<Vec<usize>>,
}

impl Search<'_> {
    /// Takes the likeliest of what is known to be left, and what may follow it, again and again.
    fn run(&mut self) -> Runs {
        let mut found = Runs { runs: Vec::new(), expected: Chance::zero(), complete: true };
        if self.most == 0 {
            return found;
        }
        let mut opened: Column<Option<Opened>> =
            (0..self.queue.outlook.len()).map(|_| None).collect();
        let mut steps = BinaryHeap::new();
        for (place, &node) in (0u32..).zip(self.queue.order()) {
            let Some(chance) = self.at_most(place) else {
                found.complete = false;
                return found;
            };
            steps.push(Step { chance, node, picks: None });
        }
        while found.runs.len() < self.most {
            let Some(step) = steps.pop().filter(|step| !step.chance.is_zero()) else { break };
            let Some(following) = self.follow(&step, &mut opened[step.node]) else {
                found.complete = false;
                break;
            };
            if let (Some(picks), Some(item)) = (&step.picks, &opened[step.node]) {
                found.expected = found.expected.plus(&step.chance);
                found.runs.push(item.told(self.queue, &step, picks));
            }
            steps.extend(following);
        }
        found
    }

    /// What no run of an item exceeds: what needs something is left out, for it may be dropped.
    fn at_most(&mut self, place: u32) -> Option<Chance> {
        let mut chance = Chance::one();
        for other in self.queue.ancestors(place) {
            if self.queue.needs[other].is_empty() {
                chance = self.meter.times(&chance, self.odds[other].larger())?;
            }
        }
        Some(chance)
    }

    /// The runs that come next after a step, nothing if it takes too long to find out.
    fn follow(&mut self, step: &Step, opened: &mut Option<Opened>) -> Option<Vec<Step>> {
        let place = self.queue.place(step.node)?;
        let next = match (&step.picks, &opened) {
            (Some(picks), Some(item)) => item.following(picks),
            _ => {
                let mut parts =
                    mixtures(self.queue, self.odds, (place, self.most), &mut self.meter)?;
                Mixture::sort(&mut parts, &mut self.meter)?;
                opened.insert(Opened { parts }).first().into_iter().collect()
            }
        };
        let item = opened.as_ref()?;
        let step = |picks: Vec<usize>| {
            let chance = item.chance(&picks, &mut self.meter)?;
            Some(Step { chance, node: step.node, picks: Some(picks) })
        };
        next.into_iter().map(step).collect()
    }
}

impl Opened {
    /// The likeliest outcome of all; none, if some part has none at all.
    fn first(&self) -> Option<Vec<usize>> {
        let any = self.parts.iter().all(|part| !part.outcomes.is_empty());
        any.then(|| vec![0; self.parts.len()])
    }

    /// What is no likelier, and comes directly after these picks only. Whatever has its last pick
    /// at one part comes after what has it one lower there or, if it is the lowest, at the part
    /// before.
    fn following(&self, picks: &[usize]) -> Vec<Vec<usize>> {
        let has = |part: usize, pick: usize| {
            self.parts.get(part).is_some_and(|it| pick < it.outcomes.len())
        };
        let with = |changes: &[(usize, usize)]| {
            let mut picks = picks.to_vec();
            for &(part, pick) in changes {
                if let Some(slot) = picks.get_mut(part) {
                    *slot = pick;
                }
            }
            picks
        };
        let last = picks.iter().enumerate().rev().find(|(_, pick)| **pick > 0);
        let Some((last, &pick)) = last else {
            return if has(0, 1) { vec![with(&[(0, 1)])] } else { Vec::new() };
        };
        let next = last + 1;
        let mut following = Vec::new();
        if has(last, pick + 1) {
            following.push(with(&[(last, pick + 1)]));
        }
        if has(next, 1) {
            following.push(with(&[(next, 1)]));
            if pick == 1 {
                following.push(with(&[(last, 0), (next, 1)]));
            }
        }
        following
    }

    fn chance(&self, picks: &[usize], meter: &mut Meter) -> Option<Chance> {
        let mut chance = Chance::one();
        for (part, &pick) in self.parts.iter().zip(picks) {
            chance = meter.times(&chance, &part.outcomes.get(pick)?.chance)?;
        }
        Some(chance)
    }

    fn told(&self, queue: &Queue, step: &Step, picks: &[usize]) -> Run {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (part, &pick) in self.parts.iter().zip(picks) {
            let goes = part.outcomes.get(pick).map_or(&[][..], |outcome| &outcome.goes);
            for (&place, &goes) in part.places.iter().zip(goes) {
                let list = if goes { &mut with } else { &mut without };
                list.push(queue.order[place]);
            }
        }
        with.sort_unstable();
        without.sort_unstable();
        Run { node: step.node, with, without, chance: step.chance.clone() }
    }
}

impl Ord for Step {
    /// The likeliest last, as a heap wants it. Of equals the first in the queue; of one item an
    /// item not looked at yet, then what departs from the likeliest where that costs least.
    fn cmp(&self, other: &Self) -> Ordering {
        let late = |step: &Step| step.picks.clone().map(|picks| picks.into_iter().rev().collect());
        let (mine, others): (Option<Vec<usize>>, Option<Vec<usize>>) = (late(self), late(other));
        let chances = self.chance.cmp(&other.chance);
        chances.then_with(|| other.node.cmp(&self.node)).then_with(|| others.cmp(&mine))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}
