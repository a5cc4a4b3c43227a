//! Releases that history itself names: version tags and release branches inside the range.

use std::collections::{BTreeSet, HashMap};

use super::edges::full_ids;
use super::error::Result;
use super::refs::{self, Ref};
use super::repository::{Range, Repository};
use super::text::{is_object_id, printable};
use super::version::{Version, release_branch};

/// The most branches whose beginning is looked for: git walks history for each.
const BRANCHES_MAX: usize = 200;

/// What a release is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NamedBy {
    /// A tag: it was cut there.
    Tag,
    /// A branch that leaves the line there and goes on by itself.
    Branch,
}

/// A release that a tag or a branch names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedRelease {
    /// The name of the tag or branch, of a remote one with the remote's before it.
    pub(crate) name: String,
    /// The version that the name bears.
    pub(crate) version: Version,
    /// What it is named by.
    pub(crate) kind: NamedBy,
    /// The id of the last commit of the first-parent line that it holds.
    pub(crate) last: String,
    /// The id of the tag itself, which is a commit's if nobody says who made it.
    pub(crate) object: String,
    /// What its signature is worth, where keys are at hand and it has one.
    pub(crate) signed: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NamedReleases {
    /// In the order of the line; on one commit tags first, then by version and name.
    pub(crate) list: Vec<NamedRelease>,
    /// Release branches beyond the limit, whose beginning was not looked for.
    pub(crate) branches_dropped: u64,
}

/// Finds the releases inside the range. `line` holds the ids of its first-parent commits, the
/// oldest first, without the start of the range.
///
/// A tag counts if its commit is on the line. A branch counts if it is named as one for releases,
/// leaves the line within the range and is not merged back in whole; the one that is assessed does
/// not. A branch that is here and at remotes counts once, as the one that is here if that counts.
pub(crate) fn named_releases(
    repository: &Repository,
    range: &Range,
    line: &[String],
) -> Result<NamedReleases> {
    let place: HashMap<&str, usize> =
        line.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut found = NamedReleases::default();
    let mut placed = tags(repository, &place)?;
    placed.extend(branches(repository, range, line, &place, &mut found)?);
    placed.sort_by(|(one_at, one), (other_at, other)| {
        let by_name = || (&one.version, &one.name).cmp(&(&other.version, &other.name));
        (one_at, one.kind).cmp(&(other_at, other.kind)).then_with(by_name)
    });
    found.list = placed.into_iter().map(|(_, release)| release).collect();
    Ok(found)
}

/// The version tags on the line, each with its place there.
fn tags(
    repository: &Repository,
    place: &HashMap<&str, usize>,
) -> Result<Vec<(usize, NamedRelease)>> {
    let (listed, _) = refs::list(repository, "refs/tags/", "tags")?;
    let versions: Vec<(&Ref, Version)> =
        listed.iter().filter_map(|tag| Some((tag, Version::of_tag(&tag.name)?))).collect();
    let ids: BTreeSet<&str> = versions.iter().map(|(tag, _)| tag.id.as_str()).collect();
    let commits = full_ids(repository, &ids)?;
    let on_line = versions.into_iter().filter_map(|(tag, version)| {
        let commit = commits.get(&tag.id)?;
        let at = place.get(commit.as_str())?;
        let (name, last, object) = (tag.name.clone(), commit.clone(), tag.id.clone());
        let kind = NamedBy::Tag;
        Some((*at, NamedRelease { name, version, kind, last, object, signed: None }))
    });
    Ok(on_line.collect())
}

/// A branch that is named as one for releases.
struct Branch {
    shown: String,
    /// Its name without the remote's.
    own: String,
    /// Whether it is at a remote.
    remote: bool,
    version: Version,
    id: String,
}

