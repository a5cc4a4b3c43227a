//! Why the rest is left out: what stands against adding each candidate to what is chosen.

use super::answer::{Choice, LeftOut, Obstacle};
use super::problem::Problem;
use super::search::Found;
use super::trim::Chosen;
use crate::graph::{GraphError, Node, NodeSet};

/// Reads off what was found.
pub(super) fn answer(problem: &Problem<'_>, found: Found) -> Result<Choice, GraphError> {
    let wanted = problem.wanted;
    let best = Chosen::of(problem, found.groups.iter());
    let chosen = problem.nodes(best.groups.iter());
    let takes = problem.takes(&problem.order(&chosen)?);
    let used =
        |uses: &[u64]| -> u64 { chosen.iter().filter_map(|node| uses.get(node as usize)).sum() };
    let used = wanted.budgets.iter().map(|budget| used(budget.uses)).collect();
    let mut looked_at = 0;
    let mut left_out = Vec::new();
    for node in wanted.candidates.iter().filter(|&node| !chosen.contains(node)) {
        left_out.push(left(problem, &best, node, &mut looked_at)?);
    }
    let within = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    Ok(Choice {
        chosen,
        value: within(best.value),
        bound: within(found.bound),
        used,
        takes,
        steps: found.steps,
        left_out,
    })
}

/// How many candidates are put in on trial, circles and windows looked at, one by one.
const TRIALS: u32 = 256;

fn left(
    problem: &Problem<'_>,
    best: &Chosen<'_, '_>,
    node: Node,
    trials: &mut u32,
) -> Result<LeftOut, GraphError> {
    let own = problem.wanted.values.get(node as usize).copied().unwrap_or_default();
    let member = problem.local.rank.of(node);
    let Some(group) = member.map(|member| problem.grouping.group_of[member]) else {
        return Ok(LeftOut { node, with: Vec::new(), worth: own, because: vec![Obstacle::Live] });
    };
    let (along, never) = best.along(group);
    let worth: i128 = along.iter().map(|&group| problem.values[group]).sum();
    let with = problem.nodes(along.iter().copied());
    let with = with.iter().filter(|&other| other != node).collect();
    let because = match &problem.never[group] {
        Some(Obstacle::NotGo) => {
            let others = problem.nodes_of(group).filter(|&it| !problem.wanted.go.contains(it));
            if problem.wanted.go.contains(node) {
                vec![Obstacle::Needs(others.collect())]
            } else {
                vec![Obstacle::NotGo]
            }
        }
        Some(other) => vec![other.clone()],
        None if !never.is_empty() => {
            vec![Obstacle::Needs(problem.nodes(never.into_iter()).iter().collect())]
        }
        None => against(problem, best, &along, trials)?,
    };
    let worth = i64::try_from(worth).unwrap_or(i64::MAX);
    Ok(LeftOut { node, with, worth, because })
}

fn against(
    problem: &Problem<'_>,
    best: &Chosen<'_, '_>,
    along: &[u32],
    trials: &mut u32,
) -> Result<Vec<Obstacle>, GraphError> {
    let mut because = best.against(along);
    let worth: i128 = along.iter().map(|&group| problem.values[group]).sum();
    if because.is_empty() && worth <= 0 {
        because.push(Obstacle::NotWorth);
    }
    if because.is_empty() && *trials < TRIALS {
        *trials += 1;
        let together: NodeSet = best.groups.iter().chain(along.iter().copied()).collect();
        because.extend(match Chosen::of(problem, together.iter()).order()? {
            Err(_) => Some(Obstacle::Cycle),
            Ok((_, takes)) => takes.filter(|takes| !best.fits(*takes)).map(|_| Obstacle::Window),
        });
    }
    if because.is_empty() {
        because.push(Obstacle::NotFound);
    }
    Ok(because)
}
