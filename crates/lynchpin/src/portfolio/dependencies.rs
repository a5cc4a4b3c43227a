//! What a change's dependencies say about it, once it is known which members may go by themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::{Flow, Own};
use super::item::Members;
use crate::base::error::Result;
use crate::base::id::{ChangeId, StageId};
use crate::base::{Actor, Instant, Subject, When};
use crate::gate::Case;
use crate::graph::{Cycle, Node as GraphNode};
use crate::history::Records;
use crate::model::change::ConflictScope;
use crate::model::{Change, Release};
use crate::plan::Item;
use crate::reason::tree::{Arg, Clears, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// The longest witness of a cycle that each member tells.
const WITNESS_TOLD: usize = 64;

/// How many partners of a group are named as holding it back.
const PARTNERS_NAMED: usize = 16;

/// The answer for each clause of what a change requires.
pub(super) fn clauses(case: &Case<'_>, flow: &Flow, change: &Change) -> Reasons {
    let mut reasons = Reasons::default();
    let subject = Subject::Change(change.id.clone());
    let mut needs: Vec<_> = change.requires.iter().collect();
    needs.sort_by(|a, b| a.alternatives().cmp(b.alternatives()));
    needs.dedup();
    for needs in needs {
        if let [only] = needs.alternatives() {
            reasons.push(alternative(case, flow, change, only));
            continue;
        }
        let open = reasons.open(Node::new(Verdict::NotApplicable, ReasonCode::Requires, &subject));
        let mut alternatives: Vec<&ChangeId> = needs.alternatives().iter().collect();
        alternatives.sort_unstable();
        alternatives.dedup();
        for id in alternatives {
            reasons.push(alternative(case, flow, change, id));
        }
        reasons.close(open, Join::Any);
    }
    for partner in case.records.partners(&change.id).filter(|id| !flow.orders.item.has(id)) {
        reasons.push(absent_partner(case, change, partner));
    }
    reasons
}

/// One change that would meet a clause.
fn alternative(case: &Case<'_>, flow: &Flow, change: &Change, id: &ChangeId) -> Node {
    let records = case.records;
    let known = anywhere(case, change, id);
    if let Some(node) = known.as_ref().filter(|node| node.verdict.is_go()) {
        return node.clone();
    }
    let stand_ins = flow.orders.item.stand_ins(records, &change.id, id).into_iter();
    let best = stand_ins.map(|member| (stand_in(case, flow, member), member));
    if let Some((node, member)) = best.min_by_key(|(node, _)| node.verdict) {
        // What takes its place in this item will do, too.
        return if member == id { node } else { node.with("for", Arg::text(id)) };
    }
    absent(case, change, known, (id, ReasonCode::RequirementNotLive))
}

/// What a change says that is needed and that nothing in the item stands in for.
pub(super) fn outside(case: &Case<'_>, change: &Change, id: &ChangeId) -> Node {
    absent(case, change, anywhere(case, change, id), (id, ReasonCode::RequirementNotLive))
}

/// The same, if it is known what is to be said of it wherever it is.
fn absent(
    case: &Case<'_>,
    change: &Change,
    known: Option<Node>,
    (id, code): (&ChangeId, ReasonCode),
) -> Node {
    let other = case.records.change(id).and_then(|row| row.current(case.records));
    match (known, other) {
        (Some(node), _) => node,
        (None, Some(other)) => elsewhere(case, change, other, code),
        (None, None) => not_found(case, change, id),
    }
}

/// What a member of the item says of who requires it.
fn stand_in(case: &Case<'_>, flow: &Flow, id: &ChangeId) -> Node {
    let subject = Subject::Change(id.clone());
    if flow.ships(id) {
        let node = Node::new(Verdict::Go, ReasonCode::RequirementShips, &subject);
        return node.until(flow.goes_until);
    }
    if flow.ships_later(id) {
        return Node::new(Verdict::Wait, ReasonCode::RequirementWaits, &subject)
            .clears(flow.waits_until(id))
            .until(flow.holds_until)
            .lapsing_at(flow.lapses(id));
    }
    let told = flow.orders.item.node(id).and_then(|node| flow.blocked.get(&node));
    match told {
        Some(told) => told.get_or_init(|| blocked(case, flow, id)).clone(),
        None => blocked(case, flow, id),
    }
}

/// What a member that is held back says, with those who hold it back in the end.
fn blocked(case: &Case<'_>, flow: &Flow, id: &ChangeId) -> Node {
    let subject = Subject::Change(id.clone());
    // There may be as many as members, and each may hold back as many.
    let roots = flow.roots(id).filter(|root| *root != id).take(PARTNERS_NAMED);
    let roots: Vec<&ChangeId> = roots.collect();
    let node = Node::new(Verdict::Blocked, ReasonCode::RequirementBlocked, &subject)
        .until(flow.holds_until);
    if roots.is_empty() {
        return node.act(owners_of(case, [id]));
    }
    let node = node.act(owners_of(case, roots.iter().copied()));
    let named = roots.into_iter().map(ToString::to_string).collect();
    node.with("roots", Arg::Texts(named))
}

/// What is to be said of something needed wherever it is: that it is live, not known or cancelled.
/// Nothing, if it has yet to ship.
fn anywhere(case: &Case<'_>, change: &Change, id: &ChangeId) -> Option<Node> {
    let subject = Subject::Change(id.clone());
    let records = case.records;
    if records.is_live(id, case.stage) {
        let node = Node::new(Verdict::Go, ReasonCode::RequirementLive, &subject);
        return Some(citing(node, records.live_by(id, case.stage)));
    }
    if records.change(id).is_none() {
        return Some(not_found(case, change, id));
    }
    records.cancellation(&subject).map(|number| {
        Node::new(Verdict::NeedsAction, ReasonCode::RequirementCancelled, &subject)
            .citing("cancellations", number)
            .act(case.owners(change))
    })
}

fn not_found(case: &Case<'_>, change: &Change, id: &ChangeId) -> Node {
    let subject = Subject::Change(id.clone());
    Node::new(Verdict::Unknown, ReasonCode::RequirementNotFound, &subject).act(case.owners(change))
}

/// Those who answer for some changes.
fn owners_of<'a>(case: &Case<'_>, changes: impl IntoIterator<Item = &'a ChangeId>) -> Vec<Actor> {
    let rows = changes.into_iter().filter_map(|id| case.records.change(id));
    rows.filter_map(|row| row.current(case.records)).flat_map(|other| case.owners(other)).collect()
}

