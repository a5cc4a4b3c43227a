//! The closure of maximum weight, by a maximum flow (Dinic 1970) in whole numbers.
//!
//! What is worth something can be fed with flow up to its weight, what costs takes flow up to its
//! cost, and flow runs from what needs to what is needed. What can still be reached from something
//! with a rest is the smallest best closure; the rests are its weight.

use super::fix::State;
use super::problem::Problem;
use crate::graph::column::{Column, Rows};

/// The network of what is free.
#[derive(Debug)]
pub(super) struct Net {
    /// Vertex to group.
    groups: Column<u32>,
    /// Vertex to its arcs; arc `2k` runs forward, `2k + 1` back.
    arcs: Rows,
    to: Column<u32>,
    /// What still fits through each backward arc; forward arcs hold any amount.
    back: Column<i128>,
    /// What each vertex can still give, and take.
    gives: Column<i128>,
    takes: Column<i128>,
    level: Column<u32>,
    cursor: Column<u32>,
}

const NONE: u32 = u32::MAX;

impl Net {
    /// The network of the free groups of a state.
    pub(super) fn new(problem: &Problem<'_>, state: &Column<State>) -> Net {
        let mut vertex_of = Column::filled(problem.count(), NONE);
        let mut groups = Column::default();
        for group in (0..problem.count()).filter(|&group| state[group] == State::Free) {
            vertex_of[group] = groups.len();
            groups.push(group);
        }
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut to = Column::default();
        let mut link = |from: u32, needed: u32| {
            let (from, needed) = (vertex_of[from], vertex_of[needed]);
            if needed != NONE {
                pairs.push((from, to.len()));
                to.push(needed);
                pairs.push((needed, to.len()));
                to.push(from);
            }
        };
        for &group in groups.as_slice() {
            problem.needs.row(group).iter().for_each(|&needed| link(group, needed));
            for &clause in problem.asks.row(group) {
                let mut left = problem.any.row(clause).iter().filter(|&&o| state[o] != State::Out);
                // With one way left, a clause is as strict as any other.
                if let (Some(&only), None) = (left.next(), left.next()) {
                    link(group, only);
                }
            }
        }
        let count = groups.len();
        let arcs = Rows::from_pairs(count, pairs.iter().copied());
        Net {
            arcs,
            back: Column::filled(to.len(), 0),
            to,
            gives: Column::filled(count, 0),
            takes: Column::filled(count, 0),
            level: Column::filled(count, NONE),
            cursor: Column::filled(count, 0),
            groups,
        }
    }

    /// The most that any closure weighs, and the smallest such closure, if the work sufficed to
    /// find it; without it, the first is still no less than any closure weighs.
    pub(super) fn closure(
        &mut self,
        weight: impl Fn(u32) -> i128,
        work: &mut u64,
    ) -> (i128, Option<Vec<u32>>) {
        for vertex in 0..self.groups.len() {
            let weight = weight(self.groups[vertex]);
            self.gives[vertex] = weight.max(0);
            self.takes[vertex] = (-weight).max(0);
        }
        self.back = Column::filled(self.to.len(), 0);
        while self.levels(work) {
            if *work == 0 {
                return (self.rest(), None);
            }
            for vertex in 0..self.groups.len() {
                self.cursor[vertex] = self.arcs.places(vertex).start;
            }
            for vertex in 0..self.groups.len() {
                self.push_from(vertex, work);
            }
        }
        let reached = |&vertex: &u32| self.level[vertex] != NONE;
        let found = (0..self.groups.len()).filter(reached).map(|vertex| self.groups[vertex]);
        let found = found.collect();
        (self.rest(), Some(found))
    }

    fn rest(&self) -> i128 {
        self.gives.as_slice().iter().sum()
    }

    fn has_room(&self, arc: u32) -> bool {
        arc.is_multiple_of(2) || self.back[arc] > 0
    }

    /// How far each vertex is from one that can give. Whether one that can take is reached.
    fn levels(&mut self, work: &mut u64) -> bool {
        let count = self.groups.len();
        self.level = Column::filled(count, NONE);
        let mut queue: Vec<u32> = (0..count).filter(|&vertex| self.gives[vertex] > 0).collect();
        queue.iter().for_each(|&vertex| self.level[vertex] = 0);
        let mut reached = false;
        let mut at = 0;
        while let Some(&vertex) = queue.get(at) {
            at += 1;
            reached |= self.takes[vertex] > 0;
            *work = work.saturating_sub(1 + u64::from(number_of(self.arcs.row(vertex))));
            for &arc in self.arcs.row(vertex) {
                let next = self.to[arc];
                if self.level[next] == NONE && self.has_room(arc) {
                    self.level[next] = self.level[vertex] + 1;
                    queue.push(next);
                }
            }
        }
        reached
    }

    /// Pushes what a vertex can give, along shortest ways.
    fn push_from(&mut self, source: u32, work: &mut u64) {
        if self.level[source] != 0 {
            return;
        }
        let mut way: Vec<u32> = Vec::new();
        while self.gives[source] > 0 && *work > 0 {
            let here = way.last().map_or(source, |&arc| self.to[arc]);
            if self.takes[here] > 0 {
                self.push_along(source, here, &mut way);
                continue;
            }
            *work = work.saturating_sub(1);
            let place = self.cursor[here];
            if place >= self.arcs.places(here).end {
                let Some(arc) = way.pop() else { return };
                self.cursor[self.to[arc ^ 1]] += 1;
                continue;
            }
            let arc = self.arcs.at(place);
            if self.has_room(arc) && self.level[self.to[arc]] == self.level[here] + 1 {
                way.push(arc);
            } else {
                self.cursor[here] = place + 1;
            }
        }
    }

    /// Pushes as much as fits along a way and shortens it to where it still fits.
    fn push_along(&mut self, source: u32, end: u32, way: &mut Vec<u32>) {
        let narrow = way.iter().filter(|&&arc| arc % 2 == 1).map(|&arc| self.back[arc]).min();
        let flow = self.gives[source].min(self.takes[end]);
        let flow = narrow.map_or(flow, |narrow| narrow.min(flow));
        self.gives[source] -= flow;
        self.takes[end] -= flow;
        for &arc in way.iter() {
            if arc.is_multiple_of(2) {
                self.back[arc + 1] += flow;
            } else {
                self.back[arc] -= flow;
            }
        }
        let full = way.iter().position(|&arc| !self.has_room(arc));
        way.truncate(full.unwrap_or(way.len()));
    }
}

fn number_of(row: &[u32]) -> u32 {
    crate::graph::column::number(row.len())
}
