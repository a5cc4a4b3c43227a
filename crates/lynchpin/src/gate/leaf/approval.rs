//! People of a group must have approved exactly this.
//!
//! Precedence, when several reasons apply: a standing rejection, then changes asked for, then
//! enough approvals, then approvals that count later, then too few people who may approve (which
//! outweighs changes asked for, too), a deferral, approvals that went stale, and none at all.

use std::collections::BTreeSet;

use super::Target;
use super::informed::Shown;
use super::state::LeafState;
pub(in crate::gate) use super::votes::Against;
use super::votes::{Asked, Count};
use crate::base::id::{PersonId, ReleaseId, RequirementId};
use crate::base::{Actor, Instant, Subject, When};
use crate::gate::judge::Case;
use crate::gate::policy::{ApprovalLeaf, Requirement};
use crate::history::order::{Position, position};
use crate::history::revision::{Difference, since_release, since_revision};
use crate::model::{Fact, Section};
use crate::reason::Verdict;
use crate::reason::tree::{Arg, Clears, Node, Row};

pub(super) fn judge(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    leaf: &ApprovalLeaf,
) -> Node {
    let shown = Shown::default();
    let asked = Asked { target, name, requirement, leaf, shown: &shown };
    let count = Count::take(case, asked);
    let needed = leaf.people.needed(count.base());
    let (standing, later) = standing(case, asked, &count, needed);
    let verdict = standing.state().verdict();
    let mut node = standing
        .state()
        .node(target.subject)
        .with("given", Arg::count(count.distinct()))
        .with("needed", Arg::count(needed))
        .with("group", Arg::text(&leaf.group))
        .until(count.holds_until(case));
    if let Some(teams) = leaf.teams {
        node = node.with("teams", Arg::Integer(i64::from(teams)));
    }
    let names = |by: &BTreeSet<&PersonId>| Arg::Texts(by.iter().map(ToString::to_string).collect());
    let through = through(&count);
    if !through.is_empty() {
        node = node.with("through", Arg::Rows(through));
    }
    if !count.minutes.is_empty() {
        node = node.with("minutes", Arg::Rows(count.minutes.clone()));
    }
    node = match standing {
        Standing::Unreachable => node.with("eligible", Arg::count(count.eligible())),
        Standing::Later => match later {
            Some(at) => {
                let lapses = too_few_from(case, asked, at);
                node.clears(Clears::At(at)).until(When::At(at)).lapsing_at(lapses)
            }
            None => node.clears(Clears::Unknown),
        },
        Standing::Stale => node.with("changed", Arg::Rows(rows(&count))),
        Standing::Rejected => node.with("by", names(&count.rejected)),
        Standing::ChangesRequested => node.with("by", names(&count.changes)),
        Standing::Escalated => {
            let to = count.escalated.iter().map(ToString::to_string).collect();
            node.with("escalated_to", Arg::Texts(to))
        }
        Standing::Delegated => node.with("delegated_to", Arg::Rows(delegated(&count.passed_on))),
        Standing::BeforeEvidence => {
            let names = leaf.after_evidence.iter().map(ToString::to_string).collect();
            node.with("evidence", Arg::Texts(names))
        }
        Standing::Approved | Standing::Deferred | Standing::WithoutDigest | Standing::Missing => {
            node
        }
    };
    if !verdict.is_go() && verdict != Verdict::Wait {
        node = match outdated(case, asked, standing) {
            Some(by) => node.with("needs", Arg::text("a new revision")).act([by]),
            None => answerable(case, target, leaf, standing, &count, node),
        };
    }
    count.cites.iter().fold(node, |node, (kind, number)| node.citing(kind, *number))
}

