//! Strongly connected components, without recursion.

use super::NodeSet;
use super::column::{Column, Rows};
use super::local::{Grouping, Local};

/// A small graph made for one search: vertices numbered from 0, each standing for a group or a
/// candidate, and edges to what it waits for.
#[derive(Debug)]
pub(super) struct Web {
    /// Vertex to the group or candidate it stands for, smallest first.
    pub(super) stands_for: Column<u32>,
    /// Vertex to the vertices it waits for, sorted, each once.
    pub(super) waits_for: Rows,
}

/// Which edges between groups a web has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    Requires,
    RequiresAndAfter,
}

impl Web {
    /// The given groups, with edges along their clauses that are not met and, if asked for, along
    /// `after`, as far as they stay among those groups.
    pub(super) fn of_groups(
        local: &Local,
        grouping: &Grouping,
        groups: &NodeSet,
        met: &NodeSet,
        edges: Edges,
    ) -> Self {
        let group_of = &grouping.group_of;
        Self::new(groups, grouping.count(), |group, add| {
            for clause in grouping.clauses_of(local, group).filter(|&clause| !met.contains(clause))
            {
                for &other in local.clauses.row(clause) {
                    add(group_of[other]);
                }
            }
            if edges == Edges::RequiresAndAfter {
                for (_, earlier) in grouping.after_of(local, group) {
                    add(group_of[earlier]);
                }
            }
        })
    }

    /// The candidates that are `after` another one, or before one, of their own group.
    pub(super) fn of_steps(local: &Local, grouping: &Grouping) -> Self {
        let group_of = &grouping.group_of;
        let inside = |a: u32, b: u32| group_of[a] == group_of[b];
        let mut ordered = NodeSet::with_room(local.count());
        for later in 0..local.count() {
            for &earlier in local.after.row(later).iter().filter(|&&other| inside(later, other)) {
                ordered.insert(later);
                ordered.insert(earlier);
            }
        }
        Self::new(&ordered, local.count(), |later, add| {
            for &earlier in local.after.row(later).iter().filter(|&&other| inside(later, other)) {
                add(earlier);
            }
        })
    }

    fn new(set: &NodeSet, room: u32, edges: impl Fn(u32, &mut dyn FnMut(u32))) -> Self {
        let stands_for = set.iter().collect::<Column<u32>>();
        let mut vertex_of = Column::filled(if stands_for.len() == 0 { 0 } else { room }, 0);
        for (vertex, &item) in (0u32..).zip(stands_for.as_slice()) {
            vertex_of[item] = vertex;
        }
        let mut waits_for = Rows::with_room(stands_for.len(), 0);
        for &item in stands_for.as_slice() {
            edges(item, &mut |other| {
                if set.contains(other) {
                    waits_for.push(vertex_of[other]);
                }
            });
            waits_for.close_sorted();
        }
        Self { stands_for, waits_for }
    }

    pub(super) fn count(&self) -> u32 {
        self.stands_for.len()
    }

    /// Whether a component is a cycle: more than one vertex, or one that waits for itself.
    pub(super) fn is_cycle(&self, component: &[u32]) -> bool {
        match component {
            [] => false,
            [one] => self.waits_for.row(*one).binary_search(one).is_ok(),
            [_, _, ..] => true,
        }
    }

    /// The strongly connected components, as [`strong`] finds them.
    pub(super) fn components(&self) -> Rows {
        strong(&self.waits_for, Column::filled(self.count(), UNSEEN))
    }
}

/// A vertex that was not seen yet, and one whose component is known.
pub(super) const UNSEEN: u32 = 0;
pub(super) const DONE: u32 = u32::MAX;

/// The strongly connected components of the vertices that are `UNSEEN`, where others are `DONE`;
/// each comes after all those that it waits for, and its vertices are sorted.
///
/// Tarjan's algorithm with its own stack of (vertex, when it was first seen, next edge), so that
/// the depth of the input is not the depth of the call stack. `low` says when a vertex was first
/// seen, from 1; then the earliest still open that it leads to.
pub(super) fn strong(waits_for: &Rows, low: Column<u32>) -> Rows {
    let mut low = low;
    let mut components = Rows::default();
    let mut seen = 0;
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, u32, u32)> = Vec::new();
    for start in 0..low.len() {
        if low[start] != UNSEEN {
            continue;
        }
        seen += 1;
        low[start] = seen;
        open.push(start);
        path.push((start, seen, waits_for.places(start).start));
        while let Some((vertex, first_seen, place)) = path.pop() {
            let end = waits_for.places(vertex).end;
            let (mut place, mut lowest, mut down) = (place, low[vertex], None);
            while place < end {
                let next = waits_for.at(place);
                place += 1;
                let found = low[next];
                if found == UNSEEN {
                    down = Some(next);
                    break;
                }
                // What is done is the largest number of all.
                lowest = lowest.min(found);
            }
            low[vertex] = lowest;
            if let Some(next) = down {
                path.push((vertex, first_seen, place));
                seen += 1;
                low[next] = seen;
                open.push(next);
                path.push((next, seen, waits_for.places(next).start));
                continue;
            }
            if let Some(&(parent, _, _)) = path.last() {
                low[parent] = low[parent].min(lowest);
            }
            if lowest == first_seen {
                while let Some(member) = open.pop() {
                    low[member] = DONE;
                    components.push(member);
                    if member == vertex {
                        break;
                    }
                }
                components.close_sorted();
            }
        }
    }
    components
}
