//! The smallest set of things to do that meets a tree of all, any and so many of.

use crate::base::limits::{ACTIONS_NODES_MAX, ACTIONS_WORK_MAX};
use crate::reason::ReasonCode;
use crate::reason::tree::{Arg, Join, Node, Reasons};

/// A number of something to do, counted from 0.
pub(super) type Item = usize;

/// What stands for a leaf that nothing can meet.
const NEVER: u128 = u128::MAX;

/// What one unit of weight is counted in where it is shared out: it divides well.
const UNIT: u128 = 720_720;

/// One node of the tree that is not met: so many of its children must be, or its item done.
#[derive(Debug)]
struct Part {
    need: usize,
    /// The index after its last descendant.
    next: usize,
    /// The node of the tree of reasons.
    node: usize,
    leaf: Leaf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    /// It has children instead.
    None,
    /// It is met by that item.
    Item(Item),
    /// It is met once the others are.
    Free,
    /// It is met by nothing.
    Never,
}

/// What meets a leaf: any of some items, nothing of its own, or nothing at all.
pub(super) enum Met {
    Any(Vec<Item>),
    WithOthers,
    Never,
}

/// The smallest set that was found, and what is proven.
#[derive(Debug)]
pub(super) struct Solved {
    /// The items, in order.
    pub(super) items: Vec<Item>,
    /// What no set can weigh less than.
    pub(super) bound: u128,
    /// Whether it was proven to be that of the set.
    pub(super) exact: bool,
}

/// How many children of a node that is not met must be met, by what joins them.
fn join(node: &Node) -> Join {
    if matches!(node.code, ReasonCode::Any | ReasonCode::Requires) {
        return Join::Any;
    }
    if node.code != ReasonCode::AtLeast {
        return Join::All;
    }
    let needed = node.args.iter().find_map(|(name, arg)| match arg {
        Arg::Integer(needed) if *name == "needed" => usize::try_from(*needed).ok(),
        Arg::Integer(_) | Arg::Text(_) | Arg::Texts(_) | Arg::Rows(_) => None,
    });
    Join::AtLeast(needed.unwrap_or(usize::MAX))
}

/// The part of a tree that is not met.
#[derive(Debug)]
pub(super) struct Formula {
    parts: Vec<Part>,
    weights: Vec<u128>,
}

