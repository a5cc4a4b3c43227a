//! Files of a folder that the caller names: plain ones only, bounded in number and size.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::error::Problem;
use super::text::printable;

/// Folders within each other.
const DEPTH_MAX: usize = 32;
/// Files and folders that are looked at.
const ENTRIES_MAX: usize = 200_000;
/// Bytes of one file. Reports hold all that programs under test print.
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of all files.
const ALL_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// One file and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The path below the folder, made safe to print.
    pub(crate) shown: String,
    /// The names of the folders between, the outermost first.
    pub(crate) folders: Vec<String>,
    /// The name without what follows its last dot.
    pub(crate) stem: String,
    /// What follows the last dot of its name, in lower case.
    pub(crate) extension: String,
    /// All that it holds.
    pub(crate) bytes: Vec<u8>,
}

/// Reads every file below a folder whose name, in lower case, is wanted, in the order of paths, or
/// the one file that the path names, whatever it is called; how many others there are.
///
/// A link is followed only to what lies in the folder, and never to a folder, since that one is
/// looked through anyway. What is wanted and cannot be read is a problem, and so is more than the
/// bounds allow, which ends the reading. Whoever takes a file says whether to go on.
pub(crate) fn each(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
    take: &mut dyn FnMut(&File, &mut Vec<Problem>) -> bool,
) -> u64 {
    let named = printable(&path.to_string_lossy());
    let root = match path.canonicalize() {
        Ok(root) => root,
        Err(error) => {
            problems.push(Problem { path: named, detail: error.to_string() });
            return 0;
        }
    };
    let mut walk = Walk { root: root.clone(), wanted, entries: 0, bytes: 0, others: 0 };
    if !root.is_dir() {
        match walk.read(&root) {
            Ok(file) => drop(take(&File { shown: named, ..file }, problems)),
            Err(detail) => problems.push(Problem { path: named, detail }),
        }
        return 0;
    }
    let mut waiting: Vec<(PathBuf, usize)> = vec![(root, 0)];
    while let Some((folder, depth)) = waiting.pop() {
        if depth > DEPTH_MAX {
            let detail = format!("more than {DEPTH_MAX} folders within each other");
            problems.push(Problem { path: walk.shown(&folder), detail });
            continue;
        }
        let (files, folders) = walk.list(&folder, problems);
        waiting.extend(folders.into_iter().rev().map(|folder| (folder, depth + 1)));
        for path in files {
            let go_on = match walk.read(&path) {
                Ok(file) => take(&file, problems),
                Err(detail) => {
                    problems.push(Problem { path: walk.shown(&path), detail });
                    true
                }
            };
            if !go_on {
                return walk.others;
            }
        }
        let full = if walk.entries > ENTRIES_MAX {
            format!("more than {ENTRIES_MAX} files and folders in it")
        } else if walk.bytes > ALL_BYTES {
            format!("more than {ALL_BYTES} bytes in its files")
        } else {
            continue;
        };
        problems.push(Problem { path: named, detail: full });
        return walk.others;
    }
    walk.others
}

struct Walk<'a> {
    root: PathBuf,
    wanted: &'a dyn Fn(&str) -> bool,
    entries: usize,
    bytes: u64,
    others: u64,
}

