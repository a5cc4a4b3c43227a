//! Running git so that nothing in the repository can run, hang or change what it says.
//!
//! A repository is input from strangers: its configuration may name programs (hooks, drivers,
//! pagers, signature checkers, remote helpers) and change the output. Every such setting is
//! overruled on the command line, the environment's are dropped, and what git says is read as a
//! bounded stream.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::error::{AssessError, Result};
use super::program::Program;

/// Bytes kept of what git says about errors; its first line is what people need.
const STDERR_BYTES: usize = 8 * 1024;
/// Bytes kept of an answer that is one value; ids and paths are shorter.
const VALUE_BYTES: usize = 1024 * 1024;
/// Bytes of one piece of the stream; the pipe itself holds as many.
const CHUNK_BYTES: usize = 64 * 1024;
/// Pieces read ahead.
const CHUNKS_AHEAD: usize = 8;
/// Mebibytes of memory that one git may take. A few objects make a tree of a billion files, which
/// git holds in memory before it says the first word; the busiest histories take a tenth of this.
const GIT_MEBIBYTES: usize = 2_048;
/// How often a git that says nothing is looked after.
const LOOK_AFTER: Duration = Duration::from_millis(500);

/// Settings that would run a program, reach the network or change the output.
const SETTINGS: &[&str] = &[
    "advice.graftFileDeprecated=false",
    "core.askPass=",
    "core.attributesFile=/dev/null",
    // A file beyond it counts as binary: a diff holds two of them in memory, and of two that have
    // nothing in common it takes minutes at ten times the size.
    "core.bigFileThreshold=8m",
    "core.commentChar=#",
    // The commits themselves say what their parents and dates are, not a cache beside them.
    "core.commitGraph=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.untrackedCache=false",
    "credential.helper=",
    "diff.algorithm=myers",
    "diff.external=",
    "diff.indentHeuristic=true",
    "gc.auto=0",
    "i18n.logOutputEncoding=UTF-8",
    "log.diffMerges=first-parent",
    "log.follow=false",
    "log.mailmap=true",
    "log.showRoot=true",
    "log.showSignature=false",
    "mailmap.file=/dev/null",
    "protocol.allow=never",
    "trailer.separators=:",
];

/// The git program, as it is run on one repository.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    program: Program,
    /// Where it is run.
    folder: PathBuf,
    /// The repository, once it is found.
    repository: Option<PathBuf>,
    /// Settings beyond the fixed ones.
    settings: Vec<OsString>,
    /// Where the objects are, if not in the repository.
    variables: Vec<(&'static str, PathBuf)>,
    /// How long it may say nothing.
    silence: Duration,
}

/// What one short run said.
pub(crate) struct Answer {
    /// Whether it ended well.
    pub(crate) ok: bool,
    /// What it wrote, without the last line feed.
    pub(crate) value: Vec<u8>,
    /// The first line that it wrote about errors, safe to print.
    pub(crate) complaint: String,
}

impl Git {
    /// git run in a folder, with the repository still to be found.
    pub(crate) fn in_folder(folder: &Path, silence: Duration) -> Result<Git> {
        Ok(Git {
            program: Program::find()?,
            folder: folder.into(),
            repository: None,
            settings: Vec::new(),
            variables: Vec::new(),
            silence,
        })
    }

    /// The same, on that repository only.
    ///
    /// It is run in the repository itself and as if there were no working tree, so that files which
    /// nobody committed have no say.
    pub(crate) fn on_repository(&self, repository: &Path) -> Git {
        let mut git = self.clone();
        git.folder = repository.into();
        git.repository = Some(repository.into());
        git
    }

    /// The same on a repository that has no objects of its own: those of that folder, of which a
    /// file may list where a shallow history ends.
    pub(crate) fn on_objects(
        &self,
        repository: &Path,
        objects: PathBuf,
        shallow: Option<PathBuf>,
    ) -> Git {
        let mut git = self.on_repository(repository);
        git.variables.push(("GIT_OBJECT_DIRECTORY", objects));
        git.variables.extend(shallow.map(|file| ("GIT_SHALLOW_FILE", file)));
        git
    }

