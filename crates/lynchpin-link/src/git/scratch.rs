//! A git folder of our own, empty but for where the objects are.
//!
//! A repository's folder holds settings, attributes, grafts and more that nobody committed and that
//! change what git says. History is read through a folder that has none of them: git is told where
//! the objects lie and nothing else.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{AssessError, Result};
use super::text::printable;

/// How many names are tried; others are taken by runs that were killed.
const TRIES: u64 = 1_000;

/// A folder that is gone when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty repository for objects of that format, `sha1` or `sha256`.
    pub(crate) fn new(object_format: &str) -> Result<Scratch> {
        let above = std::env::temp_dir();
        let failed = |error: std::io::Error| AssessError::NoScratch {
            detail: format!("in `{}`: {error}", printable(&above.to_string_lossy())),
        };
        let scratch = Self::folder().map_err(failed)?;
        let config = format!(
            "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n\
             [extensions]\n\tobjectFormat = {object_format}\n"
        );
        scratch.write("config", config.as_bytes())?;
        scratch.write("HEAD", b"ref: refs/heads/none\n")?;
        std::fs::create_dir(scratch.0.join("refs")).map_err(failed)?;
        Ok(scratch)
    }

    fn folder() -> std::io::Result<Scratch> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let above = std::env::temp_dir().canonicalize()?;
        let mut last = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        for _ in 0..TRIES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = above.join(format!("lynchpin-{}-{number}", std::process::id()));
            // Nobody can have prepared it: a folder that is there is not taken.
            match make_private(&path) {
                Ok(()) => return Ok(Scratch(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file of it.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        std::fs::write(self.0.join(name), bytes)
            .map_err(|error| AssessError::NoScratch { detail: error.to_string() })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is a few empty files in the folder for such.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_folder_of_its_own_and_leaves_nothing() {
        let (one, other) = (Scratch::new("sha1").unwrap(), Scratch::new("sha1").unwrap());
        assert_ne!(one.path(), other.path());
        let path = one.path().to_owned();
        assert!(path.join("HEAD").is_file());
        drop(one);
        assert!(!path.exists());
    }
}
