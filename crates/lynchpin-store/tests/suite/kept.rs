//! What stores keep: rows, blocks, notes.

use lynchpin::base::{Digest, Error, ErrorCode, Instant, Result};
use lynchpin_store::entry::Row;
use lynchpin_store::merkle;
use lynchpin_store::store::{Head, Note, Store, Transaction};

use crate::{Check, New};

pub(crate) const CHECKS: &[Check] = &[
    ("a ledger is begun once", begun_once),
    ("the head is the newest row", newest),
    ("ranges leave out their end and what is not there", ranges),
    ("many rows are passed on in order", many),
    ("who reads may stop", stops),
    ("a writer sees what it adds", sees_its_own),
    ("a writer that fails leaves nothing", leaves_nothing),
    ("erased bytes leave the hashes", erases),
    ("the newest note counts", notes),
    ("two handles see each other", two_handles),
    ("writers wait for each other", one_at_a_time),
];

/// For stores that outlive a panic.
pub(crate) const LASTING: &[Check] = &[("a writer that panics leaves nothing", panics)];

fn row(sequence: u64) -> Row {
    let bytes = format!("row {sequence}").into_bytes();
    let key = Digest::of(&bytes);
    let recorded = Instant::from_micros(1_000 + i64::try_from(sequence).unwrap()).unwrap();
    Row { sequence, key, leaf: merkle::leaf(&bytes), recorded, bytes: Some(bytes) }
}

fn head(row: &Row) -> Head {
    Head { size: row.sequence, leaf: row.leaf, recorded: row.recorded }
}

fn append(store: &mut dyn Store, rows: &[Row], blocks: &[(u64, Digest)]) {
    store.write(&mut |change| change.append(rows, blocks)).unwrap();
}

fn read(store: &mut dyn Store, from: u64, to: u64) -> Vec<Row> {
    let mut found = Vec::new();
    store
        .rows(from..to, &mut |row| {
            found.push(row);
            Ok(())
        })
        .unwrap();
    found
}

fn some(count: u64) -> Vec<Row> {
    (1..=count).map(row).collect()
}

fn begun_once(new: New<'_>) {
    let ledger = new();
    let (mut one, mut other) = (ledger(), ledger());
    assert_eq!(one.origin().unwrap(), None);
    assert_eq!(one.begin("acme.example/\u{e9}").unwrap(), "acme.example/\u{e9}");
    assert_eq!(other.begin("acme.example/b").unwrap(), "acme.example/\u{e9}");
    assert_eq!(other.origin().unwrap().as_deref(), Some("acme.example/\u{e9}"));
}

fn newest(new: New<'_>) {
    let mut store = new()();
    assert_eq!(store.head().unwrap(), Head::empty());
    append(store.as_mut(), &some(3), &[]);
    assert_eq!(store.head().unwrap(), head(&row(3)));
    append(store.as_mut(), &[], &[]);
    assert_eq!(store.head().unwrap(), head(&row(3)));
}

fn ranges(new: New<'_>) {
    let mut store = new()();
    assert!(read(store.as_mut(), 1, u64::MAX).is_empty());
    let roots: Vec<Digest> = (0..3).map(|number| Digest::of(&[number])).collect();
    append(store.as_mut(), &some(5), &[(0, roots[0]), (1, roots[1])]);
    append(store.as_mut(), &[row(6)], &[(2, roots[2])]);
    for (from, to) in [(1, 7), (0, 3), (2, 4), (6, 7), (6, u64::MAX), (7, 9), (3, 3), (4, 2)] {
        let wanted: Vec<Row> =
            some(6).into_iter().filter(|it| (from..to).contains(&it.sequence)).collect();
        assert_eq!(read(store.as_mut(), from, to), wanted, "{from}..{to}");
        let leaves: Vec<Digest> = wanted.iter().map(|it| it.leaf).collect();
        assert_eq!(store.leaves(from..to).unwrap(), leaves, "{from}..{to}");
    }
    for (from, to) in [(0, 3), (0, 2), (1, 2), (2, u64::MAX), (3, 5), (1, 1), (2, 1)] {
        let wanted: Vec<Digest> = (0..)
            .zip(&roots)
            .filter(|(at, _)| (from..to).contains(at))
            .map(|(_, it)| *it)
            .collect();
        assert_eq!(store.blocks(from..to).unwrap(), wanted, "{from}..{to}");
    }
    assert_eq!(store.blocks(u64::MAX..u64::MAX).unwrap(), []);
    assert_eq!(store.find(&row(4).key).unwrap(), Some(4));
    assert_eq!(store.find(&row(7).key).unwrap(), None);
}