/// The release branches that leave the line, each with the place where it does.
fn branches(
    repository: &Repository,
    range: &Range,
    line: &[String],
    place: &HashMap<&str, usize>,
    found: &mut NamedReleases,
) -> Result<Vec<(usize, NamedRelease)>> {
    let Some(first) = line.first() else { return Ok(Vec::new()) };
    let named = release_branches(repository, range)?;
    let ids: BTreeSet<&str> = named.iter().map(|branch| branch.id.as_str()).collect();
    let commits = full_ids(repository, &ids)?;
    let known: Vec<(&str, &Branch)> = named
        .iter()
        .filter_map(|branch| Some((commits.get(&branch.id)?.as_str(), branch)))
        .collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    refs::number(repository, known.iter().map(|(commit, _)| commit))?;
    // Two walks for all of them leave few to be asked about one by one.
    let open = [format!("--no-merged={}", range.until), format!("--contains={first}")];
    let open = refs::numbered_that(repository, &open)?;
    let mut open: Vec<&(&str, &Branch)> = open.iter().filter_map(|at| known.get(*at)).collect();
    open.sort_by(|(_, one), (_, other)| {
        let by_name =
            || (&one.own, one.remote, &one.shown).cmp(&(&other.own, other.remote, &other.shown));
        other.version.cmp(&one.version).then_with(by_name)
    });
    found.branches_dropped = open.len().saturating_sub(BRANCHES_MAX) as u64;
    let mut placed = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (tip, branch) in open.into_iter().take(BRANCHES_MAX) {
        if seen.contains(branch.own.as_str()) {
            continue;
        }
        let Some(base) = merge_base(repository, &range.until, tip)? else { continue };
        let Some(at) = place.get(base.as_str()) else { continue };
        seen.insert(&branch.own);
        let (name, version) = (branch.shown.clone(), branch.version.clone());
        let (kind, object) = (NamedBy::Branch, branch.id.clone());
        placed.push((*at, NamedRelease { name, version, kind, last: base, object, signed: None }));
    }
    Ok(placed)
}

/// The branches that are named as ones for releases, but for the one that is assessed.
fn release_branches(repository: &Repository, range: &Range) -> Result<Vec<Branch>> {
    let assessed = assessed(repository, range)?;
    let mut named = Vec::new();
    for (folder, remote) in [("refs/heads/", false), ("refs/remotes/", true)] {
        let (listed, _) = refs::list(repository, folder, "branches")?;
        for Ref { name: shown, id } in listed {
            let own =
                if remote { shown.split_once('/').map(|(_, own)| own) } else { Some(&*shown) };
            let Some(own) = own.filter(|own| !assessed.contains(*own)) else { continue };
            if let Some(version) = release_branch(own) {
                let own = own.to_owned();
                named.push(Branch { shown, own, remote, version, id });
            }
        }
    }
    Ok(named)
}

/// The names of the branch that is assessed, however it was asked for.
fn assessed(repository: &Repository, range: &Range) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let asked = range.until_name.trim_start_matches("refs/");
    let asked = ["heads/", "remotes/"].iter().find_map(|b| asked.strip_prefix(b)).unwrap_or(asked);
    names.insert(asked.to_owned());
    names.extend(asked.split_once('/').map(|(_, own)| own.to_owned()));
    if asked == "HEAD" || asked == "@" {
        let head = ["symbolic-ref", "--quiet", "HEAD"];
        let answer = repository.on_place.ask(&head, Vec::new())?;
        let name = printable(&String::from_utf8_lossy(&answer.value));
        names.extend(name.strip_prefix("refs/heads/").map(str::to_owned));
    }
    Ok(names)
}

