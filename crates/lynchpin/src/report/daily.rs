//! What waits for whom, an agenda, what ends soon, what rests on waivers: as text.

use super::options::Options;
use super::safe::{line, printable};
use super::sentence::sentence;
use super::study::because;
use super::table::Table;
use super::words::{Tone, actors, counted, distance, mark, paint, percent, some, word};
use crate::base::{Actor, Instant};
use crate::gate::Obligation;
use crate::portfolio::OpenItem;
use crate::reason::tree::Node;
use crate::study::{
    Agenda, AgendaItem, Clash, Debt, Ending, Through, Waiting, WaitingItem, WaitsFor, WaiverDebt,
};

/// The longest title shown, in columns.
const TITLE_COLUMNS: usize = 40;
/// How many of a list are named.
const NAMED: usize = 4;

/// What waits, for each of those who can act, what is to be done soonest first.
#[must_use]
pub fn waiting(waiting: &Waiting, options: &Options<'_>) -> String {
    let of = waiting.who.as_ref().map(|who| format!(" for {}", actor(who))).unwrap_or_default();
    let mut out = paint(options.style, Tone::Strong, &format!("what waits{of}"));
    let decided = counted(waiting.decided, "open item", "open items");
    let mut basis = format!(" as of {}; {decided} decided", waiting.at);
    if waiting.left_out > 0 {
        basis.push_str(&format!(", {} left out", waiting.left_out));
    }
    if waiting.later > 0 {
        basis.push_str(&format!(", {} later than asked", waiting.later));
    }
    out.push_str(&paint(options.style, Tone::Faint, &(basis + "\n")));
    if waiting.waits.is_empty() {
        out.push_str("nothing waits\n");
    }
    for waits in &waiting.waits {
        out.push_str(&waits_for(waits, waiting, options));
    }
    out.push_str(&owed(&waiting.owed, waiting.at, options));
    out
}

fn waits_for(waits: &WaitsFor, waiting: &Waiting, options: &Options<'_>) -> String {
    let name = waits.actor.as_ref().map_or("nobody can act but time or others".to_owned(), actor);
    let head = format!("\n{name}: {}\n", counted(waits.items.len(), "thing", "things"));
    let mut out = paint(options.style, Tone::Strong, &head);
    let through = if waiting.who.is_some() { "as" } else { "" };
    let mut table = Table::new(&["until", "", "", "subject", "to", "for", through, "what"]);
    for item in &waits.items {
        let until = item.by.map_or("no time known".to_owned(), |by| by.to_string());
        table.row(vec![
            (until, None),
            (due(item).to_owned(), Some(Tone::Faint)),
            (mark(item.verdict).to_string(), Some(Tone::Of(item.verdict))),
            (item.subject.id().to_owned(), None),
            (item.stage.to_string(), None),
            (item.since.map(|it| age(it, waiting.at)).unwrap_or_default(), Some(Tone::Faint)),
            (item.through.as_ref().map(seat).unwrap_or_default(), Some(Tone::Faint)),
            (what(item), None),
        ]);
    }
    out.push_str(&table.draw(options.style));
    out
}

/// How long something has stood.
fn age(since: Instant, at: Instant) -> String {
    let said = distance(since, at);
    said.strip_prefix("in ").map_or(said.clone(), str::to_owned)
}

/// Through what it waits for whom was asked about.
fn seat(through: &Through) -> String {
    let place = through.in_place_of.as_ref().map(|id| format!(" for {id}"));
    format!("{}{}", through.group, place.unwrap_or_default())
}

/// What makes it urgent.
fn due(item: &WaitingItem) -> &'static str {
    match item.by {
        None => "",
        by if by == item.planned => "planned start",
        by if by == item.meeting => "meeting",
        _ => "something lapses",
    }
}

/// The reason in words.
fn what(item: &WaitingItem) -> String {
    let mut node = Node::new(item.verdict, item.code, &item.subject);
    node.requirement.clone_from(&item.requirement);
    node.gate.clone_from(&item.gate);
    node.args.clone_from(&item.args);
    sentence(&node, &item.subject)
}

fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) => id.to_string(),
        Actor::Group(id) => format!("{id} (group)"),
    }
}

/// What is owed, one line each.
fn owed(owed: &[Obligation], at: Instant, options: &Options<'_>) -> String {
    if owed.is_empty() {
        return String::new();
    }
    let mut out = paint(options.style, Tone::Strong, "\nowed, to be met afterwards\n");
    let mut table = Table::new(&["until", "", "subject", "in", "what", "owner"]);
    for it in owed {
        let left = if it.is_overdue(at) { "overdue".to_owned() } else { distance(at, it.until) };
        table.row(vec![
            (it.until.to_string(), None),
            (left, Some(Tone::Faint)),
            (it.subject.id().to_owned(), None),
            (it.stage.to_string(), None),
            (it.requirement.to_string(), None),
            (actors(&it.owner), None),
        ]);
    }
    out.push_str(&table.draw(options.style));
    out
}

