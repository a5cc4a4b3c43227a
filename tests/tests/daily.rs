//! The daily questions on generated small worlds, against answers put together one by one.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::{Actor, Instant, Subject};
use lynchpin::portfolio::{DecideQuestion, Decision, Snapshot};
use lynchpin::reason::ReasonCode;
use lynchpin::reason::tree::Node;
use lynchpin::study::ending::{EndKind, Ending, EndingQuestion, ending};
use lynchpin::study::waiting::{WaitingQuestion, waiting};
use lynchpin::study::waiver_debt::waiver_debt;
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, known, read};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::frozen::{Facts, Rules, frozen};
use lynchpin_tests::world::life::life;
use lynchpin_tests::world::strategy::LAST;
use lynchpin_tests::world::{Gate, Quorum, STAGES, Tick, Tree, after, hour};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// How many hours are looked ahead: nothing changes by itself after them.
const AHEAD: u8 = 12;

/// A document and a policy that is put in force from outside.
fn worlds() -> BoxedStrategy<(Value, String)> {
    let frozen =
        frozen().prop_map(|(world, policy)| (world.with_freezes(world.document()), policy.text()));
    let life = life().prop_map(|(world, policies, _)| {
        let digests = policies.clone().map(|policy| {
            let policy: lynchpin::gate::Policy = policy.text().parse().expect("a policy");
            policy.digest.to_string()
        });
        (world.with_life(world.document(), &digests), policies[0].text())
    });
    prop_oneof![frozen.boxed(), life.boxed(), calm().boxed()].boxed()
}

/// Worlds in which one thing is asked of changes that depend on nothing: much is a go for a while.
fn calm() -> impl Strategy<Value = (Value, String)> {
    (frozen(), prop_oneof![1u8..5, Just(3)], prop::bool::weighted(0.8)).prop_map(
        |((mut world, mut policy), leaf, free)| {
            world.releases.clear();
            world.cancellations.clear();
            world.holds.clear();
            for change in &mut world.changes {
                change.conflicts.clear();
                for dependencies in
                    [&mut change.together, &mut change.after, &mut change.supersedes]
                {
                    dependencies.clear();
                }
                change.requires.clear();
                change.revisions.truncate(1);
            }
            // What nobody has deployed yet enters the first stage next.
            for approval in &mut world.approvals {
                (approval.revision, approval.stage) = (1, 0);
            }
            for waiver in &mut world.waivers {
                (waiver.revision, waiver.stage) = (1, 0);
            }
            (policy.quorum, policy.approval_hours) = (Quorum::Count(1), Some(3));
            if free {
                world.deployments.clear();
                world.frozen = Facts::default();
                policy.frozen = Rules::default();
            }
            let gate =
                |stage| Gate { stage, release: false, emergency: false, tree: Tree::Leaf(leaf) };
            policy.waivable |= 1 << leaf;
            policy.gates = vec![gate(0), gate(1)];
            (world.with_freezes(world.document()), policy.text())
        },
    )
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map_or(&[], Vec::as_slice)
}

/// The current revisions of one kind, by id.
fn current<'a>(document: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    let mut found: BTreeMap<&str, &Value> = BTreeMap::new();
    for fact in list(document, kind) {
        let held = found.entry(fact["id"].as_str().expect("an id")).or_insert(fact);
        if fact["revision"].as_u64() > held["revision"].as_u64() {
            *held = fact;
        }
    }
    found
}

fn is_cancelled(document: &Value, kind: &str, id: &str) -> bool {
    list(document, "cancellations").iter().any(|fact| fact[kind] == json!(id))
}

fn has_entered(document: &Value, change: &str, stage: &str) -> bool {
    list(document, "deployments").iter().any(|fact| {
        fact["environment"] == json!(stage)
            && fact["outcome"] != json!("rolled_back")
            && list(fact, "changes").contains(&json!(change))
    })
}

/// The changes of a subject that are known and stand.
fn members<'a>(document: &'a Value, kind: &str, id: &'a str) -> Vec<&'a str> {
    let ids = match kind {
        "change" => vec![id],
        _ => {
            let release = current(document, "releases").get(id).copied();
            let changes = release.map(|release| list(release, "changes")).unwrap_or_default();
            changes.iter().filter_map(Value::as_str).collect()
        }
    };
    let changes = current(document, "changes");
    let there = |id: &&str| changes.contains_key(id) && !is_cancelled(document, "change", id);
    ids.into_iter().filter(there).collect()
}

