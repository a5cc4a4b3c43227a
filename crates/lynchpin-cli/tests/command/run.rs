//! Running the command, and comparing what people read with what was agreed on.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn first_line(&self) -> &str {
        self.out.lines().next().unwrap_or_default()
    }
}

/// Runs the command in a folder with nothing on its standard input.
pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, b"")
}

/// Runs the command in a folder with something on its standard input.
pub fn run_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lynchpin"));
    command.args(arguments).current_dir(folder);
    // Nothing is kept on the machine that tests.
    command.env_remove("HOME").env_remove("XDG_CACHE_HOME");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    // Who does not read its input closes it early; that is no failure of this test.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
    Ran {
        status: output.status.code().expect("no signal ended the command"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Compares with the golden file of that name; `BLESS=1` writes it anew.
#[track_caller]
pub fn golden(name: &str, found: &str) {
    same(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/golden").join(name), found);
}

/// Compares with a file of the documentation; `BLESS=1` writes it anew.
#[track_caller]
pub fn pictured(name: &str, found: &str) {
    same(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name), found);
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a test is told by its environment to bless")]
fn same(file: &Path, found: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, found).expect("the golden file can be written");
    }
    let wanted = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(found, wanted, "{} differs: run with BLESS=1, read the diff", file.display());
}

/// A folder with the sample in it.
pub fn sample() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let made = run(folder.path(), &["init", "acme"]);
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    let acme = folder.path().join("acme");
    (folder, acme)
}
