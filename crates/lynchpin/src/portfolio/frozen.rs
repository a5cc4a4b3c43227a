//! What freezes and quarantines say of a change, asked about by itself or as a part of a release.

use super::decide::by_parts;
use super::item::Members;
use crate::base::When;
use crate::gate::{Case, freeze, quarantine};
use crate::model::Change;
use crate::reason::ReasonCode;
use crate::reason::tree::{Clears, Reasons};

/// The quarantines and freezes that are on, and what freeze will be.
pub(super) fn parts(case: &Case<'_>, members: &Members<'_>, change: &Change) -> Vec<Reasons> {
    let release = members.release.map(|release| &release.id);
    let quarantines = quarantine::binding(case, change).into_iter().map(Reasons::single);
    quarantines.chain(freeze::binding(case, release, change)).collect()
}

/// Whether it says that a change passes a freeze.
pub(super) fn passes(part: &Reasons) -> bool {
    let codes = [ReasonCode::FreezeGraded, ReasonCode::FreezeExcepted];
    part.root().is_some_and(|root| codes.contains(&root.code))
}

/// Says when a freeze will hold a change back, once all its parts and the gates of its release
/// have cleared. What waits may have taken freezes into account or not, so only here is known
/// which of them matter.
pub(super) fn lapse(
    case: &Case<'_>,
    members: &Members<'_>,
    change: &Change,
    (parts, gates_clear): (&mut [Reasons], Option<Clears>),
) {
    let own = by_parts(When::Never, parts).clears;
    let clear = match gates_clear.map_or(own, |gates| gates.max(own)) {
        Clears::At(instant) => instant,
        Clears::Now | Clears::Unknown | Clears::OnAction => case.at,
    };
    let codes = [ReasonCode::FreezeAhead, ReasonCode::Frozen];
    let mut freezes = parts.iter_mut();
    let found = freezes.find(|part| part.root().is_some_and(|root| codes.contains(&root.code)));
    if let Some(part) = found {
        let release = members.release.map(|release| &release.id);
        part.lapse(freeze::bars_from(case, release, change, clear));
    }
}
