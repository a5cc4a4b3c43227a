//! What a reviewer should not have to look for: sizes, leftovers, places, forbidden words.

mod source;

use source::{Source, code_of, sources};
use std::collections::BTreeMap;

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// Known excesses: check, file, size. An entry must equal what is found, so the list only shrinks.
const RATCHET: &[(&str, &str, usize)] = &[];

/// Generated from the Rust sources and held to them by a test of its own.
const GENERATED: &[&str] = &["bindings/c/src/codes.rs", "include/lynchpin.h"];

type Check = fn(&Source) -> Vec<Finding>;

const CHECKS: &[(&str, Check)] = &[
    ("file length", file_length),
    ("function length", function_length),
    ("columns", columns),
    ("leftover", leftovers),
    ("machine path", machine_paths),
    ("registry host", registry_hosts),
    ("unsafe", unsafe_code),
    ("allow", allow_attributes),
];

/// Something untidy: the line, how much (for checks with a measure), and what is wrong.
struct Finding {
    line: usize,
    size: usize,
    what: String,
}

#[test]
fn the_checkout_is_tidy() {
    let mut problems = Vec::new();
    let mut excess: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for source in sources(".") {
        for (check, function) in CHECKS {
            for finding in function(&source) {
                let known = excess.entry((check, source.path.clone())).or_default();
                *known = finding.size.max(*known);
                if finding.size == 0 || finding.size > granted(RATCHET, check, &source.path) {
                    let Finding { line, what, .. } = finding;
                    problems.push(format!("{}:{line}: {what}", source.path));
                }
            }
        }
    }
    problems.extend(stale(RATCHET, &excess));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn granted(ratchet: &[(&str, &str, usize)], check: &str, path: &str) -> usize {
    let entry = ratchet.iter().find(|(c, p, _)| *c == check && *p == path);
    entry.map_or(0, |(_, _, size)| *size)
}

/// Entries of the ratchet that grant more than is still needed.
fn stale(ratchet: &[(&str, &str, usize)], excess: &BTreeMap<(&str, String), usize>) -> Vec<String> {
    let mut problems = Vec::new();
    for (check, path, size) in ratchet {
        let found = excess.get(&(*check, (*path).to_owned())).copied().unwrap_or(0);
        if found < *size {
            problems.push(format!("ratchet: {check} of {path} is {found} now: lower {size}"));
        }
    }
    problems
}

fn has_extension(source: &Source, extensions: &[&str]) -> bool {
    let extension = source.path.rsplit_once('.').map_or("", |(_, extension)| extension);
    extensions.contains(&extension) && !GENERATED.contains(&source.path.as_str())
}

fn is_code(source: &Source) -> bool {
    has_extension(source, &["rs", "c", "h", "cpp", "hpp", "py", "pyi"])
}

/// Text that people wrote; the lock file and the licences are not ours to word.
fn is_written(source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    !name.ends_with(".lock") && !name.starts_with("LICENSE")
}

fn in_tests(source: &Source) -> bool {
    source.path.split('/').any(|part| part == "tests")
}

fn file_length(source: &Source) -> Vec<Finding> {
    if !is_code(source) {
        return Vec::new();
    }
    let lines: Vec<&str> = source.text.lines().collect();
    let tail = lines
        .windows(2)
        .position(|pair| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod ")));
    let size = tail.unwrap_or(lines.len());
    if size <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![Finding { line: 1, size, what: format!("{size} lines, at most {FILE_LINES_MAX}") }]
}

fn function_length(source: &Source) -> Vec<Finding> {
    if !has_extension(source, &["rs"]) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let code = code_of(&source.text);
    let lines: Vec<&str> = code.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_on(line) else { continue };
        let size = body_lines(lines.get(at..).unwrap_or_default());
        if size > FUNCTION_LINES_MAX {
            let what = format!("`{name}` has {size} lines, at most {FUNCTION_LINES_MAX}");
            found.push(Finding { line: at + 1, size, what });
        }
    }
    found
}

/// The name of the function that a line declares.
fn function_on(line: &str) -> Option<&str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let at = places(line, "fn").into_iter().next()?;
    let name = line.get(at + 2..)?.strip_prefix(' ')?;
    let end = name.find(|c| !word(c)).unwrap_or(name.len());
    name.get(..end).filter(|name| !name.is_empty())
}

