//! Snapshots: what is known at some size, so that a ledger opens without reading every entry.
//!
//! # Design
//!
//! A snapshot is trusted only as far as a checkpoint is: its size, the root of the ledger at that
//! size and the digest of its content stand in a note that the ledger's key has signed. One that is
//! not signed, or not by the key given, or not of this ledger, is not used; all entries are read
//! instead.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin::base::{Digest, Limits, Result};
use lynchpin::model::Portfolio;
use lynchpin::wire::{read_portfolio, write_portfolio};

use crate::log::{Log, not_signed};
use crate::merkle::Hash;
use crate::note::{self, NoteKey};
use crate::store::Note;

/// What marks the note of a snapshot, so that none passes for a checkpoint.
const MARK: &str = "lynchpin snapshot/1";

/// What was known at a size.
pub(crate) struct Kept {
    /// How many entries the ledger had.
    pub(crate) size: u64,
    /// The facts of them.
    pub(crate) portfolio: Portfolio,
}

/// The text that is signed.
fn text(origin: &str, size: u64, root: &Hash, content: &Digest) -> String {
    let root = STANDARD.encode(root.as_bytes());
    format!("{MARK}\n{origin}\n{size}\n{root}\n{content}\n")
}

/// Keeps a portfolio as what is known at the head of a log.
pub(crate) fn keep(log: &mut Log, portfolio: &Portfolio) -> Result<()> {
    let document = write_portfolio(portfolio)?;
    let (size, root) = (log.head().size, log.root());
    let text = text(log.origin(), size, &root, &Digest::of(&document));
    let signed = note::sign(&text, log.signer().ok_or_else(not_signed)?)?;
    let mut kept = format!("{}\n{signed}", signed.len()).into_bytes();
    kept.extend_from_slice(&document);
    log.store().keep(Note::Snapshot, size, &kept)
}

/// The newest snapshot that is kept, if it is signed, of this log, and not of more entries.
pub(crate) fn newest(log: &mut Log, most: u64, limits: Limits) -> Result<Option<Kept>> {
    let Some(key) = log.key().cloned() else { return Ok(None) };
    // One of more entries is passed over before its document is hashed.
    let kept = log.store().note(Note::Snapshot)?.filter(|(size, _)| *size <= most);
    let Some((known, kept)) = kept else { return Ok(None) };
    let Some(Signed { origin, size, root, document }) = open(&kept, &key) else { return Ok(None) };
    if origin != log.origin() || size != known || log.root_at(size)? != Some(root) {
        return Ok(None);
    }
    let portfolio = read_portfolio(document, limits)?;
    Ok(Some(Kept { size, portfolio }))
}

/// What the note of a snapshot says.
pub(crate) struct Signed<'a> {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) document: &'a [u8],
}

/// Reads a snapshot, if the key has signed it.
pub(crate) fn open<'a>(kept: &'a [u8], key: &NoteKey) -> Option<Signed<'a>> {
    let end = kept.iter().take(20).position(|byte| *byte == b'\n')?;
    let (length, rest) = (kept.get(..end)?, kept.get(end + 1..)?);
    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
    let (note, document) = rest.split_at_checked(length)?;
    let signed = note::open(std::str::from_utf8(note).ok()?, key).ok()?;
    let mut lines = signed.lines().skip(1);
    let (origin, size) = (lines.next()?.to_owned(), lines.next()?.parse().ok()?);
    let root = <[u8; 32]>::try_from(STANDARD.decode(lines.next()?).ok()?).ok()?;
    let root = Digest::from_bytes(root);
    // Written again, so that only the one form passes, of this content.
    let wanted = text(&origin, size, &root, &Digest::of(document));
    (signed == wanted).then_some(Signed { origin, size, root, document })
}
