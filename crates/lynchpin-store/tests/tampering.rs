//! Whatever is changed in a ledger is seen, or has no effect; and what cannot be seen without a
//! checkpoint that was kept outside is said, by tests as well.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "a test knows what it made")]

mod chance;
#[cfg(feature = "sqlite")]
mod file;
mod loose;
mod proof;
mod snapshots;

use std::collections::BTreeMap;
use std::sync::Mutex;

use chance::{Chance, cases};
use loose::{Loose, whole_blocks};
use lynchpin::base::ErrorCode;
use lynchpin_store::checkpoint::Checkpoint;
use lynchpin_store::note::NoteKey;
use lynchpin_store::store::{Note, Store};
use lynchpin_store::{Entry, Verified, verify};
use proof::{ORIGIN, append, filled, key, ledger};

fn public() -> NoteKey {
    key(ORIGIN).public().clone()
}

fn verified(store: &mut dyn Store, kept: &[String]) -> Verified {
    verify::store(store, Some(ORIGIN), Some(&public()), kept).expect("the store can be read")
}

/// A ledger of so many facts that can be changed, and a checkpoint of each of its sizes.
fn loose(facts: u64) -> (Loose, Vec<String>) {
    let (mut store, mut log) = ledger();
    let mut checkpoints = Vec::new();
    for number in 0..facts {
        append(&mut log, number);
        checkpoints.push(log.checkpoint().expect("it is signed"));
    }
    let loose = Loose::dump(&mut store).expect("it can be read");
    assert!(verified(&mut loose.clone(), &checkpoints).is_intact());
    (loose, checkpoints)
}

/// Whether this is a soak, where all is looked at.
fn is_soak() -> bool {
    cases(0) >= 1_000
}

/// How many facts to look at: a debug build is slow.
fn facts() -> u64 {
    if is_soak() { 200 } else { 24 }
}

/// Whether a finding is about an entry.
fn is_told(verified: &Verified, sequence: u64) -> bool {
    let is_about = |range: &std::ops::Range<u64>| range.contains(&sequence);
    verified.findings.iter().any(|finding| {
        finding.sequence == Some(sequence) || finding.range.as_ref().is_some_and(is_about)
    })
}

fn has(verified: &Verified, code: ErrorCode) -> bool {
    verified.findings.iter().any(|finding| finding.code == code)
}

/// The fields of a row, with how many bits they have.
const FIELDS: [&str; 5] = ["sequence", "key", "leaf", "recorded", "bytes"];

fn bits(store: &Loose, row: usize, field: &str) -> usize {
    let row = &store.rows[row];
    match field {
        "sequence" | "recorded" => 64,
        "key" => row.key.len() * 8,
        "leaf" => row.leaf.len() * 8,
        _ => row.bytes.as_ref().expect("bytes").len() * 8,
    }
}

fn flip(store: &mut Loose, row: usize, field: &str, bit: usize) {
    let row = &mut store.rows[row];
    match field {
        "sequence" => row.sequence ^= 1 << bit,
        "recorded" => row.recorded ^= 1 << bit,
        "key" => row.key[bit / 8] ^= 1 << (bit % 8),
        "leaf" => row.leaf[bit / 8] ^= 1 << (bit % 8),
        _ => row.bytes.as_mut().expect("bytes")[bit / 8] ^= 1 << (bit % 8),
    }
}

