//! The floors of the core crate: a module imports only what lies below it.
//!
//! The table here and the one in ARCHITECTURE.md are the same; the code is held to both.

mod source;

use source::{code_of, root, sources};
use std::collections::BTreeMap;
use std::fs;

const FLOORS: &[&[&str]] = &[
    &["base"],
    &["reason"],
    &["model"],
    &["graph", "calendar"],
    &["history", "slo"],
    &["gate", "risk"],
    &["plan", "track", "flow", "forecast"],
    &["portfolio"],
    &["study"],
    &["wire", "report"],
];
const CORE: &str = "crates/lynchpin/src";

#[test]
fn modules_import_only_lower_floors() {
    let mut problems = Vec::new();
    for source in sources(CORE) {
        let below = source.path.trim_start_matches(CORE).trim_start_matches('/');
        if below.ends_with(".rs") {
            problems.extend(problems_of(below, &source.text));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_table_is_the_one_in_the_architecture_page() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md"))
        .expect("ARCHITECTURE.md is missing: it carries the table of floors");
    let written = table_in(&page).expect("ARCHITECTURE.md has no ```text floors block");
    let here: BTreeMap<usize, Vec<String>> = FLOORS
        .iter()
        .enumerate()
        .map(|(floor, modules)| (floor, modules.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    assert_eq!(written, here, "ARCHITECTURE.md and this test disagree about the floors");
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// What is wrong with one file, named by its path below `src`.
fn problems_of(below: &str, text: &str) -> Vec<String> {
    let code = code_of(text);
    let tokens = tokens_of(&code);
    let mut problems = Vec::new();
    if tokens.windows(4).any(|t| matches!(t, ["#", "[", "path", "="])) {
        problems.push(format!("{below}: `#[path]` hides where a module lies"));
    }
    if below == "lib.rs" {
        problems.extend(unknown_modules(&tokens));
        return problems;
    }
    let module: Vec<&str> =
        below.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
    let Some(own) = module.first().copied() else { return problems };
    let Some(floor) = floor_of(own) else {
        problems.push(format!("{below}: `{own}` is on no floor: add it to the table"));
        return problems;
    };
    for name in references(&tokens, &module) {
        match floor_of(name) {
            _ if name == own => {}
            Some(other) if other < floor => {}
            Some(other) if other == floor => {
                problems.push(format!("{below}: `{own}` imports its sibling `{name}`"));
            }
            Some(_) => problems.push(format!("{below}: `{own}` imports `{name}` from above")),
            None => problems.push(format!("{below}: `crate::{name}` names no module of the table")),
        }
    }
    problems
}

/// Modules that the crate's root declares but no floor carries; one with a leading underscore
/// holds documentation only.
fn unknown_modules(tokens: &[&str]) -> Vec<String> {
    let mut problems = Vec::new();
    for pair in tokens.windows(2) {
        if let ["mod", name] = pair
            && floor_of(name).is_none()
            && !name.starts_with('_')
        {
            problems.push(format!("lib.rs: `{name}` is on no floor: add it to the table"));
        }
    }
    problems
}

/// Identifiers, `::`, and every other character that is not white space.
fn tokens_of(code: &str) -> Vec<&str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

/// The top-level names that a file of `module` reaches by `crate::`, `super::` or `self::`.
fn references<'a>(tokens: &[&'a str], module: &[&str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut depth = 0_usize;
    let mut previous = "";
    for (at, token) in tokens.iter().enumerate() {
        let after = tokens.get(at..).unwrap_or_default();
        match *token {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                open.retain(|inline| *inline <= depth);
            }
            "mod" if after.get(2) == Some(&"{") => open.push(depth + 1),
            "crate" | "super" | "self" if previous != "::" && after.get(1) == Some(&"::") => {
                found.extend(from_root(after, module.len() + open.len()));
            }
            _ => {}
        }
        previous = token;
    }
    found
}

/// The names below the crate's root that a path starting here begins with; none if the path stays
/// inside its own top-level module.
fn from_root<'a>(path: &[&'a str], depth: usize) -> Vec<&'a str> {
    let mut level = if path.first() == Some(&"crate") { 0 } else { depth };
    let mut rest = path;
    while let [name @ ("crate" | "self" | "super"), "::", after @ ..] = rest {
        level = level.saturating_sub(usize::from(*name == "super"));
        rest = after;
    }
    if level > 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut braces = 0_usize;
    let mut starts = true;
    for token in rest {
        match *token {
            "{" => braces += 1,
            "}" => braces = braces.saturating_sub(1),
            "," if braces == 1 => starts = true,
            name if starts => {
                found.push(name);
                starts = false;
            }
            _ => {}
        }
        if braces == 0 {
            break;
        }
    }
    found
}

