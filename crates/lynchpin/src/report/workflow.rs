//! A workflow for people: its states and transitions as tables, as a Mermaid state diagram and as a
//! picture, and where something in a state can go.
//!
//! A workflow is somebody's text, so everything in it is made safe as in all reports.

use super::options::Style;
use super::sentence::sentence;
use super::svg::{CHARACTER, LINE, PAD, escape, text as label, wide};
use super::table::Table;
use super::{markdown as md, mermaid as mmd, safe, words};
use crate::base::id::StateId;
use crate::gate::workflow::Next;
use crate::model::workflow::{
    About, Effect, Guard, Holding, Mode, Pass, State, StateKind, Transition, Workflow,
};
use crate::portfolio::NextStates;

const STATE_HEADS: [&str; 5] = ["state", "stored as", "kind", "on hold", "what happens"];
const TRANSITION_HEADS: [&str; 7] = ["no.", "from", "on", "to", "how", "when", "note"];
/// The widest line of a legend, in columns.
const LEGEND_COLUMNS: usize = 120;
/// How far apart the boxes are, and how far out each further arc goes.
const BETWEEN: usize = 26;
const LANE: usize = 22;

/// A workflow as text for a terminal: what is mandatory, the states, the transitions.
///
/// ```
/// use lynchpin::gate::workflow::shipped;
/// use lynchpin::report::{Style, workflow};
///
/// let normal = shipped("servicenow-normal")?;
/// let text = workflow::text(normal.workflow(), Style::Plain);
/// assert!(text.starts_with("servicenow-normal: Normal change\n"));
/// assert!(workflow::mermaid(normal.workflow()).starts_with("stateDiagram-v2\n"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn text(workflow: &Workflow, style: Style) -> String {
    let mut out = format!("{}\n", headline(workflow));
    basis(workflow).iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    for (heads, rows) in [
        (STATE_HEADS.as_slice(), state_rows(workflow)),
        (TRANSITION_HEADS.as_slice(), transition_rows(workflow)),
    ] {
        let mut table = Table::new(heads);
        for row in rows {
            table.row(row.iter().map(|cell| (safe::printable(cell), None)).collect());
        }
        out.push_str(&format!("\n{}", table.draw(style)));
    }
    out
}

/// A workflow as Markdown: what is mandatory, a table of the states, a table of the transitions.
#[must_use]
pub fn markdown(workflow: &Workflow) -> String {
    let mut out = format!("### {}\n\n", md::escape(&headline(workflow)));
    basis(workflow).iter().for_each(|line| out.push_str(&format!("- {}\n", md::escape(line))));
    out.push_str(&format!("\n{}", md::table(&STATE_HEADS, state_rows(workflow).into_iter())));
    out.push_str(&format!(
        "\n{}",
        md::table(&TRANSITION_HEADS, transition_rows(workflow).into_iter())
    ));
    out
}

/// A workflow as a Mermaid state diagram. Names are written by character number, so that nothing in
/// them is read as a command; each arrow says what sets it off and which gates it asks for.
#[must_use]
pub fn mermaid(workflow: &Workflow) -> String {
    let mut out = "stateDiagram-v2\n".to_owned();
    for (place, state) in workflow.states.iter().enumerate() {
        out.push_str(&format!("  state \"{}\" as s{place}\n", mmd::escape(&titled(state))));
    }
    for (place, _) in of_kind(workflow, |kind| kind == StateKind::Initial) {
        out.push_str(&format!("  [*] --> s{place}\n"));
    }
    for (_, from, to, transition) in edges(workflow) {
        let asks = gates_of(transition);
        let asks = if asks.is_empty() { String::new() } else { format!(" - {}", asks.join(", ")) };
        let said = mmd::escape(&format!("{}{asks}", transition.on));
        out.push_str(&format!("  s{from} --> s{to}: {said}\n"));
    }
    for (place, _) in of_kind(workflow, StateKind::is_final) {
        out.push_str(&format!("  s{place} --> [*]\n"));
    }
    out
}

/// Where something in a state can go, as text: each transition, whether it can be taken, and of
/// each condition whether it holds.
#[must_use]
pub fn next(found: &[Next]) -> String {
    let mut out = String::new();
    for next in found {
        let mark = if next.available { "✓" } else { "✗" };
        let taken = if next.taken { ", taken" } else { "" };
        let how = mode(next.mode);
        out.push_str(&format!("{mark} {} on {} ({how}{taken})\n", next.to, next.on));
        for condition in &next.conditions {
            let mark = if condition.holds { "✓" } else { "✗" };
            let why = safe::printable(&condition.why);
            out.push_str(&format!("    {mark} {}: {why}\n", condition.name));
        }
    }
    out
}

