//! What is known at one moment, ready to be asked.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::adoption::{self, Adoptions, IgnoredAdoption};
use super::breach::{self, Breach};
use super::claim::{self, ClaimOutcome};
use super::columns::{self, GateColumns};
use super::decide;
use super::decision::Decision;
use super::fact_name::{self, FactName};
use super::in_flight::{self, Flight};
use super::in_force::InForce;
use super::item::Members;
use super::models::Models;
use super::open_items::{AsOf, OpenItem};
use super::openness::{self, Calendars};
use super::owed;
use super::planning;
use super::progress::{self, NextQuestion, NextStates};
use super::question::{
    CalendarQuestion, ClaimQuestion, DecideQuestion, PlanQuestion, ReachQuestion,
    RiskHistoryQuestion, ScoreQuestion, VerdictsQuestion,
};
use super::risk_history::{self, RiskHistory};
use super::scoring::{self, Score};
use super::verdicts::{self, Verdicts};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{ChangeId, GateId, PersonId, ReleaseId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::gate::lint::{Finding, lint};
use crate::gate::{Obligation, Policy};
use crate::history::{Records, way};
use crate::model::portfolio::{Counts, arrays};
use crate::model::{
    Fact, FittedModel, Group, Person, PolicyAdoption, PolicyApproval, Portfolio, RecordedDecision,
};
use crate::plan::{Plan, Reach};

/// An immutable view of a portfolio. Cheap to clone; any number of threads may ask it.
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::plan::Direction;
/// use lynchpin::portfolio::{DecideQuestion, Engine, PlanQuestion, ReachQuestion, ScoreQuestion};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "mei"}], "stages": [{"id": "production"}],
///      "changes": [
///       {"id": "C-4", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"},
///       {"id": "C-7", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "requires": [{"change": "C-4"}]}],
///      "releases": [{"id": "R-1", "revision": 1, "at": "2026-11-01T10:00:00Z", "by": "mei",
///        "changes": ["C-4", "C-7"]}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
/// let snapshot = engine.snapshot();
/// let release = Subject::Release("R-1".parse()?);
/// let at = "2026-11-02T09:00:00Z".parse()?;
///
/// let plan = snapshot.plan(&PlanQuestion::new(release.clone(), at))?;
/// assert_eq!(plan.waves.len(), 2);
/// assert!(snapshot.decide(&DecideQuestion::new(release.clone(), at))?.is_go());
/// let score = snapshot.score(&ScoreQuestion::new(release, at))?;
/// assert_eq!(score.changes.len(), 2);
/// let reach = ReachQuestion::new("C-4".parse()?, Direction::Downstream, at);
/// assert_eq!(snapshot.reach(&reach)?.changes, ["C-7".parse()?]);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    portfolio: Arc<Portfolio>,
    adopted: Arc<Adoptions>,
    policy: Option<Arc<Policy>>,
    /// The instant at which the newest fact was recorded.
    newest: Instant,
    /// Whether something is only assumed, so that whatever it answers is a what-if.
    assumed: bool,
    /// All facts folded, once they were needed.
    latest: OnceLock<Arc<Records>>,
}

impl Snapshot {
    pub(super) fn new(
        portfolio: Arc<Portfolio>,
        adopted: Arc<Adoptions>,
        policy: Option<Arc<Policy>>,
    ) -> Self {
        let newest = newest(&portfolio);
        let latest = OnceLock::new();
        let assumed = false;
        Snapshot { inner: Arc::new(Inner { portfolio, adopted, policy, newest, assumed, latest }) }
    }

    /// The same with what was added since, under a policy. What is folded stays so; `folded` is all
    /// of it, if that is done already.
    pub(super) fn with(
        &self,
        portfolio: Arc<Portfolio>,
        adopted: Arc<Adoptions>,
        policy: Option<Arc<Policy>>,
        folded: Option<Arc<Records>>,
    ) -> Self {
        let old = Counts::of(&self.inner.portfolio);
        let newest = self.inner.newest.max(newest_from(&portfolio, &old));
        let is_folded = self.inner.latest.get().is_some();
        let fold = || is_folded.then(|| self.records_with(Arc::clone(&portfolio)));
        let latest = folded.or_else(fold).map_or_else(OnceLock::new, OnceLock::from);
        let inner = Inner { portfolio, adopted, policy, newest, assumed: false, latest };
        Snapshot { inner: Arc::new(inner) }
    }

