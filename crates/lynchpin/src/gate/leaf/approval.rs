//! People of a group must have approved exactly this.
//!
//! Precedence, when several reasons apply: a standing rejection, then changes asked for, then
//! enough approvals, then approvals that count later, then too few people who may approve (which
//! outweighs changes asked for, too), a deferral, approvals that went stale, and none at all.

use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use super::votes::{Asked, Count};
use crate::base::id::{PersonId, ReleaseId, RequirementId};
use crate::base::{Actor, Instant, Subject, When};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Requirement};
use crate::history::order::{Position, position};
use crate::history::revision::{Difference, since_release, since_revision};
use crate::model::Fact;
use crate::reason::tree::{Arg, Clears, Node, Row};
use crate::reason::{ReasonCode, Verdict};

pub(super) fn judge(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    leaf: &ApprovalLeaf,
) -> Node {
    let asked = Asked { target, name, requirement, leaf };
    let count = Count::take(case, asked);
    let needed = leaf.people.needed(count.eligible());
    let (standing, later) = standing(case, asked, &count, needed);
    let (verdict, code) = standing.answer();
    let mut node = Node::new(verdict, code, target.subject)
        .with("given", Arg::count(count.given.len()))
        .with("needed", Arg::count(needed))
        .with("group", Arg::text(&leaf.group))
        .until(count.holds_until(case));
    if let Some(teams) = leaf.teams {
        node = node.with("teams", Arg::Integer(i64::from(teams)));
    }
    let names =
        |by: &BTreeMap<&PersonId, usize>| Arg::Texts(by.keys().map(ToString::to_string).collect());
    node = match standing {
        Standing::Unreachable => node.with("eligible", Arg::count(count.eligible())),
        Standing::Later => match later {
            Some(at) => node.clears(Clears::At(at)).until(When::At(at)),
            None => node.clears(Clears::Unknown),
        },
        Standing::Stale => node.with("changed", Arg::Rows(rows(&count))),
        Standing::Rejected => node.with("by", names(&count.rejected)),
        Standing::ChangesRequested => node.with("by", names(&count.changes)),
        Standing::Approved | Standing::Deferred | Standing::Missing => node,
    };
    if !verdict.is_go() && verdict != Verdict::Wait {
        node = match outdated(case, asked, standing) {
            Some(by) => node.with("needs", Arg::text("a new revision")).act([by]),
            None => node.act(who_acts(case, target, leaf, standing, &count)),
        };
    }
    count.cites.iter().fold(node, |node, number| node.citing("approvals", *number))
}

/// Who has to make a new revision of a release before it can be approved at all, since a member was
/// edited after the current one.
fn outdated(case: &Case<'_>, asked: Asked<'_>, standing: Standing) -> Option<Actor> {
    let missing = matches!(standing, Standing::Stale | Standing::Missing | Standing::Deferred);
    let Subject::Release(id) = asked.target.subject else { return None };
    let release = case.records.release(id)?.current(case.records).filter(|_| missing)?;
    let subject = asked.target.subject;
    let edited = material_difference(case, subject, release.revision, asked.requirement);
    (!edited.is_empty()).then(|| Actor::Person(release.by.clone()))
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

/// What changed since somebody approved, as data.
fn rows(count: &Count<'_>) -> Vec<Row> {
    let change = |id: &dyn std::fmt::Display, what: &'static str, value: &str| {
        Row(vec![("change", id.to_string()), (what, value.to_owned())])
    };
    let row = |difference: &Difference| match difference {
        Difference::Section(id, section) => change(id, "section", section.name()),
        Difference::Kind(id) => change(id, "section", "kind"),
        Difference::Added(id) => change(id, "membership", "added"),
        Difference::Removed(id) => change(id, "membership", "removed"),
        Difference::ReleaseAdded(id) => {
            Row(vec![("release", id.to_string()), ("membership", "added".to_owned())])
        }
        Difference::ReleaseRemoved(id) => {
            Row(vec![("release", id.to_string()), ("membership", "removed".to_owned())])
        }
        Difference::Stages => Row(vec![("release", "stages".to_owned())]),
        Difference::Planned => Row(vec![("release", "planned".to_owned())]),
        Difference::UnknownRevision => Row(vec![("revision", "unknown".to_owned())]),
    };
    let policy = count.asked_otherwise.then(|| Row(vec![("policy", "requirement".to_owned())]));
    count.changed.iter().map(row).chain(policy).collect()
}

