//! A plan: its waves, and what does not ship.

use super::options::Options;
use super::words::{Tone, counted, paint, short, some};
use std::collections::BTreeSet;

use crate::base::id::ChangeId;
use crate::plan::{Conflict, Cycle, Dropped, Late, Missing, Plan, PlanScope, Why};

/// How many changes of a list are named on one line.
pub(super) const CHANGES_NAMED: usize = 12;

/// A plan as a release manager reads it: the waves in order, what does not ship and why, and the
/// chain that takes longest.
#[must_use]
pub fn plan(plan: &Plan, options: &Options<'_>) -> String {
    let strong = |text: &str| paint(options.style, Tone::Strong, text);
    let mut out = format!("{}\n", strong(&headline(plan)));
    out.push_str(&paint(options.style, Tone::Faint, &basis(plan)));
    out.push('\n');
    for (number, wave) in plan.waves.iter().enumerate() {
        out.push_str(&format!("\n{}\n", strong(&format!("wave {}", number + 1))));
        for step in wave {
            push_step(&mut out, &step.changes, options);
        }
    }
    for (head, lines) in sections(plan) {
        out.push_str(&format!("\n{}\n", strong(head)));
        lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    out
}

/// One group of a wave: a change, or several that ship as one.
fn push_step(out: &mut String, changes: &[ChangeId], options: &Options<'_>) {
    let line = |id: &ChangeId| match options.title(id) {
        Some(title) => format!("{id}  {title}"),
        None => id.to_string(),
    };
    if let [only] = changes {
        out.push_str(&format!("  {}\n", line(only)));
        return;
    }
    out.push_str(&format!("  {} as one:\n", counted(changes.len(), "change", "changes")));
    changes.iter().for_each(|id| out.push_str(&format!("    {}\n", line(id))));
}

pub(super) fn headline(plan: &Plan) -> String {
    let shipped = plan.shipped().count();
    let dropped: usize = plan.dropped.iter().map(|dropped| dropped.changes.len()).sum();
    let all = shipped + dropped + plan.unknown.len();
    let waves = counted(plan.waves.len(), "wave", "waves");
    let what = match plan.scope {
        PlanScope::All => "can ship",
        PlanScope::Ready => "are ready to ship",
    };
    format!("PLAN: {} to {}: {shipped} of {all} {what}, in {waves}", plan.subject, plan.stage)
}

pub(super) fn basis(plan: &Plan) -> String {
    let held = match plan.scope {
        PlanScope::All => "every change held to be a go",
        PlanScope::Ready => "only what is a go now",
    };
    match plan.policy {
        Some(policy) => format!("at {}, policy {}, {held}", plan.at, short(policy)),
        None => format!("at {}, no policy in force, {held}", plan.at),
    }
}

/// Everything behind the waves, each part under its head; parts with nothing in them are left out.
pub(super) fn sections(plan: &Plan) -> Vec<(&'static str, Vec<String>)> {
    let inside: BTreeSet<&ChangeId> =
        plan.shipped().chain(plan.dropped.iter().flat_map(|group| &group.changes)).collect();
    let conflict = |found: &Conflict| {
        let [one, other] = &found.changes;
        let then = match &found.goes {
            Some(goes) if inside.contains(goes) => {
                format!("{goes} goes, by the release's priority")
            }
            Some(goes) => format!("{goes} is on its way or there already"),
            None => "neither goes until the release says which first".to_owned(),
        };
        format!("{one} with {other}: {then}")
    };
    let parts = [
        ("does not ship", plan.dropped.iter().map(|group| dropped(plan, group)).collect()),
        ("missing", plan.missing.iter().map(missing).collect()),
        ("cycles", plan.cycles.iter().map(cycle).collect()),
        ("conflicts", plan.conflicts.iter().map(conflict).collect()),
        ("planned too late", plan.late.iter().map(late).collect()),
        ("not known", plan.unknown.iter().map(ToString::to_string).collect()),
        ("cancelled", plan.cancelled.iter().map(ToString::to_string).collect()),
        ("takes longest", longest(plan).into_iter().collect()),
    ];
    parts.into_iter().filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty()).collect()
}

fn names(ids: &[ChangeId]) -> String {
    some(ids.iter().map(ToString::to_string), ids.len(), CHANGES_NAMED)
}

fn dropped(plan: &Plan, group: &Dropped) -> String {
    let loses = plan.conflicts.iter().any(|conflict| {
        conflict
            .changes
            .iter()
            .any(|id| group.changes.contains(id) && conflict.goes.as_ref() != Some(id))
    });
    let why = |why: &Why| match why {
        Why::NotGo if loses => "conflicts with another change",
        Why::NotGo => "is not a go",
        Why::Missing => "needs what is neither live there nor in the item",
        Why::Cycle => "is part of a cycle",
    };
    let mut said: Vec<String> = group.why.iter().map(|found| why(found).to_owned()).collect();
    let others: Vec<ChangeId> =
        group.roots.iter().filter(|root| !group.changes.contains(root)).cloned().collect();
    if !others.is_empty() {
        said.push(format!("waits for {}", names(&others)));
    }
    format!("{}: {}", names(&group.changes), said.join(", and "))
}

fn missing(found: &Missing) -> String {
    match found.needs.as_slice() {
        [] => format!("{} needs a change that is not known", found.change),
        [only] => format!("{} needs {only}", found.change),
        several => format!("{} needs any of {}", found.change, names(several)),
    }
}

fn late(found: &Late) -> String {
    let Late { change, starts, needs, done } = found;
    format!("{change} is to start at {starts} and needs {needs}, to be done at {done}")
}

/// The chain that takes longest, with how long where that is known of any of it.
fn longest(plan: &Plan) -> Option<String> {
    let path = &plan.critical_path;
    let steps = path.changes.len();
    let chain: Vec<String> = path.changes.iter().map(ToString::to_string).collect();
    let chain = chain.join(", then ");
    // A change without an effort counts as one minute, which would tell of nothing.
    let told = u64::try_from(steps).is_ok_and(|steps| path.minutes != steps);
    let text = if told { format!("{}: {chain}", minutes(path.minutes)) } else { chain };
    (steps > 1).then_some(text)
}

fn cycle(found: &Cycle) -> String {
    let hops: Vec<String> =
        found.witness.iter().map(|hop| format!("{} {} {}", hop.from, hop.kind, hop.to)).collect();
    let becomes = if found.forbidden { "refused" } else { "ships as one" };
    let shortest = if found.exact { "" } else { ", perhaps not the shortest" };
    let count = counted(found.changes.len(), "change", "changes");
    format!("{count}, {becomes}: {}{shortest}", hops.join(", "))
}

/// Minutes as hours and minutes.
fn minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}
