//! Signatures of commits and tags, verified by the keys at hand.
//!
//! No program is run for it, and neither the user's nor the repository's configuration is asked:
//! what counts is the object's own bytes and the [`Keys`] that the caller names. Signatures of SSH
//! are verified; OpenPGP, X.509 and what an authority certifies are kinds that cannot be, and are
//! never valid.
//!
//! A signature says who made a commit, not that anybody else looked at it.

use std::collections::BTreeMap;

use ssh_key::{Algorithm, PublicKey, SshSig};

use super::batch::{Object, objects};
use super::error::Result;
use super::keys::{Keys, fingerprint, is_in, unsupported};
use super::message::Account;
use super::notes::Notes;
use super::repository::Repository;
use super::text::{decoded, printable};

/// Bytes of a commit or tag. It is many times what people write into one.
const OBJECT_BYTES: u64 = 4 * 1024 * 1024;
/// What git signs with a key of SSH, so that a signature of something else is none of a commit.
const NAMESPACE: &str = "git";
/// How the signature that a tag ends in begins, and what kind it is.
const ARMORS: [(&str, Kind); 4] = [
    ("-----BEGIN SSH SIGNATURE-----", Kind::Ssh),
    ("-----BEGIN PGP SIGNATURE-----", Kind::Other("OpenPGP")),
    ("-----BEGIN PGP MESSAGE-----", Kind::Other("OpenPGP")),
    ("-----BEGIN SIGNED MESSAGE-----", Kind::Other("X.509")),
];
const SSH_END: &str = "-----END SSH SIGNATURE-----";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ssh,
    Other(&'static str),
}

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// There is none.
    Absent,
    /// It holds, and its key is at hand.
    Valid {
        /// The key's fingerprint.
        key: String,
        /// Patterns of the addresses that the key may sign for.
        principals: Vec<String>,
    },
    /// It does not hold: what it is about was altered, or the key may not sign this.
    Invalid {
        /// Why.
        why: &'static str,
    },
    /// It holds by a key that is not at hand, so nobody knows whose it is.
    UnknownKey {
        /// The key's fingerprint.
        key: String,
    },
    /// It cannot be verified here.
    Unsupported {
        /// What it is.
        kind: &'static str,
    },
}

/// A commit or tag and its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) signature: Signature,
    /// The committer or tagger as the object has them; the key need not be theirs.
    pub(crate) by: Option<Account>,
    /// When they say they made it, in seconds since 1970.
    pub(crate) at: Option<i64>,
    /// The id of what a tag is about, which is all that its signature vouches for.
    pub(crate) target: Option<String>,
    /// What a tag calls itself. The reference may be called otherwise; then the tag was moved.
    pub(crate) tag: Option<String>,
}

impl Signed {
    /// Whether it is validly signed by a key that may sign for one of those addresses.
    pub(crate) fn is_by(&self, accounts: &[&Account]) -> bool {
        let Signature::Valid { principals, .. } = &self.signature else { return false };
        let mut emails = accounts.iter().map(|account| account.email.as_str());
        emails.any(|email| !email.is_empty() && is_in(principals, email))
    }
}

/// Verifies the signatures of commits and annotated tags, given by full ids.
///
/// Two processes however many there are. What is missing, or is neither, has no entry.
pub(crate) fn verify(
    repository: &Repository,
    ids: &[&str],
    keys: &Keys,
    notes: &mut Notes,
) -> Result<BTreeMap<String, Signed>> {
    let mut found = BTreeMap::new();
    objects(&repository.git, ids, OBJECT_BYTES, &mut |place, object| {
        let Some(id) = ids.get(place) else { return Ok(()) };
        let signed = match object {
            Object::Here { kind, bytes } => judge(id, &kind, &bytes, keys),
            Object::TooLarge => {
                let signature = Signature::Unsupported { kind: "an object of that size" };
                Some(Signed { signature, by: None, at: None, target: None, tag: None })
            }
            Object::Missing => None,
        };
        if let Some(signed) = signed {
            match &signed.signature {
                Signature::Absent => {}
                Signature::Valid { .. } => notes.signatures_valid += 1,
                Signature::Invalid { .. } => notes.signatures_invalid += 1,
                Signature::UnknownKey { .. } => notes.signatures_unknown_key += 1,
                Signature::Unsupported { .. } => notes.signatures_unsupported += 1,
            }
            found.insert((*id).to_owned(), signed);
        }
        Ok(())
    })?;
    Ok(found)
}