    /// The same with one more setting, `name=value`.
    pub(crate) fn with_setting(mut self, setting: impl Into<OsString>) -> Git {
        self.settings.push(setting.into());
        self
    }

    /// Runs git for one short value.
    pub(crate) fn ask<S: AsRef<OsStr>>(&self, arguments: &[S], input: Vec<u8>) -> Result<Answer> {
        let mut stream = self.stream(arguments, input)?;
        let mut value = Vec::new();
        while let Some(chunk) = stream.chunk()? {
            let room = VALUE_BYTES.saturating_sub(value.len());
            value.extend(chunk.into_iter().take(room));
        }
        let (ok, complaint) = stream.end()?;
        if value.last() == Some(&b'\n') {
            value.pop();
        }
        Ok(Answer { ok, value, complaint })
    }

    /// Starts git; what it writes comes piece by piece.
    pub(crate) fn stream<S: AsRef<OsStr>>(
        &self,
        arguments: &[S],
        input: Vec<u8>,
    ) -> Result<Stream> {
        self.run(self.command(arguments), input)
    }

    /// The folders that the user's own configuration declares to be safe.
    pub(crate) fn declared_safe(&self) -> Result<Vec<OsString>> {
        let mut folders = Vec::new();
        for scope in ["--system", "--global"] {
            let mut command = self.command(&["config", scope, "-z", "--get-all", "safe.directory"]);
            // The one question that is about the user's configuration and not about the repository.
            command.env_remove("GIT_CONFIG_GLOBAL").env_remove("GIT_CONFIG_NOSYSTEM");
            command.current_dir("/");
            let mut stream = self.run(command, Vec::new())?;
            let mut said = Vec::new();
            while let Some(chunk) = stream.chunk()? {
                let room = VALUE_BYTES.saturating_sub(said.len());
                said.extend(chunk.into_iter().take(room));
            }
            stream.end()?;
            let text = String::from_utf8_lossy(&said);
            folders.extend(text.split_terminator('\0').map(OsString::from));
        }
        Ok(folders)
    }

    fn run(&self, mut command: Command, input: Vec<u8>) -> Result<Stream> {
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        let mut child = command
            .spawn()
            .map_err(|error| AssessError::GitMissing { detail: error.to_string() })?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(AssessError::GitMissing { detail: "no pipes to it".to_owned() });
        };
        if let Some(mut stdin) = child.stdin.take() {
            // git may end before it has read all; its own answer then says why.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let (chunk_sender, chunks) = sync_channel(CHUNKS_AHEAD);
        let alive = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&alive);
        thread::spawn(move || send_chunks(stdout, &chunk_sender, &told));
        let (complaint_sender, complaint) = sync_channel(1);
        thread::spawn(move || drop(complaint_sender.send(first_bytes(stderr))));
        let silence = self.silence;
        Ok(Stream { child: Running(child), chunks, alive, complaint, silence })
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.program.git);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().to_ascii_uppercase().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.folder)
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            // Not after every commit.
            .env("GIT_FLUSH", "0")
            .env("GIT_GRAFT_FILE", "/dev/null")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env("PAGER", "cat")
            .env("PATH", &self.program.folders)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.args(["--no-pager", "--no-optional-locks", "--no-replace-objects"]);
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        for setting in &self.settings {
            command.arg("-c").arg(setting);
        }
        if let Some(repository) = &self.repository {
            let mut folder = OsString::from("--git-dir=");
            folder.push(repository);
            command.arg(folder).arg("--bare");
        }
        command.args(arguments);
        command
    }
}

/// Passes on what git writes, in pieces as large as they may be: git writes little at a time, and
/// each piece costs two switches of threads. That something was read at all is told at once.
fn send_chunks(
    mut from: ChildStdout,
    to: &SyncSender<std::io::Result<Vec<u8>>>,
    alive: &AtomicBool,
) {
    let mut buffer = vec![0_u8; CHUNK_BYTES];
    let mut filled = 0;
    loop {
        let read = match from.read(buffer.get_mut(filled..).unwrap_or_default()) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read,
        };
        alive.store(true, Ordering::Relaxed);
        let ended = !matches!(read, Ok(1..));
        filled += read.as_ref().copied().unwrap_or(0);
        if filled > 0 && (ended || filled == buffer.len()) {
            let piece = buffer.get(..filled).unwrap_or_default().to_vec();
            filled = 0;
            if to.send(Ok(piece)).is_err() {
                return;
            }
        }
        if let Err(error) = read {
            drop(to.send(Err(error)));
        }
        if ended {
            return;
        }
    }
}

