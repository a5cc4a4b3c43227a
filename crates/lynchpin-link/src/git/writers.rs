//! Who wrote each note, by the history of its reference.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{AssessError, Result, unknown};
use super::limits::Limits;
use super::log::PLAIN;
use super::message::Account;
use super::remarks::commit_of;
use super::repository::Repository;
use super::text::{decoded, is_object_id, printable};
use super::tokens::Tokens;

/// Commits of one reference of notes that are looked through, the newest first. Notes are written
/// soon after the commits that they are about, so this reaches back far beyond a range of those.
const COMMITS_MAX: usize = 50_000;
/// Changed notes that are looked through: a commit of a few bytes can change millions of them.
const CHANGES_MAX: usize = 5_000_000;
/// Bytes of the line about one changed note.
const ENTRY_BYTES: usize = 64 * 1024;

/// Who wrote a note and when it was written last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Writers {
    /// Authors and committers of every commit that touched the note since it was made, as they
    /// wrote themselves and as the mailmap has them.
    pub(crate) accounts: BTreeSet<Account>,
    /// When the newest of those commits was made, in seconds since 1970.
    pub(crate) last: Option<i64>,
    /// Whether those are all.
    pub(crate) complete: bool,
}

/// Finds who wrote the notes on those commits.
pub(crate) fn writers(
    repository: &Repository,
    tip: &str,
    noted: &BTreeSet<&str>,
    limits: &Limits,
) -> Result<BTreeMap<String, Writers>> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let shape = ["--topo-order", "--raw", "--no-abbrev", "--no-renames", "-r", "--root", "-c"];
    arguments.extend(shape.map(str::to_owned));
    arguments.extend(["--no-ext-diff", "--no-relative", "-O/dev/null"].map(str::to_owned));
    arguments.push(
        "--format=tformat:%x01%H%x00%P%x00%aN%x00%aE%x00%cN%x00%cE%x00%an%x00%ae%x00%cn%x00%ce\
         %x00%ct"
            .to_owned(),
    );
    arguments.push(format!("--max-count={COMMITS_MAX}"));
    arguments.extend([tip.to_owned(), "--".to_owned()]);
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let mut reading = Reading {
        limits,
        open: noted.clone(),
        found: noted.iter().map(|id| ((*id).to_owned(), Writers::default())).collect(),
        ends: &repository.shallow_ends,
        merges: false,
        now: Commit::default(),
        commits: 0,
        cut: false,
    };
    match reading.run(&mut tokens) {
        // All are known, or there is too much: git need not go on.
        Ok(true) => {}
        read => match tokens.end(read) {
            Ok(_) => {}
            // The rest of the reference's history is not at hand; those who are not known by now
            // stay unknown.
            Err(AssessError::Unreadable { .. }) => reading.cut = true,
            Err(error) => return Err(error),
        },
    }
    // Of several lines of history the one that was not read may have brought the note.
    if reading.merges && (reading.cut || reading.commits >= COMMITS_MAX) {
        reading.found.values_mut().for_each(|writers| writers.complete = false);
    }
    Ok(reading.found)
}

/// The commit whose changes are being read.
#[derive(Default)]
struct Commit {
    accounts: BTreeSet<Account>,
    at: i64,
    /// Whether a shallow clone ends here.
    end: bool,
    /// The blob that each note is taken away from or put to, since a tree that is cut anew moves
    /// notes without writing them.
    moved: BTreeMap<String, Change>,
}

/// What a commit does to one note.
///
/// A note may stand in several files, cut in several ways: only if those hold the same as before
/// was none of them written.
#[derive(Default)]
struct Change {
    before: BTreeSet<String>,
    after: BTreeSet<String>,
    /// A merge that has it otherwise than all that it merges.
    merged: bool,
}

struct Reading<'a> {
    limits: &'a Limits,
    /// The notes whose beginning was not seen yet.
    open: BTreeSet<&'a str>,
    found: BTreeMap<String, Writers>,
    /// Where a shallow clone ends: a note that is there may have begun before.
    ends: &'a [String],
    /// Whether several lines of history go on, so that a note may begin more than once.
    merges: bool,
    now: Commit,
    /// How many commits were read.
    commits: usize,
    /// Whether some of the history was not read.
    cut: bool,
}

