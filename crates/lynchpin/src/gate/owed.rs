//! When a stage was entered with what was declared, and whether what is owed since then was met.
//!
//! What is owed is owed by what entered. An edit made afterwards neither pays it nor, once it is
//! paid, opens it again; so it is judged by the revisions that were there at the entry, and by the
//! risk that they had then.

use std::collections::BTreeSet;

use super::judge::Case;
use super::leaf::Target;
use super::policy::Requirement;
use crate::base::id::{ChangeId, ReleaseId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::history::order::{Position, position};
use crate::history::{ChangeRow, Records};
use crate::model::{Change, Declaration, Deployment, DeploymentOutcome, Fact};
use crate::reason::tree::Reasons;

/// How many instants are looked at for when something was met.
const INSTANTS_TRIED: usize = 16;

/// An entry into a stage: a claim, or a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// When.
    pub(super) at: Instant,
    /// Up to where in the order of facts was known what entered.
    pub(super) known: Position,
    /// The fact.
    pub(super) cite: (&'static str, usize),
}

/// The first entry of a change into a stage with what was declared, as far as it matters.
pub(super) fn first_entry(
    records: &Records,
    id: &ChangeId,
    stage: &StageId,
    declaration: &Declaration,
    requirement: &Requirement,
) -> Option<Entry> {
    let row = records.change(id)?;
    let declared = row.position_of(records, declaration.revision)?;
    let claims = records.claims_with(id).iter().filter_map(|number| {
        let claim = records.claim(*number).filter(|claim| claim.stage == *stage)?;
        let entered = claim.changes.iter().find(|entered| entered.change == *id)?;
        let revision = row.position_of(records, entered.revision)?;
        let known = position(claim);
        Some((revision, Entry { at: claim.at, known, cite: ("claims", *number) }))
    });
    let deployments = records.deployments_to(id, stage);
    let deployments = deployments.filter(|(_, d)| d.outcome != DeploymentOutcome::RolledBack);
    let deployments = deployments.flat_map(|(number, deployment)| {
        let entry = move |(revision, known)| {
            (revision, Entry { at: deployment.at, known, cite: ("deployments", number) })
        };
        row.brought(records, deployment).into_iter().map(entry)
    });
    let entries = claims.chain(deployments);
    let same = |revision| is_same(records, row, (declared, revision), requirement);
    entries.filter(|(revision, _)| same(*revision)).map(|(_, entry)| entry).min()
}

/// The numbers of the deployments by which a change is in a stage, or on its way there.
pub(super) fn there_by(records: &Records, id: &ChangeId, stage: &StageId) -> Vec<usize> {
    let live = records.live_anywhere_by(id, stage).into_iter();
    live.chain(records.in_flight_by(id, stage)).collect()
}

/// Whether what was declared is in a stage now or on its way there, as far as it matters: all that
/// it ships, where the deployments say what they brought.
pub(super) fn is_there(
    records: &Records,
    id: &ChangeId,
    stage: &StageId,
    declaration: &Declaration,
    requirement: &Requirement,
) -> bool {
    let Some(row) = records.change(id) else { return false };
    let Some(declared) = row.position_of(records, declaration.revision) else { return false };
    let same = |(revision, _): &(usize, Position)| {
        is_same(records, row, (declared, *revision), requirement)
    };
    let brings = |deployment: &&Deployment| {
        let brought = row.brought(records, deployment);
        let whole = !brought.is_empty() && brought.iter().all(same);
        whole || (!deployment.artifacts.is_empty() && brought.iter().any(same))
    };
    let all = &records.portfolio().deployments;
    let numbers = there_by(records, id, stage).into_iter();
    let by: Vec<&Deployment> =
        numbers.filter_map(|number| all.get(number)).filter(brings).collect();
    let told: BTreeSet<&Digest> = by.iter().flat_map(|deployment| &deployment.artifacts).collect();
    let ships = row.at(records, declared).into_iter().flat_map(|change| &change.artifacts);
    by.iter().any(|deployment| deployment.artifacts.is_empty())
        || (!by.is_empty() && ships.into_iter().all(|artifact| told.contains(artifact)))
}

/// Whether nothing that matters differs between two revisions of a change, or in between.
fn is_same(
    records: &Records,
    row: &ChangeRow,
    (one, other): (usize, usize),
    requirement: &Requirement,
) -> bool {
    let (first, last) = (one.min(other), one.max(other));
    let kind = |position| row.at(records, position).map(|change| change.kind);
    let (Some(then), start) = (row.digests(records, first), kind(first)) else {
        return first == last;
    };
    (first..=last).all(|position| {
        row.digests(records, position).is_some_and(|now| {
            kind(position) == start && !then.changed(&now).any(|s| requirement.is_material(s))
        })
    })
}

/// The releases, cancelled or not, that a change is in or ever was, and those above them.
pub(super) fn releases(records: &Records, id: &ChangeId) -> Vec<Subject> {
    let all = records.releases_of(id).iter().chain(records.cancelled_releases_of(id));
    let all = all.chain(records.ever_in(id));
    let all: BTreeSet<&ReleaseId> =
        all.flat_map(|id| records.ancestors(id).into_iter().chain([id])).collect();
    all.into_iter().cloned().map(Subject::Release).collect()
}

/// The changes of a subject now, and those that entered with it.
pub(super) fn members_ever<'a>(
    records: &'a Records,
    subject: &'a Subject,
    entry: &Entry,
) -> Vec<&'a Change> {
    let then = records.consisted(subject, entry.known).0.into_iter();
    let entered = then.filter_map(|id| {
        let row = records.change(id)?;
        let by_then = row.known_by(records, entry.known).map_or(0, |(_, position)| position);
        row.at(records, by_then)
    });
    members(records, subject).into_iter().chain(entered).collect()
}