/// The commit at which two lines part; nothing if they share no history.
fn merge_base(repository: &Repository, one: &str, other: &str) -> Result<Option<String>> {
    let answer = repository.git.ask(&["merge-base", one, other], Vec::new())?;
    let base = String::from_utf8_lossy(&answer.value).into_owned();
    Ok((answer.ok && is_object_id(&base)).then_some(base))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::git::limits::Limits;
    use crate::git::notes::Notes;
    use crate::git::repository::open;

    struct Scripted(tempfile::TempDir);

    impl Scripted {
        fn new() -> Scripted {
            let repo = Scripted(tempfile::tempdir().unwrap());
            repo.git("init -q -b main .");
            repo
        }

        fn path(&self) -> &Path {
            self.0.path()
        }

        fn git(&self, arguments: &str) -> String {
            let output = Command::new("git")
                .current_dir(self.path())
                .args(arguments.split(' '))
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ann")))
                .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ann@x")))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }

        fn commit(&self, message: &str) -> String {
            self.git(&format!("commit -q --allow-empty -m {message}"));
            self.git("rev-parse HEAD")
        }

        /// The names of what is found from a revision to `to`, each with the message of its last
        /// commit.
        fn found(&self, from: &str, to: Option<&str>) -> Vec<(String, String)> {
            let limits = Limits::default();
            let repository = open(self.path(), &limits).unwrap();
            let range = repository.range(Some(from), to, &limits, &mut Notes::default()).unwrap();
            let line = format!("rev-list --first-parent --reverse {from}..{}", range.until);
            let line: Vec<String> = self.git(&line).lines().map(str::to_owned).collect();
            let found = named_releases(&repository, &range, &line).unwrap();
            assert_eq!(found.branches_dropped, 0);
            let said = |id: &str| self.git(&format!("log -1 --format=%s {id}"));
            found.list.into_iter().map(|release| (release.name, said(&release.last))).collect()
        }
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    }

    #[test]
    fn tags_and_branches_of_releases_are_found_in_the_order_of_the_line() {
        let repo = Scripted::new();
        repo.commit("base");
        repo.git("tag v1.0.0");
        repo.git("branch release/0.9");
        repo.commit("one");
        repo.git("tag -a -m x v1.1.0");
        repo.git("tag till@3.0.0");
        repo.git("tag nightly");
        repo.git("checkout -q -b release/1.1");
        repo.commit("backport");
        repo.git("tag v1.1.1");
        repo.git("checkout -q main");
        repo.commit("two");
        repo.git("branch release/1.2");
        repo.git("update-ref refs/remotes/origin/release/1.1 release/1.1");
        repo.git("checkout -q -b topic");
        repo.commit("beside");
        repo.git("tag v7.7.7");
        repo.git("update-ref refs/remotes/origin/stable/2.0 topic");
        repo.git("update-ref -d refs/heads/topic");
        repo.git("checkout -q main");
        repo.commit("three");
        repo.git("tag v1.2.0-rc1");
        assert_eq!(
            repo.found("v1.0.0", None),
            pairs(&[
                ("v1.1.0", "one"),
                ("till@3.0.0", "one"),
                ("release/1.1", "one"),
                ("origin/stable/2.0", "two"),
                ("v1.2.0-rc1", "three"),
            ]),
            "the start, what is merged, what is no version and what is beside the line is not"
        );
        assert_eq!(
            repo.found("till@3.0.0", None),
            pairs(&[("origin/stable/2.0", "two"), ("v1.2.0-rc1", "three")])
        );
    }

    #[test]
    fn the_branch_that_is_assessed_is_no_release_beside_it() {
        let repo = Scripted::new();
        repo.commit("base");
        repo.git("tag v1.0.0");
        repo.git("checkout -q -b release/1.1");
        repo.commit("one");
        let behind = repo.git("rev-parse HEAD");
        repo.commit("two");
        repo.git("update-ref refs/remotes/origin/release/1.1 HEAD");
        repo.git(&format!("update-ref refs/heads/release/1.1 {behind}"));
        assert_eq!(repo.found("v1.0.0", None), []);
        assert_eq!(repo.found("v1.0.0", Some("release/1.1")), []);
        assert_eq!(repo.found("v1.0.0", Some("origin/release/1.1~1")).len(), 1);
        assert_eq!(repo.found("v1.0.0", Some("v1.0.0")), []);
    }

    #[test]
    fn a_branch_without_common_history_is_passed_over() {
        let repo = Scripted::new();
        repo.commit("base");
        repo.git("tag v1.0.0");
        repo.commit("one");
        repo.git("checkout -q --orphan release/9.0");
        repo.commit("other");
        repo.git("checkout -q main");
        assert_eq!(repo.found("v1.0.0", None), []);
    }
}
