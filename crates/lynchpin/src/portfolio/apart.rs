//! What a release comes to if it ships in parts, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::scoring::{ChangeScore, Scorer};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::ChangeId;
use crate::base::{Failures, Probability};

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
}

pub(super) fn of(
    scorer: Scorer<'_>,
    parts: &[Vec<ChangeId>],
    changes: &[ChangeScore],
) -> Result<Apart> {
    let risks: BTreeMap<&ChangeId, Probability> =
        changes.iter().map(|it| (&it.change, it.risk.probability)).collect();
    check(parts, &risks)?;
    let mut reached = Probability::ONE;
    let mut found = Vec::with_capacity(parts.len());
    let mut all = 0_u64;
    for part in parts {
        let own: Vec<Probability> = part.iter().filter_map(|id| risks.get(id)).copied().collect();
        let any = scorer.any(&own);
        let sum: u64 = own.iter().map(|it| u64::from(it.parts_per_billion())).sum();
        all = all.saturating_add(sum);
        found.push(Part { any, expected: Failures::from_billionths(sum), reached });
        reached = times(reached, without(any));
    }
    Ok(Apart { any: without(reached), expected: Failures::from_billionths(all), parts: found })
}

/// Each part has changes of the release, and none is in two.
fn check(parts: &[Vec<ChangeId>], risks: &BTreeMap<&ChangeId, Probability>) -> Result<()> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        if part.is_empty() {
            let problem = Problem::new(ErrorCode::Empty, "a part has at least one change");
            problems.push(problem.at(format!("$.parts[{number}]")));
        }
        for (place, id) in part.iter().enumerate() {
            let (code, message) = match risks.contains_key(id) {
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
