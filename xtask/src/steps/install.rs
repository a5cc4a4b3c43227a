//! Installs the C and C++ library as a user gets it, and proves that others can build on it.

use super::c::{self, SYSTEM_LIBRARIES};
use crate::End;
use crate::job::{Job, Outcome, Tier, make_folder, read, remove_folder, write};
use crate::tools::{self, system_tool};
use crate::workspace::{Workspace, files_in};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const EXPORTS_MAX: usize = 150;

/// `cargo xtask install --prefix DIR`.
pub(crate) fn run(workspace: &Workspace, prefix: &str) -> End {
    let prefix = workspace.root.join(prefix);
    let outcome =
        Job::start(workspace, Tier::Full, "install").and_then(|mut job| install(&mut job, &prefix));
    match outcome {
        Ok(()) => {
            println!("installed to {}", prefix.display());
            End::Good
        }
        Err(why) => End::Failed(format!("{why}\nlog: {}", workspace.log("install").display())),
    }
}

/// The step: install to a scratch prefix, look at the symbols, build the consumers.
pub(super) fn step(job: &mut Job<'_>) -> Outcome {
    let prefix = job.workspace.scratch().join("prefix");
    remove_folder(&prefix)?;
    install(job, &prefix)?;
    symbols(job, &prefix)?;
    consume_by_pkg_config(job, &prefix)?;
    consume_by_cmake(job, &prefix)?;
    c::both_languages(job)
}

/// Builds the library as it is released and puts it under a prefix, with all that comes with it.
pub(crate) fn install(job: &mut Job<'_>, prefix: &Path) -> Outcome {
    let version = version(job)?;
    let soname = soname(&version)?;
    // Without the rlib cargo can optimise across crates; the name inside must be the installed one.
    let build = ["rustc", "--locked", "--release", "--package", "lynchpin-c", "--lib"];
    let mut command = job.workspace.cargo(build);
    command.args(["--crate-type", "cdylib,staticlib", "--"]);
    command.arg(format!("-Clink-arg=-Wl,-soname,{soname}"));
    job.run(&mut command)?;

    let lib = prefix.join("lib");
    let cmake = lib.join("cmake/lynchpin");
    for folder in [&cmake, &lib.join("pkgconfig")] {
        make_folder(folder)?;
    }
    headers(job, &prefix.join("include"))?;
    let real = format!("liblynchpin.so.{version}");
    let built = job.workspace.target.join("release");
    copy(&built.join("liblynchpin_c.so"), &lib.join(&real))?;
    copy(&built.join("liblynchpin_c.a"), &lib.join("liblynchpin.a"))?;
    link(&real, &lib.join(&soname))?;
    link(&soname, &lib.join("liblynchpin.so"))?;
    let templates = job.workspace.root.join("bindings/c/pkg");
    let fill = |name: &str, to: PathBuf| {
        let text = read(&templates.join(format!("{name}.in")))?;
        write(&to, &text.replace("@VERSION@", &version).replace("@SONAME@", &soname))
    };
    fill("lynchpin.pc", lib.join("pkgconfig/lynchpin.pc"))?;
    fill("lynchpinConfig.cmake", cmake.join("lynchpinConfig.cmake"))?;
    fill("lynchpinConfigVersion.cmake", cmake.join("lynchpinConfigVersion.cmake"))
}

/// All headers: the two that programs include, and the folder with the parts of the second.
fn headers(job: &Job<'_>, to: &Path) -> Outcome {
    let from = job.workspace.root.join("include");
    for folder in ["", "lynchpin"] {
        make_folder(&to.join(folder))?;
        for header in files_in(&from.join(folder), &["h", "hpp"])? {
            let name = header.file_name().unwrap_or_default();
            copy(&header, &to.join(folder).join(name))?;
        }
    }
    Ok(())
}

fn version(job: &mut Job<'_>) -> Result<String, String> {
    let id = job.capture(&mut job.workspace.cargo(["pkgid", "--package", "lynchpin-c"]))?;
    let version = id.trim().rsplit(['#', '@']).next().unwrap_or_default();
    Ok(version.to_owned())
}

/// Before 1.0 every minor version may break its users, so the name carries it.
fn soname(version: &str) -> Result<String, String> {
    let parts: Vec<&str> = version.split('.').collect();
    match parts.as_slice() {
        ["0", minor, _] => Ok(format!("liblynchpin.so.0.{minor}")),
        [major, _, _] => Ok(format!("liblynchpin.so.{major}")),
        _ => Err(format!("`{version}` is not a version of three numbers")),
    }
}

/// The library exports the functions of the header, all of them and nothing else.
fn symbols(job: &mut Job<'_>, prefix: &Path) -> Outcome {
    let library = prefix.join("lib/liblynchpin.so");
    let mut command = job.workspace.command("nm");
    let listed = job.capture(command.args(["-D", "--defined-only", "-j"]).arg(&library))?;
    let exported: BTreeSet<String> = listed.lines().map(|name| name.trim().to_owned()).collect();
    let declared = functions_of(&read(&prefix.join("include/lynchpin.h"))?);
    let missing: Vec<_> = declared.difference(&exported).collect();
    let extra: Vec<_> = exported.difference(&declared).collect();
    if !missing.is_empty() || !extra.is_empty() {
        return Err(format!(
            "declared, not exported: {missing:?}; exported, not declared: {extra:?}"
        ));
    }
    job.note(&format!("{} exported functions", exported.len()));
    if exported.is_empty() || exported.len() > EXPORTS_MAX {
        return Err(format!("{} exported functions, of at most {EXPORTS_MAX}", exported.len()));
    }
    let dynamic = job.capture(job.workspace.command("readelf").arg("-d").arg(&library))?;
    let soname = soname(&version(job)?)?;
    if dynamic.contains(&format!("[{soname}]")) {
        return Ok(());
    }
    Err(format!("`{}` does not call itself `{soname}`", library.display()))
}

