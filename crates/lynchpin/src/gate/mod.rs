//! Floor 5: what a policy asks, and whether it is met.
//!
//! [`policy`] is a compiled policy, [`parse`] reads one from TOML, [`judge`] answers a gate's
//! tree of named requirements for one subject, [`leaf`] answers one requirement, [`expression`]
//! one that is written as CEL, [`waiver`] what leave was given and [`obligation`] what may be met
//! afterwards. [`rolls`] remembers who sits in a group, and [`signed`] says which signed statements
//! count. [`lint`] says what is wrong with a policy that can be read, [`compare`] what differs
//! between two, and [`mod@column`] answers one gate for very many subjects at once. [`profiles`]
//! holds the policies that come with the library. [`state`] is the life of a gate as one table,
//! [`workflow`] the life of a change as verified data. This floor computes no risk: the portfolio
//! hands it the figure.

mod bounds;
pub mod column;
pub mod compare;
pub mod expression;
pub mod figures;
pub mod freeze;
pub mod judge;
pub mod leaf;
mod leaves;
pub mod lint;
pub mod obligation;
mod owed;
pub mod parse;
pub mod policy;
pub mod profiles;
pub mod quarantine;
mod risk_rules;
pub mod rolls;
pub mod signed;
pub mod state;
pub mod waiver;
pub mod workflow;

pub use expression::Expression;
pub use judge::Case;
pub use obligation::Obligation;
pub use policy::{Gate, Judges, Policy, Requirement, Selector, Tree};
pub use state::{GateEvent, GateInstance, GateState, Move};
