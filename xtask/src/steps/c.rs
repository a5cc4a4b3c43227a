//! The C and C++ faces: headers, programs, and three ways of running them.

use super::corpus;
use crate::job::{Job, Outcome, make_folder, write};
use crate::tools::system_tool;
use crate::workspace::files_in;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

const WARNINGS: [&str; 6] =
    ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];
/// Also for C++: what a macro of the C header must not hide.
const CPP_WARNINGS: [&str; 1] = ["-Wold-style-cast"];
/// What a static Rust library needs of the system.
pub(super) const SYSTEM_LIBRARIES: [&str; 3] = ["-lpthread", "-ldl", "-lm"];
const SANITIZERS: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
const LEAK: &str = "#include <stdlib.h>\n\
    int main(void) { void *volatile lost = malloc(64); lost = NULL; return lost != NULL; }\n";

/// How a program stands in two sources: what the headers define must not be defined twice.
const UNITS: [(&str, &str); 2] = [
    ("first.cpp", "std::string first() { return lynchpin::name(lynchpin::verdict::go); }\n"),
    (
        "second.cpp",
        "std::string first();\n\
         int main() { return first() == lynchpin::name(lynchpin::verdict::go) ? 0 : 1; }\n",
    ),
];

/// Every header compiles alone and included twice, in every dialect we promise; so do the C++
/// programs, which use what templates there are.
pub(super) fn headers(job: &mut Job<'_>) -> Outcome {
    let folder = scratch(job)?;
    let mut headers = vec!["lynchpin.h".to_owned(), "lynchpin.hpp".to_owned()];
    for path in files_in(&job.workspace.root.join("include/lynchpin"), &["hpp"])? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        headers.push(format!("lynchpin/{name}"));
    }
    for header in headers {
        let c: &[&str] = if header.ends_with(".h") { &["c99", "c11", "c17"] } else { &[] };
        for standard in c.iter().chain(&["c++17", "c++20"]) {
            let cpp = standard.starts_with("c++");
            let source = folder.join(if cpp { "twice.cpp" } else { "twice.c" });
            write(&source, &format!("#include \"{header}\"\n#include \"{header}\"\nint twice;\n"))?;
            job.run(
                in_dialect(job, cpp, standard).arg("-fsyntax-only").arg("-Iinclude").arg(source),
            )?;
        }
    }
    for program in programs(job)?.iter().filter(|program| program.cpp) {
        let mut command = in_dialect(job, true, "c++20");
        job.run(command.arg("-fsyntax-only").arg("-Iinclude").arg(&program.source))?;
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
    two_units(job, &link)?;
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
    /// An example, whose right answer is that the release is no go: status 1.
    example: bool,
}

/// All test programs, among which the two corpus runners must be, and all examples.
pub(super) fn programs(job: &Job<'_>) -> Result<Vec<Program>, String> {
    let mut found = Vec::new();
    for folder in ["tests", "examples"] {
        let path = job.workspace.root.join("bindings/c").join(folder);
        let example = folder == "examples";
        for source in files_in(&path, &["c", "cpp"])? {
            let cpp = source.extension().is_some_and(|extension| extension == "cpp");
            let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push(Program { source, name, cpp, example });
        }
    }
    for name in ["corpus.c", "corpus.cpp", "decide.c", "decide.cpp"] {
        if !found.iter().any(|program| program.name == name) {
            return Err(format!("`{name}` is in neither folder of `bindings/c`"));
        }
    }
    Ok(found)
}

/// The compiler call of a program, still without its libraries.
pub(super) fn compiler(job: &Job<'_>, program: &Program) -> Command {
    let standard = if program.cpp { "c++17" } else { "c11" };
    let mut command = in_dialect(job, program.cpp, standard);
    command.args(["-g", "-pthread"]);
    command
}

fn in_dialect(job: &Job<'_>, cpp: bool, standard: &str) -> Command {
    let mut command = job.workspace.command(if cpp { "g++" } else { "gcc" });
    command.arg(format!("-std={standard}")).args(WARNINGS);
    if cpp {
        command.args(CPP_WARNINGS);
    }
    command
}

/// The call of a built program: corpus runners get the folder of unpacked cases, and of an example
/// the status it ends with is turned round. A checker that finds something ends with another one.
pub(super) fn invocation(
    job: &Job<'_>,
    program: &Program,
    binary: &Path,
    checker: &[&str],
) -> Command {
    let mut words: Vec<&OsStr> = checker.iter().map(OsStr::new).collect();
    words.push(binary.as_os_str());
    if program.example {
        words.splice(0..0, ["sh", "-c", "\"$@\"; test $? -eq 1", "sh"].map(OsStr::new));
    }
    let mut words = words.into_iter();
    let mut command = job.workspace.command(words.next().unwrap_or_default());
    command.args(words);
    command.env("ASAN_OPTIONS", "exitcode=9").env("UBSAN_OPTIONS", "exitcode=9");
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

/// A program of two sources that both include all headers.
fn two_units(job: &mut Job<'_>, link: &[String]) -> Outcome {
    let folder = scratch(job)?;
    let binary = folder.join("units");
    let mut command = in_dialect(job, true, "c++17");
    for (name, text) in UNITS {
        let source = folder.join(name);
        write(&source, &format!("#include \"lynchpin.hpp\"\n{text}"))?;
        command.arg(source);
    }
    job.run(command.arg("-Iinclude").arg("-o").arg(&binary).args(link))?;
    job.run(&mut job.workspace.command(binary))
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
