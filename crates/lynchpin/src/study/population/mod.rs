//! "What was deployed in a period, and what was behind each deployment?": the population that an
//! auditor draws a sample from.
//!
//! `gather` files the deployment facts into rows and counts what falls into none, `behind`
//! tells what each row rests on. Nothing is decided again: what a row lists is what was said.

mod approvers;
mod behind;
mod gather;
mod proof;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{
    ChangeId, CheckId, ConfigurationId, DeploymentId, EnvironmentId, FreezeId, GroupId, ModelId,
    PersonId, PreauthorisationId, ReleaseId, RequirementId, ServiceId, StageId,
};
use crate::base::limits::POPULATION_ROWS_MAX;
use crate::base::{Digest, Instant, Subject};
use crate::model::{DeploymentOutcome, Kind, Outcome};
use crate::portfolio::{FactName, Snapshot};
use crate::reason::{ReasonCode, Verdict};

/// What was deployed in a period, and what was behind it?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PopulationQuestion {
    /// The stage.
    pub stage: StageId,
    /// The first instant of the period.
    pub from: Instant,
    /// The first instant after the period.
    pub to: Instant,
    /// As of when: facts recorded later are not looked at.
    pub at: Instant,
}

impl PopulationQuestion {
    /// Asks for the deployments into a stage that began in a period, as known at an instant.
    #[must_use]
    pub fn new(stage: StageId, from: Instant, to: Instant, at: Instant) -> Self {
        PopulationQuestion { stage, from, to, at }
    }
}

/// Everything that was deployed into a stage in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Population {
    /// As of when.
    pub at: Instant,
    /// The first instant of the period.
    pub from: Instant,
    /// The first instant after the period.
    pub to: Instant,
    /// The stage.
    pub stage: StageId,
    /// How many deployments, by their ids, began in it, those of rows that are left out included.
    pub deployments: usize,
    /// How many rows are left out, since there are more than are listed in one go: the last ones.
    pub left_out: usize,
    /// What became of each deployment fact of the period.
    pub facts: FactCount,
    /// How many rows have each gap; every kind is counted, also where there is none.
    pub gaps: Vec<GapCount>,
    /// How many rows are breaches.
    pub breaches: usize,
    /// The rows, in order of when each began, of the deployment, the change and the environment.
    pub rows: Vec<DeployedChange>,
}

impl Population {
    /// Whether all of it is listed, and no row has a gap or is a breach.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.left_out == 0 && self.breaches == 0 && self.gaps.iter().all(|it| it.rows == 0)
    }
}

/// What became of each deployment fact that is dated in the period: the other counts add up to all
/// of them, so none is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FactCount {
    /// How many there are.
    pub told: usize,
    /// How many stand in a row.
    pub listed: usize,
    /// How many stand only in rows that are left out.
    pub left_out: usize,
    /// How many tell how something went on that began before the period, such as a roll back.
    pub begun_before: usize,
    /// How many are of environments of other stages, as those were declared then.
    pub other_stages: usize,
    /// How many are of environments that no stage had then.
    pub elsewhere: usize,
}

/// How many rows have a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GapCount {
    /// The gap.
    pub gap: Gap,
    /// How many rows have it.
    pub rows: usize,
}

/// What is not known of a row and should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// The deployment names no change.
    NoChange,
    /// No revision of the change was recorded by then.
    ChangeUnknown,
    /// The first that is told of it is not that it began.
    StartUnknown,
    /// The last that is told of it is that it began.
    NoEnd,
    /// The revision of the change does not say who asked for it.
    NoRequester,
    /// No claim stands for it: there was none before, or for something else, or it had ended.
    Unclaimed,
    /// Nobody approved what was deployed, and there is no leave given beforehand.
    NoApproval,
    /// There is no result of a check on what was deployed, and no signed statement.
    NoEvidence,
}

impl Gap {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Gap; 8] = [
        Gap::NoChange,
        Gap::ChangeUnknown,
        Gap::StartUnknown,
        Gap::NoEnd,
        Gap::NoRequester,
        Gap::Unclaimed,
        Gap::NoApproval,
        Gap::NoEvidence,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Gap::NoChange => "no_change",
            Gap::ChangeUnknown => "change_unknown",
            Gap::StartUnknown => "start_unknown",
            Gap::NoEnd => "no_end",
            Gap::NoRequester => "no_requester",
            Gap::Unclaimed => "unclaimed",
            Gap::NoApproval => "no_approval",
            Gap::NoEvidence => "no_evidence",
        }
    }
}

