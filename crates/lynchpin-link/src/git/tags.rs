//! The nearest tag before a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::full_ids;
use super::error::{AssessError, Result};
use super::repository::Repository;
use super::text::{is_object_id, printable};
use super::tokens::Tokens;

/// More tags are no practice of anybody.
const TAGS_MAX: usize = 1_000_000;
/// Bytes of an id and the name of a reference.
const LINE_BYTES: usize = 8 * 1024;

/// What tags say about where a range begins.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    /// The name of the nearest tag and its commit.
    pub(crate) nearest: Option<(String, String)>,
    /// How many tags there are.
    pub(crate) count: u64,
    /// How many of them are broken or lead to something that is missing.
    pub(crate) broken: u64,
}

/// Finds the nearest tag before a commit: of those on the commit itself none, since nothing would
/// ship.
///
/// The tags are listed by their ids, so that no name, alias or setting can hide one. git then finds
/// the nearest in a folder of our own, where each has a number for a name.
pub(crate) fn nearest_before(repository: &Repository, to: &str) -> Result<Tags> {
    let mut tags = Tags::default();
    let listed = list(repository, &mut tags)?;
    tags.count = listed.len() as u64;
    let ids: BTreeSet<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
    let commits = full_ids(repository, &ids)?;
    let mut names: BTreeMap<&str, (bool, &str)> = BTreeMap::new();
    for (id, name) in &listed {
        let Some(commit) = commits.get(id) else {
            tags.broken += 1;
            continue;
        };
        // Of several on one commit, one that says who made it goes before one that does not.
        let candidate = (id != commit, name.as_str());
        let kept = names.entry(commit).or_insert(candidate);
        *kept = candidate.max(*kept);
    }
    names.remove(to);
    if names.is_empty() {
        return Ok(tags);
    }
    let numbered: Vec<(&str, &str)> =
        names.into_iter().map(|(commit, (_, name))| (commit, name)).collect();
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for (number, (commit, _)) in numbered.iter().enumerate() {
        packed.push_str(&format!("{commit} refs/tags/t{number:07}\n"));
    }
    repository.scratch.write("packed-refs", packed.as_bytes())?;
    let answer = repository.git.ask(&["describe", "--tags", "--abbrev=0", to], Vec::new())?;
    if !answer.ok {
        let none = ["No names found", "No tags can describe", "No annotated tags"];
        if none.iter().any(|begin| answer.complaint.starts_with(begin)) {
            return Ok(tags);
        }
        return Err(AssessError::Unreadable { detail: answer.complaint });
    }
    let said = String::from_utf8_lossy(&answer.value);
    let number = said.strip_prefix('t').and_then(|number| number.parse::<usize>().ok());
    let unknown = || AssessError::UnknownAnswer { detail: "the nearest tag expected".to_owned() };
    let (commit, name) = number.and_then(|number| numbered.get(number)).ok_or_else(unknown)?;
    tags.nearest = Some(((*name).to_owned(), (*commit).to_owned()));
    Ok(tags)
}

/// The id that each tag holds, and its name made safe to print.
fn list(repository: &Repository, tags: &mut Tags) -> Result<Vec<(String, String)>> {
    let arguments = ["for-each-ref", "--format=%(objectname)%00%(refname)", "refs/tags"];
    let mut tokens = Tokens::lines(repository.on_place.stream(&arguments, Vec::new())?);
    let mut listed = Vec::new();
    let mut take = || -> Result<()> {
        while let Some(token) = tokens.next(LINE_BYTES)? {
            let mut fields = token.bytes.splitn(2, |byte| *byte == 0);
            let id = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
            let name = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
            if !is_object_id(&id) {
                let detail = "a tag's id expected".to_owned();
                return Err(AssessError::UnknownAnswer { detail });
            }
            if listed.len() == TAGS_MAX {
                return Err(AssessError::TooLarge { what: "tags", limit: TAGS_MAX });
            }
            let name = name.strip_prefix("refs/tags/").unwrap_or(&name);
            listed.push((id, printable(name)));
        }
        Ok(())
    };
    let read = take();
    let ((), complaint) = tokens.finish(read)?;
    // git passes over a broken one with a warning.
    tags.broken += u64::from(complaint.contains("broken ref"));
    Ok(listed)
}
