//! How the items of a queue interact: found by what they have in common, never by looking at each
//! pair of items.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChangePair, Interaction};
use crate::base::Subject;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::base::limits::QUEUE_INTERACTIONS_MAX;
use crate::graph::{Node, QueueNeed};
use crate::history::Records;
use crate::model::Change;

/// The items of a queue with the changes in them.
pub(super) struct Items<'a> {
    records: &'a Records,
    stage: &'a StageId,
    /// Of each item, its changes that are not cancelled, in order of ids.
    changes: Vec<Vec<&'a Change>>,
    /// Which items a change is in, first in the queue first.
    holders: BTreeMap<&'a ChangeId, Vec<Node>>,
}

/// What one item needs of the others.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// What the engine needs to know.
    pub(super) needs: Vec<QueueNeed>,
    /// Why an item asks something of another.
    pub(super) because: BTreeMap<(Node, Node), BTreeSet<Interaction>>,
    /// The changes that the queue may bring to each item: that they are not there yet does not hold
    /// it back.
    pub(super) brought: BTreeMap<Node, BTreeSet<ChangeId>>,
    /// Pairs of which one requires what the other brings again, though it is there.
    pub(super) met: BTreeMap<(Node, Node), BTreeSet<Interaction>>,
}

impl<'a> Items<'a> {
    pub(super) fn new(records: &'a Records, stage: &'a StageId, subjects: &[&Subject]) -> Self {
        let of = |subject: &&Subject| match subject {
            Subject::Change(id) => {
                let standing = records.change(id).filter(|_| !records.is_cancelled(id));
                standing.and_then(|row| row.current(records)).into_iter().collect()
            }
            Subject::Release(id) => records.changes_within(id),
        };
        let changes: Vec<Vec<&Change>> = subjects.iter().map(of).collect();
        let mut holders: BTreeMap<&ChangeId, Vec<Node>> = BTreeMap::new();
        for (node, changes) in (0..).zip(&changes) {
            for change in changes {
                holders.entry(&change.id).or_default().push(node);
            }
        }
        Items { records, stage, changes, holders }
    }

    fn each(&self) -> impl Iterator<Item = (Node, &'a Change)> + '_ {
        let of = |(node, changes): (Node, &'_ Vec<&'a Change>)| {
            changes.iter().map(|change| (node, *change)).collect::<Vec<_>>()
        };
        (0..).zip(&self.changes).flat_map(of)
    }

    fn holders(&self, id: &ChangeId) -> &[Node] {
        self.holders.get(id).map_or(&[], Vec::as_slice)
    }

    /// What the items require of each other.
    pub(super) fn asks(&self) -> Result<Asks> {
        let mut asks = Asks::default();
        let mut told = Meter::default();
        for (node, change) in self.each() {
            for needs in &change.requires {
                let alternatives = needs.alternatives();
                let mut any: BTreeSet<Node> = BTreeSet::new();
                let mut because = Vec::new();
                for id in alternatives.iter().flat_map(|id| self.with_newer(id)) {
                    any.extend(self.holders(id));
                    let pair = ChangePair { change: change.id.clone(), with: id.clone() };
                    let others = self.holders(id).iter().filter(|other| **other != node);
                    because
                        .extend(others.map(|other| (*other, Interaction::Requires(pair.clone()))));
                }
                told.count(because.len())?;
                let is_live = alternatives.iter().any(|id| self.records.is_live(id, self.stage));
                let is_met = is_live || any.contains(&node);
                if any.is_empty() {
                    continue;
                }
                if !is_met {
                    asks.brought.entry(node).or_default().extend(alternatives.iter().cloned());
                    let any = any.into_iter().collect();
                    asks.needs.push(QueueNeed { node, any });
                }
                let into = if is_met { &mut asks.met } else { &mut asks.because };
                for (other, why) in because {
                    into.entry((node, other)).or_default().insert(why);
                }
            }
        }
        Ok(asks)
    }

    /// A change and those that take its place, directly or through others.
    fn with_newer(&self, id: &'a ChangeId) -> BTreeSet<&'a ChangeId> {
        let mut found = BTreeSet::from([id]);
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            open.extend(self.records.superseded_by(next).iter().filter(|it| found.insert(it)));
        }
        found
    }

    /// Why items interact that nothing keeps from going, by pair, the smaller number first. In each
    /// reason that names two changes, the one of the smaller number comes first.
    pub(super) fn interactions(
        &self,
        goes: impl Fn(Node) -> bool,
    ) -> Result<BTreeMap<(Node, Node), BTreeSet<Interaction>>> {
        let mut found = Found::default();
        let mut served: BTreeSet<(_, Node)> = BTreeSet::new();
        for (node, change) in self.each().filter(|(node, _)| goes(*node)) {
            served.extend(change.services.iter().map(|service| (service, node)));
            self.beside(node, change, &goes, &mut found)?;
        }
        let served: Vec<_> = served.into_iter().collect();
        for group in served.chunk_by(|a, b| a.0 == b.0) {
            for (at, (service, node)) in group.iter().enumerate() {
                for (_, other) in group.iter().skip(at + 1) {
                    found.add((*node, *other), Interaction::Service((*service).clone()))?;
                }
            }
        }
        Ok(found.pairs)
    }

    /// What one change has to do with those of other items.
    fn beside(
        &self,
        node: Node,
        change: &Change,
        goes: impl Fn(Node) -> bool,
        found: &mut Found,
    ) -> Result<()> {
        let behind = |id: &ChangeId| {
            let others = self.holders(id).iter().copied();
            others.filter(|other| *other > node && goes(*other)).collect::<Vec<Node>>()
        };
        let pair = |with: &ChangeId| ChangePair { change: change.id.clone(), with: with.clone() };
        for other in behind(&change.id) {
            found.add((node, other), Interaction::Change(change.id.clone()))?;
        }
        for (with, _) in self.records.conflicts(&change.id) {
            for other in behind(with) {
                found.add((node, other), Interaction::Conflict(pair(with)))?;
            }
        }
        for with in self.records.partners(&change.id) {
            for other in behind(with) {
                found.add((node, other), Interaction::Together(pair(with)))?;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Found {
    pairs: BTreeMap<(Node, Node), BTreeSet<Interaction>>,
    told: Meter,
}

impl Found {
    fn add(&mut self, pair: (Node, Node), why: Interaction) -> Result<()> {
        self.told.count(1)?;
        self.pairs.entry(pair).or_default().insert(why);
        Ok(())
    }
}

/// How many interactions were found so far.
#[derive(Default)]
struct Meter(usize);

impl Meter {
    fn count(&mut self, more: usize) -> Result<()> {
        self.0 = self.0.saturating_add(more);
        if self.0 > QUEUE_INTERACTIONS_MAX {
            let message = format!(
                "the items interact in more than {QUEUE_INTERACTIONS_MAX} ways: ask about fewer"
            );
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        Ok(())
    }
}
