//! Floor 5: what a policy asks, and whether it is met.
//!
//! [`policy`] is a compiled policy, [`parse`] reads one from TOML, [`judge`] answers a gate's
//! tree of named requirements for one subject, [`leaf`] answers one requirement, [`waiver`]
//! what leave was given and [`obligation`] what may be met afterwards; [`rolls`] remembers who
//! sits in a group. This floor computes no risk: the portfolio hands it the figure.

pub mod compare;
pub mod judge;
pub mod leaf;
pub mod lint;
pub mod obligation;
mod owed;
pub mod parse;
pub mod policy;
pub mod rolls;
pub mod waiver;

pub use judge::Case;
pub use obligation::Obligation;
pub use policy::{Gate, Judges, Policy, Requirement, Selector, Tree};