/// Where something is in its workflow, where it may go, what stands in the way with who can act,
/// and which moves the workflow does not allow, as lines of text.
#[must_use]
pub fn progress(found: &NextStates) -> String {
    let code = found.code.map(|code| format!(" ({code})")).unwrap_or_default();
    let since = found.since.map(|since| format!(" since {since}")).unwrap_or_default();
    let what_if = if found.what_if { ", by another policy than the one in force" } else { "" };
    let mut out = format!(
        "{} is in {}{code} of {}{since}{what_if}\n",
        found.subject, found.state, found.workflow
    );
    out.push_str(&next(&found.next));
    for standing in &found.standing {
        for node in &standing.root_blockers {
            let act = words::actors(&node.act);
            let act = if act.is_empty() { act } else { format!("  → {act}") };
            let says = sentence(node, &found.subject);
            out.push_str(&format!("{}: {says}{act}\n", standing.condition));
        }
    }
    for breach in &found.breaches {
        let (at, by, from, to) = (breach.at, &breach.by, &breach.from, &breach.to);
        let why = safe::printable(&breach.why);
        out.push_str(&format!("! {at}: {by} moved it from {from} to {to}: {why}\n"));
    }
    out
}

fn headline(workflow: &Workflow) -> String {
    match &workflow.title {
        Some(title) => format!("{}: {}", workflow.name, safe::printable(title)),
        None => workflow.name.to_string(),
    }
}

/// What it is for, and what nobody goes around.
fn basis(workflow: &Workflow) -> Vec<String> {
    let about = match workflow.about {
        About::Change => "changes",
        About::Release => "releases",
    };
    let kinds: Vec<&str> = workflow.kind.iter().map(|kind| kind.name()).collect();
    let space = if kinds.is_empty() { "" } else { " " };
    let mut lines = vec![format!("for {}{space}{about}", kinds.join(" and "))];
    let lists = [
        ("mandatory before anything is live", &workflow.mandatory),
        ("mandatory before it is done", &workflow.retrospective),
    ];
    for (said, passes) in lists.iter().filter(|(_, passes)| !passes.is_empty()) {
        let names: Vec<String> = passes.iter().map(pass).collect();
        lines.push(format!("{said}: {}", names.join(", ")));
    }
    if !workflow.close_codes.is_empty() {
        let codes: Vec<&str> = workflow.close_codes.iter().map(|code| code.as_str()).collect();
        lines.push(format!("close codes: {}", codes.join(", ")));
    }
    lines
}

fn pass(pass: &Pass) -> String {
    match pass {
        Pass::Gate(gate) => format!("gate {gate}"),
        Pass::Stage(stage) => format!("stage {stage}"),
    }
}

fn state_rows(workflow: &Workflow) -> Vec<Vec<String>> {
    let row = |state: &State| {
        let hold = match state.hold {
            Holding::Allowed => "allowed",
            Holding::Refused => "",
        };
        vec![
            state.name.to_string(),
            state.code.map(|code| code.to_string()).unwrap_or_default(),
            state.kind.name().to_owned(),
            hold.to_owned(),
            state.note.clone().unwrap_or_default(),
        ]
    };
    workflow.states.iter().map(row).collect()
}

fn transition_rows(workflow: &Workflow) -> Vec<Vec<String>> {
    let row = |(number, transition): (usize, &Transition)| {
        let from: Vec<&str> = transition.from.iter().map(|state| state.as_str()).collect();
        let when: Vec<String> = transition.when.iter().map(Guard::name).collect();
        let anew = (transition.effect == Effect::Restart).then_some("begins anew");
        let note = [transition.note.as_deref(), anew];
        vec![
            number.saturating_add(1).to_string(),
            from.join(", "),
            transition.on.to_string(),
            transition.to.to_string(),
            mode(transition.mode).to_owned(),
            when.join(", "),
            note.into_iter().flatten().collect::<Vec<_>>().join("; "),
        ]
    };
    workflow.transitions.iter().enumerate().map(row).collect()
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Manual => "manual",
        Mode::Automatic => "automatic",
    }
}

fn titled(state: &State) -> String {
    match state.code {
        Some(code) => format!("{} ({code})", state.name),
        None => state.name.to_string(),
    }
}

