//! What the mutants of the floor are: `cargo mutants` lists them, of a copy of the checkout.

use super::weave::Change;
use crate::job::{Job, Outcome, make_folder, read, write};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version whose mutants the list of survivors names.
const VERSION: &str = "27.1.0";
/// What is mutated.
pub(super) const FLOOR: &str = "crates/lynchpin/src/gate/**/*.rs";
/// How many commits are looked back for changed lines where nothing tells what was there before.
const COMMITS: usize = 10;

/// One change of the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mutant {
    /// Its name as `cargo mutants --list` shows it, line and column included.
    pub(super) name: String,
    /// The same without line and column, and the line of code that it changes: what stays when
    /// other lines move.
    pub(super) place: Place,
    /// Where the change begins, of what kind it is, and what is there instead.
    start: (usize, usize),
    genre: String,
    replacement: String,
}

impl Mutant {
    pub(super) fn file(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }

    /// What is woven for it.
    pub(super) fn change(&self, number: u32) -> Change {
        let (genre, replacement) = (self.genre.clone(), self.replacement.clone());
        Change { number, start: self.start, genre, replacement }
    }
}

/// What is changed, and the line of code in which it is.
pub(super) type Place = (String, String);

/// A copy of the checkout, so that nothing of it is ever changed; what did not change in it keeps
/// its time, so that it is not built again.
pub(super) fn copy(job: &mut Job<'_>) -> Result<PathBuf, String> {
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
pub(super) fn list(
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
        let start = |name: &str| {
            let number = mutant.pointer("/span/start")?.get(name)?.as_u64()?;
            usize::try_from(number).ok()?.checked_sub(1)
        };
        let (Some(name), Some(file), Some(genre)) = (text("/name"), text("/file"), text("/genre"))
        else {
            return Err(format!("cargo-mutants lists what has no name, file or kind: {mutant}"));
        };
        let (Some(line), Some(column)) = (start("line"), start("column")) else {
            return Err(format!("cargo-mutants lists what has no place: {mutant}"));
        };
        let source = read(&copy.join(file))?;
        let code = source.lines().nth(line).unwrap_or_default().trim().to_owned();
        let what = name.splitn(4, ':').nth(3).unwrap_or_default().trim();
        mutants.push(Mutant {
            name: name.to_owned(),
            place: (format!("{file}: {what}"), code),
            start: (line + 1, column),
            genre: genre.to_owned(),
            replacement: text("/replacement").unwrap_or_default().to_owned(),
        });
    }
    Ok(mutants)
}

/// The mutants in the lines that were changed since the main branch or, on it, in the last commits.
pub(super) fn changed(job: &mut Job<'_>, copy: &Path) -> Result<Vec<Mutant>, String> {
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
    command.current_dir(copy).args(["mutants", "--no-config", "--package", "lynchpin"]);
    command.args(files.iter().flat_map(|file| ["--file", file]));
    command.args(["--no-times", "--colors", "never"]);
    Ok(command)
}
