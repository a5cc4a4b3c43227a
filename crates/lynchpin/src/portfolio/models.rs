//! The risk models that are told of, read once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::RISK_MODEL_BYTES_MAX;
use crate::base::{Digest, Instant};
use crate::model::{Fact, Portfolio};
use crate::risk::RiskModel;

/// Every risk model by its digest, with when it was first recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Models(BTreeMap<Digest, (Instant, Arc<RiskModel>)>);

impl Models {
    /// The same with those of a portfolio that come after so many.
    pub(super) fn with(&self, portfolio: &Portfolio, old: usize) -> Result<Models> {
        let mut models = self.clone();
        for (number, fact) in portfolio.risk_models.iter_from(old).enumerate() {
            let path = format!("$.risk_models[{number}].text");
            if fact.text.len() > RISK_MODEL_BYTES_MAX {
                let message = format!("the model is larger than {RISK_MODEL_BYTES_MAX} bytes");
                return Err(Error::new(ErrorCode::DocumentTooLarge, message).under(&path));
            }
            let read = RiskModel::from_json(fact.text.as_bytes());
            let model = read.map_err(|error| error.under(&path))?;
            let recorded = fact.envelope().recorded;
            let known = models.0.entry(model.digest()?).or_insert((recorded, Arc::new(model)));
            known.0 = known.0.min(recorded);
        }
        Ok(models)
    }

    /// Whether none was ever told.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The model of a digest, if it was recorded by then.
    pub(super) fn known(&self, digest: &Digest, by: Instant) -> Option<Told<'_>> {
        let (recorded, model) = self.0.get(digest)?;
        (*recorded <= by).then_some(Told { model, recorded: *recorded })
    }
}

/// A model that was told of.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) model: &'a RiskModel,
    /// When it was first recorded.
    pub(super) recorded: Instant,
}
