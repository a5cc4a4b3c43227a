//! Freezes, windows and quarantines of small worlds.
#![expect(clippy::indexing_slicing, reason = "a field that is not there yet is made")]

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::document::{artifact, instant};
use super::strategy::{LAST, case};
use super::{Hours, Made, PEOPLE, Policy, STAGES, Subject, Tick, WAIVER_HOURS, World, after, hour};

/// What a policy says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether `ops` lifts freezes, too.
    pub lift: bool,
    /// Whether `ops` grants exceptions, for as long as waivers.
    pub exceptions: bool,
    /// Whether emergencies pass.
    pub emergencies: bool,
    /// Whether production asks each change for a window.
    pub window: Option<WindowRule>,
}

/// What is asked of windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRule {
    /// Whether only those of `ops` count.
    pub by_ops: bool,
    /// Whether it is open where none is declared.
    pub open: bool,
}

/// From when to when something is on, and where.
#[derive(Clone, Debug)]
pub struct Time {
    /// From when on.
    pub from: Tick,
    /// For how many hours; without an end, if there is nothing.
    pub hours: Option<Hours>,
    /// In production only, or everywhere.
    pub production: bool,
    /// For services of tier 1 only; of no change here is known which it is for.
    pub tier: bool,
    /// Who said so.
    pub by: u8,
    /// When.
    pub made: Made,
}

impl Time {
    /// Whether it is on at an instant.
    #[must_use]
    pub fn is_on(&self, at: Tick) -> bool {
        self.from <= at && self.hours.is_none_or(|hours| at < after(self.from, hours))
    }

    fn fact(&self, fields: Value) -> Value {
        let mut fields = fields;
        fields["when"] = json!({"from": instant(self.from)});
        if let Some(hours) = self.hours {
            fields["when"]["to"] = json!(instant(after(self.from, hours)));
        }
        let mut scope = json!({});
        if self.production {
            scope["stages"] = json!(["production"]);
        }
        if self.tier {
            scope["tiers"] = json!([1]);
        }
        if scope != json!({}) {
            fields["scope"] = scope;
        }
        made(fields, self.by, self.made)
    }
}

/// Puts the fields that all facts share on one.
fn made(mut fields: Value, by: u8, made: Made) -> Value {
    fields["by"] = json!(PEOPLE.get(usize::from(by)));
    fields["at"] = json!(instant(made.at));
    if made.recorded > made.at {
        fields["recorded"] = json!(instant(made.recorded));
    }
    fields
}

/// Leave to pass a freeze.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Which freeze.
    pub freeze: u8,
    /// For what.
    pub subject: Subject,
    /// For which revision.
    pub revision: u8,
    /// For which stage.
    pub stage: u8,
    /// Who asked for it.
    pub requester: u8,
    /// For how many hours.
    pub hours: Hours,
    /// Who granted it.
    pub by: u8,
    /// When.
    pub made: Made,
    /// When it was taken back.
    pub revoked: Option<Tick>,
}

/// The facts.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Freezes, and whether each is strict.
    pub freezes: Vec<(Time, bool)>,
    /// Which freeze was lifted, by whom, when.
    pub lifts: Vec<(u8, u8, Made)>,
    /// Exceptions.
    pub exceptions: Vec<Exception>,
    /// Windows.
    pub windows: Vec<Time>,
    /// What was put in quarantine or released: an artifact or a change; by whom; when.
    pub quarantines: Vec<((bool, u8), bool, u8, Made)>,
}

impl World {
    /// Puts freezes, windows and quarantines into a document.
    #[must_use]
    pub fn with_freezes(&self, mut document: Value) -> Value {
        let facts = &self.frozen;
        let freezes = facts.freezes.iter().enumerate().map(|(number, (time, strict))| {
            let fields = json!({"id": format!("F-{number}")});
            let mut fact = time.fact(fields);
            if *strict {
                fact["grading"] = json!("forbidden");
            }
            fact
        });
        document["freezes"] = freezes.collect();
        let lifts = facts.lifts.iter();
        document["lifts"] = lifts
            .map(|(freeze, by, at)| made(json!({"freeze": format!("F-{freeze}")}), *by, *at))
            .collect();
        document["exceptions"] =
            facts.exceptions.iter().enumerate().map(|(n, it)| it.fact(n)).collect();
        let revoked = facts.exceptions.iter().enumerate();
        let revoked = revoked.filter_map(|(number, it)| Some((number, it.revoked?)));
        let revocations = document["revocations"].as_array_mut().into_iter();
        for list in revocations {
            list.extend(revoked.clone().map(|(number, at)| {
                let fields = json!({"exception": format!("E-{number}")});
                made(fields, 0, Made { at, recorded: at })
            }));
        }
        let windows = facts.windows.iter().enumerate();
        document["windows"] =
            windows.map(|(n, time)| time.fact(json!({"id": format!("N-{n}")}))).collect();
        let quarantines = facts.quarantines.iter().map(|((on_change, number), held, by, at)| {
            let event = if *held { "held" } else { "released" };
            let fields = if *on_change {
                json!({"change": format!("C-{number}"), "event": event})
            } else {
                json!({"artifact": artifact(*number), "event": event})
            };
            made(fields, *by, *at)
        });
        document["quarantines"] = quarantines.collect();
        document
    }
}

impl Exception {
    fn fact(&self, number: usize) -> Value {
        let (key, id) = self.subject.document();
        let fields = json!({key: id, "id": format!("E-{number}"),
            "freeze": format!("F-{}", self.freeze), "revision": self.revision,
            "stage": STAGES.get(usize::from(self.stage)),
            "requester": PEOPLE.get(usize::from(self.requester)),
            "expires": instant(after(self.made.at, self.hours))});
        made(fields, self.by, self.made)
    }
}

