//! Which releases collide, against all pairs of them; and that what is composed can ship.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use lynchpin::base::limits::COLLISIONS_MAX;
use lynchpin::base::{Instant, Limits, Subject};
use lynchpin::graph::NodeSet;
use lynchpin::portfolio::{Engine, PlanQuestion, Snapshot};
use lynchpin::study::{Candidate, CollisionsQuestion, ComposeQuestion};
use lynchpin::study::{collisions::collisions, compose::compose};
use lynchpin::wire::read_portfolio;
use lynchpin_tests::cases::config;
use proptest::prelude::*;
use serde_json::{Value, json};

type Hours = Option<(u32, u32)>;

#[derive(Debug, Clone)]
struct Change {
    services: Vec<u8>,
    planned: Hours,
    conflicts: Vec<(u8, bool)>,
    requires: Vec<Vec<u8>>,
    value: i64,
}

#[derive(Debug, Clone)]
struct World {
    changes: Vec<Change>,
    releases: Vec<(Vec<u8>, Hours)>,
}

fn hours() -> impl Strategy<Value = Hours> {
    prop::option::weighted(0.7, (0..8u32, 1..5u32).prop_map(|(from, length)| (from, from + length)))
}

fn worlds() -> impl Strategy<Value = World> {
    let change = (
        prop::collection::vec(0..3u8, 0..=2),
        prop_oneof![3 => Just(None).boxed(), 1 => hours().boxed()],
        prop::collection::vec((0..6u8, any::<bool>()), 0..=1),
        prop::collection::vec(prop::collection::vec(0..6u8, 1..=2), 0..=1),
        -3..6i64,
    );
    let change = change.prop_map(|(services, planned, conflicts, requires, value)| Change {
        services,
        planned,
        conflicts,
        requires,
        value,
    });
    let release = (prop::collection::vec(0..6u8, 0..=4), hours());
    (prop::collection::vec(change, 6), prop::collection::vec(release, 1..=5))
        .prop_map(|(changes, releases)| World { changes, releases })
}

