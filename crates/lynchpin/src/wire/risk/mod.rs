//! Questions about risk that need no portfolio: what was said of changes and what became of them
//! goes in as columns, figures come out.
//!
//! ```
//! use lynchpin::wire::risk::ask;
//!
//! // Two changes of one in ten each, in parts per billion as scores are.
//! let question = br#"{"joint": {"said": [100000000, 100000000], "shock": "0"}}"#;
//! let answer = String::from_utf8(ask(question)?).unwrap();
//! assert!(answer.starts_with(r#"{"joint":{"any":"0.19","expected":"0.2""#));
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod certify;
mod ebm;
mod house;
mod named;
mod platt;
mod ripe;
mod trees;

pub use certify::{CertifiedModel, Certify, Column, Replay, Replayed};
pub use ebm::{Ebm, ReadModel};
pub use house::{Questionnaire, Rules, Worst};
pub use named::{NamedModel, NamedText};
pub use platt::{Calibrated, Platt};
pub use ripe::{Ripe, Ripeness};
pub use trees::{Format, TreeScores, Trees};

use serde::{Deserialize, Serialize};

use super::strict::read_strict;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::{JOINT_CHANGES_MAX, Limits};
use crate::base::{Instant, LogOdds, Probability, Span};
use crate::risk::backtest::{self, Costs, Outcomes};
use crate::risk::joint::{self, Shock};
use crate::risk::learn::{MISSING, Model, Rolling};
use crate::risk::{drift, house as ratings, lane};

/// What can be asked about risk, as a document. Probabilities of many changes are whole parts per
/// billion and log-odds whole billionths, as models score them; single ones are decimals.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What do changes come to that ship together?
    Joint(Joint),
    /// How much do changes of one release have in common, as past releases show?
    Shock(Releases),
    /// Which changes may pass without anybody looking?
    Lane(Lane),
    /// By how much must all log-odds be shifted to come true as they lately did?
    Shift(Shift),
    /// By what must they be stretched, too?
    Platt(Platt),
    /// What would a model have been worth?
    Backtest(Backtest),
    /// What did a model drift from?
    Drift(Drift),
    /// What is there to begin with, where there is no history yet?
    Published(Published),
    /// What do rules of a house say of changes?
    Rules(Rules),
    /// What do answers to a questionnaire come to?
    Questionnaire(Questionnaire),
    /// Which of several ratings counts?
    Worst(Worst),
    /// What does a model of trees say that another tool trained?
    Trees(Trees),
    /// Which model is an explainable boosting machine that another tool trained?
    Ebm(Ebm),
    /// What is in a model that a policy may name?
    RiskModel(NamedText),
    /// What would models have said of a history, had they known no more than was known then?
    Replay(Replay),
    /// Which model of a history may a policy name?
    Certify(Certify),
}

/// What is there to begin with?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Published {}

/// What do changes come to that ship together?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// The probability of each, in parts per billion.
    pub said: Vec<u32>,
    /// The correlation of what stands behind them, at most 0.95; what published histories show, if
    /// it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shock: Option<Probability>,
}

/// How much do changes of one release have in common?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Releases {
    /// The probability of each change, in parts per billion, release by release.
    pub said: Vec<u32>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// How many changes each release had.
    pub releases: Vec<u32>,
    /// How ripe they are; if it is said, changes that had too little time to fail are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripe>,
}

/// Which changes may pass without anybody looking?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// What was said of each change of the history, in parts per billion.
    pub said: Vec<u32>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// The rate of failure that must not be exceeded among those that pass.
    pub promise: Probability,
    /// How sure it must be.
    pub confidence: Probability,
    /// How ripe they are; if it is said, changes that had too little time to fail are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripe>,
}

/// By how much must all log-odds be shifted?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// What was said of each change, in billionths, in the order in which outcomes became known.
    pub log_odds: Vec<i64>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// Of how many of the last ones it is; 600, if it is not said.
    #[serde(default = "window")]
    pub window: u32,
    /// How ripe they are; if it is said, changes that had too little time to fail are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripe>,
}

