//! One call for everything that a ledger does: bytes in, bytes out, the same in every language.

use lynchpin::base::id::{PersonId, Reference, StageId};
use lynchpin::base::{Digest, Error, ErrorCode, Instant, Limits, Result, Span, Subject};
use lynchpin::model::{Basis, Claim, RecordedDecision};
use lynchpin::portfolio::{ClaimQuestion, DecideQuestion};
use lynchpin::wire::{Answer, Decision, Detail, Question, read_portfolio, read_strict};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::entry::Draft;
use crate::erase;
use crate::ledger::{ClaimEnd, Ledger};
use crate::log::{Appended, Outcome};
use crate::merkle::Hash;
use crate::verify::Verified;

/// How many entries one answer lists.
const LISTED_MAX: u64 = 1_000;

/// Everything that can be asked of a ledger. The enum is closed, so every language reaches all of
/// it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Request {
    /// Append facts, whole or not at all.
    Append(Append),
    /// Decide, and record the decision.
    Decide(Decide),
    /// Enter a stage, if it is a go.
    Claim(ClaimStage),
    /// Ask what is known, or was at some size, and record nothing.
    Ask(Ask),
    /// How many entries are there, and what is the root?
    Head(Nothing),
    /// List entries.
    Log(Listed),
    /// Give the receipt of an entry.
    Receipt(Place),
    /// Prove that the ledger at one size is the beginning of that at another.
    Consistency(Sizes),
    /// Sign what the ledger is now.
    Checkpoint(Nothing),
    /// Keep what is known now, signed, so that the ledger opens faster.
    Snapshot(Nothing),
    /// Verify every entry, the tree and the checkpoints.
    Verify(Kept),
    /// Erase the words of entries.
    Erase(Erase),
}

/// A request that says nothing more.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Append facts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Append {
    /// The facts, as a portfolio document.
    #[serde(default)]
    pub facts: Option<Box<RawValue>>,
    /// Facts one by one, in the order in which they are to stand, each perhaps with an id.
    #[serde(default)]
    pub drafts: Vec<Drafted>,
    /// The size of the ledger that it was decided on to append them.
    #[serde(default)]
    pub decided_on: Option<u64>,
    /// What the host's clock says.
    pub clock: Instant,
}

/// One fact to be appended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafted {
    /// The id under which it has one effect, such as that of the message that brought it.
    #[serde(default)]
    pub id: Option<Reference>,
    /// How long ago it may have happened, such as `5m`, if it is not in the ledger already.
    #[serde(default)]
    pub within: Option<Span>,
    /// The kind of fact: the name of its array in a portfolio document.
    pub kind: String,
    /// The fact, as it stands in that array.
    pub fact: Box<RawValue>,
}

/// Decide, and record it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default)]
    pub stage: Option<StageId>,
    /// Who asks.
    pub by: PersonId,
    /// What the host's clock says.
    pub clock: Instant,
    /// How much of the reasons to answer.
    #[serde(default)]
    pub detail: Detail,
}

/// Enter a stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimStage {
    /// The change or the release.
    pub subject: Subject,
    /// The stage; the first that it has not wholly entered, if it is not said.
    #[serde(default)]
    pub stage: Option<StageId>,
    /// Who enters.
    pub by: PersonId,
    /// The connector that relays it.
    #[serde(default)]
    pub via: Option<Reference>,
    /// The `digest` of the recorded decision that it rests on.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// The `expires` of the recorded decision that it rests on.
    #[serde(default)]
    pub expires: Option<Instant>,
    /// The first instant at which a deployment may no longer begin on the strength of it.
    #[serde(default)]
    pub not_after: Option<Instant>,
    /// The id under which it is made once.
    #[serde(default)]
    pub id: Option<Reference>,
    /// What the host's clock says.
    pub clock: Instant,
    /// How much of the reasons of a refusal to answer.
    #[serde(default)]
    pub detail: Detail,
}

/// Ask what is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question, as the engine takes it.
    pub question: Question,
    /// The size of the ledger to ask at; all that is known, if it is not said.
    #[serde(default)]
    pub at: Option<u64>,
}

