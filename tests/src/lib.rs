//! What the tests share: small generated worlds, oracles that answer about them by definition, and
//! git histories of which everything is known.

pub mod git;
pub mod oracle;
pub mod world;
