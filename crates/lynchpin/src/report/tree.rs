//! A tree of reasons, line by line.

use super::options::{Fold, Options};
use super::sentence::sentence;
use super::words::{Tone, actors, counted, mark, paint, some, word};
use crate::base::Subject;
use crate::reason::tree::{Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// How many things that are met are named on their one line.
const MET_NAMED: usize = 12;

/// One line of a tree, before it is drawn.
pub(super) struct Line {
    /// For each level above and this one, whether it is the last there.
    pub(super) last: Vec<bool>,
    /// The verdict.
    pub(super) verdict: Verdict,
    /// Why.
    pub(super) text: String,
    /// Who can act and when it clears by itself; empty if neither.
    pub(super) tail: String,
}

/// A tree of reasons: a mark, a word and a sentence a line, behind it who can act.
///
/// ```
/// use lynchpin::base::Subject;
/// use lynchpin::reason::tree::{Join, Node, Reasons};
/// use lynchpin::reason::{ReasonCode, Verdict};
/// use lynchpin::report::{Options, tree};
///
/// let subject = Subject::Change("C-7".parse()?);
/// let mut reasons = Reasons::default();
/// let all = reasons.open(Node::new(Verdict::Go, ReasonCode::Change, &subject));
/// reasons.push(Node::new(Verdict::Go, ReasonCode::PlanGiven, &subject));
/// reasons.push(Node::new(Verdict::NeedsAction, ReasonCode::OnHold, &subject));
/// reasons.close(all, Join::All);
/// let drawn = "! NEEDS ACTION  change C-7\n\
///              ├─ ✓ GO  the plan is there\n\
///              └─ ! NEEDS ACTION  is on hold\n";
/// assert_eq!(tree(&reasons, &Options::new()), drawn);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn tree(reasons: &Reasons, options: &Options<'_>) -> String {
    let mut out = String::new();
    for line in lines(reasons, options) {
        let mut guides = String::new();
        for (level, last) in line.last.iter().enumerate() {
            let own = level + 1 == line.last.len();
            guides.push_str(match (own, *last) {
                (true, true) => "└─ ",
                (true, false) => "├─ ",
                (false, true) => "   ",
                (false, false) => "│  ",
            });
        }
        let verdict = format!("{} {}", mark(line.verdict), word(line.verdict));
        out.push_str(&paint(options.style, Tone::Faint, &guides));
        out.push_str(&paint(options.style, Tone::Of(line.verdict), &verdict));
        out.push_str("  ");
        out.push_str(&line.text);
        if !line.tail.is_empty() {
            out.push_str("  ");
            out.push_str(&paint(options.style, Tone::Faint, &line.tail));
        }
        out.push('\n');
    }
    out
}

/// What is still to be drawn: a node, or several that are met on one line.
enum Open {
    Node(usize),
    Met(Verdict, String),
}

/// The lines of a tree, with what is met folded if the options say so.
pub(super) fn lines(reasons: &Reasons, options: &Options<'_>) -> Vec<Line> {
    let nodes = reasons.nodes();
    let mut out = Vec::new();
    let Some(root) = reasons.root() else { return out };
    let mut open = vec![(Open::Node(0), Vec::new(), root.subject.clone())];
    while let Some((item, last, about)) = open.pop() {
        let index = match item {
            Open::Met(verdict, text) => {
                out.push(Line { last, verdict, text, tail: String::new() });
                continue;
            }
            Open::Node(index) => index,
        };
        let Some(node) = nodes.get(index) else { continue };
        let folds = options.fold == Fold::Met && is_plainly_met(node) && node.next > index + 1;
        let mut text = said(node, &about, options);
        if folds {
            text = format!("{text}: {}", beneath(reasons, index));
        }
        out.push(Line { last: last.clone(), verdict: node.verdict, text, tail: tail(node, index) });
        if folds {
            continue;
        }
        let items = items(reasons, index, options);
        let count = items.len();
        for (position, item) in items.into_iter().enumerate().rev() {
            let mut guides = last.clone();
            guides.push(position + 1 == count);
            open.push((item, guides, node.subject.clone()));
        }
    }
    out
}

