//! The ledger: a log with the engine that follows it, so that what is decided is decided on what
//! is recorded.
//!
//! # Design
//!
//! Whatever is appended is first taken in by the engine, while nobody else can append: what the
//! engine refuses never gets into the log, and a claim is judged by exactly the facts that stand
//! before it. What others append is followed in the same way, so every process that has the ledger
//! open answers alike at the same size.

use lynchpin::base::id::{PersonId, Reference};
use lynchpin::base::{Error, ErrorCode, Instant, Limits, Result, Span};
use lynchpin::model::{Claim, Portfolio, RecordedDecision};
use lynchpin::portfolio::{
    ClaimOutcome, ClaimQuestion, DecideQuestion, Decision, Engine, Snapshot,
};
use lynchpin::wire::{Stamp, push_fact};

use crate::entry::{Draft, Entry};
use crate::log::{Appended, Author, Batch, Log, Options, Outcome};
use crate::store::{Head, Store};

/// How far the host's clock may be behind the ledger before nothing is decided any more: clocks of
/// machines that are kept in time differ by less.
const SKEW_SECONDS: u32 = 300;

/// A ledger that decides.
///
/// ```
/// use lynchpin::base::{Limits, Subject};
/// use lynchpin::portfolio::ClaimQuestion;
/// use lynchpin::wire::read_portfolio;
/// use lynchpin_store::log::Options;
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::store::memory::Memory;
/// use lynchpin_store::{ClaimEnd, Draft, Ledger};
///
/// let origin = "acme.example/releases";
/// let key = SecretKey::new(origin, [7; 32])?;
/// let public = key.public().clone();
/// let mut options = Options::default();
/// options.signer = Some(Box::new(key));
/// options.volatile = true;
/// let mut ledger = Ledger::create(Box::new(Memory::default()), origin, options)?;
/// ledger.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
///
/// let text = br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///     "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;
/// let facts = Draft::all(read_portfolio(text, Limits::untrusted())?)?;
/// let clock = "2026-11-01T09:00:01Z".parse()?;
/// let _ = ledger.append(facts, None, clock)?;
///
/// let change = Subject::Change("C-1".parse()?);
/// let question = ClaimQuestion::new(change, clock, "bot".parse()?);
/// let ClaimEnd::Claimed(entered) = ledger.claim(&question, None, clock)? else {
///     panic!("the stage is open")
/// };
/// // Whoever deploys checks the receipt, without the ledger.
/// let receipt = ledger.log_mut().receipt(entered.sequence)?;
/// assert_eq!(receipt.prove(&public)?.entry.kind, "claims");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub struct Ledger {
    log: Log,
    engine: Engine,
    limits: Limits,
    policy: Option<String>,
    from_snapshot: Option<u64>,
}

/// What became of a claim on a ledger.
#[must_use = "only a claim that was made lets anything in"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimEnd {
    /// It is a go, and the entry is in the ledger, with its place in `sequence`.
    Claimed(Claim),
    /// It is none; nothing was appended.
    Refused(Decision),
}

impl Ledger {
    /// Begins a ledger of that name in an empty store, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Log::create`] and [`Ledger::open`].
    pub fn create(store: Box<dyn Store>, origin: &str, options: Options) -> Result<Self> {
        Ledger::of(Log::create(store, origin, options)?)
    }

    /// Opens the ledger that is there and takes in all that it holds, from its newest snapshot on
    /// if that is signed with the key given.
    ///
    /// # Errors
    ///
    /// As for [`Log::open`]; [`ErrorCode::LedgerTampered`] if an entry is not what was appended;
    /// [`ErrorCode::LedgerMalformed`] if one is of a version that this build does not know.
    pub fn open(store: Box<dyn Store>, options: Options) -> Result<Self> {
        Ledger::of(Log::open(store, options)?)
    }

    fn of(log: Log) -> Result<Self> {
        let limits = Limits::bulk();
        let (log, engine) = (log, Engine::new(limits));
        let mut ledger = Ledger { log, engine, limits, policy: None, from_snapshot: None };
        let end = ledger.log.head().size;
        let (engine, from) = ledger.replay(end)?;
        (ledger.engine, ledger.from_snapshot) = (engine, from);
        Ok(ledger)
    }

