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
    let certificate = told.model.lane?;
    let mut leaves = by.policy.requirements.values().filter_map(|it| it.lane);
    leaves.next()?;
    // The bounds and what came since are the same for all that is asked of one portfolio at once.
    let key = (by.policy.digest, at);
    let known = track.lanes.borrow().get(&key).cloned();
    let mut lane = known.unwrap_or_else(|| {
        let mut came = came(records);
        // To score a change takes longer than to see that it says nothing of the certificate.
        came.retain(|came| is_of_later(came, certificate));
        came.retain(|came| would_pass(records, told, (certificate, track), came));
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
        let since = since(came, leaf.settles_after, at);
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
        maturity: certificate.maturity,
        told: told.recorded,
        abstains: BTreeMap::new(),
    }
}

/// Whether a change would have passed as it was known when it came, whoever let it.
fn would_pass(
    records: &Records,
    told: Told<'_>,
    (certificate, track): (Certificate, &Track<'_>),
    came: &Came<'_>,
) -> bool {
    let known = Known { records, track, change: came.change, seen: Seen::then(came.at) };
    let value = |name: &str| known.value(name);
    told.model.score(value).probability <= certificate.at_most
        && told.model.abstains_for(value).is_empty()
}

/// Whether a certificate cannot rest on what came of a change: that was not known to have failed
/// when it was looked up, or came later, or so shortly before that it was too young.
fn is_of_later(came: &Came<'_>, certificate: Certificate) -> bool {
    let Certificate { as_of, maturity, .. } = certificate;
    let is_counted = maturity.is_some_and(|maturity| came.at.after(maturity) <= as_of);
    !is_counted || came.failed.is_some_and(|known| known > as_of)
}

/// What is held against a certificate. A failure counts at once, and what succeeded when it had
/// time to fail.
fn since(came: &[Came<'_>], settles: Span, at: Instant) -> LaneSince {
    let mut since = LaneSince { passed: 0, failed: 0, failures: Vec::new(), until: When::Never };
    for came in came {
        match (came.failed, came.settled.map(|settled| settled.after(settles))) {
            (Some(_), _) => {
                since.passed = since.passed.saturating_add(1);
                since.failed = since.failed.saturating_add(1);
                since.failures.push(came.change.id.clone());
            }
            (None, Some(turn)) if turn > at => since.until = since.until.min(When::At(turn)),
            (None, Some(_)) => since.passed = since.passed.saturating_add(1),
            (None, None) => {}
        }
    }
    since.failures.reverse();
    since.failures.truncate(FAILURES_NAMED);
    since
}
