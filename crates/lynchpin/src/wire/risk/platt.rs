//! What a model says, brought back to what becomes of it.

use serde::{Deserialize, Serialize};

use super::{Answer, Ripe, Ripeness};
use crate::base::LogOdds;
use crate::base::digest::Digest;
use crate::base::error::Result;
use crate::risk::learn::{self, Model};

/// By what must all log-odds be stretched, and by how much shifted then, to come true?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Platt {
    /// What was said of each change, in billionths, by a model that had not seen it.
    pub log_odds: Vec<i64>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// The model that is to say so from now on; none, if only slope and shift are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// How ripe they are; if it is said, changes that had too little time to fail are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripe>,
}

/// By what all log-odds are to be stretched and shifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Calibrated {
    /// By what each is to be multiplied.
    pub slope: LogOdds,
    /// Its standard error.
    pub slope_error: LogOdds,
    /// What is to be added then.
    pub shift: LogOdds,
    /// Its standard error.
    pub shift_error: LogOdds,
    /// Of how many outcomes they were learned.
    pub outcomes: u64,
    /// How many of them were failures.
    pub failures: u64,
    /// The model that says it by itself; none, if none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// The digest of that model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How ripe these changes were, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ripe: Option<Ripeness>,
}

impl Platt {
    pub(super) fn ask(&self) -> Result<Answer> {
        let said: Vec<LogOdds> =
            self.log_odds.iter().copied().map(LogOdds::from_billionths).collect();
        let ripe = Ripe::check(self.ripe.as_ref(), self.failed.len(), "platt")?;
        let found = learn::Platt::fit(&said, &self.failed)?;
        let model = self.model.as_ref().map(|model| model.calibrated(&found)).transpose();
        let model = model.map_err(|error| error.under("$.platt.model"))?;
        let digest = model.as_ref().map(Model::digest).transpose()?;
        Ok(Answer::Platt(Box::new(Calibrated {
            slope: found.slope(),
            slope_error: found.slope_error(),
            shift: found.shift(),
            shift_error: found.shift_error(),
            outcomes: found.outcomes(),
            failures: found.failures(),
            model,
            digest,
            ripe,
        })))
    }
}