/// Every bit of every field of every row, without a checkpoint from outside: it is found, and
/// where.
/// In a shorter run a share of the bits is looked at, which the seed chooses: more than a hundred
/// thousand of 200 facts in a soak, and all of them in a soak of a million cases.
#[test]
fn every_bit_of_a_row_counts() {
    let (honest, checkpoints) = loose(facts());
    let share = match cases(0) {
        0..1_000 => 23,
        1_000..1_000_000 => 5,
        _ => 1,
    };
    let work: Vec<(usize, &str, usize)> = (0..honest.rows.len())
        .flat_map(|row| FIELDS.map(|field| (row, field)))
        .flat_map(|(row, field)| (0..bits(&honest, row, field)).map(move |bit| (row, field, bit)))
        .collect();
    let first = Chance::new(5).place(share);
    let found: Mutex<BTreeMap<(&str, String), u64>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (honest, work, checkpoints, found) = (&honest, &work, &checkpoints, &found);
            let own = work.iter().skip(first).step_by(share).skip(thread).step_by(threads);
            scope.spawn(move || {
                let mut store = honest.clone();
                for (number, (row, field, bit)) in own.enumerate() {
                    flip(&mut store, *row, field, *bit);
                    let seen = verified(&mut store, &[]);
                    let sequence = honest.rows[*row].sequence;
                    let at = format!("bit {bit} of {field} of entry {sequence}");
                    assert!(!seen.is_intact() && is_told(&seen, sequence), "{at}: {seen:?}");
                    if number % 16 == 0 {
                        let seen = verified(&mut store, &checkpoints[checkpoints.len() - 1..]);
                        assert!(is_told(&seen, sequence), "{at}: {seen:?}");
                    }
                    let code = seen.findings[0].code.to_string();
                    let mut found = found.lock().expect("no thread failed");
                    *found.entry((field, code)).or_default() += 1;
                    flip(&mut store, *row, field, *bit);
                }
                assert_eq!(store, *honest);
            });
        }
    });
    let found = found.into_inner().expect("no thread failed");
    println!("{} flips in {} rows, all found:", found.values().sum::<u64>(), honest.rows.len());
    found.iter().for_each(|((field, code), count)| println!("  {field}: {count} by {code}"));
}

/// The bits of what stands beside the rows.
#[test]
fn every_bit_beside_the_rows_counts() {
    let (honest, _) = loose(3);
    let (mut by_findings, mut by_size) = (0, 0);
    let notes = honest.notes[0].clone();
    for bit in 0..notes.2.len() * 8 {
        let mut store = honest.clone();
        store.notes[0].2[bit / 8] ^= 1 << (bit % 8);
        assert!(has(&verified(&mut store, &[]), ErrorCode::CheckpointInvalid), "{bit}");
        by_findings += 1;
    }
    for bit in 0..64 {
        let mut store = honest.clone();
        store.notes[0].1 ^= 1 << bit;
        assert!(has(&verified(&mut store, &[]), ErrorCode::CheckpointInvalid), "{bit}");
        by_findings += 1;
    }
    for bit in 0..notes.0.len() * 8 {
        // The checkpoint is gone: nothing is wrong with the entries, and nothing vouches for them.
        let mut store = honest.clone();
        store.notes[0].0[bit / 8] ^= 1 << (bit % 8);
        let seen = verified(&mut store, &[]);
        assert_eq!((seen.is_intact(), seen.signed), (true, 0), "{bit}");
        by_size += 1;
    }
    for bit in 0..ORIGIN.len() * 8 {
        let mut store = honest.clone();
        store.origin.as_mut().expect("a name")[bit / 8] ^= 1 << (bit % 8);
        assert!(!verified(&mut store, &[]).is_intact(), "{bit}");
        // Whoever does not know the name either sees that the entries say another one.
        let seen = verify::store(&mut store, None, Some(&public()), &[]).expect("it can be read");
        assert!(!seen.is_intact(), "{bit}");
        by_findings += 1;
    }
    println!("{by_findings} flips beside the rows found, {by_size} by what is signed");
}

