//! Merges that change something of their own, beside what they bring in.

use std::collections::HashSet;

use super::error::{AssessError, Result};
use super::limits::Limits;
use super::log::{PLAIN, commit_mark, span};
use super::repository::{Range, Repository};
use super::tokens::Tokens;

/// Bytes of a merge's id with its mark and the first letters of a patch.
const HEAD_BYTES: usize = 96;

/// The ids of the merges of the range whose content follows from none of their parents: a conflict
/// that was resolved, or something slipped in.
///
/// The combined patch of a merge holds only what differs from every parent. In a partial clone the
/// content may not be at hand; then the files that differ from every parent are taken, which are
/// more, and where their names are missing too, every merge.
pub(crate) fn with_own_content(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
) -> Result<HashSet<String>> {
    for shape in ["--patch", "--name-only"] {
        match read(repository, range, limits, &["--cc", shape]) {
            Err(AssessError::Unreadable { .. }) if repository.partial => {}
            answered => {
                let merges = answered?;
                return Ok(merges.into_iter().filter(|(_, own)| *own).map(|(id, _)| id).collect());
            }
        }
    }
    let merges = read(repository, range, limits, &["--no-patch"])?;
    Ok(merges.into_iter().map(|(id, _)| id).collect())
}

/// Every merge, and whether anything is said of it.
fn read(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
    shape: &[&str],
) -> Result<Vec<(String, bool)>> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let plain = ["--merges", "--no-ext-diff", "--no-textconv", "-O/dev/null", "--no-renames"];
    arguments.extend(plain.map(str::to_owned));
    arguments
        .extend(["--ignore-submodules=none", "--no-relative", "--unified=0"].map(str::to_owned));
    arguments.extend(shape.iter().map(|part| (*part).to_owned()));
    arguments.push("--format=tformat:%x01%H".to_owned());
    arguments.push(format!("--max-count={}", limits.commits.saturating_add(1)));
    arguments.extend(span(range));
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let read = marked(&mut tokens);
    tokens.end(read)
}

/// A patch may hold NUL bytes and so pass for the mark of another merge; that one then needs a
/// review more, never less.
fn marked(tokens: &mut Tokens) -> Result<Vec<(String, bool)>> {
    let mut merges: Vec<(String, bool)> = Vec::new();
    while let Some(token) = tokens.next(HEAD_BYTES)? {
        let mut lines = token.bytes.splitn(2, |byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let rest = lines.next().unwrap_or_default();
        // Names of files come in pieces of their own, after the merge that they belong to.
        let marks = commit_mark(first);
        let said = rest.iter().any(|byte| *byte != b'\n');
        match (marks, merges.last_mut()) {
            (Some(id), _) => merges.push((id, said)),
            (None, Some(last)) => last.1 |= !token.bytes.is_empty(),
            (None, None) => {}
        }
    }
    Ok(merges)
}
