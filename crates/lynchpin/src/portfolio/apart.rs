//! What a release comes to if it ships in parts, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::impact::{Costs, ServiceImpact};
use super::scoring::Scorer;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::ChangeId;
use crate::base::{Failures, Probability};
use crate::model::Change;

/// What a release comes to if it ships in parts, each by itself: what befalls all changes of one
/// part does not befall those of another. A change that is in no part does not ship.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Apart {
    /// The chance that any change fails of all that ship.
    pub any: Probability,
    /// How many of them fail on average.
    pub expected: Failures,
    /// Each part, in the order in which they ship.
    pub parts: Vec<Part>,
}

/// A part of a release that ships by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// The chance that any change in it fails.
    pub any: Probability,
    /// How many of them fail on average.
    pub expected: Failures,
    /// The chance that nothing failed before it: of the parts in another order, another.
    pub reached: Probability,
    /// What its failures would cost each service that it changes, as in
    /// [`Score::impact`](super::Score::impact).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub impact: Vec<ServiceImpact>,
}

pub(super) fn of(
    scorer: Scorer<'_>,
    parts: &[Vec<ChangeId>],
    changes: &[(&Change, Probability)],
    costs: &Costs<'_>,
) -> Result<Apart> {
    let known: BTreeMap<&ChangeId, (&Change, Probability)> =
        changes.iter().map(|it| (&it.0.id, *it)).collect();
    check(parts, &known)?;
    let mut reached = Probability::ONE;
    let mut found: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        let own: Vec<(&Change, Probability)> =
            part.iter().filter_map(|id| known.get(id)).copied().collect();
        let risks: Vec<Probability> = own.iter().map(|(_, risk)| *risk).collect();
        let any = scorer.any(&risks);
        let impact = costs.of(&own);
        found.push(Part { any, expected: expected(risks), reached, impact });
        reached = times(reached, without(any));
    }
    let all = found.iter().fold(0_u64, |sum, it| sum.saturating_add(it.expected.billionths()));
    Ok(Apart { any: without(reached), expected: Failures::from_billionths(all), parts: found })
}

/// The chance that anything fails of what ships one by one, of each of which it is given.
pub(super) fn any(chances: impl IntoIterator<Item = Probability>) -> Probability {
    let none = |reached, any| times(reached, without(any));
    without(chances.into_iter().fold(Probability::ONE, none))
}

/// How many fail on average, whatever they have in common.
pub(super) fn expected(risks: impl IntoIterator<Item = Probability>) -> Failures {
    let sum = risks.into_iter().map(|it| u64::from(it.parts_per_billion())).sum();
    Failures::from_billionths(sum)
}

/// Each part has changes of the release, and none is in two.
fn check<T>(parts: &[Vec<ChangeId>], known: &BTreeMap<&ChangeId, T>) -> Result<()> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        if part.is_empty() {
            let problem = Problem::new(ErrorCode::Empty, "a part has at least one change");
            problems.push(problem.at(format!("$.parts[{number}]")));
        }
        for (place, id) in part.iter().enumerate() {
            let (code, message) = match known.contains_key(id) {
                false => (ErrorCode::SubjectUnknown, format!("change `{id}` is not in it")),
                true if !seen.insert(id) => {
                    (ErrorCode::DuplicateId, format!("change `{id}` is in a part already"))
                }
                true => continue,
            };
            problems.push(Problem::new(code, message).at(format!("$.parts[{number}][{place}]")));
        }
    }
    Error::from_problems(problems).map_or(Ok(()), Err)
}

fn without(probability: Probability) -> Probability {
    let whole = Probability::ONE.parts_per_billion();
    Probability::from_parts_per_billion(whole.saturating_sub(probability.parts_per_billion()))
}

/// The chance that both happen, of two that have nothing in common, rounded to the nearest part.
fn times(one: Probability, other: Probability) -> Probability {
    let whole = u64::from(Probability::ONE.parts_per_billion());
    let both = u64::from(one.parts_per_billion())
        .saturating_mul(other.parts_per_billion().into())
        .saturating_add(whole / 2);
    let parts = both.checked_div(whole).and_then(|it| u32::try_from(it).ok());
    Probability::from_parts_per_billion(parts.unwrap_or(0))
}
