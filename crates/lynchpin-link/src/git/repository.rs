//! Finding the repository and the range.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::command::Git;
use super::dates::Side;
use super::error::{AssessError, GIT_NEEDED, Result};
use super::limits::Limits;
use super::notes::Notes;
use super::scratch::Scratch;
use super::text::printable;
use super::{plain, stray, tags};

/// Bytes of a revision as given; the longest sensible one is a branch and a date.
const REVISION_BYTES: usize = 1024;
/// Bytes of the list of ends of a shallow clone.
const SHALLOW_BYTES: u64 = 64 * 1024 * 1024;

/// A repository that can be read.
#[derive(Debug)]
pub(crate) struct Repository {
    /// git on its objects alone: what is read this way follows from what was committed.
    pub(crate) git: Git,
    /// git on the repository as it stands, for its references.
    pub(crate) on_place: Git,
    /// The folder of our own that the first one is run in.
    pub(crate) scratch: Scratch,
    /// Its folder's name, made safe to print.
    pub(crate) name: String,
    /// The commits at which a shallow clone ends, sorted.
    pub(crate) shallow_ends: Vec<String>,
    /// Whether objects may be missing because they were never fetched.
    pub(crate) partial: bool,
}

/// How the start of the range was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Start {
    /// As the caller asked.
    Given,
    /// The nearest tag of a released version before the end of the range; if there is none, the
    /// nearest tag of any kind.
    LastTag,
    /// There is no tag before the end: so many commits back on the first-parent line.
    CommitsBack(u32),
    /// There is no tag before the end, and the history is shorter than that: all of it.
    Beginning,
}

/// From where to where the changes are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Range {
    /// The commit after which it begins; none if it begins with the history.
    pub since: Option<String>,
    /// What the start is called: what was given, the tag, or nothing.
    pub since_name: Option<String>,
    /// How the start was found.
    pub start: Start,
    /// The last commit in it.
    pub until: String,
    /// What the end is called.
    pub until_name: String,
}

/// Finds the repository that holds the path.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Repository> {
    let shown = || printable(&path.to_string_lossy());
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(AssessError::NotAFolder { path: shown() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(AssessError::NoSuchPath { path: shown() });
        }
        Err(_) => return Err(AssessError::NotAFolder { path: shown() }),
    }
    check_version(&Git::in_folder(Path::new("/"), limits.silence)?)?;
    plain::check(path)?;
    let finder = trusted_finder(path, limits).map_err(|error| {
        let is_none = matches!(error, AssessError::NotARepository { .. });
        let stray = is_none.then(|| stray::check(path, None).err()).flatten();
        stray.unwrap_or(error)
    })?;
    let folder = one_path(&finder, "--absolute-git-dir")?;
    stray::check(path, Some(&folder))?;
    let common = one_path(&finder, "--git-common-dir")?;
    let on_place = finder.on_repository(&folder);
    let shallow = on_place.ask(&["rev-parse", "--is-shallow-repository"], Vec::new())?;
    let shallow = shallow.value == b"true";
    let shallow_ends = if shallow { shallow_ends(&common)? } else { Vec::new() };
    let promised = on_place.ask(
        &["config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"],
        Vec::new(),
    )?;
    let format = on_place.ask(&["rev-parse", "--show-object-format"], Vec::new())?;
    if !format.ok {
        return Err(AssessError::Unreadable { detail: format.complaint });
    }
    let scratch = Scratch::new(&printable(&String::from_utf8_lossy(&format.value)))?;
    let shallow = shallow.then(|| common.join("shallow"));
    let git = on_place.on_objects(scratch.path(), common.join("objects"), shallow);
    let (name, partial) = (name_of(&common), promised.ok);
    Ok(Repository { git, on_place, scratch, name, shallow_ends, partial })
}

fn check_version(git: &Git) -> Result<()> {
    let answer = git.ask(&["version"], Vec::new())?;
    let said = printable(&String::from_utf8_lossy(&answer.value));
    match too_old(&said) {
        Some(found) => Err(AssessError::GitTooOld { found: found.to_owned() }),
        None => Ok(()),
    }
}

/// The version that git says it has, if it is older than what is needed or cannot be told.
fn too_old(said: &str) -> Option<&str> {
    let version = said.strip_prefix("git version ").unwrap_or(said);
    let number = |text: &str| -> Vec<u32> {
        text.split('.').take(2).map_while(|part| part.parse().ok()).collect()
    };
    (number(version) < number(GIT_NEEDED)).then_some(version)
}