/// A change that must ship together with this one and is not in the item.
pub(super) fn absent_partner(case: &Case<'_>, change: &Change, id: &ChangeId) -> Node {
    absent(case, change, anywhere(case, change, id), (id, ReasonCode::TogetherMissing))
}

/// A known change that is neither live nor in the item: its owner has to move first.
fn elsewhere(case: &Case<'_>, change: &Change, other: &Change, code: ReasonCode) -> Node {
    let records = case.records;
    let subject = Subject::Change(other.id.clone());
    let mut node = Node::new(Verdict::Blocked, code, &subject)
        .with("for", Arg::text(&change.id))
        .act(case.owners(other));
    let releases = records.releases_of(&other.id);
    if !releases.is_empty() {
        node =
            node.with("releases", Arg::Texts(releases.iter().map(ToString::to_string).collect()));
    }
    match planned_end(records, other, case.at) {
        Some(end) => node.with("planned", Arg::text(end)),
        None => node,
    }
}

/// When a change is planned to be done: the first such time, by its own plan or that of a release
/// it is in, that is still to come; the last, if all have passed.
pub(super) fn planned_end(records: &Records, change: &Change, at: Instant) -> Option<Instant> {
    let releases = records.releases_of(&change.id).iter();
    let current = releases.filter_map(|id| records.release(id)?.current(records)?.planned);
    let ends: Vec<Instant> = current.chain(change.planned).map(|planned| planned.to).collect();
    let to_come = ends.iter().copied().filter(|end| *end > at).min();
    to_come.or_else(|| ends.into_iter().max())
}

/// What holds a group back: the worst that its members come to, and who do.
pub(super) struct Held {
    worst: Verdict,
    by: Vec<ChangeId>,
}

impl Held {
    /// Looks at the members of each group of several that does not ship, by the group's first
    /// member.
    pub(super) fn of(
        case: &Case<'_>,
        flow: &Flow,
        alone: impl Fn(&ChangeId) -> Verdict,
    ) -> BTreeMap<GraphNode, Held> {
        let mut held: BTreeMap<GraphNode, Held> = BTreeMap::new();
        for node in flow.orders.item.candidates().iter() {
            let Some(id) = flow.orders.item.id(node) else { continue };
            let mut group = flow.group(id);
            let (Some(first), Some(_), false) = (group.next(), group.next(), flow.ships(id)) else {
                continue;
            };
            let verdict = alone(id);
            // What is live already holds nobody back.
            if verdict.is_met() || case.records.is_live(id, case.stage) {
                continue;
            }
            let none = || Held { worst: verdict, by: Vec::new() };
            let known = held.entry(first).or_insert_with(none);
            if verdict > known.worst {
                *known = none();
            }
            if verdict == known.worst && known.by.len() < PARTNERS_NAMED {
                known.by.push(id.clone());
            }
        }
        held
    }
}

