//! Entries: one fact each, as exact bytes.
//!
//! An entry is one object of JSON in one form only: keys sorted by their bytes, no spaces, strings
//! and whole numbers. What is hashed are the bytes as they are kept; nothing is ever written again
//! to be checked. `docs/ledger/README.md` describes the format for whoever reads ledgers without
//! this library.

use std::collections::BTreeMap;

use lynchpin::base::id::Reference;
use lynchpin::base::{Digest, Error, ErrorCode, Instant, Result, Span, canonical, limits};
use lynchpin::model::Portfolio;
use lynchpin::wire::{CanonicalFact, Stamp, canonical_facts, push_fact};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::merkle::{self, Hash};

/// The kind and version that every entry states.
pub const VERSION: &str = "entry/1";

/// The longest entry, in bytes: a fact with a statement of the largest size.
pub const ENTRY_BYTES_MAX: usize = 4 << 20;

const NOT_EXACT: &str = "the entry is not in the one form that entries have";

/// A fact that is to be appended.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::wire::read_portfolio;
/// use lynchpin_store::Draft;
///
/// let text = br#"{"lynchpin": "portfolio/1",
///     "cancellations": [{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;
/// let drafts = Draft::all(read_portfolio(text, Limits::untrusted())?)?;
/// assert_eq!(drafts[0].kind(), "cancellations");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub(crate) kind: &'static str,
    pub(crate) fact: String,
    pub(crate) at: Option<Instant>,
    pub(crate) id: Option<Reference>,
    pub(crate) within: Option<Span>,
}

impl Draft {
    /// All facts of a portfolio, in the order in which they say that they happened; those that do
    /// not say it come first, and those of one instant stay in the order of the document, but that
    /// a release comes after the changes that it consists of. What they say of when they were
    /// recorded, and where, is dropped: that is for the ledger to say.
    ///
    /// # Errors
    ///
    /// As for [`canonical::bytes`]; [`ErrorCode::LimitExceeded`] for a fact that is too long.
    pub fn all(facts: Portfolio) -> Result<Vec<Draft>> {
        let of = |CanonicalFact { kind, at, bytes, .. }: CanonicalFact| {
            if bytes.len() > ENTRY_BYTES_MAX - 4096 {
                let message = format!("a fact of `{kind}` has {} bytes, too many", bytes.len());
                return Err(Error::new(ErrorCode::LimitExceeded, message));
            }
            let fact = String::from_utf8(bytes)
                .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the fact is not UTF-8"))?;
            Ok(Draft { kind, fact, at, id: None, within: None })
        };
        let mut drafts: Vec<Draft> =
            canonical_facts(facts)?.into_iter().map(of).collect::<Result<_>>()?;
        drafts.sort_by_key(|draft| (draft.at, rank(draft.kind)));
        Ok(drafts)
    }

    /// The one fact of a kind that a text holds, as one object of that array of a portfolio.
    ///
    /// # Errors
    ///
    /// As for [`push_fact`] and [`Draft::all`].
    pub fn read(kind: &str, fact: &[u8]) -> Result<Draft> {
        let mut portfolio = Portfolio::default();
        push_fact(&mut portfolio, kind, fact, None)?;
        let none = || Error::new(ErrorCode::Other, "a fact was read and is not there");
        Draft::all(portfolio)?.pop().ok_or_else(none)
    }

    /// The draft under an id of the host's own, such as that of the message that brought it. A
    /// fact without one is the same if it says the same.
    #[must_use]
    pub fn with_id(mut self, id: Reference) -> Self {
        self.id = Some(id);
        self
    }

    /// The draft, of which the fact must have happened within so much time before it is recorded,
    /// so that nobody sends an old message as if it were new. One that is in the ledger already is
    /// the same at any age.
    #[must_use]
    pub fn within(mut self, span: Span) -> Self {
        self.within = Some(span);
        self
    }

    /// The kind of fact: the name of its array.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The canonical JSON of the fact.
    #[must_use]
    pub fn fact(&self) -> &str {
        &self.fact
    }