/// Lines from a declaration to its closing brace; 0 for one without a body.
fn body_lines(lines: &[&str]) -> usize {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (at, line) in lines.iter().enumerate() {
        // A declaration begins behind what stands on its line before it.
        let start = if at == 0 { places(line, "fn").into_iter().next().unwrap_or(0) } else { 0 };
        for c in line.chars().skip(start) {
            match c {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '{' => braces += 1,
                '}' if braces == 1 => return at + 1,
                '}' => braces = braces.saturating_sub(1),
                ';' if braces == 0 && brackets == 0 => return 0,
                _ => {}
            }
        }
    }
    0
}

fn columns(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        let size = line.chars().count();
        if is_code(source) && size > COLUMNS_MAX {
            let what = format!("{size} columns, at most {COLUMNS_MAX}");
            found.push(Finding { line: at + 1, size, what });
        }
    }
    found
}

/// Where a word stands by itself.
fn places(line: &str, word: &str) -> Vec<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let alone = |at: &usize| {
        let (before, rest) = line.split_at(*at);
        let after = rest.get(word.len()..).unwrap_or_default();
        !before.ends_with(part) && !after.starts_with(part)
    };
    line.match_indices(word).map(|(at, _)| at).filter(alone).collect()
}

/// A finding for each line of the text on which one of the words stands alone.
fn words_in(text: &str, words: &[&str], what: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for word in words.iter().filter(|word| !places(line, word).is_empty()) {
            found.push(Finding { line: at + 1, size: 0, what: format!("{what}: `{word}`") });
        }
    }
    found
}

// The words are put together here, so that this file does not contain them.
fn leftovers(source: &Source) -> Vec<Finding> {
    if !is_code(source) && !has_extension(source, &["md", "toml", "cmake", "in", "sh"]) {
        return Vec::new();
    }
    let words =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("db", "g!")];
    words_in(&source.text, &words, "left over")
}

