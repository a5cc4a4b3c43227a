//! A plan as a picture that needs nothing else: no script, no font, no link.

use std::collections::BTreeMap;

use super::drawing::{Drawing, labels};
use super::options::Options;
use super::safe;
use crate::base::id::ChangeId;
use crate::plan::{Plan, Step};

pub(super) const CHARACTER: usize = 8;
pub(super) const LINE: usize = 18;
pub(super) const PAD: usize = 8;
const GAP: usize = 14;
const BETWEEN: usize = 56;
const TOP: usize = 34;
/// The widest label drawn, in columns.
const LABEL_COLUMNS: usize = 44;

/// Where a group is drawn.
struct Place {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// The groups of a plan as boxes, a column a wave, with lines from what ships first to what waits
/// for it. The same plan gives the same bytes; all sizes are whole numbers. What
/// [`Options::drawn_max`] leaves out is counted in the picture.
#[must_use]
pub fn plan(plan: &Plan, options: &Options<'_>) -> String {
    let mut boxes: BTreeMap<&ChangeId, Place> = BTreeMap::new();
    let (mut heads, mut bodies) = (String::new(), String::new());
    let (mut x, mut bottom) = (PAD, TOP);
    let drawing = Drawing::of(plan, options);
    for (number, wave) in drawing.waves.iter().enumerate() {
        let labels: Vec<Vec<String>> =
            wave.steps.iter().map(|step| labels_of(step, options)).collect();
        let width = wide(labels.iter().flatten().chain(&wave.note));
        heads.push_str(&text(x, TOP - 14, &format!("wave {}", number + 1)));
        let mut y = TOP;
        for (step, labels) in wave.steps.iter().zip(&labels) {
            let height = labels.len() * LINE + 2 * PAD;
            bodies.push_str(&format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\n"
            ));
            for (line, label) in labels.iter().enumerate() {
                bodies.push_str(&text(x + PAD, y + PAD + line * LINE + 13, label));
            }
            boxes.extend(step.changes.first().map(|id| (id, Place { x, y, width, height })));
            y += height + GAP;
        }
        if let Some(note) = &wave.note {
            bodies.push_str(&text(x + PAD, y + PAD, note));
            y += LINE + GAP;
        }
        bottom = bottom.max(y);
        x += width + BETWEEN;
    }
    for note in &drawing.notes {
        bodies.push_str(&text(PAD, bottom + PAD, note));
        bottom += LINE;
    }
    let lines: String = plan
        .edges
        .iter()
        .filter_map(|edge| Some(line(boxes.get(&edge.to)?, boxes.get(&edge.from)?)))
        .collect();
    let noted = if drawing.notes.is_empty() { 0 } else { wide(&drawing.notes) + PAD };
    let width = (x + PAD).saturating_sub(BETWEEN).max(2 * PAD).max(noted);
    picture((width, bottom + PAD), &lines, &heads, &bodies)
}

/// A picture that says one thing, where there is nothing to draw.
///
/// ```
/// use lynchpin::report::svg::note;
///
/// assert!(note("nothing ships").contains(">nothing ships</text>"));
/// ```
#[must_use]
pub fn note(said: &str) -> String {
    let said = safe::line(said, LABEL_COLUMNS);
    let size = (wide([&said]) + 2 * PAD, TOP);
    picture(size, "", "", &text(PAD, TOP - 14, &said))
}

/// How wide a box must be to hold these labels.
pub(super) fn wide<'a>(labels: impl IntoIterator<Item = &'a String>) -> usize {
    let columns = labels.into_iter().map(|label| safe::width(label)).max().unwrap_or(0);
    columns.max(8) * CHARACTER + 2 * PAD
}

fn picture(size: (usize, usize), lines: &str, heads: &str, bodies: &str) -> String {
    let (width, height) = size;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"monospace\" font-size=\"13\">\n\
         <g stroke=\"#888\" fill=\"none\">\n{lines}</g>\n\
         <g stroke=\"#456\" fill=\"#eef3f8\">\n{}</g>\n<g fill=\"#123\">\n{heads}{}</g>\n</svg>\n",
        only(bodies, "<rect"),
        only(bodies, "<text"),
    )
}

