//! The best release, the least to do, and what collides: as text.

use super::options::Options;
use super::safe::{line, printable};
use super::table::Table;
use super::words::{Tone, actors, clears, counted, paint, percent, some, word};
use crate::base::Instant;
use crate::base::id::ChangeId;
use crate::reason::tree::Node;
use crate::study::{
    Action, Actions, Because, BecauseKind, Collision, CollisionKind, Collisions, Composition,
};

/// How many of a list are named.
const NAMED: usize = 4;

/// What is chosen, in which order it ships, and what is left out for which reason.
#[must_use]
pub fn composition(found: &Composition, options: &Options<'_>) -> String {
    let style = options.style;
    let proven = if found.optimal {
        "no choice is worth more".to_owned()
    } else {
        format!("none is worth more than {}", found.bound)
    };
    let head = format!(
        "the best release to {}: {}, worth {}; {proven}",
        found.stage,
        counted(found.chosen.len(), "change", "changes"),
        found.value
    );
    let mut out = paint(style, Tone::Strong, &printable(&head)) + "\n";
    let limit = |limit: Option<String>| limit.map(|it| format!(" of {it}")).unwrap_or_default();
    let budgets = &found.budgets;
    let takes = found.takes.zip(budgets.window);
    let takes = takes.map(|(takes, window)| format!("; takes {takes} of {}", window.length));
    let basis = format!(
        "as of {}; {} failures to be expected{}; {} minutes of work{}{}\n",
        found.at,
        found.risk,
        limit(budgets.risk.map(|it| it.to_string())),
        found.effort_minutes,
        limit(budgets.effort_minutes.map(|it| it.to_string())),
        takes.unwrap_or_default()
    );
    out.push_str(&paint(style, Tone::Faint, &basis));
    let mut chosen = Table::new(&["wave", "change", "value", "risk", "title"]);
    for (number, wave) in (1..).zip(&found.waves) {
        for id in wave.iter().flat_map(|step| &step.changes) {
            let Some(it) = found.chosen.iter().find(|it| it.change == *id) else { continue };
            chosen.row(vec![
                (number.to_string(), None),
                (id.to_string(), None),
                (it.value.to_string(), None),
                (percent(it.risk), None),
                (title(options, id), None),
            ]);
        }
    }
    if !found.chosen.is_empty() {
        out.push('\n');
        out.push_str(&chosen.draw(style));
    }
    if found.left_out.is_empty() {
        return out;
    }
    let mut left = Table::new(&["left out", "worth", "why", "title"]);
    for it in &found.left_out {
        let why: Vec<String> = it.because.iter().map(because).collect();
        left.row(vec![
            (it.change.to_string(), None),
            (it.worth.to_string(), None),
            (printable(&why.join("; ")), None),
            (title(options, &it.change), None),
        ]);
    }
    out.push('\n');
    out.push_str(&left.draw(style));
    out
}

fn title(options: &Options<'_>, id: &ChangeId) -> String {
    let title = options.title(id);
    title.map(|title| line(&title, 60)).unwrap_or_default()
}

fn because(because: &Because) -> String {
    let others = || {
        let ids = because.changes.iter().map(ToString::to_string);
        some(ids, because.changes.len(), NAMED)
    };
    match because.kind {
        BecauseKind::Unknown => "is not known".to_owned(),
        BecauseKind::Cancelled => "was cancelled".to_owned(),
        BecauseKind::Live => "is live already".to_owned(),
        BecauseKind::NotGo => {
            let reasons = because.reasons.iter().map(|held| match &held.requirement {
                Some(requirement) => format!("{requirement}: {}", held.code),
                None => held.code.to_string(),
            });
            let verdict = because.verdict.map(word).unwrap_or_default();
            format!("{verdict} by itself ({})", some(reasons, because.reasons.len(), NAMED))
        }
        BecauseKind::EffortUnknown => "nobody says how much work it is".to_owned(),
        BecauseKind::DurationUnknown => "nobody says how long it takes".to_owned(),
        BecauseKind::Missing => format!("lacks {}", others()),
        BecauseKind::Cycle => "is on a circle of dependencies".to_owned(),
        BecauseKind::Needs => format!("needs {}, which is out", others()),
        BecauseKind::Conflicts => format!("conflicts with {}", others()),
        BecauseKind::OverRisk => "too much risk".to_owned(),
        BecauseKind::OverEffort => "too much work".to_owned(),
        BecauseKind::OverWindow => "takes too long".to_owned(),
        BecauseKind::NotWorth => "adds nothing".to_owned(),
        BecauseKind::NotFound => "would fit: the choice is not proven the best".to_owned(),
    }
}

