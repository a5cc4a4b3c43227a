//! What the engine says of a small world.

use lynchpin::base::id::StageId;
use lynchpin::base::{Instant, Limits};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, Snapshot, VerdictsQuestion};
use lynchpin::reason::{ReasonCode, Verdict};
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

/// Holds the verdicts on everything at once to the decision on each, for each stage and for those
/// that are entered next. How many verdicts that were.
///
/// # Panics
///
/// If they differ.
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn hold_verdicts_to_decisions(snapshot: &Snapshot, at: Instant) -> usize {
    let stages = snapshot.stages().into_iter().map(Some).chain([None]);
    let of_stage = |stage: Option<StageId>| {
        let mut question = VerdictsQuestion::new(at);
        question.stage = stage;
        let Ok(found) = snapshot.verdicts(&question) else {
            use lynchpin::base::Subject::{Change, Release};
            let changes = snapshot.changes(at).into_iter().map(Change);
            let mut all = snapshot.releases(at).into_iter().map(Release).chain(changes);
            assert!(all.any(|subject| snapshot.decide(&decided(&subject, &question)).is_err()));
            return 0;
        };
        let mut count = 0;
        for of in &found.subjects {
            let decision = snapshot.decide(&decided(&of.subject, &question));
            let decision = decision.expect("what has a verdict can be asked about");
            let (reasons, stage) = (decision.reasons(), &decision.stage);
            let parts = reasons.children(0).filter_map(|index| reasons.nodes().get(index));
            let of_release = matches!(of.subject, lynchpin::base::Subject::Release(_));
            let members = parts.filter(|it| of_release && it.code == ReasonCode::Change);
            let members: Vec<_> = members.map(|it| (it.subject.to_string(), it.verdict)).collect();
            let told = of.changes.iter().map(|id| format!("change {id}"));
            let told: Vec<_> = told.zip(of.verdicts.iter().copied()).collect();
            let about = format!("{} to {stage}", of.subject);
            assert_eq!((of.verdict, &of.stage), (decision.verdict(), stage), "{about}");
            assert_eq!(told, members, "{about}");
            assert_eq!(of.changes.len(), of.verdicts.len(), "{about}");
            assert_eq!(found.what_if.is_some(), decision.what_if, "{about}");
            assert_eq!(found.policy, decision.policy, "{about}");
            count += 1 + members.len();
        }
        count
    };
    stages.map(of_stage).sum()
}

fn decided(subject: &lynchpin::base::Subject, question: &VerdictsQuestion) -> DecideQuestion {
    let mut decided = DecideQuestion::new(subject.clone(), question.at);
    decided.stage.clone_from(&question.stage);
    decided
}

/// The verdict; none, if the subject was not known by then.
#[must_use]
pub fn verdict(snapshot: &Snapshot, subject: Subject, stage: u8, tick: Tick) -> Option<Verdict> {
    decide(snapshot, subject, stage, tick).map(|decision| decision.verdict())
}