    /// Appends facts, whole or not at all, after the engine has taken them in. `decided_on` is the
    /// size of the ledger that it was decided on to append them, as in [`Batch`].
    ///
    /// # Errors
    ///
    /// As for [`Log::append`] and [`Engine::add`]; nothing was appended then, but for
    /// [`ErrorCode::StoreFailed`].
    pub fn append(
        &mut self,
        facts: Vec<Draft>,
        decided_on: Option<u64>,
        clock: Instant,
    ) -> Result<Outcome> {
        let batch = Batch { facts, decided_on, clock };
        let mut outcomes = self.append_all(&[batch])?;
        outcomes.pop().unwrap_or_else(|| Err(Error::new(ErrorCode::Other, "no batch was given")))
    }

    /// Appends several batches in one transaction, as [`Log::append_all`] does.
    ///
    /// # Errors
    ///
    /// Those of the store, for all; what is wrong with one batch stands in its place.
    pub fn append_all(&mut self, batches: &[Batch]) -> Result<Vec<Result<Outcome>>> {
        self.write(batches, &mut |_, _| Ok(Vec::new()))
    }

    /// Takes in what others have appended.
    ///
    /// # Errors
    ///
    /// As for [`Log::refresh`].
    pub fn refresh(&mut self) -> Result<()> {
        let mut nothing = |_: Snapshot, _: Head| Ok(Vec::new());
        let mut follower = Follower::new(&self.engine, &mut nothing);
        self.log.refresh_for(&mut follower)?;
        self.engine = follower.taken()?;
        Ok(())
    }

    /// Decides on all that is recorded, and records the decision. `question.at` is replaced by the
    /// ledger's time: the host's clock, but never before the newest entry.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::record`]; [`ErrorCode::NotAtHead`] if the clock is more than five minutes
    /// behind the ledger, since nobody then knows what time it is.
    pub fn decide(
        &mut self,
        question: &DecideQuestion,
        by: &PersonId,
        clock: Instant,
    ) -> Result<(Decision, RecordedDecision)> {
        let mut decided = None;
        let appended = self.write_all(&mut |snapshot, head| {
            let mut question = question.clone();
            question.at = now(clock, head)?;
            let (decision, fact) = snapshot.record(&question, by)?;
            let draft = Portfolio { decisions: [fact.clone()].into(), ..Portfolio::default() };
            decided = Some((decision, fact));
            Ok(vec![Batch { facts: Draft::all(draft)?, decided_on: None, clock }])
        })?;
        let (decision, fact) = decided.ok_or_else(not_called)?;
        let (recorded, sequence) = place(&appended)?;
        Ok((decision, RecordedDecision { recorded: Some(recorded), sequence, ..fact }))
    }

    /// Claims a stage: decides again on all that is recorded while nobody else can append, and
    /// appends the entry if it is a go. `question.at` is replaced by the ledger's time.
    ///
    /// Under an `id` of the host's, a claim that was made is not made again: whoever does not know
    /// what became of it asks again and gets the same entry.
    ///
    /// # Errors
    ///
    /// As for [`Snapshot::claim`] and [`Ledger::decide`]; [`ErrorCode::DuplicateId`] if the id is
    /// that of something else.
    pub fn claim(
        &mut self,
        question: &ClaimQuestion,
        id: Option<&Reference>,
        clock: Instant,
    ) -> Result<ClaimEnd> {
        if let Some(claimed) = id.map(|id| self.claimed(question, id)).transpose()?.flatten() {
            return Ok(ClaimEnd::Claimed(claimed));
        }
        let mut ended = None;
        let appended = self.write_all(&mut |snapshot, head| {
            let mut question = question.clone();
            question.at = now(clock, head)?;
            let outcome = snapshot.claim(&question)?;
            let batches = match &outcome {
                ClaimOutcome::Refused(_) => Vec::new(),
                ClaimOutcome::Claimed(claim) => {
                    let claims = [claim.clone()].into();
                    let mut facts = Draft::all(Portfolio { claims, ..Portfolio::default() })?;
                    facts.iter_mut().for_each(|draft| draft.id = id.cloned());
                    vec![Batch { facts, decided_on: None, clock }]
                }
            };
            ended = Some(outcome);
            Ok(batches)
        });
        let appended = match (appended, id) {
            // Somebody else made the same claim in between.
            (Err(error), Some(id)) if error.code() == ErrorCode::DuplicateId => {
                self.refresh()?;
                return self.claimed(question, id)?.map(ClaimEnd::Claimed).ok_or(error);
            }
            (appended, _) => appended?,
        };
        match ended.ok_or_else(not_called)? {
            ClaimOutcome::Refused(decision) => Ok(ClaimEnd::Refused(decision)),
            ClaimOutcome::Claimed(claim) => {
                let (recorded, sequence) = place(&appended)?;
                Ok(ClaimEnd::Claimed(Claim { recorded: Some(recorded), sequence, ..claim }))
            }
        }
    }

