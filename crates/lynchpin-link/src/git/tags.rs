//! The nearest tag before a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::full_ids;
use super::error::{AssessError, Result};
use super::refs::{self, Ref};
use super::repository::Repository;
use super::version::Version;

/// What tags say about where a range begins.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    /// The name of the nearest tag and its commit.
    pub(crate) nearest: Option<(String, String)>,
    /// How many tags there are.
    pub(crate) count: u64,
    /// How many of them are broken, lead to something that is missing, or are of no commit.
    pub(crate) broken: u64,
    /// Tags of pre-releases that are nearer than the version at which the range begins.
    pub(crate) prereleases_passed_over: u64,
    /// Tags of no version that are nearer than the version at which the range begins.
    pub(crate) others_passed_over: u64,
}

/// What a tag is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Released,
    Prerelease,
    Other,
}

/// A tag and what its name says.
#[derive(Debug)]
struct Tag<'a> {
    name: &'a str,
    /// Whether it says who made it.
    annotated: bool,
    version: Option<Version>,
}

impl Tag<'_> {
    fn kind(&self) -> Kind {
        match &self.version {
            Some(version) if version.is_prerelease() => Kind::Prerelease,
            Some(_) => Kind::Released,
            None => Kind::Other,
        }
    }
}

/// The tags on each commit that has any.
type OnCommits<'a> = BTreeMap<&'a str, Vec<Tag<'a>>>;

/// Finds the nearest tag before a commit: of those on the commit itself none, since nothing would
/// ship.
///
/// Where any of them is of a released version, the nearest of those counts, and pre-releases and
/// tags such as `nightly` are passed over: what went to a few is still to be shipped to all.
/// "Nearest" is what `git describe` means by it.
///
/// The tags are listed by their ids, so that no name, alias or setting can hide one. git then finds
/// the nearest in a folder of our own, where each has a number for a name.
pub(crate) fn nearest_before(repository: &Repository, to: &str) -> Result<Tags> {
    let mut tags = Tags::default();
    let (listed, broken) = refs::list(repository, "refs/tags/", "tags")?;
    tags.count = listed.len() as u64;
    tags.broken = u64::from(broken);
    let ids: BTreeSet<&str> = listed.iter().map(|tag| tag.id.as_str()).collect();
    let commits = full_ids(repository, &ids)?;
    let mut on_commits = on_commits(&listed, &commits, &mut tags);
    on_commits.remove(to);
    let is_released = |tag: &Tag<'_>| tag.kind() == Kind::Released;
    if let Some(found) = nearest(repository, &on_commits, &is_released, to)? {
        count_passed_over(repository, &on_commits, &found.1, to, &mut tags)?;
        tags.nearest = Some(found);
    } else {
        tags.nearest = nearest(repository, &on_commits, &|_| true, to)?;
    }
    Ok(tags)
}

fn on_commits<'a>(
    listed: &'a [Ref],
    commits: &'a BTreeMap<String, String>,
    tags: &mut Tags,
) -> OnCommits<'a> {
    let mut found = OnCommits::new();
    for Ref { id, name } in listed {
        let Some(commit) = commits.get(id) else {
            tags.broken += 1;
            continue;
        };
        let tag = Tag { name, annotated: id != commit, version: Version::of_tag(name) };
        found.entry(commit).or_default().push(tag);
    }
    found
}

/// The nearest of the tags that are meant, and its commit.
fn nearest(
    repository: &Repository,
    on_commits: &OnCommits<'_>,
    is_meant: &dyn Fn(&Tag<'_>) -> bool,
    to: &str,
) -> Result<Option<(String, String)>> {
    // Of several on one commit, one that says who made it goes before one that does not.
    let best = |tags: &[Tag<'_>]| {
        let meant = tags.iter().filter(|tag| is_meant(tag));
        let best = meant.max_by_key(|tag| (tag.annotated, tag.version.as_ref(), tag.name));
        best.map(|tag| tag.name.to_owned())
    };
    let of_commit = on_commits.iter().filter_map(|(commit, tags)| Some((*commit, best(tags)?)));
    let numbered: Vec<(&str, String)> = of_commit.collect();
    if numbered.is_empty() {
        return Ok(None);
    }
    refs::number(repository, numbered.iter().map(|(commit, _)| commit))?;
    let answer = repository.git.ask(&["describe", "--tags", "--abbrev=0", to], Vec::new())?;
    if !answer.ok {
        let none = ["No names found", "No tags can describe", "No annotated tags"];
        if none.iter().any(|begin| answer.complaint.starts_with(begin)) {
            return Ok(None);
        }
        return Err(AssessError::Unreadable { detail: answer.complaint });
    }
    let number = refs::number_of(&String::from_utf8_lossy(&answer.value));
    let unknown = || AssessError::UnknownAnswer { detail: "the nearest tag expected".to_owned() };
    let (commit, name) = number.and_then(|number| numbered.get(number)).ok_or_else(unknown)?;
    Ok(Some((name.clone(), (*commit).to_owned())))
}

/// Counts the tags between the start and the end of the range that are of no released version.
fn count_passed_over(
    repository: &Repository,
    on_commits: &OnCommits<'_>,
    from: &str,
    to: &str,
    tags: &mut Tags,
) -> Result<()> {
    let is_passed = |tag: &&Tag<'_>| tag.kind() != Kind::Released;
    let passed: Vec<(&str, Vec<&Tag<'_>>)> = on_commits
        .iter()
        .map(|(commit, tags)| (*commit, tags.iter().filter(is_passed).collect::<Vec<_>>()))
        .filter(|(_, tags)| !tags.is_empty())
        .collect();
    if passed.is_empty() {
        return Ok(());
    }
    refs::number(repository, passed.iter().map(|(commit, _)| commit))?;
    let between = [format!("--merged={to}"), format!("--no-merged={from}")];
    for number in refs::numbered_that(repository, &between)? {
        for tag in passed.get(number).map_or(&[][..], |(_, tags)| tags) {
            match tag.kind() {
                Kind::Prerelease => tags.prereleases_passed_over += 1,
                Kind::Released | Kind::Other => tags.others_passed_over += 1,
            }
        }
    }
    Ok(())
}
