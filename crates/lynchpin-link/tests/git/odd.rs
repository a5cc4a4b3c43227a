//! Repositories that are not as one expects.

use std::path::Path;

use lynchpin::base::Limits;
use lynchpin::wire::read_portfolio;
use lynchpin_link::git::{AssessError, Options, assess};

use super::support::*;

fn code(path: impl AsRef<Path>, options: &Options) -> &'static str {
    assess(path, options).unwrap_err().code()
}

#[test]
fn what_is_no_repository_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default();
    assert_eq!(code(folder.path(), &options), "not_a_repository");
    assert_eq!(code(folder.path().join("missing"), &options), "no_such_path");
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(code(folder.path().join("file"), &options), "not_a_folder");
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(code(folder.path(), &options), "not_a_repository");
}

#[test]
fn an_empty_repository_names_its_branch() {
    let repo = Repo::new();
    let error = repo.ask(&Options::default()).unwrap_err();
    assert_eq!(error, AssessError::NoCommits { rev: "main".to_owned() });
    assert!(error.to_string().contains("commit first"));
}

#[test]
fn revisions_are_never_options() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "a");
    let refused = ["", "-x", "--upload-pack=touch x", "a\nb", "a\0b", &"x".repeat(2000)];
    for rev in refused {
        assert_eq!(repo.ask(&from(rev)).unwrap_err().code(), "revision_refused", "{rev:?}");
    }
    for rev in ["nothing", "HEAD~99", "HEAD^{tree}", &"1".repeat(40), "HEAD..HEAD", "HEAD HEAD"] {
        assert_eq!(repo.ask(&from(rev)).unwrap_err().code(), "revision_unknown", "{rev:?}");
    }
}

#[test]
fn a_bare_repository_is_read_like_any_other() {
    let mut repo = Repo::new();
    repo.by("Old", "old@example.org");
    repo.commit(".mailmap", "Ann <ann@example.org> <old@example.org>\n", "base");
    repo.tag("v1");
    repo.commit("a", "1", "one");
    let bare = repo.clone_as("shop.git", &["--bare"]);
    let found = assess(&bare, &Options::default()).unwrap();
    assert_eq!(titles(&found), ["one"]);
    assert_eq!(found.repositories[0].name, "shop");
    assert_eq!(found.portfolio.people[0].id.as_str(), "ann@example.org");
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let mut repo = Repo::new();
    for number in 0..5 {
        repo.commit("a", &number.to_string(), &format!("c{number}"));
    }
    let shallow = repo.clone_as("shallow", &["--depth=3"]);
    let found = assess(&shallow, &Options::default()).unwrap();
    assert_eq!(titles(&found), ["c2", "c3", "c4"]);
    assert!(found.repositories[0].shallow);
    assert_eq!((found.notes.shallow_ends, found.notes.size_unknown), (1, 1));
    assert_eq!(found.portfolio.changes[0].size.files, None, "its size is not that of the tree");
    assert_eq!(found.portfolio.changes[1].size.files, Some(1));
    assert!(!repo.assess().repositories[0].shallow);
}

#[test]
fn a_partial_clone_fetches_nothing_and_knows_less() {
    let mut repo = Repo::new();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let one = repo.commit("a", "2", "one");
    let two = repo.commit("dir/a", "3", "two");
    repo.git(&["rm", "-q", "a"]);
    let three = repo.commit_all("three");
    for (filter, files) in [("blob:none", Some(1)), ("tree:0", None)] {
        let clone = repo
            .clone_as(&filter.replace(':', "-"), &["--no-checkout", &format!("--filter={filter}")]);
        let missing = || {
            let count = std::process::Command::new("git")
                .args(["rev-list", "--objects", "--all", "--missing=print"])
                .current_dir(&clone)
                .output()
                .unwrap();
            String::from_utf8_lossy(&count.stdout).lines().filter(|l| l.starts_with('?')).count()
        };
        let before = missing();
        assert!(before > 0, "the clone is not partial");
        let found = assess(&clone, &Options::default()).unwrap();
        assert!(found.repositories[0].partial);
        assert_eq!(titles(&found), ["one", "two", "three"]);
        for commit in [&one, &two, &three] {
            let size = &change(&found, commit).size;
            assert_eq!((size.files, size.lines_added), (files, None), "{filter}");
        }
        assert_eq!(found.notes.size_unknown, 3);
        assert_eq!(found.notes.after, u64::from(files.is_some()));
        assert_eq!(missing(), before, "something was fetched");
    }
}

#[test]
fn damaged_objects_end_in_an_error() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.commit("a", "2", "one");
    let two = repo.commit("a", "3", "two");
    let object = |id: &str| repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let spoil = |id: &str, bytes: &[u8]| {
        let file = object(id);
        let good = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        if !bytes.is_empty() {
            std::fs::write(&file, bytes).unwrap();
        }
        move || std::fs::write(&file, &good).unwrap()
    };
    let blob = repo.git(&["rev-parse", "HEAD:a"]);
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = repo.git(&["rev-parse", "HEAD^"]);
    for id in [&blob, &tree, &parent, &two] {
        for bytes in [&b"x\x9cgarbage"[..], b""] {
            let mend = spoil(id, bytes);
            assert_eq!(repo.ask(&Options::default()).unwrap_err().code(), "unreadable", "{id}");
            let _ = std::fs::remove_file(object(id));
            mend();
        }
    }
    assert_eq!(titles(&repo.assess()), ["base", "one", "two"]);
    std::fs::write(repo.path().join(".git/config"), "[core\nbroken").unwrap();
    assert_eq!(repo.ask(&Options::default()).unwrap_err().code(), "unreadable");
}

