//! Processes of their own: this program again, told by its environment what to do.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use lynchpin::base::{Error, ErrorCode, Instant, Result};
use lynchpin_store::log::{Appended, Options};
use lynchpin_store::store::Store;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Batch, Draft, Log, Outcome};

use crate::work::{cancelled, jobs};

const TOLD: &str = "LYNCHPIN_CHILD";
const FILE: &str = "LYNCHPIN_CHILD_FILE";
/// How often something that may pass is tried again before a child gives up.
const ATTEMPTS: u32 = 200;

/// Opens a store that is named `sqlite:PATH` or `postgres:PARAMETERS`.
pub(crate) fn open(store: &str) -> Result<Box<dyn Store>> {
    match store.split_once(':') {
        Some(("sqlite", path)) => Ok(Box::new(Sqlite::create(Path::new(path))?)),
        #[cfg(feature = "postgres")]
        Some(("postgres", parameters)) => {
            use lynchpin_store::store::postgres::{Options, Postgres};
            let mut options = Options::default();
            options.busy = Duration::from_secs(60);
            Ok(Box::new(Postgres::create_with(parameters, options)?))
        }
        _ => panic!("no store is named {store}"),
    }
}

/// A process that writes what it was told to a file.
pub(crate) struct Child(std::process::Child);

impl Child {
    pub(crate) fn start(told: &str, file: &Path) -> Child {
        let mut command = this(told);
        command.env(FILE, file).stdin(Stdio::null()).stdout(Stdio::null());
        Child(command.spawn().expect("a child starts"))
    }

    /// Waits until it has done its work.
    pub(crate) fn finish(mut self) {
        let status = self.0.wait().expect("a child ends");
        assert!(status.success(), "a child failed: {status}");
    }

    /// Kills it in the middle of its work, as the system does when memory runs out.
    #[cfg(feature = "postgres")]
    pub(crate) fn kill(mut self) {
        let ended = self.0.try_wait().expect("a child can be looked at");
        assert_eq!(ended, None, "a child ended by itself");
        self.0.kill().expect("a child can be killed");
        self.0.wait().expect("a child ends");
    }
}

/// This program as a child.
fn this(told: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["child", "--exact", "--nocapture", "--test-threads=1"]).env(TOLD, told);
    command
}

/// A process that appends when it is told to, and says what became of it.
pub(crate) struct Racer {
    child: std::process::Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Racer {
    pub(crate) fn start(what: &str, store: &str) -> Racer {
        let mut command = this(&format!("racer {what} {store}"));
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child starts");
        let input = child.stdin.take().expect("it listens");
        let output = BufReader::new(child.stdout.take().expect("it speaks")).lines();
        let mut racer = Racer { child, input, output };
        assert_eq!(racer.answer(), "ready");
        racer
    }

    /// Lets it append what it decided on a log of that size.
    pub(crate) fn go(&mut self, size: u64) {
        writeln!(self.input, "{size}").expect("it listens");
    }

    /// What it answered; the lines of the test harness are passed over.
    pub(crate) fn answer(&mut self) -> String {
        let said = |line: std::io::Result<String>| {
            line.expect("it speaks").strip_prefix("> ").map(str::to_owned)
        };
        self.output.by_ref().find_map(said).expect("it answers before it ends")
    }

    pub(crate) fn finish(mut self) {
        drop(self.input);
        assert!(self.child.wait().expect("a child ends").success());
    }
}

/// Does what the environment says, if it does.
#[expect(clippy::disallowed_methods, reason = "a child is told by its environment what to do")]
pub(crate) fn work() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let mut words = told.splitn(4, ' ');
    let mut word = || words.next().expect("a word");
    match word() {
        "writer" => {
            let file = std::env::var(FILE).expect("a file");
            let (number, quota) = (word().parse().unwrap(), word().parse().unwrap());
            Writer::new(number, word(), Path::new(&file)).work(quota);
        }
        "racer" => race(word(), &told),
        other => panic!("nobody is called {other}"),
    }
}

/// Answers on standard output, apart from what the test harness says.
fn say(what: &str) {
    println!("\n> {what}");
}

