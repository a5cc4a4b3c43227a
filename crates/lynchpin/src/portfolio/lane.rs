//! The lane of the risk model that a policy names: what it is certified for, what came of the
//! changes since, and the changes that the model vouches for.

use std::collections::BTreeMap;

use super::features::Known;
use super::in_force::By;
use super::item::Members;
use super::models::Told;
use super::risk_history::{Came, came_lately};
use super::scoring::Scorer;
use super::track::{Seen, Track};
use crate::base::{Instant, Probability, Span, Subject, When};
use crate::gate::Policy;
use crate::gate::figures::{Lane, LaneBounds, LaneSince};
use crate::gate::policy::LaneLeaf;
use crate::history::Records;
use crate::risk::backtest::is_mature;
use crate::risk::{Certificate, failures_at_least};

const NOTHING: LaneSince =
    LaneSince { passed: 0, failed: 0, failures: Vec::new(), until: When::Never };

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
    let leaves = by.policy.requirements.values().filter_map(|it| it.lane);
    let longest = leaves.map(|leaf| leaf.settles_after).max()?;
    // The bounds and what came since are the same for all that is asked of one portfolio at once.
    let key = (by.policy.digest, at);
    let known = track.lanes.borrow().get(&key).cloned();
    let mut lane = known.unwrap_or_else(|| {
        // Nothing is asked of a certificate that does not say how ripe it is: it is closed.
        let since = certificate.maturity.map(|own| (certificate.as_of, own.max(longest)));
        let mut came = since.map_or_else(Vec::new, |since| came_lately(records, since));
        // To score a change takes longer than to see that it says nothing of the certificate.
        came.retain(|came| since.is_some_and(|since| is_of_later(came, since)));
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
        let (since_at_least, since) = worst(came, certificate, leaf, at);
        let at_most = certificate.bound(leaf.confidence);
        (id.clone(), LaneBounds { at_most, since_at_least, since })
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

/// What is held against a certificate, and the rate of failure that it reaches: of all that the
/// certificate left out as too young, or of what had too little time for the requirement, whichever
/// is worse. Many that held a month ago say little of what fails now.
fn worst(
    came: &[Came<'_>],
    certificate: Certificate,
    leaf: LaneLeaf,
    at: Instant,
) -> (Probability, LaneSince) {
    let young = [Some(leaf.settles_after), certificate.maturity];
    let found = young.into_iter().flatten().map(|young| {
        let since = since(came, (certificate.as_of, young), (leaf.settles_after, at));
        (failures_at_least(since.passed, since.failed, leaf.confidence), since)
    });
    let until = |one: &LaneSince, other: &LaneSince| one.until.min(other.until);
    let worse = found.reduce(|one, other| {
        let until = until(&one.1, &other.1);
        let worse = if other.0 > one.0 { other } else { one };
        (worse.0, LaneSince { until, ..worse.1 })
    });
    worse.unwrap_or((Probability::ZERO, NOTHING))
}

/// Whether what came of a change cannot be in what was looked up then of changes that were no
/// younger: it was not known to have failed, or came later, or was too young. It goes by what a
/// history goes by, so that nothing is counted twice.
fn is_of_later(came: &Came<'_>, (as_of, young): (Instant, Span)) -> bool {
    let is_late = came.failed.is_some_and(|known| known > as_of);
    is_late || !is_mature(came.made, as_of, young)
}

/// What came of changes that were too young then. A failure counts at once, and what succeeded when
/// it had time to fail.
fn since(came: &[Came<'_>], then: (Instant, Span), (settles, at): (Span, Instant)) -> LaneSince {
    let mut since = NOTHING;
    for came in came.iter().filter(|came| is_of_later(came, then)) {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::risk_history::came;
    use super::*;
    use crate::model::Portfolio;

    /// Numbers of a world, the same in every run.
    struct Turns(u64);

    impl Turns {
        fn next(&mut self, below: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % below
        }

        /// An instant of March, a whole hour.
        fn at(&mut self, from: u64) -> (u64, String) {
            let hour = from + self.next(24 * 28 - from);
            (hour, format!("2026-03-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24))
        }
    }

    /// Changes that are brought now and then, some told of late, of which some fail.
    fn world(seed: u64) -> Records {
        let mut turns = Turns(seed);
        let change = |number: u64, at: &str| {
            format!(r#"{{"id":"C-{number}","revision":1,"at":"{at}","by":"raj"}}"#)
        };
        let (mut changes, mut deployments, mut incidents) = (vec![], vec![], vec![]);
        for number in 0..12 {
            let (hour, at) = turns.at(0);
            changes.push(change(number, &at));
            for again in 0..turns.next(4) {
                let from = if turns.next(5) > 0 { hour } else { 0 };
                let (came, at) = turns.at(from);
                let (_, recorded) = turns.at(came);
                let outcomes = ["succeeded", "succeeded", "started", "failed", "rolled_back"];
                let outcome = outcomes[usize::try_from(turns.next(5)).unwrap()];
                deployments.push(format!(
                    r#"{{"id":"D-{number}-{again}","changes":["C-{number}"],"environment":"live",
                    "outcome":"{outcome}","by":"bot","at":"{at}","recorded":"{recorded}"}}"#
                ));
                let word = ["confirmed", "exonerated"][usize::from(turns.next(2) > 0)];
                let (told, at) = turns.at(came);
                let (_, recorded) = turns.at(told);
                incidents.push(format!(
                    r#"{{"id":"I-{number}-{again}","event":"opened","change":"C-{number}",
                    "attribution":"{word}","by":"ops","at":"{at}","recorded":"{recorded}"}}"#
                ));
            }
        }
        let json = format!(
            r#"{{"lynchpin":"portfolio/1","changes":[{}],"deployments":[{}],"incidents":[{}]}}"#,
            changes.join(","),
            deployments.join(","),
            incidents.join(",")
        );
        let portfolio: Portfolio = serde_json::from_str(&json).unwrap();
        Records::new(Arc::new(portfolio), "2026-03-29T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn looking_only_at_what_came_lately_leaves_out_nothing_that_counts() {
        let mut some = 0;
        for seed in 0..400 {
            let records = world(seed);
            let mut turns = Turns(seed + 1_000);
            let then: Instant = turns.at(0).1.parse().unwrap();
            let young = Span::from_seconds(3_600 * u32::try_from(turns.next(400)).unwrap());
            let kept = |mut all: Vec<Came<'_>>| -> Vec<_> {
                all.retain(|it| is_of_later(it, (then, young)));
                let told =
                    |it: &Came<'_>| (it.change.id.clone(), it.at, it.made, it.settled, it.failed);
                all.iter().map(told).collect()
            };
            let wanted = kept(came(&records));
            assert_eq!(kept(came_lately(&records, (then, young))), wanted, "seed {seed}");
            some += usize::from(!wanted.is_empty() && wanted.len() < came(&records).len());
        }
        assert!(some > 100, "{some} worlds had some that count and some that do not");
    }
}
