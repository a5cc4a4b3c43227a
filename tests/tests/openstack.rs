//! Real dependencies of OpenStack: the dependent-queue cases of Zuul's own tests, and the
//! `Depends-On` lines of merged commits.
//!
//! The data is found through `LYNCHPIN_DATA`, else beside the checkout; where it is absent every
//! case is skipped by name.
//!
//! How Zuul's words map. A change merges when its decision is a go: its one gate asks for an
//! approval, and its dependencies bind without being asked for. Merging it is a deployment that
//! succeeded. What is in the queue together is a release; what is in different queues is not, so
//! such a change is asked about alone. A `check` builds a change on top of everything that it
//! needs: the speculative set is the closure of what it requires, and its order that of the plan of
//! an item with just those. A report is sent for a change that can be built at all, which is one
//! whose plan drops nothing; a change that gets caught in a cycle is not processed, and so reports
//! nothing. `unknown_project` is a change that is in no document until it merged elsewhere.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lynchpin::base::{ErrorCode, Instant, Limits, Subject};
use lynchpin::plan::Plan;
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, PlanQuestion, Snapshot};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::wire::read_portfolio;
use lynchpin_tests::histories;
use serde_json::{Value, json};

const POLICY: &str = r#"name = "zuul"
requirement.review = { approval = { group = "core" } }
gate.merge = { stage = "master", judges = "change", require = "review" }
"#;

/// The folder of the data; nothing, and said so, where there is none.
fn data(file: &str, case: &str) -> Option<String> {
    let path = histories::data("openstack").join(file);
    if !path.exists() {
        println!("skipped: openstack {case} (no data)");
        return None;
    }
    Some(fs::read_to_string(path).expect("the data can be read"))
}

