//! The history before the range: who changed what before, and what of it was mended or taken back.
//!
//! Two processes read it, whatever its length: one the first-parent line with the names of the
//! files that each commit touches, which needs folders and no content, and, if there are merges,
//! one the commits that they bring in. The newest is read first, so that what is too much is the
//! oldest. What git said is kept in a [`Cache`], if the caller names a folder for it; the answer is
//! the same with it and without.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::path::Path;

use lynchpin::history::lookback::{Lookback, Touch, TouchedFile};

use super::cache::Cache;
use super::error::{AssessError, Result, unknown};
use super::identity::id_of;
use super::limits::Limits;
use super::log::{LAST_SECOND, PLAIN, commit_mark};
use super::message::{Account, Message, Pointer, read as read_message};
use super::notes::Notes;
use super::past::{Past, PastEntry};
use super::people::People;
use super::purpose::is_fix;
use super::repository::{Range, Repository};
use super::text::{decoded, printable};
use super::tokens::Tokens;

/// The form of what is kept and how it is worked out: to be raised when either changes.
const FORM: u32 = 1;
/// Files touched, counted once for each commit, at which the looking back ends. As many take about
/// a hundred megabytes.
const TOUCHES_MAX: usize = 4_000_000;
/// How many commits are read for each of the first-parent line: what merges bring in.
const BROUGHT_EACH: usize = 10;
/// Bytes of a message in which a revert is looked for: it says so where it begins.
const BODY_BYTES: usize = 8 * 1024;
/// How many things of one commit are taken as mended by it.
const MENDED_MAX: usize = 100;

/// Commits of the first-parent line that are looked back on unless the caller says otherwise: years
/// of most projects, and more than what a person who wrote a file still remembers.
pub(crate) const COMMITS: u32 = 5_000;

/// How far to look back, and where to keep what was found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looking<'a> {
    /// Commits of the first-parent line; none is no history at all.
    pub(crate) commits: usize,
    /// The folder of the cache.
    pub(crate) cache: Option<&'a Path>,
}

/// What is known of the history before the range; the changes of the range are added in order.
///
/// For each of them, the oldest first: number its files by [`Before::place`] and its author as the
/// people of the range are numbered, ask `lookback.metrics`, then hand it to [`Before::observe`].
#[derive(Debug, Default)]
pub(crate) struct Before {
    pub(crate) lookback: Lookback,
    paths: HashMap<Vec<u8>, u32>,
    folders: HashMap<Vec<u8>, u32>,
    /// The number of the change that each commit belongs to.
    changes: BTreeMap<String, u32>,
    /// Whether what stands before the range was looked back on, as far as was asked for.
    pub(crate) known: bool,
}

/// What stands before a range, as git said it.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    past: Past,
    /// Whether it is known, as far as was asked for.
    known: bool,
}

/// Looks back from the start of the range. What cannot be read is counted, and less is known.
pub(crate) fn look_back(
    repository: &Repository,
    range: &Range,
    looking: Looking<'_>,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Looked> {
    let Some(start) = range.since.as_deref() else {
        // Nothing stands before it, unless a shallow clone begins there.
        let known = repository.shallow_ends.is_empty();
        return Ok(Looked { known, ..Looked::default() });
    };
    if looking.commits == 0 {
        return Ok(Looked::default());
    }
    let commits = looking.commits.min(limits.commits);
    let reading = Reading { repository, start, commits, limits };
    // What a partial clone lacks today may be there tomorrow.
    let folder = looking.cache.filter(|_| !repository.partial);
    let cache = folder.map(|folder| reading.key(range).map(|key| Cache::new(folder, &key)));
    let cache = cache.transpose()?;
    let kept = cache.as_ref().and_then(|cache| cache.load(notes));
    let known = kept.as_deref().and_then(Past::decoded);
    notes.cache_unusable += u64::from(kept.is_some() && known.is_none());
    let past = match known {
        Some(past) => past,
        None => {
            let past = reading.run()?;
            if let Some(cache) = cache.filter(|_| !past.unreadable) {
                cache.store(&past.encoded(), notes);
            }
            past
        }
    };
    Ok(Looked { known: !past.unreadable, past })
}