#[test]
fn every_bit_of_a_block_counts() {
    let (mut store, _, _) = filled(520);
    let honest = Loose::dump(&mut store).expect("it can be read");
    assert_eq!(honest.blocks.len(), whole_blocks(honest.rows.len()));
    let share = if is_soak() { 1 } else { 29 };
    let mut flips = 0;
    for at in 0..honest.blocks.len() {
        for bit in (Chance::new(6).place(share)..256 + 64).step_by(share) {
            let mut store = honest.clone();
            let (number, root) = &mut store.blocks[at];
            if bit < 256 {
                root[bit / 8] ^= 1 << (bit % 8);
            } else {
                *number ^= 1 << (bit - 256);
                // No store holds two of one number: that is what its table is kept by.
                if honest.blocks.iter().any(|(other, _)| other == number) {
                    continue;
                }
            }
            let seen = verified(&mut store, &[]);
            assert!(has(&seen, ErrorCode::LedgerTampered), "{at} {bit}");
            flips += 1;
        }
    }
    let bend = |change: &dyn Fn(&mut Loose), code| {
        let mut store = honest.clone();
        change(&mut store);
        assert!(has(&verified(&mut store, &[]), code));
    };
    bend(&|store| drop(store.blocks.remove(0)), ErrorCode::LedgerTampered);
    bend(&|store| drop(store.blocks.pop()), ErrorCode::LedgerTampered);
    bend(&|store| store.blocks.push((2, vec![0; 32])), ErrorCode::LedgerTampered);
    bend(&|store| store.blocks.push((9, vec![0; 32])), ErrorCode::LedgerTampered);
    bend(&|store| store.blocks[1].1.truncate(31), ErrorCode::StoreCorrupt);
    println!("{flips} flips in blocks, all found");
}

/// What the store cannot read is one finding, at its place; the pass goes on behind it.
#[test]
fn rows_that_cannot_be_read_are_told() {
    let (honest, checkpoints) = loose(12);
    let mut store = honest.clone();
    store.rows[2].key.pop();
    store.rows[6].leaf.clear();
    store.rows[7].recorded = -1;
    store.rows[10].bytes.as_mut().expect("bytes").push(b' ');
    let seen = verified(&mut store, &checkpoints);
    for at in [3, 7, 8, 11] {
        assert!(seen.findings.iter().any(|finding| finding.sequence == Some(at)), "{at}: {seen:?}");
    }
    assert_eq!((seen.size, seen.entries), (12, 9));
    // More than anybody would mend: it ends, and says from where on it did not look.
    let (mut store, _) = loose(0);
    let row = honest.rows[0].clone();
    store.rows = (1..=400).map(|sequence| loose::LooseRow { sequence, ..row.clone() }).collect();
    store.rows.iter_mut().for_each(|row| row.key.clear());
    let seen = verified(&mut store, &[]);
    assert!(seen.findings.len() == 100 && seen.found > 100);
}

/// Rows dropped, doubled, swapped and moved, one after the other.
#[test]
fn every_row_has_its_place() {
    let (honest, _) = loose(facts());
    let count = honest.rows.len();
    let newest = honest.rows[count - 1].sequence;
    let mut tried = 0;
    for at in 0..count {
        let bend = |change: &dyn Fn(&mut Loose)| {
            let mut store = honest.clone();
            change(&mut store);
            let seen = verified(&mut store, &[]);
            let sequence = honest.rows[at].sequence;
            assert!(!seen.is_intact() && is_told(&seen, sequence), "{sequence}: {seen:?}");
        };
        let other = (at + 1) % count;
        // Dropped; erased and dropped from among others.
        bend(&|store| drop(store.rows.remove(at)));
        // Doubled in its place, and at the end.
        bend(&|store| store.rows.insert(at, store.rows[at].clone()));
        let mut store = honest.clone();
        store.rows.push(loose::LooseRow { sequence: newest + 1, ..honest.rows[at].clone() });
        assert!(is_told(&verified(&mut store, &[]), newest + 1));
        // Swapped with the next, with and without the hashes.
        bend(&|store| {
            let (a, b) = (store.rows[at].sequence, store.rows[other].sequence);
            (store.rows[at].sequence, store.rows[other].sequence) = (b, a);
        });
        bend(&|store| {
            let bytes = store.rows[at].bytes.clone();
            store.rows[at].bytes = std::mem::replace(&mut store.rows[other].bytes, bytes);
        });
        // Moved to the end, near and far.
        for far in [1, 1 << 40] {
            bend(&|store| store.rows[at].sequence = newest + far);
        }
        // An entry of another ledger in its place.
        bend(&|store| {
            let bytes = store.rows[at].bytes.as_ref().expect("bytes");
            let mut entry = Entry::read(bytes).expect("an entry");
            entry.place.log = "other.example/x".to_owned();
            let bytes = entry.bytes().expect("an entry");
            store.rows[at].leaf = lynchpin_store::merkle::leaf(&bytes).as_bytes().to_vec();
            store.rows[at].bytes = Some(bytes);
        });
        tried += 8;
    }
    println!("{tried} rows dropped, doubled, swapped, moved and replaced, all found");
}

