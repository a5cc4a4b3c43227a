//! People of a group must have approved exactly this.
//!
//! Precedence, when several reasons apply: a standing rejection, then too few people who may
//! approve, then enough approvals, then approvals that count later, then changes asked for, a
//! deferral, approvals that went stale, and none at all.

use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use crate::base::id::{GroupId, PersonId, RequirementId};
use crate::base::{Actor, Instant, Subject, When};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Requirement, Veto};
use crate::history::revision::Difference;
use crate::model::decision::end;
use crate::model::{Approval, Vote};
use crate::reason::tree::{Arg, Clears, Node, Row};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    leaf: &ApprovalLeaf,
) -> Node {
    let count = Count::take(case, target, name, requirement, leaf);
    let eligible = count.eligible.len();
    let needed = leaf.people.needed(eligible);
    let given = count.given.len();
    let standing = count.standing(case, leaf, needed);
    let (verdict, code) = standing.answer();
    let mut node = Node::new(verdict, code, target.subject)
        .with("given", Arg::count(given))
        .with("needed", Arg::count(needed))
        .with("group", Arg::text(&leaf.group))
        .until(count.holds_until(case, leaf));
    if let Some(teams) = leaf.teams {
        node = node.with("teams", Arg::Integer(i64::from(teams)));
    }
    let names =
        |by: &BTreeMap<&PersonId, usize>| Arg::Texts(by.keys().map(ToString::to_string).collect());
    node = match standing {
        Standing::Unreachable => node.with("eligible", Arg::count(eligible)),
        Standing::Later => {
            let at = count.effective_at(needed);
            node.clears(Clears::At(at)).until(When::At(at))
        }
        Standing::Stale => node.with("changed", Arg::Rows(count.rows())),
        Standing::Rejected => node.with("by", names(&count.rejected)),
        Standing::ChangesRequested => node.with("by", names(&count.changes)),
        Standing::Approved | Standing::Deferred | Standing::Missing => node,
    };
    if !verdict.is_go() && verdict != Verdict::Wait {
        node = node.act(who_acts(case, target, leaf, standing, &count));
    }
    count.cites.iter().fold(node, |node, number| node.citing("approvals", *number))
}

fn who_acts(
    case: &Case<'_>,
    target: Target<'_>,
    leaf: &ApprovalLeaf,
    standing: Standing,
    count: &Count<'_>,
) -> Vec<Actor> {
    match standing {
        Standing::ChangesRequested => {
            target.members.iter().flat_map(|change| case.owners(change)).collect()
        }
        Standing::Rejected => {
            count.rejected.keys().map(|person| Actor::Person((*person).clone())).collect()
        }
        Standing::Unreachable => case.policy.owner.clone().into_iter().collect(),
        Standing::Approved
        | Standing::Later
        | Standing::Deferred
        | Standing::Stale
        | Standing::Missing => vec![Actor::Group(leaf.group.clone())],
    }
}

/// What changed since, as data.
fn rows(changed: &BTreeSet<Difference>) -> Vec<Row> {
    let change = |id: &dyn std::fmt::Display, what: &'static str, value: &str| {
        Row(vec![("change", id.to_string()), (what, value.to_owned())])
    };
    let row = |difference: &Difference| match difference {
        Difference::Section(id, section) => change(id, "section", section.name()),
        Difference::Kind(id) => change(id, "section", "kind"),
        Difference::Added(id) => change(id, "membership", "added"),
        Difference::Removed(id) => change(id, "membership", "removed"),
        Difference::Stages => Row(vec![("release", "stages".to_owned())]),
        Difference::Planned => Row(vec![("release", "planned".to_owned())]),
        Difference::UnknownRevision => Row(vec![("revision", "unknown".to_owned())]),
    };
    changed.iter().map(row).collect()
}

