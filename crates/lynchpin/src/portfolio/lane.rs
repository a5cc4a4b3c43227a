//! The lane of the risk model that a policy names: what it is certified for, what came of the
//! changes since, and the changes that the model vouches for.

use std::collections::BTreeMap;

use super::features::Known;
use super::in_force::By;
use super::item::Members;
use super::models::Told;
use super::risk_history::came;
use super::scoring::Scorer;
use super::track::{Seen, Track};
use crate::base::{Instant, Subject, When};
use crate::gate::Policy;
use crate::gate::figures::{Lane, LaneBounds, LaneSince};
use crate::history::Records;
use crate::risk::{Certificate, failures_at_least};

/// The lane, if the policy asks for one and its model is certified for one.
pub(super) fn figure(
    records: &Records,
    by: By<'_>,
    (scorer, track): (Scorer<'_>, &Track<'_>),
    (subjects, at): (&[Subject], Instant),
) -> Option<Lane> {
    let Scorer::Model(told) = scorer else { return None };
    let asks = by.policy.requirements.values().any(|it| it.lane.is_some());
    let certificate = told.model.lane.filter(|_| asks)?;
    // The bounds and what came since are the same for all that is asked of one portfolio at once.
    let key = (by.policy.digest, at);
    let known = track.lanes.borrow().get(&key).cloned();
    let mut lane = known.unwrap_or_else(|| {
        let as_of = looked_up(certificate, told, (at, by.counting.what_if));
        let certificate = Certificate { as_of, ..certificate };
        let since = since(records, told, certificate, track, at);
        let lane = Lane { told: told.recorded, ..certified(by.policy, certificate, since) };
        track.lanes.borrow_mut().insert(key, lane.clone());
        lane
    });
    let members = subjects.iter().filter_map(|subject| Members::of(records, subject).ok());
    for change in members.flat_map(|members| members.all) {
        if !lane.abstains.contains_key(&change.id) {
            let known = Known { records, track, change, seen: Seen::all(at) };
            let names = told.model.abstains_for(|name| known.value(name));
            let names = names.into_iter().map(ToOwned::to_owned).collect();
            lane.abstains.insert(change.id.clone(), names);
        }
    }
    Some(lane)
}

/// As of when the figures of a certificate were looked up. What is only tried is tried as if it had
/// been certified in time.
fn looked_up(certificate: Certificate, told: Told<'_>, (at, what_if): (Instant, bool)) -> Instant {
    match what_if && certificate.as_of <= told.recorded {
        true => certificate.as_of.min(at),
        false => certificate.as_of,
    }
}

/// What a certificate and what came since are worth, by who asks.
fn certified(policy: &Policy, certificate: Certificate, since: LaneSince) -> Lane {
    let asked = policy.requirements.iter().filter_map(|(id, it)| Some((id, it.lane?)));
    let bounds = asked.map(|(id, leaf)| {
        let at_most = certificate.bound(leaf.confidence);
        let since_at_least = failures_at_least(since.passed, since.failed, leaf.confidence);
        (id.clone(), LaneBounds { at_most, since_at_least })
    });
    Lane {
        at_most: certificate.at_most,
        seen: (certificate.passed, certificate.failed),
        bounds: bounds.collect(),
        as_of: certificate.as_of,
        told: certificate.as_of,
        since,
        abstains: BTreeMap::new(),
    }
}

/// What came of the changes that came to the last stage since, and that would have passed as they
/// were known then, whoever let them.
fn since(
    records: &Records,
    told: Told<'_>,
    certificate: Certificate,
    track: &Track<'_>,
    at: Instant,
) -> LaneSince {
    let mut since = LaneSince { passed: 0, failed: 0, failures: Vec::new(), until: When::Never };
    for came in came(records).into_iter().filter(|came| came.at > certificate.as_of) {
        if came.at > at {
            since.until = since.until.min(When::At(came.at));
            continue;
        }
        let known = Known { records, track, change: came.change, seen: Seen::then(came.at) };
        let value = |name: &str| known.value(name);
        let is_in = told.model.score(value).probability <= certificate.at_most
            && told.model.abstains_for(value).is_empty();
        if !is_in {
            continue;
        }
        since.passed = since.passed.saturating_add(1);
        if came.failed.is_some() {
            since.failed = since.failed.saturating_add(1);
            since.failures.push(came.change.id.clone());
        }
    }
    since
}