/// What the rest of a change's group says, if it would go alone and the group does not.
pub(super) fn partners(
    case: &Case<'_>,
    flow: &Flow,
    held: &BTreeMap<GraphNode, Held>,
    change: &Change,
    alone: Verdict,
) -> Option<Node> {
    if !alone.is_met() || flow.ships(&change.id) {
        return None;
    }
    let held = held.get(&flow.group(&change.id).next()?)?;
    let subject = Subject::Change(change.id.clone());
    let node = if held.worst == Verdict::Wait {
        Node::new(Verdict::Wait, ReasonCode::TogetherWaits, &subject)
            .clears(flow.waits_until(&change.id))
            .lapsing_at(flow.lapses(&change.id))
    } else {
        Node::new(Verdict::Blocked, ReasonCode::TogetherBlocked, &subject)
            .act(owners_of(case, &held.by))
    };
    Some(node.with("changes", Arg::Texts(held.by.iter().map(ToString::to_string).collect())))
}

/// What conflicts say about a change: with members of the item, and with what is in flight,
/// soaking or live.
pub(super) fn conflicts(
    case: &Case<'_>,
    members: &Members<'_>,
    priority: &Priority<'_>,
    change: &Change,
) -> Vec<Node> {
    let way = members.way(case.records, case.stage);
    let mut nodes = conflicts_within(case, members, priority, change);
    for (other, apart) in case.records.conflicts_in(&change.id, case.stage) {
        let inside = members.get(other).is_some() && apart.stated;
        // Being first in this release helps nothing against what is under way already.
        if inside && !priority.goes_first(&change.id, other) {
            continue;
        }
        match under_way(case.records, &way, case.stage, other, apart.scope) {
            Some((code, mut cites)) => {
                cites.extend(apart.brought_by);
                cites.sort_unstable();
                cites.dedup();
                nodes.push(citing(conflict(case, change, code, other), cites));
            }
            None => nodes.extend(passed_on(case, &way, change, other)),
        }
    }
    nodes
}

/// Tells of a change that came before and is out of the way by now, since what took it out of the
/// way is a reason too: that it went on to the later stages, or that another took its place.
fn passed_on(case: &Case<'_>, way: &[StageId], change: &Change, other: &ChangeId) -> Option<Node> {
    let (records, stage) = (case.records, case.stage);
    let mut cites = records.live_anywhere_by(other, stage);
    if cites.is_empty() {
        return None;
    }
    cites.extend(records.superseding_deployments(other, stage));
    let later = way.iter().skip_while(|known| *known != stage).skip(1);
    cites.extend(later.flat_map(|later| records.live_by(other, later)));
    cites.sort_unstable();
    cites.dedup();
    let subject = Subject::Change(change.id.clone());
    let node = Node::new(Verdict::NotApplicable, ReasonCode::ConflictLive, &subject);
    Some(citing(node.with("change", Arg::text(other)), cites))
}

/// What conflicts with other members of the item say about a change.
pub(super) fn conflicts_within(
    case: &Case<'_>,
    members: &Members<'_>,
    priority: &Priority<'_>,
    change: &Change,
) -> Vec<Node> {
    let loses =
        |other: &ChangeId| members.get(other).is_some() && !priority.goes_first(&change.id, other);
    let others = case.records.conflicts(&change.id).map(|(other, _)| other);
    let lost = others.filter(|other| loses(other));
    lost.map(|other| conflict(case, change, ReasonCode::ConflictInRelease, other)).collect()
}

/// What keeps apart changes of several releases below a parent, each with its own changes, since
/// all of them go at once: conflicts and cycles. Those within one release it tells itself.
pub(super) fn across(
    case: &Case<'_>,
    members: &Members<'_>,
    releases: &[BTreeSet<&ChangeId>],
) -> Result<Vec<Node>> {
    let mut listing: BTreeMap<&ChangeId, Vec<&BTreeSet<&ChangeId>>> = BTreeMap::new();
    for release in releases {
        release.iter().for_each(|id| listing.entry(id).or_default().push(release));
    }
    let is_across = |ids: &[&ChangeId]| {
        let mut with_first = ids.first().and_then(|id| listing.get(id)).into_iter().flatten();
        !with_first.any(|release| ids.iter().all(|id| release.contains(id)))
    };
    let (holds_until, lapses) = (When::Never, When::Never);
    let free = Own { verdict: Verdict::Go, clears: Clears::Now, holds_until, lapses };
    let own = members.all.iter().map(|change| (&change.id, free)).collect();
    let item = Item::new(case.records, &members.all, case.stage)?;
    let mut flow = Flow::new(item, &own, case.policy.cycles)?;
    let of_several = |cycle: &Cycle| {
        let ids = cycle.members.iter().filter_map(|node| flow.orders.item.id(*node));
        is_across(&ids.collect::<Vec<_>>())
    };
    let numbered = flow.orders.cycles.iter().enumerate().filter(|(_, cycle)| of_several(cycle));
    let told: BTreeSet<usize> = numbered.map(|(number, _)| number).collect();
    flow.orders.cycles_of.values_mut().for_each(|numbers| numbers.retain(|it| told.contains(it)));
    let priority = Priority::of(members.release);
    let mut nodes = Vec::new();
    for change in &members.all {
        let others = case.records.conflicts(&change.id).map(|(other, _)| other);
        let apart = others.filter(|other| {
            flow.orders.item.has(other)
                && is_across(&[&change.id, other])
                && !priority.goes_first(&change.id, other)
        });
        nodes.extend(apart.map(|o| conflict(case, change, ReasonCode::ConflictInRelease, o)));
        nodes.extend(cycles(case, &flow, change));
    }
    Ok(nodes)
}