fn race(what: &str, told: &str) {
    let store = told.splitn(3, ' ').nth(2).expect("a store");
    let mut log = Log::open(open(store).expect("it opens"), Options::default()).unwrap();
    say("ready");
    for line in std::io::stdin().lines() {
        let size: u64 = line.expect("a line").parse().expect("a size");
        log.refresh().unwrap();
        let facts = vec![cancelled(&format!("{what}-{size}"))];
        let batch = Batch { facts, decided_on: Some(size), clock: clock(0) };
        match log.append(&batch).expect("it appends or not") {
            Outcome::Appended(appended) => say(&format!("appended {}", appended.places[0])),
            Outcome::Conflict(range) => say(&format!("conflict {range:?}")),
        }
    }
}

/// Microseconds on the clock that all processes of this machine share.
#[expect(clippy::disallowed_types, reason = "a test may look at the clock")]
fn micros() -> i64 {
    let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_micros()).expect("before the year 9999")
}

/// What a clock says that is so many hours slow.
fn clock(slow: u64) -> Instant {
    let slow = i64::try_from(slow).expect("few hours") * 3_600_000_000;
    Instant::from_micros(micros() - slow).expect("a time of our days")
}

/// A child that appends its batches, and goes on where it was when it was killed.
struct Writer<'a> {
    number: u64,
    store: &'a str,
    log: Option<Log>,
    /// What it tried and what it was told, one line each: what is in it outlives the process.
    file: File,
    done: usize,
}

impl<'a> Writer<'a> {
    fn new(number: u64, store: &'a str, path: &Path) -> Writer<'a> {
        let before = std::fs::read_to_string(path).unwrap_or_default();
        let done = before.lines().filter(|line| line.starts_with("done")).count();
        let file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
        Writer { number, store, log: None, file, done }
    }

    fn work(&mut self, quota: u64) {
        for (nth, job) in jobs(self.number, quota).enumerate().skip(self.done) {
            let begun = micros();
            let size = self.log("what it sees", |log| log.refresh().map(|()| log.head().size));
            self.note(&format!("try {nth} {begun} {size}"));
            let drafts = job.drafts();
            let appended = self.append(&drafts, job.is_decided.then_some(size));
            let places: Vec<String> = appended.places.iter().map(u64::to_string).collect();
            let (places, size) = (places.join(","), appended.size);
            self.note(&format!("done {nth} {} {size} {places}", micros()));
            if job.is_repeated {
                let again = self.append(&drafts, job.is_decided.then_some(0));
                assert_eq!((again.places, again.new), (appended.places, 0));
            }
        }
    }

    fn note(&mut self, line: &str) {
        self.file.write_all(format!("{line}\n").as_bytes()).expect("a line is written");
    }

    /// Appends until it is told where the facts are; where it was decided on something else by
    /// then, decides again.
    fn append(&mut self, drafts: &[Draft], decided_on: Option<u64>) -> Appended {
        let mut decided_on = decided_on;
        loop {
            // Every fourth process has a clock that is slow.
            let clock = clock(u64::from(self.number % 4 == 3));
            let batch = Batch { facts: drafts.to_vec(), decided_on, clock };
            match self.log("what it appends", |log| log.append(&batch)) {
                Outcome::Appended(appended) => return appended,
                Outcome::Conflict(range) => {
                    assert_eq!(Some(range.start), decided_on.map(|size| size + 1));
                    assert!(range.start < range.end);
                    decided_on = Some(range.end - 1);
                }
            }
        }
    }

    /// Does something on the log, as often as it takes.
    fn log<T>(&mut self, what: &str, work: impl Fn(&mut Log) -> Result<T>) -> T {
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            match self.once(&work) {
                Ok(result) => return result,
                Err(error) if may_pass(&error) => last = Some(error),
                Err(error) => panic!("{what}: {error}"),
            }
            // The log stays open: it is the store that has to cope. SQLite asks to be opened anew.
            if self.store.starts_with("sqlite:") {
                self.log = None;
            }
            std::thread::sleep(Duration::from_millis(u64::from(attempt.min(50))));
        }
        panic!("{what}: {last:?}, over and over");
    }

    fn once<T>(&mut self, work: &impl Fn(&mut Log) -> Result<T>) -> Result<T> {
        let mut log = match self.log.take() {
            Some(log) => log,
            None => Log::open(open(self.store)?, Options::default())?,
        };
        let result = work(&mut log);
        self.log = Some(log);
        result
    }
}

/// What goes away by itself, and what is known to have no second effect.
fn may_pass(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::StoreBusy | ErrorCode::StoreFailed | ErrorCode::Io)
}
