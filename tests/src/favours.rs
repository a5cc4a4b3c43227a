//! The facts that speak for a subject, and which of them a go cannot do without.

use std::collections::BTreeSet;

use lynchpin::base::canonical;
use lynchpin::portfolio::{Decision, Snapshot};
use serde_json::Value;

use crate::engine::{load, verdict};
use crate::world::{APPROVED, Policy, Subject, Tick, World};

/// One fact in favour of something: the name of its array and its place in it.
pub type Favour = (&'static str, usize);

/// A go, where it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Go<'w> {
    /// The facts.
    pub world: &'w World,
    /// The policy.
    pub policy: &'w Policy,
    /// What may go.
    pub subject: Subject,
    /// Where to.
    pub stage: u8,
    /// When.
    pub at: Tick,
}

impl Go<'_> {
    /// The passed results, approvals, by themselves or in minutes, and waivers that a decision
    /// cites.
    ///
    /// # Panics
    ///
    /// If a fact of the world cannot be digested.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
    pub fn cited(&self, snapshot: &Snapshot, decision: &Decision) -> Vec<Favour> {
        let portfolio = snapshot.portfolio();
        let nodes = decision.reasons().nodes().iter();
        let digests: BTreeSet<String> = nodes
            .flat_map(|node| &node.cites)
            .filter_map(|(kind, number)| match *kind {
                "evidence" => portfolio.evidence.get(*number).map(canonical::digest),
                "approvals" => portfolio.approvals.get(*number).map(canonical::digest),
                "minutes" => portfolio.minutes.get(*number).map(canonical::digest),
                "waivers" => portfolio.waivers.get(*number).map(canonical::digest),
                _ => None,
            })
            .map(|digest| digest.expect("a fact has a digest").to_string())
            .collect();
        let document = self.world.document();
        let cited = |(kind, number): &Favour| {
            let fact: Option<&Value> = document.get(kind).and_then(|facts| facts.get(*number));
            let digest = canonical::digest(&fact).expect("a fact has a digest");
            digests.contains(&digest.to_string())
        };
        self.world.favours().into_iter().filter(cited).collect()
    }

    /// The cited facts without those that a go can do without: one after the other is left out, as
    /// long as it stays a go beside all that speaks against it.
    #[must_use]
    pub fn minimal_reason(&self, cited: &[Favour]) -> Vec<Favour> {
        let mut reason = cited.to_vec();
        for favour in cited {
            let fewer: Vec<Favour> = reason.iter().copied().filter(|f| f != favour).collect();
            if self.still(&self.world.favoured_by(&fewer)) {
                reason = fewer;
            }
        }
        reason
    }

    /// Whether the engine still finds a go in another world.
    #[must_use]
    pub fn still(&self, world: &World) -> bool {
        let snapshot = load(world, self.policy);
        verdict(&snapshot, self.subject, self.stage, self.at).is_some_and(|v| v.is_go())
    }
}

impl World {
    /// All passed results, approvals, by themselves or in minutes, and waivers.
    #[must_use]
    pub fn favours(&self) -> Vec<Favour> {
        let passed = self.evidence.iter().enumerate().filter(|(_, e)| e.outcome == 0);
        let approved = self.approvals.iter().enumerate().filter(|(_, a)| a.decision == APPROVED);
        let agreed = self.minutes.iter().enumerate().filter(|(_, m)| m.decision == APPROVED);
        let waived = self.waivers.iter().enumerate();
        let passed = passed.map(|(number, _)| ("evidence", number));
        let approved = approved.map(|(number, _)| ("approvals", number));
        let said = passed.chain(approved).chain(agreed.map(|(number, _)| ("minutes", number)));
        said.chain(waived.map(|(number, _)| ("waivers", number))).collect()
    }

    /// The world with only these of the facts in its favour, and all others.
    #[must_use]
    pub fn favoured_by(&self, kept: &[Favour]) -> World {
        fn keep<T: Clone>(all: &[T], stays: impl Fn(usize, &T) -> bool) -> Vec<T> {
            let stay = all.iter().enumerate().filter(|(number, fact)| stays(*number, fact));
            stay.map(|(_, fact)| fact.clone()).collect()
        }
        let kept = |kind, number| kept.contains(&(kind, number));
        World {
            evidence: keep(&self.evidence, |n, e| e.outcome != 0 || kept("evidence", n)),
            approvals: keep(&self.approvals, |n, a| a.decision != APPROVED || kept("approvals", n)),
            minutes: keep(&self.minutes, |n, m| m.decision != APPROVED || kept("minutes", n)),
            waivers: keep(&self.waivers, |n, _| kept("waivers", n)),
            ..self.clone()
        }
    }
}
