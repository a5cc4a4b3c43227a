//! The least fixpoint: what can ship, round by round.

use super::NodeSet;
use super::column::Column;
use super::local::{Grouping, Local};

/// What shipped, and when.
#[derive(Debug)]
pub(super) struct Settled {
    /// Group to the round in which it shipped, from 1; 0 if it is stuck.
    pub(super) wave: Column<u32>,
    /// The clauses that were met by a group of an earlier round or inside the own group.
    pub(super) met: NodeSet,
    /// The last round.
    pub(super) waves: u32,
}

impl Settled {
    /// The groups that shipped.
    pub(super) fn shipped(&self) -> NodeSet {
        let mut shipped = NodeSet::with_room(self.wave.len());
        for (group, _) in (0u32..).zip(self.wave.as_slice()).filter(|&(_, &wave)| wave > 0) {
            shipped.insert(group);
        }
        shipped
    }

    /// The groups of a set that are stuck.
    pub(super) fn stuck(&self, among: &NodeSet) -> NodeSet {
        let mut stuck = NodeSet::with_room(self.wave.len());
        for group in among.iter().filter(|&group| self.wave[group] == 0) {
            stuck.insert(group);
        }
        stuck
    }
}

/// Ships the allowed groups in rounds: a group ships as soon as each clause of each member is met
/// by its own group or by one of an earlier round and, if `after` is asked for, each allowed group
/// that it is after has shipped.
///
/// Because all groups of a round ship before any of the next, the round of a group is 1 + the
/// maximum over its clauses of the minimum over their alternatives.
pub(super) fn settle(
    local: &Local,
    grouping: &Grouping,
    allowed: &NodeSet,
    after: bool,
) -> Settled {
    let mut met = grouping.inner.clone();
    let mut wave = Column::filled(grouping.count(), 0);
    let mut waiting = Column::filled(grouping.count(), 0);
    let mut ready = Vec::new();
    for group in allowed.iter() {
        let mut count = 0u32;
        for clause in grouping.clauses_of(local, group) {
            count += u32::from(!met.contains(clause));
        }
        if after {
            for (_, earlier) in grouping.after_of(local, group) {
                count += u32::from(allowed.contains(grouping.group_of[earlier]));
            }
        }
        waiting[group] = count;
        if count == 0 {
            ready.push(group);
        }
    }
    let mut waves = 0;
    let mut next = Vec::new();
    while !ready.is_empty() {
        waves += 1;
        for &group in &ready {
            wave[group] = waves;
        }
        let mut less = |group: u32| {
            if allowed.contains(group) {
                waiting[group] -= 1;
                if waiting[group] == 0 {
                    next.push(group);
                }
            }
        };
        for &group in &ready {
            for &member in grouping.members.row(group) {
                for &clause in local.asked_by.row(member) {
                    if met.insert(clause) {
                        less(grouping.group_of[local.owner[clause]]);
                    }
                }
                let later = if after { local.before.row(member) } else { &[] };
                for &later in later {
                    let other = grouping.group_of[later];
                    if other != group {
                        less(other);
                    }
                }
            }
        }
        ready.clear();
        std::mem::swap(&mut ready, &mut next);
    }
    Settled { wave, met, waves }
}
