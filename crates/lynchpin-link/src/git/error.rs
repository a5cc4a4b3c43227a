//! Why a repository could not be assessed.

/// Why there is no assessment: each with a stable code and what to do next.
///
/// A repository that is shallow, bare, partial or without tags is assessed; what is missing in it
/// is counted in the [`Notes`](super::Notes) instead. The enum is open: match with a fallback.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// There is nothing at the path.
    #[error("there is nothing at `{path}`: give the folder of a git repository")]
    NoSuchPath {
        /// The path as it was given.
        path: String,
    },
    /// The path names a file, or a folder that may not be entered.
    #[error("`{path}` is not a folder that can be entered: give the folder of a git repository")]
    NotAFolder {
        /// The path as it was given.
        path: String,
    },
    /// Neither the folder nor one above it is a git repository.
    #[error("`{path}` is not in a git repository: give the folder of a clone")]
    NotARepository {
        /// The path as it was given.
        path: String,
    },
    /// There is a repository, but git does not open it: it lacks a part, or its `.git` is a file
    /// that leads nowhere.
    #[error("`{path}` is no repository that git can open ({detail}): mend it, or clone it afresh")]
    NotOpened {
        /// The `.git` or the bare repository.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The repository belongs to another user, whose configuration git does not trust.
    #[error(
        "`{path}` belongs to another user: if you trust it, run \
         `git config --global --add safe.directory '{path}'` and try again, else assess a clone of \
         your own"
    )]
    NotTrusted {
        /// The folder that git names.
        path: String,
    },
    /// The repository has no commit yet.
    #[error(
        "the repository has no commit on `{rev}` yet: commit first, or name another revision as \
         `until`"
    )]
    NoCommits {
        /// What was looked for.
        rev: String,
    },
    /// A revision that could be taken for an option, or that holds characters no revision has.
    #[error(
        "`{rev}` cannot be a revision: name a tag, branch, commit or date that does not begin with \
         `-`"
    )]
    RevisionRefused {
        /// The revision as it was given, made safe to print.
        rev: String,
    },
    /// A revision that is not in this repository.
    #[error(
        "`{rev}` names no commit here and is no date such as 2026-11-20: see `git log --all` for \
         those there are, or fetch it first"
    )]
    RevisionUnknown {
        /// The revision as it was given.
        rev: String,
    },
    /// A file or folder that cannot be one of a repository.
    #[error(
        "`{path}` cannot be a path in a repository: name it from the top of the repository, such \
         as `src/fare.rs`, without `..`"
    )]
    PathRefused {
        /// The path as it was given, made safe to print.
        path: String,
    },
    /// No commit was made by the date that the range should end with.
    #[error("no commit was made by {date} on the way to `HEAD`: give a later date")]
    NothingThen {
        /// The date as it was given.
        date: String,
    },
    /// Two of the repositories share commits, so that one change would be counted twice.
    #[error(
        "`{first}` and `{second}` share the commit {commit}: name each repository once, or give a \
         later start"
    )]
    Overlap {
        /// One repository.
        first: String,
        /// The other.
        second: String,
        /// A commit that is in both ranges.
        commit: String,
    },
    /// More than the limits allow.
    #[error("more than {limit} {what} in the range: give a later `since`, or raise the limit")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Objects are missing or damaged.
    #[error("the repository cannot be read ({detail}): run `git fsck` in it, then clone it afresh")]
    Unreadable {
        /// What git said first.
        detail: String,
    },
    /// git said nothing for too long.
    #[error(
        "git said nothing for {seconds} seconds and was stopped: see whether the disk answers, \
         or give a shorter range"
    )]
    Silent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// Whoever was told how far the reading is broke it off.
    #[error("the reading was broken off by the caller: ask again to read all")]
    Cancelled,
    /// There is no `git` to run.
    #[error("`git` cannot be run ({detail}): install git {needed} or later", needed = GIT_NEEDED)]
    GitMissing {
        /// What the operating system said.
        detail: String,
    },
    /// The `git` found is too old to be told all that makes the reading safe.
    #[error("git `{found}` is too old: install git {needed} or later", needed = GIT_NEEDED)]
    GitTooOld {
        /// The version found.
        found: String,
    },
    /// There is no place for the few files that git is run with.
    #[error(
        "no folder can be made for temporary files ({detail}): make room, or set TMPDIR to a \
         folder that can be written to"
    )]
    NoScratch {
        /// What the operating system said.
        detail: String,
    },
    /// git answered in a form that is not known.
    #[error(
        "git answered in an unknown form ({detail}): try another version of git and report this"
    )]
    UnknownAnswer {
        /// What could not be understood.
        detail: String,
    },
    /// The mapping file of services cannot be read, or is wrong.
    #[error("the services in `{path}` cannot be used ({detail}): mend the file and try again")]
    Services {
        /// The file as it was given.
        path: String,
        /// Every problem, with its line.
        detail: String,
    },
    /// Results of checks that cannot be read: all problems found, since a result that is left out
    /// may be the one that says no.
    #[error("{} of the results cannot be read:{}", count(problems), listed(problems))]
    Results {
        /// The problems, by path.
        problems: Vec<Problem>,
    },
    /// Keys that cannot be read: all problems found.
    #[error("{} of the keys cannot be read:{}", count(problems), listed(problems))]
    Keys {
        /// The problems, by path.
        problems: Vec<Problem>,
    },
    /// What was read does not make a portfolio.
    #[error("the history does not make a portfolio ({detail}): please report this")]
    Portfolio {
        /// What the engine said.
        detail: String,
    },
}

