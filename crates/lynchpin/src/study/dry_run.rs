//! "What would this policy have decided?"

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::error::Result;
use crate::base::id::{ChangeId, DeploymentId, GateId, RequirementId, StageId};
use crate::base::limits::DRY_RUN_DECISIONS_MAX;
use crate::base::{Actor, Digest, Instant, Subject};
use crate::gate::Policy;
use crate::history::order::position;
use crate::model::{Deployment, DeploymentOutcome, Fact};
use crate::portfolio::{DecideQuestion, Decision, Snapshot, is_confirmed};
use crate::reason::tree::Node;
use crate::reason::{ReasonCode, Verdict};
use crate::study::replay::{Replay, Sums};

/// Over what a policy is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Everything that is open at the instant: each release for the stage that it enters next, or
    /// each change, if there are no releases at all.
    Open,
    /// Every deployment that was begun since then, as it stood right before it.
    DeploymentsSince(Instant),
}

/// What would another policy decide?
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DryRunQuestion<'a> {
    /// The other policy.
    pub policy: &'a Policy,
    /// The instant; later facts are not looked at.
    pub at: Instant,
    /// Over what it is tried.
    pub over: Over,
}

impl<'a> DryRunQuestion<'a> {
    /// Tries a policy over everything that is open.
    #[must_use]
    pub fn new(policy: &'a Policy, at: Instant) -> Self {
        DryRunQuestion { policy, at, over: Over::Open }
    }

    /// Tries it over something else.
    #[must_use]
    pub fn over(mut self, over: Over) -> Self {
        self.over = over;
        self
    }
}

/// Which decisions another policy flips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DryRun {
    /// The policy in force at the instant, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// The policy that was tried.
    pub tried: Digest,
    /// How many decisions were compared.
    pub compared: usize,
    /// How many were not, since there were more than are looked at in one go.
    pub left_out: usize,
    /// How many of what was deployed came before the risk model of the policy that was tried was
    /// told: it may have learned from them, so what it makes of those proves little. Asked over
    /// deployments since then, it shows what it is worth.
    pub before_model: usize,
    /// How many are a go by both.
    pub go_by_both: usize,
    /// How many are not a go by either.
    pub go_by_neither: usize,
    /// Those that are a go by one only: those that are no longer one first, then by time.
    pub flips: Vec<Flip>,
    /// Over deployments, what came of them: what each policy would have been worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
}

/// One decision that is a go by one policy and not by the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Flip {
    /// What was decided on.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// As of when.
    pub at: Instant,
    /// The verdict by the policy in force.
    pub before: Verdict,
    /// The verdict by the policy that was tried.
    pub after: Verdict,
    /// What holds it back by the one by which it is no go.
    pub because: Vec<Because>,
}

/// What holds something back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Because {
    /// Its verdict.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// What it is about.
    pub subject: Subject,
    /// The gate that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// Who can change it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub act: Vec<Actor>,
}

impl Because {
    pub(super) fn of(node: &Node) -> Because {
        Because {
            verdict: node.verdict,
            code: node.code,
            subject: node.subject.clone(),
            gate: node.gate.clone(),
            requirement: node.requirement.clone(),
            act: node.act.clone(),
        }
    }
}

