//! Whether the files that git reads without a bound are files at all.
//!
//! git reads some files of a repository whole, whatever they are: a link to a device that never
//! ends takes all memory, and a pipe that nobody writes to waits for ever. So they are looked at
//! before git is.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::error::{AssessError, Result};
use super::text::printable;

/// Bytes of a file that holds a name, an id or a path.
const POINTER_BYTES: u64 = 64 * 1024;
/// Bytes of a file of settings or of a list of folders.
const SETTINGS_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of a list of references or commits: ten million of them.
const LIST_BYTES: u64 = 1024 * 1024 * 1024;
/// Folders of objects that one repository borrows from; git follows them five deep.
const ALTERNATES_MAX: usize = 1_000;
/// References that are files of their own; git packs them long before.
const LOOSE_REFERENCES_MAX: usize = 500_000;

/// The files of a repository's folder, and how large they may be.
const FILES: [(&str, u64); 9] = [
    ("HEAD", POINTER_BYTES),
    ("commondir", POINTER_BYTES),
    ("config", SETTINGS_BYTES),
    ("config.worktree", SETTINGS_BYTES),
    ("packed-refs", LIST_BYTES),
    ("reftable/tables.list", SETTINGS_BYTES),
    ("shallow", LIST_BYTES),
    ("objects/info/commit-graph", u64::MAX),
    ("objects/pack/multi-pack-index", u64::MAX),
];

/// Refuses a repository in which something else stands in place of a file that git reads whole.
pub(crate) fn check(path: &Path) -> Result<()> {
    // What cannot be opened is for git to say.
    let Ok(path) = path.canonicalize() else { return Ok(()) };
    for above in path.ancestors() {
        let inner = above.join(".git");
        let folder = match std::fs::metadata(&inner) {
            Ok(found) if found.is_dir() => inner,
            Ok(_) => {
                let text = pointer(&inner)?;
                above.join(text.strip_prefix("gitdir:").unwrap_or(&text).trim())
            }
            Err(_) => above.to_owned(),
        };
        check_folder(&folder)?;
        let holds = |name| folder.join(name).exists();
        if holds("HEAD") && (holds("commondir") || (holds("objects") && holds("refs"))) {
            break;
        }
    }
    Ok(())
}

fn check_folder(folder: &Path) -> Result<()> {
    files(folder)?;
    let commondir = folder.join("commondir");
    let common = if commondir.exists() {
        let common = folder.join(pointer(&commondir)?.trim());
        files(&common)?;
        common
    } else {
        folder.to_owned()
    };
    if !common.join("HEAD").exists() {
        return Ok(());
    }
    references(vec![folder.join("refs"), common.join("refs")])?;
    alternates(common.join("objects"))
}

fn files(folder: &Path) -> Result<()> {
    FILES.iter().try_for_each(|(name, most)| plain(&folder.join(name), *most).map(|_| ()))
}

/// The file, if there is one; anything else in its place, or one too large, is an error.
fn plain(file: &Path, most: u64) -> Result<Option<Metadata>> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_file() && found.len() <= most => Ok(Some(found)),
        // A folder has nothing to be read.
        Ok(found) if found.is_dir() => Ok(None),
        Ok(_) => {
            let shown = printable(&file.to_string_lossy());
            let detail = format!("`{shown}` is no file of a sensible size");
            Err(AssessError::Unreadable { detail })
        }
        Err(_) => Ok(None),
    }
}

/// The text of a small file.
fn pointer(file: &Path) -> Result<String> {
    if plain(file, POINTER_BYTES)?.is_none() {
        return Ok(String::new());
    }
    let read = std::fs::read(file).map_err(|error| AssessError::Unreadable {
        detail: format!("`{}`: {error}", printable(&file.to_string_lossy())),
    })?;
    Ok(String::from_utf8_lossy(&read).into_owned())
}

/// References that are files of their own, below these folders.
fn references(mut open: Vec<PathBuf>) -> Result<()> {
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        for found in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > LOOSE_REFERENCES_MAX {
                let limit = LOOSE_REFERENCES_MAX;
                return Err(AssessError::TooLarge { what: "loose references", limit });
            }
            // Links to folders are followed as git does it; a loop of them ends at the limit.
            match found.path() {
                below if below.is_dir() => open.push(below),
                file => plain(&file, POINTER_BYTES).map(|_| ())?,
            }
        }
    }
    Ok(())
}

/// Packs of objects, and the lists of folders that more are borrowed from, as far as they lead.
fn alternates(objects: PathBuf) -> Result<()> {
    let mut folders = vec![objects];
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        for found in std::fs::read_dir(folder.join("pack")).into_iter().flatten().flatten() {
            plain(&found.path(), u64::MAX)?;
        }
        let list = folder.join("info/alternates");
        if plain(&list, SETTINGS_BYTES)?.is_none() {
            continue;
        }
        let text = std::fs::read(&list).unwrap_or_default();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let borrowed = folder.join(path_of(line));
            if folders.len() < ALTERNATES_MAX && !folders.contains(&borrowed) {
                folders.push(borrowed);
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> &OsStr {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes)
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}
