//! What an approver could know: the evidence that was there when they approved, and who made it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use super::evidence::{admitted, answers, on_change};
use crate::base::Digest;
use crate::base::id::{PersonId, RequirementId};
use crate::gate::judge::Case;
use crate::gate::policy::EvidenceLeaf;
use crate::history::order::{Position, position};
use crate::model::{Change, Evidence};

/// What of a change ships, with the evidence on it.
type Found<'a> = (Option<&'a Digest>, Vec<(usize, &'a Evidence)>);

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
            evidence_on(case, change, leaf).into_iter().all(|(artifact, mut found)| {
                found.retain(|(_, evidence)| position(*evidence) <= then);
                let answers = answers(&past, change, artifact, leaf, &found, &|_, node| node);
                answers.iter().all(|node| node.verdict.is_go())
            })
        });
        known.insert(then, shown);
        shown
    }
}

/// All evidence that bears on these requirements, by number.
pub(super) fn evidence(
    case: &Case<'_>,
    target: Target<'_>,
    names: &[RequirementId],
) -> BTreeSet<usize> {
    let all = each(case, target, names);
    let found = all.flat_map(|(change, leaf)| evidence_on(case, change, leaf));
    found.flat_map(|(_, found)| found).map(|(number, _)| number).collect()
}

/// The people who made evidence for these requirements, each with the numbers of it; machines make
/// most, and approve nothing anyway.
pub(super) fn producers<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
    names: &[RequirementId],
) -> (BTreeSet<&'a PersonId>, BTreeSet<usize>) {
    let people = &case.records.people;
    let all = &case.records.portfolio().evidence;
    let numbers = evidence(case, target, names).into_iter();
    let by = numbers.filter_map(|number| Some((people.principal(&all.get(number)?.by), number)));
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
        let meant = |change: &&'t Change| {
            named.only_for.as_ref().is_none_or(|only| only.matches(case, change))
        };
        let changes: Vec<&Change> = target.members.iter().copied().filter(meant).collect();
        changes.into_iter().map(move |change| (change, leaf))
    })
}

fn evidence_on<'a>(case: &Case<'a>, change: &'a Change, leaf: &EvidenceLeaf) -> Vec<Found<'a>> {
    if change.artifacts.is_empty() {
        return vec![(None, on_change(case, change, leaf))];
    }
    let artifacts: BTreeSet<&Digest> = change.artifacts.iter().collect();
    let on = |artifact| admitted(case, case.records.evidence_on(artifact), leaf);
    artifacts.into_iter().map(|artifact| (Some(artifact), on(artifact))).collect()
}
