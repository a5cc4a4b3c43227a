//! How much of a repository is read at most, and why.

use std::time::Duration;

/// The bounds of one reading.
///
/// A bound on the size of a single text cuts that text and counts it in the
/// [`Notes`](super::Notes); a bound on how many things there are ends the reading with an error,
/// since an order or a decision over a part of the changes would be wrong.
///
/// ```
/// use lynchpin_link::git::Limits;
///
/// let limits = Limits { commits: 1_000, ..Limits::default() };
/// assert!(limits.commits < Limits::default().commits);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Commits in the range. A quarter of a million is years of the busiest projects and stays
    /// below one gibibyte of memory.
    pub commits: usize,
    /// Files touched, counted once for each change that touches them. Bounds the memory of one
    /// import of a whole tree per commit.
    pub touches: usize,
    /// Bytes of one name, e-mail address or subject. Longer ones are never read by people.
    pub line_bytes: usize,
    /// Bytes of one message and of its trailers. Messages beyond it are logs pasted into a commit.
    pub message_bytes: usize,
    /// Bytes of one path. It is what operating systems open at most.
    pub path_bytes: usize,
    /// Trailers of one commit. More are not written by people.
    pub trailers: usize,
    /// How many commits back the range begins if there is no tag to begin at.
    pub commits_without_tag: u32,
    /// How long git may say nothing before it is stopped, so that a pipe that is never written to
    /// or a file system that hangs cannot hang the caller.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            commits: 250_000,
            touches: 10_000_000,
            line_bytes: 1024,
            message_bytes: 64 * 1024,
            path_bytes: 4096,
            trailers: 1_000,
            commits_without_tag: 200,
            silence: Duration::from_secs(180),
        }
    }
}
