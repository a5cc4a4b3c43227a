#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

pub mod checkpoint;
pub mod entry;
pub mod erase;
mod group;
mod group_commit;
pub mod ledger;
mod lines;
pub mod log;
pub mod merkle;
pub mod note;
pub mod opening;
pub mod receipt;
pub mod request;
pub mod shared;
mod snapshot;
pub mod store;
mod sync;
pub mod verify;

pub use entry::{Draft, Entry};
pub use group_commit::GroupCommit;
pub use ledger::{ClaimEnd, Ledger};
pub use log::{Batch, Log, Outcome};
pub use opening::Opening;
pub use receipt::Receipt;
pub use shared::Shared;
pub use verify::{Finding, Verified};
