//! When a stage was entered with what was declared, and whether what is owed since then was met.
//!
//! What is owed is owed by what entered. An edit made afterwards neither pays it nor, once it is
//! paid, opens it again; so it is judged by the revisions that were there at the entry, and by the
//! risk that they had then.

use std::collections::BTreeSet;

use super::freeze::times::Times;
use super::judge::Case;
use super::leaf::Target;
use super::policy::{Against, Gate, Requirement, Selector};
use super::signed::{self, Proofs};
use crate::base::id::{ChangeId, ReleaseId, RequirementId, StageId};
use crate::base::{Digest, Instant, Subject, When};
use crate::history::entries::is_end;
use crate::history::order::{Position, position};
use crate::history::{ChangeRow, Records};
use crate::model::{Change, Declaration, Deployment, DeploymentOutcome, Fact, Vote};
use crate::reason::tree::Reasons;

/// How many instants are looked at for when something was met.
const INSTANTS_TRIED: usize = 64;

/// At how many of them it is looked at by nothing but what was known then.
const INSTANTS_UNROLLED: usize = 8;

/// An entry into a stage: a claim, or a deployment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// When.
    pub(super) at: Instant,
    /// Up to where in the order of facts was known what entered.
    pub(super) known: Position,
    /// The fact.
    pub(super) cite: (&'static str, usize),
}

impl Entry {
    /// The first of entries; of several at once, the one that comes first in the order of facts.
    /// Where a fact stands among those that were loaded says nothing.
    pub(super) fn first_of(entries: impl Iterator<Item = Entry>) -> Option<Entry> {
        entries.min_by_key(|entry| (entry.at, entry.known))
    }
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
    let of_it = entries.filter(|(revision, _)| same(*revision));
    Entry::first_of(of_it.map(|(_, entry)| entry))
}

/// The numbers of the deployments by which a change is in a stage, or on its way there.
pub(super) fn there_by(records: &Records, id: &ChangeId, stage: &StageId) -> Vec<usize> {
    let live = records.live_anywhere_by(id, stage).into_iter();
    live.chain(records.in_flight_by(id, stage)).collect()
}

/// The numbers of the deployments by which a change left a stage again: whoever is told of its
/// entry alone would take it to be there still.
pub(super) fn left_by<'a>(
    records: &'a Records,
    id: &ChangeId,
    stage: &StageId,
) -> impl Iterator<Item = usize> + 'a {
    let ends = records.deployments_to(id, stage).filter(|(_, deployment)| is_end(deployment));
    ends.map(|(number, _)| number)
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
    let (Some(then), start) = (row.digests(records, first), kind(first)) else { return false };
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
    /// Until when it is sure to be so: always, if it is known since when it was met.
    pub(super) lasts: When,
    /// What the requirement says now.
    pub(super) answer: Reasons,
}

/// What a gate asks of what entered.
pub(super) struct Asks<'a, F> {
    /// The gate.
    pub(super) gate: &'a Gate,
    /// The requirements that it names.
    pub(super) names: &'a BTreeSet<&'a RequirementId>,
    /// Which changes it means, their risk aside.
    pub(super) kinds: Selector,
    /// The answer of what is owed.
    pub(super) answer: F,
}

impl<F: Fn(&Case<'_>, Target<'_>) -> Reasons> Asks<'_, F> {
    /// The answer, if it is asked at all as far as can be told without a risk.
    fn of(&self, case: &Case<'_>, target: Target<'_>) -> Option<Reasons> {
        let mut members = target.members.iter();
        members.any(|change| self.kinds.matches(case, change)).then(|| (self.answer)(case, target))
    }

    /// Whether it is asked at all.
    fn binds(&self, case: &Case<'_>, target: Target<'_>) -> bool {
        target.members.iter().any(|change| self.gate.only_for.matches(case, change))
    }
}

