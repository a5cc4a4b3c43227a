//! The lane of the risk model that a policy names: what it is certified for, what came of the
//! changes since, and the changes that the model vouches for.

use std::collections::BTreeMap;

use super::features::Known;
use super::in_force::By;
use super::item::Members;
use super::models::Told;
use super::risk_history::{Came, came};
use super::scoring::Scorer;
use super::track::{Seen, Track};
use crate::base::{Instant, Span, Subject, When};
use crate::gate::Policy;
use crate::gate::figures::{Lane, LaneBounds, LaneSince};
use crate::history::Records;
use crate::risk::{Certificate, failures_at_least};

/// How many of the failures since are named.
const FAILURES_NAMED: usize = 10;

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
        let came = passed(records, told, (certificate, track));
        let lane = certified(by.policy, (certificate, told), &came, at);
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

/// What a certificate and what came since are worth, by who asks.
fn certified(
    policy: &Policy,
    (certificate, told): (Certificate, Told<'_>),
    came: &[Came<'_>],
    at: Instant,
) -> Lane {
    let asked = policy.requirements.iter().filter_map(|(id, it)| Some((id, it.lane?)));
    let bounds = asked.map(|(id, leaf)| {
        let since = since(came, (certificate.as_of, leaf.settles_after), at);
        let bounds = LaneBounds {
            at_most: certificate.bound(leaf.confidence),
            since_at_least: failures_at_least(since.passed, since.failed, leaf.confidence),
            since,
        };
        (id.clone(), bounds)
    });
    Lane {
        at_most: certificate.at_most,
        seen: (certificate.passed, certificate.failed),
        bounds: bounds.collect(),
        as_of: certificate.as_of,
        told: told.recorded,
        abstains: BTreeMap::new(),
    }
}

/// The changes that came to the last stage and would have passed as they were known then, whoever
/// let them, in the order in which they came.
fn passed<'a>(
    records: &'a Records,
    told: Told<'_>,
    (certificate, track): (Certificate, &Track<'_>),
) -> Vec<Came<'a>> {
    let is_in = |came: &Came<'_>| {
        let known = Known { records, track, change: came.change, seen: Seen::then(came.at) };
        let value = |name: &str| known.value(name);
        told.model.score(value).probability <= certificate.at_most
            && told.model.abstains_for(value).is_empty()
    };
    came(records).into_iter().filter(is_in).collect()
}

/// What is held against a certificate: failures that were not known when it was looked up, and what
/// came since or so shortly before that it was too young for it. A failure counts at once, and what
/// succeeded when it had time to fail.
fn since(came: &[Came<'_>], (as_of, settles): (Instant, Span), at: Instant) -> LaneSince {
    let mut since = LaneSince { passed: 0, failed: 0, failures: Vec::new(), until: When::Never };
    for came in came {
        let is_young = came.at.after(settles) > as_of;
        let turns = came.settled.map(|settled| settled.after(settles)).filter(|_| is_young);
        if came.failed.is_some_and(|known| is_young || known > as_of) {
            since.passed = since.passed.saturating_add(1);
            since.failed = since.failed.saturating_add(1);
            since.failures.push(came.change.id.clone());
        } else if let Some(turn) = turns.filter(|turn| *turn > at) {
            since.until = since.until.min(When::At(turn));
        } else if turns.is_some() {
            since.passed = since.passed.saturating_add(1);
        }
    }
    since.failures.reverse();
    since.failures.truncate(FAILURES_NAMED);
    since
}
