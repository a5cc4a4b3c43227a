//! The layer between a program and its files: `record.c`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use lynchpin::base::Digest;

use super::child;

/// A command whose files below a folder go through the layer.
pub fn under<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("LD_PRELOAD", library()).env("FAULT_FOLDER", folder)
}

/// Where it is, once it is built: several tests of one process need it.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

/// Builds it, unless it is there. Its name says from what it was built.
fn build() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault/record.c");
    let digest = Digest::of(&fs::read(&source).expect("it is there"));
    let built = child::target().join(format!("record-{digest}.so").replace(':', "-"));
    if !built.exists() {
        // Others may build it at the same time, and none may load what is still written.
        let new = child::target().join(format!("record-{}.new", std::process::id()));
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
        let status = gcc.arg(&new).arg(source).status().expect("gcc is installed");
        assert!(status.success(), "gcc: {status}");
        fs::rename(new, &built).expect("the target folder can be written");
    }
    built
}
