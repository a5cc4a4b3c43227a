//! Answers computed by definition, written apart from the engine.

pub mod gate;
pub mod graph;
pub mod life;
mod requirement;
