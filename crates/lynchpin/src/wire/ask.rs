//! The generic call: one question in, one answer out, as bytes.

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Comparison, Decision, Lint};
use super::calendar::Calendar;
use super::compose::{Actions, Collisions, Compose};
use super::daily::{Agenda, Ending, Population, Waiting};
use super::entry::{AsOf, Claim, Policies, Record};
use super::queue::Queue;
use super::strict::read_strict;
use super::workflow::{NextStates, Workflow};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::base::limits::Limits;
use crate::base::{Instant, Subject};
use crate::gate::Policy;
use crate::gate::compare::compare;
use crate::plan::{Direction, PlanScope};
use crate::portfolio::{
    DecideQuestion, FactName, PlanQuestion, ReachQuestion, RiskHistoryQuestion, ScoreQuestion,
    Snapshot, VerdictsQuestion,
};
use crate::study::{self, ChangedQuestion, DryRunQuestion, Over};

/// Everything that can be asked, as a document. The enum is closed: every language reaches all of
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// May it go?
    Decide(Decide),
    /// May each of them go?
    Verdicts(Verdicts),
    /// In which order does it ship?
    Plan(Plan),
    /// How risky is it?
    Score(Score),
    /// What does it need, or what needs it?
    Reach(Reach),
    /// May work go on there, and when does that change?
    Calendar(Calendar),
    /// What changed in a decision between two instants, and through which fact?
    Changed(Changed),
    /// What is wrong with a policy?
    LintPolicy(LintPolicy),
    /// What differs between two policies?
    ComparePolicies(ComparePolicies),
    /// Which decisions would another policy flip?
    DryRun(DryRun),
    /// What does a workflow say, is it sound, and where can something in a state of it go?
    Workflow(Workflow),
    /// Where in its workflow is it, and where may it go now?
    NextStates(NextStates),
    /// May it enter now?
    Claim(Claim),
    /// May it go? As a fact to keep.
    Record(Record),
    /// What was deployed without a claim?
    Breaches(AsOf),
    /// What is owed, by whom and until when?
    Obligations(AsOf),
    /// Which policies came into force, and which adoptions had no effect?
    Policies(AsOf),
    /// What waits for whom?
    Waiting(Waiting),
    /// What is on the agenda of a board's next meeting?
    Agenda(Agenda),
    /// What ends soon, and what turns by it?
    Ending(Ending),
    /// What rests on waivers, since when and for how long yet?
    WaiverDebt(AsOf),
    /// What was deployed in a period, and what was behind it?
    Population(Population),
    /// What of a queue may go in parallel, what must wait, and what if something fails?
    Queue(Queue),
    /// Which of some changes make the best release that can ship?
    Compose(Compose),
    /// What is the least that must be done for it to go, and who can?
    Actions(Actions),
    /// Which open releases get in each other's way, and over what?
    Collisions(Collisions),
    /// What may a risk model be fitted to?
    RiskHistory(RiskHistory),
}

/// How much of the reasons an answer carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// The verdict, when it clears and how long it holds.
    Verdict,
    /// Also what holds it back, who can change that, and the tree of what is not simply met.
    #[default]
    Unmet,
    /// Also the whole tree, met and unmet, with the facts it rests on.
    Full,
}

/// May it go?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// How much of the reasons to answer; what is unmet, if it is not said.
    #[serde(default)]
    pub detail: Detail,
    /// What is assumed; such an answer is a what-if, and no go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what_if: Option<WhatIf>,
}

impl Decide {
    /// Asks, with nothing assumed, for what is unmet in the first stage that the subject has not
    /// wholly entered.
    #[must_use]
    pub fn new(subject: Subject, at: Instant) -> Self {
        Decide { subject, stage: None, at, detail: Detail::default(), what_if: None }
    }
}

/// May each of them go: every release that is not cancelled and every change in none?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verdicts {
    /// The stage; of each the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
}

/// What a what-if assumes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// The facts that are left out, named as answers cite them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignoring: Vec<FactName>,
    /// The policy that is asked instead, as TOML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// What changed in a decision between two instants, and through which fact?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; that of the later instant, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The earlier instant.
    pub from: Instant,
    /// The later instant.
    pub to: Instant,
}

