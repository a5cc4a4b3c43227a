//! Hands laid on the file itself: by SQL, by its bytes, and by putting an older one in its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lynchpin::base::{ErrorCode, Result};
use lynchpin_store::store::Durability;
use lynchpin_store::store::sqlite::{Options, Sqlite};
use lynchpin_store::{Log, Verified, verify};
use rusqlite::Connection;

use super::is_soak;
use super::loose::Loose;
use crate::chance::Chance;
use crate::proof::{ORIGIN, append, key, open, options};

/// A file opened so that nothing waits for the disk.
fn sqlite(path: &Path) -> Result<Sqlite> {
    let mut options = Options::default();
    options.durability = Durability::Volatile;
    Sqlite::create_with(path, options)
}

/// A ledger of so many facts in a file, and the checkpoint of all of them.
fn file(folder: &Path, facts: u64) -> (PathBuf, String) {
    let path = folder.join("releases.ledger");
    let mut log = open(Box::new(sqlite(&path).expect("a file")), ORIGIN);
    (0..facts).for_each(|number| append(&mut log, number));
    let checkpoint = log.checkpoint().expect("it is signed");
    drop(log);
    // All of it is in the one file now: the last to close it empties the log beside it.
    assert!(!folder.join("releases.ledger-wal").exists());
    (path, checkpoint)
}

fn verified(path: &Path, kept: &[String]) -> Result<Verified> {
    let public = key(ORIGIN).public().clone();
    verify::store(&mut sqlite(path)?, Some(ORIGIN), Some(&public), kept)
}

/// What they change, the entry at which that is found, and as what.
const CHANGES: &[(&str, Option<u64>, ErrorCode)] = &[
    (
        "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'ann', 'eve') AS \
         BLOB) WHERE sequence = 3",
        Some(3),
        ErrorCode::LedgerTampered,
    ),
    ("DELETE FROM entries WHERE sequence = 3", None, ErrorCode::LedgerTampered),
    ("DELETE FROM entries WHERE sequence = 6", None, ErrorCode::LedgerRolledBack),
    ("UPDATE entries SET sequence = 9 WHERE sequence = 3", None, ErrorCode::LedgerTampered),
    ("UPDATE entries SET sequence = 9 WHERE sequence = 6", None, ErrorCode::LedgerTampered),
    (
        "UPDATE entries SET key = zeroblob(32) WHERE sequence = 3",
        Some(3),
        ErrorCode::LedgerTampered,
    ),
    ("UPDATE entries SET key = zeroblob(31) WHERE sequence = 3", Some(3), ErrorCode::StoreCorrupt),
    (
        "UPDATE entries SET leaf = zeroblob(32) WHERE sequence = 3",
        Some(3),
        ErrorCode::LedgerTampered,
    ),
    (
        "UPDATE entries SET recorded = recorded + 1 WHERE sequence = 3",
        Some(3),
        ErrorCode::LedgerTampered,
    ),
    ("UPDATE entries SET recorded = -1 WHERE sequence = 3", Some(3), ErrorCode::StoreCorrupt),
    ("UPDATE ledger SET origin = 'other.example/x'", None, ErrorCode::StoreForeign),
    ("DELETE FROM ledger", None, ErrorCode::StoreForeign),
    ("INSERT INTO blocks VALUES (0, zeroblob(32))", None, ErrorCode::LedgerTampered),
    ("INSERT INTO blocks VALUES (3, zeroblob(1))", None, ErrorCode::StoreCorrupt),
    (
        // A number as text, once the tables are no longer strict.
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', \
             ''); PRAGMA writable_schema = RESET; UPDATE notes SET note = 'none'",
        None,
        ErrorCode::StoreCorrupt,
    ),
    ("UPDATE notes SET note = CAST('none' AS BLOB)", None, ErrorCode::CheckpointInvalid),
    ("UPDATE notes SET size = size - 1", None, ErrorCode::CheckpointInvalid),
    (
        "INSERT INTO entries SELECT 7, zeroblob(32), leaf, recorded, bytes FROM entries \
             WHERE sequence = 2",
        Some(7),
        ErrorCode::LedgerTampered,
    ),
];

/// Whoever can write to the file drops the triggers and changes what they like.
#[test]
fn changes_by_sql_are_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, checkpoint) = file(folder.path(), 6);
    let original = std::fs::read(&path).expect("the file");
    let kept = [checkpoint];
    let drop_all = "DROP TRIGGER entries_stay; DROP TRIGGER entries_are_final; \
                    DROP TRIGGER blocks_stay; DROP TRIGGER blocks_are_final;";
    for (sql, sequence, code) in CHANGES {
        std::fs::write(&path, &original).expect("the file");
        let attacker = Connection::open(&path).expect("it opens");
        let is_guarded =
            ["UPDATE entries", "DELETE FROM entries"].iter().any(|it| sql.starts_with(it));
        assert_eq!(attacker.execute_batch(sql).is_err(), is_guarded, "{sql}");
        if is_guarded {
            attacker.execute_batch(drop_all).expect("they are dropped");
            attacker.execute_batch(sql).expect("nothing stands in the way");
        }
        drop(attacker);
        for kept in [&[][..], &kept[..]] {
            let seen = verified(&path, kept).expect("it can be read");
            let told = seen.findings.iter().any(|it| it.code == *code && it.sequence == *sequence);
            assert!(told, "{sql}: {seen:?}");
        }
    }
}

