//! What is left of the error budget of a service, for the gates to compare.

use crate::base::id::ServiceId;
use crate::base::{Instant, When};
use crate::gate::policy::BudgetLeaf;
use crate::history::Records;
use crate::model::Sli;
use crate::slo::{Figure, Objective, Sample};

/// What is left for one service; nothing, if it has no such objective.
pub(super) fn figure(
    records: &Records,
    leaf: &BudgetLeaf,
    id: &ServiceId,
    at: Instant,
) -> Option<Figure> {
    let slo = records.service(id)?.slos.iter().find(|slo| slo.id == leaf.slo)?;
    let admits = |sli: &Sli| records.people.admits(&leaf.producers, &sli.by);
    let told = records.slis.samples(records.portfolio(), (id, &slo.id), admits);
    let objective = Objective { objective: slo.objective, window: slo.window };
    let within = |sli: &Sli| sli.to <= at && at < sli.to.after(slo.window);
    let told: Vec<(usize, &Sli)> = told.into_iter().filter(|(_, sli)| within(sli)).collect();
    let samples: Vec<Sample> = told
        .iter()
        .map(|(_, sli)| Sample { to: sli.to, good: sli.good, total: sli.total })
        .collect();
    let newest = samples.iter().map(|sample| sample.to).max();
    Some(Figure {
        budget: objective.budget(&samples, at),
        objective: slo.objective,
        turns: objective.turns(&samples, at, leaf.remaining_at_least).map_or(When::Never, When::At),
        stale: newest.map(|newest| newest.after(leaf.max_age)),
        overlap: overlap(&told).map(|to| to.after(slo.window)),
        cites: told.into_iter().map(|(number, _)| number).collect(),
    })
}

/// The end of the sample that leaves the window first, if any two of them overlap.
fn overlap(told: &[(usize, &Sli)]) -> Option<Instant> {
    let mut times: Vec<(Instant, Instant)> =
        told.iter().map(|(_, sli)| (sli.from, sli.to)).collect();
    times.sort_unstable();
    let ends = times.iter().scan(Instant::EPOCH, |latest, (_, to)| {
        *latest = (*latest).max(*to);
        Some(*latest)
    });
    let overlaps = ends.zip(times.iter().skip(1)).any(|(before, (from, _))| *from < before);
    let first = times.iter().map(|(_, to)| *to).min();
    first.filter(|_| overlaps)
}
