//! What the headers promise holds: guarded bodies, comments, examples that run.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// The only functions that may stand around the body of an exported function.
const GUARDS: [&str; 9] =
    ["call", "call_on", "look", "look_at", "change", "change_on", "read", "handle::free", "name"];
/// Exported functions that only return a constant.
const CONSTANT: [&str; 2] = ["lp_abi_version", "lp_version"];

/// A body that runs outside of the guard could let a panic out of the library. So each is one call
/// of a guard, and what it is handed before its closure is too plain to panic.
#[test]
fn every_exported_body_is_guarded() {
    let mut exported = 0;
    for file in files(&root().join("src"), "rs") {
        let source = fs::read_to_string(&file).unwrap();
        for item in source.split("extern \"C\" fn ").skip(1) {
            let (function, rest) = item.split_once('(').unwrap();
            exported += 1;
            if CONSTANT.contains(&function) {
                continue;
            }
            let (_, body) = rest.split_once('{').unwrap();
            let body = bare(body.split_once("\n}\n").unwrap().0);
            let why = unguarded(&body);
            assert!(why.is_none(), "`{function}` is not guarded: {}: {body}", why.unwrap());
        }
    }
    assert!((50..=200).contains(&exported), "{exported} exported functions");
}

/// The test above can fail.
#[test]
fn a_body_beside_its_guard_is_told() {
    let whole = "read(plan, 0, |it| it.waves.len())";
    assert_eq!(unguarded(whole), None);
    assert_eq!(unguarded("guard(|| find()).unwrap_or(false)"), None);
    assert!(unguarded("it.waves.len()").is_some());
    assert!(unguarded("list[0]").is_some());
    assert!(unguarded(&format!("let n = 1 / zero; {whole}")).is_some());
    assert!(unguarded(&format!("{whole} + 1 / zero")).is_some());
    assert!(unguarded("read(plan, lengthy(), |it| it.waves.len())").is_some());
    assert!(unguarded("reread(plan, 0, |it| it.waves.len())").is_some());
}

/// A body without comments, without the `unsafe` block around it, on one line.
fn bare(body: &str) -> String {
    let code = body.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let code = code.collect::<Vec<_>>().join(" ");
    let inner = code.trim().strip_prefix("unsafe {").and_then(|code| code.strip_suffix('}'));
    inner.unwrap_or(&code).trim().trim_end_matches(';').replace("let _ = ", "")
}

/// Why a body is not one call of a guard.
fn unguarded(body: &str) -> Option<&'static str> {
    let Some((called, rest)) = body.split_once('(') else { return Some("it calls no guard") };
    let (mut depth, mut end) = (1_usize, rest.len());
    for (at, letter) in rest.char_indices() {
        depth = match letter {
            '(' => depth + 1,
            ')' => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            end = at;
            break;
        }
    }
    let (inside, after) = rest.split_at(end);
    let otherwise = [")", ").unwrap_or(false)", ") .unwrap_or(false)", ") .unwrap_or(0)"];
    let plain = otherwise.contains(&after);
    let arguments = inside.split('|').next().unwrap_or_default();
    let arguments = arguments.replace("ptr::null_mut()", "").replace("if_none(error)", "");
    if called != "guard" && !GUARDS.contains(&called) {
        Some("it does not begin with a guard")
    } else if !plain {
        Some("something stands behind the guard")
    } else if arguments.contains('(') && called != "handle::free" {
        Some("an argument is worked out before the guard")
    } else {
        None
    }
}

/// Every item of the C++ headers and every public member has a comment, above it or behind it.
#[test]
fn the_cpp_headers_say_what_every_member_is() {
    let mut seen = 0;
    for file in files(&root().join("../../include/lynchpin"), "hpp") {
        if !file.ends_with("internal.hpp") {
            let text = fs::read_to_string(&file).unwrap();
            let (items, bare) = items(&text);
            assert!(bare.is_empty(), "{}: no comment: {bare:#?}", file.display());
            seen += items;
        }
    }
    assert!(seen > 250, "only {seen} items: the test no longer sees the headers");
    assert_eq!(items("\nstruct a {\n    int b; ///< c\n    int d;\n").1.len(), 2);
    assert_eq!(items("\n/// a\nclass a {\npublic:\n    b();\nprivate:\n    int c;\n").1.len(), 1);
}

/// How many items a C++ header has, and which of them have no comment.
fn items(header: &str) -> (usize, Vec<&str>) {
    let (mut seen, mut bare, mut open) = (0, Vec::new(), false);
    for (before, line) in header.lines().zip(header.lines().skip(1)) {
        let word = line.split([' ', '<']).next().unwrap_or_default();
        let item = ["enum", "struct", "class", "inline", "template", "using"].contains(&word)
            && !before.starts_with("template ");
        let member = line.strip_prefix("    ").filter(|text| !text.starts_with([' ', '/', '}']));
        if item || open && member.is_some() {
            seen += 1;
            let before = before.trim_start();
            // A declaration goes on below its template, and a constructor below its colon.
            let goes_on = before.starts_with("template ") || before.starts_with(": ");
            let above = before.starts_with("///") && !before.starts_with("///<");
            if !above && !goes_on && !line.contains("///<") {
                bare.push(line);
            }
        }
        open = match word {
            "enum" | "struct" | "public:" => true,
            "class" | "private:" => false,
            _ => open && !line.starts_with('}'),
        };
    }
    (seen, bare)
}

/// What stands as an example in a header also stands in a program that is compiled and run.
#[test]
fn every_example_of_the_headers_runs() {
    let programs = |kind: &str| {
        let files = files(&root().join("examples"), kind);
        let texts = files.iter().map(|file| packed(&fs::read_to_string(file).unwrap()));
        texts.collect::<Vec<_>>().join("\n")
    };
    let (c, cpp) = (programs("c"), programs("cpp"));
    let include = root().join("../../include");
    let mut headers = vec![include.join("lynchpin.h"), include.join("lynchpin.hpp")];
    headers.extend(files(&include.join("lynchpin"), "hpp"));
    let mut seen = 0;
    for header in headers {
        let is_c = header.ends_with("lynchpin.h");
        for example in examples(&fs::read_to_string(&header).unwrap()) {
            seen += 1;
            let kept =
                if is_c { c.contains(&packed(&example)) } else { cpp.contains(&packed(&example)) };
            assert!(kept, "{}: in no example that is run:\n{example}", header.display());
        }
    }
    assert!(seen > 12, "only {seen} examples: the test no longer sees them");
}

/// Lines of comments that are indented by five blanks, joined where they follow each other.
fn examples(header: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in header.lines().map(str::trim_start) {
        let text =
            ["///     ", "//     ", "*     "].iter().find_map(|mark| line.strip_prefix(mark));
        match (text, found.last_mut()) {
            (Some(text), Some(last)) => *last += &format!("{text}\n"),
            (None, Some(last)) if !last.is_empty() => found.push(String::new()),
            _ => {}
        }
    }
    found.retain(|example| !example.is_empty());
    found
}

fn packed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The files of a folder with that extension, in order of names.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is gone", folder.display()));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|it| it == extension));
    found.sort();
    found
}
