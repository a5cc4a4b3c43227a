//! Which part of a history is asked for: by dates, by paths; and whose lines a change touches.

use lynchpin_link::git::{Assessment, Because, Options, Start};

use crate::support::{Repo, START, after, change, requires, short, titles};

fn why(assessment: &Assessment, commit: &str, on: &str) -> Vec<Because> {
    let found = assessment.dependencies.iter().find(|dependency| {
        commit.starts_with(dependency.change.as_str()) && on.starts_with(dependency.on.as_str())
    });
    found.map(|dependency| dependency.because.clone()).unwrap_or_default()
}

fn numbered(lines: std::ops::RangeInclusive<u32>) -> String {
    lines.map(|line| format!("line {line}\n")).collect()
}

#[test]
fn each_dependency_says_which_lines() {
    let mut repo = Repo::new();
    repo.commit("a", &numbered(1..=20), "base");
    repo.tag("v1");
    let text = numbered(1..=20).replace("line 5\n", "five\nfive and a half\n");
    let first = repo.commit("a", &text, "first");
    repo.git(&["mv", "a", "b"]);
    let moved = repo.commit_all("moved");
    let text = text.replace("five\nfive and", "5\n5 and").replace("line 20\n", "line 20");
    let second = repo.commit("b", &text, "second");
    let text = text.replace("line 7\n", "seven\n");
    let beside = repo.commit("b", &text, "beside").clone();
    let text = text.replace("line 8\n", "line 8\nline 8a\n");
    let none = repo.commit("b", &text, "none");
    let text = text.replace("5\n5 and", "5\nbetween\n5 and");
    let within = repo.commit("b", &text, "within");
    let found = repo.assess();
    assert_eq!(requires(&found, &second), [short(&first)]);
    assert_eq!(
        why(&found, &second, &first),
        [Because::Lines { path: "b".into(), first: 5, last: 6, lines: 2 }]
    );
    assert_eq!(after(&found, &second), [short(&moved)]);
    assert_eq!(why(&found, &second, &moved), [Because::Moved { path: "b".into() }]);
    assert_eq!(requires(&found, &beside), [""; 0]);
    assert_eq!(after(&found, &none), [short(&moved)], "line 8 is nobody's, and neither is 9");
    assert_eq!(requires(&found, &within), [short(&second)]);
    assert_eq!(why(&found, &within, &second), [Because::Within { path: "b".into(), line: 5 }]);
}

#[test]
fn a_file_that_a_change_made_is_its_own_in_whole() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    let made = repo.commit("tool", "one\n", "made");
    repo.git(&["update-index", "--chmod=+x", "tool"]);
    repo.git(&["commit", "-q", "-m", "executable"]);
    let mode = repo.head();
    repo.git(&["checkout", "-q", "--", "tool"]);
    let end = repo.commit("tool", "one\ntwo\n", "end");
    repo.git(&["rm", "-q", "tool"]);
    let removed = repo.commit_all("removed");
    let again = repo.commit("tool", "three\n", "again");
    let found = repo.assess();
    let file = [Because::File { path: "tool".into() }];
    assert_eq!(
        (requires(&found, &mode), why(&found, &mode, &made)),
        (vec![short(&made)], file.to_vec())
    );
    assert_eq!(
        (requires(&found, &end), why(&found, &end, &made)),
        (vec![short(&made)], file.to_vec())
    );
    let mut of_removed = requires(&found, &removed);
    of_removed.sort_unstable();
    let mut expected = [short(&made), short(&end)];
    expected.sort_unstable();
    assert_eq!(of_removed, expected);
    assert_eq!((requires(&found, &again), after(&found, &again)), (vec![], vec![short(&removed)]));
}

#[test]
fn a_file_that_is_no_text_is_touched_in_whole() {
    let mut repo = Repo::new();
    repo.commit("picture", "\0one", "base");
    repo.tag("v1");
    let first = repo.commit("picture", "\0two", "first");
    let second = repo.commit("picture", "\0three", "second");
    let third = repo.commit("picture", "text\n", "third");
    let found = repo.assess();
    assert_eq!(requires(&found, &first), [""; 0]);
    assert_eq!(requires(&found, &second), [short(&first)]);
    assert_eq!(requires(&found, &third), [short(&second)]);
    assert_eq!(found.notes.binary_files, 3);
}

#[test]
fn what_is_moved_to_where_another_was_comes_after_its_removal() {
    let mut repo = Repo::new();
    repo.write("fares", &numbered(1..=20));
    repo.commit("stops", &numbered(30..=50), "base");
    repo.tag("v1");
    repo.git(&["rm", "-q", "fares"]);
    let removed = repo.commit_all("removed");
    repo.git(&["mv", "stops", "fares"]);
    let moved = repo.commit_all("moved");
    let found = repo.assess();
    assert_eq!((requires(&found, &moved), after(&found, &moved)), (vec![], vec![short(&removed)]));
    assert_eq!(why(&found, &moved, &removed), [Because::Moved { path: "fares".into() }]);
}

