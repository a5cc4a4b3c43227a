//! What a policy asks of risks: what scores changes, thresholds, bands and lanes.

use serde::{Deserialize, Serialize};

use crate::base::digest::Digest;
use crate::base::{Probability, Span};

/// What scores changes, wherever the policy asks for a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskRule {
    /// The digest of a risk model of the portfolio. So whoever approves the policy approves it.
    pub model: Digest,
}

/// The risk score must be below a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskLeaf {
    /// The probability that it must stay below, compared at six decimals.
    pub below: Probability,
}

impl RiskLeaf {
    /// Whether a risk is low enough.
    #[must_use]
    pub fn accepts(self, risk: Probability) -> bool {
        risk.to_millionths() < self.below
    }
}

/// It must be in the lane that the risk model is certified for: below its threshold, like changes
/// that the model has seen, with a certificate that keeps a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneLeaf {
    /// The rate of failure that must not be exceeded among the changes of the lane: a bound worked
    /// out from the figures of the certificate, whatever was claimed of it.
    pub failures_at_most: Probability,
    /// How sure that must be; 0.95, if it is not said.
    #[serde(default = "LaneLeaf::sure")]
    pub confidence: Probability,
    /// How old the certificate may be.
    pub certified_within: Span,
    /// How long a change must have had to fail before it counts as one that held; a week, if it is
    /// not said. Changes that came since settle so late, and those that the certificate counts must
    /// have had as long: its maturity is no less. What came too shortly before it was looked up to
    /// be counted by it is held against it.
    #[serde(default = "LaneLeaf::a_week")]
    pub settles_after: Span,
}

impl LaneLeaf {
    /// How long changes need to settle where nothing is said.
    #[must_use]
    pub fn a_week() -> Span {
        Span::from_seconds(7 * 24 * 60 * 60)
    }

    /// How sure it must be where nothing is said.
    #[must_use]
    pub fn sure() -> Probability {
        Probability::from_parts_per_billion(950_000_000)
    }
}

/// A band of risk, compared at six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskBand {
    /// The least probability in it; 0, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Probability>,
    /// The least probability that is beyond it; certainty is in it, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Probability>,
}

impl RiskBand {
    /// Whether a risk lies in it.
    ///
    /// ```
    /// use lynchpin::gate::policy::RiskBand;
    ///
    /// let band = RiskBand { at_least: Some("0.05".parse()?), below: Some("0.2".parse()?) };
    /// assert!(band.holds("0.05".parse()?));
    /// assert!(!band.holds("0.2".parse()?));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    #[must_use]
    pub fn holds(self, risk: Probability) -> bool {
        let risk = risk.to_millionths();
        self.at_least.is_none_or(|least| least <= risk) && self.below.is_none_or(|end| risk < end)
    }

    /// Whether any risk can lie in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.below.is_some_and(|end| end <= self.at_least.unwrap_or(Probability::ZERO))
    }
}
