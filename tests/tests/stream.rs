//! A long stream of random facts, one at a time, ends in the same bytes as one load of all.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::{Limits, Subject};
use lynchpin::model::Portfolio;
use lynchpin::portfolio::{DecideQuestion, Engine, Snapshot};
use lynchpin::wire::{self, Detail, read_portfolio, write_portfolio};
use lynchpin_tests::cases::told;
use serde_json::{Value, json};

const POLICY: &str = r#"
    name = "acme"
    requirement.unit = { evidence = { check = "unit" } }
    requirement.review = { approval = { group = "reviewers", people = 1 } }
    gate.fast = { stage = "production", judges = "change", require = { all = ["unit", "review"] } }
"#;

/// How many facts there are for each case that a soak asks of other tests.
const FACTS_OF_A_CASE: u64 = 10;
const IN_A_RELEASE: u64 = 50;
/// A question comes after so many facts, so that there is something that must be kept up to date.
const ASKED_AFTER: u64 = 97;

#[test]
fn a_long_stream_ends_in_the_bytes_of_one_load() {
    let facts = told("LYNCHPIN_CASES").unwrap_or(200) * FACTS_OF_A_CASE;
    let changes = (facts / 20).max(IN_A_RELEASE);
    let mut stream = Engine::new(Limits::bulk());
    stream.set_policy(POLICY).expect("a policy can be read");
    let mut all = portfolio(&begun(changes));
    stream.add(all.clone()).expect("it can be taken in");
    let mut world = World { random: told("PROPTEST_RNG_SEED").unwrap_or(1), revisions: Vec::new() };
    world.revisions.resize(usize::try_from(changes).expect("it fits"), 1);
    for number in 0..facts {
        let fact = portfolio(&world.fact(number, changes));
        all.merge(fact.clone());
        stream.add(fact).expect("it can be taken in");
        if number % ASKED_AFTER == 0 {
            let subject = Subject::Change(id(number % changes).parse().expect("an id"));
            decide(&stream.snapshot(), subject);
        }
    }
    let mut load = Engine::new(Limits::bulk());
    load.set_policy(POLICY).expect("a policy can be read");
    load.add(all).expect("it can be taken in");
    let (stream, load) = (stream.snapshot(), load.snapshot());
    let bytes =
        |snapshot: &Snapshot| write_portfolio(snapshot.portfolio()).expect("it can be written");
    assert!(bytes(&stream) == bytes(&load), "the facts are others");
    for release in load.releases(now()) {
        let subject = Subject::Release(release);
        let (grown, loaded) = (decide(&stream, subject.clone()), decide(&load, subject.clone()));
        assert!(grown == loaded, "{subject} is decided otherwise");
    }
    println!("counted: {facts} facts one at a time");
}

fn decide(snapshot: &Snapshot, subject: Subject) -> Vec<u8> {
    let decision = snapshot.decide(&DecideQuestion::new(subject, now())).expect("it is known");
    let told = wire::Decision::new(snapshot, &decision, Detail::Full);
    serde_json::to_vec(&told).expect("it can be written")
}

fn now() -> lynchpin::base::Instant {
    "2026-12-01T00:00:00Z".parse().expect("an instant")
}

fn id(number: u64) -> String {
    format!("C-{number}")
}

fn portfolio(document: &Value) -> Portfolio {
    let read = read_portfolio(document.to_string().as_bytes(), Limits::bulk());
    read.expect("a document can be read")
}

/// Everybody and everything there is, and each change in its first revision.
fn begun(changes: u64) -> Value {
    let at = "2026-11-01T09:00:00Z";
    let change =
        |n| json!({"id": id(n), "revision": 1, "at": at, "by": "raj", "services": [service(n)]});
    let release = |n: u64| {
        let last = changes.min((n + 1) * IN_A_RELEASE);
        let members: Vec<String> = (n * IN_A_RELEASE..last).map(id).collect();
        json!({"id": format!("R-{n}"), "revision": 1, "at": at, "by": "mei", "changes": members})
    };
    json!({
        "lynchpin": "portfolio/1",
        "people": [{"id": "raj"}, {"id": "mei"}, {"id": "bo"}, {"id": "ci", "kind": "machine"}],
        "groups": [{"id": "reviewers", "kind": "role",
            "members": [{"person": "mei"}, {"person": "bo"}]}],
        "services": (0..20).map(|n| json!({"id": service(n)})).collect::<Vec<_>>(),
        "stages": [{"id": "staging"}, {"id": "production", "environments": ["prod"]}],
        "changes": (0..changes).map(change).collect::<Vec<_>>(),
        "releases": (0..changes.div_ceil(IN_A_RELEASE)).map(release).collect::<Vec<_>>(),
    })
}

