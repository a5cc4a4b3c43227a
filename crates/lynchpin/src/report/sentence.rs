//! One reason as a sentence.

use super::safe;
use super::words::{short, some};
use crate::base::{Digest, Subject};
use crate::reason::tree::{Arg, Node};
use crate::reason::{ReasonCode, Verdict};

/// The longest argument shown, in columns: the reason of a waiver, in the grantor's words.
const ARG_COLUMNS: usize = 80;
/// How many of a list are named.
const ITEMS_NAMED: usize = 6;

/// A reason as a sentence: what is asked, how it stands, and the figures behind it. `about` is
/// what the reader is being told about already; other subjects are named.
///
/// ```
/// use lynchpin::base::Subject;
/// use lynchpin::reason::tree::{Arg, Node};
/// use lynchpin::reason::{ReasonCode, Verdict};
/// use lynchpin::report::sentence;
///
/// let about = Subject::Change("C-7".parse()?);
/// let mut node = Node::new(Verdict::NeedsAction, ReasonCode::ApprovalMissing, &about)
///     .with("given", Arg::Integer(1))
///     .with("needed", Arg::Integer(2));
/// node.requirement = Some("board".parse()?);
/// assert_eq!(sentence(&node, &about), "board: approved by 1 of 2");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn sentence(node: &Node, about: &Subject) -> String {
    let (text, used) = fill(node);
    let elsewhere = node.subject != *about;
    let mut said = if let Some(said) = of_place(node, &text) {
        said
    } else {
        match &node.requirement {
            Some(name) if elsewhere => format!("{name} of {}: {text}", node.subject.id()),
            Some(name) => format!("{name}: {text}"),
            None if elsewhere => format!("{}: {text}", node.subject.id()),
            None => text,
        }
    };
    let details: Vec<String> = node
        .args
        .iter()
        .filter(|(name, _)| !used.contains(name))
        .filter_map(|(name, arg)| detail(node, name, arg))
        .collect();
    if !details.is_empty() {
        said = format!("{said} ({})", details.join("; "));
    }
    said
}

/// What is said of the nodes that group others, and of those about another change.
fn of_place(node: &Node, text: &str) -> Option<String> {
    use ReasonCode as Code;
    let id = node.subject.id();
    let together =
        [Code::TogetherShips, Code::TogetherBlocked, Code::TogetherWaits, Code::TogetherMissing];
    let code = node.code;
    if matches!(code, Code::Release | Code::Change) {
        Some(node.subject.to_string())
    } else if code == Code::ChangeUnknown {
        Some(format!("{id}: {text}"))
    } else if code == Code::Gate {
        node.gate.as_ref().map(|gate| format!("gate {gate}"))
    } else if code == Code::Requires {
        Some("requires any of".to_owned())
    } else if is_of_another(code) {
        Some(format!("requires {id}, which {text}"))
    } else if together.contains(&code) {
        Some(format!("{} {text}", companions(node)))
    } else {
        None
    }
}

/// Whether the subject of such a reason is what is required, not who requires it.
fn is_of_another(code: ReasonCode) -> bool {
    use ReasonCode as Code;
    let of_another = [
        Code::RequirementLive,
        Code::RequirementShips,
        Code::RequirementWaits,
        Code::RequirementBlocked,
        Code::RequirementNotLive,
        Code::RequirementCancelled,
        Code::RequirementNotFound,
    ];
    of_another.contains(&code)
}

/// Who must ship together with the subject: the members named, or the one that is missing.
fn companions(node: &Node) -> String {
    match node.args.iter().find(|(name, _)| *name == "changes") {
        Some((_, changes)) => value(changes),
        None => node.subject.id().to_owned(),
    }
}

/// The text of the code with its arguments in place, and the names of those.
fn fill(node: &Node) -> (String, Vec<&'static str>) {
    let mut out = String::new();
    let mut used = Vec::new();
    let mut rest = node.code.text();
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = from.split_once('}') else { break };
        match node.args.iter().find(|(known, _)| *known == name) {
            Some((known, arg)) => {
                out.push_str(&value(arg));
                used.push(*known);
            }
            None => out.push('?'),
        }
        rest = after;
    }
    out.push_str(rest);
    (out, used)
}

