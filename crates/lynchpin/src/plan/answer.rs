//! What ships in which order, and what does not.

use serde::Serialize;

use super::Item;
use crate::base::id::{ChangeId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::graph::{Group, HopKind, Missing as MissingNode, Order};
use crate::history::Records;
use crate::model::change::ConflictScope;

/// Which changes a plan holds to be able to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanScope {
    /// All that are not cancelled: the order of the whole.
    #[default]
    All,
    /// Those that a decision at that instant lets go: what could ship now.
    Ready,
}

/// The order in which a release or a change ships.
///
/// A wave holds what can ship at the same time; a group within it ships as one, its changes in
/// that order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// What is planned.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// As of which instant.
    pub at: Instant,
    /// Which changes were held to be able to go.
    pub scope: PlanScope,
    /// The policy that the rule for cycles, and in the ready scope the decisions, come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// What ships: waves of groups of changes.
    pub waves: Vec<Vec<Step>>,
    /// What does not ship, and why.
    pub dropped: Vec<Dropped>,
    /// What is needed and neither live in the stage nor in the item.
    pub missing: Vec<Missing>,
    /// Changes that wait for each other in a circle.
    pub cycles: Vec<Cycle>,
    /// Changes that must be kept apart: both in the item, or one in it and the other on its way to
    /// the stage or there already.
    pub conflicts: Vec<Conflict>,
    /// What is needed and planned to be done only after what needs it begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
    /// The chain of changes that takes longest.
    pub critical_path: CriticalPath,
    /// The dependencies between groups that no chain of others implies; left out for very large
    /// plans.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    /// The changes in it that were cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancelled: Vec<ChangeId>,
    /// The changes in it that are not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<ChangeId>,
}

/// Changes that ship as one, in that order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Step {
    /// The changes.
    pub changes: Vec<ChangeId>,
}

/// Changes that would ship as one and do not ship.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Dropped {
    /// The changes.
    pub changes: Vec<ChangeId>,
    /// Why, of their own; empty if they only wait for others.
    pub why: Vec<Why>,
    /// The changes that hold them back in the end, themselves included if they do.
    pub roots: Vec<ChangeId>,
    /// Whether there are more than are named.
    #[serde(skip_serializing_if = "is_false")]
    pub more_roots: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Why a group does not ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A member is not a go, or is on the losing side of a conflict.
    NotGo,
    /// A member needs something that is neither live nor in the item.
    Missing,
    /// A member is part of a cycle.
    Cycle,
}

/// Something that a change needs and that is neither live in the stage nor in the item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// The change that needs it.
    pub change: ChangeId,
    /// What would do: any one of these.
    pub needs: Vec<ChangeId>,
}

/// Changes that wait for each other in a circle, with the shortest circle as proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Cycle {
    /// All changes of it.
    pub changes: Vec<ChangeId>,
    /// The shortest circle through them.
    pub witness: Vec<Edge>,
    /// Whether no shorter circle exists; for very large cycles the search is cut short.
    pub exact: bool,
    /// Whether they are refused; otherwise they ship as one group.
    pub forbidden: bool,
}

/// One change waits for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Edge {
    /// The change that waits.
    pub from: ChangeId,
    /// Why: `requires`, `after` or `together`; `order` between groups.
    pub kind: &'static str,
    /// The change it waits for.
    pub to: ChangeId,
}

/// Something that is needed and is planned to be done only after what needs it begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Late {
    /// The change that needs it.
    pub change: ChangeId,
    /// When that is planned to begin: by its own plan, else by that of the release asked about.
    pub starts: Instant,
    /// What it needs; of alternatives, the one that is planned to be done first.
    pub needs: ChangeId,
    /// When that is planned to be done: by its own plan or that of a release it is in.
    pub done: Instant,
}

/// Two changes that must be kept apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// The two, by id.
    pub changes: [ChangeId; 2],
    /// Until when they must be kept apart.
    pub scope: ConflictScope,
    /// The one that goes: by the release's stated priority, or since it is on its way or there;
    /// neither, if nothing says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goes: Option<ChangeId>,
}

/// The chain of changes that takes longest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CriticalPath {
    /// The changes, first to ship first.
    pub changes: Vec<ChangeId>,
    /// The sum of their efforts, in minutes; a change without one counts as one minute.
    pub minutes: u64,
}

/// The most waves' groups for which the edges between groups are worked out: more cannot be drawn.
const EDGES_GROUPS_MAX: u32 = 2_000;

