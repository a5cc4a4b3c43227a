//! A model that a policy may name, read and taken apart.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::base::digest::Digest;
use crate::base::error::Result;
use crate::base::{LogOdds, Probability};
use crate::risk::learn::Model;
use crate::risk::{Certificate, RiskModel};

/// What is in a model that a policy may name?
///
/// ```
/// use lynchpin::wire::risk::{Answer, NamedText, Question};
///
/// let text = r#"{"lynchpin": "risk-model/1", "shift": "-0.5", "model": {"format": "additive/1",
///     "baseline": "-2", "baseline_error": "0", "changes": 40, "failures": 4, "terms": []}}"#;
/// let Answer::RiskModel(read) = Question::RiskModel(NamedText { text: text.into() }).ask()? else {
///     panic!("another answer")
/// };
/// assert_eq!(read.model.baseline.to_string(), "-2.5");
/// assert_eq!(read.lane, None);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NamedText {
    /// The document, as it is recorded in a portfolio.
    pub text: String,
}

/// What is in a model that a policy may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NamedModel {
    /// The digest by which policies name it.
    pub digest: Digest,
    /// The model as it scores changes: the shift is in its baseline already.
    pub model: Model,
    /// What all log-odds are shifted by.
    pub shift: LogOdds,
    /// How much changes of one release have in common, if it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shock: Option<Probability>,
    /// The lane that it was certified for, if it was for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<Certificate>,
}

impl NamedText {
    pub(super) fn ask(&self) -> Result<Answer> {
        let read = RiskModel::from_json(self.text.as_bytes());
        let read = read.map_err(|error| error.under("$.risk_model.text"))?;
        Ok(Answer::RiskModel(Box::new(NamedModel {
            digest: read.digest()?,
            model: read.shifted(),
            shift: read.shift,
            shock: read.shock,
            lane: read.lane,
        })))
    }
}
