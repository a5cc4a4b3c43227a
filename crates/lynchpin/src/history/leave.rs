//! Change models as they are now, and the pre-authorisations for each.

use std::collections::BTreeMap;

use super::records::known;
use crate::base::Instant;
use crate::base::id::{ModelId, PreauthorisationId};
use crate::model::Portfolio;

/// The models and pre-authorisations known as of an instant.
#[derive(Clone, Debug, Default)]
pub struct Leave {
    models: BTreeMap<ModelId, Vec<usize>>,
    given: BTreeMap<ModelId, Vec<usize>>,
    revoked: BTreeMap<PreauthorisationId, Vec<usize>>,
}

impl Leave {
    /// Files what a portfolio knows by that instant.
    #[must_use]
    pub fn new(portfolio: &Portfolio, as_of: Instant) -> Self {
        let mut filed = Leave::default();
        for number in known(&portfolio.models, as_of) {
            if let Some(model) = portfolio.models.get(number) {
                filed.models.entry(model.id.clone()).or_default().push(number);
            }
        }
        for number in known(&portfolio.preauthorisations, as_of) {
            if let Some(given) = portfolio.preauthorisations.get(number) {
                filed.given.entry(given.model.clone()).or_default().push(number);
            }
        }
        for number in known(&portfolio.autonomy_revocations, as_of) {
            if let Some(revoked) = portfolio.autonomy_revocations.get(number) {
                filed.revoked.entry(revoked.preauthorisation.clone()).or_default().push(number);
            }
        }
        filed
    }

    /// The numbers of what was said of a model, in order.
    #[must_use]
    pub fn model(&self, id: &ModelId) -> &[usize] {
        self.models.get(id).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the pre-authorisations for a model, in order.
    #[must_use]
    pub fn given(&self, model: &ModelId) -> &[usize] {
        self.given.get(model).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the revocations of a pre-authorisation, in order.
    #[must_use]
    pub fn revoked(&self, id: &PreauthorisationId) -> &[usize] {
        self.revoked.get(id).map_or(&[], Vec::as_slice)
    }
}