/// List entries.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The first place, from 1.
    #[serde(default = "first")]
    pub from: u64,
    /// How many, at most a thousand.
    #[serde(default = "listed")]
    pub count: u64,
}

fn first() -> u64 {
    1
}

fn listed() -> u64 {
    LISTED_MAX
}

/// A place in the ledger.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The number of the entry, from 1.
    pub sequence: u64,
}

/// Two sizes of the ledger.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// The smaller one.
    pub old: u64,
    /// The larger one; what is known, if it is not said.
    #[serde(default)]
    pub new: Option<u64>,
}

/// Verify the ledger.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Signed checkpoints that were kept elsewhere.
    #[serde(default)]
    pub kept: Vec<String>,
}

/// Erase the words of entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// The first entry, from 1.
    pub from: u64,
    /// The last one; the first, if it is not said.
    #[serde(default)]
    pub to: Option<u64>,
    /// For how long everything must be kept: the reason is then that this is over. Without it,
    /// a person asked for it.
    #[serde(default)]
    pub kept_for: Option<Span>,
    /// Who has it done.
    pub by: PersonId,
    /// The reason in their words.
    #[serde(default)]
    pub reason: Option<String>,
    /// What the host's clock says.
    pub clock: Instant,
}

impl From<Erase> for erase::Request {
    fn from(asked: Erase) -> Self {
        erase::Request {
            entries: asked.from..=asked.to.unwrap_or(asked.from),
            basis: asked.kept_for.map_or(Basis::Request, |_| Basis::Retention),
            kept_for: asked.kept_for,
            by: asked.by,
            reason: asked.reason,
            clock: asked.clock,
        }
    }
}

/// Everything that a ledger answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// The facts are in the ledger.
    Appended(Places),
    /// Something came in between, and nothing was appended: look at it, and decide again.
    Conflict(Between),
    /// The decision, with the fact that records it.
    Decided {
        /// The decision.
        decision: Box<Decision>,
        /// The fact, with its place.
        record: RecordedDecision,
    },
    /// The stage was entered: the fact, with its place, and its receipt if there is a key to sign
    /// with.
    Claimed {
        /// The fact.
        claim: Claim,
        /// The receipt.
        #[serde(skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
    },
    /// The stage was not entered, and why.
    Refused(Box<Decision>),
    /// The answer of the engine.
    Answer(Box<Answer>),
    /// What the ledger is.
    Head(Standing),
    /// Entries in their order.
    Log(Vec<Box<RawValue>>),
    /// A receipt.
    Receipt(String),
    /// The hashes of a proof; none if there is nothing to prove.
    Consistency(Vec<Hash>),
    /// A signed checkpoint.
    Checkpoint(String),
    /// What is known is kept, of so many entries.
    Snapshot(u64),
    /// What verification came to.
    Verified(Verified),
    /// The words of so many entries were erased.
    Erased(u64),
}

/// Where facts stand.
#[derive(Debug, Serialize)]
pub struct Places {
    /// The place of each, in the order given.
    pub places: Vec<u64>,
    /// How many are new.
    pub new: usize,
    /// The size of the ledger with them.
    pub size: u64,
    /// When they were recorded.
    pub recorded: Instant,
    /// The signed checkpoint that covers them, if one was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Why a checkpoint that was due could not be signed or passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
}

/// What came in between.
#[derive(Debug, Serialize)]
pub struct Between {
    /// The first place.
    pub from: u64,
    /// The size of the ledger now.
    pub size: u64,
    /// The entries, at most a thousand of them.
    pub entries: Vec<Box<RawValue>>,
}

/// What a ledger is.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// Its name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
    /// When the newest was recorded.
    pub recorded: Instant,
    /// The key that its checkpoints are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The newest signed checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

