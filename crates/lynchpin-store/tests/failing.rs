//! Every call to the system that a ledger rests on is made to fail in turn, once and from there on
//! for ever. The library says so by a code, goes on if it can, and what it acknowledged is there.
//!
//! The calls fail in the layer `fault/record.c`, which is for Linux.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "fault/child.rs"]
mod child;
#[path = "fault/script.rs"]
mod script;
#[path = "fault/shim.rs"]
mod shim;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin_store::Log;
use lynchpin_store::store::sqlite;
use script::{Script, Seen, append};

/// What fails, and how: the name, the number of the error, and the codes that may be answered.
const WAYS: [(&str, u32, &[ErrorCode]); 5] = [
    ("the disk fails", 5, &FAILING),
    ("the disk is full", 28, &FULL),
    ("half is written", 0, &FULL),
    ("nothing may be opened", 13, &REFUSED),
    ("nothing may be changed", 30, &REFUSED),
];
/// SQLite itself takes a page that cannot be read for a damaged one, and a lock that cannot be had
/// for one that somebody else has.
const FAILING: [ErrorCode; 5] = [
    ErrorCode::Io,
    ErrorCode::StoreBusy,
    ErrorCode::StoreCorrupt,
    ErrorCode::StoreFailed,
    ErrorCode::StoreReadOnly,
];
/// Without room for the file that is shared with others, SQLite opens a ledger for reading only.
const FULL: [ErrorCode; 4] =
    [ErrorCode::Io, ErrorCode::StoreFailed, ErrorCode::StoreFull, ErrorCode::StoreReadOnly];
/// A write that cannot open the files that it needs has failed.
const REFUSED: [ErrorCode; 3] = [ErrorCode::Io, ErrorCode::StoreFailed, ErrorCode::StoreReadOnly];
/// How often a ledger is opened again before it is given up.
const TRIES: u64 = 4;

#[test]
fn child() {
    let Some(words) = child::words() else { return };
    let number = |at: usize| words[at].parse::<u64>().expect("a number");
    let (folder, seed, step) = (Path::new(&words[0]), number(1), number(2));
    let script = Script { seed, large_every: number(3) };
    let ways = usize::try_from(number(5)).expect("it is small");
    for (name, code, answers) in &WAYS[..ways] {
        for ever in [false, true] {
            let (mut failed, mut codes) = (BTreeMap::new(), BTreeMap::new());
            let mut runs = 0;
            for at in (1 + seed % step..).step_by(usize::try_from(step).expect("it is small")) {
                let one = folder.join("one");
                fs::create_dir(&one).expect("it can be made");
                let (path, batches) = (one.join("ledger"), number(4));
                let mut life = Life { path, script, batches, ..Life::default() };
                order(&format!("arm/{at}/{}/{code}", u8::from(ever)));
                let log = life.live();
                let call = calm();
                life.check(log, answers, !ever).unwrap_or_else(|why| {
                    panic!("seed {seed}, {name}, call {at} ({call:?}), ever {ever}: {why}")
                });
                fs::remove_dir_all(&one).expect("it can be removed");
                for error in life.errors {
                    *codes.entry(error.code()).or_insert(0) += 1;
                }
                let Some(call) = call else { break };
                *failed.entry(call).or_insert(0) += 1;
                runs += 1;
            }
            assert!(runs > 0, "{name}: nothing failed");
            println!("counted: failing: {name}, ever {ever}: {runs} runs, {failed:?}, {codes:?}");
        }
    }
}

#[test]
fn every_call_fails_in_turn() {
    // Every seventh call beginning with a random one, or each in a soak.
    run([child::count(7, 1), 1000, 9, 5]);
}

#[test]
fn every_call_of_large_batches_fails_in_turn() {
    // Most of these calls are writes of pages, one like the other.
    run([child::count(1201, 17), 3, 6, 3]);
}

