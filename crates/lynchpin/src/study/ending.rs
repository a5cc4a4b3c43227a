//! "What ends soon, and what would no longer be a go?"

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::dry_run::Because;
use super::open::{about, ends};
use crate::base::error::Result;
use crate::base::id::{PersonId, RequirementId, StageId};
use crate::base::limits::DAILY_DECISIONS_MAX;
use crate::base::{Actor, Instant, Span, Subject, When};
use crate::gate::Obligation;
use crate::history::order::{is_known, position};
use crate::model::{Approval, Delegation, DelegationEvent, Portfolio, Vote};
use crate::portfolio::{AsOf, Decision, FactName, OpenItem, Snapshot};
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

/// What ends soon?
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndingQuestion {
    /// As of when.
    pub at: Instant,
    /// How long after that is looked ahead, the last instant included.
    pub within: Span,
}

impl EndingQuestion {
    /// Asks what ends after an instant, and not later than so long after.
    #[must_use]
    pub fn new(at: Instant, within: Span) -> Self {
        EndingQuestion { at, within }
    }
}

/// What ends soon, and what turns by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ending {
    /// As of when: nothing that is recorded later is looked at.
    pub at: Instant,
    /// Until when.
    pub until: Instant,
    /// How many open items were followed to the end: see
    /// [`Snapshot::open_items`](crate::portfolio::Snapshot::open_items).
    pub followed: usize,
    /// How many were not, or not to the end, since that would take more decisions than are made in
    /// one go.
    pub left_out: usize,
    /// What ends, the soonest first.
    pub ends: Vec<End>,
    /// Whatever becomes a go or ceases to be one, through what ends or otherwise, the soonest
    /// first.
    pub turns: Vec<Turn>,
}

/// Something that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct End {
    /// When: the first instant at which it counts no more, or at which it is overdue.
    pub at: Instant,
    /// What it is.
    pub what: EndKind,
    /// Its id; of an approval, that of who gave it, or of the board whose minutes relay it; of a
    /// delegation, that of who was given it; of what is owed, that of the gate that asks.
    pub id: String,
    /// The fact; not said of what is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<FactName>,
    /// What it is about, if it is about one change or release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// For which stage, if it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// For which requirement, if it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// Who gave it, asked for it or owes it.
    pub owner: Vec<Actor>,
    /// What is a go until then, and no longer from then on.
    pub holds_up: Vec<OpenItem>,
    /// What is held back by it until then, and is a go from then on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lets_go: Vec<OpenItem>,
}

/// What can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndKind {
    /// Something is owed and not met, be it an approval afterwards: its time is over.
    Obligation,
    /// A waiver expires.
    Waiver,
    /// An exception from a freeze expires.
    Exception,
    /// An approval expires, as it says itself or by the policy.
    Approval,
    /// Somebody may no longer answer for another.
    Delegation,
    /// A pre-authorisation expires.
    Preauthorisation,
    /// A freeze ends.
    Freeze,
}

impl EndKind {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EndKind::Obligation => "obligation",
            EndKind::Waiver => "waiver",
            EndKind::Exception => "exception",
            EndKind::Approval => "approval",
            EndKind::Delegation => "delegation",
            EndKind::Preauthorisation => "preauthorisation",
            EndKind::Freeze => "freeze",
        }
    }
}

/// An item that becomes a go or ceases to be one by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Turn {
    /// When.
    pub at: Instant,
    /// What was open.
    #[serde(flatten)]
    pub item: OpenItem,
    /// The verdict before.
    pub before: Verdict,
    /// The verdict from then on.
    pub after: Verdict,
    /// What holds it back, after or before.
    pub because: Vec<Because>,
}

