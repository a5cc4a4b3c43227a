//! Repositories that git does not open, and paths that are none of theirs.

use std::path::Path;

use lynchpin_link::git::{AssessError, Because, Options, assess};

use super::support::*;

fn failed(path: impl AsRef<Path>) -> AssessError {
    assess(path, &Options::default()).unwrap_err()
}

fn of_paths(paths: &[&str]) -> Options {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Options { paths, ..Options::default() }
}

#[test]
fn a_repository_without_a_part_is_not_called_none() {
    for part in ["HEAD", "objects", "refs"] {
        let mut repo = Repo::new();
        repo.commit("a", "1", "a");
        let at = repo.path().join(".git").join(part);
        if at.is_dir() {
            std::fs::remove_dir_all(at).unwrap();
        } else {
            std::fs::remove_file(at).unwrap();
        }
        let error = failed(repo.path());
        assert_eq!(error.code(), "not_opened", "{part}");
        assert!(error.to_string().contains(&format!("it has no {part}")), "{error}");
    }
}

#[test]
fn a_bare_repository_without_a_head_is_not_called_none() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "a");
    let bare = repo.clone_as("bare.git", &["--bare"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("bare.git");
    std::fs::rename(bare, &moved).unwrap();
    std::fs::remove_file(moved.join("HEAD")).unwrap();
    assert_eq!(failed(&moved).code(), "not_opened");
}

#[test]
fn the_repository_around_a_broken_one_does_not_answer_for_it() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "outer");
    let inner = repo.path().join("inner");
    std::fs::create_dir_all(inner.join("src")).unwrap();
    repo.git(&["init", "-q", inner.to_str().unwrap()]);
    std::fs::remove_file(inner.join(".git/HEAD")).unwrap();
    for path in [&inner, &inner.join("src")] {
        assert_eq!(failed(path).code(), "not_opened");
    }
    // A folder of that name that never was a repository is in the way of nothing.
    std::fs::remove_dir_all(inner.join(".git")).unwrap();
    std::fs::create_dir(inner.join(".git")).unwrap();
    assert_eq!(titles(&assess(&inner, &Options::default()).unwrap()), ["outer"]);
    for inside in [".git", ".git/refs/heads"] {
        let found = assess(repo.path().join(inside), &Options::default()).unwrap();
        assert_eq!(titles(&found), ["outer"], "{inside}");
    }
}

#[test]
fn a_worktree_whose_repository_is_gone_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".git"), "gitdir: /no/such/.git/worktrees/x\n").unwrap();
    let error = failed(folder.path());
    assert_eq!(error.code(), "not_opened");
    assert!(error.to_string().contains("git worktree repair"), "{error}");
}

#[test]
fn a_branch_that_is_damaged_is_not_called_empty() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "a");
    std::fs::write(repo.path().join(".git/refs/heads/main"), "junk\n").unwrap();
    let error = failed(repo.path());
    assert_eq!(error.code(), "unreadable");
    assert!(error.to_string().contains("`HEAD` leads nowhere"), "{error}");
    std::fs::remove_file(repo.path().join(".git/refs/heads/main")).unwrap();
    std::fs::write(repo.path().join(".git/packed-refs"), "junk\n").unwrap();
    let error = failed(repo.path());
    assert_eq!(error.code(), "unreadable");
    assert!(error.to_string().contains("packed-refs"), "{error}");
}

#[test]
fn borrowed_objects_that_are_gone_are_named() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "a");
    let clone = repo.path().join(".git/borrows");
    repo.git(&["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["-C", clone.to_str().unwrap()];
        all.extend(arguments);
        repo.git(&all);
    };
    run(&["commit", "-q", "--allow-empty", "-m", "own"]);
    std::fs::write(clone.join(".git/objects/info/alternates"), "/no/such/objects\n").unwrap();
    let error = failed(&clone);
    assert_eq!(error.code(), "unreadable");
    assert!(error.to_string().contains("/no/such/objects"), "{error}");
}

#[test]
fn tags_of_no_commit_are_passed_over() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "a");
    repo.git(&["tag", "-a", "-m", "x", "inner"]);
    repo.git(&["tag", "-a", "-m", "x", "v1.0", "inner"]);
    repo.commit("a", "2", "b");
    for (name, of) in [("v2.0", "HEAD:a"), ("v3.0", "HEAD^{tree}")] {
        repo.git(&["tag", "-a", "-m", "x", name, of]);
        repo.git(&["tag", &format!("{name}-light"), of]);
    }
    let found = repo.assess();
    assert_eq!(found.repositories[0].range.since_name.as_deref(), Some("v1.0"));
    assert_eq!(found.notes.tags_broken, 4);
}

#[test]
fn paths_may_be_written_as_a_shell_completes_them() {
    let mut repo = Repo::new();
    repo.commit("base", "1", "base");
    repo.tag("v1");
    repo.commit("src/a", "1", "a");
    repo.commit("b", "1", "b");
    for path in ["src", "./src/", "src//a", "./src/./a"] {
        assert_eq!(titles(&repo.ask(&of_paths(&[path])).unwrap()), ["a"], "{path}");
    }
    assert_eq!(titles(&repo.ask(&of_paths(&["."])).unwrap()), ["a", "b"]);
    for path in ["", "../src", "src/../b"] {
        assert_eq!(repo.ask(&of_paths(&["b", path])).unwrap_err().code(), "path_refused", "{path}");
    }
}

#[test]
fn a_submodule_has_no_lines() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.commit("a", "2", "next");
    repo.tag("v1");
    let inner = repo.clone_as("inner", &[]);
    repo.git(&["submodule", "--quiet", "add", inner.to_str().unwrap(), "lib"]);
    let added = repo.commit_all("take the library");
    repo.git(&["-C", "lib", "checkout", "-q", "HEAD~1"]);
    let moved = repo.commit_all("an older one");
    let found = repo.assess();
    assert_eq!(requires(&found, &moved), [short(&added)]);
    assert_eq!(found.dependencies[0].because, [Because::File { path: "lib".to_owned() }]);
}

#[test]
fn a_shallow_clone_that_holds_the_range_lacks_nothing_of_it() {
    let mut repo = Repo::new();
    for number in 0..6 {
        repo.commit("a", &number.to_string(), &format!("c{number}"));
    }
    repo.git(&["tag", "v1", "HEAD~2"]);
    let shallow = repo.clone_as("shallow", &["--depth=4"]);
    let found = assess(&shallow, &Options::default()).unwrap();
    assert_eq!(titles(&found), ["c4", "c5"]);
    assert!(found.repositories[0].shallow);
    assert_eq!((found.notes.shallow_ends, found.notes.size_unknown), (0, 0));
}
