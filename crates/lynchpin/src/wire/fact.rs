//! One fact at a time: what a ledger keeps, in and out.

use super::strict::read_part;
use crate::base::Instant;
use crate::base::canonical;
use crate::base::error::{Error, ErrorCode, Result, shown};
use crate::model::Portfolio;
use crate::model::portfolio::arrays;

/// What a ledger says of a fact that it accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When it was accepted.
    pub recorded: Instant,
    /// Its place in the ledger, from 1.
    pub sequence: u64,
}

/// Reads one fact of a kind, as one object of that array of a portfolio, and adds it to a
/// portfolio. With a stamp, what the fact itself says of when it was recorded, and where, is
/// replaced.
///
/// # Errors
///
/// [`ErrorCode::FactKindUnknown`] if no array has that name; what is wrong with the fact, by its
/// path, as for [`read_portfolio`](super::read_portfolio).
///
/// ```
/// use lynchpin::model::Portfolio;
/// use lynchpin::wire::{Stamp, push_fact};
///
/// let mut portfolio = Portfolio::default();
/// let fact = br#"{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj"}"#;
/// let stamp = Stamp { recorded: "2026-11-01T09:00:01Z".parse()?, sequence: 7 };
/// push_fact(&mut portfolio, "cancellations", fact, Some(stamp))?;
/// assert_eq!(portfolio.cancellations[0].sequence, 7);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn push_fact(
    portfolio: &mut Portfolio,
    kind: &str,
    fact: &[u8],
    stamp: Option<Stamp>,
) -> Result<()> {
    macro_rules! push {
        ($($field:ident: $type:ty,)*) => {
            match kind {
                $(stringify!($field) => {
                    let read = serde_json::from_slice::<$type>(fact);
                    let mut read = read.or_else(|_| explained::<$type>(fact))?;
                    if let Some(Stamp { recorded, sequence }) = stamp {
                        (read.recorded, read.sequence) = (Some(recorded), sequence);
                    }
                    portfolio.$field.push(read);
                })*
                _ => return Err(unknown_kind(kind)),
            }
        };
    }
    arrays!(push);
    Ok(())
}

/// One fact in the one form in which ledgers keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalFact {
    /// The name of its array.
    pub kind: &'static str,
    /// When it was done or observed, as its source says.
    pub at: Option<Instant>,
    /// Where it stood in a ledger, and since when, which its bytes do not say.
    pub stamp: Option<Stamp>,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

/// Each fact of a portfolio, in the order of the document, without what they say of when they were
/// recorded and where: that is a ledger's to say.
///
/// # Errors
///
/// As for [`canonical::bytes`].
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::wire::{canonical_facts, read_portfolio};
///
/// let text = br#"{"lynchpin": "portfolio/1", "people": [{"name": "Ann", "id": "ann"}]}"#;
/// let facts = canonical_facts(read_portfolio(text, Limits::untrusted())?)?;
/// assert_eq!(facts[0].kind, "people");
/// assert_eq!(facts[0].bytes, br#"{"id":"ann","name":"Ann"}"#);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn canonical_facts(portfolio: Portfolio) -> Result<Vec<CanonicalFact>> {
    let mut out = Vec::with_capacity(portfolio.len());
    each_canonical_fact(portfolio, &mut |fact| {
        out.push(fact);
        Ok(())
    })?;
    Ok(out)
}

/// As [`canonical_facts`], one after the other, where their bytes are not all wanted at once.
///
/// # Errors
///
/// As for [`canonical::bytes`]; those of `each`.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::wire::{each_canonical_fact, read_portfolio};
///
/// let text = br#"{"lynchpin": "portfolio/1", "people": [{"id": "ann"}, {"id": "raj"}]}"#;
/// let mut length = 0;
/// each_canonical_fact(read_portfolio(text, Limits::untrusted())?, &mut |fact| {
///     length += fact.bytes.len();
///     Ok(())
/// })?;
/// assert_eq!(length, 24);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn each_canonical_fact(
    portfolio: Portfolio,
    each: &mut dyn FnMut(CanonicalFact) -> Result<()>,
) -> Result<()> {
    let mut portfolio = portfolio;
    macro_rules! write {
        ($($field:ident: $type:ty,)*) => {$(
            for (number, fact) in portfolio.$field.iter_mut().enumerate() {
                let (recorded, sequence) = (fact.recorded.take(), fact.sequence);
                fact.sequence = 0;
                let stamp = recorded.map(|recorded| Stamp { recorded, sequence });
                let place = format!(concat!("$.", stringify!($field), "[{}]"), number);
                let bytes = canonical::bytes(fact).map_err(|error| error.under(&place))?;
                let (kind, at) = (stringify!($field), fact.at.into());
                each(CanonicalFact { kind, at, stamp, bytes })?;
            }
        )*};
    }
    arrays!(write);
    Ok(())
}

/// Forgets the free words of the facts that stand at some places in a ledger: the reasons that were
/// given, and the names of people. No digest covers them and no verdict rests on them.
///
/// ```
/// use lynchpin::model::Portfolio;
/// use lynchpin::wire::{Stamp, forget_words, push_fact};
///
/// let mut portfolio = Portfolio::default();
/// let fact = br#"{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj",
///     "reason": "Ann asked for it"}"#;
/// let stamp = Stamp { recorded: "2026-11-01T09:00:01Z".parse()?, sequence: 7 };
/// push_fact(&mut portfolio, "cancellations", fact, Some(stamp))?;
/// forget_words(&mut portfolio, |sequence| sequence == 7);
/// assert_eq!(portfolio.cancellations[0].reason, None);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn forget_words(portfolio: &mut Portfolio, at: impl Fn(u64) -> bool) {
    macro_rules! forget {
        ($($field:ident: $type:ty,)*) => {$(
            let facts = portfolio.$field.iter_mut().filter(|fact| at(fact.sequence));
            facts.for_each(|fact| fact.reason = None);
        )*};
    }
    arrays!(forget);
    let people = portfolio.people.iter_mut().filter(|person| at(person.sequence));
    people.for_each(|person| person.name = None);
}

/// Reads a fact again to say what is wrong with it.
fn explained<T: serde::de::DeserializeOwned>(fact: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(fact)
        .map_err(|_| Error::new(ErrorCode::DocumentNotUtf8, "the fact is not UTF-8"))?;
    read_part::<T>(fact, text, "$").map_err(Error::from)
}

fn unknown_kind(kind: &str) -> Error {
    let shown = shown(kind);
    let mut known = String::new();
    macro_rules! names {
        ($($field:ident: $type:ty,)*) => {$(
            known.push_str(concat!(" `", stringify!($field), "`,"));
        )*};
    }
    arrays!(names);
    let message = format!("`{shown}` is no kind of fact; there are{}", known.trim_end_matches(','));
    Error::new(ErrorCode::FactKindUnknown, message)
}