fn of_kind(
    workflow: &Workflow,
    is: impl Fn(StateKind) -> bool,
) -> impl Iterator<Item = (usize, &State)> {
    workflow.states.iter().enumerate().filter(move |(_, state)| is(state.kind))
}

/// The gates and stages that a transition asks for.
fn gates_of(transition: &Transition) -> Vec<String> {
    transition.when.iter().filter_map(Guard::pass).map(|it| pass(&it)).collect()
}

/// Each transition from each of its states: its place and those of the two states.
fn edges(workflow: &Workflow) -> Vec<(usize, usize, usize, &Transition)> {
    let place = |name: &StateId| workflow.states.iter().position(|state| state.name == *name);
    let mut found = Vec::new();
    for (number, transition) in workflow.transitions.iter().enumerate() {
        let Some(to) = place(&transition.to) else { continue };
        let starts = transition.from.iter().filter_map(place);
        found.extend(starts.map(|from| (number, from, to, transition)));
    }
    found
}

/// A workflow as a picture that needs nothing else: the states as boxes from top to bottom, the way
/// on to the right, the way back to the left, and below what each number on an arrow is. The same
/// workflow gives the same bytes; all sizes are whole numbers.
#[must_use]
pub fn svg(workflow: &Workflow) -> String {
    let titles: Vec<String> =
        workflow.states.iter().map(|state| safe::line(&titled(state), 40)).collect();
    let numbered = numbered(workflow);
    let reach = |back: bool| {
        let spans = numbered.iter().filter(|arrow| (arrow.to < arrow.from) == back);
        spans.map(|arrow| arrow.from.abs_diff(arrow.to)).max().unwrap_or(0)
    };
    let boxes = Boxes { x: PAD + (reach(true) + 2) * LANE, width: wide(&titles) };
    let legend: Vec<String> = legend(workflow);
    let right = boxes.x + boxes.width + (reach(false) + 3) * LANE;
    let width = right.max(wide(&legend)) + PAD;
    let bottom = boxes.top(titles.len());
    let height = bottom + legend.len() * LINE + PAD;
    let (mut plain, mut live, mut texts) = (String::new(), String::new(), String::new());
    for (place, (state, title)) in workflow.states.iter().zip(&titles).enumerate() {
        let round = if state.kind.is_final() { 14 } else { 4 };
        let drawn = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>\n",
            boxes.x,
            boxes.top(place),
            boxes.width,
            Boxes::HEIGHT
        );
        if state.kind.is_live() { &mut live } else { &mut plain }.push_str(&drawn);
        texts.push_str(&label(boxes.x + PAD, boxes.top(place) + PAD + 13, title));
    }
    let (mut paths, mut heads) = (String::new(), String::new());
    for arrow in &numbered {
        let drawn = boxes.arrow(arrow);
        paths.push_str(&drawn.path);
        heads.push_str(&drawn.head);
        let (x, y) = drawn.place;
        texts.push_str(&label(x, y, &arrow.numbers));
    }
    for (line, said) in legend.iter().enumerate() {
        texts.push_str(&label(PAD, bottom + line * LINE + 13, said));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"monospace\" font-size=\"13\">\n\
         <title>{}</title>\n<g stroke=\"#888\" fill=\"none\">\n{paths}</g>\n\
         <g fill=\"#888\">\n{heads}</g>\n<g stroke=\"#456\" fill=\"#eef3f8\">\n{plain}</g>\n\
         <g stroke=\"#456\" fill=\"#cfe3cf\">\n{live}</g>\n\
         <g fill=\"#123\">\n{texts}</g>\n</svg>\n",
        escape(&headline(workflow))
    )
}

/// What the numbers on the arrows are.
fn legend(workflow: &Workflow) -> Vec<String> {
    let line = |(number, transition): (usize, &Transition)| {
        let when: Vec<String> = transition.when.iter().map(Guard::name).collect();
        let when = if when.is_empty() { String::new() } else { format!(": {}", when.join(", ")) };
        let how = mode(transition.mode);
        let said = format!("{} {} ({how}){when}", number.saturating_add(1), transition.on);
        safe::line(&said, LEGEND_COLUMNS)
    };
    workflow.transitions.iter().enumerate().map(line).collect()
}

/// An arrow between two states, and the numbers of the transitions that it stands for.
struct Arrow {
    from: usize,
    to: usize,
    numbers: String,
}

