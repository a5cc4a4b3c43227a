//! How long a ledger keeps what was said, and what must stay whatever that time is. No verdict
//! rests on any of it.

use serde::{Deserialize, Serialize};

use super::decision::HoldEvent;
use super::fact::fact;
use crate::base::id::Reference;

/// Why entries were erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The time for which they had to be kept is over.
    Retention,
    /// A person whom they name asked for it and may.
    Request,
}

fact! {
    /// `by` had the words of some entries of the ledger erased. Their hashes stay, so that all
    /// proofs do, and what they mean to decisions stays in the ledger's snapshot.
    "erasures" pub struct Erasure {
        /// The number of the first entry, from 1.
        pub first: u64,
        /// The number of the last one.
        pub last: u64,
        /// Why they were.
        pub basis: Basis,
    }
}

fact! {
    /// Some entries must not be erased, such as during a lawsuit, until that is released.
    "legal_holds" pub struct LegalHold {
        /// The hold, by which it is released.
        pub id: Reference,
        /// Held or released.
        pub event: HoldEvent,
        /// The number of the first entry that it keeps; the first of all, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first: Option<u64>,
        /// The number of the last entry that it keeps; all that come, if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last: Option<u64>,
    }
}