    /// All facts folded, with some that were added: at the cost of those, if the others are folded.
    pub(super) fn records_with(&self, portfolio: Arc<Portfolio>) -> Arc<Records> {
        let folded = self.records(self.inner.newest);
        let added = newest_from(&portfolio, &Counts::of(folded.portfolio()));
        Arc::new(folded.with(portfolio, folded.as_of.max(added)))
    }

    /// The same facts without some of them, or under another policy. Whatever it answers is a
    /// what-if and no go.
    ///
    /// # Errors
    ///
    /// [`FactUnknown`](crate::base::ErrorCode::FactUnknown) for each fact that is not there: a
    /// what-if about nothing would read as an answer.
    ///
    /// ```
    /// use lynchpin::base::{Limits, Subject};
    /// use lynchpin::portfolio::{DecideQuestion, Engine};
    /// use lynchpin::reason::Verdict;
    /// use lynchpin::wire::{cites, read_portfolio};
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1",
    ///      "people": [{"id": "raj"}, {"id": "ci", "kind": "machine"}],
    ///      "stages": [{"id": "production"}],
    ///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
    ///      "evidence": [{"check": "unit", "change": "C-1", "revision": 1, "run": 1,
    ///        "outcome": "passed", "at": "2026-11-01T10:00:00Z", "by": "ci"}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// engine.set_policy(
    ///     r#"
    ///     name = "acme"
    ///     requirement.unit = { evidence = { check = "unit" } }
    ///     gate.fast = { stage = "production", judges = "change", require = "unit" }
    ///     "#,
    /// )?;
    /// let snapshot = engine.snapshot();
    /// let at = "2026-11-02T09:00:00Z".parse()?;
    /// let question = DecideQuestion::new(Subject::Change("C-1".parse()?), at);
    /// let decision = snapshot.decide(&question)?;
    /// assert!(decision.is_go());
    ///
    /// let cited = decision.reasons().nodes().iter().flat_map(|node| cites(&snapshot, node));
    /// let passed = cited.map(|name| name.parse()).collect::<Result<Vec<_>, _>>()?;
    /// let without = snapshot.assuming(&passed, None)?.decide(&question)?;
    /// assert_eq!(without.verdict(), Verdict::NeedsAction);
    /// assert!(without.what_if);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn assuming(&self, ignoring: &[FactName], policy: Option<&Policy>) -> Result<Snapshot> {
        let inner = &*self.inner;
        let names = BTreeSet::from_iter(ignoring.iter().copied());
        let (portfolio, missing) = match names.is_empty() {
            true => (Arc::clone(&inner.portfolio), Vec::new()),
            false => {
                let (rest, missing) = fact_name::without(&inner.portfolio, &names);
                (Arc::new(rest), missing)
            }
        };
        let unknown = missing.into_iter().map(|name| {
            let message = format!("there is no fact `{name}` to ignore");
            Problem::new(ErrorCode::FactUnknown, message)
        });
        if let Some(error) = Error::from_problems(unknown.collect()) {
            return Err(error);
        }
        let newest = newest(&portfolio);
        let policy = policy.cloned().map(Arc::new).or_else(|| inner.policy.clone());
        let is_named = |kind: &str| names.iter().any(|name| name.kind == kind);
        let models = match is_named(FittedModel::KIND) {
            true => Arc::new(Models::default().with(&portfolio, 0)?),
            false => Arc::clone(&inner.adopted.models),
        };
        let adopts = [PolicyAdoption::KIND, PolicyApproval::KIND, Person::KIND, Group::KIND];
        let adopts = adopts.into_iter().chain([FittedModel::KIND]).any(is_named);
        let adopted = match adopts {
            true => Arc::new(adoption::adoptions(&portfolio, 0, models)?),
            false => Arc::clone(&inner.adopted),
        };
        let latest = OnceLock::new();
        let inner = Inner { portfolio, adopted, policy, newest, assumed: true, latest };
        Ok(Snapshot { inner: Arc::new(inner) })
    }

    /// What is wrong with a policy, given the people, groups, stages and services that are known as
    /// of an instant.
    #[must_use]
    pub fn lint(&self, policy: &Policy, at: Instant) -> Vec<Finding> {
        lint(policy, Some((&self.records(at), at)))
    }

    /// The policy that answers as of an instant, if one does.
    #[must_use]
    pub fn policy(&self, at: Instant) -> Option<&Policy> {
        self.in_force(at).policy
    }

    /// Whether a subject may go to a stage, and if not, why and who can change that.
    ///
    /// # Errors
    ///
    /// [`SubjectUnknown`](crate::base::ErrorCode::SubjectUnknown) or
    /// [`StageUnknown`](crate::base::ErrorCode::StageUnknown) if the question cannot be asked as
    /// of that instant; [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if the item is
    /// too large.
    pub fn decide(&self, question: &DecideQuestion) -> Result<Decision> {
        decide::decide(&self.records(question.at), &self.in_force(question.at), question)
    }

    /// Whether each may go: every release that is not cancelled, with each of its changes, and
    /// every change in none. The verdicts are those of [`Snapshot::decide`], without their reasons
    /// and in a fraction of the time.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::decide`], of any of them.
    ///
    /// ```
    /// use lynchpin::base::Limits;
    /// use lynchpin::portfolio::{Engine, VerdictsQuestion};
    /// use lynchpin::reason::Verdict;
    /// use lynchpin::wire::read_portfolio;
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1",
    ///      "people": [{"id": "raj"}], "stages": [{"id": "production"}],
    ///      "changes": [
    ///       {"id": "C-4", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"},
    ///       {"id": "C-7", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
    ///        "requires": [{"change": "C-4"}], "plans": {"back_out": "helm rollback 41"}}],
    ///      "releases": [{"id": "R-1", "revision": 1, "at": "2026-11-01T10:00:00Z", "by": "raj",
    ///        "changes": ["C-4", "C-7"]}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// engine.set_policy(r#"
    ///     name = "acme"
    ///     requirement.back-out = { plan = "back_out" }
    ///     gate.fast = { stage = "production", judges = "change", require = "back-out" }
    /// "#)?;
    /// let question = VerdictsQuestion::new("2026-11-02T09:00:00Z".parse()?);
    /// let found = engine.snapshot().verdicts(&question)?;
    /// let release = &found.subjects[0];
    /// assert_eq!(release.verdict, Verdict::NeedsAction);
    /// assert_eq!(release.verdicts, [Verdict::NeedsAction, Verdict::Blocked]);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn verdicts(&self, question: &VerdictsQuestion) -> Result<Verdicts> {
        verdicts::of(&self.records(question.at), &self.in_force(question.at), question)
    }

    /// Decides again at the head of all that is known and, if it is still a go on the same content,
    /// gives the entry to append; else why not. [`Engine::claim`](super::Engine::claim) appends it,
    /// too, with nothing in between.
    ///
    /// # Errors
    ///
    /// [`NotAtHead`](crate::base::ErrorCode::NotAtHead) if a fact was recorded after that instant;
    /// [`WhatIf`](crate::base::ErrorCode::WhatIf) if another policy than the one in force answers,
    /// or none is; else as for [`Snapshot::decide`].
    pub fn claim(&self, question: &ClaimQuestion) -> Result<ClaimOutcome> {
        let (records, in_force) = (self.records(question.at), self.in_force(question.at));
        claim::claim(&records, &in_force, self.inner.newest, question)
    }

    /// Decides, and gives the decision as a fact to append: it names the content it is about and
    /// until when it stands, so that a claim can show it.
    ///
    /// # Errors
    ///
    /// [`WhatIf`](crate::base::ErrorCode::WhatIf) if another policy than the one in force answers,
    /// or none is; else as for [`Snapshot::decide`].
    pub fn record(
        &self,
        question: &DecideQuestion,
        by: &PersonId,
    ) -> Result<(Decision, RecordedDecision)> {
        claim::record(&self.records(question.at), &self.in_force(question.at), question, by)
    }

    /// Where in its workflow a subject is, where it may go now and why not elsewhere, and which of
    /// its moves the workflow does not allow.
    ///
    /// The conditions of the workflow are answered from the facts: what its gates and decisions for
    /// its stages say, what is filled in, open, on hold, planned, deployed and still owed.
    ///
    /// # Errors
    ///
    /// [`WorkflowForOthers`](crate::base::ErrorCode::WorkflowForOthers) if the workflow is for
    /// something else, [`WorkflowUnknown`](crate::base::ErrorCode::WorkflowUnknown) if none of that
    /// name is shipped or none is named for a release, whatever is wrong with a text,
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if it was moved too often; and as
    /// for [`Snapshot::decide`].
    ///
    /// ```
    /// use lynchpin::base::{Limits, Subject};
    /// use lynchpin::portfolio::{Engine, NextQuestion};
    /// use lynchpin::wire::read_portfolio;
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1", "people": [{"id": "raj"}],
    ///      "changes": [{"id": "C-7", "revision": 1, "kind": "standard", "model": "certs",
    ///        "at": "2026-11-01T09:00:00Z", "by": "raj"}],
    ///      "moves": [{"change": "C-7", "workflow": "servicenow-standard", "to": "Implement",
    ///        "at": "2026-11-02T09:00:00Z", "by": "raj"}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// let change = Subject::Change("C-7".parse()?);
    /// let question = NextQuestion::new(change, "2026-11-03T09:00:00Z".parse()?);
    /// let answer = engine.snapshot().next_states(&question)?;
    /// assert_eq!((answer.state.as_str(), answer.code), ("Implement", Some(-1)));
    /// assert!(answer.next.iter().any(|next| next.to.as_str() == "Review" && next.available));
    /// // Nobody had decided that it may go to production.
    /// assert!(answer.breaches.iter().any(|breach| breach.by.as_str() == "raj"));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn next_states(&self, question: &NextQuestion) -> Result<NextStates> {
        progress::progress(self, question)
    }

    /// Everything that was ever owed because it was let in before it was met, in order of ends.
    ///
    /// # Errors
    ///
    /// None that a caller can cause.
    pub fn obligations(&self, at: Instant) -> Result<Vec<Obligation>> {
        owed::obligations(&self.records(at), &self.in_force(at), at)
    }

    /// The adoptions recorded by then that put nothing in force, oldest first, each with why.
    #[must_use]
    pub fn ignored_adoptions(&self, at: Instant) -> Vec<IgnoredAdoption> {
        let ignored = self.inner.adopted.ignored.iter();
        ignored.take_while(|adoption| adoption.at <= at).cloned().collect()
    }

    /// The policies that came into force by then, oldest first: when, and which. None, if the
    /// portfolio adopts none.
    #[must_use]
    pub fn adopted(&self, at: Instant) -> Vec<(Instant, Digest)> {
        let adopted = self.inner.adopted.effective.iter();
        adopted.take_while(|(t, _)| *t <= at).map(|(t, policy)| (*t, policy.digest)).collect()
    }

    /// The deployments that no claim stands for, in order of time, where the policy in force asks
    /// for claims.
    #[must_use]
    pub fn breaches(&self, at: Instant) -> Vec<Breach> {
        breach::breaches(&self.records(at), self.in_force(at).policy, at)
    }

    /// In which order a release or a change ships, and what of it does not.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::decide`].
    pub fn plan(&self, question: &PlanQuestion) -> Result<Plan> {
        planning::plan(&self.records(question.at), &self.in_force(question.at), question)
    }

    /// Whether work may go on at some places, and when that changes: by freezes, and by the windows
    /// that the policy asks for there.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::decide`]; the same codes for a service that is not declared, and for an
    /// environment that is not there.
    ///
    /// ```
    /// use lynchpin::base::Limits;
    /// use lynchpin::portfolio::{CalendarQuestion, Engine, OpenState, Where};
    /// use lynchpin::wire::read_portfolio;
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
    ///      "freezes": [{"id": "year-end", "by": "mei", "at": "2026-11-01T00:00:00Z",
    ///        "when": {"from": "2026-12-18T00:00:00Z", "to": "2027-01-04T06:00:00Z"}}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// let at = "2026-12-24T00:00:00Z".parse()?;
    /// let question = CalendarQuestion::new(Where::Anywhere, "production".parse()?, at);
    /// let answer = engine.snapshot().calendar(&question)?;
    /// assert_eq!(answer.state, OpenState::Closed);
    /// assert_eq!(answer.opens.at, Some("2027-01-04T06:00:00Z".parse()?));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn calendar(&self, question: &CalendarQuestion) -> Result<Calendars> {
        openness::calendars(self, question)
    }

    /// Every deployment under way in a stage of the portfolio whose place has closed since, or was
    /// closed when it began, and what it must do by the policy's `freeze.in_flight`.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if there are too many of them.
    pub fn in_flight(&self, at: Instant) -> Result<Vec<Flight>> {
        in_flight::in_flight(self, at)
    }

    /// How likely a change or a release is to cause a failure, and what makes it so: by the risk
    /// model that the policy in force names, or else by the scorecard.
    ///
    /// # Errors
    ///
    /// [`SubjectUnknown`](crate::base::ErrorCode::SubjectUnknown) if it is not known as of that
    /// instant, or a change to split or in a part is not in it; others for parts that are none;
    /// [`RiskModelUnknown`](crate::base::ErrorCode::RiskModelUnknown) if the model is not known;
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) for a release of too many changes.
    pub fn score(&self, question: &ScoreQuestion) -> Result<Score> {
        scoring::score(&self.records(question.at), &self.in_force(question.at), question)
    }

    /// What a risk model may be fitted to: each change that came to the last stage, as it was known
    /// then, and what became of it.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`](crate::base::ErrorCode::UnknownWord) for a feature that there is not;
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if there are too many changes.
    ///
    /// ```
    /// use lynchpin::base::Limits;
    /// use lynchpin::portfolio::{Engine, RiskHistoryQuestion};
    /// use lynchpin::wire::read_portfolio;
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
    ///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
    ///        "size": {"files": 3}}],
    ///      "deployments": [
    ///       {"id": "D-1", "environment": "production", "changes": ["C-1"], "by": "bot",
    ///        "outcome": "succeeded", "at": "2026-11-02T09:00:00Z"},
    ///       {"id": "D-1", "environment": "production", "changes": ["C-1"], "by": "bot",
    ///        "outcome": "rolled_back", "at": "2026-11-02T10:00:00Z"}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// let question = RiskHistoryQuestion::new("2026-11-03T09:00:00Z".parse()?);
    /// let question = question.with_features(vec!["files".to_owned()]);
    /// let history = engine.snapshot().risk_history(&question)?;
    /// assert_eq!(history.made, ["2026-11-02T09:00:00Z".parse()?]);
    /// assert!(history.failed[0]);
    /// assert_eq!(history.known[0], "2026-11-02T10:00:00Z".parse().ok());
    /// assert_eq!(history.features[0].values, [Some(3_000_000)]);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn risk_history(&self, question: &RiskHistoryQuestion) -> Result<RiskHistory> {
        risk_history::of(&self.records(question.at), question)
    }

    /// What a change needs, or what needs it, directly or through others.
    ///
    /// # Errors
    ///
    /// [`SubjectUnknown`](crate::base::ErrorCode::SubjectUnknown) if it is not known as of that
    /// instant.
    pub fn reach(&self, question: &ReachQuestion) -> Result<Reach> {
        let records = self.records(question.at);
        Members::of(&records, &Subject::Change(question.change.clone()))?;
        Reach::new(&records, &question.change, question.direction)
    }

    /// What is known of everything that one gate judges before a stage, in columns: its verdict of
    /// all of it in one pass, and the reasons of each. What else a decision looks at (other gates,
    /// dependencies, holds, freezes) is not in it.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`](crate::base::ErrorCode::UnknownWord) if the policy in force has no such
    /// gate, [`StageUnknown`](crate::base::ErrorCode::StageUnknown) if it does not stand before
    /// that stage, [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if the gate or the
    /// number of subjects is too large.
    pub fn gate_columns(&self, gate: &GateId, stage: &StageId, at: Instant) -> Result<GateColumns> {
        columns::of(&self.records(at), &self.in_force(at), gate, stage, at)
    }

    /// All facts.
    #[must_use]
    pub fn portfolio(&self) -> &Portfolio {
        &self.inner.portfolio
    }

    /// Every stage that was ever declared, on the way to the users: in the order in which each was
    /// first declared.
    #[must_use]
    pub fn stages(&self) -> Vec<StageId> {
        way(self.portfolio())
    }

    /// What can be asked about as of an instant: each release that is not cancelled, or each
    /// change, if there are no releases at all.
    #[must_use]
    pub fn open_subjects(&self, at: Instant) -> Vec<Subject> {
        if self.portfolio().releases.is_empty() {
            return self.changes(at).into_iter().map(Subject::Change).collect();
        }
        self.releases(at).into_iter().map(Subject::Release).collect()
    }

    /// What is open as of an instant, in order of ids: each release that is not cancelled and then
    /// each change in none, with the stage that it enters next: the one after the last that it
    /// entered; with each of them, if the changes of a release are not all as far. What has entered
    /// the last stage on its way is not open.
    #[must_use]
    pub fn open_items(&self, at: Instant) -> Vec<OpenItem> {
        self.as_of(at).open()
    }

    /// What is known and in force as of an instant, folded once for many decisions.
    pub(crate) fn as_of(&self, at: Instant) -> AsOf<'_> {
        AsOf::new(self.records(at), self.in_force(at), at)
    }

    /// The releases known by then and not cancelled, in order of ids.
    #[must_use]
    pub fn releases(&self, at: Instant) -> Vec<ReleaseId> {
        let records = self.records(at);
        let open = |id: &ReleaseId| records.cancellation(&Subject::Release(id.clone())).is_none();
        records.releases().map(|row| row.id.clone()).filter(open).collect()
    }

    /// The changes known by then and not cancelled, in order of ids.
    #[must_use]
    pub fn changes(&self, at: Instant) -> Vec<ChangeId> {
        let records = self.records(at);
        records.changes().map(|row| row.id.clone()).filter(|id| !records.is_cancelled(id)).collect()
    }

    /// The facts known by then, folded.
    pub(super) fn records(&self, at: Instant) -> Arc<Records> {
        let fold = || Arc::new(Records::new(Arc::clone(&self.inner.portfolio), at));
        if at >= self.inner.newest {
            return Arc::clone(self.inner.latest.get_or_init(fold));
        }
        fold()
    }

    pub(super) fn in_force(&self, at: Instant) -> InForce<'_> {
        let known =
            self.inner.adopted.effective.iter().take_while(|(recorded, _)| *recorded <= at).count();
        let adopted = self.inner.adopted.effective.get(..known).unwrap_or_default();
        let in_force = adopted.last().map(|(_, policy)| policy);
        let given = self.inner.policy.as_deref();
        // Where a policy was ever adopted, before that none was in force: another one answers what
        // would have been.
        let what_if = given.is_some_and(|given| {
            !self.inner.adopted.effective.is_empty()
                && in_force.is_none_or(|in_force| in_force.digest != given.digest)
        });
        let what_if = what_if || self.inner.assumed;
        let models = &self.inner.adopted.models;
        InForce { policy: given.or(in_force), adopted, models, track: None, what_if }
    }
}

/// The instant at which the newest fact was recorded.
fn newest(portfolio: &Portfolio) -> Instant {
    newest_from(portfolio, &Counts::default())
}

/// The same of those after so many.
fn newest_from(portfolio: &Portfolio, old: &Counts) -> Instant {
    let mut newest = Instant::EPOCH;
    macro_rules! take {
        ($($field:ident: $type:ty,)*) => {$(
            for fact in portfolio.$field.iter_from(old.$field) {
                newest = newest.max(fact.envelope().recorded);
            }
        )*};
    }
    arrays!(take);
    newest
}