fn window() -> u32 {
    Rolling::WINDOW
}

/// What would a model have been worth?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Backtest {
    /// When each change was made, in order.
    pub made: Vec<Instant>,
    /// When it came to be known what became of it; of none, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Vec<Option<Instant>>>,
    /// What was said of each, in parts per billion.
    pub said: Vec<u32>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// What it takes to look at each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Vec<u64>>,
    /// When the outcomes were looked up.
    pub as_of: Instant,
    /// How long each change must have had to fail by then.
    pub maturity: Span,
    /// What would be said of every change without a model.
    pub base: Probability,
    /// What a review costs of a change that would have held.
    pub review: u32,
    /// What a failure costs that was let through.
    pub escape: u32,
    /// Into how many blocks of time it is cut; 10, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u32>,
    /// How often it is drawn anew; 200 times, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u32>,
    /// What the draws begin from.
    #[serde(default)]
    pub seed: u32,
    /// How sure an interval is to hold its figure; 0.9, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Probability>,
}

/// What did a model drift from?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What it was found to be good by.
    pub reference: Part,
    /// What came since.
    pub recent: Part,
    /// The deviate beyond which something has drifted, in millionths; 3, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<u32>,
    /// The stability index beyond which a feature has, in millionths; 0.25, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psi: Option<u32>,
}

/// A part of a history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What was said of each change, in parts per billion.
    pub said: Vec<u32>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// Features of changes, which may be others and later ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// How ripe they are; if it is said, changes that had too little time to fail are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripe>,
}

/// One feature of many changes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its value for each change, in any unit; null where it is not known.
    pub values: Vec<Option<i64>>,
}

/// What is answered, as a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What they come to together.
    Joint(joint::Joint),
    /// The correlation of what stands behind changes of one release.
    Shock(Probability),
    /// The widest lane, and of what history.
    Lane(Certified),
    /// The shift, and how sure it is.
    Shift(Shifted),
    /// Slope and shift, how sure they are, and the model that goes by them.
    Platt(Box<Calibrated>),
    /// What the model would have been worth.
    Backtest(Box<backtest::Backtest>),
    /// How the recent part differs.
    Drift(drift::Drift),
    /// The model to begin with.
    Published(Box<Model>),
    /// The level of each change, and which rule says so.
    Rules(Vec<ratings::Matched>),
    /// The points and the level of each change.
    Questionnaire(Vec<ratings::Rated>),
    /// The worst level of each change; none, if nobody rated it.
    Worst(Vec<Option<String>>),
    /// What the model says of each change, and why.
    Trees(Box<TreeScores>),
    /// The model, and its digest.
    Ebm(Box<ReadModel>),
    /// What it says of a change, its lane, and its digest.
    RiskModel(Box<NamedModel>),
    /// What was said of the later changes, and how.
    Replay(Box<Replayed>),
    /// The model, and what it rests on.
    Certify(Box<CertifiedModel>),
}

/// The widest lane that keeps its promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Certified {
    /// How many changes the history has.
    pub changes: u64,
    /// How many of them failed.
    pub failures: u64,
    /// The rate of failure that must not be exceeded.
    pub promise: Probability,
    /// How sure that is.
    pub confidence: Probability,
    /// The lane; none, if none keeps the promise: then somebody must look at every change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widest: Option<lane::Lane>,
    /// How ripe these changes were, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripeness>,
}

/// By how much all log-odds are to be shifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shifted {
    /// What is to be added to each.
    pub shift: LogOdds,
    /// Its standard error.
    pub error: LogOdds,
    /// Of how many outcomes it was learned.
    pub outcomes: u64,
    /// How ripe these changes were, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripeness>,
}

