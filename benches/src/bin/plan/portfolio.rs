//! A whole portfolio in memory, and one fact more: the decision about what it touches beside all
//! decisions anew.

use std::collections::BTreeMap;
use std::io::{Error, Result};

use lynchpin::base::id::ChangeId;
use lynchpin::base::{Instant, Limits, Subject};
use lynchpin::model::{Change, Evidence, Needs, Portfolio, Release};
use lynchpin::portfolio::{DecideQuestion, Engine, PlanQuestion, Snapshot, VerdictsQuestion};
use lynchpin::wire::read_portfolio;
use lynchpin_benches::Wanted::{Nothing, TimesPeer};
use lynchpin_benches::{figure, median, seconds};
use serde_json::{Value, json};

use crate::{Chance, document};

const NEEDED_BY_EACH: u32 = 5;
const IN_A_RELEASE: u32 = 1_000;
/// How many facts of each kind are added, one at a time.
const ADDED: u32 = 200;

pub(crate) const POLICY: &str = r#"
    name = "acme"
    requirement.unit = { evidence = { check = "unit" } }
    requirement.review = { approval = { group = "reviewers", people = 1 } }
    gate.fast = { stage = "production", judges = "change", require = { all = ["unit", "review"] } }
"#;

/// Prints all figures of a portfolio of so many changes.
pub(crate) fn measure(changes: u32) -> Result<()> {
    let portfolio = made(changes)?;
    document::measure(&portfolio)?;
    let at_first = portfolio.changes.clone();
    let mut engine = Engine::new(Limits::untrusted());
    engine.set_policy(POLICY).map_err(Error::other)?;
    let taken = seconds(|| engine.add(portfolio));
    figure(&format!("seconds to check and take in {changes} changes"), taken, None, Nothing);
    let mut snapshot = engine.snapshot();
    let now = now()?;
    let folded = seconds(|| snapshot.releases(now));
    figure(&format!("seconds to fold {changes} changes"), folded, None, Nothing);
    let mut decided = Ok(0);
    let all = seconds(|| decided = decide_all(&snapshot));
    let name = format!("seconds of groups, waves and explained decisions of {} releases", decided?);
    figure(&name, all, None, Nothing);
    let full = folded + all;
    let question = VerdictsQuestion::new(now);
    let mut found = Ok(());
    let fast = seconds(|| found = snapshot.verdicts(&question).map(drop));
    found.map_err(Error::other)?;
    figure("seconds of all verdicts beside all explained decisions", fast, Some(all), Nothing);
    let mut chance = Chance(7);
    // What each change that was revised says now.
    let mut revised: BTreeMap<u32, Change> = BTreeMap::new();
    for kind in KINDS {
        let (mut times, mut number) = (Vec::new(), 0);
        while number < ADDED {
            let change = chance.below(changes);
            let known = revised.get(&change).or_else(|| at_first.get(change as usize));
            let known = known.ok_or_else(|| Error::other("it is known"))?;
            let added = read(&fact(kind, number, change, known)?)?;
            if let Some(change_now) = added.changes.last() {
                revised.insert(change, change_now.clone());
            }
            let question = DecideQuestion::new(subject(change)?, now);
            let mut said = Ok(());
            times.push(seconds(|| {
                said = engine.add(added).and_then(|()| {
                    snapshot = engine.snapshot();
                    snapshot.decide(&question).map(drop)
                });
            }));
            said.map_err(Error::other)?;
            number += 1;
        }
        let wanted = if changes == 1_000_000 { TimesPeer(1.0 / 20_000.0) } else { Nothing };
        let name = format!("seconds of one {kind} and its decision, median, beside all anew");
        figure(&name, median(&times), Some(full), wanted);
        times.sort_by(f64::total_cmp);
        let name = format!("seconds of one {kind} and its decision, 99 of 100 are faster");
        let place = times.len() * 99 / 100;
        figure(&name, times.get(place).copied().unwrap_or(f64::NAN), Some(full), Nothing);
    }
    Ok(())
}

const KINDS: [&str; 9] = [
    "approval",
    "test result",
    "edit",
    "new dependency",
    "removed dependency",
    "hold",
    "deployment",
    "incident",
    "freeze",
];

/// Every release in its order, and decided on with all reasons; how many there are.
pub(crate) fn decide_all(snapshot: &Snapshot) -> Result<usize> {
    let releases = snapshot.releases(now()?);
    for id in &releases {
        let release = Subject::Release(id.clone());
        let plan = snapshot.plan(&PlanQuestion::new(release.clone(), now()?));
        std::hint::black_box(plan.map_err(Error::other)?);
        let decision = snapshot.decide(&DecideQuestion::new(release, now()?));
        let _ = std::hint::black_box(decision.map_err(Error::other)?);
    }
    Ok(releases.len())
}

