//! The population of deployments on generated small worlds: it is complete, and loses exactly what
//! is taken away.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::Instant;
use lynchpin::study::population::{
    DeployedChange, FactCount, Gap, Population, PopulationQuestion, population,
};
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{at, read};
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::life::life;
use lynchpin_tests::world::strategy::LAST;
use lynchpin_tests::world::{STAGES, Tick, hour};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// One deployment fact that is added to a world: which deployment, where, what became of it, which
/// changes, when, and how much later it was recorded.
type Told = (u8, u8, u8, Vec<u8>, Tick, Tick);

const OUTCOMES: [&str; 4] = ["started", "succeeded", "failed", "rolled_back"];
/// The stages that worlds have, and a place that none of them has.
const PLACES: [&str; 3] = [STAGES[0], STAGES[1], "lab"];

/// A world in which much is deployed: some of it without a change, of changes that nobody knows, in
/// places of no stage, and told late. Nothing is claimed; what claims make of a row is worked out
/// in the corpus.
fn worlds() -> BoxedStrategy<(Value, String)> {
    let changes = prop::collection::vec(0u8..8, 0..3);
    let told = (0u8..5, 0u8..3, 0u8..4, changes, 0..=LAST, prop_oneof![Just(0), 0..=4 as Tick]);
    let both = (life().boxed(), prop::collection::vec(told, 0..12));
    let made = both.prop_map(|((world, policies, _), told)| {
        let digests = policies.clone().map(|policy| {
            let policy: lynchpin::gate::Policy = policy.text().parse().expect("a policy");
            policy.digest.to_string()
        });
        let mut document = world.with_life(world.document(), &digests);
        add(&mut document, &told);
        (document, format!("claims = \"required\"\n{}", policies[0].text()))
    });
    made.boxed()
}

/// Adds deployment facts; of each deployment every outcome once at a time.
fn add(document: &mut Value, told: &[Told]) {
    let mut seen = BTreeSet::new();
    let changes: BTreeSet<String> = list(document, "changes").iter().map(id).collect();
    let known: Vec<String> = changes.into_iter().collect();
    let facts = document["deployments"].as_array_mut().expect("a list");
    for (deployment, place, outcome, changes, made, late) in told {
        if !seen.insert((deployment, outcome, made)) {
            continue;
        }
        let named = changes.iter().map(|number| known.get(usize::from(*number)).cloned());
        let named = named.map(|id| id.unwrap_or_else(|| "C-unheard-of".to_owned()));
        facts.push(json!({"id": format!("E-{deployment}"),
            "environment": PLACES[usize::from(*place)], "outcome": OUTCOMES[usize::from(*outcome)],
            "changes": named.collect::<Vec<String>>(), "at": instant(*made),
            "recorded": instant(made.saturating_add(*late)), "by": "pa"}));
    }
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map_or(&[], Vec::as_slice)
}

fn id(fact: &Value) -> String {
    fact["id"].as_str().expect("an id").to_owned()
}

fn when(fact: &Value, name: &str) -> Instant {
    let said = [name, "at"].iter().find_map(|name| fact.get(*name)?.as_str());
    said.and_then(|said| said.parse().ok()).expect("an instant")
}

/// What is asked about: a stage, a period and as of when.
#[derive(Clone, Copy, Debug)]
struct Asked {
    stage: &'static str,
    from: Instant,
    to: Instant,
    at: Instant,
}

impl Asked {
    fn within(&self, fact: &Value) -> bool {
        when(fact, "recorded") <= self.at
            && self.from <= when(fact, "at")
            && when(fact, "at") < self.to
    }

    fn is_there(&self, fact: &Value) -> bool {
        when(fact, "recorded") <= self.at && fact["environment"] == json!(self.stage)
    }

