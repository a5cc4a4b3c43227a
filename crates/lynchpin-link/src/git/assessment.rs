//! The call, what it is asked and what it answers.

use std::path::Path;

use lynchpin::base::Instant;
use lynchpin::base::id::ReleaseId;
use lynchpin::model::Portfolio;

use super::error::{AssessError, Result};
use super::limits::Limits;
use super::notes::Notes;
use super::portfolio::{RELEASE, Source, build, dated_backwards};
use super::repository::{Range, open};
use super::{changes, edges, log, merges};

/// Which part of a history is assessed.
///
/// ```
/// use lynchpin_link::git::Options;
///
/// let options = Options { from: Some("v1.0".to_owned()), ..Options::default() };
/// assert_eq!(options.to, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What is released already: any revision. Otherwise the nearest tag before `to`, leaving out
    /// those on `to` itself since nothing would ship; if there is none, 200 commits back on the
    /// first-parent line.
    pub from: Option<String>,
    /// What would ship: any revision; `HEAD` otherwise.
    pub to: Option<String>,
    /// How much is read at most.
    pub limits: Limits,
}

/// A history as facts, ready to be planned, decided and scored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assessment {
    /// The changes with the people, reviews, tests and dependencies that history shows.
    pub portfolio: Portfolio,
    /// The release that holds them all; none if nothing lies in the range.
    pub release: Option<ReleaseId>,
    /// When the newest commit was made: the instant to ask about, so that the answer does not
    /// depend on the day on which it is asked.
    pub at: Instant,
    /// The repository's name: that of its folder.
    pub repository: String,
    /// The range that was read.
    pub range: Range,
    /// Whether older history is missing because the clone is shallow.
    pub shallow: bool,
    /// Whether content may be missing because the clone is partial.
    pub partial: bool,
    /// What was seen, skipped and not resolved.
    pub notes: Notes,
}

impl Assessment {
    /// The portfolio as a document, the same bytes for the same history.
    ///
    /// # Errors
    ///
    /// [`AssessError::Portfolio`] if it cannot be written, which is a defect to report.
    pub fn document(&self) -> Result<Vec<u8>> {
        lynchpin::wire::write_portfolio(&self.portfolio)
            .map_err(|error| AssessError::Portfolio { detail: error.to_string() })
    }
}

/// How far a reading is, to be shown to somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The range is looked for.
    Range,
    /// Commits and their messages are read.
    Commits,
    /// What they touch is read.
    Files {
        /// How many commits there are.
        commits: usize,
    },
    /// Changes are made and put in order.
    Order {
        /// How many commits there are.
        commits: usize,
    },
}

/// Reads the history of the repository that holds `path` into a portfolio.
///
/// Three git processes read the whole range, however many commits it has; a few more find the
/// repository and the range. Memory grows with the commits of the range and the paths that they
/// touch.
///
/// # Errors
///
/// [`AssessError`] if there is no repository, no git, no commit, if a revision is unknown, if
/// objects are damaged, or if the range is larger than the limits. A shallow, bare, partial or
/// detached repository is assessed; what it lacks is in the [`Notes`].
///
/// # Example
///
/// ```
/// use lynchpin_link::git::{Options, assess};
///
/// let nowhere = std::path::Path::new("/no/such/folder");
/// let error = assess(nowhere, &Options::default()).unwrap_err();
/// assert_eq!(error.code(), "no_such_path");
/// ```
pub fn assess(path: impl AsRef<Path>, options: &Options) -> Result<Assessment> {
    assess_watched(path, options, &mut |_| ())
}

/// The same as [`assess`]; whoever waits is told how far it is.
///
/// # Errors
///
/// Those of [`assess`].
pub fn assess_watched(
    path: impl AsRef<Path>,
    options: &Options,
    watch: &mut dyn FnMut(Phase),
) -> Result<Assessment> {
    let limits = &options.limits;
    watch(Phase::Range);
    let mut notes = Notes::default();
    let mut repository = open(path.as_ref(), limits)?;
    let (from, to) = (options.from.as_deref(), options.to.as_deref());
    let range = repository.range(from, to, limits, &mut notes)?;
    // Names are mapped as the last commit says, whatever is checked out.
    repository.git =
        repository.git.clone().with_setting(format!("mailmap.blob={}:.mailmap", range.to));
    watch(Phase::Commits);
    let commits = log::commits(&repository, &range, limits, &mut notes)?;
    notes.commits = commits.len() as u64;
    notes.dates_backwards = dated_backwards(&commits);
    let newest = match commits.iter().map(|commit| commit.committed).max() {
        Some(newest) => newest,
        None => repository.committed(&range.to)?,
    };
    watch(Phase::Files { commits: commits.len() });
    let (mut touched, paths) = log::touched(&repository, &range, limits, &mut notes)?;
    let own_content = merges::with_own_content(&repository, &range, limits)?;
    watch(Phase::Order { commits: commits.len() });
    let (mut entries, people) =
        changes::changes(&repository, &commits, &own_content, limits, &mut notes)?;
    for entry in &mut entries {
        let id = commits.get(entry.commit).map(|commit| commit.id.as_str());
        entry.touched = id.and_then(|id| touched.remove(id));
        let lines = entry.touched.as_ref().and_then(|touched| touched.lines);
        notes.size_unknown += u64::from(lines.is_none());
    }
    edges::connect(&repository, &range, &commits, &mut entries, paths.len(), &mut notes)?;
    let ends = &repository.shallow_ends;
    let at_end = commits.iter().filter(|commit| ends.binary_search(&commit.id).is_ok());
    notes.shallow_ends = at_end.count() as u64;
    notes.diverged_commits = repository.diverged(&range)?;
    let source = Source {
        repository: &repository,
        range: &range,
        commits: &commits,
        entries: &entries,
        people: &people,
        folders: &paths.folders(),
        newest,
    };
    let (portfolio, at) = build(&source)?;
    let release = portfolio.releases.first().map(|release| release.id.clone());
    debug_assert!(release.as_ref().is_none_or(|release| release.as_str() == RELEASE));
    let (shallow, partial) = (!repository.shallow_ends.is_empty(), repository.partial);
    let repository = repository.name.clone();
    Ok(Assessment { portfolio, release, at, repository, range, shallow, partial, notes })
}
