//! Small worlds of what requirements ask from elsewhere: tickets, tasks, samples, leave given
//! beforehand, and failures that are there already.
//!
//! One change, `C-0`, is asked about; three others are what was there before. Times are whole
//! hours, few of them, so that facts meet.

pub mod oracle;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A number of whole hours.
pub type Hour = u8;

/// The last hour at which anything is made or recorded.
pub const LAST: Hour = 8;

/// Who is who: `pa` made what is asked about, `pa`, `pb` and for a while `pc` are the change
/// authority, the others are machines.
pub const PEOPLE: [&str; 5] = ["pa", "pb", "pc", "bot", "lab"];
/// From when to when `pc` is of the change authority.
pub const MEMBER: (Hour, Hour) = (2, 5);
/// How long the window of the objective is, of which a tenth of the events may be bad.
pub const WINDOW: Hour = 3;
/// How many events there are in every sample.
pub const EVENTS: u64 = 10;
/// How far back the record of a model goes.
pub const OVER: Hour = 4;

/// That a deployment succeeded.
pub const CAME: u8 = 0;
/// That what it brought was rolled back.
pub const ROLLED_BACK: u8 = 1;

/// When a fact was made, and when it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// When it was made.
    pub at: Hour,
    /// When it was recorded, never before.
    pub recorded: Hour,
}

/// A word about one of two tickets or tasks.
#[derive(Clone, Debug)]
pub struct Word {
    /// Which.
    pub about: u8,
    /// For tickets done, closed, open; for tasks done, cancelled, open.
    pub state: u8,
    /// Who.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// A sample.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When it begins.
    pub from: Hour,
    /// When it ends.
    pub to: Hour,
    /// How many of its events were bad.
    pub bad: u64,
    /// Who.
    pub by: u8,
    /// When it was recorded.
    pub recorded: Hour,
}

/// Leave for the model.
#[derive(Clone, Debug)]
pub struct Leave {
    /// Who.
    pub by: u8,
    /// Which of two digests of the model they saw.
    pub digest: u8,
    /// Whether it is for staging only.
    pub elsewhere: bool,
    /// For how long.
    pub hours: Hour,
    /// When.
    pub made: Made,
    /// When it was taken back.
    pub revoked: Option<Hour>,
}

/// One run of the check.
#[derive(Clone, Debug)]
pub struct Run {
    /// On which artifact: 0 is what ships.
    pub artifact: u8,
    /// In a configuration, or in none.
    pub configured: bool,
    /// Its number.
    pub run: u8,
    /// passed, info, skipped, running, inconclusive, errored, failed.
    pub outcome: u8,
    /// When it expires; never, on what ships.
    pub expires: Option<Hour>,
    /// Who.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// Everything that is known.
#[derive(Clone, Debug)]
pub struct World {
    /// The tickets that the change names, one bit each.
    pub named: u8,
    /// Whether it follows the model.
    pub modelled: bool,
    /// What was told of tickets.
    pub tickets: Vec<Word>,
    /// What was told of tasks.
    pub tasks: Vec<Word>,
    /// Samples.
    pub samples: Vec<Sample>,
    /// What the model said, one of two digests.
    pub models: Vec<(u8, Made)>,
    /// Leave given.
    pub leave: Vec<Leave>,
    /// What was brought to production, how that ended, and when: see [`World::brings`].
    pub deployed: Vec<(u8, u8, Made)>,
    /// Who was blamed for an incident: suspected, confirmed, exonerated.
    pub blamed: Vec<(u8, u8, Made)>,
    /// Runs of the check.
    pub runs: Vec<Run>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// How many tickets, or tasks.
    pub at_least: u8,
    /// Whether a closed ticket does, too.
    pub closed: bool,
    /// Whether only the word of `bot` counts.
    pub bot: bool,
    /// Whether half of the budget must be left.
    pub half: bool,
    /// How old the newest sample may be.
    pub max_age: Hour,
    /// How many changes must be on record, and how long they have time to fail.
    pub record: Option<(u8, Hour)>,
}

/// The requirements, in the order of [`Asked::policies`].
pub const REQUIREMENTS: [&str; 5] = ["tickets", "tasks", "budget", "preauthorised", "baseline"];

/// An hour of the second of November.
#[must_use]
pub fn instant(hour: Hour) -> String {
    format!("2026-11-02T{hour:02}:00:00Z")
}

fn person(number: u8) -> &'static str {
    PEOPLE.get(usize::from(number)).copied().unwrap_or("none")
}

