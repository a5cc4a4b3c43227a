//! What a change's dependencies say about it, once it is known which members may go by themselves.

use std::collections::BTreeMap;

use crate::base::id::{ChangeId, StageId};
use crate::base::{Actor, Subject, When};
use crate::gate::Case;
use crate::gate::policy::CycleRule;
use crate::graph::{Node as GraphNode, NodeSet, Order};
use crate::history::Records;
use crate::model::Change;
use crate::plan::Item;
use crate::reason::tree::{Arg, Clears, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// The longest witness of a cycle that each member tells.
const WITNESS_TOLD: usize = 64;

/// How many partners of a group are named as holding it back.
const PARTNERS_NAMED: usize = 16;

/// What is known of a member by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) verdict: Verdict,
    pub(super) clears: Clears,
    pub(super) holds_until: When,
}

/// The members of an item with what may ship, and what may ship after waiting.
pub(super) struct Flow {
    pub(super) item: Item,
    /// When each member would be ready, its dependencies seen so far included.
    ready_at: BTreeMap<ChangeId, Clears>,
    /// The first instant at which any member may change.
    holds_until: When,
    /// What ships of all that is a go by itself.
    go: Order,
    /// What ships of all that is a go by itself or waits.
    wait: Order,
}

impl Flow {
    /// Works out what ships from each member's own verdict.
    pub(super) fn new(
        item: Item,
        own: &BTreeMap<&ChangeId, Own>,
        cycles: CycleRule,
    ) -> crate::base::Result<Flow> {
        let up_to = |worst: Verdict| -> NodeSet {
            let goes = |node: &GraphNode| {
                item.id(*node).and_then(|id| own.get(id)).is_some_and(|own| own.verdict <= worst)
            };
            item.candidates().iter().filter(goes).collect()
        };
        let go = item.order(&up_to(Verdict::GoWaived), cycles)?;
        let wait = item.order(&up_to(Verdict::Wait), cycles)?;
        let ready_at = own.iter().map(|(id, own)| ((*id).clone(), own.clears)).collect();
        let holds_until = own.values().map(|own| own.holds_until).min().unwrap_or(When::Never);
        Ok(Flow { item, ready_at, holds_until, go, wait })
    }

    /// The members in the order in which they would ship, group by group; then those that would
    /// not.
    pub(super) fn groups(&self) -> Vec<Vec<ChangeId>> {
        let names = |nodes: &[GraphNode]| -> Vec<ChangeId> {
            nodes.iter().filter_map(|node| self.item.id(*node).cloned()).collect()
        };
        let shipped = self.wait.waves().flatten().map(|group| names(self.wait.steps(*group)));
        let rest = self.item.candidates().iter().filter(|node| {
            self.wait.group_of(*node).and_then(|group| self.wait.wave_of(group)).is_none()
        });
        shipped.chain(rest.map(|node| names(&[node]))).collect()
    }

    /// Takes in when the members of a group would be ready, their dependencies included: all at the
    /// last.
    pub(super) fn settle(&mut self, group: &[ChangeId], clauses: impl Fn(&ChangeId) -> Clears) {
        let at = |id: &ChangeId| self.ready_at(id).max(clauses(id));
        let last = group.iter().map(at).max().unwrap_or(Clears::Now);
        self.ready_at.extend(group.iter().map(|id| (id.clone(), last)));
    }

    fn ready_at(&self, id: &ChangeId) -> Clears {
        self.ready_at.get(id).copied().unwrap_or(Clears::OnAction)
    }

    /// When a member that waits will have waited, as far as that is known.
    fn waits_until(&self, id: &ChangeId) -> Clears {
        match self.ready_at(id) {
            Clears::At(instant) => Clears::At(instant),
            Clears::Now | Clears::Unknown | Clears::OnAction => Clears::Unknown,
        }
    }

    /// Until when what a member's companions say of it stands; for ever, if it has none.
    pub(super) fn holds_until(&self, id: &ChangeId) -> When {
        if self.partners(id).next().is_some() { self.holds_until } else { When::Never }
    }

    /// Whether a member ships.
    pub(super) fn ships(&self, id: &ChangeId) -> bool {
        self.ships_in(&self.go, id)
    }

    /// Whether a member ships once what waits has cleared.
    fn ships_later(&self, id: &ChangeId) -> bool {
        self.ships_in(&self.wait, id)
    }

    fn ships_in(&self, order: &Order, id: &ChangeId) -> bool {
        let node = self.item.node(id).filter(|_| self.item.has(id));
        node.and_then(|node| order.wave_of(order.group_of(node)?)).is_some()
    }

