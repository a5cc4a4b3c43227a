//! Which policy answers a question, and what it goes by.

use std::sync::Arc;

use super::models::Models;
use super::track::Track;
use crate::base::Instant;
use crate::gate::Policy;
use crate::gate::policy::RiskRule;

/// A policy and the instant at which its adoption was recorded.
pub(super) type Adopted = (Instant, Policy);

/// The policy that answers a question, and whether it is another than the one in force.
#[derive(Clone, Copy)]
pub(super) struct InForce<'a> {
    pub(super) policy: Option<&'a Policy>,
    pub(super) adopted: &'a [Adopted],
    pub(super) models: &'a Arc<Models>,
    /// What its risks look back on, where it is gathered once for many answers.
    pub(super) track: Option<&'a Track<'a>>,
    pub(super) what_if: bool,
}

/// The risk models that count.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    pub(super) models: &'a Arc<Models>,
    /// Those that were recorded by then.
    pub(super) by: Instant,
}

/// What answers by one policy: that, those before it by which what was said is void, and the risk
/// models that it may name.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) policy: &'a Policy,
    pub(super) before: &'a [Adopted],
    pub(super) counting: Counting<'a>,
    /// What its risks look back on, if that is gathered already.
    pub(super) track: Option<&'a Track<'a>>,
}

impl<'a> InForce<'a> {
    /// What scores changes by the policy that answers; the scorecard, if that does not say.
    pub(super) fn risk(&self) -> Option<&'a RiskRule> {
        self.policy.and_then(|policy| policy.risk.as_ref())
    }

    /// What answers by the policy in force, with what is known by then.
    pub(super) fn by(&self, policy: &'a Policy, known: Instant) -> By<'a> {
        let counting = self.counting(known);
        By { policy, before: self.before(), counting, track: self.track }
    }

    /// What answers by a policy that was in force before.
    pub(super) fn by_older(&self, policy: &'a Policy, known: Instant) -> By<'a> {
        By { before: &[], ..self.by(policy, known) }
    }

    /// The models that count with what is known by then. The model of a policy that is only tried
    /// is tried with it, whenever it was told.
    pub(super) fn counting(&self, known: Instant) -> Counting<'a> {
        let by = if self.what_if { Instant::LAST } else { known };
        Counting { models: self.models, by }
    }

    /// The policies in force before, by which what was said is void. Under another policy than the
    /// one in force nothing was asked otherwise before.
    pub(super) fn before(&self) -> &'a [Adopted] {
        if self.what_if { &[] } else { self.adopted }
    }
}
