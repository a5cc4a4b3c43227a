//! `assess` from the outside; what it makes of histories is tested where it is made.

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
