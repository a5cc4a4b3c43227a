//! "What waits for whom?"

use std::collections::BTreeMap;

use serde::Serialize;

use super::open::{as_object, blockers, decide_all, ends, named};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{GateId, GroupId, PersonId, RequirementId, StageId};
use crate::base::{Actor, Digest, Instant, Span, Subject, When};
use crate::gate::Obligation;
use crate::gate::leaf::awaited::Awaited;
use crate::history::Current;
use crate::portfolio::{AsOf, Decision, OpenItem, Snapshot};
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

/// What waits for a person, a role or a board, or for everybody?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingQuestion {
    /// Who; everybody, if it is not said.
    pub who: Option<Actor>,
    /// As of when.
    pub at: Instant,
    /// Only what is of use until so long after; all, if it is not said.
    pub within: Option<Span>,
}

impl WaitingQuestion {
    /// Asks what waits for everybody.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        WaitingQuestion { who: None, at, within: None }
    }

    /// Asks about one person, or about a group: a role, a team or a board.
    #[must_use]
    pub fn of(mut self, who: Actor) -> Self {
        self.who = Some(who);
        self
    }

    /// Asks only for what is of use until so long after.
    #[must_use]
    pub fn within(mut self, within: Span) -> Self {
        self.within = Some(within);
        self
    }
}

/// What waits for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Waiting {
    /// As of when.
    pub at: Instant,
    /// Who was asked about; everybody, if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Actor>,
    /// The policy in force, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// How many open items were decided: see
    /// [`Snapshot::open_items`](crate::portfolio::Snapshot::open_items).
    pub decided: usize,
    /// How many were not, since there were more than are looked at in one go.
    pub left_out: usize,
    /// How many reasons wait and are not told, since it is of use to act beyond the time that was
    /// asked for, or it is not known until when.
    pub later: usize,
    /// What waits, by who can act, in order of their ids, people first; of one person or group,
    /// only that. What nobody can act on stands last.
    pub waits: Vec<WaitsFor>,
    /// What is owed by those, though it holds nothing back yet, in order of ends.
    pub owed: Vec<Obligation>,
}

/// What waits for one person or group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WaitsFor {
    /// Who can act; nobody, if it is not said: it waits for time alone or for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// What waits, what is to be done soonest first; where it is not known until when, last.
    pub items: Vec<WaitingItem>,
}

/// One reason that holds something back until somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WaitingItem {
    /// Until when it is of use to act: the earliest of the three that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Instant>,
    /// When it is planned to be begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<Instant>,
    /// The meeting of a board that can act: when it begins, or ends, if it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Instant>,
    /// When something first expires that was met for the same subject, or for the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapses: Option<Instant>,
    /// What it is about.
    pub subject: Subject,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Which stage it cannot enter.
    pub stage: StageId,
    /// The gate that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// The verdict of that reason.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// The figures behind it, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_object")]
    pub args: Vec<(&'static str, Arg)>,
    /// Everybody who can act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub act: Vec<Actor>,
    /// When the newest was recorded of what it rests on: the current revision, and the facts cited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// Through what it waits for who was asked about, if it does not name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<Through>,
    /// The open releases, and changes in none, that it holds back.
    pub holds_up: Vec<Subject>,
}

/// Through what something waits for somebody who is not named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Through {
    /// The group that is named, to which they belong, or whose seat it is does.
    pub group: GroupId,
    /// Whose seat it is, if they may answer in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<PersonId>,
}

