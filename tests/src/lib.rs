//! Being laid out.

pub mod oracle;
