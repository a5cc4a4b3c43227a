//! Floor 0: what everything else is written in.
//!
//! Identifiers, instants, exact numbers, digests with the canonical bytes they are taken over,
//! the one error type, and every limit. Nothing here knows what a change or a gate is.

pub mod canonical;
pub mod chance;
pub mod digest;
pub mod error;
pub(crate) mod filed;
pub mod id;
pub mod instant;
pub mod json;
pub mod limits;
pub mod local;
pub mod number;
pub mod rows;
pub mod subject;
mod text;

pub use chance::Chance;
pub use digest::Digest;
pub use error::{Error, ErrorCode, Problem, Result};
pub use instant::{Instant, Span, When};
pub use limits::Limits;
pub use local::{LocalDate, LocalDateOrTime, LocalTime};
pub use number::{Failures, LogOdds, Probability};
pub use rows::Rows;
pub use subject::{Actor, Subject};
