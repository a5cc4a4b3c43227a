//! Builds the floor with all its mutants in it, and tries them: each test program that comes by a
//! mutant is run with its number until one fails.

use super::listed::Mutant;
use super::weave::{self, Change, SWITCH};
use crate::job::{Job, make_folder, read, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The test programs that have to notice, besides the tests in the core itself.
const PROGRAMS: [&str; 16] = [
    "columns",
    "corpus",
    "daily",
    "expressions",
    "frozen",
    "gate_states",
    "gates",
    "laws",
    "life",
    "profiles",
    "progress",
    "risk_models",
    "sets",
    "signed",
    "work",
    "workflows",
];
/// Where the switch stands.
const ROOT: &str = "crates/lynchpin/src/lib.rs";
/// How many cases each property gets: few at first, which catches most, and more for what is left.
const CASES: [u32; 2] = [60, 600];
/// How often what does not build is left out before it is given up.
const ROUNDS: usize = 40;
/// How long a test may take at least, and how many times as long as without a mutant.
const PATIENCE: (Duration, f64) = (Duration::from_secs(60), 15.0);

/// What became of some mutants.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) caught: BTreeSet<String>,
    pub(super) survived: BTreeSet<String>,
    /// What does not end.
    pub(super) endless: BTreeSet<String>,
}

impl Tried {
    /// Whether a mutant was not tried, or does not build.
    pub(super) fn left(&self, mutant: &Mutant) -> bool {
        let tried = [&self.caught, &self.survived, &self.endless];
        !tried.into_iter().any(|names| names.contains(&mutant.name))
    }

    pub(super) fn join(&mut self, other: Tried) {
        self.caught.extend(other.caught);
        self.survived.extend(other.survived);
        self.endless.extend(other.endless);
    }
}

/// The woven floor, built.
pub(super) struct Woven {
    programs: Vec<Program>,
    /// What does not build, so that no test can be asked.
    pub(super) unbuilt: BTreeSet<String>,
}

struct Program {
    path: PathBuf,
    folder: PathBuf,
    time: Duration,
    /// The mutants that it comes by.
    reached: BTreeSet<u32>,
    /// How many mutants it was asked of, and how many of them it noticed.
    asked: AtomicU32,
    noticed: AtomicU32,
}

/// What one run of the tests says of a mutant.
#[derive(Debug)]
enum Verdict {
    Caught,
    Survived,
    Endless,
}

/// Weaves the mutants into the copy and builds the tests; a mutant's number is its place in the
/// list, from 1.
pub(super) fn build(job: &mut Job<'_>, copy: &Path, all: &[Mutant]) -> Result<Woven, String> {
    let mut floor = Floor::new(copy, all)?;
    floor.settle(job)?;
    floor.keep_times(&job.workspace.target.join("mutants/woven"))?;
    let mut programs = compiled(job, copy)?;
    let reached = job.workspace.target.join("mutants/reached");
    for program in &mut programs {
        remove_file(&reached)?;
        let started = Instant::now();
        let mut command = program.command(CASES[0]);
        command.env("LYNCHPIN_REACHED", &reached).env_remove("RUST_TEST_THREADS");
        // What fails anyway would seem to notice everything.
        job.run(&mut command)?;
        program.time = started.elapsed();
        let text = read(&reached).unwrap_or_default();
        program.reached = text.lines().filter_map(|line| line.parse().ok()).collect();
    }
    Ok(Woven { programs, unbuilt: floor.unbuilt })
}

impl Woven {
    /// Tries mutants by their numbers, in this order, on all cores, until the time is over.
    pub(super) fn try_all(
        &self,
        job: &mut Job<'_>,
        all: &[Mutant],
        numbers: &[usize],
        until: Option<Instant>,
    ) -> Result<Tried, String> {
        let next = AtomicUsize::new(0);
        let log = Mutex::new(job);
        let work = || {
            let mut verdicts = Vec::new();
            while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(mutant) = number.checked_sub(1).and_then(|place| all.get(place)) else {
                    return Err(format!("there is no mutant {number}"));
                };
                let late = until.is_some_and(|until| Instant::now() > until);
                if late || self.unbuilt.contains(&mutant.name) {
                    continue;
                }
                let verdict = self.try_one(*number)?;
                let told = format!("{verdict:?}: {}", mutant.name);
                log.lock().map_err(|_| "a thread broke down")?.note(&told);
                verdicts.push((mutant.name.clone(), verdict));
            }
            Ok(verdicts)
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let ended: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            started.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
        });
        let mut tried = Tried::default();
        for verdicts in ended {
            for (name, verdict) in verdicts.map_err(|_| "a thread broke down")?? {
                match verdict {
                    Verdict::Caught => tried.caught.insert(name),
                    Verdict::Survived => tried.survived.insert(name),
                    Verdict::Endless => tried.endless.insert(name),
                };
            }
        }
        Ok(tried)
    }

    fn try_one(&self, number: usize) -> Result<Verdict, String> {
        let number = u32::try_from(number).map_err(|why| why.to_string())?;
        for cases in CASES {
            match self.try_with(number, cases)? {
                Verdict::Survived => {}
                verdict @ (Verdict::Caught | Verdict::Endless) => return Ok(verdict),
            }
        }
        Ok(Verdict::Survived)
    }

    fn try_with(&self, number: u32, cases: u32) -> Result<Verdict, String> {
        let come_by = self.programs.iter().filter(|program| program.reached.contains(&number));
        let mut programs: Vec<&Program> = come_by.collect();
        // Whichever is likely to notice soonest comes first; all are asked before one survives.
        programs.sort_by(|a, b| a.cost().total_cmp(&b.cost()));
        for program in programs {
            let mut command = program.command(cases);
            command.env("LYNCHPIN_MUTANT", number.to_string()).env("RUST_TEST_THREADS", "1");
            program.asked.fetch_add(1, Ordering::Relaxed);
            match within(&mut command, program.patience(cases))? {
                None => return Ok(Verdict::Endless),
                Some(status) if !status.success() => {
                    program.noticed.fetch_add(1, Ordering::Relaxed);
                    return Ok(Verdict::Caught);
                }
                Some(_) => {}
            }
        }
        Ok(Verdict::Survived)
    }
}

