//! The layer between a program and its files: `record.c`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::child;

/// A command whose files below a folder go through the layer.
pub fn under<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("LD_PRELOAD", library()).env("FAULT_FOLDER", folder)
}

/// Builds it. Each process builds its own, so that none loads what another still writes.
fn library() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault/record.c");
    let built = child::target().join(format!("record-{}.so", std::process::id()));
    if !built.exists() {
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
        let status = gcc.arg(&built).arg(source).status().expect("gcc is installed");
        assert!(status.success(), "gcc: {status}");
    }
    built
}