/// Says who can act, and which of them is away.
fn answerable(
    case: &Case<'_>,
    target: Target<'_>,
    leaf: &ApprovalLeaf,
    standing: Standing,
    count: &Count<'_>,
    node: Node,
) -> Node {
    let mut node = node.act(who_acts(case, target, leaf, standing, count));
    if !standing.is_open() {
        return node;
    }
    node = with_next_meeting(case, leaf, node);
    let delegations = &case.records.delegations;
    let turns = [delegations.next_change(case.at), delegations.next_absence_change(case.at)];
    for turn in turns.into_iter().flatten() {
        node = node.until(When::At(turn));
    }
    let mut away = Vec::new();
    for (person, number, until) in delegations.absent(case.at) {
        if count.is_awaited(person) {
            away.push(Row(vec![("person", person.to_string()), ("until", until.to_string())]));
            node = node.citing("absences", number);
        }
    }
    if away.is_empty() { node } else { node.with("away", Arg::Rows(away)) }
}

/// Says when the board meets next, which is when it can decide at the latest, if it is one.
fn with_next_meeting(case: &Case<'_>, leaf: &ApprovalLeaf, node: Node) -> Node {
    let boards = &case.records.boards;
    if !boards.is_board(&leaf.group, case.at) {
        return node;
    }
    let Some(next) = boards.next_meeting(&leaf.group, case.at) else {
        return node.with("next_meeting", Arg::text("none planned"));
    };
    let over = next.meeting.to.unwrap_or(next.meeting.from);
    let turns = [next.agenda_closes, next.meeting.from, over];
    let soonest = turns.into_iter().filter(|turn| *turn > case.at).min();
    let node = node.with("next_meeting", Arg::text(next.meeting.from));
    let node = node.with("agenda_closes", Arg::text(next.agenda_closes));
    soonest.into_iter().fold(node, |node, turn| node.until(When::At(turn)))
}

/// Who approved in another's seat.
fn through(count: &Count<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (person, given) in &count.given {
        for holder in given.seats.keys().filter(|holder| *holder != person) {
            rows.push(Row(vec![("by", person.to_string()), ("for", holder.to_string())]));
        }
    }
    rows
}

/// Who passed a seat on to whom.
fn delegated(pairs: &BTreeSet<(&PersonId, &PersonId)>) -> Vec<Row> {
    let row = |(holder, to): &(&PersonId, &PersonId)| {
        Row(vec![("for", holder.to_string()), ("to", to.to_string())])
    };
    pairs.iter().map(row).collect()
}

/// Who has to make a new revision of a release before it can be approved at all, since a member was
/// edited after the current one.
fn outdated(case: &Case<'_>, asked: Asked<'_>, standing: Standing) -> Option<Actor> {
    let missing = standing.is_open();
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
            count.rejected.iter().map(|person| Actor::Person((*person).clone())).collect()
        }
        Standing::Unreachable => case.policy.owner.clone().into_iter().collect(),
        Standing::Approved
        | Standing::Later
        | Standing::Deferred
        | Standing::Stale
        | Standing::BeforeEvidence
        | Standing::WithoutDigest
        | Standing::Escalated
        | Standing::Delegated
        | Standing::Missing => {
            let groups = std::iter::once(&leaf.group).chain(count.escalated.iter().copied());
            let delegates = count.delegates.iter().map(|(_, to)| Actor::Person((*to).clone()));
            groups.cloned().map(Actor::Group).chain(delegates).collect()
        }
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
    let policy =
        count.stale.asked_otherwise.then(|| Row(vec![("policy", "requirement".to_owned())]));
    count.stale.changed.iter().map(row).chain(policy).collect()
}

/// What differs between a revision of a subject and now, as far as it matters.
pub(in crate::gate) fn material_difference(
    case: &Case<'_>,
    subject: &Subject,
    revision: u32,
    requirement: &Requirement,
) -> BTreeSet<Difference> {
    difference(case, subject, revision, |section| requirement.is_material(section))
}