impl Program {
    fn command(&self, cases: u32) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        // Always the same cases of each property.
        command.env("LYNCHPIN_CASES", cases.to_string()).env("PROPTEST_RNG_SEED", "1");
        // That it fails is enough: how little is needed for it nobody reads.
        command.env("PROPTEST_MAX_SHRINK_ITERS", "0");
        command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true").arg("--quiet");
        // Two that write the same files at once take each other's for failures.
        command.args(["--skip", "every_case_is_unpacked"]);
        command
    }

    /// The time that it takes for each mutant that it notices, as far as it is known.
    fn cost(&self) -> f64 {
        let count = |of: &AtomicU32| f64::from(of.load(Ordering::Relaxed).saturating_add(1));
        self.time.as_secs_f64() * count(&self.asked) / count(&self.noticed)
    }

    fn patience(&self, cases: u32) -> Duration {
        let times = f64::from(cases) / f64::from(CASES[0]);
        PATIENCE.0.max(self.time.mul_f64(PATIENCE.1)).mul_f64(times)
    }
}

/// Runs a command; nothing if it does not end in time.
fn within(command: &mut Command, patience: Duration) -> Result<Option<ExitStatus>, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|why| format!("cannot start a test: {why}"))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|why| why.to_string())? {
            return Ok(Some(status));
        }
        if started.elapsed() > patience {
            child.kill().and_then(|()| child.wait()).map_err(|why| why.to_string())?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The files of the floor while what does not build is left out.
struct Floor<'a> {
    copy: &'a Path,
    all: &'a [Mutant],
    plain: BTreeMap<&'a str, String>,
    woven: BTreeMap<&'a str, String>,
    unbuilt: BTreeSet<String>,
}

impl<'a> Floor<'a> {
    fn new(copy: &'a Path, all: &'a [Mutant]) -> Result<Self, String> {
        let files: BTreeSet<&str> = all.iter().map(Mutant::file).collect();
        let plain = files.into_iter().map(|file| Ok((file, read(&copy.join(file))?)));
        let plain = plain.collect::<Result<_, String>>()?;
        let root = copy.join(ROOT);
        write(&root, &(read(&root)? + SWITCH))?;
        Ok(Self { copy, all, plain, woven: BTreeMap::new(), unbuilt: BTreeSet::new() })
    }

    /// Weaves and checks until all that is left builds.
    fn settle(&mut self, job: &mut Job<'_>) -> Result<(), String> {
        let files: Vec<&str> = self.plain.keys().copied().collect();
        files.into_iter().try_for_each(|file| self.weave(file))?;
        for _ in 0..ROUNDS {
            let wrong = self.wrong(job)?;
            if wrong.is_empty() {
                return Ok(());
            }
            let mut files = BTreeSet::new();
            let mut beside = Vec::new();
            for (file, at) in wrong {
                let known = self.woven.get_key_value(file.as_str());
                let (file, woven) = known.ok_or_else(|| format!("{file} does not build"))?;
                let numbers = weave::at(woven, at)?;
                if numbers.is_empty() {
                    beside.push((*file, at));
                    continue;
                }
                files.insert(*file);
                let names: Vec<String> = numbers.iter().filter_map(|n| self.name(*n)).collect();
                self.unbuilt.extend(names);
            }
            // What is wrong beside a mutant, such as with the operator before it, goes with it.
            beside.retain(|(file, _)| !files.contains(file));
            for (file, at) in beside {
                let woven = self.woven.get(file).map(String::as_str).unwrap_or_default();
                let numbers = weave::on_line(woven, at);
                if numbers.is_empty() {
                    return Err(format!("{file} does not build with mutants: {at:?}"));
                }
                files.insert(file);
                let names: Vec<String> = numbers.iter().filter_map(|n| self.name(*n)).collect();
                self.unbuilt.extend(names);
            }
            files.into_iter().try_for_each(|file| self.weave(file))?;
        }
        Err(format!("after {ROUNDS} rounds there are mutants left that do not build"))
    }