    /// Refuses a fact that happens later than it is recorded, or too long before.
    pub(crate) fn check_time(&self, recorded: Instant) -> Result<()> {
        let oldest = self.within.map(|span| recorded.before(span));
        let message = match (self.at, oldest) {
            (Some(at), _) if at > recorded => {
                format!("it is of later than `{recorded}`, which is now")
            }
            (Some(at), Some(oldest)) if at < oldest => {
                format!("it is of before `{oldest}`, which is too long ago")
            }
            (None, Some(_)) => "it must be recent, and does not say when it happened".to_owned(),
            _ => return Ok(()),
        };
        Err(Error::new(ErrorCode::TimeOrder, message).under("$.at"))
    }

    /// By what it is known whether the fact is there already.
    #[must_use]
    pub fn key(&self) -> Hash {
        key(self.id.as_ref(), self.kind, &self.fact)
    }
}

/// Where facts of one instant stand: a release pins the changes that are known when it is recorded,
/// and what is said of either comes after both.
fn rank(kind: &str) -> u8 {
    match kind {
        "people" | "groups" | "delegations" | "absences" | "boards" | "services" | "stages"
        | "policies" | "policy_approvals" | "risk_models" | "changes" => 0,
        "releases" => 1,
        _ => 2,
    }
}

/// By what a fact is found: the host's id, or else all that it says.
fn key(id: Option<&Reference>, kind: &str, fact: &str) -> Hash {
    match id {
        Some(id) => id_key(id),
        None => {
            let mut hash = Sha256::new_with_prefix(b"fact\n");
            [kind, "\n", fact].iter().for_each(|part| hash.update(part));
            Hash::from_bytes(hash.finalize().into())
        }
    }
}

/// By what a fact with an id of the host's is found.
pub(crate) fn id_key(id: &Reference) -> Hash {
    Digest::of(format!("id\n{id}").as_bytes())
}

/// What every entry says beside its fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the ledger.
    pub log: String,
    /// The hash of the entry before; that of nothing in the first one.
    pub prev: Hash,
    /// Its number, from 1.
    pub sequence: u64,
    /// When the ledger accepted it: never before the entry before.
    pub recorded: Instant,
    /// What the clock of the host said, where the ledger did not believe it.
    pub clock: Option<Instant>,
}

/// An entry of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// The kind of fact.
    pub kind: String,
    /// The canonical JSON of the fact.
    pub fact: String,
    /// The host's id of it.
    pub id: Option<Reference>,
}

/// An entry as it is written. The names stand in the order of their bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock: Option<Instant>,
    #[serde(borrow)]
    fact: &'a RawValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Reference>,
    kind: String,
    log: String,
    lynchpin: String,
    prev: Hash,
    recorded: Instant,
    sequence: u64,
}

impl Entry {
    /// The draft at its place.
    #[must_use]
    pub fn new(draft: &Draft, place: Place) -> Self {
        let (kind, fact) = (draft.kind.to_owned(), draft.fact.clone());
        Entry { place, kind, fact, id: draft.id.clone() }
    }