/// What differs between a revision of a subject and now, as far as it matters.
pub(in crate::gate) fn material_difference(
    case: &Case<'_>,
    subject: &Subject,
    revision: u32,
    requirement: &Requirement,
) -> BTreeSet<Difference> {
    use crate::history::revision::{since_release, since_revision};
    let records = case.records;
    let mut found = BTreeSet::new();
    match subject {
        Subject::Change(id) => {
            if let Some(row) = records.change(id) {
                since_revision(records, row, revision, &mut found);
            }
        }
        Subject::Release(id) => {
            if let Some(row) = records.release(id) {
                found = since_release(records, row, revision);
            }
        }
    }
    found.retain(|difference| match difference {
        Difference::Section(_, section) => requirement.is_material(*section),
        Difference::Kind(_)
        | Difference::Added(_)
        | Difference::Removed(_)
        | Difference::Stages
        | Difference::Planned
        | Difference::UnknownRevision => true,
    });
    found
}

/// Everybody who had a hand in what is decided, and so may not approve it.
pub(in crate::gate) fn excluded<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
) -> BTreeSet<&'a PersonId> {
    let records = case.records;
    let mut out: BTreeSet<&PersonId> =
        target.members.iter().flat_map(|change| records.hands(&change.id)).collect();
    let release = match target.subject {
        Subject::Release(id) => records.release(id),
        Subject::Change(_) => None,
    };
    if let Some(row) = release {
        for revision in (0..row.revisions.len()).filter_map(|n| row.at(records, n)) {
            out.insert(records.people.principal(&revision.by));
            out.extend(revision.requester.iter().map(|id| records.people.principal(id)));
        }
    }
    out
}

/// Where the approval stands, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Rejected,
    Unreachable,
    ChangesRequested,
    Approved,
    Later,
    Deferred,
    Stale,
    Missing,
}

impl Standing {
    fn answer(self) -> (Verdict, ReasonCode) {
        match self {
            Standing::Rejected => (Verdict::NoGo, ReasonCode::ApprovalRejected),
            Standing::Unreachable => (Verdict::NoGo, ReasonCode::QuorumUnreachable),
            Standing::ChangesRequested => (Verdict::NeedsAction, ReasonCode::ChangesRequested),
            Standing::Approved => (Verdict::Go, ReasonCode::Approved),
            Standing::Later => (Verdict::Wait, ReasonCode::ApprovalLater),
            Standing::Deferred => (Verdict::NeedsAction, ReasonCode::ApprovalDeferred),
            Standing::Stale => (Verdict::NeedsAction, ReasonCode::ApprovalStale),
            Standing::Missing => (Verdict::NeedsAction, ReasonCode::ApprovalMissing),
        }
    }
}

/// The approvals of one requirement, counted by person.
struct Count<'a> {
    /// Who may approve, or did while they might.
    eligible: BTreeSet<&'a PersonId>,
    /// Who approved, so that it counts now.
    given: BTreeSet<&'a PersonId>,
    /// Who approved, so that it counts later.
    later: BTreeMap<&'a PersonId, Instant>,
    /// Who rejected.
    rejected: BTreeMap<&'a PersonId, usize>,
    /// Who asks for changes.
    changes: BTreeMap<&'a PersonId, usize>,
    /// Whether somebody put it off.
    deferred: bool,
    /// Whether somebody approved something that no longer stands.
    stale: bool,
    /// What changed since.
    changed: BTreeSet<Difference>,
    /// Whether the policy asked something else when somebody approved.
    asked_otherwise: bool,
    /// The teams of those who approved.
    teams: BTreeSet<&'a GroupId>,
    /// Instants at which something of this may change.
    turns: BTreeSet<Instant>,
    /// The facts it rests on.
    cites: BTreeSet<usize>,
}

/// One decision of one person, and whether it still stands for what there is now.
struct Act<'a> {
    number: usize,
    approval: &'a Approval,
    fresh: bool,
}