/// git that agrees to open the repository, with the trust that the user has declared and no other.
fn trusted_finder(path: &Path, limits: &Limits) -> Result<Git> {
    let mut git = Git::in_folder(path, limits.silence)?;
    let refused = |complaint: &str| complaint.contains("dubious ownership");
    let question = ["rev-parse", "--absolute-git-dir"];
    let first = git.ask(&question, Vec::new())?;
    if first.ok {
        return Ok(git);
    }
    let shown = printable(&path.to_string_lossy());
    if !refused(&first.complaint) {
        return Err(not_opened(&first.complaint, shown));
    }
    for folder in git.declared_safe()? {
        let mut setting = std::ffi::OsString::from("safe.directory=");
        setting.push(folder);
        git = git.with_setting(setting);
    }
    let second = git.ask(&question, Vec::new())?;
    if second.ok {
        return Ok(git);
    }
    if refused(&second.complaint) {
        let named = second.complaint.split('\'').nth(1).map_or(shown, str::to_owned);
        return Err(AssessError::NotTrusted { path: named });
    }
    Err(not_opened(&second.complaint, shown))
}

fn not_opened(complaint: &str, path: String) -> AssessError {
    if complaint.starts_with("not a git repository") {
        AssessError::NotARepository { path }
    } else {
        AssessError::Unreadable { detail: complaint.to_owned() }
    }
}

