//! A plan as a Mermaid flowchart, which code forges and notebooks draw by themselves.

use std::collections::BTreeMap;

use super::options::Options;
use crate::base::id::ChangeId;
use crate::plan::{Plan, Step};

/// The groups of a plan as boxes, a column a wave, with the dependencies between them as arrows
/// from what ships first to what waits for it.
///
/// Titles and ids are written by character number, so that nothing in them is read as a command.
#[must_use]
pub fn plan(plan: &Plan, options: &Options<'_>) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let mut boxes: BTreeMap<&ChangeId, usize> = BTreeMap::new();
    for (number, wave) in plan.waves.iter().enumerate() {
        out.push_str(&format!("  subgraph w{0}[\"wave {0}\"]\n", number + 1));
        for step in wave {
            let node = boxes.len();
            // Edges name groups by their first change.
            boxes.extend(step.changes.first().map(|id| (id, node)));
            out.push_str(&format!("    n{node}[\"{}\"]\n", label(step, options)));
        }
        out.push_str("  end\n");
    }
    for edge in &plan.edges {
        if let (Some(waits), Some(first)) = (boxes.get(&edge.from), boxes.get(&edge.to)) {
            out.push_str(&format!("  n{first} --> n{waits}\n"));
        }
    }
    out
}

fn label(step: &Step, options: &Options<'_>) -> String {
    let line = |id: &ChangeId| match options.title(id) {
        Some(title) => format!("{} {}", escape(id.as_str()), escape(&title)),
        None => escape(id.as_str()),
    };
    step.changes.iter().map(line).collect::<Vec<_>>().join("<br/>")
}

/// Letters, digits and spaces as they are, everything else by its number.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in super::printable(text).chars() {
        if c.is_alphanumeric() || c == ' ' || c == '-' {
            out.push(c);
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_can_end_the_label() {
        assert_eq!(escape("a\"]; b<c>#"), "a#34;#93;#59; b#60;c#62;#35;");
    }
}
