//! Checkpoints: the size and the root of a ledger at some moment, to be signed and kept elsewhere.
//!
//! Source: C2SP, tlog-checkpoint.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin::base::limits::INTEGER_MAX;
use lynchpin::base::{Digest, Error, ErrorCode, Result};

use crate::merkle::Hash;
use crate::note::{self, NoteKey, NoteSigner};

/// What a ledger was at some moment. Whoever keeps one notices any change to what was in it.
///
/// ```
/// use lynchpin_store::checkpoint::Checkpoint;
/// use lynchpin_store::merkle;
/// use lynchpin_store::note::SecretKey;
///
/// let key = SecretKey::new("acme.example/releases", [7; 32])?;
/// let checkpoint = Checkpoint {
///     origin: "acme.example/releases".to_owned(),
///     size: 1,
///     root: merkle::leaf(b"an entry"),
/// };
/// let note = checkpoint.sign(&key)?;
/// assert_eq!(Checkpoint::open(&note, key.public())?, checkpoint);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the ledger.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// The root of the tree of these entries.
    pub root: Hash,
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root.as_bytes());
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl Checkpoint {
    /// The checkpoint as a signed note.
    ///
    /// # Errors
    ///
    /// As for [`note::sign`]; [`ErrorCode::CheckpointInvalid`] if the key is named for another
    /// ledger.
    pub fn sign(&self, signer: &dyn NoteSigner) -> Result<String> {
        self.check_key(signer.key())?;
        note::sign(&self.to_string(), signer)
    }

    /// Reads a signed note.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::CheckpointInvalid`] if the key has not signed it, or it is no checkpoint, or
    /// one of another ledger than the key is named for.
    pub fn open(note: &str, key: &NoteKey) -> Result<Self> {
        let text = note::open(note, key)?;
        let read = Checkpoint::read(text).ok_or_else(|| {
            Error::new(ErrorCode::CheckpointInvalid, "the signed note is no checkpoint")
        })?;
        read.check_key(key)?;
        Ok(read)
    }

    /// Refuses a key that is named for another ledger: whoever trusts the key of one must not be
    /// shown what is in another.
    fn check_key(&self, key: &NoteKey) -> Result<()> {
        if self.origin == key.name() {
            return Ok(());
        }
        let message =
            format!("the checkpoint is of `{}`, the key of `{}`", self.origin, key.name());
        Err(Error::new(ErrorCode::CheckpointInvalid, message))
    }

    /// Reads the text of a note. Lines beyond the third are for extensions, and none is known.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let bytes: [u8; 32] = STANDARD.decode(root).ok()?.try_into().ok()?;
        let read = Checkpoint {
            origin: origin.to_owned(),
            size: size.parse().ok().filter(|size| *size <= INTEGER_MAX)?,
            root: Digest::from_bytes(bytes),
        };
        // Only one text says this: no leading zeros, no sign, no other Base64.
        (!origin.is_empty() && lines.next().is_none() && read.to_string() == text).then_some(read)
    }
}