/// What must be done, and by whom; what must be waited for; or what makes that of no use.
#[must_use]
pub fn actions(found: &Actions, options: &Options<'_>) -> String {
    let style = options.style;
    let what = if !found.possible {
        "nothing that anybody does makes it a go".to_owned()
    } else if found.verdict.is_go() {
        "it is a go".to_owned()
    } else {
        let count = usize::try_from(found.count).unwrap_or(usize::MAX);
        let least = if found.optimal { "" } else { ", or fewer" };
        format!("{}{least}", counted(count, "act makes it a go", "acts make it a go"))
    };
    let head = format!("{} to {}: {what}", found.subject, found.stage);
    let mut out = paint(style, Tone::Strong, &printable(&head)) + "\n";
    let basis = format!("as of {}; it is {}\n", found.at, word(found.verdict));
    out.push_str(&paint(style, Tone::Faint, &basis));
    let mut table = Table::new(&["subject", "for", "what", "people", "who acts"]);
    for action in &found.actions {
        table.row(vec![
            (action.subject.id().to_owned(), None),
            (asked(action), None),
            (sentence(action), None),
            (action.people.to_string(), None),
            (actors(&action.act), None),
        ]);
    }
    if !found.actions.is_empty() {
        out.push('\n');
        out.push_str(&table.draw(style));
    }
    for wait in &found.waits {
        let text = wait.code.text();
        let line = format!("waits: {}: {text} ({})", wait.subject, clears(wait.clears_at));
        out.push_str(&printable(&line));
        out.push('\n');
    }
    for never in &found.never {
        let line = format!("{} never is a go: {}", never.subject, never.code.text());
        out.push_str(&printable(&line));
        out.push('\n');
    }
    out
}

fn asked(action: &Action) -> String {
    let names = action.meets.iter().map(|asked| asked.requirement.to_string());
    let mut names: Vec<String> = names.collect();
    names.dedup();
    let count = names.len();
    some(names.into_iter(), count, NAMED)
}

fn sentence(action: &Action) -> String {
    let mut node = Node::new(action.verdict, action.code, &action.subject);
    node.args.clone_from(&action.args);
    super::sentence::sentence(&node, &action.subject)
}

/// Which releases collide, over what and when.
#[must_use]
pub fn collisions(found: &Collisions, options: &Options<'_>) -> String {
    let style = options.style;
    let count = counted(found.collisions.len(), "collision", "collisions");
    let more = if found.more.is_some() { " and more" } else { "" };
    let mut out = paint(style, Tone::Strong, &format!("{count}{more}\n"));
    let basis = format!(
        "as of {}; {}, {} of them without a planned time\n",
        found.at,
        counted(found.releases, "open release", "open releases"),
        found.unplanned
    );
    out.push_str(&paint(style, Tone::Faint, &basis));
    let mut table = Table::new(&["releases", "stage", "over", "from", "to"]);
    for collision in &found.collisions {
        let instant = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
        table.row(vec![
            (collision.releases.each_ref().map(ToString::to_string).join(", "), None),
            (collision.stage.to_string(), None),
            (over(collision), None),
            (instant(collision.from), None),
            (instant(collision.to), None),
        ]);
    }
    if !found.collisions.is_empty() {
        out.push('\n');
        out.push_str(&table.draw(style));
    }
    out
}

fn over(collision: &Collision) -> String {
    let service = collision.service.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut ids = collision.changes.iter().map(ToString::to_string);
    let (first, second) = (ids.next().unwrap_or_default(), ids.next().unwrap_or_default());
    match collision.kind {
        CollisionKind::Service => format!("the service {service}"),
        CollisionKind::Conflict => format!("{first} conflicts with {second}"),
        CollisionKind::SameChange => format!("{first} is in both"),
        CollisionKind::RequiredLater => format!("{first} requires {second}, which comes later"),
    }
}
