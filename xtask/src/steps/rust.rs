//! Formatting, lints, tests and documentation of the Rust crates.

use crate::job::{Job, Outcome, Tier, remove_folder};
use crate::tools;

pub(super) fn fmt(job: &mut Job<'_>) -> Outcome {
    job.run(&mut job.workspace.cargo(["fmt", "--all", "--check", "--", "--color", "never"]))
}

pub(super) fn clippy(job: &mut Job<'_>) -> Outcome {
    let lints = ["clippy", "--locked", "--workspace", "--all-targets"];
    job.run(job.workspace.cargo(lints).args(["--", "-D", "warnings"]))?;
    job.run(job.workspace.cargo(lints).args(["--all-features", "--", "-D", "warnings"]))
}

/// The quick tier takes nextest where it is installed; the full tier needs nothing but cargo.
pub(super) fn tests(job: &mut Job<'_>) -> Outcome {
    // What an earlier run unpacked must not stand in for what this one should.
    remove_folder(&job.workspace.corpus())?;
    let nextest = job.tier == Tier::Quick
        && job.capture(&mut job.workspace.cargo(["nextest", "--version"])).is_ok();
    if nextest {
        let run = ["nextest", "run", "--locked", "--no-fail-fast", "--success-output", "final"];
        job.run(&mut job.workspace.cargo(run))?;
        // Asked for by name, cargo would also run those of the C crate, whose examples are C.
        let documented = ["lynchpin", "lynchpin-link", "lynchpin-store"];
        let documented = documented.map(|name| format!("--package={name}"));
        job.run(job.workspace.cargo(["test", "--locked", "--doc"]).args(documented))?;
    } else {
        // Shown output is where tests name the cases they skip and count the corpus.
        let run = ["test", "--locked", "--no-fail-fast", "--", "--show-output"];
        job.run(&mut job.workspace.cargo(run))?;
    }
    // The core as it is without its features: what asks for one is refused, not passed over.
    let bare = ["test", "--locked", "--package", "lynchpin", "--no-default-features", "--lib"];
    job.run(&mut job.workspace.cargo(bare))?;
    // What is not among the default members.
    let own = ["test", "--locked", "--package", "xtask", "--package", "lynchpin-benches"];
    job.run(&mut job.workspace.cargo(own))
}

/// What needs a PostgreSQL server. The tests start one of their own, and fail where there is none.
pub(super) fn postgres(job: &mut Job<'_>) -> Outcome {
    tools::postgres(job)?;
    let store = ["test", "--locked", "--package", "lynchpin-store", "--features", "postgres"];
    let tests = ["--lib", "--test", "suite", "--test", "processes", "--", "--show-output"];
    job.run(job.workspace.cargo(store).args(tests))
}

pub(super) fn docs(job: &mut Job<'_>) -> Outcome {
    // Only libraries: the command and the core crate would both write to `lynchpin/`.
    let doc = ["doc", "--locked", "--workspace", "--lib", "--no-deps", "--all-features"];
    job.run(job.workspace.cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))
}
