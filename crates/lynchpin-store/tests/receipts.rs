//! Receipts: the small checker in Python, written from the description alone, and the library must
//! agree about every one, however it was bent.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod bent;
mod chance;
mod checker;
mod proof;

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bent::Bent;
use chance::cases;
use checker::Checker;
use lynchpin::base::Digest;
use lynchpin_store::checkpoint::Checkpoint;
use lynchpin_store::merkle::{self, BLOCK, Frontier, Hash, Nodes};
use lynchpin_store::note::NoteKey;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::{Batch, Draft, Entry, Log, Receipt};
use proof::{ORIGIN, append, filled, key, ledger, open, second};

/// What the library says: the bytes of the entry that is proved, if one is.
fn proved(key: &str, receipt: &[u8]) -> Option<Vec<u8>> {
    let key: NoteKey = key.parse().ok()?;
    let receipt: Receipt = std::str::from_utf8(receipt).ok()?.parse().ok()?;
    let proved = receipt.prove(&key).ok()?;
    // What it says of the entry is what its bytes say.
    assert_eq!(proved.entry.bytes().expect("an entry"), receipt.entry);
    Some(receipt.entry)
}

fn public() -> String {
    key(ORIGIN).public().to_string()
}

#[test]
fn every_entry_has_a_receipt() {
    let mut checker = Checker::start();
    for size in [1, 2, 3, 7, 8, 21, 256, 257, 300] {
        let (_, mut log, _) = filled(size);
        for sequence in 1..=size {
            let receipt = log.receipt(sequence).expect("a receipt");
            let text = receipt.to_string();
            assert_eq!(text.parse::<Receipt>().expect("a receipt"), receipt);
            let entry = proved(&public(), text.as_bytes()).expect("it proves");
            assert_eq!(Entry::check(&entry).expect("an entry").place.sequence, sequence);
            if size < 30 || sequence % 37 == 0 {
                assert_eq!(checker.ask(&public(), text.as_bytes()), Some(entry));
            }
        }
        assert!(log.receipt(0).is_err() && log.receipt(size + 1).is_err());
    }
}

/// A tree of a million leaves, of which only the hashes are kept.
struct Million {
    leaves: Vec<Hash>,
    blocks: Vec<Hash>,
}

impl Nodes for Million {
    type Error = Infallible;

    fn root(&mut self, from: u64, to: u64) -> Result<Hash, Infallible> {
        let place = |at: u64| usize::try_from(at).expect("a place");
        let mut tree = Frontier::default();
        if to - from > BLOCK {
            let blocks = self.blocks.get(place(from / BLOCK)..place(to / BLOCK)).expect("blocks");
            blocks.iter().for_each(|root| tree.push_block(*root));
        } else {
            let leaves = self.leaves.get(place(from)..place(to)).expect("leaves");
            leaves.iter().for_each(|leaf| {
                tree.push(*leaf);
            });
        }
        Ok(tree.root())
    }
}

#[test]
fn a_receipt_stays_small_at_a_million_facts() {
    const SIZE: u64 = 1_000_000;
    let (_, mut log, _) = filled(2);
    let draft = Draft::read("approvals", APPROVAL).expect("an approval");
    let mut place = Entry::read(&log.receipt(2).expect("a receipt").entry).expect("one").place;
    place.sequence = 654_321;
    let entry = Entry::new(&draft, place).bytes().expect("its bytes");
    let (mut tree, mut leaves, mut blocks) = (Frontier::default(), Vec::new(), Vec::new());
    for at in 0..SIZE {
        let leaf = if at == 654_320 {
            merkle::leaf(&entry)
        } else {
            // Any hash will do: nobody looks at what is in the others.
            let mut bytes = [0x5a; 32];
            bytes[..8].copy_from_slice(&at.to_be_bytes());
            Hash::from_bytes(bytes)
        };
        leaves.push(leaf);
        blocks.extend(tree.push(leaf));
    }
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root: tree.root() };
    let checkpoint = checkpoint.sign(&key(ORIGIN)).expect("it is signed");
    let Ok(proof) = merkle::inclusion(&mut Million { leaves, blocks }, 654_320, SIZE);
    let proof = proof.expect("a proof");
    assert_eq!(proof.len(), 20);
    let text = Receipt { entry, position: 654_320, proof, checkpoint }.to_string();
    println!("one approval among 1,000,000 facts: a receipt of {} bytes", text.len());
    assert!(text.len() <= 4_096);
    assert!(proved(&public(), text.as_bytes()).is_some());
    assert!(Checker::start().ask(&public(), text.as_bytes()).is_some());
}