/// The current revision of each change of a subject that is not cancelled; of the change itself, if
/// it is one.
pub(super) fn members<'a>(records: &'a Records, subject: &Subject) -> Vec<&'a Change> {
    let current = |id: &ChangeId| records.change(id).and_then(|row| row.current(records));
    match subject {
        Subject::Change(id) => current(id).into_iter().collect(),
        Subject::Release(id) => records.changes_within(id),
    }
}

/// Whether something is met, and its answer.
pub(super) struct Met {
    /// When it was; it is not, if there is nothing.
    pub(super) at: Option<Instant>,
    /// What the requirement says now.
    pub(super) answer: Reasons,
}

/// Whether what is owed is met, now or at any fact about it since the entry, by what entered.
/// Nothing, if it is not asked at all.
pub(super) fn met(
    case: &Case<'_>,
    subject: &Subject,
    entry: &Entry,
    since: Instant,
    ask: impl Fn(&Case<'_>, Target<'_>) -> Option<Reasons>,
) -> Option<Met> {
    let truncated = case.records.as_entered(subject, entry.known);
    let records = truncated.as_ref().unwrap_or(case.records);
    let members = members(records, subject);
    let target = Target { subject, members: &members };
    let now = Case { records, entry: Some((entry.known, entry.at)), ..*case };
    let answer = ask(&now, target)?;
    let mut instants: BTreeSet<Instant> = told(records, subject, &members);
    instants.retain(|instant| *instant > since && *instant < case.at);
    let newest = instants.into_iter().rev().take(INSTANTS_TRIED);
    let mut tried: Vec<Instant> = newest.chain([since.min(case.at)]).collect();
    tried.sort_unstable();
    // As it stood then: what has expired since was good enough.
    let then = tried.into_iter().filter_map(|at| Some((at, ask(&Case { at, ..now }, target)?)));
    let mut met = then.filter(|(_, answer)| answer.verdict().is_met());
    let met = met.next().map(|(at, answer)| at.max(newest_cited(records, &answer)));
    let at = met.or(answer.verdict().is_met().then_some(case.at));
    Some(Met { at, answer })
}

/// When the newest of the facts was recorded that an answer rests on: nothing is met before.
fn newest_cited(records: &Records, answer: &Reasons) -> Instant {
    let p = records.portfolio();
    let cites = answer.nodes().iter().flat_map(|node| &node.cites);
    let recorded = cites.filter_map(|(kind, number)| match *kind {
        "approvals" => p.approvals.get(*number).map(|fact| fact.envelope().recorded),
        "waivers" => p.waivers.get(*number).map(|fact| fact.envelope().recorded),
        "evidence" => p.evidence.get(*number).map(|fact| fact.envelope().recorded),
        _ => None,
    });
    recorded.max().unwrap_or(Instant::EPOCH)
}

/// The instants at which something was recorded about a subject or what ships of it.
fn told(records: &Records, subject: &Subject, members: &[&Change]) -> BTreeSet<Instant> {
    let p = records.portfolio();
    let approvals = records.approvals(subject).iter().filter_map(|n| p.approvals.get(*n));
    let waivers = records.waivers(subject).iter().filter_map(|n| p.waivers.get(*n));
    let on = |change: &&Change| -> Vec<usize> {
        let artifacts = change.artifacts.iter().flat_map(|a| records.evidence_on(a));
        artifacts.chain(records.evidence_of(&change.id)).copied().collect()
    };
    let evidence = members.iter().flat_map(on).filter_map(|n| p.evidence.get(n));
    let recorded = approvals.map(|fact| fact.envelope().recorded);
    let recorded = recorded.chain(waivers.map(|fact| fact.envelope().recorded));
    recorded.chain(evidence.map(|fact| fact.envelope().recorded)).collect()
}