/// What one object and its signature say; nothing of what is neither commit nor tag.
fn judge(id: &str, kind: &str, bytes: &[u8], keys: &Keys) -> Option<Signed> {
    let (header, maker) = match kind {
        "commit" => (headers(bytes), "committer "),
        "tag" => (headers(bytes), "tagger "),
        _ => return None,
    };
    let of = |name: &str| header.iter().find_map(|line| line.strip_prefix(name.as_bytes()));
    let text = |name: &str| of(name).map(|bytes| printable(&decoded(bytes).0));
    let (by, at) = of(maker).map(who_and_when).unwrap_or_default();
    let parts = if kind == "tag" { parts_of_tag(bytes) } else { parts_of_commit(bytes, id.len()) };
    let signature = match parts {
        Ok(None) => Signature::Absent,
        Ok(Some(parts)) => check(&parts, at, keys),
        Err(other) => other,
    };
    let is_tag = kind == "tag";
    let (target, tag) = (text("object ").filter(|_| is_tag), text("tag ").filter(|_| is_tag));
    Some(Signed { signature, by, at, target, tag })
}

/// The lines before the first empty one.
fn headers(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()).collect()
}

/// `Name <address> seconds zone`.
fn who_and_when(line: &[u8]) -> (Option<Account>, Option<i64>) {
    let (text, _) = decoded(line);
    let Some((who, when)) = text.rsplit_once('>') else { return (None, None) };
    let Some((name, email)) = who.split_once('<') else { return (None, None) };
    let at = when.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
    (Some(Account { name: printable(name), email: printable(email) }), at)
}

/// What was signed, and the signature over it.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Takes the signature out of a commit: the header that holds it, with the lines that go on with
/// it.
fn parts_of_commit(bytes: &[u8], digits: usize) -> Result<Option<Parts>, Signature> {
    let (header, other): (&[u8], &[u8]) = match digits {
        64 => (b"gpgsig-sha256 ", b"gpgsig "),
        _ => (b"gpgsig ", b"gpgsig-sha256 "),
    };
    let (mut payload, mut signature) = (Vec::new(), Vec::new());
    let (mut count, mut others, mut rest) = (0, 0, bytes);
    // Which header the line before belongs to.
    let mut within = Within::Payload;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if line == b"\n" {
            payload.extend_from_slice(rest);
            break;
        }
        rest = after;
        let continued = line.strip_prefix(b" ").filter(|_| within != Within::Payload);
        let begun = line.strip_prefix(header);
        if let Some(more) = continued {
            if within == Within::Signature {
                signature.extend_from_slice(more);
            }
        } else if let Some(first) = begun {
            (within, count) = (Within::Signature, count + 1);
            signature.extend_from_slice(first);
        } else if line.starts_with(other) {
            (within, others) = (Within::Other, others + 1);
        } else {
            within = Within::Payload;
            payload.extend_from_slice(line);
        }
    }
    match (count, others) {
        (0, 0) => Ok(None),
        (0, _) => Err(Signature::Unsupported { kind: "a signature of the commit's other form" }),
        (1, _) => Ok(Some(Parts { payload, signature })),
        _ => Err(Signature::Invalid { why: "there are several" }),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Payload,
    Signature,
    Other,
}

/// Takes the signature off the end of a tag: from the last line that begins one.
fn parts_of_tag(bytes: &[u8]) -> Result<Option<Parts>, Signature> {
    let (mut begin, mut at) = (None, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if armor(line).is_some() {
            begin = Some(at);
        }
        at += line.len();
    }
    let Some((payload, signature)) = begin.and_then(|begin| bytes.split_at_checked(begin)) else {
        return Ok(None);
    };
    let hidden = headers(payload).iter().any(|line| line.starts_with(b"gpgsig"));
    if hidden {
        return Err(Signature::Unsupported { kind: "a tag with signatures of both its forms" });
    }
    Ok(Some(Parts { payload: payload.to_vec(), signature: signature.to_vec() }))
}

