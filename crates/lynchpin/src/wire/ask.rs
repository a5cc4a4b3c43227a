//! The generic call: one question in, one answer out, as bytes.

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::strict::{check_form, read_part};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, StageId};
use crate::base::limits::Limits;
use crate::base::{Instant, Subject};
use crate::plan::{Direction, PlanScope};
use crate::portfolio::{DecideQuestion, PlanQuestion, ReachQuestion, ScoreQuestion, Snapshot};

/// Everything that can be asked, as a document. The enum is closed: every language reaches all of
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// May it go?
    Decide(Decide),
    /// In which order does it ship?
    Plan(Plan),
    /// How risky is it?
    Score(Score),
    /// What does it need, or what needs it?
    Reach(Reach),
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
    /// As for [`Snapshot::decide`], [`Snapshot::plan`], [`Snapshot::score`] and
    /// [`Snapshot::reach`].
    pub fn ask(&self, snapshot: &Snapshot) -> Result<Answer> {
        match self {
            Question::Decide(asked) => {
                let mut question = DecideQuestion::new(asked.subject.clone(), asked.at);
                question.stage.clone_from(&asked.stage);
                Ok(Answer::decision(snapshot, &snapshot.decide(&question)?, asked.detail))
            }
            Question::Plan(asked) => {
                let mut question = PlanQuestion::new(asked.subject.clone(), asked.at);
                question.stage.clone_from(&asked.stage);
                question.scope = asked.scope;
                Ok(Answer::Plan(snapshot.plan(&question)?))
            }
            Question::Score(asked) => {
                let question = ScoreQuestion::new(asked.subject.clone(), asked.at);
                Ok(Answer::Score(snapshot.score(&question)?))
            }
            Question::Reach(asked) => {
                let question = ReachQuestion::new(asked.change.clone(), asked.direction, asked.at);
                Ok(Answer::Reach(snapshot.reach(&question)?))
            }
        }
    }
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
    check_form(bytes, Limits::untrusted())?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the question is not UTF-8"))?;
    read_part(bytes, text, "$").map_err(Error::from)
}
