//! The two readings of history: who and why for every commit, and what is touched on the
//! first-parent line.
//!
//! Two processes for the whole range, none per commit. Every text ends in a NUL byte, which neither
//! a path nor a message can hold, so nothing in a commit can be taken for the frame around it.

use std::collections::{BTreeSet, HashMap};

use super::error::{AssessError, Result};
use super::limits::Limits;
use super::message::{Account, Message, read as read_message};
use super::notes::Notes;
use super::repository::{Range, Repository};
use super::text::{decoded, is_object_id, printable};
use super::tokens::Tokens;

/// One commit of the range.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// Its parents' ids, in order.
    pub(crate) parents: Vec<String>,
    pub(crate) author: Account,
    pub(crate) committer: Account,
    /// Author and committer as they wrote themselves, where the mailmap has them otherwise.
    pub(crate) written_as: Vec<Account>,
    /// When it was committed, in seconds since 1970.
    pub(crate) committed: i64,
    pub(crate) subject: String,
    pub(crate) message: Message,
}

/// What one change touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Lines added and deleted; nothing where lines were not to be had.
    pub(crate) lines: Option<(u64, u64)>,
    /// The files, as numbers of [`Paths`], sorted, each once.
    pub(crate) paths: Vec<usize>,
}

/// Every path touched in the range, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    numbers: HashMap<Vec<u8>, usize>,
}