/// What is open, with each stage that it enters next.
fn open(document: &Value) -> BTreeSet<(Subject, String)> {
    let releases: Vec<&str> = current(document, "releases")
        .into_keys()
        .filter(|id| !is_cancelled(document, "release", id))
        .collect();
    let within = |change: &str| {
        releases
            .iter()
            .any(|id| list(current(document, "releases")[id], "changes").contains(&json!(change)))
    };
    let changes = current(document, "changes").into_keys();
    let alone = changes.filter(|id| !is_cancelled(document, "change", id) && !within(id));
    let mut subjects: Vec<(&str, &str)> = alone.map(|id| ("change", id)).collect();
    subjects.extend(releases.iter().map(|id| ("release", *id)));
    let mut found = BTreeSet::new();
    for (kind, id) in subjects {
        let subject: Subject = serde_json::from_value(json!({ kind: id })).expect("a subject");
        let members = members(document, kind, id);
        for change in &members {
            let last = STAGES.iter().rposition(|stage| has_entered(document, change, stage));
            let next = STAGES.get(last.map_or(0, |last| last + 1));
            found.extend(next.map(|stage| (subject.clone(), (*stage).to_owned())));
        }
        if members.is_empty() {
            found.insert((subject, STAGES[0].to_owned()));
        }
    }
    found
}

fn decide(snapshot: &Snapshot, (subject, stage): (&Subject, &str), when: Instant) -> Decision {
    let stage = stage.parse().expect("a stage has an id");
    let question = DecideQuestion::new(subject.clone(), when).with_stage(stage);
    snapshot.decide(&question).expect("it is known")
}

/// What holds an item back, but for what is said of changes that have entered.
fn blockers<'a>(document: &Value, decision: &'a Decision) -> Vec<&'a Node> {
    let nodes = decision.reasons().nodes();
    let entered = |node: &Node| {
        node.code == ReasonCode::Change
            && has_entered(document, node.subject.id(), decision.stage.as_str())
    };
    let passed: Vec<(usize, usize)> = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| entered(node))
        .map(|(index, node)| (index, node.next))
        .collect();
    let found = decision.root_blockers().filter(|blocker| {
        let index = nodes.iter().position(|node| std::ptr::eq(node, *blocker));
        let index = index.expect("it is one of the nodes");
        !passed.iter().any(|(from, to)| (*from..*to).contains(&index))
    });
    found.collect()
}

fn key(stage: &str, node: &Node) -> Value {
    let args: serde_json::Map<String, Value> =
        node.args.iter().map(|(name, arg)| ((*name).to_owned(), json!(arg))).collect();
    json!({"stage": stage, "subject": node.subject, "gate": node.gate,
        "requirement": node.requirement, "verdict": node.verdict, "code": node.code,
        "args": args, "act": node.act})
}

/// The same of something told.
fn told(item: &Value) -> Value {
    let mut key = json!({});
    for name in ["stage", "subject", "gate", "requirement", "verdict", "code"] {
        key[name] = item[name].clone();
    }
    let or = |name: &str, other: Value| item.get(name).cloned().unwrap_or(other);
    key["args"] = or("args", json!({}));
    key["act"] = or("act", json!([]));
    key
}

/// What waits, by who can act.
fn asked(snapshot: &Snapshot, who: Option<&str>, when: Instant) -> Vec<(Value, Vec<Value>)> {
    let mut question = WaitingQuestion::new(when);
    question.who = who.map(|id| Actor::Person(id.parse().expect("a person has an id")));
    let answer = waiting(snapshot, &question).expect("it can be asked");
    let answer = serde_json::to_value(&answer).expect("it can be written");
    let waits = list(&answer, "waits").iter();
    waits.map(|waits| (waits["actor"].clone(), list(waits, "items").to_vec())).collect()
}

fn texts(keys: impl IntoIterator<Item = Value>) -> BTreeSet<String> {
    keys.into_iter().map(|key| key.to_string()).collect()
}

/// The group of an approval that is missing, and whose approval would add to it.
fn given(decision: &Decision, of: &Value) -> Option<i64> {
    let nodes = decision.reasons().nodes().iter();
    let same = nodes.map(|node| key(decision.stage.as_str(), node)).find(|key| {
        ["subject", "gate", "requirement"].iter().all(|name| key[name] == of[name])
            && key["args"].get("given").is_some()
    });
    same.and_then(|key| key["args"]["given"].as_i64())
}