/// Whether what is owed is met by what entered, now or at any fact since the entry that answers
/// one of these requirements. Nothing, if it is not asked at all; nor, unless `paid` asks for it,
/// if it is known since when it was met.
pub(super) fn met<F: Fn(&Case<'_>, Target<'_>) -> Reasons>(
    case: &Case<'_>,
    subject: &Subject,
    (entry, since): (&Entry, Instant),
    asks: &Asks<'_, F>,
    paid: bool,
) -> Option<Met> {
    let truncated = case.records.as_entered(subject, entry.known);
    let records = truncated.as_ref().unwrap_or(case.records);
    let now = Case { records, entry: Some((entry.known, entry.at)), ..*case };
    let members = members(records, subject);
    let target = Target { subject, members: &members };
    let answer = asks.of(&now, target)?;
    let open = begins(&now, target, asks.names);
    let first = first_met(&now, target, (entry, since), open, asks);
    // The risk comes last: that of an entry is dear, and what was paid is none of its business.
    if (first.is_some() && !paid) || !asks.binds(&now, target) {
        return None;
    }
    let at = first.or(answer.verdict().is_met().then_some(case.at));
    let lasts = match first {
        Some(_) => When::Never,
        None => answer.root().map_or(When::Never, |root| root.holds_until),
    };
    Some(Met { at, lasts, answer })
}

/// The first instant, as far as any was found, at which something was met. As it stood then: what
/// has expired since was good enough, and what was not known yet was not there.
fn first_met<F: Fn(&Case<'_>, Target<'_>) -> Reasons>(
    now: &Case<'_>,
    target: Target<'_>,
    (entry, since): (&Entry, Instant),
    mut begins: BTreeSet<Instant>,
    asks: &Asks<'_, F>,
) -> Option<Instant> {
    let is_met = |answer: &Reasons| answer.verdict().is_met();
    let mut open = begins.split_off(&since);
    open.insert(since.min(now.at));
    let mut doubtful = Vec::new();
    // The oldest first, so that nothing that is told later puts off what was paid.
    for _ in 0..INSTANTS_TRIED {
        let Some(at) = open.pop_first().filter(|at| *at <= now.at) else { break };
        let Some(answer) = asks.of(&Case { at, ..*now }, target).filter(is_met) else { continue };
        let newest = newest_cited(now.records, &answer);
        if newest <= at {
            return Some(at);
        }
        // It rests on what was told later: on more than there was, or on the same told again.
        doubtful.push(at);
        open.insert(newest);
    }
    let alone = is_about_it_alone(now, asks.gate, asks.names);
    doubtful.into_iter().take(INSTANTS_UNROLLED).find(|at| {
        let own = match target.subject {
            Subject::Change(id) if alone => now.records.alone(id, *at),
            Subject::Change(_) | Subject::Release(_) => None,
        };
        let then = own.unwrap_or_else(|| now.records.back_to(*at));
        let entered = then.as_entered(target.subject, entry.known);
        let records = entered.as_ref().unwrap_or(&then);
        let members = members(records, target.subject);
        let target = Target { members: &members, ..target };
        // What is remembered of freezes is remembered of what is known now, and what is remembered
        // of statements goes by their numbers.
        let (times, proofs) = (Times::default(), Proofs::default());
        let case = Case { records, times: &times, proofs: &proofs, at: *at, ..*now };
        asks.of(&case, target).is_some_and(|answer| is_met(&answer))
    })
}

/// Whether what a gate asks of a change is told by its own facts alone, by who is who and by the
/// policy: nothing by its risk, by what else is there or by what others did.
fn is_about_it_alone(case: &Case<'_>, gate: &Gate, names: &BTreeSet<&RequirementId>) -> bool {
    let all: Option<Vec<&Requirement>> =
        names.iter().map(|name| case.policy.requirements.get(*name)).collect();
    let own = |it: &&Requirement| {
        let leaf = it.evidence.as_ref();
        let evidence = leaf.is_some_and(|leaf| leaf.against == Against::Nothing);
        let by_risk = it.only_for.as_ref().is_some_and(|selector| selector.risk.is_some());
        !by_risk && (evidence || it.approval.is_some() || it.signed.is_some() || it.plan.is_some())
    };
    gate.only_for.risk.is_none() && all.is_some_and(|all| all.iter().all(own))
}

