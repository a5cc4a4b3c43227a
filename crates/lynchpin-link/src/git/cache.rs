//! A folder in which what was read is kept for the next time.
//!
//! A file of it is named after the digest of all that its content depends on, begins with that name
//! and ends with a digest of itself. Whatever is not so is not used: it is read anew, and counted.
//! The folder may hold other things; they are left alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use lynchpin::base::Digest;

use super::notes::Notes;

/// What every file of ours is called before its digest.
const PREFIX: &str = "lynchpin-history-";
/// What a whole file ends in.
const WHOLE: &str = ".cache";
/// What a file ends in while it is written.
const PART: &str = ".part";
/// How many files are kept: the start of the range of some releases of some repositories.
const KEPT: usize = 32;
/// How many files of a folder are looked at when old ones are thrown away.
const LISTED_MAX: usize = 100_000;
/// The largest file: that of a history at all its limits.
const BYTES_MAX: u64 = 512 * 1024 * 1024;
/// The length of a digest.
const DIGEST_BYTES: usize = 32;

/// The folder, and the one file of it that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    key: Digest,
}

impl Cache {
    /// The place for what depends on all that the text says.
    pub(crate) fn new(folder: &Path, depends_on: &str) -> Cache {
        Cache { folder: folder.to_owned(), key: Digest::of(depends_on.as_bytes()) }
    }

    /// What was kept, if it is there and whole. What is there and not whole is counted.
    pub(crate) fn load(&self, notes: &mut Notes) -> Option<Vec<u8>> {
        let found = match read(&self.file()) {
            Ok(bytes) => unwrapped(&self.key, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => None,
        };
        notes.cache_unusable += u64::from(found.is_none());
        found
    }

    /// Keeps it for the next time. What cannot be kept is counted, and nothing else comes of it.
    pub(crate) fn store(&self, content: &[u8], notes: &mut Notes) {
        let written = self.write(content);
        notes.cache_unwritten += u64::from(written.is_err());
        prune(&self.folder);
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}{WHOLE}", hex(&self.key)))
    }

    /// A reader never sees a part of it: it is written under another name first.
    fn write(&self, content: &[u8]) -> io::Result<()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let bytes = wrapped(&self.key, content);
        if bytes.len() as u64 > BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs::create_dir_all(&self.folder)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{}-{number}{PART}", hex(&self.key), std::process::id());
        let part = self.folder.join(name);
        let written = create(&part).and_then(|mut file| {
            file.write_all(&bytes)?;
            drop(file);
            fs::rename(&part, self.file())
        });
        if written.is_err() {
            // It may never have been there.
            drop(fs::remove_file(&part));
        }
        written
    }
}

/// Makes a file that nobody else has made before; a link in its place is not followed.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The bytes of a plain file of a sensible size. A pipe would hang the reader, and a link leads to
/// what is none of ours.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() || found.len() > BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn hex(digest: &Digest) -> String {
    digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key, the content, and the digest of both.
fn wrapped(key: &Digest, content: &[u8]) -> Vec<u8> {
    let mut bytes = [key.as_bytes().as_slice(), content].concat();
    let digest = Digest::of(&bytes);
    bytes.extend(digest.as_bytes());
    bytes
}

fn unwrapped(key: &Digest, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let content = bytes.len().checked_sub(DIGEST_BYTES).filter(|end| *end >= DIGEST_BYTES)?;
    let digest = bytes.split_off(content);
    if Digest::of(&bytes).as_bytes().as_slice() != digest || !bytes.starts_with(key.as_bytes()) {
        return None;
    }
    Some(bytes.split_off(DIGEST_BYTES))
}