impl Rules {
    /// What a policy says of freezes and windows, as TOML.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::new();
        if self.lift {
            text.push_str("freeze.lift = \"ops\"\n");
        }
        if self.exceptions {
            let rule = format!("{{ group = \"ops\", for_at_most = \"{WAIVER_HOURS}h\" }}");
            text.push_str(&format!("freeze.exception = {rule}\n"));
        }
        if self.emergencies {
            text.push_str("freeze.passes.emergencies = { kind = [\"emergency\"] }\n");
        }
        if let Some(rule) = self.window {
            let by = if rule.by_ops { "declared_by = { group = \"ops\" }, " } else { "" };
            let without = if rule.open { "open" } else { "closed" };
            text.push_str(&format!(
                "requirement.window = {{ window = {{ {by}without = \"{without}\" }} }}\n\
                 gate.window = {{ stage = \"production\", judges = \"change\", \
                 require = \"window\" }}\n"
            ));
        }
        text
    }
}

/// Whole hours; at times a microsecond beside one.
fn tick() -> impl Strategy<Value = Tick> {
    ((0..=(LAST - 1) / 3).prop_map(hour), prop_oneof![6 => Just(1u8), 1 => Just(0), 1 => Just(2)])
        .prop_map(|(hour, beside)| (hour + beside - 1).min(LAST))
}

fn moment() -> impl Strategy<Value = Made> {
    let delay = prop_oneof![10 => Just(0u8), 1 => Just(1), 1 => Just(3)];
    (tick(), delay).prop_map(|(at, delay)| Made { at, recorded: at + delay })
}

/// Something said early, so that it is known when it is on.
fn early() -> impl Strategy<Value = Made> {
    prop_oneof![4 => Just(Made { at: hour(0), recorded: hour(0) }), 1 => moment()]
}

fn time() -> impl Strategy<Value = Time> {
    let hours = prop_oneof![6 => (1u8..=3).prop_map(Some), 1 => Just(None)];
    let (production, tier) = (any::<bool>(), prop::bool::weighted(0.15));
    let by = prop_oneof![3 => Just(2u8), 2 => Just(1), 1 => Just(0), 1 => Just(3), 1 => Just(4)];
    (tick(), hours, production, tier, by, early()).prop_map(
        |(from, hours, production, tier, by, made)| Time {
            from,
            hours,
            production,
            tier,
            by,
            made,
        },
    )
}

fn exception() -> impl Strategy<Value = Exception> {
    let subject = prop_oneof![
        5 => Just(Subject::Change(0)),
        2 => Just(Subject::Change(1)),
        3 => Just(Subject::Release(0)),
    ];
    let by = prop_oneof![10 => Just(2u8), 2 => Just(1), 1 => Just(4), 1 => Just(3), 1 => Just(0)];
    let requester = prop_oneof![8 => Just(0u8), 1 => Just(2), 1 => Just(1)];
    let hours = prop_oneof![8 => Just(3u8), 3 => 1u8..=2, 1 => Just(4)];
    let stage = prop_oneof![10 => Just(1u8), 1 => Just(0)];
    let revision = prop_oneof![8 => Just(1u8), 1 => Just(2)];
    let revoked = weighted(0.15, tick());
    (0u8..2, subject, revision, stage, requester, hours, by, moment(), revoked).prop_map(
        |(freeze, subject, revision, stage, requester, hours, by, made, revoked)| Exception {
            freeze,
            subject,
            revision,
            stage,
            requester,
            hours,
            by,
            made,
            revoked,
        },
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    let freezes = vec((time(), prop::bool::weighted(0.2)), 0..=2);
    let lift = (0u8..2, prop_oneof![3 => 0u8..3, 1 => 3u8..5], moment());
    let lifts = prop_oneof![2 => Just(vec![]), 1 => vec(lift, 1..=2)];
    let on =
        prop_oneof![2 => (0u8..2).prop_map(|n| (false, n)), 1 => (0u8..3).prop_map(|n| (true, n))];
    let quarantine = (on, prop::bool::weighted(0.7), 0u8..3, moment());
    let quarantines = prop_oneof![4 => Just(vec![]), 1 => vec(quarantine, 1..=3)];
    (freezes, lifts, vec(exception(), 0..=4), vec(time(), 0..=3), quarantines).prop_map(
        |(freezes, lifts, exceptions, windows, quarantines)| Facts {
            freezes,
            lifts,
            exceptions,
            windows,
            quarantines,
        },
    )
}

/// A world with freezes and windows, and a policy that says something of them.
pub fn frozen() -> impl Strategy<Value = (World, Policy)> {
    let window = (any::<bool>(), any::<bool>());
    let window = window.prop_map(|(by_ops, open)| WindowRule { by_ops, open });
    let exceptions = prop::bool::weighted(0.8);
    let rules = (any::<bool>(), exceptions, any::<bool>(), weighted(0.6, window));
    // Where nothing else is asked of a change, every answer is that of the calendar.
    let alone = prop::bool::weighted(0.4);
    (case(), facts(), rules, alone).prop_map(|((mut world, mut policy), facts, rules, alone)| {
        world.frozen = facts;
        let (lift, exceptions, emergencies, window) = rules;
        policy.frozen = Rules { lift, exceptions, emergencies, window };
        if alone && window.is_some() {
            policy.gates.clear();
        }
        (world, policy)
    })
}
