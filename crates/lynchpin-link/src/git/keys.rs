//! The public keys that the caller trusts, and for whom each may sign.
//!
//! - Lists in the form of OpenSSH's `allowed_signers`, which git knows as
//!   `gpg.ssh.allowedSignersFile`.
//! - Public keys as `ssh-keygen` writes them (`*.pub`) or a forge lists them (`*.keys`): for whom
//!   they sign is their comment, and what the file is called.
//!
//! What belongs to no key of SSH is counted: OpenPGP and X.509 are not verified here, and neither
//! is what an authority certifies.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use ssh_key::public::KeyData;
use ssh_key::{EcdsaCurve, HashAlg, PublicKey};

use super::error::{AssessError, Problem, Result};
use super::files::{self, File};
use super::notes::Notes;
use super::text::{cut, printable};

/// Keys of all files.
const KEYS_MAX: usize = 100_000;
/// Bits of a key of RSA: fewer are no longer safe, and more cannot be verified here.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// The farthest that a zone lies behind UTC, and before it, in seconds.
const ZONES: (i64, i64) = (12 * 3600, 14 * 3600);

/// The keys at hand, by fingerprint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(BTreeMap<String, (KeyData, Vec<Signer>)>);

/// For whom a key may sign, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signer {
    /// Patterns of addresses, such as `ann@example.org` or `*@example.org`.
    pub(crate) principals: Vec<String>,
    /// Patterns of what it may sign; none means everything.
    namespaces: Option<Vec<String>>,
    /// When it may sign, in seconds since 1970, both ends included.
    after: Option<i64>,
    before: Option<i64>,
}

impl Keys {
    /// Reads the keys of a file, or of all files of a folder that are named like lists of keys.
    ///
    /// # Errors
    ///
    /// [`AssessError::Keys`] with every line that is none: a key that is left out would make a good
    /// signature one of nobody.
    pub(crate) fn read(path: &Path, notes: &mut Notes) -> Result<Keys> {
        let (mut keys, mut problems, mut count) = (Keys::default(), Vec::new(), 0);
        let mut unsupported = 0;
        let others =
            files::each(path, &is_named_like_keys, &mut problems, &mut |file, problems| {
                if is_pgp(file) {
                    unsupported += 1;
                    return true;
                }
                for (number, line) in (1..).zip(String::from_utf8_lossy(&file.bytes).lines()) {
                    match read_line(line, file) {
                        Ok(Line::Key(key)) => keys.add(key.0, key.1),
                        Ok(Line::Unsupported) => unsupported += 1,
                        Ok(Line::Nothing) => continue,
                        Err(detail) => {
                            let path = format!("{}:{number}", file.shown);
                            problems.push(Problem { path, detail });
                        }
                    }
                    count += 1;
                    if count > KEYS_MAX {
                        let detail = format!("more than {KEYS_MAX} keys up to here");
                        problems.push(Problem { path: file.shown.clone(), detail });
                        return false;
                    }
                }
                true
            });
        if !problems.is_empty() {
            problems.sort();
            return Err(AssessError::Keys { problems });
        }
        notes.keys_unsupported += unsupported;
        notes.key_files_other += others;
        Ok(keys)
    }

    fn add(&mut self, key: KeyData, signer: Signer) {
        let known = self.0.entry(fingerprint(&key)).or_insert_with(|| (key, Vec::new()));
        known.1.push(signer);
    }

    /// For whom that very key may sign; nothing if it is not at hand.
    pub(crate) fn signers(&self, key: &KeyData) -> Option<&[Signer]> {
        let (known, signers) = self.0.get(&fingerprint(key))?;
        (known == key).then_some(signers.as_slice())
    }
}

impl Signer {
    /// Whether it may sign that kind of thing.
    pub(crate) fn may_sign(&self, namespace: &str) -> bool {
        self.namespaces.as_ref().is_none_or(|patterns| is_in(patterns, namespace))
    }

    /// Whether it may sign at that time.
    pub(crate) fn may_sign_at(&self, at: Option<i64>) -> bool {
        let bounded = self.after.is_some() || self.before.is_some();
        at.map_or(!bounded, |at| {
            self.after.is_none_or(|after| after <= at)
                && self.before.is_none_or(|before| at <= before)
        })
    }
}

