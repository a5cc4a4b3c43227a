//! The C library: the engine behind `lynchpin.h`.
//!
//! The header is generated from this crate and is the reference; a C reader needs nothing else.
//! Comments on exported items are therefore written for C. Inside, three rules hold everywhere:
//!
//! - every exported body runs in `guard`, so that no panic leaves the library;
//! - an object is reached only through `handle`, which checks NULL, kind and whether a panic
//!   broke it, which only one that is being changed can be;
//! - an output is written only after everything else has succeeded.
#![deny(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]
#![expect(non_camel_case_types, reason = "the types carry the names that C programs see")]
#![expect(
    clippy::missing_safety_doc,
    reason = "the documentation lands in the header, which begins with the rules for all"
)]

#[cfg(panic = "abort")]
compile_error!("build with panic = \"unwind\": the library turns a panic into a status");

mod codes;
mod column;
mod decision;
mod edges;
mod engine;
mod error;
mod gate;
mod guard;
mod handle;
mod ids;
mod kinds;
mod ledger;
mod model;
mod names;
mod numbers;
mod opening;
mod ordered;
mod plan;
mod report;
mod risk;
mod score;
mod snapshot;
mod text;
mod time;
mod views;
mod workflow;

pub use codes::*;
pub use column::*;
pub use decision::*;
pub use edges::*;
pub use engine::*;
pub use error::*;
pub use gate::*;
pub use ids::*;
pub use kinds::*;
pub use ledger::*;
pub use model::*;
pub use names::*;
pub use numbers::*;
pub use opening::*;
pub use ordered::*;
pub use plan::*;
pub use report::*;
pub use risk::*;
pub use score::*;
pub use snapshot::*;
pub use text::*;
pub use time::*;
pub use views::*;
pub use workflow::*;
