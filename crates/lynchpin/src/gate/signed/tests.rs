//! Keys and signatures: published vectors, and every way in which one may be no signature.

use ed25519_dalek::Signer as _;

use super::key::{Key, KeyText, PublicKey};
use crate::base::ErrorCode;
use crate::base::error::Result;
use crate::model::statement::{decode, pre_authentication_encoding};

fn key(text: &str) -> Result<Key> {
    toml::from_str::<KeyText>(&format!("of = \"ci\"\n{text}")).unwrap().key()
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The point of the DSSE test vector, uncompressed.
fn dsse_point() -> Vec<u8> {
    hex("0467cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238\
         0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74")
}

/// The signature of the DSSE test vector, `r‖s`.
const DSSE_SIGNATURE: &str = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPc\
                              IAriEGAHTVeCUjW2JIZA==";

fn dsse_message() -> Vec<u8> {
    pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
}

#[test]
fn the_dsse_vector_verifies_and_is_what_the_private_key_signs() {
    let public = key(&format!("p256 = \"{}\"", base64(&dsse_point()))).unwrap().public;
    let signature = decode(DSSE_SIGNATURE).unwrap();
    assert!(public.verifies(&dsse_message(), &signature));
    assert!(!public.verifies(b"hello world", &signature));
    let private = hex("d73ec437fd6346e3619c5ebfdfff0f6916804955ad32ac9ac492b0ede1f6ffb7");
    let private = p256::ecdsa::SigningKey::from_slice(&private).unwrap();
    let signed: p256::ecdsa::Signature = private.sign(&dsse_message());
    assert_eq!(signed.to_bytes().as_slice(), signature);
}

#[test]
fn ecdsa_is_read_in_both_forms_and_with_both_values_of_s() {
    let public = PublicKey::P256(dsse_point());
    let low = p256::ecdsa::Signature::from_slice(&decode(DSSE_SIGNATURE).unwrap()).unwrap();
    let (r, s) = low.split_scalars();
    let other = p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
    assert_ne!(low, other);
    for signature in [low, other] {
        assert!(public.verifies(&dsse_message(), &signature.to_bytes()));
        let der = signature.to_der();
        assert!(public.verifies(&dsse_message(), der.as_bytes()));
        let mut longer = der.as_bytes().to_vec();
        longer.push(0);
        assert!(!public.verifies(&dsse_message(), &longer));
        longer.truncate(longer.len() - 2);
        assert!(!public.verifies(&dsse_message(), &longer));
    }
}

#[test]
fn a_key_checks_by_its_own_algorithm_only() {
    let private = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let message = b"message";
    let signature = private.sign(message).to_bytes();
    let public = PublicKey::Ed25519(private.verifying_key().to_bytes().to_vec());
    assert!(public.verifies(message, &signature));
    assert!(!PublicKey::P256(dsse_point()).verifies(message, &signature));
    assert!(!public.verifies(&dsse_message(), &decode(DSSE_SIGNATURE).unwrap()));
    for bad in [
        &[0; 64][..],
        &[0; 63],
        &[],
        &[0xff; 64],
        &signature[..63],
        &[&signature[..], &[0]].concat(),
    ] {
        assert!(!public.verifies(message, bad));
        assert!(!PublicKey::P256(dsse_point()).verifies(message, bad));
    }
}

#[test]
fn a_signature_by_ed25519_has_one_spelling() {
    let private = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let public = PublicKey::Ed25519(private.verifying_key().to_bytes().to_vec());
    let signature = private.sign(b"message").to_bytes();
    // The same s plus the order of the group (RFC 8032, 5.1), least significant byte first.
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut other = signature;
    let mut carry = 0_u16;
    for (byte, more) in other[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert!(!public.verifies(b"message", &other));
}

#[test]
fn no_key_that_anybody_can_sign_for_is_taken() {
    // The points of small order, and second spellings of them (RFC 8032; Chalkias et al. 2020).
    for point in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // No point of the curve.
        "0200000000000000000000000000000000000000000000000000000000000000",
    ] {
        let error = key(&format!("ed25519 = \"{}\"", base64(&hex(point)))).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyMalformed, "{point}");
    }
    let mut off = dsse_point();
    off[64] ^= 1;
    for bytes in [&off[..], &[0], &[], &dsse_point()[..64], &dsse_point()[1..]] {
        let error = key(&format!("p256 = \"{}\"", base64(bytes))).unwrap_err();
        assert_eq!(error.code(), ErrorCode::KeyMalformed, "{bytes:?}");
    }
}

#[test]
fn a_key_is_read_from_each_form_that_tools_write() {
    // RFC 8410, 10.1, and the same key bare.
    let pem = "ed25519 = '''\n-----BEGIN PUBLIC KEY-----\n\
               MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
               -----END PUBLIC KEY-----\n'''";
    let der = "ed25519 = \"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\"";
    let bare = "ed25519 = \"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\"";
    let keys = [pem, der, bare].map(|text| key(text).unwrap());
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    // A point of P-256, compressed and not.
    let mut short = vec![2];
    short.extend_from_slice(&dsse_point()[1..33]);
    let short = key(&format!("p256 = \"{}\"", base64(&short))).unwrap();
    assert_eq!(short.public, PublicKey::P256(dsse_point()));
}

#[test]
fn a_key_says_one_thing() {
    for (text, code) in [
        ("", ErrorCode::KeyMalformed),
        ("ed25519 = \"AA==\"\np256 = \"AA==\"", ErrorCode::KeyMalformed),
        (
            "ed25519 = \"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\"\n\
             from = \"2026-01-01T00:00:00Z\"\nuntil = \"2026-01-01T00:00:00Z\"",
            ErrorCode::TimeOrder,
        ),
    ] {
        assert_eq!(key(text).unwrap_err().code(), code, "{text}");
    }
}
