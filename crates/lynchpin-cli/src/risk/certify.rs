//! `risk certify`: a model of a history that a policy may name.

use lynchpin::base::{ErrorCode, Probability};
use lynchpin::report::{counted, line, percent, some};
use lynchpin::risk::certify::{Certified, Promise, Tested, Together, Wanting};
use lynchpin::risk::{Certificate, MEASURE, is_scored};

use super::super::ask::with_newline;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Certify;
use super::model::share_of;
use super::ripe::{Besides, Ripe, messages};
use super::text::short;

/// How many columns are named of those that cannot be taken.
const NAMED: usize = 20;

/// Prints the model; what was found is told beside, on standard error.
pub fn certify(asked: &Certify, output: &mut Output) -> Result<Status, Failure> {
    check_promise(asked)?;
    let besides = Besides { release: asked.release.as_deref(), ..Besides::default() };
    let ripe = Ripe::read(&asked.history, besides)?;
    check_names(&ripe)?;
    let columns = ripe.history.columns();
    let replay = ripe.replay(&columns)?;
    let releases = ripe.history.releases.iter().map(|name| Some(name.as_str()));
    let releases: Vec<Option<&str>> =
        releases.map(|name| name.filter(|name| !name.is_empty())).collect();
    let mut promise = Promise::new(asked.promise).with_confidence(asked.confidence);
    promise.releases = Some(releases.as_slice()).filter(|releases| !releases.is_empty());
    let found = Certified::new(&replay, &promise).map_err(|error| {
        let message = format!("no model: {}", messages(&error));
        ripe.table.refused_on(0, error.code(), &message)
    })?;
    let model = &found.model;
    output.write(&with_newline(model.to_json()?))?;
    tell(&ripe, &found);
    tell_together(found.together.as_ref());
    tell_doubted(&found);
    if let Some(lane) = &model.lane {
        tell_lane(asked, lane, &found.tested);
    }
    if let Some(wanting) = &found.wanting {
        tell_none(asked, wanting, &found);
    }
    Failure::note(&format!("risk.model = \"{}\"", model.digest()?));
    Ok(Status::Go)
}

/// A promise that any rate keeps, or that none can, tells nothing; no policy takes one.
fn check_promise(asked: &Certify) -> Result<(), Failure> {
    let certain = [Probability::ZERO, Probability::ONE];
    for (option, value) in [("--promise", asked.promise), ("--confidence", asked.confidence)] {
        if certain.contains(&value) {
            let message = format!("{option} {value} says nothing: take one between 0 and 1");
            return Err(Failure::plain(ErrorCode::NumberOutOfRange.name(), &message));
        }
    }
    Ok(())
}

/// A portfolio can only be scored by what it works out itself, and by figures that the host gives.
fn check_names(ripe: &Ripe<'_>) -> Result<(), Failure> {
    let strange = ripe.history.features.iter().map(|it| it.name.as_str());
    let strange: Vec<String> = strange
        .filter(|name| !is_scored(name))
        .map(|name| format!("`{}`", line(name, 40)))
        .collect();
    if strange.is_empty() {
        return Ok(());
    }
    let count = strange.len();
    let message = format!(
        "no {} of a portfolio: {}; leave out with --ignore what is none; name the others as \
         `lynchpin risk table` does, and figures of your own `{MEASURE}NAME`",
        if count == 1 { "feature" } else { "features" },
        some(strange.into_iter(), count, NAMED),
    );
    Err(ripe.table.refused_on(1, ErrorCode::UnknownWord, &message))
}

fn rate(part: usize, all: usize) -> String {
    share_of(part, all).map(percent).unwrap_or_default()
}

fn tell(ripe: &Ripe<'_>, found: &Certified) {
    let Certified { model, tested, .. } = found;
    let changes = usize::try_from(model.model.changes).unwrap_or(usize::MAX);
    Failure::note(&format!(
        "model: fitted to {}, of which {} failed, as of {}",
        counted(changes, "change", "changes"),
        model.model.failures,
        ripe.as_of,
    ));
    Failure::note(&format!(
        "tested on the last {} of them, as a gate would have scored them by models that had not \
         seen them: {} failed ({}), {} was said",
        tested.changes,
        tested.failures,
        rate(tested.failures, tested.changes),
        percent(tested.said),
    ));
    Failure::note(&format!(
        "shift: {}, error {}, by what became of these",
        short(model.shift),
        short(found.shift_error).trim_start_matches('+'),
    ));
}

fn tell_together(together: Option<&Together>) {
    let usual = "what published histories show is taken";
    let told = match together {
        None => format!("not learned, for want of --release: {usual}"),
        Some(Together { releases, failures, shock, .. }) => {
            let several = "of several changes";
            let seen = format!(
                "{} {several}, in which {} failed",
                counted(*releases, "release", "releases"),
                counted(*failures, "change", "changes"),
            );
            match shock {
                Some(shock) => format!("{}, by {seen}", percent(*shock)),
                None => format!("not learned from {seen}, which are too few: {usual}"),
            }
        }
    };
    Failure::note(&format!("shock: {told}"));
}

/// What the lane is, and what it rests on.
fn tell_lane(asked: &Certify, lane: &Certificate, tested: &Tested) {
    let count = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
    let (passed, failed, all) = (count(lane.passed), count(lane.failed), tested.changes);
    Failure::note(&format!(
        "lane: changes of at most {} pass, {passed} of {all} ({}), of which {failed} failed ({}); \
         at a confidence of {} no more than {} do, and {} is promised{}",
        lane.at_most.to_millionths(),
        rate(passed, all),
        rate(failed, passed),
        percent(asked.confidence),
        percent(lane.bound(asked.confidence)),
        percent(asked.promise),
        lane.maturity.map_or(String::new(), |it| format!("; each had at least {it} to fail")),
    ));
}

/// What never passes, whatever is said of it.
fn tell_doubted(found: &Certified) {
    let count = found.tested.changes.saturating_sub(found.tested.vouched);
    if count == 0 {
        return;
    }
    let by = found.doubted.iter().map(|doubt| format!("{} of {}", doubt.feature, doubt.changes));
    Failure::note(&format!(
        "not vouched for, so in no lane: {}, by {}: not known, or beyond all that the model was \
         fitted to",
        counted(count, "change", "changes"),
        some(by, found.doubted.len(), NAMED),
    ));
}

/// That there is none, and what would help.
fn tell_none(asked: &Certify, wanting: &Wanting, found: &Certified) {
    let (promise, confidence) = (asked.promise, asked.confidence);
    let mut help = Vec::new();
    if !found.doubted.is_empty() {
        let what = "--ignore for what the model does not vouch for";
        let grows = "--straight, if it only grows and more of it is less risky";
        help.push(format!("{what}, or {grows}"));
    }
    if let Some(least) = wanting.least_promise {
        help.push(format!("--promise {least}, which is the least that these changes keep"));
    }
    let (vouched, needed) = (found.tested.vouched, wanting.changes);
    if usize::try_from(needed).is_ok_and(|needed| vouched < needed) {
        help.push(format!(
            "a longer history, since it takes {needed} changes without a failure to promise that, \
             and the model vouches for {vouched}"
        ));
    }
    help.push("a lower --confidence".to_owned());
    help.push("features that tell more of what fails".to_owned());
    Failure::note(&format!(
        "lane: none: for no part of these changes is it certain at {} that no more than {} fail, \
         so none passes by itself; what helps: {}",
        percent(confidence),
        percent(promise),
        help.join(", or "),
    ));
}