/// The agenda of a board: when it meets, what it is to decide on, what it owes.
#[must_use]
pub fn agenda(agenda: &Agenda, options: &Options<'_>) -> String {
    let meets = match &agenda.meeting {
        Some(meeting) if meeting.from <= agenda.at => format!("meets since {}", meeting.from),
        Some(meeting) => format!("meets at {}", meeting.from),
        None => "has no meeting planned".to_owned(),
    };
    let head = format!("{} {meets}", agenda.board);
    let mut out = paint(options.style, Tone::Strong, &head) + "\n";
    let closes = match agenda.agenda_closes {
        Some(closes) if closes <= agenda.at => Some(format!("the agenda closed at {closes}")),
        Some(closes) => Some(format!("the agenda closes at {closes}")),
        None => None,
    };
    let chair = agenda.chair.iter().map(|it| format!("chair {it}"));
    let secretary = agenda.secretary.iter().map(|it| format!("secretary {it}"));
    let decided = counted(agenda.decided, "open item", "open items");
    let mut basis = vec![format!("as of {}; {decided} decided", agenda.at)];
    basis.extend((agenda.left_out > 0).then(|| format!("{} left out", agenda.left_out)));
    basis.extend(closes);
    basis.extend(chair.chain(secretary));
    out.push_str(&paint(options.style, Tone::Faint, &basis.join(", ")));
    out.push('\n');
    if agenda.items.is_empty() {
        out.push_str("nothing waits for it\n");
    }
    for (number, item) in agenda.items.iter().enumerate() {
        out.push_str(&to_decide(number.saturating_add(1), item, options));
    }
    out.push_str(&owed(&agenda.owed, agenda.at, options));
    out
}

fn to_decide(number: usize, item: &AgendaItem, options: &Options<'_>) -> String {
    let name = item.requirement.as_ref().map_or("itself".to_owned(), ToString::to_string);
    let title = item.title.as_ref().map(|title| format!(" “{}”", line(title, TITLE_COLUMNS)));
    let title = title.unwrap_or_default();
    let head = format!("\n{number}. {name} of {}{title} to {}\n", item.subject, item.stage);
    let mut out = paint(options.style, Tone::Strong, &head);
    let digest = item.digest.map(|digest| format!(", {digest}")).unwrap_or_default();
    out.push_str(&format!("   revision {}{digest}\n", item.revision));
    let mut facts = vec![item.code.name().to_owned(), format!("risk {}", percent(item.risk))];
    facts.extend(item.planned.map(|planned| format!("planned at {}", planned.from)));
    facts.extend(item.last_deferred.map(|last| {
        format!("deferred {}, last at {last}", counted(item.deferred, "time", "times"))
    }));
    out.push_str(&format!("   {}\n", facts.join("; ")));
    if !item.conflicts.is_empty() {
        let told = |clash: &Clash| format!("{} with {}", clash.change, clash.with);
        let told = some(item.conflicts.iter().map(told), item.conflicts.len(), NAMED);
        out.push_str(&format!("   conflicts: {told}\n"));
    }
    out
}

/// What ends soon, with what turns by it, and everything that turns.
#[must_use]
pub fn ending(ending: &Ending, options: &Options<'_>) -> String {
    let stops = ending.turns.iter().filter(|turn| !turn.after.is_go()).count();
    let head = format!(
        "{} by {}; no longer a go in that time: {}",
        counted(ending.ends.len(), "end", "ends"),
        ending.until,
        stops
    );
    let mut out = paint(options.style, Tone::Strong, &head) + "\n";
    let followed = counted(ending.followed, "open item", "open items");
    let mut basis = format!("as of {}; {followed} followed", ending.at);
    if ending.left_out > 0 {
        basis.push_str(&format!(", {} left out", ending.left_out));
    }
    out.push_str(&paint(options.style, Tone::Faint, &(basis + "\n")));
    if !ending.ends.is_empty() {
        out.push('\n');
        let mut table = Table::new(&["ends", "", "what", "", "of", "owner", "then"]);
        for end in &ending.ends {
            let about = end.subject.iter().map(|subject| subject.id().to_owned());
            let asked = end.requirement.iter().map(ToString::to_string);
            let of: Vec<String> = about.chain(asked).collect();
            table.row(vec![
                (end.at.to_string(), None),
                (distance(ending.at, end.at), Some(Tone::Faint)),
                (end.what.name().to_owned(), None),
                (printable(&end.id), None),
                (of.join(", "), None),
                (actors(&end.owner), None),
                (then(&end.holds_up, &end.lets_go), None),
            ]);
        }
        out.push_str(&table.draw(options.style));
    }
    for turn in &ending.turns {
        let (before, after) = (word(turn.before), word(turn.after));
        let item = &turn.item;
        let head =
            format!("{} to {} at {}: {before} -> {after}", item.subject, item.stage, turn.at);
        out.push_str(&format!("\n{}\n", paint(options.style, Tone::Strong, &head)));
        let by = if turn.after.is_go() { "was held back by" } else { "is held back by" };
        for reason in &turn.because {
            out.push_str(&because(by, reason, &item.subject));
        }
    }
    out
}