    /// Gives what is the same as in the last run its time of then: it is not built again.
    fn keep_times(&self, last: &Path) -> Result<(), String> {
        for file in self.woven.keys().copied().chain([ROOT]) {
            let (woven, kept) = (self.copy.join(file), last.join(file));
            let text = read(&woven)?;
            if read(&kept).ok().as_ref() != Some(&text) {
                make_folder(kept.parent().unwrap_or(last))?;
                write(&kept, &text)?;
            }
            let time = std::fs::metadata(&kept).and_then(|kept| kept.modified());
            let opened = std::fs::File::options().write(true).open(&woven);
            let set = time.and_then(|time| opened?.set_modified(time));
            set.map_err(|why| format!("cannot set the time of `{}`: {why}", woven.display()))?;
        }
        Ok(())
    }

    fn name(&self, number: u32) -> Option<String> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.all.get(place).map(|mutant| mutant.name.clone())
    }

    fn weave(&mut self, file: &'a str) -> Result<(), String> {
        let plain = self.plain.get(file).map(String::as_str).unwrap_or_default();
        let numbered = (1..).zip(self.all).filter(|(_, mutant)| mutant.file() == file);
        let built = numbered.filter(|(_, mutant)| !self.unbuilt.contains(&mutant.name));
        let changes: Vec<Change> = built.map(|(number, mutant)| mutant.change(number)).collect();
        let (woven, numbers) = weave::weave(plain, &changes)?;
        let lost = changes.iter().filter(|change| !numbers.contains(&change.number));
        let lost: Vec<String> = lost.filter_map(|change| self.name(change.number)).collect();
        self.unbuilt.extend(lost);
        write(&self.copy.join(file), &woven)?;
        self.woven.insert(file, woven);
        Ok(())
    }

    /// Where the compiler finds something wrong.
    fn wrong(&self, job: &mut Job<'_>) -> Result<BTreeSet<(String, weave::Place)>, String> {
        let mut command = cargo(job, self.copy, "check");
        command.args(["--message-format", "json", "--lib"]);
        // With the tests, so that the features that they switch on are on.
        command.args(["--package", "lynchpin", "--package", "lynchpin-tests"]);
        let mut wrong = BTreeSet::new();
        for message in messages(job, &mut command)? {
            if message.pointer("/message/level").and_then(|level| level.as_str()) != Some("error") {
                continue;
            }
            let spans = message.pointer("/message/spans").and_then(|spans| spans.as_array());
            for span in spans.into_iter().flatten() {
                let number = |name: &str| {
                    let number = span.get(name).and_then(serde_json::Value::as_u64);
                    usize::try_from(number.unwrap_or(0)).unwrap_or(0)
                };
                let first = span.get("is_primary").and_then(serde_json::Value::as_bool);
                let file = span.get("file_name").and_then(serde_json::Value::as_str);
                if first == Some(true) {
                    let at = (number("line_start"), number("column_start").saturating_sub(1));
                    wrong.insert((file.unwrap_or_default().to_owned(), at));
                }
            }
        }
        Ok(wrong)
    }
}

/// A command of cargo in the copy, with what is built of it kept apart and no lint in the way.
fn cargo(job: &Job<'_>, copy: &Path, what: &str) -> Command {
    let target = job.workspace.target.join("mutants/build");
    let mut command = job.workspace.cargo([what, "--locked", "--profile", "mutants"]);
    command.current_dir(copy).env("RUSTFLAGS", "--cap-lints=allow");
    command.arg("--target-dir").arg(target);
    command
}

/// What cargo tells of a build, whether or not it succeeds.
fn messages(job: &mut Job<'_>, command: &mut Command) -> Result<Vec<serde_json::Value>, String> {
    let text = job.printed(command)?;
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Builds the test programs.
fn compiled(job: &mut Job<'_>, copy: &Path) -> Result<Vec<Program>, String> {
    let tests = || {
        let mut command = cargo(job, copy, "test");
        command.args(["--no-run", "--package", "lynchpin", "--package", "lynchpin-tests", "--lib"]);
        command.args(PROGRAMS.map(|name| format!("--test={name}")));
        command
    };
    let (mut build, mut told) = (tests(), tests());
    job.run(&mut build)?;
    let mut programs = Vec::new();
    for message in messages(job, told.args(["--message-format", "json"]))? {
        let text = |path: &str| message.pointer(path).and_then(serde_json::Value::as_str);
        let (Some(path), Some(manifest)) = (text("/executable"), text("/manifest_path")) else {
            continue;
        };
        let folder = Path::new(manifest).parent().unwrap_or(copy).to_path_buf();
        programs.push(Program {
            path: path.into(),
            folder,
            time: Duration::ZERO,
            reached: BTreeSet::new(),
            asked: AtomicU32::new(0),
            noticed: AtomicU32::new(0),
        });
    }
    if programs.len() <= PROGRAMS.len() {
        return Err(format!("only {} test programs were built", programs.len()));
    }
    Ok(programs)
}

fn remove_file(path: &Path) -> Result<(), String> {
    match std::fs::remove_file(path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove `{}`: {why}", path.display()))
        }
        _ => Ok(()),
    }
}
