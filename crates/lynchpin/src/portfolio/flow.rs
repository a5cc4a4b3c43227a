//! What ships of an item, once it is known which members may go by themselves.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::base::When;
use crate::base::error::Result;
use crate::base::id::ChangeId;
use crate::gate::policy::CycleRule;
use crate::graph::{Cycle, Node as GraphNode, NodeSet, Order, Shipped};
use crate::plan::Item;
use crate::reason::Verdict;
use crate::reason::tree::{Clears, Node};

/// What is known of a member by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) verdict: Verdict,
    pub(super) clears: Clears,
    pub(super) holds_until: When,
    /// From when on it may hold something back again, though it is clear or has cleared.
    pub(super) lapses: When,
}

/// The members of an item with what ships of them, and what ships after waiting.
pub(super) struct Orders<W> {
    pub(super) item: Item,
    /// What ships of all that is a go by itself.
    go: Shipped,
    /// What ships of all that is a go by itself or waits.
    wait: W,
    /// The refused cycles that stand although every member is taken for a go.
    pub(super) cycles: Vec<Cycle>,
    /// Those of them that each member is part of.
    pub(super) cycles_of: BTreeMap<GraphNode, Vec<usize>>,
}

/// What tells of a node whether it ships.
pub(super) trait Ships {
    fn ships(&self, node: GraphNode) -> bool;
}

impl Ships for Shipped {
    fn ships(&self, node: GraphNode) -> bool {
        Shipped::ships(self, node)
    }
}

impl Ships for Order {
    fn ships(&self, node: GraphNode) -> bool {
        self.group_of(node).and_then(|group| self.wave_of(group)).is_some()
    }
}

impl<W: Ships> Orders<W> {
    /// Works out what ships from each member's own verdict; of what waits as it is asked for.
    pub(super) fn new(
        item: Item,
        own: impl Fn(GraphNode) -> Verdict,
        rule: CycleRule,
        wait: impl FnOnce(&Item, &NodeSet, CycleRule) -> Result<W>,
    ) -> Result<Orders<W>> {
        let up_to = |worst: Verdict| -> NodeSet {
            item.candidates().iter().filter(|node| own(*node) <= worst).collect()
        };
        let go = item.shipped(&up_to(Verdict::GoWaived), rule)?;
        let wait = wait(&item, &up_to(Verdict::Wait), rule)?;
        let cycles = standing_cycles(&item, &go, rule)?;
        let mut cycles_of: BTreeMap<GraphNode, Vec<usize>> = BTreeMap::new();
        for (number, cycle) in cycles.iter().enumerate() {
            for node in &cycle.members {
                cycles_of.entry(*node).or_default().push(number);
            }
        }
        Ok(Orders { item, go, wait, cycles, cycles_of })
    }

    /// Whether a node ships.
    pub(super) fn goes(&self, node: GraphNode) -> bool {
        self.go.ships(node)
    }

    /// Whether a node ships once what waits has cleared.
    pub(super) fn goes_later(&self, node: GraphNode) -> bool {
        self.wait.ships(node)
    }

    /// The members of the group that a node is in, itself included; nothing, if it is no member.
    pub(super) fn group_with(&self, node: GraphNode) -> impl Iterator<Item = GraphNode> {
        self.go.group_with(node)
    }
}

/// What ships, with when each member would be ready and what each says to those that require it.
pub(super) struct Flow {
    pub(super) orders: Orders<Order>,
    /// When each member would be ready, its dependencies seen so far included.
    ready_at: BTreeMap<ChangeId, Clears>,
    /// From when on each may hold something back again, its dependencies seen so far included.
    lapses: BTreeMap<ChangeId, When>,
    /// The first instant at which a member that goes may no longer.
    pub(super) goes_until: When,
    /// The first instant at which any member may change.
    pub(super) holds_until: When,
    /// What each member that neither ships nor will says to all that require it.
    pub(super) blocked: BTreeMap<GraphNode, OnceCell<Node>>,
}

impl Flow {
    /// Works out what ships from what is known of each member by itself.
    pub(super) fn new(item: Item, own: &BTreeMap<&ChangeId, Own>, rule: CycleRule) -> Result<Flow> {
        let of = |node: GraphNode| item.id(node).and_then(|id| own.get(id));
        let verdicts: BTreeMap<GraphNode, Verdict> =
            item.candidates().iter().filter_map(|node| Some((node, of(node)?.verdict))).collect();
        // Of a member that nothing is known of, nothing goes.
        let verdict = |node| verdicts.get(&node).copied().unwrap_or(Verdict::NoGo);
        let orders = Orders::new(item, verdict, rule, Item::order)?;
        let ready_at = own.iter().map(|(id, own)| ((*id).clone(), own.clears)).collect();
        let lapses = own.iter().map(|(id, own)| ((*id).clone(), own.lapses)).collect();
        let until = |worst: Verdict| {
            let of_those = own.values().filter(|own| own.verdict <= worst);
            of_those.map(|own| own.holds_until).min().unwrap_or(When::Never)
        };
        let (goes_until, holds_until) = (until(Verdict::GoWaived), until(Verdict::NoGo));
        let candidates = orders.item.candidates();
        let blocked = candidates.iter().map(|node| (node, OnceCell::new())).collect();
        Ok(Flow { orders, ready_at, lapses, goes_until, holds_until, blocked })
    }

