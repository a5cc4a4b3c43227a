//! What each commit of the first-parent line changes beside its first parent, read from one git for
//! the whole range.
//!
//! The raw records name the files and end in NUL bytes; the patch behind them says which lines. Of
//! a patch only the frame is read: the header of a hunk says how many lines follow, and those are
//! skipped unread, so that nothing in a file can be taken for the frame.

use super::error::{Result, unknown};
use super::limits::Limits;
use super::log::{PLAIN, commit_mark, span};
use super::repository::{Range, Repository};
use super::tokens::Tokens;

/// Bytes of a line of the frame that are kept; only its beginning says anything.
const FRAME_BYTES: usize = 256;
/// More hunks in one file, and it counts as written anew.
const HUNKS_MAX: usize = 100_000;

/// How much of what changed is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Which lines, for which the files' content must be at hand.
    Lines,
    /// How many lines.
    Counts,
    /// Names of files only.
    Names,
}

/// What one commit changes.
#[derive(Debug, Default)]
pub(crate) struct CommitDiff {
    pub(crate) id: String,
    pub(crate) files: Vec<FileDiff>,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Added,
    Deleted,
    Modified,
    Renamed,
    /// A file becomes a link, a submodule or the like.
    Retyped,
}

/// One file of a commit.
#[derive(Debug)]
pub(crate) struct FileDiff {
    pub(crate) status: Status,
    /// Where it was before, if elsewhere.
    pub(crate) old_path: Option<Vec<u8>>,
    pub(crate) path: Vec<u8>,
    /// Whether the path was longer than the limit.
    pub(crate) cut: bool,
    /// The commits that a submodule is set from and to.
    pub(crate) submodule: Option<(String, String)>,
    /// The hunks, in the order of the file; none at other depths than that of lines.
    pub(crate) hunks: Vec<Hunk>,
    /// Lines added and deleted; nothing where they are not known.
    pub(crate) counts: Option<(u64, u64)>,
    /// Whether its content is not known line by line: it is no text, or too large, or changed in
    /// too many places.
    pub(crate) as_a_whole: bool,
}

/// Lines that take the place of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// How many lines stand before it in the old file.
    pub(crate) before: u64,
    pub(crate) removed: u64,
    pub(crate) added: u64,
}

/// The commits of the first-parent line, the oldest first.
pub(crate) struct Diffs {
    tokens: Tokens,
    depth: Depth,
    path_bytes: usize,
}

impl Diffs {
    pub(crate) fn of(
        repository: &Repository,
        range: &Range,
        limits: &Limits,
        depth: Depth,
    ) -> Result<Diffs> {
        let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
        let plain =
            ["--first-parent", "--diff-merges=first-parent", "--no-ext-diff", "--no-textconv"];
        arguments.extend(plain.map(str::to_owned));
        let plain = ["--no-relative", "-O/dev/null", "--ignore-submodules=none", "-r", "--root"];
        arguments.extend(plain.map(str::to_owned));
        // Above a thousand files on each side only exact renames are looked for: the rest is
        // quadratic.
        let shape: &[&str] = match depth {
            Depth::Lines => {
                let patch = ["--raw", "--no-abbrev", "--patch", "--unified=0", "--submodule=short"];
                arguments.extend(patch.map(str::to_owned));
                &["--find-renames=50%", "-l1000", "--src-prefix=a/", "--dst-prefix=b/"]
            }
            Depth::Counts => &["--raw", "--no-abbrev", "--numstat", "--find-renames=50%", "-l1000"],
            Depth::Names => &["--raw", "--no-abbrev", "--no-renames"],
        };
        arguments.extend(shape.iter().map(|part| (*part).to_owned()));
        // A byte that begins neither a record nor a line of the frame marks a commit.
        arguments.extend(["--reverse", "--format=tformat:%x01%H"].map(str::to_owned));
        arguments.push(format!("--max-count={}", limits.commits.saturating_add(1)));
        arguments.extend(span(range));
        let tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
        Ok(Diffs { tokens, depth, path_bytes: limits.path_bytes })
    }

