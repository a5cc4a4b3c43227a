//! A PostgreSQL server of a test's own: a new cluster in a scratch folder, reached by a socket
//! only, stopped when it is dropped.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stderr, reason = "says which server could not be stopped")]

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use ::postgres::{Client, NoTls};
use tempfile::TempDir;

/// A server that runs.
pub(crate) struct Server {
    folder: TempDir,
    programs: Programs,
    child: Child,
}

/// Where the programs of the server are, and who runs them.
struct Programs {
    folder: Option<PathBuf>,
    /// The server refuses to run as root.
    user: Option<(u32, u32)>,
}

impl Server {
    /// Makes a cluster and starts its server, as safe as it is by default.
    pub(crate) fn start() -> Server {
        let programs = Programs::find();
        let folder = tempfile::Builder::new().prefix("pg").tempdir().expect("a scratch folder");
        if let Some((user, group)) = programs.user {
            chown(folder.path(), Some(user), Some(group)).expect("the folder can be given away");
        }
        let data = folder.path().join("data");
        let mut make = programs.command("initdb", folder.path());
        make.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        let made = make.arg("-D").arg(&data).output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut run = programs.command("postgres", folder.path());
        run.arg("-D").arg(&data).arg("-k").arg(folder.path());
        run.args(["-c", "listen_addresses=", "-c", "shared_buffers=32MB"]);
        let child = run.stdout(Stdio::null()).stderr(log).spawn().expect("the server starts");
        let mut server = Server { folder, programs, child };
        server.wait();
        server
    }

    /// What to connect with, as the owner of everything.
    pub(crate) fn parameters(&self) -> String {
        self.parameters_of("postgres")
    }

    /// What to connect with as a role.
    pub(crate) fn parameters_of(&self, role: &str) -> String {
        format!("host={} user={role} dbname=postgres", self.folder().display())
    }

    /// A connection beside the store, for what only an administrator does.
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.parameters(), NoTls).expect("the server answers")
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn wait(&mut self) {
        for _ in 0..600 {
            if Client::connect(&self.parameters(), NoTls).is_ok() {
                return;
            }
            if let Some(ended) = self.child.try_wait().expect("the server can be looked at") {
                panic!("the server ended, {ended}: {}", self.said());
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the server did not answer within 30 seconds: {}", self.said());
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.programs.command("pg_ctl", self.folder.path());
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("the server did not stop: {}", self.said());
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Programs {
    fn find() -> Programs {
        let mut folders: Vec<(u32, PathBuf)> = Path::new("/usr/lib/postgresql")
            .read_dir()
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
            .map(|(version, path)| (version, path.join("bin")))
            .filter(|(_, path)| path.join("initdb").is_file())
            .collect();
        folders.sort();
        let folder = folders.pop().map(|(_, path)| path);
        let mut programs = Programs { folder, user: None };
        let there = programs.command("initdb", Path::new("/")).arg("--version").output();
        assert!(
            there.is_ok_and(|output| output.status.success()),
            "no PostgreSQL server is installed, and these tests need one: \
             apt-get install postgresql"
        );
        programs.user = Programs::user();
        programs
    }

    /// The user that comes with the server, where this one is root.
    fn user() -> Option<(u32, u32)> {
        let whoami = Command::new("id").arg("-u").output().expect("id runs");
        if whoami.stdout != b"0\n" {
            return None;
        }
        let users = std::fs::read_to_string("/etc/passwd").expect("users are listed");
        let line = users.lines().find_map(|line| line.strip_prefix("postgres:"));
        let mut fields = line.expect("the server comes with the user `postgres`").split(':');
        let mut id = |place| fields.nth(place).and_then(|id| id.parse().ok());
        Some((id(1).expect("a user has an id"), id(0).expect("a user has a group")))
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let path = self.folder.as_ref().map_or(PathBuf::from(program), |path| path.join(program));
        let mut command = Command::new(path);
        command.current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}