impl Ledger {
    /// Answers a request document with a reply document.
    ///
    /// # Errors
    ///
    /// What is malformed in the request, with its place; why it cannot be done. A refusal and
    /// a conflict are replies.
    ///
    /// ```
    /// use lynchpin_store::Ledger;
    /// use lynchpin_store::log::Options;
    /// use lynchpin_store::store::memory::Memory;
    ///
    /// let mut options = Options::default();
    /// options.volatile = true;
    /// let store = Box::new(Memory::default());
    /// let mut ledger = Ledger::create(store, "acme.example/releases", options)?;
    /// let request = br#"{"append": {"clock": "2026-11-01T09:00:01Z", "drafts": [
    ///     {"id": "msg-1", "kind": "people", "fact": {"id": "ann"}}]}}"#;
    /// let reply = String::from_utf8(ledger.request(request)?).unwrap();
    /// assert!(reply.starts_with(r#"{"appended":{"places":[1],"new":1,"size":1,"#));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn request(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        let reply = self.reply(read_strict(request, Limits::untrusted())?)?;
        serde_json::to_vec(&reply).map_err(|e| Error::new(ErrorCode::Other, e.to_string()))
    }

    /// Answers a request.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::request`].
    pub fn reply(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Append(asked) => self.append_request(asked),
            Request::Decide(asked) => self.decide_request(&asked),
            Request::Claim(asked) => self.claim_request(&asked),
            Request::Ask(asked) => {
                self.refresh()?;
                let snapshot = match asked.at {
                    Some(size) => self.at(size)?,
                    None => self.snapshot(),
                };
                Ok(Reply::Answer(Box::new(asked.question.ask(&snapshot)?)))
            }
            Request::Head(Nothing {}) => self.standing(),
            Request::Log(asked) => {
                self.refresh()?;
                let to = asked.from.saturating_add(asked.count.min(LISTED_MAX));
                Ok(Reply::Log(self.listed(asked.from, to)?))
            }
            Request::Receipt(asked) => {
                self.refresh()?;
                Ok(Reply::Receipt(self.log_mut().receipt(asked.sequence)?.to_string()))
            }
            Request::Consistency(asked) => {
                self.refresh()?;
                let new = asked.new.unwrap_or(self.log().head().size);
                let proof = self.log_mut().consistency(asked.old, new)?;
                Ok(Reply::Consistency(proof.unwrap_or_default()))
            }
            Request::Checkpoint(Nothing {}) => {
                self.refresh()?;
                Ok(Reply::Checkpoint(self.log_mut().checkpoint()?))
            }
            Request::Snapshot(Nothing {}) => {
                self.refresh()?;
                self.keep_snapshot()?;
                Ok(Reply::Snapshot(self.log().head().size))
            }
            Request::Verify(asked) => Ok(Reply::Verified(self.log_mut().verify(&asked.kept)?)),
            Request::Erase(asked) => Ok(Reply::Erased(self.erase(&asked.into())?)),
        }
    }

    fn append_request(&mut self, asked: Append) -> Result<Reply> {
        let mut drafts = match asked.facts {
            Some(facts) => read_portfolio(facts.get().as_bytes(), Limits::untrusted())
                .and_then(Draft::all)
                .map_err(|error| error.under("$.append.facts"))?,
            None => Vec::new(),
        };
        let whole = drafts.len();
        for (number, drafted) in asked.drafts.into_iter().enumerate() {
            let place = format!("$.append.drafts[{number}].fact");
            let draft = Draft::read(&drafted.kind, drafted.fact.get().as_bytes());
            let draft = draft.map_err(|error| error.under(&place))?;
            drafts.push(Draft { id: drafted.id, within: drafted.within, ..draft });
        }
        let outcome = self.append(drafts, asked.decided_on, asked.clock);
        match outcome.map_err(|error| placed(&error, whole))? {
            Outcome::Appended(appended) => Ok(Reply::Appended(appended.into())),
            Outcome::Conflict(between) => {
                let to = between.end.min(between.start.saturating_add(LISTED_MAX));
                let entries = self.listed(between.start, to)?;
                let size = between.end.saturating_sub(1);
                Ok(Reply::Conflict(Between { from: between.start, size, entries }))
            }
        }
    }

    fn decide_request(&mut self, asked: &Decide) -> Result<Reply> {
        let mut question = DecideQuestion::new(asked.subject.clone(), asked.clock);
        question.stage.clone_from(&asked.stage);
        let (decision, record) = self.decide(&question, &asked.by, asked.clock)?;
        let decision = self.rendered(&decision, asked.detail);
        Ok(Reply::Decided { decision, record })
    }

    fn claim_request(&mut self, asked: &ClaimStage) -> Result<Reply> {
        let mut question = ClaimQuestion::new(asked.subject.clone(), asked.clock, asked.by.clone());
        question.stage.clone_from(&asked.stage);
        question.via.clone_from(&asked.via);
        (question.digest, question.expires) = (asked.digest, asked.expires);
        question.not_after = asked.not_after;
        match self.claim(&question, asked.id.as_ref(), asked.clock)? {
            ClaimEnd::Refused(decision) => {
                Ok(Reply::Refused(self.rendered(&decision, asked.detail)))
            }
            ClaimEnd::Claimed(claim) => {
                let receipt = match self.log_mut().receipt(claim.sequence) {
                    Ok(receipt) => Some(receipt.to_string()),
                    Err(error) if error.code() == ErrorCode::NotSigned => None,
                    Err(error) => return Err(error),
                };
                Ok(Reply::Claimed { claim, receipt })
            }
        }
    }

    /// A decision as a document; the facts it cites are those of what is known now.
    fn rendered(&self, decision: &lynchpin::portfolio::Decision, detail: Detail) -> Box<Decision> {
        Box::new(Decision::new(&self.snapshot(), decision, detail))
    }

    fn standing(&mut self) -> Result<Reply> {
        self.refresh()?;
        let checkpoint = self.log_mut().newest_checkpoint()?;
        let (log, head) = (self.log(), self.log().head());
        Ok(Reply::Head(Standing {
            origin: log.origin().to_owned(),
            size: head.size,
            root: log.root(),
            recorded: head.recorded,
            key: log.key().map(ToString::to_string),
            checkpoint,
        }))
    }

    /// The entries of a range as they are kept.
    fn listed(&mut self, from: u64, to: u64) -> Result<Vec<Box<RawValue>>> {
        let mut entries = Vec::new();
        self.log_mut().each(from..to, &mut |entry| {
            let text = String::from_utf8(entry.bytes()?).ok();
            let raw = text.and_then(|text| RawValue::from_string(text).ok());
            entries.push(
                raw.ok_or_else(|| Error::new(ErrorCode::LedgerMalformed, "an entry is no JSON"))?,
            );
            Ok(())
        })?;
        Ok(entries)
    }
}

