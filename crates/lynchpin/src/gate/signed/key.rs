//! The keys of a policy, and whether a signature is one of theirs.
//!
//! Which algorithm a signature is checked by is said by the key, never by what is checked. Of
//! ECDSA both `r‖s` and ASN.1 are read, and both values of `s`: a second spelling of a signature
//! is worth nothing, since what counts are the owners of keys, not signatures.
//!
//! Sources: RFC 8032 with the checks of "Taming the many EdDSAs" (`verify_strict`); FIPS 186-5.

use serde::{Deserialize, Serialize, Serializer};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::PersonId;
use crate::base::{Instant, When};
use crate::model::statement::decode;

/// A key that a policy trusts for as long as it says, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The public key.
    pub public: PublicKey,
    /// The person or machine that signs with it. Several keys of one owner count as one.
    pub of: PersonId,
    /// The first instant at which a statement may have been recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The first instant from which on no statement may have been recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// From when on nothing that was signed with it counts, whenever that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Instant>,
}

/// A public key, in the one form of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicKey {
    /// 32 bytes.
    Ed25519(Vec<u8>),
    /// A point of P-256 as SEC 1 writes it uncompressed, 65 bytes.
    P256(Vec<u8>),
}

/// A key as a policy writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::gate) struct KeyText {
    #[serde(default)]
    ed25519: Option<String>,
    #[serde(default)]
    p256: Option<String>,
    of: PersonId,
    #[serde(default)]
    from: Option<Instant>,
    #[serde(default)]
    until: Option<Instant>,
    #[serde(default)]
    revoked: Option<Instant>,
}

impl KeyText {
    /// The key that it means.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::KeyMalformed`] if it is none, [`ErrorCode::TimeOrder`] if it ends before it
    /// begins, [`ErrorCode::SignaturesUnsupported`] if the library was built without signatures.
    pub(in crate::gate) fn key(self) -> Result<Key> {
        if cfg!(not(feature = "signatures")) {
            let message = "this build verifies no signatures: enable the feature `signatures`";
            return Err(Error::new(ErrorCode::SignaturesUnsupported, message));
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            let message = format!("it ends at `{until}`, not after it begins at `{from}`");
            return Err(Error::new(ErrorCode::TimeOrder, message));
        }
        let public = match (&self.ed25519, &self.p256) {
            (Some(text), None) => bytes_of(text, &ED25519_DER).and_then(ed25519),
            (None, Some(text)) => bytes_of(text, &P256_DER).and_then(p256),
            (None, None) | (Some(_), Some(_)) => {
                let message = "a key is exactly one of `ed25519` and `p256`";
                return Err(Error::new(ErrorCode::KeyMalformed, message));
            }
        };
        let Some(public) = public else {
            let message = "this is no such public key: give it in Base64 or as `BEGIN PUBLIC KEY`";
            return Err(Error::new(ErrorCode::KeyMalformed, message));
        };
        let KeyText { of, from, until, revoked, .. } = self;
        Ok(Key { public, of, from, until, revoked })
    }
}

/// What stands before the 32 bytes of a key in a SubjectPublicKeyInfo (RFC 8410).
const ED25519_DER: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// What stands before the 65 bytes of a point in a SubjectPublicKeyInfo (RFC 5480).
const P256_DER: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 3, 1, 7, 3, 0x42, 0,
];

/// The bytes of a key from Base64 of itself or of its DER, or from PEM.
fn bytes_of(text: &str, der: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim();
    let bytes = match text.strip_prefix("-----BEGIN PUBLIC KEY-----") {
        Some(rest) => {
            let lines = rest.strip_suffix("-----END PUBLIC KEY-----")?;
            decode(&lines.split_ascii_whitespace().collect::<String>())?
        }
        None => decode(text)?,
    };
    Some(bytes.strip_prefix(der).map_or(bytes.clone(), <[u8]>::to_vec))
}

#[cfg(feature = "signatures")]
fn ed25519(bytes: Vec<u8>) -> Option<PublicKey> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes.as_slice().try_into().ok()?).ok()?;
    // Anybody can sign for a point of small order; a second spelling of a point would be a second
    // key.
    let canonical = key.to_edwards().compress().as_bytes() == bytes.as_slice();
    (canonical && !key.is_weak()).then_some(PublicKey::Ed25519(bytes))
}

#[cfg(feature = "signatures")]
fn p256(bytes: Vec<u8>) -> Option<PublicKey> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&bytes).ok()?;
    Some(PublicKey::P256(key.to_sec1_point(false).as_bytes().to_vec()))
}

#[cfg(not(feature = "signatures"))]
fn ed25519(_: Vec<u8>) -> Option<PublicKey> {
    None
}

#[cfg(not(feature = "signatures"))]
fn p256(_: Vec<u8>) -> Option<PublicKey> {
    None
}

impl PublicKey {
    /// Whether this is a signature of that message by this key.
    #[cfg(feature = "signatures")]
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        use p256::ecdsa::signature::Verifier as _;
        match self {
            PublicKey::Ed25519(bytes) => {
                let key = bytes.as_slice().try_into().ok();
                let key = key.and_then(|key| ed25519_dalek::VerifyingKey::from_bytes(key).ok());
                let signature = ed25519_dalek::Signature::from_slice(signature).ok();
                key.zip(signature)
                    .is_some_and(|(key, signature)| key.verify_strict(message, &signature).is_ok())
            }
            PublicKey::P256(bytes) => {
                let Ok(key) = p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes) else {
                    return false;
                };
                let fixed = p256::ecdsa::Signature::from_slice(signature);
                let der = p256::ecdsa::Signature::from_der(signature);
                [fixed, der].into_iter().flatten().any(|s| key.verify(message, &s).is_ok())
            }
        }
    }

    /// Whether this is a signature of that message by this key: never, without signatures.
    #[cfg(not(feature = "signatures"))]
    #[must_use]
    pub fn verifies(&self, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine as _;
        let (kind, bytes) = match self {
            PublicKey::Ed25519(bytes) => ("ed25519", bytes),
            PublicKey::P256(bytes) => ("p256", bytes),
        };
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        serializer.collect_str(&format_args!("{kind}:{text}"))
    }
}

impl Key {
    /// Why nothing recorded then counts by this key at that instant; `None` if it may.
    #[must_use]
    pub(super) fn flaw(&self, recorded: Instant, at: Instant) -> Option<&'static str> {
        if self.revoked.is_some_and(|revoked| revoked <= at) {
            return Some("revoked");
        }
        if self.from.is_some_and(|from| recorded < from) {
            return Some("not_yet_valid");
        }
        self.until.is_some_and(|until| until <= recorded).then_some("no_longer_valid")
    }

    /// When it will have been revoked, if that is to come.
    #[must_use]
    pub(super) fn lapses(&self, at: Instant) -> When {
        self.revoked.filter(|revoked| at < *revoked).map_or(When::Never, When::At)
    }
}

#[cfg(test)]
#[cfg(not(feature = "signatures"))]
mod tests {
    use super::*;
    use crate::gate::Policy;

    #[test]
    fn a_policy_with_keys_is_refused_where_nothing_is_verified() {
        let key = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let text = format!("name = \"x\"\nkey.ci = {{ ed25519 = \"{key}\", of = \"ci\" }}");
        let error = text.parse::<Policy>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::SignaturesUnsupported);
        assert!(!PublicKey::Ed25519(vec![0; 32]).verifies(b"", &[0; 64]));
    }
}
