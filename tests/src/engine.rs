//! What the engine says of a small world.

use lynchpin::base::{Instant, Limits};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, Snapshot};
use lynchpin::reason::Verdict;
use lynchpin::wire::read_portfolio;
use serde_json::{Value, json};

use crate::world::document::instant;
use crate::world::{Policy, STAGES, Subject, Tick, World};

/// Reads a world and its policy as a host would: from documents.
///
/// # Panics
///
/// If one of them is refused.
#[must_use]
pub fn load(world: &World, policy: &Policy) -> Snapshot {
    read(&world.document(), &policy.text())
}

/// Reads a document with facts and a policy.
///
/// # Panics
///
/// If one of them is refused.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn read(document: &Value, policy: &str) -> Snapshot {
    let mut engine = Engine::new(Limits::untrusted());
    let portfolio = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(portfolio.expect("a world can be read")).expect("a world can be taken in");
    engine.set_policy(policy).expect("a policy can be read");
    engine.snapshot()
}

/// The instant of a tick.
///
/// # Panics
///
/// Never: every tick is an instant.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn at(tick: Tick) -> Instant {
    instant(tick).parse().expect("a tick is an instant")
}

/// The document with what was recorded by then, and with what is known always.
#[must_use]
pub fn known(document: &Value, by: Tick) -> Value {
    const DESCRIBED: [&str; 4] = ["people", "groups", "stages", "services"];
    let mut document = document.clone();
    for (name, facts) in document.as_object_mut().into_iter().flatten() {
        let always = DESCRIBED.contains(&name.as_str());
        if let Some(facts) = facts.as_array_mut() {
            facts.retain(|fact| {
                let said = ["recorded", "at"].iter().find_map(|key| fact.get(key)?.as_str());
                let said: Option<Instant> = said.and_then(|said| said.parse().ok());
                said.map_or(always, |said| said <= at(by))
            });
        }
    }
    document
}

/// The question whether a subject may go to a stage.
///
/// # Panics
///
/// If there is no such stage.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn question(subject: Subject, stage: u8, tick: Tick) -> DecideQuestion {
    let (key, id) = subject.document();
    let subject = serde_json::from_value(json!({ key: id })).expect("a subject can be read");
    let stage = STAGES.get(usize::from(stage)).copied().unwrap_or_default();
    DecideQuestion::new(subject, at(tick)).with_stage(stage.parse().expect("a stage has an id"))
}

/// The decision; none, if the subject was not known by then.
#[must_use]
pub fn decide(snapshot: &Snapshot, subject: Subject, stage: u8, tick: Tick) -> Option<Decision> {
    snapshot.decide(&question(subject, stage, tick)).ok()
}

/// The verdict; none, if the subject was not known by then.
#[must_use]
pub fn verdict(snapshot: &Snapshot, subject: Subject, stage: u8, tick: Tick) -> Option<Verdict> {
    decide(snapshot, subject, stage, tick).map(|decision| decision.verdict())
}
