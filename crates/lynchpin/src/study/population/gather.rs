//! The deployment facts of a period, filed into rows; what falls into none is counted.

use std::collections::{BTreeMap, BTreeSet};

use super::{FactCount, PopulationQuestion};
use crate::base::Instant;
use crate::base::id::{ChangeId, DeploymentId, EnvironmentId};
use crate::base::limits::POPULATION_ROWS_MAX;
use crate::history::Records;
use crate::history::order::{is_known, position};
use crate::model::{Deployment, Stage};

/// One row to be: what is told of one change, or of none, that one deployment names in one
/// environment.
pub(super) struct Found<'a> {
    /// When the first that is told of it happened.
    pub(super) began: Instant,
    pub(super) deployment: &'a DeploymentId,
    pub(super) change: Option<&'a ChangeId>,
    pub(super) environment: &'a EnvironmentId,
    /// The first that is told of it.
    pub(super) first: &'a Deployment,
    /// The last that is told of it.
    pub(super) last: &'a Deployment,
    /// All that is told of it, in order, with the numbers of the facts.
    pub(super) facts: Vec<(usize, &'a Deployment)>,
}

/// The rows of a period in order, and what became of each of its facts.
pub(super) struct Gathered<'a> {
    pub(super) rows: Vec<Found<'a>>,
    pub(super) facts: FactCount,
}

pub(super) fn gather<'a>(records: &'a Records, question: &PopulationQuestion) -> Gathered<'a> {
    let all = records.portfolio().deployments.iter().enumerate();
    let known: Vec<(usize, &Deployment)> =
        all.filter(|(_, it)| is_known(*it, question.at)).collect();
    // What is told of one deployment in one place stays together, though a stage was declared anew
    // in between.
    let places = |meant: &dyn Fn(&Stage) -> bool| -> BTreeSet<(&DeploymentId, &EnvironmentId)> {
        let within = known.iter().filter(|(_, it)| {
            let mut stages = records.stages_by(position(*it));
            stages.any(|stage| meant(stage) && stage.has(&it.environment))
        });
        within.map(|(_, it)| place(it)).collect()
    };
    let entered = places(&|stage| stage.id == question.stage);
    let staged = places(&|_| true);
    let within = |at: Instant| question.from <= at && at < question.to;
    let here = known.iter().filter(|(_, it)| entered.contains(&place(it)));
    let mut rows = rows(here.copied());
    rows.retain(|found| within(found.began));
    let numbers = |rows: &[Found<'_>]| -> BTreeSet<usize> {
        rows.iter().flat_map(|found| &found.facts).map(|(number, _)| *number).collect()
    };
    let (told, rest) = rows.split_at(rows.len().min(POPULATION_ROWS_MAX));
    let (told, rest) = (numbers(told), numbers(rest));
    let mut facts = FactCount::default();
    for (number, deployment) in known.iter().filter(|(_, it)| within(it.at)) {
        facts.told = facts.told.saturating_add(1);
        let count = if told.contains(number) {
            &mut facts.listed
        } else if rest.contains(number) {
            &mut facts.left_out
        } else if entered.contains(&place(deployment)) {
            &mut facts.begun_before
        } else if staged.contains(&place(deployment)) {
            &mut facts.other_stages
        } else {
            &mut facts.elsewhere
        };
        *count = count.saturating_add(1);
    }
    Gathered { rows, facts }
}

fn place(deployment: &Deployment) -> (&DeploymentId, &EnvironmentId) {
    (&deployment.id, &deployment.environment)
}

/// What is told, by deployment, environment and change, in order of when each began.
fn rows<'a>(facts: impl Iterator<Item = (usize, &'a Deployment)>) -> Vec<Found<'a>> {
    let mut filed: BTreeMap<_, Vec<(usize, &Deployment)>> = BTreeMap::new();
    for (number, deployment) in facts {
        let named = BTreeSet::from_iter(&deployment.changes).into_iter().map(Some);
        let none = deployment.changes.is_empty().then_some(None);
        for change in named.chain(none) {
            let key = (place(deployment), change);
            filed.entry(key).or_default().push((number, deployment));
        }
    }
    let found = filed.into_iter().filter_map(|(((deployment, environment), change), mut facts)| {
        // Of what happened at once, a beginning comes first.
        let order = |it: &Deployment| (it.at, it.outcome, position(it));
        facts.sort_by(|(_, a), (_, b)| order(a).cmp(&order(b)).then_with(|| a.cmp(b)));
        let (first, last) = (facts.first()?.1, facts.last()?.1);
        Some(Found { began: first.at, deployment, change, environment, first, last, facts })
    });
    let mut found: Vec<Found<'a>> = found.collect();
    found.sort_by(|a, b| {
        let key = |it: &Found<'a>| (it.began, it.deployment, it.change, it.environment);
        key(a).cmp(&key(b))
    });
    found
}
