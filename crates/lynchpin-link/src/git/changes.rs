//! From commits to changes: one for each entry of the first-parent line.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::error::Result;
use super::limits::Limits;
use super::log::{Commit, Touched};
use super::message::{Account, Act};
use super::notes::Notes;
use super::people::{People, mapped};
use super::repository::Repository;
use super::reviews::{Cast, Parts};

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
    own_content: &HashSet<String>,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<(Vec<Entry>, People)> {
    let trailers = trailer_accounts(repository, commits, limits)?;
    let people = everybody(commits, &trailers, notes);
    let cast = Cast { people: &people, trailers: &trailers };
    let making = Making { commits, own_content, cast };
    let line = first_parent_line(commits, notes).into_iter();
    let entries = line.map(|(commit, merged)| making.entry(commit, merged, notes)).collect();
    Ok((entries, people))
}

fn trailer_accounts(
    repository: &Repository,
    commits: &[Commit],
    limits: &Limits,
) -> Result<HashMap<Account, Account>> {
    let accounts: BTreeSet<Account> = commits
        .iter()
        .flat_map(|commit| commit.message.acts.iter().map(|(_, account)| account.clone()))
        .collect();
    mapped(&repository.git, &accounts, limits.line_bytes)
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

/// What is needed to make a change of commits.
struct Making<'a> {
    commits: &'a [Commit],
    /// The ids of merges that change something of their own.
    own_content: &'a HashSet<String>,
    cast: Cast<'a>,
}

impl Making<'_> {
    fn entry(&self, index: usize, merged: Vec<usize>, notes: &mut Notes) -> Entry {
        let Some(head) = self.commits.get(index) else { return Entry::default() };
        let brought: Vec<&Commit> =
            merged.iter().filter_map(|index| self.commits.get(*index)).collect();
        let own = |commit: &Commit| self.own_content.contains(&commit.id);
        notes.changes += 1;
        notes.merges += u64::from(head.parents.len() > 1);
        let (mut hands, mut incomplete) = (BTreeSet::new(), false);
        for commit in brought.iter().copied().chain([head]) {
            hands.extend(self.cast.hands(commit));
            incomplete |= commit.message.incomplete;
            notes.own_content += u64::from(own(commit));
            notes.sign_offs += self.cast.who(commit, Act::SignOff).count() as u64;
        }
        let is_part = |commit: &&Commit| commit.parents.len() < 2 || own(commit);
        let parts: Vec<&Commit> = brought.iter().copied().filter(is_part).collect();
        let author = self.author(head, &parts);
        hands.insert(author);
        let title = title(head, &parts);
        let own_content = own(head);
        let commits = brought.into_iter().chain([head]).collect();
        let parts = Parts { head, merged: parts, commits, own_content, incomplete };
        let reviews = self.cast.by_all(&parts, Act::Review, notes);
        let tests = self.cast.by_all(&parts, Act::Test, notes);
        notes.reviews += reviews.people.len() as u64;
        notes.tests += tests.people.len() as u64;
        // The engine takes no approval of anybody who had a hand in the change. Of a merge whose
        // every commit was reviewed by somebody else, the reviewers of the others' commits are
        // reviewers of it.
        let reviewers_only = |person: &usize| reviews.by_parts && reviews.people.contains(person);
        let contributors = hands.iter().copied().filter(|person| !reviewers_only(person));
        let contributors = contributors.filter(|person| *person != author).collect();
        Entry {
            commit: index,
            merged,
            title,
            author,
            contributors,
            reviewers: reviews.people,
            testers: tests.people,
            ..Entry::default()
        }
    }

    /// Who wrote it: of a merge, who wrote most of its commits, the earlier of those who wrote as
    /// many.
    fn author(&self, head: &Commit, parts: &[&Commit]) -> usize {
        let mut written: BTreeMap<usize, usize> = BTreeMap::new();
        let authors: Vec<usize> =
            parts.iter().filter_map(|commit| self.cast.people.of(&commit.author)).collect();
        for author in &authors {
            *written.entry(*author).or_default() += 1;
        }
        let most = written.values().max().copied().unwrap_or(0);
        let first = authors.into_iter().find(|author| written.get(author) == Some(&most));
        first.or_else(|| self.cast.people.of(&head.author)).unwrap_or(0)
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
