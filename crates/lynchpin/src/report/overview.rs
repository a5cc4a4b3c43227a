//! Three answers about one release side by side, and what holds it back, told once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::options::Options;
use super::safe::line;
use super::sentence::sentence;
use super::table::Table;
use super::words::{Tone, actors, counted, mark, paint, percent, some, word};
use crate::base::id::{ChangeId, RequirementId};
use crate::base::{Actor, Probability, Subject};
use crate::plan::Plan;
use crate::portfolio::{Decision, Score};
use crate::reason::tree::Node;
use crate::reason::{ReasonCode, Verdict};

/// How many changes are named behind a reason.
pub(super) const CHANGES_NAMED: usize = 6;
/// How much of a reason is told, in columns.
const SAID_COLUMNS: usize = 100;
/// How many reasons of a kind are told where not all are.
const KIND_NAMED: usize = 3;

/// A change of a release as three answers see it.
pub(super) struct Row<'a> {
    pub(super) wave: Option<usize>,
    pub(super) verdict: Verdict,
    pub(super) risk: Option<Probability>,
    pub(super) change: &'a ChangeId,
}

impl Row<'_> {
    pub(super) fn wave(&self) -> String {
        self.wave.map_or("-".to_owned(), |wave| wave.to_string())
    }

    pub(super) fn risk(&self) -> String {
        self.risk.map_or(String::new(), percent)
    }
}

/// A line for each change of a release in the order in which they ship: its wave, its verdict and
/// its risk; those that do not ship last. Of more changes than lines those that are held back are
/// shown first of all, and how many more there are.
#[must_use]
pub fn overview(
    decision: &Decision,
    plan: &Plan,
    score: &Score,
    options: &Options<'_>,
    lines_max: usize,
) -> String {
    let mut table = Table::new(&["wave", "verdict", "risk", "change", "title"]);
    let (rows, more) = rows(decision, plan, score, lines_max);
    for row in rows {
        let verdict = format!("{} {}", mark(row.verdict), word(row.verdict));
        table.row(vec![
            (row.wave(), None),
            (verdict, Some(Tone::Of(row.verdict))),
            (row.risk(), None),
            (row.change.to_string(), Some(Tone::Strong)),
            (options.title(row.change).unwrap_or_default(), None),
        ]);
    }
    let mut out = table.draw(options.style);
    if more > 0 {
        out.push_str(&format!("and {more} more\n"));
    }
    out
}

/// The rows of an overview, and how many more there are.
pub(super) fn rows<'a>(
    decision: &Decision,
    plan: &'a Plan,
    score: &Score,
    lines_max: usize,
) -> (Vec<Row<'a>>, usize) {
    let verdicts: BTreeMap<&ChangeId, Verdict> = decision
        .changes()
        .filter_map(|node| match &node.subject {
            Subject::Change(id) => Some((id, node.verdict)),
            Subject::Release(_) => None,
        })
        .collect();
    let risks: BTreeMap<&ChangeId, Probability> =
        score.changes.iter().map(|change| (&change.change, change.risk.probability)).collect();
    let shipped = plan.waves.iter().enumerate().flat_map(|(number, wave)| {
        let ids = wave.iter().flat_map(|step| &step.changes);
        ids.map(move |id| (Some(number + 1), id))
    });
    let dropped = plan.dropped.iter().flat_map(|group| &group.changes).map(|id| (None, id));
    let verdict_of = |id| verdicts.get(id).copied().unwrap_or(Verdict::NotApplicable);
    let all: Vec<(Option<usize>, &ChangeId)> = shipped.chain(dropped).collect();
    let held = all.iter().filter(|(_, id)| !verdict_of(id).is_go()).count().min(lines_max);
    let (mut held_left, mut others_left) = (held, lines_max - held);
    let mut rows = Vec::new();
    for (wave, change) in &all {
        let verdict = verdict_of(change);
        let left = if verdict.is_go() { &mut others_left } else { &mut held_left };
        if *left == 0 {
            continue;
        }
        *left -= 1;
        rows.push(Row { wave: *wave, verdict, risk: risks.get(change).copied(), change });
    }
    let more = all.len() - rows.len();
    (rows, more)
}

/// A reason that holds a release or some of its changes back, and was not merely passed on from one
/// change to another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocker<'a> {
    /// How it stands.
    pub verdict: Verdict,
    /// Why, as a code.
    pub code: ReasonCode,
    /// The requirement that is not met, if it is one.
    pub requirement: Option<&'a RequirementId>,
    /// Why, as a sentence that is safe to print on a terminal.
    pub said: String,
    /// Who can change it, for any of what it holds back: groups first.
    pub act: Vec<Actor>,
    /// What it holds back: changes, or the whole.
    pub held: Vec<&'a Subject>,
}

impl Blocker<'_> {
    /// What it holds back, with the first few changes by name.
    pub(super) fn what(&self) -> String {
        if let [Subject::Release(_)] = self.held.as_slice() {
            return "the release".to_owned();
        }
        let ids = self.held.iter().map(|subject| subject.id().to_owned());
        let named = some(ids, self.held.len(), CHANGES_NAMED);
        format!("{}: {named}", counted(self.held.len(), "change", "changes"))
    }

    fn is_like(&self, other: &Blocker<'_>) -> bool {
        let kind = (self.verdict, self.code, self.requirement);
        kind == (other.verdict, other.code, other.requirement)
    }
}

