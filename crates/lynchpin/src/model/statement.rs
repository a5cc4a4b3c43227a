//! Signed statements: a DSSE envelope around an in-toto statement.
//!
//! What such a fact says, it says in the signed bytes; nothing that stands beside them is taken
//! for it. So this module opens the envelope and reads the statement in it, which is the one
//! document that a fact carries. Whether a signature is right is asked where the keys are, in the
//! policy.
//!
//! Sources: the DSSE protocol and envelope (version 1.0.2 of the secure-systems-lab), the in-toto
//! attestation framework (Statement version 1).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::fact::fact;
use crate::base::Digest;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json;
use crate::base::limits::{SIGNATURE_TEXT_BYTES_MAX, SIGNATURES_MAX, STATEMENT_TEXT_BYTES_MAX};

/// The one type of payload that is taken: it is part of what is signed, so a signature that was
/// made for something else never counts here.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The one version of in-toto statements that is taken.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// A signature in an envelope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Whatever the signer calls the key. It is not signed, so nothing is read from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyid: Option<String>,
    /// The signature in Base64.
    pub sig: String,
}

/// A DSSE envelope, as tools write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedEnvelope {
    /// What the payload is: `application/vnd.in-toto+json`.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The in-toto statement in Base64.
    pub payload: String,
    /// The signatures, at most sixteen.
    pub signatures: Vec<Signature>,
}

fact! {
    /// A signed statement about artifacts, filed by `by`, who need not be who signed it.
    "statements" pub struct Statement {
        /// The envelope with the statement and its signatures.
        pub envelope: SignedEnvelope,
    }
}

/// What an in-toto statement says, its predicate unread.
#[derive(Clone, Debug)]
pub struct InToto {
    /// The artifacts it is about, by their SHA-256 digests; others are no digests here.
    pub subjects: Vec<Digest>,
    /// What kind of predicate it makes.
    pub predicate_type: String,
    /// The predicate, which means what its type says.
    pub predicate: serde_json::Value,
}

#[derive(Deserialize)]
struct InTotoText {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<ResourceText>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: serde_json::Value,
}

#[derive(Deserialize)]
struct ResourceText {
    digest: BTreeMap<String, String>,
}

impl SignedEnvelope {
    /// The signed bytes of the payload.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::EnvelopeMalformed`] if the payload is no Base64, is too large, or says that it
    /// is something else than an in-toto statement; or if there are too many signatures.
    pub fn open(&self) -> Result<Vec<u8>> {
        let malformed = |message: String| Err(Error::new(ErrorCode::EnvelopeMalformed, message));
        if self.payload_type != PAYLOAD_TYPE {
            return malformed(format!("the `payloadType` is not `{PAYLOAD_TYPE}`"));
        }
        if self.payload.len() > STATEMENT_TEXT_BYTES_MAX {
            return malformed(format!(
                "the payload is longer than {STATEMENT_TEXT_BYTES_MAX} characters"
            ));
        }
        if self.signatures.len() > SIGNATURES_MAX {
            return malformed(format!("there are more than {SIGNATURES_MAX} signatures"));
        }
        let long = |text: &str| text.len() > SIGNATURE_TEXT_BYTES_MAX;
        if self.signatures.iter().any(|s| long(&s.sig) || s.keyid.as_deref().is_some_and(long)) {
            return malformed(format!(
                "a signature is longer than {SIGNATURE_TEXT_BYTES_MAX} characters"
            ));
        }
        decode(&self.payload).map_or_else(|| malformed("the payload is no Base64".to_owned()), Ok)
    }

    /// The bytes that a signer of the payload signs: the pre-authentication encoding of DSSE, by
    /// which no payload of one type can pass for one of another.
    #[must_use]
    pub fn signed_bytes(&self, payload: &[u8]) -> Vec<u8> {
        pre_authentication_encoding(&self.payload_type, payload)
    }
}

/// The pre-authentication encoding of DSSE: `DSSEv1`, then the type and the body, each after its
/// length in bytes.
///
/// ```
/// use lynchpin::model::statement::pre_authentication_encoding;
///
/// let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
/// assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
/// ```
#[must_use]
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// Base64 in either alphabet, as DSSE allows, but in one of them, padded, and in the one form
/// that encodes these bytes.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

