//! Where things are: the checkout, the target folder, the tools of the Rust installation.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout and its target folder.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    cargo: OsString,
    /// What cargo is told otherwise than the manifest says.
    settings: &'static [(&'static str, &'static str)],
}

/// A library that is only to be tried need not be optimised as a whole, on one core.
const QUICKER_RELEASE: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

impl Workspace {
    /// Finds the checkout this command was built from.
    pub(crate) fn find() -> Result<Self, String> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().ok_or("the xtask folder has no parent")?.to_path_buf();
        if !root.join("Cargo.toml").is_file() {
            return Err(format!("`{}` is no longer the checkout: build again", root.display()));
        }
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self { root, target, cargo, settings: &[] })
    }

    /// The same for checks: what is released is built sooner, and runs slower.
    pub(crate) fn for_checks(self) -> Self {
        Self { settings: &QUICKER_RELEASE, ..self }
    }

    /// A cargo command in the root of the checkout, with the shared target folder.
    pub(crate) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(arguments);
        command
    }

    /// Any other command in the root of the checkout.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command.envs(self.settings.iter().copied());
        command
    }

    /// Where steps leave their logs and scratch files.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// Where the Rust tests unpack the corpus for the other languages.
    pub(crate) fn corpus(&self) -> PathBuf {
        self.target.join("corpus")
    }

    /// The log of a step.
    pub(crate) fn log(&self, step: &str) -> PathBuf {
        self.scratch().join(format!("{step}.log"))
    }
}

/// The files of `folder` with one of the extensions, sorted by name; an absent folder has none.
pub(crate) fn files_in(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |why: std::io::Error| format!("cannot read `{}`: {why}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_file() && extensions.contains(&extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