/// Something that ends, and the fact, as reasons cite it.
struct Found {
    cite: Option<(&'static str, usize)>,
    end: End,
}

impl Found {
    fn of(portfolio: &Portfolio, (kind, number): (&'static str, usize), end: End) -> Found {
        let fact = FactName::of(portfolio, kind, number);
        Found { cite: Some((kind, number)), end: End { fact, ..end } }
    }
}

/// Follows everything that is open through all its turns, and tells what ends in that time.
///
/// What is known as of the instant is all that is known; what is decided at each turn is decided as
/// if nothing else came to be known. What ends is told whether or not anything turns by it.
///
/// # Errors
///
/// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if an item is too large.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::study::ending::{EndKind, EndingQuestion, ending};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}, {"id": "ann"}],
///      "groups": [{"id": "leads", "members": [{"person": "ann"}]}],
///      "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}],
///      "approvals": [{"change": "C-1", "revision": 1, "requirement": "review",
///        "stage": "production", "decision": "approved", "expires": "2026-11-05T00:00:00Z",
///        "at": "2026-11-02T10:00:00Z", "by": "ann"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.review = { approval = { group = "leads" } }
///     gate.fast = { stage = "production", judges = "change", require = "review" }
///     "#,
/// )?;
/// let question = EndingQuestion::new("2026-11-03T00:00:00Z".parse()?, "7d".parse()?);
/// let found = ending(&engine.snapshot(), &question)?;
/// assert_eq!(found.ends[0].what, EndKind::Approval);
/// assert_eq!(found.ends[0].holds_up[0].subject.to_string(), "change C-1");
/// assert_eq!(found.turns[0].because[0].code.name(), "approval_stale");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn ending(snapshot: &Snapshot, question: &EndingQuestion) -> Result<Ending> {
    let as_of = snapshot.as_of(question.at);
    let (at, until) = (question.at, question.at.after(question.within));
    let items = as_of.open();
    let mut found = Vec::new();
    owed(&as_of.obligations()?, (at, until), &mut found);
    leave(&as_of, (at, until), &mut found);
    approvals(&as_of, &items, (at, until), &mut found);
    others(&as_of, (at, until), &mut found);
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut by_instant: BTreeMap<Instant, Vec<usize>> = BTreeMap::new();
    for (place, it) in found.iter().enumerate() {
        by_instant.entry(it.end.at).or_default().push(place);
    }
    let mut turns = Vec::new();
    let mut walk = Walk { as_of: &as_of, until, left: DAILY_DECISIONS_MAX };
    let mut followed: usize = 0;
    for item in &items {
        let whole = walk.along(item, |at, before, after| {
            turns.extend(turn(at, item, before, after));
            for place in by_instant.get(&at).into_iter().flatten() {
                if let Some(found) = found.get_mut(*place) {
                    attribute(found, item, before, after);
                }
            }
        })?;
        followed = followed.saturating_add(usize::from(whole));
    }
    turns.sort_by(|a, b| (a.at, &a.item).cmp(&(b.at, &b.item)));
    let left_out = items.len().saturating_sub(followed);
    let ends = found.into_iter().map(|it| it.end).collect();
    Ok(Ending { at, until, followed, left_out, ends, turns })
}

/// The order in which ends are told: that of what they say, then of the names of their facts.
fn order(it: &Found) -> impl Ord + '_ {
    let end = &it.end;
    let about = (&end.subject, &end.stage, &end.requirement);
    (end.at, end.what, &end.id, about, end.fact)
}

/// Follows items from one turn to the next.
struct Walk<'a> {
    as_of: &'a AsOf<'a>,
    until: Instant,
    /// How many more decisions may be made.
    left: usize,
}

impl Walk<'_> {
    /// Tells each instant at which an item may turn, with the decision before and from then on.
    /// Whether it was followed to the end.
    fn along(
        &mut self,
        item: &OpenItem,
        mut tell: impl FnMut(Instant, &Decision, &Decision),
    ) -> Result<bool> {
        let Some(mut now) = self.decide(item, self.as_of.at)? else { return Ok(false) };
        let mut reached = self.as_of.at;
        loop {
            let When::At(turn) = now.holds_until() else { return Ok(true) };
            if turn > self.until {
                return Ok(true);
            }
            // An answer stands for a while, however short; one that does not cannot be followed.
            if turn <= reached {
                return Ok(false);
            }
            let Some(next) = self.decide(item, turn)? else { return Ok(false) };
            tell(turn, &now, &next);
            (now, reached) = (next, turn);
        }
    }

    fn decide(&mut self, item: &OpenItem, at: Instant) -> Result<Option<Decision>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.as_of.decide(item, at).map(Some)
    }
}

fn turn(at: Instant, item: &OpenItem, before: &Decision, after: &Decision) -> Option<Turn> {
    let (was, is) = (before.verdict(), after.verdict());
    if was.is_go() == is.is_go() {
        return None;
    }
    let blocked = if is.is_go() { before } else { after };
    let because: BTreeSet<Because> = blocked.root_blockers().map(Because::of).collect();
    let because = because.into_iter().collect();
    Some(Turn { at, item: item.clone(), before: was, after: is, because })
}

