//! Peers that do the same work in a process of their own, and are told what to do line by line.

use std::io::{BufRead, BufReader, Error, Result, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Builds a package of `benches/peers`; the folder of what was built.
///
/// # Errors
///
/// If it cannot be built.
pub fn built(package: &str) -> Result<PathBuf> {
    let folder = folder()?;
    let manifest = sources().join("Cargo.toml");
    let mut build = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    build.args(["build", "--locked", "--release", "--package", package, "--manifest-path"]);
    build.arg(manifest).arg("--target-dir").arg(&folder).env_remove("CARGO_TARGET_DIR");
    if !build.status()?.success() {
        return Err(Error::other(format!("the peers in `{package}` cannot be built")));
    }
    Ok(folder)
}

/// Where the peers are built: beside what this program was built into.
///
/// # Errors
///
/// If it cannot be found out where this program is.
pub fn folder() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().nth(2).unwrap_or(Path::new("target")).join("peers"))
}

/// Where the sources of the peers are.
#[must_use]
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// A peer that runs, and has read what it works on.
pub struct Peer {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts a program, tells it a file, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or says something else.
    pub fn start(program: &Path, file: &Path) -> Result<Peer> {
        Self::started(Command::new(program).arg(file))
    }

    /// Starts a process, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or says something else.
    pub fn started(command: &mut Command) -> Result<Peer> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Error::other("a peer cannot be spoken to"));
        };
        let mut peer = Peer { process, orders, answers: BufReader::new(answers) };
        match peer.line()?.as_str() {
            "ready" => Ok(peer),
            other => Err(Error::other(format!("{command:?} says `{other}`"))),
        }
    }

    /// What it answers to an order.
    ///
    /// # Errors
    ///
    /// If it does not run any more.
    pub fn ask(&mut self, order: &str) -> Result<String> {
        writeln!(self.orders, "{order}")?;
        self.line()
    }

    /// The megabytes of memory that answering an order took at most, beside what it held before.
    ///
    /// # Errors
    ///
    /// If it does not run any more, or this system does not tell.
    pub fn megabytes(&mut self, order: &str) -> Result<f64> {
        // What it had at most is counted from here on.
        std::fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5")?;
        let before = self.most()?;
        self.ask(order)?;
        Ok((self.most()? - before) / 1e3)
    }

    /// The kilobytes of memory that it had at most.
    fn most(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.and_then(|most| most.trim().strip_suffix(" kB"));
        let blocks: f64 = most.unwrap_or_default().parse().map_err(Error::other)?;
        // The kernel says kB and means 1,024 bytes.
        Ok(blocks * 1.024)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(Error::other("a peer stopped"));
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // What was measured stands, however it ends.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