fn planned(hours: Hours) -> String {
    let at = |hour: u32| format!("2026-11-09T{hour:02}:00:00Z");
    hours.map_or(String::new(), |(from, to)| {
        format!(r#", "planned": {{"from": "{}", "to": "{}"}}"#, at(from), at(to))
    })
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn snapshot(world: &World) -> Snapshot {
    let common = r#""revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj""#;
    let id = |number: &u8| format!(r#""C-{number}""#);
    let changes = world.changes.iter().enumerate().map(|(number, change)| {
        let services = list(change.services.iter().map(|it| format!(r#""S-{it}""#)));
        let conflicts = change.conflicts.iter().map(|(other, exclusive)| {
            let scope = if *exclusive { "exclusive" } else { "in_flight" };
            format!(r#"{{"change": "C-{other}", "scope": "{scope}"}}"#)
        });
        let requires = change.requires.iter();
        let requires = requires.map(|any| format!(r#"{{"any": [{}]}}"#, list(any.iter().map(id))));
        format!(
            r#"{{"id": "C-{number}", {common}, "services": [{services}],
            "conflicts": [{}], "requires": [{}]{}}}"#,
            list(conflicts),
            list(requires),
            planned(change.planned)
        )
    });
    let releases = world.releases.iter().enumerate().map(|(number, (changes, hours))| {
        let changes = list(changes.iter().map(id));
        format!(r#"{{"id": "R-{number}", {common}, "changes": [{changes}]{}}}"#, planned(*hours))
    });
    let document = format!(
        r#"{{"lynchpin": "portfolio/1", "stages": [{{"id": "production"}}],
        "changes": [{}], "releases": [{}]}}"#,
        list(changes),
        list(releases)
    );
    let mut engine = Engine::new(Limits::untrusted());
    engine
        .add(read_portfolio(document.as_bytes(), engine.limits()).expect("it is well formed"))
        .expect("it is taken in");
    engine.set_policy("name = \"acme\"\nopen = [\"production\"]").expect("it is a policy");
    engine.snapshot()
}

fn at() -> Instant {
    "2026-11-03T00:00:00Z".parse().expect("it is an instant")
}

impl World {
    fn hours(&self, release: usize, change: u8) -> Hours {
        self.changes[usize::from(change)].planned.or(self.releases[release].1)
    }

    fn apart(&self, a: u8, b: u8) -> Option<bool> {
        let says = |a: u8, b: u8| {
            let said = self.changes[usize::from(a)].conflicts.iter();
            said.filter(move |(other, _)| *other == b && a != b).map(|(_, scope)| *scope).max()
        };
        says(a, b).max(says(b, a))
    }

    /// Every pair of releases, and every pair of changes in them, by the definition.
    fn pairs(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let both = |a: Hours, b: Hours| {
            let ((from, to), (start, end)) = (a?, b?);
            (from.max(start) < to.min(end)).then_some(())
        };
        for (one, (mine, _)) in self.releases.iter().enumerate() {
            for (other, (theirs, _)) in self.releases.iter().enumerate() {
                if one == other {
                    continue;
                }
                for &a in mine {
                    for needs in &self.changes[usize::from(a)].requires {
                        found.extend(self.late(one, a, needs, other));
                    }
                    for &b in theirs.iter().filter(|_| one < other) {
                        let (when, then) = (self.hours(one, a), self.hours(other, b));
                        let name =
                            |kind: &str, over: String| format!("{kind} {one} {other} {over}");
                        if a == b {
                            found.insert(name("same_change", format!("C-{a}")));
                        }
                        let apart = self.apart(a, b);
                        let near = both(when, then).is_some() || when.is_none() || then.is_none();
                        if apart.is_some_and(|exclusive| exclusive || near) {
                            found.insert(name("conflict", format!("C-{a},C-{b}")));
                        }
                        let services = &self.changes[usize::from(b)].services;
                        for service in &self.changes[usize::from(a)].services {
                            if services.contains(service) && both(when, then).is_some() {
                                found.insert(name("service", format!("S-{service}")));
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether what one release needs comes first of all in another, and too late.
    fn late(&self, one: usize, a: u8, needs: &[u8], other: usize) -> Option<String> {
        let (starts, _) = self.hours(one, a)?;
        if needs.iter().any(|needed| self.releases[one].0.contains(needed)) {
            return None;
        }
        let releases = self.releases.iter().enumerate();
        let done = releases.flat_map(|(number, (changes, _))| {
            let listed = needs.iter().filter(|needed| changes.contains(needed));
            listed.filter_map(move |&it| Some((self.hours(number, it)?.1, number, it)))
        });
        let (done, release, needed) = done.min()?;
        let late = release == other && done > starts;
        late.then(|| format!("required_later {one} {other} C-{a},C-{needed}"))
    }
}

/// Many that nobody asked about keep none that somebody did from being told.
#[test]
fn what_is_outside_the_period_takes_no_room() {
    const EACH: u32 = 101;
    let common = |id: &str| {
        json!({"id": id, "revision": 1, "by": "raj",
        "at": "2026-11-01T09:00:00Z"})
    };
    let of = |kind: char| (0..EACH).map(move |number| format!("{kind}-{number}"));
    let apart = |id: String, others: Vec<String>| {
        let mut change = common(&id);
        change["conflicts"] = others.iter().map(|other| json!({"change": other})).collect();
        change
    };
    let changes = of('C').map(|id| apart(id, of('D').collect()));
    let changes = changes.chain(of('D').map(|id| common(&id)));
    let last = [apart("Z-1".to_owned(), vec!["Z-2".to_owned()]), common("Z-2")];
    let changes: Vec<Value> = changes.chain(last).collect();
    let release = |id: &str, day: u32, changes: Vec<String>| {
        let at = |hour: u32| format!("2026-11-{day}T{hour:02}:00:00Z");
        let mut release = common(id);
        release["changes"] = json!(changes);
        release["planned"] = json!({"from": at(9), "to": at(10)});
        release
    };
    let document = json!({"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
        "changes": changes, "releases": [
            release("R-1", 10, of('C').collect()), release("R-2", 10, of('D').collect()),
            release("R-3", 20, vec!["Z-1".to_owned()]),
            release("R-4", 20, vec!["Z-2".to_owned()])]});
    let mut engine = Engine::new(Limits::untrusted());
    let portfolio = read_portfolio(document.to_string().as_bytes(), engine.limits());
    engine.add(portfolio.expect("it can be read")).expect("it can be taken in");
    let mut question = CollisionsQuestion::new(at());
    let all = collisions(&engine.snapshot(), &question).expect("it is answered");
    assert_eq!((all.collisions.len(), all.more), (COLLISIONS_MAX, Some("yes")));
    question.from = Some("2026-11-20T00:00:00Z".parse().expect("an instant"));
    let found = collisions(&engine.snapshot(), &question).expect("it is answered");
    assert_eq!((found.collisions.len(), found.more), (1, None));
    assert_eq!(found.collisions[0].changes.len(), 2);
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn all_pairs_that_collide_are_told_and_no_others(world in worlds()) {
        let found = collisions(&snapshot(&world), &CollisionsQuestion::new(at())).expect("it asks");
        let told = found.collisions.iter().map(|it| {
            let [one, other] = it.releases.each_ref().map(|id| id.as_str()[2..].to_owned());
            let changes = it.changes.iter().map(ToString::to_string).collect::<Vec<_>>();
            let over = it.service.as_ref().map_or(changes.join(","), ToString::to_string);
            let kind = serde_json::to_value(it.kind).expect("it is a word");
            format!("{} {one} {other} {over}", kind.as_str().expect("it is a word"))
        });
        prop_assert_eq!(told.collect::<BTreeSet<_>>(), world.pairs());
    }

    #[test]
    fn what_is_composed_ships_and_no_set_that_ships_is_worth_more(world in worlds()) {
        let snapshot = snapshot(&world);
        let candidate = |number: usize| {
            let mut it = Candidate::new(format!("C-{number}").parse().expect("it is an id"));
            it.value = Some(world.changes[number].value);
            it
        };
        let mut question = ComposeQuestion::new(at());
        question.candidates = (0..6).map(candidate).collect();
        let found = compose(&snapshot, &question).expect("it asks");
        prop_assert!(found.optimal);
        let shippable = |set: u32| {
            let members: NodeSet = (0..6).filter(|node| set >> node & 1 == 1).collect();
            let ids = members.iter().map(|it| u8::try_from(it).expect("it is small"));
            let mut one = World { releases: vec![(ids.collect(), None)], ..world.clone() };
            one.changes.iter_mut().for_each(|change| change.planned = None);
            let question = PlanQuestion::new(Subject::Release("R-0".parse().expect("an id")), at());
            let plan = crate::snapshot(&one).plan(&question).expect("it asks");
            plan.dropped.is_empty() && plan.missing.is_empty() && plan.conflicts.is_empty()
        };
        let worth = |set: u32| -> i64 {
            let some = (0..6).filter(|node| set >> node & 1 == 1);
            some.map(|it: usize| world.changes[it].value).sum()
        };
        let chosen = found.chosen.iter().map(|it| it.change.as_str()[2..].parse::<u32>());
        let chosen: u32 = chosen.map(|node| 1 << node.expect("it is a number")).sum();
        prop_assert_eq!(worth(chosen), found.value);
        prop_assert!(shippable(chosen));
        let better = (0..64u32).filter(|set| worth(*set) > found.value);
        for set in better {
            prop_assert!(!shippable(set), "{set:b}");
        }
    }
}
