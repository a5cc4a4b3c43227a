//! The call, what it is asked and what it answers.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use lynchpin::base::Instant;
use lynchpin::base::id::ReleaseId;
use lynchpin::model::Portfolio;
use serde::Serialize;

use super::dependency::Dependency;
use super::error::{AssessError, Result};
use super::features::{Failure, failures};
use super::limits::Limits;
use super::log::Commit;
use super::lookback::COMMITS as LOOK_BACK;
use super::notes::Notes;
use super::portfolio::{Source, build};
use super::reading::{Reading, read};
use super::repository::Range;
use super::services::mapping::Mapping;
use super::{changes, edges, features, narrow, ownership, proofs};

/// Which part of a history is assessed, and how.
///
/// ```
/// use lynchpin_link::git::Options;
///
/// let options = Options { since: Some("v1.0".to_owned()), ..Options::default() };
/// assert_eq!(options.until, None);
/// assert!(options.by_line);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What is released already: any revision, or a date such as `2026-11-20` or
    /// `2026-11-20T09:00:00Z`, which is the first that is not: all that landed after the first
    /// commit of that date is in the range, even if it is dated back. A revision of that name goes
    /// before a date. Otherwise the nearest released version before `until`, leaving out tags on
    /// `until` itself since nothing would ship; if there is none, 200 commits back on the
    /// first-parent line.
    pub since: Option<String>,
    /// What would ship: any revision, or a date, which is the last that would; `HEAD` otherwise.
    pub until: Option<String>,
    /// Only the changes that touch one of these files or folders, and all that those require.
    /// Names as git has them, from the top of the repository; empty for every change.
    pub paths: Vec<String>,
    /// A file that says which paths belong to which service and who answers for it, as
    /// [`SERVICES`](super::SERVICES) shows. Otherwise the CODEOWNERS file that was committed, else
    /// the folders.
    pub services: Option<PathBuf>,
    /// Results of checks: a folder, or a file, of test reports in the form of JUnit (`*.xml`) and
    /// of `*.json` with one result, a list of them or one per line, such as `{"check": "unit",
    /// "commit": "0123abc", "outcome": "passed", "at": "2026-11-20T10:00:00Z", "by": "ci", "run":
    /// 12, "configuration": "arm64"}`. One that names no commit is of the end of the range, and so
    /// of every change in it. A test report called [`SIGNED`](super::SIGNED) or
    /// [`TESTED`](super::TESTED) is refused: whoever writes tests calls them as they like.
    pub results: Option<PathBuf>,
    /// Keys that signatures of commits and tags are verified by: a file in the form of SSH's
    /// `allowed_signers`, or a folder of `*.pub` keys named after addresses.
    pub keys: Option<PathBuf>,
    /// Whether to find out whose lines each change touches. It takes as long again as counting
    /// them; without it a change comes after the last one that touched one of its files.
    pub by_line: bool,
    /// How many commits of the first-parent line before the range are looked back on, to tell who
    /// knows what a change touches and how often that failed.
    pub history: u32,
    /// A folder in which what was found there is kept, so that the next reading from the same
    /// start is quicker. It is made if it is not there; the answer is the same with it and without.
    /// Whoever can write there can say what history shows, so it must not lie in the repository.
    pub cache: Option<PathBuf>,
    /// How much is read at most.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            since: None,
            until: None,
            paths: Vec::new(),
            services: None,
            results: None,
            keys: None,
            by_line: true,
            history: LOOK_BACK,
            cache: None,
            limits: Limits::default(),
        }
    }
}

/// Histories as facts, ready to be planned, decided and scored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assessment {
    /// The changes with the people, reviews, tests and dependencies that history shows.
    pub portfolio: Portfolio,
    /// The release that holds them all; none if nothing lies in the range.
    pub release: Option<ReleaseId>,
    /// When the newest commit, note or result was made: the instant to ask about, so that the
    /// answer does not depend on the day on which it is asked.
    pub at: Instant,
    /// The repositories, in the order in which they were given.
    pub repositories: Vec<Assessed>,
    /// What each change needs, and why; sorted.
    pub dependencies: Vec<Dependency>,
    /// Which commits are known to have failed, by what the commits of the range mend or take back;
    /// sorted.
    pub failures: Vec<Failure>,
    /// What was seen, skipped and not resolved.
    pub notes: Notes,
}