/// What a message says is mended or taken back by its commit.
fn mended_by(message: &Message) -> impl Iterator<Item = &String> {
    let mended = |pointer: &Pointer| matches!(pointer, Pointer::Fixes | Pointer::Reverts);
    let pointers = message.pointers.iter().filter(move |(pointer, _)| mended(pointer));
    pointers.map(|(_, id)| id).take(MENDED_MAX)
}

impl Before {
    /// Hands the history over, the oldest first.
    ///
    /// Authors are the numbers of the people of the range; accounts that nobody of them has get
    /// numbers behind those.
    pub(crate) fn of(looked: Looked, people: &People, notes: &mut Notes) -> Before {
        let Looked { past, known } = looked;
        notes.past_commits += past.entries.len() as u64;
        notes.past_cut += u64::from(past.cut);
        notes.past_unreadable += u64::from(past.unreadable);
        let authors = numbered(&past.authors, people);
        let mut before = Before { known, ..Before::default() };
        let places: Vec<(u32, u32)> = past.paths.iter().map(|path| before.place(path)).collect();
        for entry in past.entries {
            let file = |(path, removed): &(u32, bool)| {
                let place = usize::try_from(*path).ok().and_then(|path| places.get(path));
                let (path, subsystem) = *place?;
                Some(TouchedFile { path, subsystem, lines: None, removed: *removed })
            };
            let files: Option<Vec<TouchedFile>> =
                entry.files.as_ref().map(|files| files.iter().filter_map(file).collect());
            let author = usize::try_from(entry.author).ok().and_then(|n| authors.get(n));
            let touch = Touch {
                author: author.copied().unwrap_or(u32::MAX),
                seconds: i64::try_from(entry.seconds).unwrap_or(LAST_SECOND),
                is_fix: entry.is_fix,
                files: files.as_deref(),
            };
            let (found, elsewhere) = before.observe(&touch, &entry.ids, &entry.mended);
            notes.past_mended += found;
            notes.past_mended_elsewhere += elsewhere;
        }
        before
    }

    /// The numbers of a path and of its top folder.
    pub(crate) fn place(&mut self, path: &[u8]) -> (u32, u32) {
        let folder = path.iter().position(|byte| *byte == b'/');
        let folder = folder.and_then(|end| path.get(..end)).unwrap_or_default();
        (number_of(&mut self.paths, path), number_of(&mut self.folders, folder))
    }

    /// Takes in the next change: the ids of its commits, and of what it mends or takes back. Says
    /// how many of those were found, and how many not.
    pub(crate) fn observe(
        &mut self,
        touch: &Touch<'_>,
        ids: &[String],
        mended: &[String],
    ) -> (u64, u64) {
        let number = self.lookback.observe(touch);
        self.changes.extend(ids.iter().map(|id| (id.clone(), number)));
        let (mut found, mut elsewhere) = (0, 0);
        for id in mended {
            match self.change(id) {
                // What mends itself was mended before anybody had it.
                Some(culprit) if culprit == number => {}
                Some(culprit) => {
                    found += 1;
                    self.lookback.fail(culprit);
                }
                None => elsewhere += 1,
            }
        }
        (found, elsewhere)
    }

    /// The number of the change that a commit belongs to, by its id or the beginning of it; nothing
    /// where that is the beginning of several.
    fn change(&self, id: &str) -> Option<u32> {
        let from = self.changes.range::<str, _>((Bound::Included(id), Bound::Unbounded));
        let mut found = from.take_while(|(known, _)| known.starts_with(id));
        let (_, number) = found.next()?;
        found.next().is_none().then_some(*number)
    }
}

/// The numbers of accounts: those of the people of the range, and others behind them.
fn numbered(accounts: &[String], people: &People) -> Vec<u32> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (number, person) in people.list.iter().enumerate() {
        known.extend(person.aliases.iter().chain([&person.id]).map(|id| (id.as_str(), number)));
    }
    let others = people.list.len();
    let number = |(place, account): (usize, &String)| {
        let number = known.get(account.as_str()).copied().unwrap_or(others + place);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    accounts.iter().enumerate().map(number).collect()
}

