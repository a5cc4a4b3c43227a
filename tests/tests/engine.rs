//! What an engine makes of facts that come one after the other.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::{Error, ErrorCode, Limits, Subject};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::wire::read_portfolio;

const POLICY: &str = r#"
name = "acme"
requirement.board = { approval = { group = "cab" } }
gate.board = { stage = "production", judges = "change", require = "board" }
"#;

const PEOPLE: &str = r#""people": [{"id": "raj"}, {"id": "ann"}],
 "groups": [{"id": "cab", "members": [{"person": "ann"}]}], "stages": [{"id": "production"}]"#;

/// Loads the parts of portfolios, each without its version, one after the other.
fn load(engine: &mut Engine, parts: &[&str]) -> Result<(), Error> {
    for part in parts {
        let text = format!("{{\"lynchpin\": \"portfolio/1\", {part}}}");
        engine.add(read_portfolio(text.as_bytes(), engine.limits())?)?;
    }
    Ok(())
}

fn engine(parts: &[&str]) -> Engine {
    let mut engine = Engine::new(Limits::untrusted());
    load(&mut engine, parts).expect("the parts can be read");
    engine.set_policy(POLICY).expect("the policy can be read");
    engine
}

fn decide(engine: &Engine, at: &str) -> Decision {
    let change = Subject::Change("C-1".parse().expect("an id"));
    let question = DecideQuestion::new(change, at.parse().expect("an instant"));
    engine.snapshot().decide(&question).expect("it can be decided")
}

fn revision(number: u32, day: u32, more: &str) -> String {
    format!(
        r#""changes": [{{"id": "C-1", "revision": {number}, "at": "2026-11-{day:02}T00:00:00Z",
          "by": "raj"{more}}}]"#
    )
}

fn approval(revision: u32, day: u32, more: &str) -> String {
    format!(
        r#""approvals": [{{"change": "C-1", "revision": {revision}, "requirement": "board",
          "stage": "production", "decision": "approved", "at": "2026-11-{day:02}T00:00:00Z",
          "by": "ann"{more}}}]"#
    )
}

