//! From commits to changes: one for each entry of the first-parent line.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::error::Result;
use super::log::{Commit, Touched};
use super::message::{Account, Act};
use super::notes::Notes;
use super::people::{People, mapped};
use super::repository::Repository;

/// One change: a commit of the first-parent line with all that it brings in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    /// The number of the commit on the first-parent line.
    pub(crate) commit: usize,
    /// The numbers of the commits that a merge brings in, those first that others build on.
    pub(crate) merged: Vec<usize>,
    /// What it is, in a line.
    pub(crate) title: String,
    /// The person who wrote it: of a merge, who wrote most of its commits.
    pub(crate) author: usize,
    /// Everybody else who had a hand in it: authors, co-authors, committers and who merged it.
    pub(crate) contributors: BTreeSet<usize>,
    /// Who reviewed all of it.
    pub(crate) reviewers: BTreeSet<usize>,
    /// Who tested all of it.
    pub(crate) testers: BTreeSet<usize>,
    /// What it touches; nothing if that is not known.
    pub(crate) touched: Option<Touched>,
    /// The numbers of the changes that it requires.
    pub(crate) requires: BTreeSet<usize>,
    /// What it requires and nobody here knows.
    pub(crate) unresolved: BTreeSet<String>,
    /// The numbers of the changes that it comes after.
    pub(crate) after: BTreeSet<usize>,
}

/// The changes of the range, the oldest first, without what they touch and need.
pub(crate) fn changes(
    repository: &Repository,
    commits: &[Commit],
    notes: &mut Notes,
) -> Result<(Vec<Entry>, People)> {
    let trailers = trailer_accounts(repository, commits)?;
    let people = everybody(commits, &trailers, notes);
    let mut entries = Vec::new();
    for (commit, merged) in first_parent_line(commits, notes) {
        let cast = Cast { commits, people: &people, trailers: &trailers };
        entries.push(cast.entry(commit, merged, notes));
    }
    Ok((entries, people))
}

fn trailer_accounts(
    repository: &Repository,
    commits: &[Commit],
) -> Result<HashMap<Account, Account>> {
    let accounts: BTreeSet<Account> = commits
        .iter()
        .flat_map(|commit| commit.message.acts.iter().map(|(_, account)| account.clone()))
        .collect();
    mapped(&repository.git, &accounts)
}

fn everybody(
    commits: &[Commit],
    trailers: &HashMap<Account, Account>,
    notes: &mut Notes,
) -> People {
    let mut accounts: BTreeMap<Account, u64> = BTreeMap::new();
    for commit in commits {
        *accounts.entry(commit.author.clone()).or_default() += 1;
        accounts.entry(commit.committer.clone()).or_default();
        for (_, account) in &commit.message.acts {
            let account = trailers.get(account).unwrap_or(account);
            accounts.entry(account.clone()).or_default();
        }
    }
    People::find(&accounts, notes)
}

/// The first-parent line, the oldest first, each entry with the commits that only it brings in.
fn first_parent_line(commits: &[Commit], notes: &mut Notes) -> Vec<(usize, Vec<usize>)> {
    let number: HashMap<&str, usize> =
        commits.iter().enumerate().map(|(index, commit)| (commit.id.as_str(), index)).collect();
    let known = |id: &String| number.get(id.as_str()).copied();
    let mut line = Vec::new();
    let mut next = commits.len().checked_sub(1);
    while let Some(index) = next {
        line.push(index);
        next = commits.get(index).and_then(|commit| commit.parents.first()).and_then(known);
    }
    line.reverse();
    let mut taken = vec![false; commits.len()];
    for index in &line {
        taken.get_mut(*index).into_iter().for_each(|place| *place = true);
    }
    let mut entries = Vec::new();
    for index in line {
        let mut merged = Vec::new();
        let mut open: Vec<usize> = vec![index];
        while let Some(commit) = open.pop().and_then(|index| commits.get(index)) {
            for parent in commit.parents.iter().filter_map(known) {
                if taken.get(parent) == Some(&false) {
                    taken.get_mut(parent).into_iter().for_each(|place| *place = true);
                    merged.push(parent);
                    open.push(parent);
                }
            }
        }
        merged.sort_unstable();
        notes.merged_commits += merged.len() as u64;
        entries.push((index, merged));
    }
    notes.unclaimed_commits = taken.iter().filter(|taken| !**taken).count() as u64;
    entries
}

