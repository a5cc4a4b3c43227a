//! A queue of releases: as text, and as a Mermaid flowchart.

use std::collections::BTreeSet;

use super::mermaid::escape;
use super::options::Options;
use super::safe::printable;
use super::table::Table;
use super::words::{Tone, clears, counted, paint, percent, some, word};
use crate::base::Subject;
use crate::study::{IfItFails, Interaction, Queue, QueueItem, QueueSearch, QueueState, QueueWait};

/// How many of a list are named.
const NAMED: usize = 4;

/// The items in order, with what each waits for and what follows if it fails; what stands in the
/// wrong place; and the runs worth being tried beforehand.
#[must_use]
pub fn queue(found: &Queue, options: &Options<'_>) -> String {
    let style = options.style;
    let many = counted(found.items.len(), "item", "items");
    let head = format!("queue for {}: {many}, {} may start now", found.stage, found.head.len());
    let mut out = paint(style, Tone::Strong, &printable(&head)) + "\n";
    let slots = found.slots.map_or("any number".to_owned(), |slots| slots.to_string());
    let basis = format!("as of {}; {slots} at once; risk by {}", found.at, found.risk_model);
    out.push_str(&paint(style, Tone::Faint, &basis));
    out.push('\n');
    if found.items.is_empty() {
        return out;
    }
    let heads = ["", "item", "state", "round", "risk", "waits for", "if it fails"];
    let mut table = Table::new(&heads);
    for item in &found.items {
        table.row(cells(item).into_iter().map(|cell| (printable(&cell), None)).collect());
    }
    out.push('\n');
    out.push_str(&table.draw(style));
    for order in &found.out_of_order {
        let because = reasons(&order.because);
        let line = format!("{} stands ahead of {}: {because}", order.subject, order.behind);
        out.push_str(&format!("\nwrong order: {}", printable(&line)));
    }
    for cycle in &found.cycles {
        let items: Vec<String> = cycle.items.iter().map(|it| it.subject.to_string()).collect();
        let line = format!("{} requires {}", items.join(" requires "), first(&items));
        out.push_str(&format!("\ncycle: {}", printable(&line)));
    }
    if !(found.out_of_order.is_empty() && found.cycles.is_empty()) {
        out.push('\n');
    }
    out + &runs(found, options)
}

fn first(items: &[String]) -> &str {
    items.first().map_or("", String::as_str)
}

fn cells(item: &QueueItem) -> [String; 7] {
    let round = item.round.map(|round| round.to_string()).unwrap_or_default();
    let waits = match item.state {
        QueueState::Held => held(item),
        QueueState::Head | QueueState::Waits | QueueState::Lacks | QueueState::InCycle => {
            listed(item.waits_for.iter().map(waited))
        }
    };
    [
        item.position.to_string(),
        item.subject.to_string(),
        item.state.name().replace('_', " "),
        round,
        percent(item.failure),
        waits,
        item.if_it_fails.as_ref().map(follows).unwrap_or_default(),
    ]
}

/// Why an item cannot go by itself, and when that clears.
fn held(item: &QueueItem) -> String {
    let codes = item.held_by.iter().map(|it| match &it.requirement {
        Some(requirement) => format!("{requirement}: {}", it.code.name()),
        None => it.code.name().to_owned(),
    });
    let codes = codes.collect::<BTreeSet<String>>().into_iter();
    format!("{}; {}; {}", word(item.verdict), listed(codes), clears(item.clears_at))
}

fn waited(wait: &QueueWait) -> String {
    format!("{} ({})", wait.subject.id(), reasons(&wait.because))
}

fn reasons(because: &[Interaction]) -> String {
    listed(because.iter().map(reason))
}

fn reason(why: &Interaction) -> String {
    match why {
        Interaction::Requires(it) => format!("{} requires {}", it.change, it.with),
        Interaction::RequiredBy(it) => format!("{} is required by {}", it.change, it.with),
        Interaction::Conflict(it) => format!("{} conflicts with {}", it.change, it.with),
        Interaction::Together(it) => format!("{} ships with {}", it.change, it.with),
        Interaction::Change(id) => format!("both hold {id}"),
        Interaction::Service(id) => format!("service {id}"),
    }
}

fn follows(follows: &IfItFails) -> String {
    let said = [("drops", &follows.dropped), ("again", &follows.tried_again)];
    let said = said.iter().filter(|(_, list)| !list.is_empty());
    let said = said.map(|(what, list)| format!("{what} {}", names(list)));
    said.collect::<Vec<_>>().join("; ")
}

fn names(subjects: &[Subject]) -> String {
    listed(subjects.iter().map(|subject| subject.id().to_owned()))
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let count = names.len();
    some(names.into_iter(), count, NAMED)
}

/// What is worth being tried beforehand.
fn runs(found: &Queue, options: &Options<'_>) -> String {
    let mut out = String::new();
    if !found.runs.is_empty() {
        let mut table = Table::new(&["run of", "needed", "on top of", "without"]);
        for run in &found.runs {
            let chance = run.chance.to_string();
            let cells = [run.subject.to_string(), chance, names(&run.with), names(&run.without)];
            table.row(cells.into_iter().map(|cell| (printable(&cell), None)).collect());
        }
        let many = counted(found.runs.len(), "run", "runs");
        out.push_str(&format!("\n{many}, of which {} are needed on average\n", found.expected));
        out.push_str(&table.draw(options.style));
    }
    if found.search == QueueSearch::CutShort {
        out.push_str("the search for more runs was cut short: it took too long\n");
    }
    out
}

/// The items that go as boxes, a column a round, with arrows from what is waited for to what waits.
/// What does not go is counted. Ids are written by character number, so that nothing in them is
/// read as a command.
#[must_use]
pub fn flowchart(found: &Queue, options: &Options<'_>) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let going = found.items.iter().filter_map(|item| Some((item.round?, item)));
    let mut going: Vec<(u32, &QueueItem)> = going.collect();
    let stays = found.items.len().saturating_sub(going.len());
    going.sort_by_key(|(round, item)| (*round, item.position));
    let most = options.drawn_max.unwrap_or(usize::MAX);
    let left = going.len().saturating_sub(most);
    going.truncate(most);
    for column in going.chunk_by(|a, b| a.0 == b.0) {
        let round = column.first().map_or(0, |(round, _)| *round);
        out.push_str(&format!("  subgraph r{round}[\"round {round}\"]\n"));
        for (_, item) in column {
            let name = escape(&item.subject.to_string());
            out.push_str(&format!("    n{}[\"{name}\"]\n", item.position));
        }
        out.push_str("  end\n");
    }
    let place = |subject: &Subject| {
        going.iter().find(|(_, item)| item.subject == *subject).map(|(_, item)| item.position)
    };
    for (_, item) in &going {
        for first in item.waits_for.iter().filter_map(|wait| place(&wait.subject)) {
            out.push_str(&format!("  n{first} --> n{}\n", item.position));
        }
    }
    for (number, (count, what)) in [(left, "more"), (stays, "cannot go")].iter().enumerate() {
        if *count > 0 {
            out.push_str(&format!("  note{number}[\"{count} {what}\"]\n"));
        }
    }
    out
}
