//! Who and why for every commit of the range.
//!
//! One process for the whole range, none per commit. Every text ends in a NUL byte, which neither
//! a path nor a message can hold, so nothing in a commit can be taken for the frame around it.

use std::collections::BTreeMap;

use super::error::{AssessError, Result, unknown};
use super::limits::Limits;
use super::message::{Account, Message, read as read_message};
use super::notes::Notes;
use super::remarks::Remark;
use super::repository::{Range, Repository};
use super::text::{decoded, is_object_id, printable};
use super::tokens::Tokens;

/// One commit of the range.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// The id of its content.
    pub(crate) tree: String,
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
    /// What notes say of it, read after all commits are.
    pub(crate) remarks: Vec<Remark>,
}

impl Commit {
    /// Everybody whom its message or a note names, and who wrote the notes.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Account> {
        let noted = self.remarks.iter().flat_map(|remark| {
            let acts = remark.said.acts.iter().map(|(_, account)| account);
            let against = remark.rejections.iter().chain(&remark.failed);
            acts.chain(against).chain(&remark.writers.accounts)
        });
        self.message.acts.iter().map(|(_, account)| account).chain(noted)
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
    let format = "--format=tformat:%H%x00%T%x00%P%x00%aN%x00%aE%x00%cN%x00%cE\
                  %x00%an%x00%ae%x00%cn%x00%ce\
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
    let mut arguments = vec![range.until.clone()];
    arguments.extend(range.since.as_ref().map(|from| format!("^{from}")));
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
        let tree = text(tokens, limits.line_bytes, notes)?;
        let (tree, _) = tree.ok_or_else(|| unknown("a commit's tree"))?;
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
        let mut message = read_message(&subject, &trailers, &body, limits, notes);
        message.incomplete |= cut;
        let committed = seconds(&committed, notes);
        commits.push(Commit {
            id,
            tree,
            parents,
            author,
            committer,
            written_as,
            committed,
            subject,
            message,
            remarks: Vec::new(),
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

/// The id behind the mark of a commit.
pub(crate) fn commit_mark(bytes: &[u8]) -> Option<String> {
    let id = std::str::from_utf8(bytes.strip_prefix(b"\x01")?).ok()?;
    (matches!(id.len(), 40 | 64) && is_object_id(id)).then(|| id.to_owned())
}

/// Counts commits that are dated before one they build on.
pub(crate) fn dated_backwards(commits: &[Commit]) -> u64 {
    let dated: BTreeMap<&str, i64> =
        commits.iter().map(|commit| (commit.id.as_str(), commit.committed)).collect();
    let earlier = |commit: &&Commit| {
        let parents = commit.parents.iter().filter_map(|parent| dated.get(parent.as_str()));
        parents.max().is_some_and(|newest| *newest > commit.committed)
    };
    commits.iter().filter(earlier).count() as u64
}