    /// The bytes that are kept and hashed.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LedgerMalformed`] if the fact is no JSON; those of drafts are.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let Place { log, prev, sequence, recorded, clock } = &self.place;
        let frame = Frame::new(log, *recorded, *clock)?;
        Ok(frame.bytes(&self.kind, &self.fact, self.id.as_ref(), prev, *sequence))
    }

    /// Reads an entry of which it is known that these are the bytes that were appended.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LedgerMalformed`] if it is no entry, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Entry> {
        let malformed = |why: &str| Error::new(ErrorCode::LedgerMalformed, why);
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(malformed("the entry is too long"));
        }
        let form: Form<'_> = serde_json::from_slice(bytes)
            .map_err(|error| malformed(&format!("this is no entry: {error}")))?;
        if form.lynchpin != VERSION {
            return Err(malformed("the entry is of another version; a newer library may read it"));
        }
        let fact = form.fact.get().to_owned();
        let Form { clock, id, kind, log, prev, recorded, sequence, .. } = form;
        if sequence == 0 || sequence > limits::INTEGER_MAX {
            return Err(malformed("the number of the entry is out of range"));
        }
        Ok(Entry { place: Place { log, prev, sequence, recorded, clock }, kind, fact, id })
    }

    /// Reads an entry and checks that it is written in the one form that it has, so that whoever
    /// reads these bytes reads the same. Its kind may be one that this library does not know.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LedgerMalformed`] if it is not.
    pub fn exact(bytes: &[u8]) -> Result<Entry> {
        let malformed = |why: &str| Error::new(ErrorCode::LedgerMalformed, why);
        let entry = Entry::read(bytes)?;
        let fact: BTreeMap<String, Value> = serde_json::from_str(&entry.fact)
            .map_err(|error| malformed(&format!("the fact is no object: {error}")))?;
        let written = canonical::bytes(&fact).map_err(|error| malformed(&error.to_string()))?;
        let is_name = |name: &str| name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        let is_exact = written == entry.fact.as_bytes()
            && !entry.kind.is_empty()
            && is_name(&entry.kind)
            && entry.bytes()? == bytes;
        is_exact.then_some(entry).ok_or_else(|| malformed(NOT_EXACT))
    }

    /// Reads an entry and checks that it is written in the one form that it has, and that its
    /// fact is one.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::LedgerMalformed`]; what is wrong with the fact.
    pub fn check(bytes: &[u8]) -> Result<Entry> {
        let entry = Entry::read(bytes)?;
        let mut portfolio = Portfolio::default();
        push_fact(&mut portfolio, &entry.kind, entry.fact.as_bytes(), None)?;
        let written = canonical_facts(portfolio)?.pop();
        let is_canonical = written.is_some_and(|fact| fact.bytes == entry.fact.as_bytes());
        if !is_canonical || entry.bytes()? != bytes {
            return Err(Error::new(ErrorCode::LedgerMalformed, NOT_EXACT));
        }
        Ok(entry)
    }

    /// By what it is known whether a fact is there already, as [`Draft::key`].
    #[must_use]
    pub fn key(&self) -> Hash {
        key(self.id.as_ref(), &self.kind, &self.fact)
    }

    /// Adds the fact to a portfolio, with its place.
    ///
    /// # Errors
    ///
    /// As for [`push_fact`].
    pub fn add_to(&self, portfolio: &mut Portfolio) -> Result<()> {
        let Place { recorded, sequence, .. } = self.place;
        push_fact(portfolio, &self.kind, self.fact.as_bytes(), Some(Stamp { recorded, sequence }))
    }
}

/// What all entries of one batch say alike. Entries are written out by hand, since that is done for
/// each fact that is appended; a test holds it to [`canonical::bytes`].
pub(crate) struct Frame {
    /// What stands before the fact.
    before: String,
    /// What stands between the kind and the hash of the entry before.
    middle: String,
    /// What stands between that hash and the number.
    after: String,
}

impl Frame {
    /// The frame of entries of a ledger that are recorded at that time.
    pub(crate) fn new(log: &str, recorded: Instant, clock: Option<Instant>) -> Result<Self> {
        let log = canonical::bytes(&log)?;
        let log = String::from_utf8_lossy(&log);
        let clock = clock.map_or(String::new(), |clock| format!("\"clock\":\"{clock}\","));
        Ok(Frame {
            before: format!("{{{clock}\"fact\":"),
            middle: format!("\",\"log\":{log},\"lynchpin\":\"{VERSION}\",\"prev\":\""),
            after: format!("\",\"recorded\":\"{recorded}\",\"sequence\":"),
        })
    }

    /// The bytes of one entry. Ids and kinds have no characters that JSON would escape.
    pub(crate) fn bytes(
        &self,
        kind: &str,
        fact: &str,
        id: Option<&Reference>,
        prev: &Hash,
        sequence: u64,
    ) -> Vec<u8> {
        let (prev, sequence) = (prev.to_string(), sequence.to_string());
        let id = id.map_or("", Reference::as_str);
        let id = if id.is_empty() { ["", "", ""] } else { [",\"id\":\"", id, "\""] };
        let [id_key, id, id_end] = id;
        let parts = [
            &self.before,
            fact,
            id_key,
            id,
            id_end,
            ",\"kind\":\"",
            kind,
            &self.middle,
            &prev,
            &self.after,
            &sequence,
            "}",
        ];
        parts.concat().into_bytes()
    }
}

/// An entry as a store keeps it: its bytes, with what follows from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number, from 1.
    pub sequence: u64,
    /// By what its fact is found again.
    pub key: Hash,
    /// The hash of the bytes.
    pub leaf: Hash,
    /// When it was recorded.
    pub recorded: Instant,
    /// The bytes; none if what they said was erased.
    pub bytes: Option<Vec<u8>>,
}