fn digest(number: u8) -> String {
    format!("sha256:{}", (number + 1).to_string().repeat(64))
}

fn word<const N: usize>(words: [&'static str; N], number: u8) -> &'static str {
    words.get(usize::from(number)).copied().unwrap_or("none")
}

fn fact(mut fields: Value, by: u8, made: Made) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("by".to_owned(), json!(person(by)));
        fields.insert("at".to_owned(), json!(instant(made.at)));
        if made.recorded > made.at {
            fields.insert("recorded".to_owned(), json!(instant(made.recorded)));
        }
    }
    fields
}

fn put(mut fields: Value, key: &str, value: Option<Value>) -> Value {
    if let (Some(fields), Some(value)) = (fields.as_object_mut(), value) {
        fields.insert(key.to_owned(), value);
    }
    fields
}

impl World {
    /// The portfolio document.
    #[must_use]
    pub fn document(&self) -> Value {
        let member = json!({"person": "pc", "from": instant(MEMBER.0), "to": instant(MEMBER.1)});
        json!({
            "lynchpin": "portfolio/1",
            "people": [{"id": "pa"}, {"id": "pb"}, {"id": "pc"},
                {"id": "bot", "kind": "machine"}, {"id": "lab", "kind": "machine"}],
            "groups": [{"id": "authority", "members": [{"person": "pa"}, {"person": "pb"}, member,
                {"person": "bot"}]}],
            "services": [{"id": "shop", "slos": [
                {"id": "good", "objective": "0.9", "window": format!("{WINDOW}h")}]}],
            "stages": [{"id": "staging"}, {"id": "production"}],
            "changes": self.changes(),
            "ticket_states": self.tickets.iter().map(|told| {
                let state = word(["done", "closed", "open"], told.state);
                let fields = json!({"ticket": format!("T-{}", told.about), "state": state});
                fact(fields, told.by, told.made)
            }).collect::<Vec<_>>(),
            "tasks": self.tasks.iter().map(|told| {
                let state = word(["done", "cancelled", "open"], told.state);
                let fields = json!({"id": told.about.to_string(), "change": "C-0", "state": state});
                fact(fields, told.by, told.made)
            }).collect::<Vec<_>>(),
            "slis": self.samples.iter().map(|sample| {
                let fields = json!({"service": "shop", "slo": "good", "from": instant(sample.from),
                    "to": instant(sample.to), "good": EVENTS - sample.bad, "total": EVENTS});
                fact(fields, sample.by, Made { at: sample.to, recorded: sample.recorded })
            }).collect::<Vec<_>>(),
            "models": self.models.iter()
                .map(|(said, made)| fact(json!({"id": "m", "digest": digest(*said)}), 1, *made))
                .collect::<Vec<_>>(),
            "preauthorisations": self.leave.iter().enumerate().map(|(number, leave)| {
                let stages = leave.elsewhere.then(|| json!(["staging"]));
                let fields = json!({"id": format!("P-{number}"), "model": "m",
                    "digest": digest(leave.digest),
                    "expires": instant(leave.made.at + leave.hours)});
                fact(put(fields, "stages", stages), leave.by, leave.made)
            }).collect::<Vec<_>>(),
            "autonomy_revocations": self.leave.iter().enumerate().filter_map(|(number, leave)| {
                let at = leave.revoked?;
                let fields = json!({"preauthorisation": format!("P-{number}")});
                Some(fact(fields, 2, Made { at, recorded: at }))
            }).collect::<Vec<_>>(),
            "deployments": self.deployed.iter().enumerate().map(|(number, (change, how, made))| {
                let outcome = word(["succeeded", "rolled_back", "failed", "started"], *how);
                let fields = json!({"id": format!("D-{number}"), "environment": "production",
                    "outcome": outcome, "changes": [format!("C-{change}")]});
                let brings = (*change == 0).then(|| json!([digest(World::brings(*change))]));
                fact(put(fields, "artifacts", brings), 3, *made)
            }).collect::<Vec<_>>(),
            "incidents": self.blamed.iter().map(|(change, how, made)| {
                let fields = json!({"id": format!("I-{change}"), "event": "linked",
                    "change": format!("C-{change}"),
                    "attribution": word(["suspect", "confirmed", "exonerated"], *how)});
                fact(fields, 1, *made)
            }).collect::<Vec<_>>(),
            "evidence": self.runs.iter().map(|run| {
                let outcomes =
                    ["passed", "info", "skipped", "running", "inconclusive", "errored", "failed"];
                let fields = json!({"check": "unit", "artifact": digest(run.artifact),
                    "run": run.run, "outcome": word(outcomes, run.outcome)});
                let fields = put(fields, "configuration", run.configured.then(|| json!("x")));
                let expires = run.expires.map(|at| json!(instant(at)));
                fact(put(fields, "expires", expires), run.by, run.made)
            }).collect::<Vec<_>>(),
        })
    }