const APPROVAL: &[u8] = br#"{"change": "CHG0030192", "revision": 3, "requirement": "change-board",
    "stage": "production", "decision": "approved", "by": "maria.mustermann@example.org",
    "via": "servicenow",
    "reason": "Rollback was rehearsed on Tuesday, and the window is agreed with operations.",
    "at": "2026-11-01T09:00:00Z"}"#;

#[test]
fn both_readers_agree_about_bent_receipts() {
    let mut bent = Bent::new();
    let mut checker = Checker::start();
    let (mut sound, count) = (0, cases(2_000));
    for _ in 0..count {
        let (key, receipt, how) = bent.next();
        let (ours, theirs) = (proved(&key, &receipt), checker.ask(&key, &receipt));
        sound += u64::from(ours.is_some());
        let shown = String::from_utf8_lossy(&receipt);
        assert_eq!(ours, theirs, "{how}, {}\n{key}\n{shown}", checker.reason());
        if let Some(entry) = ours {
            // None of them proves what was never in a ledger of that key.
            assert!(bent.is_known(&key, &entry), "{how}\n{shown}");
        }
    }
    let names = bent.tried().iter().map(|(how, tried)| format!("{how} {tried}"));
    println!("{count} receipts: {sound} sound; {}", names.collect::<Vec<_>>().join(", "));
    assert!(sound > 0 && sound < count);
}

#[test]
fn both_readers_agree_about_odd_entries() {
    let (_, mut log, _) = filled(1);
    let honest = String::from_utf8(log.receipt(1).expect("a receipt").entry).expect("text");
    let mut checker = Checker::start();
    let prove = |entry: &[u8]| {
        let size = 1;
        let root = merkle::leaf(entry);
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        let checkpoint = checkpoint.sign(&key(ORIGIN)).expect("it is signed");
        Receipt { entry: entry.to_vec(), position: 0, proof: Vec::new(), checkpoint }.to_string()
    };
    assert!(proved(&public(), prove(honest.as_bytes()).as_bytes()).is_some());
    let mut sound = 0;
    for (from, to, is_sound) in bent::ODD {
        let entry = honest.replacen(from, to, 1);
        assert_ne!(entry, honest, "{from}");
        let receipt = prove(entry.as_bytes());
        let (ours, theirs) =
            (proved(&public(), receipt.as_bytes()), checker.ask(&public(), receipt.as_bytes()));
        assert_eq!(ours, theirs, "{to}: {}", checker.reason());
        assert_eq!(ours.is_some(), *is_sound, "{to}");
        sound += usize::from(*is_sound);
    }
    assert!(sound > 3);
    // A deep one, and one that is too deep.
    for (levels, is_sound) in [(64, true), (65, false), (127, false), (5_000, false)] {
        let deep = format!("{}1{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        let entry = honest.replacen("\"C-0\"", &deep, 1);
        let receipt = prove(entry.as_bytes());
        let (ours, theirs) =
            (proved(&public(), receipt.as_bytes()), checker.ask(&public(), receipt.as_bytes()));
        assert_eq!((ours.is_some(), theirs.is_some()), (is_sound, is_sound), "{levels}");
    }
    // What is no UTF-8, and no object.
    for entry in [&b"\xff"[..], b"", b"[]", b"7", b"\"a\"", b"{}", b"null", b"\xef\xbb\xbf{}"] {
        let receipt = prove(entry);
        assert_eq!(proved(&public(), receipt.as_bytes()), None);
        assert_eq!(checker.ask(&public(), receipt.as_bytes()), None);
    }
}

