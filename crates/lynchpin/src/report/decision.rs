//! A decision: its first line, a table of its changes and the tree behind it.

use super::options::Options;
use super::safe::line;
use super::sentence::sentence;
use super::table::Table;
use super::tree::tree;
use super::words::{Tone, actors, clears, distance, mark, paint, short, word};
use crate::base::{Instant, Subject, When};
use crate::portfolio::Decision;
use crate::reason::tree::{Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// A decision as a release manager reads it: the verdict on the first line, then what holds each
/// change back, who acts and when it clears, then the tree of reasons.
#[must_use]
pub fn decision(decision: &Decision, options: &Options<'_>) -> String {
    let mut out = headline(decision, options);
    out.push('\n');
    out.push_str(&paint(options.style, Tone::Faint, &basis(decision)));
    out.push('\n');
    if matches!(decision.subject, Subject::Release(_)) {
        out.push('\n');
        out.push_str(&summary(decision, options));
    }
    out.push('\n');
    out.push_str(&tree(decision.reasons(), options));
    out
}

/// The verdict on one line; for what only waits, until when.
#[must_use]
pub fn headline(decision: &Decision, options: &Options<'_>) -> String {
    let verdict = decision.verdict();
    let said = format!("{} {}", mark(verdict), word(verdict));
    let mut line = paint(options.style, Tone::Of(verdict), &said);
    if decision.what_if {
        line = format!("{} {line}", paint(options.style, Tone::Strong, "WHAT IF"));
    }
    if verdict == Verdict::Wait {
        line.push_str(&match decision.clears() {
            Clears::At(instant) => {
                format!(" until {instant} ({})", distance(decision.at, instant))
            }
            Clears::Now | Clears::Unknown | Clears::OnAction => {
                ", nobody knows until when".to_owned()
            }
        });
    }
    let title = match &decision.subject {
        Subject::Change(id) => options.title(id).map(|title| format!(", {title}")),
        Subject::Release(_) => None,
    };
    let title = title.unwrap_or_default();
    format!("{line}: {} to {}{title}", decision.subject, decision.stage)
}

/// What the decision rests on and for how long it stands.
pub(super) fn basis(decision: &Decision) -> String {
    let mut out = format!("at {}", decision.at);
    match decision.policy {
        Some(policy) => out.push_str(&format!(", policy {}", short(policy))),
        None => out.push_str(", no policy in force"),
    }
    if let When::At(until) = decision.holds_until() {
        out.push_str(&format!(
            ", stands until {until} ({}) unless something happens",
            distance(decision.at, until)
        ));
    }
    out
}

/// A table with a line for each change of a decision: the verdict, what holds it back, who acts
/// and when it clears. Of a release, what holds back the whole stands first.
#[must_use]
pub fn summary(decision: &Decision, options: &Options<'_>) -> String {
    let mut table = Table::new(&["verdict", "change", "what holds it back", "who acts", "clears"]);
    for row in rows(decision) {
        let verdict = format!("{} {}", mark(row.verdict), word(row.verdict));
        table.row(vec![
            (verdict, Some(Tone::Of(row.verdict))),
            (row.name, Some(Tone::Strong)),
            (line(&row.what, CAUSE_COLUMNS), None),
            (row.who, None),
            (row.clears, None),
        ]);
    }
    table.draw(options.style)
}

/// How much of what holds a change back is told on its line: the tree below tells all of it.
const CAUSE_COLUMNS: usize = 60;

/// One line of the summary.
pub(super) struct Row {
    pub(super) verdict: Verdict,
    pub(super) name: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) clears: String,
}

