//! `risk fit`: a model of a history.

use std::path::Path;

use lynchpin::base::{Error, ErrorCode, Span};
use lynchpin::report::{counted, percent, printable};
use lynchpin::risk::backtest::mature_until;
use lynchpin::risk::learn::{Fit, Model};

use super::super::ask::with_newline;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::{Features, Fit as Asked};
use super::history::{Feature, HINT, History, Places, features};
use super::model;
use super::ripe::{check_known, last};
use super::table::Table;

/// Prints the model; what it was fitted to is told beside, on standard error.
pub fn fit(asked: &Asked, output: &mut Output) -> Result<Status, Failure> {
    let prior = asked.prior.as_deref().map(prior).transpose()?;
    let mut table = Table::open_as_of(&asked.file, asked.as_of)?.with_hint(HINT);
    let outcome = table.required(asked.outcome.as_deref(), ("--outcome", "failed"))?;
    let made = table.told(asked.made.as_deref(), ("--made", "made"))?;
    let known = table.told(asked.known.as_deref(), ("--known", "known"))?;
    let others: Vec<usize> = [Some(outcome), made, known].into_iter().flatten().collect();
    let features = features(&table, &asked.features, &others)?;
    if let Some(prior) = &prior {
        check_prior(prior, &features)?;
    }
    // When something was known is of use only where it says what is young.
    let known = known.filter(|_| asked.maturity.is_some());
    let places = Places { outcome, made, known, said: None, release: None, effort: None };
    let mut history = History::read(&mut table, &places, features)?;
    if let Some(maturity) = asked.maturity {
        ripen(&table, &mut history, (asked, maturity))?;
    }
    let fit = how(&asked.features, history.len(), prior.as_ref());
    let fitted = Model::fit(&history.columns(), &history.failed, &fit);
    let fitted = fitted.map_err(|error| unfit(&table, &error))?;
    output.write(&with_newline(fitted.to_json()?))?;
    tell(&history, &fitted)?;
    // Of half a model of lines, the errors are halved, too.
    if let Some(prior) = prior.filter(|_| asked.features.lines) {
        tell_prior(&prior, &fitted);
    }
    Ok(Status::Go)
}

/// Leaves out the changes that have had no time to fail: they would count as changes that held.
fn ripen(
    table: &Table,
    history: &mut History,
    (asked, maturity): (&Asked, Span),
) -> Result<(), Failure> {
    if history.made.is_empty() {
        let message = "--maturity asks when each change was made: name the column with --made";
        return Err(Failure::plain(ErrorCode::MissingField.name(), message));
    }
    let as_of = asked.as_of.unwrap_or_else(|| last(history));
    let (all, count) = (history.len(), mature_until(&history.made, as_of, maturity));
    if count == 0 {
        let message = format!(
            "none of {} has had {maturity} at {as_of} to fail: take a longer history, a later \
             --as-of, or a shorter --maturity if that is long enough",
            counted(all, "change", "changes"),
        );
        return Err(table.refused_on(0, ErrorCode::Empty, &message));
    }
    check_known(table, history, (count, as_of))?;
    history.cut(count);
    let young = counted(all.saturating_sub(count), "change", "changes");
    Failure::note(&format!("{young} left out that had less than {maturity} at {as_of} to fail"));
    Ok(())
}

/// The prior that is shipped, or one from a file.
pub fn prior(named: &Path) -> Result<Model, Failure> {
    if named == Path::new("published") {
        return Ok(Model::published());
    }
    Ok(model::read(named)?.model)
}

/// How a model is fitted to so many changes.
fn how<'a>(asked: &Features, changes: usize, prior: Option<&'a Model>) -> Fit<'a> {
    let usual = if asked.lines { Fit::LINES } else { Fit::additive(changes) };
    Fit { half_life: asked.half_life.or(usual.half_life), prior, ..usual }
}

/// A prior that knows none of the features is most likely that of something else; and where steps
/// say half of it, its lines alone would say half of what it knows, and be sure of that.
pub fn check_prior(prior: &Model, features: &[Feature]) -> Result<(), Failure> {
    let refused = |message| Err(Failure::plain(ErrorCode::BadArgument.name(), message));
    if !prior.pairs.is_empty() || prior.terms.iter().any(|term| !term.steps.adds.is_empty()) {
        return refused("--prior has steps, which are no prior: give one that --lines fitted");
    }
    let knows = |it: &Feature| {
        prior.terms.iter().any(|term| term.name == it.name && term.transform == it.transform)
    };
    if features.iter().any(knows) {
        return Ok(());
    }
    refused("--prior has no term of the name and the transform of any feature: give another")
}

/// What the model refuses, as what is wrong with the file.
fn unfit(table: &Table, error: &Error) -> Failure {
    let messages = error.problems().iter().map(|problem| problem.message.as_str());
    let message = format!(
        "no model: {}; take a longer history, of which some failed and some held",
        messages.collect::<Vec<_>>().join("; ")
    );
    table.refused_on(0, error.code(), &message)
}

/// A summary for whoever looks, which is no part of the model.
fn tell(history: &History, fitted: &Model) -> Result<(), Failure> {
    Failure::note(&format!(
        "fitted to {}, of which {} failed: {}, {}; {}",
        counted(history.len(), "change", "changes"),
        history.failures(),
        counted(fitted.terms.len(), "term", "terms"),
        counted(fitted.pairs.len(), "pair", "pairs"),
        fitted.digest()?
    ));
    Ok(())
}

/// How much of it is known from elsewhere.
fn tell_prior(prior: &Model, fitted: &Model) {
    let parts = fitted.rests_on(prior);
    let told =
        parts.iter().map(|(name, part)| format!("{} of {}", percent(*part), printable(name)));
    let told: Vec<String> = told.collect();
    Failure::note(&format!("rests on the prior yet: {}", told.join(", ")));
}