/// When the newest of the facts was recorded that an answer rests on: nothing is met before.
fn newest_cited(records: &Records, answer: &Reasons) -> Instant {
    let cites = answer.nodes().iter().flat_map(|node| &node.cites);
    let recorded = cites.filter_map(|(kind, number)| records.portfolio().recorded(kind, *number));
    recorded.max().unwrap_or(Instant::EPOCH)
}

/// The instants from which on something counts that was told of a subject, or of what ships of it,
/// and that answers one of these requirements.
fn begins(
    case: &Case<'_>,
    target: Target<'_>,
    names: &BTreeSet<&RequirementId>,
) -> BTreeSet<Instant> {
    let (records, subject) = (case.records, target.subject);
    let p = records.portfolio();
    let here = |name: &RequirementId, stage: &StageId| names.contains(name) && stage == case.stage;
    let told = |kind, number: usize| p.recorded(kind, number);
    let approvals = records.approvals(subject).iter().filter_map(|n| p.approvals.get(*n));
    let approvals = approvals.filter(|it| here(&it.requirement, &it.stage));
    // An objection that was taken back may be all that was in the way.
    let lifts = |vote| matches!(vote, Vote::Approved | Vote::Withdrawn);
    let approvals = approvals.filter(|it| lifts(it.decision));
    let approvals = approvals.map(|it| it.effective_from.max(Some(it.envelope().recorded)));
    let minutes = records.boards.minutes(subject).iter().filter(|(number, entry)| {
        let decision = p.minutes.get(*number).and_then(|it| it.decisions.get(*entry));
        decision.is_some_and(|it| here(&it.requirement, &it.stage))
    });
    let minutes = minutes.map(|(number, _)| told("minutes", *number));
    let waivers = records.waivers(subject).iter().filter(|number| {
        let waiver = p.waivers.get(**number);
        waiver.is_some_and(|it| here(&it.requirement, &it.stage))
    });
    let waivers = waivers.map(|number| told("waivers", *number));
    let mut found: BTreeSet<Instant> = approvals.chain(minutes).chain(waivers).flatten().collect();
    for requirement in names.iter().filter_map(|name| case.policy.requirements.get(*name)) {
        found.extend(shown(case, target, requirement));
    }
    found
}

/// When evidence and statements were told that a requirement asks for; an expression may ask for
/// any evidence.
fn shown(case: &Case<'_>, target: Target<'_>, requirement: &Requirement) -> Vec<Instant> {
    let (records, leaf) = (case.records, requirement.evidence.as_ref());
    let p = records.portfolio();
    let check = leaf.map(|leaf| &leaf.check);
    let rule = requirement.signed.as_ref().or(leaf.and_then(|leaf| leaf.signed.as_ref()));
    let asks = (leaf.is_some() && rule.is_none()) || requirement.expression.is_some();
    let meant = |number: &&usize| {
        let evidence = p.evidence.get(**number);
        asks && evidence.is_some_and(|it| check.is_none_or(|check| it.check == *check))
    };
    let mut found = BTreeSet::new();
    for change in target.members {
        let artifacts = change.artifacts.iter();
        let on = artifacts.clone().flat_map(|artifact| records.evidence_on(artifact));
        let evidence = on.chain(records.evidence_of(&change.id)).filter(meant);
        found.extend(evidence.map(|number| ("evidence", *number)));
        let Some(rule) = rule else { continue };
        // What ships nothing is signed for as it stands.
        let each = artifacts.map(Some).chain([None]);
        let about = each.flat_map(|artifact| signed::digests(case, change, artifact));
        let about: Vec<Digest> = about.collect();
        let statements = signed::meant(case, &about, rule, check);
        found.extend(statements.map(|number| ("statements", number)));
    }
    found.into_iter().filter_map(|(kind, number)| p.recorded(kind, number)).collect()
}