    /// The claim that was made under an id.
    fn claimed(&mut self, question: &ClaimQuestion, id: &Reference) -> Result<Option<Claim>> {
        let Some(sequence) = self.log.find(id)? else { return Ok(None) };
        // Another process may have made it: then its receipt needs a log that knows of it.
        self.refresh()?;
        let mut portfolio = Portfolio::default();
        self.log.each(sequence..sequence.saturating_add(1), &mut |entry| {
            entry.add_to(&mut portfolio)
        })?;
        let same = |claim: &Claim| {
            let subject =
                lynchpin::base::Subject::one(claim.change.as_ref(), claim.release.as_ref());
            subject.is_ok_and(|subject| subject == question.subject)
                && claim.by == question.by
                && question.stage.as_ref().is_none_or(|stage| *stage == claim.stage)
        };
        let claim = portfolio.claims.last().cloned().filter(same);
        claim.map(Some).ok_or_else(|| {
            let message = format!("`{id}` is entry {sequence}, which is another one");
            Error::new(ErrorCode::DuplicateId, message)
        })
    }

    /// Sets the policy that answers where the ledger adopts none, as [`Engine::set_policy`].
    ///
    /// # Errors
    ///
    /// As for [`Engine::set_policy`].
    pub fn set_policy(&mut self, text: &str) -> Result<()> {
        self.engine.set_policy(text)?;
        self.policy = Some(text.to_owned());
        Ok(())
    }

    /// What is known, to be asked from any number of threads.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.engine.snapshot()
    }

    /// What was known when the ledger had so many entries, under the policy adopted by then.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::FactUnknown`] if it never had so many; as for [`Ledger::open`].
    pub fn at(&mut self, size: u64) -> Result<Snapshot> {
        if size > self.log.head().size {
            let message = format!("the ledger has {} entries", self.log.head().size);
            return Err(Error::new(ErrorCode::FactUnknown, message));
        }
        Ok(self.replay(size)?.0.snapshot())
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The log, to read, prove and sign with. What is appended there passes the engine by, which
    /// takes it in afterwards; append here instead.
    pub fn log_mut(&mut self) -> &mut Log {
        &mut self.log
    }

    /// The size of the snapshot that it was opened from; nothing, if all entries were read.
    #[must_use]
    pub fn from_snapshot(&self) -> Option<u64> {
        self.from_snapshot
    }

    /// Keeps what is known now beside the entries, signed, so that the ledger opens faster.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NotSigned`] without a signer; those of the store.
    pub fn keep_snapshot(&mut self) -> Result<()> {
        crate::snapshot::keep(&mut self.log, self.engine.snapshot().portfolio())
    }

    /// Goes on with what a portfolio says instead of what is known.
    pub(crate) fn know(&mut self, portfolio: Portfolio) -> Result<()> {
        let mut engine = Engine::new(self.limits);
        engine.add(portfolio)?;
        if let Some(policy) = &self.policy {
            engine.set_policy(policy)?;
        }
        self.engine = engine;
        Ok(())
    }

    /// An engine that knows the first so many entries.
    fn replay(&mut self, size: u64) -> Result<(Engine, Option<u64>)> {
        let mut engine = Engine::new(self.limits);
        let kept = crate::snapshot::newest(&mut self.log, size, self.limits)?;
        let from = kept.as_ref().map(|kept| kept.size);
        let mut portfolio = kept.map_or_else(Portfolio::default, |kept| kept.portfolio);
        let range = from.unwrap_or(0).saturating_add(1)..size.saturating_add(1);
        self.log.each_followed(range, &mut |entry| entry.add_to(&mut portfolio))?;
        engine.add(portfolio)?;
        Ok((engine, from))
    }

    /// Appends what is made; none of it may be refused.
    fn write_all(&mut self, make: &mut Make<'_>) -> Result<Vec<Appended>> {
        let ended = |outcome| match outcome? {
            Outcome::Appended(appended) => Ok(appended),
            Outcome::Conflict(_) => Err(not_called()),
        };
        self.write(&[], make)?.into_iter().map(ended).collect()
    }

    fn write(&mut self, given: &[Batch], make: &mut Make<'_>) -> Result<Vec<Result<Outcome>>> {
        let mut follower = Follower::new(&self.engine, make);
        let outcomes = self.log.append_by(given, &mut follower)?;
        self.engine = follower.taken()?;
        Ok(outcomes)
    }
}