fn conflict(case: &Case<'_>, change: &Change, code: ReasonCode, other: &ChangeId) -> Node {
    Node::new(Verdict::NoGo, code, &Subject::Change(change.id.clone()))
        .with("change", Arg::text(other))
        .act(case.owners(change))
}

/// Whether what a change conflicts with is in flight, soaking or, for ever apart, live, and by
/// which deployments.
pub(super) fn under_way(
    records: &Records,
    way: &[StageId],
    stage: &StageId,
    other: &ChangeId,
    scope: ConflictScope,
) -> Option<(ReasonCode, Vec<usize>)> {
    let flies_by = records.in_flight_by(other, stage);
    // Anywhere is enough to be in the way; superseded there, it no longer is.
    let there = records.is_live_anywhere(other, stage) && !records.is_superseded_in(other, stage);
    let later = way.iter().skip_while(|known| *known != stage).skip(1);
    let soaks = there && later.into_iter().any(|later| !records.is_live(other, later));
    let live_by = records.live_anywhere_by(other, stage);
    if !flies_by.is_empty() || soaks {
        return Some((ReasonCode::ConflictInFlight, [flies_by, live_by].concat()));
    }
    let apart = there && scope == ConflictScope::Exclusive;
    apart.then_some((ReasonCode::ConflictLive, live_by))
}

/// Which side of a conflict a release lets go, by the place of each change in its list.
#[derive(Debug, Default)]
pub(super) struct Priority<'a> {
    place: BTreeMap<&'a ChangeId, usize>,
}

impl<'a> Priority<'a> {
    pub(super) fn of(release: Option<&'a Release>) -> Self {
        let named = release.map(|release| release.priority.as_slice()).unwrap_or_default();
        let mut place = BTreeMap::new();
        for (index, id) in named.iter().enumerate() {
            place.entry(id).or_insert(index);
        }
        Priority { place }
    }

    /// Whether the first of two conflicting changes goes.
    pub(super) fn goes_first(&self, change: &ChangeId, other: &ChangeId) -> bool {
        match (self.place.get(change), self.place.get(other)) {
            (Some(mine), Some(theirs)) => mine < theirs,
            (mine, None) => mine.is_some(),
            (None, Some(_)) => false,
        }
    }
}

/// A node that rests on deployments.
fn citing(node: Node, deployments: Vec<usize>) -> Node {
    deployments.into_iter().fold(node, |node, number| node.citing("deployments", number))
}

/// The cycles that a change is part of, each with its witness.
pub(super) fn cycles(case: &Case<'_>, flow: &Flow, change: &Change) -> Vec<Node> {
    use crate::graph::HopKind;
    let subject = Subject::Change(change.id.clone());
    let node = |cycle: &Cycle| {
        let hop = |hop: &crate::graph::Hop| {
            let kind = match hop.kind {
                HopKind::Requires => "requires",
                HopKind::After => "after",
                HopKind::Together => "together",
            };
            let (from, to) = (flow.orders.item.id(hop.from)?, flow.orders.item.id(hop.to)?);
            Some(format!("{from} {kind} {to}"))
        };
        // A long witness is told once, by the first of its members: told by each, it would grow
        // with the square of the cycle.
        let first = cycle.members.first().and_then(|first| flow.orders.item.id(*first));
        let told = cycle.witness.len() <= WITNESS_TOLD || first == Some(&change.id);
        let node = Node::new(Verdict::NoGo, ReasonCode::DependencyCycle, &subject);
        let node = match first.filter(|_| !told) {
            Some(first) => node.with("witness_of", Arg::text(first)),
            None => {
                let hops = cycle.witness.iter().filter_map(hop).collect();
                node.with("witness", Arg::Texts(hops))
            }
        };
        let node = if cycle.exact { node } else { node.with("exact", Arg::text("no")) };
        node.with("changes", Arg::count(cycle.members.len())).act(case.owners(change))
    };
    flow.cycles(&change.id).map(node).collect()
}