/// The oldest git that knows every switch used here.
pub(crate) const GIT_NEEDED: &str = "2.32";

impl AssessError {
    /// The stable name of the kind of error, such as `not_a_repository`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            AssessError::NoSuchPath { .. } => "no_such_path",
            AssessError::NotAFolder { .. } => "not_a_folder",
            AssessError::NotARepository { .. } => "not_a_repository",
            AssessError::NotOpened { .. } => "not_opened",
            AssessError::NotTrusted { .. } => "not_trusted",
            AssessError::NoCommits { .. } => "no_commits",
            AssessError::RevisionRefused { .. } => "revision_refused",
            AssessError::RevisionUnknown { .. } => "revision_unknown",
            AssessError::PathRefused { .. } => "path_refused",
            AssessError::NothingThen { .. } => "nothing_then",
            AssessError::Overlap { .. } => "overlap",
            AssessError::TooLarge { .. } => "too_large",
            AssessError::Unreadable { .. } => "unreadable",
            AssessError::Silent { .. } => "silent",
            AssessError::Cancelled => "cancelled",
            AssessError::GitMissing { .. } => "git_missing",
            AssessError::GitTooOld { .. } => "git_too_old",
            AssessError::NoScratch { .. } => "no_scratch",
            AssessError::UnknownAnswer { .. } => "unknown_answer",
            AssessError::Services { .. } => "services",
            AssessError::Results { .. } => "results",
            AssessError::Keys { .. } => "keys",
            AssessError::Portfolio { .. } => "portfolio",
        }
    }
}

/// What is wrong with one file that the caller named.
///
/// ```
/// use lynchpin_link::git::Problem;
///
/// let problem = Problem { path: "ci/unit.xml".to_owned(), detail: "no end".to_owned() };
/// assert_eq!(problem.to_string(), "ci/unit.xml: no end");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, and the line where one is known, made safe to print.
    pub path: String,
    /// What is wrong and what is expected instead.
    pub detail: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}: {}", self.path, self.detail)
    }
}

/// The most problems that a message lists.
const PROBLEMS_SHOWN: usize = 20;

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    }
}

fn listed(problems: &[Problem]) -> String {
    let mut lines: Vec<String> =
        problems.iter().take(PROBLEMS_SHOWN).map(|problem| format!("\n- {problem}")).collect();
    let rest = problems.len().saturating_sub(PROBLEMS_SHOWN);
    if rest > 0 {
        lines.push(format!("\n- and {rest} more"));
    }
    lines.concat()
}

/// Shorthand for a result whose error is [`AssessError`].
pub type Result<T, E = AssessError> = std::result::Result<T, E>;

/// git said something else than what was asked for.
pub(crate) fn unknown(expected: &str) -> AssessError {
    AssessError::UnknownAnswer { detail: format!("{expected} expected") }
}
