//! The answer to "may it go?".

use crate::base::id::StageId;
use crate::base::{Digest, Instant, Subject, When};
use crate::reason::tree::{Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// A verdict with everything it rests on.
///
/// A refusal is a decision, never an error. It says who can change it, when it clears by itself
/// and for how long it stands without a new fact. To let something through, ask
/// [`is_go`](Decision::is_go).
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::portfolio::{DecideQuestion, Engine};
/// use lynchpin::reason::Verdict;
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1",
///      "people": [{"id": "raj"}], "stages": [{"id": "production"}],
///      "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(
///     r#"
///     name = "acme"
///     requirement.back-out = { plan = "back_out" }
///     gate.fast = { stage = "production", judges = "change", require = "back-out" }
///     "#,
/// )?;
/// let change = Subject::Change("C-1".parse()?);
/// let question = DecideQuestion::new(change, "2026-11-02T09:00:00Z".parse()?);
/// let decision = engine.snapshot().decide(&question)?;
/// assert!(!decision.is_go());
/// assert_eq!(decision.verdict(), Verdict::NeedsAction);
/// assert_eq!(decision.root_blockers().next().unwrap().code.name(), "plan_missing");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use = "a decision that nobody looks at stops nothing"]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// What was decided on.
    pub subject: Subject,
    /// For which stage.
    pub stage: StageId,
    /// As of which instant.
    pub at: Instant,
    /// The digest of the policy that was applied; none, if none was in force.
    pub policy: Option<Digest>,
    /// The risk model, if the policy asks for a risk: the digest of the one that it names, or the
    /// name and version of the scorecard.
    pub risk_model: Option<String>,
    /// The version of the time zone data, if a freeze or a window goes by the clock of a zone.
    pub zone_data: Option<&'static str>,
    /// Whether a policy was applied that was not the one in force: an answer to "what if", not a
    /// decision.
    pub what_if: bool,
    pub(super) reasons: Reasons,
}

impl Decision {
    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.reasons.verdict()
    }

    /// Whether it may go: a go by the policy in force. What another policy would say never is.
    #[must_use]
    pub fn is_go(&self) -> bool {
        self.verdict().is_go() && !self.what_if
    }

    /// When it becomes a go.
    #[must_use]
    pub fn clears(&self) -> Clears {
        self.reasons.root().map_or(Clears::OnAction, |root| root.clears)
    }

    /// The first instant at which the answer may change without a new fact.
    #[must_use]
    pub fn holds_until(&self) -> When {
        self.reasons.root().map_or(When::Never, |root| root.holds_until)
    }

    /// All reasons, as one flat tree.
    #[must_use]
    pub fn reasons(&self) -> &Reasons {
        &self.reasons
    }

    /// What holds it back and was not merely passed on along a dependency.
    pub fn root_blockers(&self) -> impl Iterator<Item = &Node> + '_ {
        self.reasons.root_blockers()
    }

    /// The verdict of each change of a release, in order of ids; of the change itself, if it is
    /// one.
    pub fn changes(&self) -> impl Iterator<Item = &Node> + '_ {
        let nodes = self.reasons.nodes();
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let node = nodes.get(at)?;
                // What an older policy says of it is told within it.
                let aside = node.code == ReasonCode::PolicyOfDecision;
                at = if aside { node.next.max(at.saturating_add(1)) } else { at.saturating_add(1) };
                let is_change = matches!(node.code, ReasonCode::Change | ReasonCode::ChangeUnknown);
                if !aside && is_change && matches!(node.subject, Subject::Change(_)) {
                    return Some(node);
                }
            }
        })
    }
}
