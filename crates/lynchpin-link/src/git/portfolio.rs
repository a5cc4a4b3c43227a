//! From changes to a portfolio that the engine can judge.

use std::collections::BTreeMap;
use std::str::FromStr;

use lynchpin::base::Instant;
use lynchpin::base::id::{ChangeId, GroupId, PersonId, Reference};
use lynchpin::base::limits::INTEGER_MAX;
use lynchpin::model::{
    Change, Group, Kind, Member, Needs, Person, PersonKind, Plans, Portfolio, Size, Stage,
};

use super::changes::Entry;
use super::dependency::{Dependency, DependencyKind};
use super::error::{AssessError, Result};
use super::file_kinds::FileKind;
use super::log::Commit;
use super::ownership::Ownership;
use super::paths::Paths;
use super::people::People;
use super::proofs::{Proofs, said_of};
use super::reading::Reading;
use super::references;
use super::release::releases;

/// The release that holds every change of the range.
pub const RELEASE: &str = "next";
/// The one stage that it enters.
pub const STAGE: &str = "production";
/// The requirement that reviews answer.
pub const REVIEW: &str = "review";
/// The check that test reports are evidence of.
pub const TESTED: &str = "tested";
/// The check that signatures are evidence of, where keys are at hand.
pub const SIGNED: &str = "signed";
/// The group of everybody who had a part in the range.
pub const CONTRIBUTORS: &str = "contributors";
/// The group of those who may review: the contributors, and [`SOMEBODY_ELSE`].
pub const REVIEWERS: &str = "reviewers";
/// Stands for all those who could review and are not in this history, since no history says who
/// they are: without them a project of one person would be told that nobody can ever review it.
pub const SOMEBODY_ELSE: &str = "somebody-else";
/// The shortest beginning of a commit's id that names a change.
const CHANGE_ID_DIGITS: usize = 12;

/// What the portfolio is made from.
pub(crate) struct Source<'a> {
    pub(crate) readings: &'a [Reading],
    pub(crate) commits: &'a [Commit],
    pub(crate) entries: &'a [Entry],
    pub(crate) people: &'a People,
    pub(crate) ownership: &'a Ownership,
    pub(crate) proofs: &'a Proofs,
}

/// The portfolio, why each change needs another, and when the newest commit was made.
pub(crate) fn build(source: &Source<'_>) -> Result<(Portfolio, Vec<Dependency>, Instant)> {
    let mut portfolio = Portfolio::default();
    people(source, &mut portfolio)?;
    source.ownership.write(source.people, &mut portfolio)?;
    let places: Vec<Places> = source.readings.iter().map(|it| Places::new(&it.paths)).collect();
    portfolio.stages.push(Stage::new(id(STAGE)?));
    let ids = change_ids(source)?;
    let committed = source.readings.iter().map(|reading| reading.newest).max().unwrap_or(0);
    let newest = source.proofs.newest().max(Some(instant(committed)?));
    let newest = newest.map_or_else(|| instant(committed), Ok)?;
    let mut dependencies = Vec::new();
    for (number, entry) in source.entries.iter().enumerate() {
        let missing = || AssessError::Portfolio { detail: "a repository is missing".to_owned() };
        let places = places.get(entry.repository).ok_or_else(missing)?;
        let change = change(source, number, entry, &ids, places)?;
        said_of(source, number, entry, &change, &mut portfolio)?;
        dependencies.extend(dependencies_of(entry, &change.id, &ids));
        portfolio.changes.push(change);
    }
    dependencies.sort();
    portfolio.releases = releases(source, &ids, newest)?.into();
    Ok((portfolio, dependencies, newest))
}

fn dependencies_of(entry: &Entry, change: &ChangeId, ids: &[ChangeId]) -> Vec<Dependency> {
    let requires = entry.requires.iter().map(|needed| (DependencyKind::Requires, needed));
    let after = entry.after.iter().map(|needed| (DependencyKind::After, needed));
    let known = requires.chain(after).filter_map(|(kind, (on, because))| {
        let on = ids.get(*on)?.clone();
        Some(Dependency { change: change.clone(), on, kind, because: because.clone() })
    });
    known.collect()
}

/// Makes an id; those made here are always of the right form, so a refusal is a defect to report.
pub(crate) fn id<T: FromStr<Err = lynchpin::base::Error>>(text: &str) -> Result<T> {
    text.parse::<T>().map_err(|error| AssessError::Portfolio { detail: error.to_string() })
}

pub(crate) fn person_id(source: &Source<'_>, number: usize) -> Result<PersonId> {
    let person = source.people.list.get(number);
    let missing = || AssessError::Portfolio { detail: "a person is missing".to_owned() };
    id(&person.ok_or_else(missing)?.id)
}