    /// Members of the same group, in order of ids, without the one asked about.
    fn partners<'a>(&'a self, id: &'a ChangeId) -> impl Iterator<Item = &'a ChangeId> + 'a {
        let group = self.item.node(id).and_then(|node| self.go.group_of(node));
        let mut steps: Vec<GraphNode> =
            group.map(|group| self.go.steps(group).to_vec()).unwrap_or_default();
        steps.sort_unstable();
        steps.into_iter().filter_map(|node| self.item.id(node)).filter(move |other| *other != id)
    }

    /// The refused cycles that a change is part of.
    pub(super) fn cycles(&self, id: &ChangeId) -> impl Iterator<Item = &crate::graph::Cycle> + '_ {
        let node = self.item.node(id);
        let cycles = self.go.cycles().iter().filter(|cycle| cycle.forbidden);
        cycles.filter(move |cycle| node.is_some_and(|node| cycle.members.contains(&node)))
    }
}

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
    for partner in case.records.partners(&change.id).filter(|id| !flow.item.has(id)) {
        reasons.push(absent_partner(case, change, partner));
    }
    reasons
}

fn is_live(case: &Case<'_>, id: &ChangeId) -> bool {
    case.records.is_live(id, case.stage)
}

/// One change that would meet a clause.
fn alternative(case: &Case<'_>, flow: &Flow, change: &Change, id: &ChangeId) -> Node {
    let subject = Subject::Change(id.clone());
    let node = |verdict, code| Node::new(verdict, code, &subject);
    let records = case.records;
    if is_live(case, id) {
        let node = node(Verdict::Go, ReasonCode::RequirementLive);
        return citing(node, records.live_by(id, case.stage));
    }
    let Some(other) = records.change(id).and_then(|row| row.current(records)) else {
        return node(Verdict::Unknown, ReasonCode::RequirementNotFound).act(case.owners(change));
    };
    if records.is_cancelled(id) {
        return node(Verdict::NeedsAction, ReasonCode::RequirementCancelled)
            .act(case.owners(change));
    }
    if !flow.item.has(id) {
        return elsewhere(case, change, other, ReasonCode::RequirementNotLive);
    }
    let node = if flow.ships(id) {
        node(Verdict::Go, ReasonCode::RequirementShips)
    } else if flow.ships_later(id) {
        node(Verdict::Wait, ReasonCode::RequirementWaits).clears(flow.waits_until(id))
    } else {
        node(Verdict::Blocked, ReasonCode::RequirementBlocked).act(case.owners(other))
    };
    node.until(flow.holds_until)
}

/// A change that must ship together with this one and is not in the item.
fn absent_partner(case: &Case<'_>, change: &Change, id: &ChangeId) -> Node {
    let subject = Subject::Change(id.clone());
    let records = case.records;
    if is_live(case, id) {
        let node = Node::new(Verdict::Go, ReasonCode::RequirementLive, &subject);
        return citing(node, records.live_by(id, case.stage));
    }
    let Some(other) = records.change(id).and_then(|row| row.current(records)) else {
        return Node::new(Verdict::Unknown, ReasonCode::RequirementNotFound, &subject)
            .act(case.owners(change));
    };
    if records.is_cancelled(id) {
        return Node::new(Verdict::NeedsAction, ReasonCode::RequirementCancelled, &subject)
            .act(case.owners(change));
    }
    elsewhere(case, change, other, ReasonCode::TogetherMissing)
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
    let current = releases.iter().filter_map(|id| records.release(id)?.current(records));
    let ends = current.filter_map(|release| release.planned.map(|planned| planned.to));
    match ends.min() {
        Some(end) => node.with("planned", Arg::text(end)),
        None => node,
    }
}

/// What the rest of a change's group says, if it would go alone and the group does not.
pub(super) fn partners(
    case: &Case<'_>,
    flow: &Flow,
    change: &Change,
    alone: impl Fn(&ChangeId) -> Verdict,
) -> Option<Node> {
    if flow.ships(&change.id) {
        return None;
    }
    let mut held: Vec<(&ChangeId, Verdict)> = flow
        .partners(&change.id)
        .map(|id| (id, alone(id)))
        .filter(|(_, verdict)| *verdict > Verdict::GoWaived)
        .collect();
    let worst = held.iter().map(|(_, verdict)| *verdict).max()?;
    held.retain(|(_, verdict)| *verdict == worst);
    let subject = Subject::Change(change.id.clone());
    let named = held.iter().take(PARTNERS_NAMED).map(|(id, _)| id.to_string()).collect();
    let owners = held
        .iter()
        .take(PARTNERS_NAMED)
        .filter_map(|(id, _)| case.records.change(id).and_then(|row| row.current(case.records)));
    let owners: Vec<Actor> = owners.flat_map(|other| case.owners(other)).collect();
    let node = if worst == Verdict::Wait {
        Node::new(Verdict::Wait, ReasonCode::TogetherWaits, &subject)
            .clears(flow.waits_until(&change.id))
    } else {
        Node::new(Verdict::Blocked, ReasonCode::TogetherBlocked, &subject).act(owners)
    };
    Some(node.with("changes", Arg::Texts(named)))
}