/// One change that one deployment brought to one environment, and what was behind it: what had been
/// said and recorded when it was claimed or, if no claim stands for it, when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeployedChange {
    /// When it began: when the first that is told of it happened.
    pub began: Instant,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The change; none, if the deployment names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
    /// The environment.
    pub environment: EnvironmentId,
    /// The service, if it was deployed to one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The release that it was part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// When the last that is told of it happened, if that is more than that it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Instant>,
    /// The last that is told of it.
    pub outcome: DeploymentOutcome,
    /// Whose act the beginning was.
    pub by: PersonId,
    /// The newest revision of the change that was recorded when it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The kind of the change by that revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Who asked for the change by that revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<PersonId>,
    /// Who wrote it by that revision; who made its first revision, if it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<PersonId>,
    /// Who approved it, in order of requirements, people and subjects.
    pub approvers: Vec<Approver>,
    /// The leave that was given beforehand for changes of its model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<Leave>,
    /// The newest results of checks on it.
    pub evidence: Vec<CheckRun>,
    /// The signed statements about its artifacts; whether they are rightly signed is not asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<SignedStatement>,
    /// The newest claim that was there before it; whether it stands is told by the gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimUsed>,
    /// The newest decision that had been recorded on what was claimed or, if no claim stands, on
    /// the change or its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionUsed>,
    /// What let it pass otherwise than in the usual way.
    pub exceptions: Vec<Exemption>,
    /// Why it is a breach, if it is one: see
    /// [`Snapshot::breaches`](crate::portfolio::Snapshot::breaches).
    pub breaches: Vec<ReasonCode>,
    /// What is not known of it.
    pub gaps: Vec<Gap>,
    /// The names of all facts that the row tells of.
    pub cites: Vec<FactName>,
}

/// Somebody whose newest word on a requirement was yes, in force, and about what was deployed: no
/// revision since differs in anything but its text. Whether a policy counted it is not asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Approver {
    /// The requirement.
    pub requirement: RequirementId,
    /// Who, an alias told as its person.
    pub person: PersonId,
    /// The change or the release that was approved.
    pub subject: Subject,
    /// The revision of it.
    pub revision: u32,
    /// The stage it was approved for.
    pub stage: StageId,
    /// When; at the meeting, if minutes say so.
    pub at: Instant,
    /// The board whose minutes say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<GroupId>,
}

/// Leave that was given beforehand for changes of a model, and stood then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Leave {
    /// The pre-authorisation.
    pub id: PreauthorisationId,
    /// The change model.
    pub model: ModelId,
    /// When it was given.
    pub at: Instant,
    /// Who gave it.
    pub by: PersonId,
    /// When it expires.
    pub expires: Instant,
}

/// The newest result of a check on one artifact, or on the revision itself, in one configuration
/// and environment and by one producer. A run that is still going is told only where no other is,
/// and a result that had expired not at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct CheckRun {
    /// The check.
    pub check: CheckId,
    /// The artifact; none, if it is about the revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Digest>,
    /// The configuration in which it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ConfigurationId>,
    /// The environment in which it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// Who produced it.
    pub by: PersonId,
    /// The number of the run.
    pub run: u64,
    /// How it came out.
    pub outcome: Outcome,
    /// When.
    pub at: Instant,
}

/// A signed statement about an artifact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct SignedStatement {
    /// The artifact.
    pub artifact: Digest,
    /// What kind of predicate it makes.
    pub predicate_type: String,
    /// When it was filed.
    pub at: Instant,
    /// Who filed it, who need not be who signed it.
    pub by: PersonId,
}

/// A claim that was there before a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClaimUsed {
    /// The change or the release that was claimed.
    pub subject: Subject,
    /// Which entry of it into the stage it is.
    pub attempt: u32,
    /// A go, or a waived one.
    pub verdict: Verdict,
    /// The policy that let it in.
    pub policy: Digest,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: PersonId,
    /// Its position in the ledger; 0, if it came from none.
    pub sequence: u64,
}

