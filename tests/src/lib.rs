//! What the tests share: small generated worlds, and oracles that answer about them by definition.

pub mod oracle;
pub mod world;
