//! Repositories that are there but that git passes over.
//!
//! Where `.git` lacks a part, git looks for a repository in the folders above, and finds none or
//! another one. To say that there is none would be wrong, and to tell of the other one worse.

use std::path::Path;

use super::error::{AssessError, Result};
use super::text::printable;

/// What a folder holds that is, or was, a repository.
const PARTS: [&str; 3] = ["HEAD", "objects", "refs"];

/// Refuses a path whose own repository is not the one that git opens; `found` is that one.
pub(crate) fn check(path: &Path, found: Option<&Path>) -> Result<()> {
    let Ok(path) = path.canonicalize() else { return Ok(()) };
    let found = found.and_then(|found| found.canonicalize().ok());
    for above in path.ancestors() {
        let inner = above.join(".git");
        let opened = |folder: &Path| found.is_some() && folder.canonicalize().ok() == found;
        if opened(above) || opened(&inner) {
            return Ok(());
        }
        if inner.is_file() {
            // Where it leads to a repository, git has opened that.
            return if found.is_some() { Ok(()) } else { Err(moved(&inner)) };
        }
        if PARTS.iter().any(|part| inner.join(part).exists()) {
            return Err(incomplete(&inner));
        }
    }
    // A bare one has all its parts, or it is some other folder.
    let is_bare = PARTS.iter().skip(1).all(|part| path.join(part).is_dir());
    if found.is_none() && is_bare { Err(incomplete(&path)) } else { Ok(()) }
}

fn incomplete(folder: &Path) -> AssessError {
    let missing = PARTS.iter().filter(|part| !folder.join(part).exists());
    let missing: Vec<&str> = missing.copied().collect();
    let detail = if missing.is_empty() {
        "its HEAD or its settings are damaged".to_owned()
    } else {
        format!("it has no {}", missing.join(" and no "))
    };
    AssessError::NotOpened { path: printable(&folder.to_string_lossy()), detail }
}

fn moved(file: &Path) -> AssessError {
    let path = printable(&file.to_string_lossy());
    let detail = "where it leads to is no repository; of a worktree that was moved, see \
                  `git worktree repair`";
    AssessError::NotOpened { path, detail: detail.to_owned() }
}