/// Runs the writer: every how many calls one fails, how often a batch is large, how many batches
/// there are, and how many of the ways are tried.
#[expect(clippy::print_stdout, reason = "what was counted is shown by a soak")]
fn run([step, large_every, batches, ways]: [u64; 4]) {
    if child::words().is_some() {
        return;
    }
    let (scratch, seed) = (child::scratch(), child::seed());
    let words = [scratch.path().display().to_string()];
    let numbers = [seed, step, large_every, batches, ways].map(|number| number.to_string());
    let mut writer = child::again(&[&words[..], &numbers[..]].concat());
    let ended = shim::under(&mut writer, scratch.path()).output().expect("it starts");
    println!("{}", String::from_utf8_lossy(&ended.stdout));
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// Tells the layer something.
fn order(what: &str) -> Option<i32> {
    File::open(format!("/fault/{what}")).expect_err("there is no such file").raw_os_error()
}

/// Lets nothing fail any more; gives the last call that did.
fn calm() -> Option<char> {
    let number = order("calm").and_then(|number| u32::try_from(number).ok());
    number.and_then(|number| number.checked_sub(1000)).and_then(char::from_u32)
}

/// A ledger that is written to while calls fail.
struct Life {
    path: PathBuf,
    script: Script,
    batches: u64,
    seen: Seen,
    errors: Vec<Error>,
    /// What a handle said after it said that it failed.
    after: Vec<Option<ErrorCode>>,
}

impl Default for Life {
    fn default() -> Self {
        let script = Script { seed: 0, large_every: 1 };
        let (seen, errors, after) = (Seen::default(), Vec::new(), Vec::new());
        Life { path: PathBuf::new(), script, batches: 0, seen, errors, after }
    }
}

impl Life {
    /// Appends so many batches, opening the ledger again whenever something fails.
    fn live(&mut self) -> Option<Log> {
        let mut last = None;
        for _ in 0..TRIES {
            // As whoever embeds it would: one handle is dropped before the next is opened.
            drop(last.take());
            let mut options = sqlite::Options::default();
            options.busy = Duration::from_millis(10);
            let since = self.seen.checkpoint.clone();
            match script::open(&self.path, !self.seen.begun, options, since) {
                Ok(mut log) => {
                    self.seen.begun = true;
                    let done = self.session(&mut log);
                    if let Err(error) = &done {
                        self.note(&mut log, error);
                    }
                    last = Some(log);
                    if done.is_ok() && self.seen.batches == self.batches {
                        break;
                    }
                }
                Err(error) => self.errors.push(error),
            }
        }
        last
    }

    /// Writes and reads for a while: half of the batches, so that the ledger is opened twice.
    fn session(&mut self, log: &mut Log) -> Result<()> {
        let until = self.batches.min((self.seen.batches / 5 + 1) * 5);
        while self.seen.batches < until {
            let batch = self.script.batch(self.seen.batches);
            if let Err(error) = append(log, &batch) {
                self.note(log, &error);
                // A handle that was not said to have failed may be used again.
                append(log, &batch)?;
            }
            self.seen.batches += 1;
            if self.seen.batches.is_multiple_of(3) {
                self.seen.checkpoint = Some(log.checkpoint()?);
                log.receipt(1)?;
                log.each(1..10, &mut |_| Ok(()))?;
                log.refresh()?;
            }
        }
        Ok(())
    }

    /// Keeps an error, and what a handle that failed says from then on.
    fn note(&mut self, log: &mut Log, error: &Error) {
        self.errors.push(error.clone());
        if error.code() == ErrorCode::StoreFailed {
            let batch = self.script.batch(self.seen.batches);
            let answers = [
                log.append(&batch).err(),
                log.refresh().err(),
                log.checkpoint().err(),
                log.each(1..2, &mut |_| Ok(())).err(),
                log.newest_checkpoint().err(),
            ];
            self.after.extend(answers.map(|error| error.map(|error| error.code())));
        }
    }

    /// Checks what is left, once without closing the ledger, as if the process had ended there,
    /// and once after closing it.
    fn check(
        &self,
        log: Option<Log>,
        answers: &[ErrorCode],
        must_end: bool,
    ) -> std::result::Result<(), String> {
        if let Some(error) = self.errors.iter().find(|error| !answers.contains(&error.code())) {
            return Err(format!("an unexpected code: {:?}: {error}", error.code()));
        }
        if self.after.iter().any(|code| *code != Some(ErrorCode::StoreFailed)) {
            return Err(format!("a handle that failed was used again: {:?}", self.after));
        }
        if must_end && self.seen.batches < self.batches {
            return Err(format!("it did not recover: {:?}", self.errors));
        }
        let copy = child::scratch();
        for name in ["ledger", "ledger-wal", "ledger-journal"] {
            let from = self.path.with_file_name(name);
            if from.exists() {
                fs::copy(from, copy.path().join(name)).map_err(|why| why.to_string())?;
            }
        }
        self.script.check(&copy.path().join("ledger"), &self.seen)?;
        drop(log);
        self.script.check(&self.path, &self.seen)
    }
}
