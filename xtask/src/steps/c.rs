//! The C and C++ faces: headers, programs, and three ways of running them.

use super::corpus;
use crate::job::{Job, Outcome, make_folder, write};
use crate::tools::system_tool;
use crate::workspace::files_in;
use std::path::{Path, PathBuf};
use std::process::Command;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// What a static Rust library needs of the system.
pub(super) const SYSTEM_LIBRARIES: [&str; 3] = ["-lpthread", "-ldl", "-lm"];
const SANITIZERS: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
const LEAK: &str = "#include <stdlib.h>\n\
    int main(void) { void *volatile lost = malloc(64); lost = NULL; return lost != NULL; }\n";

/// Every header compiles alone and included twice, in every dialect we promise.
pub(super) fn headers(job: &mut Job<'_>) -> Outcome {
    let folder = scratch(job)?;
    let dialects: [(&str, &str, &str); 5] = [
        ("lynchpin.h", "gcc", "c99"),
        ("lynchpin.h", "gcc", "c11"),
        ("lynchpin.h", "gcc", "c17"),
        ("lynchpin.h", "g++", "c++17"),
        ("lynchpin.hpp", "g++", "c++17"),
    ];
    for (header, compiler, standard) in dialects {
        let name = if compiler == "gcc" { "twice.c" } else { "twice.cpp" };
        let source = folder.join(name);
        write(&source, &format!("#include \"{header}\"\n#include \"{header}\"\nint twice;\n"))?;
        let mut command = job.workspace.command(compiler);
        command.arg(format!("-std={standard}")).args(WARNINGS).arg("-fsyntax-only");
        job.run(command.arg("-Iinclude").arg(source))?;
    }
    Ok(())
}

/// Against the shared library, as most users link.
pub(super) fn plain(job: &mut Job<'_>) -> Outcome {
    job.run(&mut job.workspace.cargo(["build", "--locked", "--package", "lynchpin-c"]))?;
    let library = job.workspace.target.join("debug");
    let link = [
        format!("-L{}", library.display()),
        "-llynchpin_c".to_owned(),
        format!("-Wl,-rpath,{}", library.display()),
    ];
    for program in programs(job)? {
        let binary = compile(job, &program, "plain", &[], &link)?;
        job.run(&mut invocation(job, &program, &binary, &[]))?;
    }
    both_languages(job)
}

/// Rust must be instrumented too: gcc alone does not see a use after free inside it.
pub(super) fn asan(job: &mut Job<'_>) -> Outcome {
    let triple = host(job)?;
    let folder = job.workspace.target.join("asan");
    let build = ["build", "--locked", "--package", "lynchpin-c", "--target", &triple];
    let mut command = job.workspace.cargo(build);
    // The switch lets the stable compiler take the flag; it changes nothing else.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
    job.run(command.env("CARGO_TARGET_DIR", &folder))?;
    let archive = folder.join(&triple).join("debug/liblynchpin_c.a");
    let symbols = job.capture(job.workspace.command("nm").arg("-u").arg(&archive))?;
    if !symbols.contains("__asan_init") {
        return Err(format!("`{}` is not instrumented", archive.display()));
    }
    let control = leak(job, "asan", &SANITIZERS)?;
    job.run_to_failure(&mut job.workspace.command(control))?;
    for program in programs(job)? {
        let binary = compile(job, &program, "asan", &SANITIZERS, &link_statically(&archive))?;
        job.run(&mut invocation(job, &program, &binary, &[]))?;
    }
    both_languages(job)
}

/// valgrind sees what runs in uninstrumented code.
pub(super) fn valgrind(job: &mut Job<'_>) -> Outcome {
    system_tool(job, "valgrind", "valgrind")?;
    job.run(&mut job.workspace.cargo(["build", "--locked", "--package", "lynchpin-c"]))?;
    let archive = job.workspace.target.join("debug/liblynchpin_c.a");
    let checker: [&str; 5] = [
        "valgrind",
        "-q",
        "--error-exitcode=9",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite",
    ];
    let control = leak(job, "valgrind", &[])?;
    let mut command = job.workspace.command("valgrind");
    job.run_to_failure(command.args(checker.iter().skip(1)).arg(control))?;
    for program in programs(job)? {
        let binary = compile(job, &program, "valgrind", &[], &link_statically(&archive))?;
        job.run(&mut invocation(job, &program, &binary, &checker))?;
    }
    both_languages(job)
}

