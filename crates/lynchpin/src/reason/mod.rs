//! Floor 1: verdicts, reason codes, and the tree that explains an answer.

pub mod code;
pub mod join;
pub mod tree;
pub mod verdict;

pub use code::ReasonCode;
pub use tree::{Act, Arg, Clears, Node, Reasons, RequirementRef};
pub use verdict::Verdict;