/// More than a store might read or write at once, in number and in bytes.
fn many(new: New<'_>) {
    let mut store = new()();
    let mut rows = some(2_500);
    for place in [999, 1_000, 1_001, 2_499] {
        rows[place].bytes = Some(vec![7; 3 << 20]);
    }
    for part in rows.chunks(2_000) {
        append(store.as_mut(), part, &[]);
    }
    assert!(read(store.as_mut(), 1, u64::MAX) == rows);
    assert_eq!(store.leaves(1..2_501).unwrap().len(), rows.len());
}

fn stops(new: New<'_>) {
    let mut store = new()();
    append(store.as_mut(), &some(5), &[]);
    // Whatever its code is, it is not taken for the store's own.
    for code in [ErrorCode::Io, ErrorCode::Cancelled] {
        let mut seen = 0;
        let stopped = store.rows(1..6, &mut |row| {
            seen = row.sequence;
            if seen == 3 { Err(Error::new(code, "enough")) } else { Ok(()) }
        });
        assert_eq!((stopped.unwrap_err().code(), seen), (code, 3));
    }
    let mut seen = 0;
    let stopped = store.write(&mut |change| {
        change.append(&[row(6)], &[])?;
        change.rows(1..7, &mut |row| {
            seen = row.sequence;
            if seen == 2 { Err(Error::new(ErrorCode::Io, "enough")) } else { Ok(()) }
        })
    });
    assert_eq!((stopped.unwrap_err().code(), seen), (ErrorCode::Io, 2));
    assert_eq!(read(store.as_mut(), 1, 9), some(5));
}

fn sees_its_own(new: New<'_>) {
    let mut store = new()();
    append(store.as_mut(), &[row(1)], &[]);
    store
        .write(&mut |change| {
            assert_eq!(change.head()?, head(&row(1)));
            change.append(&[row(2), row(3)], &[])?;
            assert_eq!(change.head()?, head(&row(3)));
            assert_eq!(change.find(&row(3).key)?, Some(3));
            assert_eq!(change.find(&row(4).key)?, None);
            let keys = [3, 4, 1, 3].map(|sequence| row(sequence).key);
            assert_eq!(change.find_all(&keys)?, [Some(3), None, Some(1), Some(3)]);
            assert_eq!(change.find_all(&[])?, []);
            change.erase(&[2])?;
            let mut seen = Vec::new();
            change.rows(1..9, &mut |row| {
                seen.push((row.sequence, row.bytes.is_some()));
                Ok(())
            })?;
            assert_eq!(seen, [(1, true), (2, false), (3, true)]);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.head().unwrap(), head(&row(3)));
}

/// Changes all that can be changed, and fails.
fn spoil(change: &mut dyn Transaction) -> Result<()> {
    change.append(&[row(3), row(4)], &[(1, Digest::of(b"one"))])?;
    change.erase(&[1, 3])?;
    Err(Error::new(ErrorCode::Cancelled, "not after all"))
}

fn is_unspoilt(store: &mut dyn Store) {
    assert_eq!(store.head().unwrap(), head(&row(2)));
    assert_eq!(read(store, 1, 9), some(2));
    assert_eq!(store.find(&row(3).key).unwrap(), None);
    assert_eq!(store.find(&row(2).key).unwrap(), Some(2));
    assert_eq!(store.blocks(0..u64::MAX).unwrap(), [Digest::of(b"zero")]);
}

fn leaves_nothing(new: New<'_>) {
    let ledger = new();
    let (mut store, mut other) = (ledger(), ledger());
    append(store.as_mut(), &some(2), &[(0, Digest::of(b"zero"))]);
    for _ in 0..2 {
        let failed = store.write(&mut |change| spoil(change));
        assert_eq!(failed.unwrap_err().code(), ErrorCode::Cancelled);
        is_unspoilt(store.as_mut());
        is_unspoilt(other.as_mut());
    }
    // The same rows fit where they would have been, by whoever comes first.
    append(other.as_mut(), &[row(3)], &[]);
    append(store.as_mut(), &[row(4)], &[]);
    assert_eq!(read(other.as_mut(), 1, 9), some(4));
}

fn panics(new: New<'_>) {
    let ledger = new();
    let (mut store, mut other) = (ledger(), ledger());
    append(store.as_mut(), &some(2), &[(0, Digest::of(b"zero"))]);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(&mut |change| {
            let _ = spoil(change);
            std::panic::resume_unwind(Box::new("a defect of whoever follows the log"));
        })
    }));
    assert!(panicked.is_err());
    is_unspoilt(other.as_mut());
    is_unspoilt(store.as_mut());
    append(other.as_mut(), &[row(3)], &[]);
    append(store.as_mut(), &[row(4)], &[]);
}