/// Bytes that are gone are counted; nothing else is lost with them. No entry says that they were
/// erased, and no snapshot what they meant.
#[test]
fn rows_that_somebody_erased_are_found() {
    let (mut store, checkpoints) = loose(9);
    store.rows[4].bytes = None;
    store.rows[8].bytes = None;
    let seen = verified(&mut store, &checkpoints);
    let found: Vec<_> = seen.findings.iter().map(|it| (it.sequence, it.range.clone())).collect();
    assert_eq!(found, [(Some(5), None), (Some(9), None), (None, Some(5..6)), (None, Some(9..10))]);
    assert_eq!((seen.size, seen.entries, seen.erased, seen.signed), (9, 7, 2, 9));
    assert_eq!(seen.root, store.root(9));
}

/// The tail cut off together with the newer checkpoints: only who kept one outside sees it.
#[test]
fn a_cut_is_seen_from_outside_only() {
    let (honest, checkpoints) = loose(facts());
    let count = honest.rows.len();
    for size in 0..count {
        let mut store = honest.clone();
        store.rows.truncate(size);
        // The checkpoint is still there, and says that there were more.
        assert!(has(&verified(&mut store, &[]), ErrorCode::LedgerRolledBack));
        match size.checked_sub(1) {
            Some(last) => {
                store.notes[0].1 = u64::try_from(size).expect("a size");
                store.notes[0].2 = checkpoints[last].clone().into_bytes();
            }
            None => store.notes.clear(),
        }
        assert!(verified(&mut store, &[]).is_intact(), "this is what cannot be seen");
        let seen = verified(&mut store, &checkpoints[count - 1..]);
        assert!(has(&seen, ErrorCode::LedgerRolledBack));
        let first = u64::try_from(size + 1).expect("a size");
        assert_eq!(seen.findings[0].range, Some(first..honest.rows[count - 1].sequence + 1));
    }
}

/// A fact changed, and all hashes after it made to fit.
#[test]
fn a_rewritten_tail_is_seen_up_to_what_was_signed() {
    let (honest, checkpoints) = loose(facts());
    let count = honest.rows.len();
    let every = 5;
    let kept: Vec<String> = checkpoints.iter().step_by(every).cloned().collect();
    let newest = [&kept[..], &checkpoints[count - 1..]].concat();
    for at in 0..count {
        let mut store = honest.clone();
        let bytes = store.rows[at].bytes.clone().expect("bytes");
        let text = String::from_utf8(bytes).expect("text").replace("\"ann\"", "\"eve\"");
        store.rows[at].bytes = Some(text.into_bytes());
        store.fit(at);
        // Without the key: the checkpoint in the store does not match any more.
        let seen = verified(&mut store, &[]);
        assert!(has(&seen, ErrorCode::LedgerTampered));
        assert_eq!(seen.findings[0].range, Some(1..count as u64 + 1));
        assert!(seen.findings[0].message.contains("made to fit"), "{seen:?}");
        // With checkpoints from outside, it is known between which two of them.
        let seen = verified(&mut store, &newest);
        let good = if at == 0 { 0 } else { (at - 1) / every * every + 1 };
        let bad = (at.div_ceil(every) * every + 1).min(count);
        let range = good as u64 + 1..bad as u64 + 1;
        assert_eq!(seen.findings[0].range, Some(range), "entry {}", at + 1);
        // With the key, and a checkpoint of what it is now: only from outside.
        let root = store.root(count);
        let (origin, size) = (ORIGIN.to_owned(), count as u64);
        let forged = Checkpoint { origin, size, root }.sign(&key(ORIGIN)).expect("it is signed");
        store.notes[0].2 = forged.clone().into_bytes();
        assert!(verified(&mut store, &[]).is_intact(), "this is what cannot be seen");
        assert!(has(&verified(&mut store, &checkpoints[count - 1..]), ErrorCode::LedgerTampered));
        // Whoever shows both has the proof that two histories were signed.
        let seen = verified(&mut store, &[forged, checkpoints[count - 1].clone()]);
        assert!(seen.findings[0].message.contains("two histories"), "{seen:?}");
        // Without the key, with an older checkpoint put back: what it covers is all that is sure.
        if at > 0 {
            store.notes[0] = (Note::Checkpoint.name().into(), at as u64, Vec::new());
            store.notes[0].2 = checkpoints[at - 1].clone().into_bytes();
            let seen = verified(&mut store, &[]);
            assert_eq!((seen.is_intact(), seen.signed), (true, at as u64));
        }
    }
}

