//! Policies as data: what the TOML says, before it is compiled on the gate floor.

use super::fact::fact;

fact! {
    /// A policy was put in force.
    "policies" pub struct PolicyAdoption {
        /// The policy, as TOML.
        pub text: String,
    }
}
