//! `compose`, `actions` and `collisions`: what planners of releases ask.
//!
//! Each ends well if there is an answer: whether something may go is for `decide`.

use clap::{ArgGroup, Args, ValueEnum};
use lynchpin::base::id::{ChangeId, ReleaseId, StageId};
use lynchpin::base::{Failures, Instant, Span, Subject};
use lynchpin::portfolio::Snapshot;
use lynchpin::report;
use lynchpin::study::{
    self, ActionsQuestion, Assume, Candidate, CollisionsQuestion, ComposeQuestion, Patience,
    ShippingOrder, ShippingWindow,
};
use lynchpin::wire::Answer;

use super::args::Daily;
use super::daily::answer;
use super::failure::Failure;
use super::output::Output;
use super::status::Status;

/// Which changes make the best release?
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("from").required(true).multiple(true))]
pub struct Compose {
    #[command(flatten)]
    daily: Daily,
    /// The release whose members are the candidates
    #[arg(long, value_name = "ID", group = "from")]
    release: Option<ReleaseId>,
    /// A candidate, and what it is worth, such as C-7 or C-7=5; may be said often
    #[arg(long = "change", value_name = "ID[=N]", group = "from", value_parser = candidate)]
    candidates: Vec<Candidate>,
    /// How many failures are to be expected at most, such as 0.5
    #[arg(long, value_name = "N")]
    risk: Option<Failures>,
    /// How much work there may be, in minutes
    #[arg(long, value_name = "N")]
    effort_minutes: Option<u64>,
    /// How long there is to ship it, such as 4h
    #[arg(long, value_name = "SPAN")]
    window: Option<Span>,
    /// How it ships in that time
    #[arg(long, value_enum, default_value_t = Shipping::OneByOne, requires = "window")]
    shipping: Shipping,
    /// How long a change takes that is not planned itself, such as 30m
    #[arg(long, value_name = "SPAN")]
    duration: Option<Span>,
    /// To which stage [default: the first that the candidates have not all entered]
    #[arg(long, value_name = "ID")]
    stage: Option<StageId>,
    /// Hold all to be able to go but those that never can
    #[arg(long)]
    assume_all: bool,
}

/// How what is chosen ships.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shipping {
    /// One after the other
    OneByOne,
    /// Wave by wave, those of a wave at once
    InWaves,
    /// Each as soon as what it waits for has shipped
    InParallel,
}

fn candidate(text: &str) -> Result<Candidate, String> {
    let (id, value) = text.split_once('=').map_or((text, None), |(id, it)| (id, Some(it)));
    let mut candidate = Candidate::new(ChangeId::new(id).map_err(|error| error.to_string())?);
    let whole = |it: &str| it.parse().map_err(|_| format!("`{it}` is no whole number"));
    candidate.value = value.map(whole).transpose()?;
    Ok(candidate)
}

/// Chooses the best release.
pub fn compose(asked: &Compose, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        let mut question = ComposeQuestion::new(at);
        question.release.clone_from(&asked.release);
        question.candidates.clone_from(&asked.candidates);
        question.stage.clone_from(&asked.stage);
        question.duration = asked.duration;
        question.budgets.risk = asked.risk;
        question.budgets.effort_minutes = asked.effort_minutes;
        let shipping = match asked.shipping {
            Shipping::OneByOne => ShippingOrder::OneByOne,
            Shipping::InWaves => ShippingOrder::InWaves,
            Shipping::InParallel => ShippingOrder::InParallel,
        };
        question.budgets.window = asked.window.map(|length| ShippingWindow { length, shipping });
        if asked.assume_all {
            question.assume = Assume::All;
        }
        study::compose::compose(snapshot, &question)
    };
    answer(&asked.daily, output, ask, Answer::Composition, report::composition)
}

/// What is the least that must be done?
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("about").required(true))]
pub struct Actions {
    #[command(flatten)]
    daily: Daily,
    /// The release
    #[arg(long, value_name = "ID", group = "about")]
    release: Option<ReleaseId>,
    /// The change
    #[arg(long, value_name = "ID", group = "about")]
    change: Option<ChangeId>,
    /// To which stage [default: the first that it has not wholly entered]
    #[arg(long, value_name = "ID")]
    stage: Option<StageId>,
    /// Rather wait than act, however long that takes
    #[arg(long)]
    wait: bool,
}

/// Finds the least to do.
pub fn actions(asked: &Actions, output: &mut Output) -> Result<Status, Failure> {
    let release = asked.release.clone().map(Subject::Release);
    let Some(subject) = release.or_else(|| asked.change.clone().map(Subject::Change)) else {
        return Ok(Status::Malformed);
    };
    let ask = |snapshot: &Snapshot, at| {
        let mut question = ActionsQuestion::new(subject, at);
        question.stage.clone_from(&asked.stage);
        if asked.wait {
            question.waiting = Patience::Allow;
        }
        study::actions::actions(snapshot, &question)
    };
    answer(&asked.daily, output, ask, Answer::Actions, report::actions)
}

/// Which open releases collide?
#[derive(Debug, Args)]
pub struct Collisions {
    #[command(flatten)]
    daily: Daily,
    /// Only what is planned after that, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "T")]
    from: Option<Instant>,
    /// Only what is planned before that
    #[arg(long, value_name = "T")]
    to: Option<Instant>,
}

/// Tells which releases collide.
pub fn collisions(asked: &Collisions, output: &mut Output) -> Result<Status, Failure> {
    let ask = |snapshot: &Snapshot, at| {
        let mut question = CollisionsQuestion::new(at);
        (question.from, question.to) = (asked.from, asked.to);
        study::collisions::collisions(snapshot, &question)
    };
    answer(&asked.daily, output, ask, Answer::Collisions, report::collisions)
}
