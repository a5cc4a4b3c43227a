//! Licences, banned crates and sources of every package we ship, as `deny.toml` states them.
//!
//! cargo-deny reads the same file; this check needs no further tool on a fresh machine.

use crate::job::{Job, Outcome, read};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What somebody who uses ours gets, too.
const TREE: [&str; 11] = [
    "tree",
    "--locked",
    "--workspace",
    "--all-features",
    "--target",
    "all",
    "--edges",
    "normal,build",
    "--prefix",
    "none",
    "--format={p}",
];

pub(super) fn step(job: &mut Job<'_>) -> Outcome {
    let rules = Rules::parse(&read(&job.workspace.root.join("deny.toml"))?)?;
    let metadata = ["metadata", "--locked", "--all-features", "--format-version", "1"];
    let text = job.capture(&mut job.workspace.cargo(metadata))?;
    let document: Value =
        serde_json::from_str(&text).map_err(|why| format!("cargo metadata is not JSON: {why}"))?;
    let tree = job.capture(&mut job.workspace.cargo(TREE))?;
    let shipped = shipped(&tree);
    let packages = document.get("packages").and_then(Value::as_array);
    let packages = packages.ok_or("cargo metadata names no packages")?;
    let mut needed_by = Dependents::new();
    for Ban { name, .. } in rules.banned.iter().filter(|ban| !ban.wrappers.is_empty()) {
        if shipped.iter().any(|(shipped, _)| shipped == name) {
            let turned = ["--depth", "1", "--invert", name];
            let inverted = job.capture(job.workspace.cargo(TREE).args(turned))?;
            needed_by.insert(name.clone(), dependents(&inverted));
        }
    }
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for package in packages {
        let field = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default();
        if shipped.contains(&(field("name"), field("version"))) {
            looked_at += 1;
            problems.extend(rules.problem_of(package, &needed_by));
        }
    }
    job.note(&format!("{looked_at} of {} packages looked at", packages.len()));
    if looked_at == 0 {
        return Err("no package was looked at: this check is blind".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n  ")) }
}

/// The names and versions of all packages that somebody who uses ours gets, too: what only tests
/// need stays here, and so does what they switch on in a package that is shipped.
fn shipped(tree: &str) -> BTreeSet<(&str, &str)> {
    let package = |line| {
        let (name, rest): (&str, &str) = str::split_once(line, " v")?;
        Some((name, rest.split(' ').next()?))
    };
    tree.lines().filter_map(package).collect()
}

/// The packages that directly need a package, by its name.
type Dependents = BTreeMap<String, BTreeSet<String>>;

/// What the tree says when it is turned round: first the package itself, then who needs it.
fn dependents(inverted: &str) -> BTreeSet<String> {
    shipped(inverted.split_once('\n').map_or("", |(_, others)| others))
        .into_iter()
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// A package that is not to be there, but for those that may need it.
struct Ban {
    name: String,
    reason: String,
    wrappers: Vec<String>,
}

/// The part of `deny.toml` that is checked here.
struct Rules {
    allowed: Vec<String>,
    banned: Vec<Ban>,
}

impl Rules {
    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table =
            text.parse().map_err(|why| format!("deny.toml cannot be read: {why}"))?;
        let list = |section: &str, key: &str| {
            let found = table.get(section).and_then(|s| s.get(key)).and_then(toml::Value::as_array);
            found.ok_or_else(|| format!("deny.toml has no list `{key}` in `[{section}]`"))
        };
        let text = |value: &toml::Value| value.as_str().map(str::to_owned);
        let ban = |entry: &toml::Value| {
            let (name, reason) =
                (entry.get("crate").and_then(text), entry.get("reason").and_then(text));
            let wrappers = entry.get("wrappers").and_then(toml::Value::as_array);
            let wrappers = wrappers.into_iter().flatten().filter_map(text).collect();
            let (name, reason) = name
                .zip(reason)
                .ok_or_else(|| format!("a ban needs `crate` and `reason`: {entry}"))?;
            Ok::<_, String>(Ban { name, reason, wrappers })
        };
        let allowed: Vec<String> = list("licenses", "allow")?.iter().filter_map(text).collect();
        let banned = list("bans", "deny")?.iter().map(ban).collect::<Result<Vec<_>, _>>()?;
        if allowed.is_empty() || banned.is_empty() {
            return Err("deny.toml allows no licence or bans no crate".to_owned());
        }
        Ok(Self { allowed, banned })
    }

    fn problem_of(&self, package: &Value, dependents: &Dependents) -> Option<String> {
        let field = |name: &str| package.get(name).and_then(Value::as_str);
        let name = field("name").unwrap_or("a package without a name");
        if let Some(Ban { reason, wrappers, .. }) = self.banned.iter().find(|ban| ban.name == name)
        {
            let needing = dependents.get(name).cloned().unwrap_or_default();
            let others: Vec<_> = needing.iter().filter(|it| !wrappers.contains(it)).collect();
            if needing.is_empty() || !others.is_empty() {
                let by = if others.is_empty() { String::new() } else { format!(" to {others:?}") };
                return Some(format!("`{name}` is banned{by}: {reason}"));
            }
        }
        if field("source").is_some_and(|source| !source.starts_with("registry+")) {
            return Some(format!("`{name}` does not come from the registry"));
        }
        let Some(licence) = field("license") else {
            return Some(format!("`{name}` states no licence"));
        };
        match allows(licence, &self.allowed) {
            Some(true) => None,
            Some(false) => Some(format!("`{name}` is under `{licence}`, which is not allowed")),
            None => Some(format!("`{name}`: cannot read the licence expression `{licence}`")),
        }
    }
}

/// Whether an SPDX expression can be met by allowed licences; `None` if it makes no sense.
fn allows(expression: &str, allowed: &[String]) -> Option<bool> {
    // Before SPDX expressions, cargo wrote alternatives with a slash.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let value = either(&mut words, allowed)?;
    words.next().is_none().then_some(value)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &[String]) -> Option<bool> {
    let mut value = both(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        value |= both(words, allowed)?;
    }
    Some(value)
}

fn both(words: &mut Words<'_>, allowed: &[String]) -> Option<bool> {
    let mut value = single(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        value &= single(words, allowed)?;
    }
    Some(value)
}

fn single(words: &mut Words<'_>, allowed: &[String]) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let value = either(words, allowed)?;
        return words.next_if_eq(&")").map(|_| value);
    }
    let mut licence = word.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{word} WITH {}", words.next()?);
    }
    Some(allowed.contains(&licence))
}

