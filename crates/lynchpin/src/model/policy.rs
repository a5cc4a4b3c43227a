//! Policies as data: what the TOML says, before it is compiled on the gate floor.

use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::digest::Digest;
use crate::base::id::PersonId;

fact! {
    /// A policy was put in force, if those whom the policy in force before asks had approved it.
    "policies" pub struct PolicyAdoption {
        /// The policy, as TOML.
        pub text: String,
        /// Who wrote it, and so may not approve it, if that is not who adopts it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub author: Option<PersonId>,
    }
}

/// What somebody decided about a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PolicyVote {
    /// It may be adopted.
    Approved,
    /// What the person said before no longer stands.
    Withdrawn,
    /// It may not.
    Rejected,
}

fact! {
    /// What `by` decided about a policy that is to be adopted.
    "policy_approvals" pub struct PolicyApproval {
        /// The digest of what the policy says.
        pub policy: Digest,
        /// What was decided.
        pub decision: PolicyVote,
    }
}