/// Which kind of signature begins there.
fn armor(bytes: &[u8]) -> Option<Kind> {
    let found = ARMORS.iter().find(|(begin, _)| bytes.starts_with(begin.as_bytes()));
    found.map(|(_, kind)| *kind)
}

fn check(parts: &Parts, at: Option<i64>, keys: &Keys) -> Signature {
    match armor(&parts.signature) {
        Some(Kind::Ssh) => check_ssh(parts, at, keys),
        Some(Kind::Other(kind)) => Signature::Unsupported { kind },
        None => Signature::Unsupported { kind: "a form that is not known" },
    }
}

fn check_ssh(parts: &Parts, at: Option<i64>, keys: &Keys) -> Signature {
    let signature = match std::str::from_utf8(&parts.signature).ok().and_then(dearmored) {
        None => return Signature::Invalid { why: "it is not well-formed" },
        Some(Err(kind)) => return Signature::Unsupported { kind },
        Some(Ok(signature)) => signature,
    };
    let key = signature.public_key();
    if let Some(kind) = unsupported(key) {
        return Signature::Unsupported { kind };
    }
    if signature.algorithm() == (Algorithm::Rsa { hash: None }) {
        return Signature::Unsupported { kind: "RSA with SHA-1" };
    }
    if signature.namespace() != NAMESPACE {
        return Signature::Invalid { why: "it was made for something else than git" };
    }
    if PublicKey::from(key.clone()).verify(NAMESPACE, &parts.payload, &signature).is_err() {
        return Signature::Invalid { why: "it is not of this content" };
    }
    let Some(signers) = keys.signers(key) else {
        return Signature::UnknownKey { key: fingerprint(key) };
    };
    let mut signers: Vec<_> = signers.iter().filter(|signer| signer.may_sign(NAMESPACE)).collect();
    if signers.is_empty() {
        return Signature::Invalid { why: "its key may not sign for git" };
    }
    signers.retain(|signer| signer.may_sign_at(at));
    if signers.is_empty() {
        return Signature::Invalid { why: "its key was not valid then" };
    }
    let principals = signers.iter().flat_map(|signer| signer.principals.iter().cloned()).collect();
    Signature::Valid { key: fingerprint(key), principals }
}

