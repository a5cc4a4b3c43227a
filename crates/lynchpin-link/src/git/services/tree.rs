//! All patterns of a repository, matched at once.
//!
//! The names of the patterns form a tree that a path walks down name by name, so that the time for
//! a path grows with its own length and not with the number of rules. Only rules that must be
//! tried one by one cost more, see [`COSTLY_MAX`]; that bounds what a file from strangers can ask
//! for. Sets of regular expressions were looked at: thousands of rules make them too large to be
//! built, or slow.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use super::pattern::{Pattern, Step, Wild};

/// Rules with a wildcard within a name, or `**` between names, that one set takes. The largest
/// files known have some hundred.
pub(crate) const COSTLY_MAX: usize = 2_000;
/// Steps for all paths of a repository, a few of which take a hundred-millionth of a second. A
/// million paths and hundreds of costly rules take half of them; paths of a thousand names, of
/// which one repository may have a million, would take days.
const STEPS_MAX: u64 = 4_000_000_000;

/// The patterns, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Every name that a pattern has, with a number.
    names: HashMap<String, u32>,
    /// From a node by a name to a node.
    exact: HashMap<(u32, u32), u32>,
    /// The first is where every path begins.
    nodes: Vec<Node>,
    costly: usize,
    /// How many steps were made, and how many paths were given up because there were too many.
    steps: Cell<u64>,
    given_up: Cell<u64>,
}

#[derive(Debug, Default)]
struct Node {
    any: Option<u32>,
    /// By their last letter, so that few must be tried.
    wild: BTreeMap<Option<char>, Vec<(Wild, u32)>>,
    /// Where any number of names leads to.
    deep: Option<u32>,
    /// Whether every name leads back here.
    stays: bool,
    here: Vec<usize>,
    below: Vec<usize>,
}

impl Tree {
    /// Takes a pattern in; `false` if there are too many of the costly ones.
    pub(crate) fn add(&mut self, pattern: &Pattern, number: usize) -> bool {
        if pattern.is_costly() {
            if self.costly == COSTLY_MAX {
                return false;
            }
            self.costly += 1;
        }
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let end = pattern.steps.iter().fold(0, |node, step| self.step(node, step));
        if let Some(node) = self.at_mut(end) {
            node.here.extend(pattern.here.then_some(number));
            node.below.extend(pattern.below.then_some(number));
        }
        true
    }

    /// The node that a step leads to, made if need be.
    fn step(&mut self, from: u32, step: &Step) -> u32 {
        let made = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let known = self.names.len();
        let reached = match step {
            Step::Exact(name) => {
                let next = u32::try_from(known).unwrap_or(u32::MAX);
                let name = *self.names.entry(name.clone()).or_insert(next);
                *self.exact.entry((from, name)).or_insert(made)
            }
            Step::Any => self.at_mut(from).map_or(made, |node| *node.any.get_or_insert(made)),
            Step::Deep => self.at_mut(from).map_or(made, |node| *node.deep.get_or_insert(made)),
            Step::Wild(wild) => self.at_mut(from).map_or(made, |node| {
                let alike = node.wild.entry(wild.last()).or_default();
                let found = alike.iter().find(|(other, _)| other == wild);
                let found = found.map(|(_, to)| *to);
                if found.is_none() {
                    alike.push((wild.clone(), made));
                }
                found.unwrap_or(made)
            }),
        };
        if reached == made {
            let stays = *step == Step::Deep;
            self.nodes.push(Node { stays, ..Node::default() });
        }
        reached
    }

    /// How many paths were given up.
    pub(crate) fn given_up(&self) -> u64 {
        self.given_up.get()
    }

