//! What is behind each row: who asked for it, the claim, the decision, the exceptions, the gaps.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::Found;
use super::{ClaimUsed, DecisionUsed, DeployedChange, Exemption, ExemptionKind, Gap};
use crate::base::id::{
    ChangeId, DeploymentId, EnvironmentId, ExceptionId, PersonId, ReleaseId, StageId, WaiverId,
};
use crate::base::{Digest, Instant, Subject};
use crate::history::order::{Moment, is_known, position};
use crate::history::{ChangeRow, Records};
use crate::model::{
    Change, Claim, DeclaredAs, Deployment, DeploymentOutcome, Fact, FreezeException,
    RecordedDecision, Waiver,
};
use crate::portfolio::{AsOf, FactName};
use crate::reason::ReasonCode;

/// The facts that a row tells of: the array and the number of each.
pub(super) type Cites = BTreeSet<(&'static str, usize)>;

type Place = (DeploymentId, EnvironmentId, ChangeId);

/// What rows are made of, filed once for all of them.
pub(super) struct Behind<'a> {
    as_of: &'a AsOf<'a>,
    pub(super) records: &'a Records,
    pub(super) stage: &'a StageId,
    breaches: BTreeMap<Place, BTreeSet<ReasonCode>>,
    waivers: BTreeMap<&'a WaiverId, usize>,
    exceptions: BTreeMap<Subject, Vec<usize>>,
    revoked: BTreeMap<&'a ExceptionId, Vec<Moment>>,
    names: BTreeMap<(&'static str, usize), FactName>,
    /// The changes that a revision of a release listed, by itself and below it.
    pub(super) members: BTreeMap<(ReleaseId, u32), BTreeSet<ChangeId>>,
    /// Whether the revisions of a release from one to a position list the same.
    pub(super) alike: BTreeMap<(ReleaseId, u32, usize), bool>,
    /// The digests of revisions that somebody said they saw.
    pub(super) digests: BTreeMap<(Subject, u32), Option<Digest>>,
}

/// What one row is looked at by.
pub(super) struct Case<'a> {
    /// The row.
    pub(super) found: &'a Found<'a>,
    /// Up to when something must have been said and recorded.
    pub(super) then: Moment,
    /// The change and the position of the revision that was known when it began.
    pub(super) shipped: Option<(&'a ChangeRow, usize)>,
    /// That revision.
    pub(super) change: Option<&'a Change>,
    /// What the change went in as: itself, the release that it was part of and what was claimed.
    pub(super) subjects: BTreeSet<Subject>,
    /// The newest claim before it.
    claim: Option<(usize, &'a Claim)>,
    /// Whether that stands for it.
    claimed: bool,
}

impl Case<'_> {
    /// Whether a fact was said and recorded by then.
    pub(super) fn is_there(&self, fact: &impl Fact) -> bool {
        let moment = Moment::of(fact);
        moment.at <= self.then.at && moment.recorded <= self.then.recorded
    }
}

impl<'a> Behind<'a> {
    pub(super) fn new(as_of: &'a AsOf<'a>, stage: &'a StageId) -> Behind<'a> {
        let records = &*as_of.records;
        let portfolio = records.portfolio();
        let waivers = portfolio.waivers.iter().enumerate();
        let mut behind = Behind {
            as_of,
            records,
            stage,
            breaches: BTreeMap::new(),
            waivers: waivers
                .filter(|(_, it)| is_known(*it, as_of.at))
                .map(|(number, it)| (&it.id, number))
                .collect(),
            exceptions: BTreeMap::new(),
            revoked: BTreeMap::new(),
            names: BTreeMap::new(),
            members: BTreeMap::new(),
            alike: BTreeMap::new(),
            digests: BTreeMap::new(),
        };
        for breach in as_of.breaches().into_iter().filter(|breach| breach.stage == *stage) {
            let place = (breach.deployment, breach.environment, breach.change);
            behind.breaches.entry(place).or_default().insert(breach.code);
        }
        for (number, exception) in portfolio.exceptions.iter().enumerate() {
            let named = Subject::one(exception.change.as_ref(), exception.release.as_ref());
            if let Ok(subject) = named {
                behind.exceptions.entry(subject).or_default().push(number);
            }
        }
        for revocation in &portfolio.revocations {
            if let Some(exception) = &revocation.exception {
                behind.revoked.entry(exception).or_default().push(Moment::of(revocation));
            }
        }
        behind
    }

    /// The row, with all that is behind it.
    pub(super) fn row(&mut self, found: &'a Found<'a>) -> DeployedChange {
        let case = self.case(found);
        let mut cites: Cites = found.facts.iter().map(|(n, _)| ("deployments", *n)).collect();
        let shipped = case.shipped.and_then(|(row, last)| row.revisions.get(last));
        cites.extend(shipped.map(|revision| ("changes", revision.fact)));
        cites.extend(case.claim.map(|(number, _)| ("claims", number)));
        let approvers = self.approvers(&case, &mut cites);
        let leave = self.leave(&case, &mut cites);
        let evidence = self.evidence(&case, &mut cites);
        let statements = self.statements(&case, &mut cites);
        let decision = self.decision(&case, &mut cites);
        let exceptions = self.exceptions(&case, &mut cites);
        let change = case.change;
        let mut gaps = gaps(&case);
        let is_approved = !approvers.is_empty() || !leave.is_empty();
        gaps.extend((!is_approved).then_some(Gap::NoApproval));
        let is_shown = !evidence.is_empty() || !statements.is_empty();
        gaps.extend((!is_shown).then_some(Gap::NoEvidence));
        let (service, release) = (said(found, |it| it.service.as_ref()), release_of(found));
        DeployedChange {
            began: found.began,
            deployment: found.deployment.clone(),
            change: found.change.cloned(),
            environment: found.environment.clone(),
            service: service.cloned(),
            release: release.cloned(),
            ended: ended(found.last),
            outcome: found.last.outcome,
            by: found.first.by.clone(),
            revision: change.map(|change| change.revision),
            kind: change.map(|change| change.kind),
            requester: change.and_then(|change| change.requester.clone()),
            author: self.author(&case),
            approvers,
            leave,
            evidence,
            statements,
            claim: case.claim.and_then(|(_, claim)| claim_used(claim)),
            decision,
            exceptions,
            breaches: self.breaches(found),
            gaps,
            cites: self.names(cites),
        }
    }

    fn case(&self, found: &'a Found<'a>) -> Case<'a> {
        let records = self.records;
        let (number, claimed) = match found.change {
            Some(change) => {
                let (number, why) = self.as_of.claim_for(self.stage, change, found.first);
                (number, why.is_none())
            }
            None => {
                let number = release_of(found).and_then(|id| self.claim_of(id, found.first));
                (number, number.is_some())
            }
        };
        let claim = number.and_then(|number| Some((number, records.claim(number)?)));
        let standing = claim.filter(|_| claimed).map(|(_, claim)| claim);
        let row = found.change.and_then(|id| records.change(id));
        let shipped = row.and_then(|row| row.known_by(records, position(found.first)));
        let subjects = [
            found.change.cloned().map(Subject::Change),
            release_of(found).cloned().map(Subject::Release),
            standing.and_then(subject_of),
        ];
        Case {
            found,
            then: standing.map_or_else(|| Moment::of(found.first), Moment::of),
            shipped,
            change: shipped.and_then(|(row, last)| row.at(records, last)),
            subjects: subjects.into_iter().flatten().collect(),
            claim,
            claimed,
        }
    }

    /// The newest claim of a release that was there before something that names no change.
    fn claim_of(&self, release: &ReleaseId, first: &Deployment) -> Option<usize> {
        let claims = self.records.claims(&Subject::Release(release.clone())).iter().rev().copied();
        claims.into_iter().find(|number| {
            self.records.claim(*number).is_some_and(|claim| {
                let before = position(claim) <= position(first) && claim.at <= first.at;
                claim.stage == *self.stage && before
            })
        })
    }

    /// Who wrote a change; who made the first revision, if it is not said.
    fn author(&self, case: &Case<'_>) -> Option<PersonId> {
        let said = case.change?.author.as_ref();
        let first = || Some(&case.shipped?.0.at(self.records, 0)?.by);
        said.or_else(first).cloned()
    }

    fn breaches(&self, found: &Found<'_>) -> Vec<ReasonCode> {
        let Some(change) = found.change else { return Vec::new() };
        let place = (found.deployment.clone(), found.environment.clone(), change.clone());
        self.breaches.get(&place).into_iter().flatten().copied().collect()
    }

    /// The newest decision on what was claimed or, if no claim stands, on any of what it went in
    /// as.
    fn decision(&self, case: &Case<'_>, cites: &mut Cites) -> Option<DecisionUsed> {
        let claimed = case.claim.filter(|_| case.claimed).and_then(|(_, claim)| subject_of(claim));
        let asked = |subject: &&Subject| claimed.as_ref().is_none_or(|it| it == *subject);
        let all = &self.records.portfolio().decisions;
        let decisions = case.subjects.iter().filter(asked).flat_map(|subject| {
            let numbers = self.records.decisions(subject).iter();
            numbers.filter_map(move |n| Some((*n, subject, all.get(*n)?)))
        });
        let there = decisions
            .filter(|(_, _, decision)| decision.stage == *self.stage && case.is_there(*decision));
        let key = |it: &RecordedDecision| (it.at, position(it));
        let newest = there.max_by(|(_, _, a), (_, _, b)| key(a).cmp(&key(b)).then(a.cmp(b)));
        let (number, subject, decision) = newest?;
        cites.insert(("decisions", number));
        Some(DecisionUsed {
            subject: subject.clone(),
            revision: decision.revision,
            verdict: decision.verdict,
            policy: decision.policy,
            at: decision.at,
            by: decision.by.clone(),
        })
    }

    fn exceptions(&self, case: &Case<'_>, cites: &mut Cites) -> Vec<Exemption> {
        let portfolio = self.records.portfolio();
        let mut found: Vec<Exemption> = Vec::new();
        let used = case.claim.into_iter().flat_map(|(_, claim)| &claim.waivers);
        for number in used.filter_map(|id| self.waivers.get(id)) {
            if let Some(waiver) = portfolio.waivers.get(*number) {
                cites.insert(("waivers", *number));
                found.push(of_waiver(waiver));
            }
        }
        let named = case.subjects.iter().filter_map(|subject| self.exceptions.get(subject));
        for number in named.flatten() {
            let exception = portfolio.exceptions.get(*number);
            if let Some(exception) = exception.filter(|it| self.stood(case, it)) {
                cites.insert(("exceptions", *number));
                found.push(of_exception(exception));
            }
        }
        let declared = case.found.change.map_or(&[][..], |id| self.records.declarations(id));
        for number in declared {
            let Some(declaration) = portfolio.declarations.get(*number) else { continue };
            cites.insert(("declarations", *number));
            found.push(Exemption {
                what: match declaration.kind {
                    DeclaredAs::Emergency => ExemptionKind::Emergency,
                    DeclaredAs::Unauthorised => ExemptionKind::Unauthorised,
                },
                id: None,
                requirement: None,
                freeze: None,
                requester: None,
                by: declaration.by.clone(),
                at: declaration.at,
                expires: None,
            });
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether an exception from a freeze for this stage stood then.
    fn stood(&self, case: &Case<'_>, exception: &FreezeException) -> bool {
        let revoked = self.revoked.get(&exception.id).into_iter().flatten();
        let mut revoked =
            revoked.filter(|it| it.at <= case.then.at && it.recorded <= case.then.recorded);
        exception.stage == *self.stage
            && case.is_there(exception)
            && case.then.at < exception.expires
            && revoked.next().is_none()
    }

    /// The names of facts, each digested once.
    fn names(&mut self, cites: Cites) -> Vec<FactName> {
        let portfolio = self.records.portfolio();
        let mut names = Vec::with_capacity(cites.len());
        for (kind, number) in cites {
            if let Some(name) = self.names.get(&(kind, number)) {
                names.push(*name);
            } else if let Some(name) = FactName::of(portfolio, kind, number) {
                self.names.insert((kind, number), name);
                names.push(name);
            }
        }
        names.sort_unstable();
        names
    }
}

/// What is not known of a row, approvals and evidence aside.
fn gaps(case: &Case<'_>) -> Vec<Gap> {
    let (found, change) = (case.found, case.change);
    let not_begun = found.first.outcome != DeploymentOutcome::Started;
    [
        (found.change.is_none(), Gap::NoChange),
        (found.change.is_some() && change.is_none(), Gap::ChangeUnknown),
        (not_begun, Gap::StartUnknown),
        (ended(found.last).is_none(), Gap::NoEnd),
        (change.is_some_and(|change| change.requester.is_none()), Gap::NoRequester),
        (!case.claimed, Gap::Unclaimed),
    ]
    .into_iter()
    .filter_map(|(is, gap)| is.then_some(gap))
    .collect()
}

/// The first word on something, of all that is told.
fn said<'a, T>(
    found: &'a Found<'a>,
    of: impl Fn(&'a Deployment) -> Option<&'a T>,
) -> Option<&'a T> {
    found.facts.iter().find_map(|(_, deployment)| of(deployment))
}

fn release_of<'a>(found: &'a Found<'a>) -> Option<&'a ReleaseId> {
    said(found, |deployment| deployment.release.as_ref())
}

fn ended(last: &Deployment) -> Option<Instant> {
    (last.outcome != DeploymentOutcome::Started).then_some(last.at)
}

fn subject_of(claim: &Claim) -> Option<Subject> {
    Subject::one(claim.change.as_ref(), claim.release.as_ref()).ok()
}

fn claim_used(claim: &Claim) -> Option<ClaimUsed> {
    Some(ClaimUsed {
        subject: subject_of(claim)?,
        attempt: claim.attempt,
        verdict: claim.verdict,
        policy: claim.policy,
        at: claim.at,
        by: claim.by.clone(),
        sequence: claim.sequence,
    })
}

fn of_waiver(waiver: &Waiver) -> Exemption {
    Exemption {
        what: ExemptionKind::Waiver,
        id: Some(waiver.id.to_string()),
        requirement: Some(waiver.requirement.clone()),
        freeze: None,
        requester: Some(waiver.requester.clone()),
        by: waiver.by.clone(),
        at: waiver.at,
        expires: Some(waiver.expires),
    }
}

fn of_exception(exception: &FreezeException) -> Exemption {
    Exemption {
        what: ExemptionKind::Freeze,
        id: Some(exception.id.to_string()),
        requirement: None,
        freeze: Some(exception.freeze.clone()),
        requester: Some(exception.requester.clone()),
        by: exception.by.clone(),
        at: exception.at,
        expires: Some(exception.expires),
    }
}
