//! Which part of a plan a picture shows, and what is said of the rest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::options::Options;
use super::words::counted;
use crate::base::id::ChangeId;
use crate::plan::{Plan, Step};

/// How many changes of a group are named in a picture that does not show everything.
const LABELS: usize = 6;

/// A plan as it is drawn.
pub(super) struct Drawing<'a> {
    /// The waves that are drawn, first to last.
    pub(super) waves: Vec<Wave<'a>>,
    /// What is said below: what is not drawn at all, and what does not ship.
    pub(super) notes: Vec<String>,
}

/// One wave as it is drawn.
pub(super) struct Wave<'a> {
    /// The groups that are drawn, in the order of the plan.
    pub(super) steps: Vec<&'a Step>,
    /// What is said of the others, if there are any.
    pub(super) note: Option<String>,
}

impl<'a> Drawing<'a> {
    /// The part of a plan that the options ask for: the first waves, of each the groups with the
    /// most dependencies.
    pub(super) fn of(plan: &'a Plan, options: &Options<'_>) -> Drawing<'a> {
        let most = options.drawn_max.unwrap_or(usize::MAX);
        let mut degrees: BTreeMap<&ChangeId, usize> = BTreeMap::new();
        for id in plan.edges.iter().flat_map(|edge| [&edge.from, &edge.to]) {
            *degrees.entry(id).or_default() += 1;
        }
        let waves = plan.waves.iter().take(most).map(|wave| Wave::of(wave, &degrees, most));
        let waves = waves.collect();
        let mut notes = Vec::new();
        let later = plan.waves.get(most..).unwrap_or_default();
        if !later.is_empty() {
            let count = later.iter().flatten().map(|step| step.changes.len()).sum();
            let waves = counted(later.len(), "more wave", "more waves");
            let changes = counted(count, "change", "changes");
            notes.push(format!("and {waves} with {changes}, not drawn"));
        }
        let dropped: usize = plan.dropped.iter().map(|group| group.changes.len()).sum();
        if dropped > 0 {
            let are = if dropped == 1 { "is" } else { "are" };
            notes.push(format!("{} {are} in no wave", counted(dropped, "change", "changes")));
        }
        // The second wave is there only because something waits for the first.
        if plan.edges.is_empty() && plan.waves.len() > 1 {
            notes.push("too many groups to draw what waits for what".to_owned());
        }
        Drawing { waves, notes }
    }
}

impl<'a> Wave<'a> {
    fn of(wave: &'a [Step], degrees: &BTreeMap<&ChangeId, usize>, most: usize) -> Wave<'a> {
        let degree = |step: &Step| step.changes.first().and_then(|id| degrees.get(id)).copied();
        let mut ranked: Vec<(usize, &Step)> = wave.iter().enumerate().collect();
        ranked.sort_by_key(|(place, step)| (Reverse(degree(step).unwrap_or(0)), *place));
        let rest = ranked.split_off(most.min(ranked.len()));
        ranked.sort_by_key(|(place, _)| *place);
        let left: usize = rest.iter().map(|(_, step)| step.changes.len()).sum();
        let note = (left > 0)
            .then(|| format!("and {}, not drawn", counted(left, "more change", "more changes")));
        Wave { steps: ranked.into_iter().map(|(_, step)| step).collect(), note }
    }
}

/// The lines in the box of a group: what each change is called, or of a large one the first few.
pub(super) fn labels(
    step: &Step,
    options: &Options<'_>,
    label: impl Fn(&ChangeId, Option<String>) -> String,
) -> Vec<String> {
    let most = if options.drawn_max.is_some() { LABELS } else { usize::MAX };
    let named = step.changes.iter().take(most);
    let mut lines: Vec<String> = named.map(|id| label(id, options.title(id))).collect();
    let left = step.changes.len().saturating_sub(most);
    if left > 0 {
        lines.push(format!("and {left} more"));
    }
    lines
}