/// What no ledger writes is told even where everything was signed again.
#[test]
fn what_the_format_forbids_is_told_even_if_signed() {
    let (honest, _) = loose(8);
    let bend = |from: usize, code, change: &dyn Fn(&mut Loose)| {
        let mut store = honest.clone();
        change(&mut store);
        let (origin, size) = (ORIGIN.to_owned(), 8);
        let root = store.root(8);
        let forged = Checkpoint { origin, size, root }.sign(&key(ORIGIN)).expect("it is signed");
        store.notes[0].2 = forged.into_bytes();
        let seen = verified(&mut store, &[]);
        let told = |it: &lynchpin_store::Finding| {
            it.code == code && it.sequence == Some(honest.rows[from].sequence)
        };
        assert!(seen.findings.iter().any(told), "{seen:?}");
        assert_eq!(seen.signed, 8, "the hashes fit");
    };
    let edit = |store: &mut Loose, at: usize, from: &str, to: &str| {
        let text = String::from_utf8(store.rows[at].bytes.clone().expect("bytes")).expect("text");
        assert!(text.contains(from), "{text}");
        store.rows[at].bytes = Some(text.replacen(from, to, 1).into_bytes());
        store.fit(at);
    };
    // It was accepted before the one before it.
    bend(4, ErrorCode::LedgerTampered, &|store| {
        edit(
            store,
            4,
            "\"recorded\":\"2026-11-01T09:00:04Z",
            "\"recorded\":\"2026-11-01T08:00:04Z",
        );
    });
    // One fact twice.
    bend(5, ErrorCode::LedgerTampered, &|store| {
        let first = Entry::read(store.rows[2].bytes.as_ref().expect("bytes")).expect("an entry");
        let mut again = Entry::read(store.rows[5].bytes.as_ref().expect("bytes")).expect("one");
        again.fact = first.fact;
        store.rows[5].bytes = Some(again.bytes().expect("an entry"));
        store.fit(5);
    });
    // A fact with white space in it, one of no known kind, and one that is none.
    bend(3, ErrorCode::LedgerMalformed, &|store| edit(store, 3, "\"by\":\"", "\"by\": \""));
    bend(3, ErrorCode::FactKindUnknown, &|store| edit(store, 3, "approvals", "approval_s"));
    bend(3, ErrorCode::MissingField, &|store| edit(store, 3, "\"by\":\"ann\",", ""));
    bend(3, ErrorCode::LedgerTampered, &|store| edit(store, 3, ORIGIN, "other.example/x"));
}

/// What a process has read is a checkpoint, too, for as long as it runs.
#[test]
fn an_open_log_knows_what_it_read() {
    let (mut store, mut log, _) = filled(5);
    assert!(log.verify(&[]).expect("it can be read").is_intact());
    // Somebody erases all but one row from under it.
    let erase = |change: &mut dyn lynchpin_store::store::Transaction| change.erase(&[2]);
    store.write(&mut { erase }).expect("it is erased");
    let seen = log.verify(&[]).expect("it can be read");
    assert_eq!((is_told(&seen, 2), is_told(&seen, 1), seen.erased), (true, false, 1));
}