impl Reading<'_> {
    /// Reads until all is known or too much; whether that was before the end.
    fn run(&mut self, tokens: &mut Tokens) -> Result<bool> {
        let mut changes: usize = 0;
        while let Some(token) = tokens.next(ENTRY_BYTES)? {
            let bytes = token.bytes.strip_prefix(b"\n").unwrap_or(token.bytes);
            if bytes.is_empty() {
                continue;
            }
            if bytes.first() == Some(&1) {
                let id = bytes.get(1..).map(String::from_utf8_lossy).unwrap_or_default();
                let end = self.ends.binary_search(&id.into_owned()).is_ok();
                self.close();
                if self.open.is_empty() && !self.merges {
                    return Ok(true);
                }
                self.begin(end, tokens)?;
                continue;
            }
            changes += 1;
            if changes > CHANGES_MAX {
                self.now = Commit::default();
                self.cut = true;
                return Ok(true);
            }
            let change = change(bytes).ok_or_else(|| unknown("a changed note"))?;
            let path = tokens.next(ENTRY_BYTES)?.ok_or_else(|| unknown("a path"))?;
            let commit = std::str::from_utf8(path.bytes).ok().and_then(commit_of);
            let Some(commit) = commit.filter(|id| self.found.contains_key(id)) else { continue };
            let kept = self.now.moved.entry(commit).or_default();
            kept.before.extend(change.before);
            kept.after.extend(change.after);
            kept.merged |= change.merged;
        }
        self.close();
        // Whatever has no beginning by now lies beyond what was read.
        Ok(false)
    }

    /// Reads who made a commit.
    fn begin(&mut self, end: bool, tokens: &mut Tokens) -> Result<()> {
        let bound = self.limits.line_bytes;
        let mut field = || -> Result<String> {
            let token = tokens.next(bound)?.ok_or_else(|| unknown("a field of a commit"))?;
            Ok(printable(&decoded(token.bytes).0))
        };
        let parents = field()?;
        self.merges |= parents.contains(' ');
        let mut accounts = BTreeSet::new();
        for _ in 0..4 {
            accounts.insert(Account { name: field()?, email: field()? });
        }
        let at = field()?.parse::<i64>().unwrap_or(0).clamp(0, super::log::LAST_SECOND);
        self.commits += 1;
        self.cut |= end;
        self.now = Commit { accounts, at, end, moved: BTreeMap::new() };
        Ok(())
    }

    /// Files what one commit did.
    fn close(&mut self) {
        let now = std::mem::take(&mut self.now);
        for (commit, change) in &now.moved {
            if change.before == change.after && !change.merged {
                continue;
            }
            let Some(writers) = self.found.get_mut(commit) else { continue };
            if writers.complete && !self.merges {
                // It was made anew later; what stood there before is gone.
                continue;
            }
            writers.accounts.extend(now.accounts.iter().cloned());
            writers.last = writers.last.max(Some(now.at));
            if change.before.is_empty() && !change.merged && !now.end {
                writers.complete = true;
                self.open.remove(commit.as_str());
            }
        }
    }
}

/// `:mode mode id id status`, with a colon, a mode and an id more for each further parent.
fn change(bytes: &[u8]) -> Option<Change> {
    let text = std::str::from_utf8(bytes).ok()?;
    let parents = text.bytes().take_while(|byte| *byte == b':').count();
    let words: Vec<&str> = text.trim_start_matches(':').split(' ').collect();
    let ids = words.get(parents.checked_add(1)?..words.len().checked_sub(1)?)?;
    let real = |id: &&str| id.bytes().any(|byte| byte != b'0');
    let good = parents > 0 && ids.len() == parents + 1 && ids.iter().all(|id| is_object_id(id));
    good.then_some(())?;
    let blob = |id: Option<&&str>| id.copied().filter(real).map(str::to_owned).into_iter();
    let (before, after) = (blob(ids.first()).collect(), blob(ids.last()).collect());
    Some(Change { before, after, merged: parents > 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_changed_notes_are_read() {
        let (one, two, none) = ("1".repeat(40), "2".repeat(40), "0".repeat(40));
        let read = |text: String| change(text.as_bytes()).map(|c| (c.before, c.after, c.merged));
        let set = |id: &String| BTreeSet::from([id.clone()]);
        let (one_id, two_id) = (set(&one), set(&two));
        assert_eq!(
            read(format!(":000000 100644 {none} {one} A")),
            Some((BTreeSet::new(), one_id.clone(), false))
        );
        assert_eq!(
            read(format!(":100644 100644 {one} {two} M")),
            Some((one_id.clone(), two_id.clone(), false))
        );
        assert_eq!(
            read(format!("::100644 100644 100644 {one} {one} {two} MM")),
            Some((one_id, two_id, true))
        );
        for text in ["", ":", ":1 2 3 4 A", "x", &format!("::100644 100644 {one} {two} M")] {
            assert_eq!(read(text.to_owned()), None, "{text}");
        }
    }
}
