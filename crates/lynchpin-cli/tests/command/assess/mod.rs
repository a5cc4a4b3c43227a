//! `assess` from the outside; what it makes of histories is tested where it is made.

mod forms;
mod hostile;
mod several;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{golden, run};

/// Runs git with an identity and a time of its own, so that every run makes the same history.
fn git(folder: &Path, day: u32, author: &str, arguments: &[&str]) {
    let date = format!("2026-11-{day:02}T09:00:00Z");
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env_clear();
    command.env("PATH", "/usr/bin:/bin:/usr/local/bin").env("HOME", folder);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), author);
        command.env(format!("GIT_{role}_EMAIL"), format!("{author}@example.com"));
        command.env(format!("GIT_{role}_DATE"), &date);
    }
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("shop");
    fs::create_dir(&path).expect("made");
    git(&path, 1, "raj", &["init", "-q", "-b", "main"]);
    let commit = |day, author: &str, file: &str, message: &str| {
        fs::write(path.join(file), format!("{day}\n")).expect("written");
        git(&path, day, author, &["add", "."]);
        git(&path, day, author, &["commit", "-q", "-m", message]);
    };
    commit(1, "raj", "fares", "Begin");
    git(&path, 1, "raj", &["tag", "v1.0"]);
    commit(2, "raj", "fares", "Round fares\n\nReviewed-by: mei <mei@example.com>");
    commit(3, "mei", "mails", "Retry mails\n\nReviewed-by: mei <mei@example.com>");
    commit(4, "raj", "fares", "Round them down\n\nReviewed-by: ann <ann@example.com>");
    folder
}