/// What is wrong with a policy?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LintPolicy {
    /// The policy as TOML; the one in force, if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The instant as of which people, groups, stages and services are looked at.
    pub at: Instant,
}

/// What differs between two policies?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ComparePolicies {
    /// The one before, as TOML; the one in force, if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The one after, as TOML.
    pub after: String,
    /// The instant whose policy in force is meant.
    pub at: Instant,
}

/// Which decisions would another policy flip?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DryRun {
    /// The other policy, as TOML.
    pub policy: String,
    /// The instant.
    pub at: Instant,
    /// Over every deployment begun since then; over what is open at the instant, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
}

/// In which order does it ship?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// The instant.
    pub at: Instant,
    /// Which changes are held to be able to go; all, if it is not said.
    #[serde(default)]
    pub scope: PlanScope,
}

/// How risky is it?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The change or the release.
    pub subject: Subject,
    /// The instant.
    pub at: Instant,
    /// The parts in which it ships, one after the other, if it is asked what that comes to; what is
    /// in none of them does not ship.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Vec<ChangeId>>,
    /// The change that is split into equal pieces, if it is asked what that comes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// A change that is split.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The change.
    pub change: ChangeId,
    /// Into how many pieces.
    pub into: u32,
}

impl Score {
    /// The question that it states.
    #[must_use]
    pub fn question(&self) -> ScoreQuestion {
        let asked = ScoreQuestion::new(self.subject.clone(), self.at).in_parts(self.parts.clone());
        match &self.split {
            Some(split) => asked.with_split(split.change.clone(), split.into),
            None => asked,
        }
    }
}

/// What may a risk model be fitted to?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RiskHistory {
    /// The instant.
    pub at: Instant,
    /// The names of the features; all that there are, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// What does a change need, or what needs it?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The change.
    pub change: ChangeId,
    /// Which way: `upstream` to what it needs, `downstream` to what needs it.
    pub direction: Direction,
    /// The instant.
    pub at: Instant,
}

impl Question {
    /// Asks a snapshot.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::decide`], [`Snapshot::verdicts`], [`Snapshot::plan`],
    /// [`Snapshot::score`], [`Snapshot::reach`],
    /// [`Snapshot::calendar`], [`Snapshot::claim`], [`Snapshot::record`],
    /// [`Snapshot::next_states`] and [`Workflow::answer`].
    pub fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        match self {
            Question::Decide(asked) => asked.ask(snapshot),
            Question::Verdicts(asked) => {
                let mut question = VerdictsQuestion::new(asked.at);
                question.stage.clone_from(&asked.stage);
                Ok(Answer::Verdicts(snapshot.verdicts(&question)?))
            }
            Question::Plan(asked) => {
                let mut question = PlanQuestion::new(asked.subject.clone(), asked.at);
                question.stage.clone_from(&asked.stage);
                question.scope = asked.scope;
                Ok(Answer::Plan(snapshot.plan(&question)?))
            }
            Question::Score(asked) => Ok(Answer::Score(snapshot.score(&asked.question())?)),
            Question::Reach(asked) => {
                let question = ReachQuestion::new(asked.change.clone(), asked.direction, asked.at);
                Ok(Answer::Reach(snapshot.reach(&question)?))
            }
            Question::Calendar(asked) => {
                Ok(Answer::Calendar(snapshot.calendar(&asked.question()?)?))
            }
            Question::Changed(asked) => {
                let mut question =
                    ChangedQuestion::new(asked.subject.clone(), asked.from, asked.to);
                question.stage.clone_from(&asked.stage);
                Ok(Answer::Changed(study::changed::changed(snapshot, &question)?))
            }
            Question::LintPolicy(asked) => asked.ask(snapshot),
            Question::ComparePolicies(asked) => asked.ask(snapshot),
            Question::DryRun(asked) => {
                let policy = read_policy(&asked.policy, "policy")?;
                let over = asked.since.map_or(Over::Open, Over::DeploymentsSince);
                let question = DryRunQuestion::new(&policy, asked.at).over(over);
                Ok(Answer::DryRun(study::dry_run::dry_run(snapshot, &question)?))
            }
            Question::Claim(asked) => asked.ask(snapshot),
            Question::Record(asked) => asked.ask(snapshot),
            Question::Policies(asked) => Ok(Answer::Policies(Policies::of(snapshot, asked.at))),
            Question::Obligations(asked) => {
                Ok(Answer::Obligations(snapshot.obligations(asked.at)?))
            }
            Question::Breaches(asked) => Ok(Answer::Breaches(snapshot.breaches(asked.at))),
            Question::Workflow(asked) => asked.answer(),
            Question::Waiting(asked) => asked.ask(snapshot),
            Question::Agenda(asked) => asked.ask(snapshot),
            Question::Ending(asked) => asked.ask(snapshot),
            Question::WaiverDebt(asked) => {
                Ok(Answer::WaiverDebt(study::waiver_debt::waiver_debt(snapshot, asked.at)?))
            }
            Question::Population(asked) => asked.ask(snapshot),
            Question::Queue(asked) => asked.ask(snapshot),
            Question::Compose(asked) => asked.ask(snapshot),
            Question::Actions(asked) => asked.ask(snapshot),
            Question::Collisions(asked) => asked.ask(snapshot),
            Question::RiskHistory(asked) => {
                let question = RiskHistoryQuestion::new(asked.at);
                let question = question.with_features(asked.features.clone());
                Ok(Answer::RiskHistory(snapshot.risk_history(&question)?))
            }
            Question::NextStates(asked) => asked.ask(snapshot),
        }
    }
}

