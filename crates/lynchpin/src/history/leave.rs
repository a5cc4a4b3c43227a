//! Change models as they are now, and the pre-authorisations for each.

use std::collections::BTreeMap;

use super::fold::file;
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
        let p = portfolio;
        Leave {
            models: file(&p.models, as_of, |it| Some(it.id.clone())),
            given: file(&p.preauthorisations, as_of, |it| Some(it.model.clone())),
            revoked: file(&p.autonomy_revocations, as_of, |it| Some(it.preauthorisation.clone())),
        }
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