impl<'a> Count<'a> {
    fn take(
        case: &'a Case<'_>,
        target: Target<'_>,
        name: &RequirementId,
        requirement: &Requirement,
        leaf: &ApprovalLeaf,
    ) -> Count<'a> {
        let people = &case.records.people;
        let out = excluded(case, target);
        let members = people.members(&leaf.group, case.at);
        let mut count = Count {
            eligible: members
                .into_iter()
                .filter(|id| !out.contains(id) && people.can_sit(id, case.at))
                .collect(),
            given: BTreeSet::new(),
            later: BTreeMap::new(),
            rejected: BTreeMap::new(),
            changes: BTreeMap::new(),
            deferred: false,
            stale: false,
            changed: BTreeSet::new(),
            asked_otherwise: false,
            teams: BTreeSet::new(),
            turns: BTreeSet::new(),
            cites: BTreeSet::new(),
        };
        count.turns.extend(people.next_membership_change(&leaf.group, case.at));
        let mut acts: BTreeMap<&PersonId, Vec<Act<'a>>> = BTreeMap::new();
        for act in count.acts(case, target, name, requirement) {
            let person = people.principal(&act.approval.by);
            if !out.contains(person) && people.belongs(person, &leaf.group, act.approval.at) {
                acts.entry(person).or_default().push(act);
            }
        }
        for (person, acts) in acts {
            count.add(case, leaf, person, &acts);
        }
        count
    }

    /// The decisions on this requirement and stage, in order; of those that tie, the less
    /// favourable last.
    fn acts(
        &mut self,
        case: &'a Case<'_>,
        target: Target<'_>,
        name: &RequirementId,
        requirement: &Requirement,
    ) -> Vec<Act<'a>> {
        let all = &case.records.portfolio().approvals;
        let mut differences: BTreeMap<u32, BTreeSet<Difference>> = BTreeMap::new();
        let mut acts: Vec<Act<'a>> = Vec::new();
        for number in case.records.approvals(target.subject) {
            let Some(approval) = all.get(*number) else { continue };
            if approval.requirement != *name || approval.stage != *case.stage {
                continue;
            }
            let changed = differences.entry(approval.revision).or_insert_with(|| {
                material_difference(case, target.subject, approval.revision, requirement)
            });
            // A new policy voids approvals of what it asks differently, but lifts no rejection.
            let recorded = approval.recorded.unwrap_or(approval.at);
            let otherwise = approval.decision == Vote::Approved
                && !case.requirement_unchanged_since(name, recorded);
            let fresh = changed.is_empty() && !otherwise;
            if !fresh && approval.decision == Vote::Approved {
                self.stale = true;
                self.asked_otherwise |= otherwise;
                self.changed.extend(changed.iter().cloned());
                self.cites.insert(*number);
            }
            acts.push(Act { number: *number, approval, fresh });
        }
        acts.sort_by_key(|act| {
            let approval = act.approval;
            (approval.recorded.unwrap_or(approval.at), approval.sequence, approval.decision)
        });
        acts
    }

    /// Adds what one person decided: the approvals since they last said something else, or that.
    fn add(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        person: &'a PersonId,
        acts: &[Act<'a>],
    ) {
        let stands = |act: &&Act<'_>| match act.approval.decision {
            Vote::Withdrawn => true,
            Vote::Rejected => act.fresh || leaf.veto == Veto::Stands,
            Vote::Approved | Vote::Deferred | Vote::RequestChanges => act.fresh,
        };
        let standing: Vec<&Act<'_>> = acts.iter().filter(stands).collect();
        let last_other = standing.iter().rposition(|act| act.approval.decision != Vote::Approved);
        let approvals = standing.get(last_other.map_or(0, |position| position + 1)..);
        let approvals: Vec<&Act<'_>> = approvals.unwrap_or_default().to_vec();
        self.cites.extend(standing.iter().map(|act| act.number));
        if approvals.is_empty() {
            let last = last_other.and_then(|position| standing.get(position));
            let Some(last) = last else { return };
            match last.approval.decision {
                Vote::Rejected => drop(self.rejected.insert(person, last.number)),
                Vote::RequestChanges => drop(self.changes.insert(person, last.number)),
                Vote::Deferred => self.deferred = true,
                Vote::Withdrawn | Vote::Approved => {}
            }
            return;
        }
        if !case.records.people.can_sit(person, case.at) {
            return;
        }
        self.turns.extend(case.suspension(person));
        for act in approvals {
            self.add_approval(case, leaf, person, act.approval);
        }
    }

    fn add_approval(
        &mut self,
        case: &'a Case<'_>,
        leaf: &ApprovalLeaf,
        person: &'a PersonId,
        approval: &Approval,
    ) {
        let aged = leaf.expires_after.map(|span| approval.at.after(span));
        let ends = end([approval.expires, aged].into_iter().flatten().min());
        let begins = approval.effective_from.unwrap_or(Instant::EPOCH);
        if ends <= When::At(case.at) || ends <= When::At(begins) {
            self.stale = true;
            return;
        }
        if let When::At(instant) = ends {
            self.turns.insert(instant);
        }
        self.eligible.insert(person);
        if begins <= case.at {
            self.given.insert(person);
            self.later.remove(person);
            self.teams.extend(case.records.people.teams(person, approval.at));
        } else {
            self.turns.insert(begins);
            if !self.given.contains(person) {
                let soonest = self.later.get(person).map_or(begins, |known| (*known).min(begins));
                self.later.insert(person, soonest);
            }
        }
    }

    fn standing(&self, case: &Case<'_>, leaf: &ApprovalLeaf, needed: usize) -> Standing {
        let teams = leaf.teams.and_then(|teams| usize::try_from(teams).ok()).unwrap_or(0);
        if !self.rejected.is_empty() {
            Standing::Rejected
        } else if self.eligible.len() < needed || self.teams_within_reach(case).len() < teams {
            Standing::Unreachable
        } else if !self.changes.is_empty() {
            Standing::ChangesRequested
        } else if self.given.len() >= needed && self.teams.len() >= teams {
            Standing::Approved
        } else if self.given.len() + self.later.len() >= needed && teams == 0 {
            Standing::Later
        } else if self.deferred {
            Standing::Deferred
        } else if self.stale {
            Standing::Stale
        } else {
            Standing::Missing
        }
    }

    /// What changed since somebody approved, as data.
    fn rows(&self) -> Vec<Row> {
        let policy = self.asked_otherwise.then(|| Row(vec![("policy", "requirement".to_owned())]));
        rows(&self.changed).into_iter().chain(policy).collect()
    }

    /// The teams from which an approval could come.
    fn teams_within_reach(&self, case: &'a Case<'_>) -> BTreeSet<&'a GroupId> {
        let people = &case.records.people;
        let mut teams = self.teams.clone();
        teams.extend(self.eligible.iter().flat_map(|id| people.teams(id, case.at)));
        teams
    }

    /// When enough of the approvals given will count.
    fn effective_at(&self, needed: usize) -> Instant {
        let mut instants: Vec<Instant> = self.later.values().copied().collect();
        instants.sort_unstable();
        let more = needed.saturating_sub(self.given.len());
        instants.get(more.saturating_sub(1)).copied().unwrap_or(Instant::LAST)
    }

    /// The first instant at which something of this may change.
    fn holds_until(&self, case: &Case<'_>, leaf: &ApprovalLeaf) -> When {
        let members = case.records.people.members(&leaf.group, case.at);
        let suspended = members.into_iter().filter_map(|person| case.suspension(person));
        let turns = self.turns.iter().copied().chain(suspended);
        turns.filter(|turn| *turn > case.at).min().map_or(When::Never, When::At)
    }
}
