//! What is generated here equals what is committed; `BLESS=1` renews it.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

use lynchpin::base::ErrorCode;
use lynchpin::reason::{ReasonCode, Verdict};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// In the order in which a reader of the header wants them.
const SOURCES: [&str; 10] =
    ["text", "kinds", "codes", "views", "error", "engine", "snapshot", "decision", "plan", "score"];

#[test]
fn the_header_is_the_one_in_the_sources() {
    hold(&root().join("../../include/lynchpin.h"), &header());
}

#[test]
fn the_numbers_are_those_of_the_core() {
    hold(&root().join("src/codes.rs"), &codes());
}

/// Every function, struct and constant carries a comment, and every function the prefix.
#[test]
fn the_header_says_what_everything_is() {
    let header = header();
    let lines: Vec<&str> = header.lines().collect();
    let begins = |line: &str| {
        let function = line.starts_with("LP_MUST_USE") || line.starts_with("void ");
        let generated = line.starts_with("#define LP_") && !line.starts_with("#define LP_MUST_USE");
        function || line.starts_with("typedef struct lp_") || generated
    };
    let mut seen = 0;
    for pair in lines.windows(2) {
        if begins(pair[1]) {
            seen += 1;
            assert!(pair[0].ends_with("*/"), "no comment above: {}", pair[1]);
        }
        assert!(!pair[1].contains("# Safety"), "the header speaks to C readers: {}", pair[1]);
        assert!(!pair[1].contains("::"), "a Rust path in: {}", pair[1]);
    }
    assert!(seen > 100, "only {seen} items: the test no longer sees the header");
}

/// A body that runs outside of the guard could let a panic out of the library.
#[test]
fn every_exported_body_is_guarded() {
    let guards = ["call(", "call_on(", "act_on(", "read(", "handle::free(", "guard(", "name("];
    let constant = ["lp_abi_version", "lp_version"];
    let mut exported = 0;
    for name in SOURCES {
        let source = fs::read_to_string(root().join(format!("src/{name}.rs"))).unwrap();
        for item in source.split("extern \"C\" fn ").skip(1) {
            let (function, rest) = item.split_once('(').unwrap();
            let body = rest.split_once("\n}\n").map_or(rest, |(body, _)| body);
            let guarded = guards.iter().any(|guard| body.contains(guard));
            assert!(guarded || constant.contains(&function), "`{function}` is not guarded");
            exported += 1;
        }
    }
    assert!((50..=150).contains(&exported), "{exported} exported functions");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn hold(path: &Path, made: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, made).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    let line = line.map_or(0, |line| line + 1);
    let name = path.file_name().unwrap_or_default().display();
    assert!(
        kept == made,
        "{name} differs (line {line}): renew it with BLESS=1 and read the change"
    );
}

fn header() -> String {
    let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let numbers: Vec<&str> = version.split('.').collect();
    let preamble = fs::read_to_string(root().join("src/preamble.h")).unwrap();
    let (top, macros) = preamble.split_once("/* --- */\n").unwrap();
    config.header = Some(top.trim_end().to_owned());
    let macros = macros
        .replace("@VERSION@", version)
        .replace("@MAJOR@", numbers[0])
        .replace("@MINOR@", numbers[1])
        .replace("@PATCH@", numbers[2]);
    config.after_includes = Some(format!("\n{}", macros.trim_end()));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for name in SOURCES {
        builder = builder.with_src(root().join(format!("src/{name}.rs")));
    }
    let mut made = Vec::new();
    builder.generate().unwrap().write(&mut made);
    let text = String::from_utf8(made).unwrap();
    let typed = |line: &str| {
        let number = line.rsplit(' ').next().unwrap_or_default();
        let plain = line.starts_with("#define LP_") && number.parse::<u32>().is_ok();
        let given = line.starts_with("#define LP_VERSION_");
        let end = line.len() - number.len();
        if plain && !given {
            format!("{}UINT32_C({number})", &line[..end])
        } else {
            line.to_owned()
        }
    };
    text.lines().map(typed).fold(String::new(), |text, line| text + &line + "\n")
}

fn codes() -> String {
    let core = root().join("../../crates/lynchpin/src");
    let read = |file: &str| fs::read_to_string(core.join(file)).unwrap();
    let (errors, verdicts, reasons) =
        (read("base/error.rs"), read("reason/verdict.rs"), read("reason/code.rs"));
    let mut made = "//! The numbers of statuses, verdicts and reasons.\n//!\n\
        //! Generated from the core by this crate's test `header`; renew with `BLESS=1`.\n\n\
        /// It went well.\npub const LP_STATUS_OK: u32 = 0;\n"
        .to_owned();
    let mut known = "    LP_STATUS_OK,\n".to_owned();
    let mut add = |source: &str, variant: String, name: String, number: u32| {
        made += &comment(source, &variant);
        writeln!(made, "pub const {name}: u32 = {number};").unwrap();
    };
    for code in ErrorCode::ALL {
        let name = format!("LP_STATUS_{}", code.name().to_uppercase());
        writeln!(known, "    {name},").unwrap();
        add(&errors, format!("{code:?}"), name, code.number());
    }
    for verdict in Verdict::ALL {
        let name = format!("LP_VERDICT_{}", verdict.name().to_uppercase());
        add(&verdicts, format!("{verdict:?}"), name, verdict.number());
    }
    for code in ReasonCode::ALL {
        let name = format!("LP_REASON_{}", code.name().to_uppercase());
        add(&reasons, format!("{code:?}"), name, code.number());
    }
    made + "\n/// Every status that the header names.\n"
        + "pub(crate) const KNOWN_STATUSES: &[u32] = &[\n"
        + &known
        + "];\n"
}

/// The comment above a variant in the source of the core.
fn comment(source: &str, variant: &str) -> String {
    let mut found = String::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with("/// ") {
            found += &format!("{line}\n");
        } else if line == format!("{variant},") || line.starts_with(&format!("{variant} = ")) {
            assert!(!found.is_empty(), "`{variant}` has no comment");
            return found;
        } else {
            found.clear();
        }
    }
    panic!("`{variant}` is not in the source");
}
