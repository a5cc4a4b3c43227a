//! "What is on the agenda of the board's next meeting?"

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::open::{blockers, decide_all};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, GateId, GroupId, RequirementId, StageId};
use crate::base::{Actor, Digest, Instant, Probability, Subject, When};
use crate::gate::Obligation;
use crate::history::order::end_of;
use crate::model::{Meeting, Period, Vote};
use crate::portfolio::{AsOf, OpenItem, Snapshot};
use crate::reason::tree::Node;
use crate::reason::{ReasonCode, Verdict};

/// What is on the agenda of a board's next meeting?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgendaQuestion {
    /// The board.
    pub board: GroupId,
    /// As of when.
    pub at: Instant,
}

impl AgendaQuestion {
    /// Asks for the agenda of the first meeting that is not over.
    #[must_use]
    pub fn new(board: GroupId, at: Instant) -> Self {
        AgendaQuestion { board, at }
    }
}

/// What waits for a board, to be decided at its next meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Agenda {
    /// The board.
    pub board: GroupId,
    /// As of when.
    pub at: Instant,
    /// Who leads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chair: Option<Actor>,
    /// Who keeps its minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secretary: Option<Actor>,
    /// The meeting that is going on, or the next one; none, if none is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Meeting>,
    /// The first instant at which nothing more is taken on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agenda_closes: Option<Instant>,
    /// How many open items were decided: see
    /// [`Snapshot::open_items`](crate::portfolio::Snapshot::open_items).
    pub decided: usize,
    /// How many were not, since there were more than are looked at in one go.
    pub left_out: usize,
    /// What is to be decided: what is planned to begin soonest first, what has no planned start
    /// last, then by subject, stage and requirement.
    pub items: Vec<AgendaItem>,
    /// What the board owes though it holds nothing back yet, in order of ends: what was let in
    /// first, to be approved afterwards.
    pub owed: Vec<Obligation>,
}

/// One thing to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AgendaItem {
    /// The change or the release.
    pub subject: Subject,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The stage that it is to enter.
    pub stage: StageId,
    /// The gate that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// What is to be decided; not said of what is no requirement, such as a hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// How it stands.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// The revision to decide on.
    pub revision: u32,
    /// Its digest, to be named by whoever decides; not said, if not all of it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// When it is planned to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<Period>,
    /// The probability that it causes a failure.
    pub risk: Probability,
    /// How often it was deferred.
    pub deferred: usize,
    /// When it was deferred last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deferred: Option<Instant>,
    /// What it must not be in flight together with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Clash>,
    /// The open releases, and changes in none, that it holds back.
    pub holds_up: Vec<Subject>,
}

/// Two changes that conflict, neither of them cancelled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Clash {
    /// The change that is to be decided on, or is in the release.
    pub change: ChangeId,
    /// The other one.
    pub with: ChangeId,
}

/// How many conflicts of one item are told: who sees so many decides on none of them.
const CLASHES_TOLD: usize = 100;

/// Decides everything that is open once, and tells what waits for a board.
///
/// # Errors
///
/// [`SubjectUnknown`](crate::base::ErrorCode::SubjectUnknown) if it is not known as a board by
/// then; [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if an item is too large.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::agenda::{AgendaQuestion, agenda};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "ann"}, {"id": "mei"}],
///      "groups": [{"id": "cab", "members": [{"person": "ann"}]}],
///      "boards": [{"board": "cab", "meetings": [{"from": "2026-11-10T10:00:00Z"}],
///        "by": "mei", "at": "2026-11-01T00:00:00Z"}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 2, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
///      "approvals": [{"change": "C-1", "revision": 2, "requirement": "board",
///        "stage": "production", "decision": "deferred", "at": "2026-11-03T10:00:00Z",
///        "by": "ann"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.board = { approval = { group = "cab" } }
///     gate.slow = { stage = "production", judges = "change", require = "board" }
///     "#,
/// )?;
/// let question = AgendaQuestion::new("cab".parse()?, "2026-11-04T09:00:00Z".parse()?);
/// let agenda = agenda(&engine.snapshot(), &question)?;
/// assert_eq!(agenda.meeting.map(|it| it.from), Some("2026-11-10T10:00:00Z".parse()?));
/// assert_eq!((agenda.items[0].revision, agenda.items[0].deferred), (2, 1));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn agenda(snapshot: &Snapshot, question: &AgendaQuestion) -> Result<Agenda> {
    let as_of = snapshot.as_of(question.at);
    let (board, at) = (&question.board, question.at);
    let Some((_, declared)) = as_of.records.boards.declared(board, end_of(at)) else {
        let message = format!("there is no board `{board}` by then; check the id and the time");
        return Err(Error::new(ErrorCode::SubjectUnknown, message));
    };
    let next = as_of.records.boards.next_meeting(board, at);
    let actor = Actor::Group(board.clone());
    let mut found: BTreeMap<Key, AgendaItem> = BTreeMap::new();
    let open = as_of.open();
    let (decided, left_out) = decide_all(&as_of, &open, |item, decision| {
        for node in blockers(&as_of, item, decision).filter(|node| node.act.contains(&actor)) {
            collect(&as_of, board, (item, node), &mut found);
        }
    })?;
    let mut items: Vec<AgendaItem> = found.into_values().collect();
    let subjects: BTreeSet<Subject> = items.iter().map(|item| item.subject.clone()).collect();
    let risks = as_of.risks(&Vec::from_iter(subjects));
    for item in &mut items {
        item.risk = risks.get(&item.subject).copied().unwrap_or(Probability::ONE);
    }
    // What ties stays in the order of what it is about.
    items.sort_by_key(|item| item.planned.map_or(When::Never, |planned| When::At(planned.from)));
    let mut owed = as_of.obligations()?;
    owed.retain(|it| it.met.is_none() && it.owner.contains(&actor));
    Ok(Agenda {
        board: board.clone(),
        at,
        chair: declared.chair.clone(),
        secretary: declared.secretary.clone(),
        meeting: next.map(|next| next.meeting),
        agenda_closes: next.map(|next| next.agenda_closes),
        decided,
        left_out,
        items,
        owed,
    })
}

