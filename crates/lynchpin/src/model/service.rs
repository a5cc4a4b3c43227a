//! Services (configuration items) and the stages that changes pass on their way to them.

use serde::{Deserialize, Serialize};

use super::fact::record;
use crate::base::id::{EnvironmentId, ProfileId, ServiceId, SloId, StageId};
use crate::base::{Actor, Probability, Span};

record! {
    /// A service: what changes are made to, and who answers for it. Of several declarations the
    /// newest one that was recorded by then counts, whole.
    "services" pub struct Service {
        /// The id that changes name.
        pub id: ServiceId,
        /// How much depends on it: 1 is the most critical. Unknown counts as 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tier: Option<u8>,
        /// Who answers for it and can act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<Actor>,
        /// How it is delivered, such as `itil` or `continuous`; gates may choose by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub profile: Option<ProfileId>,
        /// The services it needs while it runs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub depends_on: Vec<ServiceId>,
        /// The environments it has; all of every stage, if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub environments: Vec<EnvironmentId>,
        /// What it promises those who use it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub slos: Vec<Slo>,
    }
}

/// A service level objective: which share of events must be good, over which time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slo {
    /// The id that policies and samples name.
    pub id: SloId,
    /// The share of events that must be good, such as `"0.999"`.
    pub objective: Probability,
    /// The time up to now over which they are counted.
    pub window: Span,
}

record! {
    /// A stage on the way to the users, such as `staging` or `production`. Their order is that in
    /// which each was first declared; of those that tie, that of the list. Of several declarations
    /// of one, the newest one that was recorded by then counts, whole.
    "stages" pub struct Stage {
        /// The id that releases, approvals and gates name.
        pub id: StageId,
        /// Its environments; one that bears the stage's own name, if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub environments: Vec<EnvironmentId>,
    }
}

impl Stage {
    /// Whether an environment is one of it.
    #[must_use]
    pub fn has(&self, environment: &EnvironmentId) -> bool {
        // A stage's id is also an environment's: the characters allowed are the same.
        let own = || self.id.as_str() == environment.as_str();
        if self.environments.is_empty() { own() } else { self.environments.contains(environment) }
    }
}