/// Finds out whether an item turns through what ends at that instant.
fn attribute(found: &mut Found, item: &OpenItem, before: &Decision, after: &Decision) {
    let (was, is) = (before.verdict().is_go(), after.verdict().is_go());
    let cites = |node: &&Node| found.cite.is_some_and(|cite| node.cites.contains(&cite));
    let end = &mut found.end;
    if was && !is {
        let missed = match end.what {
            EndKind::Obligation => after.root_blockers().any(|node| is_of(node, end)),
            EndKind::Waiver
            | EndKind::Exception
            | EndKind::Approval
            | EndKind::Delegation
            | EndKind::Preauthorisation
            | EndKind::Freeze => {
                let rested = before.reasons().nodes().iter().filter(cites);
                let rested: BTreeSet<_> = rested.map(about).collect();
                after.root_blockers().any(|node| rested.contains(&about(node)))
            }
        };
        end.holds_up.extend(missed.then(|| item.clone()));
    }
    if !was && is && before.root_blockers().any(|node| cites(&node)) {
        end.lets_go.push(item.clone());
    }
}

/// Whether a reason is that this obligation is overdue.
fn is_of(node: &Node, end: &End) -> bool {
    let says = |name: &str, text: String| {
        node.args.iter().any(|(it, arg)| *it == name && *arg == Arg::Text(text.clone()))
    };
    node.code == ReasonCode::ObligationOverdue
        && node.requirement == end.requirement
        && end.subject.as_ref().is_some_and(|subject| says("of", subject.to_string()))
        && says("until", end.at.to_string())
}

/// What is asked for: after the first, not after the second.
type Range = (Instant, Instant);

fn is_in(at: Instant, (after, until): Range) -> bool {
    after < at && at <= until
}

fn new(what: EndKind, at: Instant, id: impl ToString) -> End {
    End {
        at,
        what,
        id: id.to_string(),
        fact: None,
        subject: None,
        stage: None,
        requirement: None,
        owner: Vec::new(),
        holds_up: Vec::new(),
        lets_go: Vec::new(),
    }
}

fn person(id: &PersonId) -> Vec<Actor> {
    vec![Actor::Person(id.clone())]
}

/// What is owed and not met.
fn owed(obligations: &[Obligation], range: Range, into: &mut Vec<Found>) {
    let open = obligations.iter().filter(|it| it.met.is_none() && is_in(it.until, range));
    into.extend(open.map(|it| {
        let end = End {
            subject: Some(it.subject.clone()),
            stage: Some(it.stage.clone()),
            requirement: Some(it.requirement.clone()),
            owner: it.owner.clone(),
            ..new(EndKind::Obligation, it.until, &it.gate)
        };
        Found { cite: None, end }
    }));
}

/// Waivers and exceptions that stand, of what is not cancelled.
fn leave(as_of: &AsOf<'_>, range: Range, into: &mut Vec<Found>) {
    let records = &*as_of.records;
    let portfolio = records.portfolio();
    let stands = |subject: &Subject| records.cancellation(subject).is_none();
    for (number, it) in portfolio.waivers.iter().enumerate() {
        let Ok(subject) = Subject::one(it.change.as_ref(), it.release.as_ref()) else { continue };
        let known = is_known(it, as_of.at) && !records.is_revoked(&it.id);
        if known && is_in(it.expires, range) && stands(&subject) {
            let end = End {
                subject: Some(subject),
                stage: Some(it.stage.clone()),
                requirement: Some(it.requirement.clone()),
                owner: person(&it.requester),
                ..new(EndKind::Waiver, it.expires, &it.id)
            };
            into.push(Found::of(portfolio, ("waivers", number), end));
        }
    }
    for (number, it) in portfolio.exceptions.iter().enumerate() {
        let Ok(subject) = Subject::one(it.change.as_ref(), it.release.as_ref()) else { continue };
        let known = is_known(it, as_of.at) && !records.freezes.is_revoked(&it.id);
        if known && is_in(it.expires, range) && stands(&subject) {
            let end = End {
                subject: Some(subject),
                stage: Some(it.stage.clone()),
                owner: person(&it.requester),
                ..new(EndKind::Exception, it.expires, &it.id)
            };
            into.push(Found::of(portfolio, ("exceptions", number), end));
        }
    }
}

/// The approvals of what is open, and those that minutes relay.
fn approvals(as_of: &AsOf<'_>, items: &[OpenItem], range: Range, into: &mut Vec<Found>) {
    let records = &*as_of.records;
    let within = |item: &OpenItem| match &item.subject {
        Subject::Change(_) => Vec::new(),
        Subject::Release(id) => records.changes_within(id),
    };
    let changes = items.iter().flat_map(within).map(|it| Subject::Change(it.id.clone()));
    let open: BTreeSet<Subject> =
        items.iter().map(|item| item.subject.clone()).chain(changes).collect();
    for subject in &open {
        given(as_of, subject, range, into);
        relayed(as_of, subject, range, into);
    }
}