/// Keeps the first bytes and reads the rest away, so that the writer never waits.
fn first_bytes(mut from: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0_u8; 4096];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        let room = STDERR_BYTES.saturating_sub(kept.len());
        kept.extend(buffer.iter().take(read.min(room)));
    }
    kept
}

/// A child process that is stopped when nobody wants its answer any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if it has ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What a running git writes.
pub(crate) struct Stream {
    child: Running,
    chunks: Receiver<std::io::Result<Vec<u8>>>,
    /// Whether anything was read since it was last asked.
    alive: Arc<AtomicBool>,
    complaint: Receiver<Vec<u8>>,
    silence: Duration,
}

impl Stream {
    /// The next piece; `None` at the end.
    pub(crate) fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        let mut left = self.silence;
        loop {
            let now = left.min(LOOK_AFTER);
            match self.chunks.recv_timeout(now) {
                Ok(Ok(chunk)) => return Ok(Some(chunk)),
                Ok(Err(error)) => {
                    return Err(AssessError::Unreadable { detail: error.to_string() });
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                // It is not silent while something comes, however little.
                Err(RecvTimeoutError::Timeout) if self.alive.swap(false, Ordering::Relaxed) => {
                    left = self.silence;
                }
                Err(RecvTimeoutError::Timeout) => left = left.saturating_sub(now),
            }
            if left.is_zero() {
                return Err(self.silent());
            }
            if mebibytes(self.child.0.id()).is_some_and(|taken| taken > GIT_MEBIBYTES) {
                let what = "mebibytes of memory for git";
                return Err(AssessError::TooLarge { what, limit: GIT_MEBIBYTES });
            }
        }
    }

    /// Whether git ended well, and the line that says why not. To be called after the last piece.
    pub(crate) fn end(mut self) -> Result<(bool, String)> {
        let said = match self.complaint.recv_timeout(self.silence) {
            Ok(said) => said,
            Err(RecvTimeoutError::Disconnected) => Vec::new(),
            Err(RecvTimeoutError::Timeout) => return Err(self.silent()),
        };
        let status = self.child.0.wait();
        let status =
            status.map_err(|error| AssessError::GitMissing { detail: error.to_string() })?;
        Ok((status.success(), complaint_of(&said)))
    }

    fn silent(&self) -> AssessError {
        AssessError::Silent { seconds: self.silence.as_secs() }
    }
}

/// The memory that a process has for itself, where the system tells it in a file; the repository's
/// own files, which it may see as memory, are not counted.
fn mebibytes(process: u32) -> Option<usize> {
    let said = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let own = said.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: usize = own.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024)
}

/// The line that says what was fatal, and the first error, which often is why; else the first
/// line. Without what a terminal would obey.
fn complaint_of(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let found = |begin| text.lines().find_map(|line| line.strip_prefix(begin));
    let line = match (found("fatal: "), found("error: ")) {
        (Some(fatal), Some(error)) => format!("{fatal}: {error}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => text.lines().next().unwrap_or("no reason given").to_owned(),
    };
    super::text::printable(&line)
}

#[cfg(test)]
mod tests {
    use super::complaint_of;

    #[test]
    fn a_complaint_says_what_was_fatal_and_why() {
        let of = |text: &str| complaint_of(text.as_bytes());
        assert_eq!(
            of("error: no folder /x\nerror: b\nfatal: setup failed\n"),
            "setup failed: no folder /x"
        );
        assert_eq!(of("warning: old\nfatal: bad\n"), "bad");
        assert_eq!(of("warning: old\nerror: bad\n"), "bad");
        assert_eq!(of("hello\nyou"), "hello");
        assert_eq!(of(""), "no reason given");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_memory_of_a_process_is_told() {
        assert!(super::mebibytes(std::process::id()).is_some());
        assert_eq!(super::mebibytes(u32::MAX), None);
    }
}