fn instant(minute: u32) -> String {
    format!("2026-11-01T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

/// Everything that happened so far, as a portfolio.
#[derive(Default)]
struct Story {
    minute: u32,
    changes: BTreeMap<String, Vec<Value>>,
    depends: BTreeMap<String, Vec<String>>,
    approvals: Vec<Value>,
    deployments: Vec<Value>,
}

impl Story {
    fn next(&mut self) -> String {
        self.minute += 1;
        instant(self.minute)
    }

    /// A new revision of a change, with what it depends on now.
    fn revise(&mut self, change: &str) {
        let at = self.next();
        let needs: Vec<Value> = self
            .depends
            .get(change)
            .into_iter()
            .flatten()
            .map(|on| json!({"change": on}))
            .collect();
        let revisions = self.changes.entry(change.to_owned()).or_default();
        let number = revisions.len() + 1;
        revisions.push(json!({"id": change, "revision": number, "requires": needs, "at": at,
            "by": "author"}));
    }

    fn approve(&mut self, change: &str) {
        let at = self.next();
        let revision = self.changes.get(change).map_or(1, Vec::len);
        self.approvals
            .push(json!({"change": change, "revision": revision, "requirement": "review",
            "stage": "master", "decision": "approved", "at": at, "by": "reviewer"}));
    }

    fn merge(&mut self, change: &str) {
        let at = self.next();
        let id = format!("merge-{change}");
        self.deployments.push(json!({"id": id, "environment": "master", "outcome": "succeeded",
            "changes": [change], "at": at, "by": "zuul"}));
    }

    fn is_merged(&self, change: &str) -> bool {
        self.deployments.iter().any(|merged| merged["changes"] == json!([change]))
    }

    /// What is known now, with an item of some changes.
    fn snapshot(&self, item: &BTreeSet<String>) -> Snapshot {
        let release = json!({"id": "queue", "revision": 1, "changes": item,
            "at": instant(self.minute), "by": "zuul"});
        let document = json!({"lynchpin": "portfolio/1",
            "people": [{"id": "author"}, {"id": "reviewer"}, {"id": "zuul", "kind": "machine"}],
            "groups": [{"id": "core", "members": [{"person": "reviewer"}]}],
            "stages": [{"id": "master"}],
            "changes": self.changes.values().flatten().collect::<Vec<_>>(),
            "releases": [release], "approvals": self.approvals, "deployments": self.deployments});
        let mut engine = Engine::new(Limits::untrusted());
        let read = read_portfolio(document.to_string().as_bytes(), engine.limits());
        engine.add(read.expect("a story can be read")).expect("a story can be taken in");
        engine.set_policy(POLICY).expect("the policy can be read");
        engine.snapshot()
    }

    fn at(&self) -> Instant {
        instant(self.minute).parse().expect("a minute is an instant")
    }

    fn plan(&self, item: &BTreeSet<String>) -> Plan {
        let queue = Subject::Release("queue".parse().expect("a release has an id"));
        self.snapshot(item).plan(&PlanQuestion::new(queue, self.at())).expect("it can be planned")
    }

    fn decide(&self, item: &BTreeSet<String>, subject: Subject) -> Decision {
        let question = DecideQuestion::new(subject, self.at());
        self.snapshot(item).decide(&question).expect("it can be decided")
    }

    /// A change with all that it needs, by way of others, less what merged.
    fn closure(&self, change: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![change.to_owned()];
        while let Some(change) = open.pop() {
            if !self.is_merged(&change) && found.insert(change.clone()) {
                open.extend(self.depends.get(&change).into_iter().flatten().cloned());
            }
        }
        found
    }

    /// Merges whatever is a go, in the order of the plan, until nothing more is. Changes of one
    /// queue merge as one item; across queues each must find the others merged.
    fn gate(&mut self, queues: &BTreeMap<String, String>, event: Option<&[String]>) -> Vec<String> {
        let mut merged = Vec::new();
        let names: Vec<String> = match event {
            // Across queues Zuul looks only at the change that something happened to.
            Some(event) if !queues.is_empty() => event.to_vec(),
            _ => self.changes.keys().cloned().collect(),
        };
        let mut items: Vec<BTreeSet<String>> = Vec::new();
        for name in names.iter().filter(|name| !self.is_merged(name)) {
            let same = |other: &String| queues.get(other) == queues.get(name);
            let item = self.closure(name).into_iter().filter(same);
            items.push(item.filter(|id| self.changes.contains_key(id)).collect());
        }
        for item in items {
            let plan = self.plan(&item);
            let queue = Subject::Release("queue".parse().expect("a release has an id"));
            let left = item.iter().any(|change| !self.is_merged(change));
            if !left || !self.decide(&item, queue).verdict().is_go() {
                continue;
            }
            for change in plan.shipped().map(ToString::to_string).collect::<Vec<_>>() {
                if !self.is_merged(&change) {
                    self.merge(&change);
                    merged.push(change);
                }
            }
        }
        merged
    }
}

fn names(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.map(|name| name.as_str().expect("a name is a text").to_owned()).collect()
}

/// `A@2` is the change `A`.
fn letter(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// Builds the changes of a case, the deepest first, as if each had been written then.
fn begin(case: &Value) -> Story {
    let mut story = Story::default();
    let unknown = names(&case["unknown_project"]);
    let mut all = BTreeSet::new();
    for (change, on) in case["deps"].as_object().expect("a case has dependencies") {
        all.insert(change.clone());
        all.extend(names(on));
        story.depends.insert(change.clone(), names(on));
    }
    for change in all.iter().filter(|change| !unknown.contains(change)) {
        story.revise(change);
    }
    for change in names(&case["pre_approved"]).iter().filter(|change| !unknown.contains(change)) {
        story.approve(change);
    }
    story
}

/// The order that a change is built in: everything it needs, then itself.
fn speculate(story: &Story, change: &str) -> Vec<String> {
    story.plan(&story.closure(change)).shipped().map(ToString::to_string).collect()
}

/// Whether every change stands behind all that it depends on, in both lists of the same changes.
fn same_order(story: &Story, found: &[String], expected: &[String]) -> bool {
    let sorted = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    let place = |list: &[String], name: &String| list.iter().position(|other| other == name);
    let ordered = |list: &[String]| {
        list.iter().all(|change| {
            let needs = story.depends.get(change).into_iter().flatten();
            needs.filter_map(|on| place(list, on)).all(|on| Some(on) < place(list, change))
        })
    };
    sorted(found) == sorted(expected)
        && found.len() == expected.len()
        && ordered(found)
        && ordered(expected)
}

/// Runs one step of a case.
fn step(
    story: &mut Story,
    case: &str,
    step: &Value,
    queues: &BTreeMap<String, String>,
    reports: &mut BTreeMap<String, u64>,
) {
    for change in names(&step["externally_merged"]) {
        story.revise(&change);
        story.merge(&change);
    }
    for (change, on) in step["set_deps"].as_object().into_iter().flatten() {
        story.depends.insert(change.clone(), names(on));
    }
    if let Some(revised) = step["new_revision"].as_str() {
        story.revise(letter(revised));
    }
    for change in names(&step["approve"]) {
        story.approve(&change);
    }
    let event = step.get("event").map(names);
    if let Some(expected) = step.get("expect_merged") {
        let merged = story.gate(queues, event.as_deref());
        let expected = names(expected);
        assert!(
            same_order(story, &merged, &expected),
            "{case}: merged {merged:?}, not {expected:?}"
        );
    }
    if step["expect_rejected_cycle"] == true {
        for change in story.changes.keys() {
            let subject = Subject::Change(change.parse().expect("a change has an id"));
            let item = story.closure(change);
            let decision = story.decide(&item, Subject::Release("queue".parse().expect("an id")));
            assert_eq!(decision.verdict(), Verdict::NoGo, "{case}: {subject}");
            let mut nodes = decision.reasons().nodes().iter();
            let cycle =
                nodes.any(|n| n.code == ReasonCode::DependencyCycle && n.subject == subject);
            assert!(cycle, "{case}: {subject} is refused for the cycle");
        }
    }
    let Some(checked) = step["check"].as_str().map(letter) else { return };
    if let Some(expected) = step.get("expect_speculative") {
        let expected: Vec<String> =
            names(expected).iter().map(|name| letter(name).to_owned()).collect();
        let found = speculate(story, checked);
        assert!(same_order(story, &found, &expected), "{case}: built {found:?}, not {expected:?}");
    }
    if let Some(expected) = step["expect_reports"].as_object() {
        let plan = story.plan(&story.closure(checked));
        if !plan.drops_anything() {
            *reports.entry(checked.to_owned()).or_default() += 1;
        }
        for (change, count) in expected {
            assert_eq!(reports.get(change).copied(), count.as_u64(), "{case}: reports of {change}");
        }
    }
}

#[test]
fn zuul_merges_in_this_order() {
    let Some(text) = data("zuul_crd_cases.json", "zuul cases") else { return };
    let cases: Value = serde_json::from_str(&text).expect("the cases are JSON");
    let cases = cases["cases"].as_array().expect("there are cases");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let name = case["test"].as_str().unwrap_or_default();
        let mut story = begin(case);
        let mut reports = BTreeMap::new();
        let queues = case["queues"].as_object().into_iter().flatten();
        let queues: BTreeMap<String, String> =
            queues.map(|(change, queue)| (change.clone(), queue.to_string())).collect();
        for one in case["steps"].as_array().expect("a case has steps") {
            step(&mut story, name, one, &queues, &mut reports);
        }
    }
    println!("openstack: {} zuul cases", cases.len());
}

/// One line of the table of dependencies.
struct Edge<'t> {
    change: &'t str,
    merged: u64,
    on: &'t str,
    state: &'t str,
    on_merged: Option<u64>,
}

fn edges(table: &str) -> Vec<Edge<'_>> {
    let lines = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .map(|cells| Edge {
            change: cells[1],
            merged: cells[3].parse().expect("a commit has a time"),
            // What was found in the repositories is known by its commit, the rest by its name.
            on: if cells[7].is_empty() { cells[4] } else { cells[7] },
            state: cells[5],
            on_merged: cells[8].parse().ok(),
        })
        .collect()
}

