//! A plan or a queue as a Mermaid flowchart, which code forges and notebooks draw by themselves.

use std::collections::BTreeMap;

use super::drawing::{Drawing, labels};
use super::options::Options;
pub use super::queue::flowchart as queue;
use crate::base::id::ChangeId;
use crate::plan::{Plan, Step};

/// The groups of a plan as boxes, a column a wave, with the dependencies between them as arrows
/// from what ships first to what waits for it. What [`Options::drawn_max`] leaves out is counted in
/// the picture.
///
/// Titles and ids are written by character number, so that nothing in them is read as a command.
#[must_use]
pub fn plan(plan: &Plan, options: &Options<'_>) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let mut boxes: BTreeMap<&ChangeId, usize> = BTreeMap::new();
    let drawing = Drawing::of(plan, options);
    for (number, wave) in drawing.waves.iter().enumerate() {
        out.push_str(&format!("  subgraph w{0}[\"wave {0}\"]\n", number + 1));
        for step in &wave.steps {
            let node = boxes.len();
            // Edges name groups by their first change.
            boxes.extend(step.changes.first().map(|id| (id, node)));
            out.push_str(&format!("    n{node}[\"{}\"]\n", label(step, options)));
        }
        if let Some(note) = &wave.note {
            out.push_str(&format!("    m{}[\"{}\"]\n", number + 1, escape(note)));
        }
        out.push_str("  end\n");
    }
    for (number, note) in drawing.notes.iter().enumerate() {
        out.push_str(&format!("  note{number}[\"{}\"]\n", escape(note)));
    }
    for edge in &plan.edges {
        if let (Some(waits), Some(first)) = (boxes.get(&edge.from), boxes.get(&edge.to)) {
            out.push_str(&format!("  n{first} --> n{waits}\n"));
        }
    }
    out
}

/// A flowchart that says one thing, where there is nothing to draw.
///
/// ```
/// use lynchpin::report::mermaid::note;
///
/// assert_eq!(note("nothing ships"), "flowchart LR\n  note0[\"nothing ships\"]\n");
/// ```
#[must_use]
pub fn note(text: &str) -> String {
    format!("flowchart LR\n  note0[\"{}\"]\n", escape(text))
}

fn label(step: &Step, options: &Options<'_>) -> String {
    let line = |id: &ChangeId, title: Option<String>| match title {
        Some(title) => format!("{} {}", escape(id.as_str()), escape(&title)),
        None => escape(id.as_str()),
    };
    labels(step, options, line).join("<br/>")
}

/// Letters, digits and spaces as they are, everything else by its number.
pub(super) fn escape(text: &str) -> String {
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
