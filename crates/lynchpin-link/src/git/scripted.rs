//! Repositories made on the spot, for tests of what is not reached from outside.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::limits::Limits;
use super::repository::{Repository, open};

/// A repository in a folder of its own.
pub(crate) struct Scripted {
    folder: TempDir,
    who: (String, String),
    clock: i64,
}

impl Scripted {
    pub(crate) fn new(options: &[&str]) -> Scripted {
        let folder = tempfile::tempdir().unwrap();
        let who = ("Ann".to_owned(), "ann@example.org".to_owned());
        let made = Scripted { folder, who, clock: 1_700_000_000 };
        let mut arguments = vec!["init", "-q", "-b", "main"];
        arguments.extend(options);
        made.git(&arguments);
        made
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// From now on somebody else acts, a minute later.
    pub(crate) fn by(&mut self, name: &str, email: &str) -> &mut Scripted {
        self.who = (name.to_owned(), email.to_owned());
        self.clock += 60;
        self
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.feed(arguments, b"")
    }

    /// Runs git with that input; it must succeed.
    pub(crate) fn feed(&self, arguments: &[&str], input: &[u8]) -> String {
        let time = format!("{} +0000", self.clock);
        let mut command = Command::new("git");
        command.current_dir(self.path()).args(["-c", "core.hooksPath=/dev/null"]).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), &self.who.0);
            command.env(format!("GIT_{role}_EMAIL"), &self.who.1);
            command.env(format!("GIT_{role}_DATE"), &time);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?} failed");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Makes an empty commit; its id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn open(&self) -> Repository {
        open(self.path(), &Limits::default()).unwrap()
    }
}
