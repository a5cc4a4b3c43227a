//! Signed notes: a text that people can read, and who signed it.
//!
//! Source: C2SP, signed-note. Only ed25519 is written and read; signatures of other keys stand in
//! a note without being looked at, so that witnesses may add theirs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use lynchpin::base::{Error, ErrorCode, Result};
use sha2::{Digest as _, Sha256};

/// The byte by which notes name ed25519.
const ED25519: u8 = 1;
/// What the text of a secret key begins with.
const PRIVATE: &str = "PRIVATE+KEY+";
/// How large a note may be: a checkpoint with sixteen signatures takes less.
const NOTE_BYTES_MAX: usize = 64 * 1024;
/// How many signatures of a note are looked at.
const SIGNATURES_MAX: usize = 64;

/// Signs notes. The key may lie wherever the host keeps it, such as in a hardware module.
pub trait NoteSigner: Send {
    /// The key that others check the signature with.
    fn key(&self) -> &NoteKey;

    /// The ed25519 signature of a text, 64 bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be signed now.
    fn sign(&self, text: &[u8]) -> Result<[u8; 64]>;
}

/// A public key with the name under which it signs, written `name+id+key` as notes do.
///
/// ```
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::note::NoteKey;
///
/// let key = SecretKey::new("acme.example/releases", [7; 32])?.public().to_string();
/// assert_eq!(key.parse::<NoteKey>()?.name(), "acme.example/releases");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl NoteKey {
    /// A public key of 32 bytes under a name.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::KeyMalformed`] if it is none, or anybody could sign for it, or the name cannot
    /// stand in a note.
    pub fn new(name: &str, key: &[u8; 32]) -> Result<Self> {
        let malformed = |why: &str| Error::new(ErrorCode::KeyMalformed, why);
        let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if name.is_empty() || name.len() > 256 || !name.chars().all(fits) {
            return Err(malformed("the name of a key is 1 to 256 bytes without spaces and `+`"));
        }
        // One key has one spelling: RFC 8032 refuses coordinates beyond the field.
        let is_sound = |it: &VerifyingKey| {
            !it.is_weak() && it.to_edwards().compress().as_bytes() == it.as_bytes()
        };
        let key = VerifyingKey::from_bytes(key).ok().filter(is_sound);
        let key = key.ok_or_else(|| malformed("these 32 bytes are no ed25519 key"))?;
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([b'\n', ED25519]);
        hash.update(key.as_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        Ok(NoteKey { name: name.to_owned(), id: [a, b, c, d], key })
    }

    /// The name under which it signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        let id = u32::from_be_bytes(self.id);
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for NoteKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || {
            let message = "a key of a ledger is written `name+id+key`, as `lynchpin ledger init` \
                           prints it";
            Error::new(ErrorCode::KeyMalformed, message)
        };
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed());
        };
        let bytes = STANDARD.decode(key).map_err(|_| malformed())?;
        let [ED25519, key @ ..] = bytes.as_slice() else { return Err(malformed()) };
        let read = NoteKey::new(name, key.try_into().map_err(|_| malformed())?)?;
        if format!("{:08x}", u32::from_be_bytes(read.id)) != id {
            return Err(malformed());
        }
        Ok(read)
    }
}

/// A key that signs in this process.
pub struct SecretKey {
    key: SigningKey,
    public: NoteKey,
}

impl SecretKey {
    /// The key that follows from a secret of 32 random bytes.
    ///
    /// # Errors
    ///
    /// As for [`NoteKey::new`].
    pub fn new(name: &str, secret: [u8; 32]) -> Result<Self> {
        let key = SigningKey::from_bytes(&secret);
        let public = NoteKey::new(name, key.verifying_key().as_bytes())?;
        Ok(SecretKey { key, public })
    }

    /// What others check its signatures with.
    #[must_use]
    pub fn public(&self) -> &NoteKey {
        &self.public
    }

    /// The secret as a text for a file that nobody else can read, as other programs for notes
    /// write it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        let (name, id) = (&self.public.name, u32::from_be_bytes(self.public.id));
        format!("{PRIVATE}{name}+{id:08x}+{}", STANDARD.encode(bytes))
    }
}

impl std::str::FromStr for SecretKey {
    type Err = Error;

    /// Reads what [`SecretKey::to_text`] wrote.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let read = || {
            let mut parts = text.strip_prefix(PRIVATE)?.splitn(3, '+');
            let (name, _, secret) = (parts.next()?, parts.next()?, parts.next()?);
            let bytes = STANDARD.decode(secret).ok()?;
            let [ED25519, secret @ ..] = bytes.as_slice() else { return None };
            let key = SecretKey::new(name, secret.try_into().ok()?).ok()?;
            (key.to_text() == text).then_some(key)
        };
        read().ok_or_else(|| {
            let message = "this is no secret key of a ledger, as `lynchpin ledger init` writes it";
            Error::new(ErrorCode::KeyMalformed, message)
        })
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret key of {}", self.public)
    }
}

impl NoteSigner for SecretKey {
    fn key(&self) -> &NoteKey {
        &self.public
    }

    fn sign(&self, text: &[u8]) -> Result<[u8; 64]> {
        Ok(self.key.sign(text).to_bytes())
    }
}

/// A text, which ends its last line, with a signature.
///
/// # Errors
///
/// As of the signer; [`ErrorCode::CheckpointInvalid`] if what it gives is no signature of its key.
pub fn sign(text: &str, signer: &dyn NoteSigner) -> Result<String> {
    let key = signer.key();
    let mut bytes = key.id.to_vec();
    bytes.extend_from_slice(&signer.sign(text.as_bytes())?);
    let note = format!("{text}\n\u{2014} {} {}\n", key.name, STANDARD.encode(bytes));
    // A signer that signs something else would only be found out when somebody needs the note.
    open(&note, key)?;
    Ok(note)
}

/// The text of a note, if a key has signed it.
///
/// # Errors
///
/// [`ErrorCode::CheckpointInvalid`] if it is no note, or the key has not signed it or not this.
pub fn open<'a>(note: &'a str, key: &NoteKey) -> Result<&'a str> {
    let invalid = |why: &str| Error::new(ErrorCode::CheckpointInvalid, why);
    let odd = |c: char| c.is_control() && c != '\n';
    if note.len() > NOTE_BYTES_MAX || note.contains(odd) {
        return Err(invalid("this is no signed note: it is too long or has control characters"));
    }
    let end = note.rfind("\n\n").ok_or_else(|| invalid("this is no signed note"))?;
    let (text, signatures) = (note.get(..=end), note.get(end + 2..));
    let (text, signatures) = (text.unwrap_or_default(), signatures.unwrap_or_default());
    if !signatures.ends_with('\n') || signatures.lines().count() > SIGNATURES_MAX {
        return Err(invalid("the signatures of the note are cut off, or too many"));
    }
    let mut is_signed = false;
    for line in signatures.lines() {
        let (name, bytes) = signature(line).ok_or_else(|| invalid("a line is no signature"))?;
        let Some(signature) = bytes.strip_prefix(&key.id).filter(|_| name == key.name) else {
            continue;
        };
        let signature = Signature::from_slice(signature).ok();
        if signature.is_none_or(|it| key.key.verify_strict(text.as_bytes(), &it).is_err()) {
            return Err(invalid("the signature of the note is not of its key, or of another text"));
        }
        is_signed = true;
    }
    if is_signed { Ok(text) } else { Err(invalid("the key given has not signed this note")) }
}

/// The name and the bytes of a line of signature.
fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, text) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() > 4)?;
    (!name.is_empty() && !name.contains('+')).then_some((name, bytes))
}