/// What differs between a revision of a subject and now, in the sections that matter.
pub(in crate::gate) fn difference(
    case: &Case<'_>,
    subject: &Subject,
    revision: u32,
    is_material: impl Fn(Section) -> bool,
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
        Difference::Section(_, section) => is_material(*section),
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

/// Whether somebody who named a revision cannot have seen it: it was made or recorded only later,
/// or what they saw was another one. Both are asked, so that nobody's word is dated forward to a
/// revision by relaying it late.
pub(in crate::gate) fn is_of_another(
    case: &Case<'_>,
    subject: &Subject,
    fact: &impl Fact,
    (revision, digest): (u32, Option<crate::base::Digest>),
) -> bool {
    let made: Option<(Instant, Position)> = case.records.made(subject, revision);
    let said = (fact.envelope().at, position(fact));
    let digest = digest.filter(|seen| case.records.digest_of(subject, revision) != Some(*seen));
    digest.is_some() || made.is_some_and(|(at, recorded)| at > said.0 || recorded > said.1)
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::gate) enum Standing {
    Rejected = LeafState::ApprovalRejected as u8,
    Unreachable = LeafState::QuorumUnreachable as u8,
    ChangesRequested = LeafState::ChangesRequested as u8,
    Approved = LeafState::Approved as u8,
    Later = LeafState::ApprovalLater as u8,
    Deferred = LeafState::ApprovalDeferred as u8,
    Stale = LeafState::ApprovalStale as u8,
    BeforeEvidence = LeafState::ApprovalBeforeEvidence as u8,
    WithoutDigest = LeafState::ApprovalWithoutDigest as u8,
    Escalated = LeafState::ApprovalEscalated as u8,
    Delegated = LeafState::ApprovalDelegated as u8,
    Missing = LeafState::ApprovalMissing as u8,
}

impl Standing {
    /// Whether what is missing is that somebody approves.
    fn is_open(self) -> bool {
        match self {
            Standing::Deferred
            | Standing::Stale
            | Standing::BeforeEvidence
            | Standing::WithoutDigest
            | Standing::Escalated
            | Standing::Delegated
            | Standing::Missing => true,
            Standing::Rejected
            | Standing::Unreachable
            | Standing::ChangesRequested
            | Standing::Approved
            | Standing::Later => false,
        }
    }

    /// The precedence, in one place. What costs something to find out is asked only where it
    /// matters: whether enough people approved, whether enough may, whether enough will have at a
    /// later instant, and what is missing.
    #[inline]
    pub(in crate::gate) fn of(
        against: Option<Against>,
        enough: impl FnOnce() -> bool,
        reachable: impl Fn() -> bool,
        later: impl FnOnce() -> bool,
        missing: impl FnOnce() -> Standing,
    ) -> Standing {
        match against {
            Some(Against::Rejected) => return Standing::Rejected,
            Some(Against::Changes) if reachable() => return Standing::ChangesRequested,
            Some(Against::Changes) => return Standing::Unreachable,
            None => {}
        }
        if enough() {
            return Standing::Approved;
        }
        // Who may not approve any more may have done so for later on.
        if later() {
            return Standing::Later;
        }
        if reachable() { missing() } else { Standing::Unreachable }
    }

    pub(in crate::gate) const fn state(self) -> LeafState {
        match self {
            Standing::Rejected => LeafState::ApprovalRejected,
            Standing::Unreachable => LeafState::QuorumUnreachable,
            Standing::ChangesRequested => LeafState::ChangesRequested,
            Standing::Approved => LeafState::Approved,
            Standing::Later => LeafState::ApprovalLater,
            Standing::Deferred => LeafState::ApprovalDeferred,
            Standing::Stale => LeafState::ApprovalStale,
            Standing::BeforeEvidence => LeafState::ApprovalBeforeEvidence,
            Standing::WithoutDigest => LeafState::ApprovalWithoutDigest,
            Standing::Escalated => LeafState::ApprovalEscalated,
            Standing::Delegated => LeafState::ApprovalDelegated,
            Standing::Missing => LeafState::ApprovalMissing,
        }
    }

    /// The rank of its verdict.
    pub(in crate::gate) const fn rank(self) -> u8 {
        self as u8 >> 4
    }
}

/// Where it stands and, if it only has to wait, until when.
fn standing(
    case: &Case<'_>,
    asked: Asked<'_>,
    count: &Count<'_>,
    needed: usize,
) -> (Standing, Option<Instant>) {
    let mut later = None;
    let standing = Standing::of(
        count.against(asked.leaf),
        || count.is_enough(asked.leaf, needed),
        || count.is_within_reach(case, asked.leaf, needed),
        || {
            later = enough_at(case, asked, count);
            later.is_some()
        },
        || missing(count),
    );
    (standing, later)
}

/// Why it is that too few approved.
fn missing(count: &Count<'_>) -> Standing {
    match () {
        () if count.deferred => Standing::Deferred,
        () if count.stale.outdated => Standing::Stale,
        () if count.stale.before_evidence => Standing::BeforeEvidence,
        () if count.stale.without_digest => Standing::WithoutDigest,
        () if !count.escalated.is_empty() => Standing::Escalated,
        () if !count.passed_on.is_empty() => Standing::Delegated,
        () => Standing::Missing,
    }
}

/// The people that an approval is counted by, as bulk evaluation keeps them.
pub(in crate::gate) struct Tally {
    /// Who approved, so that it counts now.
    pub(in crate::gate) given: Vec<PersonId>,
    /// Who may not.
    pub(in crate::gate) excluded: Vec<PersonId>,
    /// Who rejected.
    pub(in crate::gate) rejected: Vec<PersonId>,
    /// Whether changes were asked for.
    pub(in crate::gate) changes: bool,
    /// Whether it was put off.
    pub(in crate::gate) deferred: bool,
    /// Whether an approval no longer stands.
    pub(in crate::gate) stale: bool,
    /// Whether that is all there is to it.
    pub(in crate::gate) is_plain: bool,
}

/// Counts who approved a requirement, and leaves open what that comes to.
pub(in crate::gate) fn tally(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    requirement: &Requirement,
    leaf: &ApprovalLeaf,
) -> Tally {
    let shown = Shown::default();
    let count = Count::take(case, Asked { target, name, requirement, leaf, shown: &shown });
    Tally {
        given: count.given.keys().copied().cloned().collect(),
        excluded: count.excluded().cloned().collect(),
        rejected: count.rejected.iter().copied().cloned().collect(),
        changes: !count.changes.is_empty(),
        deferred: count.deferred,
        stale: count.stale.outdated,
        is_plain: count.is_plain(),
    }
}

/// How many instants are looked at for when enough approvals will count.
const INSTANTS_TRIED: usize = 64;

/// The first instant at which enough approvals will count, everything known now taken into account:
/// who will have left by then, and what will have expired.
fn enough_at(case: &Case<'_>, asked: Asked<'_>, count: &Count<'_>) -> Option<Instant> {
    count.begins.iter().copied().take(INSTANTS_TRIED).find(|at| enough_until(case, asked, *at).0)
}

/// From when on it is not known that enough approvals count, though at an instant they do.
fn too_few_from(case: &Case<'_>, asked: Asked<'_>, from: Instant) -> When {
    let mut from = When::At(from);
    for _ in 0..INSTANTS_TRIED {
        let When::At(at) = from else { break };
        let (enough, until) = enough_until(case, asked, at);
        if !enough {
            break;
        }
        from = until;
    }
    from
}

/// Whether enough approvals count at an instant, and until when that is known to stay as it is.
fn enough_until(case: &Case<'_>, asked: Asked<'_>, at: Instant) -> (bool, When) {
    let then = Case { at, ..*case };
    let count = Count::take(&then, asked);
    let needed = asked.leaf.people.needed(count.base());
    let enough = count.against(asked.leaf).is_none() && count.is_enough(asked.leaf, needed);
    (enough, count.holds_until(&then))
}
