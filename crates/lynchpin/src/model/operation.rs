//! What happened in operation: deployments and incidents.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::digest::Digest;
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId, IncidentId, ReleaseId, ServiceId};

/// What became of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeploymentOutcome {
    /// It has begun.
    Started,
    /// Its changes are live there.
    Succeeded,
    /// It did not get its changes live.
    Failed,
    /// Its changes are no longer live there.
    RolledBack,
}

fact! {
    /// Changes were brought into an environment, or taken out of it again.
    "deployments" pub struct Deployment {
        /// The deployment; each outcome of it is a fact of its own.
        pub id: DeploymentId,
        /// The environment.
        pub environment: EnvironmentId,
        /// What became of it.
        pub outcome: DeploymentOutcome,
        /// The changes it brought.
        pub changes: Vec<ChangeId>,
        /// The release they were part of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<ReleaseId>,
        /// The service, if it was deployed to one only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service: Option<ServiceId>,
        /// The artifacts it brought; those of the changes at that time, if none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub artifacts: Vec<Digest>,
    }
}

/// What happened to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was opened.
    Opened,
    /// A change was named as its cause, or cleared of it.
    Linked,
    /// It was resolved.
    Resolved,
    /// It was opened again.
    Reopened,
}

/// How sure it is that a change caused an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// It was not the cause.
    Exonerated,
    /// It may be the cause.
    Suspect,
    /// It is the cause.
    Confirmed,
}

fact! {
    /// Something happened to an incident.
    "incidents" pub struct Incident {
        /// The incident.
        pub id: IncidentId,
        /// What happened to it.
        pub event: IncidentEvent,
        /// The services that it hit.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub services: Vec<ServiceId>,
        /// The change that it is linked to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeId>,
        /// How sure that link is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attribution: Option<Attribution>,
    }
}
