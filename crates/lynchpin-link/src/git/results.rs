//! Results of checks from a folder that the caller names.
//!
//! - `*.xml`: test reports in the form of JUnit.
//! - `*.json`: one result, a list of them, or one per line:
//!   `{"check": "unit", "commit": "0123abc", "outcome": "passed", "at": "2026-11-20T10:00:00Z",
//!   "by": "ci", "run": 12, "configuration": "arm64"}`, of which `check` and `outcome` must be
//!   there.
//!
//! A result that were left out might be the one that says no. So whatever cannot be read is an
//! error, and all of them are told at once.

use std::path::Path;

use lynchpin::base::Instant;
use lynchpin::base::limits::INTEGER_MAX;
use lynchpin::model::Outcome;
use serde::Deserialize;

use super::error::{AssessError, Problem, Result};
use super::files::{self, File};
use super::identity::as_id;
use super::junit;
use super::notes::Notes;
use super::portfolio::{SIGNED, TESTED};
use super::text::{cut, is_object_id, printable};

/// Results in all files.
const RESULTS_MAX: usize = 1_000_000;
/// Bytes of a text of a result; ids of the engine are shorter.
const TEXT_BYTES: usize = 1024;
/// What a check is called if nothing names it.
const UNNAMED: &str = "tests";

/// One run of a check.
///
/// They are sorted by check, commit and configuration, and within these by run, so that the last
/// one is what counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CheckResult {
    /// The check, as an id.
    pub(crate) check: String,
    /// The commit that was checked, in lower case: a full id or its beginning. Nothing stands for
    /// the end of the range.
    pub(crate) commit: Option<String>,
    /// What it was checked in, as an id.
    pub(crate) configuration: Option<String>,
    /// The number of the run; a later one is larger. Given, or else counted from 1.
    pub(crate) run: u64,
    /// How it came out.
    pub(crate) outcome: Outcome,
    /// When it ran.
    pub(crate) at: Option<Instant>,
    /// Who says so, as an id.
    pub(crate) by: Option<String>,
    /// The file that holds it, made safe to print.
    pub(crate) file: String,
    /// What makes it later than another.
    origin: Origin,
}

/// Reads all results below a folder, or in one file.
///
/// # Errors
///
/// [`AssessError::Results`] with every problem found, more than the bounds allow among them.
pub(crate) fn results(path: &Path, notes: &mut Notes) -> Result<Vec<CheckResult>> {
    let mut problems = Vec::new();
    let mut found: Vec<CheckResult> = Vec::new();
    let wanted = |name: &str| name.ends_with(".xml") || name.ends_with(".json");
    files::each(path, &wanted, &mut problems, &mut |file, problems| {
        let mut refuse = |detail| problems.push(Problem { path: file.shown.clone(), detail });
        match read_file(file) {
            Ok(Some(read)) => found.extend(read),
            Ok(None) => notes.result_files_other += 1,
            Err(detail) => refuse(detail),
        }
        if found.len() > RESULTS_MAX {
            refuse(format!("more than {RESULTS_MAX} results up to here"));
        }
        found.len() <= RESULTS_MAX
    });
    if !problems.is_empty() {
        problems.sort();
        return Err(AssessError::Results { problems });
    }
    notes.results += found.len() as u64;
    Ok(in_order(found))
}

/// What makes one result later than another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    /// The number of the run that the result gives.
    run: Option<u64>,
    /// Whether its time says when it ran among others. That of a test report does not: several with
    /// one name are parts of one run, and the last of them must not stand for all.
    timed: bool,
}

/// Puts the runs of each check in order and numbers those that bear no number.
///
/// To be called again once the commits are known by their full ids: only then are all runs of one
/// check on one commit side by side.
pub(crate) fn in_order(mut results: Vec<CheckResult>) -> Vec<CheckResult> {
    let line = |result: &CheckResult| {
        (result.check.clone(), result.commit.clone(), result.configuration.clone())
    };
    results.sort_by(|a, b| (line(a), &a.file).cmp(&(line(b), &b.file)));
    for runs in results.chunk_by_mut(|a, b| line(a) == line(b)) {
        let all_numbered = runs.iter().all(|result| result.origin.run.is_some());
        let all_timed = runs.iter().all(|result| result.origin.timed && result.at.is_some());
        runs.sort_by_key(|result| {
            let run = result.origin.run.filter(|_| all_numbered);
            let at = result.at.filter(|_| all_timed && !all_numbered);
            // Where nothing says which came last, the worst does.
            (run, at, result.outcome)
        });
        for (next, result) in (1_u64..).zip(runs.iter_mut()) {
            result.run = result.origin.run.filter(|_| all_numbered).unwrap_or(next);
        }
    }
    results
}

