//! Lock files and manifests that pin another of the repositories given.
//!
//! No format is parsed in full: in all of them a package stands on one line with its version or
//! commit, or on the line before. What an added line pins is another repository's change if it
//! names one of its commits, or its package together with one of its released versions.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Entry;
use super::dependency::Because;
use super::diff;
use super::edges::{Brought, add};
use super::error::{AssessError, Result, unknown};
use super::log::{PLAIN, commit_mark, span};
use super::named::Index;
use super::notes::Notes;
use super::packages;
use super::reading::Reading;
use super::releases::NamedBy;
use super::text::{decoded, is_object_id, printable};
use super::tokens::Tokens;

/// The files that pin, by their names.
const NAMES: [&str; 24] = [
    "Cargo.lock",
    "Cargo.toml",
    "Chart.lock",
    "Chart.yaml",
    "Gemfile.lock",
    "Package.resolved",
    "Pipfile.lock",
    "bun.lock",
    "composer.lock",
    "flake.lock",
    "go.mod",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "requirements.txt",
    "uv.lock",
    "west.yml",
    "yarn.lock",
];
/// Bytes of a line that are looked at. What stands behind them is not found, which is counted.
const LINE_BYTES: usize = 4096;
/// Lines that are looked at together.
const LINES_AT_ONCE: usize = 1_000;
/// The shortest beginning of a commit's id that a lock file names one by.
const ID_DIGITS: usize = 12;

/// What others may pin of a repository.
#[derive(Debug, Default)]
pub(crate) struct Pinnable {
    /// What its packages are called.
    pub(crate) packages: BTreeSet<String>,
    /// The last change of each version, by its number within the repository.
    pub(crate) versions: BTreeMap<String, usize>,
}

impl Pinnable {
    fn of(reading: &Reading, index: &Index) -> Result<Pinnable> {
        let mut versions = BTreeMap::new();
        for release in reading.releases.iter().filter(|release| release.kind == NamedBy::Tag) {
            // Of two products with one version, what pins the earlier is in what pins the later.
            if let Some(last) = index.find(&release.last, usize::MAX) {
                versions.insert(release.version.text.clone(), last);
            }
        }
        Ok(Pinnable { packages: packages::of(reading)?, versions })
    }
}

