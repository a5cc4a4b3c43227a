//! What the tests share: small generated worlds, oracles that answer about them by definition,
//! git histories of which everything is known, and keys to sign statements with.

pub mod cases;
pub mod engine;
pub mod favours;
pub mod git;
pub mod histories;
pub mod oracle;
pub mod sets;
pub mod shop;
pub mod signing;
pub mod work;
pub mod world;