/// Changes in releases of a thousand, each of which requires five of those before it, with one
/// test result each.
fn made(changes: u32) -> Result<Portfolio> {
    let described = json!({
        "lynchpin": "portfolio/1",
        "people": [{"id": "raj"}, {"id": "mei"}, {"id": "bo"}, {"id": "ci", "kind": "machine"}],
        "groups": [{"id": "reviewers", "kind": "role",
            "members": [{"person": "mei"}, {"person": "bo"}]}],
        "services": (0..100).map(|n| json!({"id": format!("s{n}")})).collect::<Vec<_>>(),
        "stages": [{"id": "staging"}, {"id": "production", "environments": ["prod"]}],
        "changes": [{"id": "C-0", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
        "releases": [{"id": "R-0", "revision": 1, "at": "2026-11-02T09:00:00Z", "by": "mei",
            "changes": ["C-0"]}],
        "evidence": [{"check": "unit", "change": "C-0", "revision": 1, "run": 1,
            "outcome": "passed", "at": "2026-11-01T10:00:00Z", "by": "ci"}],
    });
    let mut portfolio = read(&described)?;
    let one = |facts: Option<Change>| facts.ok_or_else(|| Error::other("there is one"));
    let change = one(portfolio.changes.pop())?;
    let release: Release = portfolio.releases.pop().ok_or_else(|| Error::other("there is one"))?;
    let evidence: Evidence =
        portfolio.evidence.pop().ok_or_else(|| Error::other("there is one"))?;
    let mut chance = Chance(u64::from(changes));
    for number in 0..changes {
        let id = id(number)?;
        let earlier = number % IN_A_RELEASE;
        let mut needs: Vec<u32> =
            (0..NEEDED_BY_EACH.min(earlier)).map(|_| chance.below(earlier)).collect();
        needs.sort_unstable();
        needs.dedup();
        let needed = needs.into_iter().map(|it| self::id(number - earlier + it));
        let requires = needed.map(|it| it.map(Needs::Change)).collect::<Result<Vec<_>>>()?;
        let services = vec![format!("s{}", number % 100).parse().map_err(Error::other)?];
        portfolio.changes.push(Change { id: id.clone(), requires, services, ..change.clone() });
        portfolio.evidence.push(Evidence { change: Some(id), ..evidence.clone() });
    }
    for number in 0..changes.div_ceil(IN_A_RELEASE) {
        let first = number * IN_A_RELEASE;
        let members = (first..changes.min(first + IN_A_RELEASE)).map(id);
        let id = format!("R-{number}").parse().map_err(Error::other)?;
        let changes = members.collect::<Result<Vec<_>>>()?;
        portfolio.releases.push(Release { id, changes, ..release.clone() });
    }
    Ok(portfolio)
}

/// One more fact of a kind about a change.
fn fact(kind: &str, number: u32, change: u32, known: &Change) -> Result<Value> {
    let id = id(change)?;
    let at =
        format!("2026-11-{:02}T{:02}:{:02}:00Z", 5 + number / 100, number / 60 % 24, number % 60);
    let revised = |requires: Vec<Needs>| -> Result<Value> {
        let at = at.parse().map_err(Error::other)?;
        let revision = known.revision + 1;
        let title = Some(format!("{kind} {number}"));
        let revised = Change { revision, at, requires, title, ..known.clone() };
        Ok(json!({"changes": [revised]}))
    };
    let mut document = match kind {
        "approval" => json!({"approvals": [{"change": id, "revision": known.revision,
            "requirement": "review", "stage": "production", "decision": "approved", "by": "mei",
            "at": at}]}),
        "test result" => json!({"evidence": [{"check": "unit", "change": id,
            "revision": known.revision, "run": number + 2, "outcome": "failed", "by": "ci",
            "at": at}]}),
        "edit" => revised(known.requires.clone())?,
        "new dependency" => {
            let more = Needs::Change(self::id(change - change % IN_A_RELEASE)?);
            revised(known.requires.iter().cloned().chain([more]).collect())?
        }
        "removed dependency" => revised(known.requires.iter().skip(1).cloned().collect())?,
        "hold" => json!({"holds": [{"change": id, "event": "held", "by": "mei", "at": at}]}),
        "deployment" => json!({"deployments": [{"id": format!("D-{number}"), "changes": [id],
            "environment": "prod", "outcome": "succeeded", "by": "ci", "at": at}]}),
        "incident" => json!({"incidents": [{"id": format!("I-{number}"), "event": "opened",
            "change": id, "by": "mei", "at": at}]}),
        _ => json!({"freezes": [{"id": format!("F-{number}"), "by": "mei", "at": at,
            "scope": {"services": [format!("s{}", change % 100)]},
            "when": {"from": "2026-12-18T00:00:00Z", "to": "2027-01-04T06:00:00Z"}}]}),
    };
    let kind = document.as_object_mut().ok_or_else(|| Error::other("it is an object"))?;
    kind.insert("lynchpin".to_owned(), json!("portfolio/1"));
    Ok(document)
}

fn read(document: &Value) -> Result<Portfolio> {
    read_portfolio(document.to_string().as_bytes(), Limits::untrusted()).map_err(Error::other)
}

fn id(number: u32) -> Result<ChangeId> {
    format!("C-{number}").parse().map_err(Error::other)
}

fn subject(number: u32) -> Result<Subject> {
    id(number).map(Subject::Change)
}

pub(crate) fn now() -> Result<Instant> {
    "2026-11-20T00:00:00Z".parse().map_err(Error::other)
}
