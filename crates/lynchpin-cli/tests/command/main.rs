//! The command as its users run it: what it prints, and what it ends with.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod assess;
mod compose;
mod daily;
mod ledger;
mod malformed;
mod policy;
mod risk;
mod run;
mod sample;
mod status;
mod workflow;
