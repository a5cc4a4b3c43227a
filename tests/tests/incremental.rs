//! What is taken in bit by bit, with questions in between, is what it would be taken in at once.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::sync::{Arc, Mutex};

use lynchpin::base::{Instant, Limits};
use lynchpin::history::Records;
use lynchpin::model::Portfolio;
use lynchpin::portfolio::{DecideQuestion, Engine, PlanQuestion, ScoreQuestion, Snapshot};
use lynchpin::reason::ReasonCode;
use lynchpin::reason::tree::Node;
use lynchpin::wire::{self, Detail, read_portfolio};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::at;
use lynchpin_tests::work;
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::frozen::frozen;
use lynchpin_tests::world::life::life;
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{STAGES, after, hour};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A world of any of the kinds that there are generators for, with its policy.
fn world() -> impl Strategy<Value = (Value, String)> {
    prop_oneof![
        case().prop_map(|(world, policy)| (world.document(), policy.text())).boxed(),
        frozen()
            .prop_map(|(world, policy)| (world.with_freezes(world.document()), policy.text()))
            .boxed(),
        life()
            .prop_map(|(world, policies, adopted)| {
                let digests = policies.clone().map(|policy| {
                    let policy: lynchpin::gate::Policy =
                        policy.text().parse().expect("it can be read");
                    policy.digest.to_string()
                });
                let mut document = world.with_life(world.document(), &digests);
                document["policies"] =
                    json!([{"by": "pa", "at": instant(adopted), "text": policies[1].text()}]);
                (document, policies[0].text())
            })
            .boxed(),
        work::case()
            .prop_map(|(world, asked)| (world.document(), asked.policies()[0].clone()))
            .boxed(),
    ]
}

fn portfolio(document: &Value) -> Portfolio {
    let read = read_portfolio(document.to_string().as_bytes(), Limits::untrusted());
    read.expect("a world can be read")
}

/// The facts of a document as documents of a few each: `cuts` says where each fact goes.
fn parts(document: &Value, cuts: &[u8], count: u8) -> Vec<Value> {
    let mut parts = vec![json!({"lynchpin": "portfolio/1"}); usize::from(count)];
    let mut cuts = cuts.iter().cycle();
    for (name, facts) in document.as_object().into_iter().flatten() {
        for fact in facts.as_array().into_iter().flatten() {
            // The way to the users is that of the stages as they stand.
            let cut = if name == "stages" { None } else { cuts.next() };
            let part = usize::from(cut.map_or(0, |cut| cut % count));
            let into = parts.get_mut(part).expect("there are so many parts");
            match into.get_mut(name).and_then(Value::as_array_mut) {
                Some(facts) => facts.push(fact.clone()),
                None => into[name] = json!([fact]),
            }
        }
    }
    parts
}

/// Everything that is said of everything in all stages at a few instants.
fn answers(snapshot: &Snapshot) -> Vec<Value> {
    let mut said = Vec::new();
    for tick in [hour(1), hour(3), LAST, after(LAST, 30)] {
        let now = at(tick);
        said.push(json!(format!("{:?}", snapshot.open_items(now))));
        let releases = snapshot.releases(now).into_iter().map(lynchpin::base::Subject::Release);
        let changes = snapshot.changes(now).into_iter().map(lynchpin::base::Subject::Change);
        for subject in releases.chain(changes) {
            for stage in STAGES.iter().filter_map(|stage| stage.parse().ok()) {
                let question = DecideQuestion::new(subject.clone(), now).with_stage(stage);
                said.push(match snapshot.decide(&question) {
                    Ok(decided) => json!(wire::Decision::new(snapshot, &decided, Detail::Full)),
                    Err(error) => json!(error.to_string()),
                });
            }
            let plan = snapshot.plan(&PlanQuestion::new(subject.clone(), now));
            let score = snapshot.score(&ScoreQuestion::new(subject, now));
            said.push(json!(format!("{plan:?} {score:?}")));
        }
    }
    said
}

proptest! {
    #![proptest_config(config(120))]

    /// Whatever order the facts come in, and whatever was asked in between.
    #[test]
    fn a_stream_of_facts_ends_where_one_load_does(
        (document, policy) in world(),
        cuts in proptest::collection::vec(any::<u8>(), 1..80),
        count in 2u8..6,
        asks in any::<u8>(),
    ) {
        let mut engine = Engine::new(Limits::untrusted());
        engine.set_policy(&policy).expect("a policy can be read");
        let mut stream = engine.clone();
        engine.add(portfolio(&document)).expect("a world can be taken in");
        let mut earlier = Vec::new();
        for (number, part) in parts(&document, &cuts, count).iter().enumerate() {
            let added = stream.add(portfolio(part));
            // What cites a fact by a digest may come before it; nothing else is refused.
            prop_assert!(added.is_ok(), "{added:?}");
            if asks >> number & 1 == 1 {
                let snapshot = stream.snapshot();
                earlier.push((answers(&snapshot), snapshot));
            }
        }
        for (grown, loaded) in answers(&stream.snapshot()).iter().zip(answers(&engine.snapshot())) {
            prop_assert_eq!(grown, &loaded);
        }
        // Who holds an earlier snapshot reads on as if nothing had been added.
        for (said, snapshot) in earlier {
            prop_assert_eq!(answers(&snapshot), said);
        }
        // Nothing is there twice, however often it is told.
        let count = stream.snapshot().portfolio().len();
        stream.add(portfolio(&document)).expect("what is known can be told again");
        prop_assert_eq!(stream.snapshot().portfolio().len(), count);
    }

    /// All rows are the same, whatever nobody asks about included.
    #[test]
    fn rows_that_grow_are_those_folded_at_once(
        (document, _) in world(),
        cuts in proptest::collection::vec(any::<u8>(), 1..80),
        count in 1u8..6,
    ) {
        let mut grown = Portfolio::default();
        let mut records = Records::new(Arc::new(grown.clone()), Instant::LAST);
        for part in parts(&document, &cuts, count) {
            grown.merge(portfolio(&part));
            records = records.with(Arc::new(grown.clone()), Instant::LAST);
        }
        let folded = Records::new(Arc::new(grown), Instant::LAST);
        prop_assert_eq!(format!("{records:#?}"), format!("{folded:#?}"));
    }
}