impl Formula {
    /// Reads a tree; what a leaf is met by is told by `met`.
    pub(super) fn of(reasons: &Reasons, mut met: impl FnMut(&Node) -> Met) -> Formula {
        let nodes = reasons.nodes();
        let mut parts: Vec<Part> = Vec::new();
        // The parts whose children are being read, with where their nodes end.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        loop {
            while let Some((part, _)) = open.pop_if(|(_, end)| *end <= at) {
                let next = parts.len();
                if let Some(part) = parts.get_mut(part) {
                    part.next = next;
                }
            }
            let Some(node) = nodes.get(at) else { break };
            let end = node.next.max(at.saturating_add(1));
            if node.verdict.is_met() {
                at = end;
                continue;
            }
            let index = parts.len();
            let next = index.saturating_add(1);
            let is_leaf = end == at.saturating_add(1) || node.code == ReasonCode::CannotPass;
            if is_leaf {
                let mut push = |need, leaf, next| parts.push(Part { need, next, node: at, leaf });
                match met(node) {
                    Met::WithOthers => push(0, Leaf::Free, next),
                    Met::Never => push(0, Leaf::Never, next),
                    Met::Any(items) if items.len() == 1 => {
                        push(0, items.first().map_or(Leaf::Never, |it| Leaf::Item(*it)), next);
                    }
                    Met::Any(items) => {
                        push(1, Leaf::None, next.saturating_add(items.len()));
                        for (number, item) in items.into_iter().enumerate() {
                            push(0, Leaf::Item(item), next.saturating_add(number + 1));
                        }
                    }
                }
                at = end;
                continue;
            }
            let children = || reasons.children(at).filter_map(|child| nodes.get(child));
            let need = match join(node) {
                Join::All => children().filter(|child| !child.verdict.is_met()).count(),
                Join::Any => 1,
                Join::AtLeast(count) => {
                    count.saturating_sub(children().filter(|it| it.verdict.is_go()).count())
                }
            };
            parts.push(Part { need, next, node: at, leaf: Leaf::None });
            open.push((index, end));
            at = at.saturating_add(1);
        }
        Formula { parts, weights: Vec::new() }
    }

    /// Says what each item weighs.
    pub(super) fn weigh(&mut self, weights: Vec<u128>) {
        self.weights = weights;
    }

    /// What the root costs, given what each item does: of each part with children the cheapest so
    /// many of them. And the costs of all parts.
    fn costs(&self, cost: impl Fn(Item) -> u128) -> Vec<u128> {
        let mut costs = vec![NEVER; self.parts.len()];
        let mut children = Vec::new();
        for (index, part) in self.parts.iter().enumerate().rev() {
            let own = match part.leaf {
                Leaf::Item(item) => cost(item),
                Leaf::Free => 0,
                Leaf::Never => NEVER,
                Leaf::None => {
                    children.clear();
                    children.extend(self.children(index).filter_map(|it| costs.get(it).copied()));
                    children.sort_unstable();
                    let cheapest = children.get(..part.need);
                    let sum = |sum: u128, cost: &u128| sum.saturating_add(*cost);
                    cheapest.map_or(NEVER, |cheapest| cheapest.iter().fold(0, sum))
                }
            };
            if let Some(cost) = costs.get_mut(index) {
                *cost = own;
            }
        }
        costs
    }

    fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.parts.get(index).map_or(0, |part| part.next);
        let mut at = index.saturating_add(1);
        std::iter::from_fn(move || {
            let found = (at < end).then_some(at)?;
            at = self.parts.get(found).map_or(end, |part| part.next.max(found + 1));
            Some(found)
        })
    }

    /// The items of the cheapest way at these costs, smallest first.
    fn cheapest(&self, costs: &[u128]) -> Vec<Item> {
        let mut found = Vec::new();
        let mut next = vec![0];
        while let Some(index) = next.pop() {
            let Some(part) = self.parts.get(index) else { continue };
            if let Leaf::Item(item) = part.leaf {
                found.push(item);
            }
            let mut children: Vec<usize> = self.children(index).collect();
            children.sort_by_key(|child| (costs.get(*child).copied(), *child));
            next.extend(children.into_iter().take(part.need));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The nodes of the tree that let nothing meet it, if nothing does.
    pub(super) fn never(&self) -> Vec<usize> {
        let costs = self.costs(|_| 0);
        let is_never = |index: &usize| costs.get(*index) == Some(&NEVER);
        let mut found = Vec::new();
        let mut next: Vec<usize> = vec![0];
        while let Some(index) = next.pop().filter(|_| !self.parts.is_empty()) {
            let Some(part) = self.parts.get(index).filter(|_| is_never(&index)) else { continue };
            let before = next.len();
            next.extend(self.children(index).filter(is_never));
            if next.len() == before {
                found.push(part.node);
            }
        }
        found.sort_unstable();
        found
    }

    /// Which items every way does: those of leaves below nothing but what needs all of it.
    fn forced(&self) -> Vec<Item> {
        let mut found = Vec::new();
        let mut next: Vec<usize> = vec![0];
        while let Some(index) = next.pop() {
            let Some(part) = self.parts.get(index) else { continue };
            if let Leaf::Item(item) = part.leaf {
                found.push(item);
            }
            let children: Vec<usize> = self.children(index).collect();
            if children.len() == part.need {
                next.extend(children);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn weight(&self, item: Item) -> u128 {
        self.weights.get(item).copied().unwrap_or_default()
    }

    fn total(&self, items: &[Item]) -> u128 {
        items.iter().map(|item| self.weight(*item)).fold(0, u128::saturating_add)
    }

    /// The items that weigh least together, each counted once; nothing, if nothing meets the tree.
    ///
    /// Where no item stands in two places, the cheapest way is found bottom up. One that does is
    /// branched on; what its share of each place would cost bounds the rest.
    pub(super) fn smallest(&self) -> Option<Solved> {
        if self.parts.is_empty() {
            return Some(Solved { items: Vec::new(), bound: 0, exact: true });
        }
        let mut places = vec![0_u128; self.weights.len()];
        for part in &self.parts {
            if let Leaf::Item(item) = part.leaf
                && let Some(places) = places.get_mut(item)
            {
                *places += 1;
            }
        }
        let forced = self.forced();
        let is_forced = |item: &Item| forced.binary_search(item).is_ok();
        let first = self.costs(|item| if is_forced(&item) { 0 } else { self.weight(item) });
        if first.first() == Some(&NEVER) {
            return None;
        }
        let mut best = self.cheapest(&first);
        let decided: Vec<(Item, bool)> = forced.into_iter().map(|item| (item, true)).collect();
        let mut open = vec![(0_u128, decided)];
        let (mut looked_at, mut work) = (0, 0_usize);
        while looked_at < ACTIONS_NODES_MAX && work < ACTIONS_WORK_MAX {
            let Some((_, decided)) = open.pop() else { break };
            looked_at += 1;
            work = work.saturating_add(self.parts.len().saturating_mul(2));
            let Some((bound, branch)) = self.look_at(&places, &decided, &mut best) else {
                continue;
            };
            for is_in in [false, true] {
                let mut decided = decided.clone();
                decided.push((branch, is_in));
                open.push((bound, decided));
            }
        }
        let total = self.total(&best);
        let least = open.iter().map(|(bound, _)| *bound).min().unwrap_or(total).min(total);
        Some(Solved { items: best, bound: least, exact: least == total })
    }

    /// Improves on the best under some decisions. The bound and what to decide next, if anything
    /// better may be left.
    fn look_at(
        &self,
        places: &[u128],
        decided: &[(Item, bool)],
        best: &mut Vec<Item>,
    ) -> Option<(u128, Item)> {
        let mut states: Vec<Option<bool>> = vec![None; self.weights.len()];
        for (item, is_in) in decided {
            if let Some(state) = states.get_mut(*item) {
                *state = Some(*is_in);
            }
        }
        let state = |item: Item| states.get(item).copied().flatten();
        let cost = |item: Item, full: u128| match state(item) {
            Some(true) => 0,
            Some(false) => NEVER,
            None => full,
        };
        let chosen: Vec<Item> =
            decided.iter().filter(|(_, is_in)| *is_in).map(|(item, _)| *item).collect();
        let costs = self.costs(|item| cost(item, self.weight(item)));
        if costs.first() == Some(&NEVER) {
            return None;
        }
        let found = self.cheapest(&costs);
        if self.total(&found) < self.total(best) {
            *best = found;
        }
        let of = |item: Item| places.get(item).copied().unwrap_or(1).max(1);
        let shares =
            self.costs(|item| cost(item, self.weight(item).saturating_mul(UNIT) / of(item)));
        let base = self.total(&chosen);
        let share = shares.first().copied().unwrap_or_default();
        let bound = base.saturating_add(share.div_ceil(UNIT));
        if bound >= self.total(best) {
            return None;
        }
        let shared = |item: &Item| of(*item) > 1 && state(*item).is_none();
        let branch = (0..self.weights.len())
            .filter(shared)
            .max_by_key(|item| (of(*item), std::cmp::Reverse(*item)));
        branch.map(|branch| (bound, branch))
    }
}
