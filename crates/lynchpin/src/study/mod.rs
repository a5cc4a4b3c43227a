//! Floor 8: questions about answers: what another policy would decide, and what changed since.
//!
//! [`dry_run`](dry_run::dry_run) asks everything twice, by the policy in force and by another, and
//! tells which decisions flip. [`changed`](changed::changed) compares a decision at two instants
//! and finds the facts that it was changed by. Neither is ever a decision itself.

pub mod changed;
pub mod dry_run;

pub use changed::{Changed, ChangedQuestion, ChangedReason};
pub use dry_run::{DryRun, DryRunQuestion, Flip, Over};
