//! `risk certify`: a model of a history that a policy may name.

use std::cmp::Reverse;

use lynchpin::base::{ErrorCode, Probability};
use lynchpin::report::{counted, line, percent, some};
use lynchpin::risk::joint::Shock;
use lynchpin::risk::lane::widest;
use lynchpin::risk::{Certificate, MEASURE, RiskModel, is_scored};

use super::super::ask::with_newline;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Certify;
use super::gated::{Gated, Together};
use super::model::share_of;
use super::ripe::{Besides, Ripe};
use super::text::short;

/// How many columns are named of those that cannot be taken.
const NAMED: usize = 20;
/// The most changes of which it is told how many a promise needs.
const CHANGES_MAX: u32 = 10_000_000;

/// Prints the model; what was found is told beside, on standard error.
pub fn certify(asked: &Certify, output: &mut Output) -> Result<Status, Failure> {
    check_promise(asked)?;
    let besides = Besides { release: asked.release.as_deref(), ..Besides::default() };
    let ripe = Ripe::read(&asked.history, besides)?;
    check_names(&ripe)?;
    let (course, replay) = (ripe.course(), ripe.replay()?);
    let first = replay.trained;
    let gated = Gated::new(&course, replay);
    let releases = ripe.history.releases.get(first..ripe.count);
    let together = releases.map(|named| Together::new(&gated, named)).transpose()?;
    let fitted = course.whole().map_err(|error| {
        let messages = error.problems().iter().map(|problem| problem.message.as_str());
        let message = format!("no model: {}", messages.collect::<Vec<_>>().join("; "));
        ripe.table.refused_on(0, error.code(), &message)
    })?;
    let mut model = RiskModel::new(fitted);
    model.shift = gated.shift;
    model.shock = together.as_ref().and_then(|it| it.shock).map(Shock::correlation);
    model.lane = gated.lane(asked.promise, asked.confidence, ripe.as_of)?;
    let document = model.to_json()?;
    // What is handed out is what will be taken.
    let model = RiskModel::from_json(&document)?;
    output.write(&with_newline(document))?;
    tell(&ripe, &model, &gated);
    tell_together(together.as_ref());
    tell_doubted(&gated);
    match &model.lane {
        Some(lane) => tell_lane(asked, lane, &gated),
        None => tell_none(asked, &ripe, &gated)?,
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

fn failures(failed: &[bool]) -> usize {
    failed.iter().filter(|failed| **failed).count()
}

fn tell(ripe: &Ripe<'_>, model: &RiskModel, gated: &Gated) {
    let changes = usize::try_from(model.model.changes).unwrap_or(usize::MAX);
    Failure::note(&format!(
        "model: fitted to {}, of which {} failed, as of {}",
        counted(changes, "change", "changes"),
        model.model.failures,
        ripe.as_of,
    ));
    let (scored, failed) = (gated.said.len(), failures(&gated.failed));
    let said = gated.said.iter().map(|it| u64::from(it.parts_per_billion())).sum::<u64>();
    let said = u64::try_from(scored).ok().and_then(|scored| said.checked_div(scored));
    let said = said.and_then(|said| u32::try_from(said).ok()).unwrap_or_default();
    Failure::note(&format!(
        "tested on the last {scored} of them, as a gate would have scored them by models that had \
         not seen them: {failed} failed ({}), {} was said",
        rate(failed, scored),
        percent(Probability::from_parts_per_billion(said)),
    ));
    Failure::note(&format!(
        "shift: {}, error {}, by what became of these",
        short(gated.shift),
        short(gated.shift_error).trim_start_matches('+'),
    ));
}

fn tell_together(together: Option<&Together>) {
    let usual = "what published histories show is taken";
    let told = match together {
        None => format!("not learned, for want of --release: {usual}"),
        Some(Together { releases, failures, shock }) => {
            let several = "of several changes";
            let seen = format!(
                "{} {several}, in which {} failed",
                counted(*releases, "release", "releases"),
                counted(*failures, "change", "changes"),
            );
            match shock {
                Some(shock) => format!("{}, by {seen}", percent(shock.correlation())),
                None => format!("not learned from {seen}, which are too few: {usual}"),
            }
        }
    };
    Failure::note(&format!("shock: {told}"));
}

/// What the lane is, and what it rests on.
fn tell_lane(asked: &Certify, lane: &Certificate, gated: &Gated) {
    let count = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
    let (passed, failed, all) = (count(lane.passed), count(lane.failed), gated.said.len());
    Failure::note(&format!(
        "lane: changes of at most {} pass, {passed} of {all} ({}), of which {failed} failed ({}); \
         at a confidence of {} no more than {} do, and {} is promised",
        lane.at_most.to_millionths(),
        rate(passed, all),
        rate(failed, passed),
        percent(asked.confidence),
        percent(lane.bound(asked.confidence)),
        percent(asked.promise),
    ));
}

/// What never passes, whatever is said of it.
fn tell_doubted(gated: &Gated) {
    let count = gated.vouched.iter().filter(|vouched| !**vouched).count();
    if count == 0 {
        return;
    }
    let mut by: Vec<(&String, usize)> = gated.doubted.iter().map(|(it, of)| (it, *of)).collect();
    by.sort_by_key(|(_, of)| Reverse(*of));
    let by = by.into_iter().map(|(name, of)| format!("{name} of {of}"));
    Failure::note(&format!(
        "not vouched for, so in no lane: {}, by {}: not known, or beyond all that the model was \
         fitted to",
        counted(count, "change", "changes"),
        some(by, gated.doubted.len(), NAMED),
    ));
}

/// That there is none, and what would help.
fn tell_none(asked: &Certify, ripe: &Ripe<'_>, gated: &Gated) -> Result<(), Failure> {
    let (promise, confidence) = (asked.promise, asked.confidence);
    let mut help = Vec::new();
    if !gated.doubted.is_empty() {
        let what = "--ignore for what the model does not vouch for";
        let grows = "--straight, if it only grows and more of it is less risky";
        help.push(format!("{what}, or {grows}"));
    }
    if let Some(least) = least_promise(ripe, gated, confidence)? {
        help.push(format!("--promise {least}, which is the least that these changes keep"));
    }
    let vouched = gated.vouched.iter().filter(|vouched| **vouched).count();
    let needed = least_changes(asked, ripe)?;
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
    Ok(())
}

/// The least promise, in whole thousandths, for which there is a lane.
fn least_promise(
    ripe: &Ripe<'_>,
    gated: &Gated,
    confidence: Probability,
) -> Result<Option<Probability>, Failure> {
    let of = |thousandths: u32| {
        Probability::from_parts_per_billion(thousandths.saturating_mul(1_000_000))
    };
    let (mut low, mut high) = (0, 1_000);
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        match gated.lane(of(middle), confidence, ripe.as_of)? {
            Some(_) => high = middle,
            None => low = middle,
        }
    }
    Ok((high < 1_000).then(|| of(high)))
}

/// Of how many changes none may fail for the promise to be kept.
fn least_changes(asked: &Certify, ripe: &Ripe<'_>) -> Result<u32, Failure> {
    let (one, confidence) = (Probability::ONE, asked.confidence);
    let Some(any) = widest(&[one], &[false], one, confidence)? else { return Ok(0) };
    let mut lane = Certificate::new(&any, ripe.as_of);
    let (mut low, mut high) = (0, CHANGES_MAX);
    while high - low > 1 {
        lane.passed = u32::midpoint(low, high);
        if lane.bound(confidence) <= asked.promise {
            high = lane.passed;
        } else {
            low = lane.passed;
        }
    }
    Ok(high)
}