/// The modules by floor in the page's block; what stands in parentheses explains them.
fn table_in(page: &str) -> Option<BTreeMap<usize, Vec<String>>> {
    let (_, block) = page.split_once("```text floors\n")?;
    let (block, _) = block.split_once("```")?;
    let mut floors = BTreeMap::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let mut plain = String::new();
        let mut depth = 0_usize;
        for c in line.chars() {
            depth += usize::from(c == '(');
            if depth == 0 {
                plain.push(c);
            }
            depth = depth.saturating_sub(usize::from(c == ')'));
        }
        let mut words = plain.split_whitespace();
        let floor = words.next()?.parse().ok()?;
        if floors.insert(floor, words.map(str::to_owned).collect()).is_some() {
            return None;
        }
    }
    Some(floors)
}

#[test]
fn the_check_complains_about_bad_samples() {
    let bad = [
        ("model/facts.rs", "use crate::graph::Graph;"),
        ("model/facts.rs", "use super::super::wire::Answer;"),
        ("model.rs", "use super::wire::Answer;"),
        ("graph/mod.rs", "fn f(_: crate::calendar::Window) {}"),
        ("gate.rs", "use crate::{base::Id, model::{Fact, a}, risk::Score};"),
        ("gate.rs", "mod tests { use super::super::portfolio::P; }"),
        ("gate.rs", "use crate::*;"),
        ("gate.rs", "use crate::Verdict;"),
        ("gate.rs", "#[serde(with = \"crate::wire::x\")]"),
        ("gate.rs", "#[path = \"../wire/mod.rs\"] mod hidden;"),
        ("sundry.rs", ""),
        ("lib.rs", "pub mod sundry;"),
    ];
    for (below, text) in bad {
        assert!(!problems_of(below, text).is_empty(), "{below} should be refused: {text}");
    }
}

#[test]
fn the_check_lets_good_samples_pass() {
    let good = [
        ("gate/tree.rs", "use crate::{base::Id, model::{Fact, wire}, reason::Verdict};"),
        ("gate/tree.rs", "use super::sibling; use super::super::base::Id; // crate::wire::x"),
        (
            "gate/mod.rs",
            "mod tests { use super::*; mod deep { use super::super::a; } } use self::b;",
        ),
        ("gate.rs", "pub(crate) fn f() { g(\"crate:: wire\"); } pub(super) struct S;"),
        ("lib.rs", "pub mod base; mod _documentation {} pub use crate::wire::Answer;"),
    ];
    for (below, text) in good {
        assert_eq!(problems_of(below, text), Vec::<String>::new());
    }
}

#[test]
fn the_table_is_read_from_a_page() {
    let page = "x\n```text floors\n1  wire (a, b (c))    report (d)\n\n0  base (ids)\n```\n";
    let table = table_in(page).unwrap();
    assert_eq!(table.get(&1).unwrap(), &["wire", "report"]);
    assert_eq!(table.get(&0).unwrap(), &["base"]);
    assert!(table_in("```text\n0 base\n```").is_none());
}
