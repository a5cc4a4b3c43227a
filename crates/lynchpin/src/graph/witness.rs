//! The shortest cycle through a component, as proof that it is one.

use super::WITNESS_GROUPS;
use super::column::{Column, Rows, number};
use super::component::Web;

/// A cycle as vertices, the smallest first; the last one leads back to it.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) vertices: Vec<u32>,
    /// Whether no shorter cycle exists in the component.
    pub(super) exact: bool,
}

/// The shortest cycle in a component that [`Web::is_cycle`], and of several the one whose vertices
/// compare smallest.
///
/// Above [`WITNESS_GROUPS`] vertices: the shortest through the smallest vertex.
pub(super) fn shortest(web: &Web, component: &[u32]) -> Witness {
    let loops = |vertex: &&u32| web.waits_for.row(**vertex).binary_search(vertex).is_ok();
    if let Some(&vertex) = component.iter().find(loops) {
        return Witness { vertices: vec![vertex], exact: true };
    }
    let exact = number(component.len()) <= WITNESS_GROUPS;
    let mut search = Search::new(web, component);
    let mut best = Vec::new();
    for start in 0..search.count {
        if search.gone[start] {
            continue;
        }
        // Cycles through smaller vertices were looked at already, so this one is the smallest of
        // any that is found, and only a strictly shorter one is better.
        let limit = if best.is_empty() { u32::MAX } else { number(best.len()) };
        if let Some(cycle) = search.through(start, limit) {
            best = cycle;
        }
        if !exact || best.len() == 2 {
            break;
        }
        search.remove(start);
    }
    let name = |place: u32| component.get(place as usize).copied().unwrap_or_default();
    Witness { vertices: best.into_iter().map(name).collect(), exact }
}

/// One component with numbers of its own, from which vertices are taken one by one.
struct Search {
    count: u32,
    next: Rows,
    previous: Rows,
    /// Vertices that are on no cycle with the ones that are left.
    gone: Column<bool>,
    ways_out: Column<u32>,
    ways_in: Column<u32>,
    /// Distance to the start of the search, valid where `stamp` is that of the search.
    distance: Column<u32>,
    stamp: Column<u32>,
    searches: u32,
}

impl Search {
    fn new(web: &Web, component: &[u32]) -> Self {
        let count = number(component.len());
        let mut next = Rows::with_room(count, 0);
        for &vertex in component {
            for other in web.waits_for.row(vertex) {
                if let Ok(place) = component.binary_search(other) {
                    next.push(number(place));
                }
            }
            next.close();
        }
        let flip = |from: u32| next.row(from).iter().map(move |&to| (to, from));
        let previous = Rows::from_pairs(count, (0..count).flat_map(flip));
        let ways = |rows: &Rows| (0..count).map(|vertex| number(rows.row(vertex).len())).collect();
        Self {
            count,
            gone: Column::filled(count, false),
            ways_out: ways(&next),
            ways_in: ways(&previous),
            distance: Column::filled(count, 0),
            stamp: Column::filled(count, 0),
            searches: 0,
            next,
            previous,
        }
    }

    /// The shortest cycle through `start` with fewer than `limit` vertices, and of several the one
    /// whose vertices compare smallest.
    fn through(&mut self, start: u32, limit: u32) -> Option<Vec<u32>> {
        let length = self.measure(start, limit)?;
        let mut cycle = vec![start];
        let mut at = start;
        for left in (1..length).rev() {
            let on_the_way = |&&next: &&u32| {
                !self.gone[next] && self.stamp[next] == self.searches && self.distance[next] == left
            };
            at = *self.next.row(at).iter().find(on_the_way)?;
            cycle.push(at);
        }
        Some(cycle)
    }

    /// Searches backwards from `start` until a vertex that `start` leads to is reached; gives the
    /// length of that cycle if it is below `limit`, with the distances of all vertices nearer.
    fn measure(&mut self, start: u32, limit: u32) -> Option<u32> {
        self.searches += 1;
        self.stamp[start] = self.searches;
        self.distance[start] = 0;
        let mut frontier = vec![start];
        let mut reached = Vec::new();
        let mut distance = 0;
        while !frontier.is_empty() && distance + 2 < limit {
            distance += 1;
            for &vertex in &frontier {
                for &before in self.previous.row(vertex) {
                    if !self.gone[before] && self.stamp[before] != self.searches {
                        self.stamp[before] = self.searches;
                        self.distance[before] = distance;
                        reached.push(before);
                    }
                }
            }
            let closes = |vertex: &u32| self.next.row(start).binary_search(vertex).is_ok();
            if reached.iter().any(closes) {
                return Some(distance + 1);
            }
            frontier.clear();
            std::mem::swap(&mut frontier, &mut reached);
        }
        None
    }

    /// Takes a vertex out, and all that is then on no cycle because nothing leads in or out.
    fn remove(&mut self, vertex: u32) {
        let mut leaving = vec![vertex];
        self.gone[vertex] = true;
        while let Some(vertex) = leaving.pop() {
            for &other in self.next.row(vertex) {
                self.ways_in[other] -= 1;
                if self.ways_in[other] == 0 && !self.gone[other] {
                    self.gone[other] = true;
                    leaving.push(other);
                }
            }
            for &other in self.previous.row(vertex) {
                self.ways_out[other] -= 1;
                if self.ways_out[other] == 0 && !self.gone[other] {
                    self.gone[other] = true;
                    leaving.push(other);
                }
            }
        }
    }
}