    /// Ends the reading: what git says about its own end goes before what was understood of it.
    pub(crate) fn end<T>(self, read: Result<T>) -> Result<T> {
        self.tokens.end(read)
    }

    /// The next commit; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<CommitDiff>> {
        let Some(token) = self.tokens.next(FRAME_BYTES)? else { return Ok(None) };
        let id = commit_mark(token.bytes).ok_or_else(|| unknown("a commit"))?;
        let mut diff = CommitDiff { id, files: Vec::new() };
        // A line feed ends the mark where something follows.
        if self.tokens.peek()? == Some(b'\n') {
            self.tokens.skip_lines(1)?;
        }
        while self.tokens.peek()? == Some(b':') {
            diff.files.push(self.record()?);
        }
        if diff.files.is_empty() {
            return Ok(Some(diff));
        }
        match self.depth {
            Depth::Lines => {
                // An empty piece stands between the records and the patch.
                if self.tokens.peek()? == Some(0) {
                    self.tokens.next(FRAME_BYTES)?;
                }
                self.patch(&mut diff.files)?;
            }
            Depth::Counts => self.counts(&mut diff.files)?,
            Depth::Names => {}
        }
        Ok(Some(diff))
    }

    /// `:old-mode new-mode old-id new-id status`, then one path or two.
    fn record(&mut self) -> Result<FileDiff> {
        let token = self.tokens.next(FRAME_BYTES)?.ok_or_else(|| unknown("a file"))?;
        let text = String::from_utf8_lossy(token.bytes).into_owned();
        let mut parts = text.trim_start_matches(':').split(' ');
        let mut part = || parts.next().ok_or_else(|| unknown("a file's record"));
        let (old_mode, new_mode, old, new) = (part()?, part()?, part()?, part()?);
        let status = match part()?.as_bytes().first() {
            Some(b'A') => Status::Added,
            Some(b'D') => Status::Deleted,
            Some(b'M') => Status::Modified,
            Some(b'R') => Status::Renamed,
            Some(b'T') => Status::Retyped,
            _ => return Err(unknown("what became of a file")),
        };
        let is_submodule = [old_mode, new_mode].contains(&"160000");
        let submodule = is_submodule.then(|| (old.to_owned(), new.to_owned()));
        let (mut path, mut cut) = self.path()?;
        let mut old_path = None;
        if status == Status::Renamed {
            let (to, also_cut) = self.path()?;
            old_path = Some(std::mem::replace(&mut path, to));
            cut |= also_cut;
        }
        let counts = (self.depth == Depth::Lines).then_some((0, 0));
        let (hunks, as_a_whole) = (Vec::new(), false);
        Ok(FileDiff { status, old_path, path, cut, submodule, hunks, counts, as_a_whole })
    }

    fn path(&mut self) -> Result<(Vec<u8>, bool)> {
        let token = self.tokens.next(self.path_bytes)?.ok_or_else(|| unknown("a path"))?;
        Ok((token.bytes.to_owned(), token.cut))
    }

    /// The patch of each file, in the order of the records; what changes its type has two.
    fn patch(&mut self, files: &mut [FileDiff]) -> Result<()> {
        let sections = |file: &FileDiff| if file.status == Status::Retyped { 2 } else { 1 };
        let mut order = Vec::with_capacity(files.len());
        for (number, file) in files.iter().enumerate() {
            order.extend(std::iter::repeat_n(number, sections(file)));
        }
        let mut next = order.iter();
        let mut current = None;
        while !matches!(self.tokens.peek()?, None | Some(1)) {
            let line = self.tokens.line(FRAME_BYTES)?.ok_or_else(|| unknown("a patch"))?;
            if line.bytes.starts_with(b"diff --git ") {
                let number = next.next().ok_or_else(|| unknown("no more patches"))?;
                current = files.get_mut(*number);
                continue;
            }
            let is_hunk = line.bytes.starts_with(b"@@ ");
            let is_opaque = line.bytes.starts_with(b"Binary files ");
            let hunk = if is_hunk { hunk(line.bytes) } else { None };
            let Some(file) = current.as_deref_mut() else { return Err(unknown("a patch's head")) };
            file.as_a_whole |= is_opaque;
            if is_opaque {
                file.counts = None;
            }
            if is_hunk {
                let hunk = hunk.ok_or_else(|| unknown("a hunk"))?;
                self.hunk(hunk, file)?;
            }
        }
        if next.next().is_some() {
            return Err(unknown("a patch of each file"));
        }
        Ok(())
    }

    fn hunk(&mut self, hunk: Hunk, file: &mut FileDiff) -> Result<()> {
        let lost = || unknown("the lines of a hunk");
        for count in [hunk.removed, hunk.added] {
            if !self.tokens.skip_lines(count)? {
                return Err(lost());
            }
            // Said of a last line without an end, after the lines of either side.
            if count > 0 && self.tokens.peek()? == Some(b'\\') {
                self.tokens.skip_lines(1)?;
            }
        }
        if let Some((added, deleted)) = file.counts.as_mut() {
            *added = added.saturating_add(hunk.added);
            *deleted = deleted.saturating_add(hunk.removed);
        }
        if file.hunks.len() < HUNKS_MAX {
            file.hunks.push(hunk);
        } else {
            file.as_a_whole = true;
        }
        Ok(())
    }

    /// `added TAB deleted TAB path` of each file, in the order of the records; of a rename, the
    /// path is empty and two follow.
    fn counts(&mut self, files: &mut [FileDiff]) -> Result<()> {
        for file in files {
            let bound = self.path_bytes.saturating_add(64);
            let token = self.tokens.next(bound)?.ok_or_else(|| unknown("a count of lines"))?;
            let (counts, path) = numstat(token.bytes).ok_or_else(|| unknown("a count of lines"))?;
            let is_rename = path.is_empty();
            file.counts = counts;
            file.as_a_whole = counts.is_none();
            if is_rename {
                self.path()?;
                self.path()?;
            }
        }
        Ok(())
    }
}