/// Of two entries at one instant, both told at once, the same one is cited whichever came first.
#[test]
fn of_two_entries_at_once_the_same_one_is_cited() {
    const POLICY: &str = "name = \"two\"\nopen = []\n\
        requirement.unit = { evidence = { check = \"unit\" }, \
        retrospective = { group = \"ops\", within = \"2h\" } }\n\
        gate.g0 = { stage = \"production\", judges = \"change\", require = \"unit\" }\n";
    let digest = format!("sha256:{}", "0".repeat(64));
    let claim = |attempt: u8| {
        json!({"change": "C-1", "revision": 1, "stage": "production", "attempt": attempt,
            "by": "raj", "at": instant(hour(2)), "verdict": "go", "policy": digest,
            "digest": digest, "changes": [{"change": "C-1", "revision": 1, "digest": digest}]})
    };
    let described = json!({"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
        "people": [{"id": "raj"}, {"id": "mia"}],
        "groups": [{"id": "ops", "members": [{"person": "mia"}]}],
        "changes": [{"id": "C-1", "revision": 1, "at": instant(hour(0)), "by": "raj"}],
        "declarations": [{"change": "C-1", "revision": 1, "kind": "emergency", "by": "mia",
            "at": instant(hour(1))}]});
    let cited = |attempts: [u8; 2]| {
        let mut engine = Engine::new(Limits::untrusted());
        engine.set_policy(POLICY).expect("a policy can be read");
        engine.add(portfolio(&described)).expect("it can be taken in");
        for attempt in attempts {
            let part = json!({"lynchpin": "portfolio/1", "claims": [claim(attempt)]});
            engine.add(portfolio(&part)).expect("it can be taken in");
        }
        let subject = lynchpin::base::Subject::Change("C-1".parse().expect("an id"));
        let question = DecideQuestion::new(subject, at(hour(3)));
        let snapshot = engine.snapshot();
        let decision = snapshot.decide(&question).expect("it is known");
        let nodes = decision.reasons().nodes();
        let owed = nodes.iter().any(|node| node.code == ReasonCode::ObligationOpen);
        assert!(owed, "the check is owed since the entry");
        json!(wire::Decision::new(&snapshot, &decision, Detail::Full))
    };
    assert_eq!(cited([1, 2]), cited([2, 1]));
}

/// Any number of threads read while one writes, and each reads what was there when it took its
/// snapshot, whole.
#[test]
fn readers_see_whole_facts_while_one_writes() {
    const ADDED: usize = 400;
    let described = json!({"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
        "people": [{"id": "raj"}],
        "changes": [{"id": "C-1", "revision": 1, "at": instant(hour(0)), "by": "raj"}],
        "releases": [{"id": "R-1", "revision": 1, "at": instant(hour(0)), "by": "raj",
            "changes": ["C-1"]}]});
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(portfolio(&described)).expect("it can be taken in");
    engine.set_policy("name = \"acme\"\nopen = [\"production\"]").expect("a policy can be read");
    let newest = Mutex::new(engine.snapshot());
    let take = || newest.lock().expect("nobody panics").clone();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while seen < ADDED {
                        let snapshot = take();
                        let known = snapshot.portfolio().holds.len();
                        assert!(known >= seen, "what was there is there");
                        seen = known;
                        let release =
                            lynchpin::base::Subject::Release("R-1".parse().expect("an id"));
                        let question = DecideQuestion::new(release, at(LAST));
                        let decision = snapshot.decide(&question).expect("it is known");
                        let held = |it: &&Node| it.code == ReasonCode::OnHold;
                        assert_eq!(decision.reasons().nodes().iter().filter(held).count(), known);
                    }
                })
            })
            .collect();
        for number in 0..ADDED {
            let held = json!({"change": "C-1", "event": "held", "by": "raj",
                "reason": number.to_string(), "at": instant(hour(1))});
            let held = json!({"lynchpin": "portfolio/1", "holds": [held]});
            engine.add(portfolio(&held)).expect("it can be taken in");
            *newest.lock().expect("nobody panics") = engine.snapshot();
        }
        readers.into_iter().for_each(|reader| reader.join().expect("nobody panics"));
    });
}
