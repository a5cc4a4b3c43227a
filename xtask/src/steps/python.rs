//! The Python package: installed by pip as a user would, tested, its stubs held to the module.

use crate::job::{Job, Outcome};
use crate::tools;
use std::path::Path;
use std::process::Command;

const PACKAGE: &str = "bindings/python";

pub(crate) fn install(job: &mut Job<'_>) -> Outcome {
    needs(job, "bindings/python/pyproject.toml")?;
    // Our pinned maturin instead of one that pip fetches anew, if the package agrees with it.
    let mut pip = python(job)?;
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--force-reinstall", "--no-build-isolation", "--check-build-dependencies"]);
    job.run(pip.arg(job.workspace.root.join(PACKAGE)))
}

pub(super) fn tests(job: &mut Job<'_>) -> Outcome {
    needs(job, "bindings/python/tests/test_corpus.py")?;
    let mut pytest = python(job)?;
    pytest.args(["-m", "pytest", "-rs", "--color=no", "tests"]);
    job.run(pytest.current_dir(job.workspace.root.join(PACKAGE)))
}

pub(super) fn types(job: &mut Job<'_>) -> Outcome {
    let mut stubtest = python(job)?;
    job.run(stubtest.args(["-m", "mypy.stubtest", "lynchpin"]))?;
    let mut mypy = python(job)?;
    mypy.args(["-m", "mypy", "--strict"]);
    for folder in ["tests", "examples"] {
        needs(job, format!("{PACKAGE}/{folder}"))?;
        mypy.arg(folder);
    }
    job.run(mypy.current_dir(job.workspace.root.join(PACKAGE)))
}

/// The interpreter of our environment, whose programs come first on the path.
fn python(job: &mut Job<'_>) -> Result<Command, String> {
    let venv = tools::venv(job)?;
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(venv.join("bin")).chain(std::env::split_paths(&old));
    let path = std::env::join_paths(folders).map_err(|why| format!("cannot set PATH: {why}"))?;
    let mut command = job.workspace.command(venv.join("bin/python"));
    command.env("PATH", path).env("VIRTUAL_ENV", &venv);
    Ok(command)
}

fn needs(job: &Job<'_>, path: impl AsRef<Path>) -> Outcome {
    let path = job.workspace.root.join(path);
    if path.exists() { Ok(()) } else { Err(format!("`{}` is missing", path.display())) }
}
