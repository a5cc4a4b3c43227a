//! Where the range begins and as of when it is judged.

use lynchpin_link::git::{Options, Start};

use super::support::*;

fn tagged() -> Repo {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.git(&["tag", "-a", "v1", "-m", "annotated"]);
    repo.commit("a", "2", "one");
    repo
}

#[test]
fn a_tag_under_another_name_is_still_one() {
    let repo = tagged();
    // An annotated tag says its own name, which need not be that of its reference.
    repo.git(&["update-ref", "refs/tags/alias", "refs/tags/v1"]);
    repo.git(&["update-ref", "-d", "refs/tags/v1"]);
    let found = repo.assess();
    assert_eq!(titles(&found), ["one"]);
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some("alias"));
    assert_eq!(found.repositories[0].range.start, Start::LastTag);
}

#[test]
fn settings_and_broken_tags_do_not_hide_the_others() {
    let repo = tagged();
    for (setting, value) in [("tag.sort", "garbage"), ("column.ui", "always")] {
        repo.git(&["config", setting, value]);
    }
    std::fs::write(repo.path().join(".git/refs/tags/broken"), "garbage\n").unwrap();
    let missing = "1234567890123456789012345678901234567890\n";
    std::fs::write(repo.path().join(".git/refs/tags/missing"), missing).unwrap();
    let found = repo.assess();
    assert_eq!(titles(&found), ["one"]);
    assert_eq!(found.repositories[0].range.start, Start::LastTag);
    assert_eq!(found.notes.tags_broken, 2);
}

#[cfg(unix)]
#[test]
fn a_tag_whose_name_is_no_text_is_one() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = tagged();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    repo.git(&[std::ffi::OsStr::new("tag"), name, std::ffi::OsStr::new("v1^{commit}")]);
    repo.git(&["tag", "-d", "v1"]);
    let found = repo.assess();
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some("caf\u{fffd}"));
    assert_eq!(titles(&found), ["one"]);
}

#[test]
fn tags_elsewhere_are_told_from_none() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    assert_eq!(repo.assess().notes.tags_elsewhere, 0);
    repo.tag("v1");
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.commit("b", "1", "other");
    let found = repo.assess();
    assert_eq!(
        (found.repositories[0].range.start.clone(), found.notes.tags_elsewhere),
        (Start::Beginning, 1)
    );
}

#[test]
fn the_newest_commit_says_when_wherever_it_stands() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let found = repo.ask(&from("HEAD")).unwrap();
    assert_eq!(found.at.micros(), (START + 60) * 1_000_000, "there is nothing newer");
    repo.git(&["checkout", "-q", "-b", "side"]);
    for name in ["b", "c", "d"] {
        repo.commit(name, "1", name);
    }
    repo.git(&["checkout", "-q", "main"]);
    let tree = repo.git(&["rev-parse", "side^{tree}"]);
    let raw = format!(
        "tree {tree}\nparent {}\nparent {}\nauthor A <a@x> {START} +0000\n\
         committer A <a@x> {START} +0000\n\nmerged by a clock that is behind\n",
        repo.head(),
        repo.git(&["rev-parse", "side"]),
    );
    let arguments = ["hash-object", "-t", "commit", "-w", "--stdin"];
    let (ok, id) = repo.try_git(&arguments, raw.as_bytes());
    assert!(ok, "{id}");
    repo.git(&["update-ref", "HEAD", id.trim()]);
    let found = repo.ask(&Options::default()).unwrap();
    assert_eq!(found.at.micros(), (START + 4 * 60) * 1_000_000);
    assert_eq!(found.portfolio.releases[0].at, found.at);
}

#[test]
fn borrowed_objects_and_worktrees_are_read() {
    let repo = tagged();
    let borrower = repo.clone_as("borrower", &["--shared", "--no-checkout"]);
    let found = lynchpin_link::git::assess(&borrower, &Options::default()).unwrap();
    assert_eq!(titles(&found), ["one"]);
    repo.git(&["worktree", "add", "-q", "--detach", ".git/beside", "v1"]);
    let beside = repo.path().join(".git/beside");
    let found = lynchpin_link::git::assess(beside, &Options::default()).unwrap();
    assert_eq!(titles(&found), ["base"], "each worktree has a HEAD of its own");
}
