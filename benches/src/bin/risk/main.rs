//! `cargo xtask figures risk`: models fitted to ten published histories, here and by others.
//!
//! Each history is cut in time: models are fitted to its first seven tenths, here, by scikit-learn
//! (a logistic regression) and by LightGBM, on the same transformed columns, and judged by what
//! became of the rest. What is chosen (how fast the past fades, how many rounds, that features that
//! grow with a history stay lines) was chosen on the first seven tenths alone, cut likewise.
//!
//! Then what is built on probabilities: the shift that follows late labels, the chance that any of
//! ten changes fails, lanes that let changes pass, and histories in which failures are rare.
//!
//! And what it costs gates to ask a fitted model, on a portfolio that is made up.
//!
//! `risk rank`, `risk later`, `risk rare`, `risk speed` and `risk gates` measure a part.

mod gates;
mod later;
mod learners;
mod rank;
mod rare;
mod speed;

use std::io::{Error, Result};
use std::process::ExitCode;

use lynchpin::base::Probability;
use lynchpin::risk::learn::{Model, Scores};
use lynchpin_benches::ended;
use lynchpin_tests::histories::{History, published};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    ended(run(words.first().map(String::as_str)))
}

fn run(part: Option<&str>) -> Result<()> {
    let histories = published();
    if histories.is_empty() {
        return Err(Error::other("no histories: set LYNCHPIN_DATA to where they are"));
    }
    match part {
        None => {
            rank::measure(&histories)?;
            later::measure(&histories)?;
            rare::measure(&histories)?;
            speed::measure(&histories)?;
            gates::measure()
        }
        Some("rank") => rank::measure(&histories),
        Some("later") => later::measure(&histories),
        Some("rare") => rare::measure(&histories),
        Some("speed") => speed::measure(&histories),
        Some("gates") => gates::measure(),
        Some(other) => {
            Err(Error::other(format!("no part `{other}`: take rank, later, rare, speed or gates")))
        }
    }
}

/// What a model says of each change of a history, in billionths.
fn said(history: &History, model: &Model) -> Result<Vec<i64>> {
    let columns: Vec<&[i64]> = history.values.iter().map(Vec::as_slice).collect();
    let mut log_odds = vec![0; history.failed.len()];
    let into = Scores { log_odds: Some(&mut log_odds), ..Scores::default() };
    model.scorer(false).score(&columns, into).map_err(Error::other)?;
    Ok(log_odds)
}

/// A share of one, to parts per billion.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to its range")]
fn share(value: f64) -> Probability {
    Probability::from_parts_per_billion((value.clamp(0.0, 1.0) * 1e9).round() as u32)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