impl Walk<'_> {
    /// The wanted files of a folder and the folders in it, each in the order of their names.
    fn list(&mut self, folder: &Path, problems: &mut Vec<Problem>) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let mut refuse = |path: &Path, detail: String| {
            problems.push(Problem { path: self.shown(path), detail });
        };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                refuse(folder, error.to_string());
                return (files, folders);
            }
        };
        let (mut seen, mut others) = (self.entries, 0);
        for entry in entries {
            seen += 1;
            if seen > ENTRIES_MAX {
                break;
            }
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    refuse(folder, error.to_string());
                    continue;
                }
            };
            match self.place(&path) {
                Ok(Place::File) => files.push(path),
                Ok(Place::Folder) => folders.push(path),
                Ok(Place::Other) => others += 1,
                Err(detail) => refuse(&path, detail),
            }
        }
        self.entries = seen;
        self.others += others;
        files.sort_unstable();
        folders.sort_unstable();
        (files, folders)
    }

    /// What there is to do with one entry of a folder.
    fn place(&self, path: &Path) -> Result<Place, String> {
        let found = std::fs::symlink_metadata(path).map_err(|error| error.to_string())?;
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
        let wanted = (self.wanted)(&name.unwrap_or_default());
        if found.is_symlink() {
            return match path.canonicalize() {
                Ok(target) if !target.starts_with(&self.root) => {
                    Err("a link out of the folder: put what it leads to in its place".to_owned())
                }
                Ok(target) if wanted && !target.is_dir() => Ok(Place::File),
                Err(error) if wanted => Err(error.to_string()),
                Ok(_) | Err(_) => Ok(Place::Other),
            };
        }
        if found.is_dir() {
            return Ok(Place::Folder);
        }
        Ok(if wanted { Place::File } else { Place::Other })
    }

    /// Reads a file, unless it is none or too large.
    fn read(&mut self, path: &Path) -> Result<File, String> {
        if self.bytes > ALL_BYTES {
            return Err("not read, since there is too much in all".to_owned());
        }
        let bytes = plain_bytes(path)?;
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let name = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
        let mut folders: Vec<String> = below.iter().map(name).collect();
        folders.pop();
        let stem = path.file_stem().map(name).unwrap_or_default();
        let (shown, extension) = (self.shown(path), extension(path));
        Ok(File { shown, folders, stem, extension, bytes })
    }

    fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let shown = printable(&below.to_string_lossy());
        if shown.is_empty() { "the folder".to_owned() } else { shown }
    }
}

/// One entry of a folder.
enum Place {
    File,
    Folder,
    Other,
}

fn extension(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// All bytes of a plain file.
fn plain_bytes(path: &Path) -> Result<Vec<u8>, String> {
    // A pipe in its place would hang whoever opens it.
    let found = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("no plain file".to_owned());
    }
    let too_large = || format!("more than {FILE_BYTES} bytes");
    if found.len() > FILE_BYTES {
        return Err(too_large());
    }
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> (Vec<String>, u64, Vec<String>) {
        let (mut problems, mut found) = (Vec::new(), Vec::new());
        let wanted = |name: &str| name.ends_with(".xml");
        let others = each(path, &wanted, &mut problems, &mut |file, _| {
            found.push(format!("{} {:?} {}", file.shown, file.folders, file.stem));
            true
        });
        (found, others, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_wanted_files_of_all_folders_are_read_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        for name in ["b.xml", "a/2.XML", "a/1.xml", "a/c/3.xml", "c.txt"] {
            write(name);
        }
        let (found, others, problems) = read(folder.path());
        let expected =
            ["b.xml [] b", "a/1.xml [\"a\"] 1", "a/2.XML [\"a\"] 2", "a/c/3.xml [\"a\", \"c\"] 3"];
        assert_eq!(found, expected);
        assert_eq!((others, problems.len()), (1, 0));
        let (found, _, problems) = read(&folder.path().join("c.txt"));
        assert_eq!((found.len(), problems.len()), (1, 0));
        let (found, _, problems) = read(&folder.path().join("none"));
        assert_eq!((found.len(), problems.len()), (0, 1));
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_and_pipes_are_problems() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, path(name)).unwrap();
        std::fs::write(outside.path().join("o.xml"), "x").unwrap();
        std::fs::write(path("in.xml"), "x").unwrap();
        link(&outside.path().join("o.xml"), "out.xml");
        link(outside.path(), "out");
        link(&path("nowhere"), "broken.xml");
        link(&path("in.xml"), "same.xml");
        link(folder.path(), "loop");
        let pipe = std::process::Command::new("mkfifo").arg(path("pipe.xml")).status().unwrap();
        assert!(pipe.success());
        let (found, others, problems) = read(folder.path());
        assert_eq!(found, ["in.xml [] in", "same.xml [] same"]);
        assert_eq!(others, 1);
        let paths: Vec<&str> = problems.iter().filter_map(|p| p.split(':').next()).collect();
        let mut sorted = paths.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["broken.xml", "out", "out.xml", "pipe.xml"]);
    }
}
