//! The outcomes of what an item waits for, in parts that say nothing about each other.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::iter::repeat;

use super::Queue;
use super::runs::Odds;
use crate::base::Chance;
use crate::graph::Node;
use crate::graph::column::{Column, number};
use crate::graph::limits::QUEUE_WORK;

/// Some of what an item waits for, tied by what they need, with their likeliest outcomes.
#[derive(Debug)]
pub(super) struct Mixture {
    /// The places, smallest first.
    pub(super) places: Vec<u32>,
    /// The likeliest first; of equals, the one in which the first place that differs succeeds.
    pub(super) outcomes: Vec<Outcome>,
}

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) chance: Chance,
    /// For each place, whether it goes.
    pub(super) goes: Vec<bool>,
}

/// How much may still be worked out.
#[derive(Debug)]
pub(super) struct Meter {
    left: u64,
}

impl Default for Meter {
    fn default() -> Self {
        Meter { left: QUEUE_WORK }
    }
}

impl Meter {
    /// The product; nothing, if too much was worked out already.
    pub(super) fn times(&mut self, a: &Chance, b: &Chance) -> Option<Chance> {
        let cost = a.size().saturating_mul(b.size()) as u64;
        self.left = self.left.checked_sub(cost)?;
        Some(a.times(b))
    }
}

