//! What the engine says of a small world.

use lynchpin::base::{Instant, Limits};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, Snapshot};
use lynchpin::reason::Verdict;
use lynchpin::wire::read_portfolio;
use serde_json::json;

use crate::world::document::instant;
use crate::world::{Policy, STAGES, Subject, Tick, World};

/// Reads a world and its policy as a host would: from documents.
///
/// # Panics
///
/// If one of them is refused.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn load(world: &World, policy: &Policy) -> Snapshot {
    let mut engine = Engine::new(Limits::untrusted());
    let text = world.document().to_string();
    let portfolio = read_portfolio(text.as_bytes(), engine.limits());
    engine.add(portfolio.expect("a world can be read")).expect("a world can be taken in");
    engine.set_policy(&policy.text()).expect("a policy can be read");
    engine.snapshot()
}

/// The question whether a subject may go to a stage.
///
/// # Panics
///
/// If there is no such stage.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn question(subject: Subject, stage: u8, at: Tick) -> DecideQuestion {
    let (key, id) = subject.document();
    let subject = serde_json::from_value(json!({ key: id })).expect("a subject can be read");
    let at: Instant = instant(at).parse().expect("a tick is an instant");
    let stage = STAGES.get(usize::from(stage)).copied().unwrap_or_default();
    DecideQuestion::new(subject, at).with_stage(stage.parse().expect("a stage has an id"))
}

/// The decision; none, if the subject was not known by then.
#[must_use]
pub fn decide(snapshot: &Snapshot, subject: Subject, stage: u8, at: Tick) -> Option<Decision> {
    snapshot.decide(&question(subject, stage, at)).ok()
}

/// The verdict; none, if the subject was not known by then.
#[must_use]
pub fn verdict(snapshot: &Snapshot, subject: Subject, stage: u8, at: Tick) -> Option<Verdict> {
    decide(snapshot, subject, stage, at).map(|decision| decision.verdict())
}