#[test]
fn files_are_told_apart_by_their_names() {
    let mut repo = Repo::new();
    repo.commit("main.rs", "1", "base");
    repo.tag("v1");
    repo.write("db/orders.sql", &numbered(1..=20));
    repo.write("api/openapi.yaml", &numbered(30..=50));
    repo.write("deploy/values.yaml", &numbered(60..=80));
    let first = repo.commit("main.rs", "2", "first");
    repo.git(&["mv", "deploy/values.yaml", "deploy/values.txt"]);
    repo.git(&["rm", "-q", "db/orders.sql"]);
    let second = repo.commit_all("second");
    let found = repo.assess();
    let size = |commit: &str| {
        let size = change(&found, commit).size;
        (size.files, size.schema_files, size.configuration_files)
    };
    assert_eq!(size(&first), (Some(4), Some(2), Some(1)));
    // What is taken away counts, and what is moved counts as what it is now.
    assert_eq!(size(&second), (Some(2), Some(1), Some(0)));
    assert_eq!(change(&found, &first).coverage, None, "no history tells it");
}

#[cfg(unix)]
#[test]
fn a_link_that_becomes_a_file_ends_where_the_file_ends() {
    let mut repo = Repo::new();
    std::os::unix::fs::symlink("elsewhere", repo.path().join("fares")).unwrap();
    repo.commit_all("base");
    repo.tag("v1");
    std::fs::remove_file(repo.path().join("fares")).unwrap();
    let file = repo.commit("fares", &numbered(1..=5), "a file");
    let last = repo.commit("fares", &(numbered(1..=5) + "more\n"), "the end");
    let all = repo.commit("fares", &(numbered(11..=15) + "more\n"), "all but the end");
    let end = repo.commit("fares", &(numbered(11..=15) + "end\n"), "the end again");
    let found = repo.assess();
    // What turns a link into a file makes the file.
    assert_eq!(why(&found, &last, &file), [Because::File { path: "fares".into() }]);
    assert_eq!(requires(&found, &all), [short(&file)]);
    assert_eq!(
        (requires(&found, &end), after(&found, &end)),
        (vec![short(&last)], vec![short(&all)])
    );
}

#[test]
fn a_range_is_given_by_dates_too() {
    let mut repo = Repo::new();
    for name in ["one", "two", "three", "four"] {
        repo.commit(name, "1", name);
    }
    let at = |minute: i64| {
        let seconds = START + minute * 60;
        let time = lynchpin::base::Instant::from_micros(seconds * 1_000_000).unwrap();
        time.to_string()
    };
    let ask = |since: &str, until: &str| {
        let (since, until) = (Some(since.to_owned()), Some(until.to_owned()));
        repo.ask(&Options { since, until, ..Options::default() })
    };
    let found = ask(&at(2), &at(3)).unwrap();
    assert_eq!(titles(&found), ["two", "three"]);
    assert_eq!(found.repositories[0].range.start, Start::Given);
    assert_eq!(titles(&ask("2023-11-14", "2023-11-14").unwrap()), ["one", "two", "three", "four"]);
    assert_eq!(titles(&ask("2001-01-01", "HEAD").unwrap()).len(), 4);
    assert_eq!(titles(&ask("2023-11-15", "HEAD").unwrap()), [""; 0]);
    assert_eq!(ask("2001-01-01", "2001-02-01").unwrap_err().code(), "nothing_then");
    assert_eq!(ask("yesterday", "HEAD").unwrap_err().code(), "revision_unknown");
    assert_eq!(ask("2023-02-30", "HEAD").unwrap_err().code(), "revision_unknown");
    // What is dated back releases nothing that landed before it.
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let raw = format!(
        "tree {tree}\nparent {}\nauthor Eve <eve@example.org> 1000000000 +0000\n\
         committer Eve <eve@example.org> 1000000000 +0000\n\nlate\n",
        repo.head()
    );
    let arguments = ["hash-object", "-t", "commit", "-w", "--stdin"];
    let (_, late) = repo.try_git(&arguments, raw.as_bytes());
    repo.git(&["update-ref", "HEAD", late.trim()]);
    assert_eq!(titles(&ask(&at(3), "HEAD").unwrap()), ["three", "four", "late"]);
    assert_eq!(titles(&ask("2023-11-15", "HEAD").unwrap()), ["late"; 0]);
    repo.git(&["update-ref", "HEAD", "HEAD~1"]);
    // A name goes before a date.
    repo.git(&["tag", "2023-11-15", "HEAD~1"]);
    assert_eq!(titles(&ask("2023-11-15", "HEAD").unwrap()), ["four"]);
}

#[test]
fn what_paths_require_comes_with_them() {
    let mut repo = Repo::new();
    repo.commit("src/a", &numbered(1..=9), "base");
    repo.tag("v1");
    let text = numbered(1..=9).replace("line 5\n", "five\n");
    let lines = repo.commit("src/a", &text, "lines");
    repo.commit("docs/x", "1", "elsewhere");
    let text = text.replace("five\n", "5\n");
    repo.write("docs/y", "1");
    let asked = repo.commit("src/a", &text, "asked for");
    repo.commit("src2/a", "1", "of a like name");
    let ask = |paths: &[&str]| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        repo.ask(&Options { paths, ..Options::default() }).unwrap()
    };
    let found = ask(&["docs/y"]);
    assert_eq!(titles(&found), ["lines", "asked for"]);
    assert_eq!((found.notes.other_paths, found.notes.required_of_other_paths), (2, 1));
    assert_eq!(requires(&found, &asked), [short(&lines)]);
    assert_eq!(change(&found, &asked).size.files, Some(2));
    assert_eq!(titles(&ask(&["/src/"])), ["lines", "asked for"]);
    assert_eq!(titles(&ask(&["src/a", "src2"])).len(), 3);
    let nothing = ask(&["nowhere"]);
    assert_eq!((nothing.release, nothing.notes.other_paths), (None, 4));
}
