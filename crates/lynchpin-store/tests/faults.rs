//! What a ledger says when something is wrong with its file, its folder, its process or its clock.
//!
//! `docs/ledger/faults.md` lists what is tested here and in the programs beside it. Linux only, for
//! the layer below the files.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "fault/child.rs"]
mod child;
#[path = "fault/script.rs"]
mod script;
#[path = "fault/shim.rs"]
mod shim;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lynchpin::base::{ErrorCode, Result};
use lynchpin_store::store::Store as _;
use lynchpin_store::store::sqlite::{Options, Sqlite};
use lynchpin_store::{Draft, Log};
use script::{Random, Script, Seen, append};
use tempfile::TempDir;

/// A ledger of so many batches, closed.
struct Sample {
    folder: TempDir,
    script: Script,
    seen: Seen,
}

impl Sample {
    fn new(batches: u64) -> Self {
        let (folder, script) = (child::scratch(), Script { seed: 7, large_every: 1000 });
        let mut sample = Sample { folder, script, seen: Seen::default() };
        let mut log = script::open(&sample.path(), true, Options::default(), None)
            .expect("the folder can be written");
        sample.seen.begun = true;
        for number in 0..batches {
            append(&mut log, &script.batch(number)).expect("there is room");
            sample.seen.batches += 1;
        }
        sample.seen.checkpoint = Some(log.checkpoint().expect("there is a key"));
        sample
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn open(&self) -> Result<Log> {
        script::open(&self.path(), false, Options::default(), None)
    }

    /// The ledger as it is on the disk while it is open: the file, and its write-ahead log.
    fn of_a_crash(&self) -> [Vec<u8>; 2] {
        let mut log = self.open().expect("it opens");
        for number in self.seen.batches..self.seen.batches + 5 {
            append(&mut log, &self.script.batch(number)).expect("there is room");
        }
        let wal = fs::read(self.path().with_file_name("ledger-wal")).expect("it is there");
        [fs::read(self.path()).expect("it is there"), wal]
    }
}

fn code<T>(result: Result<T>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

/// Places a file and its write-ahead log in a folder of their own.
fn place(main: &[u8], wal: &[u8]) -> TempDir {
    let folder = child::scratch();
    fs::write(folder.path().join("ledger"), main).expect("the folder can be written");
    fs::write(folder.path().join("ledger-wal"), wal).expect("the folder can be written");
    folder
}

#[test]
fn what_is_no_ledger_is_refused_and_left_alone() {
    let folder = child::scratch();
    let path = folder.path().join("ledger");
    assert_eq!(code(Sqlite::open(&path)), Some(ErrorCode::Io));
    for bytes in [
        &b""[..],
        b"not a database, but some text that is longer than a header is....\
        ............................................",
        &[0; 4096],
    ] {
        fs::write(&path, bytes).expect("the folder can be written");
        assert_eq!(code(Sqlite::open(&path)), Some(ErrorCode::StoreForeign));
        assert_eq!(fs::read(&path).expect("it is there"), bytes);
    }
}

#[test]
fn a_newer_version_of_the_tables_is_refused() {
    let sample = Sample::new(3);
    let mut bytes = fs::read(sample.path()).expect("it is there");
    // The version that SQLite keeps for whoever made the tables, and the mark of who did.
    for (at, value) in [(63, 2), (71, 0)] {
        let before = std::mem::replace(&mut bytes[at], value);
        fs::write(sample.path(), &bytes).expect("the folder can be written");
        assert_eq!(code(sample.open()), Some(ErrorCode::StoreForeign));
        bytes[at] = before;
    }
    fs::write(sample.path(), &bytes).expect("the folder can be written");
    sample.script.check(&sample.path(), &sample.seen).expect("it is as it was");
}

#[test]
fn without_its_write_ahead_log_a_ledger_is_shorter_and_a_kept_checkpoint_shows_it() {
    let mut sample = Sample::new(3);
    let mut log = sample.open().expect("it opens");
    append(&mut log, &sample.script.batch(3)).expect("there is room");
    let kept = log.checkpoint().expect("there is a key");
    let main = fs::read(sample.path()).expect("it is there");
    drop(log);
    let folder = place(&main, b"");
    let path = folder.path().join("ledger");
    let opened = script::open(&path, false, Options::default(), Some(kept));
    assert_eq!(code(opened), Some(ErrorCode::LedgerRolledBack));
    // What was in the file itself is all there.
    sample.seen.batches = 3;
    sample.script.check(&path, &sample.seen).expect("the rest is as it was");
}

#[test]
fn a_flipped_bit_is_found_or_changes_nothing() {
    let (sample, seed) = (Sample::new(12), child::seed());
    let crashed = sample.of_a_crash();
    let closed = [fs::read(sample.path()).expect("it is there"), Vec::new()];
    let (mut random, flips) = (Random(seed), child::count(300, 20_000));
    let (mut found, mut shorter, mut harmless, mut doubled) = (0, 0, 0, 0);
    for flip in 0..flips {
        // In turn, the one file of a ledger that was closed and the write-ahead log of another.
        let in_wal = flip % 2 == 1;
        let [mut main, mut wal] = if in_wal { crashed.clone() } else { closed.clone() };
        let bytes = if in_wal { &mut wal } else { &mut main };
        let length = u64::try_from(bytes.len()).expect("it is small");
        let at = usize::try_from(random.below(length)).expect("it is small");
        bytes[at] ^= 1 << random.below(8);
        let folder = place(&main, &wal);
        let path = folder.path().join("ledger");
        match read_all(&path, &sample) {
            Err(error) => {
                let number = error.code().number();
                let is_store =
                    (ErrorCode::Io.number()..ErrorCode::Other.number()).contains(&number);
                assert!(is_store, "seed {seed}, flip {flip} at {at}: {error}");
                found += 1;
            }
            // What the write-ahead log holds from a damaged page on, SQLite takes for unfinished.
            Ok(size) if size < sample.script.size_of_first(17) => {
                assert!(in_wal, "seed {seed}: byte {at} of the file cut the ledger");
                shorter += 1;
            }
            Ok(_) => {
                harmless += 1;
                doubled += u64::from(doubles(&path, &sample));
            }
        }
    }
    println!(
        "counted: faults: {flips} flips, {found} found, {shorter} cut, {harmless} harmless, of \
         which {doubled} hid a fact from a retry"
    );
    // An index that does not lead to a fact any more is not looked through on opening.
    assert!(doubled < flips / 20, "{doubled} of {flips} flips hid a fact");
    assert!(found > flips / 20, "only {found} of {flips} flips were found");
}

/// Reads every entry; gives how many there are. What is there must be what was appended.
fn read_all(path: &Path, sample: &Sample) -> Result<u64> {
    let since = sample.seen.checkpoint.clone();
    let mut log = script::open(path, false, Options::default(), since)?;
    let mut entries = Vec::new();
    log.each(1..u64::MAX, &mut |entry| {
        entries.push(entry);
        Ok(())
    })?;
    let drafts: Vec<Draft> = (0..17).flat_map(|it| sample.script.batch(it).facts).collect();
    for (entry, draft) in entries.iter().zip(&drafts) {
        assert_eq!((entry.kind.as_str(), entry.fact.as_str()), (draft.kind(), draft.fact()));
        assert_eq!(entry.key(), draft.key());
    }
    assert_eq!(u64::try_from(entries.len()).ok(), Some(log.head().size), "each is read");
    Ok(log.head().size)
}

/// Whether what is there can be appended once more.
fn doubles(path: &Path, sample: &Sample) -> bool {
    let log = script::open(path, false, Options::default(), None);
    let mut log = log.expect("it was read");
    (0..17).any(|it| append(&mut log, &sample.script.batch(it)).is_ok_and(|done| done.new > 0))
}

#[test]
#[expect(clippy::disallowed_types, reason = "how long it waits is what is tested")]
fn another_writer_is_waited_for_and_then_nothing_is_written() {
    let sample = Sample::new(2);
    let mut holder = Sqlite::open(&sample.path()).expect("it opens");
    let mut options = Options::default();
    options.busy = Duration::from_millis(50);
    let mut log = script::open(&sample.path(), false, options, None).expect("it opens");
    let begun = std::time::Instant::now();
    let held = holder.write(&mut |_| {
        assert_eq!(code(append(&mut log, &sample.script.batch(2))), Some(ErrorCode::StoreBusy));
        Ok(())
    });
    held.expect("it held the ledger");
    assert!(begun.elapsed() >= Duration::from_millis(50), "it did not wait");
    // The same handle goes on once the other is done.
    assert_eq!(
        append(&mut log, &sample.script.batch(2)).expect("it is free").new,
        sample.script.batch(2).facts.len()
    );
    drop((log, holder));
    sample.script.check(&sample.path(), &Seen { batches: 3, ..sample.seen }).expect("it is there");
}

#[test]
fn a_clock_that_goes_back_is_not_believed() {
    let sample = Sample::new(3);
    let mut log = sample.open().expect("it opens");
    let (before, mut batch) = (log.head().recorded, sample.script.batch(3));
    batch.clock = "2026-11-01T00:00:01Z".parse().expect("it is an instant");
    let place = append(&mut log, &batch).expect("it is appended").places[0];
    let mut found = None;
    let mut keep = |entry| {
        found = Some(entry);
        Ok(())
    };
    log.each(place..place + 1, &mut keep).expect("it is there");
    let entry = found.expect("it is there");
    assert_eq!((entry.place.recorded, entry.place.clock), (before, Some(batch.clock)));
    // A fact of later than now says that the clock stands still, or that its source's is ahead.
    let text = br#"{"change": "C-9", "at": "2027-01-01T00:00:00Z", "by": "raj"}"#;
    batch.facts = vec![Draft::read("cancellations", text).expect("it is a fact")];
    assert_eq!(code(append(&mut log, &batch)), Some(ErrorCode::TimeOrder));
}

/// What runs under the layer: one of the tests below.
#[test]
fn child() {
    let Some(words) = child::words() else { return };
    let path = Path::new(&words[1]).join("ledger");
    match words[0].as_str() {
        "forked" => forked(&path),
        "read-only" => refused(&path, 1, ErrorCode::StoreReadOnly),
        "read-only-folder" => refused(&path, 30, ErrorCode::Io),
        "forbidden" => refused(&path, 13, ErrorCode::Io),
        "full" => refused(&path, 28, ErrorCode::StoreFull),
        other => panic!("nothing is called `{other}`"),
    }
    println!("it ended well");
}

/// Uses a handle in a copy of the process that opened it.
#[expect(clippy::print_stdout, reason = "it answers whoever started it")]
fn forked(path: &Path) {
    let script = Script { seed: 7, large_every: 1000 };
    let mut log = script::open(path, false, Options::default(), None).expect("it opens");
    let parent = std::process::id();
    order("fork");
    if std::process::id() != parent {
        let codes = [
            code(append(&mut log, &script.batch(3))),
            code(log.refresh()),
            code(log.checkpoint()),
            code(log.each(1..2, &mut |_| Ok(()))),
        ];
        drop(log);
        // The child opens it anew, as it is told to.
        let mut log = script::open(path, false, Options::default(), None).expect("it opens");
        append(&mut log, &script.batch(3)).expect("it is appended");
        println!("the child was told {codes:?}");
        drop(log);
        std::process::exit(0);
    }
    log.refresh().expect("the child's entries are there");
    append(&mut log, &script.batch(4)).expect("the parent goes on");
}

/// Appends while the system refuses something, and once it does not any more.
fn refused(path: &Path, number: u32, expected: ErrorCode) {
    let script = Script { seed: 7, large_every: 1000 };
    let mut handle = None;
    if expected == ErrorCode::StoreFull {
        handle = script::open(path, false, Options::default(), None).ok();
    }
    order(&format!("arm/1/1/{number}"));
    let answer = match handle.as_mut() {
        Some(log) => code(append(log, &script.batch(3))),
        None => code(
            script::open(path, false, Options::default(), None)
                .and_then(|mut log| append(&mut log, &script.batch(3))),
        ),
    };
    order("calm");
    assert_eq!(answer, Some(expected));
    // The same handle, if there is one, goes on once there is room.
    let mut log = handle
        .unwrap_or_else(|| script::open(path, false, Options::default(), None).expect("it opens"));
    append(&mut log, &script.batch(3)).expect("it is appended");
    append(&mut log, &script.batch(4)).expect("it is appended");
}

fn order(what: &str) {
    File::open(format!("/fault/{what}")).expect_err("there is no such file");
}

/// Runs a part under the layer, which appends two batches to a ledger of three.
fn under_the_layer(name: &str) -> String {
    let sample = Sample::new(3);
    let words = [name.to_owned(), sample.folder.path().display().to_string()];
    let mut part = child::again(&words);
    let ended = shim::under(&mut part, sample.folder.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("it ended well"), "{said}");
    sample.script.check(&sample.path(), &Seen { batches: 5, ..sample.seen }).expect("all is there");
    said
}

#[test]
fn a_forked_process_must_open_the_ledger_again() {
    let said = under_the_layer("forked");
    assert_eq!(said.matches("Some(StoreForked)").count(), 4, "{said}");
}

#[test]
fn a_ledger_that_is_read_only_takes_nothing() {
    under_the_layer("read-only");
}

#[test]
fn a_ledger_in_a_read_only_folder_does_not_open() {
    under_the_layer("read-only-folder");
}

#[test]
fn a_ledger_without_permission_does_not_open() {
    under_the_layer("forbidden");
}

#[test]
fn a_full_disk_takes_nothing_until_there_is_room() {
    under_the_layer("full");
}

#[test]
fn every_row_of_the_page_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../../docs/ledger/faults.md")).expect("it is there");
    let mut tests = String::new();
    for file in fs::read_dir(root.join("tests")).expect("it is there").flatten() {
        tests.push_str(&fs::read_to_string(file.path()).unwrap_or_default());
    }
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert!(rows.len() > 10, "{} rows", rows.len());
    for row in rows {
        let last = row.trim_end_matches([' ', '|']).rsplit('|').next().expect("a cell");
        let name = last.trim().trim_matches('`');
        assert!(tests.contains(&format!("fn {name}()")), "no test is called `{name}`: {row}");
    }
}
