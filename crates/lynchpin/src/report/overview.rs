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
use crate::reason::Verdict;

/// How many changes are named behind a reason.
const CHANGES_NAMED: usize = 8;

/// A line for each change of a release in the order in which they ship: its wave, its verdict and
/// its risk; those that do not ship last. At most so many lines, then how many more there are.
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
    let mut table = Table::new(&["wave", "verdict", "risk", "change", "title"]);
    let mut count: usize = 0;
    for (wave, id) in shipped.chain(dropped) {
        count += 1;
        if count > lines_max {
            continue;
        }
        let verdict = verdicts.get(id).copied().unwrap_or(Verdict::NotApplicable);
        table.row(vec![
            (wave.map_or("-".to_owned(), |wave| wave.to_string()), None),
            (format!("{} {}", mark(verdict), word(verdict)), Some(Tone::Of(verdict))),
            (risks.get(id).copied().map_or(String::new(), percent), None),
            (id.to_string(), Some(Tone::Strong)),
            (options.title(id).unwrap_or_default(), None),
        ]);
    }
    let mut out = table.draw(options.style);
    if count > lines_max {
        out.push_str(&format!("and {} more\n", count - lines_max));
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
    for node in decision.root_blockers() {
        let said = sentence(node, &node.subject);
        let key = (std::cmp::Reverse(node.verdict), said, node.act.clone());
        groups.entry(key).or_default().push(&node.subject);
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
