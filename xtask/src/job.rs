//! One step while it runs: its commands, its log, its live line.

use crate::workspace::Workspace;
use std::fs::{self, File, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// How a step ends; the text says what is wrong and what to do.
pub(crate) type Outcome = Result<(), String>;

/// Which of the two tiers is running.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    Full,
    Quick,
}

/// A running step. Everything its commands print goes to its log.
pub(crate) struct Job<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) tier: Tier,
    name: &'a str,
    log: File,
    started: Instant,
}

impl<'a> Job<'a> {
    /// Starts a step with an empty log.
    pub(crate) fn start(
        workspace: &'a Workspace,
        tier: Tier,
        name: &'a str,
    ) -> Result<Self, String> {
        make_folder(&workspace.scratch())?;
        let path = workspace.log(name);
        let failed = |why: std::io::Error| format!("cannot write `{}`: {why}", path.display());
        fs::write(&path, "").map_err(failed)?;
        let log = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { workspace, tier, name, log, started: Instant::now() })
    }

    /// Runs a command to its end; anything but success is an error.
    pub(crate) fn run(&mut self, command: &mut Command) -> Outcome {
        let status = self.status(command)?;
        if status.success() {
            return Ok(());
        }
        Err(format!("`{}` failed: {status}", shown(command)))
    }

    /// Runs a command that must fail, which shows that the check built on it can fail.
    pub(crate) fn run_to_failure(&mut self, command: &mut Command) -> Outcome {
        if self.status(command)?.success() {
            return Err(format!("`{}` should have failed: this check is blind", shown(command)));
        }
        Ok(())
    }

    /// Runs a command and returns what it wrote to its standard output.
    pub(crate) fn capture(&mut self, command: &mut Command) -> Result<String, String> {
        let output = self.output(command)?;
        if !output.status.success() {
            self.note(&String::from_utf8_lossy(&output.stdout));
            return Err(format!("`{}` failed: {}", shown(command), output.status));
        }
        String::from_utf8(output.stdout)
            .map_err(|_| format!("`{}` did not print UTF-8", shown(command)))
    }

    /// Runs a command and returns what it wrote to its standard output, whether or not it failed.
    pub(crate) fn printed(&mut self, command: &mut Command) -> Result<String, String> {
        Ok(String::from_utf8_lossy(&self.output(command)?.stdout).into_owned())
    }

    fn output(&mut self, command: &mut Command) -> Result<Output, String> {
        self.note(&format!("$ {}", shown(command)));
        command.stdin(Stdio::null()).stderr(self.pipe()?);
        command.output().map_err(|why| cannot_start(command, &why))
    }

    /// Writes a line to the log.
    pub(crate) fn note(&mut self, line: &str) {
        // A log that cannot be written must not hide how the step itself ends.
        let _ = writeln!(self.log, "{line}");
    }

    /// What the log holds so far.
    pub(crate) fn logged(&self) -> Result<String, String> {
        read(&self.workspace.log(self.name))
    }

    /// Minutes since the step began.
    pub(crate) fn minutes(&self) -> f64 {
        self.started.elapsed().as_secs_f64() / 60.0
    }

    fn pipe(&self) -> Result<Stdio, String> {
        self.log.try_clone().map(Stdio::from).map_err(|why| format!("cannot share a log: {why}"))
    }

    fn status(&mut self, command: &mut Command) -> Result<ExitStatus, String> {
        self.note(&format!("$ {}", shown(command)));
        command.stdin(Stdio::null()).stdout(self.pipe()?).stderr(self.pipe()?);
        let mut child = command.spawn().map_err(|why| cannot_start(command, &why))?;
        let failed = |why: std::io::Error| format!("cannot wait for a child: {why}");
        if !std::io::stdout().is_terminal() {
            return child.wait().map_err(failed);
        }
        loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                print!("\r\x1b[K");
                return Ok(status);
            }
            print!("\r\x1b[K{} {} s", self.name, self.started.elapsed().as_secs());
            let _ = std::io::stdout().flush();
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Reads a text file whole.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|why| format!("cannot read `{}`: {why}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a text file whole.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|why| format!("cannot write `{}`: {why}", path.display()))
}

/// Makes a folder and its parents.
pub(crate) fn make_folder(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(|why| format!("cannot make `{}`: {why}", path.display()))
}

/// Removes a folder and all in it, if it is there.
pub(crate) fn remove_folder(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove `{}`: {why}", path.display()))
        }
        _ => Ok(()),
    }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, why: &std::io::Error) -> String {
    format!("cannot start `{}`: {why}; is it installed?", command.get_program().to_string_lossy())
}