/// What becomes of open items.
fn then(stops: &[OpenItem], goes: &[OpenItem]) -> String {
    let named = |items: &[OpenItem]| {
        let names = items.iter().map(|item| format!("{} to {}", item.subject.id(), item.stage));
        some(names, items.len(), NAMED)
    };
    let stopped = (!stops.is_empty()).then(|| format!("stops {}", named(stops)));
    let going = (!goes.is_empty()).then(|| format!("lets go {}", named(goes)));
    let said: Vec<String> = stopped.into_iter().chain(going).collect();
    said.join("; ")
}

/// The waivers in use, and what they come to.
#[must_use]
pub fn waiver_debt(debt: &WaiverDebt, options: &Options<'_>) -> String {
    let head = sum(&debt.total);
    let mut out = paint(options.style, Tone::Strong, &head) + "\n";
    let decided = counted(debt.decided, "open item", "open items");
    let mut basis = format!("as of {}; {decided} decided", debt.at);
    if debt.left_out > 0 {
        basis.push_str(&format!(", {} left out", debt.left_out));
    }
    basis.push_str(&format!(
        "; overdue: {}, deployed without a claim: {}, adoptions without effect: {}\n",
        debt.overdue, debt.breaches, debt.ignored_adoptions
    ));
    out.push_str(&paint(options.style, Tone::Faint, &basis));
    if debt.waivers.is_empty() {
        return out;
    }
    let heads =
        ["since", "waiver", "waives", "of", "to", "asked by", "granted by", "expires", "uses"];
    let mut table = Table::new(&heads);
    for it in &debt.waivers {
        let left = it.uses_left.map(|left| format!(", {left} left")).unwrap_or_default();
        table.row(vec![
            (it.since.to_string(), None),
            (it.waiver.to_string(), None),
            (it.requirement.to_string(), None),
            (it.subject.id().to_owned(), None),
            (it.stage.to_string(), None),
            (it.requester.to_string(), None),
            (it.by.to_string(), None),
            (distance(debt.at, it.expires), None),
            (format!("{}{left}", it.uses), None),
        ]);
    }
    out.push('\n');
    out.push_str(&table.draw(options.style));
    let by_requirement = debt.by_requirement.iter().map(|it| (it.requirement.as_str(), &it.debt));
    let by_group = debt.by_group.iter().map(|it| (it.group.as_str(), &it.debt));
    let by_service = debt.by_service.iter().map(|it| (it.service.as_str(), &it.debt));
    out.push_str(&sums("requirement", by_requirement, options));
    out.push_str(&sums("group that may grant", by_group, options));
    out.push_str(&sums("service", by_service, options));
    out
}

fn sum(debt: &Debt) -> String {
    format!(
        "{} in use: {} so far, {} yet, used {}",
        counted(debt.count, "waiver", "waivers"),
        counted(usize::try_from(debt.days).unwrap_or(0), "day", "days"),
        debt.days_left,
        counted(debt.uses, "time", "times")
    )
}

fn sums<'a>(
    by: &'static str,
    debts: impl Iterator<Item = (&'a str, &'a Debt)>,
    options: &Options<'_>,
) -> String {
    let mut table = Table::new(&[by, "waivers", "days", "days left", "uses", "oldest"]);
    let mut any = false;
    for (name, debt) in debts {
        any = true;
        table.row(vec![
            (name.to_owned(), None),
            (debt.count.to_string(), None),
            (debt.days.to_string(), None),
            (debt.days_left.to_string(), None),
            (debt.uses.to_string(), None),
            (debt.oldest.as_ref().map(ToString::to_string).unwrap_or_default(), None),
        ]);
    }
    if any { format!("\n{}", table.draw(options.style)) } else { String::new() }
}
