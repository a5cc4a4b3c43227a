//! One gate asked of very many subjects at once.
//!
//! A host that wants to know of a million changes which may go, whenever something happened, does
//! not want a million decisions. It compiles a gate once ([`CompiledGate`]), keeps what is known of
//! each change in [`Columns`] (a row for each change, a column for each requirement, written when
//! a fact arrives), and asks for all verdicts in one pass ([`Columns::verdicts`]) or why one row
//! stands where it does ([`Columns::explain`]). Both walk the same steps of the gate and ask the
//! same function of each requirement; one keeps the verdicts of a block of rows, the other the
//! reasons of one row.
//!
//! The columns are worked out by nobody here but from what is written to them: which run of a check
//! counts, who belongs to a group, whether an approval is stale. Their answer is that of
//! [`judge`](super::judge::judge) if they are written from it, as
//! [`Snapshot::gate_columns`](crate::portfolio::Snapshot::gate_columns) does. What no column is
//! made for (teams, waivers, several artifacts that differ) enters as an answer that was worked out
//! elsewhere.
//!
//! ```
//! use lynchpin::gate::Policy;
//! use lynchpin::gate::column::{Buffer, Columns, CompiledGate, LeafState};
//! use lynchpin::reason::{ReasonCode, Verdict};
//!
//! let policy: Policy = r#"
//!     name = "acme"
//!     requirement.unit = { evidence = { check = "unit" } }
//!     requirement.review = { approval = { group = "reviewers", people = 2 } }
//!     [gate.fast]
//!     stage = "production"
//!     judges = "change"
//!     require = { all = ["unit", "review"] }
//! "#
//! .parse()?;
//! let mut columns = Columns::new(CompiledGate::new(&policy, &"fast".parse()?)?, 2)?;
//! let (ann, bo, raj) = ("ann".parse()?, "bo".parse()?, "raj".parse()?);
//! let (unit, review) = (0, 1);
//! columns.set_seats(review, &[ann, bo, raj], &[])?;
//! let [ann, bo, raj] = ["ann".parse()?, "bo".parse()?, "raj".parse()?];
//! for row in 0..2 {
//!     columns.set_state(unit, row, LeafState::EvidencePassed)?;
//!     columns.approve(review, row, &ann, true)?;
//!     columns.approve(review, row, &bo, true)?;
//! }
//! columns.bar(review, 1, &bo, true)?; // it is his own change
//!
//! let at = "2026-11-03T10:00:00Z".parse()?;
//! assert_eq!(columns.verdicts(at), [Verdict::Go, Verdict::NeedsAction]);
//!
//! let mut buffer = Buffer::default();
//! let why = columns.explain(1, at, &mut buffer)?;
//! assert_eq!(why.verdict(), Verdict::NeedsAction);
//! assert_eq!(why.nodes()[3].answer.code, ReasonCode::ApprovalMissing);
//! assert_eq!(why.nodes()[3].figures, [1, 2]); // approved by one of two
//! # let _ = raj;
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod bulk;
mod columns;
mod compile;
mod explain;
mod seats;
#[cfg(test)]
mod tests;
pub mod write;

pub use super::leaf::state::LeafState;
pub use columns::{Answer, Columns, RowNode, Who};
pub use compile::{CompiledGate, Part};
pub use explain::{Buffer, RowReasons};
pub use seats::Objections;