    /// The artifact that a deployment of a change brings: of the one that is asked about an older
    /// one than what ships.
    #[must_use]
    pub fn brings(change: u8) -> u8 {
        [1, 1, 2, 0].get(usize::from(change)).copied().unwrap_or(0)
    }

    fn changes(&self) -> Vec<Value> {
        let first = Made { at: 0, recorded: 0 };
        let tickets: Vec<String> = (0..2u8)
            .filter(|bit| self.named & (1 << bit) != 0)
            .map(|bit| format!("T-{bit}"))
            .collect();
        let change = |number: u8, artifact: u8, by: u8| {
            let fields = json!({"id": format!("C-{number}"), "revision": 1, "services": ["shop"],
                "artifacts": [digest(artifact)]});
            let model = (number > 0 || self.modelled).then(|| json!("m"));
            let fields = put(fields, "model", model);
            let named = (number == 0 && !tickets.is_empty()).then(|| json!(tickets));
            fact(put(fields, "tickets", named), by, first)
        };
        vec![change(0, 0, 0), change(1, 1, 1), change(2, 2, 1), change(3, 0, 1)]
    }
}

impl Asked {
    /// A policy for each requirement, which is all that it asks.
    #[must_use]
    pub fn policies(&self) -> [String; 5] {
        let producers = if self.bot { ", producers = [\"bot\"]" } else { "" };
        let closed = if self.closed { ", \"closed\"" } else { "" };
        let least = if self.half { "0.5" } else { "0" };
        let record = self.record.map_or(String::new(), |(changes, settles)| {
            format!(
                ", record = {{ failures_below = \"0.8\", confidence = \"0.5\", \
                 over = \"{OVER}h\", at_least = {changes}, settles_after = \"{settles}h\" }}"
            )
        });
        let asked = [
            format!(
                "tickets = {{ states = [\"done\"{closed}], at_least = {}{producers} }}",
                self.at_least.max(1)
            ),
            format!("tasks = {{ at_least = {}{producers} }}", self.at_least),
            format!(
                "budget = {{ slo = \"good\", remaining_at_least = \"{least}\", \
                 max_age = \"{}h\"{producers} }}",
                self.max_age
            ),
            format!("preauthorised = {{ group = \"authority\"{record} }}"),
            format!("evidence = {{ check = \"unit\", against = \"baseline\"{producers} }}"),
        ];
        asked.map(|asked| {
            format!(
                "name = \"work\"\nrequirement.asked = {{ {asked} }}\n\
                 gate.g = {{ stage = \"production\", judges = \"change\", require = \"asked\" }}\n"
            )
        })
    }
}