    /// The numbers of all patterns that mean the path, sorted; none if it was given up.
    pub(crate) fn matching(&self, path: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut active = vec![0];
        let mut letters = Vec::new();
        for name in path.split('/') {
            self.with_deep(&mut active);
            letters.clear();
            letters.extend(name.chars());
            let known = self.names.get(name).copied();
            let mut next = Vec::new();
            let mut steps = self.steps.get();
            if steps > STEPS_MAX {
                self.given_up.set(self.given_up.get().saturating_add(1));
                return Vec::new();
            }
            let one_try = letters.len() as u64 / 8 + 1;
            for (number, node) in self.nodes_of(&active) {
                found.extend_from_slice(&node.below);
                next.extend(node.stays.then_some(number));
                next.extend(node.any);
                next.extend(known.and_then(|name| self.exact.get(&(number, name)).copied()));
                let some = letters.last().and_then(|last| node.wild.get(&Some(*last)));
                let tried = some.into_iter().chain(node.wild.get(&None)).flatten();
                let tried = tried.inspect(|_| steps = steps.saturating_add(one_try));
                let fitting = tried.filter(|(wild, _)| wild.fits(&letters));
                next.extend(fitting.map(|(_, to)| *to));
            }
            self.steps.set(steps.saturating_add(active.len() as u64));
            next.sort_unstable();
            next.dedup();
            active = next;
        }
        found.extend(self.nodes_of(&active).flat_map(|(_, node)| node.here.iter().copied()));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Any number of names may be none.
    fn with_deep(&self, active: &mut Vec<u32>) {
        let deep: Vec<u32> = self.nodes_of(active).filter_map(|(_, node)| node.deep).collect();
        if !deep.is_empty() {
            active.extend(deep);
            active.sort_unstable();
            active.dedup();
        }
    }

    fn nodes_of<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = (u32, &'a Node)> {
        numbers.iter().filter_map(|number| {
            let node = self.nodes.get(usize::try_from(*number).ok()?)?;
            Some((*number, node))
        })
    }

    fn at_mut(&mut self, number: u32) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(number).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Dialect::{self, GitHub, GitLab};
    use super::*;

    fn means(pattern: &str, path: &str, dialect: Dialect) -> bool {
        let mut tree = Tree::default();
        assert!(tree.add(&Pattern::read(pattern, dialect).unwrap(), 7));
        !tree.matching(path).is_empty()
    }

    #[test]
    fn paths_beyond_what_anybody_has_time_for_are_given_up() {
        let mut tree = Tree::default();
        assert!(tree.add(&Pattern::read("*", GitHub).unwrap(), 0));
        assert_eq!((tree.matching("a"), tree.given_up()), (vec![0], 0));
        assert!(tree.steps.get() > 0);
        tree.steps.set(STEPS_MAX + 1);
        assert_eq!((tree.matching("a"), tree.given_up()), (vec![], 1));
    }

    #[test]
    fn github_patterns_mean_what_its_manual_says() {
        for (pattern, meant, not) in [
            ("*", "a a/b .a a/.b/c", ""),
            ("*.js", "a.js a/b.js .js", "a.jsx js"),
            ("/build/logs/", "build/logs/a build/logs/b/c", "x/build/logs/a build/logs"),
            ("docs/*", "docs/a.md", "docs/a/b.md x/docs/a.md docs"),
            ("apps/", "apps/a x/apps/b/c", "apps x/apps"),
            ("/docs/", "docs/a docs/b/c", "x/docs/a docs"),
            ("/scripts/", "scripts/a", "x/scripts/a"),
            ("**/logs", "logs a/logs a/logs/b/c logs/x", "alogs logs2"),
            ("/apps/github", "apps/github apps/github/a", "apps/githubx x/apps/github"),
            ("/*", "a", "a/b"),
            ("/a/**", "a/b a/b/c", "a x/a/b"),
            ("a/**/b", "a/b a/x/b a/x/y/b a/x/b/z", "x/a/b a/xb"),
            ("/a/*/c", "a/b/c a/b/c/d", "a/c a/b/b/c"),
            ("*/", "a/b a/b/c", "a"),
            ("a*/b?", "ab/bc a/bx/z", "a/b x/a/bx"),
            ("/foo**bar/x", "foobar/x fooabar/x", "foo/bar/x"),
            ("***", "a a/b", ""),
            ("a/**/*", "a/b a/b/c", "a"),
            ("a/**/", "a/b a/b/c", "a"),
            ("Makefile", "Makefile a/Makefile Makefile/a", "makefile"),
        ] {
            for path in meant.split_whitespace() {
                assert!(means(pattern, path, GitHub), "{pattern} should mean {path}");
            }
            for path in not.split_whitespace() {
                assert!(!means(pattern, path, GitHub), "{pattern} should not mean {path}");
            }
        }
        for (pattern, path) in [
            ("a\\ b", "x/a b"),
            ("\\*", "*"),
            ("a\\#", "a#"),
            ("\\[id\\]/x", "[id]/x"),
            ("caf?", "caf\u{e9}"),
        ] {
            assert!(means(pattern, path, GitHub), "{pattern} should mean {path}");
        }
        assert!(!means("\\*", "a", GitHub));
    }

    #[test]
    fn gitlab_patterns_mean_what_its_manual_says() {
        for (pattern, meant, not) in [
            ("*", "a a/b", ""),
            ("README.md", "README.md a/README.md", "README.md/a"),
            ("internal/README.md", "internal/README.md a/internal/README.md", "README.md"),
            ("/docs/", "docs/a docs/a/b", "x/docs/a"),
            ("docs/", "docs/a x/docs/a/b", "docs"),
            ("/docs", "docs", "docs/a"),
            ("/docs/*", "docs/a", "docs/a/b"),
            ("/docs/**/index.md", "docs/index.md docs/a/b/index.md", "index.md"),
            ("/docs/*.md", "docs/a.md", "docs/a/b.md"),
            ("/", "a a/b", ""),
        ] {
            for path in meant.split_whitespace() {
                assert!(means(pattern, path, GitLab), "{pattern} should mean {path}");
            }
            for path in not.split_whitespace() {
                assert!(!means(pattern, path, GitLab), "{pattern} should not mean {path}");
            }
        }
    }

    /// Every pattern of a few parts on every path of a few names, as `git check-ignore` has it.
    /// Left out is where CODEOWNERS means something else: a last `*` does not reach into folders,
    /// and `a/**/` is all in `a`.
    #[test]
    fn patterns_mean_what_git_says_they_mean() {
        let parts = ["a", "ab", "*", "**", "a*", "?b", "/", "*b"];
        let mut patterns: Vec<String> = Vec::new();
        for first in parts {
            for second in ["", "/", "a", "b*"] {
                for third in parts.into_iter().chain([""]) {
                    for last in ["", "/", "/**", "b"] {
                        patterns.push(format!("{first}{second}{third}{last}"));
                    }
                }
            }
        }
        patterns.sort();
        patterns.dedup();
        let names = ["a", "b", "ab", "aab"];
        let mut paths: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        for _ in 0..2 {
            let longer: Vec<String> = paths
                .iter()
                .flat_map(|path| names.iter().map(move |name| format!("{path}/{name}")))
                .collect();
            paths.extend(longer);
        }
        paths.sort();
        paths.dedup();
        patterns.retain(|pattern| {
            let other = pattern.ends_with('*') || pattern.ends_with("**/");
            !other && !pattern.contains("***") && Pattern::read(pattern, GitHub).is_ok()
        });
        let ignored = ignored(&patterns, &paths);
        for (number, pattern) in patterns.iter().enumerate() {
            let mut tree = Tree::default();
            assert!(tree.add(&Pattern::read(pattern, GitHub).unwrap(), 0));
            for path in &paths {
                let says = ignored.contains(&format!("p{number}/{path}"));
                assert_eq!(!tree.matching(path).is_empty(), says, "{pattern} on {path}");
            }
        }
        assert!(patterns.len() > 300, "{}", patterns.len());
    }

    /// What git ignores of the paths in a folder for each pattern.
    fn ignored(patterns: &[String], paths: &[String]) -> std::collections::BTreeSet<String> {
        let folder = tempfile::tempdir().unwrap();
        let asked = folder.path().join("asked");
        let mut all = String::new();
        for (number, pattern) in patterns.iter().enumerate() {
            let place = folder.path().join(format!("p{number}"));
            std::fs::create_dir(&place).unwrap();
            std::fs::write(place.join(".gitignore"), format!("{pattern}\n")).unwrap();
            all.extend(paths.iter().map(|path| format!("p{number}/{path}\n")));
        }
        std::fs::write(&asked, all).unwrap();
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.current_dir(folder.path()).args(arguments);
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
            command.stdin(std::fs::File::open(&asked).unwrap()).output().unwrap()
        };
        assert!(git(&["init", "-q", "."]).status.success());
        let said = git(&["check-ignore", "--no-index", "--stdin"]);
        String::from_utf8(said.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn thousands_of_rules_and_deep_paths_take_no_time() {
        let mut tree = Tree::default();
        let read = |text: String| Pattern::read(&text, GitHub).unwrap();
        for number in 0..20_000 {
            assert!(tree.add(&read(format!("/src/part{number}/**")), number));
        }
        for number in 0..COSTLY_MAX {
            assert!(tree.add(&read(format!("**/a/**/b{number}/**/c")), 20_000 + number));
        }
        assert!(!tree.add(&read("*.rs".to_owned()), 0));
        assert!(tree.add(&read("a".to_owned()), 30_000));
        for number in 0..20_000 {
            let path = format!("src/part{number}/x/y");
            assert_eq!(tree.matching(&path), [number]);
        }
        let deep = "a/".repeat(2_000) + "b7/c";
        assert_eq!(tree.matching(&deep), [20_007, 30_000]);
    }
}