fn erases(new: New<'_>) {
    let ledger = new();
    let (mut store, mut other) = (ledger(), ledger());
    append(store.as_mut(), &some(4), &[]);
    for _ in 0..2 {
        store.write(&mut |change| change.erase(&[2, 4, 9])).unwrap();
    }
    store.write(&mut |change| change.erase(&[])).unwrap();
    let is_even = |it: &Row| it.sequence.is_multiple_of(2);
    let erased = |it: Row| if is_even(&it) { Row { bytes: None, ..it } } else { it };
    let wanted: Vec<Row> = some(4).into_iter().map(erased).collect();
    assert_eq!(read(other.as_mut(), 1, 9), wanted);
    assert_eq!(store.head().unwrap(), head(&row(4)));
    assert_eq!(store.find(&row(2).key).unwrap(), Some(2));
}

fn notes(new: New<'_>) {
    let ledger = new();
    let (mut store, mut other) = (ledger(), ledger());
    assert_eq!(store.note(Note::Checkpoint).unwrap(), None);
    store.keep(Note::Checkpoint, 5, b"five").unwrap();
    store.keep(Note::Snapshot, 1, &[0, 255]).unwrap();
    let newest = |store: &mut Box<dyn Store>| store.note(Note::Checkpoint).unwrap();
    assert_eq!(newest(&mut other), Some((5, b"five".to_vec())));
    other.keep(Note::Checkpoint, 4, b"four").unwrap();
    assert_eq!(newest(&mut store), Some((5, b"five".to_vec())));
    other.keep(Note::Checkpoint, 5, b"FIVE").unwrap();
    assert_eq!(newest(&mut store), Some((5, b"FIVE".to_vec())));
    other.keep(Note::Checkpoint, 6, b"").unwrap();
    assert_eq!(newest(&mut store), Some((6, Vec::new())));
    assert_eq!(store.note(Note::Snapshot).unwrap(), Some((1, vec![0, 255])));
}

fn two_handles(new: New<'_>) {
    let ledger = new();
    let (mut one, mut other) = (ledger(), ledger());
    for sequence in 1..=6 {
        let (writes, reads) =
            if sequence % 2 == 0 { (&mut one, &mut other) } else { (&mut other, &mut one) };
        append(writes.as_mut(), &[row(sequence)], &[]);
        assert_eq!(reads.head().unwrap(), head(&row(sequence)));
        assert_eq!(reads.find(&row(sequence).key).unwrap(), Some(sequence));
    }
    assert_eq!(read(ledger().as_mut(), 1, 9), some(6));
}

fn one_at_a_time(new: New<'_>) {
    let ledger = new();
    let writers: Vec<Box<dyn Store>> = (0..4).map(|_| ledger()).collect();
    std::thread::scope(|scope| {
        for mut store in writers {
            scope.spawn(move || {
                for _ in 0..10 {
                    store
                        .write(&mut |change| {
                            let size = change.head()?.size;
                            std::thread::yield_now();
                            change.append(&[row(size + 1)], &[])
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(read(ledger().as_mut(), 1, 99), some(40));
}
