//! `audit`: everything that was deployed into a stage in a period, and what was behind it.
//!
//! The status is 1 if anything has a gap, is a breach or is left out, so that a script can stop.

use clap::Args;
use lynchpin::base::Instant;
use lynchpin::base::id::StageId;
use lynchpin::portfolio::Snapshot;
use lynchpin::report;
use lynchpin::study::population::{PopulationQuestion, population};
use lynchpin::wire::Answer;

use super::args::Daily;
use super::daily;
use super::failure::Failure;
use super::output::Output;
use super::status::Status;

/// What was deployed in a period?
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    daily: Daily,
    /// Into which stage
    #[arg(long, value_name = "ID")]
    stage: StageId,
    /// The first instant of the period, such as 2026-10-01T00:00:00Z
    #[arg(long, value_name = "T")]
    from: Instant,
    /// The first instant after the period
    #[arg(long, value_name = "T")]
    to: Instant,
}

/// Lists the population, gaps first.
pub fn audit(asked: &Audit, output: &mut Output) -> Result<Status, Failure> {
    let mut status = Status::Go;
    let ask = |snapshot: &Snapshot, at| {
        let Audit { stage, from, to, .. } = asked;
        let found = population(snapshot, &PopulationQuestion::new(stage.clone(), *from, *to, at))?;
        if !found.is_clean() {
            status = Status::NotGo;
        }
        Ok(found)
    };
    let answered =
        daily::answer(&asked.daily, output, ask, Answer::Population, report::population)?;
    Ok(answered.and(status))
}