pub(super) fn rows(decision: &Decision) -> Vec<Row> {
    let reasons = decision.reasons();
    let nodes = reasons.nodes();
    if matches!(decision.subject, Subject::Change(_)) {
        return nodes.first().map(|node| row(reasons, node, 0)).into_iter().collect();
    }
    let of_change = |node: &Node| {
        let codes = [ReasonCode::Change, ReasonCode::ChangeUnknown, ReasonCode::Cancelled];
        codes.contains(&node.code) && matches!(node.subject, Subject::Change(_))
    };
    let children: Vec<(usize, &Node)> =
        reasons.children(0).filter_map(|index| Some((index, nodes.get(index)?))).collect();
    let whole: Vec<usize> =
        children.iter().filter(|(_, node)| !of_change(node)).map(|(index, _)| *index).collect();
    let mut out = Vec::new();
    if !whole.is_empty() {
        out.push(row_of_whole(reasons, &whole, decision.at));
    }
    let changes = children.iter().filter(|(_, node)| of_change(node));
    out.extend(changes.map(|(index, node)| row(reasons, node, *index)));
    out
}

/// What is said of a release as a whole: its own gates, apart from its changes.
fn row_of_whole(reasons: &Reasons, whole: &[usize], at: Instant) -> Row {
    let nodes = reasons.nodes();
    let parts = || whole.iter().filter_map(|index| nodes.get(*index));
    let verdict = Verdict::all(parts().map(|node| node.verdict));
    let clearing = parts().map(|node| node.clears).max().unwrap_or(Clears::At(at));
    let mut worst: Option<Cause<'_>> = None;
    for index in whole {
        worst = Cause::join(verdict, worst, cause(reasons, *index));
    }
    row_from("the release", verdict, clearing, worst, nodes.first())
}

fn row(reasons: &Reasons, node: &Node, index: usize) -> Row {
    row_from(node.subject.id(), node.verdict, node.clears, cause(reasons, index), Some(node))
}

fn row_from(
    name: &str,
    verdict: Verdict,
    clearing: Clears,
    cause: Option<Cause<'_>>,
    about: Option<&Node>,
) -> Row {
    let mut row = Row {
        verdict,
        name: name.to_owned(),
        what: String::new(),
        who: String::new(),
        clears: if verdict <= Verdict::GoWaived { String::new() } else { clears(clearing) },
    };
    let Some(cause) = cause else { return row };
    row.what = sentence(cause.node, about.map_or(&cause.node.subject, |node| &node.subject));
    if cause.others > 0 {
        row.what.push_str(&format!(", and {} more", cause.others));
    }
    if verdict > Verdict::GoWaived {
        row.who = actors(&cause.node.act);
    }
    row
}

/// The reason that is shown for a whole subtree, and how many more there are.
struct Cause<'a> {
    node: &'a Node,
    others: usize,
}

impl<'a> Cause<'a> {
    /// The one to show of two: the worse, but not worse than the whole, as the refused one of
    /// several alternatives is; of equals, one that was not merely passed on.
    fn join(whole: Verdict, one: Option<Cause<'a>>, other: Option<Cause<'a>>) -> Option<Cause<'a>> {
        let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
        let rank = |cause: &Cause<'_>| {
            let node = cause.node;
            (node.verdict <= whole, node.verdict, !node.is_propagated())
        };
        let shown = if rank(other) > rank(one) { other.node } else { one.node };
        Some(Cause { node: shown, others: one.others + other.others + 1 })
    }
}

/// What holds a subtree back; of one that goes by a waiver, the waiver; of one that goes, nothing.
fn cause(reasons: &Reasons, index: usize) -> Option<Cause<'_>> {
    let nodes = reasons.nodes();
    let root = nodes.get(index)?;
    let mut worst = None;
    let mut at = index;
    while let Some(node) = nodes.get(at).filter(|_| at < root.next) {
        let met = node.verdict <= Verdict::GoWaived;
        let leaf = node.next <= at + 1 || node.code == ReasonCode::CannotPass;
        let waived = node.code == ReasonCode::Waived && root.verdict == Verdict::GoWaived;
        if (leaf && !met) || waived {
            worst = Cause::join(root.verdict, worst, Some(Cause { node, others: 0 }));
        }
        // Below a waiver stands what it waived, which holds nothing back any more.
        let skip = node.verdict < Verdict::GoWaived || (met && node.code == ReasonCode::Waived);
        at = if skip { node.next.max(at + 1) } else { at + 1 };
    }
    worst
}
