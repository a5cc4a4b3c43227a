//! `risk`: models of how likely changes are to fail, from tables in files and of portfolios.
//!
//! A table is a CSV file whose first row names its columns. All that is worked out is the
//! library's; here files are read, columns are found and answers are printed.

pub mod args;
mod backtest;
mod certify;
mod decimal;
mod explain;
mod figures;
mod fit;
mod history;
mod lines;
mod model;
mod portfolio;
mod ripe;
mod score;
mod table;
mod text;

use super::failure::Failure;
use super::output::Output;
use super::status::Status;
use args::Risk;

/// Answers, and ends well if there is an answer.
pub fn risk(asked: &Risk, output: &mut Output) -> Result<Status, Failure> {
    match asked {
        Risk::Fit(asked) => fit::fit(asked, output),
        Risk::Score(asked) => score::score(asked, output),
        Risk::Explain(asked) => explain::explain(asked, output),
        Risk::Backtest(asked) => backtest::backtest(asked, output),
        Risk::Table(asked) => portfolio::table(asked, output),
        Risk::Certify(asked) => certify::certify(asked, output),
    }
}