impl Question {
    /// Answers it.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) and others as for [`joint::shock`],
    /// [`lane::widest`], [`Platt::fit`](crate::risk::learn::Platt::fit),
    /// [`Model::calibrated`], [`backtest::Backtest::new`], [`drift::Drift::new`],
    /// [`Questionnaire::rate`](ratings::Questionnaire::rate),
    /// [`certify`](crate::risk::certify::certify), and those that read
    /// [`Trees`](crate::risk::trees::Trees), [`Model::from_ebm`] and
    /// [`RiskModel::from_json`](crate::risk::RiskModel::from_json), and if something is no
    /// probability;
    /// [`LimitExceeded`](ErrorCode::LimitExceeded) if more changes ship together than a release
    /// holds, or if more is asked at once than is answered in some seconds.
    pub fn ask(&self) -> Result<Answer> {
        match self {
            Question::Joint(asked) => asked.ask(),
            Question::Shock(asked) => asked.ask(),
            Question::Lane(asked) => asked.ask(),
            Question::Shift(asked) => asked.ask(),
            Question::Platt(asked) => asked.ask(),
            Question::Backtest(asked) => asked.ask(),
            Question::Drift(asked) => asked.ask(),
            Question::Published(Published {}) => {
                Ok(Answer::Published(Box::new(Model::published())))
            }
            Question::Rules(asked) => asked.ask(),
            Question::Questionnaire(asked) => asked.ask(),
            Question::Worst(asked) => asked.ask(),
            Question::Trees(asked) => asked.ask(),
            Question::Ebm(asked) => asked.ask(),
            Question::RiskModel(asked) => asked.ask(),
            Question::Replay(asked) => asked.ask(),
            Question::Certify(asked) => asked.ask(),
        }
    }
}

/// Answers a question document with an answer document: the same bytes in every language.
///
/// # Errors
///
/// What is malformed in the question, or why it cannot be answered.
pub fn ask(question: &[u8]) -> Result<Vec<u8>> {
    let question: Question = read_strict(question, Limits::untrusted())?;
    let answer = question.ask()?;
    serde_json::to_vec(&answer).map_err(|error| Error::new(ErrorCode::Other, error.to_string()))
}

fn probabilities(parts: &[u32], path: &str) -> Result<Vec<Probability>> {
    let one = Probability::ONE.parts_per_billion();
    if let Some((at, found)) = parts.iter().enumerate().find(|it| *it.1 > one) {
        let message = format!("{found} parts per billion are more than all: say at most {one}");
        let error = Error::new(ErrorCode::BadArgument, message);
        return Err(error.under(&format!("$.{path}[{at}]")));
    }
    Ok(parts.iter().map(|parts| Probability::from_parts_per_billion(*parts)).collect())
}

/// Refuses what would take too long: so many changes, with so much to look at for each.
fn check_work(changes: usize, each: usize, most: usize, path: &str) -> Result<()> {
    if changes.saturating_mul(each) > most {
        let message = format!("{changes} changes with {each} to look at for each: ask about fewer");
        return Err(Error::new(ErrorCode::LimitExceeded, message).under(path));
    }
    Ok(())
}

fn count(all: usize) -> u64 {
    u64::try_from(all).unwrap_or(u64::MAX)
}

