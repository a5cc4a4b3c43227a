//! Whose approval a requirement still waits for.

use super::Target;
use super::informed::Shown;
use super::votes::{Asked, Count};
use crate::base::id::{PersonId, RequirementId};
use crate::gate::judge::Case;

/// Whether a requirement waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The policy asks for no approval by that name.
    NotAsked,
    /// It would make no difference if they approved: they have, or may not.
    No,
    /// Their approval would count as one more, in this person's seat: their own, if they have one.
    Seat(PersonId),
}

/// Counts who approved a requirement, and tells whether an approval by one person would now add to
/// that. What they must have seen before is another question.
#[must_use]
pub fn awaited(
    case: &Case<'_>,
    target: Target<'_>,
    name: &RequirementId,
    person: &PersonId,
) -> Awaited {
    let Some(requirement) = case.policy.requirements.get(name) else { return Awaited::NotAsked };
    let Some(leaf) = &requirement.approval else { return Awaited::NotAsked };
    let shown = Shown::default();
    let count = Count::take(case, Asked { target, name, requirement, leaf, shown: &shown });
    let person = case.records.people.principal(person);
    count.seat_left(person).map_or(Awaited::No, Awaited::Seat)
}