/// The signature between its first and last line, or what kind it is if that is not known here.
///
/// Programs cut the lines between at different lengths; the reader of the format knows one.
fn dearmored(text: &str) -> Option<Result<SshSig, &'static str>> {
    let (begin, _) = ARMORS.first()?;
    let digits = text.trim_end().strip_prefix(begin)?.strip_suffix(SSH_END)?;
    let digits: Vec<char> = digits.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let lines: String =
        digits.chunks(70).flat_map(|line| line.iter().chain(std::iter::once(&'\n'))).collect();
    match SshSig::from_pem(format!("{begin}\n{lines}{SSH_END}\n")) {
        Ok(signature) => Some(Ok(signature)),
        Err(
            ssh_key::Error::AlgorithmUnknown
            | ssh_key::Error::AlgorithmUnsupported { .. }
            | ssh_key::Error::Version { .. },
        ) => Some(Err("an SSH signature of another kind")),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scripted::Scripted;
    use super::*;
    use std::path::Path;

    const SIGNED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/signed");
    const SHA1: &str = "0123456789abcdef0123456789abcdef01234567";

    fn keys_of(text: &str) -> Keys {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("allowed_signers");
        std::fs::write(&path, text).unwrap();
        Keys::read(&path, &mut Notes::default()).unwrap()
    }

    fn all_keys() -> Keys {
        let mut notes = Notes::default();
        let keys = Keys::read(&Path::new(SIGNED).join("signers.pub"), &mut notes).unwrap();
        // P-521, and RSA of 1024 bits.
        assert_eq!(notes.keys_unsupported, 2);
        keys
    }

    fn bytes(name: &str) -> Vec<u8> {
        std::fs::read(Path::new(SIGNED).join(name)).unwrap()
    }

    fn signature(kind: &str, bytes: &[u8], keys: &Keys) -> Signature {
        judge(SHA1, kind, bytes, keys).unwrap().signature
    }

    fn is_valid(signature: &Signature) -> bool {
        matches!(signature, Signature::Valid { .. })
    }

    fn why(signature: Signature) -> &'static str {
        if let Signature::Invalid { why: text } | Signature::Unsupported { kind: text } = signature
        {
            return text;
        }
        panic!("{signature:?}")
    }

    #[test]
    fn what_git_signed_by_each_kind_of_key_holds() {
        let keys = all_keys();
        for name in ["ed25519-256", "ecdsa-256", "ecdsa-384", "rsa-2048"] {
            let signed = judge(SHA1, "commit", &bytes(&format!("{name}.commit")), &keys).unwrap();
            assert!(is_valid(&signed.signature), "{name}: {signed:?}");
            assert_eq!((signed.at, signed.target), (Some(1_700_000_000), None));
        }
        let tag = judge(SHA1, "tag", &bytes("ed25519-256.tag"), &keys).unwrap();
        assert!(is_valid(&tag.signature), "{tag:?}");
        assert_eq!(tag.tag.as_deref(), Some("v1"));
        assert_eq!(tag.target.unwrap().len(), 40);
        let long = "a".repeat(64);
        let commit = judge(&long, "commit", &bytes("sha256.commit"), &keys).unwrap();
        assert!(is_valid(&commit.signature), "{commit:?}");
        let tag = judge(&long, "tag", &bytes("sha256.tag"), &keys).unwrap();
        assert!(is_valid(&tag.signature), "{tag:?}");
        let of = |name: &str| why(signature("commit", &bytes(name), &keys));
        assert_eq!(of("ecdsa-521.commit"), "ECDSA P-521");
        assert_eq!(of("rsa-1024.commit"), "RSA of fewer than 2048 or more than 4096 bits");
        assert_eq!(of("sha256.commit"), "a signature of the commit's other form");
        assert_eq!(judge(SHA1, "blob", b"x", &keys), None);
        assert_eq!(signature("commit", b"tree x\n\ngpgsig x\n", &keys), Signature::Absent);
        assert_eq!(signature("tag", b"object x\n\nmessage\n", &keys), Signature::Absent);
    }

    #[test]
    fn it_says_whose_key_it_is() {
        let commit = bytes("ed25519-256.commit");
        let key = String::from_utf8(bytes("signers.pub")).unwrap();
        let key = key.lines().next().unwrap();
        let judged = |list: &str| judge(SHA1, "commit", &commit, &keys_of(list)).unwrap();
        let ann = Account { name: String::new(), email: "Ann@example.org".to_owned() };
        let bob = Account { name: String::new(), email: "bob@example.org".to_owned() };
        let signed = judged(&format!("ann@*,raj@example.org {key}"));
        assert_eq!(signed.by.as_ref().map(|by| by.email.as_str()), Some("ann@example.org"));
        assert!(signed.is_by(&[&bob, &ann]) && !signed.is_by(&[&bob]) && !signed.is_by(&[]));
        let nobody = judged("# none\n");
        assert!(matches!(nobody.signature, Signature::UnknownKey { .. }));
        assert!(!nobody.is_by(&[&ann]));
        let why = |list: String| why(judged(&list).signature);
        assert_eq!(why(format!("a@x namespaces=file {key}")), "its key may not sign for git");
        assert_eq!(why(format!("a@x valid-before=20230101Z {key}")), "its key was not valid then");
        assert!(is_valid(&judged(&format!("a@x valid-after=20230101Z {key}")).signature));
    }

    #[test]
    fn whatever_was_altered_does_not_hold() {
        let keys = all_keys();
        let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
        let commit = text("ed25519-256.commit");
        let of = |text: &str| why(signature("commit", text.as_bytes(), &keys));
        let other = "it is not of this content";
        assert_eq!(of(&commit.replace("Signed by", "Made by")), other);
        assert_eq!(of(&commit.replace("committer Ann", "committer Bob")), other);
        assert_eq!(of(&format!("{commit}\n")), other);
        assert_eq!(of(&commit.replace("\n\n", "\nencoding x\n\n")), other);
        let twice = commit.replacen("gpgsig ", "gpgsig x\ngpgsig ", 1);
        assert_eq!(of(&twice), "there are several");
        assert_eq!(of(&commit.replace("U1NIU0lH", "U1NIU0lI")), "it is not well-formed");
        let signed_otherwise = text("ecdsa-256.commit");
        let block = |text: &str| {
            let begin = text.find("gpgsig").unwrap();
            text[begin..text.find("\n\n").unwrap()].to_owned()
        };
        assert_eq!(of(&commit.replace(&block(&commit), &block(&signed_otherwise))), other);
        let pgp = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----";
        assert_eq!(of(&commit.replace(&block(&commit), pgp)), "OpenPGP");
        let x509 = "gpgsig -----BEGIN SIGNED MESSAGE-----\n x";
        assert_eq!(of(&commit.replace(&block(&commit), x509)), "X.509");
        assert_eq!(of(&commit.replace(&block(&commit), "gpgsig x")), "a form that is not known");
        let tag = text("ed25519-256.tag");
        let of = |text: &str| why(signature("tag", text.as_bytes(), &keys));
        assert_eq!(of(&tag.replace("tag v1", "tag v2")), other);
        assert_eq!(of(&format!("{tag}more\n")), "it is not well-formed");
        // The part of a commit's header that a signature is in is not signed, whatever it is.
        let unsigned = commit.replace("gpgsig ", "gpgsig-sha256 x\n y\ngpgsig ");
        assert!(is_valid(&signature("commit", unsigned.as_bytes(), &keys)));
    }

    #[test]
    fn no_altered_byte_holds_or_panics() {
        let keys = all_keys();
        for (name, step) in [("ed25519-256", 2), ("ecdsa-256", 11), ("rsa-2048", 13)] {
            let whole = bytes(&format!("{name}.commit"));
            for at in (0..whole.len()).step_by(step) {
                let mut altered = whole.clone();
                altered[at] ^= 1;
                // White space, and bits of base64 that stand for nothing, may differ.
                let found = judge(SHA1, "commit", &altered, &keys).unwrap();
                let body = String::from_utf8_lossy(&whole[..at]).contains("END SSH");
                let before = !String::from_utf8_lossy(&whole[..at]).contains("gpgsig");
                assert!(!is_valid(&found.signature) || !(body || before), "{name} {at}");
                drop(judge(SHA1, "commit", &whole[..at], &keys));
            }
        }
    }

    /// Needs `ssh-keygen`, which git itself runs to sign.
    #[test]
    fn what_is_signed_now_is_verified_in_a_repository() {
        for format in ["sha1", "sha256"] {
            let repo = Scripted::new(&["--object-format", format]);
            let key = repo.path().join("key");
            let made = std::process::Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "ann@example.org", "-f"])
                .arg(&key)
                .status()
                .unwrap();
            assert!(made.success());
            repo.git(&["config", "gpg.format", "ssh"]);
            repo.git(&["config", "user.signingKey", &key.to_string_lossy()]);
            // A checker that says yes to everything must not be asked.
            repo.git(&["config", "gpg.ssh.program", "ssh-keygen"]);
            repo.git(&["config", "log.showSignature", "true"]);
            let plain = repo.commit("plain");
            repo.git(&["commit", "-q", "-S", "--allow-empty", "-m", "signed"]);
            let signed = repo.git(&["rev-parse", "HEAD"]);
            repo.git(&["tag", "-s", "-m", "one", "v1"]);
            let tag = repo.git(&["rev-parse", "v1"]);
            let mut notes = Notes::default();
            let keys = Keys::read(&repo.path().join("key.pub"), &mut notes).unwrap();
            let missing = "1".repeat(signed.len());
            let asked = [plain.as_str(), &signed, &missing, &tag];
            let found = verify(&repo.open(), &asked, &keys, &mut notes).unwrap();
            assert_eq!(found.len(), 3);
            assert_eq!(found[&plain].signature, Signature::Absent);
            assert!(is_valid(&found[&signed].signature), "{:?}", found[&signed]);
            assert!(is_valid(&found[&tag].signature), "{:?}", found[&tag]);
            assert_eq!(found[&tag].target.as_deref(), Some(signed.as_str()));
            let ann = Account { name: String::new(), email: "ann@example.org".to_owned() };
            assert!(found[&signed].is_by(&[&ann]));
            assert_eq!((notes.signatures_valid, notes.signatures_invalid), (2, 0));
        }
    }
}