/// One repository of an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Assessed {
    /// The repository's name: that of its folder.
    pub name: String,
    /// The range that was read.
    pub range: Range,
    /// How many changes lie in it.
    pub changes: usize,
    /// Whether older history is missing because the clone is shallow.
    pub shallow: bool,
    /// Whether content may be missing because the clone is partial.
    pub partial: bool,
    /// Whether dependencies come from lines; where not, from files.
    pub by_line: bool,
    /// What says which service a path belongs to: the name of a file, or `folders`.
    pub services_from: String,
    /// Rules of CODEOWNERS that could not be used, each with its line and why.
    pub services_skipped: Vec<String>,
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
/// A few git processes read the whole range, however many commits it has. Memory grows with the
/// commits of the range and the paths that they touch.
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
    assess_all(&[path], options, &mut |_, _| ControlFlow::Continue(()))
}

/// Reads the histories of several repositories into one portfolio, as one release; whoever waits
/// is told which repository is read, by its number, and how far it is, and may break it off.
///
/// A `Depends-On` that names a change of another one, or a `Change-Id` that several have, and a
/// submodule that is set to a commit of another one, become dependencies. People are one person
/// across all of them.
///
/// # Errors
///
/// Those of [`assess`]; [`AssessError::Overlap`] if two of them share a commit in their ranges,
/// [`AssessError::Cancelled`] if `watch` breaks off.
///
/// # Example
///
/// ```
/// use std::ops::ControlFlow;
///
/// use lynchpin_link::git::{Options, assess_all};
///
/// let mut watch = |_, _| ControlFlow::Continue(());
/// let error = assess_all(&["/no/shop", "/no/till"], &Options::default(), &mut watch);
/// assert_eq!(error.unwrap_err().code(), "no_such_path");
/// ```
pub fn assess_all<P: AsRef<Path>>(
    paths: &[P],
    options: &Options,
    watch: &mut dyn FnMut(usize, Phase) -> ControlFlow<()>,
) -> Result<Assessment> {
    let wanted = narrow::as_git_has(&options.paths)?;
    let mapping = options.services.as_deref().map(Mapping::open).transpose()?;
    let mut notes = Notes::default();
    let mut commits = Vec::new();
    let mut readings = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let mut watch = |phase| watch(number, phase);
        readings.push(read(path.as_ref(), options, &mut commits, &mut notes, &mut watch)?);
    }
    check_overlap(&readings, &commits)?;
    go_on(watch(paths.len().saturating_sub(1), Phase::Order { commits: commits.len() }))?;
    let (mut entries, people) = changes::entries(&mut readings, &commits, &mut notes);
    edges::connect(&readings, &commits, &mut entries, &mut notes)?;
    features::history(&mut readings, &commits, &mut entries, &people, &mut notes);
    narrow::to_paths(&wanted, &mut readings, &mut entries, &mut notes);
    let ownership =
        ownership::services(&mut readings, &entries, &people, mapping.as_ref(), &mut notes)?;
    let proofs = proofs::gather(options, &mut readings, &commits, &entries, &mut notes)?;
    let source = Source {
        readings: &readings,
        commits: &commits,
        entries: &entries,
        people: &people,
        ownership: &ownership,
        proofs: &proofs,
    };
    let (portfolio, dependencies, at) = build(&source)?;
    let release = portfolio.releases.first().map(|release| release.id.clone());
    let repositories = readings.into_iter().map(assessed).collect();
    let failures = failures(&commits)?;
    Ok(Assessment { portfolio, release, at, repositories, dependencies, failures, notes })
}

/// What whoever waits says to a phase, as the reading's own error.
pub(crate) fn go_on(said: ControlFlow<()>) -> Result<()> {
    if said.is_break() { Err(AssessError::Cancelled) } else { Ok(()) }
}

fn assessed(reading: Reading) -> Assessed {
    let Reading { repository, range, changes, by_line, services_from, services_skipped, .. } =
        reading;
    Assessed {
        services_from,
        services_skipped,
        range,
        changes: changes.len(),
        shallow: !repository.shallow_ends.is_empty(),
        partial: repository.partial,
        by_line,
        name: repository.name,
    }
}

fn check_overlap(readings: &[Reading], commits: &[Commit]) -> Result<()> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for reading in readings {
        for commit in commits.get(reading.commits.clone()).unwrap_or_default() {
            if let Some(first) = seen.insert(&commit.id, &reading.repository.name) {
                return Err(AssessError::Overlap {
                    first: first.to_owned(),
                    second: reading.repository.name.clone(),
                    commit: commit.id.clone(),
                });
            }
        }
    }
    Ok(())
}
