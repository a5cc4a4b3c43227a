//! From commits to changes: one for each entry of the first-parent line.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lynchpin::model::SourceHistory;

use super::edges::Needed;
use super::log::Commit;
use super::message::{Account, Act};
use super::notes::Notes;
use super::people::People;
use super::proofs::against;
use super::reading::Reading;
use super::requests::title;
use super::reviews::{Cast, Parts};
use super::series::{self, Landing};
use super::touched::Touched;

/// One change: a commit of the first-parent line with all that it brings in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    /// The number of its repository.
    pub(crate) repository: usize,
    /// The numbers of its commits on the first-parent line, the oldest first.
    pub(crate) line: Vec<usize>,
    /// The last of them.
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
    /// Who voted against it.
    pub(crate) rejecters: BTreeSet<usize>,
    /// Who found it broken.
    pub(crate) failed_by: BTreeSet<usize>,
    /// When the newest note on it was written, in seconds since 1970.
    pub(crate) said: Option<i64>,
    /// What it touches; nothing if that is not known.
    pub(crate) touched: Option<Touched>,
    /// What the history of its repository shows of it.
    pub(crate) history: SourceHistory,
    /// The changes that it requires.
    pub(crate) requires: Needed,
    /// What it requires and nobody here knows.
    pub(crate) unresolved: BTreeSet<String>,
    /// The changes that it comes after.
    pub(crate) after: Needed,
}

impl Entry {
    /// The numbers of all its commits.
    pub(crate) fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.merged.iter().chain(&self.line).copied()
    }
}

/// The changes of the ranges, the oldest of each first, without what they need.
pub(crate) fn entries(
    readings: &mut [Reading],
    commits: &[Commit],
    notes: &mut Notes,
) -> (Vec<Entry>, People) {
    let people = everybody(readings, commits, notes);
    let mut entries: Vec<Entry> = Vec::new();
    for (repository, reading) in readings.iter_mut().enumerate() {
        let cast = Cast { people: &people, trailers: &reading.trailers };
        let making = Making { commits, own_content: &reading.own_content, cast };
        let first = entries.len();
        let landings = std::mem::take(&mut reading.landings);
        for (landing, touched) in landings.into_iter().zip(std::mem::take(&mut reading.touched)) {
            let lines = touched.as_ref().and_then(|touched| touched.lines);
            notes.size_unknown += u64::from(lines.is_none());
            let landing = shifted(landing, reading.commits.start);
            entries.push(Entry { repository, touched, ..making.entry(landing, notes) });
        }
        reading.changes = first..entries.len();
    }
    (entries, people)
}

/// The landing with the numbers that its commits have among those of all repositories.
fn shifted(landing: Landing, by: usize) -> Landing {
    let shift = |numbers: Vec<usize>| numbers.into_iter().map(|number| number + by).collect();
    Landing { line: shift(landing.line), merged: shift(landing.merged), tie: landing.tie }
}

/// Everybody in all repositories: who is one person in one of them is so in all.
fn everybody(readings: &[Reading], commits: &[Commit], notes: &mut Notes) -> People {
    let mut accounts: BTreeMap<Account, u64> = BTreeMap::new();
    for reading in readings {
        for commit in commits.get(reading.commits.clone()).unwrap_or_default() {
            *accounts.entry(commit.author.clone()).or_default() += 1;
            accounts.entry(commit.committer.clone()).or_default();
            for account in commit.named() {
                let account = reading.trailers.get(account).unwrap_or(account);
                accounts.entry(account.clone()).or_default();
            }
        }
    }
    People::find(&accounts, notes)
}

/// What lands as one change, along the first-parent line, the oldest first, each with the commits
/// that only it brings in.
pub(crate) fn landings(commits: &[Commit], notes: &mut Notes) -> Vec<Landing> {
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
    let mut line_with_merged = Vec::new();
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
        line_with_merged.push((index, merged));
    }
    notes.unclaimed_commits += taken.iter().filter(|taken| !**taken).count() as u64;
    series::landings(line_with_merged, commits, &|index| {
        let commit = commits.get(index);
        commit.is_some_and(|commit| match commit.parents.as_slice() {
            [only] => {
                known(only).and_then(|n| commits.get(n)).is_some_and(|p| p.tree == commit.tree)
            }
            _ => false,
        })
    })
}

/// What is needed to make a change of commits.
struct Making<'a> {
    commits: &'a [Commit],
    /// The ids of merges that change something of their own.
    own_content: &'a HashSet<String>,
    cast: Cast<'a>,
}

impl Making<'_> {
    fn entry(&self, landing: Landing, notes: &mut Notes) -> Entry {
        let grouped = series::title(&landing, self.commits);
        let Landing { line, merged, .. } = landing;
        let of = |numbers: &[usize]| -> Vec<&Commit> {
            numbers.iter().filter_map(|number| self.commits.get(*number)).collect()
        };
        let (own_line, brought) = (of(&line), of(&merged));
        let (Some(head), Some(commit)) = (own_line.last().copied(), line.last().copied()) else {
            return Entry::default();
        };
        let own = |commit: &Commit| self.own_content.contains(&commit.id);
        notes.changes += 1;
        notes.merges += u64::from(head.parents.len() > 1);
        let commits: Vec<&Commit> = brought.iter().chain(&own_line).copied().collect();
        let (mut hands, mut incomplete) = (BTreeSet::new(), false);
        for commit in &commits {
            hands.extend(self.cast.hands(commit));
            incomplete |= commit.message.incomplete
                || commit.remarks.iter().any(|remark| remark.said.incomplete);
            notes.own_content += u64::from(own(commit));
            notes.sign_offs += self.cast.who(commit, Act::SignOff).count() as u64;
        }
        // What one commit of several says of itself is said of no other.
        let is_series = own_line.len() > 1;
        let is_part = |commit: &&Commit| commit.parents.len() < 2 || own(commit);
        let members = if is_series { &commits } else { &brought };
        let parts: Vec<&Commit> = members.iter().copied().filter(is_part).collect();
        let author = self.author(head, &parts);
        hands.insert(author);
        notes.series += u64::from(grouped.is_some());
        let title = grouped.unwrap_or_else(|| title(head, &parts));
        let own_content = own(head) && !is_series;
        let whole = (!is_series).then_some(head);
        let of = |account: &Account| self.cast.mapped(account).clone();
        let (rejecters, failed_by) = against(&commits, self.cast.people, &of);
        notes.rejections += rejecters.len() as u64;
        let said = commits.iter().flat_map(|commit| &commit.remarks);
        let said = said.filter_map(|remark| remark.writers.last).max();
        let parts = Parts { whole, parts, commits, own_content, incomplete };
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
            line,
            commit,
            merged,
            title,
            author,
            contributors,
            reviewers: reviews.people,
            testers: tests.people,
            rejecters,
            failed_by,
            said,
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
