//! How good scores were, once it is known what failed: ranking, effort and calibration.
//!
//! Every measure is worked out in whole numbers and rounded once to parts per billion, so that it
//! is the same on every machine. What cannot be told, such as how well failures were ranked where
//! nothing failed, is `None` and never a number.
//!
//! | measure | says | source |
//! | --- | --- | --- |
//! | [`Ranking::auc`] | how often what failed scored higher | Hanley and McNeil (1982) |
//! | [`Ranking::average_precision`] | the same where few fail | precision and recall, in steps |
//! | [`Ranking::recall`] | the failures among the riskiest few | Abreu et al. (2024) gate by it |
//! | [`Ranking::by_effort`] | what a fifth of the effort finds | Kamei et al. (2013) |
//! | [`Calibration`] | whether 10 % means one in ten | Brier (1950); ten bins of like size |

mod calibration;
mod effort;
mod ranking;
mod ties;

pub use calibration::{Bin, Calibration};
pub use effort::ByEffort;
pub use ranking::Ranking;
pub(super) use ties::{Tie, Ties};

use crate::base::Probability;
use crate::base::error::{Error, ErrorCode, Result};

const BILLION: u128 = 1_000_000_000;

/// A share of a whole, rounded to the nearest part in a billion; `None` of nothing.
pub(super) fn share(part: u128, whole: u128) -> Option<Probability> {
    let parts = part.checked_mul(BILLION)?.checked_add(whole / 2)?.checked_div(whole)?;
    Some(Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(u32::MAX)))
}

/// Refuses columns of different lengths.
fn same_length(what: &str, one: usize, other: usize) -> Result<()> {
    if one == other {
        return Ok(());
    }
    let message = format!("{one} {what} for {other} outcomes: give one for each");
    Err(Error::new(ErrorCode::BadArgument, message))
}