/// Makes what is to be appended, from what is known at a head.
type Make<'a> = dyn FnMut(Snapshot, Head) -> Result<Vec<Batch>> + 'a;

/// An engine that follows the log; it takes the place of the ledger's once all is committed.
struct Follower<'a, 'b> {
    engine: Engine,
    /// What was followed and is not yet taken in: at once is much faster than one by one.
    followed: Portfolio,
    make: &'a mut Make<'b>,
}

impl<'a, 'b> Follower<'a, 'b> {
    fn new(engine: &Engine, make: &'a mut Make<'b>) -> Self {
        Follower { engine: engine.clone(), followed: Portfolio::default(), make }
    }

    fn take(&mut self) -> Result<()> {
        if self.followed.is_empty() {
            return Ok(());
        }
        self.engine.add(std::mem::take(&mut self.followed))
    }

    fn taken(mut self) -> Result<Engine> {
        self.take()?;
        Ok(self.engine)
    }
}

impl Author for Follower<'_, '_> {
    fn follow(&mut self, entry: &Entry) -> Result<()> {
        entry.add_to(&mut self.followed)
    }

    fn batches(&mut self, head: Head) -> Result<Vec<Batch>> {
        self.take()?;
        (self.make)(self.engine.snapshot(), head)
    }

    fn propose(&mut self, facts: &[(&Draft, Stamp)]) -> Result<()> {
        let mut proposed = Portfolio::default();
        for (draft, stamp) in facts {
            push_fact(&mut proposed, draft.kind(), draft.fact().as_bytes(), Some(*stamp))?;
        }
        if proposed.is_empty() { Ok(()) } else { self.engine.add(proposed) }
    }
}

/// The ledger's time: what the clock says, but never before the newest entry.
fn now(clock: Instant, head: Head) -> Result<Instant> {
    if clock.after(Span::from_seconds(SKEW_SECONDS)) < head.recorded {
        let message = format!(
            "the clock says `{clock}`, and the ledger has recorded something at `{}`: one of the \
             two is wrong, so nothing is decided",
            head.recorded
        );
        return Err(Error::new(ErrorCode::NotAtHead, message));
    }
    Ok(clock.max(head.recorded))
}

/// When and where the one fact of the one batch was recorded.
fn place(appended: &[Appended]) -> Result<(Instant, u64)> {
    let appended = appended.first().ok_or_else(not_called)?;
    let sequence = appended.places.first().copied().ok_or_else(not_called)?;
    Ok((appended.recorded, sequence))
}

fn not_called() -> Error {
    Error::new(ErrorCode::Other, "the store did not do what it was asked")
}
