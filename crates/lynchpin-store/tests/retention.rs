//! What is erased is gone, and everything that rests on it still holds.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use lynchpin::base::{ErrorCode, Instant, Subject};
use lynchpin::model::Basis;
use lynchpin::portfolio::DecideQuestion;
use lynchpin_store::erase::Request;
use lynchpin_store::log::Options;
use lynchpin_store::note::SecretKey;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Draft, Ledger, Outcome};

const ORIGIN: &str = "acme.example/releases";
const SECRET_WORDS: &str = "Marguerite was in hospital that week";

fn key() -> SecretKey {
    SecretKey::new(ORIGIN, [7; 32]).expect("a key")
}

fn open(file: &Path, signed: bool) -> Result<Ledger, lynchpin::base::Error> {
    let mut options = Options::default();
    if signed {
        options.signer = Some(Box::new(key()));
    }
    let mut ledger = Ledger::create(Box::new(Sqlite::create(file)?), ORIGIN, options)?;
    ledger.set_policy("name = \"acme\"\nopen = [\"production\"]")?;
    Ok(ledger)
}

fn clock(hour: u32) -> Instant {
    format!("2026-11-01T{hour:02}:00:00Z").parse().expect("an instant")
}

fn append(ledger: &mut Ledger, kind: &str, fact: &str, hour: u32) -> u64 {
    let draft = Draft::read(kind, fact.as_bytes()).expect("a fact");
    let outcome = ledger.append(vec![draft], None, clock(hour)).expect("it is appended");
    let Outcome::Appended(appended) = outcome else { unreachable_conflict() };
    appended.size
}

#[expect(clippy::panic, reason = "a test stops at the first surprise")]
fn unreachable_conflict() -> ! {
    panic!("nobody else appends")
}

fn request(entries: std::ops::RangeInclusive<u64>) -> Request {
    Request {
        entries,
        basis: Basis::Request,
        kept_for: None,
        by: "dpo".parse().expect("an id"),
        reason: None,
        clock: clock(12),
    }
}

/// A ledger with a change that was put on hold for a reason that must not be kept.
fn ledger(file: &Path) -> Ledger {
    let mut ledger = open(file, true).expect("a ledger");
    append(&mut ledger, "stages", r#"{"id": "production"}"#, 9);
    let change = r#"{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}"#;
    append(&mut ledger, "changes", change, 9);
    let held = format!(
        r#"{{"change": "C-1", "event": "held", "at": "2026-11-01T10:00:00Z", "by": "ops",
            "reason": "{SECRET_WORDS}"}}"#
    );
    append(&mut ledger, "holds", &held, 10);
    ledger
}

/// Whether words stand anywhere in the files of a ledger.
fn stands(file: &Path, words: &str) -> bool {
    let folder = file.parent().expect("a folder");
    let files = std::fs::read_dir(folder).expect("it can be read");
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("it can be read");
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

#[test]
fn words_go_and_verdicts_and_proofs_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ledger");
    let mut ledger = ledger(&file);
    let receipt = ledger.log_mut().receipt(3).expect("a receipt");
    let kept = ledger.log_mut().checkpoint().expect("a checkpoint");
    let root = ledger.log_mut().root_at(3).expect("it can be read");
    let question = DecideQuestion::new(Subject::Change("C-1".parse().expect("an id")), clock(13));
    let before = ledger.snapshot().decide(&question).expect("it is decided");
    assert!(stands(&file, SECRET_WORDS));

    assert_eq!(ledger.erase(&request(3..=3)).expect("it is erased"), 1);
    assert_eq!(ledger.erase(&request(3..=3)).expect("it is erased already"), 0);
    let after = ledger.snapshot().decide(&question).expect("it is decided");
    assert_eq!((before.verdict(), before.root_blockers().count()), (after.verdict(), 1));
    drop(ledger);
    assert!(!stands(&file, SECRET_WORDS), "the words are in a file yet");

    let mut options = Options::default();
    options.signer = Some(Box::new(key()));
    options.since = Some(kept.clone());
    let store = Box::new(Sqlite::open(&file).expect("a store"));
    let mut again = Ledger::open(store, options).expect("it goes on from what was kept");
    again.set_policy("name = \"acme\"\nopen = [\"production\"]").expect("a policy");
    let reopened = again.snapshot().decide(&question).expect("it is decided");
    assert_eq!(reopened.verdict(), before.verdict(), "an erased hold lets nothing through");
    assert_eq!(again.log_mut().root_at(3).expect("it can be read"), root);
    receipt.prove(key().public()).expect("the receipt holds");
    let found = again.log_mut().verify(&[kept]).expect("it can be read");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    assert_eq!((found.size, found.erased), (4, 1));
}

#[test]
fn what_nothing_signed_covers_does_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ledger");
    ledger(&file).erase(&request(3..=3)).expect("it is erased");
    // Without the key the snapshot is worth nothing, and to go on without the hold would be a go.
    let error = open(&file, false).err().expect("it does not open");
    assert_eq!(error.code(), ErrorCode::EntryErased);
}

#[test]
fn holds_and_retention_refuse() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ledger");
    let mut ledger = ledger(&file);
    let hold = |event: &str, hour: u32| {
        format!(
            r#"{{"id": "case-7", "event": "{event}", "first": 3, "last": 9,
                "at": "2026-11-01T{hour}:00:00Z", "by": "counsel"}}"#
        )
    };
    append(&mut ledger, "legal_holds", &hold("held", 11), 11);
    let refused = |ledger: &mut Ledger, request: &Request| {
        let error = ledger.erase(request).expect_err("it is refused");
        assert_eq!(error.code(), ErrorCode::ErasureRefused, "{error}");
    };
    refused(&mut ledger, &request(1..=3));
    append(&mut ledger, "legal_holds", &hold("released", 12), 12);
    let span = Some("3h".parse().expect("a span"));
    let retention = Request { basis: Basis::Retention, kept_for: span, ..request(1..=3) };
    refused(&mut ledger, &retention);
    refused(&mut ledger, &Request { kept_for: None, ..retention.clone() });
    refused(&mut ledger, &request(0..=1));
    refused(&mut ledger, &request(2..=99));
    assert_eq!(ledger.log().head().size, 5, "what is refused is not recorded");
    let later = Request { clock: clock(13), ..retention };
    assert_eq!(ledger.erase(&later).expect("three hours are over"), 3);
    // That it was erased stays, and what kept it before.
    assert_eq!(
        ledger.erase(&Request { entries: 4..=6, ..request(1..=3) }).expect("it is asked"),
        0
    );
}
