//! Taking facts in.

use std::sync::Arc;

use super::adoption::{Adoptions, adoptions};
use super::check::check;
use super::claim::ClaimOutcome;
use super::known::Known;
use super::question::ClaimQuestion;
use super::snapshot::Snapshot;
use crate::base::Limits;
use crate::base::error::{ErrorCode, Result};
use crate::gate::Policy;
use crate::history::Records;
use crate::model::Portfolio;
use crate::model::portfolio::Counts;

/// Holds all facts of a portfolio; the only thing here that changes.
///
/// ```
/// use lynchpin::portfolio::{DecideQuestion, Engine};
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::reason::Verdict;
/// use lynchpin::wire::read_portfolio;
///
/// let document = br#"{"lynchpin": "portfolio/1",
///     "people": [{"id": "raj"}],
///     "stages": [{"id": "production"}],
///     "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(document, Limits::untrusted())?)?;
/// engine.set_policy(r#"
///     name = "acme"
///     requirement.back-out = { plan = "back_out" }
///     gate.fast = { stage = "production", judges = "change", require = "back-out" }
/// "#)?;
/// let subject = Subject::Change("C-1".parse()?);
/// let question = DecideQuestion::new(subject, "2026-11-02T09:00:00Z".parse()?);
/// let decision = engine.snapshot().decide(&question)?;
/// assert_eq!(decision.verdict(), Verdict::NeedsAction);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    limits: Limits,
    portfolio: Arc<Portfolio>,
    known: Known,
    adopted: Arc<Adoptions>,
    policy: Option<Arc<Policy>>,
    snapshot: Snapshot,
}

impl Engine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let portfolio = Arc::new(Portfolio::default());
        let adopted = Arc::new(Adoptions::default());
        let snapshot = Snapshot::new(Arc::clone(&portfolio), Arc::clone(&adopted), None);
        Engine { limits, portfolio, known: Known::default(), adopted, policy: None, snapshot }
    }

    /// The limits that this engine was made with, for reading documents.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes in all facts of a portfolio, or none of them. A fact that is there already has no
    /// second effect.
    ///
    /// # Errors
    ///
    /// Every problem found, each with its path in the portfolio given; the engine is then as it
    /// was before.
    pub fn add(&mut self, portfolio: Portfolio) -> Result<()> {
        let old = Counts::of(&self.portfolio);
        let mut all = (*self.portfolio).clone();
        all.merge(portfolio);
        let models = &self.adopted.models;
        let fitted = all.risk_models.len() > old.risk_models;
        let models = match fitted {
            true => Arc::new(models.with(&all, old.risk_models)?),
            false => Arc::clone(models),
        };
        let adopted = match fitted || adopts(&all, &old) {
            true => Arc::new(adoptions(&all, old.policies, models)?),
            false => Arc::clone(&self.adopted),
        };
        let (mut known, mut folded) = (self.known.clone(), None);
        let checked = Arc::new(all);
        check(&checked, &old, &mut known, || {
            let records = self.snapshot.records_with(Arc::clone(&checked));
            Arc::clone(folded.insert(records))
        })?;
        let mut all = (*checked).clone();
        known.take(&mut all, &self.portfolio);
        // What was folded for the check stands, unless it counts what was known already.
        let folded = folded.filter(|_| all.len() == checked.len());
        (self.portfolio, self.known, self.adopted) = (Arc::new(all), known, adopted);
        self.renew(folded);
        Ok(())
    }

    /// Claims a stage: decides again on all that is known and, if it is a go, takes the entry in.
    /// Nothing can come in between, so what passes was a go when it entered.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::claim`]; the engine is then as it was before.
    ///
    /// ```
    /// use lynchpin::base::{Limits, Subject};
    /// use lynchpin::portfolio::{ClaimOutcome, ClaimQuestion, Engine};
    /// use lynchpin::wire::read_portfolio;
    ///
    /// let mut engine = Engine::new(Limits::untrusted());
    /// engine.add(read_portfolio(
    ///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
    ///      "changes": [
    ///       {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
    ///     engine.limits(),
    /// )?)?;
    /// engine.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
    /// let change = Subject::Change("C-1".parse()?);
    /// let question = ClaimQuestion::new(change, "2026-11-02T09:00:00Z".parse()?, "bot".parse()?);
    /// let ClaimOutcome::Claimed(claim) = engine.claim(&question)? else { panic!("it is a go") };
    /// assert_eq!((claim.stage.as_str(), claim.attempt), ("production", 1));
    /// // An entered stage is never judged again.
    /// assert!(matches!(engine.claim(&question)?, ClaimOutcome::Refused(_)));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn claim(&mut self, question: &ClaimQuestion) -> Result<ClaimOutcome> {
        let outcome = self.snapshot.claim(question)?;
        if let ClaimOutcome::Claimed(claim) = &outcome {
            self.add(Portfolio { claims: [claim.clone()].into(), ..Portfolio::default() })?;
        }
        Ok(outcome)
    }

    /// Sets the policy that answers from now on.
    ///
    /// Where the portfolio adopts none, it is in force. Where it adopts one, the policy set here
    /// still answers; if it is another, every answer is marked as a what-if and is no go, whatever
    /// its verdict.
    ///
    /// # Errors
    ///
    /// Every problem of the policy, with its line.
    pub fn set_policy(&mut self, text: &str) -> Result<()> {
        self.policy = Some(Arc::new(text.parse()?));
        self.renew(None);
        Ok(())
    }

    /// What is known now, to be asked from any number of threads.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// `folded` are all facts folded, if they are.
    fn renew(&mut self, folded: Option<Arc<Records>>) {
        let (portfolio, adopted) = (Arc::clone(&self.portfolio), Arc::clone(&self.adopted));
        self.snapshot = self.snapshot.with(portfolio, adopted, self.policy.clone(), folded);
    }
}

/// Whether anything was added that may bring a policy into force, or keep one from it.
fn adopts(all: &Portfolio, old: &Counts) -> bool {
    all.policies.len() > old.policies
        || all.policy_approvals.len() > old.policy_approvals
        || all.people.len() > old.people
        || all.groups.len() > old.groups
}

/// The error for something that is declared twice at one place in the order of facts.
pub(super) fn other_declaration(what: &str) -> (ErrorCode, String) {
    let message = format!(
        "{what} is declared there already with other content; to change it, declare it again with \
         a later `at` or `recorded`"
    );
    (ErrorCode::DuplicateId, message)
}

/// The error for something that is known under that id with other content.
pub(super) fn other_content(what: &str) -> (ErrorCode, String) {
    (
        ErrorCode::DuplicateId,
        format!("{what} is there already with other content; give it another id or revision"),
    )
}