/// An error of a batch with its places in the request: so many facts came as a document, whose
/// order is not that of the batch, and the others one by one.
fn placed(error: &Error, whole: usize) -> Error {
    let place = |path: &str| -> Option<String> {
        let rest = path.strip_prefix("$.")?;
        let Some(numbered) = rest.strip_prefix("facts[") else {
            let of_drafts = || "$.append.drafts".to_owned();
            return Some(if whole > 0 { format!("$.append.facts.{rest}") } else { of_drafts() });
        };
        let (number, rest) = numbered.split_once(']')?;
        let number: usize = number.parse().ok()?;
        Some(match number.checked_sub(whole) {
            Some(drafted) => format!("$.append.drafts[{drafted}]{rest}"),
            None => "$.append.facts".to_owned(),
        })
    };
    let problems = error.problems().iter().cloned().map(|mut problem| {
        problem.path = place(&problem.path).unwrap_or(problem.path);
        problem
    });
    Error::from_problems(problems.collect()).unwrap_or_else(not_told)
}

fn not_told() -> Error {
    Error::new(ErrorCode::Other, "the request failed and does not say why")
}

impl From<Appended> for Places {
    fn from(appended: Appended) -> Self {
        let Appended { places, new, size, recorded, checkpoint, unsigned } = appended;
        let unsigned = unsigned.map(|error| error.to_string());
        Places { places, new, size, recorded, checkpoint, unsigned }
    }
}