    fn ask(&self, document: &Value, policy: &str) -> Population {
        let stage = self.stage.parse().expect("an id");
        let question = PopulationQuestion::new(stage, self.from, self.to, self.at);
        population(&read(document, policy), &question).expect("it can be asked")
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    (0usize..2, 0..=LAST, 1..=LAST, 0..=LAST).prop_map(|(stage, from, long, later)| {
        let to = from.saturating_add(long);
        let to_at = at(from.saturating_add(later).max(1));
        Asked { stage: STAGES[stage], from: at(from), to: at(to), at: to_at }
    })
}

/// A row by what tells it apart, with when it began, its last word and how many facts tell of it.
type Key = (Instant, String, Option<String>, Instant, String, usize);

fn keys(found: &Population) -> Vec<Key> {
    let told =
        |row: &DeployedChange| row.cites.iter().filter(|name| name.kind == "deployments").count();
    let key = |row: &DeployedChange| {
        let outcome = serde_json::to_value(row.outcome).expect("a name");
        let outcome = outcome.as_str().expect("a name").to_owned();
        let change = row.change.as_ref().map(ToString::to_string);
        let last = row.ended.unwrap_or(row.began);
        (row.began, row.deployment.to_string(), change, last, outcome, told(row))
    };
    found.rows.iter().map(key).collect()
}

/// The rows and the counts, worked out from the document one fact at a time.
fn naive(document: &Value, asked: &Asked) -> (Vec<Key>, FactCount) {
    let all = list(document, "deployments");
    let mut groups: BTreeMap<(String, Option<String>), Vec<&Value>> = BTreeMap::new();
    for fact in all.iter().filter(|fact| asked.is_there(fact)) {
        let named = list(fact, "changes").iter().map(|it| it.as_str().map(str::to_owned));
        let mut named: BTreeSet<Option<String>> = named.collect();
        if named.is_empty() {
            named.insert(None);
        }
        for change in named {
            groups.entry((id(fact), change)).or_default().push(fact);
        }
    }
    let mut rows = Vec::new();
    let mut listed: Vec<&Value> = Vec::new();
    for ((deployment, change), facts) in groups {
        let rank = |fact: &&&Value| {
            let outcome = OUTCOMES.iter().position(|it| fact["outcome"] == json!(it));
            (when(fact, "at"), outcome)
        };
        let began = facts.iter().map(|fact| when(fact, "at")).min().expect("a fact");
        let last = facts.iter().max_by_key(rank).expect("a fact");
        if asked.from <= began && began < asked.to {
            let outcome = last["outcome"].as_str().expect("a name").to_owned();
            let ended = if outcome == "started" { began } else { when(last, "at") };
            rows.push((began, deployment, change, ended, outcome, facts.len()));
            listed.extend(facts);
        }
    }
    rows.sort();
    let of_period = all.iter().filter(|fact| asked.within(fact));
    let mut count = FactCount::default();
    for fact in of_period {
        count.told += 1;
        if listed.contains(&fact) {
            count.listed += 1;
        } else if asked.is_there(fact) {
            count.begun_before += 1;
        } else if STAGES.iter().any(|stage| fact["environment"] == json!(stage)) {
            count.other_stages += 1;
        } else {
            count.elsewhere += 1;
        }
    }
    (rows, count)
}

fn sum(count: &FactCount) -> usize {
    count.listed + count.left_out + count.begun_before + count.other_stages + count.elsewhere
}

proptest! {
    #![proptest_config(config(60))]

    /// The rows are what the documents say, each gap is counted, and no fact is lost.
    #[test]
    fn it_is_complete((document, policy) in worlds(), asked in asked()) {
        let found = asked.ask(&document, &policy);
        let (rows, count) = naive(&document, &asked);
        prop_assert_eq!(keys(&found), rows);
        prop_assert_eq!(found.facts, count);
        prop_assert_eq!(sum(&found.facts), found.facts.told);
        let ids: BTreeSet<_> = found.rows.iter().map(|row| &row.deployment).collect();
        prop_assert_eq!(found.deployments, ids.len());
        for count in &found.gaps {
            let having = found.rows.iter().filter(|row| row.gaps.contains(&count.gap)).count();
            prop_assert_eq!(count.rows, having);
        }
        let open = found.rows.iter().any(|row| !row.gaps.is_empty() || !row.breaches.is_empty());
        prop_assert_eq!(found.is_clean(), !open);
    }

    /// Without any one deployment fact exactly that one is not told any more.
    #[test]
    fn what_is_left_out_is_missed((document, policy) in worlds(), asked in asked()) {
        let whole = asked.ask(&document, &policy).facts;
        for number in 0..list(&document, "deployments").len() {
            let mut rest = document.clone();
            let fact = rest["deployments"].as_array_mut().expect("a list").remove(number);
            let found = asked.ask(&rest, &policy).facts;
            let gone = usize::from(asked.within(&fact));
            prop_assert_eq!(found.told + gone, whole.told);
            prop_assert_eq!(sum(&found), found.told);
            let here = usize::from(asked.is_there(&fact)) * gone;
            let both = |count: &FactCount| count.listed + count.begun_before;
            prop_assert_eq!(both(&found) + here, both(&whole));
            let lab = usize::from(fact["environment"] == json!(PLACES[2])) * gone;
            prop_assert_eq!(found.elsewhere + lab, whole.elsewhere);
            let other = gone - here - lab;
            prop_assert_eq!(found.other_stages + other, whole.other_stages);
        }
    }

    /// Periods that follow each other list each row once.
    #[test]
    fn periods_add_up((document, policy) in worlds(), asked in asked(), cut in 0..=LAST) {
        let middle = at(cut);
        prop_assume!(asked.from < middle && middle < asked.to);
        let whole = asked.ask(&document, &policy);
        let first = Asked { to: middle, ..asked }.ask(&document, &policy);
        let second = Asked { from: middle, ..asked }.ask(&document, &policy);
        let parts: Vec<_> = first.rows.iter().chain(&second.rows).collect();
        prop_assert_eq!(parts, whole.rows.iter().collect::<Vec<_>>());
        prop_assert_eq!(first.facts.told + second.facts.told, whole.facts.told);
    }
}

/// Worlds in which nothing is ever missing would show nothing.
#[test]
fn worlds_have_every_gap() {
    let mut runner = TestRunner::deterministic();
    let mut gaps: BTreeMap<Gap, usize> = BTreeMap::new();
    let (mut facts, mut breaches, mut behind) = (FactCount::default(), 0, [0; 2]);
    for _ in 0..300 {
        let tree = worlds().new_tree(&mut runner).expect("a world can be made");
        let (document, policy) = tree.current();
        let last = at(LAST.saturating_add(hour(1)));
        let asked = Asked { stage: STAGES[0], from: at(hour(2)), to: last, at: last };
        let found = asked.ask(&document, &policy);
        for count in &found.gaps {
            *gaps.entry(count.gap).or_default() += count.rows;
        }
        facts.begun_before += found.facts.begun_before;
        facts.other_stages += found.facts.other_stages;
        facts.elsewhere += found.facts.elsewhere;
        breaches += found.breaches;
        for row in &found.rows {
            behind[0] += row.approvers.len();
            behind[1] += row.evidence.len();
        }
    }
    assert!(Gap::ALL.iter().all(|gap| gaps.get(gap).is_some_and(|rows| *rows >= 10)), "{gaps:?}");
    assert!(facts.begun_before >= 10 && facts.other_stages >= 10 && facts.elsewhere >= 10);
    assert!(breaches >= 10 && behind.iter().all(|count| *count >= 10), "{breaches} {behind:?}");
}
