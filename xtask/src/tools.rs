//! Tools that a bare machine lacks: a Python environment of our own, packages of the system.

use crate::job::{Job, Outcome, read, remove_folder, write};
use std::path::{Path, PathBuf};

/// Everything the later steps need, so that its minutes are counted apart.
pub(crate) fn step(job: &mut Job<'_>) -> Outcome {
    venv(job)?;
    system_tool(job, "valgrind", "valgrind")?;
    system_tool(job, "pkg-config", "pkg-config")?;
    postgres(job)
}

/// The Python environment, made if it is missing or its pins have changed.
pub(crate) fn venv(job: &mut Job<'_>) -> Result<PathBuf, String> {
    environment(job, "venv", "xtask/requirements.txt")
}

/// The Python environment of the peers of the figures, which no other command makes.
pub(crate) fn peers_venv(job: &mut Job<'_>) -> Result<PathBuf, String> {
    environment(job, "peers/venv", "benches/peers/requirements.txt")
}

/// A Python environment under the target folder, with the pins of a file.
fn environment(job: &mut Job<'_>, name: &str, pins: &str) -> Result<PathBuf, String> {
    let folder = job.workspace.target.join(name);
    let pins = job.workspace.root.join(pins);
    let (stamp, wanted) = (folder.join("requirements.txt"), read(&pins)?);
    if stamp.is_file() && read(&stamp)? == wanted {
        return Ok(folder);
    }
    remove_folder(&folder)?;
    let python = python(job)?;
    if job.capture(job.workspace.command(&python).args(["-c", "import ensurepip, venv"])).is_err() {
        install_package(job, "python3-venv")?;
    }
    job.run(job.workspace.command(&python).args(["-m", "venv"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r"];
    job.run(job.workspace.command(folder.join("bin/python")).args(pip).arg(pins))?;
    write(&stamp, &wanted)?;
    Ok(folder)
}

/// Makes sure that a program of the system is there.
pub(crate) fn system_tool(job: &mut Job<'_>, program: &str, package: &str) -> Outcome {
    if job.capture(job.workspace.command(program).arg("--version")).is_ok() {
        return Ok(());
    }
    install_package(job, package)
}

/// Makes sure that a PostgreSQL server can be started, which needs not be in the path.
pub(crate) fn postgres(job: &mut Job<'_>) -> Outcome {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    if versions.into_iter().any(|version| version.path().join("bin/initdb").is_file()) {
        return Ok(());
    }
    system_tool(job, "initdb", "postgresql")
}

/// Makes sure that programs in C++ can be built with the graphs of Boost, a peer of the figures.
pub(crate) fn boost(job: &mut Job<'_>) -> Outcome {
    system_tool(job, "g++", "g++")?;
    if Path::new("/usr/include/boost/graph/compressed_sparse_row_graph.hpp").is_file() {
        return Ok(());
    }
    install_package(job, "libboost-graph-dev")
}

/// The first Python that the wheel can serve.
fn python(job: &mut Job<'_>) -> Result<String, String> {
    let check = "import sys; assert sys.version_info >= (3, 11)";
    for name in ["python3.11", "python3", "python3.12", "python3.13"] {
        if job.capture(job.workspace.command(name).args(["-c", check])).is_ok() {
            return Ok(name.to_owned());
        }
    }
    Err("no Python 3.11 or newer was found: install python3 and run again".to_owned())
}

fn install_package(job: &mut Job<'_>, package: &str) -> Outcome {
    let advice =
        format!("`{package}` is missing: install it (apt-get install {package}), run again");
    let user = job.capture(job.workspace.command("id").arg("-u"))?;
    if user.trim() != "0" {
        return Err(advice);
    }
    let install = ["install", "-y", "--no-install-recommends", package];
    let apt = |words: &[&str]| {
        let mut command = job.workspace.command("apt-get");
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let (mut first, mut update, mut second) = (apt(&install), apt(&["update"]), apt(&install));
    if job.run(&mut first).is_ok() {
        return Ok(());
    }
    // A fresh image has no package lists yet.
    job.run(&mut update)
        .and_then(|()| job.run(&mut second))
        .map_err(|why| format!("{advice} ({why})"))
}