/// Decides everything that is open once, and tells what holds it back by who can act.
///
/// Of an approval, only those are asked who still can give it: not who has, nor who had a hand in
/// it. What is said of a change that has entered the stage already waits for nobody. At most
/// [`DAILY_DECISIONS_MAX`](crate::base::limits::DAILY_DECISIONS_MAX) are decided, in
/// order of ids; how many were left out is told.
///
/// # Errors
///
/// [`SubjectUnknown`](crate::base::ErrorCode::SubjectUnknown) if the person or group is neither
/// declared nor named by any reason; [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if an
/// item is too large.
///
/// ```
/// use lynchpin::base::{Actor, Limits};
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::waiting::{WaitingQuestion, waiting};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "ann"}, {"id": "bob"}],
///      "groups": [{"id": "leads", "members": [{"person": "ann"}, {"person": "raj"}]}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "planned": {"from": "2026-11-04T09:00:00Z", "to": "2026-11-04T10:00:00Z"}}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.review = { approval = { group = "leads" } }
///     gate.fast = { stage = "production", judges = "change", require = "review" }
///     "#,
/// )?;
/// let (snapshot, at) = (engine.snapshot(), "2026-11-02T09:00:00Z".parse()?);
/// let of = |id: &str| Ok::<_, lynchpin::base::Error>(Actor::Person(id.parse()?));
/// let ann = waiting(&snapshot, &WaitingQuestion::new(at).of(of("ann")?))?;
/// assert_eq!(ann.waits[0].items[0].code.name(), "approval_missing");
/// assert_eq!(ann.waits[0].items[0].by, Some("2026-11-04T09:00:00Z".parse()?));
/// // Nobody approves what they made themselves.
/// let raj = waiting(&snapshot, &WaitingQuestion::new(at).of(of("raj")?))?;
/// assert!(raj.waits.is_empty());
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn waiting(snapshot: &Snapshot, question: &WaitingQuestion) -> Result<Waiting> {
    let as_of = snapshot.as_of(question.at);
    let items = as_of.open();
    let mut found: BTreeMap<Key, WaitingItem> = BTreeMap::new();
    let (decided, left_out) = decide_all(&as_of, &items, |item, decision| {
        collect(&as_of, item, decision, &mut found);
    })?;
    let mut all: Vec<WaitingItem> = found.into_values().collect();
    let mut owed = as_of.obligations()?;
    owed.retain(|it| it.met.is_none());
    if let Some(who) = &question.who {
        let reach = Reach { as_of: &as_of, who };
        reach.known(&all, &owed)?;
        all = reach.of(all);
        owed.retain(|it| {
            let about = (&it.subject, &it.stage, Some(&it.requirement));
            reach.to(&it.owner, about).is_some()
        });
    }
    let end = question.within.map(|within| question.at.after(within));
    let waits = all.len();
    all.retain(|item| end.is_none_or(|end| item.by.is_some_and(|by| by <= end)));
    let later = waits.saturating_sub(all.len());
    owed.retain(|it| end.is_none_or(|end| it.until <= end));
    // What ties stays in the order of what it is about.
    all.sort_by_key(|item| item.by.map_or(When::Never, When::At));
    let waits = match &question.who {
        None => by_actor(all),
        Some(_) if all.is_empty() => Vec::new(),
        Some(who) => vec![WaitsFor { actor: Some(who.clone()), items: all }],
    };
    let policy = as_of.policy().map(|policy| policy.digest);
    let (at, who) = (question.at, question.who.clone());
    Ok(Waiting { at, who, policy, decided, left_out, later, waits, owed })
}