#[test]
fn a_repository_reads_as_agreed_and_twice_the_same() {
    let folder = repository();
    let ran = run(folder.path(), &["assess", "shop"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    golden("assess.txt", &ran.out);
    assert_eq!(run(folder.path(), &["assess", "shop"]).out, ran.out);
}

/// A repository whose changes carry these trailers, one a day.
fn history(count: u32, trailers: impl Fn(u32) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    git(folder.path(), 1, "raj", &["init", "-q", "-b", "main"]);
    for number in 1..=count {
        let message = format!("change {number}\n\n{}", trailers(number));
        git(folder.path(), 1, "raj", &["commit", "-q", "--allow-empty", "-m", &message]);
    }
    folder
}

const REVIEWED: &str = "Reviewed-by: mei <mei@example.com>";

#[test]
fn what_is_held_is_named_by_itself_and_listed_however_much_ships() {
    let folder = history(40, |number| {
        let needs = if number == 40 { "\nDepends-On: Inope" } else { "" };
        format!("{REVIEWED}{needs}")
    });
    let ran = run(folder.path(), &["assess", "."]);
    let listed = ran.out.lines().find(|line| line.ends_with("change 40"));
    let listed = listed.unwrap_or_else(|| panic!("the held one is not listed: {}", ran.out));
    assert!(listed.contains("UNKNOWN"), "{listed}");
    let id = listed.split_whitespace().rev().nth(2).expect("its id");
    let said: Vec<&str> = ran.out.lines().skip_while(|line| !line.contains("Inope")).collect();
    assert!(said[0].contains("requires Inope, which is not known"), "{}", said[0]);
    assert_eq!(said[1].trim(), format!("1 change: {id}"));
    assert!(ran.out.contains("and 10 more\n"), "{}", ran.out);
    let first = ran.out.lines().skip_while(|line| !line.contains("wave  verdict")).nth(1);
    assert!(first.is_some_and(|line| line.ends_with("change 1")), "in order of history: {first:?}");
}

#[test]
fn nothing_reviewed_and_no_tag_are_explained() {
    let folder = history(2, |_| String::new());
    let ran = run(folder.path(), &["assess", "."]);
    assert!(ran.out.contains("from the first commit on (there is no tag)"), "{}", ran.out);
    assert!(ran.out.contains("no commit carries a review trailer"), "{}", ran.out);
    git(folder.path(), 1, "raj", &["tag", "v1"]);
    let ran = run(folder.path(), &["assess", "."]);
    assert!(ran.out.contains("no tag before HEAD, 1 elsewhere; see --since"), "{}", ran.out);
    let ran = run(folder.path(), &["assess", ".", "--since", "HEAD"]);
    assert!(ran.out.contains("as of 2026-11-01T09:00:00Z"), "{}", ran.out);
    assert!(ran.out.starts_with(&format!("{}: nothing would ship", name(folder.path()))));
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn an_instant_before_the_newest_commit_is_refused() {
    let folder = history(1, |_| String::new());
    let ran = run(folder.path(), &["assess", ".", "--at", "2026-10-31T00:00:00Z"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("lies before the newest commit, note or result (2026-11-01T09:00:00Z)"),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
#[test]
fn a_git_that_the_repository_holds_is_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = history(1, |_| REVIEWED.to_owned());
    let (trap, mark) = (folder.path().join("git"), folder.path().join("mark"));
    fs::write(&trap, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).expect("written");
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).expect("made runnable");
    for path in [".:/usr/bin:/bin:/usr/local/bin", ":/usr/bin:/bin:/usr/local/bin"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lynchpin"));
        command.args(["assess", "."]).current_dir(folder.path()).env("PATH", path);
        let output = command.output().expect("it runs");
        assert!(!mark.exists(), "ran what the repository holds, by PATH={path}");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_help_says_what_the_status_means() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let ran = run(folder.path(), &["assess", "--help"]);
    assert!(ran.out.contains("0  answered, whatever the answer"), "{}", ran.out);
}

#[test]
fn the_portfolio_that_it_writes_gives_the_same_answers() {
    let folder = repository();
    let ran = run(folder.path(), &["assess", "shop", "--json", "--portfolio", "read.json"]);
    assert_eq!(ran.status, 0);
    let policy = run(folder.path(), &["assess", "--print-policy"]);
    fs::write(folder.path().join("lynchpin.toml"), &policy.out).expect("written");
    let lines: Vec<&str> = ran.out.lines().collect();
    let assessment: serde_json::Value = serde_json::from_str(lines[0]).expect("JSON");
    let at = assessment["assessment"]["at"].as_str().expect("an instant");
    let asked = |verb| {
        let mut words = vec![verb, "read.json", "--all", "--json", "--at", at];
        if verb == "decide" {
            words.extend(["--detail", "full"]);
        }
        run(folder.path(), &words).out
    };
    for (line, verb) in lines.iter().skip(1).zip(["plan", "decide", "score"]) {
        assert_eq!(asked(verb).trim_end(), *line, "{verb}");
    }
}

#[test]
fn what_is_no_repository_is_an_error_that_helps() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for path in [".", "nowhere"] {
        let ran = run(folder.path(), &["assess", path]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{path}");
        assert!(ran.err.contains("git"), "{}", ran.err);
    }
}

#[test]
fn a_portfolio_is_written_over_nothing_but_a_portfolio() {
    let folder = repository();
    let write = |to: &str| run(folder.path(), &["assess", "shop", "--portfolio", to]);
    assert_eq!((write("read.json").status, write("read.json").status), (0, 0));
    fs::write(folder.path().join("lynchpin.toml"), "name = \"mine\"\n").expect("written");
    let refused = write("lynchpin.toml");
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("lynchpin.toml"), "{}", refused.err);
    let kept = fs::read_to_string(folder.path().join("lynchpin.toml")).expect("still there");
    assert_eq!(kept, "name = \"mine\"\n");
}

#[test]
fn what_is_printed_to_begin_with_is_taken_back() {
    let folder = repository();
    for (option, print, file) in
        [("--policy", "--print-policy", "own.toml"), ("--services", "--print-services", "map.toml")]
    {
        let printed = run(folder.path(), &["assess", print]);
        assert_eq!((printed.status, printed.err.as_str()), (0, ""));
        fs::write(folder.path().join(file), &printed.out).expect("written");
        let ran = run(folder.path(), &["assess", "shop", option, file]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{option}");
        assert!(ran.out.contains("3 changes would ship"), "{}", ran.out);
    }
    assert_eq!(run(folder.path(), &["assess"]).status, 2, "nothing to read and nothing to print");
}
