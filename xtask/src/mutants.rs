//! Mutation testing of the gate floor: each place where it decides is changed in turn, and a test
//! must fail.
//!
//! `cargo xtask soak --mutants` runs all of them, or those of the files that are named; with
//! `--changed` those in the changed lines, then others of the floor, seeded by the commit, until
//! [`BUDGET`] is over, and it says how many it left out. What survives is a defect of the tests,
//! unless `xtask/mutants.toml` says why no verdict changes by it.

use crate::job::{Job, Outcome, Tier, make_folder, read, remove_folder, write};
use crate::workspace::Workspace;
use crate::{End, soak};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The version whose mutants the list of survivors names.
const VERSION: &str = "27.1.0";
/// What is mutated.
const FLOOR: &str = "crates/lynchpin/src/gate/**/*.rs";
/// How long the full test goes on to the next mutant.
const BUDGET: Duration = Duration::from_secs(5 * 60);
/// After how many seconds a test that a mutant keeps busy counts as failed.
const PATIENCE: &str = "300";
/// How many commits are looked back for changed lines where nothing tells what was there before.
const COMMITS: usize = 10;
/// The cases that each property gets, always the same ones.
const CASES: [(&str, &str); 2] = [("LYNCHPIN_CASES", "30"), ("PROPTEST_RNG_SEED", "1")];
/// Which tests have to notice, besides those in the core itself: of the files that begin so, the
/// first that fits.
const AREAS: [(&str, &[&str]); 8] = [
    ("crates/lynchpin/src/gate/column/", &["columns"]),
    ("crates/lynchpin/src/gate/expression/", &["corpus", "expressions"]),
    ("crates/lynchpin/src/gate/freeze/", &["corpus", "frozen", "gates"]),
    ("crates/lynchpin/src/gate/signed/", &["corpus", "signed"]),
    ("crates/lynchpin/src/gate/profiles.rs", &["corpus", "profiles"]),
    ("crates/lynchpin/src/gate/workflow/", &["corpus", "progress", "workflows"]),
    ("crates/lynchpin/src/gate/state.rs", &["corpus", "gate_states", "life"]),
    ("", &["corpus", "frozen", "gates", "laws", "life", "sets", "work"]),
];

/// One change of the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mutant {
    /// Its name as `cargo mutants --list` shows it, line and column included.
    name: String,
    /// The same without line and column, and the line of code that it changes: what stays when
    /// other lines move.
    place: Place,
}

impl Mutant {
    fn file(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }
}

/// What is changed, and the line of code in which it is.
type Place = (String, String);

/// What became of some mutants.
#[derive(Default)]
struct Tested {
    caught: BTreeSet<String>,
    survived: BTreeSet<String>,
    others: BTreeSet<String>,
}

/// The whole floor, or some of its files.
pub(crate) fn run(workspace: &Workspace, files: &[&str]) -> End {
    let outcome = Job::start(workspace, Tier::Full, "mutants").and_then(|mut job| {
        let copy = copy(&mut job)?;
        let files = if files.is_empty() { &[FLOOR] } else { files };
        let all = list(&mut job, &copy, files, None)?;
        let log = workspace.log("mutants");
        println!("{} mutants of {}; log: {}", all.len(), files.join(", "), log.display());
        let mut tested = Tested::default();
        for (area, mutants) in by_area(&all) {
            plain(&mut job, &copy, area)?;
            tested.join(test(&mut job, &copy, area, &mutants, None)?);
        }
        let verdict = judge(&mut job, &all, &tested, files == [FLOOR]);
        println!("{} in {:.1} minutes", tested.summary(), job.minutes());
        verdict
    });
    match outcome {
        Ok(()) => End::Good,
        Err(why) => End::Failed(why),
    }
}

/// The changed lines, then others until the time is over.
pub(crate) fn run_changed(workspace: &Workspace) -> End {
    let outcome = Job::start(workspace, Tier::Full, "mutants").and_then(|mut job| {
        share(&mut job)?;
        job.logged()
    });
    match outcome {
        Ok(log) => {
            let counted = log.lines().filter(|line| line.starts_with("counted: "));
            counted.for_each(|line| println!("{line}"));
            End::Good
        }
        Err(why) => End::Failed(why),
    }
}