/// What is needed to see who did what in a change.
struct Cast<'a> {
    commits: &'a [Commit],
    people: &'a People,
    trailers: &'a HashMap<Account, Account>,
}

impl Cast<'_> {
    fn entry(&self, index: usize, merged: Vec<usize>, notes: &mut Notes) -> Entry {
        let Some(head) = self.commits.get(index) else { return Entry::default() };
        let is_merge = head.parents.len() > 1;
        notes.changes += 1;
        notes.merges += u64::from(is_merge);
        let parts: Vec<&Commit> = merged
            .iter()
            .filter_map(|index| self.commits.get(*index))
            .filter(|commit| commit.parents.len() < 2)
            .collect();
        let author = self.author(head, &parts);
        let mut contributors = BTreeSet::new();
        for commit in merged.iter().filter_map(|index| self.commits.get(*index)).chain([head]) {
            contributors.extend(self.people.of(&commit.author));
            contributors.extend(self.people.of(&commit.committer));
            contributors.extend(self.who(commit, Act::Author));
            notes.sign_offs += self.who(commit, Act::SignOff).count() as u64;
        }
        contributors.insert(author);
        let reviewers = self.by_all(head, &parts, Act::Review, &contributors, notes);
        let testers = self.by_all(head, &parts, Act::Test, &contributors, notes);
        notes.reviews += reviewers.len() as u64;
        notes.tests += testers.len() as u64;
        contributors.remove(&author);
        let title = title(head, &parts);
        let commit = index;
        Entry {
            commit,
            merged,
            title,
            author,
            contributors,
            reviewers,
            testers,
            ..Entry::default()
        }
    }

    /// Who wrote it: of a merge, who wrote most of its commits, the earlier of those who wrote as
    /// many.
    fn author(&self, head: &Commit, parts: &[&Commit]) -> usize {
        let mut written: BTreeMap<usize, usize> = BTreeMap::new();
        let authors: Vec<usize> =
            parts.iter().filter_map(|commit| self.people.of(&commit.author)).collect();
        for author in &authors {
            *written.entry(*author).or_default() += 1;
        }
        let most = written.values().max().copied().unwrap_or(0);
        let first = authors.into_iter().find(|author| written.get(author) == Some(&most));
        first.or_else(|| self.people.of(&head.author)).unwrap_or(0)
    }

    fn who<'a>(&'a self, commit: &'a Commit, act: Act) -> impl Iterator<Item = usize> + 'a {
        let acts = commit.message.acts.iter().filter(move |(found, _)| *found == act);
        acts.filter_map(|(_, account)| {
            self.people.of(self.trailers.get(account).unwrap_or(account))
        })
    }

    /// Who did that for all of a change: on the merge itself, or on every commit that it brings in.
    ///
    /// One reviewed commit of ten makes no reviewed merge.
    fn by_all(
        &self,
        head: &Commit,
        parts: &[&Commit],
        act: Act,
        contributors: &BTreeSet<usize>,
        notes: &mut Notes,
    ) -> BTreeSet<usize> {
        let mut counted = |commit: &Commit| -> BTreeSet<usize> {
            let mut found = BTreeSet::new();
            for person in self.who(commit, act) {
                if contributors.contains(&person) {
                    notes.own_trailers += 1;
                } else if act == Act::Review && self.people.is_machine(person) {
                    notes.machine_trailers += 1;
                } else {
                    found.insert(person);
                }
            }
            found
        };
        let mut all = counted(head);
        let of_parts: Vec<BTreeSet<usize>> = parts.iter().map(|part| counted(part)).collect();
        let some = of_parts.iter().any(|people| !people.is_empty());
        if some && of_parts.iter().all(|people| !people.is_empty()) {
            all.extend(of_parts.into_iter().flatten());
        } else if some && all.is_empty() {
            match act {
                Act::Review => notes.partly_reviewed += 1,
                Act::Test => notes.partly_tested += 1,
                Act::SignOff | Act::Author => {}
            }
        }
        all
    }
}

/// The subject; of a merge, what it merges, where that is said.
fn title(head: &Commit, parts: &[&Commit]) -> String {
    let body = head.message.first_line.as_ref();
    let only = match parts {
        [only] => Some(&only.subject),
        _ => None,
    };
    let better = if head.parents.len() < 2 || !head.subject.starts_with("Merge ") {
        None
    } else if head.subject.starts_with("Merge pull request ") {
        body.or(only)
    } else {
        only
    };
    better.unwrap_or(&head.subject).clone()
}
