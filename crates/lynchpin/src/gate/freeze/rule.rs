//! What a policy says about freezes. It cannot switch them off; it says who lets what pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::error::{ErrorCode, Problem};
use crate::base::id::{GroupId, ProfileId, RuleId};
use crate::base::{Probability, Span, Subject, When};
use crate::gate::judge::Case;
use crate::model::{Change, Kind};

/// What a policy says about freezes: `[freeze]`. Nobody but the grantor lifts one and nothing
/// passes one, if it is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeRule {
    /// The role or board whose members may lift a freeze, as who imposed it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift: Option<GroupId>,
    /// Who may grant exceptions, and for how long at most; nobody, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionRule>,
    /// The rules by which changes pass a freeze that is not strict, by name: any one that a change
    /// meets lets it pass, and is named in the answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passes: BTreeMap<RuleId, PassRule>,
    /// What becomes of work under way when its place closes.
    #[serde(default, skip_serializing_if = "InFlight::is_finish")]
    pub in_flight: InFlight,
}

/// What becomes of work under way when a freeze begins or a window closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InFlight {
    /// What was a go when it began may be finished; anything else must stop.
    #[default]
    Finish,
    /// It must stop.
    Stop,
}

impl InFlight {
    /// Whether it may be finished.
    #[must_use]
    pub const fn is_finish(&self) -> bool {
        matches!(self, InFlight::Finish)
    }
}

/// Who may grant exceptions from freezes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRule {
    /// The role or board whose members may.
    pub group: GroupId,
    /// For how long at most.
    pub for_at_most: Span,
}

/// Which changes pass a freeze: those that meet everything that is named. What is not known of a
/// change never helps it here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassRule {
    /// Standard, normal, emergency; any, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<Kind>,
    /// The tiers that each of its services must be in; any, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tier: Vec<u8>,
    /// The delivery profiles that each of its services must have; any, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<ProfileId>,
    /// The probability that its risk must stay below, compared at six decimals; any, if it is not
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_below: Option<Probability>,
}

impl FreezeRule {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == FreezeRule::default()
    }

    /// Whether a rule asks for the risk of a change.
    #[must_use]
    pub fn asks_for_risk(&self) -> bool {
        self.passes.values().any(|rule| rule.risk_below.is_some())
    }

    /// What is wrong with it: a rule that names nothing would switch freezes off.
    pub(in crate::gate) fn check(&self, problems: &mut Vec<Problem>) {
        let empty = self.passes.iter().filter(|(_, rule)| **rule == PassRule::default());
        problems.extend(empty.map(|(name, _)| {
            let message = "a rule that names nothing lets everything pass: say what it is for";
            Problem::new(ErrorCode::Empty, message).at(format!("$.freeze.passes.{name}"))
        }));
    }
}

impl PassRule {
    /// Whether a change meets it, and until when that stands without a new fact.
    pub(super) fn meets(&self, case: &Case<'_>, change: &Change) -> (bool, When) {
        let services: Vec<_> = change.services.iter().map(|id| case.service(id)).collect();
        let known = !services.is_empty();
        let in_tiers = |tier: Option<u8>| tier.is_some_and(|tier| self.tier.contains(&tier));
        let tier = self.tier.is_empty()
            || (known && services.iter().all(|it| it.is_some_and(|it| in_tiers(it.tier))));
        let of_profiles = |profile: Option<&ProfileId>| {
            profile.is_some_and(|profile| self.profile.contains(profile))
        };
        let profile = self.profile.is_empty()
            || (known
                && services.iter().all(|it| it.is_some_and(|it| of_profiles(it.profile.as_ref()))));
        let kind = self.kind.is_empty() || self.kind.contains(&change.kind);
        if !kind || !tier || !profile {
            return (false, When::Never);
        }
        let Some(below) = self.risk_below else { return (true, When::Never) };
        let (risk, until) = case.risk(&Subject::Change(change.id.clone()));
        (risk.to_millionths() < below, until)
    }
}
