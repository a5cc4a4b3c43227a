//! The largest shippable subset, its waves, and why the rest is dropped.

use std::collections::BTreeSet;

use super::column::{Column, Rows};
use super::component::{Edges, Web};
use super::cycle::{Judged, forbid};
use super::local::Local;
use super::settle::{Settled, settle};
use super::{Dropped, NodeSet, Question, ROOTS_LISTED};

/// Ships what can ship; `at_best` is what would if each candidate were a go. Cycles that only show
/// once something was dropped are added to `judged`.
pub(super) fn ship(
    local: &Local,
    question: &Question<'_>,
    judged: &mut Judged,
    at_best: Settled,
) -> Settled {
    let grouping = &judged.grouping;
    let mut held = local.lacking.clone();
    for (number, &node) in (0u32..).zip(local.nodes.as_slice()) {
        if !question.go.contains(node) {
            held.insert(number);
        }
    }
    let held = grouping.groups_with(&held);
    if held.is_empty() && judged.forbidden.is_empty() {
        return at_best;
    }
    let allowed = |forbidden: &NodeSet| {
        let free = |&group: &u32| !held.contains(group) && !forbidden.contains(group);
        (0..grouping.count()).filter(free).collect::<NodeSet>()
    };
    let ships = settle(local, grouping, &allowed(&judged.forbidden), false).shipped();
    let settled = settle(local, grouping, &ships, true);
    let stuck = settled.stuck(&ships);
    if stuck.is_empty() {
        return settled;
    }
    // A dropped alternative forced a loop through `after` that was none while each candidate was
    // taken for a go. Once is enough: what was not stuck does not depend on what was, and the rest
    // has no edges that were not seen here, so it has no further cycle.
    let looped = forbid(local, grouping, &stuck, &settled.met, &mut judged.cycles);
    judged.forbidden.add_all(&looped);
    let ships = settle(local, grouping, &allowed(&judged.forbidden), false).shipped();
    settle(local, grouping, &ships, true)
}

/// Says of each dropped group why, with its root blockers.
pub(super) fn dropped(
    local: &Local,
    question: &Question<'_>,
    judged: &Judged,
    settled: &Settled,
) -> Vec<Dropped> {
    let grouping = &judged.grouping;
    let left = settled.stuck(&NodeSet::all(grouping.count()));
    if left.is_empty() {
        return Vec::new();
    }
    let web = Web::of_groups(local, grouping, &left, &settled.met, Edges::Requires);
    let lacking = grouping.groups_with(&local.lacking);
    let reason = |vertex: u32| {
        let group = web.stands_for[vertex];
        let nodes = grouping.members.row(group).iter().map(|&member| local.nodes[member]);
        Dropped {
            group,
            not_go: nodes.filter(|&node| !question.go.contains(node)).collect(),
            missing: lacking.contains(group),
            cycle: judged.forbidden.contains(group),
            blocked_by: Vec::new(),
            roots: Vec::new(),
            more_roots: false,
        }
    };
    let mut dropped = (0..web.count()).map(reason).collect::<Column<_>>();
    let components = web.components();
    let mut component_of = Column::filled(web.count(), 0);
    let mut roots = Column::<(Vec<u32>, bool)>::default();
    for row in 0..components.rows() {
        for &vertex in components.row(row) {
            component_of[vertex] = row;
        }
        let found = roots_of(components.row(row), &web, &dropped, &component_of, &roots);
        roots.push(found);
    }
    for vertex in 0..web.count() {
        let (found, more) = &roots[component_of[vertex]];
        dropped[vertex].roots.clone_from(found);
        dropped[vertex].more_roots = *more;
        let others = web.waits_for.row(vertex).iter().filter(|&&other| other != vertex);
        dropped[vertex].blocked_by = others.map(|&other| web.stands_for[other]).collect();
    }
    dropped.into_vec()
}

/// The smallest root blockers that a component is or leads to, and whether there are more. The
/// smallest few of a union are among the smallest few of its parts, so lists stay short.
fn roots_of(
    component: &[u32],
    web: &Web,
    dropped: &Column<Dropped>,
    component_of: &Column<u32>,
    known: &Column<(Vec<u32>, bool)>,
) -> (Vec<u32>, bool) {
    let mut found = BTreeSet::new();
    let mut more = false;
    let mut add = |group: u32| {
        found.insert(group);
        if found.len() > ROOTS_LISTED {
            found.pop_last();
            more = true;
        }
    };
    let mut further = false;
    for &vertex in component {
        if dropped[vertex].is_root() {
            add(web.stands_for[vertex]);
        }
        let others = web.waits_for.row(vertex).iter().map(|&other| component_of[other]);
        for (groups, cut) in others.filter(|&other| other < known.len()).map(|o| &known[o]) {
            groups.iter().copied().for_each(&mut add);
            further |= cut;
        }
    }
    (found.into_iter().collect(), more || further)
}

/// The nodes of each group in the order in which they ship: after what they are `after`, and of
/// several that may go next, the smallest. In a group with a cycle of `after` there is no order:
/// they stand by number.
pub(super) fn steps(local: &Local, judged: &Judged) -> Rows {
    let web = &judged.steps;
    let grouping = &judged.grouping;
    let mut waiting = Column::filled(if web.count() == 0 { 0 } else { local.count() }, 0u32);
    let mut ordered = NodeSet::new();
    for vertex in 0..web.count() {
        let item = web.stands_for[vertex];
        waiting[item] = super::column::number(web.waits_for.row(vertex).len());
        ordered.insert(grouping.group_of[item]);
    }
    let mut steps = Rows::with_room(grouping.count(), local.count() as usize);
    for group in 0..grouping.count() {
        let members = grouping.members.row(group);
        let sorted = if ordered.contains(group) {
            sort_steps(local, judged, members, &mut waiting)
        } else {
            None
        };
        for &member in sorted.as_deref().unwrap_or(members) {
            steps.push(local.nodes[member]);
        }
        steps.close();
    }
    steps
}

fn sort_steps(
    local: &Local,
    judged: &Judged,
    members: &[u32],
    waiting: &mut Column<u32>,
) -> Option<Vec<u32>> {
    let group_of = &judged.grouping.group_of;
    let mut ready: BTreeSet<u32> =
        members.iter().copied().filter(|&member| waiting[member] == 0).collect();
    let mut sorted = Vec::with_capacity(members.len());
    while let Some(member) = ready.pop_first() {
        sorted.push(member);
        for &later in local.before.row(member) {
            if group_of[later] == group_of[member] {
                waiting[later] -= 1;
                if waiting[later] == 0 {
                    ready.insert(later);
                }
            }
        }
    }
    (sorted.len() == members.len()).then_some(sorted)
}