/// What conflicts say about a change: with members of the item, and with what is in flight,
/// soaking or live.
pub(super) fn conflicts(
    case: &Case<'_>,
    members: &[&Change],
    priority: &[ChangeId],
    stages: &[StageId],
    change: &Change,
) -> Vec<Node> {
    use crate::model::change::ConflictScope;
    let records = case.records;
    let subject = Subject::Change(change.id.clone());
    let mut nodes = Vec::new();
    for (other, scope) in records.conflicts(&change.id) {
        let node = |code| {
            Node::new(Verdict::NoGo, code, &subject)
                .with("change", Arg::text(other))
                .act(case.owners(change))
        };
        let inside = members.binary_search_by(|member| member.id.cmp(other)).is_ok();
        let flies_by = records.in_flight_by(other, case.stage);
        let flying = !flies_by.is_empty() || is_soaking(records, other, case.stage, stages);
        let live = scope == ConflictScope::Exclusive
            && records.live_since(other, case.stage).is_some()
            && !records.is_superseded_in(other, case.stage);
        // Being first in this release helps nothing against what is under way already.
        if inside && !goes_first(priority, &change.id, other) {
            nodes.push(node(ReasonCode::ConflictInRelease));
        } else if flying {
            let node = citing(node(ReasonCode::ConflictInFlight), flies_by);
            nodes.push(citing(node, records.live_by(other, case.stage)));
        } else if live {
            nodes.push(citing(node(ReasonCode::ConflictLive), records.live_by(other, case.stage)));
        }
    }
    nodes
}

/// A node that rests on deployments.
fn citing(node: Node, deployments: Vec<usize>) -> Node {
    deployments.into_iter().fold(node, |node, number| node.citing("deployments", number))
}

/// Whether the stated priority lets the first of two conflicting changes go.
pub(super) fn goes_first(priority: &[ChangeId], change: &ChangeId, other: &ChangeId) -> bool {
    let place = |id: &ChangeId| priority.iter().position(|named| named == id);
    match (place(change), place(other)) {
        (Some(mine), Some(theirs)) => mine < theirs,
        (mine, None) => mine.is_some(),
        (None, Some(_)) => false,
    }
}

/// Whether a change is live in a stage and still on its way to a later one.
fn is_soaking(records: &Records, id: &ChangeId, stage: &StageId, stages: &[StageId]) -> bool {
    let Some(position) = stages.iter().position(|known| known == stage) else { return false };
    let mut later = stages.iter().skip(position + 1);
    records.live_since(id, stage).is_some() && later.any(|later| !records.is_live(id, later))
}

/// The cycles that a change is part of, each with its witness.
pub(super) fn cycles(case: &Case<'_>, flow: &Flow, change: &Change) -> Vec<Node> {
    use crate::graph::HopKind;
    let subject = Subject::Change(change.id.clone());
    let node = |cycle: &crate::graph::Cycle| {
        let hop = |hop: &crate::graph::Hop| {
            let kind = match hop.kind {
                HopKind::Requires => "requires",
                HopKind::After => "after",
                HopKind::Together => "together",
            };
            let (from, to) = (flow.item.id(hop.from)?, flow.item.id(hop.to)?);
            Some(format!("{from} {kind} {to}"))
        };
        // A long witness is told once, by the first of its members: told by each, it would grow
        // with the square of the cycle.
        let first = cycle.members.first().and_then(|first| flow.item.id(*first));
        let told = cycle.witness.len() <= WITNESS_TOLD || first == Some(&change.id);
        let node = Node::new(Verdict::NoGo, ReasonCode::DependencyCycle, &subject);
        let node = match first.filter(|_| !told) {
            Some(first) => node.with("witness_of", Arg::text(first)),
            None => {
                let hops = cycle.witness.iter().filter_map(hop).collect();
                node.with("witness", Arg::Texts(hops))
            }
        };
        node.with("changes", Arg::count(cycle.members.len()))
            .act(case.owners(change))
            .until(When::Never)
    };
    flow.cycles(&change.id).map(node).collect()
}
