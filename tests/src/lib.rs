//! Being laid out.

pub mod oracle;
pub mod world;