impl Row {
    /// The row of an entry.
    #[must_use]
    pub fn new(sequence: u64, key: Hash, recorded: Instant, bytes: Vec<u8>) -> Self {
        Row { sequence, key, leaf: merkle::leaf(&bytes), recorded, bytes: Some(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: Option<&str>, clock: Option<&str>) -> Entry {
        let fact = br#"{"id": "ann", "name": "A \"quoted\" \u00e9 name"}"#;
        let mut draft = Draft::read("people", fact).unwrap();
        draft.id = id.map(|id| id.parse().unwrap());
        let place = Place {
            log: "acme.example/\u{e9}\"".to_owned(),
            prev: Digest::of(b"before"),
            sequence: 12,
            recorded: "2026-11-01T09:00:00.000001Z".parse().unwrap(),
            clock: clock.map(|clock| clock.parse().unwrap()),
        };
        Entry::new(&draft, place)
    }

    #[test]
    fn bytes_are_canonical() {
        for id in [None, Some("msg/1:2@x")] {
            for clock in [None, Some("2026-11-01T08:00:00Z")] {
                let entry = entry(id, clock);
                let bytes = entry.bytes().unwrap();
                let value: Value = serde_json::from_slice(&bytes).unwrap();
                assert_eq!(canonical::bytes(&value).unwrap(), bytes);
                assert_eq!(Entry::check(&bytes).unwrap(), entry);
            }
        }
    }

    #[test]
    fn facts_stand_in_the_order_in_which_they_happened() {
        let text = br#"{"lynchpin": "portfolio/1", "people": [{"id": "ann"}],
            "releases": [{"id": "R-1", "revision": 1, "changes": ["C-1"],
                "at": "2026-11-01T09:00:00Z", "by": "ann"}],
            "changes": [{"id": "C-2", "revision": 1, "at": "2026-11-03T09:00:00Z", "by": "ann"},
                {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "ann"}],
            "approvals": [{"release": "R-1", "revision": 1, "requirement": "r", "stage": "s",
                "decision": "approved", "at": "2026-11-02T09:00:00Z", "by": "ann"}]}"#;
        let limits = lynchpin::base::Limits::untrusted();
        let facts = lynchpin::wire::read_portfolio(text, limits).unwrap();
        let drafts = Draft::all(facts).unwrap();
        let kinds: Vec<&str> = drafts.iter().map(Draft::kind).collect();
        assert_eq!(kinds, ["people", "changes", "releases", "approvals", "changes"]);
    }

    #[test]
    fn only_one_form_is_an_entry() {
        let bytes = String::from_utf8(entry(Some("a"), None).bytes().unwrap()).unwrap();
        for (from, to) in [
            ("{\"fact\"", "{ \"fact\""),
            ("\"id\":\"ann\"", "\"id\": \"ann\""),
            ("\"sequence\":12", "\"sequence\":0"),
            ("entry/1", "entry/2"),
            ("\"kind\":\"people\"", "\"kind\":\"groups\""),
            ("\"kind\":\"people\"", "\"kind\":\"peoples\""),
            (",\"sequence\"", ",\"more\":1,\"sequence\""),
            ("\u{e9} name", "\\u00e9 name"),
        ] {
            assert_ne!(bytes.replacen(from, to, 1), bytes, "{from}");
            assert!(Entry::check(bytes.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn an_exact_entry_reads_the_same_for_everybody() {
        let bytes = String::from_utf8(entry(Some("a"), None).bytes().unwrap()).unwrap();
        assert!(Entry::exact(bytes.as_bytes()).is_ok());
        // A newer library may know more kinds.
        let newer = bytes.replacen("people", "peoples", 1);
        assert!(Entry::exact(newer.as_bytes()).is_ok());
        for (from, to) in [
            ("\"id\":\"ann\"", "\"id\":\"eve\",\"id\":\"ann\""),
            ("\"id\":\"ann\"", "\"id\":true"),
            ("\"id\":\"ann\"", "\"id\":1.0"),
            ("\u{e9} name", "\\u00e9 name"),
            ("\"kind\":\"people\"", "\"kind\":\"People\""),
            ("\"kind\":\"people\"", "\"kind\":\"p\\u0065ople\""),
            ("00.000001Z", "00.000000Z"),
            (",\"kind\"", ", \"kind\""),
        ] {
            let other = bytes.replacen(from, to, 1);
            assert_ne!(other, bytes, "{from}");
            let code = Entry::exact(other.as_bytes()).unwrap_err().code();
            assert_eq!(code, ErrorCode::LedgerMalformed, "{to}");
        }
    }
}