#[cfg(test)]
mod tests {
    use super::{Dependents, Rules, allows, dependents, shipped};
    use serde_json::json;

    #[test]
    fn licence_expressions_are_evaluated() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        let holds = |text| allows(text, &allowed);
        assert_eq!(holds("MIT"), Some(true));
        assert_eq!(holds("GPL-3.0 OR MIT"), Some(true));
        assert_eq!(holds("GPL-3.0/MIT"), Some(true));
        assert_eq!(holds("(MIT OR GPL-3.0) AND Apache-2.0"), Some(true));
        assert_eq!(holds("MIT AND GPL-3.0"), Some(false));
        assert_eq!(holds("Apache-2.0 WITH LLVM-exception"), Some(true));
        assert_eq!(holds("MIT WITH LLVM-exception"), Some(false));
        assert_eq!(holds("(MIT"), None);
        assert_eq!(holds(""), None);
    }

    #[test]
    fn a_bad_package_is_a_problem() {
        let rules =
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"x\", reason = \"y\" }]";
        let rules = Rules::parse(rules).unwrap();
        let nobody = Dependents::new();
        let problem = |text: &str| rules.problem_of(&serde_json::from_str(text).unwrap(), &nobody);
        assert_eq!(problem(r#"{"name":"a","license":"MIT","source":null}"#), None);
        assert!(problem(r#"{"name":"x","license":"MIT"}"#).unwrap().contains("banned"));
        assert!(problem(r#"{"name":"a","license":"GPL-3.0"}"#).unwrap().contains("not allowed"));
        assert!(problem(r#"{"name":"a"}"#).unwrap().contains("no licence"));
        let git = r#"{"name":"a","license":"MIT","source":"git+ssh"}"#;
        assert!(problem(git).unwrap().contains("registry"));
    }

    #[test]
    fn a_banned_package_may_be_needed_by_its_wrappers_only() {
        let rules = "[licenses]\nallow = [\"MIT\"]\n[bans]\n\
                     deny = [{ crate = \"x\", reason = \"y\", wrappers = [\"driver\"] }]";
        let rules = Rules::parse(rules).unwrap();
        let problem = |inverted: &str| {
            let found = Dependents::from([("x".to_owned(), dependents(inverted))]);
            rules.problem_of(&json!({"name": "x", "license": "MIT"}), &found)
        };
        assert_eq!(problem("x v1.0.0\ndriver v0.1.0\n"), None);
        let said = problem("x v1.0.0\ndriver v0.1.0\nengine v0.1.0 (/a folder)\n").unwrap();
        assert!(said.contains("engine") && !said.contains("driver"), "{said}");
        assert!(rules.problem_of(&json!({"name": "x"}), &Dependents::new()).is_some());
    }

    #[test]
    fn each_line_of_the_tree_is_one_package() {
        let tree = "ours v0.1.0 (/a folder v2/ours)\nbase64 v0.22.1\nserde v1.0.2 (*)\n\n";
        let found: Vec<_> = shipped(tree).into_iter().collect();
        assert_eq!(found, [("base64", "0.22.1"), ("ours", "0.1.0"), ("serde", "1.0.2")]);
    }
}
