//! "Which releases of a queue may go in parallel, which must wait, and what if one fails?"

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{ChangeId, RequirementId, ServiceId, StageId};
use crate::base::limits::{QUEUE_ITEMS_MAX, QUEUE_RUNS_MAX};
use crate::base::{Chance, Digest, Instant, Probability, Subject};
use crate::portfolio::Snapshot;
use crate::reason::tree::Clears;
use crate::reason::{ReasonCode, Verdict};

mod answer;
mod by_itself;
mod ties;

/// Which releases or changes may go in parallel, and which must wait?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueQuestion {
    /// The stage that all of them are to enter.
    pub stage: StageId,
    /// As of when.
    pub at: Instant,
    /// What is in the queue, first to go first.
    pub items: Vec<QueueEntry>,
    /// How many may be on their way at once, at least one; any number, if it is not said.
    pub slots: Option<u32>,
    /// How many runs may be tried beforehand.
    pub runs: usize,
}

impl QueueQuestion {
    /// Asks how those items may go, as many at once as interact with nothing, with no run tried
    /// beforehand.
    #[must_use]
    pub fn new(stage: StageId, at: Instant, items: Vec<QueueEntry>) -> Self {
        QueueQuestion { stage, at, items, slots: None, runs: 0 }
    }
}

/// One item of a queue that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QueueEntry {
    /// The change or the release.
    pub subject: Subject,
    /// The chance that it fails, as the host knows it; what the scorecard says, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Probability>,
}

impl QueueEntry {
    /// An item whose chance to fail the scorecard says.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        QueueEntry { subject, failure: None }
    }
}

/// How the items of a queue may go, what follows if one fails, and which outcomes are worth being
/// tried beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Queue {
    /// The stage.
    pub stage: StageId,
    /// As of when.
    pub at: Instant,
    /// The policy that was applied; none, if none was in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
    /// The name and version of the model that chances to fail are taken from.
    pub risk_model: String,
    /// `yes` if another policy than the one in force was applied, or something else was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<&'static str>,
    /// How many may be on their way at once, if that is bounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u32>,
    /// What may start now, all of it in parallel.
    pub head: Vec<Subject>,
    /// Every item, in the order of the queue.
    pub items: Vec<QueueItem>,
    /// What stands ahead of what it requires.
    pub out_of_order: Vec<OutOfOrder>,
    /// What requires itself through others.
    pub cycles: Vec<QueueCycle>,
    /// The runs most likely to be needed, the likeliest first.
    pub runs: Vec<QueueRun>,
    /// How many of these runs are needed, on average; to nine decimals, downwards.
    pub expected: Chance,
    /// Whether the search for them came to its end.
    pub search: QueueSearch,
}

/// One item of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueItem {
    /// Where it stands, from 1.
    pub position: usize,
    /// The change or the release.
    pub subject: Subject,
    /// How it stands.
    pub state: QueueState,
    /// What is decided on it by itself.
    pub verdict: Verdict,
    /// When that clears.
    pub clears_at: Clears,
    /// What holds it back, but for what the queue itself brings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<QueueHold>,
    /// The chance that it fails.
    pub failure: Probability,
    /// Who says so.
    pub failure_from: FailureFrom,
    /// The first round in which it may go if everything succeeds, from 1; none, if it does not go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// What it waits for itself, in the order of the queue; of what does not go, what keeps it from
    /// going.
    pub waits_for: Vec<QueueWait>,
    /// What follows if it fails; not said of what does not go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_it_fails: Option<IfItFails>,
}

/// How an item of a queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// It may start now.
    Head,
    /// It waits for others in the queue, or until one of those on their way has ended.
    Waits,
    /// It cannot go now, whatever the others do: its verdict says why.
    Held,
    /// It requires what does not go.
    Lacks,
    /// It requires itself, through others.
    InCycle,
}

impl QueueState {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            QueueState::Head => "head",
            QueueState::Waits => "waits",
            QueueState::Held => "held",
            QueueState::Lacks => "lacks",
            QueueState::InCycle => "in_cycle",
        }
    }
}

/// Who says how likely an item is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureFrom {
    /// The question.
    Given,
    /// The scorecard.
    Scorecard,
    /// The risk model that the policy names.
    Model,
}

/// A root blocker of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct QueueHold {
    /// What it is about.
    pub subject: Subject,
    /// Why.
    pub code: ReasonCode,
    /// The requirement that is not met, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
}

/// An item that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueWait {
    /// The item.
    pub subject: Subject,
    /// Why.
    pub because: Vec<Interaction>,
}

/// Why two items of a queue may not go at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Interaction {
    /// The one that waits requires a change of the other.
    Requires(ChangePair),
    /// The other one requires a change of the one that waits, and has it already: it is brought
    /// again.
    RequiredBy(ChangePair),
    /// Two of their changes conflict.
    Conflict(ChangePair),
    /// Two of their changes ship as one atomic group.
    Together(ChangePair),
    /// The same change is in both.
    Change(ChangeId),
    /// Both change that service.
    Service(ServiceId),
}