/// Whether an approval by somebody, at that very instant, adds to those given.
fn would_count(document: &Value, policy: &str, item: &Value, by: &str, when: Instant) -> bool {
    let (kind, id) = item["subject"].as_object().and_then(|it| it.iter().next()).expect("one");
    let kinds = if kind == "change" { "changes" } else { "releases" };
    let revision = current(document, kinds)[id.as_str().expect("an id")]["revision"].clone();
    let mut then = document.clone();
    let approvals = then["approvals"].as_array_mut().expect("a list");
    approvals.push(json!({kind.as_str(): id, "revision": revision,
        "requirement": item["requirement"], "stage": item["stage"], "decision": "approved",
        "by": by, "at": when, "sequence": 1_000_000}));
    let subject: Subject = serde_json::from_value(item["holds_up"][0].clone()).expect("a subject");
    let stage = item["stage"].as_str().expect("a stage");
    let [before, after] = [document, &then]
        .map(|document| given(&decide(&read(document, policy), (&subject, stage), when), item));
    after > before
}

fn belongs(document: &Value, person: &str, group: &Value, when: Instant) -> bool {
    let said = |text: &Value| text.as_str().and_then(|text| text.parse::<Instant>().ok());
    // What is declared again stands behind what was declared before.
    let newest = list(document, "groups").iter().rfind(|it| it["id"] == *group);
    newest.is_some_and(|group| {
        list(group, "members").iter().any(|member| {
            member["person"] == json!(person)
                && said(&member["from"]).is_none_or(|from| from <= when)
                && said(&member["to"]).is_none_or(|to| when < to)
        })
    })
}

/// Whether something waits for a person by what the words mean; nothing, if only the engine knows.
fn waits_for(
    document: &Value,
    policy: &str,
    item: &Value,
    (person, when): (&str, Instant),
) -> Option<bool> {
    let named = |actor: &Value| {
        actor["person"] == json!(person) || person == "pb" && actor["person"] == json!("pb-x")
    };
    let act = list(item, "act");
    let mut groups = act.iter().filter_map(|actor| actor.get("group"));
    let code = item["code"].as_str().expect("a code");
    let lacks = ["missing", "stale", "deferred", "before_evidence", "escalated", "delegated"];
    let lacks = lacks.iter().any(|end| code == format!("approval_{end}"));
    if !lacks || groups.clone().next().is_none() {
        let in_group = groups.any(|group| belongs(document, person, group, when));
        return Some(act.iter().any(named) || in_group);
    }
    let counts = would_count(document, policy, item, person, when);
    // What must have been seen before may not have been.
    (counts || !policy.contains("after_evidence")).then_some(counts)
}