fn people(source: &Source<'_>, portfolio: &mut Portfolio) -> Result<()> {
    let mut members = Vec::new();
    for person in &source.people.list {
        let own: PersonId = id(&person.id)?;
        let aliases: Result<Vec<PersonId>> = person.aliases.iter().map(|alias| id(alias)).collect();
        let kind = if person.machine { PersonKind::Machine } else { PersonKind::Human };
        if kind == PersonKind::Human {
            members.push(Member::person(own.clone()));
        }
        let name = Some(person.name.clone()).filter(|name| !name.is_empty());
        let aliases = aliases?;
        portfolio.people.push(Person { name, aliases, kind, ..Person::new(own) });
    }
    let else_id: PersonId = id(SOMEBODY_ELSE)?;
    portfolio.people.push(Person {
        name: Some("somebody who is not in this history yet".to_owned()),
        ..Person::new(else_id.clone())
    });
    let contributors: GroupId = id(CONTRIBUTORS)?;
    let all = Member { person: None, group: Some(contributors.clone()), from: None, to: None };
    let reviewers = vec![all, Member::person(else_id)];
    portfolio.groups.push(Group { members, ..Group::new(contributors) });
    portfolio.groups.push(Group { members: reviewers, ..Group::new(id(REVIEWERS)?) });
    Ok(())
}

/// The beginnings of the commits' ids, all of one length, long enough to tell them apart.
fn change_ids(source: &Source<'_>) -> Result<Vec<ChangeId>> {
    let full = |entry: &Entry| source.commits.get(entry.commit).map(|commit| commit.id.as_str());
    let mut sorted: Vec<&str> = source.entries.iter().filter_map(full).collect();
    sorted.sort_unstable();
    let shared = sorted.windows(2).map(|pair| match pair {
        [a, b] => a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    });
    let digits = shared.max().map_or(0, |shared| shared + 1).max(CHANGE_ID_DIGITS);
    let short = |entry| full(entry).map(|id| id.get(..digits).unwrap_or(id)).unwrap_or_default();
    source.entries.iter().map(|entry| id(short(entry))).collect()
}

fn change(
    source: &Source<'_>,
    number: usize,
    entry: &Entry,
    ids: &[ChangeId],
    places: &Places,
) -> Result<Change> {
    let missing = || AssessError::Portfolio { detail: "a commit is missing".to_owned() };
    let head = source.commits.get(entry.commit).ok_or_else(missing)?;
    let author = person_id(source, entry.author)?;
    let uploader = source.people.of(&head.committer).filter(|person| *person != entry.author);
    let uploader = uploader.map(|person| person_id(source, person)).transpose()?;
    let committers: Result<Vec<PersonId>> =
        entry.contributors.iter().map(|person| person_id(source, *person)).collect();
    let mut requires: Vec<Needs> =
        entry.requires.keys().filter_map(|n| ids.get(*n)).cloned().map(Needs::Change).collect();
    for unresolved in &entry.unresolved {
        requires.push(Needs::Change(id(unresolved)?));
    }
    let after = entry.after.keys().filter_map(|number| ids.get(*number)).cloned().collect();
    let parts = || entry.members().filter_map(|member| source.commits.get(member));
    let commits: Result<Vec<Reference>> = parts().map(|commit| id(&commit.id)).collect();
    Ok(Change {
        id: ids.get(number).cloned().ok_or_else(missing)?,
        revision: 1,
        kind: Kind::Normal,
        title: Some(entry.title.clone()).filter(|title| !title.is_empty()),
        description: references::description(parts()),
        model: None,
        requester: None,
        author: Some(author.clone()),
        uploader,
        committers: committers?,
        services: source.ownership.of_changes.get(number).cloned().unwrap_or_default(),
        artifacts: Vec::new(),
        requires,
        together: Vec::new(),
        after,
        conflicts: Vec::new(),
        supersedes: Vec::new(),
        plans: Plans::default(),
        reversibility: None,
        planned: None,
        effort_minutes: None,
        size: size(entry, places),
        history: entry.history,
        coverage: None,
        measures: BTreeMap::new(),
        commits: commits?,
        tickets: references::tickets(parts())?,
        digest: None,
        at: instant(head.committed)?,
        recorded: None,
        sequence: 0,
        by: author,
        via: None,
        reason: None,
    })
}

/// What is known of the paths of a repository, by their numbers.
struct Places {
    /// The folder that holds each.
    folders: Vec<u32>,
    kinds: Vec<FileKind>,
}

impl Places {
    fn new(paths: &Paths) -> Places {
        Places { folders: paths.folders(), kinds: paths.kinds() }
    }
}

fn size(entry: &Entry, places: &Places) -> Size {
    let Some(touched) = &entry.touched else { return Size::default() };
    let bounded = |count: u64| count.min(INTEGER_MAX);
    let files = || touched.files.keys().map(|path| *path as usize);
    let mut held: Vec<u32> = files().filter_map(|path| places.folders.get(path)).copied().collect();
    let of_kind = |kind: FileKind| {
        let count = files().filter(|path| places.kinds.get(*path) == Some(&kind)).count();
        Some(bounded(count as u64))
    };
    held.sort_unstable();
    held.dedup();
    Size {
        lines_added: touched.lines.map(|(added, _)| bounded(added)),
        lines_deleted: touched.lines.map(|(_, deleted)| bounded(deleted)),
        files: Some(bounded(touched.files.len() as u64)),
        folders: Some(bounded(held.len() as u64)),
        schema_files: of_kind(FileKind::Schema),
        configuration_files: of_kind(FileKind::Configuration),
    }
}

pub(crate) fn instant(seconds: i64) -> Result<Instant> {
    Instant::from_micros(seconds.saturating_mul(1_000_000))
        .map_err(|error| AssessError::Portfolio { detail: error.to_string() })
}
