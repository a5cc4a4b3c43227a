//! A set of changes that ships as one, as a graph on dense numbers.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::gate::policy::CycleRule;
use crate::graph::{
    Cycles, Dropped, Graph, GraphBuilder, GraphError, Group, Node, NodeSet, Order, Question,
    Shipped,
};
use crate::history::Records;
use crate::model::Change;

/// The members of an item and what they depend on, numbered in the order of their ids.
#[derive(Debug)]
pub struct Item {
    ids: Vec<ChangeId>,
    pub(super) graph: Graph,
    pub(super) candidates: NodeSet,
    pub(super) live: NodeSet,
    weights: Vec<u64>,
}

impl Item {
    /// Puts changes, none of them cancelled, into an item for a stage.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LimitExceeded`] if there are more dependencies than the graph holds.
    pub fn new(records: &Records, members: &[&Change], stage: &StageId) -> Result<Item> {
        let named = members.iter().flat_map(|change| {
            let required = change.requires.iter().flat_map(|needs| needs.alternatives());
            required.chain(records.partners(&change.id)).chain([&change.id])
        });
        let mut live_ids: Vec<&ChangeId> = named.filter(|id| records.is_live(id, stage)).collect();
        let mut ids: Vec<&ChangeId> = members.iter().map(|change| &change.id).collect();
        let candidate_ids: HashSet<&ChangeId> = ids.iter().copied().collect();
        live_ids.sort_unstable();
        live_ids.dedup();
        ids.extend(&live_ids);
        ids.sort_unstable();
        ids.dedup();
        let numbers: HashMap<&ChangeId, Node> = ids.iter().copied().zip(0..).collect();
        let number = |id: &ChangeId| numbers.get(id).copied();
        let mut weights = vec![1; numbers.len()];
        let mut builder = GraphBuilder::new(numbers.len().try_into().unwrap_or(Node::MAX));
        for change in members {
            let Some(node) = number(&change.id) else { continue };
            for needs in &change.requires {
                let mut nodes: Vec<Option<Node>> = Vec::new();
                for id in needs.alternatives() {
                    nodes.push(number(id));
                    if records.superseded_by(id).is_empty() {
                        continue;
                    }
                    // What takes its place in this item will do, too.
                    let newer = successors(records, id, |id| candidate_ids.contains(id));
                    nodes.extend(newer.filter(|newer| **newer != change.id).map(number));
                }
                builder.requires(node, nodes);
            }
            for partner in records.partners(&change.id) {
                match number(partner) {
                    Some(partner) => builder.together(node, partner),
                    // A partner that is nowhere is missing, like any other requirement.
                    None => builder.requires(node, [None]),
                }
            }
            for earlier in change.after.iter().filter_map(number) {
                builder.after(node, earlier);
            }
            let conflicts = records.conflicts(&change.id);
            for other in conflicts.filter_map(|(other, _)| number(other)) {
                builder.conflicts(node, other, false);
            }
            let weight = usize::try_from(node).ok().and_then(|node| weights.get_mut(node));
            if let (Some(weight), Some(minutes)) = (weight, change.effort_minutes) {
                *weight = u64::from(minutes);
            }
        }
        let graph = builder.build().map_err(limit)?;
        let candidates = members.iter().filter_map(|change| number(&change.id)).collect();
        let live = live_ids.iter().filter_map(|id| number(id)).collect();
        drop(numbers);
        let ids = ids.into_iter().cloned().collect();
        Ok(Item { ids, graph, candidates, live, weights })
    }

    /// The order in which those that may go would ship.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LimitExceeded`] if the weights cannot be added up.
    pub fn order(&self, go: &NodeSet, cycles: CycleRule) -> Result<Order> {
        self.graph.order(&self.question(go, cycles)).map_err(limit)
    }

    /// Which of those that may go would ship.
    ///
    /// # Errors
    ///
    /// As for [`Item::order`].
    pub fn shipped(&self, go: &NodeSet, cycles: CycleRule) -> Result<Shipped> {
        self.graph.shipped(&self.question(go, cycles)).map_err(limit)
    }