impl Paths {
    fn number(&mut self, path: &[u8], cut: bool, notes: &mut Notes) -> usize {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        notes.paths_cut += u64::from(cut);
        notes.paths_not_utf8 += u64::from(std::str::from_utf8(path).is_err());
        let number = self.numbers.len();
        self.numbers.insert(path.to_owned(), number);
        number
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// How many different folders hold those files.
    pub(crate) fn folders(&self) -> Vec<usize> {
        let mut folders: HashMap<&[u8], usize> = HashMap::new();
        let mut of_path = vec![0; self.numbers.len()];
        for (path, number) in &self.numbers {
            let folder = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            let next = folders.len();
            let folder = path.get(..folder).unwrap_or_default();
            let folder = *folders.entry(folder).or_insert(next);
            if let Some(place) = of_path.get_mut(*number) {
                *place = folder;
            }
        }
        of_path
    }
}

/// The seconds that are the last of the year 9999.
pub(crate) const LAST_SECOND: i64 = 253_402_300_799;

/// What is the same for all readings.
pub(crate) const PLAIN: [&str; 6] =
    ["log", "-z", "--no-color", "--no-notes", "--no-show-signature", "--encoding=UTF-8"];

/// Reads every commit of the range, those first that others build on.
pub(crate) fn commits(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Vec<Commit>> {
    let format = "--format=tformat:%H%x00%P%x00%aN%x00%aE%x00%cN%x00%cE%x00%an%x00%ae%x00%cn%x00%ce\
                  %x00%ct%x00%s%x00\
                  %(trailers:only=true,unfold=true)%x00%b";
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    arguments.extend(["--no-patch", "--topo-order", format].map(str::to_owned));
    arguments.push(format!("--max-count={}", limits.commits.saturating_add(1)));
    arguments.extend(span(range));
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let read = read_commits(&mut tokens, limits, notes);
    let mut commits = tokens.end(read)?;
    commits.reverse();
    Ok(commits)
}

/// The range as git is told it.
pub(crate) fn span(range: &Range) -> Vec<String> {
    let mut arguments = vec![range.to.clone()];
    arguments.extend(range.from.as_ref().map(|from| format!("^{from}")));
    arguments.push("--".to_owned());
    arguments
}

fn read_commits(tokens: &mut Tokens, limits: &Limits, notes: &mut Notes) -> Result<Vec<Commit>> {
    let mut commits = Vec::new();
    while let Some((id, _)) = text(tokens, limits.line_bytes, notes)? {
        if !is_object_id(&id) {
            return Err(unknown("a commit's id"));
        }
        if commits.len() == limits.commits {
            return Err(AssessError::TooLarge { what: "commits", limit: limits.commits });
        }
        let parents = text(tokens, limits.message_bytes, notes)?;
        let (parents, _) = parents.ok_or_else(|| unknown("a commit's parents"))?;
        let parents = parents.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        let mut line = || -> Result<String> {
            let found = text(tokens, limits.line_bytes, notes)?;
            Ok(found.ok_or_else(|| unknown("a commit's fields"))?.0)
        };
        let mut account = || -> Result<Account> {
            Ok(Account { name: printable(&line()?), email: printable(&line()?) })
        };
        let (author, committer) = (account()?, account()?);
        let mut written_as = vec![account()?, account()?];
        written_as.retain(|account| *account != author && *account != committer);
        let committed = line()?;
        let subject = printable(&line()?);
        let mut long = || {
            let found = text(tokens, limits.message_bytes, notes)?;
            found.ok_or_else(|| unknown("a commit's message"))
        };
        let ((trailers, cut), (body, _)) = (long()?, long()?);
        let mut message = read_message(&trailers, &body, limits, notes);
        message.incomplete |= cut;
        let committed = seconds(&committed, notes);
        commits.push(Commit {
            id,
            parents,
            author,
            committer,
            written_as,
            committed,
            subject,
            message,
        });
    }
    Ok(commits)
}

/// The next text, and whether it was cut; `None` at the end.
fn text(tokens: &mut Tokens, bound: usize, notes: &mut Notes) -> Result<Option<(String, bool)>> {
    let Some(token) = tokens.next(bound)? else { return Ok(None) };
    let (text, lossy) = decoded(token.bytes);
    // A cut within a letter is a cut, not a fault of the text.
    notes.texts_cut += u64::from(token.cut);
    notes.texts_not_utf8 += u64::from(lossy && !token.cut);
    Ok(Some((text, token.cut)))
}

fn seconds(text: &str, notes: &mut Notes) -> i64 {
    let read = text.parse::<i64>().ok();
    let clamped = read.unwrap_or(0).clamp(0, LAST_SECOND);
    notes.dates_clamped += u64::from(read != Some(clamped));
    clamped
}

fn unknown(detail: &str) -> AssessError {
    AssessError::UnknownAnswer { detail: format!("{detail} expected") }
}

/// How much of what changed is to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Lines, for which the files' content must be at hand.
    Lines,
    /// Names of files only.
    Names,
}

/// Reads what each commit of the first-parent line touches, beside its first parent.
///
/// In a partial clone the files' content, or their names too, may not be at hand; then less is
/// read.
pub(crate) fn touched(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<(HashMap<String, Touched>, Paths)> {
    let mut last = None;
    for depth in [Depth::Lines, Depth::Names] {
        let mut own = notes.clone();
        match touched_at(repository, range, limits, depth, &mut own) {
            Err(AssessError::Unreadable { detail }) if repository.partial => last = Some(detail),
            Err(error) => return Err(error),
            Ok(found) => {
                *notes = own;
                return Ok(found);
            }
        }
    }
    debug_assert!(last.is_some());
    Ok((HashMap::new(), Paths::default()))
}

fn touched_at(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
    depth: Depth,
    notes: &mut Notes,
) -> Result<(HashMap<String, Touched>, Paths)> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let plain = ["--first-parent", "--diff-merges=first-parent", "--no-ext-diff", "--no-textconv"];
    arguments.extend(plain.map(str::to_owned));
    let plain = ["--no-relative", "-O/dev/null", "--ignore-submodules=none", "-r", "--root"];
    arguments.extend(plain.map(str::to_owned));
    let shape: &[&str] = match depth {
        // Above a thousand files on each side only exact renames are looked for: the rest is
        // quadratic.
        Depth::Lines => &["--numstat", "--find-renames=50%", "-l1000"],
        Depth::Names => &["--name-status", "--no-renames"],
    };
    arguments.extend(shape.iter().map(|part| (*part).to_owned()));
    // A byte that begins no count marks a commit; a path can begin with it only where a path is
    // expected.
    arguments.push("--format=tformat:%x01%H".to_owned());
    arguments.push(format!("--max-count={}", limits.commits.saturating_add(1)));
    arguments.extend(span(range));
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let mut reading = Reading {
        limits,
        depth,
        notes,
        ends: &repository.shallow_ends,
        paths: Paths::default(),
        found: HashMap::new(),
        touches: 0,
    };
    let read = reading.run(&mut tokens);
    tokens.end(read)?;
    Ok((reading.found, reading.paths))
}

/// The reading of what is touched, as it goes.
struct Reading<'a> {
    limits: &'a Limits,
    depth: Depth,
    notes: &'a mut Notes,
    ends: &'a [String],
    paths: Paths,
    found: HashMap<String, Touched>,
    touches: usize,
}