fn made() -> impl Strategy<Value = Made> {
    let delay = prop_oneof![6 => Just(0u8), 1 => 1u8..3];
    (0..LAST - 1, delay).prop_map(|(at, delay)| Made { at, recorded: (at + delay).min(LAST) })
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let state = prop_oneof![3 => Just(0u8), 1 => Just(1), 2 => Just(2)];
    let by = prop_oneof![3 => Just(3u8), 1 => Just(0)];
    let told = (0u8..2, state, by, made());
    vec(told.prop_map(|(about, state, by, made)| Word { about, state, by, made }), 0..=5)
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let bad = prop_oneof![5 => Just(0u64), 2 => Just(1), 1 => 2..=EVENTS];
    let by = prop_oneof![4 => Just(3u8), 1 => Just(4)];
    let delay = prop_oneof![3 => Just(0u8), 1 => 1u8..3];
    let sample =
        (0..LAST - 2, 1u8..=2, bad, by, delay).prop_map(|(from, hours, bad, by, delay)| {
            let to = from + hours;
            Sample { from, to, bad, by, recorded: (to + delay).min(LAST) }
        });
    vec(sample, 0..=7)
}

fn leave() -> impl Strategy<Value = Vec<Leave>> {
    let by = prop_oneof![4 => Just(1u8), 3 => Just(2), 1 => Just(0), 1 => Just(3)];
    let digest = prop_oneof![4 => Just(0u8), 1 => Just(1)];
    let leave = (by, digest, prop::bool::weighted(0.1), 1u8..=6, made(), weighted(0.2, 0..LAST));
    let leave = leave.prop_map(|(by, digest, elsewhere, hours, made, revoked)| Leave {
        by,
        digest,
        elsewhere,
        hours,
        made,
        revoked,
    });
    vec(leave, 0..=3)
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let outcome = prop_oneof![2 => Just(0u8), 8 => Just(6), 1 => Just(3), 1 => 1u8..6];
    let expires = weighted(0.15, 1..=LAST);
    let by = prop_oneof![6 => Just(3u8), 1 => Just(4)];
    let configured = prop::bool::weighted(0.2);
    let run = (0u8..3, configured, 1u8..3, outcome, expires, by, made());
    let run = run.prop_map(|(artifact, configured, run, outcome, expires, by, made)| {
        let expires = expires.filter(|_| artifact > 0);
        Run { artifact, configured, run, outcome, expires, by, made }
    });
    vec(run, 0..=6)
}

/// A world and what is asked in it.
pub fn case() -> impl Strategy<Value = (World, Asked)> {
    let named = prop_oneof![3 => Just(0b11u8), 3 => Just(1), 1 => Just(2), 1 => Just(0)];
    let model = prop_oneof![6 => Just(0u8), 1 => Just(1)];
    let models = vec((model, made()), 0..=2);
    let how = prop_oneof![6 => Just(CAME), 2 => Just(ROLLED_BACK), 1 => 2u8..4];
    let deployed = vec((0u8..4, how, made()), 0..=5);
    let blamed = vec((0u8..4, 0u8..3, made()), 0..=2);
    let told = (words(), words(), samples());
    let given = (models, leave());
    let world = (named, prop::bool::weighted(0.9), told, given, deployed, blamed, runs());
    let world = world.prop_map(|(named, modelled, told, given, deployed, blamed, runs)| World {
        named,
        modelled,
        tickets: told.0,
        tasks: told.1,
        samples: told.2,
        models: given.0,
        leave: given.1,
        deployed,
        blamed,
        runs,
    });
    let record = weighted(0.5, (1u8..=3, 0u8..=2));
    let asked = (0u8..=2, any::<bool>(), any::<bool>(), any::<bool>(), 1u8..=3, record);
    let asked = asked.prop_map(|(at_least, closed, bot, half, max_age, record)| Asked {
        at_least,
        closed,
        bot,
        half,
        max_age,
        record,
    });
    (world, asked)
}