/// What holds a decision back, each reason once: the worst first, of these the kinds that hold back
/// most, and of each kind what holds back most.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::{DecideQuestion, Engine};
/// use lynchpin::report;
///
/// let portfolio = serde_json::from_str(
///     r#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}], "changes": [
///         {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
/// ).unwrap();
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(portfolio)?;
/// let subject = serde_json::from_str(r#"{"change": "C-1"}"#).unwrap();
/// let question = DecideQuestion::new(subject, "2026-11-02T09:00:00Z".parse()?);
/// let decision = engine.snapshot().decide(&question)?;
/// let held = report::blockers(&decision);
/// assert_eq!((held.len(), held[0].held.len()), (1, 1));
/// assert_eq!(held[0].code.name(), "no_policy_in_force");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn blockers(decision: &Decision) -> Vec<Blocker<'_>> {
    type Kind<'a> = (Verdict, ReasonCode, Option<&'a RequirementId>);
    type Found<'a> = (Vec<&'a Subject>, BTreeSet<&'a Actor>);
    let mut groups: BTreeMap<(Kind<'_>, String), Found<'_>> = BTreeMap::new();
    let mut weights: BTreeMap<Kind<'_>, usize> = BTreeMap::new();
    for (node, held) in with_held(decision) {
        let kind = (node.verdict, node.code, node.requirement.as_ref());
        let (subjects, act) = groups.entry((kind, sentence(node, held))).or_default();
        if subjects.last() != Some(&held) {
            subjects.push(held);
            *weights.entry(kind).or_default() += 1;
        }
        act.extend(&node.act);
    }
    let mut found: Vec<Blocker<'_>> = Vec::new();
    for (((verdict, code, requirement), said), (held, act)) in groups {
        let mut act: Vec<Actor> = act.into_iter().cloned().collect();
        act.sort_by_key(|actor| matches!(actor, Actor::Person(_)));
        found.push(Blocker { verdict, code, requirement, said, act, held });
    }
    // Within a kind of equal weight, what is said decides: the sort keeps its order.
    found.sort_by_key(|blocker| {
        let kind = (blocker.verdict, blocker.code, blocker.requirement);
        let weight = weights.get(&kind).copied().unwrap_or(0);
        let own = Reverse(blocker.held.len());
        (Reverse(blocker.verdict), Reverse(weight), blocker.code, blocker.requirement, own)
    });
    found
}

/// What holds a decision back as text, two lines a reason: how it stands, why and who can change
/// it, then what it holds back. Of at most so many reasons, and of a few of each kind; how many
/// more there are is said.
#[must_use]
pub fn blocked(blockers: &[Blocker<'_>], options: &Options<'_>, reasons_max: usize) -> String {
    let mut out = String::new();
    for part in parts(blockers, reasons_max) {
        let blocker = match part {
            Part::Told(blocker) => blocker,
            Part::More(more) => {
                out.push_str(&more);
                out.push('\n');
                continue;
            }
        };
        let shown = format!("{} {}", mark(blocker.verdict), word(blocker.verdict));
        out.push_str(&paint(options.style, Tone::Of(blocker.verdict), &shown));
        out.push_str(&format!("  {}", line(&blocker.said, SAID_COLUMNS)));
        if !blocker.act.is_empty() {
            let who = format!("  → {}", actors(&blocker.act));
            out.push_str(&paint(options.style, Tone::Faint, &who));
        }
        out.push_str(&format!("\n    {}\n", blocker.what()));
    }
    out
}

/// A part of what is told: a reason, or how many are not told.
pub(super) enum Part<'a> {
    Told(&'a Blocker<'a>),
    More(String),
}

/// The reasons that are told: a few of each kind, so that many of one kind hide no other.
pub(super) fn parts<'a>(blockers: &'a [Blocker<'a>], reasons_max: usize) -> Vec<Part<'a>> {
    let mut out = Vec::new();
    let mut left = reasons_max;
    let mut rest: Vec<&Blocker<'_>> = Vec::new();
    for kind in blockers.chunk_by(|one, other| one.is_like(other)) {
        let most = if reasons_max < blockers.len() { KIND_NAMED.min(left) } else { kind.len() };
        let (told, not_told) = kind.split_at(most.min(kind.len()));
        left -= told.len();
        out.extend(told.iter().map(Part::Told));
        if told.is_empty() {
            rest.extend(not_told);
        } else if !not_told.is_empty() {
            out.push(Part::More(more(not_told.iter(), " of this kind")));
        }
    }
    if !rest.is_empty() {
        out.push(Part::More(more(rest.into_iter(), "")));
    }
    out
}

/// How many reasons are not told, and how many changes they hold back.
fn more<'a>(rest: impl Iterator<Item = &'a Blocker<'a>> + Clone, kind: &str) -> String {
    let subjects = rest.clone().flat_map(|blocker| &blocker.held);
    let held: BTreeSet<&str> = subjects.map(|subject| subject.id()).collect();
    let count = rest.count();
    let reasons = counted(count, "more reason", "more reasons");
    let holds = if count == 1 { "holds" } else { "hold" };
    let changes = counted(held.len(), "change", "changes");
    format!("and {reasons}{kind}, which {holds} back {changes}")
}

/// Each root blocker with what it holds back: the change that it stands under, else the whole. A
/// reason about a dependency is about the other change, which may not even exist.
fn with_held(decision: &Decision) -> Vec<(&Node, &Subject)> {
    let is_change =
        |node: &Node| matches!(node.code, ReasonCode::Change | ReasonCode::ChangeUnknown);
    let mut blockers = decision.root_blockers().peekable();
    let mut held = (&decision.subject, usize::MAX);
    let mut out = Vec::new();
    for (index, node) in decision.reasons().nodes().iter().enumerate() {
        if index >= held.1 {
            held = (&decision.subject, usize::MAX);
        }
        if is_change(node) && matches!(node.subject, Subject::Change(_)) {
            held = (&node.subject, node.next);
        }
        if blockers.next_if(|blocker| std::ptr::eq(*blocker, node)).is_some() {
            out.push((node, held.0));
        }
    }
    out
}
