//! Risk models as data: what the JSON says, before it is read on the risk floor.

use super::fact::fact;

fact! {
    /// A risk model that policies may name by its digest. It scores nothing until one does.
    "risk_models" pub struct FittedModel {
        /// The model, as the JSON of a [`RiskModel`](crate::risk::RiskModel).
        pub text: String,
    }
}
