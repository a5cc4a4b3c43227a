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

/// What answers by one policy: that, those before it by which what was said is void, and the risk
/// models that it may name.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) policy: &'a Policy,
    pub(super) before: &'a [Adopted],
    pub(super) models: &'a Arc<Models>,
    /// What its risks look back on, if that is gathered already.
    pub(super) track: Option<&'a Track<'a>>,
}

impl<'a> InForce<'a> {
    /// What scores changes by the policy that answers; the scorecard, if that does not say.
    pub(super) fn risk(&self) -> Option<&'a RiskRule> {
        self.policy.and_then(|policy| policy.risk.as_ref())
    }

    /// What answers by the policy in force.
    pub(super) fn by(&self, policy: &'a Policy) -> By<'a> {
        By { policy, before: self.before(), models: self.models, track: self.track }
    }

    /// What answers by a policy that was in force before.
    pub(super) fn by_older(&self, policy: &'a Policy) -> By<'a> {
        By { policy, before: &[], models: self.models, track: self.track }
    }

    /// The policies in force before, by which what was said is void. Under another policy than the
    /// one in force nothing was asked otherwise before.
    pub(super) fn before(&self) -> &'a [Adopted] {
        if self.what_if { &[] } else { self.adopted }
    }
}