    fn question<'a>(&'a self, go: &'a NodeSet, cycles: CycleRule) -> Question<'a> {
        let cycles = match cycles {
            CycleRule::Forbidden => Cycles::Forbidden,
            CycleRule::Atomic => Cycles::Atomic,
        };
        let (candidates, live) = (&self.candidates, &self.live);
        Question { candidates, live, go, cycles, weights: Some(&self.weights) }
    }

    /// The members of the item.
    #[must_use]
    pub fn candidates(&self) -> &NodeSet {
        &self.candidates
    }

    /// What stands in the item for each clause of a member, as numbers; first for those of its
    /// revision, in their order. What is empty there, nothing in the item meets.
    pub fn clauses_of(&self, member: Node) -> impl Iterator<Item = &[Node]> {
        self.graph.clauses_of(member)
    }

    /// Whether a number is that of a change that is live in the stage.
    #[must_use]
    pub fn is_live(&self, node: Node) -> bool {
        self.live.contains(node)
    }

    /// The changes behind all numbers, members or not, in order.
    #[must_use]
    pub fn ids(&self) -> &[ChangeId] {
        &self.ids
    }

    /// The change behind a number.
    #[must_use]
    pub fn id(&self, node: Node) -> Option<&ChangeId> {
        self.ids.get(usize::try_from(node).ok()?)
    }

    /// The number of a change, if it is in the item or live.
    #[must_use]
    pub fn node(&self, id: &ChangeId) -> Option<Node> {
        self.ids.binary_search(id).ok().and_then(|index| index.try_into().ok())
    }

    /// Whether a change is a member of the item.
    #[must_use]
    pub fn has(&self, id: &ChangeId) -> bool {
        self.node(id).is_some_and(|node| self.candidates.contains(node))
    }

    /// The members that will do where a member requires a change: that itself, and those that take
    /// its place, but for who requires it.
    #[must_use]
    pub fn stand_ins<'a>(
        &self,
        records: &'a Records,
        who: &ChangeId,
        requires: &'a ChangeId,
    ) -> Vec<&'a ChangeId> {
        let itself = self.has(requires).then_some(requires);
        if records.superseded_by(requires).is_empty() {
            return itself.into_iter().collect();
        }
        let newer = successors(records, requires, |id| self.has(id));
        itself.into_iter().chain(newer.filter(|newer| *newer != who)).collect()
    }

    /// Who holds back in the end what an order dropped: the members that may not go themselves; of
    /// a group that lacks something or is in a cycle, all of it.
    pub fn roots<'a>(
        &'a self,
        order: &'a Order,
        dropped: &'a Dropped,
    ) -> impl Iterator<Item = &'a ChangeId> {
        let all = order.dropped();
        let itself = |group: &Group| {
            let index = all.binary_search_by_key(group, |dropped| dropped.group).ok()?;
            let root = all.get(index)?;
            let whole = root.not_go.is_empty() || root.missing || root.cycle;
            Some(if whole { order.steps(*group) } else { root.not_go.as_slice() })
        };
        let nodes = dropped.roots.iter().filter_map(itself).flatten();
        nodes.filter_map(|node| self.id(*node))
    }

    /// The changes behind numbers.
    pub(crate) fn names(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<ChangeId> {
        nodes.into_iter().filter_map(|node| self.id(node).cloned()).collect()
    }
}

/// The members that take the place of a change, directly or through others.
fn successors<'a>(
    records: &'a Records,
    id: &'a ChangeId,
    is_member: impl Fn(&ChangeId) -> bool,
) -> impl Iterator<Item = &'a ChangeId> {
    let mut seen: BTreeSet<&ChangeId> = BTreeSet::from([id]);
    let mut open = vec![id];
    while let Some(next) = open.pop() {
        open.extend(records.superseded_by(next).iter().filter(|newer| seen.insert(newer)));
    }
    seen.remove(id);
    seen.retain(|newer| is_member(newer));
    seen.into_iter()
}

pub(super) fn limit(error: GraphError) -> Error {
    Error::new(ErrorCode::LimitExceeded, error.to_string())
}
