//! Floor 9: documents, questions and answers as bytes.
//!
//! The only place that knows JSON as a document form. Reading is strict: unknown fields, doubled
//! keys, fractions and anything else unexpected are refused, with every problem found and its
//! place.

mod answer;
mod ask;
mod document;
mod lines;
mod strict;

pub use answer::{Answer, Decision, Reason, Tree, cites};
pub use ask::{Decide, Detail, Plan, Question, Reach, Score, ask, read_question};
pub use document::{read_portfolio, write_portfolio};
