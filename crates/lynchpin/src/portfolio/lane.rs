//! The lane of the risk model that a policy names, and the changes that the model vouches for.

use std::collections::BTreeMap;

use super::features::Known;
use super::item::Members;
use super::scoring::Scorer;
use super::track::{Seen, Track};
use crate::base::id::ChangeId;
use crate::base::{Instant, Subject};
use crate::gate::Policy;
use crate::gate::figures::Lane;
use crate::history::Records;

/// The lane, if the policy asks for one and its model is certified for one.
pub(super) fn figure(
    records: &Records,
    policy: &Policy,
    (scorer, track): (Scorer<'_>, &Track<'_>),
    (subjects, at): (&[Subject], Instant),
) -> Option<Lane> {
    let Scorer::Model(model) = scorer else { return None };
    let certificate = model.lane?;
    let asked = policy.requirements.iter().filter_map(|(id, it)| Some((id, it.lane?)));
    let bounds: BTreeMap<_, _> =
        asked.map(|(id, leaf)| (id.clone(), certificate.bound(leaf.confidence))).collect();
    if bounds.is_empty() {
        return None;
    }
    let mut abstains: BTreeMap<ChangeId, Vec<String>> = BTreeMap::new();
    let members = subjects.iter().filter_map(|subject| Members::of(records, subject).ok());
    for change in members.flat_map(|members| members.all) {
        if !abstains.contains_key(&change.id) {
            let known = Known { records, track, change, seen: Seen::all(at) };
            let names = model.abstains_for(|name| known.value(name));
            let names = names.into_iter().map(ToOwned::to_owned).collect();
            abstains.insert(change.id.clone(), names);
        }
    }
    let seen = (certificate.passed, certificate.failed);
    Some(Lane { at_most: certificate.at_most, seen, bounds, as_of: certificate.as_of, abstains })
}