/// The lines of a picture that draw one kind of thing: boxes go below all texts.
fn only(bodies: &str, kind: &str) -> String {
    bodies.lines().filter(|line| line.starts_with(kind)).map(|line| format!("{line}\n")).collect()
}

fn labels_of(step: &Step, options: &Options<'_>) -> Vec<String> {
    let label = |id: &ChangeId, title: Option<String>| {
        let whole = match title {
            Some(title) => format!("{id} {title}"),
            None => id.to_string(),
        };
        safe::line(&whole, LABEL_COLUMNS)
    };
    labels(step, options, label)
}

pub(super) fn text(x: usize, y: usize, label: &str) -> String {
    format!("<text x=\"{x}\" y=\"{y}\">{}</text>\n", escape(label))
}

fn line(first: &Place, waits: &Place) -> String {
    let (x1, y1) = (first.x + first.width, first.y + first.height / 2);
    let (x2, y2) = (waits.x, waits.y + waits.height / 2);
    let middle = x1 + x2.saturating_sub(x1) / 2;
    format!("<path d=\"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}\"/>\n")
}

pub(super) fn escape(label: &str) -> String {
    let mut out = String::new();
    for c in label.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;
    use crate::portfolio::{Engine, PlanQuestion};
    use crate::report::Titles;

    fn drawn(title: &str) -> (String, String) {
        drawn_at_most(title, None)
    }

    fn drawn_at_most(title: &str, most: Option<usize>) -> (String, String) {
        let text = format!(
            r#"{{"lynchpin": "portfolio/1", "stages": [{{"id": "production"}}],
                "releases": [{{"id": "R", "revision": 1, "changes": ["0", "A", "B", "C"],
                    "at": "2026-11-01T09:00:00Z", "by": "mei"}}],
                "changes": [
                {{"id": "0", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
                  "title": "alone"}},
                {{"id": "A", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
                  "title": {title:?}}},
                {{"id": "B", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
                  "requires": [{{"change": "A"}}]}},
                {{"id": "C", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
                  "together": ["B"]}}]}}"#
        );
        let mut engine = Engine::new(Limits::untrusted());
        engine.add(serde_json::from_str(&text).unwrap()).unwrap();
        let subject = serde_json::from_str(r#"{"release": "R"}"#).unwrap();
        let at = "2026-11-02T09:00:00Z".parse().unwrap();
        let answer = engine.snapshot().plan(&PlanQuestion::new(subject, at)).unwrap();
        let titles = Titles::of(engine.snapshot().portfolio(), at);
        let mut options = Options::new().with_titles(&titles);
        options.drawn_max = most;
        (plan(&answer, &options), crate::report::mermaid::plan(&answer, &options))
    }

    #[test]
    fn two_waves_three_boxes_one_line() {
        let (svg, mermaid) = drawn("First");
        assert_eq!(svg.matches("<rect").count(), 3, "{svg}");
        assert_eq!(svg.matches("<path").count(), 1, "{svg}");
        assert!(svg.contains(">wave 2<") && svg.contains(">A First<"), "{svg}");
        assert!(mermaid.contains("n1[\"A First\"]") && mermaid.contains("n2[\"B<br/>C\"]"));
        assert!(mermaid.ends_with("  n1 --> n2\n"), "{mermaid}");
    }

    #[test]
    fn what_is_left_out_is_counted_and_what_is_connected_stays() {
        let (svg, mermaid) = drawn_at_most("First", Some(1));
        assert!(svg.contains(">and 1 more change, not drawn<"), "{svg}");
        assert!(mermaid.contains("m1[\"and 1 more change#44; not drawn\"]"), "{mermaid}");
        let more = "and 1 more wave with 2 changes, not drawn";
        assert!(svg.contains(&format!(">{more}<")), "{svg}");
        assert!(mermaid.contains("and 1 more wave with 2 changes#44; not drawn"), "{mermaid}");
        assert!(svg.contains(">A First<") && !svg.contains(">0 alone<"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 1, "{svg}");
    }

    #[test]
    fn a_title_stays_a_text() {
        let (svg, mermaid) = drawn("</text><script>alert('x')</script>\"]");
        assert!(!svg.contains("<script") && !mermaid.contains("<script"), "{svg}{mermaid}");
        assert!(!mermaid.contains("\"]\"]"), "{mermaid}");
    }
}
