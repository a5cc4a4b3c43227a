//! What an approver could know: the evidence that was there when they approved, and who made it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use super::evidence::{answers, with_runs};
use crate::base::Digest;
use crate::base::id::{PersonId, RequirementId};
use crate::gate::judge::Case;
use crate::gate::policy::EvidenceLeaf;
use crate::history::order::{Position, position};
use crate::model::Change;

/// What was known at each instant, as far as it was asked: it does not depend on when it is asked.
#[derive(Debug, Default)]
pub(super) struct Shown(RefCell<BTreeMap<Position, bool>>);

/// How many places in the order of facts are judged for one requirement: more than people approve.
/// What was approved at others is taken to have been approved without a look at the evidence.
const PLACES_TRIED: usize = 1_024;

impl Shown {
    /// Whether every one of these requirements was met by then, by what was known then, on what
    /// ships now. Waivers of them say nothing: nobody has seen what was waived.
    pub(super) fn was_shown(
        &self,
        case: &Case<'_>,
        target: Target<'_>,
        names: &[RequirementId],
        then: Position,
    ) -> bool {
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(&then) {
            return *known;
        }
        if known.len() >= PLACES_TRIED {
            return false;
        }
        let past = Case { at: then.0, ..*case };
        let shown = each(case, target, names).all(|(change, leaf)| {
            ships(change).into_iter().all(|artifact| {
                with_runs(case, change, artifact, leaf, |runs| {
                    let known = runs.iter().copied().filter(|(_, run)| position(*run) <= then);
                    let known: Vec<_> = known.collect();
                    let answers = answers(&past, change, artifact, leaf, &known, &|_, node| node);
                    answers.iter().all(|node| node.verdict.is_go())
                })
            })
        });
        known.insert(then, shown);
        shown
    }
}

/// A fact, as it is cited.
type Cited = (&'static str, usize);

/// All evidence that bears on these requirements, signed where that is asked for, with who made it
/// as far as they are declared.
fn made<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
    names: &[RequirementId],
) -> BTreeSet<(Cited, Option<&'a PersonId>)> {
    let people = &case.records.people;
    let mut all = BTreeSet::new();
    for (change, leaf) in each(case, target, names) {
        let kind = if leaf.signed.is_some() { "statements" } else { "evidence" };
        for artifact in ships(change) {
            with_runs(case, change, artifact, leaf, |runs| {
                let by = |by: &PersonId| people.declared(by);
                all.extend(runs.iter().map(|(number, run)| ((kind, *number), by(&run.by))));
            });
        }
    }
    all
}

/// All evidence that bears on these requirements.
pub(super) fn evidence(
    case: &Case<'_>,
    target: Target<'_>,
    names: &[RequirementId],
) -> BTreeSet<Cited> {
    made(case, target, names).into_iter().map(|(cited, _)| cited).collect()
}

/// The people who made or signed evidence for these requirements, and that evidence; machines make
/// most, and approve nothing anyway.
pub(super) fn producers<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
    names: &[RequirementId],
) -> (BTreeSet<&'a PersonId>, BTreeSet<Cited>) {
    let people = &case.records.people;
    let made = made(case, target, names).into_iter();
    let by = made.filter_map(|(cited, by)| Some((by?, cited)));
    by.filter(|(person, _)| people.is_human(person)).unzip()
}

/// Each change that each of these requirements is asked of.
fn each<'t>(
    case: &'t Case<'_>,
    target: Target<'t>,
    names: &'t [RequirementId],
) -> impl Iterator<Item = (&'t Change, &'t EvidenceLeaf)> + 't {
    let requirements = names.iter().filter_map(|name| case.policy.requirements.get(name));
    let leaves = requirements.filter_map(|named| Some((named, named.evidence.as_ref()?)));
    leaves.flat_map(move |(named, leaf)| {
        let meant = |change: &&'t Change| named.is_for(case, change);
        let changes: Vec<&Change> = target.members.iter().copied().filter(meant).collect();
        changes.into_iter().map(move |change| (change, leaf))
    })
}

/// What of a change ships: its artifacts, or itself.
fn ships(change: &Change) -> BTreeSet<Option<&Digest>> {
    if change.artifacts.is_empty() {
        return BTreeSet::from([None]);
    }
    change.artifacts.iter().map(Some).collect()
}