proptest! {
    #![proptest_config(config(60))]

    /// What waits for all is what holds back everything that is open, and nothing else.
    #[test]
    fn what_waits_is_what_holds_back((document, policy) in worlds(), tick in 0..=LAST) {
        let then = known(&document, tick);
        let snapshot = read(&document, &policy);
        let expected: Vec<Value> = open(&then).iter().flat_map(|(subject, stage)| {
            let decision = decide(&snapshot, (subject, stage), at(tick));
            let keys = blockers(&then, &decision).into_iter().map(|node| key(stage, node));
            keys.collect::<Vec<_>>()
        }).collect();
        let waits = asked(&snapshot, None, at(tick));
        let all = waits.iter().flat_map(|(_, items)| items.iter().map(told));
        prop_assert_eq!(texts(all), texts(expected));
        for (actor, items) in &waits {
            for item in items {
                let act = list(item, "act");
                let fits = if actor.is_null() { act.is_empty() } else { act.contains(actor) };
                prop_assert!(fits, "{}: {}", actor, item);
                for other in act {
                    let theirs = waits.iter().find(|(actor, _)| actor == other);
                    prop_assert!(theirs.is_some_and(|(_, items)| items.contains(item)));
                }
            }
            let by = |item: &Value| item["by"].as_str().map_or("never".to_owned(), str::to_owned);
            prop_assert!(items.is_sorted_by_key(by));
        }
        prop_assert_eq!(asked(&read(&then, &policy), None, at(tick)), waits);
    }

    /// Somebody is told of an approval exactly if theirs would add to those that are there.
    #[test]
    fn what_waits_for_somebody_they_can_change((document, policy) in worlds(), tick in 0..=LAST) {
        let then = known(&document, tick);
        let snapshot = read(&then, &policy);
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        for (_, items) in asked(&snapshot, None, at(tick)) {
            all.extend(items.into_iter().map(|item| (told(&item).to_string(), item)));
        }
        for person in ["pa", "pb", "pc", "pd"] {
            let theirs = asked(&snapshot, Some(person), at(tick));
            let theirs = texts(theirs.iter().flat_map(|(_, items)| items.iter().map(told)));
            for (key, item) in &all {
                let expected = waits_for(&then, &policy, item, (person, at(tick)));
                let found = theirs.contains(key);
                let right = expected.is_none_or(|expected| expected == found);
                prop_assert!(right, "{} {:?} {} {}", person, expected, found, item);
            }
            prop_assert!(theirs.iter().all(|key| all.contains_key(key)));
        }
    }

    /// What turns is what a look at every instant finds, and what is said to hold something up
    /// does.
    #[test]
    fn what_ends_turns((document, policy) in worlds(), from in 0..=5u8) {
        let now = hour(from);
        let then = known(&document, now);
        let snapshot = read(&then, &policy);
        let found = look(&snapshot, now);
        let mut expected = Vec::new();
        for (subject, stage) in open(&then) {
            let verdict = |tick| decide(&snapshot, (&subject, &stage), at(tick)).verdict();
            for tick in now + 1..=after(now, AHEAD) {
                let (before, after) = (verdict(tick - 1), verdict(tick));
                if before.is_go() != after.is_go() {
                    expected.push((at(tick), subject.clone(), stage.clone(), before, after));
                }
            }
        }
        expected.sort();
        let turns = found.turns.iter().map(|turn| {
            let stage = turn.item.stage.to_string();
            (turn.at, turn.item.subject.clone(), stage, turn.before, turn.after)
        });
        let mut turns: Vec<_> = turns.collect();
        turns.sort();
        prop_assert_eq!(turns, expected);
        for end in &found.ends {
            for item in &end.holds_up {
                let turn = found.turns.iter().find(|t| t.at == end.at && t.item == *item);
                prop_assert!(turn.is_some_and(|turn| !turn.after.is_go()), "{end:?}");
            }
        }
        // Where nobody comes or goes, an approval that no longer counts has expired.
        let text = then.to_string();
        let settled = !["suspended_from", "\"from\"", "\"to\"", "\"until\""]
            .iter()
            .any(|word| text.contains(word));
        for turn in found.turns.iter().filter(|turn| settled && !turn.after.is_go()) {
            let stale = turn.because.iter().find(|it| it.code == ReasonCode::ApprovalStale);
            let named = stale.is_none_or(|it| found.ends.iter().any(|end| {
                end.at == turn.at
                    && end.subject.as_ref() == Some(&it.subject)
                    && end.requirement == it.requirement
                    && end.holds_up.contains(&turn.item)
            }));
            prop_assert!(named, "{:?} {:?}", turn, found.ends);
        }
        for (kind, name, revoked) in [
            (EndKind::Waiver, "waivers", "waiver"),
            (EndKind::Exception, "exceptions", "exception"),
        ] {
            let ends = found.ends.iter().filter(|end| end.what == kind);
            let told: BTreeSet<&str> = ends.map(|end| end.id.as_str()).collect();
            prop_assert_eq!(told, expiring(&then, (name, revoked), now));
        }
        prop_assert_eq!(look(&read(&document, &policy), now), found);
    }

    /// The waivers in use are those that something rests on, or that something came in by.
    #[test]
    fn waivers_in_use_are_the_debt((document, policy) in worlds(), tick in 0..=LAST) {
        let then = known(&document, tick);
        let snapshot = read(&document, &policy);
        let mut expected: BTreeSet<String> = BTreeSet::new();
        for (subject, stage) in open(&then) {
            let decision = decide(&snapshot, (&subject, &stage), at(tick));
            let nodes = decision.reasons().nodes().iter();
            for node in nodes.filter(|node| node.code == ReasonCode::Waived) {
                let id = node.args.iter().find(|(name, _)| *name == "waiver");
                let id = json!(id.expect("a waiver has an id").1);
                expected.insert(id.as_str().expect("an id is a text").to_owned());
            }
        }
        for waiver in list(&then, "waivers") {
            let kind = if waiver.get("change").is_some() { "change" } else { "release" };
            let id = waiver[kind].as_str().expect("an id");
            let members = match kind {
                "change" => current(&then, "changes").contains_key(id).then_some(id)
                    .into_iter().collect(),
                _ => members(&then, kind, id),
            };
            let stage = waiver["stage"].as_str().expect("a stage");
            let stands = stands(&then, waiver, "waiver", at(tick));
            if stands && members.iter().any(|change| has_entered(&then, change, stage)) {
                expected.insert(waiver["id"].as_str().expect("an id").to_owned());
            }
        }
        let debt = waiver_debt(&snapshot, at(tick)).expect("it can be asked");
        let found: BTreeSet<String> = debt.waivers.iter().map(|it| it.waiver.to_string()).collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(debt.total.count, expected.len());
        let counts: usize = debt.by_requirement.iter().map(|it| it.debt.count).sum();
        prop_assert_eq!(counts, expected.len());
        prop_assert!(debt.waivers.is_sorted_by_key(|it| it.since));
    }
}