/// A decision that had been recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecisionUsed {
    /// The change or the release that was decided on.
    pub subject: Subject,
    /// The revision of it.
    pub revision: u32,
    /// What it came to.
    pub verdict: Verdict,
    /// The policy that was applied.
    pub policy: Digest,
    /// When.
    pub at: Instant,
    /// Who asked.
    pub by: PersonId,
}

/// What kind of exception something passed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExemptionKind {
    /// A waiver that its claim used.
    Waiver,
    /// An exception from a freeze that named it or its release and stood then.
    Freeze,
    /// The change is declared an emergency, before or since.
    Emergency,
    /// The change is declared unauthorised, before or since.
    Unauthorised,
}

/// An exception by which something passed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Exemption {
    /// What kind it is.
    pub what: ExemptionKind,
    /// Its id; a declaration has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What a waiver waives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// The freeze that an exception is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freeze: Option<FreezeId>,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<PersonId>,
    /// Who granted or declared it.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// When it expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
}

/// Lists every change that a deployment brought into a stage in a period, with all that was behind
/// it, and accounts for each deployment fact of the period.
///
/// A row is one change, or none, that one deployment names in one environment; an environment is of
/// the stage if it was declared so when any fact of that deployment there was recorded. A row
/// belongs to the period in which it began, so that periods that follow each other list each row
/// once, and takes in all that is known of it since.
///
/// # Errors
///
/// [`StageUnknown`](ErrorCode::StageUnknown) if no such stage is declared by then,
/// [`TimeOrder`](ErrorCode::TimeOrder) if the period does not end after it begins.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::population::{Gap, PopulationQuestion, population};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "requester": "mei",
///        "at": "2026-11-01T09:00:00Z", "by": "raj"}],
///      "deployments": [{"id": "D-1", "environment": "production", "outcome": "started",
///        "changes": ["C-1"], "at": "2026-11-02T09:00:00Z", "by": "ci"}]}"#,
///     engine.limits(),
/// )?)?;
/// let (from, to) = ("2026-11-01T00:00:00Z".parse()?, "2026-12-01T00:00:00Z".parse()?);
/// let question = PopulationQuestion::new("production".parse()?, from, to, to);
/// let found = population(&engine.snapshot(), &question)?;
/// assert_eq!((found.deployments, found.facts.told, found.facts.listed), (1, 1, 1));
/// let gaps = [Gap::NoEnd, Gap::Unclaimed, Gap::NoApproval, Gap::NoEvidence];
/// assert_eq!(found.rows[0].gaps, gaps);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn population(snapshot: &Snapshot, question: &PopulationQuestion) -> Result<Population> {
    let PopulationQuestion { stage, from, to, at } = question;
    let as_of = snapshot.as_of(*at);
    if as_of.records.stage(stage).is_none() {
        let message = format!("no stage `{stage}` is declared at `{at}`");
        return Err(Error::new(ErrorCode::StageUnknown, message));
    }
    if to <= from {
        let message = format!("the period ends at `{to}`, which is not after `{from}`");
        return Err(Error::new(ErrorCode::TimeOrder, message));
    }
    let gathered = gather::gather(&as_of.records, question);
    let listed = gathered.rows.iter().take(POPULATION_ROWS_MAX);
    let mut behind = behind::Behind::new(&as_of, stage);
    let rows: Vec<DeployedChange> = listed.map(|found| behind.row(found)).collect();
    let count = |gap| rows.iter().filter(|row| row.gaps.contains(&gap)).count();
    let ids: BTreeSet<&DeploymentId> = gathered.rows.iter().map(|found| found.deployment).collect();
    Ok(Population {
        at: *at,
        from: *from,
        to: *to,
        stage: stage.clone(),
        deployments: ids.len(),
        left_out: gathered.rows.len().saturating_sub(rows.len()),
        facts: gathered.facts,
        gaps: Gap::ALL.iter().map(|gap| GapCount { gap: *gap, rows: count(*gap) }).collect(),
        breaches: rows.iter().filter(|row| !row.breaches.is_empty()).count(),
        rows,
    })
}