/// Keys that are no key of RFC 8032: coordinates beyond the field, which some readers reduce.
#[test]
fn both_readers_refuse_keys_in_a_second_spelling() {
    let (_, mut log, _) = filled(1);
    let receipt = log.receipt(1).expect("a receipt").to_string();
    let mut checker = Checker::start();
    for low in 0xed..=0xff_u8 {
        for high in [0x7f, 0xff] {
            let mut bytes = [0xff; 33];
            (bytes[0], bytes[1], bytes[32]) = (1, low, high);
            let id = Digest::of(&[ORIGIN.as_bytes(), b"\n", &bytes].concat());
            let id: String = id.as_bytes()[..4].iter().map(|it| format!("{it:02x}")).collect();
            let key = format!("{ORIGIN}+{id}+{}", STANDARD.encode(bytes));
            assert_eq!(key.parse::<NoteKey>().expect_err("no key").code().name(), "key_malformed");
            assert_eq!(checker.ask(&key, receipt.as_bytes()), None);
            assert!(checker.reason().contains("a coordinate is out of range"), "{low}");
        }
    }
}

#[test]
fn both_readers_have_the_same_limits() {
    let (_, mut log, checkpoint) = filled(1);
    let mut checker = Checker::start();
    let honest = log.receipt(1).expect("a receipt");
    let mut ask = |receipt: &Receipt| {
        let text = receipt.to_string();
        let ours = proved(&public(), text.as_bytes());
        assert_eq!(ours, checker.ask(&public(), text.as_bytes()), "{}", checker.reason());
        ours.is_some()
    };
    // A note of 65,536 bytes, and one of a group of four letters more.
    let line = |length: usize| format!("\u{2014} w {}\n", "A".repeat(length));
    let full = 60 * line(1_000).len() + checkpoint.len();
    let rest = (65_536 - full - line(0).len()) / 4 * 4;
    for (more, is_sound) in [(0, true), (4, false)] {
        let mut checkpoint = checkpoint.clone() + &line(1_000).repeat(60) + &line(rest + more);
        // Names of the length that is wanted fill it up to the byte.
        if more == 0 {
            let name = format!("\u{2014} w{} ", "w".repeat(65_536 - checkpoint.len()));
            checkpoint = checkpoint.replacen("\u{2014} w ", &name, 1);
            assert_eq!(checkpoint.len(), 65_536);
        }
        assert_eq!(ask(&Receipt { checkpoint, ..honest.clone() }), is_sound, "{more}");
    }
    // An entry of 4 MiB, and one of a byte more.
    let text = String::from_utf8(honest.entry.clone()).expect("text");
    for (length, is_sound) in [(4 << 20, true), ((4 << 20) + 1, false)] {
        let filler = "x".repeat(length - text.len());
        let entry = text.replacen("\"by\":\"", &format!("\"by\":\"{filler}"), 1).into_bytes();
        assert_eq!(entry.len(), length);
        let root = merkle::leaf(&entry);
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 1, root };
        let checkpoint = checkpoint.sign(&key(ORIGIN)).expect("it is signed");
        let receipt = Receipt { entry, position: 0, proof: Vec::new(), checkpoint };
        assert_eq!(ask(&receipt), is_sound, "{length}");
    }
}