    /// The members in the order in which they would ship, group by group; then those that would
    /// not.
    pub(super) fn groups(&self) -> Vec<Vec<ChangeId>> {
        let names = |nodes: &[GraphNode]| -> Vec<ChangeId> {
            nodes.iter().filter_map(|node| self.orders.item.id(*node).cloned()).collect()
        };
        let shipped =
            self.orders.wait.waves().flatten().map(|group| names(self.orders.wait.steps(*group)));
        let rest = self.orders.item.candidates().iter().filter(|node| {
            self.orders
                .wait
                .group_of(*node)
                .and_then(|group| self.orders.wait.wave_of(group))
                .is_none()
        });
        shipped.chain(rest.map(|node| names(&[node]))).collect()
    }

    /// Takes in when the members of a group would be ready, their dependencies included: all at the
    /// last, until the first may hold something back again.
    pub(super) fn settle<'a>(
        &mut self,
        group: &[ChangeId],
        clauses: impl Fn(&ChangeId) -> Option<&'a Node>,
    ) {
        let at =
            |id: &ChangeId| self.ready_at(id).max(clauses(id).map_or(Clears::Now, |n| n.clears));
        let last = group.iter().map(at).max().unwrap_or(Clears::Now);
        let until = |id: &ChangeId| {
            let clauses = clauses(id).map_or(When::Never, |node| node.as_child().lapses_at());
            self.lapses(id).min(clauses)
        };
        let first = group.iter().map(until).min().unwrap_or(When::Never);
        self.ready_at.extend(group.iter().map(|id| (id.clone(), last)));
        self.lapses.extend(group.iter().map(|id| (id.clone(), first)));
    }

    pub(super) fn lapses(&self, id: &ChangeId) -> When {
        self.lapses.get(id).copied().unwrap_or(When::Never)
    }

    fn ready_at(&self, id: &ChangeId) -> Clears {
        self.ready_at.get(id).copied().unwrap_or(Clears::OnAction)
    }

    /// When a member that waits will have waited, as far as that is known.
    pub(super) fn waits_until(&self, id: &ChangeId) -> Clears {
        match self.ready_at(id) {
            Clears::At(instant) => Clears::At(instant),
            Clears::Now | Clears::Unknown | Clears::OnAction => Clears::Unknown,
        }
    }

    /// Until when what a member's companions say of it stands; for ever, if it has none.
    pub(super) fn holds_until(&self, id: &ChangeId) -> When {
        match self.group(id).nth(1) {
            Some(_) if self.ships(id) => self.goes_until,
            Some(_) => self.holds_until,
            None => When::Never,
        }
    }

    /// Whether a member ships.
    pub(super) fn ships(&self, id: &ChangeId) -> bool {
        self.member(id).is_some_and(|node| self.orders.goes(node))
    }

    /// Whether a member ships once what waits has cleared.
    pub(super) fn ships_later(&self, id: &ChangeId) -> bool {
        self.member(id).is_some_and(|node| self.orders.goes_later(node))
    }

    fn member(&self, id: &ChangeId) -> Option<GraphNode> {
        self.orders.item.node(id).filter(|node| self.orders.item.candidates().contains(*node))
    }

    /// The members of the group that one is in, itself included; nothing, if it is no member.
    pub(super) fn group(&self, id: &ChangeId) -> impl Iterator<Item = GraphNode> {
        let node = self.orders.item.node(id);
        node.into_iter().flat_map(|node| self.orders.group_with(node))
    }

    /// Who holds a member back in the end.
    pub(super) fn roots(&self, id: &ChangeId) -> impl Iterator<Item = &ChangeId> {
        let group = self.orders.item.node(id).and_then(|node| self.orders.wait.group_of(node));
        let all = self.orders.wait.dropped();
        let index = group.and_then(|group| all.binary_search_by_key(&group, |d| d.group).ok());
        let dropped = index.and_then(|index| all.get(index));
        dropped.into_iter().flat_map(|dropped| self.orders.item.roots(&self.orders.wait, dropped))
    }

    /// The refused cycles that a change is part of.
    pub(super) fn cycles(&self, id: &ChangeId) -> impl Iterator<Item = &Cycle> + '_ {
        let of = self.orders.item.node(id).and_then(|node| self.orders.cycles_of.get(&node));
        of.into_iter().flatten().filter_map(|number| self.orders.cycles.get(*number))
    }
}

/// The refused cycles that stand although every member is taken for a go: one that is there only
/// because an alternative is held back is no cycle, it waits for that.
fn standing_cycles(item: &Item, go: &Shipped, rule: CycleRule) -> Result<Vec<Cycle>> {
    let refused = |cycles: &[Cycle]| -> Vec<Cycle> {
        cycles.iter().filter(|cycle| cycle.forbidden).cloned().collect()
    };
    let found = refused(go.cycles());
    // What misses something is held back even then, and that may close a circle, too.
    if found.is_empty() && !go.lacks() {
        return Ok(found);
    }
    Ok(refused(item.shipped(item.candidates(), rule)?.cycles()))
}