impl Plan {
    /// Puts an order of numbers back on ids.
    pub(crate) fn new(
        records: &Records,
        item: &Item,
        order: &Order,
        question: (&Subject, &StageId, Instant),
    ) -> Plan {
        let (subject, stage, at) = question;
        let steps =
            |group: &Group| Step { changes: item.names(order.steps(*group).iter().copied()) };
        let critical = order.critical_path();
        let path = critical.groups.iter().flat_map(|group| order.steps(*group));
        Plan {
            subject: subject.clone(),
            stage: stage.clone(),
            at,
            scope: PlanScope::All,
            policy: None,
            waves: order.waves().map(|wave| wave.iter().map(steps).collect()).collect(),
            dropped: dropped(item, order),
            missing: missing(records, item, order),
            cycles: cycles(item, order),
            conflicts: Vec::new(),
            late: Vec::new(),
            critical_path: CriticalPath {
                changes: item.names(path.copied()),
                minutes: critical.weight,
            },
            edges: edges(item, order),
            cancelled: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// The changes that ship, in order.
    pub fn shipped(&self) -> impl Iterator<Item = &ChangeId> + '_ {
        self.waves.iter().flatten().flat_map(|step| &step.changes)
    }

    /// Whether anything in it does not ship.
    #[must_use]
    pub fn drops_anything(&self) -> bool {
        !self.dropped.is_empty() || !self.unknown.is_empty()
    }
}

fn dropped(item: &Item, order: &Order) -> Vec<Dropped> {
    let answer = |dropped: &crate::graph::Dropped| {
        let whys = [
            (!dropped.not_go.is_empty(), Why::NotGo),
            (dropped.missing, Why::Missing),
            (dropped.cycle, Why::Cycle),
        ];
        Dropped {
            changes: item.names(order.steps(dropped.group).iter().copied()),
            why: whys.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect(),
            roots: item.roots(order, dropped).cloned().collect(),
            more_roots: dropped.more_roots,
        }
    };
    order.dropped().iter().map(answer).collect()
}

fn missing(records: &Records, item: &Item, order: &Order) -> Vec<Missing> {
    let mut found: Vec<Missing> = Vec::new();
    for missing in order.missing() {
        let Some(id) = item.id(missing.node()) else { continue };
        let needs = match missing {
            MissingNode::Requirement { clause, .. } => {
                needs(records, item, id, usize::try_from(*clause).unwrap_or(usize::MAX))
            }
            MissingNode::Partner { partner, .. } => item.names([*partner]),
        };
        found.push(Missing { change: id.clone(), needs });
    }
    found.sort();
    found
}

/// What a clause of a change names. Behind its own clauses come its partners that are nowhere,
/// one each.
fn needs(records: &Records, item: &Item, id: &ChangeId, clause: usize) -> Vec<ChangeId> {
    let change = records.change(id).and_then(|row| row.current(records));
    let requires = change.map(|change| change.requires.as_slice()).unwrap_or_default();
    match requires.get(clause) {
        Some(needs) => needs.alternatives().to_vec(),
        None => {
            let absent = records.partners(id).filter(|partner| item.node(partner).is_none());
            absent.skip(clause.saturating_sub(requires.len())).take(1).cloned().collect()
        }
    }
}

fn cycles(item: &Item, order: &Order) -> Vec<Cycle> {
    let edge = |hop: &crate::graph::Hop| {
        let kind = match hop.kind {
            HopKind::Requires => "requires",
            HopKind::After => "after",
            HopKind::Together => "together",
        };
        Some(Edge { from: item.id(hop.from)?.clone(), kind, to: item.id(hop.to)?.clone() })
    };
    let answer = |cycle: &crate::graph::Cycle| Cycle {
        changes: item.names(cycle.members.iter().copied()),
        witness: cycle.witness.iter().filter_map(edge).collect(),
        exact: cycle.exact,
        forbidden: cycle.forbidden,
    };
    order.cycles().iter().map(answer).collect()
}

fn edges(item: &Item, order: &Order) -> Vec<Edge> {
    if order.group_count() > EDGES_GROUPS_MAX {
        return Vec::new();
    }
    let first = |group: Group| item.id(*order.steps(group).first()?).cloned();
    let reduced = order.reduction().unwrap_or_default();
    let edge = |(later, earlier): (Group, Group)| {
        Some(Edge { from: first(later)?, kind: "order", to: first(earlier)? })
    };
    reduced.into_iter().filter_map(edge).collect()
}
