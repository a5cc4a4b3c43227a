//! Floor 9: answers as text for people.
//!
//! Prose is one rendering of a reason tree and nothing more: the same answer is a table and a tree
//! for a terminal ([`decision`], [`plan`], [`score`]), the same with everything escaped for pull
//! requests and notebooks ([`markdown`]), and a plan's waves as a picture ([`mermaid`], [`svg`]).
//! What a risk model is worth is drawn, too ([`chart`]). The life of a gate ([`gate`]) and of a
//! change ([`mod@workflow`]) are told in all of these forms. Every function is pure: the same
//! answer and options give the same bytes. Whether colours are wanted is for the caller to know,
//! never decided here.
//!
//! What other people wrote (titles, reasons) is made safe to print first: nothing in it can move a
//! cursor, turn the direction of a line or break out of a table.

pub mod chart;
pub mod gate;
pub mod markdown;
pub mod mermaid;
pub mod svg;
pub mod workflow;

mod calendar;
mod compose;
mod daily;
mod decision;
mod drawing;
mod drivers;
mod entry;
mod options;
mod overview;
mod plan;
mod population;
mod queue;
mod safe;
mod score;
mod sentence;
mod study;
mod table;
mod tree;
mod words;

pub use calendar::calendar;
pub use compose::{actions, collisions, composition};
pub use daily::{agenda, ending, waiting, waiver_debt};
pub use decision::{decision, headline, summary};
pub use drivers::{Driven, drivers, driving, raised_alike};
pub use entry::{breaches, claim, obligations, policies, recorded};
pub use options::{Fold, Options, Style, Titles};
pub use overview::{Blocker, blocked, blockers, overview};
pub use plan::plan;
pub use population::population;
pub use queue::queue;
pub use safe::{line, printable};
pub use score::score;
pub use sentence::sentence;
pub use study::{changed, differences, dry_run, findings};
pub use tree::tree;
pub use words::{counted, faint, mark, percent, some, strong, word};