/// The results of a file; nothing if it is XML of another kind.
fn read_file(file: &File) -> Result<Option<Vec<CheckResult>>, String> {
    if file.extension != "xml" {
        let found = forms(&file.bytes)?.into_iter().map(|form| form.result(file));
        return found.collect::<Result<Vec<_>, String>>().map(Some);
    }
    let Some(report) = junit::read(&file.bytes)? else { return Ok(None) };
    let placed = commit_of_place(file);
    let commit = match (report.commit, placed) {
        (Some(said), Some(placed)) if !placed.starts_with(&said) => {
            return Err(format!("it is about {said} and stands at {placed}"));
        }
        (said, placed) => placed.or(said),
    };
    let stem = Some(file.stem.clone()).filter(|stem| !is_full_id(stem) && !stem.is_empty());
    let check = report.name.or(stem).unwrap_or_else(|| UNNAMED.to_owned());
    let check = as_id(&check);
    if [SIGNED, TESTED].contains(&check.as_str()) {
        // Whoever writes the tests calls them as they like.
        return Err(format!("a test report called `{check}`, which is what people and keys say"));
    }
    let result = CheckResult {
        check,
        commit,
        configuration: None,
        run: 0,
        outcome: report.outcome,
        at: report.at,
        by: None,
        file: file.shown.clone(),
        origin: Origin::default(),
    };
    Ok(Some(vec![result]))
}

/// The full id that the file or the nearest folder above it is called by.
fn commit_of_place(file: &File) -> Option<String> {
    let names = std::iter::once(&file.stem).chain(file.folders.iter().rev());
    names.map(|name| name.to_ascii_lowercase()).find(|name| is_full_id(name))
}

fn is_full_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_object_id(text)
}

/// A result as a JSON file holds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    check: String,
    outcome: Outcome,
    #[serde(default)]
    commit: Option<String>,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    run: Option<u64>,
    #[serde(default)]
    configuration: Option<String>,
}

/// The results of a file: one, a list, or one after the other.
fn forms(bytes: &[u8]) -> Result<Vec<Form>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let refused =
        |error: serde_json::Error| format!("no results: {}", printable(&error.to_string()));
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err("there is nothing in it".to_owned()),
        Some(b'[') => serde_json::from_slice(bytes).map_err(refused),
        Some(_) => {
            let read = serde_json::Deserializer::from_slice(bytes).into_iter::<Form>();
            read.map(|form| form.map_err(refused)).collect()
        }
    }
}

impl Form {
    fn result(self, file: &File) -> Result<CheckResult, String> {
        let short = |text: &str, what: &str| {
            let good = !text.trim().is_empty() && text.len() <= TEXT_BYTES;
            good.then(|| as_id(text.trim())).ok_or_else(|| {
                format!("`{}` as {what}: a text of 1 to {TEXT_BYTES} bytes expected", shown(text))
            })
        };
        let commit = match self.commit.map(|commit| commit.trim().to_ascii_lowercase()) {
            None => commit_of_place(file),
            Some(commit) if is_object_id(&commit) => Some(commit),
            Some(commit) => {
                let commit = shown(&commit);
                return Err(format!("`{commit}` as commit: 7 to 64 digits of its id expected"));
            }
        };
        let at = match &self.at {
            None => None,
            Some(text) => {
                let at = chrono::DateTime::parse_from_rfc3339(text.trim()).ok();
                let at = at.and_then(|at| Instant::from_micros(at.timestamp_micros()).ok());
                Some(at.ok_or_else(|| {
                    format!("`{}` as at: such as 2026-11-20T10:00:00Z expected", shown(text))
                })?)
            }
        };
        if self.run.is_some_and(|run| run > INTEGER_MAX) {
            return Err(format!("a run above {INTEGER_MAX}"));
        }
        let configuration = self.configuration.map(|text| short(&text, "configuration"));
        Ok(CheckResult {
            check: short(&self.check, "check")?,
            commit,
            configuration: configuration.transpose()?,
            run: 0,
            outcome: self.outcome,
            at,
            by: self.by.map(|by| short(&by, "by")).transpose()?,
            file: file.shown.clone(),
            origin: Origin { run: self.run, timed: true },
        })
    }
}

