//! Which candidates wait for each other, and what becomes of them.

use super::component::{Edges, Web};
use super::local::{Grouping, Local, Sets};
use super::settle::{Settled, settle};
use super::witness::shortest;
use super::{Cycle, Cycles, Graph, Hop, HopKind, NodeSet, Question};

/// The groups of a question and the cycles among and inside them, which depend on no verdict.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) grouping: Grouping,
    pub(super) cycles: Vec<Cycle>,
    /// The groups that are on a forbidden cycle.
    pub(super) forbidden: NodeSet,
    /// The order of steps inside groups, as a web over local numbers.
    pub(super) steps: Web,
}

/// Contracts `together`, then looks at what is stuck although each candidate is taken for a go:
/// its components are cycles.
///
/// What is missing counts as met here, like a verdict: a cycle is a property of the candidates, and
/// must not come and go with what something else still lacks. Gives also what ships in that case,
/// and when.
pub(super) fn judge(graph: &Graph, local: &Local, question: &Question<'_>) -> (Judged, Settled) {
    let (mut sets, mut grouping) = Grouping::together(graph, local);
    let mut at_best = settle(local, &grouping, &NodeSet::all(grouping.count()), true);
    let mut cycles = Vec::new();
    if question.cycles == Cycles::Atomic
        && let Some(merged) = merge(local, &grouping, &at_best, &mut sets, &mut cycles)
    {
        grouping = Grouping::new(local, &mut sets, &merged);
        at_best = settle(local, &grouping, &NodeSet::all(grouping.count()), true);
    }
    let stuck = at_best.stuck(&NodeSet::all(grouping.count()));
    let mut forbidden = forbid(local, &grouping, &stuck, &at_best.met, &mut cycles);
    let steps = Web::of_steps(local, &grouping);
    forbid_steps(local, &grouping, &steps, &mut cycles, &mut forbidden);
    (Judged { grouping, cycles, forbidden, steps }, at_best)
}

/// Joins the members of each cycle of `requires`; gives those members, if there are any.
///
/// Once is enough: what is left of the edges between the joined groups is acyclic, and meeting more
/// clauses only takes edges away.
fn merge(
    local: &Local,
    grouping: &Grouping,
    settled: &Settled,
    sets: &mut Sets,
    cycles: &mut Vec<Cycle>,
) -> Option<NodeSet> {
    let stuck = settled.stuck(&NodeSet::all(grouping.count()));
    let found = find(local, grouping, &stuck, &settled.met, Edges::Requires);
    let mut merged = NodeSet::new();
    for (groups, cycle) in found {
        let mut members = groups.iter().flat_map(|&group| grouping.members.row(group)).copied();
        let first = members.next()?;
        merged.insert(first);
        for member in members {
            sets.join(first, member);
            merged.insert(member);
        }
        cycles.push(Cycle { forbidden: false, ..cycle });
    }
    (!merged.is_empty()).then_some(merged)
}

/// Reports the cycles among stuck groups and gives the groups on them.
pub(super) fn forbid(
    local: &Local,
    grouping: &Grouping,
    stuck: &NodeSet,
    met: &NodeSet,
    cycles: &mut Vec<Cycle>,
) -> NodeSet {
    let mut forbidden = NodeSet::with_room(grouping.count());
    for (groups, cycle) in find(local, grouping, stuck, met, Edges::RequiresAndAfter) {
        for group in groups {
            forbidden.insert(group);
        }
        cycles.push(cycle);
    }
    forbidden
}

/// The cycles among stuck groups: the groups of each, and what to say about it.
fn find(
    local: &Local,
    grouping: &Grouping,
    stuck: &NodeSet,
    met: &NodeSet,
    edges: Edges,
) -> Vec<(Vec<u32>, Cycle)> {
    let web = Web::of_groups(local, grouping, stuck, met, edges);
    let components = web.components();
    let mut found = Vec::new();
    for component in (0..components.rows()).map(|row| components.row(row)) {
        if !web.is_cycle(component) {
            continue;
        }
        let group = |&vertex: &u32| web.stands_for[vertex];
        let groups = component.iter().map(group).collect::<Vec<_>>();
        let mut members = groups
            .iter()
            .flat_map(|&group| grouping.members.row(group))
            .map(|&member| local.nodes[member])
            .collect::<Vec<_>>();
        members.sort_unstable();
        let shortest = shortest(&web, component);
        let around = shortest.vertices.iter().map(group).collect::<Vec<_>>();
        let witness = hops(local, grouping, met, edges, &around);
        found.push((groups, Cycle { members, witness, exact: shortest.exact, forbidden: true }));
    }
    found
}

/// A cycle of groups as edges between their members, with a hop inside each group that is entered
/// at one member and left from another.
fn hops(
    local: &Local,
    grouping: &Grouping,
    met: &NodeSet,
    edges: Edges,
    around: &[u32],
) -> Vec<Hop> {
    let following = around.iter().cycle().skip(1);
    let between = around.iter().zip(following);
    let edges = between.filter_map(|(&from, &to)| edge(local, grouping, met, edges, from, to));
    let edges = edges.collect::<Vec<_>>();
    let mut hops = Vec::with_capacity(edges.len());
    for (edge, next) in edges.iter().zip(edges.iter().cycle().skip(1)) {
        hops.push(*edge);
        if edge.to != next.from {
            hops.push(Hop { from: edge.to, kind: HopKind::Together, to: next.from });
        }
    }
    hops
}

/// The edge by which one stuck group waits for another: of several a requirement before an order,
/// then the smallest nodes.
fn edge(
    local: &Local,
    grouping: &Grouping,
    met: &NodeSet,
    edges: Edges,
    from: u32,
    to: u32,
) -> Option<Hop> {
    let into = |other: &u32| grouping.group_of[*other] == to;
    let requires = grouping
        .clauses_of(local, from)
        .filter(|&clause| !met.contains(clause))
        .filter_map(|clause| {
            let other = local.clauses.row(clause).iter().copied().find(into)?;
            Some((local.owner[clause], other))
        })
        .min();
    let (kind, (from, to)) = match (requires, edges) {
        (Some(pair), Edges::Requires | Edges::RequiresAndAfter) => (HopKind::Requires, pair),
        (None, Edges::Requires) => return None,
        (None, Edges::RequiresAndAfter) => {
            let after = grouping.after_of(local, from).filter(|(_, earlier)| into(earlier)).min();
            (HopKind::After, after?)
        }
    };
    Some(Hop { from: local.nodes[from], kind, to: local.nodes[to] })
}

/// Reports cycles of `after` inside a group, and forbids that group.
fn forbid_steps(
    local: &Local,
    grouping: &Grouping,
    steps: &Web,
    cycles: &mut Vec<Cycle>,
    forbidden: &mut NodeSet,
) {
    let components = steps.components();
    for component in (0..components.rows()).map(|row| components.row(row)) {
        if !steps.is_cycle(component) {
            continue;
        }
        let node = |&vertex: &u32| local.nodes[steps.stands_for[vertex]];
        let shortest = shortest(steps, component);
        let around = shortest.vertices.iter();
        let hop = |(from, to)| Hop { from: node(from), kind: HopKind::After, to: node(to) };
        let witness = around.clone().zip(around.cycle().skip(1)).map(hop).collect();
        for &vertex in component {
            forbidden.insert(grouping.group_of[steps.stands_for[vertex]]);
        }
        let members = component.iter().map(node).collect();
        cycles.push(Cycle { members, witness, exact: shortest.exact, forbidden: true });
    }
}