/// A program under `bindings/c`.
pub(super) struct Program {
    pub(super) source: PathBuf,
    name: String,
    cpp: bool,
}

/// All test programs; the two corpus runners must be among them.
pub(super) fn programs(job: &Job<'_>) -> Result<Vec<Program>, String> {
    let folder = job.workspace.root.join("bindings/c/tests");
    let mut found = Vec::new();
    for source in files_in(&folder, &["c", "cpp"])? {
        let cpp = source.extension().is_some_and(|extension| extension == "cpp");
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.push(Program { source, name, cpp });
    }
    for runner in ["corpus.c", "corpus.cpp"] {
        if !found.iter().any(|program| program.name == runner) {
            return Err(format!("`{}` is missing", folder.join(runner).display()));
        }
    }
    Ok(found)
}

/// The compiler call of a program, still without its libraries.
pub(super) fn compiler(job: &Job<'_>, program: &Program) -> Command {
    let (compiler, standard) =
        if program.cpp { ("g++", "-std=c++17") } else { ("gcc", "-std=c11") };
    let mut command = job.workspace.command(compiler);
    command.arg(standard).args(WARNINGS).args(["-g", "-pthread"]);
    command
}

/// The call of a built program: corpus runners get the folder of unpacked cases.
pub(super) fn invocation(
    job: &Job<'_>,
    program: &Program,
    binary: &Path,
    checker: &[&str],
) -> Command {
    let mut words = checker.iter();
    let mut command = match words.next() {
        Some(first) => job.workspace.command(first),
        None => job.workspace.command(binary),
    };
    command.args(words);
    if !checker.is_empty() {
        command.arg(binary);
    }
    if program.name.starts_with("corpus.") {
        command.arg(job.workspace.corpus());
    }
    command
}

/// Both corpus runners must have passed every case.
pub(super) fn both_languages(job: &Job<'_>) -> Outcome {
    corpus::demand(job, "c")?;
    corpus::demand(job, "cpp")
}

fn compile(
    job: &mut Job<'_>,
    program: &Program,
    mode: &str,
    flags: &[&str],
    link: &[String],
) -> Result<PathBuf, String> {
    let binary = scratch(job)?.join(format!("{}.{mode}", program.name));
    let mut command = compiler(job, program);
    command.args(flags).arg("-Iinclude").arg(&program.source).arg("-o").arg(&binary);
    job.run(command.args(link))?;
    Ok(binary)
}

/// A program that leaks: if its checker lets it pass, the checker is not at work here.
fn leak(job: &mut Job<'_>, mode: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let folder = scratch(job)?;
    let (source, binary) = (folder.join("leak.c"), folder.join(format!("leak.{mode}")));
    write(&source, LEAK)?;
    let mut command = job.workspace.command("gcc");
    job.run(command.args(flags).arg(source).arg("-o").arg(&binary))?;
    Ok(binary)
}

fn link_statically(archive: &Path) -> Vec<String> {
    let mut words = vec![archive.display().to_string()];
    words.extend(SYSTEM_LIBRARIES.map(str::to_owned));
    words
}

fn host(job: &mut Job<'_>) -> Result<String, String> {
    let text = job.capture(job.workspace.command("rustc").arg("-vV"))?;
    let triple = text.lines().find_map(|line| line.strip_prefix("host: "));
    triple.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}

fn scratch(job: &Job<'_>) -> Result<PathBuf, String> {
    let folder = job.workspace.scratch().join("c");
    make_folder(&folder)?;
    Ok(folder)
}
