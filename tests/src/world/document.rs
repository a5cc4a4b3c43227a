//! A world as a portfolio document, its policy as TOML.

use serde_json::{Value, json};

use super::{
    Change, DECISIONS, DELEGATED, ESCALATED, Hours, MEETINGS, Made, On, PEOPLE, Policy, Quorum,
    REQUIREMENTS, Revision, SOAK_HOURS, STAGES, Subject, Tick, Tree, WAIVER_HOURS, World, after,
    life,
};

/// A tick as an instant: hour 0 is the midnight that begins the second of November.
#[must_use]
pub fn instant(tick: Tick) -> String {
    const SECOND: u64 = 1_000_000;
    const DAY: u64 = 24 * 3_600 * SECOND;
    let (hour, beside) = (u64::from(tick) / 3, u64::from(tick) % 3);
    let micros = DAY + hour * 3_600 * SECOND + beside - 1;
    let (day, seconds) = (1 + micros / DAY, micros % DAY / SECOND);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = match micros % SECOND {
        0 => String::new(),
        fraction => format!(".{fraction:06}"),
    };
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

fn name<const N: usize>(names: [&'static str; N], number: u8) -> &'static str {
    names.get(usize::from(number)).copied().unwrap_or("none")
}

fn change_id(number: u8) -> String {
    format!("C-{number}")
}

fn digest(number: u8) -> String {
    format!("sha256:{}", number.to_string().repeat(64))
}

/// The digest of one of the two artifacts.
pub(super) fn artifact(number: u8) -> String {
    digest(number + 1)
}

fn bits(mask: u8) -> impl Iterator<Item = u8> {
    (0..8).filter(move |bit| mask & (1 << bit) != 0)
}

/// Puts the fields that all facts share, and those of the subject, on a fact.
fn fact(mut fields: Value, subject: Option<Subject>, by: u8, made: Made) -> Value {
    if let Some(subject) = subject {
        let (key, id) = subject.document();
        put(&mut fields, key, json!(id));
    }
    put(&mut fields, "by", json!(name(PEOPLE, by)));
    put(&mut fields, "at", json!(instant(made.at)));
    if made.recorded > made.at {
        put(&mut fields, "recorded", json!(instant(made.recorded)));
    }
    fields
}

fn put(fields: &mut Value, key: &str, value: Value) {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

fn put_tick(fields: &mut Value, key: &str, tick: Option<Tick>) {
    if let Some(tick) = tick {
        put(fields, key, json!(instant(tick)));
    }
}

impl Subject {
    /// The field and the id.
    #[must_use]
    pub fn document(self) -> (&'static str, String) {
        match self {
            Subject::Change(number) => ("change", change_id(number)),
            Subject::Release(number) => ("release", format!("R-{number}")),
        }
    }
}

impl World {
    /// The portfolio document.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "lynchpin": "portfolio/1",
            "people": self.people(),
            "groups": self.groups(),
            "stages": STAGES.map(|stage| json!({"id": stage})),
            "changes": self.change_facts(),
            "releases": self.release_facts(),
            "evidence": self.evidence.iter().map(super::Evidence::fact).collect::<Vec<_>>(),
            "delegations": self.delegations.iter().map(super::Delegation::fact)
                .collect::<Vec<_>>(),
            "boards": self.boards.iter().map(super::Board::fact).collect::<Vec<_>>(),
            "minutes": self.minutes.iter().map(super::Minutes::fact).collect::<Vec<_>>(),
            "statements": [],
            "approvals": self.approvals.iter().map(super::Approval::fact).collect::<Vec<_>>(),
            "waivers": self.waiver_facts(),
            "revocations": self.revocation_facts(),
            "holds": self.holds.iter().map(|(subject, held, by, made)| {
                let event = json!({"event": if *held { "held" } else { "released" }});
                fact(event, Some(*subject), *by, *made)
            }).collect::<Vec<_>>(),
            "cancellations": self.cancellations.iter()
                .map(|(subject, made)| fact(json!({}), Some(*subject), 0, *made))
                .collect::<Vec<_>>(),
            "deployments": self.deployment_facts(),
            "incidents": self.incident_facts(),
        })
    }

    fn people(&self) -> Value {
        let mut pc = json!({"id": "pc"});
        put_tick(&mut pc, "suspended_from", self.suspended);
        let pb = json!({"id": "pb", "aliases": ["pb-x"]});
        let mut all = vec![json!({"id": "pa"}), pb, pc, json!({"id": "bot", "kind": "machine"})];
        all.push(json!({"id": "pd"}));
        all.extend(self.reinstated.map(|at| json!({"id": "pc", "at": instant(at)})));
        json!(all)
    }

    fn groups(&self) -> Value {
        let member = |person: u8| {
            let mut member = json!({"person": name(PEOPLE, person)});
            if person == 2 {
                put_tick(&mut member, "from", self.membership.0);
                put_tick(&mut member, "to", self.membership.1);
            }
            member
        };
        let named = |person: u8| json!({"person": name(PEOPLE, person)});
        let board = |of: u8| bits(of).map(member).collect::<Vec<Value>>();
        let ops = |of: u8| bits(of).map(named).collect::<Vec<Value>>();
        let mut all = vec![
            json!({"id": "board", "members": board(self.board)}),
            json!({"id": "heads", "members": [{"person": "pd"}, {"person": "pa"}, member(2)]}),
            json!({"id": "ops", "members": ops(self.ops)}),
        ];
        all.extend(self.regrouped.into_iter().flat_map(|again| {
            let at = instant(again.at);
            [
                json!({"id": "board", "members": board(again.board), "at": at}),
                json!({"id": "ops", "members": ops(again.ops), "at": at}),
            ]
        }));
        json!(all)
    }

    fn change_facts(&self) -> Vec<Value> {
        let facts = (0u8..).zip(&self.changes).flat_map(|(number, change)| {
            (1u8..)
                .zip(&change.revisions)
                .map(move |(revision, content)| revision_fact(number, revision, change, content))
        });
        facts.collect()
    }

    fn release_facts(&self) -> Vec<Value> {
        let facts = (0u8..).zip(&self.releases).flat_map(|(number, release)| {
            let numbered = (1u8..).zip(&release.revisions);
            numbered.map(move |(revision, (members, by, made))| {
                let members: Vec<String> = bits(*members).map(change_id).collect();
                let priority: Vec<String> =
                    release.priority.iter().map(|change| change_id(*change)).collect();
                let fields = json!({"id": format!("R-{number}"), "revision": revision,
                    "changes": members, "priority": priority});
                fact(fields, None, *by, *made)
            })
        });
        facts.collect()
    }

    fn waiver_facts(&self) -> Vec<Value> {
        let numbered = self.waivers.iter().enumerate();
        let facts = numbered.map(|(number, waiver)| {
            let fields = json!({"id": format!("W-{number}"), "revision": waiver.revision,
                "requirement": name(REQUIREMENTS, waiver.requirement),
                "stage": name(STAGES, waiver.stage), "requester": name(PEOPLE, waiver.requester),
                "expires": instant(after(waiver.made.at, waiver.hours))});
            fact(fields, Some(waiver.subject), waiver.by, waiver.made)
        });
        facts.collect()
    }

    fn revocation_facts(&self) -> Vec<Value> {
        let numbered = self.waivers.iter().enumerate();
        let revoked = numbered.filter_map(|(number, waiver)| Some((number, waiver.revoked?)));
        let facts = revoked.map(|(number, at)| {
            fact(json!({"waiver": format!("W-{number}")}), None, 0, Made { at, recorded: at })
        });
        facts.collect()
    }

    fn deployment_facts(&self) -> Vec<Value> {
        let outcomes = ["started", "succeeded", "failed", "rolled_back"];
        let named = self.deployment_ids().into_iter().zip(&self.deployments);
        let facts = named.map(|(id, deployment)| {
            let fields = json!({"id": id,
                "environment": name(STAGES, deployment.stage),
                "outcome": name(outcomes, deployment.outcome),
                "changes": [change_id(deployment.change)]});
            fact(fields, None, 3, deployment.made)
        });
        facts.collect()
    }

    fn incident_facts(&self) -> Vec<Value> {
        let mut facts = Vec::new();
        for (number, incident) in self.incidents.iter().enumerate() {
            let id = format!("I-{number}");
            let opened = Made { at: incident.opened, recorded: incident.opened };
            let attribution = if incident.confirmed { "confirmed" } else { "suspect" };
            facts.push(fact(json!({"id": id, "event": "opened"}), None, 0, opened));
            let link = json!({"id": id, "event": "linked", "change": change_id(incident.change),
                "attribution": attribution});
            facts.push(fact(link, None, 0, opened));
            if let Some(at) = incident.resolved {
                let resolved = Made { at, recorded: at };
                facts.push(fact(json!({"id": id, "event": "resolved"}), None, 0, resolved));
            }
        }
        facts
    }
}

fn revision_fact(number: u8, revision: u8, change: &Change, said: &Revision) -> Value {
    let content = &said.content;
    let mut fields = json!({"id": change_id(number), "revision": revision,
        "title": format!("title {}", content.title),
        "kind": if content.emergency { "emergency" } else { "normal" },
        "artifacts": bits(content.artifacts).map(|bit| digest(bit + 1)).collect::<Vec<_>>()});
    if content.back_out {
        put(&mut fields, "plans", json!({"back_out": "undo it"}));
    }
    if content.depends {
        let ids = |numbers: &[u8]| numbers.iter().map(|id| change_id(*id)).collect::<Vec<_>>();
        let clause = |clause: &Vec<u8>| match clause.as_slice() {
            [only] => json!({"change": change_id(*only)}),
            several => json!({"any": ids(several)}),
        };
        let conflict = |(other, exclusive): &(u8, bool)| {
            let scope = if *exclusive { "exclusive" } else { "in_flight" };
            json!({"change": change_id(*other), "scope": scope})
        };
        put(&mut fields, "requires", change.requires.iter().map(clause).collect());
        put(&mut fields, "together", json!(ids(&change.together)));
        put(&mut fields, "after", json!(ids(&change.after)));
        put(&mut fields, "conflicts", change.conflicts.iter().map(conflict).collect());
        put(&mut fields, "supersedes", json!(ids(&change.supersedes)));
    }
    fact(fields, None, said.by, said.made)
}

impl super::Evidence {
    fn fact(&self) -> Value {
        let outcomes =
            ["passed", "info", "skipped", "running", "inconclusive", "errored", "failed"];
        let mut fields = json!({"check": name(["unit", "lint"], self.check), "run": self.run,
            "outcome": name(outcomes, self.outcome)});
        match self.on {
            On::Artifact(artifact) => put(&mut fields, "artifact", json!(digest(artifact + 1))),
            On::Revision(change, revision) => {
                put(&mut fields, "change", json!(change_id(change)));
                put(&mut fields, "revision", json!(revision));
            }
        }
        if self.configured {
            put(&mut fields, "configuration", json!("x"));
        }
        put_tick(&mut fields, "expires", self.expires);
        fact(fields, None, self.by, self.made)
    }
}

impl super::Approval {
    fn fact(&self) -> Value {
        let mut fields = json!({"revision": self.revision,
            "requirement": name(REQUIREMENTS, self.requirement),
            "stage": name(STAGES, self.stage), "decision": name(DECISIONS, self.decision)});
        if self.decision == ESCALATED {
            put(&mut fields, "to_group", json!("heads"));
        }
        if self.decision == DELEGATED {
            put(&mut fields, "to", json!(name(PEOPLE, self.to)));
        }
        put_tick(&mut fields, "effective_from", self.from);
        put_tick(&mut fields, "expires", self.expires);
        fact(fields, Some(self.subject), self.by, self.made)
    }
}

impl super::Delegation {
    fn fact(&self) -> Value {
        let mut fields = json!({"to": name(PEOPLE, self.to)});
        if self.ended {
            put(&mut fields, "event", json!("ended"));
        }
        if self.group > 0 {
            put(&mut fields, "group", json!(name(["board", "heads"], self.group - 1)));
        }
        put_tick(&mut fields, "from", self.from);
        put_tick(&mut fields, "until", self.until);
        fact(fields, None, self.by, self.made)
    }
}

impl super::Board {
    fn fact(&self) -> Value {
        let meeting = |bit: u8| {
            let (from, to) = MEETINGS.get(usize::from(bit)).copied()?;
            let mut meeting = json!({"from": instant(from)});
            put_tick(&mut meeting, "to", to);
            Some(meeting)
        };
        let meetings: Vec<Value> = bits(self.meetings).filter_map(meeting).collect();
        let keeper = json!({"person": name(PEOPLE, self.secretary)});
        let fields = json!({"board": "board", "secretary": keeper, "meetings": meetings});
        fact(fields, None, 0, self.made)
    }
}

impl super::Minutes {
    fn fact(&self) -> Value {
        let people = |mask: u8| bits(mask).map(|bit| name(PEOPLE, bit)).collect::<Vec<_>>();
        let (key, id) = self.subject.document();
        let mut decision = json!({"revision": self.revision,
            "requirement": name(REQUIREMENTS, self.requirement), "stage": "production",
            "decision": name(DECISIONS, self.decision), "voters": people(self.voters)});
        put(&mut decision, key, json!(id));
        let fields = json!({"board": "board", "meeting": instant(self.meeting),
            "present": people(self.present), "decisions": [decision]});
        fact(fields, None, self.by, self.made)
    }
}

impl Tree {
    fn text(&self) -> String {
        let list =
            |children: &[Tree]| children.iter().map(Tree::text).collect::<Vec<_>>().join(", ");
        match self {
            Tree::Leaf(number) => format!("\"{}\"", name(REQUIREMENTS, *number)),
            Tree::All(children) => format!("{{ all = [{}] }}", list(children)),
            Tree::Any(children) => format!("{{ any = [{}] }}", list(children)),
            Tree::AtLeast(count, children) => {
                format!("{{ at_least = {count}, of = [{}] }}", list(children))
            }
        }
    }
}

impl Policy {
    /// Who may let a requirement pass unmet, or be met afterwards.
    fn leave(&self, number: u8) -> String {
        let waivable = self.waivable & (1 << number) != 0;
        let uses = self.life.uses.map_or(String::new(), |uses| format!(", uses_at_most = {uses}"));
        let rule =
            format!(", waiver = {{ group = \"ops\", for_at_most = \"{WAIVER_HOURS}h\"{uses} }}");
        let within = life::OWED_HOURS;
        let later = format!(", retrospective = {{ group = \"ops\", within = \"{within}h\" }}");
        let part = |holds: bool, text: String| if holds { text } else { String::new() };
        part(waivable, rule) + &part(self.life.retrospective & (1 << number) != 0, later)
    }

    /// The policy as TOML.
    #[must_use]
    pub fn text(&self) -> String {
        let waiver = |number: u8| self.leave(number);
        let people = match self.quorum {
            Quorum::Count(count) => count.to_string(),
            Quorum::All => "\"all\"".to_owned(),
            Quorum::Percent(percent) => format!("\"{percent}%\""),
            Quorum::First => "\"first\"".to_owned(),
        };
        let part = |holds: bool, text: &str| if holds { text.to_owned() } else { String::new() };
        let hours = |key: &str, hours: Option<Hours>| {
            hours.map_or(String::new(), |hours| format!(", {key} = \"{hours}h\""))
        };
        let runs = self
            .failed_runs
            .map_or(String::new(), |most| format!(", failed_runs_at_most = {most}"));
        let mut lines = vec![
            "name = \"world\"".to_owned(),
            format!("open = [{}]", part(self.open, "\"staging\"")),
            format!("cycles = \"{}\"", if self.atomic { "atomic" } else { "forbidden" }),
            format!(
                "requirement.unit = {{ evidence = {{ check = \"unit\"{} }}{} }}",
                part(self.configured, ", configurations = [\"x\"]"),
                waiver(0)
            ),
            format!(
                "requirement.lint = {{ evidence = {{ check = \"lint\"{}{runs} }}{} }}",
                hours("max_age", self.evidence_hours),
                waiver(1)
            ),
            format!(
                "requirement.board = {{ approval = {{ group = \"board\", {}{}{}{}{}{}{} }}{} }}",
                format_args!("people = {people}"),
                part(self.veto, ", veto = \"stands\""),
                part(self.in_person, ", delegation = \"forbidden\""),
                part(self.escalates, ", escalates_to = [\"heads\"]"),
                part(self.after_unit, ", after_evidence = [\"unit\"]"),
                part(self.not_by_lint, ", excludes_producers_of = [\"lint\"]"),
                part(self.also_now, ", members = \"also_now\""),
                waiver(2)
            ),
            format!(
                "requirement.sec = {{ approval = {{ group = \"board\"{} }}{}{} }}",
                hours("expires_after", self.approval_hours),
                part(self.sec_for_emergencies, ", only_for = { kind = [\"emergency\"] }"),
                waiver(3)
            ),
            format!("requirement.soaked = {{ soak = {{ for = \"{SOAK_HOURS}h\" }}{} }}", waiver(4)),
            format!("requirement.back-out = {{ plan = \"back_out\"{} }}", waiver(5)),
        ];
        for (number, gate) in self.gates.iter().enumerate() {
            lines.push(format!(
                "gate.g{number} = {{ stage = \"{}\", judges = \"{}\"{}, require = {} }}",
                name(STAGES, gate.stage),
                if gate.release { "release" } else { "change" },
                part(gate.emergency, ", kind = [\"emergency\"]"),
                gate.tree.text()
            ));
        }
        lines.push(self.frozen.text());
        lines.join("\n") + "\n"
    }
}