impl Reading<'_> {
    fn run(&mut self, tokens: &mut Tokens) -> Result<()> {
        let bound = self.limits.path_bytes.saturating_add(64);
        let mut current: Option<(String, Touched, BTreeSet<usize>)> = None;
        while let Some(token) = tokens.next(bound)? {
            // What follows a commit begins with the line feed that ends the format.
            let bytes = token.bytes.strip_prefix(b"\n").unwrap_or(token.bytes);
            if let Some(id) = commit_mark(bytes) {
                self.close(current.take());
                let lines = (self.depth == Depth::Lines).then_some((0, 0));
                current = Some((id, Touched { lines, paths: Vec::new() }, BTreeSet::new()));
                continue;
            }
            let Some((id, touched, paths)) = current.as_mut() else {
                return Err(unknown("a commit"));
            };
            let known = self.ends.binary_search(id).is_err();
            let cut = token.cut;
            let more = match self.depth {
                // The letter of the status, then the path in a piece of its own.
                Depth::Names => 1,
                Depth::Lines => {
                    let read = numstat(bytes).ok_or_else(|| unknown("a count of lines"))?;
                    let (counts, path) = read;
                    if known {
                        self.count(counts, touched);
                    }
                    if known && !path.is_empty() {
                        self.take(path, cut, paths)?;
                    }
                    // Of a rename, the old and the new path stand in pieces of their own.
                    if path.is_empty() { 2 } else { 0 }
                }
            };
            for _ in 0..more {
                let token = tokens.next(self.limits.path_bytes)?;
                let token = token.ok_or_else(|| unknown("a path"))?;
                if known {
                    self.take(token.bytes, token.cut, paths)?;
                }
            }
        }
        self.close(current);
        Ok(())
    }

    fn count(&mut self, counts: Option<(u64, u64)>, touched: &mut Touched) {
        let Some((added, deleted)) = counts else {
            self.notes.binary_files += 1;
            return;
        };
        if let Some(lines) = touched.lines.as_mut() {
            *lines = (lines.0.saturating_add(added), lines.1.saturating_add(deleted));
        }
    }

    fn take(&mut self, path: &[u8], cut: bool, paths: &mut BTreeSet<usize>) -> Result<()> {
        self.touches += 1;
        if self.touches > self.limits.touches {
            let limit = self.limits.touches;
            return Err(AssessError::TooLarge { what: "files touched", limit });
        }
        paths.insert(self.paths.number(path, cut, self.notes));
        Ok(())
    }

    fn close(&mut self, current: Option<(String, Touched, BTreeSet<usize>)>) {
        let Some((id, mut touched, paths)) = current else { return };
        if self.ends.binary_search(&id).is_err() {
            touched.paths = paths.into_iter().collect();
            self.found.insert(id, touched);
        }
    }
}

/// The id behind the mark of a commit.
pub(crate) fn commit_mark(bytes: &[u8]) -> Option<String> {
    let id = std::str::from_utf8(bytes.strip_prefix(b"\x01")?).ok()?;
    (matches!(id.len(), 40 | 64) && is_object_id(id)).then(|| id.to_owned())
}

/// `added TAB deleted TAB path`; the counts are `-` for a file that is not text.
#[expect(clippy::type_complexity, reason = "the counts, if the file is text, and the path")]
fn numstat(bytes: &[u8]) -> Option<(Option<(u64, u64)>, &[u8])> {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\t');
    let (added, deleted, path) = (parts.next()?, parts.next()?, parts.next()?);
    if (added, deleted) == (b"-", b"-") {
        return Some((None, path));
    }
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u64>().ok();
    Some((Some((number(added)?, number(deleted)?)), path))
}