/// What stands below a node: what is met first, on one line, then the rest in its order.
fn items(reasons: &Reasons, index: usize, options: &Options<'_>) -> Vec<Open> {
    let nodes = reasons.nodes();
    let children: Vec<usize> = reasons.children(index).collect();
    let node_of = |child: &usize| nodes.get(*child);
    let is_met = |child: &usize| node_of(child).is_some_and(|node| node.verdict == Verdict::Go);
    let met = children.iter().filter(|child| is_met(child)).count();
    if options.fold == Fold::Nothing || met < 2 {
        return children.into_iter().map(Open::Node).collect();
    }
    let about = node_of(&index).map(|node| node.subject.clone());
    let named = children.iter().filter(|child| is_met(child)).filter_map(|child| {
        let node = node_of(child)?;
        Some(briefly(node, about.as_ref().unwrap_or(&node.subject)))
    });
    let text = format!("{met} met: {}", some(named, met, MET_NAMED));
    let unmet = children.iter().filter(|child| !is_met(child)).map(|child| Open::Node(*child));
    std::iter::once(Open::Met(Verdict::Go, text)).chain(unmet).collect()
}

/// Whether a node is met without anything below that somebody should see.
fn is_plainly_met(node: &Node) -> bool {
    matches!(node.verdict, Verdict::Go | Verdict::NotApplicable)
}

/// What is met below a node, in a few words.
fn beneath(reasons: &Reasons, index: usize) -> String {
    let end = reasons.nodes().get(index).map_or(index, |node| node.next);
    let below = reasons.nodes().get(index + 1..end).unwrap_or_default();
    let asked = below.iter().enumerate().filter(|(at, node)| node.next <= index + 1 + at + 1);
    let asked: Vec<&Node> = asked.map(|(_, node)| node).collect();
    let met: Vec<&Node> =
        asked.iter().filter(|node| node.verdict == Verdict::Go).copied().collect();
    if met.is_empty() {
        return "nothing was asked".to_owned();
    }
    let mut text = counted(met.len(), "reason", "reasons");
    // A check that failed before it passed is worth a look even where all is well.
    for node in met.iter().filter(|node| node.code == ReasonCode::PassedOnRerun).take(1) {
        text = format!("{text}, {}", sentence(node, &node.subject));
    }
    text
}

/// A met child in as few words as will do.
fn briefly(node: &Node, about: &Subject) -> String {
    if node.code == ReasonCode::PassedOnRerun {
        return sentence(node, about);
    }
    match (&node.requirement, node.code) {
        (Some(name), _) => name.to_string(),
        (None, ReasonCode::Change | ReasonCode::Release) => node.subject.id().to_owned(),
        (None, _) => sentence(node, about),
    }
}

/// A node's sentence, with the title of the change that it introduces.
fn said(node: &Node, about: &Subject, options: &Options<'_>) -> String {
    let text = sentence(node, about);
    let title = match (&node.subject, node.code) {
        (Subject::Change(id), ReasonCode::Change) => options.title(id),
        _ => None,
    };
    match title {
        Some(title) => format!("{text}  {title}"),
        None => text,
    }
}

