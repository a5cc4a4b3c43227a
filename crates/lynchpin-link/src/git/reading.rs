//! The reading of one repository: everything that its objects say about a range.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use super::assessment::{Options, Phase, go_on};
use super::changes::landings;
use super::error::{AssessError, Result};
use super::limits::Limits;
use super::log::{self, Commit};
use super::lookback::{Looked, Looking, look_back};
use super::merges;
use super::message::Account;
use super::notes::Notes;
use super::paths::Paths;
use super::people::mapped;
use super::releases::{NamedRelease, named_releases};
use super::remarks::remarks;
use super::repository::{Range, Repository, open};
use super::series::Landing;
use super::touched::{self, Touched, TouchedAll};

/// One repository, read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) repository: Repository,
    pub(crate) range: Range,
    /// The numbers of its commits among those of all repositories.
    pub(crate) commits: std::ops::Range<usize>,
    /// The numbers of its changes among those of all repositories.
    pub(crate) changes: std::ops::Range<usize>,
    /// What lands as one change, by the numbers of commits within this repository; taken when the
    /// changes are made.
    pub(crate) landings: Vec<Landing>,
    /// What each of them touches; taken too.
    pub(crate) touched: Vec<Option<Touched>>,
    pub(crate) paths: Paths,
    /// Whether lines were followed.
    pub(crate) by_line: bool,
    /// The accounts of trailers as the mailmap has them.
    pub(crate) trailers: HashMap<Account, Account>,
    /// The ids of merges that change something of their own.
    pub(crate) own_content: HashSet<String>,
    /// The releases that tags and branches name within the range, in the order of the line.
    pub(crate) releases: Vec<NamedRelease>,
    /// What stands before the range; taken when the changes are put beside it.
    pub(crate) looked: Looked,
    /// What says which service a path belongs to.
    pub(crate) services_from: String,
    /// What of that could not be used.
    pub(crate) services_skipped: Vec<String>,
    /// When the newest commit was made, in seconds since 1970.
    pub(crate) newest: i64,
}

/// Reads a repository; its commits are added to those of the others.
pub(crate) fn read(
    path: &Path,
    options: &Options,
    all: &mut Vec<Commit>,
    notes: &mut Notes,
    watch: &mut dyn FnMut(Phase) -> ControlFlow<()>,
) -> Result<Reading> {
    let limits = &options.limits;
    go_on(watch(Phase::Range))?;
    let mut repository = open(path, limits)?;
    let (since, until) = (options.since.as_deref(), options.until.as_deref());
    let range = repository.range(since, until, limits, notes)?;
    // Names are mapped as the last commit says, whatever is checked out.
    repository.git =
        repository.git.clone().with_setting(format!("mailmap.blob={}:.mailmap", range.until));
    go_on(watch(Phase::Commits))?;
    let mut commits = log::commits(&repository, &range, limits, notes)?;
    let ids: BTreeSet<String> = commits.iter().map(|commit| commit.id.clone()).collect();
    let ids = ids.iter().map(String::as_str).collect();
    let mut remarks = remarks(&repository, &ids, limits, notes)?;
    for commit in &mut commits {
        commit.remarks = remarks.remove(&commit.id).unwrap_or_default();
    }
    let newest = match commits.iter().map(|commit| commit.committed).max() {
        Some(newest) => newest,
        None => repository.committed(&range.until)?,
    };
    count(&repository, &range, &commits, notes)?;
    go_on(watch(Phase::Files { commits: commits.len() }))?;
    let landings = landings(&commits, notes);
    let Content { touched, own_content, looked } =
        content(&repository, &range, &landings, &commits, options, notes)?;
    let line = line_ids(&landings, &commits);
    let named = named_releases(&repository, &range, &line)?;
    notes.branches_dropped += named.branches_dropped;
    let trailers = trailer_accounts(&repository, &commits, limits)?;
    let mut of_changes = touched.changes;
    of_changes.resize_with(landings.len(), || None);
    let first = all.len();
    all.extend(commits);
    Ok(Reading {
        repository,
        range,
        commits: first..all.len(),
        changes: 0..0,
        landings,
        touched: of_changes,
        paths: touched.paths,
        by_line: touched.by_line,
        trailers,
        own_content,
        releases: named.list,
        looked,
        services_from: String::new(),
        services_skipped: Vec::new(),
        newest,
    })
}

/// What only reading the content or the past tells.
struct Content {
    touched: TouchedAll,
    own_content: HashSet<String>,
    looked: Looked,
}

/// Reads what takes longest, each by a git of its own and all at the same time.
fn content(
    repository: &Repository,
    range: &Range,
    landings: &[Landing],
    commits: &[Commit],
    options: &Options,
    notes: &mut Notes,
) -> Result<Content> {
    let limits = &options.limits;
    let looking = Looking { commits: options.history as usize, cache: options.cache.as_deref() };
    let change_of = change_of(landings, commits);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut notes = Notes::default();
            let looked = look_back(repository, range, looking, limits, &mut notes)?;
            Ok((looked, notes))
        });
        let merging = scope.spawn(|| merges::with_own_content(repository, range, limits));
        let touched = touched::read(repository, range, &change_of, options.by_line, limits, notes)?;
        let mut own_content = joined(merging)?;
        let (of_changes, own) = (&touched.changes, &mut own_content);
        merges::with_undone_content(repository, landings, commits, of_changes, limits, own)?;
        let (looked, counted) = joined(looking)?;
        notes.add(&counted);
        Ok(Content { touched, own_content, looked })
    })
}

/// What a thread found; that it panicked is a defect, told as one and not passed on.
fn joined<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    let defect = |_| AssessError::Portfolio { detail: "a reading broke off".to_owned() };
    thread.join().map_err(defect)?
}

fn count(
    repository: &Repository,
    range: &Range,
    commits: &[Commit],
    notes: &mut Notes,
) -> Result<()> {
    notes.commits += commits.len() as u64;
    notes.dates_backwards += log::dated_backwards(commits);
    let ends = &repository.shallow_ends;
    let at_end = commits.iter().filter(|commit| ends.binary_search(&commit.id).is_ok());
    notes.shallow_ends += at_end.count() as u64;
    notes.diverged_commits += repository.diverged(range)?;
    Ok(())
}

/// The number of the change that each commit of the first-parent line belongs to.
fn change_of<'a>(landings: &[Landing], commits: &'a [Commit]) -> HashMap<&'a str, u32> {
    let mut found = HashMap::new();
    for (number, landing) in (0_u32..).zip(landings) {
        let line = landing.line.iter().filter_map(|commit| commits.get(*commit));
        found.extend(line.map(|commit| (commit.id.as_str(), number)));
    }
    found
}

/// The ids of the commits of the first-parent line, the oldest first.
fn line_ids(landings: &[Landing], commits: &[Commit]) -> Vec<String> {
    let line = landings.iter().flat_map(|landing| &landing.line);
    line.filter_map(|number| commits.get(*number)).map(|commit| commit.id.clone()).collect()
}

fn trailer_accounts(
    repository: &Repository,
    commits: &[Commit],
    limits: &Limits,
) -> Result<HashMap<Account, Account>> {
    let accounts: BTreeSet<Account> = commits.iter().flat_map(Commit::named).cloned().collect();
    mapped(&repository.git, &accounts, limits.line_bytes)
}
