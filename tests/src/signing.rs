//! Keys for tests and envelopes signed with them: the same each time, since both algorithms sign
//! without a random number.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use lynchpin::model::statement::{PAYLOAD_TYPE, STATEMENT_TYPE, pre_authentication_encoding};
use serde_json::{Value, json};

/// A key pair.
#[derive(Clone)]
pub enum Pair {
    /// Of ed25519.
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// Of ECDSA on P-256.
    P256(Box<p256::ecdsa::SigningKey>),
}

impl Pair {
    /// The key of ed25519 whose seed is that byte, 32 times.
    #[must_use]
    pub fn ed25519(byte: u8) -> Pair {
        Pair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[byte; 32])))
    }

    /// The key of P-256 whose scalar is that byte, 32 times; `None` for zero and 255.
    #[must_use]
    pub fn p256(byte: u8) -> Option<Pair> {
        Some(Pair::P256(Box::new(p256::ecdsa::SigningKey::from_slice(&[byte; 32]).ok()?)))
    }

    /// The line that names the public key in a policy, without its braces.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Pair::Ed25519(key) => {
                format!("ed25519 = \"{}\"", STANDARD.encode(key.verifying_key().as_bytes()))
            }
            Pair::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                format!("p256 = \"{}\"", STANDARD.encode(point.as_bytes()))
            }
        }
    }

    /// The signature of a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Pair::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Pair::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }
}

/// An in-toto statement about artifacts, by the hexadecimal digits of their digests.
#[must_use]
pub fn statement(subjects: &[&str], kind: &str, predicate: &Value) -> Value {
    let subject = |hex: &&str| json!({"name": "artifact", "digest": {"sha256": hex}});
    let subjects: Vec<Value> = subjects.iter().map(subject).collect();
    json!({"_type": STATEMENT_TYPE, "subject": subjects, "predicateType": kind,
        "predicate": predicate})
}

/// The DSSE envelope of a payload, signed with each of these keys.
#[must_use]
pub fn envelope(payload: &[u8], keys: &[&Pair]) -> Value {
    let message = pre_authentication_encoding(PAYLOAD_TYPE, payload);
    let signatures: Vec<Value> =
        keys.iter().map(|key| json!({"sig": STANDARD.encode(key.sign(&message))})).collect();
    json!({"payloadType": PAYLOAD_TYPE, "payload": STANDARD.encode(payload),
        "signatures": signatures})
}
