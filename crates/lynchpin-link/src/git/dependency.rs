//! What a change needs, and what in the history says so.

use lynchpin::base::id::ChangeId;
use serde::Serialize;

/// How one change needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DependencyKind {
    /// It cannot be without the other: what it changes was made by the other, or a person says so.
    Requires,
    /// It stands beside the other: both may ship alone, but not in the other order.
    After,
}

/// One change needs another, with everything in the history that says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Dependency {
    /// The change that needs the other.
    pub change: ChangeId,
    /// The other change.
    pub on: ChangeId,
    /// How it needs it.
    pub kind: DependencyKind,
    /// Why, at most [`REASONS_MAX`] of them, sorted; never empty.
    pub because: Vec<Because>,
}

/// The most reasons that are kept for one dependency.
pub const REASONS_MAX: usize = 20;

/// Why one change needs another.
///
/// Numbers of lines count from one, in the file as it was before the change that needs the other.
/// Paths are shown as text; bytes that are no UTF-8 are replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Because {
    /// It deletes or replaces lines that the other wrote last.
    Lines {
        /// The file.
        path: String,
        /// The first of those lines.
        first: u64,
        /// The last of them.
        last: u64,
        /// How many there are; other lines may stand between them.
        lines: u64,
    },
    /// It puts lines between two that the other wrote last.
    Within {
        /// The file.
        path: String,
        /// The line before.
        line: u64,
    },
    /// It touches a file that would not be there, or have that content, without the other.
    File {
        /// The file.
        path: String,
    },
    /// It changes or puts lines directly beside one that the other wrote last.
    Beside {
        /// The file.
        path: String,
        /// That line.
        line: u64,
    },
    /// It touches a file that the other moved there, or makes one where the other removed one.
    Moved {
        /// The file.
        path: String,
    },
    /// It touches a file that the other touched last; said only where lines were not read.
    SameFile {
        /// The file.
        path: String,
    },
    /// A trailer says so.
    Trailer {
        /// The trailer, such as `Depends-On` or `Fixes`.
        trailer: String,
        /// What it names.
        value: String,
    },
    /// It takes the other back.
    Reverts {
        /// What it says that it takes back.
        value: String,
    },
    /// It sets a submodule to a commit that the other brings.
    Submodule {
        /// Where the submodule is.
        path: String,
        /// The commit.
        commit: String,
    },
    /// It pins a package to a version or commit that the other brings.
    Pinned {
        /// The lock file or manifest.
        path: String,
        /// The package.
        package: String,
        /// The version or commit.
        version: String,
    },
}