/// Makes each change that pins something of another repository require it, and all that is
/// unreleased before it there.
pub(crate) fn connect(
    readings: &[Reading],
    indexes: &[Index],
    entries: &mut [Entry],
    notes: &mut Notes,
) -> Result<()> {
    if readings.len() < 2 {
        return Ok(());
    }
    let mut brought_in_all = Brought::default();
    let pinnable =
        readings.iter().zip(indexes).map(|(reading, index)| Pinnable::of(reading, index));
    let pinnable: Vec<Pinnable> = pinnable.collect::<Result<_>>()?;
    for (at, reading) in readings.iter().enumerate() {
        let others: Vec<(&Reading, &Index, &Pinnable)> = readings
            .iter()
            .zip(indexes)
            .zip(&pinnable)
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, ((reading, index), pinnable))| (reading, index, pinnable))
            .collect();
        added(reading, notes, &mut |commit, path, lines| {
            let number = indexes.get(at).and_then(|index| index.of_commit(commit));
            let entry = number.and_then(|n| entries.get_mut(reading.changes.start + n));
            let Some(entry) = entry else { return Ok(()) };
            for (other, index, pinnable) in &others {
                for (last, package, version) in pinned(lines, index, pinnable) {
                    let package = package.unwrap_or_else(|| other.repository.name.clone());
                    let path = path.to_owned();
                    let because = Because::Pinned { path, package, version };
                    brought_in_all.count(0..=last)?;
                    for brought in 0..=last {
                        add(&mut entry.requires, other.changes.start + brought, because.clone());
                    }
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// What the lines pin of a repository: the number of the change there, the package if it is named,
/// and its version or commit.
fn pinned(
    lines: &[AddedLine],
    index: &Index,
    pinnable: &Pinnable,
) -> BTreeSet<(usize, Option<String>, String)> {
    let mut found = BTreeSet::new();
    for line in lines {
        let words: Vec<&str> = words(&line.text).collect();
        // A go pseudo-version ends in the beginning of an id.
        for id in words.iter().filter_map(|word| word.rsplit('-').next()) {
            if id.len() >= ID_DIGITS
                && is_object_id(id)
                && let Some(number) = index.of_commit(id)
            {
                found.insert((number, None, id.to_owned()));
            }
        }
        let named = |package: &&String| names(&line.text, package) || names(&line.before, package);
        let Some(package) = pinnable.packages.iter().find(named) else { continue };
        for word in words {
            let version = word.strip_prefix('v').unwrap_or(word);
            if let Some(number) = pinnable.versions.get(version) {
                found.insert((*number, Some(package.clone()), version.to_owned()));
            }
        }
    }
    found
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    let part_of_one = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
    line.split(move |letter| !part_of_one(letter)).filter(|word| !word.is_empty())
}

/// Whether a line names a package, and not one whose name only holds that.
fn names(line: &str, package: &str) -> bool {
    let part_of_one = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    line.match_indices(package).any(|(at, found)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + found.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(part_of_one) && !after.is_some_and(part_of_one)
    })
}

/// A line that a commit adds to a file that pins, and the line before it there.
#[derive(Debug, Default, PartialEq, Eq)]
struct AddedLine {
    text: String,
    before: String,
}

/// What is done with lines that a commit adds to a file: the commit, the path, the lines.
type Take<'a> = dyn FnMut(&str, &str, &[AddedLine]) -> Result<()> + 'a;

/// Hands over the lines that each commit of the first-parent line adds to files that pin, so many
/// at a time.
fn added(reading: &Reading, notes: &mut Notes, take: &mut Take<'_>) -> Result<()> {
    let is_one = |path: &[u8]| {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        NAMES.iter().any(|known| known.as_bytes() == name)
    };
    let numbers = 0..u32::try_from(reading.paths.len()).unwrap_or(u32::MAX);
    if !numbers.map(|number| reading.paths.get(number)).any(is_one) {
        return Ok(());
    }
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let plain = ["--first-parent", "--diff-merges=first-parent", "--no-ext-diff", "--no-textconv"];
    arguments.extend(plain.map(str::to_owned));
    let shape = ["--no-renames", "--no-relative", "-O/dev/null", "--patch", "--unified=1"];
    arguments.extend(shape.map(str::to_owned));
    arguments.extend(["--src-prefix=a/", "--dst-prefix=b/"].map(str::to_owned));
    arguments.push("--format=tformat:%x01%H".to_owned());
    arguments.extend(span(&reading.range));
    arguments.extend(NAMES.iter().map(|name| format!(":(glob)**/{name}")));
    let mut tokens = Tokens::of(reading.repository.git.stream(&arguments, Vec::new())?);
    let read = loop {
        match commit(&mut tokens, notes, take) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    match tokens.end(read) {
        // In a partial clone the content may not be at hand.
        Err(AssessError::Unreadable { .. }) if reading.repository.partial => Ok(()),
        ended => ended,
    }
}

fn commit(tokens: &mut Tokens, notes: &mut Notes, take: &mut Take<'_>) -> Result<bool> {
    let Some(token) = tokens.next(LINE_BYTES)? else { return Ok(false) };
    let id = commit_mark(token.bytes).ok_or_else(|| unknown("a commit"))?;
    let mut path = String::new();
    while !matches!(tokens.peek()?, None | Some(1)) {
        let line = tokens.line(LINE_BYTES)?.ok_or_else(|| unknown("a patch"))?;
        if let Some(named) = line.bytes.strip_prefix(b"+++ b/") {
            path = printable(&decoded(named).0);
        } else if let Some(named) = line.bytes.strip_prefix(b"+++ ") {
            path = printable(&decoded(named).0);
        } else if line.bytes.starts_with(b"Binary files ") {
            // It is no text, or too large to be compared.
            notes.pins_unread += 1;
        } else if line.bytes.starts_with(b"@@ ") {
            let counts = counts(line.bytes).ok_or_else(|| unknown("a hunk"))?;
            hunk(tokens, counts, notes, &mut |lines| take(&id, &path, lines))?;
        }
    }
    Ok(true)
}

/// How many lines a hunk has of the old and of the new file.
fn counts(line: &[u8]) -> Option<(u64, u64)> {
    diff::hunk(line).map(|hunk| (hunk.removed, hunk.added))
}

fn hunk(
    tokens: &mut Tokens,
    (mut old, mut new): (u64, u64),
    notes: &mut Notes,
    take: &mut dyn FnMut(&[AddedLine]) -> Result<()>,
) -> Result<()> {
    let (mut lines, mut before, mut cut) = (Vec::new(), String::new(), false);
    while old > 0 || new > 0 {
        let line = tokens.line(LINE_BYTES)?.ok_or_else(|| unknown("the lines of a hunk"))?;
        let text = || printable(&decoded(line.bytes.get(1..).unwrap_or_default()).0);
        match line.bytes.first() {
            Some(b'-') => old = old.saturating_sub(1),
            Some(b'+') => {
                new = new.saturating_sub(1);
                cut |= line.cut;
                let text = text();
                lines
                    .push(AddedLine { before: std::mem::replace(&mut before, text.clone()), text });
            }
            // Said of a last line without an end.
            Some(b'\\') => {}
            _ => {
                (old, new) = (old.saturating_sub(1), new.saturating_sub(1));
                before = text();
            }
        }
        if lines.len() == LINES_AT_ONCE {
            take(&lines)?;
            lines.clear();
        }
    }
    notes.pins_unread += u64::from(cut);
    take(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(lines: &[(&str, &str)]) -> Vec<(usize, String)> {
        let lines: Vec<AddedLine> = lines
            .iter()
            .map(|(before, text)| AddedLine { before: (*before).into(), text: (*text).into() })
            .collect();
        let pinnable = Pinnable {
            packages: BTreeSet::from(["fares".to_owned()]),
            versions: BTreeMap::from([("1.2.0".to_owned(), 3), ("1.3.0".to_owned(), 7)]),
        };
        let index = Index::of(&[], &[]);
        pinned(&lines, &index, &pinnable).into_iter().map(|(n, _, version)| (n, version)).collect()
    }

    #[test]
    fn the_lock_files_of_the_field_name_a_package_and_its_version() {
        let one = [(3, "1.2.0".to_owned())];
        for (before, text) in [
            ("name = \"fares\"", "version = \"1.2.0\""),
            ("\"node_modules/@shop/fares\": {", "\"version\": \"1.2.0\","),
            ("fares@^1.0.0:", "  version \"1.2.0\""),
            ("", "require example.org/shop/fares v1.2.0"),
            ("", "example.org/shop/fares v1.2.0/go.mod h1:abc="),
            ("", "fares==1.2.0"),
            ("", "    fares (1.2.0)"),
            ("", "fares = { git = \"https://x/fares\", tag = \"v1.2.0\" }"),
            ("", "\"fares\": \"^1.2.0\","),
        ] {
            assert_eq!(pins(&[(before, text)]), one, "{text}");
        }
    }

    #[test]
    fn another_package_or_version_is_none() {
        for (before, text) in [
            ("name = \"fares-client\"", "version = \"1.2.0\""),
            ("name = \"my_fares\"", "version = \"1.2.0-rc1\""),
            ("name = \"fares\"", "version = \"1.2.0-rc1\""),
            ("name = \"fares\"", "version = \"11.2.0\""),
            ("name = \"welfares\"", "version = \"1.2.0\""),
            ("", "version = \"1.2.0\""),
        ] {
            assert_eq!(pins(&[(before, text)]), [], "{before} {text}");
        }
        assert_eq!(
            pins(&[("name = \"fares\"", "version = \"1.2.0\""), ("", "fares 1.3.0")]).len(),
            2
        );
    }

    #[test]
    fn a_hunk_has_two_counts() {
        assert_eq!(counts(b"@@ -1,3 +1,4 @@ x"), Some((3, 4)));
        assert_eq!(counts(b"@@ -1 +0,0 @@"), Some((1, 0)));
        assert_eq!(counts(b"@@ -1,x +2 @@"), None);
    }
}