/// The functions that a C header declares: names before a parenthesis, outside comments and macros.
fn functions_of(header: &str) -> BTreeSet<String> {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let mut found = BTreeSet::new();
    let mut in_macro = false;
    for line in code.lines() {
        let directive = in_macro || line.trim_start().starts_with('#');
        in_macro = directive && line.ends_with('\\');
        if directive {
            continue;
        }
        let line = line.split("//").next().unwrap_or_default();
        let pieces: Vec<&str> = line.split('(').collect();
        for piece in pieces.iter().take(pieces.len().saturating_sub(1)) {
            let word = piece.trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next();
            found.extend(word.filter(|word| word.starts_with("lp_")).map(str::to_owned));
        }
    }
    found
}

/// Every test program, built with nothing but what pkg-config answers, shared and static.
fn consume_by_pkg_config(job: &mut Job<'_>, prefix: &Path) -> Outcome {
    system_tool(job, "pkg-config", "pkg-config")?;
    let lib = prefix.join("lib");
    let mut ask = job.workspace.command("pkg-config");
    ask.env("PKG_CONFIG_PATH", lib.join("pkgconfig")).args(["--cflags", "--libs", "lynchpin"]);
    let answer = job.capture(&mut ask)?;
    for program in c::programs(job)? {
        let binary = job.workspace.scratch().join("c/pkg-config.shared");
        let mut command = c::compiler(job, &program);
        command.arg("-DSAMPLE_OPTIMISED");
        command.arg(&program.source).arg("-o").arg(&binary).args(answer.split_whitespace());
        job.run(&mut command)?;
        let mut run = c::invocation(job, &program, &binary, &[]);
        job.run(run.env("LD_LIBRARY_PATH", &lib))?;

        let binary = job.workspace.scratch().join("c/installed.static");
        let mut command = c::compiler(job, &program);
        command.arg("-DSAMPLE_OPTIMISED");
        command.arg("-I").arg(prefix.join("include")).arg(&program.source).arg("-o").arg(&binary);
        job.run(command.arg(lib.join("liblynchpin.a")).args(SYSTEM_LIBRARIES))?;
        job.run(&mut c::invocation(job, &program, &binary, &[]))?;
    }
    Ok(())
}

/// A CMake project that knows only `find_package(lynchpin)`; its tests run the corpus.
fn consume_by_cmake(job: &mut Job<'_>, prefix: &Path) -> Outcome {
    let bin = tools::venv(job)?.join("bin");
    let build = job.workspace.scratch().join("cmake");
    remove_folder(&build)?;
    let workspace = job.workspace;
    let wanted = version(job)?;
    let mut configure = workspace.command(bin.join("cmake"));
    configure.args(["-S", "bindings/c/pkg/consumer", "-G", "Ninja", "-B"]).arg(&build);
    configure.arg(format!("-DCMAKE_MAKE_PROGRAM={}", bin.join("ninja").display()));
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    configure.arg(format!("-DLYNCHPIN_WANTED={wanted}"));
    configure.arg(format!("-DCORPUS={}", workspace.corpus().display()));
    job.run(&mut configure)?;
    job.run(workspace.command(bin.join("cmake")).arg("--build").arg(&build))?;
    let mut tests = workspace.command(bin.join("ctest"));
    job.run(tests.args(["--verbose", "--no-tests=error", "--test-dir"]).arg(&build))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let copied = fs::copy(from, to).map(|_| ());
    copied.map_err(|why| format!("cannot copy `{}` to `{}`: {why}", from.display(), to.display()))
}

fn link(target: &str, at: &Path) -> Outcome {
    let _ = fs::remove_file(at);
    symlink(target, at).map_err(|why| format!("cannot link `{}`: {why}", at.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_a_header_are_found() {
        let header = "\
/* lp_in_comment(void); */
#define LP_STR(text) \\
    lp_in_macro(text)
LP_MUST_USE uint32_t lp_abi_version(void); // lp_in_line_comment(void)
typedef void (*lp_callback)(void *data);
struct lp_str lp_long(const struct lp_thing *thing,
                      uint32_t count);
";
        let names: Vec<String> = functions_of(header).into_iter().collect();
        assert_eq!(names, ["lp_abi_version", "lp_long"]);
    }

    #[test]
    fn the_soname_carries_what_may_break() {
        assert_eq!(soname("0.1.3"), Ok("liblynchpin.so.0.1".to_owned()));
        assert_eq!(soname("2.5.0"), Ok("liblynchpin.so.2".to_owned()));
        assert!(soname("2").is_err());
    }
}
