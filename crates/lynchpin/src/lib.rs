#![forbid(unsafe_code)]
//! The release-management engine.

pub mod base;
pub mod graph;
pub mod model;
pub mod reason;
pub mod wire;