/// A change of the item that waits, and one of the item that it waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct ChangePair {
    /// That of the item that waits.
    pub change: ChangeId,
    /// The other one.
    pub with: ChangeId,
}

/// Items that require each other in a circle, so that none of them goes: the shortest circle
/// through
/// the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueCycle {
    /// Each item after the one that requires it, and why that does; the last one requires the
    /// first.
    pub items: Vec<QueueWait>,
}

/// An item that stands ahead of what it requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OutOfOrder {
    /// The item.
    pub subject: Subject,
    /// The item that is to stand ahead of it.
    pub behind: Subject,
    /// Why.
    pub because: Vec<Interaction>,
}

/// What follows if one item fails and all others succeed that may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IfItFails {
    /// What requires it, or what requires it through others: that leaves the queue with it.
    pub dropped: Vec<Subject>,
    /// What waits for it, itself or through others, and is tried again without it.
    pub tried_again: Vec<Subject>,
    /// What goes on as if nothing had happened.
    pub untouched: Vec<Subject>,
}

/// One item tried on top of one outcome of all that it waits for, itself or through others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueRun {
    /// The item that is tried.
    pub subject: Subject,
    /// What is assumed to succeed, and so is below it.
    pub with: Vec<Subject>,
    /// What is assumed to fail, or to be dropped because what it requires fails.
    pub without: Vec<Subject>,
    /// The chance that its result is the one that is needed; to nine decimals, downwards.
    pub chance: Chance,
}

/// Whether the search for the likeliest runs came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueSearch {
    /// It did.
    Whole,
    /// It was cut short, since the next run took too long to find. Those told are the likeliest all
    /// the same.
    CutShort,
}

/// Says which items of a queue may go in parallel and which must wait, and for what; what follows
/// if
/// one fails; and which outcomes are likeliest to be needed, so that they can be tried beforehand.
///
/// Two items interact if they change the same service, hold the same change, hold changes that
/// conflict or ship as one group, or one requires a change of the other. Of two that interact, the
/// one behind waits. What requires something that stands behind it waits for that, and comes right
/// after it as far as others are concerned. What cannot go by itself holds nobody up that does not
/// require it.
///
/// Items are assumed to fail independently of each other.
///
/// # Errors
///
/// [`SubjectUnknown`](ErrorCode::SubjectUnknown) and [`StageUnknown`](ErrorCode::StageUnknown) as
/// for [`Snapshot::decide`]; [`DuplicateId`](ErrorCode::DuplicateId) if an item is listed twice;
/// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if nothing may be on its way at all;
/// [`LimitExceeded`](ErrorCode::LimitExceeded) if there are too many items, runs or interactions.
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::queue::{QueueEntry, QueueQuestion, queue};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///      "services": [{"id": "shop"}, {"id": "search"}], "people": [{"id": "raj"}],
///      "changes": [
///       {"id": "C-1", "revision": 1, "services": ["shop"], "at": "2026-11-01T09:00:00Z", "by":
///       "raj"},
///       {"id": "C-2", "revision": 1, "services": ["search"], "at": "2026-11-01T09:00:00Z", "by":
///       "raj"},
///       {"id": "C-3", "revision": 1, "services": ["shop"], "at": "2026-11-01T09:00:00Z", "by":
///       "raj"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
/// let items = ["C-1", "C-2", "C-3"].map(|id|
/// id.parse().map(Subject::Change).map(QueueEntry::new));
/// let items = items.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let mut question =
///     QueueQuestion::new("production".parse()?, "2026-11-02T09:00:00Z".parse()?, items);
/// question.items[0].failure = Some("0.1".parse()?);
/// question.runs = 3;
/// let found = queue(&engine.snapshot(), &question)?;
/// assert_eq!(found.head.iter().map(Subject::id).collect::<Vec<_>>(), ["C-1", "C-2"]);
/// assert_eq!(found.items[2].waits_for[0].subject.id(), "C-1");
/// // C-3 is worth being tried on top of C-1 before C-1 has ended.
/// assert_eq!((found.runs[2].subject.id(), found.runs[2].chance.to_string()), ("C-3",
/// "0.9".into()));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn queue(snapshot: &Snapshot, question: &QueueQuestion) -> Result<Queue> {
    check(question)?;
    let as_of = snapshot.as_of(question.at);
    let alone = by_itself::all(&as_of, question)?;
    answer::of(question, &alone)
}

fn check(question: &QueueQuestion) -> Result<()> {
    let limits =
        [("items", question.items.len(), QUEUE_ITEMS_MAX), ("runs", question.runs, QUEUE_RUNS_MAX)];
    for (what, count, limit) in limits {
        if count > limit {
            let message = format!("{count} {what} are more than the limit of {limit}");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
    }
    if question.slots == Some(0) {
        let message = "with `slots` of 0 nothing may ever go; say at least 1";
        return Err(Error::new(ErrorCode::NumberOutOfRange, message));
    }
    let mut seen = BTreeSet::new();
    for item in &question.items {
        if !seen.insert(&item.subject) {
            let message = format!("{} is in the queue twice; list each item once", item.subject);
            return Err(Error::new(ErrorCode::DuplicateId, message));
        }
    }
    Ok(())
}
