//! Three answers about one release side by side, and what holds it back, told once.

use std::collections::BTreeMap;

use super::options::Options;
use super::sentence::sentence;
use super::table::Table;
use super::words::{Tone, actors, counted, mark, paint, percent, some, word};
use crate::base::id::ChangeId;
use crate::base::{Actor, Probability, Subject};
use crate::plan::Plan;
use crate::portfolio::{Decision, Score};
use crate::reason::tree::Node;
use crate::reason::{ReasonCode, Verdict};

/// How many changes are named behind a reason.
const CHANGES_NAMED: usize = 8;

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
    let mut table = Table::new(&["wave", "verdict", "risk", "change", "title"]);
    for (wave, id) in &all {
        let verdict = verdict_of(id);
        let left = if verdict.is_go() { &mut others_left } else { &mut held_left };
        if *left == 0 {
            continue;
        }
        *left -= 1;
        table.row(vec![
            (wave.map_or("-".to_owned(), |wave| wave.to_string()), None),
            (format!("{} {}", mark(verdict), word(verdict)), Some(Tone::Of(verdict))),
            (risks.get(id).copied().map_or(String::new(), percent), None),
            (id.to_string(), Some(Tone::Strong)),
            (options.title(id).unwrap_or_default(), None),
        ]);
    }
    let mut out = table.draw(options.style);
    if all.len() > lines_max {
        out.push_str(&format!("and {} more\n", all.len() - lines_max));
    }
    out
}

/// What holds a decision back: each reason once, the worst first, with those who can change it
/// and the changes it holds back. Reasons that were only passed on from one change to another are
/// left out.
#[must_use]
pub fn blockers(decision: &Decision, options: &Options<'_>) -> String {
    // By verdict, worst first, then by what is said and who acts.
    type Key = (std::cmp::Reverse<Verdict>, String, Vec<Actor>);
    let mut groups: BTreeMap<Key, Vec<&Subject>> = BTreeMap::new();
    for (node, held) in with_held(decision) {
        let said = sentence(node, held);
        let key = (std::cmp::Reverse(node.verdict), said, node.act.clone());
        let subjects = groups.entry(key).or_default();
        if subjects.last() != Some(&held) {
            subjects.push(held);
        }
    }
    let mut out = String::new();
    for ((verdict, said, act), subjects) in groups {
        let shown = format!("{} {}", mark(verdict.0), word(verdict.0));
        out.push_str(&paint(options.style, Tone::Of(verdict.0), &shown));
        out.push_str(&format!("  {said}"));
        if !act.is_empty() {
            let who = format!("  → {}", actors(&act));
            out.push_str(&paint(options.style, Tone::Faint, &who));
        }
        let ids = subjects.iter().map(|subject| subject.id().to_owned());
        let named = some(ids, subjects.len(), CHANGES_NAMED);
        let what = match subjects.as_slice() {
            [Subject::Release(_)] => "the release".to_owned(),
            _ => format!("{}: {named}", counted(subjects.len(), "change", "changes")),
        };
        out.push_str(&format!("\n    {what}\n"));
    }
    out
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
