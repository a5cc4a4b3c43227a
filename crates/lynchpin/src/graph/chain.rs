//! What each shipped group waits for, the longest chain of that, and its transitive reduction.

use super::column::{Column, Rows};
use super::cycle::Judged;
use super::local::Local;
use super::settle::Settled;
use super::{CriticalPath, GraphError, Group, NodeSet, Order, Question, REDUCTION_GROUPS};

/// Group to the groups that it ships after: for each clause the alternative that ships first (of
/// several, the smallest node), and the groups that it is `after`.
pub(super) fn dependencies(local: &Local, judged: &Judged, settled: &Settled) -> Rows {
    let grouping = &judged.grouping;
    let mut rows = Rows::with_room(grouping.count(), 0);
    for group in 0..grouping.count() {
        if settled.wave[group] > 0 {
            for clause in grouping.clauses_of(local, group) {
                if !grouping.inner.contains(clause)
                    && let Some(other) = first(local, judged, settled, clause)
                {
                    rows.push(other);
                }
            }
            for (_, earlier) in grouping.after_of(local, group) {
                let other = grouping.group_of[earlier];
                if settled.wave[other] > 0 {
                    rows.push(other);
                }
            }
        }
        rows.close_sorted();
    }
    rows
}

/// The group that meets a clause.
fn first(local: &Local, judged: &Judged, settled: &Settled, clause: u32) -> Option<u32> {
    let group = |&other: &u32| judged.grouping.group_of[other];
    let alternatives = local.clauses.row(clause).iter();
    let shipped = alternatives.map(group).filter(|&group| settled.wave[group] > 0);
    // Alternatives stand in node order and the first of equals wins: ties go to the smaller node.
    shipped.min_by_key(|&group| settled.wave[group])
}

/// The chain of dependencies with the largest sum of weights. Ties go to the smaller groups, seen
/// from the end of the chain.
pub(super) fn critical_path(
    question: &Question<'_>,
    steps: &Rows,
    waves: &Rows,
    dependencies: &Rows,
) -> CriticalPath {
    const NONE: u32 = u32::MAX;
    let mut total = Column::filled(steps.rows(), 0u64);
    let mut from = Column::filled(steps.rows(), NONE);
    let mut best: Option<(u64, Group)> = None;
    let in_order = (0..waves.rows()).flat_map(|wave| waves.row(wave));
    for &group in in_order {
        let mut longest: Option<(u64, Group)> = None;
        for &earlier in dependencies.row(group) {
            if longest.is_none_or(|(weight, _)| total[earlier] > weight) {
                longest = Some((total[earlier], earlier));
            }
        }
        // The question was refused if all weights together did not fit, so no sum saturates.
        let own = steps.row(group).iter().map(|&node| question.weight(node));
        let own = own.fold(0, u64::saturating_add);
        let (before, previous) = longest.unwrap_or((0, NONE));
        let sum = before.saturating_add(own);
        total[group] = sum;
        from[group] = previous;
        if best.is_none_or(|(weight, end)| sum > weight || (sum == weight && group < end)) {
            best = Some((sum, group));
        }
    }
    let Some((weight, end)) = best else { return CriticalPath::default() };
    let mut groups = vec![end];
    let mut at = from[end];
    while at != NONE {
        groups.push(at);
        at = from[at];
    }
    groups.reverse();
    CriticalPath { groups, weight }
}

/// The dependencies that no chain of others implies.
pub(super) fn reduction(order: &Order) -> Result<Vec<(Group, Group)>, GraphError> {
    let shipped = order.waves().flatten().copied().collect::<Vec<_>>();
    reduced(&shipped, "shipped groups", &order.dependencies)
}

/// The pairs (later, earlier) of rows that no chain of others implies, sorted. Each row comes, in
/// the order given, after all that it lists; what is not in the order is left out.
pub(super) fn reduced(
    order: &[u32],
    what: &'static str,
    rows: &Rows,
) -> Result<Vec<(u32, u32)>, GraphError> {
    let limit = u64::from(REDUCTION_GROUPS);
    let count = order.len() as u64;
    if count > limit {
        return Err(GraphError::TooMany { what, count, limit });
    }
    let mut place = Column::filled(rows.rows(), 0u32);
    for (number, &row) in (0u32..).zip(order) {
        place[row] = number;
    }
    let mut edges = Vec::new();
    let mut reach: Vec<NodeSet> = Vec::with_capacity(order.len());
    let mut before = Vec::new();
    for &row in order {
        before.clear();
        before.extend_from_slice(rows.row(row));
        // Latest first: if a dependency follows from others, one of those ships later than it.
        before.sort_unstable_by_key(|&earlier| std::cmp::Reverse(place[earlier]));
        let mut reached = NodeSet::with_room(before.first().map_or(0, |&last| place[last] + 1));
        for &earlier in &before {
            if reached.insert(place[earlier]) {
                edges.push((row, earlier));
                if let Some(further) = reach.get(place[earlier] as usize) {
                    reached.add_all(further);
                }
            }
        }
        reach.push(reached);
    }
    edges.sort_unstable();
    Ok(edges)
}