/// An id for whatever somebody wrote behind `Depends-On`.
fn id(raw: &str) -> String {
    let clean = raw
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._:/@+#~=%-".contains(c) { c } else { '_' });
    format!("o/{}", clean.take(200).collect::<String>())
}

#[test]
fn depends_on_lines_load_and_order() {
    let Some(table) = data("depends_on_edges.tsv", "depends-on edges") else { return };
    let edges = edges(&table);
    assert_eq!(edges.len(), 2_074);
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for edge in &edges {
        needs.entry(id(edge.change)).or_default().insert(id(edge.on));
        known.insert(id(edge.change));
        if edge.on_merged.is_some() {
            known.insert(id(edge.on));
        }
    }
    let changes: Vec<Value> = known
        .iter()
        .map(|change| {
            let on = needs.get(change).into_iter().flatten();
            let requires: Vec<Value> = on.map(|on| json!({"change": on})).collect();
            json!({"id": change, "revision": 1, "requires": requires, "at": instant(0),
                "by": "author"})
        })
        .collect();
    let release =
        json!({"id": "all", "revision": 1, "changes": known, "at": instant(0), "by": "zuul"});
    let document = json!({"lynchpin": "portfolio/1", "stages": [{"id": "master"}],
        "changes": changes, "releases": [release]});
    let mut engine = Engine::new(Limits::untrusted());
    let read = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(read.expect("all edges can be read")).expect("all edges can be taken in");
    engine.set_policy("name = \"all\"\nopen = [\"master\"]").expect("the policy can be read");
    let at: Instant = instant(1).parse().expect("a minute is an instant");
    let all = Subject::Release("all".parse().expect("a release has an id"));
    let snapshot = engine.snapshot();

    // Every edge whose other end is nowhere is an unresolved requirement of its change, and of no
    // other; the document was taken all the same.
    let decision =
        snapshot.decide(&DecideQuestion::new(all.clone(), at)).expect("it can be decided");
    let nodes = decision.reasons().nodes().iter();
    let unresolved = nodes.filter(|node| node.code == ReasonCode::RequirementNotFound);
    let unresolved: BTreeSet<String> =
        unresolved.map(|node| node.subject.id().to_owned()).collect();
    let expected: BTreeSet<String> =
        edges.iter().map(|edge| id(edge.on)).filter(|on| !known.contains(on)).collect();
    assert_eq!(unresolved, expected);

    let pairs = pairs_in_order(&edges, &known, document, all, at);
    println!("openstack: {} edges, {pairs} in order, {} unresolved", edges.len(), expected.len());
}