#[test]
fn sha256_repositories_are_read() {
    let mut repo = Repo::with(&["--object-format=sha256"]);
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let one = repo.commit("a", "2", "one");
    let two = repo.commit("b", "2", &format!("two\n\nDepends-On: {one}\n"));
    let found = repo.assess();
    assert_eq!(one.len(), 64);
    assert_eq!(titles(&found), ["one", "two"]);
    assert_eq!(requires(&found, &two), [short(&one)]);
    assert_eq!(change(&found, &two).commits[0].as_str(), two);
}

#[cfg(unix)]
#[test]
fn paths_of_any_bytes_are_told_apart() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut repo = Repo::new();
    repo.commit("base", "1", "base");
    repo.tag("v1");
    let names: [&[u8]; 6] =
        [b"with space", b"line\nfeed", b"\xff\xfe", b"tab\tin", b"\x01begin", b"1\t2\t"];
    let mut commits = Vec::new();
    for round in 0..2 {
        for name in names {
            let path = repo.path().join(std::ffi::OsStr::from_bytes(name));
            std::fs::write(path, format!("{round}\n")).unwrap();
            commits.push(repo.commit_all("x"));
        }
    }
    let found = repo.assess();
    for (first, second) in commits.iter().zip(commits.iter().skip(names.len())) {
        assert_eq!(requires(&found, first), [""; 0]);
        assert_eq!(requires(&found, second), [short(first)]);
        assert_eq!(change(&found, first).size.files, Some(1));
    }
    assert_eq!(found.notes.paths_not_utf8, 1);
    // In the folder's own name too.
    let odd = repo.path().join(std::ffi::OsStr::from_bytes(b"odd \n\xff repo"));
    let inner = odd.clone();
    std::fs::create_dir(&odd).unwrap();
    let text = odd.as_os_str().to_owned();
    repo.git(&[std::ffi::OsStr::new("init"), std::ffi::OsStr::new("-q"), text.as_os_str()]);
    assert_eq!(code(inner, &Options::default()), "no_commits");
}

#[test]
fn texts_of_any_bytes_are_kept_readable() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    repo.raw_commit(
        b"author Andr\xe9 <> 99999999999999 +0000\n\
          committer \x1b[31mRed <red@example.org> 253402300800 +0000\n",
        b"caf\xe9 \x1b[2Jclear\x00hidden\n\nReviewed-by: B\xffb <b\x01ob@example.org>\n",
    );
    let found = repo.assess();
    let bytes = found.document().unwrap();
    assert!(read_portfolio(&bytes, Limits::untrusted()).is_ok());
    assert!(!bytes.iter().any(|byte| *byte == 0x1b || *byte == 0));
    assert!(found.notes.texts_not_utf8 >= 2, "{:?}", found.notes);
    assert_eq!((found.notes.dates_clamped, found.notes.without_email), (1, 1));
    assert_eq!(found.at.to_string(), "9999-12-31T23:59:59Z");
}

#[test]
fn dates_before_1970_and_out_of_order_are_counted() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    repo.commit("b", "1", "one");
    repo.raw_commit(b"author A <a@x> -5 +0000\ncommitter A <a@x> -5 +0000\n", b"negative\n");
    repo.raw_commit(b"author A <a@x> x\ncommitter A <a@x> x\n", b"none\n");
    repo.raw_commit(b"author A <a@x> 7 +0000\ncommitter A <a@x> 7 +0000\n", b"old\n");
    let found = repo.assess();
    let micros: Vec<i64> = found.portfolio.changes.iter().map(|c| c.at.micros()).collect();
    assert_eq!(micros, [(START + 120) * 1_000_000, 0, 0, 7_000_000]);
    assert_eq!((found.notes.dates_clamped, found.notes.dates_backwards), (2, 1));
}

#[test]
fn detached_heads_submodules_and_binary_files_are_read() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    let inner = repo.clone_as("inner", &[]);
    repo.git(&["submodule", "--quiet", "add", inner.to_str().unwrap(), "lib"]);
    let sub = repo.commit_all("take the library");
    repo.write("blob", "\0\0\0");
    let binary = repo.commit_all("binary");
    repo.git(&["checkout", "-q", "--detach"]);
    let found = repo.assess();
    assert_eq!(change(&found, &sub).size.files, Some(2));
    assert_eq!(change(&found, &binary).size.lines_added, Some(0));
    assert_eq!(found.notes.binary_files, 1);
    let found = assess(repo.path().join("lib"), &Options::default()).unwrap();
    assert_eq!(titles(&found), ["base"]);
}
