//! A model that is fitted to the host's own history, and explains itself term by term.
//!
//! [`fit`](Model::fit) finds the logistic regression that makes what failed and what held most
//! likely, each weight drawn towards zero by a normal prior (maximum a posteriori, by Newton's
//! method on standardised columns). It computes in floats with `libm` and in one order of
//! summation, and rounds each weight once: so the same history gives the same model on every
//! machine, and from then on all is whole numbers.
//!
//! ```
//! use lynchpin::risk::learn::{Bend, Column, Fit, Model, Transform};
//!
//! let lines = [3, 900, 12, 40, 700, 2, 350, 8].map(|lines| lines * 1_000_000);
//! let failed = [false, true, false, false, true, false, false, true];
//! let transform = Transform::Log;
//! let columns = [Column { name: "lines", transform, bend: Bend::Rising, values: &lines }];
//! let model = Model::fit(&columns, &failed, &Fit::LINES)?;
//! let (small, large) = (model.score(&[2_000_000])?, model.score(&[800_000_000])?);
//! assert!(small.log_odds < large.log_odds);
//! // The baseline and the terms add up exactly.
//! let terms = large.terms.iter().fold(model.baseline, |sum, term| sum.plus(*term));
//! assert_eq!(terms, large.log_odds);
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod batch;
mod bins;
mod boost;
mod column;
mod document;
mod fit;
mod given;
mod line;
mod matrix;
mod model;
mod platt;
mod published;
mod ridge;
mod rolling;
mod tables;
mod tree;

pub use batch::{Scorer, Scores};
pub use column::{Bend, Column, Fit, Transform};
pub(super) use document::check_adds;
pub(super) use fit::{check_columns, check_prior};
pub use given::{millionths, millionths_of};
pub(super) use model::LARGEST;
pub use model::{Format, MISSING, Model, Pair, Scored, Steps, Term};
pub use platt::Platt;
pub use rolling::Rolling;