fn look(snapshot: &Snapshot, now: Tick) -> Ending {
    let within = format!("{AHEAD}h").parse().expect("a span");
    ending(snapshot, &EndingQuestion::new(at(now), within)).expect("it can be asked")
}

/// Whether leave was not revoked and has not expired.
fn stands(document: &Value, fact: &Value, revoked: &str, when: Instant) -> bool {
    let mut revocations = list(document, "revocations").iter();
    let expires: Instant = fact["expires"].as_str().and_then(|it| it.parse().ok()).expect("an end");
    when < expires && !revocations.any(|it| it.get(revoked) == Some(&fact["id"]))
}

/// The ids of the leave that stands and expires within the time looked ahead.
fn expiring<'a>(
    document: &'a Value,
    (name, revoked): (&str, &str),
    now: Tick,
) -> BTreeSet<&'a str> {
    let ends = list(document, name).iter().filter(|fact| {
        let expires: Instant =
            fact["expires"].as_str().and_then(|it| it.parse().ok()).expect("an end");
        let cancelled = ["change", "release"]
            .iter()
            .any(|kind| fact[*kind].as_str().is_some_and(|id| is_cancelled(document, kind, id)));
        let within = expires <= at(after(now, AHEAD));
        stands(document, fact, revoked, at(now)) && within && !cancelled
    });
    ends.filter_map(|fact| fact["id"].as_str()).collect()
}

/// Worlds in which nothing ever holds anything up would show nothing.
#[test]
fn worlds_have_what_ends() {
    let mut runner = TestRunner::deterministic();
    let mut ends: BTreeMap<(EndKind, bool), u32> = BTreeMap::new();
    let mut debts = 0;
    for _ in 0..300 {
        let tree = worlds().new_tree(&mut runner).expect("a world can be made");
        let (document, policy) = tree.current();
        for now in [hour(2), hour(4)] {
            let snapshot = read(&known(&document, now), &policy);
            for end in look(&snapshot, now).ends {
                *ends.entry((end.what, end.holds_up.is_empty())).or_default() += 1;
            }
            debts += waiver_debt(&snapshot, at(now)).expect("it can be asked").total.count;
        }
    }
    for kind in [EndKind::Waiver, EndKind::Approval, EndKind::Exception, EndKind::Freeze] {
        let told = ends.iter().filter(|((it, _), _)| *it == kind).map(|(_, count)| count);
        assert!(told.sum::<u32>() >= 10, "{kind:?} {ends:?}");
    }
    let holding = |kind| ends.get(&(kind, false)).copied().unwrap_or(0);
    assert!(holding(EndKind::Waiver) >= 5 && holding(EndKind::Approval) >= 5, "{ends:?}");
    assert!(debts >= 20, "{debts}");
}

/// One answer makes so many decisions and no more, and says how many it would have taken.
#[test]
fn what_is_left_out_is_told() {
    let changes: Vec<Value> = (0..10_050)
        .map(|number| {
            let id = format!("C-{number:05}");
            json!({"id": id, "revision": 1, "at": instant(hour(0)), "by": "pa"})
        })
        .collect();
    let document = json!({"lynchpin": "portfolio/1", "people": [{"id": "pa"}],
        "stages": [{"id": "staging"}], "changes": changes,
        "holds": [{"change": "C-10049", "event": "held", "at": instant(hour(0)), "by": "pa"}]});
    let snapshot = read(&document, "name = \"open\"\nopen = [\"staging\"]");
    let answer = waiting(&snapshot, &WaitingQuestion::new(at(hour(1)))).expect("it can be asked");
    assert_eq!((answer.decided, answer.left_out), (10_000, 50));
    assert!(answer.waits.is_empty(), "what waits was left out");
    let found = look(&snapshot, hour(1));
    assert_eq!((found.followed, found.left_out), (10_000, 50));
}