/// Plans those whose requirements are all there (what cannot be resolved is taken for met, as it
/// was when these commits merged) and counts the pairs that merged in order; none may be
/// contradicted.
fn pairs_in_order(
    edges: &[Edge<'_>],
    known: &BTreeSet<String>,
    mut document: Value,
    all: Subject,
    at: Instant,
) -> usize {
    let in_order: Vec<&Edge<'_>> = edges
        .iter()
        .filter(|edge| edge.state == "merged-before")
        .filter(|edge| edge.on_merged.is_some_and(|on| on <= edge.merged))
        .collect();
    assert_eq!(in_order.len(), 536);
    let resolved = |change: &Value| {
        let mut change = change.clone();
        let met = |need: &Value| known.contains(need["change"].as_str().unwrap_or_default());
        let kept: Vec<Value> = change["requires"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|n| met(n))
            .cloned()
            .collect();
        change["requires"] = json!(kept);
        change
    };
    document["changes"] =
        document["changes"].as_array().into_iter().flatten().map(resolved).collect();
    let mut engine = Engine::new(Limits::untrusted());
    let read = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(read.expect("it can be read")).expect("it can be taken in");
    engine
        .set_policy("name = \"all\"\nopen = [\"master\"]\ncycles = \"atomic\"")
        .expect("a policy");
    let plan = engine.snapshot().plan(&PlanQuestion::new(all, at)).expect("it can be planned");
    assert!(plan.dropped.is_empty(), "{:?}", plan.dropped);
    let order: BTreeMap<&str, usize> = plan
        .waves
        .iter()
        .enumerate()
        .flat_map(|(wave, steps)| {
            steps.iter().flat_map(move |step| {
                step.changes.iter().map(move |change| (change.as_str(), wave))
            })
        })
        .collect();
    let contradicts = |edge: &&&Edge<'_>| order[&*id(edge.on)] >= order[&*id(edge.change)];
    let contradicting = in_order.iter().filter(contradicts).count();
    assert_eq!(contradicting, 0, "the plan contradicts the order in which these merged");
    in_order.len()
}

/// Nothing of this may depend on a subject that is not there.
#[test]
fn what_is_not_there_cannot_be_asked() {
    let story = Story::default();
    let question = DecideQuestion::new(Subject::Change("A".parse().expect("an id")), story.at());
    let error = story.snapshot(&BTreeSet::new()).decide(&question).expect_err("nothing is there");
    assert_eq!(error.code(), ErrorCode::SubjectUnknown);
}