/// How a key is shown and told from others: `SHA256:` and its digest.
pub(crate) fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Why signatures by that key cannot be verified here, if they cannot.
pub(crate) fn unsupported(key: &KeyData) -> Option<&'static str> {
    match key {
        KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => None,
        KeyData::Ecdsa(key) => match key.curve() {
            EcdsaCurve::NistP256 | EcdsaCurve::NistP384 => None,
            EcdsaCurve::NistP521 => Some("ECDSA P-521"),
        },
        KeyData::Rsa(key) => {
            let digits = key.n.as_positive_bytes().unwrap_or_default();
            let first = digits.first().map_or(8, |first| first.leading_zeros() as usize);
            let bits = digits.len().saturating_mul(8).saturating_sub(first);
            (!RSA_BITS.contains(&bits)).then_some("RSA of fewer than 2048 or more than 4096 bits")
        }
        KeyData::Dsa(_) => Some("DSA"),
        KeyData::Other(_) | _ => Some("an SSH key of another kind"),
    }
}

/// Whether one of the patterns means the text and none of those with a `!` does.
pub(crate) fn is_in<S: AsRef<str>>(patterns: &[S], text: &str) -> bool {
    let text = text.to_lowercase();
    let means = |pattern: &str| matches(&pattern.to_lowercase(), &text);
    let mut found = false;
    for pattern in patterns {
        match pattern.as_ref().strip_prefix('!') {
            Some(pattern) if means(pattern) => return false,
            Some(_) => {}
            None => found |= means(pattern.as_ref()),
        }
    }
    found
}

/// Whether a pattern with `*` and `?` means all of a text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and up to where it reaches.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(t) {
        match (pattern.get(p), star) {
            (Some('*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(wanted), _) if *wanted == '?' || wanted == letter => (p, t) = (p + 1, t + 1),
            (_, Some((at, reach))) => {
                star = Some((at, reach + 1));
                (p, t) = (at + 1, reach + 1);
            }
            (_, None) => return false,
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

fn is_named_like_keys(name: &str) -> bool {
    let ends = [".pub", ".keys", ".signers", ".asc", ".gpg", ".pgp"];
    name.contains("allowed_signers") || ends.iter().any(|end| name.ends_with(end))
}

/// Whether a file holds keys of OpenPGP.
fn is_pgp(file: &File) -> bool {
    let begins = |begin: &[u8]| file.bytes.starts_with(begin);
    matches!(file.extension.as_str(), "gpg" | "pgp" | "asc") || begins(b"-----BEGIN PGP ")
}

/// What a line of a list of keys says.
#[derive(Debug)]
enum Line {
    Nothing,
    Key(Box<(KeyData, Signer)>),
    /// A key, or a way to use it, that is not known here.
    Unsupported,
}

fn read_line(line: &str, file: &File) -> Result<Line, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Nothing);
    }
    if line.contains("PRIVATE KEY") {
        return Err("a private key, which nobody should hand out: give the public one".to_owned());
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    if is_key_type(first) {
        return read_key(line).map(|read| match read {
            None => Line::Unsupported,
            Some(key) => {
                let signer = Signer { principals: called(&key, file), ..Signer::default() };
                Line::Key(Box::new((key.key_data().clone(), signer)))
            }
        });
    }
    let (principals, rest) = word(line)?;
    let principals: Vec<String> = listed(&principals);
    let (options, key) = match word(rest)? {
        (next, _) if is_key_type(&next) => (String::new(), rest),
        (options, key) => (options, key),
    };
    let mut signer = Signer { principals, ..Signer::default() };
    let authority = read_options(&options, &mut signer)?;
    let key = read_key(key)?.filter(|_| !authority);
    Ok(key.map_or(Line::Unsupported, |key| Line::Key(Box::new((key.key_data().clone(), signer)))))
}

/// For whom a public key signs: whom its file is called after, if that is an address, else its
/// comment. Neither is a pattern: who hands in a key chooses its comment.
fn called(key: &PublicKey, file: &File) -> Vec<String> {
    let comment = Some(key.comment().trim()).filter(|_| !file.stem.contains('@'));
    let names = comment.into_iter().chain([file.stem.as_str()]);
    let plain = names.filter(|name| !name.is_empty() && !name.contains(['*', '?', '!']));
    plain.map(str::to_owned).collect()
}

/// Reads a public key; nothing if it is of a kind that is not known here.
fn read_key(text: &str) -> Result<Option<PublicKey>, String> {
    let kind = text.split_whitespace().next().unwrap_or_default();
    if !is_key_type(kind) {
        let shown = cut(&printable(kind), 100);
        return Err(format!("`{shown}` where a kind of key, such as ssh-ed25519, is expected"));
    }
    if kind.contains("-cert-") {
        return Ok(None);
    }
    match PublicKey::from_openssh(text) {
        Ok(key) => Ok(unsupported(key.key_data()).is_none().then_some(key)),
        Err(_) if !is_known_type(kind) => Ok(None),
        Err(error) => Err(format!("no public key of SSH: {error}")),
    }
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|begin| word.starts_with(begin))
}