/// Flips bits of the file: of the headers of all pages, and a sample of the rest.
#[test]
fn bits_of_the_file_are_found_or_without_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = file(folder.path(), if is_soak() { 200 } else { 24 });
    let original = std::fs::read(&path).expect("the file");
    let honest = Loose::dump(&mut sqlite(&path).expect("it opens")).expect("it can be read");
    let original = std::fs::read(&path).unwrap_or(original);
    let page = usize::from(u16::from_be_bytes([original[16], original[17]]));
    let headers = (0..original.len()).step_by(page).flat_map(|at| at..at + 12);
    let headers: Vec<usize> = (0..112).chain(headers.skip(12)).collect();
    let mut chance = Chance::new(7);
    let share = if is_soak() { 1 } else { 31 };
    let first = chance.place(share);
    let mut work: Vec<(usize, u8)> =
        headers.iter().flat_map(|at| (0..8).map(move |bit| (*at, bit))).collect();
    work = work.into_iter().skip(first).step_by(share).collect();
    let sample = if is_soak() { 20_000 } else { 200 };
    work.extend((0..sample).map(|_| {
        let bit = u8::try_from(chance.below(8)).expect("a bit");
        (chance.place(original.len()), bit)
    }));
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for (at, bit) in &work {
        let mut bytes = original.clone();
        bytes[*at] ^= 1 << bit;
        // A file that is its own: the last one may not have been closed in order.
        let path = folder.path().join("flipped.ledger");
        for tail in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(folder.path().join(format!("flipped.ledger{tail}")));
        }
        std::fs::write(&path, &bytes).expect("the file");
        let how = match verified(&path, &[]) {
            Err(error) => format!("the store: {}", error.code()),
            Ok(seen) if !seen.is_intact() => format!("verification: {}", seen.findings[0].code),
            Ok(seen) => {
                let now = sqlite(&path).and_then(|mut store| Loose::dump(&mut store));
                let now = now.unwrap_or_else(|error| panic!("byte {at} bit {bit}: {error}"));
                if now == honest {
                    "no effect: all that is read is the same".to_owned()
                } else {
                    // A checkpoint under another name is none: nothing vouches for the entries.
                    assert_eq!((&now.rows, &now.blocks), (&honest.rows, &honest.blocks), "{at}");
                    assert_eq!(seen.signed, 0, "byte {at} bit {bit}");
                    "what is signed: nothing".to_owned()
                }
            }
        };
        *found.entry(how).or_default() += 1;
    }
    println!("{} flips in a file of {} bytes:", work.len(), original.len());
    found.iter().for_each(|(how, count)| println!("  {count} by {how}"));
}

/// A page says that it leads to one more than it does: all rows are there, and then comes an error.
#[test]
fn damage_behind_the_last_row_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, _) = file(folder.path(), 60);
    let mut bytes = std::fs::read(&path).expect("the file");
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let inner = (page..bytes.len()).step_by(page).find(|at| bytes[*at] == 5);
    let inner = inner.expect("a table of more than one page");
    bytes[inner + 4] += 1;
    std::fs::write(&path, &bytes).expect("the file");
    let seen = verified(&path, &[]).expect("it can be read");
    assert_eq!((seen.size, seen.entries), (60, 60));
    assert_eq!(seen.findings[0].code, ErrorCode::StoreCorrupt, "{seen:?}");
}

/// A51: the ledger is cut to before a rejection, by putting a backup in its place.
#[test]
fn a51_restored_from_a_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, before) = file(folder.path(), 2);
    let backup = std::fs::read(&path).expect("the file");
    let mut log = open(Box::new(sqlite(&path).expect("a file")), ORIGIN);
    append(&mut log, 2);
    let rejected = log.receipt(3).expect("a receipt");
    let entry = String::from_utf8(rejected.entry).expect("text");
    assert!(entry.contains("\"decision\":\"rejected\""));
    let since = log.checkpoint().expect("it is signed");
    drop(log);

    std::fs::write(&path, &backup).expect("the file");
    let with = |since: &str| {
        let mut options = options(ORIGIN);
        options.since = Some(since.to_owned());
        Log::open(Box::new(sqlite(&path).expect("a file")), options).map(drop)
    };
    // Nothing in the file tells: it is what it was then.
    assert!(verified(&path, &[]).expect("it can be read").is_intact());
    assert!(with(&before).is_ok());
    // Whoever kept the newer checkpoint sees it at once.
    let refused = with(&since).expect_err("it is older");
    assert_eq!(refused.code(), ErrorCode::LedgerRolledBack);
    let seen = verified(&path, std::slice::from_ref(&since)).expect("it can be read");
    assert_eq!(seen.findings[0].code, ErrorCode::LedgerRolledBack);
    assert_eq!(seen.findings[0].range, Some(3..4));

    // And so it does if something else was appended in its place since.
    let mut log = open(Box::new(sqlite(&path).expect("a file")), ORIGIN);
    append(&mut log, 3);
    let _ = log.checkpoint().expect("it is signed");
    drop(log);
    let refused = with(&since).expect_err("it is another one");
    assert_eq!(refused.code(), ErrorCode::LedgerTampered);
    let seen = verified(&path, &[before, since]).expect("it can be read");
    assert_eq!(seen.findings[0].code, ErrorCode::LedgerTampered);
    assert_eq!(seen.findings[0].range, Some(3..4));
}