impl Mixture {
    /// Puts those first whose second likeliest outcome is least unlikelier than the likeliest;
    /// those
    /// that have no second last; of equals the one with the first place.
    pub(super) fn sort(parts: &mut [Mixture], meter: &mut Meter) -> Option<()> {
        // A sort that works in between would have to be told that the work is too much.
        let compared = parts.iter().flat_map(|part| part.outcomes.iter().take(2));
        let largest = compared.map(|it| it.chance.size()).max().unwrap_or(1) as u64;
        let rounds = u64::from(parts.len().max(1).ilog2()) + 1;
        let cost = largest.saturating_mul(largest).saturating_mul(4 * rounds);
        meter.left = meter.left.checked_sub(cost.saturating_mul(parts.len() as u64))?;
        parts.sort_by(|a, b| {
            let order = match (a.two(), b.two()) {
                // The quotients compared, without dividing.
                (Some(a), Some(b)) => b.1.times(a.0).cmp(&a.1.times(b.0)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            };
            order.then_with(|| a.places.cmp(&b.places))
        });
        Some(())
    }

    fn two(&self) -> Option<(&Chance, &Chance)> {
        match self.outcomes.as_slice() {
            [first, second, ..] => Some((&first.chance, &second.chance)),
            [] | [_] => None,
        }
    }
}

/// The parts of what the item at a place waits for, each with so many outcomes as may be needed.
pub(super) fn mixtures(
    queue: &Queue,
    odds: &Column<Odds>,
    (place, most): (u32, usize),
    meter: &mut Meter,
) -> Option<Vec<Mixture>> {
    let all = queue.ancestors(place);
    let at = |place: u32| all.binary_search(&place).map_or(0, number);
    let mut tied = Ties((0..number(all.len())).collect());
    let needed = |place: u32| queue.needs[place].iter();
    for &other in &all {
        needed(other).flatten().for_each(|&needs| tied.tie(at(other), at(needs)));
    }
    for any in needed(place) {
        any.windows(2).for_each(|pair| {
            if let [a, b] = pair {
                tied.tie(at(*a), at(*b));
            }
        });
    }
    let mut parts: Column<Vec<u32>> = Column::filled(number(all.len()), Vec::new());
    for (index, &other) in (0u32..).zip(&all) {
        parts[tied.root(index)].push(other);
    }
    let parts = parts.into_vec().into_iter().filter(|places| !places.is_empty());
    let mixture = |places: Vec<u32>| {
        let must = needed(place).filter(|any| any.first().is_some_and(|it| places.contains(it)));
        let inside = |any: &Vec<u32>| -> Vec<usize> {
            any.iter().filter_map(|it| places.binary_search(it).ok()).collect()
        };
        let part = Part {
            odds: places.iter().map(|&it| odds[it].clone()).collect(),
            needs: places.iter().map(|&it| needed(it).map(inside).collect()).collect(),
            must: must.map(inside).collect(),
        };
        let outcomes = part.likeliest(most, meter)?;
        Some(Mixture { places, outcomes })
    };
    parts.map(mixture).collect()
}

/// What is tied to what: each to a smaller one that it is tied to, or to itself.
struct Ties(Column<Node>);

impl Ties {
    fn root(&self, mut at: u32) -> u32 {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    fn tie(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// One part, by the indices of its places.
struct Part {
    odds: Vec<Odds>,
    /// Of each, what it needs any of.
    needs: Vec<Vec<Vec<usize>>>,
    /// Of what any must succeed for the item to be tried at all.
    must: Vec<Vec<usize>>,
}

/// The beginning of an outcome.
struct Beginning {
    /// What no outcome that begins so exceeds.
    at_most: Chance,
    chance: Chance,
    goes: Vec<bool>,
}

/// What may become of one that is not decided yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is tried: what it needs succeeds, or it needs nothing.
    Tried,
    /// It is dropped: something that it needs fails.
    Dropped,
    /// Either of these.
    Open,
}

impl Part {
    /// The likeliest outcomes that are possible, at most so many; nothing, if it takes too long.
    fn likeliest(&self, most: usize, meter: &mut Meter) -> Option<Vec<Outcome>> {
        let mut found = Vec::new();
        let mut open = BinaryHeap::from([self.begin(Chance::one(), Vec::new(), meter)?]);
        while let Some(Beginning { chance, goes, .. }) = open.pop().filter(|_| found.len() < most) {
            let Some(odds) = self.odds.get(goes.len()) else {
                found.push(Outcome { chance, goes });
                continue;
            };
            let certain = Chance::one();
            let branches: &[(bool, &Chance)] = match self.fate(goes.len(), &goes) {
                Fate::Dropped | Fate::Open => &[(false, &certain)],
                Fate::Tried => &[(true, &odds.succeeds), (false, &odds.fails)],
            };
            for &(succeeds, factor) in branches.iter().filter(|(_, factor)| !factor.is_zero()) {
                let mut goes = goes.clone();
                goes.push(succeeds);
                if self.is_wanted(&goes) {
                    let chance = meter.times(&chance, factor)?;
                    open.push(self.begin(chance, goes, meter)?);
                }
            }
        }
        Some(found)
    }

    fn begin(&self, chance: Chance, goes: Vec<bool>, meter: &mut Meter) -> Option<Beginning> {
        let mut at_most = chance.clone();
        for (at, odds) in self.odds.iter().enumerate().skip(goes.len()) {
            if self.fate(at, &goes) == Fate::Tried {
                at_most = meter.times(&at_most, odds.larger())?;
            }
        }
        Some(Beginning { at_most, chance, goes })
    }

    /// What may become of one, given the beginning of an outcome.
    fn fate(&self, at: usize, goes: &[bool]) -> Fate {
        let mut fate = Fate::Tried;
        for any in self.needs.get(at).into_iter().flatten() {
            if any.iter().any(|&other| goes.get(other) == Some(&true)) {
                continue;
            }
            if any.iter().all(|&other| goes.get(other) == Some(&false)) {
                return Fate::Dropped;
            }
            fate = Fate::Open;
        }
        fate
    }

    /// Whether what the item itself needs may still succeed.
    fn is_wanted(&self, goes: &[bool]) -> bool {
        let lost = |any: &Vec<usize>| any.iter().all(|&other| goes.get(other) == Some(&false));
        !self.must.iter().any(lost)
    }
}

impl Ord for Beginning {
    /// The likeliest last, as a heap wants it; of equals, the one that may still succeed where the
    /// other one fails first.
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.goes.len().max(other.goes.len());
        let best = |it: &Self| {
            it.goes.iter().copied().chain(repeat(true)).take(length).collect::<Vec<bool>>()
        };
        self.at_most.cmp(&other.at_most).then_with(|| best(self).cmp(&best(other)))
    }
}

impl PartialOrd for Beginning {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Beginning {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Beginning {}
