//! A snapshot says what its entries say, and whoever verifies the ledger sees it if not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin::base::{Digest, ErrorCode, Instant};
use lynchpin::model::Basis;
use lynchpin_store::erase::Request;
use lynchpin_store::note;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::{Note, Store};
use lynchpin_store::{Draft, Ledger};

use super::loose::Loose;
use super::proof::{ORIGIN, key, options};
use super::verified;

fn clock() -> Instant {
    "2026-11-01T12:00:00Z".parse().expect("an instant")
}

/// A ledger of three facts, and what it keeps once it has a snapshot of them.
fn kept() -> (Memory, Ledger, Loose) {
    let mut store = Memory::default();
    let mut ledger =
        Ledger::create(Box::new(store.clone()), ORIGIN, options(ORIGIN)).expect("it begins");
    let facts = [
        ("changes", r#"{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}"#),
        (
            "holds",
            r#"{"change": "C-1", "event": "held", "at": "2026-11-01T10:00:00Z", "by": "ops",
                "reason": "Ann is ill"}"#,
        ),
        ("people", r#"{"id": "ann", "name": "Ann"}"#),
    ];
    let drafts = facts.map(|(kind, fact)| Draft::read(kind, fact.as_bytes()).expect("a fact"));
    let _ = ledger.append(drafts.to_vec(), None, clock()).expect("they are appended");
    ledger.keep_snapshot().expect("it is signed");
    let loose = Loose::dump(&mut store).expect("it can be read");
    (store, ledger, loose)
}

fn request() -> Request {
    Request {
        entries: 2..=2,
        basis: Basis::Request,
        kept_for: None,
        by: "dpo".parse().expect("an id"),
        reason: None,
        clock: clock(),
    }
}

/// What is found, with the entries that it is about.
fn found(store: &mut dyn Store) -> Vec<(ErrorCode, Option<u64>)> {
    let findings = verified(store, &[]).findings;
    findings.into_iter().map(|finding| (finding.code, finding.sequence)).collect()
}

fn snapshot(loose: &mut Loose) -> &mut Vec<u8> {
    let name = Note::Snapshot.name().as_bytes();
    let kept = loose.notes.iter_mut().find(|(kind, ..)| kind == name);
    &mut kept.expect("a snapshot").2
}

/// The same snapshot with another document, signed by whoever has the key.
fn signed_again(loose: &mut Loose, size: usize, from: &str, to: &str) {
    let root = STANDARD.encode(loose.root(size).as_bytes());
    let kept = snapshot(loose);
    let text = String::from_utf8(kept.clone()).expect("it is text");
    let document = &text[text.find("{\"lynchpin\"").expect("a document")..];
    let changed = document.replacen(from, to, 1);
    assert!(changed != document || from == to, "`{from}` is not there: {document}");
    let content = Digest::of(changed.as_bytes());
    let text = format!("lynchpin snapshot/1\n{ORIGIN}\n{size}\n{root}\n{content}\n");
    let note = note::sign(&text, &key(ORIGIN)).expect("it is signed");
    *kept = format!("{}\n{note}{changed}", note.len()).into_bytes();
}

#[test]
fn every_bit_of_a_snapshot_counts() {
    let (_, _, mut honest) = kept();
    assert_eq!(found(&mut honest.clone()), []);
    let bits = snapshot(&mut honest).len() * 8;
    for bit in 0..bits {
        let mut store = honest.clone();
        snapshot(&mut store)[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(found(&mut store), [(ErrorCode::CheckpointInvalid, None)], "bit {bit}");
    }
    let mut store = honest.clone();
    let place = store.notes.iter().position(|it| it.0 == Note::Snapshot.name().as_bytes());
    store.notes[place.expect("a snapshot")].1 ^= 1;
    assert_eq!(found(&mut store), [(ErrorCode::CheckpointInvalid, None)]);
}

#[test]
fn whoever_has_the_key_cannot_make_it_say_something_else() {
    let (_, _, honest) = kept();
    let bend = |size: usize, from: &str, to: &str| {
        let mut store = honest.clone();
        signed_again(&mut store, size, from, to);
        found(&mut store)
    };
    let tampered = |sequence: u64| (ErrorCode::LedgerTampered, Some(sequence));
    assert_eq!(bend(3, "", ""), [], "signed again, it says the same");
    assert_eq!(bend(3, "\"held\"", "\"released\""), [tampered(2)]);
    assert_eq!(bend(3, "\"recorded\":\"2026-11-01T12", "\"recorded\":\"2026-11-01T11").len(), 1);
    // Two facts that change places.
    assert_eq!(bend(3, "\"sequence\":3", "\"sequence\":9").len(), 2);
    // One is left out, and one is made up.
    let text = String::from_utf8(snapshot(&mut honest.clone()).clone()).expect("it is text");
    let start = text.find("\n \"people\": [").expect("an array");
    let end = text[start..].find("],").expect("its end") + start + 2;
    assert_eq!(bend(3, &text[start..end], ""), [tampered(3)]);
    let more = ",\n \"cancellations\": [{\"change\": \"C-1\", \"at\": \"2026-11-01T10:00:00Z\", \
                \"by\": \"raj\", \"recorded\": \"2026-11-01T12:00:00Z\", \"sequence\": 3}],\n \
                \"holds\":";
    assert_ne!(bend(3, ",\n \"holds\":", more), []);
    // It is said to be of more or fewer entries.
    assert_ne!(bend(2, "", ""), []);
}

#[test]
fn what_was_erased_is_said_by_an_entry_and_the_snapshot() {
    let (mut store, mut ledger, before) = kept();
    assert_eq!(ledger.erase(&request()).expect("it is erased"), 1);
    let honest = Loose::dump(&mut store).expect("it can be read");
    assert_eq!(found(&mut honest.clone()), []);
    assert_eq!(verified(&mut honest.clone(), &[]).erased, 1);

    // The process died after the snapshot was kept, and before the bytes were gone.
    let mut crashed = honest.clone();
    crashed.rows[1].bytes.clone_from(&before.rows[1].bytes);
    assert_eq!(found(&mut crashed), []);

    // Erased by nobody: the entry beside it, and the entry without what says so.
    let tampered = |sequence: Option<u64>| (ErrorCode::LedgerTampered, sequence);
    let mut more = honest.clone();
    more.rows[0].bytes = None;
    assert_eq!(found(&mut more), [tampered(None)]);
    let mut unsaid = before.clone();
    unsaid.rows[1].bytes = None;
    assert_eq!(found(&mut unsaid), [tampered(None)]);
    // The snapshot forgot what no entry says was erased.
    let mut forgot = before.clone();
    signed_again(&mut forgot, 3, ",\"reason\":\"Ann is ill\"", "");
    assert_eq!(found(&mut forgot), [tampered(None)]);
    // Without a snapshot nobody knows what it meant.
    let mut alone = honest;
    alone.notes.retain(|(kind, ..)| kind != Note::Snapshot.name().as_bytes());
    assert_eq!(found(&mut alone), [tampered(Some(2))]);
}
