//! Receipts: one entry with the proof that it is in a ledger, in one small file.
//!
//! Source: C2SP, tlog-proof, whose extra data is the entry itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin::base::{Digest, Error, ErrorCode, Result};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::checkpoint::Checkpoint;
use crate::entry::{ENTRY_BYTES_MAX, Entry};
use crate::merkle::{self, Hash};
use crate::note::NoteKey;

/// The first line of every receipt.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The most hashes of a proof: one for each bit of a position.
const PROOF_MAX: usize = 64;

/// An entry with the proof that it is in a ledger. Its text is what is kept and passed on.
///
/// ```
/// # use lynchpin_store::log::Options;
/// # use lynchpin_store::store::memory::Memory;
/// # use lynchpin_store::{Batch, Draft, Log};
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::receipt::Receipt;
///
/// # let origin = "acme.example/releases";
/// let key = SecretKey::new(origin, [7; 32])?;
/// let public = key.public().clone();
/// # let mut options = Options::default();
/// # options.volatile = true;
/// options.signer = Some(Box::new(key));
/// let mut log = Log::create(Box::new(Memory::default()), origin, options)?;
/// let cancelled = br#"{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj"}"#;
/// let facts = vec![Draft::read("cancellations", cancelled)?];
/// let clock = "2026-11-01T09:00:01Z".parse()?;
/// let _ = log.append(&Batch { facts, decided_on: None, clock })?;
///
/// let text = log.receipt(1)?.to_string();
/// // Anywhere else, without the ledger:
/// let proved = text.parse::<Receipt>()?.prove(&public)?;
/// assert_eq!((proved.entry.kind.as_str(), proved.checkpoint.size), ("cancellations", 1));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The bytes of the entry.
    pub entry: Vec<u8>,
    /// Its position, from 0.
    pub position: u64,
    /// The hashes beside the way from the entry to the root.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The entry.
    pub entry: Entry,
    /// The checkpoint of the ledger that it is in.
    pub checkpoint: Checkpoint,
}

impl Receipt {
    /// Checks the receipt.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::CheckpointInvalid`] if the key has not signed the checkpoint;
    /// [`ErrorCode::ReceiptInvalid`] if the entry is not proved to be in that ledger at its place;
    /// [`ErrorCode::LedgerMalformed`] if it is no entry, or not in the one form that entries have.
    pub fn prove(&self, key: &NoteKey) -> Result<Proved> {
        let invalid = |why: &str| Error::new(ErrorCode::ReceiptInvalid, why);
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        let leaf = merkle::leaf(&self.entry);
        let Checkpoint { size, root, .. } = &checkpoint;
        if !merkle::proves_inclusion(&leaf, self.position, *size, &self.proof, root) {
            return Err(invalid("the proof does not lead from the entry to the checkpoint"));
        }
        // Bytes that two readers could read differently would be two entries under one proof.
        let entry = Entry::exact(&self.entry)?;
        let is_there = entry.place.log == checkpoint.origin
            && entry.place.sequence.checked_sub(1) == Some(self.position);
        if !is_there {
            return Err(invalid("the entry says that it is in another ledger or at another place"));
        }
        Ok(Proved { entry, checkpoint })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = STANDARD.encode(&self.entry);
        write!(f, "{HEADER}\nextra {entry}\nindex {}\n", self.position)?;
        for hash in &self.proof {
            writeln!(f, "{}", STANDARD.encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl std::str::FromStr for Receipt {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let too_long = text.len() > ENTRY_BYTES_MAX.saturating_mul(2);
        read(text).filter(|_| !too_long).ok_or_else(|| {
            let message = "this is no receipt of a ledger; it begins with the line \
                           `c2sp.org/tlog-proof@v1`";
            Error::new(ErrorCode::ReceiptInvalid, message)
        })
    }
}

/// Checks a receipt and gives what it proves as a document, the same bytes in every language: the
/// `entry` as it is kept, and the `origin`, the `size` and the `root` of the `checkpoint`. It needs
/// no ledger, only the key (`name+id+key`) that its owner published.
///
/// # Errors
///
/// As for [`Receipt::prove`]; [`ErrorCode::ReceiptInvalid`] if it is no receipt;
/// [`ErrorCode::KeyMalformed`] if the key is none.
///
/// ```
/// use lynchpin::base::ErrorCode;
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::receipt::prove_receipt;
///
/// let key = SecretKey::new("acme.example/releases", [7; 32])?.public().to_string();
/// let error = prove_receipt("c2sp.org/tlog-proof@v1\n", &key).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::ReceiptInvalid);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub fn prove_receipt(receipt: &str, key: &str) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Document<'a> {
        entry: Box<RawValue>,
        checkpoint: Signed<'a>,
    }
    #[derive(Serialize)]
    struct Signed<'a> {
        origin: &'a str,
        size: u64,
        root: &'a Hash,
    }
    let key: NoteKey = key.parse()?;
    let Proved { entry, checkpoint } = receipt.parse::<Receipt>()?.prove(&key)?;
    let failed = |error: serde_json::Error| Error::new(ErrorCode::Other, error.to_string());
    let text = String::from_utf8(entry.bytes()?)
        .map_err(|_| Error::new(ErrorCode::LedgerMalformed, "an entry is no text"))?;
    let Checkpoint { origin, size, root } = &checkpoint;
    let document = Document {
        entry: RawValue::from_string(text).map_err(failed)?,
        checkpoint: Signed { origin, size: *size, root },
    };
    serde_json::to_vec(&document).map_err(failed)
}

/// Reads a receipt. Only one text says the same.
fn read(text: &str) -> Option<Receipt> {
    let (head, checkpoint) = text.split_once("\n\n")?;
    let mut lines = head.split('\n');
    if lines.next()? != HEADER {
        return None;
    }
    let entry = STANDARD.decode(lines.next()?.strip_prefix("extra ")?).ok()?;
    let position = lines.next()?.strip_prefix("index ")?.parse().ok()?;
    let hash = |line: &str| -> Option<Hash> {
        let bytes: [u8; 32] = STANDARD.decode(line).ok()?.try_into().ok()?;
        Some(Digest::from_bytes(bytes))
    };
    let proof: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
    let receipt = Receipt { entry, position, proof, checkpoint: checkpoint.to_owned() };
    (receipt.proof.len() <= PROOF_MAX && receipt.to_string() == text).then_some(receipt)
}
