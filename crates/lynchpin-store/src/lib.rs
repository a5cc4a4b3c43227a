#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

pub mod checkpoint;
pub mod entry;
pub mod ledger;
mod lines;
pub mod log;
pub mod merkle;
pub mod note;
pub mod receipt;
pub mod request;
mod snapshot;
pub mod store;
pub mod verify;

pub use entry::{Draft, Entry};
pub use ledger::{ClaimEnd, Ledger};
pub use log::{Batch, Log, Outcome};
pub use receipt::Receipt;
pub use verify::{Finding, Verified};