impl Statement {
    /// Opens the envelope and reads the statement in it; whether it is rightly signed is another
    /// question.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::EnvelopeMalformed`] as for [`SignedEnvelope::open`],
    /// [`ErrorCode::StatementMalformed`] if what is in it is no in-toto statement of version 1, is
    /// nested too deeply or names a key twice.
    pub fn read(&self) -> Result<InToto> {
        InToto::read(&self.envelope.open()?)
    }
}

impl InToto {
    /// Reads a statement. Fields that it does not know are left alone, as in-toto says; doubled
    /// ones are refused everywhere.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::StatementMalformed`].
    pub fn read(bytes: &[u8]) -> Result<InToto> {
        let malformed = |message: &dyn std::fmt::Display| {
            let message = format!("the payload is no in-toto statement: {message}");
            Error::new(ErrorCode::StatementMalformed, message)
        };
        json::check(bytes).map_err(|error| malformed(&error))?;
        let text: InTotoText = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
        if text.kind != STATEMENT_TYPE {
            return Err(malformed(&format_args!("its `_type` is not `{STATEMENT_TYPE}`")));
        }
        let digests = text.subject.iter().filter_map(|subject| subject.digest.get("sha256"));
        let mut subjects: Vec<Digest> =
            digests.filter_map(|hex| format!("sha256:{hex}").parse().ok()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        Ok(InToto { subjects, predicate_type: text.predicate_type, predicate: text.predicate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_one_form_in_each_alphabet() {
        assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
        assert_eq!(decode("-_-_"), decode("+/+/"));
        assert_eq!(decode(""), Some(Vec::new()));
        // Mixed alphabets, no padding, too much of it, bits that encode nothing, white space.
        for bad in ["+_+/", "QQ", "QQ=", "QQ===", "QR==", "QUJ=", "QQ==\n", " QQ==", "Q===", "é"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn only_sha256_digests_are_subjects() {
        let hex = "ab".repeat(32);
        let text = format!(
            r#"{{"_type": "{STATEMENT_TYPE}", "predicateType": "x", "more": 1.5, "subject": [
                {{"digest": {{"sha256": "{hex}", "sha1": "00"}}, "name": "a"}},
                {{"digest": {{"sha256": "{hex}"}}}},
                {{"digest": {{"gitCommit": "{hex}"}}}},
                {{"digest": {{"sha256": "{}"}}}}]}}"#,
            hex.to_uppercase()
        );
        let statement = InToto::read(text.as_bytes()).unwrap();
        assert_eq!(statement.subjects, [format!("sha256:{hex}").parse().unwrap()]);
        assert!(statement.predicate.is_null());
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for bad in [
            "",
            "[]",
            r#"{"_type": "https://in-toto.io/Statement/v0.1", "subject": [], "predicateType": ""}"#,
            r#"{"_type": "https://in-toto.io/Statement/v1", "predicateType": ""}"#,
            r#"{"_type": "https://in-toto.io/Statement/v1", "subject": [{}], "predicateType": ""}"#,
            r#"{"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": "",
                "predicate": {"outcome": "failed", "outcome": "passed"}}"#,
        ] {
            let error = InToto::read(bad.as_bytes()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::StatementMalformed, "{bad}");
        }
    }

    #[test]
    fn an_envelope_is_bounded_and_of_one_type() {
        let good = SignedEnvelope {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: "QQ==".to_owned(),
            signatures: vec![Signature { keyid: None, sig: "QQ==".to_owned() }],
        };
        assert_eq!(good.open().unwrap(), b"A");
        let signature = |sig: String| Signature { keyid: None, sig };
        for bad in [
            SignedEnvelope { payload_type: format!("{PAYLOAD_TYPE} "), ..good.clone() },
            SignedEnvelope { payload: "QQ".to_owned(), ..good.clone() },
            SignedEnvelope { payload: "A".repeat(STATEMENT_TEXT_BYTES_MAX + 4), ..good.clone() },
            SignedEnvelope {
                signatures: vec![signature(String::new()); SIGNATURES_MAX + 1],
                ..good.clone()
            },
            SignedEnvelope {
                signatures: vec![signature("A".repeat(SIGNATURE_TEXT_BYTES_MAX + 1))],
                ..good.clone()
            },
        ] {
            assert_eq!(bad.open().unwrap_err().code(), ErrorCode::EnvelopeMalformed);
        }
    }
}