/// An argument that the code's text does not mention; nothing if it is told elsewhere.
fn detail(node: &Node, name: &str, arg: &Arg) -> Option<String> {
    let shown = value(arg);
    match name {
        // Told by the requirement's name, by the code or by the place in the tree.
        "check" => {
            let same = node.requirement.as_ref().is_some_and(|id| id.as_str() == shown);
            (!same).then(|| format!("check {shown}"))
        }
        "given" | "needed" if node.code != ReasonCode::ApprovalStale => None,
        "needed" | "given" | "for" | "eligible" | "waiver" => None,
        "run" if node.verdict <= Verdict::GoWaived => None,
        "changes" if node.code != ReasonCode::DependencyCycle => None,
        "changes" => Some(format!("{shown} changes")),
        "artifact" => Some(shown.parse::<Digest>().map_or(shown, short)),
        // Nothing changed, and yet it no longer counts.
        "changed" if shown.is_empty() => Some("it has expired".to_owned()),
        "changed" => Some(format!("since then: {shown}")),
        "since" | "until" | "by" => Some(format!("{name} {shown}")),
        "stage" => Some(format!("in {shown}")),
        "group" => Some(format!("of {shown}")),
        "teams" => Some(format!("from {shown} teams")),
        "planned" => Some(format!("planned to be done by {shown}")),
        "releases" => Some(format!("it is in {shown}")),
        "release" => Some(format!("named by {shown}")),
        "reason" => Some(format!("“{shown}”")),
        "why" | "plan" | "witness" => Some(shown.replace('_', " ")),
        _ => Some(format!("{} {shown}", name.replace('_', " "))),
    }
}

/// An argument as text, safe to print.
fn value(arg: &Arg) -> String {
    match arg {
        Arg::Integer(number) => number.to_string(),
        Arg::Text(text) => safe::line(text, ARG_COLUMNS),
        Arg::Texts(texts) => {
            let shown = texts.iter().map(|text| safe::line(text, ARG_COLUMNS));
            some(shown, texts.len(), ITEMS_NAMED)
        }
        Arg::Rows(rows) => {
            let row = |row: &crate::reason::tree::Row| {
                // What belongs to a change goes by its id, the rest by what it is.
                let key = row.0.first().map(|(key, _)| *key).filter(|key| *key != "change");
                let values = row.0.iter().map(|(_, value)| safe::line(value, ARG_COLUMNS));
                let words: Vec<String> = key.map(str::to_owned).into_iter().chain(values).collect();
                words.join(" ")
            };
            some(rows.iter().map(row), rows.len(), ITEMS_NAMED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::tree::Row;

    fn about() -> Subject {
        Subject::Change("C-7".parse().unwrap())
    }

    fn named(code: ReasonCode, requirement: &str) -> Node {
        let mut node = Node::new(Verdict::NeedsAction, code, &about());
        node.requirement = Some(requirement.parse().unwrap());
        node
    }

    #[test]
    fn every_code_makes_a_sentence_without_braces() {
        for code in ReasonCode::ALL {
            let said = sentence(&Node::new(Verdict::NoGo, *code, &about()), &about());
            assert!(!said.is_empty() && !said.contains(['{', '}']), "{code}: {said}");
        }
    }

    #[test]
    fn what_changed_since_an_approval_is_named() {
        let rows = vec![
            Row(vec![("change", "C-7".to_owned()), ("section", "artifacts".to_owned())]),
            Row(vec![("change", "C-9".to_owned()), ("membership", "added".to_owned())]),
        ];
        let node = named(ReasonCode::ApprovalStale, "board").with("changed", Arg::Rows(rows));
        assert_eq!(
            sentence(&node, &about()),
            "board: was approved, but for something else (since then: C-7 artifacts, C-9 added)"
        );
    }

    #[test]
    fn another_subject_is_named() {
        let other = Subject::Change("C-4".parse().unwrap());
        let node = Node::new(Verdict::Blocked, ReasonCode::RequirementBlocked, &other);
        assert_eq!(sentence(&node, &about()), "requires C-4, which is held back");
        let mut node = Node::new(Verdict::NoGo, ReasonCode::EvidenceFailed, &other);
        node.requirement = Some("unit".parse().unwrap());
        assert_eq!(sentence(&node, &about()), "unit of C-4: failed");
    }

    #[test]
    fn words_of_others_cannot_act() {
        let node = named(ReasonCode::Waived, "scan")
            .with("by", Arg::text("ivo"))
            .with("until", Arg::text("2026-11-15T00:00:00Z"))
            .with("reason", Arg::text("fine\u{1b}[2J\nreally"));
        assert_eq!(
            sentence(&node, &about()),
            "scan: waived by ivo until 2026-11-15T00:00:00Z (“fine\\u{1b}[2J really”)"
        );
    }

    #[test]
    fn an_argument_of_a_later_version_is_shown_rather_than_dropped() {
        let node = named(ReasonCode::OnHold, "x").with("burn_rate", Arg::text("2.5"));
        assert_eq!(sentence(&node, &about()), "x: is on hold (burn rate 2.5)");
    }
}