fn share(job: &mut Job<'_>) -> Outcome {
    let copy = copy(job)?;
    let all = list(job, &copy, &[FLOOR], None)?;
    let changed = changed(job, &copy)?;
    let mut rest: Vec<&Mutant> = all.iter().filter(|m| !changed.contains(m)).collect();
    let seed = soak::seed(job);
    rest.sort_by_key(|mutant| mixed(&mutant.name, seed));
    let known = known(&job.workspace.root)?;
    let mut order: Vec<&Mutant> = changed.iter().chain(rest).collect();
    order.retain(|mutant| !known.contains_key(&mutant.place));
    let (mut tested, mut run, mut ready) = (Tested::default(), Vec::new(), BTreeSet::new());
    let started = job.minutes();
    for mutant in &order {
        if (job.minutes() - started) * 60.0 > BUDGET.as_secs_f64() {
            break;
        }
        let area = area(mutant);
        if ready.insert(area) {
            plain(job, &copy, area)?;
        }
        run.push((*mutant).clone());
        tested.join(test(job, &copy, area, &[mutant], Some(shard(&all, mutant)))?);
    }
    let left = order.len().saturating_sub(run.len());
    job.note(&format!(
        "counted: {} of {} mutants, {} of them in changed lines; {left} left out: \
         cargo xtask soak --mutants runs all",
        tested.summary(),
        all.len(),
        changed.len().min(run.len())
    ));
    judge(job, &run, &tested, false)
}

impl Tested {
    fn join(&mut self, other: Tested) {
        self.caught.extend(other.caught);
        self.survived.extend(other.survived);
        self.others.extend(other.others);
    }

    fn all(&self) -> BTreeSet<&String> {
        self.caught.iter().chain(&self.survived).chain(&self.others).collect()
    }

    fn summary(&self) -> String {
        format!(
            "{} caught, {} survived, {} that do not build or end",
            self.caught.len(),
            self.survived.len(),
            self.others.len()
        )
    }
}