fn is_known_type(kind: &str) -> bool {
    let known = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"];
    known.contains(&kind) || kind.starts_with("sk-")
}

/// The first word, in which quotes hold spaces together, and what follows it.
fn word(text: &str) -> Result<(String, &str), String> {
    let text = text.trim_start();
    let (mut quoted, mut found) = (false, String::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if letter.is_whitespace() && !quoted => {
                let rest = text.get(at..).unwrap_or_default();
                return Ok((found, rest.trim_start()));
            }
            _ => {}
        }
        found.push(letter);
    }
    if quoted {
        return Err("a quote without an end".to_owned());
    }
    Ok((found, ""))
}

/// The texts between commas outside of quotes; the quotes go.
fn listed(text: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    let parts = parts.map(|part| part.replace('"', "").trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Takes the options of a list of signers; whether the key is an authority's.
fn read_options(text: &str, signer: &mut Signer) -> Result<bool, String> {
    let mut authority = false;
    for option in listed(text) {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        let time = |behind| time(value).map(|(at, zoned)| if zoned { at } else { at + behind });
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => authority = true,
            "namespaces" => {
                signer.namespaces = Some(value.split(',').map(|part| part.trim().into()).collect());
            }
            // Without a `Z` the time is that of a place nobody names: the key counts only when it
            // does so everywhere.
            "valid-after" => signer.after = Some(time(ZONES.0)?),
            "valid-before" => signer.before = Some(time(-ZONES.1)?),
            _ => {
                let name = cut(&printable(name), 100);
                return Err(format!("`{name}` is no option of a list of signers"));
            }
        }
    }
    Ok(authority)
}

/// `YYYYMMDD`, or with `HHMM` or `HHMMSS` behind it: seconds since 1970, and whether a `Z` says
/// that it is UTC.
fn time(text: &str) -> Result<(i64, bool), String> {
    let (digits, zoned) = match text.strip_suffix(['Z', 'z']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let full = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        _ => digits.to_owned(),
    };
    let day = full.get(..8).and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
    let good = full.len() == 14 && full.bytes().all(|byte| byte.is_ascii_digit()) && day.is_some();
    let read = NaiveDateTime::parse_from_str(&full, "%Y%m%d%H%M%S").ok().filter(|_| good);
    let read = read.map(|at| (at.and_utc().timestamp(), zoned));
    read.ok_or_else(|| format!("`{}` is no time such as 20261120Z", cut(&printable(text), 100)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER";

    fn file(name: &str, text: &str) -> File {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        File {
            shown: name.to_owned(),
            folders: Vec::new(),
            stem: stem.to_owned(),
            extension: extension.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn signer(line: &str) -> Signer {
        match read_line(line, &file("ann.pub", "")).unwrap() {
            Line::Key(key) => key.1,
            other @ (Line::Nothing | Line::Unsupported) => panic!("{line}: {other:?}"),
        }
    }

    fn refused(line: &str) -> String {
        read_line(line, &file("ann.pub", "")).unwrap_err()
    }

    #[test]
    fn lists_of_signers_and_public_keys_are_read() {
        assert_eq!(
            signer(&format!("{KEY} ann@example.org")).principals,
            ["ann@example.org", "ann"]
        );
        assert_eq!(signer(KEY).principals, ["ann"]);
        assert_eq!(signer(&format!("{KEY} *@example.org")).principals, ["ann"]);
        let named = read_line(&format!("{KEY} raj@x"), &file("ann@x.pub", "")).unwrap();
        assert!(matches!(named, Line::Key(key) if key.1.principals == ["ann@x"]));
        assert_eq!(signer(&format!("a@x,*@y {KEY} home")).principals, ["a@x", "*@y"]);
        assert_eq!(signer(&format!("\"a@x,b@x\" {KEY}")).principals, ["a@x,b@x"]);
        let options =
            "namespaces=\"git,file\",valid-after=\"20260101Z\",VALID-BEFORE=202602010000Z";
        let found = signer(&format!("a@x {options} {KEY}"));
        assert!(found.may_sign("git") && !found.may_sign("email"));
        let day = 24 * 3600;
        let january = 1_767_225_600;
        assert!(found.may_sign_at(Some(january)) && !found.may_sign_at(Some(january - 1)));
        assert!(found.may_sign_at(Some(january + 31 * day)));
        assert!(!found.may_sign_at(Some(january + 31 * day + 1)) && !found.may_sign_at(None));
        // Without a zone it counts only while it does so everywhere on earth.
        let found = signer(&format!("a@x valid-after=20260101 {KEY}"));
        assert!(!found.may_sign_at(Some(january + 43_199)));
        assert!(found.may_sign_at(Some(january + 43_200)));
        let nothing = |line: &str| read_line(line, &file("x", "")).unwrap();
        assert!(matches!(nothing("  # a remark"), Line::Nothing));
        for line in [
            format!("a@x cert-authority {KEY}"),
            "a@x ssh-ed25519-cert-v01@openssh.com AAAA".to_owned(),
            "a@x ssh-dss AAAA".to_owned(),
        ] {
            assert!(matches!(nothing(&line), Line::Unsupported), "{line}");
        }
    }

    #[test]
    fn a_line_that_is_no_key_is_refused() {
        for (line, expected) in [
            ("ssh-ed25519 AAAA", "no public key"),
            ("ann@example.org", "a kind of key"),
            ("a@x cert-authority sha-1 AAAA", "a kind of key"),
            ("\"a@x ssh-ed25519", "a quote"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "a private key"),
        ] {
            assert!(refused(line).contains(expected), "{line}: {}", refused(line));
        }
        for option in ["valid-after=2026", "valid-after=20261340Z", "valid-before=+2026010", "x=1"]
        {
            let said = refused(&format!("a@x {option} {KEY}"));
            assert!(said.contains("no time") || said.contains("no option"), "{option}: {said}");
        }
    }

    #[test]
    fn patterns_mean_what_openssh_says() {
        for (pattern, text, expected) in [
            ("*@example.org", "ann@EXAMPLE.org", true),
            ("a?n@x", "ann@x", true),
            ("a?n@x", "an@x", false),
            ("*a*b*c", "xxaxxbxxbxxc", true),
            ("*a*b*c", "xxaxxbxxbxx", false),
            ("", "", true),
            ("*", "", true),
            ("ann@x", "ann@xy", false),
        ] {
            assert_eq!(is_in(&[pattern], text), expected, "{pattern} {text}");
        }
        assert!(!is_in(&["*@x", "!ann@x"], "ann@x"));
        assert!(!is_in::<&str>(&[], "ann@x"));
        // Stars do not make it slow.
        assert!(!matches(&"*a".repeat(50), &"a".repeat(20_000).replace('a', "b")));
    }

    #[test]
    fn a_folder_of_keys_is_read_and_what_is_none_counted() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("allowed_signers", &format!("a@x {KEY}\nb@x {KEY}\n"));
        write("ann.pub", &format!("{KEY} ann@example.org\n"));
        write("old.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
        write("README", "x");
        let mut notes = Notes::default();
        let keys = Keys::read(folder.path(), &mut notes).unwrap();
        let key = PublicKey::from_openssh(KEY).unwrap().key_data().clone();
        assert_eq!(keys.signers(&key).unwrap().len(), 3);
        assert_eq!((notes.keys_unsupported, notes.key_files_other), (1, 1));
        write("bad.pub", "ssh-ed25519 AAAA\n");
        let error = Keys::read(folder.path(), &mut notes).unwrap_err();
        assert_eq!(error.code(), "keys");
        assert!(error.to_string().contains("bad.pub:1: no public key of SSH"), "{error}");
    }
}
