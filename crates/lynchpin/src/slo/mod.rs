//! Floor 4: what is left of the error budgets of services.
//!
//! [`budget`] is the arithmetic, on whole numbers only. Whoever asks has filed the samples and
//! hands the figure on.

pub mod budget;

pub use budget::{Budget, Figure, Objective, Sample};