/// A number that looks random, of a name and a seed (FNV-1a).
fn mixed(name: &str, seed: u64) -> u64 {
    name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Fails if anything survived that is not known to change no verdict, or, of the whole floor, if
/// something is known that is no longer so.
fn judge(job: &mut Job<'_>, all: &[Mutant], tested: &Tested, whole: bool) -> Outcome {
    let known = known(&job.workspace.root)?;
    let mut wrong = Vec::new();
    for mutant in all {
        let (name, place) = (&mutant.name, &mutant.place);
        if tested.survived.contains(name) && !known.contains_key(place) {
            wrong.push(format!("no test fails: {name}\n    in the line: {}", place.1));
        }
    }
    if whole {
        let places: BTreeSet<&Place> = all.iter().map(|mutant| &mutant.place).collect();
        let caught = all.iter().filter(|mutant| tested.caught.contains(&mutant.name));
        let caught: BTreeSet<&Place> = caught.map(|mutant| &mutant.place).collect();
        for place in known.keys() {
            if !places.contains(place) || caught.contains(place) {
                wrong.push(format!("{KNOWN} names what does not survive: {}", place.0));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    for line in &wrong {
        job.note(line);
    }
    Err(format!("write a test, or say in {KNOWN} why no verdict changes:\n{}", wrong.join("\n")))
}

/// Where it stands why a mutant changes no verdict.
const KNOWN: &str = "xtask/mutants.toml";

/// The survivors that change no verdict, each with the reason.
fn known(root: &Path) -> Result<BTreeMap<Place, String>, String> {
    parse_known(&read(&root.join(KNOWN))?)
}

fn parse_known(text: &str) -> Result<BTreeMap<Place, String>, String> {
    let table: toml::Table = text.parse().map_err(|why| format!("{KNOWN}: {why}"))?;
    let entries = table.get("same").and_then(toml::Value::as_array);
    let entry = |entry: &toml::Value| {
        let field = |name: &str| {
            let text = entry.get(name).and_then(toml::Value::as_str).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let found = field("mutant").zip(field("line")).zip(field("why"));
        found.ok_or_else(|| format!("{KNOWN}: each entry has `mutant`, `line` and `why`: {entry}"))
    };
    entries.into_iter().flatten().map(entry).collect()
}

/// A copy of the checkout, so that nothing of it is ever changed; what did not change in it keeps
/// its time, so that it is not built again.
fn copy(job: &mut Job<'_>) -> Result<PathBuf, String> {
    let workspace = job.workspace;
    let copy = workspace.target.join("mutants/checkout");
    let mut list = workspace.command("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let files = job.capture(&mut list)?;
    let files: BTreeSet<&str> = files.split('\0').filter(|name| !name.is_empty()).collect();
    for name in &files {
        let (from, to) = (workspace.root.join(name), copy.join(name));
        let Ok(bytes) = std::fs::read(&from) else { continue };
        if std::fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        let failed = |why: std::io::Error| format!("cannot write `{}`: {why}", to.display());
        std::fs::write(&to, bytes).map_err(failed)?;
    }
    remove_others(&copy.join("crates"), &copy, &files)?;
    remove_others(&copy.join("tests"), &copy, &files)?;
    Ok(copy)
}

/// Removes from the copy what is no longer in the checkout: a test would go on being run.
fn remove_others(folder: &Path, copy: &Path, files: &BTreeSet<&str>) -> Outcome {
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let unreadable = |why: std::io::Error| format!("cannot read `{}`: {why}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.strip_prefix(copy).ok().and_then(Path::to_str).unwrap_or_default();
            if path.is_dir() {
                open.push(path);
            } else if !files.contains(name) {
                let failed =
                    |why: std::io::Error| format!("cannot remove `{}`: {why}", path.display());
                std::fs::remove_file(&path).map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// The mutants of the floor, or those in the lines that a diff changes.
fn list(
    job: &mut Job<'_>,
    copy: &Path,
    files: &[&str],
    diff: Option<&Path>,
) -> Result<Vec<Mutant>, String> {
    let mut command = tool(job, copy, files)?;
    command.args(["--list", "--json"]);
    if let Some(diff) = diff {
        command.arg("--in-diff").arg(diff);
    }
    let text = job.capture(&mut command)?;
    // Where no line of the floor is changed, a sentence says so.
    let found: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let mut mutants = Vec::new();
    for mutant in found.as_array().into_iter().flatten() {
        let text = |path: &str| mutant.pointer(path).and_then(serde_json::Value::as_str);
        let line = mutant.pointer("/span/start/line").and_then(serde_json::Value::as_u64);
        let (Some(name), Some(file), Some(line)) = (text("/name"), text("/file"), line) else {
            return Err(format!("cargo-mutants lists what has no name, file or line: {mutant}"));
        };
        let source = read(&copy.join(file))?;
        let line = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        let code = source.lines().nth(line).unwrap_or_default().trim().to_owned();
        let what = name.splitn(4, ':').nth(3).unwrap_or_default().trim();
        let place = (format!("{file}: {what}"), code);
        mutants.push(Mutant { name: name.to_owned(), place });
    }
    Ok(mutants)
}

/// The mutants in the lines that were changed since the main branch or, on it, in the last commits.
fn changed(job: &mut Job<'_>, copy: &Path) -> Result<Vec<Mutant>, String> {
    let Some(base) = base(job) else { return Ok(Vec::new()) };
    let mut diff = job.workspace.command("git");
    let text = job.capture(
        diff.args(["diff", "--no-color", "--no-ext-diff", &base, "--"])
            .arg("crates/lynchpin/src/gate"),
    )?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let path = job.workspace.target.join("mutants/changed.diff");
    write(&path, &text)?;
    list(job, copy, &[FLOOR], Some(&path))
}

/// The commit before what is to be looked at; none where there is no history.
fn base(job: &mut Job<'_>) -> Option<String> {
    let mut git = |words: &[&str]| {
        let mut command = job.workspace.command("git");
        let text = job.capture(command.args(words)).ok()?;
        let word = text.trim().to_owned();
        (!word.is_empty()).then_some(word)
    };
    let head = git(&["rev-parse", "HEAD"])?;
    let branch = git(&["merge-base", "HEAD", "origin/main"])
        .or_else(|| git(&["merge-base", "HEAD", "main"]))
        .filter(|base| *base != head);
    let most = COMMITS.to_string();
    let mut last = || git(&["rev-list", "--first-parent", "--max-count", &most, "HEAD"]);
    branch.or_else(|| last()?.lines().last().map(str::to_owned)).filter(|base| *base != head)
}

/// The tests that have to notice a mutant.
fn area(mutant: &Mutant) -> &'static [&'static str] {
    let fits = |(start, _): &&(&str, &[&str])| mutant.name.starts_with(start);
    AREAS.iter().find(fits).map_or(&[], |(_, tests)| tests)
}

/// The mutants that have the same tests.
fn by_area(mutants: &[Mutant]) -> BTreeMap<&'static [&'static str], Vec<&Mutant>> {
    let mut areas: BTreeMap<&[&str], Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        areas.entry(area(mutant)).or_default().push(mutant);
    }
    areas
}

/// What cargo is told in order to run some tests.
fn which(job: &Job<'_>, tests: &[&str]) -> Vec<String> {
    let target = format!("--target-dir={}", build(job).display());
    let named = tests.iter().map(|name| format!("--test={name}"));
    ["--lib".to_owned(), target].into_iter().chain(named).collect()
}

/// Runs the tests on what is not mutated: what fails anyway would seem to notice everything.
fn plain(job: &mut Job<'_>, copy: &Path, tests: &[&str]) -> Outcome {
    let mut command = job.workspace.cargo(["test", "--profile", "mutants"]);
    command.current_dir(copy).envs(CASES).args(which(job, tests));
    job.run(command.args(["--package", "lynchpin", "--package", "lynchpin-tests"]))
}

/// Which of the mutants of its file it is, and how many these are: what tells one from the others,
/// because no pattern of names leaves out the fields that are deleted.
fn shard(all: &[Mutant], mutant: &Mutant) -> (usize, usize) {
    let of_file = all.iter().filter(|other| other.file() == mutant.file());
    let names: Vec<&str> = of_file.map(|other| other.name.as_str()).collect();
    (names.iter().position(|name| *name == mutant.name).unwrap_or(0), names.len())
}

/// Runs all mutants of some files, one after the other, or one.
fn test(
    job: &mut Job<'_>,
    copy: &Path,
    tests: &[&str],
    mutants: &[&Mutant],
    shard: Option<(usize, usize)>,
) -> Result<Tested, String> {
    let folder = job.workspace.target.join("mutants");
    let out = folder.join("mutants.out");
    remove_folder(&out)?;
    let files: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file()).collect();
    let mut command = tool(job, copy, &files.into_iter().collect::<Vec<_>>())?;
    command.args(["--in-place", "--profile", "mutants", "--baseline", "skip"]);
    command.args(["--timeout", PATIENCE, "--build-timeout", PATIENCE]);
    command.arg("--output").arg(&folder);
    if let Some((number, count)) = shard {
        command.args(["--sharding", "round-robin", "--shard"]).arg(format!("{number}/{count}"));
    }
    command.args(["--test-package", "lynchpin,lynchpin-tests"]);
    // As arguments of every call, or all tests would be built.
    command.args(which(job, tests).iter().map(|word| format!("--cargo-arg={word}")));
    // It ends with another status where something survives: what did is read from its report.
    let ended = job.run(&mut command);
    let lines = |name: &str| -> BTreeSet<String> {
        let text = read(&out.join(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let tested = Tested {
        caught: lines("caught.txt"),
        survived: lines("missed.txt"),
        others: lines("unviable.txt").union(&lines("timeout.txt")).cloned().collect(),
    };
    let run = tested.all();
    if mutants.iter().all(|mutant| run.contains(&mutant.name)) && run.len() == mutants.len() {
        return Ok(tested);
    }
    ended?;
    Err(format!("asked for {} mutants, cargo-mutants ran {run:?}", mutants.len()))
}

/// What is built of the copy.
fn build(job: &Job<'_>) -> PathBuf {
    job.workspace.target.join("mutants/build")
}

/// `cargo mutants` on the floor in the copy, installed if it is not there.
fn tool(job: &mut Job<'_>, copy: &Path, files: &[&str]) -> Result<Command, String> {
    let workspace = job.workspace;
    let root = workspace.target.join("tools");
    let own = root.join("bin/cargo-mutants");
    let answers = |job: &mut Job<'_>, program: &Path| {
        let version = job.capture(workspace.command(program).args(["mutants", "--version"]));
        version.is_ok_and(|version| version.trim() == format!("cargo-mutants {VERSION}"))
    };
    let installed = Path::new("cargo-mutants");
    let program = if answers(job, installed) {
        installed.to_path_buf()
    } else {
        if !answers(job, &own) {
            let install = ["install", "--locked", "cargo-mutants", "--version", VERSION, "--root"];
            job.run(workspace.cargo(install).arg(&root))?;
        }
        own
    };
    let mut command = workspace.command(program);
    command.current_dir(copy).envs(CASES).args(["mutants", "--no-config", "--package", "lynchpin"]);
    command.args(files.iter().flat_map(|file| ["--file", file]));
    command.args(["--no-times", "--colors", "never"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_change_nothing_says_why() {
        let text = "[[same]]\nmutant = \"a.rs: replace > with <\"\nline = \"a > b\"\nwhy = \"x\"";
        let known = parse_known(text).unwrap();
        let place = ("a.rs: replace > with <".to_owned(), "a > b".to_owned());
        assert_eq!(known.get(&place).map(String::as_str), Some("x"));
        assert!(parse_known(&text.replace("why = \"x\"", "")).is_err());
        assert!(parse_known("").unwrap().is_empty());
    }

    #[test]
    fn a_mutant_is_told_from_the_others_of_its_file() {
        let named = |name: &str| Mutant { name: name.to_owned(), place: Place::default() };
        let all = ["a.rs:1:1: x", "b.rs:1:1: x", "a.rs:2:1: y"].map(named);
        let shards: Vec<_> = all.iter().map(|mutant| shard(&all, mutant)).collect();
        assert_eq!(shards, [(0, 2), (0, 1), (1, 2)]);
    }

    #[test]
    fn every_file_has_tests_that_notice() {
        let named = |name: &str| Mutant { name: name.to_owned(), place: Place::default() };
        let of = |name: &str| area(&named(name));
        assert!(of("crates/lynchpin/src/gate/signed/rule.rs:1:1: x").contains(&"signed"));
        assert!(of("crates/lynchpin/src/gate/waiver.rs:1:1: x").contains(&"sets"));
    }
}