/// What keeps one thing to decide apart from the others.
type Key = (Subject, StageId, Option<GateId>, Option<RequirementId>, ReasonCode);

/// Takes what waits for the board; what holds back several is told once.
fn collect(
    as_of: &AsOf<'_>,
    board: &GroupId,
    (item, node): (&OpenItem, &Node),
    into: &mut BTreeMap<Key, AgendaItem>,
) {
    let Some(current) = as_of.records.current(&node.subject) else { return };
    let (gate, requirement) = (node.gate.clone(), node.requirement.clone());
    let (subject, stage) = (node.subject.clone(), item.stage.clone());
    let key = (subject, stage, gate, requirement, node.code);
    let told = into.entry(key).or_insert_with(|| {
        let deferred = deferrals(as_of, board, node, &item.stage);
        AgendaItem {
            subject: node.subject.clone(),
            title: current.title(),
            stage: item.stage.clone(),
            gate: node.gate.clone(),
            requirement: node.requirement.clone(),
            verdict: node.verdict,
            code: node.code,
            revision: current.revision(),
            digest: as_of.records.digest_of(&node.subject, current.revision()),
            planned: current.planned(),
            risk: Probability::ONE,
            deferred: deferred.len(),
            last_deferred: deferred.last().copied(),
            conflicts: conflicts(as_of, &node.subject),
            holds_up: Vec::new(),
        }
    });
    if !told.holds_up.contains(&item.subject) {
        told.holds_up.push(item.subject.clone());
    }
}

/// When something was deferred: once for each meeting by whose minutes it was, and for each instant
/// at which somebody did by themselves.
fn deferrals(as_of: &AsOf<'_>, board: &GroupId, node: &Node, stage: &StageId) -> BTreeSet<Instant> {
    let (records, subject) = (&*as_of.records, &node.subject);
    let portfolio = records.portfolio();
    let Some(requirement) = &node.requirement else { return BTreeSet::new() };
    let approvals = records.approvals(subject).iter().filter_map(|n| portfolio.approvals.get(*n));
    let by_members = approvals.filter(|it| {
        it.decision == Vote::Deferred && it.requirement == *requirement && it.stage == *stage
    });
    let minutes = records.boards.minutes(subject).iter().filter_map(|(number, index)| {
        let minutes = portfolio.minutes.get(*number).filter(|it| it.board == *board)?;
        let decided = minutes.decisions.get(*index)?;
        let meant = decided.decision == Vote::Deferred
            && decided.requirement == *requirement
            && decided.stage == *stage;
        meant.then_some(minutes.meeting)
    });
    by_members.map(|it| it.at).chain(minutes).collect()
}

/// The conflicts of a change, or of those in a release.
fn conflicts(as_of: &AsOf<'_>, subject: &Subject) -> Vec<Clash> {
    let records = &*as_of.records;
    let changes: Vec<&ChangeId> = match subject {
        Subject::Change(id) => vec![id],
        Subject::Release(id) => {
            records.changes_within(id).into_iter().map(|change| &change.id).collect()
        }
    };
    let of = |id: &ChangeId| {
        let others = records.conflicts(id).map(|(with, _)| with);
        let there = others.filter(|with| records.change(with).is_some());
        let standing = there.filter(|with| !records.is_cancelled(with));
        standing.map(|with| Clash { change: id.clone(), with: with.clone() }).collect::<Vec<_>>()
    };
    let found: BTreeSet<Clash> = changes.into_iter().flat_map(of).collect();
    found.into_iter().take(CLASHES_TOLD).collect()
}
