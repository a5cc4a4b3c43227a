//! Importers for Lynchpin: what other systems know, as a portfolio.
//!
//! Here stands what the engine itself must not do: reading files and running programs. Each
//! importer gives the engine's own types, so that everything the engine answers can be asked of
//! what was imported.
//!
//! - [`git`]: the history of any repository.

#![forbid(unsafe_code)]

pub mod git;