/// Who can act on a leaf, and when it clears by itself.
fn tail(node: &Node, index: usize) -> String {
    if node.next > index + 1 || node.verdict <= Verdict::GoWaived {
        return String::new();
    }
    let act = actors(&node.act);
    match node.clears {
        Clears::At(instant) => format!("→ clears at {instant}"),
        Clears::Unknown if act.is_empty() => "→ clears by itself, nobody knows when".to_owned(),
        Clears::Now | Clears::Unknown | Clears::OnAction if act.is_empty() => String::new(),
        Clears::Now | Clears::Unknown | Clears::OnAction => format!("→ {act}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::tree::{Arg, Join};

    fn subject(id: &str) -> Subject {
        Subject::Change(id.parse().unwrap())
    }

    fn leaf(verdict: Verdict, code: ReasonCode, name: &str) -> Node {
        let mut node = Node::new(verdict, code, &subject("C-7"));
        node.requirement = Some(name.parse().unwrap());
        node
    }

    fn sample() -> Reasons {
        let mut reasons = Reasons::default();
        let root = reasons.open(Node::new(Verdict::Go, ReasonCode::Change, &subject("C-7")));
        let mut gate = Node::new(Verdict::Go, ReasonCode::Gate, &subject("C-7"));
        gate.gate = Some("fast".parse().unwrap());
        let gate = reasons.open(gate);
        reasons.push(leaf(Verdict::Go, ReasonCode::EvidencePassed, "unit"));
        let rerun = leaf(Verdict::Go, ReasonCode::PassedOnRerun, "scan");
        reasons.push(rerun.with("failed", Arg::Integer(1)));
        reasons.push(
            leaf(Verdict::NeedsAction, ReasonCode::PlanMissing, "back-out")
                .act(["raj".parse().map(crate::base::Actor::Person).unwrap()]),
        );
        reasons.close(gate, Join::All);
        let any = reasons.open(Node::new(Verdict::Go, ReasonCode::Any, &subject("C-7")));
        reasons.push(leaf(Verdict::Go, ReasonCode::Soaked, "soaked"));
        reasons.push(leaf(Verdict::NotApplicable, ReasonCode::NotAsked, "odd"));
        reasons.close(any, Join::Any);
        reasons.close(root, Join::All);
        reasons
    }

    #[test]
    fn what_is_met_folds_to_one_line() {
        let drawn = tree(&sample(), &Options::new());
        let wanted = [
            "! NEEDS ACTION  change C-7",
            "├─ ! NEEDS ACTION  gate fast",
            "│  ├─ ✓ GO  2 met: unit, scan: passed after 1 failed runs",
            "│  └─ ! NEEDS ACTION  back-out: the plan is missing  → raj",
            "└─ ✓ GO  any of: 1 reason",
        ];
        assert_eq!(drawn.lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn unfolded_every_node_has_its_line() {
        let reasons = sample();
        let drawn = tree(&reasons, &Options::new().with_fold(Fold::Nothing));
        assert_eq!(drawn.lines().count(), reasons.nodes().len());
        assert!(!drawn.contains('\u{1b}'));
        let coloured = tree(&reasons, &Options::new().with_style(super::super::Style::Ansi));
        assert!(coloured.contains("\u{1b}[1;33m! NEEDS ACTION\u{1b}[0m"));
    }

    #[test]
    fn a_waived_answer_shows_what_was_refused() {
        let mut reasons = Reasons::default();
        let waived = leaf(Verdict::GoWaived, ReasonCode::Waived, "scan")
            .with("by", Arg::text("ivo"))
            .with("until", Arg::text("2026-11-15T00:00:00Z"));
        let open = reasons.open(waived);
        reasons.push(leaf(Verdict::NoGo, ReasonCode::EvidenceFailed, "scan"));
        reasons.close_as_is(open);
        let drawn = tree(&reasons, &Options::new());
        assert!(drawn.starts_with("~ GO, WAIVED  scan: waived by ivo"), "{drawn}");
        assert!(drawn.ends_with("└─ ✗ NO GO  scan: failed\n"), "{drawn}");
    }

    #[test]
    fn an_empty_tree_draws_nothing_and_a_wide_one_is_cut() {
        assert_eq!(tree(&Reasons::default(), &Options::new()), "");
        let mut reasons = Reasons::default();
        let root = reasons.open(Node::new(Verdict::Go, ReasonCode::Change, &subject("C-7")));
        for number in 0..40 {
            reasons.push(leaf(Verdict::Go, ReasonCode::PlanGiven, &format!("p{number}")));
        }
        reasons.push(leaf(Verdict::NoGo, ReasonCode::EvidenceFailed, "unit"));
        reasons.close(root, Join::All);
        let drawn = tree(&reasons, &Options::new());
        assert!(drawn.contains("40 met: p0, p1") && drawn.contains("and 28 more"), "{drawn}");
    }
}