/// What keeps one reason apart from all others.
type Key = (
    Subject,
    StageId,
    Option<GateId>,
    Option<RequirementId>,
    ReasonCode,
    Vec<(&'static str, Arg)>,
    Vec<Actor>,
);

/// Takes what holds an item back; what holds back several is told once.
fn collect(
    as_of: &AsOf<'_>,
    item: &OpenItem,
    decision: &Decision,
    into: &mut BTreeMap<Key, WaitingItem>,
) {
    let lapses = lapses(as_of, decision);
    for node in blockers(as_of, item, decision) {
        let key: Key = (
            node.subject.clone(),
            item.stage.clone(),
            node.gate.clone(),
            node.requirement.clone(),
            node.code,
            node.args.clone(),
            node.act.clone(),
        );
        let told = into.entry(key).or_insert_with(|| new(as_of, item, node));
        let start = |subject| Some(as_of.records.current(subject)?.planned()?.from);
        let planned = [&node.subject, &item.subject].into_iter().filter_map(start).min();
        let own = [&node.subject, &item.subject].into_iter().filter_map(|it| lapses.get(it)).min();
        told.planned = earlier(told.planned, planned);
        told.lapses = earlier(told.lapses, own.copied());
        told.by = [told.planned, told.meeting, told.lapses].into_iter().flatten().min();
        if !told.holds_up.contains(&item.subject) {
            told.holds_up.push(item.subject.clone());
        }
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

fn new(as_of: &AsOf<'_>, item: &OpenItem, node: &Node) -> WaitingItem {
    let current = as_of.records.current(&node.subject);
    let portfolio = as_of.records.portfolio();
    let cited = node.cites.iter().filter_map(|(kind, n)| portfolio.recorded(kind, *n));
    WaitingItem {
        by: None,
        planned: None,
        meeting: meeting(as_of, &node.act),
        lapses: None,
        subject: node.subject.clone(),
        title: current.and_then(Current::title),
        stage: item.stage.clone(),
        gate: node.gate.clone(),
        requirement: node.requirement.clone(),
        verdict: node.verdict,
        code: node.code,
        args: node.args.clone(),
        act: node.act.clone(),
        since: cited.chain(current.map(Current::recorded)).max(),
        through: None,
        holds_up: Vec::new(),
    }
}

/// The next meeting of any board among those who can act.
fn meeting(as_of: &AsOf<'_>, act: &[Actor]) -> Option<Instant> {
    let boards = act.iter().filter_map(|actor| match actor {
        Actor::Group(group) => as_of.records.boards.next_meeting(group, as_of.at),
        Actor::Person(_) => None,
    });
    let of = |meeting: crate::model::Meeting| {
        if meeting.from > as_of.at { meeting.from } else { meeting.to.unwrap_or(meeting.from) }
    };
    boards.map(|next| of(next.meeting)).min()
}

/// When the first of what is met for each subject expires.
fn lapses(as_of: &AsOf<'_>, decision: &Decision) -> BTreeMap<Subject, Instant> {
    let mut found: BTreeMap<Subject, Instant> = BTreeMap::new();
    for node in decision.reasons().nodes().iter().filter(|node| node.verdict.is_go()) {
        let requirement = node.requirement.as_ref();
        let ends = node.cites.iter().filter_map(|cite| ends(as_of, requirement, *cite));
        if let Some(end) = ends.filter(|end| *end > as_of.at).min() {
            let known = found.entry(node.subject.clone()).or_insert(end);
            *known = (*known).min(end);
        }
    }
    found
}

/// Whether what is missing is that somebody approves, so that it matters who still can.
fn lacks_approval(code: ReasonCode) -> bool {
    use ReasonCode as Code;
    let missing = [
        Code::ApprovalMissing,
        Code::ApprovalStale,
        Code::ApprovalDeferred,
        Code::ApprovalBeforeEvidence,
        Code::ApprovalWithoutDigest,
        Code::ApprovalEscalated,
        Code::ApprovalDelegated,
    ];
    missing.contains(&code)
}

/// What waits, by each of those who can act.
fn by_actor(all: Vec<WaitingItem>) -> Vec<WaitsFor> {
    let mut found: BTreeMap<Actor, Vec<WaitingItem>> = BTreeMap::new();
    let mut nobody = Vec::new();
    for item in all {
        if item.act.is_empty() {
            nobody.push(item);
            continue;
        }
        for actor in &item.act {
            found.entry(actor.clone()).or_default().push(item.clone());
        }
    }
    let named = found.into_iter().map(|(actor, items)| WaitsFor { actor: Some(actor), items });
    let unnamed = (!nobody.is_empty()).then_some(WaitsFor { actor: None, items: nobody });
    named.chain(unnamed).collect()
}

/// Finds out what waits for one person or group.
struct Reach<'a> {
    as_of: &'a AsOf<'a>,
    who: &'a Actor,
}

/// That it waits for them, and through what, if it does not name them.
type Reached = Option<Through>;

impl Reach<'_> {
    /// Of everything that waits, what waits for them.
    fn of(&self, all: Vec<WaitingItem>) -> Vec<WaitingItem> {
        let reached = all.into_iter().filter_map(|item| {
            let name = item.requirement.as_ref().filter(|_| lacks_approval(item.code));
            let about = (&item.subject, &item.stage, name);
            let through = self.to(&item.act, about)?;
            Some(WaitingItem { through, ..item })
        });
        reached.collect()
    }

    /// Refuses a name that nobody has: nothing would wait for them.
    fn known(&self, all: &[WaitingItem], owed: &[Obligation]) -> Result<()> {
        let people = &self.as_of.records.people;
        let declared = match self.who {
            Actor::Person(id) => people.declared(id).is_some(),
            Actor::Group(id) => people.has_group(id),
        };
        let named = || {
            let acts = all.iter().map(|item| &item.act).chain(owed.iter().map(|it| &it.owner));
            acts.flatten().any(|actor| actor == self.who)
        };
        if declared || named() {
            return Ok(());
        }
        let what = if matches!(self.who, Actor::Person(_)) { "person" } else { "group" };
        let message = format!("there is no {what} `{}`; check the id", self.who);
        Err(Error::new(ErrorCode::SubjectUnknown, message))
    }

    /// Whether those who can act are or include who was asked about.
    fn to(
        &self,
        act: &[Actor],
        (subject, stage, name): (&Subject, &StageId, Option<&RequirementId>),
    ) -> Option<Reached> {
        let groups = act.iter().filter_map(|actor| match actor {
            Actor::Group(id) => Some(id),
            Actor::Person(_) => None,
        });
        let (people, at) = (&self.as_of.records.people, self.as_of.at);
        let person = match self.who {
            Actor::Group(who) => {
                let mut groups: Vec<&GroupId> = groups.collect();
                groups.sort_unstable_by_key(|group| *group != who);
                let found = groups.into_iter().find(|group| people.is_within(who, group, at))?;
                let through = Through { group: found.clone(), in_place_of: None };
                return Some((found != who).then_some(through));
            }
            Actor::Person(who) => people.principal(who),
        };
        let groups: Vec<&GroupId> = groups.collect();
        let name = name.filter(|_| !groups.is_empty());
        let asked = name.map(|name| self.as_of.awaited(subject, stage, (name, person)));
        let seat = match asked.unwrap_or(Awaited::NotAsked) {
            Awaited::No => return None,
            Awaited::NotAsked if named(act).any(|other| people.principal(other) == person) => {
                return Some(None);
            }
            Awaited::NotAsked => person.clone(),
            Awaited::Seat(holder) => holder,
        };
        let group = groups.into_iter().find(|group| people.belongs(&seat, group, at))?;
        let in_place_of = Some(seat).filter(|seat| seat != person);
        Some(Some(Through { group: group.clone(), in_place_of }))
    }
}
