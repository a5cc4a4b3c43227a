//! Mutation testing of the gate floor: each place where it decides is changed in turn, and a test
//! must fail.
//!
//! `cargo xtask soak --mutants` runs all of them, or those of the files that are named; with
//! `--changed` those in the changed lines and a share of the others, seeded by the commit; with
//! `--again` those that survived when they were last tried. What survives is a defect of the tests,
//! unless `xtask/mutants.toml` says why no verdict changes by it.
//!
//! `cargo mutants` would build the floor once for each of them. Here it only lists them: all are
//! woven into one build, each behind a switch.

mod listed;
mod trial;
mod weave;

use crate::job::{Job, Outcome, Tier, read, write};
use crate::workspace::Workspace;
use crate::{End, soak};
use listed::{FLOOR, Mutant, Place};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use trial::Tried;

/// How many mutants in lines that were not changed `--changed` tries at most, and for how long.
const OTHERS: usize = 100;
const BUDGET: Duration = Duration::from_secs(2 * 60);

/// The whole floor, or some of its files.
pub(crate) fn run(workspace: &Workspace, files: &[&str]) -> End {
    let outcome = Job::start(workspace, Tier::Full, "mutants").and_then(|mut job| {
        let copy = listed::copy(&mut job)?;
        let files = if files.is_empty() { &[FLOOR] } else { files };
        let all = listed::list(&mut job, &copy, files, None)?;
        let log = workspace.log("mutants");
        println!("{} mutants of {}; log: {}", all.len(), files.join(", "), log.display());
        let woven = trial::build(&mut job, &copy, &all)?;
        println!("built in {:.1} minutes", job.minutes());
        let numbers: Vec<usize> = (1..=all.len()).collect();
        let tried = woven.try_all(&mut job, &all, &numbers, None)?;
        println!("{} in {:.1} minutes", summary(&tried, &woven.unbuilt), job.minutes());
        judge(&mut job, &all, &tried, files == [FLOOR])
    });
    match outcome {
        Ok(()) => End::Good,
        Err(why) => End::Failed(why),
    }
}

/// Those in the changed lines, then others until the time is over.
pub(crate) fn run_changed(workspace: &Workspace) -> End {
    run_some(workspace, share)
}

/// Those that survived when they were last tried.
pub(crate) fn run_again(workspace: &Workspace) -> End {
    run_some(workspace, |job| {
        let copy = listed::copy(job)?;
        let again = survivors(&read(&job.workspace.target.join(SURVIVED)).unwrap_or_default());
        let mut picked = listed::list(job, &copy, &[FLOOR], None)?;
        picked.retain(|mutant| again.contains(&mutant.place));
        let woven = trial::build(job, &copy, &picked)?;
        let numbers: Vec<usize> = (1..=picked.len()).collect();
        let tried = woven.try_all(job, &picked, &numbers, None)?;
        job.note(&format!("counted: {}", summary(&tried, &woven.unbuilt)));
        judge(job, &picked, &tried, false)
    })
}