fn number_of(numbers: &mut HashMap<Vec<u8>, u32>, name: &[u8]) -> u32 {
    if let Some(number) = numbers.get(name) {
        return *number;
    }
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    numbers.insert(name.to_owned(), next);
    next
}

/// One commit, as far as it matters here.
#[derive(Debug)]
struct Part {
    id: String,
    parents: Vec<String>,
    seconds: u64,
    /// The id of the account that wrote it.
    author: String,
    is_fix: bool,
    mended: Vec<String>,
}

/// A commit of the first-parent line, the commits that it brings in, and what it touches.
struct Line {
    head: Part,
    brought: Vec<Part>,
    files: Option<Vec<(u32, bool)>>,
}

/// What is read, and how far.
struct Reading<'a> {
    repository: &'a Repository,
    start: &'a str,
    commits: usize,
    limits: &'a Limits,
}

impl Reading<'_> {
    /// All that the outcome depends on.
    fn key(&self, range: &Range) -> Result<String> {
        let mailmap = format!("{}:.mailmap", range.until);
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", &mailmap];
        let mailmap = self.repository.git.ask(&asked, Vec::new())?;
        let mailmap = String::from_utf8_lossy(&mailmap.value).into_owned();
        let limits = self.limits;
        Ok(format!(
            "form {FORM} of {}\nstart {}\ncommits {}\nmailmap {}\nlimits {:?}\nshallow {}\n",
            env!("CARGO_PKG_VERSION"),
            self.start,
            self.commits,
            printable(&mailmap),
            [limits.commits, limits.line_bytes, limits.path_bytes, limits.trailers],
            self.repository.shallow_ends.join(" "),
        ))
    }

    /// Reads as much as there is: without the files, if those cannot be told, and not at all, if
    /// not even the commits can be read.
    fn run(&self) -> Result<Past> {
        let mut unreadable = false;
        for with_files in [true, false] {
            match self.read(with_files) {
                Err(AssessError::Unreadable { .. }) => unreadable = true,
                // Whoever waited that long has the range itself still to wait for.
                Err(AssessError::Silent { .. }) => break,
                read => return read.map(|past| Past { unreadable, ..past }),
            }
        }
        Ok(Past { unreadable: true, ..Past::default() })
    }

    fn read(&self, with_files: bool) -> Result<Past> {
        let (mut lines, paths, mut cut) = self.line(with_files)?;
        let merges = lines.iter().any(|line| line.head.parents.len() > 1);
        if merges {
            cut |= self.brought(&mut lines)?;
        }
        let mut authors: HashMap<Vec<u8>, u32> = HashMap::new();
        let entries = lines.into_iter().rev().map(|line| entry(line, &mut authors)).collect();
        let authors = in_order(authors).into_iter().map(|id| decoded(&id).0).collect();
        Ok(Past { authors, paths, entries, cut, unreadable: false })
    }

    /// The first-parent line, the newest first, and whether it ended early.
    fn line(&self, with_files: bool) -> Result<(Vec<Line>, Vec<Vec<u8>>, bool)> {
        let mut arguments = arguments("--format=tformat:%x01%H%x00", self.commits);
        arguments.push("--first-parent".to_owned());
        if with_files {
            let plain = ["--diff-merges=first-parent", "--name-status", "--no-renames", "-r"];
            arguments.extend(plain.map(str::to_owned));
            let plain = ["--root", "--no-ext-diff", "--no-relative", "-O/dev/null"];
            arguments.extend(plain.map(str::to_owned));
            arguments.push("--ignore-submodules=none".to_owned());
        } else {
            arguments.push("--no-patch".to_owned());
        }
        arguments.extend([self.start.to_owned(), "--".to_owned()]);
        let stream = self.repository.git.stream(&arguments, Vec::new())?;
        let mut tokens = Tokens::of(stream);
        let mut paths = HashMap::new();
        let read = self.read_line(&mut tokens, with_files, &mut paths);
        // Of what is too much, the rest is not waited for.
        let (lines, cut) = match read {
            Ok((lines, true)) => (lines, true),
            read => tokens.end(read)?,
        };
        Ok((lines, in_order(paths), cut))
    }

    fn read_line(
        &self,
        tokens: &mut Tokens,
        with_files: bool,
        paths: &mut HashMap<Vec<u8>, u32>,
    ) -> Result<(Vec<Line>, bool)> {
        let (mut lines, mut touches) = (Vec::<Line>::new(), 0);
        while let Some(token) = tokens.next(self.limits.line_bytes)? {
            let bytes = token.bytes.strip_prefix(b"\n").unwrap_or(token.bytes);
            if let Some(id) = commit_mark(bytes) {
                let head = self.part(id, tokens)?;
                // Where a shallow clone ends, everything looks new.
                let known = self.repository.shallow_ends.binary_search(&head.id).is_err();
                let files = (with_files && known).then(Vec::new);
                lines.push(Line { head, brought: Vec::new(), files });
                continue;
            }
            let removed = bytes == b"D";
            let line = lines.last_mut().ok_or_else(|| unknown("a commit"))?;
            let path = tokens.next(self.limits.path_bytes)?.ok_or_else(|| unknown("a path"))?;
            let Some(files) = line.files.as_mut() else { continue };
            touches += 1;
            if touches > TOUCHES_MAX {
                // What is known of the last one is not all of it.
                lines.pop();
                return Ok((lines, true));
            }
            files.push((number_of(paths, path.bytes), removed));
        }
        Ok((lines, false))
    }

    /// What stands between the id of a commit and its files.
    fn part(&self, id: String, tokens: &mut Tokens) -> Result<Part> {
        let mut next = |bound: usize| -> Result<String> {
            let token = tokens.next(bound)?.ok_or_else(|| unknown("a commit's fields"))?;
            Ok(decoded(token.bytes).0)
        };
        let line = self.limits.line_bytes;
        let parents = next(BODY_BYTES)?;
        let seconds = next(line)?.parse::<i64>().unwrap_or(0).clamp(0, LAST_SECOND);
        let account = Account { name: printable(&next(line)?), email: printable(&next(line)?) };
        let subject = printable(&next(line)?);
        let (trailers, body) = (next(BODY_BYTES)?, next(BODY_BYTES)?);
        // What is skipped in a message of the past says nothing about the changes of the range.
        let message = read_message(&subject, &trailers, &body, self.limits, &mut Notes::default());
        Ok(Part {
            id,
            parents: parents.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            seconds: seconds.unsigned_abs(),
            author: id_of(&account),
            is_fix: is_fix(&subject, &message),
            mended: mended_by(&message).cloned().collect(),
        })
    }

    /// Adds to each line the commits that it brought in: the oldest line from which one is reached.
    /// Says whether it ended early.
    fn brought(&self, lines: &mut [Line]) -> Result<bool> {
        let most = self.commits.saturating_mul(BROUGHT_EACH).min(self.limits.commits);
        let mut arguments = arguments("--format=tformat:%x01%H%x00", most);
        arguments.extend(["--no-patch", "--topo-order", self.start].map(str::to_owned));
        let oldest = lines.last().and_then(|line| line.head.parents.first());
        arguments.extend(oldest.map(|parent| format!("^{parent}")));
        arguments.push("--".to_owned());
        let stream = self.repository.git.stream(&arguments, Vec::new())?;
        let mut tokens = Tokens::of(stream);
        let read = self.read_brought(&mut tokens, lines);
        tokens.end(read).map(|count| count >= most)
    }

    /// Those that build on a commit come before it, so its line is known when it is read.
    fn read_brought(&self, tokens: &mut Tokens, lines: &mut [Line]) -> Result<usize> {
        let mut claimed: HashMap<String, usize> = HashMap::new();
        let heads: HashMap<String, usize> =
            lines.iter().enumerate().map(|(n, line)| (line.head.id.clone(), n)).collect();
        let mut count = 0;
        while let Some(token) = tokens.next(self.limits.line_bytes)? {
            let id = commit_mark(token.bytes).ok_or_else(|| unknown("a commit"))?;
            let part = self.part(id, tokens)?;
            count += 1;
            let of_line = claimed.remove(&part.id);
            let (line, parents) = match (heads.get(&part.id), of_line) {
                (Some(line), _) => (*line, part.parents.get(1..).unwrap_or_default()),
                (None, Some(line)) => (line, part.parents.as_slice()),
                (None, None) => continue,
            };
            for parent in parents {
                let older = claimed.entry(parent.clone()).or_insert(line);
                *older = line.max(*older);
            }
            if !heads.contains_key(&part.id)
                && let Some(line) = lines.get_mut(line)
            {
                line.brought.push(part);
            }
        }
        Ok(count)
    }
}

