//! Making repositories with fixed people and dates, and reading assessments.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lynchpin::model::{Change, Needs};
use lynchpin_link::git::{AssessError, Assessment, Options, assess};
use tempfile::TempDir;

/// The first commit's time; each later one is a minute later.
pub(crate) const START: i64 = 1_700_000_000;

/// A repository in a folder of its own, removed at the end.
pub(crate) struct Repo {
    pub(crate) folder: TempDir,
    clock: i64,
    author: (String, String),
    committer: Option<(String, String)>,
}

impl Repo {
    pub(crate) fn new() -> Repo {
        Self::with(&[])
    }

    pub(crate) fn with(options: &[&str]) -> Repo {
        let folder = tempfile::Builder::new().prefix("shop").tempdir().unwrap();
        let ann = ("Ann".to_owned(), "ann@example.org".to_owned());
        let repo = Repo { folder, clock: START, author: ann, committer: None };
        let mut arguments = vec!["init", "-q", "-b", "main"];
        arguments.extend(options);
        arguments.push(".");
        repo.git(&arguments);
        repo
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs git in the repository; it must succeed.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let (ok, out) = self.try_git(arguments, b"");
        assert!(ok, "git failed: {out}");
        out.trim_end().to_owned()
    }

    pub(crate) fn try_git<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> (bool, String) {
        use std::io::Write as _;
        let time = format!("{} +0100", self.clock);
        let committer = self.committer.as_ref().unwrap_or(&self.author);
        let mut child = Command::new("git")
            .current_dir(self.path())
            .args(["-c", "core.hooksPath=/dev/null", "-c", "protocol.file.allow=always"])
            .args(["-c", "commit.gpgSign=false", "-c", "merge.renames=false"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", &self.author.0)
            .env("GIT_AUTHOR_EMAIL", &self.author.1)
            .env("GIT_COMMITTER_NAME", &committer.0)
            .env("GIT_COMMITTER_EMAIL", &committer.1)
            .env("GIT_AUTHOR_DATE", &time)
            .env("GIT_COMMITTER_DATE", &time)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            said.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        (output.status.success(), said)
    }

    /// From now on somebody else writes.
    pub(crate) fn by(&mut self, name: &str, email: &str) -> &mut Repo {
        self.author = (name.to_owned(), email.to_owned());
        self.committer = None;
        self
    }

    /// From now on somebody commits what the author writes.
    pub(crate) fn committed_by(&mut self, name: &str, email: &str) -> &mut Repo {
        self.committer = Some((name.to_owned(), email.to_owned()));
        self
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a file and commits it; the commit's id.
    pub(crate) fn commit(&mut self, file: &str, text: &str, message: &str) -> String {
        self.write(file, text);
        self.commit_all(message)
    }

    /// Commits what is there; the commit's id.
    pub(crate) fn commit_all(&mut self, message: &str) -> String {
        self.clock += 60;
        self.git(&["add", "-A"]);
        let arguments = ["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"];
        let (ok, said) = self.try_git(&arguments, message.as_bytes());
        assert!(ok, "{said}");
        self.head()
    }

    /// Puts a commit on the branch as those bytes say it; its id.
    pub(crate) fn raw_commit(&self, people: &[u8], message: &[u8]) -> String {
        let tree = self.git(&["rev-parse", "HEAD^{tree}"]);
        let mut raw = format!("tree {tree}\nparent {}\n", self.head()).into_bytes();
        raw.extend(people);
        raw.push(b'\n');
        raw.extend(message);
        let arguments = ["hash-object", "-t", "commit", "--literally", "-w", "--stdin"];
        let (ok, id) = self.try_git(&arguments, &raw);
        assert!(ok, "{id}");
        self.git(&["update-ref", "HEAD", id.trim()]);
        id.trim().to_owned()
    }

    /// Merges a branch with a commit of its own; the merge's id.
    pub(crate) fn merge(&mut self, branches: &[&str], message: &str) -> String {
        self.clock += 60;
        let mut arguments = vec!["merge", "-q", "--no-ff", "-m", message];
        arguments.extend(branches);
        self.git(&arguments);
        self.head()
    }

    /// Merges a branch of one commit as a forge does; the merge's id.
    pub(crate) fn merge_request(&mut self, number: u32) -> String {
        let branch = format!("request-{number}");
        self.git(&["checkout", "-q", "-b", &branch]);
        self.commit(&branch, "1", &format!("request {number}"));
        self.git(&["checkout", "-q", "main"]);
        self.merge(&[&branch], &format!("Merge pull request #{number} from somebody/{branch}"))
    }

    /// A minute goes by.
    pub(crate) fn later(&mut self) {
        self.clock += 60;
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn tag(&self, name: &str) {
        self.git(&["tag", name]);
    }

    pub(crate) fn assess(&self) -> Assessment {
        self.ask(&Options::default()).unwrap()
    }

    pub(crate) fn ask(&self, options: &Options) -> Result<Assessment, AssessError> {
        assess(self.path(), options)
    }

    /// Clones it; the folder is gone when the repository is.
    pub(crate) fn clone_as(&self, name: &str, options: &[&str]) -> PathBuf {
        let target = self.path().join(".git").join(name);
        let source = format!("file://{}", self.path().display());
        let mut arguments = vec!["clone", "-q"];
        arguments.extend(options);
        let target_text = target.to_string_lossy().into_owned();
        arguments.extend([source.as_str(), target_text.as_str()]);
        self.git(&arguments);
        target
    }
}

pub(crate) fn from(rev: &str) -> Options {
    Options { since: Some(rev.to_owned()), ..Options::default() }
}

/// The change that a commit became.
pub(crate) fn change<'a>(assessment: &'a Assessment, commit: &str) -> &'a Change {
    let found = assessment.portfolio.changes.iter().find(|c| commit.starts_with(c.id.as_str()));
    found.unwrap_or_else(|| panic!("no change for {commit}"))
}

pub(crate) fn titles(assessment: &Assessment) -> Vec<&str> {
    assessment.portfolio.changes.iter().map(|c| c.title.as_deref().unwrap_or("")).collect()
}

/// Who approved the change of that commit.
pub(crate) fn approvers<'a>(assessment: &'a Assessment, commit: &str) -> Vec<&'a str> {
    let id = &change(assessment, commit).id;
    let of_it = assessment.portfolio.approvals.iter().filter(|a| a.change.as_ref() == Some(id));
    of_it.map(|a| a.by.as_str()).collect()
}

/// Who tested the change of that commit.
pub(crate) fn testers<'a>(assessment: &'a Assessment, commit: &str) -> Vec<&'a str> {
    let id = &change(assessment, commit).id;
    let of_it = assessment.portfolio.evidence.iter().filter(|e| e.change.as_ref() == Some(id));
    of_it.map(|e| e.by.as_str()).collect()
}

pub(crate) fn requires<'a>(assessment: &'a Assessment, commit: &str) -> Vec<&'a str> {
    let needs = &change(assessment, commit).requires;
    needs.iter().flat_map(Needs::alternatives).map(|id| id.as_str()).collect()
}

pub(crate) fn after<'a>(assessment: &'a Assessment, commit: &str) -> Vec<&'a str> {
    change(assessment, commit).after.iter().map(|id| id.as_str()).collect()
}

/// The beginning of a commit's id by which its change is known.
pub(crate) fn short(commit: &str) -> &str {
    &commit[..12]
}