/// What differs between a revision of a subject and now, as far as it matters.
pub(in crate::gate) fn material_difference(
    case: &Case<'_>,
    subject: &Subject,
    revision: u32,
    requirement: &Requirement,
) -> BTreeSet<Difference> {
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
        | Difference::ReleaseAdded(_)
        | Difference::ReleaseRemoved(_)
        | Difference::Stages
        | Difference::Planned
        | Difference::UnknownRevision => true,
    });
    found
}

/// Whether somebody who named a revision cannot have seen it: it was recorded only later, or what
/// they saw was another one.
pub(in crate::gate) fn is_of_another(
    case: &Case<'_>,
    subject: &Subject,
    fact: &impl Fact,
    (revision, digest): (u32, Option<crate::base::Digest>),
) -> bool {
    let made: Option<Position> = case.records.recorded_at(subject, revision);
    let digest = digest.filter(|seen| case.records.digest_of(subject, revision) != Some(*seen));
    digest.is_some() || made.is_some_and(|made| made > position(fact))
}

/// Everybody who had a hand in what is decided, and so may not approve it.
pub(in crate::gate) fn excluded<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
) -> BTreeSet<&'a PersonId> {
    let records = case.records;
    let mut out: BTreeSet<&PersonId> =
        target.members.iter().flat_map(|change| records.hands(&change.id)).collect();
    let releases: Vec<&ReleaseId> = match target.subject {
        Subject::Release(id) => records.descendants(id).into_iter().chain([id]).collect(),
        Subject::Change(_) => Vec::new(),
    };
    for row in releases.into_iter().filter_map(|id| records.release(id)) {
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

/// Where it stands and, if it only has to wait, until when.
fn standing(
    case: &Case<'_>,
    asked: Asked<'_>,
    count: &Count<'_>,
    needed: usize,
) -> (Standing, Option<Instant>) {
    let reachable = || count.is_within_reach(case, asked.leaf, needed);
    if !count.rejected.is_empty() {
        return (Standing::Rejected, None);
    }
    if !count.changes.is_empty() {
        let now = if reachable() { Standing::ChangesRequested } else { Standing::Unreachable };
        return (now, None);
    }
    if count.is_enough(asked.leaf, needed) {
        return (Standing::Approved, None);
    }
    // Who may not approve any more may have done so for later on.
    match enough_at(case, asked, count) {
        Some(at) => (Standing::Later, Some(at)),
        None if !reachable() => (Standing::Unreachable, None),
        None if count.deferred => (Standing::Deferred, None),
        None if count.stale => (Standing::Stale, None),
        None => (Standing::Missing, None),
    }
}

/// How many instants are looked at for when enough approvals will count.
const INSTANTS_TRIED: usize = 64;

/// The first instant at which enough approvals will count, everything known now taken into account:
/// who will have left by then, and what will have expired.
fn enough_at(case: &Case<'_>, asked: Asked<'_>, count: &Count<'_>) -> Option<Instant> {
    let tried = count.begins.iter().copied().take(INSTANTS_TRIED);
    tried.into_iter().find(|at| {
        let then = Case { at: *at, ..*case };
        let count = Count::take(&then, asked);
        let needed = asked.leaf.people.needed(count.eligible());
        let refused = !count.rejected.is_empty() || !count.changes.is_empty();
        !refused && count.is_enough(asked.leaf, needed)
    })
}