/// A35: a falsified proof is not accepted. `merkle.rs` forges many more.
#[test]
fn a35_falsified_proof_is_refused() {
    let (_, mut log, _) = filled(9);
    let honest = log.receipt(4).expect("a receipt");
    let other = log.receipt(5).expect("a receipt");
    let key = public().parse().expect("a key");
    assert!(honest.prove(&key).is_ok());
    let forged = [
        Receipt { entry: other.entry.clone(), ..honest.clone() },
        Receipt { proof: other.proof.clone(), ..honest.clone() },
        Receipt { position: other.position, ..honest.clone() },
        Receipt { proof: Vec::new(), ..honest.clone() },
        // The hash of a node passed off as an entry.
        Receipt { entry: [&[1], other.proof[0].as_bytes().as_slice()].concat(), ..honest },
    ];
    for receipt in forged {
        let code = receipt.prove(&key).expect_err("it is falsified").code();
        assert_eq!(code.name(), "receipt_invalid");
    }
}

/// A50: a receipt of one approval is none of another, and none in another ledger.
#[test]
fn a50_receipt_used_for_something_else() {
    let (_, mut log, _) = filled(6);
    let honest = log.receipt(4).expect("a receipt");
    let mut checker = Checker::start();

    // The same facts in the ledger of another tenant, signed with the same secret.
    let mut other = open(Box::new(Memory::default()), "other.example/releases");
    (0..6).for_each(|number| append(&mut other, number));
    let theirs = other.receipt(4).expect("a receipt").to_string();
    assert!(proved(&other.key().expect("a key").to_string(), theirs.as_bytes()).is_some());
    assert_eq!(proved(&public(), theirs.as_bytes()), None);
    assert_eq!(checker.ask(&public(), theirs.as_bytes()), None);

    // Renamed where the name stands, with everything else left.
    let renamed = theirs.replace("other.example", "acme.example");
    assert_eq!(proved(&public(), renamed.as_bytes()), None);
    // The checkpoint of one under the entry of the other.
    let mixed = Receipt { checkpoint: log.checkpoint().expect("one"), ..theirs.parse().expect("") };
    assert!(mixed.prove(&public().parse().expect("a key")).is_err());

    // An approval said to be of another change: its bytes are not those that were proved.
    let text = String::from_utf8(honest.entry.clone()).expect("text");
    let entry = text.replace("C-3", "C-4").into_bytes();
    let moved = Receipt { entry, ..honest };
    assert!(moved.prove(&public().parse().expect("a key")).is_err());
    assert_eq!(checker.ask(&public(), moved.to_string().as_bytes()), None);
}

/// A39: a message that comes again, however late, has one effect; the same id with something else
/// in it is refused.
#[test]
fn a39_replayed_message_has_one_effect() {
    let (_, mut log) = ledger();
    let id = "webhook/7".parse().expect("an id");
    let facts = vec![proof::fact(0).with_id(id)];
    for number in [0, 1, 100, 400 * 24 * 3_600] {
        let batch = Batch { facts: facts.clone(), decided_on: None, clock: second(number) };
        let outcome = log.append(&batch).expect("it is taken");
        let lynchpin_store::Outcome::Appended(appended) = outcome else { panic!("no conflict") };
        assert_eq!((appended.places, appended.size), (vec![1], 1));
        assert_eq!(appended.new, usize::from(number == 0));
    }
    let again: Vec<Draft> = facts.into_iter().map(|_| proof::fact(1)).collect();
    let again = again.into_iter().map(|it| it.with_id("webhook/7".parse().expect("an id")));
    let batch = Batch { facts: again.collect(), decided_on: None, clock: second(2) };
    assert_eq!(log.append(&batch).expect_err("another fact").code().name(), "duplicate_id");
    assert_eq!(log.head().size, 1);
}

#[test]
fn an_entry_of_a_million_is_read_back_as_it_was() {
    // The checker prints the very bytes: what is shown is what was hashed.
    let (_, mut log): (Memory, Log) = ledger();
    append(&mut log, 0);
    let receipt = log.receipt(1).expect("a receipt");
    let shown = Checker::start().ask(&public(), receipt.to_string().as_bytes()).expect("sound");
    assert_eq!(shown, receipt.entry);
    let line = format!("extra {}", STANDARD.encode(&shown));
    assert!(receipt.to_string().lines().any(|it| it == line));
}
