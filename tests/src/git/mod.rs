//! Git histories that are made up, so that everything about them is known beforehand.
//!
//! [`scripted`](scripted::scripted) makes a small one in which everything happens that can happen
//! to a line or a file; [`generated`](generated::generated) makes a large one with people,
//! reviews and trailers. Both are the same for the same seed. What is known of them follows from
//! how they are made ([`land`]) and shares no code with the importer.

pub mod answers;
mod draft;
pub mod generated;
pub mod history;
pub mod import;
pub mod land;
mod operations;
mod people;
pub mod random;
pub mod scripted;
mod tree;
