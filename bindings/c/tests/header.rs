//! What is generated here equals what is committed; `BLESS=1` renews it.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

use lynchpin::base::ErrorCode;
use lynchpin::gate::{GateEvent, GateState, Move};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin_c::*;
use std::fmt::Write;
use std::fs;
use std::mem::offset_of;
use std::path::{Path, PathBuf};

/// In the order in which a reader of the header wants them.
const SOURCES: [&str; 24] = [
    "text", "names", "kinds", "codes", "views", "error", "time", "ids", "engine", "snapshot",
    "decision", "plan", "score", "report", "gate", "workflow", "opening", "ledger", "numbers",
    "edges", "ordered", "column", "model", "risk",
];

#[test]
fn the_header_is_the_one_in_the_sources() {
    hold(&root().join("../../include/lynchpin.h"), &header());
}

#[test]
fn the_numbers_are_those_of_the_core() {
    let codes = codes();
    hold(&root().join("src/codes.rs"), &in_rust(&codes));
    hold(&root().join("../../include/lynchpin/codes.hpp"), &in_cpp(&codes));
}

/// Every function, struct and constant carries a comment, and every function the prefix.
#[test]
fn the_header_says_what_everything_is() {
    let header = header();
    let lines: Vec<&str> = header.lines().collect();
    let begins = |line: &str| {
        let function = line.starts_with("LP_MUST_USE") || line.starts_with("void ");
        let generated = line.starts_with("#define LP_") && !line.starts_with("#define LP_MUST_USE");
        let type_ = ["typedef struct lp_", "typedef int32_t (*"];
        function || type_.iter().any(|begin| line.starts_with(begin)) || generated
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

/// Programs that are built already rest on these places; a change of one needs another
/// `LP_ABI_VERSION`. What is only added is free.
#[test]
#[cfg(target_pointer_width = "64")]
fn what_programs_rest_on_changes_with_the_abi_version_only() {
    let path = root().join("abi.txt");
    let (kept, made) = (fs::read_to_string(&path).unwrap_or_default(), interface());
    let gone: Vec<&str> =
        kept.lines().filter(|line| !made.lines().any(|other| other == *line)).collect();
    let version = format!("LP_ABI_VERSION {LP_ABI_VERSION}");
    let same_version = kept.lines().any(|line| line == version);
    assert!(
        !same_version || gone.is_empty(),
        "programs built before would go wrong: raise LP_ABI_VERSION, then BLESS=1: {gone:#?}"
    );
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    } else {
        assert_eq!(kept, made, "renew abi.txt with BLESS=1");
    }
}

/// Sizes, offsets, numbers and signatures, one on a line.
fn interface() -> String {
    let mut made = format!("LP_ABI_VERSION {LP_ABI_VERSION}\n");
    macro_rules! fields {
        ($name:ident: $($field:ident)*) => {
            // Names every field, or does not compile.
            let _all = |it: $name| { let $name { $($field: _),* } = it; };
            $(writeln!(made, "{}.{} at {}", stringify!($name), stringify!($field),
                offset_of!($name, $field)).unwrap();)*
        };
    }
    fields!(lp_str: ptr len);
    fields!(lp_strs: ptr len);
    fields!(lp_buf: ptr len);
    fields!(lp_numbers: ptr len);
    fields!(lp_column: name transform bend values millionths);
    for (name, size) in [
        ("lp_str", size_of::<lp_str>()),
        ("lp_strs", size_of::<lp_strs>()),
        ("lp_buf", size_of::<lp_buf>()),
        ("lp_numbers", size_of::<lp_numbers>()),
        ("lp_column", size_of::<lp_column>()),
    ] {
        writeln!(made, "{name} has {size} bytes").unwrap();
    }
    fields!(lp_problem: struct_size code message path line column);
    fields!(lp_actor: struct_size kind id);
    fields!(lp_reason: struct_size index next verdict code subject_kind clears subject_id gate
        requirement args_json act_count clears_at holds_until);
    fields!(lp_dropped: struct_size changes roots why);
    fields!(lp_missing: struct_size change needs);
    fields!(lp_cycle: struct_size changes edge_count exact forbidden);
    fields!(lp_edge: struct_size from kind to);
    fields!(lp_conflict: struct_size first second goes scope);
    fields!(lp_late: struct_size change needs starts done);
    fields!(lp_risk: struct_size subject_id model at change_count driver_count subject_kind
        probability at_least at_most tier_one failures_expected failures_at_least failures_at_most);
    fields!(lp_change_risk: struct_size change log_odds baseline contribution_count probability);
    fields!(lp_contribution: struct_size factor value log_odds known);
    fields!(lp_driver: struct_size change falls_by share);
    fields!(lp_fit: struct_size strength half_life rounds pairs prior);
    fields!(lp_fitted: struct_size json digest baseline baseline_error changes failures term_count
        pair_count);
    fields!(lp_term: struct_size name weight error centre seen_low seen_high step_count transform);
    fields!(lp_pair: struct_size first second);
    fields!(lp_scores: struct_size log_odds probabilities contributions contribution_count
        transformed);
    fields!(lp_ledger_options: struct_size secret key since signer signer_data anchor anchor_data);
    fields!(lp_appended: struct_size conflict from size added recorded);
    let mut signature = String::new();
    for line in header().lines() {
        let begins = ["LP_MUST_USE", "void ", "typedef int32_t (*"];
        if begins.iter().any(|begin| line.starts_with(begin)) || !signature.is_empty() {
            signature += &format!("{} ", line.trim());
            if line.ends_with(';') {
                writeln!(made, "{}", signature.trim_end()).unwrap();
                signature.clear();
            }
        }
        let number = line.strip_prefix("#define ").filter(|text| text.contains("UINT32_C("));
        if let Some(number) = number.filter(|text| !text.starts_with("LP_ABI_VERSION")) {
            writeln!(made, "{number}").unwrap();
        }
    }
    made
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

/// One number of the core.
struct Code {
    family: &'static str,
    name: &'static str,
    number: u32,
    /// In lines that begin with `///`.
    comment: String,
}

/// What the C library cannot bring about yet: no call can be cancelled.
const RESERVED: [ErrorCode; 1] = [ErrorCode::Cancelled];

fn codes() -> Vec<Code> {
    let core = root().join("../../crates/lynchpin/src");
    let read = |file: &str| fs::read_to_string(core.join(file)).unwrap();
    let (errors, verdicts, reasons) =
        (read("base/error.rs"), read("reason/verdict.rs"), read("reason/code.rs"));
    let code = |family, name, number, comment| Code { family, name, number, comment };
    let mut found = vec![code("STATUS", "ok", 0, "/// It went well.\n".to_owned())];
    for it in ErrorCode::ALL {
        let mut text = comment(&errors, &format!("{it:?}"));
        if RESERVED.contains(it) {
            text += "/// Reserved: no call of this library ends so yet.\n";
        }
        found.push(code("STATUS", it.name(), it.number(), text));
    }
    for it in Verdict::ALL {
        let text = comment(&verdicts, &format!("{it:?}"));
        found.push(code("VERDICT", it.name(), it.number(), text));
    }
    for it in ReasonCode::ALL {
        let text = comment(&reasons, &format!("{it:?}"));
        found.push(code("REASON", it.name(), it.number(), text));
    }
    let gates = read("gate/state.rs");
    for it in GateState::ALL {
        let text = comment(&gates, &format!("{it:?}"));
        found.push(code("GATE_STATE", it.name(), it.number(), text));
    }
    for it in GateEvent::ALL {
        let text = comment(&gates, &format!("{it:?}"));
        found.push(code("GATE_EVENT", it.name(), it.number(), text));
    }
    for it in Move::ALL {
        let text = comment(&gates, &format!("{it:?}"));
        found.push(code("GATE_MOVE", it.name(), it.number(), text));
    }
    found
}

fn in_rust(codes: &[Code]) -> String {
    let mut made = "//! The numbers of statuses, verdicts, reasons and the life of a gate.\n//!\n\
        //! Generated from the core by this crate's test `header`; renew with `BLESS=1`.\n\n"
        .to_owned();
    let mut known = String::new();
    for Code { family, name, number, comment } in codes {
        let name = format!("LP_{family}_{}", name.to_uppercase());
        writeln!(made, "{comment}pub const {name}: u32 = {number};").unwrap();
        if *family == "STATUS" {
            writeln!(known, "    {name},").unwrap();
        }
    }
    made + "\n/// Every status that the header names.\n"
        + "pub(crate) const KNOWN_STATUSES: &[u32] = &[\n"
        + &known
        + "];\n"
}

fn in_cpp(codes: &[Code]) -> String {
    let mut made = "// What numbers mean. Include lynchpin.hpp instead.\n//\n\
        // Generated from the core by the test `header` of bindings/c; renew with `BLESS=1`.\n\
        #ifndef LYNCHPIN_CODES_HPP\n#define LYNCHPIN_CODES_HPP\n\n#include <cstdint>\n\n\
        namespace lynchpin {\n"
        .to_owned();
    let enums = [
        ("STATUS", "status", "Why a call failed. A library that is newer may give other numbers."),
        ("VERDICT", "verdict", "The answer to \"may it go?\". Only `go` and `go_waived` are a go."),
        ("REASON", "reason_code", "Why a verdict is what it is. A newer library may know more."),
        ("GATE_STATE", "gate_state", "Where a gate stands for one attempt to enter a stage."),
        ("GATE_EVENT", "gate_event", "What can happen to a gate."),
        ("GATE_MOVE", "gate_move", "What an event does to a gate in a state."),
    ];
    for (wanted, title, about) in enums {
        write!(made, "\n/// {about}\nenum class {title} : std::uint32_t {{\n").unwrap();
        for Code { name, number, comment, .. } in codes.iter().filter(|it| it.family == wanted) {
            for line in comment.lines() {
                writeln!(made, "    {line}").unwrap();
            }
            // A keyword of C++20.
            let name = if *name == "requires" { "requires_" } else { name };
            writeln!(made, "    {name} = {number},").unwrap();
        }
        made += "};\n";
    }
    made + "\n} // namespace lynchpin\n\n#endif\n"
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