fn service(number: u64) -> String {
    format!("s{}", number % 20)
}

/// What the next fact depends on.
struct World {
    random: u64,
    /// The newest revision of each change.
    revisions: Vec<u64>,
}

impl World {
    fn below(&mut self, bound: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.random >> 33) % bound.max(1)
    }

    /// One fact of any kind about any change.
    fn fact(&mut self, number: u64, changes: u64) -> Value {
        let change = self.below(changes);
        let at = format!(
            "2026-11-{:02}T{:02}:{:02}:{:02}Z",
            2 + self.below(28),
            self.below(24),
            self.below(60),
            self.below(60)
        );
        let known = usize::try_from(change).ok().and_then(|place| self.revisions.get_mut(place));
        let known = known.expect("there are so many");
        let (revision, id) = (*known, id(change));
        match number % 16 {
            0..4 => json!({"lynchpin": "portfolio/1", "approvals": [{"change": id,
                "revision": revision, "requirement": "review", "stage": "production",
                "decision": if number.is_multiple_of(3) { "rejected" } else { "approved" },
                "by": if number.is_multiple_of(5) { "bo" } else { "mei" }, "at": at}]}),
            4..8 => json!({"lynchpin": "portfolio/1", "evidence": [{"check": "unit",
                "change": id, "revision": revision, "run": number,
                "outcome": if number.is_multiple_of(7) { "failed" } else { "passed" },
                "by": "ci", "at": at}]}),
            8..12 => {
                *known += 1;
                let revision = *known;
                self.edit(&id, revision, change, &at)
            }
            12 => json!({"lynchpin": "portfolio/1", "holds": [{"change": id,
                "event": if number.is_multiple_of(2) { "held" } else { "released" },
                "by": "mei", "at": at}]}),
            13 => json!({"lynchpin": "portfolio/1", "deployments": [{"id": format!("D-{number}"),
                "changes": [id], "environment": "prod", "by": "ci", "at": at,
                "outcome": if number.is_multiple_of(3) { "failed" } else { "succeeded" }}]}),
            14 => json!({"lynchpin": "portfolio/1", "incidents": [{"id": format!("I-{number}"),
                "event": "opened", "change": id, "by": "mei", "at": at}]}),
            // All freezes are looked at again for each that is added, so there are few.
            _ if number % 4_096 == 15 => json!({"lynchpin": "portfolio/1", "freezes": [
                {"id": format!("F-{number}"), "by": "mei", "at": at,
                 "scope": {"services": [service(change)]},
                 "when": {"from": "2026-11-30T00:00:00Z", "to": "2026-12-02T06:00:00Z"}}]}),
            _ => json!({"lynchpin": "portfolio/1", "cancellations": [{"change": id,
                "by": "raj", "at": at}]}),
        }
    }

    /// The next revision of a change, which requires others of its release that come before it.
    fn edit(&mut self, id: &str, revision: u64, change: u64, at: &str) -> Value {
        let first = change - change % IN_A_RELEASE;
        let mut requires: Vec<u64> = (0..3)
            .map(|_| first + self.below(change - first + 1))
            .filter(|it| *it < change)
            .collect();
        requires.sort_unstable();
        requires.dedup();
        let requires: Vec<Value> =
            requires.into_iter().map(|it| json!({"change": self::id(it)})).collect();
        json!({"lynchpin": "portfolio/1", "changes": [{"id": id, "revision": revision,
            "at": at, "by": "raj", "services": [service(change)], "requires": requires}]})
    }
}