/// An approval may come before the revision it names, from another source. That it then turns out
/// to be of something else is found when the revision comes.
#[test]
fn an_approval_that_saw_something_else_does_not_count() {
    let zeros = format!(r#", "digest": "sha256:{}""#, "0".repeat(64));
    let seen = approval(1, 3, &zeros);
    let engine = engine(&[PEOPLE, &seen, &revision(1, 2, "")]);
    let decision = decide(&engine, "2026-11-04T00:00:00Z");
    assert_eq!(decision.verdict(), Verdict::NeedsAction);
    let blocker = decision.root_blockers().next().expect("something holds it back");
    assert_eq!(blocker.code, ReasonCode::ApprovalStale);
}

#[test]
fn an_approval_that_came_first_counts_once_its_revision_is_there() {
    let engine = engine(&[PEOPLE, &approval(1, 3, ""), &revision(1, 2, "")]);
    assert_eq!(decide(&engine, "2026-11-04T00:00:00Z").verdict(), Verdict::Go);
}

/// What an importer works out from the history is no content of the change: worked out again from a
/// longer history, it takes no approval away.
#[test]
fn what_the_history_of_the_source_says_makes_no_approval_stale() {
    let later = revision(2, 4, r#", "history": {"experience": 31, "entropy": 918296}"#);
    let granted = engine(&[PEOPLE, &revision(1, 2, ""), &approval(1, 3, ""), &later]);
    assert_eq!(decide(&granted, "2026-11-05T00:00:00Z").verdict(), Verdict::Go);
    // What it is, on the other hand, does.
    let later = revision(2, 4, r#", "size": {"files": 31}"#);
    let stale = engine(&[PEOPLE, &revision(1, 2, ""), &approval(1, 3, ""), &later]);
    assert_eq!(decide(&stale, "2026-11-05T00:00:00Z").verdict(), Verdict::NeedsAction);
}

#[test]
fn the_history_of_the_source_is_whole_numbers_within_bounds() {
    let most = r#", "history": {"age_seconds": 9007199254740991, "fix": 1}"#;
    engine(&[PEOPLE, &revision(1, 2, most)]);
    for (history, place) in [
        (r#"{"age_seconds": 9007199254740992}"#, "age_seconds"),
        (r#"{"looked_back": 18446744073709551615}"#, "looked_back"),
        (r#"{"fix": 2}"#, "fix"),
    ] {
        let wrong = revision(1, 2, &format!(r#", "history": {history}"#));
        let mut engine = Engine::new(Limits::untrusted());
        let error = load(&mut engine, &[&wrong]).expect_err("it is refused");
        assert_eq!(error.code(), ErrorCode::NumberOutOfRange, "{history}");
        let at = format!("$.changes[0].history.{place}");
        assert!(error.problems().iter().all(|found| found.path == at), "{error:?}");
    }
}

/// A person who is declared later may look like one who acted before.
#[test]
fn who_looks_like_somebody_that_acted_before_is_refused_with_nothing_taken_in() {
    let mut engine = engine(&[PEOPLE, &revision(1, 2, r#", "author": "Bob""#)]);
    let before = engine.snapshot().portfolio().clone();
    let error = load(&mut engine, &[r#""people": [{"id": "bob"}]"#]).expect_err("it is refused");
    assert_eq!(error.code(), ErrorCode::PeopleLookAlike);
    let places: Vec<&str> = error.problems().iter().map(|found| found.path.as_str()).collect();
    assert_eq!(places, ["$.people[0]"]);
    assert_eq!(*engine.snapshot().portfolio(), before);
}

/// The same fact loaded again says nothing new; another one under the same id is refused.
#[test]
fn facts_repeated_have_one_effect() {
    let first = revision(1, 2, "");
    let hold = r#""holds": [{"change": "C-1", "event": "held", "at": "2026-11-03T00:00:00Z",
        "by": "ann"}]"#;
    let mut engine = engine(&[PEOPLE, &first, hold, &first, hold, PEOPLE]);
    let decision = decide(&engine, "2026-11-04T00:00:00Z");
    let holds = decision.root_blockers().filter(|node| node.code == ReasonCode::OnHold).count();
    assert_eq!(holds, 1);
    let other = revision(1, 2, r#", "title": "another""#);
    let error = load(&mut engine, &[&other]).expect_err("it is refused");
    assert_eq!(error.code(), ErrorCode::DuplicateId);
}

/// A snapshot answers as of what it was made of.
#[test]
fn a_snapshot_stays_as_it_was() {
    let mut engine = engine(&[PEOPLE, &revision(1, 2, "")]);
    let before = engine.snapshot();
    load(&mut engine, &[&approval(1, 3, "")]).expect("it can be read");
    let change = Subject::Change("C-1".parse().expect("an id"));
    let at = "2026-11-04T00:00:00Z".parse().expect("an instant");
    let then = before.decide(&DecideQuestion::new(change, at)).expect("it can be decided");
    assert_eq!(then.verdict(), Verdict::NeedsAction);
    assert_eq!(decide(&engine, "2026-11-04T00:00:00Z").verdict(), Verdict::Go);
}

/// What a change conflicts with may have come before and gone on. That it went on is then a reason
/// for the go: without it, the other would still be soaking in the stage.
#[test]
fn what_took_a_conflict_out_of_the_way_is_cited() {
    let policy = r#"name = "acme"
        open = ["staging"]"#;
    let stages = r#""stages": [{"id": "staging"}, {"id": "production"}]"#;
    let changes = r#""changes": [
        {"id": "C-0", "revision": 1, "at": "2026-11-01T00:00:00Z", "by": "raj"},
        {"id": "C-1", "revision": 1, "at": "2026-11-01T00:00:00Z", "by": "raj",
         "conflicts": [{"change": "C-0"}]}]"#;
    let deployment = |id: &str, environment: &str, day: u32| {
        format!(
            r#"{{"id": "{id}", "environment": "{environment}", "outcome": "succeeded",
             "changes": ["C-0"], "at": "2026-11-{day:02}T00:00:00Z", "by": "bot"}}"#
        )
    };
    let decided = |deployments: &[String]| {
        let facts = format!(r#""deployments": [{}]"#, deployments.join(","));
        let mut engine = Engine::new(Limits::untrusted());
        load(&mut engine, &[stages, changes, &facts]).expect("the parts can be read");
        engine.set_policy(policy).expect("the policy can be read");
        let change = Subject::Change("C-1".parse().expect("an id"));
        let at = "2026-11-09T00:00:00Z".parse().expect("an instant");
        let question = DecideQuestion::new(change, at);
        let staging = question.with_stage("staging".parse().expect("an id"));
        engine.snapshot().decide(&staging).expect("it can be decided")
    };
    let both = [deployment("D-1", "staging", 2), deployment("D-2", "production", 3)];
    let gone_on = decided(&both);
    assert_eq!(gone_on.verdict(), Verdict::Go);
    let cites = gone_on.reasons().nodes().iter().flat_map(|node| node.cites.iter().copied());
    let cites: std::collections::BTreeSet<_> = cites.collect();
    assert_eq!(cites.into_iter().collect::<Vec<_>>(), [("deployments", 0), ("deployments", 1)]);
    assert_eq!(decided(&both[..1]).verdict(), Verdict::NoGo, "it soaks there");
}

/// What was known already takes no place away from what comes with it, and is ignored once only.
#[test]
fn policies_that_are_told_again_stand_where_they_were_given() {
    let adoption = |text: &str, day: u32| {
        let text = serde_json::json!(text);
        format!(r#"{{"text": {text}, "at": "2026-11-{day:02}T00:00:00Z", "by": "raj"}}"#)
    };
    let strict = adoption("name = \"strict\"\nadoption = { group = \"cab\" }", 1);
    let loose = adoption("name = \"loose\"", 2);
    let both = format!(r#""policies": [{strict}, {loose}]"#);
    let mut engine = Engine::new(Limits::untrusted());
    load(&mut engine, &[PEOPLE, &both, &both]).expect("the parts can be read");
    let at = "2026-11-09T00:00:00Z".parse().expect("an instant");
    assert_eq!(engine.snapshot().ignored_adoptions(at).len(), 1);
    assert_eq!(engine.snapshot().portfolio().policies.len(), 2);
    let broken = adoption("name = 7", 3);
    let error = load(&mut engine, &[&format!(r#""policies": [{strict}, {loose}, {broken}]"#)]);
    let error = error.expect_err("a name is a text");
    assert!(error.problems().iter().all(|it| it.path.starts_with("$.policies[2].text")), "{error}");
    assert_eq!(engine.snapshot().portfolio().policies.len(), 2);
}
