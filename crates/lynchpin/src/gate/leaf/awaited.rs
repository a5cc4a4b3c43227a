//! Whose approval a requirement still waits for.

use std::collections::BTreeSet;

use super::Target;
use super::informed::Shown;
use super::votes::{Asked, Count};
use crate::base::id::{PersonId, RequirementId};
use crate::gate::judge::Case;

/// Those whose approval a requirement waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Awaited {
    /// Who sits in a group that is asked, may approve and has not.
    pub people: BTreeSet<PersonId>,
    /// Who may answer in the seat of one of them: whose seat it is, then who may.
    pub delegates: BTreeSet<(PersonId, PersonId)>,
}

/// Counts who approved a requirement, and tells who has not and may; nothing, if the policy asks
/// for no approval by that name.
#[must_use]
pub fn awaited(case: &Case<'_>, target: Target<'_>, name: &RequirementId) -> Option<Awaited> {
    let requirement = case.policy.requirements.get(name)?;
    let leaf = requirement.approval.as_ref()?;
    let shown = Shown::default();
    let count = Count::take(case, Asked { target, name, requirement, leaf, shown: &shown });
    let people = count.awaited();
    let still = |(holder, _): &&(&PersonId, &PersonId)| people.contains(*holder);
    let delegates = count.delegates.iter().filter(still);
    Some(Awaited {
        delegates: delegates.map(|(holder, to)| ((*holder).clone(), (*to).clone())).collect(),
        people: people.into_iter().cloned().collect(),
    })
}