/// Throws away all files of ours but the newest ones.
fn prune(folder: &Path) {
    let ours = |name: &str| {
        let rest = name.strip_prefix(PREFIX);
        rest.is_some_and(|rest| {
            let (digest, end) = rest.split_at_checked(2 * DIGEST_BYTES).unwrap_or_default();
            let is_hex = digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            !digest.is_empty() && is_hex && (end == WHOLE || end.ends_with(PART))
        })
    };
    let mut files = Vec::new();
    for found in fs::read_dir(folder).into_iter().flatten().flatten().take(LISTED_MAX) {
        let name = found.file_name().to_string_lossy().into_owned();
        // The link itself where there is one, not what it leads to.
        let Ok(about) = found.metadata() else { continue };
        if ours(&name) && !about.is_dir() {
            files.push((about.modified().ok(), name));
        }
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    for (_, name) in files.iter().skip(KEPT) {
        // Somebody else may have thrown it away by now.
        drop(fs::remove_file(folder.join(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            all.map(|found| found.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_kept_is_found_under_its_own_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("not/there/yet");
        let (cache, mut notes) = (Cache::new(&inner, "a"), Notes::default());
        assert_eq!(cache.load(&mut notes), None);
        for content in [b"first".as_slice(), b"", b"second"] {
            cache.store(content, &mut notes);
            assert_eq!(cache.load(&mut notes).as_deref(), Some(content));
        }
        assert_eq!(Cache::new(&inner, "b").load(&mut notes), None);
        assert_eq!(names(&inner).len(), 1);
        assert_eq!(notes, Notes::default());
    }

    #[test]
    fn what_is_damaged_or_of_another_is_counted_and_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), "a");
        let mut notes = Notes::default();
        cache.store(b"content", &mut notes);
        let good = fs::read(cache.file()).unwrap();
        let mut unusable = 0;
        for length in 0..good.len() {
            fs::write(cache.file(), &good[..length]).unwrap();
            assert_eq!(cache.load(&mut notes), None, "{length}");
            unusable += 1;
        }
        for place in 0..good.len() {
            let mut bytes = good.clone();
            bytes[place] ^= 1;
            fs::write(cache.file(), bytes).unwrap();
            assert_eq!(cache.load(&mut notes), None, "{place}");
            unusable += 1;
        }
        // A whole file under the name of another one.
        let other = Cache::new(folder.path(), "b");
        fs::write(other.file(), &good).unwrap();
        assert_eq!(other.load(&mut notes), None);
        assert_eq!(notes.cache_unusable, unusable + 1);
        fs::write(cache.file(), good).unwrap();
        assert_eq!(cache.load(&mut notes).as_deref(), Some(b"content".as_slice()));
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_and_folders_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, mut notes) = (Cache::new(folder.path(), "a"), Notes::default());
        cache.store(b"content", &mut notes);
        let kept = folder.path().join("kept");
        fs::rename(cache.file(), &kept).unwrap();
        std::os::unix::fs::symlink(&kept, cache.file()).unwrap();
        assert_eq!(cache.load(&mut notes), None);
        // It is the link that is replaced, and what it led to stays.
        cache.store(b"new", &mut notes);
        assert_eq!(cache.load(&mut notes).as_deref(), Some(b"new".as_slice()));
        assert!(fs::read(&kept).unwrap().windows(7).any(|part| part == b"content"));
        fs::remove_file(cache.file()).unwrap();
        let made = std::process::Command::new("mkfifo").arg(cache.file()).status().unwrap();
        assert!(made.success());
        assert_eq!(cache.load(&mut notes), None);
        fs::remove_file(cache.file()).unwrap();
        fs::create_dir(cache.file()).unwrap();
        assert_eq!(cache.load(&mut notes), None);
        assert_eq!((notes.cache_unusable, notes.cache_unwritten), (3, 0));
        cache.store(b"new", &mut notes);
        assert_eq!(notes.cache_unwritten, 1);
        assert_eq!(names(folder.path()).len(), 2, "no part is left behind");
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        let (cache, mut notes) = (Cache::new(&file, "a"), Notes::default());
        cache.store(b"content", &mut notes);
        assert_eq!(notes.cache_unwritten, 1);
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }

    #[test]
    fn old_files_of_ours_go_and_those_of_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let others = [
            "notes.txt".to_owned(),
            format!("{PREFIX}mine{WHOLE}"),
            format!("{PREFIX}{}.txt", "0".repeat(64)),
            format!("{PREFIX}{}{WHOLE}", "x".repeat(64)),
        ];
        for name in &others {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let mut notes = Notes::default();
        let left = folder.path().join(format!("{PREFIX}{}-7-0{PART}", "0".repeat(64)));
        fs::write(left, "left by one that was killed").unwrap();
        let time = |number: u64| std::time::Duration::from_secs(1_000_000 + number);
        for number in 0..40 {
            let cache = Cache::new(folder.path(), &number.to_string());
            cache.store(b"content", &mut notes);
            let file = File::options().write(true).open(cache.file()).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + time(number)).unwrap();
        }
        prune(folder.path());
        let kept = names(folder.path());
        assert_eq!(kept.len(), others.len() + KEPT);
        assert!(others.iter().all(|name| kept.contains(name)));
        let newest = Cache::new(folder.path(), "39").file();
        assert!(newest.is_file());
    }
}