fn machine_paths(source: &Source) -> Vec<Finding> {
    let mut folders = vec![concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    if !in_tests(source) {
        folders.push(concat!("/t", "mp/"));
    }
    let mut found = Vec::new();
    let inside = |c: char| c.is_alphanumeric() || "_-.}".contains(c);
    for (at, line) in source.text.lines().enumerate().filter(|_| is_written(source)) {
        for folder in &folders {
            let mut hits = line.match_indices(folder).map(|(start, _)| line.split_at(start).0);
            if hits.any(|before| !before.ends_with(inside)) {
                let what = format!("a path of one machine: `{folder}`");
                found.push(Finding { line: at + 1, size: 0, what });
            }
        }
    }
    found
}

fn registry_hosts(source: &Source) -> Vec<Finding> {
    if !is_written(source) {
        return Vec::new();
    }
    let hosts = [
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
        concat!("proxy.golang", ".org"),
        concat!("maven.apache", ".org"),
        concat!("docker", ".io"),
    ];
    words_in(&source.text, &hosts, "a registry's host")
}

/// Where Python and Arrow share memory by bare pointers.
const MEMORY: &str = "bindings/python/src/memory.rs";

fn unsafe_code(source: &Source) -> Vec<Finding> {
    let is_its_place = source.path.starts_with("bindings/c/") || source.path == MEMORY;
    if !has_extension(source, &["rs"]) || is_its_place {
        return Vec::new();
    }
    words_in(&code_of(&source.text), &["unsafe"], "belongs to bindings/c and shared memory only")
}

fn allow_attributes(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    if !has_extension(source, &["rs"]) {
        return found;
    }
    for (at, line) in code_of(&source.text).lines().enumerate() {
        let attribute = line.contains("#[") || line.contains("#![");
        if attribute && places(line, "allow").iter().any(|_| line.contains("allow(")) {
            let what = "take `expect` with a reason instead of `allow`".to_owned();
            found.push(Finding { line: at + 1, size: 0, what });
        }
    }
    found
}

#[test]
fn every_check_complains_about_a_bad_sample() {
    let long = "let a = 1;\n".repeat(FILE_LINES_MAX + 1);
    let body = "    g(\"}\");\n".repeat(FUNCTION_LINES_MAX - 1);
    let bad: &[(&str, &str, String)] = &[
        ("file length", "a.rs", format!("{long}#[cfg(test)]\nmod tests {{}}\n")),
        ("function length", "a.rs", format!("pub fn f(a: [u8; 2]) {{\n{body}}}\n")),
        ("columns", "a.py", "x".repeat(COLUMNS_MAX + 1)),
        ("leftover", "a.md", format!("{}: later", concat!("TO", "DO"))),
        ("leftover", "a.rs", format!("{}(x);", concat!("db", "g!"))),
        ("machine path", "a.toml", format!("path = \"{}x\"", concat!("/ho", "me/"))),
        ("machine path", "a.rs", format!("in {}x", concat!("/t", "mp/"))),
        ("registry host", "a.md", format!("see https://{}/x", concat!("crates", ".io"))),
        ("unsafe", "crates/a.rs", "fn f() { unsafe { g() } }".to_owned()),
        ("allow", "a.rs", "#[cfg_attr(test, allow(dead_code))]".to_owned()),
    ];
    for (name, path, text) in bad {
        assert!(complains(name, path, text), "{name} should complain about:\n{text}");
    }
    for (name, _) in CHECKS {
        assert!(bad.iter().any(|(check, ..)| check == name), "{name} has no bad sample");
    }
}

#[test]
fn no_check_complains_about_a_good_sample() {
    let tail = "let a = 1;\n".repeat(FILE_LINES_MAX);
    let body = "    g();\n".repeat(FUNCTION_LINES_MAX - 2);
    let good: &[(&str, &str, String)] = &[
        ("file length", "a.rs", format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{tail}}}\n")),
        ("function length", "a.rs", format!("trait T {{ fn d(); }}\nfn f() {{\n{body}}}\n")),
        ("columns", "a.rs", "é".repeat(COLUMNS_MAX)),
        ("leftover", "a.rs", format!("let {}S = 1;", concat!("TO", "DO"))),
        ("machine path", "tests/a.rs", concat!("/t", "mp/x").to_owned()),
        ("machine path", "a.md", format!("https://example.com{}x", concat!("/ho", "me/"))),
        ("registry host", "Cargo.lock", concat!("crates", ".io").to_owned()),
        ("unsafe", "bindings/c/src/a.rs", "unsafe { g() }".to_owned()),
        ("unsafe", MEMORY, "unsafe { g() }".to_owned()),
        ("unsafe", "crates/a.rs", "#![forbid(unsafe_code)] // unsafe".to_owned()),
        ("allow", "a.rs", "fn allow() { allow(1) }".to_owned()),
    ];
    for (name, path, text) in good {
        assert!(!complains(name, path, text), "{name} should not complain about:\n{text}");
    }
}

#[test]
fn a_ratchet_entry_must_equal_what_is_found() {
    let ratchet = [("columns", "a.rs", 120)];
    let found = |size| BTreeMap::from([(("columns", "a.rs".to_owned()), size)]);
    assert!(stale(&ratchet, &found(120)).is_empty());
    assert_eq!(stale(&ratchet, &found(119)).len(), 1);
    assert_eq!(stale(&ratchet, &BTreeMap::new()).len(), 1);
    assert_eq!(granted(&ratchet, "columns", "a.rs"), 120);
    assert_eq!(granted(&ratchet, "columns", "b.rs"), 0);
}

fn complains(name: &str, path: &str, text: &str) -> bool {
    let source = Source { path: path.to_owned(), text: text.to_owned() };
    CHECKS.iter().any(|(check, function)| check == &name && !function(&source).is_empty())
}