/// The approvals after which who gave them has said nothing else.
fn given(as_of: &AsOf<'_>, subject: &Subject, range: Range, into: &mut Vec<Found>) {
    let records = &*as_of.records;
    let portfolio = records.portfolio();
    let mut standing: BTreeMap<_, Vec<(usize, &Approval)>> = BTreeMap::new();
    for number in records.approvals(subject) {
        let Some(it) = portfolio.approvals.get(*number) else { continue };
        let of = (records.people.principal(&it.by), &it.requirement, &it.stage);
        let of = standing.entry(of).or_default();
        match it.decision {
            Vote::Approved => of.push((*number, it)),
            Vote::Escalated
            | Vote::Delegated
            | Vote::Withdrawn
            | Vote::Deferred
            | Vote::RequestChanges
            | Vote::Rejected => of.clear(),
        }
    }
    for (number, it) in standing.into_values().flatten() {
        let cite = ("approvals", number);
        let at = ends(as_of, Some(&it.requirement), cite).filter(|at| is_in(*at, range));
        into.extend(at.map(|at| {
            let end = End {
                subject: Some(subject.clone()),
                stage: Some(it.stage.clone()),
                requirement: Some(it.requirement.clone()),
                owner: person(&it.by),
                ..new(EndKind::Approval, at, &it.by)
            };
            Found::of(portfolio, cite, end)
        }));
    }
}

/// The approvals that the minutes of a board relay: those of one meeting end together.
fn relayed(as_of: &AsOf<'_>, subject: &Subject, range: Range, into: &mut Vec<Found>) {
    let records = &*as_of.records;
    let portfolio = records.portfolio();
    for (number, index) in records.boards.minutes(subject) {
        let Some(minutes) = portfolio.minutes.get(*number) else { continue };
        let decided = minutes.decisions.get(*index);
        let Some(it) = decided.filter(|it| it.decision == Vote::Approved) else { continue };
        let cite = ("minutes", *number);
        let at = ends(as_of, Some(&it.requirement), cite).filter(|at| is_in(*at, range));
        into.extend(at.map(|at| {
            let end = End {
                subject: Some(subject.clone()),
                stage: Some(it.stage.clone()),
                requirement: Some(it.requirement.clone()),
                owner: vec![Actor::Group(minutes.board.clone())],
                ..new(EndKind::Approval, at, &minutes.board)
            };
            Found::of(portfolio, cite, end)
        }));
    }
}

/// Delegations, pre-authorisations and freezes that were not ended early.
fn others(as_of: &AsOf<'_>, range: Range, into: &mut Vec<Found>) {
    let records = &*as_of.records;
    let portfolio = records.portfolio();
    for (number, it) in portfolio.delegations.iter().enumerate() {
        let Some(until) = it.until.filter(|until| is_in(*until, range)) else { continue };
        let given = it.event == DelegationEvent::Given && is_known(it, as_of.at);
        if given && !is_ended(as_of, it) {
            let end = End { owner: person(&it.by), ..new(EndKind::Delegation, until, &it.to) };
            into.push(Found::of(portfolio, ("delegations", number), end));
        }
    }
    for (number, it) in portfolio.preauthorisations.iter().enumerate() {
        let known = is_known(it, as_of.at) && records.leave.revoked(&it.id).is_empty();
        if known && is_in(it.expires, range) {
            let end =
                End { owner: person(&it.by), ..new(EndKind::Preauthorisation, it.expires, &it.id) };
            into.push(Found::of(portfolio, ("preauthorisations", number), end));
        }
    }
    let lifts = as_of.policy().and_then(|policy| policy.freeze.lift.as_ref());
    for scheduled in &records.freezes.freezes {
        let number = scheduled.number;
        let Some(it) = portfolio.freezes.get(number) else { continue };
        let end = scheduled.occasion.next_end(as_of.at).at().filter(|end| is_in(*end, range));
        if let Some(end) = end.filter(|_| records.lifted(it, lifts).is_none()) {
            let end = End { owner: person(&it.by), ..new(EndKind::Freeze, end, &it.id) };
            into.push(Found::of(portfolio, ("freezes", number), end));
        }
    }
}

/// Whether somebody ended a delegation that they had given before.
fn is_ended(as_of: &AsOf<'_>, given: &Delegation) -> bool {
    let records = &*as_of.records;
    let people = &records.people;
    let pair =
        |it: &Delegation| (people.principal(&it.by).clone(), people.principal(&it.to).clone());
    let mine = pair(given);
    let ends = |it: &&Delegation| {
        it.event == DelegationEvent::Ended
            && is_known(*it, as_of.at)
            && it.at <= as_of.at
            && position(*it) >= position(given)
            && (it.group.is_none() || it.group == given.group)
            && pair(it) == mine
    };
    records.portfolio().delegations.iter().any(|it| ends(&it))
}