fn numbered(workflow: &Workflow) -> Vec<Arrow> {
    let mut arrows: Vec<Arrow> = Vec::new();
    for (number, from, to, _) in edges(workflow) {
        let number = number.saturating_add(1);
        match arrows.iter_mut().find(|arrow| (arrow.from, arrow.to) == (from, to)) {
            Some(arrow) => arrow.numbers.push_str(&format!(",{number}")),
            None => arrows.push(Arrow { from, to, numbers: number.to_string() }),
        }
    }
    arrows
}

/// Where the boxes of the states are.
struct Boxes {
    x: usize,
    width: usize,
}

/// An arrow as it is drawn: its line, its head, and where its numbers stand.
struct Drawn {
    path: String,
    head: String,
    place: (usize, usize),
}

impl Boxes {
    const HEIGHT: usize = LINE + 2 * PAD;

    /// The upper edge of the box in that place.
    fn top(&self, place: usize) -> usize {
        PAD + place * (Boxes::HEIGHT + BETWEEN)
    }

    fn arrow(&self, arrow: &Arrow) -> Drawn {
        let (from, to) = (arrow.from, arrow.to);
        let middle = |place: usize| self.top(place) + Boxes::HEIGHT / 2;
        if to == from + 1 {
            let (x, y1, y2) =
                (self.x + self.width / 2, self.top(from) + Boxes::HEIGHT, self.top(to));
            return Drawn {
                path: format!("<path d=\"M{x} {y1} L{x} {y2}\"/>\n"),
                head: triangle([(x, y2), (x - 4, y2 - 8), (x + 4, y2 - 8)]),
                place: (x + PAD, y1 + BETWEEN / 2 + 4),
            };
        }
        let out = (from.abs_diff(to) + 1) * LANE;
        // Arrows that end where others begin are drawn a little apart.
        let (y1, y2) = if to == from {
            (middle(from) - 8, middle(to) + 8)
        } else if to > from {
            (middle(from) + 4, middle(to) - 4)
        } else {
            (middle(from) - 4, middle(to) + 4)
        };
        // A cubic curve goes three quarters of the way to its control points.
        let height = (y1 + y2) / 2 + 4;
        if to >= from {
            let x = self.x + self.width;
            let far = x + out;
            return Drawn {
                path: format!("<path d=\"M{x} {y1} C{far} {y1} {far} {y2} {x} {y2}\"/>\n"),
                head: triangle([(x, y2), (x + 8, y2 - 4), (x + 8, y2 + 4)]),
                place: (x + out * 3 / 4 + 3, height),
            };
        }
        let far = self.x.saturating_sub(out);
        let columns = safe::width(&arrow.numbers) * CHARACTER + 3;
        Drawn {
            path: format!("<path d=\"M{0} {y1} C{far} {y1} {far} {y2} {0} {y2}\"/>\n", self.x),
            head: triangle([(self.x, y2), (self.x - 8, y2 - 4), (self.x - 8, y2 + 4)]),
            place: ((self.x.saturating_sub(out * 3 / 4)).saturating_sub(columns), height),
        }
    }
}

fn triangle(corners: [(usize, usize); 3]) -> String {
    let [a, b, c] = corners.map(|(x, y)| format!("{x},{y}"));
    format!("<polygon points=\"{a} {b} {c}\"/>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::workflow::{NAMES, shipped};

    #[test]
    fn every_state_and_transition_is_told_in_every_form() {
        for name in NAMES {
            let machine = shipped(name).unwrap();
            let workflow = machine.workflow();
            let (svg, mermaid) = (svg(workflow), mermaid(workflow));
            assert_eq!(svg.matches("<rect").count(), workflow.states.len(), "{name}");
            assert_eq!(mermaid.matches(" as s").count(), workflow.states.len(), "{name}");
            for told in [text(workflow, Style::Plain), markdown(workflow)] {
                let rows = workflow.transitions.iter();
                assert!(rows.clone().all(|row| told.contains(&md::escape(row.to.as_str()))));
            }
        }
    }

    #[test]
    fn what_somebody_wrote_stays_a_text() {
        let mut workflow = shipped("continuous").unwrap().workflow().clone();
        let bad = "</title><script>x</script>\n# [a](b) \u{1b}[2J";
        workflow.title = Some(bad.to_owned());
        workflow.states[0].note = Some(bad.to_owned());
        let all = [
            svg(&workflow),
            mermaid(&workflow),
            markdown(&workflow),
            text(&workflow, Style::Plain),
        ];
        for told in &all {
            assert!(!told.contains('\u{1b}'), "{told}");
        }
        assert!(!all[0].contains("<script") && !all[2].contains("<script"));
        assert!(!all[2].contains("[a](b)"), "{}", all[2]);
    }
}