/// One path that git states. Each is asked for alone: a path may hold line feeds.
fn one_path(git: &Git, which: &str) -> Result<PathBuf> {
    let answer = git.ask(&["rev-parse", "--path-format=absolute", which], Vec::new())?;
    if !answer.ok {
        return Err(AssessError::Unreadable { detail: answer.complaint });
    }
    Ok(path_of(answer.value))
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// The name of the folder that holds the repository, or that is it.
fn name_of(common: &Path) -> String {
    let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let own = last(common).unwrap_or_default();
    let name = if own == ".git" { common.parent().and_then(last) } else { None };
    let name = name.unwrap_or_else(|| own.trim_end_matches(".git").to_owned());
    let name = printable(&name);
    if name.is_empty() { "repository".to_owned() } else { name }
}

fn shallow_ends(common: &Path) -> Result<Vec<String>> {
    let file = common.join("shallow");
    let unreadable = |detail: String| AssessError::Unreadable { detail };
    let found = std::fs::metadata(&file).map_err(|error| unreadable(error.to_string()))?;
    // A pipe in its place would hang the reader.
    if !found.is_file() || found.len() > SHALLOW_BYTES {
        return Err(unreadable("the list of shallow commits is no plain file".to_owned()));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| unreadable(error.to_string()))?;
    let mut ends: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    ends.sort_unstable();
    Ok(ends)
}

impl Repository {
    /// The range between two points, either of which may be left to this function.
    pub(crate) fn range(
        &self,
        since: Option<&str>,
        until: Option<&str>,
        limits: &Limits,
        notes: &mut Notes,
    ) -> Result<Range> {
        let until_name = printable(until.unwrap_or("HEAD"));
        let until = self.until(until.unwrap_or("HEAD"), limits)?;
        let range = |since, since_name, start| Range {
            since,
            since_name,
            start,
            until: until.clone(),
            until_name: until_name.clone(),
        };
        if let Some(name) = since {
            let since_name = Some(printable(name));
            return Ok(match self.since(name, &until, limits)? {
                Some(since) => range(Some(since), since_name, Start::Given),
                None => range(None, since_name, Start::Given),
            });
        }
        let tags = tags::nearest_before(self, &until)?;
        notes.tags_broken += tags.broken;
        notes.prereleases_passed_over += tags.prereleases_passed_over;
        notes.other_tags_passed_over += tags.others_passed_over;
        if let Some((tag, commit)) = tags.nearest {
            return Ok(range(Some(commit), Some(tag), Start::LastTag));
        }
        notes.tags_elsewhere += tags.count;
        let back = limits.commits_without_tag;
        let since = self.resolve(&format!("{until}~{back}"))?;
        let start = if since.is_some() { Start::CommitsBack(back) } else { Start::Beginning };
        Ok(range(since, None, start))
    }

    /// The start that is given: a revision, or a date on the line that leads to the end. Nothing
    /// if history begins later than that.
    fn since(&self, text: &str, until: &str, limits: &Limits) -> Result<Option<String>> {
        match self.commit(text) {
            Err(AssessError::RevisionUnknown { rev }) => {
                let by_date = self.by_date(text, Side::Since, until, limits)?;
                by_date.ok_or(AssessError::RevisionUnknown { rev })
            }
            found => found.map(Some),
        }
    }

    /// The end that is given: a revision, or a date on the line that leads to `HEAD`.
    fn until(&self, text: &str, limits: &Limits) -> Result<String> {
        let rev = match self.commit(text) {
            Err(AssessError::RevisionUnknown { rev }) => rev,
            found => return found,
        };
        let head = match self.commit("HEAD") {
            // Without a head there is no line that a date could be on.
            Err(_) => return Err(AssessError::RevisionUnknown { rev }),
            Ok(head) => head,
        };
        let by_date = self.by_date(text, Side::Until, &head, limits)?;
        by_date
            .ok_or(AssessError::RevisionUnknown { rev })?
            .ok_or_else(|| AssessError::NothingThen { date: printable(text) })
    }

    /// The commit that a revision names.
    fn commit(&self, rev: &str) -> Result<String> {
        let shown = || printable(rev).chars().take(200).collect::<String>();
        let refused = rev.is_empty() || rev.starts_with('-') || rev.len() > REVISION_BYTES;
        if refused || rev.chars().any(char::is_control) {
            return Err(AssessError::RevisionRefused { rev: shown() });
        }
        if let Some(commit) = self.resolve(&format!("{rev}^{{commit}}"))? {
            return Ok(commit);
        }
        // A name that leads to an id but not to an object leads to one that is lost; a full id
        // always leads to itself and says nothing.
        let is_name = !(matches!(rev.len(), 40 | 64) && super::text::is_object_id(rev));
        if is_name
            && self.resolve(rev)?.is_some()
            && self.resolve(&format!("{rev}^{{}}"))?.is_none()
        {
            let detail = format!("what `{}` names is missing or damaged", shown());
            return Err(AssessError::Unreadable { detail });
        }
        if rev == "HEAD" {
            let branch = self.on_place.ask(&["symbolic-ref", "--short", "HEAD"], Vec::new())?;
            // Only of a branch that is not born yet does git say the name.
            if !branch.ok {
                let detail = format!("`HEAD` leads nowhere: {}", branch.complaint);
                return Err(AssessError::Unreadable { detail });
            }
            let rev = printable(&String::from_utf8_lossy(&branch.value));
            return Err(AssessError::NoCommits { rev });
        }
        Err(AssessError::RevisionUnknown { rev: shown() })
    }

    fn resolve(&self, rev: &str) -> Result<Option<String>> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", rev];
        let answer = self.on_place.ask(&arguments, Vec::new())?;
        let id = String::from_utf8_lossy(&answer.value).into_owned();
        let is_id = matches!(id.len(), 40 | 64) && super::text::is_object_id(&id);
        Ok((answer.ok && is_id).then_some(id))
    }

    /// When a commit was made, in seconds since 1970.
    pub(crate) fn committed(&self, commit: &str) -> Result<i64> {
        let answer = self.git.ask(&["log", "-1", "--format=%ct", commit, "--"], Vec::new())?;
        if !answer.ok {
            return Err(AssessError::Unreadable { detail: answer.complaint });
        }
        let seconds = String::from_utf8_lossy(&answer.value).trim().parse().unwrap_or(0);
        Ok(i64::clamp(seconds, 0, super::log::LAST_SECOND))
    }

    /// How many commits of the start are not in the end of the range.
    pub(crate) fn diverged(&self, range: &Range) -> Result<u64> {
        let (Some(since), Start::Given) = (&range.since, &range.start) else { return Ok(0) };
        let span = format!("{}..{since}", range.until);
        let answer = self.git.ask(&["rev-list", "--count", &span, "--"], Vec::new())?;
        let count = String::from_utf8_lossy(&answer.value).parse().ok();
        count.filter(|_| answer.ok).ok_or(AssessError::Unreadable { detail: answer.complaint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_unknown_versions_are_refused() {
        for said in ["git version 2.31.9", "git version 1.99.0", "git version 2", "", "hello"] {
            assert!(too_old(said).is_some(), "{said}");
        }
        for said in ["git version 2.32.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0"]
        {
            assert_eq!(too_old(said), None, "{said}");
        }
    }

    #[test]
    fn a_repository_is_named_after_its_folder() {
        for (folder, name) in [
            ("/a/shop/.git", "shop"),
            ("/a/shop.git", "shop"),
            ("/a/shop", "shop"),
            ("/.git", "repository"),
            ("/a/\u{1b}[1m/.git", "[1m"),
        ] {
            assert_eq!(name_of(Path::new(folder)), name, "{folder}");
        }
    }
}