impl Joint {
    fn ask(&self) -> Result<Answer> {
        let said = probabilities(&self.said, "joint.said")?;
        if said.len() > JOINT_CHANGES_MAX {
            let message = format!("{} changes: at most {JOINT_CHANGES_MAX} together", said.len());
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let shock = self.shock.map_or(Shock::PUBLISHED, Shock::new);
        Ok(Answer::Joint(joint::Joint::new(&said, shock)))
    }
}

impl Releases {
    fn ask(&self) -> Result<Answer> {
        let said = probabilities(&self.said, "shock.said")?;
        Ripe::check(self.ripe.as_ref(), self.failed.len(), "shock")?;
        let size = |size: &u32| usize::try_from(*size).unwrap_or(usize::MAX);
        let releases: Vec<usize> = self.releases.iter().map(size).collect();
        Ok(Answer::Shock(joint::shock(&said, &self.failed, &releases)?.correlation()))
    }
}

impl Lane {
    fn ask(&self) -> Result<Answer> {
        let said = probabilities(&self.said, "lane.said")?;
        let ripe = Ripe::check(self.ripe.as_ref(), self.failed.len(), "lane")?;
        let (promise, confidence) = (self.promise, self.confidence);
        let widest = lane::widest(&said, &self.failed, promise, confidence)?;
        let failures = count(self.failed.iter().filter(|failed| **failed).count());
        let changes = count(said.len());
        Ok(Answer::Lane(Certified { changes, failures, promise, confidence, widest, ripe }))
    }
}

impl Shift {
    fn ask(&self) -> Result<Answer> {
        let (said, failed) = (self.log_odds.len(), self.failed.len());
        if said != failed {
            let message = format!("{said} log-odds and {failed} outcomes: give as many of each");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        let ripe = Ripe::check(self.ripe.as_ref(), failed, "shift")?;
        let mut rolling = Rolling::new(self.window);
        for (said, failed) in self.log_odds.iter().zip(&self.failed) {
            rolling.learn(LogOdds::from_billionths(*said), *failed);
        }
        let (shift, error) = (rolling.shift(), rolling.error());
        Ok(Answer::Shift(Shifted { shift, error, outcomes: count(rolling.outcomes()), ripe }))
    }
}

impl Backtest {
    fn ask(&self) -> Result<Answer> {
        let said = probabilities(&self.said, "backtest.said")?;
        let unknown = vec![None; self.known.as_ref().map_or(self.made.len(), |_| 0)];
        let outcomes = Outcomes {
            made: &self.made,
            known: self.known.as_ref().unwrap_or(&unknown),
            said: &said,
            failed: &self.failed,
            effort: self.effort.as_deref(),
        };
        let costs = Costs { review: self.review, escape: self.escape };
        let mut options = backtest::Options::new(self.as_of, self.maturity, self.base, costs)
            .with_seed(self.seed);
        options.blocks = self.blocks.unwrap_or(options.blocks);
        options.repetitions = self.repetitions.unwrap_or(options.repetitions);
        options.confidence = self.confidence.unwrap_or(options.confidence);
        Ok(Answer::Backtest(Box::new(backtest::Backtest::new(&outcomes, &options)?)))
    }
}

impl Drift {
    fn ask(&self) -> Result<Answer> {
        let usual = drift::Options::default();
        let options =
            drift::Options { z: self.z.unwrap_or(usual.z), psi: self.psi.unwrap_or(usual.psi) };
        let reference = probabilities(&self.reference.said, "drift.reference.said")?;
        let recent = probabilities(&self.recent.said, "drift.recent.said")?;
        for (part, path) in [(&self.reference, "reference"), (&self.recent, "recent")] {
            let path = format!("drift.{path}");
            Ripe::check(part.ripe.as_ref(), part.failed.len(), &path)?;
        }
        let (before, now) = (self.reference.values(), self.recent.values());
        let reference = drift::Part {
            said: &reference,
            failed: &self.reference.failed,
            features: &self.reference.features(&before),
        };
        let recent = drift::Part {
            said: &recent,
            failed: &self.recent.failed,
            features: &self.recent.features(&now),
        };
        Ok(Answer::Drift(drift::Drift::new(&reference, &recent, &options)?))
    }
}

impl Part {
    fn values(&self) -> Vec<Vec<i64>> {
        let own = |it: &Feature| it.values.iter().map(|it| it.unwrap_or(MISSING)).collect();
        self.features.iter().map(own).collect()
    }

    fn features<'a>(&'a self, values: &'a [Vec<i64>]) -> Vec<drift::Feature<'a>> {
        let all = self.features.iter().zip(values);
        all.map(|(it, values)| drift::Feature { name: &it.name, values }).collect()
    }
}