/// What is the same for both readings.
fn arguments(mark: &str, most: usize) -> Vec<String> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let fields = "%P%x00%ct%x00%aN%x00%aE%x00%s%x00%(trailers:only=true,unfold=true)%x00%b";
    arguments.push(format!("{mark}{fields}"));
    arguments.push(format!("--max-count={most}"));
    arguments
}

/// The names in the order of their numbers.
fn in_order(numbers: HashMap<Vec<u8>, u32>) -> Vec<Vec<u8>> {
    let mut names: Vec<(Vec<u8>, u32)> = numbers.into_iter().collect();
    names.sort_unstable_by_key(|(_, number)| *number);
    names.into_iter().map(|(name, _)| name).collect()
}

/// A line as it is kept. Of a merge, the author is who wrote most of what it brings in, the earlier
/// of those who wrote as much; and it mends, if it says so itself or half of that does.
fn entry(line: Line, authors: &mut HashMap<Vec<u8>, u32>) -> PastEntry {
    let Line { head, mut brought, files } = line;
    brought.reverse();
    let own: Vec<&Part> = brought.iter().filter(|part| part.parents.len() < 2).collect();
    let mut written: HashMap<&str, usize> = HashMap::new();
    own.iter().for_each(|part| *written.entry(&part.author).or_default() += 1);
    let most = written.values().max().copied();
    let first = own.iter().find(|part| written.get(part.author.as_str()).copied() == most);
    let author = first.map_or(&head.author, |part| &part.author);
    let fixes = own.iter().filter(|part| part.is_fix).count();
    PastEntry {
        author: number_of(authors, author.as_bytes()),
        seconds: head.seconds,
        is_fix: head.is_fix || (!own.is_empty() && fixes * 2 >= own.len()),
        mended: brought.iter().chain([&head]).flat_map(|part| part.mended.clone()).collect(),
        ids: brought.iter().chain([&head]).map(|part| part.id.clone()).collect(),
        files,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::super::people::Person;
    use super::super::repository::open;
    use super::*;

    /// A repository whose commits are a minute apart.
    struct Repo {
        folder: tempfile::TempDir,
        minute: i64,
    }

    impl Repo {
        fn new() -> Repo {
            let repo = Repo { folder: tempfile::tempdir().unwrap(), minute: 0 };
            repo.git(&["init", "-q", "-b", "main"]);
            repo
        }

        fn git(&self, arguments: &[&str]) -> String {
            let who = arguments.iter().rfind(|word| word.contains('@')).unwrap_or(&"ann@x.org");
            let date = format!("{} +0000", 1_700_000_000 + self.minute * 60);
            let mut command = Command::new("git");
            command.current_dir(self.folder.path()).args(["-c", "commit.gpgSign=false"]);
            command.args(arguments.iter().filter(|word| !word.contains('@')));
            for role in ["AUTHOR", "COMMITTER"] {
                command.env(format!("GIT_{role}_NAME"), who).env(format!("GIT_{role}_EMAIL"), who);
                command.env(format!("GIT_{role}_DATE"), &date);
            }
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
        }

        /// Changes some files and commits that; the commit's id.
        fn commit(&mut self, who: &str, files: &[&str], message: &str) -> String {
            self.minute += 1;
            for file in files {
                let path = self.folder.path().join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, format!("{} {file}\n", self.minute)).unwrap();
            }
            self.git(&["add", "-A"]);
            self.git(&["commit", "-q", "--allow-empty", "-m", message, who]);
            self.git(&["rev-parse", "HEAD"])
        }

        /// Looks back from the head, as if the range began there.
        fn before(&self, looking: Looking<'_>) -> (Before, Notes) {
            self.before_by(looking, &People::default())
        }

        fn before_by(&self, looking: Looking<'_>, people: &People) -> (Before, Notes) {
            let limits = Limits::default();
            let mut notes = Notes::default();
            let mut repository = open(self.folder.path(), &limits).unwrap();
            let mut range =
                repository.range(Some("HEAD"), Some("HEAD"), &limits, &mut notes).unwrap();
            range.since = Some(range.until.clone());
            let setting = format!("mailmap.blob={}:.mailmap", range.until);
            repository.git = repository.git.clone().with_setting(setting);
            let mut notes = Notes::default();
            let looked = look_back(&repository, &range, looking, &limits, &mut notes).unwrap();
            let before = Before::of(looked, people, &mut notes);
            (before, notes)
        }
    }

    const ALL: Looking<'_> = Looking { commits: 1_000, cache: None };

    /// What is said about a change of some files by somebody, ten minutes after the last one.
    fn asked(
        repo: &Repo,
        before: &mut Before,
        author: u32,
        files: &[&str],
    ) -> lynchpin::model::SourceHistory {
        let file = |name: &&str| {
            let (path, subsystem) = before.place(name.as_bytes());
            TouchedFile { path, subsystem, lines: Some(1), removed: false }
        };
        let files: Vec<TouchedFile> = files.iter().map(file).collect();
        let seconds = 1_700_000_000 + (repo.minute + 10) * 60;
        let touch = Touch { author, seconds, is_fix: false, files: Some(&files) };
        before.lookback.metrics(&touch)
    }

    fn person(id: &str, aliases: &[&str]) -> Person {
        Person {
            id: id.to_owned(),
            name: id.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            machine: false,
            words: BTreeSet::new(),
            lone_names: BTreeSet::new(),
        }
    }

    #[test]
    fn a_linear_history_by_hand() {
        let mut repo = Repo::new();
        let bad = repo.commit("ann@x.org", &["src/a", "src/b"], "Add it");
        repo.commit("raj@x.org", &["src/a", "README"], "Say it");
        repo.commit("ann@x.org", &["doc/c"], &format!("Mend it\n\nFixes: {}", &bad[..12]));
        repo.commit("raj@x.org", &["src/a"], "Go on\n\nFixes: 0123456789ab");
        let mut people = People::default();
        people.list = vec![person("raj@x.org", &[]), person("zoe@x.org", &[])];
        let (mut before, notes) = repo.before_by(ALL, &people);
        assert_eq!((notes.past_commits, notes.past_cut, notes.past_unreadable), (4, 0, 0));
        assert_eq!((notes.past_mended, notes.past_mended_elsewhere), (1, 1));
        let found = asked(&repo, &mut before, 0, &["src/a", "src/b", "new"]);
        // a was last changed ten minutes ago, b thirteen.
        assert_eq!(found.age_seconds, Some((600 + 780) / 2));
        assert_eq!((found.developers, found.earlier_changes), (Some(2), Some(3)));
        assert_eq!((found.file_failures, found.author_failures), (Some(1), Some(0)));
        assert_eq!((found.experience, found.subsystem_experience), (Some(2), Some(2)));
        assert_eq!(found.looked_back, Some(4));
        // ann is nobody of the range and has a number behind those of its two people.
        let known: Vec<u64> = (0..6)
            .map(|author| asked(&repo, &mut before, author, &[]).experience.unwrap())
            .collect();
        assert_eq!((known[0], known[1], known.iter().sum::<u64>()), (2, 0, 4));
    }

    #[test]
    fn the_accounts_of_one_person_are_one_author() {
        let mut repo = Repo::new();
        repo.commit("raj@x.org", &["a"], "One");
        repo.commit("Raj@Old.org", &["a"], "Two");
        repo.commit("r.raj@x.org", &["a"], "Three");
        repo.commit("ann@x.org", &[".mailmap"], "Four");
        std::fs::write(repo.folder.path().join(".mailmap"), "Raj <raj@x.org> <r.raj@x.org>\n")
            .unwrap();
        repo.commit("ann@x.org", &[], "Five");
        let mut people = People::default();
        people.list = vec![person("ann@x.org", &[]), person("raj@x.org", &["raj@old.org"])];
        let (mut before, _) = repo.before_by(ALL, &people);
        let found = asked(&repo, &mut before, 1, &["a"]);
        assert_eq!((found.experience, found.developers), (Some(3), Some(1)));
        assert_eq!(asked(&repo, &mut before, 0, &["a"]).experience, Some(2));
    }

    #[test]
    fn a_merge_is_one_change_of_who_wrote_most_of_it() {
        let mut repo = Repo::new();
        repo.commit("ann@x.org", &["a"], "Begin");
        repo.git(&["checkout", "-q", "-b", "side"]);
        let bad = repo.commit("raj@x.org", &["b"], "One");
        repo.commit("raj@x.org", &["c"], "Two");
        repo.commit("zoe@x.org", &["d"], "Three");
        repo.git(&["checkout", "-q", "main"]);
        repo.commit("ann@x.org", &["a"], "Meanwhile");
        repo.minute += 1;
        repo.git(&["merge", "-q", "--no-ff", "-m", "Merge it", "side", "ann@x.org"]);
        // What goes in by a later merge, too, belongs to the earlier one.
        repo.git(&["checkout", "-q", "side"]);
        repo.commit("zoe@x.org", &["e"], &format!("Fix it\n\nFixes: {bad}"));
        repo.git(&["checkout", "-q", "main"]);
        repo.minute += 1;
        repo.git(&["merge", "-q", "--no-ff", "-m", "Merge more", "side", "ann@x.org"]);
        let mut people = People::default();
        people.list = ["raj@x.org", "zoe@x.org", "ann@x.org"].map(|id| person(id, &[])).to_vec();
        let (mut before, notes) = repo.before_by(ALL, &people);
        assert_eq!((notes.past_commits, notes.past_mended), (4, 1));
        let experience =
            [0, 1, 2].map(|who| asked(&repo, &mut before, who, &["b"]).experience.unwrap());
        assert_eq!(experience, [1, 1, 2]);
        let found = asked(&repo, &mut before, 0, &["b", "d"]);
        assert_eq!((found.earlier_changes, found.file_failures), (Some(1), Some(1)));
        assert_eq!((found.author_failures, found.developers), (Some(1), Some(1)));
    }

    #[test]
    fn the_newest_are_looked_back_on_and_none_is_none() {
        let mut repo = Repo::new();
        for number in 0..9 {
            repo.commit("ann@x.org", &[&format!("f{number}")], "More");
        }
        let (mut before, notes) = repo.before(Looking { commits: 3, ..ALL });
        assert_eq!(notes.past_commits, 3);
        assert_eq!(asked(&repo, &mut before, 0, &["f5", "f6"]).earlier_changes, Some(1));
        let (before, notes) = repo.before(Looking { commits: 0, ..ALL });
        assert_eq!((before.lookback.changes(), notes), (0, Notes::default()));
    }

    #[test]
    fn what_was_removed_is_known_to_be_gone() {
        let mut repo = Repo::new();
        for _ in 0..3 {
            repo.commit("ann@x.org", &["a", "b"], "Both");
        }
        let (mut before, _) = repo.before(ALL);
        assert_eq!(asked(&repo, &mut before, 0, &["a"]).missing_companions, Some(1));
        std::fs::remove_file(repo.folder.path().join("b")).unwrap();
        repo.commit("ann@x.org", &[], "Without");
        let (mut before, _) = repo.before(ALL);
        assert_eq!(asked(&repo, &mut before, 0, &["a"]).missing_companions, Some(0));
    }

    #[test]
    fn with_a_cache_and_without_the_answer_is_the_same() {
        let mut repo = Repo::new();
        let bad = repo.commit("ann@x.org", &["a", "b/c"], "One");
        repo.commit("raj@x.org", &["a"], &format!("Mend\n\nFixes: {bad}"));
        let kept = tempfile::tempdir().unwrap();
        let cached = Looking { cache: Some(kept.path()), ..ALL };
        let files = || -> Vec<std::path::PathBuf> {
            std::fs::read_dir(kept.path()).unwrap().map(|found| found.unwrap().path()).collect()
        };
        let (mut plain, notes) = repo.before(ALL);
        let expected = asked(&repo, &mut plain, 0, &["a", "b/c"]);
        // Not there, there, damaged, there again.
        for round in 0..4 {
            if round == 2 {
                std::fs::write(&files()[0], "nonsense").unwrap();
            }
            let (mut before, found) = repo.before(cached);
            assert_eq!(asked(&repo, &mut before, 0, &["a", "b/c"]), expected, "round {round}");
            let unusable = u64::from(round == 2);
            assert_eq!(found, Notes { cache_unusable: unusable, ..notes.clone() }, "{round}");
            assert_eq!(files().len(), 1);
        }
        // Another depth, another start and another mailmap are other files.
        repo.before(Looking { commits: 1, ..cached });
        assert_eq!(files().len(), 2);
        std::fs::write(repo.folder.path().join(".mailmap"), "Ann <ann@x.org> <raj@x.org>\n")
            .unwrap();
        repo.commit("ann@x.org", &[], "Map");
        let (mut before, _) = repo.before(cached);
        assert_eq!((files().len(), asked(&repo, &mut before, 0, &[]).experience), (3, Some(3)));
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_less_is_known() {
        let mut repo = Repo::new();
        repo.commit("ann@x.org", &["a", "b/c"], "One");
        repo.commit("ann@x.org", &["a"], "Two");
        let lose = |rev: &str| {
            let id = repo.git(&["rev-parse", rev]);
            let path = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
            std::fs::remove_file(repo.folder.path().join(path)).unwrap();
        };
        lose("HEAD~1:b");
        let kept = tempfile::tempdir().unwrap();
        let cached = Looking { cache: Some(kept.path()), ..ALL };
        lose("HEAD~1^{tree}");
        let (mut before, notes) = repo.before(cached);
        assert_eq!((notes.past_unreadable, notes.past_commits), (1, 2));
        let found = asked(&repo, &mut before, 0, &["a"]);
        assert_eq!((found.experience, found.earlier_changes), (Some(2), Some(0)));
        lose("HEAD~1");
        let (before, notes) = repo.before(cached);
        assert_eq!((notes.past_unreadable, before.lookback.changes()), (1, 0));
        assert_eq!(std::fs::read_dir(kept.path()).unwrap().count(), 0, "it is not kept");
    }

    #[test]
    fn a_beginning_of_several_ids_names_none() {
        let mut before = Before::default();
        let touch = Touch::default();
        let ids = ["aaaa1111", "aaaa2222", "bbbb3333"].map(str::to_owned);
        for id in &ids {
            before.observe(&touch, std::slice::from_ref(id), &[]);
        }
        assert_eq!(before.change("aaaa1"), Some(0));
        assert_eq!((before.change("aaaa"), before.change("cccc")), (None, None));
        assert_eq!(before.change("bbbb3333"), Some(2));
        // What mends itself, and what is not there.
        let mended = ["cccc4444", "dddd5555", "bbbb"].map(str::to_owned);
        let found = before.observe(&touch, &["cccc4444".to_owned()], &mended);
        assert_eq!(found, (1, 1));
    }
}