fn shown(text: &str) -> String {
    cut(&printable(text), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn file(place: &str, text: &str) -> File {
        let mut folders: Vec<String> = place.split('/').map(str::to_owned).collect();
        let name = folders.pop().unwrap();
        let (stem, extension) = name.rsplit_once('.').unwrap();
        File {
            shown: place.to_owned(),
            folders,
            stem: stem.to_owned(),
            extension: extension.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn read(files: &[(&str, &str)]) -> Vec<CheckResult> {
        let read = |(place, text): &(&str, &str)| read_file(&file(place, text)).unwrap().unwrap();
        in_order(files.iter().flat_map(read).collect())
    }

    /// Check, commit, run and outcome of each.
    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let line = |r: &CheckResult| {
            let commit = r.commit.as_deref().unwrap_or("-").chars().take(7).collect::<String>();
            format!("{} {commit} {} {}", r.check, r.run, r.outcome.name())
        };
        read(files).iter().map(line).collect()
    }

    fn refused(text: &str) -> String {
        read_file(&file("a.json", text)).unwrap_err()
    }

    const PASS: &str = "<testsuite><testcase/></testsuite>";
    const FAIL: &str = "<testsuite><testcase><failure/></testcase></testsuite>";

    #[test]
    fn one_result_a_list_and_lines_are_read() {
        let full = format!(
            r#"{{"check": "unit", "commit": "{ID}", "outcome": "failed",
                "at": "2026-11-20T11:00:00+01:00", "by": "ci", "run": 12,
                "configuration": "arm64"}}"#
        );
        let found = read(&[("a.json", &full)]);
        let expected = CheckResult {
            check: "unit".to_owned(),
            commit: Some(ID.to_owned()),
            configuration: Some("arm64".to_owned()),
            run: 12,
            outcome: Outcome::Failed,
            at: Some("2026-11-20T10:00:00Z".parse().unwrap()),
            by: Some("ci".to_owned()),
            file: "a.json".to_owned(),
            origin: Origin { run: Some(12), timed: true },
        };
        assert_eq!(found, [expected]);
        let one = r#"{"check": "a b", "outcome": "passed"}"#;
        let two = r#"{"check": "c", "outcome": "running", "commit": "ABCDEF0"}"#;
        let expected = ["a%20b - 1 passed", "c abcdef0 1 running"];
        assert_eq!(told(&[("a.json", &format!("[{one}, {two}]"))]), expected);
        assert_eq!(told(&[("a.json", &format!("{one}\n{two}\n"))]), expected);
        assert_eq!(told(&[("a.json", "[]")]), [""; 0]);
    }

    #[test]
    fn whatever_cannot_be_read_says_why() {
        for (text, expected) in [
            ("", "nothing in it"),
            ("{", "no results"),
            ("{} {", "no results"),
            (r#"{"check": "a"}"#, "outcome"),
            (r#"{"check": "a", "outcome": "green"}"#, "green"),
            (r#"{"check": "a", "outcome": "passed", "comit": "1234567"}"#, "comit"),
            (r#"{"check": "a", "outcome": "failed", "outcome": "passed"}"#, "duplicate"),
            (r#"{"check": "a", "outcome": "passed", "commit": "main"}"#, "7 to 64 digits"),
            (r#"{"check": "a", "outcome": "passed", "at": "today"}"#, "as at"),
            (r#"{"check": " ", "outcome": "passed"}"#, "as check"),
            (r#"{"check": "a", "outcome": "passed", "run": 9007199254740992}"#, "a run above"),
            (r#"{"check": "a", "outcome": "passed", "run": -1}"#, "no results"),
            (&"[".repeat(100_000), "no results"),
        ] {
            assert!(refused(text).contains(expected), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn the_commit_comes_from_the_report_or_from_where_it_stands() {
        let said = format!(
            "<testsuite name=\"s\"><properties><property name=\"sha\" value=\"{ID}\"/>\
             </properties><testcase/></testsuite>"
        );
        let other = ID.replace('0', "f");
        assert_eq!(told(&[("u.xml", &said)]), ["s 0123456 1 passed"]);
        assert_eq!(told(&[(&format!("{ID}/u.xml"), &said)]), ["s 0123456 1 passed"]);
        assert_eq!(told(&[(&format!("{ID}/{other}/u.xml"), PASS)]), ["u f123456 1 passed"]);
        assert_eq!(told(&[(&format!("ci/{ID}.xml"), PASS)]), ["tests 0123456 1 passed"]);
        assert_eq!(told(&[("ci/u.xml", PASS)]), ["u - 1 passed"]);
        let json = r#"{"check": "c", "outcome": "passed"}"#;
        assert_eq!(told(&[(&format!("{ID}/c.json"), json)]), ["c 0123456 1 passed"]);
        let place = format!("{other}/u.xml");
        assert!(read_file(&file(&place, &said)).unwrap_err().contains("stands at"));
        assert!(read_file(&file("pom.xml", "<project/>")).unwrap().is_none());
    }

    #[test]
    fn the_last_run_counts_and_else_the_worst() {
        assert_eq!(told(&[("a/u.xml", FAIL), ("b/u.xml", PASS)]), ["u - 1 passed", "u - 2 failed"]);
        let run = |outcome: &str, more: &str| {
            format!(r#"{{"check": "c", "outcome": "{outcome}"{more}}}"#)
        };
        let pair = |a: &str, b: &str| told(&[("a.json", a), ("b.json", b)]);
        let (fail, pass) = (run("failed", r#", "run": 3"#), run("passed", r#", "run": 4"#));
        assert_eq!(pair(&fail, &pass), ["c - 3 failed", "c - 4 passed"]);
        let (fail, pass) = (
            run("failed", r#", "at": "2026-11-20T10:00:00Z""#),
            run("passed", r#", "at": "2026-11-20T11:00:00Z""#),
        );
        assert_eq!(pair(&fail, &pass), ["c - 1 failed", "c - 2 passed"]);
        // Of one nobody knows when it ran: the worst is taken to be the last.
        let pass = run("passed", r#", "run": 9"#);
        assert_eq!(pair(&fail, &pass), ["c - 1 passed", "c - 2 failed"]);
        let other = run("passed", r#", "configuration": "arm64""#);
        assert_eq!(pair(&run("failed", ""), &other), ["c - 1 failed", "c - 1 passed"]);
        let on = |commit: &str, outcome: &str| run(outcome, &format!(r#", "commit": "{commit}""#));
        let mut found = read(&[("a.json", &on(&ID[..7], "failed")), ("b.json", &on(ID, "passed"))]);
        assert_eq!((found[0].run, found[1].run), (1, 1));
        for result in &mut found {
            result.commit = Some(ID.to_owned());
        }
        let found: Vec<_> = in_order(found).iter().map(|r| (r.run, r.outcome)).collect();
        assert_eq!(found, [(1, Outcome::Passed), (2, Outcome::Failed)]);
    }

    #[test]
    fn all_problems_of_a_folder_are_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("good.xml", PASS);
        write("pom.xml", "<project/>");
        write("notes.txt", "x");
        let mut notes = Notes::default();
        assert_eq!(results(folder.path(), &mut notes).unwrap().len(), 1);
        assert_eq!((notes.results, notes.result_files_other), (1, 1));
        write("cut.xml", "<testsuite>");
        write("bad.json", "{}");
        let error = results(folder.path(), &mut notes).unwrap_err();
        assert_eq!(error.code(), "results");
        let said = error.to_string();
        assert!(said.starts_with("2 files of the results cannot be read:\n- bad.json: "), "{said}");
        assert!(said.contains("\n- cut.xml: the report has no end"), "{said}");
        let error = results(&folder.path().join("none"), &mut notes).unwrap_err();
        assert_eq!(error.code(), "results");
    }
}