/// Asks everything twice, by the policy in force and by another, and tells what flips.
///
/// At most [`DRY_RUN_DECISIONS_MAX`] decisions are compared, the newest of a history; how many were
/// left out is told. A risk model that the other policy names is tried with it, also on what was
/// deployed before that model was told; how much that was is told, too.
///
/// # Errors
///
/// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if an item is too large.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::gate::Policy;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::dry_run::{DryRunQuestion, dry_run};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}], "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy("name = \"today\"\nopen = [\"production\"]")?;
/// let stricter: Policy = r#"
///     name = "tomorrow"
///     requirement.back-out = { plan = "back_out" }
///     gate.fast = { stage = "production", judges = "change", require = "back-out" }
/// "#
/// .parse()?;
/// let at = "2026-11-02T09:00:00Z".parse()?;
/// let found = dry_run(&engine.snapshot(), &DryRunQuestion::new(&stricter, at))?;
/// assert_eq!((found.compared, found.flips.len()), (1, 1));
/// assert_eq!(found.flips[0].because[0].code.name(), "plan_missing");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn dry_run(snapshot: &Snapshot, question: &DryRunQuestion<'_>) -> Result<DryRun> {
    let tried = snapshot.assuming(&[], Some(question.policy))?;
    let mut questions = match question.over {
        Over::Open => open(snapshot, question.at),
        Over::DeploymentsSince(since) => begun(snapshot, since, question.at),
    };
    let is_history = matches!(question.over, Over::DeploymentsSince(_));
    let model = question.policy.risk.as_ref().filter(|_| is_history);
    let told = model.and_then(|rule| snapshot.risk_model_told(&rule.model));
    let mut sums = is_history.then(Sums::default);
    let left_out = questions.len().saturating_sub(DRY_RUN_DECISIONS_MAX);
    questions.drain(..left_out);
    let mut found = DryRun {
        policy: snapshot.policy(question.at).map(|policy| policy.digest),
        tried: question.policy.digest,
        compared: 0,
        left_out,
        before_model: 0,
        go_by_both: 0,
        go_by_neither: 0,
        flips: Vec::new(),
        replay: None,
    };
    for Tried { asked, failed } in questions {
        let answers = (snapshot.decide(&asked), tried.decide(&asked));
        let (before, after) = match answers {
            (Ok(before), Ok(after)) => (before, after),
            // It was not known yet, or its stage is declared no more.
            (Err(error), _) | (_, Err(error)) if is_unknown(&error) => {
                found.left_out = found.left_out.saturating_add(1);
                continue;
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        found.compared = found.compared.saturating_add(1);
        let is_before = told.is_some_and(|told| asked.at < told);
        found.before_model = found.before_model.saturating_add(is_before.into());
        found.add(&before, &after);
        if let Some(sums) = &mut sums {
            sums.add(&before, &after, failed);
        }
    }
    found.replay = sums.map(Sums::told);
    found.flips.sort_by(|a, b| {
        let order = |flip: &Flip| (flip.after.is_go(), flip.at);
        order(a).cmp(&order(b)).then_with(|| (&a.subject, &a.stage).cmp(&(&b.subject, &b.stage)))
    });
    Ok(found)
}

fn is_unknown(error: &crate::base::Error) -> bool {
    use crate::base::ErrorCode::{StageUnknown, SubjectUnknown};
    matches!(error.code(), SubjectUnknown | StageUnknown)
}

impl DryRun {
    fn add(&mut self, before: &Decision, after: &Decision) {
        let (was, is) = (before.verdict().is_go(), after.verdict().is_go());
        match (was, is) {
            (true, true) => self.go_by_both = self.go_by_both.saturating_add(1),
            (false, false) => self.go_by_neither = self.go_by_neither.saturating_add(1),
            (true, false) | (false, true) => {
                let blocked = if is { before } else { after };
                let mut because: Vec<Because> = blocked.root_blockers().map(Because::of).collect();
                because.sort();
                because.dedup();
                self.flips.push(Flip {
                    subject: before.subject.clone(),
                    stage: before.stage.clone(),
                    at: before.at,
                    before: before.verdict(),
                    after: after.verdict(),
                    because,
                });
            }
        }
    }
}

/// What both policies are asked, and whether it failed.
struct Tried {
    asked: DecideQuestion,
    failed: bool,
}

fn open(snapshot: &Snapshot, at: Instant) -> Vec<Tried> {
    let ask = |subject| Tried { asked: DecideQuestion::new(subject, at), failed: false };
    snapshot.open_subjects(at).into_iter().map(ask).collect()
}

/// What was deployed since then, as it stood right before: each deployment once, when it was
/// first heard of, oldest first.
fn begun(snapshot: &Snapshot, since: Instant, at: Instant) -> Vec<Tried> {
    let records = &snapshot.as_of(at).records;
    let known = || {
        let all = snapshot.portfolio().deployments.iter();
        all.filter(|it| it.envelope().recorded <= at)
    };
    let mut first: Vec<&Deployment> = known()
        .filter(|it| it.envelope().recorded >= since)
        .filter(|it| !matches!(it.outcome, DeploymentOutcome::RolledBack))
        .collect();
    first.sort_by_key(|it| (it.envelope().recorded, it.sequence, &it.id, it.outcome));
    let mut seen: BTreeSet<&DeploymentId> = BTreeSet::new();
    first.retain(|it| seen.insert(&it.id));
    let undone = [DeploymentOutcome::Failed, DeploymentOutcome::RolledBack];
    let failed: BTreeSet<&DeploymentId> =
        known().filter(|it| undone.contains(&it.outcome)).map(|it| &it.id).collect();
    let mut questions = Vec::new();
    for deployment in first {
        let Some(before) = right_before(deployment.envelope().recorded) else { continue };
        let mut stages = records.stages_by(position(deployment));
        let stage = stages.find(|stage| stage.has(&deployment.environment));
        let Some(stage) = stage else { continue };
        let was_undone = failed.contains(&deployment.id);
        let mut ask = |subject, failed: bool| {
            let asked = DecideQuestion::new(subject, before).with_stage(stage.id.clone());
            questions.push(Tried { asked, failed: failed || was_undone });
        };
        let caused = |id: &ChangeId| is_confirmed(records, id);
        match &deployment.release {
            Some(release) => {
                ask(Subject::Release(release.clone()), deployment.changes.iter().any(caused));
            }
            None => {
                for id in &deployment.changes {
                    ask(Subject::Change(id.clone()), caused(id));
                }
            }
        }
    }
    questions
}

fn right_before(at: Instant) -> Option<Instant> {
    Instant::from_micros(at.micros().checked_sub(1)?).ok()
}
