//! The release that holds all that would ship, and those that tags and branches name within it.

use std::collections::{BTreeSet, HashMap};

use lynchpin::base::Instant;
use lynchpin::base::id::ChangeId;
use lynchpin::model::Release;

use super::error::Result;
use super::identity::as_id;
use super::portfolio::{RELEASE, STAGE, Source, id, instant, person_id};
use super::reading::Reading;
use super::releases::{NamedBy, NamedRelease};
use super::version::Scheme;

/// The release of all changes, then those named in each repository; none if nothing would ship.
pub(crate) fn releases(
    source: &Source<'_>,
    ids: &[ChangeId],
    newest: Instant,
) -> Result<Vec<Release>> {
    let mut releases = Vec::new();
    let Some(last) = ids.len().checked_sub(1) else { return Ok(releases) };
    releases.extend(release(source, RELEASE.to_owned(), title(source.readings), last, newest)?);
    for release in &mut releases {
        release.changes = ids.to_vec();
    }
    let mut taken = BTreeSet::from([RELEASE.to_owned()]);
    for reading in source.readings {
        releases.extend(named(source, reading, ids, &mut taken)?);
    }
    Ok(releases)
}

/// The releases that tags and branches of one repository name: each tag holds what is new since
/// the one before, and each branch what is new since the last tag before it leaves the line.
fn named(
    source: &Source<'_>,
    reading: &Reading,
    ids: &[ChangeId],
    taken: &mut BTreeSet<String>,
) -> Result<Vec<Release>> {
    let mut releases = Vec::new();
    let mut first = reading.changes.start;
    let commits = source.commits.get(reading.commits.clone()).unwrap_or_default();
    let ids_of_commits = (reading.commits.start..).zip(commits);
    let places: HashMap<&str, usize> =
        ids_of_commits.map(|(at, commit)| (commit.id.as_str(), at)).collect();
    for named in &reading.releases {
        // A change of several commits is released with the last of them.
        let own = source.entries.get(reading.changes.clone()).unwrap_or_default();
        let Some(last) = places.get(named.last.as_str()).copied() else { continue };
        let end = reading.changes.start + own.partition_point(|entry| entry.commit <= last);
        if first >= end {
            continue;
        }
        let name = match source.readings {
            [_] => as_id(&named.name),
            _ => as_id(&format!("{}/{}", reading.repository.name, named.name)),
        };
        let name = free(name, taken);
        let committed = source.commits.get(last).map_or(0, |commit| commit.committed);
        let at = instant(committed)?;
        if let Some(mut release) = release(source, name, Some(describe(named)), end - 1, at)? {
            release.changes = ids.get(first..end).unwrap_or_default().to_vec();
            releases.push(release);
        }
        if named.kind == NamedBy::Tag {
            first = end;
        }
    }
    Ok(releases)
}

/// The name, or the next one that no other release has.
fn free(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 1;
    while !taken.insert(free.clone()) {
        number += 1;
        free = as_id(&format!("{name}~{number}"));
    }
    free
}

/// A release made by who made its last change, without its changes.
fn release(
    source: &Source<'_>,
    name: String,
    title: Option<String>,
    last: usize,
    at: Instant,
) -> Result<Option<Release>> {
    let commit = source.entries.get(last).and_then(|entry| source.commits.get(entry.commit));
    let Some(by) = commit.and_then(|commit| source.people.of(&commit.committer)) else {
        return Ok(None);
    };
    Ok(Some(Release {
        id: id(&name)?,
        revision: 1,
        title,
        changes: Vec::new(),
        releases: Vec::new(),
        stages: vec![id(STAGE)?],
        requester: None,
        planned: None,
        priority: Vec::new(),
        digest: None,
        at,
        recorded: None,
        sequence: 0,
        by: person_id(source, by)?,
        via: Some(id("git")?),
        reason: None,
    }))
}

/// What is released after what; said of one repository only.
fn title(readings: &[Reading]) -> Option<String> {
    let [reading] = readings else { return None };
    let range = &reading.range;
    let since = range.since_name.as_deref().or(range.since.as_deref());
    Some(match since {
        Some(since) => format!("{} since {since}", range.until_name),
        None => range.until_name.clone(),
    })
}

fn describe(named: &NamedRelease) -> String {
    let version = &named.version;
    let scheme = match version.scheme {
        Scheme::Semantic => "version",
        Scheme::Calendar => "calendar version",
    };
    let pre = if version.is_prerelease() { ", a pre-release" } else { "" };
    let how = match named.kind {
        NamedBy::Tag => "tagged",
        NamedBy::Branch => "branched off",
    };
    let signed = named.signed.as_ref().map(|signed| format!(", {signed}")).unwrap_or_default();
    format!("{scheme} {}{pre}, {how} here{signed}", version.text)
}