/// `@@ -OLD[,COUNT] +NEW[,COUNT] @@`: where nothing is removed, the old number is that of the line
/// before.
pub(crate) fn hunk(line: &[u8]) -> Option<Hunk> {
    let text = std::str::from_utf8(line.get(3..)?.split(|byte| *byte == b'@').next()?).ok()?;
    let (old, new) = text.trim_end().split_once(' ')?;
    let side = |text: &str, sign: char| -> Option<(u64, u64)> {
        let text = text.strip_prefix(sign)?;
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let ((start, removed), (_, added)) = (side(old, '-')?, side(new, '+')?);
    let before = if removed == 0 { start } else { start.checked_sub(1)? };
    Some(Hunk { before, removed, added })
}

/// The counts, which are `-` for a file that is not text, and the path.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_says_where_it_stands() {
        let of = |line: &str| hunk(line.as_bytes()).map(|h| (h.before, h.removed, h.added));
        assert_eq!(of("@@ -3,2 +4 @@ fn x() {"), Some((2, 2, 1)));
        assert_eq!(of("@@ -3,0 +4,5 @@"), Some((3, 0, 5)));
        assert_eq!(of("@@ -0,0 +1 @@"), Some((0, 0, 1)));
        assert_eq!(of("@@ -1 +0,0 @@ a @@ -7 +7 @@"), Some((0, 1, 0)));
        for bad in ["@@ -0 +1 @@", "@@ 1 2 @@", "@@ -x +1 @@", "@@ ", "@@ -1,1,1 +1 @@"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn counts_are_read_or_not_to_be_had() {
        assert_eq!(numstat(b"3\t4\ta\tb"), Some((Some((3, 4)), &b"a\tb"[..])));
        assert_eq!(numstat(b"-\t-\tx"), Some((None, &b"x"[..])));
        assert_eq!(numstat(b"-1\t4\tx"), None);
    }
}
