//! Which git is run, and where it may look for programs itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::{AssessError, Result};

/// Where programs are looked for if nobody says so.
const USUAL_FOLDERS: &str = "/usr/local/bin:/usr/bin:/bin";
/// What the program is called.
const NAME: &str = if cfg!(windows) { "git.exe" } else { "git" };

/// git, and the folders in which it may look for more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) git: PathBuf,
    pub(crate) folders: OsString,
}

impl Program {
    /// The git that the user's search path leads to.
    ///
    /// Only entries that say where they are count: `.` and an empty one mean the folder that a
    /// program is run in, which is the repository, and a repository may hold a `git` of its own.
    #[expect(clippy::disallowed_methods, reason = "an importer runs the programs of the user")]
    pub(crate) fn find() -> Result<Program> {
        Self::find_in(&std::env::var_os("PATH").unwrap_or_else(|| USUAL_FOLDERS.into()))
    }

    fn find_in(path: &OsString) -> Result<Program> {
        let missing = |detail: &str| AssessError::GitMissing { detail: detail.to_owned() };
        let folders: Vec<PathBuf> =
            std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
        let git = folders.iter().map(|folder| folder.join(NAME)).find(|file| is_runnable(file));
        let git = git.ok_or_else(|| missing("it is in no absolute folder of PATH"))?;
        let folders = std::env::join_paths(folders).map_err(|_| missing("PATH is malformed"))?;
        Ok(Program { git, folders })
    }
}

#[cfg(unix)]
fn is_runnable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let found = std::fs::metadata(file);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_runnable(file: &Path) -> bool {
    file.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn entries_that_depend_on_the_folder_are_passed_over() {
        let usual = Program::find_in(&USUAL_FOLDERS.into()).unwrap();
        let found = Program::find_in(&format!(".::bin:{USUAL_FOLDERS}:").into()).unwrap();
        assert_eq!(found, usual);
        assert!(found.git.is_absolute());
        assert_eq!(Program::find_in(&".::bin".into()).unwrap_err().code(), "git_missing");
    }
}
