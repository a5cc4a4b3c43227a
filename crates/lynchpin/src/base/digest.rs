//! SHA-256 digests, the only ones that approvals and evidence bind to.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::error::{Error, ErrorCode, Result};
use super::text::as_text;

/// A SHA-256 digest, written `sha256:` and 64 lower-case hexadecimal digits.
///
/// Other algorithms are refused: a collision in one of them would carry an approval over to
/// content that nobody saw. A tag, a branch or a commit id is not a digest either, since what it
/// names can be moved.
///
/// ```
/// use lynchpin::base::Digest;
///
/// let digest = Digest::of(b"the bytes that ship");
/// assert_eq!(digest.to_string().parse::<Digest>()?, digest);
/// assert!("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709".parse::<Digest>().is_err());
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest that has these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::str::FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.strip_prefix("sha256:").and_then(from_hex).map(Digest).ok_or_else(|| {
            let shown: String = text.chars().take(80).flat_map(char::escape_default).collect();
            Error::new(
                ErrorCode::DigestMalformed,
                format!("`{shown}` is no digest: write `sha256:` and 64 lower-case hex digits"),
            )
        })
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 64 {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let (high, low) = (pair.first().copied()?, pair.last().copied()?);
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        let digit = |half: u8| DIGITS.get(usize::from(half)).copied().map_or('0', char::from);
        // At once: a ledger writes two for each fact.
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in self.0 {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

as_text!(Digest, {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_lower_case_sha256() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        for bad in ["", "sha256:", &empty.to_uppercase(), &empty[7..], &empty[..70], "sha256:é"] {
            let error = bad.parse::<Digest>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::DigestMalformed, "{bad}");
        }
    }
}
