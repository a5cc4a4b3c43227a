//! Change models, and the leave that a change authority gives beforehand for changes of one.

use super::fact::fact;
use crate::base::Instant;
use crate::base::digest::Digest;
use crate::base::id::{ChangeId, ModelId, PreauthorisationId, StageId};

fact! {
    /// What a change model says from then on: the way that changes of one sort are made.
    "models" pub struct ChangeModel {
        /// The change model, as changes name it.
        pub id: ModelId,
        /// The digest of its content: the steps, the checks, who may do it.
        pub digest: Digest,
        /// What it is for, in a line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
    }
}

fact! {
    /// Leave, given beforehand by `by`, for every change of one model, until it expires.
    "preauthorisations" pub struct Preauthorisation {
        /// The pre-authorisation.
        pub id: PreauthorisationId,
        /// The change model.
        pub model: ModelId,
        /// The digest of the model's content as it was seen; if the model says something else, the
        /// leave does not count.
        pub digest: Digest,
        /// The stages that it is for; all, if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub stages: Vec<StageId>,
        /// The first instant at which it no longer counts. There is none without an end.
        pub expires: Instant,
    }
}

fact! {
    /// A pre-authorisation that was taken back. Whoever may tell that something failed may.
    "autonomy_revocations" pub struct AutonomyRevocation {
        /// The pre-authorisation that no longer counts.
        pub preauthorisation: PreauthorisationId,
        /// The changes whose failures are why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub failures: Vec<ChangeId>,
    }
}