fn run_some(workspace: &Workspace, some: impl FnOnce(&mut Job<'_>) -> Outcome) -> End {
    let outcome = Job::start(workspace, Tier::Full, "mutants").and_then(|mut job| {
        some(&mut job)?;
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

/// What `--changed` and the full test run.
pub(crate) fn share(job: &mut Job<'_>) -> Outcome {
    let copy = listed::copy(job)?;
    let all = listed::list(job, &copy, &[FLOOR], None)?;
    let changed: BTreeSet<Mutant> = listed::changed(job, &copy)?.into_iter().collect();
    let known = Known::read(&job.workspace.root)?;
    let seed = soak::seed(job);
    let mut picked = all.clone();
    picked.retain(|mutant| !known.same.contains(&mutant.place) && !known.advises(mutant));
    picked.sort_by_key(|mutant| (!changed.contains(mutant), mixed(&mutant.name, seed)));
    let first = picked.iter().filter(|mutant| changed.contains(mutant)).count();
    // The fewer are woven, the sooner it is built.
    picked.truncate(first.saturating_add(OTHERS));
    let woven = trial::build(job, &copy, &picked)?;
    let until = Instant::now() + BUDGET;
    let numbers: Vec<usize> = (1..=picked.len()).collect();
    let (changed, others) = numbers.split_at(first);
    // What was changed is tried however long it takes.
    let mut tried = woven.try_all(job, &picked, changed, None)?;
    tried.join(woven.try_all(job, &picked, others, Some(until))?);
    job.note(&format!(
        "counted: {}, of {} mutants; {first} are in changed lines, and \
         cargo xtask soak --mutants runs all",
        summary(&tried, &woven.unbuilt),
        all.len(),
    ));
    judge(job, &picked, &tried, false)
}

fn summary(tried: &Tried, unbuilt: &BTreeSet<String>) -> String {
    format!(
        "{} caught, {} survived, {} do not end, {} do not build",
        tried.caught.len(),
        tried.survived.len(),
        tried.endless.len(),
        unbuilt.len()
    )
}

/// A number that looks random, of a name and a seed (FNV-1a).
fn mixed(name: &str, seed: u64) -> u64 {
    name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Fails if anything survived that is not known to change no verdict, or, of the whole floor, if
/// something is known that is no longer so.
fn judge(job: &mut Job<'_>, all: &[Mutant], tried: &Tried, whole: bool) -> Outcome {
    let known = Known::read(&job.workspace.root)?;
    remember(job, all, tried)?;
    let survived = all.iter().filter(|mutant| tried.survived.contains(&mutant.name));
    let (advice, verdicts): (Vec<_>, Vec<_>) = survived.partition(|mutant| known.advises(mutant));
    let verdicts = verdicts.into_iter().filter(|mutant| !known.same.contains(&mutant.place));
    let told = |mutant: &Mutant| format!("{}\n    in the line: {}", mutant.name, mutant.place.1);
    let mut wrong: Vec<String> =
        verdicts.map(|mutant| format!("no test fails: {}", told(mutant))).collect();
    if whole {
        let places: BTreeSet<&Place> = all.iter().map(|mutant| &mutant.place).collect();
        let caught = all.iter().filter(|mutant| tried.caught.contains(&mutant.name));
        let caught: BTreeSet<&Place> = caught.map(|mutant| &mutant.place).collect();
        let needless = known.same.iter().filter(|it| !places.contains(it) || caught.contains(it));
        wrong.extend(needless.map(|it| format!("{KNOWN} names what does not survive: {}", it.0)));
    }
    for mutant in advice {
        job.note(&format!("survives where no verdict is given: {}", told(mutant)));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    for line in &wrong {
        job.note(line);
    }
    Err(format!("write a test, or say in {KNOWN} why no verdict changes:\n{}", wrong.join("\n")))
}

/// Where it stands what survived when it was last tried, a line each: the mutant, a tab, the line
/// of code.
const SURVIVED: &str = "mutants/survived.txt";

fn survivors(text: &str) -> BTreeSet<Place> {
    let places = text.lines().filter_map(|line| line.split_once('\t'));
    places.map(|(what, code)| (what.to_owned(), code.to_owned())).collect()
}

/// Keeps what survived for the next time, beside what was not tried this time.
fn remember(job: &Job<'_>, all: &[Mutant], tried: &Tried) -> Outcome {
    let path = job.workspace.target.join(SURVIVED);
    let mut kept = survivors(&read(&path).unwrap_or_default());
    for mutant in all.iter().filter(|mutant| !tried.left(mutant)) {
        kept.remove(&mutant.place);
    }
    let survived = all.iter().filter(|mutant| tried.survived.contains(&mutant.name));
    kept.extend(survived.map(|mutant| mutant.place.clone()));
    let lines = kept.iter().map(|(what, code)| format!("{what}\t{code}\n"));
    write(&path, &lines.collect::<String>())
}

/// Where it stands why a mutant changes no verdict.
const KNOWN: &str = "xtask/mutants.toml";

/// What may survive, each with the reason in the file.
struct Known {
    /// The mutants that do the same as what they change.
    same: BTreeSet<Place>,
    /// The beginnings of the names of files that give advice, and no verdict.
    advice: Vec<String>,
}

impl Known {
    fn read(root: &Path) -> Result<Self, String> {
        Self::parse(&read(&root.join(KNOWN))?)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|why| format!("{KNOWN}: {why}"))?;
        let entries = |name: &str, fields: &[&str]| {
            let entries = table.get(name).and_then(toml::Value::as_array);
            let entry = |entry: &toml::Value| {
                let field = |name: &&str| {
                    let text = entry.get(name).and_then(toml::Value::as_str).unwrap_or_default();
                    (!text.is_empty()).then(|| text.to_owned())
                };
                let found: Option<Vec<String>> = fields.iter().chain(&["why"]).map(field).collect();
                found.ok_or_else(|| format!("{KNOWN}: an entry needs more than {entry}"))
            };
            entries.into_iter().flatten().map(entry).collect::<Result<Vec<_>, _>>()
        };
        let same = entries("same", &["mutant", "line"])?;
        let place = |entry: Vec<String>| {
            let mut texts = entry.into_iter();
            (texts.next().unwrap_or_default(), texts.next().unwrap_or_default())
        };
        let advice = entries("advice", &["files"])?;
        let advice = advice.into_iter().filter_map(|entry| entry.into_iter().next()).collect();
        Ok(Self { same: same.into_iter().map(place).collect(), advice })
    }

    fn advises(&self, mutant: &Mutant) -> bool {
        self.advice.iter().any(|start| mutant.name.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_change_nothing_says_why() {
        let text = "[[same]]\nmutant = \"a.rs: replace > with <\"\nline = \"a > b\"\nwhy = \"x\"";
        let known = Known::parse(text).unwrap();
        let place = ("a.rs: replace > with <".to_owned(), "a > b".to_owned());
        assert_eq!(known.same, BTreeSet::from([place]));
        assert!(Known::parse(&text.replace("why = \"x\"", "")).is_err());
        assert!(Known::parse("").unwrap().same.is_empty());
    }
}
