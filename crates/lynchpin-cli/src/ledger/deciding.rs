//! `decide --ledger ... --by ...`: decisions that are recorded.

use std::path::Path;

use lynchpin::base::id::PersonId;
use lynchpin::portfolio::DecideQuestion;
use lynchpin::report::Titles;
use lynchpin::wire;
use lynchpin_store::request::Reply;

use super::args::With;
use super::{open, writing};
use crate::args::Decide;
use crate::ask;
use crate::failure::Failure;
use crate::load;
use crate::output::Output;
use crate::status::Status;

/// Decides on everything that is asked about, as of now, and records each decision.
pub fn decide(
    asked: &Decide,
    file: &Path,
    by: &PersonId,
    output: &mut Output,
) -> Result<Status, Failure> {
    let clock = load::now(None)?;
    let mut ledger = open::ledger(file, &With::default())?;
    if let Some(policy) = &asked.asked.policy {
        load::with_policy(policy, |text| ledger.set_policy(text))?;
    }
    let known = ledger.snapshot();
    let subjects = ask::subjects(&asked.asked, &known, clock)?;
    let titles = Titles::of(known.portfolio(), clock);
    let options = ask::options(asked, output.style()).with_titles(&titles);
    let mut status = Status::Go;
    for subject in subjects {
        let mut question = DecideQuestion::new(subject, clock);
        question.stage.clone_from(&asked.stage);
        let (decision, record) = ledger.decide(&question, by, clock)?;
        status = status.and(Status::of(decision.verdict(), decision.what_if));
        if asked.asked.json {
            let detail = asked.detail.into();
            let decision = Box::new(wire::Decision::new(&ledger.snapshot(), &decision, detail));
            writing::json(&Reply::Decided { decision, record }, output)?;
            continue;
        }
        output.write(ask::shown(asked, &decision, &options, false).as_bytes())?;
        output.line(&format!("recorded as entry {}", record.sequence))?;
    }
    Ok(status)
}
