//! Reads sources as text: the files of the checkout, Rust without its comments and strings.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file: its path below the root with forward slashes, and what it holds.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below a folder of the root, sorted by path, without what tools generate.
pub(crate) fn sources(below: &str) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path != root.join("target") && !generated(&entry.file_name().to_string_lossy()) {
                    folders.push(path);
                }
            } else if let (Ok(bytes), Ok(place)) = (fs::read(&path), path.strip_prefix(&root)) {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let path = place.to_string_lossy().replace('\\', "/");
                found.push(Source { path: path.trim_start_matches("./").to_owned(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no source was found below `{below}`");
    found
}

fn generated(folder: &str) -> bool {
    let hidden = folder.starts_with('.') && folder != ".ci" && folder != ".cargo";
    hidden || folder == "__pycache__"
}

/// Rust source with every comment, string and character replaced by blanks, line for line. A
/// string that is nothing but a path from the crate's root (serde takes such) is kept as code.
pub(crate) fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let literal = comment_length(rest).or_else(|| literal_length(rest, before));
        let (taken, after) = rest.split_at(literal.unwrap_or(first.len_utf8()));
        if literal.is_none() {
            code.push_str(taken);
        } else if is_path(taken.trim_matches('"')) {
            code.push_str(&taken.replace('"', " "));
        } else {
            code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        before = first;
        rest = after;
    }
    code
}

fn is_path(text: &str) -> bool {
    let path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    (text.starts_with("crate::") || text.starts_with("super::")) && text.chars().all(path)
}

fn comment_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

fn literal_length(rest: &str, before: char) -> Option<usize> {
    if let Some(inner) = rest.strip_prefix('"') {
        return Some(1 + closing(inner, '"'));
    }
    if let Some(inner) = rest.strip_prefix('\'') {
        let mut chars = inner.chars();
        // A quote that does not close after one character opens a lifetime.
        let escaped = chars.next()? == '\\';
        return (escaped || chars.next() == Some('\'')).then(|| 1 + closing_char(inner));
    }
    if before.is_alphanumeric() || before == '_' {
        return None;
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix("cr"));
    let raw = raw.or_else(|| rest.strip_prefix('r'))?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let inner = raw.trim_start_matches('#').strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&end).map_or(inner.len(), |at| at + end.len());
    Some(rest.len() - inner.len() + length)
}

/// The length up to and with the closing quote, minding escapes.
fn closing(inner: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        if c == quote && !escaped {
            return at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    inner.len()
}

/// Like `closing` for a character, whose first place may be a quote only if it is escaped.
fn closing_char(inner: &str) -> usize {
    let first = inner.chars().next().map_or(0, char::len_utf8);
    if inner.starts_with('\\') { closing(inner, '\'') } else { first + 1 }
}

#[test]
fn code_loses_comments_and_strings_but_no_line() {
    let source = r##"
/* a /* nested */ crate::x */ use crate::y; // crate::z
let s = "crate::a \" b"; let r = r#"crate::q "inner" "#; let c = '"'; let d = '\'';
fn f<'a>(b: &'a str) {} #[serde(with = "crate::kept")]
"##;
    let code = code_of(source);
    assert_eq!(code.lines().count(), source.lines().count());
    for gone in ["crate::x", "crate::z", "crate::a", "crate::q", "inner"] {
        assert!(!code.contains(gone), "`{gone}` should be blanked:\n{code}");
    }
    for kept in ["use crate::y;", "let c =", "let d =", "fn f<'a>(b: &'a str) {}", "crate::kept"] {
        assert!(code.contains(kept), "`{kept}` should stay:\n{code}");
    }
}