impl Decide {
    fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let mut question = DecideQuestion::new(self.subject.clone(), self.at);
        question.stage.clone_from(&self.stage);
        let Some(what_if) = &self.what_if else {
            let decision = snapshot.decide(&question)?;
            return Ok(Answer::Decision(Decision::new(snapshot, &decision, self.detail)));
        };
        let text = what_if.policy.as_deref();
        let policy = text.map(|text| read_policy(text, "what_if.policy")).transpose()?;
        let assumed = snapshot.assuming(&what_if.ignoring, policy.as_ref())?;
        let decision = assumed.decide(&question)?;
        Ok(Answer::Decision(Decision::new(&assumed, &decision, self.detail)))
    }
}

impl LintPolicy {
    fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let given = self.policy.as_deref().map(|text| read_policy(text, "policy")).transpose()?;
        let policy = given.as_ref().or(snapshot.policy(self.at)).ok_or_else(none_in_force)?;
        let findings = snapshot.lint(policy, self.at);
        Ok(Answer::Lint(Lint { policy: policy.digest, findings }))
    }
}

impl ComparePolicies {
    fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        let given = self.before.as_deref().map(|text| read_policy(text, "before")).transpose()?;
        let before = given.as_ref().or(snapshot.policy(self.at)).ok_or_else(none_in_force)?;
        let after = read_policy(&self.after, "after")?;
        let differences = compare(before, &after);
        let (before, after) = (before.digest, after.digest);
        Ok(Answer::Comparison(Comparison { before, after, differences }))
    }
}

fn read_policy(text: &str, field: &str) -> Result<Policy> {
    text.parse().map_err(|error: Error| error.under(&format!("$.{field}")))
}

fn none_in_force() -> Error {
    let message = "no policy is in force then: give one, or adopt one";
    Error::new(ErrorCode::MissingField, message)
}

/// Asks a snapshot a question document and gives the answer document: the same bytes in every
/// language.
///
/// # Errors
///
/// What is malformed in the question, or why it cannot be answered. A refusal is an answer, not
/// an error.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::wire::{ask, read_portfolio};
///
/// let document = br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///     "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(document, Limits::untrusted())?)?;
/// let question = br#"{"decide": {"subject": {"change": "C-1"}, "at": "2026-11-02T09:00:00Z",
///     "detail": "verdict"}}"#;
/// let answer = String::from_utf8(ask(&engine.snapshot(), question)?).unwrap();
/// assert!(answer.starts_with(r#"{"decision":{"verdict":"no_go","subject":{"change":"C-1"}"#));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn ask(snapshot: &Snapshot, question: &[u8]) -> Result<Vec<u8>> {
    let question = read_question(question)?;
    question.ask(snapshot)?.to_bytes()
}

/// Reads a question document.
///
/// # Errors
///
/// What is malformed in it, with its place.
pub fn read_question(bytes: &[u8]) -> Result<Question> {
    read_strict(bytes, Limits::untrusted())
}
