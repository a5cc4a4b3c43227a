//! Answers computed by definition, written apart from the engine.

mod apart;
mod approval;
mod frozen;
pub mod gate;
pub mod graph;
pub mod life;
mod requirement;
mod rides;
mod seats;
